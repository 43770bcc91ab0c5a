"""A table on the screen: some columns of a report, sorted, a page of it at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from fava_lotcost.params import Params
from lotcost.reports.report import Column, Report, Row, totals

_WORTH = frozenset({"cost_on_hand", "retail_value"})


class Table(NamedTuple):
    """One page of a report.

    Attributes:
      report: All rows asked for, sorted: what is counted, added up and downloaded.
      columns: What there is room for.
      currency: What all money is in, where it is one; else the table has a column for it.
      rows: Those of this page; `first` is the place of its first one among all.
      sort: The column it is sorted by, with a minus before it for falling.
      prefix: What stands before its URL parameters `sort` and `page`, where a page has two tables.
    """

    report: Report
    columns: tuple[Column, ...]
    currency: str
    rows: tuple[Row, ...]
    first: int
    page: int
    pages: int
    sort: str
    prefix: str = ""

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


class Part(NamedTuple):
    """Some lots of a report, counted and added up once.

    Attributes:
      lots: How many lots they are, in however many accounts.
      totals: What they are worth, a row a currency.
    """

    report: Report
    lots: int
    totals: tuple[Row, ...]


def part(report: Report, rows: Iterable[Row]) -> Part:
    """Return the part of a report that has these rows."""
    report = report.only(rows)
    lots = {(row["commodity"], row["lot"]) for row in report.rows}
    worth = [column for column in report.columns if column.name in _WORTH]
    return Part(report, len(lots), totals(worth, report.rows))


def table(
    report: Report,
    columns: Sequence[Column],
    params: Params,
    size: int,
    prefix: str = "",
    within: str = "",
) -> Table:
    """Sort a report and cut out the page a URL asks for.

    Args:
      within: The column whose rows stay together, in their own order, however they are sorted.
    """
    currencies = {row.get("currency") or "" for row in report.rows}
    currency = currencies.pop() if len(currencies) == 1 else ""
    shown = tuple(column for column in columns if not currency or column.name != "currency")
    order = params.order((column.name for column in shown), f"{prefix}sort")
    rows = ordered(report.rows, order)
    if within:
        places = {value: at for at, value in enumerate(dict.fromkeys(_all(report, within)))}
        rows.sort(key=lambda row: places[row[within]])
    report = report.only(rows)
    pages = max(1, -(-len(rows) // size))
    page = params.page(pages, f"{prefix}page")
    first = (page - 1) * size
    cut = report.rows[first : first + size]
    return Table(report, shown, currency, cut, first, page, pages, order, prefix)


def _all(report: Report, name: str) -> Iterator[Any]:
    return (row[name] for row in report.rows)


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
