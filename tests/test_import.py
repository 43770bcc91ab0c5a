"""What a file of deliveries, opening lots or counts says goes into the ledger, or none of it."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import textwrap
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import beangulp
import pytest
from beancount.core import data
from click.testing import CliRunner, Result
from fava.core import FavaLedger
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from lotcost.cli import main
from lotcost.importers import Counts, Deliveries, OpeningLots
from lotcost.importers.mapping import KINDS, mapping_of
from lotcost.importers.tables import MOST_BYTES
from lotcost.ledger.loading import load
from lotcost.reports.catalog import Question, answer

LEDGER = """
    option "operating_currency" "USD"
    plugin "beancount_lotcost"

    2024-01-01 open Assets:Stock
      lot-method: "fifo"
      lot-adjustment: Expenses:StockDifferences
    2024-01-01 open Assets:Stock:Main "NONE"
    2024-01-01 open Liabilities:Payable
    2024-01-01 open Equity:Opening-Balances
    2024-01-01 open Expenses:StockDifferences

    2024-01-01 commodity MILK
      lot-tracked: "required"
      gtin: "09506000135014"
    2024-01-01 commodity FLOUR
    2024-01-01 commodity CHEESE
      unit-weight: 1.00
      gtin: 9506000135052
"""
HEADINGS = "date,commodity,lot,quantity,price,currency,expires,supplier,document\n"
DELIVERY = HEADINGS + (
    "2025-01-02,MILK,L1,10,2.00,USD,2025-02-01,Dairy Farm,PO-17\n"
    "2025-01-02,FLOUR,00123,20,1.10,USD,,Dairy Farm,PO-17\n"
    "2025-01-03,MILK,1E5,5,2,USD,2025-02-02,Dairy Farm,PO-18\n"
)
Write = Callable[..., Path]
Rows = list[dict[str, Any]]
GS = "\x1d"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file into an empty folder with a ledger in it, and stay there."""
    monkeypatch.chdir(tmp_path)
    Path("main.beancount").write_text(textwrap.dedent(LEDGER))

    def write(content: str | bytes, name: str = "receipts.csv") -> Path:
        written = content.encode() if isinstance(content, str) else content
        Path(name).write_bytes(written)
        return Path(name)

    return write


