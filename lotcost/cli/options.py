"""What commands have in common: a ledger to load, a day, a file to write."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from lotcost.cli import checking, output
from lotcost.ledger.loading import Ledger
from lotcost.ledger.loading import load as load_file

LEDGER = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
AT = "As of the evening of this day; else of the last transaction or lot status."


def day(said: str) -> datetime.date:
    """Read a day as an option has it."""
    try:
        return datetime.date.fromisoformat(said)
    except ValueError as error:
        raise click.BadParameter(f"{said!r} is no day; write it as 2025-03-31.") from error


def load(path: Path) -> Ledger:
    """Load a ledger; a file that cannot be read is told."""
    try:
        return load_file(path)
    except (OSError, UnicodeError) as error:
        raise click.ClickException(f"Cannot read {path}: {error}") from error


def load_telling(path: Path, *files: Path | None) -> tuple[Ledger, bool]:
    """Load a ledger and print what is wrong with it; tell whether anything is.

    Args:
      files: What is to be written; none of them may be a file of the ledger.
    """
    loaded = load(path)
    for file in files:
        output.spare_ledger(file, loaded)
    problems = checking.problems(loaded, path)
    for problem in problems:
        click.echo(problem, err=True)
    if not loaded.entries:
        click.get_current_context().exit(1)
    if not checking.keeps_lots(loaded):
        click.echo(checking.NO_LOTS, err=True)
    return loaded, bool(problems)


def question_params(period: bool) -> list[click.Parameter]:
    """Return the options that narrow what is asked.

    Args:
      period: Whether a first day means something to the answer.
    """
    days: list[click.Parameter] = [
        click.Option(["--at"], type=day, metavar="DATE", help=AT),
    ]
    if period:
        days += [
            click.Option(
                ["--from", "since"], type=day, metavar="DATE", help="The first day, which is in."
            ),
            click.Option(
                ["--to"], type=day, metavar="DATE", help="The last day, which is in: same as --at."
            ),
        ]
    return [
        *days,
        click.Option(["--commodity"], metavar="NAME", help="These goods only."),
        click.Option(["--lot"], metavar="NUMBER", help="This lot only."),
        click.Option(["--account"], metavar="NAME", help="This account and those below it."),
    ]


def output_params(formats: tuple[str, ...] = output.FORMATS) -> list[click.Parameter]:
    """Return the options that say what an answer is written as, and where."""
    return [
        click.Option(
            ["--format", "format_"],
            type=click.Choice(formats),
            help="Else by the file's name, else text.",
        ),
        click.Option(
            ["-o", "--output", "file"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write a file, and replace it whole; - is the terminal or pipe.",
        ),
    ]
