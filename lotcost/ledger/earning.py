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


_earning, _money = maker(Earning), maker(Money)


def earnings(
    picked: Iterable[tuple[int, Line]], earned: Mapping[int, Money], convert: Convert
) -> Iterator[Earning]:
    """Yield what margins are made of.

    Args:
      picked: Lines, each with its place among all lines.
      earned: What lines earned, by their places.
    """
    for place, line in picked:
        if not is_counted(line):
            continue
        revenue = earned.get(place)
        cost, currency = cost_out(line, revenue, convert)
        if revenue is not None and revenue.currency == currency:
            yield _earning((line, cost, revenue.number, currency))
        else:
            yield _earning((line, cost, ZERO, currency))


def is_counted(line: Line) -> bool:
    """Whether margins are made of a line: of landed cost, what landed on goods that were gone."""
    return line.kind in _COUNTED and (line.expensed or line.kind is not Kind.LANDED_COST)


def cost_out(line: Line, earned: Money | None, convert: Convert) -> Money:
    """Return what a line costs, in the currency it was sold in, at the price of its day."""
    cost = _money((line.cost if line.expensed else -line.cost, line.currency))
    if earned is None or earned.currency == cost.currency:
        return cost
    return convert(cost, earned.currency, line.date) or cost
