"""A recall that holds for whatever was made of its lot, as far as it went."""

from __future__ import annotations

import datetime
import textwrap

import pytest
from conftest import Loaded, load

from lotcost.ledger.errors import BarredLot, LotNotArrived, ShortStock, UnknownWord, WrongType

# Milk into dough, dough into cake; and a cake of other dough.
FAMILY = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
      lot-adjustment: Expenses:Differences
    2025-01-02 * "Farm" "Milk"
      Assets:Stock:Main  10 MILK @ 2.00 USD
        lot: "M1"
      Assets:Stock:Main  10 MILK @ 3.00 USD
        lot: "M2"
      Liabilities:Payable
    2025-01-03 * "Dough of M1"
      Assets:Stock:Main  -5 MILK
        lot: "M1"
      Assets:Stock:Main  10 DOUGH
        lot: "D1"
    2025-01-03 * "Dough of M2"
      Assets:Stock:Main  -5 MILK
        lot: "M2"
      Assets:Stock:Main  10 DOUGH
        lot: "D2"
    2025-01-04 * "Cake of D1"
      Assets:Stock:Main  -5 DOUGH
        lot: "D1"
      Assets:Stock:Main  5 CAKE
        lot: "C1"
    2025-01-04 * "Cake of D2"
      Assets:Stock:Main  -5 DOUGH
        lot: "D2"
      Assets:Stock:Main  5 CAKE
        lot: "C2"
"""
RECALL = """
2025-02-01 custom "lot-status" "MILK" "M1" "recalled"
  downstream: TRUE
"""


def with_family(text: str) -> Loaded:
    return load(FAMILY + textwrap.indent(text, "    "))


def said(text: str) -> str:
    return textwrap.dedent(text)


def sale(lot: str, day: str, goods: str = "CAKE") -> str:
    return f"""
2025-{day} * "Cafe" "Invoice"
  Assets:Stock:Main  -1 {goods} @ 9.00 USD
    lot: "{lot}"
  Assets:Receivable
