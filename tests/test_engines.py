"""An engine's figures are the ledger's, row by row: which rows are tied, and what is refused."""

from __future__ import annotations

import datetime
import importlib.util
import os
import shutil
import textwrap
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench.histories import write as write_history
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from naive import Movement
from strategies import KINDS, movements, to_ledger

from lotcost.cli import main
from lotcost.engines import duck
from lotcost.engines.duck import Told
from lotcost.ledger.loading import load
from lotcost.reports.catalog import Question, answer

LEDGERS = Path(__file__).parent.parent / "ledgers"
COMPARED = (
    *("date", "kind", "commodity", "lot", "account", "units", "balance", "unit_cost"),
    *("cost", "currency"),
)
HEAD = """\
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
  lot-write-down: Expenses:WriteDown
  lot-adjustment: Expenses:Differences
  lot-landed-cost: Assets:Freight
2025-01-01 open Assets:Stock:Main
2025-01-01 open Assets:Stock:Shop
"""
TWO_ACCOUNTS = """
2025-01-02 * "Farm" "Delivery" ^po-1
  Assets:Stock:Main  3 MILK @@ 10.00 USD
    lot: "M1"
  Assets:Stock:Shop  3 MILK @@ 11.00 USD
    lot: "S1"
  Assets:Stock:Shop  7 SALT @@ 5.00 USD
    lot: "A1"
  Liabilities:Payable
2025-01-20 * "Cafe" "Invoice"
  Assets:Stock:Main  -2 MILK @ 9.00 USD
  Assets:Stock:Shop  -1 MILK @ 9.00 USD
  Assets:Stock:Shop  -2 SALT @ 9.00 USD
  Assets:Receivable
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lotcost(*args: str) -> Result:
    return CliRunner().invoke(main, args)


def with_duckdb(history: Path, out: Path) -> Told:
    return duck.cost(history, out, lambda rows: None)


def costed(
    text: str, engine: Callable[[Path, Path], Told] = with_duckdb
) -> tuple[list[Mapping[str, Any]], Told]:
    """The rows of a ledger's history as an engine costs them, seen to be the ledger's own."""
    file, history, out = Path("main.beancount"), Path("m.parquet"), Path("out.parquet")
    file.write_text(text)
    written = lotcost("movements", "main.beancount", "-o", "m.parquet")
    assert history.exists(), written.output
    told = engine(history, out)
    rows = pq.read_table(out).to_pylist()
    rows.sort(key=lambda row: (row["line"], row["part"]))
    expected = answer("movements", load(file), Question()).rows
    assert [_compared(row) for row in rows] == [_compared(row) for row in expected]
    for row, of_ledger in zip(rows, expected, strict=True):
        assert row["error"] is None
        if row["expensed"] is not None:
            assert row["expensed"] == -of_ledger["gross_margin"]
    assert [row for row in rows if row["event"] is None] == []
    return rows, told


def _compared(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in COMPARED)


@pytest.mark.parametrize("method", ["fifo", "fefo", "lifo", "specific", "average"])
def test_whatever_happened_the_rows_are_the_ledgers_own(method: str, folder: Path) -> None:
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(movements(method, KINDS, oversold=True))
    def equal(moves: list[Movement]) -> None:
        costed(to_ledger(moves, method))

    equal()


@pytest.mark.parametrize("name", sorted(path.name for path in LEDGERS.iterdir()))
def test_the_example_ledgers_are_costed_alike(name: str, folder: Path) -> None:
    ledger = LEDGERS / name / "main.beancount"
    assert lotcost("movements", str(ledger), "-o", "m.parquet").exit_code == 0
    result = lotcost("cost", "m.parquet", "-o", "out.parquet")

    assert result.exit_code == 0, result.output
    expected = answer("movements", load(ledger), Question()).rows
    rows = pq.read_table("out.parquet").to_pylist()
    assert [_compared(row) for row in rows] == [_compared(row) for row in expected]


def test_what_nothing_ties_is_a_part_of_its_own(folder: Path) -> None:
    _, told = costed(HEAD + TWO_ACCOUNTS)

    assert told == Told(6, 3, 0, None)


def test_goods_that_go_there_and_back_are_one_part_in_the_order_of_events(folder: Path) -> None:
    """A cycle: neither account can be costed before the other."""
    back_and_forth = "".join(
        f"""
2025-01-{day:02} * "Restock"
  Assets:Stock:{a}  -{units} MILK
  Assets:Stock:{b}   {units} MILK
