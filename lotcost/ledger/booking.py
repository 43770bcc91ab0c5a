"""Book a ledger's lots: read what was written, cost it, write what is then known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from beancount.core import data

from lotcost.core.costing import Refused, Rules, replay
from lotcost.ledger.config import Config
from lotcost.ledger.errors import LotError, refused
from lotcost.ledger.reading import read
from lotcost.ledger.writing import write
from lotcost.model import Costed, Method


def book(
    entries: Sequence[data.Directive], options: Mapping[str, Any]
) -> tuple[list[data.Directive], list[LotError]]:
    """Return the entries with their lots at cost, and the errors at their lines."""
    written = read(entries, options)
    rules = Rules(_method(written.config), written.config.cent, written.statuses)
    costed: list[Costed] = []
    errors = list(written.errors)
    spoilt: dict[int, Refused] = {}
    for outcome in replay(written.movements, rules):
        if isinstance(outcome, Costed):
            costed.append(outcome)
            continue
        movement = outcome.movement
        txn = entries[movement.entry]
        source = txn.postings[outcome.posting].meta or txn.meta
        errors.append(refused(outcome.why, movement.date, source, txn))
        spoilt[movement.entry] = outcome
    return write(entries, written, costed, spoilt), errors


def _method(config: Config) -> Any:
    def method(account: str) -> Method:
        policy = config.policy(account)
        assert policy is not None  # only inventory accounts have movements
        return policy.method

    return method
