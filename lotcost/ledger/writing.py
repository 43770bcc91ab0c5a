"""Write what is known: events become postings that hold their lots at cost.

    2025-01-06 * "Cafe Rose" "Invoice 102"
      Assets:Inventory:Main    -2 MILK @ 5.00 USD
      Assets:Receivable        10 USD

becomes

    2025-01-06 * "Cafe Rose" "Invoice 102"
      Assets:Inventory:Main    -2 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
      Assets:Receivable        10 USD
      Expenses:CostOfSales   4.00 USD
      Income:Sales         -10.00 USD

Entries that are given stay as they were; new ones take their place. A directive that books
something is followed by a transaction of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from beancount.core import data

from lotcost.ledger.config import Config
from lotcost.ledger.generating import generated
from lotcost.ledger.page import Booked, Page
from lotcost.ledger.postings import Recognised
from lotcost.ledger.transactions import Written
from lotcost.model import Revalued


def write(
    entries: Sequence[data.Directive],
    written: Written,
    booked: Sequence[Booked],
    spoilt: Collection[int],
) -> list[data.Directive]:
    """Return the entries with every posting of goods at cost and labelled with its lot.

    Args:
      spoilt: The entries that have an error already; what is left of them as written is
        excused from balancing, so that one cause gives one error.
    """
    by_entry: dict[int, list[Booked]] = defaultdict(list)
    for each in booked:
        by_entry[_entry_of(each)].append(each)
    recognised: dict[int, list[Recognised]] = defaultdict(list)
    for mark in written.recognised:
        recognised[mark.entry].append(mark)
    out: list[data.Directive] = []
    touched = by_entry.keys() | recognised.keys() | set(spoilt)
    for place, entry in enumerate(entries):
        if place not in touched:
            out.append(entry)
        elif isinstance(entry, data.Transaction):
            page = Page(entry, written)
            for mark in recognised[place]:
                page.label(mark)
            for each in by_entry[place]:
                page.book(each)
            out.append(page.finish(excuse=place in spoilt))
        else:
            out.append(entry)
            out.extend(generated(entry, by_entry[place], written))
    return _opened_to_residues(out, written.config)


def _opened_to_residues(entries: list[data.Directive], config: Config) -> list[data.Directive]:
    """Let an account that is opened for its goods alone hold the residue of what they cost."""
    limited = {
        entry.account: entry
        for entry in entries
        if isinstance(entry, data.Open) and entry.currencies and config.policy(entry.account)
    }
    residues: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in entries if limited else ():
        if isinstance(entry, data.Transaction):
            for account, units, cost, _, _, meta in entry.postings:
                if account in limited and cost is None and "lot-commodity" in (meta or {}):
                    residues[account][units.currency] = None
    if not residues:
        return entries
    opened = {
        id(limited[account]): [*dict.fromkeys([*limited[account].currencies, *held])]
        for account, held in residues.items()
    }
    return [
        entry._replace(currencies=opened[id(entry)]) if id(entry) in opened else entry
        for entry in entries
    ]


def _entry_of(booked: Booked) -> int:
    return booked.event.entry if isinstance(booked, Revalued) else booked.movement.entry
