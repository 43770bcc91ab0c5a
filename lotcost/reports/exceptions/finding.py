"""A finding: one thing that somebody should look at."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from lotcost.ledger.books import Books
from lotcost.ledger.errors import number
from lotcost.reports.report import money


class What(StrEnum):
    """What can be found."""

    SOLD_AFTER_EXPIRY = "sold-after-expiry"
    SOLD_BELOW_COST = "sold-below-cost"
    OUT_OF_ORDER = "out-of-order"
    NEAR_EXPIRY = "near-expiry"
    LONG_QUARANTINE = "long-quarantine"
    NEGATIVE_MARGIN = "negative-margin"
    SPELLED_ALIKE = "spelled-alike"
    UNATTRIBUTED_REVENUE = "unattributed-revenue"
    UNTIED = "untied"
    MANY_OPEN_LOTS = "many-open-lots"


class Finding(NamedTuple):
    """One thing that somebody should look at.

    Attributes:
      party: The customer of what was sold; of goods on hand, and of a lot, the supplier; a name
        that is found, itself.
      source: The line to look at.
      entry: Which entry of the books that line stands in, where it is a movement's.
    """

    date: datetime.date
    finding: What
    message: str
    source: Mapping[str, Any]
    currency: str | None = None
    cost: Decimal | None = None
    commodity: str | None = None
    lot: str | None = None
    account: str | None = None
    party: str | None = None
    entry: int | None = None


def amount(books: Books, value: Decimal, currency: str) -> str:
    """Write money with its cents and its currency."""
    return f"{money(value, books.config.cent(currency)):f} {currency}"


def counted(count: int, word: str) -> str:
    """Write a count and what it counts: 1 day, 2 days."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def units(value: Decimal, commodity: str) -> str:
    """Write units of goods."""
    return f"{number(value)} {commodity}"
