"""Fates: what became of goods, and the sums of each lot in each account."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from lotcost.ledger.earning import Convert
from lotcost.ledger.lines import Line
from lotcost.model import ZERO, Kind, Lot, Money


class Fate(NamedTuple):
    """Which columns a kind of movement counts in, and the sign units out count with."""

    units: str
    cost: str
    sign: int

    @property
    def word(self) -> str:
        """What becomes of the units, as the columns' names have it."""
        return self.units.removeprefix("units_").replace("_", " ")


_FATE: Mapping[Kind, Fate] = {
    Kind.RECEIPT: Fate("units_received", "cost_received", 1),
    Kind.PURCHASE_RETURN: Fate("units_received", "cost_received", 1),
    Kind.SALE: Fate("units_sold", "cost_of_sales", -1),
    Kind.SALE_RETURN: Fate("units_sold", "cost_of_sales", -1),
    Kind.WRITE_OFF: Fate("units_written_off", "cost_written_off", -1),
    Kind.ADJUSTMENT: Fate("units_adjusted", "cost_adjusted", 1),
    Kind.TRANSFER: Fate("units_transferred", "cost_transferred", 1),
    Kind.LANDED_COST: Fate("units_landed", "cost_landed", 1),
    Kind.WRITE_DOWN: Fate("units_written_down", "cost_written_down", -1),
}
_MADE = Fate("units_received", "cost_received", 1)
_CONSUMED = Fate("units_consumed", "cost_consumed", -1)
FATES = tuple(dict.fromkeys((*_FATE.values(), _MADE, _CONSUMED)))
"""All that can become of goods."""
_NOTHING = dict.fromkeys(
    (
        *(name for fate in FATES for name in (fate.units, fate.cost)),
        *("units_on_hand", "cost_on_hand", "revenue"),
    ),
    ZERO,
)


def fate(line: Line) -> Fate:
    """Return where a line counts; production makes its outputs and consumes its inputs."""
    if line.kind is Kind.PRODUCTION:
        return _MADE if line.units > ZERO else _CONSUMED
    return _FATE[line.kind]


class Became(NamedTuple):
    """What became of a lot in an account, in whatever digits the ledger has.

    Attributes:
      first: The place of its first line in; None where no line asked for brings any.
      received: The day its units count as received by that line.
      sums: Units, cost and revenue, by the names of the columns they count in.
    """

    currency: str
    first: int | None
    received: datetime.date | None
    sums: Mapping[str, Decimal]

    def together(self, other: Became) -> Became:
        """Return what became of both."""
        sums = {name: number + other.sums[name] for name, number in self.sums.items()}
        came = [each for each in (self, other) if each.first is not None]
        first = min(came, key=lambda each: each.first or 0, default=self)
        return first._replace(sums=sums)


def became(
    picked: Iterable[tuple[int, Line]], earned: Mapping[int, Money], convert: Convert
) -> dict[tuple[str, Lot], Became]:
    """Sum up each lot in each account.

    Args:
      picked: Lines, each with its place among all lines.
      earned: What lines earned, by their places.
    """
    sums: dict[tuple[str, Lot], dict[str, Decimal]] = {}
    currencies: dict[tuple[str, Lot], str] = {}
    came: dict[tuple[str, Lot], tuple[int, datetime.date]] = {}
    for place, line in picked:
        key = line.account, line.lot
        of_lot = sums.get(key)
        if of_lot is None:
            of_lot = sums[key] = _NOTHING.copy()
            currencies[key] = line.currency
        units, cost = line.units, line.cost
        units_word, cost_word, sign = fate(line)
        if sign > 0:
            of_lot[units_word] += units
            of_lot[cost_word] += cost
        else:
            of_lot[units_word] -= units
            of_lot[cost_word] -= cost
        of_lot["units_on_hand"] += units
        of_lot["cost_of_sales" if line.expensed else "cost_on_hand"] += cost
        if place in earned:
            own = convert(earned[place], line.currency, line.date)
            if own is not None:
                of_lot["revenue"] += own.number
        if units > ZERO and key not in came:
            came[key] = place, line.acquired
    found = {}
    for key, of_lot in sums.items():
        first, received = came.get(key, (None, None))
        found[key] = Became(currencies[key], first, received, of_lot)
    return found
