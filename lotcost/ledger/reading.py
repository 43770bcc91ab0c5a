"""Read what people wrote: entries become movements, in the ledger's own order.

Managed accounts give movements to be costed. Native accounts were booked by Beancount; their
postings are only recognised, so that they can carry their lot (`Recognised`).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import convert, data

from lotcost.core.expiry import StatusHistory, default_expires
from lotcost.core.rounding import half_up
from lotcost.ledger import cards as card_files
from lotcost.ledger.cards import Cards
from lotcost.ledger.config import Config, unknown_keys
from lotcost.ledger.errors import (
    LotError,
    MissingAccount,
    MissingCost,
    MissingLot,
    MixedStyles,
    TwoCosts,
    TwoLots,
    UnclearKind,
    UnknownWord,
    WrongType,
    nearest,
    number,
    where,
)
from lotcost.ledger.kinds import Goods, Legs, kind_of, reason_of
from lotcost.model import ZERO, Issue, Kind, Lot, Money, Movement, Reason, Receipt

POSTING_KEYS = frozenset({"lot-kind"})
_LEG_KEYS: Mapping[Kind, str] = {
    Kind.SALE: "lot-cost-of-sales",
    Kind.SALE_RETURN: "lot-cost-of-sales",
    Kind.WRITE_OFF: "lot-write-off",
    Kind.ADJUSTMENT: "lot-adjustment",
}
_TOGETHER = frozenset({Kind.TRANSFER, Kind.PRODUCTION})


class Recognised(NamedTuple):
    """A posting that Beancount booked, and which lot it moves how."""

    entry: int
    posting: int
    kind: Kind
    lot: Lot


class Written(NamedTuple):
    """What a ledger says about its lots.

    Attributes:
      spoilt: The entries with a posting that could not be read.
    """

    config: Config
    cards: Cards
    statuses: StatusHistory
    movements: list[Movement]
    recognised: list[Recognised]
    errors: list[LotError]
    spoilt: set[int]


class _WrongError(Exception):
    """Ends the reading of a posting; never leaves this module."""

    def __init__(self, kind: type[LotError], message: str) -> None:
        self.kind = kind
        self.message = message


def read(entries: Sequence[data.Directive], options: Mapping[str, Any]) -> Written:
    """Read the movements of goods out of entries as Beancount booked them."""
    config = Config(entries, options)
    cards = Cards()
    statuses, errors = card_files.read_directives(entries, cards)
    written = Written(config, cards, statuses, [], [], config.errors + errors, set())
    for place, entry in enumerate(entries):
        if isinstance(entry, data.Transaction):
            _read_transaction(place, entry, written)
    _fill_expires(written)
    written.errors.extend(card_files.unheard_of(cards, _brought(written)))
    return written


def _read_transaction(place: int, txn: data.Transaction, written: Written) -> None:
    legs = Legs.of(txn, written.config)
    if not legs.goods:
        return
    written.errors.extend(unknown_keys(txn.meta, POSTING_KEYS, txn))
    movements: dict[Kind | int, Movement] = {}
    spoilt: set[Kind | int] = set()
    totals = _totals(txn, legs, written.config)
    for goods in legs.goods:
        source = goods.posting.meta or txn.meta
        group: Kind | int = goods.place
        try:
            kind = _kind(goods, legs, txn, written.config)
            if kind in _TOGETHER and not goods.policy.native:
                group = kind
            movement = movements.get(group) or _empty(place, kind, txn)
            movements[group] = _read_goods(goods, movement, txn, totals, written)
        except _WrongError as wrong:
            written.errors.append(wrong.kind(source, wrong.message, txn))
            written.spoilt.add(place)
            spoilt.add(group)
    for group, movement in movements.items():
        if group not in spoilt and (movement.issues or movement.receipts):
            written.movements.append(_agree_on_lots(movement))


def _kind(goods: Goods, legs: Legs, txn: data.Transaction, config: Config) -> Kind:
    kind = kind_of(goods, legs, txn, config)
    if isinstance(kind, Kind):
        return kind
    said = "lot-kind" in (goods.posting.meta or {}) or "lot-kind" in txn.meta
    raise _WrongError(UnclearKind if said or not goods.comes_in else MissingCost, kind)


def _empty(place: int, kind: Kind, txn: data.Transaction) -> Movement:
    party = str(txn.meta.get("customer") or txn.meta.get("supplier") or txn.payee or "")
    return Movement(kind, txn.date, place, links=txn.links or frozenset(), party=party)


def _read_goods(
    goods: Goods,
    movement: Movement,
    txn: data.Transaction,
    totals: Mapping[int, Money],
    written: Written,
) -> Movement:
    """Add a posting to its movement, or recognise what Beancount booked."""
    posting, kind = goods.posting, movement.kind
    meta = posting.meta or {}
    _check_words(meta, txn, posting, written)
    lot = _lot(posting)
    if goods.policy.native:
        if posting.cost is None:
            raise _WrongError(MixedStyles, _mixed(goods, "goods without their lot"))
        native = Lot(posting.units.currency, lot or posting.cost.date.isoformat())
        recognised = Recognised(movement.entry, goods.place, kind, native)
        written.recognised.append(recognised)
        if kind in _BRINGS_LOTS and goods.comes_in:
            _add_card(native, posting, kind, txn, written)
        return movement
    _check_legs(goods, kind, txn, written.config)
    if goods.comes_in:
        receipt = _receipt(goods, kind, lot, txn, totals, written)
        return movement._replace(receipts=(*movement.receipts, receipt))
    if posting.cost is not None:
        raise _WrongError(MixedStyles, _mixed(goods, "a lot in Beancount's own form"))
    revenue = totals.get(goods.place) if kind is Kind.SALE else None
    units = posting.units
    issue = Issue(goods.place, posting.account, units.currency, lot, -units.number, revenue)
    return movement._replace(issues=(*movement.issues, issue))


_BRINGS_LOTS = frozenset({Kind.RECEIPT, Kind.PRODUCTION, Kind.ADJUSTMENT})


def _receipt(
    goods: Goods,
    kind: Kind,
    lot: str | None,
    txn: data.Transaction,
    totals: Mapping[int, Money],
    written: Written,
) -> Receipt:
    posting = goods.posting
    units, commodity = posting.units.number, posting.units.currency
    receipt = Receipt(goods.place, posting.account, commodity, lot, units)
    total = totals.get(goods.place)
    if kind is Kind.SALE_RETURN:
        return receipt._replace(revenue=total)
    if kind is Kind.TRANSFER:
        return receipt
    if posting.price is not None and posting.cost is not None:
        cost, price = posting.cost, posting.price
        raise _WrongError(
            TwoCosts,
            f"{number(units)} {commodity} come in with two costs, "
            f"{{{number(cost.number)} {cost.currency}}} and "
            f"@ {number(price.number)} {price.currency}. Leave one out",
        )
    if total is None:
        raise _WrongError(
            MissingCost,
            f"{number(units)} {commodity} come in, and nothing says what they cost. "
            f"Write their price: {number(units)} {commodity} @ 1.00 USD",
        )
    tracked = written.config.tracked(commodity)
    if lot is None and tracked in {"required", "serial"}:
        raise _WrongError(
            MissingLot,
            f'{commodity} is lot-tracked: "{tracked}", and this receipt names no lot. '
            f'Add lot: "{txn.date}-A"',
        )
    if tracked == "serial" and units != 1:
        raise _WrongError(
            MissingLot,
            f'{commodity} is lot-tracked: "serial", one unit a lot, and lot {lot} brings '
            f"{number(units)}. Write one posting a unit",
        )
    named = Lot(commodity, lot or txn.date.isoformat())
    _add_card(named, posting, kind, txn, written)
    each = posting.cost.number if posting.cost is not None else posting.price.number
    ends = -each.as_tuple().exponent <= 12
    return receipt._replace(lot=named.number, cost=total, unit_cost=each if ends else None)


def _add_card(
    lot: Lot, posting: data.Posting, kind: Kind, txn: data.Transaction, written: Written
) -> None:
    meta = posting.meta or {}
    expires = meta.get("expires")
    known = written.cards.card(lot, txn.date).get("expires")
    if expires and known and expires != known:
        raise _WrongError(
            TwoLots,
            f"Lot {lot.number} of {lot.commodity} expires on {known} and, by this receipt, on "
            f"{expires}. Give these goods a lot number of their own",
        )
    supplier = {"supplier": txn.meta.get("supplier") or txn.payee}
    known_now = supplier | dict(meta) if kind is Kind.RECEIPT else dict(meta)
    if not expires and not known and "expires" not in written.cards.card(lot):
        start = meta.get("manufactured") or txn.date
        known_now["expires"] = default_expires(start, written.config.shelf_life(lot.commodity))
    written.cards.add(lot, card_files.facts(known_now, txn.date, meta or txn.meta))


def _lot(posting: data.Posting) -> str | None:
    """Return the lot number a posting names, by metadata or by its cost's label."""
    said = (posting.meta or {}).get("lot")
    label = posting.cost.label if posting.cost is not None else None
    if said is not None and (not isinstance(said, str) or not said.strip()):
        raise _WrongError(WrongType, f'lot wants a text and has {said!s}; write lot: "{said!s}"')
    if said and label and said != label:
        raise _WrongError(
            TwoLots,
            f'The posting names lot "{said}" and, in its cost, lot "{label}". Leave one out',
        )
    return said or label or None


