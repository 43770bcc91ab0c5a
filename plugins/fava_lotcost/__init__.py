"""Lots in Fava: stock, margins and every movement of a lot.

    2025-01-01 custom "fava-extension" "fava_lotcost"
    2025-01-01 custom "fava-extension" "fava_lotcost" "{'rows': 200, 'days': 14}"

Every page is one class in a module of its own. Fava makes an extension of each one it finds
here, so this module holds the pages and nothing else that is one.
"""

from __future__ import annotations

from fava_lotcost.expiry import LotCostExpiry
from fava_lotcost.lots import LotCostLots
from fava_lotcost.margins import LotCostMargins
from fava_lotcost.trace import LotCostTrace
from fava_lotcost.valuation import LotCostValuation

__all__ = ["LotCostExpiry", "LotCostLots", "LotCostMargins", "LotCostTrace", "LotCostValuation"]
