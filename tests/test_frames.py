"""Reports as DataFrames, and the notebook of the README."""

from __future__ import annotations

import datetime
import doctest
import inspect
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import test_docs
from test_workbook import BATCH, LEDGER

import lotcost
from lotcost.reports.catalog import CATALOG, Question, answer

DAY = datetime.date(2025, 1, 5)
folder = test_docs.folder


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    file = tmp_path / "main.beancount"
    file.write_text("".join(line[4:] for line in (LEDGER + BATCH).splitlines(keepends=True)))
    return lotcost.load(file)


@pytest.mark.parametrize("name", CATALOG)
def test_each_report_is_a_method_that_returns_its_rows(name: str, shop: Any) -> None:
    report = answer(name, shop.ledger, Question())
    assert report.rows

    frame = getattr(shop, name.replace("-", "_"))()

    pd.testing.assert_frame_equal(frame, report.frame)
    assert frame.attrs["report"] == report.title


def test_figures_are_decimals_and_days_are_dates(shop: Any) -> None:
    (row,) = shop.lots(commodity="MILK").to_dict("records")

    assert row["expires"] == datetime.date(2025, 6, 30)
    assert isinstance(row["cost_on_hand"], Decimal)
    assert row["margin_rate"] == Decimal("0.1940")


@pytest.mark.parametrize(
    "at", ["2025-01-05", DAY, datetime.datetime(2025, 1, 5, 9), pd.Timestamp("2025-01-05")]
)
def test_a_day_is_a_text_or_any_date(at: Any, shop: Any) -> None:
    assert set(shop.movements(at=at)["kind"]) == {"receipt", "sale"}
    assert shop.movements(at=at).attrs["period"] == "as of 2025-01-05"
    assert set(shop.movements(since=at, at=at)["kind"]) == {"sale"}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"by": "costumer"}, "by: 'costumer' is unknown; did you mean customer?"),
        ({"commodity": "MLK"}, "commodity: 'MLK' is unknown; did you mean MILK?"),
        ({"at": "31.3.2025"}, "at: '31.3.2025' is no day; write it as 2025-03-31"),
        ({"since": DAY, "at": "2025-01-04"}, "since 2025-01-05 is after at 2025-01-04"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    asked: dict[str, Any], says: str, shop: Any
) -> None:
    with pytest.raises(ValueError, match="^" + says.replace("?", r"\?")):
        shop.margins(**asked)


@pytest.mark.parametrize("buckets", ["7,14", 7, [-1]])
def test_buckets_that_are_no_days_are_refused_in_words(buckets: Any, shop: Any) -> None:
    with pytest.raises(ValueError, match=r"^buckets: .* are no days; write them as \[7, 30"):
        shop.expiry(buckets=buckets)


def test_an_argument_that_means_nothing_to_a_report_is_refused(shop: Any) -> None:
    assert list(inspect.signature(shop.lots).parameters) == [
        *("at", "commodity", "lot", "account", "by")
    ]
    with pytest.raises(TypeError, match="since"):
        shop.lots(since=DAY)


def test_a_ledger_with_errors_is_loaded_with_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "short.beancount"
    text = LEDGER.replace("-1 MILK", "-100 MILK")
    file.write_text("".join(line[4:] for line in text.splitlines(keepends=True)))

    with pytest.warns(UserWarning, match=r"has 1 error: see \.errors"):
        shop = lotcost.load(file)

    assert len(shop.errors) == 1
    assert "Assets:Inventory is 94 MILK short" in shop.errors[0]
    assert list(shop.check()["line"]) == [24]
    assert "1 error;" in repr(shop)


def test_what_is_no_file_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        lotcost.load(tmp_path / "none.beancount")
    with pytest.raises(IsADirectoryError):
        lotcost.load(tmp_path)


def test_importing_lotcost_imports_nothing_heavy() -> None:
    code = "import lotcost, sys; print({'pandas', 'beancount', 'click'} & sys.modules.keys())"

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_the_notebook_of_the_readme_shows_what_it_says(folder: Path) -> None:
    """Lines that are too long for the page go on below."""
    (notebook,) = test_docs.blocks("pycon")
    test = doctest.DocTestParser().get_doctest(notebook, {}, "README", None, 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)

    assert runner.run(test, out=said.append).attempted > 4
    assert not said, "".join(said)