def run(file: object, *args: object, into: str = "main.beancount") -> Result:
    """Import a file; whatever is in it, there is no traceback."""
    result = CliRunner().invoke(main, ["import", str(file), "--into", into, *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def imported(file: object, *args: object) -> str:
    """Import a file, and return what it added to the ledger, which then has no error."""
    before = Path("main.beancount").read_text()
    result = run(file, *args, "--write")
    assert result.exit_code == 0, result.stderr
    assert load("main.beancount").errors == []
    after = Path("main.beancount").read_text()
    assert after.startswith(before)
    return after[len(before) :]


def refused(file: object, *args: object) -> list[str]:
    """Import a file that cannot be, and return what is said, line by line; nothing is written."""
    before = Path("main.beancount").read_bytes()
    result = run(file, *args, "--write")
    assert result.exit_code == 1, result.stderr
    assert result.stdout == ""
    assert Path("main.beancount").read_bytes() == before
    assert "Nothing is imported" in result.stderr
    return result.stderr.splitlines()


def workbook(rows: Sequence[Sequence[object]], change: Callable[..., None] | None = None) -> bytes:
    """Make a workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rows(**columns: object) -> list[list[object]]:
    """A sheet of one row, by heading."""
    usual = {
        "date": date(2025, 1, 2),
        "commodity": "MILK",
        "lot": "L1",
        "quantity": 10,
        "price": 2,
    }
    said = {**usual, **{name.replace("_", "-"): value for name, value in columns.items()}}
    return [list(said), list(said.values())]


def row(**columns: object) -> str:
    """A text file of one row, by heading."""
    head, cells = rows(**columns)
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in (head, cells))


# What is written


def test_the_rows_of_a_document_are_a_transaction(write: Write) -> None:
    assert imported(write(DELIVERY)) == textwrap.dedent(
        """
        2025-01-02 * "Dairy Farm" "Delivery" ^PO-17
          Assets:Stock:Main        10 MILK @ 2.00 USD
            lot: "L1"
            expires: 2025-02-01
            import-id: "22e018f9e625"
          Assets:Stock:Main        20 FLOUR @ 1.10 USD
            lot: "00123"
            import-id: "227bb68a3491"
          Liabilities:Payable  -42.00 USD

        2025-01-03 * "Dairy Farm" "Delivery" ^PO-18
          Assets:Stock:Main         5 MILK @ 2.00 USD
            lot: "1E5"
            expires: 2025-02-02
            import-id: "9b25d1c82aa4"
          Liabilities:Payable  -10.00 USD
        """
    )
    found = {row["lot"]: row for row in answer("lots", load("main.beancount"), Question()).rows}
    assert {lot: row["cost_on_hand"] for lot, row in found.items()} == {
        "00123": Decimal(22),
        "1E5": Decimal(10),
        "L1": Decimal(20),
    }
    assert found["L1"]["supplier"] == "Dairy Farm"
    assert "import-id" not in found["L1"]


def test_without_write_the_difference_is_shown_and_nothing_is_written(write: Write) -> None:
    file = write(DELIVERY)
    before = Path("main.beancount").read_bytes()
    result = run(file)

    assert result.exit_code == 0
    assert "+  Assets:Stock:Main        10 MILK @ 2.00 USD\n" in result.stdout
    assert result.stderr == "3 rows to add to main.beancount: --write does it.\n"
    assert Path("main.beancount").read_bytes() == before


def test_a_second_import_adds_nothing(write: Write) -> None:
    file = write(DELIVERY)
    imported(file)
    before = Path("main.beancount").read_bytes()
    result = run(file, "--write")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "receipts.csv rows 2 to 4 are in the ledger already, the first at main.beancount:22.\n"
        "Nothing to add.\n"
    )
    assert Path("main.beancount").read_bytes() == before


def test_a_longer_list_adds_its_new_rows_alone(write: Write) -> None:
    imported(write(DELIVERY))
    more = DELIVERY + "2025-01-02,MILK,L1,4,2.00,USD,2025-02-01,Dairy Farm,PO-17\n"
    added = imported(write(more, "february.csv"))

    assert added.count(" MILK ") == 1
    assert " 4 MILK @ 2.00 USD\n" in added


def test_rows_that_say_the_same_are_as_many_as_there_are(write: Write) -> None:
    twice = HEADINGS + "2025-01-02,MILK,L1,10,2,USD,2025-02-01,Dairy Farm,PO-17\n" * 2
    assert imported(write(twice)).count("10 MILK") == 2
    assert imported(write(twice + twice.splitlines()[1] + "\n")).count("10 MILK") == 1
    assert imported(write(twice)) == ""


def test_the_same_rows_are_known_again_in_a_workbook(write: Write) -> None:
    imported(write(row(supplier="Farm")))
    result = run(write(workbook(rows(supplier="Farm")), "again.xlsx"))

    assert "again.xlsx row 2 is in the ledger already" in result.stderr


def test_a_total_is_written_where_no_price_is(write: Write) -> None:
    head, cells = (line.split(",") for line in row(total="20.00").split())
    at = head.index('"price"')
    del head[at], cells[at]
    added = imported(write(f"{','.join(head)}\n{','.join(cells)}\n"))

    assert "10 MILK @@ 20.00 USD\n" in added
    assert "-20.00 USD\n" in added


def test_cents_are_rounded_a_line(write: Write) -> None:
    three = HEADINGS + "".join(
        f"2025-01-02,MILK,L{at},0.335,9.99,USD,,Farm,PO-1\n" for at in range(3)
    )
    assert "-10.05 USD\n" in imported(write(three))  # 3.34665 each


def test_hostile_texts_stay_texts(write: Write) -> None:
    hostile = 'Bär & "Söhne" \\ 牛乳'
    said = hostile.replace('"', '""')
    file = write(row(supplier=said, lot='=SUM(A1) ""x""', document='PO 17/ä "";'))
    imported(file)
    ledger = load("main.beancount")
    (txn,) = (entry for entry in ledger.entries if isinstance(entry, data.Transaction))

    assert txn.payee == hostile
    assert txn.meta["document"] == 'PO 17/ä ";'
    assert txn.links == {"PO-17"}
    assert txn.postings[0].meta["lot"] == '=SUM(A1) "x"'


def test_a_cell_of_two_lines_stays_one_text(write: Write) -> None:
    imported(write(row(supplier="Dairy\nFarm")))
    (txn,) = (e for e in load("main.beancount").entries if isinstance(e, data.Transaction))

    assert txn.payee == "Dairy\nFarm"


def test_opening_lots_are_against_the_opening_balances(write: Write) -> None:
    lots = (
        "date,received,commodity,lot,quantity,price,expires,supplier\n"
        "2025-01-01,2024-12-20,MILK,L1,10,2.00,2025-02-01,Dairy Farm\n"
        "2025-01-01,,FLOUR,F1,20,1.10,,Mill\n"
    )
    added = imported(write(lots), "--kind", "opening")
    assert added.startswith('\n2025-01-01 * "Opening lots"\n')
    assert '{2.00 USD, 2024-12-20}\n    lot: "L1"\n    expires: 2025-02-01\n' in added
    assert '    supplier: "Mill"\n' in added
    assert "  Equity:Opening-Balances  -42.00 USD\n" in added
    found = {row["lot"]: row for row in answer("lots", load("main.beancount"), Question()).rows}
    assert found["L1"]["received"] == date(2024, 12, 20)
    assert found["L1"]["supplier"] == "Dairy Farm"


def test_an_account_that_beancount_books_gets_its_own_form(write: Write) -> None:
    with Path("main.beancount").open("a") as stream:
        stream.write('2024-01-01 open Assets:Cellar "FIFO"\n  lot-method: "beancount"\n')
    file = write(row(commodity="FLOUR", lot="W1", quantity="3", price="0.335"))
    added = imported(file, "--account", "Assets:Cellar")

    assert '  Assets:Cellar            3 FLOUR {{1.01 USD, "W1"}}\n' in added


def test_goods_of_others_have_no_price(write: Write) -> None:
    with Path("main.beancount").open("a") as stream:
        stream.write('2024-01-01 open Assets:Stock:Theirs\n  owner: "Farm"\n')
    file = write(row(account="Assets:Stock:Theirs", price=""))

    assert "  Assets:Stock:Theirs  10 MILK\n" in imported(file)


def test_the_other_side_is_the_one_receipts_have(write: Write) -> None:
    with Path("main.beancount").open("a") as stream:
        stream.write("2024-01-01 open Liabilities:Dairy\n")
    imported(write(row()), "--counter", "Liabilities:Dairy")

    assert "  Liabilities:Dairy  -4.00 USD\n" in imported(write(row(quantity=2)))


def test_of_several_accounts_the_one_that_most_receipts_have_is_taken_and_said(
    write: Write,
) -> None:
    with Path("main.beancount").open("a") as stream:
        stream.write("2024-01-01 open Assets:Stock:Shop\n")
    file = write(row())
    result = run(file)
    assert result.exit_code == 2
    assert "name it with --account" in result.stderr

    imported(file, "--account", "Assets:Stock:Shop")
    result = run(write(row(lot="L2")))
    assert "Goods come into Assets:Stock:Shop, as most receipts do" in result.stderr
    assert "+  Assets:Stock:Shop" in result.stdout


def test_the_line_endings_of_the_ledger_are_kept(write: Write) -> None:
    file = write(DELIVERY)
    main_file = Path("main.beancount")
    main_file.write_bytes(main_file.read_bytes().replace(b"\n", b"\r\n"))
    run(file, "--write")

    assert main_file.read_bytes().count(b"\n") == main_file.read_bytes().count(b"\r\n")


# Mappings


def test_a_mapping_says_which_column_is_what_and_how_it_is_written(write: Write) -> None:
    write(
        """
        dates = "DD/MM/YYYY"
        decimal = ","
        counter = "Equity:Opening-Balances"
        narration = "Levering"
        [columns]
        date = "Leverdatum"
        commodity = "Artikel"
        lot = "Partij"
        quantity = "Aantal"
        price = "Prijs"
        certificate = "CoA"
        [defaults]
        supplier = "Hoeve De Linde"
        currency = "EUR"
        [commodities]
        "Volle melk 1l" = "MILK"
        """,
        "linde.toml",
    )
    file = write(
        "Leverbon 4711;;;;;\nLeverdatum;Artikel;Partij;Aantal;Prijs;CoA\n"
        "05/01/2025;Volle melk 1l;L1;1.234,5;0,92;C-1\n"
    )
    added = imported(file, "--mapping", "linde.toml")

    assert '\n2025-01-05 * "Hoeve De Linde" "Levering"\n' in added
    assert '1234.5 MILK @ 0.92 EUR\n    lot: "L1"\n    certificate: "C-1"\n' in added
    assert "  Equity:Opening-Balances  -1135.74 EUR\n" in added


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kin = "counts"', 'kin is unknown; did you mean "kind"?'),
        ('kind = "count"', 'kind "count" is unknown; did you mean "counts"?'),
        ('decimal = ";"', 'decimal wants "." or "," and has ";"'),
        ("header = 0", "header wants the row of the headings, from 1, not 0"),
        ("header = true", "header wants a whole number and has True"),
        ('dates = "DD/MM"', 'dates wants formats as DD/MM/YYYY and has "DD/MM"'),
        ("dates = [5]", 'dates wants formats as DD/MM/YYYY and has "5"'),
        ('encoding = "utf-99"', 'The encoding "utf-99" is unknown'),
        ('encoding = "rot13"', 'The encoding "rot13" is unknown'),
        ("delimiter = '\"'", "delimiter wants one character and has"),
        ('counter = "payable"', 'counter wants an account and has "payable"'),
        ("[columns]\nlot = 3", "[columns] lot wants a text and has 3"),
        ('[columns]\n"Best Before" = "THT"', "[columns] Best Before is none of date, account"),
        ('[defaults]\nsuplier = "X"', '[defaults] suplier is unknown; did you mean "supplier"?'),
        ("kind = ", "is no TOML"),
    ],
)
def test_what_a_mapping_cannot_say_is_refused(write: Write, text: str, said: str) -> None:
    write(text, "map.toml")
    result = run(write(DELIVERY), "--mapping", "map.toml")

    assert result.exit_code == 2
    assert f"map.toml: {said}" in " ".join(result.stderr.split()) or said in result.stderr


def test_what_no_column_says_a_mapping_may(write: Write) -> None:
    write('[defaults]\ndate = 2025-01-02\ncommodity = "MILK"\nprice = 2\n', "map.toml")

    assert "10 MILK @ 2.00 USD" in imported(write("lot,quantity\nL1,10\n"), "--mapping", "map.toml")


def test_columns_nobody_asked_for_are_named(write: Write) -> None:
    result = run(write(row(remarks="fragile", note="")))

    assert "receipts.csv: not read are the columns remarks." in result.stderr


# What is wrong with rows


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"date": "05/01/2025"}, "may be 2025-01-05 (DD/MM/YYYY) or 2025-05-01 (MM/DD/YYYY)"),
        ({"date": "5 Jan 2025"}, 'dates = "DD MMM YYYY"'),
        ({"date": "45662"}, "which is how a spreadsheet counts 2025-01-05"),
        ({"date": "2025-02-30"}, "date has 2025-02-30, which is no day of the calendar"),
        ({"date": "soon"}, 'date wants a date as 2025-01-31 and has "soon"'),
        ({"date": ""}, "date is blank; write it as 2025-01-31"),
        ({"quantity": "2,5"}, 'Say decimal = "," or decimal = "." in the mapping'),
        ({"quantity": "1,234"}, "where it is unclear what is a decimal sign"),
        ({"quantity": "ten"}, 'quantity wants a number and has "ten"'),
        ({"quantity": "1E5"}, 'quantity wants a number and has "1E5"'),
        ({"quantity": "NaN"}, 'quantity wants a number and has "NaN"'),
        ({"quantity": "٣"}, "quantity wants a number"),
        ({"quantity": "-3"}, 'written by hand, with lot-kind: "purchase-return"'),
        ({"quantity": "0"}, "quantity is 0, so nothing came in"),
        ({"quantity": ""}, "quantity is blank; say how many came in"),
        ({"price": ""}, "price is blank, and so is total; goods for nothing have a price of 0"),
        ({"price": "$2.00"}, 'price wants a number and has "$2.00"'),
        ({"price": "-2"}, "price is -2, which is less than nothing"),
        ({"total": "21"}, "total is 21, and 10 at 2 are 20.00; leave one of the two out"),
        ({"currency": "USX"}, '"USX" is no currency; did you mean "USD"?'),
        ({"commodity": "MLK"}, '"MLK" is unknown; did you mean "MILK"?'),
        ({"commodity": "milk"}, '"milk" is unknown'),
        ({"commodity": "ZZ"}, '"ZZ" is unknown; known are CHEESE, FLOUR, MILK. If it is new'),
        ({"commodity": "USD"}, '"USD" is unknown'),
        ({"commodity": ""}, "commodity is blank, and no GTIN or barcode names the goods"),
        ({"lot": ""}, 'lot is blank; MILK is lot-tracked: "required"'),
        ({"lot": "L\x01"}, "lot holds a control character"),
        ({"account": "Assets:Stock:Man"}, 'keeps no lots; did you mean "Assets:Stock:Main"?'),
        ({"account": "Liabilities:Payable"}, '"Liabilities:Payable" keeps no lots'),
        ({"gtin": "09506000135015"}, "Invalid GTIN check digit"),
        ({"gtin": "04006381333931"}, "is that of no commodity; add to its directive gtin"),
        ({"gtin": "09506000135052"}, "commodity says MILK and gtin says CHEESE"),
        ({"gs1": "(10)L2"}, 'lot is "L1", and the barcode says "L2"'),
        ({"gs1": "(10)" + "9" * 21}, "is no GS1 element string"),
        ({"gs1": "(10)L(1)"}, "a value has no brackets or spaces"),
        ({"expires": "2025-01-31", "manufactured": "2025-02-01"}, "expires is 2025-01-31, before"),
    ],
)
def test_a_wrong_row_is_named_with_its_reason(
    write: Write, columns: dict[str, str], said: str
) -> None:
    (line, end) = refused(write(row(**columns)))

    assert line.startswith("receipts.csv row 2: ")
    assert said in line
    assert end == "Nothing is imported: 1 of 1 rows is wrong."


def test_a_total_below_the_list_is_told_for_what_it_is(write: Write) -> None:
    (line, _) = refused(write(DELIVERY + ",,,35,,,,,\n"))

    assert line == (
        "receipts.csv row 5: has no date and no goods; if it is a total or a remark, delete the row"
    )


def test_of_a_file_with_a_wrong_row_no_row_is_imported(write: Write) -> None:
    *lines, _ = refused(write(DELIVERY + "2025-01-02,MLK,L1,ten,2.00,USD,,Dairy Farm,PO-17\n"))

    assert [line.split(":")[0] for line in lines] == ["receipts.csv row 5"]
    assert "did you mean" in lines[0] and '"ten"' in lines[0]


def test_very_many_wrong_rows_are_all_accounted_for(write: Write) -> None:
    *lines, end = refused(write(HEADINGS + "x,,,,,,,,\n" * 500))

    assert len(lines) == 101
    assert lines[-1] == "receipts.csv: 400 more, in rows 102 to 501"
    assert end == "Nothing is imported: 500 of 500 rows are wrong."


def test_an_error_the_ledger_would_have_is_that_of_its_row(write: Write) -> None:
    text = HEADINGS + (
        "2025-01-02,FLOUR,F1,1,1,USD,2025-02-01,Farm,PO-1\n"
        "2025-01-03,FLOUR,F1,1,1,USD,2025-02-02,Farm,PO-2\n"
    )
    (line, _) = refused(write(text))

    assert line.startswith("receipts.csv row 3: Lot F1 of FLOUR expires on 2025-02-01 and, by")


def test_an_error_of_a_whole_document_is_that_of_its_rows(write: Write) -> None:
    lines = refused(write(DELIVERY), "--counter", "Liabilities:Unheard")

    assert lines[0].startswith("receipts.csv rows 2 to 3: Invalid reference to unknown account")


def test_a_delivery_that_somebody_wrote_by_hand_is_pointed_out(write: Write) -> None:
    with Path("main.beancount").open("a") as stream:
        stream.write(
            '2025-01-02 * "Dairy Farm" "Delivery"\n  Assets:Stock:Main  10 MILK @@ 19.99 USD\n'
            '    lot: "L1"\n    expires: 2025-02-01\n  Liabilities:Payable\n'
        )
    result = run(write(DELIVERY))

    assert result.exit_code == 0
    assert (
        "receipts.csv row 2: 10 MILK of lot L1 would come in beside the 10 of the same day at "
        "main.beancount:21. If it is the same delivery, keep one of the two\n"
    ) in result.stderr
    assert "row 3" not in result.stderr


def test_a_row_that_the_supplier_changed_is_pointed_out(write: Write) -> None:
    imported(write(DELIVERY))
    assert "same day" in run(write(DELIVERY.replace(",10,2.00", ",12,2.00"))).stderr

    more = DELIVERY + "2025-01-02,MILK,L1,4,2.00,USD,2025-02-01,Dairy Farm,PO-17\n"
    assert "same day" not in run(write(more)).stderr


def test_goods_that_came_in_expired_are_pointed_out(write: Write) -> None:
    result = run(write(row(expires="2024-02-01")))

    assert result.exit_code == 0
    assert "receipts.csv row 2: MILK L1 came in on 2025-01-02 and expired on 2024-02-01\n" in (
        result.stderr
    )


def test_an_account_that_beancount_matches_keeps_no_earlier_day(write: Write) -> None:
    text = Path("main.beancount").read_text().replace(' "NONE"', "")
    Path("main.beancount").write_text(text)
    lines = refused(write(row(received="2024-12-20")), "--kind", "opening")

    assert 'Open it with booking "NONE", or leave the column out' in lines[0]


def test_a_barcode_that_is_refused_is_one_error(write: Write) -> None:
    (line, _) = refused(write("date,gs1,price\n2025-01-02,(10)L(1),2\n"))

    assert ";" not in line.replace("; a value has no brackets", "")


def test_an_account_that_is_none_is_wrong_usage(write: Write) -> None:
    file = write(DELIVERY)

    assert run(file, "--counter", "payable").exit_code == 2
    assert "did you mean Assets:Stock:Main" in run(file, "--account", "Assets:Stok:Main").stderr


def test_a_ledger_with_errors_is_mended_first(write: Write) -> None:
    with Path("main.beancount").open("a") as stream:
        stream.write("2025-01-01 balance Liabilities:Payable 5 USD\n")
    result = run(write(DELIVERY), "--write")

    assert result.exit_code == 1
    assert "main.beancount:20: Balance failed" in result.stderr
    assert "before the errors are mended" in result.stderr


def test_a_part_of_a_ledger_wants_the_ledger_named(write: Write) -> None:
    Path("top.beancount").write_text('include "main.beancount"\ninclude "new.beancount"\n')
    Path("top.beancount").write_text(textwrap.dedent(LEDGER) + 'include "new.beancount"\n')
    write("", "new.beancount")
    file = write(DELIVERY)
    result = run(file, into="new.beancount")
    assert result.exit_code == 2
    assert "is included by top.beancount; name that with --ledger" in " ".join(
        result.stderr.split()
    )

    assert run(file, "--ledger", "top.beancount", "--write", into="new.beancount").exit_code == 0
    assert Path("new.beancount").read_text().startswith('2025-01-02 * "Dairy Farm"')


# Text files


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_file_is_read_in_whatever_encoding_it_comes(write: Write, encoding: str) -> None:
    added = imported(write(row(supplier="Käserei Müller").encode(encoding)))

    assert '"Käserei Müller"' in added


def test_an_encoding_that_was_guessed_is_said(write: Write) -> None:
    result = run(write(row(supplier="Käserei").encode("cp1252")))

    assert "is not UTF-8 and is read as Windows-1252" in result.stderr


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_whatever_parts_the_cells_is_found(write: Write, delimiter: str) -> None:
    head, cells = (line.replace(",", delimiter) for line in row(supplier="A & B").splitlines())

    assert "10 MILK @ 2.00 USD" in imported(write(f"{head}\n{cells}\n"))


def test_commas_within_cells_part_nothing(write: Write) -> None:
    head, cells = (line.replace('","', ";").strip('"') for line in row().splitlines())
    long = "a, b, c, d, e, f, g, h, i, j, k"
    file = write(f"{head};supplier\n{cells};{long}\n")

    assert f'"{long}" "Delivery"' in imported(file)


def test_excels_own_word_for_the_delimiter_is_understood(write: Write) -> None:
    assert "10 MILK" in imported(write("sep=;\n" + row().replace(",", ";")))


def test_a_lot_stays_a_text(write: Write) -> None:
    added = imported(write(DELIVERY))

    assert 'lot: "00123"' in added
    assert 'lot: "1E5"' in added


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "receipts.csv is empty; nothing is to import"),
        ("\n\n", "receipts.csv is empty; nothing is to import"),
        ("a,b\n1,2\n", 'receipts.csv row 1: no heading "date"'),
        (HEADINGS.replace("quantity", "quantitty"), 'did you mean "quantitty"?'),
        (HEADINGS.replace("quantity", "pieces"), '[columns] quantity = "pieces"'),
        (HEADINGS.replace("quantity", '"a ""b"""'), '[columns] quantity = "a \\"b\\""'),
        (HEADINGS.strip() + ",lot\n", 'row 1: 2 columns have the heading "lot"'),
        (DELIVERY + '2025-01-03,MILK,"L', "row 5: unexpected end of data"),
        ("%PDF-1.7", "receipts.csv is a PDF; an import takes .csv and .xlsx"),
        (b"date,lot\n\x81\x8d\xff\xfe\n", "is in no encoding that is known here"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "is a workbook of the old kind, .xls"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_words(
    write: Write, content: str | bytes, said: str
) -> None:
    assert said in "\n".join(refused(write(content)))


def test_a_row_that_is_cut_off_is_refused(write: Write) -> None:
    (line, _) = refused(write(DELIVERY + "2025-01-03,MILK,L3,5"))

    assert line == "receipts.csv row 5: has 4 cells, and the headings are 9. Is it cut off?"


def test_a_comma_that_parts_a_number_is_found(write: Write) -> None:
    (line, _) = refused(write(DELIVERY + "2025-01-03,MILK,L3,2,5,2.00,USD,,Farm,PO-1\n"))

    assert "row 5: has 10 cells, and the headings are 9" in line


def test_a_very_large_file_is_refused_before_it_is_read(write: Write) -> None:
    (line, _) = refused(write(DELIVERY.encode() + b"\n" * (50 * 2**20)))

    assert line.startswith("Error: receipts.csv has 50 MB, and an import takes 8 MB")
    assert MOST_BYTES == 8 * 2**20


# Workbooks


def test_a_workbook_is_read_as_its_cells_show(write: Write) -> None:
    def change(sheet: object) -> None:
        sheet["C2"].number_format = "00000"  # type: ignore[index]

    cells = rows(lot=123, quantity=40.386, price=0.1 + 0.2, expires=datetime(2025, 2, 1))
    added = imported(write(workbook(cells, change), "receipts.xlsx"))

    assert '40.386 MILK @ 0.30 USD\n    lot: "00123"\n    expires: 2025-02-01\n' in added
    assert "-12.12 USD" in added


def test_the_number_of_a_lot_has_no_decimals(write: Write) -> None:
    assert 'lot: "123"' in imported(write(workbook(rows(lot=123.0)), "receipts.xlsx"))


def test_headings_may_stand_below_a_title(write: Write) -> None:
    title = [["Hoeve De Linde"], [], ["Delivery note", 4711]]

    assert "10 MILK" in imported(write(workbook([*title, *rows()]), "receipts.xlsx"))


def test_of_several_sheets_the_one_that_fits_is_read(write: Write) -> None:
    book = Workbook()
    book.active.title = "Cover"  # type: ignore[union-attr]
    for name in ("January", "February"):
        sheet = book.create_sheet(name)
        for line in rows(lot=name):
            sheet.append(line)
    book.save("both.xlsx")
    assert 'has several such sheets, "January", "February"' in refused("both.xlsx")[0]

    write('sheet = "February"', "map.toml")
    assert 'lot: "February"' in imported("both.xlsx", "--mapping", "map.toml")

    write('sheet = "Febuary"', "map.toml")
    said = refused("both.xlsx", "--mapping", "map.toml")[0]
    assert 'has no sheet "Febuary"; did you mean "February"?' in said


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"date": 45662}, "which is how a spreadsheet counts 2025-01-05"),
        ({"lot": date(2025, 5, 1)}, "lot is a date, 2025-05-01: a spreadsheet makes one of 1-5"),
        ({"lot": 12345678901234567890}, "of which a spreadsheet keeps 15 digits"),
        ({"quantity": date(2025, 5, 1)}, "quantity wants a number and has a date, 2025-05-01"),
        ({"quantity": "2,5"}, 'Say decimal = ","'),
        ({"quantity": "=5*2"}, "quantity holds the formula =5*2 and no value"),
        ({"quantity": "#N/A"}, "quantity shows the error #N/A"),
        ({"quantity": True}, 'quantity wants a number and has "TRUE"'),
    ],
)
def test_a_wrong_cell_of_a_workbook_is_named_by_its_row(
    write: Write, columns: dict[str, object], said: str
) -> None:
    *_, line, _ = refused(write(workbook(rows(**columns)), "receipts.xlsx"))

    assert line.startswith("receipts.xlsx row 2: ")
    assert said in line


