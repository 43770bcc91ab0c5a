"""Entries that are proposed and not booked: the write-off of what has expired.

    2025-02-04 * "Write-off of expired stock"
      document: ""
      approved-by: ""
      disposal: ""
      Assets:Inventory:Main  -3 MILK     ; 6.11 USD, expired on 2025-02-01
        lot: "L1"
        reason: "expired"
      Expenses:WriteOff

What stands is what a bookkeeper would write; lotcost adds the cost when it is in the ledger.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount.core import data
from beancount.core.position import Cost

from lotcost.core.expiry import bar
from lotcost.core.rounding import basis_of, cost_gone, half_up
from lotcost.ledger.books import Books
from lotcost.ledger.config import Policy
from lotcost.ledger.errors import number
from lotcost.ledger.near_expiry import quoted
from lotcost.model import ZERO, Lot, Method, Money, Reason

EVIDENCE = ("document", "approved-by", "disposal")
_INDENT = "  "


class Expired(NamedTuple):
    """What an account holds of a lot past its last day.

    Attributes:
      held: What it is held at, position by position, which a native account needs said; of a
        managed account nothing.
    """

    lot: Lot
    expires: datetime.date
    units: Decimal
    cost: Money
    held: tuple[tuple[Decimal, Cost], ...]


class Proposal(NamedTuple):
    """A transaction to write into the ledger: one account's expired lots, in a fixed order."""

    date: datetime.date
    account: str
    lots: tuple[Expired, ...]
    text: str


def write_offs(books: Books) -> tuple[Proposal, ...]:
    """Propose to write off what is expired on the evening of the books' day.

    Where lines are asked for, their lots are proposed alone, and always with all their account
    holds. A lot that is recalled or in quarantine is held, and not proposed. One that is written
    off already is not on hand, so a second run proposes nothing; nor does it of what the ledger
    writes off by itself as soon as it comes to that day.
    """
    proposals = []
    for account, expired in sorted(_expired(books).items()):
        policy = books.config.policy(account)
        assert policy is not None  # only inventory accounts hold goods
        lots = tuple(sorted(expired, key=lambda each: (each.lot.commodity, each.expires, each.lot)))
        if policy.method is Method.AVERAGE:
            lots = tuple(_drawn_in_turn(books, account, lots))
        text = "\n".join(_lines(books, account, policy, lots)) + "\n"
        proposals.append(Proposal(books.at, account, lots, text))
    return tuple(proposals)


def lots_of(proposals: Iterable[Proposal]) -> frozenset[Lot]:
    """Return the lots that are to be written off, in however many accounts."""
    return frozenset(expired.lot for proposal in proposals for expired in proposal.lots)


def worth(proposals: Iterable[Proposal]) -> dict[str, Decimal]:
    """Return what is to be written off at cost, by currency."""
    sums: dict[str, Decimal] = {}
    for proposal in proposals:
        for expired in proposal.lots:
            amount, currency = expired.cost
            sums[currency] = sums[currency] + amount if currency in sums else amount
    return dict(sorted(sums.items()))


def ledger_text(proposals: Iterable[Proposal]) -> str:
    """Return proposals as they stand in a ledger, a blank line between them."""
    return "\n".join(proposal.text for proposal in proposals)


def _expired(books: Books) -> dict[str, list[Expired]]:
    late = dict(_late(books))
    if not late:
        return {}
    lots = {lot for _, lot in late}
    cost: dict[tuple[str, Lot], Decimal] = defaultdict(Decimal)
    currency: dict[Lot, str] = {}
    for line in books.lines:
        if line.lot in lots:
            cost[line.account, line.lot] += line.stock_cost
            currency.setdefault(line.lot, line.currency)
    asked = {(move.account, move.lot) for move in books.sums.moves}
    found: dict[str, list[Expired]] = defaultdict(list)
    for (account, lot), expires in late.items():
        if (account, lot) not in asked:
            continue
        policy = books.config.policy(account)
        native = policy is not None and policy.native
        # Beancount keeps its lots as fine as their unit costs are.
        total = cost[account, lot]
        rounded = half_up(total, books.config.cent(currency[lot]))
        worth = Money(total if native and total != rounded else rounded, currency[lot])
        held = tuple(_positions(books, account, lot)) if native else ()
        units = books.on_hand[account, lot]
        found[account].append(Expired(lot, expires, units, worth, held))
    return found


