"""Whatever a ledger or a URL says, every page, view and download shows it as text.

The pages are those that the extension has, and their views are found by following their links.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import fava_lotcost
import openpyxl
import pytest
from fava_app import LOTS, Pages, write
from hostile import LEDGER, LONG, TEXTS

PAGES = sorted(fava_lotcost.__all__)
BOXES = ("account", "filter", "time")


class Html(HTMLParser):
    """What a browser would make of a page: its elements, their attributes and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[str | None] = []
        self.cells: list[str] = []
        self._open: list[str] = []
        whole = "article" if "<article>" in html else "body"  # a page to print is no page of Fava
        self.feed(html[html.index(f"<{whole}>") : html.rindex(f"</{whole}>")])

    @property
    def links(self) -> list[str]:
        return [value for name, value in self.attributes if name in {"href", "src", "action"}]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "script":
            self.scripts.append(dict(attrs).get("type"))
        if tag in {"td", "th"}:
            self.cells.append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self._open):
            self.cells[-1] += data


class Answer(NamedTuple):
    """What one URL of ours gave."""

    url: str
    status: int
    kind: str
    body: bytes

    @property
    def html(self) -> Html:
        return Html(self.body.decode())


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(write(tmp_path_factory.mktemp("hostile"), LEDGER))


def get(pages: Pages, url: str) -> Answer:
    response = pages.client.get(url)
    return Answer(url, response.status_code, response.mimetype, response.get_data())


def _id(text: str) -> str:
    return repr(text[:12])


def _shape(url: str) -> tuple[str, frozenset[str]]:
    """What is alike of links that differ in a lot, a page number or a column alone."""
    split = urlsplit(url)
    return split.path, frozenset(name for name, _ in parse_qsl(split.query))


def _ours(pages: Pages, answer: Answer) -> Iterator[str]:
    for link in answer.html.links:
        if link.startswith(f"/{pages.slug}/extension/"):
            yield link


@pytest.fixture(scope="module")
def answers(pages: Pages) -> list[Answer]:
    """What is one link away from a page, and of what is two links away one of each shape."""
    first = [get(pages, pages.path(page)) for page in PAGES]
    known = {answer.url: answer for answer in first}
    for url in itertools.chain.from_iterable(_ours(pages, answer) for answer in first):
        if url not in known:
            known[url] = get(pages, url)
    shapes = {_shape(url) for url in known}
    for answer in list(known.values()):
        if answer.kind != "text/html":
            continue
        for url in _ours(pages, answer):
            if _shape(url) not in shapes:
                shapes.add(_shape(url))
                known[url] = get(pages, url)
    return list(known.values())


def test_the_ledger_has_no_error(pages: Pages) -> None:
    assert pages.errors() == []


def test_every_page_of_the_extension_is_in_the_sidebar(pages: Pages) -> None:
    titled = {each.name for each in pages.ledger.extensions.extension_details if each.report_title}
    assert titled == set(PAGES)


def test_every_link_of_ours_has_an_answer(answers: list[Answer]) -> None:
    assert len(answers) > 100
    assert [(answer.url, answer.status) for answer in answers if answer.status != 200] == []


def test_no_text_of_a_ledger_is_more_than_a_text(answers: list[Answer]) -> None:
    for answer in answers:
        if answer.kind != "text/html":
            continue
        html = answer.html
        assert html.tags.isdisjoint({"img", "iframe", "object", "embed", "meta", "link"})
        assert set(html.scripts) <= {"application/json"}
        handlers = [name for name, _ in html.attributes if name.startswith("on")]
        assert handlers == [], answer.url
        schemes = {urlsplit(link).scheme for link in html.links}
        assert schemes <= {""}, answer.url


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_lot_is_found_and_shown_under_its_own_number(pages: Pages, text: str) -> None:
    table = get(pages, pages.path(LOTS, status="all"))
    assert text.strip() in {cell.strip() for cell in table.html.cells}
    for goods in ("MILK", f"CAKE{list(TEXTS.values()).index(text)}"):
        one = get(pages, pages.path(LOTS, lot=text, commodity=goods))
        assert one.status == 200
        assert "The ledger has no lot" not in one.body.decode()
        assert "accounted for" in one.body.decode()


def test_a_download_has_every_text_as_it_is(pages: Pages) -> None:
    said = pages.get(LOTS, "export.csv", status="all", commodity="MILK").get_data()
    rows = list(csv.DictReader(io.StringIO(said.decode("utf-8-sig"), newline="")))
    assert {row["lot"].removeprefix("'") for row in rows} == set(TEXTS.values())
    book = pages.get(LOTS, "export.xlsx", status="all", commodity="MILK").get_data()
    cells = [
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(book))
        for row in sheet.iter_rows()
        for cell in row
    ]
    said_in_book = {cell.value for cell in cells if isinstance(cell.value, str)}
    assert {text for text in TEXTS.values() if text not in said_in_book} == set()
    hostile = [cell for cell in cells if cell.value in TEXTS.values()]
    assert {cell.data_type for cell in hostile} == {"s"}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("text", [*TEXTS.values(), "", "-1", "9" * 30, "\0"], ids=_id)
def test_a_url_may_say_anything(pages: Pages, page: str, text: str) -> None:
    extension = pages.ledger.extensions.get_extension(page)
    endpoints = ["", *(name for name, _ in extension.endpoints)]
    for name in (*extension.own_params, *BOXES, "conversion", "interval", "unheard-of"):
        shown = pages.get(page, **{name: text})
        html = Html(shown.get_data(as_text=True))
        assert shown.status_code == 200
        assert html.tags.isdisjoint({"img", "svg"})
        assert not [each for each, _ in html.attributes if each.startswith("on")]
        for endpoint in endpoints[1:]:
            file = pages.get(page, endpoint, **{name: text})
            assert file.status_code in {200, 400, 404}
            assert file.status_code == 200 or file.mimetype == "text/plain"


@pytest.mark.parametrize("page", PAGES)
def test_an_endpoint_that_is_not_there_is_not_found(pages: Pages, page: str) -> None:
    for endpoint in ("nothing", "export", "export.pdf", "..", "%00", "export.csv/"):
        assert pages.get(page, endpoint).status_code in {308, 404}
    assert pages.client.post(pages.path(page, "export.csv")).status_code in {404, 405}


def test_a_long_text_is_whole_in_the_page(pages: Pages) -> None:
    """What does not fit is cut by the style alone: it can be found, copied and read aloud."""
    cells = [cell for page in PAGES for cell in get(pages, pages.path(page)).html.cells]
    assert {cell.strip() for cell in cells if "LLL" in cell} == {LONG}
