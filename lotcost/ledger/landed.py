"""Read landed costs: legs of money that say which goods they are on.

2025-01-20 * "Haulier" "Freight for PO 17, invoiced late"
Assets:Clearing:Freight  50 USD
landed-on: "^po-17"                 ; links, or lots: "L1, L2"; else this receipt's lots
landed-by: "value"                  ; value | quantity | weight | equal
Liabilities:Payable     -50 USD
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from beancount.core import convert, data

from lotcost.core.rounding import half_up
from lotcost.ledger.config import Config
from lotcost.ledger.errors import LotError, UnknownWord, WrongLanding, WrongType, nearest
from lotcost.ledger.words import WrongError
from lotcost.model import BRINGS_LOTS, By, Event, Kind, Landing, Lot, Money, Movement

if TYPE_CHECKING:
    from lotcost.ledger.postings import Recognised


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


def landed_past(
    entries: Sequence[data.Directive], events: Sequence[Event], native: Iterable[Recognised]
) -> Iterator[tuple[Landing, LotError]]:
    """Find the landed costs on a link that brings native goods beside others, with their errors.

    No cost changes where Beancount books, so that all of it would be on the others.
    """
    marks: dict[str, Recognised] = {}
    for mark in native:
        if mark.kind in BRINGS_LOTS:
            for link in entries[mark.entry].links or ():
                marks.setdefault(f"^{link}", mark)
    brought = [event for event in events if isinstance(event, Movement) and event.receipts]
    both = marks.keys() & {f"^{link}" for event in brought for link in event.links}
    for event in events if both else ():
        on = both.intersection(event.on) if isinstance(event, Landing) else ()
        for link in sorted(on)[:1]:
            assert isinstance(event, Landing)  # others rest on nothing
            mark = marks[link]
            txn, account = entries[event.entry], entries[mark.entry].postings[mark.posting].account
            message = (
                f"{link} also brings lot {mark.lot.number} of {mark.lot.commodity} in {account}, "
                "which Beancount books, and lotcost changes no cost there. Name the lots of "
                'other accounts that this is on: landed-on: "L1, L2"'
            )
            yield event, WrongLanding(txn.postings[event.posting].meta or txn.meta, message, txn)
