"""The pack of a recall: its sheets, its page, and the words where it cannot be made."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import load
from test_trace import BAKERY, CAKE, DOUGH, FLOUR, traced

from lotcost.cli import main
from lotcost.reports.recall import (
    customers,
    hold_list,
    letters,
    mass_balance,
    pack,
    runs,
    suppliers,
)
from lotcost.reports.trace import Index

TOLD = (
    BAKERY
    + """
2025-01-01 commodity CAKE
  name: "Cake & <b>cream</b>"
2025-01-01 custom "party" "Cafe Rose"
  address: "Markt 1"
  city: "Ghent"
  email: "rose@example.com"
  vat: "BE 1"
2025-01-12 * "Over the counter"
  Assets:Inventory:Store     -1 CAKE @ 5.00 USD
  Assets:Cash                 5.00 USD
2025-01-13 custom "lot-status" "FLOUR" "F1" "recalled"
2025-01-12 * "Clarify"
  Assets:Inventory:Store     -1 BUTTER
  Assets:Inventory:Store      1 GHEE
    lot: "G1"
2025-01-13 * "Hotel" "Soap"
  Assets:Receivable           1.00 USD
  Income:Other
"""
)
SHEETS = [
    *("Summary", "Hold list", "Customers", "Suppliers", "Batches", "Mass balance"),
    *("Letters data", "Receive", "Ship", "Transform", "One step back and forward", "About"),
]


@pytest.fixture(scope="module")
def index() -> Index:
    loaded = load(TOLD)
    assert loaded.messages() == []
    return Index(loaded.ledger.books())


@pytest.fixture(scope="module")
def found(index: Index):
    return traced(load(TOLD), FLOUR)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bakery.beancount"
    path.write_text(TOLD)
    return path


def run(*args: object) -> Result:
    return CliRunner().invoke(main, ["recall", *map(str, args)], prog_name="lotcost")


def test_the_hold_list_says_where_the_goods_are(found) -> None:
    rows = hold_list(found).rows

    assert [(row["lot"], row["account"], row["units"], row["status"]) for row in rows] == [
        ("F1", "Assets:Inventory:Store", 50, "recalled"),
        ("D1", "Assets:Inventory:Store", 18, "open"),
        ("C1", "Assets:Inventory:Shop", 18, "open"),
        ("C1", "Assets:Inventory:Store", 9, "open"),
    ]
    assert sum(row["cost"] for row in rows) == found.exposures[0].cost_on_hand


def test_customers_stand_together_with_what_is_known_of_them(index: Index, found) -> None:
    """Those whom the ledger does not name come last."""
    report = customers(index, found)

    assert [(row["party"], row["units"], row["email"], row["vat"]) for row in report.rows] == [
        ("Cafe Rose", 20, "rose@example.com", "BE 1"),
        ("Cafe Rose", -5, "rose@example.com", "BE 1"),
        ("Hotel", 10, None, None),
        (None, 1, None, None),
    ]
    names = [column.name for column in report.columns]
    start = names.index("address")
    assert names[start : start + 7] == [
        *("address", "postcode", "city", "country", "phone", "email", "vat"),
    ]


def test_suppliers_are_those_of_all_that_went_in(index: Index) -> None:
    report = suppliers(index, traced(load(TOLD), CAKE))

    assert [(row["party"], row["lot"], row["units"]) for row in report.rows] == [
        ("Dairy", "B1", 20),
        ("Mill", "F1", 100),
        ("Mill", "F1", -10),
    ]


def test_batches_are_whole_and_say_which_lots_are_affected(found) -> None:
    assert [
        (row["batch"], row["side"], row["lot"], row["units"], row["direction"])
        for row in runs(found).rows
    ] == [
        ("D1", "used", "F1", 40, "traced"),
        ("D1", "used", "B1", 8, None),
        ("D1", "made", "D1", 48, "downstream"),
        ("C1", "used", "D1", 30, "downstream"),
        ("C1", "made", "C1", 60, "downstream"),
    ]


def test_a_mass_balance_leaves_no_unit_out(found) -> None:
    for row in mass_balance(found).rows:
        came_in = row["units_received"] + row["units_made"]
        assert came_in - row["units_missing"] == row["units_accounted"]
        assert row["units_missing"] == -row["units_adjusted"]
    assert mass_balance(found).rows[-1]["accounted_rate"] == Decimal("0.9667")


def test_a_letter_has_one_row_a_party(index: Index, found) -> None:
    rows = letters(index, found).rows

    assert [
        (row["party"], row["delivered"], row["returned"], row["outstanding"]) for row in rows
    ] == [
        ("Cafe Rose", "20 CAKE lot C1", "5 CAKE lot C1", "15 CAKE lot C1"),
        ("Hotel", "10 CAKE lot C1", None, "10 CAKE lot C1"),
        (None, "1 CAKE lot C1", None, "1 CAKE lot C1"),
    ]
    assert rows[0]["goods"] == "Cake & <b>cream</b>, lot C1"
    assert (rows[0]["first_delivery"], rows[0]["documents"]) == (
        datetime.date(2025, 1, 8),
        "^inv-1",
    )


def test_who_brought_everything_back_still_gets_a_letter() -> None:
    loaded = load(
        TOLD
        + """
