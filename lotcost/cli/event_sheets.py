"""The command `events`: goods received, shipped and made, with the elements that rules name."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import click

from lotcost.cli import asking, output
from lotcost.cli.options import LEDGER, load_telling, output_params, question_params
from lotcost.rendering import about, text
from lotcost.rendering.about import About
from lotcost.reports.catalog import Question
from lotcost.reports.events import SHEETS
from lotcost.reports.events import events as event_sheets
from lotcost.reports.report import Report


def _events(
    ledger: Path, sheet: str | None, format_: str | None, file: Path | None, **asked: Any
) -> None:
    """Show what was received, shipped and transformed, an event a row.

    The sheets support record keeping for 21 CFR 1 subpart S (receive, ship, transform) and, one
    step back and one forward, for Regulation (EC) 178/2002 and Regulation (EU) 931/2011. Elements
    that the ledger does not have are counted and named in each row.
    """
    format_ = output.format_of(format_, file)
    if sheet is None and format_ not in {"text", "xlsx"}:
        raise click.UsageError(f"{format_} holds one sheet; say which with --sheet receive.")
    last = asking.one_day(asked.pop("at"), asked.pop("to"))
    question = Question(at=last, **asked)
    asking.check_days(question)
    loaded, has_errors = load_telling(ledger, file)
    asking.check_words("movements", question, loaded)
    books = loaded.books(question.at, question.where)
    told = event_sheets(books, question.since)
    said = about(loaded.options, ledger, question)
    if sheet is not None:
        output.deliver(told[sheet], said, format_, file)
    elif format_ == "xlsx":
        output.put(_workbook(tuple(told.values()), said), file)
    else:
        sheets = list(told.values())
        output.deliver(
            sheets[0],
            said,
            format_,
            file,
            lambda width: "\n".join(text(each, said, width) for each in sheets),
        )
    click.get_current_context().exit(1 if has_errors else 0)


def _workbook(sheets: tuple[Report, ...], said: About) -> bytes:
    from lotcost.workbook import write_reports  # here: most commands write no workbook

    stream = io.BytesIO()
    write_reports("Events", sheets, said, stream)
    return stream.getvalue()


events = click.Command(
    "events",
    callback=_events,
    params=[
        click.Argument(["ledger"], type=LEDGER),
        click.Option(["--sheet"], type=click.Choice(tuple(SHEETS)), help="This sheet only."),
        *question_params(period=True),
        *output_params(),
    ],
    help=_events.__doc__,
    short_help="Show what was received, shipped and transformed.",
)
