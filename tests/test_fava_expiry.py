"""The page Lot expiry in a real Fava: what has expired, what is proposed, what was written off."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fava_app import EXPIRY, HEAD, LEDGER, LOTS, Article, Pages, write

from lotcost.ledger.loading import load
from lotcost.rendering.values import plain
from lotcost.reports.catalog import Question, answer

Open = Callable[..., Pages]

# As the ledger says it on 2025-02-10: 3 and 2 MILK have expired; FLOUR has 324 days, CREAM has 4.
MORE = """
2025-01-20 * "Dairy Farm" "Delivery"
  Assets:Inventory:Main    8 CREAM @ 3.00 USD
    lot: "C1"
    expires: 2025-02-14
  Assets:Inventory:Main    5 SALT @ 1.00 USD
    lot: "S1"
  Liabilities:Payable
2025-01-31 * "Bought by the weigher" "Invoice 100"
  Assets:Inventory:Main    -2 CREAM @ 5.00 USD
  Assets:Receivable        10 USD
2024-12-01 * "Dairy Farm" "Delivery"
  Assets:Inventory:Main    1 OLD @ 7.00 USD
    lot: "O1"
  Liabilities:Payable
2024-12-05 * "Broken"
  Assets:Inventory:Main    -1 OLD
    reason: "damaged"
"""
# In December nothing of this may stand before its accounts are opened.
HEAD_2024 = HEAD.replace("2025-01-01 open", "2024-01-01 open")
FULL = LEDGER.replace(HEAD, HEAD_2024) + MORE


@pytest.fixture
def open_fava(tmp_path: Path) -> Open:
    folders = itertools.count()

    def fava(text: str = FULL, **options: Any) -> Pages:
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        return Pages(write(folder, text), **options)

    return fava


def column(rows: list[dict[str, str]], name: str) -> list[str]:
    return [row[name] for row in rows]


def lots(page: Article) -> list[dict[str, str]]:
    """The rows of the main table, without its totals."""
    return [row for row in page.rows(1) if row["Lot"]]


def titles(pages: Pages) -> dict[str, str | None]:
    """What Fava's sidebar calls the pages."""
    details = pages.ledger.extensions.extension_details
    return {each.name: each.report_title for each in details}


def downloaded(pages: Pages, link: str) -> list[dict[str, str]]:
    text = pages.client.get(link).get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# What expires


def test_the_page_shows_what_has_expired_and_what_will(open_fava: Open) -> None:
    page = open_fava().page(EXPIRY)
    assert "Lot expiry on 2025-02-10" in page.text
    assert "Expired 10.00 USD ( 1 lot )" in page.text
    assert "Expire within 30 days 18.00 USD ( 1 lot )" in page.text
    assert "All on hand 70.52 USD ( 4 lots )" in page.text
    rows = page.rows(1)
    assert column(rows[:-1], "Lot") == ["L1", "L1", "C1", "F1"]
    milk, _, cream, flour, total = rows
    assert (milk["Account"], milk["On hand"], milk["Days"]) == ("Assets:Inventory:Main", "3", "-9")
    assert (milk["Cost"], milk["Retail"], milk["Proposed"]) == ("6.00", "15.00", "write off")
    assert (cream["Sells per week"], cream["Sold out by"]) == ("0.5", "2025-05-05")
    assert cream["Proposed"] == "sell first"
    assert flour["Proposed"] == ""
    assert (total["Cost"], total["Retail"]) == ("65.52", "140.00")


def test_the_figures_are_the_report_s(open_fava: Open) -> None:
    pages = open_fava()
    report = answer("expiry", load(pages.file), Question())
    shown = downloaded(pages, pages.path(EXPIRY, "export.csv", bucket="all"))
    names = [each.name for each in report.columns]
    assert shown == [{name: plain(row.get(name)) for name in names} for row in report.rows]


