"""What costing adds to a ledger's load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from bench.measuring import Aim, Figure, Program, Row, Run, Setting, exponent, ratio, run, told

LOAD = """
import sys
from beancount import loader
entries, errors, options = loader.load_file(sys.argv[1])
assert entries
assert not errors or sys.argv[2] == "bare", errors[0].message
"""
OWN = """
import json, sys, time
from beancount import loader
before = time.process_time()
import beancount_lotcost
taken = [time.process_time() - before]
plugin = beancount_lotcost.beancount_lotcost
def timed(*given):
    before = time.process_time()
    found = plugin(*given)
    taken.append(time.process_time() - before)
    return found
beancount_lotcost.beancount_lotcost = timed
entries, errors, options = loader.load_file(sys.argv[1])
assert entries and not errors and len(taken) == 2
print(json.dumps({"own": sum(taken)}))
"""
IMPORT = """
import beancount.loader, json, time
before = time.process_time()
import beancount_lotcost
print(json.dumps({"ms": 1000 * (time.process_time() - before)}))
"""
SAME = """
import sys
from lotcost.ledger.loading import load
from lotcost.reports.catalog import answer
native, managed = (answer("lots", load(file)) for file in sys.argv[1:])
assert native.rows == managed.rows, "the two forms of the ledger do not end in the same lots"
"""
EMPTY = 0


def rows(setting: Setting) -> Iterator[Row]:
    """Compare loads with the plugin and without, managed and native, small and large."""

    def load(form: str, transactions: int, lots: int) -> Program:
        return Program(LOAD, (setting.ledger(form, transactions, lots), form))

    few, usual = setting.lots[0], setting.usual
    twins = [setting.ledger(form, setting.transactions[0], few) for form in ("native", "managed")]
    run(Program(SAME, tuple(twins)))
    for size in setting.transactions:
        pair = load("plain", size, few), load("native", size, few)
        name = f"native, {size:,} transactions: with the plugin / without"
        yield Row(name, pair, ratio, Aim(1.15), countable=True)
    for size in setting.transactions:
        pair = load("bare", size, few), load("managed", size, few)
        name = f"managed, {size:,} transactions: with lotcost / Beancount's part"
        yield Row(name, pair, ratio, Aim(1.3), countable=True)
    timed = Program(OWN, (setting.ledger("managed", usual, few),))
    name = f"managed, {usual:,} transactions: Beancount's part of what comes back / of the file"
    yield Row(name, (load("bare", usual, few), timed), _without_own)
    for lots in setting.lots[1:]:
        pair = load("bare", usual, lots), load("managed", usual, lots)
        name = f"managed, {lots:,} lots open: with lotcost / Beancount's part"
        yield Row(name, pair, ratio, Aim(1.3), countable=True)
    for lots in setting.lots:
        pair = load("plain", usual, lots), load("managed", usual, lots)
        aim = Aim(0.15) if lots >= 5_000 else None
        yield Row(f"managed / native without lotcost, {lots:,} lots open", pair, ratio, aim)
    small, large = setting.transactions[0], setting.transactions[-1]
    if large > small:
        three = tuple(load("managed", size, few) for size in (small, large, EMPTY))
        name = f"growth from {small:,} to {large:,} transactions, exponent"
        yield Row(name, three, exponent(large / small), Aim(1.05))
    fewest, most = setting.lots[0], setting.lots[-1]
    if most > fewest:
        pair = load("managed", usual, fewest), load("managed", usual, most)
        name = f"growth from {fewest:,} to {most:,} open lots, exponent"
        yield Row(name, pair, exponent(most / fewest), Aim(1.05))
    for small, large in pairwise(setting.transactions):
        pair = load("managed", small, few), load("managed", large, few)
        name = f"memory of a load from {small:,} to {large:,} transactions, kB a movement"
        yield Row(name, pair, _per_movement(pair))
    yield Row("import of the plugin, ms", (Program(IMPORT),), told("ms"), Aim(50))


def _without_own(runs: Sequence[Run]) -> float:
    """Return what the second load takes over the first, were lotcost's own part of it nothing."""
    return (runs[1].seconds - runs[1].told["own"]) / runs[0].seconds


def _per_movement(pair: Sequence[Program]) -> Figure:
    """Return what the second ledger's load takes more memory than the first's, a movement of it."""
    few, many = (Path(each.arguments[0]).read_text().count("\n  Assets:Inv") for each in pair)
    return lambda runs: 1024 * (runs[1].megabytes - runs[0].megabytes) / (many - few)
