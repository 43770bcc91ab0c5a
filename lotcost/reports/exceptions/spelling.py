"""Which names are spelled alike: Cafe Rose, Café Rose, Cafe  Rose Ltd."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

_LONG = 7  # letters, from which on a slip is likelier than another name
_LEGAL_FORMS = frozenset(
    {
        *("ab", "ag", "as", "asbl", "bv", "bvba", "co", "corp", "gmbh", "inc", "kg", "limited"),
        *("llc", "llp", "ltd", "nv", "ohg", "oy", "plc", "pty", "sa", "sarl", "sas", "sl", "snc"),
        *("spa", "sprl", "srl", "vof", "vzw"),
    }
)


class _Spelled(NamedTuple):
    """A name as it is compared.

    Attributes:
      letters: Without case, accents, punctuation, spaces and legal form.
      form: Its legal form, or nothing.
      single: Its words of one letter.
    """

    name: str
    letters: str
    form: str
    single: frozenset[str]


class Alike(NamedTuple):
    """A name and the better known one that it is spelled like.

    Attributes:
      same: Whether they differ in case, accents, punctuation, spaces or a legal form alone.
    """

    name: str
    like: str
    same: bool


def alike(names: Iterable[str]) -> Iterator[Alike]:
    """Yield each name that is spelled like one before it; names come best known first."""
    before: dict[str, list[_Spelled]] = defaultdict(list)
    by_slip: dict[str, list[_Spelled]] = defaultdict(list)
    for new in map(_spelled, names):
        same = [other for other in before[new.letters] if _may_be_one(other, new)]
        slips = sorted(_slips(new.letters))
        near = [other for slip in slips for other in by_slip[slip] if _one_slip(other, new)]
        if same or near:
            yield Alike(new.name, (same or near)[0].name, bool(same))
        before[new.letters].append(new)
        for slip in slips:
            by_slip[slip].append(new)


def _spelled(name: str) -> _Spelled:
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    # A stop or apostrophe within a word is none: B.V. is BV.
    words = re.findall(r"\w+", re.sub(r"(?<=\w)[.'\u2019](?=\w)", "", plain).replace("_", " "))
    last = len(words)
    while last > 1 and words[last - 1] in _LEGAL_FORMS:
        last -= 1
    return _Spelled(
        name,
        "".join(words[:last]) or name,
        " ".join(words[last:]),
        frozenset(word for word in words if len(word) == 1),
    )


def _may_be_one(one: _Spelled, other: _Spelled) -> bool:
    """Whether a legal form does not tell two names apart: Rose BV is not Rose NV."""
    return one.form == other.form or not one.form or not other.form


def _slips(letters: str) -> set[str]:
    """Two names that are one slip apart have one of these in common."""
    if len(letters) < _LONG:
        return set()
    return {letters, *(letters[:place] + letters[place + 1 :] for place in range(len(letters)))}


def _one_slip(one: _Spelled, other: _Spelled) -> bool:
    """Whether one letter is wrong, missing or too many, or two have changed places.

    Never a digit, and never a word of one letter: Shop 12 is not Shop 13, nor Farm A Farm B.
    """
    first, second = _difference(one.letters, other.letters)
    slip = len(first) <= 1 and len(second) <= 1
    swapped = len(first) == 2 and first == second[::-1]
    digit = any(letter.isdigit() for letter in first + second)
    return (
        (slip or swapped) and not digit and one.single == other.single and _may_be_one(one, other)
    )


def _difference(first: str, second: str) -> tuple[str, str]:
    """Take off what two texts begin and end with in common."""
    start = _in_common(first, second)
    first, second = first[start:], second[start:]
    end = _in_common(first[::-1], second[::-1])
    return first[: len(first) - end], second[: len(second) - end]


def _in_common(first: str, second: str) -> int:
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    return sum(1 for _ in same)
