"""Counts: what was found of a lot in an account, against the books."""

from __future__ import annotations

import datetime
from decimal import Decimal

from lotcost.core.refusals import CountDiffers, CountUncosted
from lotcost.core.rounding import half_up, pool
from lotcost.core.stock import RefusedError, Stock
from lotcost.model import ZERO, Costed, Count, Issue, Kind, Layer, Lot, Money, Movement, Receipt


def count(stock: Stock, found: Count) -> Costed | None:
    """Compare a count with the books, and book the difference where it says so."""
    lot = found.lot
    if lot not in stock.pasts and not (found.cost or found.at_last_cost):
        if found.units:
            raise RefusedError(0, CountUncosted(found.account, lot, found.units))
        stock.find(lot, 0)
    shelf = stock.shelf(found.account, lot.commodity)
    on_hand = sum((layer.units for layer in shelf.layers(lot.number)), ZERO)
    difference = found.units - on_hand
    if not difference:
        return None
    if not found.adjust:
        raise RefusedError(0, CountDiffers(found.account, lot, found.units, on_hand))
    movement = Movement(Kind.ADJUSTMENT, found.date, found.entry)
    if difference < ZERO:
        issue = Issue(0, found.account, lot.commodity, lot.number, -difference)
        drawn = stock.draw(issue, Kind.ADJUSTMENT, found.date)
        return Costed(movement._replace(issues=(issue,)), (drawn,), ())
    receipt = Receipt(0, found.account, lot.commodity, lot.number, difference)
    receipt = receipt._replace(expires=found.expires, cost=_said_cost(found, difference, stock))
    put = find(stock, receipt, found.date)
    return Costed(movement._replace(receipts=(receipt,)), (), (put,))


def _said_cost(found: Count, units: Decimal, stock: Stock) -> Money | None:
    if found.cost is not None:
        cent = stock.rules.cent(found.cost.currency)
        return Money(half_up(found.cost.number * units, cent), found.cost.currency)
    return None


def find(stock: Stock, receipt: Receipt, day: datetime.date) -> tuple[Layer, ...]:
    """Put goods that were found: at the cost written, else at their lot's own.

    In an average they may name no lot: they are of the last one in. To write the cost that they
    would take anyway changes nothing.
    """
    like = _like(stock, receipt)
    if like is None:
        if receipt.cost is None:
            lot = Lot(receipt.commodity, receipt.lot or "")
            raise RefusedError(receipt.posting, CountUncosted(receipt.account, lot, receipt.units))
        stock.check(receipt)
        return (stock.receive(receipt, day),)
    lot = Lot(receipt.commodity, receipt.lot or like.lot.number)
    cent = stock.rules.cent(like.currency)
    cost = Money(half_up(like.cost * receipt.units / like.units, cent), like.currency)
    own = receipt.cost is None or (
        receipt.cost == cost
        and receipt.acquired in {None, like.acquired}
        and receipt.expires in {None, like.expires}
    )
    receipt = receipt._replace(lot=lot.number, cost=receipt.cost or cost)
    stock.check(receipt)
    if like.lot != lot or not own:
        return (stock.receive(receipt, day),)
    stock.pasts[lot].units += receipt.units
    stock.pasts[lot].cost += cost.number
    more = like._replace(units=receipt.units, cost=cost.number, written_down=ZERO)
    # A gram found at a rounded cent is no layer of its own, at what that makes a kilogram.
    return (stock.put(receipt.account, more, pool),)


def _like(stock: Stock, receipt: Receipt) -> Layer | None:
    """Return the layer whose unit cost found goods take, if anything is known of them.

    What is on hand of their lot, in their account first and the latest first; else what the
    lot cost when it was received; else the commodity's last receipt.
    """
    here = stock.shelf(receipt.account, receipt.commodity).latest(receipt.lot)
    if here is not None:
        return here
    lot = Lot(receipt.commodity, receipt.lot or "")
    elsewhere = [layer for _, layer in stock.on_hand(lot)]
    if elsewhere:
        return elsewhere[-1]
    past = stock.pasts.get(lot)
    return (past and past.first) or stock.last.get(lot.commodity)
