"""Cost every lot: bare quantities in, lots at cost out.

    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Inventory      10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable  -20 USD
    2025-01-06 * "Cafe Rose" "Invoice 102"
      Assets:Inventory      -2 MILK @ 5.00 USD
      Assets:Receivable     10 USD

becomes

    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Inventory      10 MILK {2.00 USD, 2025-01-02, "L1"}
      Liabilities:Payable  -20 USD
    2025-01-06 * "Cafe Rose" "Invoice 102"
      Assets:Inventory      -2 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
      Assets:Receivable     10 USD
      Expenses:CostOfSales  4.00 USD
      Income:Sales        -10.00 USD

What is to be done with each account's goods stands on its `open`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from beancount.core import data

from lotcost.ledger.booking import book
from lotcost.ledger.errors import LotError

__plugins__ = ("beancount_lotcost",)


def beancount_lotcost(
    entries: Sequence[data.Directive], options_map: Mapping[str, Any]
) -> tuple[list[data.Directive], list[LotError]]:
    """Return the entries with their lots at cost, and the errors at their lines."""
    return book(entries, options_map)
