"""Write a distributor's ledger of any size, the same movements in two forms.

    python tests/bench/generate.py --transactions 10000 managed > managed.beancount

`native`: Beancount books; every line out names its lot, `-5 G001 {"L7"}`. `managed`: lotcost
books bare quantities with `@` prices. `plain` and `bare` are the same two without the plugin.

Both go first in, first out at unit costs of whole cents, so they end in the same lots.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict, deque
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

FORMS = ("plain", "native", "bare", "managed")
MANAGED = frozenset({"bare", "managed"})
WITHOUT_PLUGIN = frozenset({"plain", "bare"})
START = date(2021, 1, 4)
KEEPS = timedelta(days=365 * 20)  # nothing expires: what is measured is not refusals
PER_DAY = 30
LINES = 5


class Shape(NamedTuple):
    """How large a ledger is.

    Attributes:
      lots: How many lots of each good the first account keeps open.
      accounts: The first takes every delivery, the others are restocked from it.
    """

    transactions: int = 10_000
    goods: int = 200
    lots: int = 5
    accounts: int = 2
    seed: int = 1


class Lot(NamedTuple):
    """A delivery of one good; its unit cost is in cents."""

    good: str
    number: str
    day: date
    cost: int


class Line(NamedTuple):
    """Units of one good in or out, and the lots that they are of."""

    account: str
    good: str
    parts: tuple[tuple[Lot, int], ...]
    price: int = 0

    @property
    def units(self) -> int:
        """The units of all lots together."""
        return sum(units for _, units in self.parts)


class Move(NamedTuple):
    """A transaction: `kind` is delivery, sale, restock or loss; `into` is where a restock goes."""

    kind: str
    day: date
    number: int
    lines: tuple[Line, ...]
    into: str = ""


class Store:
    """The shelves, each first in, first out, and the goods that are to be ordered."""

    def __init__(self, shape: Shape) -> None:
        self.rng = random.Random(shape.seed)
        self.goods = {f"G{n:03}": self.rng.randint(150, 4000) for n in range(1, shape.goods + 1)}
        self.names = list(self.goods)
        self.accounts = [f"Assets:Inventory:W{n}" for n in range(1, shape.accounts + 1)]
        self.low = deque(self.names * shape.lots)
        self.shelves: dict[tuple[str, str], deque[tuple[Lot, int]]] = defaultdict(deque)
        self.received = 0

    def move(self, number: int, day: date) -> Move:
        """Do the next thing: what has run low is ordered first, else most days sell."""
        chance = self.rng.random()
        if len(self.low) >= LINES:
            return Move("delivery", day, number, self.deliver(day))
        if chance < 0.06 and len(self.accounts) > 1:
            into = self.rng.choice(self.accounts[1:])
            return Move("restock", day, number, self.restock(into), into)
        kind, most = ("loss", 1) if chance < 0.10 else ("sale", LINES)
        lines = self.issue(most)
        if not lines:
            self.low.append(self.pick())
            return Move("delivery", day, number, self.deliver(day))
        return Move(kind, day, number, lines)

    def pick(self) -> str:
        """Choose a good; some sell faster than others."""
        return self.names[int(len(self.names) * self.rng.random() ** 1.5)]

    def deliver(self, day: date) -> tuple[Line, ...]:
        """Take a delivery of the goods that ran low, one lot a line."""
        lines = []
        for _ in range(min(LINES, len(self.low))):
            good = self.low.popleft()
            self.received += 1
            cost = self.goods[good] * self.rng.randint(90, 110) // 100
            lot = Lot(good, f"L{self.received}", day, cost)
            parts = ((lot, 12 * self.rng.randint(4, 20)),)
            self.put(self.accounts[0], parts)
            lines.append(Line(self.accounts[0], good, parts))
        return tuple(lines)

    def issue(self, most: int) -> tuple[Line, ...]:
        """Take a few goods off one account, cheaper or dearer than last time."""
        account = self.accounts[0]
        if self.rng.random() < 0.2:
            account = self.rng.choice(self.accounts)
        lines = []
        for good in dict.fromkeys(self.pick() for _ in range(self.rng.randint(1, most))):
            parts = self.take(account, good, self.rng.randint(1, 24))
            price = self.goods[good] * self.rng.randint(120, 160) // 100
            lines += [Line(account, good, parts, price)] if parts else []
        return tuple(lines)

    def restock(self, into: str) -> tuple[Line, ...]:
        """Move goods from the first account to another."""
        lines = []
        for good in dict.fromkeys(self.pick() for _ in range(LINES)):
            parts = self.take(self.accounts[0], good, 36)
            self.put(into, parts)
            lines += [Line(self.accounts[0], good, parts)] if parts else []
        return tuple(lines)

    def put(self, account: str, parts: tuple[tuple[Lot, int], ...]) -> None:
        """Add lots behind those on hand, which are all older."""
        for lot, units in parts:
            shelf = self.shelves[account, lot.good]
            before = shelf.pop()[1] if shelf and shelf[-1][0] == lot else 0
            shelf.append((lot, before + units))

    def take(self, account: str, good: str, units: int) -> tuple[tuple[Lot, int], ...]:
        """Draw units, or as many as there are, first in first out."""
        shelf, parts = self.shelves[account, good], []
        while units and shelf:
            lot, on_hand = shelf.popleft()
            part = min(units, on_hand)
            parts.append((lot, part))
            units -= part
            if part < on_hand:
                shelf.appendleft((lot, on_hand - part))
            elif account == self.accounts[0]:
                self.low.append(good)
        return tuple(parts)


def moves(shape: Shape) -> Iterator[Move]:
    """Live through the days."""
    store = Store(shape)
    for number in range(shape.transactions):
        move = store.move(number, START + timedelta(days=number // PER_DAY))
        if move.lines:
            yield move


def ledger(shape: Shape, form: str) -> Iterator[str]:
    """Yield the ledger's text, a directive or transaction at a time."""
    yield from _head(shape, form)
    legs = _managed if form in MANAGED else _native
    for move in moves(shape):
        party = {"delivery": "Supplier", "sale": "Customer"}.get(move.kind, "")
        yield f'{move.day} * "{party}" "{move.kind} {move.number}" ^n{move.number}'
        for line in move.lines:
            yield from legs(move, line)
        yield from _money(move, form)
        yield ""


