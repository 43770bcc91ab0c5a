"""Read the fields of a row, and gather all that is wrong with them before any of it is said."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from lotcost.importers import cells, gs1
from lotcost.importers.cells import Cell, Unfit
from lotcost.importers.known import Known
from lotcost.importers.mapping import FileMapping
from lotcost.importers.tables import Row
from lotcost.importers.wrong import WrongCellError

_Value = TypeVar("_Value")
_SCANNED = frozenset({"lot", "quantity"})


class RowReader:
    """Reads the fields of one row.

    Attributes:
      scan: What the row's barcode says.
      wrong: What is wrong with the row, a part of a sentence each.
    """

    def __init__(self, row: Row, mapping: FileMapping, known: Known) -> None:
        self.row = row
        self.mapping = mapping
        self.known = known
        self.wrong: list[str] = []
        self.scan = self.read("gs1", lambda cell: gs1.scan(str(cell))) or gs1.Scanned()
        self._unscanned = bool(self.wrong)

    def cell(self, field: str) -> Cell:
        """Return a field's cell, or what the mapping says where it is blank."""
        cell = self.row.cells.get(field, "")
        return self.mapping.defaults.get(field, "") if cells.is_blank(cell) else cell

    def is_blank(self, field: str) -> bool:
        """Whether neither the row nor the mapping says anything of a field."""
        return cells.is_blank(self.cell(field))

    def read(self, field: str, reading: Callable[[Cell], _Value]) -> _Value | None:
        """Read a field; None where it is blank or wrong."""
        cell = self.cell(field)
        if cells.is_blank(cell):
            return None
        try:
            if isinstance(cell, Unfit):
                raise WrongCellError(cell.reason)
            return reading(cell)
        except WrongCellError as error:
            self.refuse(field, str(error))
            return None

    def refuse(self, field: str, why: str) -> None:
        """Say what is wrong with a field, by our word and by the file's."""
        heading = self.mapping.heading(field)
        self.wrong.append(f"{field if heading == field else f'{field} ({heading})'} {why}")

    def refuse_blank(self, field: str, wants: str) -> None:
        """Refuse a field that is blank, but for one that a barcode may say that was refused."""
        if self.is_blank(field) and not (self._unscanned and field in _SCANNED):
            self.refuse(field, f"is blank; {wants}")

    def text(self, field: str) -> str:
        """Read a text, or nothing."""
        return self.read(field, cells.text) or ""

    def day(self, field: str) -> datetime.date | None:
        """Read a day in one of the mapping's formats."""
        return self.read(field, lambda cell: cells.day(cell, self.mapping.dates))

    def number(self, field: str) -> Decimal | None:
        """Read a number with the mapping's decimal sign."""
        return self.read(field, lambda cell: cells.number(cell, self.mapping.decimal))
