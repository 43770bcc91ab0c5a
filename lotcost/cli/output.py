"""Where a report goes: to the terminal, down a pipe, or whole into a file."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from lotcost.ledger.loading import Ledger
from lotcost.rendering import About, csv, json, parquet, text
from lotcost.reports.report import Report

_SUFFIXES = {
    ".txt": "text",
    ".csv": "csv",
    ".json": "json",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
FORMATS = tuple(_SUFFIXES.values())
Words = Callable[[int | None], str]
_NO_TEXT = {"xlsx": "a workbook", "parquet": "a Parquet file"}
STDOUT = Path("-")


def format_of(chosen: str | None, file: Path | None) -> str:
    """Return the format asked for, by name or by the file's suffix; else text.

    A file that could not be written is refused here, before a ledger is loaded for it.
    """
    format_ = _named(chosen, file)
    if format_ == "parquet" and importlib.util.find_spec("pyarrow") is None:
        raise click.UsageError("Parquet wants pyarrow: pip install 'lotcost[parquet]'")
    return format_


def _named(chosen: str | None, file: Path | None) -> str:
    if file is None or file == STDOUT:
        if chosen in _NO_TEXT and sys.stdout.isatty():
            what = _NO_TEXT[chosen]
            raise click.UsageError(f"A terminal does not show {what}; add -o FILE.{chosen}")
        return chosen or "text"
    if file.is_dir():
        raise click.UsageError(f"{file} is a folder; -o wants a file.")
    if not file.parent.is_dir():
        raise click.UsageError(f"There is no folder {file.parent} for {file.name}.")
    guessed = _SUFFIXES.get(file.suffix.lower())
    if chosen is None and guessed is None:
        known = ", ".join(_SUFFIXES)
        raise click.UsageError(f"{file.name} is none of {known}; say which with --format.")
    return chosen or str(guessed)


def spare_ledger(file: Path | None, ledger: Ledger) -> None:
    """Refuse to write over a file of the ledger."""
    if file is not None and file.exists():
        for part in map(Path, ledger.options["include"]):
            if part.exists() and file.samefile(part):
                raise click.UsageError(f"{file} is a file of the ledger; it is not overwritten.")


def deliver(
    report: Report, about: About, format_: str, file: Path | None, words: Words | None = None
) -> None:
    """Write a report in a format, to a file or to the standard output.

    Args:
      words: What it is as text, in so many columns, where that is no table.
    """
    words = words or (lambda width: text(report, about, width))
    if format_ == "text" and (file is None or file == STDOUT) and sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        encoding = sys.stdout.encoding or "utf-8"
        shown = words(width).encode(encoding, "replace").decode(encoding)
        click.echo(shown, nl=False)
        return
    put(words(None).encode() if format_ == "text" else _rendered(report, about, format_), file)


def put(content: bytes, file: Path | None) -> None:
    """Write to a file, or down the pipe where there is none."""
    if file is None or file == STDOUT:
        click.echo(content, nl=False)
    else:
        write(file, content)


def write(file: Path, content: bytes) -> None:
    """Write a file whole, or say why it cannot be."""
    with opened(file) as stream:
        stream.write(content)


@contextmanager
def opened(file: Path) -> Iterator[IO[bytes]]:
    """Open a file that is written whole or stays as it was; say why it cannot be."""
    if file == STDOUT:
        whole = io.BytesIO()
        yield whole
        click.echo(whole.getvalue(), nl=False)
        return
    try:
        with _replacing(file) as stream:
            yield stream
    except OSError as error:
        raise click.ClickException(f"Cannot write {file}: {error.strerror}") from error


def _rendered(report: Report, about: About, format_: str) -> bytes:
    if format_ == "csv":
        return csv(report).encode()
    if format_ == "json":
        return json(report).encode()
    try:
        if format_ == "parquet":
            return parquet(report, about)
        if format_ == "xlsx":
            from lotcost.workbook import write_report  # here: a report as text wants no writer

            stream = io.BytesIO()
            for notice in write_report(report, about, stream):
                click.echo(notice, err=True)
            return stream.getvalue()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    raise AssertionError(format_)


@contextmanager
def _replacing(file: Path) -> Iterator[IO[bytes]]:
    """Replace a file whole, or leave it as it was."""
    if file.exists() and not file.is_file():
        with file.open("wb") as stream:
            yield stream  # a device or a pipe is written to, never replaced
        return
    target = file.resolve()  # a link goes on pointing to what it names
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as stream:
            yield stream
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
