"""How what a bookkeeper writes is read, and what is then in the books: one small ledger each."""

from __future__ import annotations

import datetime
import textwrap
from decimal import Decimal

import pytest
from beancount.core import data
from beancount.parser import printer
from conftest import load

from lotcost.ledger.config import Config
from lotcost.ledger.kinds import Legs, kind_of


def transactions(ledger):
    return [entry for entry in ledger.entries if isinstance(entry, data.Transaction)]


def written(ledger, place=-1):
    """The postings of a transaction as Beancount prints them, without metadata and alignment."""
    txn = transactions(ledger)[place]
    bare = txn._replace(meta={}, postings=[posting._replace(meta=None) for posting in txn.postings])
    lines = printer.format_entry(bare).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines[1:] if line.strip())


def postings_of(text):
    """Expected postings, as `written` prints them."""
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def lots(ledger, place=-1):
    """The account of each posting of a transaction that says a lot, and the lot."""
    return [
        (posting.account, posting.meta["lot"])
        for posting in transactions(ledger)[place].postings
        if "lot" in posting.meta
    ]


def on_hand(ledger, **question):
    return {
        row["lot"]: (row["units_on_hand"], row["cost_on_hand"])
        for row in ledger.rows("lots", **question)
        if row["units_on_hand"]
    }


# What a movement is: the table, row by row; the first line that fits.

ACCOUNTS = """
option "operating_currency" "USD"
2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
  lot-write-off-theft: Expenses:Theft
  lot-adjustment: Expenses:StockDifferences

2025-01-05 * "Cafe Rose" "Something happens"
"""


def kinds(legs):
    """What each posting of goods is, or the sentence that says why nothing tells."""
    ledger = load(ACCOUNTS + textwrap.indent(textwrap.dedent(legs).strip(), "  "))
    config = Config(ledger.entries, ledger.ledger.options)
    (txn,) = transactions(ledger)
    read = Legs.of(txn, config)
    return [str(kind_of(goods, read, txn)) for goods in read.goods]


@pytest.mark.parametrize(
    ("legs", "kind"),
    [
        ("Assets:Stock:Main -3 MILK\nAssets:Stock:Shop 3 MILK", "transfer"),
        ("Assets:Stock:Main -3 MILK\nAssets:Stock:Shop", "transfer"),
        (
            'Assets:Stock:Main -3 MILK\n  reason: "damaged"\nAssets:Stock:Shop 3 MILK',
            "transfer",
        ),
        ("Assets:Stock:Main -3 MILK @ 5 USD\nAssets:Stock:Shop 3 MILK", "transfer"),
        ("Assets:Stock -50 FLOUR\nAssets:Stock 40 CAKE", "production"),
        (
            "Assets:Stock:Main -50 FLOUR\nAssets:Stock:Main 40 CAKE\n"
            "Assets:Stock:Main -40 CAKE\nAssets:Stock:Shop 40 CAKE",
            "production",
        ),
        ("Assets:Stock -50 FLOUR\nAssets:Stock 40 CAKE\nExpenses:WriteOff", "production"),
        ('Assets:Stock -50 FLOUR\n  reason: "sample"\nAssets:Stock 40 CAKE', "write-off"),
        ('Assets:Stock -3 MILK\n  reason: "damaged"', "write-off"),
        ("Assets:Stock -3 MILK\nExpenses:WriteOff", "write-off"),
        ("Assets:Stock -3 MILK\nExpenses:Theft", "write-off"),
        (
            'Assets:Stock -3 MILK\n  reason: "damaged"\nExpenses:StockDifferences',
            "write-off",
        ),
        ('Assets:Stock -3 MILK @ 5 USD\n  reason: "sample"\nIncome:Sales', "write-off"),
        ("Assets:Stock -3 MILK\nExpenses:StockDifferences", "adjustment"),
        ("Assets:Stock -3 MILK @ 5 USD\nExpenses:StockDifferences", "adjustment"),
        ("Assets:Stock -3 MILK @ 5 USD\nAssets:Receivable", "sale"),
        ("Assets:Stock -3 MILK @ 0 USD", "sale"),
        (
            "Assets:Stock:Main -3 MILK @ 5 USD\nAssets:Stock:Main -2 TEA\nAssets:Stock:Shop 2 TEA",
            "sale",
        ),
        ("Assets:Stock -3 MILK\nIncome:Sales -15 USD\nAssets:Receivable 15 USD", "sale"),
        ("Assets:Stock -3 MILK\nIncome:Rent -15 USD\nAssets:Receivable 15 USD", "sale"),
        ("Assets:Stock -3 MILK\nExpenses:CostOfSales", "sale"),
    ],
)
def test_goods_that_go_out_are_what_the_first_fitting_line_says(legs, kind):
    assert kinds(legs)[0] == kind


