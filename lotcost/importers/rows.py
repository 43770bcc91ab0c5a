"""Read a row: what came in, or what was counted. All that is wrong with a row is said at once."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import NamedTuple

from lotcost.core.rounding import half_up
from lotcost.importers import cells
from lotcost.importers.goods import account_of, commodity_of, lot_of, units_of
from lotcost.importers.known import Counted, Known
from lotcost.importers.mapping import COUNTS, FIELDS, FileMapping
from lotcost.importers.reader import RowReader
from lotcost.importers.tables import Row, Table
from lotcost.importers.wrong import WrongRow
from lotcost.ledger.cards import DATE_KEYS
from lotcost.ledger.errors import number
from lotcost.model import Lot, Money

_ABOUT = ("date", "commodity", "gtin", "gs1")
_ABOUT_NOTHING = "has no date and no goods; if it is a total or a remark, delete the row"


class Received(NamedTuple):
    """Goods that came in, as a row says.

    Attributes:
      price: What a unit costs, as written.
      cost: What all of them cost, in the currency's smallest unit; None of goods of others.
      acquired: The day they count as received, where that is an earlier one.
      card: What goes onto the lot's card.
    """

    row: int
    date: datetime.date
    account: str
    lot: Lot
    units: Decimal
    price: Decimal | None
    cost: Money | None
    acquired: datetime.date | None
    card: tuple[tuple[str, str | datetime.date], ...]
    supplier: str
    document: str
    narration: str

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes a row the same row in another file: not its place, its card or its account."""
        money = self.cost or Money(Decimal(0), "")
        price = "" if self.price is None else number(self.price)
        return (
            *(self.date.isoformat(), self.lot.commodity, self.lot.number, number(self.units)),
            *(price, number(money.number), money.currency, self.supplier, self.document),
        )


class Found(NamedTuple):
    """Units that were counted, as a row says.

    Attributes:
      unit_cost: What a unit costs, where the lot is new to the books.
    """

    row: int
    counted: Counted
    unit_cost: Money | None
    expires: datetime.date | None
    note: str


class Reading(NamedTuple):
    """What the rows of a file say.

    Attributes:
      not_counted: What was left blank on a count sheet, by row.
    """

    name: str
    received: tuple[Received, ...]
    found: tuple[Found, ...]
    not_counted: tuple[WrongRow, ...]
    wrong: tuple[WrongRow, ...]
    notes: tuple[str, ...]


def read_rows(table: Table, mapping: FileMapping, kind: str, known: Known) -> Reading:
    """Read every row; each is received, found, not counted or wrong."""
    received: list[Received] = []
    found: list[Found] = []
    not_counted: list[WrongRow] = []
    wrong = list(table.wrong)
    for row in table.rows:
        reader = RowReader(row, mapping, known)
        if all(map(reader.is_blank, _ABOUT)):
            wrong.append(WrongRow(row.number, _ABOUT_NOTHING))
        elif kind != COUNTS:
            came = _received(reader)
            if came is not None:
                received.append(came)
        elif reader.is_blank("counted"):
            not_counted.append(WrongRow(row.number, _named(row)))
            continue
        else:
            counted = _found(reader)
            if counted is not None:
                found.append(counted)
        if reader.wrong:
            wrong.append(WrongRow(row.number, "; ".join(reader.wrong)))
    return Reading(
        table.name,
        tuple(received),
        tuple(found),
        tuple(not_counted),
        tuple(wrong),
        table.notes,
    )


def _date(reader: RowReader) -> datetime.date | None:
    reader.refuse_blank("date", "write it as 2025-01-31")
    return reader.day("date")


def _received(reader: RowReader) -> Received | None:
    date = _date(reader)
    account = account_of(reader)
    commodity = commodity_of(reader)
    number_of_lot = lot_of(reader, commodity)
    units = units_of(reader, commodity)
    price, cost = _cost(reader, units, account)
    card = _card(reader)
    acquired = _acquired(reader, account, date)
    words = [reader.text(field) for field in ("supplier", "document", "narration")]
    if reader.wrong or date is None or account is None or commodity is None or units is None:
        return None
    lot = Lot(commodity, number_of_lot)
    supplier, document, narration = words
    return Received(
        *(reader.row.number, date, account, lot, units, price, cost, acquired),
        *(card, supplier, document, narration),
    )


