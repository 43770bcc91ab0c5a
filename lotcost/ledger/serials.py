"""Serial numbers: one posting of so many units is so many lots of one unit.

    2025-01-02 * "Maker" "Fifty pumps"
      Assets:Inventory    50 PUMP @ 120.00 USD
        serial: "S0001..S0050"             ; or a list: "S1, S2, S5..S7"

A range counts by its last number and keeps its zeros. A single number is the same as `lot`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import lcm

from beancount.core import data
from beancount.core.amount import Amount

from lotcost.core.rounding import ONE, apportion
from lotcost.ledger.cards import Cards
from lotcost.ledger.config import Config
from lotcost.ledger.errors import (
    MissingLot,
    MixedStyles,
    TwoLots,
    WrongSerial,
    WrongType,
    number,
    where,
)
from lotcost.ledger.kinds import Goods
from lotcost.ledger.ranges import Range, ranges
from lotcost.ledger.words import WrongError
from lotcost.model import Kind, Lot, Money, Receipt

SERIAL = "serial"
_MOST = 10_000  # in one posting: more is a slip of the pen


def serials_of(goods: Goods, txn: data.Transaction, config: Config) -> tuple[str, ...]:
    """Return the serial numbers that a posting of goods names, one for each unit.

    What a transaction says holds for all its goods that are tracked by serial; on other goods a
    serial beside a lot is a fact of that lot.
    """
    own = goods.posting.meta or {}
    said = None if goods.silent else own.get(SERIAL, txn.meta.get(SERIAL))
    if said is None:
        return ()
    commodity, lot = goods.posting.units.currency, own.get("lot")
    if config.tracked(commodity) != SERIAL:
        if SERIAL not in own or lot is not None:
            return ()
        raise WrongError(
            WrongSerial,
            f"{commodity} has a serial, and is not tracked by it. Add to its commodity directive: "
            'lot-tracked: "serial"',
        )
    numbers = _read(said, goods)
    if lot is not None and numbers != (lot,):
        raise WrongError(
            TwoLots, f'The posting names lot "{lot}" and serial "{said}". Leave one out'
        )
    if goods.policy.native and len(numbers) > 1:
        raise WrongError(
            MixedStyles,
            f"{goods.posting.account} is booked by Beancount, which knows no ranges. Write one "
            f'posting a unit: {"" if goods.comes_in else "-"}1 {commodity} {{"{numbers[0]}"}}',
        )
    return numbers


def numbers_in(said: object) -> tuple[str, ...]:
    """Return the serial numbers that a posting with an error names, as far as they can be read."""
    try:
        named = ranges(said) if isinstance(said, str) else []
    except WrongError:
        return ()
    few = sum(each.size for each in named) <= _MOST
    return tuple(serial for each in named for serial in each.numbers()) if few else ()


def check_serial(receipt: Receipt, kind: Kind, cards: Cards) -> None:
    """See that goods come in one unit a number, and each number once."""
    commodity, units = receipt.commodity, receipt.units
    tracked = f'{commodity} is lot-tracked: "serial"'
    first = cards.first.get(Lot(commodity, receipt.lot)) if receipt.lot is not None else None
    if first is not None:
        raise WrongError(
            MissingLot,
            f"{tracked}, and lot {receipt.lot} has come in before, in {where(first)}. Write the "
            "number of this unit",
        )
    if receipt.lot is not None and units != 1:
        raise WrongError(
            MissingLot,
            f"{tracked}, one unit a lot, and lot {receipt.lot} brings {number(units)}. Write a "
            f"number for each: {_example(units)}",
        )
    # A batch of one unit that is taken apart gives back the number that went into it.
    if receipt.lot is None and not (kind is Kind.PRODUCTION and units == 1):
        raise WrongError(
            MissingLot,
            f"{tracked}, and {number(units)} {commodity} come in without a number. Write a number "
            f"for each: {_example(units)}",
        )


def _example(units: Decimal) -> str:
    return f'serial: "S0001..S{int(units):04}"' if units > 1 else 'serial: "S0001"'


def by_unit(
    goods: Goods, numbers: Sequence[str], paid: Mapping[int, Money], config: Config
) -> Iterator[tuple[Goods, Mapping[int, Money]]]:
    """Yield a posting a unit, each with its share of the money: whole cents, the first get more."""
    posting, total = goods.posting, paid.get(goods.place)
    own = {key: value for key, value in (posting.meta or {}).items() if key != SERIAL}
    stated = own.get("cost")
    unit = Amount(ONE if goods.comes_in else -ONE, posting.units.currency)
    moneys = _shared(total, len(numbers), config)
    costs = _shared(Money(*stated) if isinstance(stated, Amount) else None, len(numbers), config)
    for serial, money, cost in zip(numbers, moneys, costs, strict=True):
        meta = {**own, "lot": serial}
        if cost is not None:
            meta["cost"] = Amount(cost.number, cost.currency)
        share = {} if money is None else {goods.place: money}
        yield goods._replace(posting=posting._replace(units=unit, meta=meta)), share


def with_unit_shares(receipts: Sequence[Receipt]) -> tuple[Receipt, ...]:
    """Part the cost share of each posting among its units, exactly: shares are weights."""
    units = [sum(other.posting == each.posting for other in receipts) for each in receipts]
    if max(units) == 1:
        return tuple(receipts)
    scale = lcm(*units)
    return tuple(
        each if each.cost is not None else each._replace(share=(each.share or ONE) * scale / count)
        for each, count in zip(receipts, units, strict=True)
    )


def _shared(money: Money | None, parts: int, config: Config) -> list[Money | None]:
    if money is None:
        return [None] * parts
    shares = apportion(money.number, [ONE] * parts, config.cent(money.currency))
    return [Money(share, money.currency) for share in shares]


def _read(said: object, goods: Goods) -> tuple[str, ...]:
    if not isinstance(said, str):
        raise WrongError(WrongType, f'serial wants a text and has {said}; write serial: "{said}"')
    named = ranges(said)
    size, units = sum(each.size for each in named), abs(goods.posting.units.number)
    if size != units:
        raise WrongError(WrongSerial, _miscounted(said, size, units, named, goods))
    if size > _MOST:
        raise WrongError(
            WrongSerial,
            f"serial names {size} numbers, and a posting has at most {_MOST}. Part it",
        )
    numbers = [serial for each in named for serial in each.numbers()]
    ((serial, times), *_) = Counter(numbers).most_common(1)
    if times > 1:
        raise WrongError(WrongSerial, f'serial "{said}" names {serial} twice. Leave one out')
    return tuple(numbers)


def _miscounted(said: str, size: int, units: Decimal, named: Sequence[Range], goods: Goods) -> str:
    """Say what does not agree; where it is one range of many, also where it would end."""
    what = f"{number(units)} {goods.posting.units.currency}"
    message = f'serial "{said}" names {size} and the posting has {what}. '
    if len(named) == 1 and 1 < units <= _MOST and not units % 1 and not named[0].only:
        fitting = named[0]._replace(last=named[0].first + int(units) - 1)
        return f'{message}Write {size} units, or serial: "{fitting}"'
    return f"{message}Write as many numbers as units"
