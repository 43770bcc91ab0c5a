"""The plugins as Beancount runs them: on the example ledgers, without a trace, and to the cent."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from beancount.core.interpolate import compute_residual
from conftest import Loaded
from hypothesis import given
from hypothesis import strategies as st

from lotcost.ledger.collecting import no_collecting

ROOT = Path(__file__).parent.parent
LEDGERS = sorted(ROOT.glob("ledgers/*/main.beancount"))
MODULES = sorted(
    module.name
    for package in ROOT.glob("plugins/beancount_*")
    for module in (
        pkgutil.ModuleInfo(None, package.name, True),
        *pkgutil.walk_packages([str(package)], f"{package.name}."),
    )
)
each_ledger = pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.parent.name)


def bean_check(path):
    """Run Beancount's own check, without its cache."""
    command = [sys.executable, "-m", "beancount.scripts.check", "--no-cache", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def load_file(path):
    """Load a ledger file without Beancount's cache."""
    return loader._load([(str(path), True)], None, None, None)


@pytest.fixture
def bare(tmp_path):
    """Make a copy of a ledger that does not name the plugin."""

    def copy(path):
        folder = tmp_path / path.parent.name
        shutil.copytree(path.parent, folder)
        main = folder / path.name
        main.write_text(main.read_text().replace('plugin "beancount_lotcost"', ""))
        return main

    return copy


def test_there_are_ledgers_and_plugins_to_check():
    assert LEDGERS
    assert "beancount_lotcost" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_a_plugin_module_names_its_plugins(name):
    module = importlib.import_module(name)
    assert module.__plugins__
    assert all(callable(getattr(module, plugin)) for plugin in module.__plugins__)


@pytest.mark.parametrize("name", MODULES)
@each_ledger
def test_bean_check_finds_no_error_in_an_example_ledger(path, name):
    assert f'plugin "{name}"' in path.read_text()
    checked = bean_check(path)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@each_ledger
def test_an_example_ledger_without_the_plugin_fails_loudly(path, bare):
    checked = bean_check(bare(path))
    assert checked.returncode == 1
    assert "does not balance" in checked.stderr + checked.stdout


@each_ledger
def test_every_entry_and_posting_knows_its_line(path):
    for entry in load_file(path)[0]:
        assert {"filename", "lineno"} <= entry.meta.keys()
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                assert {"filename", "lineno"} <= posting.meta.keys()


@each_ledger
def test_a_leg_that_is_added_has_the_line_of_a_leg_that_was_written(path, bare):
    written = lines(load_file(bare(path))[0])
    assert written and lines(load_file(path)[0]) <= written


def lines(entries):
    """The file and line of each posting, but for those of transactions that are generated."""
    return {
        (Path(posting.meta["filename"]).name, posting.meta["lineno"])
        for entry in entries
        if isinstance(entry, data.Transaction) and entry.meta["filename"] != "<lotcost>"
        for posting in entry.postings
    }


@each_ledger
def test_every_transaction_balances_with_nothing_left(path):
    entries, _, _ = load_file(path)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            assert compute_residual(entry.postings).is_empty(), entry.meta["lineno"]


@each_ledger
def test_a_ledger_comes_out_the_same_after_another_one(path, bare):
    other = Loaded("""
        2025-01-01 open Assets:Inventory
          lot-method: "lifo"
        2025-01-02 * "The same goods elsewhere"
          Assets:Inventory  5 MILK @ 9.99 USD
            lot: "L1"
            supplier: "Somebody else"
          Equity:Opening-Balances
        """)
    entries, _, options = load_file(bare(path))
    plugin = importlib.import_module("beancount_lotcost").beancount_lotcost
    before = repr(entries)
    first = plugin(entries, options)
    plugin(other.entries, other.ledger.options)
    second = plugin(entries, options)

    assert repr(entries) == before
    assert second == first


def test_a_plugin_brings_in_nothing_heavy():
    heavy = {"pandas", "numpy", "openpyxl", "fava", "flask", "click", "fava_lotcost"}
    loads = "import sys, beancount_lotcost; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    from_beancount = "import sys, beancount.loader; print(*{n.split('.')[0] for n in sys.modules})"
    host = subprocess.run(
        [sys.executable, "-c", from_beancount], capture_output=True, text=True, check=True
    )
    assert heavy & set(done.stdout.split()) - set(host.stdout.split()) == set()


# Two issues cost what one of their sum costs, and goods that move there and back have not moved.

HEAD = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "{method}"
  lot-cost-of-sales: Expenses:CostOfSales
"""
RECEIPT = """
2025-01-02 * "Delivery"
  Assets:Stock:Main  {units} MILK @@ {cost} USD
    lot: "{lot}"
  Liabilities:Payable
"""
ISSUE = """
2025-02-0{day} * "Invoice"
  Assets:Stock:Main  -{units} MILK
  Expenses:CostOfSales
"""
TRANSFER = """
2025-01-1{day} * "Restock"
  Assets:Stock:{source}  -{units} MILK
  Assets:Stock:{target}
"""
METHODS = ("fifo", "fefo", "lifo", "average")
cents = st.one_of(st.integers(0, 3000), st.sampled_from((1, 9800, 10_000)))
whole = st.integers(1, 30).map(Decimal)
parts = st.integers(1, 30_000).map(lambda grams: Decimal(grams) / 1000)
receipts = st.one_of(
    st.lists(st.tuples(whole, cents), min_size=1, max_size=3),
    st.lists(st.tuples(parts, cents), min_size=1, max_size=3),
)


def delivered(method, layers):
    return HEAD.format(method=method) + "".join(
        RECEIPT.format(units=units, cost=Decimal(cost).scaleb(-2), lot=f"L{place}")
        for place, (units, cost) in enumerate(layers)
    )


def step(layers):
    """The least that may be issued: one, or a gram where goods are weighed."""
    whole_units = all(units == int(units) for units, _ in layers)
    return Decimal(1) if whole_units else Decimal("0.001")


def figures(text):
    ledger = Loaded(text)
    assert ledger.messages() == []
    columns = ("units_sold", "cost_of_sales", "units_on_hand", "cost_on_hand")
    return {
        (row["account"], row["lot"]): [row[column] for column in columns]
        for row in ledger.rows("lots", by="account")
        if any(row[column] for column in columns)
    }


@pytest.mark.parametrize("method", METHODS)
def test_two_issues_cost_what_one_of_their_sum_costs(method):
    @given(receipts, st.data())
    def agrees(layers, draw):
        least = step(layers)
        steps = int(sum(units for units, _ in layers) / least)
        both = draw.draw(st.integers(1, steps))
        first = draw.draw(st.integers(0, both))
        stock = delivered(method, layers)
        once = stock + ISSUE.format(day=1, units=both * least)
        twice = stock + "".join(
            ISSUE.format(day=day, units=count * least)
            for day, count in ((1, first), (2, both - first))
            if count
        )
        assert figures(twice) == figures(once)

    agrees()


@pytest.mark.parametrize("method", METHODS)
def test_a_transfer_there_and_back_changes_nothing(method):
    @given(receipts, st.data())
    def agrees(layers, draw):
        least = step(layers)
        steps = int(sum(units for units, _ in layers) / least)
        moved = draw.draw(st.integers(1, steps)) * least
        sold = draw.draw(st.integers(1, steps)) * least
        stock = delivered(method, layers)
        there = TRANSFER.format(day=1, source="Main", target="Shop", units=moved)
        back = TRANSFER.format(day=2, source="Shop", target="Main", units=moved)
        issue = ISSUE.format(day=1, units=sold)
        assert figures(stock + there + back) == figures(stock)
        assert figures(stock + there + back + issue) == figures(stock + issue)

    agrees()


@pytest.mark.parametrize("method", METHODS)
def test_a_transfer_there_in_two_steps_and_back_in_one_changes_nothing(method):
    stock = delivered(method, [(3, 1)])
    there = TRANSFER.format(day=1, source="Main", target="Shop", units=1)
    back = TRANSFER.format(day=2, source="Shop", target="Main", units=2)
    issue = ISSUE.format(day=1, units=2)
    assert figures(stock + there + there + back + issue) == figures(stock + issue)


@pytest.mark.parametrize("is_on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(is_on):
    (gc.enable if is_on else gc.disable)()
    try:
        load_file(LEDGERS[0])
        assert gc.isenabled() == is_on
        with pytest.raises(ZeroDivisionError), no_collecting(), no_collecting():
            assert not gc.isenabled()
            raise ZeroDivisionError
        assert gc.isenabled() == is_on
    finally:
        gc.enable()
