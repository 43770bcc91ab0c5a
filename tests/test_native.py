"""Native accounts: Beancount books them, and lotcost says of each posting what Beancount does."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from beancount.core import data
from conftest import Loaded, load
from hypothesis import assume, given
from hypothesis import strategies as st

from lotcost.ledger.errors import BarredLot, TwoLots

ACCOUNTS = ("Assets:Stock:Main", "Assets:Stock:Shop")
METHODS = ("FIFO", "LIFO", "STRICT")
each_method = pytest.mark.parametrize("method", METHODS)

HEAD = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "beancount"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
"""
RECEIPT = """
{day} * "Dairy Farm" "Delivery"
  {account}  {units} {commodity} {{{cost} USD, "{lot}"}}
    certificate: "CoA-{lot}"
  Liabilities:Payable
"""
SALE = """
{day} * "Cafe Rose" "Invoice"
  {account}  -{units} {commodity} {{{lot}}}
  Assets:Receivable  {price} USD
  Income:Sales  -{price} USD
  Expenses:CostOfSales
"""
WRITE_OFF = """
{day} * "Dropped"
  {account}  -{units} {commodity} {{{lot}}}
    reason: "damaged"
  Expenses:WriteOff
"""


@st.composite
def ledgers(draw, method, whole=False):
    """Receipts, sales and write-offs that Beancount can book by a method; `whole` units."""
    opens = "".join(f'2025-01-01 open {account} "{method}"\n' for account in ACCOUNTS)
    text = [HEAD, opens]
    day = date(2025, 1, 2)
    held = defaultdict(dict)
    for place in range(draw(st.integers(1, 15))):
        day += timedelta(draw(st.integers(0, 3)))
        account, commodity = (
            draw(st.sampled_from(ACCOUNTS)),
            draw(st.sampled_from(("MILK", "SALT"))),
        )
        here = held[account, commodity]
        if not sum(here.values()) or draw(st.integers(0, 2)) == 0:
            lot, units = f"L{place}", draw(_units(Decimal(50), whole))
            places = (0, 2) if whole else (0, 2, 4)
            cost = draw(st.decimals(0, 9, places=draw(st.sampled_from(places))))
            here[lot] = units
            text.append(
                RECEIPT.format(
                    day=day, account=account, units=units, commodity=commodity, cost=cost, lot=lot
                )
            )
            continue
        form = draw(st.sampled_from((SALE, WRITE_OFF)))
        named = method == "STRICT" or draw(st.booleans())
        lot = draw(st.sampled_from([lot for lot, units in here.items() if units]))
        units = draw(_units(here[lot] if named else sum(here.values()), whole))
        text.append(
            form.format(
                day=day,
                account=account,
                units=units,
                commodity=commodity,
                lot=f'"{lot}"' if named else "",
                price=draw(st.integers(0, 99)),
            )
        )
        _take(here, lot if named else None, units, method)
    written = "".join(text)
    assume(not plain(written).errors)  # of two lots of one day Beancount's LIFO takes the first
    return written


def _units(most, whole=False):
    """Above zero, at most `most`, in tenths; all of it is a case of its own."""
    steps = 1 if whole else 10
    some = st.integers(1, int(most * steps)).map(lambda count: Decimal(count) / steps)
    return st.one_of(st.just(most), some)


def _take(here, lot, units, method):
    """Keep count of what is left, so that what is drawn next can be booked."""
    order = [lot] if lot else list(here)[:: -1 if method == "LIFO" else 1]
    for each in order:
        part = min(units, here[each])
        here[each] -= part
        units -= part


def plain(text):
    """The same ledger as Beancount alone books it."""
    return Loaded(text.replace('plugin "beancount_lotcost"', ""))


def booked(ledger):
    """Every posting of goods that Beancount booked, with its day."""
    return [
        (entry.date, posting)
        for entry in ledger.entries
        if isinstance(entry, data.Transaction)
        for posting in entry.postings
        if posting.cost is not None
    ]


def bare(entry):
    """An entry without any metadata."""
    if isinstance(entry, data.Transaction):
        postings = [posting._replace(meta=None) for posting in entry.postings]
        return entry._replace(meta=None, postings=postings)
    return entry._replace(meta=None)


@each_method
def test_every_movement_is_a_posting_as_beancount_booked_it(method):
    @given(ledgers(method))
    def agrees(text):
        ledger = Loaded(text)
        assert ledger.messages() == []
        assert [
            (row["date"], row["account"], row["commodity"], row["lot"], row["units"], row["cost"])
            for row in ledger.rows("movements")
        ] == [
            (
                day,
                posting.account,
                posting.units.currency,
                posting.cost.label,
                posting.units.number,
                posting.units.number * posting.cost.number,
            )
            for day, posting in booked(plain(text))
        ]

    agrees()


