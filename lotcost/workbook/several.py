"""Several reports as one workbook: a sheet each, and one that says where they come from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO

from openpyxl import Workbook

from lotcost.rendering import About
from lotcost.reports.report import Report
from lotcost.workbook.origin import write_origin
from lotcost.workbook.table import write_table


def write_reports(
    title: str, reports: Sequence[Report], about: About, target: str | os.PathLike[str] | IO[bytes]
) -> None:
    """Write reports to a file or a stream, in their order."""
    book = Workbook(write_only=True)
    for report in reports:
        write_table(book, report)
    notes = tuple(f"{report.title}: {note}" for report in reports for note in report.notes)
    write_origin(book, reports[0]._replace(title=title, notes=notes), about)
    book.save(target)
