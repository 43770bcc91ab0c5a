"""The books of an earlier day, made of the whole ones, are those that are read up to that day."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from lotcost.ledger.books import Books
from lotcost.ledger.loading import Ledger, load, loads
from lotcost.reports.catalog import CATALOG, Question

LEDGERS = sorted((Path(__file__).parents[1] / "ledgers").glob("*/*.beancount"))
ONE_MORE_ACCOUNT = """
    plugin "beancount_lotcost"
    2025-01-01 open Equity:Opening
    2025-01-01 open Assets:Stock
    {}
    2025-01-02 * "Counted"
      Assets:Stock   4 MILK {{2.00 USD}}
      Equity:Opening
    2025-02-01 open Assets:Stock:Cellar
      lot-method: "fifo"
    2025-02-02 * "Farm"
      Assets:Stock:Cellar   6 MILK @ 2.00 USD
        lot: "M"
      Equity:Opening
"""


def assert_the_same(ledger: Ledger, days: list[datetime.date]) -> None:
    whole = ledger.books()
    for day in days:
        read, made = ledger.books(day), whole.until(day)
        assert made.lines == read.lines
        assert made.postings == read.postings
        assert made.on_hand == read.on_hand
        for name, entry in CATALOG.items():
            question = Question(at=day)
            assert entry.make(made, question) == entry.make(read, question), (name, day)


@pytest.mark.parametrize("file", LEDGERS, ids=lambda file: file.stem)
def test_every_report_says_the_same_of_a_day_in_the_example_ledgers(file: Path) -> None:
    ledger = load(file)
    days = sorted({line.date for line in ledger.books().lines})
    if days:
        some = days[:: max(1, len(days) // 4)]
        assert_the_same(ledger, [days[0] - datetime.timedelta(1), *some, days[-1]])


def test_a_day_before_an_account_is_opened_knows_nothing_of_it() -> None:
    ledger = loads(ONE_MORE_ACCOUNT.format(""))
    days = [datetime.date(2025, 1, day) for day in (1, 2, 31)]
    assert_the_same(ledger, [*days, datetime.date(2025, 2, 1), datetime.date(2025, 2, 2)])


def test_a_method_that_is_laid_down_later_holds_from_its_day() -> None:
    """The account above is opened after the one below it has been posted to."""
    ledger = loads(
        """
        2025-01-01 open Equity:Opening
        2025-01-01 open Assets:Stock:Cellar
        2025-01-02 * "Counted"
          Assets:Stock:Cellar   4 MILK {2.00 USD}
            lot: "M"
            lot-commodity: "MILK"
            lot-kind: "receipt"
          Equity:Opening
        2025-02-01 open Assets:Stock
          lot-method: "fifo"
        """
    )
    whole = ledger.books()
    before = whole.until(datetime.date(2025, 1, 31))
    assert len(whole.lines) == 1 and before.lines == ()
    assert_the_same(ledger, [datetime.date(2025, 1, 31), datetime.date(2025, 2, 1)])


def test_what_is_asked_for_is_asked_of_the_day_too() -> None:
    ledger = loads(ONE_MORE_ACCOUNT.format('  lot-method: "beancount"'))
    day = datetime.date(2025, 2, 2)
    cellar = Question(account="Assets:Stock:Cellar").asks_for
    made = ledger.books().until(day, cellar)
    assert made.picked == Books(ledger.entries, ledger.options, day, cellar).picked != ()