def test_a_cell_that_a_merged_one_covers_is_refused(write: Write) -> None:
    sheet = [*rows(), ["", "MILK", "L2", 5, 2]]
    file = write(workbook(sheet, lambda each: each.merge_cells("A2:A3")), "receipts.xlsx")
    (line, _) = refused(file)

    assert line.startswith("receipts.xlsx row 3: date is covered by the merged cell A2:A3")
    assert "Unmerge it and fill in each row" in line


def test_a_merged_title_does_no_harm(write: Write) -> None:
    sheet = [["Deliveries of January"], *rows()]
    file = write(workbook(sheet, lambda each: each.merge_cells("A1:E1")), "receipts.xlsx")

    assert "10 MILK" in imported(file)


def test_a_formula_counts_as_what_it_showed(write: Write) -> None:
    content = workbook(rows(quantity="=5*2"))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(stream, "w") as saved:
        for name in parts.namelist():
            part = parts.read(name)
            if name.endswith("sheet1.xml"):
                assert b"<f>5*2</f><v" in part
                part = part.replace(b"<f>5*2</f><v />", b"<f>5*2</f><v>10</v>")
                part = part.replace(b"<f>5*2</f><v></v>", b"<f>5*2</f><v>10</v>")
            saved.writestr(name, part)
    file = write(stream.getvalue(), "receipts.xlsx")
    result = run(file)

    assert "+  Assets:Stock:Main        10 MILK @ 2.00 USD\n" in result.stdout
    assert "receipts.xlsx: formulas, in 1 of the cells (D2), count as" in result.stderr


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.99])
def test_a_workbook_that_is_cut_off_is_told_in_words(write: Write, kept: float) -> None:
    content = workbook(rows())
    (line, _) = refused(write(content[: int(len(content) * kept)], "receipts.xlsx"))

    assert line.startswith("Error: receipts.xlsx is damaged or cut off")


