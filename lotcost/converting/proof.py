"""Prove that two loads of a ledger say the same: its lots, its movements, every balance."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import data

from lotcost.converting.trial import Origin
from lotcost.ledger.books import Books
from lotcost.ledger.errors import number
from lotcost.model import Lot
from lotcost.reports.movements import movements
from lotcost.reports.report import Row
from lotcost.reports.stock import lots

Place = tuple[str, int]


class Difference(NamedTuple):
    """A figure that is another one."""

    place: Place
    message: str


def differences(before: Books, after: Books, origin: Origin) -> list[Difference]:
    """Return where two loads differ, the movements first, as what follows differs with them."""
    moved = list(_movements(before, after, origin))
    return moved or [*_lots(before, after), *_balances(before, after)]


def _movements(before: Books, after: Books, origin: Origin) -> Iterator[Difference]:
    olds = _by_place(before, lambda file, line: (file, line))
    news = _by_place(after, origin)
    for place in sorted(olds.keys() | news.keys(), key=str):
        old, new = olds.get(place, []), news.get(place, [])
        if sorted(old, key=_lot) != sorted(new, key=_lot):
            message = f"Beancount books {_said(old)}; managed it would be {_said(new)}"
            yield Difference(place, message)


_APART = frozenset({"entry", "source", "balance"})  # the order of one day's files may differ


def _by_place(books: Books, origin: Origin) -> dict[Place, list[dict[str, Any]]]:
    found: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for line, row in zip(books.lines, movements(books).rows, strict=True):
        place = origin(line.source["filename"], line.source["lineno"])
        found[place].append({name: row[name] for name in row if name not in _APART})
    return found


def _lot(row: Row) -> tuple[Any, ...]:
    """The lots that one line moves have no order of their own."""
    return row["account"], row["commodity"], row["lot"], row["kind"], row["units"]


def _said(rows: list[dict[str, Any]]) -> str:
    told = [
        f"{number(row['units'])} {row['commodity']} of lot {row['lot']}, {row['kind']}, at "
        f"{number(row['cost'])} {row['currency']}"
        + (f" for {number(row['revenue'])}" if row["revenue"] is not None else "")
        for row in rows
    ]
    return " and ".join(told) or "nothing"


def _lots(before: Books, after: Books) -> Iterator[Difference]:
    olds, news = _by_lot(before), _by_lot(after)
    for lot in sorted(olds.keys() | news.keys()):
        old, new = olds.get(lot, {}), news.get(lot, {})
        for name in dict.fromkeys((*old, *new)):
            if old.get(name) != new.get(name):
                place = _brought(before, lot)
                yield Difference(
                    place,
                    f"lot {lot.number} of {lot.commodity} has {name} {old.get(name)} as Beancount "
                    f"books it; managed it would be {new.get(name)}",
                )


def _by_lot(books: Books) -> dict[Lot, Row]:
    return {Lot(row["commodity"], row["lot"]): row for row in lots(books).rows}


def _brought(books: Books, lot: Lot) -> Place:
    places = (line.source for line in books.lines if line.lot == lot)
    first = next(places, {"filename": books.options["filename"], "lineno": 1})
    return first["filename"], first["lineno"]


def _balances(before: Books, after: Books) -> Iterator[Difference]:
    olds, news = _by_day(before), _by_day(after)
    main = before.options["filename"], 1
    for account, day, name in sorted(olds.keys() | news.keys()):
        old, new = (sums.get((account, day, name), Decimal(0)) for sums in (olds, news))
        if old != new:
            yield Difference(
                main,
                f"{account} changes by {number(old)} {name} on {day} as Beancount books it; "
                f"managed it would be {number(new)}",
            )


def _by_day(books: Books) -> Mapping[tuple[str, datetime.date, str], Decimal]:
    """Sum up what every account changes by a day: its units, and money and costs at once."""
    sums: dict[tuple[str, datetime.date, str], Decimal] = defaultdict(Decimal)
    for entry in books.entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                units, cost = posting.units, posting.cost
                sums[posting.account, entry.date, units.currency] += units.number
                if cost is not None:
                    key = posting.account, entry.date, cost.currency
                    sums[key] += units.number * cost.number
    return {key: total for key, total in sums.items() if total}
