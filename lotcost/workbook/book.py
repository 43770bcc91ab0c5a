"""Which sheets the whole workbook has, and what stands on each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lotcost.ledger.books import Books
from lotcost.model import Lot
from lotcost.reports.catalog import CATALOG, Question
from lotcost.reports.report import Report
from lotcost.workbook import live, sheets
from lotcost.workbook.joining import (
    COMMODITY_NO,
    CUSTOMER_NO,
    LOT_NO,
    MONTH_NO,
    Numbers,
    month_no,
    movements_sheet,
    numbered,
)
from lotcost.workbook.live import Moved
from lotcost.workbook.sheet import Sheet

MARGINS: Mapping[str, str] = {
    "lot": "Margins",
    "commodity": "Margins by commodity",
    "customer": "Margins by customer",
    "month": "Margins by month",
}
"""The sheets of margins by what they are grouped by."""


class Book(NamedTuple):
    """The whole workbook.

    Attributes:
      errors: How many the ledger has.
      sheets: In their order, by name.
      moved: How the movements are summed.
    """

    books: Books
    question: Question
    errors: int
    sheets: Mapping[str, Sheet]
    moved: Moved

    @property
    def rows(self) -> int:
        """How many rows there are to write."""
        return sum(len(sheet.report.rows) for sheet in self.sheets.values())


def whole_book(books: Books, question: Question, errors: int, most_rows: int) -> Book:
    """Make the whole workbook of what is asked for.

    The movements are all that there were up to the last day, as lots need each of them; what
    covers a period sums those since its first day.
    """
    ground = question._replace(by=None, buckets=None)

    def report(name: str, by: str | None = None, period: bool = True) -> Report:
        asked = ground._replace(by=by) if period else ground._replace(since=None)
        return CATALOG[name].make(books, asked)

    moves, lots = report("movements", period=False), report("lots", period=False)
    valuation, margins = report("valuation"), {by: report("margins", by) for by in MARGINS}
    numbers = Numbers(
        lots=numbered(Lot(row["commodity"], row["lot"]) for row in lots.rows),
        commodities=numbered(sorted({row["commodity"] for row in moves.rows})),
        places=numbered(
            sorted({(row["account"], row["commodity"]) for row in (*moves.rows, *valuation.rows)})
        ),
        customers=numbered(row["customer"] for row in margins["customer"].rows),
    )
    movements = movements_sheet(books, moves, numbers)
    currencies = {row["currency"] for row in (*moves.rows, *margins["lot"].rows)}
    moved = Moved(
        parts=movements.parts(most_rows),
        many=len(currencies) > 1,
        foreign="sold in" in movements.more,
        period=question.since is not None,
    )
    keys = {
        "lot": (LOT_NO, lambda row: numbers.lots[Lot(row["commodity"], row["lot"])]),
        "commodity": (COMMODITY_NO, lambda row: numbers.commodities[row["commodity"]]),
        "customer": (CUSTOMER_NO, lambda row: numbers.customers[row["customer"]]),
        "month": (MONTH_NO, lambda row: month_no(row["month"])),
    }
    made = (
        sheets.lots(books, lots, moved),
        movements,
        *(sheets.margins(MARGINS[by], margins[by], *keys[by], moved) for by in MARGINS),
        sheets.expiry(books, report("expiry"), numbers, moved),
        sheets.write_offs(books, report("write-offs"), moved),
        sheets.valuation(books, valuation, numbers, moved),
        sheets.roll_forward(report("roll-forward"), numbers, moved),
        Sheet("Batches", report("batches"), live.OF_BATCHES),
        Sheet("Methods", report("methods"), live.OF_METHODS),
        Sheet("Exceptions", report("exceptions")),
    )
    return Book(books, question, errors, {sheet.name: sheet for sheet in made}, moved)
