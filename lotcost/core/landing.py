"""Landed cost: freight, duty, insurance and allowances on goods that are there already.

It is apportioned over the lots by what was received of them, and in each lot over its units:
what is on hand gets dearer, what went into a batch makes the batch's own output dearer, and
the share of what is gone is cost of sales on the day of the invoice. Nothing before changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from lotcost.core.refusals import (
    BelowZero,
    CurrencyDiffers,
    NoPrice,
    NothingToLandOn,
    NotValued,
    NoWeight,
)
from lotcost.core.rounding import apportion
from lotcost.core.stock import Made, RefusedError, Stock
from lotcost.model import ZERO, By, Charge, Landing, Layer, Lot, Money, Revalued


def land(stock: Stock, landing: Landing) -> Revalued:
    """Apportion a landed cost."""
    named = dict.fromkeys(_lots(stock, landing))
    lots = [lot for lot in named if stock.pasts[lot].units]  # what went back bears nothing
    if not lots:
        links = {f"^{link}" for link in stock.by_link}
        known = sorted(links | {lot.number for lot in stock.pasts})
        raise RefusedError(landing.posting, NothingToLandOn(_names(landing), tuple(known)))
    for lot in lots:
        for account in stock.pasts[lot].accounts:
            if not stock.rules.values(account):
                raise RefusedError(landing.posting, NotValued(account, lot))
    amount = _converted(stock, lots, landing)
    weights = [_weight(stock, lot, landing) for lot in lots]
    shares = apportion(amount.number, weights, stock.rules.cent(amount.currency))
    follow = _Follow(stock, landing, amount)
    for lot, share in zip(lots, shares, strict=True):
        follow.units_of(lot, share)
    return follow.book()


def _lots(stock: Stock, landing: Landing) -> Iterator[Lot]:
    for name in landing.on:
        if isinstance(name, Lot):
            yield from (name,) if name in stock.pasts else ()
        elif name.startswith("^"):
            yield from stock.by_link.get(name[1:], ())
        else:
            yield from (lot for lot in stock.pasts if lot.number == name)


def _names(landing: Landing) -> tuple[str, ...]:
    return tuple(name.number if isinstance(name, Lot) else name for name in landing.on)


def _converted(stock: Stock, lots: Sequence[Lot], landing: Landing) -> Money:
    """Return the amount in the lots' one currency, at the price of the invoice's day."""
    currency = stock.pasts[lots[0]].currency
    for lot in lots:
        if stock.pasts[lot].currency != currency:
            why = CurrencyDiffers(lot, stock.pasts[lot].currency, currency)
            raise RefusedError(landing.posting, why)
    amount = stock.rules.convert(landing.amount, currency, landing.date)
    if amount is None:
        raise RefusedError(landing.posting, NoPrice(landing.amount.currency, currency))
    return amount


def _weight(stock: Stock, lot: Lot, landing: Landing) -> Decimal:
    past = stock.pasts[lot]
    if landing.by is By.EQUAL:
        return Decimal(1)
    if landing.by is By.VALUE:
        return past.cost
    if landing.by is By.QUANTITY:
        return past.units
    weight = stock.rules.unit_weight(lot.commodity)
    if weight is None:
        raise RefusedError(landing.posting, NoWeight(lot.commodity))
    return past.units * weight


class _Follow:
    """Where a landed cost goes: planned first, booked when all of it can be."""

    def __init__(self, stock: Stock, landing: Landing, amount: Money) -> None:
        self.stock = stock
        self.landing = landing
        self.amount = amount
        self.on_hand: dict[Lot, Decimal] = {}
        self.gone: dict[Lot, Decimal] = {}

    def units_of(self, lot: Lot, amount: Decimal) -> None:
        """Share an amount of a lot over its units on hand, used up and gone."""
        if not amount:
            return
        past = self.stock.pasts[lot]
        on_hand = sum((layer.units for _, layer in self.stock.on_hand(lot)), ZERO)
        used = [_used(batch, lot) for batch in past.batches]
        gone = past.units - on_hand - sum(used, ZERO)
        if not past.units:
            raise RefusedError(self.landing.posting, NothingToLandOn(_names(self.landing), ()))
        cent = self.stock.rules.cent(past.currency)
        kept, lost, *passed_on = apportion(amount, [on_hand, gone, *used], cent)
        self._add(self.on_hand, lot, kept)
        self._add(self.gone, lot, lost)
        for batch, share in zip(past.batches, passed_on, strict=True):
            weights = [weight for _, _, weight in batch.outputs]
            parts = apportion(share, weights, cent)
            for (output, _, _), part in zip(batch.outputs, parts, strict=True):
                self.units_of(output, part)

    def book(self) -> Revalued:
        """Book what was planned."""
        plan = [(lot, list(self.stock.on_hand(lot)), more) for lot, more in self.on_hand.items()]
        currency = self.amount.currency
        cent = self.stock.rules.cent(currency)
        for lot in self.gone:
            account = next(iter(self.stock.pasts[lot].accounts))
            self.stock.want_leg(self.landing.posting, account, "lot-cost-of-sales")
        dearer: list[tuple[str, Layer, Decimal]] = []
        for lot, layers, more in plan:
            shares = apportion(more, [layer.units for _, layer in layers], cent)
            for (account, layer), share in zip(layers, shares, strict=True):
                if layer.cost + share < ZERO:
                    why = BelowZero(lot, layer.cost, -share, currency)
                    raise RefusedError(self.landing.posting, why)
                dearer.append((account, layer, share))
        recosts = [
            self.stock.recost(account, layer, share) for account, layer, share in dearer if share
        ]
        charges = tuple(
            Charge(next(iter(self.stock.pasts[lot].accounts)), lot, Money(lost, currency))
            for lot, lost in self.gone.items()
        )
        return Revalued(self.landing, tuple(recosts), charges, self.amount)

    @staticmethod
    def _add(to: dict[Lot, Decimal], lot: Lot, amount: Decimal) -> None:
        if amount:
            to[lot] = to.get(lot, ZERO) + amount


def _used(batch: Made, lot: Lot) -> Decimal:
    return sum((part.units for part in batch.used if part.lot == lot), ZERO)