"""
        for day, a, b, units in (
            *((3, "Main", "Shop", 2), (4, "Shop", "Main", 4), (5, "Main", "Shop", 1)),
            *((6, "Shop", "Main", 1), (7, "Main", "Shop", 3), (8, "Shop", "Main", 2)),
        )
    )
    rows, told = costed(HEAD + TWO_ACCOUNTS + back_and_forth)

    assert told.parts == 2
    assert {row["lot"] for row in rows if row["kind"] == "transfer"} == {"M1", "S1"}


def test_a_batch_ties_its_inputs_to_its_output(folder: Path) -> None:
    batch = """
2025-01-05 * "Bake"
  Assets:Stock:Shop  -1 MILK
  Assets:Stock:Shop  -1 SALT
  Liabilities:Wages  -1.00 USD
  Assets:Stock:Main   3 CAKE
    lot: "C1"
"""
    _, told = costed(HEAD + TWO_ACCOUNTS + batch)

    assert told.parts == 2


def test_a_lot_in_two_accounts_ties_them(folder: Path) -> None:
    _, told = costed(HEAD + TWO_ACCOUNTS.replace('"S1"', '"M1"'))

    assert told.parts == 2


@pytest.mark.parametrize(("on", "parts"), [("^po-1", 1), ("M1, A1", 2), ("M1", 3)])
def test_a_landed_cost_ties_what_it_rests_on(on: str, parts: int, folder: Path) -> None:
    """One cent is no share of most of its lots, and weighs them all the same."""
    freight = f"""
2025-01-10 * "Haulier" "Freight"
  Assets:Freight  0.01 USD
    landed-on: "{on}"
  Liabilities:Payable
"""
    _, told = costed(HEAD + TWO_ACCOUNTS + freight)

    assert told.parts == parts


def test_goods_found_at_the_last_cost_look_through_all_of_their_commodity(folder: Path) -> None:
    count = """
2025-01-10 custom "lot-count" Assets:Stock:Main "NEW" 3 MILK
  adjust: TRUE
  at-last-cost: TRUE
"""
    rows, told = costed(HEAD + TWO_ACCOUNTS + count)

    assert told.parts == 2
    (found,) = (row for row in rows if row["lot"] == "NEW")
    assert found["cost"] == Decimal("11.00")


def test_what_is_barred_stays_behind_and_a_loss_makes_the_others_dearer(folder: Path) -> None:
    more = """
2025-01-02 * "Farm" "Delivery"
  Assets:Stock:Main  3 MILK @@ 20.00 USD
    lot: "M2"
  Liabilities:Payable
2025-01-03 custom "lot-status" "MILK" "M1" "quarantine"
2025-01-25 custom "lot-status" "MILK" "M1" "released"
2025-01-26 * "A loss as usual"
  Assets:Stock:Main  -1 MILK
    lot: "M1"
    reason: "normal-loss"
2025-01-27 custom "lot-write-down" "MILK" "M1" 1.20 USD
"""
    rows, _ = costed(HEAD + TWO_ACCOUNTS + more)

    assert next(row["lot"] for row in rows if row["kind"] == "sale") == "M2"


def test_a_recall_of_what_went_into_a_batch_bars_the_batch(folder: Path) -> None:
    more = """
2025-01-02 * "Bakery" "Delivery"
  Assets:Stock:Main  3 CAKE @@ 9.00 USD
    lot: "C0"
  Liabilities:Payable
2025-01-03 * "Bake"
  Assets:Stock:Shop  -1 SALT
  Liabilities:Wages  -1.00 USD
  Assets:Stock:Main   3 CAKE
    lot: "C1"
    expires: 2025-12-31
2025-01-04 custom "lot-status" "SALT" "A1" "recalled"
  downstream: TRUE
2025-01-05 custom "lot" "CAKE" "C0"
  expires: 2026-12-31
2025-01-22 * "Cafe" "Invoice"
  Assets:Stock:Main  -1 CAKE @ 9.00 USD
  Assets:Receivable
"""
    rows, _ = costed(
        HEAD.replace("fifo", "fefo") + TWO_ACCOUNTS.replace("Shop  -2 SALT", "Main  -1 MILK") + more
    )

    assert [row["lot"] for row in rows if row["commodity"] == "CAKE"][-1] == "C0"


def test_expired_goods_are_written_off_in_all_accounts(folder: Path) -> None:
    more = """
2025-01-01 custom "lotcost" "write-off-expired" TRUE
2025-01-02 * "Farm" "Delivery"
  Assets:Stock:Main  3 OIL @@ 20.00 USD
    lot: "O1"
    expires: 2025-01-10
  Liabilities:Payable
2025-01-03 * "Restock"
  Assets:Stock:Main  -1 OIL
  Assets:Stock:Shop   1 OIL
