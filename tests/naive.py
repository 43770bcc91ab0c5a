"""Costing done the slow and obvious way, to hold lotcost against.

Loops over a list of movements with whole cents and Fractions. It shares no code with lotcost, so
a mistake in one is not a mistake in both.

    milk = [
        Movement(date(2025, 1, 2), "receipt", "MILK", Fraction(3), lot="L1", cost=9800),
        Movement(date(2025, 1, 3), "sale", "MILK", Fraction(1), price=5000),
    ]
    cost_lots(milk, "fifo").lots["MILK", "L1"]["cost_of_sales"] == Decimal("32.67")
"""

import copy
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

METHODS = "fifo", "fefo", "lifo", "specific", "average"

# The columns of an issue of each kind: its units, its cost, and the sign they are noted with.
ISSUES = {
    "sale": ("units_sold", "cost_of_sales", 1),
    "purchase-return": ("units_received", "cost_received", -1),
    "transfer": ("units_transferred", "cost_transferred", -1),
    "input": ("units_consumed", "cost_consumed", 1),
    "write-off": ("units_written_off", "cost_written_off", 1),
    "adjustment": ("units_adjusted", "cost_adjusted", -1),
}
GONE = "units_sold", "units_consumed", "units_written_off"


class Movement(NamedTuple):
    """What a storekeeper would say; all money in cents, file order is list order."""

    date: date
    kind: str
    commodity: str = ""
    units: Fraction = Fraction(0)  # positive, save that an adjustment found too few is negative
    account: str = "Main"
    lot: str | None = None  # of an issue: draw this lot alone
    cost: int = 0  # of a receipt, a landed cost, the conversion, an output written with its cost
    price: int = 0  # the total a sale asks, or a sale-return refunds
    expires: date | None = None
    to: str = ""  # the account a transfer arrives at
    of: int | None = None  # the place in the list of the sale that comes back
    doc: int = 0  # movements of one document are one transaction
    lots: tuple[str, ...] = ()  # a landed cost rests on these
    by: str = "value"  # value | quantity | weight | equal
    nrv: int = 0  # cents per unit, of a write-down
    share: int | None = None  # of an output; none where its cost is written
    parts: tuple["Movement", ...] = ()  # production: kinds "input" and "output"


class Drawn(NamedTuple):
    """What one issue took from one lot."""

    lot: str | None
    units: Fraction
    cost: Fraction


class Costed(NamedTuple):
    """What became of the lots; money in units of the currency, so it equals lotcost's Decimals."""

    by_account: dict[tuple[str, str, str | None], Mapping[str, Fraction]]
    drawn: list[list[Drawn]]  # per movement, in the order they were drawn
    short: list[int]  # the movements refused, which changed nothing

    @property
    def lots(self) -> dict[tuple[str, str | None], Mapping[str, Fraction]]:
        """Rows by commodity and lot; under average, which knows no lots, the lot is None."""
        return _added((key[1:], row) for key, row in self.by_account.items())

    @property
    def commodities(self) -> dict[str, Mapping[str, Fraction]]:
        return _added((key[1], row) for key, row in self.by_account.items())


def cost_lots(
    movements: Sequence[Movement],
    method: str,
    *,
    weights: Mapping[str, Fraction] | None = None,
    reverses: bool = True,
) -> Costed:
    """Replay by date, then place in the list.

    Args:
        weights: Of one unit of each commodity, for landed cost by weight.
        reverses: A later, higher net realisable value takes a write-down back (IFRS).
    """
    book = Book(method, weights or {}, reverses)
    short = []
    for index in sorted(range(len(movements)), key=lambda index: movements[index].date):
        move = movements[index]
        # Only these touch several layers before they can fail.
        before = copy.deepcopy(book) if move.parts or move.lots else book
        try:
            _move(book, index, move)
        except Short:
            book = before
            short.append(index)
    for (account, commodity), layers in book.stock.items():
        for layer in layers:
            row = book.rows[account, commodity, layer.name.lot]
            row["units_on_hand"] += layer.left
            row["cost_on_hand"] += layer.value
    drawn = [
        [Drawn(part.name.lot, part.units, Fraction(part.cost, 100)) for part in book.drawn[index]]
        for index in range(len(movements))
    ]
    return Costed({key: _in_currency(row) for key, row in book.rows.items()}, drawn, short)


