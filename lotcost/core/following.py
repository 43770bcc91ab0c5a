"""Which refusals follow from an error before them: one cause is to give one error.

What has an error did not happen: what it would have brought is missed, what it would have sold
cannot come back. A refusal that this explains is not told until the error is mended.
"""

from __future__ import annotations

import datetime
from collections import defaultdict, deque
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from lotcost.core.costing import Refused
from lotcost.core.refusals import (
    ClosingMoved,
    CountDiffers,
    CountUncosted,
    NoAccount,
    NotArrived,
    NothingToLandOn,
    NotSold,
    Short,
    UnknownLot,
)
from lotcost.core.valuing import is_below
from lotcost.model import ZERO, Expiring, Kind, Landing, Lot, Movement, WriteDown


class Unread(NamedTuple):
    """Goods of a posting that has an error itself, and so is no movement.

    Attributes:
      lot: The number of their lot, where one is named.
      units: Positive where they come in.
    """

    date: datetime.date
    account: str
    commodity: str
    lot: str | None
    units: Decimal
    links: frozenset[str]

    @property
    def brings(self) -> Lot | None:
        """The lot that it would have brought, which is that of its day where it names none."""
        number = self.lot or self.date.isoformat()
        return Lot(self.commodity, number) if self.units > ZERO else None


_Goods = tuple[str, str]  # an account, and a commodity in it
_ByLot = dict[str | None, Decimal]  # units by lot; None is of any


class Causes:
    """What did not happen so far, and what that explains.

    Args:
      unread: In date order.
    """

    def __init__(self, unread: Iterable[Unread]) -> None:
        self._unread = deque(unread)
        self._never = {each.brings for each in self._unread}
        self._missed: dict[_Goods, _ByLot] = defaultdict(lambda: defaultdict(Decimal))
        self._unsold: dict[str, _ByLot] = defaultdict(lambda: defaultdict(Decimal))
        self._lots: set[Lot] = set()  # that never came
        self._touched: dict[_Goods, set[str | None]] = defaultdict(set)
        self._may_be_landed_on: set[str] = set()
        self._revalued: set[str | None] = set()  # goods whose write-down was refused; None: any

    def explains(self, refused: Refused) -> bool:
        """Whether what was added so far explains a refusal, up to its own day."""
        while self._unread and self._unread[0].date <= refused.event.date:
            goods = self._unread.popleft()
            self._add(
                *(goods.date, goods.units, goods.account, goods.commodity, goods.lot, goods.links)
            )
            if goods.units < ZERO:
                self._unsold[goods.commodity][goods.lot] -= goods.units
        match refused.why:
            case UnknownLot(lot=lot) | CountUncosted(lot=lot):
                return lot in self._never or lot in self._lots
            case NotArrived(lot=lot, arrives=arrives):
                return lot in self._lots and arrives <= refused.event.date
            case Short() as short:
                missed = self._missed[short.account, short.commodity]
                return _covers(missed, short.lot, short.wanted - short.on_hand)
            case NotSold() as back:
                unsold = self._unsold[back.commodity]
                return _covers(unsold, back.lot, back.returned - back.sold)
            case CountDiffers(account=account, lot=lot):
                touched = self._touched.get((account, lot.commodity), ())
                return not {lot.number, None}.isdisjoint(touched)
            case NothingToLandOn(on=names):
                return not self._may_be_landed_on.isdisjoint(names)
            case ClosingMoved(account=account, commodities=commodities):
                return not self._revalued.isdisjoint({None, *commodities}) or any(
                    is_below(below, account) and commodity in commodities
                    for below, commodity in self._touched
                )
        return False

    def add(self, refused: Refused) -> None:
        """Let what was refused explain what follows."""
        event = refused.event
        if isinstance(event, Movement):
            for issue in event.issues:
                self._add(event.date, -issue.units, issue.account, issue.commodity, issue.lot, ())
                if event.kind is Kind.SALE:
                    self._unsold[issue.commodity][issue.lot] += issue.units
            for goods in event.receipts:
                self._add(
                    *(event.date, goods.units, goods.account, goods.commodity, goods.lot),
                    event.links,
                )
        elif isinstance(event, Expiring) and isinstance(refused.why, NoAccount):
            self._touched[refused.why.account, event.lot.commodity].add(event.lot.number)
        elif isinstance(event, WriteDown):
            self._revalued.add(event.lot.commodity)
        elif isinstance(event, Landing):
            self._revalued.add(None)

    def _add(
        self,
        day: datetime.date,
        units: Decimal,
        account: str,
        commodity: str,
        lot: str | None,
        links: Iterable[str],
    ) -> None:
        self._touched[account, commodity].add(lot)
        if units > ZERO:
            self._missed[account, commodity][lot] += units
            self._may_be_landed_on.update(f"^{link}" for link in links)
            number = lot or day.isoformat()
            self._lots.add(Lot(commodity, number))
            self._may_be_landed_on.add(number)


def _covers(never: _ByLot, lot: str | None, lacking: Decimal) -> bool:
    """Whether what never came is as much as lacks now; it explains no more than that.

    Goods of a lot that is asked for are covered by that lot, and by what names none.
    """
    covering = [name for name in never if lot is None or name in {None, lot}]
    if sum((never[name] for name in covering), ZERO) < lacking:
        return False
    for name in covering:
        taken = min(lacking, never[name])
        never[name] -= taken
        lacking -= taken
    return True
