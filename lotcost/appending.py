"""Append text to a file of a ledger: all of it or nothing, and never one that makes errors.

    seen = digest(file)
    ledger = load(main)
    addition = prepare(ledger, file, text, seen)
    print(addition.diff)
    write(addition)

What is refused is an exception with a sentence:

AppendError
├── ForeignFileError   the file is none of the ledger's
├── NotAFileError      a folder, or what is not there
├── EncryptedError     a file that its owner has encrypted
├── ReadOnlyError      a file that may not be written
├── FaultyLedgerError  the ledger has errors already
│   └── FaultyTextError    it would have errors with the text
├── ChangedError       a file of the ledger changed since it was loaded
├── BusyError          another append to the file is under way
└── UnwrittenError     the disk is full, or the folder may not be written
"""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from beancount import loader
from beancount.utils.encryption import is_encrypted_file

from lotcost.ledger.loading import Ledger

_STRING = "<string>"  # what Beancount calls a source that is no file


class AppendError(Exception):
    """Nothing was appended, and the file is as it was."""


class ForeignFileError(AppendError):
    """The file is none of the ledger's."""


class NotAFileError(AppendError):
    """A folder, or what is not there."""


class EncryptedError(AppendError):
    """A file that its owner has encrypted."""


class ReadOnlyError(AppendError):
    """A file that may not be written."""


class FaultyLedgerError(AppendError):
    """The ledger has errors already, so what is proposed may rest on them."""

    def __init__(self, message: str, errors: Sequence[Any]) -> None:
        super().__init__(message)
        self.errors = errors


class FaultyTextError(FaultyLedgerError):
    """The ledger would have errors with the text: they stand at the lines it would have."""


class ChangedError(AppendError):
    """A file of the ledger changed since it was loaded."""


class BusyError(AppendError):
    """Another append to the file is under way."""


class UnwrittenError(AppendError):
    """The disk is full, or the folder may not be written."""


class Addition(NamedTuple):
    """Text to append to a file, seen to be sound and not yet written.

    Attributes:
      name: The file as it was named.
      target: The file that is written, where the name is a link.
    """

    name: Path
    target: Path
    before: bytes
    after: bytes

    @property
    def diff(self) -> str:
        """What is added, as a unified diff."""
        old, new = (_lines(content) for content in (self.before, self.after))
        name = str(self.name)
        lines = difflib.unified_diff(old, new, name, name)
        ended = (line if line.endswith("\n") else f"{line}{_NO_NEWLINE}" for line in lines)
        return "".join(ended)


_NO_NEWLINE = "\n\\ No newline at end of file\n"


def digest(file: Path) -> str:
    """Return what tells a file's content from any other; take it before the ledger is loaded."""
    return _digest(_read(file))


def prepare(ledger: Ledger, file: Path, text: str, seen: str) -> Addition:
    """See that a text can be appended to a file of a ledger; nothing is written yet.

    The ledger is loaded once more with the text, as if it stood in the file.

    Args:
      seen: The digest of the file from before the ledger was loaded.
    """
    if ledger.errors:
        raise FaultyLedgerError(
            "The ledger has errors; nothing is added before they are mended.", ledger.errors
        )
    before = _read(file)
    target = _target(ledger, file)
    if _digest(before) != seen:
        raise _changed(file)
    after = _appended(before, text)
    trial = _load_with(ledger, "\n" * (first_line(before) - 1) + text)
    if trial.options["input_hash"] != ledger.options["input_hash"]:
        raise ChangedError("A file of the ledger has changed since it was loaded; run this again.")
    if trial.errors:
        raise FaultyTextError(
            f"Nothing was added to {file}: the ledger would have errors.",
            [_placed(error, file) for error in trial.errors],
        )
    return Addition(file, target, before, after)


def first_line(before: bytes) -> int:
    """Return the line that text will begin on which is appended to a file."""
    ended = not before or before.endswith(b"\n")
    return before.count(b"\n") + (not ended) + bool(before) + 1


def write(addition: Addition) -> None:
    """Write an addition: the file is replaced whole, or stays as it was."""
    target = addition.target
    part = target.with_name(f".{target.name}.lock")  # hidden, so that no include takes it in
    try:
        stream = part.open("xb")
    except FileExistsError as error:
        raise BusyError(
            f"Another append to {addition.name} is under way; if none is, delete {part}."
        ) from error
    except OSError as error:
        raise _unwritten(addition, error) from error
    with _removed_unless_replaced(part, stream):
        try:
            _write(stream, part, addition)
            if _read(target) != addition.before:  # as late as can be: an editor knows no lock
                raise _changed(addition.name)
            os.replace(part, target)
        except OSError as error:
            raise _unwritten(addition, error) from error
    _settle(target.parent)


def _write(stream: BinaryIO, part: Path, addition: Addition) -> None:
    owner = addition.target.stat()
    with suppress(OSError):  # only some may give a file away; its mode says what others may
        os.chown(part, owner.st_uid, owner.st_gid)
    shutil.copymode(addition.target, part)  # first, as the ledger may be for its owner alone
    stream.write(addition.after)
    stream.flush()
    os.fsync(stream.fileno())
    stream.close()


@contextmanager
def _removed_unless_replaced(part: Path, stream: BinaryIO) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):  # what could not be written before cannot be flushed now
            stream.close()
        part.unlink(missing_ok=True)
        raise


def _settle(folder: Path) -> None:
    """Let the new name survive a power cut, where the system can."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _read(file: Path) -> bytes:
    if not file.exists():
        raise NotAFileError(f"There is no file {file}.")
    if not file.is_file():
        raise NotAFileError(f"{file} is no file; name a file of the ledger.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotAFileError(f"Cannot read {file}: {error.strerror}.") from error


def _target(ledger: Ledger, file: Path) -> Path:
    """Return the real file, which is one of the ledger's and may be written."""
    included = [Path(part) for part in ledger.options["include"]]
    if not any(part.exists() and file.samefile(part) for part in included):
        raise ForeignFileError(
            f"{file} is no file of the ledger: {ledger.options['filename']} does not include it."
        )
    if is_encrypted_file(str(file)):
        raise EncryptedError(f"{file} is encrypted; add the text to it by hand.")
    target = file.resolve()
    writable = target.stat().st_mode & 0o222  # the superuser is asked nothing, and spares it too
    if not writable or not os.access(target, os.W_OK):
        raise ReadOnlyError(f"{file} may not be written: it is read-only.")
    return target


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


def _changed(file: Path) -> ChangedError:
    return ChangedError(f"{file} has changed since the ledger was loaded; run this again.")


def _unwritten(addition: Addition, error: OSError) -> UnwrittenError:
    return UnwrittenError(f"Cannot write {addition.name}: {error.strerror}. It is as it was.")


def _lines(content: bytes) -> list[str]:
    *lines, rest = content.decode(errors="replace").split("\n")
    return [f"{line}\n" for line in lines] + ([rest] if rest else [])
