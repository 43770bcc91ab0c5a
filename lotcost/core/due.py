"""The mornings on which lots are looked at, where a ledger writes off itself what has expired.

That is the morning after a lot's last day; where goods come in later, or it is only then said to
have expired, the morning after that; and of what is held, that of each day that may free it.
"""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Iterator

from lotcost.core.rules import Rules, WritesOff
from lotcost.model import Expiring, Layer, Lot

_DAY = datetime.timedelta(1)


class Due:
    """Which lots are to be looked at when; each is asked for once, and days never go back.

    Attributes:
      today: The day of the event at hand.
    """

    def __init__(self, rules: Rules, writes_off: WritesOff) -> None:
        self.today = datetime.date.min
        self._writes_off = writes_off
        self._last_day = rules.last_day
        self._mornings: list[tuple[datetime.date, Lot]] = []
        for lot, changes in rules.expires.items():
            for since, last in changes:
                self._look_after(max(since, last), lot)
        self._held: set[Lot] = set()
        # The days that may free a lot: where one is released, what was made of it may be too.
        days = {change.date for history in rules.statuses.values() for change in history}
        self._news = sorted(days, reverse=True)

    def put(self, layer: Layer) -> None:
        """Look at goods that come in, once their lot has expired."""
        last = self._last_day(layer.lot, layer.expires, self.today)
        if last is not None:
            self._look_after(max(last, self.today), layer.lot)

    def _look_after(self, day: datetime.date, lot: Lot) -> None:
        if day < self._writes_off.until:  # and there may be no day after: 9999-12-31 is for ever
            heapq.heappush(self._mornings, (day + _DAY, lot))

    def hold(self, lot: Lot) -> None:
        """Look at a lot again when something is said that may free it."""
        self._held.add(lot)

    def by(self, day: datetime.date) -> Iterator[Expiring]:
        """Yield what is to be looked at up to a day's morning, in the order of days and lots."""
        day = min(day, self._writes_off.until)
        while True:
            first = self._mornings[0][0] if self._mornings else datetime.date.max
            if self._news and self._news[-1] <= min(day, first):
                morning = self._news.pop()
                for lot in self._held:
                    heapq.heappush(self._mornings, (morning, lot))
                self._held.clear()
            elif first <= day:
                morning, lot = heapq.heappop(self._mornings)
                while self._mornings and self._mornings[0] == (morning, lot):
                    heapq.heappop(self._mornings)
                yield Expiring(morning, self._writes_off.entry, lot)
            else:
                return
