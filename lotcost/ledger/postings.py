"""Read one posting of goods: what it asks for, or what it brings and at what cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount.core import data

from lotcost.core.expiry import default_expires
from lotcost.ledger import cards as card_files
from lotcost.ledger.cards import Cards
from lotcost.ledger.config import Config
from lotcost.ledger.errors import (
    MissingLot,
    MixedStyles,
    TwoLots,
    WrongSerial,
    WrongType,
    number,
    where,
)
from lotcost.ledger.incoming import bought, output
from lotcost.ledger.kinds import Goods
from lotcost.ledger.legs import check_legs
from lotcost.ledger.parties import party_of
from lotcost.ledger.serials import SERIAL, check_serial
from lotcost.ledger.words import WrongError
from lotcost.model import BRINGS_LOTS, Issue, Kind, Lot, Method, Money, Receipt, maker

_issue = maker(Issue)


class Recognised(NamedTuple):
    """A posting that Beancount booked, and which lot it moves how."""

    entry: int
    posting: int
    kind: Kind
    lot: Lot


_recognised = maker(Recognised)


def recognise(
    goods: Goods, kind: Kind, place: int, txn: data.Transaction, cards: Cards, config: Config
) -> Recognised:
    """Recognise which lot a posting that Beancount booked moves.

    A lot named in metadata alone is known again by its cost when it leaves.
    """
    posting = goods.posting
    if posting.cost is None:
        raise WrongError(MixedStyles, _mixed(goods, "goods without their lot"))
    named = _lot(goods, txn)
    if posting.cost.label is None:
        known = [named] if named else cards.native.known(posting, kind)
        if len(known) > 1:
            raise WrongError(TwoLots, _one_to_beancount(goods, known))
        named = known[0] if known else posting.cost.date.isoformat()
        cards.native.move(posting, named)
    assert named is not None  # a label is a name
    lot = Lot(posting.units.currency, named)
    if kind in BRINGS_LOTS and goods.comes_in:
        _add_card(lot, posting, kind, txn, cards, config)
    return _recognised((place, goods.place, kind, lot))


def read_issue(
    goods: Goods, kind: Kind, txn: data.Transaction, paid: Mapping[int, Money], config: Config
) -> Issue:
    """Read goods out of a managed account."""
    posting = goods.posting
    lot = _lot(goods, txn)
    if posting.cost is not None:
        raise WrongError(MixedStyles, _mixed(goods, "a lot in Beancount's own form"))
    check_legs(goods, kind, txn, config)
    revenue = paid.get(goods.place) if kind is Kind.SALE else None
    number_, commodity = posting.units
    if number_ % 1 and config.tracked(commodity) == SERIAL:
        raise WrongError(
            WrongSerial,
            f'{commodity} is lot-tracked: "serial", one unit a lot, and {number(-number_)} go out. '
            "Write whole units",
        )
    return _issue((goods.place, posting.account, commodity, lot, -number_, revenue))


def read_receipt(
    goods: Goods,
    kind: Kind,
    txn: data.Transaction,
    paid: Mapping[int, Money],
    cards: Cards,
    config: Config,
) -> Receipt:
    """Read goods into a managed account, and put what is said of them on their lot's card."""
    posting = goods.posting
    check_legs(goods, kind, txn, config)
    units, commodity = posting.units.number, posting.units.currency
    receipt = Receipt(goods.place, posting.account, commodity, _lot(goods, txn), units)
    total = paid.get(goods.place)
    if kind is Kind.SALE_RETURN:
        return receipt._replace(revenue=total)
    if kind is Kind.TRANSFER:
        return receipt
    if kind is Kind.PRODUCTION:
        receipt = output(receipt, posting)
    elif total is None and goods.policy.owner is not None:
        receipt = receipt._replace(cost=Money(Decimal(0), config.main_currency))
    elif kind is Kind.RECEIPT or total is not None:
        receipt = bought(receipt, goods, total, config)
    elif receipt.lot is None and goods.policy.method is Method.AVERAGE:
        return receipt
    elif receipt.lot is None:
        raise WrongError(
            MissingLot,
            f"{number(units)} {commodity} were found, and nothing says of which lot. "
            'Add lot: "L1", or their price where the lot is new',
        )
    _check_tracked(receipt, kind, txn, cards, config)
    named = Lot(commodity, receipt.lot or txn.date.isoformat())
    _add_card(named, posting, kind, txn, cards, config)
    # The output of a batch that is taken apart keeps the lots that went in.
    return receipt if kind is Kind.PRODUCTION else receipt._replace(lot=named.number)


