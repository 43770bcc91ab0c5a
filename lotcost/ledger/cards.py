"""Cards: what is known of each lot, from its receipt and from later directives.

    2025-01-09 custom "lot" "MILK" "L1"
      plant: "Ghent"
    2025-01-10 custom "lot-status" "MILK" "L1" "quarantine"

The latest date wins, and the history is kept.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from beancount.core import data

from lotcost.core.expiry import Change
from lotcost.ledger.config import unknown_keys
from lotcost.ledger.errors import LotError, UnknownWord, WrongType, nearest
from lotcost.ledger.native import NativeLots
from lotcost.ledger.statuses import DOWNSTREAM, LOT_STATUS, read_status
from lotcost.model import Lot

CARD_TYPES = frozenset({"lot", LOT_STATUS})
CUSTOM_TYPES = CARD_TYPES | frozenset({"lot-count", "lot-write-down", "lot-close"})
DATE_KEYS = frozenset({"expires", "manufactured", "best-before"})
NOT_ON_CARD = frozenset(
    {
        *("filename", "lineno", "lot", "reason", "cost", "cost-share"),
        *("landed-on", "landed-by", "customer", "yield-expected", "import-id"),
    }
)


_OURS = re.compile(r"lot(-|$)")


class Fact(NamedTuple):
    """One thing a card says, since a day, and the line that says it."""

    date: datetime.date
    key: str
    value: Any
    source: Mapping[str, Any]


class Cards:
    """The cards of all lots; facts are added in date order.

    Attributes:
      named: The first directive that names each lot.
      brought: The lots that a receipt brings, or would if it had no error.
      first: The line of each lot's first receipt.
      native: The native lots that are named in metadata alone.
    """

    def __init__(self) -> None:
        self.named: dict[Lot, data.Custom] = {}
        self.brought: set[Lot] = set()
        self.first: dict[Lot, Mapping[str, Any]] = {}
        self.native = NativeLots()
        self._facts: dict[Lot, list[Fact]] = defaultdict(list)
        # The last day anything was said of a lot, and its card since: most postings want that.
        self._latest: dict[Lot, tuple[datetime.date, Mapping[str, Any]]] = {}

    def add(self, lot: Lot, facts: Iterable[Fact]) -> None:
        """Add facts to a lot's card."""
        self._facts[lot].extend(facts)
        self._latest.pop(lot, None)

    def __iter__(self) -> Iterator[Lot]:
        return iter(self._facts)

    def history(self, lot: Lot) -> tuple[Fact, ...]:
        """Return all that was ever said of a lot, oldest first."""
        return tuple(sorted(self._facts.get(lot, ()), key=lambda fact: fact.date))

    def expires(self, lot: Lot) -> datetime.date | None:
        """Return the last day a lot may be issued, where anything says it."""
        expires: datetime.date | None = self.card(lot).get("expires")
        return expires

    def changes(self) -> dict[Lot, list[tuple[datetime.date, datetime.date]]]:
        """Return what was said of lots' last days, where it was said more than once."""
        said = {
            lot: [(fact.date, fact.value) for fact in self.history(lot) if fact.key == "expires"]
            for lot in self._facts
        }
        return {lot: changes for lot, changes in said.items() if len(changes) > 1}

    def card(self, lot: Lot, at: datetime.date | None = None) -> Mapping[str, Any]:
        """Return what is known of a lot, on the evening of a day where one is given."""
        latest = self._latest.get(lot)
        if latest is None:
            history = self.history(lot)
            since = history[-1].date if history else datetime.date.min
            latest = since, {fact.key: fact.value for fact in history}
            self._latest[lot] = latest
        if at is None or latest[0] <= at:
            return latest[1]
        return {fact.key: fact.value for fact in self.history(lot) if fact.date <= at}


def facts(
    meta: Mapping[str, Any], date: datetime.date, source: Mapping[str, Any]
) -> Iterator[Fact]:
    """Yield what metadata says about a lot."""
    for key, value in meta.items():
        if key not in NOT_ON_CARD and not key.startswith(("_", "lot-")) and value is not None:
            yield Fact(date, key, value, source)


def type_errors(
    meta: Mapping[str, Any], source: Mapping[str, Any], entry: data.Directive
) -> Iterator[LotError]:
    """Find the dates of a card that are no dates, or that cannot be."""
    for key in sorted(DATE_KEYS & meta.keys()):
        value = meta[key]
        if not isinstance(value, datetime.date):
            message = (
                f"{key} wants a date and has {_shown(value)}; write {key}: {_as_date(value)} "
                "without quotes"
            )
            yield WrongType(source, message, entry)
            return
    made, expires = meta.get("manufactured"), meta.get("expires")
    if made and expires and expires < made:
        message = f"The lot expires on {expires}, before it was manufactured on {made}"
        yield WrongType(source, message, entry)


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _as_date(value: object) -> str:
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return "2025-02-01"


def read_directives(
    entries: Iterable[data.Directive], cards: Cards
) -> tuple[dict[Lot, list[Change]], list[LotError]]:
    """Read the `lot` and `lot-status` directives: facts go onto the cards, statuses come back."""
    statuses: dict[Lot, list[Change]] = defaultdict(list)
    errors: list[LotError] = []
    for entry in entries:
        if not isinstance(entry, data.Custom) or not _OURS.match(entry.type):
            continue
        if entry.type == "lot":
            errors.extend(unknown_keys(entry.meta, frozenset(), entry))
            lot = _lot(entry, 2, 'custom "lot" "MILK" "L1"', cards, errors)
            wrong = list(type_errors(entry.meta, entry.meta, entry))
            errors.extend(wrong)
            if lot and not wrong:
                cards.add(lot, facts(entry.meta, entry.date, entry.meta))
        elif entry.type == LOT_STATUS:
            errors.extend(unknown_keys(entry.meta, frozenset({DOWNSTREAM}), entry))
            lot = _lot(entry, 3, 'custom "lot-status" "MILK" "L1" "quarantine"', cards, errors)
            if lot is not None:
                said = read_status(entry)
                if isinstance(said, Change):
                    statuses[lot].append(said)
                else:
                    errors.append(said)
        elif entry.type not in CUSTOM_TYPES:
            message = f'custom "{entry.type}" is unknown; {nearest(entry.type, CUSTOM_TYPES)}'
            errors.append(UnknownWord(entry.meta, message, entry))
    return dict(statuses), errors


def _lot(
    entry: data.Custom, length: int, form: str, cards: Cards, errors: list[LotError]
) -> Lot | None:
    values = [value.value for value in entry.values or ()]
    if len(values) == length and all(isinstance(value, str) for value in values):
        lot = Lot(values[0], values[1])
        cards.named.setdefault(lot, entry)
        return lot
    message = f'custom "{entry.type}" has {len(values)} values or other types; write {form}'
    errors.append(WrongType(entry.meta, message, entry))
    return None


def unheard_of(cards: Cards, brought: Iterable[Lot]) -> Iterator[LotError]:
    """Find the directives about lots that no receipt brings."""
    known = set(brought)
    for lot, entry in cards.named.items():
        if lot not in known:
            numbers = [other.number for other in known if other.commodity == lot.commodity]
            message = f"No receipt brings a lot {lot.number} of {lot.commodity}; "
            yield UnknownWord(entry.meta, message + nearest(lot.number, numbers), entry)
