"""The sheet of a report: its rows as a table to sort and filter, its totals below it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice, repeat, takewhile
from typing import Any, NamedTuple

from lotcost.rendering.values import plain
from lotcost.reports.report import Column
from lotcost.workbook.cells import TEXT, Digits, Pen, Put
from lotcost.workbook.colours import colour
from lotcost.workbook.formulas import RATES, Formulas
from lotcost.workbook.sheet import Live, Sheet, part_name, slug

_WIDEST = 48
_HEADING_WIDTH = 10
_IDENTITY = frozenset({"account", "commodity", "lot"})
_UNFIT_FOR_SHEET = re.compile(r"[\[\]:*?/\\]")

Tick = Callable[[int], object]
"""Told how many more rows are written."""

_TICK_ROWS = 1000


class _Part(NamedTuple):
    """The rows of a report that one sheet holds; `last` is their last row, counted from 1."""

    tab: str
    table: str
    first: int
    rows: int

    @property
    def last(self) -> int:
        return self.rows + 1

    def area(self, letter: str) -> str:
        """Return the cells of a column; where there are none, the one below its heading."""
        return f"'{self.tab}'!${letter}$2:${letter}${max(self.last, 2)}"


def write_sheet(book: Any, pen: Pen, sheet: Sheet, most_rows: int, tick: Tick) -> None:
    """Add a report's sheet to a workbook; what one does not hold goes on in a second one."""
    columns = sheet.report.columns
    digits = Digits(sheet)
    names = headings(columns)
    widths = [
        _width(sheet, column, name, digits) for column, name in zip(columns, names, strict=True)
    ]
    parts = list(_parts(sheet, most_rows))
    rows = zip(*(_cells(sheet, column) for column in columns), strict=True)
    totals = _total_rows(sheet, parts[-1])
    formulas = Formulas(columns, digits, totals)
    for part in parts:
        on = book.add_worksheet(part.tab)
        _set_up(on, sheet, widths)
        if part.rows:
            add_table(on, part.table, names, part.rows)
        for at, (name, column) in enumerate(zip(names, columns, strict=True)):
            pen.texts(on, at, f"{_looks(column)} heading")(0, name)
        puts = [_put(on, pen, sheet, at, formulas, part) for at in range(len(columns))]
        _write_rows(islice(rows, part.rows), puts, tick)
        colour(book, on, columns, part.last)
        for name in sheet.named:
            book.define_name(slug(part.table, name), f"={part.area(formulas.letter(name))}")
    _write_totals(on, pen, sheet, formulas, parts)


def headings(columns: Iterable[Column]) -> list[str]:
    """Give each column a heading of its own, as a table demands it."""
    taken: dict[str, str] = {}
    for column in columns:
        heading = column.label
        while heading.casefold() in taken:
            heading += f" ({column.name})"
        taken[heading.casefold()] = heading
    return list(taken.values())


def add_table(on: Any, name: str, names: Sequence[str], rows: int) -> None:
    """Make the first row, still to be written, and the rows below it a table.

    XlsxWriter has tables for sheets in memory alone, as it would write the headings out of turn
    and remember each cell; it is told of two rows, and the table then grows to all of them.
    """
    streams, on.constant_memory = on.constant_memory, False
    columns = [{"header": heading} for heading in names]
    style = {"name": name, "columns": columns, "style": "Table Style Light 1"}
    on.add_table(0, 0, 1, len(names) - 1, style)
    on.constant_memory = streams
    table = on.tables[-1]
    grown = re.sub(r"\d+$", str(rows + 1), table["range"])
    table.update({"range": grown, "a_range": grown, "autofilter": grown})


def _parts(sheet: Sheet, most_rows: int) -> Iterator[_Part]:
    count, room = sheet.parts(most_rows), sheet.room(most_rows)
    for number in range(1, count + 1):
        first = (number - 1) * room
        tab = _UNFIT_FOR_SHEET.sub(" ", part_name(sheet.name, number))[:31]
        rows = min(room, len(sheet.report.rows) - first)
        yield _Part(tab, slug(part_name(sheet.name, number)), first, rows)


def _set_up(on: Any, sheet: Sheet, widths: Iterable[int]) -> None:
    """Lay out a sheet: wide enough, its headings always in view, printed as wide as the paper."""
    columns = sheet.report.columns
    for at, width in enumerate(widths):
        on.set_column(at, at, width)
    lines = max(len(_folded(name)) for name in headings(columns))
    on.set_row(0, 15 * lines)
    keys = takewhile(lambda each: each.name in _IDENTITY or each.kind == "count", columns)
    on.freeze_panes(1, len(list(keys)))
    on.repeat_rows(0)
    print_wide(on, sheet.name)


def print_wide(on: Any, title: str) -> None:
    """Print a sheet as wide as the paper, its title and the page below."""
    on.set_landscape()
    on.fit_to_pages(1, 0)
    on.set_footer(f"&L{title.replace('&', '&&')}&R&P / &N")


def _cells(sheet: Sheet, column: Column) -> Iterator[Any]:
    """Return what a column's `Put` takes: values, beside what their format depends on."""
    values = sheet.values(column)
    live = sheet.live.get(column.name)
    if live is None and not column.unit:
        return values
    named = {each.name: each for each in sheet.report.columns}
    units = sheet.values(named[column.unit]) if column.unit else repeat(None)
    if live is None:
        return zip(values, units, strict=False)
    currencies = sheet.values(named["currency"]) if "currency" in named else repeat(None)
    return zip(values, units, currencies, strict=False)


