"""The page Lot margins: what lots earned, by lot or by anything known of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from fava.ext import FavaExtensionBase

from fava_lotcost import links
from fava_lotcost.charts import Chart, bars, by_commodity, by_month, parts
from fava_lotcost.page import LotPage
from fava_lotcost.params import Params
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Table, table
from fava_lotcost.translating import N_, gettext
from lotcost.ledger.books import Books
from lotcost.reports.catalog import groups
from lotcost.reports.margins import GROUPS, booked_elsewhere, unattributed
from lotcost.reports.report import Column, Report, Row

_NOT_SHOWN = frozenset({"markup"})
_AFTER = "after_write_offs"
_MOST = 10  # that are shown as the best and as the worst; a table of fewer than twice that will do


class End(NamedTuple):
    """The best or the worst groups in one currency, after write-offs.

    Attributes:
      longest: What the longest bar is of.
    """

    title: str
    currency: str
    rows: tuple[Row, ...]
    longest: Decimal

    def share(self, row: Row) -> str:
        """Return how long a bar is, in percent of the longest."""
        return f"{100 * abs(row[_AFTER]) / self.longest:.1f}" if self.longest else "0"


class MarginsView(NamedTuple):
    """What the page shows.

    Attributes:
      whole: All groups, of which the headline is; the table has those searched for.
      unattributed: The income that is no lot's, by currency; it is of the whole ledger.
      unattributed_in: The entries it stands in, and their days.
      elsewhere: What the ledger's income of the period is more by, as an invoice may be of
        another day than its sale.
      groups: What lots can always be grouped by; `card_keys` are this ledger's own.
    """

    table: Table
    whole: Report
    by: str
    groups: tuple[str, ...]
    card_keys: tuple[str, ...]
    unattributed: Mapping[str, Decimal]
    unattributed_in: Mapping[int, datetime.date]
    elsewhere: Mapping[str, Decimal]
    charts: list[Chart]
    ends: tuple[End, ...]

    @property
    def template(self) -> str:
        """What shows it."""
        return "lotcost_margins.html"

    @property
    def worst_first(self) -> str:
        """The order that this page is opened for."""
        return _AFTER

    @property
    def best_first(self) -> str:
        """The other way round."""
        return f"-{self.worst_first}"


class LotCostMargins(LotPage, FavaExtensionBase):
    """What lots earned."""

    title = N_("Lot margins")
    own_params = ("by", "q", "sort", "page")

    def view(self, snapshot: Snapshot, asked: Asked, params: Params) -> MarginsView:
        """Return the margins of each group."""
        books = snapshot.books(asked)
        known = snapshot.keep(_groups, asked)
        by = params.one_of("by", known, "lot")
        report = snapshot.report("margins", asked, by)
        # Units of several goods add up to nothing; what they are units of is then not said.
        shown = [
            column
            for column in report.columns
            if column.name not in _NOT_SHOWN and (column.kind != "units" or column.unit)
        ]
        search = params.text("q").strip().casefold()
        fitting = report
        if search:
            fitting = report.only(row for row in report.rows if _fits(row, by, search))
        months = snapshot.report("margins", asked, "month")
        lots = snapshot.report("margins", asked, "lot")
        return MarginsView(
            table=table(fitting, shown, params, self.loaded.settings.rows),
            whole=report,
            by=by,
            groups=GROUPS,
            card_keys=tuple(name for name in known if name not in GROUPS),
            unattributed=unattributed(books, asked.since),
            unattributed_in=_unattributed_in(books, asked.since),
            elsewhere=booked_elsewhere(books, asked.since),
            charts=[] if self.incognito or not months.rows else _charts(books, months, lots),
            ends=() if self.incognito else tuple(_ends(report)),
        )

    def exported(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report:
        """Return the groups shown."""
        return self.view(snapshot, asked, params).table.report

    def link(self, column: Column, row: Row) -> str | None:
        """Lead to a lot, to the lots of these goods, this supplier or customer, to the month."""
        value = row.get(column.name)
        if value is None:
            return None
        if column.name == "lot":
            return self.page_url("LotCostLots", commodity=row["commodity"], lot=value)
        if column.name in {"commodity", "supplier"}:
            return self.page_url("LotCostLots", status="all", **{column.name: str(value)})
        if column.name == "customer":
            return self.page_url("LotCostTrace", q=value)
        if column.name == "month":
            return self.url(time=value, by="lot")
        if column.kind == "text" and column.name != "currency":
            about = {"key": column.name, "value": str(value)}
            return self.page_url("LotCostLots", status="all", **about)
        return None

    def named(self, row: Row, by: str) -> str:
        """Return what a group is called."""
        return f"{row['commodity']} {row['lot']}" if by == "lot" else str(row[by] or "")

    def led_to(self, row: Row, by: str) -> str | None:
        """Return where a group leads."""
        return self.link(Column(by, "text"), row)

    def entry_url(self, place: int) -> str:
        """Return what opens an entry of the ledger."""
        return links.entry(self.loaded.snapshot.entries[place])


def _groups(snapshot: Snapshot, asked: Asked) -> Sequence[str]:
    return groups("margins", snapshot.books(asked))


def _unattributed_in(books: Books, since: datetime.date | None) -> dict[int, datetime.date]:
    """Return the entries whose income is no lot's, with their days."""
    return {
        each.entry: each.date
        for each in books.revenue.unattributed
        if since is None or each.date >= since
    }


def _fits(row: Row, by: str, search: str) -> bool:
    words = (row["lot"], row["commodity"]) if by == "lot" else (row[by],)
    return any(search in str(word or "").casefold() for word in words)


def _ends(whole: Report) -> Iterator[End]:
    for total in whole.totals:
        currency = total["currency"]
        rows = [row for row in whole.rows if row["currency"] == currency]
        if len(rows) < 2 * _MOST:
            continue
        ranked = sorted(rows, key=lambda row: row[_AFTER])
        worst, best = ranked[:_MOST], ranked[: -_MOST - 1 : -1]
        longest = max(abs(row[_AFTER]) for row in (*worst, *best))
        yield End(gettext("Best ten after write-offs"), currency, tuple(best), longest)
        yield End(gettext("Worst ten after write-offs"), currency, tuple(worst), longest)


def _charts(books: Books, months: Report, lots: Report) -> list[Chart]:
    drawn = (
        bars(gettext("Gross margin"), by_month(months, "gross_margin")),
        bars(gettext("Revenue"), by_month(months, "revenue")),
        parts(gettext("Revenue by commodity"), by_commodity(lots, "revenue"), books),
        bars(gettext("Write-offs"), by_month(months, "write_offs")),
    )
    return [chart for chart in drawn if not chart.is_flat]