@pytest.mark.parametrize(
    ("legs", "kind"),
    [
        ("Assets:Stock:Shop 3 MILK\nAssets:Stock:Main -3 MILK", "transfer"),
        ("Assets:Stock:Shop 3 MILK @ 2 USD\nAssets:Stock:Main -3 MILK", "transfer"),
        ("Assets:Stock 40 CAKE\nAssets:Stock -50 FLOUR", "production"),
        ("Assets:Stock 40 CAKE\nAssets:Stock -50 FLOUR\nIncome:Sales -5 USD", "production"),
        ("Assets:Stock 3 MILK\nIncome:Sales 15 USD\nAssets:Receivable -15 USD", "sale-return"),
        ("Assets:Stock 3 MILK\nExpenses:CostOfSales", "sale-return"),
        ("Assets:Stock 3 MILK @ 5 USD\nIncome:Sales", "sale-return"),
        (
            "Assets:Stock 3 MILK\nIncome:Sales 5 USD\nExpenses:StockDifferences -5 USD",
            "sale-return",
        ),
        ("Assets:Stock 3 MILK\nExpenses:StockDifferences", "adjustment"),
        ("Assets:Stock 3 MILK @ 2 USD\nExpenses:StockDifferences", "adjustment"),
        ("Assets:Stock 3 MILK @ 2 USD\nLiabilities:Payable", "receipt"),
        ("Assets:Stock 3 MILK {2 USD}\nLiabilities:Payable", "receipt"),
        ("Assets:Stock 3 MILK @ 0 USD", "receipt"),
        ("Assets:Stock 40 CAKE @ 2 USD\nAssets:Stock -50 FLOUR\nAssets:Bank", "receipt"),
    ],
)
def test_goods_that_come_in_are_what_the_first_fitting_line_says(legs, kind):
    assert kinds(legs)[0] == kind


def test_goods_swapped_for_others_at_a_price_are_no_production():
    assert kinds("""
        Assets:Stock -50 FLOUR @ 1 USD
        Assets:Stock 40 CAKE @ 2 USD
        Assets:Bank
        """) == ["sale", "receipt"]


def test_goods_relabelled_on_one_account_are_no_transfer():
    out, into = kinds("Assets:Stock -3 MILK\nAssets:Stock 3 MILK")

    assert out.startswith("3 MILK go out, and nothing says why.")
    assert into.startswith("3 MILK come in, and nothing says what they cost.")


def test_an_account_whose_name_begins_alike_is_no_inventory_account():
    assert kinds("Assets:Stockings -3 MILK @ 2 USD\nAssets:Bank") == []


def test_money_on_an_inventory_account_is_no_goods():
    assert kinds("Assets:Stock -3 USD\nAssets:Bank") == []


@pytest.mark.parametrize(
    ("legs", "kind"),
    [
        ('Assets:Stock -3 MILK\n  lot-kind: "sale"', "sale"),
        ('Assets:Stock -3 MILK\n  lot-kind: "purchase-return"', "purchase-return"),
        ('Assets:Stock 3 MILK @ 5 USD\n  lot-kind: "sale-return"', "sale-return"),
        ('Assets:Stock 3 MILK @ 5 USD\n  lot-kind: "receipt"\nIncome:Gifts', "receipt"),
        ('lot-kind: "purchase-return"\nAssets:Stock -3 MILK\nIncome:Sales', "purchase-return"),
        (
            'lot-kind: "purchase-return"\nAssets:Stock -3 MILK\n  lot-kind: "sale"',
            "sale",
        ),
    ],
)
def test_a_kind_is_said_on_the_posting_or_else_on_the_transaction(legs, kind):
    assert kinds(legs) == [kind]


# What an account inherits.


def test_an_account_below_inherits_what_it_does_not_say_itself(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 open Assets:Stock:Cold
      lot-method: "lifo"
      lot-sales: Income:Sales:Cold

    2025-01-02 * "Delivery"
      Assets:Stock:Cold:Deep  1 MILK @ 1.00 USD
        lot: "L1"
      Assets:Stock:Dry  1 MILK @ 2.00 USD
        lot: "L2"
      Liabilities:Payable
    2025-01-03 * "Delivery"
      Assets:Stock:Cold:Deep  1 MILK @ 3.00 USD
        lot: "L3"
      Assets:Stock:Dry  1 MILK @ 4.00 USD
        lot: "L4"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock:Cold:Deep  -1 MILK @ 5.00 USD
      Assets:Stock:Dry  -1 MILK @ 6.00 USD
      Assets:Receivable  11.00 USD
    """
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock:Cold:Deep -1 MILK {3.00 USD, 2025-01-03, "L3"} @ 5.00 USD
        Assets:Stock:Dry -1 MILK {2.00 USD, 2025-01-02, "L2"} @ 6.00 USD
        Assets:Receivable 11.00 USD
        Expenses:CostOfSales 3.00 USD
        Income:Sales:Cold -5.00 USD
        Expenses:CostOfSales 2.00 USD
        Income:Sales -6.00 USD
        """)


