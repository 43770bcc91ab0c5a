"""What the books leave open about a trace, each with its numbers and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from lotcost.model import ZERO, Kind, Lot, Status
from lotcost.reports.trace.index import Index
from lotcost.reports.trace.values import Gap, Side, Trace


def gaps(index: Index, found: Trace) -> Iterator[Gap]:
    """Name what is missing: units, customers, suppliers, and days that cannot be."""
    yield from _unaccounted(found)
    yield from _unnamed_customers(found)
    yield from _unnamed_sources(index, found)
    yield from _early_recalls(index, found)


def _unaccounted(found: Trace) -> Iterator[Gap]:
    for change in found.changes:
        if change.kind is Kind.ADJUSTMENT:
            word = "missing" if change.units < ZERO else "more than the books had"
            yield Gap(
                change.lot,
                f"{abs(change.units):f} {_named(change.lot)} {word} on {change.date} in "
                f"{change.account}",
            )


def _unnamed_customers(found: Trace) -> Iterator[Gap]:
    unnamed: dict[Lot, Decimal] = defaultdict(Decimal)
    for sold in found.customers:
        if sold.party is None:
            unnamed[sold.lot] += sold.units
    for lot, units in unnamed.items():
        yield Gap(
            lot,
            f"{units:f} {_named(lot)} sold to nobody the ledger names; write the customer as the "
            "payee",
        )


def _unnamed_sources(index: Index, found: Trace) -> Iterator[Gap]:
    supplied = {each.lot for each in found.suppliers if each.kind is Kind.RECEIPT}
    unnamed = dict.fromkeys(
        each.lot for each in found.suppliers if each.kind is Kind.RECEIPT and each.party is None
    )
    for lot in unnamed:
        yield Gap(
            lot,
            f"{_named(lot)} came from nobody the ledger names; write the supplier as the payee",
        )
    made = {part.lot for run in found.runs if not run.apart for part in run.made}
    for member in found.members:
        if member.side is not Side.DOWNSTREAM and member.lot not in supplied | made:
            yield Gap(
                member.lot,
                f"{_named(member.lot)} came with no receipt and no batch: the books do not say "
                "from where",
            )


def _early_recalls(index: Index, found: Trace) -> Iterator[Gap]:
    for member in found.affected:
        came = min(line.date for _, line in index.lines[member.lot])
        for day, status, *_ in index.books.said_statuses.get(member.lot, ()):
            if status is Status.RECALLED and day < came:
                yield Gap(
                    member.lot,
                    f"{_named(member.lot)} is recalled on {day}, before it came on {came}",
                )


def _named(lot: Lot) -> str:
    return f"{lot.commodity} of lot {lot.number}"
