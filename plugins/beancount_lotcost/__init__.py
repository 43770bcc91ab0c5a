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

import logging
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any

from beancount.core import data

from lotcost.ledger.booking import book
from lotcost.ledger.errors import LotError

__plugins__ = ("beancount_lotcost",)

_LOG = logging.getLogger(__name__)


class Booked(str):
    """What a ledger's options say where lotcost booked it.

    Beancount keeps a slow load in a file and does not run the plugin again. As the file names
    this class, this module is imported none the less, and queries know of lots.
    """

    __slots__ = ()


def beancount_lotcost(
    entries: Sequence[data.Directive], options_map: MutableMapping[str, Any]
) -> tuple[list[data.Directive], list[LotError]]:
    """Return the entries with their lots at cost, and the errors at their lines."""
    offer_queries()
    options_map["lotcost"] = Booked("booked")
    return book(entries, options_map)


def offer_queries() -> None:
    """Put lots into BQL where beanquery is at work; elsewhere it is not worth its import.

    bean-query and Fava import it before they load a ledger.
    """
    if "beanquery" not in sys.modules:
        return
    try:
        import lotcost.queries  # noqa: F401  # importing it is what registers
    except Exception:
        _LOG.warning("Queries go without lots, as beanquery has changed", exc_info=True)


offer_queries()
