"""Cells: what type each is, how many digits it shows, how it looks.

Every number in the file has the report's own digits. openpyxl would write a Decimal as a float of
16 digits (9.95 as 9.949999999999999), so digits are handed to it as they are to stand there.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties

from lotcost.rendering.values import plain
from lotcost.reports.report import Column, Report, Row

TEXT = "@"
_DATE = "yyyy-mm-dd"
_RATE = "0.00%"
# Excel counts days from 1900 on; an earlier date stays a text.
_FIRST_DAY = datetime.date(1900, 3, 1)
# What XML 1.0 cannot hold.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BOLD = Font(name="Calibri", size=11, bold=True)
_HEAD = {
    "font": _BOLD,
    "fill": PatternFill("solid", start_color="E8EDF2"),
    "border": Border(bottom=Side("thin")),
}
# Set off from the figure before it: 200 USD, not 200USD.
_WORD = {"alignment": Alignment("left", indent=1)}
_TOTAL = {"font": _BOLD, "border": Border(top=Side("thin"))}
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "figure": {},
    "word": _WORD,
    "figure heading": _HEAD | {"alignment": Alignment("right", "bottom", wrap_text=True)},
    "word heading": _HEAD | {"alignment": Alignment("left", "bottom", indent=1, wrap_text=True)},
    "figure total": _TOTAL,
    "word total": _TOTAL | _WORD,
    "label": _WORD | {"font": _BOLD},
}


class Pen:
    """Writes the cells of a sheet.

    A cell is made once for its looks and filled anew: the sheet writes each one out before it
    asks its row for the next.
    """

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._cells: dict[tuple[str, str], Any] = {}

    def cell(self, value: object, number_format: str, looks: str) -> Any:
        """Return the cell for a value, to be written before the next one is asked for."""
        if value is None and not looks.endswith("total"):
            return None
        cell = self._cells.get((number_format, looks))
        if cell is None:
            cell = self._cells[number_format, looks] = WriteOnlyCell(self._sheet)
            cell.number_format = number_format
            for name, style in _LOOKS[looks].items():
                setattr(cell, name, style)
        if value is None or isinstance(value, bool) or _is_day(value):
            cell.value = value
        elif isinstance(value, Decimal | int):
            cell.value, cell.data_type = plain(value), "n"
        else:
            # Said to be a text, it stays one, be it =SUM(A1), 00123 or 1E5.
            cell.value, cell.data_type = _UNFIT.sub("", plain(value)), "s"
        return cell


class Formats:
    """The number format of each cell: as many digits as its currency or commodity has."""

    def __init__(self, report: Report) -> None:
        self._digits: dict[tuple[str, object], set[int]] = defaultdict(set)
        for row in (*report.rows, *report.totals):
            for column in report.columns:
                value = row.get(column.name)
                if isinstance(value, Decimal) and column.is_number:
                    self._digits[_unit(column, row)].add(max(0, -int(value.as_tuple().exponent)))

    def of(self, column: Column, row: Row) -> str:
        """Return the format for a row's cell in a column."""
        value = row.get(column.name)
        if not isinstance(value, Decimal) or not column.is_number:
            return plain_format(value)
        if column.kind == "rate":
            return _RATE
        digits = self._digits[_unit(column, row)]
        least, most = min(digits), max(digits)
        # Where no digit has to stand behind the point, "#" would leave the point: "3.".
        behind = "0" * least + "#" * (most - least) if least else "0" * most
        return f"#,##0.{behind}" if behind else "#,##0"


def plain_format(value: object) -> str:
    """Return the format for a value that stands alone."""
    if _is_day(value):
        return _DATE
    if isinstance(value, Decimal):
        return f"{0:.{max(0, -int(value.as_tuple().exponent))}f}"
    return "0" if isinstance(value, int) else TEXT


def set_up_print(sheet: Any, title: str) -> None:
    """Print a sheet as wide as the paper, its title and the page below."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.left.text = title.replace("&", "&&")
    sheet.oddFooter.right.text = "&P / &N"


def _unit(column: Column, row: Row) -> tuple[str, object]:
    return column.kind, row.get(column.unit) if column.unit else column.name


def _is_day(value: object) -> bool:
    return isinstance(value, datetime.date) and value >= _FIRST_DAY
