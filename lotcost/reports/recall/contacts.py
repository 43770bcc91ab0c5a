"""How parties can be reached: what their directives say, in the order a letter has it."""

from __future__ import annotations

from collections.abc import Iterable

from lotcost.ledger.books import Books
from lotcost.reports.report import Column, Row
from lotcost.reports.trace import Handover

_ALWAYS = ("address", "postcode", "city", "country", "phone", "email")
USUAL = (
    *("contact", "address", "street", "postcode", "zip", "city", "state", "country", "phone"),
    "email",
)
"""The lines of an address, in their order."""


def contact_keys(books: Books, handovers: Iterable[Handover]) -> tuple[str, ...]:
    """Return the usual lines of an address, and what else the ledger says of these parties."""
    names = {each.party or "" for each in handovers} & books.parties.keys()
    known = {key for name in names for key in books.parties[name].facts}
    return in_order(known.union(_ALWAYS))


def in_order(keys: Iterable[str]) -> tuple[str, ...]:
    """Sort what is known of a party as a letter has it; what is not usual comes last."""
    return tuple(
        sorted(keys, key=lambda key: (USUAL.index(key) if key in USUAL else len(USUAL), key))
    )


def contact_columns(keys: Iterable[str]) -> tuple[Column, ...]:
    """Return a column a key."""
    return tuple(Column(key, "text") for key in keys)


def contact(books: Books, name: str | None, keys: Iterable[str]) -> Row:
    """Return what is known of a party, under each key."""
    known = books.parties.get(name or "")
    return {key: None if known is None else known.facts.get(key) for key in keys}
