"""What a trace says: values alone, for every face to show."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from lotcost.core.genealogy import Key, Part
from lotcost.ledger.ranges import folded_lots
from lotcost.model import Kind, Lot
from lotcost.reports.report import rate
from lotcost.reports.sentence import Sentence

_MOST_NAMED, _FEW = 4, 3


class Side(StrEnum):
    """Where a lot stands in the family of the lots that are traced."""

    UPSTREAM = "upstream"
    TRACED = "traced"
    DOWNSTREAM = "downstream"


class Member(NamedTuple):
    """A lot of the family.

    Attributes:
      depth: The most batches between it and the lots that are traced.
      name: What its goods are called.
      status: As the `lots` report has it: open, depleted, expired, quarantine or recalled.
      card: The latest of all that was said of it.
    """

    lot: Lot
    side: Side
    depth: int
    name: str | None
    status: str
    expires: datetime.date | None
    card: Mapping[str, Any]


class Run(NamedTuple):
    """A batch of the family, with all that went in and came out, of the family or not.

    Attributes:
      side: Upstream where it led to a traced lot, downstream where it used up an affected one.
      apart: Whether it takes a batch apart: what it made is what had gone into that batch.
      entry: Which entry of the books says so.
    """

    key: Key
    side: Side
    date: datetime.date
    used: tuple[Part, ...]
    made: tuple[Part, ...]
    apart: bool
    narration: str | None
    document: str | None
    source: str

    @property
    def entry(self) -> int:
        """Which entry of the books it stands in."""
        return self.key[0]

    @property
    def name(self) -> str:
        """The numbers of the lots it made, the first of them where they are many."""
        parts = folded_lots(part.lot for part in self.made)
        if len(parts) <= _MOST_NAMED:
            return ", ".join(map(str, parts))
        return Sentence(
            "%(lots)s and %(count)s more",
            lots=", ".join(map(str, parts[:_FEW])),
            count=sum(part.size for part in parts[_FEW:]),
        )


class Handover(NamedTuple):
    """Goods that came from a supplier or went to a customer, or back.

    Attributes:
      party: None where the ledger names nobody.
      units: What was handed over; negative where it went back.
      cost: Signed as the units are.
      revenue: In the currency of the cost, negative for a return; None of a supplier, and where
        nothing says what was earned.
      entry: Which entry of the books it stands in.
    """

    party: str | None
    lot: Lot
    side: Side
    kind: Kind
    date: datetime.date
    units: Decimal
    account: str
    document: str | None
    currency: str
    cost: Decimal
    revenue: Decimal | None
    narration: str | None
    source: str
    entry: int


class Change(NamedTuple):
    """Units written off, or found or missing at a count; signed as the stock changes."""

    lot: Lot
    side: Side
    kind: Kind
    date: datetime.date
    units: Decimal
    account: str
    party: str | None
    document: str | None
    reason: str | None
    currency: str
    cost: Decimal
    source: str
    entry: int


class Held(NamedTuple):
    """Units of an affected lot that are on hand: what has to be held."""

    lot: Lot
    side: Side
    account: str
    units: Decimal
    currency: str
    cost: Decimal
    status: str
    expires: datetime.date | None
    owner: str | None


class Balance(NamedTuple):
    """What became of a lot's units: `came_in + adjusted == accounted`, always.

    Attributes:
      received: From suppliers, less what went back to them.
      made: By batches, less what was taken apart again.
      adjusted: Found at counts, less what was missing.
      sold: Less what customers brought back.
      consumed: By batches, less what they gave back.
    """

    lot: Lot
    side: Side
    received: Decimal
    made: Decimal
    adjusted: Decimal
    sold: Decimal
    consumed: Decimal
    written_off: Decimal
    on_hand: Decimal

    @property
    def came_in(self) -> Decimal:
        """What documents say there was: from suppliers and out of batches."""
        return self.received + self.made

    @property
    def accounted(self) -> Decimal:
        """What was sold, used up and written off, and what is on hand."""
        return self.sold + self.consumed + self.written_off + self.on_hand

    @property
    def missing(self) -> Decimal:
        """What came in and is nowhere; negative where more is accounted for than came in."""
        return self.came_in - self.accounted

    @property
    def rate(self) -> Decimal | None:
        """The part of what came in that is accounted for; None where no document brings it."""
        return rate(self.accounted, self.came_in)


class Exposure(NamedTuple):
    """What the affected lots are worth, in one currency; used-up units are in what they made.

    Attributes:
      revenue: Of the affected sales, less returns.
    """

    currency: str
    cost_on_hand: Decimal
    cost_of_sales: Decimal
    cost_written_off: Decimal
    revenue: Decimal


class Gap(NamedTuple):
    """What somebody has to look into about a lot, in a sentence."""

    lot: Lot
    message: str


class Trace(NamedTuple):
    """Lots with all they were made of and all that was made of them, on the evening of a day.

    Affected are the traced lots and those downstream of them.

    Attributes:
      lots: Those that were asked for.
      members: Upstream, the farthest first; the traced ones; downstream, the nearest first.
      runs: The batches that join them, in the order they happened.
      suppliers: What came of upstream and traced lots, and went back, in the order it happened.
      customers: What was sold of affected lots, and came back, in the order it happened.
      changes: Affected units that were written off, or found or missing.
      balances: Of each affected lot.
    """

    lots: tuple[Lot, ...]
    at: datetime.date
    members: tuple[Member, ...]
    runs: tuple[Run, ...]
    suppliers: tuple[Handover, ...]
    customers: tuple[Handover, ...]
    changes: tuple[Change, ...]
    on_hand: tuple[Held, ...]
    balances: tuple[Balance, ...]
    exposures: tuple[Exposure, ...]
    gaps: tuple[Gap, ...]

    @property
    def upstream(self) -> tuple[Member, ...]:
        """The lots that went into the traced ones, the farthest first."""
        return tuple(each for each in self.members if each.side is Side.UPSTREAM)

    @property
    def downstream(self) -> tuple[Member, ...]:
        """The lots that were made of the traced ones, the nearest first."""
        return tuple(each for each in self.members if each.side is Side.DOWNSTREAM)

    @property
    def affected(self) -> tuple[Member, ...]:
        """The traced lots and those made of them."""
        return tuple(each for each in self.members if each.side is not Side.UPSTREAM)
