"""Which native accounts are converted, to which method, and what their `open` then says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from beancount.core import account as accounts
from beancount.core import data

from lotcost.converting.pages import Page, Pages
from lotcost.converting.problems import Problem, at
from lotcost.ledger.config import Config
from lotcost.ledger.loading import Ledger
from lotcost.model import Method

MANAGED: Mapping[data.Booking, Method] = {
    data.Booking.FIFO: Method.FIFO,
    data.Booking.LIFO: Method.LIFO,
    data.Booking.STRICT: Method.SPECIFIC,
    data.Booking.STRICT_WITH_SIZE: Method.SPECIFIC,
    data.Booking.NONE: Method.SPECIFIC,
}
"""The managed method that draws what a booking method draws; the others have none."""

_OPEN = re.compile(r'(\s*[\d/-]+\s+open\s+[^\s";]+[^";]*?)(\s*"[^"]*")?(\s*(?:;.*)?)')
_METHOD = re.compile(r'(\s+lot-method:\s*)"beancount"(.*)')


class Native(NamedTuple):
    """A native account that holds goods.

    Attributes:
      opened: Its own `open`, where the ledger's text has one.
      laid_down: The `open` that says its lot-method: its own or an ancestor's.
    """

    account: str
    booking: data.Booking
    opened: data.Open | None
    laid_down: data.Open


def natives(ledger: Ledger, pages: Pages) -> list[Native]:
    """Return the native accounts that goods at cost were booked on."""
    config = Config(ledger.entries, ledger.options)
    opens = {entry.account: entry for entry in ledger.entries if isinstance(entry, data.Open)}
    used = {
        posting.account
        for entry in ledger.entries
        if isinstance(entry, data.Transaction)
        for posting in entry.postings
        if posting.cost is not None
    }
    found = []
    for account in sorted(used):
        policy = config.policy(account)
        if policy is not None and policy.native:
            entry = opens.get(account)
            booking = entry.booking if entry is not None else None
            written = entry if entry is not None and entry.meta["filename"] in pages else None
            found.append(
                Native(
                    account,
                    booking or ledger.options["booking_method"],
                    written,
                    policy.laid_down,
                )
            )
    return found


def asked_for(found: Sequence[Native], account: str | None) -> list[Native]:
    """Return an account and those below it, or all."""
    if account is None:
        return list(found)
    below = accounts.parent_matcher(account)
    return [each for each in found if below(each.account)]


def unmanageable(chosen: Sequence[Native]) -> Iterator[Problem]:
    """Find the accounts whose booking no managed method equals."""
    for each in chosen:
        if each.booking not in MANAGED:
            known = ", ".join(f'"{booking.value}"' for booking in MANAGED)
            yield at(
                (each.opened or each.laid_down).meta,
                f'{each.account} is booked "{each.booking.value}", which no managed method equals; '
                f"{known} have one",
            )


def lay_down(
    chosen: Sequence[Native], found: Sequence[Native], in_braces: Collection[str], pages: Pages
) -> Iterator[Problem]:
    """Write the methods, and booking "NONE" where receipts stay in braces or it says another.

    Args:
      found: All native accounts; those that are not chosen stay native.
      in_braces: The accounts with receipts that stay in braces.
    """
    by_open: dict[str, list[Native]] = {}
    for each in found:
        by_open.setdefault(each.laid_down.account, []).append(each)
    for members in by_open.values():
        converted = [each for each in members if each in chosen]
        methods = {MANAGED[each.booking] for each in converted}
        if len(converted) == len(members) and len(methods) == 1:
            yield from _say_method(members[0].laid_down, methods.pop(), pages)
            continue
        for each in converted:
            yield from _say_own_method(each, pages)
    for each in chosen:
        yield from _say_booking(each, each.account in in_braces, pages)


def _say_method(entry: data.Open, method: Method, pages: Pages) -> Iterator[Problem]:
    page, place = _line(entry.meta, pages)
    for below in range(place + 1, len(page.lines)):
        match = _METHOD.fullmatch(page.lines[below])
        if match:
            page.replace(below, [f'{match[1]}"{method}"{match[2]}'])
            return
        if page.lines[below][:1].strip():
            break
    yield at(entry.meta, f"The lot-method of {entry.account} is not on a line of its own")


def _say_own_method(native: Native, pages: Pages) -> Iterator[Problem]:
    method = MANAGED[native.booking]
    if native.opened is None:
        yield at(
            native.laid_down.meta,
            f"{native.account} shares its lot-method with accounts that are booked otherwise. "
            f"Give it an open of its own: {native.laid_down.date} open {native.account}",
        )
    elif native.opened is native.laid_down or "lot-method" in native.opened.meta:
        yield from _say_method(native.opened, method, pages)
    else:
        page, place = _line(native.opened.meta, pages)
        page.replace(place, [*page.now(place), f'  lot-method: "{method}"'])


def _say_booking(native: Native, in_braces: bool, pages: Pages) -> Iterator[Problem]:
    if native.opened is None:
        if in_braces:
            yield at(
                native.laid_down.meta,
                f"{native.account} has goods with an earlier date, in braces, which want booking "
                f'"NONE". Add: {native.laid_down.date} open {native.account} "NONE"',
            )
        return
    page, place = _line(native.opened.meta, pages)
    first, *more = page.now(place)
    match = _OPEN.fullmatch(first)
    if match is None:
        yield at(native.opened.meta, f"The open of {native.account} cannot be read as one line")
    elif in_braces or match[2]:
        page.replace(place, [f'{match[1]} "NONE"{match[3]}', *more])


def _line(meta: Mapping[str, Any], pages: Pages) -> tuple[Page, int]:
    return pages[meta["filename"]], meta["lineno"] - 1
