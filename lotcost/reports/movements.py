"""Report `movements`: every in and out of a lot, with its document, party and source line."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from beancount.core import data

from lotcost.ledger.books import Books, Line
from lotcost.model import SOLD, ZERO
from lotcost.reports.report import Column, Report, money, trimmed, unit_cost

COLUMNS = (
    Column("date", "date"),
    Column("kind", "text"),
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("account", "text"),
    Column("party", "text"),
    Column("document", "text"),
    Column("reason", "text"),
    Column("units", "units", "commodity"),
    Column("balance", "units", "commodity"),
    Column("unit_cost", "unit-cost", "currency"),
    Column("cost", "money", "currency", summed=True),
    Column("currency", "text"),
    Column("revenue", "money", "currency", summed=True),
    Column("gross_margin", "money", "currency", summed=True),
    Column("narration", "text"),
    Column("source", "text"),
)


def movements(books: Books, since: datetime.date | None = None) -> Report:
    """Return a row a draw or receipt, in the ledger's order.

    Units and cost are signed, out is negative; `balance` is what the lot then holds in all
    accounts together. Revenue is in the lot's currency.
    """
    balance = _balances(books)
    rows = [
        {**row(books, place, line), "balance": trimmed(balance[place])}
        for place, line in books.picked
        if since is None or line.date >= since
    ]
    return Report("movements", "Movements", COLUMNS, tuple(rows), books.at, since)


def _balances(books: Books) -> Mapping[int, Decimal]:
    """Return what their lot holds after the lines asked for, by their places."""
    balances = {}
    for lot in {line.lot for _, line in books.picked}:
        balance = ZERO
        for place, line in books.by_lot[lot]:
            balances[place] = balance = balance + line.units
    return balances


def row(books: Books, place: int, line: Line) -> dict[str, Any]:
    """Say what there is to say of a draw or receipt by itself."""
    txn = books.entries[line.entry]
    cent = books.config.cent(line.currency)
    earned = books.earned(place)
    revenue = None if earned is None else money(earned.number, cent)
    return {
        "date": line.date,
        "kind": line.kind.value,
        "commodity": line.lot.commodity,
        "lot": line.lot.number,
        "account": line.account,
        "party": books.party(line),
        "document": document(txn),
        "reason": line.reason,
        "units": trimmed(line.units),
        "unit_cost": unit_cost(line.cost, line.units, cent),
        "cost": money(line.stock_cost, cent),
        "currency": line.currency,
        "revenue": revenue,
        "gross_margin": _margin(line, revenue, cent),
        "narration": txn.narration or None,
        "source": books.place(line.source),
        "entry": line.entry,
    }


def _margin(line: Line, revenue: Decimal | None, cent: Decimal) -> Decimal | None:
    """What a line adds to its lot's margin: cost of goods that are gone takes away from it.

    Goods that are not invoiced yet, or given away, have cost no less.
    """
    if line.expensed:
        return money(-line.cost, cent)
    return money((revenue or ZERO) + line.cost, cent) if line.kind in SOLD else None


def document(txn: data.Transaction) -> str | None:
    """Return the links of a transaction, as the ledger writes them."""
    return " ".join(f"^{link}" for link in sorted(txn.links or ())) or None
