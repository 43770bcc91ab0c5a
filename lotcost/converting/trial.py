"""Load a ledger as if its changed files stood in the place of the old ones."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lotcost.converting.pages import Pages
from lotcost.ledger.loading import Ledger, load

_INCLUDE = re.compile(rb'^(include\s+")(/[^"]*")', re.MULTILINE)

Origin = Callable[[str, int], tuple[str, int]]
"""The file and line that a place in a trial's files comes from."""


class StrayError(Exception):
    """A file of the ledger could not be taken into the trial."""


@contextmanager
def trial(ledger: Ledger, pages: Pages) -> Iterator[tuple[Ledger, Origin]]:
    """Load the files in a folder of their own, beside links to all that stands beside them."""
    with tempfile.TemporaryDirectory(prefix="lotcost-") as folder:
        root = os.path.realpath(folder)
        _lay_out(root, pages)
        loaded = load(root + ledger.options["filename"])
        stray = [file for file in loaded.options["include"] if not file.startswith(root + os.sep)]
        if stray:
            raise StrayError(f"{stray[0]} is included in a way that cannot be tried out.")

        def origin(file: str, line: int) -> tuple[str, int]:
            name = file.removeprefix(root)
            return (name, pages[name].origin(line)) if name in pages else (name, line)

        yield loaded, origin


def _lay_out(root: str, pages: Pages) -> None:
    folders = {os.path.dirname(name) for name in pages}
    for name in sorted(folders):
        os.makedirs(root + name, exist_ok=True)
    for name, page in pages.items():
        # What is included by its absolute name stands in the trial's folder too.
        text = _INCLUDE.sub(rb"\1" + os.fsencode(root) + rb"\2", page.after)
        Path(root + name).write_bytes(text)
    for folder in folders:
        for beside in os.scandir(folder):
            there = root + beside.path
            if not os.path.lexists(there):  # a document, a plugin's module, a folder of them
                os.symlink(beside.path, there)
