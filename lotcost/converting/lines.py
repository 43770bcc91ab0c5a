"""The lines of a posting as text: only what says the lot is changed, all else stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

_META = re.compile(r"(\s+)([a-z][A-Za-z0-9_-]*):(?:\s|$)")
_COMMENT = re.compile(r"\s*(?:;|$)")
_AMOUNT = re.compile(r"[^,\"#*]*\d[^,\"#*]*\s[A-Z][A-Z0-9'._-]*\s*")


class WrittenPosting(NamedTuple):
    """A posting of goods at cost, taken apart.

    Attributes:
      head: All before its units.
      cost: What is between its braces.
      whole: Whether the braces are double, so that the cost is that of all units.
      tail: All behind its braces, without the end of the line.
      more: The lines of its metadata.
    """

    head: str
    units: str
    cost: str
    whole: bool
    tail: str
    more: tuple[str, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its own metadata."""
        found = (_META.match(line) for line in self.more)
        return frozenset(match[2] for match in found if match)

    @property
    def amount(self) -> str | None:
        """The cost as it is written, where one amount says it."""
        parts = [part.strip() for part in self.cost.split(",")]
        amounts = [part for part in parts if _AMOUNT.fullmatch(part)]
        return amounts[0] if len(amounts) == 1 and "#" not in self.cost else None

    @property
    def has_price(self) -> bool:
        """Whether it also has a price."""
        return "@" in self.tail.partition(";")[0]

    @property
    def has_total_price(self) -> bool:
        """Whether its price is that of all units."""
        return "@@" in self.tail.partition(";")[0]

    def bare(self, price: str = "") -> str:
        """Write it without its braces, at a price where one is given."""
        return self._line(self.units, price)

    def part(self, units: Decimal, commodity: str) -> str:
        """Write so many of its units without its braces."""
        return self._line(f"{units:f} {commodity}", "")

    def meta(self, key: str, value: str) -> str:
        """Write a line of metadata, indented as those it has."""
        found = (_META.match(line) for line in self.more)
        indents = [match[1] for match in found if match]
        own = self.head[: len(self.head) - len(self.head.lstrip())]
        return f"{indents[0] if indents else own * 2}{key}: {value}"

    def _line(self, units: str, price: str) -> str:
        return f"{self.head}{units}{price and ' '}{price}{self.tail}".rstrip()


def take_apart(lines: Sequence[str], place: int, account: str) -> WrittenPosting | None:
    """Take a posting apart; None where the line is none of this account, or has no braces."""
    line = lines[place]
    at = line.find(account)
    braces = _braces(line, at) if at >= 0 else None
    if braces is None or line[:at].strip(" \t!*#&?%ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        return None
    begin, end = braces
    whole = line[begin + 1] == "{"
    width = 2 if whole else 1
    units = line[at + len(account) : begin]
    text = units.strip()
    start = at + len(account) + len(units) - len(units.lstrip())
    return WrittenPosting(
        head=line[:start],
        units=text,
        cost=line[begin + width : end - width].strip(),
        whole=whole,
        tail=line[end:],
        more=tuple(_below(lines, place)),
    )


def quoted(text: str) -> str:
    """Write a text as a ledger does."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _braces(line: str, start: int) -> tuple[int, int] | None:
    """Find the braces of a cost, past which comes nothing of it; labels may hold any sign."""
    begin, in_text, escaped = None, False, False
    for place in range(start, len(line)):
        sign = line[place]
        if in_text:
            in_text = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            in_text = True
        elif sign == ";":
            return None
        elif sign == "{" and begin is None:
            begin = place
        elif sign == "}" and begin is not None:
            return begin, place + (2 if line[begin + 1] == "{" else 1)
    return None


def _below(lines: Sequence[str], place: int) -> Iterator[str]:
    """Yield the lines of metadata below a posting; a comment between them is one of them."""
    waiting: list[str] = []
    for line in lines[place + 1 :]:
        if _META.match(line):
            yield from waiting
            yield line
            waiting = []
        elif line.strip() and _COMMENT.match(line) and line[:1].isspace():
            waiting.append(line)
        else:
            return