"""
    rows, _ = costed(HEAD + TWO_ACCOUNTS + more)

    off = [(row["account"], row["units"]) for row in rows if row["kind"] == "write-off"]
    assert off == [("Assets:Stock:Main", -2), ("Assets:Stock:Shop", -1)]


def test_a_transfer_that_names_its_lots_where_they_arrive_keeps_them_apart(folder: Path) -> None:
    more = """
2025-01-03 * "Farm" "Delivery"
  Assets:Stock:Main  5 MILK @@ 20.00 USD
    lot: "M2"
  Liabilities:Payable
2025-01-04 * "Restock"
  Assets:Stock:Main  -4 MILK
  Assets:Stock:Shop   3 MILK
    lot: "M2"
  Assets:Stock:Shop   1 MILK
    lot: "M1"
"""
    costed(HEAD + TWO_ACCOUNTS + more)


def test_what_beancount_booked_stays_what_it_is(folder: Path) -> None:
    native = """
2025-01-01 open Assets:Cellar "FIFO"
  lot-method: "beancount"
2025-01-02 * "Chateau" "Delivery"
  Assets:Cellar  3 WINE {9.125 USD, "W1"}
  Liabilities:Payable
2025-01-03 * "Broken"
  Assets:Cellar  -1 WINE {}
    reason: "damaged"
  Expenses:WriteOff
