"""Arrow tables of whole parts in, Arrow tables out; on all cores of a machine."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import groupby, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from lotcost.engines.facts import Facts
from lotcost.engines.parts import CostedRow, cost_part
from lotcost.engines.telling import Row

if TYPE_CHECKING:
    import pyarrow as pa


class Costed(NamedTuple):
    """What came of some parts.

    Attributes:
      first: The first row that was refused.
    """

    table: pa.Table
    refused: int
    first: CostedRow | None


def cost_tables(tables: Iterable[pa.Table], facts: Facts, schema: pa.Schema) -> Iterator[Costed]:
    """Cost tables of whole parts, in their order; no more than two for each core are waiting."""
    waiting: deque[Future[Costed]] = deque()
    cores = _cores()
    source = iter(tables)
    first, second = next(source, None), next(source, None)
    if first is None:
        return
    if second is None or cores == 1:  # nothing to share out
        yield cost_table(first, facts, schema)
        for table in (second, *source) if second is not None else ():
            yield cost_table(table, facts, schema)
        return
    # Not a fork: what is read comes from threads of this process.
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
        for table in _chained(first, second, source):
            waiting.append(pool.submit(cost_table, table, facts, schema))
            if len(waiting) >= 2 * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def cost_table(table: pa.Table, facts: Facts, schema: pa.Schema) -> Costed:
    """Cost the parts of a table, whose first column says which part a row is of."""
    import pyarrow as pa

    names = set(table.column_names)
    listed = [table[name].to_pylist() if name in names else repeat(None) for name in Row._fields]
    rows = zip(table["part"].to_pylist(), zip(*listed, strict=False), strict=False)
    costed: list[CostedRow] = []
    for _, of_part in groupby(rows, key=itemgetter(0)):
        costed += cost_part([Row._make(row) for _, row in of_part], facts)
    refused = [row for row in costed if row.error is not None]
    made = zip(*costed, strict=True) if costed else repeat(())
    arrays = [pa.array(column, field.type) for field, column in zip(schema, made, strict=False)]
    first = min(refused, key=lambda row: row.line, default=None)
    return Costed(pa.Table.from_arrays(arrays, schema=schema), len(refused), first)


def whole_parts(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Cut batches, which come part after part, so that no part is in two tables."""
    import pyarrow as pa

    begun: list[pa.RecordBatch] = []  # of the last part, which the next batch may go on with
    for batch in batches:
        if not batch.num_rows:
            continue
        part = batch.column("part").to_numpy()
        cut = int(part.searchsorted(part[-1]))
        if begun and (cut or begun[0].column("part")[0].as_py() != part[0]):
            yield pa.Table.from_batches([*begun, batch.slice(0, cut)])
            begun = []
        elif cut:
            yield pa.Table.from_batches([batch.slice(0, cut)])
        begun.append(batch.slice(cut))
    if begun:
        yield pa.Table.from_batches(begun)


def _chained(first: pa.Table, second: pa.Table, rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield first
    yield second
    yield from rest


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
