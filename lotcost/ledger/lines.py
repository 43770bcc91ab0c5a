"""Lines: what each posting of goods says, as the ledger has it after its plugins."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import data

from lotcost.ledger.generating import GENERATED
from lotcost.model import ZERO, Kind, Lot, maker

_KINDS = {kind.value: kind for kind in Kind}
_LANDED = Kind.LANDED_COST.value


class Line(NamedTuple):
    """One draw or receipt, as it stands in the ledger.

    Attributes:
      units: Signed: negative where goods go out.
      cost: Signed as the units are, in the currency's smallest unit on managed accounts.
      entry: Which entry of the books it stands in.
      price: What a unit was sold for, where the posting says it.
      acquired: The day its units count as received.
      expensed: Whether it is cost of goods that were gone when it came: it stands on an expense
        account and is cost of sales.
    """

    entry: int
    date: datetime.date
    kind: Kind
    account: str
    lot: Lot
    acquired: datetime.date
    units: Decimal
    cost: Decimal
    currency: str
    price: Decimal | None
    price_currency: str | None
    reason: str | None
    source: Mapping[str, Any]
    expensed: bool = False

    @property
    def cost_out(self) -> Decimal:
        """What the line takes out of stock, or adds to goods that were gone."""
        return self.cost if self.expensed else -self.cost

    @property
    def stock_cost(self) -> Decimal:
        """What the line changes the stock by."""
        return ZERO if self.expensed else self.cost


_line, _lot = maker(Line), maker(Lot)


def said_by(place: int, txn: data.Transaction, stocked: Container[str]) -> tuple[Line, ...]:
    """Read the postings of a transaction that say anything about lots.

    Args:
      stocked: The accounts that goods are kept in; of these every posting says something.
    """
    date, reason = txn.date, txn.meta.get("reason")
    found = []
    for account, amount, cost, price, _, own in txn.postings:
        in_stock = account in stocked
        if not in_stock and not (own and own.get("lot-kind") == _LANDED and "lot-commodity" in own):
            continue  # as the legs of money, which are most
        meta = own or txn.meta
        kind = _KINDS[meta["lot-kind"]] if "lot-commodity" in meta else None
        number, commodity = amount
        units, currency, acquired = number, commodity, date
        if cost is None:
            units = ZERO
        else:
            each, currency, acquired, _ = cost
            number *= each
        sold_at, sold_in = (None, None) if price is None else price
        found.append(
            _line(
                (
                    place,
                    date,
                    kind or Kind.ADJUSTMENT,
                    meta.get("lot-account", account),
                    _lot((meta["lot-commodity"], meta["lot"]) if kind else (commodity, "")),
                    acquired,
                    units,
                    number,
                    currency,
                    sold_at,
                    sold_in,
                    meta.get("reason", reason),
                    meta,
                    not in_stock,
                )
            )
        )
    return tuple(found)


def joined(postings: Sequence[Line]) -> Iterable[Line]:
    """Join what the writing parted.

    A posting's draw of a lot at two unit costs, or with a residue; goods that go out at one
    cost and come in at another.
    """
    lines = [line for line in postings if line.lot.number]
    if len({(line.account, line.lot) for line in lines}) == len(lines):
        return lines  # nearly always: a transaction seldom moves a lot twice in one account
    draws: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        source = line.source
        key = (
            *(source["lineno"], source["filename"], line.kind),
            *(line.account, line.expensed, line.lot, line.currency),
        )
        known = draws.get(key)
        if known is not None:
            line = known._replace(units=known.units + line.units, cost=known.cost + line.cost)
        draws[key] = line
    return draws.values()


def when(group: Sequence[Line]) -> tuple[datetime.date, int]:
    """What a morning books, the day's transactions, its evening.

    What a directive books stands in the ledger by the directive's line, which may be above a sale
    of the same day: a count and a write-down hold for the evening, and what expired the day
    before is written off in the morning. All that it books in a transaction happens together.
    """
    first = group[0]
    if first.source["filename"] != GENERATED:
        return first.date, 0
    return first.date, -1 if first.kind is Kind.WRITE_OFF else 1
