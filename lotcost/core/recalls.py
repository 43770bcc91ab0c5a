"""Recalls that reach what was made of a lot: which lots, since when, and by which way.

A recall that says so reaches every lot that was made of the one it names, through any number of
batches, for as long as it is that lot's latest status. It stops at a lot that was itself released
on its day or later, and does not go on to what was made of that one.

Only what changes is followed: each day that says something new of a lot which a recall reaches,
or begins one, walks once over what is reached; each batch adds what it makes.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lotcost.core.expiry import Change, StatusHistory, status_at
from lotcost.core.refusals import Bar
from lotcost.model import Lot, Status

if TYPE_CHECKING:
    from lotcost.core.genealogy import Batch


class _Reached(NamedTuple):
    """That a recall reaches a lot, since a day; None is before the lot that is recalled."""

    since: datetime.date
    recalled: Lot
    before: Lot | None


class Recalls:
    """What is recalled with what was made of it, day after day."""

    def __init__(self, statuses: StatusHistory) -> None:
        self._statuses = statuses
        reaching = [lot for lot, history in statuses.items() if any(c.downstream for c in history)]
        self._recalled = dict.fromkeys(sorted(reaching))
        changes = {(change.date, lot) for lot in statuses for change in statuses[lot]}
        self._changes = sorted(changes) if reaching else []
        self._told = 0  # of the changes
        self._made_of: dict[Lot, dict[Lot, None]] = defaultdict(dict)
        self._reached: dict[Lot, _Reached] = {}
        self._released: set[Lot] = set()  # where a recall stops
        self._news: dict[Lot, None] = {}

    def make(self, used: Iterable[Lot], made: Sequence[Lot], day: datetime.date) -> None:
        """Follow a batch; days never go back."""
        if not self._changes:
            return
        self._go_to(day)
        for lot in used:
            self._made_of[lot].update(dict.fromkeys(made))
            if lot in self._reached:
                reached = self._reached[lot]._replace(before=lot)
                self._spread([(each, reached) for each in made], day)

    def bar(self, lot: Lot, own: Bar | None, day: datetime.date) -> Bar | None:
        """Return what bars a lot: its own recall, else one that reaches it, else its own bar."""
        if not self._changes or (own is not None and own.why == Status.RECALLED):
            return own
        self._go_to(day)
        reached = self._reached.get(lot)
        if reached is None:
            return own
        way = [lot]
        while (before := self._reached[way[-1]].before) is not None:
            way.append(before)
        return Bar(Status.RECALLED.value, reached.since, tuple(reversed(way)))

    def news(self, day: datetime.date) -> Iterator[tuple[Lot, Lot | None]]:
        """Yield, since last asked, each lot that a recall begins or ceases to reach.

        With the lot that is recalled, or None where it is the same or none is any more.
        """
        self._go_to(day)
        for lot in self._news:
            reached = self._reached.get(lot)
            yield lot, reached.recalled if reached is not None and reached.before else None
        self._news.clear()

    def _go_to(self, day: datetime.date) -> None:
        """Take in what was said of lots up to the morning of a day."""
        stale = False
        while self._told < len(self._changes) and self._changes[self._told][0] <= day:
            lot = self._changes[self._told][1]
            stale |= lot in self._recalled or lot in self._reached or lot in self._released
            self._told += 1
        if stale:
            before, self._reached = self._reached, {}
            news, self._news = self._news, {}
            self._released.clear()
            latest = ((lot, status_at(self._statuses[lot], day)) for lot in self._recalled)
            recalls = [(change.date, lot) for lot, change in latest if change and change.downstream]
            # A later recall passes all that an earlier one does, so what it reached is done with.
            for since, lot in sorted(recalls, key=lambda each: (-each[0].toordinal(), each[1])):
                self._spread([(lot, _Reached(since, lot, None))], day)
            changed = (lot for lot, reached in self._reached.items() if before.get(lot) != reached)
            self._news = news | dict.fromkeys([*changed, *(before.keys() - self._reached.keys())])

    def _spread(self, found: list[tuple[Lot, _Reached]], day: datetime.date) -> None:
        for lot, reached in found:  # it grows while it is walked
            known = self._reached.get(lot)
            if known is not None and known.since >= reached.since:
                continue
            own = status_at(self._statuses.get(lot, ()), day)
            if own is not None and own.status is Status.RELEASED and own.date >= reached.since:
                self._released.add(lot)
                continue
            self._reached[lot] = reached
            self._news[lot] = None
            onward = reached._replace(before=lot)
            found += ((made, onward) for made in self._made_of.get(lot, ()))


def reaches(statuses: StatusHistory) -> bool:
    """Whether any recall ever holds for what was made of its lot."""
    return any(change.downstream for history in statuses.values() for change in history)


def with_downstream(statuses: StatusHistory, batches: Iterable[Batch]) -> StatusHistory:
    """Return the statuses with those that a lot has by what it was made of.

    Args:
      batches: All of the ledger, in the order they happened.
    """
    recalls = Recalls(statuses)
    made_on: dict[datetime.date, list[Batch]] = defaultdict(list)
    for batch in batches:
        made_on[batch.date].append(batch)
    days = made_on.keys() | {change.date for history in statuses.values() for change in history}
    recalled: dict[Lot, dict[datetime.date, Lot | None]] = defaultdict(dict)
    for day in sorted(days):
        for batch in made_on.get(day, ()):
            recalls.make((p.lot for p in batch.used), [p.lot for p in batch.made], day)
        for lot, source in recalls.news(day):
            recalled[lot][day] = source
    changed = {
        lot: tuple(_changes(statuses.get(lot, ()), recalled[lot])) for lot in sorted(recalled)
    }
    return {**statuses, **changed}


def _changes(
    own: Sequence[Change], recalled: Mapping[datetime.date, Lot | None]
) -> Iterator[Change]:
    """Merge what was said of a lot with the recalls that reach it; its own recall comes first."""
    source: Lot | None = None
    reached = False
    for day in sorted(recalled.keys() | {change.date for change in own}):
        before, source = source, recalled.get(day, source)
        said = status_at(own, day)
        was_reached = reached
        reached = source is not None and (said is None or said.status is not Status.RECALLED)
        if reached:
            if not was_reached or source != before:
                yield Change(day, Status.RECALLED, source=source)
        elif said is not None and (was_reached or said.date == day):
            yield said._replace(date=day)
        elif was_reached:
            yield Change(day, Status.RELEASED)
