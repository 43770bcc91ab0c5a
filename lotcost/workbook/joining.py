"""What joins the movements to the other sheets: each lot, commodity and so on has a number."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from lotcost.ledger.books import Books, Line
from lotcost.ledger.earning import cost_sold, is_counted
from lotcost.ledger.fates import fate
from lotcost.model import SOLD, ZERO, Lot
from lotcost.reports.report import Column, Report, money
from lotcost.workbook import live
from lotcost.workbook.live import MOVEMENTS
from lotcost.workbook.sheet import Sheet

_Key = TypeVar("_Key", bound=Hashable)

NO = Column("no", "count")
LOT_NO = Column("lot no", "count")
COMMODITY_NO = Column("commodity no", "count")
PLACE_NO = Column("place no", "count")
CUSTOMER_NO = Column("customer no", "count")
MONTH_NO = Column("month no", "count")
_COUNTS = (Column("counts as", "text"), Column("cost expensed", "money", "currency"))
_ABROAD = (
    Column("sold in", "text"),
    Column("revenue as sold", "money", "sold in"),
    Column("cost as sold", "money", "sold in"),
)
_NAMED = ("no", "date", "kind", "units", "cost", "currency", "revenue")


class Numbers(NamedTuple):
    """The numbers, each from 1; a place is goods in an account."""

    lots: Mapping[Lot, int]
    commodities: Mapping[str, int]
    places: Mapping[tuple[str, str], int]
    customers: Mapping[str | None, int]


def numbered(keys: Iterable[_Key]) -> dict[_Key, int]:
    """Number what is given, in its order."""
    return {key: number for number, key in enumerate(dict.fromkeys(keys), 1)}


def month_no(month: str) -> int:
    """Return the number of a month: 202503 of 2025-03."""
    return int(month.replace("-", ""))


def movements_sheet(books: Books, report: Report, numbers: Numbers) -> Sheet:
    """Return the movements, all since the first, with what the other sheets find them by."""
    lines = [line for _, line in books.picked]
    abroad = _abroad(books)
    more: dict[str, Sequence[Any]] = {
        "no": range(1, len(lines) + 1),
        "counts as": [fate(line.kind, line.units > ZERO).word for line in lines],
        "cost expensed": [_expensed(books, line) for line in lines],
        "lot no": [numbers.lots[line.lot] for line in lines],
        "commodity no": [numbers.commodities[line.lot.commodity] for line in lines],
        "place no": [numbers.places[line.account, line.lot.commodity] for line in lines],
        "customer no": [numbers.customers.get(_customer(books, line)) for line in lines],
        "month no": [month_no(f"{line.date:%Y-%m}") for line in lines],
    }
    for at, column in enumerate(_ABROAD if abroad else ()):
        more[column.name] = [sold[at] for sold in abroad or ()]
    added = (*_COUNTS, *(_ABROAD if abroad else ()))
    keys = (LOT_NO, COMMODITY_NO, PLACE_NO, CUSTOMER_NO, MONTH_NO)
    columns = (NO, *report.columns, *added, *keys)
    currencies = zip(lines, abroad or (), strict=False)
    same = frozenset(row for row, (line, sold) in enumerate(currencies) if sold[0] == line.currency)
    return Sheet(
        MOVEMENTS,
        report._replace(columns=columns),
        live=live.of_movements(same if abroad else None),
        more=more,
        named=(*_NAMED, *(column.name for column in (*added, *keys))),
    )


def _expensed(books: Books, line: Line) -> Decimal | None:
    """Return the cost of goods that were gone when it came."""
    return money(line.cost, books.config.cent(line.currency)) if line.expensed else None


def _customer(books: Books, line: Line) -> str | None:
    return books.party(line) if line.kind in SOLD else None


def _abroad(books: Books) -> list[tuple[str, Decimal | None, Decimal | None]] | None:
    """Return the currency, revenue and cost that margins see, a row a movement.

    None where everything was sold in the currency it cost.
    """
    all_earned = books.revenue.earned
    sales = ((all_earned[place], line) for place, line in books.picked if place in all_earned)
    if all(earned.currency == line.currency for earned, line in sales):
        return None
    rows: list[tuple[str, Decimal | None, Decimal | None]] = []
    for place, line in books.picked:
        earned = all_earned.get(place)
        cost = cost_sold(line, earned, books.convert)
        cent = books.config.cent(cost.currency)
        rows.append(
            (
                cost.currency,
                None if earned is None else money(earned.number, cent),
                money(cost.number, cent) if is_counted(line.kind, line.expensed) else None,
            )
        )
    return rows
