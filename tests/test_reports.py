"""The reports of a period, of batches and of methods: figures by hand, and their laws with ==."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from conftest import Loaded
from hypothesis import assume, given
from naive import Movement, cost_lots
from scenarios import case
from strategies import KINDS, SIMPLE, movements, to_ledger

from lotcost.reports.catalog import answer, groups

BY_LOT = ("fifo", "fefo", "lifo", "specific")
each_method = pytest.mark.parametrize("method", (*BY_LOT, "average"))
MOVED = ("receipts", "landed", "production", "sales", "write_offs", "adjustments", "write_downs")


def report(ledger, name, **question):
    return answer(name, ledger.ledger, ledger.question(**question))


def row(ledger, name, **question):
    (only,) = ledger.rows(name, **question)
    return only


def figures(row, *names):
    return tuple(row[name] for name in names)


# Roll-forward


def test_a_month_rolls_forward_from_its_opening_to_its_closing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
      lot-write-down: Expenses:WriteDown
      lot-adjustment: Expenses:StockDifferences
    2025-01-01 open Assets:Stock:Main "NONE"

    2025-01-10 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-20 * "Cafe" "Invoice"
      Assets:Stock:Main  -2 MILK @ 5.00 USD
      Assets:Receivable  10 USD

    2025-02-01 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 3.00 USD
        lot: "L2"
      Liabilities:Payable

    2025-02-02 * "Farm" "One was torn"
      lot-kind: "purchase-return"
      Assets:Stock:Main  -1 MILK
        lot: "L2"
      Liabilities:Payable

    2025-02-03 * "Haulier" "Freight for both deliveries"
      Assets:Clearing  10.00 USD
        landed-on: "L1"
      Liabilities:Payable

    2025-02-04 * "Cafe" "Invoice"
      Assets:Stock:Main  -3 MILK @ 5.00 USD
      Assets:Receivable  15 USD

    2025-02-05 * "Cafe" "One came back"
      Assets:Stock:Main  1 MILK @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Receivable  -5 USD

    2025-02-06 * "Churn"
      Assets:Stock:Main  -2 MILK
      Assets:Stock:Main  1 BUTTER
        lot: "B1"
      Liabilities:Wages  -1.00 USD

    2025-02-07 * "Spoiled"
      Assets:Stock:Main  -1 MILK
        reason: "damaged"

    2025-02-28 custom "lot-count" Assets:Stock:Main "L2" 8 MILK
      adjust: TRUE
    2025-02-28 custom "lot-write-down" "MILK" "L2" 2.50 USD
    2025-03-01 * "After the month"
      Assets:Stock:Main  -1 MILK @ 5.00 USD
      Assets:Receivable  5 USD
    """
    assert ledger.errors == []
    butter, milk = ledger.rows("roll-forward", since=date(2025, 2, 1), at=date(2025, 2, 28))
    # L1: 8 at 16.00, and 8 of the 10.00 of freight: 24.00, 3.00 each; 2.00 is of goods gone.
    assert figures(milk, "units_opening", "cost_opening") == (8, 16)
    assert figures(milk, "units_receipts", "cost_receipts") == (9, 27)
    assert milk["cost_landed"] == 10
    assert figures(milk, "units_sales", "cost_sales") == (-2, Decimal("-8.00"))  # 2 at 3.00, and 2
    assert figures(milk, "units_production", "cost_production") == (-2, -6)
    assert figures(milk, "units_write_offs", "cost_write_offs") == (-1, -3)
    assert figures(milk, "units_adjustments", "cost_adjustments") == (-1, -3)
    assert milk["cost_write_downs"] == -4  # 8 of L2, 0.50 each
    assert figures(milk, "units_closing", "cost_closing") == (11, 29)
    assert figures(butter, "units_opening", "units_production", "cost_closing") == (0, 1, 7)


