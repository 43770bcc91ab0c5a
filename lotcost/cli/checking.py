"""What is wrong with a ledger, as an editor takes it: `file:line: message`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core import data
from beancount.parser.booking_full import ReductionError

from lotcost.ledger.config import Config
from lotcost.ledger.loading import Ledger
from lotcost.rendering.values import printable

_PLUGIN = "beancount_lotcost"
NO_LOTS = (
    "No account keeps lots. Add to the open of an account that holds goods, or of one above it: "
    'lot-method: "fifo"'
)
_RECEIPT = 'open it with booking "NONE", or write the price with @ instead of braces'
_ISSUE = 'write the units without braces, and their lot below them as lot: "L1"'
_VALUELESS = 'custom "{}" has no value, and Beancount stumbles over it. Write one, or leave it out'
_STUMBLED = "TypeError: 'NoneType' object is not iterable"
_AS_PYTHON = re.compile(r'"Posting\(account=\'(.*?)\', units=(.*?), cost=.*\)"')


class Problem(NamedTuple):
    """One thing that is wrong, and the line it stands on."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def problems(ledger: Ledger, path: Path) -> list[Problem]:
    """Return what is wrong, by file and line; files are named as the ledger's path was given."""
    found = {*_of_errors(ledger, path), *_of_whole(ledger, path)}
    return sorted(found)


def keeps_lots(ledger: Ledger) -> bool:
    """Whether any account is laid down to keep lots."""
    return _keeping_lots(ledger) is not None


def _of_errors(ledger: Ledger, path: Path) -> Iterator[Problem]:
    config = Config(ledger.entries, ledger.options)
    valueless = [
        entry for entry in ledger.entries if isinstance(entry, data.Custom) and not entry.values
    ]
    told = {id(error.entry) for error in ledger.lot_errors}
    for entry in valueless:
        if id(entry) not in told:
            yield _problem(entry.meta, _VALUELESS.format(entry.type), path)
    for error in ledger.errors:
        if valueless and _STUMBLED in str(error.message):
            continue  # one of Beancount's own plugins did, over what is told already
        message = _hinted(error, _one_line(str(error.message)), config)
        yield _problem(error.source or {}, message, path)


def _of_whole(ledger: Ledger, path: Path) -> Iterator[Problem]:
    if not ledger.entries and not ledger.errors:
        yield Problem(str(path), 1, "The ledger holds no entries.")
    plugins = {name for name, _ in ledger.options["plugin"]}
    keeping = _keeping_lots(ledger)
    if keeping is not None and _PLUGIN not in plugins:
        message = (
            f"{keeping.account} keeps lots, and nothing costs them. "
            f'Add to {path.name}: plugin "{_PLUGIN}"'
        )
        yield _problem(keeping.meta, message, path)


def _keeping_lots(ledger: Ledger) -> data.Open | None:
    opens = (entry for entry in ledger.entries if isinstance(entry, data.Open))
    return next((entry for entry in opens if "lot-method" in entry.meta), None)


def _problem(source: Mapping[str, Any], message: str, path: Path) -> Problem:
    file = str(source.get("filename", "<load>"))
    if file == "<load>":
        return Problem(str(path), 1, message)  # it is about the file as a whole
    if not path.is_absolute() and os.path.isabs(file):
        file = os.path.relpath(file)
    return Problem(file, int(source.get("lineno", 0)), message)


def _one_line(message: str) -> str:
    """Keep of a traceback what was raised; what its lines say is for programmers."""
    before, is_traceback, after = message.partition("Traceback (most recent call last):")
    if is_traceback:
        message = before + after.strip().splitlines()[-1]
    return " ".join(printable(message).split())


def _hinted(error: Any, message: str, config: Config) -> str:
    """Say what to write where Beancount took goods in braces for a reduction.

    It books before any plugin, so to it the goods issued without braces are less than none.
    """
    if not isinstance(error, ReductionError) or error.entry is None:
        return message
    message = _AS_PYTHON.sub(r"\2 in braces on \1", message)
    for posting in error.entry.postings:
        policy = config.policy(posting.account)
        if posting.cost is None or policy is None or policy.native:
            continue
        units = posting.units
        comes_in = units is not None and isinstance(units.number, Decimal) and units.number > 0
        return f"{message}. {posting.account} is managed: {_RECEIPT if comes_in else _ISSUE}"
    return message
