"""Event sheets: what was received, shipped and made, and what the ledger does not say of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import Loaded, load

from lotcost.cli import main
from lotcost.reports.events import SHEETS, events

DAIRY = """
option "title" "Corner Dairy"
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Inventory
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  country: "US"
2025-01-01 open Assets:Inventory:Dock
  location: "Dock"
  address: "1 Harbor Way"
  postcode: "02110"
  city: "Boston"
  state: "MA"
  phone: "+1 617 555 0100"
2025-01-01 open Assets:Inventory:Shop
  location: "Shop"
2025-01-01 custom "party" "Shop"
  address: "9 Elm St"
  city: "Salem"
2025-01-01 custom "party" "Farm"
  address: "Hoeve 3"
  postcode: "9000"
  city: "Ghent"
  country: "BE"
  phone: "+32 9 111 22 33"
2025-01-01 commodity MILK
  name: "Whole milk 1 l"
  unit: "bottle"
  gtin: "09506000134352"

2025-01-02 * "Farm" "Delivery" ^po-17
  dispatched: 2025-01-01
  Assets:Inventory:Dock      10 MILK @ 2.00 USD
    lot: "L1"
    expires: 2025-02-01
    origin: "Farm"
  Liabilities:Payable

2025-01-03 * "To the shop"
  Assets:Inventory:Dock      -6 MILK
  Assets:Inventory:Shop       6 MILK

2025-01-04 * "Cafe" "Invoice" ^inv-1
  Assets:Inventory:Shop      -2 MILK @ 5.00 USD
  Assets:Receivable          10.00 USD

2025-01-05 * "Churn"
  document-type: "batch record"
  document: "B-7"
  Assets:Inventory:Dock      -2 MILK
  Assets:Inventory:Dock       1 BUTTER
    lot: "B1"
  Assets:Inventory:Dock       1 WHEY
    lot: "W1"
    cost: 0 USD
"""


@pytest.fixture(scope="module")
def dairy() -> Loaded:
    loaded = load(DAIRY)
    assert loaded.messages() == []
    return loaded


def rows(loaded: Loaded, sheet: str):
    return events(loaded.ledger.books())[sheet].rows


def test_a_receipt_has_the_elements_of_receiving(dairy: Loaded) -> None:
    received = rows(dairy, "receive")[0]

    assert {
        key: received[key] for key in ("lot", "product", "units", "unit", "gtin", "origin")
    } == {
        "lot": "L1",
        "product": "Whole milk 1 l",
        "units": 10,
        "unit": "bottle",
        "gtin": "09506000134352",
        "origin": "Farm",
    }
    assert [received[f"from_{key}"] for key in ("name", "address", "city", "phone")] == [
        *("Farm", "Hoeve 3", "Ghent", "+32 9 111 22 33"),
    ]
    assert [received[f"received_at_{key}"] for key in ("name", "address", "state", "country")] == [
        *("Dock", "1 Harbor Way", "MA", "US"),
    ]
    assert (received["document_type"], received["document"]) == ("purchase order", "po-17")


def test_what_a_row_leaves_blank_is_counted_and_named(dairy: Loaded) -> None:
    """Belgium has no states; the cafe is no party the ledger knows."""
    received = rows(dairy, "receive")[0]
    shipped = next(row for row in rows(dairy, "ship") if row["kind"] == "sale")

    assert (received["blank"], received["missing"]) == (0, None)
    assert shipped["blank"] == len(shipped["missing"].split(", "))
    assert "to address, to postcode, to city, to state, to country, to phone" in shipped["missing"]
    assert "shipped from postcode" in shipped["missing"]


def test_a_sheet_tells_what_it_supports_and_never_that_it_complies(dairy: Loaded) -> None:
    for sheet in events(dairy.ledger.books()).values():
        assert sheet.notes[0].startswith("Supports record keeping for ")
        blank = sum(row["blank"] for row in sheet.rows)
        assert sheet.notes[1].startswith(f"{blank} elements are blank in ")
        assert "compl" not in " ".join((*sheet.notes, sheet.title)).casefold()


def test_goods_between_places_of_our_own_are_shipped_and_received(dairy: Loaded) -> None:
    (out,) = [row for row in rows(dairy, "ship") if row["kind"] == "transfer"]
    (into,) = [row for row in rows(dairy, "receive") if row["kind"] == "transfer"]

    assert (out["shipped_from_name"], out["to_name"], out["to_city"]) == ("Dock", "Shop", "Salem")
    assert (into["from_name"], into["received_at_name"], into["units"]) == ("Dock", "Shop", 6)


def test_goods_between_shelves_of_one_place_are_no_event() -> None:
    loaded = load(DAIRY.replace('  location: "Shop"\n', '  location: "Dock"\n'))

    assert [row["kind"] for row in rows(loaded, "ship")] == ["sale"]


def test_the_rows_of_a_batch_share_their_event(dairy: Loaded) -> None:
    made = rows(dairy, "transform")

    assert [
        (row["used_lot"], row["used_units"], row["made_lot"], row["made_units"]) for row in made
    ] == [
        ("L1", 2, "B1", 1),
        ("L1", 2, "W1", 1),
    ]
    assert len({row["event_id"] for row in made}) == 1
    assert {(row["document_type"], row["document"]) for row in made} == {("batch record", "B-7")}
    assert {row["made_at_name"] for row in made} == {"Dock"}


def test_an_event_keeps_its_number_wherever_it_stands(dairy: Loaded) -> None:
    """A note on top of the file and a sale on another day move lines and entries."""
    moved = load(
        "; a note\n\n"
        + DAIRY
        + """
