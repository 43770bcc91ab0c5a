"""The example ledgers: they load, and their figures are those that are written down.

python tests/test_ledgers.py      writes tests/expected/ anew
"""

from __future__ import annotations

import datetime
import re
import runpy
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lotcost.ledger.loading import Ledger, load
from lotcost.rendering import about, text
from lotcost.reports.catalog import Question, answer

ROOT = Path(__file__).parent.parent
EXPECTED = Path(__file__).parent / "expected"
LEDGERS = sorted(ROOT.glob("ledgers/*/main.beancount"))
FOOD = ROOT / "ledgers" / "food"
REPORTS = {
    "lots": ("lots", Question()),
    "margins": ("margins", Question(by="commodity")),
    "valuation": ("valuation", Question()),
}

each_ledger = pytest.mark.parametrize("path", LEDGERS, ids=[path.parent.name for path in LEDGERS])


@cache
def loaded(path: Path) -> Ledger:
    return load(path)


def food(name: str, **question: Any) -> list[dict[str, Any]]:
    ledger = loaded(FOOD / "main.beancount")
    return [dict(row) for row in answer(name, ledger, Question(**question)).rows]


def shown(path: Path, stored: str) -> str:
    name, question = REPORTS[stored]
    ledger = loaded(path)
    return text(answer(name, ledger, question), about(ledger.options, path, question))


def stored_at(path: Path, stored: str) -> Path:
    return EXPECTED / path.parent.name / f"{stored}.txt"


def rewrite() -> None:
    for path in LEDGERS:
        for stored in REPORTS:
            file = stored_at(path, stored)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(shown(path, stored), encoding="utf-8")


@each_ledger
def test_an_example_ledger_loads_without_an_error(path: Path) -> None:
    assert [str(error.message) for error in loaded(path).errors] == []


@each_ledger
@pytest.mark.parametrize("stored", REPORTS)
def test_a_report_of_an_example_ledger_is_as_it_was(path: Path, stored: str) -> None:
    assert shown(path, stored) == stored_at(path, stored).read_text(encoding="utf-8")


@each_ledger
def test_an_example_ledger_ties(path: Path) -> None:
    ties = answer("lots", loaded(path)).ties
    assert ties
    assert all(tie.difference == 0 for tie in ties)


def test_the_generator_writes_the_year_byte_for_byte() -> None:
    written = runpy.run_path(str(FOOD / "generate.py"))["write"]()
    assert written.encode() == (FOOD / "year.beancount").read_bytes()


# What the comments of cases.beancount say

STATE = re.compile(
    r"(?:In (?P<first>Shop): )?(?P<lot>\b[A-Z]{1,2}-\d): "
    r"(?:nothing|(?P<units>[\d.]+) at (?:[\d.+ ]+= )?(?P<cost>\d+\.\d\d))"
    r"(?: in (?P<main>Main)(?:, (?P<more_units>[\d.]+) at (?P<more_cost>[\d.]+) in Shop)?)?"
    r"(?: on (?P<day>\d+ [A-Z][a-z]+))?"
)


def cases() -> Iterator[tuple[str, datetime.date]]:
    """Yield what is said before the entries of each case, and the day of the last of them."""
    said: list[str] = []
    days: list[str] = []
    written = (FOOD / "cases.beancount").read_text()
    for line in [*written[written.index("; 1. Receipts") :].splitlines(), "; end"]:
        if line.startswith("2025-"):
            days.append(line[:10])
        elif line.startswith(";"):
            if days:
                yield " ".join(said), datetime.date.fromisoformat(max(days))
                said, days = [], []
            said.append(line.strip("; "))


def states() -> Iterator[tuple[datetime.date, str | None, str, Decimal, Decimal]]:
    for said, last in cases():
        for match in STATE.finditer(said):
            at = last
            if match["day"]:
                at = datetime.datetime.strptime(f"{match['day']} 2025", "%d %B %Y").date()
            units, cost = Decimal(match["units"] or 0), Decimal(match["cost"] or 0)
            yield at, match["first"] or match["main"], match["lot"], units, cost
            if match["more_units"]:
                more = Decimal(match["more_units"]), Decimal(match["more_cost"])
                yield at, "Shop", match["lot"], *more


def test_the_comments_of_the_cases_say_what_the_books_hold() -> None:
    said = list(states())
    found = []
    for at, place, lot, _, _ in said:
        account = place and f"Assets:Inventory:{place}"
        (row,) = food("lots", at=at, lot=lot, account=account)
        found.append((at, place, lot, row["units_on_hand"], row["cost_on_hand"]))

    assert len(said) > 60
    assert found == said


def test_the_cases_end_with_what_is_on_hand() -> None:
    said = re.findall(
        r"^;   (Main|Shop|Kitchen) +([A-Z]+) +(\S+) +([\d.]+) +([\d.]+)$",
        (FOOD / "cases.beancount").read_text(),
        re.MULTILINE,
    )
    goods = {commodity for _, commodity, *_ in said}
    held = {
        (row["account"].rpartition(":")[2], row["commodity"], row["lot"]): (
            row["units_on_hand"],
            row["cost_on_hand"],
        )
        for row in food("lots", at=datetime.date(2025, 3, 31), by="account")
        if row["commodity"] in goods and row["units_on_hand"]
    }

    assert held == {tuple(key): (Decimal(units), Decimal(cost)) for *key, units, cost in said}


def test_the_readme_of_the_food_ledger_says_its_figures() -> None:
    said = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", (FOOD / "README.md").read_text(), re.M))
    lots = food("lots")
    held = [row for row in lots if row["units_on_hand"]]
    expired = [row for row in held if row["status"] == "expired"]

    def total(rows: list[dict[str, Any]], column: str) -> str:
        return f"{sum(row[column] for row in rows)} USD"

    assert said["lots"] == f"{len(lots)}, of them {len(held)} on hand"
    assert said["stock at cost"] == total(held, "cost_on_hand")
    assert said["past their date"] == f"{len(expired)} lots, {total(expired, 'cost_on_hand')}"
    assert said["revenue since January"] == total(lots, "revenue")
    assert said["cost of sales"] == total(lots, "cost_of_sales")
    assert said["gross margin"] == total(lots, "gross_margin")
    assert said["written off"] == total(lots, "cost_written_off")


if __name__ == "__main__":
    rewrite()
