"""Fava's pages: how long the first byte takes after a load, and what the extension adds to it."""

from __future__ import annotations

from collections.abc import Iterator

import fava_lotcost

from bench.measuring import Aim, Program, Row, Setting, ratio, told

# Each page is asked as the first one after a load, which reads the lots: `first`. Then all are
# asked again: `again`. What Fava does once in its life, as compiling templates, is done before.
PAGES = """
import json, sys, time
import fava_lotcost
from fava.application import create_app
app = create_app([sys.argv[1]], load=True)
app.testing = True
ledger = app.config["LEDGERS"][app.config["LEDGERS"].first_slug()]
assert not ledger.errors, ledger.errors[0].message
client, slug = app.test_client(), app.config["LEDGERS"].first_slug()
client.get(f"/{slug}/income_statement/")
extensions = [ledger.extensions.get_extension(name) for name in fava_lotcost.__all__]
lots = client.get(f"/{slug}/extension/LotCostLots/export.csv").get_data(as_text=True).splitlines()
number = lots[len(lots) // 2].split(",")[1]
asked = {name: f"{name}/" for name in fava_lotcost.__all__}
asked |= {"one lot": f"LotCostLots/?lot={number}", "its trace": f"LotCostTrace/?lot={number}"}
def seconds(page):
    before = time.process_time()
    response = client.get(f"/{slug}/extension/{asked[page]}")
    taken = time.process_time() - before
    assert response.status_code == 200, page
    return taken
for page in asked:
    seconds(page)
first = {}
for page in asked:
    ledger.all_entries = list(ledger.all_entries)  # as a load leaves them: new ones
    for extension in extensions:
        extension.after_load_file()
    first[page] = seconds(page)
taken = {f"{page} first": 1000 * first[page] for page in first}
taken |= {f"{page} again": 1000 * min(seconds(page), seconds(page)) for page in first}
print(json.dumps(taken))
"""
LOAD = """
import sys
import fava_lotcost  # and with it Fava: what is imported once is no part of a load
from fava.core import FavaLedger
ledger = FavaLedger(sys.argv[1])
assert not ledger.errors, ledger.errors[0].message
"""
LOTS = 5_000


def rows(setting: Setting) -> Iterator[Row]:
    """Tell the milliseconds of every page there is, and the load with the extension and without."""
    lots = min(LOTS, setting.lots[-1])
    ledger = setting.ledger("managed", setting.paged, lots)
    paged = ledger.replace(".beancount", "-paged.beancount")
    with open(ledger) as plain, open(paged, "w") as file:
        file.write(plain.read())
        file.write('2021-01-04 custom "fava-extension" "fava_lotcost"\n')
    where = f"{setting.paged:,} transactions"
    pair = Program(LOAD, (ledger,)), Program(LOAD, (paged,))
    yield Row(f"Fava, {where}: load with the pages / without", pair, ratio, Aim(1.1))
    pages = (Program(PAGES, (paged,)),)
    for page in (*fava_lotcost.__all__, "one lot", "its trace"):
        for time in ("first", "again"):
            name = f"Fava, {where}: {page}, {time}, ms"
            yield Row(name, pages, told(f"{page} {time}"), Aim(300))
