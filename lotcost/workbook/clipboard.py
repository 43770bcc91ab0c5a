"""A sheet to print and to write on by hand: ruled, as wide as the paper, a box for each count."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import IO, Any

from xlsxwriter import Workbook

from lotcost.rendering import About
from lotcost.rendering.values import plain
from lotcost.reports.report import Column, Report

_HEAD_ROW = 3
_ROW_HEIGHT = 21
_WIDEST = 40
_WRITTEN = {"counted": 14, "note": 26}
"""The columns that are filled in by hand, and how wide a hand writes."""
_SIGNED = "Counted by: ______________________    Date and time: ______________________"
_FIRST_DAY = datetime.date(1900, 3, 1)  # an earlier one is a day that Excel counts otherwise
_RULED = {"border": 1, "border_color": "#8A94A0", "valign": "vcenter"}
_WORD = {"align": "left", "indent": 1}
_HEADING = {**_RULED, "bold": True, "bg_color": "#E8EDF2", "text_wrap": True}


def write_clipboard(report: Report, about: About, target: IO[bytes]) -> None:
    """Write a report whose blank columns are filled in by hand, and read back when they are."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False}
    book = Workbook(target, options)
    book.set_properties({"title": report.title, "comments": about.made_by})
    sheet = book.add_worksheet(report.title)
    _set_up(sheet, report, about)
    sheet.write_string(
        0, 0, f"{report.title}: {about.ledger}", book.add_format({"bold": True, "font_size": 15})
    )
    said = [f"As of the evening of {report.at}", *(f"{word} {name}" for word, name in about.asked)]
    sheet.write_string(1, 0, ", ".join(said), book.add_format({"font_color": "#4A5560"}))
    sheet.set_header(f"&R&9{_SIGNED}")
    looks = _Looks(book)
    for at, column in enumerate(report.columns):
        sheet.write_string(_HEAD_ROW, at, column.label, looks.heading(column))
        sheet.set_column(at, at, _width(report, column))
        for below, row in enumerate(report.rows, _HEAD_ROW + 1):
            _write(sheet, below, at, row.get(column.name), looks.cell(column))
    for below in range(_HEAD_ROW + 1, _HEAD_ROW + 1 + len(report.rows)):
        sheet.set_row(below, _ROW_HEIGHT)
    book.close()


class _Looks:
    """The formats of a sheet, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def heading(self, column: Column) -> Any:
        align = {"align": "right"} if column.is_number else _WORD
        return self._format({**_HEADING, **align})

    def cell(self, column: Column) -> Any:
        if column.name in _WRITTEN:
            kind = "General" if column.is_number else "@"
            align = {} if column.is_number else _WORD
            return self._format({**_RULED, **align, "num_format": kind, "bg_color": "#FFFDF2"})
        if column.kind == "date":
            return self._format({**_RULED, **_WORD, "num_format": "yyyy-mm-dd"})
        if column.is_number:
            return self._format({**_RULED, "num_format": "#,##0.######"})
        return self._format({**_RULED, **_WORD, "num_format": "@"})

    def _format(self, said: dict[str, object]) -> Any:
        key = tuple(sorted(said.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(said)
        return self._made[key]


def _set_up(sheet: Any, report: Report, about: About) -> None:
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.set_row(0, 24)
    sheet.set_row(_HEAD_ROW, 24)
    title = about.ledger.replace("&", "&&")
    sheet.set_footer(f"&L&9{title}, {report.at}&R&9&P / &N")
    names = [column.name for column in report.columns]
    last = _HEAD_ROW + max(1, len(report.rows))
    at = names.index("counted")
    sheet.data_validation(
        *(_HEAD_ROW + 1, at, last, at),
        {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_title": "Counted",
            "error_message": "A count is a number, 0 or more; what was not counted stays blank.",
        },
    )


def _write(sheet: Any, row: int, column: int, value: object, looks: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, looks)
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, value, looks)
    elif isinstance(value, datetime.date) and value >= _FIRST_DAY:
        sheet.write_datetime(row, column, value, looks)
    else:
        sheet.write_string(row, column, plain(value), looks)


def _width(report: Report, column: Column) -> int:
    if column.name in _WRITTEN:
        return _WRITTEN[column.name]
    shown = [column.label, *(plain(row.get(column.name)) for row in report.rows)]
    return min(_WIDEST, max(map(len, shown)) + 3)
