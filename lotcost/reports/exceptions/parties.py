"""Findings of parties: one that is spelled in two ways is two in every report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lotcost.ledger.books import Books, Line
from lotcost.model import SOLD, Kind
from lotcost.reports.exceptions.finding import Finding, What, counted
from lotcost.reports.exceptions.spelling import Alike, alike

_WITH_PARTIES = SOLD | {Kind.RECEIPT, Kind.PURCHASE_RETURN, Kind.LANDED_COST}


def of_parties(books: Books) -> Iterator[Finding]:
    """Yield the parties that are spelled like one that is declared, or better known.

    Two names that are one letter apart and both declared are two parties.
    """
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in books.lines:
        name = books.party(line) if line.kind in _WITH_PARTIES else None
        if name is not None:
            lines[name].append(line)
    names = sorted(
        dict.fromkeys([*books.parties, *lines]),
        key=lambda name: (name not in books.parties, -len(lines[name])),
    )
    for found in alike(names):
        declared = {found.name, found.like} <= books.parties.keys()
        if found.same or not declared:
            yield from _finding(books, found, lines)


def _finding(books: Books, found: Alike, lines: dict[str, list[Line]]) -> Iterator[Finding]:
    """Tell of the last movement with a name, or of the line that declares it."""
    asked = [line for line in lines[found.name] if books.asks_for(line)]
    everything = len(books.picked) == len(books.lines)
    if not asked and (lines[found.name] or not everything):
        return
    last = asked[-1] if asked else None
    message = f'"{found.name}" ({_moved(lines[found.name])}) is spelled like "{found.like}" '
    message += f"({_moved(lines[found.like])})"
    if found.like in books.parties:
        message += ", which is declared"
    message += f'. Where they are one, write "{found.like}"'
    if not found.same:
        message += ', else declare both: custom "party"'
    source = last.source if last is not None else books.parties[found.name].source
    yield Finding(
        date=last.date if last is not None else books.at,
        finding=What.SPELLED_ALIKE,
        message=message,
        source=source,
        commodity=last.lot.commodity if last is not None else None,
        lot=last.lot.number if last is not None else None,
        account=last.account if last is not None else None,
        party=found.name,
        entry=last.entry if last is not None else None,
    )


def _moved(lines: list[Line]) -> str:
    return counted(len({line.entry for line in lines}), "transaction")
