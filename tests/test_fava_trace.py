"""The page Lot trace: found by what is at hand, and followed to every hand it passed through."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from click.testing import CliRunner
from fava_app import HEAD, LOTS, TRACE, Article, Open, Pages

from lotcost.cli import main
from lotcost.ledger.loading import load
from lotcost.model import Lot
from lotcost.rendering.values import plain
from lotcost.reports import trace as tracing
from lotcost.reports.trace import Index, Trace

BAKERY = (
    HEAD
    + """
2025-01-02 * "Mill" "Delivery" ^po-9
  Assets:Inventory:Main    40 FLOUR @ 1.00 USD
    lot: "F1"
    supplier-lot: "M-77"
    certificate: "CoA-5"
  Liabilities:Payable
2025-01-02 * "Dairy" "Delivery"
  Assets:Inventory:Main    8 BUTTER @ 2.50 USD
    lot: "B1"
  Assets:Inventory:Main    8 MILK @ 2.50 USD
    lot: "B1"
  Liabilities:Payable
2025-01-03 * "Bake"
  Assets:Inventory:Main    -10 FLOUR
  Assets:Inventory:Main     -2 BUTTER
  Assets:Inventory:Main      5 CAKE
    lot: "C1"
    serial: "S-900"
2025-01-04 * "Cafe Rose" "Invoice 1" ^inv-1
  Assets:Inventory:Main    -3 CAKE @ 4.00 USD
  Assets:Receivable
2025-01-05 custom "lot-status" "FLOUR" "F1" "recalled"
2025-01-06 * "The ledger goes on"
  Assets:Receivable    1 USD
  Income:Sales
