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


def gone(total: Decimal, units: Decimal, out: Decimal, cent: Decimal) -> Decimal:
    """Return the cost of the first `out` of `units` that cost `total` together.

    In proportion, but that the first unit's own rounding fades out over the units that
    follow it. Never falls as `out` grows, is exact at both ends, and between two whole
    counts moves by one of two amounts that are one cent apart.
    """
    if out == units:
        return total
    if out < ONE or units % ONE:
        return half_up(total * out / units, cent)
    first = (total / units).quantize(cent, ROUND_HALF_UP)
    # total * out / units + (first - total / units) / out, in one division: a half stays a half.
    share = (total * out * out + first * units - total) / (units * out)
    return share.quantize(cent, ROUND_HALF_UP)


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


def anew(layer: Layer) -> Layer:
    """Return a layer whose cost is shared out from what it is now."""
    return layer._replace(basis=Basis(layer.units, layer.cost, layer.written_down))


def split(layer: Layer, units: Decimal, cent: Decimal) -> tuple[Layer, Layer]:
    """Part a layer into the first units to leave and the rest."""
    # Every draw comes by here, and `_replace` takes four times as long as the constructor.
    lot, acquired, order, expires, held, whole, currency, unit_cost, basis, rested = layer
    after = _after(basis, basis.gone + units, cent)
    cost = after.gone_cost - basis.gone_cost
    down, rests = ZERO, rested
    if basis.written_down:
        down = after.gone_down - basis.gone_down
        rests = rested - down
    left, rest = held - units, whole - cost
    return (
        Layer(lot, acquired, order, expires, units, cost, currency, unit_cost, basis, down),
        Layer(lot, acquired, order, expires, left, rest, currency, unit_cost, after, rests),
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
    return _undone(layer, part, cent) or anew(together(layer, part))


def together(layer: Layer, part: Layer) -> Layer:
    """Return a layer of the units and costs of both, that has the first one's basis yet."""
    return layer._replace(
        units=layer.units + part.units,
        cost=layer.cost + part.cost,
        written_down=layer.written_down + part.written_down,
    )


def _undone(layer: Layer, part: Layer, cent: Decimal) -> Layer | None:
    """Put back what left last, as if it never had; None where it is not that."""
    basis = layer.basis
    if part.units > basis.gone:
        return None
    before = _after(basis, basis.gone - part.units, cent)
    cost = basis.gone_cost - before.gone_cost
    down = basis.gone_down - before.gone_down
    if (cost, down) != (part.cost, part.written_down):
        return None
    return together(layer, part)._replace(basis=before)


def _after(basis: Basis, out: Decimal, cent: Decimal) -> Basis:
    """Return a basis with so many units gone."""
    units, cost, down, *_ = basis
    gone_cost = gone(cost, units, out, cent)
    return Basis(units, cost, down, out, gone_cost, gone(down, units, out, cent) if down else ZERO)


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
