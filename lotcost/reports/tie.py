"""The tie: what the lots are worth against what the ledger's inventory accounts say."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Container
from decimal import Decimal

from beancount.core import data

from lotcost.ledger.books import Books
from lotcost.reports.report import Tie, money


def ledger_units(books: Books) -> dict[tuple[str, str, str], Decimal]:
    """Return the units held at cost by inventory account, commodity and currency of the cost."""
    units: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in books.in_stock():
        units[line.account, line.lot.commodity, line.currency] += line.units
    return units


def booked_on(
    books: Books, accounts: Container[str], since: datetime.date | None = None
) -> dict[str, Decimal]:
    """Return what was booked on accounts of money, by currency; the day `since` is in."""
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for entry in books.entries:
        if isinstance(entry, data.Transaction) and (since is None or entry.date >= since):
            for posting in entry.postings:
                if posting.account in accounts:
                    booked[posting.units.currency] += posting.units.number
    return booked


def ties(books: Books) -> tuple[Tie, ...]:
    """Tie the lots that were asked for to the ledger, a currency each."""
    of_lots: dict[str, Decimal] = defaultdict(Decimal)
    for flow, moved in books.sums.flows.items():
        if not flow.expensed:
            of_lots[flow.currency] += moved.cost
    of_ledger: dict[str, Decimal] = defaultdict(Decimal)
    for (_, _, currency), value in books.balance.items():
        of_ledger[currency] += value
    return tuple(
        Tie(
            currency,
            money(of_lots[currency], books.config.cent(currency)),
            money(of_ledger[currency], books.config.cent(currency)),
        )
        for currency in sorted(of_lots.keys() | of_ledger.keys())
    )
