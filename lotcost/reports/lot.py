"""One lot: its card, where its units went, what it cost and what it earned."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from lotcost.ledger.books import Books
from lotcost.ledger.cards import Fact
from lotcost.model import Kind, Lot
from lotcost.reports.movements import movements
from lotcost.reports.report import Report, Row
from lotcost.reports.stock import rows


class OneLot(NamedTuple):
    """All there is to say of a lot on the evening of a day.

    Attributes:
      name: What its goods are called.
      figures: Its row of the `lots` report.
      card: The latest of each fact; `history` has every one that was new, oldest first.
    """

    lot: Lot
    name: str | None
    at: datetime.date
    figures: Row
    card: tuple[Fact, ...]
    history: tuple[Fact, ...]
    movements: Report

    @property
    def units_in(self) -> Decimal:
        """What came in, by receipt, count or transfer."""
        return self._sum("units_received", "units_adjusted", "units_transferred")

    @property
    def units_accounted(self) -> Decimal:
        """What went out and what is left: `units_in`, unless a filter hides a movement."""
        return self._sum("units_sold", "units_consumed", "units_written_off", "units_on_hand")

    @property
    def cost_in(self) -> Decimal:
        """What the lot cost in all."""
        added = self._sum("cost_received", "cost_landed", "cost_adjusted", "cost_transferred")
        return added - self._sum("cost_written_down")

    @property
    def after_write_offs(self) -> Decimal:
        """The gross margin less what was written off."""
        return self._sum("gross_margin") - self._sum("cost_written_off")

    def _sum(self, *names: str) -> Decimal:
        return sum((self.figures[name] for name in names), Decimal(0))


def one_lot(books: Books, lot: Lot) -> OneLot | None:
    """Tell of one lot from books that were asked for it alone; None where nothing moves it."""
    if not books.picked:
        return None
    history = tuple(_said(books, lot))
    goods = books.config.commodities.get(lot.commodity)
    name = goods.meta.get("name") if goods is not None else None
    return OneLot(
        lot=lot,
        name=None if name is None else str(name),
        at=books.at,
        figures=rows(books)[0],
        card=tuple({fact.key: fact for fact in history}.values()),
        history=history,
        movements=movements(books),
    )


def _said(books: Books, lot: Lot) -> Iterator[Fact]:
    """Yield what was said of a lot, leaving out what only travels along when its goods move."""
    travels = {Kind.TRANSFER, Kind.SALE_RETURN}
    along = {id(line.source) for _, line in books.by_lot[lot] if line.kind in travels}
    known: dict[str, object] = {}
    for fact in books.cards.history(lot):
        if id(fact.source) not in along and known.get(fact.key) != fact.value:
            known[fact.key] = fact.value
            yield fact
