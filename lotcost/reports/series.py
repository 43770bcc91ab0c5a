"""What a picture of the stock needs: its value by day, and by commodity."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby

from lotcost.ledger.books import Books, Line
from lotcost.reports.report import money

Amounts = Mapping[str, Decimal]


def stock_value(
    books: Books, since: datetime.date | None = None
) -> tuple[tuple[datetime.date, Amounts], ...]:
    """Return the stock at cost on the evening of each day it changed, by currency.

    A period opens with the value it began with, and ends on the books' own day.
    """
    value: dict[str, Decimal] = defaultdict(Decimal)
    points: dict[datetime.date, Amounts] = {}
    for day, lines in groupby(books.picked, key=_day):
        for _, line in lines:
            if not line.expensed:
                value[line.currency] += line.cost
        points[day if since is None else max(day, since)] = dict(value)
    if points:
        points[books.at] = dict(value)
    return tuple((day, _rounded(books, amounts)) for day, amounts in points.items())


def stock_by_commodity(books: Books) -> Mapping[str, Amounts]:
    """Return the stock at cost of each commodity that has some, by currency."""
    value: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for flow, moved in books.sums.flows.items():
        if not flow.expensed:
            value[flow.commodity][flow.currency] += moved.cost
    held = {commodity: _rounded(books, value[commodity]) for commodity in sorted(value)}
    return {commodity: amounts for commodity, amounts in held.items() if any(amounts.values())}


def _day(picked: tuple[int, Line]) -> datetime.date:
    return picked[1].date


def _rounded(books: Books, amounts: Mapping[str, Decimal]) -> Amounts:
    return {
        currency: money(amount, books.config.cent(currency)) for currency, amount in amounts.items()
    }
