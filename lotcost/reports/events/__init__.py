"""Event sheets: goods received, shipped and transformed, with the elements that rules ask for.

They support record keeping; whether a rule is met is for its reader to say. What the ledger does
not say is blank, counted and named in each row.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from lotcost.ledger.books import Books
from lotcost.reports.events.elements import Elements
from lotcost.reports.events.handing import Asked, receive, ship, since_day
from lotcost.reports.events.one_step import one_step
from lotcost.reports.events.transform import transform
from lotcost.reports.report import Report

__all__ = ["SHEETS", "Asked", "events"]

SHEETS: Mapping[str, str] = {
    "receive": "21 CFR 1.1345(a), receiving",
    "ship": "21 CFR 1.1340(a), shipping",
    "transform": "21 CFR 1.1350(a), transformation",
    "one-step": "Regulation (EC) 178/2002, article 18, and Regulation (EU) 931/2011, article 3",
}
"""The sheets by name, and the rule whose elements each has."""


def events(
    books: Books, since: datetime.date | None = None, asked: Asked | None = None
) -> Mapping[str, Report]:
    """Return the sheets by name, of the lines that were asked for.

    Args:
      since: The first day, which is in.
      asked: Which lines count, where it is not those that the books were asked for.
    """
    elements = Elements(books)
    wanted = since_day(asked or books.asks_for, since)
    received, shipped = receive(elements, wanted), ship(elements, wanted)
    made = transform(elements, wanted), one_step(books, received, shipped)
    sheets = zip(SHEETS, (received, shipped, *made), strict=True)
    return {name: _noted(sheet, SHEETS[name], since) for name, sheet in sheets}


def _noted(sheet: Report, rule: str, since: datetime.date | None) -> Report:
    blank = sum(row["blank"] for row in sheet.rows)
    rows = sum(row["blank"] > 0 for row in sheet.rows)
    left = f"{blank} elements are blank in {rows} of {len(sheet.rows)} rows."
    whole = "No element is blank."
    notes = (f"Supports record keeping for {rule}.", left if blank else whole)
    return sheet._replace(since=since, notes=notes if sheet.rows else notes[:1])
