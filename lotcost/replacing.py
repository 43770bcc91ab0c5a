"""Replace files of a ledger: all of them or none, and never one that changed meanwhile.

    replacements = [Replacement(name, target, before, after), ...]
    print(replacements[0].diff)
    replace(replacements)

What is refused is an exception with a sentence:

ReplaceError
├── ForeignFileError   the file is none of the ledger's
├── NotAFileError      a folder, or what is not there
├── EncryptedError     a file that its owner has encrypted
├── ReadOnlyError      a file that may not be written
├── ChangedError       a file of the ledger changed since it was loaded
├── BusyError          another change of the file is under way
└── UnwrittenError     the disk is full, or the folder may not be written
"""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from beancount.utils.encryption import is_encrypted_file


class ReplaceError(Exception):
    """Nothing was written, and every file is as it was."""


class ForeignFileError(ReplaceError):
    """The file is none of the ledger's."""


class NotAFileError(ReplaceError):
    """A folder, or what is not there."""


class EncryptedError(ReplaceError):
    """A file that its owner has encrypted."""


class ReadOnlyError(ReplaceError):
    """A file that may not be written."""


class ChangedError(ReplaceError):
    """A file of the ledger changed since it was loaded."""


class BusyError(ReplaceError):
    """Another change of the file is under way."""


class UnwrittenError(ReplaceError):
    """The disk is full, or the folder may not be written."""


class Replacement(NamedTuple):
    """What is to stand in a file, and what stands there now.

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
        """What changes, as a unified diff."""
        old, new = (_lines(content) for content in (self.before, self.after))
        name = str(self.name)
        lines = difflib.unified_diff(old, new, name, name)
        ended = (line if line.endswith("\n") else f"{line}{_NO_NEWLINE}" for line in lines)
        return "".join(ended)


_NO_NEWLINE = "\n\\ No newline at end of file\n"


def replace(replacements: Sequence[Replacement]) -> None:
    """Replace files whole; where one of them cannot be, those before it are put back.

    All are written beside their files first, so that what is left to fail is a rename.
    """
    with ExitStack() as parts:
        ready = [(parts.enter_context(_beside(each)), each) for each in replacements]
        for _, each in ready:
            if read(each.target) != each.before:  # as late as can be: an editor knows no lock
                raise changed(each.name)
        done: list[Replacement] = []
        for part, each in ready:
            try:
                os.replace(part, each.target)
            except OSError as error:
                for earlier in done:
                    earlier.target.write_bytes(earlier.before)
                raise unwritten(each, error) from error
            done.append(each)
    for folder in {each.target.parent for each in replacements}:
        _settle(folder)


def read(file: Path) -> bytes:
    """Return what stands in a file."""
    if not file.exists():
        raise NotAFileError(f"There is no file {file}.")
    if not file.is_file():
        raise NotAFileError(f"{file} is no file; name a file of the ledger.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotAFileError(f"Cannot read {file}: {error.strerror}.") from error


def target_of(options: Mapping[str, Any], file: Path) -> Path:
    """Return the real file, which is one of the ledger's and may be written."""
    included = [Path(part) for part in options["include"]]
    if not any(part.exists() and file.samefile(part) for part in included):
        raise ForeignFileError(
            f"{file} is no file of the ledger: {options['filename']} does not include it."
        )
    if is_encrypted_file(str(file)):
        raise EncryptedError(f"{file} is encrypted; add the text to it by hand.")
    target = file.resolve()
    writable = target.stat().st_mode & 0o222  # the superuser is asked nothing, and spares it too
    if not writable or not os.access(target, os.W_OK):
        raise ReadOnlyError(f"{file} may not be written: it is read-only.")
    return target


def changed(file: Path) -> ChangedError:
    """Say that a file is not what was loaded."""
    return ChangedError(f"{file} has changed since the ledger was loaded; run this again.")


def unwritten(replacement: Replacement, error: OSError) -> UnwrittenError:
    """Say that a file could not be written."""
    return UnwrittenError(f"Cannot write {replacement.name}: {error.strerror}. It is as it was.")


@contextmanager
def _beside(replacement: Replacement) -> Iterator[Path]:
    """Write the new content beside its file, in a lock; what was not moved is removed again."""
    target = replacement.target
    part = target.with_name(f".{target.name}.lock")  # hidden, so that no include takes it in
    try:
        stream = part.open("xb")
    except FileExistsError as error:
        raise BusyError(
            f"Another change of {replacement.name} is under way; if none is, delete {part}."
        ) from error
    except OSError as error:
        raise unwritten(replacement, error) from error
    try:
        try:
            _write(stream, part, replacement)
        except OSError as error:
            raise unwritten(replacement, error) from error
        yield part
    finally:
        with suppress(OSError):  # what could not be written before cannot be flushed now
            stream.close()
        part.unlink(missing_ok=True)


def _write(stream: BinaryIO, part: Path, replacement: Replacement) -> None:
    owner = replacement.target.stat()
    with suppress(OSError):  # only some may give a file away; its mode says what others may
        os.chown(part, owner.st_uid, owner.st_gid)
    shutil.copymode(replacement.target, part)  # first, as the ledger may be for its owner alone
    stream.write(replacement.after)
    stream.flush()
    os.fsync(stream.fileno())
    stream.close()


def _settle(folder: Path) -> None:
    """Let the new name survive a power cut, where the system can."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _lines(content: bytes) -> list[str]:
    *lines, rest = content.decode(errors="replace").split("\n")
    return [f"{line}\n" for line in lines] + ([rest] if rest else [])
