"""The sheet of a report: its rows as a table to sort and filter, its totals below it."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from lotcost.rendering.values import plain
from lotcost.reports.report import Column, Report
from lotcost.workbook.cells import TEXT, Formats, Pen, set_up_print

_WIDEST = 48
_IDENTITY = frozenset({"account", "commodity", "lot"})
_UNFIT_FOR_SHEET = re.compile(r"[\[\]:*?/\\]")


def write_table(book: Any, report: Report) -> None:
    """Add a report's sheet to a workbook."""
    sheet = book.create_sheet(_UNFIT_FOR_SHEET.sub(" ", report.title)[:31])
    columns = report.columns
    names = headings(columns)
    formats = Formats(report)
    for at, column in enumerate(columns):
        width = _width(report, column, names[at], formats)
        sheet.column_dimensions[get_column_letter(at + 1)].width = width
    sheet.row_dimensions[1].height = 15 * max(len(_folded(name)) for name in names)
    sheet.freeze_panes = f"{get_column_letter(_leading(columns) + 1)}2"
    sheet.print_title_rows = "1:1"
    set_up_print(sheet, report.title)
    pen = Pen(sheet)
    sheet.append(
        pen.cell(name, TEXT, f"{_looks(column)} heading")
        for name, column in zip(names, columns, strict=True)
    )
    for row in report.rows:
        sheet.append(
            pen.cell(row.get(each.name), formats.of(each, row), _looks(each)) for each in columns
        )
    for row in report.totals:
        total = {**row, columns[0].name: "Total"}
        sheet.append(
            pen.cell(total.get(each.name), formats.of(each, total), f"{_looks(each)} total")
            for each in columns
        )
    if report.rows:
        _add_table(sheet, report, names)


def headings(columns: Iterable[Column]) -> list[str]:
    """Give each column a heading of its own, as a table demands it."""
    taken: dict[str, str] = {}
    for column in columns:
        heading = column.label
        while heading.casefold() in taken:
            heading += f" ({column.name})"
        taken[heading.casefold()] = heading
    return list(taken.values())


def _looks(column: Column) -> str:
    return "figure" if column.is_number else "word"


def _folded(heading: str) -> list[str]:
    return textwrap.wrap(heading, 14, break_long_words=False)


def _width(report: Report, column: Column, heading: str, formats: Formats) -> int:
    """Fit the longest cell, within reason, and leave room for the heading's filter button."""
    longest = max(len(line) for line in _folded(heading)) + 3
    for row in (*report.rows, *report.totals):
        value = row.get(column.name)
        shown = plain(value)
        if isinstance(value, Decimal):
            behind = formats.of(column, row).partition(".")[2]
            shown = f"{value:,.{len(behind)}f}"
        longest = max(longest, len(shown) + 2)
    return min(longest, _WIDEST)


def _leading(columns: Iterable[Column]) -> int:
    """Count the columns that say what a row is about and stay in view."""
    names = [column.name for column in columns]
    return len(list(itertools.takewhile(_IDENTITY.__contains__, names)))


def _add_table(sheet: Any, report: Report, names: list[str]) -> None:
    area = f"A1:{get_column_letter(len(names))}{len(report.rows) + 1}"
    table = Table(displayName=re.sub(r"\W", "_", report.name), ref=area)
    table.autoFilter = AutoFilter(ref=area)
    table.tableColumns = [TableColumn(id=at, name=name) for at, name in enumerate(names, 1)]
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    sheet.tables.add(table)
