"""How money that several goods earned together is shared among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from lotcost.core.rounding import apportion
from lotcost.ledger.config import Config
from lotcost.ledger.lines import Line
from lotcost.model import ZERO, Money


def add_shares(
    money: Money, targets: Mapping[int, Line], earned: dict[int, Money], config: Config
) -> bool:
    """Share money among goods by what they earned, else by their cost, else by their units.

    What is taken back counts negative. Tell whether anything was shared: goods that were sold
    in another currency take no part.
    """
    groups = [
        group
        for group in by_posting(targets)
        if all(earned.get(place, money).currency == money.currency for place in group)
    ]
    if not groups:
        return False
    weights = [
        sum((earned[place].number for place in group if place in earned), ZERO) for group in groups
    ]
    if not any(weights):
        weights = [-sum((line.cost for line in group.values()), ZERO) for group in groups]
    if not any(weights):
        weights = [-sum((line.units for line in group.values()), ZERO) for group in groups]
    shares = apportion(money.number, weights, config.cent(money.currency))
    for group, share in zip(groups, shares, strict=True):
        among_lots(Money(share, money.currency), group, earned, config)
    return True


def by_posting(targets: Mapping[int, Line]) -> list[dict[int, Line]]:
    """Group lines by the posting that they were drawn from."""
    groups: dict[tuple[int, int], dict[int, Line]] = defaultdict(dict)
    for place, line in targets.items():
        groups[line.entry, line.source["lineno"]][place] = line
    return list(groups.values())


def among_lots(
    money: Money, group: Mapping[int, Line], earned: dict[int, Money], config: Config
) -> None:
    """Share what one posting earned among its lots by units: they were sold at one price."""
    units = [abs(line.units) for line in group.values()]
    shares = apportion(money.number, units, config.cent(money.currency))
    for place, share in zip(group, shares, strict=True):
        before = earned.get(place)
        earned[place] = Money(share + (before.number if before else ZERO), money.currency)