def _write_rows(rows: Iterable[tuple[Any, ...]], puts: Sequence[Put], tick: Tick) -> None:
    row = 0
    for row, cells in enumerate(rows, 1):
        for put, cell in zip(puts, cells, strict=True):
            if cell is not None:
                put(row, cell)
        if not row % _TICK_ROWS:
            tick(_TICK_ROWS)
    tick(row % _TICK_ROWS)


def _put(on: Any, pen: Pen, sheet: Sheet, at: int, formulas: Formulas, part: _Part) -> Put:
    """Return what writes a column's cells."""
    column = sheet.report.columns[at]
    looks = _looks(column)
    if column.name in sheet.live:
        live = sheet.live[column.name]
        return _formula(on, pen, at, column, live, formulas, part.first - 1)
    if column.is_number:
        return _figure(on, pen, at, column, formulas.digits)
    if column.kind == "date":
        return pen.days(on, at, looks)
    texts = pen.texts(on, at, looks)

    def put(row: int, value: object) -> None:
        if isinstance(value, str):
            texts(row, value)
        else:
            pen.put(on, row, at, value, looks)

    return put


def _figure(on: Any, pen: Pen, at: int, column: Column, digits: Digits) -> Put:
    write_number = on.write_number
    formats: dict[object, Any] = {}

    def format_of(unit: object) -> Any:
        if unit not in formats:
            formats[unit] = pen.format(digits.format(column, unit), "figure")
        return formats[unit]

    if not column.unit:
        format_ = format_of(None)
        return lambda row, value: write_number(row, at, value, format_)

    def put(row: int, cell: tuple[Decimal | None, object]) -> None:
        value, unit = cell
        if value is not None:
            write_number(row, at, value, formats.get(unit) or format_of(unit))

    return put


def _formula(
    on: Any, pen: Pen, at: int, column: Column, live: Live, formulas: Formulas, before: int
) -> Put:
    """Return what writes a column of formulas; `before` is where its sheet begins, less one."""
    formula = formulas.of(column, live.formula)
    plainly = _figure(on, pen, at, column, formulas.digits)
    formats: dict[object, Any] = {}

    def put(row: int, cell: tuple[Any, object, object]) -> None:
        value, unit, currency = cell
        if live.rows is not None and before + row not in live.rows:
            if value is not None:
                plainly(row, (value, unit) if column.unit else value)
        elif value is not None or live.blank:
            if unit not in formats:
                formats[unit] = pen.format(
                    _number_format(column, formulas.digits, unit), _looks(column)
                )
            shown = "" if value is None else value
            text = formula(row + 1, unit, currency)
            on.write_formula(row, at, text, formats[unit], shown)

    return put


def _number_format(column: Column, digits: Digits, unit: object) -> str:
    return digits.format(column, unit) if column.is_number else "General"


def _total_rows(sheet: Sheet, last: _Part) -> dict[str, int]:
    """Return the row of each currency's total, counted from 1."""
    return {total["currency"]: row for row, total in enumerate(sheet.report.totals, last.last + 1)}


def _write_totals(
    on: Any, pen: Pen, sheet: Sheet, formulas: Formulas, parts: Sequence[_Part]
) -> None:
    """Write a total a currency below the last part: the sum of all parts' rows in it."""
    columns = sheet.report.columns
    for total in sheet.report.totals:
        row = formulas.totals[total["currency"]] - 1
        for at, column in enumerate(columns):
            value = total.get(column.name)
            looks = f"{_looks(column)} total"
            if at == 0:
                pen.texts(on, at, looks)(row, "Total")
            elif column.is_number and column.name in total:
                template = RATES.get(column.name) or _sum(formulas, column, parts)
                text = formulas.of(column, template)(row + 1, total["currency"], None)
                format_ = pen.format(formulas.digits.format(column, total["currency"]), looks)
                on.write_formula(row, at, text, format_, "" if value is None else value)
            elif value is None:
                on.write_blank(row, at, None, pen.format(TEXT, looks))
            else:
                pen.put(on, row, at, value, looks)


def _sum(formulas: Formulas, column: Column, parts: Sequence[_Part]) -> str:
    """Return the sum of a column in a currency; on its own sheet no name of one is wanted."""
    letter, currency = formulas.letter(column.name), formulas.letter("currency")
    sums = (f"SUMIFS({part.area(letter)},{part.area(currency)},{{currency}})" for part in parts)
    return f"ROUND({'+'.join(sums)},@)".replace(f"'{parts[-1].tab}'!", "")


def _looks(column: Column) -> str:
    return "figure" if column.is_number else "word"


def _folded(heading: str) -> list[str]:
    return textwrap.wrap(heading, _HEADING_WIDTH, break_long_words=False)


def _width(sheet: Sheet, column: Column, heading: str, digits: Digits) -> int:
    """Fit the longest cell, within reason, and leave room for the heading's filter button."""
    totals = [total.get(column.name) for total in sheet.report.totals]
    longest = max(len(line) for line in _folded(heading)) + 1
    for values in sheet.values(column), totals:
        longest = max(longest, _longest(column, values, digits))
    return min(longest + 2, _WIDEST)


def _longest(column: Column, values: Iterable[Any], digits: Digits) -> int:
    known = [value for value in values if value is not None]
    if not known or column.kind == "date":
        return len("2025-01-01") if known else 0
    if not column.is_number:
        return max(len(value if isinstance(value, str) else plain(value)) for value in known)
    form = ".2%" if column.kind == "rate" else f",.{digits.widest(column)}f"
    return max(len(f"{value:{form}}") for value in (min(known), max(known)))
