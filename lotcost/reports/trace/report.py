"""The report `trace`: a row for every movement of a lot of the family, and for what is on hand."""

from __future__ import annotations

from collections.abc import Iterator

from lotcost.model import ZERO, Kind
from lotcost.reports.movements import row
from lotcost.reports.report import Column, Report, Row
from lotcost.reports.trace.index import Index
from lotcost.reports.trace.values import Side, Trace

ON_HAND = "on-hand"
_COLUMNS = (
    Column("direction", "text"),
    Column("depth", "count"),
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("kind", "text"),
    Column("date", "date"),
    Column("account", "text"),
    Column("party", "text"),
    Column("batch", "text"),
    Column("document", "text"),
    Column("units", "units", "commodity"),
    Column("currency", "text"),
    Column("cost", "money", "currency"),
    Column("revenue", "money", "currency"),
    Column("reason", "text"),
    Column("narration", "text"),
    Column("source", "text"),
)
_ENDS = frozenset(
    {
        *(Kind.RECEIPT, Kind.PURCHASE_RETURN, Kind.SALE, Kind.SALE_RETURN),
        *(Kind.WRITE_OFF, Kind.ADJUSTMENT),
    }
)
_BOUGHT = frozenset({Kind.RECEIPT, Kind.PURCHASE_RETURN})


def report(index: Index, found: Trace) -> Report:
    """Return a row a movement that begins or ends a way, and a row an account with units on hand.

    Units and cost are signed as in `movements`, out is negative; those of an affected lot add up
    to what is on hand. A transfer between accounts is no end of anything and has no row.
    """
    return Report(
        name="trace",
        title="Trace",
        columns=_COLUMNS,
        rows=tuple(_rows(index, found)),
        at=found.at,
        notes=tuple(f"{gap.message}." for gap in found.gaps),
    )


def _rows(index: Index, found: Trace) -> Iterator[Row]:
    batches = {run.key: run.name for run in found.runs}
    for member in found.members:
        about = {"direction": member.side.value, "depth": member.depth}
        ends = _BOUGHT if member.side is Side.UPSTREAM else _ENDS
        for place, line in index.lines[member.lot]:
            goods = member.lot.commodity if line.kind is Kind.TRANSFER else ""
            batch = batches.get((line.entry, goods))
            if line.units and (line.kind in ends or batch is not None):
                yield {**row(index.books, place, line), **about, "batch": batch}
        for held in found.on_hand:
            if held.lot == member.lot:
                yield {
                    **about,
                    "commodity": member.lot.commodity,
                    "lot": member.lot.number,
                    "kind": ON_HAND,
                    "date": found.at,
                    "account": held.account,
                    "units": held.units or ZERO,
                    "currency": held.currency,
                    "cost": held.cost,
                }
