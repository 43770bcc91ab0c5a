"""Find lots by what people have at hand: a lot number, a serial, a certificate, a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lotcost.model import Lot
from lotcost.reports.trace.index import Index

LOT, DOCUMENT, PARTY = "lot", "document", "party"


class Found(NamedTuple):
    """A lot that was found.

    Attributes:
      by: What fits the words: `lot`, a key of its card such as `certificate`, `document` or
        `party`.
      text: What stands there.
    """

    lot: Lot
    by: str
    text: str


def search(index: Index, words: str) -> tuple[Found, ...]:
    """Return the lots that words fit, whatever their case, each once.

    The whole of a number goes before a part of one, a lot's own number before what its card
    says, a document or a party; by commodity and number where they are alike.
    """
    wanted = words.strip().casefold()
    if not wanted:
        return ()
    best: dict[Lot, tuple[int, int, Found]] = {}
    for at, found in _all(index):
        text = found.text.casefold()
        if wanted in text or wanted == f"^{text}":
            fits = (wanted not in {text, f"^{text}"}, at, found)
            best[found.lot] = min(best.get(found.lot, fits), fits)
    return tuple(found for *_, found in sorted(best.values()))


def _all(index: Index) -> Iterator[tuple[int, Found]]:
    """Yield all that lots can be found by, what is nearest to a lot with the lowest number."""
    books = index.books
    for lot, lines in index.lines.items():
        yield 0, Found(lot, LOT, lot.number)
        for key, value in sorted(books.cards.card(lot).items()):
            if isinstance(value, str):
                yield 1, Found(lot, key, value)
        for _, line in lines:
            for link in sorted(books.entries[line.entry].links or ()):
                yield 2, Found(lot, DOCUMENT, link)
            who = books.party(line)
            if who is not None:
                yield 3, Found(lot, PARTY, who)
