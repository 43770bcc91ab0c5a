"""Postings that hold lots at cost, and the legs of money that carry a lot."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.amount import Amount
from beancount.core.data import Posting
from beancount.core.interpolate import AUTOMATIC_META
from beancount.core.position import Cost

from lotcost.core.rounding import apportion, residue, slices
from lotcost.ledger.cards import Cards
from lotcost.ledger.config import Config
from lotcost.ledger.parties import PARTY, named_in
from lotcost.ledger.serials import SERIAL
from lotcost.model import SOLD, ZERO, Kind, Layer, Lot, Money, Recost, maker

Meta = Mapping[str, Any]
RESTS = "lot-written-down"
"""What of the write-downs rests on the goods of a posting: negative where they go out."""
_WORDS = {kind: kind.value for kind in Kind}  # `value` is a function call
_amount, _cost, _posting = maker(Amount), maker(Cost), maker(Posting)
ByLot = Mapping[tuple[Lot, str], Decimal]


class Writer(NamedTuple):
    """What the postings of one entry are written with.

    Attributes:
      day: Its day: a card says what was known by then.
    """

    cards: Cards
    config: Config
    day: datetime.date


def hold(
    posting: Posting, parts: Sequence[Layer], kind: Kind, sign: int, writer: Writer
) -> list[Posting]:
    """Return the postings of goods that one posting becomes: a lot, or a lot's part, each.

    What a fixed unit cost misses is booked beside it, as money of that lot.
    """
    account, _, _, written_price, flag, written_meta = posting
    price = written_price if kind in SOLD else None
    held: list[Posting] = []
    for part in parts:
        commodity, number = part.lot
        currency, fixed = part.currency, part.unit_cost
        meta = lot_meta(written_meta or {}, part.lot, kind, writer)
        if part.expires is not None:
            meta.setdefault("expires", part.expires)
        own = meta
        if part.written_down:
            own = {**meta, RESTS: part.written_down if sign > 0 else -part.written_down}
        for units, unit_cost in slices(part, writer.config.cent(currency)):
            amount = _amount((units if sign > 0 else -units, commodity))
            cost = _cost((unit_cost, currency, part.acquired, number))
            held.append(_posting((account, amount, cost, price, flag, own)))
            own = dict(meta)
        missing = residue(part) if fixed is not None else ZERO
        if missing:
            amount = _amount((sign * missing, currency))
            held.append(_posting((account, amount, None, None, flag, dict(meta))))
    return held


def hold_anew(recost: Recost, meta: Meta, kind: Kind, writer: Writer) -> list[Posting]:
    """Return the postings that hold a layer at another cost: out at the old, in at the new."""
    bare = Posting(recost.account, None, None, None, None, dict(meta))
    out = hold(bare, [recost.before], kind, -1, writer)
    into = hold(bare, [recost.after], kind, 1, writer)
    if recost.before.unit_cost is not None and recost.before.unit_cost == recost.after.unit_cost:
        more = recost.after.cost - recost.before.cost
        kept = {key: value for key, value in into[0].meta.items() if key != RESTS}
        money = Amount(more, recost.after.currency)
        return [into[0]._replace(units=money, cost=None, meta=kept)]
    return out + into


def lot_meta(own: Meta, lot: Lot, kind: Kind, writer: Writer) -> dict[str, Any]:
    """Return a posting's own metadata with its lot and the lot's card."""
    party = named_in(own, kind)
    meta = {**writer.cards.card(lot, writer.day), **own, **naming(lot, kind)}
    meta.pop(AUTOMATIC_META, None)
    if SERIAL in own and writer.config.tracked(lot.commodity) == SERIAL:
        del meta[SERIAL]  # the lot says it
    if party is not None:
        meta[PARTY] = party
    return meta


def naming(lot: Lot, kind: Kind) -> dict[str, str]:
    """Return the metadata that names a lot and what happens to it."""
    return {"lot": lot.number, "lot-commodity": lot.commodity, "lot-kind": _WORDS[kind]}


def by_lot(parts: Sequence[Layer]) -> dict[tuple[Lot, str], Decimal]:
    """Sum up what the parts of each lot cost."""
    sums: dict[tuple[Lot, str], Decimal] = {}
    for part in parts:
        key = part.lot, part.currency
        sums[key] = sums.get(key, ZERO) + part.cost
    return sums


def share_by_units(money: Money, parts: Sequence[Layer], config: Config) -> ByLot:
    """Share money over the lots of parts by their units, as they were sold at one price."""
    if len(parts) == 1:
        return {(parts[0].lot, money.currency): money.number}
    units: dict[Lot, Decimal] = defaultdict(Decimal)
    for part in parts:
        units[part.lot] += part.units
    shares = apportion(money.number, list(units.values()), config.cent(money.currency))
    return {(lot, money.currency): share for lot, share in zip(units, shares, strict=True)}


def money_legs(
    account: str, amounts: ByLot, source: Meta, kind: Kind, sign: int, **more: str
) -> list[Posting]:
    """Return a leg of money a lot, with more metadata where some is given."""
    line = {"filename": source["filename"], "lineno": source["lineno"]}
    legs = []
    for (lot, currency), number in amounts.items():
        amount = _amount((number if sign > 0 else -number, currency))
        meta = {**line, **naming(lot, kind), **more}
        legs.append(_posting((account, amount, None, None, None, meta)))
    return legs


def line_of(source: Meta) -> dict[str, Any]:
    """Return the metadata that says which line something comes from."""
    return {"filename": source["filename"], "lineno": source["lineno"]}
