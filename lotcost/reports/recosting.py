"""Cost what happened once more, under another method: the same replay that booked it.

The books' lines become events again. Receipts keep their lots, and so do returns to suppliers;
what else goes out takes what the method picks. Nothing is barred, and nothing written down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal, NamedTuple

from lotcost.core.costing import Outcome, Refused, replay
from lotcost.core.stock import Rules
from lotcost.ledger.books import Books, Line
from lotcost.ledger.landed import is_landed, read_landing
from lotcost.model import (
    ZERO,
    Costed,
    Issue,
    Kind,
    Landing,
    Layer,
    Lot,
    Method,
    Money,
    Movement,
    Reason,
    Receipt,
    Revalued,
)
from lotcost.reports.batches import taken_apart
from lotcost.reports.movements import party
from lotcost.reports.order import as_it_happened

Way = Literal["in", "sold", "out"]


class Flow(NamedTuple):
    """What came in, was sold or went out otherwise; negative where it went back."""

    commodity: str
    way: Way
    cost: Decimal


class Recosted(NamedTuple):
    """What a method makes of goods in one currency.

    Attributes:
      plain: What it could not follow, an event's lines each.
    """

    flows: tuple[Flow, ...]
    plain: tuple[tuple[Line, ...], ...]


class _Told(NamedTuple):
    """Lines as one event; `plain` where it is told as goods found and lost."""

    kind: Kind
    lines: tuple[Line, ...]
    event: Movement | Landing
    plain: bool = False


def recost(books: Books, currency: str, method: Method) -> Recosted:
    """Cost all that happened to goods in a currency; under `specific` the lots stay who they were.

    What the method refuses, such as a return without its sale, is told as goods lost, at what the
    method says, and found, at what the books say.
    """
    told = list(_tell(books, currency, by_lot=method is Method.SPECIFIC))
    rules = _rules(books, currency, method)
    while True:
        outcomes = list(replay([each.event for each in told], rules))
        refused = [
            place
            for place, outcome in enumerate(outcomes)
            if isinstance(outcome, Refused) and not told[place].plain
        ]
        if not refused:
            break
        # An issue that is refused mostly lacks what a refused event before it was to bring.
        causes = [place for place in refused if told[place].kind not in _ISSUES] or refused
        for place in causes:
            told[place] = _plainly(told[place])
    flows = tuple(
        flow for each, outcome in zip(told, outcomes, strict=True) for flow in _flows(each, outcome)
    )
    return Recosted(flows, tuple(each.lines for each in told if each.plain))


_ISSUES = frozenset({Kind.SALE, Kind.WRITE_OFF, Kind.ADJUSTMENT})


def _rules(books: Books, currency: str, method: Method) -> Rules:
    finest = books.config.cent(currency)
    # Beancount books finer than cents where a unit cost does.
    while any(line.cost % finest for line in books.lines if line.currency == currency):
        finest /= 10

    def averages_lots(account: str) -> bool:
        policy = books.config.policy(account)
        return method is Method.SPECIFIC and policy is not None and policy.averages_lots

    return Rules(
        method=lambda account: method,
        averages_lots=averages_lots,
        cent=lambda name: finest if name == currency else books.config.cent(name),
        unit_weight=books.config.unit_weight,
        statuses={},
        convert=books.convert,
        expires={},
        has_leg=lambda account, key: True,
        reverses=False,
    )


def _tell(books: Books, currency: str, by_lot: bool) -> Iterator[_Told]:
    lines = [line for _, line in as_it_happened(books) if line.currency == currency]
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
                yield _Told(kind, tuple(part), movement)


_TOGETHER = frozenset({Kind.TRANSFER, Kind.PRODUCTION, Kind.LANDED_COST})


def _movement(books: Books, lines: Sequence[Line], by_lot: bool, apart: bool) -> Movement:
    first = lines[0]
    txn = books.entries[first.entry]
    # What goes back to its supplier, or is taken apart, is that lot under every method.
    named = by_lot or apart or first.kind is Kind.PURCHASE_RETURN
    made = {line.lot: _share(line, lines) for line in lines if line.units > ZERO}
    reason = first.reason if first.reason in set(Reason) else None
    return Movement(
        first.kind,
        first.date,
        first.entry,
        issues=tuple(
            _issue(place, line, named) for place, line in enumerate(lines) if line.units < ZERO
        ),
        receipts=tuple(
            _receipt(place, line, by_lot, None if apart else made[line.lot])
            for place, line in enumerate(lines)
            if line.units > ZERO
        ),
        links=txn.links or frozenset(),
        party=party(books, first) or "",
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
    return line.source["cost-share"] if None not in said and line in outputs else line.cost


def _landings(books: Books, lines: Sequence[Line], own: Sequence[Lot]) -> Iterator[_Told]:
    """Read the legs again that say landed costs; what they made dearer stands beside them."""
    entry = lines[0].entry
    txn = books.entries[entry]
    for place, posting in enumerate(txn.postings):
        source = posting.meta or {}
        if not is_landed(posting) or "lot-commodity" in source:
            continue
        landed = tuple(line for line in lines if _at(line.source) == _at(source))
        if landed:
            event = read_landing(place, posting, entry, txn, own, books.config)
            yield _Told(Kind.LANDED_COST, landed, event)


def _at(meta: Mapping[str, Any]) -> tuple[str, int]:
    return meta["filename"], meta["lineno"]


def _plainly(told: _Told) -> _Told:
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


def _flows(told: _Told, outcome: Outcome) -> Iterator[Flow]:
    """Say what an event moved; goods on their way between accounts come in less and more."""
    if isinstance(outcome, Costed):
        goes, comes = _WAYS.get(told.kind, ("out", "in"))
        back = -1 if goes == comes == "in" else 1
        for part in _parts(outcome.drawn):
            yield Flow(part.lot.commodity, goes, back * part.cost)
        for part in _parts(outcome.put):
            yield Flow(part.lot.commodity, comes, -part.cost if comes == "sold" else part.cost)
        for recost in outcome.recosts:
            borne = recost.after.cost - recost.before.cost
            yield Flow(recost.after.lot.commodity, "out", -borne)
    elif isinstance(outcome, Revalued):
        for recost in outcome.recosts:
            more = recost.after.cost - recost.before.cost
            yield Flow(recost.after.lot.commodity, "in", more)
        for charge in outcome.charges:
            yield Flow(charge.lot.commodity, "in", charge.amount.number)
            yield Flow(charge.lot.commodity, "sold", charge.amount.number)
    else:
        for line in told.lines:
            yield from booked(line, gone=True)


_WAYS: Mapping[Kind, tuple[Way, Way]] = {
    Kind.SALE: ("sold", "in"),
    Kind.SALE_RETURN: ("sold", "sold"),
    Kind.PURCHASE_RETURN: ("in", "in"),
    Kind.TRANSFER: ("in", "in"),
}


def booked(line: Line, gone: bool = False) -> Iterator[Flow]:
    """Say what a line moved in the books; a landed cost may be taken for that of goods gone."""
    commodity = line.lot.commodity
    if line.kind is Kind.LANDED_COST:
        yield Flow(commodity, "in", line.cost)
        if line.expensed or gone:
            yield Flow(commodity, "sold", line.cost)
        return
    goes, comes = _WAYS.get(line.kind, ("out", "in"))
    way = comes if line.units > ZERO else goes
    yield Flow(commodity, way, line.cost if way == "in" else -line.cost)


def _parts(layers: Iterable[tuple[Layer, ...]]) -> Iterator[Layer]:
    return (part for parts in layers for part in parts)
