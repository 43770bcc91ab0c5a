"""Moves and flows: how lines add up, by lot and account, and by goods and account.

A ledger has many lines, fewer moves and few flows: what counts the ones need not count the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from lotcost.ledger.earning import Convert, cost_sold
from lotcost.ledger.lines import Line
from lotcost.model import ZERO, Kind, Lot, Money, maker


class Move(NamedTuple):
    """What moves a lot in an account.

    Attributes:
      currency: That of what it costs.
      is_in: Whether units come in.
      expensed: Whether it is cost of goods that were gone when it came (see `Line`).
      sold_in: The currency it was sold in; that of its cost where it was not.
    """

    account: str
    lot: Lot
    currency: str
    kind: Kind
    is_in: bool
    expensed: bool
    sold_in: str


class Moved(NamedTuple):
    """What it moves in all; units and cost are signed, out is negative.

    Attributes:
      first: The place of its first line.
      cost_out: What it costs in the currency it was sold in, positive where it goes out.
      revenue: What it earned in that currency.
      revenue_at_cost: The same in the currency of its cost, as far as prices make it so.
    """

    units: Decimal
    cost: Decimal
    first: int
    cost_out: Decimal
    revenue: Decimal
    revenue_at_cost: Decimal


class Flow(NamedTuple):
    """What moves goods in an account, of whatever lot."""

    account: str
    commodity: str
    currency: str
    kind: Kind
    expensed: bool


class Sum(NamedTuple):
    """What it moves in all; signed, out is negative."""

    units: Decimal
    cost: Decimal


_move, _moved, _flow = maker(Move), maker(Moved), maker(Flow)


def moves(
    placed: Iterable[tuple[int, Line]], earned: Mapping[int, Money], convert: Convert
) -> dict[Move, Moved]:
    """Sum up lines.

    Args:
      placed: Lines, each with its place among all lines.
      earned: What lines earned, by their places.
    """
    sums: dict[Move, list[Any]] = {}
    for place, line in placed:
        units, cost, currency, cost_out = line.units, line.cost, line.currency, line.cost_out
        sold_in, revenue = currency, earned.get(place)
        number = at_cost = ZERO
        if revenue is not None:
            number = at_cost = revenue.number
            if revenue.currency != currency:
                cost_out, sold_in = cost_sold(line, revenue, convert)
                own = convert(revenue, currency, line.date)
                at_cost = ZERO if own is None else own.number
        kind, is_in, expensed = line.kind, units > ZERO, line.expensed
        move = _move((line.account, line.lot, currency, kind, is_in, expensed, sold_in))
        known = sums.get(move)
        if known is None:
            sums[move] = [units, cost, place, cost_out, number, at_cost]
            continue
        known[0] += units
        known[1] += cost
        known[3] += cost_out
        if revenue is not None:
            known[4] += number
            known[5] += at_cost
    return {move: _moved(tuple(each)) for move, each in sums.items()}


def flows(moved: Mapping[Move, Moved]) -> dict[Flow, Sum]:
    """Sum up what moves lots by their goods."""
    sums: dict[Flow, tuple[Decimal, Decimal]] = {}
    for (account, lot, currency, kind, _, expensed, _), (units, cost, *_) in moved.items():
        flow = _flow((account, lot[0], currency, kind, expensed))
        known = sums.get(flow)
        sums[flow] = (units, cost) if known is None else (known[0] + units, known[1] + cost)
    return {flow: Sum(*each) for flow, each in sums.items()}
