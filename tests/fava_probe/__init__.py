"""An extension that shows Fava's components with figures no ledger would have all at once.

The pages' own charts are made of the same calls of `fava_lotcost.compat`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from fava.ext import FavaExtensionBase
from fava_lotcost import compat

_DAY = datetime.date(2025, 1, 1)
_MANY = {f"CUR{place}": Decimal(place) for place in range(40)}
AMOUNTS: Mapping[str, list[Mapping[str, Decimal]]] = {
    "empty": [],
    "nothing": [{}],
    "zero": [{"USD": Decimal(0)}, {"USD": Decimal("0.00")}, {"USD": Decimal("-0")}],
    "negative": [{"USD": Decimal("-12.34")}, {"USD": Decimal("5")}, {"EUR": Decimal("-0.01")}],
    "currencies": [_MANY, {}, {"USD": Decimal(1), "EUR": Decimal(2), "JPY": Decimal(300)}],
    "extremes": [{"USD": Decimal("1E+24")}, {"USD": Decimal("1E-24")}],
    "hostile": [{"<img src=x onerror=alert(1)>": Decimal(1)}],
}
NAMES = {"hostile": "</script><img src=x onerror=alert(1)>"}


def _days(
    amounts: Iterable[Mapping[str, Decimal]],
) -> list[tuple[datetime.date, Mapping[str, Decimal]]]:
    return [
        (_DAY + datetime.timedelta(days=31 * place), each) for place, each in enumerate(amounts)
    ]


def _parts(amounts: Iterable[Mapping[str, Decimal]]) -> dict[str, Mapping[str, Decimal]]:
    return {f"part {place}": each for place, each in enumerate(amounts)}


COMPONENTS: Mapping[str, Callable[[str], Any]] = {
    "line": lambda case: compat.line_chart(NAMES.get(case, case), _days(AMOUNTS[case])),
    "bars": lambda case: compat.bar_chart(NAMES.get(case, case), _days(AMOUNTS[case])),
    "treemap": lambda case: compat.treemap(NAMES.get(case, case), _parts(AMOUNTS[case])),
}


class ContractProbe(FavaExtensionBase):
    """A page with each component in each case."""

    report_title = "Contract"

    def charts(self) -> dict[tuple[str, str], list[Any]]:
        """Return what each `svelte-component` is given, by component and case."""
        return {
            (name, case): [chart(case)] for name, chart in COMPONENTS.items() for case in AMOUNTS
        }
