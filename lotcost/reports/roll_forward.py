"""Report `roll-forward`: from the opening stock to the closing stock, by what moved it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from lotcost.ledger.books import Books
from lotcost.ledger.flows import Flow, Sum
from lotcost.model import ZERO, Kind
from lotcost.reports.report import Column, Report, money, trimmed
from lotcost.reports.sentence import Sentence
from lotcost.reports.tie import ties

MOVED_BY: Mapping[Kind, str] = {
    Kind.RECEIPT: "receipts",
    Kind.PURCHASE_RETURN: "receipts",
    Kind.LANDED_COST: "landed",
    Kind.PRODUCTION: "production",
    Kind.SALE: "sales",
    Kind.SALE_RETURN: "sales",
    Kind.WRITE_OFF: "write_offs",
    Kind.ADJUSTMENT: "adjustments",
    Kind.TRANSFER: "transfers",
    Kind.WRITE_DOWN: "write_downs",
}
"""Which column each kind counts in."""

_MONEY_ONLY = frozenset({"landed", "write_downs"})
_Sums = defaultdict[str, Decimal]


def roll_forward(
    books: Books, since: datetime.date | None = None, by_account: bool = False
) -> Report:
    """Return a row a commodity and currency, or a row an account of it.

    What leaves is negative, so that a row adds up from opening to closing. Receipts are net of
    returns to suppliers, sales of returns from customers, production is what was made less what
    was used up, write-downs are net of reversals. Landed cost of goods that were gone is landed
    and at once cost of sales.
    """
    sums: dict[tuple[str, str, str], _Sums] = defaultdict(lambda: defaultdict(Decimal))
    opening = {} if since is None else books.sums.before(since).flows
    period = books.sums.since(since).flows
    for flow, moved in opening.items():
        _add(sums[_key(flow, by_account)], "opening", flow, moved)
    for flow, moved in period.items():
        values = sums[_key(flow, by_account)]
        values[f"units_{MOVED_BY[flow.kind]}"] += moved.units
        values[f"cost_{MOVED_BY[flow.kind]}"] += moved.cost
        if flow.expensed:
            values["cost_sales"] -= moved.cost
    for flow, moved in chain(opening.items(), period.items()):
        _add(sums[_key(flow, by_account)], "closing", flow, moved)
    kept = {key: values for key, values in sorted(sums.items()) if any(values.values())}
    moves = by_account or any(
        values["units_transfers"] or values["cost_transfers"] for values in kept.values()
    )
    return Report(
        name="roll-forward",
        title="Roll-forward",
        columns=tuple(_columns(by_account, moves)),
        rows=tuple(_row(books, key, values) for key, values in kept.items()),
        at=books.at,
        since=since,
        ties=ties(books),
        notes=(
            Sentence("Each row adds up from opening to closing; what leaves is negative."),
            *_reversals(books, since),
        ),
    )


def _key(flow: Flow, by_account: bool) -> tuple[str, str, str]:
    return flow.account if by_account else "", flow.commodity, flow.currency


def _add(values: _Sums, word: str, flow: Flow, moved: Sum) -> None:
    """Add to a stock what a flow changes it by."""
    if not flow.expensed:
        values[f"units_{word}"] += moved.units
        values[f"cost_{word}"] += moved.cost


def _columns(by_account: bool, moves: bool) -> Iterator[Column]:
    """Yield the columns; transfers have one where they do not net to nothing in a row."""
    words = [word for word in dict.fromkeys(MOVED_BY.values()) if moves or word != "transfers"]
    if by_account:
        yield Column("account", "text")
    yield Column("commodity", "text")
    for word in ("opening", *words, "closing"):
        yield Column(f"cost_{word}", "money", "currency", summed=True)
    yield Column("currency", "text")
    for word in ("opening", *words, "closing"):
        if word not in _MONEY_ONLY:
            yield Column(f"units_{word}", "units", "commodity")


def _row(books: Books, key: tuple[str, str, str], values: _Sums) -> dict[str, Any]:
    account, commodity, currency = key
    cent = books.config.cent(currency)
    row: dict[str, Any] = {"account": account, "commodity": commodity, "currency": currency}
    for word in ("opening", *MOVED_BY.values(), "closing"):
        row[f"units_{word}"] = trimmed(values[f"units_{word}"])
        row[f"cost_{word}"] = money(values[f"cost_{word}"], cent)
    return row


def _reversals(books: Books, since: datetime.date | None) -> Iterator[str]:
    """Tell write-downs and reversals apart, as IAS 2.36 (e) and (f) want both."""
    down: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for _, line in books.of_kinds([Kind.WRITE_DOWN]):
        if books.asks_for(line) and (since is None or line.date >= since):
            down[line.currency][line.cost > ZERO] += abs(line.cost)
    for currency, (lowered, raised) in sorted(down.items()):
        cent = books.config.cent(currency)
        if raised:
            yield Sentence(
                "Write-downs are net: %(lowered)s %(currency)s written down, "
                "%(raised)s %(currency)s reversed.",
                lowered=f"{money(lowered, cent):f}",
                raised=f"{money(raised, cent):f}",
                currency=currency,
            )
