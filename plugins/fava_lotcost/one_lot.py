"""The page of one lot: its card, its units, its cost, its margin and every movement."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import NamedTuple

from beancount.core.amount import Amount

from fava_lotcost.family import Family, family
from fava_lotcost.params import Params
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Table, table
from fava_lotcost.translating import N_
from fava_lotcost.waterfall import Step, waterfall
from lotcost.ledger.cards import Fact
from lotcost.model import Kind, Lot
from lotcost.reports.lot import OneLot
from lotcost.reports.report import Row
from lotcost.reports.trace import Cycle

_SHOWN = (
    *("date", "kind", "party", "document", "account", "units", "balance", "unit_cost", "cost"),
    *("currency", "revenue", "gross_margin", "source"),
)


class Said(NamedTuple):
    """A fact of a lot's card as text.

    Attributes:
      figure: Whether it is a number, which incognito masks.
      source: The line that says it, `file:line`.
    """

    key: str
    value: str
    figure: bool
    since: datetime.date
    source: str


class LotView(NamedTuple):
    """What the page shows.

    Attributes:
      one: The lot; None where nothing moves it under Fava's boxes.
      known: Whether the ledger has the lot at all.
      others: Lots of other goods with that number, where the lot itself is not found.
    """

    lot: Lot
    snapshot: Snapshot
    one: OneLot | None = None
    known: bool = False
    others: tuple[Lot, ...] = ()
    table: Table | None = None
    family: Family | Cycle | None = None

    @property
    def template(self) -> str:
        """What shows it."""
        return "lotcost_one_lot.html"

    @property
    def days_left(self) -> int | None:
        """How long what is on hand may still be sold, its last day in; None where nothing says."""
        left: int | None = self._figures["days_left"] if self.one else None
        return left

    @property
    def card(self) -> tuple[Said, ...]:
        """What is known of the lot."""
        return tuple(map(self._said, self.one.card)) if self.one else ()

    @property
    def history(self) -> tuple[Said, ...]:
        """What was ever said of the lot, oldest first."""
        return tuple(map(self._said, self.one.history)) if self.one else ()

    def then(self, key: str) -> tuple[Said, ...]:
        """Return what was ever said of one thing, oldest first."""
        return tuple(said for said in self.history if said.key == key)

    @property
    def cost_steps(self) -> tuple[Step, ...]:
        """What the lot cost, and where that went."""
        row = self._figures
        kinds = {line["kind"] for line in self.one.movements.rows} if self.one else set()
        return waterfall(
            (
                (
                    N_("purchase") if Kind.RECEIPT in kinds else N_("production"),
                    row["cost_received"],
                ),
                (N_("landed"), row["cost_landed"]),
                (N_("written down"), -row["cost_written_down"]),
                (N_("adjusted"), row["cost_adjusted"]),
                (N_("moved"), row["cost_transferred"]),
                (N_("cost in all"), None),
                (N_("cost of sales"), -row["cost_of_sales"]),
                (N_("used"), -row["cost_consumed"]),
                (N_("written off"), -row["cost_written_off"]),
                (N_("on hand"), None),
            )
        )

    @property
    def margin_steps(self) -> tuple[Step, ...]:
        """What the lot earned."""
        row = self._figures
        return waterfall(
            (
                (N_("revenue"), row["revenue"]),
                (N_("cost of sales"), -row["cost_of_sales"]),
                (N_("gross margin"), None),
                (N_("write-offs"), -row["cost_written_off"]),
                (N_("after write-offs"), None),
            )
        )

    @property
    def _figures(self) -> Row:
        return self.one.figures if self.one else {}

    def entry(self, row: Row) -> object:
        """Return the entry that a movement stands in."""
        return self.snapshot.entries[row["entry"]]

    def _said(self, fact: Fact) -> Said:
        value = fact.value
        figure = isinstance(value, Decimal | Amount)
        text = f"{value:f}" if isinstance(value, Decimal) else str(value)
        place = self.snapshot.books(Asked()).place(fact.source)
        return Said(fact.key, text, figure, fact.date, place)


def lot_view(snapshot: Snapshot, asked: Asked, params: Params, rows: int) -> LotView:
    """Find the lot that a URL names; its goods may be left out where one lot has that number."""
    number, goods = params.text("lot"), params.text("commodity")
    lots = snapshot.numbered(number)
    if not goods and len(lots) == 1:
        goods = next(iter(lots)).commodity
    lot = Lot(goods, number)
    one = snapshot.lot(lot, asked) if lot in lots else None
    if one is None:
        return LotView(lot, snapshot, known=lot in lots, others=tuple(sorted(lots - {lot})))
    columns = {column.name: column for column in one.movements.columns}
    history = table(one.movements, [columns[name] for name in _SHOWN], params, rows)
    kin = family(snapshot.trace([lot], asked.at), params)
    return LotView(lot, snapshot, one, known=True, table=history, family=kin)
