"""The pages in German in a real browser: words that are longer have their room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import expect, served
from fava_app import EXPIRY, LEDGER, LOTS, MARGINS, TRACE, VALUATION, Pages, write

WIDTH = 1280


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ledger's pages in German."""
    german = f'{LEDGER}2025-01-01 custom "fava-option" "language" "de"\n'
    with served(Pages(write(tmp_path_factory.mktemp("german"), german))) as address:
        yield address


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (f"{LOTS}/", "Chargen am 2025-02-10: 2 im Bestand"),
        (f"{LOTS}/?lot=L1", "MILK L1"),
        (f"{MARGINS}/", "Rohertrag je Charge bis zum 2025-02-10"),
        (f"{EXPIRY}/", "Chargenverfall am 2025-02-10"),
        (f"{TRACE}/?q=L1", "Rückverfolgung von MILK L1"),
        (f"{VALUATION}/", "Chargenbewertung am 2025-02-10"),
    ],
)
def test_a_german_page_is_no_wider_than_the_window(
    tab: Any, site: str, page: str, title: str
) -> None:
    tab.set_viewport_size({"width": WIDTH, "height": 900})
    tab.goto(f"{site}/extension/{page}")
    expect(tab.locator(".lotcost h2")).to_contain_text(title)
    expect(tab.locator("aside")).to_contain_text("Chargenverfall (1)")
    expect(tab.locator("html")).to_have_js_property("scrollWidth", WIDTH)
    tab.locator("details.lotcost-help > summary").click()
    expect(tab.locator("details.lotcost-help > div")).to_be_visible()
    expect(tab.locator("html")).to_have_js_property("scrollWidth", WIDTH)


def test_the_button_says_in_german_that_it_has_copied(tab: Any, site: str) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(f"{site}/extension/{EXPIRY}/")
    tab.get_by_role("button", name="kopieren").click()
    expect(tab.get_by_role("button", name="kopiert")).to_be_visible()
