"""Write what is known: costed movements become postings that hold their lot at cost.

    2025-01-06 * "Cafe Rose" "Invoice 102"
      Assets:Inventory:Main    -2 MILK @ 5.00 USD
      Assets:Receivable        10 USD

becomes

    2025-01-06 * "Cafe Rose" "Invoice 102"
      Assets:Inventory:Main    -2 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
      Assets:Receivable        10 USD
      Expenses:CostOfSales   4.00 USD
      Income:Sales         -10.00 USD

Entries that are given stay as they were; new ones take their place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data, interpolate
from beancount.core.amount import Amount
from beancount.core.data import Posting
from beancount.core.position import Cost

from lotcost.core.rounding import apportion, residue, slices
from lotcost.ledger.config import Config, Policy
from lotcost.ledger.kinds import reason_of
from lotcost.ledger.reading import Recognised, Written
from lotcost.model import Costed, Issue, Kind, Layer, Lot, Money, Receipt

AUTOMATIC = interpolate.AUTOMATIC_META
EXCUSED = interpolate.AUTOMATIC_RESIDUAL
_AT_COST = frozenset({Kind.SALE, Kind.SALE_RETURN, Kind.WRITE_OFF, Kind.ADJUSTMENT})


def write(
    entries: Sequence[data.Directive],
    written: Written,
    costed: Sequence[Costed],
    refused: Mapping[int, Any],
) -> list[data.Directive]:
    """Return the entries with every posting of goods at cost and labelled with its lot.

    Args:
      refused: The entries with a movement that was refused; what is left of them as written
        is excused from balancing, as their error is already told.
    """
    by_entry: dict[int, list[Costed]] = defaultdict(list)
    for each in costed:
        by_entry[each.movement.entry].append(each)
    recognised: dict[int, list[Recognised]] = defaultdict(list)
    for mark in written.recognised:
        recognised[mark.entry].append(mark)
    out = list(entries)
    for place in sorted(by_entry.keys() | recognised.keys() | refused.keys() | written.spoilt):
        txn = out[place]
        pages = _Transaction(txn, written)
        for mark in recognised[place]:
            pages.label(mark)
        for each in by_entry[place]:
            pages.book(each)
        excuse = place in refused or place in written.spoilt
        out[place] = pages.finish(excuse)
    return out


class _Transaction:
    """A transaction while its postings are being written."""

    def __init__(self, txn: data.Transaction, written: Written) -> None:
        self.txn = txn
        self.config: Config = written.config
        self.cards = written.cards
        self.postings: dict[int, list[Posting]] = {
            place: [posting] for place, posting in enumerate(txn.postings)
        }
        self.legs: list[Posting] = []
        self.balance_with: tuple[str, Posting] | None = None

    def label(self, mark: Recognised) -> None:
        """Attach its lot's card to a posting that Beancount booked."""
        posting = self.txn.postings[mark.posting]
        self.postings[mark.posting] = [
            posting._replace(meta=self._meta(posting, mark.lot, mark.kind))
        ]

    def book(self, costed: Costed) -> None:
        """Put the goods of a movement at cost and add the legs it lacks."""
        movement = costed.movement
        for issue, parts in zip(movement.issues, costed.drawn, strict=False):
            self._hold(issue, parts, movement.kind, -1)
            self._legs_for(issue, parts, movement.kind, 1)
        for receipt, parts in zip(movement.receipts, costed.put, strict=False):
            self._hold(receipt, parts, movement.kind, 1)
            if movement.kind is not Kind.RECEIPT:
                self._legs_for(receipt, parts, movement.kind, -1)

    def finish(self, excuse: bool) -> data.Transaction:
        """Return the transaction, balanced to the cent."""
        postings = [posting for place in sorted(self.postings) for posting in self.postings[place]]
        postings += self.legs
        residual = interpolate.compute_residual(postings)
        off = {each.units.currency: each.units.number for each in residual.get_positions()}
        if excuse:
            if any(off.values()):
                postings = [
                    posting._replace(meta={**(posting.meta or {}), EXCUSED: True})
                    for posting in postings
                ]
        elif off:
            postings = self._balance(postings, off)
        return self.txn._replace(postings=postings)

    def _hold(self, goods: Issue | Receipt, parts: Sequence[Layer], kind: Kind, sign: int) -> None:
        posting = self.txn.postings[goods.posting]
        price = posting.price if kind in {Kind.SALE, Kind.SALE_RETURN} else None
        held = []
        for part in parts:
            meta = self._meta(posting, part.lot, kind)
            cent = self.config.cent(part.currency)
            for units, unit_cost in slices(part, cent):
                cost = Cost(unit_cost, part.currency, part.acquired, part.lot.number)
                amount = Amount(sign * units, part.lot.commodity)
                held.append(posting._replace(units=amount, cost=cost, price=price, meta=meta))
            missing = residue(part)
            if missing:
                amount = Amount(sign * missing, part.currency)
                held.append(posting._replace(units=amount, cost=None, price=None, meta=meta))
        self.postings[goods.posting] = held

    def _legs_for(
        self, goods: Issue | Receipt, parts: Sequence[Layer], kind: Kind, sign: int
    ) -> None:
        """Add the other side of goods that come or go: their cost, and what they sold for."""
        posting = self.txn.postings[goods.posting]
        policy = self.config.policy(posting.account)
        assert policy is not None  # only inventory accounts have movements
        taken = self._restate(goods, parts, kind, sign)
        if kind in _AT_COST and not taken:
            account = _account_at_cost(policy, kind, reason_of(posting, self.txn))
            if account is not None and not self._is_written(account):
                costs = self._by_lot(parts, lambda part: part.cost)
                self._add(account, costs, posting, kind, sign)
        if kind is Kind.PURCHASE_RETURN and "lot-adjustment" in policy.accounts:
            self.balance_with = (policy.accounts["lot-adjustment"], posting)
        if goods.revenue is not None and not self._earns():
            revenue = self._share(goods.revenue, parts)
            self._add(policy.accounts["lot-sales"], revenue, posting, kind, -sign)

    def _restate(
        self, goods: Issue | Receipt, parts: Sequence[Layer], kind: Kind, sign: int
    ) -> bool:
        """Put goods that an elided leg took at their cost, or take them off again."""
        for place, posting in enumerate(self.txn.postings):
            units = posting.units
            if (
                self.config.policy(posting.account) is not None
                or units.currency != goods.commodity
                or units.number != sign * goods.units
                or self.postings[place] != [posting]
            ):
                continue
            if kind in {Kind.SALE, Kind.SALE_RETURN} and not self.config.is_expense(
                posting.account
            ):
                # A customer's account that took goods along with the money: it owes money only.
                self.postings[place] = []
                return False
            costs = self._by_lot(parts, lambda part: part.cost)
            self.postings[place] = list(
                self._money_legs(posting.account, costs, posting, kind, sign)
            )
            return True
        return False

    def _by_lot(
        self, parts: Sequence[Layer], number: Callable[[Layer], Decimal]
    ) -> dict[tuple[Lot, str], Decimal]:
        amounts: dict[tuple[Lot, str], Decimal] = defaultdict(Decimal)
        for part in parts:
            amounts[part.lot, part.currency] += number(part)
        return amounts

    def _share(self, revenue: Money, parts: Sequence[Layer]) -> dict[tuple[Lot, str], Decimal]:
        units: dict[Lot, Decimal] = defaultdict(Decimal)
        for part in parts:
            units[part.lot] += part.units
        cent = self.config.cent(revenue.currency)
        shares = apportion(revenue.number, list(units.values()), cent)
        return {(lot, revenue.currency): share for lot, share in zip(units, shares, strict=True)}

    def _add(
        self,
        account: str,
        amounts: Mapping[tuple[Lot, str], Decimal],
        posting: Posting,
        kind: Kind,
        sign: int,
    ) -> None:
        self.legs.extend(self._money_legs(account, amounts, posting, kind, sign))

    def _money_legs(
        self,
        account: str,
        amounts: Mapping[tuple[Lot, str], Decimal],
        posting: Posting,
        kind: Kind,
        sign: int,
    ) -> Iterator[Posting]:
        source = posting.meta or self.txn.meta
        for (lot, currency), amount in amounts.items():
            meta = {
                "filename": source["filename"],
                "lineno": source["lineno"],
                "lot": lot.number,
                "lot-commodity": lot.commodity,
                "lot-kind": kind.value,
            }
            yield Posting(account, Amount(sign * amount, currency), None, None, None, meta)

    def _meta(self, posting: Posting, lot: Lot, kind: Kind) -> dict[str, Any]:
        """Return a posting's own metadata with its lot and the lot's card."""
        own = {key: value for key, value in (posting.meta or {}).items() if key != AUTOMATIC}
        return {
            **self.cards.card(lot),
            **own,
            "lot": lot.number,
            "lot-commodity": lot.commodity,
            "lot-kind": kind.value,
        }

    def _is_written(self, account: str) -> bool:
        """Whether the transaction has a leg of money on an account."""
        return any(
            posting.account == account and not self.config.is_goods(posting.units.currency)
            for posting in self.txn.postings
        )

    def _earns(self) -> bool:
        return any(self.config.is_income(posting.account) for posting in self.txn.postings)

    def _balance(self, postings: list[Posting], off: Mapping[str, Decimal]) -> list[Posting]:
        """Let the elided leg take what is off, else the leg laid down for differences."""
        out = []
        left = dict(off)
        for posting in postings:
            units = posting.units
            if AUTOMATIC in (posting.meta or {}) and left.get(units.currency):
                cent = self.config.cent(units.currency)
                number = (units.number - left.pop(units.currency)).quantize(cent)
                posting = posting._replace(units=Amount(number, units.currency))
            out.append(posting)
        if self.balance_with is not None:
            account, source = self.balance_with
            for currency, number in sorted(left.items()):
                meta = {key: (source.meta or self.txn.meta)[key] for key in ("filename", "lineno")}
                out.append(Posting(account, Amount(-number, currency), None, None, None, meta))
        return out


def _account_at_cost(policy: Policy, kind: Kind, reason: str | None) -> str | None:
    if kind is Kind.WRITE_OFF:
        return policy.write_off(reason)
    key = "lot-adjustment" if kind is Kind.ADJUSTMENT else "lot-cost-of-sales"
    return policy.accounts.get(key)
