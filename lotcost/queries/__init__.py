"""Lots in BQL, for bean-query and Fava's Query page alike.

    SELECT lot(position) AS lot, lot_margin(position) AS margin GROUP BY lot, margin
    SELECT lot, expires, units_on_hand, gross_margin FROM #lots WHERE status = "expired"

Importing this module is what puts them there: beanquery has one register for the whole process and
no other way in. The plugin does it on each load where beanquery is at work.
"""

from __future__ import annotations

from lotcost.queries import functions as functions
from lotcost.queries import tables as tables
from lotcost.queries.source import BOOKS as BOOKS
