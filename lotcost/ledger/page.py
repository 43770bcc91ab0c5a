"""A transaction while it is written: its goods at cost, and the legs it lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.data import Posting
from beancount.core.interpolate import AUTOMATIC_META, AUTOMATIC_RESIDUAL

from lotcost.core.rounding import half_up
from lotcost.ledger.config import Config
from lotcost.ledger.documents import elided_money, residual
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
from lotcost.model import SOLD, ZERO, Costed, Issue, Kind, Landing, Layer, Receipt, Revalued, maker

Booked = Costed | Revalued
_posting = maker(Posting)
_MAY_DIFFER = frozenset({Kind.PURCHASE_RETURN, Kind.PRODUCTION})


class _Cost(NamedTuple):
    """What goods cost by lot, and which way they moved: 1 where they went out."""

    by_lot: ByLot
    kind: Kind
    sign: int


class Page:
    """A transaction while its postings are being written."""

    def __init__(self, txn: data.Transaction, written: Written) -> None:
        self.txn = txn
        self.config: Config = written.config
        self.writer = Writer(written.cards, written.config, txn.date)
        self.postings: list[list[Posting]] = []
        self.legs: list[Posting] = []
        self.costs: list[Posting] = []  # those of them that say what goods cost
        # What goods cost whose leg is written, by its account, where a leg is elided.
        self.said: dict[tuple[str, str], list[_Cost]] = defaultdict(list)
        self.changed = False
        # Goods that other legs took, elided, and that wait to be restated at their cost.
        self.elsewhere: dict[int, Decimal] = {}
        self.paid_to: set[str] = set()  # the accounts that have a leg of money
        self.difference_to: str | None = None
        self.credited = False  # whether a price says what the elided leg of a return is
        for place, posting in enumerate(txn.postings):
            number, commodity = posting.units
            if not self.config.is_goods(commodity):
                posting = self._in_cents(posting)
                self.paid_to.add(posting.account)
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
        if not self.changed and not excuse:
            return self.txn._replace(postings=postings)  # labels alone weigh nothing
        off = residual(postings)
        if off and self.costs:
            postings = self._without_written(postings, excuse)
            off = residual(postings)
        if off and excuse:
            postings = [
                posting._replace(meta={**(posting.meta or {}), AUTOMATIC_RESIDUAL: True})
                for posting in postings
            ]
        elif (off or self.said) and self._says_cost:
            postings = self._balanced(postings, off)
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
                if account in self.paid_to and self._elides:
                    for lot, amount in cost.items():
                        self.said[account, lot[1]].append(_Cost({lot: amount}, kind, sign))
                elif account is not None:
                    added = money_legs(account, cost, source, kind, sign)
                    self.legs += added
                    self.costs += added
        if kind in _MAY_DIFFER:
            self.difference_to = policy.accounts.get("lot-adjustment")
            self.credited = kind is Kind.PURCHASE_RETURN and posting.price is not None
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
            if kind in SOLD and not self.config.is_expense(posting.account):
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
    def _elides(self) -> bool:
        """Whether an elided leg takes what the cost that is written puts the document off by."""
        return elided_money(self.txn, self.config)

    @property
    def _says_cost(self) -> bool:
        """Whether the legs on the accounts that take the cost are the cost.

        Where they are not, the elided leg is not to make up for it: the document is wrong.
        """
        for (account, currency), costs in self.said.items():
            legs = [leg for leg in self.txn.postings if leg.account == account]
            if any(AUTOMATIC_META in (leg.meta or {}) for leg in legs):
                continue
            cost = sum((each.sign * sum(each.by_lot.values()) for each in costs), ZERO)
            if sum(leg.units.number for leg in legs if leg.units.currency == currency) != cost:
                return False
        return True

    def _without_written(self, postings: list[Posting], excuse: bool) -> list[Posting]:
        """Leave out the legs at cost that are written already.

        They are where it balances without them, whatever account they are written on. A leg on
        the very account is one, but where it balances beside it: it is scrap, or a fee.
        """
        costs = {id(leg): leg.account in self.paid_to for leg in self.costs}
        bare = [posting for posting in postings if id(posting) not in costs]
        if not excuse and not residual(bare):
            return bare
        return [posting for posting in postings if not costs.get(id(posting))]

    def _by_lot(self, elided: Posting) -> list[Posting]:
        """Part the leg that takes what goods cost among their lots; what is left of it stays."""
        account, (number, currency), _, _, _, source = elided
        legs: list[Posting] = []
        for cost in self.said.pop((account, currency), ()):
            legs += money_legs(account, cost.by_lot, source, cost.kind, cost.sign)
        rest = number - sum(leg.units.number for leg in legs)
        if legs and not rest:
            return legs
        return [*legs, elided._replace(units=Amount(rest, currency))]

    @cached_property
    def _wants_revenue(self) -> bool:
        return wants_revenue(self.txn, self.config)

    def _balanced(self, postings: list[Posting], off: Mapping[str, Decimal]) -> list[Posting]:
        """Let the elided leg take what is off, else the account laid down for differences."""
        out = []
        left = dict(off)
        for posting in postings:
            units = posting.units
            if AUTOMATIC_META not in (posting.meta or {}) or self.credited:
                out.append(posting)
                continue
            if left.get(units.currency):
                cent = self.config.cent(units.currency)
                number = (units.number - left.pop(units.currency)).quantize(cent)
                posting = posting._replace(units=Amount(number, units.currency))
            out += self._by_lot(posting)
        if self.difference_to is not None:
            for currency, number in sorted(left.items()):
                meta = line_of(self.txn.meta)
                amount = Amount(-number, currency)
                out.append(Posting(self.difference_to, amount, None, None, None, meta))
        return out
