"""What goods a row is about: where, which, of what lot, and how many; a barcode may say it."""

from __future__ import annotations

from decimal import Decimal

from lotcost.importers import cells, gs1
from lotcost.importers.reader import RowReader
from lotcost.ledger.errors import number

_ONE = Decimal(1)
_NAMED_LOTS = frozenset({"required", "serial"})


def account_of(reader: RowReader) -> str | None:
    """Return the account that holds the goods."""
    reader.refuse_blank("account", "name one with --account")
    return reader.read("account", lambda cell: reader.known.account(cells.text(cell)))


def commodity_of(reader: RowReader) -> str | None:
    """Return the goods that a name, a GTIN or a barcode says; those that do have to agree."""
    said = {
        "commodity": reader.read("commodity", lambda cell: _named_goods(reader, cells.text(cell))),
        "gtin": reader.read("gtin", lambda cell: _of_gtin(reader, gs1.gtin(cells.text(cell)))),
    }
    code = reader.scan.gtin
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


def _named_goods(reader: RowReader, name: str) -> str:
    return reader.known.commodity(reader.mapping.commodities.get(name, name))


def _of_gtin(reader: RowReader, code: str) -> str:
    for said, name in reader.mapping.commodities.items():
        if said.isdecimal() and said.zfill(14) == code:
            return reader.known.commodity(name)
    return reader.known.of_gtin(code)


def lot_of(reader: RowReader, commodity: str | None) -> str:
    """Return the lot's number, or nothing where no lot is named."""
    written = reader.read("lot", cells.number_of_lot) or ""
    scanned = reader.scan.lot
    if scanned is None and commodity and reader.known.config.tracked(commodity) == "serial":
        scanned = reader.scan.serial
    if written and scanned and written != scanned:
        reader.refuse("lot", f'is "{written}", and the barcode says "{scanned}"')
    tracked = reader.known.config.tracked(commodity) if commodity else ""
    if not scanned and tracked in _NAMED_LOTS:
        reader.refuse_blank("lot", f'{commodity} is lot-tracked: "{tracked}"')
    return written or scanned or ""


def units_of(reader: RowReader, commodity: str | None) -> Decimal | None:
    """Return how many came in, more than none; a barcode says it where no column does."""
    if reader.is_blank("quantity"):
        units = _scanned_units(reader, commodity)
    else:
        units = reader.number("quantity")
    if units is not None and units <= 0:
        returned = 'a return to the supplier is written by hand, with lot-kind: "purchase-return"'
        why = f"which is less than nothing: {returned}" if units < 0 else "so nothing came in"
        reader.refuse("quantity", f"is {number(units)}, {why}")
        return None
    return units


def _scanned_units(reader: RowReader, commodity: str | None) -> Decimal | None:
    if reader.scan.pieces is not None:
        return reader.scan.pieces
    if reader.scan.kilograms is not None and commodity:
        # Goods that weigh a kilogram a unit are counted in kilograms.
        if reader.known.config.unit_weight(commodity) == _ONE:
            return reader.scan.kilograms
        reader.refuse(
            "quantity", f"is blank, and the barcode has {reader.scan.kilograms} kg and no count"
        )
        return None
    reader.refuse_blank("quantity", "say how many came in")
    return None
