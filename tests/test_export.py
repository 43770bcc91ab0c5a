"""The whole workbook: read back, and calculated anew by LibreOffice."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal as D
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from calc import recalculated
from conftest import load
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import data, sampled_from
from strategies import KINDS, movements, to_ledger
from test_workbook import assert_same

from lotcost.ledger.loading import Ledger, loads
from lotcost.ledger.loading import load as load_file
from lotcost.rendering import About
from lotcost.reports.catalog import CATALOG, Question
from lotcost.workbook import MOST_ROWS, whole_book, write_book
from lotcost.workbook.checks import checks as checks_of
from lotcost.workbook.table import headings

LEDGERS = Path(__file__).parent.parent / "ledgers"
ABOUT = About("Corner shop", "main.beancount")
REPORTS = {
    "Lots": ("lots", None),
    "Movements": ("movements", None),
    "Margins": ("margins", "lot"),
    "Margins by commodity": ("margins", "commodity"),
    "Margins by customer": ("margins", "customer"),
    "Margins by month": ("margins", "month"),
    "Expiry": ("expiry", None),
    "Write-offs and write-downs": ("write-offs", None),
    "Valuation": ("valuation", None),
    "Roll-forward": ("roll-forward", None),
    "Batches": ("batches", None),
    "Methods": ("methods", None),
    "Exceptions": ("exceptions", None),
}
HEAD = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Inventory
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
      lot-write-down: Expenses:WriteDown
      lot-adjustment: Expenses:StockDifferences
"""
# A criterion of SUMIFS takes each of these for what it looks like.
HOSTILE = (
    *("007", "7", "7.0", "*", "L?", "<5", ">0", "<>", "=SUM(A1)", "=L1", "1E5", "100000", "~*"),
    *("TRUE", "2025-01-02", "2025-01", "lot", "LOT", " lot ", "'quoted", "<r>x</r>", "_x0041_"),
    *("#N/A", "50%", "1/2", "é 🍞", "@", "-1", "+1", "a&b", "%%", "{lot}"),
)


def hostile() -> str:
    """A ledger whose lots, goods, customers and cards are all that a spreadsheet could mistake."""
    text = HEAD
    for at, lot in enumerate(HOSTILE):
        goods = ("MAY-1", "E1", "R1C1", "JAN-25")[at % 4]
        text += f"""
    2025-01-02 * "Supplier {lot}"
      Assets:Inventory    {at + 3} {goods} @ {at + 1}.37 USD
        lot: "{lot}"
        no: "{lot}"
        total: {at}
        unit-cost: "as agreed"
      Liabilities:Payable
    2025-02-0{1 + at % 9} * "{lot}" "Invoice"
      Assets:Inventory    -{1 + at % 3} {goods} @ {at + 2}.11 USD
        lot: "{lot}"
      Assets:Receivable
"""
    return text


