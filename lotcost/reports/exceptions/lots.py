"""Findings of lots: what will not sell in time, what is held up, what lost money."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from beancount.core import data

from lotcost.ledger.books import Books, Line
from lotcost.ledger.errors import number
from lotcost.model import SOLD, ZERO, Kind, Lot, Status
from lotcost.reports.exceptions.finding import Finding, What, amount, counted, units
from lotcost.reports.expiry import expiry
from lotcost.reports.report import Row
from lotcost.reports.stock import Rows, sums_by_lot

NEAR = 30  # days
LONG = 30  # days


def of_lots(books: Books) -> Iterator[Finding]:
    """Yield what is found of the lots on hand, and of the margin of each lot."""
    brought = {(line.account, line.lot): line for _, line in books.picked if line.units > ZERO}
    said = _quarantine_directives(books)
    for row in expiry(books).rows:
        line = brought[row["account"], Lot(row["commodity"], row["lot"])]
        yield from _near_expiry(books, row, line)
        yield from _long_quarantine(books, row, line, said)
    yield from _negative_margins(books)


def _near_expiry(books: Books, row: Row, line: Line) -> Iterator[Finding]:
    left, sold_out = row["days_left"], row["sold_out_by"]
    if left is None or not 0 <= left <= NEAR or (sold_out and sold_out <= row["expires"]):
        return
    if row["status"] != "open":
        pace = f"the lot is {'in ' if row['status'] == 'quarantine' else ''}{row['status']}"
    elif sold_out:
        pace = f"at {number(row['sells_per_week'])} a week they last until {sold_out}"
    else:
        pace = "none sold in four weeks"
    message = (
        f"{units(row['units_on_hand'], row['commodity'])} on hand, {counted(left, 'day')} left "
        f"until {row['expires']}; {pace}"
    )
    yield _on_hand(books, row, line, What.NEAR_EXPIRY, message, line.source)


def _long_quarantine(
    books: Books,
    row: Row,
    line: Line,
    said: Mapping[tuple[datetime.date, Lot], Mapping[str, Any]],
) -> Iterator[Finding]:
    if row["status"] != "quarantine":
        return
    since = _in_quarantine_since(books, line.lot)
    days = (books.at - since).days
    if days > LONG:
        message = (
            f"{units(row['units_on_hand'], row['commodity'])} in quarantine since {since}, "
            f"{counted(days, 'day')}"
        )
        yield _on_hand(books, row, line, What.LONG_QUARANTINE, message, said[since, line.lot])


def _in_quarantine_since(books: Books, lot: Lot) -> datetime.date:
    """Return when a lot went into quarantine; what is said again changes nothing."""
    since = books.at
    for day, status, *_ in reversed(books.said_statuses[lot]):
        if day <= books.at:
            if status is not Status.QUARANTINE:
                break
            since = day
    return since


def _quarantine_directives(books: Books) -> dict[tuple[datetime.date, Lot], Mapping[str, Any]]:
    """Find the lines that put lots into quarantine."""
    said = {}
    for entry in books.entries:
        if isinstance(entry, data.Custom) and entry.type == "lot-status":
            words = [str(value.value) for value in entry.values or ()]
            if words[2:] == [Status.QUARANTINE.value]:
                said[entry.date, Lot(words[0], words[1])] = entry.meta
    return said


def _on_hand(
    books: Books, row: Row, line: Line, what: What, message: str, source: Mapping[str, Any]
) -> Finding:
    return Finding(
        date=books.at,
        finding=what,
        message=message,
        source=source,
        currency=row["currency"],
        cost=row["cost_on_hand"],
        commodity=row["commodity"],
        lot=row["lot"],
        account=row["account"],
        party=row["supplier"],
        entry=line.entry if source is line.source else None,
    )


def _negative_margins(books: Books) -> Iterator[Finding]:
    last: dict[Lot, Line] = {}
    unpriced: dict[Lot, Decimal] = defaultdict(Decimal)
    for place, line in books.picked:
        if line.kind in SOLD or line.expensed:
            last[line.lot] = line
        if line.kind is Kind.SALE and place not in books.revenue.earned:
            unpriced[line.lot] -= line.units
    told = Rows(books)
    for holding, became in sums_by_lot(books, by_account=False).items():
        lot = holding[1]
        earns = became.sum("revenue") >= became.sum("cost_of_sales")
        if earns or lot not in last:
            continue
        row = told.row(holding, became)
        line, currency = last[lot], row["currency"]
        message = (
            f"Revenue {amount(books, row['revenue'], currency)} less cost of sales "
            f"{amount(books, row['cost_of_sales'], currency)} is a gross margin of "
            f"{amount(books, row['gross_margin'], currency)}"
        )
        if unpriced[lot]:
            message += f"; {units(unpriced[lot], lot.commodity)} went without revenue"
        yield Finding(
            date=line.date,
            finding=What.NEGATIVE_MARGIN,
            message=message,
            source=line.source,
            currency=currency,
            cost=-row["gross_margin"],
            commodity=lot.commodity,
            lot=lot.number,
            account=line.account,
            party=row["supplier"],
            entry=line.entry,
        )
