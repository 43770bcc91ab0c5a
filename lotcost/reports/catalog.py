"""The reports by name, and the one question that every face asks them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import NamedTuple

from beancount.core import account as accounts

from lotcost.ledger.books import Books, Line
from lotcost.ledger.cards import NOT_ON_CARD
from lotcost.ledger.collecting import no_collecting
from lotcost.ledger.loading import Ledger
from lotcost.reports.batches import batches
from lotcost.reports.exceptions import exceptions
from lotcost.reports.expiry import BOUNDS, expiry
from lotcost.reports.expiry import TAKEN as TAKEN_BY_EXPIRY
from lotcost.reports.margins import GROUPS, margins
from lotcost.reports.margins import TAKEN as TAKEN_BY_MARGINS
from lotcost.reports.methods import NAMES, methods
from lotcost.reports.movements import movements
from lotcost.reports.report import Report
from lotcost.reports.roll_forward import roll_forward
from lotcost.reports.stock import lots
from lotcost.reports.valuation import valuation
from lotcost.reports.write_offs import write_offs


class Question(NamedTuple):
    """What is asked of a report; both days are in, an account means those below it too.

    Attributes:
      by: What rows are grouped by, where the report can be grouped.
      buckets: The last days left of each bucket, where the report has buckets.
      method: The only method asked for, where the report has several side by side.
    """

    since: datetime.date | None = None
    at: datetime.date | None = None
    commodity: str | None = None
    lot: str | None = None
    account: str | None = None
    by: str | None = None
    buckets: tuple[int, ...] | None = None
    method: str | None = None

    @property
    def where(self) -> Callable[[Line], bool] | None:
        """What tells the lines that belong to the answer; None where all do."""
        narrows = (self.commodity, self.lot, self.account) != (None, None, None)
        return self.asks_for if narrows else None

    def asks_for(self, line: Line) -> bool:
        """Whether a line belongs to the answer."""
        return (
            (self.commodity is None or line.lot.commodity == self.commodity)
            and (self.lot is None or line.lot.number == self.lot)
            and (self.account is None or accounts.parent_matcher(self.account)(line.account))
        )


class Entry(NamedTuple):
    """A report of the catalog.

    Attributes:
      answers: The question it answers, in a sentence.
      groups: What it can be grouped by; "*" stands for any key of a card.
      taken: What its rows have beside their group, so that no key of a card of that name is one.
      period: Whether it covers the days since one that is asked for, or all up to its day.
      buckets: The bounds of its buckets where none are asked for, or none.
      methods: The methods that it has side by side.
    """

    answers: str
    makes: Callable[[Books, Question], Report]
    groups: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()
    period: bool = False
    buckets: tuple[int, ...] = ()
    methods: tuple[str, ...] = ()

    def make(self, books: Books, question: Question) -> Report:
        """Make the report."""
        with no_collecting():
            return self.makes(books, question)


CATALOG: Mapping[str, Entry] = {
    "lots": Entry(
        "what we hold, what it cost, what became of it",
        lambda books, question: lots(books, by_account=question.by == "account"),
        ("lot", "account"),
    ),
    "movements": Entry(
        "every in and out of a lot, with its document, party and source line",
        lambda books, question: movements(books, question.since),
        period=True,
    ),
    "margins": Entry(
        "revenue, cost of sales, gross margin and rate",
        lambda books, question: margins(books, question.by or "lot", question.since),
        (*GROUPS, "*"),
        TAKEN_BY_MARGINS,
        period=True,
    ),
    "expiry": Entry(
        "what expires when, what it is worth, whether it will sell before",
        lambda books, question: expiry(books, question.by, question.buckets or BOUNDS),
        ("account", "commodity", "supplier", "*"),
        TAKEN_BY_EXPIRY,
        buckets=BOUNDS,
    ),
    "write-offs": Entry(
        "what was written off or down, why, and on what evidence",
        lambda books, question: write_offs(books, question.by, question.since),
        ("reason", "month", "commodity", "supplier"),
        period=True,
    ),
    "valuation": Entry(
        "value at a date, and the tie to the general ledger",
        lambda books, question: valuation(books),
    ),
    "roll-forward": Entry(
        "opening stock, what moved it, closing stock",
        lambda books, question: roll_forward(books, question.since, question.by == "account"),
        ("commodity", "account"),
        period=True,
    ),
    "batches": Entry(
        "production batches: inputs, conversion, outputs, yield",
        lambda books, question: batches(books, question.since),
        period=True,
    ),
    "methods": Entry(
        "cost of sales and stock under fifo, lifo, average and the lots that really left",
        lambda books, question: methods(books, question.by or "commodity", question.method),
        ("commodity", "method"),
        methods=NAMES,
    ),
    "exceptions": Entry(
        "what somebody should look at: sold late, out of order or at a loss, held up, untied",
        lambda books, question: exceptions(books, question.by, question.since),
        ("finding", "commodity", "account"),
        period=True,
    ),
}


def groups(name: str, books: Books) -> list[str]:
    """Return what a report of these books can be grouped by, its own words first."""
    named = CATALOG[name].groups
    if "*" not in named:
        return list(named)
    held = {lot for _, lot in books.on_hand}
    keys: set[str] = set().union(*map(books.cards.card, held))
    for goods in {lot.commodity for lot in held} & books.config.commodities.keys():
        keys |= books.config.commodities[goods].meta.keys()
    own = {key for key in keys if key not in NOT_ON_CARD and not key.startswith(("_", "lot-"))}
    own -= CATALOG[name].taken.union(named)
    return [*(name for name in named if name != "*"), *sorted(own)]


def answer(name: str, ledger: Ledger, question: Question = Question()) -> Report:  # noqa: B008
    """Make a report; a name that is not in the catalog is a KeyError."""
    return CATALOG[name].make(ledger.books(question.at, question.where), question)
