"""What the pages take from Fava's inside, on the Fava that is installed.

`make test-oldest` asks the same of the oldest one that is allowed. What Fava's own scripts make of
it is in `test_browser_contract.py`.
"""

from __future__ import annotations

import datetime
import json
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fava
import fava_lotcost
import pytest
from fava.helpers import FavaAPIError
from fava_app import HEAD, LEDGER, Article, Pages, write
from fava_lotcost import compat, links
from fava_probe import AMOUNTS, COMPONENTS

from lotcost.model import Lot

PAGES = sorted(fava_lotcost.__all__)
TEMPLATES = Path(fava_lotcost.__file__).parent / "templates"
PROBE = '\n2025-01-01 custom "fava-extension" "fava_probe"\n'
# All that a chart is made of, as `compat` imports it when there is one to make.
PARTS = [
    "fava.core.charts.DateAndBalance",
    "fava.core.charts.DateAndBalanceWithBudget",
    "fava.core.inventory.SimpleCounterInventory",
    "fava.core.tree.SerialisedTreeNode",
    "fava.internal_api.BalancesChart",
    "fava.internal_api.BarChart",
    "fava.internal_api.HierarchyChart",
    "fava.util.date.Month",
]


class Json(Article):
    """What the components of a page are given."""

    def __init__(self, html: str) -> None:
        self.given: list[Any] = []
        self._is_given = False
        super().__init__(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        self._is_given = tag == "script" and self.tags[-2:-1] == ["svelte-component"]

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        self._is_given = False

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if self._is_given:
            self.given.append(json.loads(data, parse_float=Decimal))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(write(tmp_path_factory.mktemp("contract"), LEDGER + PROBE))


def given(pages: Pages, page: str, **params: str) -> list[Any]:
    response = pages.get(page, **params)
    assert response.status_code == 200
    return Json(response.get_data(as_text=True)).given


# Charts


def test_the_parts_are_all_that_compat_takes_when_there_is_a_chart_to_make() -> None:
    source = Path(compat.__file__).read_text()
    taken = re.findall(r"^    from (fava[\w.]*) import (.*)$", source, re.MULTILINE)
    names = {f"{module}.{name}" for module, names in taken for name in names.split(", ")}

    assert set(PARTS) <= names
    assert names - set(PARTS) == {"fava.util.date.Quarter", "fava.util.date.Year"}


@pytest.mark.parametrize("interval", ["day", "week", "month", "quarter", "year"])
def test_every_chart_can_be_told_to_fava_with_whatever_figures(pages: Pages, interval: str) -> None:
    charts = given(pages, "ContractProbe", interval=interval)

    assert len(charts) == len(COMPONENTS) * len(AMOUNTS)
    for (chart,) in charts:
        assert chart.keys() == {"type", "label", "data"}
        assert chart["type"] in {"balances", "bar", "hierarchy"}


def test_a_chart_keeps_every_currency_and_every_digit(pages: Pages) -> None:
    charts = dict(zip(_sections(), given(pages, "ContractProbe"), strict=True))
    ((line,), (bars,)) = charts["line", "extremes"], charts["bars", "extremes"]
    numbers = [each["balance"]["USD"] for each in line["data"]]

    assert numbers == [Decimal("1E+24"), Decimal("1E-24")]
    assert [each["balance"]["USD"] for each in bars["data"]] == numbers
    (many,) = charts["line", "currencies"]
    assert len(many["data"][0]["balance"]) >= len(AMOUNTS["currencies"][0]) - 1


def _sections() -> list[tuple[str, str]]:
    return [(name, case) for name in COMPONENTS for case in AMOUNTS]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", PARTS)
def test_a_page_without_a_part_of_fava_has_its_tables(
    pages: Pages, page: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pages.page(page)
    monkeypatch.delattr(part)
    after = pages.page(page)

    assert after.tables == before.tables
    assert after.text == before.text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", PARTS)
def test_a_page_with_a_part_of_fava_that_has_changed_has_its_tables(
    pages: Pages, page: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a class has another signature, or a function is a class now."""
    before = pages.page(page)
    monkeypatch.setattr(part, SimpleNamespace)
    after = pages.page(page)

    assert after.tables == before.tables
    assert after.text == before.text


# Styles, links, boxes, numbers


def test_every_colour_of_the_pages_is_one_of_favas() -> None:
    styles = (Path(fava.__file__).parent / "static" / "app.css").read_text()
    known = set(re.findall(r"(--[\w-]+):", styles))
    used = {
        name
        for template in TEMPLATES.glob("*.html")
        for name in re.findall(r"var\((--[\w-]+)", template.read_text())
    }

    assert used
    assert {name for name in used - known if not name.startswith("--lotcost")} == set()


@pytest.mark.parametrize(
    "number", ["L1", 'a"b', "a/b%2F?c=d&e#f", ".*(x|y)", "L" * 500, "two\nlines", "אב"], ids=ascii
)
def test_every_way_out_of_a_page_leads_somewhere(pages: Pages, number: str) -> None:
    lot = Lot("MILK", number)
    with pages.app.test_request_context(pages.path(PAGES[0], time="2025")):
        pages.app.preprocess_request()
        ways = [
            links.journal(lot),
            links.document("^inv-101"),
            links.editor(f"{pages.file.name}:3"),
            links.account("Assets:Inventory"),
        ]
    for way in ways:
        assert pages.client.get(way).status_code == 200


def test_an_entry_is_known_by_the_name_that_fava_has_for_it(pages: Pages) -> None:
    entry = pages.ledger.all_entries_by_type.Transaction[0]
    name = links.entry(entry).removeprefix("#context-")
    said = pages.client.get(f"/{pages.slug}/api/context", query_string={"entry_hash": name})

    assert said.status_code == 200
    assert "Delivery" in said.get_data(as_text=True)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2025", (2025, 1, 1), (2025, 12, 31)),
        ("2025-q2", (2025, 4, 1), (2025, 6, 30)),
        ("2025-02", (2025, 2, 1), (2025, 2, 28)),
        ("2025-w01", (2024, 12, 30), (2025, 1, 5)),
        ("2025-02-03", (2025, 2, 3), (2025, 2, 3)),
        ("2025-01 - 2025-03", (2025, 1, 1), (2025, 3, 31)),
    ],
)
def test_a_time_is_what_it_is_for_fava(
    pages: Pages, said: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    year_end = pages.ledger.fava_options.fiscal_year_end
    begin, end = compat.period(said, year_end)
    filtered = pages.ledger.get_filtered(time=said).date_range

    assert (begin, end) == (datetime.date(*first), datetime.date(*last))
    assert (begin, end) == (filtered.begin, filtered.end - datetime.timedelta(days=1))


@pytest.mark.parametrize("said", ["2025-13", "yesteryear", "-", "2025-02-30", "9999999"])
def test_a_time_that_is_none_is_an_error_of_favas(pages: Pages, said: str) -> None:
    with pytest.raises(FavaAPIError, match=re.escape(said)):
        compat.period(said, pages.ledger.fava_options.fiscal_year_end)


@pytest.mark.parametrize(
    ("locale", "digits", "number", "said"),
    [
        (None, 2, "-1234567.891", "-1234567.89"),
        ("en_US", 2, "1234567.891", "1,234,567.89"),
        ("de_DE", 4, "-0.00005", "-0,0000"),
        ("en_IN", 0, "1234567", "12,34,567"),
        (None, 2, "0", "0.00"),
    ],
)
def test_a_number_is_printed_as_fava_does(
    locale: str | None, digits: int, number: str, said: str
) -> None:
    assert compat.number_format(locale, digits)(Decimal(number)) == said


def test_a_ledger_of_nothing_has_every_page(tmp_path: Path) -> None:
    pages = Pages(write(tmp_path, HEAD))
    for page in PAGES:
        assert given(pages, page) == []
