"""What is wrong with a file that is imported.

WrongFileError     nothing of it can be read, or rows of it are wrong
└── WrongRowsError     with the rows and, for each, the reason
MappingError       what the mapping says cannot be
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from beangulp.exceptions import Error

_MOST_LISTED = 100


class WrongRow(NamedTuple):
    """A row of a file, numbered as a spreadsheet numbers it, and what is wrong with it."""

    number: int
    message: str


class WrongCellError(Exception):
    """Ends the reading of a cell; never leaves the reading."""


class MappingError(Exception):
    """What the mapping says cannot be."""


class WrongFileError(Error):  # type: ignore[misc]  # beangulp has no types
    """Nothing is imported from the file; beangulp prints its sentence and goes on."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class WrongRowsError(WrongFileError):
    """Rows of the file are wrong, so that none of it is imported."""

    def __init__(self, name: str, rows: Sequence[WrongRow]) -> None:
        self.rows = rows
        super().__init__("\n".join(listed(name, rows)))


def listed(name: str, rows: Sequence[WrongRow]) -> list[str]:
    """Return a line for each row, in the file's order; where there are very many, for the first."""
    in_order = sorted(rows)
    lines = [f"{name} row {row.number}: {row.message}" for row in in_order[:_MOST_LISTED]]
    if len(in_order) > _MOST_LISTED:
        rest = [row.number for row in in_order[_MOST_LISTED:]]
        lines.append(f"{name}: {len(rest)} more, in rows {rows_in_words(rest)}")
    return lines


def rows_in_words(numbers: Sequence[int]) -> str:
    """Write rows as `2 to 9, 12`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)
