"""What lots earned adds up to the ledger's income, or the difference is told."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from beancount.core import data
from beancount.core.amount import Amount
from conftest import load

from lotcost.ledger.books import Books
from lotcost.ledger.revenue import income
from lotcost.model import Money
from lotcost.reports.margins import booked_elsewhere, margins, unattributed


def revenue(ledger) -> dict[str, D]:
    return {row["lot"]: row["revenue"] for row in ledger.rows("lots")}


def left_over(ledger) -> dict[str, D]:
    return unattributed(ledger.ledger.books())


def test_an_invoice_posted_apart_is_joined_to_its_delivery_by_a_link(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   4 MILK @ 2.00 USD
        lot: "M"
      Assets:Stock   2 RICE @ 6.00 USD
        lot: "R"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Delivered" ^inv-101
      Assets:Stock  -4 MILK
      Assets:Stock  -2 RICE
      Expenses:CostOfSales
    2025-01-31 * "Cafe Rose" "Invoice 101" ^inv-101
      Assets:Receivable   40.00 USD
      Income:Sales       -40.00 USD
    """
    assert revenue(ledger) == {"M": D("16.00"), "R": D("24.00")}
    assert left_over(ledger) == {}


def test_a_discount_beside_the_price_is_borne_by_the_goods(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   4 MILK @ 2.00 USD
        lot: "M"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice 101"
      Assets:Stock  -4 MILK @ 5.00 USD
      Income:Sales:Discounts   2.00 USD
      Assets:Receivable   18.00 USD
    """
    assert ledger.errors == []
    assert revenue(ledger) == {"M": D("18.00")}
    assert left_over(ledger) == {}


def test_a_delivery_fee_beside_the_price_is_no_revenue_of_the_goods(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   4 MILK @ 2.00 USD
        lot: "M"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice 101"
      Assets:Stock  -4 MILK @ 5.00 USD
      Income:Sales:Discounts   2.00 USD
      Income:Shipping         -3.00 USD
      Assets:Receivable   21.00 USD
    """
    assert ledger.errors == []
    assert revenue(ledger) == {"M": D("18.00")}
    assert left_over(ledger) == {"USD": D("3.00")}


FEE = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"
2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
2025-01-02 * "Delivery"
  Assets:Stock   4 MILK @ 2.00 USD
    lot: "M"
  Liabilities:Payable
2025-01-05 * "Cafe Rose" "Invoice 101" ^inv-101
  Assets:Stock  -4 MILK @ 5.00 USD
  Income:Delivery         -3.00 USD
  Assets:Receivable   23.00 USD
"""


def test_a_fee_that_is_given_back_with_the_goods_is_no_revenue_of_them_either():
    ledger = load(
        FEE
        + """
2025-01-09 * "Cafe Rose" "All of it back"
  Assets:Stock   4 MILK @ 5.00 USD
    lot-kind: "sale-return"
  Income:Delivery          3.00 USD
  Assets:Receivable  -23.00 USD
"""
    )
    assert ledger.errors == []
    assert revenue(ledger) == {"M": D("0.00")}
    assert left_over(ledger) == {}


def test_an_account_of_fees_is_no_sales_account():
    ledger = load(
        FEE
        + """
2025-01-06 * "Cafe Rose" "Second attempt" ^inv-101
  Income:Delivery         -4.00 USD
  Assets:Receivable    4.00 USD
2025-01-07 * "Other" "A parcel of somebody else's"
  Income:Delivery        -50.00 USD
  Assets:Receivable   50.00 USD
"""
    )
    assert revenue(ledger) == {"M": D("20.00")}
    assert left_over(ledger) == {"USD": D("3.00")}


def test_a_credit_note_takes_revenue_off_what_its_link_sold(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   4 MILK @ 2.00 USD
        lot: "M"
      Assets:Stock   1 RICE @ 6.00 USD
        lot: "R"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice 101" ^inv-101
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Stock  -1 RICE @ 10.00 USD
      Assets:Receivable   30.00 USD
    2025-01-09 * "Cafe Rose" "Credit note on 101" ^inv-101
      Income:Sales        3.00 USD
      Assets:Receivable  -3.00 USD
    2025-02-01 * "Cafe Rose" "Paid late" ^inv-101
      Assets:Bank        28.00 USD
      Income:Interest    -1.00 USD
      Assets:Receivable -27.00 USD
    """
    assert revenue(ledger) == {"M": D("18.00"), "R": D("9.00")}
    assert left_over(ledger) == {}


def test_income_of_no_lot_is_told_as_unattributed(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   4 MILK @ 2.00 USD
        lot: "M"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Long form, with a price that is not the income"
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Receivable   19.00 USD
      Income:Sales       -19.00 USD
    2025-01-06 * "Somebody" "Delivery charge"
      Assets:Receivable    7.00 USD
      Income:Sales:Freight -7.00 USD
    """
    assert revenue(ledger) == {"M": D("20.00")}
    assert left_over(ledger) == {"USD": D("6.00")}


def test_a_margin_is_in_the_currency_of_the_sale(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 price EUR 1.10 USD
    2025-01-02 * "Delivery"
      Assets:Stock   4 MILK @ 2.00 EUR
        lot: "M"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice 101"
      Assets:Stock  -2 MILK @ 5.50 USD
      Assets:Receivable   11.00 USD
    """
    assert ledger.errors == []
    (margin,) = ledger.rows("margins")
    assert (margin["currency"], margin["revenue"]) == ("USD", D("11.00"))
    assert (margin["cost_of_sales"], margin["gross_margin"]) == (D("4.40"), D("6.60"))
    lot = ledger.lot("MILK", "M")
    assert (lot["currency"], lot["cost_of_sales"], lot["revenue"]) == ("EUR", D("4.00"), D("10.00"))


@pytest.mark.parametrize("price", ["", "2025-01-04 price GBP 1.25 USD"])
def test_an_invoice_in_money_that_has_no_price_is_no_lots_revenue(price):
    ledger = load(f"""
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   10 TEA @ 2.00 USD
        lot: "T1"
      Liabilities:Payable
    {price}
    2025-01-05 * "Delivered" ^so-1
      Assets:Stock  -4 TEA
        lot-kind: "sale"
    2025-01-06 * "Invoiced" ^so-1
      Assets:Cash     40.00 GBP
      Income:Sales   -40.00 GBP
    """)
    assert ledger.errors == []
    rows = {
        row["currency"]: (row["revenue"], row["cost_of_sales"]) for row in ledger.rows("margins")
    }
    if price:
        assert rows == {"GBP": (D("40.00"), D("6.40"))}
        assert left_over(ledger) == {}
    else:
        assert rows == {"USD": (D("0.00"), D("8.00"))}
        assert left_over(ledger) == {"GBP": D("40.00")}


def test_a_lot_asked_for_alone_carries_its_share_of_the_average(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "average"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock   10 MILK @ 3.00 USD
        lot: "L2"
      Liabilities:Payable
    """
    (row,) = ledger.rows("lots", lot="L1")
    assert row["cost_on_hand"] == D("25.00")
    assert row["cost_adjusted"] == D("5.00")
    assert row == next(each for each in ledger.rows("lots") if each["lot"] == "L1")


def test_a_credit_note_on_another_income_account_is_not_lost(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales:Shops
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Delivery"
      Assets:Stock   4 MILK @ 2.00 USD
        lot: "M"
      Liabilities:Payable
    2025-01-05 * "Hospital" "Invoice 101" ^inv-101
      Assets:Stock  -4 MILK @ 5.00 USD
      Assets:Receivable   20.00 USD
      Income:Sales:Hospitals  -20.00 USD
    2025-01-09 * "Hospital" "Credit note on 101" ^inv-101
      Income:Sales:Hospitals   15.00 USD
      Assets:Receivable  -15.00 USD
    """
    assert ledger.errors == []
    assert revenue(ledger) == {"M": D("5.00")}
    assert left_over(ledger) == {}


SOLD = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 price EUR 1.10 USD
    2025-01-02 * "Delivery"
      Assets:Stock   3 MILK @@ 98.00 USD
        lot: "L1"
      Assets:Stock   4 MILK @ 3.00 USD
        lot: "L2"
      Assets:Stock   5 RICE @ 6.00 USD
        lot: "R"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Two lots of one posting, and one of them once more" ^inv-101
      Assets:Stock  -5 MILK @ 33.333 USD
      Assets:Stock  -2 RICE @ 7.00 USD
      Assets:Stock  -1 MILK @ 41.00 USD
      Assets:Receivable  221.67 USD
    2025-01-06 * "Cafe Rose" "One comes back, one more goes out" ^inv-101
      Assets:Stock   1 MILK @ 33.33 USD
        lot: "L1"
        lot-kind: "sale-return"
      Assets:Stock  -1 RICE @ 7.50 USD
      Assets:Receivable  -25.83 USD
    2025-01-07 * "Cafe Rose" "In other money"
      Assets:Stock  -2 RICE @ 7.00 EUR
      Assets:Receivable   14.00 EUR
"""


def test_a_sale_whose_lines_all_have_their_leg_earns_what_the_general_rule_gives():
    """A leg of nothing is no line's own: what is left of the income is worked out and shared."""
    ledger = load(SOLD).ledger
    assert not ledger.errors
    nothing = data.Posting("Income:Sales", Amount(D("0.00"), "USD"), None, None, None, None)
    beside = [
        entry._replace(postings=[*entry.postings, nothing])
        if isinstance(entry, data.Transaction)
        else entry
        for entry in ledger.entries
    ]
    settled = ledger.books().revenue
    assert settled == Books(beside, ledger.options).revenue
    assert {money.currency for money in settled.earned.values()} == {"EUR", "USD"}
    assert settled.unattributed == ()


def test_what_the_writing_parted_is_one_line_and_what_it_did_not_stays_as_it_is():
    books = load(SOLD).ledger.books()
    out = [line for line in books.lines if line.units < 0 and line.lot.number == "L1"]
    assert [(line.units, line.cost) for line in out] == [(D(-3), D("-98.00"))]
    parted = [line for group in books.postings for line in group if line.lot == out[0].lot]
    assert [line.units for line in parted if line.units < 0] == [D(-1), D(-2)]


LATE = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"
2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
2025-01-02 * "Delivery"
  Assets:Stock   10 TEA @ 2.00 USD
    lot: "T1"
  Liabilities:Payable
2025-01-30 * "Delivered" ^so-1
  Assets:Stock  -5 TEA
    lot-kind: "sale"
2025-02-03 * "Invoiced" ^so-1
  Assets:Cash     50.00 USD
  Income:Sales   -50.00 USD
"""


@pytest.mark.parametrize(
    ("since", "off"),
    [
        (None, {}),
        (datetime.date(2025, 1, 1), {}),
        (datetime.date(2025, 2, 1), {"USD": D("50.00")}),
        (datetime.date(2025, 2, 4), {}),
    ],
)
def test_a_period_says_what_of_its_income_is_for_goods_of_days_before(since, off):
    ledger = load(LATE)
    assert booked_elsewhere(ledger.ledger.books(), since) == off
    ties = (
        "Revenue ties to the ledger's income." in margins(ledger.ledger.books(), since=since).notes
    )
    assert ties == (not off)


def test_a_period_says_what_of_its_revenue_was_booked_before():
    text = LATE.replace("2025-02-03", "2025-01-15")
    off = booked_elsewhere(load(text).ledger.books(), datetime.date(2025, 1, 20))
    assert off == {"USD": D("-50.00")}


def test_what_lots_earned_and_what_is_no_lots_is_the_ledgers_income():
    other = """
2025-02-04 * "Fee"
  Assets:Cash            7.00 USD
  Income:Sales:Freight  -7.00 USD
"""
    books = load(LATE + other).ledger.books()
    found = books.revenue
    assert income(books.entries, books.lines, books.config, found) == {"USD": D("57.00")}
    assert sum(money.number for money in found.earned.values()) == D("50.00")
    assert [each.amount for each in found.unattributed] == [Money(D("7.00"), "USD")]