def test_buckets_add_up_to_the_stock_and_lead_to_their_lots(open_fava: Open) -> None:
    pages = open_fava()
    page = pages.page(EXPIRY)
    buckets = [row[:4] for row in page.tables[0][1:]]
    assert buckets == [
        ["expired", "1", "10.00", "25.00"],
        ["0 to 7 days", "1", "18.00", "30.00"],
        ["later", "1", "37.52", "85.00"],
        ["no last day", "1", "5.00", ""],
    ]
    for label, lot in (("0 to 7 days", "C1"), ("no last day", "S1"), ("within 30 days", "C1")):
        shown = Article(pages.client.get(page.links[label]).get_data(as_text=True))
        assert column(lots(shown), "Lot") == [lot]
        query = urlsplit(page.links[label]).query
        rows = downloaded(pages, f"{pages.path(EXPIRY, 'export.csv')}?{query}")
        assert [row["lot"] for row in rows] == [lot]


def test_what_has_no_price_is_said(open_fava: Open) -> None:
    assert (
        "Retail is not known of SALT: never sold up to 2025-02-10." in open_fava().page(EXPIRY).text
    )


def test_rows_are_searched_sorted_narrowed_and_paged(open_fava: Open) -> None:
    pages = open_fava()
    assert column(lots(pages.page(EXPIRY, q="whole milk")), "Lot") == ["L1", "L1"]
    assert column(lots(pages.page(EXPIRY, q="mill")), "Lot") == ["F1"]
    assert column(lots(pages.page(EXPIRY, commodity="CREAM")), "Lot") == ["C1"]
    sorted_rows = lots(pages.page(EXPIRY, sort="-cost_on_hand"))
    assert column(sorted_rows, "Cost") == ["37.52", "18.00", "6.00", "4.00"]
    few = FULL.replace('"fava_lotcost"', '"fava_lotcost" "{\'rows\': 1}"')
    page = open_fava(few).page(EXPIRY, page="3")
    assert column(lots(page), "Lot") == ["C1"]
    assert page.rows(1)[-1]["Cost"] == "65.52"


def test_fava_boxes_are_honoured(open_fava: Open) -> None:
    pages = open_fava()
    shop = pages.page(EXPIRY, account="Assets:Inventory:Shop")
    assert column(lots(shop), "Account") == ["Assets:Inventory:Shop"]
    assert "To write off 1 lot at 4.00 USD" in shop.text
    assert "-2 MILK" in shop.text
    assert "-3 MILK" not in shop.text
    january = pages.page(EXPIRY, time="2025-01")
    assert "Lot expiry on 2025-01-31" in january.text
    assert "nothing to write off" in january.text
    assert "Written off from 2025-01-01 to 2025-01-31" in january.text
    flour = pages.page(EXPIRY, filter='any(lot:"^F1$")', time="2025")
    assert column(lots(flour), "Lot") == ["F1"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"bucket": "soon"}, "it may say dated, near, expired, 7 days, 30 days, 60 days, 90 days,"),
        ({"written": "colour"}, "it may say reason, month, commodity, supplier, each."),
        ({"sort": "colour"}, "sort “ colour ”"),
        ({"time": "garbage"}, "Failed to parse date: garbage"),
        ({"filter": "any("}, "Failed to parse filter"),
    ],
)
def test_what_an_address_cannot_mean_gives_words(
    open_fava: Open, params: dict[str, str], words: str
) -> None:
    pages = open_fava()
    assert words in pages.page(EXPIRY, **params).text
    for endpoint in ("export.csv", "write-offs.csv"):
        assert pages.get(EXPIRY, endpoint, **params).status_code == 400
    entries = 400 if {"time", "filter"} & params.keys() else 200
    assert pages.get(EXPIRY, "proposed.beancount", **params).status_code == entries


# The sidebar and the page Lots


def test_the_sidebar_counts_expired_lots_as_the_ledger_is_now(open_fava: Open) -> None:
    pages = open_fava()
    assert titles(pages)[EXPIRY] == "Lot expiry (1)"
    pages.page(EXPIRY, time="2025-01")
    assert titles(pages)[EXPIRY] == "Lot expiry (1)"
    assert titles(open_fava(FULL.replace("2025-02-01", "2025-02-10")))[EXPIRY] == "Lot expiry"
    assert (
        titles(open_fava('2025-01-01 custom "fava-extension" "fava_lotcost"\n'))[EXPIRY]
        == "Lot expiry"
    )