"""


def status(goods: str, lot: str, day: str, word: str) -> str:
    return f'\n2025-{day} custom "lot-status" "{goods}" "{lot}" "{word}"\n'


def barred_days(loaded: Loaded) -> list[str]:
    assert all(type(error) is BarredLot for error in loaded.errors), loaded.messages()
    return [f"{error.entry.date:%m-%d}" for error in loaded.errors]


def recalled(loaded: Loaded, at: str) -> list[str]:
    rows = loaded.rows("lots", at=datetime.date.fromisoformat(f"2025-{at}"))
    return [row["lot"] for row in rows if row["status"] == "recalled"]


def test_what_was_made_of_a_recalled_lot_is_not_sold_and_the_way_is_told():
    (error,) = with_family(RECALL + sale("C1", "02-01")).errors

    assert type(error) is BarredLot
    assert error.message == (
        "Lot C1 of CAKE in Assets:Stock:Main may not be sold or used on 2025-02-01: lot M1 of "
        "MILK is recalled since 2025-02-01 with what was made of it, and went into lot D1 of "
        'DOUGH, into this lot. To take it out of stock write reason: "recalled"; where the recall '
        'is not for it: 2025-02-01 custom "lot-status" "CAKE" "C1" "released"'
    )
    assert error.source["lineno"] == error.entry.meta["lineno"] + 1


def test_what_was_sold_before_the_recall_stays_sold():
    assert barred_days(with_family(sale("C1", "01-31") + RECALL + sale("C1", "02-02"))) == ["02-02"]


def test_what_was_made_of_other_lots_is_sold_as_before():
    assert barred_days(with_family(RECALL + sale("C2", "02-02"))) == []


def test_a_recall_that_does_not_say_downstream_holds_for_its_own_lot():
    loaded = with_family(
        RECALL.replace("TRUE", "FALSE") + sale("C1", "02-02") + sale("M1", "02-03", "MILK")
    )

    assert barred_days(loaded) == ["02-03"]


def test_what_was_made_of_a_recalled_lot_is_not_used():
    loaded = with_family(
        RECALL
        + said("""
        2025-02-02 * "More cake"
          Assets:Stock:Main  -1 DOUGH
            lot: "D1"
          Assets:Stock:Main  1 CAKE
            lot: "C3"
        """)
    )

    assert barred_days(loaded) == ["02-02"]


def test_a_bare_issue_passes_over_what_was_made_of_a_recalled_lot():
    loaded = with_family(
        RECALL
        + said("""
        2025-02-02 * "Cafe" "Invoice"
          Assets:Stock:Main  -2 CAKE @ 9.00 USD
          Assets:Receivable
        """)
    )

    assert loaded.errors == []
    assert loaded.lot("CAKE", "C2")["units_on_hand"] == 3


def test_what_is_short_for_a_recall_names_it():
    (error,) = with_family(
        RECALL
        + said("""
        2025-02-02 * "Cafe" "Invoice"
          Assets:Stock:Main  -6 CAKE @ 9.00 USD
          Assets:Receivable
        """)
    ).errors

    assert type(error) is ShortStock
    assert error.message == (
        "Assets:Stock:Main is 1 CAKE short on 2025-02-02: 6 wanted, 5 on hand (lot C1 5 recalled "
        "since 2025-02-01 with lot M1 of MILK, lot C2 5)."
    )


def test_a_recalled_family_is_written_off_counted_moved_and_comes_back():
    loaded = with_family(
        sale("C1", "01-31")
        + RECALL
        + said("""
        2025-02-02 * "Cafe" "Credit note"
          Assets:Stock:Main  1 CAKE @ 9.00 USD
            lot: "C1"
            lot-kind: "sale-return"
          Assets:Receivable
        2025-02-03 * "To the cage"
          Assets:Stock:Main  -5 CAKE
            lot: "C1"
          Assets:Stock:Cage  5 CAKE
        2025-02-04 * "Destroyed"
          Assets:Stock:Cage  -3 CAKE
            lot: "C1"
            reason: "recalled"
        2025-02-05 custom "lot-count" Assets:Stock:Cage "C1" 1 CAKE
          adjust: TRUE
        2025-02-06 * "Farm" "Back to the farm"
          Assets:Stock:Main  -1 DOUGH
            lot: "D1"
            lot-kind: "purchase-return"
          Liabilities:Payable
        """)
    )

    assert loaded.errors == []
    assert loaded.lot("CAKE", "C1")["units_on_hand"] == 1


def test_the_lots_report_says_recalled_of_the_whole_family_from_the_day_on():
    loaded = with_family(RECALL + sale("C2", "03-01"))

    assert recalled(loaded, "01-31") == []
    assert recalled(loaded, "02-01") == ["C1", "D1", "M1"]


def test_a_release_of_the_recalled_lot_lifts_its_recall_from_all():
    loaded = with_family(
        RECALL
        + sale("C1", "02-02")
        + status("MILK", "M1", "02-03", "released")
        + sale("C1", "02-04")
    )

    assert barred_days(loaded) == ["02-02"]
    assert recalled(loaded, "02-04") == []


def test_a_release_of_a_lot_lifts_the_recall_from_it_and_what_was_made_of_it():
    loaded = with_family(
        RECALL
        + status("DOUGH", "D1", "02-03", "released")
        + sale("C1", "02-04")
        + sale("D1", "02-04", "DOUGH")
    )

    assert barred_days(loaded) == []
    assert recalled(loaded, "02-02") == ["C1", "D1", "M1"]
    assert recalled(loaded, "02-04") == ["M1"]


def test_a_release_of_the_recalls_own_day_lifts_it_and_an_earlier_one_does_not():
    same_day = status("CAKE", "C1", "02-01", "released")
    before = status("CAKE", "C1", "01-31", "released")

    assert barred_days(with_family(RECALL + same_day + sale("C1", "02-02"))) == []
    assert barred_days(with_family(RECALL + before + sale("C1", "02-02"))) == ["02-02"]


def test_a_recall_that_is_said_again_after_a_release_reaches_on():
    loaded = with_family(
        RECALL
        + status("CAKE", "C1", "02-03", "released")
        + sale("C1", "02-04")
        + RECALL.replace("02-01", "02-05")
        + sale("C1", "02-06")
    )

    assert barred_days(loaded) == ["02-06"]
    assert recalled(loaded, "02-04") == ["D1", "M1"]
    assert recalled(loaded, "02-06") == ["C1", "D1", "M1"]


def test_a_later_status_of_the_recalled_lot_takes_the_place_of_its_recall():
    loaded = with_family(RECALL + status("MILK", "M1", "02-03", "quarantine") + sale("C1", "02-04"))

    assert barred_days(loaded) == []


def test_a_lot_that_was_released_and_is_in_quarantine_again_is_reached_again():
    loaded = with_family(
        RECALL
        + status("DOUGH", "D1", "02-03", "released")
        + status("DOUGH", "D1", "02-05", "quarantine")
        + sale("C1", "02-04")
        + sale("C1", "02-06")
    )

    assert barred_days(loaded) == ["02-06"]
    assert recalled(loaded, "02-06") == ["C1", "D1", "M1"]


def test_of_two_recalls_a_release_between_them_lifts_the_first():
    both = """
    2025-01-05 * "Cake of both"
      Assets:Stock:Main  -1 DOUGH
        lot: "D1"
      Assets:Stock:Main  -1 DOUGH
        lot: "D2"
      Assets:Stock:Main  2 CAKE
        lot: "C3"
    """
    first = RECALL
    second = RECALL.replace('"M1"', '"M2"').replace("02-01", "02-05")
    released = status("CAKE", "C3", "02-03", "released")
    loaded = with_family(
        said(both) + first + released + second + sale("C3", "02-04") + sale("C3", "02-06")
    )

    (error,) = loaded.errors
    assert f"{error.entry.date}" == "2025-02-06"
    assert "lot M2 of MILK is recalled since 2025-02-05" in error.message
    assert recalled(loaded, "02-06") == ["C1", "C2", "C3", "D1", "D2", "M1", "M2"]


def test_a_recall_reaches_a_lot_that_is_made_of_it_after_all():
    """A second batch of C2, dated before the recall: what was used of C2 since is reached too."""
    again = """
    2025-01-05 * "A box of C2"
      Assets:Stock:Main  -1 CAKE
        lot: "C2"
      Assets:Stock:Main  1 BOX
        lot: "B1"
    2025-01-06 * "Some of D1 into C2"
      Assets:Stock:Main  -1 DOUGH
        lot: "D1"
      Assets:Stock:Main  1 CAKE
        lot: "C2"
    """

    assert barred_days(with_family(said(again) + RECALL + sale("B1", "02-02", "BOX"))) == ["02-02"]


def test_what_a_batch_taken_apart_gives_back_is_not_made_of_what_it_had_made():
    apart = """
    2025-01-05 * "Cake of D1 and sugar"
      Assets:Stock:Main  -2 DOUGH
        lot: "D1"
      Assets:Stock:Main  -2 DOUGH
        lot: "D2"
      Assets:Stock:Main  4 CAKE
        lot: "C3"
    2025-01-06 * "And apart again"
      Assets:Stock:Main  -4 CAKE
        lot: "C3"
      Assets:Stock:Main  2 DOUGH
        lot: "D1"
      Assets:Stock:Main  2 DOUGH
        lot: "D2"
    """
    loaded = with_family(
        said(apart) + RECALL + sale("D2", "02-02", "DOUGH") + sale("D1", "02-02", "DOUGH")
    )

    assert barred_days(loaded) == ["02-02"]
    assert recalled(loaded, "02-02") == ["C1", "C3", "D1", "M1"]


def test_a_recall_reaches_through_more_batches_than_a_message_names():
    chain = "".join(
        f"""
