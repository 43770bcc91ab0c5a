"""A report for a terminal: figures under each other by their decimal points.

Lots
Corner shop, as of 2025-03-31

Commodity  Lot   Units on hand  Currency  Cost on hand
---------  ---   -------------  --------  ------------
MILK       L1              4    USD               8.00
RICE       R7              2.5  USD               3.13
---------  ---   -------------  --------  ------------
Total USD                                        11.13

Ties to the ledger: yes, all lots together 11.13 USD
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from lotcost.rendering.about import About, period, tie_words
from lotcost.rendering.values import plain, printable
from lotcost.reports.report import Column, Report

_GAP = "  "
_IDENTITY = frozenset({"commodity", "lot", "kind", "status"})
_NARROW = len("purchase-return")


class _Strip(NamedTuple):
    """A column as it is printed; all of its lines are equally wide."""

    column: Column
    width: int
    heading: tuple[str, ...]
    cells: tuple[str, ...]
    totals: tuple[str, ...]


def text(report: Report, about: About, width: int | None = None) -> str:
    """Write a report for people, in so many columns of a terminal; None never leaves one out."""
    asked = "".join(f", {word.lower()} {said}" for word, said in about.asked)
    lines = [report.title, printable(f"{about.ledger}, {period(report)}{asked}"), ""]
    shown, left_out = table(report, width)
    lines += shown
    notes = [*(tie_words(tie) for tie in report.ties), *report.notes]
    for block in filter(None, (notes, left_out)):
        lines.append("")
        for note in block:
            lines += textwrap.wrap(note, width) if width else [note]
    return "\n".join(lines) + "\n"


def table(report: Report, width: int | None = None) -> tuple[list[str], list[str]]:
    """Write a report's rows and totals in so many columns, and say what had to be left out."""
    if not report.rows:
        return ["Nothing to show."], []
    strips = [_strip(report, place) for place in range(len(report.columns))]
    shown = _fitting(report, strips, width)
    lines = list(_table(shown, len(report.rows), len(report.totals)))
    return lines, [_left_out(strips, shown)] if len(shown) < len(strips) else []


def _strip(report: Report, place: int) -> _Strip:
    column = report.columns[place]
    cells = [printable(_figure(column, row.get(column.name))) for row in report.rows]
    if place == 0:
        cells = [cell or "(none)" for cell in cells]
        totals = [f"Total {row['currency']}" for row in report.totals]
    elif column.name == "currency":
        totals = [""] * len(report.totals)  # the label has it, where this column is left out too
    else:
        totals = [printable(_figure(column, row.get(column.name))) for row in report.totals]
    if column.is_number:
        aligned = _by_point([*cells, *totals])
        cells, totals = aligned[: len(cells)], aligned[len(cells) :]
    label = column.label
    width = max(_cells(line) for line in [*cells, *totals, *label.split()])
    heading = textwrap.wrap(label, width, break_on_hyphens=False)
    fill = _right if column.is_number else _left
    return _Strip(column, width, *(fill(part, width) for part in (heading, cells, totals)))


def _figure(column: Column, value: object) -> str:
    if column.kind == "rate" and isinstance(value, Decimal):
        return f"{value.scaleb(2):f}%"
    return plain(value)


def _by_point(numbers: Sequence[str]) -> list[str]:
    """Fill up behind each number, so that the decimal points of all come under each other."""
    parts = [number.partition(".") for number in numbers]
    behind = max((len(point + fraction) for _, point, fraction in parts), default=0)
    return [
        whole + (point + fraction).ljust(behind) if whole else ""
        for whole, point, fraction in parts
    ]


def _table(strips: Sequence[_Strip], rows: int, totals: int) -> Iterator[str]:
    def line(cells: Iterator[str]) -> str:
        return _GAP.join(cells).rstrip()

    height = max(len(strip.heading) for strip in strips)
    for at in range(-height, 0):
        yield line(
            strip.heading[at] if -at <= len(strip.heading) else " " * strip.width
            for strip in strips
        )
    rule = line("-" * strip.width for strip in strips)
    yield rule
    for at in range(rows):
        yield line(strip.cells[at] for strip in strips)
    if totals:
        yield rule
    for at in range(totals):
        yield line(strip.totals[at] for strip in strips)


def _fitting(report: Report, strips: list[_Strip], width: int | None) -> list[_Strip]:
    """Leave columns out until the table fits, those first that say least."""
    shown = list(strips)
    if width is None:
        return shown
    for spare in _spare(report, strips):
        if sum(strip.width + len(_GAP) for strip in shown) - len(_GAP) <= width:
            break
        shown = [strip for strip in shown if strip not in spare]
    return shown


def _spare(report: Report, strips: list[_Strip]) -> Iterator[list[_Strip]]:
    """Offer what can be left out, in the order in which it is missed least.

    Columns with nothing in them, all at once; words behind the figures; long words before
    them; what led to what is on hand; unit costs; short words; figures from the right; dates.
    """
    columns = [strip.column for strip in strips]
    led = _led_to_stock(columns)
    first_figure = next(
        (at for at, each in enumerate(columns) if each.is_number and each.name not in led), 0
    )
    kept = _IDENTITY | {columns[0].name, columns[first_figure].name}
    if len({row.get("currency") for row in report.rows}) > 1:
        kept |= {"currency"}
    behind = {strip.column.name for strip in strips[first_figure:]}

    def those(wanted: Callable[[Column, int], bool]) -> list[list[_Strip]]:
        free = (strip for strip in strips if strip.column.name not in kept)
        return [[strip] for strip in free if wanted(strip.column, strip.width)]

    yield [strip for (strip,) in those(lambda each, _: _is_empty(report, each))]
    yield from reversed(those(lambda each, _: not each.is_number and each.name in behind))
    yield from reversed(those(lambda each, width: each.kind == "text" and width > _NARROW))
    yield from those(lambda each, _: each.name in led)
    yield from reversed(those(lambda each, _: each.kind == "unit-cost"))
    yield from reversed(those(lambda each, _: each.kind == "text"))
    yield from reversed(those(lambda each, _: each.is_number))
    yield from reversed(those(lambda each, _: each.kind == "date"))


def _led_to_stock(columns: Sequence[Column]) -> set[str]:
    """Name the columns that say how it came to what is on hand: received, units_sold."""
    names = [column.name for column in columns]
    parts = {name: name.partition("_") for name in names}
    led = {
        name: rest
        for name, (kind, _, rest) in parts.items()
        if rest != "on_hand" and f"{kind}_on_hand" in names
    }
    return led.keys() | (set(led.values()) & set(names))


def _is_empty(report: Report, column: Column) -> bool:
    return not any(row.get(column.name) for row in report.rows)


def _left_out(strips: list[_Strip], shown: list[_Strip]) -> str:
    names = ", ".join(strip.column.label.lower() for strip in strips if strip not in shown)
    return f"Left out, as the terminal is narrow: {names}. A file has them all: -o FILE.xlsx"


def _left(lines: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple(line + " " * (width - _cells(line)) for line in lines)


def _right(lines: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple(" " * (width - _cells(line)) + line for line in lines)


def _cells(line: str) -> int:
    """Count the cells of a terminal that a line takes: two for 牛, none for a combining accent."""
    if line.isascii():
        return len(line)
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in line
    )
