"""Load a ledger file as Beancount does, without its cache, which does not know our version."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from beancount import loader
from beancount.core import data

from lotcost.ledger.books import Books, Line
from lotcost.ledger.errors import LotError


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


def loads(text: str) -> Ledger:
    """Load a ledger from its text."""
    entries, errors, options = loader.load_string(text, dedent=True)
    return Ledger(entries, errors, options)