def test_a_method_may_stand_on_the_parent_and_the_accounts_above_it(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Goods
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 open Assets:Goods:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Goods:Stock  1 MILK @ 1.00 USD
        lot: "L1"
      Assets:Goods:Consignment  7 MILK @ 1.00 USD
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Goods:Stock  -1 MILK
      Income:Sales  -5.00 USD
      Assets:Receivable  5.00 USD
    """
    assert ledger.errors == []
    assert lots(ledger) == [("Assets:Goods:Stock", "L1"), ("Expenses:CostOfSales", "L1")]
    assert "Assets:Goods:Consignment 7 MILK @ 1.00 USD" in written(ledger, 0)


# Receipts.


def test_every_form_of_a_receipt_puts_a_lot_at_cost(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  10 MILK @@ 20.00 USD
        lot: "L2"
      Assets:Stock  10 MILK {2.00 USD}
        lot: "L3"
      Assets:Stock  10 MILK {{20.00 USD}}
        lot: "L4"
      Assets:Stock  10 MILK {2.00 USD, "L5"}
      Assets:Stock  10 MILK {2.00 USD, "L6"}
        lot: "L6"
      Assets:Stock  10 MILK {1.50 # 5.00 USD, "L7"}
      Assets:Stock  10 MILK @ 2.00 USD
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert lots(ledger) == [
        ("Assets:Stock", lot) for lot in ("L1", "L2", "L3", "L4", "L5", "L6", "L7", "2025-01-02")
    ]
    assert on_hand(ledger) == {lot: (10, 20) for _, lot in lots(ledger)}


@pytest.mark.parametrize("total", ["@@ 98.00 USD", "{{98.00 USD}}"])
def test_a_total_that_does_not_divide_leaves_with_the_last_unit(total):
    ledger = load(f"""
        plugin "beancount_lotcost"
        plugin "beancount.plugins.auto_accounts"

        2025-01-01 open Assets:Stock
          lot-method: "fifo"
          lot-cost-of-sales: Expenses:CostOfSales

        2025-01-02 * "Delivery"
          Assets:Stock  3 CIDER {total}
            lot: "L1"
          Liabilities:Payable
        2025-01-03 * "One"
          Assets:Stock  -1 CIDER
          Expenses:CostOfSales
        2025-01-04 * "Another"
          Assets:Stock  -1 CIDER
          Expenses:CostOfSales
        2025-01-05 * "The last"
          Assets:Stock  -1 CIDER
          Expenses:CostOfSales
        """)
    assert ledger.errors == []
    assert "Liabilities:Payable -98.00 USD" in written(ledger, 0)
    assert [written(ledger, place).splitlines()[1] for place in (1, 2, 3)] == [
        "Expenses:CostOfSales 32.67 USD",
        "Expenses:CostOfSales 32.67 USD",
        "Expenses:CostOfSales 32.66 USD",
    ]


def test_a_receipt_in_braces_after_a_bare_issue_wants_an_account_booked_none(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock "NONE"
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK {2.00 USD, "L1"}
      Liabilities:Payable
    2025-01-05 * "Invoice 101"
      Assets:Stock  -3 MILK
      Expenses:CostOfSales
    2025-01-06 * "Delivery"
      Assets:Stock  5 MILK {2.50 USD, "L2"}
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert on_hand(ledger) == {"L1": (7, 14), "L2": (5, 12.5)}


def test_a_receipt_in_braces_after_a_bare_issue_needs_booking_none(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock "NONE"
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK {2.00 USD, "L1"}
      Liabilities:Payable
    2025-01-05 * "Invoice 101"
      Assets:Stock  -3 MILK
      Expenses:CostOfSales
    2025-01-06 * "Delivery"
      Assets:Stock  5 MILK {2.50 USD, "L2"}
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert on_hand(ledger) == {"L1": (7, 14), "L2": (5, 12.5)}


def test_goods_may_cost_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Free samples"
      Assets:Stock  6 MUSTARD @ 0.00 USD
        lot: "M-0"
    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MUSTARD @ 3.00 USD
      Assets:Receivable  6.00 USD
    """
    assert ledger.errors == []
    assert ledger.lot("MUSTARD", "M-0")["cost_of_sales"] == 0
    assert ledger.lot("MUSTARD", "M-0")["gross_margin"] == 6
    assert on_hand(ledger) == {"M-0": (4, 0)}


def test_goods_may_be_sold_for_nothing(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  6 MUSTARD @ 1.00 USD
        lot: "M-1"
      Liabilities:Payable
    2025-01-05 * "A gift"
      Assets:Stock  -2 MUSTARD @ 0.00 USD
    """
    assert ledger.errors == []
    assert ledger.lot("MUSTARD", "M-1")["cost_of_sales"] == 2
    assert ledger.lot("MUSTARD", "M-1")["revenue"] == 0


def test_one_unit_a_lot_is_a_serial_number(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 commodity PUMP
      lot-tracked: "serial"
    2025-01-01 open Assets:Stock
      lot-method: "specific"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  1 PUMP @ 100.00 USD
        lot: "SN-1"
      Assets:Stock  1 PUMP @ 110.00 USD
        lot: "SN-2"
      Liabilities:Payable
    2025-01-05 * "Invoice 101"
      Assets:Stock  -1 PUMP
        lot: "SN-2"
      Expenses:CostOfSales
    2025-01-06 * "Invoice 102: a single lot is open"
      Assets:Stock  -1 PUMP
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert lots(ledger, 1) == [("Assets:Stock", "SN-2"), ("Expenses:CostOfSales", "SN-2")]
    assert lots(ledger, 2) == [("Assets:Stock", "SN-1"), ("Expenses:CostOfSales", "SN-1")]


def test_fractions_keep_their_unit_cost_and_book_the_residue(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  0.3 SALT @@ 1.00 USD
        lot: "S1"
      Liabilities:Payable
    2025-01-05 * "A pinch"
      Assets:Stock  -0.1 SALT
      Expenses:CostOfSales
    2025-01-06 * "The rest"
      Assets:Stock  -0.2 SALT
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert written(ledger, 1) == postings_of("""
        Assets:Stock -0.1 SALT {3.33333333 USD, 2025-01-02, "S1"}
        Assets:Stock 0.003333333 USD
        Expenses:CostOfSales 0.33 USD
        """)
    assert lots(ledger, 1) == [
        ("Assets:Stock", "S1"),
        ("Assets:Stock", "S1"),
        ("Expenses:CostOfSales", "S1"),
    ]
    assert ledger.lot("SALT", "S1")["cost_of_sales"] == 1
    assert on_hand(ledger) == {}


# Sales.

SALE = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  10 MILK @ 3.00 USD
        lot: "L2"
      Assets:Stock  6 RICE @ 1.00 USD
        lot: "R1"
      Liabilities:Payable

    2025-01-05 * "Cafe Rose" "Invoice 101"
"""


def sale(legs, before=""):
    """The ledger with a sale of these legs."""
    legs = textwrap.dedent(legs).strip()
    return load(f"{before}{textwrap.dedent(SALE)}{textwrap.indent(legs, '  ')}\n")


def test_the_long_form_gets_its_cost_of_sales():
    ledger = sale("""
        Assets:Stock  -4 MILK
        Assets:Receivable  20.00 USD
        Income:Sales  -20.00 USD
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -4 MILK {2.00 USD, 2025-01-02, "L1"}
        Assets:Receivable 20.00 USD
        Income:Sales -20.00 USD
        Expenses:CostOfSales 8.00 USD
        """)


def test_the_short_form_gets_its_revenue_too():
    ledger = sale("""
        Assets:Stock  -4 MILK @ 5.00 USD
        Assets:Receivable  20.00 USD
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -4 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
        Assets:Receivable 20.00 USD
        Expenses:CostOfSales 8.00 USD
        Income:Sales -20.00 USD
        """)


@pytest.mark.parametrize("account", ["Expenses:CostOfSales", "Expenses:Wholesale:Cost"])
def test_goods_on_an_elided_leg_are_restated_at_cost(account):
    ledger = sale(f"""
        Assets:Stock  -4 MILK
        Assets:Receivable  20.00 USD
        Income:Sales  -20.00 USD
        {account}
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of(f"""
        Assets:Stock -4 MILK {{2.00 USD, 2025-01-02, "L1"}}
        {account} 8.00 USD
        Assets:Receivable 20.00 USD
        Income:Sales -20.00 USD
        """)


def test_an_elided_receivable_takes_the_money_and_no_goods():
    ledger = sale("""
        Assets:Stock  -4 MILK
        Income:Sales  -20.00 USD
        Assets:Receivable
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -4 MILK {2.00 USD, 2025-01-02, "L1"}
        Income:Sales -20.00 USD
        Assets:Receivable 20.00 USD
        Expenses:CostOfSales 8.00 USD
        """)


def test_an_elided_leg_takes_the_cost_of_two_postings_of_one_commodity():
    ledger = sale("""
        Assets:Stock  -1 MILK
          lot: "L1"
        Assets:Stock  -2 MILK
          lot: "L2"
        Assets:Receivable  20.00 USD
        Income:Sales  -20.00 USD
        Expenses:Wholesale:Cost
        """)
    assert ledger.errors == []
    assert {
        posting.meta["lot"]: posting.units.number
        for posting in transactions(ledger)[-1].postings
        if posting.account == "Expenses:Wholesale:Cost"
    } == {"L1": 2, "L2": 6}
    assert "Expenses:CostOfSales" not in written(ledger)


def test_an_elided_receivable_takes_no_goods_of_two_postings_either():
    ledger = sale("""
        Assets:Stock  -1 MILK
          lot: "L1"
        Assets:Stock  -2 MILK
          lot: "L2"
        Income:Sales  -20.00 USD
        Assets:Receivable
        """)
    assert ledger.errors == []
    assert "MILK" not in "".join(
        line for line in written(ledger).splitlines() if "Receivable" in line
    )


def test_income_that_is_written_stays_as_it_is():
    ledger = sale("""
        Assets:Stock  -4 MILK @ 5.00 USD
        Assets:Receivable  20.00 USD
        Income:Sales:Web  -20.00 USD
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -4 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
        Assets:Receivable 20.00 USD
        Income:Sales:Web -20.00 USD
        Expenses:CostOfSales 8.00 USD
        """)


def test_income_and_cost_that_are_written_stay_as_they_are():
    ledger = sale("""
        Assets:Stock  -4 MILK @ 5.00 USD
        Assets:Receivable  20.00 USD
        Income:Sales:Web  -20.00 USD
        Expenses:CostOfSales  8.00 USD
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -4 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
        Assets:Receivable 20.00 USD
        Income:Sales:Web -20.00 USD
        Expenses:CostOfSales 8.00 USD
        """)


@pytest.mark.parametrize("price", ["5.00", "2.00"])
def test_an_elided_cost_of_sales_is_parted_by_lot_where_prices_and_income_are_written(price):
    earned = 4 * Decimal(price)
    ledger = sale(f"""
        Assets:Stock  -3 MILK @ {price} USD
        Assets:Stock  -1 MILK @ {price} USD
          lot: "L1"
        Income:Sales  -{earned} USD
        Assets:Receivable  {earned} USD
        Expenses:CostOfSales
        """)
    assert ledger.errors == []
    assert written(ledger).endswith(
        "\nExpenses:CostOfSales 6.00 USD\nExpenses:CostOfSales 2.00 USD"
    )
    assert lots(ledger)[2:] == [("Expenses:CostOfSales", "L1")] * 2


def test_an_elided_cost_of_sales_takes_what_goods_cost_in_another_currency():
    ledger = load("""
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 price EUR 1.10 USD
    2025-01-02 * "Chateau"
      Assets:Stock  10 WINE @ 7.00 EUR
        lot: "W1"
      Liabilities:Payable
    2025-01-03 * "Sale"
      Assets:Stock  -1 WINE @ 9.00 USD
      Assets:Receivable  9.00 USD
      Income:Sales  -9.00 USD
      Expenses:CostOfSales
    """)
    assert ledger.errors == []
    assert written(ledger).endswith("Income:Sales -9.00 USD\nExpenses:CostOfSales 7.00 EUR")
    assert lots(ledger)[-1] == ("Expenses:CostOfSales", "W1")


def test_a_delivery_fee_beside_a_short_sale_is_no_revenue_of_it():
    ledger = sale("""
        Assets:Stock  -2 MILK @ 5.00 USD
        Income:Delivery  -3.00 USD
        Assets:Receivable  13.00 USD
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -2 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
        Income:Delivery -3.00 USD
        Assets:Receivable 13.00 USD
        Expenses:CostOfSales 4.00 USD
        Income:Sales -10.00 USD
        """)


@pytest.mark.parametrize(
    ("beside", "owed"),
    [
        ("Income:Delivery  -3.00 USD\n  Assets:Receivable", "23.00"),
        ("Income:Sales  2.00 USD\n  Assets:Receivable", "18.00"),
        ("Income:Delivery\n  Assets:Receivable  23.00 USD", "23.00"),
    ],
)
def test_a_fee_or_a_discount_goes_with_a_short_sale_and_an_elided_leg(beside, owed):
    ledger = sale(f"Assets:Stock  -4 MILK @ 5.00 USD\n{textwrap.dedent(beside)}")
    assert ledger.errors == []
    assert f"Assets:Receivable {owed} USD" in written(ledger)
    assert written(ledger).endswith("Expenses:CostOfSales 8.00 USD\nIncome:Sales -20.00 USD")


def test_income_that_is_nearly_the_price_is_the_income_on_whatever_account():
    ledger = sale("""
        Assets:Stock  -4 MILK @ 5.00 USD
        Income:Hospitals  -19.00 USD
        Assets:Receivable
        """)
    assert ledger.errors == []
    assert "Assets:Receivable 19.00 USD" in written(ledger)
    assert written(ledger).count("Income") == 1


def test_a_fee_goes_with_a_short_sale_of_half_cents():
    ledger = sale("""
        Assets:Stock  -3 MILK @ 3.335 USD
        Income:Delivery  -2.00 USD
        Assets:Receivable  12.01 USD
        """)
    assert ledger.errors == []
    assert "Income:Sales -10.01 USD" in written(ledger)


def test_what_breaks_beside_a_sale_is_not_charged_to_the_customer():
    ledger = load("""
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
      Liabilities:Payable
    2025-01-05 * "Three sold, one broken on the way"
      Assets:Stock  -3 MILK @ 5.00 USD
      Assets:Stock  -1 MILK
        reason: "damaged"
      Assets:Receivable
    """)
    assert ledger.errors == []
    assert written(ledger).count("Assets:Receivable") == 1
    assert "Assets:Receivable 15.00 USD" in written(ledger)
    assert "Expenses:WriteOff 2.00 USD" in written(ledger)


def test_tax_and_an_elided_receivable_go_with_a_short_sale():
    ledger = sale("""
        Assets:Stock  -4 MILK @ 5.00 USD
        Liabilities:VAT  -4.20 USD
        Assets:Receivable
        """)
    assert ledger.errors == []
    assert "Assets:Receivable 24.20 USD" in written(ledger)
    assert "Income:Sales -20.00 USD" in written(ledger)


def test_a_total_price_that_does_not_divide_is_the_revenue():
    ledger = sale("""
        Assets:Stock  -3 MILK @@ 10.00 USD
        Assets:Receivable
        """)
    assert ledger.errors == []
    assert "Assets:Receivable 10.00 USD" in written(ledger)
    assert "Income:Sales -10.00 USD" in written(ledger)
    assert ledger.lot("MILK", "L1")["revenue"] == 10


def test_goods_kept_in_dollars_may_be_sold_in_euros():
    ledger = sale(
        """
        Assets:Stock  -4 MILK @ 5.00 EUR
        Assets:Receivable  20.00 EUR
        """,
        before="2025-01-01 price EUR 1.10 USD",
    )
    assert ledger.errors == []
    assert "Expenses:CostOfSales 8.00 USD" in written(ledger)
    assert "Income:Sales -20.00 EUR" in written(ledger)


def test_several_goods_on_one_invoice_each_get_their_legs():
    ledger = sale("""
        Assets:Stock  -4 MILK @ 5.00 USD
        Assets:Stock  -2 RICE @ 3.00 USD
        Assets:Receivable  26.00 USD
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -4 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
        Assets:Stock -2 RICE {1.00 USD, 2025-01-02, "R1"} @ 3.00 USD
        Assets:Receivable 26.00 USD
        Expenses:CostOfSales 8.00 USD
        Income:Sales -20.00 USD
        Expenses:CostOfSales 2.00 USD
        Income:Sales -6.00 USD
        """)


def test_several_goods_share_one_elided_leg():
    ledger = sale("""
        Assets:Stock  -4 MILK
        Assets:Stock  -2 RICE
        Income:Sales  -26.00 USD
        Assets:Receivable  26.00 USD
        Expenses:Wholesale:Cost
        """)
    assert ledger.errors == []
    assert sorted(lots(ledger)) == [
        ("Assets:Stock", "L1"),
        ("Assets:Stock", "R1"),
        ("Expenses:Wholesale:Cost", "L1"),
        ("Expenses:Wholesale:Cost", "R1"),
    ]


def test_a_sale_over_two_lots_has_one_cost_of_sales_leg_a_lot():
    ledger = sale("""
        Assets:Stock  -12 MILK @ 5.00 USD
        Assets:Receivable  60.00 USD
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -10 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
        Assets:Stock -2 MILK {3.00 USD, 2025-01-02, "L2"} @ 5.00 USD
        Assets:Receivable 60.00 USD
        Expenses:CostOfSales 20.00 USD
        Expenses:CostOfSales 6.00 USD
        Income:Sales -50.00 USD
        Income:Sales -10.00 USD
        """)
    assert lots(ledger) == [
        ("Assets:Stock", "L1"),
        ("Assets:Stock", "L2"),
        ("Expenses:CostOfSales", "L1"),
        ("Expenses:CostOfSales", "L2"),
        ("Income:Sales", "L1"),
        ("Income:Sales", "L2"),
    ]


def test_a_lot_that_is_named_leaves_before_the_first_in():
    ledger = sale("""
        Assets:Stock  -4 MILK
          lot: "L2"
        Expenses:CostOfSales
        """)
    assert ledger.errors == []
    assert lots(ledger) == [("Assets:Stock", "L2"), ("Expenses:CostOfSales", "L2")]


# Cards.


def test_the_card_is_on_every_posting_of_the_lot_in_a_dict_of_its_own(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-02-01
        certificate: "CoA-7781"
      Assets:Stock  10 MILK @ 3.00 USD
        lot: "L2"
      Liabilities:Payable

    2025-01-05 * "Cafe Rose" "Invoice 101"
      Assets:Stock  -12 MILK
        pallet: "P7"
      Income:Sales  -60.00 USD
      Assets:Receivable  60.00 USD
    """
    assert ledger.errors == []
    first, second, *_ = transactions(ledger)[1].postings
    assert first.meta.items() >= {
        ("lot", "L1"),
        ("expires", datetime.date(2025, 2, 1)),
        ("certificate", "CoA-7781"),
        ("supplier", "Dairy Farm"),
        ("pallet", "P7"),
    }
    assert second.meta.items() >= {("lot", "L2"), ("supplier", "Dairy Farm"), ("pallet", "P7")}
    assert not {"expires", "certificate"} & second.meta.keys()
    metas = [id(posting.meta) for txn in transactions(ledger) for posting in txn.postings]
    assert len(set(metas)) == len(metas)


def test_the_supplier_on_the_transaction_outranks_the_payee(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Haulier" "Delivery"
      supplier: "Dairy Farm"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert ledger.lot("MILK", "L1")["supplier"] == "Dairy Farm"


def test_what_is_learnt_later_goes_onto_the_card_and_the_latest_date_wins(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-12 custom "lot" "MILK" "L1"
      plant: "Antwerp"
      grade: "A"
    2025-01-09 custom "lot" "MILK" "L1"
      plant: "Bruges"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        plant: "Ghent"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert ledger.lot("MILK", "L1")["plant"] == "Antwerp"
    assert ledger.lot("MILK", "L1", at=datetime.date(2025, 1, 10))["plant"] == "Bruges"
    assert ledger.lot("MILK", "L1", at=datetime.date(2025, 1, 8))["plant"] == "Ghent"


def test_a_lot_retested_after_its_date_may_be_sold_again(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fefo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-01-20
      Liabilities:Payable
    2025-01-21 custom "lot" "MILK" "L1"
      expires: 2025-02-10
    2025-01-22 * "Invoice 101"
      Assets:Stock  -1 MILK
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert ledger.lot("MILK", "L1")["expires"] == datetime.date(2025, 2, 10)


def test_a_date_brought_forward_later_forbids_no_earlier_sale(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fefo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-02-10
      Liabilities:Payable
    2025-01-22 * "Invoice 101"
      Assets:Stock  -1 MILK
      Expenses:CostOfSales
    2025-01-25 custom "lot" "MILK" "L1"
      expires: 2025-01-20
    """
    assert ledger.errors == []


@pytest.mark.parametrize(
    ("card", "expires"),
    [
        ('plant: "Ghent"', datetime.date(2025, 1, 23)),
        ("manufactured: 2024-12-30", datetime.date(2025, 1, 20)),
        ("expires: 2025-03-01", datetime.date(2025, 3, 1)),
    ],
)
def test_a_shelf_life_counts_from_the_day_made_or_else_received(card, expires):
    ledger = load(f"""
        plugin "beancount_lotcost"
        plugin "beancount.plugins.auto_accounts"

        2025-01-01 commodity MILK
          shelf-life: 21
        2025-01-01 open Assets:Stock
          lot-method: "fefo"

        2025-01-02 * "Delivery"
          Assets:Stock  10 MILK @ 2.00 USD
            lot: "L1"
            {card}
          Liabilities:Payable
        """)
    assert ledger.errors == []
    assert ledger.lot("MILK", "L1")["expires"] == expires


# Returns.

RETURNS = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-adjustment: Expenses:StockDifferences

    2025-01-02 * "Delivery"
      Assets:Stock  2 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  2 MILK @ 3.00 USD
        lot: "L2"
      Assets:Stock  6 MILK @ 4.00 USD
        lot: "L3"
      Liabilities:Payable
    2025-01-05 * "Cafe Rose" "Invoice 101" ^inv-101
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Receivable
    2025-01-06 * "Cafe Lily" "Invoice 102" ^inv-102
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Receivable
    2025-01-07 * "Cafe Fern" "Invoice 103" ^inv-103
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Receivable

"""


def returned(txn):
    return load(textwrap.dedent(RETURNS) + textwrap.dedent(txn).strip() + "\n")


def test_a_return_goes_back_to_the_lot_of_the_invoice_it_links_to():
    ledger = returned("""
        2025-01-20 * "Someone else" "Credit note" ^inv-102
          Assets:Stock  1 MILK @ 5.00 USD
            lot-kind: "sale-return"
          Assets:Receivable
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock 1 MILK {3.00 USD, 2025-01-02, "L2"} @ 5.00 USD
        Assets:Receivable -5.00 USD
        Expenses:CostOfSales -3.00 USD
        Income:Sales 5.00 USD
        """)


def test_a_return_without_a_link_goes_back_to_what_that_customer_bought():
    ledger = returned("""
        2025-01-20 * "Cafe Rose" "Credit note"
          Assets:Stock  1 MILK
          Income:Sales  5.00 USD
          Assets:Receivable  -5.00 USD
        """)
    assert ledger.errors == []
    assert lots(ledger) == [("Assets:Stock", "L1"), ("Expenses:CostOfSales", "L1")]


def test_a_return_that_names_its_lot_goes_back_to_that():
    ledger = returned("""
        2025-01-20 * "Over the counter"
          Assets:Stock  1 MILK
            lot: "L2"
          Expenses:CostOfSales
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock 1 MILK {3.00 USD, 2025-01-02, "L2"}
        Expenses:CostOfSales -3.00 USD
        """)


def test_a_return_from_nobody_known_takes_the_latest_sale():
    ledger = returned("""
        2025-01-20 * "Over the counter"
          Assets:Stock  3 MILK
          Expenses:CostOfSales
        """)
    assert ledger.errors == []
    assert sorted(lots(ledger)) == [
        ("Assets:Stock", "L2"),
        ("Assets:Stock", "L3"),
        ("Expenses:CostOfSales", "L2"),
        ("Expenses:CostOfSales", "L3"),
    ]


def test_goods_that_came_back_are_sold_at_their_old_cost_again():
    ledger = returned("""
        2025-01-20 * "Cafe Rose" "Credit note" ^inv-101
          Assets:Stock  1 MILK
          Expenses:CostOfSales
        2025-01-21 * "Cafe Rose" "Invoice 104"
          Assets:Stock  -1 MILK
          Expenses:CostOfSales
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -1 MILK {2.00 USD, 2025-01-02, "L1"}
        Expenses:CostOfSales 2.00 USD
        """)


def test_a_credit_below_cost_goes_to_the_adjustment_account():
    ledger = returned("""
        2025-01-20 * "Dairy Farm" "Sour, sent back"
          Assets:Stock  -2 MILK
            lot: "L3"
            lot-kind: "purchase-return"
          Liabilities:Payable  7.00 USD
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -2 MILK {4.00 USD, 2025-01-02, "L3"}
        Liabilities:Payable 7.00 USD
        Expenses:StockDifferences 1.00 USD
        """)
    assert ledger.lot("MILK", "L3")["units_received"] == 4


def test_an_elided_credit_is_the_cost():
    ledger = returned("""
        2025-01-20 * "Dairy Farm" "Sour, sent back"
          lot-kind: "purchase-return"
          Assets:Stock  -2 MILK
            lot: "L3"
          Liabilities:Payable
        """)
    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock -2 MILK {4.00 USD, 2025-01-02, "L3"}
        Liabilities:Payable 8.00 USD
        """)


def test_the_price_of_goods_sent_back_is_the_credit():
    ledger = returned("""
        2025-01-20 * "Dairy Farm" "Sour, sent back"
          lot-kind: "purchase-return"
          Assets:Stock  -2 MILK @ 3.50 USD
            lot: "L3"
          Liabilities:Payable
        """)
    assert ledger.errors == []
    assert "Liabilities:Payable 7.00 USD" in written(ledger)
    assert "Expenses:StockDifferences 1.00 USD" in written(ledger)


def test_an_expired_lot_may_go_back_to_its_supplier(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fefo"

    2025-01-02 * "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-01-20
      Liabilities:Payable
    2025-02-01 * "Aside"
      Assets:Stock:Main  -10 MILK
      Assets:Stock:Returns
    2025-02-02 * "Sent back"
      Assets:Stock:Returns  -10 MILK
        lot-kind: "purchase-return"
      Liabilities:Payable
    """
    assert ledger.errors == []
    assert on_hand(ledger) == {}


# Transfers.

TRANSFERS = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock:Main  5 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock:Main  5 MILK @ 3.00 USD
        lot: "L2"
      Assets:Stock:Main  6 RICE @ 1.00 USD
        lot: "R1"
      Liabilities:Payable
    2025-01-05 * "Restock the shop"
"""


def transfer(legs):
    legs = textwrap.dedent(legs).strip()
    return load(textwrap.dedent(TRANSFERS) + textwrap.indent(legs, "  ") + "\n")


@pytest.mark.parametrize("shop", ["Assets:Stock:Shop", "Assets:Stock:Shop  7 MILK"])
def test_a_transfer_takes_lot_cost_and_date_along(shop):
    ledger = transfer(f"Assets:Stock:Main  -7 MILK\n{shop}")

    assert ledger.errors == []
    assert written(ledger) == postings_of("""
        Assets:Stock:Main -5 MILK {2.00 USD, 2025-01-02, "L1"}
        Assets:Stock:Main -2 MILK {3.00 USD, 2025-01-02, "L2"}
        Assets:Stock:Shop 5 MILK {2.00 USD, 2025-01-02, "L1"}
        Assets:Stock:Shop 2 MILK {3.00 USD, 2025-01-02, "L2"}
        """)
    assert on_hand(ledger, account="Assets:Stock:Main") == {"L2": (3, 9), "R1": (6, 6)}


def test_a_transfer_moves_several_goods_and_one_elided_leg_takes_them():
    ledger = transfer("""
        Assets:Stock:Main  -7 MILK
        Assets:Stock:Main  -2 RICE
        Assets:Stock:Shop
        """)
    assert ledger.errors == []
    assert on_hand(ledger, account="Assets:Stock:Shop") == {
        "L1": (5, 10),
        "L2": (2, 6),
        "R1": (2, 2),
    }


@pytest.mark.parametrize(
    "legs",
    [
        'Assets:Stock:Main  -3 MILK\n  lot: "L2"\nAssets:Stock:Shop  3 MILK',
        'Assets:Stock:Main  -3 MILK\nAssets:Stock:Shop  3 MILK\n  lot: "L2"',
        'Assets:Stock:Shop  3 MILK\n  lot: "L2"\nAssets:Stock:Main  -3 MILK',
    ],
)
def test_a_transfer_names_its_lot_on_either_side(legs):
    ledger = transfer(legs)

    assert ledger.errors == []
    assert on_hand(ledger, account="Assets:Stock:Shop") == {"L2": (3, 9)}


def test_a_transfer_goes_to_several_accounts():
    ledger = transfer("""
        Assets:Stock:Main  -7 MILK
        Assets:Stock:Shop  6 MILK
        Assets:Stock:Van  1 MILK
        """)
    assert ledger.errors == []
    assert on_hand(ledger, account="Assets:Stock:Shop") == {"L1": (5, 10), "L2": (1, 3)}
    assert on_hand(ledger, account="Assets:Stock:Van") == {"L2": (1, 3)}


def test_a_transfer_names_two_lots_where_they_arrive():
    ledger = transfer("""
        Assets:Stock:Main  -4 MILK
        Assets:Stock:Shop  1 MILK
          lot: "L1"
        Assets:Stock:Shop  3 MILK
          lot: "L2"
        """)
    assert ledger.errors == []
    assert on_hand(ledger, account="Assets:Stock:Shop") == {"L1": (1, 2), "L2": (3, 9)}


def test_a_transfer_whose_sides_name_two_lots_is_an_error():
    ledger = transfer("""
        Assets:Stock:Main  -3 MILK
          lot: "L1"
        Assets:Stock:Shop  3 MILK
          lot: "L2"
        """)
    assert len(ledger.errors) == 1
    assert on_hand(ledger, account="Assets:Stock:Shop") == {}


# Write-offs.


def test_a_write_off_goes_to_the_account_of_its_reason(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fefo"
      lot-write-off: Expenses:WriteOff
      lot-write-off-theft: Expenses:Theft

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-01-20
      Liabilities:Payable
    2025-01-25 * "Stolen"
      Assets:Stock  -1 MILK
        reason: "theft"
    2025-01-26 * "Spoiled"
      reason: "expired"
      Assets:Stock  -2 MILK
    2025-01-27 * "Dropped"
      Assets:Stock  -3 MILK
        reason: "damaged"
      Expenses:Breakage
    """
    assert ledger.errors == []
    assert written(ledger, 1) == postings_of("""
        Assets:Stock -1 MILK {2.00 USD, 2025-01-02, "L1"}
        Expenses:Theft 2.00 USD
        """)
    assert written(ledger, 2) == postings_of("""
        Assets:Stock -2 MILK {2.00 USD, 2025-01-02, "L1"}
        Expenses:WriteOff 4.00 USD
        """)
    assert written(ledger, 3) == postings_of("""
        Assets:Stock -3 MILK {2.00 USD, 2025-01-02, "L1"}
        Expenses:Breakage 6.00 USD
        """)
    assert ledger.lot("MILK", "L1")["units_written_off"] == 6


# What is none of lotcost's business.


def test_other_entries_come_out_as_they_went_in(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Rent"
      Expenses:Rent  100.00 USD
      Assets:Bank
    2025-01-03 * "Shares"
      Assets:Broker  3 HOOL {100.00 USD}
      Assets:Bank
    2025-01-04 * "Lunch, not from stock"
      Expenses:Food  1 MILK @ 2.00 USD
      Assets:Cash
    2025-01-05 balance Assets:Bank  -400.00 USD
    """
    assert ledger.errors == []
    assert ledger.rows("lots") == []
    assert written(ledger) == postings_of("""
        Expenses:Food 1 MILK @ 2.00 USD
        Assets:Cash -2.00 USD
        """)


def test_a_leg_on_the_account_for_landed_cost_is_on_the_goods_beside_it(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-landed-cost: Assets:Clearing:Freight

    2025-01-02 * "Delivery, with freight"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  10 RICE @ 3.00 USD
        lot: "R1"
      Assets:Clearing:Freight  5.00 USD
      Liabilities:Payable  -55.00 USD
    """
    assert ledger.errors == []
    assert [row["cost_landed"] for row in ledger.rows("lots")] == [2, 3]
    assert [row["cost_on_hand"] for row in ledger.rows("lots")] == [22, 33]
