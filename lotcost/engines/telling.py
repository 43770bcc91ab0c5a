"""Tell the rows of a history as the events that they come of."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from lotcost.model import (
    ZERO,
    By,
    Event,
    Issue,
    Kind,
    Landing,
    Lot,
    Money,
    Movement,
    Reason,
    Receipt,
    WriteDown,
)


class Row(NamedTuple):
    """A row of a history, with what costing wants of it.

    Attributes:
      event: The order of events; None where Beancount booked the row, which then stays as it is.
      line: The row its line begins with: rows of one line are parts of one issue or receipt.
      units: Signed: negative where goods go out.
      asked: The lot that was named; None leaves it to the method, or to where goods come from.
      given: What a receipt's document says that all of it costs.
      given_each: The unit cost as it was written, where one was written and ends.
      beside: What a batch's other legs give.
      landed_on: Lots, numbers of lots, or links, as JSON.
      value: The net realisable value of one, of a write-down.
    """

    event: int | None
    line: int
    date: datetime.date
    kind: str
    commodity: str
    lot: str | None
    account: str
    party: str | None
    document: str | None
    reason: str | None
    units: Decimal
    cost: Decimal | None
    currency: str
    method: str
    asked: str | None
    given: Decimal | None
    given_each: Decimal | None
    expires: datetime.date | None
    acquired: datetime.date | None
    share: Decimal | None
    beside: Decimal | None
    landed: Decimal | None
    landed_on: str | None
    landed_by: str | None
    value: Decimal | None


def tell(rows: Sequence[Row]) -> Iterator[tuple[Event, list[Row]]]:
    """Yield events in their order, each with the first row of its lines."""
    booked = (row for row in rows if row.event is not None)
    ordered = sorted(booked, key=lambda row: (row.event, row.line))
    for _, group in groupby(ordered, key=lambda row: row.event):
        of_event = list(group)
        kind = of_event[0].kind
        if kind == Kind.LANDED_COST:
            yield _landing(of_event[0]), of_event[:1]
        elif kind == Kind.WRITE_DOWN:
            yield _write_down(of_event[0]), of_event[:1]
        else:
            yield _movement(of_event)


def landed_on(text: str) -> tuple[str | Lot, ...]:
    """Read what a landed cost rests on."""
    return tuple(each if isinstance(each, str) else Lot(*each) for each in json.loads(text))


def _movement(rows: Sequence[Row]) -> tuple[Event, list[Row]]:
    first = rows[0]
    issues: list[Issue] = []
    receipts: list[Receipt] = []
    heads = []
    for _, group in groupby(rows, key=lambda row: row.line):
        of_line = list(group)
        head = of_line[0]
        heads.append(head)
        units = abs(sum((row.units for row in of_line), ZERO))
        if head.units < ZERO:
            issues.append(Issue(head.line, head.account, head.commodity, head.asked, units))
        else:
            receipts.append(_receipt(head, units))
    kind = Kind(first.kind)
    movement = Movement(
        kind,
        first.date,
        first.event or 0,
        tuple(issues),
        tuple(receipts),
        links=frozenset(link.removeprefix("^") for link in (first.document or "").split()),
        party=first.party or "",
        reason=Reason(first.reason) if first.reason and kind is Kind.WRITE_OFF else None,
        beside=None if first.beside is None else Money(first.beside, first.currency),
    )
    return movement, heads


def _receipt(row: Row, units: Decimal) -> Receipt:
    # Goods that are bought without a lot number have their day's, as in a ledger.
    of_day = row.given is not None and row.kind != Kind.PRODUCTION
    return Receipt(
        row.line,
        row.account,
        row.commodity,
        row.asked or (row.date.isoformat() if of_day else None),
        units,
        None if row.given is None else Money(row.given, row.currency),
        row.given_each,
        row.expires,
        share=row.share,
        acquired=row.acquired,
    )


def _landing(row: Row) -> Landing:
    amount = Money(row.landed or ZERO, row.currency)
    on, by = landed_on(row.landed_on or "[]"), By(row.landed_by or By.VALUE)
    return Landing(row.date, row.event or 0, row.line, on, by, amount, amount)


def _write_down(row: Row) -> WriteDown:
    lot = Lot(row.commodity, row.lot or "")
    return WriteDown(row.date, row.event or 0, lot, Money(row.value or ZERO, row.currency))
