"""What a bookkeeper is told: the class of each error, its line and its sentence, and no more.

On every ledger of this page a movement with an error leaves its posting as written (`told`).
"""

from __future__ import annotations

import datetime
import inspect
import textwrap

import pytest
from beancount.core import data
from conftest import Loaded, load

from lotcost.ledger import errors
from lotcost.ledger.errors import (
    BarredLot,
    BatchCycle,
    BelowZero,
    ClosingMoved,
    CountDiffers,
    CountUncosted,
    ElidedAmount,
    LotNeeded,
    LotNotArrived,
    MissingAccount,
    MissingCost,
    MissingLot,
    MissingPrice,
    MixedMoney,
    MixedStyles,
    NegativeBatch,
    NeverSold,
    NoSuchLot,
    NoWriteDown,
    ShortStock,
    TwoCosts,
    TwoCurrencies,
    TwoLots,
    UnclearKind,
    UnevenTransfer,
    UnknownWord,
    WrongClosing,
    WrongLanding,
    WrongSerial,
    WrongShares,
    WrongType,
)


def tell(text, ledger):
    """Each error as its class, the text of its line, and what it says."""
    lines = textwrap.dedent(text).splitlines()
    plain = load(text.replace('plugin "beancount_lotcost"', ""))
    for error in ledger.errors:
        line = error.source["lineno"]
        assert postings(ledger, line) == postings(plain, line)
    return [
        (type(error), lines[error.source["lineno"] - 1].strip(), error.message)
        for error in ledger.errors
    ]


def postings(ledger, line):
    """The postings of a line, without what is hidden in their metadata."""
    return [
        posting._replace(
            meta={key: value for key, value in posting.meta.items() if not key.startswith("__")}
        )
        for entry in ledger.entries
        if isinstance(entry, data.Transaction)
        for posting in entry.postings
        if posting.meta["lineno"] == line
    ]


@pytest.fixture
def told(request, ledger):
    """What the ledger in the test's docstring tells."""
    return tell(request.function.__doc__, ledger)


def on_hand(ledger: Loaded):
    return {row["lot"]: row["units_on_hand"] for row in ledger.rows("lots")}


# One test a class, and the other ways into it.


