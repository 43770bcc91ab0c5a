"""Finish a movement with what only its transaction as a whole says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from beancount.core import data

from lotcost.ledger.config import Config
from lotcost.ledger.documents import elided_money, money_beside
from lotcost.ledger.errors import (
    ElidedAmount,
    MixedStyles,
    UnclearKind,
    UnevenTransfer,
    WrongShares,
    number,
)
from lotcost.ledger.kinds import Legs
from lotcost.ledger.serials import with_unit_shares
from lotcost.ledger.words import WrongError
from lotcost.model import ZERO, Issue, Kind, Money, Movement, Receipt


def finished(
    movement: Movement,
    txn: data.Transaction,
    legs: Legs,
    config: Config,
    paid: Mapping[int, Money],
) -> Movement:
    """Return a movement with what the other legs of its transaction say of it.

    Args:
      paid: What the prices of postings come to, by their places.
    """
    if movement.kind is Kind.TRANSFER:
        return _transfer(movement, legs)
    if movement.kind is Kind.PRODUCTION:
        return _with_conversion(movement, txn, legs, config)
    if movement.kind is Kind.PURCHASE_RETURN:
        return _with_credit(movement, txn, legs, config, paid)
    return movement


def _transfer(movement: Movement, legs: Legs) -> Movement:
    out = {issue.commodity for issue in movement.issues}
    into = {receipt.commodity for receipt in movement.receipts}
    if out != into:
        native = next((each.posting.account for each in legs.goods if each.policy.native), None)
        if native is None:
            raise WrongError(UnevenTransfer, _one_sided(movement))
        raise WrongError(
            MixedStyles,
            f"Goods move between {native}, which Beancount books, and a managed account, and "
            "neither side can cost the other's. Give both accounts one lot-method",
        )
    return _agreed_on_lots(movement)


def _one_sided(movement: Movement) -> str:
    """Say which goods a transfer takes out, or brings in, and no more than that."""
    into = {receipt.commodity for receipt in movement.receipts}
    for issue in movement.issues:
        if issue.commodity not in into:
            what = f"{number(issue.units)} {issue.commodity}"
            return (
                f"A transfer takes out {what}, and they come in nowhere. "
                f"Write where they go: Assets:Inventory:Shop  {what}"
            )
    out = {issue.commodity for issue in movement.issues}
    goods = next(receipt for receipt in movement.receipts if receipt.commodity not in out)
    what = f"{number(goods.units)} {goods.commodity}"
    return (
        f"A transfer brings in {what}, and they leave no inventory account. "
        f"Write where they leave: Assets:Inventory:Main  -{what}"
    )


def _agreed_on_lots(movement: Movement) -> Movement:
    """Let a transfer name its lots on the side that arrives: an issue then is one a lot."""
    issues: list[Issue] = []
    for issue in movement.issues:
        arriving = [each for each in movement.receipts if each.commodity == issue.commodity]
        alone = sum(each.commodity == issue.commodity for each in movement.issues) == 1
        if issue.lot is None and alone and any(each.lot for each in arriving):
            issues.extend(issue._replace(lot=each.lot, units=each.units) for each in arriving)
        else:
            issues.append(issue)
    return movement._replace(issues=tuple(issues))


def _with_credit(
    movement: Movement,
    txn: data.Transaction,
    legs: Legs,
    config: Config,
    paid: Mapping[int, Money],
) -> Movement:
    """Add what the supplier gives back: the price of the goods, else what the legs say."""
    issued = dict.fromkeys(issue.posting for issue in movement.issues)
    credits = [paid[posting] for posting in issued if posting in paid]
    if credits:
        credit = Money(sum((money.number for money in credits), ZERO), credits[0].currency)
        return movement._replace(beside=credit._replace(number=-credit.number))
    beside = _beside(movement, txn, config)
    if elided_money(txn, config) or not beside:
        return movement
    return movement._replace(beside=beside[0])


def _with_conversion(
    movement: Movement, txn: data.Transaction, legs: Legs, config: Config
) -> Movement:
    """Add what a batch costs beside its inputs: the money that the other legs give."""
    for posting in txn.postings:
        elided = config.policy(posting.account) is None
        if elided and config.is_goods(posting.units.currency):
            raise WrongError(
                ElidedAmount,
                f"{posting.account} has no amount in a batch, where none can be told. "
                "Write what the conversion costs: "
                f"{posting.account}  -30.00 {config.main_currency}",
                posting,
            )
    if not movement.receipts:
        used = movement.issues[0]
        what = f"{number(used.units)} {used.commodity}"
        raise WrongError(
            UnclearKind,
            f"{what} go into a batch that makes nothing. Write what it makes, as in "
            'Assets:Inventory:Main  40 CAKE, or reason: "abnormal-loss" where it was lost',
        )
    _check_shares(movement.receipts)
    conversion = _beside(movement, txn, config, without=_written_off_to(legs))
    if len(conversion) > 1:
        names = " and ".join(sorted(money.currency for money in conversion))
        raise WrongError(
            WrongShares,
            f"The conversion of this batch is paid in {names}. "
            f"Write all of it in one currency, with @ prices for the others",
        )
    receipts = with_unit_shares(movement.receipts)
    return movement._replace(receipts=receipts, beside=conversion[0] if conversion else None)


def _check_shares(receipts: Sequence[Receipt]) -> None:
    """See that the outputs' shares add up; a single output, or none with a share, needs none."""
    shares = list({each.posting: each.share for each in receipts if each.cost is None}.values())
    if len(shares) < 2 or not any(share is not None for share in shares):
        return
    total = sum((share for share in shares if share is not None), ZERO)
    if None in shares or total not in {1, 100}:
        found = " + ".join("?" if share is None else f"{share:f}" for share in shares)
        raise WrongError(
            WrongShares,
            f"The outputs' cost-share are {found}, which is {total:f} and not 100. "
            "Give each output but a by-product (cost: 5.00 USD) its cost-share",
        )


def _written_off_to(legs: Legs) -> set[str]:
    """The accounts that goods with a reason of their own are written off to."""
    reasons = ((each.policy, (each.posting.meta or {}).get("reason")) for each in legs.goods)
    return {policy.write_off(reason) or "" for policy, reason in reasons if reason}


def _beside(
    movement: Movement, txn: data.Transaction, config: Config, without: Collection[str] = ()
) -> list[Money]:
    """What the legs of money give, a currency each; some are others', as a sale's are."""
    goods: list[Issue | Receipt] = [*movement.issues, *movement.receipts]
    own = {each.posting for each in goods}
    sums = money_beside(txn, own, config, without)
    return [Money(-total, currency) for currency, total in sums.items()]
