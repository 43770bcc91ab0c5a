"""Cost one part of a history: rows in, rows out, by the replay that books a ledger."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from lotcost.core.costing import Refused, replay
from lotcost.core.rules import Rules
from lotcost.engines.facts import Facts, rules
from lotcost.engines.telling import Row, tell
from lotcost.ledger.sentences import refused
from lotcost.model import ZERO, Costed, Layer, Lot, Method, Recost, Revalued
from lotcost.reports.report import unit_cost

_Sums = dict[tuple[str, Lot, bool], tuple[Decimal, Decimal]]


class CostedRow(NamedTuple):
    """A row of the movements, costed.

    Attributes:
      part: Which part of its line it is.
      balance: What the lot then holds in all accounts together.
      cost: What it changes the stock by; None where it was refused.
      expensed: What of a landed cost is cost of sales, as its goods were gone.
      error: Why it was refused.
    """

    event: int | None
    line: int
    part: int
    date: datetime.date
    kind: str
    commodity: str
    lot: str | None
    account: str
    units: Decimal
    balance: Decimal | None
    unit_cost: Decimal | None
    cost: Decimal | None
    expensed: Decimal | None
    currency: str
    error: str | None


def cost_part(rows: Sequence[Row], facts: Facts) -> list[CostedRow]:
    """Cost the rows of a part, which nothing ties to any other part."""
    methods = {row.account: Method(row.method) for row in rows}
    laid_down = rules(facts, methods, sorted({row.commodity for row in rows}))
    told = list(tell(rows))
    outcomes = replay([event for event, _ in told], laid_down)
    costed = [_as_booked(row, laid_down) for row in rows if row.event is None]
    for (_, heads), outcome in zip(told, outcomes, strict=True):
        if isinstance(outcome, Costed):
            costed += _moved(outcome, heads, laid_down)
        elif isinstance(outcome, Revalued):
            costed += _revalued(outcome, heads[0], laid_down)
        elif isinstance(outcome, Refused):
            costed += _refused(outcome, heads, laid_down)
    costed.sort(key=lambda row: (row.line, row.part))
    return list(_with_balances(costed))


def _as_booked(row: Row, laid_down: Rules) -> CostedRow:
    """What Beancount booked stays what it is."""
    cost = row.cost or ZERO
    return _row(
        row, 0, (row.account, Lot(row.commodity, row.lot or ""), False), row.units, cost, laid_down
    )


def _moved(costed: Costed, heads: Iterable[Row], laid_down: Rules) -> Iterator[CostedRow]:
    movement = costed.movement
    sums: dict[int, _Sums] = {}
    for issue, parts in zip(movement.issues, costed.drawn, strict=False):
        sums[issue.posting] = _by_lot(issue.account, parts, -1)
    for receipt, parts in zip(movement.receipts, costed.put, strict=False):
        sums[receipt.posting] = _by_lot(receipt.account, parts, 1)
    for recost in costed.recosts:
        _add(sums[movement.issues[0].posting], recost)
    for head in heads:
        for part, (key, (units, cost)) in enumerate(sums[head.line].items()):
            yield _row(head, part, key, units, cost, laid_down)


def _by_lot(account: str, parts: Iterable[Layer], sign: int) -> _Sums:
    sums: _Sums = {}
    for part in parts:
        key = account, part.lot, False
        units, cost = sums.get(key, (ZERO, ZERO))
        sums[key] = units + sign * part.units, cost + sign * part.cost
    return sums


def _revalued(booked: Revalued, head: Row, laid_down: Rules) -> Iterator[CostedRow]:
    sums: _Sums = {}
    for recost in booked.recosts:
        _add(sums, recost)
    for charge in booked.charges:
        key = charge.account, charge.lot, True
        _, cost = sums.get(key, (ZERO, ZERO))
        sums[key] = ZERO, cost + charge.amount.number
    for part, (key, (units, cost)) in enumerate(sums.items()):
        yield _row(head, part, key, units, cost, laid_down)


def _add(sums: _Sums, recost: Recost) -> None:
    key = recost.account, recost.after.lot, False
    units, cost = sums.get(key, (ZERO, ZERO))
    sums[key] = units, cost + recost.after.cost - recost.before.cost


def _refused(outcome: Refused, heads: Iterable[Row], laid_down: Rules) -> Iterator[CostedRow]:
    for head in heads:
        message = refused(outcome.why, head.date, {}, None).message
        lot = Lot(head.commodity, head.asked or "")
        row = _row(head, 0, (head.account, lot, False), head.units, ZERO, laid_down)
        yield row._replace(lot=head.asked, unit_cost=None, cost=None, error=message)


def _row(
    head: Row,
    part: int,
    key: tuple[str, Lot, bool],
    units: Decimal,
    cost: Decimal,
    laid_down: Rules,
) -> CostedRow:
    account, lot, expensed = key
    return CostedRow(
        event=head.event,
        line=head.line,
        part=part,
        date=head.date,
        kind=head.kind,
        commodity=lot.commodity,
        lot=lot.number,
        account=account,
        units=units,
        balance=None,
        unit_cost=unit_cost(cost, units, laid_down.cent(head.currency)),
        cost=ZERO if expensed else cost,
        expensed=cost if expensed else None,
        currency=head.currency,
        error=None,
    )


def _with_balances(rows: Iterable[CostedRow]) -> Iterator[CostedRow]:
    held: dict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.error is None:
            held[row.commodity, row.lot] += row.units
            balance = held[row.commodity, row.lot]
            # A tuple is made at once; _replace takes five times as long, of every row.
            row = CostedRow._make((*row[:_BALANCE], balance, *row[_BALANCE + 1 :]))
        yield row


_BALANCE = CostedRow._fields.index("balance")
