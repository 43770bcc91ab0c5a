"""Exceptions: a small ledger for each finding, and one that has none."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from conftest import load

from lotcost.reports.catalog import answer
from lotcost.reports.exceptions.finding import What

HEAD = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "{method}"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
    2025-01-01 open Assets:Stock:Main "NONE"
    2025-01-02 * "Farm" "Delivery of January"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "OLD"
        expires: 2025-05-01
      Liabilities:Payable
    2025-02-02 * "Farm" "Delivery of February"
      Assets:Stock:Main  10 MILK @ 2.50 USD
        lot: "NEW"
        expires: 2025-06-01
      Liabilities:Payable
"""
NEWS = """
    2025-02-10 * "Cafe" "Invoice 1"
      Assets:Stock:Main  -4 MILK @ 5.00 USD
        lot: "NEW"
      Assets:Receivable
"""


def day(said):
    return datetime.date.fromisoformat(said)


def only(ledger, **question):
    """The finding of a ledger that has one."""
    (row,) = ledger.rows("exceptions", **question)
    return row


def found(ledger, *names, what=None, **question):
    """Some columns of the findings, all or of one kind."""
    assert ledger.errors == []
    rows = ledger.rows("exceptions", **question)
    return [tuple(row[name] for name in names) for row in rows if what in {None, row["finding"]}]


def clean(method):
    return HEAD.format(method=method)


