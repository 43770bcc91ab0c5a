"""What a file of deliveries, opening lots or counts says, as text in one of the ledger's files."""

from __future__ import annotations

import datetime
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from beancount.core import account as accounts

from lotcost import appending
from lotcost.cli import asking, checking
from lotcost.cli.options import load
from lotcost.cli.proposing import told
from lotcost.importers import importer_for
from lotcost.importers.drafting import Draft
from lotcost.importers.importer import Imported
from lotcost.importers.known import Known
from lotcost.importers.mapping import COUNTS, FileMapping, read_mapping
from lotcost.importers.tables import look, read_grids
from lotcost.importers.wrong import MappingError, WrongFileError, WrongRow, listed, rows_in_words
from lotcost.ledger.errors import CountDiffers, number
from lotcost.ledger.loading import Ledger

_MANY = 2000
_LARGE = 2**19
_INCLUDE = re.compile(r'^include\s+"([^"]+)"', re.MULTILINE)


def import_rows(
    file: Path,
    into: Path,
    main: Path,
    mapping: Path | None,
    kind: str | None,
    account: str | None,
    counter: str | None,
    adjust: bool,
    write: bool,
) -> int:
    """Show or write what a file says, and return the exit code.

    Args:
      main: The ledger that the file to write into belongs to.
    """
    with told():
        seen = appending.digest(into)
    said = _mapping(mapping)
    if counter is not None and not accounts.is_valid(counter):
        raise click.BadParameter(f"{counter!r} is no account.", param_hint="--counter")
    loaded = load(main)
    _check_ledger(loaded, main, into)
    known = Known(loaded.entries, loaded.options)
    try:
        if file.stat().st_size > _LARGE:
            _show_progress(f"Reading {file} ...")
        grids = read_grids(file, said)
        looked = look(grids, said)
        chosen = kind or said.kind or looked.kind
        account = account or said.defaults.get("account")
        account = _account(account, known, chosen, looked.names_account)
        importer = importer_for(chosen)(account, said, counter=counter, adjust=adjust)
        imported = importer.imported(file, known, grids=grids)
    except WrongFileError as error:
        raise click.ClickException(f"{error}\nNothing is imported.") from error
    _tell(imported, known)
    if imported.reading.wrong:
        _refuse(imported)
        return 1
    if imported.draft.lines:
        _add(loaded, main, into, imported, seen, write)
    return 0


def _mapping(file: Path | None) -> FileMapping:
    try:
        return FileMapping() if file is None else read_mapping(file)
    except MappingError as error:
        raise click.BadParameter(str(error), param_hint="--mapping") from error


def _check_ledger(ledger: Ledger, main: Path, into: Path) -> None:
    if not checking.keeps_lots(ledger):
        tops = ", ".join(str(each) for each in _including(into)) if main == into else ""
        if tops:
            raise click.UsageError(
                f"{into} alone keeps no lots, and is included by {tops}; name that with --ledger."
            )
        raise click.UsageError(
            f"{checking.NO_LOTS}. Or is {into} a part of a ledger? Name that with --ledger."
            if main == into
            else checking.NO_LOTS
        )
    problems = checking.problems(ledger, main)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise click.ClickException("Nothing is imported before the errors are mended.")


def _including(file: Path) -> Iterator[Path]:
    """Yield the ledgers beside a file, or above it, that include it by its name."""
    here = file.absolute().parent
    for folder in (here, here.parent):
        for top in sorted((*folder.glob("*.beancount"), *folder.glob("*.bean"))):
            try:
                text = top.read_text(encoding="utf-8")
            except (OSError, UnicodeError):
                continue
            for pattern in _INCLUDE.findall(text):
                if any(
                    part.exists() and part.samefile(file) for part in _matching(folder, pattern)
                ):
                    yield Path(os.path.relpath(top))


def _matching(folder: Path, pattern: str) -> Iterable[Path]:
    return [Path(pattern)] if os.path.isabs(pattern) else folder.glob(pattern)


def _account(said: str | None, known: Known, kind: str, column: bool) -> str | None:
    """Return the account of rows that name none, or None where all of them have to."""
    kept = known.config.inventory_accounts
    if said is not None and said not in kept and known.config.policy(said) is None:
        raise click.BadParameter(
            f"{said!r} keeps no lots{asking.offer(said, kept)}", param_hint="--account"
        )
    chosen = said or known.only_account
    if chosen is None and not column and kind != COUNTS:
        chosen = known.usual_account
        if chosen is not None:
            click.echo(
                f"Goods come into {chosen}, as most receipts do; --account names another.", err=True
            )
    if chosen is None and not column:
        raise click.UsageError(
            f"Nothing says where the goods are; name it with --account: {' or '.join(kept)}."
        )
    return chosen


