"""Cost a history with PySpark: its workers cost the parts, each by itself.

Under `spark-submit` the cluster is the one it names; else all cores of this machine are taken.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lotcost.engines import columns
from lotcost.engines.columns import History, HistoryError
from lotcost.engines.duck import Told
from lotcost.engines.facts import Facts
from lotcost.engines.parts import CostedRow, cost_part
from lotcost.engines.telling import Row
from lotcost.engines.ties import parts

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

_EXPLODE = "explode(split(document, ' '))"


def cost(path: str | Path, out: str | Path) -> Told:
    """Cost a file or folder of movements, here or where a URI says, into a folder that is new."""
    from pyspark.errors import PySparkException

    history = columns.read(path)
    if Path(out).exists():
        raise HistoryError(f"{out} is there already, and Spark writes a new folder; name another.")
    with _session() as session:
        try:
            count = _lay_out(session, history)
            costed = _costed(session, history)
            # In order within each file: an order over all of them would cost every part twice, once
            # for where to cut.
            costed.sortWithinPartitions("line", "part").write.parquet(str(out))
            return _told(session.read.parquet(str(out)), count)
        except PySparkException as error:
            raise HistoryError(f"{path}: {str(error).splitlines()[0]}") from error


@contextmanager
def _session() -> Iterator[SparkSession]:
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

    with warnings.catch_warnings():
        # Of pandas 3 PySpark says that it is not done with it; what is used here is tested.
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        warnings.filterwarnings("ignore", category=ResourceWarning)
        conf = SparkConf()
        started = SparkSession.getActiveSession() is None
        if not conf.contains("spark.master"):
            conf.setMaster("local[*]")
            conf.set("spark.ui.enabled", "false")
            # PySpark takes its workers' Python from here alone, else the first on the path.
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            conf.set("spark.sql.shuffle.partitions", "16")
            conf.setIfMissing("spark.log.level", "ERROR")
            conf.setIfMissing("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
        conf.setIfMissing("spark.app.name", "lotcost")
        try:
            session = SparkSession.builder.config(conf=conf).getOrCreate()
        except Exception as error:  # where there is no Java, it says so in many ways
            message = (
                "Spark does not start; it wants Java 17 or newer, as JAVA_HOME or on the path."
            )
            raise HistoryError(message) from error
        try:
            yield session
        finally:
            if started:
                session.stop()


def _lay_out(session: SparkSession, history: History) -> int:
    """Make the view of rows with their partitions, and the view that says each one's part."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in session.sql(sql).collect()]

    def register(names: list[tuple[int, str]]) -> None:
        rows = session.createDataFrame(names, "place INT, name STRING")
        rows.createOrReplaceTempView("landed")

    session.read.parquet(history.path).createOrReplaceTempView("written")
    written = session.sql(f"SELECT {history.selected} FROM written")
    written.createOrReplaceTempView("history")
    columns.refuse(history, query)
    found = query("SELECT DISTINCT account, commodity FROM history ORDER BY account, commodity")
    numbered = [(place, *partition) for place, partition in enumerate(found)]
    _view(session, numbered, "p INT, account STRING, commodity STRING", "partitions")
    written.createOrReplaceTempView("rows")
    session.sql(
        "SELECT /*+ BROADCAST(partitions) */ p, rows.* FROM rows"
        " JOIN partitions USING (account, commodity)"
    ).createOrReplaceTempView("history")
    tied = parts(len(numbered), query, register, _EXPLODE)
    _view(session, list(enumerate(tied)), "p INT, part INT", "tied")
    return len(set(tied))


def _view(session: SparkSession, rows: list[Any], schema: str, name: str) -> None:
    session.createDataFrame(rows, schema).createOrReplaceTempView(name)


def _costed(session: SparkSession, history: History) -> DataFrame:
    names = ", ".join(f"history.{name}" for name in Row._fields)
    rows = session.sql(
        f"SELECT /*+ BROADCAST(tied) */ tied.part AS part, {names}"
        " FROM history JOIN tied ON history.p = tied.p"
    )
    schema = ", ".join(f"{name} {sql}" for name, sql in history.made.items())
    return rows.groupBy("part").applyInPandas(_coster(history.facts), schema)


def _coster(facts: Facts) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def cost_frame(frame: pd.DataFrame) -> pd.DataFrame:
        """Cost one part; it runs on a worker."""
        import pandas as pd

        listed = (_plain(frame[name]) for name in Row._fields)
        costed = cost_part([Row(*row) for row in zip(*listed, strict=True)], facts)
        return pd.DataFrame(costed, columns=list(CostedRow._fields), dtype=object)

    return cost_frame


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Return a column's values, absent ones as None; an integer with absent ones comes as float."""
    absent = column.isna()
    if column.dtype.kind == "f":
        return [None if gone else int(value) for value, gone in zip(column, absent, strict=True)]
    return [None if gone else value for value, gone in zip(column, absent, strict=True)]


def _told(made: DataFrame, count: int) -> Told:
    refused = made.where("error IS NOT NULL")
    first = refused.orderBy("line").first()
    said = None if first is None else f"line {first['line']}: {first['error']}"
    return Told(made.count(), count, refused.count(), said)
