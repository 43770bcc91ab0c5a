"""Cents: how a total is shared out so that nothing appears and nothing is lost.

A lot keeps its total cost and its units; what one unit costs follows from them. The first
unit leaves at the unit cost rounded half up and the last one takes the residue, so that
98.00 over 3 leaves as 32.67, 32.67, 32.66. What has left depends on how many units
have left, not on the steps they left in: two issues cost what one of their sum costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from lotcost.model import ZERO, Basis, Layer

ONE = Decimal(1)
_UNIT_COST_DIGITS = Decimal("1e-8")


class Slice(NamedTuple):
    """Units at one unit cost: how a ledger holds a part of a layer."""

    units: Decimal
    unit_cost: Decimal


def half_up(amount: Decimal, cent: Decimal) -> Decimal:
    """Round money to its smallest unit, half away from zero."""
    return amount.quantize(cent, ROUND_HALF_UP)


def basis_of(units: Decimal, cost: Decimal, cent: Decimal, written_down: Decimal = ZERO) -> Basis:
    """Return what the cost of units is shared out from, while none of them has left."""
    first_off, each = ZERO, None
    if units and not units % ONE:
        first = (cost / units).quantize(cent, ROUND_HALF_UP)
        first_off = first * units - cost
        each = None if first_off else first
    return Basis(units, cost, written_down, first_off, each)


def cost_gone(basis: Basis, out: Decimal, cent: Decimal) -> Decimal:
    """Return the cost of the first `out` of a basis's units.

    In proportion, but that the first unit's own rounding fades out over the units that
    follow it. Never falls as `out` grows, is exact at both ends, and between two whole
    counts moves by one of two amounts that are one cent apart.
    """
    units, cost, _, first_off, each = basis
    if out == units:
        return cost
    if each is not None:
        return (each * out).quantize(cent, ROUND_HALF_UP)
    if not first_off or out < ONE:
        return (cost * out / units).quantize(cent, ROUND_HALF_UP)
    # cost * out / units + first_off / units / out, in one division: a half stays a half.
    return ((cost * out * out + first_off) / (units * out)).quantize(cent, ROUND_HALF_UP)


def down_gone(basis: Basis, out: Decimal, cent: Decimal) -> Decimal:
    """Return what of the write-downs the first `out` of a basis's units take along."""
    if not basis.written_down:
        return ZERO
    return cost_gone(basis_of(basis.units, basis.written_down, cent), out, cent)


def apportion(total: Decimal, weights: Sequence[Decimal], cent: Decimal) -> list[Decimal]:
    """Share `total` by `weights` in cents, by largest remainder.

    The parts add up to the total. Where remainders are equal the earlier part gets the
    cent; weights that are all zero share equally.
    """
    if len(weights) < 2:
        return [total + ZERO.quantize(cent) for _ in weights]
    if total < ZERO:
        return [-part for part in apportion(-total, weights, cent)]
    whole = sum(weights, ZERO)
    if not whole:
        weights, whole = [ONE] * len(weights), Decimal(len(weights))
    exact = [total * weight / whole for weight in weights]
    parts = [part.quantize(cent, ROUND_FLOOR) for part in exact]
    left = int((total - sum(parts, ZERO)) / cent)
    neediest = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in neediest[:left]:
        parts[i] += cent
    # A total finer than a cent leaves a rest that no cent can carry: the last part has it.
    parts[-1] += total - sum(parts, ZERO)
    return parts


def anew(layer: Layer, cent: Decimal) -> Layer:
    """Return a layer whose cost is shared out from what it is now."""
    units, cost, down = layer.units, layer.cost, layer.written_down
    if not layer.gone and layer.basis[:3] == (units, cost, down):
        return layer
    return layer._replace(basis=basis_of(units, cost, cent, down), gone=ZERO)


