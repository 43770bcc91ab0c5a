"""The command line: each report of the catalog, a check of the ledger, and a demo."""

from lotcost.cli.commands import main

__all__ = ["main"]
