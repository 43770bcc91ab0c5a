"""Read back what the ledger knows: every posting of goods at cost becomes a line.

After the plugin a managed posting looks as a native one does, at cost and with its lot, so
one reader serves both, and what the reports say is what the ledger holds.
"""

from __future__ import annotations

import bisect
import copy
import datetime
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from beancount.core import data

from lotcost.core.expiry import StatusHistory
from lotcost.core.recalls import reaches, with_downstream
from lotcost.ledger import cards as card_files
from lotcost.ledger.cards import Cards
from lotcost.ledger.collecting import no_collecting
from lotcost.ledger.config import Config
from lotcost.ledger.lineage import makings
from lotcost.ledger.lines import Line, joined, said_by, when
from lotcost.ledger.parties import PARTY, Party, party_of, read_parties
from lotcost.ledger.prices import converter
from lotcost.ledger.revenue import Attribution, attribute
from lotcost.ledger.sums import Sums
from lotcost.model import BRINGS_LOTS, ZERO, Kind, Lot, Money

__all__ = ["Books", "Line"]


class Books:
    """A ledger's lots as of the evening of a day.

    Attributes:
      entries: The ledger's entries after its plugins, up to that day.
      at: The day; where none is asked for, that of the ledger's last transaction or card.

    What is asked for with `where` narrows `picked` alone: every figure is still computed from
    all entries.
    """

    def __init__(
        self,
        entries: Sequence[data.Directive],
        options: Mapping[str, Any],
        at: datetime.date | None = None,
        where: Callable[[Line], bool] | None = None,
    ) -> None:
        self.options = options
        self._where = where
        self.entries = entries if at is None else [entry for entry in entries if entry.date <= at]
        self.at = at or _last_day(entries)

    @cached_property
    def config(self) -> Config:
        """What the ledger lays down about its lots."""
        return Config(self.entries, self.options)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every draw and receipt, in the order they happened."""
        groups = sorted(self.postings, key=when)
        with no_collecting():
            return tuple([line for group in groups for line in joined(group)])

    @cached_property
    def postings(self) -> tuple[tuple[Line, ...], ...]:
        """What each posting says about lots, a tuple a transaction that says anything.

        In stock but of no lot, a posting's number is empty, and it is among no lines.
        """
        config = self.config
        stocked = {account for account in config.posted_to if config.policy(account) is not None}
        with no_collecting():
            read = [
                said_by(place, entry, stocked)
                for place, entry in enumerate(self.entries)
                if isinstance(entry, data.Transaction)
            ]
            return tuple(filter(None, read))

    @cached_property
    def picked(self) -> tuple[tuple[int, Line], ...]:
        """The lines asked for, each with its place among all lines."""
        if self._where is None:
            return tuple(enumerate(self.lines))
        return tuple((place, line) for place, line in enumerate(self.lines) if self.asks_for(line))

    @cached_property
    def by_lot(self) -> Mapping[Lot, Sequence[tuple[int, Line]]]:
        """The lines of each lot, of all that there are, each with its place among them."""
        found: dict[Lot, list[tuple[int, Line]]] = defaultdict(list)
        for placed in enumerate(self.lines):
            found[placed[1].lot].append(placed)
        return dict(found)

    @cached_property
    def balance(self) -> Mapping[tuple[str, str, str], Decimal]:
        """The ledger's balance at cost by inventory account, commodity and currency.

        Of what was asked for. Goods that nobody costed count in their own commodity, so that they
        show as a difference.
        """
        balance: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for line in self.in_stock():
            balance[line.account, line.lot.commodity, line.currency] += line.cost
        return dict(balance)

    def in_stock(self) -> list[Line]:
        """Return what each posting in stock says, of what was asked for."""
        lines = [line for group in self.postings for line in group if not line.expensed]
        return lines if self._where is None else list(filter(self._where, lines))

    @cached_property
    def sums(self) -> Sums:
        """What the lines add up to, of what was asked for."""
        return self._all_sums if self._where is None else self._sums(self.picked)

    @cached_property
    def on_hand(self) -> Mapping[tuple[str, Lot], Decimal]:
        """The units of each lot in each account that it was ever in."""
        units: dict[tuple[str, Lot], Decimal] = defaultdict(Decimal)
        for move, moved in self._all_sums.moves.items():
            units[move.account, move.lot] += moved.units
        return dict(units)

    @cached_property
    def _all_sums(self) -> Sums:
        return self._sums(self.picked if self.asks_for_all else tuple(enumerate(self.lines)))

    def _sums(self, placed: Sequence[tuple[int, Line]]) -> Sums:
        return Sums(placed, self.revenue.earned, self.convert)

    def of_kinds(self, kinds: Iterable[Kind]) -> list[tuple[int, Line]]:
        """Return the lines of some kinds, of all that there are, each with its place."""
        asked = frozenset(kinds)
        return [placed for placed in enumerate(self.lines) if placed[1].kind in asked]

    def only(self, where: Callable[[Line], bool]) -> Books:
        """Return the same books asked for some of their lines; what is known of them is shared."""
        other = copy.copy(self)
        other._where = where
        for narrowed in ("picked", "balance", "sums"):
            other.__dict__.pop(narrowed, None)
        return other

    def of_lot(self, lot: Lot) -> Books:
        """Return the same books asked for what they are asked for of one lot."""
        other = self.only(lambda line: line.lot == lot and self.asks_for(line))
        placed = self.by_lot.get(lot, ())
        other.__dict__["picked"] = tuple(each for each in placed if self.asks_for(each[1]))
        return other

    def until(self, day: datetime.date, where: Callable[[Line], bool] | None = None) -> Books:
        """Return the books as of another day, at the latest the last; no line is read again."""
        other = Books(self.entries, self.options, day, where)
        # A later `open` may lay down a method for accounts that had none on that day.
        if all(
            (other.config.policy(account) is None) == (self.config.policy(account) is None)
            for account in other.config.posted_to
        ):
            # Cached properties, which would find just this: both are in the order of their days.
            postings, lines = self.postings, self.lines
            end = bisect.bisect_right(postings, day, key=lambda group: group[0].date)
            other.__dict__["postings"] = postings[:end]
            end = bisect.bisect_right(lines, day, key=lambda line: line.date)
            other.__dict__["lines"] = lines[:end]
        return other

    @property
    def asks_for_all(self) -> bool:
        """Whether every line was asked for, whatever it is."""
        return self._where is None

    def asks_for(self, line: Line) -> bool:
        """Whether a line was asked for."""
        return self._where is None or self._where(line)

    @cached_property
    def cards(self) -> Cards:
        """What is known of each lot."""
        return self._cards_and_statuses[0]

    @cached_property
    def statuses(self) -> StatusHistory:
        """Each lot's statuses in date order, with the recalls that reach what was made of a lot."""
        said = self.said_statuses
        return with_downstream(said, makings(self.lines)) if reaches(said) else said

    @property
    def said_statuses(self) -> StatusHistory:
        """Each lot's own status directives in date order."""
        return self._cards_and_statuses[1]

    @cached_property
    def convert(self) -> Callable[[Money, str, datetime.date], Money | None]:
        """Money in another currency at the ledger's price of a day, or None."""
        return converter(self.entries, self.config)

    @cached_property
    def revenue(self) -> Attribution:
        """What each line earned, and the income that is no lot's."""
        lines = self.lines
        with no_collecting():
            return attribute(self.entries, lines, self.config, self.convert)

    @cached_property
    def parties(self) -> Mapping[str, Party]:
        """What is known of each party that is declared, by its name."""
        return read_parties(self.entries)[0]

    def party(self, line: Line) -> str | None:
        """Return the customer or supplier a movement was with."""
        named: str | None = line.source.get(PARTY)
        return named or party_of({}, self.entries[line.entry], line.kind)

    def earned(self, place: int) -> Money | None:
        """What a line earned, in the currency of its lot; None where it earned nothing."""
        earned = self.revenue.earned.get(place)
        line = self.lines[place]
        return earned and self.convert(earned, line.currency, line.date)

    def writes_off_itself(self, account: str) -> bool:
        """Whether the ledger writes off what expires in an account without being asked."""
        policy = self.config.policy(account)
        return policy is not None and not policy.native and self.config.writes_off_expired

    def fact(self, lot: Lot, key: str) -> Any:
        """Return what a lot's card says, else its goods' directive, or None."""
        goods = self.config.commodities.get(lot.commodity)
        return self.cards.card(lot).get(key, goods.meta.get(key) if goods else None)

    def place(self, source: Mapping[str, Any]) -> str:
        """Name a line as `file:line`, from the ledger's own folder, so that it holds anywhere."""
        return f"{self._file(source['filename'])}:{source['lineno']}"

    @cached_property
    def _file(self) -> Callable[[str], str]:
        """The name of a file from the ledger's own folder: a ledger has many lines in few files."""
        folder = os.path.dirname(self.options["filename"])
        return cache(lambda file: os.path.relpath(file, folder) if os.path.isabs(file) else file)

    @cached_property
    def _cards_and_statuses(self) -> tuple[Cards, StatusHistory]:
        cards = Cards()
        statuses, _ = card_files.read_directives(self.entries, cards)
        seen = set()
        lines = self.lines
        with no_collecting():
            for line in lines:
                brings = line.kind in BRINGS_LOTS and line.units > ZERO
                if brings and (line.lot, line.entry) not in seen:
                    seen.add((line.lot, line.entry))
                    cards.add(line.lot, card_files.facts(line.source, line.date, line.source))
        return cards, statuses


def _last_day(entries: Sequence[data.Directive]) -> datetime.date:
    """The day of the last transaction or card, so that a report says the same tomorrow.

    A lot that is recalled after the last transaction is recalled where no day is asked for.
    """
    days = (entry.date for entry in reversed(entries) if _tells(entry))
    return next(days, entries[-1].date if entries else datetime.date(1970, 1, 1))


def _tells(entry: data.Directive) -> bool:
    """Whether an entry says what became of goods, or what a lot is."""
    if isinstance(entry, data.Custom):
        return entry.type in card_files.CARD_TYPES
    return isinstance(entry, data.Transaction)
