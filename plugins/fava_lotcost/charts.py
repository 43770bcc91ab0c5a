"""Figures of a report by month, as a bar chart takes them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from lotcost.reports.report import Report


def by_month(report: Report, name: str) -> Iterator[tuple[datetime.date, dict[str, Decimal]]]:
    """Yield a column of a report grouped by month, by currency, with each month's first day."""
    values: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in report.rows:
        values[row["month"]][row["currency"]] = row[name]
    for month, amounts in values.items():
        yield datetime.date.fromisoformat(f"{month}-01"), amounts
