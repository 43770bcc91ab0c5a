"""Twice the movements are twice the work, whatever lies on the shelves: no lot list is rescanned.

What is counted is calls, of Python's functions and of those in C, as these are the same on every
machine. The core is given its events alone.
"""

from __future__ import annotations

import datetime
import itertools
import sys
from decimal import Decimal

import pytest

from lotcost.core.costing import replay
from lotcost.core.rules import Rules
from lotcost.model import Costed, Count, Issue, Kind, Lot, Method, Money, Movement, Receipt

DAY = datetime.date(2025, 1, 1)
LATER = datetime.date(2025, 2, 1)
FAR = datetime.date(2035, 1, 1)


def rules(method, averages_lots=False):
    """What a ledger would lay down that has one method and no settings."""
    return Rules(
        method=lambda account: method,
        averages_lots=lambda account: averages_lots,
        cent=lambda currency: Decimal("0.01"),
        unit_weight=lambda commodity: None,
        statuses={},
        convert=lambda money, currency, day: money,
        expires={},
        values=lambda account: True,
        has_leg=lambda account, key: True,
        reverses=True,
    )


def receipt(lot, expires=FAR, day=DAY):
    goods = Receipt(0, "Main", "MILK", lot, Decimal(10), Money(Decimal("12.34"), "USD"))
    return Movement(Kind.RECEIPT, day, 0, receipts=(goods._replace(expires=expires),))


def issue(lot=None, units=5, kind=Kind.SALE, day=LATER, link="", party=""):
    goods = Issue(0, "Main", "MILK", lot, Decimal(units))
    links = frozenset({link} if link else ())
    return Movement(kind, day, 0, issues=(goods,), links=links, party=party)


def back(lot=None, link="", party=""):
    goods = Receipt(0, "Main", "MILK", lot, Decimal(5))
    links = frozenset({link} if link else ())
    return Movement(Kind.SALE_RETURN, LATER, 0, receipts=(goods,), links=links, party=party)


def counted(lot):
    return Count(LATER, 0, "Main", Lot("MILK", lot), Decimal(9), adjust=True)


def each(number, *makers):
    """So many of the first, then so many of the second."""
    return [make(f"L{n}") for make in makers for n in range(number)]


def in_turn(number, *makers):
    """One of each, so many times, all on a day."""
    return [make(f"L{n}")._replace(date=DAY) for n in range(number) for make in makers]


PLAIN = [Method.FIFO, Method.FEFO, Method.LIFO, Method.AVERAGE]
EVERY = [*PLAIN, Method.SPECIFIC]
CASES = {
    "out of many open lots": (PLAIN, lambda n: each(n, receipt, lambda _: issue())),
    "past lots that have expired": (
        PLAIN,
        lambda n: each(n, lambda lot: receipt(f"X{lot}", DAY), receipt, lambda _: issue()),
    ),
    "write-offs among lots that have expired": (
        PLAIN,
        lambda n: (
            each(n, lambda lot: receipt(f"X{lot}", DAY), receipt)
            + [issue(kind=kind) for kind in [Kind.SALE, Kind.WRITE_OFF] * n]
        ),
    ),
    "a lot each by its name": (EVERY, lambda n: each(n, receipt, issue)),
    "one lot of many receipts": (
        EVERY,
        lambda n: each(n, lambda _: receipt("L"), lambda _: issue("L")),
    ),
    "the only lot, again and again": (
        EVERY,
        lambda n: in_turn(n, receipt, lambda _: issue(units=10)),
    ),
    "counts of lots": (EVERY[:3], lambda n: each(n, receipt, counted)),
    "returns by their link": (
        EVERY,
        lambda n: each(
            n, receipt, lambda lot: issue(lot, link=lot), lambda lot: back(link=lot, party="Cafe")
        ),
    ),
    "returns by their lot": (EVERY, lambda n: each(n, receipt, issue, back)),
    "returns by their customer": (
        EVERY,
        lambda n: each(n, receipt, lambda lot: issue(lot, party=lot), lambda lot: back(party=lot)),
    ),
    "returns by nothing": (EVERY, lambda n: each(n, receipt, issue, lambda _: back())),
}


def calls(events, laid_down):
    """Count the calls it takes to cost events, all of which are booked."""
    made = itertools.count()

    def count(frame, event, argument):
        if event in {"call", "c_call"}:
            next(made)

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        outcomes = list(replay(events, laid_down))
    finally:
        sys.setprofile(before)
    assert {type(outcome) for outcome in outcomes} == {Costed}
    return next(made)


@pytest.mark.parametrize(
    ("name", "method"),
    [(name, method) for name, (methods, _) in CASES.items() for method in methods],
)
def test_work_grows_as_the_movements_do(name, method):
    make = CASES[name][1]
    few, many = (calls(make(number), rules(method)) for number in (40, 320))
    assert many < 8 * few * 1.2


def test_work_grows_as_the_movements_do_where_each_lot_has_an_average():
    laid_down = rules(Method.FIFO, averages_lots=True)
    make = CASES["one lot of many receipts"][1]
    few, many = (calls(make(number), laid_down) for number in (40, 320))
    assert many < 8 * few * 1.2
