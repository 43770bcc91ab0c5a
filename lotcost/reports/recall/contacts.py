"""How parties can be reached: what their directives say, in the order a letter has it."""

from __future__ import annotations

from collections.abc import Iterable

from lotcost.ledger.books import Books
from lotcost.reports.report import Column, Row
from lotcost.reports.trace import Handover

_USUAL = ("address", "postcode", "city", "country", "phone", "email")
_ALSO_BEFORE = {"street": "address", "state": "country", "zip": "city", "contact": "phone"}


def contact_keys(books: Books, handovers: Iterable[Handover]) -> tuple[str, ...]:
    """Return the usual lines of an address, and what else the ledger says of these parties."""
    names = {each.party or "" for each in handovers} & books.parties.keys()
    known = {key for name in names for key in books.parties[name].facts}
    keys = list(_USUAL)
    for key in sorted(known - set(_USUAL)):
        before = _ALSO_BEFORE.get(key)
        keys.insert(keys.index(before) if before in keys else len(keys), key)
    return tuple(keys)


def contact_columns(keys: Iterable[str]) -> tuple[Column, ...]:
    """Return a column a key."""
    return tuple(Column(key, "text") for key in keys)


def contact(books: Books, name: str | None, keys: Iterable[str]) -> Row:
    """Return what is known of a party, under each key."""
    known = books.parties.get(name or "")
    return {key: None if known is None else known.facts.get(key) for key in keys}
