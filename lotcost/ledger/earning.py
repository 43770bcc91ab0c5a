"""What margins are made of: what a line cost, in the currency that it was sold in."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from lotcost.ledger.lines import Line
from lotcost.model import ZERO, Kind, Money, maker

Convert = Callable[[Money, str, datetime.date], Money | None]

_COUNTED = frozenset({Kind.SALE, Kind.SALE_RETURN, Kind.WRITE_OFF, Kind.LANDED_COST})


class Earning(NamedTuple):
    """A line with what it cost and earned in one currency; both are positive for a sale."""

    line: Line
    cost: Decimal
    revenue: Decimal
    currency: str


_earning = maker(Earning)


def earnings(
    placed: Iterable[tuple[int, Line]], earned: Mapping[int, Money], convert: Convert
) -> Iterator[Earning]:
    """Yield what margins are made of.

    Args:
      placed: Lines, each with its place among all lines.
      earned: What lines earned, by their places.
    """
    for place, line in placed:
        if not is_counted(line.kind, line.expensed):
            continue
        revenue = earned.get(place)
        if revenue is None:
            yield _earning((line, line.cost_out, ZERO, line.currency))
        else:
            cost = cost_sold(line, revenue, convert)
            yield _earning((line, cost.number, revenue.number, revenue.currency))


def is_counted(kind: Kind, expensed: bool) -> bool:
    """Whether margins are made of a line: of landed cost, what landed on goods that were gone."""
    return kind in _COUNTED and (expensed or kind is not Kind.LANDED_COST)


def cost_sold(line: Line, earned: Money | None, convert: Convert) -> Money:
    """Return what a line costs, in the currency it was sold in, at the price of its day."""
    cost = Money(line.cost_out, line.currency)
    if earned is None or earned.currency == cost.currency:
        return cost
    sold = convert(cost, earned.currency, line.date)
    assert sold is not None  # revenue that has no price is no lot's (see `attribute`)
    return sold
