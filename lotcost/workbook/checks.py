"""What has to agree: the laws lot by lot, the ties to the general ledger, the sheets' totals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from lotcost.ledger.revenue import income
from lotcost.model import ZERO
from lotcost.reports.margins import unattributed
from lotcost.reports.report import Tie
from lotcost.reports.tie import ties
from lotcost.workbook.book import MARGINS, Book
from lotcost.workbook.live import MOVEMENTS
from lotcost.workbook.sheet import Sheet, names
from lotcost.workbook.sheets import AVERAGED, LOTS, ROLL_FORWARD, VALUATION


class Figure(NamedTuple):
    """A figure of a check: what it is, and the formula that gives it, where it is none.

    Attributes:
      formula: In it `{currency}` is the cell of the check's currency.
    """

    value: Decimal
    formula: str = ""


class Check(NamedTuple):
    """Two figures that are to be the same.

    Attributes:
      currency: What they are in; None where they count.
    """

    what: str
    currency: str | None
    here: Figure
    there: Figure

    @property
    def difference(self) -> Decimal:
        """The first less the second: nothing, where all is well."""
        return self.here.value - self.there.value


def checks(book: Book, most_rows: int) -> Iterator[Check]:
    """Yield the checks of a workbook, first those that count, then those of each currency."""
    yield from _counts(book, most_rows)
    for tie in ties(book.books):
        yield from _of_currency(book, most_rows, tie)
    if book.books.asks_for_all and not book.moved.foreign:
        yield from _of_revenue(book, most_rows)
    for currency in _currencies(book.sheets[MARGINS["lot"]]):
        by_lot = _total(book, most_rows, MARGINS["lot"], "gross_margin", currency)
        for by, name in MARGINS.items():
            if by != "lot":
                there = _total(book, most_rows, name, "gross_margin", currency)
                yield Check(f"Gross margin: by lot = by {by}", currency, by_lot, there)
        if not book.moved.period and not book.moved.foreign:
            there = _total(book, most_rows, LOTS, "gross_margin", currency)
            yield Check("Gross margin: by lot = Lots", currency, by_lot, there)


def _counts(book: Book, most_rows: int) -> Iterator[Check]:
    lots, valuation = book.sheets[LOTS], book.sheets[VALUATION]
    nothing = Figure(ZERO)
    for measure in ("units", "cost"):
        column = f"{measure} check"
        off = sum(row[column] != "OK" for row in lots.report.rows)
        areas = names(LOTS, column, lots.parts(most_rows))
        count = Figure(Decimal(off), "+".join(f"COUNT({area})" for area in areas))
        what = f"{measure.capitalize()}: of each lot, in = out + on hand (lots off)"
        yield Check(what, None, count, nothing)
    column = "units difference"
    off = sum(bool(row[column]) for row in valuation.report.rows)
    areas = names(VALUATION, column, valuation.parts(most_rows))
    formula = "+".join(f"SUMPRODUCT(--({area}<>0))" for area in areas)
    yield Check(
        "Units: Valuation = the ledger (goods off)", None, Figure(Decimal(off), formula), nothing
    )


def _of_currency(book: Book, most_rows: int, tie: Tie) -> Iterator[Check]:
    currency = tie.currency

    def total(sheet: str, column: str) -> Figure:
        return _total(book, most_rows, sheet, column, currency)

    on_hand = total(LOTS, "cost_on_hand")
    if AVERAGED.name in book.sheets[LOTS].named:
        averaged = total(LOTS, AVERAGED.name)
        value = on_hand.value - averaged.value
        on_hand = Figure(value, f"{on_hand.formula}-({averaged.formula})")
    yield Check(
        "Stock at cost: Lots = inventory accounts of the ledger",
        currency,
        on_hand,
        Figure(tie.ledger),
    )
    yield Check(
        "Stock at cost: Lots = Valuation", currency, on_hand, total(VALUATION, "cost_on_hand")
    )
    closing = total(ROLL_FORWARD, "cost_closing")
    yield Check("Stock at cost: Lots = closing of Roll-forward", currency, on_hand, closing)


def _of_revenue(book: Book, most_rows: int) -> Iterator[Check]:
    """Hold what lots earned, and the income that is no lot's, against the ledger's income."""
    left = unattributed(book.books)
    books = book.books
    incomes = income(books.entries, books.lines, books.config, books.revenue)
    for currency, earns in sorted(incomes.items()):
        earned = _total(book, most_rows, MOVEMENTS, "revenue", currency)
        rest = left.get(currency, ZERO)
        here = Figure(earned.value + rest, f"{earned.formula}+{rest:f}")
        what = "Revenue: Movements and unattributed = the ledger's income"
        yield Check(what, currency, here, Figure(earns))


def _total(book: Book, most_rows: int, name: str, column: str, currency: str) -> Figure:
    """Return a column's sum in a currency."""
    sheet = book.sheets[name]
    known = (row[column] for row in sheet.report.rows if row["currency"] == currency)
    value = sum((each for each in known if each is not None), ZERO)
    parts = sheet.parts(most_rows)
    areas = zip(names(name, column, parts), names(name, "currency", parts), strict=True)
    formula = "+".join(f"SUMIFS({area},{said},{{currency}})" for area, said in areas)
    return Figure(value, formula)


def _currencies(sheet: Sheet) -> list[str]:
    return sorted({row["currency"] for row in sheet.report.rows})
