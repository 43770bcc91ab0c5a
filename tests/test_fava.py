"""The Fava extension in a real Fava: its figures are the reports', and nothing takes Fava down."""

from __future__ import annotations

import csv
import datetime
import io
import os
import re
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from fava.application import create_app, url_for
from fava_app import (
    BODY,
    EXPIRY,
    HEAD,
    LEDGER,
    LOTS,
    MARGINS,
    TRACE,
    VALUATION,
    Article,
    Open,
    Pages,
    figures,
    many_lots,
    report,
    sold_lots,
    write,
)
from fava_lotcost import links
from fava_lotcost.snapshot import Asked
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from lotcost.ledger.books import Books
from lotcost.rendering.values import plain

PAGES = pytest.mark.parametrize("page", [LOTS, MARGINS, EXPIRY, VALUATION])


# Pages


def test_lots_shows_what_is_on_hand_and_that_it_ties(open_fava: Open) -> None:
    page = open_fava().page(LOTS)
    assert "Lots on 2025-02-10: 2 on hand" in page.text
    assert "Stock at cost 47.52 USD" in page.text  # 34 FLOUR are 37.52, 5 MILK are 10.00
    assert "Ties to the ledger yes" in page.text
    assert "Expired 10.00 USD ( 1 lot )" in page.text
    assert "Expire within 30 days none" in page.text
    flour, milk, total = page.rows()
    assert (milk["Lot"], milk["In"], milk["Sold"], milk["Off"]) == ("L1", "10", "4", "1")
    assert (milk["On hand"], milk["Cost on hand"], milk["Days"]) == ("5", "10.00", "-9")
    assert (flour["Unit cost"], flour["Rate"]) == ("1.103529", "55.9 %")
    assert (total["Commodity"], total["Cost on hand"]) == ("2 rows, USD", "47.52")


def test_lots_by_account_shows_what_moved(open_fava: Open) -> None:
    rows = open_fava().page(LOTS, by="account", commodity="MILK").rows()
    assert figures(rows[:-1], "Account") == ["Assets:Inventory:Main", "Assets:Inventory:Shop"]
    assert figures(rows[:-1], "Moved") == ["-3", "3"]


def test_a_lot_in_two_accounts_is_one_lot_however_the_rows_are_made(open_fava: Open) -> None:
    by_lot, by_account = (open_fava().page(LOTS, by=by) for by in ("lot", "account"))
    assert len(by_account.rows()) == 3 + 1
    for page in (by_lot, by_account):
        assert "Lots on 2025-02-10: 2 on hand" in page.text
        assert {"open 1", "expired 1", "all 2"} <= page.links.keys()


def test_stock_without_a_lot_is_told_in_red_and_leads_to_its_account(open_fava: Open) -> None:
    booked_by_hand = """
2025-02-10 * "A bookkeeper" "Puts money where goods belong"
  Assets:Inventory:Shop    1.25 USD
  Assets:Receivable
"""
    pages = open_fava(LEDGER + booked_by_hand)
    page = pages.page(LOTS)
    assert "Ties to the ledger no, 1.25 USD off" in page.text
    assert 'class="lotcost-off"' in page.html
    link = next(href for said, href in page.links.items() if said.startswith("no,"))
    rows = Article(pages.client.get(link).get_data(as_text=True)).rows()
    off = [(row["Account and commodity"], row["Difference"]) for row in rows]
    assert ("Assets:Inventory:Shop", "1.25") in off


def test_a_column_that_no_lot_fills_is_left_out(open_fava: Open) -> None:
    undated = "\n".join(line for line in LEDGER.splitlines() if "expires:" not in line)
    (row, *_) = open_fava(undated).page(LOTS).rows()
    assert not {"Expires", "Days", "Used"} & row.keys()
    assert "Supplier" in row


def test_margins_shows_what_lots_earned(open_fava: Open) -> None:
    page = open_fava().page(MARGINS)
    assert "Revenue 35.00 USD" in page.text
    assert "Gross margin 20.38 USD (58.2 %)" in page.text
    assert "Unattributed revenue none, it ties to the ledger" in page.text
    rows = page.rows()
    assert figures(rows, "After write-offs") == ["8.38", "10.00", "18.38"]


def test_margins_of_a_period_name_the_income_that_is_invoiced_for_other_days(
    open_fava: Open,
) -> None:
    more = """
2025-01-30 * "Cafe Rose" "Delivered" ^so-1
  Assets:Inventory:Main    -1 MILK
    lot-kind: "sale"
2025-03-03 * "Cafe Rose" "Invoiced" ^so-1
  Assets:Receivable    9.00 USD
  Income:Sales
"""
    pages = open_fava(LEDGER + more)
    assert "invoiced for other days" not in pages.page(MARGINS).text
    text = pages.page(MARGINS, time="2025-03").text
    assert "Unattributed revenue none Income invoiced for other days 9.00 USD" in text


def test_what_is_all_zero_is_no_chart(open_fava: Open) -> None:
    given = (
        LEDGER
        + """
2025-03-01 * "Broken"
  Assets:Inventory:Main    -1 MILK
    reason: "damaged"
"""
    )
    page = open_fava(given).page(MARGINS, time="2025-03")
    assert '"Write-offs"' in page.html
    assert '"Gross margin"' not in page.html


