"""Report `trace`: every hand a lot passed through, from its suppliers to the last customer."""

from lotcost.core.genealogy import Cycle, Part
from lotcost.reports.trace.index import Index
from lotcost.reports.trace.picture import Arrow, Node, Picture, picture
from lotcost.reports.trace.report import report
from lotcost.reports.trace.search import Found, search
from lotcost.reports.trace.tracing import trace
from lotcost.reports.trace.values import (
    Balance,
    Change,
    Exposure,
    Gap,
    Handover,
    Held,
    Member,
    Run,
    Side,
    Trace,
)

__all__ = [
    "Arrow",
    "Balance",
    "Change",
    "Cycle",
    "Exposure",
    "Found",
    "Gap",
    "Handover",
    "Held",
    "Index",
    "Member",
    "Node",
    "Part",
    "Picture",
    "Run",
    "Side",
    "Trace",
    "picture",
    "report",
    "search",
    "trace",
]
