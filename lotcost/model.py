"""The words of lotcost: values that every layer shares, and nothing they could do.

What was written and what is known are two types: an `Issue` asks for goods, the layers
it drew are known; a `Receipt` may leave its cost open, the layers it put have one.
Units and money are Decimal; money is in the currency's smallest unit once it is known.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

ZERO = Decimal(0)


class Kind(StrEnum):
    """What a movement is, as the ledger says it in `lot-kind`."""

    RECEIPT = "receipt"
    SALE = "sale"
    SALE_RETURN = "sale-return"
    PURCHASE_RETURN = "purchase-return"
    TRANSFER = "transfer"
    PRODUCTION = "production"
    WRITE_OFF = "write-off"
    ADJUSTMENT = "adjustment"
    LANDED_COST = "landed-cost"
    WRITE_DOWN = "write-down"


class Method(StrEnum):
    """Which goods go first and what they cost, as the ledger says it in `lot-method`."""

    FIFO = "fifo"
    FEFO = "fefo"
    LIFO = "lifo"
    SPECIFIC = "specific"
    AVERAGE = "average"
    BEANCOUNT = "beancount"


class Status(StrEnum):
    """What a lot's status directive says; a lot without one is released."""

    QUARANTINE = "quarantine"
    RELEASED = "released"
    RECALLED = "recalled"


class Reason(StrEnum):
    """Why goods were written off (the words of GS1 EPCIS where it has one)."""

    EXPIRED = "expired"
    DAMAGED = "damaged"
    RECALLED = "recalled"
    THEFT = "theft"
    SAMPLE = "sample"
    NORMAL_LOSS = "normal-loss"
    ABNORMAL_LOSS = "abnormal-loss"


class Money(NamedTuple):
    """An amount of a currency."""

    number: Decimal
    currency: str


class Lot(NamedTuple):
    """Goods received or made together."""

    commodity: str
    number: str


class Basis(NamedTuple):
    """What a layer's cost is shared out from: the units and cost it had when it last changed.

    What an issue costs follows from the units gone since, not from the steps they went in.

    Attributes:
      gone: The units that left before the layer's own.
      gone_cost: What they cost.
    """

    units: Decimal
    cost: Decimal
    gone: Decimal = ZERO
    gone_cost: Decimal = ZERO


class Layer(NamedTuple):
    """Units of a lot at one cost in one account: what is left of it, or a part of that.

    Attributes:
      acquired: The day the lot was received or made; it travels along when goods move.
      order: The receipt's place among all receipts, so that every order is total.
      expires: The last day the lot may be issued.
      cost: What all the units cost together.
      unit_cost: The unit cost the ledger holds them at where that is a fixed number;
        None where they are held in whole cents, one cent apart.
    """

    lot: Lot
    acquired: datetime.date
    order: int
    expires: datetime.date | None
    units: Decimal
    cost: Decimal
    currency: str
    unit_cost: Decimal | None
    basis: Basis


class Issue(NamedTuple):
    """Goods out, as asked for: their cost is not known yet.

    Attributes:
      posting: Which posting of its transaction says so.
      lot: The number of the lot asked for; None leaves it to the method.
      units: How many, positive.
      revenue: What they were sold for, where the posting says it.
    """

    posting: int
    account: str
    commodity: str
    lot: str | None
    units: Decimal
    revenue: Money | None = None


class Receipt(NamedTuple):
    """Goods in, as written.

    Attributes:
      posting: Which posting of its transaction says so.
      lot: The lot they belong to; None where they keep the lot they left with.
      units: How many, positive.
      cost: What all of them cost; None where the movement's other side says it.
      unit_cost: The unit cost as written, where one was written and ends.
      revenue: What is paid back for them, where the posting says it and they were sold.
    """

    posting: int
    account: str
    commodity: str
    lot: str | None
    units: Decimal
    cost: Money | None = None
    unit_cost: Decimal | None = None
    expires: datetime.date | None = None
    revenue: Money | None = None


class Movement(NamedTuple):
    """One thing that happened to goods; it is booked whole or not at all.

    Attributes:
      entry: Which entry of the ledger says so.
      links: What joins it to the documents of other entries.
      party: The customer or supplier.
    """

    kind: Kind
    date: datetime.date
    entry: int
    issues: tuple[Issue, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    links: frozenset[str] = frozenset()
    party: str = ""


class Costed(NamedTuple):
    """A movement with what it drew and what it put: one tuple of layers an issue or receipt."""

    movement: Movement
    drawn: tuple[tuple[Layer, ...], ...]
    put: tuple[tuple[Layer, ...], ...]
