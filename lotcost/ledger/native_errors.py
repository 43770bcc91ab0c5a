"""What is wrong with goods that Beancount books: they are checked, and never booked anew."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from beancount.core import data

from lotcost.core.bars import USES_UP
from lotcost.core.expiry import bar, known_at
from lotcost.core.recalls import Recalls
from lotcost.core.refusals import Barred, CurrencyDiffers
from lotcost.core.rules import Rules
from lotcost.ledger.errors import LotError
from lotcost.ledger.sentences import refused
from lotcost.ledger.transactions import Written
from lotcost.model import Lot

if TYPE_CHECKING:
    from lotcost.core.genealogy import Batch


def native_errors(
    entries: Sequence[data.Directive],
    written: Written,
    rules: Rules,
    made: Iterable[Batch],
) -> Iterator[LotError]:
    """Find what is wrong with native goods.

    Args:
      made: The batches in the order they happened; those of a day count for all of it.
    """
    yield from _barred(entries, written, rules, made)
    yield from _in_two_currencies(entries, written)


def _barred(
    entries: Sequence[data.Directive],
    written: Written,
    rules: Rules,
    made: Iterable[Batch],
) -> Iterator[LotError]:
    """Find lots that Beancount booked out and that may not be sold or used on their day."""
    recalls = Recalls(written.statuses)
    batches = deque(made)
    for mark in written.recognised:
        txn = entries[mark.entry]
        posting = txn.postings[mark.posting]
        if mark.kind not in USES_UP or posting.units.number > 0:
            continue
        expires = known_at(rules.expires.get(mark.lot, ()), txn.date)
        expires = expires or written.cards.expires(mark.lot)
        while batches and batches[0].date <= txn.date:
            batch = batches.popleft()
            recalls.make((p.lot for p in batch.used), [p.lot for p in batch.made], batch.date)
        own = bar(mark.lot, expires, written.statuses, txn.date)
        barred = recalls.bar(mark.lot, own, txn.date)
        if barred is not None:
            why = Barred(posting.account, mark.lot, barred)
            yield refused(why, txn.date, posting.meta or txn.meta, txn)


def _in_two_currencies(entries: Sequence[data.Directive], written: Written) -> Iterator[LotError]:
    """Find lots that Beancount booked at costs in two currencies, each once where it begins."""
    first: dict[Lot, str] = {}
    told: set[tuple[Lot, str]] = set()
    for mark in written.recognised:
        txn = entries[mark.entry]
        posting = txn.postings[mark.posting]
        currency = posting.cost.currency
        known = first.setdefault(mark.lot, currency)
        if known != currency and (mark.lot, currency) not in told:
            told.add((mark.lot, currency))
            why = CurrencyDiffers(mark.lot, known, currency)
            yield refused(why, txn.date, posting.meta or txn.meta, txn)
