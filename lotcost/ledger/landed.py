"""Read landed costs: legs of money that say which goods they are on.

2025-01-20 * "Haulier" "Freight for PO 17, invoiced late"
Assets:Clearing:Freight  50 USD
landed-on: "^po-17"                 ; links, or lots: "L1, L2"; else this receipt's lots
landed-by: "value"                  ; value | quantity | weight | equal
Liabilities:Payable     -50 USD
"""

from __future__ import annotations

from collections.abc import Sequence

from beancount.core import convert, data

from lotcost.core.rounding import half_up
from lotcost.ledger.config import Config
from lotcost.ledger.errors import UnknownWord, WrongLanding, WrongType, nearest
from lotcost.ledger.words import WrongError
from lotcost.model import By, Kind, Landing, Lot, Money


def is_landed(posting: data.Posting) -> bool:
    """Whether a leg is a landed cost."""
    meta = posting.meta or {}
    said = meta.get("lot-kind")
    return "landed-on" in meta or "landed-by" in meta or said == Kind.LANDED_COST


def read_landing(
    place: int,
    posting: data.Posting,
    entry: int,
    txn: data.Transaction,
    own: Sequence[Lot],
    config: Config,
) -> Landing:
    """Read a leg that lands a cost; `own` are the lots its own transaction brings."""
    meta = posting.meta or {}
    on, by = meta.get("landed-on"), meta.get("landed-by", By.VALUE)
    if by not in set(By):
        raise WrongError(UnknownWord, f'landed-by "{by}" is unknown; {nearest(str(by), By)}')
    if on is not None and not isinstance(on, str):
        raise WrongError(
            WrongType, f'landed-on wants a text and has {on!s}; write landed-on: "^po-17"'
        )
    if config.is_goods(posting.units.currency):
        raise WrongError(
            WrongType,
            f"A landed cost is money, and this leg has {posting.units.currency}. "
            f"Write its amount: {posting.account}  50.00 {config.main_currency}",
        )
    names = tuple(name.strip() for name in (on or "").split(",") if name.strip())
    if not names and not own:
        raise WrongError(
            WrongLanding,
            "The landed cost names no goods, and its transaction brings none. "
            'Add landed-on: "^po-17" or landed-on: "L1, L2"',
        )
    weight = convert.get_weight(posting)
    return Landing(
        date=txn.date,
        entry=entry,
        posting=place,
        on=names or tuple(own),
        by=By(by),
        paid=Money(posting.units.number, posting.units.currency),
        amount=Money(half_up(weight.number, config.cent(weight.currency)), weight.currency),
    )
