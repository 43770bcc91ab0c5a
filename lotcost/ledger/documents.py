"""The money a document says, in cents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from beancount.core import convert, data
from beancount.core.interpolate import AUTOMATIC_META, AUTOMATIC_RESIDUAL

from lotcost.core.rounding import half_up
from lotcost.ledger.config import Config
from lotcost.ledger.kinds import Goods, Legs
from lotcost.model import ZERO, Money


def totals(txn: data.Transaction, legs: Legs, config: Config) -> dict[int, Money]:
    """Return the money of each priced posting of goods, by its place, as the document has it.

    0.333 kg at 4.25 are 1.42. Where all legs are written the cents follow them: a customer
    who was charged 3.33 for 3.335 was sold goods for 3.33.
    """
    found: dict[int, Money] = {}
    slack: dict[str, Decimal] = defaultdict(Decimal)
    for goods in legs.goods:
        posting = goods.posting
        if not goods.priced:
            continue
        each = posting.cost if posting.cost is not None else posting.price
        exact = abs(posting.units.number) * each.number
        total = half_up(exact, config.cent(each.currency))
        found[goods.place] = Money(total, each.currency)
        slack[each.currency] += (total - exact) if goods.comes_in else (exact - total)
    if any(slack.values()) and not elided_money(txn, config):
        _follow_document(txn, legs, found, slack, config)
    return found


def elided_money(txn: data.Transaction, config: Config) -> bool:
    """Whether Beancount filled in an amount of money."""
    return any(
        AUTOMATIC_META in (posting.meta or {}) and not config.is_goods(posting.units.currency)
        for posting in txn.postings
    )


def money_beside(
    txn: data.Transaction, own: Collection[int], config: Config, without: Collection[str] = ()
) -> dict[str, Decimal]:
    """Sum what legs give beside some goods, by currency: money, and other goods at their price.

    Args:
      own: The places of those goods, whatever they are priced at.
      without: Accounts that do not count.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for place, posting in enumerate(txn.postings):
        weight = convert.get_weight(posting)
        counts = place not in own and posting.account not in without
        if counts and not config.is_goods(weight.currency):
            sums[weight.currency] += weight.number
    cents = {currency: half_up(total, config.cent(currency)) for currency, total in sums.items()}
    return {currency: total for currency, total in cents.items() if total}


def balances(txn: data.Transaction, config: Config) -> bool:
    """Whether the money of a transaction balances, to the cent, as it is written.

    The cents of what goods are priced at may be those of each line, or of all of them together.
    """
    whole: dict[str, Decimal] = defaultdict(Decimal)
    by_line: dict[str, Decimal] = defaultdict(Decimal)
    for posting in txn.postings:
        number, currency = convert.get_weight(posting)
        if not config.is_goods(currency):
            whole[currency] += number
            by_line[currency] += half_up(number, config.cent(currency))
    return any(
        not any(half_up(total, config.cent(currency)) for currency, total in off.items())
        for off in (whole, by_line)
    )


def residual(postings: Iterable[data.Posting]) -> dict[str, Decimal]:
    """Return what postings are off by, currency by currency, as Beancount's validation finds it.

    Beancount's own `compute_residual` adds them up in an inventory, which takes four times as
    long, and every transaction comes by here.
    """
    off: dict[str, Decimal] = {}
    for _, units, cost, price, _, meta in postings:
        if meta and AUTOMATIC_RESIDUAL in meta:
            continue
        number, currency = units
        each = price if cost is None else cost
        if each is not None:
            number, currency = number * each.number, each.currency
        off[currency] = off.get(currency, ZERO) + number
    return {currency: number for currency, number in off.items() if number}


def _follow_document(
    txn: data.Transaction,
    legs: Legs,
    found: dict[int, Money],
    slack: Mapping[str, Decimal],
    config: Config,
) -> None:
    """Let the last priced posting take the cents that the rounding put the document off by."""
    last: Goods = next(goods for goods in reversed(legs.goods) if goods.place in found)
    total, currency = found[last.place]
    weights = [convert.get_weight(posting) for posting in txn.postings]
    weight = sum((each.number for each in weights if each.currency == currency), ZERO)
    off = half_up(weight + slack[currency], config.cent(currency))
    if off and abs(off) <= config.cent(currency) * len(found):
        sign = 1 if last.comes_in else -1
        found[last.place] = Money(total - sign * off, currency)