def test_a_mistake_of_ours_leaves_the_sidebar_standing(
    open_fava: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no such figure")

    monkeypatch.setattr("fava_lotcost.snapshot.write_offs", broken)
    pages = open_fava()
    assert titles(pages)[EXPIRY] == "Lot expiry"
    assert pages.client.get(f"/{pages.slug}/income_statement/").status_code == 200
    assert "RuntimeError: no such figure" in pages.page(EXPIRY).text


def test_the_headlines_of_lots_lead_here(open_fava: Open) -> None:
    pages = open_fava()
    page = pages.page(LOTS, time="2025")
    assert "Expired 28.00 USD ( 2 lots )" in page.text
    link = urlsplit(page.links["2 lots"])
    assert link.path == f"/{pages.slug}/extension/{EXPIRY}/"
    assert parse_qs(link.query) == {"time": ["2025"], "bucket": ["expired"]}
    there = Article(pages.client.get(page.links["2 lots"]).get_data(as_text=True))
    assert "Expired 28.00 USD" in there.text
    assert there.rows(1)[-1]["Cost"] == "28.00"
    assert '"label": "Expiry"' in page.html or '"label":"Expiry"' in page.html


def test_a_headline_and_the_table_it_leads_to_agree_where_an_expired_lot_is_held(
    open_fava: Open,
) -> None:
    held = '\n2025-01-20 custom "lot-status" "MILK" "L1" "quarantine"\n'
    pages = open_fava(FULL + held)
    for page in (pages.page(LOTS, time="2025"), pages.page(EXPIRY, time="2025")):
        assert "Expired 28.00 USD ( 2 lots )" in page.text
        there = Article(pages.client.get(page.links["2 lots"]).get_data(as_text=True))
        assert there.rows(1)[-1]["Cost"] == "28.00"


# What is proposed


def test_the_proposed_entries_are_text_to_take_away(open_fava: Open) -> None:
    pages = open_fava()
    page = pages.page(EXPIRY)
    assert "To write off 1 lot at 10.00 USD" in page.text
    assert '2025-02-10 * "Write-off of expired stock"' in page.text
    assert "Assets:Inventory:Main -3 MILK ; 6.00 USD, expired on 2025-02-01" in page.text
    response = pages.client.get(page.links[".beancount"])
    assert response.headers["Content-Disposition"] == (
        "attachment; filename=write-offs-2025-02-10.beancount"
    )
    assert response.mimetype == "text/plain"
    assert " ".join(response.get_data(as_text=True).split()) in page.text


def test_what_is_proposed_leaves_nothing_expired(open_fava: Open) -> None:
    pages = open_fava()
    entries = pages.get(EXPIRY, "proposed.beancount").get_data(as_text=True)
    after = open_fava(FULL + entries)
    assert not after.errors()
    assert titles(after)[EXPIRY] == "Lot expiry"
    page = after.page(EXPIRY)
    assert column(lots(page), "Lot") == ["C1", "F1"]
    assert "so there is nothing to write off" in page.text
    assert ".beancount" not in page.links
    response = after.get(EXPIRY, "proposed.beancount")
    assert response.status_code == 404
    assert "Nothing is to be written off" in response.get_data(as_text=True)


def test_nothing_is_written_whatever_is_asked(open_fava: Open) -> None:
    pages = open_fava()
    before = pages.file.read_bytes()
    for endpoint in ("proposed.beancount", "export.csv", "write-offs.xlsx", ""):
        assert pages.get(EXPIRY, endpoint).status_code == 200
        if endpoint:
            assert pages.client.post(pages.path(EXPIRY, endpoint)).status_code == 404
    assert pages.file.read_bytes() == before


def test_a_recalled_lot_is_held_and_not_proposed(open_fava: Open) -> None:
    recall = '2025-02-05 custom "lot-status" "MILK" "L1" "recalled"\n'
    pages = open_fava(FULL + recall)
    page = pages.page(EXPIRY)
    assert column(lots(page), "Proposed")[:2] == ["hold", "hold"]
    assert "it is to be held, and nothing is proposed" in page.text
    assert titles(pages)[EXPIRY] == "Lot expiry"


def test_a_ledger_that_writes_off_itself_is_proposed_nothing(open_fava: Open) -> None:
    itself = '2024-01-01 custom "lotcost" "write-off-expired" TRUE\n'
    page = open_fava(FULL + itself).page(EXPIRY, time="2025")
    assert "The ledger writes off what expires by itself" in page.text
    assert ".beancount" not in page.links


def test_a_lot_beancount_booked_is_proposed_as_it_is_held(open_fava: Open) -> None:
    native = """
2025-01-01 open Assets:Native
  lot-method: "beancount"
  lot-write-off: Expenses:WriteOff
2025-01-03 * "Farm" "Delivery"
  Assets:Native    3 EGGS {0.50 USD, "E \\"1\\""}
    expires: 2025-01-20
  Liabilities:Payable
"""
    pages = open_fava(FULL + native)
    assert not pages.errors()
    assert '-3 EGGS {0.5 USD, 2025-01-03, "E \\"1\\""}' in pages.page(EXPIRY).text
    entries = pages.get(EXPIRY, "proposed.beancount").get_data(as_text=True)
    after = open_fava(FULL + native + entries)
    assert not after.errors()
    assert titles(after)[EXPIRY] == "Lot expiry"


# What was written off


def test_what_was_written_off_this_year(open_fava: Open) -> None:
    pages = open_fava()
    page = pages.page(EXPIRY)
    assert "Written off from 2025-01-01 to 2025-02-10" in page.text  # the damage was in 2024
    expired, total = page.rows(2)
    assert (expired["Reason"], expired["Abnormal"], expired["Cost"]) == ("expired", "2.00", "2.00")
    assert total["Cost"] == "2.00"
    assert "Ties to Expenses:WriteOff: yes" in page.text
    everything = pages.page(EXPIRY, time="2024 to 2025")
    assert column(everything.rows(2)[:-1], "Reason") == ["damaged", "expired"]


def test_the_year_is_the_fiscal_one(open_fava: Open) -> None:
    fiscal = '2024-01-01 custom "fava-option" "fiscal-year-end" "06-30"\n'
    page = open_fava(FULL + fiscal).page(EXPIRY)
    assert "Written off from 2024-07-01 to 2025-02-10" in page.text
    assert column(page.rows(2)[:-1], "Reason") == ["damaged", "expired"]


def test_write_offs_by_anything_are_a_link_away(open_fava: Open) -> None:
    pages = open_fava()
    params = {"time": "2024 to 2025"}
    links = pages.page(EXPIRY, **params).links
    for name, first in (("month", "2024-12"), ("commodity", "MILK"), ("supplier", "Dairy Farm")):
        page = Article(pages.client.get(links[name]).get_data(as_text=True))
        assert column(page.rows(2), name.capitalize())[0] == first
        shown = downloaded(pages, page.links["csv"])
        assert shown[0][name] == first
    each = Article(pages.client.get(links["one by one"]).get_data(as_text=True))
    damaged, expired, _ = each.rows(2)
    assert (damaged["Date"], damaged["Lot"], damaged["Cost"]) == ("2024-12-05", "O1", "7.00")
    assert (expired["Reason"], expired["Units"]) == ("expired", "1")
    entry = each.links["2025-02-02"]
    found = pages.client.get(f"/{pages.slug}/api/context?entry_hash={entry.partition('-')[2]}")
    assert "Spoiled" in found.get_data(as_text=True)


def test_the_chart_has_what_expires_and_what_was_written_off(open_fava: Open) -> None:
    html = open_fava().page(EXPIRY).html
    for label in ("Expiry", "Written off"):
        assert f'"label": "{label}"' in html or f'"label":"{label}"' in html


# Pages without figures


def test_lots_without_a_last_day_are_told_how_to_have_one(open_fava: Open) -> None:
    undated = "\n".join(line for line in LEDGER.splitlines() if "expires:" not in line)
    page = open_fava(undated).page(EXPIRY)
    assert "No lot on hand has a last day" in page.text
    assert "expires: 2025-02-01" in page.text
    assert "shelf-life: 21" in page.text
    assert "Written off from" in page.text
    shown = open_fava(undated).page(EXPIRY, bucket="all")
    assert column([row for row in shown.rows(0) if row["Lot"]], "Lot") == ["F1", "L1", "L1"]


def test_what_the_page_tells_to_write_is_understood(open_fava: Open) -> None:
    undated = "\n".join(line for line in LEDGER.splitlines() if "expires:" not in line)
    later = '2025-01-09 custom "lot" "MILK" "L1"\n  expires: 2025-02-01\n'
    pages = open_fava(undated + "\n" + later)
    assert not pages.errors()
    assert titles(pages)[EXPIRY] == "Lot expiry (1)"


def test_without_goods_under_the_filters_there_is_a_way_back(open_fava: Open) -> None:
    page = open_fava().page(EXPIRY, account="Assets:Receivable")
    assert "No goods are on hand here." in page.text
    assert "Without filters" in page.links
    assert "Nothing was written off or down in these days." in page.text


# The Errors page


SETTING = FULL.replace('"fava_lotcost"', '"fava_lotcost" "{\'expired_as_errors\': True}"')


def test_expired_lots_are_no_errors_unless_asked_for(open_fava: Open) -> None:
    assert not open_fava().errors()
    pages = open_fava(SETTING)
    (error,) = pages.ledger.errors  # one, though two accounts hold the lot
    assert error.message == (
        "MILK L1 expired on 2025-02-01 and is on hand on 2025-02-10: "
        "Assets:Inventory:Main 3, Assets:Inventory:Shop 2. "
        'Write it off with reason: "expired"; the page Lot expiry has the entry.'
    )
    line = pages.file.read_text().splitlines()[error.source["lineno"] - 1]
    assert "10 MILK @ 2.00 USD" in line
    assert error.entry.narration == "Delivery"


def test_a_finding_that_cannot_be_made_takes_nothing_down(
    open_fava: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no such figure")

    monkeypatch.setattr("fava_lotcost.expiry.expired_on_hand", broken)
    assert open_fava(SETTING).page(EXPIRY).rows(1)


# Around the page


def test_incognito_masks_the_entries_and_refuses_the_file(open_fava: Open) -> None:
    pages = open_fava(incognito=True)
    page = pages.page(EXPIRY)
    for figure in ("10.00", "6.00", "-3 MILK", "65.52"):
        assert figure not in page.text
    assert "the entries are not shown" in page.text
    assert not [value for name, value in page.attributes if name == "style" and value]
    for endpoint in ("proposed.beancount", "write-offs.csv", "write-offs.xlsx", "export.csv"):
        response = pages.get(EXPIRY, endpoint)
        assert response.status_code == 403
        assert "incognito" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "lot",
    [
        "<img src=x onerror=alert(1)>",
        "</pre></script><script>alert(1)</script>",
        "a\"b'c\\",
        "{{ 7 * 7 }}",
        "=1+1",
        "x" * 10_000,
    ],
    ids=lambda lot: lot[:12],
)
def test_hostile_texts_show_as_texts(open_fava: Open, lot: str) -> None:
    said = lot.replace("\\", "\\\\").replace('"', '\\"')
    text = SETTING.replace('"L1"', f'"{said}"').replace('"Dairy Farm"', '"<b onclick=x>Farm</b>"')
    pages = open_fava(text)
    plain_tags = set(open_fava(SETTING).page(EXPIRY).tags)
    for params in ({}, {"written": "supplier"}, {"written": "each"}, {"q": lot}):
        page = pages.page(EXPIRY, **params)
        assert lot in column(lots(page), "Lot")
        assert set(page.tags) <= plain_tags
        assert not [name for name, _ in page.attributes if name.startswith("on")]
    (error,) = pages.errors()
    assert lot in error
    entries = pages.get(EXPIRY, "proposed.beancount").get_data(as_text=True)
    after = open_fava(text + entries)
    assert not after.errors()


def test_the_example_ledger_has_the_page(tmp_path: Path) -> None:
    folder = Path(__file__).parent.parent / "ledgers" / "food"
    for file in folder.glob("*.beancount"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    pages = Pages(tmp_path / "main.beancount")
    page = pages.page(EXPIRY)
    assert page.rows(1)
    assert page.rows(2)
    assert titles(pages)[EXPIRY] != "Lot expiry"
