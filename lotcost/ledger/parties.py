"""Parties: who a movement was with, and what the ledger knows of them.

    2025-01-01 custom "party" "Cafe Rose"
      address: "Markt 1"
      city: "Ghent"
      country: "BE"

A posting's own `customer` or `supplier` says who it was, else its transaction's, else the payee.
What a party directive says may be said again: the latest date wins, key by key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import data

from lotcost.ledger.config import unknown_keys
from lotcost.ledger.errors import LotError, WrongType
from lotcost.model import SOLD, Kind

PARTY = "lot-party"
"""Where a written posting keeps the party it named itself: its card has a supplier too."""
PARTY_KEYS = ("customer", "supplier")
_KEYS_OF: Mapping[Kind, tuple[str, ...]] = {
    **dict.fromkeys(SOLD, ("customer",)),
    **dict.fromkeys((Kind.RECEIPT, Kind.PURCHASE_RETURN), ("supplier",)),
}
_FORM = 'custom "party" "Cafe Rose"'


class Party(NamedTuple):
    """A customer or supplier that the ledger declares.

    Attributes:
      facts: The latest of each key: address, city, country, phone, email, gln, any other.
      source: The directive that names the party first.
    """

    name: str
    facts: Mapping[str, Any]
    source: Mapping[str, Any]


def named_in(meta: Mapping[str, Any], kind: Kind) -> str | None:
    """Return the party that metadata names: a customer, but of what is bought a supplier."""
    for key in _KEYS_OF.get(kind, PARTY_KEYS):
        said = meta.get(key)
        if said is not None and (name := str(said).strip()):
            return name
    return None


def party_of(own: Mapping[str, Any], txn: data.Transaction, kind: Kind) -> str | None:
    """Return who a movement was with, by its posting, its transaction or the payee."""
    return named_in(own, kind) or named_in(txn.meta, kind) or txn.payee or None


def name_errors(meta: Mapping[str, Any], source: Any, entry: data.Directive) -> Iterable[LotError]:
    """Find a customer or supplier that is no name; a number may be one."""
    for key in PARTY_KEYS:
        value = meta.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | Decimal)):
            message = f'{key} wants a name and has {_shown(value)}; write {key}: "Cafe Rose"'
            yield WrongType(source, message, entry)


def read_parties(
    entries: Iterable[data.Directive],
) -> tuple[dict[str, Party], list[LotError]]:
    """Read the party directives, which stand in date order, ties in file order."""
    parties: dict[str, Party] = {}
    errors: list[LotError] = []
    for entry in entries:
        if not isinstance(entry, data.Custom) or entry.type != "party":
            continue
        errors.extend(unknown_keys(entry.meta, frozenset(), entry))
        wrong = _wrong_name(entry)
        if wrong is not None:
            errors.append(WrongType(entry.meta, wrong, entry))
            continue
        name = entry.values[0].value
        known = parties.get(name) or Party(name, {}, entry.meta)
        parties[name] = known._replace(facts={**known.facts, **_facts(entry.meta)})
    return parties, errors


def _wrong_name(entry: data.Custom) -> str | None:
    values = list(entry.values or ())
    if len(values) > 1:
        return (
            f"A party directive has its name and no other value, and this has {len(values)}; "
            f'write {_FORM} and the rest below it, city: "Ghent"'
        )
    if not values or (values[0].dtype is str and not values[0].value.strip()):
        return f"This party has no name; write {_FORM}"
    if values[0].dtype is not str:
        shown = _shown(values[0].value)
        return f'A party\'s name is a text, and this is {shown}; write custom "party" "{shown}"'
    return None


def _facts(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in meta.items()
        if key not in {"filename", "lineno"}
        and not key.startswith(("_", "lot-"))
        and value is not None
    }


def _shown(value: object) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)
