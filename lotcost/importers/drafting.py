"""Write what came in or was counted as ledger text, each line with the rows it comes from.

    2025-01-02 * "Dairy Farm" "Delivery" ^PO-17
      Assets:Inventory:Main     10 MILK @ 2.00 USD
        lot: "L1"
        expires: 2025-02-01
        import-id: "5f0c3a1be27d"
      Liabilities:Payable   -20.00 USD

    2025-03-31 custom "lot-count" Assets:Inventory:Main "L1" 3 MILK

The rows of one document are one transaction.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from lotcost.importers.known import IMPORT_ID, Known
from lotcost.importers.mapping import OPENING
from lotcost.importers.rows import Found, Received
from lotcost.ledger.errors import number
from lotcost.ledger.near_expiry import quoted
from lotcost.model import ZERO, Money

_INDENT = "  "
_NARRATIONS = {OPENING: "Opening lots"}
_DELIVERY = "Delivery"
_LINK = re.compile(r"[A-Za-z0-9._/-]+")
_NOT_IN_LINK = re.compile(r"[^A-Za-z0-9._/-]+")
_ID_DIGITS = 12


class DraftLine(NamedTuple):
    """A line of ledger text, and the rows it comes from."""

    text: str
    rows: tuple[int, ...] = ()


class Draft(NamedTuple):
    """Ledger text that is not yet written.

    Attributes:
      there: The rows that the ledger has already, and where each stands.
      ids: What tells each row that brings goods from any other, whether it is there or not.
    """

    lines: tuple[DraftLine, ...]
    there: Mapping[int, str]
    ids: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The text, ending in a newline where there is any."""
        return "".join(f"{line.text}\n" for line in self.lines)

    def rows_at(self, line: int) -> tuple[int, ...]:
        """Return the rows that a line of the text comes from; the first line is 1."""
        return self.lines[line - 1].rows if 0 < line <= len(self.lines) else ()


def draft_received(
    received: Sequence[Received],
    kind: str,
    counter: str,
    narration: str | None,
    known: Known,
    again: bool = False,
) -> Draft:
    """Write what came in that the ledger does not have; the rows of a document together.

    Args:
      counter: The account on the other side.
      again: Whether what the ledger has is written too, in transactions of its own.
    """
    there: dict[int, str] = {}
    documents: dict[tuple[object, ...], list[tuple[Received, str]]] = defaultdict(list)
    ids = tuple(_ids(received))
    for each, import_id in zip(received, ids, strict=True):
        is_there = import_id in known.imported
        if is_there:
            there[each.row] = known.imported[import_id]
        if again or not is_there:
            documents[is_there, *_document(each, kind)].append((each, import_id))
    usual = narration or _NARRATIONS.get(kind, _DELIVERY)
    texts = [
        list(_transaction(rows, kind, counter, rows[0][0].narration or usual, known))
        for rows in sorted(documents.values(), key=lambda rows: (rows[0][0].date, rows[0][0].row))
    ]
    return Draft(tuple(_parted(texts)), there, frozenset(ids))


def draft_found(found: Sequence[Found], adjust: bool, known: Known, again: bool = False) -> Draft:
    """Write the counts that the ledger does not have, or all of them.

    Args:
      adjust: Whether a difference is booked; where there is none, the count goes on asserting.
    """
    there = {
        each.row: known.counted[each.counted] for each in found if each.counted in known.counted
    }
    written = [each for each in found if again or each.row not in there]
    in_order = sorted(written, key=lambda each: each.counted.date)
    return Draft(tuple(line for each in in_order for line in _count(each, adjust, known)), there)


def _count(found: Found, adjust: bool, known: Known) -> Iterator[DraftLine]:
    rows = (found.row,)
    date, account, lot, units = found.counted
    said = f'{date} custom "lot-count" {account} {quoted(lot.number)}'
    in_books = known.held(date, account, lot)
    differs = not known.is_given or in_books != units
    why = f"  ; {number(in_books)} in the books" if known.is_given and differs else ""
    yield DraftLine(f"{said} {number(units)} {lot.commodity}{why}", rows)
    if adjust and differs:
        yield DraftLine(f"{_INDENT}adjust: TRUE", rows)
    if found.unit_cost is not None:
        cost = f"{number(found.unit_cost.number)} {found.unit_cost.currency}"
        yield DraftLine(f"{_INDENT}cost: {cost}", rows)
        if found.expires is not None:
            yield DraftLine(f"{_INDENT}expires: {found.expires}", rows)
    if found.note:
        yield DraftLine(f"{_INDENT}note: {quoted(found.note)}", rows)


