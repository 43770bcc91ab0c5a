"""Report `lots`: what we hold, what it cost, what became of it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from lotcost.core.expiry import bar
from lotcost.core.rounding import apportion
from lotcost.ledger.books import Books, Line
from lotcost.model import ZERO, Kind, Lot, Method
from lotcost.reports.report import Column, Report, money, rate, trimmed, unit_cost
from lotcost.reports.tie import ties

_IDENTITY = (
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("received", "date"),
    Column("expires", "date"),
    Column("status", "text"),
    Column("supplier", "text"),
)
_FATES = ("received", "sold", "consumed", "written_off", "adjusted")
_MONEY = (
    *("cost_received", "cost_landed", "cost_written_down", "cost_of_sales", "cost_consumed"),
    *("cost_written_off", "cost_adjusted"),
)
_TAIL = (
    Column("cost_on_hand", "money", "currency", summed=True),
    Column("unit_cost", "unit-cost", "currency"),
    Column("revenue", "money", "currency", summed=True),
    Column("gross_margin", "money", "currency", summed=True),
    Column("margin_rate", "rate"),
)


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
_UNITS_OF_ROW = ("units_transferred", "units_on_hand", *(f"units_{name}" for name in _FATES))
_MONEY_OF_ROW = ("revenue", "cost_on_hand", "cost_transferred", *_MONEY)
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


def lots(books: Books, by_account: bool = False) -> Report:
    """Return a row a lot, or a row a lot and account, as of the books' day."""
    sums = sums_by_lot(books, by_account)
    keys = _card_keys(books)
    rows = [row(books, account, lot, values, keys) for (account, lot), values in sums.items()]
    rows.sort(key=_place)
    return Report(
        name="lots",
        title="Lots",
        columns=_columns(by_account, keys),
        rows=tuple(rows),
        at=books.at,
        ties=ties(books),
    )


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    # A filter may leave out a lot's receipt; the lot then comes before those of a known day.
    received = row["received"] or datetime.date.min
    return row["account"], row["commodity"], received, row["lot"]


def _columns(by_account: bool, keys: Iterable[str]) -> tuple[Column, ...]:
    moved_units = ("transferred",) if by_account else ()
    moved_cost = ("cost_transferred",) if by_account else ()
    return (
        *((Column("account", "text"),) if by_account else ()),
        *_IDENTITY,
        *(Column(f"units_{name}", "units", "commodity") for name in (*_FATES, *moved_units)),
        Column("units_on_hand", "units", "commodity"),
        Column("currency", "text"),
        *(Column(name, "money", "currency", summed=True) for name in (*_MONEY, *moved_cost)),
        *_TAIL,
        *(Column(key, "text") for key in keys),
    )


def sums_by_lot(books: Books, by_account: bool) -> dict[tuple[str, Lot], dict[str, Any]]:
    """Sum up each lot, or each lot and account, in whatever digits the ledger has."""
    sums: dict[tuple[str, Lot], dict[str, Any]] = {}
    earned, convert = books.revenue.earned, books.convert
    for place, line in books.picked:
        key = line.account if by_account else "", line.lot
        values = sums.get(key)
        if values is None:
            values = sums[key] = _NOTHING | {"currency": line.currency, "received": None}
        moved, cost = line.units, line.cost
        units_word, cost_word, sign = fate(line)
        if sign > 0:
            values[units_word] += moved
            values[cost_word] += cost
        else:
            values[units_word] -= moved
            values[cost_word] -= cost
        values["units_on_hand"] += moved
        values["cost_of_sales" if line.expensed else "cost_on_hand"] += cost
        if place in earned:
            own = convert(earned[place], line.currency, line.date)
            values["revenue"] += ZERO if own is None else own.number
        if moved > ZERO and values["received"] is None:
            values["received"] = line.acquired
    for (account, lot), averaged in averaging(books).items():
        values = sums[account if by_account else "", lot]
        values["cost_on_hand"] += averaged
        values["cost_adjusted"] += averaged
    return sums


def averaging(books: Books) -> dict[tuple[str, Lot], Decimal]:
    """Return what averaging moves between the lots of an account, which is nothing over all.

    Under `average` an account's goods are one pool; each lot on hand carries its units' share.
    """
    averaged = frozenset(filter(partial(_averages, books), books.config.posted_to))
    if not averaged:
        return {}
    pools: dict[tuple[str, str], dict[Lot, list[Decimal]]] = defaultdict(dict)
    for line in books.lines:
        if line.account in averaged and not line.expensed:
            held = pools[line.account, line.lot.commodity].setdefault(line.lot, [ZERO, ZERO])
            held[0] += line.units
            held[1] += line.cost
    asked = {(line.account, line.lot) for _, line in books.picked}
    moved = {}
    for (account, _), held_by_lot in pools.items():
        lots_held = sorted(held_by_lot)
        units = [held_by_lot[lot][0] for lot in lots_held]
        costs = [held_by_lot[lot][1] for lot in lots_held]
        currency = next(line.currency for line in books.lines if line.lot == lots_held[0])
        shares = apportion(sum(costs, ZERO), units, books.config.cent(currency))
        for lot, share, cost in zip(lots_held, shares, costs, strict=True):
            if (account, lot) in asked:
                moved[account, lot] = share - cost
    return moved


def _averages(books: Books, account: str) -> bool:
    policy = books.config.policy(account)
    return policy is not None and policy.method is Method.AVERAGE


def row(
    books: Books, account: str, lot: Lot, values: Mapping[str, Any], keys: Iterable[str] = ()
) -> dict[str, Any]:
    """Say what there is to say of a lot, from its sums; of its card's own keys, those named."""
    card = books.cards.card(lot)
    cent = books.config.cent(values["currency"])
    nothing = money(ZERO, cent)
    told: dict[str, Any] = {key: card.get(key) for key in keys}
    for name in _MONEY_OF_ROW:  # most fates come to few lots
        told[name] = money(values[name], cent) if values[name] else nothing
    for name in _UNITS_OF_ROW:
        told[name] = trimmed(values[name]) if values[name] else ZERO
    told["gross_margin"] = money(told["revenue"] - told["cost_of_sales"], cent)
    return told | {
        "account": account,
        "commodity": lot.commodity,
        "lot": lot.number,
        "received": values["received"],
        "expires": card.get("expires"),
        "status": status(books, lot, card.get("expires"), values["units_on_hand"]),
        "supplier": card.get("supplier"),
        "currency": values["currency"],
        "unit_cost": unit_cost(told["cost_on_hand"], told["units_on_hand"], cent),
        "margin_rate": rate(told["gross_margin"], told["revenue"]),
    }


def status(books: Books, lot: Lot, expires: datetime.date | None, on_hand: Decimal) -> str:
    """Return recalled, quarantine, depleted, expired or open, the first that fits."""
    barred = bar(lot, expires, books.statuses, books.at)
    if barred is not None and barred.why == "recalled":
        return "recalled"
    if not on_hand:
        return "depleted"
    return barred.why if barred is not None else "open"


def _card_keys(books: Books) -> list[str]:
    """The cards' own keys, beyond those that have a column."""
    keys = {key for lot in books.cards for key in books.cards.card(lot)}
    return sorted(keys - {column.name for column in _columns(True, ())} - {"expires"})
