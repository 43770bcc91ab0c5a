"""Report `exceptions`: what somebody should look at, and the line to look at."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from lotcost.ledger.books import Books
from lotcost.model import ZERO
from lotcost.reports.exceptions.crowded import of_crowded_accounts
from lotcost.reports.exceptions.finding import Finding
from lotcost.reports.exceptions.issues import of_issues
from lotcost.reports.exceptions.ledger import of_the_ledger
from lotcost.reports.exceptions.lots import of_lots
from lotcost.reports.exceptions.parties import of_parties
from lotcost.reports.report import Column, Report, Row, money

_COLUMNS = (
    Column("date", "date"),
    Column("finding", "text"),
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("account", "text"),
    Column("party", "text"),
    Column("message", "text"),
    Column("cost", "money", "currency"),
    Column("currency", "text"),
    Column("source", "text"),
)
_COUNTED = (
    Column("count", "count"),
    Column("cost", "money", "currency"),
    Column("currency", "text"),
)


def exceptions(books: Books, by: str | None = None, since: datetime.date | None = None) -> Report:
    """Return a row a finding, from `since` to the books' own day, or a row a group of them.

    What was sold or used has the day it went, a negative margin that of the last line that
    counts in it; what is found of the stock on hand has the books' day, and so has what does
    not tie, and an account that takes long to load. The cost is the loss of what was sold below
    cost or at a negative margin; of an issue out of order what the lots left behind would have
    cost more; of what does not tie ledger less lots; else that of the goods. Costs of different
    findings do not add up: groups keep findings apart.
    """
    found = [
        finding
        for findings in (of_issues, of_lots, of_parties, of_the_ledger, of_crowded_accounts)
        for finding in findings(books)
        if since is None or finding.date >= since
    ]
    found.sort(key=_place)
    rows = [_row(books, finding) for finding in found]
    return Report(
        name="exceptions",
        title="Exceptions",
        columns=_COLUMNS if by is None else _grouped_columns(by),
        rows=tuple(rows) if by is None else tuple(_groups(rows, by)),
        at=books.at,
        since=since,
        notes=tuple(_notes(rows)),
    )


def _place(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.date,
        finding.finding,
        finding.commodity or "",
        finding.lot or "",
        finding.account or "",
        finding.source["filename"],
        finding.source["lineno"],
        finding.message,
    )


def _row(books: Books, finding: Finding) -> dict[str, Any]:
    row: dict[str, Any] = finding._asdict()
    if finding.cost is not None and finding.currency is not None:
        row["cost"] = money(finding.cost, books.config.cent(finding.currency))
    return row | {"finding": finding.finding.value, "source": books.place(finding.source)}


def _grouped_columns(by: str) -> tuple[Column, ...]:
    finding = () if by == "finding" else (Column("finding", "text"),)
    return (Column(by, "text"), *finding, *_COUNTED)


def _groups(rows: Sequence[Row], by: str) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[Any, str, str | None], list[Decimal | None]] = defaultdict(list)
    for row in rows:
        groups[row[by], row["finding"], row["currency"]].append(row["cost"])
    for (group, finding, currency), costs in sorted(
        groups.items(), key=lambda each: (each[0][0] is None, str(each[0]))
    ):
        known = [cost for cost in costs if cost is not None]
        yield {
            "finding": finding,
            by: group,
            "count": len(costs),
            "cost": sum(known, ZERO) if known else None,
            "currency": currency,
        }


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield (
        "Cost is the loss where goods sold below cost, the difference where the order or the "
        "ledger differs, else that of the goods."
    )
    if any(row["finding"] == "out-of-order" for row in rows):
        yield ("Each issue out of order is judged on its own: units left behind twice count twice.")
