"""A lot traced: where it came from, where it went, and where every unit of it is."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import Loaded, load
from hypothesis import given
from naive import Movement
from strategies import KINDS, movements, to_ledger

from lotcost.cli import main
from lotcost.ledger.loading import load as load_file
from lotcost.model import Lot
from lotcost.reports.trace import (
    Cycle,
    Index,
    Side,
    Trace,
    picture,
    report,
    search,
    trace,
)

BAKERY = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Inventory
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
  lot-adjustment: Expenses:StockDifferences

2025-01-02 * "Mill" "Flour" ^po-1
  Assets:Inventory:Store    100 FLOUR @ 1.00 USD
    lot: "F1"
  Liabilities:Payable

2025-01-02 * "Dairy" "Butter" ^po-2
  Assets:Inventory:Store     20 BUTTER @ 4.00 USD
    lot: "B1"
  Liabilities:Payable

2025-01-03 * "Mill" "Torn bags" ^po-1
  Assets:Inventory:Store    -10 FLOUR
    lot: "F1"
    lot-kind: "purchase-return"
  Liabilities:Payable        10.00 USD

2025-01-05 * "Dough"
  Assets:Inventory:Store    -40 FLOUR
  Assets:Inventory:Store     -8 BUTTER
  Assets:Inventory:Store     48 DOUGH
    lot: "D1"

2025-01-06 * "Bake"
  Assets:Inventory:Store    -30 DOUGH
  Assets:Inventory:Store     60 CAKE
    lot: "C1"

2025-01-07 * "To the shop"
  Assets:Inventory:Store    -50 CAKE
  Assets:Inventory:Shop

2025-01-08 * "Cafe Rose" "Invoice 1" ^inv-1
  Assets:Inventory:Shop     -20 CAKE @ 5.00 USD
  Assets:Receivable         100.00 USD

2025-01-09 * "Hotel" "Invoice 2" ^inv-2
  Assets:Inventory:Shop     -10 CAKE @ 5.00 USD
  Assets:Receivable          50.00 USD

2025-01-10 * "Cafe Rose" "Credit note" ^inv-1
  Assets:Inventory:Shop       5 CAKE @ 5.00 USD
    lot: "C1"
    lot-kind: "sale-return"
  Assets:Receivable         -25.00 USD

2025-01-11 * "Dropped"
  Assets:Inventory:Shop      -5 CAKE
    reason: "damaged"

2025-01-12 custom "lot-count" Assets:Inventory:Shop "C1" 18 CAKE
  adjust: TRUE
"""
FLOUR, BUTTER = Lot("FLOUR", "F1"), Lot("BUTTER", "B1")
DOUGH, CAKE = Lot("DOUGH", "D1"), Lot("CAKE", "C1")


def traced(loaded: Loaded, *lots: Lot, at: datetime.date | None = None) -> Trace:
    found = trace(Index(loaded.ledger.books(at)), lots)
    assert isinstance(found, Trace)
    return found


@pytest.fixture(scope="module")
def bakery() -> Loaded:
    loaded = load(BAKERY)
    assert loaded.messages() == []
    return loaded


def test_a_family_reaches_from_the_supplier_to_the_last_customer(bakery: Loaded) -> None:
    found = traced(bakery, DOUGH)

    assert [(each.lot, each.side, each.depth) for each in found.members] == [
        (BUTTER, Side.UPSTREAM, 1),
        (FLOUR, Side.UPSTREAM, 1),
        (DOUGH, Side.TRACED, 0),
        (CAKE, Side.DOWNSTREAM, 1),
    ]
    assert [(run.side, run.name, run.used, run.made) for run in found.runs] == [
        ("upstream", "D1", ((FLOUR, 40), (BUTTER, 8)), ((DOUGH, 48),)),
        ("downstream", "C1", ((DOUGH, 30),), ((CAKE, 60),)),
    ]


def test_suppliers_are_told_with_what_went_back_to_them(bakery: Loaded) -> None:
    assert [
        (each.party, each.lot, each.units, each.date.day, each.document)
        for each in traced(bakery, CAKE).suppliers
    ] == [
        ("Mill", FLOUR, 100, 2, "^po-1"),
        ("Dairy", BUTTER, 20, 2, "^po-2"),
        ("Mill", FLOUR, -10, 3, "^po-1"),
    ]


