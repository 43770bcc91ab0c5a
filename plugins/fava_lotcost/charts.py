"""Charts: figures that Fava draws, and the same as plain tables where it cannot."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from fava_lotcost import compat
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.translating import gettext
from lotcost.ledger.books import Books
from lotcost.reports import series
from lotcost.reports.report import Report

Amounts = Mapping[str, Decimal]
_MOST_ROWS = 500


class Chart(NamedTuple):
    """Amounts by currency, over time or side by side.

    Attributes:
      drawn: What Fava's own component draws; None where it has changed and cannot.
      points: The same to be read: a day or month, or the name of a part, with its amounts.
    """

    label: str
    drawn: Any
    points: tuple[tuple[str, Amounts], ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of all points."""
        return tuple(sorted({currency for _, amounts in self.points for currency in amounts}))

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing to see, as all amounts are zero."""
        return not any(amount for _, amounts in self.points for amount in amounts.values())


def line(label: str, points: Iterable[tuple[datetime.date, Amounts]]) -> Chart:
    """Draw amounts that hold from their day on; a table has the last of each month."""
    points = tuple(points)
    last = {f"{day:%Y-%m}": (str(day), amounts) for day, amounts in points}
    return Chart(label, compat.line_chart(label, points), tuple(last.values())[-_MOST_ROWS:])


def stock_value(snapshot: Snapshot, asked: Asked) -> Chart:
    """Draw what the stock was worth on each day."""
    return line(gettext("Stock value"), snapshot.keep(_stock_value, asked))


def stock_by_commodity(snapshot: Snapshot, asked: Asked) -> Chart:
    """Draw what the goods in stock are worth."""
    amounts = snapshot.keep(_stock_by_commodity, asked)
    return parts(gettext("By commodity"), amounts, snapshot.books(asked))


def bars(label: str, months: Iterable[tuple[datetime.date, Amounts]]) -> Chart:
    """Draw amounts by month."""
    months = tuple(months)
    read = tuple((f"{day:%Y-%m}", amounts) for day, amounts in months)
    return Chart(label, compat.bar_chart(label, months), read[-_MOST_ROWS:])


def parts(label: str, amounts: Mapping[str, Amounts], books: Books) -> Chart:
    """Draw the parts of a whole, of which Fava draws the operating currencies alone."""
    seen = set(books.options["operating_currency"])
    known = {name: each for name, each in amounts.items() if seen & each.keys()}
    drawn = compat.treemap(label, known) if known else None
    return Chart(label, drawn, tuple(amounts.items())[:_MOST_ROWS])


def by_month(report: Report, name: str) -> Iterator[tuple[datetime.date, Amounts]]:
    """Yield a column of a report grouped by month, by currency, with each month's first day."""
    values: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in report.rows:
        values[row["month"]][row["currency"]] = row[name]
    for month, amounts in values.items():
        yield datetime.date.fromisoformat(f"{month}-01"), amounts


def by_commodity(report: Report, name: str) -> Mapping[str, Amounts]:
    """Return a column of a report by lot, added up by commodity; nothing is left out but zeros."""
    values: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in report.rows:
        values[row["commodity"]][row["currency"]] += row[name]
    earned = {
        goods: {currency: amount for currency, amount in sorted(amounts.items()) if amount}
        for goods, amounts in values.items()
    }
    return {goods: amounts for goods, amounts in earned.items() if amounts}


def _stock_value(snapshot: Snapshot, asked: Asked) -> tuple[tuple[datetime.date, Amounts], ...]:
    return series.stock_value(snapshot.books(asked), asked.since)


def _stock_by_commodity(snapshot: Snapshot, asked: Asked) -> Mapping[str, Amounts]:
    return series.stock_by_commodity(snapshot.books(asked))
