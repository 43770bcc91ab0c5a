"""Write a distributor's history of any size as Parquet, in seconds: DuckDB makes the rows.

Each good goes round: a delivery to the first warehouse, of a total that seldom divides; a restock
of the second one; sixteen sales and a loss, first in, first out, five deliveries behind. So goods
are tied over two warehouses, and one good is a part.
"""

from __future__ import annotations

from pathlib import Path

ROUND = 20  # rows
AHEAD = 5  # deliveries before the first sale
PER_GOOD = 500  # rows

_ROWS = """
SELECT
  CASE WHEN slot = 2 THEN line - {goods} ELSE line END AS event,
  line,
  DATE '2021-01-04' + CAST(round AS INTEGER) AS date,
  CASE slot WHEN 0 THEN 'receipt' WHEN 1 THEN 'transfer' WHEN 2 THEN 'transfer'
    WHEN 15 THEN 'write-off' ELSE 'sale' END AS kind,
  format('G{{:06}}', good) AS commodity,
  CASE WHEN slot = 2 OR slot > 15 THEN 'Assets:Inventory:W2' ELSE 'Assets:Inventory:W1' END
    AS account,
  CAST(CASE WHEN slot = 0 THEN 70 WHEN slot = 1 THEN -14 WHEN slot = 2 THEN 14
    WHEN slot = 15 THEN -10 WHEN slot > 15 THEN -3 - slot % 2 ELSE -2 - slot % 5 END
    AS DECIMAL(38, 0)) AS units,
  'USD' AS currency,
  'fifo' AS method,
  CASE WHEN slot = 15 THEN 'damaged' END AS reason,
  CASE WHEN slot = 0 THEN format('L{{}}', round) END AS asked,
  CASE WHEN slot = 0 THEN CAST((hash(line) % 400000 + 5000) / 100 AS DECIMAL(38, 2)) END AS given
FROM (
  SELECT good, round, slot, (round * {round} + slot) * {goods} + good AS line
  FROM range({goods}) AS goods(good), range({rounds}) AS rounds(round),
    range({round}) AS slots(slot)
)
WHERE slot = 0 OR round >= {ahead}
ORDER BY line
"""


def write(file: Path, rows: int) -> None:
    """Write a history of about so many rows."""
    import duckdb

    goods = max(1, rows // PER_GOOD)
    # The first rounds only fill the shelves.
    rounds = -(-(rows // goods + AHEAD * (ROUND - 1)) // ROUND)
    sql = _ROWS.format(goods=goods, rounds=rounds, round=ROUND, ahead=AHEAD)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)")
