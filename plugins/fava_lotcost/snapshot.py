"""What a loaded ledger holds, and the reports made of it, as Fava's three boxes ask for them.

A snapshot never changes: a reload makes a new one, and a request that is under way ends with
the one it began with.

When the ledger is loaded the lots are read once (`read`): the lines, what they earned, the cards,
what has expired. Every page needs them, and so does any page of Fava's, whose sidebar counts the
expired lots. The margins of each month are made then too, as they take every line once more; other
reports are made when a page asks for them, and what a page shows of one whatever the rest of its
address says is made once too (`keep`).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from beancount.core import account as accounts
from beancount.core import data

from fava_lotcost import compat
from lotcost.ledger.books import Books, Line
from lotcost.ledger.collecting import no_collecting
from lotcost.ledger.errors import LotError
from lotcost.ledger.proposals import Proposal, write_offs
from lotcost.model import Lot
from lotcost.reports.catalog import CATALOG, Question
from lotcost.reports.lot import OneLot, one_lot
from lotcost.reports.report import Report
from lotcost.reports.stock import status
from lotcost.reports.trace import Cycle, Index, Trace, trace

T = TypeVar("T")
_LOTS = attrgetter(
    *("lines", "picked", "revenue", "cards", "statuses", "on_hand"),
    *("balance", "sums.became", "sums.flows"),
)
BARS = frozenset({"recalled", "quarantine", "expired"})
"""The statuses that bar a lot from sale."""


class Asked(NamedTuple):
    """What Fava's boxes ask for; both days are in.

    Attributes:
      account: The account box: an account and those below it, else a pattern as in Fava.
      filter: The filter box: lines count whose transaction it keeps.
    """

    since: datetime.date | None = None
    at: datetime.date | None = None
    account: str = ""
    filter: str = ""


class Snapshot:
    """A ledger as it was loaded."""

    def __init__(
        self,
        entries: Sequence[data.Directive],
        options: Mapping[str, Any],
        errors: Sequence[Any] = (),
    ) -> None:
        self.entries = entries
        self.options = options
        self.lot_errors = tuple(error for error in errors if isinstance(error, LotError))
        # They live and die with the snapshot, so that no reload shows what was before it.
        self._books_of: Callable[[Asked], Books] = lru_cache(8)(self._books)
        self.report: Callable[[str, Asked, str | None], Report] = lru_cache(16)(self._report)
        self.index: Callable[[datetime.date | None], Index] = lru_cache(4)(self._index)
        self._marks: Callable[[datetime.date | None], Mapping[Lot, str]] = lru_cache(8)(
            self._barred
        )
        self.proposals: Callable[[Asked], tuple[Proposal, ...]] = lru_cache(8)(self._proposals)
        self.lot: Callable[[Lot, Asked], OneLot | None] = lru_cache(16)(self._lot)
        self._kept: Callable[..., Any] = lru_cache(32)(lambda make, *args: make(self, *args))

    def read(self) -> None:
        """Read the lots, which all that is asked later is made of."""
        with no_collecting():
            _LOTS(self.books(Asked()))
            self.report("margins", Asked(), "month")
            self.proposals(Asked())
            self._marks(None)

    def keep(self, make: Callable[..., T], *args: Hashable) -> T:
        """Return what a function makes of this snapshot; it is made once for the same arguments."""
        made: T = self._kept(make, *args)
        return made

    def books(self, asked: Asked) -> Books:
        """Return the books as of the last day asked for; the first one is a report's own."""
        return self._books_of(asked._replace(since=None))

    def numbered(self, number: str) -> frozenset[Lot]:
        """Return the lots that have a number, one of each commodity at most."""
        return self._by_number.get(number, frozenset())

    def trace(self, lots: Iterable[Lot], at: datetime.date | None) -> Trace | Cycle:
        """Trace lots that are moved up to a day; no filter narrows this."""
        return trace(self.index(at), lots)

    def mark(self, lot: Lot, at: datetime.date | None) -> str:
        """Return what bars a lot from sale on a day, or nothing; no filter narrows this."""
        # Nothing is said of a lot after the books' own day: its marks are there already.
        return self._marks(None if at == self._whole.at else at).get(lot, "")

    def name(self, commodity: str) -> str:
        """Return what goods are called, or nothing."""
        goods = self.books(Asked()).config.commodities.get(commodity)
        return str(goods.meta.get("name") or "") if goods else ""

    @cached_property
    def lacks(self) -> tuple[str, ...]:
        """What the ledger has to say before there are lots: `open`, `plugin`, `movements`."""
        books = self.books(Asked())
        if books.lines:
            return ()
        opens = (entry for entry in self.entries if isinstance(entry, data.Open))
        found = {
            "open": any(books.config.policy(entry.account) for entry in opens),
            "plugin": any(name == "beancount_lotcost" for name, _ in self.options["plugin"]),
        }
        return tuple(name for name, there in found.items() if not there) or ("movements",)

    @cached_property
    def _whole(self) -> Books:
        """The books of all days, which those of any other are made of."""
        return Books(self.entries, self.options)

    @cached_property
    def _by_number(self) -> Mapping[str, frozenset[Lot]]:
        found: dict[str, set[Lot]] = defaultdict(set)
        for lot in self._whole.by_lot:
            found[lot.number].add(lot)
        return {number: frozenset(lots) for number, lots in found.items()}

    @cached_property
    def _accounts(self) -> frozenset[str]:
        """Every account that is opened, and all above it."""
        return frozenset(
            name
            for entry in self.entries
            if isinstance(entry, data.Open)
            for name in accounts.parents(entry.account)
        )

    def _books(self, asked: Asked) -> Books:
        test = self._test(asked)
        if asked.at is not None:
            return self._whole.until(asked.at, test)
        return self._whole if test is None else self._whole.only(test)

    def _lot(self, lot: Lot, asked: Asked) -> OneLot | None:
        with no_collecting():
            return one_lot(self.books(asked).of_lot(lot), lot)

    def _report(self, name: str, asked: Asked, by: str | None) -> Report:
        question = Question(asked.since, asked.at, by=by)
        return CATALOG[name].make(self.books(asked), question)

    def _index(self, at: datetime.date | None) -> Index:
        return Index(self.books(Asked(at=at)))

    def _barred(self, at: datetime.date | None) -> Mapping[Lot, str]:
        books = self.books(Asked(at=at))
        units: dict[Lot, Decimal] = defaultdict(Decimal)
        for (_, lot), number in books.on_hand.items():
            units[lot] += number
        found = {
            lot: status(books, lot, books.cards.expires(lot), number)
            for lot, number in units.items()
        }
        return {lot: said for lot, said in found.items() if said in BARS}

    def _proposals(self, asked: Asked) -> tuple[Proposal, ...]:
        with no_collecting():
            return write_offs(self.books(asked))

    def _test(self, asked: Asked) -> Callable[[Line], bool] | None:
        """Return what tells whether a line is asked for, or None where all are."""
        tests: list[Callable[[Line], bool]] = []
        if asked.account in self._accounts:
            tests.append(Question(account=asked.account).asks_for)
        elif asked.account:
            matches = compat.account_pattern(asked.account)
            tests.append(lambda line: matches(line.account))
        if asked.filter:
            # Entries are in date order, so a line's place is the same where later days are cut off.
            places = compat.kept(self.entries, asked.filter)
            tests.append(lambda line: line.entry in places)
        if not tests:
            return None
        return lambda line: all(test(line) for test in tests)
