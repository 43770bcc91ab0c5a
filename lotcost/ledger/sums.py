"""Sums: what lines add up to, by lot, by goods, and by what they earned."""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from lotcost.ledger.collecting import no_collecting
from lotcost.ledger.earning import Convert, Earning, earnings
from lotcost.ledger.fates import Became, Holding, became
from lotcost.ledger.flows import Flow, Move, Moved, Sum, flows, moves
from lotcost.ledger.lines import Line
from lotcost.model import Money


class Sums:
    """What lines add up to; each way is added up when it is first asked for.

    Args:
      placed: The lines in the order they happened, each with its place among all lines.
      earned: What lines earned, by their places.
    """

    def __init__(
        self, placed: Sequence[tuple[int, Line]], earned: Mapping[int, Money], convert: Convert
    ) -> None:
        self._placed = placed
        self._earned = earned
        self._convert = convert

    @cached_property
    def moves(self) -> Mapping[Move, Moved]:
        """What moved each lot in each account."""
        with no_collecting():
            return moves(self._placed, self._earned, self._convert)

    @cached_property
    def flows(self) -> Mapping[Flow, Sum]:
        """What moved goods in each account."""
        return flows(self.moves)

    @cached_property
    def became(self) -> Mapping[Holding, Became]:
        """What became of each lot."""
        with no_collecting():
            return became(self.moves, by_account=False)

    @cached_property
    def became_by_account(self) -> Mapping[Holding, Became]:
        """What became of each lot in each account."""
        with no_collecting():
            return became(self.moves, by_account=True)

    def earnings(self) -> Iterator[Earning]:
        """Yield what margins are made of, line by line."""
        return earnings(self._placed, self._earned, self._convert)

    def before(self, day: datetime.date) -> Sums:
        """Return the sums up to the evening before a day."""
        return Sums(self._placed[: self._first(day)], self._earned, self._convert)

    def since(self, day: datetime.date | None) -> Sums:
        """Return the sums from the morning of a day on; without a day, these."""
        if day is None:
            return self
        return Sums(self._placed[self._first(day) :], self._earned, self._convert)

    def _first(self, day: datetime.date) -> int:
        return bisect.bisect_left(self._placed, day, key=lambda placed: placed[1].date)
