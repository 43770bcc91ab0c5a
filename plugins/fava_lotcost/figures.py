"""Numbers as the ledger prints them: money with its digits, rates in percent, dates in ISO."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from fava_lotcost import compat
from lotcost.reports.report import Column, Row, trimmed

_BLANK = "\N{NO-BREAK SPACE}"  # as wide as a digit in the figures' font


_BAD_BELOW_ZERO = frozenset(
    {
        *("days_left", "cost_on_hand", "gross_margin", "margin_rate", "markup"),
        *("after_write_offs", "share"),
    }
)


class Figures:
    """What prints the figures of one ledger.

    Money has the digits the ledger mostly writes, and never fewer than the currency's cents: a
    ledger of round sums would else hide what its lots are off by.
    """

    def __init__(self, ledger: Any, cent: Callable[[str], Decimal], mask: bool) -> None:
        self._mask = mask
        locale: str | None = ledger.fava_options.locale
        self._precisions: dict[str, int] = ledger.format_decimal.precisions
        self._cent = cent
        self._format = cache(lambda digits: compat.number_format(locale, digits))
        self._least = cache(self._least_digits)

    def cells(self, columns: Sequence[Column], rows: Sequence[Row]) -> list[list[str]]:
        """Return rows as texts, figures of a column under each other by their decimal points.

        In incognito they are masked; how many lots or days there are is told.
        """
        texts = [self._column(column, rows) for column in columns]
        return [list(row) for row in zip(*texts, strict=True)]

    def money(self, number: Decimal, currency: str) -> str:
        """Return money without its currency."""
        return self._format(max(self._least(currency), _digits(number)))(number)

    def units(self, number: Decimal) -> str:
        """Return units with the digits they need."""
        number = trimmed(number)
        return self._format(_digits(number))(number)

    def rate(self, number: Decimal | None) -> str:
        """Return a rate in percent."""
        return "" if number is None else f"{self._format(1)(number * 100)} %"

    @staticmethod
    def css(column: Column, row: Row) -> str:
        """Return the classes of a figure's cell.

        One that is bad below nothing is red there, and so is what does not tie.
        """
        value = row.get(column.name) or 0
        is_red = (column.name in _BAD_BELOW_ZERO and value < 0) or (
            column.name == "difference" and "ledger_balance" in row and value != 0
        )
        return "num lotcost-negative" if is_red else "num"

    def _least_digits(self, currency: str) -> int:
        return max(self._precisions.get(currency, 2), _digits(self._cent(currency)))

    def _column(self, column: Column, rows: Sequence[Row]) -> list[str]:
        values = [row.get(column.name) for row in rows]
        if column.kind == "rate":
            return [self._masked(self.rate(value)) for value in values]
        # How many digits each figure has behind its point, and the one that has most.
        depths = [
            self._depth(column, row, value) if isinstance(value, Decimal) else 0
            for row, value in zip(rows, values, strict=True)
        ]
        deepest = max(depths, default=0)
        return [
            self._padded(value, depth, deepest)
            if isinstance(value, Decimal)
            else ("" if value is None else str(value))
            for value, depth in zip(values, depths, strict=True)
        ]

    def _depth(self, column: Column, row: Row, value: Decimal) -> int:
        own = _digits(value)
        if column.kind == "money":
            return max(own, self._least(row["currency"]))
        if column.kind == "unit-cost":
            return max(own, _digits(self._cent(row["currency"])))
        return own

    def _padded(self, value: Decimal, depth: int, deepest: int) -> str:
        text = self._format(depth)(value) + _BLANK * (deepest - depth + (depth == 0 < deepest))
        return self._masked(text)

    def _masked(self, text: str) -> str:
        return compat.masked(text) if self._mask else text


def _digits(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