LEDGER_TEXTS = {
    "hostile": hostile(),
    "empty": HEAD,
    "currencies": HEAD
    + """
    2025-01-01 price USD 0.9137 EUR
    2025-01-01 price JPY 0.0061 EUR
    2025-01-02 * "Dairy Farm" "Delivery" ^po-17
      Assets:Inventory    10 MILK @ 9.95 USD
        lot: "L1"
        expires: 2025-03-31
      Assets:Inventory    3 RICE @ 1999 JPY
        lot: "00123"
      Assets:Inventory    2.125 TEA @ 8.115 KWD
        lot: "1E5"
      Assets:Inventory    9 MILK @ 8.00 EUR
        lot: "L2"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice 101" ^inv-101
      Assets:Inventory    -4 MILK @ 12.345 USD
        lot: "L1"
      Assets:Inventory    -1 RICE @ 2500 JPY
      Assets:Inventory    -1.5 TEA @ 9.250 KWD
      Assets:Receivable
    2025-01-06 * "Cafe Rose" "In euros" ^inv-102
      Assets:Inventory    -3 MILK @ 11.99 EUR
        lot: "L1"
      Assets:Inventory    -2 MILK @ 11.99 EUR
        lot: "L2"
      Assets:Inventory    -1 RICE @ 20.05 EUR
      Assets:Receivable
    2025-02-07 * "Spoiled"
      Assets:Inventory    -1 MILK
        lot: "L1"
        reason: "damaged"
    2025-02-20 * "Haulier" "Freight, invoiced late"
      Expenses:Freight      6.01 USD
        landed-on: "L1"
      Liabilities:Payable
    2025-02-28 custom "lot-write-down" "RICE" "00123" 1500 JPY
    """,
    "average": HEAD.replace("fifo", "average")
    + """
    2025-01-02 * "Hive" "Delivery"
      Assets:Inventory          3 HONEY @ 4.00 USD
        expires: 2025-01-31
      Liabilities:Payable
    2025-01-03 * "Hive" "Delivery"
      Assets:Inventory          7 HONEY @ 5.55 USD
        expires: 2025-12-31
      Liabilities:Payable
    2025-02-06 * "Cafe Rose" "Invoice 101"
      Assets:Inventory          -1 HONEY @ 7.50 USD
      Assets:Receivable
    """,
    "native": """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Cellar "FIFO"
      lot-method: "beancount"
    2025-01-02 * "Chateau" "Delivery"
      Assets:Cellar             3 WINE {{100.00 USD, "W1"}}
      Assets:Cellar             7 PORT {1.234567 USD, "P1"}
      Liabilities:Payable
    2025-01-16 * "Cafe Rose" "Invoice 103"
      Assets:Cellar             -2 WINE {} @ 150.00 USD
      Assets:Cellar             -1 PORT {} @ 15.00 USD
      Assets:Receivable        315.00 USD
      Income:Sales            -315.00 USD
      Expenses:CostOfSales
    """,
}


class Made(NamedTuple):
    """A workbook, what it was asked for, and where it stands."""

    ledger: Ledger
    question: Question
    file: Path


def make(folder: Path, name: str, ledger: Ledger, most_rows: int = MOST_ROWS, **asked: Any) -> Made:
    question = Question(**asked)
    books = ledger.books(question.at, question.asks_for)
    file = folder / f"{name}.xlsx"
    whole = whole_book(books, question, len(ledger.errors), most_rows)
    write_book(whole, ABOUT, file, most_rows)
    return Made(ledger, question, file)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Made]:
    """Workbooks of every ledger, and of some questions."""
    folder = tmp_path_factory.mktemp("workbooks")
    day = datetime.date
    found = {name: make(folder, name, loads(text)) for name, text in LEDGER_TEXTS.items()}
    for path in sorted(LEDGERS.glob("*/main.beancount")):
        found[path.parent.name] = make(folder, path.parent.name, load_file(path))
    food = found["food"].ledger
    asked: Mapping[str, Mapping[str, Any]] = {
        "period": {"since": day(2025, 3, 1), "at": day(2025, 4, 30)},
        "account": {"account": "Assets:Inventory:Shop"},
        "goods": {"commodity": "MILK", "at": day(2025, 5, 31)},
        "lot": {"lot": "MU-1"},
        "split": {"most_rows": 100},
    }
    found |= {name: make(folder, name, food, **each) for name, each in asked.items()}
    found["average-lot"] = make(folder, "average-lot", found["average"].ledger, lot="2025-01-02")
    assert not [made.ledger.errors for made in found.values() if made.ledger.errors]
    return found


@pytest.fixture(scope="module")
def calculated(
    made: Mapping[str, Made], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path]:
    """The same workbooks as LibreOffice calculates them."""
    folder = tmp_path_factory.mktemp("calculated")
    files = recalculated([each.file for each in made.values()], folder)
    return dict(zip(made, files, strict=True))


NAMES = (
    *LEDGER_TEXTS,
    *sorted(path.parent.name for path in LEDGERS.glob("*/main.beancount")),
    *("period", "account", "goods", "lot", "split", "average-lot"),
)