def test_goods_moved_between_accounts_show_where_accounts_have_rows(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-10 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-11 * "Restock"
      Assets:Stock:Main  -4 MILK
      Assets:Stock:Shop  4 MILK
    """
    assert ledger.errors == []
    assert "units_transfers" not in [
        column.name for column in report(ledger, "roll-forward").columns
    ]
    assert [
        figures(each, "account", "units_transfers", "cost_transfers", "cost_closing")
        for each in ledger.rows("roll-forward", by="account")
    ] == [("Assets:Stock:Main", -4, -8, 12), ("Assets:Stock:Shop", 4, 8, 8)]
    only = row(ledger, "roll-forward", account="Assets:Stock:Shop")
    assert figures(only, "units_receipts", "units_transfers", "units_closing") == (0, 4, 4)


def test_write_downs_and_reversals_of_a_period_are_told_apart(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-down: Expenses:WriteDown

    2025-01-10 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "L1" 1.00 USD
    2025-02-28 custom "lot-write-down" "MILK" "L1" 1.50 USD
    """
    whole = report(ledger, "roll-forward")
    february = report(ledger, "roll-forward", since=date(2025, 2, 1))
    assert whole.rows[0]["cost_write_downs"] == -5
    assert whole.notes[1] == "Write-downs are net: 10.00 USD written down, 5.00 USD reversed."
    assert february.notes[1] == "Write-downs are net: 0.00 USD written down, 5.00 USD reversed."


@each_method
def test_opening_and_what_moved_it_is_closing_and_ties_to_the_ledger(method: str) -> None:
    @given(movements(method, KINDS))
    def rolls(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        middle = moves[len(moves) // 2].date
        before = report(loaded, "roll-forward", at=middle - timedelta(1))
        for by in ("commodity", "account"):
            found = report(loaded, "roll-forward", since=middle, by=by)
            assert [tie.difference for tie in found.ties if tie.difference] == []
            moved = (*MOVED, "transfers")
            for each in found.rows:
                units = sum(each[f"units_{word}"] for word in moved if f"units_{word}" in each)
                assert each["units_opening"] + units == each["units_closing"]
                cost = sum(each[f"cost_{word}"] for word in moved)
                assert each["cost_opening"] + cost == each["cost_closing"]
        closed = {each["commodity"]: each["cost_closing"] for each in before.rows}
        for each in report(loaded, "roll-forward", since=middle).rows:
            assert each["cost_opening"] == closed.get(each["commodity"], 0)

    rolls()


@each_method
def test_the_roll_forward_says_what_the_lots_say(method: str) -> None:
    @given(movements(method, KINDS))
    def agrees(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        lots = loaded.rows("lots")
        for each in loaded.rows("roll-forward"):
            of_lots = {
                name: sum(lot[name] for lot in lots if lot["commodity"] == each["commodity"])
                for name in lots[0]
                if name.startswith(("units_", "cost_"))
            }
            assert each["cost_closing"] == of_lots["cost_on_hand"]
            assert each["units_closing"] == of_lots["units_on_hand"]
            assert each["cost_sales"] == -of_lots["cost_of_sales"]
            assert each["cost_landed"] == of_lots["cost_landed"]
            assert each["cost_write_offs"] == -of_lots["cost_written_off"]
            assert each["cost_write_downs"] == -of_lots["cost_written_down"]
            assert each["cost_adjustments"] == of_lots["cost_adjusted"]
            assert each["cost_receipts"] + each["cost_production"] == (
                of_lots["cost_received"] - of_lots["cost_consumed"]
            )

    agrees()


# Write-offs


def test_a_write_off_says_why_and_on_what_evidence(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-off: Expenses:WriteOff
      lot-write-down: Expenses:WriteDown

    2025-01-10 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
        document: "delivery-note-7"
      Liabilities:Payable

    2025-01-11 * "Spilt, as ever"
      Assets:Stock:Main  -1 MILK
        reason: "normal-loss"

    2025-01-12 * "Burnt" ^claim-3
      approved-by: "M. Peeters"
      Assets:Stock:Main  -3 MILK
        reason: "damaged"
        disposal: "incinerated"

    2025-01-31 custom "lot-write-down" "MILK" "L1" 2.00 USD
      document: "price-list-2"
      reason: "shop next door sells at 2.00"
    """
    assert ledger.errors == []
    spilt, burnt, lowered = ledger.rows("write-offs")
    assert figures(spilt, "kind", "reason", "normality", "units", "cost") == (
        *("write-off", "normal-loss", "normal", 1, 0),
    )
    assert spilt["document"] is None  # the delivery note is the lot's, and no evidence of a loss
    assert figures(burnt, "normality", "units", "cost") == ("abnormal", 3, Decimal("6.67"))
    assert figures(burnt, "document", "approved_by", "disposal") == (
        *("^claim-3", "M. Peeters", "incinerated"),
    )
    assert figures(lowered, "kind", "normality", "units", "cost") == (
        *("write-down", None, 6, Decimal("1.33")),
    )
    assert figures(lowered, "original_cost", "written_down", "reversed", "carrying") == (
        *(Decimal("13.33"), Decimal("1.33"), 0, 12),
    )
    assert figures(lowered, "document", "reason") == (
        *("price-list-2", "shop next door sells at 2.00"),
    )
    assert lowered["source"].startswith("<string>:")
    assert report(ledger, "write-offs").notes == (
        "Ties to Expenses:WriteDown, Expenses:WriteOff: yes; "
        "all lots together 8.00 USD, accounts 8.00 USD",
    )


def test_write_offs_are_summed_up_by_reason_month_and_supplier(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-off: Expenses:WriteOff
      lot-write-down: Expenses:WriteDown

    2025-01-10 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-10 * "Mill" "Delivery"
      Assets:Stock:Main  10 FLOUR @ 1.00 USD
        lot: "F1"
      Liabilities:Payable

    2025-01-12 * "Burnt"
      Assets:Stock:Main  -3 MILK
        reason: "damaged"

    2025-02-12 * "Wet"
      Assets:Stock:Main  -2 FLOUR
        reason: "damaged"

    2025-02-20 custom "lot-write-down" "FLOUR" "F1" 0.50 USD
    2025-02-21 custom "lot-write-down" "FLOUR" "F1" 0.75 USD
    """
    names = "count", "abnormal", "written_down", "reversed", "cost"
    by_reason = {each["reason"]: each for each in ledger.rows("write-offs", by="reason")}
    assert figures(by_reason["damaged"], *names) == (2, 8, 0, 0, 8)
    assert figures(by_reason["write-down"], *names) == (1, 0, 4, 0, 4)
    assert figures(by_reason["reversal"], *names) == (1, 0, 0, 2, -2)
    by_month = {each["month"]: each["cost"] for each in ledger.rows("write-offs", by="month")}
    assert by_month == {"2025-01": 6, "2025-02": 4}
    by_supplier = ledger.rows("write-offs", by="supplier", since=date(2025, 2, 1))
    assert [figures(each, "supplier", "cost") for each in by_supplier] == [("Mill", 4)]
    by_goods = {each["commodity"]: each for each in ledger.rows("write-offs", by="commodity")}
    assert figures(by_goods["FLOUR"], "units", "cost") == (2, 4)


@case("reversal-capped-at-cost")
def test_the_register_shows_a_recovery_that_goes_back_to_cost(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2008-12-01 open Assets:Stock
      lot-method: "specific"
      lot-write-down: Expenses:WriteDown

    2008-12-30 * "Receipt"
      Assets:Stock:Main  1 GOODS @ 720000 USD
        lot: "STOCK"
      Liabilities:Payable

    2008-12-31 custom "lot-write-down" "GOODS" "STOCK" 690000 USD
    2009-01-31 custom "lot-write-down" "GOODS" "STOCK" 760000 USD
    """
    names = "kind", "cost", "original_cost", "written_down", "reversed", "carrying"
    assert [figures(each, *names) for each in ledger.rows("write-offs")] == [
        ("write-down", 30_000, 720_000, 30_000, 0, 690_000),
        ("reversal", -30_000, 720_000, 30_000, 30_000, 720_000),
    ]


def test_a_write_down_goes_with_the_units_that_are_sold_or_moved(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-10 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "L1" 1.00 USD

    2025-02-01 * "Cafe" "Invoice"
      Assets:Stock:Main  -4 MILK @ 1.50 USD
      Assets:Receivable  6 USD

    2025-02-02 * "Cafe" "One came back"
      Assets:Stock:Main  1 MILK @ 1.50 USD
        lot-kind: "sale-return"
      Assets:Receivable  -1.50 USD

    2025-02-03 * "Restock"
      Assets:Stock:Main  -2 MILK
      Assets:Stock:Shop  2 MILK

    2025-02-28 custom "lot-write-down" "MILK" "L1" 1.75 USD
    """
    assert ledger.errors == []
    _, main, shop = ledger.rows("write-offs")
    names = "account", "units", "cost", "original_cost", "written_down", "reversed", "carrying"
    assert figures(main, *names) == ("Assets:Stock:Main", 5, Decimal("-3.75"), 10, 5, 3.75, 8.75)
    assert figures(shop, *names) == ("Assets:Stock:Shop", 2, Decimal("-1.50"), 4, 2, 1.5, 3.5)


def test_a_write_down_rests_on_the_layers_it_was_taken_off(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-10 * "Farm" "Two deliveries of a lot: 3.50, and dearer"
      Assets:Stock:Main  10 MILK @ 3.50 USD
        lot: "L1"
      Assets:Stock:Main  10 MILK @ 5.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-11 * "Cafe" "Before it was written down"
      Assets:Stock:Main  -2 MILK @ 6.00 USD
      Assets:Receivable

    2025-01-31 custom "lot-write-down" "MILK" "L1" 3.00 USD

    2025-02-01 * "Cafe" "Came back at what it left at"
      Assets:Stock:Main  1 MILK @ 6.00 USD
        lot-kind: "sale-return"
      Assets:Receivable

    2025-02-02 * "Cafe" "All of the first, the one that came back too, and four of the second"
      Assets:Stock:Main  -13 MILK @ 6.00 USD
      Assets:Receivable

    2025-02-03 * "Restock"
      Assets:Stock:Main  -2 MILK
      Assets:Stock:Shop   2 MILK

    2025-02-28 custom "lot-write-down" "MILK" "L1" 4.00 USD

    2025-03-31 custom "lot-write-down" "MILK" "L1" 9.00 USD
    """
    assert ledger.errors == []
    names = "account", "units", "cost", "original_cost", "written_down", "reversed", "carrying"
    main, shop = "Assets:Stock:Main", "Assets:Stock:Shop"
    assert [figures(each, *names) for each in ledger.rows("write-offs")] == [
        (main, 18, 24, 78, 24, 0, 54),
        (main, 4, -4, 20, 8, 4, 16),
        (shop, 2, -2, 10, 4, 2, 8),
        (main, 4, -4, 20, 8, 8, 20),
        (shop, 2, -2, 10, 4, 4, 10),
    ]


@pytest.mark.parametrize("method", BY_LOT)
def test_the_register_carries_what_the_lots_carry(method: str) -> None:
    @given(movements(method, KINDS))
    def agrees(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        rows = loaded.rows("write-offs")
        lots = loaded.rows("lots")
        assert sum(each["cost"] for each in rows) == sum(
            lot["cost_written_off"] + lot["cost_written_down"] for lot in lots
        )
        for each in rows:
            if each["kind"] == "write-off":
                continue
            assert (
                each["original_cost"] - each["written_down"] + each["reversed"]
                == (each["carrying"])
            )
            assert each["written_down"] >= each["reversed"]
            (lot,) = loaded.rows(
                *("lots",),
                by="account",
                at=each["date"],
                **{name: each[name] for name in ("commodity", "lot", "account")},
            )
            assert figures(lot, "units_on_hand", "cost_on_hand") == figures(
                each, "units", "carrying"
            )

    agrees()


# Batches


@case("dinosaur-vinyl-mac001")
def test_a_batch_costs_its_inputs_and_its_conversion(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2017-04-01 open Assets:Stock
      lot-method: "specific"

    2017-04-05 * "Materials"
      Assets:Stock:Main  1 VINYL @ 300 USD
      Assets:Stock:Main  2 BLACK-INK @ 50 USD
      Assets:Stock:Main  1 RED-INK @ 60 USD
      Assets:Stock:Main  1 GOLD-INK @ 60 USD
      Assets:Stock:Main  12 GROMMETS @ 10 USD
      Assets:Stock:Main  40 WOOD @ 1.50 USD
      Liabilities:Payable

    2017-04-10 * "Job MAC001" ^job-1
      Assets:Stock:Main  -1 VINYL
      Assets:Stock:Main  -2 BLACK-INK
      Assets:Stock:Main  -1 RED-INK
      Assets:Stock:Main  -1 GOLD-INK
      Assets:Stock:Main  -12 GROMMETS
      Assets:Stock:Main  -40 WOOD
      Liabilities:Wages  -66 USD
      Liabilities:Overhead  -165 USD
      Assets:Stock:Main  1 SIGN
        lot: "MAC001"
    """
    assert ledger.errors == []
    job = row(ledger, "batches")
    assert figures(job, "kind", "batch", "commodity", "document") == (
        *("made", "MAC001", "SIGN", "^job-1"),
    )
    assert figures(job, "inputs", "input_cost", "conversion", "cost_in", "output_cost") == (
        *(6, 700, 66 + 165, 931, 931),
    )
    assert report(ledger, "batches").notes == (
        "Cost in, 700.00 of inputs and 231.00 of conversion, is cost out: 931.00 USD.",
    )


@case("qad-prunes-coproducts")
def test_a_by_product_is_credited_and_joint_products_have_no_common_units(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "specific"

    2024-01-05 * "Batch"
      lot-kind: "production"
      Liabilities:Wages  -105 USD
      Assets:Stock:Main  1 BYPRODUCT
        lot: "B-1"
        cost: 5 USD
      Assets:Stock:Main  1 PITTED
        lot: "P-1"
        cost-share: 80
      Assets:Stock:Main  1 JUICE
        lot: "J-1"
        cost-share: 0
      Assets:Stock:Main  1 PUREE
        lot: "U-1"
        cost-share: 20
    """
    batch = row(ledger, "batches")
    assert figures(batch, "batch", "commodity") == ("P-1, J-1, U-1", "PITTED, JUICE, PUREE")
    assert figures(batch, "inputs", "conversion", "by_products", "output_cost") == (0, 105, 5, 100)
    assert batch.get("output_units") is None


def test_a_yield_is_what_was_good_of_what_was_expected(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-off: Expenses:WriteOff

    2025-01-02 * "Mill" "Delivery"
      Assets:Stock:Main  50 FLOUR @ 1.00 USD
        lot: "F1"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock:Main  -50 FLOUR
      Assets:Stock:Main  40 CAKE
        lot: "B1"
        yield-expected: 38
      Liabilities:Wages  -45 USD
      Assets:Stock:Main  -2 CAKE
        lot: "B1"
        reason: "normal-loss"
      Assets:Stock:Main  -4 CAKE
        lot: "B1"
        reason: "abnormal-loss"
    """
    assert ledger.errors == []
    batch = row(ledger, "batches")
    # 95.00 over the 38 that a good run gives are 2.50 each: 34 are 85.00, and 4 are a loss of 10.
    assert figures(batch, "output_units", "normal_loss", "abnormal_loss") == (40, 2, 4)
    assert figures(batch, "cost_in", "loss_cost", "output_cost", "unit_cost") == (95, 10, 85, 2.5)
    assert figures(batch, "yield_expected", "yield_actual", "yield_rate") == (
        *(38, 34, Decimal("0.8947")),
    )


def test_a_batch_taken_apart_takes_back_what_it_had_made(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Parts"
      Assets:Stock:Main  4 LEG @ 3.00 USD
        lot: "LEGS"
      Assets:Stock:Main  1 TOP @ 20.00 USD
        lot: "TOPS"
      Liabilities:Payable

    2025-01-03 * "Build"
      Assets:Stock:Main  -4 LEG
      Assets:Stock:Main  -1 TOP
      Assets:Stock:Main  1 TABLE
        lot: "T1"
      Liabilities:Wages  -5 USD

    2025-01-04 * "Take it apart"
      Assets:Stock:Main  -1 TABLE
        lot: "T1"
      Assets:Stock:Main  4 LEG
      Assets:Stock:Main  1 TOP
    """
    assert ledger.errors == []
    names = "kind", "batch", "inputs", "input_cost", "conversion", "output_units", "output_cost"
    assert [figures(each, *names) for each in ledger.rows("batches")] == [
        ("made", "T1", 2, 32, 5, 1, 37),
        ("taken apart", "T1", 2, -32, -5, -1, -37),
    ]


@each_method
def test_a_batch_costs_what_went_into_it_to_the_cent(method: str) -> None:
    @given(movements(method, (*SIMPLE, "production", "production")))
    def holds(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        made = [move for move in moves if move.kind == "production"]
        batches = loaded.rows("batches")
        assert [each["conversion"] * 100 for each in batches] == [move.cost for move in made]
        for each in batches:
            assert each["input_cost"] + each["conversion"] == each["cost_in"]
            assert each["by_products"] + each["loss_cost"] + each["output_cost"] == each["cost_in"]
        goods = "CAKE", "CRUMB"
        lots = [lot for lot in loaded.rows("lots") if lot["commodity"] in goods]
        sent_back = any(move.kind == "purchase-return" for move in moves)
        if not sent_back and method != "average":
            assert sum(each["cost_in"] for each in batches) == sum(
                lot["cost_received"] for lot in lots
            )

    holds()


# Methods


@case("spy-specific-id")
def test_methods_stand_side_by_side_with_the_lots_that_really_left(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-07-01 open Assets:Stock
      lot-method: "specific"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2024-07-01 * "Opening"
      Assets:Stock:Main  150 GPS @ 21 USD
        lot: "LOT1"
      Equity:Opening

    2024-07-05 * "Sale"
      Assets:Stock:Main  -120 GPS @ 36 USD
        lot: "LOT1"
      Assets:Receivable  4320 USD

    2024-07-10 * "Receipt"
      Assets:Stock:Main  225 GPS @ 27 USD
        lot: "LOT2"
      Liabilities:Payable

    2024-07-15 * "Sale"
      Assets:Stock:Main  -20 GPS @ 39 USD
        lot: "LOT1"
      Assets:Stock:Main  -160 GPS @ 39 USD
        lot: "LOT2"
      Assets:Receivable  7020 USD

    2024-07-25 * "Receipt"
      Assets:Stock:Main  210 GPS @ 33 USD
        lot: "LOT3"
      Liabilities:Payable
    """
    names = "method", "cost_of_sales", "cost_on_hand", "difference"
    expected = [
        ("books", 7260, 8895, 0),
        ("fifo", 7200, 8955, -60),
        ("lifo", 7380, 8775, 120),
        ("average", Decimal("7252.94"), Decimal("8902.06"), Decimal("-7.06")),
        ("actual", 7260, 8895, 0),
    ]
    found = report(ledger, "methods")
    assert [figures(each, *names) for each in found.rows] == expected
    assert {each["units_on_hand"] for each in found.rows} == {285}
    assert found.notes[0] == "The books: Assets:Stock (specific)"
    assert [figures(each, *names) for each in ledger.rows("methods", by="method")] == expected


def test_goods_for_the_supplier_are_their_own_lot_under_fifo_too(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-07-01 open Assets:Stock
      lot-method: "specific"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2024-07-01 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 1 USD
        lot: "L1"
      Liabilities:Payable

    2024-07-02 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2 USD
        lot: "L2"
      Liabilities:Payable

    2024-07-03 * "Cafe"
      Assets:Stock:Main  -5 MILK @ 5 USD
        lot: "L1"
      Assets:Receivable  25 USD

    2024-07-04 * "Farm" "Sent back"
      lot-kind: "purchase-return"
      Assets:Stock:Main  -6 MILK
        lot: "L2"
      Liabilities:Payable
    """
    assert ledger.errors == []
    names = "cost_in", "cost_of_sales", "cost_out", "cost_on_hand"
    found = report(ledger, "methods")
    rows = {each["method"]: figures(each, *names) for each in found.rows}
    assert rows["fifo"] == rows["actual"] == rows["books"] == (18, 5, 0, 13)
    # The last in were sold: five of L2 are left, and six go back; the method picks all of them.
    assert rows["lifo"] == (19, 10, 0, 9)
    assert found.notes[-1].startswith(
        "Under lifo, 1 movement in USD could not happen as booked (purchase-return): "
    )


def test_freight_that_came_late_is_split_as_each_method_has_the_lot(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-07-01 open Assets:Stock
      lot-method: "lifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2024-07-01 * "Farm" "Delivery" ^po-1
      Assets:Stock:Main  10 MILK @ 1 USD
        lot: "L1"
      Liabilities:Payable

    2024-07-02 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2 USD
        lot: "L2"
      Liabilities:Payable

    2024-07-03 * "Cafe"
      Assets:Stock:Main  -5 MILK @ 5 USD
      Assets:Receivable  25 USD

    2024-07-04 * "Haulier"
      Assets:Clearing  10 USD
        landed-on: "^po-1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    rows = {each["method"]: each for each in ledger.rows("methods")}
    names = "cost_in", "cost_of_sales", "cost_on_hand"
    assert figures(rows["books"], *names) == figures(rows["lifo"], *names) == (40, 10, 30)
    assert figures(rows["fifo"], *names) == (40, 5 + 5, 30)
    assert figures(rows["average"], *names)[0] == 40


def test_write_downs_are_in_the_books_and_in_no_method(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-down: Expenses:WriteDown

    2025-01-10 * "Farm" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "L1" 1.00 USD
    """
    found = report(ledger, "methods")
    rows = {each["method"]: figures(each, "cost_out", "cost_on_hand") for each in found.rows}
    assert rows["books"] == (10, 10)
    assert rows["fifo"] == rows["actual"] == (0, 20)
    assert (
        "Write-downs, 10.00 USD net, are cost out in the books' figures and in no method's."
    ) in found.notes


@each_method
def test_under_every_method_what_came_in_is_sold_gone_or_on_hand(method: str) -> None:
    @given(movements(method, KINDS))
    def holds(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        closing = {each["commodity"]: each for each in loaded.rows("roll-forward")}
        for each in loaded.rows("methods"):
            assert each["cost_in"] == (
                each["cost_of_sales"] + each["cost_out"] + each["cost_on_hand"]
            )
            ours = closing.get(each["commodity"], {"units_closing": 0, "cost_closing": 0})
            assert each["units_on_hand"] == ours["units_closing"]
            assert each["units_on_hand"] or not each["cost_on_hand"]
            assert each["cost_on_hand"] >= 0
            if each["method"] == "books":
                assert each["cost_on_hand"] == ours["cost_closing"]

    holds()


@pytest.mark.parametrize("method", ("fifo", "lifo", "average"))
def test_a_method_costs_goods_as_a_naive_costing_does(method: str) -> None:
    @given(movements("specific", SIMPLE))
    def agrees(moves: list[Movement]) -> None:
        kept = [
            move if move.kind in {"receipt", "purchase-return"} else move._replace(lot=None)
            for move in moves
        ]
        naive = cost_lots(kept, method)
        assume(not naive.short)
        loaded = Loaded(to_ledger(moves, "specific"))
        for each in loaded.rows("methods"):
            if each["method"] == method:
                expected = naive.commodities[each["commodity"]]
                assert each["cost_of_sales"] == expected["cost_of_sales"]
                assert each["cost_on_hand"] == expected["cost_on_hand"]

    agrees()


def test_the_books_own_method_makes_no_difference() -> None:
    @given(movements("specific", [kind for kind in KINDS if kind != "write-down"]))
    def agrees(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, "specific"))
        for each in loaded.rows("methods"):
            if each["method"] == "actual":
                assert each["difference"] == 0

    agrees()


def test_what_a_count_found_leaves_with_the_lot_it_joined(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "specific"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Farm"
      Assets:Stock:Main  3 MILK @@ 1.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-03 custom "lot-count" Assets:Stock:Main "L1" 4 MILK
      adjust: TRUE

    2025-01-04 * "Cafe"
      Assets:Stock:Main  -2 MILK
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    rows = {each["method"]: each for each in ledger.rows("methods")}
    # 1.33 over 4, and not 1.00 over 3.
    assert rows["books"]["cost_of_sales"] == Decimal("0.66")
    assert rows["actual"]["difference"] == 0


def test_what_beancount_booked_finer_than_cents_is_costed_as_fine(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "beancount"
    2025-01-01 open Assets:Stock:Main "FIFO"

    2025-01-02 * "Farm"
      Assets:Stock:Main  3 MILK {2.3333 USD, "L1"}
      Liabilities:Payable

    2025-01-03 * "Farm"
      Assets:Stock:Main  3 MILK {3 USD, "L2"}
      Liabilities:Payable

    2025-01-04 * "Cafe"
      Assets:Stock:Main  -4 MILK {} @ 5 USD
      Assets:Cash  20 USD
      Income:Sales  -20 USD
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    rows = {each["method"]: each for each in ledger.rows("methods")}
    assert rows["fifo"]["cost_of_sales"] == rows["actual"]["cost_of_sales"] == Decimal("9.9999")
    assert rows["actual"]["difference"] == 0
    assert rows["average"]["cost_of_sales"] == Decimal("10.6666")


def test_a_write_down_that_cannot_be_read_is_no_write_off(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
    2025-01-02 * "Delivery"
      Assets:Stock   4 MILK @ 2.00 USD
        lot: "M"
      Liabilities:Payable
    2025-01-03 custom "lot-write-down" "MILK"
    """
    assert len(ledger.errors) == 1
    assert ledger.rows("write-offs") == []


def test_a_movement_earned_money_of_the_currency_its_lot_costs_in(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 price EUR 2 USD
    2025-01-02 * "Farm" "Delivery"
      Assets:Stock         10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable
    2025-01-03 * "Abroad"
      Assets:Stock         -5 MILK @ 5.00 EUR
      Assets:Receivable    25.00 EUR
    """
    sold = ledger.rows("movements")[-1]

    assert figures(sold, "revenue", "gross_margin", "currency") == (
        Decimal("50.00"),
        Decimal("40.00"),
        "USD",
    )
    assert sold["revenue"] == ledger.lot("MILK", "L1")["revenue"]


def test_movements_add_up_to_the_margin_of_their_lots_where_some_are_not_invoiced(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   10 TEA @ 3.00 USD
        lot: "T1"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice"
      Assets:Stock  -2 TEA @ 6.00 USD
      Assets:Receivable
    2025-01-06 * "Cafe Rose" "To be invoiced"
      Assets:Stock  -1 TEA
        lot-kind: "sale"
    """
    margins = [row["gross_margin"] for row in ledger.rows("movements")]
    assert margins == [None, 6, -3]
    assert ledger.lot("TEA", "T1")["gross_margin"] == 3


def test_a_key_of_a_card_that_is_called_like_a_figure_is_no_group(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
    2025-01-02 * "Delivery"
      Assets:Stock   10 TEA @ 3.00 USD
        lot: "T1"
        units: 7
        currency: "shells"
        plant: "Ghent"
      Liabilities:Payable
    """
    books = ledger.ledger.books()
    assert groups("margins", books)[-1] == "plant"
    assert groups("expiry", books)[-2:] == ["plant", "units"]


def test_one_method_is_shown_as_it_is_beside_the_others(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   1 TEA @ 3.00 USD
      Assets:Stock   1 TEA @ 4.00 USD
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice"
      Assets:Stock  -1 TEA @ 6.00 USD
      Assets:Receivable
    """
    for by in ("commodity", "method"):
        every = ledger.rows("methods", by=by)
        assert len(every) == 5
        for row in every:
            assert ledger.rows("methods", by=by, method=row["method"]) == [row]


def test_a_total_of_no_figures_has_its_cents(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
    2025-01-02 * "Delivery"
      Assets:Stock   10 TEA @ 3.00 USD
      Liabilities:Payable
    """
    (total,) = report(ledger, "movements").totals
    assert [str(total[name]) for name in ("cost", "revenue", "gross_margin")] == [
        *("30.00", "0.00", "0.00")
    ]
