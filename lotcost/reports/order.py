"""The order things happened in: a day's transactions first, then what its evening books."""

from __future__ import annotations

import datetime

from lotcost.ledger.books import Books, Line
from lotcost.ledger.generating import GENERATED


def as_it_happened(books: Books) -> list[tuple[int, Line]]:
    """Return all lines, each with its place in the books.

    A count or a write-down stands in the ledger by the line of its directive, which may be above
    a sale of the same day; it holds for the evening.
    """
    return sorted(enumerate(books.lines), key=_when)


def _when(placed: tuple[int, Line]) -> tuple[datetime.date, bool]:
    line = placed[1]
    return line.date, line.source["filename"] == GENERATED
