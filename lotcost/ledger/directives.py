"""Read the directives that hold on the evening of their day: counts, write-downs, closings.

2025-03-31 custom "lot-count" Assets:Inventory:Main "L1" 3 MILK
adjust: TRUE
2025-03-31 custom "lot-write-down" "MILK" "L1" 1.20 USD
2025-03-31 custom "lot-close" Assets:Inventory 1234.56 USD
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.account import parent_matcher
from beancount.core.amount import Amount

from lotcost.ledger.cards import type_errors
from lotcost.ledger.config import Config
from lotcost.ledger.errors import (
    LotError,
    MissingAccount,
    TwoLots,
    UnclearKind,
    UnknownWord,
    WrongClosing,
    WrongType,
    missing_leg,
    near,
    where,
)
from lotcost.ledger.words import WrongError
from lotcost.model import Closing, Count, Lot, Money, WriteDown

Evening = Count | WriteDown | Closing


def read_evenings(
    entries: Sequence[data.Directive], config: Config
) -> tuple[list[Evening], list[LotError]]:
    """Read what is said of evenings, in the ledger's order."""
    evenings: list[Evening] = []
    errors: list[LotError] = []
    counted: dict[tuple[datetime.date, str, Lot], data.Custom] = {}
    today = datetime.date.today()
    for place, entry in enumerate(entries):
        read = _READ.get(entry.type) if isinstance(entry, data.Custom) else None
        if read is None:
            continue
        values = [value.value for value in entry.values or ()]
        if values and isinstance(values[0], str) and config.is_unreadable(values[0]):
            continue  # the account's open has the error already
        try:
            evening = read(place, entry, values, config)
            if isinstance(evening, Count):
                _refuse_second(evening, entry, counted)
            # The one look at a clock: a closing that is not over cannot hold, and books nothing.
            if isinstance(evening, Closing) and evening.date > today:
                raise WrongError(
                    WrongClosing,
                    f"This closing lies in the future: {evening.date} is not over. "
                    "Close a day that is",
                )
            if isinstance(evening, Closing):
                native = tuple(_native_value(entries, evening, config))
                evening = evening._replace(native=native)
            evenings.append(evening)
        except WrongError as wrong:
            errors.append(wrong.error(entry.meta, entry))
    return evenings, errors


def _count(place: int, entry: data.Custom, values: list[Any], config: Config) -> Count:
    form = 'custom "lot-count" Assets:Inventory:Main "L1" 3 MILK'
    _expect(entry, values, (str, str, Amount), form)
    account, number, units = values
    _check_keys(entry, _COUNT_KEYS)
    policy = config.policy(account)
    if policy is None:
        raise WrongError(
            WrongType,
            f"{account} is no inventory account: no open of it or above it has lot-method",
        )
    if policy.native:
        raise WrongError(
            UnclearKind,
            f"{account} is booked by Beancount, where a count is a balance directive: "
            f"write {entry.date} balance {account} {units}",
        )
    if units.number < 0:
        raise WrongError(WrongType, f"A count finds {units}, which is less than nothing")
    for error in type_errors(entry.meta, entry.meta, entry):
        raise WrongError(type(error), error.message)
    cost, adjust = entry.meta.get("cost"), _says(entry, "adjust")
    if cost is not None and not (isinstance(cost, Amount) and cost.number >= 0):
        raise WrongError(WrongType, f"cost wants an amount and has {cost!s}; write cost: 5.00 USD")
    if adjust and "lot-adjustment" not in policy.accounts:
        raise WrongError(MissingAccount, missing_leg("count", policy.laid_down, "lot-adjustment"))
    return Count(
        date=entry.date,
        entry=place,
        account=account,
        lot=Lot(units.currency, number),
        units=units.number,
        adjust=adjust,
        cost=None if cost is None else Money(cost.number, cost.currency),
        at_last_cost=_says(entry, "at-last-cost"),
        expires=entry.meta.get("expires"),
    )


