"""Parties: who a movement was with, what the ledger says of them, and how they are spelled."""

from __future__ import annotations

import datetime
import textwrap

import pytest
from conftest import Loaded, load

from lotcost.ledger.errors import UnknownWord, WrongType
from lotcost.reports.exceptions.spelling import alike

HEAD = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
      lot-landed-cost: Assets:Freight
    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Stock  10 MILK @ 2.00 USD
        lot: "L1"
      Liabilities:Payable
"""


def ledger_with(text: str) -> Loaded:
    return load(HEAD + textwrap.indent(textwrap.dedent(text), "    "))


def sale(payee: str, day: str = "01-05", units: int = 1) -> str:
    return f"""
2025-{day} * "{payee}" "Invoice"
  Assets:Stock  -{units} MILK @ 5.00 USD
  Assets:Receivable
"""


def parties(loaded: Loaded) -> list[tuple[str, str]]:
    return [(row["kind"], row["party"]) for row in loaded.rows("movements")]


def found(loaded: Loaded, **question: object) -> list[tuple[str, str]]:
    rows = loaded.rows("exceptions", **question)
    return [(row["party"], row["message"]) for row in rows if row["finding"] == "spelled-alike"]


# Who a movement was with


def test_a_party_is_the_payee():
    assert parties(ledger_with(sale("Cafe Rose"))) == [
        ("receipt", "Dairy Farm"),
        ("sale", "Cafe Rose"),
    ]


def test_what_a_posting_says_outranks_its_transaction_and_that_the_payee():
    loaded = ledger_with("""
        2025-01-05 * "Marketplace" "Payout of the week"
          customer: "Cafe Rose"
          Assets:Stock  -1 MILK @ 5.00 USD
          Assets:Stock  -2 MILK @ 5.00 USD
            customer: "Hotel Lys"
          Assets:Receivable
        2025-01-06 * "Carrier" "Two deliveries on one truck"
          supplier: "Alp"
          Assets:Stock  3 MILK @ 2.00 USD
            lot: "L2"
          Assets:Stock  4 MILK @ 2.00 USD
            lot: "L3"
            supplier: "Coop"
          Liabilities:Payable
    """)

    assert loaded.errors == []
    assert parties(loaded) == [
        ("receipt", "Dairy Farm"),
        ("sale", "Cafe Rose"),
        ("sale", "Hotel Lys"),
        ("receipt", "Alp"),
        ("receipt", "Coop"),
    ]
    assert [loaded.lot("MILK", lot)["supplier"] for lot in ("L2", "L3")] == ["Alp", "Coop"]


def test_the_supplier_of_a_lot_is_not_who_it_was_sold_to():
    loaded = ledger_with("""
        2025-01-05 * "Counter sale"
          supplier: "Dairy Farm"
          Assets:Stock  -1 MILK @ 5.00 USD
            supplier: "Dairy Farm"
          Assets:Cash
    """)

    assert parties(loaded) == [("receipt", "Dairy Farm"), ("sale", None)]


def test_two_suppliers_of_one_lot_each_keep_their_delivery():
    loaded = ledger_with("""
        2025-01-02 * "Coop" "The same lot"
          Assets:Stock  5 MILK @ 2.00 USD
            lot: "L1"
            supplier: "Coop North"
          Liabilities:Payable
    """)

    assert parties(loaded) == [("receipt", "Dairy Farm"), ("receipt", "Coop North")]


def test_a_haulier_is_the_party_of_a_landed_cost():
    loaded = ledger_with("""
        2025-01-06 * "Haulier" "Freight"
          Assets:Freight  1.00 USD
            landed-on: "L1"
          Liabilities:Payable
    """)

    assert parties(loaded)[-1] == ("landed-cost", "Haulier")


def test_a_return_goes_back_to_the_sale_of_the_customer_its_posting_names():
    loaded = ledger_with("""
        2025-01-03 * "Dairy Farm" "Dearer"
          Assets:Stock  10 MILK @ 3.00 USD
            lot: "L2"
          Liabilities:Payable
        2025-01-05 * "Marketplace" "Payout"
          Assets:Stock  -1 MILK @ 5.00 USD
            lot: "L1"
            customer: "Cafe Rose"
          Assets:Stock  -1 MILK @ 5.00 USD
            lot: "L2"
            customer: "Hotel Lys"
          Assets:Receivable
        2025-01-06 * "Marketplace" "Credit"
          Assets:Stock  1 MILK @ 5.00 USD
            lot-kind: "sale-return"
            customer: "Cafe Rose"
          Assets:Receivable
    """)

    assert loaded.lot("MILK", "L1")["units_on_hand"] == 10
    assert loaded.lot("MILK", "L2")["units_on_hand"] == 9


def test_a_customer_on_a_native_account_is_who_its_posting_names():
    loaded = load("""
        plugin "beancount_lotcost"
        plugin "beancount.plugins.auto_accounts"
        2025-01-01 open Assets:Cellar "FIFO"
          lot-method: "beancount"
        2025-01-02 * "Chateau" "Delivery"
          Assets:Cellar  6 WINE {9.00 USD, "W1"}
          Liabilities:Payable
        2025-01-03 * "Marketplace" "Sold"
          Assets:Cellar  -1 WINE {} @ 15.00 USD
            customer: "Cafe Rose"
          Assets:Receivable  15.00 USD
          Income:Sales  -15.00 USD
          Expenses:CostOfSales
        """)

    assert loaded.errors == []
    assert parties(loaded) == [("receipt", "Chateau"), ("sale", "Cafe Rose")]


def test_a_customer_number_is_a_name():
    loaded = ledger_with("""
        2025-01-05 * "Invoice"
          Assets:Stock  -1 MILK @ 5.00 USD
            customer: 4711
          Assets:Receivable
    """)

    assert parties(loaded)[-1] == ("sale", "4711")


@pytest.mark.parametrize("value, shown", [("TRUE", "TRUE"), ("5.00 USD", "5.00 USD")])
@pytest.mark.parametrize("on_posting", [True, False])
def test_a_customer_that_is_no_name_is_an_error(value, shown, on_posting):
    lines = [
        '2025-01-05 * "Cafe Rose" "Invoice"',
        "  Assets:Stock  -1 MILK @ 5.00 USD",
        "  Assets:Receivable",
    ]
    lines.insert(2 if on_posting else 1, f"    customer: {value}")
    loaded = ledger_with("\n".join(lines))

    (error,) = loaded.errors
    assert type(error) is WrongType
    assert error.message == (f'customer wants a name and has {shown}; write customer: "Cafe Rose"')


# What the ledger says of a party


def test_what_a_party_directive_says_is_known_and_the_latest_date_wins():
    loaded = ledger_with("""
        2025-03-01 custom "party" "Cafe Rose"
          city: "Bruges"
        2025-01-01 custom "party" "Cafe Rose"
          address: "Markt 1"
          city: "Ghent"
          gln: "5412345000013"
          since: 2019-05-01
        2025-01-01 custom "party" "Dairy Farm"
    """)
    books = loaded.ledger.books(None)
    february = loaded.ledger.books(datetime.date(2025, 2, 1))

    assert loaded.errors == []
    assert {name: dict(party.facts) for name, party in books.parties.items()} == {
        "Cafe Rose": {
            "address": "Markt 1",
            "city": "Bruges",
            "gln": "5412345000013",
            "since": datetime.date(2019, 5, 1),
        },
        "Dairy Farm": {},
    }
    assert february.parties["Cafe Rose"].facts["city"] == "Ghent"


@pytest.mark.parametrize(
    "written, kind, message",
    [
        ("", WrongType, 'This party has no name; write custom "party" "Cafe Rose"'),
        ('" "', WrongType, 'This party has no name; write custom "party" "Cafe Rose"'),
        (
            "4711",
            WrongType,
            'A party\'s name is a text, and this is 4711; write custom "party" "4711"',
        ),
        (
            "TRUE",
            WrongType,
            'A party\'s name is a text, and this is TRUE; write custom "party" "TRUE"',
        ),
        (
            "Assets:Cafe",
            WrongType,
            'A party\'s name is a text, and this is Assets:Cafe; write custom "party" '
            '"Assets:Cafe"',
        ),
        (
            '"Cafe Rose" "Ghent"',
            WrongType,
            "A party directive has its name and no other value, and this has 2; write custom "
            '"party" "Cafe Rose" and the rest below it, city: "Ghent"',
        ),
        (
            '"Cafe Rose"\n          lot-city: "Ghent"',
            UnknownWord,
            "The key lot-city is unknown here; none is known",
        ),
    ],
)
def test_a_party_directive_that_cannot_be_read_is_an_error(written, kind, message):
    loaded = ledger_with(f"""
        2025-01-01 custom "party" {written}
    """)

    (error,) = loaded.ledger.lot_errors
    assert (type(error), error.message) == (kind, message)
    assert error.source["lineno"] == 15


# How parties are spelled


def test_a_party_that_is_spelled_like_a_better_known_one_is_found():
    loaded = ledger_with(
        sale("Cafe Rose") + sale("Cafe Rose", "01-06") + sale("Café Rose", "01-07")
    )

    assert found(loaded) == [
        (
            "Café Rose",
            '"Café Rose" (1 transaction) is spelled like "Cafe Rose" (2 transactions). '
            'Where they are one, write "Cafe Rose"',
        )
    ]


def test_a_finding_of_a_party_is_at_its_last_movement():
    loaded = ledger_with(
        sale("Cafe Rose") * 3 + sale("Cafe Rose Ltd", "01-06") + sale("Cafe Rose Ltd", "01-08")
    )
    (row,) = loaded.rows("exceptions")

    assert (row["date"], row["commodity"], row["account"]) == (
        datetime.date(2025, 1, 8),
        "MILK",
        "Assets:Stock",
    )
    assert (row["cost"], row["currency"]) == (None, None)
    assert found(loaded, since=datetime.date(2025, 1, 9)) == []
    assert len(loaded.rows("exceptions", by="finding")) == 1


def test_a_declared_party_is_the_better_known_one():
    loaded = ledger_with(
        '\n2025-01-01 custom "party" "Dairy Farms"' + sale("Hotel Lys") + sale("Hotel Lis")
    )

    assert found(loaded) == [
        (
            "Dairy Farm",
            '"Dairy Farm" (1 transaction) is spelled like "Dairy Farms" (0 transactions), which is '
            'declared. Where they are one, write "Dairy Farms", else declare both: custom "party"',
        ),
        (
            "Hotel Lis",
            '"Hotel Lis" (1 transaction) is spelled like "Hotel Lys" (1 transaction). Where they '
            'are one, write "Hotel Lys", else declare both: custom "party"',
        ),
    ]


def test_two_parties_one_letter_apart_that_are_both_declared_are_two():
    declared = '\n2025-01-01 custom "party" "Hotel Lys"\n2025-01-01 custom "party" "Hotel Lis"\n'

    assert found(ledger_with(declared + sale("Hotel Lys") + sale("Hotel Lis"))) == []


def test_a_party_that_is_declared_twice_in_two_spellings_is_found_at_its_line():
    loaded = ledger_with(
        '\n2025-01-01 custom "party" "Cafe Rose"\n2025-01-01 custom "party" "CAFE ROSE"\n'
    )
    (row,) = loaded.rows("exceptions")

    assert row["party"] == "CAFE ROSE"
    assert row["source"].endswith(":16")
    assert loaded.rows("exceptions", commodity="FLOUR") == []


def test_only_parties_of_what_is_asked_for_are_found():
    loaded = ledger_with(sale("Cafe Rose") * 2 + sale("Cafe  Rose"))

    assert [party for party, _ in found(loaded, lot="L1")] == ["Cafe  Rose"]
    assert found(loaded, lot="L9") == []


@pytest.mark.parametrize(
    "known, name",
    [
        ("Cafe Rose", "CAFE ROSE."),
        ("Cafe Rose", "Cafe-Rose"),
        ("Cafe Rose", "Cafe  Rose Ltd"),
        ("Rose", "Rose, Inc."),
        ("Rose B.V.", "Rose bv"),
        ("Rose & Sons", "Rose and Sons"),
        ("Müller", "Muller"),
        ("Café de l\u2019Europe", "Cafe de l'Europe"),
        ("Straße 7", "Strasse 7"),
        ("DairyFarm", "Dairy Farm"),
    ],
)
def test_names_that_differ_in_their_writing_alone_are_the_same(known, name):
    assert list(alike([known, name])) == [(name, known, True)]


@pytest.mark.parametrize(
    "known, name",
    [
        ("Dairy Farm", "Dairy Farms"),
        ("Dairy Farm", "Diary Farm"),
        ("Dairy Farm", "Dairy Fram"),
        ("Dairy Farm", "Dairy Form"),
        ("Muellerei", "Müllerei"),
    ],
)
def test_long_names_that_are_one_slip_apart_are_near(known, name):
    assert list(alike([known, name])) == [(name, known, False)]


@pytest.mark.parametrize(
    "known, name",
    [
        ("Rose", "Rosa"),
        ("Shop 12 Ghent", "Shop 13 Ghent"),
        ("Customer 101", "Customer 1011"),
        ("Farm A East", "Farm B East"),
        ("Dairy East", "Dairy West"),
        ("Rose BV", "Rose NV"),
        ("Cafe Rose BV", "Cafe Rosa NV"),
        ("...", "!!!"),
        ("Ltd", "Inc"),
    ],
)
def test_names_that_are_likely_two_are_two(known, name):
    assert list(alike([known, name])) == []


def test_a_name_is_like_the_best_known_one():
    assert list(alike(["Cafe Rose", "Cafe Rosa", "CAFE ROSA", "Hotel"])) == [
        ("Cafe Rosa", "Cafe Rose", False),
        ("CAFE ROSA", "Cafe Rosa", True),
    ]
