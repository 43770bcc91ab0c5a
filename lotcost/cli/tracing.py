"""The commands that follow lots from hand to hand."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import click

from lotcost.cli import output
from lotcost.cli.naming import lots_named
from lotcost.cli.options import AT, LEDGER, day, load_telling, output_params
from lotcost.ledger.loading import Ledger
from lotcost.rendering import about
from lotcost.rendering.about import About
from lotcost.rendering.tree import tree
from lotcost.reports.catalog import Question
from lotcost.reports.trace import Cycle, Index, Trace, report
from lotcost.reports.trace import trace as trace_lots

WHICH: tuple[click.Parameter, ...] = (
    click.Argument(["ledger"], type=LEDGER),
    click.Argument(["lots"], metavar="LOT...", nargs=-1, required=True),
    click.Option(["--commodity"], metavar="NAME", help="Lots of these goods only."),
    click.Option(["--at"], type=day, metavar="DATE", help=AT),
)


def _trace(
    ledger: Path,
    lots: Sequence[str],
    commodity: str | None,
    at: datetime.date | None,
    format_: str | None,
    file: Path | None,
) -> None:
    """Show where lots came from and went: suppliers, batches, customers, what is on hand.

    LOT is a lot number, "MILK L1" where the number alone is not enough, or what stands on one
    lot's card: a serial, a certificate, a supplier's lot.
    """
    format_ = output.format_of(format_, file)
    loaded, has_errors = load_telling(ledger, file)
    index, found = follow(loaded, lots, commodity, at)
    said = said_of(loaded, ledger, found)
    output.deliver(
        report(index, found), said, format_, file, lambda width: tree(found, said, width)
    )
    click.get_current_context().exit(1 if has_errors else 0)


def follow(
    ledger: Ledger, words: Sequence[str], commodity: str | None, at: datetime.date | None
) -> tuple[Index, Trace]:
    """Trace the lots that words name; those that are made of each other are refused."""
    index = Index(ledger.books(at))
    later = index if at is None else Index(ledger.books())
    found = trace_lots(index, lots_named(index, later, words, commodity))
    if isinstance(found, Cycle):
        lots = [f"{lot.commodity} {lot.number}" for lot in found.lots]
        raise click.ClickException(
            f"{lots[0]} goes into {', that into '.join([*lots[1:], lots[0]])}: what is made of "
            "itself has no beginning. Give what comes out of one of these batches a lot number of "
            "its own."
        )
    return index, found


def said_of(ledger: Ledger, path: Path, found: Trace) -> About:
    """Say where a trace comes from and which lots were asked for."""
    lots = ", ".join(f"{lot.commodity} {lot.number}" for lot in found.lots)
    return about(ledger.options, path, Question(lot=lots))


trace = click.Command(
    "trace",
    callback=_trace,
    params=[*WHICH, *output_params()],
    help=_trace.__doc__,
    short_help="Show where lots came from and went.",
)
