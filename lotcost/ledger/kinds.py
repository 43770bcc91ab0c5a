"""What a movement is: said outright by `lot-kind`, else read off the other legs."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from beancount.core import data
from beancount.core.interpolate import AUTOMATIC_META, AUTOMATIC_TOLERANCES

from lotcost.ledger.config import Config, Policy
from lotcost.ledger.errors import nearest, number
from lotcost.model import ZERO, Kind, maker

POSTING_KEYS = frozenset({"lot-kind"})
_OF_THE_HOST = frozenset({"filename", "lineno", AUTOMATIC_META, AUTOMATIC_TOLERANCES})
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
      silent: Whether neither its metadata nor its transaction's says anything.
    """

    place: int
    posting: data.Posting
    policy: Policy
    comes_in: bool
    priced: bool
    met: bool
    silent: bool


class Legs(NamedTuple):
    """A transaction's postings, sorted into goods and the accounts of all else.

    Attributes:
      moving: The inventory accounts of each commodity that comes in, or goes out.
      made: The commodities that come in without a price, and not from another account.
      used: The commodities that go out, and not to another account.
      earns: Whether there is a leg on an income account.
      telling: The places of the postings whose metadata says something.
    """

    goods: tuple[Goods, ...]
    accounts: Set[str]
    moving: Mapping[tuple[str, bool], Set[str]]
    made: Set[str]
    used: Set[str]
    earns: bool
    telling: tuple[int, ...]

    @classmethod
    def of(cls, txn: data.Transaction, config: Config) -> Legs:
        """Sort a transaction's postings, once: a long one is not read again at each posting."""
        policy_of, is_goods = config.policy, config.is_goods
        all_silent = is_silent(txn.meta)
        found: list[tuple[int, data.Posting, Policy, bool, bool]] = []
        others: set[str] = set()
        bare: set[tuple[str, bool]] = set()
        telling: list[int] = []
        for place, posting in enumerate(txn.postings):
            account, (number_, commodity), cost, _, _, meta = posting
            comes_in = number_ > ZERO
            silent = not meta or is_silent(meta)
            if not silent:
                telling.append(place)
            if cost is None:
                bare.add((commodity, comes_in))
            if is_goods(commodity) and (policy := policy_of(account)) is not None:
                found.append((place, posting, policy, comes_in, silent and all_silent))
            else:
                others.add(account)
        goods = []
        moving: dict[tuple[str, bool], set[str]] = {}
        made, used = set(), set()
        for place, posting, policy, comes_in, silent in found:
            account, (_, commodity), cost, price, _, _ = posting
            priced = price is not None or cost is not None
            met = (commodity, not comes_in) in bare
            goods.append(_goods((place, posting, policy, comes_in, priced, met, silent)))
            moving.setdefault((commodity, comes_in), set()).add(account)
            if not comes_in:
                used.add(commodity)
            elif not priced:
                made.add(commodity)
        if made & used:  # what only moves between accounts is neither made nor used up
            staying = [each for each in goods if not _moves_between(each, moving)]
            made = {
                each.posting.units.currency for each in staying if each.comes_in and not each.priced
            }
            used = {each.posting.units.currency for each in staying if not each.comes_in}
        earns = any(map(config.is_income, others))
        return cls(tuple(goods), others, moving, made, used, earns, tuple(telling))


_goods = maker(Goods)


def is_silent(meta: Mapping[str, Any]) -> bool:
    """Whether metadata says no more than its line and how it was booked, as most does."""
    return meta.keys() <= _OF_THE_HOST


def kind_of(goods: Goods, legs: Legs, txn: data.Transaction) -> Kind | str:
    """Return what a posting of goods is, or the sentence that says why nothing tells."""
    said = None
    if not goods.silent:
        said = (goods.posting.meta or {}).get("lot-kind", txn.meta.get("lot-kind"))
    if said is not None:
        fitting = IN_KINDS if goods.comes_in else OUT_KINDS
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
    if _moves_between(goods, legs.moving):
        return Kind.TRANSFER
    own_reason = not goods.silent and "reason" in (goods.posting.meta or {})
    if not own_reason and legs.made - {goods.posting.units.currency}:
        return Kind.PRODUCTION
    policy = goods.policy
    reason = None if goods.silent else reason_of(goods.posting, txn)
    if reason is not None or policy.write_offs & legs.accounts:
        return Kind.WRITE_OFF
    if policy.accounts.get("lot-adjustment") in legs.accounts:
        return Kind.ADJUSTMENT
    if goods.posting.price is not None or _earns(goods, legs):
        return Kind.SALE
    return None


def _kind_in(goods: Goods, legs: Legs) -> Kind | None:
    if _moves_between(goods, legs.moving):
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


def _moves_between(goods: Goods, moving: Mapping[tuple[str, bool], Set[str]]) -> bool:
    """Whether the same goods go the other way on another inventory account."""
    there = moving.get((goods.posting.units.currency, not goods.comes_in))
    return bool(there and (len(there) > 1 or goods.posting.account not in there))


def _earns(goods: Goods, legs: Legs) -> bool:
    """Whether there is a leg on an income or cost-of-sales account."""
    return legs.earns or goods.policy.accounts.get("lot-cost-of-sales") in legs.accounts
