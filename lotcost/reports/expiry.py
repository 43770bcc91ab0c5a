"""Report `expiry`: what expires when, what it is worth, and whether it will sell before."""

from __future__ import annotations

import bisect
import datetime
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from lotcost.core.rounding import ONE, half_up
from lotcost.ledger.books import Books
from lotcost.ledger.fates import Holding
from lotcost.ledger.flows import Sum
from lotcost.model import SOLD, ZERO, Kind, Lot, Money
from lotcost.reports.report import Column, Report, Row, money, trimmed, unit_cost
from lotcost.reports.sentence import Sentence
from lotcost.reports.stock import averaging, status

BOUNDS = (7, 30, 60, 90)
"""The last days left of each bucket between `expired` and `later`."""

GROUPS = ("account", "commodity", "supplier", "*")
_PACE_DAYS = 28  # four weeks, so that each day of the week counts the same

_FIGURES = (
    Column("cost_on_hand", "money", "currency", summed=True),
    Column("retail_value", "money", "currency", summed=True),
)
_LOT_COLUMNS = (
    Column("account", "text"),
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("supplier", "text"),
    Column("status", "text"),
    Column("expires", "date"),
    Column("days_left", "count"),
    Column("bucket", "text"),
    Column("units_on_hand", "units", "commodity"),
    Column("currency", "text"),
    Column("unit_cost", "unit-cost", "currency"),
    *_FIGURES,
    Column("last_price", "unit-cost", "currency"),
    Column("sells_per_week", "units", "commodity"),
    Column("sold_out_by", "date"),
    Column("action", "text"),
)


class _Pace(NamedTuple):
    """How goods sell: units a week, and the last price.

    Attributes:
      priced: What that price is in a currency, or None where no price of the ledger makes it so.
    """

    per_week: Decimal
    priced: Callable[[str], Decimal | None]


def expiry(books: Books, by: str | None = None, bounds: Sequence[int] = BOUNDS) -> Report:
    """Return a row a lot and account on hand, those that expire first first.

    Days are left including the last one, negative once it is past. The pace is that of the four
    weeks up to the books' day; a lot sells out after the lots of its goods that expire before
    it. Retail is at the last sale's price. What is proposed is an action, never an entry.
    """
    paces = _paces(books)
    rows = [
        _row(books, holding, held, paces[holding[1].commodity], bounds)
        for holding, held in _held(books).items()
        if held.units > ZERO
    ]
    rows.sort(key=_soonest)
    _foresee(books, rows, _queue(rows if books.asks_for_all else _all_on_hand(books)))
    notes = _notes(books, rows)
    columns: tuple[Column, ...] = _LOT_COLUMNS
    if by is not None:
        columns, rows = _grouped(books, rows, by, bounds)
    return Report("expiry", "Expiry", columns, tuple(rows), books.at, notes=notes)


def bucket(days_left: int | None, bounds: Sequence[int]) -> str:
    """Name the bucket of some days left: expired, up to a bound, later, or none."""
    if days_left is None:
        return "none"
    if days_left < 0:
        return "expired"
    return next((f"{bound} days" for bound in bounds if days_left <= bound), "later")


def buckets(bounds: Sequence[int] = BOUNDS) -> list[str]:
    """Name all buckets, the most urgent first."""
    return ["expired", *(f"{bound} days" for bound in bounds), "later", "none"]


TAKEN = frozenset({"currency", *buckets(BOUNDS), *(each.name for each in _FIGURES)})
"""What a row of a group has beside it: a key of a card of such a name is no group."""


def by_month(report: Report) -> tuple[tuple[datetime.date, Mapping[str, Decimal]], ...]:
    """Return what the lots on hand cost by the month of their last day, by its first day.

    Any report serves whose rows say when they expire and what they cost on hand.
    """
    months: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in report.rows:
        expires, cost = row["expires"], row["cost_on_hand"]
        if expires is not None and cost:
            months[expires.year, expires.month][row["currency"]] += cost
    return tuple((datetime.date(*month, 1), dict(months[month])) for month in sorted(months))


def _held(books: Books) -> dict[Holding, Sum]:
    """Return what each account holds of each lot, and its cost as the lots report has it."""
    held: dict[Holding, Sum] = {}
    moves = books.sums.moves
    for (account, lot, currency, *_, expensed, _), (units, cost, *_) in moves.items():
        if not expensed:
            holding = account, lot, currency
            known = held.get(holding)
            if known is not None:
                units, cost = known.units + units, known.cost + cost
            held[holding] = Sum(units, cost)
    for holding, averaged in averaging(books).items():
        held[holding] = held[holding]._replace(cost=held[holding].cost + averaged)
    return held


def _row(
    books: Books, holding: Holding, held: Sum, pace: _Pace, bounds: Sequence[int]
) -> dict[str, Any]:
    account, lot, currency = holding
    card, cent = books.cards.card(lot), books.config.cent(currency)
    expires = card.get("expires")
    days_left = None if expires is None else (expires - books.at).days
    price = pace.priced(currency)
    on_hand, cost = trimmed(held.units), money(held.cost, cent)
    return {
        "account": account,
        "commodity": lot.commodity,
        "lot": lot.number,
        "supplier": card.get("supplier"),
        "status": status(books, lot, expires, on_hand),
        "expires": expires,
        "days_left": days_left,
        "bucket": bucket(days_left, bounds),
        "units_on_hand": on_hand,
        "currency": currency,
        "unit_cost": unit_cost(cost, on_hand, cent),
        "cost_on_hand": cost,
        "retail_value": None if price is None else half_up(price * on_hand, cent),
        "last_price": None if price is None else unit_cost(price, ONE, cent),
        "sells_per_week": pace.per_week,
    }


