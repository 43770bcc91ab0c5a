"""Print what costing adds to a ledger's load: a table of ratios, for a person to read.

    make bench JSON=before.json
    make bench COMPARE=before.json

Each row is two programs run in turn, A B A B, each in a process of its own; the medians of their
CPU seconds and of their peak memory are compared. Seconds differ between machines, ratios less so;
where the single runs' ratios spread far, something else was running, and the row says little.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

GENERATE = Path(__file__).with_name("generate.py")
LOAD = """
import sys
from beancount import loader
entries, errors, options = loader.load_file(sys.argv[1])
sys.exit(errors[0].message if errors else None)
"""
REPORT = """
import sys
from lotcost.ledger.loading import load
from lotcost.reports.catalog import answer
ledger = load(sys.argv[1])
assert answer("lots", ledger).rows
sys.exit(ledger.errors[0].message if ledger.errors else None)
"""
HOST = "import beancount.loader"
PLUGIN = "import beancount.loader, beancount_lotcost"


class Program(NamedTuple):
    """Python code and the ledger it is given."""

    code: str
    ledger: str = ""


class Run(NamedTuple):
    """What a program took: CPU seconds, its own and the system's, and memory at its peak."""

    seconds: float
    megabytes: float


class Row(NamedTuple):
    """Two programs to compare.

    Attributes:
      growth: How much larger the second one's ledger is; where not 1, the row tells the exponent
        its time grows with.
      idle: What both take before their first transaction, to be taken off.
      limit: What the ratio is to stay below.
    """

    name: str
    first: Program
    second: Program
    growth: int = 1
    idle: Program | None = None
    limit: float | None = None


class Measured(NamedTuple):
    """A row's medians and what they come to; `spread` is the least and most of single runs."""

    name: str
    first: Run
    second: Run
    ratio: float
    spread: tuple[float, float]
    limit: float | None


def rows(folder: Path, sizes: argparse.Namespace) -> list[Row]:
    """Write the ledgers and return the rows."""

    def load(
        form: str, transactions: int = sizes.transactions, lots: int = sizes.lots, accounts: int = 2
    ) -> Program:
        file = folder / f"{form}-{transactions}-{lots}-{accounts}.beancount"
        command = [sys.executable, str(GENERATE), form, f"--transactions={transactions}"]
        command += [f"--goods={sizes.goods}", f"--lots={lots}", f"--accounts={accounts}"]
        if not file.exists():
            with file.open("w") as out:
                subprocess.run(command, stdout=out, check=True)
        return Program(LOAD, str(file))

    managed = load("managed")
    crowded = [load(form, lots=sizes.many, accounts=1) for form in ("native", "managed")]
    grown, empty = load("managed", sizes.transactions * sizes.growth), load("managed", 0)
    exponent = f"managed: {sizes.growth} times the ledger, exponent"
    return [
        Row("native: with the plugin / without", load("plain"), load("native"), limit=1.25),
        Row(f"managed / native, {sizes.many * sizes.goods} open lots", crowded[0], crowded[1]),
        Row(exponent, managed, grown, growth=sizes.growth, idle=empty),
        Row("import: with the plugin / Beancount alone", Program(HOST), Program(PLUGIN)),
        Row("managed: load and report lots / load", managed, Program(REPORT, managed.ledger)),
    ]


def measure(row: Row, runs: int) -> Measured:
    """Run a row's programs in turn."""
    programs = [row.first, row.second] + ([row.idle] if row.idle else [])
    taken = [[run(program) for program in programs] for _ in range(runs)]
    medians = [_median(column) for column in zip(*taken, strict=True)]
    single = [_ratio(row, each) for each in taken]
    spread = min(single), max(single)
    return Measured(row.name, medians[0], medians[1], _ratio(row, medians), spread, row.limit)


def _ratio(row: Row, taken: Sequence[Run]) -> float:
    idle = taken[2].seconds if row.idle else 0.0
    # A tiny ledger's load is lost in the noise: it may seem to take less than an empty one's.
    first, second = (max(each.seconds - idle, 0.001) for each in taken[:2])
    return second / first if row.growth == 1 else math.log(second / first, row.growth)


def run(program: Program) -> Run:
    """Run a program to its end; one that fails ends the benchmark."""
    environment = os.environ | {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    command = [sys.executable, "-c", program.code, program.ledger]
    child = subprocess.Popen(command, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"exit code {child.returncode} from: {program.code}")
    peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Run(usage.ru_utime + usage.ru_stime, peak)


def _median(runs: tuple[Run, ...]) -> Run:
    return Run(*(statistics.median(column) for column in zip(*runs, strict=True)))


def line(measured: Measured, before: Mapping[str, float]) -> str:
    """Return a row of the table."""
    name, first, second, ratio, spread, limit = measured
    aim = f"< {limit:.2f}" if limit else ""
    was = f"{before[name]:.2f}" if name in before else ""
    return (
        f"{name:45}{first.seconds:7.2f}{second.seconds:8.2f}{ratio:8.2f}"
        f"{spread[0]:8.2f} -{spread[1]:5.2f}{aim:>8}{was:>8}"
        f"{first.megabytes:9.0f}{second.megabytes:8.0f}"
    )


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transactions", type=int, default=10_000)
    parser.add_argument("--growth", type=int, default=4, help="times the transactions")
    parser.add_argument("--goods", type=int, default=200)
    parser.add_argument("--lots", type=int, default=5, help="open per good")
    parser.add_argument("--many", type=int, default=25, help="open per good, where many are")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--compare", type=Path, help="file that an earlier run wrote")
    asked = parser.parse_args()
    before = {}
    if asked.compare:
        before = {row["name"]: row["ratio"] for row in json.loads(asked.compare.read_text())}
    versions = ", ".join(f"{name} {version(name)}" for name in ("lotcost", "beancount"))
    print(f"Python {sys.version.split()[0]}, {versions}; {asked.transactions} transactions,")
    print(f"{asked.goods} goods, {asked.lots} lots of each open; medians of {asked.runs}.\n")
    print(
        f"{'':45}{'A s':>7}{'B s':>8}{'B / A':>8}{'single runs':>15}{'aim':>8}{'before':>8}"
        f"{'A MB':>9}{'B MB':>8}"
    )
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(Path(folder), asked):
            found.append(measure(row, asked.runs))
            print(line(found[-1], before), flush=True)
    if asked.json:
        keep = [
            {**each._asdict(), "first": each.first._asdict(), "second": each.second._asdict()}
            for each in found
        ]
        asked.json.write_text(json.dumps(keep, indent=2) + "\n")


if __name__ == "__main__":
    main()
