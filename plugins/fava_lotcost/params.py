"""What a page's own URL parameters say; what they cannot mean is noted and left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from fava_lotcost.translating import gettext


class Notice(NamedTuple):
    """A parameter that means nothing: what it is for, what it says, and what it could say."""

    what: str
    said: str
    known: tuple[str, ...]


class Params:
    """The parameters of one request."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self._args = args
        self.notices: list[Notice] = []

    def text(self, name: str) -> str:
        """Return what a parameter says, or nothing."""
        return self._args.get(name, "")

    def one_of(self, name: str, known: Iterable[str], default: str) -> str:
        """Return one of the known words."""
        said = self.text(name)
        known = tuple(known)
        if not said or said in known:
            return said or default
        self.notices.append(Notice(name, said, known))
        return default

    def order(self, names: Iterable[str], name: str = "sort") -> str:
        """Return a column to sort by, with a minus before it for falling, or nothing."""
        said = self.text(name)
        names = tuple(names)
        if not said or said.removeprefix("-") in names:
            return said
        self.notices.append(Notice(name, said, names))
        return ""

    def places(self, name: str, number: int) -> frozenset[int]:
        """Return places among so many, the first is 0, as a list with commas says them."""
        said = self.text(name)
        known = {str(place): place for place in range(number)}
        if not said or known.keys() >= set(said.split(",")):
            return frozenset(known[each] for each in said.split(",") if each)
        self.notices.append(Notice(name, said, (_span(0, number - 1),)))
        return frozenset()

    def page(self, pages: int, name: str = "page") -> int:
        """Return a page's number, from 1."""
        said = self.text(name)
        if not said:
            return 1
        if said.isascii() and said.isdigit() and len(said) < 10 and 1 <= int(said) <= pages:
            return int(said)
        self.notices.append(Notice(name, said, ("1",) if pages == 1 else (_span(1, pages),)))
        return 1


def _span(first: int, last: int) -> str:
    return gettext("%(first)s to %(last)s", first=first, last=last)