def _check_tracked(
    receipt: Receipt, kind: Kind, txn: data.Transaction, cards: Cards, config: Config
) -> None:
    tracked = config.tracked(receipt.commodity)
    if tracked == SERIAL:
        check_serial(receipt, kind, cards)
    elif receipt.lot is None and kind is not Kind.PRODUCTION and tracked == "required":
        raise WrongError(
            MissingLot,
            f'{receipt.commodity} is lot-tracked: "required", and this receipt names no lot. '
            f'Add lot: "{txn.date}-A"',
        )


def _add_card(
    lot: Lot,
    posting: data.Posting,
    kind: Kind,
    txn: data.Transaction,
    cards: Cards,
    config: Config,
) -> None:
    meta = posting.meta or {}
    of_all = card_files.DATE_KEYS & txn.meta.keys()
    if of_all:  # as with the lot, what the transaction says holds for all its goods
        meta = {**{key: txn.meta[key] for key in of_all}, **meta}
    expires = meta.get("expires")
    known = cards.card(lot, txn.date).get("expires")
    if expires and known and expires != known:
        raise WrongError(
            TwoLots,
            f"Lot {lot.number} of {lot.commodity} expires on {known} and, by this receipt, on "
            f"{expires}. Give these goods a lot number of their own",
        )
    cards.brought.add(lot)
    cards.first.setdefault(lot, meta or txn.meta)
    said = dict(meta)
    if kind is Kind.RECEIPT:
        said["supplier"] = party_of(meta, txn, kind)
    if not expires and cards.expires(lot) is None:
        made = meta.get("manufactured") or txn.date
        said["expires"] = default_expires(made, config.shelf_life(lot.commodity))
    cards.add(lot, card_files.facts(said, txn.date, meta or txn.meta))


def _lot(goods: Goods, txn: data.Transaction) -> str | None:
    """Return the lot number a posting names, by its own or its transaction's metadata or label."""
    cost = goods.posting.cost
    label: str | None = cost.label if cost is not None else None
    if goods.silent:
        return label or None
    said = (goods.posting.meta or {}).get("lot", txn.meta.get("lot"))
    if said is not None and (not isinstance(said, str) or not said.strip()):
        example = str(said).strip() or "L1"
        found = f'"{said}"' if isinstance(said, str) else said
        raise WrongError(WrongType, f'lot wants a text and has {found}; write lot: "{example}"')
    if said and label and said != label:
        raise WrongError(
            TwoLots,
            f'The posting names lot "{said}" and, in its cost, lot "{label}". Leave one out',
        )
    return said or label or None


def _one_to_beancount(goods: Goods, lots: Sequence[str]) -> str:
    """Say that nothing tells which of several lots leave, and what to write."""
    units, cost = goods.posting.units, goods.posting.cost
    each = f"{number(cost.number)} {cost.currency}"
    return (
        f"{number(-units.number)} {units.currency} go out at {each} of {cost.date}, and lots "
        f"{' and '.join(lots)}, which are one to Beancount, only have them together. Write a "
        f'posting for each with lot: "{lots[0]}" and the like, or write each lot in the cost of '
        f'its receipt: {{{each}, "{lots[0]}"}}'
    )


def _mixed(goods: Goods, found: str) -> str:
    """Say which style the account is kept in, on which line, and what to write."""
    policy, posting = goods.policy, goods.posting
    units = f"{number(posting.units.number)} {posting.units.currency}"
    line = where(policy.laid_down.meta)
    if policy.native:
        label = (posting.meta or {}).get("lot")
        cost = str(posting.price) if posting.price is not None else "2.00 USD"
        if not goods.comes_in:
            form = f'{units} {{}} or {units} {{"{label or "L1"}"}}'
        elif label:
            form = f'{units} {{{cost}, "{label}"}}'
        else:
            form = f"{units} {{{cost}}}"
        return (
            f"{posting.account} is booked by Beancount (lot-method, {line}), and this line has "
            f"{found}. Write {form}"
        )
    lot = f' with lot: "{posting.cost.label}"' if posting.cost.label else ""
    return (
        f'{posting.account} is managed (lot-method "{policy.method}", {line}), and this line has '
        f"{found}. Write {units}{lot}"
    )
