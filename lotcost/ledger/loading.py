"""Load a ledger file as Beancount does, without its cache, which does not know our version."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from beancount import loader
from beancount.core import data
from beancount.parser import booking

from lotcost.ledger.books import Books, Line
from lotcost.ledger.errors import LotError

PLUGIN = "beancount_lotcost"


class Ledger(NamedTuple):
    """A ledger after its plugins."""

    entries: Sequence[data.Directive]
    errors: Sequence[Any]
    options: Mapping[str, Any]

    def books(
        self,
        at: datetime.date | None = None,
        where: Callable[[Line], bool] | None = None,
    ) -> Books:
        """Return the lots as of the evening of a day, all of them or some lines of them."""
        return Books(self.entries, self.options, at, where)

    @property
    def lot_errors(self) -> tuple[LotError, ...]:
        """The errors that are about lots."""
        return tuple(error for error in self.errors if isinstance(error, LotError))


def load(path: str | os.PathLike[str]) -> Ledger:
    """Load a ledger file; what is wrong with it is among its errors."""
    file = str(Path(path).absolute())
    entries, errors, options = loader._load([(file, True)], None, None, None)
    return Ledger(entries, errors, options)


def load_unbooked(ledger: Ledger) -> Ledger:
    """Load a ledger's file once more, as its lots' plugin is given it."""
    file = ledger.options["filename"]
    entries, _, options = loader._parse_recursive([(file, True)], None)
    entries.sort(key=data.entry_sortkey)
    entries, _ = booking.book(entries, options)
    names = [name for name, _ in options["plugin"]]
    before = options["plugin"][: names.index(PLUGIN)] if PLUGIN in names else []
    options = {
        **options,
        "plugin": [*loader.PLUGINS_PRE, *before],
        "plugin_processing_mode": "raw",
    }
    entries, errors = loader.run_transformations(entries, [], options, None)
    return Ledger(entries, errors, options)


def loads(text: str) -> Ledger:
    """Load a ledger from its text."""
    entries, errors, options = loader.load_string(text, dedent=True)
    return Ledger(entries, errors, options)
