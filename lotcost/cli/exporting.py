"""The command that writes the whole workbook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from lotcost.cli import asking, output
from lotcost.cli.options import LEDGER, load_telling, question_params
from lotcost.rendering import about
from lotcost.reports.catalog import Question


def _export(ledger: Path, file: Path, **asked: Any) -> None:
    """Write a workbook of all there is to say of a ledger's lots, to be audited.

    Its figures are formulas over the movements, with their values; a sheet About says where they
    come from and whether they agree.
    """
    if output.format_of(None if file.suffix else "xlsx", file) != "xlsx":
        raise click.UsageError(f"{file.name} is no workbook; write -o {file.stem}.xlsx")
    day = asking.one_day(asked.pop("at"), asked.pop("to"))
    question = Question(at=day, **asked)
    asking.check_days(question)
    _tell(f"Reading {ledger} ...")
    loaded, has_errors = load_telling(ledger, file)
    asking.check_words("lots", question, loaded)
    _tell("Costing lots ...")
    from lotcost.workbook import MOST_ROWS, whole_book, write_book  # here: other commands want none

    books = loaded.books(question.at, question.where)
    whole = whole_book(books, question, len(loaded.errors), MOST_ROWS)
    said = about(loaded.options, ledger, question)
    with output.opened(file) as stream, _progress(whole.rows) as tick:
        notices = write_book(whole, said, stream, tick=tick)
    for notice in notices:
        click.echo(notice, err=True)
    click.get_current_context().exit(1 if has_errors else 0)


def _tell(words: str) -> None:
    """Say on a terminal what takes time; nothing down a pipe."""
    if sys.stderr.isatty():
        click.echo(words, err=True)


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[int], object]]:
    """Show on a terminal how many of the rows are written."""
    if not sys.stderr.isatty():
        yield int
        return
    with click.progressbar(length=rows, label="Writing rows", file=sys.stderr) as bar:
        yield bar.update


export = click.Command(
    "export",
    callback=_export,
    params=[
        click.Argument(["ledger"], type=LEDGER),
        click.Option(
            ["-o", "--output", "file"],
            type=click.Path(path_type=Path),
            metavar="FILE.xlsx",
            required=True,
            help="The workbook; a file that is there is replaced whole.",
        ),
        *question_params(period=True),
    ],
    help=_export.__doc__,
    short_help="Write the whole workbook, to be audited.",
)
