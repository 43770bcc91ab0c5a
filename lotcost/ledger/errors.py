"""Every error a ledger can have about its lots, and the sentence for each.

LotError
├── UnknownWord        a key or value that nobody knows, with the nearest known one
├── WrongType          a value of another type than its key wants
├── MissingAccount     a leg has to be added, and no account is laid down for it
├── UnclearKind        nothing says what a movement is, or what it says cannot be
├── MissingCost        goods come in, and nothing says what they cost
├── TwoCosts           goods come in, and two costs are written
├── MissingLot         goods that need a lot number, or one unit a lot, come in otherwise
├── TwoLots            one posting, or one lot, says two different things
├── MixedStyles        Beancount's own lots in a managed account, or the other way round
├── ElidedAmount       an amount was left out where nothing can tell it
├── WrongShares        what a batch's outputs bear of its cost does not add up
├── WrongLanding       a landed cost that rests on nothing
├── WrongClosing       a closing that cannot be held
├── MissingPrice       money of one currency is needed in another
└── Refused            what the stock cannot do
    ├── ShortStock     an issue asks for more than the lots hold
    ├── BarredLot      a lot that is expired, in quarantine or recalled is sold or used
    ├── NoSuchLot      a lot that no receipt ever brought
    ├── LotNotArrived  a lot before its day
    ├── LotNeeded      specific identification, and no lot named
    ├── TwoCurrencies  a lot with costs in two currencies
    ├── NeverSold      a customer returns what was not sold
    ├── UnevenTransfer a transfer takes out other units than it brings in
    ├── NegativeBatch  by-products take more than their batch costs
    ├── BatchCycle     a batch uses up what was made from it
    ├── MixedMoney     one batch or average with costs in two currencies
    ├── BelowZero      an allowance takes more than goods cost
    ├── NoWriteDown    a net realisable value above cost
    ├── CountDiffers   a count finds other units than the books have
    ├── CountUncosted  a count finds a lot that is new and has no cost
    └── ClosingMoved   a closing value is not what it was

They are values in Beancount's own form (source, message, entry), collected and never raised.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable
from decimal import Decimal
from functools import singledispatch
from typing import Any, NamedTuple

from lotcost.core import refusals


class LotError(NamedTuple):
    """An error about lots, at the line it stands on."""

    source: Any
    message: str
    entry: Any


class UnknownWord(LotError):
    """A key or value that nobody knows."""


class WrongType(LotError):
    """A value of another type than its key wants."""


class MissingAccount(LotError):
    """A leg has to be added, and no account is laid down for it."""


class UnclearKind(LotError):
    """Nothing says what a movement is, or what it says cannot be."""


class MissingCost(LotError):
    """Goods come in, and nothing says what they cost."""


class TwoCosts(LotError):
    """Goods come in, and two costs are written."""


class MissingLot(LotError):
    """Goods come in without the lot number, or the single unit a lot, that they need."""


class TwoLots(LotError):
    """One posting, or one lot, says two different things."""


class MixedStyles(LotError):
    """Beancount's own lots in a managed account, or bare goods in a native one."""


class ElidedAmount(LotError):
    """An amount was left out where nothing can tell it."""


class WrongShares(LotError):
    """What a batch's outputs bear of its cost does not add up."""


class WrongLanding(LotError):
    """A landed cost that rests on nothing."""


class WrongClosing(LotError):
    """A closing that cannot be held."""


class MissingPrice(LotError):
    """Money of one currency is needed in another, and the ledger has no price."""


class Refused(LotError):
    """The stock cannot do what is asked."""


class ShortStock(Refused):
    """An issue asks for more than the lots hold."""


class BarredLot(Refused):
    """A lot that is expired, in quarantine or recalled is sold or used."""


class NoSuchLot(Refused):
    """A lot that no receipt ever brought."""


class LotNotArrived(Refused):
    """A lot before its day."""


class LotNeeded(Refused):
    """Specific identification, and no lot named."""


class TwoCurrencies(Refused):
    """A lot with costs in two currencies."""


class NeverSold(Refused):
    """A customer returns what was not sold."""


class UnevenTransfer(Refused):
    """A transfer takes out other units than it brings in."""


class NegativeBatch(Refused):
    """By-products take more than their batch costs."""


class BatchCycle(Refused):
    """A batch uses up what was made from it."""


class MixedMoney(Refused):
    """One batch or average with costs in two currencies."""


class BelowZero(Refused):
    """An allowance takes more than goods cost."""


class NoWriteDown(Refused):
    """A net realisable value above cost."""


class CountDiffers(Refused):
    """A count finds other units than the books have."""


class CountUncosted(Refused):
    """A count finds a lot that is new and has no cost."""


class ClosingMoved(Refused):
    """A closing value is not what it was."""


EXAMPLES = {
    "lot-sales": "Income:Sales",
    "lot-cost-of-sales": "Expenses:CostOfSales",
    "lot-write-off": "Expenses:WriteOff",
    "lot-write-down": "Expenses:WriteDown",
    "lot-adjustment": "Expenses:StockDifferences",
    "lot-landed-cost": "Assets:Clearing:Freight",
}
"""An account for each leg that may have to be added, to write in a message."""