def split(layer: Layer, units: Decimal, cent: Decimal) -> tuple[Layer, Layer]:
    """Part a layer into the first units to leave and the rest."""
    basis, before = layer.basis, layer.gone
    after = before + units
    cost = cost_gone(basis, after, cent) - cost_gone(basis, before, cent)
    down = down_gone(basis, after, cent) - down_gone(basis, before, cent)
    return (
        layer._replace(units=units, cost=cost, written_down=down),
        layer._replace(
            units=layer.units - units,
            cost=layer.cost - cost,
            gone=after,
            written_down=layer.written_down - down,
        ),
    )


def join(layer: Layer, part: Layer, cent: Decimal) -> Layer | None:
    """Put goods back to a layer of their lot, or return None where they cost something else.

    Where they are what left last, all is as if they never had; else they are of the layer where
    they cost the same to a cent a unit.
    """
    if (layer.currency, layer.unit_cost) != (part.currency, part.unit_cost):
        return None
    off = abs(layer.cost * part.units - part.cost * layer.units)
    if layer.units and off >= cent * layer.units * part.units:
        return _undone(layer, part, cent)
    return pool(layer, part, cent)


def pool(layer: Layer, part: Layer, cent: Decimal) -> Layer:
    """Put goods to others whatever they cost, at one average cost."""
    return _undone(layer, part, cent) or anew(together(layer, part), cent)


def together(layer: Layer, part: Layer) -> Layer:
    """Return a layer of the units and costs of both, that has the first one's basis yet."""
    return layer._replace(
        units=layer.units + part.units,
        cost=layer.cost + part.cost,
        written_down=layer.written_down + part.written_down,
    )


def _undone(layer: Layer, part: Layer, cent: Decimal) -> Layer | None:
    """Put back what left last, as if it never had; None where it is not that."""
    basis, after = layer.basis, layer.gone
    before = after - part.units
    if before < ZERO:
        return None
    cost = cost_gone(basis, after, cent) - cost_gone(basis, before, cent)
    down = down_gone(basis, after, cent) - down_gone(basis, before, cent)
    if (cost, down) != (part.cost, part.written_down):
        return None
    return together(layer, part)._replace(gone=before)


def slices(layer: Layer, cent: Decimal) -> tuple[Slice, ...]:
    """Return the positions a ledger holds a layer in.

    Whole units that do not divide are held in cents, some of them one cent dearer, so that
    they add up to the layer's cost. Held at a fixed unit cost they may miss it by a
    residue, which is booked by name (see `residue`).
    """
    if not layer.units:
        return ()
    if layer.unit_cost is not None:
        return (Slice(layer.units, layer.unit_cost),)
    low = (layer.cost / layer.units).quantize(cent, ROUND_DOWN)
    over = layer.cost - low * layer.units
    if not over:
        return (Slice(layer.units, low),)
    dearer = over / cent
    held = (Slice(layer.units - dearer, low), Slice(dearer, low + cent))
    return tuple(slice_ for slice_ in held if slice_.units)


def residue(layer: Layer) -> Decimal:
    """Return what a layer's fixed unit cost misses of its cost: positive where it lacks."""
    if layer.unit_cost is None:
        return ZERO
    return layer.cost - layer.units * layer.unit_cost


def unit_cost_to_hold(
    units: Decimal, cost: Decimal, written: Decimal | None, cent: Decimal
) -> Decimal | None:
    """Choose the fixed unit cost for new goods, or None for whole cents.

    What was written stays where it gives the total, 0.0123 a screw; fractional units always
    have a fixed unit cost, as there is no unit to put a cent on.
    """
    if written is not None and (units * written == cost or units % ONE):
        return written
    if not units % ONE:
        return None
    return fixed_unit_cost(units, cost, cent)


def fixed_unit_cost(units: Decimal, cost: Decimal, cent: Decimal) -> Decimal:
    """Return a unit cost that ends, to eight digits and never fewer than the currency's own."""
    return (cost / units).quantize(_UNIT_COST_DIGITS).normalize() + ZERO.quantize(cent)
