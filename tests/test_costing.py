"""What goods cost, to the cent: batches, landed costs, write-downs, counts, averages, closings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from beancount.core import data
from beancount.core.interpolate import compute_residual
from conftest import load

from lotcost.ledger import errors
from lotcost.reports.catalog import answer

FATES = "units_sold", "units_consumed", "units_written_off", "units_on_hand"
ENDS = "cost_of_sales", "cost_consumed", "cost_written_off", "cost_on_hand"
LANDED = "cost_landed", "cost_of_sales", "cost_on_hand"


def held(ledger, commodity, lot, **question):
    """What is on hand of a lot, and what it cost."""
    row = ledger.lot(commodity, lot, **question)
    return row["units_on_hand"], row["cost_on_hand"]


def money(ledger, commodity, lot, *names, **question):
    row = ledger.lot(commodity, lot, **question)
    return tuple(row[name] for name in names)


def d(text):
    return Decimal(text)


def kinds(ledger):
    return [type(error) for error in ledger.errors]


def check_laws(ledger):
    """Nothing appears and nothing vanishes: lot by lot, in the ledger, to the last digit."""
    for row in ledger.rows("lots"):
        assert row["units_received"] + row["units_adjusted"] == sum(row[name] for name in FATES)
        came = row["cost_received"] + row["cost_landed"] - row["cost_written_down"]
        assert came + row["cost_adjusted"] == sum(row[name] for name in ENDS)
    for entry in ledger.entries:
        if isinstance(entry, data.Transaction):
            assert compute_residual(entry.postings).is_empty()
            assert all(each.cost is None or each.cost.number >= 0 for each in entry.postings)
    assert [tie for tie in answer("lots", ledger.ledger).ties if tie.difference] == []


def balance(ledger, account):
    """What the ledger says of an account, in money."""
    return sum(
        posting.units.number
        for entry in ledger.entries
        if isinstance(entry, data.Transaction)
        for posting in entry.postings
        if posting.account == account and posting.cost is None
    )


# Batches


def test_a_batch_uses_up_the_first_lots_in(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Mill" "Delivery" ^po-1
      Assets:Stock  100 FLOUR @ 1.00 USD
        lot: "F-1"
        expires: 2025-12-31
      Assets:Stock  100 FLOUR @ 1.30 USD
        lot: "F-2"
        expires: 2025-06-30
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -120 FLOUR
      Liabilities:Wages   -15 USD
      Liabilities:Energy   -5 USD
      Assets:Stock  200 BREAD
        lot: "B-1"
    """
    # 100 + 20 at 1.30, and 20 of conversion.
    assert ledger.errors == []
    assert {lot: held(ledger, "FLOUR", lot) for lot in ("F-1", "F-2")} == {
        "F-1": (0, 0),
        "F-2": (80, 104),
    }
    assert held(ledger, "BREAD", "B-1") == (200, 146)
    check_laws(ledger)


