"""GS1 element strings, as a scanner sends them or as they are printed below a barcode.

    ]C1010950600013501417250630  10L-12     a scanner's, with its symbology identifier
    (01)09506000135014(17)250630(10)L-12    as it is printed

What was read is written back and compared, as a lot that is read in part is another lot.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import NamedTuple

import biip
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin

from lotcost.importers.wrong import WrongCellError

_GTIN_DIGITS = 14
_SEPARATOR = "\x1d"
_DATES = {"11": "manufactured", "15": "best-before", "17": "expires"}
_PRINTED = {ord("("): None, ord(")"): None, ord(" "): None}


class Scanned(NamedTuple):
    """What an element string says.

    Attributes:
      gtin: In 14 digits.
      pieces: How many, from (30) or (37).
      kilograms: The net weight, from (310n).
      dates: The dates of a lot's card, by key.
    """

    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    pieces: Decimal | None = None
    kilograms: Decimal | None = None
    dates: tuple[tuple[str, datetime.date], ...] = ()


def gtin(written: str) -> str:
    """Read a GTIN of 8, 12, 13 or 14 digits, and write it in 14."""
    digits = written.strip()
    if digits.isascii() and digits.isdecimal() and len(digits) < _GTIN_DIGITS:
        # A spreadsheet that takes it for a number drops the zeros before it.
        digits = next(digits.zfill(length) for length in (8, 12, 13) if length >= len(digits))
    try:
        return Gtin.parse(digits).as_gtin_14()
    except (biip.ParseError, biip.EncodeError) as error:
        raise WrongCellError(f'"{written}" is no GTIN: {_reason(error)}') from error


def scan(written: str) -> Scanned:
    """Read an element string, or a bare GTIN."""
    written = written.replace("<GS>", _SEPARATOR)  # as scanners that type into a sheet write it
    if written.isdecimal() and len(written) in (8, 12, 13, 14):
        return Scanned(gtin=gtin(written))
    found: dict[str, str] = {}
    dates = []
    pieces = kilograms = None
    for element in _message(written).element_strings:
        ai = element.ai.ai
        if found.setdefault(ai, element.value) != element.value:
            raise WrongCellError(f'"{written}" says ({ai}) twice')
        if ai in _DATES:
            if element.date is None:
                raise WrongCellError(f'"{written}" has no day of the calendar at ({ai})')
            dates.append((_DATES[ai], element.date))
        elif ai in {"30", "37"}:
            pieces = Decimal(element.value)
        elif ai[:3] == "310":
            kilograms = element.decimal
    code = found.get("01", found.get("02"))
    return Scanned(
        gtin=None if code is None else gtin(code),
        lot=found.get("10"),
        serial=found.get("21"),
        pieces=pieces,
        kilograms=kilograms,
        dates=tuple(dates),
    )


def _message(written: str) -> GS1Message:
    printed = written.startswith("(")
    try:
        if printed:
            message = GS1Message.parse_hri(written)
        else:
            parsed = biip.parse(written)
            if parsed.gs1_message is None:
                raise WrongCellError(
                    f'"{written}" is no GS1 element string: {_reason(parsed.gs1_message_error)}'
                )
            message = parsed.gs1_message
    except biip.ParseError as error:
        raise WrongCellError(f'"{written}" is no GS1 element string: {_reason(error)}') from error
    if not message.element_strings:
        raise WrongCellError(f'"{written}" is no GS1 element string: nothing is in it')
    read = "".join(element.ai.ai + element.value for element in message.element_strings)
    if (printed and read != written.translate(_PRINTED)) or " " in _values(written):
        raise WrongCellError(
            f'"{written}" is read as {message.as_hri()}, which is not all of it; '
            "a value has no brackets or spaces"
        )
    return message


def _values(written: str) -> str:
    """Return a printed string without the spaces around its brackets."""
    return written.strip().replace(" (", "(").replace(") ", ")")


def _reason(error: object) -> str:
    return str(error).rstrip(".")
