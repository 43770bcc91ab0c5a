"""The sheet About: where the figures come from, what they cover, and whether they agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lotcost.rendering import About
from lotcost.reports.catalog import CATALOG
from lotcost.reports.report import Report
from lotcost.workbook.book import Book
from lotcost.workbook.cells import Pen, digits_of, grouped
from lotcost.workbook.checks import Check, Figure, checks
from lotcost.workbook.colours import colour_check
from lotcost.workbook.live import AS_OF, MOVEMENTS, SINCE
from lotcost.workbook.sheets import AVERAGED, LOTS
from lotcost.workbook.table import headings, print_wide

ABOUT = "About"
_WIDTHS = (52, 20, 20, 20, 20)


class _Lines:
    """Writes a sheet line by line."""

    def __init__(self, on: Any, pen: Pen) -> None:
        self.on, self.pen, self.row = on, pen, 0
        for at, width in enumerate(_WIDTHS):
            on.set_column(at, at, width)
        print_wide(on, ABOUT)

    def line(self, *values: object, looks: str = "word") -> int:
        """Write a line, its first cell a label, and return its row, counted from 1."""
        for at, value in enumerate(values):
            self.pen.put(self.on, self.row, at, value, looks if at else "label")
        self.row += 1
        return self.row

    def formula(self, column: int, formula: str, shown: object, row: int) -> None:
        """Write a formula that says a word or a difference."""
        self.on.write_formula(row, column, formula, self.pen.format("General", "word"), shown)

    def figure(self, column: int, figure: Figure, currency: str, row: int) -> None:
        """Write a figure of a check, as its formula where it has one."""
        format_ = self.pen.format(grouped(figure.value), "figure")
        if figure.formula:
            formula = figure.formula.replace("{currency}", currency)
            rounded = f"ROUND({formula},{digits_of(figure.value)})"
            self.on.write_formula(row, column, rounded, format_, figure.value)
        else:
            self.on.write_number(row, column, figure.value, format_)

    def heading(self, *values: object) -> None:
        """Write a heading, a line apart."""
        self.row += 1
        for at, value in enumerate(values):
            self.pen.put(self.on, self.row, at, value, "word heading")
        self.row += 1


def about_report(on: Any, pen: Pen, report: Report, about: About) -> None:
    """Say of one report where it comes from, whether it ties, and what its columns are."""
    lines = _Lines(on, pen)
    lines.line("Report", report.title)
    lines.line("Ledger", about.ledger)
    lines.line("File", about.file)
    if report.since is not None:
        lines.line("From", report.since)
    lines.line("To" if report.since is not None else "As of", report.at)
    for word, said in about.asked:
        lines.line(word, said)
    lines.line("Rows", len(report.rows))
    lines.line("Made by", about.made_by)
    if report.ties:
        lines.heading("Ties to the ledger", "All lots", "Accounts", "Difference", "Ties")
        for tie in report.ties:
            ties = "no" if tie.difference else "yes"
            lines.line(tie.currency, tie.lots, tie.ledger, tie.difference, ties)
    _notes(lines, report.notes)
    lines.heading("Column", "Name in csv and json", "Kind", "In")
    for heading, column in zip(headings(report.columns), report.columns, strict=True):
        lines.line(heading, column.name, column.kind, column.unit)


def about_book(
    book: Any, on: Any, pen: Pen, whole: Book, about: About, notices: Sequence[str], most_rows: int
) -> None:
    """Say of the whole workbook what it covers, who costed it how, and whether it agrees."""
    lines = _Lines(on, pen)
    books, question = whole.books, whole.question
    pen.put(on, 0, 0, about.ledger, "title")
    lines.row = 1
    lines.line("File", about.file)
    at = lines.line("As of the evening of", books.at)
    book.define_name(AS_OF, f"='{ABOUT}'!$B${at}")
    if question.since is not None:
        at = lines.line("A period's sheets begin on", question.since)
        book.define_name(SINCE, f"='{ABOUT}'!$B${at}")
    for word, said in about.asked:
        lines.line(word, said)
    if not about.asked:
        lines.line("Filters", "none")
    lines.line("Framework", "IFRS" if books.config.reverses else "US GAAP")
    lines.line("Made by", about.made_by)
    lines.line("Errors in the ledger", whole.errors)
    lines.line("Findings, see Exceptions", len(whole.sheets["Exceptions"].report.rows))
    _checks(book, lines, list(checks(whole, most_rows)))
    lines.heading("Inventory account", "Goods leave by")
    for account in books.config.inventory_accounts:
        policy = books.config.policy(account)
        lines.line(account, policy and policy.method.value)
    lines.heading("Sheet", "Rows", "What it answers")
    for name, sheet in whole.sheets.items():
        on.write_url(lines.row, 0, f"internal:'{name}'!A1", pen.format("@", "link"), name)
        lines.line(None, len(sheet.report.rows), CATALOG[sheet.report.name].answers)
    _notes(lines, (*notices, *_how_to_read(whole), *_notes_of(whole)))


def _checks(book: Any, lines: _Lines, said: Sequence[Check]) -> None:
    """Write each check, and above them whether all are OK."""
    first = lines.row + 4  # below the summary, a blank line and the heading
    results = f"$E${first}:$E${first + len(said) - 1}"
    off = sum(bool(check.difference) for check in said)
    lines.line("Checks")
    summary = (
        f'IF(COUNTIF({results},"OK")={len(said)},"OK",{len(said)}-COUNTIF({results},"OK")&" off")'
    )
    lines.formula(1, summary, f"{off} off" if off else "OK", lines.row - 1)
    lines.heading("Check", "Currency", "Here", "There", "Difference")
    for check in said:
        row = lines.line(check.what, check.currency)
        for at, figure in ((2, check.here), (3, check.there)):
            lines.figure(at, figure, f"$B${row}", row - 1)
        difference = f"ROUND(C{row}-D{row},6)"
        shown = check.difference or "OK"
        lines.formula(4, f'IF({difference}=0,"OK",{difference})', shown, row - 1)
    book.define_name("checks", f"='{ABOUT}'!{results}")
    for area in (f"B{first - 3}", f"E{first}:E{first + len(said) - 1}"):
        colour_check(book, lines.on, area)


def _notes(lines: _Lines, notes: Iterable[str]) -> None:
    for at, note in enumerate(notes):
        if not at:
            lines.heading("Notes")
        lines.pen.put(lines.on, lines.row, 0, note, "word")
        lines.row += 1


def _how_to_read(whole: Book) -> Iterator[str]:
    yield (
        "Figures are formulas over Movements: change a movement, and its lot, the totals and the "
        "checks follow. Its balance stays as the ledger has it."
    )
    yield (
        "A movement finds its rows on other sheets by their numbers. Counts as: which columns of "
        "Lots it adds to. Place: goods in an account."
    )
    if "cost expensed" in whole.sheets[MOVEMENTS].named:
        yield (
            "Cost expensed: landed cost of goods that were gone when it came, which is landed and "
            "at once cost of sales."
        )
    if AVERAGED.name in whole.sheets[LOTS].named:
        yield "Cost averaged: what averaging moves between the lots of a pool, nothing over all."
    if whole.moved.foreign:
        yield (
            "Some goods were sold in another currency than they cost: margins see them as sold, at "
            "the price of the day, lots in the currency they cost."
        )
    if whole.moved.period:
        yield (
            "Lots and Movements are of all days up to the last, as a lot is all its movements; "
            "margins, write-offs, Roll-forward, Batches and Exceptions begin on the first day."
        )


def _notes_of(whole: Book) -> Iterator[str]:
    said = set()
    for name, sheet in whole.sheets.items():
        for note in sheet.report.notes:
            if (sheet.report.name, note) not in said:  # the sheets of margins say the same
                said.add((sheet.report.name, note))
                yield f"{name}: {note}"
