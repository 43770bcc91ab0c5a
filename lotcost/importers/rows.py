"""Read a row: what came in, or what was counted. All that is wrong with a row is said at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple, TypeVar

from lotcost.core.rounding import half_up
from lotcost.importers import cells, gs1
from lotcost.importers.cells import Cell, Unfit
from lotcost.importers.known import Counted, Known
from lotcost.importers.mapping import COUNTS, FIELDS, FileMapping
from lotcost.importers.tables import Row, Table
from lotcost.importers.wrong import WrongCellError, WrongRow
from lotcost.ledger.cards import DATE_KEYS
from lotcost.ledger.errors import number
from lotcost.model import Lot, Money

_Value = TypeVar("_Value")
_SCANNED = frozenset({"lot", "quantity"})
_ONE = Decimal(1)
_NAMED_LOTS = frozenset({"required", "serial"})


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
        reader = _Reader(row, mapping, known)
        if kind != COUNTS:
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


class _Reader:
    """Reads the fields of one row, and gathers what is wrong with them."""

    def __init__(self, row: Row, mapping: FileMapping, known: Known) -> None:
        self.row = row
        self.mapping = mapping
        self.known = known
        self.wrong: list[str] = []
        self.scan = self.read("gs1", lambda cell: gs1.scan(str(cell))) or gs1.Scanned()
        self._unscanned = bool(self.wrong)

    def cell(self, field: str) -> Cell:
        """Return a field's cell, or what the mapping says where it is blank."""
        cell = self.row.cells.get(field, "")
        return self.mapping.defaults.get(field, "") if cells.is_blank(cell) else cell

    def is_blank(self, field: str) -> bool:
        return cells.is_blank(self.cell(field))

    def read(self, field: str, reading: Callable[[Cell], _Value]) -> _Value | None:
        """Read a field; None where it is blank or wrong."""
        cell = self.cell(field)
        if cells.is_blank(cell):
            return None
        try:
            if isinstance(cell, Unfit):
                raise WrongCellError(cell.reason)
            return reading(cell)
        except WrongCellError as error:
            self.refuse(field, str(error))
            return None

    def refuse(self, field: str, why: str) -> None:
        heading = self.mapping.heading(field)
        self.wrong.append(f"{field if heading == field else f'{field} ({heading})'} {why}")

    def refuse_blank(self, field: str, wants: str) -> None:
        """Refuse a field that is blank, but for one that a barcode may say that was refused."""
        if self.is_blank(field) and not (self._unscanned and field in _SCANNED):
            self.refuse(field, f"is blank; {wants}")

    def text(self, field: str) -> str:
        return self.read(field, cells.text) or ""

    def day(self, field: str) -> datetime.date | None:
        return self.read(field, lambda cell: cells.day(cell, self.mapping.dates))

    def number(self, field: str) -> Decimal | None:
        return self.read(field, lambda cell: cells.number(cell, self.mapping.decimal))


def _received(reader: _Reader) -> Received | None:
    date, scan = _date(reader), reader.scan
    account = _account(reader)
    commodity = _commodity(reader, scan)
    number_of_lot = _lot(reader, scan, commodity)
    units = _units(reader, scan, commodity)
    price, cost = _cost(reader, units, account)
    card = _card(reader, scan)
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


def _found(reader: _Reader) -> Found | None:
    date, scan = _date(reader), reader.scan
    account = _account(reader)
    commodity = _commodity(reader, scan)
    lot = _lot(reader, scan, commodity)
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


def _date(reader: _Reader) -> datetime.date | None:
    reader.refuse_blank("date", "write it as 2025-01-31")
    return reader.day("date")


def _account(reader: _Reader) -> str | None:
    reader.refuse_blank("account", "name one with --account")
    return reader.read("account", lambda cell: reader.known.account(cells.text(cell)))


def _commodity(reader: _Reader, scan: gs1.Scanned) -> str | None:
    """Return the goods that a name, a GTIN or a barcode says; those that do have to agree."""
    said = {
        "commodity": reader.read("commodity", lambda cell: _named_goods(reader, cells.text(cell))),
        "gtin": reader.read("gtin", lambda cell: _of_gtin(reader, gs1.gtin(cells.text(cell)))),
    }
    code = scan.gtin
    if code is not None:
        said["gs1"] = reader.read("gs1", lambda _: _of_gtin(reader, code))
    names = {field: name for field, name in said.items() if name is not None}
    if len(set(names.values())) > 1:
        claims = " and ".join(f"{field} says {name}" for field, name in names.items())
        reader.wrong.append(f"{claims}; one of them is wrong")
        return None
    if not names and not reader.wrong:
        reader.refuse("commodity", "is blank, and no GTIN or barcode names the goods")
    return next(iter(names.values()), None)


def _named_goods(reader: _Reader, name: str) -> str:
    return reader.known.commodity(reader.mapping.commodities.get(name, name))


def _of_gtin(reader: _Reader, code: str) -> str:
    for said, name in reader.mapping.commodities.items():
        if said.isdecimal() and said.zfill(14) == code:
            return reader.known.commodity(name)
    return reader.known.of_gtin(code)


def _lot(reader: _Reader, scan: gs1.Scanned, commodity: str | None) -> str:
    """Return the lot's number, or nothing where no lot is named."""
    written = reader.read("lot", cells.number_of_lot) or ""
    scanned = scan.lot
    if scanned is None and commodity and reader.known.config.tracked(commodity) == "serial":
        scanned = scan.serial
    if written and scanned and written != scanned:
        reader.refuse("lot", f'is "{written}", and the barcode says "{scanned}"')
    tracked = reader.known.config.tracked(commodity) if commodity else ""
    if not scanned and tracked in _NAMED_LOTS:
        reader.refuse_blank("lot", f'{commodity} is lot-tracked: "{tracked}"')
    return written or scanned or ""


def _units(reader: _Reader, scan: gs1.Scanned, commodity: str | None) -> Decimal | None:
    if reader.is_blank("quantity"):
        units = _scanned_units(reader, scan, commodity)
    else:
        units = reader.number("quantity")
    if units is not None and units <= 0:
        returned = 'a return to the supplier is written by hand, with lot-kind: "purchase-return"'
        why = f"which is less than nothing: {returned}" if units < 0 else "so nothing came in"
        reader.refuse("quantity", f"is {number(units)}, {why}")
        return None
    return units


def _scanned_units(reader: _Reader, scan: gs1.Scanned, commodity: str | None) -> Decimal | None:
    if scan.pieces is not None:
        return scan.pieces
    if scan.kilograms is not None and commodity:
        # Goods that weigh a kilogram a unit are counted in kilograms.
        if reader.known.config.unit_weight(commodity) == _ONE:
            return scan.kilograms
        reader.refuse("quantity", f"is blank, and the barcode has {scan.kilograms} kg and no count")
        return None
    reader.refuse_blank("quantity", "say how many came in")
    return None


def _cost(
    reader: _Reader, units: Decimal | None, account: str | None
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


def _currency(reader: _Reader) -> str:
    said = reader.read("currency", lambda cell: reader.known.currency(cells.text(cell)))
    return said or reader.known.config.main_currency


def _card(reader: _Reader, scan: gs1.Scanned) -> tuple[tuple[str, str | datetime.date], ...]:
    """Return what goes onto the lot's card: its dates first, then the mapping's own keys."""
    scanned = dict(scan.dates)
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
    if scan.serial is not None:
        card.setdefault("serial", scan.serial)
    return tuple(card.items())


def _acquired(
    reader: _Reader, account: str | None, date: datetime.date | None
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
