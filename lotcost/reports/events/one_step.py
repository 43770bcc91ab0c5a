"""Sheet `one step`: who goods came from and whom they went to, one step back and one forward.

It supports record keeping for Regulation (EC) 178/2002, article 18, and Implementing Regulation
(EU) 931/2011, article 3. A final consumer need not be named; the ledger does not say who is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from lotcost.ledger.books import Books
from lotcost.reports.events.elements import PLACE, with_blanks
from lotcost.reports.report import Column, Report, Row

_COLUMNS = (
    Column("event_id", "text"),
    Column("direction", "text"),
    Column("date", "date"),
    Column("dispatched", "date"),
    Column("lot", "text"),
    Column("commodity", "text"),
    Column("product", "text"),
    Column("units", "units", "commodity"),
    Column("unit", "text"),
    Column("dispatcher", "text"),
    Column("dispatcher_address", "text"),
    Column("consignor", "text"),
    Column("recipient", "text"),
    Column("recipient_address", "text"),
    Column("consignee", "text"),
    Column("document", "text"),
    Column("blank", "count"),
    Column("missing", "text"),
    Column("account", "text"),
    Column("source", "text"),
)
_NEEDED = (
    *("lot", "product", "units", "unit", "dispatched"),
    *("dispatcher", "dispatcher_address", "recipient", "recipient_address"),
)
_ADDRESS = tuple(key for key in PLACE if key not in {"name", "phone"})
_SAME = ("event_id", "date", "lot", "commodity", "product", "units", "unit", "document")
_ALSO_SAME = ("account", "source", "entry")


def one_step(books: Books, received: Report, shipped: Report) -> Report:
    """Return the rows of both sheets with the elements that the European rules name.

    Consignor and consignee are the owners of the goods where they are another's; else they are
    the dispatcher and the recipient, and stay empty.
    """
    rows = [
        *(_row(books, row, "in", "from", "received_at") for row in received.rows),
        *(_row(books, row, "out", "shipped_from", "to") for row in shipped.rows),
    ]
    rows.sort(key=lambda row: row["date"])
    return Report("one_step", "One step back and forward", _COLUMNS, tuple(rows), books.at)


def _row(books: Books, row: Row, direction: str, dispatcher: str, recipient: str) -> Row:
    policy = books.config.policy(row["account"])
    owner = None if policy is None else policy.owner
    came = direction == "in"
    said = books.entries[row["entry"]].meta.get("dispatched")
    return with_blanks(
        {
            **{key: row[key] for key in (*_SAME, *_ALSO_SAME)},
            "direction": direction,
            "dispatched": said if came else row["date"],
            "dispatcher": row[f"{dispatcher}_name"],
            "dispatcher_address": _address(row, dispatcher),
            "consignor": None if came else owner,
            "recipient": row[f"{recipient}_name"],
            "recipient_address": _address(row, recipient),
            "consignee": owner if came else None,
        },
        _NEEDED,
    )


def _address(row: Row, place: str) -> str | None:
    return ", ".join(_lines(row, place)) or None


def _lines(row: Row, place: str) -> Iterator[str]:
    for key in _ADDRESS:
        said = row[f"{place}_{key}"]
        if said is not None:
            yield str(said)
