"""All that is taken from Fava's inside, which may move: where it has, a page does without.

Charts degrade to plain tables. What a page cannot do without has a plain form of its own here.
"""

from __future__ import annotations

import datetime
import logging
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from babel.core import Locale
from beancount.core import data
from fava.beans.funcs import hash_entry as hash_entry
from fava.context import g
from fava.core.filters import AdvancedFilter, Match
from fava.core.number import get_locale_format
from fava.ext import extension_endpoint
from fava.helpers import FavaAPIError
from fava.util.date import get_fiscal_period, parse_date
from flask import has_request_context, request

from fava_lotcost.translating import gettext

P = ParamSpec("P")
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
Amounts = Mapping[str, Decimal]
_LOG = logging.getLogger(__name__)
_DIGIT = re.compile("[0-9]")
_HELD = "lotcost.held"


def endpoint(name: str) -> Callable[[F], F]:
    """Mark a method as what answers at a name under its page; Fava's own mark is loosely typed."""
    return cast(Callable[[F], F], extension_endpoint(name))


def live(title: Callable[[Any], str]) -> str:
    """Compute a title on each request; Fava reads it as the plain text it is by its type."""
    return cast(str, property(title))


def extensions(ledger: Any, classes: Iterable[type]) -> Iterator[Any]:
    """Yield the extensions of a ledger that are of some classes."""
    for each in classes:
        extension = ledger.extensions.get_extension(each.__qualname__)
        if extension is not None:
            yield extension


def once_a_request(key: Hashable, find: Callable[[], T]) -> T:
    """Return the same thing under a key all through a request, and a new one without a request."""
    if not has_request_context():
        return find()
    held: dict[Hashable, T] = request.environ.setdefault(_HELD, {})
    if key not in held:
        held[key] = find()
    return held[key]


def forget_request(key: Hashable) -> None:
    """Let what a request holds under a key be found anew."""
    if has_request_context():
        request.environ.get(_HELD, {}).pop(key, None)


def period(text: str, fiscal_year_end: Any) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of a time filter, both in."""
    try:
        begin, end = parse_date(text, fiscal_year_end)
    except (ValueError, OverflowError):  # a thirteenth month, a year after the last one
        begin = end = None
    if begin is None or end is None:
        raise FavaAPIError(gettext("Failed to parse date: %(text)s", text=text))
    return begin, end - datetime.timedelta(days=1)


def first_day_of_year(day: datetime.date, fiscal_year_end: Any) -> datetime.date:
    """Return the first day of the fiscal year that a day is in."""
    for year in (day.year + 1, day.year, day.year - 1):  # a fiscal year may begin in another
        begin, _ = get_fiscal_period(year, fiscal_year_end)
        if begin is not None and begin <= day:
            return begin
    return day.replace(month=1, day=1)


def kept(entries: Sequence[data.Directive], filter_box: str) -> frozenset[int]:
    """Return the places of the entries that Fava's filter box keeps.

    Under a time filter Fava's own filtered entries are clamped: what came before is summed up
    without its lots. So the filter is applied to the entries as they are.
    """
    known: Any = entries  # Fava has types of its own for what Beancount makes
    found = {id(entry) for entry in AdvancedFilter(filter_box.strip()).apply(known)}
    return frozenset(place for place, entry in enumerate(entries) if id(entry) in found)


def account_pattern(text: str) -> Callable[[str], bool]:
    """Match accounts as Fava's account box does where it has no whole account."""
    return Match(text)


def masked(text: str) -> str:
    """Hide a figure as Fava's own incognito does."""
    return _DIGIT.sub("X", text)


def number_format(locale: str | None, digits: int) -> Callable[[Decimal], str]:
    """Return what prints a number as Fava does, with so many digits behind the point."""
    return get_locale_format(Locale.parse(locale) if locale else None, digits)


def _or_none(make: Callable[P, Any]) -> Callable[P, Any]:
    """Return a chart, or None where Fava's charts are not as they were."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return make(*args, **kwargs)
        except (ImportError, AttributeError, TypeError):
            _LOG.warning("No chart, as Fava's charts have changed", exc_info=True)
            return None

    return made


@_or_none
def line_chart(label: str, points: Iterable[tuple[datetime.date, Amounts]]) -> Any:
    """Draw amounts by currency, each holding from its day on."""
    from fava.core.charts import DateAndBalance
    from fava.core.inventory import SimpleCounterInventory
    from fava.internal_api import BalancesChart

    return BalancesChart(
        label, [DateAndBalance(day, SimpleCounterInventory(value)) for day, value in points]
    )


@_or_none
def treemap(label: str, parts: Mapping[str, Amounts]) -> Any:
    """Draw the parts of a whole."""
    from fava.core.inventory import SimpleCounterInventory
    from fava.core.tree import SerialisedTreeNode
    from fava.internal_api import HierarchyChart

    nothing = SimpleCounterInventory()

    def leaf(name: str, amounts: Amounts) -> SerialisedTreeNode:
        own = SimpleCounterInventory(amounts)
        return SerialisedTreeNode(name, own, own, [], True)

    leaves = [leaf(name, amounts) for name, amounts in parts.items()]
    return HierarchyChart(label, SerialisedTreeNode("", nothing, nothing, leaves, False))


@_or_none
def bar_chart(label: str, months: Iterable[tuple[datetime.date, Amounts]]) -> Any:
    """Draw amounts by currency a bar each interval, given by month.

    The interval is the one chosen in Fava; months are added up to it, and never parted.
    """
    from fava.core.charts import DateAndBalanceWithBudget
    from fava.core.inventory import SimpleCounterInventory
    from fava.internal_api import BarChart
    from fava.util.date import Month, Quarter, Year

    interval = g.interval if g.interval in {Quarter, Year} else Month
    bars: dict[datetime.date, SimpleCounterInventory] = {}
    for day, amounts in months:
        start = interval.get_prev(day)
        bar = bars.setdefault(start, SimpleCounterInventory())
        for currency, number in amounts.items():
            bar.add(currency, number)
    return BarChart(
        label,
        [
            DateAndBalanceWithBudget(
                interval.get_next(start) - datetime.timedelta(days=1), bar, {}, {}
            )
            for start, bar in sorted(bars.items())
        ],
    )
