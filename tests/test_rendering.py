"""Text, CSV and JSON of one report."""

from __future__ import annotations

import csv as csv_files
import datetime
import io
import json as json_files
from decimal import Decimal
from typing import Any

import pytest

from lotcost.rendering import About, csv, json, text
from lotcost.reports.report import Column, Report, Tie

ABOUT = About("Corner shop", "main.beancount")
DAY = datetime.date(2025, 3, 31)
COLUMNS = (
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("expires", "date"),
    Column("supplier", "text"),
    Column("units_received", "units", "commodity"),
    Column("units_adjusted", "units", "commodity"),
    Column("units_on_hand", "units", "commodity"),
    Column("currency", "text"),
    Column("cost_on_hand", "money", "currency", summed=True),
    Column("share", "rate"),
    Column("plant", "text"),
)


def row(lot: str, on_hand: str, cost: str, currency: str = "USD", **more: Any) -> dict[str, Any]:
    plain = {
        "commodity": "MILK",
        "lot": lot,
        "expires": datetime.date(2025, 4, 30),
        "supplier": "Dairy Farm",
        "units_received": Decimal("10"),
        "units_adjusted": Decimal("0"),
        "units_on_hand": Decimal(on_hand),
        "currency": currency,
        "cost_on_hand": Decimal(cost),
        "share": None,
        "plant": None,
    }
    return plain | more


def report(*rows: dict[str, Any], **more: Any) -> Report:
    return Report("lots", "Lots", COLUMNS, rows, DAY, **more)


def test_text_lines_figures_up_by_their_decimal_points() -> None:
    columns = tuple(COLUMNS[at] for at in (0, 1, 6, 8, 9))
    shown = text(
        Report(
            "lots",
            "Lots",
            columns,
            (
                row("L1", "4", "8.00", share=Decimal("0.3168")),
                row("L2", "-2.5", "1234.10"),
            ),
            DAY,
            ties=(Tie("USD", Decimal("1242.10"), Decimal("1242.10")),),
            notes=("Read this.",),
        ),
        ABOUT,
    )

    expected = """\
Lots
Corner shop, as of 2025-03-31

                Units
                   on  Cost on
Commodity  Lot   hand     hand   Share
---------  ---  -----  -------  ------
MILK       L1     4       8.00  31.68%
MILK       L2    -2.5  1234.10
---------  ---  -----  -------  ------
Total USD              1242.10

Ties to the ledger: yes, all lots together 1242.10 USD
Read this.
"""
    assert shown == expected


def test_text_has_a_total_for_each_currency() -> None:
    shown = text(report(row("L1", "1", "1.00"), row("L2", "1", "2", "JPY")), ABOUT)

    totals = [line.split() for line in shown.splitlines() if line.startswith("Total")]
    assert totals == [["Total", "JPY", "2"], ["Total", "USD", "1.00"]]


def test_text_says_in_numbers_by_how_much_a_report_does_not_tie() -> None:
    tie = Tie("USD", Decimal("5.00"), Decimal("7.50"))

    assert (
        "Ties to the ledger: no, 2.50 USD off; all lots together 5.00, inventory accounts 7.50\n"
    ) in text(report(row("L1", "1", "5.00"), ties=(tie,)), ABOUT)


def test_text_names_the_period_and_what_was_asked_for() -> None:
    about = ABOUT._replace(asked=(("Commodity", "MILK"), ("By", "account")))
    shown = text(report(row("L1", "1", "5.00"), since=datetime.date(2025, 1, 1)), about)

    assert shown.splitlines()[1] == (
        "Corner shop, from 2025-01-01 to 2025-03-31, commodity MILK, by account"
    )


def test_text_in_a_pipe_leaves_no_column_out() -> None:
    shown = text(report(row("L1", "1", "5.00")), ABOUT)

    assert "Plant" in shown
    assert "Left out" not in shown


