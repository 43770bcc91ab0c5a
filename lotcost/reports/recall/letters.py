"""Letters data: a row a customer, with all that a letter to them says, for a mail merge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from lotcost.model import ZERO, Lot
from lotcost.reports.recall.contacts import contact, contact_columns, contact_keys
from lotcost.reports.report import Column, Report, Row, trimmed
from lotcost.reports.trace import Handover, Index, Trace

_HEAD = (Column("party", "text"),)
_GOODS = (
    Column("goods", "text"),
    Column("delivered", "text"),
    Column("returned", "text"),
    Column("outstanding", "text"),
    Column("first_delivery", "date"),
    Column("last_delivery", "date"),
    Column("deliveries", "count"),
    Column("documents", "text"),
)


def letters(index: Index, found: Trace) -> Report:
    """Return a row a party, those with a name first; what all has come back is said, not left out.

    Units stand as words, as one letter may be about goods that are counted differently.
    """
    keys = contact_keys(index.books, found.customers)
    by_party: dict[str, list[Handover]] = defaultdict(list)
    for each in found.customers:
        by_party[each.party or ""].append(each)
    names = {member.lot: member.name for member in found.members}
    rows = [
        {
            **contact(index.books, party, keys),
            **_row(by_party[party], names),
            "party": party or None,
        }
        for party in sorted(by_party, key=lambda party: (not party, party))
    ]
    columns = (*_HEAD, *contact_columns(keys), *_GOODS)
    return Report("letters_data", "Letters data", columns, tuple(rows), found.at)


def _row(handovers: Sequence[Handover], names: dict[Lot, str | None]) -> Row:
    delivered = [each for each in handovers if each.units > ZERO]
    days = [each.date for each in delivered]
    lots = dict.fromkeys(each.lot for each in handovers)
    documents = (each.document for each in handovers)
    return {
        "goods": "; ".join(_goods(lot, names[lot]) for lot in lots),
        "delivered": _units(delivered),
        "returned": _units(
            each._replace(units=-each.units) for each in handovers if each.units < ZERO
        ),
        "outstanding": _units(handovers),
        "first_delivery": min(days, default=None),
        "last_delivery": max(days, default=None),
        "deliveries": len(delivered),
        "documents": " ".join(dict.fromkeys(" ".join(filter(None, documents)).split())) or None,
    }


def _goods(lot: Lot, name: str | None) -> str:
    return f"{name or lot.commodity}, lot {lot.number}"


def _units(handovers: Iterable[Handover]) -> str | None:
    """Say how many units of each lot, in words: `12 CAKE lot C1; 3 ROLLS lot R1`."""
    units: dict[Lot, Decimal] = defaultdict(lambda: ZERO)
    for each in handovers:
        units[each.lot] += each.units
    said = [
        f"{trimmed(number):f} {lot.commodity} lot {lot.number}" for lot, number in units.items()
    ]
    return "; ".join(said) or None
