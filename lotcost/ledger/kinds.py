"""What a movement is: said outright by `lot-kind`, else read off the other legs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from beancount.core import data

from lotcost.ledger.config import Config, Policy
from lotcost.ledger.errors import nearest, number
from lotcost.model import ZERO, Kind

POSTING_KEYS = frozenset({"lot-kind"})
OUT_KINDS = frozenset(
    {
        *(Kind.SALE, Kind.PURCHASE_RETURN, Kind.TRANSFER),
        *(Kind.PRODUCTION, Kind.WRITE_OFF, Kind.ADJUSTMENT),
    }
)
IN_KINDS = frozenset(
    {Kind.RECEIPT, Kind.SALE_RETURN, Kind.TRANSFER, Kind.PRODUCTION, Kind.ADJUSTMENT}
)


class Goods(NamedTuple):
    """A posting of goods in an inventory account."""

    place: int
    posting: data.Posting
    policy: Policy

    @property
    def priced(self) -> bool:
        """Whether the posting itself says a price or a cost."""
        return self.posting.price is not None or self.posting.cost is not None

    @property
    def comes_in(self) -> bool:
        """Whether units come in."""
        return bool(self.posting.units.number > ZERO)


class Legs(NamedTuple):
    """A transaction's postings, sorted into goods and the accounts of all else."""

    goods: tuple[Goods, ...]
    accounts: frozenset[str]

    @classmethod
    def of(cls, txn: data.Transaction, config: Config) -> Legs:
        """Sort a transaction's postings."""
        goods = []
        others = []
        for place, posting in enumerate(txn.postings):
            policy = config.policy(posting.account)
            if policy is not None and config.is_goods(posting.units.currency):
                goods.append(Goods(place, posting, policy))
            else:
                others.append(posting.account)
        return cls(tuple(goods), frozenset(others))


def kind_of(goods: Goods, legs: Legs, txn: data.Transaction, config: Config) -> Kind | str:
    """Return what a posting of goods is, or the sentence that says why nothing tells."""
    said = (goods.posting.meta or {}).get("lot-kind", txn.meta.get("lot-kind"))
    fitting = IN_KINDS if goods.comes_in else OUT_KINDS
    if said is not None:
        if said in fitting:
            return Kind(said)
        if said in set(Kind):
            way = "come in" if goods.comes_in else "go out"
            return f'{_units(goods)} {way}, which is no lot-kind "{said}"; {nearest("", fitting)}'
        return f'The lot-kind "{said}" is unknown; {nearest(str(said), fitting)}'
    kind = (_kind_in if goods.comes_in else _kind_out)(goods, legs, txn, config)
    if kind is not None:
        return kind
    if goods.comes_in:
        return (
            f"{_units(goods)} come in, and nothing says what they cost. "
            f"Write their price: {_units(goods)} @ 1.00 USD"
        )
    return (
        f"{_units(goods)} go out, and nothing says why. "
        'Add lot-kind: "sale", lot-kind: "purchase-return" or reason: "damaged"'
    )


def _units(goods: Goods) -> str:
    units = goods.posting.units
    return f"{number(abs(units.number))} {units.currency}"


def _kind_out(goods: Goods, legs: Legs, txn: data.Transaction, config: Config) -> Kind | None:
    if _moves_between(goods, legs):
        return Kind.TRANSFER
    others = _others(goods, legs)
    own_reason = "reason" in (goods.posting.meta or {})
    if not own_reason and any(other.comes_in and not other.priced for other in others):
        return Kind.PRODUCTION
    policy, reason = goods.policy, reason_of(goods.posting, txn)
    if reason is not None or policy.write_offs & legs.accounts:
        return Kind.WRITE_OFF
    if policy.accounts.get("lot-adjustment") in legs.accounts:
        return Kind.ADJUSTMENT
    if goods.posting.price is not None or _earns(goods, legs, config):
        return Kind.SALE
    return None


def _kind_in(goods: Goods, legs: Legs, txn: data.Transaction, config: Config) -> Kind | None:
    if _moves_between(goods, legs):
        return Kind.TRANSFER
    others = _others(goods, legs)
    if not goods.priced and any(not other.comes_in for other in others):
        return Kind.PRODUCTION
    if _earns(goods, legs, config):
        return Kind.SALE_RETURN
    if goods.policy.accounts.get("lot-adjustment") in legs.accounts:
        return Kind.ADJUSTMENT
    return Kind.RECEIPT if goods.priced or goods.policy.owner is not None else None


def reason_of(posting: data.Posting, txn: data.Transaction) -> str | None:
    """Return why goods are written off, from the posting or its transaction."""
    reason = (posting.meta or {}).get("reason", txn.meta.get("reason"))
    return None if reason is None else str(reason)


def _moves_between(goods: Goods, legs: Legs) -> bool:
    """Whether the same goods go the other way on another inventory account."""
    commodity, account = goods.posting.units.currency, goods.posting.account
    return any(
        other.posting.units.currency == commodity
        and other.posting.account != account
        and other.comes_in != goods.comes_in
        for other in legs.goods
    )


def _others(goods: Goods, legs: Legs) -> Iterable[Goods]:
    commodity = goods.posting.units.currency
    return (other for other in legs.goods if other.posting.units.currency != commodity)


def _earns(goods: Goods, legs: Legs, config: Config) -> bool:
    """Whether there is a leg on an income or cost-of-sales account."""
    cost_of_sales = goods.policy.accounts.get("lot-cost-of-sales")
    return any(account == cost_of_sales or config.is_income(account) for account in legs.accounts)
