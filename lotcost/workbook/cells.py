"""Cells: what type each is, how many digits it shows, how it looks.

Every number in the file has the report's own digits: XlsxWriter writes a Decimal as it is, and a
float with 16 digits (9.95 as 9.949999999999999).
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import repeat
from typing import Any

from lotcost.rendering.values import plain
from lotcost.reports.report import Column
from lotcost.workbook.sheet import Sheet

TEXT = "@"
MOST_SIGNS = 32_767
"""What a cell holds."""

_GENERAL = "General"
_DATE = "yyyy-mm-dd"
_RATE = "0.00%"
# A spreadsheet counts with 15 digits in all, before the point and behind.
_MOST_DIGITS = 12
# Excel counts days from here, and takes 1900 for a leap year: an earlier date stays a text.
_DAY_ZERO = datetime.date(1899, 12, 30)
_FIRST_DAY = datetime.date(1900, 3, 1)
# What XML 1.0 cannot hold.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Set off from the figure before it: 200 USD, not 200USD.
_WORD = {"align": "left", "indent": 1}
_HEAD = {"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True, "valign": "bottom"}
_TOTAL = {"bold": True, "top": 1}
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "figure": {},
    "word": _WORD,
    "figure heading": _HEAD | {"align": "right"},
    "word heading": _HEAD | _WORD,
    "figure total": _TOTAL,
    "word total": _TOTAL | _WORD,
    "label": {"bold": True} | _WORD,
    "title": {"bold": True, "font_size": 14} | _WORD,
    "link": {"underline": 1, "font_color": "#0563C1"} | _WORD,
}

Put = Callable[[int, Any], None]
"""What writes a value into a row of its column."""


class Pen:
    """Writes typed cells; each pair of number format and looks is one format of the workbook.

    Attributes:
      cut: How many texts were longer than a cell and are cut.
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[tuple[str, str], Any] = {}
        self.cut = 0

    def format(self, number_format: str, looks: str) -> Any:
        """Return a format of the workbook."""
        key = number_format, looks
        if key not in self._formats:
            said = {**_LOOKS[looks], "num_format": number_format}
            self._formats[key] = self._book.add_format(said)
        return self._formats[key]

    def texts(self, sheet: Any, column: int, looks: str) -> Put:
        """Return what writes texts: said to be one it stays one, be it =SUM(A1), 00123 or 1E5."""
        format_, write_string = self.format(TEXT, looks), sheet.write_string

        def put(row: int, value: str) -> None:
            if not value.isprintable():
                value = _UNFIT.sub("", value)
            if len(value) > MOST_SIGNS:
                self.cut += 1
                value = f"{value[: MOST_SIGNS - 1]}…"
            if value.startswith("<r>") and value.endswith("</r>"):
                # XlsxWriter takes it for rich text of its own; in pieces it is a text again.
                sheet.write_rich_string(row, column, "<", "r", value[2:], format_)
            else:
                write_string(row, column, value, format_)

        return put

    def days(self, sheet: Any, column: int, looks: str) -> Put:
        """Return what writes dates."""
        format_, write_number = self.format(_DATE, looks), sheet.write_number
        texts = self.texts(sheet, column, looks)

        def put(row: int, value: datetime.date) -> None:
            if value < _FIRST_DAY:
                texts(row, value.isoformat())
            else:
                write_number(row, column, (value - _DAY_ZERO).days, format_)

        return put

    def put(self, sheet: Any, row: int, column: int, value: object, looks: str) -> None:
        """Write a value that stands alone, by its type; nothing where there is none."""
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, self.format(_GENERAL, looks))
        elif isinstance(value, Decimal | int):
            sheet.write_number(row, column, value, self.format(_plain_format(value), looks))
        elif isinstance(value, datetime.date):
            self.days(sheet, column, looks)(row, value)
        elif value is not None:
            self.texts(sheet, column, looks)(row, plain(value))


class Digits:
    """How many digits the figures of each currency and commodity have, at least and at most.

    Money has the same digits in all columns; what is sold a week has others than what is on hand.
    """

    def __init__(self, sheet: Sheet) -> None:
        seen: dict[tuple[str, object], set[int]] = defaultdict(set)
        columns = {column.name: column for column in sheet.report.columns}
        for column in columns.values():
            if column.is_number and column.kind not in {"rate", "count"}:
                units = sheet.values(columns[column.unit]) if column.unit else repeat(column.name)
                # A figure stands in many rows, and to look at its digits takes long.
                for unit, value in set(zip(units, sheet.values(column), strict=False)):
                    if isinstance(value, Decimal):
                        seen[_alike(column), unit].add(digits_of(value))
        self._spread = {key: (min(digits), max(digits)) for key, digits in seen.items()}

    def most(self, column: Column, unit: object) -> int:
        """Return the most digits behind the point that a column's figures in a unit have."""
        return self._of(column, unit)[1]

    def widest(self, column: Column) -> int:
        """Return the most digits behind the point that a column's figures have in any unit."""
        alike = _alike(column)
        found = (most for (name, _), (_, most) in self._spread.items() if name == alike)
        return max(found, default=0)

    def format(self, column: Column, unit: object) -> str:
        """Return the number format of a column's figures in a unit."""
        if column.kind == "rate":
            return _RATE
        least, most = self._of(column, unit)
        # Where no digit has to stand behind the point, "#" would leave the point: "3.".
        behind = "0" * least + "#" * (most - least) if least else "0" * most
        return f"#,##0.{behind}" if behind else "#,##0" if column.kind != "count" else "0"

    def _of(self, column: Column, unit: object) -> tuple[int, int]:
        return self._spread.get((_alike(column), unit if column.unit else column.name), (0, 0))


def _alike(column: Column) -> str:
    """Name the columns that have the same digits."""
    return column.kind if column.kind == "money" else column.name


def digits_of(value: Decimal) -> int:
    """Return a figure's digits behind the point, as far as a spreadsheet counts."""
    return min(max(0, -int(value.as_tuple().exponent)), _MOST_DIGITS)


def grouped(value: Decimal) -> str:
    """Return the format of a figure that stands alone, with its own digits."""
    digits = digits_of(value)
    return f"#,##0.{'0' * digits}" if digits else "#,##0"


def _plain_format(value: Decimal | int) -> str:
    return "0" if isinstance(value, int) else f"{0:.{digits_of(value)}f}"
