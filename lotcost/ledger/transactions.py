"""Read one transaction: its postings of goods become movements, its landed legs landings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from beancount.core import data

from lotcost.core.expiry import StatusHistory
from lotcost.core.following import Unread
from lotcost.core.rounding import ONE
from lotcost.ledger.cards import Cards
from lotcost.ledger.config import Config
from lotcost.ledger.documents import totals
from lotcost.ledger.errors import (
    LotError,
    MissingCost,
    UnclearKind,
)
from lotcost.ledger.finishing import finished
from lotcost.ledger.kinds import Goods, Legs, kind_of, reason_of
from lotcost.ledger.landed import is_landed, read_landing
from lotcost.ledger.parties import party_of
from lotcost.ledger.postings import Recognised, read_issue, read_receipt, recognise
from lotcost.ledger.serials import SERIAL, by_unit, numbers_in, serials_of
from lotcost.ledger.words import OF_A_LANDING, WrongError, check_transaction, check_words
from lotcost.model import (
    ZERO,
    Event,
    Issue,
    Kind,
    Lot,
    Money,
    Movement,
    Reason,
    Receipt,
    maker,
)

_movement = maker(Movement)
_TOGETHER = frozenset({Kind.TRANSFER, Kind.PRODUCTION, Kind.PURCHASE_RETURN})


class Written(NamedTuple):
    """What a ledger says about its lots.

    Attributes:
      events: In the order they happened: a day's transactions, then what holds in the evening.
      spoilt: The entries with a posting that could not be read.
      unread: The goods of such postings, in date order.
    """

    config: Config
    cards: Cards
    statuses: StatusHistory
    events: list[Event]
    recognised: list[Recognised]
    errors: list[LotError]
    spoilt: set[int]
    unread: list[Unread]


class TransactionReader:
    """One transaction while it is being read."""

    def __init__(self, place: int, txn: data.Transaction, written: Written) -> None:
        self.place = place
        self.txn = txn
        self.written = written
        self.config = written.config
        self.legs = Legs.of(txn, written.config)
        self.movements: dict[Kind | int, Movement] = {}

    def read(self) -> None:
        """Add the transaction's movements and landed costs to what is written."""
        postings = self.txn.postings
        landed = [place for place in self.legs.telling if is_landed(postings[place])]
        unreadable = self.config.unreadable
        opaque = [each for each in postings if each.account in unreadable] if unreadable else ()
        if opaque:
            self.written.spoilt.add(self.place)  # its open has the error already
            self._leave_unread(opaque)
        if not self.legs.goods and not landed and OF_A_LANDING.keys().isdisjoint(self.txn.meta):
            return
        try:
            check_transaction(self.txn, self.legs)
        except WrongError as wrong:
            self._spoil(wrong.at, wrong)
            self._leave_unread(goods.posting for goods in self.legs.goods)
            return
        spoilt: set[Kind | int] = set()
        groups: dict[int, Kind | int] = {}
        paid = totals(self.txn, self.legs, self.config)
        for goods in self.legs.goods:
            group: Kind | int = Kind.PRODUCTION  # what nothing tells may be an input
            try:
                kind = self._kind(goods)
                group = kind if kind in _TOGETHER else goods.place
                self._add(goods, kind, group, paid)
            except WrongError as wrong:
                self._spoil(goods.posting, wrong)
                spoilt.add(group)
            groups[goods.place] = group
        for group in [group for group in self.movements if group not in spoilt]:
            try:
                self.movements[group] = finished(
                    self.movements[group], self.txn, self.legs, self.config, paid
                )
            except WrongError as wrong:
                self._spoil(self.txn.postings[self._first_posting(group)], wrong)
                spoilt.add(group)
        if spoilt:
            self._leave_unread(postings[at] for at, group in groups.items() if group in spoilt)
        self._hand_over([self.movements[group] for group in self.movements if group not in spoilt])
        for place in sorted({*landed, *self._landed_here()}):
            self._read_landing(place, bool(spoilt))

    def _kind(self, goods: Goods) -> Kind:
        kind = kind_of(goods, self.legs, self.txn)
        if isinstance(kind, Kind):
            return kind
        said = "lot-kind" in (goods.posting.meta or {}) or "lot-kind" in self.txn.meta
        raise WrongError(UnclearKind if said or not goods.comes_in else MissingCost, kind)

    def _add(self, goods: Goods, kind: Kind, group: Kind | int, paid: Mapping[int, Money]) -> None:
        written, txn = self.written, self.txn
        check_words(goods, txn)
        serials = serials_of(goods, txn, self.config)
        parts = list(by_unit(goods, serials, paid, self.config)) if serials else [(goods, paid)]
        if goods.policy.native:
            ((part, _),) = parts
            mark = recognise(part, kind, self.place, txn, written.cards, self.config)
            written.recognised.append(mark)
            return
        issues: tuple[Issue, ...] = ()
        receipts: tuple[Receipt, ...] = ()
        if goods.comes_in:
            cards, config = written.cards, self.config
            read = [read_receipt(part, kind, txn, money, cards, config) for part, money in parts]
            receipts = tuple(read)
        else:
            issues = tuple(
                [read_issue(part, kind, txn, money, self.config) for part, money in parts]
            )
        known = self.movements.get(group)
        if known is None:
            movement = self._movement(goods, kind, issues, receipts)
        else:
            issues, receipts = (*known.issues, *issues), (*known.receipts, *receipts)
            movement = known._replace(issues=issues, receipts=receipts)
        self.movements[group] = movement

    def _movement(
        self,
        goods: Goods,
        kind: Kind,
        issues: tuple[Issue, ...],
        receipts: tuple[Receipt, ...],
    ) -> Movement:
        txn = self.txn
        links = txn.links or frozenset()
        party = txn.payee if goods.silent else party_of(goods.posting.meta or {}, txn, kind)
        reason = reason_of(goods.posting, txn) if kind is Kind.WRITE_OFF else None
        why = None if reason is None else Reason(reason)
        sold_in = self._sold_in(issues) if kind is Kind.SALE else ()
        date, place = txn.date, self.place
        return _movement(
            (kind, date, place, issues, receipts, links, party or "", why, None, sold_in)
        )

    def _leave_unread(self, postings: Iterable[data.Posting]) -> None:
        """Keep in mind what postings with an error would have moved.

        What they were to bring in is known: a directive about it is not one more error.
        """
        txn = self.txn
        for account, (units, commodity), cost, _, _, meta in postings:
            told = {**txn.meta, **(meta or {})}
            said = told.get("lot") or (cost and cost.label)
            lots: tuple[str | None, ...] = (str(said) if said else None,)
            if self.config.tracked(commodity) == SERIAL:
                lots = numbers_in(told.get(SERIAL)) or lots
            for lot in lots:
                each = units if len(lots) == 1 else ONE.copy_sign(units)
                links = txn.links or frozenset()
                unread = Unread(txn.date, account, commodity, lot, each, links)
                self.written.unread.append(unread)
                if unread.brings is not None:
                    self.written.cards.brought.add(unread.brings)

    def _sold_in(self, issues: Iterable[Issue]) -> tuple[str, ...]:
        """The currencies that the prices of a posting's goods say, else the income beside it."""
        priced = {issue.revenue.currency for issue in issues if issue.revenue}
        return tuple(sorted(priced)) if priced else self._earned_in

    @cached_property
    def _earned_in(self) -> tuple[str, ...]:
        """The currencies of the transaction's income."""
        earned = {
            posting.units.currency
            for posting in self.txn.postings
            if self.config.is_income(posting.account)
            and not self.config.is_goods(posting.units.currency)
        }
        return tuple(sorted(earned))

    def _hand_over(self, movements: list[Movement]) -> None:
        """A batch is made before what its own transaction says became of it."""
        batches_first = sorted(movements, key=lambda each: each.kind is not Kind.PRODUCTION)
        self.written.events.extend(batches_first)

    def _landed_here(self) -> list[int]:
        """A leg on the account for landed cost, beside a receipt, is on the goods it brings."""
        if not any(each.kind is Kind.RECEIPT for each in self.movements.values()):
            return []
        accounts = {each.policy.accounts.get("lot-landed-cost") for each in self.legs.goods}
        return [
            place
            for place, posting in enumerate(self.txn.postings)
            if posting.account in accounts and posting.units.number > ZERO
        ]

    def _read_landing(self, place: int, spoilt: bool) -> None:
        """Read a landed cost, unless it rests on goods that have an error themselves."""
        posting = self.txn.postings[place]
        own = [
            Lot(receipt.commodity, receipt.lot)
            for movement in self.movements.values()
            for receipt in movement.receipts
            if receipt.lot is not None and movement.kind is Kind.RECEIPT
        ]
        if spoilt and "landed-on" not in (posting.meta or {}):
            return
        try:
            landing = read_landing(place, posting, self.place, self.txn, own, self.config)
        except WrongError as wrong:
            self._spoil(posting, wrong)
        else:
            self.written.events.append(landing)

    def _first_posting(self, group: Kind | int) -> int:
        movement = self.movements[group]
        issued = [issue.posting for issue in movement.issues]
        return min(issued + [receipt.posting for receipt in movement.receipts])

    def _spoil(self, posting: data.Posting | None, wrong: WrongError) -> None:
        at = wrong.at or posting
        source = (at.meta if at is not None else None) or self.txn.meta
        self.written.errors.append(wrong.error(source, self.txn))
        self.written.spoilt.add(self.place)
