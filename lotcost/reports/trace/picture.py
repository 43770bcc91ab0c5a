"""The family of a trace as a picture: nodes in columns, and arrows with units on them.

Left to right: suppliers, lots and the batches between them, customers. Every arrow points to a
column further right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from lotcost.model import ZERO, Lot
from lotcost.reports.trace.values import Handover, Member, Run, Side, Trace


class Node(NamedTuple):
    """A box of the picture.

    Attributes:
      key: What arrows name it by.
      label: The party, the lot's number or the batch's name; empty for a party without a name.
      column: From 0 on, from left to right.
      member: What is known of a lot.
      run: What is known of a batch.
      on_hand: Units of a lot that are on hand; None of what is no affected lot.
    """

    key: str
    kind: Literal["supplier", "lot", "batch", "customer"]
    label: str
    column: int
    member: Member | None = None
    run: Run | None = None
    on_hand: Decimal | None = None


class Arrow(NamedTuple):
    """Units of a lot that went from one node to another, less what came back."""

    tail: str
    head: str
    lot: Lot
    units: Decimal


class Picture(NamedTuple):
    """Nodes by column and then in the trace's order, and the arrows between them."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def picture(found: Trace) -> Picture:
    """Lay a trace out; batches taken apart again are not drawn."""
    columns = _columns(found)
    runs = [run for run in found.runs if not run.apart]
    family = {member.lot for member in found.members}
    left = min(columns.values()) - 1 if found.suppliers else min(columns.values())
    right = max(columns.values()) + 1
    on_hand = {each.lot: each.on_hand for each in found.balances}
    nodes = [
        *(
            Node(key, "supplier", label, left)
            for key, label in _parties(found.suppliers, "supplier")
        ),
        *(
            Node(_of(each.lot), "lot", each.lot.number, columns[each.lot], member=each)._replace(
                on_hand=on_hand.get(each.lot)
            )
            for each in found.members
        ),
        *(Node(_at(run), "batch", run.name, _between(run, columns), run=run) for run in runs),
        *(
            Node(key, "customer", label, right)
            for key, label in _parties(found.customers, "customer")
        ),
    ]
    nodes = [node._replace(column=node.column - left) for node in nodes]
    arrows = [
        *_handed(found.suppliers, "supplier"),
        *(
            Arrow(_of(part.lot), _at(run), part.lot, part.units)
            for run in runs
            for part in run.used
            if part.lot in family
        ),
        *(
            Arrow(_at(run), _of(part.lot), part.lot, part.units)
            for run in runs
            for part in run.made
            if part.lot in family
        ),
        *_handed(found.customers, "customer"),
    ]
    return Picture(tuple(sorted(nodes, key=lambda node: node.column)), tuple(arrows))


def _columns(found: Trace) -> dict[Lot, int]:
    """Two columns a generation: one for its lots, one for the batches that made them."""
    return {
        each.lot: -2 * each.depth if each.side is Side.UPSTREAM else 2 * each.depth
        for each in found.members
    }


def _between(run: Run, columns: dict[Lot, int]) -> int:
    return min(columns[part.lot] for part in run.made if part.lot in columns) - 1


def _parties(handovers: Iterable[Handover], kind: str) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(each.party or "" for each in handovers):
        yield f"{kind}:{name}", name


def _handed(handovers: Iterable[Handover], kind: str) -> Iterator[Arrow]:
    units: dict[tuple[str, Lot], Decimal] = defaultdict(lambda: ZERO)
    for each in handovers:
        units[f"{kind}:{each.party or ''}", each.lot] += each.units
    for (party, lot), number in units.items():
        ends = (party, _of(lot)) if kind == "supplier" else (_of(lot), party)
        yield Arrow(*ends, lot, number)


def _of(lot: Lot) -> str:
    return f"lot:{lot.commodity}:{lot.number}"


def _at(run: Run) -> str:
    return f"batch:{run.key[0]}:{run.key[1]}"
