"""Everything on hand, and what is known of each lot: the state of one replay."""

from __future__ import annotations

import bisect
import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import NamedTuple

from lotcost.core import expiry
from lotcost.core.matching import SORT_KEYS, Bars, Join, Shelf
from lotcost.core.pooling import AverageShelf
from lotcost.core.recalls import Recalls, reaches
from lotcost.core.refusals import (
    Bar,
    Barred,
    CurrencyDiffers,
    Held,
    LotNeeded,
    MixedCurrencies,
    NoAccount,
    NotArrived,
    Refusal,
    Short,
    UnknownLot,
)
from lotcost.core.rounding import join, unit_cost_to_hold
from lotcost.core.sales import Sales
from lotcost.model import (
    ZERO,
    Basis,
    Issue,
    Kind,
    Layer,
    Lot,
    Method,
    Money,
    Receipt,
    Recost,
)

USES_UP = frozenset({Kind.SALE, Kind.PRODUCTION})  # what a barred lot may not be issued for


class Rules(NamedTuple):
    """What the ledger laid down before the first movement.

    Attributes:
      method: The method of an account.
      averages_lots: Whether an account keeps each lot at one average cost.
      cent: The smallest unit of a currency.
      unit_weight: The weight of a unit of goods, where it is known.
      statuses: Each lot's status directives in date order.
      convert: Money in another currency at the ledger's price of a day, or None.
      expires: When a lot expires, as it was known on a day, where that ever changed.
      values: Whether an account's goods are valued, and not another's.
      has_leg: Whether an account lays down where a kind of leg goes.
      reverses: Whether a write-down is taken back when goods recover (IAS 2.33).
    """

    method: Callable[[str], Method]
    averages_lots: Callable[[str], bool]
    cent: Callable[[str], Decimal]
    unit_weight: Callable[[str], Decimal | None]
    statuses: expiry.StatusHistory
    convert: Callable[[Money, str, datetime.date], Money | None]
    expires: Mapping[Lot, Sequence[tuple[datetime.date, datetime.date]]]
    values: Callable[[str], bool]
    has_leg: Callable[[str, str], bool]
    reverses: bool


class RefusedError(Exception):
    """Ends an event half way, and names the posting at fault; never leaves the core."""

    def __init__(self, posting: int, why: Refusal) -> None:
        self.posting = posting
        self.why = why


class Made(NamedTuple):
    """A batch: what it used up of each lot, what is left of that use, and what it made.

    Attributes:
      used: The parts it drew; taking the batch apart shortens it.
      outputs: Each output's lot, its units, and its weight in the batch's cost.
    """

    used: list[Layer]
    outputs: tuple[tuple[Lot, Decimal, Decimal], ...]


class Past:
    """What a lot went through, as far as later events need it."""

    __slots__ = ("accounts", "batches", "cost", "currency", "first", "made_by", "units")

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.units = ZERO  # received and found, less returned to the supplier
        self.cost = ZERO
        self.accounts: dict[str, None] = {}  # where it ever was; a set with an order
        self.batches: list[Made] = []  # that used it up
        self.made_by: list[Made] = []
        self.first: Layer | None = None  # as it was received


