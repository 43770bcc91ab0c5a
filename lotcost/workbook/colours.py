"""Colours that follow what cells say: expired, lost money, a check that is off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from lotcost.reports.report import Column

_BAD = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
_WARNING = {"bg_color": "#FFEB9C", "font_color": "#7F6000"}
_GOOD = {"font_color": "#006100"}
_LOSS = {"font_color": "#C00000"}
_BELOW_ZERO = (("{0}<0", _LOSS),)
_EXPIRED = ('{0}="expired"', _BAD)
_HELD = ('OR({0}="quarantine",{0}="recalled")', _WARNING)
_CHECK = (('{0}<>"OK"', _BAD), ('{0}="OK"', _GOOD))
_COLOURS: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]] = {
    "status": (_EXPIRED, _HELD),
    "bucket": (_EXPIRED,),
    "days_left": (('AND({0}<>"",{0}<0)', _BAD),),
    "action": (('{0}="write off"', _BAD), ('{0}="hold"', _WARNING)),
    "gross_margin": _BELOW_ZERO,
    "after_write_offs": _BELOW_ZERO,
    "margin_rate": _BELOW_ZERO,
    "markup": _BELOW_ZERO,
    "difference": (("{0}<>0", _LOSS),),
    "units difference": (("{0}<>0", _LOSS),),
    "units_missing": (("{0}<>0", _BAD),),
    "accounted_rate": (('AND({0}<>"",{0}<>1)', _BAD),),
    "subject": (('{0}="To look into"', _WARNING),),
    "units check": _CHECK,
    "cost check": _CHECK,
}


def colour(book: Any, on: Any, columns: Sequence[Column], last: int) -> None:
    """Lay colours on a sheet's columns, from below the heading to the last row."""
    blanks = next((at for at, column in enumerate(columns) if column.name == "missing"), None)
    for at, column in enumerate(columns):
        letter = xl_col_to_name(at)
        rules = list(_COLOURS.get(column.name, ()))
        if blanks is not None:
            rules.append(_named_in(f"${xl_col_to_name(blanks)}2", column))
        _lay(book, on, rules, f"{letter}2", f"{letter}2:{letter}{max(last, 2)}")


def _named_in(cell: str, column: Column) -> tuple[str, Mapping[str, Any]]:
    """Mark what a row leaves blank: the column's name is among those its last cell lists."""
    words = column.name.replace("_", " ")
    return f'ISNUMBER(SEARCH(", {words},",", "&{cell}&","))', _WARNING


def colour_check(book: Any, on: Any, area: str) -> None:
    """Lay the colours of checks on cells that say OK, or what is off."""
    _lay(book, on, _CHECK, area.partition(":")[0], area)


def _lay(
    book: Any, on: Any, rules: Iterable[tuple[str, Mapping[str, Any]]], first: str, area: str
) -> None:
    for formula, look in rules:
        rule = {"type": "formula", "criteria": f"={formula.format(first)}"}
        on.conditional_format(area, {**rule, "format": book.add_format(look)})
