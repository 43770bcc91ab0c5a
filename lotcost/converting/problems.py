"""What keeps a ledger from being converted, and the line it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Problem(NamedTuple):
    """One thing that cannot be converted."""

    file: str
    line: int
    message: str


class UnconvertedError(Exception):
    """Nothing was written."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = problems


def at(meta: Mapping[str, Any], message: str) -> Problem:
    """Place a problem on the line that something comes from."""
    return Problem(meta["filename"], meta["lineno"], message)
