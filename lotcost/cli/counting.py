"""The command `count-sheet`: the lots on hand, to be counted and read back by `import`."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import click

from lotcost.cli import asking, output
from lotcost.cli.options import AT, LEDGER, day, load_telling, output_params
from lotcost.rendering import about
from lotcost.rendering.about import About
from lotcost.reports.catalog import Question
from lotcost.reports.count_sheet import count_sheet as sheet_of
from lotcost.reports.report import Report


def _count_sheet(
    ledger: Path,
    at: datetime.date | None,
    account: str | None,
    commodity: str | None,
    blind: bool,
    format_: str | None,
    file: Path | None,
) -> None:
    """Write a sheet to count by: a row for each lot that an account holds.

    What is found goes into the column counted. `lotcost import` makes lot-count directives of it.
    """
    format_ = output.format_of(format_, file)
    loaded, has_errors = load_telling(ledger, file)
    question = Question(at=at, account=account, commodity=commodity)
    asking.check_words("lots", question, loaded)
    report = sheet_of(loaded.books(at, question.where), blind)
    said = about(loaded.options, ledger, question)
    for note in report.notes:
        click.echo(note, err=True)
    if not report.rows:
        click.echo(f"Nothing is on hand as of {report.at}.", err=True)
    if format_ == "xlsx":
        _deliver(report, said, file)
    else:
        output.deliver(report._replace(notes=()), said, format_, file)
    click.get_current_context().exit(1 if has_errors else 0)


def _deliver(report: Report, said: About, file: Path | None) -> None:
    from lotcost.workbook.clipboard import write_clipboard  # here: it takes a tenth of a second

    stream = io.BytesIO()
    write_clipboard(report, said, stream)
    if file is None or file == output.STDOUT:
        click.echo(stream.getvalue(), nl=False)
    else:
        output.write(file, stream.getvalue())


count_sheet = click.Command(
    "count-sheet",
    callback=_count_sheet,
    params=[
        click.Argument(["ledger"], type=LEDGER),
        click.Option(["--at"], type=day, metavar="DATE", help=AT),
        click.Option(["--account"], metavar="NAME", help="This account and those below it."),
        click.Option(["--commodity"], metavar="NAME", help="These goods only."),
        click.Option(["--blind"], is_flag=True, help="Leave out what the books expect."),
        *output_params(),
    ],
    help=_count_sheet.__doc__,
    short_help="Write a sheet to count the lots on hand by.",
)
