"""What each lot earned, so that it adds up to the ledger's income.

The posting's own price; else the income legs of its transaction; else those of the
transactions that share a link with it. Goods under one leg share it by cost. Discounts and
credit notes are shared by what the goods they are on earned. Income on the sales accounts
that is no lot's is told as unattributed, and so is a fee beside prices.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from beancount.core import account as accounts
from beancount.core import data

from lotcost.ledger.config import Config
from lotcost.ledger.earning import Convert
from lotcost.ledger.lines import Line
from lotcost.ledger.own_income import within
from lotcost.ledger.sharing import add_shares
from lotcost.model import SOLD, ZERO, Money


class Unattributed(NamedTuple):
    """Income that is no lot's, positive as income is; negative where lots claim more."""

    entry: int
    date: datetime.date
    amount: Money


class Apart(NamedTuple):
    """Income that is booked on another day than its goods were sold on."""

    booked: datetime.date
    sold: datetime.date
    amount: Money


class Attribution(NamedTuple):
    """What each line earned, by its place among the lines, and the income that is no lot's.

    Attributes:
      apart: What they earned on other days than they were sold on.
      invoiced: The income apart from sales that lots may claim, by entry and currency.
    """

    earned: Mapping[int, Money]
    unattributed: tuple[Unattributed, ...]
    apart: tuple[Apart, ...]
    invoiced: Mapping[tuple[int, str], Decimal]


def attribute(
    entries: Sequence[data.Directive], lines: Sequence[Line], config: Config, convert: Convert
) -> Attribution:
    """Attribute the ledger's income to lines.

    Goods earn in another currency than they cost where a price of their day converts the cost,
    as no margin is of two currencies.
    """

    def may_earn(line: Line, currency: str) -> bool:
        cost = Money(line.cost_out, line.currency)
        return line.currency == currency or convert(cost, currency, line.date) is not None

    sales: dict[int, dict[int, Line]] = defaultdict(dict)
    for place, line in enumerate(lines):
        if line.kind in SOLD:
            sales[line.entry][place] = line
    legs = _income_legs(entries, config)
    earned: dict[int, Money] = {}
    left: dict[tuple[int, str], Decimal] = {}
    no_revenue: dict[int, Sequence[data.Posting]] = {}
    waiting: set[int] = set()
    awaited: set[str] = set()
    for entry, sold in sales.items():
        said, fees = within(legs.get(entry, ()), sold, earned, config)
        if fees:
            no_revenue[entry] = fees
        for place, line in sold.items() if len(config.currencies) > 1 else ():
            if place in earned and not may_earn(line, earned[place].currency):
                amount, currency = earned.pop(place)
                said[currency] = said.get(currency, ZERO) + amount
        for currency, amount in said.items():
            left[entry, currency] = amount
        unsold = [place for place in sold if place not in earned]
        if unsold:
            waiting.update(unsold)
            awaited.update(entries[entry].links or ())
    invoices = {place for place in legs if not awaited.isdisjoint(entries[place].links or ())}
    sold_to = {
        leg.account
        for entry, found in legs.items()
        if entry in sales or entry in invoices
        for leg in found
        if entry not in no_revenue or leg not in no_revenue[entry]
    }
    invoiced = _invoiced(legs, sales, invoices, sold_to.union(config.sales_accounts), config)
    told = {link for entry, _ in invoiced for link in entries[entry].links or ()}
    linked: dict[str, list[int]] = defaultdict(list)
    for entry in sales:
        for link in told.intersection(entries[entry].links or ()):
            linked[link].append(entry)
    booked_apart: list[Apart] = []
    for (entry, currency), amount in invoiced.items():
        joined = {
            place: line
            for link in sorted(entries[entry].links or ())
            for sale in linked.get(link, ())
            for place, line in sales[sale].items()
            if may_earn(line, currency)
        }
        # An invoice apart from its delivery; else a credit note or a charge on what was sold.
        targets = {place: line for place, line in joined.items() if place in waiting} or joined
        day = entries[entry].date
        before = {place: earned.get(place) for place, line in targets.items() if line.date != day}
        if not targets or not add_shares(Money(amount, currency), targets, earned, config):
            left[entry, currency] = amount
            continue
        for place, was in before.items():
            if place in earned and earned[place] != was:
                share = earned[place].number - (was.number if was else ZERO)
                booked_apart.append(Apart(day, lines[place].date, Money(share, currency)))
    unattributed = tuple(
        Unattributed(entry, entries[entry].date, Money(amount, currency))
        for (entry, currency), amount in sorted(left.items())
        if amount
    )
    return Attribution(earned, unattributed, tuple(booked_apart), invoiced)


def income(
    entries: Sequence[data.Directive], lines: Iterable[Line], config: Config, found: Attribution
) -> Mapping[str, Decimal]:
    """Sum what the ledger has on the accounts in question, by currency, whoever earned it."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (_, currency), amount in found.invoiced.items():
        sums[currency] += amount
    legs = _income_legs(entries, config)
    for entry in {line.entry for line in lines if line.kind in SOLD}:
        for _, (number, currency), *_ in legs.get(entry, ()):
            if not config.is_goods(currency):
                sums[currency] -= number
    return sums


def _income_legs(
    entries: Sequence[data.Directive], config: Config
) -> dict[int, list[data.Posting]]:
    """Return the legs on income accounts by their entry; those of goods are in."""
    income = set(filter(config.is_income, config.posted_to))
    legs: dict[int, list[data.Posting]] = {}
    for place, entry in enumerate(entries):
        if isinstance(entry, data.Transaction):
            found = [posting for posting in entry.postings if posting.account in income]
            if found:
                legs[place] = found
    return legs


def _invoiced(
    legs: Mapping[int, Sequence[data.Posting]],
    sales: Collection[int],
    invoices: Collection[int],
    sales_accounts: Iterable[str],
    config: Config,
) -> Mapping[tuple[int, str], Decimal]:
    """Sum the income apart from sales that lots may claim, by entry and currency.

    That of an invoice is all theirs; of other entries it is that on a sales account, which is
    one laid down or one that goods were sold to.
    """
    on_sales_account = [accounts.parent_matcher(name) for name in sorted(sales_accounts)]

    @cache
    def is_sales_account(account: str) -> bool:
        return any(match(account) for match in on_sales_account)

    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for place, found in legs.items():
        for leg in found if place not in sales else ():
            if not config.is_goods(leg.units.currency) and (
                place in invoices or is_sales_account(leg.account)
            ):
                sums[place, leg.units.currency] -= leg.units.number
    return {key: amount for key, amount in sums.items() if amount}
