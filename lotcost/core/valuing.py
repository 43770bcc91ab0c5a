"""What goods on hand are worth: write-downs, losses that good units absorb, closings."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from lotcost.core.refusals import ClosingMoved, CurrencyDiffers, NothingToWriteDown
from lotcost.core.rounding import apportion, half_up
from lotcost.core.stock import RefusedError, Stock
from lotcost.model import (
    ZERO,
    Closing,
    Costed,
    Expiring,
    Issue,
    Kind,
    Lot,
    Movement,
    Reason,
    Revalued,
    WriteDown,
)


def write_down(stock: Stock, event: WriteDown) -> Revalued | None:
    """Carry a lot on hand at its net realisable value where that is below its cost.

    Item by item, an item being a layer of the lot (IAS 2.29). Where it recovers, the write-down
    is taken back as far as it rests on units on hand (IAS 2.33), or never (ASC 330-10-35-14).
    """
    past = stock.find(event.lot, 0)
    if past.currency != event.value.currency:
        raise RefusedError(0, CurrencyDiffers(event.lot, past.currency, event.value.currency))
    recosts = []
    carried = rested = units = ZERO
    on_hand = list(stock.on_hand(event.lot))
    for account in past.accounts:
        stock.want_leg(0, account, "lot-write-down")
    for account, layer in on_hand:
        worth = half_up(event.value.number * layer.units, stock.rules.cent(layer.currency))
        down = layer.cost - worth
        if down < ZERO:
            down = -min(-down, layer.written_down) if stock.rules.reverses else ZERO
        carried += layer.cost
        units += layer.units
        rested += layer.written_down
        if down:
            recosts.append(stock.recost(account, layer, -down, down))
    if not recosts and not rested and event.value.number * units > carried:
        value, currency = event.value
        raise RefusedError(0, NothingToWriteDown(event.lot, value, carried / units, currency))
    return Revalued(event, tuple(recosts)) if recosts else None


def expire(stock: Stock, event: Expiring) -> Costed | None:
    """Write off what is on hand of a lot that has expired: an issue an account.

    Not while it is recalled or in quarantine, when it is to be held.
    """
    units: dict[str, Decimal] = defaultdict(Decimal)
    assert stock.due is not None  # which asks for it
    for account, layer in stock.on_hand(event.lot):
        bar = stock.bar(layer, event.date)
        if bar is not None and bar.why == "expired":
            units[account] += layer.units
        elif bar is not None:
            stock.due.hold(event.lot)
    if not units:
        return None
    issues = tuple(
        Issue(0, account, event.lot.commodity, event.lot.number, held)
        for account, held in units.items()
    )
    for account in units:
        if not stock.rules.has_leg(account, "lot-write-off-expired"):
            stock.want_leg(0, account, "lot-write-off")
    movement = Movement(Kind.WRITE_OFF, event.date, event.entry, issues, reason=Reason.EXPIRED)
    return Costed(movement, stock.draw_all(issues, Kind.WRITE_OFF, event.date), ())


def lose(stock: Stock, costed: Costed) -> Costed:
    """Let the units that are left of a lot bear what a normal loss cost (IAS 2.16 a contrario).

    Where none are left there is nobody to bear it, and it is an expense after all.
    """
    recosts = []
    for issue, parts in zip(costed.movement.issues, costed.drawn, strict=True):
        lost: dict[Lot, Decimal] = defaultdict(Decimal)
        for part in parts:
            lost[part.lot] += part.cost
        for lot, cost in lost.items():
            left = list(stock.shelf(issue.account, lot.commodity).layers(lot.number))
            if not left:
                continue
            cent = stock.rules.cent(left[0].currency)
            shares = apportion(cost, [layer.units for layer in left], cent)
            for layer, share in zip(left, shares, strict=True):
                recosts.append(stock.recost(issue.account, layer, share))
    return costed._replace(recosts=tuple(recosts))


def close(stock: Stock, closing: Closing) -> None:
    """Hold a closing value against what is on hand, to the cent: Beancount keeps finer ones."""
    cent = stock.rules.cent(closing.value.currency)
    now: dict[str, Decimal] = defaultdict(Decimal)
    for account, commodity, currency, cost in stock.values():
        if currency == closing.value.currency and is_below(account, closing.account):
            now[commodity] += cost
    for commodity, (cost, currency) in closing.native:
        if currency == closing.value.currency:
            now[commodity] += cost
    total = half_up(sum(now.values(), ZERO), cent)
    now = {commodity: half_up(cost, cent) for commodity, cost in now.items()}
    was = {commodity: half_up(money.number, cent) for commodity, money in closing.parts}
    parts = tuple(
        (commodity, was.get(commodity, ZERO), now.get(commodity, ZERO))
        for commodity in sorted(now.keys() | was.keys())
        if was and now.get(commodity, ZERO) != was.get(commodity, ZERO)
    )
    if total == half_up(closing.value.number, cent) and not parts:
        return
    moved = tuple(commodity for commodity, _, _ in parts) or tuple(sorted(now))
    (value, currency), account = closing.value, closing.account
    raise RefusedError(0, ClosingMoved(account, value, total, currency, moved, parts))


def is_below(account: str, ancestor: str) -> bool:
    """Whether an account is another one, or one below it."""
    return account == ancestor or account.startswith(ancestor + ":")
