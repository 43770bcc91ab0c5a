"""What costing a history on an engine takes; it has no ledger, and so no aim to compare with."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator

from bench.histories import write
from bench.measuring import Figure, Program, Row, Setting, told

DUCKDB = """
import sys
from pathlib import Path
from lotcost.engines import duck
if __name__ == "__main__":
    told = duck.cost(Path(sys.argv[1]), Path(sys.argv[1] + ".costed"), lambda rows: None)
    assert told.rows and not told.errors, told.first
"""
SPARK = """
import json, shutil, sys, time
from pathlib import Path
from lotcost.engines import spark
out = Path(sys.argv[1] + ".spark")
shutil.rmtree(out, ignore_errors=True)
began = time.monotonic()
told = spark.cost(Path(sys.argv[1]), out)
assert told.rows and not told.errors, told.first
print(json.dumps({"elapsed": time.monotonic() - began}))
"""
MILLION = 1_000_000


def rows(setting: Setting) -> Iterator[Row]:
    """Cost histories of one size and of ten times that; a run is all its processes."""
    small, large = setting.movements, 10 * setting.movements
    for size in (small, large):
        name = f"DuckDB, {size:,} movements: CPU s a million"
        yield Row(name, (Program(DUCKDB, (_history(setting, size),)),), _seconds_a_million(size))
    if importlib.util.find_spec("pyspark") and shutil.which("java"):
        # Java and its workers outlive what can be asked for their CPU seconds.
        name = f"Spark on this machine, {small:,} movements: s, elapsed"
        yield Row(name, (Program(SPARK, (_history(setting, small),)),), told("elapsed"))


def _history(setting: Setting, size: int) -> str:
    file = setting.folder / f"history-{size}.parquet"
    if not file.exists():
        write(file, size)
    return str(file)


def _seconds_a_million(size: int) -> Figure:
    return lambda runs: runs[0].seconds * MILLION / size