def _late(books: Books) -> Iterator[tuple[tuple[str, Lot], datetime.date]]:
    """Yield the lots on hand that nothing but their last day bars, by account, with that day."""
    for (account, lot), units in books.on_hand.items():
        expires = books.cards.expires(lot) if units > ZERO else None
        if expires is None or expires >= books.at or books.writes_off_itself(account):
            continue
        barred = bar(lot, expires, books.statuses, books.at)
        if barred is not None and barred.why == "expired":
            yield (account, lot), expires


def _drawn_in_turn(books: Books, account: str, lots: Iterable[Expired]) -> Iterator[Expired]:
    """Give each lot its part of what all goods of its account cost, as `average` draws them.

    To the cent: which lot takes a cent depends on what left the account before.
    """
    units: dict[str, Decimal] = defaultdict(Decimal)
    cost: dict[str, Decimal] = defaultdict(Decimal)
    for line in books.lines:
        if line.account == account:
            units[line.lot.commodity] += line.units
            cost[line.lot.commodity] += line.stock_cost
    out: dict[str, Decimal] = defaultdict(Decimal)
    drawn: dict[str, Decimal] = defaultdict(Decimal)
    for expired in lots:
        goods, currency = expired.lot.commodity, expired.cost.currency
        out[goods] += expired.units
        cent = books.config.cent(currency)
        after = cost_gone(basis_of(units[goods], cost[goods], cent), out[goods], cent)
        yield expired._replace(cost=Money(after - drawn[goods], currency))
        drawn[goods] = after


def _positions(books: Books, account: str, lot: Lot) -> Iterator[tuple[Decimal, Cost]]:
    held: dict[Cost, Decimal] = defaultdict(Decimal)
    for entry in books.entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                meta = posting.meta or {}
                named = meta.get("lot-commodity"), meta.get("lot")
                if posting.account == account and posting.cost is not None and named == lot:
                    held[posting.cost] += posting.units.number
    for cost, units in sorted(held.items(), key=lambda each: (each[0].date, each[0].number)):
        if units:
            yield units, cost


def _lines(books: Books, account: str, policy: Policy, lots: Sequence[Expired]) -> Iterator[str]:
    yield f'{books.at} * "Write-off of expired stock"'
    for key in EVIDENCE:
        yield f'{_INDENT}{key}: ""'
    for expired in lots:
        when = f"expired on {expired.expires}"
        why = f"; {expired.cost.number} {expired.cost.currency}, {when}"
        if policy.native:
            for units, cost in expired.held:
                why = f"; {units * cost.number} {cost.currency}, {when}"
                price = f"{{{number(cost.number)} {cost.currency}, {cost.date}{_label(cost)}}}"
                yield f"{_INDENT}{account}  -{number(units)} {expired.lot.commodity} {price}  {why}"
                yield from _named(expired)
        else:
            yield f"{_INDENT}{account}  -{number(expired.units)} {expired.lot.commodity}  {why}"
            yield from _named(expired)
    to = policy.write_off(Reason.EXPIRED)
    yield f"{_INDENT}{to or books.options['name_expenses'] + ':WriteOff'}"


def _named(expired: Expired) -> Iterator[str]:
    yield f"{_INDENT * 2}lot: {quoted(expired.lot.number)}"
    yield f'{_INDENT * 2}reason: "{Reason.EXPIRED}"'


def _label(cost: Cost) -> str:
    return f", {quoted(cost.label)}" if cost.label else ""
