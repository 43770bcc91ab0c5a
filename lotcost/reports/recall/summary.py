"""The summary of a recall: the answer on one page, each line with its figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lotcost.model import ZERO, Kind, Lot
from lotcost.reports.report import Column, Report, Row
from lotcost.reports.trace import Change, Handover, Member, Side, Trace

_COLUMNS = (
    Column("subject", "text"),
    Column("commodity", "text"),
    Column("lot", "text"),
    Column("units", "units", "commodity"),
    Column("accounted_rate", "rate"),
    Column("currency", "text"),
    Column("amount", "money", "currency"),
    Column("note", "text"),
)


def summary(found: Trace) -> Report:
    """Return lines that say what is recalled, where it is, who has it, and what is not known."""
    return Report("recall", "Summary", _COLUMNS, tuple(_rows(found)), found.at)


def _rows(found: Trace) -> Iterator[Row]:
    yield from _lots(found, Side.TRACED, "Recalled lot")
    yield from _lots(found, Side.DOWNSTREAM, "Made of it")
    yield from _to_hold(found)
    yield from _out(found)
    yield from _written_off(found)
    yield from _suppliers(found)
    for each in found.exposures:
        yield {"subject": "Cost on hand", "currency": each.currency, "amount": each.cost_on_hand}
        yield {"subject": "Cost of sales", "currency": each.currency, "amount": each.cost_of_sales}
        yield {
            "subject": "Cost written off",
            "currency": each.currency,
            "amount": each.cost_written_off,
        }
        yield {"subject": "Revenue affected", "currency": each.currency, "amount": each.revenue}
    for gap in found.gaps:
        yield {
            "subject": "To look into",
            "commodity": gap.lot.commodity,
            "lot": gap.lot.number,
            "note": gap.message,
        }


def _lots(found: Trace, side: Side, subject: str) -> Iterator[Row]:
    balances = {each.lot: each for each in found.balances}
    for member in found.members:
        if member.side is side:
            balance = balances[member.lot]
            yield {
                "subject": subject,
                **_of(member.lot),
                "units": balance.came_in,
                "accounted_rate": balance.rate,
                "note": _about(member),
            }


def _about(member: Member) -> str:
    expires = f"expires {member.expires}" if member.expires else ""
    return ", ".join(filter(None, (member.name, member.status, expires)))


def _to_hold(found: Trace) -> Iterator[Row]:
    if not found.on_hand:
        yield {"subject": "To hold", "note": "Nothing is on hand"}
    for each in found.on_hand:
        owner = f", goods of {each.owner}" if each.owner else ""
        yield {
            "subject": "To hold",
            **_of(each.lot),
            "units": each.units,
            "currency": each.currency,
            "amount": each.cost,
            "note": f"{each.account}{owner}",
        }


def _out(found: Trace) -> Iterator[Row]:
    if not found.customers:
        yield {"subject": "With customers", "note": "Nothing was sold"}
    for lot, handovers in _by_lot(found.customers).items():
        parties = dict.fromkeys(each.party or "nobody named" for each in handovers)
        revenue = [each.revenue for each in handovers if each.revenue is not None]
        yield {
            "subject": "With customers",
            **_of(lot),
            "units": sum((each.units for each in handovers), ZERO),
            "currency": handovers[0].currency,
            "amount": sum(revenue, ZERO) if revenue else None,
            "note": ", ".join(parties),
        }


def _written_off(found: Trace) -> Iterator[Row]:
    by_lot: dict[tuple[Lot, str], list[Change]] = defaultdict(list)
    for change in found.changes:
        if change.kind is Kind.WRITE_OFF:
            by_lot[change.lot, change.currency].append(change)
    for (lot, currency), changes in by_lot.items():
        reasons = dict.fromkeys(each.reason for each in changes if each.reason)
        yield {
            "subject": "Written off",
            **_of(lot),
            "units": -sum((each.units for each in changes), ZERO),
            "currency": currency,
            "amount": -sum((each.cost for each in changes), ZERO),
            "note": ", ".join(reasons) or None,
        }


def _suppliers(found: Trace) -> Iterator[Row]:
    for lot, handovers in _by_lot(found.suppliers).items():
        parties = dict.fromkeys(each.party or "nobody named" for each in handovers)
        yield {
            "subject": "From suppliers",
            **_of(lot),
            "units": sum((each.units for each in handovers), ZERO),
            "note": ", ".join(parties),
        }


def _by_lot(handovers: Iterable[Handover]) -> dict[Lot, list[Handover]]:
    found: dict[Lot, list[Handover]] = defaultdict(list)
    for each in handovers:
        found[each.lot].append(each)
    return found


def _of(lot: Lot) -> Row:
    return {"commodity": lot.commodity, "lot": lot.number}
