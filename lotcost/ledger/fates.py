"""Fates: what became of goods, and the sums of each lot in each account."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from lotcost.ledger.flows import Move, Moved
from lotcost.model import ZERO, Kind, Lot


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

Holding = tuple[str, Lot, str]
"""An account, or nothing for all of them, a lot that was in it, and the currency of its cost."""


def fate(kind: Kind, is_in: bool) -> Fate:
    """Return where goods count; production makes its outputs and consumes its inputs."""
    if kind is Kind.PRODUCTION:
        return _MADE if is_in else _CONSUMED
    return _FATE[kind]


class Became(NamedTuple):
    """What became of a lot, or of a lot in an account, in whatever digits the ledger has.

    Attributes:
      first: The place of its first line in; None where no line asked for brings any.
      sums: Units, cost and revenue, by the names of the columns they count in; most fates come to
        few lots, and what is not there is nothing.
    """

    first: int | None
    sums: Mapping[str, Decimal]

    def sum(self, name: str) -> Decimal:
        """Return what counts in a column."""
        return self.sums.get(name, ZERO)

    def with_more(self, more: Mapping[str, Decimal]) -> Became:
        """Return what became of it with something added to its sums."""
        sums = dict(self.sums)
        for name, number in more.items():
            _add(sums, name, number)
        return self._replace(sums=sums)


def became(moved: Mapping[Move, Moved], by_account: bool) -> dict[Holding, Became]:
    """Sum up what moved each lot, or each lot in each account, and what it earned."""
    sums: dict[Holding, dict[str, Decimal]] = {}
    came: dict[Holding, int] = {}
    for (account, lot, currency, kind, is_in, expensed, _), each in moved.items():
        holding = account if by_account else "", lot, currency
        units, cost, first, _, _, revenue = each
        of_lot = sums.get(holding)
        if of_lot is None:
            of_lot = sums[holding] = {}
        if is_in:
            came[holding] = min(first, came.get(holding, first))
        units_word, cost_word, sign = fate(kind, is_in)
        _add(of_lot, "units_on_hand", units)
        _add(of_lot, "cost_of_sales" if expensed else "cost_on_hand", cost)
        _add(of_lot, units_word, units if sign > 0 else -units)
        _add(of_lot, cost_word, cost if sign > 0 else -cost)
        if revenue:
            _add(of_lot, "revenue", revenue)
    return {holding: Became(came.get(holding), each) for holding, each in sums.items()}


def _add(sums: dict[str, Decimal], name: str, number: Decimal) -> None:
    sums[name] = sums[name] + number if name in sums else number