def test_a_workbook_with_a_password_is_told_in_words(write: Write) -> None:
    locked = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    (line, _) = refused(write(locked, "receipts.xlsx"))

    assert line == "Error: receipts.xlsx is protected by a password; save it without one"


def test_a_workbook_that_unpacks_to_very_much_is_refused(write: Write) -> None:
    stream = io.BytesIO(workbook(rows()))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet2.xml", b" " * (97 * 2**20))
    (line, _) = refused(write(stream.getvalue(), "receipts.xlsx"))

    assert line.startswith("Error: receipts.xlsx unpacks to 97 MB")


def test_a_file_that_is_no_workbook_but_named_so_is_read_for_what_it_is(write: Write) -> None:
    assert "10 MILK" in imported(write(row(), "receipts.xlsx"))


# Barcodes


@pytest.mark.parametrize(
    "scanned",
    [
        f"]C1010950600013501417250201{'10L-1'}{GS}3710",
        "(01)09506000135014(17)250201(10)L-1(37)10",
        "(01) 09506000135014 (17) 250201 (10) L-1 (30) 10",
        "010950600013501417250201" + "10L-1<GS>3710",
    ],
)
def test_a_barcode_says_goods_lot_day_and_count(write: Write, scanned: str) -> None:
    file = write(f'date,gs1,price,supplier\n2025-01-02,"{scanned}",2,Farm\n')
    added = imported(file)

    assert '10 MILK @ 2.00 USD\n    lot: "L-1"\n    expires: 2025-02-01\n' in added


