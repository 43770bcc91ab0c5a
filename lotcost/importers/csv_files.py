"""Text files of separated values, in whatever encoding and with whatever delimiter they come."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from lotcost.importers.grid import Grid, GridRow
from lotcost.importers.mapping import FileMapping
from lotcost.importers.wrong import WrongFileError

_DELIMITERS = ",;\t|"
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WINDOWS = "cp1252"
_NAMED_DELIMITER = re.compile("sep=(.)\r?\n")
# How our own files keep a spreadsheet from taking a text for a formula.
_DEFUSED = re.compile("'[=+@-]")
_OTHERS = {b"%PDF": "a PDF", b"\x1f\x8b": "compressed", b"\x89PNG": "a picture"}


def read(content: bytes, name: str, mapping: FileMapping) -> Grid:
    """Read a text file; what cannot be read is a WrongFileError."""
    for begins, what in _OTHERS.items():
        if content.startswith(begins):
            raise WrongFileError(f"{name} is {what}; an import takes .csv and .xlsx")
    text, notes = _decoded(content, name, mapping)
    named = _NAMED_DELIMITER.match(text)  # Excel's own way to say it
    delimiter = mapping.delimiter or (named[1] if named else _delimiter(text))
    rows = tuple(_rows(text, delimiter, name, skips=named is not None))
    return Grid(name, "", rows, pads=False, notes=notes)


def _decoded(content: bytes, name: str, mapping: FileMapping) -> tuple[str, tuple[str, ...]]:
    by_bom = next((each for bom, each in _BOMS.items() if content.startswith(bom)), None)
    encoding = mapping.encoding or by_bom or _without_bom(content)
    try:
        return content.decode(encoding), ()
    except UnicodeError as error:
        if mapping.encoding or by_bom:
            raise WrongFileError(f"{name} is not {encoding}: {_at(error)}") from error
    try:
        text = content.decode(_WINDOWS)
    except UnicodeError as error:
        raise WrongFileError(
            f"{name} is in no encoding that is known here: {_at(error)}. Save it as UTF-8, or say "
            'in the mapping: encoding = "cp1250"'
        ) from error
    return text, (
        f"{name} is not UTF-8 and is read as Windows-1252; if letters are wrong, say in a "
        'mapping: encoding = "cp1250"',
    )


def _at(error: UnicodeError) -> str:
    at = getattr(error, "start", None)
    return str(error) if at is None else f"byte {at + 1} does not fit"


def _without_bom(content: bytes) -> str:
    """Tell UTF-16, in which every other byte of the headings is nothing, from UTF-8."""
    head = content[:200]
    if b"\0" not in head:
        return "utf-8"
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _delimiter(text: str) -> str:
    """Return what parts the most of the first lines into as many cells, and into the most."""
    lines = [line for line in text[:65536].splitlines() if line.strip()][:30]

    def fitting(each: str) -> tuple[int, int]:
        counts = Counter(len(_split(line, each)) for line in lines)
        return max(((many, cells) for cells, many in counts.items() if cells > 1), default=(0, 0))

    return max(_DELIMITERS, key=fitting)


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _rows(text: str, delimiter: str, name: str, skips: bool) -> Iterator[GridRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if not (skips and number == 1):
                yield GridRow(number, tuple(map(_cell, cells)))
    except csv.Error as error:
        raise WrongFileError(
            f"{name} row {number + 1}: {error}. From here on the file cannot be read; look for a "
            "quotation mark that is not closed"
        ) from error


def _cell(written: str) -> str:
    stripped = written.strip().strip("\ufeff\u200b")
    return stripped[1:] if _DEFUSED.match(stripped) else stripped
