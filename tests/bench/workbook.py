"""What the whole workbook takes, over XlsxWriter's bare loop for the same cells."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from bench.measuring import Aim, Program, Row, Run, Setting, told

MOVEMENTS = 100_000

# A small ledger's workbook with its movements many times over: costing them is no part of this.
_BOOK = """
import io, json, resource, sys, time
import xlsxwriter
from xlsxwriter.worksheet import Worksheet
from lotcost.ledger.loading import load
from lotcost.rendering import about
from lotcost.reports.catalog import Question
from lotcost.workbook import MOST_ROWS, whole_book, write_book
ledger = load(sys.argv[1])
question = Question()
book = whole_book(ledger.books(), question, 0, MOST_ROWS)
sheet = book.sheets["Movements"]
times = 1 + int(sys.argv[2]) // len(sheet.report.rows)
more = {name: list(values) * times for name, values in sheet.more.items()}
sheet = sheet._replace(report=sheet.report._replace(rows=sheet.report.rows * times), more=more)
book = book._replace(sheets={**book.sheets, "Movements": sheet})
said = about(ledger.options, sys.argv[1], question)
"""
_MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # in what the system counts with
_WRITTEN = f"""{_BOOK}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = time.process_time()
write_book(book, said, io.BytesIO())
taken = time.process_time() - before
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
print(json.dumps({{"seconds": taken, "megabytes": grown / {_MEGABYTE}}}))
"""
_BARE = f"""{_BOOK}
calls = {{}}
for name in ("write_string", "write_number", "write_formula"):
    def wrapped(self, row, column, *rest, name=name, write=getattr(Worksheet, name)):
        calls.setdefault(self.name, []).append((name, row, column, rest))
        return write(self, row, column, *rest)
    setattr(Worksheet, name, wrapped)
write_book(book, said, io.BytesIO())
for name in ("write_string", "write_number", "write_formula"):
    setattr(Worksheet, name, Worksheet.__dict__[name].__kwdefaults__["write"])
bare = xlsxwriter.Workbook(io.BytesIO(), {{"constant_memory": True}})
formats, cells = {{}}, []
for tab, made in calls.items():
    on = bare.add_worksheet(tab)
    for name, row, column, rest in made:
        value, format_, *cached = rest
        if id(format_) not in formats:
            formats[id(format_)] = bare.add_format({{"num_format": format_.num_format}})
        cells.append((getattr(on, name), row, column, value, formats[id(format_)], *cached))
before = time.process_time()
for write, *cell in cells:
    write(*cell)
bare.close()
print(json.dumps({{"seconds": time.process_time() - before, "cells": len(cells)}}))
"""


def _over_bare(runs: Sequence[Run]) -> float:
    bare, written = runs
    return written.told["seconds"] / bare.told["seconds"]


def rows(setting: Setting) -> Iterator[Row]:
    """Compare the whole workbook with the bare cells of it, and tell what memory it adds."""
    size = setting.transactions[0]
    movements = min(MOVEMENTS, 100 * size)
    ledger = setting.ledger("managed", size, setting.lots[0])
    bare, written = (Program(code, (ledger, str(movements))) for code in (_BARE, _WRITTEN))
    name = f"whole workbook, {movements:,} movements"
    yield Row(f"{name}: written / XlsxWriter's bare loop", (bare, written), _over_bare, Aim(1.3))
    yield Row(f"{name}: memory it adds, MB", (written,), told("megabytes"), Aim(100))
