"""What expires is written off by the ledger itself, where it says so, and never by the clock."""

from __future__ import annotations

import datetime
import textwrap
from decimal import Decimal as D

from beancount.core import data
from conftest import load
from hypothesis import given, settings
from hypothesis import strategies as st

from lotcost.ledger.errors import MissingAccount, ShortStock
from lotcost.ledger.proposals import write_offs

HEAD = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock "NONE"
      lot-method: "fefo"
      lot-cost-of-sales: Expenses:CostOfSales
      lot-sales: Income:Sales
      {write_off}
    2025-01-02 * "Farm" "Delivery"
      Assets:Stock:Main  3 MILK @@ 98.00 USD
        lot: "L1"
        expires: 2025-02-01
      Liabilities:Payable
    2025-01-03 * "To the shop"
      Assets:Stock:Main  -1 MILK
      Assets:Stock:Shop   1 MILK
"""
SETTING = '    2025-01-01 custom "lotcost" "write-off-expired" TRUE\n'
LATER = """
    2025-02-0{day} * "Rent"
      Expenses:Rent  1.00 USD
      Assets:Bank
"""
TO = "lot-write-off: Expenses:WriteOff"


def written_off(loaded):
    return [
        (entry.date, posting.account, posting.units.number, posting.meta["lot"])
        for entry in loaded.entries
        if isinstance(entry, data.Transaction) and entry.meta["filename"] == "<lotcost>"
        for posting in entry.postings
    ]


def test_goods_are_written_off_on_the_morning_after_their_last_day():
    loaded = load(HEAD.format(write_off=TO) + SETTING + LATER.format(day=2))
    assert loaded.errors == []
    day = datetime.date(2025, 2, 2)
    assert written_off(loaded) == [
        (day, "Assets:Stock:Main", D(-1), "L1"),
        (day, "Assets:Stock:Main", D(-1), "L1"),
        (day, "Expenses:WriteOff", D("65.33"), "L1"),
        (day, "Assets:Stock:Shop", D(-1), "L1"),
        (day, "Expenses:WriteOff", D("32.67"), "L1"),
    ]
    assert loaded.lot("MILK", "L1")["cost_written_off"] == D("98.00")


def test_nothing_is_written_off_before_the_ledger_has_come_that_far():
    loaded = load(HEAD.format(write_off=TO) + SETTING + LATER.format(day=1))
    assert written_off(loaded) == []


def test_nothing_is_written_off_unless_the_ledger_says_so():
    loaded = load(HEAD.format(write_off=TO) + LATER.format(day=2))
    assert written_off(loaded) == []


def test_a_reason_may_have_an_account_of_its_own():
    to = "lot-write-off-expired: Expenses:Expired"
    loaded = load(HEAD.format(write_off=to) + SETTING + LATER.format(day=2))
    assert loaded.errors == []
    assert {account for _, account, _, _ in written_off(loaded)} == {
        *("Assets:Stock:Main", "Assets:Stock:Shop", "Expenses:Expired")
    }


def test_without_an_account_it_is_one_error_at_the_setting():
    loaded = load(HEAD.format(write_off="note: TRUE") + SETTING + LATER.format(day=2))
    (error,) = loaded.errors
    assert type(error) is MissingAccount
    assert error.entry.type == "lotcost"
    assert written_off(loaded) == []


def test_a_last_day_that_was_put_off_is_the_one_that_counts():
    later = '    2025-01-20 custom "lot" "MILK" "L1"\n      expires: 2025-02-03\n'
    loaded = load(HEAD.format(write_off=TO) + SETTING + later + LATER.format(day=3))
    assert loaded.errors == []
    assert written_off(loaded) == []


def test_a_lot_is_not_written_off_twice():
    by_hand = """
    2025-02-05 * "Spoiled"
      Assets:Stock:Main  -2 MILK
        lot: "L1"
        reason: "expired"
"""
    loaded = load(HEAD.format(write_off=TO) + SETTING + by_hand)
    assert [type(error) for error in loaded.errors] == [ShortStock]
    assert loaded.lot("MILK", "L1")["units_written_off"] == D(3)


def days_of(loaded, lot):
    """The days on which goods of a lot were written off, and how many."""
    return [
        (day.isoformat(), -units)
        for day, account, units, number in written_off(loaded)
        if account.startswith("Assets") and number == lot
    ]


SOLD = """
    2025-01-05 * "Cafe"
      Assets:Stock:Main  -2 MILK @ 50.00 USD
      Assets:Receivable
"""
END = """
    2025-02-28 * "Rent"
      Expenses:Rent  1.00 USD
      Assets:Bank
"""


def test_what_a_customer_brings_back_late_goes_on_the_next_morning():
    back = """
    2025-02-05 * "Cafe"
      Assets:Stock:Main  1 MILK @ 50.00 USD
        lot-kind: "sale-return"
        lot: "L1"
      Assets:Receivable
    2025-02-06 * "Cafe, of no lot that it names"
      Assets:Stock:Main  1 MILK @ 50.00 USD
        lot-kind: "sale-return"
      Assets:Receivable
"""
    loaded = load(HEAD.format(write_off=TO) + SETTING + SOLD + back + END)
    assert loaded.errors == []
    assert days_of(loaded, "L1") == [("2025-02-02", 1), ("2025-02-06", 1), ("2025-02-07", 1)]


def test_what_arrives_after_its_last_day_goes_on_the_next_morning():
    late = """
    2025-02-10 * "Farm"
      Assets:Stock:Main  4 MILK @ 1.00 USD
        lot: "L0"
        expires: 2025-02-08
      Liabilities:Payable
    2025-02-12 * "Farm"
      Assets:Stock:Main  2 MILK @ 1.00 USD
        lot: "L0"
      Liabilities:Payable
