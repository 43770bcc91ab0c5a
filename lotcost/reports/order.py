"""The order things happened in: what a morning books, the day's transactions, its evening."""

from __future__ import annotations

import datetime

from lotcost.ledger.books import Books, Line
from lotcost.ledger.generating import GENERATED
from lotcost.model import Kind


def as_it_happened(books: Books) -> list[tuple[int, Line]]:
    """Return all lines, each with its place in the books.

    What a directive books stands in the ledger by the directive's line, which may be above a sale
    of the same day: a count and a write-down hold for the evening, and what expired the day
    before is written off in the morning.
    """
    return sorted(enumerate(books.lines), key=_when)


def _when(placed: tuple[int, Line]) -> tuple[datetime.date, int]:
    line = placed[1]
    if line.source["filename"] != GENERATED:
        return line.date, 0
    return line.date, -1 if line.kind is Kind.WRITE_OFF else 1
