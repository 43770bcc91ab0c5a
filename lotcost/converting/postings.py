"""Rewrite the postings of native accounts: bare issues, priced receipts, lots as metadata.

      Assets:Cellar  12 WINE {9.00 USD, "W1"}       Assets:Cellar  12 WINE @ 9.00 USD
                                                      lot: "W1"
      Assets:Cellar  -2 WINE {} @ 15.00 USD         Assets:Cellar  -2 WINE @ 15.00 USD
      Assets:Cellar  -1 WINE {"W1"}                 Assets:Cellar  -1 WINE
                                                      lot: "W1"

Goods that came in with an earlier date keep it, and so their braces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount.core import data

from lotcost.converting.lines import WrittenPosting, quoted, take_apart
from lotcost.converting.pages import Page, Pages
from lotcost.converting.problems import Problem, at
from lotcost.core.rounding import half_up
from lotcost.ledger.config import Config
from lotcost.model import ZERO, Kind, Method

Place = tuple[str, int]
_PRICED = frozenset({Kind.RECEIPT, Kind.ADJUSTMENT})


class Booked(NamedTuple):
    """A posting as it is written, with all that Beancount booked for it.

    Attributes:
      outputs: How many goods its transaction brings in, where it is a batch.
    """

    txn: data.Transaction
    postings: tuple[data.Posting, ...]
    method: Method
    outputs: int

    @property
    def first(self) -> data.Posting:
        """What tells for all: their account, goods, kind and day."""
        return self.postings[0]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.first.meta["filename"], self.first.meta["lineno"]

    @property
    def kind(self) -> Kind:
        """What it is."""
        return Kind(self.first.meta["lot-kind"])

    @property
    def comes_in(self) -> bool:
        """Whether units come in."""
        return bool(self.first.units.number > ZERO)

    @property
    def lots(self) -> Mapping[str, Decimal]:
        """Its units by lot."""
        units: dict[str, Decimal] = {}
        for posting in self.postings:
            number = posting.meta["lot"]
            units[number] = units.get(number, ZERO) + posting.units.number
        return units

    @property
    def is_dated(self) -> bool:
        """Whether its goods have another day than its own."""
        return bool(self.first.cost.date != self.txn.date)


def booked(entries: Sequence[data.Directive], methods: Mapping[str, Method]) -> Iterator[Booked]:
    """Yield the postings of goods on some accounts as they are written, each once."""
    for entry in entries:
        if not isinstance(entry, data.Transaction):
            continue
        goods = [posting for posting in entry.postings if posting.cost is not None]
        outputs = sum(
            posting.units.number > ZERO and posting.meta.get("lot-kind") == Kind.PRODUCTION
            for posting in goods
        )
        by_place: dict[Place, list[data.Posting]] = {}
        for posting in goods:
            if posting.account in methods:
                key = posting.meta["filename"], posting.meta["lineno"]
                by_place.setdefault(key, []).append(posting)
        for postings in by_place.values():
            method = methods[postings[0].account]
            yield Booked(entry, tuple(postings), method, outputs)


def torn(entries: Sequence[data.Directive], methods: Mapping[str, Method]) -> Iterator[Problem]:
    """Find goods that move between an account that is converted and one that is not."""
    for entry in entries:
        moving = [
            posting
            for posting in getattr(entry, "postings", ())
            if posting.cost is not None and posting.meta.get("lot-kind") == Kind.TRANSFER
        ]
        ours = next((posting for posting in moving if posting.account in methods), None)
        other = next((posting for posting in moving if posting.account not in methods), None)
        if ours is not None and other is not None:
            yield at(
                ours.meta,
                f"Goods move between {other.account} and {ours.account}, and both have to be "
                "converted together. Name an account above both, or leave --account out",
            )


def stays_in_braces(each: Booked) -> bool:
    """Whether a receipt keeps its form, as its goods are older than itself."""
    return each.comes_in and each.kind in _PRICED and each.is_dated


def rewrite(
    each: Booked, pages: Pages, insisted: Collection[Place], config: Config
) -> Iterator[Problem]:
    """Rewrite a posting in its page.

    Args:
      insisted: The places where the lot and the kind are said outright, as without them another
        lot would leave or another kind be read.
    """
    file, line = each.place
    page = pages.get(file)
    written = take_apart(page.lines, line - 1, each.first.account) if page is not None else None
    if page is None or written is None:
        yield at(
            each.txn.meta if page is None else each.first.meta,
            f"{each.first.units} on {each.first.account} cannot be told from the text; "
            "a plugin or an unusual form makes it",
        )
    elif stays_in_braces(each):
        return
    elif each.comes_in and each.kind in _PRICED and written.has_price:
        yield at(
            each.first.meta,
            "These goods come in with a cost and a price; a managed account knows one. "
            "Leave the price out",
        )
    else:
        yield from _rewritten(each, written, page, each.place in insisted, config)


def _rewritten(
    each: Booked, written: WrittenPosting, page: Page, insist: bool, config: Config
) -> Iterator[Problem]:
    place = each.place[1] - 1
    said = [_kind(each, written)] if insist and "lot-kind" not in written.keys else []
    lots = each.lots
    if each.comes_in:
        page.replace(place, [_in(each, written, config), *_lot(each, written), *said])
    elif not written.cost and each.method is not Method.SPECIFIC and not insist:
        page.replace(place, [written.bare()])
    elif len(lots) == 1:
        page.replace(place, [written.bare(), *_lot(each, written), *said])
    elif written.has_total_price:
        yield at(
            each.first.meta,
            f"{each.first.units.currency} of {len(lots)} lots leave at one price for all, which "
            "cannot be shared out. Write a posting for each lot",
        )
    else:
        page.replace(place, list(_a_line_a_lot(each, written, said)))


def _in(each: Booked, written: WrittenPosting, config: Config) -> str:
    """Write goods in: bought ones at their price, what moves or returns or is made bare."""
    if each.kind not in _PRICED:
        return written.bare()
    if written.amount is not None:
        return written.bare(f"{'@@' if written.whole else '@'} {written.amount}")
    return written.bare(f"@@ {_total(each, config)}")


def _total(each: Booked, config: Config) -> str:
    cost, units = each.first.cost, each.first.units.number
    return f"{half_up(units * cost.number, config.cent(cost.currency)):f} {cost.currency}"


def _lot(each: Booked, written: WrittenPosting) -> Iterator[str]:
    ((number, _),) = each.lots.items()
    keys = written.keys
    named = "lot" in keys or each.txn.meta.get("lot") == number
    # Goods that come in without a lot number have their day's, in a managed account too.
    by_day = each.comes_in and number == each.txn.date.isoformat()
    if not named and not (by_day and each.first.cost.label is None):
        yield written.meta("lot", quoted(number))
    if each.comes_in and each.outputs > 1 and each.kind is Kind.PRODUCTION and "cost" not in keys:
        total = each.first.units.number * each.first.cost.number
        yield written.meta("cost", f"{total:f} {each.first.cost.currency}")


def _kind(each: Booked, written: WrittenPosting) -> str:
    return written.meta("lot-kind", quoted(each.kind.value))


def _a_line_a_lot(each: Booked, written: WrittenPosting, said: Sequence[str]) -> Iterator[str]:
    """Write a line for each lot that leaves; what is said of the posting is said of each."""
    lots = list(each.lots.items())
    commodity = each.first.units.currency
    own = [line for line in written.more if line.strip()]
    for number, units in lots:
        yield written.part(units, commodity)
        yield written.meta("lot", quoted(number))
        yield from said
        if number != lots[-1][0]:
            yield from own
