"""Formulas as they stand in cells: a template of column names, resolved once for a whole column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from xlsxwriter.utility import xl_col_to_name

from lotcost.reports.report import Column
from lotcost.workbook.cells import Digits

_PLACE = re.compile(r"\{(total:)?([^{}]+)\}")
# Units keep room for what somebody tries out: 4.5 of goods that were whole before.
_LEAST_DIGITS_OF_UNITS = 6

RATES: Mapping[str, str] = {
    "margin_rate": 'IF({revenue}=0,"",ROUND({gross_margin}/{revenue},4))',
    "markup": 'IF({cost_of_sales}=0,"",ROUND({gross_margin}/{cost_of_sales},4))',
}
"""What rates come of, in a row and in a total alike."""


class Formulas(NamedTuple):
    """Makes the formulas of a sheet.

    Attributes:
      totals: The row of each currency's total, counted from 1.
    """

    columns: Sequence[Column]
    digits: Digits
    totals: Mapping[str, int]

    def of(self, column: Column, template: str) -> Callable[[int, object, object], str]:
        """Return what makes a column's formula, given its row, unit and currency."""
        resolved = _PLACE.sub(self._cell, template)
        known: dict[tuple[object, object], list[str]] = {}

        def formula(row: int, unit: object, currency: object) -> str:
            pieces = known.get((unit, currency))
            if pieces is None:
                text = resolved.replace("@", str(self._rounding(column, unit)))
                text = text.replace("~", str(self.totals.get(str(currency), 0)))
                pieces = known[unit, currency] = text.split("#")
            return str(row).join(pieces)

        return formula

    def letter(self, name: str) -> str:
        """Return the letters of a column."""
        at = [column.name for column in self.columns].index(name)
        return str(xl_col_to_name(at))

    def _cell(self, place: re.Match[str]) -> str:
        letter = self.letter(place[2])
        return f"${letter}$~" if place[1] else f"{letter}#"

    def _rounding(self, column: Column, unit: object) -> int:
        most = self.digits.most(column, unit)
        return most if column.kind == "money" else max(most, _LEAST_DIGITS_OF_UNITS)
