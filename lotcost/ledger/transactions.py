"""Read one transaction: its postings of goods become movements, its landed legs landings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from beancount.core import data

from lotcost.core.expiry import StatusHistory
from lotcost.ledger.cards import Cards, type_errors
from lotcost.ledger.config import Config, unknown_keys
from lotcost.ledger.documents import elided_money, money_beside, totals
from lotcost.ledger.errors import (
    ElidedAmount,
    LotError,
    MissingCost,
    MixedStyles,
    UnclearKind,
    UnknownWord,
    WrongLanding,
    WrongShares,
    nearest,
)
from lotcost.ledger.kinds import POSTING_KEYS, Goods, Legs, is_silent, kind_of, reason_of
from lotcost.ledger.landed import is_landed, read_landing
from lotcost.ledger.parties import name_errors, party_of
from lotcost.ledger.postings import Recognised, read_issue, read_receipt, recognise
from lotcost.ledger.serials import by_unit, serials_of, with_unit_shares
from lotcost.ledger.words import WrongError, check_reason, check_words
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
_OF_A_LANDING = {"landed-on": WrongLanding, "landed-by": WrongLanding}
_OF_A_LEG = {**_OF_A_LANDING, "cost-share": WrongShares}
_TOGETHER = frozenset({Kind.TRANSFER, Kind.PRODUCTION, Kind.PURCHASE_RETURN})


class Written(NamedTuple):
    """What a ledger says about its lots.

    Attributes:
      events: In the order they happened: a day's transactions, then what holds in the evening.
      spoilt: The entries with a posting that could not be read.
    """

    config: Config
    cards: Cards
    statuses: StatusHistory
    events: list[Event]
    recognised: list[Recognised]
    errors: list[LotError]
    spoilt: set[int]


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
        if unreadable and any(each.account in unreadable for each in self.txn.postings):
            self.written.spoilt.add(self.place)  # its open has the error already
        if not self.legs.goods and not landed and _OF_A_LANDING.keys().isdisjoint(self.txn.meta):
            return
        try:
            self._check_words()
        except WrongError as wrong:
            self._spoil(wrong.at, wrong)
            self.written.cards.brought.update(self._lots_named())
            return
        spoilt: set[Kind | int] = set()
        paid = totals(self.txn, self.legs, self.config)
        for goods in self.legs.goods:
            group: Kind | int = Kind.PRODUCTION  # what nothing tells may be an input
            try:
                kind = self._kind(goods)
                group = kind if kind in _TOGETHER else goods.place
                self._add(goods, kind, group, paid)
            except WrongError as wrong:
                self._spoil(goods.posting, wrong)
                self.written.cards.brought.update(self._lots_named())
                spoilt.add(group)
        for group in [group for group in self.movements if group not in spoilt]:
            try:
                self.movements[group] = self._finished(self.movements[group], paid)
            except WrongError as wrong:
                self._spoil(self.txn.postings[self._first_posting(group)], wrong)
                spoilt.add(group)
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

    def _check_words(self) -> None:
        """See that what the transaction itself says is known, and what its other legs say."""
        if not is_silent(self.txn.meta):
            self._check_own_words()
        goods = {each.place for each in self.legs.goods}
        for place in self.legs.telling:
            if place not in goods:
                posting = self.txn.postings[place]
                for error in unknown_keys(posting.meta, POSTING_KEYS, self.txn):
                    raise WrongError(type(error), error.message, posting)

    def _check_own_words(self) -> None:
        for error in unknown_keys(self.txn.meta, POSTING_KEYS, self.txn):
            raise WrongError(type(error), error.message)
        for error in name_errors(self.txn.meta, self.txn.meta, self.txn):
            raise WrongError(type(error), error.message)
        for error in type_errors(self.txn.meta, self.txn.meta, self.txn):
            raise WrongError(type(error), error.message)
        for key, kind in _OF_A_LEG.items():
            if key in self.txn.meta:
                message = (
                    f"{key} is of one leg, and says nothing above them. Write it below its leg"
                )
                raise WrongError(kind, message)
        check_reason(self.txn.meta.get("reason"))
        said = self.txn.meta.get("lot-kind")
        if said is not None and said not in set(Kind):
            message = f'The lot-kind "{said}" is unknown; {nearest(str(said), Kind)}'
            raise WrongError(UnknownWord, message)

    def _lots_named(self) -> Iterator[Lot]:
        """The lots that were to come in: a directive about them is not one more error."""
        for goods in self.legs.goods:
            number = (goods.posting.meta or {}).get("lot", self.txn.meta.get("lot"))
            if goods.comes_in and isinstance(number, str):
                yield Lot(goods.posting.units.currency, number)

    def _finished(self, movement: Movement, paid: Mapping[int, Money]) -> Movement:
        """Add what only the transaction as a whole says."""
        if movement.kind is Kind.TRANSFER:
            return self._transfer(movement)
        if movement.kind is Kind.PRODUCTION:
            return self._with_conversion(movement)
        if movement.kind is Kind.PURCHASE_RETURN:
            return self._with_credit(movement, paid)
        return movement

    def _transfer(self, movement: Movement) -> Movement:
        out = {issue.commodity for issue in movement.issues}
        into = {receipt.commodity for receipt in movement.receipts}
        if out != into:
            native = next(each.posting.account for each in self.legs.goods if each.policy.native)
            raise WrongError(
                MixedStyles,
                f"Goods move between {native}, which Beancount books, and a managed account, and "
                "neither side can cost the other's. Give both accounts one lot-method",
            )
        return _agreed_on_lots(movement)

    def _with_credit(self, movement: Movement, paid: Mapping[int, Money]) -> Movement:
        """Add what the supplier gives back: the price of the goods, else what the legs say."""
        issued = dict.fromkeys(issue.posting for issue in movement.issues)
        credits = [paid[posting] for posting in issued if posting in paid]
        if credits:
            credit = Money(sum((money.number for money in credits), ZERO), credits[0].currency)
            return movement._replace(beside=credit._replace(number=-credit.number))
        if elided_money(self.txn, self.config) or not self._beside():
            return movement
        return movement._replace(beside=self._beside()[0])

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

    def _beside(self, without: Collection[str] = ()) -> list[Money]:
        """What the legs of money give, a currency each; some accounts' legs may be others'."""
        sums = money_beside(self.txn, self.legs, self.config, without)
        return [Money(-total, currency) for currency, total in sums.items()]

    def _with_conversion(self, movement: Movement) -> Movement:
        """Add what a batch costs beside its inputs: the money that the other legs give."""
        for posting in self.txn.postings:
            elided = self.config.policy(posting.account) is None
            if elided and self.config.is_goods(posting.units.currency):
                raise WrongError(
                    ElidedAmount,
                    f"{posting.account} has no amount in a batch, where none can be told. "
                    "Write what the conversion costs: "
                    f"{posting.account}  -30.00 {self.config.main_currency}",
                    posting,
                )
        _check_shares(movement.receipts)
        conversion = self._beside(without=self._written_off_to())
        if len(conversion) > 1:
            names = " and ".join(sorted(money.currency for money in conversion))
            raise WrongError(
                WrongShares,
                f"The conversion of this batch is paid in {names}. "
                f"Write all of it in one currency, with @ prices for the others",
            )
        receipts = with_unit_shares(movement.receipts)
        return movement._replace(receipts=receipts, beside=conversion[0] if conversion else None)

    def _written_off_to(self) -> set[str]:
        """The accounts that goods with a reason of their own are written off to."""
        reasons = (
            (each.policy, (each.posting.meta or {}).get("reason")) for each in self.legs.goods
        )
        return {policy.write_off(reason) or "" for policy, reason in reasons if reason}

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


def _check_shares(receipts: Sequence[Receipt]) -> None:
    """See that the outputs' shares add up; a single output, or none with a share, needs none."""
    shares = list({each.posting: each.share for each in receipts if each.cost is None}.values())
    if len(shares) < 2 or not any(share is not None for share in shares):
        return
    total = sum((share for share in shares if share is not None), ZERO)
    if None in shares or total not in {1, 100}:
        found = " + ".join("?" if share is None else f"{share:f}" for share in shares)
        raise WrongError(
            WrongShares,
            f"The outputs' cost-share are {found}, which is {total:f} and not 100. "
            "Give each output but a by-product (cost: 5.00 USD) its cost-share",
        )


def _agreed_on_lots(movement: Movement) -> Movement:
    """Let a transfer name its lots on the side that arrives: an issue then is one a lot."""
    issues: list[Issue] = []
    for issue in movement.issues:
        arriving = [each for each in movement.receipts if each.commodity == issue.commodity]
        alone = sum(each.commodity == issue.commodity for each in movement.issues) == 1
        if issue.lot is None and alone and any(each.lot for each in arriving):
            issues.extend(issue._replace(lot=each.lot, units=each.units) for each in arriving)
        else:
            issues.append(issue)
    return movement._replace(issues=tuple(issues))
