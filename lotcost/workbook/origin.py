"""The sheet that says where a report comes from, whether it ties, and what its columns are."""

from __future__ import annotations

from typing import Any

from lotcost.rendering import About
from lotcost.reports.report import Report
from lotcost.workbook.cells import Pen, plain_format, set_up_print
from lotcost.workbook.table import headings


def write_origin(book: Any, report: Report, about: About) -> None:
    """Add the sheet about a report to a workbook."""
    sheet = book.create_sheet("About")
    for letter, width in zip("ABCDE", (24, 30, 20, 20, 20), strict=True):
        sheet.column_dimensions[letter].width = width
    set_up_print(sheet, "About")
    pen = Pen(sheet)

    def write(*values: object, looks: str = "word") -> None:
        sheet.append(
            pen.cell(value, plain_format(value), looks if at else "label")
            for at, value in enumerate(values)
        )

    write("Report", report.title)
    write("Ledger", about.ledger)
    write("File", about.file)
    if report.since is not None:
        write("From", report.since)
    write("To" if report.since is not None else "As of", report.at)
    for word, said in about.asked:
        write(word, said)
    write("Rows", len(report.rows))
    write("Made by", about.made_by)
    if report.ties:
        write()
        write("Ties to the ledger", "All lots", "Accounts", "Difference", "Ties", looks="label")
        for tie in report.ties:
            ties = "no" if tie.difference else "yes"
            write(tie.currency, tie.lots, tie.ledger, tie.difference, ties)
    if report.notes:
        write()
        for note in report.notes:
            write("Note", note)
    write()
    write("Column", "Name in csv and json", "Kind", "In", looks="label")
    for heading, column in zip(headings(report.columns), report.columns, strict=True):
        write(heading, column.name, column.kind, column.unit)
