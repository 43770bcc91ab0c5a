"""Why a movement was refused: the facts with the numbers in them; the ledger makes the sentence."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import NamedTuple

from lotcost.model import Lot, Money


class Bar(NamedTuple):
    """What forbids a lot to be sold or used: `expired`, `quarantine` or `recalled`, since a day.

    Attributes:
      way: Where another lot is recalled and this one made of it: the lots from that to this.
    """

    why: str
    since: datetime.date
    way: tuple[Lot, ...] = ()


class Held(NamedTuple):
    """Units of a lot on hand, and what bars them, if anything does."""

    lot: str
    units: Decimal
    bar: Bar | None


class Short(NamedTuple):
    """An issue asks for more than the lots hold."""

    account: str
    commodity: str
    lot: str | None
    wanted: Decimal
    held: tuple[Held, ...]

    @property
    def on_hand(self) -> Decimal:
        """The units that may be issued."""
        return sum((held.units for held in self.held if held.bar is None), Decimal(0))


class Barred(NamedTuple):
    """An issue names a lot that may not be sold or used on its day."""

    account: str
    lot: Lot
    bar: Bar


class UnknownLot(NamedTuple):
    """A movement names a lot that no receipt ever brought; `known` are that commodity's lots."""

    lot: Lot
    known: tuple[str, ...]
    other_commodities: tuple[str, ...]


class NotArrived(NamedTuple):
    """A movement names a lot before the day it arrives."""

    lot: Lot
    arrives: datetime.date


class LotNeeded(NamedTuple):
    """Specific identification, and the issue names none of several open lots."""

    account: str
    commodity: str
    open: tuple[Held, ...]


class CurrencyDiffers(NamedTuple):
    """A lot has a cost in one currency and gets goods with a cost in another."""

    lot: Lot
    currency: str
    other: str


class NotSold(NamedTuple):
    """A customer returns more than was ever sold to take back."""

    commodity: str
    lot: str | None
    returned: Decimal
    sold: Decimal


class Uneven(NamedTuple):
    """A transfer takes out other units than it brings in."""

    commodity: str
    out: Decimal
    into: Decimal


class NegativeBatch(NamedTuple):
    """By-products and scrap take more than a batch costs."""

    cost: Decimal
    taken: Decimal
    currency: str


class BatchCycle(NamedTuple):
    """A batch uses up the lot it makes, or one that was made from it."""

    lot: Lot
    uses: Lot


class MixedCurrencies(NamedTuple):
    """What goes into one batch, or one average, costs in two currencies."""

    currency: str
    other: str


class NothingToLandOn(NamedTuple):
    """A landed cost names lots or links that brought no goods, or goods that are all returned."""

    on: tuple[str, ...]
    known: tuple[str, ...]


class NoPrice(NamedTuple):
    """Money of one currency is needed in another, and the ledger has no price for the day."""

    currency: str
    other: str


class SharesNeeded(NamedTuple):
    """A batch makes several outputs, and none says its share of the cost."""

    outputs: tuple[str, ...]


class NoAccount(NamedTuple):
    """A leg has to be added, and no account is laid down for it."""

    account: str
    key: str


class LotsDiffer(NamedTuple):
    """A transfer takes out other lots than it brings in."""

    commodity: str
    lot: str


class NotValued(NamedTuple):
    """A landed cost on goods that are another's: they are counted and never valued."""

    account: str
    lot: Lot


class OthersGoods(NamedTuple):
    """Goods that cost something, where what another owns is counted and never valued."""

    account: str
    lot: Lot
    cost: Money


class NoWeight(NamedTuple):
    """A landed cost by weight, on goods whose weight is not known."""

    commodity: str


class BelowZero(NamedTuple):
    """An allowance takes more off a lot than its goods on hand cost."""

    lot: Lot
    cost: Decimal
    allowance: Decimal
    currency: str


class NothingToWriteDown(NamedTuple):
    """A net realisable value above what the goods are carried at, and nothing was written down."""

    lot: Lot
    value: Decimal
    carried: Decimal
    currency: str


class CountDiffers(NamedTuple):
    """A count finds other units than the books have."""

    account: str
    lot: Lot
    counted: Decimal
    on_hand: Decimal


class CountUncosted(NamedTuple):
    """A count finds a lot that is new to the books, and nothing says what it cost."""

    account: str
    lot: Lot
    counted: Decimal


class ClosingMoved(NamedTuple):
    """A closing value is not what it was.

    Attributes:
      parts: What the closing says of each of the commodities that moved, where it says it, and
        what it is now.
    """

    account: str
    was: Decimal
    now: Decimal
    currency: str
    commodities: tuple[str, ...]
    parts: tuple[tuple[str, Decimal, Decimal], ...] = ()


Refusal = (
    Short
    | Barred
    | UnknownLot
    | NotArrived
    | LotNeeded
    | CurrencyDiffers
    | NotSold
    | Uneven
    | NegativeBatch
    | BatchCycle
    | MixedCurrencies
    | NothingToLandOn
    | NoPrice
    | SharesNeeded
    | NoAccount
    | LotsDiffer
    | NotValued
    | OthersGoods
    | NoWeight
    | BelowZero
    | NothingToWriteDown
    | CountDiffers
    | CountUncosted
    | ClosingMoved
)
