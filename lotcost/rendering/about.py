"""Where a report comes from and whether it can be relied on, in words."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from lotcost.ledger.config import UNTITLED
from lotcost.reports.catalog import Question
from lotcost.reports.report import Report, Tie


class About(NamedTuple):
    """Where a report comes from.

    Attributes:
      ledger: The ledger's title, or its file's name where it has none.
      file: The ledger file's name, without the folders of one machine.
      asked: What narrows or groups the report, a word and its value each.
      facts: What else a program that reads the report has to know, a word and its JSON each.
    """

    ledger: str
    file: str
    asked: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def made_by(self) -> str:
        """The program and its version."""
        return f"lotcost {version('lotcost')}"


def about(options: Mapping[str, Any], path: str | os.PathLike[str], question: Question) -> About:
    """Say where the answer to a question comes from: the ledger's options and its file."""
    file = Path(path).name
    title = options["title"] if options["title"] != UNTITLED else file
    asked = {
        "Commodity": question.commodity,
        "Lot": question.lot,
        "Account": question.account,
        "By": question.by,
    }
    return About(title, file, tuple((word, said) for word, said in asked.items() if said))


def period(report: Report) -> str:
    """Say which days a report covers; both are in."""
    if report.since is None:
        return f"as of {report.at}"
    return f"from {report.since} to {report.at}"


def tie_words(tie: Tie) -> str:
    """Say whether all lots in a currency tie to the ledger; a filter does not narrow this."""
    if not tie.difference:
        return f"Ties to the ledger: yes, all lots together {tie.lots:f} {tie.currency}"
    return (
        f"Ties to the ledger: no, {tie.difference:f} {tie.currency} off; "
        f"all lots together {tie.lots:f}, inventory accounts {tie.ledger:f}"
    )
