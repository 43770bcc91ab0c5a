"""A transaction while it is written: its goods at cost, and the legs it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from itertools import chain

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.data import Posting
from beancount.core.interpolate import AUTOMATIC_META

from lotcost.core.rounding import half_up
from lotcost.ledger.balancing import Balance
from lotcost.ledger.config import Config
from lotcost.ledger.holding import (
    ByLot,
    Writer,
    by_lot,
    hold,
    hold_anew,
    line_of,
    lot_meta,
    money_legs,
    share_by_units,
)
from lotcost.ledger.legs import LEG_KEYS, account_at_cost, wants_revenue
from lotcost.ledger.postings import Recognised
from lotcost.ledger.transactions import Written
from lotcost.model import (
    SOLD,
    Costed,
    Issue,
    Kind,
    Landing,
    Layer,
    Receipt,
    Revalued,
    maker,
)

Booked = Costed | Revalued
_posting = maker(Posting)
_MAY_DIFFER = frozenset({Kind.PURCHASE_RETURN, Kind.PRODUCTION})


class Page:
    """A transaction while its postings are being written."""

    def __init__(self, txn: data.Transaction, written: Written) -> None:
        self.txn = txn
        self.config: Config = written.config
        self.writer = Writer(written.cards, written.config, txn.date)
        self.postings: list[list[Posting]] = []
        self.legs: list[Posting] = []
        self.balance = Balance(txn, written.config)
        self.changed = False
        # Goods that other legs took, elided, and that wait to be restated at their cost.
        self.elsewhere: dict[int, Decimal] = {}
        for place, posting in enumerate(txn.postings):
            number, commodity = posting.units
            if not self.config.is_goods(commodity):
                posting = self._in_cents(posting)
                self.balance.paid_to.add(posting.account)
            elif self.config.policy(posting.account) is None:
                self.elsewhere[place] = number
            self.postings.append([posting])

    def label(self, mark: Recognised) -> None:
        """Attach its lot's card to a posting that Beancount booked."""
        account, units, cost, price, flag, own = self.txn.postings[mark.posting]
        meta = lot_meta(own or {}, mark.lot, mark.kind, self.writer)
        self.postings[mark.posting] = [_posting((account, units, cost, price, flag, meta))]

    def book(self, booked: Booked) -> None:
        """Put what was booked at cost, and add the legs it lacks."""
        self.changed = True
        if isinstance(booked, Revalued):
            assert isinstance(booked.event, Landing)  # a write-down is a directive's
            self._land(booked, booked.event)
            return
        movement = booked.movement
        for issue, parts in zip(movement.issues, booked.drawn, strict=False):
            self._move(issue, parts, movement.kind, -1)
            self._legs_for(issue, parts, booked, 1)
        for receipt, parts in zip(movement.receipts, booked.put, strict=False):
            self._move(receipt, parts, movement.kind, 1)
            self._legs_for(receipt, parts, booked, -1)
        for recost in booked.recosts:
            place = movement.issues[0].posting
            meta = self.txn.postings[place].meta or self.txn.meta
            self.postings[place] += hold_anew(recost, meta, movement.kind, self.writer)

    def finish(self, excuse: bool) -> data.Transaction:
        """Return the transaction, balanced to the cent."""
        postings = [*chain.from_iterable(self.postings), *self.legs]
        if self.changed or excuse:  # labels alone weigh nothing
            postings = self.balance.balanced(postings, excuse)
        return self.txn._replace(postings=postings)

    def _in_cents(self, posting: Posting) -> Posting:
        """Write an elided leg's amount as money is written, not as a division gave it."""
        if not posting.meta or AUTOMATIC_META not in posting.meta:
            return posting
        units = posting.units
        rounded = half_up(units.number, self.config.cent(units.currency))
        if rounded != units.number or rounded.same_quantum(units.number):
            return posting
        return posting._replace(units=Amount(rounded, units.currency))

    def _move(self, goods: Issue | Receipt, parts: Sequence[Layer], kind: Kind, sign: int) -> None:
        posting = self.txn.postings[goods.posting]
        held = self.postings[goods.posting]
        if held == [posting]:
            held.clear()
        held += hold(posting, parts, kind, sign, self.writer)

    def _legs_for(
        self, goods: Issue | Receipt, parts: Sequence[Layer], booked: Costed, sign: int
    ) -> None:
        """Add the other side of goods that come or go: their cost, and what they sold for."""
        kind = booked.movement.kind
        posting = self.txn.postings[goods.posting]
        source = posting.meta or self.txn.meta
        policy = self.config.policy(posting.account)
        assert policy is not None  # only inventory accounts have movements
        at_cost = kind in LEG_KEYS
        if at_cost or (self.elsewhere and kind is not Kind.RECEIPT):
            cost = self._cost_to_book(parts, booked)
            if not self._restate(goods, cost, kind, sign) and at_cost:
                account = account_at_cost(posting, self.txn, policy, kind)
                if account and not self.balance.has_leg_for(account, cost, kind, sign):
                    added = money_legs(account, cost, source, kind, sign)
                    self.legs += added
                    self.balance.added += added
        if kind in _MAY_DIFFER:
            self.balance.difference_to = policy.accounts.get("lot-adjustment")
            self.balance.credited = kind is Kind.PURCHASE_RETURN and posting.price is not None
        if goods.revenue is not None and self._wants_revenue:
            revenue = share_by_units(goods.revenue, parts, self.config)
            self.legs += money_legs(policy.accounts["lot-sales"], revenue, source, kind, -sign)

    def _cost_to_book(self, parts: Sequence[Layer], booked: Costed) -> ByLot:
        """What parts cost by lot, less what the units that are left bear of it."""
        cost = by_lot(parts)
        for recost in booked.recosts:
            key = recost.after.lot, recost.after.currency
            if key in cost:
                cost[key] -= recost.after.cost - recost.before.cost
        if booked.recosts:
            return {key: amount for key, amount in cost.items() if amount}
        return cost

    def _restate(self, goods: Issue | Receipt, cost: ByLot, kind: Kind, sign: int) -> bool:
        """Put goods that an elided leg took at their cost, or take them off again."""
        moved = sign * goods.units
        for place, left in self.elsewhere.items():
            posting = self.txn.postings[place]
            if posting.units.currency != goods.commodity or not 0 <= moved / left <= 1:
                continue
            self.elsewhere[place] = left - moved
            if self.elsewhere[place]:
                rest = Amount(self.elsewhere[place], goods.commodity)
                self.postings[place][-1] = posting._replace(units=rest)
            else:
                del self.postings[place][-1], self.elsewhere[place]
            owes = kind in SOLD or posting.account in self.balance.paid_to
            if owes and not self.config.is_expense(posting.account):
                # A customer's account that took the goods along with the money owes money only.
                return False
            source = posting.meta or self.txn.meta
            self.postings[place][:0] = money_legs(posting.account, cost, source, kind, sign)
            return True
        return False

    def _land(self, booked: Revalued, landing: Landing) -> None:
        """Move a landed cost off the leg that says it, onto its goods."""
        posting = self.txn.postings[landing.posting]
        source = posting.meta or self.txn.meta
        assert booked.amount is not None  # a landing has one
        paid, amount = landing.paid, booked.amount
        price = None
        if paid.currency != amount.currency and paid.number:
            price = Amount(amount.number / paid.number, amount.currency)
        back = Amount(-paid.number, paid.currency)
        self.legs.append(Posting(posting.account, back, None, price, None, line_of(source)))
        for recost in booked.recosts:
            self.legs += hold_anew(recost, line_of(source), Kind.LANDED_COST, self.writer)
        for charge in booked.charges:
            policy = self.config.policy(charge.account)
            assert policy is not None  # its goods were in an inventory account
            account = policy.accounts.get("lot-cost-of-sales", posting.account)
            amounts = {(charge.lot, charge.amount.currency): charge.amount.number}
            told = {"lot-account": charge.account}
            self.legs += money_legs(account, amounts, source, Kind.LANDED_COST, 1, **told)

    @cached_property
    def _wants_revenue(self) -> bool:
        return wants_revenue(self.txn, self.config)
