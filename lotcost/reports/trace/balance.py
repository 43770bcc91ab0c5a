"""The mass balance of a lot: what came in, and where every unit of it is."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from lotcost.model import ZERO, Kind
from lotcost.reports.report import trimmed
from lotcost.reports.trace.index import Index
from lotcost.reports.trace.values import Balance, Member

_COUNTS_AS = {
    Kind.RECEIPT: "received",
    Kind.PURCHASE_RETURN: "received",
    Kind.SALE: "sold",
    Kind.SALE_RETURN: "sold",
    Kind.WRITE_OFF: "written_off",
    Kind.ADJUSTMENT: "adjusted",
}
_OUT = frozenset({"sold", "consumed", "written_off"})


def balance(index: Index, member: Member) -> Balance:
    """Add up a lot's units; what a batch leaves over and puts back was never consumed."""
    units: dict[str, Decimal] = defaultdict(Decimal)
    for _, line in index.lines.get(member.lot, ()):
        word = _COUNTS_AS.get(line.kind)
        if word is not None:
            units[word] += -line.units if word in _OUT else line.units
        units["on_hand"] += line.units
    for batch, number in index.net(member.lot):
        # What gives back takes from what was consumed; what is taken apart was never made.
        if (number > ZERO) != (batch.key[0] in index.apart):
            units["made"] += number
        else:
            units["consumed"] -= number
    return Balance(
        member.lot,
        member.side,
        *(trimmed(units[word]) for word in Balance._fields[2:]),
    )
