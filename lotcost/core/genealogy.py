"""Which lots went into a lot, and which were made of it, through any number of batches.

An index is built once from all batches; a family is a walk over what it reaches, without
recursion, so that no depth is too deep. Depth counts the most batches that lie between: each
lot comes after all those it was made of.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from lotcost.model import Lot

Key = tuple[int, str]


class Part(NamedTuple):
    """Units of a lot that went into a batch, or came out of it; positive."""

    lot: Lot
    units: Decimal


class Batch(NamedTuple):
    """A run that used up lots and made others; no lot is on both sides, or twice on one.

    Attributes:
      key: What tells it from all others, in the order they happened.
    """

    key: Key
    date: datetime.date
    used: tuple[Part, ...]
    made: tuple[Part, ...]


class Genealogy(NamedTuple):
    """The batches each lot was made in, and those it went into."""

    made_in: Mapping[Lot, Sequence[Batch]]
    used_in: Mapping[Lot, Sequence[Batch]]


class Kin(NamedTuple):
    """A lot of a family, and the most batches between it and the lots that were asked for."""

    lot: Lot
    depth: int


class Family(NamedTuple):
    """The lots asked for and all that lie in one direction of them.

    Attributes:
      kin: By depth, then by commodity and lot number.
      batches: Those that join them, in the order they happened.
    """

    kin: tuple[Kin, ...]
    batches: tuple[Batch, ...]


class Cycle(NamedTuple):
    """Lots each of which is made of the one before it, and the first of the last."""

    lots: tuple[Lot, ...]


def genealogy(batches: Iterable[Batch]) -> Genealogy:
    """Index batches by their lots."""
    made_in: dict[Lot, list[Batch]] = defaultdict(list)
    used_in: dict[Lot, list[Batch]] = defaultdict(list)
    for batch in batches:
        for part in batch.made:
            made_in[part.lot].append(batch)
        for part in batch.used:
            used_in[part.lot].append(batch)
    return Genealogy(dict(made_in), dict(used_in))


def ancestors(of: Genealogy, lots: Iterable[Lot]) -> Family | Cycle:
    """Return the lots that went into some lots, however far back; they themselves are in."""
    family = _Walk(lots, of.made_in, _made, _used).family()
    return Cycle(family.lots[::-1]) if isinstance(family, Cycle) else family


def descendants(of: Genealogy, lots: Iterable[Lot]) -> Family | Cycle:
    """Return the lots that were made of some lots, however far on; they themselves are in."""
    return _Walk(lots, of.used_in, _used, _made).family()


def _used(batch: Batch) -> tuple[Part, ...]:
    return batch.used


def _made(batch: Batch) -> tuple[Part, ...]:
    return batch.made


class _Walk:
    """A walk in one direction: from lots over the batches on their near side to the far one."""

    def __init__(
        self,
        lots: Iterable[Lot],
        onward: Mapping[Lot, Sequence[Batch]],
        near: Callable[[Batch], tuple[Part, ...]],
        far: Callable[[Batch], tuple[Part, ...]],
    ) -> None:
        self.onward, self.near, self.far = onward, near, far
        self.depth: dict[Lot, int] = dict.fromkeys(lots, 0)
        self.batches: dict[Key, Batch] = {}
        reached = list(self.depth)
        while reached:
            for batch in onward.get(reached.pop(), ()):
                if batch.key not in self.batches:
                    self.batches[batch.key] = batch
                    new = [part.lot for part in far(batch) if part.lot not in self.depth]
                    self.depth.update(dict.fromkeys(new, 0))
                    reached += new

    def family(self) -> Family | Cycle:
        """Settle each lot after all the batches that lead to it, each batch after its lots.

        They settle by depth, so that the lot that a batch waits for last is its deepest.
        """
        leading = dict.fromkeys(self.depth, 0)
        waiting = {key: len(self._family_of(batch)) for key, batch in self.batches.items()}
        for batch in self.batches.values():
            for part in self.far(batch):
                leading[part.lot] += 1
        settled = [lot for lot, count in leading.items() if not count]
        for lot in settled:  # it grows while it is walked
            for batch in self.onward.get(lot, ()):
                waiting[batch.key] -= 1
                if not waiting[batch.key]:
                    settled += self._next(batch, leading, self.depth[lot] + 1)
        if len(settled) < len(self.depth):
            unsettled = [batch for key, batch in self.batches.items() if waiting[key]]
            return self._cycle(unsettled, {lot for lot, count in leading.items() if count})
        by_depth = sorted([(depth, lot) for lot, depth in self.depth.items()])
        return Family(
            tuple([Kin(lot, depth) for depth, lot in by_depth]),
            tuple([self.batches[key] for key in sorted(self.batches)]),
        )

    def _family_of(self, batch: Batch) -> list[Lot]:
        return [part.lot for part in self.near(batch) if part.lot in self.depth]

    def _next(self, batch: Batch, leading: dict[Lot, int], depth: int) -> Iterator[Lot]:
        """Yield the lots for which this batch was the last to wait for."""
        for part in self.far(batch):
            leading[part.lot] -= 1
            if not leading[part.lot]:
                self.depth[part.lot] = depth
                yield part.lot

    def _cycle(self, batches: Iterable[Batch], lots: Collection[Lot]) -> Cycle:
        """Go back from a lot that waits to one it waits for, until one comes again."""
        before: dict[Lot, Lot] = {}
        for batch in batches:
            waits_for = min(lot for lot in self._family_of(batch) if lot in lots)
            for part in self.far(batch):
                before[part.lot] = min(waits_for, before.get(part.lot, waits_for))
        passed: dict[Lot, None] = {}
        lot = min(lots)
        while lot not in passed:
            passed[lot] = None
            lot = before[lot]
        path = list(passed)
        return Cycle(tuple(path[path.index(lot) :][::-1]))
