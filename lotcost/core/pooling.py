"""Average cost: the piles of a shelf know units alone, and pools know what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from lotcost.core.matching import Join, Shelf
from lotcost.core.piles import Key, Pile
from lotcost.core.rounding import anew, apportion, fixed_unit_cost, join, pool, together
from lotcost.model import Layer


class AverageShelf(Shelf):
    """A shelf whose goods cost their average, over each lot or over all lots together.

    Args:
      key: The order units are drawn in.
      wants_lot: Whether an issue has to say its lot.
      by_lot: Whether each lot has an average of its own.
    """

    def __init__(self, key: Callable[[Pile], Key], wants_lot: bool, by_lot: bool) -> None:
        super().__init__(key, wants_lot)
        self._by_lot_pools = by_lot
        self._pools: dict[str, Pile] = {}

    def mixed(self, coming: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
        """Return two currencies that an average would be of, were goods put here, if any."""
        known: dict[str, str] = {}
        for number, currency in coming:
            name = number if self._by_lot_pools else ""
            whole = self._pools.get(name)
            held = whole.currency if whole is not None and whole.units else currency
            if known.setdefault(name, held) != currency:
                return known[name], currency
        return None

    def put(self, layer: Layer, cent: Decimal, join: Join = join) -> Layer:
        """Add goods to their pile, and their cost to the average."""
        layer = super().put(layer, cent, join)
        self._average(layer, cent)
        return layer

    def put_together(self, parts: Iterable[Layer], cent: Decimal) -> list[Layer]:
        """Add parts to their piles, and what they cost together to the average.

        One by one they would not undo their leaving: goods of two lots that went to another
        average come back at the same cost together, each at another.
        """
        held: list[Layer] = []
        come: dict[str, Layer] = {}
        for part in parts:
            layer = super().put(part, cent)
            name = self._pool_of(layer)
            come[name] = together(come[name], layer) if name in come else layer
            held.append(layer)
        for layer in come.values():
            self._average(layer, cent)
        return held

    def layers(self, lot: str | None = None) -> Iterator[Layer]:
        """Yield what is on hand, each with its units' share of the average."""
        shares = self._shares(lot if self._by_lot_pools else None)
        for layer in super().layers(lot):
            yield shares[id(layer)]

    def latest(self, lot: str | None = None) -> Layer | None:
        """Return the last layer in of what is on hand, with the cost its units are drawn at."""
        last = super().latest(lot)
        if last is None:
            return None
        whole = self._pools[self._pool_of(last)].layer
        return last._replace(units=whole.units, cost=whole.cost)

    def recost(self, layer: Layer, more: Decimal, down: Decimal, cent: Decimal) -> Layer:
        """Make a layer on hand dearer by `more`, and with it the average it is part of."""
        whole = self._pools[self._pool_of(layer)]
        whole.hold(anew(_dearer(whole.layer, more, down), cent))
        return _dearer(layer, more, down)

    def _average(self, layer: Layer, cent: Decimal) -> None:
        name = self._pool_of(layer)
        known = self._pools.get(name)
        # One that is empty may be begun anew in another currency, with its own cent.
        if known is None or known.currency != layer.currency:
            self._pools[name] = Pile(layer, len(self._pools), cent)
        else:
            known.hold(pool(known.layer, layer, cent))

    def _pool_of(self, layer: Layer | Pile) -> str:
        return layer.lot.number if self._by_lot_pools else ""

    def _held_here(self, layer: Layer, cent: Decimal) -> Layer:
        """Hold goods at a fixed unit cost.

        An average moves with each receipt and the positions of a ledger do not: what they miss
        of it is their residue.
        """
        if layer.unit_cost is not None:
            return layer
        return layer._replace(unit_cost=fixed_unit_cost(layer.units, layer.cost, cent))

    def _joined(self, layer: Layer, part: Layer, cent: Decimal, join: Join) -> Layer | None:
        if layer.unit_cost != part.unit_cost:
            return None
        return layer._replace(units=layer.units + part.units)

    def _draw(self, pile: Pile, units: Decimal) -> Layer:
        return pile.draw_from(self._pools[self._pool_of(pile)], units)

    def _shares(self, lot: str | None) -> dict[int, Layer]:
        """The layers of a lot, or of all, by identity: each with its share of its pool's cost."""
        members: dict[str, list[Layer]] = {}
        for layer in super().layers(lot):
            members.setdefault(self._pool_of(layer), []).append(layer)
        shared = {}
        for name, layers in members.items():
            whole = self._pools[name].layer
            cent = self._pools[name].cent
            units = [layer.units for layer in layers]
            costs = apportion(whole.cost, units, cent)
            downs = apportion(whole.written_down, units, cent)
            for layer, cost, down in zip(layers, costs, downs, strict=True):
                shared[id(layer)] = layer._replace(cost=cost, written_down=down)
        return shared


def _dearer(layer: Layer, more: Decimal, down: Decimal) -> Layer:
    return layer._replace(cost=layer.cost + more, written_down=layer.written_down + down)
