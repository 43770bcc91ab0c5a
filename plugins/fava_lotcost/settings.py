"""The settings on the extension's own line, read anew on each load.

    2025-01-01 custom "fava-extension" "fava_lotcost" "{'rows': 200, 'days': 14}"

What is wrong with them never stops a page: it is said on the Errors page, at that line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from beancount.core import data

from lotcost.ledger.errors import nearest

MODULE = "fava_lotcost"
_MOST = {"rows": 500, "days": 5000}


class Settings(NamedTuple):
    """What a ledger may say about the pages.

    Attributes:
      rows: How many rows a page of a table has.
      days: How many days ahead a lot's last day counts as near.
      expired_as_errors: Whether Fava's Errors page says what has expired and is on hand.
    """

    rows: int = 200
    days: int = 30
    expired_as_errors: bool = False


def own_line(entries: Iterable[data.Directive]) -> data.Custom | None:
    """Find the line that names this extension."""
    customs = (entry for entry in entries if isinstance(entry, data.Custom))
    for line in customs:
        if line.type == "fava-extension" and line.values and line.values[0].value == MODULE:
            return line
    return None


def read(line: data.Custom | None) -> tuple[Settings, list[str]]:
    """Return the settings, and a sentence for each thing that is wrong with them."""
    if line is None or len(line.values) < 2:
        return Settings(), []
    text = line.values[1].value
    try:
        said = ast.literal_eval(text.strip())
    except (AttributeError, ValueError, SyntaxError, MemoryError, RecursionError):
        return Settings(), [_wanted(f"and not {text}")]
    if not isinstance(said, dict):
        return Settings(), [_wanted(f"and not {text}")]
    errors = list(_errors(said))
    good = {
        key: value for key, value in said.items() if key in Settings._fields and _fits(key, value)
    }
    return Settings(**good), errors


def _errors(said: dict[Any, Any]) -> Iterator[str]:
    for key, value in said.items():
        if key not in Settings._fields:
            yield f"{MODULE} has no setting {key!r}; {nearest(str(key), Settings._fields)}"
        elif not _fits(key, value):
            wanted = (
                "True or False" if _is_switch(key) else f"a whole number from 1 to {_MOST[key]}"
            )
            yield f"{MODULE}: {key} wants {wanted} and has {value!r}"


def _is_switch(key: str) -> bool:
    return isinstance(Settings._field_defaults[key], bool)


def _fits(key: str, value: object) -> bool:
    if _is_switch(key):
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST[key]


def _wanted(but: str) -> str:
    default = str(Settings()._asdict())
    return f'{MODULE} takes its settings as a dictionary, "{default}", {but}'
