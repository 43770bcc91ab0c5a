"""The page Lot expiry: what has expired and will, what to write off, and what was."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from fava.ext import FavaExtensionBase
from fava.helpers import FavaAPIError

from fava_lotcost import compat, links
from fava_lotcost.charts import Amounts, Chart, bars, by_month
from fava_lotcost.export import Download, refusal, text
from fava_lotcost.findings import expired_on_hand
from fava_lotcost.page import IN_INCOGNITO, LotPage
from fava_lotcost.params import Params
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Part, Table, part, table
from fava_lotcost.translating import N_, gettext
from lotcost.ledger.proposals import Proposal, ledger_text, lots_of, worth
from lotcost.reports import expiry
from lotcost.reports.catalog import CATALOG
from lotcost.reports.report import Column, Report, Row
from lotcost.reports.write_offs import grouped

_LOG = logging.getLogger(__name__)
_EACH = "each"  # write-offs one by one
_SHOWN = (
    *("commodity", "lot", "account", "expires", "days_left", "units_on_hand", "cost_on_hand"),
    *("retail_value", "currency", "sells_per_week", "sold_out_by", "action"),
)
_WRITTEN_OFF = (
    *("date", "kind", "commodity", "lot", "account", "reason", "normality", "units", "cost"),
    *("currency", "document", "approved_by", "disposal", "evidence"),
)


class Dated(NamedTuple):
    """The lots on hand as Fava's boxes ask for them, whatever else the address says.

    Attributes:
      whole: The expiry report; `dated` are its lots that have a last day.
      near: Its lots whose last day is near.
      buckets: Its lots by how many days they have left.
      expiring: What they cost, by the month of their last day.
    """

    whole: Part
    dated: Report
    near: Part
    buckets: Mapping[str, Part]
    expiring: Sequence[tuple[datetime.date, Amounts]]


class Bucket(NamedTuple):
    """The lots that have so many days left.

    Attributes:
      name: The report's word for them; `label` is for people.
    """

    name: str
    label: str
    part: Part

    @property
    def is_priced(self) -> bool:
        """Whether what any of them sells for is known."""
        return any(row["retail_value"] is not None for row in self.part.report.rows)


class ExpiryView(NamedTuple):
    """What the page shows.

    Attributes:
      days: What counts as near, in days at most.
      narrowed: The bucket asked for, or `dated`, `near` or `all`.
      written: What was written off in the days of Fava's time box, else in the books' year so far.
      by: What that is grouped by.
      by_itself: Whether the ledger writes off what expires without being asked.
    """

    table: Table
    dated: Dated
    days: int
    buckets: tuple[Bucket, ...]
    narrowed: str
    proposals: tuple[Proposal, ...]
    written: Table
    by: str
    groups: tuple[str, ...]
    by_itself: bool
    charts: list[Chart]

    @property
    def whole(self) -> Report:
        """The expiry report as Fava's boxes ask for it."""
        return self.dated.whole.report

    @property
    def template(self) -> str:
        """What shows it."""
        return "lotcost_expiry.html"

    @property
    def is_dated(self) -> bool:
        """Whether any lot on hand has a last day."""
        return any(row["expires"] is not None for row in self.whole.rows)

    @property
    def entries(self) -> str:
        """The proposed entries as a ledger has them."""
        return ledger_text(self.proposals)

    @property
    def proposed_lots(self) -> int:
        """How many lots are proposed to be written off."""
        return len(lots_of(self.proposals))

    @property
    def proposed_cost(self) -> dict[str, Decimal]:
        """What they cost, by currency."""
        return worth(self.proposals)

    def share(self, total: Row, name: str) -> str:
        """Return how long a bar is, in percent of the longest one in its currency."""
        currency = total["currency"]
        longest = max(
            other[figure]
            for bucket in self.buckets
            for other in bucket.part.totals
            for figure in ("cost_on_hand", "retail_value")
            if other["currency"] == currency
        )
        return f"{100 * total[name] / longest:.1f}" if longest else "0"


