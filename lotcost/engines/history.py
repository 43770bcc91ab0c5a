"""A ledger's movements with what was written of each, so that another engine can cost them anew.

The rows are those of the report `movements`; behind its columns stand what the documents say: the
lot that was asked for, the cost that was given, what a batch or a landed cost rests on.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from beancount.core import data

from lotcost.engines.facts import NAME, Facts, by_commodity, to_json
from lotcost.ledger.booking import Costing, cost
from lotcost.ledger.books import Books, Line
from lotcost.ledger.generating import GENERATED
from lotcost.ledger.loading import Ledger, load_unbooked
from lotcost.model import Costed, Issue, Kind, Landing, Layer, Lot, Method, Receipt, Revalued
from lotcost.reports.report import Column, Report

COLUMNS = (
    Column("event", "count"),
    Column("line", "count"),
    Column("method", "text"),
    Column("asked", "text"),
    Column("given", "money", "currency"),
    Column("given_each", "unit-cost", "currency"),
    Column("expires", "date"),
    Column("acquired", "date"),
    Column("share", "units"),
    Column("beside", "money", "currency"),
    Column("landed", "money", "currency"),
    Column("landed_on", "text"),
    Column("landed_by", "text"),
    Column("value", "unit-cost", "currency"),
)

_Source = tuple[str, int]
_Key = tuple[datetime.date, _Source, Kind, str, Lot, bool]


class Cause(NamedTuple):
    """What was written that a row comes of.

    Attributes:
      event: The event's place among all events.
      goods: What tells an issue or receipt of the event from its others; None where the event
        is one thing.
    """

    event: int
    goods: tuple[bool, int, str, str | None] | None
    said: Mapping[str, Any]


def history(ledger: Ledger, movements: Report) -> tuple[Report, tuple[tuple[str, str], ...]]:
    """Return the movements of a whole ledger with what was written, and the facts beside them."""
    unbooked = load_unbooked(ledger)
    costing = cost(unbooked.entries, unbooked.options)
    causes = dict(_causes(unbooked, costing))
    books = ledger.books(movements.at)
    rows = []
    first: dict[object, int] = {}
    for place, (line, row) in enumerate(zip(books.lines, movements.rows, strict=True)):
        cause = causes.get(_key(line))
        said: dict[str, Any] = {"event": None, "line": place, "method": _method(books, line)}
        if cause is not None:
            head = first.setdefault((cause.event, cause.goods), place)
            said |= {"event": cause.event, "line": head, **cause.said}
        rows.append({**row, **said})
    report = movements._replace(columns=movements.columns + COLUMNS, rows=tuple(rows))
    return report, ((NAME, to_json(_facts(costing))),)


def _key(line: Line) -> _Key:
    source = line.source["filename"], line.source["lineno"]
    return line.date, source, line.kind, line.account, line.lot, line.expensed


def _method(books: Books, line: Line) -> str:
    policy = books.config.policy(line.account)
    return str(policy.method if policy is not None else Method.BEANCOUNT)


def _causes(unbooked: Ledger, costing: Costing) -> Iterator[tuple[_Key, Cause]]:
    for place, outcome in enumerate(costing.outcomes):
        if isinstance(outcome, Costed):
            yield from _of_movement(unbooked, place, outcome)
        elif isinstance(outcome, Revalued):
            yield from _of_revalued(unbooked, place, outcome)


def _of_movement(ledger: Ledger, place: int, costed: Costed) -> Iterator[tuple[_Key, Cause]]:
    movement = costed.movement
    beside = None if movement.beside is None else movement.beside.number
    issued = zip(movement.issues, costed.drawn, strict=False)
    received = zip(movement.receipts, costed.put, strict=False)
    parts: list[tuple[Issue | Receipt, tuple[Layer, ...]]] = [*issued, *received]
    for goods, layers in parts:
        source = _source(ledger.entries[movement.entry], goods.posting)
        told = isinstance(goods, Receipt), goods.posting, goods.account, goods.lot
        cause = Cause(place, told, {**_said(goods), "beside": beside})
        for layer in layers:
            yield (movement.date, source, movement.kind, goods.account, layer.lot, False), cause


def _said(goods: Issue | Receipt) -> dict[str, Any]:
    if isinstance(goods, Issue):
        return {"asked": goods.lot}
    return {
        "asked": goods.lot,
        "given": None if goods.cost is None else goods.cost.number,
        "given_each": goods.unit_cost,
        "expires": goods.expires,
        "acquired": goods.acquired,
        "share": goods.share,
    }


def _of_revalued(ledger: Ledger, place: int, booked: Revalued) -> Iterator[tuple[_Key, Cause]]:
    event = booked.event
    entry = ledger.entries[event.entry]
    if isinstance(event, Landing):
        assert booked.amount is not None  # a landing has one
        source, kind = _source(entry, event.posting), Kind.LANDED_COST
        said = {
            "landed": booked.amount.number,
            "landed_on": json.dumps(event.on),
            "landed_by": event.by.value,
        }
    else:
        source, kind = _source(entry, 0), Kind.WRITE_DOWN
        said = {"value": event.value.number}
    cause = Cause(place, None, said)
    for recost in booked.recosts:
        yield (event.date, source, kind, recost.account, recost.after.lot, False), cause
    for charge in booked.charges:
        yield (event.date, source, kind, charge.account, charge.lot, True), cause


def _source(entry: data.Directive, posting: int) -> _Source:
    """Say where the rows of an entry's posting come from; a directive's are generated."""
    if not isinstance(entry, data.Transaction):
        return GENERATED, entry.meta["lineno"]
    meta = entry.postings[posting].meta or entry.meta
    return meta["filename"], meta["lineno"]


def _facts(costing: Costing) -> Facts:
    config, cards = costing.written.config, costing.written.cards
    accounts = config.inventory_accounts
    policies = {account: config.policy(account) for account in accounts}
    currencies = {
        money.currency
        for outcome in costing.outcomes
        if isinstance(outcome, Costed)
        for parts in (*outcome.drawn, *outcome.put)
        for money in parts
    }
    weights = {name: config.unit_weight(name) for name in config.commodities}
    return Facts(
        frozenset(name for name, policy in policies.items() if policy and policy.averages_lots),
        {name: config.cent(name) for name in sorted(currencies)},
        {name: weight for name, weight in weights.items() if weight is not None},
        by_commodity(costing.written.statuses),
        by_commodity(cards.changes()),
        config.reverses,
    )
