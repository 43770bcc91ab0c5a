"""What Fava's Errors page may say of the stock, each finding at the line that brought the lot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lotcost.ledger.books import Books, Line
from lotcost.ledger.errors import LotError, number
from lotcost.ledger.proposals import Expired, Proposal
from lotcost.model import ZERO, Lot


class ExpiredOnHand(LotError):
    """A lot is past its last day, and some of it is on hand."""


def expired_on_hand(books: Books, proposals: Sequence[Proposal]) -> Iterator[ExpiredOnHand]:
    """Yield a finding for each lot that is proposed to be written off."""
    held: dict[Lot, list[tuple[str, Expired]]] = defaultdict(list)
    for proposal in proposals:
        for expired in proposal.lots:
            held[expired.lot].append((proposal.account, expired))
    receipts: dict[Lot, Line] = {}
    for line in books.lines:
        if line.units > ZERO:
            receipts.setdefault(line.lot, line)
    for lot, parts in sorted(held.items()):
        receipt = receipts[lot]  # what is on hand came in
        where = ", ".join(f"{account} {number(part.units)}" for account, part in parts)
        message = (
            f"{lot.commodity} {lot.number} expired on {parts[0][1].expires} "
            f"and is on hand on {books.at}: {where}. "
            f'Write it off with reason: "expired"; the page Lot expiry has the entry.'
        )
        yield ExpiredOnHand(receipt.source, message, books.entries[receipt.entry])
