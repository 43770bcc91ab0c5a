"""What each lot earned, so that it adds up to the ledger's income.

The posting's own price; else the income legs of its transaction; else those of the
transactions that share a link with it. Goods under one leg share it by cost. Discounts and
credit notes are shared by what the goods they are on earned. Income on the sales accounts
that is no lot's is told as unattributed.
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

from lotcost.core.rounding import apportion, half_up
from lotcost.ledger.config import Config
from lotcost.ledger.earning import Convert
from lotcost.ledger.lines import Line
from lotcost.model import SOLD, ZERO, Money, maker

_money = maker(Money)


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
      income: What the ledger has on the accounts in question, by currency; lots earned it, but
        for what is unattributed.
    """

    earned: Mapping[int, Money]
    unattributed: tuple[Unattributed, ...]
    apart: tuple[Apart, ...]
    income: Mapping[str, Decimal]


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
    waiting: set[int] = set()
    awaited: set[str] = set()
    for entry, sold in sales.items():
        within = _within(legs.get(entry, ()), sold, earned, config)
        for place, line in sold.items() if len(config.currencies) > 1 else ():
            if place in earned and not may_earn(line, earned[place].currency):
                amount, currency = earned.pop(place)
                within[currency] = within.get(currency, ZERO) + amount
        for currency, amount in within.items():
            left[entry, currency] = amount
        unsold = [place for place in sold if place not in earned]
        if unsold:
            waiting.update(unsold)
            awaited.update(entries[entry].links or ())
    invoices = {place for place in legs if not awaited.isdisjoint(entries[place].links or ())}
    apart = _income_apart(legs, sales, invoices, config)
    told = {link for entry, _ in apart for link in entries[entry].links or ()}
    linked: dict[str, list[int]] = defaultdict(list)
    for entry in sales:
        for link in told.intersection(entries[entry].links or ()):
            linked[link].append(entry)
    booked_apart: list[Apart] = []
    for (entry, currency), amount in apart.items():
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
        if not targets or not _add_shares(Money(amount, currency), targets, earned, config):
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
    income = _income(legs, sales, apart, config)
    return Attribution(earned, unattributed, tuple(booked_apart), income)


def _income(
    legs: Mapping[int, Sequence[data.Posting]],
    sales: Collection[int],
    apart: Mapping[tuple[int, str], Decimal],
    config: Config,
) -> Mapping[str, Decimal]:
    """Sum the income of sales and apart from them, by currency."""
    income: dict[str, Decimal] = defaultdict(Decimal)
    for (_, currency), amount in apart.items():
        income[currency] += amount
    for entry in sales:
        for _, (number, currency), *_ in legs.get(entry, ()):
            if not config.is_goods(currency):
                income[currency] -= number
    return income


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


def _within(
    income: Sequence[data.Posting],
    sold: Mapping[int, Line],
    earned: dict[int, Money],
    config: Config,
) -> dict[str, Decimal]:
    """Attribute what the transaction itself says, and return what is left of its income."""
    if _leg_by_leg(income, sold, earned):
        return {}
    legs = [leg for leg in income if not config.is_goods(leg.units.currency)]
    tagged = _tagged(legs)
    short = bool(tagged)
    open_: dict[int, Line] = {}
    priced: dict[int, Line] = {}
    for place, line in sold.items():
        own = tagged.pop((line.source["lineno"], line.lot), None)
        if own is not None:
            earned[place] = own
        elif line.price is not None:
            priced[place] = line
        else:
            open_[place] = line
    for group in _by_posting(priced):
        _at_price(group, earned, config)
    left: dict[str, Decimal] = defaultdict(Decimal)
    for leg in legs:
        left[leg.units.currency] -= leg.units.number
    for place in sold:
        if place in earned:
            left[earned[place].currency] -= earned[place].number
    # In the short form what is written beside the price is a discount or a charge on it, but
    # that income of another kind, as a delivery fee, is no revenue of goods.
    fees = _fees(legs, config) if short and not open_ else {}
    targets = open_ or (sold if short else {})
    for currency, amount in left.items():
        of_goods = amount - fees.get(currency, ZERO)
        if of_goods and targets:
            money = Money(of_goods, currency)
            if _add_shares(money, targets, earned, config):
                left[currency] -= of_goods
    return {currency: amount for currency, amount in left.items() if amount}


def _fees(legs: Iterable[data.Posting], config: Config) -> Mapping[str, Decimal]:
    """Sum the income that goes to no sales account, by currency."""
    on_sales = [accounts.parent_matcher(name) for name in config.sales_accounts]
    fees: dict[str, Decimal] = defaultdict(Decimal)
    for account, (number, currency), *_ in legs:
        if number < ZERO and not any(match(account) for match in on_sales):
            fees[currency] -= number
    return fees


