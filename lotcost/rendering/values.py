"""A value as plain text, the same in every format."""

from __future__ import annotations

import datetime
from decimal import Decimal


def plain(value: object) -> str:
    """Write a number without exponent or grouping, a date as ISO 8601, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def printable(line: str) -> str:
    """Blank out what would break the line or command the terminal: a ledger may hold anything."""
    return line if line.isprintable() else "".join(c if c.isprintable() else " " for c in line)
