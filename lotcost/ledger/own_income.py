"""What a sale's own transaction says that its goods earned: their prices, else its income legs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from beancount.core import data

from lotcost.core.rounding import half_up
from lotcost.ledger.config import Config
from lotcost.ledger.lines import Line
from lotcost.ledger.sharing import add_shares, among_lots, by_posting
from lotcost.model import ZERO, Money, maker

_money = maker(Money)


def within(
    income: Sequence[data.Posting],
    sold: Mapping[int, Line],
    earned: dict[int, Money],
    config: Config,
) -> tuple[dict[str, Decimal], Sequence[data.Posting]]:
    """Attribute what the transaction itself says.

    Return what is left of its income, and the legs that are no revenue of goods at all.
    """
    if _leg_by_leg(income, sold, earned):
        return {}, ()
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
    for group in by_posting(priced):
        _at_price(group, earned, config)
    left: dict[str, Decimal] = defaultdict(Decimal)
    for leg in legs:
        left[leg.units.currency] -= leg.units.number
    for place in sold:
        if place in earned:
            left[earned[place].currency] -= earned[place].number
    apart: dict[str, Decimal] = defaultdict(Decimal)
    fees = _fees(legs, sold, config)
    for leg in fees:
        apart[leg.units.currency] -= leg.units.number
    # In the short form what is written beside the price is a discount or a charge on it.
    targets = open_ or (sold if short else {})
    for currency, amount in left.items():
        of_goods = amount - apart[currency]
        if of_goods and targets and add_shares(Money(of_goods, currency), targets, earned, config):
            left[currency] = apart[currency]
    return {currency: amount for currency, amount in left.items() if amount}, fees


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
    among_lots(Money(total, first.price_currency), group, earned, config)


def _fees(
    income: Sequence[data.Posting], sold: Mapping[int, Line], config: Config
) -> list[data.Posting]:
    """Return the legs beside the prices of goods that are income of another kind: a delivery fee.

    They are on no sales account, and go the way that the goods' own income goes; what goes the
    other way is a discount.
    """
    written = [leg for leg in income if not leg.meta or "lot-commodity" not in leg.meta]
    if len(written) in {0, len(income)} or any(line.price is None for line in sold.values()):
        return []
    come_back = all(line.units > ZERO for line in sold.values())
    return [
        leg
        for leg in written
        if (leg.units.number > ZERO) == come_back and not config.is_sales(leg.account)
    ]
