"""Which lots are meant: a number, a number with its commodity, or what stands on a card."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

import click

from lotcost.cli.asking import offer
from lotcost.model import Lot
from lotcost.rendering.values import printable
from lotcost.reports.trace import Index, search
from lotcost.reports.trace.search import LOT, PARTY

_OF_MANY = frozenset({PARTY, "supplier"})
_MOST_LISTED = 12


def lots_named(
    index: Index, later: Index, words: Sequence[str], commodity: str | None
) -> tuple[Lot, ...]:
    """Return the lots that words name; one that names none, or several, is refused.

    Args:
      later: The books of all days: a lot that is not there yet is not unknown.
    """
    if commodity is not None:
        known = sorted({lot.commodity for lot in later.lines})
        if commodity not in known:
            raise click.BadParameter(
                f"{commodity!r} is unknown{offer(commodity, known)}", param_hint="--commodity"
            )
    return tuple(dict.fromkeys(_lot(index, later, word, commodity) for word in words))


def _lot(index: Index, later: Index, word: str, commodity: str | None) -> Lot:
    found = _numbered(index.lines, word, commodity)
    if len(found) == 1:
        return found[0]
    if found:
        goods = [lot.commodity for lot in found]
        raise click.UsageError(
            f"Lot {_short(word)} is in {len(goods)} commodities; say which with "
            f"{' or '.join(f'--commodity {each}' for each in goods)}, or name it "
            f'"{goods[0]} {_short(word)}".'
        )
    not_yet = _numbered(later.lines, word, commodity)
    if not_yet:
        day = later.lines[not_yet[0]][0][1].date
        raise click.UsageError(
            f"Lot {_short(word)} of {not_yet[0].commodity} came on {day}; there is nothing of it "
            f"on {index.books.at}. Ask for --at {day} or a later day."
        )
    elsewhere = [lot.commodity for lot in _numbered(later.lines, word, None)]
    if elsewhere:
        raise click.UsageError(
            f"{commodity} has no lot {_short(word)}, but {' and '.join(elsewhere)} has; write "
            f"--commodity {elsewhere[0]}."
        )
    return _by_other_words(index, word, commodity)


def _numbered(lots: Iterable[Lot], word: str, commodity: str | None) -> list[Lot]:
    """Return the lots with a number, or that a number with its commodity before it names."""
    wanted = [lot for lot in lots if commodity in {None, lot.commodity}]
    exact = [lot for lot in wanted if lot.number == word]
    return sorted(exact or [lot for lot in wanted if f"{lot.commodity} {lot.number}" == word])


def _by_other_words(index: Index, word: str, commodity: str | None) -> Lot:
    """Return the one lot whose serial, certificate, supplier's lot or document this is."""
    folded = word.strip().casefold()
    found = [
        each
        for each in search(index, word)
        if folded in {each.text.casefold(), f"^{each.text}".casefold()}
        and commodity in {None, each.lot.commodity}
    ]
    if len(found) == 1 and found[0].by not in _OF_MANY:
        lot, by, _ = found[0]
        if by != LOT:
            click.echo(f"{_short(word)} is the {by} of {lot.commodity} lot {lot.number}.", err=True)
        return lot
    if found:
        named = [f"{lot.commodity} {lot.number}" for lot, *_ in found[:_MOST_LISTED]]
        more = f" and {len(found) - len(named)} more" if len(found) > len(named) else ""
        raise click.UsageError(
            f"{_short(word)} is no lot, but the {found[0].by} of {', '.join(named)}{more}. "
            f'Name a lot, as "{named[0]}".'
        )
    of_goods = sorted(lot.number for lot in index.lines if lot.commodity == word)
    if of_goods:
        raise click.UsageError(
            f"{word} is a commodity, and no lot. Name one of its lots in quotes, as "
            f'"{word} {printable(of_goods[0])}".'
        )
    numbers = sorted({lot.number for lot in index.lines if commodity in {None, lot.commodity}})
    raise click.UsageError(f"No lot is numbered {_short(word)!r}{offer(word, numbers)}")


def _short(word: str) -> str:
    return textwrap.shorten(printable(word), 60) if " " in word else printable(word)[:60]
