"""Serial numbers: a range on one posting is a lot for each unit."""

from __future__ import annotations

import textwrap
from decimal import Decimal

import pytest
from conftest import Loaded, load
from hypothesis import example, given
from hypothesis import strategies as st

from lotcost.ledger.errors import (
    MissingLot,
    MixedStyles,
    NeverSold,
    NoSuchLot,
    ShortStock,
    TwoLots,
    WrongSerial,
    WrongType,
)
from lotcost.ledger.ranges import folded, folded_lots, ranges
from lotcost.model import Lot

HEAD = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 commodity PUMP
      lot-tracked: "serial"
    2025-01-01 commodity SKID
      lot-tracked: "serial"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
      lot-adjustment: Expenses:Differences
"""
PUMPS = """
    2025-01-02 * "Maker" "Pumps"
      Assets:Stock:Main  3 PUMP @@ 100.00 USD
        serial: "S0008..S0010"
        certificate: "C-1"
      Liabilities:Payable
"""


def ledger_with(text: str, head: str = HEAD + PUMPS) -> Loaded:
    return load(head + textwrap.indent(textwrap.dedent(text), "    "))


def receipt(units: str, serial: str) -> Loaded:
    return ledger_with(
        f"""
        2025-01-02 * "Maker" "Pumps"
          Assets:Stock:Main  {units} PUMP @ 2.00 USD
            serial: {serial}
          Liabilities:Payable
        """,
        HEAD,
    )


def held(loaded: Loaded, commodity: str = "PUMP") -> dict[str, str]:
    rows = loaded.rows("lots", commodity=commodity)
    return {row["lot"]: f"{row['cost_on_hand']}" for row in rows if row["units_on_hand"]}


def only_error(loaded: Loaded) -> tuple[type, str]:
    (error,) = loaded.ledger.lot_errors
    return type(error), error.message


def test_a_range_on_a_receipt_is_a_lot_a_unit_and_keeps_the_total():
    loaded = ledger_with("")

    assert loaded.errors == []
    assert held(loaded) == {"S0008": "33.34", "S0009": "33.33", "S0010": "33.33"}
    (txn,) = [entry for entry in loaded.entries if getattr(entry, "payee", "") == "Maker"]
    goods = [posting for posting in txn.postings if posting.account == "Assets:Stock:Main"]
    assert [(posting.units.number, posting.cost.label) for posting in goods] == [
        (1, "S0008"),
        (1, "S0009"),
        (1, "S0010"),
    ]
    assert {posting.meta["certificate"] for posting in goods} == {"C-1"}
    assert not any("serial" in posting.meta for posting in goods)


@pytest.mark.parametrize(
    "units, said, numbers",
    [
        ("2", "S1, S2", ["S1", "S2"]),
        ("5", "S1,S2 , S5..S7", ["S1", "S2", "S5", "S6", "S7"]),
        ("3", "S8..S10", ["S8", "S9", "S10"]),
        ("3", "S098..S100", ["S098", "S099", "S100"]),
        ("2", "2025/01-A .. 2025/02-A", ["2025/01-A", "2025/02-A"]),
        ("2", "0001..0002", ["0001", "0002"]),
        ("1", "X", ["X"]),
        ("1", "S7..S7", ["S7"]),
        (
            "2",
            "99999999999999999999999001..99999999999999999999999002",
            ["99999999999999999999999001", "99999999999999999999999002"],
        ),
    ],
)
def test_ranges_and_lists_name_their_numbers(units, said, numbers):
    loaded = receipt(units, f'"{said}"')

    assert loaded.errors == []
    assert sorted(held(loaded)) == sorted(numbers)


def test_a_single_serial_is_the_same_as_a_lot():
    said = ledger_with("""
        2025-01-05 * "Cafe" "Invoice"
          Assets:Stock:Main  -1 PUMP @ 90.00 USD
            serial: "S0009"
          Assets:Receivable
        """)
    both = ledger_with("""
        2025-01-05 * "Cafe" "Invoice"
          Assets:Stock:Main  -1 PUMP @ 90.00 USD
            lot: "S0009"
            serial: "S0009"
          Assets:Receivable
        """)

    assert said.errors == both.errors == []
    assert list(held(said)) == list(held(both)) == ["S0008", "S0010"]


def test_a_range_is_sold_and_its_revenue_is_shared_to_the_cent():
    loaded = ledger_with("""
        2025-01-05 * "Cafe" "Invoice"
          Assets:Stock:Main  -3 PUMP @@ 200.00 USD
            serial: "S0010, S0008..S0009"
          Assets:Receivable
        """)
    rows = loaded.rows("lots", commodity="PUMP")

    assert loaded.errors == []
    assert {row["lot"]: f"{row['revenue']}" for row in rows} == {
        "S0008": "66.67",
        "S0009": "66.66",
        "S0010": "66.67",
    }
    assert sum(row["cost_of_sales"] for row in rows) == 100


def test_a_range_is_moved_written_off_returned_and_sent_back():
    loaded = ledger_with("""
        2025-01-04 * "To the shop"
          Assets:Stock:Main  -2 PUMP
            serial: "S0008, S0010"
          Assets:Stock:Shop
        2025-01-05 * "Cafe" "Invoice"
          Assets:Stock:Shop  -2 PUMP @ 90.00 USD
            serial: "S0008, S0010"
          Assets:Receivable
        2025-01-06 * "Cafe" "Credit note"
          Assets:Stock:Shop  2 PUMP @ 90.00 USD
            serial: "S0010, S0008"
            lot-kind: "sale-return"
          Assets:Receivable
        2025-01-07 * "Fell off the shelf"
          Assets:Stock:Shop  -1 PUMP
            serial: "S0008"
            reason: "damaged"
        2025-01-08 * "Maker" "Back"
          Assets:Stock:Main  -1 PUMP @ 33.33 USD
            serial: "S0009"
            lot-kind: "purchase-return"
          Liabilities:Payable
        """)

    assert loaded.errors == []
    assert held(loaded) == {"S0010": "33.33"}


def test_a_range_goes_back_to_the_supplier_for_what_it_cost():
    loaded = ledger_with("""
        2025-01-08 * "Maker" "Back"
          Assets:Stock:Main  -3 PUMP @@ 100.00 USD
            serial: "S0008..S0010"
            lot-kind: "purchase-return"
          Liabilities:Payable
        """)

    assert loaded.errors == []
    assert held(loaded) == {}


def test_a_range_may_be_named_where_goods_arrive_or_for_the_whole_transfer():
    arriving = ledger_with("""
        2025-01-04 * "To the shop"
          Assets:Stock:Main  -2 PUMP
          Assets:Stock:Shop  2 PUMP
            serial: "S0009..S0010"
        """)
    whole = ledger_with("""
        2025-01-04 * "To the shop"
          serial: "S0009..S0010"
          Assets:Stock:Main  -2 PUMP
          Assets:Stock:Shop  2 PUMP
        """)

    for loaded in (arriving, whole):
        assert loaded.errors == []
        rows = loaded.rows("lots", by="account")
        assert [row["lot"] for row in rows if row["account"] == "Assets:Stock:Shop"] == [
            "S0009",
            "S0010",
        ]


MADE = """
        2025-01-03 * "Steel" "Beams"
          Assets:Stock:Main  10 STEEL @ 1.00 USD
          Liabilities:Payable
        2025-01-07 * "Skids"
          Assets:Stock:Main  -10 STEEL
          Assets:Stock:Main  -1 PUMP
            serial: "S0009"
          Liabilities:Wages  -10.00 USD
          Assets:Stock:Main  3 SKID
            serial: "K1..K3"
            cost-share: 90
          Assets:Stock:Main  1 SCRAP
            cost-share: 10
        """


def test_a_batch_makes_a_range_and_its_share_is_that_of_the_posting():
    """10.00 of steel, a pump of 33.33 and wages of 10.00: 90 percent of 53.33 is 48.00."""
    loaded = ledger_with(MADE)

    assert loaded.errors == []
    assert held(loaded, "SKID") == {"K1": "16.00", "K2": "16.00", "K3": "16.00"}
    assert held(loaded, "SCRAP") == {"2025-01-07": "5.33"}


def test_every_method_costs_what_a_range_was_made_for():
    loaded = ledger_with(
        MADE
        + """
        2025-01-08 * "Cafe" "Invoice"
          Assets:Stock:Main  -3 SKID @ 90.00 USD
          Assets:Receivable
        """
    )
    rows = loaded.rows("methods", commodity="SKID")

    # A pump of 33.34 goes first where none is named.
    assert {f"{row['cost_of_sales']}" for row in rows} == {"48.00", "48.01"}


def test_a_by_product_of_serial_numbers_shares_what_it_is_said_to_cost():
    loaded = ledger_with("""
        2025-01-07 * "Taken for parts"
          Assets:Stock:Main  -3 PUMP
          Assets:Stock:Main  3 SKID
            serial: "K1..K3"
            cost: 10.00 USD
          Assets:Stock:Main  1 HULL
        """)

    assert loaded.errors == []
    assert held(loaded, "SKID") == {"K1": "3.34", "K2": "3.33", "K3": "3.33"}
    assert held(loaded, "HULL") == {"2025-01-07": "90.00"}


def test_a_range_is_made_by_a_batch_with_one_output():
    loaded = ledger_with("""
        2025-01-07 * "Skids"
          Assets:Stock:Main  -3 PUMP
          Assets:Stock:Main  2 SKID
            serial: "K1..K2"
        """)

    assert loaded.errors == []
    assert held(loaded, "SKID") == {"K1": "50.00", "K2": "50.00"}


def test_freight_lands_on_each_number_of_a_range():
    loaded = ledger_with(
        """
        2025-01-02 * "Maker" "Pumps"
          Assets:Stock:Main  3 PUMP @ 100.00 USD
            serial: "S1..S3"
          Assets:Freight  1.00 USD
            landed-by: "quantity"
          Liabilities:Payable
        """,
        HEAD.replace(
            "lot-sales: Income:Sales",
            "lot-sales: Income:Sales\n      lot-landed-cost: Assets:Freight",
        ),
    )

    assert loaded.errors == []
    assert held(loaded) == {"S1": "100.34", "S2": "100.33", "S3": "100.33"}


def test_a_number_that_is_not_there_refuses_the_whole_posting():
    loaded = ledger_with("""
        2025-01-05 * "Cafe" "Invoice"
          Assets:Stock:Main  -2 PUMP @ 90.00 USD
            serial: "S0010..S0011"
          Assets:Receivable
        """)

    kind, message = only_error(loaded)
    assert kind is NoSuchLot
    assert message == 'No receipt brings a lot S0011 of PUMP; did you mean "S0010"?'
    assert list(held(loaded)) == ["S0008", "S0009", "S0010"]


BACK = """
    2025-01-03 * "Cafe Rose" "Two pumps"
      Assets:Stock:Main  -2 PUMP @ 60.00 USD
        serial: "S0008..S0009"
      Assets:Receivable
    2025-01-04 * "Cafe Rose" "Three come back"
      Assets:Stock:Main   3 PUMP @ 60.00 USD
        serial: "S0008..S0010"
        lot-kind: "sale-return"
      Assets:Receivable