def test_an_issue_beyond_stock_is_short_in_numbers(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -12 MILK
      Assets:Receivable  60.00 USD
      Income:Sales  -60.00 USD

    2025-01-06 * "Invoice 102"
      Assets:Stock  -1 MILK
      Assets:Receivable  5.00 USD
      Income:Sales  -5.00 USD
    """
    assert told == [
        (
            ShortStock,
            "Assets:Stock  -12 MILK",
            "Assets:Stock is 2 MILK short on 2025-01-05: 12 wanted, 10 on hand (lot L1 10).",
        )
    ]
    assert on_hand(ledger) == {"L1": 9}


def test_an_issue_of_more_of_a_lot_than_there_is_names_the_lot(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  1.5 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  9 MILK @ 2.00 USD
        lot: "L2"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK
        lot: "L1"
      Assets:Receivable  60.00 USD
      Income:Sales  -60.00 USD
    """
    assert told == [
        (
            ShortStock,
            "Assets:Stock  -2 MILK",
            "Assets:Stock is 0.5 MILK of lot L1 short on 2025-01-05: "
            "2 wanted, 1.5 on hand (lot L1 1.5).",
        )
    ]
    assert on_hand(ledger) == {"L1": 1.5, "L2": 9}


def test_a_sale_that_names_no_lot_passes_an_expired_one_and_says_so(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fefo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-01-31
      Assets:Stock  3 MILK @ 2.00 USD
        lot: "L2"
      Liabilities:Payable

    2025-02-01 * "Invoice 101"
      Assets:Stock  -4 MILK
      Assets:Receivable  60.00 USD
      Income:Sales  -60.00 USD
    """
    assert told == [
        (
            ShortStock,
            "Assets:Stock  -4 MILK",
            "Assets:Stock is 1 MILK short on 2025-02-01: 4 wanted, 3 on hand "
            "(lot L1 10 expired on 2025-01-31, lot L2 3).",
        )
    ]
    assert on_hand(ledger) == {"L1": 10, "L2": 3}


def test_an_expired_lot_may_not_be_sold_the_day_after(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-01-31
      Liabilities:Payable

    2025-01-31 * "Invoice 101, on its last day"
      Assets:Stock  -1 MILK
        lot: "L1"
      Assets:Receivable  5.00 USD
      Income:Sales  -5.00 USD

    2025-02-01 * "Invoice 102"
      Assets:Stock  -4 MILK
        lot: "L1"
      Assets:Receivable  20.00 USD
      Income:Sales  -20.00 USD
    """
    assert told == [
        (
            BarredLot,
            "Assets:Stock  -4 MILK",
            "Lot L1 of MILK in Assets:Stock may not be sold or used on 2025-02-01: "
            'it expired on 2025-01-31. To take it out of stock write reason: "expired"',
        )
    ]
    assert on_hand(ledger) == {"L1": 9}


def test_a_lot_in_quarantine_may_not_be_sold_before_it_is_released(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-03 custom "lot-status" "MILK" "L1" "quarantine"

    2025-01-04 * "Invoice 101"
      Assets:Stock  -4 MILK
        lot: "L1"
      Assets:Receivable  20.00 USD
      Income:Sales  -20.00 USD

    2025-01-05 custom "lot-status" "MILK" "L1" "released"

    2025-01-05 * "Invoice 102"
      Assets:Stock  -1 MILK
        lot: "L1"
      Assets:Receivable  5.00 USD
      Income:Sales  -5.00 USD
    """
    assert told == [
        (
            BarredLot,
            "Assets:Stock  -4 MILK",
            "Lot L1 of MILK in Assets:Stock may not be sold or used on 2025-01-04: "
            "it is in quarantine since 2025-01-03. "
            'To release it write: 2025-01-04 custom "lot-status" "MILK" "L1" "released"',
        )
    ]
    assert on_hand(ledger) == {"L1": 9}


def test_a_recalled_lot_may_not_be_sold_and_may_be_written_off(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-03 custom "lot-status" "MILK" "L1" "recalled"

    2025-01-04 * "Invoice 101"
      Assets:Stock  -4 MILK
        lot: "L1"
      Assets:Receivable  20.00 USD
      Income:Sales  -20.00 USD

    2025-01-05 * "Destroyed"
      Assets:Stock  -6 MILK
        lot: "L1"
        reason: "recalled"
    """
    assert told == [
        (
            BarredLot,
            "Assets:Stock  -4 MILK",
            "Lot L1 of MILK in Assets:Stock may not be sold or used on 2025-01-04: "
            'it is recalled since 2025-01-03. To take it out of stock write reason: "recalled"',
        )
    ]
    assert on_hand(ledger) == {"L1": 4}


def test_an_unknown_lot_gets_the_nearest_known_one(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "2025-07"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK
        lot: "2025-70"
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD
    """
    assert told == [
        (
            NoSuchLot,
            "Assets:Stock  -2 MILK",
            'No receipt brings a lot 2025-70 of MILK; did you mean "2025-07"?',
        )
    ]
    assert on_hand(ledger) == {"2025-07": 10}


def test_a_lot_of_another_commodity_is_told_as_that(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  5 RICE @ 2.00 USD
        lot: "R1"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK
        lot: "R1"
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD
    """
    assert told == [
        (
            NoSuchLot,
            "Assets:Stock  -2 MILK",
            "No receipt brings a lot R1 of MILK; it is a lot of RICE.",
        )
    ]
    assert on_hand(ledger) == {"L1": 10, "R1": 5}


def test_a_lot_sold_before_it_arrived_is_told_with_its_day(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK
        lot: "L2"
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD

    2025-03-01 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L2"
      Liabilities:Payable
    """
    assert told == [
        (
            LotNotArrived,
            "Assets:Stock  -2 MILK",
            "Lot L2 of MILK is used on 2025-01-05 and arrives on 2025-03-01, after this line. "
            "Correct one of the two dates, or name another lot.",
        )
    ]
    assert on_hand(ledger) == {"L1": 10, "L2": 10}


def test_specific_identification_asks_for_the_lot_that_left(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "specific"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  5 MILK @ 2.00 USD
        lot: "L2"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD
    """
    assert told == [
        (
            LotNeeded,
            "Assets:Stock  -2 MILK",
            "Assets:Stock is kept by specific identification and holds 2 lots of MILK on "
            '2025-01-05 (lot L1 10, lot L2 5). Add the one that left: lot: "L1"',
        )
    ]
    assert on_hand(ledger) == {"L1": 10, "L2": 5}


def test_a_lot_has_its_cost_in_one_currency(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  5 MILK @ 3.00 EUR
        lot: "L1"
      Liabilities:Payable
    """
    assert told == [
        (
            TwoCurrencies,
            "Assets:Stock  5 MILK @ 3.00 EUR",
            "Lot L1 of MILK has its cost in USD and gets one in EUR. "
            "Write the cost in USD, or use a lot number of its own.",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_customer_returns_no_more_than_was_sold(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD

    2025-01-06 * "Credit note"
      Assets:Stock  3 MILK
      Assets:Receivable  -15.00 USD
      Income:Sales  15.00 USD
    """
    assert told == [
        (
            NeverSold,
            "Assets:Stock  3 MILK",
            "A customer returns 3 MILK on 2025-01-06, and 2 were sold and not returned yet. "
            'Where they left before this ledger begins, write their cost and lot-kind: "receipt".',
        )
    ]
    assert on_hand(ledger) == {"L1": 8}


def test_a_transfer_brings_in_what_it_takes_out(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Restock the shop"
      Assets:Stock:Main  -5 MILK
      Assets:Stock:Shop  4 MILK
    """
    assert told == [
        (
            UnevenTransfer,
            "Assets:Stock:Shop  4 MILK",
            "A transfer takes out 5 MILK and brings in 4. "
            "Write the difference as a movement of its own.",
        )
    ]
    assert ledger.lot("MILK", "L1", account="Assets:Stock:Main")["units_on_hand"] == 10


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        (
            "cost: 5.00 USD",
            TwoCosts,
            "3 CAKE come in with two costs, cost: 5.00 USD and a price. cost is of the output of "
            "a batch: leave it out, or the price where this is one",
        ),
        (
            "cost-share: 60",
            WrongShares,
            "cost-share is of the outputs of a batch, and 3 CAKE are bought. Leave it out",
        ),
    ],
)
def test_a_word_of_an_output_on_goods_that_are_bought_is_an_error(said, kind, message):
    text = f"""
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  3 CAKE @ 2.00 USD
        {said}
      Liabilities:Payable
    """
    assert tell(text, load(text)) == [(kind, "Assets:Stock  3 CAKE @ 2.00 USD", message)]


@pytest.mark.parametrize(
    ("leg", "message"),
    [
        (
            "-2 MILK",
            "A transfer takes out 2 MILK, and they come in nowhere. "
            "Write where they go: Assets:Inventory:Shop  2 MILK",
        ),
        (
            "2 MILK @ 2.00 USD",
            "A transfer brings in 2 MILK, and they leave no inventory account. "
            "Write where they leave: Assets:Inventory:Main  -2 MILK",
        ),
    ],
)
def test_a_transfer_that_has_one_side_is_asked_for_the_other(leg, message):
    text = f"""
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Out to the van"
      Assets:Stock  {leg}
        lot-kind: "transfer"
      Assets:Transit
    """
    ledger = load(text)
    assert tell(text, ledger) == [(UnevenTransfer, f"Assets:Stock  {leg}", message)]
    assert on_hand(ledger) == {"L1": 10}


def test_a_batch_that_makes_nothing_is_asked_what_it_makes(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F1"
      Liabilities:Payable

    2025-01-05 * "Bake"
      Assets:Stock  -1 FLOUR
        lot-kind: "production"
      Expenses:Bakery  2.00 USD
    """
    assert told == [
        (
            UnclearKind,
            "Assets:Stock  -1 FLOUR",
            "1 FLOUR go into a batch that makes nothing. Write what it makes, as in "
            'Assets:Inventory:Main  40 CAKE, or reason: "abnormal-loss" where it was lost',
        )
    ]
    assert on_hand(ledger) == {"F1": 10}


def test_goods_that_go_out_for_no_reason_ask_for_one(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Where to?"
      Assets:Stock  -2 MILK
      Assets:Bank  10.00 USD
    """
    assert told == [
        (
            UnclearKind,
            "Assets:Stock  -2 MILK",
            "2 MILK go out, and nothing says why. "
            'Add lot-kind: "sale", lot-kind: "purchase-return" or reason: "damaged"',
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_goods_that_go_out_are_no_receipt(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Back to the farm"
      Assets:Stock  -2 MILK
        lot-kind: "receipt"
      Liabilities:Payable  4.00 USD
    """
    assert told == [
        (
            UnclearKind,
            "Assets:Stock  -2 MILK",
            '2 MILK go out, which is no lot-kind "receipt"; '
            "known are adjustment, production, purchase-return, sale, transfer, write-off",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_receipt_without_a_cost_asks_for_the_price(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  5 MILK
        lot: "L2"
      Liabilities:Payable  -10.00 USD
    """
    assert told == [
        (
            MissingCost,
            "Assets:Stock  5 MILK",
            "5 MILK come in, and nothing says what they cost. Write their price: 5 MILK @ 1.00 USD",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_posting_has_one_cost(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  5 MILK {2.00 USD} @ 3.00 USD
        lot: "L2"
      Liabilities:Payable
    """
    assert told == [
        (
            TwoCosts,
            "Assets:Stock  5 MILK {2.00 USD} @ 3.00 USD",
            "5 MILK come in with two costs, {2 USD} and @ 3 USD. Leave one out",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_goods_that_need_a_lot_number_get_one(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 commodity MILK
      lot-tracked: "required"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  5 MILK @ 2.00 USD
      Liabilities:Payable
    """
    assert told == [
        (
            MissingLot,
            "Assets:Stock  5 MILK @ 2.00 USD",
            'MILK is lot-tracked: "required", and this receipt names no lot. '
            'Add lot: "2025-01-05-A"',
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_serial_number_is_one_unit(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 commodity PUMP
      lot-tracked: "serial"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  1 PUMP @ 2.00 USD
        lot: "SN-1"
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  5 PUMP @ 2.00 USD
        lot: "SN-2"
      Liabilities:Payable
    """
    assert told == [
        (
            MissingLot,
            "Assets:Stock  5 PUMP @ 2.00 USD",
            'PUMP is lot-tracked: "serial", one unit a lot, and lot SN-2 brings 5. '
            'Write a number for each: serial: "S0001..S0005"',
        )
    ]
    assert on_hand(ledger) == {"SN-1": 1}


def test_a_serial_number_comes_in_once(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 commodity PUMP
      lot-tracked: "serial"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  1 PUMP @ 2.00 USD
        lot: "SN-1"
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  1 PUMP @ 3.00 USD
        lot: "SN-1"
      Liabilities:Payable
    """
    assert told == [
        (
            MissingLot,
            "Assets:Stock  1 PUMP @ 3.00 USD",
            'PUMP is lot-tracked: "serial", and lot SN-1 has come in before, in <string>:11. '
            "Write the number of this unit",
        )
    ]
    assert on_hand(ledger) == {"SN-1": 1}


def test_serial_numbers_are_one_for_each_unit(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 commodity PUMP
      lot-tracked: "serial"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  3 PUMP @ 2.00 USD
        serial: "S0001..S0005"
      Liabilities:Payable
    """
    assert told == [
        (
            WrongSerial,
            "Assets:Stock  3 PUMP @ 2.00 USD",
            'serial "S0001..S0005" names 5 and the posting has 3 PUMP. Write 5 units, or '
            'serial: "S0001..S0003"',
        )
    ]


def test_a_posting_names_one_lot(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  5 MILK {2.00 USD, "L2"}
        lot: "L3"
      Liabilities:Payable
    """
    assert told == [
        (
            TwoLots,
            'Assets:Stock  5 MILK {2.00 USD, "L2"}',
            'The posting names lot "L3" and, in its cost, lot "L2". Leave one out',
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_lot_expires_on_one_day(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-02-01
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  5 MILK @ 3.00 USD
        lot: "L1"
        expires: 2025-03-01
      Liabilities:Payable
    """
    assert told == [
        (
            TwoLots,
            "Assets:Stock  5 MILK @ 3.00 USD",
            "Lot L1 of MILK expires on 2025-02-01 and, by this receipt, on 2025-03-01. "
            "Give these goods a lot number of their own",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_beancounts_own_lots_in_a_managed_account_name_both_lines(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK {2.00 USD, "L1"}
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK {"L1"}
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD
      Expenses:CostOfSales
    """
    assert told == [
        (
            MixedStyles,
            'Assets:Stock  -2 MILK {"L1"}',
            'Assets:Stock is managed (lot-method "fifo", <string>:5), and this line has a lot in '
            'Beancount\'s own form. Write -2 MILK with lot: "L1"',
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_bare_issue_from_a_native_account_names_both_lines(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "beancount"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK {2.00 USD, "L1"}
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD
    """
    assert told == [
        (
            MixedStyles,
            "Assets:Stock  -2 MILK",
            "Assets:Stock is booked by Beancount (lot-method, <string>:5), and this line has "
            'goods without their lot. Write -2 MILK {} or -2 MILK {"L1"}',
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_bare_receipt_in_a_native_account_asks_for_the_cost_in_braces(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "beancount"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK {2.00 USD, "L1"}
      Liabilities:Payable

    2025-01-05 * "Delivery"
      Assets:Stock  2 MILK @ 3.00 USD
        lot: "L2"
      Liabilities:Payable
    """
    assert told == [
        (
            MixedStyles,
            "Assets:Stock  2 MILK @ 3.00 USD",
            "Assets:Stock is booked by Beancount (lot-method, <string>:5), and this line has "
            'goods without their lot. Write 2 MILK {3.00 USD, "L2"}',
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_goods_do_not_move_between_a_managed_and_a_native_account(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
    2025-01-01 open Assets:Depot
      lot-method: "beancount"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "To the depot"
      Assets:Stock  -5 MILK
      Assets:Depot  5 MILK
    """
    assert [error[0] for error in told] == [MixedStyles]
    assert on_hand(ledger) == {"L1": 10}


def test_a_leg_without_an_account_names_the_open_and_the_key(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock:Main  -2 MILK
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD
    """
    assert told == [
        (
            MissingAccount,
            "Assets:Stock:Main  -2 MILK",
            "This sale needs a leg on an account that is not laid down. Add to the open of "
            "Assets:Stock (<string>:5): lot-cost-of-sales: Expenses:CostOfSales",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_short_sale_without_a_sales_account_asks_for_it(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Receivable  10.00 USD
    """
    assert told == [
        (
            MissingAccount,
            "Assets:Stock  -2 MILK @ 5.00 USD",
            "This sale needs a leg on an account that is not laid down. Add to the open of "
            "Assets:Stock (<string>:5): lot-sales: Income:Sales",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_write_off_without_an_account_asks_for_it(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-write-off-theft: Expenses:Theft

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Dropped"
      Assets:Stock  -2 MILK
        reason: "damaged"
    """
    assert told == [
        (
            MissingAccount,
            "Assets:Stock  -2 MILK",
            "This write-off needs a leg on an account that is not laid down. Add to the open of "
            "Assets:Stock (<string>:5): lot-write-off: Expenses:WriteOff",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_a_credit_that_differs_from_cost_asks_for_the_adjustment_account(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Sour, sent back"
      Assets:Stock  -2 MILK
        lot-kind: "purchase-return"
      Liabilities:Payable  3.00 USD
    """
    assert told == [
        (
            MissingAccount,
            "Assets:Stock  -2 MILK",
            "This purchase-return needs a leg on an account that is not laid down. Add to the "
            "open of Assets:Stock (<string>:5): lot-adjustment: Expenses:StockDifferences",
        )
    ]
    assert on_hand(ledger) == {"L1": 10}


def test_one_elided_leg_of_a_production_asks_for_its_amount(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Bake"
      Assets:Stock  -2 MILK
      Assets:Stock  40 CAKE
        lot: "B-001"
      Liabilities:Wages
    """
    assert [error[:2] for error in told] == [(ElidedAmount, "Liabilities:Wages")]
    assert on_hand(ledger) == {"L1": 10}


def test_a_card_for_a_lot_nobody_received_is_an_error(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-03 custom "lot" "MILK" "L1"
      plant: "Ghent"
    2025-01-04 custom "lot" "MILK" "L11"
      plant: "Ghent"
    2025-01-05 custom "lot" "MILK" "X"
    2025-01-06 custom "lot-status" "RICE" "L1" "recalled"
    """
    assert told == [
        (
            UnknownWord,
            '2025-01-04 custom "lot" "MILK" "L11"',
            'No receipt brings a lot L11 of MILK; did you mean "L1"?',
        ),
        (
            UnknownWord,
            '2025-01-05 custom "lot" "MILK" "X"',
            "No receipt brings a lot X of MILK; known are L1",
        ),
        (
            UnknownWord,
            '2025-01-06 custom "lot-status" "RICE" "L1" "recalled"',
            "No receipt brings a lot L1 of RICE; none is known",
        ),
    ]
    assert on_hand(ledger) == {"L1": 10}


# Words and types: one ledger, one wrong line each.

LEDGER = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 commodity MILK
  name: "Milk"{commodity}
2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff{open}

2025-01-02 * "Delivery"
  Assets:Stock  10 MILK @ 2.00 USD
    lot: "L1"
  Liabilities:Payable

2025-01-05 * "Delivery"{transaction}
  Assets:Stock  5 MILK @ 3.00 USD{receipt}
  Liabilities:Payable

2025-01-06 * "Written off"
  Assets:Stock  -1 MILK{issue}

2025-01-07 custom {custom}
"""
PLACES = ("commodity", "open", "transaction", "receipt", "issue")
LINES = {
    "commodity": "2025-01-01 commodity MILK",
    "open": "2025-01-01 open Assets:Stock",
    "transaction": '2025-01-05 * "Delivery"',
    "receipt": "Assets:Stock  5 MILK @ 3.00 USD",
    "issue": "Assets:Stock  -1 MILK",
}
OUT = "known are adjustment, production, purchase-return, sale, transfer, write-off"
REASONS = "known are abnormal-loss, damaged, expired, normal-loss, recalled, sample, theft"


def words(place, line):
    """The ledger with one line more at a place."""
    fill = {name: "" for name in PLACES}
    fill |= {"issue": '\n    reason: "damaged"', "custom": '"lot" "MILK" "L1"'}
    if place == "custom":
        fill["custom"] = line
    else:
        indent = "    " if place in {"receipt", "issue"} else "  "
        fill[place] = f"\n{indent}{line}"
    return LEDGER.format(**fill)


def test_the_ledger_of_the_wrong_words_is_right_without_them():
    text = words("receipt", 'plant: "Ghent"')
    ledger = load(text)

    assert tell(text, ledger) == []
    assert on_hand(ledger) == {"2025-01-05": 5, "L1": 9}


@pytest.mark.parametrize(
    ("place", "line", "kind", "message"),
    [
        ("receipt", "lot: 7", WrongType, 'lot wants a text and has 7; write lot: "7"'),
        (
            "receipt",
            'expires: "2025-02-01"',
            WrongType,
            'expires wants a date and has "2025-02-01"; write expires: 2025-02-01 without quotes',
        ),
        (
            "receipt",
            "expires: 20250201",
            WrongType,
            "expires wants a date and has 20250201; write expires: 2025-02-01 without quotes",
        ),
        (
            "receipt",
            'best-before: "soon"',
            WrongType,
            'best-before wants a date and has "soon"; write best-before: 2025-02-01 without quotes',
        ),
        (
            "receipt",
            "manufactured: 2025-01-04\n    expires: 2025-01-03",
            WrongType,
            "The lot expires on 2025-01-03, before it was manufactured on 2025-01-04",
        ),
        (
            "receipt",
            'lot-kind: "recipt"',
            UnclearKind,
            'The lot-kind "recipt" is unknown; did you mean "receipt"?',
        ),
        (
            "issue",
            'lot-kind: "gift"',
            UnclearKind,
            f'The lot-kind "gift" is unknown; {OUT}',
        ),
        (
            "issue",
            'reason: "dammaged"',
            UnknownWord,
            'The reason "dammaged" is unknown; did you mean "damaged"?',
        ),
        ("issue", "reason: TRUE", UnknownWord, f'The reason "True" is unknown; {REASONS}'),
        (
            "issue",
            'lot: 7\n    reason: "theft"',
            WrongType,
            'lot wants a text and has 7; write lot: "7"',
        ),
    ],
)
def test_a_wrong_word_on_a_posting_is_one_error_at_its_line(place, line, kind, message):
    text = words(place, line)
    ledger = load(text)

    assert tell(text, ledger) == [(kind, LINES[place], message)]
    left = {"L1": 9} if place == "receipt" else {"2025-01-05": 5, "L1": 10}
    assert on_hand(ledger) == left


@pytest.mark.parametrize(
    ("place", "line", "kind", "message"),
    [
        (
            "open",
            'lot-sale: "Income:Sales"',
            UnknownWord,
            'The key lot-sale is unknown here; did you mean "lot-sales"?',
        ),
        (
            "open",
            'lot-within: "averge"',
            UnknownWord,
            'lot-within "averge" is unknown; did you mean "average"?',
        ),
        (
            "open",
            'lot-sales: "Sales"',
            WrongType,
            "lot-sales wants an account and has Sales; write lot-sales: Income:Sales",
        ),
        (
            "open",
            "lot-write-off-damaged: 5",
            WrongType,
            "lot-write-off-damaged wants an account and has 5; "
            "write lot-write-off-damaged: Expenses:Example",
        ),
        (
            "commodity",
            'lot-track: "no"',
            UnknownWord,
            'The key lot-track is unknown here; did you mean "lot-tracked"?',
        ),
        (
            "commodity",
            'lot-tracked: "maybe"',
            UnknownWord,
            'lot-tracked "maybe" is unknown; known are no, required, serial',
        ),
        *(
            (
                "commodity",
                f"shelf-life: {written}",
                WrongType,
                f"shelf-life wants whole days, at least 1, and has {shown}; write shelf-life: 21",
            )
            for written, shown in (("0", "0"), ("-1", "-1"), ("2.5", "2.5"), ('"21"', "21"))
        ),
        (
            "commodity",
            'unit-weight: "1 kg"',
            WrongType,
            "unit-weight wants a number above 0 and has 1 kg; write unit-weight: 1.03",
        ),
    ],
)
def test_a_wrong_word_on_an_open_or_a_commodity_is_one_error_at_its_line(
    place, line, kind, message
):
    text = words(place, line)
    ledger = load(text)

    assert tell(text, ledger) == [(kind, LINES[place], message)]
    assert on_hand(ledger) == {"2025-01-05": 5, "L1": 9}


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        (
            '"lot-statut" "MILK" "L1" "recalled"',
            UnknownWord,
            'custom "lot-statut" is unknown; did you mean "lot-status"?',
        ),
        (
            '"lot-recall" "MILK" "L1"',
            UnknownWord,
            'custom "lot-recall" is unknown; did you mean "lot-close"?',
        ),
        (
            '"lot-status" "MILK" "L1" "recaled"',
            UnknownWord,
            'The status "recaled" is unknown; did you mean "recalled"?',
        ),
        (
            '"lot-status" "MILK" "L1"',
            WrongType,
            'custom "lot-status" has 2 values or other types; '
            'write custom "lot-status" "MILK" "L1" "quarantine"',
        ),
        (
            '"lot" "MILK" 1',
            WrongType,
            'custom "lot" has 2 values or other types; write custom "lot" "MILK" "L1"',
        ),
        (
            '"lot" "MILK" "L1"\n  expires: "2025-02-01"',
            WrongType,
            'expires wants a date and has "2025-02-01"; write expires: 2025-02-01 without quotes',
        ),
        (
            '"lotcost" "framwork" "ifrs"',
            UnknownWord,
            'The setting "framwork" is unknown; did you mean "framework"?',
        ),
        (
            '"lotcost" "framework" "gaap"',
            UnknownWord,
            '"framework" wants "ifrs" or "us-gaap" and has "gaap"',
        ),
        (
            '"lotcost" "write-off-expired" "yes"',
            UnknownWord,
            '"write-off-expired" wants TRUE or FALSE and has "yes"',
        ),
        (
            '"lotcost" "framework"',
            WrongType,
            'custom "lotcost" wants a word and its value; '
            'write custom "lotcost" "framework" "ifrs"',
        ),
        (
            '"lot" "MILK" "L1"\n  lot-plant: "Ghent"',
            UnknownWord,
            "The key lot-plant is unknown here; none is known",
        ),
    ],
)
def test_a_wrong_word_in_a_directive_is_one_error_at_its_line(line, kind, message):
    text = words("custom", line)
    ledger = load(text)

    assert tell(text, ledger) == [(kind, f"2025-01-07 custom {line}".splitlines()[0], message)]
    assert on_hand(ledger) == {"2025-01-05": 5, "L1": 9}


# Batches, landed costs and what is said of an evening: the same stock, one thing more.

STOCK = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-down: Expenses:WriteDown
  lot-adjustment: Expenses:StockDifferences
  lot-landed-cost: Assets:Clearing:Freight

2025-01-02 * "Delivery" ^po-17
  Assets:Stock  10 MILK @ 2.00 USD
    lot: "L1"
  Assets:Stock  5 SALT @ 1.00 EUR
    lot: "S1"
  Liabilities:Payable

"""
FREIGHT = """
2025-01-05 * "Freight"
  Assets:Clearing:Freight  {amount}
    {on}
  Liabilities:Payable
"""
BATCH = """
2025-01-05 * "Bake"
  Assets:Stock  -5 MILK
  Assets:Stock  4 CAKE
    lot: "B"{cake}
  Assets:Stock  4 PIE
    lot: "P"{pie}
"""


def evening(line):
    return f"2025-01-10 custom {line}"


@pytest.mark.parametrize(
    ("more", "kind", "line", "message"),
    [
        pytest.param(
            BATCH.format(cake="", pie=""),
            WrongShares,
            "Assets:Stock  4 CAKE",
            "This batch makes CAKE B and PIE P, and nothing says how they share its cost. "
            "Add cost-share: 60 to one and cost-share: 40 to the other, or cost: 5.00 USD to a "
            "by-product",
            id="a batch without shares",
        ),
        pytest.param(
            BATCH.format(cake="\n    cost-share: 50\n    cost: 5 USD", pie=""),
            WrongShares,
            "Assets:Stock  4 CAKE",
            "The output has a cost-share of 50 and a cost of 5 USD. Leave one out",
            id="a share and a cost",
        ),
        pytest.param(
            BATCH.format(cake="", pie="\n    cost: 50 USD"),
            NegativeBatch,
            "Assets:Stock  4 CAKE",
            "The by-products of this batch are said to cost 50 USD, and all of it costs "
            "10.00 USD. Lower their cost: or give them a cost-share",
            id="a by-product dearer than its batch",
        ),
        pytest.param(
            """
            2025-01-05 * "Bake"
              Assets:Stock  -5 MILK
              Assets:Stock  -5 SALT
              Assets:Stock  4 CAKE
                lot: "B"
            """,
            MixedMoney,
            "Assets:Stock  4 CAKE",
            "Costs in USD and in EUR come together here, and one lot or average has one "
            "currency. Convert before: buy in USD, or keep them in two accounts",
            id="a batch in two currencies",
        ),
        pytest.param(
            FREIGHT.format(amount="5.00 USD", on='landed-on: "^po-71"'),
            WrongLanding,
            "Assets:Clearing:Freight  5.00 USD",
            'There are no goods of ^po-71 on 2025-01-05 to land a cost on; did you mean "^po-17"?',
            id="freight on nothing",
        ),
        pytest.param(
            FREIGHT.format(amount="5.00 USD", on='landed-on: "L1"\n    landed-by: "weight"'),
            WrongLanding,
            "Assets:Clearing:Freight  5.00 USD",
            "This cost is landed by weight, and the weight of MILK is not known. Add to its "
            "commodity directive: unit-weight: 1.00",
            id="freight by an unknown weight",
        ),
        pytest.param(
            FREIGHT.format(amount="5.00 USD", on='landed-by: "value"'),
            WrongLanding,
            "Assets:Clearing:Freight  5.00 USD",
            "The landed cost names no goods, and its transaction brings none. "
            'Add landed-on: "^po-17" or landed-on: "L1, L2"',
            id="freight on no goods",
        ),
        pytest.param(
            FREIGHT.format(amount="5.00 USD", on='landed-on: "L1"\n    landed-by: "wieght"'),
            UnknownWord,
            "Assets:Clearing:Freight  5.00 USD",
            'landed-by "wieght" is unknown; did you mean "weight"?',
            id="freight by an unknown word",
        ),
        pytest.param(
            FREIGHT.format(amount="5.00 EUR", on='landed-on: "L1"'),
            MissingPrice,
            "Assets:Clearing:Freight  5.00 EUR",
            "EUR are needed in USD on 2025-01-05, and the ledger has no price. "
            "Add: 2025-01-05 price EUR 1.00 USD",
            id="freight in a currency without a price",
        ),
        pytest.param(
            FREIGHT.format(amount="-50.00 USD", on='landed-on: "L1"'),
            BelowZero,
            "Assets:Clearing:Freight  -50.00 USD",
            "This takes 50.00 USD off lot L1 of MILK, whose goods on hand cost 20.00 USD. "
            "Lower the amount",
            id="an allowance above cost",
        ),
        pytest.param(
            evening('"lot-write-down" "MILK" "L1" 5.20 USD'),
            NoWriteDown,
            evening('"lot-write-down" "MILK" "L1" 5.20 USD'),
            "Lot L1 of MILK is carried at 2 USD a unit on 2025-01-10, which is not above "
            "5.2 USD: there is nothing to write down",
            id="a write-down upwards",
        ),
        pytest.param(
            evening('"lot-write-down" "MILK" "L9" 1.20 USD'),
            NoSuchLot,
            evening('"lot-write-down" "MILK" "L9" 1.20 USD'),
            "No receipt brings a lot L9 of MILK; known are L1",
            id="a write-down of an unknown lot",
        ),
        pytest.param(
            evening('"lot-write-down" "MILK" "L1" 1.20'),
            WrongType,
            evening('"lot-write-down" "MILK" "L1" 1.20'),
            'custom "lot-write-down" has 3 values or other types; '
            'write custom "lot-write-down" "MILK" "L1" 1.20 USD',
            id="a write-down without a currency",
        ),
        pytest.param(
            evening('"lot-count" Assets:Stock "L1" 3 MILK'),
            CountDiffers,
            evening('"lot-count" Assets:Stock "L1" 3 MILK'),
            "Assets:Stock holds 10 MILK of lot L1 on 2025-01-10, and 3 were counted. "
            "Find the movement that is missing, or book the difference: adjust: TRUE",
            id="a count that differs",
        ),
        pytest.param(
            evening('"lot-count" Assets:Stock "L9" 3 MILK\n  adjust: TRUE'),
            CountUncosted,
            evening('"lot-count" Assets:Stock "L9" 3 MILK'),
            "3 MILK of lot L9 were counted in Assets:Stock, and no receipt brings that lot. "
            "Say what a unit costs, cost: 2.00 USD, or take the last cost: at-last-cost: TRUE",
            id="a count of an unknown lot",
        ),
        pytest.param(
            evening('"lot-count" Assets:Stock "L1" 3 MILK\n  adjust: "TRUE"'),
            WrongType,
            evening('"lot-count" Assets:Stock "L1" 3 MILK'),
            'adjust wants TRUE or FALSE and has "TRUE"; write adjust: TRUE',
            id="a count that adjusts in quotes",
        ),
        pytest.param(
            evening('"lot-count" Assets:Stock "L9" 3 MILK\n  adjust: TRUE\n  at-last-cost: "yes"'),
            WrongType,
            evening('"lot-count" Assets:Stock "L9" 3 MILK'),
            'at-last-cost wants TRUE or FALSE and has "yes"; write at-last-cost: TRUE',
            id="a count at its last cost in quotes",
        ),
        pytest.param(
            evening('"lot-count" Assets:Stock "L9" 3 MILK\n  adjust: TRUE\n  cost: -2.00 USD'),
            WrongType,
            evening('"lot-count" Assets:Stock "L9" 3 MILK'),
            "cost wants an amount and has -2.00 USD; write cost: 5.00 USD",
            id="a count at a cost below nothing",
        ),
        pytest.param(
            evening(
                '"lot-count" Assets:Stock "L9" 3 MILK\n  adjust: TRUE\n  cost: 2.00 USD\n'
                '  expires: "2025-02-01"'
            ),
            WrongType,
            evening('"lot-count" Assets:Stock "L9" 3 MILK'),
            'expires wants a date and has "2025-02-01"; write expires: 2025-02-01 without quotes',
            id="a count with a date in quotes",
        ),
        pytest.param(
            evening('"lot-count" Assets:Bank "L1" 3 MILK'),
            WrongType,
            evening('"lot-count" Assets:Bank "L1" 3 MILK'),
            "Assets:Bank is no inventory account: no open of it or above it has lot-method",
            id="a count of another account",
        ),
        pytest.param(
            evening('"lot-count" "MILK"'),
            WrongType,
            evening('"lot-count" "MILK"'),
            'custom "lot-count" has 1 values or other types; '
            'write custom "lot-count" Assets:Inventory:Main "L1" 3 MILK',
            id="a count without a number",
        ),
        pytest.param(
            evening('"lot-close" Assets:Stock 25.00 USD'),
            ClosingMoved,
            evening('"lot-close" Assets:Stock 25.00 USD'),
            "Assets:Stock was closed on 2025-01-10 at 25.00 USD and is now worth 20.00 USD, "
            "which is -5.00 USD. It is touched by 2025-01-02 <string>:13",
            id="a closing that moved",
        ),
        pytest.param(
            '2999-03-31 custom "lot-close" Assets:Stock 20.00 USD',
            WrongClosing,
            '2999-03-31 custom "lot-close" Assets:Stock 20.00 USD',
            "This closing lies in the future: 2999-03-31 is not over. Close a day that is",
        ),
        pytest.param(
            evening('"lot-close" "Assets:Stock"'),
            WrongType,
            evening('"lot-close" "Assets:Stock"'),
            'custom "lot-close" has 1 values or other types; '
            'write custom "lot-close" Assets:Inventory 1234.56 USD',
            id="a closing without a value",
        ),
    ],
)
def test_a_batch_a_landed_cost_or_an_evening_that_cannot_be_is_one_error(more, kind, line, message):
    text = STOCK + textwrap.dedent(more)
    ledger = load(text)

    assert tell(text, ledger) == [(kind, line, message)]
    assert ledger.lot("MILK", "L1")["cost_on_hand"] == 20


def test_a_batch_uses_up_nothing_that_was_made_from_it(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable
    2025-01-05 * "Bake"
      Assets:Stock  -5 MILK
      Assets:Stock  4 CAKE
        lot: "B"
    2025-01-06 * "Bake"
      Assets:Stock  -1 CAKE
      Assets:Stock  5 PIE
        lot: "P"
    2025-01-07 * "Bake"
      Assets:Stock  -1 PIE
      Assets:Stock  9 CAKE
        lot: "B"
    """
    assert told == [
        (
            BatchCycle,
            "Assets:Stock  9 CAKE",
            "This batch makes lot B of CAKE and uses up lot P of PIE, which is that lot or was "
            "made from it. Give the output a lot number of its own",
        )
    ]
    assert on_hand(ledger) == {"L1": 5, "B": 3, "P": 5}


def test_a_write_down_in_another_currency_is_an_error():
    line = evening('"lot-write-down" "MILK" "L1" 1.20 EUR')
    ledger = load(STOCK + line)

    assert len(ledger.errors) == 1
    assert ledger.lot("MILK", "L1")["cost_on_hand"] == 20


def test_a_closing_of_another_account_names_what_is_missing():
    line = evening('"lot-close" Assets:Bank 5.00 USD')
    (error,) = load(STOCK + line).errors

    assert "is no inventory account" in error.message


def test_an_unknown_key_of_a_count_is_an_error():
    line = evening('"lot-count" Assets:Stock "L1" 3 MILK\n  ajust: TRUE')
    errors = load(STOCK + line).errors

    assert UnknownWord in [type(error) for error in errors]


def test_a_sale_in_a_currency_without_a_price_is_left_as_written():
    text = STOCK + textwrap.dedent("""
        2025-01-05 * "Invoice"
          Assets:Stock  -1 MILK @ 5.00 CHF
          Assets:Bank
        """)
    ledger = load(text)

    assert tell(text, ledger) == [
        (
            MissingPrice,
            "Assets:Stock  -1 MILK @ 5.00 CHF",
            "USD are needed in CHF on 2025-01-05, and the ledger has no price. "
            "Add: 2025-01-05 price USD 1.00 CHF",
        )
    ]
    assert ledger.lot("MILK", "L1")["units_on_hand"] == 10


@pytest.mark.parametrize("place", ["receipt", "transaction"])
def test_an_unknown_key_on_a_movement_leaves_it_as_written(place):
    text = words(place, 'lot-knd: "receipt"')
    ledger = load(text)
    message = 'The key lot-knd is unknown here; did you mean "lot-kind"?'

    assert tell(text, ledger) == [(UnknownWord, LINES[place], message)]
    assert on_hand(ledger) == {"L1": 9}


@pytest.mark.parametrize("place", ["receipt", "transaction"])
def test_an_unknown_key_on_a_movement_is_one_error(place):
    ledger = load(words(place, 'lot-knd: "receipt"'))
    message = 'The key lot-knd is unknown here; did you mean "lot-kind"?'

    assert [(type(error), error.message) for error in ledger.errors] == [(UnknownWord, message)]


def test_an_empty_lot_number_is_told_what_to_write():
    text = words("receipt", 'lot: ""')
    ledger = load(text)

    assert [error[:2] for error in tell(text, ledger)] == [(WrongType, LINES["receipt"])]
    assert 'write lot: ""' not in tell(text, ledger)[0][2]


def test_an_unknown_key_on_the_leg_of_a_payment_is_an_error(told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
      Liabilities:Payable  -20.00 USD
        lot-knd: "receipt"
    """
    assert [error[:2] for error in told] == [(UnknownWord, "Liabilities:Payable  -20.00 USD")]


# One cause, one error.


def test_what_follows_from_a_refused_batch_is_silent(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-02 * "Delivery"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F1"
      Liabilities:Payable

    2025-01-03 * "Bake"
      Assets:Stock  -12 FLOUR
      Assets:Stock  4 CAKE
        lot: "C1"

    2025-01-04 * "Sale by the lot"
      Assets:Stock  -2 CAKE @ 5.00 USD
        lot: "C1"
      Assets:Cash

    2025-01-04 * "Sale of any"
      Assets:Stock  -1 CAKE @ 5.00 USD
      Assets:Cash

    2025-01-05 * "Freight"
      Expenses:Freight  3.00 USD
        landed-on: "C1"
      Assets:Cash

    2025-01-31 custom "lot-count" Assets:Stock "C1" 1 CAKE
    2025-01-31 custom "lot-write-down" "CAKE" "C1" 1.00 USD
    2025-01-31 custom "lot-close" Assets:Stock 4.00 USD
    """
    assert told == [
        (
            ShortStock,
            "Assets:Stock  -12 FLOUR",
            "Assets:Stock is 2 FLOUR short on 2025-01-03: 12 wanted, 10 on hand (lot F1 10).",
        )
    ]


def test_what_follows_from_a_receipt_that_cannot_be_read_is_silent(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery" ^po-9
      Assets:Stock:Main  10 RICE
        lot: "R1"
      Liabilities:Payable  -20.00 USD

    2025-01-03 * "To the shop"
      Assets:Stock:Main  -4 RICE
      Assets:Stock:Shop  4 RICE

    2025-01-04 * "Sale"
      Assets:Stock:Shop  -2 RICE @ 5.00 USD
      Assets:Cash

    2025-01-05 * "Freight"
      Expenses:Freight  3.00 USD
        landed-on: "^po-9"
      Assets:Cash

    2025-01-06 * "Back from the customer"
      Assets:Stock:Shop  1 RICE @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Cash

    2025-01-31 custom "lot-count" Assets:Stock:Main "R1" 6 RICE
    2025-01-31 custom "lot-close" Assets:Stock 19.00 USD
    """
    assert told == [
        (
            MissingCost,
            "Assets:Stock:Main  10 RICE",
            "10 RICE come in, and nothing says what they cost. Write their price: "
            "10 RICE @ 1.00 USD",
        )
    ]


def test_what_follows_from_serial_numbers_that_cannot_be_counted_is_silent(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "specific"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-01 commodity PUMP
      lot-tracked: "serial"

    2025-01-02 * "Delivery"
      Assets:Stock  3 PUMP @ 100.00 USD
        serial: "P1..P4"
      Liabilities:Payable

    2025-01-06 * "Sale"
      Assets:Stock  -1 PUMP @ 200.00 USD
        serial: "P3"
      Assets:Cash

    2025-01-31 custom "lot-count" Assets:Stock "P1" 1 PUMP
    """
    assert [error for error, _, _ in told] == [WrongSerial]


def test_what_follows_from_a_receipt_without_a_lot_number_is_silent(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-02 * "Delivery"
      Assets:Stock  10 FLOUR
      Liabilities:Payable  -20.00 USD

    2025-01-09 * "Sale"
      Assets:Stock  -5 FLOUR @ 5.00 USD
        lot: "2025-01-02"
      Assets:Cash

    2025-01-31 custom "lot-count" Assets:Stock "2025-01-02" 5 FLOUR
    2025-01-31 custom "lot-write-down" "FLOUR" "2025-01-02" 1.00 USD
    """
    assert [error for error, _, _ in told] == [MissingCost]


def test_an_error_of_one_lot_explains_nothing_of_another(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown
    2025-01-01 open Assets:Spare
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Spare  10 BOLT @ 2.00 USD
      Liabilities:Payable

    2025-01-03 * "Delivery"
      Assets:Stock  20 MILK
        lot: "L2"
      Liabilities:Payable  -40.00 USD

    2025-01-06 * "Sale"
      Assets:Stock  -15 MILK @ 5.00 USD
        lot: "L1"
      Assets:Cash

    2025-01-31 custom "lot-write-down" "MILK" "L1" 3.00 USD
    2025-01-31 custom "lot-close" Assets:Spare 999.00 USD
    """
    assert [error for error, _, _ in told] == [
        *(MissingCost, ShortStock, NoWriteDown, ClosingMoved),
    ]


def test_what_an_error_does_not_explain_is_told_beside_it(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 RICE
        lot: "R1"
      Liabilities:Payable  -20.00 USD

    2025-01-02 * "Delivery"
      Assets:Stock  10 TEA @ 1.00 USD
        lot: "T1"
      Liabilities:Payable

    2025-01-04 * "More than was to come in"
      Assets:Stock  -11 RICE @ 5.00 USD
      Assets:Cash

    2025-01-05 * "Other goods"
      Assets:Stock  -11 TEA @ 5.00 USD
      Assets:Cash

    2025-01-31 custom "lot-count" Assets:Stock "T2" 6 TEA
    """
    assert [error for error, _, _ in told] == [
        *(MissingCost, ShortStock, ShortStock, CountUncosted),
    ]


def test_an_unknown_method_is_one_error_whatever_moves(told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifi"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD

    2025-01-31 custom "lot-count" Assets:Stock "L1" 8 MILK
    2025-01-31 custom "lot-status" "MILK" "L1" "quarantine"
    2025-01-31 custom "lot-close" Assets:Stock 16.00 USD
    """
    assert told == [
        (
            UnknownWord,
            "2025-01-01 open Assets:Stock",
            'lot-method "fifi" is unknown; did you mean "fifo"?',
        )
    ]


def test_an_unknown_method_gets_the_nearest_known_one(told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifi"
    """
    assert told == [
        (
            UnknownWord,
            "2025-01-01 open Assets:Stock",
            'lot-method "fifi" is unknown; did you mean "fifo"?',
        )
    ]


@pytest.mark.parametrize("word", ["reason", "lot-kind"])
def test_a_wrong_word_on_a_transaction_is_told_once(word):
    ledger = load(f"""
        plugin "beancount_lotcost"
        plugin "beancount.plugins.auto_accounts"

        2025-01-01 open Assets:Stock
          lot-method: "fifo"
          lot-write-off: Expenses:WriteOff

        2025-01-02 * "Delivery"
          Assets:Stock  10 MILK @ 2.00 USD
          Assets:Stock  10 RICE @ 2.00 USD
          Liabilities:Payable

        2025-01-05 * "Dropped"
          {word}: "broken"
          Assets:Stock  -2 MILK
          Assets:Stock  -2 RICE
        """)
    assert len(ledger.errors) == 1


def test_a_receipt_that_cannot_be_read_is_told_once(told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK
        lot: "L1"
      Liabilities:Payable  -20.00 USD

    2025-01-03 custom "lot" "MILK" "L1"
      plant: "Ghent"
    """
    assert [error[:2] for error in told] == [(MissingCost, "Assets:Stock  10 MILK")]


def test_a_lot_of_a_receipt_that_cannot_be_read_is_no_error_where_it_is_sold_and_returned(told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK
        lot: "L1"
      Liabilities:Payable  -20.00 USD

    2025-01-03 * "Cafe Rose" "Invoice 101"
      Assets:Stock  -2 MILK @ 5.00 USD
        lot: "L1"
      Assets:Receivable  10.00 USD

    2025-01-04 * "Cafe Rose" "Credit note"
      Assets:Stock  2 MILK @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Receivable  -10.00 USD
    """
    assert [error[:2] for error in told] == [(MissingCost, "Assets:Stock  10 MILK")]


def test_a_batch_is_not_made_without_an_input_that_nothing_tells(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Mill" "Delivery"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F1"
      Assets:Stock   4 BREAD @ 3.00 USD
        lot: "B1"
      Liabilities:Payable

    2025-01-03 * "Crumbs of the old bread go into the new"
      Assets:Stock  -5 FLOUR
      Assets:Stock  -4 BREAD
        lot: "B1"
      Assets:Stock   8 BREAD
        lot: "B2"

    2025-01-04 * "The same, and it is said"
      Assets:Stock  -5 FLOUR
      Assets:Stock  -4 BREAD
        lot: "B1"
        lot-kind: "production"
      Assets:Stock   8 BREAD
        lot: "B3"
    """
    assert [(type(error), error.message) for error in ledger.errors] == [
        (
            UnclearKind,
            "4 BREAD go out, and nothing says why. Add lot-kind: "
            '"sale", lot-kind: "purchase-return" or reason: "damaged"',
        )
    ]
    rows = {row["lot"]: row["cost_on_hand"] for row in ledger.rows("lots")}
    assert rows == {"F1": 10, "B1": 0, "B3": 22}


def test_what_is_of_one_leg_says_nothing_on_the_transaction(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Mill" "What is of the lot holds for all its goods"
      lot: "F1"
      expires: 2025-06-30
      Assets:Stock  10 FLOUR @ 2.00 USD
      Assets:Stock  10 YEAST @ 1.00 USD
        expires: 2025-02-28
      Liabilities:Payable

    2025-01-03 * "Haulier" "Freight"
      landed-on: "F1"
      Assets:Freight  5.00 USD
      Liabilities:Payable

    2025-01-04 * "Bake"
      cost-share: 100
      Assets:Stock  -5 FLOUR
      Assets:Stock   5 BREAD
        lot: "B1"

    2025-01-05 * "Mill" "In quotes"
      expires: "2025-06-30"
      Assets:Stock  10 FLOUR @ 2.00 USD
        lot: "F2"
      Liabilities:Payable
    """
    assert [(type(error), error.message) for error in ledger.errors] == [
        (
            WrongLanding,
            "landed-on is of one leg, and says nothing above them. Write it below its leg",
        ),
        (
            WrongShares,
            "cost-share is of one leg, and says nothing above them. Write it below its leg",
        ),
        (
            WrongType,
            'expires wants a date and has "2025-06-30"; write expires: 2025-06-30 without quotes',
        ),
    ]
    assert ledger.lot("FLOUR", "F1")["expires"] == datetime.date(2025, 6, 30)
    assert ledger.lot("YEAST", "F1")["expires"] == datetime.date(2025, 2, 28)
    assert ledger.lot("FLOUR", "F1")["cost_on_hand"] == 20


def test_a_lot_that_beancount_books_is_not_changed_and_it_is_said(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Cellar "FIFO"
      lot-method: "beancount"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-down: Expenses:WriteDown

    2025-01-02 * "Chateau" "Delivery" ^po-1
      Assets:Cellar  12 WINE {9.00 USD, "W1"}
      Liabilities:Payable

    2025-01-03 * "Cafe" "Sold from the wrong shelf"
      Assets:Stock  -1 WINE @ 15.00 USD
        lot: "W1"
      Assets:Cash

    2025-01-04 * "Haulier" "By its lot"
      Assets:Freight  6.00 USD
        landed-on: "W1"
      Liabilities:Payable

    2025-01-05 * "Haulier" "By its delivery"
      Assets:Freight  6.00 USD
        landed-on: "^po-1"
      Liabilities:Payable

    2025-01-06 custom "lot-write-down" "WINE" "W1" 5.00 USD
    """
    kinds = [NoSuchLot, WrongLanding, WrongLanding, NoSuchLot]
    assert [type(error) for error in ledger.errors] == kinds
    assert set(ledger.messages()) == {
        "Lot W1 of WINE is in Assets:Cellar, which Beancount books, and lotcost changes no cost "
        "there. Write it with Beancount's own lots, or give the account another lot-method"
    }
    assert ledger.lot("WINE", "W1")["cost_on_hand"] == 108


def test_a_landed_cost_on_a_link_that_also_brings_native_goods_is_no_silent_share(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Cellar "STRICT"
      lot-method: "beancount"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Chateau" "Delivery" ^po-1
      Assets:Cellar  10 WINE {2.00 USD, "W1"}
      Liabilities:Payable

    2025-01-02 * "Dairy Farm" "Delivery" ^po-1
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable

    2025-01-20 * "Haulier" "Freight"
      Assets:Freight  10.00 USD
        landed-on: "^po-1"
      Liabilities:Payable

    2025-01-21 * "Haulier" "Freight of what lotcost costs"
      Assets:Freight  5.00 USD
        landed-on: "L1"
      Liabilities:Payable
    """
    assert told == [
        (
            WrongLanding,
            "Assets:Freight  10.00 USD",
            "^po-1 also brings lot W1 of WINE in Assets:Cellar, which Beancount books, and lotcost "
            "changes no cost there. Name the lots of other accounts that this is on: "
            'landed-on: "L1, L2"',
        )
    ]
    assert ledger.lot("MILK", "L1")["cost_landed"] == 5


def test_a_return_of_more_than_a_refused_sale_had_sold_is_an_error_of_its_own(told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
      Liabilities:Payable

    2025-01-03 * "Cafe Rose" "Invoice 101"
      Assets:Stock  -20 MILK @ 5.00 USD
      Assets:Receivable

    2025-01-04 * "Cafe Rose" "Credit note"
      Assets:Stock  21 MILK @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Receivable

    2025-01-05 * "Cafe Rose" "Another"
      Assets:Stock  20 MILK @ 5.00 USD
        lot-kind: "sale-return"
      Assets:Receivable
    """
    assert [error[0] for error in told] == [ShortStock, NeverSold]


def test_a_short_issue_of_one_of_two_goods_is_one_error(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  4 RICE @ 3.00 USD
        lot: "R1"
      Liabilities:Payable

    2025-01-05 * "Invoice 101"
      Assets:Stock  -2 MILK @ 5.00 USD
      Assets:Stock  -5 RICE @ 5.00 USD
      Assets:Receivable  35.00 USD
    """
    assert told == [
        (
            ShortStock,
            "Assets:Stock  -5 RICE @ 5.00 USD",
            "Assets:Stock is 1 RICE short on 2025-01-05: 5 wanted, 4 on hand (lot R1 4).",
        )
    ]
    assert on_hand(ledger)["R1"] == 4


def test_a_transfer_that_is_short_moves_none_of_its_goods(ledger, told):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "fifo"

    2025-01-02 * "Delivery"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock:Main  4 RICE @ 3.00 USD
        lot: "R1"
      Liabilities:Payable

    2025-01-05 * "Restock the shop"
      Assets:Stock:Main  -2 MILK
      Assets:Stock:Main  -5 RICE
      Assets:Stock:Shop
    """
    assert told == [
        (
            ShortStock,
            "Assets:Stock:Main  -5 RICE",
            "Assets:Stock:Main is 1 RICE short on 2025-01-05: 5 wanted, 4 on hand (lot R1 4).",
        )
    ]
    main = {row["lot"]: row["units_on_hand"] for row in ledger.rows("lots", by="account")}
    assert main == {"L1": 10, "R1": 4}


# Files that are hardly ledgers.


@pytest.mark.parametrize("text", ["", 'plugin "beancount_lotcost"', "; nothing yet\n"])
def test_an_empty_ledger_has_no_lots_and_no_errors(text):
    ledger = load(text)

    assert ledger.errors == []
    assert ledger.rows("lots") == []


def test_a_ledger_that_does_not_parse_still_reports_the_rest():
    ledger = load("""
        plugin "beancount_lotcost"
        plugin "beancount.plugins.auto_accounts"

        2025-01-01 open Assets:Stock
          lot-method: "fifo"

        2025-01-02 * "Delivery"
          Assets:Stock  10 MILK @ 2.00 USD
            lot: "L1"
          Liabilities:Payable

        2025-01-05 * "Invoice
          Assets:Stock  -2 MILK {{{
        """)
    assert ledger.errors
    assert not [error for error in ledger.errors if "Traceback" in error.message]
    assert on_hand(ledger) == {"L1": 10}


def test_a_directive_without_values_is_no_traceback_of_ours():
    ledger = load("""
        plugin "beancount_lotcost"
        2025-01-05 custom "lot"
        """)
    ours = [error for error in ledger.errors if 'plugin "beancount.ops' not in error.message]
    assert [(type(error), error.message) for error in ours] == [
        (
            WrongType,
            'custom "lot" has 0 values or other types; write custom "lot" "MILK" "L1"',
        )
    ]


# The page itself.


def classes():
    found = inspect.getmembers(errors, inspect.isclass)
    return {name for name, value in found if issubclass(value, errors.LotError)}


def test_every_class_of_error_is_told_on_this_page():
    assert classes() - {"LotError", "Refused"} <= globals().keys()


def test_every_class_of_error_stands_in_the_tree_on_top():
    drawn = {
        line.split("── ")[1].split()[0] for line in errors.__doc__.splitlines() if "──" in line
    }

    assert drawn == classes() - {"LotError"}
