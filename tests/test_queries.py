"""Lots in BQL: the same figures as the reports, in bean-query, in Python and in Fava."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import beanquery
import pytest
from beancount import loader
from beancount.core.amount import Amount
from beancount.core.position import Position
from conftest import Loaded, load
from fava_app import HEAD, LEDGER, LOTS, Pages, write

import lotcost.queries
from lotcost.ledger.loading import Ledger
from lotcost.ledger.loading import load as load_file
from lotcost.rendering.values import plain
from lotcost.reports.catalog import CATALOG, answer

ROOT = Path(__file__).parent.parent
LEDGERS = sorted(ROOT.glob("ledgers/*/main.beancount"))
each_ledger = pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.parent.name)


def rows(ledger: Ledger, query: str) -> list[tuple[Any, ...]]:
    connection = beanquery.connect(
        "beancount:", entries=ledger.entries, errors=ledger.errors, options=ledger.options
    )
    return [tuple(row) for row in connection.execute(query)]


def money(number: str, currency: str = "USD") -> Position:
    return Position(Amount(Decimal(number), currency), None)


@each_ledger
def test_a_function_says_what_the_report_says(path: Path) -> None:
    ledger = load_file(path)
    report = {(row["commodity"], row["lot"]): row for row in answer("lots", ledger).rows}
    asked = """
        SELECT DISTINCT currency, lot(position), expires(position), lot_status(position),
          lot_revenue(position), lot_margin(position), lot_margin_rate(position),
          lot_card(position, 'supplier')
        WHERE lot(position) IS NOT NULL
        """
    found = rows(ledger, asked)

    assert {(commodity, number) for commodity, number, *_ in found} == report.keys()
    for commodity, number, expires, status, revenue, margin, rate, supplier in found:
        row = report[commodity, number]
        assert (expires, status, supplier) == (row["expires"], row["status"], row["supplier"])
        assert revenue == money(row["revenue"], row["currency"])
        assert margin == money(row["gross_margin"], row["currency"])
        assert rate == row["margin_rate"]


@each_ledger
@pytest.mark.parametrize("name", CATALOG)
def test_a_table_is_its_report(path: Path, name: str) -> None:
    ledger = load_file(path)
    report = answer(name, ledger)
    expected = [
        tuple(
            plain(value) if column.kind == "text" and value is not None else value
            for column in report.columns
            for value in [row.get(column.name)]
        )
        for row in report.rows
    ]

    assert expected or path.parent.name != "food"
    assert rows(ledger, f"SELECT * FROM #{name.replace('-', '_')}") == expected


@pytest.mark.parametrize("name", CATALOG)
def test_every_table_is_in_the_readme(name: str) -> None:
    assert f"`#{name.replace('-', '_')}`" in (ROOT / "README.md").read_text()


SMALL = """
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"
2025-01-01 open Assets:Inventory
  lot-method: "fifo"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
2025-01-01 commodity MILK
  category: "dairy"
2025-01-02 * "Farm" "Delivery"
  Assets:Inventory    10 MILK @ 2.00 USD
    lot: "L1"
    expires: 2025-02-01
    best-before: 2025-01-30
  Liabilities:Payable
2025-01-03 * "Farm" "Delivery"
  Assets:Inventory    10 SALT @ 0.50 USD
  Liabilities:Payable
2025-01-04 * "Shares, which are no goods"
  Assets:Broker       1 ACME {9.00 USD, "L1"}
  Assets:Cash
2025-02-03 * "Cafe" "Invoice"
  Assets:Inventory    -4 SALT @ 1.00 USD
  Assets:Cash
