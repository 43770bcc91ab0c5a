"""What holds for a history as a whole; a Parquet file carries it in its metadata, as JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from babel.core import get_global

from lotcost.core.expiry import StatusHistory
from lotcost.core.stock import Rules
from lotcost.model import Lot, Method, Money, Status

NAME = "costing"
KEY = b"lotcost.costing"
_Changes = Mapping[Lot, list[tuple[datetime.date, datetime.date]]]


class Facts(NamedTuple):
    """What a ledger lays down that is no movement.

    Attributes:
      averages_lots: The accounts that keep each lot at one average cost.
      cents: The smallest unit of currencies, where it is not what ISO 4217 says.
      expires: Each lot's last day as it was known since a day, where that ever changed.
      reverses: Whether a write-down is taken back when goods recover.
    """

    averages_lots: frozenset[str]
    cents: Mapping[str, Decimal]
    weights: Mapping[str, Decimal]
    statuses: StatusHistory
    expires: _Changes
    reverses: bool


def to_json(facts: Facts) -> str:
    """Write facts down."""
    return json.dumps(
        {
            "averages_lots": sorted(facts.averages_lots),
            "cents": {name: str(cent) for name, cent in facts.cents.items()},
            "weights": {name: str(weight) for name, weight in facts.weights.items()},
            "statuses": _listed(facts.statuses),
            "expires": _listed(facts.expires),
            "reverses": facts.reverses,
        }
    )


def _listed(changes: Mapping[Lot, Any]) -> list[Any]:
    return [
        [*lot, [[day.isoformat(), str(value)] for day, value in said]]
        for lot, said in changes.items()
    ]


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
        {
            Lot(commodity, lot): [(day(since), Status(value)) for since, value in changes]
            for commodity, lot, changes in said["statuses"]
        },
        {
            Lot(commodity, lot): [(day(since), day(value)) for since, value in changes]
            for commodity, lot, changes in said["expires"]
        },
        said["reverses"],
    )


def rules(facts: Facts, methods: Mapping[str, Method]) -> Rules:
    """Return the rules of a replay.

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

    def convert(money: Money, currency: str, day: datetime.date) -> Money:
        return money._replace(currency=currency)

    return Rules(
        method=methods.__getitem__,
        averages_lots=facts.averages_lots.__contains__,
        cent=cent,
        unit_weight=facts.weights.get,
        statuses=facts.statuses,
        convert=convert,
        expires=facts.expires,
        values=lambda account: True,
        has_leg=lambda account, key: True,
        reverses=facts.reverses,
    )
