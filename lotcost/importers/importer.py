"""The importers, in beangulp's own form: one class for each kind of file."""

from __future__ import annotations

import datetime
import fnmatch
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from beancount.core import data
from beancount.parser import parser
from beangulp import Importer
from beangulp.extract import DUPLICATE

from lotcost.importers.drafting import Draft, draft_found, draft_received
from lotcost.importers.grid import Grid
from lotcost.importers.known import IMPORT_ID, Known
from lotcost.importers.mapping import (
    COUNTS,
    DELIVERIES,
    OPENING,
    FileMapping,
    mapping_of,
    read_mapping,
)
from lotcost.importers.rows import Reading, read_rows
from lotcost.importers.tables import read_grids, read_table
from lotcost.importers.wrong import WrongFileError, WrongRowsError

_PAYABLE = "Liabilities:Payable"
_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx"})


class Imported(NamedTuple):
    """A file that was read, and what of it is to go into the ledger."""

    reading: Reading
    draft: Draft


class LotImporter(Importer):  # type: ignore[misc]  # beangulp has no types
    """Reads one kind of file.

    Args:
      account: Where goods are that come in or are counted, where a row does not say.
      mapping: A file of TOML, or what one would say, where the headings are not the words.
      counter: The account on the other side of what comes in.
      files: A pattern for the names of the files that are this importer's.
      adjust: Whether a count that differs is booked; else it is an error of the ledger.
    """

    kind: ClassVar[str]

    def __init__(
        self,
        account: str | None = None,
        mapping: str | os.PathLike[str] | Mapping[str, Any] | FileMapping | None = None,
        *,
        counter: str | None = None,
        files: str | None = None,
        adjust: bool = False,
    ) -> None:
        said = _mapping(mapping)
        if account is not None:
            said = said._replace(defaults={**said.defaults, "account": account})
        self.mapping = said._replace(counter=counter or said.counter, files=files or said.files)
        self.adjust = adjust
        named = Path(mapping).stem if isinstance(mapping, str | os.PathLike) else None
        self._told_apart_by = self.mapping.files or named

    @property
    def name(self) -> str:
        """The class, and the files or mapping where there are: Fava wants no name twice."""
        named = f"lotcost.importers.{type(self).__name__}"
        return named if self._told_apart_by is None else f"{named} {self._told_apart_by}"

    def identify(self, filepath: str) -> bool:
        """Tell a file by its name, where there is a pattern, and by its headings."""
        file = Path(filepath)
        pattern = self.mapping.files
        if pattern is not None and not fnmatch.fnmatch(file.name.lower(), pattern.lower()):
            return False
        if file.suffix.lower() not in _SUFFIXES:
            return False
        try:
            read_table(read_grids(file, self.mapping), file.name, self.mapping, self.kind)
        except WrongFileError:
            return False
        return True

    def account(self, filepath: str) -> str:
        """Return the account of the goods."""
        said = self.mapping.defaults.get("account")
        if said is not None:
            return said
        reading = self._read(Path(filepath), Known([]))
        named = [each.account for each in reading.received]
        named += [each.counted.account for each in reading.found]
        return min(named, default="")

    def date(self, filepath: str) -> datetime.date | None:
        """Return the last day of the file."""
        reading = self._read(Path(filepath), Known([]))
        days = [each.date for each in reading.received]
        days += [each.counted.date for each in reading.found]
        return max(days, default=None)

    def extract(self, filepath: str, existing: list[data.Directive]) -> list[data.Directive]:
        """Return the entries of a file; where rows are wrong that is a WrongRowsError.

        What the existing entries have already stands there too, for `deduplicate` to mark.
        """
        return self._entries(filepath, Known(existing))

    def deduplicate(self, entries: list[data.Directive], existing: list[data.Directive]) -> None:
        """Mark the entries that are there already, by what they say and never by likeness.

        A document is written anew where only some of its rows are there, as they are since another
        file of the same run brought them.
        """
        known = Known(existing)
        there = [_there(entry, known) for entry in entries]
        if any(any(each) and not all(each) for each in there):
            entries[:] = self._entries(entries[0].meta["filename"], known)
            self.sort(entries)
            there = [_there(entry, known) for entry in entries]
        for entry, each in zip(entries, there, strict=True):
            if each and all(each):
                entry.meta[DUPLICATE] = True

    def _entries(self, filepath: str, known: Known) -> list[data.Directive]:
        imported = self.imported(Path(filepath), known, again=True)
        if imported.reading.wrong:
            raise WrongRowsError(imported.reading.name, imported.reading.wrong)
        entries, errors, _ = parser.parse_string(imported.draft.text)
        assert not errors, errors
        return [_sourced(entry, filepath, imported.draft) for entry in entries]

    def imported(
        self,
        file: Path,
        known: Known,
        again: bool = False,
        grids: Sequence[Grid] | None = None,
    ) -> Imported:
        """Read a file and write as text what the ledger does not have, or all of it again.

        Args:
          grids: What the file holds, where it has been read.
        """
        reading = self._read(file, known, grids)
        if self.kind == COUNTS:
            return Imported(reading, draft_found(reading.found, self.adjust, known, again))
        counter, narration = self.counter(known), self.mapping.narration
        draft = draft_received(reading.received, self.kind, counter, narration, known, again)
        return Imported(reading, draft)

    def counter(self, known: Known) -> str:
        """Return the account on the other side of what comes in."""
        return self.mapping.counter or known.usual_counter or _PAYABLE

    def _read(self, file: Path, known: Known, grids: Sequence[Grid] | None = None) -> Reading:
        grids = read_grids(file, self.mapping) if grids is None else grids
        table = read_table(grids, file.name, self.mapping, self.kind)
        return read_rows(table, self.mapping, self.kind, known)


