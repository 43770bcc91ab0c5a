"""The core by itself: events in, costed movements out, without a ledger around them."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measuring import Aim, Program, Row, Setting, told

# The collector is still, as it is while a ledger is booked.
CORE = """
import datetime, gc, itertools, json, random, resource, sys, time
from decimal import Decimal
from lotcost.core.costing import replay
from lotcost.core.rules import Rules
from lotcost.model import Costed, Issue, Kind, Method, Money, Movement, Receipt
number, method, open_lots = int(sys.argv[1]), Method(sys.argv[2]), int(sys.argv[3])
rng, day, cent = random.Random(1), datetime.date(2021, 1, 4), Decimal("0.01")
goods = [f"G{each:03}" for each in range(200)]
held = {each: [] for each in goods}  # what each lot has left, oldest first
units = [Decimal(each) for each in range(241)]
costs = [Decimal(each) / 100 for each in range(10_000, 30_000)]
rules = Rules(
    method=lambda account: method,
    averages_lots=lambda account: False,
    cent=lambda currency: cent,
    unit_weight=lambda commodity: None,
    statuses={},
    convert=lambda money, currency, day: money,
    expires={},
    values=lambda account: True,
    has_leg=lambda account, key: True,
    reverses=True,
)
def movements():
    for place in range(number):
        today = day + datetime.timedelta(place * 1000 // number)
        good = rng.choice(goods)
        lots = held[good]
        if len(lots) < open_lots // len(goods):
            lots.append([f"L{place}", rng.randrange(48, 240)])
            cost = Money(rng.choice(costs), "USD")
            receipt = Receipt(0, "Main", good, lots[-1][0], units[lots[-1][1]], cost)
            expires = today + datetime.timedelta(rng.randrange(1500, 2000))
            receipts = (receipt._replace(expires=expires),)
            yield Movement(Kind.RECEIPT, today, place, receipts=receipts)
            continue
        wanted = rng.randrange(1, 24)
        lot = lots[0][0] if method is Method.SPECIFIC else None
        wanted = min(wanted, lots[0][1]) if lot else wanted
        issue = Issue(0, "Main", good, lot, units[wanted])
        yield Movement(Kind.SALE, today, place, issues=(issue,))
        while wanted:
            part = min(wanted, lots[0][1])
            wanted -= part
            lots[0][1] -= part
            if not lots[0][1]:
                lots.pop(0)
events = list(movements())
gc.disable()
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = time.process_time()
costed = sum(type(outcome) is Costed for outcome in replay(events, rules))
taken = time.process_time() - before
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle
assert costed == number
kilobytes = grown / (2**10 if sys.platform == "darwin" else 1)
print(json.dumps({"a second": number / taken, "kB": kilobytes / number}))
"""
METHODS = ("fefo", "lifo", "average", "specific")


def rows(setting: Setting) -> Iterator[Row]:
    """Tell how many movements are costed a second by each method, and what they keep in memory."""
    number, few, many = setting.movements, 1_000, 10_000
    fifo = (Program(CORE, (str(number), "fifo", str(few))),)
    name = f"core alone, {number:,} movements"
    yield Row(f"{name}: fifo, a second", fifo, told("a second"), Aim(300_000, at_least=True))
    yield Row(f"{name}: memory, kB a movement", fifo, told("kB"))
    for method in METHODS:
        program = Program(CORE, (str(number // 10), method, str(few)))
        name = f"core alone, {number // 10:,} movements: {method}, a second"
        yield Row(name, (program,), told("a second"))
    pair = tuple(Program(CORE, (str(number // 10), "fefo", str(lots))) for lots in (few, many))
    name = f"core alone: fefo with {many:,} lots open / with {few:,}"
    yield Row(name, pair, lambda runs: runs[0].told["a second"] / runs[1].told["a second"])