def test_customers_are_told_with_what_they_brought_back(bakery: Loaded) -> None:
    found = traced(bakery, FLOUR)

    assert [(each.party, each.lot, each.units, each.revenue) for each in found.customers] == [
        ("Cafe Rose", CAKE, 20, Decimal("100.00")),
        ("Hotel", CAKE, 10, Decimal("50.00")),
        ("Cafe Rose", CAKE, -5, Decimal("-25.00")),
    ]


def test_what_is_on_hand_is_told_where_it_lies(bakery: Loaded) -> None:
    assert [(each.lot, each.account, each.units) for each in traced(bakery, FLOUR).on_hand] == [
        (FLOUR, "Assets:Inventory:Store", 50),
        (DOUGH, "Assets:Inventory:Store", 18),
        (CAKE, "Assets:Inventory:Shop", 18),
        (CAKE, "Assets:Inventory:Store", 10),
    ]


def test_every_unit_is_accounted_for_or_named(bakery: Loaded) -> None:
    flour, dough, cake = traced(bakery, FLOUR).balances

    assert (flour.received, flour.consumed, flour.on_hand, flour.rate) == (90, 40, 50, 1)
    assert (dough.made, dough.consumed, dough.on_hand, dough.rate) == (48, 30, 18, 1)
    assert (cake.made, cake.sold, cake.written_off, cake.on_hand) == (60, 25, 5, 28)
    assert (cake.adjusted, cake.missing, cake.rate) == (-2, 2, Decimal("0.9667"))
    (gap,) = traced(bakery, FLOUR).gaps
    assert gap.lot == CAKE
    assert gap.message == "2 CAKE of lot C1 missing on 2025-01-12 in Assets:Inventory:Shop"


def test_an_exposure_counts_no_cost_twice(bakery: Loaded) -> None:
    """What is used up is in what it was made into: the family costs what came in."""
    (each,) = traced(bakery, FLOUR, BUTTER).exposures
    received = Decimal("90.00") + Decimal("80.00")
    (missing,) = (each for each in traced(bakery, FLOUR).changes if each.kind == "adjustment")

    assert each.currency == "USD"
    assert each.revenue == Decimal("125.00")
    assert each.cost_on_hand + each.cost_of_sales + each.cost_written_off == (
        received + missing.cost
    )


def test_a_trace_knows_no_more_than_its_day(bakery: Loaded) -> None:
    found = traced(bakery, FLOUR, at=datetime.date(2025, 1, 5))

    assert [each.lot for each in found.members] == [FLOUR, DOUGH]
    assert found.customers == ()


def test_a_lot_between_two_traced_ones_is_affected(bakery: Loaded) -> None:
    found = traced(bakery, CAKE, FLOUR)

    assert found.lots == (CAKE, FLOUR)
    assert [(each.lot, each.side, each.depth) for each in found.members] == [
        (BUTTER, Side.UPSTREAM, 2),
        (FLOUR, Side.TRACED, 0),
        (CAKE, Side.TRACED, 2),
        (DOUGH, Side.DOWNSTREAM, 1),
    ]


def test_a_picture_goes_from_left_to_right(bakery: Loaded) -> None:
    drawn = picture(traced(bakery, DOUGH))
    column = {node.key: node.column for node in drawn.nodes}

    assert [(node.column, node.kind, node.label) for node in drawn.nodes] == [
        (0, "supplier", "Mill"),
        (0, "supplier", "Dairy"),
        (1, "lot", "B1"),
        (1, "lot", "F1"),
        (2, "batch", "D1"),
        (3, "lot", "D1"),
        (4, "batch", "C1"),
        (5, "lot", "C1"),
        (6, "customer", "Cafe Rose"),
        (6, "customer", "Hotel"),
    ]
    assert all(column[arrow.tail] < column[arrow.head] for arrow in drawn.arrows)
    assert {(arrow.tail, arrow.head): arrow.units for arrow in drawn.arrows}[
        "lot:CAKE:C1", "customer:Cafe Rose"
    ] == 15


def test_a_batch_taken_apart_gives_back_what_it_used() -> None:
    loaded = load(
        BAKERY
        + """
2025-01-13 * "The rest of the dough is no good"
  Assets:Inventory:Store    -18 DOUGH
    lot: "D1"
  Assets:Inventory:Store     15 FLOUR
  Assets:Inventory:Store      3 BUTTER
"""
    )
    found = traced(loaded, FLOUR)
    flour, dough, _ = found.balances

    assert loaded.messages() == []
    assert [(run.apart, run.side) for run in found.runs] == [
        (False, "downstream"),
        (False, "downstream"),
        (True, "downstream"),
    ]
    assert (flour.received, flour.consumed, flour.on_hand) == (90, 25, 65)
    assert (dough.made, dough.consumed, dough.on_hand) == (30, 30, 0)
    assert [each.depth for each in traced(loaded, DOUGH).members] == [1, 1, 0, 1]


