"""A ledger's reports as DataFrames, for notebooks."""

from __future__ import annotations

import datetime
import inspect
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lotcost.cli import asking, checking
from lotcost.ledger.loading import Ledger, load
from lotcost.rendering.about import about, period
from lotcost.reports.catalog import CATALOG, Entry, Question, answer

if TYPE_CHECKING:
    import pandas as pd

_DAY = "datetime.date | str | None"
_TEXT = "str | None"
_ARGUMENTS = """
Args:
  at: As of the evening of this day, a date or "2025-03-31"; else of the last day of the books.
  since: The first day of a period, which is in.
  commodity: These goods only.
  lot: The lot of this number only.
  account: This account and those below it.
  by: A row for each {groups}.
  buckets: The last days left of each bucket.
  method: The rows of this method only.

Raises:
  ValueError: A word that the ledger does not know, or days that are none.
"""


class Frames:
    """A ledger, each of its reports a method that returns a DataFrame.

    Figures are Decimals, days are dates, what is absent is None. A frame's `attrs` say what it is
    of and what has to be known to read it.
    """

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self.path = path
        self.ledger = ledger

    if TYPE_CHECKING:  # a report of the catalog, see below

        def __getattr__(self, name: str) -> Callable[..., pd.DataFrame]: ...

    @property
    def errors(self) -> list[str]:
        """What is wrong with the ledger, a line each, as `lotcost check` prints it."""
        return [str(problem) for problem in checking.problems(self.ledger, self.path)]

    def check(self) -> pd.DataFrame:
        """Return what is wrong with the ledger, a row each: file, line and message."""
        import pandas as pd

        problems = checking.problems(self.ledger, self.path)
        return pd.DataFrame(problems, columns=["file", "line", "message"])

    def __repr__(self) -> str:
        title = about(self.ledger.options, self.path, Question()).ledger
        books = self.ledger.books()
        lots = len({line.lot for line in books.lines})
        errors = len(self.errors)
        return (
            f"<{title}: {_counted(lots, 'lot')}, {_counted(len(books.lines), 'movement')} up to "
            f"{books.at}, {_counted(errors, 'error')}; reports: {', '.join(map(_method, CATALOG))}>"
        )

    def _answer(self, name: str, **asked: Any) -> pd.DataFrame:
        for word in ("at", "since"):
            asked[word] = _day(word, asked.get(word))
        if asked.get("buckets") is not None:
            asked["buckets"] = _days(asked["buckets"])
        question = Question(**asked)
        if question.since and question.at and question.since > question.at:
            raise ValueError(f"since {question.since} is after at {question.at}")
        try:
            asking.check_words(name, question, self.ledger)
        except click.BadParameter as error:
            raise ValueError(f"{str(error.param_hint).lstrip('-')}: {error.message}") from None
        report = answer(name, self.ledger, question)
        frame = report.frame
        frame.attrs = {
            "report": report.title,
            "ledger": about(self.ledger.options, self.path, question).ledger,
            "period": period(report),
            "notes": list(report.notes),
        }
        return frame


def read(path: str | os.PathLike[str]) -> Frames:
    """Load a ledger file, and warn where it has errors."""
    file = Path(path)
    file.open("rb").close()  # Beancount takes a file that is not there for an error in the ledger
    frames = Frames(file, load(file))
    errors = len(frames.errors)
    if errors:
        warnings.warn(f"{file} has {_counted(errors, 'error')}: see .errors", stacklevel=3)
    return frames


def _day(word: str, said: object) -> datetime.date | None:
    """Read a day in any of the forms that notebooks have."""
    if isinstance(said, datetime.datetime):
        return said.date()
    if said is None or isinstance(said, datetime.date):
        return said
    try:
        return datetime.date.fromisoformat(str(said))
    except ValueError:
        raise ValueError(f"{word}: {said!r} is no day; write it as 2025-03-31") from None


def _days(said: object) -> tuple[int, ...]:
    """Read the bounds of buckets: numbers of days."""
    if isinstance(said, Sequence) and all(type(days) is int and days >= 0 for days in said):
        return tuple(sorted(set(said)))
    raise ValueError(f"buckets: {said!r} are no days; write them as [7, 30, 60, 90]")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _method(name: str) -> str:
    return name.replace("-", "_")


def _report_method(name: str, entry: Entry) -> Callable[..., pd.DataFrame]:
    """Make the method of a report, with the arguments that mean something to it."""
    arguments = {"at": _DAY}
    if entry.period:
        arguments["since"] = _DAY
    arguments |= {"commodity": _TEXT, "lot": _TEXT, "account": _TEXT}
    if entry.groups:
        arguments["by"] = _TEXT
    if entry.buckets:
        arguments["buckets"] = "Sequence[int] | None"
    if entry.methods:
        arguments["method"] = _TEXT
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    asked = [
        inspect.Parameter(word, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=type_)
        for word, type_ in arguments.items()
    ]
    signature = inspect.Signature([own, *asked], return_annotation="pd.DataFrame")

    def method(self: Frames, **said: Any) -> pd.DataFrame:
        signature.bind(self, **said)
        return self._answer(name, **said)

    groups = ", ".join("any key of a card" if word == "*" else word for word in entry.groups)
    described = _ARGUMENTS.format(groups=groups).splitlines()
    known = {"Args:", "Raises:", ""} | set(arguments)
    lines = (line for line in described if _argument(line) in known | {"ValueError"})
    method.__name__ = method.__qualname__ = _method(name)
    method.__doc__ = f"Return {entry.answers}.\n" + "\n".join(lines) + "\n"
    method.__signature__ = signature  # type: ignore[attr-defined]
    return method


def _argument(line: str) -> str:
    return line.strip() if not line.startswith("  ") else line.strip().partition(":")[0]


for _name, _entry in CATALOG.items():
    setattr(Frames, _method(_name), _report_method(_name, _entry))
