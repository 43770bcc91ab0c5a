"""Findings of the ledger: income that is no lot's, and accounts that do not tie to the lots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from beancount.core import data

from lotcost.ledger.books import Books
from lotcost.model import ZERO
from lotcost.reports.exceptions.finding import Finding, What, amount
from lotcost.reports.valuation import valuation


def of_the_ledger(books: Books) -> Iterator[Finding]:
    """Yield where the ledger says something else than the lots.

    Income that is no lot's is told where all lots are asked for.
    """
    if len(books.picked) == len(books.lines):
        yield from _unattributed(books)
    yield from _untied(books)


def _unattributed(books: Books) -> Iterator[Finding]:
    for each in books.revenue.unattributed:
        txn = books.entries[each.entry]
        accounts = _income_accounts(books, txn)
        number, currency = each.amount
        if number > ZERO:
            booked = amount(books, number, currency)
            message = f"{booked} booked on {' and '.join(accounts)} is no lot's"
        else:
            message = f"Lots earned {amount(books, -number, currency)} more than is booked"
        yield Finding(
            date=each.date,
            finding=What.UNATTRIBUTED_REVENUE,
            message=message,
            source=txn.meta,
            currency=currency,
            account=accounts[0] if accounts else None,
            party=txn.payee or None,
            entry=each.entry,
        )


def _income_accounts(books: Books, txn: data.Transaction) -> list[str]:
    legs = dict.fromkeys(posting.account for posting in txn.postings)
    return [account for account in legs if books.config.is_income(account)]


def _untied(books: Books) -> Iterator[Finding]:
    off = [row for row in valuation(books).rows if row["difference"]]
    bare = _bare_postings(books) if off else {}
    for row in off:
        account, commodity, currency = row["account"], row["commodity"], row["currency"]
        policy = books.config.policy(account)
        assert policy is not None  # an account that does not tie holds goods
        message = (
            f"The ledger has {amount(books, row['ledger_balance'], currency)}, the lots "
            f"{amount(books, row['cost_on_hand'], currency)}: "
            f"{amount(books, row['difference'], currency)} off"
        )
        yield Finding(
            date=books.at,
            finding=What.UNTIED,
            message=message,
            source=bare.get((account, commodity), policy.laid_down.meta),
            currency=currency,
            cost=row["difference"],
            commodity=commodity,
            account=account,
        )


def _bare_postings(books: Books) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Find the first posting in each account, of each commodity, that is of no lot."""
    bare: dict[tuple[str, str], Mapping[str, Any]] = {}
    for entry in books.entries:
        if not isinstance(entry, data.Transaction):
            continue
        for posting in entry.postings:
            if "lot-commodity" not in (posting.meta or {}) and books.config.policy(posting.account):
                held = posting.account, posting.units.currency
                bare.setdefault(held, posting.meta or entry.meta)
    return bare
