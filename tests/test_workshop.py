"""The pump maker: its README and its comments say what the books hold, and its recall holds."""

from __future__ import annotations

import datetime
import re
from functools import cache
from pathlib import Path
from typing import Any

from lotcost.ledger.errors import BarredLot
from lotcost.ledger.loading import Ledger, load, loads
from lotcost.reports.catalog import Question, answer

WORKSHOP = Path(__file__).parent.parent / "ledgers" / "workshop"
WRITTEN = (WORKSHOP / "main.beancount").read_text()
SAID = re.compile(r"([A-Z]{1,2}-\d+): (?:nothing|(\d+) at (\d+\.\d\d))")
PLACE = re.compile(r" in (Materials|Parts|Products|Cage) on (\d+ [A-Z][a-z]+)\.")


@cache
def loaded() -> Ledger:
    return load(WORKSHOP / "main.beancount")


def rows(name: str, **question: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in answer(name, loaded(), Question(**question)).rows]


def total(found: list[dict[str, Any]], column: str) -> str:
    return f"{sum(row[column] for row in found)} EUR"


def test_the_ledger_loads_without_an_error() -> None:
    assert [str(error.message) for error in loaded().errors] == []


def test_the_ledger_ties() -> None:
    assert [tie.difference for tie in answer("lots", loaded()).ties] == [0]


def figures() -> dict[str, str]:
    lots, batches = rows("lots"), rows("batches")
    held = [row for row in lots if row["units_on_hand"]]
    pumps = [row for row in lots if row["commodity"] == "PUMP"]
    # Released, P-0011 is none of them any more.
    recalled = [row for row in lots if row["status"] == "recalled"]
    reasons = {row["reason"]: row for row in rows("write-offs", by="reason")}
    return {
        "lots": f"{len(lots)}, of them {len(held)} on hand",
        "stock at cost": total(held, "cost_on_hand"),
        "batches": f"{len(batches)}, at {total(batches, 'cost_in')}",
        "of that conversion": total(batches, "conversion"),
        "pumps made": f"{len(pumps)}, of them {sum(row['units_sold'] for row in pumps)} sold",
        "revenue": total(lots, "revenue"),
        "cost of sales": total(lots, "cost_of_sales"),
        "gross margin": total(lots, "gross_margin"),
        "abnormal loss": f"{reasons['abnormal-loss']['cost']} EUR",
        "recalled": f"{len(recalled)} lots",
        "of that written off": f"{reasons['recalled']['cost']} EUR",
    }


def test_the_readme_says_its_figures() -> None:
    said = re.findall(
        r"^\| ([A-Za-z0-9 -]+) \| (\d[^|]*) \|$", (WORKSHOP / "README.md").read_text(), re.M
    )

    assert dict(said) == figures()


def test_the_comments_say_what_the_books_hold() -> None:
    said = []
    found = []
    for block in re.findall(r"(?:^;.*\n)+", WRITTEN, re.M):
        comment = " ".join(line.strip("; ") for line in block.splitlines())
        place = PLACE.search(comment)
        for lot, units, cost in SAID.findall(comment):
            at, account = datetime.date(2025, 3, 31), None
            if place is not None:
                at = datetime.datetime.strptime(f"{place[2]} 2025", "%d %B %Y").date()
                account = f"Assets:Inventory:{place[1]}"
            (row,) = rows("lots", lot=lot, at=at, account=account)
            said.append((lot, units or "0", cost or "0.00"))
            found.append((lot, f"{row['units_on_hand']}", f"{row['cost_on_hand']}"))

    assert len(said) == 22
    assert found == said


def test_a_loss_that_is_normal_is_borne_by_the_rest_and_another_is_an_expense() -> None:
    batches = {row["batch"]: row for row in rows("batches")}

    assert (batches["IM-1"]["yield_actual"], batches["IM-1"]["loss_cost"]) == (19, 0)
    assert (batches["IM-2"]["yield_actual"], f"{batches['IM-2']['loss_cost']}") == (17, "18.63")


def test_the_recall_reaches_three_levels_and_stops_at_the_pump_that_was_released() -> None:
    march = {row["lot"]: row["status"] for row in rows("lots", at=datetime.date(2025, 3, 10))}

    assert {lot for lot, status in march.items() if status == "recalled"} == {
        *("RE-2", "IM-2", "RO-2"),
        *(f"P-{number:04}" for number in range(6, 12)),
    }
    assert {row["lot"]: row["status"] for row in rows("lots")}["P-0011"] == "depleted"


def test_a_pump_of_the_recalled_family_is_not_sold() -> None:
    sale = """
2025-03-11 * "Brouwerij Zenne" "Invoice 2025-027"
  Assets:Inventory:Products      -1 PUMP @ 265.00 EUR
    serial: "P-0009"
  Assets:Receivable          265.00 EUR
"""
    before = WRITTEN[: WRITTEN.index("; 5b.")]
    (error,) = loads(before + sale).errors

    assert type(error) is BarredLot
    assert (
        "lot RE-2 of RESIN is recalled since 2025-03-10 with what was made of it, and went into "
        "lot IM-2 of IMPELLER, into lot RO-2 of ROTOR, into this lot."
    ) in error.message


def test_every_party_is_declared_and_spelled_one_way() -> None:
    books = loaded().books()
    met = {row["party"] for row in rows("movements")} - {None}

    assert met <= books.parties.keys()
    assert books.parties["Hôtel des Thermes"].facts["contact"] == "Marc Delvaux"
    assert rows("exceptions") == []
