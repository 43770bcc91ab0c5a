"""What people may write, and the end of a posting that says something else."""

from __future__ import annotations

from typing import Any

from beancount.core import data

from lotcost.ledger import cards as card_files
from lotcost.ledger.config import unknown_keys
from lotcost.ledger.errors import LotError, UnknownWord, WrongLanding, WrongShares, nearest
from lotcost.ledger.kinds import POSTING_KEYS, Goods, Legs, is_silent
from lotcost.ledger.parties import name_errors
from lotcost.model import Kind, Reason

OF_A_LANDING = {"landed-on": WrongLanding, "landed-by": WrongLanding}
_OF_A_LEG = {**OF_A_LANDING, "cost-share": WrongShares}


class WrongError(Exception):
    """Ends the reading of a posting; never leaves the reading.

    Args:
      at: The posting at fault, where it is another one.
    """

    def __init__(self, kind: type[LotError], message: str, at: data.Posting | None = None) -> None:
        self.kind = kind
        self.message = message
        self.at = at

    def error(self, source: Any, entry: data.Directive) -> LotError:
        """Return the error at its line."""
        return self.kind(source, self.message, entry)


def check_words(goods: Goods, txn: data.Transaction) -> None:
    """See that what a posting of goods says is known."""
    if goods.silent:
        return
    meta = goods.posting.meta
    for error in card_files.type_errors(meta, meta, txn):
        raise WrongError(type(error), error.message)
    for error in unknown_keys(meta, POSTING_KEYS, txn):
        raise WrongError(type(error), error.message)
    for error in name_errors(meta, meta, txn):
        raise WrongError(type(error), error.message)
    check_reason(meta.get("reason"))


def check_reason(reason: object) -> None:
    """See that a reason is one of the known ones."""
    if reason is not None and reason not in set(Reason):
        raise WrongError(
            UnknownWord, f'The reason "{reason}" is unknown; {nearest(str(reason), Reason)}'
        )


def check_transaction(txn: data.Transaction, legs: Legs) -> None:
    """See that what a transaction itself says is known, and what its legs of money say."""
    if not is_silent(txn.meta):
        _check_own_words(txn)
    goods = {each.place for each in legs.goods}
    for place in legs.telling:
        if place not in goods:
            posting = txn.postings[place]
            for error in unknown_keys(posting.meta, POSTING_KEYS, txn):
                raise WrongError(type(error), error.message, posting)


def _check_own_words(txn: data.Transaction) -> None:
    for error in (
        *unknown_keys(txn.meta, POSTING_KEYS, txn),
        *name_errors(txn.meta, txn.meta, txn),
        *card_files.type_errors(txn.meta, txn.meta, txn),
    ):
        raise WrongError(type(error), error.message)
    for key, kind in _OF_A_LEG.items():
        if key in txn.meta:
            message = f"{key} is of one leg, and says nothing above them. Write it below its leg"
            raise WrongError(kind, message)
    check_reason(txn.meta.get("reason"))
    said = txn.meta.get("lot-kind")
    if said is not None and said not in set(Kind):
        message = f'The lot-kind "{said}" is unknown; {nearest(str(said), Kind)}'
        raise WrongError(UnknownWord, message)