class Stock:
    """Everything on hand, and what is known of each lot."""

    def __init__(self, rules: Rules, arrivals: Mapping[Lot, datetime.date]) -> None:
        self.rules = rules
        self.arrivals = arrivals
        self.pasts: dict[Lot, Past] = {}
        self.recalls = Recalls(rules.statuses)
        self.sold: dict[str, Sales] = defaultdict(Sales)
        self.by_link: dict[str, dict[Lot, None]] = defaultdict(dict)
        self.last: dict[str, Layer] = {}  # each commodity's last receipt
        self._drawn: list[tuple[str, tuple[Layer, ...]]] = []
        self._receipts = 0
        self._shelves: dict[tuple[str, str], Shelf] = {}
        # A lot that is barred is so until something is said, of it or of what it was made from.
        statuses = {change.date for history in rules.statuses.values() for change in history}
        expiries = {day for changes in rules.expires.values() for day, _ in changes}
        self._news = sorted(statuses | expiries)
        self._told = rules.statuses.keys() | rules.expires.keys()
        self._recalls_reach = reaches(rules.statuses)
        self._day: datetime.date | None = None
        self._todays_bars: Bars

    def begin(self) -> None:
        """Begin an event: what it draws can be put back until the next one begins."""
        self._drawn.clear()

    def put_back(self) -> None:
        """Undo the draws of the event at hand, last first."""
        for account, parts in reversed(self._drawn):
            for layer in reversed(parts):
                self.put(account, layer)

    def shelf(self, account: str, commodity: str) -> Shelf:
        """Return the layers of a commodity in an account."""
        shelf = self._shelves.get((account, commodity))
        if shelf is None:
            method = self.rules.method(account)
            average = method is Method.AVERAGE
            if average or self.rules.averages_lots(account):
                shelf = AverageShelf(SORT_KEYS[method], by_lot=not average)
            else:
                shelf = Shelf(SORT_KEYS[method])
            self._shelves[account, commodity] = shelf
        return shelf

    def on_hand(self, lot: Lot) -> Iterator[tuple[str, Layer]]:
        """Yield what is on hand of a lot, account by account."""
        past = self.pasts.get(lot)
        for account in past.accounts if past else ():
            for layer in self.shelf(account, lot.commodity).layers(lot.number):
                yield account, layer

    def values(self) -> Iterator[tuple[str, str, str, Decimal]]:
        """Yield the account, commodity, currency and cost of all that is on hand."""
        for (account, commodity), shelf in self._shelves.items():
            for layer in shelf.layers():
                yield account, commodity, layer.currency, layer.cost

    def check(self, goods: Receipt) -> None:
        """Refuse goods in another currency than their lot, or the average they join, has."""
        assert goods.lot is not None and goods.cost is not None  # the reader saw to it
        lot, currency = Lot(goods.commodity, goods.lot), goods.cost.currency
        past = self.pasts.get(lot)
        if past is not None and past.currency != currency:
            raise RefusedError(goods.posting, CurrencyDiffers(lot, past.currency, currency))
        self.check_average(goods.posting, goods.account, goods.commodity, lot.number, currency)

    def check_average(
        self, posting: int, account: str, commodity: str, number: str, currency: str
    ) -> None:
        """Refuse to average costs in two currencies."""
        known = self.shelf(account, commodity).pool_currency(number)
        if known not in {None, currency}:
            raise RefusedError(posting, MixedCurrencies(str(known), currency))

    def receive(self, goods: Receipt, day: datetime.date, links: Iterable[str] = ()) -> Layer:
        """Put new goods into an account; `check` them first."""
        assert goods.lot is not None and goods.cost is not None  # the reader saw to it
        lot, (cost, currency) = Lot(goods.commodity, goods.lot), goods.cost
        past = self.pasts.setdefault(lot, Past(currency))
        past.units += goods.units
        past.cost += cost
        for link in links:
            self.by_link[link][lot] = None
        self._receipts += 1
        layer = Layer(
            lot=lot,
            acquired=goods.acquired or day,
            order=self._receipts,
            expires=goods.expires,
            units=goods.units,
            cost=cost,
            currency=currency,
            unit_cost=unit_cost_to_hold(
                goods.units, cost, goods.unit_cost, self.rules.cent(currency)
            ),
            basis=Basis(goods.units, cost),
        )
        self.last[goods.commodity] = layer
        past.first = past.first or layer
        return self.put(goods.account, layer)

    def put(self, account: str, layer: Layer, join: Join = join) -> Layer:
        """Put goods into an account, and return them as they are held there."""
        self.pasts[layer.lot].accounts[account] = None
        cent = self.rules.cent(layer.currency)
        return self.shelf(account, layer.lot.commodity).put(layer, cent, join)

    def put_together(self, account: str, parts: Sequence[Layer]) -> list[Layer]:
        """Put what an event moves of one commodity into an account, the last one out first."""
        held: list[Layer] = []
        for currency, of_one in groupby(parts, key=lambda part: part.currency):
            theirs = list(of_one)
            for part in theirs:
                self.pasts[part.lot].accounts[account] = None
            shelf = self.shelf(account, theirs[0].lot.commodity)
            held += shelf.put_together(theirs, self.rules.cent(currency))
        return held

    def draw(self, issue: Issue, kind: Kind, day: datetime.date) -> tuple[Layer, ...]:
        """Draw what an issue asks for, or refuse it."""
        shelf = self.shelf(issue.account, issue.commodity)
        lot = issue.lot
        if lot is None and self.rules.method(issue.account) is Method.SPECIFIC:
            lot = _only_lot(shelf, issue)
        bars = self._bars(day) if kind in USES_UP else None
        parts = shelf.take(issue.units, lot, bars, self.rules.cent)
        if parts is None:
            raise RefusedError(issue.posting, self._why_not(shelf, issue, lot, kind, day))
        self._drawn.append((issue.account, parts))
        return parts

    def recost(self, account: str, layer: Layer, more: Decimal, down: Decimal = ZERO) -> Recost:
        """Make what is on hand dearer, or cheaper where `more` is negative."""
        cent = self.rules.cent(layer.currency)
        shelf = self.shelf(account, layer.lot.commodity)
        return Recost(account, layer, shelf.recost(layer, more, down, cent))

    def find(self, lot: Lot, day: datetime.date, posting: int) -> Past:
        """Return the past of a lot that has arrived."""
        past = self.pasts.get(lot)
        if past is None:
            raise RefusedError(posting, self._unheard(lot, day))
        return past

    def _bars(self, day: datetime.date) -> Bars:
        if day != self._day:
            self._day = day
            self._todays_bars = Bars(partial(self._bar, day), bisect.bisect(self._news, day))
        return self._todays_bars

    def _bar(self, day: datetime.date, layer: Layer) -> Bar | None:
        lot, expires = layer.lot, layer.expires
        quiet = lot not in self._told and not self._recalls_reach
        if quiet and (expires is None or day <= expires):
            return None
        own = expiry.bar(lot, self.expires(layer, day), self.rules.statuses, day)
        return self.recalls.bar(lot, own, day)

    def expires(self, layer: Layer, day: datetime.date) -> datetime.date | None:
        """Return a layer's last day, as it was known on a day."""
        changes = self.rules.expires.get(layer.lot)
        known = expiry.known_at(changes, day) if changes else None
        return known or layer.expires

    def want_leg(self, posting: int, account: str, key: str) -> None:
        """Refuse what needs a leg that no account is laid down for."""
        if not self.rules.has_leg(account, key):
            raise RefusedError(posting, NoAccount(account, key))

    def _unheard(self, lot: Lot, day: datetime.date) -> Refusal:
        if lot in self.arrivals:
            return NotArrived(lot, self.arrivals[lot])
        known = sorted(each.number for each in self.arrivals if each.commodity == lot.commodity)
        elsewhere = sorted(each.commodity for each in self.arrivals if each.number == lot.number)
        return UnknownLot(lot, tuple(known), tuple(elsewhere))

    def _why_not(
        self, shelf: Shelf, issue: Issue, lot: str | None, kind: Kind, day: datetime.date
    ) -> Refusal:
        if lot is not None and Lot(issue.commodity, lot) not in self.pasts:
            return self._unheard(Lot(issue.commodity, lot), day)
        held = _held(
            (layer, self._bar(day, layer) if kind in USES_UP else None)
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
    if len(shelf.lots) > 1:
        held = _held((layer, None) for layer in shelf.layers())
        raise RefusedError(issue.posting, LotNeeded(issue.account, issue.commodity, held))
    return next(iter(shelf.lots), None)
