"""Ranges of serial numbers: read as a ledger writes them, and folded as it would write them.

    "S0001..S0050, X7"

A range counts by its last number and keeps its zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from lotcost.ledger.errors import WrongSerial
from lotcost.ledger.words import WrongError
from lotcost.model import Lot

_DIGITS = 18
_COUNTED = re.compile(rf"(.*?)(\d{{1,{_DIGITS}}})(\D*)")
_WORTH = 3  # numbers that a range is shorter for than a list


class Range(NamedTuple):
    """Numbers that differ in what is counted alone.

    Attributes:
      only: The number that stands for itself, which may have nothing to count by.
    """

    before: str = ""
    first: int = 0
    last: int = 0
    digits: int = 0
    after: str = ""
    only: str = ""

    def __str__(self) -> str:
        return self.only or f"{self._number(self.first)}..{self._number(self.last)}"

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return self.last - self.first + 1

    def numbers(self) -> Iterator[str]:
        """Yield each."""
        for each in range(self.first, self.last + 1):
            yield self.only or self._number(each)

    def _number(self, each: int) -> str:
        return f"{self.before}{each:0{self.digits}}{self.after}"


def ranges(said: str) -> list[Range]:
    """Read what `serial` says.

    Raises:
      WrongError: What is no number, or no range.
    """
    return [_range(part.strip()) for part in said.split(",")]


def folded(numbers: Iterable[str]) -> tuple[Range, ...]:
    """Join numbers that follow each other, three and more, to ranges that `ranges` reads.

    The order stays. A number that the notation cannot have, as it has a comma, stands for itself.
    """
    runs: list[Range] = []
    for number in numbers:
        if runs and (longer := _longer(runs[-1], number)):
            runs[-1] = longer
        else:
            runs.append(_alone(number))
    return tuple(part for run in runs for part in _worth(run))


def folded_lots(lots: Iterable[Lot]) -> tuple[Range, ...]:
    """Join the numbers of lots, those of each goods for themselves; one number is said once."""
    by_goods = groupby(dict.fromkeys(lots), key=lambda lot: lot.commodity)
    parts = (part for _, own in by_goods for part in folded(lot.number for lot in own))
    return tuple(dict.fromkeys(parts))


def _worth(run: Range) -> Iterator[Range]:
    if run.size >= _WORTH:
        yield run
    else:
        yield from (Range(only=number) for number in run.numbers())


def _alone(number: str) -> Range:
    """Return a range of one number, which may be counted on where it is written as ranges are."""
    found = _COUNTED.fullmatch(number)
    if found is not None and number == number.strip() and not number.endswith("."):
        before, count, after = found.groups()
        run = Range(before, int(count), int(count), len(count), after)
        if "," not in number and ".." not in number and [*run.numbers()] == [number]:
            return run
    return Range(only=number)


def _longer(run: Range, number: str) -> Range | None:
    """Return the run with one number more, if that is the next one."""
    if run.only or run.last + 1 >= 10**_DIGITS:
        return None
    longer = run._replace(last=run.last + 1)
    return longer if [*longer._replace(first=longer.last).numbers()] == [number] else None


def _range(part: str) -> Range:
    first, dots, last = (text.strip() for text in part.partition(".."))
    if not first or (dots and not last) or ".." in last:
        message = f'serial has "{part}" for a number; write serial: "S0001..S0050" or "S1, S2"'
        raise WrongError(WrongSerial, message)
    if not dots:
        return Range(only=first)
    begin, end = _COUNTED.fullmatch(first), _COUNTED.fullmatch(last)
    if begin is None or end is None:
        raise WrongError(
            WrongSerial, f'{part} ends in no number to count by; write each: "{first}, {last}"'
        )
    (before, low, after), (before_end, high, after_end) = begin.groups(), end.groups()
    if (before, after) != (before_end, after_end):
        raise WrongError(
            WrongSerial,
            f"{part} begins with {before or low} and ends with {before_end or high}, and a range "
            f"counts numbers that are alike but for it; write {first}..{before}{high}{after}",
        )
    if int(high) < int(low):
        raise WrongError(WrongSerial, f"{part} ends before it begins; write {last}..{first}")
    if high != f"{int(high):0{len(low)}}":
        raise WrongError(
            WrongSerial,
            f"{part} begins with {len(low)} digits and ends with {len(high)}; write "
            f"{first}..{before}{int(high):0{len(low)}}{after}",
        )
    return Range(before, int(low), int(high), len(low), after)
