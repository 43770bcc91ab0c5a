"""Which layers supply an issue: one walk for every method, which differ in the sort key."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from lotcost.core.rounding import (
    anew,
    join,
    residue,
    split,
    unit_cost_to_hold,
)
from lotcost.model import ZERO, Layer, Method

Key = tuple[int, int, int]
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


class Bars(NamedTuple):
    """What forbids lots to be drawn on a day.

    Attributes:
      news: How often anything was said, up to that day, that may free a lot again.
    """

    bar: Callable[[Layer], object]
    news: int


class Pile:
    """A layer as it stands now."""

    __slots__ = ("layer", "serial")

    def __init__(self, layer: Layer, serial: int) -> None:
        self.layer = layer
        self.serial = serial


Place = tuple[Key, int, Pile]
Plan = list[tuple[Pile, Decimal]]


class Queue:
    """Piles in the order they are drawn.

    Args:
      key: The order they are drawn in; equals as they came.
    """

    def __init__(self, key: Callable[[Layer], Key]) -> None:
        self._key = key
        self._in: dict[int, Pile] = {}
        # The place of a pile that left stays in the heap, in vain, until its turn comes.
        self._heap: list[Place] = []

    def add(self, pile: Pile) -> None:
        """Let a pile stand in the queue, if it does not already."""
        if pile.serial not in self._in:
            self._in[pile.serial] = pile
            heapq.heappush(self._heap, (self._key(pile.layer), pile.serial, pile))

    def first(self) -> Place | None:
        """Return the place of the pile whose turn it is; places compare as turns do."""
        heap, standing = self._heap, self._in
        while heap and heap[0][1] not in standing:
            heapq.heappop(heap)
        return heap[0] if heap else None

    def leave(self, pile: Pile) -> None:
        """Let a pile leave the queue, if it stands in it."""
        self._in.pop(pile.serial, None)

    def leave_all(self) -> Collection[Pile]:
        """Let all piles leave the queue, and return them."""
        left, self._in, self._heap = self._in, {}, []
        return left.values()

    def __contains__(self, pile: Pile) -> bool:
        return pile.serial in self._in

    def __iter__(self) -> Iterator[Pile]:
        return iter(self._in.values())

    def __len__(self) -> int:
        return len(self._in)


class Shelf:
    """The layers of one commodity in one account, in the order they are drawn.

    A pile that is empty stays known, as goods may come back to it; it leaves the queues. One
    that is barred when its turn comes steps aside, so that the next sale need not pass it.

    Args:
      key: The order they are drawn in.
    """

    def __init__(self, key: Callable[[Layer], Key]) -> None:
        self.units = ZERO
        self._queue = Queue(key)
        self._aside = Queue(key)
        self._lots: dict[str, Queue] = {}
        self._by_order: dict[int, list[Pile]] = {}
        self._serial = 0
        self._news = 0

    @property
    def lots(self) -> Collection[str]:
        """The numbers of the lots on hand."""
        return self._lots.keys()

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
        self._enqueue(pile)
        return layer

    def put_together(self, parts: Iterable[Layer], cent: Decimal) -> list[Layer]:
        """Add parts of what one event moves here, the last one out first."""
        return [self.put(part, cent) for part in parts]

    def take(
        self, units: Decimal, lot: str | None, bars: Bars | None, cent: Callable[[str], Decimal]
    ) -> tuple[Layer, ...] | None:
        """Draw units, of one lot where one is named, or nothing at all where they fall short.

        Args:
          bars: What lots are passed over for, if anything.
        """
        if units > self.units or (lot is not None and lot not in self._lots):
            return None
        if bars is not None and bars.news != self._news:
            self._news = bars.news
            for pile in self._aside.leave_all():
                self._queue.add(pile)
        first = self._next(lot, bars).first()
        if first is not None and ZERO < units < first[2].layer.units:
            pile = first[2]
            # Most draws leave a rest of one layer: no queue changes, and no plan is wanted.
            if bars is None or not bars.bar(pile.layer):
                self.units -= units
                return (self._draw(pile, units, cent),)
        plan = self._plan(units, lot, bars)
        if plan is None:
            return None
        self.units -= units
        return tuple([self._drawn(pile, part, cent) for pile, part in plan])

    def layers(self, lot: str | None = None) -> Iterator[Layer]:
        """Yield what is on hand, first in first out, of one lot where one is named."""
        return (pile.layer for pile in sorted(self._piles(lot), key=_first_in))

    def latest(self, lot: str | None = None) -> Layer | None:
        """Return the last layer in of what is on hand, with the cost its units are drawn at."""
        last = max(self._piles(lot), key=_first_in, default=None)
        return None if last is None else last.layer

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
        """Let a pile that has units be drawn."""
        if pile not in self._aside:
            self._queue.add(pile)
        number = pile.layer.lot.number
        if number not in self._lots:
            self._lots[number] = Queue(fifo)
        self._lots[number].add(pile)

    def _drawn(self, pile: Pile, units: Decimal, cent: Callable[[str], Decimal]) -> Layer:
        """Draw from a pile, which leaves the queues where it is used up."""
        out = self._draw(pile, units, cent)
        if not pile.layer.units:
            self._queue.leave(pile)
            self._aside.leave(pile)
            lot = self._lots.get(pile.layer.lot.number)
            if lot is not None:
                lot.leave(pile)
                if not lot:
                    del self._lots[pile.layer.lot.number]
        return out

    def _piles(self, lot: str | None) -> Iterable[Pile]:
        """The piles on hand, in no order."""
        return chain(self._queue, self._aside) if lot is None else self._lots.get(lot, ())

    def _plan(self, units: Decimal, lot: str | None, bars: Bars | None) -> Plan | None:
        """Choose what to draw: piles leave their queue as they are used up or passed over."""
        plan: Plan = []
        passed = []
        while units:
            queue = self._next(lot, bars)
            place = queue.first()
            if place is None:
                break
            pile = place[2]
            on_hand = pile.layer.units
            if bars is not None and bars.bar(pile.layer):
                passed.append(pile)
            elif on_hand > units:
                plan.append((pile, units))
                units = ZERO
                break
            else:
                plan.append((pile, on_hand))
                units -= on_hand
            queue.leave(pile)
        own = self._queue if lot is None else self._lots[lot]
        for pile in passed:
            (self._aside if lot is None else own).add(pile)
        if not units:
            return plan
        for pile, _ in plan:
            own.add(pile)
        return None

    def _next(self, lot: str | None, bars: Bars | None) -> Queue:
        """Return the queue whose turn it is; where nothing is barred, none stands aside."""
        if lot is not None:
            return self._lots[lot]
        if bars is None and self._aside:
            aside, first = self._aside.first(), self._queue.first()
            if aside is not None and (first is None or aside < first):
                return self._aside
        return self._queue


def _first_in(pile: Pile) -> tuple[Key, int]:
    return fifo(pile.layer), pile.serial
