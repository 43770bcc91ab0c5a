"""A report as an Arrow table and as Parquet: Decimals stay Decimals and dates dates.

pyarrow is asked for when it is needed: the extra `lotcost[parquet]` brings it.
"""

from __future__ import annotations

import datetime
import io
import json as json_files
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lotcost.rendering.about import About, period
from lotcost.rendering.values import plain
from lotcost.reports.report import Column, Report

if TYPE_CHECKING:
    import pyarrow as pa

# The most digits of Arrow's decimal of 16 bytes, and of that of 32.
_DIGITS, _MOST_DIGITS = 38, 76


def arrow(report: Report) -> pa.Table:
    """Return the rows as an Arrow table.

    Each column of figures is a decimal with as many digits behind the point as its longest, so
    that every value is the report's own. A key of the cards has the type that all its values
    have, else it is text. A field's metadata says its kind, and which column its unit stands in.
    """
    import pyarrow as pa

    fields, arrays = [], []
    for column in report.columns:
        values = [row.get(column.name) for row in report.rows]
        type_, values = _typed(column, values)
        said = {"kind": column.kind} | ({"unit": column.unit} if column.unit else {})
        fields.append(pa.field(column.name, type_, metadata=said))
        arrays.append(pa.array(values, type_))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def parquet(report: Report, about: About) -> bytes:
    """Write the rows as a Parquet file; its metadata says which report of which ledger it is."""
    import pyarrow.parquet as pq

    said = {
        "report": report.name,
        "ledger": about.ledger,
        "period": period(report),
        "made_by": about.made_by,
        "asked": json_files.dumps(dict(about.asked)),
        **dict(about.facts),
    }
    stream = io.BytesIO()
    pq.write_table(
        arrow(report).replace_schema_metadata({f"lotcost.{key}": said[key] for key in said}), stream
    )
    return stream.getvalue()


def _typed(column: Column, values: Sequence[Any]) -> tuple[Any, list[Any]]:
    import pyarrow as pa

    types = {type(value) for value in values if value is not None}
    if column.kind == "count":
        return pa.int64(), list(values)
    if column.is_number or types == {Decimal}:
        return _decimal(values), list(values)
    if column.kind == "date" or types == {datetime.date}:
        return pa.date32(), list(values)
    if types == {bool}:
        return pa.bool_(), list(values)
    return pa.string(), [None if value is None else plain(value) for value in values]


def _decimal(values: Sequence[Decimal | None]) -> Any:
    """Return a decimal type that holds all values with all of their digits."""
    import pyarrow as pa

    known = [value for value in values if value is not None]
    scale = max((max(0, -int(value.as_tuple().exponent)) for value in known), default=0)
    before = max((max(1, value.adjusted() + 1) for value in known), default=1)
    if before + scale > _MOST_DIGITS:
        raise ValueError(f"a figure has more than {_MOST_DIGITS} digits; write csv")
    if before + scale > _DIGITS:
        return pa.decimal256(_MOST_DIGITS, scale)
    return pa.decimal128(_DIGITS, scale)
