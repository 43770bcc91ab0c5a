"""Which lots were made of which, as the lines of the books say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from lotcost.core.genealogy import Batch, Part
from lotcost.ledger.lines import Line
from lotcost.model import ZERO, Kind, Lot

_OF_BATCHES = frozenset({Kind.PRODUCTION, Kind.WRITE_OFF})


def batches(lines: Iterable[Line]) -> Iterator[Batch]:
    """Yield the transactions that make lots of others, and those that take them apart.

    Where Beancount books, a transfer may bring in other lots than it takes out: they are
    the same goods under another number.
    """
    moved: dict[tuple[int, str], dict[Lot, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    days = {}
    for line in lines:
        if line.kind is Kind.PRODUCTION or line.kind is Kind.TRANSFER:
            goods = line.lot.commodity if line.kind is Kind.TRANSFER else ""
            moved[line.entry, goods][line.lot] += line.units
            days[line.entry] = line.date
    for key, units in moved.items():
        used = tuple(Part(lot, -number) for lot, number in units.items() if number < ZERO)
        made = tuple(Part(lot, number) for lot, number in units.items() if number > ZERO)
        if used or made:
            yield Batch(key, days[key[0]], used, made)


def makings(lines: Sequence[Line]) -> Iterator[Batch]:
    """Yield the batches that make; taking one apart joins no lots: what comes back was before."""
    apart = taken_apart(lines)
    return (batch for batch in batches(lines) if batch.key[0] not in apart)


def taken_apart(lines: Iterable[Line]) -> frozenset[int]:
    """Return the entries in which a batch gives back lots that went into it."""
    went_in: dict[Lot, set[Lot]] = defaultdict(set)
    apart = set()
    for (entry, _), batch in by_batch(lines).items():
        into, out = sides(batch)
        used = {line.lot for line in into}
        back = set[Lot]().union(*(went_in[lot] for lot in used))
        if out and {line.lot for line in out} <= back:
            apart.add(entry)
        else:
            for line in out:
                went_in[line.lot] |= used
    return frozenset(apart)


def by_batch(lines: Iterable[Line]) -> dict[tuple[int, str], list[Line]]:
    """Gather the lines of each transaction that makes goods, by its place and currency."""
    found: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        if line.kind in _OF_BATCHES:
            found[line.entry, line.currency].append(line)
    return {
        key: batch
        for key, batch in found.items()
        if any(line.kind is Kind.PRODUCTION for line in batch)
    }


def sides(batch: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines of what a batch used up, and of what it made."""
    made = [line for line in batch if line.kind is Kind.PRODUCTION]
    return [line for line in made if line.units < ZERO], [
        line for line in made if line.units > ZERO
    ]