def _check_words(
    meta: Mapping[str, Any], txn: data.Transaction, posting: data.Posting, written: Written
) -> None:
    written.errors.extend(unknown_keys(meta, POSTING_KEYS, txn, meta or txn.meta))
    for error in card_files.type_errors(meta, meta, txn):
        raise _WrongError(type(error), error.message)
    reason = reason_of(posting, txn)
    if reason is not None and reason not in set(Reason):
        raise _WrongError(
            UnknownWord, f'The reason "{reason}" is unknown; {nearest(reason, Reason)}'
        )


def _mixed(goods: Goods, found: str) -> str:
    """Say which style the account is kept in, on which line, and what to write."""
    policy, posting = goods.policy, goods.posting
    units = f"{number(posting.units.number)} {posting.units.currency}"
    line = where(policy.laid_down.meta)
    if policy.native:
        return (
            f"{posting.account} is booked by Beancount (lot-method, {line}), and this line has "
            f'{found}. Write {units} {{}} or {units} {{"L1"}}'
        )
    lot = f' with lot: "{posting.cost.label}"' if posting.cost.label else ""
    return (
        f'{posting.account} is managed (lot-method "{policy.method}", {line}), and this line has '
        f"{found}. Write {units}{lot}"
    )


def _check_legs(goods: Goods, kind: Kind, txn: data.Transaction, config: Config) -> None:
    """See that an account is laid down for each leg that will have to be added."""
    policy = goods.policy
    wanted = []
    if kind in _LEG_KEYS and not _takes_goods(goods, txn):
        account = (
            policy.write_off(reason_of(goods.posting, txn))
            if kind is Kind.WRITE_OFF
            else policy.accounts.get(_LEG_KEYS[kind])
        )
        if account is None:
            wanted.append(_LEG_KEYS[kind])
    if kind in {Kind.SALE, Kind.SALE_RETURN} and goods.posting.price is not None:
        earned = any(config.is_income(posting.account) for posting in txn.postings)
        if not earned and "lot-sales" not in policy.accounts:
            wanted.append("lot-sales")
    if wanted:
        key = wanted[0]
        raise _WrongError(
            MissingAccount,
            f"This {kind} needs a leg on an account that is not laid down. Add to the open of "
            f"{policy.laid_down.account} ({where(policy.laid_down.meta)}): "
            f"{key}: {_EXAMPLES[key]}",
        )


