"""The laws of lots, each with ==, over generated ledgers, and against a naive costing."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from beancount.core import data
from beancount.core.interpolate import compute_residual
from conftest import Loaded
from hypothesis import assume, given
from naive import Movement, Step, barred_and_booked, barred_steps, cost_lots, is_barred
from strategies import KINDS, STEPS, WEIGHTS, families, family_ledger, movements, to_ledger

from lotcost.ledger.booking import book
from lotcost.ledger.errors import BarredLot, NoWriteDown
from lotcost.reports.catalog import answer

COUNTED = (
    *("units_received", "units_sold", "units_consumed", "units_written_off", "units_adjusted"),
    *("units_on_hand", "cost_received", "cost_landed", "cost_written_down", "cost_of_sales"),
    *("cost_consumed", "cost_written_off", "cost_adjusted", "cost_on_hand", "revenue"),
)
BY_LOT = ("fifo", "fefo", "lifo", "specific")
each_method = pytest.mark.parametrize("method", (*BY_LOT, "average"))


@pytest.mark.parametrize("method", BY_LOT)
def test_every_figure_of_every_lot_is_what_a_naive_costing_says(method: str) -> None:
    @given(movements(method, KINDS))
    def agrees(moves: list[Movement]) -> None:
        assume(not _in_pieces(moves))
        loaded = Loaded(to_ledger(moves, method))
        costed = cost_lots(moves, method, weights=WEIGHTS)
        # A value above cost is told, and changes nothing: the naive costing is silent there.
        told = [error for error in loaded.errors if type(error) is not NoWriteDown]
        assert len(told) == len(costed.short)
        expected = costed.lots
        found = {(row["commodity"], row["lot"]): row for row in loaded.rows("lots")}
        assert _counted(found) == _counted(expected)

    agrees()


def test_an_average_is_what_a_naive_costing_says_of_each_commodity() -> None:
    @given(movements("average", KINDS))
    def agrees(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, "average"))
        assert loaded.messages() == []
        expected = cost_lots(moves, "average", weights=WEIGHTS).commodities
        found: dict[str, dict[str, Decimal]] = {}
        for row in loaded.rows("lots"):
            sums = found.setdefault(row["commodity"], dict.fromkeys(COUNTED, Decimal(0)))
            for name in COUNTED:
                sums[name] += row[name]
        assert _counted(found) == _counted(expected)

    agrees()


def _in_pieces(moves: list[Movement]) -> bool:
    """Whether weighed goods are moved in pieces: the naive costing parts their cents otherwise."""
    moved = Counter(move.commodity for move in moves if move.kind == "transfer")
    return any(count > 1 and STEPS[commodity] < 1 for commodity, count in moved.items())


def _counted(rows):
    return {key: {name: row[name] for name in COUNTED} for key, row in rows.items()}


@each_method
def test_units_and_money_neither_appear_nor_vanish(method: str) -> None:
    @given(movements(method, KINDS, oversold=True))
    def holds(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        for row in loaded.rows("lots"):
            assert row["units_received"] + row["units_adjusted"] == (
                row["units_sold"]
                + row["units_consumed"]
                + row["units_written_off"]
                + row["units_on_hand"]
            )
            assert (
                row["cost_received"]
                + row["cost_landed"]
                - row["cost_written_down"]
                + row["cost_adjusted"]
            ) == (
                row["cost_of_sales"]
                + row["cost_consumed"]
                + row["cost_written_off"]
                + row["cost_on_hand"]
            )
            assert row["units_on_hand"] >= 0
            assert row["units_on_hand"] or not row["cost_on_hand"]

    holds()


@each_method
def test_the_stock_report_ties_to_the_ledger_at_any_date(method: str) -> None:
    @given(movements(method, KINDS))
    def ties(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        for day in {move.date for move in moves}:
            report = answer("lots", loaded.ledger, loaded.question(at=day))
            assert [tie.difference for tie in report.ties if tie.difference] == []

    ties()


@each_method
def test_every_transaction_balances_to_the_last_digit(method: str) -> None:
    @given(movements(method, KINDS))
    def balances(moves: list[Movement]) -> None:
        loaded = Loaded(to_ledger(moves, method))
        for entry in loaded.entries:
            if isinstance(entry, data.Transaction):
                assert compute_residual(entry.postings).is_empty()

    balances()


@each_method
def test_a_plugin_leaves_its_input_and_keeps_nothing(method: str) -> None:
    @given(movements(method, KINDS), movements(method, KINDS))
    def is_pure(ours: list[Movement], others: list[Movement]) -> None:
        text = to_ledger(ours, method).replace('plugin "beancount_lotcost"', "")
        a = Loaded(text)
        b = Loaded(to_ledger(others, method).replace('plugin "beancount_lotcost"', ""))
        before = repr(a.entries)
        first = book(a.entries, a.ledger.options)
        book(b.entries, b.ledger.options)
        assert book(a.entries, a.ledger.options) == first
        assert repr(a.entries) == before

    is_pure()


@pytest.mark.parametrize("method", ["specific", "beancount"])
def test_a_recall_bars_what_a_naive_walk_says_was_made_of_its_lot(method: str) -> None:
    @given(families())
    def agrees(steps: list[Step]) -> None:
        expected = barred_and_booked if method == "beancount" else barred_steps
        loaded = Loaded(family_ledger(steps, method))
        barred = {
            int(next(iter(error.entry.links)).removeprefix("step-"))
            for error in loaded.errors
            if type(error) is BarredLot
        }
        assert sorted(barred) == expected(steps)

    agrees()


@pytest.mark.parametrize("method", ["specific", "beancount"])
def test_the_books_say_of_every_day_what_a_recall_reaches(method: str) -> None:
    @given(families())
    def agrees(steps: list[Step]) -> None:
        loaded = Loaded(family_ledger(steps, method))
        stopped = [] if method == "beancount" else barred_steps(steps)
        made: list[Step] = []
        for place, step in enumerate(steps):
            there = {batch.lot for batch in made}
            if step.what == "made" and place not in stopped and there.issuperset(step.of):
                made.append(step)
        for day in {step.date for step in steps}:
            found = {
                (row["commodity"], row["lot"]): row["status"] in ("recalled", "quarantine")
                for row in loaded.rows("lots", at=day)
            }
            then = [batch for batch in made if batch.date <= day]
            assert found == {batch.lot: is_barred(steps, then, batch.lot, day) for batch in then}

    agrees()
