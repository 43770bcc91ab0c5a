"""Per-lot costing for Beancount: reads and writes its directives, knows no host program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lotcost.frames import Frames


def load(path: str | os.PathLike[str]) -> Frames:
    """Load a ledger file; each report of it is a method that returns a DataFrame.

        ledger = lotcost.load("main.beancount")
        ledger.margins(by="customer", at="2025-03-31")

    A ledger with errors is loaded all the same, and a warning says so: see its `errors`.

    Raises:
      OSError: There is no such file, or it cannot be read.
      ValueError: It is no text.
    """
    from lotcost.frames import read  # here: a Beancount plugin wants neither reports nor pandas

    return read(path)