@each_method
def test_every_lot_holds_and_has_cost_what_beancount_booked(method):
    @given(ledgers(method))
    def agrees(text):
        figures = defaultdict(lambda: defaultdict(Decimal))
        for entry in plain(text).entries:
            if not isinstance(entry, data.Transaction):
                continue
            legs = {posting.account for posting in entry.postings}
            for posting in entry.postings:
                if posting.cost is None:
                    continue
                lot = figures[posting.units.currency, posting.cost.label]
                units, cost = posting.units.number, posting.units.number * posting.cost.number
                column, sign = "received", 1
                if units < 0:
                    column, sign = ("sold", -1) if "Income:Sales" in legs else ("written_off", -1)
                lot[f"units_{column}"] += sign * units
                lot["cost_of_sales" if column == "sold" else f"cost_{column}"] += sign * cost
                lot["units_on_hand"] += units
                lot["cost_on_hand"] += cost
        found = {(row["commodity"], row["lot"]): row for row in Loaded(text).rows("lots")}
        assert found.keys() == figures.keys()
        for key, expected in figures.items():
            assert {column: found[key][column] for column in expected} == expected

    agrees()


@each_method
def test_nothing_is_booked_anew(method):
    @given(ledgers(method))
    def stays(text):
        with_lots, without = Loaded(text), plain(text)
        assert list(map(bare, with_lots.entries)) == list(map(bare, without.entries))

    stays()


@each_method
def test_every_posting_says_its_lot_and_the_lots_card(method):
    @given(ledgers(method))
    def says(text):
        postings = [posting for _, posting in booked(Loaded(text))]
        for posting in postings:
            assert posting.meta["lot"] == posting.cost.label
            assert posting.meta["certificate"] == f"CoA-{posting.cost.label}"
            assert posting.meta["supplier"] == "Dairy Farm"
        assert len({id(posting.meta) for posting in postings}) == len(postings)

    says()


