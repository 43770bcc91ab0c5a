"""A real browser, and a real Fava for it to look at."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from fava_app import Pages

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    expect = sync_playwright = None

_HOW = "apt-get install chromium; pip install playwright"
# A page of a busy machine may take long; an assertion waits so many milliseconds before it fails.
PATIENCE = 30_000


# A page is to be drawn on any machine, and nothing but the page is to be fetched.
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def missing(what: str, how: str = _HOW) -> NoReturn:
    """Skip where there is no browser, but fail in CI, which is to have one."""
    message = f"The browser tests need {what}: {how}"
    if "CI" in os.environ:
        pytest.fail(message, pytrace=False)
    pytest.skip(message, allow_module_level=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if sync_playwright is None:
        missing("Playwright")
    expect.set_options(timeout=PATIENCE)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield chrome
        chrome.close()


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing of each request."""


@contextmanager
def served(pages: Pages) -> Iterator[str]:
    """Serve a ledger's pages while this lasts; yield their address."""
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
    page.set_default_timeout(PATIENCE)
    yield page
    expect(page.locator("svelte-component.error")).to_have_count(0)
    context.close()
    assert complaints == []
