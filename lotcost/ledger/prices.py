"""Money of one currency in another, at the ledger's price of a day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from functools import cache

from beancount.core import data, prices

from lotcost.core.rounding import half_up
from lotcost.ledger.config import Config
from lotcost.model import Money


def converter(
    entries: Sequence[data.Directive], config: Config
) -> Callable[[Money, str, datetime.date], Money | None]:
    """Return what converts money at the latest price on or before a day, or gives None."""

    @cache
    def price_map() -> prices.PriceMap:
        return prices.build_price_map(entries)

    def convert(money: Money, currency: str, day: datetime.date) -> Money | None:
        if money.currency == currency:
            return money
        _, rate = prices.get_price(price_map(), (money.currency, currency), day)
        if rate is None:
            return None
        return Money(half_up(money.number * rate, config.cent(currency)), currency)

    return convert
