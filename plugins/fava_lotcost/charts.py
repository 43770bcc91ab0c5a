"""Figures as Fava's charts take them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from fava_lotcost import compat
from lotcost.ledger.books import Books
from lotcost.reports.report import Report


def by_month(report: Report, name: str) -> Iterator[tuple[datetime.date, dict[str, Decimal]]]:
    """Yield a column of a report grouped by month, by currency, with each month's first day."""
    values: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in report.rows:
        values[row["month"]][row["currency"]] = row[name]
    for month, amounts in values.items():
        yield datetime.date.fromisoformat(f"{month}-01"), amounts


def treemap(label: str, parts: Mapping[str, Mapping[str, Decimal]], books: Books) -> list[Any]:
    """Draw the parts of the stock, where Fava draws any: it has the operating currencies alone."""
    drawn = set(books.options["operating_currency"])
    known = {name: amounts for name, amounts in parts.items() if drawn & amounts.keys()}
    return compat.treemap(label, known) if known else []
