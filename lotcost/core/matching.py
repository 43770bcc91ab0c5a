"""Which layers supply an issue: one walk for every method, which differ in the sort key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from itertools import chain

from lotcost.core.bars import Bars
from lotcost.core.piles import Key, Pile, Queue
from lotcost.core.rounding import anew, join, residue, unit_cost_to_hold
from lotcost.model import ZERO, Layer, Method

Join = Callable[[Layer, Layer, Decimal], Layer | None]

_NEVER = 3_700_000  # later than any date's ordinal


def fifo(pile: Pile) -> Key:
    """First in, first out."""
    return pile.acquired.toordinal(), pile.order, 0


def lifo(pile: Pile) -> Key:
    """Last in, first out."""
    return -pile.acquired.toordinal(), -pile.order, 0


def fefo(pile: Pile) -> Key:
    """First expired, first out; lots without a date go last, equals first in, first out."""
    expires = pile.expires.toordinal() if pile.expires else _NEVER
    return expires, pile.acquired.toordinal(), pile.order


SORT_KEYS: dict[Method, Callable[[Pile], Key]] = {
    Method.FIFO: fifo,
    Method.FEFO: fefo,
    Method.LIFO: lifo,
    Method.SPECIFIC: fifo,
    Method.AVERAGE: fifo,
}


Plan = list[tuple[Pile, Decimal]]


class Shelf:
    """The layers of one commodity in one account, in the order they are drawn.

    A pile that is empty stays known, as goods may come back to it; it leaves the queues. One
    that is barred when its turn comes steps aside, so that the next sale need not pass it.

    Args:
      key: The order they are drawn in.
      wants_lot: Whether an issue has to say its lot.
    """

    # Not a method, which would be one more call at each draw.
    _draw: Callable[[Pile, Decimal], Layer] = staticmethod(Pile.draw)

    def __init__(self, key: Callable[[Pile], Key], wants_lot: bool) -> None:
        self.wants_lot = wants_lot
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

    def mixed(self, coming: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
        """Return two currencies that an average would be of, were goods put here, if any.

        Args:
          coming: The number of each lot and the currency of its cost.
        """
        return None

    def put(self, layer: Layer, cent: Decimal, join: Join = join) -> Layer:
        """Add a layer and return it as it is held here.

        What comes back to where it left from joins it again.

        Args:
          join: Puts goods to a layer of their receipt, where they can be.
        """
        layer = self._held_here(layer, cent)
        for pile in self._by_order.get(layer.order, ()):
            joined = self._joined(pile.layer, layer, cent, join)
            if joined is not None:
                pile.hold(joined)
                break
        else:
            pile = Pile(layer, self._serial, cent)
            self._serial += 1
            self._by_order.setdefault(layer.order, []).append(pile)
        self._enqueue(pile)
        return layer

    def put_together(self, parts: Iterable[Layer], cent: Decimal) -> list[Layer]:
        """Add parts of what one event moves here, the last one out first."""
        return [self.put(part, cent) for part in parts]

    def take(self, units: Decimal, lot: str | None, bars: Bars | None) -> tuple[Layer, ...] | None:
        """Draw units, of one lot where one is named, or nothing at all where they fall short.

        Args:
          bars: What lots are passed over for, if anything.
        """
        if lot is not None and lot not in self._lots:
            return None
        if bars is not None and bars.news != self._news:
            self._news = bars.news
            for pile in self._aside.leave_all():
                self._queue.add(pile)
        queue = self._queue if lot is None and bars is not None else self._next(lot, bars)
        place = queue.first()
        if place is not None:
            pile = place[2]
            # Most draws leave some of one pile, and want no plan.
            if ZERO < units < pile.units and (bars is None or not bars.bar(pile)):
                return (self._draw(pile, units),)
        plan = self._plan(units, lot, bars)
        return None if plan is None else self._carried_out(plan)

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
        held_at = unit_cost_to_hold(dearer.units, dearer.cost, None, cent)
        dearer = anew(dearer._replace(unit_cost=held_at), cent)
        for pile in self._by_order[layer.order]:
            if pile.layer is layer:
                pile.hold(dearer)
        return dearer

    def _held_here(self, layer: Layer, cent: Decimal) -> Layer:
        """Hold goods as they cost: those out of an average may be held at another unit cost."""
        if abs(residue(layer)) < cent:
            return layer
        return layer._replace(unit_cost=unit_cost_to_hold(layer.units, layer.cost, None, cent))

    def _joined(self, layer: Layer, part: Layer, cent: Decimal, join: Join) -> Layer | None:
        return join(layer, part, cent)

    def _enqueue(self, pile: Pile) -> None:
        """Let a pile that has units be drawn."""
        if pile not in self._aside:
            self._queue.add(pile)
        number = pile.lot.number
        if number not in self._lots:
            self._lots[number] = Queue(fifo)
        self._lots[number].add(pile)

    def _carried_out(self, plan: Plan) -> tuple[Layer, ...]:
        return tuple([self._drawn(pile, units) for pile, units in plan])

    def _drawn(self, pile: Pile, units: Decimal) -> Layer:
        """Draw from a pile, which leaves the queues where it is used up."""
        out = self._draw(pile, units)
        if not pile.units:
            self._queue.leave(pile)
            self._aside.leave(pile)
            number = pile.lot.number
            lot = self._lots.get(number)
            if lot is not None:
                lot.leave(pile)
                if not lot:
                    del self._lots[number]
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
            on_hand = pile.units
            if bars is not None and bars.bar(pile):
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
    return fifo(pile), pile.serial
