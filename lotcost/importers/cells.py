"""Read one cell: a day, a number, a text. What may mean two things is refused and never guessed.

A cell of a CSV file is a text. One of a workbook is what the workbook says it is.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from lotcost.importers.wrong import WrongCellError


class Unfit(NamedTuple):
    """A cell whose value cannot be told, and why."""

    reason: str


Cell = str | Decimal | datetime.date | Unfit

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?|[+-]?\.[0-9]+")
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(?:([ '\u2019\u00a0\u202f]|,)[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?"
)
_SEPARATED = re.compile(r"[+-]?[0-9][0-9 '.,\u2019\u00a0\u202f]*")
_LONGEST_NUMBER = 24
_COMMON = ("DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "YYYY/MM/DD", "YYYYMMDD")
_MORE = ("DD/MM/YY", "MM/DD/YY", "DD.MM.YY", "DD MMM YYYY", "MMM DD YYYY", "MMM DD, YYYY")
_TOKENS = {"YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m"} | {
    "DD": "%d",
    "D": "%d",
}
_TOKEN = re.compile("YYYY|YY|M{1,4}|DD?")
_EXCEL_ZERO = datetime.date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 73_051)  # from 1954 to 2099: what a date of goods may be
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_blank(cell: Cell) -> bool:
    """Whether nothing is in a cell."""
    return cell == ""


def shown(cell: Cell) -> str:
    """Write a cell as it goes into a sentence."""
    return f'"{cell}"' if isinstance(cell, str) else str(cell)


def text(cell: Cell) -> str:
    """Read a text; a number is written without exponent."""
    if isinstance(cell, Unfit):
        raise WrongCellError(cell.reason)
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if _UNPRINTABLE.search(cell):
        raise WrongCellError("holds a control character, which no ledger can; write it anew")
    return cell


def number_of_lot(cell: Cell) -> str:
    """Read the number of a lot, which is a text, whatever a spreadsheet took it for."""
    if isinstance(cell, datetime.date):
        raise WrongCellError(
            f"is a date, {cell}: a spreadsheet makes one of 1-5. Format the column as text and "
            "write the lot anew"
        )
    if isinstance(cell, Decimal) and len(cell.as_tuple().digits) >= 15 and abs(cell) >= 10**15:
        raise WrongCellError(
            f"is a number, {cell:f}, of which a spreadsheet keeps 15 digits. Format the column "
            "as text and write the lot anew"
        )
    return text(cell)


def number(cell: Cell, point: str | None) -> Decimal:
    """Read a number.

    Args:
      point: What stands before the decimals, "." or ","; None allows a point and no grouping.
    """
    if isinstance(cell, Decimal):
        return cell
    if isinstance(cell, datetime.date):
        raise WrongCellError(f"wants a number and has a date, {cell}")
    written = text(cell)
    plain = written if point != "," else written.translate({ord("."): ",", ord(","): "."})
    if point is not None and _GROUPED.fullmatch(plain):
        plain = re.sub(r"[^0-9.+-]", "", plain)
    if _PLAIN.fullmatch(plain) and len(plain) <= _LONGEST_NUMBER:
        return Decimal(plain)
    if _SEPARATED.fullmatch(written) and not _PLAIN.fullmatch(written):
        raise WrongCellError(
            f'wants a number and has "{written}", where it is unclear what is a decimal sign. '
            'Say decimal = "," or decimal = "." in the mapping'
            if point is None
            else f'wants a number with the decimal sign "{point}" and has "{written}"'
        )
    raise WrongCellError(f'wants a number and has "{written}"')


def day(cell: Cell, formats: Iterable[str]) -> datetime.date:
    """Read a day: a date, or a text as 2025-01-31 or in one of the formats.

    Args:
      formats: As DD/MM/YYYY or as %d/%m/%Y.
    """
    if isinstance(cell, datetime.date):
        return cell
    written = text(cell)
    iso = _ISO.fullmatch(written)
    if iso:
        try:
            return datetime.date(*map(int, iso.groups()))
        except ValueError as error:
            raise WrongCellError(f"has {written}, which is no day of the calendar") from error
    days = dict(_readings(written, formats))
    if len(set(days.values())) == 1:
        return next(iter(days.values()))
    if days:
        raise WrongCellError(f'has "{written}", which {_or(days)}. Write it as 2025-01-31')
    raise WrongCellError(_no_day(cell, written))


def check_format(form: str) -> None:
    """Refuse a date format that does not say day, month and year, with a ValueError."""
    probe = datetime.date(2024, 2, 29)
    code = _code(form)
    if datetime.datetime.strptime(probe.strftime(code), code).date() != probe:
        raise ValueError(form)


def _code(form: str) -> str:
    return form if "%" in form else _TOKEN.sub(lambda found: _TOKENS[found[0]], form)


def _readings(written: str, formats: Iterable[str]) -> Iterator[tuple[str, datetime.date]]:
    for form in formats:
        try:
            yield form, datetime.datetime.strptime(written, _code(form)).date()
        except ValueError:
            continue


def _no_day(cell: Cell, written: str) -> str:
    plain = _PLAIN.fullmatch(written) and len(written) <= _LONGEST_NUMBER
    count = int(Decimal(written)) if plain else 0
    if count in _EXCEL_DAYS:
        meant = _EXCEL_ZERO + datetime.timedelta(count)
        return (
            f"wants a date and has the number {written}, which is how a spreadsheet counts "
            f"{meant}. Format the cells as dates"
        )
    fitting = dict(_readings(written, (*_COMMON, *_MORE)))
    if not fitting or isinstance(cell, Decimal):
        return f"wants a date as 2025-01-31 and has {shown(cell)}"
    form = next(iter(fitting))
    return (
        f'wants a date as 2025-01-31 and has "{written}", which {_or(fitting)}. '
        f'Say which in the mapping: dates = "{form}"'
    )


def _or(days: dict[str, datetime.date]) -> str:
    return "may be " + " or ".join(f"{each} ({form})" for form, each in days.items())