def test_a_batch_uses_up_the_last_lots_in(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "lifo"

    2025-01-02 * "Mill" "Delivery" ^po-1
      Assets:Stock  100 FLOUR @ 1.00 USD
        lot: "F-1"
        expires: 2025-12-31
      Assets:Stock  100 FLOUR @ 1.30 USD
        lot: "F-2"
        expires: 2025-06-30
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -120 FLOUR
      Liabilities:Wages   -15 USD
      Liabilities:Energy   -5 USD
      Assets:Stock  200 BREAD
        lot: "B-1"
    """
    # 130 + 20 at 1.00, and 20 of conversion.
    assert ledger.errors == []
    assert {lot: held(ledger, "FLOUR", lot) for lot in ("F-1", "F-2")} == {
        "F-1": (80, 80),
        "F-2": (0, 0),
    }
    assert held(ledger, "BREAD", "B-1") == (200, 170)
    check_laws(ledger)


def test_a_batch_uses_up_the_lots_that_expire_first(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fefo"

    2025-01-02 * "Mill" "Delivery" ^po-1
      Assets:Stock  100 FLOUR @ 1.00 USD
        lot: "F-1"
        expires: 2025-12-31
      Assets:Stock  100 FLOUR @ 1.30 USD
        lot: "F-2"
        expires: 2025-06-30
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -120 FLOUR
      Liabilities:Wages   -15 USD
      Liabilities:Energy   -5 USD
      Assets:Stock  200 BREAD
        lot: "B-1"
    """
    # 130 + 20 at 1.00, and 20 of conversion.
    assert ledger.errors == []
    assert {lot: held(ledger, "FLOUR", lot) for lot in ("F-1", "F-2")} == {
        "F-1": (80, 80),
        "F-2": (0, 0),
    }
    assert held(ledger, "BREAD", "B-1") == (200, 170)
    check_laws(ledger)


def test_a_batch_uses_up_the_lots_it_names(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "specific"

    2025-01-02 * "Mill" "Delivery" ^po-1
      Assets:Stock  100 FLOUR @ 1.00 USD
        lot: "F-1"
      Assets:Stock  100 FLOUR @ 1.30 USD
        lot: "F-2"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -10 FLOUR
        lot: "F-1"
      Assets:Stock  -10 FLOUR
        lot: "F-2"
      Assets:Stock  20 BREAD
        lot: "B-1"
    """
    assert ledger.errors == []
    assert held(ledger, "BREAD", "B-1") == (20, 23)
    assert money(ledger, "FLOUR", "F-2", "cost_consumed", "cost_on_hand") == (13, 117)
    check_laws(ledger)


def test_a_batch_uses_up_flour_at_its_average(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"

    2025-01-02 * "Mill" "Delivery" ^po-1
      Assets:Stock  100 FLOUR @ 1.00 USD
        lot: "F-1"
      Assets:Stock  100 FLOUR @ 1.30 USD
        lot: "F-2"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -120 FLOUR
      Liabilities:Wages  -2 USD
      Assets:Stock  200 BREAD
        lot: "B-1"
    """
    # 230.00 over 200 are 1.15; 120 of them 138.00.
    assert ledger.errors == []
    assert held(ledger, "BREAD", "B-1") == (200, 140)
    assert sum(row["cost_on_hand"] for row in ledger.rows("lots", commodity="FLOUR")) == 92
    check_laws(ledger)


def test_outputs_share_the_cost_of_a_batch_in_hundredths(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Orchard"
      Assets:Stock  50 PRUNES @ 2.00 USD
        lot: "P-1"
      Liabilities:Payable

    2025-01-03 * "Pit"
      Assets:Stock  -50 PRUNES
      Liabilities:Wages  -5.55 USD
      Assets:Stock  30 PITTED
        lot: "A"
        cost-share: 80
      Assets:Stock  10 JUICE
        lot: "B"
        cost-share: 0
      Assets:Stock  10 PUREE
        lot: "C"
        cost-share: 20
    """
    # 105.55: 84.44, nothing and 21.11.
    assert ledger.errors == []
    assert held(ledger, "PITTED", "A") == (30, d("84.44"))
    assert held(ledger, "JUICE", "B") == (10, 0)
    assert held(ledger, "PUREE", "C") == (10, d("21.11"))
    check_laws(ledger)


def test_outputs_share_the_cost_of_a_batch_as_fractions(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Orchard"
      Assets:Stock  50 PRUNES @ 2.00 USD
        lot: "P-1"
      Liabilities:Payable

    2025-01-03 * "Pit"
      Assets:Stock  -50 PRUNES
      Liabilities:Wages  -5.55 USD
      Assets:Stock  30 PITTED
        lot: "A"
        cost-share: 0.8
      Assets:Stock  10 JUICE
        lot: "B"
        cost-share: 0
      Assets:Stock  10 PUREE
        lot: "C"
        cost-share: 0.2
    """
    # 105.55: 84.44, nothing and 21.11.
    assert ledger.errors == []
    assert held(ledger, "PITTED", "A") == (30, d("84.44"))
    assert held(ledger, "JUICE", "B") == (10, 0)
    assert held(ledger, "PUREE", "C") == (10, d("21.11"))
    check_laws(ledger)


def test_shares_that_do_not_add_up_are_an_error(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Orchard"
      Assets:Stock  50 PRUNES @ 2.00 USD
        lot: "P-1"
      Liabilities:Payable

    2025-01-03 * "Pit"
      Assets:Stock  -50 PRUNES
      Liabilities:Wages  -5.55 USD
      Assets:Stock  30 PITTED
        lot: "A"
        cost-share: 80
      Assets:Stock  10 JUICE
        lot: "B"
        cost-share: 0
      Assets:Stock  10 PUREE
        lot: "C"
        cost-share: 30
    """
    (error,) = ledger.errors
    assert type(error) is errors.WrongShares
    assert error.message == (
        "The outputs' cost-share are 80 + 0 + 30, which is 110 and not 100. "
        "Give each output but a by-product (cost: 5.00 USD) its cost-share"
    )
    assert held(ledger, "PRUNES", "P-1") == (50, 100)


def test_ten_over_three_outputs_loses_no_cent(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Orchard"
      Assets:Stock  10 PRUNES @ 1.00 USD
        lot: "P-1"
      Liabilities:Payable

    2025-01-03 * "Sort"
      Assets:Stock  -10 PRUNES
      Assets:Stock  1 LARGE
        lot: "A"
        cost-share: 33.33
      Assets:Stock  1 MEDIUM
        lot: "B"
        cost-share: 33.33
      Assets:Stock  1 SMALL
        lot: "C"
        cost-share: 33.34
    """
    # 3.333, 3.333 and 3.334: the largest remainder has the cent.
    assert ledger.errors == []
    assert held(ledger, "LARGE", "A") == (1, d("3.33"))
    assert held(ledger, "MEDIUM", "B") == (1, d("3.33"))
    assert held(ledger, "SMALL", "C") == (1, d("3.34"))
    check_laws(ledger)


def test_three_loaves_of_ten_leave_at_their_cents(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -10 FLOUR
      Assets:Stock  3 BREAD
        lot: "B-1"

    2025-01-04 * "One"
      Assets:Stock  -1 BREAD @ 5 USD
      Assets:Bank

    2025-01-05 * "Another"
      Assets:Stock  -1 BREAD @ 5 USD
      Assets:Bank

    2025-01-06 * "The last"
      Assets:Stock  -1 BREAD @ 5 USD
      Assets:Bank
    """
    gone = [
        ledger.lot("BREAD", "B-1", at=date(2025, 1, day))["cost_of_sales"] for day in (3, 4, 5, 6)
    ]
    assert ledger.errors == []
    assert gone == [0, d("3.33"), d("6.67"), 10]
    assert held(ledger, "BREAD", "B-1") == (0, 0)
    check_laws(ledger)


def test_a_by_product_takes_its_stated_cost_off_the_batch(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cheese"
      Assets:Stock  -10 MILK
      Assets:Stock  4 CHEESE
        lot: "C-1"
      Assets:Stock  6 WHEY
        lot: "W-1"
        cost: 2 USD
    """
    assert ledger.errors == []
    assert held(ledger, "WHEY", "W-1") == (6, 2)
    assert held(ledger, "CHEESE", "C-1") == (4, 8)
    check_laws(ledger)


def test_a_stated_cost_finer_than_a_cent_is_rounded(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cheese"
      Assets:Stock  -10 MILK
      Assets:Stock  4 CHEESE
        lot: "C-1"
      Assets:Stock  6 WHEY
        lot: "W-1"
        cost: 2.005 USD
    """
    assert ledger.errors == []
    assert held(ledger, "WHEY", "W-1") == (6, d("2.01"))
    assert held(ledger, "CHEESE", "C-1") == (4, d("7.99"))
    check_laws(ledger)


def test_a_by_product_bears_nothing_of_a_freight_that_comes_later(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cheese"
      Assets:Stock  -10 MILK
      Assets:Stock  4 CHEESE
        lot: "C-1"
      Assets:Stock  6 WHEY
        lot: "W-1"
        cost: 2 USD

    2025-01-04 * "Haulier"
      Assets:Freight  5 USD
        landed-on: "M-1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert held(ledger, "WHEY", "W-1") == (6, 2)
    assert held(ledger, "CHEESE", "C-1") == (4, 13)
    check_laws(ledger)


def test_what_outputs_of_stated_cost_leave_over_is_a_difference(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cheese"
      Assets:Stock  -10 MILK
      Assets:Stock  4 CHEESE
        lot: "C-1"
        cost: 3 USD
      Assets:Stock  6 WHEY
        lot: "W-1"
        cost: 2 USD
    """
    assert ledger.errors == []
    assert held(ledger, "CHEESE", "C-1") == (4, 3)
    assert balance(ledger, "Expenses:StockDifferences") == 5
    check_laws(ledger)


def test_what_outputs_of_stated_cost_leave_over_wants_an_account(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cheese"
      Assets:Stock  -10 MILK
      Assets:Stock  4 CHEESE
        lot: "C-1"
        cost: 3 USD
      Assets:Stock  6 WHEY
        lot: "W-1"
        cost: 2 USD
    """
    assert kinds(ledger) == [errors.MissingAccount]
    assert held(ledger, "MILK", "M-1") == (10, 10)


def test_what_scrap_earns_lowers_the_cost_of_a_batch(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Foundry"
      Assets:Stock  100 STEEL @ 3.00 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-03 * "Stamp; the offcuts go to the scrap dealer for 12.50"
      Assets:Stock  -100 STEEL
      Liabilities:Wages  -40 USD
      Assets:Bank  12.50 USD
      Assets:Stock  50 WASHER
        lot: "W-1"
    """
    assert ledger.errors == []
    assert held(ledger, "WASHER", "W-1") == (50, d("327.50"))
    check_laws(ledger)


def test_scrap_that_earns_more_than_the_batch_costs_is_an_error(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Foundry"
      Assets:Stock  1 STEEL @ 3.00 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-03 * "Stamp"
      Assets:Stock  -1 STEEL
      Assets:Bank  12.50 USD
      Assets:Stock  50 WASHER
        lot: "W-1"
    """
    assert kinds(ledger) == [errors.NegativeBatch]
    assert held(ledger, "STEEL", "S-1") == (1, 3)


def test_a_normal_loss_stays_on_the_units_that_are_left(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-off: Expenses:WriteOff

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Dust, as ever"
      Assets:Stock  -2 FLOUR
        lot: "F-1"
        reason: "normal-loss"
    """
    assert ledger.errors == []
    assert held(ledger, "FLOUR", "F-1") == (8, 20)
    assert money(ledger, "FLOUR", "F-1", "units_written_off", "cost_written_off") == (2, 0)
    assert balance(ledger, "Expenses:WriteOff") == 0
    check_laws(ledger)


def test_a_normal_loss_of_all_there_is_is_an_expense(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-off: Expenses:WriteOff

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Dust, as ever"
      Assets:Stock  -10 FLOUR
        lot: "F-1"
        reason: "normal-loss"
    """
    assert ledger.errors == []
    assert held(ledger, "FLOUR", "F-1") == (0, 0)
    assert money(ledger, "FLOUR", "F-1", "units_written_off", "cost_written_off") == (10, 20)
    assert balance(ledger, "Expenses:WriteOff") == 20
    check_laws(ledger)


def test_an_abnormal_loss_in_its_batch_is_an_expense_at_the_batch_s_unit_cost(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-off: Expenses:WriteOff
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Mill"
      Assets:Stock  500 FLOUR @ 1.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Bake, and drop a tray"
      Assets:Stock  -500 FLOUR
      Liabilities:Wages  -250 USD
      Assets:Stock  1000 CAKE
        lot: "B-1"
      Assets:Stock  -50 CAKE
        lot: "B-1"
        reason: "abnormal-loss"
    """
    # 750 over 1000 are 0.75; 50 of them 37.50.
    assert ledger.errors == []
    assert held(ledger, "CAKE", "B-1") == (950, d("712.50"))
    assert money(ledger, "CAKE", "B-1", "cost_received", "cost_written_off") == (750, d("37.50"))
    assert balance(ledger, "Expenses:WriteOff") == d("37.50")
    check_laws(ledger)


def test_the_expense_of_an_abnormal_loss_may_be_written_and_is_no_scrap(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-off: Expenses:WriteOff
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Mill"
      Assets:Stock  500 FLOUR @ 1.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Bake, and drop a tray"
      Assets:Stock  -500 FLOUR
      Liabilities:Wages  -250 USD
      Assets:Stock  1000 CAKE
        lot: "B-1"
      Assets:Stock  -50 CAKE
        lot: "B-1"
        reason: "abnormal-loss"
      Expenses:WriteOff  37.50 USD
    """
    # 750 over 1000 are 0.75; 50 of them 37.50.
    assert ledger.errors == []
    assert held(ledger, "CAKE", "B-1") == (950, d("712.50"))
    assert money(ledger, "CAKE", "B-1", "cost_received", "cost_written_off") == (750, d("37.50"))
    assert balance(ledger, "Expenses:WriteOff") == d("37.50")
    check_laws(ledger)


def test_a_batch_may_be_open_over_the_end_of_a_month(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-01 open Assets:Stock:WIP

    2025-01-02 * "Mill"
      Assets:Stock:Main  100 FLOUR @ 1.10 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-30 * "Into the dough"
      Assets:Stock:Main  -60 FLOUR
      Assets:Stock:WIP    60 FLOUR

    2025-01-31 custom "lot-close" Assets:Stock 110.00 USD

    2025-02-01 * "Out of the oven"
      Assets:Stock:WIP   -60 FLOUR
      Liabilities:Wages  -34 USD
      Assets:Stock:Main   50 BREAD
        lot: "B-1"
    """

    def values(at):
        return {
            (row["account"], row["commodity"]): (row["cost_on_hand"], row["difference"])
            for row in ledger.rows("valuation", at=at)
        }

    assert ledger.errors == []
    assert values(date(2025, 1, 31)) == {
        ("Assets:Stock:Main", "FLOUR"): (44, 0),
        ("Assets:Stock:WIP", "FLOUR"): (66, 0),
    }
    assert values(date(2025, 2, 1)) == {
        ("Assets:Stock:Main", "BREAD"): (100, 0),
        ("Assets:Stock:Main", "FLOUR"): (44, 0),
    }
    check_laws(ledger)


def test_bread_expires_when_its_batch_says(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-01 commodity BREAD
      shelf-life: 4

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1 USD
        lot: "F-1"
        expires: 2025-03-01
      Assets:Stock  10 BUTTER @ 1 USD
        lot: "U-1"
        expires: 2025-02-01
      Assets:Stock  10 SALT @ 1 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-05 * "Bake"
      Assets:Stock  -10 FLOUR
      Assets:Stock  -10 BUTTER
      Assets:Stock  -10 SALT
      Assets:Stock  10 BREAD
        lot: "B-1"
        expires: 2025-01-20

    2025-01-06 * "Move"
      Assets:Stock       -10 BREAD
      Assets:Stock:Shop   10 BREAD
    """
    assert ledger.errors == []
    assert ledger.lot("BREAD", "B-1")["expires"] == date(2025, 1, 20)
    check_laws(ledger)


def test_bread_expires_at_the_end_of_its_shelf_life(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-01 commodity BREAD
      shelf-life: 4

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1 USD
        lot: "F-1"
        expires: 2025-03-01
      Assets:Stock  10 BUTTER @ 1 USD
        lot: "U-1"
        expires: 2025-02-01
      Assets:Stock  10 SALT @ 1 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-05 * "Bake"
      Assets:Stock  -10 FLOUR
      Assets:Stock  -10 BUTTER
      Assets:Stock  -10 SALT
      Assets:Stock  10 BREAD
        lot: "B-1"

    2025-01-06 * "Move"
      Assets:Stock       -10 BREAD
      Assets:Stock:Shop   10 BREAD
    """
    assert ledger.errors == []
    assert ledger.lot("BREAD", "B-1")["expires"] == date(2025, 1, 9)
    check_laws(ledger)


def test_bread_expires_with_the_first_of_its_inputs(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-01 commodity BREAD

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1 USD
        lot: "F-1"
        expires: 2025-03-01
      Assets:Stock  10 BUTTER @ 1 USD
        lot: "U-1"
        expires: 2025-02-01
      Assets:Stock  10 SALT @ 1 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-05 * "Bake"
      Assets:Stock  -10 FLOUR
      Assets:Stock  -10 BUTTER
      Assets:Stock  -10 SALT
      Assets:Stock  10 BREAD
        lot: "B-1"

    2025-01-06 * "Move"
      Assets:Stock       -10 BREAD
      Assets:Stock:Shop   10 BREAD
    """
    assert ledger.errors == []
    assert ledger.lot("BREAD", "B-1")["expires"] == date(2025, 2, 1)
    check_laws(ledger)


def test_cost_rolls_up_from_flour_to_sandwich(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Mill" ^po-1
      Assets:Stock  100 FLOUR @ 0.50 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Knead"
      Assets:Stock  -80 FLOUR
      Liabilities:Wages  -8 USD
      Assets:Stock  100 DOUGH
        lot: "D-1"

    2025-01-03 * "Bake"
      Assets:Stock  -75 DOUGH
      Liabilities:Wages  -14 USD
      Assets:Stock  50 BREAD
        lot: "B-1"

    2025-01-04 * "Spread"
      Assets:Stock  -20 BREAD
      Liabilities:Wages  -10 USD
      Assets:Stock  40 SANDWICH
        lot: "W-1"

    2025-01-05 * "Sell"
      Assets:Stock  -30 SANDWICH @ 3.00 USD
      Assets:Bank
    """
    # 80 at 0.50 and 8: 48. 75 of 100 and 14: 36 + 14 = 50. 20 of 50 and 10: 30. 30 of 40: 22.50.
    assert ledger.errors == []
    assert held(ledger, "FLOUR", "F-1") == (20, 10)
    assert held(ledger, "DOUGH", "D-1") == (25, 12)
    assert held(ledger, "BREAD", "B-1") == (30, 30)
    assert held(ledger, "SANDWICH", "W-1") == (10, d("7.50"))
    assert money(ledger, "SANDWICH", "W-1", "cost_of_sales", "gross_margin") == (
        d("22.50"),
        d("67.50"),
    )
    check_laws(ledger)


def test_freight_on_flour_follows_it_through_three_levels(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Mill" ^po-1
      Assets:Stock  100 FLOUR @ 0.50 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Knead"
      Assets:Stock  -80 FLOUR
      Liabilities:Wages  -8 USD
      Assets:Stock  100 DOUGH
        lot: "D-1"

    2025-01-03 * "Bake"
      Assets:Stock  -75 DOUGH
      Liabilities:Wages  -14 USD
      Assets:Stock  50 BREAD
        lot: "B-1"

    2025-01-04 * "Spread"
      Assets:Stock  -20 BREAD
      Liabilities:Wages  -10 USD
      Assets:Stock  40 SANDWICH
        lot: "W-1"

    2025-01-05 * "Sell"
      Assets:Stock  -30 SANDWICH @ 3.00 USD
      Assets:Bank

    2025-01-20 * "Haulier"
      Assets:Freight  100 USD
        landed-on: "^po-1"
      Liabilities:Payable
    """
    # 20 on flour in stock. 80 on the dough: 20 in stock, 60 on the bread: 36 in stock, 24 on the
    # sandwiches: 6 in stock and 18 sold.
    landed = {row["commodity"]: row["cost_landed"] for row in ledger.rows("lots")}
    assert ledger.errors == []
    assert landed == {"FLOUR": 20, "DOUGH": 20, "BREAD": 36, "SANDWICH": 24}
    assert held(ledger, "FLOUR", "F-1") == (20, 30)
    assert held(ledger, "DOUGH", "D-1") == (25, 32)
    assert held(ledger, "BREAD", "B-1") == (30, 66)
    assert held(ledger, "SANDWICH", "W-1") == (10, d("13.50"))
    assert ledger.lot("SANDWICH", "W-1")["cost_of_sales"] == d("40.50")
    check_laws(ledger)


def test_a_batch_taken_apart_gives_its_inputs_back_and_loses_its_conversion(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1.00 USD
        lot: "F-1"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F-2"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -20 FLOUR
      Liabilities:Wages  -10 USD
      Assets:Stock  10 CAKE
        lot: "B-1"

    2025-01-04 * "Take apart"
      Assets:Stock  -10 CAKE
      Assets:Stock  20 FLOUR
    """

    def all_back():
        return {
            row["lot"]: (row["units_on_hand"], row["cost_on_hand"]) for row in ledger.rows("lots")
        }

    assert ledger.errors == []
    assert all_back() == {"B-1": (0, 0), "F-1": (10, 10), "F-2": (10, 20)}

    assert balance(ledger, "Expenses:StockDifferences") == 10
    check_laws(ledger)


def test_a_leg_may_take_the_conversion_of_a_batch_taken_apart(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1.00 USD
        lot: "F-1"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F-2"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -20 FLOUR
      Liabilities:Wages  -10 USD
      Assets:Stock  10 CAKE
        lot: "B-1"

    2025-01-04 * "Take apart"
      Assets:Stock  -10 CAKE
      Assets:Stock  20 FLOUR
      Expenses:Rework  10 USD
    """

    def all_back():
        return {
            row["lot"]: (row["units_on_hand"], row["cost_on_hand"]) for row in ledger.rows("lots")
        }

    assert ledger.errors == []
    assert all_back() == {"B-1": (0, 0), "F-1": (10, 10), "F-2": (10, 20)}

    assert balance(ledger, "Expenses:Rework") == 10
    check_laws(ledger)


def test_the_conversion_of_a_batch_taken_apart_wants_an_account(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1.00 USD
        lot: "F-1"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F-2"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -20 FLOUR
      Liabilities:Wages  -10 USD
      Assets:Stock  10 CAKE
        lot: "B-1"

    2025-01-04 * "Take apart"
      Assets:Stock  -10 CAKE
      Assets:Stock  20 FLOUR
    """
    assert kinds(ledger) == [errors.MissingAccount]
    assert held(ledger, "CAKE", "B-1") == (10, 40)


def test_a_batch_taken_apart_gives_back_the_lots_that_are_named(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1.00 USD
        lot: "F-1"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F-2"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -20 FLOUR
      Liabilities:Wages  -10 USD
      Assets:Stock  10 CAKE
        lot: "B-1"

    2025-01-04 * "Take apart"
      Assets:Stock  -5 CAKE
      Assets:Stock  5 FLOUR
        lot: "F-1"
      Assets:Stock  5 FLOUR
        lot: "F-2"
    """
    assert ledger.errors == []
    assert held(ledger, "FLOUR", "F-1") == (5, 5)
    assert held(ledger, "FLOUR", "F-2") == (5, 10)
    assert held(ledger, "CAKE", "B-1") == (5, 20)
    assert balance(ledger, "Expenses:StockDifferences") == 5
    check_laws(ledger)


def test_a_batch_taken_apart_gives_back_no_more_than_went_in(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1.00 USD
        lot: "F-1"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F-2"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -20 FLOUR
      Liabilities:Wages  -10 USD
      Assets:Stock  10 CAKE
        lot: "B-1"

    2025-01-04 * "Take apart"
      Assets:Stock  -10 CAKE
      Assets:Stock  15 FLOUR
      Assets:Stock  15 FLOUR
    """
    assert kinds(ledger) == [errors.WrongShares]
    assert held(ledger, "CAKE", "B-1") == (10, 40)
    assert held(ledger, "FLOUR", "F-2") == (0, 0)


def test_freight_finds_flour_that_a_batch_gave_back(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1.00 USD
        lot: "F-1"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F-2"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -20 FLOUR
      Liabilities:Wages  -10 USD
      Assets:Stock  10 CAKE
        lot: "B-1"

    2025-01-04 * "Take apart"
      Assets:Stock  -10 CAKE
      Assets:Stock  20 FLOUR

    2025-01-05 * "Haulier"
      Assets:Freight  6 USD
        landed-on: "F-1, F-2"
        landed-by: "quantity"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert held(ledger, "FLOUR", "F-1") == (10, 13)
    assert held(ledger, "FLOUR", "F-2") == (10, 23)
    assert balance(ledger, "Expenses:StockDifferences") == 10
    check_laws(ledger)


def test_a_batch_that_uses_itself_up_is_an_error(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Starter"
      Assets:Stock  5 DOUGH @ 1.00 USD
        lot: "D-1"
      Assets:Stock  5 FLOUR @ 1.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Feed it"
      lot-kind: "production"
      Assets:Stock  -5 DOUGH
        lot: "D-1"
      Assets:Stock  -5 FLOUR
      Assets:Stock  10 DOUGH
        lot: "D-1"
    """
    (error,) = ledger.errors
    assert type(error) is errors.BatchCycle
    assert "makes lot D-1 of DOUGH" in error.message
    assert held(ledger, "DOUGH", "D-1") == (5, 5)
    assert held(ledger, "FLOUR", "F-1") == (5, 5)


def test_a_batch_that_uses_up_what_was_made_from_it_is_an_error(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Starter"
      Assets:Stock  5 DOUGH @ 1.00 USD
        lot: "D-1"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -4 DOUGH
      Assets:Stock  4 BREAD
        lot: "B-1"

    2025-01-04 * "Crumbs into the dough"
      Assets:Stock  -1 BREAD
      Liabilities:Wages  -1 USD
      Assets:Stock  9 DOUGH
        lot: "D-1"
    """
    assert kinds(ledger) == [errors.BatchCycle]
    assert held(ledger, "BREAD", "B-1") == (4, 4)


def test_two_batches_that_look_alike_both_bear_their_freight(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Mill"
      Assets:Stock  10 FLOUR @ 1.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Half of it east"
      Assets:Stock       -5 FLOUR
      Assets:Stock:East   5 FLOUR

    2025-01-03 * "Half of it west"
      Assets:Stock       -5 FLOUR
      Assets:Stock:West   5 FLOUR

    2025-01-04 * "Bake east"
      Assets:Stock:East  -5 FLOUR
      Assets:Stock        4 BREAD
        lot: "B-1"

    2025-01-04 * "Bake west"
      Assets:Stock:West  -5 FLOUR
      Assets:Stock        4 BREAD
        lot: "B-1"

    2025-01-05 * "Haulier"
      Assets:Freight  4 USD
        landed-on: "F-1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert held(ledger, "BREAD", "B-1") == (8, 14)
    assert money(ledger, "FLOUR", "F-1", "cost_landed", "cost_of_sales") == (0, 0)
    check_laws(ledger)


# Landed costs


DELIVERY = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-landed-cost: Assets:Freight

2025-01-01 commodity MILK
  unit-weight: 1
2025-01-01 commodity BUTTER
  unit-weight: 0.25

2025-01-02 * "Dairy" "Delivery, and the carrier's note" ^po-1
  Assets:Stock  30 MILK @ 1.00 USD
    lot: "M-1"
  Assets:Stock  10 BUTTER @ 9.00 USD
    lot: "U-1"
  Assets:Freight  13.00 USD
    landed-by: "{by}"
  Liabilities:Payable  -133.00 USD
"""


@pytest.mark.parametrize(
    ("by", "milk", "butter"),
    [
        ("value", "3.25", "9.75"),  # 30 of 120 and 90 of 120
        ("quantity", "9.75", "3.25"),  # 30 of 40 and 10 of 40
        ("weight", "12.00", "1.00"),  # 30 kg and 2.5 kg: 13 / 32.5 = 0.40 a kg
        ("equal", "6.50", "6.50"),
    ],
)
def test_freight_on_the_delivery_note_is_shared(by, milk, butter):
    ledger = load(DELIVERY.format(by=by))
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", "cost_received", "cost_landed") == (30, d(milk))
    assert money(ledger, "BUTTER", "U-1", "cost_received", "cost_landed") == (90, d(butter))
    assert balance(ledger, "Assets:Freight") == 0
    check_laws(ledger)


def test_late_freight_by_link_is_split_between_stock_and_cost_of_sales(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock  10 BUTTER @ 6.00 USD
        lot: "U-1"
      Liabilities:Payable

    2025-01-05 * "Cafe" ^inv-1
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-20 * "Haulier" "Invoiced late"
      Assets:Freight  20 USD
        landed-on: "^po-1"
        landed-by: "value"
      Liabilities:Payable
    """
    # 5 on the milk, of which 4 of 10 units are gone: 2.00; 15 on the butter.
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (5, 10, 15)
    assert held(ledger, "BUTTER", "U-1") == (10, 75)
    assert money(ledger, "MILK", "M-1", "revenue", "gross_margin") == (20, 10)
    check_laws(ledger)


def test_late_freight_by_lots_is_split_between_stock_and_cost_of_sales(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock  10 BUTTER @ 6.00 USD
        lot: "U-1"
      Liabilities:Payable

    2025-01-05 * "Cafe" ^inv-1
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-20 * "Haulier" "Invoiced late"
      Assets:Freight  20 USD
        landed-on: "M-1, U-1"
        landed-by: "quantity"
      Liabilities:Payable
    """
    # 10 each; of the milk's 4.00 are gone.
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (10, 12, 18)
    assert held(ledger, "BUTTER", "U-1") == (10, 70)
    check_laws(ledger)


def test_late_freight_on_one_lot_alone_is_split_between_stock_and_cost_of_sales(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock  10 BUTTER @ 6.00 USD
        lot: "U-1"
      Liabilities:Payable

    2025-01-05 * "Cafe" ^inv-1
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-20 * "Haulier" "Invoiced late"
      Assets:Freight  20 USD
        landed-on: "M-1"
        landed-by: "equal"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (20, 16, 24)
    assert held(ledger, "BUTTER", "U-1") == (10, 60)
    check_laws(ledger)


LATE_FREIGHT = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-landed-cost: Assets:Freight

2025-01-02 * "Dairy" ^po-1
  Assets:Stock  10 MILK @ 2.00 USD
    lot: "M-1"
  Assets:Stock  10 BUTTER @ 6.00 USD
    lot: "U-1"
  Liabilities:Payable

2025-01-05 * "Cafe" ^inv-1
  Assets:Stock  -4 MILK @ 5.00 USD
  Assets:Bank

2025-01-20 * "Haulier" "Invoiced late"
  Assets:Freight  20 USD
    landed-on: "^po-1"
    landed-by: "value"
  Liabilities:Payable
"""


def test_late_freight_changes_nothing_before_its_day():
    text = LATE_FREIGHT
    freight = text.index("2025-01-20")
    without, after = load(text[:freight]), load(text)
    for name in ("lots", "margins", "valuation", "movements"):
        day = date(2025, 1, 19)
        assert after.rows(name, at=day) == without.rows(name, at=day)
    (charge,) = [
        (entry.date, posting.units.number, posting.meta["lot"])
        for entry in after.entries
        if isinstance(entry, data.Transaction) and entry.payee == "Haulier"
        for posting in entry.postings
        if posting.account == "Expenses:CostOfSales"
    ]
    assert charge == (date(2025, 1, 20), 2, "M-1")
    (margin,) = after.rows("margins", since=date(2025, 1, 6), lot="M-1")
    assert (margin["cost_of_sales"], margin["gross_margin"]) == (2, -2)


def test_freight_in_another_currency_lands_at_the_price_of_its_leg(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  3 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-20 * "Haulier"
      Assets:Freight  10.00 EUR @ 1.11 USD
        landed-on: "^po-1"
      Liabilities:Payable  -10.00 EUR @ 1.11 USD
    """
    assert ledger.errors == []
    assert held(ledger, "MILK", "M-1") == (3, d("17.10"))
    assert ledger.lot("MILK", "M-1")["cost_landed"] == d("11.10")
    check_laws(ledger)


def test_freight_in_another_currency_lands_at_the_ledgers_last_price(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  3 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-10 price EUR 1.05 USD
    2025-01-25 price EUR 1.50 USD

    2025-01-20 * "Haulier"
      Assets:Freight  10.00 EUR
        landed-on: "^po-1"
      Liabilities:Payable  -10.00 EUR
    """
    assert ledger.errors == []
    assert held(ledger, "MILK", "M-1") == (3, d("16.50"))
    assert ledger.lot("MILK", "M-1")["cost_landed"] == d("10.50")
    check_laws(ledger)


def test_freight_in_a_currency_without_a_price_asks_for_the_line(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  3 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-20 * "Haulier"
      Assets:Freight  10.00 EUR
        landed-on: "^po-1"
      Liabilities:Payable  -10.00 EUR
    """
    (error,) = ledger.errors
    assert type(error) is errors.MissingPrice
    assert error.message == (
        "EUR are needed in USD on 2025-01-20, and the ledger has no price. "
        "Add: 2025-01-20 price EUR 1.00 USD"
    )
    assert held(ledger, "MILK", "M-1") == (3, 6)
    check_laws(ledger)


def test_an_allowance_makes_stock_and_sales_cheaper(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cafe"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-04 * "Dairy" "An allowance for the torn cartons"
      Assets:Freight  -5.00 USD
        landed-on: "M-1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (-5, 6, 9)
    check_laws(ledger)


def test_an_allowance_may_leave_goods_that_cost_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cafe"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-04 * "Dairy" "An allowance for the torn cartons"
      Assets:Freight  -20.00 USD
        landed-on: "M-1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (-20, 0, 0)
    check_laws(ledger)


def test_an_allowance_leaves_no_cost_below_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cafe"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-04 * "Dairy" "An allowance for the torn cartons"
      Assets:Freight  -20.02 USD
        landed-on: "M-1"
      Liabilities:Payable
    """
    (error,) = ledger.errors
    assert type(error) is errors.BelowZero
    assert (
        "takes 12.01 USD off lot M-1 of MILK, whose goods on hand cost 12.00 USD" in error.message
    )
    assert money(ledger, "MILK", "M-1", *LANDED) == (0, 8, 12)
    check_laws(ledger)


def test_freight_finds_goods_that_moved(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "To the shop"
      Assets:Stock:Main  -6 MILK
      Assets:Stock:Shop   6 MILK

    2025-01-04 * "Sell in the shop"
      Assets:Stock:Shop  -1 MILK @ 5.00 USD
      Assets:Bank

    2025-01-20 * "Haulier"
      Assets:Freight  2.00 USD
        landed-on: "^po-1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert held(ledger, "MILK", "M-1", account="Assets:Stock:Main") == (4, d("8.80"))
    assert held(ledger, "MILK", "M-1", account="Assets:Stock:Shop") == (5, d("11.00"))
    assert money(ledger, "MILK", "M-1", *LANDED) == (2, d("2.20"), d("19.80"))
    check_laws(ledger)


def test_freight_on_what_a_batch_used_goes_to_the_batch_on_hand_and_sold(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cheese"
      Assets:Stock  -6 MILK
      Assets:Stock   4 CHEESE
        lot: "C-1"

    2025-01-04 * "Sell"
      Assets:Stock  -1 CHEESE @ 9.00 USD
      Assets:Bank

    2025-01-20 * "Haulier"
      Assets:Freight  10.00 USD
        landed-on: "^po-1"
      Liabilities:Payable
    """
    # 4 on the milk in stock, 6 on the cheese: 4.50 in stock and 1.50 sold.
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (4, 0, 12)
    assert money(ledger, "CHEESE", "C-1", *LANDED) == (6, d("4.50"), d("13.50"))
    assert money(ledger, "CHEESE", "C-1", "cost_received", "gross_margin") == (12, d("4.50"))
    check_laws(ledger)


def test_freight_rests_on_no_units_that_went_back_to_the_supplier(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Dairy" "Four were sour"
      Assets:Stock  -4 MILK
        lot-kind: "purchase-return"
      Liabilities:Payable

    2025-01-20 * "Haulier"
      Assets:Freight  3.00 USD
        landed-on: "^po-1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (3, 0, 15)
    assert money(ledger, "MILK", "M-1", "units_received", "cost_received") == (6, 12)
    check_laws(ledger)


def test_freight_rests_on_units_a_customer_returned_before(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cafe" ^inv-1
      Assets:Stock  -5 MILK @ 5.00 USD
      Assets:Bank

    2025-01-20 * "Haulier"
      Assets:Freight  10.00 USD
        landed-on: "^po-1"
      Liabilities:Payable

    2025-01-10 * "Cafe" "Two come back" ^inv-1
      Assets:Stock  2 MILK @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Bank
    """
    # Three of ten are gone.
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (10, 9, 21)
    check_laws(ledger)


def test_units_a_customer_returns_after_the_freight_come_back_at_what_they_left_at(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Cafe" ^inv-1
      Assets:Stock  -5 MILK @ 5.00 USD
      Assets:Bank

    2025-01-05 * "Haulier"
      Assets:Freight  10.00 USD
        landed-on: "^po-1"
      Liabilities:Payable

    2025-01-10 * "Cafe" "Two come back" ^inv-1
      Assets:Stock  2 MILK @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Bank
    """
    # Five of ten were gone: 5.00 stay in cost of sales. The two come back at 2.00.
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (10, 11, 19)
    check_laws(ledger)


def test_two_freight_bills_on_one_lot(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" ^po-1
      Assets:Stock  3 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-05 * "Haulier"
      Assets:Freight  1.00 USD
        landed-on: "^po-1"
      Liabilities:Payable

    2025-01-06 * "Sell"
      Assets:Stock  -1 MILK @ 5.00 USD
      Assets:Bank

    2025-01-07 * "Customs"
      Assets:Freight  1.00 USD
        landed-on: "M-1"
      Liabilities:Payable
    """
    # 4.00 over 3: one leaves at 1.33, and 0.33 of the duty after it; 0.67 stay on two.
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (2, d("1.66"), d("3.34"))
    check_laws(ledger)


def test_freight_on_kilograms_and_grams(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Roaster" ^po-1
      Assets:Stock  12.345 COFFEE @ 9.87 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-05 * "Sell"
      Assets:Stock  -2.115 COFFEE @ 20.00 USD
      Assets:Bank

    2025-01-07 * "Haulier"
      Assets:Freight  7.77 USD
        landed-on: "^po-1"
      Liabilities:Payable

    2025-01-08 * "Sell the rest"
      Assets:Stock  -10.23 COFFEE @ 20.00 USD
      Assets:Bank
    """
    # 121.85, of which 20.88 left; 7.77 * 10.23 / 12.345 = 6.4388 and 1.3312.
    assert ledger.errors == []
    assert money(ledger, "COFFEE", "K-1", *LANDED, at=date(2025, 1, 7)) == (
        d("7.77"),
        d("22.21"),
        d("107.41"),
    )
    assert money(ledger, "COFFEE", "K-1", *LANDED) == (d("7.77"), d("129.62"), 0)
    assert held(ledger, "COFFEE", "K-1") == (0, 0)
    check_laws(ledger)


def test_freight_beside_goods_that_are_refused_is_no_second_error(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 EUR
        lot: "M-1"
      Assets:Freight  3.00 EUR
        landed-by: "value"
      Liabilities:Payable

    2025-01-04 * "Dairy"
      Assets:Stock  10 MILK
        lot: "M-2"
      Assets:Freight  3.00 USD
        landed-by: "value"
      Liabilities:Payable
    """
    assert kinds(ledger) == [errors.MissingCost, errors.TwoCurrencies]
    assert held(ledger, "MILK", "M-1") == (10, 20)


# Write-downs


def test_under_ifrs_a_recovery_goes_as_far_as_the_units_on_hand_were_written_down(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-01 custom "lotcost" "framework" "ifrs"

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "M-1" 1.20 USD

    2025-02-05 * "Sell"
      Assets:Stock  -4 MILK @ 1.50 USD
      Assets:Bank

    2025-02-28 custom "lot-write-down" "MILK" "M-1" 5.00 USD
    """
    # 8.00 down; 4 leave at 1.20 with 3.20 of it; 4.80 come back.
    then = money(
        ledger,
        "MILK",
        "M-1",
        "cost_written_down",
        "cost_of_sales",
        "cost_on_hand",
        at=date(2025, 2, 27),
    )
    now = money(ledger, "MILK", "M-1", "cost_written_down", "cost_of_sales", "cost_on_hand")
    assert ledger.errors == []
    assert then == (8, d("4.80"), d("7.20"))
    assert now == (d("3.20"), d("4.80"), 12)
    assert balance(ledger, "Expenses:WriteDown") == d("3.20")
    check_laws(ledger)


def test_under_us_gaap_nothing_comes_back(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-01 custom "lotcost" "framework" "us-gaap"

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "M-1" 1.20 USD

    2025-02-05 * "Sell"
      Assets:Stock  -4 MILK @ 1.50 USD
      Assets:Bank

    2025-02-28 custom "lot-write-down" "MILK" "M-1" 5.00 USD
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", "cost_written_down", "cost_of_sales", "cost_on_hand") == (
        8,
        d("4.80"),
        d("7.20"),
    )
    assert balance(ledger, "Expenses:WriteDown") == 8
    check_laws(ledger)


def test_a_partial_recovery_comes_back_in_part(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-01 custom "lotcost" "framework" "ifrs"

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "M-1" 1.20 USD

    2025-02-05 * "Sell"
      Assets:Stock  -4 MILK @ 1.50 USD
      Assets:Bank

    2025-02-28 custom "lot-write-down" "MILK" "M-1" 1.70 USD
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", "cost_written_down", "cost_of_sales", "cost_on_hand") == (
        5,
        d("4.80"),
        d("10.20"),
    )
    check_laws(ledger)


def test_a_write_down_keeps_the_order_and_the_day_of_a_lot(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-02 * "Dairy"
      Assets:Stock  5 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-03 * "Dairy"
      Assets:Stock  5 MILK @ 3.00 USD
        lot: "M-2"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "M-1" 1.20 USD

    2025-02-05 * "Sell"
      Assets:Stock  -6 MILK @ 4.00 USD
      Assets:Bank
    """
    sale = next(entry for entry in reversed(ledger.entries) if isinstance(entry, data.Transaction))
    assert ledger.errors == []
    assert [
        (each.units.number, each.cost.number, each.cost.date, each.cost.label)
        for each in sale.postings
        if each.cost is not None
    ] == [
        (-5, d("1.20"), date(2025, 1, 2), "M-1"),
        (-1, d("3.00"), date(2025, 1, 3), "M-2"),
    ]
    assert money(ledger, "MILK", "M-1", "cost_written_down", "cost_of_sales", "received") == (
        4,
        6,
        date(2025, 1, 2),
    )
    check_laws(ledger)


def test_a_write_down_without_its_account_is_an_error(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy"
      Assets:Stock  5 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "M-1" 1.20 USD
    """
    (error,) = ledger.errors
    assert type(error) is errors.MissingAccount
    assert error.message.endswith("lot-write-down: Expenses:WriteDown")
    assert held(ledger, "MILK", "M-1") == (5, 10)
    check_laws(ledger)


def test_a_write_down_that_changes_nothing_books_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-02 * "Dairy"
      Assets:Stock  5 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-31 custom "lot-write-down" "MILK" "M-1" 2.00 USD

    2025-02-01 * "Sell"
      Assets:Stock  -5 MILK @ 4.00 USD
      Assets:Bank

    2025-02-02 custom "lot-write-down" "MILK" "M-1" 1.00 USD
    """
    assert ledger.errors == []
    assert all(entry.postings for entry in ledger.entries if isinstance(entry, data.Transaction))
    assert ledger.lot("MILK", "M-1")["cost_written_down"] == 0
    check_laws(ledger)


# Counts


def test_a_count_that_agrees_books_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @@ 10.01 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 * "The evening's last sale"
      Assets:Stock  -3 MILK @ 4.00 USD
      Assets:Bank

    2025-01-31 custom "lot-count" Assets:Stock "M-1" 7 MILK
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", "units_adjusted", "units_on_hand") == (0, 7)
    check_laws(ledger)


def test_a_count_is_of_the_evening_wherever_it_stands_in_the_file(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-adjustment: Expenses:StockDifferences

    2025-01-31 custom "lot-count" Assets:Stock "M-1" 7 MILK

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @@ 10.01 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 * "Sell"
      Assets:Stock  -3 MILK @ 4.00 USD
      Assets:Bank
    """
    assert ledger.errors == []
    check_laws(ledger)


def test_a_count_that_differs_is_an_error_and_books_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @@ 10.01 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 custom "lot-count" Assets:Stock "M-1" 9 MILK
    """
    assert kinds(ledger) == [errors.CountDiffers]
    assert held(ledger, "MILK", "M-1") == (10, d("10.01"))
    check_laws(ledger)


def test_what_a_count_misses_leaves_at_the_cost_of_its_lot(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @@ 10.01 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 custom "lot-count" Assets:Stock "M-1" 7 MILK
      adjust: TRUE
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", "units_adjusted", "cost_adjusted") == (-3, d("-3.00"))
    assert held(ledger, "MILK", "M-1") == (7, d("7.01"))
    assert balance(ledger, "Expenses:StockDifferences") == d("3.00")
    check_laws(ledger)


def test_what_a_count_finds_comes_in_at_the_cost_of_its_lot(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @@ 10.01 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 custom "lot-count" Assets:Stock "M-1" 12 MILK
      adjust: TRUE
    """
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", "units_adjusted", "cost_adjusted") == (2, d("2.00"))
    assert held(ledger, "MILK", "M-1") == (12, d("12.01"))
    assert balance(ledger, "Expenses:StockDifferences") == d("-2.00")
    check_laws(ledger)


FOUND = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-cost-of-sales: Expenses:CostOfSales
  lot-adjustment: Expenses:StockDifferences

2025-01-02 * "Dairy"
  Assets:Stock  3 MILK @@ 1.00 USD
    lot: "M-1"
  Liabilities:Payable

2025-01-03 * "Found"
  Assets:Stock  1 MILK {cost}
    lot: "M-1"
  Expenses:StockDifferences

2025-01-04 * "Sell"
  Assets:Stock  -2 MILK
  Expenses:CostOfSales
"""


@pytest.mark.parametrize(
    ("cost", "sold"), (("", "0.66"), ("@ 0.33 USD", "0.66"), ("@ 0.34 USD", "0.67"))
)
def test_to_write_the_cost_that_found_goods_would_take_changes_nothing(cost, sold):
    ledger = load(FOUND.format(cost=cost))
    # All four are one layer of 1.33, or three of 1.00 leave before the one found.
    assert ledger.errors == []
    assert balance(ledger, "Expenses:CostOfSales") == d(sold)
    check_laws(ledger)


def test_a_lot_that_a_count_finds_takes_the_cost_it_is_given(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 custom "lot-count" Assets:Stock "M-9" 3 MILK
      adjust: TRUE
      cost: 1.50 USD
      expires: 2025-03-01
    """
    assert ledger.errors == []
    assert held(ledger, "MILK", "M-9") == (3, d("4.50"))
    assert ledger.lot("MILK", "M-9")["expires"] == date(2025, 3, 1)
    check_laws(ledger)


def test_a_lot_that_a_count_finds_takes_the_last_cost_of_its_goods(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 custom "lot-count" Assets:Stock "M-9" 3 MILK
      adjust: TRUE
      at-last-cost: TRUE
      expires: 2025-03-01
    """
    assert ledger.errors == []
    assert held(ledger, "MILK", "M-9") == (3, d("3.00"))
    assert ledger.lot("MILK", "M-9")["expires"] == date(2025, 3, 1)
    check_laws(ledger)


def test_a_count_in_other_goods_knows_no_such_lot(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @@ 10.01 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 custom "lot-count" Assets:Stock "M-1" 10 CREAM
    """
    assert kinds(ledger) == [errors.CountUncosted]
    check_laws(ledger)


def test_a_gram_found_sets_no_price_for_what_is_found_after_it(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Mill"
      Assets:Stock  12 FLOUR @@ 100.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-30 custom "lot-count" Assets:Stock "F-1" 12.001 FLOUR
      adjust: TRUE
    2025-01-31 custom "lot-count" Assets:Stock "F-1" 24.001 FLOUR
      adjust: TRUE
    """
    # The gram is a cent; 100.01 over 12.001 are 8.3335 a kilogram, and not 10.00.
    assert ledger.errors == []
    assert held(ledger, "FLOUR", "F-1", at=date(2025, 1, 30)) == (d("12.001"), d("100.01"))
    assert held(ledger, "FLOUR", "F-1") == (d("24.001"), d("200.01"))
    check_laws(ledger)


def test_a_lot_is_counted_once_a_day(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @@ 10.01 USD
        lot: "M-1"
      Liabilities:Payable


    2025-01-31 custom "lot-count" Assets:Stock "M-1" 9 MILK
      adjust: TRUE
    2025-01-31 custom "lot-count" Assets:Stock "M-1" 8 MILK
      adjust: TRUE
    """
    assert kinds(ledger) == [errors.TwoLots]
    assert ledger.lot("MILK", "M-1")["units_on_hand"] == 9
    check_laws(ledger)


# Averages


def test_a_sale_leaves_at_the_average_of_what_is_there(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Roaster"
      Assets:Stock:Main  100 COFFEE @ 1.00 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-03 * "Sell"
      Assets:Stock:Main  -40 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank

    2025-01-04 * "Roaster"
      Assets:Stock:Main  40 COFFEE @ 2.00 USD
        lot: "K-2"
      Liabilities:Payable

    2025-01-05 * "Sell"
      Assets:Stock:Main  -50 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank
    """

    def by_lot(*names, **question):
        return {
            row["lot"]: tuple(row[name] for name in names)
            for row in ledger.rows("lots", **question)
        }

    # 60 at 1.00 and 40 at 2.00 are 1.40 each: the named lot leaves at 1.40, and 50 are left at it.
    assert ledger.errors == []
    assert by_lot("units_sold", "cost_of_sales") == {"K-1": (90, 110), "K-2": (0, 0)}
    assert by_lot("units_on_hand", "cost_on_hand", "unit_cost") == {
        "K-1": (10, 14, d("1.40")),
        "K-2": (40, 56, d("1.40")),
    }
    check_laws(ledger)


THERE_AND_BACK = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "average"
  lot-cost-of-sales: Expenses:CostOfSales

2025-01-02 * "Farm"
  Assets:Stock:Main  3 MILK @@ 0.03 USD
    lot: "M-1"
  Assets:Stock:Main  1 MILK @@ 0.04 USD
    lot: "M-2"
  Liabilities:Payable

2025-01-03 * "Sell"
  Assets:Stock:Main  -2 MILK
  Expenses:CostOfSales

{moved}

2025-01-06 * "Sell"
  Assets:Stock:Main  -1 MILK
  Expenses:CostOfSales
"""
BARE = """
2025-01-04 * "There"
  Assets:Stock:Main  -2 MILK
  Assets:Stock:Shop  2 MILK

2025-01-05 * "Back"
  Assets:Stock:Shop  -2 MILK
  Assets:Stock:Main  2 MILK
"""
NAMED = """
2025-01-04 * "There"
  Assets:Stock:Main  -1 MILK
    lot: "M-1"
  Assets:Stock:Main  -1 MILK
    lot: "M-2"
  Assets:Stock:Shop  1 MILK
    lot: "M-1"
  Assets:Stock:Shop  1 MILK
    lot: "M-2"

2025-01-05 * "Back"
  Assets:Stock:Shop  -1 MILK
    lot: "M-1"
  Assets:Stock:Shop  -1 MILK
    lot: "M-2"
  Assets:Stock:Main  1 MILK
    lot: "M-1"
  Assets:Stock:Main  1 MILK
    lot: "M-2"
"""


@pytest.mark.parametrize("moved", ("", BARE, NAMED))
def test_two_lots_that_move_there_and_back_leave_the_average_as_it_was(moved):
    ledger = load(THERE_AND_BACK.format(moved=moved))
    # 7 cents over 4: 2, 2, 1, 2. In the shop the two that are left cost 2 and 1.
    assert ledger.errors == []
    assert balance(ledger, "Expenses:CostOfSales") == d("0.05")
    check_laws(ledger)


def test_what_averaging_moves_between_lots_is_adjusted_and_nothing_over_all(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Roaster"
      Assets:Stock:Main  100 COFFEE @ 1.00 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-03 * "Sell"
      Assets:Stock:Main  -40 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank

    2025-01-04 * "Roaster"
      Assets:Stock:Main  40 COFFEE @ 2.00 USD
        lot: "K-2"
      Liabilities:Payable

    2025-01-05 * "Sell"
      Assets:Stock:Main  -50 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank
    """

    def by_lot(*names, **question):
        return {
            row["lot"]: tuple(row[name] for name in names)
            for row in ledger.rows("lots", **question)
        }

    assert by_lot("cost_received", "cost_adjusted") == {"K-1": (100, 24), "K-2": (80, -24)}
    check_laws(ledger)


def test_a_lot_asked_for_alone_carries_what_it_carries_among_all(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Roaster"
      Assets:Stock:Main  100 COFFEE @ 1.00 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-03 * "Sell"
      Assets:Stock:Main  -40 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank

    2025-01-04 * "Roaster"
      Assets:Stock:Main  40 COFFEE @ 2.00 USD
        lot: "K-2"
      Liabilities:Payable

    2025-01-05 * "Sell"
      Assets:Stock:Main  -50 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank
    """
    assert held(ledger, "COFFEE", "K-1") == (10, 14)
    assert held(ledger, "COFFEE", "K-2") == (40, 56)


def test_each_freight_beside_a_receipt_is_landed_also_one_that_says_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy" "Delivery, freight and duty" ^po-2
      Assets:Stock  10 MILK @ 3.00 USD
        lot: "M-1"
      Assets:Stock  20 EGGS @ 1.00 USD
        lot: "E-1"
      Assets:Freight  6.00 USD
        landed-by: "quantity"
      Assets:Freight  5.00 USD
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert ledger.lot("MILK", "M-1")["cost_landed"] == 2 + 3
    assert ledger.lot("EGGS", "E-1")["cost_landed"] == 4 + 2
    assert balance(ledger, "Assets:Freight") == 0
    check_laws(ledger)


def test_an_account_opened_for_its_goods_alone_holds_what_rounding_leaves(ledger):
    """
    plugin "beancount_lotcost"

    2025-01-01 open Assets:Stock  FLOUR
      lot-method: "fifo"
      lot-write-off: Expenses:WriteOff
    2025-01-01 open Expenses:WriteOff
    2025-01-01 open Liabilities:Payable

    2025-01-02 * "Mill" "Delivery"
      Assets:Stock  3.5 FLOUR @@ 10.01 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Lost"
      Assets:Stock  -1.3 FLOUR
        reason: "theft"

    2025-01-04 * "What it is not opened for is an error still"
      Assets:Stock  1 SALT @ 1.00 USD
        lot: "S-1"
      Liabilities:Payable
    """
    (error,) = ledger.errors
    assert error.message == "Invalid currency SALT for account 'Assets:Stock'"
    assert ledger.lot("FLOUR", "F-1")["cost_written_off"] == Decimal("3.72")
    assert ledger.lot("FLOUR", "F-1")["cost_on_hand"] == Decimal("6.29")


def test_a_freight_of_nothing_in_another_currency_lands_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-01 price EUR 1.10 USD

    2025-01-02 * "Mill" "Delivery"
      Assets:Stock  10 FLOUR @ 2.00 EUR
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Haulier" "Free of charge"
      Assets:Freight  0.00 USD
        landed-on: "F-1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert held(ledger, "FLOUR", "F-1") == (10, 20)


def test_a_batch_bears_no_money_of_other_goods_in_its_transaction(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Mill" "Delivery"
      Assets:Stock  100 FLOUR @ 2.00 USD
        lot: "F-1"
      Assets:Stock  10 MILK @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-13 * "A batch; milk is sold, and sugar bought"
      Assets:Stock  -50 FLOUR
      Liabilities:Wages  -30.00 USD
      Assets:Stock  10 CAKE
        lot: "C-1"
      Assets:Stock  -1 MILK @ 20.00 USD
        lot-kind: "sale"
      Assets:Receivable  20.00 USD
      Assets:Stock  5 SUGAR @ 2.00 USD
        lot: "S-1"
      Liabilities:Payable  -10.00 USD
    """
    assert ledger.errors == []
    assert held(ledger, "CAKE", "C-1") == (10, 130)
    check_laws(ledger)


def test_scrap_and_fees_on_the_account_that_takes_the_cost_are_not_the_cost(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff

    2025-01-02 * "Mill" "Delivery"
      Assets:Stock  10 FLOUR @ 3.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Wet sacks, sold as feed"
      Assets:Stock  -5 FLOUR
        reason: "damaged"
      Assets:Cash        4.00 USD
      Expenses:WriteOff  -4.00 USD

    2025-01-04 * "Wet sack, less what it earned as feed"
      Assets:Stock  -1 FLOUR
        reason: "damaged"
      Assets:Cash        1.00 USD
      Expenses:WriteOff  2.00 USD

    2025-01-05 * "Cafe" "Invoice, and the courier"
      Assets:Stock  -2 FLOUR @ 5.00 USD
      Assets:Cash           9.00 USD
      Expenses:CostOfSales  1.00 USD
    """
    assert ledger.errors == []
    row = ledger.lot("FLOUR", "F-1")
    assert (row["cost_written_off"], row["cost_of_sales"], row["cost_on_hand"]) == (18, 6, 6)
    assert balance(ledger, "Expenses:WriteOff") == Decimal("13.00")
    assert balance(ledger, "Expenses:CostOfSales") == Decimal("7.00")
    check_laws(ledger)


def test_a_cost_that_is_written_on_another_account_is_not_added_again(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
      lot-adjustment: Expenses:Differences

    2025-01-02 * "Mill" "Delivery"
      Assets:Stock  10 FLOUR @ 3.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "For the school"
      Assets:Stock  -2 FLOUR
        reason: "sample"
      Expenses:Gifts  6.00 USD

    2025-01-04 * "Cafe" "Invoice; a sack was torn, and is written off on its account"
      Assets:Stock  -2 FLOUR @ 5.00 USD
        lot-kind: "sale"
      Assets:Stock  -1 FLOUR
        reason: "damaged"
      Assets:Cash               10.00 USD
      Expenses:CostOfSales:Dry   6.00 USD
      Expenses:WriteOff          3.00 USD

    2025-01-05 * "Found, at what it cost"
      Assets:Stock  1 FLOUR @ 2.00 USD
        lot: "F-2"
      Expenses:Differences  -2.00 USD
    """
    assert ledger.errors == []
    assert balance(ledger, "Expenses:Gifts") == Decimal("6.00")
    assert balance(ledger, "Expenses:CostOfSales:Dry") == Decimal("6.00")
    assert balance(ledger, "Expenses:CostOfSales") == 0
    assert balance(ledger, "Expenses:WriteOff") == Decimal("3.00")
    assert balance(ledger, "Expenses:Differences") == Decimal("-2.00")
    row = ledger.lot("FLOUR", "F-1")
    assert (row["cost_written_off"], row["cost_of_sales"], row["cost_on_hand"]) == (9, 6, 15)
    check_laws(ledger)


def test_an_elided_leg_does_not_make_up_for_a_cost_that_is_written_wrong(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Mill" "Delivery"
      Assets:Stock  10 FLOUR @ 3.00 USD
        lot: "F-1"
      Liabilities:Payable

    2025-01-03 * "Cafe" "As it is"
      Assets:Stock  -2 FLOUR @ 5.00 USD
      Expenses:CostOfSales  6.00 USD
      Assets:Cash

    2025-01-04 * "Cafe" "A dollar short"
      Assets:Stock  -2 FLOUR
      Expenses:CostOfSales  5.00 USD
      Assets:Till   10.00 USD
      Income:Other
    """
    (error,) = ledger.errors
    assert error.message == "Transaction does not balance: (-6.00 USD)"
    assert balance(ledger, "Assets:Cash") == Decimal("10.00")
    assert balance(ledger, "Income:Other") == Decimal("-15.00")


def test_an_average_that_is_used_up_begins_anew_in_another_currency(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-write-off: Expenses:WriteOff

    2025-01-02 * "Tokyo" "Delivery"
      Assets:Stock  10 TEA @ 400 JPY
        lot: "T-1"
      Liabilities:Payable

    2025-01-03 * "All of it is lost"
      Assets:Stock  -10 TEA
        reason: "theft"

    2025-01-04 * "Boston" "Delivery"
      Assets:Stock  3 TEA @@ 10.00 USD
        lot: "T-2"
      Liabilities:Payable

    2025-01-05 * "Boston" "Delivery"
      Assets:Stock  3 TEA @@ 11.00 USD
        lot: "T-3"
      Liabilities:Payable

    2025-01-06 * "Lost"
      Assets:Stock  -1 TEA
        reason: "theft"
    """
    assert ledger.errors == []
    (row,) = ledger.rows("valuation", at=date(2025, 1, 4))
    assert (row["currency"], row["cost_on_hand"]) == ("USD", 10)
    (row,) = ledger.rows("valuation")
    assert (row["units_on_hand"], row["cost_on_hand"]) == (5, Decimal("17.50"))
    assert ledger.lot("TEA", "T-2")["cost_written_off"] == Decimal("3.50")
    check_laws(ledger)


def test_goods_that_come_in_at_two_currencies_have_no_average(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-01 open Assets:Stock:Average
      lot-method: "average"

    2025-01-02 * "Boston" "Delivery"
      Assets:Stock:Main  10 TEA @ 5.00 USD
        lot: "T-1"
      Liabilities:Payable

    2025-01-02 * "Ghent" "Delivery"
      Assets:Stock:Average  10 TEA @ 4.00 EUR
        lot: "T-2"
      Liabilities:Payable

    2025-01-03 * "Cafe" "Invoice"
      Assets:Stock:Main  -2 TEA @ 9.00 USD
      Assets:Cash

    2025-01-04 * "Cafe" "It comes back to where the other tea is"
      Assets:Stock:Average  1 TEA @ 9.00 USD
        lot-kind: "sale-return"
      Assets:Cash

    2025-01-05 * "Blend"
      Assets:Stock:Main  -4 TEA
      Assets:Stock:Main   4 BLEND
        lot: "B-1"

    2025-01-06 * "Taken apart, to where the other tea is"
      Assets:Stock:Main     -4 BLEND
      Assets:Stock:Average   4 TEA

    2025-01-07 * "Cafe" "It comes back to where it left"
      Assets:Stock:Main  2 TEA @ 9.00 USD
        lot-kind: "sale-return"
      Assets:Cash
    """
    assert kinds(ledger) == [errors.MixedMoney, errors.MixedMoney]
    assert held(ledger, "TEA", "T-1") == (6, 30)
    assert held(ledger, "TEA", "T-2") == (10, 40)
    assert held(ledger, "BLEND", "B-1") == (4, 20)


def test_lots_of_two_currencies_do_not_move_into_one_average_together(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-01 open Assets:Stock:One
      lot-method: "average"

    2025-01-01 open Assets:Stock:Other
      lot-method: "average"

    2025-01-02 * "Boston and Ghent" "Delivery"
      Assets:Stock:Main  10 TEA @ 5.00 USD
        lot: "T-1"
      Assets:Stock:Main  10 TEA @ 4.00 EUR
        lot: "T-2"
      Liabilities:Payable

    2025-01-03 * "Both to one"
      Assets:Stock:Main  -15 TEA
      Assets:Stock:One    15 TEA

    2025-01-04 * "One to each"
      Assets:Stock:Main   -10 TEA
        lot: "T-1"
      Assets:Stock:Main   -10 TEA
        lot: "T-2"
      Assets:Stock:One     10 TEA
        lot: "T-1"
      Assets:Stock:Other   10 TEA
        lot: "T-2"
    """
    assert kinds(ledger) == [errors.MixedMoney]
    rows = ledger.rows("lots", by="account")
    on_hand = [(row["account"], row["cost_on_hand"]) for row in rows if row["units_on_hand"]]
    assert on_hand == [("Assets:Stock:One", 50), ("Assets:Stock:Other", 40)]


def test_each_account_has_an_average_of_its_own(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Roaster"
      Assets:Stock:Main  100 COFFEE @ 1.00 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-03 * "Sell"
      Assets:Stock:Main  -40 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank

    2025-01-04 * "Roaster"
      Assets:Stock:Main  40 COFFEE @ 2.00 USD
        lot: "K-2"
      Liabilities:Payable

    2025-01-05 * "Sell"
      Assets:Stock:Main  -50 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank

    2025-01-06 * "Roaster"
      Assets:Stock:Shop  10 COFFEE @ 3.00 USD
        lot: "K-3"
      Liabilities:Payable

    2025-01-07 * "To the shop"
      Assets:Stock:Main  -10 COFFEE
      Assets:Stock:Shop   10 COFFEE

    2025-01-08 * "Sell in the shop"
      Assets:Stock:Shop  -5 COFFEE @ 5.00 USD
      Assets:Bank
    """

    # 10 at 1.40 join 10 at 3.00: 44 over 20 are 2.20.
    def cost(account, day):
        rows = ledger.rows("valuation", account=account, at=date(2025, 1, day))
        return [
            (row["units_on_hand"], row["cost_on_hand"]) for row in rows if row["account"] == account
        ]

    assert ledger.errors == []
    assert cost("Assets:Stock:Main", 8) == [(40, 56)]
    assert cost("Assets:Stock:Shop", 7) == [(20, 44)]
    assert cost("Assets:Stock:Shop", 8) == [(15, 33)]
    check_laws(ledger)


def test_returns_under_average_both_ways(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Roaster"
      Assets:Stock:Main  100 COFFEE @ 1.00 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-03 * "Sell"
      Assets:Stock:Main  -40 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank

    2025-01-04 * "Roaster"
      Assets:Stock:Main  40 COFFEE @ 2.00 USD
        lot: "K-2"
      Liabilities:Payable

    2025-01-05 * "Sell"
      Assets:Stock:Main  -50 COFFEE @ 3.00 USD
        lot: "K-1"
      Assets:Bank

    2025-01-06 * "They return ten, at what they left at"
      Assets:Stock:Main  10 COFFEE @ 3.00 USD
        lot: "K-1"
        lot-kind: "sale-return"
      Assets:Bank

    2025-01-07 * "Roaster" "We return twenty, at the average"
      Assets:Stock:Main  -20 COFFEE
        lot: "K-2"
        lot-kind: "purchase-return"
      Liabilities:Payable
    """

    def by_lot(*names, **question):
        return {
            row["lot"]: tuple(row[name] for name in names)
            for row in ledger.rows("lots", **question)
        }

    assert ledger.errors == []
    assert by_lot("units_sold", "cost_of_sales")["K-1"] == (80, 96)
    assert by_lot("units_received", "cost_received")["K-2"] == (20, 52)
    assert by_lot("units_on_hand", "cost_on_hand") == {"K-1": (20, 28), "K-2": (20, 28)}
    check_laws(ledger)


def test_an_average_that_does_not_end_leaves_to_the_cent(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Roaster"
      Assets:Stock  3 COFFEE @@ 10.00 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-03 * "Roaster"
      Assets:Stock  4 COFFEE @@ 11.00 USD
        lot: "K-2"
      Liabilities:Payable

    2025-01-04 * "Sell"
      Assets:Stock  -2 COFFEE @ 5.00 USD
        lot: "K-2"
      Assets:Bank

    2025-01-05 * "Sell the rest"
      Assets:Stock  -5 COFFEE @ 5.00 USD
      Assets:Bank
    """

    def total(name, day):
        return sum(row[name] for row in ledger.rows("lots", at=date(2025, 1, day)))

    assert ledger.errors == []
    assert (total("cost_of_sales", 4), total("cost_on_hand", 4)) == (6, 15)
    assert (total("cost_of_sales", 5), total("cost_on_hand", 5)) == (21, 0)
    check_laws(ledger)


def test_freight_and_a_write_down_rest_on_the_average(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight
      lot-write-down: Expenses:WriteDown

    2025-01-02 * "Roaster"
      Assets:Stock  10 COFFEE @ 1.00 USD
        lot: "K-1"
      Assets:Stock  10 COFFEE @ 2.00 USD
        lot: "K-2"
      Liabilities:Payable

    2025-01-03 * "Haulier"
      Assets:Freight  10.00 USD
        landed-on: "K-1"
      Liabilities:Payable

    2025-01-04 * "Sell"
      Assets:Stock  -10 COFFEE @ 3.00 USD
        lot: "K-2"
      Assets:Bank

    2025-01-05 custom "lot-write-down" "COFFEE" "K-1" 1.50 USD
    """

    def by_lot(*names, **question):
        return {
            row["lot"]: tuple(row[name] for name in names)
            for row in ledger.rows("lots", **question)
        }

    # 10, 20 and 10 over 20 are 2.00; then 10 at 1.50.
    assert ledger.errors == []
    assert by_lot("cost_landed", "cost_of_sales") == {"K-1": (10, 0), "K-2": (0, 20)}
    assert by_lot("cost_written_down", "cost_on_hand") == {"K-1": (5, 15), "K-2": (0, 0)}
    check_laws(ledger)


def test_two_receipts_into_one_lot_may_cost_their_average(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-within: "average"

    2025-01-02 * "Roaster"
      Assets:Stock  10 COFFEE @ 1.00 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-03 * "Roaster"
      Assets:Stock  30 COFFEE @ 2.00 USD
        lot: "K-1"
      Liabilities:Payable

    2025-01-04 * "Roaster"
      Assets:Stock  10 COFFEE @ 9.00 USD
        lot: "K-2"
      Liabilities:Payable

    2025-01-05 * "Sell"
      Assets:Stock  -20 COFFEE @ 10.00 USD
      Assets:Bank
    """
    # 70 over 40 are 1.75; the other lot stays at its own cost.
    assert ledger.errors == []
    assert money(ledger, "COFFEE", "K-1", "cost_of_sales", "cost_on_hand") == (35, 35)
    assert held(ledger, "COFFEE", "K-2") == (10, 90)
    check_laws(ledger)


# Statuses


STATUS = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
  lot-adjustment: Expenses:StockDifferences
  lot-write-down: Expenses:WriteDown

2025-01-02 * "Farm"
  Assets:Stock  20 EGGS @ 0.50 USD
    lot: "E-1"
  Liabilities:Payable

2025-01-10 custom "lot-status" "EGGS" "E-1" "{status}"
2025-01-20 custom "lot-status" "EGGS" "E-1" "released"

2025-01-{day} * "It happens"
{legs}
"""


@pytest.mark.parametrize("status", ["quarantine", "recalled"])
@pytest.mark.parametrize(
    ("day", "barred"), [("09", False), ("10", True), ("19", True), ("20", False)]
)
@pytest.mark.parametrize(
    ("legs", "uses_up"),
    [
        pytest.param('Assets:Stock  -1 EGGS @ 1 USD|  lot: "E-1"|Assets:Bank', True, id="sale"),
        pytest.param(
            'Assets:Stock  -1 EGGS|  lot: "E-1"|Assets:Stock  1 CAKE|  lot: "C-1"',
            True,
            id="production",
        ),
        pytest.param('Assets:Stock  -1 EGGS|  reason: "damaged"', False, id="write-off"),
        pytest.param("Assets:Stock  -1 EGGS|Assets:Stock:Shop  1 EGGS", False, id="transfer"),
        pytest.param(
            'Assets:Stock  -1 EGGS|  lot-kind: "purchase-return"|Liabilities:Payable',
            False,
            id="purchase-return",
        ),
        pytest.param(
            "Assets:Stock  -1 EGGS|Expenses:StockDifferences  0.50 USD", False, id="adjustment"
        ),
    ],
)
def test_a_status_forbids_to_sell_and_to_use_from_its_day_on(status, day, barred, legs, uses_up):
    lines = "\n".join("  " + leg for leg in legs.split("|"))
    ledger = load(STATUS.format(status=status, day=day, legs=lines))
    refused = barred and uses_up
    assert kinds(ledger) == ([errors.BarredLot] if refused else [])
    left = ledger.lot("EGGS", "E-1", account="Assets:Stock")["units_on_hand"]
    in_shop = 1 if "Shop" in legs else 0
    assert left == (20 if refused else 19 + in_shop)
    check_laws(ledger) if not refused else None


@pytest.mark.parametrize("status", ["quarantine", "recalled"])
def test_a_barred_lot_is_counted_and_written_down(status):
    text = STATUS.format(status=status, day="02", legs="  Equity:Nothing  0 USD")
    ledger = load(
        text
        + """
2025-01-12 custom "lot-count" Assets:Stock "E-1" 18 EGGS
  adjust: TRUE
2025-01-13 custom "lot-write-down" "EGGS" "E-1" 0.25 USD
"""
    )
    assert ledger.errors == []
    assert held(ledger, "EGGS", "E-1") == (18, d("4.50"))
    assert ledger.lot("EGGS", "E-1", at=date(2025, 1, 13))["status"] == status
    assert ledger.lot("EGGS", "E-1", at=date(2025, 1, 9))["status"] == "open"


def test_a_sale_that_names_no_lot_passes_one_in_quarantine(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Farm"
      Assets:Stock  20 EGGS @ 0.50 USD
        lot: "E-1"
      Liabilities:Payable

    2025-01-03 * "Farm"
      Assets:Stock  20 EGGS @ 0.60 USD
        lot: "E-2"
      Liabilities:Payable

    2025-01-04 custom "lot-status" "EGGS" "E-1" "quarantine"

    2025-01-05 * "Sell"
      Assets:Stock  -5 EGGS @ 1.00 USD
      Assets:Bank
    """
    assert ledger.errors == []
    assert held(ledger, "EGGS", "E-1") == (20, 10)
    assert held(ledger, "EGGS", "E-2") == (15, 9)
    check_laws(ledger)


# Closings


def test_a_closing_holds(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock  10 SALT @ 1.00 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-20 * "Sell"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-31 custom "lot-close" Assets:Stock 22.00 USD "MILK" 12.00 USD "SALT" 10.00 USD

    2025-02-05 * "Sell"
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Bank
    """
    assert ledger.errors == []
    assert sum(row["cost_on_hand"] for row in ledger.rows("valuation", at=date(2025, 1, 31))) == 22
    check_laws(ledger)


def test_a_closing_that_a_late_entry_moves_says_by_how_much_and_by_what(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock  10 SALT @ 1.00 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-20 * "Sell"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-31 custom "lot-close" Assets:Stock 22.00 USD "MILK" 12.00 USD "SALT" 10.00 USD

    2025-02-05 * "Sell"
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Bank

    2025-01-01 * "Dairy" "Entered in February"
      Assets:Stock  10 MILK @ 1.50 USD
        lot: "M-0"
      Liabilities:Payable
    """
    # 10 at 1.50 came before: 4 leave at 1.50, and 6 at 1.50 and 10 at 2.00 are left.
    (error,) = ledger.errors
    late = next(
        entry.meta["lineno"]
        for entry in ledger.entries
        if isinstance(entry, data.Transaction) and entry.narration == "Entered in February"
    )
    assert type(error) is errors.ClosingMoved
    assert "closed on 2025-01-31 at 22.00 USD and is now worth 39.00 USD" in error.message
    assert "which is +17.00 USD" in error.message
    assert f"It is touched by 2025-01-01 <string>:{late}, " in error.message
    assert "SALT" not in error.message
    check_laws(ledger)


def test_a_freight_of_february_leaves_a_closing_of_january(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock  10 SALT @ 1.00 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-20 * "Sell"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-31 custom "lot-close" Assets:Stock 22.00 USD "MILK" 12.00 USD "SALT" 10.00 USD

    2025-02-05 * "Sell"
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Bank

    2025-02-10 * "Haulier"
      Assets:Freight  20.00 USD
        landed-on: "M-1"
      Liabilities:Payable
    """
    # 4.00 each on the four on hand, 12.00 on the six sold.
    assert ledger.errors == []
    assert money(ledger, "MILK", "M-1", *LANDED) == (20, 24, 16)
    check_laws(ledger)


def test_a_closing_of_parts_finds_goods_that_make_up_for_each_other(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock  10 SALT @ 1.00 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-20 * "Sell"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-31 custom "lot-close" Assets:Stock 22.00 USD "MILK" 11.00 USD "SALT" 11.00 USD

    2025-02-05 * "Sell"
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Bank
    """
    (error,) = ledger.errors
    assert type(error) is errors.ClosingMoved
    assert "which is +0.00 USD; MILK was 11.00 and is 12.00; SALT was 11.00 and is 10.00" in (
        error.message
    )
    check_laws(ledger)


def test_a_closing_of_a_day_that_is_not_over_is_an_error(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Dairy"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock  10 SALT @ 1.00 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-20 * "Sell"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Bank

    2025-01-31 custom "lot-close" Assets:Stock 22.00 USD "MILK" 12.00 USD "SALT" 10.00 USD

    2025-02-05 * "Sell"
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Bank

    9999-12-31 custom "lot-close" Assets:Stock 18.00 USD
    """
    assert kinds(ledger) == [errors.WrongClosing]
    check_laws(ledger)


# Whose goods they are, and where


def test_goods_of_others_are_counted_and_never_valued(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences

    2025-01-01 open Assets:Stock:Theirs
      owner: "Farm"

    2025-01-02 * "Farm" "On consignment"
      Assets:Stock:Theirs  10 EGGS
        lot: "E-1"

    2025-01-02 * "Farm" "Ours"
      Assets:Stock:Main  10 EGGS @ 0.50 USD
        lot: "E-2"
      Liabilities:Payable

    2025-01-31 custom "lot-count" Assets:Stock:Theirs "E-1" 9 EGGS
      adjust: TRUE
    """
    values = {row["account"]: row["cost_on_hand"] for row in ledger.rows("valuation")}
    assert ledger.errors == []
    assert held(ledger, "EGGS", "E-1") == (9, 0)
    assert values == {"Assets:Stock:Main": 5, "Assets:Stock:Theirs": 0}
    assert balance(ledger, "Expenses:StockDifferences") == 0
    check_laws(ledger)


def test_freight_gives_no_value_to_goods_of_others(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2025-01-01 open Assets:Stock:Theirs
      owner: "Farm"

    2025-01-02 * "Farm" "On consignment"
      Assets:Stock:Theirs  10 EGGS
        lot: "E-1"

    2025-01-03 * "Haulier"
      Assets:Freight  3.00 USD
        landed-on: "E-1"
      Liabilities:Payable
    """
    assert kinds(ledger) == [errors.WrongLanding]
    assert held(ledger, "EGGS", "E-1", at=date(2025, 1, 3)) == (10, 0)


def test_a_price_on_goods_of_others_is_an_error(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-01 open Assets:Stock:Theirs
      owner: "Farm"

    2025-01-02 * "Farm" "On consignment"
      Assets:Stock:Theirs  10 EGGS @ 0.50 USD
        lot: "E-1"
      Liabilities:Payable
    """
    assert kinds(ledger) == [errors.TwoCosts]


def test_goods_of_our_own_do_not_come_among_those_of_others(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-adjustment: Expenses:Differences

    2025-01-01 open Assets:Stock:Theirs
      owner: "Farm"

    2025-01-02 * "Dairy" "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "M-1"
      Assets:Stock:Main   5 SALT @ 0.00 USD
        lot: "S-1"
      Liabilities:Payable

    2025-01-03 * "Put on the wrong shelf"
      Assets:Stock:Main    -3 MILK
      Assets:Stock:Theirs   3 MILK

    2025-01-04 * "Cafe" "Invoice"
      Assets:Stock:Main  -4 MILK @ 5.00 USD
      Assets:Cash

    2025-01-05 * "Cafe" "It comes back to the wrong shelf"
      Assets:Stock:Theirs  1 MILK @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Cash

    2025-01-06 * "Made on the wrong shelf"
      Assets:Stock:Main    -1 MILK
      Assets:Stock:Theirs   1 CREAM
        lot: "C-1"

    2025-01-07 custom "lot-count" Assets:Stock:Theirs "M-1" 1 MILK
      adjust: TRUE

    2025-01-08 * "What costs nothing has no value there either"
      Assets:Stock:Main    -3 SALT
      Assets:Stock:Theirs   3 SALT

    2025-01-09 * "Cafe" "It comes back to where it left"
      Assets:Stock:Main  4 MILK @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Cash
    """
    assert kinds(ledger) == [errors.TwoCosts] * 4
    assert ledger.messages()[0] == (
        "Lot M-1 of MILK comes into Assets:Stock:Theirs on 2025-01-03 at 6 USD, and goods there "
        "are another's, counted and never valued. Keep goods of your own in an account without "
        "owner"
    )
    assert held(ledger, "MILK", "M-1") == (10, 20)
    assert held(ledger, "SALT", "S-1") == (5, 0)


def test_goods_in_transit_are_ours_and_valued(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight

    2024-12-30 * "Dairy" "FOB shipping point: ours since it sailed" ^po-1
      Assets:Stock:Transit  10 MILK @ 2.00 USD
        lot: "M-1"
      Liabilities:Payable

    2025-01-10 * "Haulier" "Before it arrives"
      Assets:Freight  5.00 USD
        landed-on: "^po-1"
      Liabilities:Payable

    2025-01-15 * "Arrived"
      Assets:Stock:Transit  -10 MILK
      Assets:Stock:Main      10 MILK
    """

    def values(year, month, day):
        rows = ledger.rows("valuation", at=date(year, month, day))
        return {row["account"]: row["cost_on_hand"] for row in rows}

    assert ledger.errors == []
    assert values(2024, 12, 31) == {"Assets:Stock:Transit": 20}
    assert values(2025, 1, 10) == {"Assets:Stock:Transit": 25}
    assert values(2025, 1, 15) == {"Assets:Stock:Main": 25}
    assert ledger.lot("MILK", "M-1")["received"] == date(2024, 12, 30)
    check_laws(ledger)
