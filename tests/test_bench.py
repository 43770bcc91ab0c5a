"""The benchmark's ledgers tell the same story, and its table comes out; no time is ever tested."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from bench.generate import Shape, ledger
from bench.measuring import Aim
from conftest import load

TESTS = Path(__file__).parent
SHAPE = Shape(transactions=250, goods=6, lots=3, accounts=3)


@pytest.fixture(scope="module")
def native():
    return load("\n".join(ledger(SHAPE, "native")))


@pytest.fixture(scope="module")
def managed():
    return load("\n".join(ledger(SHAPE, "managed")))


def balances(loaded):
    """What each account holds, lot by lot, goods at their whole cost."""
    held = {}
    for entry in loaded.entries:
        for posting in getattr(entry, "postings", ()):
            key = posting.account, posting.units.currency, posting.cost
            held[key] = held.get(key, Decimal(0)) + posting.units.number
    return {key: number for key, number in held.items() if number}


def test_both_forms_load_without_errors(native, managed):
    assert native.errors == []
    assert managed.errors == []


def test_the_ledger_has_every_kind_of_movement(managed):
    kinds = {row["kind"] for row in managed.rows("movements")}
    assert kinds == {"receipt", "sale", "transfer", "write-off"}


def test_native_and_managed_end_in_the_same_lots_at_the_same_cost(native, managed):
    assert balances(managed) == balances(native)


def test_native_and_managed_report_the_same(native, managed):
    assert managed.rows("lots") == native.rows("lots")
    assert managed.rows("lots", by="account") == native.rows("lots", by="account")


def test_the_same_seed_writes_the_same_ledger():
    assert list(ledger(SHAPE, "native")) == list(ledger(SHAPE, "native"))


def test_without_the_plugin_each_form_is_the_same_ledger():
    for bare, form in (("plain", "native"), ("bare", "managed")):
        lines = [line for line in ledger(SHAPE, form) if not line.startswith("plugin")]
        assert list(ledger(SHAPE, bare)) == lines


def bench(*more):
    sizes = {"sizes": [20, 40], "lots": [4, 8], "usual": [20], "movements": [500], "paged": [20]}
    options = [word for name, each in sizes.items() for word in (f"--{name}", *map(str, each))]
    command = [sys.executable, "-m", "bench", "--turns", "1", *options, *more]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment
    ).stdout


def test_the_table_has_a_row_a_figure_and_compares_with_an_earlier_run(tmp_path):
    file = tmp_path / "before.json"
    table = bench("--json", file)
    kept = json.loads(file.read_text())
    assert len(kept) > 10
    assert all(row["name"] in table for row in kept)
    assert all(run["seconds"] > 0 and run["megabytes"] > 0 for row in kept for run in row["runs"])
    (row,) = [row for row in kept if row["name"].startswith("lots / load")]
    row["figure"] /= 1000
    file.write_text(json.dumps([row]))
    again = bench("--compare", file, "--only", "reporting")
    (line,) = [line for line in again.splitlines() if line.startswith(row["name"])]
    assert line.endswith("WORSE")


def test_a_figure_that_is_to_be_large_is_worse_when_it_is_small():
    aim = Aim(300_000, at_least=True)
    assert aim.is_met(300_000)
    assert not aim.is_met(299_999)
