"""A test's docstring is its ledger."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping
from typing import Any

import hypothesis
import pytest

from lotcost.ledger.loading import Ledger, loads
from lotcost.reports.catalog import Question, answer

hypothesis.settings.register_profile("ci", max_examples=500, deadline=None, print_blob=True)
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.load_profile("ci" if "CI" in os.environ else "local")


class Loaded:
    """A loaded ledger and what tests ask of it."""

    def __init__(self, text: str) -> None:
        self.ledger: Ledger = loads(text)
        self.entries = self.ledger.entries
        self.errors = list(self.ledger.errors)

    def question(self, **question: Any) -> Question:
        """A question, so that a test need not import it."""
        return Question(**question)

    def rows(self, name: str, **question: Any) -> list[Mapping[str, Any]]:
        """The rows of a report."""
        return list(answer(name, self.ledger, Question(**question)).rows)

    def lot(self, commodity: str, lot: str, **question: Any) -> Mapping[str, Any]:
        """One lot's row of the lots report."""
        (row,) = self.rows("lots", commodity=commodity, lot=lot, **question)
        return row

    def messages(self) -> list[str]:
        """What the errors say."""
        return [error.message for error in self.errors]


def load(text: str) -> Loaded:
    """Load a ledger's text."""
    return Loaded(textwrap.dedent(text))


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Loaded:
    """The ledger in the test's docstring."""
    return load(request.function.__doc__)
