"""The command line, run as people run it."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result

import lotcost
from lotcost.cli import demo, main, output
from lotcost.reports.catalog import CATALOG

SHOP = """
    option "title" "Corner shop"
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Inventory
      lot-method: "fifo"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
    2025-01-01 open Assets:Inventory:Main "NONE"
    2025-01-01 commodity MILK
      category: "dairy"
    2025-01-02 * "Dairy Farm" "Delivery" ^po-17
      Assets:Inventory:Main    10 MILK @ 2.00 USD
        lot: "L1"
        plant: "Ghent"
      Liabilities:Payable
    2025-01-03 * "Mill" "Delivery"
      Assets:Inventory:Main    5 FLOUR @ 1.00 USD
        lot: "F1"
      Liabilities:Payable
    2025-02-05 * "Cafe Rose" "Invoice 101"
      Assets:Inventory:Main    -4 MILK @ 5.00 USD
      Assets:Receivable
"""
SHORT = (
    SHOP
    + """
    2025-02-06 * "Cafe Rose" "Invoice 102"
      Assets:Inventory:Main    -40 MILK
      Assets:Receivable       200 USD
      Income:Sales           -200 USD
"""
)
EVENTFUL = (
    SHOP
    + """
    2025-02-06 * "Bake batch B-1"
      Assets:Inventory:Main    -2 FLOUR
      Assets:Inventory:Main     4 CAKE
        lot: "B-1"
        expires: 2025-02-20
      Liabilities:Wages        -6 USD
    2025-02-07 * "Spoiled"
      Assets:Inventory:Main    -1 MILK
        reason: "damaged"
      Expenses:WriteOff