def assert_formulas_agree(file: Path, anew: Path) -> int:
    """Every formula's value in the file is what it comes to, and none is an error."""
    formulas = openpyxl.load_workbook(file)
    cached = openpyxl.load_workbook(file, data_only=True)
    fresh = openpyxl.load_workbook(anew, data_only=True)
    count = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                there = fresh[sheet.title][cell.coordinate]
                assert there.data_type != "e", f"{sheet.title} {cell.coordinate} {cell.value}"
                if cell.data_type == "f":
                    count += 1
                    here = cached[sheet.title][cell.coordinate].value
                    where = f"{sheet.title} {cell.coordinate}: {cell.value}"
                    # What Beancount keeps finer than cents has more digits than a spreadsheet.
                    same = pytest.approx(here, rel=1e-13, abs=0) if is_finer(here) else here or 0
                    assert (there.value or 0) == same, where
    return count


def is_finer(value: object) -> bool:
    return isinstance(value, float) and round(value, 6) != value


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_comes_to_the_value_in_the_file(
    name: str, made: Mapping[str, Made], calculated: Mapping[str, Path]
) -> None:
    count = assert_formulas_agree(made[name].file, calculated[name])

    assert count > (50 if name != "empty" else 0)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "split"])
def test_every_figure_is_the_reports_own(name: str, made: Mapping[str, Made]) -> None:
    ledger, question, file = made[name]
    book = openpyxl.load_workbook(file, data_only=True)
    books = ledger.books(question.at, question.asks_for)
    assert book.sheetnames == ["About", *REPORTS]
    for title, (report_name, by) in REPORTS.items():
        since = None if title == "Movements" else question.since
        asked = question._replace(by=by, since=since)
        report = CATALOG[report_name].make(books, asked)
        sheet = book[title]
        at = {cell.value: cell.column for cell in sheet[1]}
        where = [at[heading] for heading in headings(report.columns)]
        for number, row in enumerate(report.rows, 2):
            for column, place in zip(report.columns, where, strict=True):
                assert_is(sheet.cell(number, place), row.get(column.name))
        for number, total in enumerate(report.totals, len(report.rows) + 2):
            assert sheet.cell(number, 1).value == "Total"
            for column, place in zip(report.columns, where, strict=True):
                if total.get(column.name) is not None:
                    assert_is(sheet.cell(number, place), total[column.name])


def assert_is(cell: Any, value: object) -> None:
    if isinstance(value, str):
        # As OOXML has a text that looks like an escape; openpyxl leaves it so, Excel does not.
        assert_same(cell, value.replace("_x0041_", "_x005F_x0041_"))
    elif value is None:
        assert cell.value in (None, "")
    elif isinstance(value, datetime.date):
        assert_same(cell, value)
    else:
        assert cell.data_type == "n"
        assert float(cell.value) == pytest.approx(float(str(value)), rel=1e-15, abs=0)


def test_the_formulas_of_any_ledger_come_to_the_reports(tmp_path: Path) -> None:
    files: list[Path] = []

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data())
    def write(drawn: Any) -> None:
        method = drawn.draw(sampled_from(("fifo", "fefo", "lifo", "specific", "average")))
        moves = drawn.draw(movements(method, KINDS, most=20))
        ledger = loads(to_ledger(moves, method))
        files.append(make(tmp_path, str(len(files)), ledger).file)

    write()
    for file, anew in zip(files, recalculated(files, tmp_path), strict=True):
        assert_formulas_agree(file, anew)


# Audit


@pytest.fixture(scope="module")
def audited(made: Mapping[str, Made], tmp_path_factory: pytest.TempPathFactory) -> Callable:
    """Return what changes a cell of the food ledger's movements and calculates all anew."""

    def change(column: str, row: int, value: object) -> tuple[Any, Any]:
        folder = tmp_path_factory.mktemp("audit")
        before = openpyxl.load_workbook(made["food"].file, data_only=True)
        book = openpyxl.load_workbook(made["food"].file)
        sheet = book["Movements"]
        sheet.cell(row, column_of(sheet, column)).value = value
        book.save(folder / "changed.xlsx")
        (anew,) = recalculated([folder / "changed.xlsx"], folder)
        return before, openpyxl.load_workbook(anew, data_only=True)

    return change


