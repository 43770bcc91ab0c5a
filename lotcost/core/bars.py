"""What forbids lots to be sold or used up, day after day."""

from __future__ import annotations

import bisect
import datetime

from lotcost.core import expiry
from lotcost.core.piles import Pile
from lotcost.core.recalls import Recalls, reaches
from lotcost.core.refusals import Bar
from lotcost.core.rules import Rules
from lotcost.model import Kind, Layer

USES_UP = frozenset({Kind.SALE, Kind.PRODUCTION})
"""What a barred lot may not be issued for."""


class Bars:
    """What forbids lots to be drawn, on the day that was last asked for.

    Attributes:
      day: That day.
      news: How often anything was said, up to that day, that may free a lot again: one that is
        barred is so until something is said, of it or of what it was made from.
    """

    def __init__(self, rules: Rules, recalls: Recalls) -> None:
        self.day = datetime.date.min
        self.news = 0
        self._rules = rules
        self._recalls = recalls
        statuses = {change.date for history in rules.statuses.values() for change in history}
        expiries = {day for changes in rules.expires.values() for day, _ in changes}
        self._news = sorted(statuses | expiries)
        self._told = rules.statuses.keys() | rules.expires.keys()
        self._all_told = reaches(rules.statuses)  # as any lot may be made of a recalled one

    def on(self, day: datetime.date) -> Bars:
        """Go to a day."""
        if day != self.day:
            self.day = day
            self.news = bisect.bisect(self._news, day)
        return self

    def bar(self, layer: Layer | Pile) -> Bar | None:
        """Return what forbids a lot to be drawn, if anything does."""
        day, expires = self.day, layer.expires
        # Of most lots nothing is ever said but when they expire.
        if (expires is None or day <= expires) and not (
            self._all_told or (self._told and layer.lot in self._told)
        ):
            return None
        lot = layer.lot
        own = expiry.bar(lot, self._rules.last_day(lot, expires, day), self._rules.statuses, day)
        return self._recalls.bar(lot, own, day)
