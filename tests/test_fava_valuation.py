"""The page Lot valuation: the stock by account, its roll-forward, the methods side by side."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from fava_app import LEDGER, LOTS, VALUATION, Article, Open, Pages, figures, report

from lotcost.rendering.values import plain


def follow(pages: Pages, page: Article, link: str) -> Article:
    return Article(pages.client.get(page.links[link]).get_data(as_text=True))


def test_accounts_are_above_their_goods_with_the_ledger_beside_them(open_fava: Open) -> None:
    page = open_fava().page(VALUATION)
    assert "Lot valuation on 2025-02-10" in page.text
    assert "Stock at cost 47.52 USD Ledger balance 47.52 USD Ties to the ledger yes" in page.text
    rows = page.rows()
    assert [
        (row["Account and commodity"], row["Units"], row["Cost"], row["Ledger balance"])
        for row in rows
    ] == [
        ("Assets:Inventory:Main", "", "43.52", "43.52"),
        ("FLOUR", "34", "37.52", "37.52"),
        ("MILKWhole milk 1 l", "3", "6.00", "6.00"),
        ("Assets:Inventory:Shop", "", "4.00", "4.00"),
        ("MILKWhole milk 1 l", "2", "4.00", "4.00"),
        ("3 rows, USD", "", "47.52", "47.52"),
    ]


def test_what_does_not_tie_is_said_with_the_difference(open_fava: Open) -> None:
    stray = """
2025-02-10 * "Money on an account of goods"
  Assets:Inventory:Shop    5.25 USD
  Assets:Receivable
