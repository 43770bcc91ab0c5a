"""The lots on hand are counted by a sheet, and what was counted comes back."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import textwrap
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from lotcost.cli import main
from lotcost.ledger.loading import load
from lotcost.reports.catalog import Question, answer

LEDGER = """
    option "title" "Corner & shop"
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-adjustment: Expenses:StockDifferences
    2024-01-01 open Assets:Cellar "FIFO"
      lot-method: "beancount"

    2024-01-01 commodity MILK
      name: "Whole milk, 1 l"

    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "00123"
        expires: 2025-02-01
        location: "A1"
      Assets:Stock:Main  2.5 FLOUR @ 1.00 USD
        lot: "=SUM(A1)"
      Assets:Stock:Main  5 MILK @ 2.00 USD
        lot: "1E5"
        expires: 2025-01-20
      Liabilities:Payable
    2025-01-03 * "Restock"
      Assets:Stock:Main  -4 MILK
        lot: "00123"
      Assets:Stock:Shop   4 MILK
    2025-01-04 * "Cafe" "Invoice"
      Assets:Stock:Main  -5 MILK @ 5.00 USD
        lot: "1E5"
      Assets:Receivable
    2025-01-05 * "Chateau" "Delivery"
      Assets:Cellar  12 WINE {9.00 USD, "W1"}
      Liabilities:Payable
"""
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a ledger, to be in."""
    monkeypatch.chdir(tmp_path)
    Path("main.beancount").write_text(textwrap.dedent(LEDGER))
    return tmp_path


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, list(map(str, args)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def sheet(*args: object) -> Rows:
    """Write a sheet as csv, and read it."""
    result = run("count-sheet", "main.beancount", "--format", "csv", *args)
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(result.stdout.splitlines()))


