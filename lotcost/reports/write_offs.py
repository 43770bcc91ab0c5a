"""Report `write-offs`: what was written off and written down, why, and on what evidence."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data

from lotcost.ledger.books import Books, Line
from lotcost.model import ZERO, Kind, Reason
from lotcost.reports.movements import document
from lotcost.reports.register import Carried, register
from lotcost.reports.report import Column, Report, Row, money, trimmed
from lotcost.reports.sentence import Sentence
from lotcost.reports.tie import booked_on

_EVIDENCE = ("document", "approved-by", "disposal", "evidence")
_COLUMNS = (
    Column("date", "date"),
    Column("kind", "text"),
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("account", "text"),
    Column("reason", "text"),
    Column("normality", "text"),
    Column("units", "units", "commodity"),
    Column("cost", "money", "currency", summed=True),
    Column("currency", "text"),
    Column("original_cost", "money", "currency"),
    Column("written_down", "money", "currency"),
    Column("reversed", "money", "currency"),
    Column("carrying", "money", "currency"),
    *(Column(key.replace("-", "_"), "text") for key in _EVIDENCE),
    Column("narration", "text"),
    Column("source", "text"),
)
_GROUPED = (
    Column("currency", "text"),
    Column("count", "count"),
    Column("normal", "money", "currency", summed=True),
    Column("abnormal", "money", "currency", summed=True),
    Column("written_down", "money", "currency", summed=True),
    Column("reversed", "money", "currency", summed=True),
    Column("cost", "money", "currency", summed=True),
)
_EXPENSED = frozenset({Kind.WRITE_OFF, Kind.WRITE_DOWN})
_Directives = Mapping[tuple[datetime.date, int, str, str], data.Custom]


def write_offs(books: Books, by: str | None = None, since: datetime.date | None = None) -> Report:
    """Return a row a write-off, write-down or reversal, or a row a group of them.

    Cost is what became expense: positive, and negative where a write-down is reversed. Original
    cost less what was written down and not reversed is what the units on hand are carried at; of
    a write-down, `units` are those. Only a normal loss is normal, and it costs nothing where the
    units left of its lot bear it.
    """
    carried = register(books)
    directives = _write_down_directives(books)
    expensed = books.of_kinds(_EXPENSED)
    rows = [
        _row(books, line, carried.get(place), directives) | {"place": place}
        for place, line in expensed
        if (since is None or line.date >= since) and books.asks_for(line)
    ]
    whole = Report(
        name="write-offs",
        title="Write-offs and write-downs",
        columns=_COLUMNS,
        rows=tuple(rows),
        at=books.at,
        since=since,
        notes=tuple(_notes(books, [line for _, line in expensed], since)),
    )
    return whole if by is None else grouped(whole, by)


def grouped(whole: Report, by: str) -> Report:
    """Return a row a group of what was written off and down one by one."""
    return whole._replace(columns=_grouped_columns(by), rows=tuple(_groups(whole.rows, by)))


def _row(
    books: Books, line: Line, carried: Carried | None, directives: _Directives
) -> dict[str, Any]:
    cent = books.config.cent(line.currency)
    txn = books.entries[line.entry]
    written = directives.get((line.date, line.source["lineno"], *line.lot))
    row: dict[str, Any] = {
        "date": line.date,
        "kind": _kind(line),
        "commodity": line.lot.commodity,
        "lot": line.lot.number,
        "account": line.account,
        "reason": line.reason if written is None else written.meta.get("reason"),
        "normality": _normality(line),
        "units": trimmed(-line.units if carried is None else carried.units),
        "cost": money(-line.cost, cent),
        "currency": line.currency,
        "narration": txn.narration or None,
        "source": books.place(line.source if written is None else written.meta),
        "supplier": books.cards.card(line.lot, line.date).get("supplier"),
        "entry": line.entry,
    }
    if carried is not None:
        for name in ("original_cost", "written_down", "reversed", "carrying"):
            row[name] = money(getattr(carried, name), cent)
    for key in _EVIDENCE:
        said = _said(books, line, txn, key) if written is None else written.meta.get(key)
        row[key.replace("-", "_")] = None if said is None else str(said)
    row["document"] = row["document"] or document(txn)
    return row


def _kind(line: Line) -> str:
    return "reversal" if line.kind is Kind.WRITE_DOWN and line.cost > ZERO else line.kind.value


def _normality(line: Line) -> str | None:
    if line.kind is Kind.WRITE_DOWN:
        return None
    return "normal" if line.reason == Reason.NORMAL_LOSS else "abnormal"


def _said(books: Books, line: Line, txn: data.Transaction, key: str) -> object:
    """Return what a posting or its transaction says itself; the lot's card tells of other days."""
    own = line.source.get(key)
    if own is not None and own != books.cards.card(line.lot, line.date).get(key):
        return own
    return txn.meta.get(key)


