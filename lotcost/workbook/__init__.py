"""Workbooks: one report on a sheet, or all of a ledger's lots with formulas in between.

XlsxWriter writes them, in constant memory. A hundred thousand rows of ten cells took it 5.0 s and
21 MB, and openpyxl in its write-only mode, which gives formulas no values, 8.7 s and 24 MB. Written
in Rust, rustpy-xlsxwriter took 0.7 s and 68 MB, wolfxl 1.2 s and 50 MB, and neither can do this: a
format a cell, formulas with their values, tables, colours and names, a row after the other.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from lotcost.rendering import About
from lotcost.reports.report import Report
from lotcost.workbook.about import ABOUT, about_book, about_report
from lotcost.workbook.book import Book, whole_book
from lotcost.workbook.cells import MOST_SIGNS, Pen
from lotcost.workbook.sheet import Sheet, part_name
from lotcost.workbook.table import Tick, write_sheet

__all__ = ["MOST_ROWS", "Book", "whole_book", "write_book", "write_report", "write_reports"]

MOST_ROWS = 1_048_576
"""What a sheet holds, its heading and totals included."""

Target = str | os.PathLike[str] | IO[bytes]


def write_report(
    report: Report, about: About, target: Target, most_rows: int = MOST_ROWS
) -> tuple[str, ...]:
    """Write a report to a file or a stream, and return what its reader has to be told."""
    return write_reports(report.title, (report,), about, target, most_rows)


def write_reports(
    title: str,
    reports: Sequence[Report],
    about: About,
    target: Target,
    most_rows: int = MOST_ROWS,
) -> tuple[str, ...]:
    """Write reports in their order, a sheet each, and a sheet that says what they are of."""
    sheets = [Sheet(report.title, report) for report in reports]
    notes = reports[0].notes
    if len(reports) > 1:
        notes = tuple(f"{report.title}: {note}" for report in reports for note in report.notes)
    with _opened(target) as book:
        pen = Pen(book)
        for sheet in sheets:
            write_sheet(book, pen, sheet, most_rows, int)
        notices = tuple(_notices(sheets, pen, most_rows))
        whole = reports[0]._replace(title=title, notes=(*notices, *notes))
        about_report(book.add_worksheet(ABOUT), pen, whole, about)
    return notices


def write_book(
    whole: Book, about: About, target: Target, most_rows: int = MOST_ROWS, tick: Tick = int
) -> tuple[str, ...]:
    """Write the whole workbook, and return what its reader has to be told.

    Args:
      tick: Is told how many more rows are written, of `whole.rows`.
    """
    with _opened(target) as book:
        pen = Pen(book)
        first = book.add_worksheet(ABOUT)
        for sheet in whole.sheets.values():
            write_sheet(book, pen, sheet, most_rows, tick)
        notices = tuple(_notices(whole.sheets.values(), pen, most_rows))
        about_book(book, first, pen, whole, about, notices, most_rows)
    return notices


def _notices(sheets: Iterable[Sheet], pen: Pen, most_rows: int) -> Iterator[str]:
    for sheet in sheets:
        parts = sheet.parts(most_rows)
        if parts > 1:
            rows, last = len(sheet.report.rows), part_name(sheet.name, parts)
            yield (
                f"{sheet.name}: {rows} rows are more than a sheet holds; they go on in {last}, and "
                "the totals stand there."
            )
    if pen.cut:
        texts, end = ("1 text is", "ends") if pen.cut == 1 else (f"{pen.cut} texts are", "end")
        yield f"{texts} longer than the {MOST_SIGNS} signs a cell holds, and {end} in …."


@contextmanager
def _opened(target: Target) -> Iterator[Any]:
    """Open a workbook, and write it when all went well; the rows wait in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        book = Workbook(target, {"constant_memory": True, "tmpdir": folder})
        book.use_zip64()
        try:
            yield book
            book.close()
        except FileCreateError as error:
            raise error.args[0] from error
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()