"""
    loaded = load(HEAD.format(write_off=TO) + SETTING + late + END)
    assert loaded.errors == []
    assert days_of(loaded, "L0") == [("2025-02-11", 4), ("2025-02-13", 2)]


def test_a_last_day_that_is_told_too_late_counts_from_the_next_morning():
    late = """
    2025-01-20 custom "lot" "MILK" "L1"
      expires: 2025-01-10
"""
    loaded = load(HEAD.format(write_off=TO) + SETTING + late + END)
    assert {day for day, _ in days_of(loaded, "L1")} == {"2025-01-21"}


def test_a_lot_that_is_held_is_not_written_off_until_it_is_released():
    held = '    2025-01-20 custom "lot-status" "MILK" "L1" "{status}"\n'
    text = HEAD.format(write_off=TO) + SETTING + END
    for status in ("quarantine", "recalled"):
        loaded = load(text + held.format(status=status))
        assert loaded.errors == []
        assert written_off(loaded) == []
        assert loaded.lot("MILK", "L1")["status"] == status
    released = '    2025-02-11 custom "lot-status" "MILK" "L1" "released"\n'
    loaded = load(text + held.format(status="quarantine") + released)
    assert {day for day, _ in days_of(loaded, "L1")} == {"2025-02-11"}


def test_nothing_is_proposed_of_what_the_ledger_writes_off_itself():
    day = datetime.date(2025, 3, 1)
    text = HEAD.format(write_off=TO) + LATER.format(day=1)
    assert write_offs(load(text).ledger.books(day))
    assert not write_offs(load(text + SETTING).ledger.books(day))


def test_what_was_made_expires_with_what_went_in():
    batches = """
    2025-01-08 * "Churn"
      Assets:Stock:Main  -2 MILK
      Assets:Stock:Main   1 BUTTER
        lot: "B1"
"""
    loaded = load(HEAD.format(write_off=TO) + SETTING + batches + END)
    assert loaded.errors == []
    assert days_of(loaded, "B1") == [("2025-02-02", 1)]
    assert not write_offs(loaded.ledger.books())


def test_one_account_that_is_not_laid_down_is_one_error_for_all_that_expires():
    more = """
    2025-01-02 * "Farm"
      Assets:Stock:Main  4 CREAM @ 1.00 USD
        lot: "C1"
        expires: 2025-02-08
      Liabilities:Payable
"""
    loaded = load(HEAD.format(write_off="note: TRUE") + SETTING + more + END)
    assert [type(error) for error in loaded.errors] == [MissingAccount]


def test_goods_that_keep_for_ever_are_never_written_off():
    for_ever = """
    2025-01-02 * "Farm"
      Assets:Stock:Main  4 SALT @ 1.00 USD
        lot: "S1"
        expires: 9999-12-31
      Liabilities:Payable
    2025-01-03 custom "lot" "MILK" "L1"
      expires: 9999-12-31
"""
    loaded = load(HEAD.format(write_off=TO) + SETTING + for_ever + END)
    assert loaded.errors == []
    assert written_off(loaded) == []


def test_a_write_off_that_lacks_its_account_explains_the_count_and_the_closing():
    said = """
    2025-02-27 custom "lot-count" Assets:Stock:Main "L1" 0 MILK
    2025-02-27 custom "lot-close" Assets:Stock 0.00 USD
"""
    loaded = load(HEAD.format(write_off="note: TRUE") + SETTING + said + END)
    assert [type(error) for error in loaded.errors] == [MissingAccount]


DAY = datetime.timedelta(1)
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from((0, 1, 5)),  # days later
        st.sampled_from(("in", "out", "back", "move", "make", "hold", "free", "date")),
        st.integers(1, 3),  # units, or a lot
        st.integers(-2, 6),  # days that it keeps
    ),
    min_size=4,
    max_size=25,
)


def as_ledger(actions):
    """A ledger of the actions, and of two days after them, that writes off by itself."""
    text = textwrap.dedent(HEAD.format(write_off=TO) + SETTING)
    day = datetime.date(2025, 1, 4)
    legs = {
        "in": '  Assets:Stock:Main  {n} MILK @ 1.00 USD\n    lot: "L{n}"\n    expires: {keeps}\n'
        "  Liabilities:Payable",
        "out": "  Assets:Stock:Main  -{n} MILK @ 2.00 USD\n  Assets:Receivable",
        "back": '  Assets:Stock:Main  {n} MILK @ 2.00 USD\n    lot-kind: "sale-return"\n'
        "  Assets:Receivable",
        "move": "  Assets:Stock:Main  -{n} MILK\n  Assets:Stock:Shop  {n} MILK",
        "make": "  Assets:Stock:Main  -{n} MILK\n  Assets:Stock:Main  {n} CREAM",
    }
    said = {
        "hold": '{day} custom "lot-status" "MILK" "L{n}" "quarantine"\n',
        "free": '{day} custom "lot-status" "MILK" "L{n}" "released"\n',
        "date": '{day} custom "lot" "MILK" "L{n}"\n  expires: {keeps}\n',
    }
    for later, what, n, keeps in actions:
        day += later * DAY
        form = said.get(what) or f'{{day}} * "{what}"\n{legs[what]}\n'
        text += form.format(day=day, n=n, keeps=day + keeps * DAY)
    return f'{text}{day + 2 * DAY} * "Rent"\n  Expenses:Rent  1.00 USD\n  Assets:Bank\n'


@given(ACTIONS)
@settings(max_examples=300, deadline=None)
def test_nothing_that_may_be_written_off_is_left_but_what_is_held(actions):
    loaded = load(as_ledger(actions))
    rows = [row for row in loaded.rows("lots") if row["units_on_hand"]]
    assert {row["status"] for row in rows} <= {"open", "quarantine"}
