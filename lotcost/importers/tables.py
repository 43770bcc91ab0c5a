"""A file as a table: the row of its headings is found, and each row below it becomes fields."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from lotcost.importers import csv_files, xlsx_files
from lotcost.importers.cells import Cell, is_blank
from lotcost.importers.grid import Grid
from lotcost.importers.mapping import COUNTS, DELIVERIES, FOR_PEOPLE, FileMapping
from lotcost.importers.wrong import WrongFileError, WrongRow
from lotcost.ledger.errors import nearest
from lotcost.ledger.near_expiry import quoted

MOST_BYTES = 8 * 1024 * 1024
"""What beangulp looks at as well: a larger file is taken for something else."""
_LOOKED_FOR_HEADINGS = 30
_TELLING = frozenset({"counted", "quantity", "price", "total"})
_GOODS = ("commodity", "gtin", "gs1")
_CLAUSES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    COUNTS: (("date",), _GOODS, ("lot", "gs1"), ("counted",)),
    "": (("date",), _GOODS, ("quantity", "gs1"), ("price", "total")),
}
"""What an import cannot do without: a column for one of each, by kind."""


class Row(NamedTuple):
    """A row below the headings: its cells by field; columns that are not there are left out."""

    number: int
    cells: Mapping[str, Cell]


class Table(NamedTuple):
    """A file's rows.

    Attributes:
      name: The file's name, and its sheet where there are several.
      wrong: Rows that are wrong whatever they say.
      notes: What the reader of the file has to know.
    """

    name: str
    rows: tuple[Row, ...]
    wrong: tuple[WrongRow, ...]
    notes: tuple[str, ...]


def read_grids(file: Path, mapping: FileMapping) -> Sequence[Grid]:
    """Read a text file, or the sheets of a workbook; what cannot be read is a WrongFileError."""
    _check_size(file)
    content = _content(file)
    if xlsx_files.is_workbook(content):
        return xlsx_files.read(content, file.name, mapping)
    return [csv_files.read(content, file.name, mapping)]


class Look(NamedTuple):
    """What a file's headings say of it.

    Attributes:
      kind: Counts where there is a column for them, else deliveries.
      names_account: Whether there is a column for accounts.
    """

    kind: str
    names_account: bool


def read_table(grids: Sequence[Grid], name: str, mapping: FileMapping, kind: str) -> Table:
    """Find the headings and what stands below them; where there are none is a WrongFileError.

    Args:
      name: What to call the file where it is not about one sheet of it.
    """
    fitting = [(grid, at) for grid in grids if (at := _header(grid, mapping, kind)) is not None]
    if len(fitting) > 1:
        names = ", ".join(f'"{grid.sheet}"' for grid, _ in fitting)
        raise WrongFileError(
            f"{name} has several such sheets, {names}; say which in the mapping: "
            f'sheet = "{fitting[0][0].sheet}"'
        )
    if not fitting:
        raise WrongFileError(_no_header(grids, name, mapping, kind))
    ((grid, at),) = fitting
    return _table(grid, at, mapping, kind)


def look(grids: Sequence[Grid], mapping: FileMapping) -> Look:
    """Look at a file's headings, whatever else is wrong with it."""
    found: set[str] = set()
    for grid in grids:
        for at in _places(grid, mapping):
            columns = _columns(grid.rows[at].cells, mapping)
            if not found & _TELLING:
                found = set(columns)
    return Look(COUNTS if "counted" in found else DELIVERIES, "account" in found)


def _check_size(file: Path) -> None:
    size = os.path.getsize(file)
    if size > MOST_BYTES:
        raise WrongFileError(
            f"{file.name} has {size / 2**20:.0f} MB, and an import takes {MOST_BYTES >> 20} MB, "
            "some 80,000 rows. Split it, by month for example"
        )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WrongFileError(f"Cannot read {file.name}: {error.strerror}") from error


def _header(grid: Grid, mapping: FileMapping, kind: str) -> int | None:
    """Return the place of the row that has all the headings that are wanted."""
    for at in _places(grid, mapping):
        columns = _columns(grid.rows[at].cells, mapping)
        if not _missing(columns, mapping, kind):
            return at
    return None


def _places(grid: Grid, mapping: FileMapping) -> Iterator[int]:
    filled = 0
    for at, row in enumerate(grid.rows):
        if mapping.header is not None and row.number != mapping.header:
            continue
        if not all(map(is_blank, row.cells)):
            filled += 1
            yield at
        if filled >= _LOOKED_FOR_HEADINGS:
            return