def test_margins_groups_by_what_a_card_says(open_fava: Open) -> None:
    pages = open_fava()
    rows = pages.page(MARGINS, by="category").rows()
    assert figures(rows[:-1], "Category") == ["dairy", "(none)"]
    assert "units" not in rows[0]  # units of several goods add up to nothing
    rows = pages.page(MARGINS, by="customer").rows()
    assert figures(rows[:-1], "Customer") == ["Cafe Rose", "Hotel", "(none)"]


def test_income_that_is_no_lot_s_leads_to_its_entries(open_fava: Open) -> None:
    more = """
2025-02-11 * "Income of the day"
  Assets:Receivable    1.50 USD
  Income:Sales
"""
    pages = open_fava(LEDGER + more)
    page = pages.page(MARGINS)
    assert "Unattributed revenue 1.50 USD ( 2025-02-11 )" in page.text
    entry = page.links["2025-02-11"].removeprefix("#context-")
    found = pages.client.get(f"/{pages.slug}/api/context?entry_hash={entry}")
    assert "Income of the day" in found.get_data(as_text=True)
    assert "( 2025-02-11 and 4 more )" not in page.text
    page = open_fava(LEDGER + more * 9).page(MARGINS)
    assert "2025-02-11 and 4 more" in page.text


def test_a_customer_s_margin_leads_to_the_lots_it_bought(open_fava: Open) -> None:
    pages = open_fava()
    link = pages.page(MARGINS, by="customer").links["Hotel"]
    assert "Trace of FLOUR F1" in Article(pages.client.get(link).get_data(as_text=True)).text


def test_margins_is_opened_for_the_worst_first(open_fava: Open) -> None:
    pages = open_fava()
    link = pages.page(MARGINS).links["worst first"]
    rows = Article(pages.client.get(link).get_data(as_text=True)).rows()
    assert figures(rows[:-1], "Lot") == ["F1", "L1"]
    assert figures(pages.page(MARGINS, sort="-after_write_offs").rows()[:-1], "Lot") == ["L1", "F1"]


def test_a_group_of_a_card_leads_to_its_lots(open_fava: Open) -> None:
    pages = open_fava(LEDGER.replace("    expires: 2025-12-31\n", "    plant: 7\n"))
    link = pages.page(MARGINS, by="plant").links["7"]
    page = Article(pages.client.get(link).get_data(as_text=True))
    assert figures(page.rows()[:-1], "Lot") == ["F1"]
    assert "plant : 7" in page.text
    everything = Article(pages.client.get(page.links["✕"]).get_data(as_text=True))
    assert figures(everything.rows()[:-1], "Lot") == ["F1", "L1"]
    for other in ("8", "None", '"><img src=x onerror=alert(1)>'):
        exported = pages.get(LOTS, "export.csv", key="plant", value=other).get_data(as_text=True)
        assert len(exported.splitlines()) == 1
        assert "<img" not in pages.page(LOTS, key=other, value=other).html


def test_of_many_groups_the_ten_best_and_worst_are_drawn(open_fava: Open) -> None:
    few, many = (open_fava("".join(sold_lots(number))).page(MARGINS) for number in (19, 21))
    assert "Best ten" not in few.html
    best, worst = many.html.split("Best ten")[1].split("Worst ten")
    assert re.findall(r"WINE L\d+", best) == [f"WINE L{lot}" for lot in range(20, 10, -1)]
    assert re.findall(r"WINE L\d+", worst)[:10] == [f"WINE L{lot}" for lot in range(10)]
    bars = re.findall(r'lotcost-(plus|minus)" style="width: ([\d.]+)%', best + worst)
    assert [bars[0], bars[9], bars[10], bars[19]] == [
        *(("plus", "90.5"), ("plus", "4.8"), ("minus", "100.0"), ("minus", "14.3"))
    ]


@PAGES
def test_a_page_has_charts_that_fava_can_draw(open_fava: Open, page: str) -> None:
    pages = open_fava()
    for params in ({}, {"time": "2025-02"}, {"account": "Assets:Inventory:Shop"}):
        assert '<svelte-component type="charts"' in pages.page(page, **params).html
    for interval in ("day", "week", "month", "quarter", "year"):
        assert "There are no figures" not in pages.page(page, interval=interval).text


