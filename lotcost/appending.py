"""Append text to a file of a ledger: all of it or nothing, and never one that makes errors.

    seen = digest(file)
    ledger = load(main)
    addition = prepare(ledger, file, text, seen)
    print(addition.diff)
    write(addition)

What is refused is an exception with a sentence: those of `replacing`, and

FaultyLedgerError      the ledger has errors already
└── FaultyTextError    it would have errors with the text
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from beancount import loader

from lotcost.ledger.loading import Ledger
from lotcost.replacing import (
    ChangedError,
    ReplaceError,
    Replacement,
    changed,
    read,
    replace,
    target_of,
)

_STRING = "<string>"  # what Beancount calls a source that is no file


class FaultyLedgerError(ReplaceError):
    """The ledger has errors already, so what is proposed may rest on them."""

    def __init__(self, message: str, errors: Sequence[Any]) -> None:
        super().__init__(message)
        self.errors = errors


class FaultyTextError(FaultyLedgerError):
    """The ledger would have errors with the text: they stand at the lines it would have."""


def digest(file: Path) -> str:
    """Return what tells a file's content from any other; take it before the ledger is loaded."""
    return _digest(read(file))


def prepare(ledger: Ledger, file: Path, text: str, seen: str) -> Replacement:
    """See that a text can be appended to a file of a ledger; nothing is written yet.

    The ledger is loaded once more with the text, as if it stood in the file.

    Args:
      seen: The digest of the file from before the ledger was loaded.
    """
    if ledger.errors:
        raise FaultyLedgerError(
            "The ledger has errors; nothing is added before they are mended.", ledger.errors
        )
    before = read(file)
    target = target_of(ledger.options, file)
    if _digest(before) != seen:
        raise changed(file)
    after = _appended(before, text)
    trial = _load_with(ledger, "\n" * (first_line(before) - 1) + text)
    if trial.options["input_hash"] != ledger.options["input_hash"]:
        raise ChangedError("A file of the ledger has changed since it was loaded; run this again.")
    if trial.errors:
        raise FaultyTextError(
            f"Nothing was added to {file}: the ledger would have errors.",
            [_placed(error, file) for error in trial.errors],
        )
    return Replacement(file, target, before, after)


def first_line(before: bytes) -> int:
    """Return the line that text will begin on which is appended to a file."""
    ended = not before or before.endswith(b"\n")
    return before.count(b"\n") + (not ended) + bool(before) + 1


def write(addition: Replacement) -> None:
    """Write an addition: the file is replaced whole, or stays as it was."""
    replace([addition])


def _appended(before: bytes, text: str) -> bytes:
    """Add text after a blank line, with the line endings the file has most of."""
    crlf = before.count(b"\r\n") * 2 > before.count(b"\n")
    newline = b"\r\n" if crlf else b"\n"
    added = text.encode().replace(b"\n", newline)
    ended = not before or before.endswith(b"\n")
    return before + (b"" if ended else newline) + (newline if before else b"") + added


def _load_with(ledger: Ledger, text: str) -> Ledger:
    main = (ledger.options["filename"], True)
    entries, errors, options = loader._load([main, (text, False)], None, None, None)
    return Ledger(entries, errors, options)


def _placed(error: Any, file: Path) -> Any:
    """Give an error of the text the place it would have in the file."""
    path = str(file.absolute())
    source = dict(error.source or {})
    if source.get("filename") == _STRING:
        source["filename"] = path
    return error._replace(source=source, message=str(error.message).replace(_STRING, path))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
