"""The command `cost`: a history of movements, costed on an engine."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

_ENGINES = {"duckdb": "duckdb", "spark": "pyspark"}


@click.command(short_help="Cost a Parquet file of movements on an engine.")
@click.argument("movements")
@click.option(
    "--engine",
    type=click.Choice(list(_ENGINES)),
    default="duckdb",
    help="duckdb, for one machine, or spark, for a cluster; else duckdb.",
)
@click.option(
    "-o",
    "--output",
    "file",
    metavar="FILE",
    required=True,
    help="The Parquet file to write, and to replace whole; Spark writes a folder.",
)
@click.pass_context
def cost(ctx: click.Context, movements: str, engine: str, file: str) -> None:
    """Cost movements that `lotcost movements LEDGER -o MOVEMENTS.parquet` wrote, or another system.

    The engine finds the accounts and commodities that transfers, batches and landed costs tie
    together, and each such part is costed by the same code that books a ledger. Spark also reads
    and writes what a cluster names, such as s3a://bucket/movements.
    """
    for module in ("pyarrow", _ENGINES[engine]):
        if importlib.util.find_spec(module) is None:
            wanted = f"pip install 'lotcost[{engine}]'"
            raise click.UsageError(f"--engine {engine} wants {module}: {wanted}")
    for place in (movements, file):
        if "://" in place and engine != "spark":
            raise click.UsageError(f"{place} is no file of this machine; --engine spark reads it.")
    if "://" not in movements + file:
        _check_files(Path(movements), Path(file))
    from lotcost.engines import duck, spark  # here: no other command waits for them
    from lotcost.engines.columns import HistoryError

    try:
        if engine == "spark":
            told = spark.cost(movements, file)
        elif Path(file).is_dir():
            raise click.UsageError(f"{file} is a folder; -o wants a file.")
        else:
            with _progress() as advance:
                told = duck.cost(Path(movements), Path(file), advance)
    except HistoryError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"Cannot write {file}: {error.strerror or error}") from error
    rows, parts = _counted(told.rows, "row"), _counted(told.parts, "part")
    click.echo(f"{rows} in {parts} written to {file}.", err=True)
    if told.errors:
        refused = _counted(told.errors, "row")
        click.echo(f"{refused} refused, the first on {told.first}", err=True)
        ctx.exit(1)


def _check_files(movements: Path, file: Path) -> None:
    if not movements.exists():
        raise click.UsageError(f"There is no file {movements}.")
    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"There is no folder {file.parent} for {file.name}.")
    if file.exists() and file.samefile(movements):
        raise click.UsageError(f"{file} is what is read; it is not overwritten.")


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many rows are costed, and nothing in a pipe."""
    shown = sys.stderr.isatty()
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        before, done = done, done + rows
        if shown and before // _EACH != done // _EACH:
            click.echo(f"\r{done:,} rows costed", nl=False, err=True)

    yield advance
    if shown and done >= _EACH:
        click.echo("\r", nl=False, err=True)


_EACH = 10_000  # rows