@PAGES
def test_a_page_without_fava_charts_does_without(
    open_fava: Open, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("fava.internal_api.BalancesChart")
    monkeypatch.delattr("fava.internal_api.HierarchyChart")
    monkeypatch.delattr("fava.internal_api.BarChart")
    article = open_fava().page(page)
    assert "svelte-component" not in article.tags
    assert article.rows()
    assert ("open", None) in article.attributes
    assert all(len(chart) > 1 for chart in article.charts)


def test_a_chart_can_be_read_as_a_table(open_fava: Open) -> None:
    pages = open_fava()
    stock, goods, expiry = pages.page(LOTS).charts
    assert stock == [["", "USD"], ["2025-01-07", "56.14"], ["2025-02-10", "47.52"]]
    assert goods == [["", "USD"], ["FLOUR", "37.52"], ["MILK", "10.00"]]
    assert expiry == [["", "USD"], ["2025-02", "10.00"], ["2025-12", "37.52"]]
    margin, revenue, by_goods, _ = pages.page(MARGINS).charts
    assert margin == [["", "USD"], ["2025-01", "12.00"], ["2025-02", "8.38"]]
    assert revenue == [["", "USD"], ["2025-01", "20.00"], ["2025-02", "15.00"]]
    assert by_goods == [["", "USD"], ["FLOUR", "15.00"], ["MILK", "20.00"]]
    assert not open_fava(incognito=True).page(LOTS).charts


# Fava's boxes


def test_the_account_box_means_an_account_and_those_below(open_fava: Open) -> None:
    pages = open_fava()
    rows = pages.page(LOTS, account="Assets:Inventory:Shop").rows()
    assert [(row["Lot"], row["On hand"]) for row in rows[:-1]] == [("L1", "2")]
    assert (rows[0]["In"], rows[0]["Moved"], rows[0]["Off"]) == ("0", "3", "1")
    everywhere = pages.page(LOTS).rows()
    assert pages.page(LOTS, account="Assets:Inventory").rows() == everywhere
    assert pages.page(LOTS, account="Inventory:Main|Shop").rows() == everywhere
    assert pages.page(LOTS, account="Assets:Inv").rows() == everywhere
    assert "No lot fits" in pages.page(LOTS, account="Assets:Receivable").text


def test_the_end_of_the_time_box_is_the_day_and_its_begin_opens_a_period(open_fava: Open) -> None:
    pages = open_fava()
    january = pages.page(LOTS, time="2025-01")
    assert "Lots on 2025-01-31: 2 on hand" in january.text
    assert figures(january.rows(), "Cost on hand") == ["44.14", "12.00", "56.14"]
    february = pages.page(MARGINS, time="2025-02")
    assert "Lot margins from 2025-02-01 to 2025-02-28" in february.text
    assert figures(february.rows()[:-1], "Revenue") == ["15.00", "0.00"]


@pytest.mark.parametrize("since_and_time", [{}, {"time": "2025-02"}, {"time": "2025"}])
def test_the_filter_box_keeps_lines_of_the_transactions_it_keeps(
    open_fava: Open, since_and_time: dict[str, str]
) -> None:
    """Under a time filter too, where Fava's own entries have lost what came before it."""
    rows = open_fava().page(LOTS, filter='any(lot:"^F1$")', **since_and_time).rows()
    assert [(row["Lot"], row["In"], row["On hand"]) for row in rows[:-1]] == [("F1", "40", "34")]


def test_the_filter_box_may_leave_out_a_receipt(open_fava: Open) -> None:
    rows = open_fava().page(LOTS, filter="^inv-101, ^inv-102, #vip", status="all").rows()
    assert [(row["Lot"], row["Received"], row["Sold"]) for row in rows[:-1]] == [
        ("F1", "", "6"),
        ("L1", "", "4"),
    ]


@pytest.mark.parametrize(
    ("page", "name", "params", "question"),
    [
        (LOTS, "lots", {"status": "all"}, {}),
        (LOTS, "lots", {"status": "all", "time": "2025-01"}, {"at": datetime.date(2025, 1, 31)}),
        (
            LOTS,
            "lots",
            {"status": "all", "by": "account", "account": "Assets:Inventory:Shop"},
            {"by": "account", "account": "Assets:Inventory:Shop"},
        ),
        (MARGINS, "margins", {}, {}),
        (
            MARGINS,
            "margins",
            {"time": "2025-02", "by": "commodity"},
            {
                "since": datetime.date(2025, 2, 1),
                "at": datetime.date(2025, 2, 28),
                "by": "commodity",
            },
        ),
        (LOTS, "movements", {"lot": "L1", "commodity": "MILK"}, {"lot": "L1", "commodity": "MILK"}),
    ],
)
def test_downloads_are_the_reports_of_the_command_line_cell_by_cell(
    open_fava: Open, page: str, name: str, params: dict[str, str], question: dict[str, Any]
) -> None:
    pages = open_fava()
    expected = report(pages, name, **question)
    names = [column.name for column in expected.columns]

    response = pages.get(page, "export.csv", **params)
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}.csv"
    header, *rows = csv.reader(io.StringIO(response.get_data().decode("utf-8-sig")))
    assert header == names
    assert rows == [[plain(row.get(name)) for name in names] for row in expected.rows]

    response = pages.get(page, "export.xlsx", **params)
    sheet = openpyxl.load_workbook(io.BytesIO(response.get_data())).worksheets[0]
    cells = sheet.iter_rows(min_row=2, max_row=1 + len(expected.rows), values_only=True)
    assert [[_known(value) for value in row] for row in cells] == [
        [row.get(name) for name in names] for row in expected.rows
    ]


def _known(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, int | float):
        return Decimal(repr(value))
    return value


def test_downloads_hold_the_rows_shown_in_their_order(open_fava: Open) -> None:
    pages = open_fava()
    params = {"status": "on-hand", "q": "dairy", "sort": "-cost_on_hand"}
    shown = pages.page(LOTS, **params)
    assert figures(shown.rows()[:-1], "Lot") == ["L1"]  # by its supplier's name
    link = shown.links["csv"]
    response = pages.client.get(link)
    rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert [row["lot"] for row in rows] == ["L1"]


# The page's own choices


def test_a_status_is_a_link_that_can_be_sent(open_fava: Open) -> None:
    pages = open_fava()
    links = pages.page(LOTS).links
    assert parse_qs(urlsplit(links["expired 1"]).query) == {"status": ["expired"]}
    page = Article(pages.client.get(links["expired 1"]).get_data(as_text=True))
    assert figures(page.rows()[:-1], "Lot") == ["L1"]
    assert "No lot fits" in pages.page(LOTS, status="recalled").text