def column_of(sheet: Any, heading: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def lot_row(book: Any, number: int) -> dict[str, Any]:
    heads = [cell.value for cell in book["Lots"][1]]
    return dict(zip(heads, [cell.value for cell in book["Lots"][number + 1]], strict=True))


def checks(book: Any) -> dict[str, Any]:
    return {row[0]: row[4] for row in book["About"].iter_rows(values_only=True) if row[4]}


def a_sale(book: Any) -> int:
    sheet = book["Movements"]
    kind = column_of(sheet, "Kind")
    return next(row for row in range(2, sheet.max_row) if sheet.cell(row, kind).value == "sale")


def test_changing_a_cost_moves_its_lot_the_totals_and_the_check(
    audited: Callable, made: Mapping[str, Made]
) -> None:
    book = openpyxl.load_workbook(made["food"].file, data_only=True)
    sheet, row = book["Movements"], a_sale(book)
    cost = sheet.cell(row, column_of(sheet, "Cost")).value
    number = sheet.cell(row, column_of(sheet, "Lot no")).value
    before, after = audited("Cost", row, cost - 1000)
    was, now = lot_row(before, number), lot_row(after, number)

    assert now["Cost of sales"] == pytest.approx(was["Cost of sales"] + 1000)
    assert now["Cost on hand"] == pytest.approx(was["Cost on hand"] - 1000)
    assert now["Gross margin"] == pytest.approx(was["Gross margin"] - 1000)
    assert now["Cost check"] == "OK"
    for title, heading in (
        *(("Margins", "Gross margin"), ("Margins by month", "Gross margin")),
        *(("Margins by customer", "Gross margin"), ("Margins by commodity", "Gross margin")),
        *(("Lots", "Cost on hand"), ("Valuation", "Cost on hand"), ("Movements", "Cost")),
        ("Roll-forward", "Cost closing"),
    ):
        place = column_of(before[title], heading)
        total = [book[title].cell(book[title].max_row, place).value for book in (before, after)]
        assert total[1] == pytest.approx(total[0] - 1000), title
    tie = "Stock at cost: Lots = inventory accounts of the ledger"
    assert (checks(before)[tie], checks(after)[tie]) == ("OK", -1000)
    off = [what for what, said in checks(after).items() if said not in ("OK", "Difference")]
    assert off == [tie]
    assert [row[1] for row in after["About"].iter_rows(values_only=True) if row[0] == "Checks"] == [
        "1 off"
    ]


def test_changing_units_moves_its_lot_and_the_check(audited: Callable) -> None:
    before, after = audited("Units", 2, 4.5)
    sheet = before["Movements"]
    units = sheet.cell(2, column_of(sheet, "Units")).value
    number = sheet.cell(2, column_of(sheet, "Lot no")).value
    was, now = lot_row(before, number), lot_row(after, number)

    assert now["Units on hand"] == pytest.approx(was["Units on hand"] + 4.5 - units)
    assert checks(after)["Units: Valuation = the ledger (goods off)"] == 1


def test_a_movement_that_counts_as_nothing_breaks_its_lots_laws(audited: Callable) -> None:
    before, after = audited("Counts as", 2, "lost")
    number = before["Movements"].cell(2, column_of(before["Movements"], "Lot no")).value

    assert lot_row(before, number)["Units check"] == lot_row(before, number)["Cost check"] == "OK"
    assert lot_row(after, number)["Units check"] != "OK"
    assert lot_row(after, number)["Cost check"] != "OK"
    assert checks(after)["Units: of each lot, in = out + on hand (lots off)"] == 1


def test_a_ledger_that_does_not_tie_shows_the_difference(tmp_path: Path) -> None:
    loaded = load(
        HEAD
        + """
    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Inventory    10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable
    2025-01-03 * "Money on the shelf"
      Assets:Inventory     5.00 USD
      Equity:Other
    """
    )
    file = make(tmp_path, "untied", loaded.ledger).file
    book = openpyxl.load_workbook(file, data_only=True)

    assert checks(book)["Stock at cost: Lots = inventory accounts of the ledger"] == -5
    assert_formulas_agree(file, recalculated([file], tmp_path)[0])


# The file


@pytest.mark.parametrize("name", NAMES)
def test_tables_and_names_are_what_excel_opens_without_a_repair(
    name: str, made: Mapping[str, Made]
) -> None:
    book = openpyxl.load_workbook(made[name].file)
    names = [name.casefold() for name in book.defined_names]
    for sheet in book:
        for table in sheet.tables.values():
            names.append(table.displayName.casefold())
            first, last = table.ref.split(":")
            heads = [cell.value for cell in sheet[first : f"{last.rstrip('0123456789')}1"][0]]
            assert table.column_names == heads
            assert len({head.casefold() for head in heads}) == len(heads)
            assert table.autoFilter.ref == table.ref
            assert not table.totalsRowCount
        if sheet.title != "About":
            assert sheet.freeze_panes is not None
            assert sheet.print_title_rows == "$1:$1"
            assert sheet.page_setup.orientation == "landscape"
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z_][a-z0-9_]*", name) for name in names)
    assert not [name for name in names if re.fullmatch(r"[a-z]{1,3}\d+|r\d*c\d*", name)]
    with zipfile.ZipFile(made[name].file) as parts:
        kinds = {part.split("/")[1] for part in parts.namelist() if part.startswith("xl/")}
        assert kinds <= {
            *("_rels", "workbook.xml", "worksheets", "theme", "styles.xml", "tables"),
            "sharedStrings.xml",
        }
        for part in parts.namelist():
            if part.endswith(".rels"):
                assert b'TargetMode="External"' not in parts.read(part)
        sheets = [parts.read(part) for part in parts.namelist() if "/sheet" in part]
        assert not [text for text in sheets if b"[1]" in text or b"#REF!" in text]


