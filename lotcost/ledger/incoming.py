"""What goods that come in cost, as one posting says it: a price, or a share of a batch."""

from __future__ import annotations

from decimal import Decimal

from beancount.core import data
from beancount.core.amount import Amount

from lotcost.ledger.config import Config
from lotcost.ledger.errors import MissingCost, TwoCosts, WrongShares, WrongType, number
from lotcost.ledger.kinds import Goods
from lotcost.ledger.words import WrongError
from lotcost.model import Money, Receipt

_UNIT_COST_DIGITS = 12


def bought(receipt: Receipt, goods: Goods, total: Money | None, config: Config) -> Receipt:
    """Return bought goods with their cost, as the document has it.

    Args:
      total: What they cost together, in cents; None where nothing says it.
    """
    posting = goods.posting
    what = f"{number(receipt.units)} {receipt.commodity}"
    if posting.price is not None and posting.cost is not None:
        cost, price = posting.cost, posting.price
        raise WrongError(
            TwoCosts,
            f"{what} come in with two costs, {{{number(cost.number)} {cost.currency}}} and "
            f"@ {number(price.number)} {price.currency}. Leave one out",
        )
    stated = (posting.meta or {}).get("cost")
    if total is not None and isinstance(stated, Amount):
        raise WrongError(
            TwoCosts,
            f"{what} come in with two costs, cost: {stated} and a price. cost is of the output of "
            "a batch: leave it out, or the price where this is one",
        )
    if "cost-share" in (posting.meta or {}):
        raise WrongError(
            WrongShares,
            f"cost-share is of the outputs of a batch, and {what} are bought. Leave it out",
        )
    if total is None:
        raise WrongError(
            MissingCost,
            f"{what} come in, and nothing says what they cost. Write their price: "
            f"{what} @ 1.00 USD",
        )
    if goods.policy.owner is not None and total.number:
        raise WrongError(
            TwoCosts,
            f"{receipt.account} holds goods of {goods.policy.owner}, which are counted and never "
            f"valued, and {what} come in at {number(total.number)} {total.currency}. "
            "Leave the price out",
        )
    each = posting.cost.number if posting.cost is not None else posting.price.number
    ends = -each.as_tuple().exponent <= _UNIT_COST_DIGITS
    # Where Beancount matches lots, the date may be that of another lot at the same cost.
    dated = posting.cost is not None and config.keeps_written(posting.account)
    acquired = posting.cost.date if dated else None
    return receipt._replace(cost=total, unit_cost=each if ends else None, acquired=acquired)


def output(receipt: Receipt, posting: data.Posting) -> Receipt:
    """Return an output of a batch with its share of the cost, or the cost that is stated."""
    meta = posting.meta or {}
    share, cost = meta.get("cost-share"), meta.get("cost")
    if share is not None and not (isinstance(share, Decimal) and share >= 0):
        raise WrongError(
            WrongType, f"cost-share wants a number and has {share!s}; write cost-share: 60"
        )
    if cost is not None and not (isinstance(cost, Amount) and cost.number >= 0):
        raise WrongError(WrongType, f"cost wants an amount and has {cost!s}; write cost: 5.00 USD")
    if share is not None and cost is not None:
        raise WrongError(
            WrongShares,
            f"The output has a cost-share of {number(share)} and a cost of {cost}. Leave one out",
        )
    stated = None if cost is None else Money(cost.number, cost.currency)
    return receipt._replace(share=share, cost=stated)
