"""Layers as they stand now, and the queues they are drawn from."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal

from lotcost.core.rounding import anew, cost_gone, down_gone
from lotcost.model import ZERO, Layer, maker

Key = tuple[int, int, int]
_layer = maker(Layer)


class Pile:
    """A layer as it stands now, in an account where goods come and go.

    Its attributes are those of a layer. A draw changes no more than what is left of it: what
    that is as a layer is made when somebody asks for it, which few draws are followed by.

    Attributes:
      serial: Its place among the piles of its account and commodity.
      cent: The smallest unit of its currency.
    """

    __slots__ = (
        *("_gone_cost", "_is_down", "_layer", "acquired", "basis", "cent", "currency"),
        *("expires", "gone", "lot", "order", "serial", "unit_cost", "units"),
    )

    def __init__(self, layer: Layer, serial: int, cent: Decimal) -> None:
        self.serial = serial
        self.cent = cent
        self.hold(anew(layer, cent))

    def hold(self, layer: Layer) -> None:
        """Become a layer."""
        self.lot = layer.lot
        self.acquired = layer.acquired
        self.order = layer.order
        self.expires = layer.expires
        self.units = layer.units
        self.currency = layer.currency
        self.unit_cost = layer.unit_cost
        self.basis = layer.basis
        self.gone = layer.gone
        self._gone_cost = layer.basis.cost - layer.cost
        self._is_down = bool(layer.basis.written_down)
        self._layer: Layer | None = layer

    @property
    def layer(self) -> Layer:
        """What is left; it is the same one until the pile changes."""
        if self._layer is None:
            basis, down = self.basis, down_gone(self.basis, self.gone, self.cent)
            self._layer = self._part(
                self.units, basis.cost - self._gone_cost, self.gone, basis.written_down - down
            )
        return self._layer

    def draw(self, units: Decimal) -> Layer:
        """Draw units, at most all there are; they cost what the basis says of their place."""
        basis, before, cost_before = self.basis, self.gone, self._gone_cost
        self._layer = None
        self.units -= units
        self.gone = after = before + units
        self._gone_cost = cost = cost_gone(basis, after, self.cent)
        down = ZERO
        if self._is_down:
            down = down_gone(basis, after, self.cent) - down_gone(basis, before, self.cent)
        return self._part(units, cost - cost_before, before, down)

    def draw_from(self, pool: Pile, units: Decimal) -> Layer:
        """Draw units that cost what a pool says."""
        self._layer = None
        self.units -= units
        out = pool.draw(units)
        part = self._part(units, out.cost, out.gone, out.written_down)
        return part._replace(basis=out.basis)

    def _part(self, units: Decimal, cost: Decimal, gone: Decimal, down: Decimal) -> Layer:
        lot, acquired, order, expires = self.lot, self.acquired, self.order, self.expires
        currency, unit_cost, basis = self.currency, self.unit_cost, self.basis
        return _layer(
            (lot, acquired, order, expires, units, cost, currency, unit_cost, basis, gone, down)
        )


Place = tuple[Key, int, Pile]


class Queue:
    """Piles in the order they are drawn.

    Args:
      key: The order they are drawn in; equals as they came.
    """

    __slots__ = ("_heap", "_in", "_key")

    def __init__(self, key: Callable[[Pile], Key]) -> None:
        self._key = key
        self._in: dict[int, Pile] = {}
        # Made when it is first asked for. The place of a pile that left stays in it, in vain,
        # until its turn comes.
        self._heap: list[Place] | None = None

    def add(self, pile: Pile) -> None:
        """Let a pile stand in the queue, if it does not already."""
        if pile.serial not in self._in:
            self._in[pile.serial] = pile
            if self._heap is not None:
                heapq.heappush(self._heap, self._place(pile))

    def first(self) -> Place | None:
        """Return the place of the pile whose turn it is; places compare as turns do."""
        heap, standing = self._heap, self._in
        if heap is None:
            heap = self._heap = self._heaped()
        while heap and heap[0][1] not in standing:
            heapq.heappop(heap)
        return heap[0] if heap else None

    def _heaped(self) -> list[Place]:
        heap = [self._place(pile) for pile in self._in.values()]
        heapq.heapify(heap)
        return heap

    def leave(self, pile: Pile) -> None:
        """Let a pile leave the queue, if it stands in it."""
        self._in.pop(pile.serial, None)

    def leave_all(self) -> Collection[Pile]:
        """Let all piles leave the queue, and return them."""
        left, self._in, self._heap = self._in, {}, None
        return left.values()

    def _place(self, pile: Pile) -> Place:
        return self._key(pile), pile.serial, pile

    def __contains__(self, pile: Pile) -> bool:
        return pile.serial in self._in

    def __iter__(self) -> Iterator[Pile]:
        return iter(self._in.values())

    def __len__(self) -> int:
        return len(self._in)
