"""The mornings on which a ledger writes off what has expired, where it says that it does so.

    2025-01-01 custom "lotcost" "write-off-expired" TRUE

That is the morning after a lot's last day; and where goods of it come in later, or it is only then
said to have expired or released, the morning after that.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from beancount.core import data

from lotcost.core.recalls import reaches
from lotcost.ledger.config import WRITE_OFF_EXPIRED
from lotcost.ledger.transactions import Written
from lotcost.model import Count, Event, Expiring, Kind, Lot, Movement

_DAY = datetime.timedelta(1)


def expirings(
    entries: Sequence[data.Directive], written: Written, evenings: Iterable[Event]
) -> Iterator[Expiring]:
    """Yield those mornings lot by lot, as far as the ledger itself has come.

    Never by the clock, so that a ledger means the same tomorrow.
    """
    if not written.config.writes_off_expired:
        return
    place = max(
        place
        for place, entry in enumerate(entries)
        if isinstance(entry, data.Custom)
        and entry.type == "lotcost"
        and entry.values
        and entry.values[0].value == WRITE_OFF_EXPIRED
    )
    first: dict[Lot, datetime.date] = {}  # the earliest of a lot's last days
    mornings: set[tuple[Lot, datetime.date]] = set()
    for lot in written.cards:
        for fact in written.cards.history(lot):
            if fact.key == "expires":
                first[lot] = min(fact.value, first.get(lot, fact.value))
                mornings.add((lot, max(fact.value, fact.date) + _DAY))
    mornings.update(_of_statuses(written, first))
    mornings.update(_of_goods([*written.events, *evenings], first))
    for lot, morning in sorted(mornings):
        if lot in first and first[lot] < morning <= entries[-1].date:
            yield Expiring(morning, place, lot)


def _of_statuses(written: Written, dated: Iterable[Lot]) -> Iterator[tuple[Lot, datetime.date]]:
    """Yield the mornings that may free a lot; a recall may reach any that was made of another."""
    everything = list(dated) if reaches(written.statuses) else None
    for own, history in written.statuses.items():
        for change in history:
            for lot in everything or (own,):
                yield lot, change.date


def _of_goods(events: Iterable[Event], dated: Iterable[Lot]) -> Iterator[tuple[Lot, datetime.date]]:
    """Yield the mornings after goods come in; where they name no lot, any may be theirs."""
    by_goods: dict[str, list[Lot]] = defaultdict(list)
    for lot in dated:
        by_goods[lot.commodity].append(lot)
    for event in events:
        if isinstance(event, Count):
            yield event.lot, event.date + _DAY
        elif isinstance(event, Movement) and event.kind is not Kind.TRANSFER:
            for goods in event.receipts:
                named = [Lot(goods.commodity, goods.lot)] if goods.lot else None
                for lot in named or by_goods[goods.commodity]:
                    yield lot, event.date + _DAY
