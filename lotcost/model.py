"""The words of lotcost: values that every layer shares, and nothing they could do.

What was written and what is known are two types: an `Issue` asks for goods, the layers
it drew are known; a `Receipt` may leave its cost open, the layers it put have one.
Units and money are Decimal; money is in the currency's smallest unit once it is known.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast

ZERO = Decimal(0)
Value = TypeVar("Value", bound=tuple[Any, ...])


def maker(of: type[Value]) -> Callable[[tuple[Any, ...]], Value]:
    """Return what makes values of one type from the tuple of all their fields.

    For what is made at each posting: the type's own constructor takes twice as long, and one that
    checks its arguments thrice.
    """
    return cast(Callable[[tuple[Any, ...]], Value], partial(tuple.__new__, of))


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


BRINGS_LOTS = frozenset({Kind.RECEIPT, Kind.PRODUCTION, Kind.ADJUSTMENT})
"""The kinds whose goods in may be a lot's first."""

SOLD = frozenset({Kind.SALE, Kind.SALE_RETURN})
"""The kinds that a customer is on the other side of."""


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
      written_down: What of the write-downs rested on all the units.
      first_off: What rounding the first unit's cost adds to all of them; nothing where a unit
        may leave in parts.
      each: What a unit costs where that is whole cents, as it mostly is: then nothing is shared.
    """

    units: Decimal
    cost: Decimal
    written_down: Decimal
    first_off: Decimal
    each: Decimal | None


class Layer(NamedTuple):
    """Units of a lot at one cost in one account: what is left of it, or a part of that.

    Attributes:
      acquired: The day the lot was received or made; it travels along when goods move.
      order: The receipt's place among all receipts, so that every order is total.
      expires: The last day the lot may be issued.
      cost: What all the units cost together.
      unit_cost: The unit cost the ledger holds them at where that is a fixed number;
        None where they are held in whole cents, one cent apart.
      basis: What the cost is a share of.
      gone: The units of the basis that left before the layer's own.
      written_down: What of the write-downs still rests on the units.
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
    gone: Decimal = ZERO
    written_down: Decimal = ZERO


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
      share: The output's share of its batch's cost, a weight among the batch's outputs.
      acquired: The day the goods count as received; None is the movement's own.
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
    share: Decimal | None = None
    acquired: datetime.date | None = None


class Movement(NamedTuple):
    """One thing that happened to goods; it is booked whole or not at all.

    Attributes:
      entry: Which entry of the ledger says so.
      links: What joins it to the documents of other entries.
      party: The customer or supplier.
      reason: Why goods are written off.
      beside: What the transaction's other legs give: a batch's conversion, less what scrap
        earned; what a supplier credits for goods sent back, negative. None where it was elided.
      sold_in: The currencies a sale earns.
    """

    kind: Kind
    date: datetime.date
    entry: int
    issues: tuple[Issue, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    links: frozenset[str] = frozenset()
    party: str = ""
    reason: Reason | None = None
    beside: Money | None = None
    sold_in: tuple[str, ...] = ()


class By(StrEnum):
    """What a landed cost is apportioned by, as the ledger says it in `landed-by`."""

    VALUE = "value"
    QUANTITY = "quantity"
    WEIGHT = "weight"
    EQUAL = "equal"


class Landing(NamedTuple):
    """Freight, duty, insurance on goods that are there already; negative for an allowance.

    Attributes:
      on: Lots, numbers of lots, or links of the transactions that brought them, with their "^".
      amount: At the price of the leg, where it has one.
      paid: As the invoice has it.
    """

    date: datetime.date
    entry: int
    posting: int
    on: tuple[str | Lot, ...]
    by: By
    amount: Money
    paid: Money

    @property
    def is_on_own(self) -> bool:
        """Whether it rests on the goods its own transaction brings."""
        return all(isinstance(name, Lot) for name in self.on)


class Expiring(NamedTuple):
    """The morning after a lot's last day, where the ledger writes off what has expired.

    Attributes:
      entry: The directive that says so.
    """

    date: datetime.date
    entry: int
    lot: Lot


class WriteDown(NamedTuple):
    """A lot on hand is worth less, or again more, than it is carried at.

    Attributes:
      value: Its net realisable value a unit.
    """

    date: datetime.date
    entry: int
    lot: Lot
    value: Money


class Count(NamedTuple):
    """What was found of a lot in an account, on the evening of a day.

    Attributes:
      adjust: Whether the difference is booked; else it is an error.
      cost: What a unit costs, where the lot is new to the books.
      at_last_cost: Whether a new lot takes the commodity's last unit cost.
      expires: The last day of a lot that is new to the books.
    """

    date: datetime.date
    entry: int
    account: str
    lot: Lot
    units: Decimal
    adjust: bool = False
    cost: Money | None = None
    at_last_cost: bool = False
    expires: datetime.date | None = None


class Closing(NamedTuple):
    """What the goods in an account, and below it, are worth for ever on the evening of a day.

    Attributes:
      parts: What each commodity is worth, where the ledger says so.
      native: What is there of each commodity that Beancount booked.
    """

    date: datetime.date
    entry: int
    account: str
    value: Money
    parts: tuple[tuple[str, Money], ...] = ()
    native: tuple[tuple[str, Money], ...] = ()


Event = Movement | Landing | WriteDown | Count | Closing | Expiring


class Recost(NamedTuple):
    """A layer that stays where it is and costs something else from now on."""

    account: str
    before: Layer
    after: Layer


class Charge(NamedTuple):
    """Cost of a lot whose units are gone from an account: it becomes cost of sales."""

    account: str
    lot: Lot
    amount: Money


class Costed(NamedTuple):
    """A movement with what it drew and what it put: one tuple of layers an issue or receipt."""

    movement: Movement
    drawn: tuple[tuple[Layer, ...], ...]
    put: tuple[tuple[Layer, ...], ...]
    recosts: tuple[Recost, ...] = ()


class Revalued(NamedTuple):
    """A landed cost or a write-down with what it did to the lots.

    Attributes:
      amount: What was landed, in the currency of the lots.
    """

    event: Landing | WriteDown
    recosts: tuple[Recost, ...]
    charges: tuple[Charge, ...] = ()
    amount: Money | None = None