2025-01-14 * "Hotel" "All of it back"
  Assets:Inventory:Shop      10 CAKE @ 5.00 USD
    lot: "C1"
    lot-kind: "sale-return"
  Assets:Receivable         -50.00 USD
"""
    )
    rows = letters(Index(loaded.ledger.books()), traced(loaded, DOUGH)).rows

    assert [row["outstanding"] for row in rows if row["party"] == "Hotel"] == ["0 CAKE lot C1"]


def test_a_summary_tells_the_answer_first(index: Index, found) -> None:
    rows = pack(index, found)[0].rows

    assert [(row["subject"], row.get("lot"), row.get("units")) for row in rows][:9] == [
        ("Recalled lot", "F1", 90),
        ("Made of it", "D1", 48),
        ("Made of it", "C1", 60),
        ("To hold", "F1", 50),
        ("To hold", "D1", 18),
        ("To hold", "C1", 18),
        ("To hold", "C1", 9),
        ("With customers", "C1", 26),
        ("Written off", "C1", 5),
    ]
    assert [row["note"] for row in rows if row["subject"] == "To look into"] == [
        "2 CAKE of lot C1 missing on 2025-01-12 in Assets:Inventory:Shop",
        "1 CAKE of lot C1 sold to nobody the ledger names; write the customer as the payee",
    ]


def test_a_lot_that_never_moved_on_says_so() -> None:
    loaded = load(BAKERY)
    index = Index(loaded.ledger.books(datetime.date(2025, 1, 3)))
    notes = {
        row["subject"]: row.get("note")
        for row in pack(index, traced(loaded, FLOUR, at=datetime.date(2025, 1, 3)))[0].rows
    }

    assert notes["With customers"] == "Nothing was sold"


# The files


def test_a_pack_is_a_workbook_with_a_sheet_for_each_who_acts(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "pack.xlsx"
    shown = run(file, "F1", "-o", target)

    assert (shown.exit_code, shown.output) == (0, "")
    book = openpyxl.load_workbook(target)
    assert set(SHEETS) == set(book.sheetnames)
    assert book["Hold list"]["E2"].value == 50
    assert book["Customers"]["D2"].value == datetime.datetime(2025, 1, 8)
    assert [row[0].value for row in book["Letters data"].iter_rows(min_row=2)][:2] == [
        "Cafe Rose",
        "Hotel",
    ]


def test_the_events_of_a_pack_are_those_of_its_lots(file: Path, tmp_path: Path) -> None:
    """The butter of the same dough is no part of the recall of the flour."""
    target = tmp_path / "pack.xlsx"
    assert run(file, "F1", "-o", target).exit_code == 0
    book = openpyxl.load_workbook(target)

    def lots(sheet: str, heading: str) -> list[object]:
        headings = [cell.value for cell in book[sheet][1]]
        at = headings.index(heading)
        return [row[at].value for row in book[sheet].iter_rows(min_row=2)]

    assert lots("Receive", "Lot") == ["F1", "C1"]
    assert lots("Ship", "Lot") == ["F1", "C1", "C1", "C1"]
    assert lots("Transform", "Used lot") == ["F1", "B1", "D1"]


def test_a_page_has_all_of_it_and_runs_nothing_of_it(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "pack.html"
    assert run(file, "F1", "-o", target).exit_code == 0
    page = target.read_text()

    assert "Cake &amp; &lt;b&gt;cream&lt;/b&gt;" in page
    assert "<b>cream" not in page
    for foreign in ("http:", "https:", "src=", "<script", "@import", "url("):
        assert foreign not in page
    for said in ("96.67%", "Markt 1", "Cafe Rose", "2 CAKE of lot C1 missing", "@page"):
        assert said in page


def test_a_page_says_once_how_a_party_is_reached_and_nothing_it_has_no_room_for(
    file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "pack.html"
    assert run(file, "F1", "-o", target).exit_code == 0
    page = target.read_text()

    assert page.count("Markt 1, Ghent, rose@example.com") == 1
    assert "BE 1" not in page
    assert page.count(">(not named)<") == 1


def test_both_are_written_at_once_and_for_several_lots(file: Path, tmp_path: Path) -> None:
    pack_file, page = tmp_path / "pack.xlsx", tmp_path / "pack.html"
    shown = run(file, "F1", "B1", "-o", pack_file, "-o", page)

    assert shown.exit_code == 0
    assert "<h1>Recall: FLOUR F1, BUTTER B1</h1>" in page.read_text()
    book = openpyxl.load_workbook(pack_file)
    assert [row[0].value for row in book["Summary"].iter_rows(min_row=2)][:3] == [
        "Recalled lot",
        "Recalled lot",
        "Made of it",
    ]


@pytest.mark.parametrize(
    "args, message",
    [
        (["F1", "-o", "pack.pdf"], "pack.pdf is neither .xlsx nor .html"),
        (["F1", "-o", "-"], "- is neither .xlsx nor .html"),
        (["F1", "-o", "."], ". is neither .xlsx nor .html"),
        (["F1"], "Missing option '-o' / '--output'"),
        (["F9", "-o", "pack.xlsx"], "No lot is numbered 'F9'"),
        (["F1", "--at", "2025-01-01", "-o", "pack.xlsx"], "Ask for --at 2025-01-02 or a later day"),
        (["F1", "-o", "nowhere/pack.xlsx"], "There is no folder nowhere"),
    ],
)
def test_a_pack_that_cannot_be_made_leaves_no_file(
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = run(file, *args)

    assert shown.exit_code == 2
    assert message in " ".join(shown.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_recall_is_made_of_a_ledger_with_errors_and_says_so(file: Path, tmp_path: Path) -> None:
    file.write_text(
        TOLD
        + '2025-01-14 * "Cafe Rose" "Too many"\n  Assets:Inventory:Shop  -999 CAKE @ 5.00 USD\n'
        "  Assets:Receivable\n"
    )
    shown = run(file, "F1", "-o", tmp_path / "pack.html")

    assert shown.exit_code == 1
    assert "CAKE short" in shown.stderr
    assert (tmp_path / "pack.html").exists()


def test_a_lot_with_an_odd_number_is_recalled_too(tmp_path: Path) -> None:
    number = "a/b 'c' <i>é</i> " + "x" * 200
    path = tmp_path / "odd.beancount"
    path.write_text(BAKERY.replace('"F1"', f'"{number}"'))
    page = tmp_path / "pack.html"

    assert run(path, number, "-o", page, "-o", tmp_path / "pack.xlsx").exit_code == 0
    assert "&lt;i&gt;é&lt;/i&gt;" in page.read_text()
    book = openpyxl.load_workbook(tmp_path / "pack.xlsx")
    assert book["Hold list"]["B2"].value == number
