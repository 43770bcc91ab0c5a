"""Report `lots`: what we hold, what it cost, what became of it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from lotcost.core.expiry import bar
from lotcost.core.rounding import apportion
from lotcost.ledger.books import Books
from lotcost.ledger.fates import Became
from lotcost.model import ZERO, Lot, Method
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


_UNITS_OF_ROW = ("units_transferred", "units_on_hand", *(f"units_{name}" for name in _FATES))
_MONEY_OF_ROW = ("revenue", "cost_on_hand", "cost_transferred", *_MONEY)


def lots(books: Books, by_account: bool = False) -> Report:
    """Return a row a lot, or a row a lot and account, as of the books' day."""
    sums = sums_by_lot(books, by_account)
    keys = _card_keys(books)
    rows = [row(books, account, lot, each, keys) for (account, lot), each in sums.items()]
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


def sums_by_lot(books: Books, by_account: bool) -> dict[tuple[str, Lot], Became]:
    """Return what became of each lot, or each lot and account; averaging counts as adjusted."""
    sums: dict[tuple[str, Lot], Became] = {}
    for (account, lot), each in books.became.items():
        key = account if by_account else "", lot
        sums[key] = sums[key].together(each) if key in sums else each
    for (account, lot), averaged in averaging(books).items():
        key = account if by_account else "", lot
        known = sums[key]
        moved = {name: known.sums[name] + averaged for name in ("cost_on_hand", "cost_adjusted")}
        sums[key] = known._replace(sums={**known.sums, **moved})
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
    books: Books, account: str, lot: Lot, became: Became, keys: Iterable[str] = ()
) -> dict[str, Any]:
    """Say what there is to say of a lot, from its sums; of its card's own keys, those named."""
    card = books.cards.card(lot)
    cent, sums = books.config.cent(became.currency), became.sums
    nothing = money(ZERO, cent)
    told: dict[str, Any] = {key: card.get(key) for key in keys}
    for name in _MONEY_OF_ROW:  # most fates come to few lots
        told[name] = money(sums[name], cent) if sums[name] else nothing
    for name in _UNITS_OF_ROW:
        told[name] = trimmed(sums[name]) if sums[name] else ZERO
    told["gross_margin"] = money(told["revenue"] - told["cost_of_sales"], cent)
    return told | {
        "account": account,
        "commodity": lot.commodity,
        "lot": lot.number,
        "received": became.received,
        "expires": card.get("expires"),
        "status": status(books, lot, card.get("expires"), sums["units_on_hand"]),
        "supplier": card.get("supplier"),
        "currency": became.currency,
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
