"""When a lot may no longer be issued, and what else bars it."""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lotcost.core.refusals import Bar
from lotcost.model import Lot, Status


class Change(NamedTuple):
    """A lot's status from the morning of a day on.

    Attributes:
      downstream: Whether it holds for what was made of the lot as well.
      source: The lot that is recalled, where that is another one and this was made of it.
    """

    date: datetime.date
    status: Status
    downstream: bool = False
    source: Lot | None = None


StatusHistory = Mapping[Lot, Sequence[Change]]


def default_expires(start: datetime.date, shelf_life: int | None) -> datetime.date | None:
    """Return the last day of a shelf life in days that starts when goods are made or received."""
    return None if shelf_life is None else start + datetime.timedelta(days=shelf_life)


def is_expired(expires: datetime.date | None, day: datetime.date) -> bool:
    """Tell whether a lot is past its last day; on that day itself it may still be issued."""
    return expires is not None and day > expires


def status_at(history: Sequence[Change], day: datetime.date) -> Change | None:
    """Return the latest change, which holds from the morning of its own date on."""
    place = bisect.bisect_right(history, day, key=lambda change: change.date)
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
    history = statuses.get(lot)
    change = status_at(history, day) if history else None
    if change is not None and change.status is not Status.RELEASED:
        return Bar(change.status.value, change.date)
    if expires is not None and day > expires:
        return Bar("expired", expires)
    return None
