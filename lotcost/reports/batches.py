"""Report `batches`: what went into each production batch, what came out, and the yield."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lotcost.ledger.books import Books, Line
from lotcost.ledger.lineage import by_batch, sides, taken_apart
from lotcost.ledger.ranges import folded_lots
from lotcost.model import ZERO, Kind, Reason
from lotcost.reports.movements import document
from lotcost.reports.report import Column, Report, money, rate, totals, trimmed, unit_cost

_COLUMNS = (
    Column("batch", "text"),
    Column("date", "date"),
    Column("kind", "text"),
    Column("commodity", "text"),
    Column("inputs", "count"),
    Column("input_cost", "money", "currency", summed=True),
    Column("conversion", "money", "currency", summed=True),
    Column("cost_in", "money", "currency", summed=True),
    Column("by_products", "money", "currency", summed=True),
    Column("loss_cost", "money", "currency", summed=True),
    Column("output_cost", "money", "currency", summed=True),
    Column("currency", "text"),
    Column("unit_cost", "unit-cost", "currency"),
    Column("output_units", "units", "commodity"),
    Column("normal_loss", "units", "commodity"),
    Column("abnormal_loss", "units", "commodity"),
    Column("yield_expected", "units", "commodity"),
    Column("yield_actual", "units", "commodity"),
    Column("yield_rate", "rate"),
    Column("document", "text"),
    Column("narration", "text"),
    Column("source", "text"),
)


def batches(books: Books, since: datetime.date | None = None) -> Report:
    """Return a row a batch, whole even where a filter asks for one of its lots.

    Inputs are counted by lot. Conversion is what the outputs cost beyond the inputs, and cost in
    is both; it equals by-products and what losses cost and the output. A loss is what the same
    transaction writes off of the output. Units are None where the output is several goods. A
    batch taken apart has its figures negative: it takes back what making one adds.
    """
    asked = {
        line.entry
        for _, line in books.picked
        if line.kind is Kind.PRODUCTION and (since is None or line.date >= since)
    }
    apart = taken_apart(books.lines)
    rows = [
        _row(books, lines, apart=entry in apart)
        for (entry, _), lines in by_batch(books.lines).items()
        if entry in asked
    ]
    return Report(
        name="batches",
        title="Production batches",
        columns=_COLUMNS,
        rows=tuple(rows),
        at=books.at,
        since=since,
        notes=tuple(_notes(rows)),
    )


def _row(books: Books, batch: Sequence[Line], apart: bool) -> dict[str, Any]:
    inputs, outputs = sides(batch)
    if apart:
        inputs, outputs = outputs, inputs
    first = (outputs or inputs)[0]
    by_products = [line for line in outputs if not apart and "cost" in line.source]
    main = [line for line in outputs if line not in by_products]
    if not main:
        main, by_products = outputs, []
    lots = dict.fromkeys(line.lot for line in main)
    lost = [line for line in batch if line.kind is Kind.WRITE_OFF and line.lot in lots]
    cent = books.config.cent(first.currency)
    input_cost, output_cost = -_cost(inputs), _cost(main) + _cost(lost)
    txn = books.entries[first.entry]
    return {
        "date": first.date,
        "batch": ", ".join(map(str, folded_lots(lots))) or None,
        "kind": "taken apart" if apart else "made",
        "commodity": ", ".join(dict.fromkeys(lot.commodity for lot in lots)) or None,
        "inputs": len({line.lot for line in inputs}),
        "input_cost": money(input_cost, cent),
        "conversion": money(_cost(outputs) - input_cost, cent),
        "cost_in": money(_cost(outputs), cent),
        "by_products": money(_cost(by_products), cent),
        "loss_cost": money(-_cost(lost), cent),
        "output_cost": money(output_cost, cent),
        "currency": first.currency,
        **_output(main, lost, output_cost, cent),
        **({} if apart else _yield(main, lost)),
        "document": document(txn),
        "narration": txn.narration or None,
        "source": books.place(first.source),
        "entry": first.entry,
    }


def _output(
    main: Sequence[Line], lost: Sequence[Line], cost: Decimal, cent: Decimal
) -> dict[str, Any]:
    """Count what came out, where it is goods of one kind; its unit cost is that of good units."""
    if len({line.lot.commodity for line in main}) != 1:
        return {}
    return {
        "output_units": trimmed(_units(main)),
        "unit_cost": unit_cost(cost, _units(main) + _units(lost), cent),
    }


def _yield(main: Sequence[Line], lost: Sequence[Line]) -> dict[str, Any]:
    """Hold the good units against those expected, where the output is goods of one kind."""
    if len({line.lot.commodity for line in main}) != 1:
        return {}
    said = [line.source.get("yield-expected") for line in main]
    expected = sum((number for number in said if isinstance(number, Decimal)), ZERO)
    good = _units(main) + _units(lost)
    normal = [line for line in lost if line.reason == Reason.NORMAL_LOSS]
    return {
        "normal_loss": trimmed(-_units(normal)),
        "abnormal_loss": trimmed(_units(normal) - _units(lost)),
        "yield_expected": trimmed(expected) if expected else None,
        "yield_actual": trimmed(good),
        "yield_rate": rate(good, expected),
    }


def _units(lines: Iterable[Line]) -> Decimal:
    return sum((line.units for line in lines), ZERO)


def _cost(lines: Iterable[Line]) -> Decimal:
    return sum((line.cost for line in lines), ZERO)


def _notes(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for total in totals(_COLUMNS, rows):
        out = total["by_products"] + total["loss_cost"] + total["output_cost"]
        yield (
            f"Cost in, {total['input_cost']:f} of inputs and {total['conversion']:f} of "
            f"conversion, is cost out: {out:f} {total['currency']}."
        )
