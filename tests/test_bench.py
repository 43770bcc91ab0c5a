"""The benchmark's ledgers tell the same story, and its table comes out; no time is ever tested."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from bench.generate import Shape, ledger
from conftest import load

BENCH = Path(__file__).with_name("bench") / "bench.py"
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


def test_the_table_has_a_row_a_comparison_and_compares_with_an_earlier_one(tmp_path):
    def bench(*more):
        sizes = {"transactions": 20, "goods": 3, "lots": 2, "many": 3, "growth": 2, "runs": 1}
        options = [f"--{name}={size}" for name, size in sizes.items()]
        command = [sys.executable, BENCH, *options, *more]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    table = bench("--json", tmp_path / "before.json")
    kept = json.loads((tmp_path / "before.json").read_text())
    assert len(kept) == 5
    assert all(row["name"] in table for row in kept)
    assert all(row["first"]["seconds"] > 0 and row["first"]["megabytes"] > 0 for row in kept)
    again = bench("--compare", tmp_path / "before.json")
    assert f"{kept[0]['ratio']:.2f}" in again
