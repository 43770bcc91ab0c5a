"""Replay events in order and say what each one drew and put, at what cost.

An event is booked whole or refused whole: what a refused one had drawn goes back to where
it came from, which leaves the stock as it was.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from lotcost.core.counting import count, find
from lotcost.core.due import Due
from lotcost.core.landing import land
from lotcost.core.production import make
from lotcost.core.refusals import LotsDiffer, NoPrice, Refusal, Uneven
from lotcost.core.returns import bring_back
from lotcost.core.rounding import split
from lotcost.core.rules import Rules
from lotcost.core.stock import RefusedError, Stock
from lotcost.core.valuing import close, expire, lose, write_down
from lotcost.model import (
    BRINGS_LOTS,
    ZERO,
    Closing,
    Costed,
    Count,
    Event,
    Expiring,
    Issue,
    Kind,
    Landing,
    Layer,
    Lot,
    Money,
    Movement,
    Reason,
    Receipt,
    Revalued,
    WriteDown,
    maker,
)

_costed = maker(Costed)


class Refused(NamedTuple):
    """An event that was not booked, the posting at fault, and why."""

    event: Event
    posting: int
    why: Refusal


Outcome = Costed | Revalued | Refused | None


def replay(events: Sequence[Event], rules: Rules) -> Iterator[Outcome]:
    """Cost events, which come in date order, ties in file order.

    An event with nothing to book, as a count that agrees, gives None. So does a landed cost on
    its own transaction's goods where they were refused: one cause gives one error. Where the rules
    say that what expires is written off by itself, that comes between the events.
    """
    stock = Stock(rules, cache(lambda: _arrivals(events)))
    refused_entries: set[int] = set()
    for event in events if stock.due is None else _with_mornings(events, stock.due):
        if type(event) is Landing and event.is_on_own and event.entry in refused_entries:
            yield None
            continue
        stock.begin()
        try:
            what = event.kind if type(event) is Movement else type(event)
            outcome: Outcome = _BOOK[what](stock, event)
        except RefusedError as refused:
            stock.put_back()
            outcome = Refused(event, refused.posting, refused.why)
            refused_entries.add(event.entry)
        yield outcome


def _with_mornings(events: Sequence[Event], due: Due) -> Iterator[Event]:
    """Put among events, before those of their day, the write-offs of what has expired."""
    for event in events:
        yield from due.by(event.date)
        due.today = event.date
        yield event
    yield from due.by(datetime.date.max)


def _arrivals(events: Sequence[Event]) -> dict[Lot, datetime.date]:
    arrivals: dict[Lot, datetime.date] = {}
    for event in events:
        if isinstance(event, Movement) and event.kind in BRINGS_LOTS:
            for receipt in event.receipts:
                if receipt.lot is not None:
                    arrivals.setdefault(Lot(receipt.commodity, receipt.lot), event.date)
        elif isinstance(event, Count) and (event.cost or event.at_last_cost):
            arrivals.setdefault(event.lot, event.date)
    return arrivals


def _receive(stock: Stock, movement: Movement) -> Costed:
    """Goods in at the cost their documents say."""
    receipts, day, links = movement.receipts, movement.date, movement.links
    for receipt in receipts:
        stock.check(receipt)
    put = tuple([(stock.receive(each, day, links),) for each in receipts])
    return _costed((movement, (), put, ()))


def _issue(stock: Stock, movement: Movement) -> Costed:
    """Goods out for good."""
    drawn = stock.draw_all(movement.issues, movement.kind, movement.date)
    return _costed((movement, drawn, (), ()))


def _sell(stock: Stock, movement: Movement) -> Costed:
    costed = _issue(stock, movement)
    if movement.sold_in:
        for issue, parts in zip(movement.issues, costed.drawn, strict=True):
            _want_prices(stock, movement, issue, parts)
    stock.sales.add(costed)
    return costed


def _want_prices(stock: Stock, movement: Movement, issue: Issue, parts: Sequence[Layer]) -> None:
    """Refuse a sale in a currency that what its goods cost has no price in."""
    for part in parts:
        for currency in movement.sold_in:
            if currency == part.currency:
                continue
            cost = Money(part.cost, part.currency)
            if stock.rules.convert(cost, currency, movement.date) is None:
                raise RefusedError(issue.posting, NoPrice(part.currency, currency))


def _send_back(stock: Stock, movement: Movement) -> Costed:
    """Goods back to their supplier, at what they cost."""
    costed = _issue(stock, movement)
    cost = sum((part.cost for parts in costed.drawn for part in parts), ZERO)
    if movement.beside is not None and -movement.beside.number != cost:
        stock.want_leg(movement.issues[0].posting, movement.issues[0].account, "lot-adjustment")
    for parts in costed.drawn:
        for part in parts:
            stock.pasts[part.lot].units -= part.units
            stock.pasts[part.lot].cost -= part.cost
    return costed


def _write_off(stock: Stock, movement: Movement) -> Costed:
    costed = _issue(stock, movement)
    if movement.reason is Reason.NORMAL_LOSS:
        return lose(stock, costed)
    return costed


def _adjust(stock: Stock, movement: Movement) -> Costed:
    """Goods lost or found: out at what they cost, in at what is written, else at their lot's."""
    costed = _issue(stock, movement)
    put = tuple(find(stock, receipt, movement.date) for receipt in movement.receipts)
    return costed._replace(put=put)