class LotCostExpiry(LotPage, FavaExtensionBase):
    """What expires, what is proposed to be written off, and what was."""

    title = N_("Lot expiry")
    own_params = (
        *("bucket", "q", "commodity", "written", "sort", "page"),
        *("written-sort", "written-page"),
    )
    has_js_module = True

    @compat.live
    def report_title(self) -> str:
        """The page's title, which in Fava's sidebar counts the expired lots on hand."""
        title = gettext(self.title)
        try:
            expired = lots_of(self.loaded.snapshot.proposals(Asked()))
        except Exception:  # the sidebar is on every page; the page itself says what is wrong
            _LOG.debug("The expired lots cannot be counted", exc_info=True)
            return title
        return f"{title} ({len(expired)})" if expired else title

    def after_load_file(self) -> None:
        """Put expired lots on the Errors page, where the settings ask for it."""
        super().after_load_file()
        if not self.loaded.settings.expired_as_errors:
            return
        snapshot = self.loaded.snapshot
        try:
            books, proposals = snapshot.books(Asked()), snapshot.proposals(Asked())
            findings = list(expired_on_hand(books, proposals))
        except Exception:
            _LOG.exception("The expired lots cannot be found")
            return
        for finding in findings:
            self._tell(finding.message, finding.entry, finding.source)

    def view(self, snapshot: Snapshot, asked: Asked, params: Params) -> ExpiryView:
        """Return the lots on hand by their last day, and what was written off."""
        settings = self.loaded.settings
        dated = snapshot.keep(_dated, asked, settings.days)
        whole = dated.whole.report
        narrowings = {
            "dated": dated.dated,
            "near": dated.near.report,
            **{name: lots.report for name, lots in dated.buckets.items()},
            "all": whole,
        }
        narrowed = params.one_of("bucket", narrowings, "dated")
        columns = {column.name: column for column in whole.columns}
        fitting = self.fitting(narrowings[narrowed], params, ("commodity",))
        groups = (*CATALOG["write-offs"].groups, _EACH)
        by = params.one_of("written", groups, "reason")
        return ExpiryView(
            table=table(fitting, [columns[name] for name in _SHOWN], params, settings.rows),
            dated=dated,
            days=settings.days,
            buckets=tuple(_labelled(dated.buckets)),
            narrowed=narrowed,
            proposals=snapshot.proposals(asked),
            written=_written_table(self._written(snapshot, asked, by), params, settings.rows),
            by=by,
            groups=groups,
            by_itself=snapshot.books(asked).config.writes_off_expired,
            charts=[]
            if self.incognito
            else _charts(dated.expiring, self._written(snapshot, asked, "month")),
        )

    def exported(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report:
        """Return the lots shown."""
        return self.view(snapshot, asked, params).table.report

    @compat.endpoint("write-offs.xlsx")
    def written_xlsx(self) -> Download:
        """Download what was written off as a workbook."""
        return self._export("xlsx", self._written_shown)

    @compat.endpoint("write-offs.csv")
    def written_csv(self) -> Download:
        """Download what was written off as CSV."""
        return self._export("csv", self._written_shown)

    @compat.endpoint("proposed.beancount")
    def proposed(self) -> Download:
        """Download the proposed entries; nothing is written to the ledger."""
        if self.incognito:
            return refusal(gettext(IN_INCOGNITO), 403)
        try:
            proposals = self.loaded.snapshot.proposals(self.asked())
        except FavaAPIError as error:
            return refusal(str(error), 400)
        if not proposals:
            return refusal(gettext("Nothing is to be written off."), 404)
        return text(ledger_text(proposals), f"write-offs-{proposals[0].date}.beancount")

    def link(self, column: Column, row: Row) -> str | None:
        """Lead to the lot, and narrow the table by goods and account."""
        value = row.get(column.name)
        if column.name == "lot":
            return self.page_url("LotCostLots", commodity=row["commodity"], lot=value)
        if column.name in {"commodity", "account"}:
            return self.url(**{column.name: value})
        return None

    def written_link(self, column: Column, row: Row) -> str | None:
        """Lead to the entry of a write-off, to its lot, and from a group to what is in it."""
        value = row.get(column.name)
        if value is None:
            return None
        if column.name == "date":
            return links.entry(self.loaded.snapshot.entries[row["entry"]])
        if column.name == "lot":
            return self.page_url("LotCostLots", commodity=row["commodity"], lot=value)
        if column.name == "account":
            return links.account(value)
        if column.name == "month":
            return self.url(time=value, written=_EACH)
        if column.name in {"commodity", "supplier"}:
            return self.page_url("LotCostLots", status="all", **{column.name: str(value)})
        return None

    def _written_shown(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report:
        return self.view(snapshot, asked, params).written.report

    def _written(self, snapshot: Snapshot, asked: Asked, by: str) -> Report:
        since = asked.since
        if since is None:
            year_end = self.ledger.fava_options.fiscal_year_end
            since = compat.first_day_of_year(snapshot.books(asked).at, year_end)
        whole = snapshot.report("write-offs", asked._replace(since=since), None)
        return whole if by == _EACH else grouped(whole, by)


def _dated(snapshot: Snapshot, asked: Asked, days: int) -> Dated:
    whole = snapshot.report("expiry", asked, None)
    near = whole.at + datetime.timedelta(days=days)
    by_bucket: dict[str, list[Row]] = {name: [] for name in expiry.buckets()}
    for row in whole.rows:
        by_bucket[row["bucket"]].append(row)
    # They stand by their last day, those without one at the end.
    soon = list(takewhile(lambda row: row["expires"] and row["expires"] <= near, whole.rows))
    return Dated(
        whole=part(whole, whole.rows),
        dated=whole.only(takewhile(lambda row: row["expires"], whole.rows)),
        near=part(whole, (row for row in soon if row["status"] == "open")),
        buckets={name: part(whole, rows) for name, rows in by_bucket.items()},
        expiring=expiry.by_month(whole),
    )


def _labelled(buckets: Mapping[str, Part]) -> Iterator[Bucket]:
    first = 0
    labels = {
        "expired": gettext("expired"),
        "later": gettext("later"),
        "none": gettext("no last day"),
    }
    for bound in expiry.BOUNDS:
        label = gettext("%(first)s to %(last)s days", first=first, last=bound)
        labels[expiry.bucket(bound, expiry.BOUNDS)] = label
        first = bound + 1
    for name, lots in buckets.items():
        yield Bucket(name, labels[name], lots)


def _written_table(report: Report, params: Params, size: int) -> Table:
    """Show groups with all columns, and write-offs one by one with what there is room for."""
    known = {column.name: column for column in report.columns}
    names: Iterable[str] = _WRITTEN_OFF if "date" in known else known
    columns = [known[name] for name in names if name in known]
    return table(report, columns, params, size, "written-")


def _charts(expiring: Sequence[tuple[datetime.date, Amounts]], written: Report) -> list[Chart]:
    drawn = (
        bars(gettext("Expiry"), expiring),
        bars(gettext("Written off"), by_month(written, "cost")),
    )
    return [chart for chart in drawn if not chart.is_flat]
