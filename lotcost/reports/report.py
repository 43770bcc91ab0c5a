"""A report: one table with its schema, its totals and its tie to the ledger.

Every face renders this one object, so that a figure cannot differ between them.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lotcost.core.rounding import ONE
from lotcost.model import ZERO

if TYPE_CHECKING:
    import pandas as pd

ColumnKind = Literal["money", "units", "unit-cost", "rate", "date", "text", "count"]
Row = Mapping[str, Any]

_UNIT_COST = Decimal("0.000001")
_RATE = Decimal("0.0001")


class Column(NamedTuple):
    """A column of a report.

    Attributes:
      unit: The column that names the currency or commodity of the figures in this one.
      summed: Whether its totals mean something.
    """

    name: str
    kind: ColumnKind
    unit: str | None = None
    summed: bool = False

    @property
    def label(self) -> str:
        """The column's name for people."""
        return self.name.replace("_", " ").replace("-", " ").capitalize()

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind not in {"date", "text"}


class Tie(NamedTuple):
    """What the lots are worth and what the ledger says, in one currency."""

    currency: str
    lots: Decimal
    ledger: Decimal

    @property
    def difference(self) -> Decimal:
        """Ledger less lots: nothing, where they tie."""
        return self.ledger - self.lots


class Report(NamedTuple):
    """A report as of a day or over a period; both days are in.

    Attributes:
      rows: The table; absent values are None.
      totals: A row a currency, of the columns that are summed.
      ties: Where the report ties to the ledger's accounts, a currency each.
      notes: What the reader has to know to read it.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    at: datetime.date
    since: datetime.date | None = None
    ties: tuple[Tie, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame of Decimals, dates and texts."""
        import pandas as pd  # here: a terminal and a spreadsheet need no frame, nor its half second

        return pd.DataFrame(
            [[row.get(column.name) for column in self.columns] for row in self.rows],
            columns=[column.name for column in self.columns],
            dtype=object,
        )

    @property
    def totals(self) -> tuple[Row, ...]:
        """The sums of the rows shown, a row a currency; rates are computed anew."""
        return totals(self.columns, self.rows)

    def only(self, rows: Iterable[Row]) -> Report:
        """Return the same report of some of its rows."""
        return self._replace(rows=tuple(rows))


def totals(columns: Sequence[Column], rows: Iterable[Row]) -> tuple[Row, ...]:
    """Sum the money columns by currency, and derive the rates of the sums."""
    names = [column.name for column in columns if column.kind == "money" and column.summed]
    if not names:
        return ()
    by_currency: dict[str, list[tuple[Decimal | None, ...]]] = defaultdict(list)
    for row in map(itemgetter("currency", *names), rows):
        by_currency[row[0]].append(row[1:])
    sums: dict[str, dict[str, Any]] = {}
    for currency, figures in by_currency.items():
        # A zero has its cents too: the sum of 0.00 and 0.00 is 0.00, and so is that of no figure.
        some = next((value for row in figures for value in row if value is not None), ZERO)
        known = (
            [value for value in values if value is not None]
            for values in zip(*figures, strict=True)
        )
        sums[currency] = {
            name: sum(values, ZERO) if values else some - some
            for name, values in zip(names, known, strict=True)
        }
    named = {column.name for column in columns}
    for currency, total in sums.items():
        total["currency"] = currency
        if "margin_rate" in named:
            total["margin_rate"] = rate(total["gross_margin"], total["revenue"])
        if "markup" in named:
            total["markup"] = rate(total["gross_margin"], total["cost_of_sales"])
    return tuple(sums[currency] for currency in sorted(sums))


def rate(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return a ratio to four digits, or None of nothing."""
    return (part / whole).quantize(_RATE, ROUND_HALF_UP) if whole else None


def unit_cost(cost: Decimal, units: Decimal, cent: Decimal) -> Decimal | None:
    """Return what one unit costs, to six digits and never fewer than the currency's own."""
    if not units:
        return None
    return trimmed((cost / units).quantize(_UNIT_COST, ROUND_HALF_UP), cent)


def money(amount: Decimal, cent: Decimal) -> Decimal:
    """Return money in the currency's smallest unit; what Beancount kept finer stays finer."""
    if amount.same_quantum(cent):  # as nearly all money is
        return amount + ZERO  # no zero is negative
    rounded = amount.quantize(cent, ROUND_HALF_UP) + ZERO
    return rounded if rounded == amount else amount.normalize()


def trimmed(number: Decimal, cent: Decimal = ONE) -> Decimal:
    """Strip the zeros behind a number's last digit, down to a smallest unit."""
    if number.same_quantum(cent):
        return number + ZERO  # no zero is negative
    least = number.quantize(cent, ROUND_HALF_UP) + ZERO
    return least if least == number else number.normalize()