def test_the_rows_of_a_lot_add_up_to_what_is_on_hand(bakery: Loaded) -> None:
    index = Index(bakery.ledger.books())
    found = traced(bakery, FLOUR)
    rows = report(index, found).rows

    for member in found.affected:
        own = [row for row in rows if row["lot"] == member.lot.number]
        held = [row["units"] for row in own if row["kind"] == "on-hand"]
        assert sum(row["units"] for row in own if row["kind"] != "on-hand") == sum(held)
    assert [
        (row["direction"], row["depth"], row["lot"], row["kind"], row.get("batch"), row["units"])
        for row in report(index, traced(bakery, DOUGH)).rows
    ][:6] == [
        ("upstream", 1, "B1", "receipt", None, 20),
        ("upstream", 1, "B1", "production", "D1", -8),
        ("upstream", 1, "F1", "receipt", None, 100),
        ("upstream", 1, "F1", "purchase-return", None, -10),
        ("upstream", 1, "F1", "production", "D1", -40),
        ("traced", 0, "D1", "production", "D1", 48),
    ]


def test_more_of_a_lot_may_come_out_of_a_batch_that_is_not_affected() -> None:
    loaded = load(
        BAKERY
        + """
2025-01-14 * "More cake, of other dough"
  lot-kind: "production"
  Assets:Inventory:Store     -1 BUTTER
  Assets:Inventory:Store      9 CAKE
    lot: "C1"
"""
    )
    found = traced(loaded, DOUGH)

    assert loaded.messages() == []
    assert [run.used for run in found.runs][-1] == ((BUTTER, 1),)
    assert found.balances[-1].made == 69
    assert [each.lot for each in found.downstream] == [CAKE]


@pytest.mark.parametrize(
    "words, expected",
    [
        ("c1", [(CAKE, "lot", "C1")]),
        ("^INV-2", [(CAKE, "document", "inv-2")]),
        ("hotel", [(CAKE, "party", "Hotel")]),
        ("po-1", [(FLOUR, "document", "po-1")]),
        ("dairy", [(BUTTER, "supplier", "Dairy")]),
        (" ", []),
        ("nothing like it", []),
    ],
)
def test_lots_are_found_by_what_people_have_at_hand(
    bakery: Loaded, words: str, expected: list[tuple[Lot, str, str]]
) -> None:
    assert list(search(Index(bakery.ledger.books()), words)) == expected


def test_the_whole_of_a_number_is_found_before_a_part_of_one(bakery: Loaded) -> None:
    found = search(Index(bakery.ledger.books()), "1")

    assert [(each.lot, each.by) for each in found] == [
        (BUTTER, "lot"),
        (CAKE, "lot"),
        (DOUGH, "lot"),
        (FLOUR, "lot"),
    ]


NATIVE = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Inventory
  lot-method: "beancount"
2025-01-01 open Assets:Inventory:Store "NONE"

2025-01-02 * "Mill" "Flour"
  Assets:Inventory:Store    10 FLOUR {1.00 USD, 2025-01-02, "F1"}
  Liabilities:Payable
"""


def test_goods_that_are_moved_under_another_number_are_the_same_goods() -> None:
    loaded = load(
        NATIVE
        + """
2025-01-03 * "Relabelled"
  Assets:Inventory:Store    -4 FLOUR {1.00 USD, 2025-01-02, "F1"}
  Assets:Inventory:Shop      4 FLOUR {1.00 USD, 2025-01-02, "F2"}
"""
    )
    found = traced(loaded, FLOUR)

    assert loaded.messages() == []
    assert [(each.lot.number, each.depth) for each in found.members] == [("F1", 0), ("F2", 1)]
    assert [(each.consumed, each.made, each.on_hand) for each in found.balances] == [
        (4, 0, 6),
        (0, 4, 4),
    ]


ROUND = (
    NATIVE
    + """
2025-01-03 * "One"
  lot-kind: "production"
  Assets:Inventory:Store    -4 FLOUR {1.00 USD, 2025-01-02, "F1"}
  Assets:Inventory:Store     4 DOUGH {1.00 USD, 2025-01-03, "D1"}
