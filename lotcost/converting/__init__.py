"""Rewrite native accounts as managed ones, in place, once the figures are proven equal.

    conversion = convert(load(path), account)
    for replacement in conversion.replacements:
        print(replacement.diff)
    replacing.replace(conversion.replacements)

The proof is a load of the converted text: its lots, its movements and the balance of every account
on every day are those that the ledger has now, or nothing is offered.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from beancount import loader

from lotcost import replacing
from lotcost.converting.accounts import MANAGED, asked_for, lay_down, natives, unmanageable
from lotcost.converting.pages import Pages, pages_of
from lotcost.converting.postings import Booked, Place, booked, rewrite, stays_in_braces, torn
from lotcost.converting.problems import Problem, UnconvertedError
from lotcost.converting.proof import Difference, differences
from lotcost.converting.trial import Origin, StrayError, trial
from lotcost.ledger.config import Config
from lotcost.ledger.loading import Ledger

__all__ = ["Conversion", "Problem", "UnconvertedError", "convert"]

_MOST_TRIALS = 5


class Conversion(NamedTuple):
    """What is to be written, and what it was proven for."""

    replacements: tuple[replacing.Replacement, ...]
    accounts: tuple[str, ...]
    postings: int
    lots: int
    movements: int


def convert(ledger: Ledger, account: str | None = None) -> Conversion | None:
    """Rewrite the native accounts of a ledger, one and those below it or all; None where none is.

    What cannot be is an UnconvertedError with the lines at fault.

    Args:
      ledger: One without errors.
    """
    pages = pages_of(ledger.options["include"])
    if loader.compute_input_hash(ledger.options["include"]) != ledger.options["input_hash"]:
        raise replacing.changed(Path(ledger.options["filename"]))
    found = natives(ledger, pages)
    chosen = asked_for(found, account)
    if not chosen:
        return None
    _refuse(list(unmanageable(chosen)))
    methods = {each.account: MANAGED[each.booking] for each in chosen}
    _refuse(list(torn(ledger.entries, methods)))
    postings = list(booked(ledger.entries, methods))
    in_braces = {each.first.account for each in postings if stays_in_braces(each)}
    _refuse(list(lay_down(chosen, found, in_braces, pages)))
    _rewrite_until_equal(ledger, pages, postings)
    books = ledger.books()
    return Conversion(
        tuple(_replacement(ledger, file, pages) for file in pages if pages[file].is_changed),
        tuple(methods),
        len(postings),
        len({line.lot for line in books.lines}),
        len(books.lines),
    )


def _rewrite_until_equal(ledger: Ledger, pages: Pages, postings: Sequence[Booked]) -> None:
    """Rewrite, and say the lot outright where the method would draw another."""
    config = Config(ledger.entries, ledger.options)
    places = {each.place for each in postings}
    insisted: set[Place] = set()
    for _ in range(_MOST_TRIALS):
        _refuse([wrong for each in postings for wrong in rewrite(each, pages, insisted, config)])
        try:
            with trial(ledger, pages) as (after, origin):
                _refuse([_problem(error, origin) for error in after.errors])
                found = differences(ledger.books(), after.books(), origin)
        except StrayError as error:
            raise UnconvertedError(str(error)) from error
        if not found:
            return
        more = {each.place for each in found} & places - insisted
        if not more:
            break
        insisted |= more
    _refuse([_told(each) for each in found])


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise UnconvertedError(
            "Nothing is converted: managed, the ledger would not say the same.", problems
        )


def _told(difference: Difference) -> Problem:
    return Problem(*difference.place, difference.message)


def _problem(error: Any, origin: Origin) -> Problem:
    source = error.source or {}
    file, line = source.get("filename", "<load>"), source.get("lineno", 0)
    message = " ".join(str(error.message).split())

    def as_it_is(found: re.Match[str]) -> str:
        """A line that the message names is one of the trial's too."""
        there = os.path.join(os.path.dirname(file), found[1])
        return f"{found[1]}:{origin(there, int(found[2]))[1]}"

    return Problem(*origin(file, line), _PLACE.sub(as_it_is, message))


_PLACE = re.compile(r"\b([\w.-]+\.\w+):(\d+)\b")


def _replacement(ledger: Ledger, file: str, pages: Pages) -> replacing.Replacement:
    name = Path(file)
    target = replacing.target_of(ledger.options, name)
    return replacing.Replacement(name, target, pages[file].before, pages[file].after)
