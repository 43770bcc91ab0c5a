"""What somebody has to look into before a trace is closed, each with its numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from lotcost.core.expiry import status_at
from lotcost.core.genealogy import Cycle, descendants
from lotcost.model import ZERO, Kind, Lot, Status
from lotcost.reports.trace.index import Index
from lotcost.reports.trace.values import Gap, Side, Trace


def gaps(index: Index, found: Trace) -> Iterator[Gap]:
    """Name what is missing, units, customers, suppliers, and what a recall did not stop."""
    yield from _unaccounted(found)
    yield from _unnamed_customers(found)
    yield from _unnamed_sources(index, found)
    yield from _early_recalls(index, found)
    yield from _sold_since_recalled(index, found)


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


def _sold_since_recalled(index: Index, found: Trace) -> Iterator[Gap]:
    """Name what was sold of a recalled lot, or of what was made of it, from its recall on.

    A lot that was released by itself since is not recalled with the others.
    """
    statuses = index.books.statuses
    for recalled in found.lots:
        recall = status_at(statuses.get(recalled, ()), found.at)
        family = descendants(index.genealogy, [recalled])
        if recall is None or recall.status is not Status.RECALLED or isinstance(family, Cycle):
            continue
        lots = {kin.lot for kin in family.kin}
        for sold in found.customers:
            if sold.kind is not Kind.SALE or sold.lot not in lots or sold.date < recall.date:
                continue
            own = status_at(statuses.get(sold.lot, ()), sold.date)
            if own is None or own.status is not Status.RELEASED or own.date < recall.date:
                what = "it" if sold.lot == recalled else _named(recalled)
                yield Gap(
                    sold.lot,
                    f"{sold.units:f} {_named(sold.lot)} sold to {sold.party or 'nobody named'} on "
                    f"{sold.date}, and {what} is recalled since {recall.date}",
                )


def _named(lot: Lot) -> str:
    return f"{lot.commodity} of lot {lot.number}"
