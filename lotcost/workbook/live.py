"""The formulas of the whole workbook: what each sheet's figures come of.

Movements are joined to the sheets by numbers, Lot no 17 here and there. A spreadsheet takes a
criterion that is a text for what it looks like: lots 007 and 7 are one to it, `*` is any lot and
`<5` a comparison.
"""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from lotcost.ledger.fates import FATES
from lotcost.reports.roll_forward import MOVED_BY
from lotcost.workbook.formulas import RATES
from lotcost.workbook.sheet import Live, names

AS_OF, SINCE = "as_of", "period_from"
"""The names of the cells that say which days the workbook covers."""

MOVEMENTS = "Movements"
_UNIT_COST = 'IF({{{0}}}=0,"",ROUND({{{1}}}/{{{0}}},@))'
_Where = tuple[str, str]


class Moved(NamedTuple):
    """Writes sums over the movements.

    Attributes:
      parts: How many sheets hold them.
      many: Whether there are several currencies, so that a sum has to say which.
      foreign: Whether some goods were sold in another currency than they cost.
      period: Whether a first day was asked for.
    """

    parts: int
    many: bool
    foreign: bool
    period: bool

    def sum(self, measure: str, *where: _Where, currency: str = "currency") -> str:
        """Return the sum of a column of the movements that fit: a column and its criterion each."""
        if self.many:
            where = (*where, (currency, "{currency}"))
        columns = (measure, *(column for column, _ in where))
        ranges = zip(*(names(MOVEMENTS, column, self.parts) for column in columns), strict=True)
        sums = []
        for summed, *tested in ranges:
            tests = ",".join(f"{area},{by}" for area, (_, by) in zip(tested, where, strict=True))
            sums.append(f"SUMIFS({summed},{tests})")
        return sums[0] if len(sums) == 1 else f"({'+'.join(sums)})"


def of_movements(at_home: frozenset[int] | None) -> dict[str, Live]:
    """Return what follows from a movement's own units, cost and revenue.

    Args:
      at_home: The rows sold in the currency they cost; None where all are.
    """
    live = {
        "unit_cost": Live(_UNIT_COST.format("units", "cost"), blank=False),
        "gross_margin": Live("ROUND({revenue}+{cost}-{cost expensed},@)", blank=False),
    }
    if at_home is not None:
        live["cost as sold"] = Live("ROUND({cost expensed}-{cost},@)", at_home, blank=False)
    return live


def of_lots(moved: Moved, columns: Container[str]) -> dict[str, Live]:
    """Return what became of each lot: the sums of its movements by what they count as."""
    lot = "lot no", "{lot no}"
    live: dict[str, str] = {}
    for fate in FATES:
        sign = "-" if fate.sign < 0 else ""
        as_fate = "counts as", f'"{fate.word}"'
        live[fate.units] = sign + moved.sum("units", lot, as_fate)
        live[fate.cost] = sign + moved.sum("cost", lot, as_fate)
    # What lands on goods that are gone is landed, and at once cost of sales.
    for name in ("cost_landed", "cost_of_sales"):
        live[name] += "+" + moved.sum("cost expensed", lot)
    averaged = "+{cost averaged}" if "cost averaged" in columns else ""
    live["cost_adjusted"] += averaged
    live["units_on_hand"] = moved.sum("units", lot)
    live["cost_on_hand"] = moved.sum("cost", lot) + averaged
    live["revenue"] = moved.sum("revenue", lot)
    live["gross_margin"] = "{revenue}-{cost_of_sales}"
    rounded = {name: Live(f"ROUND({said},@)") for name, said in live.items() if name in columns}
    return rounded | {
        "unit_cost": Live(_UNIT_COST.format("units_on_hand", "cost_on_hand")),
        "margin_rate": Live(RATES["margin_rate"]),
        "units check": checked(_sum_of(law("units", columns))),
        "cost check": checked(_sum_of(law("cost", columns))),
    }


_LAW = (
    *((1, "received"), (1, "landed"), (-1, "written_down"), (1, "adjusted"), (1, "transferred")),
    *((-1, "sold"), (-1, "of_sales"), (-1, "consumed"), (-1, "written_off"), (-1, "on_hand")),
)


def law(measure: str, columns: Container[str]) -> tuple[tuple[int, str], ...]:
    """Return the columns that come to nothing: what came in, less what went out and what is left.

    Args:
      measure: `units` or `cost`.
    """
    signed = ((sign, f"{measure}_{word}") for sign, word in _LAW)
    return tuple((sign, name) for sign, name in signed if name in columns)


def _sum_of(terms: tuple[tuple[int, str], ...]) -> str:
    return "".join(f"{'+' if sign > 0 else '-'}{{{name}}}" for sign, name in terms).lstrip("+")


def checked(difference: str) -> Live:
    """Return what shows OK, or the difference."""
    return Live(f'IF(ROUND({difference},@)=0,"OK",ROUND({difference},@))')


