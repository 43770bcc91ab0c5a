"""Every error a ledger can have about its lots, and the sentence for each.

LotError
├── UnknownWord        a key or value that nobody knows, with the nearest known one
├── WrongType          a value of another type than its key wants
├── MissingAccount     a leg has to be added, and no account is laid down for it
├── UnclearKind        nothing says what a movement is, or what it says cannot be
├── MissingCost        goods come in, and nothing says what they cost
├── TwoCosts           goods come in, and two costs are written
├── MissingLot         goods that need a lot number, or one unit a lot, come in otherwise
├── WrongSerial        serial numbers that cannot be counted, or are not one for each unit
├── TwoLots            one posting, or one lot, says two different things
├── MixedStyles        Beancount's own lots in a managed account, or the other way round
├── ElidedAmount       an amount was left out where nothing can tell it
├── WrongShares        what a batch's outputs bear of its cost does not add up
├── WrongLanding       a landed cost that rests on nothing
├── WrongClosing       a closing that cannot be held
├── MissingPrice       money of one currency is needed in another
└── Refused            what the stock cannot do
    ├── ShortStock     an issue asks for more than the lots hold
    ├── BarredLot      a lot that is expired, in quarantine or recalled is sold or used
    ├── NoSuchLot      a lot that no receipt ever brought
    ├── LotNotArrived  a lot before its day
    ├── LotNeeded      specific identification, and no lot named
    ├── TwoCurrencies  a lot with costs in two currencies
    ├── NeverSold      a customer returns what was not sold
    ├── UnevenTransfer a transfer takes out other units than it brings in
    ├── NegativeBatch  by-products take more than their batch costs
    ├── BatchCycle     a batch uses up what was made from it
    ├── MixedMoney     one batch or average with costs in two currencies
    ├── BelowZero      an allowance takes more than goods cost
    ├── NoWriteDown    a net realisable value above cost
    ├── CountDiffers   a count finds other units than the books have
    ├── CountUncosted  a count finds a lot that is new and has no cost
    └── ClosingMoved   a closing value is not what it was

They are values in Beancount's own form (source, message, entry), collected and never raised.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple


class LotError(NamedTuple):
    """An error about lots, at the line it stands on."""

    source: Any
    message: str
    entry: Any


class UnknownWord(LotError):
    """A key or value that nobody knows."""


class WrongType(LotError):
    """A value of another type than its key wants."""


class MissingAccount(LotError):
    """A leg has to be added, and no account is laid down for it."""


class UnclearKind(LotError):
    """Nothing says what a movement is, or what it says cannot be."""


class MissingCost(LotError):
    """Goods come in, and nothing says what they cost."""


class TwoCosts(LotError):
    """Goods come in, and two costs are written."""


class MissingLot(LotError):
    """Goods come in without the lot number, or the single unit a lot, that they need."""


class WrongSerial(LotError):
    """Serial numbers that cannot be counted, or are not one for each unit."""


class TwoLots(LotError):
    """One posting, or one lot, says two different things."""


class MixedStyles(LotError):
    """Beancount's own lots in a managed account, or bare goods in a native one."""


class ElidedAmount(LotError):
    """An amount was left out where nothing can tell it."""


class WrongShares(LotError):
    """What a batch's outputs bear of its cost does not add up."""


class WrongLanding(LotError):
    """A landed cost that rests on nothing."""


class WrongClosing(LotError):
    """A closing that cannot be held."""


class MissingPrice(LotError):
    """Money of one currency is needed in another, and the ledger has no price."""


class Refused(LotError):
    """The stock cannot do what is asked."""


class ShortStock(Refused):
    """An issue asks for more than the lots hold."""


class BarredLot(Refused):
    """A lot that is expired, in quarantine or recalled is sold or used."""


class NoSuchLot(Refused):
    """A lot that no receipt ever brought."""


class LotNotArrived(Refused):
    """A lot before its day."""


class LotNeeded(Refused):
    """Specific identification, and no lot named."""


class TwoCurrencies(Refused):
    """A lot with costs in two currencies."""


class NeverSold(Refused):
    """A customer returns what was not sold."""


class UnevenTransfer(Refused):
    """A transfer takes out other units than it brings in."""


class NegativeBatch(Refused):
    """By-products take more than their batch costs."""


class BatchCycle(Refused):
    """A batch uses up what was made from it."""


class MixedMoney(Refused):
    """One batch or average with costs in two currencies."""


class BelowZero(Refused):
    """An allowance takes more than goods cost."""


class NoWriteDown(Refused):
    """A net realisable value above cost."""


class CountDiffers(Refused):
    """A count finds other units than the books have."""


class CountUncosted(Refused):
    """A count finds a lot that is new and has no cost."""


class ClosingMoved(Refused):
    """A closing value is not what it was."""


EXAMPLES = {
    "lot-sales": "Income:Sales",
    "lot-cost-of-sales": "Expenses:CostOfSales",
    "lot-write-off": "Expenses:WriteOff",
    "lot-write-down": "Expenses:WriteDown",
    "lot-adjustment": "Expenses:StockDifferences",
    "lot-landed-cost": "Assets:Clearing:Freight",
}
"""An account for each leg that may have to be added, to write in a message."""


def missing_leg(what: str, laid_down: Any, key: str) -> str:
    """Say that a leg has to be added, and what to lay down for it on which `open`."""
    return (
        f"This {what} needs a leg on an account that is not laid down. Add to the open of "
        f"{laid_down.account} ({where(laid_down.meta)}): {key}: {EXAMPLES[key]}"
    )


def where(meta: Any) -> str:
    """Name a line as `file:line`, without its folder, so that it reads the same anywhere."""
    return f"{os.path.basename(meta['filename'])}:{meta['lineno']}"


def near(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the nearest known word, or None where none is near: at 1 only the word itself is."""
    import difflib  # here: most ledgers have no slip of the pen

    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)), None)


def nearest(word: str, known: Iterable[str]) -> str:
    """Offer the nearest known word, or all of them where none is near."""
    known = sorted(known)
    close = near(word, known)
    if close is not None:
        return f'did you mean "{close}"?'
    return "known are " + ", ".join(known) if known else "none is known"


def number(value: Decimal) -> str:
    """Print a number without trailing zeros and never with an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
