"""A trace for a terminal: the answer first, then what is to be held, who has it, and the way there.

Trace of FLOUR F1, Wheat flour
Corner bakery, as of 2025-01-12

Accounted for  100.00% of 90 FLOUR F1
               96.67% of 60 CAKE C1, 2 missing
To hold        50 FLOUR F1 in Assets:Inventory:Store
Customers      Cafe Rose: 15 CAKE C1 (5 came back), 2025-01-08, 2025-01-10
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from lotcost.model import ZERO, Lot
from lotcost.rendering.about import About
from lotcost.rendering.values import printable
from lotcost.reports.report import trimmed
from lotcost.reports.trace import Balance, Handover, Member, Run, Side, Trace

_STEP = "  "
_NOBODY = "(nobody named)"
_DEEPEST = 16
"""How many batches deep the way is told; a table has it all."""


def tree(found: Trace, about: About, width: int | None = None) -> str:
    """Write a trace for people; long lines go on below where a width is given."""
    members = {member.lot: member for member in found.members}
    names = ", ".join(_title(members[lot]) for lot in found.lots)
    lines = [f"Trace of {names}", f"{about.ledger}, as of {found.at}", ""]
    for label, said in _answers(found):
        lines += _labelled(label, said, width)
    way = _Way(found)
    lines += ["", "Came from", *way.back(), "", "Went to", *way.on()]
    if found.gaps:
        lines += ["", "To look into"]
        lines += [_STEP + gap.message for gap in found.gaps]
    return "\n".join(printable(line) for line in lines) + "\n"


def _title(member: Member) -> str:
    expires = f"expires {member.expires}" if member.expires else ""
    facts = ", ".join(filter(None, (member.name, member.status, expires)))
    return f"{_named(member.lot)} ({facts})"


def _answers(found: Trace) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what is asked first, a label and its lines each."""
    yield "Accounted for", list(_accounted_for(found))
    on_hand = [f"{each.units:f} {_named(each.lot)} in {each.account}" for each in found.on_hand]
    yield "To hold", on_hand or ["nothing is on hand"]
    yield "Customers", [_at(*each) for each in _net(found.customers)] or ["nothing was sold"]
    for each in found.exposures:
        yield (
            f"In {each.currency}",
            [
                f"on hand at cost {each.cost_on_hand:f}, sold at cost {each.cost_of_sales:f}, "
                f"written off {each.cost_written_off:f}; affected revenue {each.revenue:f}"
            ],
        )


def _accounted_for(found: Trace) -> Iterator[str]:
    """Tell of the traced lots, and of each of which not all is accounted for; count the rest."""
    whole = 0
    for each in found.balances:
        if each.side is Side.TRACED or each.rate != 1:
            yield _accounted(each)
        else:
            whole += 1
    if whole:
        yield (
            f"100.00% of each of {whole} lots made of it"
            if whole > 1
            else "100.00% of what was made of it"
        )


def _accounted(each: Balance) -> str:
    if each.rate is None:
        return f"{_named(each.lot)}: no document brought it"
    missing = "missing" if each.missing > ZERO else "more than came in"
    off = f", {abs(each.missing):f} {missing}" if each.missing else ""
    return f"{each.rate.scaleb(2):f}% of {trimmed(each.came_in):f} {_named(each.lot)}{off}"


def _at(party: str, lot: Lot, units: Decimal, handovers: Sequence[Handover]) -> str:
    days = list(dict.fromkeys(str(each.date) for each in handovers))
    back = -sum((each.units for each in handovers if each.units < ZERO), ZERO)
    returned = f" ({trimmed(back):f} came back)" if back else ""
    return f"{party}: {units:f} {_named(lot)}{returned}, {', '.join(days)}"


def _net(
    handovers: Iterable[Handover],
) -> Iterator[tuple[str, Lot, Decimal, Sequence[Handover]]]:
    """Yield what each party has of each lot, less what came back."""
    found: dict[tuple[bool, str, Lot], list[Handover]] = defaultdict(list)
    for each in handovers:
        found[each.party is None, each.party or _NOBODY, each.lot].append(each)
    for (_, party, lot), own in sorted(found.items()):
        yield party, lot, trimmed(sum((each.units for each in own), ZERO)), own