def _columns(headings: Sequence[Cell], mapping: FileMapping) -> dict[str, list[int]]:
    """Return where each field stands; more than one place is for the caller to refuse."""
    wanted: dict[str, str] = {}
    for field in mapping.fields:
        wanted.setdefault(_folded(mapping.heading(field)), field)
    found: dict[str, list[int]] = {}
    for at, heading in enumerate(headings):
        if isinstance(heading, str) and _folded(heading) in wanted:
            found.setdefault(wanted[_folded(heading)], []).append(at)
    return found


def _folded(heading: object) -> str:
    return re.sub(r"[\s_-]+", " ", str(heading)).strip().casefold()


def _missing(
    columns: Mapping[str, object], mapping: FileMapping, kind: str
) -> list[tuple[str, ...]]:
    there = columns.keys() | mapping.defaults.keys()
    wanted: list[tuple[str, ...]] = [(field,) for field in mapping.columns if field not in columns]
    clauses = _CLAUSES.get(kind, _CLAUSES[""])
    return wanted + [
        clause
        for clause in clauses
        if not there & set(clause) and not mapping.columns.keys() & set(clause)
    ]


def _no_header(grids: Sequence[Grid], name: str, mapping: FileMapping, kind: str) -> str:
    """Say what is missing in the row that comes nearest to headings."""
    tried = [(grid, at) for grid in grids for at in _places(grid, mapping)]
    if not tried:
        where = "" if mapping.header is None else f" in row {mapping.header}"
        return f"{name} is empty{where}; nothing is to import"
    grid, at = max(tried, key=lambda each: len(_columns(each[0].rows[each[1]].cells, mapping)))
    row = grid.rows[at]
    has = [str(cell) for cell in row.cells if isinstance(cell, str | Decimal) and cell != ""]
    columns = _columns(row.cells, mapping)
    lacking = _missing(columns, mapping, kind)
    lines = []
    for clause in lacking:
        words = " or ".join(f'"{mapping.heading(field)}"' for field in clause)
        close = nearest(mapping.heading(clause[0]), has)
        meant = f"; {close}" if close.startswith("did you mean") else ""
        lines.append(f"{grid.name} row {row.number}: no heading {words}{meant}")
    (field, *_), fields = lacking[0], {_folded(mapping.heading(each)) for each in columns}
    first = next((each for each in has if _folded(each) not in fields), f"its {field}")
    return "\n".join(
        [
            *lines,
            f"Row {row.number} has: {', '.join(has)}. Say which is which in a mapping, for example "
            f"[columns] {field} = {quoted(first)}",
        ]
    )


def _table(grid: Grid, at: int, mapping: FileMapping, kind: str) -> Table:
    header = grid.rows[at]
    places = _columns(header.cells, mapping)
    for field, found in places.items():
        if len(found) > 1:
            raise WrongFileError(
                f"{grid.name} row {header.number}: {len(found)} columns have the heading "
                f'"{mapping.heading(field)}". Rename or delete all but one'
            )
    columns = {field: place for field, (place,) in places.items()}
    rows, wrong = [], []
    for row in grid.rows[at + 1 :]:
        if all(map(is_blank, row.cells)):
            continue
        ragged = _ragged(row.cells, header.cells, grid.pads)
        if ragged is not None:
            wrong.append(WrongRow(row.number, ragged))
            continue
        cells = {
            field: row.cells[place] if place < len(row.cells) else ""
            for field, place in columns.items()
        }
        rows.append(Row(row.number, cells))
    unread = [
        heading
        for place, heading in enumerate(header.cells)
        if place not in columns.values() and isinstance(heading, str) and heading
    ]
    if kind == COUNTS:
        unread = [heading for heading in unread if _folded(heading) not in FOR_PEOPLE]
    notes = [*grid.notes, *_left_out(grid.name, unread)]
    return Table(grid.name, tuple(rows), tuple(wrong), tuple(notes))


def _ragged(cells: Sequence[Cell], headings: Sequence[Cell], pads: bool) -> str | None:
    """Find a row of a text file that has other cells than the headings: it may be cut off."""
    over = [cell for cell in cells[len(headings) :] if not is_blank(cell)]
    if over:
        return (
            f"has {len(cells)} cells, and the headings are {len(headings)}. "
            "Is there a comma within a cell that has no quotes?"
        )
    if not pads and len(cells) < len(headings):
        return f"has {len(cells)} cells, and the headings are {len(headings)}. Is it cut off?"
    return None


def _left_out(name: str, headings: Sequence[str]) -> Iterator[str]:
    if headings:
        yield (
            f"{name}: not read are the columns {', '.join(headings)}. To put one on the lots' "
            "cards name it in a mapping, under [columns]"
        )
