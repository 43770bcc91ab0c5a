"""The Fava extension in a real browser: what only Fava's own scripts and styles can break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, expect, served
from fava_app import EXPIRY, LEDGER, LOTS, MARGINS, TRACE, VALUATION, Pages, many_lots, write

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ledger's pages."""
    hostile = LEDGER.replace('"F1"', f'"{HOSTILE}"'.replace('="', '=\\"').replace(')"', ')\\"'))
    with served(Pages(write(tmp_path_factory.mktemp("site"), hostile))) as address:
        yield address


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ledger with two pages of lots."""
    with served(Pages(write(tmp_path_factory.mktemp("many"), "".join(many_lots(520))))) as address:
        yield address


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ledger with a long lot number."""
    text = LEDGER.replace('"L1"', f'"{"L1" * 5000}"')
    with served(Pages(write(tmp_path_factory.mktemp("long"), text))) as address:
        yield address


def _contrast(tab: Any, selector: str) -> float:
    """The contrast of a text with what is behind it, as WCAG counts it."""
    return float(
        tab.locator(selector).first.evaluate(
            """element => {
              const parts = text => text.match(/[\\d.]+/g).map(Number);
              const behind = node => {
                const [r, g, b, a = 1] = parts(getComputedStyle(node).backgroundColor);
                return a ? [r, g, b] : behind(node.parentElement);
              };
              const light = ([r, g, b]) => [r, g, b]
                .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const text = light(parts(getComputedStyle(element).color));
              const ground = light(behind(element));
              return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
            }"""
        )
    )


@pytest.mark.parametrize(
    ("page", "picture"),
    [
        (LOTS, "By commodity"),
        (LOTS, "Expiry"),
        (MARGINS, "Write-offs"),
        (EXPIRY, "Written off"),
        (VALUATION, "By account"),
    ],
)
def test_a_page_draws_its_charts_and_can_be_read(
    tab: Any, site: str, page: str, picture: str
) -> None:
    tab.goto(f"{site}/extension/{page}/")
    expect(tab.locator(".chart-wrapper svg")).to_be_visible()
    tab.get_by_role("button", name=picture).click()
    # A choice of conversion would change nothing.
    expect(tab.get_by_role("combobox", name="At Cost")).to_have_count(0)
    for selector in (".lotcost a.button", ".lotcost thead th a", ".lotcost tbody a", ".lotcost dd"):
        assert _contrast(tab, selector) >= 4.5


@pytest.mark.parametrize("page", [f"{LOTS}/?lot=L1", f"{TRACE}/?q=L1", f"{VALUATION}/"])
def test_a_page_without_charts_can_be_read_too(tab: Any, site: str, page: str) -> None:
    tab.goto(f"{site}/extension/{page}")
    expect(tab.locator(".lotcost h2").first).to_be_visible()
    for selector in (".lotcost h2 a", ".lotcost-badge", ".lotcost thead th", ".lotcost-good"):
        if tab.locator(selector).count():
            assert _contrast(tab, selector) >= 4.5


