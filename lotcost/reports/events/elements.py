"""The data elements of an event: places, products and papers as the ledger says them.

A place is described as 21 CFR 1.1310 has it: business name, phone, street address, city, state,
postcode, country. A party's is what its directive says. One of our own is named by `location` on
the account's `open` or on one above it, else by the ledger's title; its address stands on those
opens too, or on a party directive of its name.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from beancount.core import account as accounts
from beancount.core import data

from lotcost.ledger.books import Books, Line
from lotcost.ledger.config import UNTITLED
from lotcost.model import ZERO, Kind, Lot
from lotcost.reports.report import Column, Row

PLACE = ("name", "address", "postcode", "city", "state", "country", "phone")
_ALSO = {"address": ("street",), "postcode": ("zip",)}
_WITH_STATES = frozenset({"", "us", "usa", "united states", "ca", "canada", "au", "australia"})
_PAPERS = {
    "po": "purchase order",
    "so": "sales order",
    "inv": "invoice",
    "cn": "credit note",
    "dn": "delivery note",
    "bol": "bill of lading",
    "asn": "advance ship notice",
    "wo": "work order",
    "batch": "batch record",
}


class Elements:
    """What a ledger says of places, products and papers.

    An event's number is made of what happened, not of where it stands: the same ledger gives the
    same numbers, and a line that is added elsewhere changes none.
    """

    def __init__(self, books: Books) -> None:
        self.books = books
        self._taken: Counter[str] = Counter()

    @cached_property
    def _opens(self) -> Mapping[str, Mapping[str, Any]]:
        return {
            entry.account: entry.meta
            for entry in self.books.entries
            if isinstance(entry, data.Open)
        }

    def event_id(self, letter: str, date: datetime.date, *facts: object) -> str:
        """Number an event: `R-20250102-3f9a1c2b`; what is alike to the last fact gets `-2`."""
        text = "\x1f".join(map(str, facts))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        name = f"{letter}-{date:%Y%m%d}-{digest}"
        self._taken[name] += 1
        count = self._taken[name]
        return name if count == 1 else f"{name}-{count}"

    def party(self, name: str | None) -> Row:
        """Describe the place of a customer or supplier."""
        return {**_place(self._facts(name)), "name": name}

    def own(self, account: str) -> Row:
        """Describe the place that an account's goods lie at."""
        said: dict[str, Any] = {}
        for name in accounts.parents(account):
            said = {**self._opens.get(name, {}), **said}
        title = self.books.options["title"]
        place = _text(said.get("location")) or (None if title == UNTITLED else title)
        return {**_place({**self._facts(place), **said}), "name": place}

    def _facts(self, name: str | None) -> Mapping[str, Any]:
        known = self.books.parties.get(name or "")
        return {} if known is None else known.facts

    def product(self, lot: Lot) -> Row:
        """Describe the goods of a lot; `unit` is what its units are counted in."""
        books = self.books
        return {
            "lot": lot.number,
            "commodity": lot.commodity,
            "gtin": _text(books.fact(lot, "gtin")),
            "product": _text(books.fact(lot, "description")) or _text(books.fact(lot, "name")),
            "unit": _text(books.fact(lot, "unit")) or _text(books.fact(lot, "uom")),
            "expires": books.cards.expires(lot),
            "supplier_lot": _text(books.fact(lot, "supplier-lot")),
            "origin": self._origin(lot),
        }

    def _origin(self, lot: Lot) -> str | None:
        """Name the place that gave a lot its number: its card says it, or our own batch did."""
        said = _text(self.books.fact(lot, "origin"))
        if said is None and lot in self._made_at:
            said = self.own(self._made_at[lot])["name"]
        return said

    @cached_property
    def _made_at(self) -> Mapping[Lot, str]:
        """The account that each lot came into out of its first batch."""
        found: dict[Lot, str] = {}
        for line in self.books.lines:
            if line.kind is Kind.PRODUCTION and line.units > ZERO:
                found.setdefault(line.lot, line.account)
        return found

    def paper(self, entry: int) -> Row:
        """Name the document of a transaction: what it says, else its first link."""
        txn = self.books.entries[entry]
        links = sorted(txn.links or ())
        number = _text(txn.meta.get("document")) or (links[0] if links else None)
        kind = _text(txn.meta.get("document-type"))
        if kind is None and links:
            kind = _PAPERS.get(links[0].partition("-")[0].casefold())
        return {"document_type": kind, "document": number}


def place_columns(prefix: str) -> tuple[Column, ...]:
    """Return the columns of a place."""
    return tuple(Column(f"{prefix}_{key}", "text") for key in PLACE)


def placed(prefix: str, place: Row) -> Row:
    """Put a place into its columns."""
    return {f"{prefix}_{key}": place[key] for key in PLACE}


def with_blanks(row: Row, needed: Iterable[str]) -> Row:
    """Count the elements a row leaves blank, and name them; not every country has states."""
    missing = [
        key
        for key in needed
        if row.get(key) is None
        and not (
            key.endswith("_state")
            and str(row.get(f"{key.removesuffix('state')}country") or "").casefold()
            not in _WITH_STATES
        )
    ]
    names = ", ".join(key.replace("_", " ") for key in missing)
    return {**row, "blank": len(missing), "missing": names or None}


def source_of(books: Books, line: Line) -> Row:
    """Say where a line stands in the ledger."""
    return {"account": line.account, "source": books.place(line.source), "entry": line.entry}


def _place(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: next(
            (
                said
                for word in (key, *_ALSO.get(key, ()))
                if (said := _text(facts.get(word))) is not None
            ),
            None,
        )
        for key in PLACE
    }


def _text(value: object) -> str | None:
    return None if value is None or not str(value).strip() else str(value)
