"""What people may write, and the end of a posting that says something else."""

from __future__ import annotations

from typing import Any

from beancount.core import data

from lotcost.ledger import cards as card_files
from lotcost.ledger.config import unknown_keys
from lotcost.ledger.errors import LotError, UnknownWord, nearest
from lotcost.ledger.kinds import POSTING_KEYS, Goods
from lotcost.ledger.parties import name_errors
from lotcost.model import Reason


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
