"""How a transaction comes to balance to the cent, once its goods are at cost.

A cost that is written already is not added again; an elided leg takes what the costs make of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.data import Posting
from beancount.core.interpolate import AUTOMATIC_META, AUTOMATIC_RESIDUAL

from lotcost.ledger.config import Config
from lotcost.ledger.documents import elided_money, residual
from lotcost.ledger.holding import ByLot, Meta, line_of, money_legs
from lotcost.model import ZERO, Kind


class _Cost(NamedTuple):
    """What goods cost by lot, and which way they moved: 1 where they went out."""

    by_lot: ByLot
    kind: Kind
    sign: int


class Balance:
    """What makes a transaction balance.

    Attributes:
      added: The legs added to it that say what goods cost.
      paid_to: The accounts that have a leg of money as it is written.
      difference_to: The account that takes a difference, where one is laid down for it.
      credited: Whether a price says what the elided leg of a return is.
    """

    def __init__(self, txn: data.Transaction, config: Config) -> None:
        self.added: list[Posting] = []
        self.paid_to: set[str] = set()
        self.difference_to: str | None = None
        self.credited = False
        self._txn = txn
        self._config = config
        # What goods cost whose leg is written, by its account, where a leg is elided.
        self._said: dict[tuple[str, str], list[_Cost]] = defaultdict(list)

    def has_leg_for(self, account: str, cost: ByLot, kind: Kind, sign: int) -> bool:
        """Leave a cost to a leg that is written on its account, where there is one that may be it.

        Where a leg is elided, what the cost makes of it is not known before all are.
        """
        if account not in self.paid_to or not self._elides:
            return False
        for lot, amount in cost.items():
            self._said[account, lot[1]].append(_Cost({lot: amount}, kind, sign))
        return True

    def balanced(self, postings: list[Posting], excuse: bool) -> list[Posting]:
        """Return the postings as they balance.

        Args:
          excuse: Whether the transaction has an error already, and need not balance.
        """
        off = residual(postings)
        if off and self.added:
            postings = self._without_written(postings, excuse)
            off = residual(postings)
        if off and excuse:
            return [
                posting._replace(meta={**(posting.meta or {}), AUTOMATIC_RESIDUAL: True})
                for posting in postings
            ]
        if (off or self._said) and self._says_cost:
            return self._completed(postings, off)
        return postings

    @cached_property
    def _elides(self) -> bool:
        return elided_money(self._txn, self._config)

    @property
    def _says_cost(self) -> bool:
        """Whether the legs on the accounts that take the cost are the cost.

        Where they are not, the elided leg is not to make up for it: the document is wrong.
        """
        for (account, currency), costs in self._said.items():
            legs = [leg for leg in self._txn.postings if leg.account == account]
            if any(AUTOMATIC_META in (leg.meta or {}) for leg in legs):
                continue
            cost = sum((each.sign * sum(each.by_lot.values()) for each in costs), ZERO)
            if sum(leg.units.number for leg in legs if leg.units.currency == currency) != cost:
                return False
        return True

    def _without_written(self, postings: list[Posting], excuse: bool) -> list[Posting]:
        """Leave out the legs at cost that are written already.

        They are where it balances without them, whatever account they are written on. A leg on
        the very account is one, but where it balances beside it: it is scrap, or a fee.
        """
        costs = {id(leg): leg.account in self.paid_to for leg in self.added}
        bare = [posting for posting in postings if id(posting) not in costs]
        if not excuse and not residual(bare):
            return bare
        return [posting for posting in postings if not costs.get(id(posting))]

    def _completed(self, postings: Sequence[Posting], off: Mapping[str, Decimal]) -> list[Posting]:
        """Let the elided leg take what is off, else the account laid down for differences.

        Where it takes what goods cost, it is parted among their lots.
        """
        out = []
        left = defaultdict(Decimal, off)
        for posting in postings:
            account, (number, currency), _, _, _, meta = posting
            if AUTOMATIC_META not in (meta or {}) or self.credited:
                out.append(posting)
                continue
            legs = self._costs_on(account, meta)
            for leg in legs:
                left[leg.units.currency] += leg.units.number
            more = left.pop(currency, ZERO)
            if more:
                cent = self._config.cent(currency)
                posting = posting._replace(units=Amount((number - more).quantize(cent), currency))
            out += legs
            if posting.units.number or not legs:
                out.append(posting)
        if self.difference_to is not None:
            for currency, number in sorted(left.items()):
                if number:
                    meta = line_of(self._txn.meta)
                    amount = Amount(-number, currency)
                    out.append(Posting(self.difference_to, amount, None, None, None, meta))
        return out

    def _costs_on(self, account: str, source: Meta) -> list[Posting]:
        """Take the costs that were left to an account's elided leg, in whatever currency."""
        legs: list[Posting] = []
        for key in [key for key in self._said if key[0] == account]:
            for cost in self._said.pop(key):
                legs += money_legs(account, cost.by_lot, source, cost.kind, cost.sign)
        return legs
