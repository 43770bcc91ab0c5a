"""Parquet, read back: every value is the report's own, and of its type."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import load
from test_workbook import ABOUT, BATCH, LEDGER, small

from lotcost.rendering import arrow, parquet
from lotcost.rendering.values import plain
from lotcost.reports.catalog import CATALOG, Question, answer
from lotcost.reports.report import Column, Report


def read(report: Report) -> pa.Table:
    return pq.read_table(io.BytesIO(parquet(report, ABOUT)))


def of_key(*values: Any) -> pa.ChunkedArray:
    """A column of a card's key that says so of each lot."""
    rows = [{"lot": "L1", "currency": "USD", "cost": None, "key": value} for value in values]
    return read(small(columns=(Column("key", "text"),), rows=rows))["key"]


@pytest.mark.parametrize("name", CATALOG)
def test_every_value_is_the_reports_own(name: str) -> None:
    report = answer(name, load(LEDGER + BATCH).ledger, Question())
    assert report.rows

    table = read(report)

    assert table.column_names == [column.name for column in report.columns]
    for row, told in zip(report.rows, table.to_pylist(), strict=True):
        for column in report.columns:
            value = row.get(column.name)
            typed = (Decimal, int, datetime.date, bool, type(None))
            assert told[column.name] == (value if isinstance(value, typed) else plain(value))


@pytest.mark.parametrize("name", CATALOG)
def test_figures_are_decimals_days_are_dates_and_words_are_text(name: str) -> None:
    report = answer(name, load(LEDGER + BATCH).ledger, Question())

    for column, field in zip(report.columns, arrow(report).schema, strict=True):
        if column.kind == "count":
            assert field.type == pa.int64()
        elif column.is_number:
            assert pa.types.is_decimal128(field.type)
        elif column.kind == "date":
            assert field.type == pa.date32()
        elif column.name not in {"grade", "manufactured"}:  # of a card
            assert field.type == pa.string()


def test_a_report_without_rows_has_its_types_all_the_same() -> None:
    table = read(small(rows=[]))

    assert table.num_rows == 0
    assert pa.types.is_decimal128(table.schema.field("cost").type)


@pytest.mark.parametrize(
    "cost",
    [
        *("9.95", "-0.01", "1234567890123.45", "0.1234567890123456789", "1E+3", "1E-30", "0E-10"),
        "123456789012345678901234567890.1234567890123456789",
    ],
)
def test_no_digit_is_lost(cost: str) -> None:
    rows = [{"lot": "L1", "currency": "USD", "cost": Decimal(number)} for number in (cost, "1.5")]

    assert read(small(rows=rows))["cost"].to_pylist() == [Decimal(cost), Decimal("1.5")]


def test_a_figure_no_decimal_holds_is_refused() -> None:
    rows = [{"lot": "L1", "currency": "USD", "cost": Decimal("1E-77")}]

    with pytest.raises(ValueError, match="more than 76 digits; write csv"):
        read(small(rows=rows))


def test_a_key_of_a_card_has_the_type_of_all_its_values_else_it_is_text() -> None:
    day = datetime.date(2025, 1, 2)

    assert of_key(day, None).type == pa.date32()
    assert pa.types.is_decimal128(of_key(Decimal("2.5"), None).type)
    assert of_key(True, None).type == pa.bool_()
    assert of_key("00123", Decimal("1.50"), day, None, True).to_pylist() == [
        *("00123", "1.50", "2025-01-02", None, "TRUE")
    ]


def test_a_file_says_what_it_is_and_what_its_figures_are_in() -> None:
    schema = read(small()).schema

    assert schema.metadata[b"lotcost.ledger"] == b"Corner shop"
    assert schema.metadata[b"lotcost.period"] == b"as of 2025-03-31"
    assert schema.field("cost").metadata == {b"kind": b"money", b"unit": b"currency"}
