"""Sheets `receive` and `ship`: goods that came from somebody, or went to somebody.

They support record keeping for 21 CFR 1.1345 and 1.1340. Returns are events too, with their own
kind; so are transfers between places that have different names.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from lotcost.ledger.books import Books, Line
from lotcost.model import ZERO, Kind, Lot
from lotcost.reports.events.elements import (
    PLACE,
    Elements,
    place_columns,
    placed,
    source_of,
    with_blanks,
)
from lotcost.reports.report import Column, Report, Row, trimmed

_IN = frozenset({Kind.RECEIPT, Kind.SALE_RETURN})
_OUT = frozenset({Kind.SALE, Kind.PURCHASE_RETURN})
_HEAD = (
    Column("event_id", "text"),
    Column("date", "date"),
    Column("kind", "text"),
    Column("lot", "text"),
    Column("supplier_lot", "text"),
    Column("gtin", "text"),
    Column("commodity", "text"),
    Column("product", "text"),
    Column("units", "units", "commodity"),
    Column("unit", "text"),
    Column("expires", "date"),
)
_TAIL = (
    Column("origin", "text"),
    Column("document_type", "text"),
    Column("document", "text"),
    Column("blank", "count"),
    Column("missing", "text"),
    Column("account", "text"),
    Column("source", "text"),
)
_NEEDED = ("lot", "product", "units", "unit", "date", "origin", "document_type", "document")

Asked = Callable[[Line], bool]


class Handing(NamedTuple):
    """Units of a lot that came to a place of ours from another, or left it for another.

    Attributes:
      there: The other place: a party's, or one of our own.
      here: Our own.
    """

    line: Line
    units: Decimal
    there: Row
    here: Row


def receive(elements: Elements, asked: Asked) -> Report:
    """Return a row a receipt of a lot: 21 CFR 1.1345(a)."""
    return _sheet(
        elements,
        _handings(elements, _IN, 1, asked),
        Report("receive", "Receive", (), (), elements.books.at),
        letter="R",
        ends=("from", "received_at"),
    )


def ship(elements: Elements, asked: Asked) -> Report:
    """Return a row a lot that was shipped: 21 CFR 1.1340(a)."""
    return _sheet(
        elements,
        _handings(elements, _OUT, -1, asked),
        Report("ship", "Ship", (), (), elements.books.at),
        letter="S",
        ends=("to", "shipped_from"),
    )


def _sheet(
    elements: Elements,
    handings: Iterable[Handing],
    sheet: Report,
    letter: str,
    ends: tuple[str, str],
) -> Report:
    there, here = ends
    needed = (*_NEEDED, *(f"{end}_{key}" for end in ends for key in PLACE))
    rows = [
        with_blanks(
            {
                **_facts(elements, each, letter),
                **placed(there, each.there),
                **placed(here, each.here),
            },
            needed,
        )
        for each in handings
    ]
    columns = (*_HEAD, *place_columns(there), *place_columns(here), *_TAIL)
    return sheet._replace(columns=columns, rows=tuple(rows))


def _facts(elements: Elements, each: Handing, letter: str) -> Row:
    line = each.line
    name = each.there["name"] or ""
    return {
        **elements.product(line.lot),
        **elements.paper(line.entry),
        **source_of(elements.books, line),
        "event_id": elements.event_id(
            letter, line.date, line.kind, line.account, *line.lot, f"{each.units:f}", name
        ),
        "date": line.date,
        "kind": line.kind.value,
        "units": each.units,
    }


def _handings(
    elements: Elements, kinds: frozenset[Kind], sign: int, asked: Asked
) -> Iterator[Handing]:
    books = elements.books
    places = _transfers(books)
    for line in books.lines:
        units = trimmed(sign * line.units)
        if units <= ZERO or not asked(line):
            continue
        if line.kind in kinds:
            yield Handing(
                line, units, elements.party(books.party(line)), elements.own(line.account)
            )
        elif line.kind is Kind.TRANSFER:
            here = elements.own(line.account)
            for account in places[line.entry, line.lot, -sign]:
                there = elements.own(account)
                if None not in {here["name"], there["name"]} and here["name"] != there["name"]:
                    yield Handing(line, units, there, here)
                    break


def _transfers(books: Books) -> dict[tuple[int, Lot, int], list[str]]:
    """The accounts that each transfer moves a lot into (1) and out of (-1)."""
    found: dict[tuple[int, Lot, int], list[str]] = defaultdict(list)
    for line in books.lines:
        if line.kind is Kind.TRANSFER and line.units:
            found[line.entry, line.lot, 1 if line.units > ZERO else -1].append(line.account)
    return found


def since_day(asked: Asked, since: datetime.date | None) -> Asked:
    """Ask for lines of a day or later."""
    return asked if since is None else lambda line: line.date >= since and asked(line)