def _leg_by_leg(
    income: Sequence[data.Posting], sold: Mapping[int, Line], earned: dict[int, Money]
) -> bool:
    """Attribute the legs that lotcost wrote, one a line in their order, or none of them.

    So stands nearly every sale; what is left of it is nothing.
    """
    if len(income) != len(sold):
        return False
    found = {}
    for leg, (place, line) in zip(income, sold.items(), strict=True):
        _, (number, currency), _, _, _, meta = leg
        source = line.source
        if (
            not meta
            or "lot-commodity" not in meta
            or meta["lot"] != line.lot.number
            or meta["lot-commodity"] != line.lot.commodity
            or meta["lineno"] != source["lineno"]
        ):
            return False
        found[place] = _money((-number, currency))
    earned.update(found)
    return True


def _tagged(legs: Iterable[data.Posting]) -> dict[tuple[int, tuple[str, str]], Money]:
    """The legs that lotcost wrote itself, which say their lot."""
    tagged: dict[tuple[int, tuple[str, str]], Money] = {}
    for _, (number, currency), _, _, _, meta in legs:
        if meta and "lot-commodity" in meta:
            key = meta["lineno"], (meta["lot-commodity"], meta["lot"])
            tagged[key] = Money(-number, currency)
    return tagged


def _at_price(group: Mapping[int, Line], earned: dict[int, Money], config: Config) -> None:
    """Attribute a posting's own price to the lots it was drawn from."""
    first = next(iter(group.values()))
    assert first.price is not None and first.price_currency is not None  # only priced lines
    units = -sum((line.units for line in group.values()), ZERO)
    total = half_up(units * first.price, config.cent(first.price_currency))
    _among_lots(Money(total, first.price_currency), group, earned, config)


def _add_shares(
    money: Money, targets: Mapping[int, Line], earned: dict[int, Money], config: Config
) -> bool:
    """Share money among goods by what they earned, else by their cost, else by their units.

    What is taken back counts negative. Tell whether anything was shared: goods that were sold
    in another currency take no part.
    """
    groups = [
        group
        for group in _by_posting(targets)
        if all(earned.get(place, money).currency == money.currency for place in group)
    ]
    if not groups:
        return False
    weights = [
        sum((earned[place].number for place in group if place in earned), ZERO) for group in groups
    ]
    if not any(weights):
        weights = [-sum((line.cost for line in group.values()), ZERO) for group in groups]
    if not any(weights):
        weights = [-sum((line.units for line in group.values()), ZERO) for group in groups]
    shares = apportion(money.number, weights, config.cent(money.currency))
    for group, share in zip(groups, shares, strict=True):
        _among_lots(Money(share, money.currency), group, earned, config)
    return True


def _by_posting(targets: Mapping[int, Line]) -> list[dict[int, Line]]:
    groups: dict[tuple[int, int], dict[int, Line]] = defaultdict(dict)
    for place, line in targets.items():
        groups[line.entry, line.source["lineno"]][place] = line
    return list(groups.values())


def _among_lots(
    money: Money, group: Mapping[int, Line], earned: dict[int, Money], config: Config
) -> None:
    """Share what one posting earned among its lots by units: they were sold at one price."""
    units = [abs(line.units) for line in group.values()]
    shares = apportion(money.number, units, config.cent(money.currency))
    for place, share in zip(group, shares, strict=True):
        before = earned.get(place)
        earned[place] = Money(share + (before.number if before else ZERO), money.currency)


def _income_apart(
    legs: Mapping[int, Sequence[data.Posting]],
    sales: Collection[int],
    invoices: Collection[int],
    config: Config,
) -> Mapping[tuple[int, str], Decimal]:
    """Sum the income apart from sales that lots may claim, by entry and currency.

    That of an invoice is all theirs; of other entries it is that on a sales account, which is
    one laid down or one that goods were sold to.
    """
    wholly = (found for place, found in legs.items() if place in sales or place in invoices)
    sold_to = {leg.account for found in wholly for leg in found}
    on_sales_account = [
        accounts.parent_matcher(name) for name in sorted(sold_to.union(config.sales_accounts))
    ]

    @cache
    def is_sales_account(account: str) -> bool:
        return any(match(account) for match in on_sales_account)

    income: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for place, found in legs.items():
        for leg in found if place not in sales else ():
            if not config.is_goods(leg.units.currency) and (
                place in invoices or is_sales_account(leg.account)
            ):
                income[place, leg.units.currency] -= leg.units.number
    return income
