"""Which accounts and commodities of a history have to be costed together.

A partition is one commodity in one account. Nothing that happens in one changes another's figures,
but for what ties them:

- an event in several of them: a transfer, a batch, a landed cost, a return
- a lot that is in several of them
- goods found, or returned, that name no lot or no cost: they look through all of their commodity
- a landed cost, which weighs all the lots and receipts that it names

Partitions that are tied, directly or by others, are one part, and a part is costed as the ledger
is: in the order of its events. So parts need no stages, and goods may go there and back between
accounts. The price is that a chain of transfers and batches is one part, however long it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from lotcost.engines.telling import landed_on
from lotcost.model import Lot

Query = Callable[[str], Iterable[Sequence[Any]]]

# A view `history` has the rows, and `p`, the number of each row's partition.
_EVENTS = """
SELECT DISTINCT tied.p, history.p FROM history JOIN (
  SELECT event, min(p) AS p FROM history
  WHERE event IS NOT NULL AND kind NOT IN ('receipt', 'sale', 'sale-return')
  GROUP BY event HAVING min(p) < max(p)
) AS tied ON history.event = tied.event
"""
_LOTS = """
SELECT DISTINCT tied.p, history.p FROM history JOIN (
  SELECT commodity, coalesce(lot, asked) AS number, min(p) AS p FROM history
  WHERE coalesce(lot, asked) IS NOT NULL
  GROUP BY commodity, coalesce(lot, asked) HAVING min(p) < max(p)
) AS tied
ON history.commodity = tied.commodity AND coalesce(history.lot, history.asked) = tied.number
"""
_WHOLE_COMMODITIES = """
SELECT DISTINCT tied.p, history.p FROM history JOIN (
  SELECT commodity, min(p) AS p FROM history
  WHERE units > 0 AND event IS NOT NULL
    AND (kind = 'adjustment' AND given IS NULL OR kind = 'sale-return' AND lot IS NULL)
  GROUP BY commodity
) AS tied ON history.commodity = tied.commodity
"""
_LANDINGS = "SELECT DISTINCT landed_on, p FROM history WHERE landed_on IS NOT NULL"
_NUMBERS = """
SELECT DISTINCT landed.place, history.p FROM landed
JOIN history ON coalesce(history.lot, history.asked) = landed.name
"""
_LINKS = """
SELECT DISTINCT landed.place, linked.p FROM landed JOIN (
  SELECT p, {explode} AS name FROM history
  WHERE kind IN ('receipt', 'production') AND document IS NOT NULL AND units > 0
) AS linked ON linked.name = landed.name
"""


def parts(
    partitions: int, query: Query, register: Callable[[list[tuple[int, str]]], None], explode: str
) -> list[int]:
    """Return the part of each partition, by its number.

    Args:
      query: Answers a question to the engine.
      register: Makes a view `landed` of places and names.
      explode: How the engine makes rows of the words of `document`.
    """
    forest = _Forest()
    for sql in (_EVENTS, _LOTS, _WHOLE_COMMODITIES):
        for one, other in query(sql):
            forest.tie(one, other)
    landings: dict[str, int] = {}
    for said, partition in query(_LANDINGS):
        place = landings.setdefault(said, len(landings))
        forest.tie(("landing", place), partition)
    if landings:
        register([(place, name) for said, place in landings.items() for name in _names(said)])
        for sql in (_NUMBERS, _LINKS.format(explode=explode)):
            for place, partition in query(sql):
                forest.tie(("landing", place), partition)
    roots: dict[Hashable, int] = {}
    return [roots.setdefault(forest.root(each), len(roots)) for each in range(partitions)]


def _names(said: str) -> Iterator[str]:
    for name in landed_on(said):
        yield name.number if isinstance(name, Lot) else name


class _Forest:
    """Sets that grow together: a tree each, found by its root."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def root(self, node: Hashable) -> Hashable:
        above = self._above.get(node, node)
        while above != node:
            further = self._above.get(above, above)
            self._above[node] = further
            node, above = above, further
        return node

    def tie(self, one: Hashable, other: Hashable) -> None:
        self._above[self.root(one)] = self.root(other)
