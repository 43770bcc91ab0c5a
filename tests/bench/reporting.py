"""What reports take, over the load of their ledger."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measuring import Aim, Program, Row, Setting, told

REPORT = """
import json, sys, time
from lotcost.ledger.loading import load
from lotcost.reports.catalog import Question, answer
before = time.process_time()
ledger = load(sys.argv[1])
assert not ledger.errors, ledger.errors[0].message
loaded = time.process_time() - before
days = sorted({entry.date for entry in ledger.entries})
taken = {"load": loaded}
for name, question in (("lots", Question()), ("lots --at", Question(at=days[len(days) // 2]))):
    before = time.process_time()
    assert answer("lots", ledger, question).rows
    taken[name] = (time.process_time() - before) / loaded
print(json.dumps(taken))
"""


def rows(setting: Setting) -> Iterator[Row]:
    """Compare reports with the load before them."""
    size = setting.transactions[-1]
    program = Program(REPORT, (setting.ledger("managed", size, setting.lots[0]),))
    for name in ("lots", "lots --at"):
        yield Row(f"{name} / load, {size:,} transactions", (program,), told(name), Aim(0.10))
