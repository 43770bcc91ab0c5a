"""Words that pages show and no template says: columns, and what reports say in their rows.

They are here to be found when catalogs are made. Downloads have the reports' own words, so that
they are the command line's.
"""

from __future__ import annotations

from collections.abc import Mapping

from fava_lotcost.translating import N_, gettext
from lotcost.reports.report import Column
from lotcost.reports.sentence import Sentence

COLUMNS = (
    *(N_("Abnormal"), N_("Account"), N_("Accounted rate"), N_("Action"), N_("After write offs")),
    *(N_("Approved by"), N_("Balance"), N_("Commodity"), N_("Cost"), N_("Cost in")),
    *(N_("Cost of sales"), N_("Cost on hand"), N_("Cost out"), N_("Count"), N_("Currency")),
    *(N_("Customer"), N_("Date"), N_("Days left"), N_("Difference"), N_("Disposal")),
    *(N_("Document"), N_("Email"), N_("Evidence"), N_("Expires"), N_("Found by")),
    *(N_("Gross margin"), N_("Kind"), N_("Ledger balance"), N_("Lot"), N_("Margin rate")),
    *(N_("Method"), N_("Month"), N_("Normal"), N_("Normality"), N_("Owner"), N_("Party")),
    *(N_("Phone"), N_("Reason"), N_("Received"), N_("Retail value"), N_("Revenue")),
    *(N_("Reversed"), N_("Sells per week"), N_("Share"), N_("Sold out by"), N_("Source")),
    *(N_("Status"), N_("Supplier"), N_("Text"), N_("Unit cost"), N_("Units"), N_("Units sold")),
    *(N_("Units on hand"), N_("Write offs"), N_("Written down")),
)
"""The labels of reports' columns; a column that is a key of a ledger's cards stays as written."""

_KINDS = (
    *(N_("receipt"), N_("sale"), N_("sale-return"), N_("purchase-return"), N_("transfer")),
    *(N_("production"), N_("write-off"), N_("adjustment"), N_("landed-cost"), N_("write-down")),
    N_("reversal"),
)
_REASONS = (
    *(N_("expired"), N_("damaged"), N_("recalled"), N_("theft"), N_("sample")),
    *(N_("normal-loss"), N_("abnormal-loss")),
)
VALUES: Mapping[str, tuple[str, ...]] = {
    "kind": _KINDS,
    "reason": (*_REASONS, *_KINDS),
    "normality": (N_("normal"), N_("abnormal")),
    "action": (N_("write off"), N_("hold"), N_("sell first"), N_("no sales")),
    "method": (N_("books"), N_("fifo"), N_("lifo"), N_("average"), N_("actual")),
    "found_by": (N_("lot"), N_("document"), N_("party")),
}
"""What reports say in a column of their own accord; what else stands there the ledger says."""

STATUSES = (
    *(N_("all"), N_("on hand"), N_("open"), N_("depleted"), N_("expired"), N_("quarantine")),
    N_("recalled"),
)
"""What a lot is, and what a table of lots can be narrowed to."""

GROUPS = (
    *(N_("lot"), N_("commodity"), N_("customer"), N_("supplier"), N_("month"), N_("reason")),
    N_("account"),
)
"""What rows can be grouped by, beside the keys of cards."""


def heading(column: Column) -> str:
    """Return a column's heading."""
    return gettext(column.label) if column.label in COLUMNS else column.label


def said(column: Column, text: str) -> str:
    """Return what a row says in a column."""
    return gettext(text) if text in VALUES.get(column.name, ()) else text


def reason(text: str) -> str:
    """Return why goods were written off."""
    return gettext(text) if text in VALUES["reason"] else text


def told(sentence: str) -> str:
    """Return a sentence of a report."""
    if not isinstance(sentence, Sentence):
        return sentence
    values = {name: _value(name, value) for name, value in sentence.values.items()}
    return gettext(sentence.text, **values)


def _value(name: str, value: object) -> object:
    if name == "kinds":
        return ", ".join(map(gettext, str(value).split(", ")))
    return gettext(str(value)) if value in VALUES.get(name, ()) else value
