"""Report `margins`: revenue, cost of sales and gross margin, by lot or by anything known of it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from lotcost.ledger.books import Books
from lotcost.ledger.earning import is_counted
from lotcost.model import SOLD, ZERO, Kind, Lot
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
TAKEN = frozenset({"units", "currency", *(column.name for column in _FIGURES)})
"""What a row has beside its group: a key of a card of such a name is no group."""
GROUPS = ("lot", "commodity", "customer", "supplier", "month")
"""What margins can always be grouped by; any key of a lot's or commodity's card will do too."""
_Group = tuple[Any, ...]
_Part = tuple[_Group, str, str, Kind, Decimal, Decimal, Decimal]


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

    def add(
        self, commodity: str, kind: Kind, units: Decimal, cost: Decimal, revenue: Decimal
    ) -> None:
        """Add goods that went out; units are negative, cost and revenue positive."""
        if commodity != self.commodity:
            self.is_mixed = True
        self.revenue += revenue
        if kind is Kind.WRITE_OFF:
            self.write_offs += cost
        else:
            self.cost_of_sales += cost
            self.units -= units


def _sums(books: Books, by: str, since: datetime.date | None) -> dict[tuple[_Group, str], _Sums]:
    """Sum up what goods earned by their group and the currency they were sold in."""
    sums: dict[tuple[_Group, str], _Sums] = {}
    apart = _by_line if by in {"month", "customer"} else _by_lot
    for group, currency, commodity, kind, units, cost, revenue in apart(books, by, since):
        found = sums.get((group, currency))
        if found is None:
            found = sums[group, currency] = _Sums(commodity)
        found.add(commodity, kind, units, cost, revenue)
    return sums


def _by_lot(books: Books, by: str, since: datetime.date | None) -> Iterator[_Part]:
    group = _grouping(books, by)
    for (_, lot, _, kind, _, expensed, currency), each in books.sums.since(since).moves.items():
        if is_counted(kind, expensed):
            yield (
                *(group(lot), currency, lot.commodity, kind),
                *(each.units, each.cost_out, each.revenue),
            )


def _by_line(books: Books, by: str, since: datetime.date | None) -> Iterator[_Part]:
    """Yield what lines of a lot do not have in common."""
    month = cache(lambda date: (f"{date:%Y-%m}",))
    for line, cost, revenue, currency in books.sums.since(since).earnings():
        group: _Group = (None,)
        if by == "month":
            group = month(line.date)
        elif line.kind in SOLD:
            group = (books.party(line),)
        yield group, currency, line.lot.commodity, line.kind, line.units, cost, revenue


def _place(group: tuple[tuple[_Group, str], _Sums]) -> tuple[tuple[bool, str], ...]:
    of, currency = group[0]
    return tuple((part is None, str(part)) for part in (*of, currency))


def _grouping(books: Books, by: str) -> Callable[[Lot], _Group]:
    """Return what tells the group of a lot, whose facts are looked up once."""
    if by == "lot":
        return lambda lot: lot
    if by == "commodity":
        return lambda lot: (lot.commodity,)
    return cache(lambda lot: (books.fact(lot, by),))


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


def booked_elsewhere(books: Books, since: datetime.date | None) -> dict[str, Decimal]:
    """Return by how much the income of a period is other than the revenue of what it sold.

    Goods earn on the day they are sold, and an invoice may be of another day: what was booked
    in the period for goods of days before is positive, what was booked before it negative.
    """
    off: dict[str, Decimal] = defaultdict(Decimal)
    if since is not None:
        for booked, sold, (number, currency) in books.revenue.apart:
            if (booked < since) != (sold < since):
                off[currency] += number if sold < since else -number
    return {currency: amount for currency, amount in sorted(off.items()) if amount != ZERO}


def _notes(books: Books, since: datetime.date | None) -> tuple[str, ...]:
    left, elsewhere = unattributed(books, since), booked_elsewhere(books, since)
    if not left and not elsewhere:
        return ("Revenue ties to the ledger's income.",)
    return (
        *(
            f"Unattributed revenue: {money(amount, books.config.cent(currency))} {currency}"
            for currency, amount in left.items()
        ),
        *(
            f"The ledger's income from {since} is "
            f"{money(abs(amount), books.config.cent(currency))} {currency} "
            f"{'more' if amount > ZERO else 'less'}: goods earn on the day they are sold, and some "
            "of their invoices or credit notes are of another day"
            for currency, amount in elsewhere.items()
        ),
    )
