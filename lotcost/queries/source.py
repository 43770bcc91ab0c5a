"""What a query reads: the lots of one connection, computed once and only when it asks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from beancount.core import data
from beancount.core.position import Cost, Position

from lotcost.ledger.books import Books
from lotcost.model import Lot
from lotcost.reports.catalog import CATALOG, Question
from lotcost.reports.report import Report, Row

BOOKS = "lotcost-books"
"""The key of a ledger's options under which a host leaves what makes its books.

A host that filters entries before it queries them has no lots to count in what is left. It says
here what the lots are; without it they are those of the entries queried.
"""


class Source:
    """The lots behind a connection's entries."""

    def __init__(self, entries: Sequence[data.Directive], options: Mapping[str, Any]) -> None:
        self._entries = entries
        self._options = options
        self.report = cache(self._report)

    @cached_property
    def books(self) -> Books:
        """The ledger's lots, as of the evening of its last day unless a host says more."""
        make = self._options.get(BOOKS)
        books: Books = make() if make else Books(self._entries, self._options)
        return books

    @property
    def at(self) -> datetime.date:
        """The day whose evening counts."""
        return self.books.at

    def lot(self, position: Position) -> Lot | None:
        """Return the lot of goods held at a cost; money and goods without a lot have none."""
        return self._held.get((position.units.currency, position.cost))

    def knows(self, lot: Lot) -> bool:
        """Whether anything ever moved a lot."""
        return lot in self._known

    def row(self, lot: Lot) -> Row | None:
        """Return a lot's row of the `lots` report, or None where there is no such lot."""
        return self._rows.get(lot)

    def _report(self, name: str) -> Report:
        return CATALOG[name].make(self.books, Question())

    @cached_property
    def _known(self) -> frozenset[Lot]:
        return frozenset(line.lot for line in self.books.lines)

    @cached_property
    def _rows(self) -> Mapping[Lot, Row]:
        rows = self.report("lots").rows
        return {Lot(row["commodity"], row["lot"]): row for row in rows}

    @cached_property
    def _held(self) -> Mapping[tuple[str, Cost], Lot]:
        """The lots by what a position of theirs looks like, which is all that a query is given."""
        return {
            (posting.units.currency, posting.cost): Lot(meta["lot-commodity"], meta["lot"])
            for entry in self.books.entries
            if isinstance(entry, data.Transaction)
            for posting in entry.postings
            if posting.cost is not None and "lot-commodity" in (meta := posting.meta or {})
        }
