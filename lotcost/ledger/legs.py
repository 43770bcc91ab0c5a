"""The legs a movement lacks, and the accounts laid down for them."""

from __future__ import annotations

from collections.abc import Mapping

from beancount.core import data

from lotcost.ledger.config import Config, Policy
from lotcost.ledger.documents import balances, elided_money
from lotcost.ledger.errors import MissingAccount, missing_leg
from lotcost.ledger.kinds import Goods, reason_of
from lotcost.ledger.words import WrongError
from lotcost.model import SOLD, Kind

LEG_KEYS: Mapping[Kind, str] = {
    Kind.SALE: "lot-cost-of-sales",
    Kind.SALE_RETURN: "lot-cost-of-sales",
    Kind.WRITE_OFF: "lot-write-off",
    Kind.ADJUSTMENT: "lot-adjustment",
}
"""What an `open` calls the account that takes what goods cost as they come or go."""


def account_at_cost(
    posting: data.Posting, txn: data.Transaction, policy: Policy, kind: Kind
) -> str | None:
    """Return the account that takes what goods cost, where one is laid down.

    A write-off goes by its reason.
    """
    if kind is Kind.WRITE_OFF:
        return policy.write_off(reason_of(posting, txn))
    return policy.accounts.get(LEG_KEYS[kind])


def check_legs(goods: Goods, kind: Kind, txn: data.Transaction, config: Config) -> None:
    """See that an account is laid down for each leg that will have to be added."""
    policy = goods.policy
    wanted = []
    if (
        kind in LEG_KEYS
        and not goods.met
        and account_at_cost(goods.posting, txn, policy, kind) is None
    ):
        wanted.append(LEG_KEYS[kind])
    if (
        kind in SOLD
        and goods.posting.price is not None
        and "lot-sales" not in policy.accounts
        and wants_revenue(txn, config)
    ):
        wanted.append("lot-sales")
    if wanted:
        raise WrongError(MissingAccount, missing_leg(kind, policy.laid_down, wanted[0]))


def wants_revenue(txn: data.Transaction, config: Config) -> bool:
    """Whether a sale is in the short form: its price is there and its income is not.

    An income leg beside it is a discount or a charge where the transaction balances as it is
    written, and the income itself where it does not.
    """
    if not any(config.is_income(posting.account) for posting in txn.postings):
        return True
    return not elided_money(txn, config) and balances(txn, config)