class Deliveries(LotImporter):
    """What suppliers delivered: the rows of one document are one transaction."""

    kind = DELIVERIES


class OpeningLots(LotImporter):
    """What there was when the books began, against the opening balances."""

    kind = OPENING

    def counter(self, known: Known) -> str:
        """Return the account said, else Beancount's own for opening balances."""
        return self.mapping.counter or known.opening_balances


class Counts(LotImporter):
    """What was counted, a directive for each lot."""

    kind = COUNTS


_CLASSES = {each.kind: each for each in (Deliveries, OpeningLots, Counts)}


def importer_for(kind: str) -> type[LotImporter]:
    """Return the importer of a kind of file."""
    return _CLASSES[kind]


def _mapping(
    said: str | os.PathLike[str] | Mapping[str, Any] | FileMapping | None,
) -> FileMapping:
    if said is None:
        return FileMapping()
    if isinstance(said, FileMapping):
        return said
    return mapping_of(said) if isinstance(said, Mapping) else read_mapping(Path(said))


def _sourced(entry: data.Directive, filepath: str, draft: Draft) -> data.Directive:
    """Give an entry and its postings the file and row they come from."""

    def at(meta: Mapping[str, Any]) -> dict[str, Any]:
        rows: Sequence[int] = draft.rows_at(meta["lineno"]) or (0,)
        return {**meta, "filename": filepath, "lineno": rows[0]}

    if isinstance(entry, data.Transaction):
        postings = [posting._replace(meta=at(posting.meta)) for posting in entry.postings]
        entry = entry._replace(postings=postings)
    return entry._replace(meta=at(entry.meta))


def _there(entry: data.Directive, known: Known) -> list[bool]:
    """Say of each row of an entry whether it is there already."""
    if isinstance(entry, data.Custom):
        return [count in known.counted for count in Known([entry]).counted]
    said = [(posting.meta or {}).get(IMPORT_ID) for posting in entry.postings]
    return [each in known.imported for each in said if each is not None]