def _paces(books: Books) -> Mapping[str, _Pace]:
    units: dict[str, Decimal] = defaultdict(Decimal)
    since = books.at - datetime.timedelta(_PACE_DAYS - 1)
    first = bisect.bisect_left(books.lines, since, key=lambda line: line.date)
    for line in books.lines[first:]:
        if line.kind in SOLD:
            units[line.lot.commodity] -= line.units
    weeks = Decimal(_PACE_DAYS) / 7
    goods = {lot.commodity for _, lot in books.on_hand}
    prices = _last_prices(books, goods)

    def pace(commodity: str) -> _Pace:
        price = prices.get(commodity)

        @cache
        def priced(currency: str) -> Decimal | None:
            converted = None if price is None else books.convert(price, currency, books.at)
            return None if converted is None else converted.number

        return _Pace(trimmed(max(units[commodity], ZERO) / weeks), priced)

    return {commodity: pace(commodity) for commodity in goods}


def _last_prices(books: Books, goods: Collection[str]) -> Mapping[str, Money]:
    """Return what a unit of each of the goods was last sold for."""
    prices: dict[str, Money] = {}
    for place in sorted(books.revenue.earned, reverse=True):
        if len(prices) == len(goods):
            break
        line, earned = books.lines[place], books.revenue.earned[place]
        if line.kind is Kind.SALE and line.units and line.lot.commodity not in prices:
            each = line.price if line.price is not None else earned.number / -line.units
            prices[line.lot.commodity] = Money(each, line.price_currency or earned.currency)
    return prices


def _soonest(row: Row) -> tuple[Any, ...]:
    expires = row["expires"] or datetime.date.max
    return expires, row["commodity"], row["lot"], row["account"]


def _foresee(
    books: Books, rows: Sequence[dict[str, Any]], queue: Mapping[tuple[str, str, str], Decimal]
) -> None:
    """Add when each lot will be sold out, first expired first out, and what to do about it."""
    for row in rows:
        units = queue.get((row["account"], row["commodity"], row["lot"]))
        per_week = row["sells_per_week"]
        row["sold_out_by"] = None
        if units is not None and per_week:
            days = math.ceil(units * 7 / per_week)
            if days < _HORIZON:
                row["sold_out_by"] = books.at + datetime.timedelta(days)
        row["action"] = _action(row)


def _queue(rows: Iterable[Row]) -> Mapping[tuple[str, str, str], Decimal]:
    """Return how many units are sold before nothing is left of a lot in an account.

    Args:
      rows: Whichever lots are asked for, all on hand, those that expire first first.
    """
    ahead: dict[str, Decimal] = defaultdict(Decimal)
    queue: dict[tuple[str, str, str], Decimal] = {}
    for row in rows:
        if row["status"] == "open":
            commodity = row["commodity"]
            ahead[commodity] += row["units_on_hand"]
            queue[row["account"], commodity, row["lot"]] = ahead[commodity]
    return queue


def _all_on_hand(books: Books) -> list[Row]:
    """Return what a queue has to know of every lot on hand, asked for or not."""
    rows = []
    for (account, lot), units in books.on_hand.items():
        if units > ZERO:
            expires = books.cards.expires(lot)
            rows.append(
                {
                    "account": account,
                    "commodity": lot.commodity,
                    "lot": lot.number,
                    "expires": expires,
                    "status": status(books, lot, expires, units),
                    "units_on_hand": units,
                }
            )
    return sorted(rows, key=_soonest)


_HORIZON = 3660  # ten years: what sells out after that does not sell


def _action(row: Row) -> str | None:
    if row["status"] == "expired":
        return "write off"
    if row["status"] in {"quarantine", "recalled"}:
        return "hold"
    if row["expires"] is None or (row["sold_out_by"] and row["sold_out_by"] <= row["expires"]):
        return None
    return "sell first" if row["sells_per_week"] else "no sales"


def _grouped(
    books: Books, rows: Sequence[Row], by: str, bounds: Sequence[int]
) -> tuple[tuple[Column, ...], list[dict[str, Any]]]:
    """Sum up by anything known of lots: a row a group and currency, cost a bucket each."""
    names = buckets(bounds)
    sums: dict[tuple[Any, str], dict[str, Any]] = {}
    for row in rows:
        key = row.get(by) or books.fact(Lot(row["commodity"], row["lot"]), by), row["currency"]
        nothing = half_up(ZERO, books.config.cent(row["currency"]))
        figures = [*names, "cost_on_hand", "retail_value"]
        values = sums.setdefault(key, dict.fromkeys(figures, nothing))
        values[row["bucket"]] += row["cost_on_hand"]
        values["cost_on_hand"] += row["cost_on_hand"]
        values["retail_value"] += row["retail_value"] or ZERO
    columns = (
        Column(by, "text"),
        Column("currency", "text"),
        *(Column(name, "money", "currency", summed=True) for name in names),
        *_FIGURES,
    )
    order = sorted(sums, key=lambda key: (key[0] is None, str(key[0]), key[1]))
    return columns, [{by: key[0], "currency": key[1]} | sums[key] for key in order]


def _notes(books: Books, rows: Sequence[Row]) -> tuple[str, ...]:
    unpriced = sorted({row["commodity"] for row in rows if row.get("retail_value", ZERO) is None})
    if not unpriced:
        return ()
    sentence = Sentence(
        "Retail is not known of %(commodities)s: never sold up to %(day)s.",
        commodities=", ".join(unpriced),
        day=books.at,
    )
    return (sentence,)
