"""Findings of native accounts that hold so many open lots that each load waits for them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from beancount.core import data
from beancount.core.position import Cost

from lotcost.ledger.books import Books
from lotcost.model import ZERO
from lotcost.reports.exceptions.finding import Finding, What

MOST = 1_000  # open lots
# What Beancount's booking takes to copy and look through one lot; measured with 60 to 5,000
# lots open, by CPython 3.11 on a server of 2024.
_SECONDS_A_LOT = 0.3e-6

_Held = tuple[str, Cost]


class Crowd(NamedTuple):
    """A native account, as Beancount's booking has to walk it.

    Attributes:
      looks: The lots looked through in all: those that were open at each posting.
    """

    lots: int
    postings: int
    looks: int

    @property
    def seconds(self) -> float:
        """What a load spends on them, about."""
        return self.looks * _SECONDS_A_LOT


def of_crowded_accounts(books: Books) -> Iterator[Finding]:
    """Yield the native accounts with more open lots than Beancount books quickly."""
    asked = {line.account: line for _, line in books.picked}
    for account, crowd in sorted(crowds(books).items()):
        if crowd.lots <= MOST or account not in asked:
            continue
        policy = books.config.policy(account)
        assert policy is not None  # it is native
        ledger = os.path.basename(books.options["filename"])
        message = (
            f"{crowd.lots:,} lots are open, and Beancount's booking copies and looks through them "
            f"at each of the account's {crowd.postings:,} postings: {crowd.looks:,} looks, about "
            f"{_duration(crowd.seconds)} of every load. A managed account takes nothing for an "
            f"open lot; to make it one: lotcost convert {ledger} --account {account}"
        )
        yield Finding(
            date=books.at,
            finding=What.MANY_OPEN_LOTS,
            message=message,
            source=policy.laid_down.meta,
            currency=asked[account].currency,
            account=account,
        )


def crowds(books: Books) -> dict[str, Crowd]:
    """Return what each native account holds at the books' day: lots as Beancount tells them."""
    native = frozenset(filter(partial(_is_native, books), books.config.posted_to))
    held: dict[str, dict[_Held, Decimal]] = defaultdict(dict)
    counted: dict[str, Crowd] = {}
    for entry in books.entries:
        if not isinstance(entry, data.Transaction):
            continue
        for posting in entry.postings:
            if posting.account not in native or posting.cost is None:
                continue
            lots = held[posting.account]
            _, postings, looks = counted.get(posting.account, (0, 0, 0))
            looks += len(lots)
            key = posting.units.currency, posting.cost
            lots[key] = lots.get(key, ZERO) + posting.units.number
            if not lots[key]:
                del lots[key]
            counted[posting.account] = Crowd(len(lots), postings + 1, looks)
    return counted


def _is_native(books: Books, account: str) -> bool:
    policy = books.config.policy(account)
    return policy is not None and policy.native


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
