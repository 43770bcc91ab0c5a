"""What a query may ask of a lot. What is of no lot, or of one that nobody knows, is NULL.

A lot is named by a position, as `expires(position)`, or by goods and number, as
`expires("MILK", "L1")` and `expires(currency, meta("lot"))`. Money is a position without a cost: it
has its currency, it adds up, and Fava masks it in incognito mode and shows NULL as nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.position import Position
from beanquery import query_env

from lotcost.model import Lot
from lotcost.queries.source import Source
from lotcost.queries.tables import source
from lotcost.rendering.values import plain
from lotcost.reports.report import Row

_Function = Callable[..., Any]


def _of_lot(returns: type, *more: type, called: str = "") -> Callable[[_Function], _Function]:
    """Offer a function of a lot, however a query names it, and of some values more."""

    def offered(function: _Function) -> _Function:
        def of_position(context: Any, position: Position, *values: Any) -> Any:
            lots = source(context)
            lot = lots.lot(position) if lots else None
            return function(lots, lot, *values) if lot else None

        def of_name(context: Any, commodity: str, number: Any, *values: Any) -> Any:
            lots, lot = source(context), Lot(commodity, str(number))
            return function(lots, lot, *values) if lots and lots.knows(lot) else None

        for names, answer in (
            ([Position], of_position),
            ([str, str], of_name),
            ([str, object], of_name),  # what metadata says is of any type
            ([object, object], of_name),
        ):
            answer.__doc__ = function.__doc__
            query_env.function([*names, *more], returns, True, called or function.__name__)(answer)
        return function

    return offered


@query_env.function([Position], str, pass_context=True)  # type: ignore[untyped-decorator]
def lot(context: Any, position: Position) -> str | None:
    """The number of the lot that a position is of."""
    lots = source(context)
    found = lots.lot(position) if lots else None
    return found.number if found else None


@_of_lot(str, str)
def lot_card(lots: Source, lot: Lot, key: str) -> str | None:
    """What a lot's card says, or the directive of its goods, as text."""
    value = lots.books.fact(lot, key)
    return None if value is None else plain(value)


@_of_lot(datetime.date)
def expires(lots: Source, lot: Lot) -> datetime.date | None:
    """The last day a lot may be issued."""
    return lots.books.cards.expires(lot)


@_of_lot(int)
def days_left(lots: Source, lot: Lot) -> int | None:
    """The days to a lot's last day from the last day of the books; negative once it has expired."""
    return _days(lots, lot, lots.at)


@_of_lot(int, datetime.date, called="days_left")
def days_left_on(lots: Source, lot: Lot, day: datetime.date) -> int | None:
    """The days to a lot's last day from a day; negative once it has expired."""
    return _days(lots, lot, day)


@_of_lot(str)
def lot_status(lots: Source, lot: Lot) -> str | None:
    """Open, depleted, expired, quarantine or recalled, on the last day of the books."""
    row = lots.row(lot)
    return None if row is None else str(row["status"])


@_of_lot(Position)
def lot_revenue(lots: Source, lot: Lot) -> Position | None:
    """What a lot earned, net of what customers sent back."""
    return _money(lots.row(lot), "revenue")


@_of_lot(Position)
def lot_margin(lots: Source, lot: Lot) -> Position | None:
    """A lot's gross margin: its revenue less its cost of sales."""
    return _money(lots.row(lot), "gross_margin")


@_of_lot(Decimal)
def lot_margin_rate(lots: Source, lot: Lot) -> Decimal | None:
    """A lot's gross margin over its revenue; 0.25 is a quarter."""
    row = lots.row(lot)
    return None if row is None else row["margin_rate"]


def _days(lots: Source, lot: Lot, day: datetime.date) -> int | None:
    last = lots.books.cards.expires(lot)
    return None if last is None else (last - day).days


def _money(row: Row | None, name: str) -> Position | None:
    return None if row is None else Position(Amount(row[name], row["currency"]), None)