"""


def test_a_range_comes_back_whole_or_not_at_all():
    loaded = ledger_with(
        BACK
        + """
    2025-01-05 * "Bar Lys" "A pump that did not come back"
      Assets:Stock:Main  -1 PUMP @ 60.00 USD
        serial: "S0008"
      Assets:Receivable
    """
    )

    assert [type(error) for error in loaded.errors] == [NeverSold]  # the rest follows from it
    assert list(held(loaded)) == ["S0010"]


def test_a_number_that_is_sold_is_short():
    loaded = ledger_with(
        2
        * """
        2025-01-05 * "Cafe" "Invoice"
          Assets:Stock:Main  -1 PUMP @ 90.00 USD
            serial: "S0010"
          Assets:Receivable
        """
    )

    assert only_error(loaded)[0] is ShortStock


def test_a_number_that_came_in_before_names_its_first_line():
    loaded = ledger_with("""
        2025-01-05 * "Maker" "Pumps"
          Assets:Stock:Main  2 PUMP @ 30.00 USD
            serial: "S0010..S0011"
          Liabilities:Payable
        """)

    assert only_error(loaded) == (
        MissingLot,
        'PUMP is lot-tracked: "serial", and lot S0010 has come in before, in <string>:16. Write '
        "the number of this unit",
    )
    assert "S0011" not in held(loaded)


def test_a_native_account_takes_one_number_a_posting():
    head = HEAD.replace('"fifo"', '"beancount"')
    loaded = ledger_with(
        """
        2025-01-02 * "Maker" "Pumps"
          Assets:Stock:Main  1 PUMP {30.00 USD}
            serial: "S1"
          Assets:Stock:Main  2 PUMP {40.00 USD}
            serial: "S2..S3"
          Liabilities:Payable
        """,
        head,
    )

    assert only_error(loaded) == (
        MixedStyles,
        "Assets:Stock:Main is booked by Beancount, which knows no ranges. Write one posting a "
        'unit: 1 PUMP {"S2"}',
    )
    assert "S1" in held(loaded)


def test_a_serial_of_other_goods_is_a_fact_of_their_lot():
    loaded = ledger_with("""
        2025-01-02 * "Maker" "A machine"
          Assets:Stock:Main  2 MILK @ 1.00 USD
            lot: "L1"
            serial: "of the tank"
          Liabilities:Payable
        """)

    assert loaded.errors == []
    assert loaded.lot("MILK", "L1")["serial"] == "of the tank"


@pytest.mark.parametrize(
    "units, said, kind, message",
    [
        (
            "2",
            '"S0050..S0001"',
            WrongSerial,
            "S0050..S0001 ends before it begins; write S0001..S0050",
        ),
        (
            "2",
            '"S1..T2"',
            WrongSerial,
            "S1..T2 begins with S and ends with T, and a range counts numbers that are alike but "
            "for it; write S1..S2",
        ),
        (
            "50",
            '"S0001..0050"',
            WrongSerial,
            "S0001..0050 begins with S and ends with 0050, and a range counts numbers that are "
            "alike but for it; write S0001..S0050",
        ),
        (
            "5",
            '"S01..S5"',
            WrongSerial,
            "S01..S5 begins with 2 digits and ends with 1; write S01..S05",
        ),
        (
            "6",
            '"A..F"',
            WrongSerial,
            'A..F ends in no number to count by; write each: "A, F"',
        ),
        (
            "2",
            '"S1, S1"',
            WrongSerial,
            'serial "S1, S1" names S1 twice. Leave one out',
        ),
        (
            "4",
            '"S1..S3, S2"',
            WrongSerial,
            'serial "S1..S3, S2" names S2 twice. Leave one out',
        ),
        (
            "50",
            '"1..1000000000"',
            WrongSerial,
            'serial "1..1000000000" names 1000000000 and the posting has 50 PUMP. Write '
            '1000000000 units, or serial: "1..50"',
        ),
        (
            "1000000000",
            '"1..1000000000"',
            WrongSerial,
            "serial names 1000000000 numbers, and a posting has at most 10000. Part it",
        ),
        (
            "2.5",
            '"S1..S2"',
            WrongSerial,
            'serial "S1..S2" names 2 and the posting has 2.5 PUMP. Write as many numbers as units',
        ),
        (
            "3",
            '"S1, S2"',
            WrongSerial,
            'serial "S1, S2" names 2 and the posting has 3 PUMP. Write as many numbers as units',
        ),
        (
            "1",
            '""',
            WrongSerial,
            'serial has "" for a number; write serial: "S0001..S0050" or "S1, S2"',
        ),
        (
            "2",
            '"S1,,S2"',
            WrongSerial,
            'serial has "" for a number; write serial: "S0001..S0050" or "S1, S2"',
        ),
        (
            "2",
            '"S1.."',
            WrongSerial,
            'serial has "S1.." for a number; write serial: "S0001..S0050" or "S1, S2"',
        ),
        (
            "1",
            "1234",
            WrongType,
            'serial wants a text and has 1234; write serial: "1234"',
        ),
        (
            "1",
            '"S1"\n            lot: "S2"',
            TwoLots,
            'The posting names lot "S2" and serial "S1". Leave one out',
        ),
    ],
)
def test_serial_numbers_that_cannot_be_are_words(units, said, kind, message):
    loaded = receipt(units, said)

    assert only_error(loaded) == (kind, message)
    assert held(loaded) == {}


def test_units_without_a_number_ask_for_one_each():
    loaded = ledger_with(
        """
        2025-01-02 * "Maker" "Pumps"
          Assets:Stock:Main  50 PUMP @ 2.00 USD
          Liabilities:Payable
        """,
        HEAD,
    )

    assert only_error(loaded) == (
        MissingLot,
        'PUMP is lot-tracked: "serial", and 50 PUMP come in without a number. Write a number for '
        'each: serial: "S0001..S0050"',
    )


def test_goods_that_are_not_tracked_by_serial_are_told_to_be():
    loaded = ledger_with("""
        2025-01-05 * "Maker" "Milk"
          Assets:Stock:Main  2 MILK @ 30.00 USD
            serial: "S1..S2"
          Liabilities:Payable
        """)

    assert only_error(loaded) == (
        WrongSerial,
        "MILK has a serial, and is not tracked by it. Add to its commodity directive: "
        'lot-tracked: "serial"',
    )


def test_ten_thousand_numbers_are_read_at_once():
    loaded = receipt("10000", '"S00001..S10000"')

    assert loaded.errors == []
    assert sum(Decimal(cost) for cost in held(loaded).values()) == 20000


def test_a_range_is_what_a_posting_a_unit_would_be():
    one_by_one = "".join(
        f"""
          Assets:Stock:Main  1 PUMP @ 33.00 USD
            serial: "S{number}" """
        for number in (1, 2, 3)
    )
    delivery = """
        2025-01-02 * "Maker" "Pumps"{goods}
          Liabilities:Payable  -99.00 USD
        2025-01-05 * "Cafe" "Invoice"
          Assets:Stock:Main  -2 PUMP @ 90.00 USD
          Assets:Receivable
        """
    ranged = """
          Assets:Stock:Main  3 PUMP @ 33.00 USD
            serial: "S1..S3" """
    first, second = (
        ledger_with(delivery.format(goods=goods), HEAD) for goods in (one_by_one, ranged)
    )

    assert first.errors == second.errors == []
    assert first.rows("lots") == second.rows("lots")


# Names of many numbers


def said(numbers: list[str]) -> str:
    return ", ".join(map(str, folded(numbers)))


@pytest.mark.parametrize(
    ("numbers", "as_said"),
    [
        (["P-0006", "P-0007", "P-0008"], "P-0006..P-0008"),
        (["P-0006", "P-0007"], "P-0006, P-0007"),
        (["S1", "S2", "S3", "S5", "S6", "S7", "X"], "S1..S3, S5..S7, X"),
        (["S8", "S9", "S10"], "S8..S10"),
        (["S08", "S09", "S10"], "S08..S10"),
        (["S08", "S09", "S010"], "S08, S09, S010"),
        (["S098", "S099", "S100", "S0101"], "S098..S100, S0101"),
        (["1A", "2A", "3A"], "1A..3A"),
        (["A1", "B2", "C3"], "A1, B2, C3"),
        (["S3", "S2", "S1"], "S3, S2, S1"),
        (["S1.", "S2.", "S3."], "S1., S2., S3."),
        (["A, 1", "A, 2", "A, 3"], "A, 1, A, 2, A, 3"),
        ([], ""),
    ],
)
def test_numbers_that_follow_each_other_are_said_as_a_range(
    numbers: list[str], as_said: str
) -> None:
    assert said(numbers) == as_said


def test_the_lots_of_two_goods_are_no_range() -> None:
    lots = [Lot("MILK", "L1"), Lot("CREAM", "L2"), Lot("CREAM", "L1"), Lot("BUTTER", "L3")]

    assert [str(part) for part in folded_lots(lots)] == ["L1", "L2", "L3"]


letters = st.text("S0189A-.\u0660 ", min_size=1, max_size=4).map(str.strip)
singles = letters.filter(lambda number: number and ".." not in number)
runs = st.builds(
    lambda before, first, digits, size, after: [
        f"{before}{each:0{digits}}{after}" for each in range(first, first + size)
    ],
    st.text("S1-.", max_size=2),
    st.one_of(st.integers(0, 1100), st.integers(10**18 - 4, 10**18 + 1)),
    st.integers(1, 5),
    st.integers(1, 12),
    st.text("A-.", max_size=2),
).filter(lambda numbers: all(".." not in number for number in numbers))


@given(st.lists(st.one_of(runs, singles.map(lambda number: [number])), min_size=1, max_size=6))
@example([["\u0660\u0660\u0661"], ["002", "003", "004"]])
def test_a_ledger_reads_numbers_as_they_were_folded(parts: list[list[str]]) -> None:
    numbers = [number for part in parts for number in part]

    assert [each for part in ranges(said(numbers)) for each in part.numbers()] == numbers
    assert sum(part.size for part in folded(numbers)) == len(numbers)


def test_half_a_unit_of_a_serial_number_cannot_go_out():
    ledger = load("""
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "specific"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 commodity PUMP
      lot-tracked: "serial"
    2025-01-02 * "Delivery"
      Assets:Stock  1 PUMP @ 20.00 USD
        serial: "S1"
      Liabilities:Payable
    2025-01-05 * "Cafe"
      Assets:Stock  -0.5 PUMP @ 30.00 USD
        lot: "S1"
      Assets:Receivable
    """)
    assert ledger.messages() == [
        'PUMP is lot-tracked: "serial", one unit a lot, and 0.5 go out. Write whole units'
    ]