@pytest.mark.parametrize(
    ("words", "found"),
    [("l1", ["L1"]), ("whole MILK", ["L1"]), ("mill", ["F1"]), ("flour", ["F1"]), ("xyz", [])],
)
def test_search_looks_in_lot_goods_and_supplier(
    open_fava: Open, words: str, found: list[str]
) -> None:
    page = open_fava().page(LOTS, q=words)
    assert (figures(page.rows()[:-1], "Lot") if page.tables else []) == found


def test_goods_account_and_supplier_narrow_the_table(open_fava: Open) -> None:
    pages = open_fava()
    links = pages.page(LOTS, by="account").links
    assert parse_qs(urlsplit(links["MILK"]).query) == {"by": ["account"], "commodity": ["MILK"]}
    account = "Assets:Inventory:Shop"
    assert parse_qs(urlsplit(links[account]).query) == {"by": ["account"], "account": [account]}
    rows = pages.page(LOTS, supplier="Mill").rows()
    assert figures(rows[:-1], "Lot") == ["F1"]


def test_absent_values_come_last_in_either_order(open_fava: Open) -> None:
    pages = open_fava(LEDGER.replace("    expires: 2025-12-31\n", ""))
    for sort in ("expires", "-expires"):
        assert figures(pages.page(LOTS, sort=sort).rows()[:-1], "Lot") == ["L1", "F1"]


def test_pages_of_200_rows_add_up_to_the_whole(open_fava: Open) -> None:
    pages = open_fava("".join(many_lots(1203)))
    first = pages.page(LOTS)
    assert len(first.rows()) == 200 + 1
    assert first.rows()[-1]["Cost on hand"] == "1448412.00"  # all rows, not those of this page
    last = Article(pages.client.get(first.links["7"]).get_data(as_text=True))
    assert len(last.rows()) == 3 + 1
    assert last.rows()[0]["Lot"] == "L1200"
    response = pages.get(LOTS, "export.csv", page="7")
    assert len(response.get_data().splitlines()) == 1 + 1203


def test_the_number_of_rows_is_a_setting(open_fava: Open) -> None:
    text = LEDGER.replace('"fava_lotcost"', '"fava_lotcost" "{\'rows\': 1}"')
    page = open_fava(text).page(LOTS)
    assert len(page.rows()) == 1 + 1
    assert ">" in page.links


@pytest.mark.parametrize(
    ("page", "params", "words"),
    [
        (LOTS, {"page": "foo"}, "page “ foo ”, which means nothing here; it may say 1."),
        (LOTS, {"page": "9" * 5000}, "it may say 1."),
        (LOTS, {"page": "-1"}, "page “ -1 ”"),
        (LOTS, {"page": "²"}, "page “ ² ”"),
        (LOTS, {"sort": "xyz"}, "sort “ xyz ”"),
        (LOTS, {"by": "nonsense"}, "by “ nonsense ”, which means nothing here; it may say lot,"),
        (LOTS, {"status": "gone"}, "status “ gone ”"),
        (MARGINS, {"by": "nonsense"}, "it may say lot, commodity, customer, supplier, month,"),
        (MARGINS, {"sort": "--revenue"}, "sort “ --revenue ”"),
        (LOTS, {"time": "garbage"}, "no figures to show: Failed to parse date: garbage"),
        (LOTS, {"time": "2025-13"}, "no figures to show"),
        (MARGINS, {"filter": "any("}, "no figures to show: Failed to parse filter: any("),
    ],
)
def test_what_an_address_cannot_mean_gives_words(
    open_fava: Open, page: str, params: dict[str, str], words: str
) -> None:
    pages = open_fava()
    assert words in pages.page(page, **params).text
    for endpoint in ("export.csv", "export.xlsx"):
        status = 200 if "page" in params else 400
        assert pages.get(page, endpoint, **params).status_code == status


# One lot


def test_a_lot_has_a_page_of_its_own(open_fava: Open) -> None:
    pages = open_fava()
    link = pages.page(LOTS).links["L1"]
    page = Article(pages.client.get(link).get_data(as_text=True))
    assert "Whole milk 1 l" in page.text
    assert "certificate CoA-7781" in page.text
    assert "10 received = 10 accounted for: sold 4, written off 1, on hand 5" in " ".join(
        page.text.split()
    )
    _, cost, margin, *_ = page.tables
    assert [row[:3] for row in cost] == [
        ["purchase", "20.00", ""],
        ["cost in all", "20.00", "USD"],
        ["cost of sales", "-8.00", ""],
        ["written off", "-2.00", ""],
        ["on hand", "10.00", "USD"],
    ]
    assert [row[:2] for row in margin] == [
        ["revenue", "20.00"],
        ["cost of sales", "-8.00"],
        ["gross margin (60.0 %)", "12.00"],
        ["write-offs", "-2.00"],
        ["after write-offs", "10.00"],
    ]
    rows = page.rows(-1)
    assert figures(rows, "Units") == ["10", "-4", "-3", "3", "-1"]
    assert figures(rows, "Balance") == ["10", "6", "3", "6", "5"]
    assert figures(rows, "Kind")[-1] == "write-off: expired"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"lot": "L1"}, "expired on 2025-02-10, 9 days past its last"),
        ({"lot": "L1", "time": "2025-01"}, "open on 2025-01-31, 1 day left"),
        ({"lot": "L1", "time": "2025-02-01"}, "open on 2025-02-01, 0 days left"),
        ({"lot": "L1", "account": "Assets:Receivable"}, "Nothing moves lot"),
    ],
)
def test_a_lot_says_how_long_it_may_still_be_sold(
    open_fava: Open, params: dict[str, str], said: str
) -> None:
    assert said in open_fava().page(LOTS, **params).text


