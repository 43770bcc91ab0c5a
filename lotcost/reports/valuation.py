"""Report `valuation`: value at a date, and the tie to the general ledger."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from lotcost.ledger.books import Books
from lotcost.model import ZERO
from lotcost.reports.report import Column, Report, money, trimmed
from lotcost.reports.tie import ties

COLUMNS = (
    Column("account", "text"),
    Column("commodity", "text"),
    Column("units_on_hand", "units", "commodity"),
    Column("currency", "text"),
    Column("cost_on_hand", "money", "currency", summed=True),
    Column("ledger_balance", "money", "currency", summed=True),
    Column("difference", "money", "currency", summed=True),
)


def valuation(books: Books) -> Report:
    """Return a row an account, commodity and currency; the difference is ledger less lots."""
    units: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    cost: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for flow, moved in books.sums.flows.items():
        if flow.expensed:
            continue
        key = flow.account, flow.commodity, flow.currency
        units[key] += moved.units
        cost[key] += moved.cost
    ledger = books.balance
    rows = []
    for key in sorted(cost.keys() | ledger.keys()):
        account, commodity, currency = key
        cent = books.config.cent(currency)
        value, balance = cost.get(key, ZERO), ledger.get(key, ZERO)
        if units.get(key) or value or balance:
            rows.append(
                {
                    "account": account,
                    "commodity": commodity,
                    "units_on_hand": trimmed(units.get(key, ZERO)),
                    "currency": currency,
                    "cost_on_hand": money(value, cent),
                    "ledger_balance": money(balance, cent),
                    "difference": money(balance - value, cent),
                }
            )
    return Report("valuation", "Valuation", COLUMNS, tuple(rows), books.at, ties=ties(books))