def _transfer(stock: Stock, movement: Movement) -> Costed:
    """Goods from one account to another: lot, cost and date travel along."""
    drawn = _issue(stock, movement).drawn
    moving: dict[str, list[Layer]] = defaultdict(list)
    for issue, parts in zip(movement.issues, drawn, strict=True):
        moving[issue.commodity].extend(parts)
    for commodity, leaving in moving.items():
        arriving = [each for each in movement.receipts if each.commodity == commodity]
        into = sum((receipt.units for receipt in arriving), ZERO)
        out = sum((part.units for part in leaving), ZERO)
        if into != out:
            raise RefusedError(arriving[-1].posting, Uneven(commodity, out, into))
    arrived = {
        place: list(_first(moving[receipt.commodity], receipt, stock.rules))
        for place, receipt in sorted(
            enumerate(movement.receipts), key=lambda each: each[1].lot is None
        )
    }
    for each in {each.account: each for each in reversed(movement.receipts)}.values():
        here = [place for place, to in enumerate(movement.receipts) if to.account == each.account]
        stock.check_parts(each.posting, each.account, [p for at in here for p in arrived[at]])
    return Costed(movement, drawn, _arrive(stock, movement.receipts, arrived))


def _arrive(
    stock: Stock, receipts: Sequence[Receipt], arrived: Mapping[int, list[Layer]]
) -> tuple[tuple[Layer, ...], ...]:
    """Put what arrives where it goes, and return it as it is held there, receipt by receipt.

    All of one commodity at once, last out first: what returns to where it left from then undoes
    its leaving.
    """
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, receipt in enumerate(receipts):
        together[receipt.account, receipt.commodity].append(place)
    put: dict[int, tuple[Layer, ...]] = {}
    for (account, _), places in together.items():
        parts = [part for place in places for part in arrived[place]]
        held = iter(stock.put_together(account, parts[::-1])[::-1])
        put |= {place: tuple(islice(held, len(arrived[place]))) for place in places}
    return tuple(put[place] for place in range(len(receipts)))


def _first(parts: list[Layer], receipt: Receipt, rules: Rules) -> Iterator[Layer]:
    """Take units off the front of a list of layers, parting the last one where it must be."""
    units = receipt.units
    while units:
        place = next(
            (at for at, each in enumerate(parts) if receipt.lot in {None, each.lot.number}), None
        )
        if place is None:
            raise RefusedError(receipt.posting, LotsDiffer(receipt.commodity, receipt.lot or ""))
        part = parts.pop(place)
        if part.units > units:
            part, rest = split(part, units, rules.cent(part.currency))
            parts.insert(place, rest)
        units -= part.units
        yield part


# A dict and no `singledispatch`, which takes longer to find a function than some take to run.
_BOOK: Mapping[Kind | type[Event], Callable[[Stock, Any], Outcome]] = {
    Kind.RECEIPT: _receive,
    Kind.SALE: _sell,
    Kind.SALE_RETURN: bring_back,
    Kind.PURCHASE_RETURN: _send_back,
    Kind.TRANSFER: _transfer,
    Kind.PRODUCTION: make,
    Kind.WRITE_OFF: _write_off,
    Kind.ADJUSTMENT: _adjust,
    Landing: land,
    WriteDown: write_down,
    Count: count,
    Expiring: expire,
    Closing: close,
}
