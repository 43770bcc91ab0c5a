"""The words of the pages in the language of who reads them.

Fava chooses it: its option `language`, else what the browser prefers. The English text is the key
of a catalog, `translations/<language>/LC_MESSAGES/lotcost.po`, and what is shown where there is no
catalog. It is read as people write it: no compiled file beside it can be of another day. What a
ledger says is never translated.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel.core import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import has_request_context
from flask_babel import get_locale
from markupsafe import Markup, escape

TRANSLATIONS = Path(__file__).parent / "translations"


def N_(text: str) -> str:
    """Mark a text that is translated where it is shown, by the name that Babel looks for."""
    return text


def gettext(text: str, /, **values: object) -> str:
    """Return a text in the reader's language, its `%(name)s` filled in."""
    return _catalog(_locale()).gettext(text) % values


def ngettext(one: str, more: str, num: int, /, **values: object) -> str:
    """Return the form of a text that a number asks for; `%(num)s` is the number."""
    return _catalog(_locale()).ngettext(one, more, num) % {"num": num, **values}


def _page_gettext(text: str, /, **values: object) -> Markup:
    """Do the same in a page, where a value may be a link and anything else is escaped."""
    return escape(_catalog(_locale()).gettext(text)) % values


def _page_ngettext(one: str, more: str, num: int, /, **values: object) -> Markup:
    return escape(_catalog(_locale()).ngettext(one, more, num)) % {"num": num, **values}


IN_PAGES: Mapping[str, Callable[..., Any]] = {
    "_": _page_gettext,
    "gettext": _page_gettext,
    "ngettext": _page_ngettext,
}
"""What templates call it by; texts from Fava's own catalogs are not in ours."""


def _locale() -> Locale | None:
    """Return the language and country that Fava has chosen for a request."""
    return get_locale() if has_request_context() else None


@cache
def _catalog(locale: Locale | None) -> NullTranslations:
    """Read the catalog of a language, that of its country first."""
    for name in (str(locale), locale.language) if locale else ():
        file = TRANSLATIONS / name / "LC_MESSAGES" / "lotcost.po"
        if file.is_file():
            compiled = io.BytesIO()
            with file.open("rb") as written:
                write_mo(compiled, read_po(written))
            compiled.seek(0)
            return GNUTranslations(compiled)
    return NullTranslations()
