"""What holds for a history as a whole; a Parquet file carries it in its metadata, as JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from babel.core import get_global

from lotcost.core.expiry import Change
from lotcost.core.rules import Rules
from lotcost.model import Lot, Method, Money, Status

NAME = "costing"
KEY = b"lotcost.costing"
_ByCommodity = Mapping[str, Mapping[Lot, list[Any]]]


class Facts(NamedTuple):
    """What a ledger lays down that is no movement.

    Attributes:
      averages_lots: The accounts that keep each lot at one average cost.
      cents: The smallest unit of currencies, where it is not what ISO 4217 says.
      statuses: Each lot's status directives in date order, by commodity.
      expires: Each lot's last day as it was known since a day, where that ever changed; by
        commodity.
      reverses: Whether a write-down is taken back when goods recover.
    """

    averages_lots: frozenset[str]
    cents: Mapping[str, Decimal]
    weights: Mapping[str, Decimal]
    statuses: _ByCommodity
    expires: _ByCommodity
    reverses: bool


def to_json(facts: Facts) -> str:
    """Write facts down."""
    return json.dumps(
        {
            "averages_lots": sorted(facts.averages_lots),
            "cents": {name: str(cent) for name, cent in facts.cents.items()},
            "weights": {name: str(weight) for name, weight in facts.weights.items()},
            "statuses": [
                [*lot, [[each.date.isoformat(), each.status, each.downstream] for each in changes]]
                for lots in facts.statuses.values()
                for lot, changes in lots.items()
            ],
            "expires": [
                [*lot, [[since.isoformat(), last.isoformat()] for since, last in changes]]
                for lots in facts.expires.values()
                for lot, changes in lots.items()
            ],
            "reverses": facts.reverses,
        }
    )


def by_commodity(changes: Mapping[Lot, Sequence[Any]]) -> _ByCommodity:
    """Sort what changed of lots by their commodity: a part needs that of its own."""
    found: dict[str, dict[Lot, list[Any]]] = {}
    for lot, said in changes.items():
        found.setdefault(lot.commodity, {})[lot] = list(said)
    return found


def from_json(text: str | bytes | None) -> Facts:
    """Read facts; of a history that carries none, what holds where nothing is laid down."""
    if not text:
        return Facts(frozenset(), {}, {}, {}, {}, True)
    said = json.loads(text)
    day = datetime.date.fromisoformat
    return Facts(
        frozenset(said["averages_lots"]),
        {name: Decimal(cent) for name, cent in said["cents"].items()},
        {name: Decimal(weight) for name, weight in said["weights"].items()},
        by_commodity(
            {
                Lot(commodity, lot): [
                    Change(day(since), Status(status), downstream)
                    for since, status, downstream in changes
                ]
                for commodity, lot, changes in said["statuses"]
            }
        ),
        by_commodity(
            {
                Lot(commodity, lot): [(day(since), day(last)) for since, last in changes]
                for commodity, lot, changes in said["expires"]
            }
        ),
        said["reverses"],
    )


def rules(facts: Facts, methods: Mapping[str, Method], commodities: Iterable[str]) -> Rules:
    """Return the rules of a replay of some commodities.

    What the ledger would refuse for want of a leg, a price or a value it has refused already: its
    history holds what was booked.

    Args:
      methods: The method of each account.
    """

    @cache
    def cent(currency: str) -> Decimal:
        if currency in facts.cents:
            return facts.cents[currency]
        fractions = get_global("currency_fractions")
        return Decimal(1).scaleb(-fractions.get(currency, fractions["DEFAULT"])[0])

    goods = tuple(commodities)

    def convert(money: Money, currency: str, day: datetime.date) -> Money:
        return money._replace(currency=currency)

    return Rules(
        method=methods.__getitem__,
        averages_lots=facts.averages_lots.__contains__,
        cent=cent,
        unit_weight=facts.weights.get,
        statuses=_of(facts.statuses, goods),
        convert=convert,
        expires=_of(facts.expires, goods),
        values=lambda account: True,
        has_leg=lambda account, key: True,
        reverses=facts.reverses,
    )


def _of(changes: _ByCommodity, commodities: Iterable[str]) -> dict[Lot, list[Any]]:
    return {lot: said for name in commodities for lot, said in changes.get(name, {}).items()}
