"""Native lots that are named in metadata alone: to Beancount those of one cost are one."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from beancount.core import data
from beancount.core.position import Cost

from lotcost.model import ZERO, Kind

_BACK = frozenset({Kind.TRANSFER, Kind.SALE_RETURN})  # what comes in by these has left before


class NativeLots:
    """What is left of each native lot without a label of its own, account by account."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, Cost], str] = {}  # number that goods of a cost were given
        self._last_out: dict[tuple[str, Cost], str] = {}
        self._left: dict[tuple[str, str, Cost], dict[str, Decimal]] = defaultdict(dict)

    def known(self, posting: data.Posting, kind: Kind) -> list[str]:
        """Return the lots that a posting which names none may be of; several where nothing tells.

        Ties are by file order: what goes out is of the first lot in that has all of it.
        """
        (number, commodity), cost = posting.units, posting.cost
        held = commodity, cost
        if number < ZERO:
            left = self._left.get((posting.account, *held), {})
            enough = [lot for lot, units in left.items() if units + number >= ZERO]
            some = [lot for lot, units in left.items() if units > ZERO]
            if enough or some:
                return enough[:1] or some
        elif kind in _BACK and held in self._last_out:
            return [self._last_out[held]]
        return [self._first[held]] if held in self._first else []

    def move(self, posting: data.Posting, lot: str) -> None:
        """Follow what a posting moves of a lot."""
        (number, commodity), cost = posting.units, posting.cost
        left = self._left[posting.account, commodity, cost]
        left[lot] = left.get(lot, ZERO) + number
        self._first.setdefault((commodity, cost), lot)
        if number < ZERO:
            self._last_out[commodity, cost] = lot
