"""Which refusals follow from an error before them: one cause is to give one error.

What has an error did not happen: what it would have brought is missed, what it would have sold
cannot come back. A refusal that this explains is not told until the error is mended.
"""

from __future__ import annotations

import datetime
from collections import defaultdict, deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from lotcost.core.costing import Refused
from lotcost.core.refusals import (
    ClosingMoved,
    CountDiffers,
    CountUncosted,
    NotArrived,
    NothingToLandOn,
    NotSold,
    Short,
    UnknownLot,
)
from lotcost.model import ZERO, Kind, Lot, Movement


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
        """The lot that it would have brought, where it names one."""
        return Lot(self.commodity, self.lot) if self.lot and self.units > ZERO else None


class Causes:
    """What did not happen so far, and what that explains.

    Args:
      unread: In date order.
    """

    def __init__(self, unread: Iterable[Unread]) -> None:
        self._unread = deque(unread)
        self._never = {each.brings for each in self._unread}
        self._missed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)  # units, by account
        self._unsold: dict[str, Decimal] = defaultdict(Decimal)
        self._lots: set[Lot] = set()
        self._touched: dict[str, set[str]] = defaultdict(set)  # accounts, by commodity
        self._landed_on: set[str] = set()  # what a landed cost may name
        self._is_worth_else = False  # whether a landed cost or a write-down was refused

    def explain(self, refused: Refused) -> bool:
        """Whether an earlier error explains a refusal, which is a cause itself from now on."""
        event = refused.event
        while self._unread and self._unread[0].date <= event.date:
            self._add_unread(self._unread.popleft())
        explained = self._explains(refused)
        if isinstance(event, Movement):
            for issue in event.issues:
                self._touched[issue.commodity].add(issue.account)
                if event.kind is Kind.SALE:
                    self._unsold[issue.commodity] += issue.units
            for receipt in event.receipts:
                self._miss(
                    *(receipt.account, receipt.commodity, receipt.lot, receipt.units),
                    event.links,
                )
        elif not isinstance(refused.why, ClosingMoved | CountDiffers | CountUncosted):
            self._is_worth_else = True
        return explained

    def _add_unread(self, goods: Unread) -> None:
        if goods.units > ZERO:
            self._miss(goods.account, goods.commodity, goods.lot, goods.units, goods.links)
        else:
            self._touched[goods.commodity].add(goods.account)
            self._unsold[goods.commodity] -= goods.units

    def _miss(
        self, account: str, commodity: str, lot: str | None, units: Decimal, links: Iterable[str]
    ) -> None:
        self._touched[commodity].add(account)
        self._missed[account, commodity] += units
        self._landed_on.update(f"^{link}" for link in links)
        if lot is not None:
            self._lots.add(Lot(commodity, lot))
            self._landed_on.add(lot)

    def _explains(self, refused: Refused) -> bool:
        match refused.why:
            case UnknownLot(lot=lot) | CountUncosted(lot=lot):
                return lot in self._never or lot in self._lots
            case NotArrived(lot=lot, arrives=arrives):
                return lot in self._lots and arrives <= refused.event.date
            case Short() as short:
                missed = short.account, short.commodity
                return _covers(self._missed, missed, short.wanted - short.on_hand)
            case NotSold() as unsold:
                return _covers(self._unsold, unsold.commodity, unsold.returned - unsold.sold)
            case CountDiffers(account=account, lot=lot):
                return account in self._touched[lot.commodity]
            case NothingToLandOn(on=names):
                return not self._landed_on.isdisjoint(names)
            case ClosingMoved(account=account, commodities=commodities):
                return self._is_worth_else or any(
                    f"{touched}:".startswith(f"{account}:")
                    for commodity in commodities
                    for touched in self._touched[commodity]
                )
        return False


def _covers(never: dict[Any, Decimal], key: object, lacking: Decimal) -> bool:
    """Whether what never came is as much as lacks now; it explains no more than that."""
    if lacking > never[key]:
        return False
    never[key] -= lacking
    return True