"""
    Path("main.beancount").write_text(HEAD + TWO_ACCOUNTS + native)
    lotcost("movements", "main.beancount", "-o", "m.parquet")
    assert lotcost("cost", "m.parquet", "-o", "out.parquet").exit_code == 0

    rows = pq.read_table("out.parquet").to_pylist()
    cellar = [row for row in rows if row["account"] == "Assets:Cellar"]
    assert [(row["event"], row["cost"]) for row in cellar] == [
        (None, Decimal("27.375")),
        (None, Decimal("-9.125")),
    ]


# A history of another system


def table(**columns: list[Any]) -> pa.Table:
    """A history of two deliveries and a sale of more than one of them."""
    rows = {
        "event": [1, 2, 3],
        "line": [1, 2, 3],
        "date": [datetime.date(2025, 1, day) for day in (2, 3, 4)],
        "kind": ["receipt", "receipt", "sale"],
        "commodity": ["MILK"] * 3,
        "account": ["Main"] * 3,
        "units": [Decimal(3), Decimal(3), Decimal(-4)],
        "currency": ["USD"] * 3,
        "method": ["fifo"] * 3,
        "given": [Decimal("10.00"), Decimal("20.00"), None],
    }
    return pa.table({**rows, **columns})


def run(history: pa.Table) -> Result:
    pq.write_table(history, "m.parquet")
    return lotcost("cost", "m.parquet", "-o", "out.parquet")


def test_a_history_of_another_system_needs_no_lots(folder: Path) -> None:
    result = run(table())

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "4 rows in 1 part written to out.parquet.\n"
    rows = pq.read_table("out.parquet").to_pylist()
    assert [(row["lot"], row["units"], row["cost"]) for row in rows] == [
        ("2025-01-02", 3, Decimal("10.00")),
        ("2025-01-03", 3, Decimal("20.00")),
        ("2025-01-02", -3, Decimal("-10.00")),
        ("2025-01-03", -1, Decimal("-6.67")),
    ]
    types = {field.name: field.type for field in pq.read_schema("out.parquet")}
    assert types["cost"] == types["expensed"] == pa.decimal128(38, 2)
    assert types["units"] == pa.decimal128(38, 0)


def test_what_cannot_be_is_said_on_its_row_and_the_others_are_costed(folder: Path) -> None:
    result = run(table(units=[Decimal(3), Decimal(3), Decimal(-7)]))

    said = (
        "Main is 1 MILK short on 2025-01-04: 7 wanted, 6 on hand (lot 2025-01-02 3, lot "
        "2025-01-03 3)."
    )
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "3 rows in 1 part written to out.parquet.",
        f"1 row refused, the first on line 3: {said}",
    ]
    last = pq.read_table("out.parquet").to_pylist()[-1]
    assert (last["error"], last["units"], last["cost"], last["balance"]) == (said, -7, None, None)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"kind": ["receipt", "receipt", "sail"]}, 'kind "sail" in m.parquet is unknown; did you'),
        ({"method": ["fifo", "fifo", "fito"]}, 'method "fito" in m.parquet is unknown; did you'),
        ({"given": [Decimal(1), None, None]}, "Line 2 of m.parquet is a receipt without given"),
        ({"given": [1.0, 2.0, None]}, "given is a float in m.parquet; write a decimal"),
        ({"units": [Decimal(3), Decimal(0), Decimal(-1)]}, "Line 2 of m.parquet moves no units."),
        ({"account": ["Main", None, "Main"]}, "account is empty in 1 rows of m.parquet"),
        ({"date": ["2025-01-02", "soon", "later"]}, "soon"),
    ],
)
def test_a_history_that_cannot_be_costed_is_refused(
    columns: dict[str, list[Any]], said: str, folder: Path
) -> None:
    result = run(table(**columns))

    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not Path("out.parquet").exists()


def test_movements_of_some_lots_only_are_no_history(folder: Path) -> None:
    Path("main.beancount").write_text(HEAD + TWO_ACCOUNTS)
    lotcost("movements", "main.beancount", "--lot", "M1", "-o", "m.parquet")
    result = lotcost("cost", "m.parquet", "-o", "out.parquet")

    assert result.exit_code == 1
    assert "m.parquet is no history of movements: it has no event, line, method." in result.stderr
    assert "lotcost movements LEDGER -o movements.parquet" in result.stderr


def test_a_file_that_is_no_parquet_or_not_there_is_refused(folder: Path) -> None:
    Path("m.parquet").write_text("not so")

    assert (
        "m.parquet is no Parquet file: " in lotcost("cost", "m.parquet", "-o", "o.parquet").output
    )
    nothing = lotcost("cost", "n.parquet", "-o", "o.parquet")
    assert nothing.exit_code == 2
    assert "There is no file n.parquet." in nothing.output


def test_what_is_read_is_not_written_over(folder: Path) -> None:
    pq.write_table(table(), "m.parquet")
    before = Path("m.parquet").read_bytes()
    result = lotcost("cost", "m.parquet", "-o", "m.parquet")

    assert result.exit_code == 2
    assert Path("m.parquet").read_bytes() == before


@pytest.mark.parametrize(("engine", "module"), [("duckdb", "duckdb"), ("spark", "pyspark")])
def test_an_engine_that_is_not_there_is_said_how_to_get(
    engine: str, module: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(table(), "m.parquet")
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == module else found(name)
    )
    result = lotcost("cost", "m.parquet", "--engine", engine, "-o", "out.parquet")

    assert result.exit_code == 2
    assert f"--engine {engine} wants {module}: pip install 'lotcost[{engine}]'" in result.stderr


# Spark


@pytest.fixture
def spark() -> Callable[[Path, Path], Told]:
    """Spark on this machine; where it cannot run it is said how to get it."""
    wanted = []
    if importlib.util.find_spec("pyspark") is None:
        wanted.append(".venv/bin/python -m pip install --group spark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        wanted.append("apt-get install default-jre-headless")
    if wanted:
        said = f"Spark is not here: {' and '.join(wanted)}"
        pytest.fail(said) if "CI" in os.environ else pytest.skip(said)
    from lotcost.engines.spark import cost

    return cost


def test_spark_costs_as_the_ledger_does(spark: Callable[[Path, Path], Told], folder: Path) -> None:
    """Goods there and back, a batch, a late freight, a count, a sale: three parts."""
    text = textwrap.dedent(
        """
        2025-01-03 * "Restock"
          Assets:Stock:Main  -2 MILK
          Assets:Stock:Shop   2 MILK
        2025-01-04 * "Restock"
          Assets:Stock:Shop  -4 MILK
          Assets:Stock:Main   4 MILK
        2025-01-05 * "Farm" "Delivery"
          Assets:Stock:Main  3.5 FLOUR @@ 10.00 USD
            lot: "F1"
          Liabilities:Payable
        2025-01-06 * "Bake"
          Assets:Stock:Main  -1.25 FLOUR
          Assets:Stock:Main   7 CAKE
            lot: "C1"
          Liabilities:Wages  -1.00 USD
        2025-01-10 * "Haulier" "Freight"
          Assets:Freight  1.00 USD
            landed-on: "^po-1"
          Liabilities:Payable
        2025-01-11 custom "lot-count" Assets:Stock:Main "F1" 2.5 FLOUR
          adjust: TRUE
        """
    )
    _, told = costed(HEAD + TWO_ACCOUNTS + text, spark)

    assert told.parts == 2


def test_the_history_of_the_benchmark_is_costed_and_none_of_it_is_refused(folder: Path) -> None:
    write_history(Path("m.parquet"), 1200)

    assert with_duckdb(Path("m.parquet"), Path("out.parquet")) == Told(1260, 2, 0, None)
    costs = pq.read_table("out.parquet", columns=["kind", "cost"]).to_pylist()
    moved = sum(row["cost"] for row in costs if row["kind"] == "transfer")
    assert moved == 0
