"""What a file holds before it is known what it means: rows of cells."""

from __future__ import annotations

from typing import NamedTuple

from lotcost.importers.cells import Cell


class GridRow(NamedTuple):
    """A row, numbered from 1 as a spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]


class Grid(NamedTuple):
    """A text file or one sheet of a workbook.

    Attributes:
      name: What to call it in a sentence.
      pads: Whether a row may end before the headings do, as a sheet leaves out empty cells.
      notes: What the reader has to know.
    """

    name: str
    sheet: str
    rows: tuple[GridRow, ...]
    pads: bool
    notes: tuple[str, ...] = ()
