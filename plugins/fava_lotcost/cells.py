"""A table's cells as they are written: what holds for a whole column is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from fava_lotcost import words
from fava_lotcost.figures import Figures
from fava_lotcost.table import Table
from lotcost.reports.report import Column, Row

Link = Callable[[Column, Row], str | None]
_LONG = 24  # a longer text may be cut, and is told whole where the mouse is


class Cell(NamedTuple):
    """What stands in a cell.

    Attributes:
      css: Of a figure, its classes; else nothing.
      href: Where it leads.
      title: The whole text, where it may be cut.
      is_lot: Whether it is a lot's number, which `mark` stands beside: what bars it from sale.
    """

    text: str
    css: str = ""
    href: str | None = None
    title: str = ""
    is_lot: bool = False
    mark: str = ""


def cells(
    table: Table, texts: Sequence[Sequence[str]], link: Link, mark: Callable[[Row], str]
) -> list[tuple[Cell, ...]]:
    """Return the cells of a table's rows, given the texts of each as `Figures` prints them."""

    def made(column: Column, said: Sequence[str]) -> list[Cell]:
        if column.is_number:
            return [
                Cell(text, Figures.css(column, row))
                for row, text in zip(table.rows, said, strict=True)
            ]
        worded = [words.said(column, text) for text in said]
        is_lots = column.name == "lot"
        return [
            Cell(
                text,
                href=link(column, row),
                title=text if len(text) > _LONG else "",
                is_lot=is_lots and bool(text),
                mark=mark(row) if is_lots and text else "",
            )
            for row, text in zip(table.rows, worded, strict=True)
        ]

    columns = [
        made(column, said)
        for column, said in zip(table.columns, zip(*texts, strict=True), strict=True)
    ]
    return list(zip(*columns, strict=True))
