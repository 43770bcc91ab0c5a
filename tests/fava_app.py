"""A real Fava over a ledger in a folder of its own, and a reader for its pages."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fava import application
from fava.application import create_app

from lotcost.ledger.loading import load
from lotcost.reports.catalog import Question, answer
from lotcost.reports.report import Report

EXPIRY = "LotCostExpiry"
LOTS = "LotCostLots"
MARGINS = "LotCostMargins"
TRACE = "LotCostTrace"
VALUATION = "LotCostValuation"

HEAD = """
option "title" "Books"
option "operating_currency" "USD"
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"
2025-01-01 custom "fava-extension" "fava_lotcost"
2025-01-01 open Assets:Inventory
  lot-method: "fefo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
2025-01-01 open Assets:Inventory:Main
2025-01-01 open Assets:Inventory:Shop
"""
BODY = """
2025-01-01 commodity MILK
  name: "Whole milk 1 l"
  category: "dairy"
2025-01-02 * "Dairy Farm" "Delivery" ^po-17
  Assets:Inventory:Main    10 MILK @ 2.00 USD
    lot: "L1"
    expires: 2025-02-01
    certificate: "CoA-7781"
  Liabilities:Payable     -20 USD
2025-01-03 * "Mill" "Delivery" ^po-18
  Assets:Inventory:Main    40 FLOUR @ 1.1035 USD
    lot: "F1"
    expires: 2025-12-31
  Liabilities:Payable
2025-01-05 * "Cafe Rose" "Invoice 101" ^inv-101 #vip
  Assets:Inventory:Main    -4 MILK
  Assets:Receivable        20 USD
  Income:Sales            -20 USD
2025-01-07 * "Restock the shop"
  Assets:Inventory:Main    -3 MILK
  Assets:Inventory:Shop     3 MILK
2025-02-02 * "Spoiled"
  Assets:Inventory:Shop    -1 MILK
    lot: "L1"
    reason: "expired"
2025-02-10 * "Hotel" "Invoice 102" ^inv-102
  Assets:Inventory:Main    -6 FLOUR @ 2.50 USD
  Assets:Receivable        15 USD
"""
LEDGER = HEAD + BODY


Open = Callable[..., "Pages"]
"""Opens Fava over a ledger's text, with options of Fava's own; see the fixture of that name."""


class Pages:
    """The pages of a ledger."""

    def __init__(self, file: Path, **options: Any) -> None:
        self.file = file
        # Fava keeps the URLs it made for the whole process, those under another prefix too.
        application._cached_url_for.cache_clear()
        self.app = create_app([str(file)], load=True, poll_watcher=True, **options)
        self.app.testing = True
        self.client = self.app.test_client()
        self.slug = self.app.config["LEDGERS"].first_slug()

    @property
    def ledger(self) -> Any:
        """Fava's own ledger."""
        return self.app.config["LEDGERS"][self.slug]

    def path(self, page: str, endpoint: str = "", /, **params: str) -> str:
        """The path of a page with parameters."""
        query = f"?{urlencode(params)}" if params else ""
        return f"/{self.slug}/extension/{page}/{endpoint}{query}"

    def get(self, page: str, endpoint: str = "", /, **params: str) -> Any:
        """A response, whatever its status."""
        return self.client.get(self.path(page, endpoint, **params))

    def page(self, page: str, /, **params: str) -> Article:
        """A page that has to be there."""
        response = self.get(page, **params)
        assert response.status_code == 200
        return Article(response.get_data(as_text=True))

    def errors(self) -> list[str]:
        """What Fava's Errors page says."""
        return [error.message for error in self.ledger.errors]


class Article(HTMLParser):
    """What a page says: its text, its links, its tables, its tags, its badges.

    The tables of its charts are apart, in `charts`.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self.tables: list[list[list[str]]] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.badges: list[str] = []
        self.charts: list[list[list[str]]] = []
        self._into = self.tables
        self._href: str | None = None
        self._in_badge = False
        self._silent = False
        self._in_cell = False
        self.feed(html[html.index("<article>") : html.index("</article>")])

    @property
    def text(self) -> str:
        """The text, its white space evened out."""
        return " ".join(" ".join(self.words).split())

    def rows(self, table: int = 0) -> list[dict[str, str]]:
        """The rows of a table's body by their headings; the totals are the rows at its end."""
        head, *rows = self.tables[table]
        return [dict(zip(head, row, strict=True)) for row in rows]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag in {"style", "script"}:
            self._silent = True
        elif tag == "details" and ("class", "lotcost-plain") in attrs:
            self._into = self.charts
        elif tag == "table":
            self._into.append([])
        elif tag == "tr":
            self._into[-1].append([])
        elif tag in {"td", "th"}:
            self._into[-1][-1].append("")
            self._in_cell = True
        elif tag == "a":
            self._href = dict(attrs).get("href")
        elif tag == "span":
            self._in_badge = "lotcost-badge" in (dict(attrs).get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "script"}:
            self._silent = False
        elif tag == "a":
            self._href = None
        elif tag == "span":
            self._in_badge = False
        elif tag == "details":
            self._into = self.tables
        elif tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        if self._in_badge:
            self.badges.append(data)
            return
        if self._href is not None:
            self.links[data.strip()] = self._href
        if self._in_cell:
            # A heading's arrow is no part of its name.
            before = self._into[-1][-1][-1]
            self._into[-1][-1][-1] = (before + data).strip(" \n\t▲▼\N{NO-BREAK SPACE}")


def report(pages: Pages, name: str, **question: Any) -> Report:
    """Make a report as the command line does."""
    return answer(name, load(pages.file), Question(**question))


def figures(rows: list[dict[str, str]], column: str) -> list[str]:
    """Return a column of a table on a page."""
    return [row[column] for row in rows]


def write(folder: Path, text: str) -> Path:
    """Write a ledger file."""
    file = folder / "books.beancount"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def many_lots(number: int) -> Iterator[str]:
    """Yield the text of a ledger with so many lots."""
    yield HEAD
    for each in range(number):
        yield f"""
2025-01-02 * "Farm" "Delivery"
  Assets:Inventory:Main    {each + 1} MILK @ 2.00 USD
    lot: "L{each:04}"
  Liabilities:Payable
"""


def sold_lots(number: int) -> Iterator[str]:
    """Yield the text of a ledger with so many lots, each sold for one more than the last."""
    yield HEAD
    for each in range(number):
        yield f"""
2025-01-02 * "Chateau" "Delivery"
  Assets:Inventory:Main    1 WINE @ 10.50 USD
    lot: "L{each}"
  Liabilities:Payable
2025-01-03 * "Cafe Rose" "Invoice"
  Assets:Inventory:Main   -1 WINE @ {each}.00 USD
    lot: "L{each}"
  Assets:Receivable
"""
