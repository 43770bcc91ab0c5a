"""Book a ledger's lots: read what was written, cost it, write what is then known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from beancount.core import data

from lotcost.core.costing import Outcome, Refused, replay
from lotcost.core.following import Causes
from lotcost.core.recalls import reaches
from lotcost.core.refusals import ClosingMoved, NoAccount, NothingToLandOn, Refusal, UnknownLot
from lotcost.core.rules import Rules, WritesOff
from lotcost.ledger.collecting import no_collecting
from lotcost.ledger.config import WRITE_OFF_EXPIRED, Policy
from lotcost.ledger.errors import LotError, missing_leg, where
from lotcost.ledger.page import Booked
from lotcost.ledger.postings import Recognised
from lotcost.ledger.prices import converter
from lotcost.ledger.reading import read
from lotcost.ledger.sentences import refused
from lotcost.ledger.transactions import Written
from lotcost.ledger.writing import write
from lotcost.model import Closing, Count, Event, Expiring, Landing, Lot, Movement, WriteDown

if TYPE_CHECKING:
    from lotcost.core.genealogy import Batch


@no_collecting()
def book(
    entries: Sequence[data.Directive], options: Mapping[str, Any]
) -> tuple[list[data.Directive], list[LotError]]:
    """Return the entries with their lots at cost, and the errors at their lines."""
    if _is_booked(entries):
        return list(entries), []
    written = read(entries, options)
    rules = _rules(entries, written)
    booked: list[Booked] = []
    errors = list(written.errors)
    spoilt = set(written.spoilt)
    native: dict[Lot, Recognised] = {}
    for mark in written.recognised:
        native.setdefault(mark.lot, mark)
    causes = Causes(written.unread)
    for outcome in replay(written.events, rules):
        if isinstance(outcome, Refused):
            if not causes.explains(outcome) or _is_native(outcome.why, native):
                error = _error(outcome, entries, written, native)
                if not isinstance(outcome.event, Expiring) or error not in errors:
                    errors.append(error)  # all that expires wants the same leg
            causes.add(outcome)
            spoilt.add(outcome.event.entry)
        elif outcome is not None:
            booked.append(outcome)
    out = write(entries, written, booked, spoilt)
    if written.recognised:
        from lotcost.ledger.native_errors import native_errors  # here, to keep the import light

        made = _made(out, options) if reaches(written.statuses) else ()
        errors.extend(native_errors(entries, written, rules, made))
    return out, errors


def _made(entries: Sequence[data.Directive], options: Mapping[str, Any]) -> Iterator[Batch]:
    """The batches of a ledger, which only a recall that reaches what was made has to know."""
    from lotcost.ledger.books import Books  # here: a plugin's import is to be light
    from lotcost.ledger.lineage import makings

    return makings(Books(entries, options).lines)


class Costing(NamedTuple):
    """What a ledger says about its lots, and what came of each event."""

    written: Written
    outcomes: tuple[Outcome, ...]


@no_collecting()
def cost(entries: Sequence[data.Directive], options: Mapping[str, Any]) -> Costing:
    """Cost entries as they stand before the plugin, and tell what it was told."""
    written = read(entries, options)
    return Costing(written, tuple(replay(written.events, _rules(entries, written))))


def _is_booked(entries: Sequence[data.Directive]) -> bool:
    """Whether the plugin ran before, as where a ledger names it twice."""
    return any(
        "lot-commodity" in (posting.meta or {})
        for entry in entries
        if isinstance(entry, data.Transaction)
        for posting in entry.postings
    )


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
        expires=written.cards.changes(),
        values=lambda account: policy(account).owner is None,
        has_leg=lambda account, key: key in policy(account).accounts,
        reverses=config.reverses,
        writes_off=_writes_off(entries) if config.writes_off_expired else None,
    )


def _writes_off(entries: Sequence[data.Directive]) -> WritesOff:
    """Return which directive says that what expires is written off, and how long it can."""
    place = max(
        place
        for place, entry in enumerate(entries)
        if isinstance(entry, data.Custom)
        and entry.type == "lotcost"
        and entry.values
        and entry.values[0].value == WRITE_OFF_EXPIRED
    )
    return WritesOff(place, entries[-1].date)


def _is_native(why: Refusal, native: Mapping[Lot, Recognised]) -> bool:
    """Whether a lot is unknown as Beancount books it, whatever else may be wrong."""
    return isinstance(why, UnknownLot) and why.lot in native


def _error(
    outcome: Refused,
    entries: Sequence[data.Directive],
    written: Written,
    native: Mapping[Lot, Recognised],
) -> LotError:
    event = outcome.event
    entry = entries[event.entry]
    source = entry.meta
    if isinstance(event, Movement | Landing):
        source = entry.postings[outcome.posting].meta or entry.meta
    error = refused(outcome.why, event.date, source, entry)
    if isinstance(outcome.why, UnknownLot | NothingToLandOn):
        mark = _meant(outcome.why, written, native, entries)
        if mark is not None:
            account = entries[mark.entry].postings[mark.posting].account
            return error._replace(message=_NATIVE.format(*mark.lot, account=account))
    if isinstance(outcome.why, ClosingMoved) and isinstance(event, Closing):
        touching = list(_touching(outcome.why, event, entries, written))
        error = error._replace(message=error.message + _suspects(touching))
    if isinstance(outcome.why, NoAccount):
        policy = written.config.policy(outcome.why.account)
        assert policy is not None  # only inventory accounts hold goods
        message = missing_leg(_called(event), policy.laid_down, outcome.why.key)
        error = error._replace(message=message)
    return error


_NATIVE = (
    "Lot {1} of {0} is in {account}, which Beancount books, and lotcost changes no cost there. "
    "Write it with Beancount's own lots, or give the account another lot-method"
)


def _meant(
    why: UnknownLot | NothingToLandOn,
    written: Written,
    native: Mapping[Lot, Recognised],
    entries: Sequence[data.Directive],
) -> Recognised | None:
    """Return a lot that Beancount books where it is one that the core does not know."""
    if isinstance(why, UnknownLot):
        return native.get(why.lot)
    for mark in written.recognised:
        links = {f"^{link}" for link in entries[mark.entry].links or ()}
        if not links.isdisjoint(why.on) or mark.lot.number in why.on:
            return mark
    return None


def _called(event: Event) -> str:
    if isinstance(event, Movement):
        return event.kind.value
    if isinstance(event, Expiring):
        return "write-off"
    return "landed cost" if isinstance(event, Landing) else "write-down"


def _touching(
    why: ClosingMoved, closing: Closing, entries: Sequence[data.Directive], written: Written
) -> Iterator[data.Directive]:
    """Find the transactions dated on or before a closing that touch the goods that moved."""
    for event in written.events:
        if event.date <= closing.date and _moves(event, set(why.commodities)):
            yield entries[event.entry]


def _moves(event: Event, commodities: set[str]) -> bool:
    """Whether an event touches the cost of goods; a landed cost may touch any."""
    if isinstance(event, Movement):
        goods = {issue.commodity for issue in event.issues}
        return bool(commodities & (goods | {receipt.commodity for receipt in event.receipts}))
    if isinstance(event, WriteDown | Count):
        return event.lot.commodity in commodities
    return isinstance(event, Landing)


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
