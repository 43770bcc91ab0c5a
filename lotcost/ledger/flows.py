"""Moves and flows: how lines add up, by lot and account, and by goods and account.

A ledger has many lines, fewer moves and few flows: what counts the ones need not count the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from lotcost.ledger.lines import Line
from lotcost.model import ZERO, Kind, Lot, maker


class Move(NamedTuple):
    """What moves a lot in an account.

    Attributes:
      currency: That of what it costs.
      is_in: Whether units come in.
      expensed: Whether it is cost of goods that were gone when it came (see `Line`).
    """

    account: str
    lot: Lot
    currency: str
    kind: Kind
    is_in: bool
    expensed: bool


class Moved(NamedTuple):
    """What it moves in all; signed, out is negative.

    Attributes:
      first: The place of its first line.
    """

    units: Decimal
    cost: Decimal
    first: int


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


_move, _flow = maker(Move), maker(Flow)


def moves(placed: Iterable[tuple[int, Line]]) -> dict[Move, Moved]:
    """Sum up lines, each with its place among all lines."""
    sums: dict[Move, tuple[Decimal, Decimal, int]] = {}
    for place, line in placed:
        units = line.units
        move = _move(
            (line.account, line.lot, line.currency, line.kind, units > ZERO, line.expensed)
        )
        known = sums.get(move)
        if known is None:
            sums[move] = units, line.cost, place
        else:
            sums[move] = known[0] + units, known[1] + line.cost, known[2]
    return {move: Moved(*each) for move, each in sums.items()}


def flows(moved: Mapping[Move, Moved]) -> dict[Flow, Sum]:
    """Sum up what moves lots by their goods."""
    sums: dict[Flow, tuple[Decimal, Decimal]] = {}
    for (account, lot, currency, kind, _, expensed), (units, cost, _) in moved.items():
        flow = _flow((account, lot[0], currency, kind, expensed))
        known = sums.get(flow)
        sums[flow] = (units, cost) if known is None else (known[0] + units, known[1] + cost)
    return {flow: Sum(*each) for flow, each in sums.items()}
