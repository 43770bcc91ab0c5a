"""What a ledger lays down about its lots: the policy of each inventory account, and its goods.

    2025-01-01 open Assets:Inventory
      lot-method: "fefo"
      lot-sales: Income:Sales
    2025-01-01 open Assets:Inventory:Shop      ; inherits both

An account is an inventory account when its own `open`, or its nearest ancestor's, carries
`lot-method`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from babel.core import get_global
from beancount.core import account as accounts
from beancount.core import data

from lotcost.ledger.errors import LotError, UnknownWord, WrongType, nearest
from lotcost.model import Method, Reason

ACCOUNT_KEYS = frozenset(
    {
        "lot-sales",
        "lot-cost-of-sales",
        "lot-write-off",
        "lot-write-down",
        "lot-adjustment",
        "lot-landed-cost",
        *(f"lot-write-off-{reason}" for reason in Reason),
    }
)
OPEN_KEYS = ACCOUNT_KEYS | {"lot-method", "lot-within"}
WITHIN = frozenset({"fifo", "average"})
TRACKED = frozenset({"required", "serial", "no"})
COMMODITY_KEYS = frozenset({"lot-tracked"})


class Policy(NamedTuple):
    """How the goods of an inventory account are kept.

    Attributes:
      laid_down: The `open` that says the method.
      accounts: The account for each leg lotcost may have to add, by its key.
    """

    method: Method
    laid_down: data.Open
    accounts: Mapping[str, str]

    @property
    def native(self) -> bool:
        """Whether Beancount books this account."""
        return self.method is Method.BEANCOUNT

    def write_off(self, reason: str | None) -> str | None:
        """Return the account a write-off goes to, by its reason where one is laid down."""
        return self.accounts.get(f"lot-write-off-{reason}", self.accounts.get("lot-write-off"))


class Config:
    """The policies and goods of one ledger."""

    def __init__(self, entries: Iterable[data.Directive], options: Mapping[str, Any]) -> None:
        self.errors: list[LotError] = []
        self.goods: dict[str, data.Commodity] = {}
        self._income: str = options["name_income"]
        self._expenses: str = options["name_expenses"]
        self._currencies = set(options["operating_currency"])
        self._opens: dict[str, data.Open] = {}
        for entry in entries:
            if isinstance(entry, data.Open):
                self._opens[entry.account] = entry
                self.errors.extend(_open_errors(entry))
            elif isinstance(entry, data.Commodity):
                self.goods[entry.currency] = entry
                self.errors.extend(_commodity_errors(entry))
            elif isinstance(entry, data.Transaction):
                for posting in entry.postings:
                    if posting.price is not None:
                        self._currencies.add(posting.price.currency)
                    if posting.cost is not None:
                        self._currencies.add(posting.cost.currency)
        self.policy = cache(self._policy)
        self.cent = cache(self._cent)

    def is_goods(self, commodity: str) -> bool:
        """Tell goods from money: money is what something is priced or kept in."""
        return commodity not in self._currencies

    def is_income(self, account: str) -> bool:
        """Tell an income account."""
        return accounts.root(1, account) == self._income

    def is_expense(self, account: str) -> bool:
        """Tell an expense account."""
        return accounts.root(1, account) == self._expenses

    @property
    def sales_accounts(self) -> list[str]:
        """The accounts that revenue from goods is laid down to go to."""
        named = {entry.meta.get("lot-sales") for entry in self._opens.values()}
        return sorted(name for name in named if isinstance(name, str))

    def tracked(self, commodity: str) -> str:
        """Return what `lot-tracked` says of goods, or nothing."""
        entry = self.goods.get(commodity)
        return str(entry.meta.get("lot-tracked", "")) if entry else ""

    def shelf_life(self, commodity: str) -> int | None:
        """Return the days goods keep, or None."""
        entry = self.goods.get(commodity)
        days = entry.meta.get("shelf-life") if entry else None
        return int(days) if isinstance(days, Decimal) and days > 0 else None

    def _policy(self, account: str) -> Policy | None:
        opens = [self._opens[name] for name in accounts.parents(account) if name in self._opens]
        laid_down = next((entry for entry in opens if "lot-method" in entry.meta), None)
        if laid_down is None or laid_down.meta["lot-method"] not in set(Method):
            return None
        legs: dict[str, str] = {}
        for entry in opens:
            for key in ACCOUNT_KEYS & entry.meta.keys():
                if _is_account(entry.meta[key]):
                    legs.setdefault(key, entry.meta[key])
        return Policy(Method(laid_down.meta["lot-method"]), laid_down, legs)

    def _cent(self, currency: str) -> Decimal:
        entry = self.goods.get(currency)
        precision = entry.meta.get("precision") if entry else None
        if isinstance(precision, Decimal):
            return Decimal(1).scaleb(-int(precision))
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
            example = _EXAMPLES.get(key, "Expenses:Example")
            message = f"{key} wants an account and has {value!s}; write {key}: {example}"
            yield WrongType(entry.meta, message, entry)


_EXAMPLES = {"lot-sales": "Income:Sales", "lot-landed-cost": "Assets:Clearing:Freight"}


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
