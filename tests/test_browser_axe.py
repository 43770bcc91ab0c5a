"""Everybody can use the pages: axe finds nothing to complain of, in light and in dark.

What is asked is the extension's own part of each page; Fava's header and its charts are Fava's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import fava_lotcost
import pytest
from browsing import expect, missing, served
from fava_app import EXPIRY, LEDGER, LOTS, MARGINS, TRACE, Pages, write

try:
    from axe_playwright_python.sync_playwright import Axe
except ImportError:
    missing("axe", "pip install axe-playwright-python")

OURS = {"include": [[".lotcost"]], "exclude": [["svelte-component"]]}
# A page as it opens, and what it is after a click or two; a page that is new is here by itself.
VIEWS = [
    *((page, {}) for page in sorted(fava_lotcost.__all__)),
    (LOTS, {"status": "all", "by": "account", "sort": "-cost_on_hand"}),
    (LOTS, {"lot": "L1", "commodity": "MILK"}),
    (LOTS, {"lot": "nothing"}),
    (LOTS, {"q": "dairy", "supplier": "Dairy Farm"}),
    (LOTS, {"time": "garbage"}),
    (LOTS, {"sort": "colour", "page": "9"}),
    (MARGINS, {"by": "month"}),
    (EXPIRY, {"bucket": "all", "written": "each"}),
    (TRACE, {"lot": "L1", "commodity": "MILK"}),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(Pages(write(tmp_path_factory.mktemp("site"), LEDGER))) as address:
        yield address


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A ledger without lots, whose pages say what to write."""
    text = '2025-01-01 custom "fava-extension" "fava_lotcost" "{1}"'
    with served(Pages(write(tmp_path_factory.mktemp("bare"), text))) as address:
        yield address


def complaints(tab: Any, address: str) -> list[str]:
    tab.goto(address)
    expect(tab.locator(".lotcost")).to_be_visible()
    found = Axe().run(tab, context=OURS).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(
    ("page", "params"), VIEWS, ids=[f"{page}?{urlencode(params)}" for page, params in VIEWS]
)
def test_axe_finds_nothing(tab: Any, site: str, page: str, params: dict[str, str]) -> None:
    assert complaints(tab, f"{site}/extension/{page}/?{urlencode(params)}") == []


@pytest.mark.parametrize("page", sorted(fava_lotcost.__all__))
def test_axe_finds_nothing_where_there_are_no_lots(tab: Any, bare: str, page: str) -> None:
    assert complaints(tab, f"{bare}/extension/{page}/") == []


def test_axe_finds_what_is_wrong(tab: Any, site: str) -> None:
    """So that it is known to be asked."""
    tab.goto(f"{site}/extension/{LOTS}/")
    tab.locator(".lotcost").evaluate("part => part.append(document.createElement('button'))")
    found = Axe().run(tab, context=OURS).response["violations"]
    assert "button-name" in {each["id"] for each in found}


# What a screen reader is told of a page: its outline, no more than what each page is opened for.
OUTLINES = {
    "LotCostLots": """
      - heading /Lots on 2025-02-10/ [level=2]
      - search:
        - searchbox "Search lot, goods, supplier"
      - link "xlsx"
      - link "csv"
      - term: Stock at cost
      - definition: 47.52 USD
      """,
    "LotCostMargins": """
      - heading "Lot margins to 2025-02-10" [level=2]
      - link "xlsx"
      - term: Revenue
      - definition: 35.00 USD
      """,
    "LotCostExpiry": """
      - heading "Lot expiry on 2025-02-10" [level=2]
      - link "xlsx"
      - heading "Proposed entries" [level=3]
      - link ".beancount"
      """,
    "LotCostValuation": """
      - heading "Lot valuation on 2025-02-10" [level=2]
      - link "xlsx"
      """,
    "LotCostTrace": """
      - heading "Lot trace" [level=2]
      - search:
        - searchbox /Search lot/
      """,
}


@pytest.mark.parametrize("page", OUTLINES)
def test_a_screen_reader_is_told_what_the_page_is_opened_for(
    tab: Any, site: str, page: str
) -> None:
    tab.goto(f"{site}/extension/{page}/")
    expect(tab.locator(".lotcost")).to_match_aria_snapshot(OUTLINES[page])
