"""What was sold of a commodity, to be found again when it comes back."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from lotcost.model import Layer, Movement


class Sold(NamedTuple):
    """What a sale drew, in the order it was drawn; customer returns shorten it.

    Attributes:
      place: Its place among the sales of its commodity.
    """

    place: int
    movement: Movement
    parts: list[Layer]

    def of_lot(self, lot: str | None) -> list[Layer]:
        """Return what is left of it, of one lot where one is named."""
        return [part for part in self.parts if lot is None or part.lot.number == lot]


class Sales:
    """All that was sold of a commodity.

    It is sorted by link, customer and lot when the first goods come back: most never do.
    """

    def __init__(self) -> None:
        self._all: list[tuple[Movement, Sequence[Layer]]] = []
        self._sorted = 0
        self._by: dict[tuple[str, str, str | None], list[Sold]] = defaultdict(list)

    def add(self, movement: Movement, parts: Sequence[Layer]) -> None:
        """Add what a sale drew."""
        self._all.append((movement, parts))

    def of(self, lot: str | None, movement: Movement) -> Iterator[Sold]:
        """Yield the sales that goods come back from, the latest first.

        Those that share a link with the return; else those to the same customer; else all.
        """
        self._sort()
        linked = self._latest(*(("link", link, lot) for link in movement.links))
        theirs = self._latest(("party", movement.party, lot)) if movement.party else iter(())
        for sales in (linked, theirs, self._latest(("", "", lot))):
            for sale in sales:
                return chain((sale,), sales)
        return iter(())

    def _latest(self, *keys: tuple[str, str, str | None]) -> Iterator[Sold]:
        """Yield what is left of sales, the latest first, and each once."""
        found = [self._by[key] for key in keys if key in self._by]
        lot = keys[0][2] if keys else None
        for sales in found:
            while sales and not sales[-1].of_lot(lot):
                sales.pop()  # nothing of it can come back any more
        before = -1
        for sale in heapq.merge(*map(reversed, found), key=lambda sale: -sale.place):
            if sale.place != before and sale.of_lot(lot):
                yield sale
            before = sale.place

    def _sort(self) -> None:
        for place in range(self._sorted, len(self._all)):
            movement, parts = self._all[place]
            sale = Sold(place, movement, list(parts))
            lots = {part.lot.number for part in parts}
            for lot in (None, *sorted(lots)):
                self._by["", "", lot].append(sale)
                self._by["party", movement.party, lot].append(sale)
                for link in movement.links:
                    self._by["link", link, lot].append(sale)
        self._sorted = len(self._all)
