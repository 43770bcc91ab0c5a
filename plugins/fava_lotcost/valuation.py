"""The page Lot valuation: what the stock is worth, how it came to be, and under other methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from fava.ext import FavaExtensionBase

from fava_lotcost import compat, links
from fava_lotcost.charts import Chart, parts, stock_value
from fava_lotcost.export import Download
from fava_lotcost.page import Exported, LotPage
from fava_lotcost.params import Params
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Table, table
from fava_lotcost.translating import N_, gettext
from lotcost.reports.catalog import CATALOG
from lotcost.reports.report import Column, Report, Row

_VALUED = ("commodity", "units_on_hand", "cost_on_hand", "ledger_balance", "difference", "currency")
_QUICK = 5_000  # so many lines are costed anew under each method while a page is waited for
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
      methods: None where costing all movements anew takes long, and nobody has asked for it.
    """

    table: Table
    whole: Report
    lines: tuple[Valued, ...]
    roll: Table
    roll_by: str
    shown: str
    methods: Table | None
    methods_by: str
    charts: list[Chart]

    @property
    def template(self) -> str:
        """What shows it."""
        return "lotcost_valuation.html"

    @property
    def books_sentence(self) -> str:
        """The sentence that says which method the books use."""
        return self.methods.report.notes[0] if self.methods else ""


class LotCostValuation(LotPage, FavaExtensionBase):
    """What the stock is worth."""

    title = N_("Lot valuation")
    own_params = (
        *("q", "commodity", "sort", "page"),
        *("roll", "show", "roll-sort", "roll-page"),
        *("methods", "methods-sort", "methods-page"),
    )

    def view(self, snapshot: Snapshot, asked: Asked, params: Params) -> ValuationView:
        """Return the stock by account and goods, its roll-forward, and the methods."""
        whole = snapshot.report("valuation", asked, None)
        valued = self._valued(snapshot, asked, params)
        is_quick = len(snapshot.books(asked).lines) <= _QUICK
        return ValuationView(
            table=valued,
            whole=whole,
            lines=tuple(_lines(valued)),
            roll=self._rolled(snapshot, asked, params),
            roll_by=params.text("roll") or "commodity",
            shown=params.text("show") or "cost",
            methods=self._compared(snapshot, asked, params)
            if is_quick or params.text("methods")
            else None,
            methods_by=params.text("methods") or "method",
            charts=[] if self.incognito else _charts(snapshot, asked, whole),
        )

    def exported(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report:
        """Return the accounts and goods shown."""
        return self._valued(snapshot, asked, params).report

    @compat.endpoint("roll-forward.xlsx")
    def roll_xlsx(self) -> Download:
        """Download the roll-forward as a workbook."""
        return self._export("xlsx", _of(self._rolled))

    @compat.endpoint("roll-forward.csv")
    def roll_csv(self) -> Download:
        """Download the roll-forward as CSV."""
        return self._export("csv", _of(self._rolled))

    @compat.endpoint("methods.xlsx")
    def methods_xlsx(self) -> Download:
        """Download the methods side by side as a workbook."""
        return self._export("xlsx", _of(self._compared))

    @compat.endpoint("methods.csv")
    def methods_csv(self) -> Download:
        """Download the methods side by side as CSV."""
        return self._export("csv", _of(self._compared))

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
        return self.fitting(report, params, ("commodity",))

    def _valued(self, snapshot: Snapshot, asked: Asked, params: Params) -> Table:
        whole = snapshot.report("valuation", asked, None)
        columns = {column.name: column for column in whole.columns}
        return table(
            self._fitting(whole, params),
            [columns[name] for name in _VALUED],
            params,
            self.loaded.settings.rows,
            within="account",
        )

    def _rolled(self, snapshot: Snapshot, asked: Asked, params: Params) -> Table:
        by = params.one_of("roll", CATALOG["roll-forward"].groups, "commodity")
        shown = params.one_of("show", _SHOWN, "cost")
        roll = self._fitting(snapshot.report("roll-forward", asked, by), params)
        columns = tuple(_moves(roll, shown))
        return table(roll, columns, params, self.loaded.settings.rows, "roll-")

    def _compared(self, snapshot: Snapshot, asked: Asked, params: Params) -> Table:
        by = params.one_of("methods", CATALOG["methods"].groups, "method")
        methods = snapshot.report("methods", asked, by)
        if by == "commodity":
            methods = self._fitting(methods, params)
        rows = self.loaded.settings.rows
        return table(methods, methods.columns, params, rows, "methods-")


def _of(shown: Callable[[Snapshot, Asked, Params], Table]) -> Exported:
    """Return what gives a table's rows to take away."""
    return lambda snapshot, asked, params: shown(snapshot, asked, params).report


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
    by_account: dict[str, dict[str, Decimal]] = {}
    for row in whole.rows:
        amounts = by_account.setdefault(row["account"], {})
        amounts[row["currency"]] = amounts.get(row["currency"], Decimal(0)) + row["cost_on_hand"]
    return [
        stock_value(snapshot, asked),
        parts(gettext("By account"), by_account, snapshot.books(asked)),
    ]