def test_every_movement_leads_to_its_posting(open_fava: Open) -> None:
    pages = open_fava()
    page = pages.page(LOTS, lot="L1", commodity="MILK")
    entry = page.links["2025-01-05"]
    assert entry.startswith("#context-")
    found = pages.client.get(f"/{pages.slug}/api/context?entry_hash={entry.partition('-')[2]}")
    assert "Invoice 101" in found.get_data(as_text=True)
    line = pages.page(LOTS, lot="F1").rows(-1)[-1]["Line"]
    assert "-6 FLOUR" in pages.file.read_text().splitlines()[int(line) - 1]
    editor = parse_qs(urlsplit(pages.page(LOTS, lot="F1").links[line]).query)
    assert editor == {"file_path": [str(pages.file)], "line": [line]}
    account = page.links["Assets:Inventory:Shop"]
    assert account == f"/{pages.slug}/account/Assets:Inventory:Shop/"
    journal = parse_qs(urlsplit(page.links["journal"]).query)["filter"][0]
    assert journal == 'any(lot:"^L1$" lot-commodity:"^MILK$")'
    kept = pages.ledger.get_filtered(filter=journal).entries
    assert len(kept) == 4


def test_the_goods_may_be_left_out_where_one_lot_has_the_number(open_fava: Open) -> None:
    twin = """
2025-01-09 * "Dairy Farm" "Delivery"
  Assets:Inventory:Main    2 CREAM @ 2.00 USD
    lot: "L1"
  Liabilities:Payable
"""
    assert "FLOUR" in open_fava().page(LOTS, lot="F1").text
    page = open_fava(LEDGER + twin).page(LOTS, lot="L1")
    assert "There is one of CREAM , MILK ." in page.text


def test_an_unknown_lot_gives_words(open_fava: Open) -> None:
    pages = open_fava()
    for params in ({"lot": "L9"}, {"lot": "L9", "commodity": "MILK"}):
        assert "The ledger has no lot L9" in pages.page(LOTS, **params).text
        assert pages.get(LOTS, "export.csv", **params).status_code == 404
    early = pages.page(LOTS, lot="L1", commodity="MILK", time="2024")
    assert "Nothing moves lot L1 of MILK under these filters" in early.text


def test_a_lot_in_one_account_says_what_moved(open_fava: Open) -> None:
    page = open_fava().page(LOTS, lot="L1", commodity="MILK", account="Assets:Inventory:Shop")
    assert "0 received + 3 moved from or to other accounts = 3 accounted for" in page.text
    assert ["moved", "6.00"] in [row[:2] for row in page.tables[1]]


def test_a_card_keeps_its_history(open_fava: Open) -> None:
    later = """
2025-01-09 custom "lot" "MILK" "L1"
  certificate: "CoA-7782"
"""
    page = open_fava(LEDGER + later).page(LOTS, lot="L1", commodity="MILK")
    assert "certificate CoA-7782" in page.text
    history = [row for row in page.tables[0] if row[1] == "certificate"]
    assert [row[:3] for row in history] == [
        ["2025-01-02", "certificate", "CoA-7781"],
        ["2025-01-09", "certificate", "CoA-7782"],
    ]


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "a\"b'c",
    "a/b//c/../d",
    "100%25%",
    "a&b=c?d#e",
    "{{ 7 * 7 }}",
    "(a|b)*[c]\\d",
    " spaces  within ",
    "=1+1",
    "Ⅻ é 漢",
    "0123456789abcdef0123456789abcdef",
    "x" * 10_000,
]


def test_the_whole_workbook_is_that_of_the_boxes(open_fava: Open) -> None:
    pages = open_fava()
    boxes = {"time": "2025", "account": "Assets:Inventory", "status": "all"}
    link = pages.page(LOTS, **boxes).links["workbook"]

    response = pages.client.get(link)

    assert response.headers["Content-Disposition"] == "attachment; filename=lotcost.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(response.get_data()), data_only=True)
    assert book.sheetnames[:4] == ["About", "Lots", "Movements", "Margins"]
    said = {row[0]: row[1] for row in book["About"].iter_rows(max_col=2, values_only=True)}
    assert (said["time"], said["account"], said["Checks"]) == ("2025", "Assets:Inventory", "OK")
    assert "status" not in said
    lots = [row[2] for row in book["Lots"].iter_rows(min_row=2, values_only=True) if row[2]]
    assert lots == [row["lot"] for row in report(pages, "lots").rows]


def test_the_whole_workbook_is_refused_in_words(open_fava: Open) -> None:
    hidden = open_fava(incognito=True)
    assert "workbook" not in hidden.page(LOTS).links
    assert hidden.get(LOTS, "book.xlsx").status_code == 403
    assert open_fava().get(LOTS, "book.xlsx", time="garbage").status_code == 400


