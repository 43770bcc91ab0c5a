"""Which layers supply an issue: one walk for every method, which differ in the sort key."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from lotcost.core.rounding import (
    anew,
    join,
    residue,
    split,
    unit_cost_to_hold,
)
from lotcost.model import ZERO, Layer, Method

Key = tuple[int, int, int]
Barred = Callable[[Layer], object]
Join = Callable[[Layer, Layer, Decimal], Layer | None]

_NEVER = 3_700_000  # later than any date's ordinal


def fifo(layer: Layer) -> Key:
    """First in, first out."""
    return layer.acquired.toordinal(), layer.order, 0


def lifo(layer: Layer) -> Key:
    """Last in, first out."""
    return -layer.acquired.toordinal(), -layer.order, 0


def fefo(layer: Layer) -> Key:
    """First expired, first out; lots without a date go last, equals first in, first out."""
    expires = layer.expires.toordinal() if layer.expires else _NEVER
    return expires, layer.acquired.toordinal(), layer.order


SORT_KEYS: dict[Method, Callable[[Layer], Key]] = {
    Method.FIFO: fifo,
    Method.FEFO: fefo,
    Method.LIFO: lifo,
    Method.SPECIFIC: fifo,
    Method.AVERAGE: fifo,
}


class Pile:
    """A layer as it stands now, and whether it stands in the queue."""

    __slots__ = ("layer", "queued", "serial")

    def __init__(self, layer: Layer, serial: int) -> None:
        self.layer = layer
        self.serial = serial
        self.queued = False


class Shelf:
    """The layers of one commodity in one account, in the order they are drawn.

    A pile that is empty stays known, as goods may come back to it; it leaves the queue.

    Args:
      key: The order they are drawn in.
    """

    def __init__(self, key: Callable[[Layer], Key]) -> None:
        self.units = ZERO
        self._key = key
        self._queue: list[tuple[Key, int, Pile]] = []
        self._by_order: dict[int, list[Pile]] = {}
        self._by_lot: dict[str, list[Pile]] = {}
        self._serial = 0

    def pool_currency(self, lot: str) -> str | None:
        """Return the currency a lot's costs are averaged in here, if they are."""
        return None

    def put(self, layer: Layer, cent: Decimal, join: Join = join) -> Layer:
        """Add a layer and return it as it is held here.

        What comes back to where it left from joins it again.

        Args:
          join: Puts goods to a layer of their receipt, where they can be.
        """
        layer = self._held_here(layer, cent)
        self.units += layer.units
        for pile in self._by_order.get(layer.order, ()):
            joined = self._joined(pile.layer, layer, cent, join)
            if joined is not None:
                pile.layer = joined
                break
        else:
            pile = Pile(anew(layer), self._serial)
            self._serial += 1
            self._by_order.setdefault(layer.order, []).append(pile)
            self._by_lot.setdefault(layer.lot.number, []).append(pile)
        self._enqueue(pile)
        return layer

    def take(
        self,
        units: Decimal,
        lot: str | None,
        barred: Barred | None,
        cent: Callable[[str], Decimal],
    ) -> tuple[Layer, ...] | None:
        """Draw units, of one lot where one is named, or nothing at all where they fall short."""
        if units > self.units:
            return None
        plan = (
            self._plan_queue(units, barred) if lot is None else self._plan_lot(units, lot, barred)
        )
        if plan is None:
            return None
        self.units -= units
        return tuple(self._draw(pile, part, cent) for pile, part in plan)

    def layers(self, lot: str | None = None) -> Iterator[Layer]:
        """Yield what is on hand, first in first out, of one lot where one is named."""
        piles = (
            [pile for piles in self._by_lot.values() for pile in piles]
            if lot is None
            else self._by_lot.get(lot, [])
        )
        for pile in first_in(piles):
            if pile.layer.units:
                yield pile.layer

    def latest(self, lot: str | None = None) -> Layer | None:
        """Return the last layer in of what is on hand, with the cost its units are drawn at."""
        return next(reversed(list(self.layers(lot))), None)

    def recost(self, layer: Layer, more: Decimal, down: Decimal, cent: Decimal) -> Layer:
        """Make a layer on hand dearer by `more`, of which `-down` is a write-down."""
        dearer = layer._replace(cost=layer.cost + more, written_down=layer.written_down + down)
        dearer = anew(
            dearer._replace(unit_cost=unit_cost_to_hold(dearer.units, dearer.cost, None, cent))
        )
        for pile in self._by_order[layer.order]:
            if pile.layer is layer:
                pile.layer = dearer
        return dearer

    def _held_here(self, layer: Layer, cent: Decimal) -> Layer:
        """Hold goods as they cost: those out of an average may be held at another unit cost."""
        if abs(residue(layer)) < cent:
            return layer
        return layer._replace(unit_cost=unit_cost_to_hold(layer.units, layer.cost, None, cent))

    def _joined(self, layer: Layer, part: Layer, cent: Decimal, join: Join) -> Layer | None:
        return join(layer, part, cent)

    def _draw(self, pile: Pile, units: Decimal, cent: Callable[[str], Decimal]) -> Layer:
        out, pile.layer = split(pile.layer, units, cent(pile.layer.currency))
        return out

    def _enqueue(self, pile: Pile) -> None:
        if not pile.queued:
            heapq.heappush(self._queue, (self._key(pile.layer), pile.serial, pile))
            pile.queued = True

    def _plan_queue(
        self, units: Decimal, barred: Barred | None
    ) -> list[tuple[Pile, Decimal]] | None:
        plan: list[tuple[Pile, Decimal]] = []
        passed = []
        while units and self._queue:
            pile = self._queue[0][2]
            on_hand = pile.layer.units
            if on_hand and barred is not None and barred(pile.layer):
                passed.append(heapq.heappop(self._queue))
                continue
            part = min(units, on_hand)
            if part:
                plan.append((pile, part))
                units -= part
            if part == on_hand:
                heapq.heappop(self._queue)
                pile.queued = False
        for entry in passed:
            heapq.heappush(self._queue, entry)
        if not units:
            return plan
        for pile, _ in plan:
            self._enqueue(pile)
        return None

    def _plan_lot(
        self, units: Decimal, lot: str, barred: Barred | None
    ) -> list[tuple[Pile, Decimal]] | None:
        plan = []
        for pile in first_in(self._by_lot.get(lot, ())):
            if not units:
                break
            if not pile.layer.units or (barred is not None and barred(pile.layer)):
                continue
            part = min(units, pile.layer.units)
            plan.append((pile, part))
            units -= part
        return None if units else plan


def first_in(piles: Iterable[Pile]) -> list[Pile]:
    """Sort piles first in, first out."""
    return sorted(piles, key=lambda pile: (fifo(pile.layer), pile.serial))