"""


@pytest.fixture(scope="module")
def small() -> Loaded:
    return load(SMALL)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("lot(position)", ["L1", "2025-01-03", None, "2025-01-03"]),
        ("days_left(position)", [-2, None, None, None]),
        ("days_left(position, date)", [30, None, None, None]),
        ("lot_card(position, 'best-before')", ["2025-01-30", None, None, None]),
        ("lot_card(position, 'category')", ["dairy", None, None, None]),
        ("lot_status(position)", ["expired", "open", None, "open"]),
        ("lot_margin_rate(position)", [None, Decimal("0.5"), None, Decimal("0.5")]),
    ],
)
def test_what_has_no_lot_is_null(small: Loaded, asked: str, said: list[Any]) -> None:
    goods = "WHERE account ~ 'Inventory|Broker'"

    assert [row[0] for row in rows(small.ledger, f"SELECT {asked} {goods}")] == said


@pytest.mark.parametrize("name", ["lot_status", "expires", "lot_revenue", "lot_margin_rate"])
@pytest.mark.parametrize(
    "lot",
    ["'MILK', 'L2'", "'BEER', 'L1'", "'', ''", "currency, meta('no-such-key')", "account, 'L1'"],
)
def test_a_lot_that_nobody_knows_is_null(small: Loaded, name: str, lot: str) -> None:
    assert set(rows(small.ledger, f"SELECT {name}({lot})")) == {(None,)}


def test_a_lot_is_named_by_its_goods_and_number(small: Loaded) -> None:
    sold = "WHERE account ~ 'CostOfSales|Income'"
    own = "lot_margin(meta('lot-commodity'), meta('lot'))"

    assert rows(small.ledger, f"SELECT {own} {sold}") == [(money("2.00"),)] * 2
    assert rows(small.ledger, "SELECT days_left('MILK', 'L1', 2025-01-31) LIMIT 1") == [(1,)]


def test_a_dash_is_an_underscore(small: Loaded) -> None:
    asked = "SELECT lot, best_before FROM #lots WHERE best_before IS NOT NULL"
    assert rows(small.ledger, asked) == [("L1", "2025-01-30")]


@pytest.mark.parametrize("name", lotcost.queries.tables.TABLES)
def test_a_ledger_without_lots_has_empty_tables(name: str) -> None:
    ledger = load('plugin "beancount_lotcost"\n2025-01-01 open Assets:Cash').ledger

    assert rows(ledger, f"SELECT * FROM #{name}") == []
    assert rows(ledger, "SELECT lot(position)") == []


def test_a_connection_of_no_ledger_has_no_lots() -> None:
    asked = "SELECT lot_margin('MILK', 'L1')"
    assert beanquery.connect("").execute(asked).fetchall() == [(None,)]


def test_a_connection_that_is_older_than_the_tables_gets_them(small: Loaded) -> None:
    ledger = small.ledger
    connection = beanquery.connect(
        "beancount:", entries=ledger.entries, errors=[], options=ledger.options
    )
    for name in lotcost.queries.tables.TABLES:
        del connection.tables[name]

    assert connection.execute("SELECT expires('MILK', 'L1') LIMIT 1").fetchall()[0][0]


# bean-query, in a process of its own


def python(*args: str) -> str:
    done = subprocess.run([sys.executable, *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_bean_query_knows_lots(tmp_path: Path) -> None:
    file = write(tmp_path, SMALL)
    asked = "SELECT lot(position) AS lot, sum(position) AS held, lot_margin(position) AS margin "
    where = "WHERE account ~ 'Inventory' GROUP BY lot, margin ORDER BY lot"
    said = python("-m", "beanquery", "--format", "csv", str(file), asked + where)

    assert [[cell.strip(", ") for cell in row] for row in csv.reader(io.StringIO(said))] == [
        ["lot", "held", "margin"],
        ["2025-01-03", "6 SALT { 0.50 USD}", "2.00 USD"],
        ["L1", "10 MILK { 2.00 USD}", "0.00 USD"],
    ]


def test_bean_query_says_what_a_function_is_for(tmp_path: Path) -> None:
    said = python("-m", "beanquery", str(write(tmp_path, SMALL)), ".help targets")

    assert "lot_margin(position)" in " ".join(said.split())


def test_lots_are_known_where_beancount_read_its_cache_and_ran_no_plugin(tmp_path: Path) -> None:
    file = write(tmp_path, SMALL)
    script = """
        import sys, beanquery
        from beancount import loader
        loader.PICKLE_CACHE_THRESHOLD = 0
        loader.initialize(True)
        if sys.argv[2] == "again":
            loader._load = None  # it would load anew
        connection = beanquery.connect("beancount:" + sys.argv[1])
        print(connection.execute("SELECT expires('MILK', 'L1') LIMIT 1").fetchall()[0][0])
        """
    for run in ("first", "again"):
        said = python("-W", "ignore", "-c", textwrap.dedent(script), str(file), run)
        assert said == "2025-02-01\n"


def test_beanquery_may_come_after_a_first_load_of_the_plugin(tmp_path: Path) -> None:
    file = write(tmp_path, SMALL)
    script = """
        import sys
        from beancount import loader
        loader.load_file(sys.argv[1])
        assert "lotcost.queries" not in sys.modules
        import beanquery
        connection = beanquery.connect("beancount:" + sys.argv[1])
        print(connection.execute("SELECT expires('MILK', 'L1') LIMIT 1").fetchall()[0][0])
        """
    assert python("-c", textwrap.dedent(script), str(file)) == "2025-02-01\n"


def test_the_plugin_alone_brings_in_no_beanquery() -> None:
    assert python("-c", "import sys, beancount_lotcost; print('beanquery' in sys.modules)") == (
        "False\n"
    )


def test_a_ledger_is_booked_where_beanquery_is_not_as_it_was(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "lotcost.queries", None)

    assert not loader.load_string(SMALL)[1]
    assert "Queries go without lots" in caplog.text


# Fava


@pytest.fixture(scope="module")
def fava(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(write(tmp_path_factory.mktemp("fava"), LEDGER))


def query(pages: Pages, asked: str, **boxes: str) -> Sequence[Any]:
    url = f"/{pages.slug}/api/query"
    response = pages.client.get(url, query_string={"query_string": asked, **boxes})
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()["data"]["rows"]


@pytest.mark.parametrize(
    "boxes",
    [
        {},
        {"time": "2025-01"},
        {"time": "2025-02"},
        {"account": "Assets:Inventory:Shop"},
        {"filter": "#vip"},
        {"time": "2025-02", "filter": 'any(lot:"L1")'},
    ],
)
def test_fava_counts_lots_as_its_page_does_under_the_same_boxes(
    fava: Pages, boxes: dict[str, str]
) -> None:
    page = fava.get(LOTS, "export.csv", status="all", **boxes).get_data().decode("utf-8-sig")
    expected = {
        row["lot"]: (row["gross_margin"], row["units_on_hand"])
        for row in csv.DictReader(io.StringIO(page))
    }
    table = query(fava, "SELECT lot, gross_margin, units_on_hand FROM #lots", **boxes)

    assert {lot: tuple(map(str, figures)) for lot, *figures in table} == {
        lot: tuple(str(float(figure)) if "." in figure else figure for figure in figures)
        for lot, figures in expected.items()
    }


def test_fava_knows_a_lot_that_came_before_the_days_it_shows(fava: Pages) -> None:
    """Under a time box Fava sums up what was before, and its cards are gone."""
    asked = (
        "SELECT lot(position) AS lot, expires(position) AS last, lot_margin(position) AS margin "
    )
    where = "WHERE account ~ 'Inventory' AND lot(position) = 'F1' GROUP BY lot, last, margin"
    (before,) = query(fava, asked + where, time="2025-02")

    assert before[:2] == ["F1", "2025-12-31"]
    assert before[2]["units"] == {"currency": "USD", "number": 8.38}


def test_a_query_of_fava_is_a_file_too(fava: Pages) -> None:
    asked = "SELECT lot, revenue FROM #lots ORDER BY lot"
    url = f"/{fava.slug}/download-query/query_result.csv"
    said = fava.client.get(url, query_string={"query_string": asked}).get_data(as_text=True)

    figures = {row["lot"]: Decimal(row["revenue"]) for row in csv.DictReader(io.StringIO(said))}
    assert figures == {"F1": 15, "L1": 20}


def test_fava_shows_null_for_what_has_no_lot(fava: Pages) -> None:
    asked = "SELECT account, lot_margin(position), days_left(position), lot_margin_rate(position)"
    cash = [row for row in query(fava, asked) if row[0] == "Assets:Receivable"]

    assert cash == [["Assets:Receivable", None, None, None]] * 2


def test_two_ledgers_of_one_fava_have_lots_of_their_own(fava: Pages, tmp_path: Path) -> None:
    other = Pages(write(tmp_path, HEAD))

    assert query(other, "SELECT lot FROM #lots") == []
    assert len(query(fava, "SELECT lot FROM #lots")) == 2


def test_a_query_sees_the_lots_of_the_latest_load(tmp_path: Path) -> None:
    pages = Pages(write(tmp_path, LEDGER))
    assert len(query(pages, "SELECT lot FROM #lots")) == 2
    write(tmp_path, HEAD)
    pages.ledger.load_file()
    assert query(pages, "SELECT lot FROM #lots") == []
