"""The columns of a history and of what is made of it, and what is wrong with those of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lotcost.engines.facts import KEY, Facts, from_json
from lotcost.engines.parts import CostedRow
from lotcost.engines.telling import Row
from lotcost.engines.ties import Query
from lotcost.ledger.errors import nearest
from lotcost.model import By, Kind, Method, Reason

if TYPE_CHECKING:
    import pyarrow as pa

_NEEDED = ("event", "line", "date", "kind", "commodity", "account", "units", "currency", "method")
_NEVER_NULL = tuple(name for name in _NEEDED if name != "event")
_DECIMALS = frozenset(
    {"units", "cost", "given", "given_each", "share", "beside", "landed", "value"}
)
_DAYS = frozenset({"date", "expires", "acquired"})
_COUNTS = frozenset({"event", "line"})
_WORDS: Mapping[str, frozenset[str]] = {
    "kind": frozenset(Kind),
    "method": frozenset(Method),
    "landed_by": frozenset(By),
}
_UNIT_COST_DIGITS = 6


class HistoryError(Exception):
    """A file that is no history of movements, or that cannot be costed."""


class History(NamedTuple):
    """A file of movements as it can be read.

    Attributes:
      types: Each column that costing wants with its type in SQL; `absent` ones are not in the file.
      units: How many digits units have behind the point; `money` those of money.
    """

    path: str
    facts: Facts
    types: Mapping[str, str]
    absent: frozenset[str]
    units: int
    money: int

    @property
    def selected(self) -> str:
        """The columns of a row, as SQL."""
        return ", ".join(
            f"CAST({'NULL' if name in self.absent else name} AS {type_}) AS {name}"
            for name, type_ in self.types.items()
        )

    @property
    def made(self) -> Mapping[str, str]:
        """The columns of what comes of it, with their types in SQL."""
        units, money = _decimal(self.units), _decimal(self.money)
        each = _decimal(max(self.money, _UNIT_COST_DIGITS))
        types = {"units": units, "balance": units, "unit_cost": each, "cost": money}
        types |= {"expensed": money, "date": "DATE", "event": "BIGINT", "line": "BIGINT"}
        return {name: types.get(name, "STRING") for name in CostedRow._fields} | {"part": "INT"}


def read(path: str | Path) -> History:
    """See what a file holds; its rows are not read."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    try:
        # Hadoop's name for what Arrow calls s3.
        schema = ds.dataset(re.sub("^s3a:", "s3:", str(path)), format="parquet").schema
    except (OSError, pa.ArrowException) as error:
        raise HistoryError(f"{path} is no Parquet file: {str(error).splitlines()[0]}") from error
    missing = [name for name in _NEEDED if name not in schema.names]
    if missing:
        raise HistoryError(
            f"{path} is no history of movements: it has no {', '.join(missing)}. Write one, of all "
            "lots and accounts: lotcost movements LEDGER -o movements.parquet"
        )
    for name in sorted(_DECIMALS & set(schema.names)):
        if pa.types.is_floating(schema.field(name).type):
            raise HistoryError(
                f"{name} is a float in {path}; write a decimal, which loses no cent."
            )
        if pa.types.is_decimal256(schema.field(name).type):
            raise HistoryError(f"{name} has more than 38 digits in {path}.")
    facts = from_json((schema.metadata or {}).get(KEY))
    scales = {name: _scale(schema, name) for name in _DECIMALS}
    cents = [-int(cent.as_tuple().exponent) for cent in facts.cents.values() or [Decimal("0.01")]]
    types = {name: _type(name, scales) for name in Row._fields}
    absent = frozenset(types) - frozenset(schema.names)
    money = max(scales["cost"], scales["given"], scales["landed"], *cents)
    return History(str(path), facts, types, absent, scales["units"], money)


def refuse(history: History, query: Query) -> None:
    """Find what no row of a history may say."""
    for message in _wrong(history, query):
        raise HistoryError(message)


def _wrong(history: History, query: Query) -> Iterator[str]:
    for name in _NEVER_NULL:
        ((count,),) = query(f"SELECT count(*) FROM history WHERE {name} IS NULL")
        if count:
            yield f"{name} is empty in {count:,} rows of {history.path}; each row needs one."
    for name, known in _WORDS.items():
        for (word,) in query(f"SELECT DISTINCT {name} FROM history WHERE {name} IS NOT NULL"):
            if word not in known:
                yield f'The {name} "{word}" in {history.path} is unknown; {nearest(word, known)}'
    reasons = f"SELECT DISTINCT reason FROM history WHERE kind = '{Kind.WRITE_OFF}'"
    for (word,) in query(f"{reasons} AND event IS NOT NULL AND reason IS NOT NULL"):
        if word not in set(Reason):
            yield f'The reason "{word}" in {history.path} is unknown; {nearest(word, Reason)}'
    costless = f"kind = '{Kind.RECEIPT}' AND given IS NULL AND event IS NOT NULL"
    for (line,) in query(f"SELECT line FROM history WHERE {costless} ORDER BY line LIMIT 1"):
        yield f"Line {line} of {history.path} is a receipt without given, which says its cost."
    no_units = "units = 0 AND kind NOT IN ('landed-cost', 'write-down') AND event IS NOT NULL"
    for (line,) in query(f"SELECT line FROM history WHERE {no_units} ORDER BY line LIMIT 1"):
        yield f"Line {line} of {history.path} moves no units."


def _scale(schema: pa.Schema, name: str) -> int:
    import pyarrow as pa

    type_ = schema.field(name).type if name in schema.names else None
    return int(type_.scale) if type_ is not None and pa.types.is_decimal(type_) else 0


def _type(name: str, scales: Mapping[str, int]) -> str:
    if name in _DECIMALS:
        return _decimal(scales[name])
    if name in _DAYS:
        return "DATE"
    return "BIGINT" if name in _COUNTS else "STRING"


def _decimal(scale: int) -> str:
    return f"DECIMAL(38, {scale})"


def arrow_type(sql: str) -> Any:
    """Return the Arrow type of a column of what is made."""
    import pyarrow as pa

    if sql.startswith("DECIMAL"):
        return pa.decimal128(38, int(sql.rpartition(" ")[2].rstrip(")")))
    return {"DATE": pa.date32(), "BIGINT": pa.int64(), "INT": pa.int32()}.get(sql, pa.string())
