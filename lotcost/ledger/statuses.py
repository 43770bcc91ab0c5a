"""What a lot's status directives say, and whether it can be.

2025-01-10 custom "lot-status" "MILK" "L1" "quarantine"
2025-02-01 custom "lot-status" "MILK" "L1" "recalled"
downstream: TRUE                       ; and whatever was made of it
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from beancount.core import data

from lotcost.core.expiry import Change
from lotcost.ledger.errors import LotError, LotNotArrived, UnknownWord, WrongType, near, nearest
from lotcost.model import Lot, Status

LOT_STATUS = "lot-status"
DOWNSTREAM = "downstream"


def read_status(entry: data.Custom) -> Change | LotError:
    """Read the status a directive gives a lot; its values are texts."""
    word, downstream = str(entry.values[2].value), entry.meta.get(DOWNSTREAM)
    if word not in set(Status):
        message = f'The status "{word}" is unknown; {nearest(word, Status)}'
        return UnknownWord(entry.meta, message, entry)
    for key in entry.meta:
        if key == DOWNSTREAM or key.startswith("lot-"):
            continue
        if near(key, [DOWNSTREAM]) is not None:  # all others are notes
            message = f'The key {key} is unknown; did you mean "{DOWNSTREAM}"?'
            return UnknownWord(entry.meta, message, entry)
    if downstream is not None and not isinstance(downstream, bool):
        message = f"downstream wants TRUE or FALSE and has {downstream}; write downstream: TRUE"
        return WrongType(entry.meta, message, entry)
    if downstream and word != Status.RECALLED:
        return WrongType(entry.meta, _NOT_A_RECALL[Status(word)], entry)
    return Change(entry.date, Status(word), bool(downstream))


_NOT_A_RECALL = {
    Status.RELEASED: (
        "A release lifts a recall from the lot and from what was made of it. Leave downstream out"
    ),
    Status.QUARANTINE: (
        "A quarantine is of one lot, and only a recall holds for what was made of it. Leave "
        'downstream out, or write "recalled"'
    ),
}


def early_recalls(
    entries: Iterable[data.Directive], arrivals: Mapping[Lot, datetime.date]
) -> Iterator[LotError]:
    """Find the recalls of lots that are not there yet."""
    for entry in entries:
        if not isinstance(entry, data.Custom) or entry.type != LOT_STATUS:
            continue
        words = [value.value for value in entry.values or ()]
        if len(words) != 3 or words[2] != Status.RECALLED:
            continue
        arrives = arrivals.get(Lot(words[0], words[1]))
        if arrives is not None and entry.date < arrives:
            message = (
                f"Lot {words[1]} of {words[0]} is recalled on {entry.date}, and arrives on "
                f"{arrives}, after this line. Correct one of the two dates; a lot that was "
                f"recalled on its way is recalled from {arrives} on"
            )
            yield LotNotArrived(entry.meta, message, entry)
