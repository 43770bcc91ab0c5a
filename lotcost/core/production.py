"""Batches: inputs by lot and conversion in, outputs at their summed cost; and apart again.

IAS 2.12-14: a batch costs its materials and its conversion; what a by-product is said to
cost is taken off first, and the rest is shared by the outputs' shares.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal

from lotcost.core.refusals import BatchCycle, MixedCurrencies, NegativeBatch, SharesNeeded
from lotcost.core.returns import take_last
from lotcost.core.rounding import ONE, apportion, half_up
from lotcost.core.stock import Made, RefusedError, Stock
from lotcost.model import ZERO, Costed, Kind, Layer, Lot, Money, Movement, Receipt


def make(stock: Stock, movement: Movement) -> Costed:
    """Make a batch, or take one apart where all that comes out went into it."""
    drawn = stock.draw_all(movement.issues, Kind.PRODUCTION, movement.date)
    used = [part for parts in drawn for part in parts]
    apart = _batch_taken_apart(stock, movement, used)
    if apart is not None:
        return _take_apart(stock, movement, drawn, apart)
    currency = _currency(movement, used)
    outputs = _costed_outputs(stock, movement, used, currency)
    for output in outputs:
        _refuse_cycle(stock, output, used)
        stock.check(output)
    batch = Made(list(used), tuple(_weights(outputs, movement)))
    put = tuple((stock.receive(output, movement.date, movement.links),) for output in outputs)
    for output in outputs:
        stock.pasts[_lot(output)].made_by.append(batch)
    for part in used:
        # Two batches may look alike and are two all the same.
        if not any(batch is known for known in stock.pasts[part.lot].batches):
            stock.pasts[part.lot].batches.append(batch)
    stock.recalls.make((part.lot for part in used), list(map(_lot, outputs)), movement.date)
    return Costed(movement, drawn, put)


def _currency(movement: Movement, used: Sequence[Layer]) -> str:
    """A batch costs in one currency."""
    moneys = [movement.beside, *(receipt.cost for receipt in movement.receipts)]
    found = dict.fromkeys([part.currency for part in used] + [m.currency for m in moneys if m])
    if len(found) != 1:
        names = [*found, "", ""]
        raise RefusedError(movement.receipts[0].posting, MixedCurrencies(names[0], names[1]))
    return next(iter(found))


def _costed_outputs(
    stock: Stock, movement: Movement, used: Sequence[Layer], currency: str
) -> list[Receipt]:
    cost = sum((part.cost for part in used), ZERO)
    if movement.beside is not None:
        cost += movement.beside.number
    cent = stock.rules.cent(currency)
    stated = [half_up(each.cost.number, cent) for each in movement.receipts if each.cost]
    by_products = sum(stated, ZERO)
    if cost < by_products:
        taken = sum((each.cost.number for each in movement.receipts if each.cost), ZERO)
        why = NegativeBatch(cost, taken, currency)
        raise RefusedError(movement.receipts[0].posting, why)
    sharing = [each for each in movement.receipts if each.cost is None]
    if len(sharing) > 1 and not any(each.share is not None for each in sharing):
        names = tuple(f"{each.commodity} {each.lot or ''}".strip() for each in sharing)
        raise RefusedError(sharing[0].posting, SharesNeeded(names))
    if not sharing and cost != by_products:
        stock.want_leg(movement.receipts[0].posting, movement.receipts[0].account, "lot-adjustment")
    shares = apportion(cost - by_products, [each.share or ZERO for each in sharing], cent)
    stated_costs, shared_costs = iter(stated), iter(shares)
    earliest = _earliest_expiry(used)
    return [
        output._replace(
            lot=output.lot or movement.date.isoformat(),
            cost=Money(next(stated_costs if output.cost else shared_costs), currency),
            expires=output.expires or earliest,
        )
        for output in movement.receipts
    ]


def _earliest_expiry(used: Sequence[Layer]) -> datetime.date | None:
    return min((part.expires for part in used if part.expires is not None), default=None)


def _weights(
    outputs: Sequence[Receipt], movement: Movement
) -> Iterator[tuple[Lot, Decimal, Decimal]]:
    """Say what each output bears of a cost that comes later: its share; a by-product nothing."""
    for output, written in zip(outputs, movement.receipts, strict=True):
        share = ONE if written.share is None else written.share
        yield _lot(output), output.units, share if written.cost is None else ZERO


def _lot(output: Receipt) -> Lot:
    assert output.lot is not None  # a costed output has one
    return Lot(output.commodity, output.lot)


def _refuse_cycle(stock: Stock, output: Receipt, used: Sequence[Layer]) -> None:
    made = _lot(output)
    seen: set[Lot] = set()
    ancestors = [part.lot for part in used]
    while ancestors:
        lot = ancestors.pop()
        if lot == made:
            uses = next(part.lot for part in used)
            raise RefusedError(output.posting, BatchCycle(made, uses))
        if lot not in seen:
            seen.add(lot)
            for batch in stock.pasts[lot].made_by:
                ancestors.extend(part.lot for part in batch.used)


def _batch_taken_apart(stock: Stock, movement: Movement, used: Sequence[Layer]) -> Made | None:
    """Find the batch whose one lot is used up to give back what went into it."""
    lots = {part.lot for part in used}
    if len(lots) != 1 or any(each.share or each.cost for each in movement.receipts):
        return None
    for batch in reversed(stock.pasts[used[0].lot].made_by):
        if _went_in(batch, movement.receipts):
            return batch
    return None


def _went_in(batch: Made, receipts: Sequence[Receipt]) -> bool:
    """Whether goods, and their lots where they are named, are among what a batch used up."""
    for receipt in receipts:
        alike = (
            each.units
            for each in receipts
            if each.commodity == receipt.commodity and receipt.lot in {None, each.lot}
        )
        used = (part.units for part in batch.used if _fits(part, receipt))
        if sum(alike, ZERO) > sum(used, ZERO):
            return False
    return True


def _fits(part: Layer, receipt: Receipt) -> bool:
    return part.lot.commodity == receipt.commodity and receipt.lot in {None, part.lot.number}


def _take_apart(
    stock: Stock,
    movement: Movement,
    drawn: tuple[tuple[Layer, ...], ...],
    batch: Made,
) -> Costed:
    """Give inputs back to their lots at what they cost; named lots first, last used first."""
    used = list(batch.used)
    back: dict[int, list[Layer]] = {}
    for place, receipt in sorted(
        enumerate(movement.receipts), key=lambda each: each[1].lot is None
    ):
        theirs = [part for part in used if _fits(part, receipt)]
        others = [part for part in used if not _fits(part, receipt)]
        back[place] = list(take_last(theirs, receipt.units, stock.rules))
        used = others + theirs
    apart = sum((part.cost for parts in drawn for part in parts), ZERO)
    apart -= sum((part.cost for parts in back.values() for part in parts), ZERO)
    if movement.beside is not None:
        apart += movement.beside.number
    if apart:
        stock.want_leg(movement.issues[0].posting, movement.issues[0].account, "lot-adjustment")
    for place, receipt in enumerate(movement.receipts):
        stock.check_parts(receipt.posting, receipt.account, back[place])
    batch.used[:] = used
    put = tuple(
        tuple(stock.put_together(receipt.account, back[place]))
        for place, receipt in enumerate(movement.receipts)
    )
    return Costed(movement, drawn, put)
