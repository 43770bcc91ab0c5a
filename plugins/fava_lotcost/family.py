"""The family of lots as a page draws it: traced, laid out, folded, and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fava_lotcost.drawing import Drawing, draw
from fava_lotcost.folding import Box, fold
from fava_lotcost.params import Params
from lotcost.model import Lot
from lotcost.reports.trace import Arrow, Cycle, Node, Picture, Trace, picture

_MOST_ROWS = 500


class Family(NamedTuple):
    """A traced family.

    Attributes:
      opened: The columns that are shown whole.
    """

    trace: Trace
    picture: Picture
    drawing: Drawing
    opened: frozenset[int]

    @property
    def rows(self) -> tuple[tuple[Node, Arrow, Node], ...]:
        """The arrows with their ends, for those who read a table; a long one is cut."""
        nodes = {node.key: node for node in self.picture.nodes}
        return tuple(
            (nodes[arrow.tail], arrow, nodes[arrow.head])
            for arrow in self.picture.arrows[:_MOST_ROWS]
        )

    def opened_with(self, box: Box) -> str:
        """Return what the URL says to show one more column whole."""
        return ",".join(map(str, sorted(self.opened | {box.column})))

    def opened_without(self, box: Box) -> str | None:
        """Return what the URL says to fold a column again."""
        return ",".join(map(str, sorted(self.opened - {box.column}))) or None


def family(found: Trace | Cycle, params: Params) -> Family | Cycle:
    """Draw a trace; lots that are made of each other have no picture."""
    if isinstance(found, Cycle):
        return found
    whole = picture(found)
    columns = 1 + max(node.column for node in whole.nodes)
    opened = params.places("open", columns)
    return Family(found, whole, draw(fold(whole, opened)), opened)


def circle(cycle: Cycle) -> Sequence[Lot]:
    """Return the lots of a circle, back to the first one."""
    return (*cycle.lots, cycle.lots[0])
