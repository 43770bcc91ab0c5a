"""Every report as a table of a query, `FROM #lots`, with the report's own columns.

Dashes, which BQL takes for a minus, are underscores: `#write_offs`, `best_before`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from beancount.core import data
from beanquery.query_compile import EvalColumn
from beanquery.sources.beancount import Table

from lotcost.queries.source import Source
from lotcost.rendering.values import plain
from lotcost.reports.catalog import CATALOG
from lotcost.reports.report import Column, Row

if TYPE_CHECKING:
    _Column = object
else:
    _Column = EvalColumn

_TYPES: Mapping[str, type] = {"date": datetime.date, "text": str, "count": int}


class ReportColumn(_Column):
    """A column of a report, as a query reads it off a row."""

    def __init__(self, column: Column) -> None:
        self.dtype = _TYPES.get(column.kind, Decimal)
        self._name = column.name

    def __call__(self, row: Row) -> Any:
        """Return a value of the column's one type: what a card says is a text, whatever it is."""
        value = row.get(self._name)
        return plain(value) if self.dtype is str and value is not None else value


class _ReportTable:
    """A report, made when a query first asks for it."""

    name: str
    report_name: str

    def __init__(self, entries: Sequence[data.Directive], options: Mapping[str, Any]) -> None:
        self.source = Source(entries, options)

    @cached_property
    def columns(self) -> Mapping[str, ReportColumn]:
        """The report's columns by the names that a query has for them."""
        columns = self.source.report(self.report_name).columns
        return {_word(column.name): ReportColumn(column) for column in columns}

    def __iter__(self) -> Iterator[Row]:
        return iter(self.source.report(self.report_name).rows)


def _word(name: str) -> str:
    return name.replace("-", "_")


def _offer(name: str) -> type:
    """Make a table of a report; beanquery puts every class of its own `Table` on its list."""
    names = {"name": _word(name), "report_name": name, "__doc__": CATALOG[name].answers}
    return type(f"{name.title()}Table", (_ReportTable, Table), names)


TABLES: Mapping[str, type] = {_word(name): _offer(name) for name in CATALOG}


def source(context: Any) -> Source | None:
    """Return what the functions of a connection read, or None where it is of no ledger.

    A connection that is older than our tables gets them now.
    """
    tables = context.tables
    if "lots" not in tables:
        if "entries" not in tables:
            return None
        for name, table in TABLES.items():
            tables.setdefault(name, table(tables["entries"].entries, tables["entries"].options))
    found: Source = tables["lots"].source
    return found
