"""Print what costing takes: a table of figures, each with what it is to reach.

    make bench JSON=before.json
    make bench COMPARE=before.json
    make bench ARGS=--all
    make bench ARGS='--only reporting --turns 5'

Seconds differ between machines, ratios less so: see `measuring` for how they come about.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from bench import alone, engines, loading, pages, reporting, tracing, workbook
from bench.measuring import Measured, Program, Setting, Turn, measure, take

SUBJECTS: tuple[ModuleType, ...] = (loading, alone, reporting, pages, tracing, workbook)
ON_REQUEST: tuple[ModuleType, ...] = (engines,)  # by --only, or --all; they take long
SIZES = (1_000, 10_000)
LOTS = (60, 1_000, 5_000)
ALL_SIZES = (1_000, 10_000, 50_000, 100_000)
ALL_LOTS = (60, 250, 1_000, 2_500, 5_000, 10_000)
WORSE = 1.1  # a figure further off than this from an earlier one is no noise


def main() -> None:
    """Measure, print and keep."""
    asked = _asked()
    before = {}
    if asked.compare:
        before = {row["name"]: row["figure"] for row in json.loads(asked.compare.read_text())}
    versions = ", ".join(f"{name} {version(name)}" for name in ("lotcost", "beancount"))
    print(f"Python {sys.version.split()[0]}, {versions}; medians of {asked.turns}.\n")
    print(
        f"{'':64}{'figure':>9}{'single runs':>19}{'aim':>11}{'met':>5}{'counted':>9}"
        f"{'A s':>8}{'B s':>8}{'A MB':>7}{'B MB':>7}  {'before' if before else ''}".rstrip()
    )
    found = []
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(
            Path(folder),
            transactions=tuple(asked.sizes),
            lots=tuple(asked.lots),
            usual=asked.usual,
            movements=asked.movements,
            paged=asked.paged,
        )
        for subject in (*SUBJECTS, *(ON_REQUEST if asked.only or asked.all else ())):
            if asked.only and subject.__name__.rpartition(".")[2] not in asked.only:
                continue
            programs: tuple[Program, ...] = ()
            taken: list[Turn] = []
            for row in subject.rows(setting):
                if row.programs != programs:  # rows may tell several things of one run
                    programs, taken = row.programs, take(row.programs, asked.turns)
                found.append(measure(row, taken, asked.count))
                print(line(found[-1], before), flush=True)
    missed = sum(each.aim is not None and not each.aim.is_met(each.figure) for each in found)
    print(f"\n{len(found)} rows, {missed} that miss their aim.")
    if asked.json:
        kept = [each._asdict() | {"runs": [run._asdict() for run in each.runs]} for each in found]
        asked.json.write_text(json.dumps(kept, indent=2) + "\n")


def line(measured: Measured, before: Mapping[str, float]) -> str:
    """Return a row of the table."""
    aim = measured.aim
    bound = f"{'>=' if aim.at_least else '<='} {_short(aim.bound)}" if aim else ""
    met = ("yes" if aim.is_met(measured.figure) else "no") if aim else ""
    counted = "" if measured.counted is None else _short(measured.counted)
    spread = f"{_short(measured.least)} - {_short(measured.most)}"
    pair = (*measured.runs[:2], None)[:2]
    seconds = "".join(f"{run.seconds:8.2f}" if run else " " * 8 for run in pair)
    megabytes = "".join(f"{run.megabytes:7.0f}" if run else " " * 7 for run in pair)
    return (
        f"{measured.name:64}{_short(measured.figure):>9}{spread:>19}{bound:>11}{met:>5}{counted:>9}"
        f"{seconds}{megabytes}  {_change(measured, before)}"
    ).rstrip()


def _change(measured: Measured, before: Mapping[str, float]) -> str:
    """Say what an earlier run found, and whether that was better by more than noise."""
    was = before.get(measured.name)
    if was is None:
        return ""
    if not was:
        return _short(was)
    change = measured.figure / was - 1
    gets_worse = -change if measured.aim and measured.aim.at_least else change
    return f"{_short(was)} {change:+.0%}{' WORSE' if gets_worse > WORSE - 1 else ''}"


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.3g}"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="all sizes; takes an hour or two")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="in transactions")
    parser.add_argument("--lots", type=int, nargs="+", default=LOTS, help="open in all")
    parser.add_argument("--usual", type=int, default=10_000, help="transactions, where lots vary")
    parser.add_argument("--movements", type=int, default=1_000_000, help="for the core alone")
    parser.add_argument(
        "--paged", type=int, default=20_000, help="transactions behind Fava's pages"
    )
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--count", action="store_true", help="count instructions too")
    names = [subject.__name__.rpartition(".")[2] for subject in (*SUBJECTS, *ON_REQUEST)]
    parser.add_argument("--only", nargs="+", choices=names, help="only these subjects")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--compare", type=Path, help="file that an earlier run wrote")
    asked = parser.parse_args()
    if asked.all:
        asked.sizes, asked.lots = ALL_SIZES, ALL_LOTS
    return asked


if __name__ == "__main__":
    main()