def test_of_a_month_without_a_day_it_is_the_last_and_best_before_is_softer(write: Write) -> None:
    scanned = "(01)09506000135014(10)L1(15)250200(11)250101(21)S-9"
    added = imported(write(f"date,gs1,quantity,price\n2025-01-02,{scanned},3,2\n"))

    assert "    best-before: 2025-02-28\n    manufactured: 2025-01-01\n" in added
    assert '    serial: "S-9"\n' in added
    assert "expires" not in added


def test_kilograms_are_units_of_goods_that_weigh_one(write: Write) -> None:
    file = write("date,gs1,price\n2025-01-02,(01)09506000135052(3103)001500(10)C1,9\n")
    assert "1.5 CHEESE @ 9.00 USD" in imported(file)

    file = write("date,gs1,price\n2025-01-02,(01)09506000135014(3103)001500(10)C1,9\n")
    assert "the barcode has 1.500 kg and no count" in refused(file)[0]


def test_a_gtin_is_known_however_a_spreadsheet_shortened_it(write: Write) -> None:
    cells = rows(gtin=9506000135014, commodity="")

    assert "10 MILK" in imported(write(workbook(cells), "receipts.xlsx"))


# Counts


COUNTS = "date,account,commodity,lot,expected,counted\n2025-01-31,Assets:Stock:Main,MILK,L1,10,"


