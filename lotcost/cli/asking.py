"""See that a question can be answered: days in order, and words that the ledger knows.

A word nobody knows is refused with those near it, as an empty table would say there is nothing.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable

import click
from beancount.core import account as accounts

from lotcost.ledger.books import Books
from lotcost.ledger.loading import Ledger
from lotcost.rendering.values import printable
from lotcost.reports.catalog import CATALOG, Question, groups

_MOST_LISTED = 20


def one_day(at: datetime.date | None, to: datetime.date | None) -> datetime.date | None:
    """Return the day that --at and --to name, which are two words for one thing."""
    if at is not None and to is not None and at != to:
        raise click.UsageError(f"--at {at} and --to {to} are two last days; leave one out.")
    return to if at is None else at


def check_days(question: Question) -> None:
    """Refuse a period that ends before it begins."""
    if question.since is not None and question.at is not None and question.since > question.at:
        raise click.UsageError(f"--from {question.since} is after --to {question.at}.")


def check_words(name: str, question: Question, ledger: Ledger) -> None:
    """Refuse a commodity, lot, account or group that the ledger does not know."""
    books = ledger.books()
    lots = {line.lot for line in books.lines}
    if question.by is not None:
        _check("--by", question.by, groups(name, books))
    if question.method is not None:
        _check("--method", question.method, list(CATALOG[name].methods))
    if question.commodity is not None:
        _check("--commodity", question.commodity, sorted({lot.commodity for lot in lots}))
        lots = {lot for lot in lots if lot.commodity == question.commodity}
    if question.lot is not None:
        _check("--lot", question.lot, sorted({lot.number for lot in lots}))
    if question.account is not None:
        check_account(question.account, ledger)


def check_account(account: str, ledger: Ledger) -> None:
    """Refuse an account that no lots are in, nor in any below it."""
    _check("--account", account, _accounts(ledger.books()))


def offer(word: str, known: Iterable[str]) -> str:
    """Offer the words near one, whatever their case, and list all where they are few."""
    words = list(map(printable, known))
    by_case: dict[str, list[str]] = {}
    for each in words:
        by_case.setdefault(each.casefold(), []).append(each)
    near = difflib.get_close_matches(word.casefold(), by_case)
    close = [each for folded in near for each in by_case[folded]]
    meant = f"; did you mean {' or '.join(close)}?" if close else "."
    if len(words) <= _MOST_LISTED:
        return f"{meant} Known are: {', '.join(words) or 'none'}."
    return meant


def _accounts(books: Books) -> list[str]:
    """Return the accounts that hold lots, and those above them."""
    held = {line.account for line in books.lines}
    return sorted({name for account in held for name in accounts.parents(account)})


def _check(option: str, word: str, known: list[str]) -> None:
    if word not in known:
        raise click.BadParameter(f"{word!r} is unknown{offer(word, known)}", param_hint=option)
