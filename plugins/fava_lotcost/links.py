"""Ways out of a page: the journal, the editor, a transaction."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fava.application import url_for
from fava.context import g
from flask import request

from fava_lotcost import compat
from lotcost.model import Lot

_BOXES = ("conversion", "interval", "account", "filter", "time")
_PLAIN = "!$'()*,/:;?@"  # what Fava's own addresses have in their queries as it is


def page(name: str, params: Mapping[str, str | None]) -> str:
    """Return the URL of a page of ours; what is asked of Fava stays, where nothing else is said.

    It is what Fava's `url_for` makes, which takes too long for each cell of a large table.
    """
    path, boxes = compat.once_a_request(("page", name), lambda: _begin(name))
    said = [(key, value) for key, value in params.items() if value]
    said += [each for each in boxes if each[0] not in params]
    return f"{path}?{urlencode(said, safe=_PLAIN)}" if said else path


def _begin(name: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a page's path, and what Fava's boxes and choices say."""
    path = url_for("extension_report", extension_name=name).partition("?")[0]
    return path, [(box, request.args[box]) for box in _BOXES if box in request.args]


def journal(lot: Lot) -> str:
    """Return the journal of one lot's movements.

    Fava's filter takes a pattern in quotes and has no way to write a quote within them: a lot
    number with one is matched by any sign in its place.
    """
    number = re.escape(lot.number).replace('"', ".")
    goods = re.escape(lot.commodity)
    said = f'any(lot:"^{number}$" lot-commodity:"^{goods}$")'
    return url_for("report", report_name="journal", filter=said)


def document(link: str) -> str:
    """Return the journal of all that has a link, as `^inv-101` is one, or all of several."""
    return url_for("report", report_name="journal", filter=link)


def editor(source: str) -> str | None:
    """Return the editor at a line (`file:line`), or None for what no file says.

    A file is named from the folder of the ledger, as reports name it.
    """
    file, _, line = source.rpartition(":")
    if file.startswith("<") or not line.isdigit():
        return None
    folder = os.path.dirname(g.ledger.beancount_file_path)
    file = os.path.normpath(os.path.join(folder, file))
    return url_for("report", report_name="editor", file_path=file, line=line)


def entry(entry: Any) -> str:
    """Return what opens an entry, with all that may be done to it."""
    return f"#context-{compat.hash_entry(entry)}"


def account(name: str) -> str:
    """Return an account's page."""
    return url_for("account", name=name)
