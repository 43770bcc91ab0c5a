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
