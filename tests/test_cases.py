"""The worked cases of scenarios.py as ledgers of our own, with their published figures."""

from datetime import date
from decimal import Decimal

from scenarios import case


def on_hand(ledger, commodity, lot):
    row = ledger.lot(commodity, lot)
    return row["units_on_hand"], row["cost_on_hand"]


def total(ledger, commodity, lots, column):
    return sum(ledger.lot(commodity, lot)[column] for lot in lots)


@case("oca-readme-lot-b")
def test_the_lot_that_is_named_is_the_lot_that_costs(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "specific"
      lot-cost-of-sales: Expenses:CostOfSales

    2024-01-01 * "Receipt"
      Assets:Stock:Main  100 P @ 10 USD
        lot: "A"
      Liabilities:Payable

    2024-01-02 * "Receipt"
      Assets:Stock:Main  100 P @ 12 USD
        lot: "B"
      Liabilities:Payable

    2024-01-03 * "Sale"
      Assets:Stock:Main  -50 P
        lot: "B"
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert ledger.lot("P", "B")["cost_of_sales"] == 600  # pooled FIFO would say 500
    assert on_hand(ledger, "P", "A") == (100, 1000)
    assert on_hand(ledger, "P", "B") == (50, 600)


@case("oca-count-gain-existing-lot")
def test_more_counted_of_a_lot_is_worth_what_that_lot_costs(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "specific"
      lot-adjustment: Expenses:StockDifferences

    2024-01-01 * "Receipt"
      Assets:Stock:Main  5 P @ 100 USD
        lot: "001"
      Liabilities:Payable

    2024-01-02 * "Receipt"
      Assets:Stock:Main  5 P @ 200 USD
        lot: "002"
      Liabilities:Payable

    2024-01-03 custom "lot-count" Assets:Stock:Main "002" 10 P
      adjust: TRUE
    """
    assert ledger.errors == []
    assert ledger.lot("P", "002")["units_adjusted"] == 5
    assert ledger.lot("P", "002")["cost_adjusted"] == 1000  # at the goods' average it were 750
    assert on_hand(ledger, "P", "001") == (5, 500)
    assert on_hand(ledger, "P", "002") == (10, 2000)


@case("odoo-lot-normal-1")
def test_one_delivery_of_several_lots_keeps_them_apart(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "specific"
      lot-cost-of-sales: Expenses:CostOfSales

    2024-01-01 * "Receipt"
      Assets:Stock:Main  5 P @ 5 USD
        lot: "lot1"
      Assets:Stock:Main  5 P @ 5 USD
        lot: "lot2"
      Liabilities:Payable

    2024-01-02 * "Receipt"
      Assets:Stock:Main  10 P @ 7 USD
        lot: "lot3"
      Liabilities:Payable

    2024-01-03 * "Sale"
      Assets:Stock:Main  -2 P
        lot: "lot1"
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert ledger.lot("P", "lot1")["cost_of_sales"] == 10
    assert on_hand(ledger, "P", "lot1") == (3, 15)
    assert on_hand(ledger, "P", "lot2") == (5, 25)
    assert on_hand(ledger, "P", "lot3") == (10, 70)


@case("odoo-same-lot-two-costs-fifo-inside")
def test_two_receipts_into_one_lot_leave_first_in_first_out(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "specific"
      lot-cost-of-sales: Expenses:CostOfSales

    2024-01-01 * "Receipt"
      Assets:Stock:Main  1 P @ 5 USD
        lot: "lot1"
      Liabilities:Payable

    2024-01-02 * "Receipt"
      Assets:Stock:Main  1 P @ 7 USD
        lot: "lot1"
      Liabilities:Payable

    2024-01-03 * "Sale"
      Assets:Stock:Main  -1 P
        lot: "lot1"
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert ledger.lot("P", "lot1")["cost_of_sales"] == 5
    assert on_hand(ledger, "P", "lot1") == (1, 7)


@case("odoo-landed-cost-lots-partly-sold")
def test_late_freight_on_goods_that_are_gone_is_cost_of_sales(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "specific"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Clearing:Freight

    2024-01-01 * "Receipt" ^po-1
      Assets:Stock:Main  1 P @ 10000 USD
        lot: "L1"
      Assets:Stock:Main  2 P @ 10000 USD
        lot: "L2"
      Assets:Stock:Main  1 P @ 10000 USD
        lot: "L3"
      Assets:Stock:Main  1 P @ 10000 USD
        lot: "L4"
      Liabilities:Payable

    2024-01-02 * "Sale"
      Assets:Stock:Main  -1 P
        lot: "L1"
      Assets:Stock:Main  -1 P
        lot: "L2"
      Expenses:CostOfSales

    2024-01-03 * "Haulier"
      Assets:Clearing:Freight  5000 USD
        landed-on: "^po-1"
        landed-by: "quantity"
      Liabilities:Payable
    """
    lots = "L1", "L2", "L3", "L4"
    assert ledger.errors == []
    assert on_hand(ledger, "P", "L1") == (0, 0)
    assert [on_hand(ledger, "P", lot) for lot in lots[1:]] == [(1, 11000)] * 3
    assert total(ledger, "P", lots, "cost_landed") == 5000
    assert total(ledger, "P", lots, "cost_of_sales") == 20_000 + 2000


@case("odoo-production-consumes-two-lots")
def test_a_batch_costs_what_each_of_its_input_lots_costs(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "specific"

    2024-01-01 * "A free sample"
      Assets:Stock:Main  2 RAW @ 0 USD
        lot: "LOT-001"
      Liabilities:Payable

    2024-01-02 * "Receipt"
      Assets:Stock:Main  2 RAW @ 50 USD
        lot: "LOT-002"
      Liabilities:Payable

    2024-01-03 * "Batch"
      Assets:Stock:Main  -1 RAW
        lot: "LOT-001"
      Assets:Stock:Main  -1 RAW
        lot: "LOT-002"
      Assets:Stock:Main   1 FG
        lot: "FG1"
    """
    assert ledger.errors == []
    assert ledger.lot("FG", "FG1")["cost_received"] == 50
    assert on_hand(ledger, "RAW", "LOT-001") == (1, 0)
    assert on_hand(ledger, "RAW", "LOT-002") == (1, 50)
    assert on_hand(ledger, "FG", "FG1") == (1, 50)


@case("odoo-fifo-customer-return")
def test_returned_goods_come_back_at_the_cost_they_left_at(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2024-01-01 * "Receipt"
      Assets:Stock:Main  10 P @ 10 USD
        lot: "A"
      Liabilities:Payable

    2024-01-02 * "Sale" ^inv-1
      Assets:Stock:Main  -10 P
      Expenses:CostOfSales

    2024-01-03 * "Receipt"
      Assets:Stock:Main  10 P @ 20 USD
        lot: "B"
      Liabilities:Payable

    2024-01-04 * "They return it all" ^inv-1
      Assets:Stock:Main  10 P
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert on_hand(ledger, "P", "A") == (10, 100)
    assert on_hand(ledger, "P", "B") == (10, 200)
    assert ledger.lot("P", "A")["units_sold"] == 0
    assert ledger.lot("P", "A")["cost_of_sales"] == 0


@case("erpnext-fifo-backdated-receipt-base")
def test_a_receipt_entered_late_recosts_what_follows_its_date(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2024-01-10 * "Receipt"
      Assets:Stock:A  5 P @ 10 USD
        lot: "on-time"
      Liabilities:Payable

    2024-01-11 * "Transfer"
      Assets:Stock:A  -5 P
      Assets:Stock:B   5 P

    2024-01-12 * "Sale"
      Assets:Stock:B  -5 P
      Expenses:CostOfSales

    2024-01-09 * "Receipt, entered late"
      Assets:Stock:A  5 P @ 20 USD
        lot: "late"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert ledger.lot("P", "late")["cost_of_sales"] == 100
    assert ledger.lot("P", "on-time")["cost_of_sales"] == 0
    assert on_hand(ledger, "P", "on-time") == (5, 50)


@case("odoo-rounding-thirds-of-98")
def test_thirds_of_98_leave_as_67_67_66(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Clearing:Freight

    2024-01-01 * "Three lots alike, to sell one, two and three units of"
      Assets:Stock:Main  3 P @ 20 USD
        lot: "one"
      Assets:Stock:Main  3 P @ 20 USD
        lot: "two"
      Assets:Stock:Main  3 P @ 20 USD
        lot: "three"
      Liabilities:Payable

    2024-01-02 * "38.00 for each lot"
      Assets:Clearing:Freight  114 USD
        landed-on: "one, two, three"
        landed-by: "equal"
      Liabilities:Payable

    2024-01-03 * "Sale"
      Assets:Stock:Main  -1 P
        lot: "one"
      Assets:Stock:Main  -2 P
        lot: "two"
      Assets:Stock:Main  -3 P
        lot: "three"
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert ledger.lot("P", "one")["cost_of_sales"] == Decimal("32.67")
    assert ledger.lot("P", "two")["cost_of_sales"] == Decimal("65.34")
    assert ledger.lot("P", "three")["cost_of_sales"] == Decimal("98.00")
    assert on_hand(ledger, "P", "three") == (0, 0)


@case("odoo-byproduct-cost-share")
def test_a_by_product_bears_its_share_of_each_batch(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"

    2024-01-01 * "Receipt"
      Assets:Stock:Main  1 COMP @ 10 USD
        lot: "C1"
      Liabilities:Payable

    2024-01-02 * "Receipt"
      Assets:Stock:Main  1 COMP @ 20 USD
        lot: "C2"
      Liabilities:Payable

    2024-01-03 * "First batch"
      Assets:Stock:Main  -1 COMP
      Assets:Stock:Main   1 FG
        lot: "FG-1"
        cost-share: 90
      Assets:Stock:Main   1 BY
        lot: "BY-1"
        cost-share: 10

    2024-01-04 * "Second batch"
      Assets:Stock:Main  -1 COMP
      Assets:Stock:Main   1 FG
        lot: "FG-2"
        cost-share: 90
      Assets:Stock:Main   1 BY
        lot: "BY-2"
        cost-share: 10
    """
    assert ledger.errors == []
    assert total(ledger, "COMP", ["C1", "C2"], "cost_on_hand") == 0
    assert [on_hand(ledger, "FG", lot) for lot in ("FG-1", "FG-2")] == [(1, 9), (1, 18)]
    assert [on_hand(ledger, "BY", lot) for lot in ("BY-1", "BY-2")] == [(1, 1), (1, 2)]


@case("erpnext-stock-ageing")
def test_the_first_in_is_the_one_that_gets_less(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2021-12-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2021-12-01 * "Receipt"
      Assets:Stock:Main  30 P @ 1 USD
        lot: "A"
      Liabilities:Payable

    2021-12-02 * "Receipt"
      Assets:Stock:Main  20 P @ 1 USD
        lot: "B"
      Liabilities:Payable

    2021-12-03 * "Sale"
      Assets:Stock:Main  -10 P
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert on_hand(ledger, "P", "A") == (20, 20)
    assert on_hand(ledger, "P", "B") == (20, 20)


@case("spy-specific-id")
def test_a_month_by_specific_identification(ledger):
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
    assert ledger.errors == []
    assert sales(ledger) == {
        "LOT1": (140, 2940, 5100, 2160),
        "LOT2": (160, 4320, 6240, 1920),
        "LOT3": (0, 0, 0, 0),
    }
    assert on_hand(ledger, "GPS", "LOT1") == (10, 210)
    assert on_hand(ledger, "GPS", "LOT2") == (65, 1755)
    assert on_hand(ledger, "GPS", "LOT3") == (210, 6930)


@case("spy-fifo")
def test_the_same_month_first_in_first_out(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-07-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2024-07-01 * "Opening"
      Assets:Stock:Main  150 GPS @ 21 USD
        lot: "LOT1"
      Equity:Opening

    2024-07-05 * "Sale"
      Assets:Stock:Main  -120 GPS @ 36 USD
      Assets:Receivable  4320 USD

    2024-07-10 * "Receipt"
      Assets:Stock:Main  225 GPS @ 27 USD
        lot: "LOT2"
      Liabilities:Payable

    2024-07-15 * "Sale"
      Assets:Stock:Main  -180 GPS @ 39 USD
      Assets:Receivable  7020 USD

    2024-07-25 * "Receipt"
      Assets:Stock:Main  210 GPS @ 33 USD
        lot: "LOT3"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert sales(ledger) == {
        "LOT1": (150, 3150, 5490, 2340),
        "LOT2": (150, 4050, 5850, 1800),
        "LOT3": (0, 0, 0, 0),
    }
    assert on_hand(ledger, "GPS", "LOT2") == (75, 2025)
    assert on_hand(ledger, "GPS", "LOT3") == (210, 6930)


@case("spy-average")
def test_the_same_month_at_moving_average(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-07-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2024-07-01 * "Opening"
      Assets:Stock:Main  150 GPS @ 21 USD
        lot: "LOT1"
      Equity:Opening

    2024-07-05 * "Sale"
      Assets:Stock:Main  -120 GPS @ 36 USD
      Assets:Receivable  4320 USD

    2024-07-10 * "Receipt"
      Assets:Stock:Main  225 GPS @ 27 USD
        lot: "LOT2"
      Liabilities:Payable

    2024-07-15 * "Sale"
      Assets:Stock:Main  -180 GPS @ 39 USD
      Assets:Receivable  7020 USD

    2024-07-25 * "Receipt"
      Assets:Stock:Main  210 GPS @ 33 USD
        lot: "LOT3"
      Liabilities:Payable
    """
    lots = "LOT1", "LOT2", "LOT3"
    assert ledger.errors == []
    # Not printed in the source to the cent: 2520 + 180 of 255 units that cost 6705.
    assert total(ledger, "GPS", lots, "cost_of_sales") == Decimal("7252.94")
    assert total(ledger, "GPS", lots, "cost_on_hand") == Decimal("8902.06")


def sales(ledger):
    columns = "units_sold", "cost_of_sales", "revenue", "gross_margin"
    return {
        lot: tuple(ledger.lot("GPS", lot)[column] for column in columns)
        for lot in ("LOT1", "LOT2", "LOT3")
    }


@case("morse-fifo-returns")
def test_returns_both_ways_under_fifo(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2012-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2012-01-01 * "Opening"
      Assets:Stock:Main  40 GOODS @ 13 USD
        lot: "A"
      Equity:Opening

    2012-01-05 * "Receipt"
      Assets:Stock:Main  90 GOODS @ 16 USD
        lot: "B"
      Liabilities:Payable

    2012-01-08 * "Sale" ^inv-1
      Assets:Stock:Main  -75 GOODS @ 25 USD
      Assets:Receivable  1875 USD

    2012-01-10 * "They return ten" ^inv-1
      Assets:Stock:Main  10 GOODS @ 25 USD
        lot-kind: "sale-return"
        lot: "B"
      Assets:Receivable  -250 USD

    2012-01-15 * "Receipt"
      Assets:Stock:Main  30 GOODS @ 18 USD
        lot: "C"
      Liabilities:Payable

    2012-01-16 * "We return five"
      Assets:Stock:Main  -5 GOODS
        lot-kind: "purchase-return"
        lot: "C"
      Liabilities:Payable

    2012-01-20 * "Sale"
      Assets:Stock:Main  -80 GOODS @ 25 USD
      Assets:Receivable  2000 USD

    2012-01-25 * "Receipt"
      Assets:Stock:Main  20 GOODS @ 21 USD
        lot: "D"
      Liabilities:Payable
    """
    lots = "A", "B", "C", "D"
    assert ledger.errors == []
    assert total(ledger, "GOODS", lots, "cost_received") == 2830
    assert total(ledger, "GOODS", lots, "revenue") == 3625
    assert total(ledger, "GOODS", lots, "gross_margin") == 1395
    assert [ledger.lot("GOODS", lot)["units_sold"] for lot in lots] == [40, 90, 15, 0]
    assert [ledger.lot("GOODS", lot)["cost_of_sales"] for lot in lots] == [520, 1440, 270, 0]
    assert [on_hand(ledger, "GOODS", lot) for lot in lots] == [(0, 0), (0, 0), (10, 180), (20, 420)]


@case("settle-freight-by-qty-and-value")
def test_freight_by_quantity_loses_no_cent(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-landed-cost: Assets:Clearing:Freight

    2024-01-01 * "Receipt"
      Assets:Stock:Main  100 GOODS @ 10 USD
        lot: "SKU123"
      Assets:Stock:Main  50 GOODS @ 20 USD
        lot: "SKU456"
      Liabilities:Payable

    2024-01-01 * "Haulier"
      Assets:Clearing:Freight  1000 USD
        landed-on: "SKU123, SKU456"
        landed-by: "quantity"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert ledger.lot("GOODS", "SKU123")["cost_landed"] == Decimal("666.67")
    assert ledger.lot("GOODS", "SKU456")["cost_landed"] == Decimal("333.33")
    assert total(ledger, "GOODS", ["SKU123", "SKU456"], "cost_on_hand") == 3000


@case("settle-freight-by-qty-and-value")
def test_freight_by_value_follows_what_the_goods_cost(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-landed-cost: Assets:Clearing:Freight

    2024-01-01 * "Receipt"
      Assets:Stock:Main  100 GOODS @ 10 USD
        lot: "SKU123"
      Assets:Stock:Main  50 GOODS @ 20 USD
        lot: "SKU456"
      Liabilities:Payable

    2024-01-01 * "Haulier"
      Assets:Clearing:Freight  1000 USD
        landed-on: "SKU123, SKU456"
        landed-by: "value"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert on_hand(ledger, "GOODS", "SKU123") == (100, 1500)
    assert on_hand(ledger, "GOODS", "SKU456") == (50, 1500)


@case("beancount-commission-in-cost")
def test_a_fee_in_the_unit_cost_leaves_with_the_units(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2014-02-10 open Assets:Stock
      lot-method: "specific"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2014-02-10 * "Ten at 500.00 and a fee of 9.95"
      Assets:Stock:Main  10 GOODS @ 500.995 USD
        lot: "aa2ba9695cc7"
      Liabilities:Payable

    2014-04-10 * "Sale"
      Assets:Stock:Main  -4 GOODS @ 530 USD
        lot: "aa2ba9695cc7"
      Assets:Receivable  2110.05 USD
      Expenses:Selling      9.95 USD

    2014-05-10 * "Sale"
      Assets:Stock:Main  -6 GOODS @ 540 USD
        lot: "aa2ba9695cc7"
      Assets:Receivable  3230.05 USD
      Expenses:Selling      9.95 USD
    """
    lot = ledger.lot("GOODS", "aa2ba9695cc7")
    assert ledger.errors == []
    assert lot["cost_received"] == Decimal("5009.95")
    assert lot["cost_of_sales"] == Decimal("5009.95")
    assert lot["revenue"] == 5360
    assert lot["gross_margin"] == Decimal("350.05")
    assert on_hand(ledger, "GOODS", "aa2ba9695cc7") == (0, 0)


@case("coal-normal-loss")
def test_good_units_bear_a_normal_loss(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
      lot-landed-cost: Assets:Clearing:Freight

    2024-01-01 * "Receipt"
      Assets:Stock:Main  100 TON @ 20 USD
        lot: "COAL"
      Liabilities:Payable

    2024-01-01 * "Freight"
      Assets:Clearing:Freight  470 USD
        landed-on: "COAL"
        landed-by: "quantity"
      Liabilities:Payable

    2024-01-05 * "Lost in transit, as ever"
      Assets:Stock:Main  -5 TON
        lot: "COAL"
        reason: "normal-loss"

    2024-01-20 * "Sale"
      Assets:Stock:Main  -75 TON
      Expenses:CostOfSales
    """
    lot = ledger.lot("TON", "COAL")
    assert ledger.errors == []
    assert lot["units_written_off"] == 5
    assert lot["cost_written_off"] == 0
    assert lot["cost_of_sales"] == 1950
    assert on_hand(ledger, "TON", "COAL") == (20, 520)


@case("reversal-capped-at-cost")
def test_a_recovery_goes_back_to_cost_and_no_further(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2008-12-01 custom "lotcost" "framework" "ifrs"
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
    then = ledger.lot("GOODS", "STOCK", at=date(2008, 12, 31))
    now = ledger.lot("GOODS", "STOCK")
    assert ledger.errors == []
    assert (then["cost_written_down"], then["cost_on_hand"]) == (30_000, 690_000)
    assert (now["cost_written_down"], now["cost_on_hand"]) == (0, 720_000)


@case("reversal-capped-at-cost")
def test_under_us_gaap_a_write_down_stays(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2008-12-01 custom "lotcost" "framework" "us-gaap"
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
    assert ledger.lot("GOODS", "STOCK")["cost_written_down"] == 30_000
    assert on_hand(ledger, "GOODS", "STOCK") == (1, 690_000)


@case("dinosaur-vinyl-mac001")
def test_a_job_costs_its_materials_and_its_conversion(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2017-04-01 open Assets:Stock
      lot-method: "specific"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2017-04-05 * "Materials"
      Assets:Stock:Main  1 VINYL @ 300 USD
        lot: "VINYL"
      Assets:Stock:Main  2 BLACK-INK @ 50 USD
        lot: "BLACK-INK"
      Assets:Stock:Main  1 RED-INK @ 60 USD
        lot: "RED-INK"
      Assets:Stock:Main  1 GOLD-INK @ 60 USD
        lot: "GOLD-INK"
      Assets:Stock:Main  12 GROMMETS @ 10 USD
        lot: "GROMMETS"
      Assets:Stock:Main  40 WOOD @ 1.50 USD
        lot: "WOOD"
      Liabilities:Payable

    2017-04-10 * "Job MAC001"
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

    2017-04-20 * "Sale"
      Assets:Stock:Main  -1 SIGN @ 2000 USD
        lot: "MAC001"
      Assets:Receivable  2000 USD
    """
    job = ledger.lot("SIGN", "MAC001")
    materials = "VINYL", "BLACK-INK", "RED-INK", "GOLD-INK", "GROMMETS", "WOOD"
    assert ledger.errors == []
    assert sum(ledger.lot(lot, lot)["cost_consumed"] for lot in materials) == 700
    assert job["cost_received"] == 931
    assert job["cost_of_sales"] == 931
    assert job["revenue"] == 2000
    assert job["gross_margin"] == 1069


@case("qad-prunes-coproducts")
def test_a_by_product_is_deducted_and_a_co_product_may_cost_nothing(ledger):
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
    assert ledger.errors == []
    assert on_hand(ledger, "BYPRODUCT", "B-1") == (1, 5)
    assert on_hand(ledger, "PITTED", "P-1") == (1, 80)
    assert on_hand(ledger, "JUICE", "J-1") == (1, 0)
    assert on_hand(ledger, "PUREE", "U-1") == (1, 20)


@case("reject-lot-oversold")
def test_twelve_of_a_lot_of_ten_is_refused_in_numbers(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2024-03-01 open Assets:Stock
      lot-method: "specific"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2024-03-22 * "Receipt"
      Assets:Stock:Main  10 GOODS @ 280 USD
        lot: "MAR22"
      Liabilities:Payable

    2024-03-27 * "Sale"
      Assets:Stock:Main  -12 GOODS @ 475 USD
        lot: "MAR22"
      Assets:Receivable  5700 USD

    2024-03-30 * "Receipt"
      Assets:Stock:Main  9 GOODS @ 300 USD
        lot: "MAR30"
      Liabilities:Payable
    """
    (error,) = ledger.errors
    for fact in (
        "Assets:Stock:Main",
        "GOODS",
        "MAR22",
        "2024-03-27",
        "12 wanted",
        "10 on hand",
    ):
        assert fact in error.message
    assert on_hand(ledger, "GOODS", "MAR22") == (10, 2800)
    assert on_hand(ledger, "GOODS", "MAR30") == (9, 2700)
