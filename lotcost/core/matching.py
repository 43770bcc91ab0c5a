"""Which layers supply an issue: one walk for every method, which differ in the sort key."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from lotcost.core.rounding import (
    anew,
    apportion,
    fixed_unit_cost,
    join,
    pool,
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


class _Pile:
    """A layer as it stands now, and whether it stands in the queue."""

    __slots__ = ("layer", "queued", "serial")

    def __init__(self, layer: Layer, serial: int) -> None:
        self.layer = layer
        self.serial = serial
        self.queued = False


class Shelf:
    """The layers of one commodity in one account, in the order they are drawn.

    A pile that is empty stays known, as goods may come back to it; it leaves the queue. Where
    costs are averaged the piles know units alone, and pools know what they cost.

    Args:
      key: The order they are drawn in.
      pooled: Whether costs are averaged, over each lot or over all of them.
    """

    def __init__(
        self, key: Callable[[Layer], Key], pooled: bool = False, by_lot: bool = False
    ) -> None:
        self.units = ZERO
        self._key = key
        self._pooled = pooled
        self._by_lot_pools = by_lot
        self._pools: dict[str, Layer] = {}
        self._cents: dict[str, Decimal] = {}
        self._queue: list[tuple[Key, int, _Pile]] = []
        self._by_order: dict[int, list[_Pile]] = {}
        self._by_lot: dict[str, list[_Pile]] = {}
        self._serial = 0

    def pool_currency(self, lot: str) -> str | None:
        """Return the currency a lot's costs are averaged in here, if they are."""
        known = self._pools.get(lot if self._by_lot_pools else "")
        return known.currency if known is not None and known.units else None

    def put(self, layer: Layer, cent: Decimal, join: Join = join) -> Layer:
        """Add a layer and return it as it is held here.

        What comes back to where it left from joins it again.

        Args:
          join: Puts goods to a layer of their receipt, where they can be.
        """
        layer = self._held_here(layer, cent)
        if self._pooled:
            name = self._pool_of(layer)
            known = self._pools.get(name)
            self._pools[name] = anew(layer) if known is None else pool(known, layer, cent)
            self._cents[name] = cent
        self.units += layer.units
        for pile in self._by_order.get(layer.order, ()):
            joined = self._joined(pile.layer, layer, cent, join)
            if joined is not None:
                pile.layer = joined
                break
        else:
            pile = _Pile(anew(layer), self._serial)
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
        if self._pooled:
            return self._take_pooled(plan)
        drawn = []
        for pile, part in plan:
            out, pile.layer = split(pile.layer, part, cent(pile.layer.currency))
            drawn.append(out)
        return tuple(drawn)

    def layers(self, lot: str | None = None) -> Iterator[Layer]:
        """Yield what is on hand, first in first out, of one lot where one is named."""
        piles = (
            [pile for piles in self._by_lot.values() for pile in piles]
            if lot is None
            else self._by_lot.get(lot, [])
        )
        costs = self._shares_of_pools() if self._pooled else {}
        for pile in _first_in(piles):
            if pile.layer.units:
                yield costs.get(pile.serial, pile.layer)

    def latest(self, lot: str | None = None) -> Layer | None:
        """Return the last layer in of what is on hand, with the cost its units are drawn at."""
        layers = list(self.layers(lot))
        if not layers or not self._pooled:
            return layers[-1] if layers else None
        whole = self._pools[self._pool_of(layers[-1])]
        return layers[-1]._replace(units=whole.units, cost=whole.cost)

    def recost(self, layer: Layer, more: Decimal, down: Decimal, cent: Decimal) -> Layer:
        """Make a layer on hand dearer by `more`, of which `-down` is a write-down."""
        dearer = layer._replace(cost=layer.cost + more, written_down=layer.written_down + down)
        if self._pooled:
            name = self._pool_of(layer)
            known = self._pools[name]
            self._pools[name] = anew(
                known._replace(cost=known.cost + more, written_down=known.written_down + down)
            )
            return dearer
        dearer = anew(
            dearer._replace(unit_cost=unit_cost_to_hold(dearer.units, dearer.cost, None, cent))
        )
        for pile in self._by_order[layer.order]:
            if pile.layer is layer:
                pile.layer = dearer
        return dearer

    def _pool_of(self, layer: Layer) -> str:
        return layer.lot.number if self._by_lot_pools else ""

    def _held_here(self, layer: Layer, cent: Decimal) -> Layer:
        """Hold goods at a fixed unit cost where costs are averaged; else as they cost.

        An average moves with each receipt and the positions of a ledger do not: what they miss
        of it is their residue.
        """
        if self._pooled:
            if layer.unit_cost is not None:
                return layer
            return layer._replace(unit_cost=fixed_unit_cost(layer.units, layer.cost, cent))
        if abs(residue(layer)) < cent:
            return layer
        return layer._replace(unit_cost=unit_cost_to_hold(layer.units, layer.cost, None, cent))

    def _joined(self, layer: Layer, part: Layer, cent: Decimal, join: Join) -> Layer | None:
        if not self._pooled:
            return join(layer, part, cent)
        if layer.unit_cost != part.unit_cost:
            return None
        return layer._replace(units=layer.units + part.units)

    def _take_pooled(self, plan: list[tuple[_Pile, Decimal]]) -> tuple[Layer, ...]:
        drawn = []
        for pile, part in plan:
            name = self._pool_of(pile.layer)
            out, self._pools[name] = split(self._pools[name], part, self._cents[name])
            drawn.append(
                pile.layer._replace(
                    units=part, cost=out.cost, written_down=out.written_down, basis=out.basis
                )
            )
            pile.layer = pile.layer._replace(units=pile.layer.units - part)
        return tuple(drawn)

    def _shares_of_pools(self) -> dict[int, Layer]:
        """Each pile with its share of its pool's cost."""
        members: dict[str, list[_Pile]] = {}
        for pile in _first_in(pile for piles in self._by_lot.values() for pile in piles):
            if pile.layer.units:
                members.setdefault(self._pool_of(pile.layer), []).append(pile)
        shared = {}
        for name, piles in members.items():
            whole, cent = self._pools[name], self._cents[name]
            units = [pile.layer.units for pile in piles]
            costs = apportion(whole.cost, units, cent)
            downs = apportion(whole.written_down, units, cent)
            for pile, cost, down in zip(piles, costs, downs, strict=True):
                shared[pile.serial] = pile.layer._replace(cost=cost, written_down=down)
        return shared

    def _enqueue(self, pile: _Pile) -> None:
        if not pile.queued:
            heapq.heappush(self._queue, (self._key(pile.layer), pile.serial, pile))
            pile.queued = True

    def _plan_queue(
        self, units: Decimal, barred: Barred | None
    ) -> list[tuple[_Pile, Decimal]] | None:
        plan: list[tuple[_Pile, Decimal]] = []
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
    ) -> list[tuple[_Pile, Decimal]] | None:
        plan = []
        for pile in _first_in(self._by_lot.get(lot, ())):
            if not units:
                break
            if not pile.layer.units or (barred is not None and barred(pile.layer)):
                continue
            part = min(units, pile.layer.units)
            plan.append((pile, part))
            units -= part
        return None if units else plan


def _first_in(piles: Iterable[_Pile]) -> list[_Pile]:
    return sorted(piles, key=lambda pile: (fifo(pile.layer), pile.serial))
