"""A report for programs: its rows alone, under the columns' own names."""

from __future__ import annotations

import csv as csv_files
import io
import json as json_files
from decimal import Decimal
from typing import Any

from lotcost.rendering.values import plain
from lotcost.reports.report import Report

# What makes a spreadsheet take a text for a formula (CWE-1236).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv(report: Report) -> str:
    """Write the rows as RFC 4180 has them, under a header.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay
    as they are, negative ones too.
    """
    stream = io.StringIO(newline="")
    writer = csv_files.writer(stream)
    writer.writerow([_defused(column.name) for column in report.columns])
    for row in report.rows:
        writer.writerow([_defused(row.get(column.name)) for column in report.columns])
    return stream.getvalue()


def json(report: Report) -> str:
    """Write the rows as an array of objects, one a line, their keys in the columns' order."""
    names = [column.name for column in report.columns]
    objects = (
        json_files.dumps({name: _json_value(row.get(name)) for name in names}, ensure_ascii=False)
        for row in report.rows
    )
    return "[" + ",\n ".join(objects) + "]\n"


def _defused(value: object) -> str:
    text = plain(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _json_value(value: object) -> Any:
    """Keep what JSON has; a Decimal becomes a string, as a JSON number may lose its cents."""
    if value is None or (isinstance(value, int | str) and not isinstance(value, Decimal)):
        return value
    return plain(value)
