"""The commands. Each loads a ledger, asks one question and shows the answer."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from lotcost.cli import asking, checking, converting, output, proposing
from lotcost.cli.costing import cost
from lotcost.cli.counting import count_sheet
from lotcost.cli.demo import show_demo
from lotcost.cli.event_sheets import events
from lotcost.cli.exporting import export
from lotcost.cli.import_command import import_file
from lotcost.cli.options import AT, LEDGER, day, load, load_telling, output_params, question_params
from lotcost.cli.recalling import recall
from lotcost.cli.tracing import trace
from lotcost.rendering import about
from lotcost.reports.catalog import CATALOG, Entry, Question, answer

_EPILOG = """
\b
Examples:
  lotcost lots main.beancount --at 2025-03-31
  lotcost margins main.beancount --by customer -o margins.xlsx
  lotcost export main.beancount -o book.xlsx
  lotcost check main.beancount

Exit codes: 0, 1 for errors in the ledger, 2 for wrong usage.
"""


def _bounds(said: str) -> tuple[int, ...]:
    days = [part.strip() for part in said.split(",")]
    if not all(day.isdecimal() for day in days):
        raise click.BadParameter(f"{said!r} are no days; write them as 7,30,60,90.")
    return tuple(sorted({int(day) for day in days}))


class _Commands(click.Group):
    """Offers the command that was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            known = self.list_commands(ctx)
            ctx.fail(f"No report or command {args[0]!r}{asking.offer(args[0], known)}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="lotcost", message="lotcost %(version)s")
def main() -> None:
    """Cost every lot of a Beancount ledger: stock, margins and write-offs by lot."""


@main.command(short_help="Print what is wrong with a ledger.")
@click.argument("ledger", type=LEDGER)
@click.pass_context
def check(ctx: click.Context, ledger: Path) -> None:
    """Print what is wrong with a ledger, a line each; nothing where all is well."""
    problems = checking.problems(load(ledger), ledger)
    for problem in problems:
        click.echo(problem)
    ctx.exit(1 if problems else 0)


@main.command("write-off", short_help="Propose to write off what has expired.")
@click.argument("ledger", type=LEDGER)
@click.option("--at", type=day, metavar="DATE", help=AT)
@click.option(
    "--write-downs", is_flag=True, help="Also write down what is near its expiry, by the rules."
)
@click.option(
    "--append",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Add the proposal to this file of the ledger, and show the difference.",
)
@click.option("--dry-run", is_flag=True, help="With --append, show the difference only.")
@click.pass_context
def write_off(
    ctx: click.Context,
    ledger: Path,
    at: datetime.date | None,
    write_downs: bool,
    file: Path | None,
    dry_run: bool,
) -> None:
    """Print the transactions that would write off what has expired.

    Nothing is written unless --append names one of the ledger's own files.
    """
    seen = "" if file is None else proposing.digest(file)
    loaded = load(ledger)
    problems = checking.problems(loaded, ledger)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo("Nothing is proposed before the errors are mended.", err=True)
        ctx.exit(1)
    if not checking.keeps_lots(loaded):
        click.echo(checking.NO_LOTS, err=True)
    text = proposing.propose(loaded, at, write_downs)
    if file is None or not text:
        click.echo(text.encode(), nl=False)
    else:
        proposing.add(loaded, ledger, file, text, seen, dry_run)


@main.command(short_help="Change native accounts to managed ones.")
@click.argument("ledger", type=LEDGER)
@click.option("--account", metavar="NAME", help="This account and those below it only.")
@click.option("--write", is_flag=True, help="Change the files; else the difference is shown only.")
@click.pass_context
def convert(ctx: click.Context, ledger: Path, account: str | None, write: bool) -> None:
    """Rewrite the postings of native accounts as those of managed ones.

    Lots become metadata, receipts are written with their price, and comments and layout stay.
    Nothing is written unless every lot, every movement and every balance stays what it is.
    """
    loaded = load(ledger)
    problems = checking.problems(loaded, ledger)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo("Nothing is converted before the errors are mended.", err=True)
        ctx.exit(1)
    converting.run(loaded, ledger, account, write)


@main.command(short_help="Show an example ledger in Fava.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port; else 5000 or the next free.")
def demo(port: int | None) -> None:
    """Show an example ledger in Fava, a food distributor's; edits go to a copy."""
    show_demo(port)


def _report_command(name: str, entry: Entry) -> click.Command:
    """Make the command of a report, with the options that mean something to it."""

    def run(ledger: Path, format_: str | None, file: Path | None, **asked: Any) -> None:
        format_ = output.format_of(format_, file)
        last = asking.one_day(asked.pop("at"), asked.pop("to", None))
        question = Question(at=last, **asked)
        asking.check_days(question)
        loaded, has_errors = load_telling(ledger, file)
        asking.check_words(name, question, loaded)
        report = answer(name, loaded, question)
        said = about(loaded.options, ledger, question)
        if name == "movements" and format_ == "parquet" and question == Question(at=last):
            from lotcost.engines.history import history  # here: no other report waits for it

            report, facts = history(loaded, report)
            said = said._replace(facts=facts)
        output.deliver(report, said, format_, file)
        click.get_current_context().exit(1 if has_errors else 0)

    return click.Command(name, callback=run, params=_params(entry), help=f"Show {entry.answers}.")


def _params(entry: Entry) -> list[click.Parameter]:
    params = [click.Argument(["ledger"], type=LEDGER), *question_params(entry.period)]
    if entry.groups:
        words = ", ".join("any key of a card" if word == "*" else word for word in entry.groups)
        params.append(click.Option(["--by"], metavar="WORD", help=f"A row for each {words}."))
    if entry.buckets:
        bounds = ",".join(map(str, entry.buckets))
        params.append(
            click.Option(
                ["--buckets"],
                type=_bounds,
                metavar="DAYS",
                help=f"The last days left of each bucket; else {bounds}.",
            )
        )
    if entry.methods:
        params.append(
            click.Option(["--method"], type=click.Choice(entry.methods), help="This method only.")
        )
    return params + output_params()


for _command in (trace, recall, events, import_file, count_sheet, cost, export):
    main.add_command(_command)
for _name, _entry in CATALOG.items():
    main.add_command(_report_command(_name, _entry))
