"""What a ledger lays down before the first movement, as far as costing needs it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from lotcost.core import expiry
from lotcost.model import Lot, Method, Money


class WritesOff(NamedTuple):
    """That a ledger writes off what has expired by itself.

    Attributes:
      entry: The directive that says so.
      until: The last day of the ledger: never by the clock, so that it means the same tomorrow.
    """

    entry: int
    until: datetime.date


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
    writes_off: WritesOff | None = None

    def last_day(
        self, lot: Lot, expires: datetime.date | None, day: datetime.date
    ) -> datetime.date | None:
        """Return the last day of goods in a lot, `expires` by their receipt, as known on a day."""
        changes = self.expires.get(lot)
        known = expiry.known_at(changes, day) if changes else None
        return known or expires
