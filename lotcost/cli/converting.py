"""Convert native accounts to managed ones: what would change is shown, and written if asked."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lotcost import replacing
from lotcost.cli import asking
from lotcost.converting import Conversion, Problem, UnconvertedError, convert
from lotcost.ledger.loading import Ledger


def run(ledger: Ledger, path: Path, account: str | None, write: bool) -> None:
    """Show the difference, and write it where that is asked for."""
    if account is not None:
        asking.check_account(account, ledger)
    try:
        conversion = convert(ledger, account)
        if conversion is None:
            where = f"{account} or below it" if account else f"{path}"
            click.echo(f"Nothing to convert: no account in {where} is native.", err=True)
            return
        if write:
            replacing.replace(conversion.replacements)
    except UnconvertedError as error:
        for problem in sorted(set(error.problems)):
            click.echo(_line(problem, path), err=True)
        raise click.ClickException(str(error)) from error
    except replacing.ReplaceError as error:
        raise click.ClickException(str(error)) from error
    for each in conversion.replacements:
        shown = each._replace(name=Path(_name(str(each.name), path)))
        click.echo(shown.diff.encode(), nl=False)
    click.echo(_proven(conversion), err=True)
    click.echo(_done(conversion, path, write), err=True)


def _proven(conversion: Conversion) -> str:
    return (
        f"{_counted(conversion.postings, 'posting')} of {' and '.join(conversion.accounts)}.\n"
        f"Equal: {_counted(conversion.lots, 'lot')}, "
        f"{_counted(conversion.movements, 'movement')}, every account's balance on every day."
    )


def _done(conversion: Conversion, path: Path, write: bool) -> str:
    files = ", ".join(_name(str(each.name), path) for each in conversion.replacements)
    if write:
        return f"Written: {files}."
    return f"Nothing is written to {files}: this is a dry run. Add --write."


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _line(problem: Problem, path: Path) -> str:
    return f"{_name(problem.file, path)}:{problem.line}: {problem.message}"


def _name(file: str, path: Path) -> str:
    """Name a file as the ledger's path was given."""
    return os.path.relpath(file) if not path.is_absolute() and os.path.isabs(file) else file
