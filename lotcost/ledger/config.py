"""What a ledger lays down about its lots: the policy of each inventory account, and its goods.

    2025-01-01 open Assets:Inventory
      lot-method: "fefo"
      lot-sales: Income:Sales
    2025-01-01 open Assets:Inventory:Shop      ; inherits both

An account is an inventory account when its own `open`, or its nearest ancestor's, carries
`lot-method`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache, partial
from typing import Any, NamedTuple

from beancount.core import account as accounts
from beancount.core import data

from lotcost.ledger.errors import EXAMPLES, LotError, UnknownWord, WrongType, nearest
from lotcost.model import Method, Reason

_WRITE_OFF_KEYS = frozenset({"lot-write-off", *(f"lot-write-off-{reason}" for reason in Reason)})
ACCOUNT_KEYS = _WRITE_OFF_KEYS | {
    "lot-sales",
    "lot-cost-of-sales",
    "lot-write-down",
    "lot-adjustment",
    "lot-landed-cost",
}
OPEN_KEYS = ACCOUNT_KEYS | {"lot-method", "lot-within"}
WRITE_OFF_EXPIRED = "write-off-expired"
SETTINGS: Mapping[str, tuple[Any, ...]] = {
    "framework": ("ifrs", "us-gaap"),
    WRITE_OFF_EXPIRED: (True, False),
}
"""The settings that are one word each, with what they may be."""
NEAR_EXPIRY = "near-expiry"
UNTITLED = "Beancount"
"""The title that Beancount gives a ledger without one."""
_WHOLE = Decimal(100)
WITHIN = frozenset({"fifo", "average"})
TRACKED = frozenset({"required", "serial", "no"})
COMMODITY_KEYS = frozenset({"lot-tracked"})


class Policy(NamedTuple):
    """How the goods of an inventory account are kept.

    Attributes:
      laid_down: The `open` that says the method.
      accounts: The account for each leg lotcost may have to add, by its key.
      write_offs: Those of them that write-offs go to, for one reason or for any.
      averages_lots: Whether each lot is kept at one average cost (`lot-within`).
      owner: Whose goods they are, where they are held for others: counted and never valued.
    """

    method: Method
    laid_down: data.Open
    accounts: Mapping[str, str]
    write_offs: frozenset[str]
    averages_lots: bool = False
    owner: str | None = None

    @property
    def native(self) -> bool:
        """Whether Beancount books this account."""
        return self.method is Method.BEANCOUNT

    def write_off(self, reason: str | None) -> str | None:
        """Return the account a write-off goes to, by its reason where one is laid down."""
        return self.accounts.get(f"lot-write-off-{reason}", self.accounts.get("lot-write-off"))


def _is_below(root: str, account: str) -> bool:
    return account.partition(":")[0] == root


class Config:
    """The policies and goods of one ledger.

    Attributes:
      currencies: What anything is priced in.
      posted_to: The accounts that have a posting.
      is_goods: Tells goods from money: goods are kept in stock, and nothing is priced in them.
      is_income: Tells an income account.
      is_expense: Tells an expense account.
      is_sales: Tells an account that revenue from goods is laid down to go to, or one below it.
      unreadable: The accounts whose method is none that is known: their `open` has that error.
      near_expiry: What goods are worth, in percent of their cost, with so many days left or
        fewer; the smallest number of days that fits counts.
    """

    def __init__(self, entries: Iterable[data.Directive], options: Mapping[str, Any]) -> None:
        self.errors: list[LotError] = []
        self.commodities: dict[str, data.Commodity] = {}
        self.settings: dict[str, Any] = {}
        self.near_expiry: dict[int, Decimal] = {}
        self.policy = cache(self._policy)
        self.cent = cache(self._cent)
        self.is_income = cache(partial(_is_below, options["name_income"]))
        self.is_expense = cache(partial(_is_below, options["name_expenses"]))
        self.is_sales = cache(self._is_sales)
        self._opens: dict[str, data.Open] = {}
        currencies = dict.fromkeys(options["operating_currency"])
        held: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            if isinstance(entry, data.Transaction):
                for account, amount, cost, price, _, _ in entry.postings:
                    held[account].add(amount[1])
                    if price is not None:
                        currencies[price.currency] = None
                    if cost is not None:
                        currencies[cost.currency] = None
            elif isinstance(entry, data.Open):
                self._opens[entry.account] = entry
                self.errors.extend(_open_errors(entry))
            elif isinstance(entry, data.Commodity):
                self.commodities[entry.currency] = entry
                self.errors.extend(_commodity_errors(entry))
            elif isinstance(entry, data.Custom) and entry.type == "lotcost":
                self.errors.extend(self._read_setting(entry))
        self.posted_to = frozenset(held)
        self.main_currency: str = next(iter(currencies), "USD")
        self.unreadable = frozenset(filter(self.is_unreadable, self.posted_to))
        stocked = {goods for name in held if self.policy(name) is not None for goods in held[name]}
        self.currencies = frozenset(currencies)
        self._goods = stocked - self.currencies
        self.is_goods: Callable[[str], bool] = self._goods.__contains__

    @property
    def goods(self) -> frozenset[str]:
        """The goods that are kept in stock, or declared and so may be."""
        return frozenset(self._goods | (self.commodities.keys() - self.currencies))

    @property
    def inventory_accounts(self) -> list[str]:
        """The opened accounts that goods are kept in."""
        return sorted(name for name in self._opens if self.policy(name) is not None)

    def keeps_written(self, account: str) -> bool:
        """Whether Beancount leaves costs in an account as they are written: booking "NONE"."""
        entry = self._opens.get(account)
        return entry is not None and entry.booking is data.Booking.NONE

    @property
    def sales_accounts(self) -> list[str]:
        """The accounts that revenue from goods is laid down to go to."""
        named = {entry.meta.get("lot-sales") for entry in self._opens.values()}
        return sorted(name for name in named if isinstance(name, str))

    def _is_sales(self, account: str) -> bool:
        return any(accounts.parent_matcher(name)(account) for name in self.sales_accounts)

    def tracked(self, commodity: str) -> str:
        """Return what `lot-tracked` says of goods, or nothing."""
        entry = self.commodities.get(commodity)
        return str(entry.meta.get("lot-tracked", "")) if entry else ""

    def unit_weight(self, commodity: str) -> Decimal | None:
        """Return the weight of a unit of goods, where it is known."""
        entry = self.commodities.get(commodity)
        weight = entry.meta.get("unit-weight") if entry else None
        return weight if isinstance(weight, Decimal) and weight > 0 else None

    @property
    def reverses(self) -> bool:
        """Whether write-downs are taken back when goods recover: under IFRS, not US GAAP."""
        return bool(self.settings.get("framework", "ifrs") == "ifrs")

    @property
    def writes_off_expired(self) -> bool:
        """Whether what expires in managed accounts is written off by itself."""
        return bool(self.settings.get(WRITE_OFF_EXPIRED))

    def shelf_life(self, commodity: str) -> int | None:
        """Return the days goods keep, or None."""
        entry = self.commodities.get(commodity)
        days = entry.meta.get("shelf-life") if entry else None
        return int(days) if isinstance(days, Decimal) and days > 0 else None

    def worth_near_expiry(self, days_left: int) -> Decimal | None:
        """Return what goods are worth in percent of their cost, or None where no rule says so."""
        fitting = [bound for bound in self.near_expiry if days_left <= bound]
        return self.near_expiry[min(fitting)] if fitting else None

    def _read_setting(self, entry: data.Custom) -> Iterable[LotError]:
        word, *values = [value.value for value in entry.values or ()] or [None]
        if word == NEAR_EXPIRY:
            yield from self._read_near_expiry(entry, values)
        elif not isinstance(word, str) or (word in SETTINGS and len(values) != 1):
            message = (
                'custom "lotcost" wants a word and its value; '
                'write custom "lotcost" "framework" "ifrs"'
            )
            yield WrongType(entry.meta, message, entry)
        elif word not in SETTINGS:
            known = (*SETTINGS, NEAR_EXPIRY)
            message = f'The setting "{word}" is unknown; {nearest(word, known)}'
            yield UnknownWord(entry.meta, message, entry)
        elif values[0] not in SETTINGS[word]:
            known_values = " or ".join(_as_written(value) for value in SETTINGS[word])
            message = f'"{word}" wants {known_values} and has {_as_written(values[0])}'
            yield UnknownWord(entry.meta, message, entry)
        else:
            self.settings[word] = values[0]

    def _read_near_expiry(self, entry: data.Custom, values: list[Any]) -> Iterable[LotError]:
        numbers = [value for value in values if isinstance(value, Decimal)]
        if len(values) == len(numbers) == 2:
            days, percent = numbers
            if days >= 0 and not days % 1 and 0 <= percent <= _WHOLE:
                self.near_expiry[int(days)] = percent
                return
        has = " ".join(map(_as_written, values)) or "nothing"
        message = (
            f'"{NEAR_EXPIRY}" wants whole days and a percentage from 0 to 100, and has {has}; '
            f'write custom "lotcost" "{NEAR_EXPIRY}" 30 50'
        )
        yield WrongType(entry.meta, message, entry)

    def _policy(self, account: str) -> Policy | None:
        opens = [self._opens[name] for name in accounts.parents(account) if name in self._opens]
        laid_down = self._laid_down(account)
        if laid_down is None or laid_down.meta["lot-method"] not in set(Method):
            return None
        legs: dict[str, str] = {}
        for entry in opens:
            for key in ACCOUNT_KEYS & entry.meta.keys():
                if _is_account(entry.meta[key]):
                    legs.setdefault(key, entry.meta[key])
        said = {key: entry.meta[key] for entry in reversed(opens) for key in entry.meta}
        owner = said.get("owner")
        return Policy(
            method=Method(laid_down.meta["lot-method"]),
            laid_down=laid_down,
            accounts=legs,
            write_offs=frozenset(legs[key] for key in legs.keys() & _WRITE_OFF_KEYS),
            averages_lots=said.get("lot-within") == "average",
            owner=None if owner is None else str(owner),
        )

    def is_unreadable(self, account: str) -> bool:
        """Whether the method of an account is none that is known."""
        return self.policy(account) is None and bool(self._laid_down(account))

    def _laid_down(self, account: str) -> data.Open | None:
        """Return the `open` that says an account's method: its own, or its nearest ancestor's."""
        opens = (self._opens.get(name) for name in accounts.parents(account))
        return next((entry for entry in opens if entry and "lot-method" in entry.meta), None)

    def _cent(self, currency: str) -> Decimal:
        entry = self.commodities.get(currency)
        precision = entry.meta.get("precision") if entry else None
        if isinstance(precision, Decimal):
            return Decimal(1).scaleb(-int(precision))
        from babel.core import get_global  # here: it reads the currencies of the world

        fractions = get_global("currency_fractions")
        digits = fractions.get(currency, fractions["DEFAULT"])[0]
        return Decimal(1).scaleb(-digits)


def _open_errors(entry: data.Open) -> Iterable[LotError]:
    yield from unknown_keys(entry.meta, OPEN_KEYS, entry)
    method = entry.meta.get("lot-method")
    if method is not None and method not in set(Method):
        message = f'lot-method "{method}" is unknown; {nearest(str(method), Method)}'
        yield UnknownWord(entry.meta, message, entry)
    within = entry.meta.get("lot-within")
    if within is not None and within not in WITHIN:
        message = f'lot-within "{within}" is unknown; {nearest(str(within), WITHIN)}'
        yield UnknownWord(entry.meta, message, entry)
    for key in sorted(ACCOUNT_KEYS & entry.meta.keys()):
        value = entry.meta[key]
        if not _is_account(value):
            example = EXAMPLES.get(key, "Expenses:Example")
            message = f"{key} wants an account and has {value!s}; write {key}: {example}"
            yield WrongType(entry.meta, message, entry)


def _as_written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _is_account(value: object) -> bool:
    return isinstance(value, str) and accounts.is_valid(value)


def _commodity_errors(entry: data.Commodity) -> Iterable[LotError]:
    yield from unknown_keys(entry.meta, COMMODITY_KEYS, entry)
    tracked = entry.meta.get("lot-tracked")
    if tracked is not None and tracked not in TRACKED:
        message = f'lot-tracked "{tracked}" is unknown; {nearest(str(tracked), TRACKED)}'
        yield UnknownWord(entry.meta, message, entry)
    days = entry.meta.get("shelf-life")
    if days is not None and not (isinstance(days, Decimal) and days > 0 and not days % 1):
        message = f"shelf-life wants whole days, at least 1, and has {days!s}; write shelf-life: 21"
        yield WrongType(entry.meta, message, entry)
    weight = entry.meta.get("unit-weight")
    if weight is not None and not (isinstance(weight, Decimal) and weight > 0):
        message = f"unit-weight wants a number above 0 and has {weight!s}; write unit-weight: 1.03"
        yield WrongType(entry.meta, message, entry)


def unknown_keys(
    meta: Mapping[str, Any], known: frozenset[str], entry: data.Directive, source: Any = None
) -> Iterable[LotError]:
    """Find the keys that begin with `lot-` and that nobody knows here."""
    for key in meta:
        if key.startswith("lot-") and key not in known:
            message = f"The key {key} is unknown here; {nearest(key, known)}"
            yield UnknownWord(source or meta, message, entry)
