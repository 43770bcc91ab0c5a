"""The tie: what the lots are worth against what the ledger's inventory accounts say."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Container
from decimal import Decimal

from beancount.core import data

from lotcost.ledger.books import Books, Line
from lotcost.reports.report import Tie, money


def ledger_value(books: Books) -> dict[tuple[str, str, str], Decimal]:
    """Return the balance at cost by inventory account, commodity and currency.

    Of what was asked for. Goods that nobody costed count in their own commodity, so that they
    show as a difference.
    """
    balance: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in _in_stock(books):
        balance[line.account, line.lot.commodity, line.currency] += line.cost
    return balance


def ledger_units(books: Books) -> dict[tuple[str, str, str], Decimal]:
    """Return the units held at cost by inventory account, commodity and currency of the cost."""
    units: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in _in_stock(books):
        units[line.account, line.lot.commodity, line.currency] += line.units
    return units


def _in_stock(books: Books) -> list[Line]:
    """Return what each posting in stock says, of what was asked for."""
    lines = [line for group in books.postings for line in group if not line.expensed]
    return list(filter(books.asks_for, lines)) if books.narrowed else lines


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
    for _, line in books.picked:
        of_lots[line.currency] += line.stock_cost
    of_ledger: dict[str, Decimal] = defaultdict(Decimal)
    for (_, _, currency), value in ledger_value(books).items():
        of_ledger[currency] += value
    return tuple(
        Tie(
            currency,
            money(of_lots[currency], books.config.cent(currency)),
            money(of_ledger[currency], books.config.cent(currency)),
        )
        for currency in sorted(of_lots.keys() | of_ledger.keys())
    )