class Step(NamedTuple):
    """What happens to a family of lots: one is made, sold, or has a new status."""

    date: date
    what: str  # made | sold | status
    lot: tuple[str, str]
    of: tuple[tuple[str, str], ...] = ()  # what it is made of; nothing where it is bought
    status: str = ""
    downstream: bool = False


def barred_steps(steps: Sequence[Step]) -> list[int]:
    """The steps that sell or use a lot which may not be; a step that is refused changes nothing."""
    barred = []
    batches: list[Step] = []
    for place, step in enumerate(steps):
        here = {batch.lot for batch in batches}
        wrong = [
            "unknown" if lot not in here else "barred"
            for lot in _wanted(step)
            if lot not in here or is_barred(steps, batches, lot, step.date)
        ]
        if wrong[:1] == ["barred"]:
            barred.append(place)
        if step.what == "made" and not wrong:
            batches.append(step)
    return barred


def barred_and_booked(steps: Sequence[Step]) -> list[int]:
    """The same where all is booked that can be: a lot may be barred by a batch of its own day."""
    batches: list[Step] = []
    booked = []
    for place, step in enumerate(steps):
        if {batch.lot for batch in batches}.issuperset(_wanted(step)):
            booked.append(place)
            batches += [step] if step.what == "made" else []
    return [
        place
        for place in booked
        for day in [steps[place].date]
        for then in [[batch for batch in batches if batch.date <= day]]
        if any(is_barred(steps, then, lot, day) for lot in _wanted(steps[place]))
    ]


def _wanted(step: Step) -> tuple[tuple[str, str], ...]:
    return (step.lot,) if step.what == "sold" else step.of


def is_barred(
    steps: Sequence[Step], batches: Sequence[Step], lot: tuple[str, str], day: date
) -> bool:
    """Whether a lot's own latest status bars it, or a recall of what it is made of."""
    latest = {step.lot: step for step in steps if step.what == "status" and step.date <= day}
    if lot in latest and latest[lot].status in ("quarantine", "recalled"):
        return True
    return any(
        _reaches(recall.lot, lot, recall.date, batches, latest)
        for recall in latest.values()
        if recall.downstream
    )


def _reaches(
    recalled: tuple[str, str],
    lot: tuple[str, str],
    since: date,
    batches: Sequence[Step],
    latest: Mapping[tuple[str, str], Step],
) -> bool:
    own = latest.get(lot)
    if own is not None and own.status == "released" and own.date >= since:
        return False
    sources = {source for batch in batches if batch.lot == lot for source in batch.of}
    return recalled in sources or any(
        _reaches(recalled, source, since, batches, latest) for source in sources
    )


def gone_cost(total: int, units: Fraction, gone: Fraction) -> int:
    """Cents that have left a layer: the first unit rounded half up, the others share the rest.

    A function of what has left, not of how: two issues cost what one of their sum costs.
    """
    if gone == units:
        return total
    if gone < 1 or units <= 1 or units.denominator != 1:
        return half_up(total * gone / units)
    first = half_up(total / units)
    return half_up(total * gone / units + (first - total / units) / gone)


def apportion(total: int, by: Sequence[Fraction]) -> list[int]:
    """Whole cents by largest remainder; of equal remainders the earlier gets the cent."""
    exact = [total * Fraction(part) / sum(by) for part in by]
    parts = [math.floor(part) for part in exact]
    largest = sorted(range(len(by)), key=lambda place: (parts[place] - exact[place], place))
    for place in largest[: total - sum(parts)]:
        parts[place] += 1
    return parts


def half_up(amount: Fraction) -> int:
    return math.floor(amount + Fraction(1, 2))


class Short(Exception):
    """An issue asks for more than there is, a return for more than was sold."""


class Name(NamedTuple):
    """Which layer: a transfer carries it along and a return comes back to it."""

    lot: str | None
    expires: date | None
    date: date
    order: tuple[int, int]

    def fifo(self) -> tuple[object, ...]:
        return self.date, self.order, self.lot

    def fefo(self) -> tuple[object, ...]:
        return self.expires or date.max, *self.fifo()


POOL = Name(None, None, date.min, (0, 0))


