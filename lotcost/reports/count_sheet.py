"""The sheet to count by: a row for each lot an account holds, with room for what is found.

`lotcost import` reads it back, which is why each row says its day and account.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lotcost.ledger.books import Books
from lotcost.model import Lot
from lotcost.reports.report import Column, Report, trimmed

_COLUMNS = (
    Column("date", "date"),
    Column("account", "text"),
    Column("location", "text"),
    Column("commodity", "text"),
    Column("name", "text"),
    Column("lot", "text"),
    Column("expires", "date"),
    Column("expected", "units", "commodity"),
    Column("counted", "units", "commodity"),
    Column("note", "text"),
)
_IF_ANY = frozenset({"location", "name", "expires"})


def count_sheet(books: Books, blind: bool = False) -> Report:
    """Return a row for each account and lot on hand, as of the books' day.

    Native accounts are left out, with a note: Beancount asserts what they hold with a balance.

    Args:
      blind: Whether what the books expect is left out, so that nobody counts up to it.
    """
    held: dict[tuple[str, Lot], Decimal] = defaultdict(Decimal)
    for _, line in books.picked:
        if not line.expensed:
            held[line.account, line.lot] += line.units
    rows = sorted(
        (
            _row(books, account, lot, units)
            for (account, lot), units in held.items()
            if units and not _is_native(books, account)
        ),
        key=_place,
    )
    native = sorted(
        {name for (name, _), units in held.items() if units and _is_native(books, name)}
    )
    filled = {name for row in rows for name, value in row.items() if value is not None}
    return Report(
        name="count-sheet",
        title="Count sheet",
        columns=tuple(
            column
            for column in _COLUMNS
            if not (column.name in _IF_ANY - filled or (blind and column.name == "expected"))
        ),
        rows=tuple(rows),
        at=books.at,
        notes=tuple(_notes(native)),
    )


def _is_native(books: Books, account: str) -> bool:
    policy = books.config.policy(account)
    return policy is not None and policy.native


def _row(books: Books, account: str, lot: Lot, units: Decimal) -> dict[str, Any]:
    return {
        "date": books.at,
        "account": account,
        "location": _text(books.fact(lot, "location")),
        "commodity": lot.commodity,
        "name": _text(books.fact(Lot(lot.commodity, ""), "name")),
        "lot": lot.number,
        "expires": books.fact(lot, "expires"),
        "expected": trimmed(units),
    }


def _text(fact: object) -> str | None:
    return None if fact is None else str(fact)


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    """Put rows as somebody walks by the shelves; of goods what expires first comes first."""
    expires = row["expires"] or datetime.date.max
    return row["account"], row["location"] or "", row["commodity"], expires, row["lot"]


def _notes(native: list[str]) -> Iterator[str]:
    for account in native:
        yield f"{account} is booked by Beancount and not on the sheet; assert it with a balance."
