"""The pages in another language: every text is translated, and nothing a ledger says is."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fava_lotcost
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from fava_app import (
    EXPIRY,
    HEAD,
    LEDGER,
    LOTS,
    MARGINS,
    TRACE,
    VALUATION,
    Article,
    Open,
    Pages,
    write,
)
from fava_lotcost import words
from fava_lotcost.translating import TRANSLATIONS

from lotcost.model import Kind, Reason
from lotcost.reports.methods import METHODS

ROOT = Path(__file__).parent.parent
GERMAN = 'option "title" "Bücher"\n2025-01-01 custom "fava-option" "language" "de"\n'
_PLACEHOLDER = re.compile(r"%\(\w+\)s|%")
PAGES = [
    (LOTS, {}),
    (LOTS, {"by": "account", "status": "all"}),
    (LOTS, {"lot": "L1"}),
    (LOTS, {"lot": "L2"}),
    (LOTS, {"lot": "none"}),
    (LOTS, {"q": "none"}),
    (MARGINS, {}),
    (MARGINS, {"by": "customer"}),
    (EXPIRY, {}),
    (EXPIRY, {"written": "each"}),
    (EXPIRY, {"bucket": "whatever"}),
    (TRACE, {}),
    (TRACE, {"q": "L1"}),
    (TRACE, {"q": "dairy"}),
    (TRACE, {"q": "L11"}),
    (VALUATION, {}),
    (VALUATION, {"show": "units", "roll": "account"}),
]


def _catalogs() -> list[str]:
    return sorted(folder.name for folder in TRANSLATIONS.iterdir())


def _catalog(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "lotcost.po").open("rb") as file:
        return read_po(file, locale=language)


def _texts() -> set[Any]:
    """All texts that the extension's sources mark, a plural with its singular."""
    mapping = configparser.ConfigParser()
    mapping.read(ROOT / "babel.cfg", encoding="utf-8")
    methods = [(where, how) for how, where in (each.split(": ") for each in mapping.sections())]
    options = {each.split(": ")[1]: dict(mapping[each]) for each in mapping.sections()}
    keywords = {**DEFAULT_KEYWORDS, "Sentence": None}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return {message for _, _, message, *_ in found}


