"""A family folded until it can be read: what a column has too much of stands as one box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from lotcost.reports.trace import Arrow, Node, Picture, Side

_MOST = 8
_BARRED = frozenset({"recalled", "quarantine", "expired"})


class Box(NamedTuple):
    """A node, or those of a column that are folded into one.

    Attributes:
      units: What came to it, by commodity; where nothing did, what went from it.
    """

    key: str
    column: int
    nodes: tuple[Node, ...]
    units: Mapping[str, Decimal]

    @property
    def node(self) -> Node:
        """The node, or the first of those folded."""
        return self.nodes[0]

    @property
    def is_folded(self) -> bool:
        """Whether it stands for several nodes."""
        return len(self.nodes) > 1

    @property
    def mark(self) -> str:
        """What bars its lot from sale, or the worst of those that are folded."""
        marks = {node.member.status for node in self.nodes if node.member}
        return next((mark for mark in ("recalled", "quarantine", "expired") if mark in marks), "")

    @property
    def is_traced(self) -> bool:
        """Whether it is a lot that was asked for."""
        return _is_traced(self.node)


class Flow(NamedTuple):
    """Units that went from one box to another, by commodity.

    Attributes:
      recalled: Whether any of them are of a lot that is recalled.
    """

    tail: str
    head: str
    units: Mapping[str, Decimal]
    recalled: bool


class Folded(NamedTuple):
    """Boxes by column, and what flows between them."""

    boxes: tuple[Box, ...]
    flows: tuple[Flow, ...]


def fold(picture: Picture, opened: Collection[int] = (), most: int = _MOST) -> Folded:
    """Fold what a column has beyond so many boxes; lots asked for or barred go last.

    Args:
      opened: The columns that are shown whole.
    """
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in picture.nodes:
        columns[node.column].append(node)
    box_of: dict[str, str] = {}
    groups: list[tuple[Node, ...]] = []
    for column, nodes in sorted(columns.items()):
        whole = column in opened or len(nodes) <= most
        for group in _each(nodes) if whole else _folded(nodes, most):
            groups.append(group)
            box_of |= {node.key: group[0].key for node in group}
    recalled = {
        node.member.lot
        for node in picture.nodes
        if node.member is not None and node.member.status == "recalled"
    }
    return Folded(
        tuple(_box(group, picture.arrows) for group in groups),
        tuple(_flows(picture.arrows, box_of, recalled)),
    )


def _each(nodes: Iterable[Node]) -> Iterator[tuple[Node, ...]]:
    return ((node,) for node in nodes)


def _folded(nodes: Iterable[Node], most: int) -> Iterator[tuple[Node, ...]]:
    """Keep what has to be seen first, and fold what is beyond."""
    ranked = sorted(nodes, key=_rank)
    yield from _each(ranked[: most - 1])
    yield tuple(ranked[most - 1 :])


def _rank(node: Node) -> int:
    if _is_traced(node):
        return 0
    return 1 if node.member is not None and node.member.status in _BARRED else 2


def _is_traced(node: Node) -> bool:
    return node.member is not None and node.member.side is Side.TRACED


def _box(nodes: tuple[Node, ...], arrows: Iterable[Arrow]) -> Box:
    keys = {node.key for node in nodes}
    came: dict[str, Decimal] = defaultdict(Decimal)
    went: dict[str, Decimal] = defaultdict(Decimal)
    for arrow in arrows:
        if arrow.head in keys:
            came[arrow.lot.commodity] += arrow.units
        if arrow.tail in keys:
            went[arrow.lot.commodity] += arrow.units
    return Box(nodes[0].key, nodes[0].column, nodes, dict(came or went))


def _flows(
    arrows: Iterable[Arrow], box_of: Mapping[str, str], recalled: Collection[object]
) -> Iterator[Flow]:
    units: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    red = set()
    for arrow in arrows:
        ends = box_of[arrow.tail], box_of[arrow.head]
        units[ends][arrow.lot.commodity] += arrow.units
        if arrow.lot in recalled:
            red.add(ends)
    for ends, amounts in units.items():
        yield Flow(*ends, dict(amounts), ends in red)