2025-01-04 * "Two"
  lot-kind: "production"
  Assets:Inventory:Store    -4 DOUGH {1.00 USD, 2025-01-03, "D1"}
  Assets:Inventory:Store     4 CAKE {1.00 USD, 2025-01-04, "C1"}
2025-01-05 * "Three"
  lot-kind: "production"
  Assets:Inventory:Store    -1 CAKE {1.00 USD, 2025-01-04, "C1"}
  Assets:Inventory:Store     1 FLOUR {1.00 USD, 2025-01-02, "F1"}
"""
)


def test_lots_that_are_made_of_each_other_are_refused() -> None:
    """Beancount books any goods; three batches of it go round."""
    loaded = load(ROUND)
    assert loaded.messages() == []

    for lot in (FLOUR, DOUGH, CAKE):
        found = trace(Index(loaded.ledger.books()), [lot])
        assert isinstance(found, Cycle)
        assert set(found.lots) == {FLOUR, DOUGH, CAKE}


def test_a_recall_dated_before_the_lot_came_is_told() -> None:
    loaded = load(BAKERY + '2025-01-01 custom "lot-status" "FLOUR" "F1" "recalled"\n')
    messages = [gap.message for gap in traced(loaded, FLOUR).gaps]

    assert "FLOUR of lot F1 is recalled on 2025-01-01, before it came on 2025-01-02" in messages


def test_what_was_made_of_a_recalled_lot_and_sold_since_is_told() -> None:
    loaded = load(BAKERY + '2025-01-09 custom "lot-status" "FLOUR" "F1" "recalled"\n')

    assert [gap.message for gap in traced(loaded, FLOUR).gaps][-1] == (
        "10 CAKE of lot C1 sold to Hotel on 2025-01-09, and FLOUR of lot F1 is recalled since "
        "2025-01-09"
    )
    released = load(
        BAKERY
        + '2025-01-08 custom "lot-status" "FLOUR" "F1" "recalled"\n'
        + '2025-01-09 custom "lot-status" "CAKE" "C1" "released"\n'
    )
    gaps = [gap.message for gap in traced(released, FLOUR).gaps]
    assert [message.split(" on ")[0] for message in gaps] == [
        "2 CAKE of lot C1 missing",
        "20 CAKE of lot C1 sold to Cafe Rose",
    ]
    assert len(traced(loaded, FLOUR).gaps) == 2
    assert len(traced(loaded, BUTTER).gaps) == 1


def test_sales_to_nobody_and_goods_from_nobody_are_told() -> None:
    loaded = load(
        """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"
2025-01-01 open Assets:Inventory
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-adjustment: Expenses:StockDifferences
2025-01-02 * "Delivery"
  Assets:Inventory   10 MILK @ 2.00 USD
    lot: "L1"
  Liabilities:Payable
2025-01-03 * "Over the counter"
  Assets:Inventory   -3 MILK @ 5.00 USD
  Assets:Cash        15.00 USD
2025-01-04 * "Found"
  Assets:Inventory    2 MILK @ 2.00 USD
    lot: "L2"
    lot-kind: "adjustment"
"""
    )
    assert loaded.messages() == []

    assert [gap.message.split(";")[0] for gap in traced(loaded, Lot("MILK", "L1")).gaps] == [
        "3 MILK of lot L1 sold to nobody the ledger names",
        "MILK of lot L1 came from nobody the ledger names",
    ]
    found = traced(loaded, Lot("MILK", "L2"))
    assert found.balances[0].rate is None
    assert found.gaps[-1].message == (
        "MILK of lot L2 came with no receipt and no batch: the books do not say from where"
    )


def test_a_recall_of_resin_is_followed_through_three_levels() -> None:
    """One pump was released by an X-ray of its own before it was sold."""
    ledger = load_file("ledgers/workshop/main.beancount")
    found = trace(Index(ledger.books()), [Lot("RESIN", "RE-2")])

    assert isinstance(found, Trace)
    assert [(each.lot.number, each.depth) for each in found.affected][:4] == [
        ("RE-2", 0),
        ("IM-2", 1),
        ("RO-2", 2),
        ("P-0006", 3),
    ]
    assert {each.rate for each in found.balances} == {1}
    assert [run.name for run in found.runs] == [
        *("IM-2", "RO-2", "P-0006..P-0011"),
    ]
    assert (found.on_hand, found.gaps) == ((), ())
    assert sum(each.units for each in found.customers) == 1


def test_a_recalled_medicine_is_followed_to_its_last_pack() -> None:
    ledger = load_file("ledgers/pharma/main.beancount")
    found = trace(Index(ledger.books()), [Lot("SALB", "SB-2503")])

    assert isinstance(found, Trace)
    (balance,) = found.balances
    assert (balance.received, balance.sold, balance.written_off) == (300, 90, 210)
    assert (balance.rate, found.on_hand, found.gaps) == (1, (), ())


# On the command line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The bakery's ledger, and two goods with one lot number."""
    path = tmp_path / "bakery.beancount"
    path.write_text(
        BAKERY
        + """
2025-01-20 * "Mill" "Rye and sugar"
  Assets:Inventory:Store     5 RYE @ 1.00 USD
    lot: "X1"
    certificate: "CoA 7"
  Assets:Inventory:Store     5 SUGAR @ 1.00 USD
    lot: "X1"
  Liabilities:Payable
2025-01-20 * "Mill" "An odd number"
  Assets:Inventory:Store     1 RYE @ 1.00 USD
    lot: "a/b 'c' é, <d>"
  Liabilities:Payable
"""
    )
    return path