def test_a_clean_ledger_has_no_finding(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
    2025-01-02 * "Farm" "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-06-30
      Liabilities:Payable
    2025-01-03 custom "lot-status" "MILK" "L1" "quarantine"
    2025-01-05 custom "lot-status" "MILK" "L1" "released"
    2025-01-09 * "Farm" "Delivery"
      Assets:Stock  10 MILK @ 3.00 USD
        lot: "L2"
        expires: 2025-07-31
      Liabilities:Payable
    2025-02-01 * "Cafe" "Invoice"
      Assets:Stock  -12 MILK @ 5.00 USD
      Assets:Receivable
    2025-02-02 * "Dropped"
      Assets:Stock  -1 MILK
        reason: "damaged"
    """
    report = answer("exceptions", ledger.ledger)

    assert ledger.errors == []
    assert report.rows == ()
    assert report.notes == ()


def test_a_finding_is_one_of_a_fixed_vocabulary():
    assert {what.value for what in What} == {
        *("sold-after-expiry", "sold-below-cost", "out-of-order", "near-expiry"),
        *("long-quarantine", "negative-margin", "spelled-alike"),
        *("unattributed-revenue", "untied", "many-open-lots"),
    }


# What was sold


NATIVE = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock "STRICT"
      lot-method: "beancount"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Farm" "Delivery"
      Assets:Stock  10 MILK {2.00 USD, "L1"}
        expires: 2025-02-01
      Liabilities:Payable
"""
NATIVE_SALE = """
    2025-02-03 * "Cafe" "Invoice"
      Assets:Stock  -3 MILK {"L1"}
      Assets:Receivable  15.00 USD
      Income:Sales      -15.00 USD
      Expenses:CostOfSales
"""


def test_goods_sold_after_their_last_day_are_found_on_native_accounts():
    loaded = load(NATIVE + NATIVE_SALE)

    (row,) = loaded.rows("exceptions")

    assert row == {
        "date": day("2025-02-03"),
        "finding": "sold-after-expiry",
        "commodity": "MILK",
        "lot": "L1",
        "account": "Assets:Stock",
        "party": "Cafe",
        "message": "3 MILK sold 2 days after the last day of lot L1, 2025-02-01",
        "cost": Decimal("6.00"),
        "currency": "USD",
        "source": row["source"],
        "entry": row["entry"],
    }
    assert row["source"].endswith(":14")


def test_the_last_day_is_the_one_that_was_known_when_goods_were_sold():
    longer = '    2025-{} custom "lot" "MILK" "L1"\n      expires: 2025-05-01\n'

    assert load(NATIVE + longer.format("01-20") + NATIVE_SALE).rows("exceptions") == []
    late = load(NATIVE + longer.format("02-20") + NATIVE_SALE)
    assert only(late, commodity="MILK")["finding"] == "sold-after-expiry"


def test_a_line_sold_below_its_cost_is_found_with_the_loss(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Farm" "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Assets:Stock  10 MILK @ 3.00 USD
        lot: "L2"
      Liabilities:Payable
    2025-02-01 * "Cafe" "One price, two lots"
      Assets:Stock  -14 MILK @ 2.90 USD
      Assets:Receivable
    2025-02-02 * "Bar" "Invoice"
      Assets:Stock  -6 MILK @ 3.20 USD
      Assets:Receivable
    """
    row = only(ledger)

    assert (row["finding"], row["lot"], row["party"]) == ("sold-below-cost", "L2", "Cafe")
    assert row["message"] == ("4 MILK sold for 11.60 USD, 0.40 USD below their cost of 12.00 USD")
    assert row["cost"] == Decimal("0.40")


def test_goods_that_are_not_invoiced_yet_are_not_sold_below_cost(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Farm" "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable
    2025-02-01 * "Cafe" "Note, to be invoiced"
      Assets:Stock  -4 MILK
      Expenses:CostOfSales
    """
    row = only(ledger)

    assert row["finding"] == "negative-margin"
    assert row["message"] == (
        "Revenue 0.00 USD less cost of sales 8.00 USD is a gross margin of -8.00 USD; "
        "4 MILK went without revenue"
    )


def test_a_lot_that_lost_money_is_found_with_its_loss_on_the_day_of_its_last_line(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-landed-cost: Assets:Freight
    2025-01-02 * "Farm" "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable
    2025-02-01 * "Cafe" "Invoice"
      Assets:Stock  -10 MILK @ 2.50 USD
      Assets:Receivable
    2025-02-10 * "Haulier" "Freight, invoiced late"
      Assets:Freight  8 USD
        landed-on: "L1"
      Liabilities:Payable
    """
    row = only(ledger)

    assert ledger.errors == []
    assert (row["date"], row["finding"], row["lot"], row["cost"], row["party"]) == (
        day("2025-02-10"),
        "negative-margin",
        "L1",
        Decimal("3.00"),
        "Farm",
    )
    assert row["message"] == (
        "Revenue 25.00 USD less cost of sales 28.00 USD is a gross margin of -3.00 USD"
    )
    assert ledger.rows("exceptions", at=day("2025-02-09")) == []
    assert ledger.rows("exceptions", since=day("2025-02-11")) == []


# The order


def test_an_issue_that_leaves_an_older_lot_behind_is_found_with_what_that_costs():
    row = only(load(clean("specific") + NEWS))

    assert (row["finding"], row["lot"], row["party"]) == ("out-of-order", "NEW", "Cafe")
    assert row["message"] == (
        "4 MILK sold from lot NEW (last day 2025-06-01); "
        "4 could have come from lot OLD (last day 2025-05-01) for 2.00 USD less"
    )
    assert row["cost"] == Decimal("-2.00")


@pytest.mark.parametrize("method", ["fefo", "average"])
def test_the_order_is_no_matter_where_the_method_sees_to_it(method):
    assert found(load(clean(method) + NEWS), "lot", what="out-of-order") == []


def test_only_the_units_that_the_older_lot_could_have_supplied_count():
    first = NEWS.replace("-4 MILK", "-8 MILK").replace("NEW", "OLD")

    loaded = load(clean("specific") + first + NEWS)

    row = only(loaded)
    assert "4 MILK sold from lot NEW" in row["message"]
    assert "; 2 could have come from lot OLD" in row["message"]
    assert row["cost"] == Decimal("-1.00")


def test_lifo_goes_past_older_lots_and_says_how_many_units_of_each():
    third = HEAD[HEAD.index("    2025-02-02") :].replace("NEW", "TOP").replace("2.50", "1.00")
    third = third.replace("expires: 2025-06-01", "expires: 2025-07-01").replace("02-02", "02-03")
    sale = NEWS.replace('        lot: "NEW"\n', "").replace("-4 MILK", "-10 MILK")
    before = NEWS.replace("NEW", "OLD").replace("2025-02-10", "2025-02-09")

    rows = load(clean("lifo") + third + before + sale).rows("exceptions")

    (row,) = (row for row in rows if row["finding"] == "out-of-order")
    assert row["lot"] == "TOP"
    assert (
        "6 could have come from lot OLD (last day 2025-05-01) and 4 from lot NEW (last"
        in row["message"]
    )
    assert row["cost"] == 6 * Decimal("1.00") + 4 * Decimal("1.50")


def test_what_a_transaction_takes_besides_is_not_left_behind():
    both = NEWS.replace(
        '        lot: "NEW"\n',
        '        lot: "NEW"\n      Assets:Stock:Main  -10 MILK @ 5.00 USD\n        lot: "OLD"\n',
    )

    assert found(load(clean("specific") + both), "lot") == []


def test_units_left_behind_take_the_place_of_those_that_expire_last(ledger):
    """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "specific"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-02 * "Farm" "Delivery"
      Assets:Stock  3 MILK @ 2.00 USD
        lot: "FEB"
        expires: 2025-02-28
      Assets:Stock  5 MILK @ 2.00 USD
        lot: "MAR"
        expires: 2025-03-31
      Assets:Stock  5 MILK @ 2.00 USD
        lot: "APR"
        expires: 2025-04-30
      Liabilities:Payable
    2025-01-10 * "Cafe" "Invoice"
      Assets:Stock  -5 MILK @ 5.00 USD
        lot: "MAR"
      Assets:Stock  -5 MILK @ 5.00 USD
        lot: "APR"
      Assets:Receivable
    """
    (row,) = (row for row in ledger.rows("exceptions") if row["finding"] == "out-of-order")

    assert row["lot"] == "APR"
    assert "; 3 could have come from lot FEB" in row["message"]
    assert row["message"].endswith("at the same cost")
    assert row["cost"] == 0


@pytest.mark.parametrize(
    "why",
    [
        '    2025-02-05 custom "lot-status" "MILK" "OLD" "quarantine"\n',
        '    2025-02-05 custom "lot-status" "MILK" "OLD" "recalled"\n',
        '    2025-02-05 custom "lot" "MILK" "OLD"\n      expires: 2025-02-09\n',
        '    2025-02-05 custom "lot" "MILK" "OLD"\n      expires: 2025-07-01\n',
        '    2025-02-05 custom "lot" "MILK" "NEW"\n      expires: 2025-04-30\n',
    ],
    ids=["quarantine", "recalled", "expired", "extended", "shortened"],
)
def test_a_lot_is_not_passed_over_that_could_not_be_sold_or_was_not_older(why):
    assert found(load(clean("specific") + why + NEWS), "lot", what="out-of-order") == []


def test_what_is_said_of_a_last_day_later_does_not_change_the_order_of_the_day():
    later = '    2025-02-20 custom "lot" "MILK" "OLD"\n      expires: 2025-07-01\n'

    assert found(load(clean("specific") + NEWS + later), "lot", what="out-of-order") == [("NEW",)]


def test_lots_without_a_date_have_no_order():
    undated = clean("specific").replace("        expires: 2025-05-01\n", "")

    assert found(load(undated + NEWS), "lot") == []


def test_an_older_lot_in_another_account_is_not_passed_over():
    moved = """
    2025-02-05 * "To the shop"
      Assets:Stock:Main  -10 MILK
        lot: "OLD"
      Assets:Stock:Shop   10 MILK
"""
    loaded = load(clean("specific") + moved + NEWS)

    assert found(loaded, "lot", what="out-of-order") == []


def test_production_that_uses_a_later_lot_is_out_of_order():
    baked = """
    2025-02-10 * "Bake"
      Assets:Stock:Main  -4 MILK
        lot: "NEW"
      Assets:Stock:Main   1 CAKE
        lot: "C-1"
        expires: 2025-12-31
"""
    row = only(load(clean("specific") + baked))

    assert row["finding"] == "out-of-order"
    assert row["message"].startswith("4 MILK used from lot NEW")


# What is on hand


SOLD = """
    2025-04-10 * "Cafe" "Invoice"
      Assets:Stock:Main  -{} MILK @ 5.00 USD
      Assets:Receivable
"""


def test_goods_that_will_not_sell_before_their_last_day_are_found():
    slow, fast = (load(clean("fefo") + SOLD.format(units)) for units in (4, 8))

    assert found(slow, "date", "finding", "lot", "account", "cost", "message") == [
        (
            day("2025-04-10"),
            "near-expiry",
            "OLD",
            "Assets:Stock:Main",
            Decimal("12.00"),
            "6 MILK on hand, 21 days left until 2025-05-01; at 1 a week they last until 2025-05-22",
        )
    ]
    assert found(fast, "lot") == []


def test_goods_with_a_month_left_are_found_and_those_with_more_are_not():
    later = """
    2025-05-02 * "Rent"
      Expenses:Rent  1.00 USD
      Assets:Bank
"""
    loaded = load(clean("fefo") + later)

    assert found(loaded, "lot", "message") == [
        ("NEW", "10 MILK on hand, 30 days left until 2025-06-01; none sold in four weeks"),
    ]
    assert found(loaded, "lot", "message", at=day("2025-05-01")) == [
        ("OLD", "10 MILK on hand, 0 days left until 2025-05-01; none sold in four weeks"),
    ]
    assert found(loaded, "lot", at=day("2025-04-01")) == [("OLD",)]
    assert found(loaded, "lot", at=day("2025-03-31")) == []


def test_goods_on_hold_do_not_sell_in_time():
    held = """
    2025-04-05 custom "lot-status" "MILK" "OLD" "quarantine"
"""
    (row,) = load(clean("fefo") + held + SOLD.format(8)).rows("exceptions")

    assert row["lot"] == "OLD"
    assert row["message"] == (
        "10 MILK on hand, 21 days left until 2025-05-01; the lot is in quarantine"
    )


def test_goods_in_quarantine_for_more_than_a_month_are_found_at_the_line_that_said_so():
    held = """
    2025-01-03 custom "lot-status" "MILK" "OLD" "quarantine"
    2025-01-20 custom "lot-status" "MILK" "OLD" "quarantine"
"""
    loaded = load(clean("fefo") + held)

    assert found(loaded, "finding", "lot", at=day("2025-02-02")) == []
    (row,) = loaded.rows("exceptions", at=day("2025-02-03"))
    assert (row["finding"], row["lot"], row["party"]) == ("long-quarantine", "OLD", "Farm")
    assert row["message"] == "10 MILK in quarantine since 2025-01-03, 31 days"
    assert row["cost"] == Decimal("20.00")
    assert row["source"].endswith(":21")


# The ledger


def test_income_that_is_no_lots_is_found_unless_some_lots_are_asked_for():
    fee = """
    2025-02-03 * "Cafe" "Fee"
      Assets:Receivable  12.00 USD
      Income:Sales
"""
    loaded = load(clean("fefo") + fee)
    row = only(loaded)

    assert (row["date"], row["finding"], row["account"], row["party"], row["cost"]) == (
        day("2025-02-03"),
        "unattributed-revenue",
        "Income:Sales",
        "Cafe",
        None,
    )
    assert row["message"] == "12.00 USD booked on Income:Sales is no lot's"
    assert loaded.rows("exceptions", lot="OLD") == []


def test_goods_that_nobody_costed_leave_the_ledger_untied():
    wrong = """
    2025-02-03 * "Cafe" "Too much"
      Assets:Stock:Main  -90 MILK @ 5.00 USD
      Assets:Receivable
"""
    loaded = load(clean("fefo") + wrong)
    (error,) = loaded.errors
    (row,) = (row for row in loaded.rows("exceptions") if row["finding"] == "untied")

    assert (row["date"], row["commodity"], row["account"]) == (
        day("2025-02-03"),
        "MILK",
        "Assets:Stock:Main",
    )
    assert row["source"].endswith(f":{error.source['lineno']}")


# The report


def test_groups_count_findings_of_a_kind_and_add_up_their_cost():
    twice = NEWS + NEWS.replace("2025-02-10", "2025-02-11").replace("-4", "-2")
    loaded = load(clean("specific") + twice)
    columns = ("finding", "count", "cost", "currency")

    assert found(loaded, *columns, by="finding") == [
        ("out-of-order", 2, Decimal("-3.00"), "USD"),
    ]
    assert found(loaded, "commodity", *columns, by="commodity") == [
        ("MILK", "out-of-order", 2, Decimal("-3.00"), "USD"),
    ]
    assert found(loaded, "account", *columns, by="account") == [
        ("Assets:Stock:Main", "out-of-order", 2, Decimal("-3.00"), "USD"),
    ]


def test_findings_are_those_of_the_lines_asked_for_and_judged_by_all():
    loaded = load(clean("specific") + NEWS)

    assert found(loaded, "lot", lot="NEW") == [("NEW",)]
    assert found(loaded, "lot", lot="OLD") == []
    assert found(loaded, "lot", since=day("2025-02-11"), at=day("2025-02-11")) == []


def test_findings_stand_in_a_total_order():
    more = NEWS.replace("-4", "-2").replace("5.00", "1.00")
    loaded = load(clean("specific") + NEWS + more)
    rows = found(loaded, "date", "finding", "commodity", "lot", "account")

    assert rows == sorted(rows)
    assert len(rows) > 2


def crowded(lots, method="beancount"):
    """A native account with so many open lots, of which one more came and went."""
    receipts = "".join(
        f'2025-01-02 * "Farm" "Delivery"\n  Assets:Stock:Main  2 MILK {{1.00 USD, "L{place}"}}\n'
        "  Liabilities:Payable\n"
        for place in range(lots + 1)
    )
    return load(
        f"""
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"
2025-01-01 open Assets:Stock
  lot-method: "{method}"
  lot-cost-of-sales: Expenses:CostOfSales
2025-01-01 open Assets:Stock:Main "{"FIFO" if method == "beancount" else "NONE"}"
{receipts}
2025-01-03 * "Cafe" "Invoice"
  Assets:Stock:Main  -2 MILK {'{"L0"}' if method == "beancount" else ""}
  Assets:Receivable  5.00 USD
  Income:Sales
  Expenses:CostOfSales  2.00 USD
"""
    )


def test_a_native_account_with_more_than_a_thousand_open_lots_is_told_with_what_it_costs():
    (row,) = crowded(1001).rows("exceptions")

    assert row["finding"] == What.MANY_OPEN_LOTS
    assert (row["account"], row["commodity"], row["cost"]) == ("Assets:Stock:Main", None, None)
    assert row["message"] == (
        "1,001 lots are open, and Beancount's booking copies and looks through them at each of "
        "the account's 1,003 postings: 502,503 looks, about 0.2 s of every load. A managed "
        "account takes nothing for an open lot; to make it one: "
        "lotcost convert <string> --account Assets:Stock:Main"
    )


def test_a_thousand_open_lots_are_no_finding_nor_are_more_in_a_managed_account():
    assert crowded(1000).rows("exceptions") == []
    assert crowded(1001, "fifo").rows("exceptions") == []


def test_open_lots_count_as_of_the_day_that_is_asked_for():
    ledger = crowded(1000)

    assert [row["finding"] for row in ledger.rows("exceptions", at=day("2025-01-02"))] == [
        What.MANY_OPEN_LOTS
    ]
