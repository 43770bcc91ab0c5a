"""What all pages have in common: one snapshot, the boxes of Fava, links, figures, downloads.

It is no extension itself, or Fava would show it as one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from fava.ext import FavaExtensionBase, FavaExtensionError
from fava.helpers import FavaAPIError
from flask import current_app, has_request_context, request

from fava_lotcost import compat, links, settings, words
from fava_lotcost.cells import Cell, Link, cells
from fava_lotcost.drawing import short, short_within
from fava_lotcost.export import Download, download, refusal
from fava_lotcost.family import Family
from fava_lotcost.figures import Figures
from fava_lotcost.folding import Box
from fava_lotcost.params import Notice, Params
from fava_lotcost.settings import Settings
from fava_lotcost.snapshot import Asked, Snapshot
from fava_lotcost.table import Table
from fava_lotcost.translating import IN_PAGES, N_, gettext
from lotcost.ledger.books import Books
from lotcost.ledger.collecting import no_collecting
from lotcost.model import Lot
from lotcost.queries.source import BOOKS
from lotcost.rendering import About, about
from lotcost.reports.catalog import Question
from lotcost.reports.report import Column, Report, Row

if TYPE_CHECKING:
    _Extension = FavaExtensionBase
else:
    _Extension = object

IN_INCOGNITO = N_("In incognito mode figures are masked and nothing is exported.")
_LOG = logging.getLogger(__name__)


Exported = Callable[[Snapshot, Asked, Params], Report | None]


class Loaded(NamedTuple):
    """What a load of the ledger leaves, put in place at once."""

    snapshot: Snapshot
    settings: Settings = Settings()
    problems: tuple[str, ...] = ()


class Shown(NamedTuple):
    """What a template shows.

    Attributes:
      view: The page's own; None where there is nothing to show.
      lacks: What the ledger has to say first.
      failure: Why there is no page, in Fava's or Python's words.
    """

    view: Any = None
    notices: tuple[Notice, ...] = ()
    lacks: tuple[str, ...] = ()
    failure: str = ""


class LotPage(_Extension):
    """A page; its own class says what it shows (`view`) and what one may take away (`exported`).

    Attributes:
      own_params: The URL parameters that are the page's own, beside those of Fava.
      title: The page's name, as a key of the catalogs.
    """

    own_params: tuple[str, ...] = ()
    title: str

    def __init__(self, ledger: Any, config: str | None = None) -> None:
        # Fava reads a configuration once, and one that is no literal takes it down: see `settings`.
        super().__init__(ledger, None)
        self._loaded = Loaded(Snapshot((), ledger.options))

    @cached_property
    def jinja_env(self) -> Any:
        """What makes this page of its template, which asks our own catalogs and not Fava's.

        All pages of a ledger share one, so that what they have in common is compiled once.
        """
        for page in compat.extensions(self.ledger, LotPage.__subclasses__()):
            if "jinja_env" in vars(page):
                return page.jinja_env
        env = super().jinja_env
        env.globals = {**env.globals, **IN_PAGES}
        return env

    @compat.live
    def report_title(self) -> str:
        """The page's name in Fava's sidebar, in the reader's language."""
        return gettext(self.title)

    @property
    def loaded(self) -> Loaded:
        """The load that this request began with: one amid it changes nothing of it."""
        return compat.once_a_request(("loaded", id(self.ledger)), lambda: self._loaded)

    def after_load_file(self) -> None:
        """Take a new snapshot and read the settings anew; all pages of a ledger share them."""
        entries: Any = self.ledger.all_entries
        compat.forget_request(("loaded", id(self.ledger)))
        for page in compat.extensions(self.ledger, LotPage.__subclasses__()):
            if page._loaded.snapshot.entries is entries:
                self._loaded = page._loaded
                return
        line = None
        try:
            line = settings.own_line(entries)
            read, problems = settings.read(line)
        except Exception as error:
            _LOG.exception("The settings cannot be read")
            read, problems = Settings(), [f"{settings.MODULE}: {error!r}"]
        snapshot = Snapshot(entries, self.ledger.options, self.ledger.load_errors)
        try:
            snapshot.read()
        except Exception:  # whichever page is asked for says it too, with what it is missing
            _LOG.exception("The lots cannot be read")
        self._loaded = Loaded(snapshot, read, tuple(problems))
        options: Any = self.ledger.options
        options[BOOKS] = self.queried
        for problem in problems:
            self._tell(problem, line)

    def shown(self) -> Shown:
        """Return what the template shows; whatever goes wrong is shown as words."""
        try:
            params = Params(request.args)
            snapshot = self.loaded.snapshot
            with no_collecting():
                if snapshot.lacks:
                    return Shown(lacks=snapshot.lacks)
                view = self.view(snapshot, self.asked(), params)
            return Shown(view, tuple(params.notices))
        except FavaAPIError as error:
            return Shown(failure=str(error))
        except Exception as error:
            _LOG.exception("The page cannot be made")
            failure = f"{settings.MODULE}: {type(error).__name__}: {error}"
            self._tell(failure, settings.own_line(self.loaded.snapshot.entries))
            return Shown(failure=failure)

    def view(self, snapshot: Snapshot, asked: Asked, params: Params) -> Any:
        """Return what the page shows."""
        raise NotImplementedError

    def exported(self, snapshot: Snapshot, asked: Asked, params: Params) -> Report | None:
        """Return the rows that the page shows, all pages of them, or None where there are none."""
        raise NotImplementedError

    @compat.endpoint("export.xlsx")
    def export_xlsx(self) -> Download:
        """Download the rows shown as a workbook."""
        return self._export("xlsx")

    @compat.endpoint("export.csv")
    def export_csv(self) -> Download:
        """Download the rows shown as CSV."""
        return self._export("csv")

    def asked(self) -> Asked:
        """Read Fava's boxes."""
        since = at = None
        time = request.args.get("time", "").strip()
        if time:
            since, at = compat.period(time, self.ledger.fava_options.fiscal_year_end)
        args = request.args
        return Asked(since, at, args.get("account", "").strip(), args.get("filter", "").strip())

    def queried(self) -> Books:
        """Return the lots that a query of Fava's counts: those the pages show under its boxes."""
        return self.loaded.snapshot.books(self.asked() if has_request_context() else Asked())

    @property
    def figures(self) -> Figures:
        """What prints numbers as this ledger does."""
        cent = self.loaded.snapshot.books(Asked()).config.cent
        return Figures(self.ledger, cent, self.incognito)

    @property
    def incognito(self) -> bool:
        """Whether figures are to be masked."""
        return bool(current_app.config["INCOGNITO"])

    def link(self, column: Column, row: Row) -> str | None:
        """Return where a cell leads."""
        return None

    def url(self, endpoint: str = "", /, **changes: str | None) -> str:
        """Return this page's own URL with some of its parameters changed; Fava's stay.

        Any change begins at the first page again. The endpoint's name is also a parameter of
        Fava's `url_for`, so it is put in afterwards.
        """
        own = compat.once_a_request((self.name, "own"), self._own_params)
        return self.endpoint_url(self.name, endpoint, **(own | changes))

    def _own_params(self) -> dict[str, str | None]:
        said = request.args
        return {name: said[name] for name in self.own_params if name in said and not _is_page(name)}

    def endpoint_url(self, page: str, endpoint: str, /, **params: str | None) -> str:
        """Return the URL of what a page of ours gives to take away."""
        path, mark, query = self.page_url(page, **params).partition("?")
        return f"{path}{endpoint}{mark}{query}"

    def column_url(self, column: Column, table: Table) -> str:
        """Return the URL of the table sorted by a column: figures from the top, then turned."""
        first, second = column.name, f"-{column.name}"
        if column.is_number:
            first, second = second, first
        order = second if table.sort == first else first
        return self.url(**{f"{table.prefix}sort": order})

    def place_url(self, table: Table, page: int) -> str:
        """Return the URL of a page of a table."""
        return self.url(**{f"{table.prefix}page": str(page)})

    def marks(self) -> Callable[[Row], str]:
        """Return what tells what bars the lot of a row from sale on the day asked for.

        It says recalled, quarantine, expired or nothing.
        """
        snapshot, at = self.loaded.snapshot, self.asked().at
        return lambda row: snapshot.mark(Lot(row["commodity"], row["lot"]), at)

    def cells(
        self, table: Table, texts: Sequence[Sequence[str]], link: Link | None = None
    ) -> list[tuple[Cell, ...]]:
        """Return the cells of a table; they lead where the page says, or `link` does."""
        return cells(table, texts[: len(table.rows)], link or self.link, self.marks())

    def page_url(self, page: str, /, **params: str | None) -> str:
        """Return the URL of a page of ours."""
        return links.page(page, params)

    def lot_url(self, lot: Lot) -> str:
        """Return the URL of a lot's own page."""
        return self.page_url("LotCostLots", commodity=lot.commodity, lot=lot.number)

    heading = staticmethod(words.heading)
    said = staticmethod(words.said)
    reason = staticmethod(words.reason)
    told = staticmethod(words.told)
    short = staticmethod(short)
    short_within = staticmethod(short_within)

    def box_url(self, box: Box, kin: Family) -> str:
        """Return where a box of a family leads: what is folded opens, else to what it is of."""
        node = box.node
        if box.is_folded:
            return self.url(open=kin.opened_with(box))
        if node.member is not None:
            return self.lot_url(node.member.lot)
        if node.run is not None:
            return links.entry(self.loaded.snapshot.entries[node.run.entry])
        return self.page_url("LotCostTrace", q=node.label)

    def kept_params(self, *without: str) -> Mapping[str, str]:
        """Return the parameters that a form has to carry along."""
        names = {"account", "filter", "time", "conversion", "interval", *self.own_params}
        kept = names - set(without)
        return {
            name: value
            for name, value in sorted(request.args.items())
            if name in kept and not _is_page(name)
        }

    def fitting(self, report: Report, params: Params, keys: Iterable[str]) -> Report:
        """Return the lots that fit what is searched for and what the table is narrowed to."""
        said = {key: params.text(key) for key in keys if params.text(key)}
        search = params.text("q").strip().casefold()
        if not said and not search:
            return report
        name = self.loaded.snapshot.name

        def is_found(row: Row) -> bool:
            goods = row["commodity"]
            words = (row.get("lot"), goods, row.get("supplier"), row.get("account"), name(goods))
            return any(search in str(word).casefold() for word in words if word is not None)

        narrowed = (row for row in report.rows if all(row[key] == said[key] for key in said))
        return report.only(row for row in narrowed if is_found(row))

    def _export(self, kind: str, exported: Exported | None = None) -> Download:
        """Return the rows shown as a file; of which table, where a page has two."""
        if self.incognito:
            return refusal(gettext(IN_INCOGNITO), 403)
        params = Params(request.args)
        snapshot = self.loaded.snapshot
        try:
            report = (exported or self.exported)(snapshot, self.asked(), params)
        except FavaAPIError as error:
            return refusal(str(error), 400)
        if report is None:
            return refusal(gettext("There is no such lot."), 404)
        wrong = [notice for notice in params.notices if not _is_page(notice.what)]
        if wrong:
            said = ", ".join(f"{notice.what}={notice.said}" for notice in wrong)
            return refusal(gettext("This means nothing here: %(said)s.", said=said), 400)
        return download(report, kind, self._about())

    def _about(self, *only: str) -> About:
        """Say what the rows are of, so that a file explains itself; by some parameters only."""
        plain = about(self.ledger.options, self.ledger.beancount_file_path, Question())
        kept = self.kept_params("conversion", "interval")
        asked = ((name, said) for name, said in kept.items() if not only or name in only)
        return plain._replace(asked=tuple(asked))

    def _tell(self, message: str, line: Any, source: Any = None) -> None:
        """Put an error on Fava's Errors page, once for all pages; it may be at a posting's line."""
        source = source or (line.meta if line else None)
        error = FavaExtensionError(source, message, line)
        errors = self.ledger.extensions.errors  # Fava empties it before each load
        if error not in errors:
            errors.append(error)


def _is_page(name: str) -> bool:
    """Whether a parameter is a table's page: it means nothing once the table is another."""
    return name == "page" or name.endswith("-page")