2025-01-02 * "Cafe" "Another"
  Assets:Inventory:Dock      -1 MILK @ 5.00 USD
  Assets:Receivable           5.00 USD
"""
    )
    for sheet in SHEETS:
        before = [row["event_id"] for row in rows(dairy, sheet)]
        after = [row["event_id"] for row in rows(moved, sheet)]
        assert set(before) <= set(after)
        assert before == [row["event_id"] for row in rows(load(DAIRY), sheet)]


def test_two_events_that_are_alike_have_two_numbers() -> None:
    sale = """
2025-01-06 * "Cafe" "Again"
  Assets:Inventory:Dock      -1 MILK @ 5.00 USD
  Assets:Receivable           5.00 USD
"""
    numbers = [row["event_id"] for row in rows(load(DAIRY + sale + sale), "ship")]

    assert len(set(numbers)) == len(numbers) == 4
    assert numbers[-1] == f"{numbers[-2]}-2"


def test_one_step_back_and_one_forward(dairy: Loaded) -> None:
    steps = rows(dairy, "one-step")

    assert [(row["direction"], row["dispatcher"], row["recipient"]) for row in steps] == [
        ("in", "Farm", "Dock"),
        ("in", "Dock", "Shop"),
        ("out", "Dock", "Shop"),
        ("out", "Shop", "Cafe"),
    ]
    assert str(steps[0]["dispatched"]) == "2025-01-01"
    assert steps[0]["dispatcher_address"] == "Hoeve 3, 9000, Ghent, BE"
    assert steps[3]["missing"] == "recipient address"


def test_goods_of_another_have_their_owner() -> None:
    loaded = load(
        """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"
2025-01-01 open Assets:Held
  lot-method: "fifo"
  owner: "Grower"
2025-01-02 * "Haulier" "In store"
  Assets:Held   5 PEARS
    lot: "P1"
"""
    )
    (step,) = rows(loaded, "one-step")

    assert loaded.messages() == []
    assert (step["dispatcher"], step["consignee"], step["recipient"]) == ("Haulier", "Grower", None)


# On the command line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dairy.beancount"
    path.write_text(DAIRY)
    return path


def run(*args: object) -> Result:
    return CliRunner().invoke(main, ["events", *map(str, args)], prog_name="lotcost")


def test_all_sheets_are_a_workbook(file: Path, tmp_path: Path) -> None:
    assert run(file, "-o", tmp_path / "events.xlsx").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "events.xlsx")

    assert {"Receive", "Ship", "Transform", "One step back and forward"} <= set(book.sheetnames)


def test_a_blank_element_is_marked_in_its_cell(file: Path, tmp_path: Path) -> None:
    """A rule of each column looks for its own name among those that the row lists."""
    assert run(file, "--sheet", "ship", "-o", tmp_path / "ship.xlsx").exit_code == 0
    sheet = openpyxl.load_workbook(tmp_path / "ship.xlsx")["Ship"]
    headings = [cell.value for cell in sheet[1]]
    missing = openpyxl.utils.get_column_letter(headings.index("Missing") + 1)
    phone = openpyxl.utils.get_column_letter(headings.index("To phone") + 1)
    rules = {
        str(area.sqref): [rule.formula[0] for rule in rules]
        for area, rules in sheet.conditional_formatting._cf_rules.items()
    }

    assert rules[f"{phone}2:{phone}3"] == [
        f'ISNUMBER(SEARCH(", to phone,",", "&${missing}2&","))',
    ]
    assert "to phone" in sheet[f"{missing}3"].value


@pytest.mark.parametrize("sheet", SHEETS)
def test_one_sheet_is_a_table(file: Path, sheet: str) -> None:
    shown = run(file, "--sheet", sheet, "--format", "csv", "--from", "2025-01-03")
    table = list(csv.DictReader(io.StringIO(shown.stdout)))

    assert shown.exit_code == 0
    assert table
    assert all(row["date"] >= "2025-01-03" for row in table)
    assert all(row["event_id"] for row in table)


def test_all_sheets_are_told_as_text(file: Path) -> None:
    shown = run(file, "--lot", "B1").stdout

    assert shown.count("Nothing to show.") == 3
    assert "Supports record keeping for 21 CFR 1.1350(a), transformation." in shown


@pytest.mark.parametrize(
    "args, message",
    [
        (["--format", "csv"], "csv holds one sheet; say which with --sheet receive."),
        (["--sheet", "recieve"], "'recieve' is not one of 'receive', 'ship', 'transform'"),
        (["--lot", "L9"], "'L9' is unknown. Known are: B1, L1, W1."),
        (["--from", "2025-02-01", "--to", "2025-01-01"], "--from 2025-02-01 is after --to"),
    ],
)
def test_what_cannot_be_shown_is_refused(file: Path, args: list[str], message: str) -> None:
    shown = run(file, *args)

    assert shown.exit_code == 2
    assert message in " ".join(shown.stderr.split())
