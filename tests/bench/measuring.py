"""Rows of the benchmark's table: programs run in turn, and the figure that comes of them.

A row's programs run A B A B, each in a process of its own with the same environment, and the
figure is computed from each turn: what else runs on the machine slows both halves of a turn.
The median of the turns' figures counts; where they spread far, the row says little.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.generate import Shape, ledger

ENVIRONMENT = os.environ | {"BEANCOUNT_DISABLE_LOAD_CACHE": "1", "PYTHONHASHSEED": "0"}
GOODS = 200
_COUNTABLE = 5.0  # seconds of CPU: under valgrind a program takes fifty times as long


class Program(NamedTuple):
    """Python code and its arguments; what it prints is a JSON object of what it measured."""

    code: str
    arguments: tuple[str, ...] = ()


class Run(NamedTuple):
    """What a program took: CPU seconds, its own and the system's, and memory at its peak.

    Attributes:
      told: What the program measured itself.
    """

    seconds: float
    megabytes: float
    told: Mapping[str, float]


Figure = Callable[[Sequence[Run]], float]


class Aim(NamedTuple):
    """What a figure is to be at most, or at least."""

    bound: float
    at_least: bool = False

    def is_met(self, figure: float) -> bool:
        """Whether a figure is as it is to be."""
        return figure >= self.bound if self.at_least else figure <= self.bound


class Row(NamedTuple):
    """Programs to run in turn, and the figure to compute from each turn.

    Attributes:
      countable: Whether the figure comes of the programs' seconds alone, so that it can be
        computed from instructions instead.
    """

    name: str
    programs: tuple[Program, ...]
    figure: Figure
    aim: Aim | None = None
    countable: bool = False


class Measured(NamedTuple):
    """A row's medians; `least` and `most` are of single turns.

    Attributes:
      counted: The figure computed from instructions, where they were counted.
    """

    name: str
    figure: float
    least: float
    most: float
    aim: Aim | None
    runs: tuple[Run, ...]
    counted: float | None = None


class Setting(NamedTuple):
    """How large the ledgers are, and the folder they are written to.

    Attributes:
      transactions: The sizes, the smallest first.
      lots: The numbers of lots open in the account that takes the deliveries, the fewest first.
      usual: How many transactions, where the lots vary.
      movements: How many the core is given alone.
      paged: How many transactions there are behind Fava's pages.
    """

    folder: Path
    transactions: tuple[int, ...]
    lots: tuple[int, ...]
    usual: int
    movements: int
    paged: int

    def ledger(self, form: str, transactions: int, lots: int) -> str:
        """Return the file of a ledger; it is written where it is not there yet."""
        file = self.folder / f"{form}-{transactions}-{lots}.beancount"
        if not file.exists():
            goods = min(GOODS, lots)
            shape = Shape(transactions, goods, lots // goods)
            file.write_text("\n".join(ledger(shape, form)))
        return str(file)


def ratio(runs: Sequence[Run]) -> float:
    """Return the second program's seconds over the first one's."""
    return runs[1].seconds / runs[0].seconds


def exponent(growth: float) -> Figure:
    """Return the power of its input's growth that the second program takes longer by.

    A third program, where there is one, is the idle one: what it takes is taken off both.
    """

    def figure(runs: Sequence[Run]) -> float:
        idle = runs[2].seconds if len(runs) > 2 else 0.0
        # A tiny ledger's load is lost in the noise: it may seem to take less than an empty one's.
        first, second = (max(run.seconds - idle, 0.001) for run in runs[:2])
        return math.log(second / first, growth)

    return figure


def told(name: str) -> Figure:
    """Return what the only program measured under a name."""
    return lambda runs: runs[0].told[name]


Turn = tuple[Run, ...]


def take(programs: Sequence[Program], turns: int) -> list[Turn]:
    """Run programs in turn, so many times."""
    return [tuple(run(program) for program in programs) for _ in range(turns)]


def measure(row: Row, taken: Sequence[Turn], count: bool = False) -> Measured:
    """Compute a row's figure; `count` the instructions of its programs too, which takes minutes."""
    figures = [row.figure(each) for each in taken]
    medians = tuple(_median(column) for column in zip(*taken, strict=True))
    counted = None
    if count and row.countable and all(run.seconds < _COUNTABLE for run in medians):
        instructions = [instructions_of(program) for program in row.programs]
        known = [Run(each, 0, {}) for each in instructions if each is not None]
        counted = row.figure(known) if len(known) == len(instructions) else None
    figure = statistics.median(figures)
    return Measured(row.name, figure, min(figures), max(figures), row.aim, medians, counted)


def run(program: Program) -> Run:
    """Run a program to its end; one that fails ends the benchmark."""
    command = [sys.executable, "-c", program.code, *program.arguments]
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(command, env=ENVIRONMENT, stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"exit code {child.returncode} from: {program.code}")
        out.seek(0)
        said = out.read().strip()
    peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Run(usage.ru_utime + usage.ru_stime, peak, json.loads(said) if said else {})


def instructions_of(program: Program) -> int | None:
    """Count the instructions of a run with `perf`, else with valgrind; None where neither can."""
    command = [sys.executable, "-c", program.code, *program.arguments]
    counters = (
        (["perf", "stat", "-x,", "-e", "instructions:u"], r"^(\d+),.*instructions:u"),
        (["valgrind", "--tool=cachegrind", "--cachegrind-out-file=/dev/null"], r"refs: +([\d,]+)"),
    )
    for counter, pattern in counters:
        if shutil.which(counter[0]):
            ran = subprocess.run(
                [*counter, *command], env=ENVIRONMENT, capture_output=True, text=True, check=False
            )
            found = re.search(pattern, ran.stderr, re.MULTILINE)
            if found is not None and not ran.returncode:
                return int(found[1].replace(",", ""))
    return None


def _median(runs: Sequence[Run]) -> Run:
    names = {name for run in runs for name in run.told}
    return Run(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.megabytes for run in runs),
        {name: statistics.median(run.told[name] for run in runs) for name in sorted(names)},
    )
