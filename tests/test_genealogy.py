"""Families of lots: who was made of whom, at any depth, and never of itself."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotcost.core.genealogy import Batch, Cycle, Family, Part, ancestors, descendants, genealogy
from lotcost.model import Lot

DAY = datetime.date(2025, 1, 1)
ONE = Decimal(1)


def lot(number: object) -> Lot:
    return Lot("GOODS", str(number))


def batch(place: int, used: str, made: str) -> Batch:
    """`batch(1, "A B", "C")` makes C of A and B."""
    return Batch(
        (place, ""),
        DAY,
        tuple(Part(lot(number), ONE) for number in used.split()),
        tuple(Part(lot(number), ONE) for number in made.split()),
    )


def numbers(family: Family | Cycle) -> list[tuple[str, int]]:
    assert isinstance(family, Family)
    return [(kin.lot.number, kin.depth) for kin in family.kin]


def test_a_lot_of_no_batch_is_its_own_family() -> None:
    of = genealogy([])

    assert descendants(of, [lot("A")]) == Family((((lot("A")), 0),), ())
    assert ancestors(of, [lot("A")]) == Family(((lot("A"), 0),), ())


def test_a_lot_comes_after_all_that_it_was_made_of() -> None:
    """D is made of A at once and by way of B and C."""
    of = genealogy([batch(1, "A", "B"), batch(2, "B", "C"), batch(3, "C A", "D")])

    assert numbers(descendants(of, [lot("A")])) == [("A", 0), ("B", 1), ("C", 2), ("D", 3)]
    assert numbers(ancestors(of, [lot("D")])) == [("D", 0), ("C", 1), ("B", 2), ("A", 3)]


def test_what_else_went_into_a_batch_is_no_descendant() -> None:
    of = genealogy([batch(1, "A X", "B"), batch(2, "X", "Y")])
    family = descendants(of, [lot("A")])

    assert numbers(family) == [("A", 0), ("B", 1)]
    assert [each.key for each in family.batches] == [(1, "")]


def test_lots_of_one_depth_come_in_the_order_of_their_numbers() -> None:
    of = genealogy([batch(2, "A", "Z M"), batch(1, "A", "B")])
    family = descendants(of, [lot("A")])

    assert numbers(family) == [("A", 0), ("B", 1), ("M", 1), ("Z", 1)]
    assert [each.key for each in family.batches] == [(1, ""), (2, "")]


def test_two_lots_asked_for_may_be_made_of_each_other() -> None:
    of = genealogy([batch(1, "A", "B"), batch(2, "B", "C")])

    assert numbers(descendants(of, [lot("B"), lot("A")])) == [("A", 0), ("B", 1), ("C", 2)]


def test_ten_thousand_levels_are_not_too_deep() -> None:
    of = genealogy(batch(place, str(place), str(place + 1)) for place in range(10_000))

    down = numbers(descendants(of, [lot(0)]))
    up = numbers(ancestors(of, [lot(10_000)]))

    assert (len(down), down[-1]) == (10_001, ("10000", 10_000))
    assert (len(up), up[-1]) == (10_001, ("0", 10_000))


@pytest.mark.parametrize("asked", ["A", "B", "C", "X"])
def test_lots_that_are_made_of_each_other_are_told_in_the_order_they_were_made(asked: str) -> None:
    """X goes into A; B is made of A, C of B, and A of C; D is made of C."""
    of = genealogy(
        [batch(1, "X C", "A"), batch(2, "A", "B"), batch(3, "B", "C"), batch(4, "C", "D")]
    )
    found = descendants(of, [lot(asked)])

    assert isinstance(found, Cycle)
    order = [each.number for each in found.lots]
    assert sorted(order) == ["A", "B", "C"]
    assert "".join(order) in "ABCABC"


def test_ancestors_tell_a_cycle_in_the_same_direction() -> None:
    of = genealogy([batch(1, "C", "A"), batch(2, "A", "B"), batch(3, "B", "C"), batch(4, "C", "D")])
    found = ancestors(of, [lot("D")])

    assert isinstance(found, Cycle)
    assert "".join(each.number for each in found.lots) in "ABCABC"


def test_a_cycle_elsewhere_does_not_matter() -> None:
    of = genealogy([batch(1, "A", "B"), batch(2, "B", "A"), batch(3, "X", "Y")])

    assert numbers(descendants(of, [lot("X")])) == [("X", 0), ("Y", 1)]


LOTS = range(12)
upward = st.lists(
    st.tuples(
        st.sets(st.sampled_from(LOTS), min_size=1, max_size=4),
        st.sets(st.sampled_from(LOTS), min_size=1, max_size=3),
    ),
    max_size=14,
)


def _batches(pairs, acyclic: bool) -> list[Batch]:
    found = []
    for place, (used, made) in enumerate(pairs):
        made = made - used
        if acyclic:
            made = {number for number in made if number > max(used)}
        if made:
            found.append(batch(place, " ".join(map(str, used)), " ".join(map(str, made))))
    return found


def _closure(batches: list[Batch], start: Lot) -> dict[Lot, int]:
    """Every path, one by one; a lot on its own path is a ValueError."""
    deepest: dict[Lot, int] = {}

    def go(at: Lot, path: tuple[Lot, ...]) -> None:
        if at in path:
            raise ValueError
        deepest[at] = max(deepest.get(at, 0), len(path))
        for each in batches:
            if at in [part.lot for part in each.used]:
                for part in each.made:
                    go(part.lot, (*path, at))

    go(start, ())
    return deepest


@given(upward, st.sampled_from(LOTS))
def test_a_family_is_what_following_every_path_finds(pairs, start: int) -> None:
    batches = _batches(pairs, acyclic=True)
    family = descendants(genealogy(batches), [lot(start)])

    assert isinstance(family, Family)
    assert dict(family.kin) == _closure(batches, lot(start))
    assert list(family.kin) == sorted(family.kin, key=lambda kin: (kin.depth, kin.lot))


@given(upward, st.sampled_from(LOTS))
def test_a_cycle_is_refused_where_following_paths_would_never_end(pairs, start: int) -> None:
    batches = _batches(pairs, acyclic=False)
    found = descendants(genealogy(batches), [lot(start)])
    try:
        expected = _closure(batches, lot(start))
    except ValueError:
        assert isinstance(found, Cycle)
        for before, after in zip(found.lots, found.lots[1:] + found.lots[:1], strict=True):
            assert any(
                before in [part.lot for part in each.used]
                and after in [part.lot for part in each.made]
                for each in batches
            )
    else:
        assert isinstance(found, Family)
        assert dict(found.kin) == expected


@given(upward, st.sampled_from(LOTS), st.sampled_from(LOTS))
def test_an_ancestor_is_one_whose_descendant_a_lot_is(pairs, first: int, second: int) -> None:
    of = genealogy(_batches(pairs, acyclic=True))
    down, up = descendants(of, [lot(first)]), ancestors(of, [lot(second)])

    assert isinstance(down, Family) and isinstance(up, Family)
    below = {kin.lot: kin.depth for kin in down.kin}
    above = {kin.lot: kin.depth for kin in up.kin}
    assert below.get(lot(second)) == above.get(lot(first))
