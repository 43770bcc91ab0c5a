"""What was sold, to be found again when it comes back."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from lotcost.model import Costed, Layer, Movement

_Key = tuple[str, str, str, str | None]


class Sold(NamedTuple):
    """What a sale drew of a commodity, in the order it was drawn; customer returns shorten it.

    Attributes:
      place: Its place among all sales.
    """

    place: int
    movement: Movement
    parts: list[Layer]

    def of_lot(self, lot: str | None) -> list[Layer]:
        """Return what is left of it, of one lot where one is named."""
        return [part for part in self.parts if lot is None or part.lot.number == lot]


class Sales:
    """All that was sold.

    It is sorted by commodity, link, customer and lot when the first goods come back: most
    never do.
    """

    def __init__(self) -> None:
        self._all: list[Costed] = []
        self._sorted = 0
        self._places = 0
        self._by: dict[_Key, list[Sold]] = defaultdict(list)
        self.add = self._all.append

    def of(self, commodity: str, lot: str | None, movement: Movement) -> Iterator[Sold]:
        """Yield the sales that goods come back from, the latest first.

        Those that share a link with the return; else those to the same customer; else all.
        """
        self._sort()
        linked = self._latest(lot, *((commodity, "link", link, lot) for link in movement.links))
        party = (commodity, "party", movement.party, lot)
        theirs = self._latest(lot, party) if movement.party else iter(())
        for sales in (linked, theirs, self._latest(lot, (commodity, "", "", lot))):
            for sale in sales:
                return chain((sale,), sales)
        return iter(())

    def _latest(self, lot: str | None, *keys: _Key) -> Iterator[Sold]:
        """Yield what is left of sales, the latest first, and each once."""
        found = [self._by[key] for key in keys if key in self._by]
        for sales in found:
            while sales and not sales[-1].of_lot(lot):
                sales.pop()  # nothing of it can come back any more
        before = -1
        for sale in heapq.merge(*map(reversed, found), key=lambda sale: -sale.place):
            if sale.place != before and sale.of_lot(lot):
                yield sale
            before = sale.place

    def _sort(self) -> None:
        for costed in self._all[self._sorted :]:
            movement = costed.movement
            for issue, parts in zip(movement.issues, costed.drawn, strict=True):
                self._add(Sold(self._places, movement, list(parts)), issue.commodity)
                self._places += 1
        self._sorted = len(self._all)

    def _add(self, sale: Sold, commodity: str) -> None:
        movement = sale.movement
        lots = {part.lot.number for part in sale.parts}
        for lot in (None, *sorted(lots)):
            self._by[commodity, "", "", lot].append(sale)
            self._by[commodity, "party", movement.party, lot].append(sale)
            for link in movement.links:
                self._by[commodity, "link", link, lot].append(sale)
