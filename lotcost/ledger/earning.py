"""What margins are made of: what goods cost, in the currency that they were sold in."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from lotcost.ledger.lines import Line
from lotcost.model import ZERO, Kind, Lot, Money, maker

Convert = Callable[[Money, str, datetime.date], Money | None]

_COUNTED = frozenset({Kind.SALE, Kind.SALE_RETURN, Kind.WRITE_OFF, Kind.LANDED_COST})


class Part(NamedTuple):
    """Some lines of a lot that were sold in one currency.

    Attributes:
      of: What tells them from others of the lot, as the month they are of.
    """

    lot: Lot
    of: Any
    currency: str


class Earned(NamedTuple):
    """What they earned; all is positive for a sale or a write-off."""

    units_sold: Decimal
    cost_of_sales: Decimal
    revenue: Decimal
    write_offs: Decimal


_part = maker(Part)


def earnings(
    placed: Iterable[tuple[int, Line]],
    earned: Mapping[int, Money],
    convert: Convert,
    of: Callable[[Line], Any],
) -> dict[Part, Earned]:
    """Sum up what margins are made of.

    Args:
      placed: Lines, each with its place among all lines.
      earned: What lines earned, by their places.
      of: Tells the parts of a lot that are summed up apart.
    """
    sums: dict[Part, list[Decimal]] = {}
    for place, line in placed:
        if line.kind not in _COUNTED or not is_counted(line):
            continue
        revenue = earned.get(place)
        if revenue is None or revenue.currency == line.currency:
            cost, currency = line.cost_out, line.currency
        else:
            cost, currency = cost_out(line, revenue, convert)
        part = _part((line.lot, of(line), currency))
        known = sums.get(part)
        if known is None:
            known = sums[part] = [ZERO, ZERO, ZERO, ZERO]
        if line.kind is Kind.WRITE_OFF:
            known[3] += cost
        else:
            known[0] -= line.units
            known[1] += cost
        if revenue is not None and revenue.currency == currency:
            known[2] += revenue.number
    return {part: Earned(*each) for part, each in sums.items()}


def by_month() -> Callable[[Line], str]:
    """Return what tells the month of a line, as `2025-01`; a ledger has many lines a day."""
    month = cache(lambda date: f"{date:%Y-%m}")
    return lambda line: month(line.date)


def is_counted(line: Line) -> bool:
    """Whether margins are made of a line: of landed cost, what landed on goods that were gone."""
    return line.kind in _COUNTED and (line.expensed or line.kind is not Kind.LANDED_COST)


def cost_out(line: Line, earned: Money | None, convert: Convert) -> Money:
    """Return what a line costs, in the currency it was sold in, at the price of its day."""
    cost = Money(line.cost_out, line.currency)
    if earned is None or earned.currency == cost.currency:
        return cost
    return convert(cost, earned.currency, line.date) or cost