def of_margins(moved: Moved, key: str) -> dict[str, Live]:
    """Return revenue and cost of sales of the movements that have a group's number."""
    group = [(key, f"{{{key}}}")]
    if moved.period:
        group.append(("date", f'">="&{SINCE}'))
    sold, off = ("counts as", '"sold"'), ("counts as", '"written off"')

    def sum_(measure: str, *where: _Where) -> str:
        sold_in = "sold in" if moved.foreign else "currency"
        return moved.sum(measure, *group, *where, currency=sold_in)

    if moved.foreign:
        landed = "counts as", '"landed"'
        revenue, written_off = sum_("revenue as sold"), sum_("cost as sold", off)
        cost = f"{sum_('cost as sold', sold)}+{sum_('cost as sold', landed)}"
    else:
        revenue, written_off = sum_("revenue"), f"-{sum_('cost', off)}"
        cost = f"{sum_('cost expensed')}-{sum_('cost', sold)}"
    return {
        "units": Live(f"ROUND(-{sum_('units', sold)},@)", blank=False),
        "revenue": Live(f"ROUND({revenue},@)"),
        "cost_of_sales": Live(f"ROUND({cost},@)"),
        "gross_margin": Live("ROUND({revenue}-{cost_of_sales},@)"),
        **{name: Live(formula) for name, formula in RATES.items()},
        "write_offs": Live(f"ROUND({written_off},@)"),
        "after_write_offs": Live("ROUND({gross_margin}-{write_offs},@)"),
        "share": Live('IF({total:gross_margin}=0,"",ROUND({gross_margin}/{total:gross_margin},4))'),
    }


def of_expiry(moved: Moved, columns: Container[str], proposed: frozenset[int]) -> dict[str, Live]:
    """Return what is on hand of a lot in an account, and what of it is proposed to be written off.

    Args:
      proposed: The rows whose proposal is all they cost.
    """
    here = ("lot no", "{lot no}"), ("place no", "{place no}")
    averaged = "+{cost averaged}" if "cost averaged" in columns else ""
    return {
        "days_left": Live(f"{{expires}}-{AS_OF}", blank=False),
        "units_on_hand": Live(f"ROUND({moved.sum('units', *here)},@)"),
        "cost_on_hand": Live(f"ROUND({moved.sum('cost', *here)}{averaged},@)"),
        "unit_cost": Live(_UNIT_COST.format("units_on_hand", "cost_on_hand")),
        "proposed write-off": Live("{cost_on_hand}", proposed),
    }


def of_write_offs(moved: Moved, written_off: frozenset[int]) -> dict[str, Live]:
    """Return what a movement cost that was written off or down.

    Args:
      written_off: The rows of units that left; of a write-down those on hand are told.
    """
    own = "no", "{movement no}"
    return {
        "units": Live(f"ROUND(-{moved.sum('units', own)},@)", written_off),
        "cost": Live(f"ROUND(-{moved.sum('cost', own)},@)"),
    }


def of_valuation(moved: Moved) -> dict[str, Live]:
    """Return what the movements of an account and commodity come to, against the ledger."""
    place = "place no", "{place no}"
    return {
        "units_on_hand": Live(f"ROUND({moved.sum('units', place)},@)"),
        "cost_on_hand": Live(f"ROUND({moved.sum('cost', place)},@)"),
        "difference": Live("ROUND({ledger_balance}-{cost_on_hand},@)"),
        "units difference": Live("ROUND({ledger units}-{units_on_hand},@)"),
    }


def of_roll_forward(moved: Moved, columns: Container[str]) -> dict[str, Live]:
    """Return the movements of a commodity by their kinds, before the first day and since."""
    goods = "commodity no", "{commodity no}"
    since = (("date", f'">="&{SINCE}'),) if moved.period else ()
    before = "date", f'"<"&{SINCE}'
    live = {}
    for measure in ("units", "cost"):
        words = list(dict.fromkeys(MOVED_BY.values()))
        terms: dict[str, str] = dict.fromkeys(words, "")
        for kind, word in MOVED_BY.items():
            terms[word] += "+" + moved.sum(measure, goods, ("kind", f'"{kind}"'), *since)
        if moved.period:
            terms["opening"] = moved.sum(measure, goods, before)
        if measure == "cost":
            # What lands on goods that are gone is landed, and at once cost of sales.
            expensed = moved.sum("cost expensed", goods, *since)
            terms["landed"] += f"+{expensed}"
            terms["sales"] += f"-{expensed}"
        shown = [word for word in ("opening", *words) if f"{measure}_{word}" in columns]
        for word in terms.keys() & set(shown):
            live[f"{measure}_{word}"] = Live(f"ROUND({terms[word].lstrip('+')},@)")
        added = "+".join(f"{{{measure}_{word}}}" for word in shown)
        live[f"{measure}_closing"] = Live(f"ROUND({added},@)")
    return live


OF_BATCHES = {
    "cost_in": Live("ROUND({input_cost}+{conversion},@)"),
    "output_cost": Live("ROUND({cost_in}-{by_products}-{loss_cost},@)"),
    "yield_rate": Live('IF({yield_expected}=0,"",ROUND({yield_actual}/{yield_expected},4))'),
}
OF_METHODS = {"cost_on_hand": Live("ROUND({cost_in}-{cost_of_sales}-{cost_out},@)")}