def test_the_tables_of_a_split_sheet_go_on_and_the_sums_take_all(made: Mapping[str, Made]) -> None:
    book = openpyxl.load_workbook(made["split"].file)
    parts = [title for title in book.sheetnames if title.startswith("Movements")]
    whole = openpyxl.load_workbook(made["food"].file)

    assert len(parts) == 10
    assert all(book[title].max_row <= 100 for title in book.sheetnames)
    assert sum(book[title].max_row - 1 for title in parts) == whole["Movements"].max_row - 1
    assert "movements_10_units" in book["Lots"]["I2"].value
    said = [cell.value for cell in book["About"]["A"] if cell.value]
    assert [note for note in said if note.startswith("Movements: 8")]


def test_revenue_is_held_against_the_income_of_the_ledger_itself() -> None:
    text = (
        HEAD
        + """
    2025-01-02 * "Farm" "Delivery"
      Assets:Inventory    10 MILK @ 2.00 USD
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice"
      Assets:Inventory    -4 MILK @ 5.00 USD
      Assets:Receivable
    2025-01-06 * "Somebody" "Of no lot"
      Assets:Receivable    7.00 USD
      Income:Sales
    """
    )
    books = load(text).ledger.books()
    (found,) = (
        check
        for check in checks_of(whole_book(books, Question(), 0, 1000), 1000)
        if check.what.startswith("Revenue")
    )
    assert (found.here.value, found.there.value) == (D("27.00"), D("27.00"))
    assert found.here.formula.endswith("+7.00")


def test_about_says_what_the_workbook_covers(made: Mapping[str, Made]) -> None:
    book = openpyxl.load_workbook(made["period"].file, data_only=True)
    rows = [[cell.value for cell in row] for row in book["About"].iter_rows()]
    said = {row[0]: row[1] for row in rows}

    assert rows[0][0] == "Corner shop"
    assert said["As of the evening of"] == datetime.datetime(2025, 4, 30)
    assert said["A period's sheets begin on"] == datetime.datetime(2025, 3, 1)
    assert said["Framework"] == "IFRS"
    assert said["Made by"].startswith("lotcost 0.")
    assert said["Errors in the ledger"] == 0
    assert said["Findings, see Exceptions"] == book["Exceptions"].max_row - 1
    assert said["Checks"] == "OK"
    assert said["Assets:Inventory:Shop"] == "fefo"
    assert said["Exceptions"] == book["Exceptions"].max_row - 1


def test_lots_of_hostile_numbers_keep_their_text_in_libreoffice(
    calculated: Mapping[str, Path],
) -> None:
    book = openpyxl.load_workbook(calculated["hostile"])
    sheet = book["Lots"]
    cells = [sheet.cell(row, column_of(sheet, "Lot")) for row in range(2, sheet.max_row)]

    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.value for cell in cells} == set(HOSTILE)