def _labelled(label: str, said: Sequence[str], width: int | None) -> Iterator[str]:
    margin = " " * 15
    for at, line in enumerate(said):
        head = f"{label:<15}" if not at else margin
        if width is None:
            yield head + line
        else:
            yield from textwrap.wrap(line, width, initial_indent=head, subsequent_indent=margin)


class _Way:
    """The way of goods through batches, each lot told once."""

    def __init__(self, found: Trace) -> None:
        self.found = found
        self.members: Mapping[Lot, Member] = {member.lot: member for member in found.members}
        self.balances = {each.lot: each for each in found.balances}
        self.made_in: dict[Lot, list[Run]] = defaultdict(list)
        self.used_in: dict[Lot, list[Run]] = defaultdict(list)
        for run in found.runs:
            for part in () if run.apart else run.made:
                self.made_in[part.lot].append(run)
            for part in () if run.apart else run.used:
                self.used_in[part.lot].append(run)
        self.suppliers: dict[Lot, list[Handover]] = defaultdict(list)
        for each in found.suppliers:
            self.suppliers[each.lot].append(each)
        self.customers: dict[Lot, list[Handover]] = defaultdict(list)
        for each in found.customers:
            self.customers[each.lot].append(each)

    def back(self) -> Iterator[str]:
        """Tell where the traced lots came from."""
        told: set[Lot] = set()
        for lot in self.found.lots:
            yield _STEP + _named(lot)
            yield from self._back(lot, 2, told)

    def on(self) -> Iterator[str]:
        """Tell where they went."""
        told: set[Lot] = set()
        for lot in self.found.lots:
            yield _STEP + f"{_named(lot)}{self._became(lot)}"
            yield from self._on(lot, 2, told)

    def _back(self, lot: Lot, depth: int, told: set[Lot]) -> Iterator[str]:
        told.add(lot)
        for each in self.suppliers[lot]:
            who = each.party or _NOBODY
            word = "from" if each.units > ZERO else "back to"
            paper = f", {each.document}" if each.document else ""
            yield f"{_STEP * depth}{abs(each.units):f} {word} {who}, {each.date}{paper}"
        for run in self.made_in[lot]:
            if depth > _DEEPEST:
                yield _STEP * depth + "and further back: a table has it all"
                return
            yield f"{_STEP * depth}{_run(run, run.made, lot)}"
            for part in run.used:
                above = " (above)" if part.lot in told else ""
                yield f"{_STEP * (depth + 1)}{part.units:f} {_named(part.lot)}{above}"
                if not above and part.lot in self.members:
                    yield from self._back(part.lot, depth + 2, told)

    def _on(self, lot: Lot, depth: int, told: set[Lot]) -> Iterator[str]:
        told.add(lot)
        for party, _, units, _ in _net(self.customers[lot]):
            yield f"{_STEP * depth}{units:f} to {party}"
        for run in self.used_in[lot]:
            if depth > _DEEPEST:
                yield _STEP * depth + "and further on: a table has it all"
                return
            yield f"{_STEP * depth}{_run(run, run.used, lot)}"
            for part in run.made:
                above = " (above)" if part.lot in told else self._became(part.lot)
                yield f"{_STEP * (depth + 1)}{part.units:f} {_named(part.lot)}{above}"
                if part.lot not in told:
                    yield from self._on(part.lot, depth + 2, told)

    def _became(self, lot: Lot) -> str:
        each = self.balances[lot]
        words = {"on hand": each.on_hand, "written off": each.written_off}
        said = [f"{trimmed(number):f} {word}" for word, number in words.items() if number]
        return f": {', '.join(said)}" if said else ""


def _run(run: Run, parts: Iterable[object], lot: Lot) -> str:
    side = run.made if parts is run.made else run.used
    units = next(part.units for part in side if part.lot == lot)
    word = "by" if parts is run.made else "into"
    return f"{units:f} {word} batch {run.name}, {run.date}"


def _named(lot: Lot) -> str:
    return f"{lot.commodity} {lot.number}"
