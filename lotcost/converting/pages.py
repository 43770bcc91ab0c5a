"""The files of a ledger as lines that can be changed, each with the line it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lotcost import replacing


class Page:
    """A file: its lines as they are, and what takes the place of some."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.before = replacing.read(Path(name))
        # Bytes that are no UTF-8 stay as they are.
        text = self.before.decode("utf-8", "surrogateescape")
        self._raw = text.split("\n")
        self.lines = [line.removesuffix("\r") for line in self._raw]
        self._changed: dict[int, tuple[str, ...]] = {}

    def replace(self, place: int, lines: Sequence[str]) -> None:
        """Put lines in the place of one; places count from 0 and are those of the file."""
        self._changed[place] = tuple(lines)

    def now(self, place: int) -> tuple[str, ...]:
        """Return what stands in a line's place."""
        return self._changed.get(place, (self.lines[place],))

    @property
    def is_changed(self) -> bool:
        """Whether anything is written otherwise."""
        return any(self.now(place) != (self.lines[place],) for place in self._changed)

    @property
    def after(self) -> bytes:
        """What the file is to hold: new lines end as the lines they stand for."""
        out: list[str] = []
        for place, raw in enumerate(self._raw):
            end = "\r" if raw.endswith("\r") else ""
            out.extend(line + end for line in self.now(place))
        return "\n".join(out).encode("utf-8", "surrogateescape")

    def origin(self, line: int) -> int:
        """Return the line of the file, from 1, that a line of what it is to hold comes from."""
        seen = 0
        for place in range(len(self.lines)):
            seen += len(self.now(place))
            if line <= seen:
                return place + 1
        return line


Pages = Mapping[str, Page]


def pages_of(files: Sequence[str]) -> dict[str, Page]:
    """Read the files of a ledger."""
    return {file: Page(file) for file in files}
