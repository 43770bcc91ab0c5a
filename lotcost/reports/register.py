"""The register of write-downs: what goods cost at first, what was taken off, what was put back.

A write-down rests on units: those that are sold or used up take their share along, those that
move or come back from a customer bring it with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from lotcost.core.rounding import half_up
from lotcost.ledger.books import Books, Line
from lotcost.ledger.holding import RESTS
from lotcost.model import ZERO, Kind, Lot


class Carried(NamedTuple):
    """A lot in an account, right after a write-down or a reversal.

    Attributes:
      units: What is on hand of it there.
      written_down: What was ever taken off these units.
      reversed: What of that was put back.
      carrying: What they are carried at now.
    """

    units: Decimal
    written_down: Decimal
    reversed: Decimal
    carrying: Decimal

    @property
    def original_cost(self) -> Decimal:
        """What the units cost before anything was taken off."""
        return self.carrying + self.written_down - self.reversed


_NOTHING = Carried(ZERO, ZERO, ZERO, ZERO)


def register(books: Books) -> Mapping[int, Carried]:
    """Return what each write-down left, by the place of its line in the books."""
    return dict(_write_downs(books))


def _write_downs(books: Books) -> Iterator[tuple[int, Carried]]:
    # What rests on a lot's units moves with them alone, so other lots need not be followed.
    lots = {line.lot for _, line in books.of_kinds([Kind.WRITE_DOWN])}
    if not lots:
        return
    held: dict[tuple[Any, ...], Carried] = defaultdict(lambda: _NOTHING)
    resting = _resting(books, lots)
    for place, line in enumerate(books.lines):
        here = line.account, line.lot
        if line.expensed or line.lot not in lots:
            continue
        carried = held[here]
        cent = books.config.cent(line.currency)
        rests = resting[_key(line)]
        if line.kind is Kind.WRITE_DOWN:
            carried = carried._replace(
                written_down=carried.written_down + max(-line.cost, ZERO),
                reversed=carried.reversed + max(line.cost, ZERO),
            )
        elif line.units < ZERO:
            gone = _part(carried, -line.units, -rests, cent)
            carried = _less(carried, gone)
            held[_away(line)] = _more(held[_away(line)], gone)
        elif line.kind in {Kind.TRANSFER, Kind.SALE_RETURN}:
            back = _part(held[_away(line)], line.units, rests, cent)
            held[_away(line)] = _less(held[_away(line)], back)
            carried = _more(carried, back)
        else:
            carried = _more(carried, Carried(line.units, rests, ZERO, ZERO))
        held[here] = carried._replace(carrying=carried.carrying + line.cost)
        if line.kind is Kind.WRITE_DOWN:
            yield place, held[here]


def _resting(books: Books, lots: Collection[Lot]) -> Mapping[tuple[Any, ...], Decimal]:
    """Sum what of the write-downs rests on the goods of each line, as their postings say it."""
    resting: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for group in books.postings:
        for line in group:
            if line.lot in lots:
                resting[_key(line)] += line.source.get(RESTS, ZERO)
    return resting


def _key(line: Line) -> tuple[Any, ...]:
    source = line.source
    return line.entry, source["lineno"], source["filename"], line.kind, line.account, line.lot


def _away(line: Line) -> tuple[Any, ...]:
    """Where units go that may come back: on their way within an entry, or to customers."""
    if line.kind is Kind.TRANSFER:
        return line.kind, line.entry, line.lot
    return (Kind.SALE if line.kind is Kind.SALE_RETURN else line.kind), line.lot


def _part(of: Carried, units: Decimal, rests: Decimal, cent: Decimal) -> Carried:
    """Return the part of a write-down that rests on some of the units.

    What was put back of it is no unit's own, and is shared by units.
    """
    back = half_up(of.reversed * units / of.units, cent) if of.units else ZERO
    return Carried(units, rests + back, back, ZERO)


def _more(to: Carried, part: Carried) -> Carried:
    return to._replace(
        units=to.units + part.units,
        written_down=to.written_down + part.written_down,
        reversed=to.reversed + part.reversed,
    )


def _less(of: Carried, part: Carried) -> Carried:
    return _more(of, Carried(-part.units, -part.written_down, -part.reversed, ZERO))