@pytest.mark.parametrize("lot", HOSTILE, ids=lambda lot: lot[:12])
def test_hostile_texts_show_as_texts(open_fava: Open, lot: str) -> None:
    said = lot.replace("\\", "\\\\").replace('"', '\\"')
    text = LEDGER.replace('"L1"', f'"{said}"').replace('"Cafe Rose"', '"<b onclick=x>Cafe</b>"')
    pages = open_fava(text)
    plain_tags = set(open_fava().page(LOTS).tags) | {"details", "summary"}
    for page in (LOTS, MARGINS):
        article = pages.page(page)
        assert lot.strip() in figures(article.rows(), "Lot")
        assert set(article.tags) <= plain_tags
    link = pages.page(LOTS).links[lot.strip()]
    one = Article(pages.client.get(link).get_data(as_text=True))
    assert " ".join(lot.split()) in one.text
    assert not [name for name, _ in one.attributes if name.startswith("on")]
    assert len(one.rows(-1)) == 5
    journal = parse_qs(urlsplit(one.links["journal"]).query)["filter"][0]
    assert len(pages.ledger.get_filtered(filter=journal).entries) == 4
    query = dict(pair.split("=") for pair in urlsplit(link).query.split("&"))
    assert query.keys() == {"lot", "commodity"}
    for endpoint in ("export.csv", "export.xlsx"):
        assert pages.get(LOTS, endpoint, lot=lot, commodity="MILK").status_code == 200


# Around the page


@PAGES
def test_incognito_masks_figures_and_exports_nothing(open_fava: Open, page: str) -> None:
    pages = open_fava(incognito=True)
    for params in ({}, {"lot": "F1"}):
        article = pages.page(page, **params)
        assert "X.XX" in article.text
        for figure in ("47.52", "37.52", "1.1035", "55.9", "15.00", "8.38"):
            assert figure not in article.text
        assert "data-sort-value" not in article.html
        assert "svelte-component" not in article.tags
        assert "xlsx" not in article.links
    for endpoint in ("export.csv", "export.xlsx"):
        response = pages.get(page, endpoint)
        assert response.status_code == 403
        assert "incognito" in response.get_data(as_text=True)


@PAGES
def test_links_stay_under_a_prefix(open_fava: Open, page: str) -> None:
    pages = open_fava()
    client = Client(DispatcherMiddleware(pages.app.wsgi_app, {"/books": pages.app.wsgi_app}))
    path = f"/books{pages.path(page, time='2025')}"
    article = Article(client.get(path).get_data(as_text=True))
    hrefs = [href for href in article.links.values() if not href.startswith("#")]
    assert hrefs
    assert all(href.startswith(f"/books/{pages.slug}/") for href in hrefs)
    assert client.get(article.links["csv"]).status_code == 200
    assert "time=2025" in article.links["csv"]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('"foo"', "takes its settings as a dictionary, \"{'rows': 200, 'days': 30, 'expired_as"),
        ('"{{"', "takes its settings as a dictionary"),
        ('"1+1"', "takes its settings as a dictionary"),
        ("\"{'rows': Decimal('1')}\"", "takes its settings as a dictionary"),
        ("42", "takes its settings as a dictionary"),
        ("TRUE", "takes its settings as a dictionary"),
        ("\"{'row': 5}\"", "has no setting 'row'; did you mean \"rows\"?"),
        ("\"{'rows': 0}\"", "rows wants a whole number from 1 to 500 and has 0"),
        ("\"{'rows': True}\"", "rows wants a whole number from 1 to 500 and has True"),
        ("\"{'expired_as_errors': 1}\"", "expired_as_errors wants True or False and has 1"),
        ('"{3: [1]}"', "has no setting 3; known are days, expired_as_errors, rows"),
        ('"' + "[" * 3000 + '"', "takes its settings as a dictionary"),
    ],
)
def test_a_broken_configuration_is_an_error_at_its_line(
    open_fava: Open, config: str, words: str
) -> None:
    line = '2025-01-01 custom "fava-extension" "fava_lotcost"'
    pages = open_fava(LEDGER.replace(line, f"{line} {config}"))
    (error,) = pages.ledger.errors  # one, though there are several pages
    assert words in error.message
    assert error.source["lineno"] == 6
    for page in (LOTS, MARGINS, EXPIRY, VALUATION):
        article = pages.page(page)
        assert words in article.text
        assert article.rows()


def test_settings_are_read_anew_on_each_load(open_fava: Open) -> None:
    pages = open_fava(LEDGER.replace('"fava_lotcost"', '"fava_lotcost" "{{"'))
    assert pages.errors()
    edit(pages, LEDGER.replace('"fava_lotcost"', '"fava_lotcost" "{\'rows\': 1}"'))
    assert len(pages.page(LOTS).rows()) == 1 + 1
    assert not pages.errors()


def test_an_edit_shows_on_the_next_request(open_fava: Open) -> None:
    pages = open_fava()
    pages.page(LOTS)
    more = BODY.replace("10 MILK", "20 MILK").replace("-20 USD", "-40 USD", 1)
    edit(pages, HEAD + more)
    assert figures(pages.page(LOTS, q="L1").rows()[:-1], "On hand") == ["15"]


