"""The sheets of a recall pack, each a report of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lotcost.ledger.books import Line
from lotcost.model import Kind, Lot
from lotcost.reports.events import Asked, events
from lotcost.reports.recall.contacts import contact, contact_columns, contact_keys
from lotcost.reports.recall.letters import letters
from lotcost.reports.recall.summary import summary
from lotcost.reports.report import Column, Report, Row
from lotcost.reports.trace import Handover, Index, Member, Run, Side, Trace

_LOT = (Column("commodity", "text"), Column("lot", "text"))
_COST = (Column("currency", "text"), Column("cost", "money", "currency", summed=True))
_HOLD = (
    *_LOT,
    Column("name", "text"),
    Column("account", "text"),
    Column("units", "units", "commodity"),
    Column("status", "text"),
    Column("expires", "date"),
    Column("owner", "text"),
    Column("direction", "text"),
    *_COST,
)
_HANDED = (
    Column("party", "text"),
    *_LOT,
    Column("date", "date"),
    Column("kind", "text"),
    Column("units", "units", "commodity"),
    Column("document", "text"),
    Column("narration", "text"),
    Column("account", "text"),
)
_REVENUE = (*_COST, Column("revenue", "money", "currency", summed=True))
_SOURCE = (Column("source", "text"),)
_RUNS = (
    Column("batch", "text"),
    Column("date", "date"),
    Column("side", "text"),
    *_LOT,
    Column("units", "units", "commodity"),
    Column("direction", "text"),
    Column("document", "text"),
    Column("narration", "text"),
    *_SOURCE,
)
_PARTS = ("received", "made", "adjusted", "sold", "consumed", "written_off", "on_hand")
_BALANCE = (
    *_LOT,
    Column("direction", "text"),
    Column("depth", "count"),
    *(Column(f"units_{part}", "units", "commodity") for part in _PARTS),
    Column("units_accounted", "units", "commodity"),
    Column("units_missing", "units", "commodity"),
    Column("accounted_rate", "rate"),
)


def pack(index: Index, found: Trace) -> tuple[Report, ...]:
    """Return the sheets of a recall, the answer first and the events of its lots last."""
    return (
        summary(found),
        hold_list(found),
        customers(index, found),
        suppliers(index, found),
        runs(found),
        mass_balance(found),
        letters(index, found),
        *events(index.books, asked=_events_of(found)).values(),
    )


def _events_of(found: Trace) -> Asked:
    """Ask for what was bought of upstream lots, what was sold of affected ones, and the batches."""
    sides = {member.lot: member.side for member in found.members}
    entries = {run.entry for run in found.runs}

    def asked(line: Line) -> bool:
        if line.kind is Kind.PRODUCTION:
            return line.entry in entries
        bought = line.kind is Kind.RECEIPT or line.kind is Kind.PURCHASE_RETURN
        spare = Side.DOWNSTREAM if bought else Side.UPSTREAM
        return sides.get(line.lot, spare) is not spare

    return asked


def hold_list(found: Trace) -> Report:
    """Return a row an affected lot and account with units on hand."""
    names = {member.lot: member.name for member in found.members}
    rows = [
        {
            "commodity": each.lot.commodity,
            "lot": each.lot.number,
            "name": names[each.lot],
            "account": each.account,
            "units": each.units,
            "status": each.status,
            "expires": each.expires,
            "owner": each.owner,
            "direction": each.side.value,
            "currency": each.currency,
            "cost": each.cost,
        }
        for each in found.on_hand
    ]
    return Report("hold_list", "Hold list", _HOLD, tuple(rows), found.at)


def customers(index: Index, found: Trace) -> Report:
    """Return a row a sale or return of affected units, by party and then by day."""
    keys = contact_keys(index.books, found.customers)
    columns = (*_HANDED, *_REVENUE, *contact_columns(keys), *_SOURCE)
    return Report(
        "recall_customers",
        "Customers",
        columns,
        tuple(_handed(index, found.customers, keys)),
        found.at,
    )


def suppliers(index: Index, found: Trace) -> Report:
    """Return a row a receipt of upstream and traced lots, or what went back, by party."""
    keys = contact_keys(index.books, found.suppliers)
    columns = (*_HANDED, *_COST, *contact_columns(keys), *_SOURCE)
    return Report(
        "recall_suppliers",
        "Suppliers",
        columns,
        tuple(_handed(index, found.suppliers, keys)),
        found.at,
    )


def _handed(index: Index, handovers: Iterable[Handover], keys: tuple[str, ...]) -> Iterator[Row]:
    for each in sorted(handovers, key=lambda each: (each.party is None, each.party or "")):
        yield {
            **contact(index.books, each.party, keys),
            "party": each.party,
            "commodity": each.lot.commodity,
            "lot": each.lot.number,
            "date": each.date,
            "kind": each.kind.value,
            "units": each.units,
            "document": each.document,
            "narration": each.narration,
            "account": each.account,
            "currency": each.currency,
            "cost": each.cost,
            "revenue": each.revenue,
            "source": each.source,
            "entry": each.entry,
        }


def runs(found: Trace) -> Report:
    """Return a row a lot that went into a batch or came out of it, of the family or not."""
    members = {member.lot: member for member in found.members}
    rows = [row for run in found.runs for row in _parts(run, members)]
    return Report("recall_batches", "Batches", _RUNS, tuple(rows), found.at)


def _parts(run: Run, members: Mapping[Lot, Member]) -> Iterator[Row]:
    words = ("taken apart", "given back") if run.apart else ("used", "made")
    for word, parts in zip(words, (run.used, run.made), strict=True):
        for part in parts:
            member = members.get(part.lot)
            yield {
                "batch": run.name,
                "date": run.date,
                "side": word,
                "commodity": part.lot.commodity,
                "lot": part.lot.number,
                "units": part.units,
                "direction": None if member is None else member.side.value,
                "document": run.document,
                "narration": run.narration,
                "source": run.source,
                "entry": run.entry,
            }


def mass_balance(found: Trace) -> Report:
    """Return a row an affected lot: what came in and out, and the part that is accounted for."""
    depths = {member.lot: member.depth for member in found.members}
    rows = [
        {
            "commodity": each.lot.commodity,
            "lot": each.lot.number,
            "direction": each.side.value,
            "depth": depths[each.lot],
            **{f"units_{part}": getattr(each, part) for part in _PARTS},
            "units_accounted": each.accounted,
            "units_missing": each.missing,
            "accounted_rate": each.rate,
        }
        for each in found.balances
    ]
    notes = (
        "Accounted for is what was sold, used up in batches, written off and is on hand, over what "
        "came from suppliers and out of batches; it and the units missing do not count what was "
        "adjusted.",
        *(f"{gap.message}." for gap in found.gaps),
    )
    return Report("mass_balance", "Mass balance", _BALANCE, tuple(rows), found.at, notes=notes)
