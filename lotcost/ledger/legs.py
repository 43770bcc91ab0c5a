"""The legs a movement lacks, and the accounts laid down for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

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
    written, and the income itself where it does not. Where a leg of money is elided every
    transaction balances, and it is told by whether it can be the income.
    """
    income = [each for each in txn.postings if config.is_income(each.account)]
    if not income:
        return True
    if elided_money(txn, config):
        return not _may_be_the_income(income, txn, config)
    return balances(txn, config)


def _may_be_the_income(
    income: Sequence[data.Posting], txn: data.Transaction, config: Config
) -> bool:
    """Whether legs are what goods earned, and no fee or discount beside it.

    They are where some are on a sales account, or come to half of what the goods are priced at,
    and go the way that income of these goods goes; a discount goes the other way. Where no
    account is laid down for sales there is no short form.
    """
    if not config.sales_accounts:
        return True
    prices: dict[str, Decimal] = defaultdict(Decimal)
    for posting in txn.postings:
        if posting.price is not None and config.is_goods(posting.units.currency):
            prices[posting.price.currency] += posting.units.number * posting.price.number
    written: dict[str, Decimal] = defaultdict(Decimal)
    for account, (number, currency), *_ in income:
        written[currency] += number
        if config.is_sales(account) and (number > 0) == (prices[currency] > 0):
            return True
    return any(price and written[currency] / price * 2 >= 1 for currency, price in prices.items())
