"""Findings of issues: what should not have been sold, not at that price, or not yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from lotcost.core.expiry import bar, is_expired
from lotcost.core.rounding import half_up
from lotcost.ledger.books import Books, Line
from lotcost.ledger.errors import number
from lotcost.model import ZERO, Kind, Lot, Method, Money
from lotcost.reports.exceptions.finding import Finding, What, amount, counted, units
from lotcost.reports.exceptions.shelves import Held, Shelves

_Placed = tuple[int, Line]
_Part = tuple[Decimal, Held]  # so many units of what an account holds
_ISSUES = frozenset({Kind.SALE, Kind.PRODUCTION})
_IN_ORDER = frozenset({Method.FEFO, Method.AVERAGE})


def of_issues(books: Books) -> Iterator[Finding]:
    """Yield what is found of sales and of the goods that production used."""
    shelves = Shelves(books)
    picked = {place for place, _ in books.picked}
    for _, group in groupby(enumerate(books.lines), key=lambda placed: placed[1].entry):
        placed = list(group)
        shelves.open(placed[0][1].date)
        for _, line in placed:
            if not line.expensed:
                shelves.book(line)
        issues = [each for each in placed if each[0] in picked and _is_issue(each[1])]
        for place, line in issues:
            if line.kind is Kind.SALE:
                yield from _after_expiry(books, line, shelves)
                yield from _below_cost(books, place, line)
        yield from _out_of_order(books, issues, shelves)


def _is_issue(line: Line) -> bool:
    return line.kind in _ISSUES and line.units < ZERO


def _after_expiry(books: Books, line: Line, shelves: Shelves) -> Iterator[Finding]:
    expires = shelves.expires.get(line.lot)
    if expires is not None and is_expired(expires, line.date):
        late = counted((line.date - expires).days, "day")
        message = (
            f"{units(-line.units, line.lot.commodity)} sold {late} after the last day of lot "
            f"{line.lot.number}, {expires}"
        )
        yield _finding(books, line, What.SOLD_AFTER_EXPIRY, message, -line.cost)


def _below_cost(books: Books, place: int, line: Line) -> Iterator[Finding]:
    earned = books.revenue.earned.get(place)
    revenue = earned and books.convert(earned, line.currency, line.date)
    if revenue is None:
        return  # not invoiced yet, or in money that has no price here
    loss = half_up(-line.cost, books.config.cent(line.currency)) - revenue.number
    if loss > ZERO:
        message = (
            f"{units(-line.units, line.lot.commodity)} sold for "
            f"{amount(books, revenue.number, line.currency)}, "
            f"{amount(books, loss, line.currency)} below their cost of "
            f"{amount(books, -line.cost, line.currency)}"
        )
        yield _finding(books, line, What.SOLD_BELOW_COST, message, loss)


def _out_of_order(books: Books, issues: Sequence[_Placed], shelves: Shelves) -> Iterator[Finding]:
    """Find what an entry drew while lots that expire earlier stayed behind.

    What stays behind takes the place of what expires last, once: of 5 units that expire in
    March and 5 that expire in April, 3 that expire in February replace 3 of April.
    """
    replacing: dict[tuple[str, Lot], Decimal] = defaultdict(Decimal)
    dated = [
        (expires, place, line)
        for place, line in issues
        if _order_matters(books, line) and (expires := shelves.expires.get(line.lot)) is not None
    ]
    for expires, _, line in sorted(dated, reverse=True):
        wanted = -line.units
        parts: list[_Part] = []
        for held in shelves.expiring(line.account, line.lot.commodity, line.date, expires):
            if not wanted:
                break
            part = min(wanted, held.units - replacing[line.account, held.lot])
            if part > ZERO and bar(held.lot, held.expires, books.statuses, line.date) is None:
                replacing[line.account, held.lot] += part
                wanted -= part
                parts.append((part, held))
        if parts:
            how = "used" if line.kind is Kind.PRODUCTION else "sold"
            more = _costs_more(books, line, parts)
            message = (
                f"{units(-line.units, line.lot.commodity)} {how} from lot {line.lot.number} "
                f"(last day {expires}); {_left(parts)}{_difference(books, line, more)}"
            )
            yield _finding(books, line, What.OUT_OF_ORDER, message, more)


def _order_matters(books: Books, line: Line) -> bool:
    policy = books.config.policy(line.account)
    return policy is not None and policy.method not in _IN_ORDER


def _costs_more(books: Books, line: Line, parts: Iterable[_Part]) -> Decimal | None:
    """What the units left behind cost more than as many of those drawn, where it can be told."""
    more = ZERO
    for part, held in parts:
        there = books.convert(Money(held.cost * part, held.currency), line.currency, line.date)
        if there is None:
            return None
        more += there.number / held.units - line.cost * part / line.units
    return half_up(more, books.config.cent(line.currency))


def _left(parts: Sequence[_Part]) -> str:
    return " and ".join(
        f"{number(part)} {'' if place else 'could have come '}"
        f"from lot {held.lot.number} (last day {held.expires})"
        for place, (part, held) in enumerate(parts)
    )


def _difference(books: Books, line: Line, more: Decimal | None) -> str:
    if more is None:
        return ", at a cost in other money"
    if not more:
        return " at the same cost"
    word = "more" if more > ZERO else "less"
    return f" for {amount(books, abs(more), line.currency)} {word}"


def _finding(books: Books, line: Line, what: What, message: str, cost: Decimal | None) -> Finding:
    return Finding(
        date=line.date,
        finding=what,
        message=message,
        source=line.source,
        currency=line.currency,
        cost=cost,
        commodity=line.lot.commodity,
        lot=line.lot.number,
        account=line.account,
        party=books.party(line),
        entry=line.entry,
    )
