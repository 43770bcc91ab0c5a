"""The pictures of the README: pages of the example ledgers, as a browser draws them.

    make pictures         writes them anew

Every run draws them; that target also keeps them in docs.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from browsing import PATIENCE, expect, served
from fava_app import EXPIRY, LOTS, MARGINS, TRACE, VALUATION, Pages

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs"
SIZE = (1280, 800)
_STILL = "*, *::before, *::after { transition: none !important; caret-color: transparent; }"


class Picture(NamedTuple):
    """A page, and what is on it once it is drawn."""

    name: str
    ledger: str
    page: str
    drawn: str
    params: dict[str, str]


CHART, FAMILY = ".chart-wrapper svg", ".lotcost-family svg"
ALL = [
    Picture("lots", "food", LOTS, CHART, {}),
    Picture("lot", "food", LOTS, FAMILY, {"lot": "A-1", "commodity": "ALMONDS"}),
    Picture("margins", "food", MARGINS, CHART, {"by": "month"}),
    Picture("expiry", "food", EXPIRY, CHART, {}),
    Picture("valuation", "food", VALUATION, CHART, {}),
    Picture("trace", "workshop", TRACE, FAMILY, {"lot": "RE-2", "commodity": "RESIN"}),
]
NAMED = re.findall(r"!\[([^]]*)\]\(([^)]*)\)", (ROOT / "README.md").read_text())


@pytest.fixture(scope="module")
def food() -> Iterator[str]:
    with served(Pages(ROOT / "ledgers/food/main.beancount")) as address:
        yield address


@pytest.fixture(scope="module")
def workshop() -> Iterator[str]:
    with served(Pages(ROOT / "ledgers/workshop/main.beancount")) as address:
        yield address


@pytest.fixture(scope="module")
def screen(browser: Any) -> Iterator[Any]:
    """A tab in which nothing moves."""
    width, height = SIZE
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height, as the head of a PNG has them."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _keep(file: Path) -> None:
    """Put a picture into the project, with 256 colours, which makes it a third as large."""
    from PIL import Image

    PICTURES.mkdir(exist_ok=True)
    with Image.open(file) as drawn:
        drawn.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(
            PICTURES / file.name, optimize=True
        )


@pytest.mark.parametrize("picture", ALL, ids=lambda picture: picture.name)
def test_a_page_of_the_readme_is_drawn(
    picture: Picture, screen: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    site = request.getfixturevalue(picture.ledger)
    file = tmp_path / f"{picture.name}.png"

    screen.goto(f"{site}/extension/{picture.page}/?{urlencode(picture.params)}")
    expect(screen.locator(picture.drawn).first).to_be_visible()
    screen.add_style_tag(content=_STILL)
    if picture.drawn == FAMILY:
        # What a family leads to is at its right end.
        screen.locator(".lotcost-family .lotcost-scroll").evaluate(
            "scroll => { scroll.scrollLeft = scroll.scrollWidth; }"
        )
    screen.screenshot(path=file, animations="disabled")

    assert size_of(file.read_bytes()) == SIZE
    expect(screen.locator("svelte-component.error")).to_have_count(0)
    if "PICTURES" in os.environ:
        _keep(file)


def test_the_readme_shows_pictures_that_are_there_and_says_what_is_on_them() -> None:
    assert NAMED
    for said, path in NAMED:
        assert len(said) > 20
        assert size_of((ROOT / path).read_bytes()) == SIZE


def test_every_picture_comes_out_of_these_tests() -> None:
    files = list(PICTURES.glob("*.png"))

    assert {file.stem for file in files} == {each.name for each in ALL}
    assert sum(file.stat().st_size for file in files) < 400_000