def test_a_box_of_the_family_opens_its_lot(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{TRACE}/")
    tab.get_by_role("searchbox").fill("cafe rose")
    tab.get_by_role("searchbox").press("Enter")
    picture = tab.get_by_role("group", name="Family of MILK L1")
    expect(picture.get_by_role("link")).to_have_count(3)
    picture.get_by_role("link", name="L1").click()
    expect(tab.get_by_role("heading", name="MILK L1")).to_be_visible()
    expect(tab.get_by_text("10 received = 10 accounted for")).to_be_visible()
    with tab.expect_download() as download:
        tab.get_by_role("link", name="xlsx").click()
    assert download.value.suggested_filename == "movements.xlsx"


def test_a_badge_is_in_view_however_long_the_number_is(tab: Any, long: str) -> None:
    tab.goto(f"{long}/extension/{LOTS}/?status=all")
    row = tab.get_by_role("region", name="Lots").locator("tbody tr", has_text="MILK")
    expect(row.locator(".lotcost-badge")).to_be_visible()
    cell = row.locator(".lotcost-pin")
    assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth + 1")
    assert cell.evaluate("cell => cell.clientWidth < 400")


@pytest.mark.parametrize(
    ("width", "labels"), [("600px", ["whole", "whole"]), ("110px", ["none", "whole"])]
)
def test_a_part_of_the_bar_has_its_label_whole_or_not_at_all(
    tab: Any, site: str, width: str, labels: list[str]
) -> None:
    """The small part is what was written off; without what was sold it is a sixth of the bar."""
    tab.goto(f"{site}/extension/{LOTS}/?lot=L1&commodity=MILK")
    expect(tab.locator(".lotcost-bar span")).to_have_count(3)
    tab.locator(".lotcost-bar span").first.evaluate("part => part.remove()")

    assert (
        tab.locator(".lotcost-bar").evaluate(
            """(bar, width) => {
          bar.style.width = width;
          return [...bar.children].map(part => {
            const text = document.createRange();
            text.selectNodeContents(part);
            const [label, box] = [text.getBoundingClientRect(), part.getBoundingClientRect()];
            if (label.top >= box.bottom) return "none";
            return label.right <= box.right ? "whole" : "cut";
          });
        }""",
            width,
        )
        == labels
    )
    assert tab.locator(".lotcost-bar span").first.get_attribute("title") == "off 1"


def test_a_fact_of_the_card_tells_its_history_by_keyboard(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/?lot=L1")
    fact = tab.locator(".lotcost-fact", has_text="certificate")
    expect(fact.locator(".lotcost-then")).to_be_hidden()
    fact.focus()
    expect(fact.locator(".lotcost-then")).to_be_visible()
    expect(fact.locator(".lotcost-then")).to_contain_text("2025-01-02 CoA-7781")


def test_a_table_is_sorted_by_keyboard(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/")
    tab.get_by_role("link", name="On hand", exact=True).focus()
    tab.keyboard.press("Enter")
    expect(tab.locator('th[aria-sort="descending"]')).to_contain_text("On hand")
    expect(tab.locator(".lotcost > .lotcost-scroll tbody tr").first).to_contain_text("FLOUR")


@pytest.mark.parametrize("page", [f"{LOTS}/", f"{LOTS}/?lot=L1", f"{MARGINS}/", f"{EXPIRY}/"])
def test_on_a_narrow_screen_what_is_wide_moves_by_itself(tab: Any, site: str, page: str) -> None:
    tab.set_viewport_size({"width": 420, "height": 800})
    tab.goto(f"{site}/extension/{page}")
    expect(tab.locator(".lotcost .lotcost-scroll tbody tr").first).to_be_attached()
    article = tab.locator("article")
    assert article.evaluate("article => article.scrollWidth <= article.clientWidth")
    parts = tab.locator(".lotcost > details, .lotcost > .lotcost-family > details")
    assert parts.count()
    room = tab.locator(".lotcost").bounding_box()
    for part in parts.all():
        box = part.bounding_box()
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 1


def test_a_long_table_keeps_its_heading_and_totals_in_view(tab: Any, many: str) -> None:
    tab.set_viewport_size({"width": 800, "height": 600})
    tab.goto(f"{many}/extension/{LOTS}/")
    region = tab.get_by_role("region", name="Lots")
    last = region.locator("tbody tr").last
    region.focus()
    tab.keyboard.press("End")
    expect(last).to_be_in_viewport()
    expect(region.get_by_role("columnheader", name="Received")).to_be_in_viewport()
    expect(region.locator("tfoot")).to_be_in_viewport()
    tab.get_by_role("navigation", name="Pages").get_by_role("link", name="3", exact=True).click()
    expect(region.locator("tbody tr")).to_have_count(120)


def test_help_opens_on_each_page(tab: Any, site: str) -> None:
    for page in (LOTS, MARGINS, EXPIRY, TRACE, VALUATION):
        tab.goto(f"{site}/extension/{page}/")
        words = tab.locator(".lotcost-help dl")
        expect(words).to_be_hidden()
        tab.locator(".lotcost-help summary").press("Enter")
        expect(words).to_be_visible()


def test_each_page_works_without_a_script(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(f"{site}/extension/{LOTS}/")
    tab.get_by_role("link", name="L1", exact=True).click()
    expect(tab.get_by_text("10 received = 10 accounted for")).to_be_visible()
    tab.get_by_text("What was said of this lot, and where").click()
    expect(tab.get_by_role("cell", name="CoA-7781")).to_be_visible()
    tab.get_by_role("link", name="trace", exact=True).click()
    expect(tab.get_by_role("heading", name="Trace of MILK L1")).to_be_visible()
    for page in (MARGINS, EXPIRY, VALUATION):
        tab.goto(f"{site}/extension/{page}/")
        expect(tab.locator(".lotcost > .lotcost-scroll tbody tr").first).to_be_visible()
        tab.get_by_text("The charts as tables").click()
        expect(tab.locator(".lotcost-plain caption").first).to_be_visible()
    context.close()


def test_a_lot_opens_its_page_and_a_movement_its_entry(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/?time=2025")
    tab.evaluate("window.stayed = true")
    tab.get_by_role("link", name="L1", exact=True).click()
    expect(tab.get_by_text("10 received = 10 accounted for")).to_be_visible()
    expect(tab).to_have_url(re.compile("time=2025"))
    tab.get_by_role("link", name="2025-01-05").click()
    expect(tab.locator("dialog .cm-content")).to_contain_text("Invoice 101")
    assert tab.evaluate("window.stayed")  # Fava followed the links itself, without a new page


def test_the_search_keeps_what_was_chosen(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/?status=all&by=account")
    tab.get_by_role("searchbox").fill("dairy")
    tab.get_by_role("searchbox").press("Enter")
    expect(tab.get_by_role("region", name="Lots").locator("tbody tr")).to_have_count(2)
    for kept in ("q=dairy", "status=all", "by=account"):
        expect(tab).to_have_url(re.compile(kept))


def test_a_download_is_a_file(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/")
    with tab.expect_download() as download:
        tab.get_by_role("link", name="xlsx").click()
    assert download.value.suggested_filename == "lots.xlsx"
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def test_proposed_entries_are_copied_and_downloaded(tab: Any, site: str) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(f"{site}/extension/{LOTS}/")
    tab.get_by_role("link", name="Lot expiry (1)").click()  # in the sidebar
    tab.get_by_role("button", name="copy").click()
    expect(tab.get_by_role("button", name="copied")).to_be_visible()
    entries = tab.evaluate("navigator.clipboard.readText()")
    assert entries.startswith('2025-02-10 * "Write-off of expired stock"')
    assert _contrast(tab, ".lotcost-copy") >= 4.5
    with tab.expect_download() as download:
        tab.get_by_role("link", name=".beancount").click()
    assert download.value.suggested_filename == "write-offs-2025-02-10.beancount"
    assert Path(download.value.path()).read_text() == entries


def test_a_bucket_narrows_the_table(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{EXPIRY}/")
    tab.evaluate("window.stayed = true")
    tab.get_by_role("link", name="later").click()
    # The lot of the bucket is there before the click too: only the other one's going says it came.
    expect(tab.get_by_role("link", name="L1", exact=True)).to_have_count(0)
    expect(tab.get_by_role("link", name=HOSTILE)).to_be_visible()
    bar = tab.locator(".lotcost-bars .lotcost-at-retail").last
    expect(bar).to_be_visible()
    assert bar.bounding_box()["width"] > 100
    assert tab.evaluate("window.stayed")
    expect(tab.locator("article img")).to_have_count(0)


def test_a_hostile_lot_number_is_a_text(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/")
    tab.get_by_role("link", name=HOSTILE).click()
    expect(tab.get_by_text("40 received = 40 accounted for")).to_be_visible()
    tab.get_by_role("link", name="2025-02-10").click()
    expect(tab.locator("dialog .cm-content")).to_be_visible()
    expect(tab.locator("article img")).to_have_count(0)


def test_fava_boxes_narrow_the_page(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/?status=all")
    box = tab.get_by_placeholder("Time")
    box.fill("2025-01")
    box.press("Enter")
    expect(tab.get_by_text("Lots on 2025-01-31")).to_be_visible()
    expect(tab).to_have_url(re.compile("status=all"))
