"""What a movement is: said outright by `lot-kind`, else read off the other legs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
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
    """A posting of goods in an inventory account.

    Attributes:
      priced: Whether the posting itself says a price or a cost.
      met: Whether another leg has the goods the other way, without a cost.
    """

    place: int
    posting: data.Posting
    policy: Policy
    comes_in: bool
    priced: bool
    met: bool


class Legs(NamedTuple):
    """A transaction's postings, sorted into goods and the accounts of all else.

    Attributes:
      moving: The inventory accounts of each commodity that comes in, or goes out.
      made: The commodities that come in without a price.
      used: The commodities that go out.
      earns: Whether there is a leg on an income account.
    """

    goods: tuple[Goods, ...]
    accounts: frozenset[str]
    moving: Mapping[tuple[str, bool], Set[str]]
    made: Set[str]
    used: Set[str]
    earns: bool

    @classmethod
    def of(cls, txn: data.Transaction, config: Config) -> Legs:
        """Sort a transaction's postings, once: a long one is not read again at each posting."""
        found: list[tuple[int, data.Posting, Policy]] = []
        others: set[str] = set()
        bare: set[tuple[str, bool]] = set()
        for place, posting in enumerate(txn.postings):
            policy = config.policy(posting.account)
            units = posting.units
            if posting.cost is None:
                bare.add((units.currency, units.number > ZERO))
            if policy is not None and config.is_goods(units.currency):
                found.append((place, posting, policy))
            else:
                others.add(posting.account)
        goods = []
        moving: dict[tuple[str, bool], set[str]] = defaultdict(set)
        made, used = set(), set()
        for place, posting, policy in found:
            number_, commodity = posting.units
            comes_in = number_ > ZERO
            priced = posting.price is not None or posting.cost is not None
            met = (commodity, not comes_in) in bare
            goods.append(Goods(place, posting, policy, comes_in, priced, met))
            moving[commodity, comes_in].add(posting.account)
            if not comes_in:
                used.add(commodity)
            elif not priced:
                made.add(commodity)
        earns = any(map(config.is_income, others))
        return cls(tuple(goods), frozenset(others), moving, made, used, earns)


def kind_of(goods: Goods, legs: Legs, txn: data.Transaction) -> Kind | str:
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
    kind = _kind_in(goods, legs) if goods.comes_in else _kind_out(goods, legs, txn)
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


def _kind_out(goods: Goods, legs: Legs, txn: data.Transaction) -> Kind | None:
    if _moves_between(goods, legs):
        return Kind.TRANSFER
    own_reason = "reason" in (goods.posting.meta or {})
    if not own_reason and legs.made - {goods.posting.units.currency}:
        return Kind.PRODUCTION
    policy, reason = goods.policy, reason_of(goods.posting, txn)
    if reason is not None or policy.write_offs & legs.accounts:
        return Kind.WRITE_OFF
    if policy.accounts.get("lot-adjustment") in legs.accounts:
        return Kind.ADJUSTMENT
    if goods.posting.price is not None or _earns(goods, legs):
        return Kind.SALE
    return None


def _kind_in(goods: Goods, legs: Legs) -> Kind | None:
    if _moves_between(goods, legs):
        return Kind.TRANSFER
    if not goods.priced and legs.used - {goods.posting.units.currency}:
        return Kind.PRODUCTION
    if _earns(goods, legs):
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
    there = legs.moving.get((goods.posting.units.currency, not goods.comes_in))
    return bool(there and (len(there) > 1 or goods.posting.account not in there))


def _earns(goods: Goods, legs: Legs) -> bool:
    """Whether there is a leg on an income or cost-of-sales account."""
    return legs.earns or goods.policy.accounts.get("lot-cost-of-sales") in legs.accounts