def _found(reader: RowReader) -> Found | None:
    date = _date(reader)
    account = account_of(reader)
    commodity = commodity_of(reader)
    lot = lot_of(reader, commodity)
    if not lot and not reader.wrong:
        reader.refuse_blank("lot", "a count is of a lot")
    units = reader.number("counted")
    if units is not None and units < 0:
        reader.refuse("counted", f"is {number(units)}, which is less than nothing")
    currency, price = _currency(reader), reader.number("price")
    expires, note = reader.day("expires"), reader.text("note")
    if reader.wrong or date is None or account is None or commodity is None or units is None:
        return None
    return Found(
        reader.row.number,
        Counted(date, account, Lot(commodity, lot), units),
        None if price is None else Money(price, currency),
        expires,
        note,
    )


def _cost(
    reader: RowReader, units: Decimal | None, account: str | None
) -> tuple[Decimal | None, Money | None]:
    """Return the price as written, and what all units cost."""
    price, total = reader.number("price"), reader.number("total")
    currency = _currency(reader)
    policy = reader.known.config.policy(account) if account else None
    if policy is not None and policy.owner is not None and price is None and total is None:
        return None, None
    for field, amount in (("price", price), ("total", total)):
        if amount is not None and amount < 0:
            reader.refuse(field, f"is {number(amount)}, which is less than nothing")
    if reader.is_blank("price") and reader.is_blank("total"):
        reader.refuse("price", "is blank, and so is total; goods for nothing have a price of 0")
    if units is None or (price is None and total is None):
        return None, None
    cent = reader.known.config.cent(currency)
    cost = total if price is None else half_up(price * units, cent)
    if total is not None and price is not None and cost != total:
        reader.refuse(
            "total",
            f"is {number(total)}, and {number(units)} at {number(price)} are {cost}; "
            "leave one of the two out",
        )
    if cost is not None and half_up(cost, cent) != cost:
        reader.refuse("total", f"is {number(cost)}, and {currency} goes down to {cent}")
    return price, None if cost is None else Money(half_up(cost, cent), currency)


def _currency(reader: RowReader) -> str:
    said = reader.read("currency", lambda cell: reader.known.currency(cells.text(cell)))
    return said or reader.known.config.main_currency


def _card(reader: RowReader) -> tuple[tuple[str, str | datetime.date], ...]:
    """Return what goes onto the lot's card: its dates first, then the mapping's own keys."""
    scanned = dict(reader.scan.dates)
    card: dict[str, str | datetime.date] = {}
    for field in ("expires", "best-before", "manufactured"):
        written, read = reader.day(field), scanned.get(field)
        if written and read and written != read:
            reader.refuse(field, f"is {written}, and the barcode says {read}")
        said = written or read
        if said is not None:
            card[field] = said
    made, expires = card.get("manufactured"), card.get("expires")
    if isinstance(made, datetime.date) and isinstance(expires, datetime.date) and expires < made:
        reader.refuse("expires", f"is {expires}, before the lot was manufactured on {made}")
    own = {*reader.mapping.columns, *reader.mapping.defaults} - {*FIELDS, *DATE_KEYS}
    for key in (*sorted(own), "note"):
        said_of = reader.text(key)
        if said_of:
            card[key] = said_of
    if reader.scan.serial is not None:
        card.setdefault("serial", reader.scan.serial)
    return tuple(card.items())


def _acquired(
    reader: RowReader, account: str | None, date: datetime.date | None
) -> datetime.date | None:
    """Return the day goods count as received, which Beancount keeps for accounts of no booking."""
    acquired = reader.day("received")
    if acquired is None or account is None or acquired == date:
        return None
    config = reader.known.config
    policy = config.policy(account)
    if policy is not None and not policy.native and not config.keeps_written(account):
        reader.refuse(
            "received",
            f"is {acquired}, and {account} takes no other day than that of the entry. Open it "
            'with booking "NONE", or leave the column out',
        )
    if date is not None and acquired > date:
        reader.refuse("received", f"is {acquired}, after {date}")
    return acquired


def _named(row: Row) -> str:
    """Say what a row is about, for a person who looks for it on the sheet."""
    fields = ("account", "commodity", "gtin", "gs1", "lot")
    said = [str(row.cells[field]) for field in fields if row.cells.get(field, "") != ""]
    return f"not counted: {' '.join(said)}"