def _keys(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("language", _catalogs())
def test_a_catalog_has_every_text_and_no_other(language: str) -> None:
    catalog = _catalog(language)
    assert {message.id for message in catalog if message.id} == _texts()
    assert not catalog.obsolete
    for message in catalog:
        assert not message.fuzzy, message.id
        assert all(_keys(message.string)), message.id


@pytest.mark.parametrize("language", _catalogs())
def test_a_translation_has_the_placeholders_of_its_text(language: str) -> None:
    for message in _catalog(language):
        if not message.id:
            continue
        wanted = set(_PLACEHOLDER.findall(_keys(message.id)[-1]))
        for text in _keys(message.string):
            assert set(_PLACEHOLDER.findall(text)) == wanted, message.id


def test_every_word_that_reports_say_of_their_own_accord_is_known() -> None:
    assert set(Kind) <= set(words.VALUES["kind"])
    assert set(Reason) <= set(words.VALUES["reason"])
    assert set(METHODS) <= set(words.VALUES["method"])


def test_fava_chooses_the_language_by_its_option_or_by_the_browser(open_fava: Open) -> None:
    english = open_fava()
    assert "on hand" in english.page(LOTS).text
    said = english.client.get(english.path(LOTS), headers={"Accept-Language": "de-AT"})
    assert "im Bestand" in Article(said.get_data(as_text=True)).text
    said = english.client.get(english.path(LOTS), headers={"Accept-Language": "fr"})
    assert "on hand" in Article(said.get_data(as_text=True)).text
    assert "im Bestand" in open_fava(GERMAN + LEDGER).page(LOTS).text


def test_the_sidebar_says_what_has_expired_in_the_reader_s_language(open_fava: Open) -> None:
    titles = {extension.report_title for extension in _in_german(open_fava(GERMAN + LEDGER))}
    assert titles == {
        "Chargen",
        "Rohertrag je Charge",
        "Chargenverfall (1)",
        "Rückverfolgung",
        "Chargenbewertung",
    }


def test_the_kinds_in_a_sentence_are_told_in_the_reader_s_language(open_fava: Open) -> None:
    back = """
2025-02-03 * "Dairy Farm" "Taken back" ^po-17
  Assets:Inventory:Main    -1 MILK
    lot: "L1"
    lot-kind: "purchase-return"
  Liabilities:Payable
2025-01-04 * "Dairy Farm" "Delivery" ^po-19
  Assets:Inventory:Main    10 MILK @ 3.00 USD
    lot: "L2"
  Liabilities:Payable
2025-01-06 * "Hotel" "Invoice 100"
  Assets:Inventory:Main    -10 MILK @ 5.00 USD
    lot: "L2"
  Assets:Receivable
"""
    text = open_fava(GERMAN + LEDGER + back).page(VALUATION).text
    assert "nicht wie gebucht geschehen (Rückgabe an Lieferant)" in text
    assert "purchase-return" not in text


def _in_german(pages: Pages) -> Iterator[Any]:
    with pages.app.test_request_context(pages.path(LOTS)):
        pages.app.preprocess_request()
        for name in fava_lotcost.__all__:
            yield pages.ledger.extensions.get_extension(name)


class Said(Article):
    """What a page says for itself, without what its ledger says."""

    @property
    def sentences(self) -> set[str]:
        """The texts of the page, and those that are read out or shown at the pointer."""
        entries = {"Write-off of expired stock"}  # a ledger's, as it is to be written
        spoken = ("title", "aria-label", "placeholder")
        told = (value for name, value in self.attributes if name in spoken and value)
        return {
            " ".join(text.split()).rstrip(" ▲▼")
            for text in (*self.words, *told)
            if not any(each in text for each in entries)
        }


MORE = """
2025-02-11 * "Bakery" "Bake" ^b-1
  Assets:Inventory:Main   -2 FLOUR
  Assets:Inventory:Main    2 BREAD
    lot: "B1"
2025-02-12 * "Dairy Farm" "Delivery"
  Assets:Inventory:Main    5 MILK @ 2.00 USD
    lot: "L2"
    expires: 2025-02-20
  Liabilities:Payable
2025-02-12 custom "lot" "FLOUR" "F1"
  status: "quarantine"
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pages, Pages]:
    """The same ledger in English and in German."""
    text = LEDGER + MORE
    english = Pages(write(tmp_path_factory.mktemp("english"), text))
    german = Pages(write(tmp_path_factory.mktemp("german"), GERMAN.splitlines()[1] + "\n" + text))
    return english, german


@pytest.mark.parametrize(("page", "params"), PAGES)
def test_no_english_is_left_on_a_german_page(
    both: tuple[Pages, Pages], page: str, params: dict[str, str]
) -> None:
    english, german = (Said(each.get(page, **params).get_data(as_text=True)) for each in both)
    alike = {
        key
        for message in _catalog("de")
        for key, text in zip(_keys(message.id), _keys(message.string), strict=False)
        if key and key == text
    }
    left = {
        text
        for text in english.sentences & german.sentences
        if text not in alike and not _is_of_the_ledger(text, params)
    }
    assert left == set()


def _is_of_the_ledger(text: str, params: dict[str, str]) -> bool:
    plain = _NO_WORDS.sub("", text).strip(" :·")
    return not re.search("[a-z]{2}", plain) or plain in {*params.values(), *_SAID}


# Days, lines and formats.
_NO_WORDS = re.compile(r"\d{4}-\d\d-\d\d|books\.beancount:\d+|xlsx|csv|\.beancount")
# What a ledger says: texts in quotes, accounts, links and the keys of cards.
_SAID = {
    *re.findall('"([^"]*)"', LEDGER + MORE),
    *re.findall(r"\w+(?::\w+)+", LEDGER + MORE),
    *re.findall(r"\^\S+", LEDGER + MORE),
    *(key.replace("-", " ") for key in re.findall(r"([a-z-]+): ", LEDGER + MORE)),
    *("supplier", "fefo"),
}


def test_a_hostile_lot_is_a_text_in_a_translated_sentence(open_fava: Open) -> None:
    hostile = "<img src=x onerror=alert(1)> %(day)s %"
    ledger = (
        HEAD
        + f"""
2025-01-02 * "Farm" "Delivery"
  Assets:Inventory:Main    10 MILK @ 2.00 USD
    lot: "{hostile}"
  Liabilities:Payable
"""
    )
    pages = open_fava(GERMAN + ledger)
    for page, params in (
        (LOTS, {"lot": hostile, "commodity": "MILK"}),
        (LOTS, {"lot": hostile, "commodity": "MILK", "account": "Assets:None"}),
        (LOTS, {"lot": f"{hostile}?"}),
        (LOTS, {"status": hostile}),
        (LOTS, {"time": hostile}),
        (TRACE, {"q": hostile}),
        (TRACE, {"q": f"{hostile}?"}),
        (TRACE, {"lot": hostile, "time": "2024"}),
    ):
        article = pages.page(page, **params)
        assert hostile in article.text
        assert "img" not in article.tags


def test_a_download_has_the_reports_own_words_in_any_language(both: tuple[Pages, Pages]) -> None:
    for page in (LOTS, MARGINS, EXPIRY, VALUATION):
        english, german = (each.get(page, "export.csv").data for each in both)
        assert english == german


def test_a_refusal_is_in_the_readers_language(open_fava: Open) -> None:
    pages = open_fava(GERMAN + LEDGER, incognito=True)
    said = pages.get(LOTS, "export.csv").get_data(as_text=True)
    assert said == "Im Inkognito-Modus sind Zahlen verdeckt, und nichts wird exportiert.\n"
