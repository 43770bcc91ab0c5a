"""Book a ledger's lots: read what was written, cost it, write what is then known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from beancount.core import data

from lotcost.core.costing import Refused, replay
from lotcost.core.refusals import ClosingMoved, NoPrice
from lotcost.core.stock import Rules
from lotcost.ledger.config import Config, Policy
from lotcost.ledger.errors import LotError, refused, where
from lotcost.ledger.prices import converter
from lotcost.ledger.reading import Written, read
from lotcost.ledger.writing import Booked, write
from lotcost.model import Closing, Costed, Kind, Landing, Money, Movement


def book(
    entries: Sequence[data.Directive], options: Mapping[str, Any]
) -> tuple[list[data.Directive], list[LotError]]:
    """Return the entries with their lots at cost, and the errors at their lines."""
    written = read(entries, options)
    rules = _rules(entries, written)
    booked: list[Booked] = []
    errors = list(written.errors)
    spoilt = set(written.spoilt)
    for outcome in replay(written.events, rules):
        if isinstance(outcome, Refused):
            errors.append(_error(outcome, entries, written))
            spoilt.add(outcome.event.entry)
        elif outcome is not None:
            booked.append(outcome)
            errors.extend(_unpriced(outcome, entries, written.config, rules))
    return write(entries, written, booked, spoilt), errors


def _rules(entries: Sequence[data.Directive], written: Written) -> Rules:
    config = written.config

    def policy(account: str) -> Policy:
        found = config.policy(account)
        assert found is not None  # only inventory accounts have movements
        return found

    return Rules(
        method=lambda account: policy(account).method,
        averages_lots=lambda account: policy(account).averages_lots,
        cent=config.cent,
        unit_weight=config.unit_weight,
        statuses=written.statuses,
        convert=converter(entries, config),
        reverses=config.reverses,
    )


def _error(outcome: Refused, entries: Sequence[data.Directive], written: Written) -> LotError:
    event = outcome.event
    entry = entries[event.entry]
    source = entry.meta
    if isinstance(event, Movement | Landing):
        source = entry.postings[outcome.posting].meta or entry.meta
    error = refused(outcome.why, event.date, source, entry)
    if isinstance(outcome.why, ClosingMoved) and isinstance(event, Closing):
        touching = list(_touching(outcome.why, event, entries, written))
        error = error._replace(message=error.message + _suspects(touching))
    return error


def _touching(
    why: ClosingMoved, closing: Closing, entries: Sequence[data.Directive], written: Written
) -> Iterator[data.Directive]:
    """Find the transactions dated on or before a closing that touch the goods that moved."""
    for event in written.events:
        if event.date > closing.date or not isinstance(event, Movement):
            continue
        goods = {issue.commodity for issue in event.issues}
        goods |= {receipt.commodity for receipt in event.receipts}
        if goods & set(why.commodities):
            yield entries[event.entry]


def _suspects(entries: Sequence[data.Directive]) -> str:
    """Name the transactions to look at: the last in the file first, as they came last."""
    last = sorted(
        {where(entry.meta): entry for entry in entries}.values(),
        key=lambda entry: (entry.meta["filename"], -entry.meta["lineno"]),
    )
    lines = [f"{entry.date} {where(entry.meta)}" for entry in last[:_MOST_SUSPECTS]]
    more = f" and {len(last) - len(lines)} more" if len(last) > len(lines) else ""
    return f". It is touched by {', '.join(lines)}{more}" if lines else ""


_MOST_SUSPECTS = 5


def _unpriced(
    outcome: Booked, entries: Sequence[data.Directive], config: Config, rules: Rules
) -> Iterator[LotError]:
    """Find sales in a currency that what their goods cost has no price in."""
    if not isinstance(outcome, Costed) or outcome.movement.kind is not Kind.SALE:
        return
    movement = outcome.movement
    txn = entries[movement.entry]
    earned_in = {
        posting.units.currency
        for posting in txn.postings
        if config.is_income(posting.account) and not config.is_goods(posting.units.currency)
    }
    for issue, parts in zip(movement.issues, outcome.drawn, strict=True):
        sold_in = {issue.revenue.currency} if issue.revenue else earned_in
        for part in parts:
            for currency in sorted(sold_in):
                cost = Money(part.cost, part.currency)
                if rules.convert(cost, currency, movement.date) is None:
                    source = txn.postings[issue.posting].meta or txn.meta
                    why = NoPrice(part.currency, currency)
                    yield refused(why, movement.date, source, txn)
                    return