def _write_down_directives(books: Books) -> _Directives:
    """Find the directives that write-downs come from: theirs are the evidence and the file."""
    found = {}
    for entry in books.entries:
        values = entry.values if isinstance(entry, data.Custom) else None
        if values and entry.type == "lot-write-down" and len(values) > 1:
            commodity, lot = (str(value.value) for value in values[:2])
            found[entry.date, entry.meta["lineno"], commodity, lot] = entry
    return found


def _grouped_columns(by: str) -> tuple[Column, ...]:
    units = (Column("units", "units", "commodity"),) if by == "commodity" else ()
    return (Column(by, "text"), *units, *_GROUPED)


def _groups(rows: Sequence[Row], by: str) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[Any, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[_group(row, by), row["currency"]].append(row)
    for (group, currency), members in sorted(
        groups.items(), key=lambda each: (each[0][0] is None, str(each[0]))
    ):
        yield {
            by: group,
            "units": sum((row["units"] for row in members if row["kind"] == "write-off"), ZERO),
            "currency": currency,
            "count": len(members),
            "normal": _sum(members, "normality", "normal"),
            "abnormal": _sum(members, "normality", "abnormal"),
            "written_down": _sum(members, "kind", "write-down"),
            "reversed": -_sum(members, "kind", "reversal"),
            "cost": _sum(members, "currency", currency),
        }


def _group(row: Row, by: str) -> Any:
    if by == "month":
        return f"{row['date']:%Y-%m}"
    if by == "reason" and row["kind"] != "write-off":
        return row["kind"]
    return row[by]


def _sum(rows: Sequence[Row], name: str, value: str) -> Decimal:
    costs: list[Decimal] = [row["cost"] for row in rows]
    zero = costs[0] - costs[0]  # with its cents
    return sum((cost for row, cost in zip(rows, costs, strict=True) if row[name] == value), zero)


def _notes(books: Books, expensed: Iterable[Line], since: datetime.date | None) -> Iterator[str]:
    """Hold what all lots cost against the accounts laid down for it, over the same days."""
    cost: dict[str, Decimal] = defaultdict(Decimal)
    accounts: set[str] = set()
    for account in {account for account, _ in books.on_hand}:
        policy = books.config.policy(account)
        if policy is not None:
            accounts |= policy.write_offs | {policy.accounts.get("lot-write-down", "")}
    for line in expensed:
        if since is None or line.date >= since:
            cost[line.currency] -= line.cost
    ledger = booked_on(books, accounts, since)
    accounts.discard("")
    for currency in sorted(cost) if accounts else ():
        cent = books.config.cent(currency)
        ours, theirs = money(cost[currency], cent), money(ledger[currency], cent)
        values = {
            "accounts": ", ".join(sorted(accounts)),
            "ours": f"{ours:f}",
            "theirs": f"{theirs:f}",
            "currency": currency,
        }
        if ours == theirs:
            yield Sentence(
                "Ties to %(accounts)s: yes; all lots together %(ours)s %(currency)s, "
                "accounts %(theirs)s %(currency)s",
                **values,
            )
        else:
            yield Sentence(
                "Ties to %(accounts)s: no, %(off)s %(currency)s off; "
                "all lots together %(ours)s %(currency)s, accounts %(theirs)s %(currency)s",
                off=f"{theirs - ours:f}",
                **values,
            )