def _head(shape: Shape, form: str) -> Iterator[str]:
    yield 'option "operating_currency" "USD"'
    if form not in WITHOUT_PLUGIN:
        yield 'plugin "beancount_lotcost"'
    yield f"{START} open Assets:Inventory"
    yield f'  lot-method: "{"fifo" if form in MANAGED else "beancount"}"'
    yield "  lot-sales: Income:Sales"
    yield "  lot-cost-of-sales: Expenses:CostOfSales"
    yield "  lot-write-off: Expenses:WriteOff"
    store = Store(shape)
    yield from (f"{START} open {account}" for account in store.accounts)
    for account in ("Assets:Receivable", "Liabilities:Payable", "Income:Sales"):
        yield f"{START} open {account} USD"
    for account in ("Expenses:CostOfSales", "Expenses:WriteOff"):
        yield f"{START} open {account}"
    for good in store.names:
        yield f"{START} commodity {good}\n" + '  lot-tracked: "required"'
    yield ""


def _managed(move: Move, line: Line) -> Iterator[str]:
    """Write what the paper says: units and a price."""
    ((lot, _), *_) = line.parts
    if move.kind == "delivery":
        yield f"  {line.account}  {line.units} {line.good} @ {_usd(lot.cost)}"
        yield f'    lot: "{lot.number}"'
        yield f"    expires: {lot.day + KEEPS}"
        return
    price = f" @ {_usd(line.price)}" if move.kind == "sale" else ""
    yield f"  {line.account}  -{line.units} {line.good}{price}"
    if move.kind == "restock":
        yield f"  {move.into}  {line.units} {line.good}"
    if move.kind == "loss":
        yield '    reason: "damaged"'


def _native(move: Move, line: Line) -> Iterator[str]:
    """Write what Beancount books: a line a lot, and the whole lot where it comes in."""
    for lot, units in line.parts:
        whole = f'{{{_usd(lot.cost)}, {lot.day}, "{lot.number}"}}'
        if move.kind == "delivery":
            yield f"  {line.account}  {units} {line.good} {whole}"
            yield f"    expires: {lot.day + KEEPS}"
            continue
        price = f" @ {_usd(line.price)}" if move.kind == "sale" else ""
        yield f'  {line.account}  -{units} {line.good} {{"{lot.number}"}}{price}'
        if move.kind == "restock":
            yield f"  {move.into}  {units} {line.good} {whole}"
        if move.kind == "loss":
            yield '    reason: "damaged"'


def _money(move: Move, form: str) -> Iterator[str]:
    if move.kind == "delivery":
        owed = sum(lot.cost * units for line in move.lines for lot, units in line.parts)
        yield f"  Liabilities:Payable  {_usd(-owed)}"
    if move.kind == "sale":
        total = sum(line.price * line.units for line in move.lines)
        yield f"  Assets:Receivable  {_usd(total)}"
        if form not in MANAGED:
            yield f"  Income:Sales  {_usd(-total)}"
            yield "  Expenses:CostOfSales"
    if move.kind == "loss" and form not in MANAGED:
        yield "  Expenses:WriteOff"


def _usd(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02} USD"


def main() -> None:
    """Write a ledger to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("form", choices=FORMS)
    for name, default in Shape()._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = vars(parser.parse_args())
    form = asked.pop("form")
    sys.stdout.writelines(f"{line}\n" for line in ledger(Shape(**asked), form))


if __name__ == "__main__":
    main()