2025-01-{5 + depth:02} * "Step {depth}"
  Assets:Stock:Main  -1 {"CAKE" if depth == 0 else f"STEP{depth}"}
    lot: "{"C1" if depth == 0 else f"S{depth}"}"
  Assets:Stock:Main  2 STEP{depth + 1}
    lot: "S{depth + 1}"
"""
        for depth in range(8)
    )
    (error,) = with_family(chain + RECALL + sale("S8", "02-02", "STEP8")).errors

    assert (
        "and went into lot D1 of DOUGH, into lot C1 of CAKE, into 6 more, into lot S7 of STEP7, "
        "into this lot. "
    ) in error.message


def test_a_lot_that_beancount_booked_is_told_when_what_it_is_made_of_is_recalled():
    loaded = load("""
        plugin "beancount_lotcost"
        plugin "beancount.plugins.auto_accounts"
        2025-01-01 open Assets:Cellar "STRICT"
          lot-method: "beancount"
        2025-01-02 * "Chateau" "Grapes"
          Assets:Cellar  10 GRAPES {1.00 USD, "G1"}
          Liabilities:Payable
        2025-01-03 * "Pressed"
          Assets:Cellar  -10 GRAPES {"G1"}
            lot-kind: "production"
          Assets:Cellar  5 MUST {2.00 USD, "U1"}
            lot-kind: "production"
        2025-01-04 * "Bottled"
          Assets:Cellar  -5 MUST {"U1"}
            lot-kind: "production"
          Assets:Cellar  5 WINE {2.00 USD, "W1"}
            lot-kind: "production"
        2025-02-01 custom "lot-status" "GRAPES" "G1" "recalled"
          downstream: TRUE
        2025-02-02 * "Cafe" "Invoice"
          Assets:Cellar  -1 WINE {"W1"} @ 9.00 USD
          Assets:Receivable  9.00 USD
          Income:Sales  -9.00 USD
          Expenses:CostOfSales
        2025-02-03 * "Poured away"
          Assets:Cellar  -1 WINE {"W1"}
            reason: "recalled"
          Expenses:WriteOff
        """)

    assert barred_days(loaded) == ["02-02"]
    assert (
        "GRAPES is recalled since 2025-02-01 with what was made of it, and went into lot U1"
        in (loaded.messages()[0])
    )
    assert recalled(loaded, "02-02") == ["G1", "U1", "W1"]


def test_what_expired_and_is_recalled_with_another_lot_is_recalled():
    loaded = with_family(
        RECALL
        + said("""
        2025-01-05 custom "lot" "CAKE" "C1"
          expires: 2025-01-20
        """)
        + sale("C1", "02-02")
    )

    assert "is recalled since" in loaded.messages()[0]


def test_a_quarantine_that_a_recall_covers_is_counted_from_its_own_day():
    loaded = with_family(
        status("CAKE", "C1", "01-10", "quarantine")
        + RECALL
        + status("MILK", "M1", "02-03", "released")
        + sale("C2", "03-01")
    )
    (row,) = [row for row in loaded.rows("exceptions") if row["finding"] == "long-quarantine"]

    assert "in quarantine since 2025-01-10" in row["message"]
    assert recalled(loaded, "02-02") == ["C1", "D1", "M1"]


# What cannot be


@pytest.mark.parametrize(
    "written, kind, message",
    [
        (
            '"recalled"\n  downsteam: TRUE',
            UnknownWord,
            'The key downsteam is unknown; did you mean "downstream"?',
        ),
        (
            '"recalled"\n  upstream: TRUE',
            UnknownWord,
            'The key upstream is unknown; did you mean "downstream"?',
        ),
        (
            '"recalled"\n  lot-downstream: TRUE',
            UnknownWord,
            'The key lot-downstream is unknown here; did you mean "downstream"?',
        ),
        (
            '"recalled"\n  downstream: "yes"',
            WrongType,
            "downstream wants TRUE or FALSE and has yes; write downstream: TRUE",
        ),
        (
            '"released"\n  downstream: TRUE',
            WrongType,
            "A release lifts a recall from the lot and from what was made of it. Leave downstream "
            "out",
        ),
        (
            '"quarantine"\n  downstream: TRUE',
            WrongType,
            "A quarantine is of one lot, and only a recall holds for what was made of it. Leave "
            'downstream out, or write "recalled"',
        ),
        (
            '"recaled"\n  downstream: TRUE',
            UnknownWord,
            'The status "recaled" is unknown; did you mean "recalled"?',
        ),
    ],
)
def test_a_status_that_cannot_be_is_an_error(written, kind, message):
    loaded = with_family(f'\n2025-02-01 custom "lot-status" "MILK" "M1" {written}\n')

    assert [(type(error), error.message) for error in loaded.errors] == [(kind, message)]


def test_notes_beside_a_status_are_the_users_own():
    loaded = with_family(RECALL + '  authority: "FAVV"\n  reference: "2025/117"\n')

    assert loaded.errors == []


EARLY = """
2025-01-08 * "Farm" "Late"
  Assets:Stock:Main  1 MILK @ 2.00 USD
    lot: "M9"
  Liabilities:Payable
2025-01-07 custom "lot-status" "MILK" "M9" "recalled"
"""


def test_a_recall_before_its_lot_arrives_names_both_days():
    (error,) = with_family(status("MILK", "M2", "01-01", "released") + EARLY).errors

    assert type(error) is LotNotArrived
    assert error.message == (
        "Lot M9 of MILK is recalled on 2025-01-07, and arrives on 2025-01-08, after this line. "
        "Correct one of the two dates; a lot that was recalled on its way is recalled from "
        "2025-01-08 on"
    )
    assert error.source["lineno"] == error.entry.meta["lineno"]


def test_a_recall_after_the_last_transaction_is_in_force_where_no_day_is_asked_for() -> None:
    loaded = with_family(RECALL + '2025-02-03 custom "party" "Cafe"\n')

    assert loaded.ledger.books().at == datetime.date(2025, 2, 1)
    assert {row["lot"]: row["status"] for row in loaded.rows("lots")} == {
        "C1": "recalled",
        "C2": "open",
        "D1": "recalled",
        "D2": "open",
        "M1": "recalled",
        "M2": "open",
    }
