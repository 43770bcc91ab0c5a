"""A table on the screen: some columns of a report, sorted, a page of it at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from fava_lotcost.params import Params
from lotcost.reports.report import Column, Report, Row


class Table(NamedTuple):
    """One page of a report.

    Attributes:
      report: All rows asked for, sorted: what is counted, added up and downloaded.
      columns: What there is room for.
      currency: What all money is in, where it is one; else the table has a column for it.
      rows: Those of this page.
      sort: The column it is sorted by, with a minus before it for falling.
    """

    report: Report
    columns: tuple[Column, ...]
    currency: str
    rows: tuple[Row, ...]
    page: int
    pages: int
    sort: str

    @property
    def near_pages(self) -> tuple[int | None, ...]:
        """The numbers to offer: both ends and those about this one; None is a gap."""
        numbers = sorted(
            {1, self.pages, *range(max(1, self.page - 2), min(self.pages, self.page + 2) + 1)}
        )
        near: list[int | None] = []
        for number in numbers:
            last = near[-1] if near else None
            if last is not None and number > last + 1:
                near.append(None)
            near.append(number)
        return tuple(near)


def table(report: Report, columns: Sequence[Column], params: Params, size: int) -> Table:
    """Sort a report and cut out the page a URL asks for."""
    whole = whole_table(report, columns, size)
    order = params.order(column.name for column in whole.columns)
    report = report.only(ordered(report.rows, order))
    pages = max(1, -(-len(report.rows) // size))
    page = params.page(pages)
    rows = report.rows[(page - 1) * size : page * size]
    return whole._replace(report=report, rows=rows, page=page, pages=pages, sort=order)


def whole_table(report: Report, columns: Sequence[Column], size: int) -> Table:
    """Show a report as it is, and of a long one its beginning."""
    currencies = {row["currency"] for row in report.rows}
    currency = currencies.pop() if len(currencies) == 1 else ""
    shown = tuple(column for column in columns if not currency or column.name != "currency")
    return Table(report, shown, currency, report.rows[:size], 1, 1, "")


def ordered(rows: Sequence[Row], order: str) -> list[Row]:
    """Sort rows by a column; absent values come last either way, equals stay as they were."""
    if not order:
        return list(rows)
    name = order.removeprefix("-")
    there = [row for row in rows if row.get(name) is not None]
    absent = [row for row in rows if row.get(name) is None]
    return sorted(there, key=lambda row: _key(row[name]), reverse=order != name) + absent


def _key(value: Any) -> tuple[str, Any]:
    """Compare like with like: a card's key may be a text on one lot and a number on another."""
    if isinstance(value, str):
        return "text", value.casefold()
    return type(value).__name__, value