def _tell(imported: Imported, known: Known) -> None:
    """Say what becomes of rows that are not added, none of which is wrong."""
    reading, there = imported.reading, imported.draft.there
    for note in reading.notes:
        click.echo(note, err=True)
    for line in listed(reading.name, reading.not_counted):
        click.echo(line, err=True)
    if there:
        first = there[min(there)]
        click.echo(
            f"{reading.name} {_rows(there)} in the ledger already, the first at {first}.",
            err=True,
        )
    doubtful = (*_alike(imported, known), *_expired(imported))
    for line in listed(reading.name, doubtful):
        click.echo(line, err=True)
    if not (imported.draft.lines or reading.wrong):
        click.echo("Nothing to add.", err=True)


def _alike(imported: Imported, known: Known) -> Iterator[WrongRow]:
    """Find rows that the ledger may have in other words: by hand, or before a change."""
    for each in imported.reading.received:
        if each.row in imported.draft.there or not each.lot.number:
            continue
        for arrived in known.came_in.get((each.date, each.lot), ()):
            if arrived.import_id not in imported.draft.ids:
                what = f"{number(each.units)} {each.lot.commodity} of lot {each.lot.number}"
                yield WrongRow(
                    each.row,
                    f"{what} would come in beside the {number(arrived.units)} of the same day at "
                    f"{arrived.where}. If it is the same delivery, keep one of the two",
                )


def _expired(imported: Imported) -> Iterator[WrongRow]:
    """Find what came in past its last day, which may be so, and more often is a wrong year."""
    for each in imported.reading.received:
        expires = dict(each.card).get("expires")
        if (
            each.row not in imported.draft.there
            and isinstance(expires, datetime.date)
            and expires < each.date
        ):
            what = f"{each.lot.commodity} {each.lot.number}".rstrip()
            yield WrongRow(each.row, f"{what} came in on {each.date} and expired on {expires}")


def _rows(numbers: Iterable[int]) -> str:
    """Write `row 2 is` or `rows 2 to 9 are`."""
    found = list(numbers)
    return f"row {found[0]} is" if len(found) == 1 else f"rows {rows_in_words(found)} are"


def _refuse(imported: Imported) -> None:
    reading = imported.reading
    for line in listed(reading.name, reading.wrong):
        click.echo(line, err=True)
    wrong = len(reading.wrong)
    rows = len(reading.received) + len(reading.found) + len(reading.not_counted) + wrong
    click.echo(
        f"Nothing is imported: {wrong} of {rows} rows {'is' if wrong == 1 else 'are'} wrong.",
        err=True,
    )


def _add(
    ledger: Ledger, main: Path, into: Path, imported: Imported, seen: str, write: bool
) -> None:
    rows = len({row for line in imported.draft.lines for row in line.rows})
    what = f"{rows} {'row' if rows == 1 else 'rows'}"
    if rows > _MANY:
        _show_progress(f"Trying the ledger with {what} more ...")
    try:
        with told():
            addition = appending.prepare(ledger, into, imported.draft.text, seen)
            if write:
                appending.write(addition)
    except appending.FaultyTextError as error:
        first = appending.first_line(into.read_bytes())
        for problem in checking.problems(ledger._replace(errors=error.errors), main):
            click.echo(_by_row(problem, into, first, imported), err=True)
        if any(isinstance(each, CountDiffers) for each in error.errors):
            click.echo("To book what a count finds more or less, add --adjust.", err=True)
        raise click.ClickException(f"{error} Nothing is imported.") from error
    click.echo(addition.diff.encode(), nl=False)
    done = f"Added {what} to {into}." if write else f"{what} to add to {into}: --write does it."
    click.echo(done, err=True)


def _show_progress(words: str) -> None:
    if sys.stderr.isatty():
        click.echo(words, err=True)


def _by_row(problem: checking.Problem, into: Path, first: int, imported: Imported) -> str:
    """Name the row that a problem comes from; one that stands elsewhere keeps its line."""
    draft: Draft = imported.draft
    at_home = os.path.abspath(problem.file) == os.path.abspath(into)
    rows = draft.rows_at(problem.line - first + 1) if at_home else ()
    if not rows:
        return str(problem)
    word = "row" if len(rows) == 1 else "rows"
    return f"{imported.reading.name} {word} {rows_in_words(rows)}: {problem.message}"