def _document(each: Received, kind: str) -> tuple[object, ...]:
    """Return what the rows of one transaction have in common."""
    if kind == OPENING:
        return each.date, each.narration
    return each.date, each.supplier, each.document, each.narration


def _ids(received: Iterable[Received]) -> Iterator[str]:
    """Give each row a name that it has in any file; rows that say the same are told by turn."""
    seen: Counter[tuple[str, ...]] = Counter()
    for each in received:
        seen[each.identity] += 1
        said = "\x1f".join((*each.identity, str(seen[each.identity])))
        yield hashlib.sha256(said.encode()).hexdigest()[:_ID_DIGITS]


def _parted(texts: Iterable[Sequence[DraftLine]]) -> Iterator[DraftLine]:
    for at, lines in enumerate(texts):
        if at:
            yield DraftLine("")
        yield from lines


class _Leg(NamedTuple):
    account: str
    number: str
    rest: str
    rows: tuple[int, ...]
    meta: tuple[tuple[str, str], ...] = ()


def _transaction(
    rows: Sequence[tuple[Received, str]], kind: str, counter: str, narration: str, known: Known
) -> Iterator[DraftLine]:
    first = rows[0][0]
    all_rows = tuple(each.row for each, _ in rows)
    link = _NOT_IN_LINK.sub("-", first.document).strip("-./") if kind != OPENING else ""
    words = [f"{first.date} *"]
    if first.supplier and kind != OPENING:
        words.append(quoted(first.supplier))
    words.append(quoted(narration))
    if link:
        words.append(f"^{link}")
    yield DraftLine(" ".join(words), all_rows)
    if first.document and kind != OPENING and not _LINK.fullmatch(first.document):
        yield DraftLine(f"{_INDENT}document: {quoted(first.document)}", all_rows)
    legs = [_goods(each, import_id, kind, known) for each, import_id in rows]
    legs += _paid([each for each, _ in rows], counter, all_rows)
    width = max(len(leg.account) for leg in legs)
    digits = max(len(leg.number) for leg in legs)
    for leg in legs:
        amount = f"{leg.number:>{digits}} {leg.rest}"
        yield DraftLine(f"{_INDENT}{leg.account:<{width}}  {amount}", leg.rows)
        for key, said in leg.meta:
            yield DraftLine(f"{_INDENT * 2}{key}: {said}", leg.rows)


def _goods(each: Received, import_id: str, kind: str, known: Known) -> _Leg:
    policy = known.config.policy(each.account)
    rest = each.lot.commodity
    native = policy is not None and policy.native
    if each.cost is not None:
        rest += " " + _cost(each, each.cost, native, known)
    meta: list[tuple[str, str]] = []
    if each.lot.number and not native:
        meta.append(("lot", quoted(each.lot.number)))
    card = dict(each.card)
    if kind == OPENING:
        card |= {"supplier": each.supplier, "document": each.document}
    for key, said in card.items():
        if said:
            shown = said.isoformat() if isinstance(said, datetime.date) else quoted(said)
            meta.append((key, shown))
    meta.append((IMPORT_ID, quoted(import_id)))
    return _Leg(each.account, number(each.units), rest, (each.row,), tuple(meta))


def _cost(each: Received, cost: Money, native: bool, known: Known) -> str:
    """Write what goods cost: per unit as the invoice has it, else all together."""
    cent = known.config.cent(cost.currency)
    price = None if each.price is None else _money(each.price, cent)
    exact = each.price is not None and each.price * each.units == cost.number
    if not native and each.acquired is None:
        if price is None:
            return f"@@ {_money(cost.number, cent)} {cost.currency}"
        return f"@ {price} {cost.currency}"
    words = [f"{price if exact else _money(cost.number, cent)} {cost.currency}"]
    if each.acquired is not None:
        words.append(each.acquired.isoformat())
    if native and each.lot.number:
        words.append(quoted(each.lot.number))
    said = ", ".join(words)
    return f"{{{said}}}" if exact else f"{{{{{said}}}}}"


def _paid(received: Sequence[Received], counter: str, rows: tuple[int, ...]) -> Iterator[_Leg]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in received:
        if each.cost is not None:
            sums[each.cost.currency] += each.cost.number
    for currency, amount in sums.items():
        if amount != ZERO:
            yield _Leg(counter, f"{-amount:f}", currency, rows)


def _money(amount: Decimal, cent: Decimal) -> str:
    """Write money with all its cents, and more where there are more."""
    digits = max(-int(cent.as_tuple().exponent), -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{max(0, digits)}f}"
