"""What each account holds as the days go by, in the order in which it expires."""

from __future__ import annotations

import bisect
import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from lotcost.core.expiry import known_at
from lotcost.ledger.books import Books, Line
from lotcost.model import ZERO, Lot


class Held(NamedTuple):
    """What an account holds of a lot."""

    lot: Lot
    expires: datetime.date
    units: Decimal
    cost: Decimal
    currency: str


class Shelves:
    """The lots on hand that expire, by account and commodity, as the days go by.

    Lines are booked in the order they happened; a last day counts from the day it was said.

    Attributes:
      expires: The last day of each lot, as it is known by now.
    """

    def __init__(self, books: Books) -> None:
        self._said = {
            lot: [
                (fact.date, fact.value)
                for fact in books.cards.history(lot)
                if fact.key == "expires"
            ]
            for lot in books.cards
        }
        said = ((day, lot) for lot, facts in self._said.items() for day, _ in facts)
        self._news = sorted(said, reverse=True)
        self._queues: dict[tuple[str, str], list[tuple[datetime.date, str]]] = defaultdict(list)
        self.expires: dict[Lot, datetime.date] = {}
        self._stock: dict[Lot, dict[str, tuple[Decimal, Decimal, str]]] = defaultdict(dict)
        self._queued: dict[tuple[str, Lot], datetime.date] = {}

    def open(self, day: datetime.date) -> None:
        """Learn what is said of last days up to a day."""
        while self._news and self._news[-1][0] <= day:
            said, lot = self._news.pop()
            known = known_at(self._said[lot], said)
            assert known is not None  # it was said on that day
            self.expires[lot] = known
            for account in self._stock.get(lot, ()):
                self._queue(account, lot)

    def book(self, line: Line) -> None:
        """Put units in or take them out."""
        account, lot, currency = line.account, line.lot, line.currency
        stock = self._stock[lot]
        units, cost, _ = stock.get(account, (ZERO, ZERO, currency))
        stock[account] = units + line.units, cost + line.stock_cost, currency
        self._queue(account, lot)

    def expiring(
        self, account: str, commodity: str, since: datetime.date, before: datetime.date
    ) -> Iterator[Held]:
        """Yield what expires in some days, the soonest first; `before` itself is out."""
        queue = self._queues.get((account, commodity), [])
        for place in range(bisect.bisect_left(queue, (since, "")), len(queue)):
            expires, number = queue[place]
            if expires >= before:
                return
            lot = Lot(commodity, number)
            yield Held(lot, expires, *self._stock[lot][account])

    def _queue(self, account: str, lot: Lot) -> None:
        """Queue a lot up by its last day, or take it out of the queue where it is sold out."""
        units, _, _ = self._stock[lot][account]
        expires = self.expires.get(lot) if units > ZERO else None
        before = self._queued.get((account, lot))
        if before == expires:
            return
        queue = self._queues[account, lot.commodity]
        if before is not None:
            del queue[bisect.bisect_left(queue, (before, lot.number))]
            del self._queued[account, lot]
        if expires is not None:
            self._queued[account, lot] = expires
            bisect.insort(queue, (expires, lot.number))
