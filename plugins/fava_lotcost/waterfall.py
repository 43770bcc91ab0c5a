"""A waterfall: sums that grow and shrink step by step, as bars beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple


class Step(NamedTuple):
    """A step: what it adds or takes, or a sum of those before it.

    Attributes:
      amount: Signed; of a sum, what the steps come to.
      left: Where its bar begins, in percent of the whole width.
      width: How long its bar is, in percent too.
    """

    name: str
    amount: Decimal
    is_sum: bool
    left: Decimal
    width: Decimal


def waterfall(amounts: Iterable[tuple[str, Decimal | None]]) -> tuple[Step, ...]:
    """Lay out amounts in their order; None is a sum of all before it, and zeros have no step."""
    spans = list(_spans(amounts))
    edges = [edge for *_, low, high in spans for edge in (low, high)]
    least, most = min(edges, default=Decimal(0)), max(edges, default=Decimal(0))
    whole = (most - least) or Decimal(1)
    return tuple(
        Step(name, amount, is_sum, _percent(low - least, whole), _percent(high - low, whole))
        for name, amount, is_sum, low, high in spans
    )


def _spans(
    amounts: Iterable[tuple[str, Decimal | None]],
) -> Iterator[tuple[str, Decimal, bool, Decimal, Decimal]]:
    level = Decimal(0)
    for place, (name, amount) in enumerate(amounts):
        if amount is None:
            yield name, level, True, min(level, Decimal(0)), max(level, Decimal(0))
        elif amount or not place:
            reached = level + amount
            yield name, amount, False, min(level, reached), max(level, reached)
            level = reached


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return round(100 * part / whole, 2)
