"""What a sheet of a workbook is: a report, and which of its figures are formulas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lotcost.reports.report import Column, Report


class Live(NamedTuple):
    """A formula that gives a column's figures; the report's own are the cached values.

    In it `{cost_of_sales}` is the cell of that column in the same row, `{total:revenue}` that
    column's total in the row's currency, `@` the digits that the row's currency or commodity has.

    Attributes:
      rows: Which rows have it, by their place; None is all of them.
      blank: Whether rows without a figure have it too: it gives "" there.
    """

    formula: str
    rows: frozenset[int] | None = None
    blank: bool = True


class Sheet(NamedTuple):
    """A report as a sheet.

    Attributes:
      name: What stands on its tab; its table and the names of its columns are named after it.
      live: The formulas, by column.
      more: Values of columns that the report's rows do not have, by column.
      named: The columns that other sheets' formulas name: `lots_revenue`.
    """

    name: str
    report: Report
    live: Mapping[str, Live] = {}
    more: Mapping[str, Sequence[Any]] = {}
    named: tuple[str, ...] = ()

    def values(self, column: Column) -> Iterator[Any]:
        """Return a column's values from top to bottom."""
        if column.name in self.more:
            return iter(self.more[column.name])
        return (row.get(column.name) for row in self.report.rows)

    def parts(self, most_rows: int) -> int:
        """Return how many sheets of so many rows it takes, headings and totals included."""
        return max(1, -(-len(self.report.rows) // self.room(most_rows)))

    def room(self, most_rows: int) -> int:
        """Return how many of its rows a sheet of so many rows has room for."""
        return most_rows - 1 - len(self.report.totals)


def slug(*words: str) -> str:
    """Return words as the name of a table or range: `roll_forward_cost_closing`."""
    joined = "_".join(word for word in words if word)
    return "".join(sign if sign.isalnum() else "_" for sign in joined.casefold())


def part_name(name: str, part: int) -> str:
    """Name a part of a sheet, the first of them as the whole: `Movements`, `Movements 2`."""
    return name if part == 1 else f"{name} {part}"


def names(sheet: str, column: str, parts: int = 1) -> Iterable[str]:
    """Return the names of a column's ranges, one a part."""
    return (slug(part_name(sheet, part), column) for part in range(1, parts + 1))
