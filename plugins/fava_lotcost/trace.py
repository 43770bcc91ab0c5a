"""The page Lot trace: find a lot by what is at hand, and every hand it passed through."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from fava.ext import FavaExtensionBase
from fava.helpers import FavaAPIError
from flask import request

from fava_lotcost import compat, links
from fava_lotcost.export import Download, recall_pack, refusal
from fava_lotcost.family import Family, family
from fava_lotcost.page import IN_INCOGNITO, LotPage
from fava_lotcost.params import Params
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Table, table
from fava_lotcost.translating import N_, gettext
from lotcost.model import ZERO, Lot
from lotcost.rendering import about
from lotcost.reports import recall
from lotcost.reports.catalog import Question
from lotcost.reports.report import Column, Report, Row, rate
from lotcost.reports.trace import Cycle, Index, Side, Trace, report, search

_MOST_TRACED = 200
_FOUND = (
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("found_by", "text"),
    Column("text", "text"),
)
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "hold": ("account", "commodity", "lot", "units", "cost", "currency", "expires", "owner"),
    "customers": (
        *("party", "commodity", "lot", "date", "kind", "units", "revenue", "currency"),
        *("document", "phone", "email", "source"),
    ),
    "suppliers": (
        *("party", "commodity", "lot", "date", "kind", "units", "cost", "currency"),
        *("document", "phone", "email", "source"),
    ),
    "balance": (
        *("commodity", "lot", "units_received", "units_made", "units_adjusted", "units_sold"),
        *("units_consumed", "units_written_off", "units_on_hand", "units_missing"),
        "accounted_rate",
    ),
}
_SHEETS: Mapping[str, Callable[[Index, Trace], Report]] = {
    "trace": report,
    "hold": lambda _, found: recall.hold_list(found),
    "customers": recall.customers,
    "suppliers": recall.suppliers,
    "balance": lambda _, found: recall.mass_balance(found),
}


class Accounted(NamedTuple):
    """What became of the traced lots of some goods, all together."""

    commodity: str
    came_in: Decimal
    accounted: Decimal

    @property
    def rate(self) -> Decimal | None:
        """The part of what came in that is accounted for."""
        return rate(self.accounted, self.came_in)

    @property
    def is_full(self) -> bool:
        """Whether no unit is missing."""
        return self.accounted == self.came_in


class TraceView(NamedTuple):
    """What the page shows: what was found, or a trace, or at first neither.

    Attributes:
      words: What is searched for, or the number of the lot asked for.
      found: The lots that fit, where they are several.
      near: Lots whose numbers are near, where none fits.
      later: The day that the lot asked for came, where that is after the time box.
      sheets: The tables of a trace by name; what has no row has no table.
    """

    words: str = ""
    found: Table | None = None
    can_trace_all: bool = False
    near: tuple[Lot, ...] = ()
    later: str = ""
    family: Family | Cycle | None = None
    sheets: Mapping[str, Table] = {}

    @property
    def template(self) -> str:
        """What shows it."""
        return "lotcost_trace.html"

    @property
    def trace(self) -> Trace | None:
        """The trace, where there is one."""
        return self.family.trace if isinstance(self.family, Family) else None

    @property
    def accounted(self) -> tuple[Accounted, ...]:
        """What became of the traced lots, a row the goods."""
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for each in self.trace.balances if self.trace else ():
            if each.side is Side.TRACED:
                came, accounted = sums.get(each.lot.commodity, (ZERO, ZERO))
                sums[each.lot.commodity] = came + each.came_in, accounted + each.accounted
        return tuple(Accounted(goods, *both) for goods, both in sorted(sums.items()))

    @property
    def to_hold(self) -> Mapping[str, Decimal]:
        """The affected units on hand, by commodity."""
        units: dict[str, Decimal] = {}
        for held in self.trace.on_hand if self.trace else ():
            units[held.lot.commodity] = units.get(held.lot.commodity, ZERO) + held.units
        return units


class LotCostTrace(LotPage, FavaExtensionBase):
    """Every hand a lot passed through."""

    title = N_("Lot trace")
    own_params = (
        *("q", "lot", "commodity", "all", "open", "sheet", "found-sort", "found-page"),
        *(f"{name}-{word}" for name in _SHOWN for word in ("sort", "page")),
    )

    def view(self, snapshot: Snapshot, asked: Asked, params: Params) -> TraceView:
        """Return the search, what it found, or the trace of what it found."""
        index = snapshot.index(asked.at)
        traced, view = self._traced(snapshot, asked, params)
        if traced is None:
            return view
        kin = family(traced, params)
        if isinstance(kin, Cycle):
            return view._replace(family=kin)
        rows = self.loaded.settings.rows
        sheets = {name: _SHEETS[name](index, kin.trace) for name in _SHOWN}
        return view._replace(
            family=kin,
            sheets={
                name: table(sheet, list(_columns(sheet, name)), params, rows, f"{name}-")
                for name, sheet in sheets.items()
                if sheet.rows
            },
        )

    def exported(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report | None:
        """Return the whole trace, or one of its tables as it is shown, or the lots found."""
        view = self.view(snapshot, asked, params)
        sheet = params.one_of("sheet", _SHEETS, "trace")
        if view.trace is None:
            return view.found.report if view.found else None
        if sheet in view.sheets:
            return view.sheets[sheet].report
        return _SHEETS[sheet](snapshot.index(asked.at), view.trace)

    @compat.endpoint("recall.xlsx")
    def pack_xlsx(self) -> Download:
        """Download the pack of a recall as a workbook, the same as `lotcost recall` writes."""
        return self._pack("xlsx")

    @compat.endpoint("recall.html")
    def pack_html(self) -> Download:
        """Return the summary of a recall as a page to print."""
        return self._pack("html")

    def _pack(self, kind: str) -> Download:
        if self.incognito:
            return refusal(gettext(IN_INCOGNITO), 403)
        snapshot = self.loaded.snapshot
        try:
            asked = self.asked()
        except FavaAPIError as error:
            return refusal(str(error), 400)
        traced, _ = self._traced(snapshot, asked, Params(request.args))
        if not isinstance(traced, Trace):
            sentence = gettext("A recall is of one lot; say which with lot and commodity.")
            return refusal(sentence, 404)
        lots = ", ".join(f"{lot.commodity} {lot.number}" for lot in traced.lots)
        said = about(self.ledger.options, self.ledger.beancount_file_path, Question(lot=lots))
        return recall_pack(snapshot.index(asked.at), traced, said, kind)

    def link(self, column: Column, row: Row) -> str | None:
        """Lead to the trace of a lot that was found, to the lot, its party, document or line."""
        value = row.get(column.name)
        if value is None:
            return None
        if column.name == "lot":
            if "found_by" in row:
                return self.page_url(self.name, lot=value, commodity=row["commodity"])
            return self.lot_url(Lot(row["commodity"], value))
        if column.name == "commodity":
            return self.page_url("LotCostLots", commodity=value, status="all")
        if column.name == "party":
            return self.page_url(self.name, q=value)
        if column.name == "document":
            return links.document(value)
        if column.name == "date" and "entry" in row:
            return links.entry(self.loaded.snapshot.entries[row["entry"]])
        if column.name == "account":
            return links.account(value)
        return links.editor(value) if column.name == "source" else None

    def _traced(
        self, snapshot: Snapshot, asked: Asked, params: Params
    ) -> tuple[Trace | Cycle | None, TraceView]:
        """Return the trace of what is asked for; without one what the page shows instead."""
        lots, view = self._lots(snapshot, snapshot.index(asked.at), params)
        return (snapshot.trace(lots, asked.at) if lots else None), view

    def _lots(
        self, snapshot: Snapshot, index: Index, params: Params
    ) -> tuple[list[Lot], TraceView]:
        """Return the lots to trace, or what the page shows instead."""
        number, goods = params.text("lot"), params.text("commodity")
        words = number or params.text("q").strip()
        if not words:
            return [], TraceView()
        if number:
            lots = [lot for lot in index.lines if number == lot.number]
            lots = sorted(lot for lot in lots if goods in ("", lot.commodity))
            rows = [_found(lot, "lot", lot.number) for lot in lots]
        else:
            rows = [_found(each.lot, each.by, each.text) for each in search(index, words)]
            lots = [Lot(row["commodity"], row["lot"]) for row in rows]
        together = len(lots) <= _MOST_TRACED
        if len(lots) == 1 or (lots and together and params.text("all")):
            return lots, TraceView(words)
        if not lots:
            return [], TraceView(
                words, near=tuple(_near(words, index.lines)), later=_later(snapshot, words, goods)
            )
        sheet = Report("found-lots", "Found lots", _FOUND, tuple(rows), index.books.at)
        found = table(sheet, sheet.columns, params, self.loaded.settings.rows, "found-")
        return [], TraceView(words, found, can_trace_all=together)


def _found(lot: Lot, by: str, text: str) -> Row:
    return {"commodity": lot.commodity, "lot": lot.number, "found_by": by, "text": text}


def _near(words: str, lots: Iterable[Lot]) -> Iterator[Lot]:
    """Yield the lots whose numbers are nearest to what no lot is called."""
    numbers: dict[str, list[Lot]] = {}
    for lot in lots:
        numbers.setdefault(lot.number.casefold(), []).append(lot)
    for number in difflib.get_close_matches(words.casefold(), numbers, n=5):
        yield from numbers[number]


def _later(snapshot: Snapshot, number: str, goods: str) -> str:
    """Return the day that a lot came, where that is after the day asked for."""
    lines = snapshot.index(None).lines
    days = [
        held[0][1].date
        for lot, held in lines.items()
        if lot.number == number and goods in ("", lot.commodity)
    ]
    return str(min(days)) if days else ""


def _columns(sheet: Report, name: str) -> Iterator[Column]:
    """Pick what there is room for; what no row says is left out."""
    known = {column.name: column for column in sheet.columns}
    for each in _SHOWN[name]:
        if each in known and any(row.get(each) for row in sheet.rows):
            yield known[each]
