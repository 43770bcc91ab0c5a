"""The recall pack: what an inspector, a storekeeper and those who write the letters ask for."""

from lotcost.reports.recall.contacts import contact_keys, in_order
from lotcost.reports.recall.letters import letters
from lotcost.reports.recall.sheets import (
    customers,
    hold_list,
    mass_balance,
    pack,
    runs,
    suppliers,
)
from lotcost.reports.recall.summary import summary

__all__ = [
    "contact_keys",
    "customers",
    "hold_list",
    "in_order",
    "letters",
    "mass_balance",
    "pack",
    "runs",
    "summary",
    "suppliers",
]
