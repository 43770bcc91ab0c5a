"""What it takes to trace a lot, once its ledger is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measuring import Aim, Program, Row, Setting, told

MOVEMENTS = 100_000
CHAIN = """
import datetime, json, sys, time
from decimal import Decimal
from lotcost.core.genealogy import Batch, Part, ancestors, descendants, genealogy
from lotcost.model import Lot
batches, one, day = int(sys.argv[1]) // 4, Decimal(1), datetime.date(2025, 1, 1)
lots = [Lot("GOODS", str(number)) for number in range(batches + 1)]
spice = [Lot("SPICE", str(number)) for number in range(batches)]
runs = [
    Batch(
        (place, ""),
        day,
        (Part(lots[place], one), Part(spice[place], one)),
        (Part(lots[place + 1], one), Part(Lot("CRUMBS", str(place)), one)),
    )
    for place in range(batches)
]
before = time.process_time()
of = genealogy(runs)
down, up = descendants(of, lots[:1]), ancestors(of, lots[-1:])
taken = time.process_time() - before
assert down.kin[-1].depth == up.kin[-1].depth == batches
print(json.dumps({"seconds": taken}))
"""
LEDGER = """
import json, sys, time
from lotcost.ledger.loading import load
from lotcost.reports.trace import Index, trace
books = load(sys.argv[1]).books()
lot = books.lines[0].lot
books.revenue, books.cards
before = time.process_time()
index = Index(books)
assert trace(index, [lot]).balances[0].lot == lot
first = time.process_time() - before
before = time.process_time()
assert len(trace(index, index.lines).members) == len(index.lines)
print(json.dumps({"first": first, "all": time.process_time() - before}))
"""
COLD = """
import json, sys, time
from lotcost.ledger.loading import load
from lotcost.reports.trace import Index, trace
ledger = load(sys.argv[1])
assert not ledger.errors, ledger.errors[0].message
before = time.process_time()
index = Index(ledger.books())
lot = index.books.lines[0].lot
assert trace(index, [lot]).balances[0].lot == lot
print(json.dumps({"seconds": time.process_time() - before}))
"""


def rows(setting: Setting) -> Iterator[Row]:
    """Tell how long a family takes among many movements, and a trace of a ledger's lots."""
    name = f"family of a lot, both ways, among {MOVEMENTS:,} movements, s"
    yield Row(name, (Program(CHAIN, (str(MOVEMENTS),)),), told("seconds"), Aim(1))
    size = setting.transactions[-1]
    program = Program(LEDGER, (setting.ledger("managed", size, setting.lots[0]),))
    yield Row(
        f"trace of a lot, {size:,} transactions, s after the books",
        (program,),
        told("first"),
        Aim(1),
    )
    cold = Program(COLD, (setting.ledger("managed", setting.paged, setting.lots[-1]),))
    yield Row(
        f"trace of a lot, {setting.paged:,} transactions, s from the end of the load",
        (cold,),
        told("seconds"),
        Aim(1),
    )
    yield Row(f"trace of every lot at once, {size:,} transactions, s", (program,), told("all"))
