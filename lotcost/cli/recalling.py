"""The command `recall`: a pack of sheets for those who act on it, and a page to print."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from pathlib import Path

import click

from lotcost.cli import output
from lotcost.cli.options import load_telling
from lotcost.cli.tracing import WHICH, follow, said_of
from lotcost.reports.recall import pack

_PAGES = frozenset({".html", ".htm"})


def _recall(
    ledger: Path,
    lots: Sequence[str],
    commodity: str | None,
    at: datetime.date | None,
    files: Sequence[Path],
) -> None:
    """Write the pack of a recall: what to hold, who has it, where it came from.

    A workbook has a sheet for each who acts on it; a page is its summary, to print. Both are
    written with two -o. LOT is named as for `lotcost trace`.
    """
    for file in files:
        _check_target(file)
    loaded, has_errors = load_telling(ledger, *files)
    index, found = follow(loaded, lots, commodity, at)
    said = said_of(loaded, ledger, found)
    for file in files:
        if file.suffix.lower() in _PAGES:
            from lotcost.rendering.recall import recall_page  # here: most commands need no Jinja

            output.write(file, recall_page(index, found, said).encode())
        else:
            from lotcost.workbook import write_reports  # here: most commands write no workbook

            stream = io.BytesIO()
            write_reports("Recall", pack(index, found), said, stream)
            output.write(file, stream.getvalue())
    click.get_current_context().exit(1 if has_errors else 0)


def _check_target(file: Path) -> None:
    if file.suffix.lower() not in _PAGES | {".xlsx"}:
        raise click.UsageError(f"{file} is neither .xlsx nor .html; a recall is one of them.")
    output.format_of("xlsx", file)


recall = click.Command(
    "recall",
    callback=_recall,
    params=[
        *WHICH,
        click.Option(
            ["-o", "--output", "files"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            multiple=True,
            required=True,
            help="Write a workbook, FILE.xlsx, or a page to print, FILE.html; may be repeated.",
        ),
    ],
    help=_recall.__doc__,
    short_help="Write the pack of a recall.",
)
