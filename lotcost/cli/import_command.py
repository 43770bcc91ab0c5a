"""The command `import`: its options. The rest takes half a second to load, and waits for a run."""

from __future__ import annotations

from pathlib import Path

import click

from lotcost.cli.options import LEDGER as _FILE


@click.command("import", short_help="Turn deliveries, opening lots or counts into ledger text.")
@click.argument("file", type=_FILE)
@click.option(
    "--into", type=_FILE, required=True, metavar="LEDGERFILE", help="The file to add the text to."
)
@click.option(
    "--ledger", type=_FILE, metavar="LEDGER", help="The ledger it belongs to, if it is not itself."
)
@click.option(
    "--kind",
    type=click.Choice(("deliveries", "opening", "counts")),
    help="Else by the headings: counts, or deliveries.",
)
@click.option(
    "--mapping", type=_FILE, metavar="TOML", help="Says which column is what, where none fits."
)
@click.option("--account", metavar="NAME", help="Where the goods are, where no row says.")
@click.option(
    "--counter", metavar="NAME", help="The other side; else the one earlier receipts have."
)
@click.option("--adjust", is_flag=True, help="Book the differences that a count finds.")
@click.option("--write", is_flag=True, help="Write it; else the difference is shown only.")
@click.pass_context
def import_file(
    ctx: click.Context,
    file: Path,
    into: Path,
    ledger: Path | None,
    kind: str | None,
    mapping: Path | None,
    account: str | None,
    counter: str | None,
    adjust: bool,
    write: bool,
) -> None:
    """Turn a list of deliveries, opening lots or stock counts into ledger text.

    FILE is a .csv or .xlsx. What would be added to the ledger is shown, and written with --write. A
    row that is in the ledger already is not added again; where a row is wrong, nothing is.
    """
    from lotcost.cli.importing import import_rows

    main = ledger or into
    ctx.exit(
        import_rows(file, into, main, mapping, kind, account, counter, adjust=adjust, write=write)
    )
