"""The Fava extension in a real browser: what only Fava's own scripts and styles can break."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fava_app import EXPIRY, LEDGER, LOTS, MARGINS, Pages, write
from werkzeug.serving import WSGIRequestHandler, make_server

_HOW = "apt-get install chromium; pip install playwright"
HOSTILE = '<img src=x onerror="alert(1)">'


def _missing(what: str) -> None:
    """Skip where there is no browser, but fail in CI, which is to have one."""
    message = f"The browser tests need {what}: {_HOW}"
    if "CI" in os.environ:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        _missing("Chromium")
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield chrome
        chrome.close()


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing of each request."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ledger's pages."""
    hostile = LEDGER.replace('"F1"', f'"{HOSTILE}"'.replace('="', '=\\"').replace(')"', ')\\"'))
    pages = Pages(write(tmp_path_factory.mktemp("site"), hostile))
    server = make_server("127.0.0.1", 0, pages.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/{pages.slug}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["light", "dark"])
def tab(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A tab that has to end without a complaint of the browser."""
    complaints: list[str] = []
    context = browser.new_context(color_scheme=request.param)
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    page.set_default_timeout(10_000)
    yield page
    assert page.locator("svelte-component.error").count() == 0
    context.close()
    assert complaints == []


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
    ],
)
def test_a_page_draws_its_charts_and_can_be_read(
    tab: Any, site: str, page: str, picture: str
) -> None:
    tab.goto(f"{site}/extension/{page}/")
    tab.locator(".chart-wrapper svg").wait_for()
    tab.get_by_role("button", name=picture).click()
    assert tab.get_by_role("combobox", name="At Cost").count() == 0  # it would change nothing
    for selector in (".lotcost a.button", ".lotcost thead th a", ".lotcost tbody a", ".lotcost dd"):
        assert _contrast(tab, selector) >= 4.5


def test_a_lot_opens_its_page_and_a_movement_its_entry(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/?time=2025")
    tab.evaluate("window.stayed = true")
    tab.get_by_role("link", name="L1", exact=True).click()
    tab.get_by_text("10 received = 10 accounted for").wait_for()
    assert "time=2025" in tab.url
    tab.get_by_role("link", name="2025-01-05").click()
    tab.locator("dialog .cm-content").wait_for()
    assert "Invoice 101" in tab.locator("dialog .cm-content").inner_text()
    assert tab.evaluate("window.stayed")  # Fava followed the links itself, without a new page


def test_the_search_keeps_what_was_chosen(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/?status=all&by=account")
    tab.get_by_role("searchbox").fill("dairy")
    tab.get_by_role("searchbox").press("Enter")
    tab.wait_for_url("**q=dairy**")
    assert "status=all" in tab.url
    assert "by=account" in tab.url
    assert tab.locator(".lotcost tbody tr").count() == 2


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
    tab.get_by_role("button", name="copied").wait_for()
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
    tab.get_by_role("link", name=HOSTILE).wait_for()
    assert tab.get_by_role("link", name="L1", exact=True).count() == 0
    bar = ".lotcost-bars .lotcost-at-retail"
    assert tab.locator(bar).last.bounding_box()["width"] > 100
    assert tab.evaluate("window.stayed")
    assert tab.locator("article img").count() == 0


def test_a_hostile_lot_number_is_a_text(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/")
    tab.get_by_role("link", name=HOSTILE).click()
    tab.get_by_text("40 received = 40 accounted for").wait_for()
    tab.get_by_role("link", name="2025-02-10").click()
    tab.locator("dialog .cm-content").wait_for()
    assert tab.locator("article img").count() == 0


def test_fava_boxes_narrow_the_page(tab: Any, site: str) -> None:
    tab.goto(f"{site}/extension/{LOTS}/?status=all")
    box = tab.get_by_placeholder("Time")
    box.fill("2025-01")
    box.press("Enter")
    tab.get_by_text("Lots on 2025-01-31").wait_for()
    assert "status=all" in tab.url
