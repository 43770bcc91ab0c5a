"""Workbooks: the sheets of an .xlsx file, read row by row.

A cell with a formula counts as what it showed when the file was saved, and that is said; one
that a merged cell covers, or that shows an error, cannot be told.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from lotcost.importers.cells import Cell, Unfit
from lotcost.importers.grid import Grid, GridRow
from lotcost.importers.mapping import FileMapping
from lotcost.importers.wrong import WrongFileError
from lotcost.ledger.errors import nearest

MOST_UNPACKED = 96 * 1024 * 1024
"""What the parts of a workbook may have together, as some bytes may unpack into anything."""
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SPREADSHEET = "xl/workbook.xml"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')
_PADDED = re.compile(r"(0+)(;.*)?")
_MOST_NAMED = 5
_MOST_COLUMNS = 256


def is_workbook(content: bytes) -> bool:
    """Tell a workbook by its first bytes, as its name may say anything."""
    return content.startswith((_ZIP, _OLE))


def read(content: bytes, name: str, mapping: FileMapping) -> list[Grid]:
    """Read the sheets that may be seen, or the one asked for."""
    _check_container(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl cannot keep is not asked for
            return list(_grids(content, name, mapping))
    except WrongFileError:
        raise
    # openpyxl has no exception of its own for a file that is not what it says it is.
    except Exception as error:
        raise WrongFileError(
            f"{name} is damaged or cut off, and cannot be read as a workbook ({error}). Open it in "
            "a spreadsheet and save it anew"
        ) from error


def _check_container(content: bytes, name: str) -> None:
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise WrongFileError(f"{name} is protected by a password; save it without one")
        raise WrongFileError(f"{name} is a workbook of the old kind, .xls; save it as .xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            unpacked = sum(part.file_size for part in parts.infolist())
    except Exception as error:  # a damaged one may ask for anything, as a version to come
        raise WrongFileError(
            f"{name} is damaged or cut off: it begins as a workbook does and does not end as one"
        ) from error
    if _SPREADSHEET not in names:
        raise WrongFileError(f"{name} is no .xlsx workbook; save it as .xlsx or .csv")
    if unpacked > MOST_UNPACKED:
        raise WrongFileError(
            f"{name} unpacks to {unpacked / 2**20:.0f} MB, and an import takes "
            f"{MOST_UNPACKED >> 20} MB. Split it, by month for example"
        )


def _grids(content: bytes, name: str, mapping: FileMapping) -> Iterator[Grid]:
    book = load_workbook(io.BytesIO(content), read_only=True)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if mapping.sheet is not None:
        named = [sheet.title for sheet in book.worksheets]
        if mapping.sheet not in named:
            raise WrongFileError(
                f'{name} has no sheet "{mapping.sheet}"; {nearest(mapping.sheet, named)}'
            )
        sheets = [sheet for sheet in book.worksheets if sheet.title == mapping.sheet]
    for sheet in sheets:
        called = name if len(sheets) == 1 else f'{name} sheet "{sheet.title}"'
        yield _grid(content, sheet, called)
    book.close()


def _grid(content: bytes, sheet: Any, name: str) -> Grid:
    rows = list(_filled(sheet))
    formulas = [cell.coordinate for _, row in rows for cell in row if cell.data_type == "f"]
    saved: dict[str, Any] = {}
    if formulas:
        saved = _saved(content, sheet.title, frozenset(formulas))
    covered = _covered(sheet, [number for number, _ in rows])
    grid = tuple(
        GridRow(
            number,
            tuple(
                covered.get(number, {}).get(at) or _cell(cell, saved)
                for at, cell in _placed(row, covered.get(number, {}))
            ),
        )
        for number, row in rows
    )
    notes: tuple[str, ...] = ()
    if formulas:
        named = ", ".join(formulas[:_MOST_NAMED]) + (", ..." if formulas[_MOST_NAMED:] else "")
        notes = (
            f"{name}: formulas, in {len(formulas)} of the cells ({named}), count as what they "
            "showed when the file was saved",
        )
    return Grid(name, sheet.title, grid, pads=True, notes=notes)


def _filled(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the rows that hold anything."""
    sheet.reset_dimensions()  # which say what the program that wrote the file believed
    for number, row in enumerate(sheet.iter_rows(), 1):
        if any(cell.value is not None for cell in row):
            yield number, row


def _placed(row: tuple[Any, ...], covered: Mapping[int, Unfit]) -> Iterator[tuple[int, Any]]:
    """Yield a row's cells by column from 1, up to the last that is covered."""
    yield from enumerate(row, 1)
    for at in range(len(row) + 1, max(covered, default=0) + 1):
        yield at, None


def _saved(content: bytes, title: str, formulas: frozenset[str]) -> dict[str, Any]:
    """Return the cells that hold formulas as they were when the file was saved."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book[title]
    sheet.reset_dimensions()
    cells = (cell for row in sheet.iter_rows() for cell in row if hasattr(cell, "coordinate"))
    found = {cell.coordinate: cell for cell in cells if cell.coordinate in formulas}
    book.close()
    return found


def _covered(sheet: Any, filled: Sequence[int]) -> dict[int, dict[int, Unfit]]:
    """Return the cells that a merged cell covers, but for its own, by row and column."""
    covered: dict[int, dict[int, Unfit]] = defaultdict(dict)
    with sheet._get_source() as source:
        areas = {found[1].decode() for found in _MERGED.finditer(source.read())}
    for area in areas:
        left, top, right, bottom = (edge or 1 for edge in range_boundaries(area))
        own = f"{get_column_letter(left)}{top}"
        unfit = Unfit(
            f"is covered by the merged cell {area}, whose value stands in {own} alone. "
            "Unmerge it and fill in each row"
        )
        for row in filled[bisect_left(filled, top) : bisect_right(filled, bottom)]:
            for column in range(left, min(right, _MOST_COLUMNS) + 1):
                if (row, column) != (top, left):
                    covered[row][column] = unfit
    return covered


def _cell(cell: Any, saved: dict[str, Any]) -> Cell:
    if cell is None or cell.value is None:
        return ""
    if cell.data_type == "f":
        was = saved.get(cell.coordinate)
        if was is not None and was.value is None and was.data_type != "n":
            return ""  # the formula's value is a text of no letters
        if was is None or was.value is None:
            return Unfit(
                f"holds the formula {_formula(cell)} and no value. Open the file in a spreadsheet "
                "and save it, or write the value itself"
            )
        cell = was
    value = cell.value
    if cell.data_type == "e":
        return Unfit(f"shows the error {value}")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    return str(value).strip().strip("\ufeff\u200b")


def _number(value: float, number_format: str) -> Cell:
    """Read a number as it shows: to 15 digits, which is what a spreadsheet keeps."""
    number = Decimal(value if isinstance(value, int) else f"{value:.15g}")
    if not number.is_finite():
        return Unfit(f"has the number {value}")
    if number == number.to_integral_value():
        number = number.quantize(Decimal(1)) if abs(number) < 10**27 else number
        padded = _PADDED.fullmatch(number_format)
        if padded and len(padded[1]) > 1 and number >= 0:
            return f"{int(number):0{len(padded[1])}d}"
    return number


def _formula(cell: Any) -> str:
    return str(getattr(cell.value, "text", cell.value))
