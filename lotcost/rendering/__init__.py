"""One report as text: for people, for spreadsheets and for programs."""

from lotcost.rendering.about import About, about
from lotcost.rendering.parquet import arrow, parquet
from lotcost.rendering.records import csv, json
from lotcost.rendering.text import text

__all__ = ["About", "about", "arrow", "csv", "json", "parquet", "text"]
