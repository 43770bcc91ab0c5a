"""Where the boxes of a family stand and how its arrows run: a drawing in columns.

Boxes are put in the order in which their arrows cross least; an arrow that passes a column
has a lane of its own in it, so that none runs behind a box.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from fava_lotcost.folding import Box, Flow, Folded

WIDTH, HEIGHT = 160, 50
_GAP, _ACROSS, _LANE, _HEAD = 14, 112, 18, 24
_EDGE, _STRAIGHT = 2, 72  # room for the line of a box; what an arrow runs straight by its label
_SWEEPS = 6
_LOWEST = 220  # beside an opened column the others begin where the eye does
_LINE = 11
_LABELS = 3  # one above the other on the side of a box
_Place = tuple[str, int]  # a box, or what passes its column, and the column


class Placed(NamedTuple):
    """A box with its upper left corner."""

    box: Box
    x: int
    y: int


class Path(NamedTuple):
    """An arrow: the path it takes, and where its label stands.

    Attributes:
      anchor: Whether the label begins or ends there, `start` or `end`; nothing where it has
        no room.
    """

    flow: Flow
    d: str
    x: int
    y: int
    anchor: str


class Drawing(NamedTuple):
    """All there is to draw; `columns` has the left edge of each and a box that stands in it."""

    width: int
    height: int
    boxes: tuple[Placed, ...]
    paths: tuple[Path, ...]
    columns: tuple[tuple[int, Box], ...]


def draw(folded: Folded) -> Drawing:
    """Place boxes and arrows."""
    columns = {box.key: box.column for box in folded.boxes}
    routes = [tuple(_route(flow, columns)) for flow in folded.flows]
    order = _ordered(folded, routes)
    tall = {place: HEIGHT if place[0] in columns else _LANE for row in order for place in row}
    heights = [sum(tall[place] + _GAP for place in row) for row in order]
    y: dict[_Place, int] = {}
    for row, height in zip(order, heights, strict=True):
        top = _HEAD + min((max(heights) - height) // 2, _LOWEST)
        for place in row:
            y[place] = top
            top += tall[place] + _GAP
    x = [_EDGE + column * (WIDTH + _ACROSS) for column in range(len(order))]
    placed = tuple(Placed(box, x[box.column], y[box.key, box.column]) for box in folded.boxes)
    return Drawing(
        width=x[-1] + WIDTH + _EDGE,
        height=_HEAD + max(heights),
        boxes=placed,
        paths=tuple(_apart(_paths(folded.flows, routes, x, y))),
        columns=tuple({each.x: (each.x, each.box) for each in placed}.values()),
    )


def short(text: str, most: int) -> str:
    """Cut a text to the width of so many letters; a wide letter counts as two."""
    if _width(text) <= most:
        return text
    return f"{_fitting(text, most - 1)}…"


def short_within(text: str, most: int) -> str:
    """Cut the middle of a number, whose end tells it from those that begin alike."""
    if _width(text) <= most:
        return text
    end = _fitting(text[::-1], most // 2)[::-1]
    return f"{_fitting(text, most - 1 - _width(end))}…{end}"


def _fitting(text: str, most: int) -> str:
    at = 0
    while at < len(text) and _width(text[: at + 1]) <= most:
        at += 1
    return text[:at]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _route(flow: Flow, columns: Mapping[str, int]) -> Iterator[_Place]:
    """Yield the places a flow goes by: its ends, and a lane in each column between."""
    first, last = columns[flow.tail], columns[flow.head]
    yield flow.tail, first
    for column in range(first + 1, last):
        yield f"{flow.tail}>{flow.head}", column
    yield flow.head, last


def _ordered(folded: Folded, routes: Sequence[Sequence[_Place]]) -> list[list[_Place]]:
    """Order each column by where its neighbours stand, to and fro, until it settles."""
    count = 1 + max(box.column for box in folded.boxes)
    order: list[list[_Place]] = [[] for _ in range(count)]
    for box in folded.boxes:
        order[box.column].append((box.key, box.column))
    before: dict[_Place, list[_Place]] = defaultdict(list)
    after: dict[_Place, list[_Place]] = defaultdict(list)
    for route in routes:
        for place in route[1:-1]:
            order[place[1]].append(place)
        for left, right in pairwise(route):
            before[right].append(left)
            after[left].append(right)
    for sweep in range(_SWEEPS):
        neighbours = after if sweep % 2 else before
        for row in reversed(order) if sweep % 2 else order:
            spots = {
                place: at / max(1, len(each) - 1) for each in order for at, place in enumerate(each)
            }
            means = {
                place: _mean([spots[near] for near in neighbours[place]], spots[place])
                for place in row
            }
            row.sort(key=means.__getitem__)
    return order


def _mean(spots: Sequence[float], own: float) -> float:
    return sum(spots) / len(spots) if spots else own


def _paths(
    flows: Sequence[Flow],
    routes: Sequence[Sequence[_Place]],
    x: Sequence[int],
    y: Mapping[_Place, int],
) -> Iterator[Path]:
    """Yield the paths; those that share a side of a box are spread over it."""
    leaving, coming = defaultdict(list), defaultdict(list)
    for at, route in enumerate(routes):
        leaving[route[0]].append((y[route[1]], at))
        coming[route[-1]].append((y[route[-2]], at))
    for at, (flow, route) in enumerate(zip(flows, routes, strict=True)):
        start = x[route[0][1]] + WIDTH, _port(leaving[route[0]], at, y[route[0]])
        end = x[route[-1][1]], _port(coming[route[-1]], at, y[route[-1]])
        lanes = []
        for place in route[1:-1]:
            middle = y[place] + _LANE // 2
            lanes += [(x[place[1]], middle), (x[place[1]] + WIDTH, middle)]
        # The end that has fewer arrows has room for the label, if any has.
        at_end, at_start = len(coming[route[-1]]), len(leaving[route[0]])
        has_room = min(at_end, at_start) <= _LABELS
        if at_end <= at_start:
            points = [start, *lanes, (end[0] - _STRAIGHT, end[1]), end]
            yield Path(flow, _curve(points), end[0] - 12, end[1] - 5, "end" * has_room)
        else:
            points = [start, (start[0] + _STRAIGHT, start[1]), *lanes, end]
            yield Path(flow, _curve(points), start[0] + 4, start[1] - 5, "start" * has_room)


def _apart(paths: Iterable[Path]) -> Iterator[Path]:
    """Leave out a label that would stand on another."""
    stands: dict[int, list[int]] = defaultdict(list)  # in a gap between columns, at which heights
    for path in paths:
        gap = path.x // (WIDTH + _ACROSS)
        is_free = all(abs(path.y - y) >= _LINE for y in stands[gap])
        if path.anchor and is_free:
            stands[gap].append(path.y)
        yield path if is_free else path._replace(anchor="")


def _port(sharing: Sequence[tuple[int, int]], at: int, top: int) -> int:
    place = [each for _, each in sorted(sharing)].index(at)
    return top + round(HEIGHT * (place + 1) / (len(sharing) + 1))


def _curve(points: Sequence[tuple[int, int]]) -> str:
    """Bend between columns, and run straight through a lane."""
    d = f"M{points[0][0]} {points[0][1]}"
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (x1 + x2) // 2
        d += f"L{x2} {y2}" if y1 == y2 else f"C{middle} {y1} {middle} {y2} {x2} {y2}"
    return d
