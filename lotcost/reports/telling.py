"""Tell the books' lines as events again, so that a replay can cost them anew.

Receipts keep their lots, and so do returns to suppliers and batches taken apart; what else goes
out takes what the method picks, unless lots are asked for. What was written down is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from lotcost.ledger.books import Books, Line
from lotcost.ledger.landed import is_landed, read_landing
from lotcost.ledger.lineage import taken_apart
from lotcost.model import ZERO, Issue, Kind, Landing, Lot, Money, Movement, Reason, Receipt


class Told(NamedTuple):
    """Lines as one event; `plain` where it is told as goods found and lost."""

    kind: Kind
    lines: tuple[Line, ...]
    event: Movement | Landing
    plain: bool = False


def tell(books: Books, currency: str, by_lot: bool) -> Iterator[Told]:
    """Yield what happened to goods in a currency, in order.

    Args:
      by_lot: Whether each lot stays who it was.
    """
    lines = [line for line in books.lines if line.currency == currency]
    apart = taken_apart(lines)
    for entry, group in groupby(lines, key=lambda line: line.entry):
        of_entry = list(group)
        together: dict[object, list[Line]] = defaultdict(list)
        for place, line in enumerate(of_entry):
            together[line.kind if line.kind in _TOGETHER else place].append(line)
        # A batch is made before what its own transaction says became of it.
        for part in sorted(together.values(), key=lambda part: part[0].kind is not Kind.PRODUCTION):
            kind = part[0].kind
            if kind is Kind.LANDED_COST:
                own = [line.lot for line in of_entry if line.kind is Kind.RECEIPT]
                yield from _landings(books, part, own)
            elif kind is not Kind.WRITE_DOWN:
                movement = _movement(books, part, by_lot, entry in apart)
                yield Told(kind, tuple(part), movement)


_TOGETHER = frozenset({Kind.TRANSFER, Kind.PRODUCTION, Kind.LANDED_COST})


def plainly(told: Told) -> Told:
    """Tell an event as goods lost and found, which no method refuses."""
    if isinstance(told.event, Landing):
        return told._replace(plain=True)
    found = tuple(
        Receipt(place, line.account, *line.lot, line.units, Money(line.cost, line.currency))
        for place, line in enumerate(told.lines)
        if line.units > ZERO
    )
    lost = tuple(issue._replace(lot=None) for issue in told.event.issues)
    event = told.event._replace(kind=Kind.ADJUSTMENT, issues=lost, receipts=found, reason=None)
    return told._replace(event=event, plain=True)


def _movement(books: Books, lines: Sequence[Line], by_lot: bool, apart: bool) -> Movement:
    first = lines[0]
    txn = books.entries[first.entry]
    # What goes back to its supplier, or is taken apart, is that lot under every method.
    named = by_lot or apart or first.kind is Kind.PURCHASE_RETURN
    reason = first.reason if first.reason in set(Reason) else None
    return Movement(
        first.kind,
        first.date,
        first.entry,
        issues=tuple(
            _issue(place, line, named) for place, line in enumerate(lines) if line.units < ZERO
        ),
        receipts=tuple(
            _receipt(place, line, by_lot, None if apart else _share(line, lines))
            for place, line in enumerate(lines)
            if line.units > ZERO
        ),
        links=txn.links or frozenset(),
        party=books.party(first) or "",
        reason=None if reason is None else Reason(reason),
        beside=Money(sum((line.cost for line in lines), ZERO), first.currency),
    )


def _issue(place: int, line: Line, named: bool) -> Issue:
    commodity, lot = line.lot
    return Issue(place, line.account, commodity, lot if named else None, -line.units)


def _receipt(place: int, line: Line, by_lot: bool, share: Decimal | None) -> Receipt:
    commodity, lot = line.lot
    receipt = Receipt(place, line.account, commodity, lot, line.units)
    if line.kind in {Kind.SALE_RETURN, Kind.TRANSFER}:
        return receipt if by_lot else receipt._replace(lot=None)
    if line.kind is Kind.PRODUCTION and "cost" not in line.source:
        return receipt._replace(share=share)
    return receipt._replace(cost=Money(line.cost, line.currency), acquired=line.acquired)


def _share(line: Line, batch: Sequence[Line]) -> Decimal:
    """Return an output's share of its batch: as written, else what the books let it bear."""
    outputs = [each for each in batch if each.units > ZERO and "cost" not in each.source]
    said = [each.source.get("cost-share") for each in outputs]
    # One posting of several serial numbers has one share for all of them.
    written = {(each.source["filename"], each.source["lineno"]) for each in outputs}
    if None in said or line not in outputs or len(written) < len(outputs):
        return line.cost
    share: Decimal = line.source["cost-share"]
    return share


def _landings(books: Books, lines: Sequence[Line], own: Sequence[Lot]) -> Iterator[Told]:
    """Read the legs again that say landed costs; what they made dearer stands beside them."""
    entry = lines[0].entry
    txn = books.entries[entry]
    for place, posting in enumerate(txn.postings):
        source = posting.meta or {}
        elided_goods = books.config.is_goods(posting.units.currency)  # beside money of its line
        if not is_landed(posting) or "lot-commodity" in source or elided_goods:
            continue
        landed = tuple(line for line in lines if _at(line.source) == _at(source))
        if landed:
            event = read_landing(place, posting, entry, txn, own, books.config)
            yield Told(Kind.LANDED_COST, landed, event)


def _at(meta: Mapping[str, Any]) -> tuple[str, int]:
    return meta["filename"], meta["lineno"]
