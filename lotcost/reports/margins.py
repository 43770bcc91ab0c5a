"""Report `margins`: revenue, cost of sales and gross margin, by lot or by anything known of it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from lotcost.ledger.books import Books
from lotcost.ledger.earning import Earned, Part, by_month
from lotcost.model import SOLD, ZERO
from lotcost.reports.report import Column, Report, money, rate, trimmed

_FIGURES = (
    Column("revenue", "money", "currency", summed=True),
    Column("cost_of_sales", "money", "currency", summed=True),
    Column("gross_margin", "money", "currency", summed=True),
    Column("margin_rate", "rate"),
    Column("markup", "rate"),
    Column("write_offs", "money", "currency", summed=True),
    Column("after_write_offs", "money", "currency", summed=True),
    Column("share", "rate"),
)
GROUPS = ("lot", "commodity", "customer", "supplier", "month")
"""What margins can always be grouped by; any key of a lot's or commodity's card will do too."""
_Group = tuple[Any, ...]


def margins(books: Books, by: str = "lot", since: datetime.date | None = None) -> Report:
    """Return a row a group and currency, over the days from `since` to the books' own.

    Units are net of returns, and None where a group has several goods; write-offs are at cost,
    positive. The share is of the gross margin of all rows in that currency. Groups without a
    sale or write-off have no row.
    """
    sums = _sums(books, by, since)
    whole: dict[str, Decimal] = defaultdict(Decimal)
    for (_, currency), each in sums.items():
        whole[currency] += each.revenue - each.cost_of_sales
    names = ("commodity", "lot") if by == "lot" else (by,)
    rows = tuple(
        dict(zip(names, group, strict=True)) | _figures(books, currency, each, whole[currency])
        for (group, currency), each in sorted(sums.items(), key=_place)
    )
    columns = (
        *(Column(name, "text") for name in names),
        Column("units", "units", "commodity" if "commodity" in names else None),
        Column("currency", "text"),
        *_FIGURES,
    )
    return Report(
        "margins", "Lot margins", columns, rows, books.at, since, notes=_notes(books, since)
    )


class _Sums:
    """What a group sold in one currency, what that cost, and what was written off of it.

    Attributes:
      commodity: The goods of the group, where it has no others (`is_mixed`).
    """

    __slots__ = ("commodity", "cost_of_sales", "is_mixed", "revenue", "units", "write_offs")

    def __init__(self, commodity: str) -> None:
        self.commodity = commodity
        self.is_mixed = False
        self.revenue = self.cost_of_sales = self.write_offs = self.units = ZERO


def _sums(books: Books, by: str, since: datetime.date | None) -> dict[tuple[_Group, str], _Sums]:
    """Sum up what goods earned by their group and the currency they were sold in."""
    sums: dict[tuple[_Group, str], _Sums] = {}
    group = _grouping(books, by)
    for part, earned in _earnings(books, by, since).items():
        key = group(part), part.currency
        commodity = part.lot.commodity
        each = sums.get(key)
        if each is None:
            each = sums[key] = _Sums(commodity)
        elif each.commodity != commodity:
            each.is_mixed = True
        each.units += earned.units_sold
        each.cost_of_sales += earned.cost_of_sales
        each.revenue += earned.revenue
        each.write_offs += earned.write_offs
    return sums


def _earnings(books: Books, by: str, since: datetime.date | None) -> Mapping[Part, Earned]:
    if by == "customer":
        return books.earned_by(lambda line: books.party(line) if line.kind in SOLD else None, since)
    return books.earnings if since is None else books.earned_by(by_month(), since)


def _place(group: tuple[tuple[_Group, str], _Sums]) -> tuple[tuple[bool, str], ...]:
    of, currency = group[0]
    return tuple((part is None, str(part)) for part in (*of, currency))


def _grouping(books: Books, by: str) -> Callable[[Part], _Group]:
    """Return what tells the group of a part of a lot: facts of a lot are looked up once."""
    if by == "lot":
        return lambda part: part.lot
    if by == "commodity":
        return lambda part: (part.lot.commodity,)
    if by in {"month", "customer"}:
        return lambda part: (part.of,)
    fact = cache(lambda lot: (books.fact(lot, by),))
    return lambda part: fact(part.lot)


def _figures(books: Books, currency: str, sums: _Sums, whole: Decimal) -> dict[str, Any]:
    cent = books.config.cent(currency)
    margin = sums.revenue - sums.cost_of_sales
    return {
        "units": None if sums.is_mixed else trimmed(sums.units),
        "currency": currency,
        "revenue": money(sums.revenue, cent),
        "cost_of_sales": money(sums.cost_of_sales, cent),
        "gross_margin": money(margin, cent),
        "margin_rate": rate(margin, sums.revenue),
        "markup": rate(margin, sums.cost_of_sales),
        "write_offs": money(sums.write_offs, cent),
        "after_write_offs": money(margin - sums.write_offs, cent),
        "share": rate(margin, whole),
    }


def unattributed(books: Books, since: datetime.date | None = None) -> dict[str, Decimal]:
    """Return the income on sales accounts that is no lot's, by currency."""
    left: dict[str, Decimal] = defaultdict(Decimal)
    for each in books.revenue.unattributed:
        if since is None or each.date >= since:
            left[each.amount.currency] += each.amount.number
    return {currency: amount for currency, amount in sorted(left.items()) if amount != ZERO}


def _notes(books: Books, since: datetime.date | None) -> tuple[str, ...]:
    left = unattributed(books, since)
    if not left:
        return ("Revenue ties to the ledger's income.",)
    return tuple(
        f"Unattributed revenue: {money(amount, books.config.cent(currency))} {currency}"
        for currency, amount in left.items()
    )
