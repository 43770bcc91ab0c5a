"""When a lot may no longer be issued, and what else bars it."""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Mapping, Sequence

from lotcost.core.refusals import Bar
from lotcost.model import Lot, Status

StatusHistory = Mapping[Lot, Sequence[tuple[datetime.date, Status]]]


def default_expires(start: datetime.date, shelf_life: int | None) -> datetime.date | None:
    """Return the last day of a shelf life in days that starts when goods are made or received."""
    return None if shelf_life is None else start + datetime.timedelta(days=shelf_life)


def is_expired(expires: datetime.date | None, day: datetime.date) -> bool:
    """Tell whether a lot is past its last day; on that day itself it may still be issued."""
    return expires is not None and day > expires


def status_at(
    history: Sequence[tuple[datetime.date, Status]], day: datetime.date
) -> tuple[datetime.date, Status] | None:
    """Return the latest status and its day, from the morning of its own date on."""
    place = bisect.bisect_right(history, day, key=lambda change: change[0])
    return history[place - 1] if place else None


def known_at(
    changes: Sequence[tuple[datetime.date, datetime.date]], day: datetime.date
) -> datetime.date | None:
    """Return the latest of the last days that were said of a lot by a day."""
    place = bisect.bisect_right(changes, day, key=lambda change: change[0])
    return changes[place - 1][1] if place else None


def bar(
    lot: Lot, expires: datetime.date | None, statuses: StatusHistory, day: datetime.date
) -> Bar | None:
    """Return what forbids a lot to be sold or used on a day; a recall outranks the rest."""
    change = status_at(statuses.get(lot, ()), day)
    if change is not None and change[1] is not Status.RELEASED:
        return Bar(change[1].value, change[0])
    if expires is not None and day > expires:
        return Bar("expired", expires)
    return None
