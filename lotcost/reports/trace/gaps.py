"""What somebody has to look into before a trace is closed, each with its numbers."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from lotcost.core.expiry import status_at
from lotcost.core.genealogy import Cycle, descendants
from lotcost.model import ZERO, Kind, Lot, Status
from lotcost.reports.sentence import Sentence
from lotcost.reports.trace.index import Index
from lotcost.reports.trace.values import Gap, Handover, Side, Trace


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
            values = {
                "units": f"{abs(change.units):f}",
                **_named(change.lot),
                "day": change.date,
                "account": change.account,
            }
            if change.units < ZERO:
                message = Sentence(
                    "%(units)s %(commodity)s of lot %(lot)s missing on %(day)s in %(account)s",
                    **values,
                )
            else:
                message = Sentence(
                    "%(units)s %(commodity)s of lot %(lot)s more than the books had on %(day)s in "
                    "%(account)s",
                    **values,
                )
            yield Gap(change.lot, message)


def _unnamed_customers(found: Trace) -> Iterator[Gap]:
    unnamed: dict[Lot, Decimal] = defaultdict(Decimal)
    for sold in found.customers:
        if sold.party is None:
            unnamed[sold.lot] += sold.units
    for lot, units in unnamed.items():
        yield Gap(
            lot,
            Sentence(
                "%(units)s %(commodity)s of lot %(lot)s sold to nobody the ledger names; write the "
                "customer as the payee",
                units=f"{units:f}",
                **_named(lot),
            ),
        )


def _unnamed_sources(index: Index, found: Trace) -> Iterator[Gap]:
    supplied = {each.lot for each in found.suppliers if each.kind is Kind.RECEIPT}
    unnamed = dict.fromkeys(
        each.lot for each in found.suppliers if each.kind is Kind.RECEIPT and each.party is None
    )
    for lot in unnamed:
        yield Gap(
            lot,
            Sentence(
                "%(commodity)s of lot %(lot)s came from nobody the ledger names; write the "
                "supplier as the payee",
                **_named(lot),
            ),
        )
    made = {part.lot for run in found.runs if not run.apart for part in run.made}
    for member in found.members:
        if member.side is not Side.DOWNSTREAM and member.lot not in supplied | made:
            yield Gap(
                member.lot,
                Sentence(
                    "%(commodity)s of lot %(lot)s came with no receipt and no batch: the books do "
                    "not say from where",
                    **_named(member.lot),
                ),
            )


def _early_recalls(index: Index, found: Trace) -> Iterator[Gap]:
    for member in found.affected:
        came = min(line.date for _, line in index.lines[member.lot])
        for day, status, *_ in index.books.said_statuses.get(member.lot, ()):
            if status is Status.RECALLED and day < came:
                yield Gap(
                    member.lot,
                    Sentence(
                        "%(commodity)s of lot %(lot)s is recalled on %(day)s, before it came on "
                        "%(came)s",
                        day=day,
                        came=came,
                        **_named(member.lot),
                    ),
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
                yield Gap(sold.lot, _sold_late(sold, recalled, recall.date))


def _sold_late(sold: Handover, recalled: Lot, since: datetime.date) -> Sentence:
    values = {"units": f"{sold.units:f}", "day": sold.date, "since": since, **_named(sold.lot)}
    others = {"other": recalled.commodity, "other_lot": recalled.number}
    if sold.lot == recalled and sold.party is None:
        return Sentence(
            "%(units)s %(commodity)s of lot %(lot)s sold to nobody named on %(day)s, and it is "
            "recalled since %(since)s",
            **values,
        )
    if sold.lot == recalled:
        return Sentence(
            "%(units)s %(commodity)s of lot %(lot)s sold to %(party)s on %(day)s, and it is "
            "recalled since %(since)s",
            party=sold.party,
            **values,
        )
    if sold.party is None:
        return Sentence(
            "%(units)s %(commodity)s of lot %(lot)s sold to nobody named on %(day)s, and %(other)s "
            "of lot %(other_lot)s is recalled since %(since)s",
            **values,
            **others,
        )
    return Sentence(
        "%(units)s %(commodity)s of lot %(lot)s sold to %(party)s on %(day)s, and %(other)s of lot "
        "%(other_lot)s is recalled since %(since)s",
        party=sold.party,
        **values,
        **others,
    )


def _named(lot: Lot) -> dict[str, str]:
    return {"commodity": lot.commodity, "lot": lot.number}
