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
from typing import TYPE_CHECKING, NamedTuple

from beancount.core import account as accounts
from beancount.core import data

from lotcost.core.rounding import apportion, half_up
from lotcost.ledger.config import Config
from lotcost.model import SOLD, ZERO, Money

if TYPE_CHECKING:
    from lotcost.ledger.books import Line


class Unattributed(NamedTuple):
    """Income that is no lot's, positive as income is; negative where lots claim more."""

    entry: int
    date: datetime.date
    amount: Money


class Attribution(NamedTuple):
    """What each line earned, by its place among the lines, and the income that is no lot's."""

    earned: Mapping[int, Money]
    unattributed: tuple[Unattributed, ...]


class _Sales(NamedTuple):
    """The lines of one transaction that sell goods or take them back."""

    places: list[int]
    lines: list[Line]


def attribute(
    entries: Sequence[data.Directive], lines: Sequence[Line], config: Config
) -> Attribution:
    """Attribute the ledger's income to lines."""
    sales: dict[int, _Sales] = {}
    for place, line in enumerate(lines):
        if line.kind in SOLD:
            found = sales.get(line.entry)
            if found is None:
                found = sales[line.entry] = _Sales([], [])
            found.places.append(place)
            found.lines.append(line)
    legs = _income_legs(entries, config)
    earned: dict[int, Money] = {}
    linked: dict[str, dict[int, Line]] = defaultdict(dict)
    for entry, sold in sales.items():
        _within(legs.get(entry, ()), sold, earned, config)
        for link in sorted(entries[entry].links or ()):
            linked[link].update(zip(sold.places, sold.lines, strict=True))
    claimed: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for entry, sold in sales.items():
        for place in sold.places:
            own = earned.get(place)
            if own is not None:
                claimed[entry, own.currency] += own.number
    waiting = {place for lines_ in linked.values() for place in lines_} - earned.keys()
    awaited = {link for link, lines_ in linked.items() if waiting & lines_.keys()}
    invoices = {
        place
        for place, entry in enumerate(entries)
        if isinstance(entry, data.Transaction) and awaited & (entry.links or frozenset())
    }
    income = _income(legs, invoices | sales.keys(), config)
    for (entry, currency), amount in income.items():
        if entry in sales:
            continue
        joined = {
            place: line
            for link in sorted(entries[entry].links or ())
            for place, line in linked.get(link, {}).items()
        }
        # An invoice apart from its delivery; else a credit note or a charge on what was sold.
        targets = {place: line for place, line in joined.items() if place in waiting} or joined
        if targets and _add_shares(Money(amount, currency), targets, earned, config):
            claimed[entry, currency] += amount
    left = tuple(
        Unattributed(entry, entries[entry].date, Money(rest, currency))
        for entry, currency in sorted(income.keys() | claimed.keys())
        if (rest := income.get((entry, currency), ZERO) - claimed[entry, currency])
    )
    return Attribution(earned, left)


def _income_legs(
    entries: Sequence[data.Directive], config: Config
) -> dict[int, list[data.Posting]]:
    """Return the legs on income accounts by their entry; those of goods are in."""
    legs: dict[int, list[data.Posting]] = {}
    for place, entry in enumerate(entries):
        if isinstance(entry, data.Transaction):
            found = [posting for posting in entry.postings if config.is_income(posting.account)]
            if found:
                legs[place] = found
    return legs


def _within(
    income: Iterable[data.Posting], sold: _Sales, earned: dict[int, Money], config: Config
) -> None:
    """Attribute what the transaction itself says."""
    legs = [leg for leg in income if not config.is_goods(leg.units.currency)]
    tagged = _tagged(legs)
    short = bool(tagged)
    open_: dict[int, Line] = {}
    priced: dict[int, Line] = {}
    for place, line in zip(sold.places, sold.lines, strict=True):
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
    for place in sold.places:
        if place in earned:
            left[earned[place].currency] -= earned[place].number
    # In the short form what is written beside the price is a discount or a charge on it.
    targets = open_ or (dict(zip(sold.places, sold.lines, strict=True)) if short else {})
    for currency, amount in left.items():
        if targets and amount:
            _add_shares(Money(amount, currency), targets, earned, config)


def _tagged(legs: Iterable[data.Posting]) -> dict[tuple[int, tuple[str, str]], Money]:
    """The legs that lotcost wrote itself, which say their lot."""
    tagged: dict[tuple[int, tuple[str, str]], Money] = {}
    for leg in legs:
        meta = leg.meta or {}
        if "lot-commodity" in meta:
            key = meta["lineno"], (meta["lot-commodity"], meta["lot"])
            tagged[key] = Money(-leg.units.number, leg.units.currency)
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


def _income(
    legs: Mapping[int, Sequence[data.Posting]],
    wholly: Collection[int],
    config: Config,
) -> dict[tuple[int, str], Decimal]:
    """Sum the income that lots may claim, by entry and currency.

    Args:
      wholly: The entries whose income is all theirs; of others it is that on a sales account,
        which is one laid down or one that goods were sold to.
    """
    sold_to = {leg.account for place in wholly for leg in legs.get(place, ())}
    on_sales_account = [
        accounts.parent_matcher(name) for name in sorted(sold_to.union(config.sales_accounts))
    ]

    @cache
    def is_sales_account(account: str) -> bool:
        return any(match(account) for match in on_sales_account)

    income: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for place, found in legs.items():
        for leg in found:
            if not config.is_goods(leg.units.currency) and (
                place in wholly or is_sales_account(leg.account)
            ):
                income[place, leg.units.currency] -= leg.units.number
    return income
