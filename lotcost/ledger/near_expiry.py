"""Write-downs that are proposed and not booked: goods near their expiry, by the ledger's own rules.

    2025-01-01 custom "lotcost" "near-expiry" 30 50
    2025-01-01 custom "lotcost" "near-expiry" 7 20

With 30 days or fewer left goods are worth half of what they cost, with 7 or fewer a fifth:

    2025-01-27 custom "lot-write-down" "MILK" "L1" 0.40 USD    ; 2.00 USD until now, 5 days left

What they cost is what they cost before any write-down, so that a second run proposes nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from lotcost.core.rounding import half_up
from lotcost.ledger.books import Books, Line
from lotcost.model import ZERO, Kind, Lot, Method, Money

_HALF = Decimal("0.5")
_CENT = Decimal("0.01")


class WorthLess(NamedTuple):
    """A directive to write into the ledger: a lot on hand is worth less than it is carried at.

    Attributes:
      carried: What its units are carried at together.
      value: What a unit is worth, to the cent.
    """

    date: datetime.date
    lot: Lot
    days_left: int
    units: Decimal
    carried: Money
    value: Money
    text: str


class _Held:
    """What managed accounts hold of a lot, and the write-downs that rest on it."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.units = self.cost = self.down = ZERO
        self.receipts = 0
        self.averaged = False
        self._sold = self._sold_down = ZERO

    def add(self, line: Line) -> None:
        if line.kind is Kind.WRITE_DOWN:
            self.down -= line.cost
        elif line.kind is Kind.TRANSFER:
            pass  # what leaves one account comes to another, and takes its write-down along
        elif line.units < ZERO and self.units:
            gone = self.down * -line.units / self.units
            self.down -= gone
            if line.kind is Kind.SALE:
                self._sold -= line.units
                self._sold_down += gone
        elif line.kind is Kind.SALE_RETURN and self._sold:
            back = self._sold_down * line.units / self._sold
            self.down += back
            self._sold -= line.units
            self._sold_down -= back
        self.receipts += line.units > ZERO
        self.units += line.units
        self.cost += line.cost


def write_downs(books: Books) -> tuple[WorthLess, ...]:
    """Propose to write down what expires soon, as of the evening of the books' day.

    A lot is proposed where it is carried above what the rule for its days left says, a unit's
    worth rounded half up to the cent. One that has expired is left to a write-off. A lot in an
    account under `average` has no cost of its own, and Beancount keeps those of native accounts.
    """
    proposals = []
    for lot, held in sorted(_held(books).items()):
        expires = books.cards.expires(lot)
        if expires is None or expires < books.at or held.units <= ZERO or held.averaged:
            continue
        days_left = (expires - books.at).days
        percent = books.config.worth_near_expiry(days_left)
        if percent is None:
            continue
        cent = books.config.cent(held.currency)
        before = (held.cost + held.down) / held.units
        worth = max(half_up(before * percent * _CENT, cent), ZERO)
        # Each receipt's units were rounded to the cent when they were last written down.
        if held.cost - worth * held.units > cent * _HALF * held.receipts:
            now = half_up(held.cost / held.units, cent)
            why = f"; {now} {held.currency} until now, {days_left} days left"
            said = f'"lot-write-down" "{lot.commodity}" {quoted(lot.number)}'
            text = f"{books.at} custom {said} {worth} {held.currency}    {why}\n"
            carried = Money(held.cost, held.currency)
            value = Money(worth, held.currency)
            proposals.append(WorthLess(books.at, lot, days_left, held.units, carried, value, text))
    return tuple(proposals)


def _held(books: Books) -> Mapping[Lot, _Held]:
    held: dict[Lot, _Held] = {}
    asked = {line.lot for _, line in books.picked}
    for line in books.lines:
        policy = books.config.policy(line.account)
        if policy is None or policy.native or line.expensed or line.lot not in asked:
            continue
        known = held.setdefault(line.lot, _Held(line.currency))
        known.averaged |= policy.method is Method.AVERAGE
        known.add(line)
    return held


def quoted(text: str) -> str:
    """Write a string as Beancount reads it back."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