"""
    pages = open_fava(LEDGER + stray)
    for page in (pages.page(VALUATION), pages.page(LOTS)):
        assert "Ties to the ledger no, 5.25 USD off" in page.text
    row = pages.page(VALUATION).rows()[-2]
    assert (row["Cost"], row["Ledger balance"], row["Difference"]) == ("0.00", "5.25", "5.25")
    elsewhere = pages.page(VALUATION, account="Assets:Inventory:Main")
    assert "Ties to the ledger yes" in elsewhere.text


def test_sorting_keeps_goods_under_their_account(open_fava: Open) -> None:
    rows = open_fava().page(VALUATION, sort="cost_on_hand").rows()
    assert figures(rows, "Cost")[:-1] == ["43.52", "6.00", "37.52", "4.00", "4.00"]


def test_an_account_goes_on_over_pages(open_fava: Open) -> None:
    pages = open_fava(LEDGER.replace('"fava_lotcost"', '"fava_lotcost" "{\'rows\': 1}"'))
    second = pages.page(VALUATION, page="2")
    account, goods, total = second.rows()
    assert account["Account and commodity"] == "Assets:Inventory:Maincontinued"
    assert account["Cost"] == "43.52"  # of all its goods, not of this page's
    assert goods["Cost"] == "6.00"
    assert total["Cost"] == "47.52"


def test_each_row_leads_on(open_fava: Open) -> None:
    pages = open_fava()
    page = pages.page(VALUATION)
    there = follow(pages, page, "FLOUR")
    assert [row["Lot"] for row in there.rows()[:-1]] == ["F1"]
    account = parse_qs(urlsplit(page.links["Assets:Inventory:Shop"]).query)
    assert account == {"account": ["Assets:Inventory:Shop"]}
    assert page.links["43.52"] == f"/{pages.slug}/account/Assets:Inventory:Main/"


def test_the_roll_forward_is_of_the_time_box(open_fava: Open) -> None:
    pages = open_fava()
    february = pages.page(VALUATION, time="2025-02")
    assert "Roll-forward from 2025-02-01 to 2025-02-28" in february.text
    *_, total = february.rows(1)
    assert (total["Opening"], total["Closing"]) == ("56.14", "47.52")
    assert "Landed" not in total  # nothing was
    by_account = pages.page(VALUATION, time="2025-02", roll="account", show="units")
    shop = by_account.rows(1)[2]
    assert (shop["Account"], shop["Opening"], shop["Write-offs"], shop["Closing"]) == (
        "Assets:Inventory:Shop",
        "3",
        "-1",
        "2",
    )


def test_the_methods_stand_side_by_side_with_the_one_in_use(open_fava: Open) -> None:
    page = open_fava().page(VALUATION)
    assert "The books: Assets:Inventory (fefo)" in page.text
    methods = page.rows(2)
    assert figures(methods, "Method") == ["books", "fifo", "lifo", "average", "actual"]
    by_goods = open_fava().page(VALUATION, methods="commodity", commodity="MILK").rows(2)
    assert set(figures(by_goods, "Commodity")) == {"MILK"}


@pytest.mark.parametrize(
    ("name", "params", "question"),
    [
        ("valuation", {}, {}),
        ("valuation", {"time": "2025-01"}, {"at": datetime.date(2025, 1, 31)}),
        ("roll-forward", {"roll": "account"}, {"by": "account"}),
        (
            "roll-forward",
            {"time": "2025-02", "commodity": "MILK"},
            {
                "since": datetime.date(2025, 2, 1),
                "at": datetime.date(2025, 2, 28),
                "commodity": "MILK",
            },
        ),
        ("methods", {}, {"by": "method"}),
        ("methods", {"methods": "commodity"}, {"by": "commodity"}),
    ],
)
def test_downloads_are_the_reports_of_the_command_line_cell_by_cell(
    open_fava: Open,
    name: str,
    params: dict[str, str],
    question: dict[str, Any],
) -> None:
    pages = open_fava()
    expected = report(pages, name, **question)
    names = [column.name for column in expected.columns]
    endpoint = "export" if name == "valuation" else name
    response = pages.get(VALUATION, f"{endpoint}.csv", **params)
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}.csv"
    header, *rows = csv.reader(io.StringIO(response.get_data().decode("utf-8-sig")))
    assert header == names
    assert rows == [[plain(row.get(name)) for name in names] for row in expected.rows]
    book = openpyxl.load_workbook(
        io.BytesIO(pages.get(VALUATION, f"{endpoint}.xlsx", **params).get_data())
    )
    assert book.sheetnames[-1] == "About"
    assert book.worksheets[0].max_row >= 1 + len(expected.rows)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"roll": "colour"}, "it may say commodity, account."),
        ({"show": "colour"}, "it may say cost, units."),
        ({"methods": "colour"}, "it may say commodity, method."),
        ({"roll-sort": "colour"}, "roll-sort “ colour ”"),
        ({"methods-page": "9"}, "methods-page “ 9 ”"),
        ({"sort": "colour"}, "sort “ colour ”"),
        ({"time": "garbage"}, "Failed to parse date: garbage"),
        ({"filter": "any("}, "Failed to parse filter"),
    ],
)
def test_what_an_address_cannot_mean_gives_words(
    open_fava: Open,
    params: dict[str, str],
    words: str,
) -> None:
    pages = open_fava()
    assert words in pages.page(VALUATION, **params).text
    (said,) = params
    table = {"roll": "roll-forward", "show": "roll-forward", "methods": "methods"}
    endpoint = table.get(said.partition("-")[0], "export")
    status = 200 if said == "methods-page" else 400
    assert pages.get(VALUATION, f"{endpoint}.csv", **params).status_code == status


def test_without_goods_there_is_a_way_back(open_fava: Open) -> None:
    for params in ({"account": "Assets:Receivable"}, {"q": "nothing"}, {"commodity": "X"}):
        page = open_fava().page(VALUATION, **params)
        assert "No goods are on hand here." in page.text
        assert "Without filters" in page.links


def test_incognito_masks_each_table_and_exports_none(open_fava: Open) -> None:
    pages = open_fava(incognito=True)
    page = pages.page(VALUATION)
    for figure in ("47.52", "43.52", "37.52"):
        assert figure not in page.html
    for endpoint in ("roll-forward.csv", "roll-forward.xlsx", "methods.csv", "methods.xlsx"):
        assert pages.get(VALUATION, endpoint).status_code == 403


def test_a_long_ledger_is_costed_anew_when_somebody_asks(
    open_fava: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fava_lotcost.valuation._QUICK", 3)
    pages = open_fava()
    page = pages.page(VALUATION)
    assert len(page.tables) == 2
    asked = follow(pages, page, "Compare the methods")
    assert figures(asked.rows(2), "Method") == ["books", "fifo", "lifo", "average", "actual"]
    assert pages.get(VALUATION, "methods.csv").status_code == 200
