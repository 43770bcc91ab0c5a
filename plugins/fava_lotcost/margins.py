"""The page Lot margins: what lots earned, by lot or by anything known of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from fava.ext import FavaExtensionBase

from fava_lotcost import compat
from fava_lotcost.charts import by_month
from fava_lotcost.page import LotPage
from fava_lotcost.params import Params
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Table, table
from lotcost.reports.catalog import groups
from lotcost.reports.margins import GROUPS, unattributed
from lotcost.reports.report import Column, Report, Row

_NOT_SHOWN = frozenset({"markup"})


class MarginsView(NamedTuple):
    """What the page shows.

    Attributes:
      unattributed: The income that is no lot's, by currency; it is of the whole ledger.
      groups: What lots can always be grouped by; `card_keys` are this ledger's own.
    """

    table: Table
    by: str
    groups: tuple[str, ...]
    card_keys: tuple[str, ...]
    unattributed: Mapping[str, Decimal]
    charts: list[Any]

    @property
    def template(self) -> str:
        """What shows it."""
        return "lotcost_margins.html"

    @property
    def worst_first(self) -> str:
        """The order that this page is opened for."""
        return "after_write_offs"

    @property
    def best_first(self) -> str:
        """The other way round."""
        return f"-{self.worst_first}"


class LotCostMargins(LotPage, FavaExtensionBase):
    """What lots earned."""

    report_title = "Lot margins"
    own_params = ("by", "sort", "page")

    def view(self, snapshot: Snapshot, asked: Asked, params: Params) -> MarginsView:
        """Return the margins of each group."""
        books = snapshot.books(asked)
        known = groups("margins", books)
        by = params.one_of("by", known, "lot")
        report = snapshot.report("margins", asked, by)
        # Units of several goods add up to nothing; what they are units of is then not said.
        shown = [
            column
            for column in report.columns
            if column.name not in _NOT_SHOWN and (column.kind != "units" or column.unit)
        ]
        months = snapshot.report("margins", asked, "month")
        return MarginsView(
            table=table(report, shown, params, self.loaded.settings.rows),
            by=by,
            groups=GROUPS,
            card_keys=tuple(name for name in known if name not in GROUPS),
            unattributed=unattributed(books, asked.since),
            charts=[] if self.incognito or not months.rows else _charts(months),
        )

    def exported(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report:
        """Return the groups shown."""
        return self.view(snapshot, asked, params).table.report

    def link(self, column: Column, row: Row) -> str | None:
        """Lead to the lot, to the lots of these goods or this supplier, and to the month."""
        value = row.get(column.name)
        if value is None:
            return None
        if column.name == "lot":
            return self.page_url("LotCostLots", commodity=row["commodity"], lot=value)
        if column.name in {"commodity", "supplier"}:
            return self.page_url("LotCostLots", status="all", **{column.name: str(value)})
        if column.name == "month":
            return self.url(time=value, by="lot")
        return None


def _charts(months: Report) -> list[Any]:
    return [
        *compat.bar_chart("Gross margin", by_month(months, "gross_margin")),
        *compat.bar_chart("Revenue", by_month(months, "revenue")),
        *compat.bar_chart("Write-offs", by_month(months, "write_offs")),
    ]