def missing_leg(what: str, laid_down: Any, key: str) -> str:
    """Say that a leg has to be added, and what to lay down for it on which `open`."""
    return (
        f"This {what} needs a leg on an account that is not laid down. Add to the open of "
        f"{laid_down.account} ({where(laid_down.meta)}): {key}: {EXAMPLES[key]}"
    )


def refused(why: refusals.Refusal, day: datetime.date, source: Any, entry: Any) -> LotError:
    """Turn a refusal into the error at its line."""
    return _ERRORS[type(why)](source, _sentence(why, day), entry)


def where(meta: Any) -> str:
    """Name a line as `file:line`, as an editor takes it."""
    return f"{meta['filename']}:{meta['lineno']}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Offer the nearest known word, or all of them where none is near."""
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    return "known are " + ", ".join(known) if known else "none is known"


def number(value: Decimal) -> str:
    """Print a number without trailing zeros and never with an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_ERRORS: dict[type, type[LotError]] = {
    refusals.Short: ShortStock,
    refusals.Barred: BarredLot,
    refusals.UnknownLot: NoSuchLot,
    refusals.NotArrived: LotNotArrived,
    refusals.LotNeeded: LotNeeded,
    refusals.CurrencyDiffers: TwoCurrencies,
    refusals.NotSold: NeverSold,
    refusals.Uneven: UnevenTransfer,
    refusals.NegativeBatch: NegativeBatch,
    refusals.BatchCycle: BatchCycle,
    refusals.MixedCurrencies: MixedMoney,
    refusals.NothingToLandOn: WrongLanding,
    refusals.NoWeight: WrongLanding,
    refusals.NoAccount: MissingAccount,
    refusals.LotsDiffer: TwoLots,
    refusals.NoPrice: MissingPrice,
    refusals.SharesNeeded: WrongShares,
    refusals.BelowZero: BelowZero,
    refusals.NothingToWriteDown: NoWriteDown,
    refusals.CountDiffers: CountDiffers,
    refusals.CountUncosted: CountUncosted,
    refusals.ClosingMoved: ClosingMoved,
}


@singledispatch
def _sentence(why: Any, day: datetime.date) -> str:
    raise TypeError(type(why))


def _held(held: Iterable[refusals.Held]) -> str:
    return ", ".join(
        f"lot {each.lot} {number(each.units)}" + (f" {_bar(each.bar)}" if each.bar else "")
        for each in held
    )


def _bar(bar: refusals.Bar) -> str:
    if bar.why == "expired":
        return f"expired on {bar.since}"
    return f"{'in ' if bar.why == 'quarantine' else ''}{bar.why} since {bar.since}"


def _way_out(why: refusals.Barred, day: datetime.date) -> str:
    if why.bar.why != "quarantine":
        return f'To take it out of stock write reason: "{why.bar.why}"'
    commodity, number = why.lot
    return f'To release it write: {day} custom "lot-status" "{commodity}" "{number}" "released"'


@_sentence.register
def _(why: refusals.Short, day: datetime.date) -> str:
    lacking = number(why.wanted - why.on_hand)
    of_lot = f" of lot {why.lot}" if why.lot else ""
    held = f" ({_held(why.held)})" if why.held else ""
    return (
        f"{why.account} is {lacking} {why.commodity}{of_lot} short on {day}: "
        f"{number(why.wanted)} wanted, {number(why.on_hand)} on hand{held}."
    )


@_sentence.register
def _(why: refusals.Barred, day: datetime.date) -> str:
    return (
        f"Lot {why.lot.number} of {why.lot.commodity} in {why.account} may not be sold or used on "
        f"{day}: it {'' if why.bar.why == 'expired' else 'is '}{_bar(why.bar)}. "
        f"{_way_out(why, day)}"
    )


@_sentence.register
def _(why: refusals.UnknownLot, day: datetime.date) -> str:
    text = f"No receipt brings a lot {why.lot.number} of {why.lot.commodity}; "
    if why.other_commodities:
        return text + f"it is a lot of {', '.join(why.other_commodities)}."
    return text + nearest(why.lot.number, why.known)


@_sentence.register
def _(why: refusals.NotArrived, day: datetime.date) -> str:
    return (
        f"Lot {why.lot.number} of {why.lot.commodity} is used on {day} and arrives on "
        f"{why.arrives}, after this line. Correct one of the two dates, or name another lot."
    )


@_sentence.register
def _(why: refusals.LotNeeded, day: datetime.date) -> str:
    return (
        f"{why.account} is kept by specific identification and holds {len(why.open)} lots of "
        f"{why.commodity} on {day} ({_held(why.open)}). Add the one that left: "
        f'lot: "{why.open[0].lot}"'
    )


@_sentence.register
def _(why: refusals.CurrencyDiffers, day: datetime.date) -> str:
    return (
        f"Lot {why.lot.number} of {why.lot.commodity} has its cost in {why.currency} and gets one "
        f"in {why.other}. Write the cost in {why.currency}, or use a lot number of its own."
    )


@_sentence.register
def _(why: refusals.NotSold, day: datetime.date) -> str:
    of_lot = f" of lot {why.lot}" if why.lot else ""
    return (
        f"A customer returns {number(why.returned)} {why.commodity}{of_lot} on {day}, and "
        f"{number(why.sold)} were sold and not returned yet. Where they left before this ledger "
        f'begins, write their cost and lot-kind: "receipt".'
    )


@_sentence.register
def _(why: refusals.Uneven, day: datetime.date) -> str:
    return (
        f"A transfer takes out {number(why.out)} {why.commodity} and brings in {number(why.into)}. "
        f"Write the difference as a movement of its own."
    )


@_sentence.register
def _(why: refusals.NegativeBatch, day: datetime.date) -> str:
    return (
        f"The by-products of this batch are said to cost {why.taken} {why.currency}, and all of "
        f"it costs {why.cost} {why.currency}. Lower their cost: or give them a cost-share"
    )


@_sentence.register
def _(why: refusals.BatchCycle, day: datetime.date) -> str:
    return (
        f"This batch makes lot {why.lot.number} of {why.lot.commodity} and uses up lot "
        f"{why.uses.number} of {why.uses.commodity}, which is that lot or was made from it. "
        "Give the output a lot number of its own"
    )


@_sentence.register
def _(why: refusals.MixedCurrencies, day: datetime.date) -> str:
    if not why.currency:
        return "Nothing says what this batch costs: it has no inputs and no conversion in money"
    return (
        f"Costs in {why.currency} and in {why.other} come together here, and one lot or average "
        f"has one currency. Convert before: buy in {why.currency}, or keep them in two accounts"
    )


@_sentence.register
def _(why: refusals.NothingToLandOn, day: datetime.date) -> str:
    names = ", ".join(why.on)
    known = f"; {nearest(why.on[0], why.known)}" if why.known else ""
    return f"There are no goods of {names} on {day} to land a cost on{known}"


@_sentence.register
def _(why: refusals.NoAccount, day: datetime.date) -> str:
    return f"{why.account} lays down no {why.key}. Add to its open: {why.key}: {EXAMPLES[why.key]}"


@_sentence.register
def _(why: refusals.LotsDiffer, day: datetime.date) -> str:
    return (
        f"{why.commodity} of lot {why.lot} arrive on {day}, and none of that lot leave. Name the "
        "same lots on both sides, or on one of them"
    )


@_sentence.register
def _(why: refusals.NoWeight, day: datetime.date) -> str:
    return (
        f"This cost is landed by weight, and the weight of {why.commodity} is not known. Add to "
        f"its commodity directive: unit-weight: 1.00"
    )


@_sentence.register
def _(why: refusals.NoPrice, day: datetime.date) -> str:
    return (
        f"{why.currency} are needed in {why.other} on {day}, and the ledger has no price. Add: "
        f"{day} price {why.currency} 1.00 {why.other}"
    )


@_sentence.register
def _(why: refusals.SharesNeeded, day: datetime.date) -> str:
    return (
        f"This batch makes {' and '.join(why.outputs)}, and nothing says how they share its cost. "
        "Add cost-share: 60 to one and cost-share: 40 to the other, or cost: 5.00 USD to a "
        "by-product"
    )


@_sentence.register
def _(why: refusals.BelowZero, day: datetime.date) -> str:
    return (
        f"This takes {why.allowance} {why.currency} off lot {why.lot.number} of "
        f"{why.lot.commodity}, whose goods on hand cost {why.cost} {why.currency}. Lower the "
        "amount"
    )


@_sentence.register
def _(why: refusals.NothingToWriteDown, day: datetime.date) -> str:
    return (
        f"Lot {why.lot.number} of {why.lot.commodity} is carried at {number(why.carried)} "
        f"{why.currency} a unit on {day}, which is not above {number(why.value)} {why.currency}: "
        "there is nothing to write down"
    )


@_sentence.register
def _(why: refusals.CountDiffers, day: datetime.date) -> str:
    return (
        f"{why.account} holds {number(why.on_hand)} {why.lot.commodity} of lot {why.lot.number} on "
        f"{day}, and {number(why.counted)} were counted. Find the movement that is missing, or "
        "book the difference: adjust: TRUE"
    )


@_sentence.register
def _(why: refusals.CountUncosted, day: datetime.date) -> str:
    return (
        f"{number(why.counted)} {why.lot.commodity} of lot {why.lot.number} were counted in "
        f"{why.account}, and no receipt brings that lot. Say what a unit costs, cost: 2.00 USD, or "
        "take the last cost: at-last-cost: TRUE"
    )


@_sentence.register
def _(why: refusals.ClosingMoved, day: datetime.date) -> str:
    return (
        f"{why.account} was closed on {day} at {why.was} {why.currency} and is now worth {why.now} "
        f"{why.currency}, which is {why.now - why.was:+} {why.currency}"
    )
