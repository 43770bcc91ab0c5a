"""A test's docstring is its ledger."""

from __future__ import annotations

import itertools
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from browsing import browser as browser
from browsing import tab as tab

from lotcost.ledger.loading import Ledger, loads
from lotcost.reports.catalog import Question, answer

# 500 examples a law and method, from one seed, so that a run of a commit can be run again.
# How fast a busy machine draws them says nothing of the code.
_PATIENT: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
hypothesis.settings.register_profile(
    "ci", max_examples=500, derandomize=True, database=None, print_blob=True, **_PATIENT
)
hypothesis.settings.register_profile("local", **_PATIENT)
hypothesis.settings.load_profile("ci" if "CI" in os.environ else "local")


def pytest_report_header() -> str:
    """Say what the properties are drawn from."""
    profile = hypothesis.settings.default
    seed = "the same each run" if profile.derandomize else "a new one, see --hypothesis-seed"
    return f"properties: {profile.max_examples} examples each, seed: {seed}"


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


@pytest.fixture
def open_fava(tmp_path: Path) -> Any:
    """Opens Fava over a ledger's text, each time in a folder of its own."""
    import fava_app  # here: most tests need no Fava

    folders = itertools.count()

    def fava(text: str = fava_app.LEDGER, **options: Any) -> fava_app.Pages:
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        return fava_app.Pages(fava_app.write(folder, text), **options)

    return fava