def test_two_layers_of_one_lot_stay_two(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock "FIFO"
      lot-method: "beancount"

    2025-01-02 * "Delivery"
      Assets:Stock  5 MILK {2.00 USD, "L1"}
      Liabilities:Payable
    2025-01-03 * "Delivery"
      Assets:Stock  5 MILK {3.00 USD, "L1"}
      Liabilities:Payable
    2025-01-05 * "Invoice 101"
      Assets:Stock  -6 MILK {}
      Income:Sales  -60.00 USD
      Assets:Receivable  60.00 USD
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert ledger.lot("MILK", "L1")["cost_of_sales"] == 13
    assert ledger.lot("MILK", "L1")["cost_on_hand"] == 12
    assert ledger.lot("MILK", "L1")["gross_margin"] == 47


def test_a_lot_without_a_label_is_named_by_its_date(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock "FIFO"
      lot-method: "beancount"

    2025-01-02 * "Delivery"
      Assets:Stock  5 MILK {2.00 USD}
      Liabilities:Payable
    2025-01-03 * "Invoice 101"
      Assets:Stock  -1 MILK {}
      Income:Sales  -5.00 USD
      Assets:Receivable  5.00 USD
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert ledger.lot("MILK", "2025-01-02")["units_on_hand"] == 4


def test_a_lot_named_in_metadata_keeps_its_name_when_it_leaves(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock "FIFO"
      lot-method: "beancount"

    2025-01-02 * "Delivery"
      Assets:Stock  5 MILK {2.00 USD}
        lot: "L1"
      Liabilities:Payable
    2025-01-03 * "Invoice 101"
      Assets:Stock  -1 MILK {}
      Income:Sales  -5.00 USD
      Assets:Receivable  5.00 USD
      Expenses:CostOfSales
    """
    assert ledger.errors == []
    assert ledger.lot("MILK", "L1")["units_on_hand"] == 4


def test_a_price_beside_the_lot_is_what_it_was_sold_for(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "beancount"

    2025-01-02 * "Delivery"
      Assets:Stock  5 MILK {2.00 USD, "L1"}
      Liabilities:Payable
    2025-01-03 * "Invoice 101"
      Assets:Stock  -2 MILK {"L1"} @ 5.00 USD
      Assets:Receivable  10.00 USD
      Income:Sales  -10.00 USD
      Expenses:CostOfSales  4.00 USD
    """
    assert ledger.errors == []
    assert ledger.lot("MILK", "L1")["revenue"] == 10


MOVES = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock
      lot-method: "beancount"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff

    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Stock:Main  10 MILK {2.00 USD, "L1"}
        expires: 2025-02-01
      Liabilities:Payable
    2025-01-03 * "Cafe Rose" "Invoice 101" ^inv-101
      Assets:Stock:Main  -4 MILK {"L1"}
      Income:Sales  -20.00 USD
      Assets:Receivable  20.00 USD
      Expenses:CostOfSales

"""


def then(txn):
    return load(textwrap.dedent(MOVES) + textwrap.dedent(txn).strip() + "\n")


def test_a_native_transfer_repeats_the_lot_and_moves_it():
    ledger = then("""
        2025-01-07 * "Restock the shop"
          Assets:Stock:Main  -3 MILK {2.00 USD, 2025-01-02, "L1"}
          Assets:Stock:Shop  3 MILK {2.00 USD, 2025-01-02, "L1"}
        """)
    assert ledger.errors == []
    rows = ledger.rows("lots", by="account")
    assert {row["account"]: (row["units_transferred"], row["units_on_hand"]) for row in rows} == {
        "Assets:Stock:Main": (-3, 3),
        "Assets:Stock:Shop": (3, 3),
    }
    assert ledger.lot("MILK", "L1")["units_received"] == 10


def test_a_native_return_from_a_customer_repeats_the_lot():
    ledger = then("""
        2025-01-07 * "Cafe Rose" "Credit note" ^inv-101
          Assets:Stock:Main  1 MILK {2.00 USD, 2025-01-02, "L1"}
          Income:Sales  5.00 USD
          Assets:Receivable  -5.00 USD
          Expenses:CostOfSales
        """)
    assert ledger.errors == []
    row = ledger.lot("MILK", "L1")
    assert (row["units_received"], row["units_sold"], row["units_on_hand"]) == (10, 3, 7)
    assert (row["cost_of_sales"], row["revenue"]) == (6, 15)


def test_a_native_return_to_the_supplier_is_less_received():
    ledger = then("""
        2025-01-07 * "Dairy Farm" "Sent back"
          Assets:Stock:Main  -1 MILK {"L1"}
            lot-kind: "purchase-return"
          Liabilities:Payable
        """)
    assert ledger.errors == []
    row = ledger.lot("MILK", "L1")
    assert (row["units_received"], row["cost_received"], row["units_on_hand"]) == (9, 18, 5)


def test_a_native_write_off_has_its_reason():
    ledger = then("""
        2025-02-07 * "Spoiled"
          Assets:Stock:Main  -6 MILK {"L1"}
            reason: "expired"
          Expenses:WriteOff
        """)
    assert ledger.errors == []
    row = ledger.lot("MILK", "L1")
    assert (row["units_written_off"], row["cost_written_off"], row["units_on_hand"]) == (6, 12, 0)
    assert ledger.rows("movements")[-1]["reason"] == "expired"


def test_a_native_batch_says_what_it_is():
    ledger = then("""
        2025-01-07 * "Bake"
          lot-kind: "production"
          Assets:Stock:Main  -5 MILK {"L1"}
          Liabilities:Wages  -30.00 USD
          Assets:Stock:Main  40 CAKE {USD, "B-1"}
        """)
    assert ledger.errors == []
    assert ledger.lot("MILK", "L1")["units_consumed"] == 5
    assert ledger.lot("CAKE", "B-1")["cost_on_hand"] == 40


@pytest.mark.parametrize(
    ("day", "status", "why"),
    [
        ("2025-02-02", "released", "it expired on 2025-02-01"),
        ("2025-01-20", "quarantine", "it is in quarantine since 2025-01-10"),
        ("2025-01-20", "recalled", "it is recalled since 2025-01-10"),
    ],
)
def test_a_barred_lot_may_not_be_sold_natively_either(day, status, why):
    ledger = then(f"""
        2025-01-10 custom "lot-status" "MILK" "L1" "{status}"
        {day} * "Cafe Rose" "Invoice 102"
          Assets:Stock:Main  -1 MILK {{"L1"}}
          Income:Sales  -5.00 USD
          Assets:Receivable  5.00 USD
          Expenses:CostOfSales
        """)
    (error,) = ledger.errors
    assert type(error) is BarredLot
    assert error.source["lineno"] == 22
    assert why in error.message


def test_a_native_issue_beyond_stock_is_one_error_and_the_rest_reports():
    ledger = then("""
        2025-01-07 * "Cafe Rose" "Invoice 102"
          Assets:Stock:Main  -7 MILK {"L1"}
          Income:Sales  -35.00 USD
          Assets:Receivable  35.00 USD
          Expenses:CostOfSales
        """)
    assert len(ledger.errors) == 1
    assert ledger.lot("MILK", "L1")["units_on_hand"] == 6


ALIKE = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"

    2025-01-01 open Assets:Stock:Main "FIFO"
    2025-01-01 open Assets:Stock:Shop "FIFO"
    2025-01-01 open Assets:Stock
      lot-method: "beancount"
      lot-cost-of-sales: Expenses:CostOfSales

    2025-01-02 * "Dairy Farm" "Two lots of a day, named in metadata alone"
      Assets:Stock:Main  3 MILK {2.00 USD}
        lot: "L1"
      Assets:Stock:Main  3 MILK {2.00 USD}
        lot: "L2"
      Liabilities:Payable
"""


def sold(units: str, account: str = "Main", lot: str = "") -> str:
    named = f'\n        lot: "{lot}"' if lot else ""
    return f"""
    2025-01-04 * "Cafe Rose" "Invoice"
      Assets:Stock:{account}  -{units} MILK {{}}{named}
      Assets:Receivable   10.00 USD
      Income:Sales       -10.00 USD
      Expenses:CostOfSales
    """


def test_lots_that_are_one_to_beancount_leave_in_the_order_they_came_in():
    ledger = load(ALIKE + sold("2") + sold("2") + sold("1"))

    assert ledger.errors == []
    assert [row["units_on_hand"] for row in ledger.rows("lots")] == [0, 1]


def test_a_lot_that_is_one_with_another_to_beancount_is_known_again_where_it_moved():
    moved = """
    2025-01-03 * "Restock the shop"
      Assets:Stock:Main  -3 MILK {2.00 USD, 2025-01-02}
        lot: "L2"
      Assets:Stock:Shop   3 MILK {2.00 USD, 2025-01-02}
    """
    ledger = load(ALIKE + moved + sold("2", "Shop"))

    assert ledger.errors == []
    assert [row["units_on_hand"] for row in ledger.rows("lots")] == [3, 1]


def test_lots_that_are_one_to_beancount_are_named_where_only_both_have_the_goods():
    ledger = load(ALIKE + sold("2", lot="L2") + sold("4"))

    (error,) = ledger.errors
    assert (type(error), error.message) == (
        TwoLots,
        "4 MILK go out at 2 USD of 2025-01-02, and lots L1 and L2, which are one to Beancount, "
        'only have them together. Write a posting for each with lot: "L1" and the like, or write '
        'each lot in the cost of its receipt: {2 USD, "L1"}',
    )
    assert [row["units_on_hand"] for row in ledger.rows("lots")] == [3, 1]


def test_a_native_lot_has_its_cost_in_one_currency_and_its_figures_are_told_by_currency():
    ledger = then("""
        2025-01-07 * "Dairy Farm" "Delivery"
          Assets:Stock:Main  10 MILK {3.00 EUR, "L1"}
          Liabilities:Payable
        2025-01-08 * "Dairy Farm" "Delivery"
          Assets:Stock:Main  10 MILK {4.00 EUR, "L1"}
          Liabilities:Payable
        """)
    (error,) = ledger.errors
    assert error.message == (
        "Lot L1 of MILK has its cost in USD and gets one in EUR. "
        "Write the cost in USD, or use a lot number of its own."
    )
    rows = ledger.rows("lots")
    assert [(row["currency"], row["units_on_hand"], row["cost_on_hand"]) for row in rows] == [
        ("USD", 6, Decimal("12.00")),
        ("EUR", 20, Decimal("70.00")),
    ]
    assert [row["difference"] for row in ledger.rows("valuation")] == [0, 0]


@pytest.mark.parametrize("value", ["6.67", "6.6667", "6.66"])
def test_a_closing_holds_native_goods_to_the_cent(value):
    ledger = load(f"""
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2024-01-01 open Assets:Native "FIFO"
      lot-method: "beancount"
    2024-01-03 * "Delivery"
      Assets:Native  3 RICE {{{{10.00 USD, "R"}}}}
      Liabilities:Payable
    2024-01-05 * "Sale"
      Assets:Native  -1 RICE {{}} @ 5 USD
      Expenses:CostOfSales
      Income:Sales  -5 USD
      Assets:Cash   5 USD
    2024-01-08 custom "lot-close" Assets:Native {value} USD
    """)
    if value == "6.66":
        (message,) = ledger.messages()
        assert "at 6.66 USD and is now worth 6.67 USD" in message
    else:
        assert ledger.errors == []
