"""Goods back from a customer: to their lots, at the cost they left at, last out first."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lotcost.core.refusals import NotSold
from lotcost.core.rounding import split
from lotcost.core.rules import Rules
from lotcost.core.sales import Sold
from lotcost.core.stock import RefusedError, Stock
from lotcost.model import ZERO, Costed, Layer, Movement, Receipt


def bring_back(stock: Stock, movement: Movement) -> Costed:
    """Take goods back from the sale they left in: all of them, or none where one never left."""
    # Where there are several they are of a serial number each, so that none is in another's way.
    sales = [_sales_of(stock, receipt, movement) for receipt in movement.receipts]
    left = [(sale, list(sale.parts)) for sold in sales for sale in sold]
    back = [
        list(_last_sold(sold, receipt, stock.rules))
        for receipt, sold in zip(movement.receipts, sales, strict=True)
    ]
    account = movement.receipts[0].account
    try:
        parts = [part for of_one in back for part in of_one]
        stock.check_parts(movement.receipts[0].posting, account, parts)
    except RefusedError:
        for sale, sold_parts in left:
            sale.parts[:] = sold_parts
        raise
    return Costed(movement, (), tuple(tuple(stock.put_together(account, of)) for of in back))


def _sales_of(stock: Stock, receipt: Receipt, movement: Movement) -> list[Sold]:
    """Return the sales that goods come back from, as many as it takes."""
    sold, sales = ZERO, []
    for sale in stock.sales.of(receipt.commodity, receipt.lot, movement):
        sales.append(sale)
        sold += sum((part.units for part in sale.of_lot(receipt.lot)), ZERO)
        if sold >= receipt.units:
            return sales
    why = NotSold(receipt.commodity, receipt.lot, receipt.units, sold)
    raise RefusedError(receipt.posting, why)


def take_last(parts: list[Layer], units: Decimal, rules: Rules) -> Iterator[Layer]:
    """Take units off the end of a list of layers, parting the last one where it must be."""
    while units and parts:
        part = parts.pop()
        if part.units > units:
            kept, part = split(part, part.units - units, rules.cent(part.currency))
            parts.append(kept)
        units -= part.units
        yield part


def _last_sold(sales: list[Sold], receipt: Receipt, rules: Rules) -> Iterator[Layer]:
    units = receipt.units
    for sale in sales:
        theirs = sale.of_lot(receipt.lot)
        others = [part for part in sale.parts if part not in theirs]
        for part in take_last(theirs, units, rules):
            units -= part.units
            yield part
        sale.parts[:] = others + theirs
        if not units:
            return
