"""Report `lots`: what we hold, what it cost, what became of it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Any

from lotcost.core.expiry import bar
from lotcost.core.rounding import apportion
from lotcost.ledger.books import Books
from lotcost.ledger.fates import Became, Holding
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


_UNITS_OF_ROW = frozenset(f"units_{name}" for name in (*_FATES, "transferred", "on_hand"))
_MONEY_OF_ROW = ("revenue", "cost_on_hand", "cost_transferred", *_MONEY)


def lots(books: Books, by_account: bool = False) -> Report:
    """Return a row a lot, or a row a lot and account, as of the books' day.

    A lot whose cost is in two currencies, which is an error, has a row of each.
    """
    keys = _card_keys(books)
    return Report(
        name="lots",
        title="Lots",
        columns=_columns(by_account, keys),
        rows=tuple(rows(books, by_account, keys)),
        at=books.at,
        ties=ties(books),
    )


def rows(books: Books, by_account: bool = False, keys: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the rows of the report; of the cards' own keys, they tell those named."""
    told = Rows(books, keys)
    sums = sums_by_lot(books, by_account)
    return sorted((told.row(holding, each) for holding, each in sums.items()), key=_place)


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    # A filter may leave out a lot's receipt; the lot then comes before those of a known day.
    received = row["received"] or datetime.date.min
    return row["account"], row["commodity"], received, row["lot"], row["currency"]


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


def sums_by_lot(books: Books, by_account: bool) -> dict[Holding, Became]:
    """Return what became of each lot, or each lot and account; averaging counts as adjusted."""
    sums = dict(books.sums.became_by_account if by_account else books.sums.became)
    for holding, averaged in averaging(books).items():
        key = holding if by_account else ("", *holding[1:])
        moved = dict.fromkeys(("cost_on_hand", "cost_adjusted"), averaged)
        sums[key] = sums[key].with_more(moved)
    return sums


def averaging(books: Books) -> dict[Holding, Decimal]:
    """Return what averaging moves between the lots of an account, which is nothing over all.

    Under `average` an account's goods are one pool; each lot on hand carries its units' share.
    """
    averaged = frozenset(filter(partial(_averages, books), books.config.posted_to))
    if not averaged:
        return {}
    pools: dict[tuple[str, str, str], dict[Lot, list[Decimal]]] = defaultdict(dict)
    for line in books.lines:
        if line.account in averaged and not line.expensed:
            pool = pools[line.account, line.lot.commodity, line.currency]
            held = pool.setdefault(line.lot, [ZERO, ZERO])
            held[0] += line.units
            held[1] += line.cost
    asked = {move[:3] for move in books.sums.moves}
    moved = {}
    for (account, _, currency), held_by_lot in pools.items():
        lots_held = sorted(held_by_lot)
        units = [held_by_lot[lot][0] for lot in lots_held]
        costs = [held_by_lot[lot][1] for lot in lots_held]
        shares = apportion(sum(costs, ZERO), units, books.config.cent(currency))
        for lot, share, cost in zip(lots_held, shares, costs, strict=True):
            if (account, lot, currency) in asked:
                moved[account, lot, currency] = share - cost
    return moved


def _averages(books: Books, account: str) -> bool:
    policy = books.config.policy(account)
    return policy is not None and policy.method is Method.AVERAGE


class Rows:
    """What says of lots what there is to say; what is the same of many is made once.

    Args:
      keys: What of the cards' own is told.
    """

    def __init__(self, books: Books, keys: Sequence[str] = ()) -> None:
        self._books = books
        self._keys = keys
        self._blank = cache(self._nothing)

    def row(self, holding: Holding, became: Became) -> dict[str, Any]:
        """Return the row of a lot from its sums.

        The days left are those of what is on hand, negative once the last one is past.
        """
        account, lot, currency = holding
        books, cent = self._books, self._books.config.cent(currency)
        card = books.cards.card(lot)
        row = self._blank(currency).copy()
        for name, number in became.sums.items():  # most fates come to few lots
            if number:
                row[name] = trimmed(number) if name in _UNITS_OF_ROW else money(number, cent)
        for key in self._keys:
            row[key] = card.get(key)
        row["account"] = account
        row["commodity"], row["lot"] = lot
        if became.first is not None:
            row["received"] = books.lines[became.first].acquired
        expires, on_hand = card.get("expires"), row["units_on_hand"]
        row["expires"] = expires
        if expires is not None and on_hand:
            row["days_left"] = (expires - books.at).days
        row["status"] = status(books, lot, expires, on_hand)
        row["supplier"] = card.get("supplier")
        row["unit_cost"] = unit_cost(row["cost_on_hand"], on_hand, cent)
        revenue = row["revenue"]
        row["gross_margin"] = margin = money(revenue - row["cost_of_sales"], cent)
        row["margin_rate"] = rate(margin, revenue)
        return row

    def _nothing(self, currency: str) -> dict[str, Any]:
        nothing = money(ZERO, self._books.config.cent(currency))
        return {
            **dict.fromkeys(column.name for column in _columns(True, self._keys)),
            **dict.fromkeys(_MONEY_OF_ROW, nothing),
            **dict.fromkeys(_UNITS_OF_ROW, ZERO),
            "days_left": None,
            "currency": currency,
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
    keys: set[str] = set().union(*map(books.cards.card, books.cards))
    return sorted(keys - {column.name for column in _columns(True, ())} - {"days_left"})