def run(*args: object) -> Result:
    return CliRunner().invoke(main, ["trace", *map(str, args)], prog_name="lotcost")


def test_a_trace_is_told_from_the_suppliers_to_the_customers(file: Path) -> None:
    shown = run(file, "D1", "--at", "2025-01-12")

    assert shown.exit_code == 0
    assert (
        shown.stdout
        == """\
Trace of DOUGH D1 (open)
bakery.beancount, as of 2025-01-12

Accounted for  100.00% of 48 DOUGH D1
               96.67% of 60 CAKE C1, 2 missing
To hold        18 DOUGH D1 in Assets:Inventory:Store
               18 CAKE C1 in Assets:Inventory:Shop
               10 CAKE C1 in Assets:Inventory:Store
Customers      Cafe Rose: 15 CAKE C1 (5 came back), 2025-01-08, 2025-01-10
               Hotel: 10 CAKE C1, 2025-01-09
In USD         on hand at cost 48.00, sold at cost 18.75, written off 3.75; affected revenue 125.00

Came from
  DOUGH D1
    48 by batch D1, 2025-01-05
      40 FLOUR F1
        100 from Mill, 2025-01-02, ^po-1
        10 back to Mill, 2025-01-03, ^po-1
      8 BUTTER B1
        20 from Dairy, 2025-01-02, ^po-2

Went to
  DOUGH D1: 18 on hand
    30 into batch C1, 2025-01-06
      60 CAKE C1: 28 on hand, 5 written off
        15 to Cafe Rose
        10 to Hotel

To look into
  2 CAKE of lot C1 missing on 2025-01-12 in Assets:Inventory:Shop
"""
    )


def test_a_trace_has_every_movement_in_a_table(file: Path, tmp_path: Path) -> None:
    rows = json.loads(run(file, "F1", "--format", "json").stdout)
    workbook = tmp_path / "trace.xlsx"

    assert {row["direction"] for row in rows} == {"traced", "downstream"}
    assert rows[0]["units"] == "100"
    assert run(file, "F1", "-o", workbook).exit_code == 0
    assert workbook.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    "args, message",
    [
        (
            ["X1"],
            "Lot X1 is in 2 commodities; say which with --commodity RYE or --commodity SUGAR, or "
            'name it "RYE X1".',
        ),
        (["C2"], "No lot is numbered 'C2'. Known are: B1, C1, D1, F1, X1, a/b"),
        (["F1", "--commodity", "FLUOR"], "'FLUOR' is unknown; did you mean FLOUR?"),
        (
            ["C1", "--at", "2025-01-03"],
            "Lot C1 of CAKE came on 2025-01-06; there is nothing of it on 2025-01-03. Ask for "
            "--at 2025-01-06 or a later day.",
        ),
        (
            ["F1", "--commodity", "CAKE"],
            "CAKE has no lot F1, but FLOUR has; write --commodity FLOUR.",
        ),
        (["Mill"], "Mill is no lot, but the supplier of FLOUR F1, RYE X1, RYE a/b"),
        (["FLOUR", "F1"], "FLOUR is a commodity, and no lot. Name one of its lots in quotes, as"),
        (["po-1", "x" * 500], "No lot is numbered 'xxx"),
        ([""], "No lot is numbered ''."),
        ([], "Missing argument 'LOT...'."),
    ],
)
def test_what_names_no_lot_or_several_is_refused(file: Path, args: list[str], message: str) -> None:
    shown = run(file, *args)

    assert shown.exit_code == 2
    assert message in " ".join(shown.stderr.split())
    assert shown.stdout == ""


