"""The lines of each lot and the batches that join lots, gathered once from books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from lotcost.core.genealogy import Batch, Genealogy, genealogy
from lotcost.ledger.books import Books, Line
from lotcost.ledger.lineage import batches, taken_apart
from lotcost.model import Lot


class Index:
    """Books, told by lot: keep it as long as the books, and ask it for any number of traces."""

    def __init__(self, books: Books) -> None:
        self.books = books

    @property
    def lines(self) -> Mapping[Lot, Sequence[tuple[int, Line]]]:
        """The lines of each lot in the order they happened, with their place among all lines."""
        return self.books.by_lot

    @cached_property
    def apart(self) -> frozenset[int]:
        """The entries that take a batch apart: its lots give back what they were made of."""
        return taken_apart(self.books.lines)

    @cached_property
    def genealogy(self) -> Genealogy:
        """The batches by lot; taking one apart joins no lots: what comes back was there before."""
        return genealogy(batch for batch in self.batches if batch.key[0] not in self.apart)

    def net(self, lot: Lot) -> Sequence[tuple[Batch, Decimal]]:
        """Return the batches that moved a lot, and by how many units: made is positive."""
        return self._net.get(lot, ())

    @cached_property
    def _net(self) -> Mapping[Lot, Sequence[tuple[Batch, Decimal]]]:
        found: dict[Lot, list[tuple[Batch, Decimal]]] = defaultdict(list)
        for batch in self.batches:
            for part in batch.used:
                found[part.lot].append((batch, -part.units))
            for part in batch.made:
                found[part.lot].append((batch, part.units))
        return dict(found)

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """The transactions that make lots of others, in the order they happened."""
        return tuple(batches(self.books.lines))
