"""The page Lot valuation: what the stock is worth, how it came to be, and under other methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from fava.ext import FavaExtensionBase

from fava_lotcost import compat, links
from fava_lotcost.charts import Chart, line, parts
from fava_lotcost.export import Download
from fava_lotcost.page import LotPage
from fava_lotcost.params import Params
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Table, table
from lotcost.reports.catalog import CATALOG
from lotcost.reports.report import Column, Report, Row
from lotcost.reports.series import stock_value

_VALUED = ("commodity", "units_on_hand", "cost_on_hand", "ledger_balance", "difference", "currency")
_SHOWN = ("cost", "units")
_ALWAYS = frozenset({"opening", "closing"})


class Valued(NamedTuple):
    """A row of the table: the goods in an account, or above them all that the account holds.

    Attributes:
      account: Of an account's own row, which is one a currency; else nothing.
      is_first: Whether it begins an account.
      goes_on: Whether the page before this one had some of the account too.
    """

    row: Row
    account: str = ""
    is_first: bool = False
    goes_on: bool = False


class ValuationView(NamedTuple):
    """What the page shows.

    Attributes:
      whole: The valuation as Fava's boxes ask for it; its headline is of it.
      lines: The table's rows, and above those of each account its own.
      shown: Whether the roll-forward has `cost` or `units`.
    """

    table: Table
    whole: Report
    lines: tuple[Valued, ...]
    roll: Table
    roll_by: str
    shown: str
    methods: Table
    methods_by: str
    charts: list[Chart]

    @property
    def template(self) -> str:
        """What shows it."""
        return "lotcost_valuation.html"

    @property
    def books_sentence(self) -> str:
        """The sentence that says which method the books use."""
        return self.methods.report.notes[0]


class LotCostValuation(LotPage, FavaExtensionBase):
    """What the stock is worth."""

    report_title = "Lot valuation"
    own_params = (
        *("q", "commodity", "sort", "page"),
        *("roll", "show", "roll-sort", "roll-page"),
        *("methods", "methods-sort", "methods-page"),
    )

    def view(self, snapshot: Snapshot, asked: Asked, params: Params) -> ValuationView:
        """Return the stock by account and goods, its roll-forward, and the methods."""
        rows = self.loaded.settings.rows
        whole = snapshot.report("valuation", asked, None)
        fitting = self._fitting(whole, params)
        valued = table(fitting, _named(whole, _VALUED), params, rows, within="account")
        roll_by = params.one_of("roll", CATALOG["roll-forward"].groups, "commodity")
        shown = params.one_of("show", _SHOWN, "cost")
        roll = self._fitting(snapshot.report("roll-forward", asked, roll_by), params)
        methods_by = params.one_of("methods", CATALOG["methods"].groups, "method")
        methods = snapshot.report("methods", asked, methods_by)
        if methods_by == "commodity":
            methods = self._fitting(methods, params)
        return ValuationView(
            table=valued,
            whole=whole,
            lines=tuple(_lines(valued)),
            roll=table(roll, tuple(_moves(roll, shown)), params, rows, "roll-"),
            roll_by=roll_by,
            shown=shown,
            methods=table(methods, methods.columns, params, rows, "methods-"),
            methods_by=methods_by,
            charts=[] if self.incognito else _charts(snapshot, asked, whole),
        )

    def exported(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report:
        """Return the accounts and goods shown."""
        return self.view(snapshot, asked, params).table.report

    @compat.endpoint("roll-forward.xlsx")
    def roll_xlsx(self) -> Download:
        """Download the roll-forward as a workbook."""
        return self._export("xlsx", self._rolled)

    @compat.endpoint("roll-forward.csv")
    def roll_csv(self) -> Download:
        """Download the roll-forward as CSV."""
        return self._export("csv", self._rolled)

    @compat.endpoint("methods.xlsx")
    def methods_xlsx(self) -> Download:
        """Download the methods side by side as a workbook."""
        return self._export("xlsx", self._compared)

    @compat.endpoint("methods.csv")
    def methods_csv(self) -> Download:
        """Download the methods side by side as CSV."""
        return self._export("csv", self._compared)

    def link(self, column: Column, row: Row) -> str | None:
        """Lead to the lots of these goods, in this account where it is one's row."""
        if column.name == "account":
            return self.url(account=row["account"])
        if column.name == "commodity":
            account = {"by": "account", "account": row["account"]} if row.get("account") else {}
            return self.page_url("LotCostLots", commodity=row["commodity"], **account)
        return None

    account = staticmethod(links.account)

    def _fitting(self, report: Report, params: Params) -> Report:
        return report.only(row for row in report.rows if self.is_found(row, params, ("commodity",)))

    def _rolled(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report:
        return self.view(snapshot, asked, params).roll.report

    def _compared(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report:
        return self.view(snapshot, asked, params).methods.report


def _named(report: Report, names: Sequence[str]) -> list[Column]:
    columns = {column.name: column for column in report.columns}
    return [columns[name] for name in names]


def _lines(valued: Table) -> Iterator[Valued]:
    """Gather the rows of this page by account; an account's totals are of all pages."""
    before = valued.report.rows[: valued.first][-1:]
    for account in dict.fromkeys(row["account"] for row in valued.rows):
        whole = valued.report.only(row for row in valued.report.rows if row["account"] == account)
        goes_on = any(row["account"] == account for row in before)
        for place, total in enumerate(whole.totals):
            yield Valued(total, account, place == 0, goes_on)
        yield from (Valued(row) for row in valued.rows if row["account"] == account)


def _moves(roll: Report, shown: str) -> Iterator[Column]:
    """Pick the columns of cost or of units; what moved nothing has none."""
    for column in roll.columns:
        what, _, word = column.name.partition("_")
        moved = word in _ALWAYS or any(row.get(column.name) for row in roll.rows)
        if what not in _SHOWN or (what == shown and moved):
            yield column


def _charts(snapshot: Snapshot, asked: Asked, whole: Report) -> list[Chart]:
    books = snapshot.books(asked)
    by_account: dict[str, dict[str, Decimal]] = {}
    for row in whole.rows:
        amounts = by_account.setdefault(row["account"], {})
        amounts[row["currency"]] = amounts.get(row["currency"], Decimal(0)) + row["cost_on_hand"]
    return [
        line("Stock value", stock_value(books, asked.since)),
        parts("By account", by_account, books),
    ]
