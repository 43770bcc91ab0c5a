"""Downloads: a report as a workbook or as CSV, the very rows on the screen.

What writes workbooks is imported when one is asked for: Fava's start need not wait for it.
"""

from __future__ import annotations

import io

from flask import Response, send_file

from lotcost.ledger.books import Books
from lotcost.rendering import About, csv
from lotcost.rendering.recall import recall_page
from lotcost.reports.catalog import Question
from lotcost.reports.recall import pack
from lotcost.reports.report import Report
from lotcost.reports.trace import Index, Trace

Download = Response | tuple[str, int, dict[str, str]]
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def download(report: Report, kind: str, about: About) -> Download:
    """Return a report as a file named after it."""
    stream = io.BytesIO()
    if kind == "xlsx":
        from lotcost.workbook import write_report

        write_report(report, about, stream)
    else:
        stream.write(csv(report).encode("utf-8-sig"))  # a spreadsheet knows UTF-8 by its mark alone
    stream.seek(0)
    return send_file(
        stream, mimetype=_TYPES[kind], as_attachment=True, download_name=f"{report.name}.{kind}"
    )


def whole_workbook(books: Books, question: Question, errors: int, about: About) -> Download:
    """Return the workbook of all reports."""
    from lotcost.workbook import MOST_ROWS, whole_book, write_book

    stream = io.BytesIO()
    write_book(whole_book(books, question, errors, MOST_ROWS), about, stream)
    stream.seek(0)
    return send_file(
        stream, mimetype=_TYPES["xlsx"], as_attachment=True, download_name="lotcost.xlsx"
    )


def recall_pack(index: Index, found: Trace, about: About, kind: str) -> Download:
    """Return the pack of a recall as a workbook, or its summary as a page to print."""
    from lotcost.workbook import write_reports

    if kind == "html":
        return Response(recall_page(index, found, about), mimetype="text/html")
    stream = io.BytesIO()
    write_reports("Recall", pack(index, found), about, stream)
    stream.seek(0)
    return send_file(
        stream, mimetype=_TYPES["xlsx"], as_attachment=True, download_name="recall.xlsx"
    )


def text(said: str, name: str) -> Download:
    """Return a text as a file."""
    stream = io.BytesIO(said.encode())
    return send_file(stream, mimetype="text/plain", as_attachment=True, download_name=name)


def refusal(sentence: str, status: int) -> Download:
    """Say why there is no file."""
    return f"{sentence}\n", status, {"Content-Type": "text/plain; charset=utf-8"}
