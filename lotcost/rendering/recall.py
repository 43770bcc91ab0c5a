"""The summary of a recall as one HTML page to print: nothing in it comes from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from jinja2 import Environment, PackageLoader

from lotcost.rendering.about import About
from lotcost.rendering.values import plain, printable
from lotcost.reports.recall import customers, hold_list, in_order, mass_balance, runs, suppliers
from lotcost.reports.recall.contacts import USUAL
from lotcost.reports.report import Column, Report
from lotcost.reports.trace import Index, Member, Trace

_SHORT = 16
_HOLD = ("commodity", "lot", "name", "account", "owner", "units", "status", "expires")
_HANDED = ("party", "commodity", "lot", "date", "kind", "units", "document")
_RUNS = ("batch", "date", "side", "commodity", "lot", "units", "document")
_BALANCE = (
    *("commodity", "lot", "units_received", "units_made", "units_adjusted", "units_sold"),
    *("units_consumed", "units_written_off", "units_on_hand", "units_missing", "accounted_rate"),
)


class _Heading(NamedTuple):
    label: str
    looks: str


class _Table(NamedTuple):
    """A report as it is printed; columns with nothing in them are left out.

    Attributes:
      by_hand: What is filled in with a pen.
    """

    title: str
    columns: tuple[_Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    by_hand: tuple[str, ...] = ()


def recall_page(index: Index, found: Trace, about: About) -> str:
    """Write the page: the answer, what is to be held, who has it, where it came from."""
    templates = Environment(
        loader=PackageLoader("lotcost.rendering"), autoescape=True, trim_blocks=True
    )
    members = {member.lot: member for member in found.members}
    shown = found.lots[:3]
    more = f" and {len(found.lots) - 3} more" if len(found.lots) > 3 else ""
    return templates.get_template("recall.html").render(
        title=printable(", ".join(f"{lot.commodity} {lot.number}" for lot in shown) + more),
        ledger=printable(about.ledger),
        file=printable(about.file),
        made_by=about.made_by,
        at=found.at,
        lots=[_lot(members[lot]) for lot in found.lots],
        answers=list(_answers(found)),
        gaps=[printable(gap.message) for gap in found.gaps],
        tables=[
            _table(hold_list(found), _HOLD, "Nothing is on hand.")._replace(
                by_hand=("Counted", "Initials")
            ),
            _by_party(index, customers(index, found), "Nothing was sold."),
            _by_party(index, suppliers(index, found), "No supplier brought it."),
            _once(_table(runs(found), _RUNS, "No batch used it or made it."), "Batch", "Date"),
            _table(mass_balance(found), _BALANCE, "There is no lot."),
        ],
    )


def _lot(member: Member) -> dict[str, str | None]:
    expires = f"expires {member.expires}" if member.expires else None
    return {
        "name": printable(f"{member.lot.commodity} lot {member.lot.number}"),
        "facts": printable(", ".join(filter(None, (member.name, expires)))),
        "status": member.status,
    }


def _answers(found: Trace) -> Iterator[tuple[str, str, str]]:
    """Yield what is asked first: a word, a figure, and what there is to say of it."""
    rates = [each.rate for each in found.balances if each.rate is not None]
    worst = max(rates, key=lambda rate: abs(rate - 1), default=None)
    yield "Accounted for", "-" if worst is None else _percent(worst), _of_which(worst, len(rates))
    places, held = ({each.account for each in found.on_hand}, {each.lot for each in found.on_hand})
    where = f"in {_count(len(places), 'account')}" if held else "nothing is on hand"
    yield "To hold", _count(len(held), "lot"), where
    parties = {each.party for each in found.customers}
    yield "Customers", str(len(parties - {None})), "and some not named" if None in parties else ""
    yield "Suppliers", str(len({each.party for each in found.suppliers} - {None})), ""
    yield "Affected", _count(len(found.affected), "lot"), f"by {_count(len(found.runs), 'batch')}"
    for each in found.exposures:
        yield f"Cost on hand, {each.currency}", plain(each.cost_on_hand), ""
        yield f"Revenue affected, {each.currency}", plain(each.revenue), ""


def _of_which(worst: Decimal | None, lots: int) -> str:
    if worst is None:
        return "no document brought it"
    if lots == 1:
        return "of the lot"
    return "of every lot" if worst == 1 else "of the lot that is furthest off"


def _count(number: int, word: str) -> str:
    many = f"{word}es" if word.endswith("ch") else f"{word}s"
    return f"{number} {word if number == 1 else many}"


def _percent(rate: Decimal) -> str:
    return f"{rate.scaleb(2):f}%"


def _table(report: Report, names: Iterable[str], empty: str) -> _Table:
    """Take columns of a report; what says nothing in any row is left out."""
    known = {column.name: column for column in report.columns}
    columns = [known[name] for name in names if any(row.get(name) for row in report.rows)]
    return _Table(
        report.title,
        tuple(_Heading(_label(column), _looks(column, report)) for column in columns),
        tuple(
            tuple(_cell(column, row.get(column.name)) for column in columns) for row in report.rows
        ),
        empty,
    )


def _by_party(index: Index, report: Report, empty: str) -> _Table:
    """Say of each party once how it is reached, in the column behind its name."""
    table = _table(report, _HANDED, empty)
    before: object = report  # no party is that
    rows = []
    for row, cells in zip(report.rows, table.rows, strict=True):
        party = row["party"]
        said = ("", "") if party == before else (cells[0] or "(not named)", _contact(index, party))
        rows.append((*said, *cells[1:]))
        before = party
    columns = (*table.columns[:1], _Heading("Contact", "text"), *table.columns[1:])
    return table._replace(columns=columns, rows=tuple(rows))


def _once(table: _Table, *labels: str) -> _Table:
    """Leave out what the row above says already in these columns, where it says it in all."""
    at = [place for place, column in enumerate(table.columns) if column.label in labels]
    rows = list(table.rows)
    for place, (before, row) in enumerate(pairwise(table.rows), 1):
        if [row[each] for each in at] == [before[each] for each in at]:
            rows[place] = tuple("" if each in at else cell for each, cell in enumerate(row))
    return table._replace(rows=tuple(rows))


def _contact(index: Index, party: str | None) -> str:
    known = index.books.parties.get(party or "")
    facts = {} if known is None else known.facts
    said = [plain(facts[key]) for key in in_order(facts) if key in USUAL]
    return printable(", ".join(filter(None, said)))


def _label(column: Column) -> str:
    return column.label.removeprefix("Units ").capitalize()


def _looks(column: Column, report: Report) -> str:
    """Keep figures and short words on one line; a long number of a lot may break anywhere."""
    if column.is_number:
        return "figure"
    longest = max(len(plain(row.get(column.name))) for row in report.rows)
    return "short" if longest <= _SHORT else "long" if column.name == "lot" else "text"


def _cell(column: Column, value: object) -> str:
    if column.kind == "rate" and isinstance(value, Decimal):
        return _percent(value)
    return printable(plain(value))