def count(name: str, found: Callable[[dict[str, Any]], object]) -> None:
    """Write a sheet into a file, and fill in what was found of each row."""
    assert run("count-sheet", "main.beancount", "-o", name).exit_code == 0
    if name.endswith(".csv"):
        with Path(name).open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        with Path(name).open("w", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows({**row, "counted": found(row)} for row in rows)
        return
    book = load_workbook(name)
    cells = book.active
    assert cells is not None
    (head,) = (row for row in cells.iter_rows() if row[0].value == "Date")
    names = [str(cell.value).lower() for cell in head]
    for row in cells.iter_rows(min_row=head[0].row + 1):
        said = dict(zip(names, (cell.value for cell in row), strict=True))
        row[names.index("counted")].value = found(said)
    book.save(name)


def test_a_row_is_a_lot_in_an_account_as_one_walks_by() -> None:
    rows = sheet()

    assert list(rows[0]) == [
        *("date", "account", "location", "commodity", "name", "lot", "expires", "expected"),
        *("counted", "note"),
    ]
    assert [(row["account"], row["lot"], row["expected"]) for row in rows] == [
        ("Assets:Stock:Main", "'=SUM(A1)", "2.5"),
        ("Assets:Stock:Main", "00123", "6"),
        ("Assets:Stock:Shop", "00123", "4"),
    ]
    assert {row["counted"] for row in rows} == {""}
    assert {row["date"] for row in rows} == {"2025-01-05"}


def test_a_blind_sheet_does_not_say_what_is_expected() -> None:
    assert "expected" not in sheet("--blind")[0]


def test_a_sheet_may_be_of_another_day_or_of_one_account() -> None:
    rows = sheet("--at", "2025-01-02", "--account", "Assets:Stock:Main", "--commodity", "MILK")

    assert [(row["lot"], row["expected"]) for row in rows] == [("1E5", "5"), ("00123", "10")]
    assert rows[0]["date"] == "2025-01-02"


def test_columns_that_nobody_filled_are_left_out() -> None:
    assert list(sheet("--account", "Assets:Stock:Main", "--commodity", "FLOUR")[0]) == [
        *("date", "account", "commodity", "lot", "expected", "counted", "note")
    ]


def test_goods_that_beancount_books_are_not_on_it_which_is_said() -> None:
    result = run("count-sheet", "main.beancount")

    assert "Assets:Cellar is booked by Beancount and not on the sheet" in result.stderr
    assert "WINE" not in result.stdout


def test_a_workbook_to_print_has_types_rules_and_room() -> None:
    assert run("count-sheet", "main.beancount", "-o", "sheet.xlsx").exit_code == 0
    cells = load_workbook("sheet.xlsx").active
    assert cells is not None
    head = [cell.value for cell in cells[4]]
    first = dict(zip(head, cells[6], strict=True))

    assert cells["A1"].value == "Count sheet: Corner & shop"
    assert head[-3:] == ["Expected", "Counted", "Note"]
    assert first["Date"].value == datetime(2025, 1, 5)
    assert (first["Lot"].value, first["Lot"].number_format) == ("00123", "@")
    assert cells["F5"].value == "=SUM(A1)"
    assert cells["F5"].data_type == "s"
    assert first["Expected"].value == 6
    assert first["Counted"].value is None
    assert {cell.border.left.style for cell in cells[5]} == {"thin"}
    assert cells.page_setup.orientation == "landscape"
    assert cells.print_title_rows == "$4:$4"
    assert cells.freeze_panes == "A5"
    assert str(cells.data_validations.dataValidation[0].sqref) == "I5:I7"


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_what_was_counted_comes_back(name: str) -> None:
    count(name, lambda row: row["expected"])
    result = run("import", name, "--into", "main.beancount", "--write")

    assert result.exit_code == 0, result.stderr
    assert result.stderr == "Added 3 rows to main.beancount.\n"
    assert (
        Path("main.beancount")
        .read_text()
        .endswith(
            textwrap.dedent(
                """
            2025-01-05 custom "lot-count" Assets:Stock:Main "=SUM(A1)" 2.5 FLOUR
            2025-01-05 custom "lot-count" Assets:Stock:Main "00123" 6 MILK
            2025-01-05 custom "lot-count" Assets:Stock:Shop "00123" 4 MILK
            """
            )
        )
    )
    assert load("main.beancount").errors == []
    again = run("import", name, "--into", "main.beancount", "--write")
    assert again.stdout == ""
    assert "rows" in again.stderr and "in the ledger already" in again.stderr


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_a_difference_is_booked_and_what_was_not_counted_is_named(name: str) -> None:
    found = {"Assets:Stock:Main": 5, "Assets:Stock:Shop": None}
    count(name, lambda row: found[row["account"]])
    result = run("import", name, "--into", "main.beancount", "--write")
    assert result.exit_code == 1
    assert "add --adjust" in result.stderr

    result = run("import", name, "--into", "main.beancount", "--write", "--adjust")
    assert result.exit_code == 0, result.stderr
    assert f"{name} row " in result.stderr
    assert "not counted: Assets:Stock:Shop MILK 00123" in result.stderr
    rows = answer("lots", load("main.beancount"), Question(by="account")).rows
    held = {(row["account"], row["lot"]): row["units_on_hand"] for row in rows}
    assert held["Assets:Stock:Main", "00123"] == 5
    assert held["Assets:Stock:Main", "=SUM(A1)"] == 5
    assert held["Assets:Stock:Shop", "00123"] == 4


def test_what_somebody_wrote_beside_a_count_is_kept() -> None:
    text = "date,account,commodity,lot,counted,note\n"
    Path("sheet.csv").write_text(text + '2025-01-05,Assets:Stock:Main,MILK,00123,6,"a ""wet"" box"')
    result = run("import", "sheet.csv", "--into", "main.beancount")

    assert '+  note: "a \\"wet\\" box"\n' in result.stdout


def test_a_sheet_of_nothing_says_so() -> None:
    result = run("count-sheet", "main.beancount", "--at", "2025-01-01")

    assert result.exit_code == 0
    assert "Nothing is on hand as of 2025-01-01." in result.stderr


def test_an_unknown_account_is_offered_the_nearest() -> None:
    result = run("count-sheet", "main.beancount", "--account", "Assets:Stock:Mian")

    assert result.exit_code == 2
    assert "Assets:Stock:Main" in result.stderr


def test_a_sheet_never_replaces_a_file_of_the_ledger() -> None:
    result = run("count-sheet", "main.beancount", "--format", "csv", "-o", "main.beancount")

    assert result.exit_code == 2
    assert date.fromisoformat("2024-01-01") in {e.date for e in load("main.beancount").entries}


def test_a_sheet_that_a_spreadsheet_saved_comes_back() -> None:
    if shutil.which("soffice") is None and "CI" not in os.environ:
        pytest.skip("there is no LibreOffice here; apt-get install libreoffice-calc-nogui")
    count("sheet.xlsx", lambda row: row["expected"])
    Path("saved").mkdir()
    subprocess.run(
        [
            *(
                "soffice",
                "--headless",
                "-env:UserInstallation=file:///" + str(Path("p").absolute()),
            ),
            *("--convert-to", "xlsx", "--outdir", "saved", "sheet.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    result = run("import", "saved/sheet.xlsx", "--into", "main.beancount", "--write")

    assert result.exit_code == 0, result.stderr
    assert load("main.beancount").errors == []
