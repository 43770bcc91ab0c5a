"""The page Lots: what is on hand, what it cost, what became of it; and a page for each lot."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fava.ext import FavaExtensionBase
from fava.helpers import FavaAPIError

from fava_lotcost import compat, links
from fava_lotcost.charts import Amounts, Chart, bars, stock_by_commodity, stock_value
from fava_lotcost.export import Download, refusal, whole_workbook
from fava_lotcost.one_lot import LotView, lot_view
from fava_lotcost.page import IN_INCOGNITO, LotPage
from fava_lotcost.params import Params
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Part, Table, part, table
from fava_lotcost.translating import N_, gettext
from lotcost.core.expiry import is_expired
from lotcost.ledger.books import Books
from lotcost.model import Lot
from lotcost.reports import expiry
from lotcost.reports.catalog import Question
from lotcost.reports.report import Column, Report, Row

STATUSES = ("on-hand", "open", "expired", "quarantine", "recalled", "depleted", "all")
_BOXES = ("account", "filter", "time")
_DAYS_LEFT = Column("days_left", "count")
_SHOWN = (
    *("account", "commodity", "lot", "received", "expires", "days_left", "supplier"),
    *("units_received", "units_sold", "units_written_off", "units_on_hand"),
    *("unit_cost", "cost_on_hand", "currency", "gross_margin", "margin_rate"),
    # What few lots have comes last, where a narrow screen has no room for it.
    *("units_consumed", "units_adjusted", "units_transferred"),
)
_NARROWED_BY = ("commodity", "supplier")
# These have a column where any lot has what makes them.
_WHERE_ANY = {
    "expires": "expires",
    "days_left": "expires",
    "supplier": "supplier",
    "units_consumed": "units_consumed",
    "units_adjusted": "units_adjusted",
    "units_transferred": "units_transferred",
}
# The lots of one account do not add up without what came from others.
_MOVED = Column("units_transferred", "units", "commodity")


class Narrowed(NamedTuple):
    """A status one may narrow the table to, and how many lots have it, in whatever accounts."""

    status: str
    lots: int


class Stock(NamedTuple):
    """The lots as Fava's boxes ask for them, whatever else the address says.

    Attributes:
      whole: The lots report; the headline figures are of it.
      on_hand: Its lots with something left.
      expired: Those of them that are past their last day, held or not.
      near: Its open lots whose last day is near.
      expiring: What those with something left cost, by the month of their last day.
      columns: What there is room for.
    """

    whole: Report
    on_hand: Part
    expired: Part
    near: Part
    expiring: Sequence[tuple[datetime.date, Amounts]]
    columns: tuple[Column, ...]


class LotsView(NamedTuple):
    """What the page shows."""

    table: Table
    stock: Stock
    days: int
    statuses: tuple[Narrowed, ...]
    status: str
    by: str
    charts: list[Chart]

    @property
    def template(self) -> str:
        """What shows it."""
        return "lotcost_lots.html"


class LotCostLots(LotPage, FavaExtensionBase):
    """What we hold, lot by lot."""

    title = N_("Lots")
    own_params = (
        *("status", "by", "q", "commodity", "supplier", "key", "value"),
        *("lot", "open", "sort", "page"),
    )

    def view(self, snapshot: Snapshot, asked: Asked, params: Params) -> LotsView | LotView:
        """Return the table of lots, or one lot's page where the URL names it."""
        if params.text("lot"):
            return lot_view(snapshot, asked, params, self.loaded.settings.rows)
        by = params.one_of("by", ("lot", "account"), "lot")
        status = params.one_of("status", STATUSES, "on-hand")
        rows, days, _ = self.loaded.settings
        stock = snapshot.keep(_stock, asked, by, days)
        narrowed = self.fitting(stock.whole, params, _NARROWED_BY)
        key, value = params.text("key"), params.text("value")
        if key and value:
            narrowed = narrowed.only(_with_fact(snapshot.books(asked), narrowed, key, value))
        fitting = narrowed.only(row for row in narrowed.rows if _has(row, status))
        return LotsView(
            table=table(fitting, stock.columns, params, rows),
            stock=stock,
            days=days,
            statuses=tuple(_counts(narrowed)),
            status=status,
            by=by,
            charts=[] if self.incognito else _charts(snapshot, asked, stock),
        )

    def exported(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report | None:
        """Return the lots shown, or one lot's movements."""
        view = self.view(snapshot, asked, params)
        if isinstance(view, LotView):
            return None if view.one is None else view.one.movements
        return view.table.report

    @compat.endpoint("book.xlsx")
    def book_xlsx(self) -> Download:
        """Download the whole workbook of what Fava's boxes ask for, as `lotcost export` has it."""
        if self.incognito:
            return refusal(gettext(IN_INCOGNITO), 403)
        try:
            asked = self.asked()
            books = self.loaded.snapshot.books(asked)
        except FavaAPIError as error:
            return refusal(str(error), 400)
        question = Question(since=asked.since, at=asked.at)
        errors = len(self.ledger.load_errors)
        return whole_workbook(books, question, errors, self._about(*_BOXES))

    def link(self, column: Column, row: Row) -> str | None:
        """Lead to the lot, and narrow the table by goods, account and supplier."""
        value = row.get(column.name)
        if column.name == "lot":
            return self.page_url(self.name, commodity=row["commodity"], lot=value)
        if column.name == "account":
            return self.url(account=value)
        if column.name in {"commodity", "supplier"} and value is not None:
            return self.url(**{column.name: str(value)})
        return None

    journal = staticmethod(links.journal)
    document = staticmethod(links.document)
    editor = staticmethod(links.editor)
    account = staticmethod(links.account)


def _with_fact(books: Books, report: Report, key: str, value: str) -> Iterator[Row]:
    """Yield the lots of which something is known, as the margins group by it."""
    for row in report.rows:
        fact = books.fact(Lot(row["commodity"], row["lot"]), key)
        if fact is not None and str(fact) == value:
            yield row


def _stock(snapshot: Snapshot, asked: Asked, by: str, days: int) -> Stock:
    whole = snapshot.report("lots", asked, by)
    near = whole.at + datetime.timedelta(days=days)
    on_hand = [row for row in whole.rows if row["units_on_hand"]]
    late = (row for row in on_hand if is_expired(row["expires"], whole.at))
    soon = (row for row in on_hand if row["status"] == "open" and _is_near(row, near))
    return Stock(
        whole=whole,
        on_hand=part(whole, on_hand),
        expired=part(whole, late),
        near=part(whole, soon),
        expiring=expiry.by_month(whole),
        columns=tuple(_columns(whole)),
    )


def _columns(whole: Report) -> Iterator[Column]:
    """Pick what there is room for; what no lot has is left out."""
    known = {column.name: column for column in (*whole.columns, _DAYS_LEFT, _MOVED)}
    for name in _SHOWN:
        said = _WHERE_ANY.get(name)
        empty = said is not None and not any(row.get(said) for row in whole.rows)
        crowded = name == "supplier" and "account" in known
        if name in known and not empty and not crowded:
            yield known[name]


def _has(row: Row, status: str) -> bool:
    if status == "on-hand":
        return bool(row["units_on_hand"])
    return status in ("all", row["status"])


def _counts(report: Report) -> Iterator[Narrowed]:
    lots: dict[str, set[tuple[str, str]]] = {status: set() for status in STATUSES}
    for row in report.rows:
        lot = row["commodity"], row["lot"]
        lots[row["status"]].add(lot)
        lots["all"].add(lot)
        if row["units_on_hand"]:
            lots["on-hand"].add(lot)
    for status, found in lots.items():
        if found or status in {"on-hand", "all"}:
            yield Narrowed(status, len(found))


def _is_near(row: Row, near: datetime.date) -> bool:
    return row["expires"] is not None and row["expires"] <= near


def _charts(snapshot: Snapshot, asked: Asked, stock: Stock) -> list[Chart]:
    return [
        stock_value(snapshot, asked),
        stock_by_commodity(snapshot, asked),
        *([bars(gettext("Expiry"), stock.expiring)] if stock.expiring else []),
    ]