"""
)


def follow(pages: Pages, href: str) -> Article:
    return Article(pages.client.get(href).get_data(as_text=True))


def test_at_first_there_is_a_search_and_nothing_else(open_fava: Open) -> None:
    page = open_fava(BAKERY).page(TRACE)
    assert ("type", "search") in page.attributes
    assert not page.tables
    assert "svg" not in page.tags
    assert "xlsx" not in page.links


@pytest.mark.parametrize(
    "words", ["C1", "c1", " C1 ", "S-900", "s-900", "inv-1", "^inv-1", "Cafe Rose", "rose"]
)
def test_a_lot_is_found_by_what_is_at_hand(open_fava: Open, words: str) -> None:
    page = open_fava(BAKERY).page(TRACE, q=words)
    assert "Trace of CAKE C1 on 2025-01-06" in page.text


@pytest.mark.parametrize("words", ["F1", "M-77", "CoA-5", "po-9", "mill"])
def test_a_supplier_s_word_finds_what_came_of_it(open_fava: Open, words: str) -> None:
    page = open_fava(BAKERY).page(TRACE, q=words)
    assert "Trace of FLOUR F1 recalled on 2025-01-06" in page.text
    assert "Accounted for 100.0 % (40 / 40 FLOUR)" in page.text
    assert "To hold 30 FLOUR · 2 CAKE" in page.text
    assert "Revenue affected 12.00 USD" in page.text
    hold, customers, suppliers, balance = page.tables[1:]
    assert [row[:4] for row in hold] == [
        ["Account", "Commodity", "Lot", "Units"],
        ["Assets:Inventory:Main", "FLOUR", "F1", "30"],
        ["Assets:Inventory:Main", "CAKE", "C1", "2"],
        ["2 rows, USD", "", "", ""],
    ]
    assert [row[0] for row in customers] == ["Party", "Cafe Rose", "1 row, USD"]
    assert [row[0] for row in suppliers] == ["Party", "Mill", "1 row, USD"]
    assert [row[-1] for row in balance] == ["Accounted for", "100.0 %", "100.0 %"]
    assert "recalled" in page.badges


def test_what_fits_several_lots_lists_them(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    page = pages.page(TRACE, q="dairy")
    assert "2 lots fit “ dairy ”" in page.text
    assert [(row["Commodity"], row["Lot"], row["Found by"]) for row in page.rows()] == [
        ("BUTTER", "B1", "supplier"),
        ("MILK", "B1", "supplier"),
    ]
    assert "Trace of MILK B1" in follow(pages, page.links["B1"]).text
    both = follow(pages, page.links["Trace them together"])
    assert "Trace of BUTTER B1 , MILK B1" in both.text


def test_a_number_of_two_goods_is_asked_about(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    assert "2 lots fit “ B1 ”" in pages.page(TRACE, lot="B1").text
    assert "Trace of MILK B1" in pages.page(TRACE, lot="B1", commodity="MILK").text


def test_an_unknown_lot_gets_the_nearest_ones(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    for params in ({"q": "B12"}, {"lot": "B12"}, {"lot": "B12", "commodity": "MILK"}):
        page = pages.page(TRACE, **params)
        assert "Nothing fits “ B12 ”" in page.text
        assert "Near it are BUTTER B1 , MILK B1 ." in page.text
        assert pages.get(TRACE, "export.csv", **params).status_code == 404
    assert "Near it" not in pages.page(TRACE, q="zzzzzz").text


def test_a_lot_after_the_time_box_says_its_day(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    page = pages.page(TRACE, lot="C1", time="2025-01-02")
    assert "Lot “ C1 ” came on 2025-01-03, after the day asked for." in page.text
    assert "Trace of CAKE C1" in follow(pages, page.links["On the last day of the ledger"]).text


def test_the_account_and_filter_boxes_narrow_no_trace(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    whole = pages.page(TRACE, lot="F1").tables
    narrowed = pages.page(TRACE, lot="F1", account="Assets:Inventory:Shop", filter="^nothing")
    assert narrowed.tables == whole
    assert "The account and filter boxes do not narrow a trace" in narrowed.text


def test_each_row_leads_on(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    page = pages.page(TRACE, lot="F1")
    assert parse_qs(urlsplit(page.links["Cafe Rose"]).query) == {"q": ["Cafe Rose"]}
    assert "2 on hand" in follow(pages, page.links["C1"]).text
    entry = page.links["2025-01-04"]
    found = pages.client.get(f"/{pages.slug}/api/context?entry_hash={entry.partition('-')[2]}")
    assert "Invoice 1" in found.get_data(as_text=True)


def test_a_lot_s_page_leads_to_its_trace(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    page = pages.page(LOTS, lot="C1")
    assert "Trace of CAKE C1" in follow(pages, page.links["trace"]).text


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        ("", "trace"),
        ("hold", "hold_list"),
        ("customers", "recall_customers"),
        ("suppliers", "recall_suppliers"),
        ("balance", "mass_balance"),
    ],
)
def test_downloads_are_the_tables_of_the_library_cell_by_cell(
    open_fava: Open, sheet: str, name: str
) -> None:
    from fava_lotcost.trace import _SHEETS

    pages = open_fava(BAKERY)
    index = Index(load(pages.file).books())
    traced: Any = tracing.trace(index, [Lot("FLOUR", "F1")])
    assert isinstance(traced, Trace)
    expected = _SHEETS[sheet or "trace"](index, traced)
    params = {"lot": "F1", "commodity": "FLOUR"} | ({"sheet": sheet} if sheet else {})
    response = pages.get(TRACE, "export.csv", **params)
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}.csv"
    header, *rows = csv.reader(io.StringIO(response.get_data().decode("utf-8-sig")))
    assert header == [column.name for column in expected.columns]
    assert rows == [[plain(row.get(key)) for key in header] for row in expected.rows]
    book = openpyxl.load_workbook(io.BytesIO(pages.get(TRACE, "export.xlsx", **params).get_data()))
    assert book.sheetnames[-1] == "About"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"sheet": "colour"}, "sheet “ colour ”"),
        ({"hold-sort": "colour"}, "hold-sort “ colour ”"),
        ({"open": "77"}, "open “ 77 ”"),
        ({"time": "garbage"}, "Failed to parse date: garbage"),
    ],
)
def test_what_an_address_cannot_mean_gives_words(
    open_fava: Open, params: dict[str, str], words: str
) -> None:
    pages = open_fava(BAKERY)
    if "sheet" not in params:
        assert words in pages.page(TRACE, lot="F1", **params).text
    assert pages.get(TRACE, "export.csv", lot="F1", **params).status_code == 400


@pytest.mark.parametrize(
    "lot", ["a/b//c/../d", "100%25%", "<img src=x onerror=alert(1)>", "x" * 10_000, "%s%n", "../.."]
)
def test_hostile_lot_numbers_are_found_and_shown_as_texts(open_fava: Open, lot: str) -> None:
    pages = open_fava(BAKERY.replace('"C1"', f'"{lot}"'))
    page = pages.page(TRACE, q=lot)
    assert lot in page.text
    assert "img" not in page.tags
    assert "Accounted for 100.0 %" in page.text


def test_incognito_masks_a_trace_and_exports_none(open_fava: Open) -> None:
    pages = open_fava(BAKERY.replace("40 FLOUR", "4711 FLOUR"), incognito=True)
    page = pages.page(TRACE, lot="F1")
    assert "Cafe Rose" in page.text
    for figure in ("4711", "4701", "100.0 %"):
        assert figure not in page.html
    for endpoint in ("export.csv", "recall.xlsx", "recall.html"):
        assert pages.get(TRACE, endpoint, lot="F1").status_code == 403


@pytest.mark.parametrize("params", [{"q": "F1"}, {"lot": "F1", "commodity": "FLOUR"}])
def test_the_recall_pack_is_that_of_the_command_line(
    open_fava: Open, params: dict[str, str], tmp_path: Path
) -> None:
    pages = open_fava(BAKERY)
    page = pages.page(TRACE, **params)
    response = pages.client.get(page.links["recall pack"])
    assert response.headers["Content-Disposition"] == "attachment; filename=recall.xlsx"
    ours = openpyxl.load_workbook(io.BytesIO(response.get_data()))
    files = [tmp_path / "pack.xlsx", tmp_path / "pack.html"]
    args = [
        "recall",
        str(pages.file),
        "F1",
        *(word for file in files for word in ("-o", str(file))),
    ]
    assert CliRunner().invoke(main, args).exit_code == 0
    theirs = openpyxl.load_workbook(files[0])
    assert ours.sheetnames == theirs.sheetnames
    for sheet in ours.sheetnames:
        assert list(ours[sheet].values) == list(theirs[sheet].values)
    printed = pages.client.get(page.links["print"])
    assert printed.mimetype == "text/html"
    assert printed.get_data(as_text=True) == files[1].read_text(encoding="utf-8")


def test_a_lot_s_page_has_its_recall_pack(open_fava: Open) -> None:
    pages = open_fava(BAKERY)
    for lot in ("F1", "C1"):
        page = pages.page(LOTS, lot=lot)
        assert pages.client.get(page.links["recall pack"]).status_code == 200


@pytest.mark.parametrize(
    ("params", "status"),
    [({}, 404), ({"q": "dairy"}, 404), ({"lot": "B9"}, 404), ({"lot": "F1", "time": "x"}, 400)],
)
def test_a_pack_of_no_lot_is_refused_in_words(
    open_fava: Open, params: dict[str, str], status: int
) -> None:
    response = open_fava(BAKERY).get(TRACE, "recall.xlsx", **params)
    assert response.status_code == status
    assert response.mimetype == "text/plain"


def test_goods_sold_under_two_links_lead_to_what_has_both(open_fava: Open) -> None:
    pages = open_fava(BAKERY.replace("^inv-1\n", "^inv-1 ^order-7\n"))
    href = pages.page(TRACE, lot="C1").links["^inv-1 ^order-7"]
    assert parse_qs(urlsplit(href).query)["filter"] == ["^inv-1 ^order-7"]
    entries = pages.ledger.get_filtered(filter="^inv-1 ^order-7").entries
    assert [entry.narration for entry in entries] == ["Invoice 1"]