@dataclass
class Layer:
    """Units that came in at one cost, and how many of them have left since it last changed."""

    name: Name
    total: int = 0
    units: Fraction = Fraction(0)
    gone: Fraction = Fraction(0)
    down: int = 0  # of what was written down, the part these units still carry

    @property
    def left(self) -> Fraction:
        return self.units - self.gone

    @property
    def value(self) -> int:
        return self.total - gone_cost(self.total, self.units, self.gone)

    @property
    def down_left(self) -> int:
        return self.down - gone_cost(self.down, self.units, self.gone)

    def take(self, units: Fraction) -> "Part":
        value, down = self.value, self.down_left
        curve = copy.copy(self)
        self.gone += units
        return Part(self.name, units, value - self.value, down - self.down_left, curve)

    def joins(self, part: "Part") -> bool:
        """Whether the part joins what is here: it left last, or costs the same to a cent a unit."""
        if self.before(part.units, part.cost, part.down) is not None or not self.left:
            return True
        return abs(self.value / self.left - part.cost / part.units) < 1

    def before(self, units: Fraction, cost: int, down: int) -> "Layer | None":
        """The layer as it was before these units left, if they are what left last."""
        if units > self.gone:
            return None
        layer = copy.copy(self)
        layer.gone -= units
        left_last = layer.value - self.value, layer.down_left - self.down_left
        return layer if left_last == (cost, down) else None

    def put(self, units: Fraction, cost: int, down: int = 0) -> None:
        """Undo the last to leave where cost and units say so, else begin anew with what is there.

        Without the undoing, a transfer there and back would move the cents of later issues.
        """
        before = self.before(units, cost, down)
        if before is not None:
            self.gone = before.gone
            return
        self.total, self.units, self.gone, self.down = (
            self.value + cost,
            self.left + units,
            Fraction(0),
            self.down_left + down,
        )


class Part(NamedTuple):
    """What an issue took from one layer, and the layer as it was just before."""

    name: Name
    units: Fraction
    cost: int
    down: int
    curve: Layer

    def split(self, units: Fraction) -> tuple["Part", "Part"]:
        """The first units to leave, and the rest, each at the cost it left at."""
        layer = copy.copy(self.curve)
        return layer.take(units), layer.take(self.units - units)


Key = tuple[str, str | None]


@dataclass
class Batch:
    """What a batch used up by lot, and what each of its outputs bears of a later cost."""

    used: dict[Key, Fraction]
    outputs: dict[Key, Fraction]


