"""The mapping: which column of a file is what, and how its days and numbers are written.

    kind = "deliveries"               # deliveries, opening or counts
    counter = "Liabilities:Payable"   # the account on the other side
    dates = "DD/MM/YYYY"              # or several: ["DD/MM/YYYY", "D MMM YYYY"]
    decimal = ","
    delimiter = ";"
    encoding = "cp1252"
    sheet = "Leveringen"
    header = 3                        # the row of the headings, where the first that fits is not
    narration = "Delivery"
    files = "leveringen*.xlsx"        # for beangulp, the files that are this importer's

    [columns]                         # what we call it, and what its heading says
    quantity = "Aantal"
    certificate = "CoA"               # any other word is a key of the lot's card

    [defaults]                        # for rows that do not say
    supplier = "Hoeve De Linde"

    [commodities]                     # what the file calls goods, or their GTIN
    "Volle melk 1l" = "MILK"

All of it may be left out: then the headings are the words themselves.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core import account as accounts

from lotcost.importers import cells
from lotcost.importers.wrong import MappingError
from lotcost.ledger.errors import nearest

DELIVERIES, OPENING, COUNTS = KINDS = ("deliveries", "opening", "counts")
FIELDS = (
    *("date", "account", "commodity", "gtin", "gs1", "lot", "quantity", "price", "total"),
    *("currency", "expires", "best-before", "manufactured", "received", "supplier", "document"),
    *("narration", "note", "counted"),
)
"""The words that mean something to an import; any other is a key of the lot's card."""
FOR_PEOPLE = frozenset({"name", "location", "expected"})
"""What a count sheet says for those who count."""
_CARD_KEY = re.compile(r"[a-z][A-Za-z0-9_-]+")
_DELIMITER = re.compile(r"[^\r\n\"]")
_TAKEN = frozenset({"filename", "lineno", "import-id"})
_TOP = {
    "kind": str,
    "counter": str,
    "dates": (str, list),
    "decimal": str,
    "delimiter": str,
    "encoding": str,
    "sheet": str,
    "header": int,
    "narration": str,
    "files": str,
    "columns": dict,
    "defaults": dict,
    "commodities": dict,
}


class FileMapping(NamedTuple):
    """What is said of a file; what is None or empty is found out.

    Attributes:
      counter: The account on the other side of what comes in.
      header: The row of the headings, from 1.
      files: A pattern for the names of the files, as a shell has it.
      columns: The heading of each field or card key that has one of another name.
      defaults: What a field is where a row does not say.
      commodities: The ledger's name for what the file calls goods.
    """

    kind: str | None = None
    counter: str | None = None
    dates: tuple[str, ...] = ()
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header: int | None = None
    narration: str | None = None
    files: str | None = None
    columns: Mapping[str, str] = {}  # nobody writes into it
    defaults: Mapping[str, str] = {}
    commodities: Mapping[str, str] = {}

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields and card keys to look for."""
        return (*FIELDS, *(key for key in self.columns if key not in FIELDS))

    def heading(self, field: str) -> str:
        """Return what the heading of a field says."""
        return self.columns.get(field, field)


def read_mapping(file: Path) -> FileMapping:
    """Read a mapping; what cannot be is a MappingError with the file's name."""
    try:
        return mapping_of(tomllib.loads(file.read_bytes().decode("utf-8-sig")))
    except OSError as error:
        raise MappingError(f"Cannot read {file}: {error.strerror}.") from error
    except (UnicodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(f"{file} is no TOML: {error}.") from error
    except MappingError as error:
        raise MappingError(f"{file}: {error}") from error


def mapping_of(said: Mapping[str, Any]) -> FileMapping:
    """Read a mapping from what its TOML says."""
    for key, value in said.items():
        if key not in _TOP:
            raise MappingError(f"{key} is unknown; {nearest(key, _TOP)}")
        _check_type(key, value, _TOP[key])
    dates = said.get("dates", ())
    mapping = FileMapping(
        **{**said, "dates": (dates,) if isinstance(dates, str) else tuple(dates)}
        | {"defaults": {key: _written(value) for key, value in said.get("defaults", {}).items()}}
    )
    _check_words(mapping)
    _check_columns(mapping)
    return mapping


def _written(value: object) -> str:
    """Write a default as a cell of a text file has it: TOML has days and numbers of its own."""
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _check_type(key: str, value: object, kind: Any) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        wants = {str: "a text", int: "a whole number", dict: f"a table, [{key}]"}
        raise MappingError(f"{key} wants {wants.get(kind, 'a text or a list')} and has {value!r}")
    if isinstance(value, dict) and key != "defaults":
        for word, name in value.items():
            if not isinstance(name, str) or not name.strip():
                raise MappingError(f"[{key}] {word} wants a text and has {name!r}")


def _check_words(mapping: FileMapping) -> None:
    if mapping.kind is not None and mapping.kind not in KINDS:
        raise MappingError(f'kind "{mapping.kind}" is unknown; {nearest(mapping.kind, KINDS)}')
    if mapping.counter is not None and not accounts.is_valid(mapping.counter):
        raise MappingError(f'counter wants an account and has "{mapping.counter}"')
    if mapping.decimal not in {None, ".", ","}:
        raise MappingError(f'decimal wants "." or "," and has "{mapping.decimal}"')
    if mapping.delimiter is not None and not _DELIMITER.fullmatch(mapping.delimiter):
        raise MappingError(f'delimiter wants one character and has "{mapping.delimiter}"')
    if mapping.header is not None and mapping.header < 1:
        raise MappingError(f"header wants the row of the headings, from 1, not {mapping.header}")
    for form in mapping.dates:
        try:
            cells.check_format(form)
        except (TypeError, ValueError) as error:
            raise MappingError(f'dates wants formats as DD/MM/YYYY and has "{form}"') from error
    if mapping.encoding is not None:
        try:
            "a".encode(mapping.encoding)
        except LookupError as error:
            raise MappingError(f'The encoding "{mapping.encoding}" is unknown') from error


def _check_columns(mapping: FileMapping) -> None:
    for name, words in (("columns", mapping.columns), ("defaults", mapping.defaults)):
        for word in words:
            _check_field(name, word)


def _check_field(table: str, word: str) -> None:
    if word in FIELDS:
        return
    if not _CARD_KEY.fullmatch(word) or word in _TAKEN or word.startswith("lot-"):
        raise MappingError(
            f"[{table}] {word} is none of {_names(FIELDS)}, and cannot be a key of a card: "
            "those are small letters, digits and hyphens"
        )
    close = nearest(word, FIELDS)
    if close.startswith("did you mean") and table == "defaults":
        raise MappingError(f"[{table}] {word} is unknown; {close}")


def _names(words: Iterable[str]) -> str:
    return ", ".join(words)