_EXAMPLES = {
    "lot-cost-of-sales": "Expenses:CostOfSales",
    "lot-sales": "Income:Sales",
    "lot-write-off": "Expenses:WriteOff",
    "lot-adjustment": "Expenses:StockDifferences",
}


def _takes_goods(goods: Goods, txn: data.Transaction) -> bool:
    """Whether another leg took the goods, elided, and will be restated at their cost."""
    units = goods.posting.units
    return any(
        posting.units.currency == units.currency and posting.cost is None
        for place, posting in enumerate(txn.postings)
        if place != goods.place and (posting.units.number > 0) != (units.number > 0)
    )


def _totals(txn: data.Transaction, legs: Legs, config: Config) -> dict[int, Money]:
    """Return the money of each priced posting of goods, in cents, as the document has it.

    0.333 kg at 4.25 are 1.42. Where all legs are written the cents follow them: a customer
    who was charged 3.33 for 3.335 was sold goods for 3.33.
    """
    totals: dict[int, Money] = {}
    slack: dict[str, Decimal] = defaultdict(Decimal)
    for goods in legs.goods:
        posting = goods.posting
        if not goods.priced:
            continue
        each = posting.cost if posting.cost is not None else posting.price
        exact = abs(posting.units.number) * each.number
        total = half_up(exact, config.cent(each.currency))
        totals[goods.place] = Money(total, each.currency)
        slack[each.currency] += (total - exact) if goods.comes_in else (exact - total)
    if any(slack.values()) and not _automatic_money(txn, config):
        _follow_document(txn, legs, totals, slack, config)
    return totals


