"""Hostile texts in a real browser: nothing runs, nothing breaks out of its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fava_lotcost
import pytest
from browsing import expect, served
from fava_app import LOTS, Pages, write
from hostile import LEDGER, LONG


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(Pages(write(tmp_path_factory.mktemp("hostile"), LEDGER))) as address:
        yield address


@pytest.mark.parametrize("page", sorted(fava_lotcost.__all__))
def test_a_page_of_hostile_texts_keeps_its_form(tab: Any, site: str, page: str) -> None:
    """The tab itself complains of any dialog and of any error."""
    tab.goto(f"{site}/extension/{page}/")
    expect(tab.locator(".lotcost h2").first).to_be_visible()
    expect(tab.locator("article img")).to_have_count(0)
    widest = tab.locator(".lotcost").evaluate(
        "part => Math.max(...[...part.querySelectorAll('td, dd, p, h2, h3')]"
        ".map(each => each.getBoundingClientRect().width))"
    )
    assert widest < 2_000
    assert tab.evaluate("document.querySelector('article').scrollWidth") < 6_000


def test_a_long_text_is_cut_for_the_eye_alone(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/?status=all")
    said = tab.locator(".lotcost td .lotcost-said", has_text=LONG).first
    expect(said).to_have_text(LONG)
    expect(said).to_have_css("text-overflow", "ellipsis")
    expect(said).to_have_css("overflow-x", "hidden")
    assert said.evaluate("each => each.scrollWidth > 4 * each.clientWidth")
