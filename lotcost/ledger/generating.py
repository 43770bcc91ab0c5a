"""Transactions that nobody wrote: what a count or a write-down books.

Their file is `<lotcost>`, so that no editor takes them for text; their line is that of the
directive they come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.data import Posting

from lotcost.ledger.config import Policy
from lotcost.ledger.errors import number
from lotcost.ledger.holding import Writer, by_lot, hold, hold_anew, money_legs
from lotcost.ledger.transactions import Written
from lotcost.model import Costed, Kind, Lot, Revalued, WriteDown

GENERATED = "<lotcost>"


def generated(
    directive: data.Custom, booked: Costed | Revalued, written: Written
) -> data.Transaction:
    """Return the transaction that a directive books."""
    meta = {"filename": GENERATED, "lineno": directive.meta["lineno"]}
    if isinstance(booked, Revalued):
        assert isinstance(booked.event, WriteDown)  # a landed cost stands in a transaction
        return _write_down(directive, booked, booked.event, meta, written)
    return _count(directive, booked, meta, written)


def _count(
    directive: data.Custom, booked: Costed, meta: dict[str, Any], written: Written
) -> data.Transaction:
    movement = booked.movement
    sign = -1 if movement.issues else 1
    (goods,) = movement.issues or movement.receipts
    (parts,) = booked.drawn or booked.put
    policy = _policy(goods.account, written)
    writer = Writer(written.cards, written.config, directive.date)
    bare = Posting(goods.account, None, None, None, None, meta)
    postings = hold(bare, parts, Kind.ADJUSTMENT, sign, writer)
    account = policy.accounts["lot-adjustment"]
    postings += money_legs(account, by_lot(parts), meta, Kind.ADJUSTMENT, -sign)
    found = "more" if sign > 0 else "less"
    narration = f"Count of {goods.commodity} {goods.lot}: {number(goods.units)} {found}"
    return _transaction(directive, meta, narration, postings)


def _write_down(
    directive: data.Custom,
    booked: Revalued,
    event: WriteDown,
    meta: dict[str, Any],
    written: Written,
) -> data.Transaction:
    writer = Writer(written.cards, written.config, directive.date)
    postings: list[Posting] = []
    expensed: dict[str, dict[tuple[Lot, str], Decimal]] = {}
    for recost in booked.recosts:
        postings += hold_anew(recost, meta, Kind.WRITE_DOWN, writer)
        policy = _policy(recost.account, written)
        key = event.lot, recost.after.currency
        amounts = expensed.setdefault(policy.accounts["lot-write-down"], {})
        down = recost.before.cost - recost.after.cost
        amounts[key] = amounts.get(key, Decimal(0)) + down
    for account, amounts in expensed.items():
        postings += money_legs(account, amounts, meta, Kind.WRITE_DOWN, 1)
    commodity, lot = event.lot
    value = f"{number(event.value.number)} {event.value.currency}"
    return _transaction(directive, meta, f"Write-down of {commodity} {lot} to {value}", postings)


def _policy(account: str, written: Written) -> Policy:
    policy = written.config.policy(account)
    assert policy is not None  # only inventory accounts hold goods
    return policy


def _transaction(
    directive: data.Custom, meta: Mapping[str, Any], narration: str, postings: list[Posting]
) -> data.Transaction:
    return data.Transaction(
        dict(meta), directive.date, "*", None, narration, frozenset(), frozenset(), postings
    )
