"""What the ledger knows that a row of a file may name: goods, accounts, and rows of before."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, NamedTuple

from babel.core import get_global
from beancount.core import account as accounts
from beancount.core import data
from beancount.core.amount import CURRENCY_RE, Amount
from beancount.parser.options import OPTIONS_DEFAULTS

from lotcost.importers import gs1
from lotcost.importers.wrong import WrongCellError
from lotcost.ledger.books import Books, Line
from lotcost.ledger.config import Config
from lotcost.ledger.errors import nearest, where
from lotcost.model import Kind, Lot

IMPORT_ID = "import-id"
_MOST_LISTED = 20
_COMMODITY = re.compile(CURRENCY_RE)
_AUTO = frozenset({"beancount.plugins.auto_accounts", "beancount.plugins.auto"})


class Counted(NamedTuple):
    """A count that the ledger has: what tells it from any other."""

    date: datetime.date
    account: str
    lot: Lot
    units: Decimal


class Arrived(NamedTuple):
    """Goods that came in, by which row if it was an import, and where the ledger says so."""

    units: Decimal
    import_id: str | None
    where: str


class Known:
    """A ledger, as an import sees it.

    Attributes:
      is_given: Whether there is a ledger; without one every name is taken as it stands.
    """

    def __init__(
        self, entries: Sequence[data.Directive], options: Mapping[str, Any] = OPTIONS_DEFAULTS
    ) -> None:
        self._entries = [entry for entry in entries if _is_whole(entry)]
        self._options = options
        self.is_given = bool(entries)
        self.config = Config(self._entries, options)
        self._goods = self.config.goods
        self._offer = cache(self._near)  # as rows repeat themselves

    @cached_property
    def imported(self) -> Mapping[str, str]:
        """The rows that were imported before, by their id, and where each stands."""
        found: dict[str, str] = {}
        for entry in self._entries:
            if isinstance(entry, data.Transaction):
                for posting in entry.postings:
                    said = (posting.meta or {}).get(IMPORT_ID)
                    if isinstance(said, str):
                        found.setdefault(said, where(posting.meta))
        return found

    @cached_property
    def counted(self) -> Mapping[Counted, str]:
        """The counts of the ledger, and where each stands."""
        found: dict[Counted, str] = {}
        for entry in self._entries:
            if isinstance(entry, data.Custom) and entry.type == "lot-count":
                values = [value.value for value in entry.values or ()]
                if len(values) == 3 and isinstance(values[2], Amount):
                    account, number, units = values
                    lot = Lot(units.currency, str(number))
                    count = Counted(entry.date, str(account), lot, units.number)
                    found.setdefault(count, where(entry.meta))
        return found

    @cached_property
    def came_in(self) -> Mapping[tuple[datetime.date, Lot], Sequence[Arrived]]:
        """What came in of a lot on a day."""
        found: dict[tuple[datetime.date, Lot], list[Arrived]] = defaultdict(list)
        for line in self._lines:
            if line.kind is Kind.RECEIPT:
                arrived = Arrived(line.units, line.source.get(IMPORT_ID), where(line.source))
                found[line.date, line.lot].append(arrived)
        return found

    def held(self, date: datetime.date, account: str, lot: Lot) -> Decimal:
        """Return what an account holds of a lot on the evening of a day."""
        moved = self._moved.get((account, lot), ())
        return sum((units for day, units in moved if day <= date), Decimal(0))

    def commodity(self, name: str) -> str:
        """Return the goods that a row names, which the ledger has to know."""
        if self.is_given and name not in self._goods:
            raise WrongCellError(
                f'"{name}" is unknown{self._offer(name)} If it is new, declare '
                f"it in the ledger: 2025-01-01 commodity {_commodity_of(name)}"
            )
        if not _COMMODITY.fullmatch(name):
            raise WrongCellError(f'"{name}" cannot be a commodity; write it as MILK')
        return name

    def _near(self, name: str) -> str:
        """Offer the nearest goods; all of them where none is near and they are few."""
        near = nearest(name, self._goods)
        if near.endswith("?"):
            return f"; {near}"
        return f"; {near}." if len(self._goods) <= _MOST_LISTED else "."

    def of_gtin(self, code: str) -> str:
        """Return the goods that have a GTIN, in 14 digits, on their commodity directive."""
        found = self._gtins.get(code)
        if found is None and not self.is_given:
            raise WrongCellError(f"{code} cannot be looked up without a ledger; name one")
        if found is None:
            raise WrongCellError(
                f'{code} is that of no commodity; add to its directive gtin: "{code}"'
            )
        return found

    def account(self, name: str) -> str:
        """Return an account that keeps lots."""
        if not self.is_given:
            if not accounts.is_valid(name):
                raise WrongCellError(f'"{name}" is no account; write it as Assets:Inventory')
            return name
        kept = self.config.inventory_accounts
        opens_itself = any(plugin in _AUTO for plugin, _ in self._options["plugin"])
        if name not in kept and not (opens_itself and self.config.policy(name)):
            raise WrongCellError(f'"{name}" keeps no lots; {nearest(name, kept)}')
        return name

    def currency(self, name: str) -> str:
        """Return a currency that the ledger or the world knows."""
        if name not in self.config.currencies and name not in get_global("all_currencies"):
            ours = sorted(self.config.currencies) or ["USD"]
            raise WrongCellError(f'"{name}" is no currency; {nearest(name.upper(), ours)}')
        return name

    @property
    def only_account(self) -> str | None:
        """The account that goods come into where a row does not say, if there is but one."""
        kept = self.config.inventory_accounts
        inner = {above for name in kept for above in accounts.parents(name) if above != name}
        leaves = [name for name in kept if name not in inner]
        return leaves[0] if len(leaves) == 1 else None

    @property
    def usual_account(self) -> str | None:
        """The account that most receipts came into until now."""
        return _most(
            posting.account
            for receipt in self._receipts
            for posting in receipt.postings
            if self.config.policy(posting.account)
        )

    @property
    def usual_counter(self) -> str | None:
        """The account that most receipts were paid from until now."""
        return _most(
            posting.account
            for receipt in self._receipts
            for posting in receipt.postings
            if posting.units.number < 0 and not self.config.policy(posting.account)
        )

    @cached_property
    def _lines(self) -> Sequence[Line]:
        return Books(self._entries, self._options).lines

    @cached_property
    def _moved(self) -> Mapping[tuple[str, Lot], Sequence[tuple[datetime.date, Decimal]]]:
        """The units that went in and out of each account, by lot."""
        found: dict[tuple[str, Lot], list[tuple[datetime.date, Decimal]]] = defaultdict(list)
        for line in self._lines:
            if not line.expensed:
                found[line.account, line.lot].append((line.date, line.units))
        return found

    @cached_property
    def _receipts(self) -> Sequence[data.Transaction]:
        """The transactions that bring goods and do nothing else."""
        found = []
        for entry in self._entries:
            if isinstance(entry, data.Transaction):
                kinds = {
                    (posting.meta or {}).get("lot-kind")
                    for posting in entry.postings
                    if self.config.policy(posting.account)
                }
                if kinds == {Kind.RECEIPT.value}:
                    found.append(entry)
        return found

    @property
    def opening_balances(self) -> str:
        """The account that Beancount itself has for opening balances."""
        name = self._options["account_previous_balances"]
        return f"{self._options['name_equity']}:{name}"

    @cached_property
    def _gtins(self) -> Mapping[str, str]:
        found = {}
        for name, entry in self.config.commodities.items():
            said = entry.meta.get("gtin")
            try:
                found[gs1.gtin(str(said))] = name
            except WrongCellError:
                continue
        return found


def _commodity_of(name: str) -> str:
    """Write a name as one that a commodity may have."""
    letters = re.sub("[^A-Z0-9]+", "-", name.upper()).strip("-")
    return letters if _COMMODITY.fullmatch(letters) else "MILK"


def _is_whole(entry: data.Directive) -> bool:
    """Whether nothing of an entry is left to be booked, as other importers may leave it."""
    return not isinstance(entry, data.Transaction) or all(
        isinstance(posting.units, Amount) and isinstance(posting.units.number, Decimal)
        for posting in entry.postings
    )


def _most(names: Iterable[str]) -> str | None:
    counted = Counter(names)
    return min(counted, key=lambda name: (-counted[name], name), default=None)