@pytest.mark.parametrize(
    ("page", "params"),
    [(LOTS, {}), (LOTS, {"lot": "L1"}), (MARGINS, {}), (EXPIRY, {}), (VALUATION, {}), (TRACE, {})],
)
def test_each_page_says_how_its_figures_are_computed(
    open_fava: Open, page: str, params: dict[str, str]
) -> None:
    article = open_fava().page(page, **params)
    assert ("class", "lotcost-help") in article.attributes
    assert ("aria-label", "How these figures are computed") in article.attributes


@PAGES
def test_a_heading_sorts_by_a_link_and_says_how(open_fava: Open, page: str) -> None:
    pages = open_fava()
    article = pages.page(page)
    assert "aria-sort" not in dict(article.attributes)
    column = "Cost" if page in (EXPIRY, VALUATION) else "Commodity"
    first = Article(pages.client.get(article.links[column]).get_data(as_text=True))
    order = "descending" if column == "Cost" else "ascending"
    assert ("aria-sort", order) in first.attributes
    turned = Article(pages.client.get(first.links[column]).get_data(as_text=True))
    other = {"ascending": "descending", "descending": "ascending"}[order]
    assert ("aria-sort", other) in turned.attributes


def test_own_scripts_are_small_and_one_a_page() -> None:
    import fava_lotcost

    scripts = list(Path(fava_lotcost.__file__).parent.rglob("*.js"))
    assert {each.stem for each in scripts} <= {LOTS, MARGINS, EXPIRY, TRACE, VALUATION}
    assert all(each.stat().st_size < 30_000 for each in scripts)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ('option "render_commas" "TRUE"', "1,448,412.00"),
        ('2025-01-01 custom "fava-option" "locale" "de"', "1.448.412,00"),
    ],
)
def test_numbers_are_in_the_ledger_s_format(open_fava: Open, options: str, shown: str) -> None:
    pages = open_fava(options + "\n" + "".join(many_lots(1203)))
    assert shown in pages.page(LOTS).text
    assert shown in pages.page(VALUATION).text


def test_read_only_shows_all_pages_and_takes_nothing(open_fava: Open) -> None:
    pages = open_fava(read_only=True)
    before = pages.file.read_bytes()
    for page in (LOTS, MARGINS, EXPIRY, TRACE, VALUATION):
        assert pages.page(page).text
        for endpoint in ("", "export.csv"):
            for method in ("post", "put", "delete"):
                response = getattr(pages.client, method)(pages.path(page, endpoint))
                assert response.status_code in {401, 405}
    assert pages.get(LOTS, "export.csv").status_code == 200
    assert pages.file.read_bytes() == before


@pytest.mark.parametrize("name", ["Nope", "LotCost", "%25", "%3Cb%3E", "x" * 3000])
def test_a_page_that_is_not_there_is_not_found(open_fava: Open, name: str) -> None:
    pages = open_fava()
    for path in (f"/{pages.slug}/extension/{name}/", f"/{pages.slug}/extension/{LOTS}/{name}"):
        assert pages.client.get(path).status_code == 404


# Loads


def test_two_ledgers_in_one_process_keep_apart(tmp_path: Path) -> None:
    files = []
    for name, units in (("One", 11), ("Two", 22)):
        folder = tmp_path / name
        folder.mkdir()
        text = LEDGER.replace('"Books"', f'"{name}"').replace("40 FLOUR", f"{units} FLOUR")
        files.append(write(folder, text))
    app = create_app([str(file) for file in files], load=True)
    app.testing = True
    client = app.test_client()
    for _ in range(2):
        for slug, held in (("one", "5"), ("two", "16")):
            html = client.get(f"/{slug}/extension/{LOTS}/?q=F1").get_data(as_text=True)
            assert Article(html).rows()[0]["On hand"] == held


def test_all_pages_of_a_load_share_one_snapshot(open_fava: Open) -> None:
    pages = open_fava()

    def loads() -> set[int]:
        names = (LOTS, MARGINS, EXPIRY, TRACE, VALUATION)
        found = (pages.ledger.extensions.get_extension(name) for name in names)
        return {id(each._loaded) for each in found}

    before = loads()
    assert len(before) == 1
    edit(pages, LEDGER.replace("40 FLOUR", "41 FLOUR"))
    pages.page(LOTS)
    assert len(loads()) == 1
    assert loads() != before


def test_the_load_reads_the_lots_and_no_page_does_again(
    open_fava: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, pages = open_fava(), open_fava()
    asked = [
        (page, params)
        for page in (LOTS, MARGINS, EXPIRY, TRACE, VALUATION)
        for params in ({}, {"account": "Assets:Inventory:Shop"})
    ]
    expected = [other.page(page, **params).text for page, params in asked]
    for fact in ("postings", "lines", "revenue", "cards", "statuses", "on_hand"):
        # What is known already is found before this; where it is not, there is nothing.
        monkeypatch.setattr(Books, fact, None)
    assert [pages.page(page, **params).text for page, params in asked] == expected


@pytest.mark.parametrize(
    "boxes", ["", "time=2025-02&interval=year", "account=&filter=any(lot%3A%22L1%22)"]
)
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"lot": "L/1 %25 é+&=?#", "commodity": "MILK"},
        {"q": None, "time": "2024"},
        {"account": "Assets:Inventory", "filter": None, "sort": "-cost"},
    ],
)
def test_an_address_is_what_fava_makes_it(
    open_fava: Open, params: dict[str, str | None], boxes: str
) -> None:
    pages = open_fava()
    values: dict[str, Any] = params
    with pages.app.test_request_context(f"{pages.path(LOTS)}?{boxes}"):
        pages.app.preprocess_request()
        expected = url_for("extension_report", extension_name=MARGINS, **values)
        assert links.page(MARGINS, params) == expected


