"""Cost a history with DuckDB: it sorts the parts on disk, and hands them to all cores."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lotcost.engines import columns
from lotcost.engines.columns import History
from lotcost.engines.parts import CostedRow
from lotcost.engines.tables import cost_tables, whole_parts
from lotcost.engines.telling import Row
from lotcost.engines.ties import parts

if TYPE_CHECKING:
    import duckdb

_AT_ONCE = 50_000  # rows
_MEMORY = "1GB"  # what DuckDB takes for sorting; what does not fit goes to disk
_EXPLODE = "unnest(string_split(document, ' '))"


class Told(NamedTuple):
    """What came of a history.

    Attributes:
      errors: How many movements were refused; `first` is what is said of the first one.
    """

    rows: int
    parts: int
    errors: int
    first: str | None


def cost(path: Path, out: Path, advance: Callable[[int], None]) -> Told:
    """Cost a file of movements into another, which is replaced whole.

    Args:
      advance: Is told how many rows more were costed.
    """
    import duckdb

    history = columns.read(path)
    with tempfile.TemporaryDirectory(prefix="lotcost-") as folder, duckdb.connect() as connection:
        # Where it takes a program for a terminal session it would print bars of its own.
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute(f"SET temp_directory = '{_quoted(folder)}'")
        try:
            count = _lay_out(connection, history)
            costed = Path(folder) / "costed.parquet"
            told = _write(connection, history, costed, advance)._replace(parts=count)
            _sort(connection, costed, out)
        except duckdb.Error as error:
            raise columns.HistoryError(f"{path}: {str(error).splitlines()[0]}") from error
    return told


def _lay_out(connection: duckdb.DuckDBPyConnection, history: History) -> int:
    """Make the view of rows with their partitions, and the table that says each one's part."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    def register(names: list[tuple[int, str]]) -> None:
        connection.execute("CREATE TABLE landed (place INT, name STRING)")
        connection.executemany("INSERT INTO landed VALUES (?, ?)", names)

    files = f"{history.path}/*.parquet" if Path(history.path).is_dir() else history.path
    source = f"read_parquet('{_quoted(files)}')"
    connection.execute(f"CREATE VIEW history AS SELECT {history.selected} FROM {source}")
    columns.refuse(history, query)
    connection.execute(
        "CREATE TABLE partitions AS"
        " SELECT row_number() OVER (ORDER BY account, commodity) - 1 AS p, account, commodity"
        " FROM (SELECT DISTINCT account, commodity FROM history)"
    )
    connection.execute(
        f"CREATE OR REPLACE VIEW history AS SELECT p, {history.selected} FROM {source}"
        " JOIN partitions USING (account, commodity)"
    )
    ((count,),) = query("SELECT count(*) FROM partitions")
    found = parts(count, query, register, _EXPLODE)
    connection.execute("CREATE TABLE tied (p BIGINT, part BIGINT)")
    connection.execute("INSERT INTO tied SELECT unnest(range(len(?))), unnest(?)", [found, found])
    return len(set(found))


def _write(
    connection: duckdb.DuckDBPyConnection,
    history: History,
    file: Path,
    advance: Callable[[int], None],
) -> Told:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, columns.arrow_type(sql)) for name, sql in history.made.items()])
    names = ", ".join(name for name in Row._fields if name not in history.absent)
    reader = connection.sql(
        f"SELECT part, {names} FROM history JOIN tied USING (p) ORDER BY part, event, line"
    ).to_arrow_reader(_AT_ONCE)
    rows = errors = 0
    first: CostedRow | None = None
    with pq.ParquetWriter(file, schema) as writer:
        for costed in cost_tables(whole_parts(reader), history.facts, schema):
            writer.write_table(costed.table)
            advance(costed.table.num_rows)
            rows, errors = rows + costed.table.num_rows, errors + costed.refused
            first = min((row for row in (first, costed.first) if row), key=_line, default=None)
    return Told(rows, 0, errors, _said(first))


def _line(row: CostedRow) -> int:
    return row.line


def _said(row: CostedRow | None) -> str | None:
    return None if row is None else f"line {row.line}: {row.error}"


def _sort(connection: duckdb.DuckDBPyConnection, costed: Path, out: Path) -> None:
    """Put the rows into the order of the history, and the file where it was asked for."""
    target = out.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        connection.execute(
            f"COPY (SELECT * FROM read_parquet('{_quoted(str(costed))}') ORDER BY line, part)"
            f" TO '{_quoted(str(part))}' (FORMAT parquet)"
        )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _quoted(text: str) -> str:
    return text.replace("'", "''")
