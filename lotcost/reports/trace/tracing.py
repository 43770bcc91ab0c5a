"""Trace lots: walk their family, and gather what the books say of each lot in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from lotcost.core.genealogy import Batch, Cycle, Kin, ancestors, descendants
from lotcost.ledger.books import Line
from lotcost.ledger.collecting import no_collecting
from lotcost.model import SOLD, ZERO, Kind, Lot
from lotcost.reports.movements import document
from lotcost.reports.report import money, trimmed
from lotcost.reports.stock import averaging, status
from lotcost.reports.trace.balance import balance
from lotcost.reports.trace.gaps import gaps
from lotcost.reports.trace.index import Index
from lotcost.reports.trace.values import (
    Change,
    Exposure,
    Handover,
    Held,
    Member,
    Run,
    Side,
    Trace,
)

_BOUGHT = frozenset({Kind.RECEIPT, Kind.PURCHASE_RETURN})
_CHANGED = frozenset({Kind.WRITE_OFF, Kind.ADJUSTMENT})


def trace(index: Index, lots: Iterable[Lot]) -> Trace | Cycle:
    """Trace lots both ways; lots that are made of each other are refused as a cycle.

    Args:
      lots: At least one line of the books moves each of them.
    """
    with no_collecting():
        return _trace(index, tuple(dict.fromkeys(lots)))


def _trace(index: Index, asked: tuple[Lot, ...]) -> Trace | Cycle:
    down = descendants(index.genealogy, asked)
    if isinstance(down, Cycle):
        return down
    up = ancestors(index.genealogy, asked)
    if isinstance(up, Cycle):
        return up
    sides = {
        **dict.fromkeys((kin.lot for kin in up.kin), Side.UPSTREAM),
        **dict.fromkeys((kin.lot for kin in down.kin), Side.DOWNSTREAM),
        **dict.fromkeys(asked, Side.TRACED),
    }
    members = _members(index, up.kin, down.kin, sides)
    affected = [member for member in members if member.side is not Side.UPSTREAM]
    sources = [member for member in members if member.side is not Side.DOWNSTREAM]
    found = Trace(
        lots=asked,
        at=index.books.at,
        members=members,
        runs=tuple(_runs(index, up.batches, down.batches, sides)),
        suppliers=tuple(_handovers(index, sources, _BOUGHT)),
        customers=tuple(_handovers(index, affected, SOLD)),
        changes=tuple(_changes(index, affected)),
        on_hand=tuple(_on_hand(index, affected)),
        balances=tuple(balance(index, member) for member in affected),
        exposures=(),
        gaps=(),
    )
    found = found._replace(exposures=tuple(_exposures(index, found)))
    return found._replace(gaps=tuple(gaps(index, found)))


def _members(
    index: Index, up: Sequence[Kin], down: Sequence[Kin], sides: Mapping[Lot, Side]
) -> tuple[Member, ...]:
    """List upstream lots from the farthest on, the traced ones, and those downstream."""
    traced = [kin for kin in down if sides[kin.lot] is Side.TRACED]
    upstream = [kin for kin in up if sides[kin.lot] is Side.UPSTREAM]
    upstream.sort(key=lambda kin: (-kin.depth, kin.lot))
    downstream = [kin for kin in down if sides[kin.lot] is Side.DOWNSTREAM]
    return tuple(_member(index, kin, sides[kin.lot]) for kin in (*upstream, *traced, *downstream))


def _member(index: Index, kin: Kin, side: Side) -> Member:
    books = index.books
    goods = books.config.commodities.get(kin.lot.commodity)
    name = goods.meta.get("name") if goods is not None else None
    card = books.cards.card(kin.lot)
    expires = card.get("expires")
    units = sum((line.units for _, line in index.lines.get(kin.lot, ())), ZERO)
    return Member(
        kin.lot,
        side,
        kin.depth,
        None if name is None else str(name),
        status(books, kin.lot, expires, units),
        expires,
        card,
    )


def _runs(
    index: Index, up: Iterable[Batch], down: Iterable[Batch], sides: Mapping[Lot, Side]
) -> Iterator[Run]:
    """List the batches that join the family, and all others that moved an affected lot.

    Those take one apart, or made more of it out of lots that are not affected.
    """
    found = {batch.key: (batch, Side.UPSTREAM) for batch in up}
    found |= {batch.key: (batch, Side.DOWNSTREAM) for batch in down}
    for lot, side in sides.items():
        for batch, _ in index.net(lot) if side is not Side.UPSTREAM else ():
            found.setdefault(batch.key, (batch, Side.DOWNSTREAM))
    for key in sorted(found):
        batch, side = found[key]
        txn = index.books.entries[batch.key[0]]
        yield Run(
            key=key,
            side=side,
            date=batch.date,
            used=batch.used,
            made=batch.made,
            apart=key[0] in index.apart,
            narration=txn.narration or None,
            document=document(txn),
            source=index.books.place(txn.meta),
        )


def _handovers(
    index: Index, members: Iterable[Member], kinds: frozenset[Kind]
) -> Iterator[Handover]:
    books = index.books
    sign = -1 if kinds is SOLD else 1
    for place, line, member in _lines(index, members):
        if line.kind not in kinds:
            continue
        txn = books.entries[line.entry]
        cent = books.config.cent(line.currency)
        earned = books.earned(place)
        yield Handover(
            party=books.party(line),
            lot=member.lot,
            side=member.side,
            kind=line.kind,
            date=line.date,
            units=trimmed(sign * line.units),
            account=line.account,
            document=document(txn),
            currency=line.currency,
            cost=money(sign * line.cost, cent),
            revenue=None if earned is None else money(earned.number, cent),
            narration=txn.narration or None,
            source=books.place(line.source),
            entry=line.entry,
        )


def _lines(index: Index, members: Iterable[Member]) -> list[tuple[int, Line, Member]]:
    """Return the lines of some lots in the order they happened."""
    found = (
        (place, line, member)
        for member in members
        for place, line in index.lines.get(member.lot, ())
    )
    return sorted(found, key=lambda each: each[0])


def _changes(index: Index, members: Iterable[Member]) -> Iterator[Change]:
    books = index.books
    for _, line, member in _lines(index, members):
        if line.kind in _CHANGED and line.units:
            txn = books.entries[line.entry]
            yield Change(
                lot=member.lot,
                side=member.side,
                kind=line.kind,
                date=line.date,
                units=trimmed(line.units),
                account=line.account,
                party=books.party(line),
                document=document(txn),
                reason=line.reason,
                currency=line.currency,
                cost=money(line.cost, books.config.cent(line.currency)),
                source=books.place(line.source),
                entry=line.entry,
            )


def _on_hand(index: Index, members: Sequence[Member]) -> Iterator[Held]:
    books = index.books
    lots = {member.lot for member in members}
    averaged = averaging(books.only(lambda line: line.lot in lots))
    for member in members:
        units: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        costs: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for _, line in index.lines.get(member.lot, ()):
            units[line.account, line.currency] += line.units
            costs[line.account, line.currency] += line.stock_cost
        for (account, currency), number in sorted(units.items()):
            if number:
                policy = books.config.policy(account)
                cost = costs[account, currency] + averaged.get(
                    (account, member.lot, currency), ZERO
                )
                yield Held(
                    lot=member.lot,
                    side=member.side,
                    account=account,
                    units=trimmed(number),
                    currency=currency,
                    cost=money(cost, books.config.cent(currency)),
                    status=member.status,
                    expires=member.expires,
                    owner=None if policy is None else policy.owner,
                )


def _exposures(index: Index, found: Trace) -> Iterator[Exposure]:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    for held in found.on_hand:
        sums[held.currency][0] += held.cost
    for member in found.affected:
        for _, line in index.lines.get(member.lot, ()):
            if line.kind in SOLD:
                sums[line.currency][1] -= line.cost
            elif line.expensed:
                sums[line.currency][1] += line.cost
            elif line.kind is Kind.WRITE_OFF:
                sums[line.currency][2] -= line.cost
    for sold in found.customers:
        sums[sold.currency][3] += sold.revenue or ZERO
    for currency, amounts in sorted(sums.items()):
        cent = index.books.config.cent(currency)
        yield Exposure(currency, *(money(amount, cent) for amount in amounts))
