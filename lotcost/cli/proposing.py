"""What is proposed to be written off or down: shown as ledger text, or added to a ledger file."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lotcost import appending, replacing
from lotcost.cli import checking
from lotcost.ledger.books import Books
from lotcost.ledger.config import NEAR_EXPIRY
from lotcost.ledger.loading import Ledger
from lotcost.ledger.near_expiry import write_downs
from lotcost.ledger.proposals import write_offs

_USAGE = (replacing.ForeignFileError, replacing.NotAFileError, replacing.EncryptedError)


def digest(file: Path) -> str:
    """Return what tells a file's content from any other."""
    with told():
        return appending.digest(file)


def propose(ledger: Ledger, at: datetime.date | None, also_down: bool) -> str:
    """Return the proposed entries as text; where there are none, say so."""
    books = ledger.books(at)
    texts = [proposal.text for proposal in write_offs(books)]
    if not texts:
        itself = books.config.writes_off_expired
        why = ": the ledger writes off what expires by itself" if itself else ""
        click.echo(f"Nothing to write off as of {books.at}{why}.", err=True)
    if also_down:
        lower = "".join(proposal.text for proposal in write_downs(books))
        texts += [lower] if lower else []
        if not lower:
            click.echo(_nothing_lower(books), err=True)
    return "\n".join(texts)


def add(ledger: Ledger, path: Path, file: Path, text: str, seen: str, dry_run: bool) -> None:
    """Add a text to a file of a ledger, and show what is added.

    Args:
      path: The ledger's own file, as it was named.
      seen: The digest of the file from before the ledger was loaded.
    """
    try:
        with told():
            addition = appending.prepare(ledger, file, text, seen)
            if not dry_run:
                appending.write(addition)
    except appending.FaultyLedgerError as error:
        for problem in checking.problems(ledger._replace(errors=error.errors), path):
            click.echo(problem, err=True)
        raise click.ClickException(str(error)) from error
    click.echo(addition.diff.encode(), nl=False)
    done = f"Nothing is added to {file}: this is a dry run." if dry_run else f"Added to {file}."
    click.echo(done, err=True)


def _nothing_lower(books: Books) -> str:
    if books.config.near_expiry:
        return f"Nothing to write down as of {books.at}."
    return (
        "No rule says what goods near their expiry are worth; "
        f'write custom "lotcost" "{NEAR_EXPIRY}" 30 50'
    )


@contextmanager
def told() -> Iterator[None]:
    """Say on the command line why nothing was appended."""
    try:
        yield
    except _USAGE as error:
        raise click.UsageError(str(error)) from error
    except appending.FaultyLedgerError:
        raise  # whose errors have to be listed first
    except replacing.ReplaceError as error:
        raise click.ClickException(str(error)) from error
