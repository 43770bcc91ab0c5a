"""Report `margins`: revenue, cost of sales and gross margin, by lot or by anything known of it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from lotcost.ledger.books import Books, Line
from lotcost.model import SOLD, ZERO, Kind
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


def margins(books: Books, by: str = "lot", since: datetime.date | None = None) -> Report:
    """Return a row a group and currency, over the days from `since` to the books' own.

    Units are net of returns, and None where a group has several goods; write-offs are at cost,
    positive. The share is of the gross margin of all rows in that currency. Groups without a
    sale or write-off have no row.
    """
    sums = _sums(books, by, since)
    whole: dict[str, Decimal] = defaultdict(Decimal)
    for key, each in sums.items():
        whole[key[-1]] += each.revenue - each.cost_of_sales
    names = ("commodity", "lot") if by == "lot" else (by,)
    rows = tuple(
        dict(zip(names, key, strict=False)) | _figures(books, key[-1], sums[key], whole[key[-1]])
        for key in sorted(sums, key=lambda key: tuple((part is None, str(part)) for part in key))
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
    """What a group sold in one currency, what that cost, and what was written off of it."""

    __slots__ = ("cost_of_sales", "goods", "revenue", "units", "write_offs")

    def __init__(self) -> None:
        self.revenue = self.cost_of_sales = self.write_offs = self.units = ZERO
        self.goods: set[str] = set()


def _sums(books: Books, by: str, since: datetime.date | None) -> dict[tuple[Any, ...], _Sums]:
    """Sum up the lines that margins are made of by their group and the currency they sold in."""
    sums: dict[tuple[Any, ...], _Sums] = defaultdict(_Sums)
    group = _grouping(books, by)
    for line, cost, revenue, currency in books.earnings:
        if since is not None and line.date < since:
            continue
        each = sums[(*group(line), currency)]
        each.goods.add(line.lot.commodity)
        each.revenue += revenue
        if line.kind is Kind.WRITE_OFF:
            each.write_offs += cost
        else:
            each.cost_of_sales += cost
            each.units -= line.units
    return sums


def _grouping(books: Books, by: str) -> Callable[[Line], tuple[Any, ...]]:
    """Return what tells the group of a line: facts of a lot are looked up once."""
    if by == "lot":
        return lambda line: line.lot
    if by == "commodity":
        return lambda line: (line.lot.commodity,)
    if by == "month":
        return lambda line: (line.date.isoformat()[:7],)
    if by == "customer":
        return lambda line: (books.party(line) if line.kind in SOLD else None,)
    fact = cache(lambda lot: (books.fact(lot, by),))
    return lambda line: fact(line.lot)


def _figures(books: Books, currency: str, sums: _Sums, whole: Decimal) -> dict[str, Any]:
    cent = books.config.cent(currency)
    margin = sums.revenue - sums.cost_of_sales
    return {
        "units": trimmed(sums.units) if len(sums.goods) < 2 else None,
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
