"""The sentence for each refusal: the numbers, and the line to write instead."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from lotcost.core import refusals
from lotcost.ledger import errors
from lotcost.ledger.errors import EXAMPLES, LotError, nearest, number


def refused(why: refusals.Refusal, day: datetime.date, source: Any, entry: Any) -> LotError:
    """Turn a refusal into the error at its line."""
    return _ERRORS[type(why)](source, _sentence(why, day), entry)


_ERRORS: dict[type, type[LotError]] = {
    refusals.Short: errors.ShortStock,
    refusals.Barred: errors.BarredLot,
    refusals.UnknownLot: errors.NoSuchLot,
    refusals.NotArrived: errors.LotNotArrived,
    refusals.LotNeeded: errors.LotNeeded,
    refusals.CurrencyDiffers: errors.TwoCurrencies,
    refusals.NotSold: errors.NeverSold,
    refusals.Uneven: errors.UnevenTransfer,
    refusals.NegativeBatch: errors.NegativeBatch,
    refusals.BatchCycle: errors.BatchCycle,
    refusals.MixedCurrencies: errors.MixedMoney,
    refusals.NothingToLandOn: errors.WrongLanding,
    refusals.NotValued: errors.WrongLanding,
    refusals.OthersGoods: errors.TwoCosts,
    refusals.NoWeight: errors.WrongLanding,
    refusals.NoAccount: errors.MissingAccount,
    refusals.LotsDiffer: errors.TwoLots,
    refusals.NoPrice: errors.MissingPrice,
    refusals.SharesNeeded: errors.WrongShares,
    refusals.BelowZero: errors.BelowZero,
    refusals.NothingToWriteDown: errors.NoWriteDown,
    refusals.CountDiffers: errors.CountDiffers,
    refusals.CountUncosted: errors.CountUncosted,
    refusals.ClosingMoved: errors.ClosingMoved,
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
    if bar.way:
        return f"recalled since {bar.since} with lot {bar.way[0].number} of {bar.way[0].commodity}"
    if bar.why == "expired":
        return f"expired on {bar.since}"
    return f"{'in ' if bar.why == 'quarantine' else ''}{bar.why} since {bar.since}"


def _way_out(why: refusals.Barred, day: datetime.date) -> str:
    commodity, number = why.lot
    release = f'{day} custom "lot-status" "{commodity}" "{number}" "released"'
    if why.bar.why == "quarantine":
        return f"To release it write: {release}"
    out = f'To take it out of stock write reason: "{why.bar.why}"'
    return f"{out}; where the recall is not for it: {release}" if why.bar.way else out


def _reached(bar: refusals.Bar) -> str:
    """Say which lot is recalled, and by way of which others that reaches this one."""
    names = [f"lot {lot.number} of {lot.commodity}" for lot in bar.way]
    made = names[1:-1]
    if len(made) > _MOST_BETWEEN:
        made = [*made[:2], f"{len(made) - 3} more", made[-1]]
    went = ", into ".join([*made, "this lot"])
    return (
        f"{names[0]} is recalled since {bar.since} with what was made of it, and went into {went}"
    )


_MOST_BETWEEN = 5


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
    barred = f"it {'' if why.bar.why == 'expired' else 'is '}{_bar(why.bar)}"
    return (
        f"Lot {why.lot.number} of {why.lot.commodity} in {why.account} may not be sold or used on "
        f"{day}: {_reached(why.bar) if why.bar.way else barred}. {_way_out(why, day)}"
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
def _(why: refusals.NotValued, day: datetime.date) -> str:
    return (
        f"Lot {why.lot.number} of {why.lot.commodity} is in {why.account}, whose goods are "
        "another's and never valued. Take it off landed-on, and this cost to an expense"
    )


@_sentence.register
def _(why: refusals.OthersGoods, day: datetime.date) -> str:
    return (
        f"Lot {why.lot.number} of {why.lot.commodity} comes into {why.account} on {day} at "
        f"{number(why.cost.number)} {why.cost.currency}, and goods there are another's, counted "
        "and never valued. Keep goods of your own in an account without owner"
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
    carried = number(round(why.carried, 6))
    return (
        f"Lot {why.lot.number} of {why.lot.commodity} is carried at {carried} "
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
        + "".join(f"; {goods} was {was} and is {now}" for goods, was, now in why.parts)
    )