@pytest.mark.parametrize("width", [55, 60, 80, 100, 120])
def test_text_fits_the_terminal_and_names_every_column_it_leaves_out(width: int) -> None:
    lines = text(
        report(row("L1", "1", "5.00"), row("L2", "2.25", "9.10")), ABOUT, width
    ).splitlines()
    said = " ".join(lines)
    heading = " ".join(
        lines[3 : lines.index(next(line for line in lines if "---" in line))]
    ).lower()

    assert max(len(line) for line in lines) <= width
    for column in COLUMNS:
        words = column.label.lower().split()
        assert all(word in heading for word in words) or column.label.lower() in said
    assert "MILK" in said
    assert "L2" in said
    assert "2.25" in said


def test_text_leaves_out_first_what_is_empty() -> None:
    full = max(len(line) for line in text(report(row("L1", "1", "5.00")), ABOUT).splitlines())
    shown = text(report(row("L1", "1", "5.00")), ABOUT, full - 1)

    left_out = " ".join(shown[shown.index("Left out") :].split())
    assert left_out == (
        "Left out, as the terminal is narrow: units adjusted, share, plant. "
        "A file has them all: -o FILE.xlsx"
    )


def test_text_keeps_the_currency_where_there_are_two() -> None:
    shown = text(report(row("L1", "1", "1.00"), row("L2", "1", "2", "JPY")), ABOUT, 55)

    assert "Currency" in shown


def test_text_of_no_rows_says_so() -> None:
    assert "Nothing to show." in text(report(), ABOUT)


def test_text_gives_a_wide_sign_two_cells_and_an_accent_none() -> None:
    lines = text(
        report(row("牛乳", "1", "1.00"), row("Cafe\u0301", "1", "1.00")), ABOUT
    ).splitlines()

    wide, accented = (line for line in lines if line.startswith("MILK"))
    assert wide.index("2025-04-30") == len("MILK       牛乳  ")
    assert accented.index("2025-04-30") == len("MILK       Cafe\u0301  ")


def test_text_from_a_ledger_cannot_command_the_terminal_nor_break_a_line() -> None:
    shown = text(report(row("L\x1b[31m1", "1", "1.00", supplier="two\nlines")), ABOUT)

    assert "\x1b" not in shown
    assert "two lines" in shown


def test_csv_has_a_header_and_plain_values() -> None:
    shown = csv(report(row("L1", "-2.5", "1234.10", share=Decimal("0.3168"))))

    header, line = shown.split("\r\n")[:2]
    assert header == ",".join(column.name for column in COLUMNS)
    assert line == "MILK,L1,2025-04-30,Dairy Farm,10,0,-2.5,USD,1234.10,0.3168,"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_keeps_a_text_from_running_as_a_formula(sign: str) -> None:
    (_, line) = csv_files.reader(io.StringIO(csv(report(row(f"{sign}1+1", "1", "1"))), newline=""))

    assert line[1] == f"'{sign}1+1"


def test_csv_leaves_negative_numbers_alone() -> None:
    (_, line) = csv_files.reader(io.StringIO(csv(report(row("L1", "-1", "-2.50"))), newline=""))

    assert (line[6], line[8]) == ("-1", "-2.50")


@pytest.mark.parametrize("lot", ["00123", "1E5", 'a "b", c', "two\nlines", "é牛", " padded "])
def test_csv_gives_ids_back_as_they_were(lot: str) -> None:
    (_, line) = csv_files.reader(io.StringIO(csv(report(row(lot, "1", "1"))), newline=""))

    assert line[1] == lot


def test_json_is_an_array_of_objects_keyed_as_the_columns() -> None:
    (shown,) = json_files.loads(json(report(row("=L1", "1E+2", "1234.10"))))

    assert list(shown.items()) == [
        ("commodity", "MILK"),
        ("lot", "=L1"),
        ("expires", "2025-04-30"),
        ("supplier", "Dairy Farm"),
        ("units_received", "10"),
        ("units_adjusted", "0"),
        ("units_on_hand", "100"),
        ("currency", "USD"),
        ("cost_on_hand", "1234.10"),
        ("share", None),
        ("plant", None),
    ]


def test_json_of_no_rows_is_an_empty_array() -> None:
    assert json_files.loads(json(report())) == []