@dataclass
class Book:
    method: str
    weights: Mapping[str, Fraction]
    reverses: bool
    stock: dict[tuple[str, str], list[Layer]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[tuple[str, str, str | None], dict[str, Fraction]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Fraction))
    )
    came_in: dict[Key, list[Fraction]] = field(
        default_factory=lambda: defaultdict(lambda: [Fraction(0), Fraction(0)])
    )  # units and cost received or found of a lot, less what went back to the supplier
    been: dict[Key, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    batches: list[Batch] = field(default_factory=list)
    drawn: dict[int, list[Part]] = field(default_factory=lambda: defaultdict(list))
    kept: dict[int, list[Part]] = field(default_factory=dict)  # of each sale, not returned yet

    def layer(self, account: str, commodity: str, name: Name, part: Part | None = None) -> Layer:
        layers = self.stock[account, commodity]
        name = POOL if self.method == "average" else name
        for layer in layers:
            if layer.name == name and (part is None or name is POOL or layer.joins(part)):
                return layer
        layers.append(Layer(name))
        return layers[-1]

    def came(self, account: str, key: Key, units: Fraction, cost: int) -> None:
        self.came_in[key][0] += units
        self.came_in[key][1] += cost
        self.been[key][account] = None

    def note(
        self, at: Movement, lot: str | None, units: tuple[str, Fraction], cost: tuple[str, int]
    ) -> None:
        row = self.rows[at.account, at.commodity, lot]
        for column, amount in (units, cost):
            row[column] += amount


def _move(book: Book, index: int, move: Movement) -> None:
    if move.kind == "receipt":
        _receive(book, move, move.cost, (index, 0))
    elif move.kind == "sale-return":
        _sale_return(book, index, move)
    elif move.kind == "transfer":
        arrival = move._replace(account=move.to)
        for part in _issue(book, index, move):
            layer = book.layer(move.to, move.commodity, part.name, part)
            layer.put(part.units, part.cost, part.down)
            book.been[move.commodity, layer.name.lot][move.to] = None
            moved = ("units_transferred", part.units), ("cost_transferred", part.cost)
            book.note(arrival, layer.name.lot, *moved)
    elif move.kind == "adjustment" and move.units > 0:
        _found(book, move)
    elif move.kind == "production":
        _produce(book, index, move)
    elif move.kind == "landed-cost":
        _land(book, move)
    elif move.kind == "write-down":
        _write_down(book, move)
    else:
        _issue(book, index, move)


def _receive(book: Book, move: Movement, cost: int, order: tuple[int, int]) -> None:
    name = Name(move.lot, move.expires, move.date, order)
    layer = book.layer(move.account, move.commodity, name)
    layer.put(move.units, cost)
    book.came(move.account, (move.commodity, layer.name.lot), move.units, cost)
    received = ("units_received", move.units), ("cost_received", cost)
    book.note(move, layer.name.lot, *received)


def _issue(book: Book, index: int, move: Movement) -> list[Part]:
    wanted = abs(move.units)
    queue = _queue(book, move)
    if sum(layer.left for layer in queue) < wanted:
        raise Short
    parts = []
    for layer in queue:
        units = min(layer.left, wanted)
        if units:
            parts.append(layer.take(units))
            wanted -= units
    units_column, cost_column, sign = ISSUES[move.kind]
    for part in parts:
        book.note(
            move,
            part.name.lot,
            (units_column, sign * part.units),
            (cost_column, sign * part.cost),
        )
        if move.kind == "purchase-return":
            book.came(move.account, (move.commodity, part.name.lot), -part.units, -part.cost)
    book.drawn[index] += parts
    if move.kind == "sale":
        book.kept[index] = parts
        _note_revenue(book, move, parts, move.price)
    return parts


def _queue(book: Book, move: Movement) -> list[Layer]:
    """The layers that may supply an issue, first to go first."""
    layers = [layer for layer in book.stock[move.account, move.commodity] if layer.left]
    if book.method == "average":
        return layers
    if move.lot is not None:
        layers = [layer for layer in layers if layer.name.lot == move.lot]
    elif book.method == "specific" and len({layer.name.lot for layer in layers}) > 1:
        return []
    elif book.method == "fefo":
        return sorted(layers, key=lambda layer: layer.name.fefo())
    elif book.method == "lifo":
        return sorted(layers, key=lambda layer: layer.name.fifo(), reverse=True)
    return sorted(layers, key=lambda layer: layer.name.fifo())


def _sale_return(book: Book, index: int, move: Movement) -> None:
    """The units the sale drew last come back first, each at the cost it left at."""
    kept = book.kept.get(move.of if move.of is not None else -1, [])
    if sum(part.units for part in kept) < move.units:
        raise Short
    wanted, returned = move.units, []
    while wanted:
        part = kept.pop()
        if part.units > wanted:
            stays, part = part.split(part.units - wanted)
            kept.append(stays)
        layer = book.layer(move.account, move.commodity, part.name, part)
        layer.put(part.units, part.cost, part.down)
        book.been[move.commodity, part.name.lot][move.account] = None
        back = ("units_sold", -part.units), ("cost_of_sales", -part.cost)
        book.note(move, part.name.lot, *back)
        returned.append(part)
        wanted -= part.units
    book.drawn[index] += returned
    _note_revenue(book, move, returned, -move.price)


def _note_revenue(book: Book, move: Movement, parts: list[Part], revenue: int) -> None:
    sign = -1 if revenue < 0 else 1
    units: dict[str | None, Fraction] = defaultdict(Fraction)
    for part in parts:
        units[part.name.lot] += part.units
    shares = apportion(abs(revenue), list(units.values()))
    for lot, share in zip(units, shares, strict=True):
        book.rows[move.account, move.commodity, lot]["revenue"] += sign * share


def _found(book: Book, move: Movement) -> None:
    """A count finds more: at what the lot's last layer in the account costs now."""
    layers = sorted(
        (
            layer
            for layer in book.stock[move.account, move.commodity]
            if layer.left and layer.name.lot in (move.lot, None)
        ),
        key=lambda layer: layer.name.fifo(),
    )
    if not layers:
        raise Short
    layer = layers[-1]
    cost = half_up(layer.value * move.units / layer.left)
    layer.put(move.units, cost)
    book.came(move.account, (move.commodity, layer.name.lot), move.units, cost)
    book.note(move, layer.name.lot, ("units_adjusted", move.units), ("cost_adjusted", cost))


def _produce(book: Book, index: int, move: Movement) -> None:
    """The batch costs its inputs and the conversion; outputs of written cost are deducted first."""
    drawn = [
        (item.commodity, part)
        for item in move.parts
        if item.kind == "input"
        for part in _issue(book, index, item)
    ]
    inputs = [part for _, part in drawn]
    outputs = [item for item in move.parts if item.kind == "output"]
    shared = [item for item in outputs if item.share is not None]
    batch = move.cost + sum(part.cost for part in inputs)
    batch -= sum(item.cost for item in outputs if item.share is None)
    shares = iter(apportion(batch, [Fraction(item.share or 0) for item in shared]))
    earliest = min((part.name.expires for part in inputs if part.name.expires), default=None)
    used: dict[Key, Fraction] = defaultdict(Fraction)
    for commodity, part in drawn:
        used[commodity, part.name.lot] += part.units
    made = {(item.commodity, item.lot): Fraction(item.share or 0) for item in outputs}
    book.batches.append(Batch(dict(used), made))
    for place, item in enumerate(outputs):
        cost = item.cost if item.share is None else next(shares)
        output = item._replace(date=move.date, expires=item.expires or earliest)
        _receive(book, output, cost, (index, place))


def _land(book: Book, move: Movement) -> None:
    """Over the lots by what came in of them; in a lot, over what is on hand, gone and used up.

    What a batch used up is borne by what the batch made. The share of goods returned to the
    supplier is borne by those that stayed.
    """
    lots = [_key(book, lot) for lot in move.lots]
    basis = [_basis(book, key, move.by) for key in lots]
    kept: dict[Key, int] = defaultdict(int)
    gone: dict[Key, int] = defaultdict(int)
    for key, share in zip(lots, apportion(move.cost, basis), strict=True):
        _follow(book, key, share, kept, gone)
    for key, share in kept.items():
        layers = _layers(book, key)
        parts = apportion(share, [layer.left for _, layer in layers])
        for (account, layer), part in zip(layers, parts, strict=True):
            layer.put(Fraction(0), part)
            book.rows[account, *key]["cost_landed"] += part
    for key, share in gone.items():
        row = next(row for place, row in book.rows.items() if place[1:] == key)
        row["cost_landed"] += share
        row["cost_of_sales"] += share


def _follow(book: Book, key: Key, share: int, kept: dict[Key, int], gone: dict[Key, int]) -> None:
    if not share:
        return
    if not book.came_in[key][0]:
        raise Short
    here = sum((layer.left for _, layer in _layers(book, key)), Fraction(0))
    batches = [batch for batch in book.batches if key in batch.used]
    used = [batch.used[key] for batch in batches]
    left = book.came_in[key][0] - here - sum(used)
    on_hand, sold, *passed = apportion(share, [here, left, *used])
    kept[key] += on_hand
    gone[key] += sold
    for batch, part in zip(batches, passed, strict=True):
        borne = apportion(part, list(batch.outputs.values()))
        for output, amount in zip(batch.outputs, borne, strict=True):
            _follow(book, output, amount, kept, gone)


def _layers(book: Book, key: Key) -> list[tuple[str, Layer]]:
    """What is on hand of a lot, account by account as it came there, the oldest first."""
    return [
        (account, layer)
        for account in book.been[key]
        for layer in sorted(book.stock[account, key[0]], key=lambda each: each.name.fifo())
        if layer.name.lot == key[1] and layer.left
    ]


def _key(book: Book, lot: str) -> Key:
    return next(key for key in book.came_in if key[1] == lot)


def _basis(book: Book, key: Key, by: str) -> Fraction:
    if by == "equal":
        return Fraction(1)
    units, cost = book.came_in[key]
    return {"value": cost, "quantity": units}.get(by, units * book.weights[key[0]])


def _write_down(book: Book, move: Movement) -> None:
    """Each layer of the lot to its net realisable value; back up to its cost at most."""
    for (account, commodity), layers in book.stock.items():
        for layer in layers:
            if (commodity, layer.name.lot) != (move.commodity, move.lot) or not layer.left:
                continue
            down = layer.value - half_up(move.nrv * layer.left)
            if down < 0:
                down = -min(-down, layer.down_left) if book.reverses else 0
            layer.put(Fraction(0), -down, down)
            book.rows[account, commodity, layer.name.lot]["cost_written_down"] += down


def _in_currency(row: Mapping[str, Fraction]) -> dict[str, Fraction]:
    money = defaultdict(Fraction)
    for column, amount in row.items():
        money[column] = amount if column.startswith("units_") else Fraction(amount) / 100
    return money


def _added(rows: Iterable[tuple[object, Mapping[str, Fraction]]]) -> dict:
    total = defaultdict(lambda: defaultdict(Fraction))
    for key, row in rows:
        for column, amount in row.items():
            total[key][column] += amount
    return dict(total)
