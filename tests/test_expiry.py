"""The expiry report: days left, buckets, pace, retail value and what to do."""

from __future__ import annotations

import json
import textwrap
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Loaded, load

from lotcost.cli import main
from lotcost.reports.catalog import answer
from lotcost.reports.expiry import BOUNDS, bucket, buckets

HEAD = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fefo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 open Assets:Stock:Main "NONE"
    2025-01-01 open Assets:Stock:Shop "NONE"
    2025-01-01 commodity MILK
      category: "dairy"
"""
RECEIPT = """
    2025-01-02 * "{supplier}" "Delivery"
      Assets:Stock:{account}  {units} {commodity} @ {cost} USD
        lot: "{lot}"{expires}
      Liabilities:Payable
"""
SALE = """
    {day} * "Cafe" "Invoice"
      Assets:Stock:Main  -{units} MILK @ {price}
      Assets:Receivable
"""
TODAY = date(2025, 3, 1)


def receipt(
    lot: str,
    days: int | None = None,
    units: int = 10,
    cost: str = "2.00",
    commodity: str = "MILK",
    account: str = "Main",
    supplier: str = "Dairy Farm",
) -> str:
    """A receipt of a lot that has so many days left today."""
    expires = "" if days is None else f"\n        expires: {TODAY + timedelta(days)}"
    return RECEIPT.format(**locals())


def sale(day: str, units: int, price: str = "5.00 USD") -> str:
    return SALE.format(**locals())


def rows(text: str, *names: str, **question: object) -> dict[str, tuple[object, ...]]:
    """The report as of today: some columns by lot."""
    found = sound(text).rows("expiry", **{"at": TODAY, **question})
    return {row["lot"]: tuple(row[name] for name in names) for row in found}


def sound(text: str) -> Loaded:
    loaded = load(HEAD + text)
    assert loaded.errors == []
    return loaded


# Days left and buckets


@pytest.mark.parametrize(
    ("days", "named"),
    [
        (-1, "expired"),
        (0, "7 days"),
        (7, "7 days"),
        (8, "30 days"),
        (30, "30 days"),
        (31, "60 days"),
        (60, "60 days"),
        (61, "90 days"),
        (90, "90 days"),
        (91, "later"),
        (None, "none"),
    ],
)
def test_a_bucket_has_its_bound_in(days: int | None, named: str) -> None:
    assert rows(receipt("L1", days), "days_left", "bucket") == {"L1": (days, named)}
    assert bucket(days, BOUNDS) == named
    assert named in buckets()


def test_what_expires_first_comes_first_and_what_never_does_last() -> None:
    text = receipt("N") + receipt("B", 5) + receipt("A", 5) + receipt("X", -1)

    assert list(rows(text)) == ["X", "A", "B", "N"]


def test_what_is_gone_has_no_row() -> None:
    text = receipt("L1", 5, units=4) + receipt("L2", 6) + sale("2025-01-03", 4)

    assert list(rows(text)) == ["L2"]


# Status and action


def test_a_lot_is_sold_first_held_or_written_off() -> None:
    text = receipt("X", -1) + receipt("Q", 3) + receipt("R", -2) + receipt("L", 20) + receipt("N")
    text += """
    2025-01-05 custom "lot-status" "MILK" "Q" "quarantine"
    2025-01-05 custom "lot-status" "MILK" "R" "recalled"
    """

    assert rows(text, "status", "action") == {
        "R": ("recalled", "hold"),
        "X": ("expired", "write off"),
        "Q": ("quarantine", "hold"),
        "L": ("open", "no sales"),
        "N": ("open", None),
    }
    text += sale("2025-01-10", 1) + sale("2025-02-20", 1)
    assert rows(text, "action")["L"] == ("sell first",)


def test_a_lot_on_its_last_day_is_open() -> None:
    assert rows(receipt("L", 0), "status", "days_left") == {"L": ("open", 0)}


# Pace


def test_the_pace_is_that_of_four_weeks_and_today_is_in() -> None:
    text = receipt("L", 90, units=100)
    text += sale("2025-02-01", 40) + sale("2025-02-02", 3) + sale("2025-03-01", 5)

    assert rows(text, "sells_per_week") == {"L": (Decimal(2),)}


def test_goods_that_came_back_were_not_sold() -> None:
    text = receipt("L", 90, units=100) + sale("2025-02-10", 8).replace("Invoice", "I-1").replace(
        '"I-1"', '"I-1" ^i-1'
    )
    text += """
    2025-02-11 * "Cafe" "Returned" ^i-1
      Assets:Stock:Main  4 MILK @ 5.00 USD
        lot-kind: "sale-return"
        lot: "L"
      Assets:Receivable
    """

    assert rows(text, "sells_per_week") == {"L": (Decimal(1),)}


def test_lots_sell_out_one_after_the_other_those_that_expire_first_first() -> None:
    """7 a week: 14 take a fortnight, the 7 that come after them a week more."""
    text = receipt("A", 14, units=42) + receipt("B", 20, units=7) + receipt("C", 21, units=1)
    text += sale("2025-02-10", 28)
    after = {lot: TODAY + timedelta(days) for lot, days in {"A": 14, "B": 21, "C": 22}.items()}

    assert rows(text, "sold_out_by", "action") == {
        "A": (after["A"], None),
        "B": (after["B"], "sell first"),
        "C": (after["C"], "sell first"),
    }


def test_a_lot_that_may_not_be_sold_stands_in_nobodys_way() -> None:
    text = receipt("X", -1, units=50) + receipt("Q", 3, units=50) + receipt("A", 30, units=35)
    text += '    2025-01-05 custom "lot-status" "MILK" "Q" "quarantine"\n'
    text += sale("2025-02-10", 28).replace(
        "      Assets:Receivable", '        lot: "A"\n      Assets:Receivable'
    )

    assert rows(text, "sold_out_by") == {
        "X": (None,),
        "Q": (None,),
        "A": (TODAY + timedelta(7),),
    }


def test_whichever_lots_are_asked_for_those_before_them_are_sold_first() -> None:
    text = receipt("A", 14, units=42) + receipt("B", 20, units=7)
    text += receipt("C", 25, units=7, account="Shop") + sale("2025-02-10", 28)
    whole = rows(text, "sold_out_by", "action", "sells_per_week")

    assert whole["C"][0] == TODAY + timedelta(28)
    assert rows(text, "sold_out_by", "action", "sells_per_week", lot="B") == {"B": whole["B"]}
    asked = rows(text, "sold_out_by", "action", "sells_per_week", account="Assets:Stock:Shop")
    assert asked == {"C": whole["C"]}


def test_what_would_take_more_than_ten_years_never_sells_out() -> None:
    text = receipt("L", 90, units=20000) + sale("2025-02-20", 1)

    assert rows(text, "sold_out_by", "action") == {"L": (None, "sell first")}


# Retail


def test_retail_is_at_the_last_price() -> None:
    text = receipt("L", 90, units=10)
    text += sale("2025-02-10", 1, "9.00 USD") + sale("2025-02-11", 2, "5.50 USD")

    assert rows(text, "last_price", "retail_value", "cost_on_hand") == {
        "L": (Decimal("5.50"), Decimal("38.50"), Decimal("14.00"))
    }


def test_retail_at_a_price_in_other_money_is_converted() -> None:
    text = receipt("L", 90, units=10) + "    2025-02-05 price EUR 1.10 USD\n"
    text += sale("2025-02-10", 1, "5.00 EUR")

    assert rows(text, "last_price", "retail_value") == {"L": (Decimal("5.50"), Decimal("49.50"))}


def test_what_was_never_sold_has_no_retail_and_it_is_said() -> None:
    text = receipt("L", 90) + receipt("S", commodity="SALT") + sale("2025-02-10", 1)
    loaded = sound(text)

    assert rows(text, "last_price", "retail_value")["S"] == (None, None)
    for by in (None, "supplier"):
        report = answer("expiry", loaded.ledger, loaded.question(at=TODAY, by=by))
        assert report.notes == (f"Retail is not known of SALT: never sold up to {TODAY}.",)


# Groups


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("account", {"Assets:Stock:Main": "20.00", "Assets:Stock:Shop": "45.00"}),
        ("commodity", {"MILK": "50.00", "SALT": "15.00"}),
        ("supplier", {"Dairy Farm": "35.00", "Other Farm": "30.00"}),
        ("category", {"dairy": "50.00", None: "15.00"}),
    ],
)
def test_cost_is_summed_up_by_bucket(by: str, groups: dict[str | None, str]) -> None:
    text = (
        receipt("A", -1)
        + receipt("B", 5, account="Shop", supplier="Other Farm", cost="3.00")
        + receipt("S", account="Shop", commodity="SALT", cost="1.50")
    )
    found = {row[by]: row for row in sound(text).rows("expiry", at=TODAY, by=by)}

    assert {name: row["cost_on_hand"] for name, row in found.items()} == {
        name: Decimal(cost) for name, cost in groups.items()
    }
    for row in found.values():
        assert sum(row[name] for name in buckets()) == row["cost_on_hand"]
    assert sum(row["expired"] for row in found.values()) == Decimal("20.00")
    assert sum(row["7 days"] for row in found.values()) == Decimal("30.00")
    assert sum(row["none"] for row in found.values()) == Decimal("15.00")


# The command


def test_the_command_prints_it_as_json(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    text = receipt("L", 7, units=5) + sale("2025-02-10", 1)
    file.write_text(textwrap.dedent(HEAD + text))
    args = ["expiry", str(file), "--at", str(TODAY), "--format", "json"]
    result = CliRunner().invoke(main, args)

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == [
        {
            "account": "Assets:Stock:Main",
            "commodity": "MILK",
            "lot": "L",
            "supplier": "Dairy Farm",
            "status": "open",
            "expires": "2025-03-08",
            "days_left": 7,
            "bucket": "7 days",
            "units_on_hand": "4",
            "currency": "USD",
            "unit_cost": "2.00",
            "cost_on_hand": "8.00",
            "retail_value": "20.00",
            "last_price": "5.00",
            "sells_per_week": "0.25",
            "sold_out_by": str(TODAY + timedelta(112)),
            "action": "sell first",
        }
    ]


def test_the_command_groups_it(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(textwrap.dedent(HEAD + receipt("L", 7)))
    args = ["expiry", str(file), "--at", str(TODAY), "--by", "category", "--format", "json"]
    (row,) = json.loads(CliRunner().invoke(main, args).stdout)

    assert (row["category"], row["7 days"], row["expired"]) == ("dairy", "20.00", "0.00")


def test_the_buckets_are_those_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(textwrap.dedent(HEAD + receipt("A", days=5) + receipt("B", days=14)))
    asked = ["expiry", str(file), "--at", str(TODAY), "--buckets", "14,5", "--format", "json"]
    told = json.loads(CliRunner().invoke(main, asked).stdout)
    assert [row["bucket"] for row in told] == ["5 days", "14 days"]


def test_buckets_that_are_no_days_are_wrong_usage(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(textwrap.dedent(HEAD))
    told = CliRunner().invoke(main, ["expiry", str(file), "--buckets", "soon"])
    assert told.exit_code == 2
    assert "'soon' are no days; write them as 7,30,60,90." in told.output
