"""Replay movements in order and say what each one drew and put, at what cost.

A movement is booked whole or refused whole: what a refused one had drawn goes back to
where it came from, which leaves the stock as it was.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from lotcost.core import expiry
from lotcost.core.matching import SORT_KEYS, Shelf
from lotcost.core.refusals import (
    Bar,
    Barred,
    CurrencyDiffers,
    Held,
    LotNeeded,
    NotArrived,
    NotSold,
    Refusal,
    Short,
    Uneven,
    UnknownLot,
)
from lotcost.core.rounding import split, unit_cost_to_hold
from lotcost.model import ZERO, Basis, Costed, Issue, Kind, Layer, Lot, Method, Movement, Receipt

_USES_UP = frozenset({Kind.SALE, Kind.PRODUCTION})  # what a barred lot may not be issued for


class Rules(NamedTuple):
    """What the ledger laid down before the first movement.

    Attributes:
      method: The method of an account.
      cent: The smallest unit of a currency.
      statuses: Each lot's status directives in date order.
    """

    method: Callable[[str], Method]
    cent: Callable[[str], Decimal]
    statuses: expiry.StatusHistory


class Refused(NamedTuple):
    """A movement that was not booked, the posting at fault, and why."""

    movement: Movement
    posting: int
    why: Refusal


class _Sold(NamedTuple):
    """What a sale drew, in the order it was drawn; customer returns shorten it."""

    movement: Movement
    parts: list[Layer]


class _RefusedError(Exception):
    """Ends a movement half way; never leaves this module."""

    def __init__(self, posting: int, why: Refusal) -> None:
        self.posting = posting
        self.why = why


def replay(movements: Sequence[Movement], rules: Rules) -> Iterator[Costed | Refused]:
    """Cost movements, which come in date order, ties in file order."""
    stock = _Stock(rules, _arrivals(movements))
    for movement in movements:
        stock.drawn.clear()
        try:
            outcome: Costed | Refused = _BOOK[movement.kind](stock, movement)
        except _RefusedError as refused:
            stock.put_back()
            outcome = Refused(movement, refused.posting, refused.why)
        yield outcome


def _arrivals(movements: Sequence[Movement]) -> dict[Lot, datetime.date]:
    arrivals: dict[Lot, datetime.date] = {}
    for movement in movements:
        for receipt in movement.receipts:
            if receipt.lot is not None and _BOOK[movement.kind] is _receive:
                arrivals.setdefault(Lot(receipt.commodity, receipt.lot), movement.date)
    return arrivals


class _Stock:
    """Everything on hand, what the movement at hand drew of it, and what was ever sold."""

    def __init__(self, rules: Rules, arrivals: Mapping[Lot, datetime.date]) -> None:
        self.rules = rules
        self.arrivals = arrivals
        self.drawn: list[tuple[str, Layer]] = []
        self.sold: dict[str, list[_Sold]] = defaultdict(list)
        self.currencies: dict[Lot, str] = {}
        self.receipts = 0
        self._shelves: dict[tuple[str, str], Shelf] = {}

    def shelf(self, account: str, commodity: str) -> Shelf:
        shelf = self._shelves.get((account, commodity))
        if shelf is None:
            shelf = Shelf(SORT_KEYS[self.rules.method(account)])
            self._shelves[account, commodity] = shelf
        return shelf

    def put(self, account: str, layer: Layer) -> None:
        self.shelf(account, layer.lot.commodity).put(layer, self.rules.cent(layer.currency))

    def put_back(self) -> None:
        """Undo the draws of the movement at hand, last first."""
        for account, layer in reversed(self.drawn):
            self.put(account, layer)

    def draw(self, issue: Issue, movement: Movement) -> tuple[Layer, ...]:
        """Draw what an issue asks for, or refuse it."""
        shelf = self.shelf(issue.account, issue.commodity)
        lot = issue.lot
        if lot is None and self.rules.method(issue.account) is Method.SPECIFIC:
            lot = _only_lot(shelf, issue)
        barred = partial(self._bar, movement.date) if movement.kind in _USES_UP else None
        parts = shelf.take(issue.units, lot, barred, self.rules.cent)
        if parts is None:
            raise _RefusedError(issue.posting, self._why_not(shelf, issue, lot, movement))
        self.drawn.extend((issue.account, part) for part in parts)
        return parts

    def _bar(self, day: datetime.date, layer: Layer) -> Bar | None:
        return expiry.bar(layer.lot, layer.expires, self.rules.statuses, day)

    def _why_not(self, shelf: Shelf, issue: Issue, lot: str | None, movement: Movement) -> Refusal:
        if lot is not None:
            wanted = Lot(issue.commodity, lot)
            if wanted not in self.arrivals:
                return _unknown(wanted, self.arrivals)
            if wanted not in self.currencies:
                return NotArrived(wanted, self.arrivals[wanted])
        uses_up = movement.kind in _USES_UP
        held = _held(
            (layer, self._bar(movement.date, layer) if uses_up else None)
            for layer in shelf.layers(lot)
        )
        if lot is not None and held and held[0].bar is not None:
            return Barred(issue.account, Lot(issue.commodity, lot), held[0].bar)
        return Short(issue.account, issue.commodity, lot, issue.units, held)


def _held(layers: Iterable[tuple[Layer, Bar | None]]) -> tuple[Held, ...]:
    """Sum layers up by lot, in the order given."""
    units: dict[tuple[str, Bar | None], Decimal] = defaultdict(Decimal)
    for layer, bar in layers:
        units[layer.lot.number, bar] += layer.units
    return tuple(Held(number, total, bar) for (number, bar), total in units.items())


def _only_lot(shelf: Shelf, issue: Issue) -> str | None:
    """Under specific identification the lot may be left out where a single one is open."""
    held = _held((layer, None) for layer in shelf.layers())
    if len(held) > 1:
        raise _RefusedError(issue.posting, LotNeeded(issue.account, issue.commodity, held))
    return held[0].lot if held else None


def _unknown(lot: Lot, arrivals: Iterable[Lot]) -> UnknownLot:
    known = sorted(other.number for other in arrivals if other.commodity == lot.commodity)
    elsewhere = sorted(other.commodity for other in arrivals if other.number == lot.number)
    return UnknownLot(lot, tuple(known), tuple(elsewhere))


def _receive(stock: _Stock, movement: Movement) -> Costed:
    """Goods in at the cost their documents say."""
    put = []
    for receipt in movement.receipts:
        assert receipt.lot is not None and receipt.cost is not None  # the reader saw to it
        lot = Lot(receipt.commodity, receipt.lot)
        cost, currency = receipt.cost
        if stock.currencies.setdefault(lot, currency) != currency:
            why = CurrencyDiffers(lot, stock.currencies[lot], currency)
            raise _RefusedError(receipt.posting, why)
        stock.receipts += 1
        cent = stock.rules.cent(currency)
        layer = Layer(
            lot,
            movement.date,
            stock.receipts,
            receipt.expires,
            receipt.units,
            cost,
            currency,
            unit_cost_to_hold(receipt.units, cost, receipt.unit_cost, cent),
            Basis(receipt.units, cost),
        )
        put.append((receipt.account, layer))
    for account, layer in put:
        stock.put(account, layer)
    return Costed(movement, (), tuple((layer,) for _, layer in put))


def _issue(stock: _Stock, movement: Movement) -> Costed:
    """Goods out for good."""
    return Costed(movement, tuple(stock.draw(issue, movement) for issue in movement.issues), ())


def _sell(stock: _Stock, movement: Movement) -> Costed:
    costed = _issue(stock, movement)
    for issue, parts in zip(movement.issues, costed.drawn, strict=True):
        stock.sold[issue.commodity].append(_Sold(movement, list(parts)))
    return costed


def _transfer(stock: _Stock, movement: Movement) -> Costed:
    """Goods from one account to another: lot, cost and date travel along."""
    drawn = tuple(stock.draw(issue, movement) for issue in movement.issues)
    moving: dict[str, list[Layer]] = defaultdict(list)
    for issue, parts in zip(movement.issues, drawn, strict=True):
        moving[issue.commodity].extend(parts)
    for commodity, parts in moving.items():
        arriving = [each for each in movement.receipts if each.commodity == commodity]
        into = sum((receipt.units for receipt in arriving), ZERO)
        out = sum((part.units for part in parts), ZERO)
        if into != out:
            raise _RefusedError(arriving[-1].posting, Uneven(commodity, out, into))
    put = tuple(
        tuple(_first(moving[receipt.commodity], receipt.units, stock.rules))
        for receipt in movement.receipts
    )
    for receipt, parts in zip(movement.receipts, put, strict=True):
        for part in parts:
            stock.put(receipt.account, part)
    return Costed(movement, drawn, put)


def _first(parts: list[Layer], units: Decimal, rules: Rules) -> Iterator[Layer]:
    """Take units off the front of a list of layers, parting the last one where it must be."""
    while units:
        part = parts.pop(0)
        if part.units > units:
            part, rest = split(part, units, rules.cent(part.currency))
            parts.insert(0, rest)
        units -= part.units
        yield part


def _bring_back(stock: _Stock, movement: Movement) -> Costed:
    """Goods back from a customer, to their lots at the cost they left at, last out first."""
    put = []
    for receipt in movement.receipts:
        sales = _sales_of(stock.sold[receipt.commodity], receipt, movement)
        sold = sum((part.units for sale in sales for part in _of_lot(sale, receipt.lot)), ZERO)
        if sold < receipt.units:
            why = NotSold(receipt.commodity, receipt.lot, receipt.units, sold)
            raise _RefusedError(receipt.posting, why)
        parts = tuple(_last(sales, receipt, stock.rules))
        for part in parts:
            stock.put(receipt.account, part)
        put.append(parts)
    return Costed(movement, (), tuple(put))


def _sales_of(sold: list[_Sold], receipt: Receipt, movement: Movement) -> list[_Sold]:
    """Find the sales goods come back from, latest first.

    Those that share a link with the return; else those to the same customer; else all.
    """
    sales = [sale for sale in reversed(sold) if any(_of_lot(sale, receipt.lot))]
    linked = [sale for sale in sales if sale.movement.links & movement.links]
    theirs = [sale for sale in sales if movement.party and sale.movement.party == movement.party]
    return linked or theirs or sales


def _of_lot(sale: _Sold, lot: str | None) -> list[Layer]:
    return [part for part in sale.parts if lot is None or part.lot.number == lot]


def _last(sales: list[_Sold], receipt: Receipt, rules: Rules) -> Iterator[Layer]:
    """Take back the units that left last."""
    units = receipt.units
    for sale in sales:
        for part in reversed(_of_lot(sale, receipt.lot)):
            if not units:
                return
            place = sale.parts.index(part)
            if part.units > units:
                kept, back = split(part, part.units - units, rules.cent(part.currency))
                sale.parts[place] = kept
            else:
                back = sale.parts.pop(place)
            units -= back.units
            yield back


_BOOK: Mapping[Kind, Callable[[_Stock, Movement], Costed]] = {
    Kind.RECEIPT: _receive,
    Kind.SALE: _sell,
    Kind.SALE_RETURN: _bring_back,
    Kind.PURCHASE_RETURN: _issue,
    Kind.TRANSFER: _transfer,
    Kind.WRITE_OFF: _issue,
}
