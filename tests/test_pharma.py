"""The pharmaceutical wholesaler: its README and its comments say what the books hold."""

from __future__ import annotations

import datetime
import re
import runpy
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from lotcost.ledger.loading import Ledger, load
from lotcost.reports.catalog import Question, answer

PHARMA = Path(__file__).parent.parent / "ledgers" / "pharma"


@cache
def loaded() -> Ledger:
    return load(PHARMA / "main.beancount")


def rows(name: str, **question: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in answer(name, loaded(), Question(**question)).rows]


def day(said: str) -> datetime.date:
    return datetime.date.fromisoformat(f"2025-{said}")


def total(found: list[dict[str, Any]], column: str) -> str:
    return f"{sum(row[column] for row in found)} EUR"


def test_the_ledger_loads_without_an_error() -> None:
    assert [str(error.message) for error in loaded().errors] == []


def test_the_ledger_ties() -> None:
    assert [tie.difference for tie in answer("lots", loaded()).ties] == [0]


def test_the_generator_writes_the_trade_byte_for_byte() -> None:
    written = runpy.run_path(str(PHARMA / "generate.py"))["write"]()

    assert written.encode() == (PHARMA / "trade.beancount").read_bytes()


def figures() -> dict[str, str]:
    lots = rows("lots")
    held = [row for row in lots if row["units_on_hand"]]
    expiry = rows("expiry")
    soon = [row for row in expiry if row["bucket"] in {"7 days", "30 days"}]
    waiting = [row for row in expiry if row["status"] == "quarantine"]
    reasons = {row["reason"]: row for row in rows("write-offs", by="reason")}
    return {
        "lots": f"{len(lots)}, of them {len(held)} on hand",
        "stock at cost": total(held, "cost_on_hand"),
        "in quarantine": f"{len(waiting)} lot, {total(waiting, 'cost_on_hand')}",
        "with 30 days or fewer left": f"{len(soon)} lot, {total(soon, 'cost_on_hand')}",
        "revenue": total(lots, "revenue"),
        "cost of sales": total(lots, "cost_of_sales"),
        "gross margin": total(lots, "gross_margin"),
        "written off": total(lots, "cost_written_off"),
        "of that expired": f"{reasons['expired']['cost']} EUR",
        "of that recalled": f"{reasons['recalled']['cost']} EUR",
        "written down": f"{reasons['write-down']['cost']} EUR",
        "taken back": f"{-reasons['reversal']['cost']} EUR",
    }


def test_the_readme_says_its_figures() -> None:
    said = re.findall(
        r"^\| ([a-z0-9 ]+) \| (\d[^|]*) \|$", (PHARMA / "README.md").read_text(), re.M
    )

    assert dict(said) == figures()


def test_every_issue_is_of_a_lot_that_was_released_by_then() -> None:
    released = {
        (entry.values[0].value, entry.values[1].value): entry.date
        for entry in loaded().entries
        if getattr(entry, "type", "") == "lot-status" and entry.values[2].value == "released"
    }
    sold = [row for row in rows("movements") if row["kind"] == "sale"]

    assert len(sold) > 100
    assert all(row["date"] >= released[row["commodity"], row["lot"]] for row in sold)


def test_what_was_written_off_is_what_the_comments_say() -> None:
    found = [(row["date"], row["lot"], f"{row['cost']}") for row in rows("write-offs")]

    assert found == [
        (day("03-13"), "IN-2501", "31.50"),
        (day("03-19"), "IN-2501", "94.50"),
        (day("03-31"), "F24-118", "782.00"),
        (day("06-13"), "SB-2503", "416.00"),
        (day("06-27"), "SB-2503", "256.00"),
        (day("06-30"), "OM-2409", "108.00"),
        (day("07-08"), "F24-118", "840.00"),
        (day("09-09"), "AM-2501", "54.60"),
        (day("09-30"), "OM-2409", "-54.00"),
    ]


def test_what_expired_or_was_recalled_has_its_evidence() -> None:
    gone = [row for row in rows("write-offs") if row["reason"] in {"expired", "recalled"}]

    assert len(gone) == 4
    assert all(row["document"] and row["approved_by"] and row["disposal"] for row in gone)


def test_nothing_is_left_of_the_recalled_lot_but_what_a_customer_used() -> None:
    (lot,) = rows("lots", lot="SB-2503")

    assert lot["status"] == "recalled"
    assert (lot["units_received"], lot["units_written_off"], lot["units_sold"]) == (300, 210, 90)
    assert lot["units_on_hand"] == 0


def test_the_carriage_makes_the_vaccine_dearer() -> None:
    (lot,) = rows("lots", lot="F25-031", at=day("10-02"))

    assert (f"{lot['cost_landed']}", f"{lot['unit_cost']}") == ("60.00", "61.00")


def test_the_credit_note_lowers_what_its_goods_earned() -> None:
    before, after = (
        rows("lots", lot="SB-2503", at=day(at))[0]["revenue"] for at in ("05-04", "05-05")
    )

    assert before - after == 12


def test_the_exceptions_are_those_of_the_story() -> None:
    found = rows("exceptions")
    count = Counter(row["finding"] for row in found)

    assert count.pop("out-of-order") > 10
    assert count == {"sold-below-cost": 1, "near-expiry": 1, "long-quarantine": 1}
    assert {row["lot"]: row["finding"] for row in found if row["finding"] != "out-of-order"} == {
        "PA-2501": "sold-below-cost",
        "ME-2501": "near-expiry",
        "HP-2511": "long-quarantine",
    }