def test_a_reload_amid_a_request_changes_nothing_of_it(open_fava: Open) -> None:
    pages = open_fava()
    page = pages.ledger.extensions.get_extension(LOTS)
    with pages.app.test_request_context(pages.path(LOTS)):
        pages.app.preprocess_request()
        began = page.loaded
        pages.file.write_text(LEDGER.replace("40 FLOUR", "41 FLOUR"), encoding="utf-8")
        reload = threading.Thread(target=pages.ledger.load_file)  # as another request does
        reload.start()
        reload.join()
        assert page.loaded is began
        assert began.snapshot.report("lots", Asked(), None).rows[0]["units_on_hand"] == 34
    with pages.app.test_request_context(pages.path(LOTS)):
        assert page.loaded is not began
        assert page.loaded.snapshot.report("lots", Asked(), None).rows[0]["units_on_hand"] == 35


def edit(pages: Pages, text: str) -> None:
    """Save a ledger as an editor does, later than it was."""
    pages.file.write_text(text, encoding="utf-8")
    later = time.time() + 10
    os.utime(pages.file, (later, later))


def test_errors_about_lots_are_said_on_the_page(open_fava: Open) -> None:
    short = """
2025-02-11 * "Hotel" "Invoice 103"
  Assets:Inventory:Main    -99 FLOUR @ 2.50 USD
  Assets:Receivable
"""
    pages = open_fava(LEDGER + short)
    page = pages.page(LOTS)
    assert "1 error about lots in the ledger" in page.text
    assert page.links["Errors"] == f"/{pages.slug}/errors/"
    assert figures(page.rows()[:-1], "On hand") == ["34", "5"]


@PAGES
def test_a_ledger_without_inventory_accounts_says_what_to_write(open_fava: Open, page: str) -> None:
    custom = '2025-01-01 custom "fava-extension" "fava_lotcost"\n'
    pages = open_fava(custom)
    text = pages.page(page).text
    assert 'plugin "beancount_lotcost" 2025-01-01 open Assets:Inventory lot-method: "fifo"' in text
    text = open_fava(custom + HEAD.replace('plugin "beancount_lotcost"', "")).page(page).text
    assert 'plugin "beancount_lotcost"' in text
    assert "lot-method" not in text
    text = open_fava(HEAD).page(page).text
    assert "no goods have moved yet" in text
    assert "10 MILK @ 2.00 USD" in text
    for endpoint in ("export.csv", "export.xlsx"):
        assert pages.get(page, endpoint).status_code == 200


@PAGES
def test_a_mistake_of_ours_is_words_on_the_page_and_an_error(
    open_fava: Open, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no such figure")

    monkeypatch.setattr("fava_lotcost.snapshot.Books", broken)
    pages = open_fava()  # the load reads the lots, and is not taken down by it
    assert "RuntimeError: no such figure" in pages.page(page).text
    pages.page(page)
    assert pages.errors() == ["fava_lotcost: RuntimeError: no such figure"]


def test_goods_in_two_currencies_keep_their_totals_apart(open_fava: Open) -> None:
    euro = """
2025-01-09 * "Molen" "Delivery"
  Assets:Inventory:Main    2 RYE @ 3.00 EUR
    lot: "R1"
  Liabilities:Payable
"""
    page = open_fava(LEDGER + euro).page(LOTS)
    assert "Stock at cost 6.00 EUR · 47.52 USD" in page.text
    totals = page.rows()[-2:]
    assert figures(totals, "Cost on hand") == ["6.00", "47.52"]


def test_round_sums_in_a_ledger_hide_no_cents(open_fava: Open) -> None:
    pages = open_fava(LEDGER.replace(".00", "").replace("2.50", "3"))
    assert "47.52 USD" in pages.page(LOTS).text
    commas = open_fava(LEDGER + 'option "render_commas" "TRUE"\n' + "".join(many_lots(0)))
    assert commas.page(LOTS).rows()


@pytest.mark.parametrize(
    ("name", "recalled"), [("food", []), ("pharma", ["SB-2503"]), ("workshop", ["RE-2", "P-0006"])]
)
def test_the_example_ledgers_have_their_pages(
    name: str, recalled: list[str], tmp_path: Path
) -> None:
    folder = Path(__file__).parent.parent / "ledgers" / name
    for file in folder.glob("*.beancount"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    pages = Pages(tmp_path / "main.beancount")
    for page in (LOTS, MARGINS, VALUATION):
        assert pages.page(page).rows()
    assert "Ties to the ledger yes" in pages.page(VALUATION).text
    assert "There are no figures" not in pages.page(EXPIRY).text
    shown = pages.page(LOTS, status="recalled").text
    for lot in recalled:
        assert lot in shown
        page = pages.page(LOTS, lot=lot)
        assert "recalled" in page.badges
        trace = Article(pages.client.get(page.links["trace"]).get_data(as_text=True))
        assert "Accounted for 100.0 %" in trace.text
        assert "lotcost-barred lotcost-recalled" in trace.html
