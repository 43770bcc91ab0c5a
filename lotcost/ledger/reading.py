"""Read what people wrote: entries become events, in the ledger's own order.

Managed accounts give movements to be costed. Native accounts were booked by Beancount; their
postings are only recognised, so that they can carry their lot (`Recognised`).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from beancount.core import data

from lotcost.ledger import cards as card_files
from lotcost.ledger.cards import Cards
from lotcost.ledger.config import Config
from lotcost.ledger.directives import read_evenings
from lotcost.ledger.landed import landed_past
from lotcost.ledger.parties import read_parties
from lotcost.ledger.statuses import early_recalls
from lotcost.ledger.transactions import TransactionReader, Written
from lotcost.model import Closing, Count, Event, Landing, Lot, Movement


def read(entries: Sequence[data.Directive], options: Mapping[str, Any]) -> Written:
    """Read what happened to goods out of entries as Beancount booked them."""
    config = Config(entries, options)
    cards = Cards()
    statuses, errors = card_files.read_directives(entries, cards)
    errors.extend(read_parties(entries)[1])
    written = Written(config, cards, statuses, [], [], config.errors + errors, set(), [])
    for place, entry in enumerate(entries):
        if isinstance(entry, data.Transaction):
            TransactionReader(place, entry, written).read()
    if written.recognised:
        _refuse_landed_past(entries, written)
    written.events[:] = [_with_expires(event, cards) for event in written.events]
    evenings, errors = read_evenings(entries, config)
    written.errors.extend(errors)
    if evenings:  # the entries of a ledger are in the order of their days
        written.events[:] = sorted([*written.events, *evenings], key=_order)
    if cards.named:
        arrivals = _arrivals(entries, written)
        written.errors.extend(card_files.unheard_of(cards, cards.brought.union(arrivals)))
        written.errors.extend(early_recalls(entries, arrivals))
    return written


def _refuse_landed_past(entries: Sequence[data.Directive], written: Written) -> None:
    past = dict(landed_past(entries, written.events, written.recognised))
    written.errors.extend(past.values())
    written.spoilt.update(landing.entry for landing in past)
    if past:
        written.events[:] = [event for event in written.events if event not in past]


def _order(event: Event) -> tuple[datetime.date, int]:
    """Transactions first, then counts, and closings last."""
    if isinstance(event, Movement | Landing):
        return event.date, 0
    return event.date, 2 if isinstance(event, Closing) else 1


def _arrivals(entries: Sequence[data.Directive], written: Written) -> dict[Lot, datetime.date]:
    """Return the first day of each lot."""
    arrivals: dict[Lot, datetime.date] = {}
    for event in written.events:
        if isinstance(event, Movement):
            for receipt in event.receipts:
                lot = Lot(receipt.commodity, receipt.lot or event.date.isoformat())
                arrivals.setdefault(lot, event.date)
        elif isinstance(event, Count):
            arrivals.setdefault(event.lot, event.date)
    for recognised in written.recognised:
        day = entries[recognised.entry].date
        arrivals[recognised.lot] = min(day, arrivals.get(recognised.lot, day))
    return arrivals


def _with_expires(event: Event, cards: Cards) -> Event:
    """Give each receipt its lot's last day, as the whole ledger knows it."""
    if not isinstance(event, Movement) or not event.receipts:
        return event
    return event._replace(
        receipts=tuple(
            receipt._replace(expires=cards.expires(Lot(receipt.commodity, receipt.lot)))
            if receipt.lot is not None
            else receipt
            for receipt in event.receipts
        )
    )
