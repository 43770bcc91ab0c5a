"""Report `methods`: cost of sales and stock under other methods, beside the books' own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from lotcost.ledger.books import Books
from lotcost.model import SOLD, ZERO, Kind, Method
from lotcost.reports.recosting import Recosted, booked, recost
from lotcost.reports.report import Column, Report, money, trimmed
from lotcost.reports.sentence import Sentence

BOOKS = "books"
METHODS: Mapping[str, Method] = {
    "fifo": Method.FIFO,
    "lifo": Method.LIFO,
    "average": Method.AVERAGE,
    "actual": Method.SPECIFIC,
}
NAMES = (BOOKS, *METHODS)
_GOODS = (Column("commodity", "text"), Column("method", "text"))
_UNITS = (
    Column("units_sold", "units", "commodity"),
    Column("units_on_hand", "units", "commodity"),
)
_MONEY = (
    Column("cost_in", "money", "currency"),
    Column("cost_of_sales", "money", "currency"),
    Column("cost_out", "money", "currency"),
    Column("cost_on_hand", "money", "currency"),
    Column("difference", "money", "currency"),
)
_Key = tuple[str, str, str]


def methods(books: Books, by: str = "commodity", only: str | None = None) -> Report:
    """Return a row a commodity, currency and method, or a row a method for all goods together.

    Cost in is what was received, landed, found and made; cost out is what left other than by
    sale. Cost in less cost of sales less cost out is cost on hand. The difference is that of cost
    of sales: what it would be more than in the books. `actual` is the cost of the lots that left.

    Args:
      only: The one of `NAMES` that is asked for, else all of them.
    """
    asked_for = NAMES if only is None else (only,)
    asked = {line.lot.commodity for _, line in books.picked}
    sums: dict[_Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in books.lines:
        for flow in booked(line):
            sums[flow.commodity, line.currency, BOOKS][flow.way] += flow.cost
        units = sums[line.lot.commodity, line.currency, BOOKS]
        units["units_on_hand"] += line.units
        units["units_sold"] -= line.units if line.kind in SOLD else ZERO
    recosted = {
        (currency, name): recost(books, currency, method)
        for currency in sorted({line.currency for line in books.lines})
        for name, method in METHODS.items()
        if name in asked_for
    }
    for (currency, name), found in recosted.items():
        for flow in found.flows:
            sums[flow.commodity, currency, name][flow.way] += flow.cost
    rows = [
        _row(books, (commodity, currency, name), sums)
        for commodity, currency, _ in sorted(key for key in sums if key[2] == BOOKS)
        if commodity in asked
        for name in asked_for
    ]
    of_goods = by == "commodity"
    return Report(
        name="methods",
        title="Methods side by side",
        columns=(
            *_GOODS[not of_goods :],
            *(_UNITS if of_goods else ()),
            Column("currency", "text"),
            *_MONEY,
        ),
        rows=tuple(rows if of_goods else _together(rows)),
        at=books.at,
        notes=tuple(_notes(books, asked, recosted)),
    )


def _row(books: Books, key: _Key, sums: Mapping[_Key, Mapping[str, Decimal]]) -> dict[str, Any]:
    commodity, currency, name = key
    cent = books.config.cent(currency)
    ours, booked_ = sums[key], sums[commodity, currency, BOOKS]
    return {
        "commodity": commodity,
        "method": name,
        "units_sold": trimmed(booked_["units_sold"]),
        "units_on_hand": trimmed(booked_["units_on_hand"]),
        "currency": currency,
        "cost_in": money(ours["in"], cent),
        "cost_of_sales": money(ours["sold"], cent),
        "cost_out": money(ours["out"], cent),
        "cost_on_hand": money(ours["in"] - ours["sold"] - ours["out"], cent),
        "difference": money(ours["sold"] - booked_["sold"], cent),
    }


def _together(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Sum up the goods of each currency and method."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = row["currency"], row["method"]
        if key not in sums:
            sums[key] = dict(row)
            continue
        for column in _MONEY:
            sums[key][column.name] += row[column.name]
    yield from sorted(sums.values(), key=lambda row: (row["currency"], NAMES.index(row["method"])))


def _notes(
    books: Books, asked: set[str], recosted: Mapping[tuple[str, str], Recosted]
) -> Iterator[str]:
    kept = {}
    written_down = [
        line for line in books.lines if line.kind is Kind.WRITE_DOWN and line.lot.commodity in asked
    ]
    for account in {line.account for line in books.lines if line.lot.commodity in asked}:
        policy = books.config.policy(account)
        if policy is not None:
            kept[policy.laid_down.account] = policy.method
    policies = ", ".join(f"{account} ({kept[account]})" for account in sorted(kept))
    yield Sentence("The books: %(policies)s", policies=policies)
    yield Sentence(
        "Every movement is costed anew, whatever lot it named and whether or not a lot was barred; "
        "under actual it keeps the lot that left. Difference: cost of sales above the books'."
    )
    if books.config.reverses:
        yield Sentence("LIFO is here to compare; IFRS does not allow it (IAS 2.25).")
    for currency in sorted({currency for currency, _ in recosted}):
        cent = books.config.cent(currency)
        down = -sum((line.cost for line in written_down if line.currency == currency), ZERO)
        if down:
            yield Sentence(
                "Write-downs, %(amount)s %(currency)s net, are cost out in the books' "
                "figures and in no method's.",
                amount=f"{money(down, cent):f}",
                currency=currency,
            )
    if len(books.picked) < sum(line.lot.commodity in asked for line in books.lines):
        yield Sentence(
            "A method costs all of a commodity: also the lots and accounts not asked for."
        )
    for (currency, name), found in recosted.items():
        plain = [part for part in found.plain if any(line.lot.commodity in asked for line in part)]
        if plain:
            kinds = ", ".join(sorted({part[0].kind.value for part in plain}))
            values = {"method": name, "count": len(plain), "currency": currency, "kinds": kinds}
            if len(plain) == 1:
                yield Sentence(
                    "Under %(method)s, %(count)s movement in %(currency)s could not happen as "
                    "booked (%(kinds)s): what goes out is what the method picks, what comes in "
                    "costs what it does in the books.",
                    **values,
                )
            else:
                yield Sentence(
                    "Under %(method)s, %(count)s movements in %(currency)s could not happen as "
                    "booked (%(kinds)s): what goes out is what the method picks, what comes in "
                    "costs what it does in the books.",
                    **values,
                )