def test_a_count_that_agrees_is_asserted(write: Write) -> None:
    imported(write(DELIVERY))
    added = imported(write(COUNTS + "10\n", "counts.csv"))

    assert added == '\n2025-01-31 custom "lot-count" Assets:Stock:Main "L1" 10 MILK\n'
    assert imported("counts.csv") == ""


def test_a_count_that_differs_is_booked_when_asked_to(write: Write) -> None:
    imported(write(DELIVERY))
    file = write(COUNTS + "8\n", "counts.csv")
    (line, *_) = refused(file)
    assert line.startswith("counts.csv row 2: ")
    assert "--adjust" in " ".join(refused(file))

    added = imported(file, "--adjust")
    assert added.endswith('"L1" 8 MILK  ; 10 in the books\n  adjust: TRUE\n')
    (row,) = answer("lots", load("main.beancount"), Question(lot="L1")).rows
    assert row["units_on_hand"] == 8


def test_a_count_that_agrees_goes_on_asserting(write: Write) -> None:
    imported(write(DELIVERY))
    both = write(COUNTS + "10\n2025-01-31,Assets:Stock:Main,MILK,1E5,5,4\n", "counts.csv")
    added = imported(both, "--adjust")

    assert '"L1" 10 MILK\n2025-01-31' in added
    assert added.endswith('"1E5" 4 MILK  ; 5 in the books\n  adjust: TRUE\n')


