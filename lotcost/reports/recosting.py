"""Cost what happened once more, under another method: the same replay that booked it.

Nothing is barred, and nothing written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from lotcost.core.costing import Outcome, Refused, replay
from lotcost.core.rules import Rules
from lotcost.ledger.books import Books, Line
from lotcost.model import ZERO, Costed, Kind, Layer, Method, Revalued
from lotcost.reports.telling import Told, plainly, tell

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


def recost(books: Books, currency: str, method: Method) -> Recosted:
    """Cost all that happened to goods in a currency; under `specific` the lots stay who they were.

    What the method refuses, such as a return without its sale, is told as goods lost, at what the
    method says, and found, at what the books say.
    """
    told = list(tell(books, currency, by_lot=method is Method.SPECIFIC))
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
            told[place] = plainly(told[place])
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
        values=lambda account: True,
        has_leg=lambda account, key: True,
        reverses=False,
    )


def _flows(told: Told, outcome: Outcome) -> Iterator[Flow]:
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
