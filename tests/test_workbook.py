"""One report as a workbook, read back cell by cell."""

from __future__ import annotations

import datetime
import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from conftest import Loaded, load

from lotcost.rendering import About
from lotcost.reports.catalog import CATALOG, Question, answer
from lotcost.reports.report import Column, Report, Tie
from lotcost.workbook import MOST_ROWS, write_report

ABOUT = About("Corner shop", "main.beancount", (("Commodity", "MILK"),))
DAY = datetime.date(2025, 3, 31)
LEDGER = """
    option "title" "Corner shop"
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Inventory
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
    2025-01-02 * "Dairy Farm" "Delivery" ^po-17
      Assets:Inventory    10 MILK @ 9.95 USD
        lot: "=SUM(A1)"
        expires: 2025-06-30
        manufactured: 2024-12-30
      Assets:Inventory    3 RICE @ 1999 JPY
        lot: "00123"
      Assets:Inventory    2.125 TEA @ 8.115 KWD
        lot: "1E5"
        grade: 2
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice 101" ^inv-101
      Assets:Inventory    -4 MILK @ 12.345 USD
      Assets:Receivable
    2025-01-07 * "Spoiled"
      Assets:Inventory    -1 MILK
        reason: "damaged"
"""
BATCH = """
    2025-01-08 * "Make pudding"
      Assets:Inventory    -2 MILK
      Assets:Inventory     3 PUDDING
        lot: "P1"
      Liabilities:Wages    -1.00 USD
    2025-01-09 * "Cafe Rose" "Sold below cost"
      Assets:Inventory    -1 RICE @ 1500 JPY
      Assets:Receivable
"""


def written(report: Report, most_rows: int = MOST_ROWS) -> Any:
    """Write a report and read it as what shows it without calculating does."""
    stream = io.BytesIO()
    write_report(report, ABOUT, stream, most_rows)
    return openpyxl.load_workbook(stream, data_only=True)


def small(**more: Any) -> Report:
    columns = (
        Column("lot", "text"),
        Column("currency", "text"),
        Column("cost", "money", "currency", summed=True),
        *more.pop("columns", ()),
    )
    rows = more.pop("rows", [{"lot": "L1", "currency": "USD", "cost": Decimal("9.95")}])
    return Report("lots", "Lots", columns, tuple(rows), DAY, **more)


def assert_same(cell: Any, value: Any) -> None:
    """A cell holds a value: of its type, and with all of its digits."""
    if value is None:
        assert cell.value is None
    elif isinstance(value, Decimal | int):
        assert cell.data_type == "n"
        assert Decimal(str(cell.value)) == value
    elif isinstance(value, datetime.date):
        assert cell.is_date
        assert cell.value.date() == value
        assert cell.number_format == "yyyy-mm-dd"
    else:
        assert cell.data_type == "s"
        assert cell.value == value
        assert cell.number_format == "@"


@pytest.fixture(scope="module")
def shop() -> Loaded:
    return load(LEDGER)


@pytest.mark.parametrize("name", CATALOG)
def test_every_cell_is_the_reports_own_value(name: str) -> None:
    shop = load(LEDGER + BATCH)
    assert not shop.errors
    report = answer(name, shop.ledger, Question())
    assert report.rows

    sheet = written(report).worksheets[0]

    assert sheet.max_row == 1 + len(report.rows) + len(report.totals)
    for cells, row in zip(sheet.iter_rows(min_row=2), report.rows, strict=False):
        for cell, column in zip(cells, report.columns, strict=True):
            assert_same(cell, row.get(column.name))
    for cells, total in zip(
        sheet.iter_rows(min_row=2 + len(report.rows)), report.totals, strict=True
    ):
        assert cells[0].value == "Total"
        for cell, column in list(zip(cells, report.columns, strict=True))[1:]:
            assert_same(cell, total.get(column.name))
            assert cell.font.bold


@pytest.mark.parametrize(
    "lot", ["=SUM(A1)", "00123", "1E5", "#N/A", "+1", "TRUE", " a ", "2025-01-02"]
)
def test_an_id_stays_the_text_it_is(lot: str) -> None:
    sheet = written(small(rows=[{"lot": lot, "currency": "USD", "cost": None}])).worksheets[0]

    assert_same(sheet["A2"], lot)


@pytest.mark.parametrize("cost", ["9.95", "-0.01", "1234567890123.45", "0.1234567890123456"])
def test_a_number_stands_in_the_file_digit_by_digit(cost: str) -> None:
    stream = io.BytesIO()
    write_report(
        small(rows=[{"lot": "L1", "currency": "USD", "cost": Decimal(cost)}]), ABOUT, stream
    )
    sheet = zipfile.ZipFile(stream).read("xl/worksheets/sheet1.xml").decode()

    assert f"<v>{cost}</v>" in sheet


def test_a_figure_shows_the_digits_of_its_currency_or_commodity(shop: Loaded) -> None:
    sheet = written(answer("lots", shop.ledger)).worksheets[0]
    heading = {cell.value: cell.column for cell in sheet[1]}

    def formats(name: str) -> dict[str, str]:
        return {
            sheet.cell(at, 1).value: sheet.cell(at, heading[name]).number_format for at in (2, 3, 4)
        }

    assert formats("Cost on hand") == {"MILK": "#,##0.00", "RICE": "#,##0", "TEA": "#,##0.000"}
    assert formats("Units on hand") == {"MILK": "#,##0", "RICE": "#,##0", "TEA": "#,##0.000"}
    assert sheet.cell(2, heading["Margin rate"]).number_format == "0.00%"