def test_a_count_is_of_the_evening_of_its_day(write: Write) -> None:
    later = "2025-02-05,MILK,L1,4,2.00,USD,2025-02-01,Dairy Farm,PO-19\n"
    imported(write(DELIVERY + later))

    assert imported(write(COUNTS + "10\n", "counts.csv"), "--adjust").endswith('"L1" 10 MILK\n')


def test_a_row_without_a_count_is_named(write: Write) -> None:
    imported(write(DELIVERY))
    result = run(write(COUNTS + "\n2025-01-31,Assets:Stock:Main,MILK,1E5,5,0\n"), "--adjust")

    assert result.exit_code == 0
    assert "receipts.csv row 2: not counted: Assets:Stock:Main MILK L1\n" in result.stderr
    assert '"1E5" 0 MILK  ; 5 in the books\n' in result.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (COUNTS + "-1\n", "counted is -1, which is less than nothing"),
        (COUNTS + "some\n", 'counted wants a number and has "some"'),
        (COUNTS.replace("L1", "") + "1\n", "lot is blank"),
        (COUNTS.replace("L1", "L9") + "1\n", "row 2: "),
        (COUNTS + "10\n" + COUNTS.splitlines()[1] + "10\n", "is counted twice"),
    ],
)
def test_a_wrong_count_is_named_by_its_row(write: Write, text: str, said: str) -> None:
    imported(write(DELIVERY))

    assert said in refused(write(text, "counts.csv"))[0]


# beangulp


def ingest(*importers: object, command: str = "extract", **paths: object) -> Result:
    options = [part for name, path in paths.items() for part in (f"--{name}", str(path))]
    cli = beangulp.Ingest(list(importers)).cli
    result = CliRunner().invoke(cli, [command, *options, "."])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_beangulp_extracts_what_a_file_says(write: Write) -> None:
    write(DELIVERY)
    result = ingest(Deliveries("Assets:Stock:Main"), existing="main.beancount")
    assert result.exit_code == 0, result.output
    assert '2025-01-02 * "Dairy Farm" "Delivery" ^PO-17' in result.stdout
    assert "10 MILK @ 2.00 USD" in result.stdout

    with Path("main.beancount").open("a") as stream:
        stream.write(result.stdout.split("\n\n", 1)[1])
    assert load("main.beancount").errors == []
    (row,) = answer("lots", load("main.beancount"), Question(lot="L1")).rows
    assert row["units_on_hand"] == 10


def test_beangulp_comments_out_what_is_there(write: Write) -> None:
    file = write(DELIVERY)
    imported(file)
    write(DELIVERY + "2025-01-02,MILK,L1,4,2.00,USD,2025-02-01,Dairy Farm,PO-17\n")
    result = ingest(Deliveries("Assets:Stock:Main"), existing="main.beancount")
    written = [line for line in result.stdout.splitlines() if " MILK " in line]

    assert [line.startswith(";") for line in written] == [True, False, True]
    assert " 4 MILK " in written[1]


def test_beangulp_sees_rows_that_another_file_of_the_same_run_brought(write: Write) -> None:
    first, second, *_ = DELIVERY.splitlines()
    write(f"{first}\n{second}\n", "week-1.csv")
    write(DELIVERY, "week-2.csv")
    result = ingest(Deliveries("Assets:Stock:Main"), existing="main.beancount")
    written = [line for line in result.stdout.splitlines() if '"L1"' in line or '"00123"' in line]

    assert [line.startswith(";") for line in written] == [False, True, False]
    assert "  Liabilities:Payable  -22.00 USD\n" in result.stdout


def test_beangulp_may_hand_over_entries_that_nobody_booked(write: Write) -> None:
    write(DELIVERY)
    whole = data.Amount(Decimal(1), "USD")
    legs = [
        data.Posting("Assets:Bank", whole, None, None, None, {}),
        data.Posting("Expenses:Food", None, None, None, None, {}),
    ]
    txn = data.Transaction({}, date(2025, 1, 2), "*", None, "x", frozenset(), frozenset(), legs)
    importer = Deliveries("Assets:Stock:Main")
    entries = importer.extract("receipts.csv", [txn, *load("main.beancount").entries])
    importer.deduplicate(entries, [txn])

    assert len(entries) == 2


