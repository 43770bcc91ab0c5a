"""A report as a workbook: one sheet of typed cells, and one that says where they come from."""

from __future__ import annotations

import os
from typing import IO

from openpyxl import Workbook

from lotcost.rendering import About
from lotcost.reports.report import Report
from lotcost.workbook.origin import write_origin
from lotcost.workbook.table import write_table

MOST_ROWS = 1_048_576
"""What a sheet holds, its heading and totals included."""


def write_report(report: Report, about: About, target: str | os.PathLike[str] | IO[bytes]) -> None:
    """Write a report to a file or a stream; more rows than a sheet holds are a ValueError."""
    if 1 + len(report.rows) + len(report.totals) > MOST_ROWS:
        raise ValueError(f"{len(report.rows)} rows are more than a sheet holds; write csv")
    book = Workbook(write_only=True)
    write_table(book, report)
    write_origin(book, report, about)
    book.save(target)