def test_dates_and_numbers_on_a_card_are_typed_too(shop: Loaded) -> None:
    sheet = written(answer("lots", shop.ledger)).worksheets[0]
    heading = {cell.value: cell.column for cell in sheet[1]}

    assert_same(sheet.cell(2, heading["Manufactured"]), datetime.date(2024, 12, 30))
    assert_same(sheet.cell(4, heading["Grade"]), Decimal(2))


def test_the_rows_are_a_table_with_a_frozen_heading_and_the_totals_below_it(shop: Loaded) -> None:
    report = answer("lots", shop.ledger)
    sheet = written(report).worksheets[0]

    (table,) = sheet.tables.values()
    assert table.ref == f"A1:{sheet.cell(1, len(report.columns)).column_letter}4"
    assert table.autoFilter.ref == table.ref
    assert table.column_names == [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "C2"


def test_columns_whose_names_read_alike_get_headings_of_their_own() -> None:
    more = (Column("unit-cost", "text"), Column("unit_cost", "unit-cost", "currency"))
    sheet = written(small(columns=more)).worksheets[0]

    assert [cell.value for cell in sheet[1]][3:] == ["Unit cost", "Unit cost (unit_cost)"]


def test_columns_are_wide_enough_for_their_figures(shop: Loaded) -> None:
    rows = [{"lot": "A lot with a long number", "currency": "USD", "cost": Decimal("1234567.89")}]
    sheet = written(small(rows=rows)).worksheets[0]

    assert sheet.column_dimensions["A"].width >= len("A lot with a long number")
    assert sheet.column_dimensions["C"].width >= len("1,234,567.89")


def test_a_report_without_rows_is_a_heading_without_a_table() -> None:
    sheet = written(small(rows=[])).worksheets[0]

    assert [cell.value for cell in sheet[1]] == ["Lot", "Currency", "Cost"]
    assert not sheet.tables


def test_signs_that_no_workbook_can_hold_are_left_out() -> None:
    rows = [{"lot": "L\x00\x1b\ufffe1", "currency": "USD", "cost": None}]

    assert written(small(rows=rows)).worksheets[0]["A2"].value == "L1"


def test_a_day_before_the_calendar_of_spreadsheets_stays_a_text() -> None:
    rows = [{"lot": datetime.date(1899, 12, 30), "currency": "USD", "cost": None}]

    assert written(small(rows=rows)).worksheets[0]["A2"].value == "1899-12-30"


def test_the_second_sheet_says_where_the_first_comes_from() -> None:
    tie = Tie("USD", Decimal("9.95"), Decimal("10.00"))
    book = written(small(since=datetime.date(2025, 1, 1), ties=(tie,), notes=("=Read",)))
    rows = [[cell.value for cell in row] for row in book["About"].iter_rows()]
    said = {row[0]: row[1] for row in rows}

    assert said["Report"] == "Lots"
    assert said["Ledger"] == "Corner shop"
    assert said["File"] == "main.beancount"
    assert said["From"] == datetime.datetime(2025, 1, 1)
    assert said["To"] == datetime.datetime(2025, 3, 31)
    assert said["Commodity"] == "MILK"
    assert said["Rows"] == 1
    assert said["Made by"].startswith("lotcost 0.")
    assert ["=Read", None, None, None, None] in rows
    assert ["USD", 9.95, 10, 0.05, "no"] in rows
    assert ["Cost", "cost", "money", "currency", None] in rows


def test_totals_are_formulas_a_currency_each(shop: Loaded) -> None:
    stream = io.BytesIO()
    write_report(answer("lots", shop.ledger), ABOUT, stream)
    sheet = openpyxl.load_workbook(stream).worksheets[0]
    heading = {cell.value: cell.column_letter for cell in sheet[1]}
    received, currency = heading["Cost received"], heading["Currency"]

    assert sheet[f"{received}5"].value == (
        f"=ROUND(SUMIFS(${received}$2:${received}$4,${currency}$2:${currency}$4,{currency}5),0)"
    )
    assert [sheet[f"{currency}{row}"].value for row in (5, 6, 7)] == ["JPY", "KWD", "USD"]


def test_more_rows_than_a_sheet_holds_go_on_in_a_second_one() -> None:
    rows = [{"lot": f"L{at}", "currency": "USD", "cost": Decimal(f"{at}.10")} for at in range(1, 6)]
    book = written(small(rows=rows), most_rows=4)

    assert book.sheetnames == ["Lots", "Lots 2", "Lots 3", "About"]
    lots = [[cell.value for cell in book[name]["A"]] for name in book.sheetnames[:3]]
    assert lots == [["Lot", "L1", "L2"], ["Lot", "L3", "L4"], ["Lot", "L5", "Total"]]
    assert book["Lots 3"]["C3"].value == 15.5
    assert [table.ref for sheet in book for table in sheet.tables.values()] == [
        *("A1:C3", "A1:C3", "A1:C2"),
    ]
    said = [cell.value for cell in book["About"]["A"] if cell.value]
    notice = "Lots: 5 rows are more than a sheet holds; they go on in Lots 3, and the totals"
    assert f"{notice} stand there." in said


@pytest.mark.parametrize("text", ["<r>x</r>", "<r></r>", "<b>&amp;", "a" * 32_767])
def test_a_text_is_no_markup(text: str) -> None:
    assert written(small(rows=[row_of(text)])).worksheets[0]["A2"].value == text


def test_a_text_longer_than_a_cell_is_cut_with_a_notice() -> None:
    book = written(small(rows=[row_of("a" * 40_000)]))

    assert book.worksheets[0]["A2"].value == "a" * 32_766 + "…"
    notice = "1 text is longer than the 32767 signs a cell holds, and ends in …."
    assert notice in [cell.value for cell in book["About"]["A"]]


def row_of(lot: str) -> dict[str, Any]:
    return {"lot": lot, "currency": "USD", "cost": None}