def test_beangulp_tells_kinds_of_files_apart(write: Write) -> None:
    write(DELIVERY, "receipts.csv")
    write(DELIVERY, "opening.csv")
    write(COUNTS + "10\n", "counts.csv")
    write("what,else\n1,2\n", "bank.csv")
    importers = (
        Deliveries("Assets:Stock:Main", files="receipts*"),
        OpeningLots("Assets:Stock:Main", files="Opening*"),
        Counts("Assets:Stock:Main"),
    )
    result = ingest(*importers, command="identify")

    names = {
        line.rsplit("/", 1)[1]: after.strip()
        for line, after in zip(
            result.stdout.splitlines(), result.stdout.splitlines()[1:], strict=False
        )
        if line.startswith("* ")
    }
    assert {name.split(" ")[0]: each for name, each in names.items() if "OK" in name} == {
        "receipts.csv": "lotcost.importers.Deliveries receipts*",
        "opening.csv": "lotcost.importers.OpeningLots Opening*",
        "counts.csv": "lotcost.importers.Counts",
    }


def test_beangulp_says_which_rows_are_wrong_and_goes_on(write: Write) -> None:
    write(DELIVERY.replace("2.00", "two"))
    result = ingest(Deliveries("Assets:Stock:Main"), existing="main.beancount")

    assert result.exit_code == 1
    assert 'receipts.csv row 2: price wants a number and has "two"' in result.stderr
    assert "Traceback" not in result.stderr


def test_an_importer_knows_account_and_day_of_a_file(write: Write) -> None:
    file = str(write(DELIVERY).absolute())

    assert Deliveries("Assets:Stock:Main").account(file) == "Assets:Stock:Main"
    assert Deliveries("Assets:Stock:Main").date(file) == date(2025, 1, 3)


def test_an_importer_takes_a_mapping_as_file_or_as_what_it_says(write: Write) -> None:
    text = write(DELIVERY.replace("quantity", "Aantal"))
    file = write('[columns]\nquantity = "Aantal"\n', "map.toml")

    for mapping in (file, {"columns": {"quantity": "Aantal"}}):
        assert Deliveries("Assets:Stock:Main", mapping).identify(str(text))
    assert not Deliveries("Assets:Stock:Main").identify(str(text))


def test_other_commands_do_not_wait_for_importers() -> None:
    heavy = "{'beangulp', 'biip', 'openpyxl', 'xlsxwriter'}"
    code = f"import sys, lotcost.cli; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"


# Laws

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12
).filter(lambda text: text == text.strip().strip("\ufeff\u200b") and not text.startswith("'"))
AMOUNTS = st.decimals(0, 9999, places=2)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "date": st.dates(date(2025, 1, 1), date(2025, 1, 9)),
                "commodity": st.sampled_from(["MILK", "FLOUR"]),
                "lot": TEXTS,
                "quantity": st.decimals(Decimal("0.001"), 9999, places=3),
                "price": AMOUNTS,
                "supplier": TEXTS,
                "document": TEXTS,
            }
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_in_stands_in_the_ledger_once(write: Write, said: Rows) -> None:
    """Units by lot are those of the file, what is paid is the sum of its lines to the cent."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, said[0])
    writer.writeheader()
    writer.writerows(said)
    file = write(stream.getvalue())
    Path("main.beancount").write_text(textwrap.dedent(LEDGER))
    imported(file)

    ledger = load("main.beancount")
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    paid = Decimal(0)
    for each in said:
        held[each["commodity"], each["lot"]] += each["quantity"]
        paid += (each["quantity"] * each["price"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
    rows = answer("lots", ledger, Question()).rows
    assert {(row["commodity"], row["lot"]): row["units_on_hand"] for row in rows} == held
    assert sum(row["cost_on_hand"] for row in rows) == paid
    assert imported(file) == ""


def test_favas_import_page_takes_them(write: Write) -> None:
    imported(write(DELIVERY))
    more = "2025-01-02,MILK,L1,4,2.00,USD,2025-02-01,Dairy Farm,PO-17\n"
    Path("in").mkdir()
    write(DELIVERY + more, "in/receipts.csv")
    write('[defaults]\nsupplier = "Mill"\n', "mill.toml")
    write(
        "from lotcost.importers import Counts, Deliveries\n"
        'CONFIG = [Deliveries("Assets:Stock:Main"), Counts("Assets:Stock:Main"),\n'
        '          Deliveries("Assets:Stock:Main", "mill.toml", files="mill*")]\n',
        "imports.py",
    )
    with Path("main.beancount").open("a") as stream:
        for name, value in (("import-config", "imports.py"), ("import-dirs", "in")):
            stream.write(f'2025-01-01 custom "fava-option" "{name}" "{value}"\n')
    ledger = FavaLedger(str(Path("main.beancount").absolute()))
    (file,) = ledger.ingest.import_data()
    (offered,) = file.importers
    entries = ledger.ingest.extract(file.name, offered.importer_name)

    assert ledger.errors == []
    assert offered.account == "Assets:Stock:Main"
    new = [entry for entry in entries if not entry.meta.get("__duplicate__")]
    assert [posting.units.number for posting in new[0].postings] == [4, -8]
    assert len(entries) == 3


def test_the_command_knows_every_kind() -> None:
    (option,) = (each for each in main.commands["import"].params if each.name == "kind")

    assert tuple(option.type.choices) == KINDS  # type: ignore[attr-defined]


def test_the_mapping_of_the_readme_is_one() -> None:
    readme = Path(__file__).parent.parent / "README.md"
    (text,) = re.findall(r"^```toml linde.toml\n(.*?)^```", readme.read_text(), re.M | re.S)

    assert mapping_of(tomllib.loads(text)).heading("certificate") == "CoA"