def _automatic_money(txn: data.Transaction, config: Config) -> bool:
    return any(
        "__automatic__" in (posting.meta or {}) and not config.is_goods(posting.units.currency)
        for posting in txn.postings
    )


def _follow_document(
    txn: data.Transaction,
    legs: Legs,
    totals: dict[int, Money],
    slack: Mapping[str, Decimal],
    config: Config,
) -> None:
    for goods in reversed(legs.goods):
        if goods.place not in totals:
            continue
        total, currency = totals[goods.place]
        weights = [convert.get_weight(posting) for posting in txn.postings]
        weight = sum((each.number for each in weights if each.currency == currency), ZERO)
        off = half_up(weight + slack[currency], config.cent(currency))
        if off and abs(off) <= config.cent(currency) * len(totals):
            sign = 1 if goods.comes_in else -1
            totals[goods.place] = Money(total - sign * off, currency)
        return


def _agree_on_lots(movement: Movement) -> Movement:
    """Let a transfer name its lot on the side that arrives."""
    if movement.kind is not Kind.TRANSFER:
        return movement
    named: dict[str, set[str]] = defaultdict(set)
    for receipt in movement.receipts:
        if receipt.lot is not None:
            named[receipt.commodity].add(receipt.lot)
    issues = tuple(
        issue._replace(lot=next(iter(named[issue.commodity])))
        if issue.lot is None and len(named[issue.commodity]) == 1
        else issue
        for issue in movement.issues
    )
    return movement._replace(issues=issues)


def _brought(written: Written) -> Iterator[Lot]:
    for movement in written.movements:
        for receipt in movement.receipts:
            if receipt.lot is not None:
                yield Lot(receipt.commodity, receipt.lot)
    for recognised in written.recognised:
        yield recognised.lot


def _fill_expires(written: Written) -> None:
    """Give each receipt its lot's last day, as the whole ledger knows it."""
    expires: dict[Lot, datetime.date | None] = {}

    def of(receipt: Receipt) -> Receipt:
        if receipt.lot is None:
            return receipt
        lot = Lot(receipt.commodity, receipt.lot)
        if lot not in expires:
            expires[lot] = written.cards.card(lot).get("expires")
        return receipt._replace(expires=expires[lot])

    written.movements[:] = [
        movement._replace(receipts=tuple(map(of, movement.receipts)))
        if movement.receipts
        else movement
        for movement in written.movements
    ]