"""
)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a ledger into an empty folder, and stay in that folder."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "main.beancount") -> Path:
        Path(name).write_text(textwrap.dedent(text))
        return Path(name)

    return write


@pytest.fixture
def shop(write: Write) -> str:
    return str(write(SHOP))


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, args)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    """Return what a usage error says, on one line."""
    assert result.exit_code == 2
    assert result.stdout == ""
    return " ".join(result.stderr.partition("Error: ")[2].split())


# Reports


@pytest.mark.parametrize("name", CATALOG)
def test_every_report_of_the_catalog_is_a_command(name: str, write: Write) -> None:
    assert CATALOG[name].answers in " ".join(run(name, "--help").stdout.split())
    assert rows(run(name, str(write(EVENTFUL)), "--format", "json"))


def test_a_report_is_text_unless_asked_otherwise(shop: str) -> None:
    result = run("lots", shop)

    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.startswith("Lots\nCorner shop, as of 2025-02-05\n")
    assert "Ties to the ledger: yes, all lots together 17.00 USD\n" in result.stdout


def test_at_shows_the_evening_of_a_day(shop: str) -> None:
    (milk, _) = rows(run("lots", shop, "--at", "2025-02-04", "--format", "json"))[::-1]

    assert milk["units_on_hand"] == "10"


def test_from_and_to_are_both_in(shop: str) -> None:
    def kinds(*period: str) -> list[str]:
        shown = rows(run("movements", shop, *period, "--format", "json"))
        return [row["kind"] for row in shown]

    assert kinds("--from", "2025-01-03", "--to", "2025-02-05") == ["receipt", "sale"]
    assert kinds("--from", "2025-01-04", "--to", "2025-02-04") == []


def test_to_and_at_are_one_day(shop: str) -> None:
    by_to = run("movements", shop, "--to", "2025-01-02")

    assert by_to.stdout == run("movements", shop, "--at", "2025-01-02").stdout
    assert run("movements", shop, "--to", "2025-01-02", "--at", "2025-01-02").exit_code == 0


def test_a_report_can_be_narrowed_to_goods_a_lot_or_an_account(shop: str) -> None:
    def lots(*asked: str) -> list[str]:
        return [row["lot"] for row in rows(run("lots", shop, *asked, "--format", "json"))]

    assert lots() == ["F1", "L1"]
    assert lots("--commodity", "MILK") == ["L1"]
    assert lots("--lot", "F1") == ["F1"]
    assert lots("--account", "Assets:Inventory") == ["F1", "L1"]


@pytest.mark.parametrize("key", ["customer", "plant", "category"])
def test_margins_can_be_grouped_by_any_key_of_a_lot_or_its_goods(key: str, shop: str) -> None:
    (row,) = rows(run("margins", shop, "--by", key, "--format", "json"))

    assert row[key] in {"Cafe Rose", "Ghent", "dairy"}
    assert row["revenue"] == "20.00"


# Usage errors


def test_an_unknown_report_offers_the_one_that_was_meant() -> None:
    assert refused(run("lost", "x")).startswith(
        "No report or command 'lost'; did you mean lots or cost?"
    )


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--commodity", "milk"), "--commodity: 'milk' is unknown; did you mean MILK?"),
        (("--lot", "LL1"), "--lot: 'LL1' is unknown; did you mean L1? Known are: F1, L1."),
        (("--commodity", "FLOUR", "--lot", "L1"), "'L1' is unknown. Known are: F1."),
        (
            ("--account", "Assets:Inventry"),
            "did you mean Assets:Inventory or Assets:Inventory:Main?",
        ),
        (("--account", "Assets:Receivable"), "'Assets:Receivable' is unknown"),
        (("--by", "costumer"), "--by: 'costumer' is unknown; did you mean customer?"),
        (("--by", "xyz"), "Known are: lot, commodity, customer, supplier, month, category, plant"),
        (("--by", "*"), "'*' is unknown"),
        (("--at", "31.3.2025"), "'31.3.2025' is no day; write it as 2025-03-31."),
        (("--from", "2025-02-01", "--to", "2025-01-31"), "2025-02-01 is after --to 2025-01-31"),
        (("--at", "2025-02-01", "--to", "2025-01-31"), "are two last days; leave one out."),
        (("-o", "book.pdf"), "book.pdf is none of .txt, .csv, .json, .xlsx, .parquet; say which"),
        (("-o", "none/book.csv"), "There is no folder none for book.csv."),
        (("-o", ".", "--format", "csv"), ". is a folder; -o wants a file."),
    ],
)
def test_what_makes_no_sense_is_refused(asked: tuple[str, ...], says: str, shop: str) -> None:
    assert says in refused(run("margins", shop, *asked))


def test_a_report_as_of_a_day_covers_no_period(shop: str) -> None:
    assert "No such option" in refused(run("lots", shop, "--from", "2025-01-01"))


def test_a_terminal_is_spared_a_workbook(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output.sys, "stdout", Terminal())

    for name in ("xlsx", "parquet"):
        with pytest.raises(click.UsageError, match=rf"add -o FILE\.{name}"):
            output.format_of(name, None)


def test_parquet_without_pyarrow_says_what_to_install(
    shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    says = refused(run("lots", shop, "-o", "lots.parquet"))

    assert "Parquet wants pyarrow: pip install 'lotcost[parquet]'" in says


class Terminal:
    """A standard output that is a terminal."""

    def isatty(self) -> bool:
        return True


# Ledgers that are none


def test_a_missing_ledger_is_a_usage_error(write: Write) -> None:
    assert "'nope.beancount' does not exist" in refused(run("lots", "nope.beancount"))
    assert "'nope.beancount' does not exist" in refused(run("check", "nope.beancount"))


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    assert "is a directory" in refused(run("lots", str(tmp_path)))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_ledger_that_may_not_be_read_is_a_usage_error(shop: str) -> None:
    Path(shop).chmod(0)

    assert "not readable" in refused(run("lots", shop))


@pytest.mark.parametrize("command", ["check", "lots"])
def test_an_empty_ledger_is_said_to_be_empty(command: str, write: Write) -> None:
    result = run(command, str(write("")))

    assert result.exit_code == 1
    assert "main.beancount:1: The ledger holds no entries.\n" in result.output


def test_bytes_that_are_no_ledger_are_an_error_at_their_line(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_bytes(b"\xff\xfe\x00\x1b[31m")
    result = run("check", str(file))

    assert result.exit_code == 1
    assert result.stdout.startswith(f"{file}:1: Invalid token")
    assert "\x1b" not in result.stdout


def test_a_folder_that_is_included_is_named(write: Write) -> None:
    Path("more").mkdir()
    result = run("check", str(write('include "more"')))

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Cannot read main.beancount: ")


def test_a_ledger_without_inventory_accounts_is_told_how_to_begin(write: Write) -> None:
    file = write("2025-01-01 open Assets:Bank")
    result = run("lots", str(file))

    assert result.exit_code == 0
    assert 'lot-method: "fifo"' in result.stderr
    assert run("check", str(file)).exit_code == 0


# Check


def test_check_of_a_clean_ledger_says_nothing(shop: str) -> None:
    result = run("check", shop)

    assert (result.exit_code, result.output) == (0, "")


def test_check_names_the_line_of_each_error_in_order(write: Write) -> None:
    write(
        """
        2025-03-02 * "Broken" "x"
          Assets:Bank  1 USD
        2025-03-03 * "Unknown" "lot"
          Assets:Inventory:Main  -1 MILK @ 2 USD
            lot: "L9"
          Assets:Receivable
        """,
        "a.beancount",
    )
    result = run("check", str(write(SHOP + '    include "a.beancount"')))

    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first.startswith("a.beancount:2: Transaction does not balance")
    assert second.startswith("a.beancount:5: No receipt brings a lot L9 of MILK; ")


def test_check_gives_each_cause_once(write: Write) -> None:
    """The goods that were short stay bare, so Beancount finds the transaction off balance too."""
    result = run("check", str(write(SHORT)))

    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert line == (
        "main.beancount:26: Assets:Inventory:Main is 34 MILK short on 2025-02-06: "
        "40 wanted, 6 on hand (lot L1 6)."
    )


def test_check_gives_absolute_files_for_an_absolute_ledger(write: Write) -> None:
    file = write(SHORT).absolute()

    assert run("check", str(file)).stdout.startswith(f"{file}:26: ")


def test_check_asks_for_the_plugin(write: Write) -> None:
    result = run("check", str(write(SHOP.replace('plugin "beancount_lotcost"', ""))))

    assert result.exit_code == 1
    assert result.stdout == (
        "main.beancount:5: Assets:Inventory keeps lots, and nothing costs them. "
        'Add to main.beancount: plugin "beancount_lotcost"\n'
    )


def test_check_says_what_to_write_for_a_receipt_that_beancount_takes_for_a_reduction(
    write: Write,
) -> None:
    text = SHOP.replace(' "NONE"', "").replace("10 MILK @ 2.00", "1 MILK @ 2.00")
    text += """
    2025-03-01 * "Dairy Farm" "Delivery"
      Assets:Inventory:Main    5 MILK {2.10 USD}
        lot: "L2"
      Liabilities:Payable
    """
    result = run("check", str(write(text)))

    lines = [line for line in result.stdout.splitlines() if "No position matches" in line]
    assert lines == [
        "main.beancount:25: No position matches 5 MILK in braces on Assets:Inventory:Main against "
        "balance (-3 MILK, 5 FLOUR). Assets:Inventory:Main is managed: "
        'open it with booking "NONE", or write the price with @ instead of braces'
    ]


def test_check_says_what_to_write_for_an_issue_in_braces(write: Write) -> None:
    text = SHOP.replace(' "NONE"', "") + (
        """
    2025-03-01 * "Cafe Rose" "Invoice"
      Assets:Inventory:Main    -5 MILK {2.00 USD}
      Assets:Receivable
    """
    )
    result = run("check", str(write(text)))

    assert "write the units without braces, and their lot below them" in result.stdout


def test_check_keeps_of_a_traceback_what_was_raised(write: Write) -> None:
    result = run("check", str(write('plugin "no_such_plugin"')))

    assert result.stdout == (
        'main.beancount:1: Error importing "no_such_plugin": '
        "ModuleNotFoundError: No module named 'no_such_plugin'\n"
    )


def test_check_says_once_which_directive_has_no_value(write: Write) -> None:
    text = """
    2025-03-01 custom "party"
    2025-03-02 custom "budget"
    """
    result = run("check", str(write(SHOP + text)))

    party, budget = result.stdout.splitlines()
    assert party.endswith(': This party has no name; write custom "party" "Cafe Rose"')
    assert budget.endswith(
        ': custom "budget" has no value, and Beancount stumbles over it. Write one, or leave it out'
    )


def test_a_report_of_a_ledger_with_errors_is_shown_all_the_same(write: Write) -> None:
    result = run("lots", str(write(SHORT)), "--format", "json")

    assert result.exit_code == 1
    assert [row["lot"] for row in json.loads(result.stdout)] == ["F1", "L1"]
    assert result.stderr.startswith("main.beancount:26: Assets:Inventory:Main is 34 MILK short")


# Files


def test_the_format_is_guessed_from_the_files_name(shop: str) -> None:
    for name in ("lots.txt", "lots.csv", "lots.json", "lots.xlsx"):
        result = run("lots", shop, "-o", name)
        assert (result.exit_code, result.output) == (0, "")

    assert Path("lots.txt").read_text() == run("lots", shop).stdout
    assert json.loads(Path("lots.json").read_text()) == rows(run("lots", shop, "--format", "json"))
    with Path("lots.csv").open(newline="") as file:
        assert [row["lot"] for row in csv.DictReader(file)] == ["F1", "L1"]
    assert openpyxl.load_workbook("lots.xlsx").sheetnames == ["Lots", "About"]


def test_the_same_figures_come_out_in_every_format(shop: str) -> None:
    for name in ("lots.csv", "lots.xlsx"):
        run("lots", shop, "-o", name)
    records = rows(run("lots", shop, "--format", "json"))
    with Path("lots.csv").open(newline="") as file:
        in_csv = [row["cost_on_hand"] for row in csv.DictReader(file)]
    sheet = openpyxl.load_workbook("lots.xlsx")["Lots"]
    at = [cell.value for cell in sheet[1]].index("Cost on hand") + 1
    in_xlsx = [f"{sheet.cell(row, at).value:.2f}" for row in (2, 3)]

    assert [row["cost_on_hand"] for row in records] == in_csv == in_xlsx == ["5.00", "12.00"]


def test_said_outright_the_format_wins_over_the_files_name(shop: str) -> None:
    run("lots", shop, "-o", "lots.txt", "--format", "json")

    assert json.loads(Path("lots.txt").read_text())


def test_a_dash_is_the_standard_output(shop: str) -> None:
    assert run("lots", shop, "-o", "-").stdout == run("lots", shop).stdout
    assert not Path("-").exists()


def test_a_workbook_may_go_down_a_pipe(shop: str) -> None:
    assert run("lots", shop, "--format", "xlsx").stdout_bytes.startswith(b"PK")


@pytest.mark.parametrize("name", ["main.beancount", "part.beancount", "link.csv"])
def test_no_file_of_the_ledger_is_written_over(name: str, write: Write) -> None:
    part = write("2025-01-01 open Assets:Bank\n", "part.beancount")
    file = write(SHOP + '    include "part.beancount"')
    Path("link.csv").symlink_to("main.beancount")
    before = file.read_text(), part.read_text()

    says = refused(run("lots", str(file), "-o", name, "--format", "csv"))

    assert "is a file of the ledger; it is not overwritten." in says
    assert (file.read_text(), part.read_text()) == before


def test_a_file_is_replaced_whole_or_stays_as_it_was(
    shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("lots.csv").write_text("old")
    Path("lots.csv").chmod(0o640)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        result = run("lots", shop, "-o", "lots.csv")

    assert result.exit_code == 1
    assert "Cannot write lots.csv: No space left on device" in result.stderr
    assert Path("lots.csv").read_text() == "old"
    assert sorted(path.name for path in Path().iterdir()) == ["lots.csv", "main.beancount"]

    assert run("lots", shop, "-o", "lots.csv").exit_code == 0
    assert Path("lots.csv").read_text().startswith("commodity,lot")
    assert Path("lots.csv").stat().st_mode & 0o777 == 0o640


def test_a_pipe_of_the_file_system_is_written_to_and_not_replaced(shop: str) -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("lots", shop, "-o", "pipe", "--format", "csv").exit_code == 0
        assert os.read(reader, 13) == b"commodity,lot"
    finally:
        os.close(reader)
    assert Path("pipe").is_fifo()


# The whole workbook


def about(name: str = "book.xlsx") -> dict[object, object]:
    book = openpyxl.load_workbook(name, data_only=True)
    return {row[0]: row[1] for row in book["About"].iter_rows(max_col=2, values_only=True)}


def test_the_whole_workbook_is_written_without_a_word(shop: str) -> None:
    result = run("export", shop, "-o", "book.xlsx", "--commodity", "MILK", "--from", "2025-02-01")

    assert (result.exit_code, result.output) == (0, "")
    said = about()
    assert said["Checks"] == "OK"
    assert said["Commodity"] == "MILK"
    assert str(said["A period's sheets begin on"]) == "2025-02-01 00:00:00"


def test_a_ledger_with_errors_is_exported_and_counts_them(write: Write) -> None:
    result = run("export", str(write(SHORT)), "-o", "book.xlsx")

    assert result.exit_code == 1
    assert "34 MILK short" in result.stderr
    assert about()["Errors in the ledger"] == 1


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ((), "Missing option '-o'"),
        (("-o", "book.csv"), "book.csv is no workbook; write -o book.xlsx"),
        (("-o", "none/book.xlsx"), "There is no folder none for book.xlsx."),
        (("-o", "main.beancount"), "main.beancount is none of .txt,"),
        (("-o", "linked.xlsx"), "is a file of the ledger; it is not overwritten."),
        (("-o", "book.xlsx", "--lot", "L2"), "'L2' is unknown. Known are: F1, L1."),
        (("-o", "book.xlsx", "--from", "2025-03-01", "--to", "2025-02-01"), "is after --to"),
    ],
)
def test_a_workbook_that_cannot_be_is_refused(asked: tuple[str, ...], says: str, shop: str) -> None:
    Path("linked.xlsx").symlink_to("main.beancount")

    assert says in refused(run("export", shop, *asked))
    assert not Path("book.xlsx").exists()


def test_a_workbook_is_replaced_whole_or_stays_as_it_was(
    shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("book.xlsx").write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for broken in ("xlsxwriter.workbook.Workbook._store_workbook", "pathlib.Path.replace"):
        with monkeypatch.context() as patched:
            patched.setattr(broken, full)
            result = run("export", shop, "-o", "book.xlsx")
        assert result.exit_code == 1
        assert "Cannot write book.xlsx: No space left on device" in result.stderr
        assert Path("book.xlsx").read_text() == "old"
    assert sorted(path.name for path in Path().iterdir()) == ["book.xlsx", "main.beancount"]
    assert run("export", shop, "-o", "-").stdout_bytes.startswith(b"PK")


def test_a_terminal_is_told_how_far_a_workbook_is(
    shop: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with pytest.raises(SystemExit) as left:
        main(["export", shop, "-o", "book.xlsx"])

    assert left.value.code == 0
    out, said = capsys.readouterr()
    assert out == ""
    assert "Reading main.beancount ..." in said
    assert "Writing rows" in said
    assert "100%" in said


# The program


def test_a_reader_that_leaves_early_causes_no_traceback(shop: str) -> None:
    command = [sys.executable, "-c", "from lotcost.cli import main; main()", "movements", shop]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None and program.stderr is not None
        program.stdout.close()
        said = program.stderr.read()

    assert said == b""


def test_help_loads_no_table_library() -> None:
    script = (
        "import sys\n"
        "from lotcost.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print({'pandas', 'openpyxl', 'fava'} & sys.modules.keys())"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert said.stdout.splitlines()[-1] == "set()"


def test_the_version_is_told() -> None:
    assert run("--version").stdout.startswith("lotcost 0.")


def test_the_demo_serves_a_copy_of_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[Path, str, int]] = []

    def serve(ledger: Path, port: int) -> None:
        served.append((ledger, ledger.read_text(), port))

    monkeypatch.setattr(demo, "_serve", serve)
    monkeypatch.setattr(demo, "free_port", lambda ports: next(iter(ports)))
    assert run("demo").exit_code == 0
    assert run("demo", "--port", "5055").exit_code == 0

    (ledger, text, port), (_, _, other) = served
    assert ledger != demo.example()
    assert text == demo.example().read_text()
    assert (port, other) == (5000, 5055)
    assert not ledger.exists()


def test_the_example_is_found_in_a_checkout_and_in_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lotcost"
    monkeypatch.setattr(lotcost, "__file__", str(package / "__init__.py"))
    with pytest.raises(click.ClickException, match="not installed"):
        demo.example()
    for folder in (tmp_path, package):
        ledger = folder / "ledgers" / "food" / "main.beancount"
        ledger.parent.mkdir(parents=True)
        ledger.touch()
        assert demo.example() == ledger


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert demo.free_port([port, 0]) == 0
        with pytest.raises(click.ClickException, match=f"Port {port} is taken"):
            demo.free_port([port])
