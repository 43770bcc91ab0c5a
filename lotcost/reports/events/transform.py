"""Sheet `transform`: batches, a row for each lot that went in and each that came out of it.

It supports record keeping for 21 CFR 1.1350(a). The rows of a batch share their event's number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

from lotcost.ledger.books import Line
from lotcost.ledger.lineage import taken_apart
from lotcost.model import ZERO, Kind
from lotcost.reports.events.elements import (
    PLACE,
    Elements,
    place_columns,
    placed,
    source_of,
    with_blanks,
)
from lotcost.reports.events.handing import Asked
from lotcost.reports.report import Column, Report, Row, trimmed

_SIDE = ("lot", "gtin", "commodity", "product", "units", "unit")
_NEEDED = (
    *(f"{side}_{key}" for side in ("used", "made") for key in ("lot", "product", "units", "unit")),
    *(f"made_at_{key}" for key in PLACE),
    *("date", "document_type", "document"),
)


def transform(elements: Elements, asked: Asked) -> Report:
    """Return a row for each lot used with each lot made; a batch is whole if a lot is asked for."""
    books = elements.books
    batches: dict[int, list[Line]] = defaultdict(list)
    for line in books.lines:
        if line.kind is Kind.PRODUCTION and line.units:
            batches[line.entry].append(line)
    apart = taken_apart(books.lines)
    rows = [
        row
        for entry, lines in batches.items()
        if any(asked(line) for line in lines)
        for row in _batch(elements, lines, entry in apart)
    ]
    return Report("transform", "Transform", _columns(), tuple(rows), books.at)


def _columns() -> tuple[Column, ...]:
    sides = [
        Column(f"{side}_{key}", *(("units", f"{side}_commodity") if key == "units" else ("text",)))
        for side in ("used", "made")
        for key in _SIDE
    ]
    return (
        Column("event_id", "text"),
        Column("date", "date"),
        Column("kind", "text"),
        *sides,
        Column("made_expires", "date"),
        *place_columns("made_at"),
        Column("document_type", "text"),
        Column("document", "text"),
        Column("blank", "count"),
        Column("missing", "text"),
        Column("account", "text"),
        Column("source", "text"),
    )


def _batch(elements: Elements, lines: Sequence[Line], apart: bool) -> Iterator[Row]:
    used = [line for line in lines if line.units < ZERO]
    made = [line for line in lines if line.units > ZERO]
    first = lines[0]
    event = elements.event_id(
        "T",
        first.date,
        *(
            f"{line.account} {line.lot.commodity} {line.lot.number} {line.units:f}"
            for line in lines
        ),
    )
    for into, out in product(_or_none(used), _or_none(made)):
        yield with_blanks(
            {
                "event_id": event,
                "date": first.date,
                "kind": "taken apart" if apart else "made",
                **_side(elements, "used", into),
                **_side(elements, "made", out),
                "made_expires": out and elements.books.cards.expires(out.lot),
                **placed("made_at", elements.own((out or first).account)),
                **elements.paper(first.entry),
                **source_of(elements.books, into or out or first),
            },
            _NEEDED,
        )


def _or_none(lines: Sequence[Line]) -> Sequence[Line | None]:
    return lines or (None,)


def _side(elements: Elements, side: str, line: Line | None) -> Row:
    if line is None:
        return {}
    facts = {**elements.product(line.lot), "units": trimmed(abs(line.units))}
    return {f"{side}_{key}": facts[key] for key in _SIDE}
