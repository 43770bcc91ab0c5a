"""Everything on hand, and what is known of each lot: the state of one replay."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from lotcost.core.bars import USES_UP, Bars
from lotcost.core.due import Due
from lotcost.core.matching import SORT_KEYS, Join, Shelf
from lotcost.core.pooling import AverageShelf
from lotcost.core.recalls import Recalls
from lotcost.core.refusals import (
    Bar,
    Barred,
    CurrencyDiffers,
    Held,
    LotNeeded,
    MixedCurrencies,
    NoAccount,
    NotArrived,
    OthersGoods,
    Refusal,
    Short,
    UnknownLot,
)
from lotcost.core.rounding import basis_of, join, unit_cost_to_hold
from lotcost.core.rules import Rules
from lotcost.core.sales import Sales
from lotcost.model import (
    ZERO,
    Issue,
    Kind,
    Layer,
    Lot,
    Method,
    Money,
    Receipt,
    Recost,
)


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
    """Everything on hand, and what is known of each lot.

    Attributes:
      due: When lots are to be looked at, where what has expired is written off by itself.
      begin: Begins an event: what it draws can be put back until the next one begins.
    """

    def __init__(self, rules: Rules, arrivals: Callable[[], Mapping[Lot, datetime.date]]) -> None:
        self.rules = rules
        self.arrivals = arrivals
        self.pasts: dict[Lot, Past] = {}
        self.recalls = Recalls(rules.statuses)
        self.sales = Sales()
        self.by_link: dict[str, dict[Lot, None]] = defaultdict(dict)
        self.last: dict[str, Layer] = {}  # each commodity's last receipt
        self._drawn: list[tuple[str, tuple[Layer, ...]]] = []
        self.begin = self._drawn.clear  # not a method, which would be one more call at each event
        self._receipts = 0
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._bars = Bars(rules, self.recalls)
        self.due = None if rules.writes_off is None else Due(rules, rules.writes_off)

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
            key, wants_lot = SORT_KEYS[method], method is Method.SPECIFIC
            if average or self.rules.averages_lots(account):
                shelf = AverageShelf(key, wants_lot, by_lot=not average)
            else:
                shelf = Shelf(key, wants_lot)
            self._shelves[account, commodity] = shelf
        return shelf

    def on_hand(self, lot: Lot) -> Iterator[tuple[str, Layer]]:
        """Yield what is on hand of a lot, account by account."""
        past = self.pasts.get(lot)
        for account in past.accounts if past else ():
            for layer in self.shelf(account, lot.commodity).layers(lot.number):
                yield account, layer

    def bar(self, layer: Layer, day: datetime.date) -> Bar | None:
        """Return what forbids goods to be sold or used on a day; days never go back."""
        return self._bars.on(day).bar(layer)

    def values(self) -> Iterator[tuple[str, str, str, Decimal]]:
        """Yield the account, commodity, currency and cost of all that is on hand."""
        for (account, commodity), shelf in self._shelves.items():
            for layer in shelf.layers():
                yield account, commodity, layer.currency, layer.cost

    def check(self, goods: Receipt) -> None:
        """Refuse goods in another currency than their lot, or the average they join, has."""
        assert goods.lot is not None and goods.cost is not None  # the reader saw to it
        lot, (cost, currency) = Lot(goods.commodity, goods.lot), goods.cost
        past = self.pasts.get(lot)
        if past is not None and past.currency != currency:
            raise RefusedError(goods.posting, CurrencyDiffers(lot, past.currency, currency))
        mixed = self.shelf(goods.account, goods.commodity).mixed([(lot.number, currency)])
        if mixed is not None:
            raise RefusedError(goods.posting, MixedCurrencies(*mixed))
        if cost:
            self._want_valued(goods.posting, goods.account, Money(cost, currency), lot)

    def check_parts(self, posting: int, account: str, parts: Sequence[Layer]) -> None:
        """Refuse to put goods that are known where they cannot be.

        Costs in two currencies have no average, and what another owns is never valued.
        """
        for part in parts:
            if part.cost:
                self._want_valued(posting, account, Money(part.cost, part.currency), part.lot)
        for commodity in dict.fromkeys(part.lot.commodity for part in parts):
            mixed = self.shelf(account, commodity).mixed(
                (part.lot.number, part.currency)
                for part in parts
                if part.lot.commodity == commodity
            )
            if mixed is not None:
                raise RefusedError(posting, MixedCurrencies(*mixed))

    def _want_valued(self, posting: int, account: str, cost: Money, lot: Lot) -> None:
        if not self.rules.values(account):
            raise RefusedError(posting, OthersGoods(account, lot, cost))

    def receive(self, goods: Receipt, day: datetime.date, links: Iterable[str] = ()) -> Layer:
        """Put new goods into an account; `check` them first."""
        assert goods.lot is not None and goods.cost is not None  # the reader saw to it
        lot, (cost, currency) = Lot(goods.commodity, goods.lot), goods.cost
        past = self.pasts.get(lot)
        if past is None:
            past = self.pasts[lot] = Past(currency)
        past.units += goods.units
        past.cost += cost
        for link in links:
            self.by_link[link][lot] = None
        self._receipts += 1
        units, cent = goods.units, self.rules.cent(currency)
        held_at = unit_cost_to_hold(units, cost, goods.unit_cost, cent)
        acquired, order = goods.acquired or day, self._receipts
        basis = basis_of(units, cost, cent)
        layer = Layer(lot, acquired, order, goods.expires, units, cost, currency, held_at, basis)
        self.last[goods.commodity] = layer
        past.first = past.first or layer
        return self.put(goods.account, layer)

    def put(self, account: str, layer: Layer, join: Join = join) -> Layer:
        """Put goods into an account, and return them as they are held there."""
        if self.due is not None:
            self.due.put(layer)
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
                if self.due is not None:
                    self.due.put(part)
            shelf = self.shelf(account, theirs[0].lot.commodity)
            held += shelf.put_together(theirs, self.rules.cent(currency))
        return held

    def draw(self, issue: Issue, kind: Kind, day: datetime.date) -> tuple[Layer, ...]:
        """Draw what an issue asks for, or refuse it."""
        (parts,) = self.draw_all((issue,), kind, day)
        return parts

    def draw_all(
        self, issues: Iterable[Issue], kind: Kind, day: datetime.date
    ) -> tuple[tuple[Layer, ...], ...]:
        """Draw what each issue asks for, or refuse the first that cannot be."""
        bars = self._bars.on(day) if kind in USES_UP else None
        drawn = []
        for issue in issues:
            _, account, commodity, lot, units, _ = issue
            shelf = self._shelves.get((account, commodity)) or self.shelf(account, commodity)
            if lot is None and shelf.wants_lot:
                lot = _only_lot(shelf, issue)
            parts = shelf.take(units, lot, bars)
            if parts is None:
                raise RefusedError(issue.posting, self._why_not(shelf, issue, lot, bars))
            self._drawn.append((account, parts))
            drawn.append(parts)
        return tuple(drawn)

    def recost(self, account: str, layer: Layer, more: Decimal, down: Decimal = ZERO) -> Recost:
        """Make what is on hand dearer, or cheaper where `more` is negative."""
        cent = self.rules.cent(layer.currency)
        shelf = self.shelf(account, layer.lot.commodity)
        return Recost(account, layer, shelf.recost(layer, more, down, cent))

    def find(self, lot: Lot, posting: int) -> Past:
        """Return the past of a lot that has arrived."""
        past = self.pasts.get(lot)
        if past is None:
            raise RefusedError(posting, self._unheard(lot))
        return past

    def want_leg(self, posting: int, account: str, key: str) -> None:
        """Refuse what needs a leg that no account is laid down for."""
        if not self.rules.has_leg(account, key):
            raise RefusedError(posting, NoAccount(account, key))

    def _unheard(self, lot: Lot) -> Refusal:
        arrivals = self.arrivals()
        if lot in arrivals:
            return NotArrived(lot, arrivals[lot])
        known = sorted(each.number for each in arrivals if each.commodity == lot.commodity)
        elsewhere = sorted(each.commodity for each in arrivals if each.number == lot.number)
        return UnknownLot(lot, tuple(known), tuple(elsewhere))

    def _why_not(self, shelf: Shelf, issue: Issue, lot: str | None, bars: Bars | None) -> Refusal:
        if lot is not None and Lot(issue.commodity, lot) not in self.pasts:
            return self._unheard(Lot(issue.commodity, lot))
        held = _held(
            (layer, None if bars is None else bars.bar(layer)) for layer in shelf.layers(lot)
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