@pytest.mark.parametrize(
    "word, lot",
    [
        ("SUGAR X1", "SUGAR X1"),
        ("coa 7", "RYE X1"),
        ("a/b 'c' é, <d>", "RYE a/b 'c' é, <d>"),
        ("^inv-2", "CAKE C1"),
        ("c1", "CAKE C1"),
    ],
)
def test_a_lot_is_named_by_what_is_its_own(file: Path, word: str, lot: str) -> None:
    shown = run(file, word)

    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"Trace of {lot} (")


def test_lots_that_are_offered_do_not_command_the_terminal(file: Path) -> None:
    file.write_text(file.read_text().replace('"F1"', '"F\x1b[7m1\u202e"'))
    shown = CliRunner().invoke(main, ["trace", str(file), "F2"], color=True)

    assert "F [7m1" in shown.stderr
    assert "\x1b" not in shown.stderr
    assert "\u202e" not in shown.stderr


def test_what_is_made_of_itself_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "round.beancount"
    path.write_text(ROUND)
    shown = run(path, "D1")

    assert shown.exit_code == 1
    assert shown.stderr == (
        "Error: FLOUR F1 goes into DOUGH D1, that into CAKE C1, that into FLOUR F1: what is made "
        "of itself has no beginning. Give what comes out of one of these batches a lot number of "
        "its own.\n"
    )


def test_a_ledger_without_lots_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none.beancount"
    path.write_text("2025-01-01 open Assets:Cash\n")
    shown = run(path, "L1")

    assert shown.exit_code == 2
    assert "No account keeps lots" in shown.stderr
    assert "No lot is numbered 'L1'. Known are: none." in " ".join(shown.stderr.split())


def test_a_way_that_is_very_long_is_cut_and_its_table_is_not(tmp_path: Path) -> None:
    path = tmp_path / "deep.beancount"
    batches = (
        f"""
2025-01-03 * "Step {step}"
  Assets:Inventory:Store   -1 G{step}
  Assets:Inventory:Store    1 G{step + 1}
    lot: "L{step + 1}"
"""
        for step in range(60)
    )
    head = BAKERY.partition("2025-01-02")[0]
    bought = (
        '2025-01-02 * "Mill" "Goods"\n  Assets:Inventory:Store  1 G0 @ 1.00 USD\n    lot: "L0"\n'
        "  Liabilities:Payable\n"
    )
    path.write_text(head + bought + "".join(batches))

    assert "and further on: a table has it all" in run(path, "L0").stdout
    assert len(run(path, "L0", "--format", "csv").stdout.splitlines()) == 1 + 122 + 0
    assert "and further back: a table has it all" in run(path, "L60").stdout


def _holds_together(index: Index, lot: Lot) -> None:
    """The rows of each affected lot add up, and no arrow of its picture goes back."""
    found = trace(index, [lot])
    assert isinstance(found, Trace)
    units: dict[tuple[str, str, bool], Decimal] = {}
    for row in report(index, found).rows:
        key = row["commodity"], row["lot"], row["kind"] == "on-hand"
        units[key] = units.get(key, Decimal(0)) + row["units"]
    for member in found.affected:
        assert units.get((*member.lot, False), 0) == units.get((*member.lot, True), 0)
    drawn = picture(found)
    column = {node.key: node.column for node in drawn.nodes}
    assert all(column[arrow.tail] < column[arrow.head] for arrow in drawn.arrows)


@pytest.mark.parametrize("method", ["fifo", "fefo", "lifo", "specific", "average"])
def test_the_units_of_every_lot_are_all_somewhere(method: str) -> None:
    @given(movements(method, KINDS))
    def holds(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        index = Index(loaded.ledger.books())
        rows = {(row["commodity"], row["lot"]): row for row in loaded.rows("lots")}
        found = trace(index, index.lines)
        assert isinstance(found, Trace)
        for each in found.balances:
            row = rows[each.lot]
            assert each.came_in + each.adjusted == each.accounted
            assert (each.sold, each.written_off) == (row["units_sold"], row["units_written_off"])
            assert each.came_in - each.consumed == row["units_received"] - row["units_consumed"]
            assert (
                each.on_hand
                == row["units_on_hand"]
                == sum(held.units for held in found.on_hand if held.lot == each.lot)
            )
        assert sum(each.cost for each in found.on_hand) == sum(
            row["cost_on_hand"] for row in rows.values()
        )
        for lot in index.lines:
            _holds_together(index, lot)

    holds()