def _says(entry: data.Custom, key: str) -> bool:
    """Whether a directive says TRUE to something; where it says nothing, FALSE."""
    said = entry.meta.get(key)
    if not isinstance(said, bool | None):
        found = f'"{said}"' if isinstance(said, str) else said
        raise WrongError(WrongType, f"{key} wants TRUE or FALSE and has {found}; write {key}: TRUE")
    return bool(said)


def _refuse_second(
    count: Count,
    entry: data.Custom,
    counted: dict[tuple[datetime.date, str, Lot], data.Custom],
) -> None:
    key = count.date, count.account, count.lot
    if key in counted:
        raise WrongError(
            TwoLots,
            f"Lot {count.lot.number} of {count.lot.commodity} in {count.account} is counted twice "
            f"on {count.date}, here and in {where(counted[key].meta)}. Leave one out",
        )
    counted[key] = entry


def _write_down(place: int, entry: data.Custom, values: list[Any], config: Config) -> WriteDown:
    form = 'custom "lot-write-down" "MILK" "L1" 1.20 USD'
    _expect(entry, values, (str, str, Amount), form)
    commodity, number, value = values
    if value.number < 0:
        raise WrongError(
            WrongType,
            f"The net realisable value is {value}, which is below nothing. "
            f"Write 0 {value.currency}",
        )
    lot = Lot(commodity, number)
    return WriteDown(entry.date, place, lot, Money(value.number, value.currency))


def _close(place: int, entry: data.Custom, values: list[Any], config: Config) -> Closing:
    form = 'custom "lot-close" Assets:Inventory 1234.56 USD'
    pairs = max(0, len(values) - 2) // 2
    _expect(entry, values, (str, Amount, *((str, Amount) * pairs)), form)
    account, value, *rest = values
    if not any(parent_matcher(account)(name) for name in config.inventory_accounts):
        raise WrongError(
            WrongClosing,
            f"{account} is no inventory account, and none is below it: no open has lot-method",
        )
    parts = tuple(
        (commodity, Money(amount.number, amount.currency))
        for commodity, amount in zip(rest[::2], rest[1::2], strict=True)
    )
    return Closing(entry.date, place, account, Money(value.number, value.currency), parts)


def _native_value(
    entries: Sequence[data.Directive], closing: Closing, config: Config
) -> Iterator[tuple[str, Money]]:
    """Yield what the native accounts a closing covers hold at cost on its evening."""
    below = parent_matcher(closing.account)
    value: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Transaction) and entry.date <= closing.date:
            for posting in entry.postings:
                policy = config.policy(posting.account) if below(posting.account) else None
                if policy is not None and policy.native and posting.cost is not None:
                    key = posting.units.currency, posting.cost.currency
                    value[key] += posting.units.number * posting.cost.number
    for (commodity, currency), cost in sorted(value.items()):
        yield commodity, Money(cost, currency)


_COUNT_KEYS = ("adjust", "cost", "at-last-cost", "expires")


def _check_keys(entry: data.Custom, known: Sequence[str]) -> None:
    """Find a key that is nearly one of the known ones; any other is a note of the user's own."""
    for key in entry.meta:
        close = None if key in known else near(key, known, cutoff=0.8)
        if close is not None:
            raise WrongError(UnknownWord, f'The key {key} is unknown; did you mean "{close}"?')


def _expect(entry: data.Custom, values: list[Any], types: tuple[type, ...], form: str) -> None:
    if len(values) == len(types) and all(map(isinstance, values, types)):
        return
    raise WrongError(
        WrongType, f'custom "{entry.type}" has {len(values)} values or other types; write {form}'
    )


_READ: Mapping[str, Callable[[int, data.Custom, list[Any], Config], Evening]] = {
    "lot-count": _count,
    "lot-write-down": _write_down,
    "lot-close": _close,
}
