"""Why a movement was refused: the facts with the numbers in them; the ledger makes the sentence."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import NamedTuple

from lotcost.model import Lot


class Bar(NamedTuple):
    """What forbids a lot to be sold or used: `expired`, `quarantine` or `recalled`, since a day."""

    why: str
    since: datetime.date


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


Refusal = Short | Barred | UnknownLot | NotArrived | LotNeeded | CurrencyDiffers | NotSold | Uneven
