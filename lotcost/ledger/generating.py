"""Transactions that nobody wrote: what a count or a write-down books.

Their file is `<lotcost>`, so that no editor takes them for text; their line is that of the
directive they come from.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.data import Posting

from lotcost.ledger.config import Policy
from lotcost.ledger.errors import number
from lotcost.ledger.holding import Writer, by_lot, hold, hold_anew, money_legs
from lotcost.ledger.transactions import Written
from lotcost.model import Costed, Issue, Kind, Layer, Lot, Reason, Revalued, WriteDown

GENERATED = "<lotcost>"
_Drawn = tuple[Issue, tuple[Layer, ...]]


def generated(
    directive: data.Custom, booked: Sequence[Costed | Revalued], written: Written
) -> Iterator[data.Transaction]:
    """Yield the transactions that a directive books."""
    meta = {"filename": GENERATED, "lineno": directive.meta["lineno"]}
    expired: dict[tuple[datetime.date, str], list[_Drawn]] = defaultdict(list)
    for each in booked:
        if isinstance(each, Revalued):
            assert isinstance(each.event, WriteDown)  # a landed cost stands in a transaction
            yield _write_down(directive, each, each.event, meta, written)
        elif each.movement.kind is Kind.WRITE_OFF:
            for issue, parts in zip(each.movement.issues, each.drawn, strict=True):
                expired[each.movement.date, issue.account].append((issue, parts))
        else:
            yield _count(directive, each, meta, written)
    for (day, account), drawn in expired.items():
        yield _write_off(day, account, drawn, meta, written)


def _write_off(
    day: datetime.date,
    account: str,
    drawn: Sequence[_Drawn],
    meta: dict[str, Any],
    written: Written,
) -> data.Transaction:
    """Write off what expired in an account the day before, as a proposal would."""
    writer = Writer(written.cards, written.config, day)
    told = {**meta, "reason": Reason.EXPIRED.value}
    bare = Posting(account, None, None, None, None, told)
    expense = _policy(account, written).write_off(Reason.EXPIRED)
    assert expense is not None  # the core saw to it
    postings: list[Posting] = []
    for _, parts in drawn:
        postings += hold(bare, parts, Kind.WRITE_OFF, -1, writer)
    for _, parts in drawn:
        postings += money_legs(expense, by_lot(parts), meta, Kind.WRITE_OFF, 1)
    return _transaction(day, meta, "Write-off of expired stock", postings)


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
    return _transaction(directive.date, meta, narration, postings)


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
    value = f"{event.value.number} {event.value.currency}"
    return _transaction(
        directive.date, meta, f"Write-down of {commodity} {lot} to {value}", postings
    )


def _policy(account: str, written: Written) -> Policy:
    policy = written.config.policy(account)
    assert policy is not None  # only inventory accounts hold goods
    return policy


def _transaction(
    day: datetime.date, meta: Mapping[str, Any], narration: str, postings: list[Posting]
) -> data.Transaction:
    return data.Transaction(
        dict(meta), day, "*", None, narration, frozenset(), frozenset(), postings
    )
