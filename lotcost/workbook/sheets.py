"""The sheets of the whole workbook: each a report, with the numbers and checks it has there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from lotcost.ledger.books import Books
from lotcost.ledger.proposals import write_offs as proposals
from lotcost.model import ZERO, Lot
from lotcost.reports.report import Column, Report, Row, money, trimmed
from lotcost.reports.stock import averaging
from lotcost.reports.tie import ledger_units
from lotcost.workbook import live
from lotcost.workbook.joining import COMMODITY_NO, LOT_NO, PLACE_NO, Numbers
from lotcost.workbook.live import Moved
from lotcost.workbook.sheet import Sheet

LOTS, VALUATION, ROLL_FORWARD = "Lots", "Valuation", "Roll-forward"
AVERAGED = Column("cost averaged", "money", "currency", summed=True)
_MOVED = (
    Column("units_transferred", "units", "commodity"),
    Column("cost_transferred", "money", "currency", summed=True),
)
_CHECKS = (Column("units check", "text"), Column("cost check", "text"))
_PROPOSED = Column("proposed write-off", "money", "currency", summed=True)
_MOVEMENT_NO = Column("movement no", "count")
_LEDGER_UNITS = (
    Column("ledger units", "units", "commodity"),
    Column("units difference", "units", "commodity"),
)
_More = Callable[[int, Row], Mapping[str, Any]]


def lots(books: Books, report: Report, moved: Moved) -> Sheet:
    """Return what became of each lot, and whether it adds up."""
    columns = [LOT_NO, *report.columns, *_CHECKS]
    # Between the accounts asked for and others.
    for column in _MOVED:
        if any(row[column.name] for row in report.rows):
            after = column.name.replace("transferred", "adjusted")
            columns.insert(_place(columns, after) + 1, column)
    averaged: dict[Lot, Decimal] = defaultdict(Decimal)
    for (_, lot, _), amount in averaging(books).items():
        averaged[lot] += amount
    if any(averaged.values()):
        columns.insert(_place(columns, "cost_adjusted") + 1, AVERAGED)
    known = {column.name for column in columns}
    units, cost = (live.law(measure, known) for measure in ("units", "cost"))

    def more(at: int, row: Row) -> Mapping[str, Any]:
        cent = books.config.cent(row["currency"])
        return {
            "lot no": at,
            "cost averaged": money(averaged[Lot(row["commodity"], row["lot"])], cent),
            "units check": trimmed(_sum(row, units)) or "OK",
            "cost check": money(_sum(row, cost), cent) or "OK",
        }

    named = {"currency", "cost_on_hand", "revenue", "gross_margin", "units check", "cost check"}
    named |= {AVERAGED.name}
    return Sheet(
        LOTS,
        _with(report, columns, more),
        live.of_lots(moved, known),
        named=tuple(column.name for column in columns if column.name in named),
    )


def margins(
    name: str, report: Report, key: Column, number: Callable[[Row], int], moved: Moved
) -> Sheet:
    """Return margins of groups that have a number."""
    return Sheet(
        name,
        _with(report, [key, *report.columns], lambda _, row: {key.name: number(row)}),
        live.of_margins(moved, key.name),
        named=("currency", "revenue", "gross_margin"),
    )


def expiry(books: Books, report: Report, numbers: Numbers, moved: Moved) -> Sheet:
    """Return what expires when, beside what is proposed to be written off of it."""
    proposed = {
        (proposal.account, expired.lot): expired.cost.number
        for proposal in proposals(books)
        for expired in proposal.lots
    }
    averaged = averaging(books)

    def more(_: int, row: Row) -> Mapping[str, Any]:
        lot = Lot(row["commodity"], row["lot"])
        cent = books.config.cent(row["currency"])
        return {
            "lot no": numbers.lots[lot],
            "place no": numbers.places[row["account"], lot.commodity],
            "cost averaged": money(
                averaged.get((row["account"], lot, row["currency"]), ZERO), cent
            ),
            "proposed write-off": proposed.get((row["account"], lot)),
        }

    columns = [LOT_NO, PLACE_NO, *report.columns, _PROPOSED]
    if any(averaged.values()):
        columns.insert(_place(columns, "cost_on_hand"), AVERAGED)
    report = _with(report, columns, more)
    whole = (row["proposed write-off"] == row["cost_on_hand"] for row in report.rows)
    rows = frozenset(at for at, is_whole in enumerate(whole) if is_whole)
    known = {column.name for column in columns}
    return Sheet("Expiry", report, live.of_expiry(moved, known, rows))


def write_offs(books: Books, report: Report, moved: Moved) -> Sheet:
    """Return what was written off and down, with the movement each was."""
    numbers = {place: number for number, (place, _) in enumerate(books.picked, 1)}
    whole = (row["kind"] == "write-off" for row in report.rows)
    rows = frozenset(at for at, is_write_off in enumerate(whole) if is_write_off)
    columns = [_MOVEMENT_NO, *report.columns]
    return Sheet(
        report.title,
        _with(report, columns, lambda _, row: {"movement no": numbers[row["place"]]}),
        live.of_write_offs(moved, rows),
    )


def valuation(books: Books, report: Report, numbers: Numbers, moved: Moved) -> Sheet:
    """Return units and cost by account and goods, against what the ledger itself has."""
    units = ledger_units(books)

    def more(_: int, row: Row) -> Mapping[str, Any]:
        in_ledger = units.get((row["account"], row["commodity"], row["currency"]), ZERO)
        return {
            "place no": numbers.places[row["account"], row["commodity"]],
            "ledger units": trimmed(in_ledger),
            "units difference": trimmed(in_ledger - row["units_on_hand"]),
        }

    columns = [PLACE_NO, *report.columns]
    at = _place(columns, "units_on_hand") + 1
    columns[at:at] = _LEDGER_UNITS
    named = ("currency", "cost_on_hand", "units difference")
    return Sheet(VALUATION, _with(report, columns, more), live.of_valuation(moved), named=named)


def roll_forward(report: Report, numbers: Numbers, moved: Moved) -> Sheet:
    """Return what moved each commodity from opening to closing."""
    columns = [COMMODITY_NO, *report.columns]
    known = {column.name for column in columns}

    def more(_: int, row: Row) -> Mapping[str, Any]:
        return {"commodity no": numbers.commodities[row["commodity"]]}

    named = ("currency", "cost_closing")
    return Sheet(
        ROLL_FORWARD,
        _with(report, columns, more),
        live.of_roll_forward(moved, known),
        named=named,
    )


def _with(report: Report, columns: Iterable[Column], more: _More) -> Report:
    rows = tuple({**row, **more(at, row)} for at, row in enumerate(report.rows, 1))
    return report._replace(columns=tuple(columns), rows=rows)


def _place(columns: list[Column], name: str) -> int:
    return [column.name for column in columns].index(name)


def _sum(row: Row, terms: Iterable[tuple[int, str]]) -> Decimal:
    return sum((sign * row[name] for sign, name in terms), ZERO)
