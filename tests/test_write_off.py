"""What expired is proposed as text, and appended to a ledger file whole or not at all."""

from __future__ import annotations

import errno
import os
import textwrap
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import load as load_text
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from naive import Movement
from strategies import LAST_DAY, movements, to_ledger

from lotcost import appending, replacing
from lotcost.cli import main
from lotcost.ledger.errors import UnknownWord, WrongType
from lotcost.ledger.loading import Ledger, load
from lotcost.ledger.near_expiry import write_downs
from lotcost.ledger.proposals import ledger_text, lots_of, write_offs
from lotcost.ledger.proposals import worth as worth_of
from lotcost.model import Lot, Money
from lotcost.reports.catalog import Question, answer

HEAD = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock
      lot-method: "{method}"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
      lot-write-down: Expenses:WriteDown
    2025-01-01 open Assets:Stock:Main "NONE"
    2025-01-01 open Assets:Stock:Shop "NONE"
"""
MILK = """
    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Stock:Main  3 MILK @@ 98.00 USD
        lot: "L1"
        expires: 2025-02-01
      Liabilities:Payable
"""
FIFO = HEAD.format(method="fifo")
SHOP = FIFO + MILK
AFTER = ("--at", "2025-02-02")
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a ledger into an empty folder, and stay in that folder."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "main.beancount") -> Path:
        Path(name).write_text(textwrap.dedent(text))
        return Path(name)

    return write


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, ["write-off", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def append(main: object, *args: object, at: str = "2025-02-02") -> Result:
    return run(main, "--at", at, "--append", main, *args)


def said(result: Result) -> str:
    """Return what an error says, on one line."""
    return " ".join(result.stderr.partition("Error: ")[2].split())


def lots(ledger: Path) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """Load a ledger without an error: units on hand, units and cost written off, by lot."""
    loaded = load(ledger)
    assert loaded.errors == []
    names = ("units_on_hand", "units_written_off", "cost_written_off")
    rows = answer("lots", loaded, Question()).rows
    return {row["lot"]: tuple(row[name] for name in names) for row in rows}


def gone(units: str, cost: str) -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(0), Decimal(units), Decimal(cost)


# What is proposed


def test_a_proposal_is_printed_and_nothing_is_written(write: Write) -> None:
    file = write(SHOP)
    before = file.read_bytes()
    result = run(file, *AFTER)

    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == textwrap.dedent(
        """\
        2025-02-02 * "Write-off of expired stock"
          document: ""
          approved-by: ""
          disposal: ""
          Assets:Stock:Main  -3 MILK  ; 98.00 USD, expired on 2025-02-01
            lot: "L1"
            reason: "expired"
          Expenses:WriteOff
        """
    )
    assert file.read_bytes() == before


def test_on_its_last_day_itself_a_lot_is_not_yet_expired(write: Write) -> None:
    result = run(write(SHOP), "--at", "2025-02-01")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Nothing to write off as of 2025-02-01.\n"


def test_without_a_day_it_is_that_of_the_last_transaction(write: Write) -> None:
    assert "as of 2025-01-02." in run(write(SHOP)).stderr


def test_a_lot_without_a_last_day_is_never_proposed(write: Write) -> None:
    file = write(SHOP.replace("        expires: 2025-02-01\n", ""))

    assert run(file, "--at", "2035-01-01").stdout == ""


def test_only_what_is_left_and_expired_is_proposed(write: Write) -> None:
    more = """
    2025-01-03 * "Dairy Farm" "Delivery"
      Assets:Stock:Main  5 MILK @ 2.00 USD
        lot: "L2"
        expires: 2025-02-02
      Liabilities:Payable
    2025-01-04 * "Cafe" "Invoice"
      Assets:Stock:Main  -1 MILK @ 50.00 USD
      Assets:Receivable
    """
    file = write(SHOP + more)

    assert append(file).exit_code == 0
    assert lots(file) == {"L1": gone("2", "65.33"), "L2": (Decimal(5), Decimal(0), Decimal(0))}


def test_each_account_has_a_transaction_of_its_own(write: Write) -> None:
    more = """
    2025-01-03 * "To the shop"
      Assets:Stock:Main  -1 MILK
      Assets:Stock:Shop   1 MILK
    """
    file = write(SHOP + more)
    result = run(file, *AFTER)

    assert result.stdout.count('* "Write-off of expired stock"') == 2
    assert "Assets:Stock:Main  -2 MILK  ; 65.33 USD" in result.stdout
    assert "Assets:Stock:Shop  -1 MILK  ; 32.67 USD" in result.stdout
    assert append(file).exit_code == 0
    assert lots(file) == {"L1": gone("3", "98.00")}


@pytest.mark.parametrize("status", ["quarantine", "recalled"])
def test_what_is_held_for_another_reason_is_not_proposed(status: str, write: Write) -> None:
    """As in the report, which says hold; it is written off for the reason it is held for."""
    file = write(SHOP + f'    2025-01-20 custom "lot-status" "MILK" "L1" "{status}"\n')
    (row,) = answer("expiry", load(file), Question(at=date(2025, 2, 2))).rows

    assert row["action"] == "hold"
    assert run(file, *AFTER).stdout == ""


def test_a_reason_may_have_an_account_of_its_own(write: Write) -> None:
    file = write(SHOP.replace("lot-write-off:", "lot-write-off-expired:"))

    assert run(file, *AFTER).stdout.endswith("  Expenses:WriteOff\n")
    assert append(file).exit_code == 0
    assert lots(file) == {"L1": gone("3", "98.00")}


@pytest.mark.parametrize("number", ['L "1"', "back\\slash", "é ü", "a; b", "two\nlines"])
def test_a_lot_may_have_any_number(number: str, write: Write) -> None:
    quoted = number.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    file = write(SHOP.replace('"L1"', f'"{quoted}"'))

    assert append(file).exit_code == 0
    assert lots(file) == {number: gone("3", "98.00")}


@pytest.mark.parametrize(
    ("bought", "units", "cost"),
    [
        ("3 MILK @@ 98.00 USD", "3", "98.00"),
        ("7 MILK @@ 100.00 USD", "7", "100.00"),
        ("100 MILK @ 0.0123 USD", "100", "1.23"),
        ("0.333 MILK @ 9.99 USD", "0.333", "3.33"),
        ("5 MILK @ 0 USD", "5", "0.00"),
        ("3 MILK @@ 1000 JPY", "3", "1000"),
    ],
)
@pytest.mark.parametrize("method", ["fifo", "fefo", "lifo", "specific", "average"])
def test_the_cost_proposed_is_the_cost_then_written_off(
    method: str, bought: str, units: str, cost: str, write: Write
) -> None:
    text = HEAD.format(method=method) + MILK.replace("3 MILK @@ 98.00 USD", bought)
    file = write(text)
    (proposal,) = write_offs(load(file).books(date(2025, 2, 2)))
    (proposed,) = proposal.lots

    assert append(file).exit_code == 0
    assert (proposed.units, proposed.cost.number) == (Decimal(units), Decimal(cost))
    assert lots(file) == {"L1": gone(units, cost)}


def test_goods_of_a_lot_that_came_twice_and_cost_more_later(write: Write) -> None:
    more = MILK.replace("01-02", "01-05").replace("3 MILK @@ 98.00", "4 MILK @@ 10.01")
    more += """
    2025-01-06 * "Cafe" "Invoice"
      Assets:Stock:Main  -2 MILK @ 50.00 USD
      Assets:Receivable
    2025-01-08 custom "lot-write-down" "MILK" "L1" 2.00 USD
    """
    file = write(SHOP + more)
    ((proposed,),) = (each.lots for each in write_offs(load(file).books(date(2025, 2, 2))))

    assert append(file).exit_code == 0
    assert lots(file) == {"L1": gone("5", str(proposed.cost.number))}


def test_under_average_a_lot_costs_its_part_of_all_there_is(write: Write) -> None:
    more = MILK.replace("3 MILK @@ 98.00", "3 MILK @ 4.01").replace('"L1"', '"L2"')
    text = HEAD.format(method="average") + MILK.replace("3 MILK @@ 98.00", "3 MILK @ 2.00")
    file = write(text + more.replace("2025-02-01", "2025-03-01"))

    assert "-3 MILK  ; 9.02 USD, expired" in run(file, *AFTER).stdout
    assert append(file).exit_code == 0
    assert lots(file) == {"L1": gone("3", "9.02"), "L2": (Decimal(3), Decimal(0), Decimal(0))}


# Native accounts

NATIVE = """
    plugin "beancount_lotcost"
    plugin "beancount.plugins.auto_accounts"
    2025-01-01 open Assets:Stock "FIFO"
      lot-method: "beancount"
      lot-sales: Income:Sales
      lot-cost-of-sales: Expenses:CostOfSales
      lot-write-off: Expenses:WriteOff
    2025-01-02 * "Dairy Farm" "Delivery"
      Assets:Stock  3 MILK {2.125 USD, "L \\"1\\""}
        expires: 2025-02-01
      Assets:Stock  2 MILK {3.00 USD, "L \\"1\\""}
        expires: 2025-02-01
      Assets:Stock  2 MILK {4.00 USD, "L2"}
        expires: 2025-03-01
      Liabilities:Payable
"""


def test_a_native_account_has_its_lots_named_in_braces(write: Write) -> None:
    file = write(NATIVE)
    result = run(file, *AFTER)

    assert 'Assets:Stock  -3 MILK {2.125 USD, 2025-01-02, "L \\"1\\""}' in result.stdout
    assert 'Assets:Stock  -2 MILK {3 USD, 2025-01-02, "L \\"1\\""}' in result.stdout
    assert append(file).exit_code == 0
    assert lots(file) == {
        'L "1"': gone("5", "12.375"),
        "L2": (Decimal(2), Decimal(0), Decimal(0)),
    }
    assert append(file).stderr == "Nothing to write off as of 2025-02-02.\n"


# Appending


def test_what_is_appended_is_shown_as_a_diff_and_the_lots_are_gone(write: Write) -> None:
    file = write(SHOP)
    before = file.read_text()
    proposal = run(file, *AFTER).stdout
    result = append(file)

    assert result.exit_code == 0
    assert result.stderr == "Added to main.beancount.\n"
    assert result.stdout.startswith("--- main.beancount\n+++ main.beancount\n@@ ")
    added = [line[1:] for line in result.stdout.splitlines()[2:] if line.startswith("+")]
    assert added == ["", *proposal.splitlines()]
    assert file.read_text() == f"{before}\n{proposal}"
    assert lots(file) == {"L1": gone("3", "98.00")}


def test_a_second_run_proposes_nothing(write: Write) -> None:
    file = write(SHOP)
    append(file)
    once = file.read_bytes()
    again = append(file)

    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == "Nothing to write off as of 2025-02-02.\n"
    assert file.read_bytes() == once


def test_a_dry_run_shows_the_diff_and_writes_nothing(write: Write) -> None:
    file = write(SHOP)
    before = file.read_bytes()
    dry = append(file, "--dry-run")

    assert file.read_bytes() == before
    assert dry.stderr == "Nothing is added to main.beancount: this is a dry run.\n"
    assert dry.stdout == append(file).stdout


@pytest.mark.parametrize("last", ["\n", ""])
def test_line_endings_stay_as_they_are_and_a_missing_last_one_is_put(
    last: str, write: Write
) -> None:
    file = write(SHOP)
    before = (file.read_text().strip("\n") + last).replace("\n", "\r\n").encode()
    file.write_bytes(before)
    result = append(file)
    after = file.read_bytes()

    assert result.exit_code == 0
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(b"\r\n")
    assert after.removeprefix(before).startswith(b"\r\n2025" if last else b"\r\n\r\n2025")
    assert ("\\ No newline at end of file" in result.stdout) is not last
    assert lots(file) == {"L1": gone("3", "98.00")}


def test_a_byte_order_mark_stays_where_it_is(write: Write) -> None:
    """Beancount takes none in its files, so such a ledger has an error and is left alone."""
    file = write(SHOP)
    before = b"\xef\xbb\xbf" + file.read_bytes()
    file.write_bytes(before)
    result = append(file)

    assert result.exit_code == 1
    assert "main.beancount:1: Invalid token: " in result.stderr
    assert file.read_bytes() == before
    assert appending._appended(before, "é\n") == before + b"\n\xc3\xa9\n"


def test_permissions_stay_as_they_are(write: Write) -> None:
    file = write(SHOP)
    file.chmod(0o640)
    append(file)

    assert file.stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_included_may_take_the_entries(write: Write) -> None:
    """Though it is short, and its lines come before those of the receipts."""
    Path("more").mkdir()
    part = write("; written off\n", "more/part.beancount")
    file = write(SHOP + '    include "more/*.beancount"')
    before = file.read_bytes()
    result = run(file, *AFTER, "--append", part)

    assert result.exit_code == 0
    assert file.read_bytes() == before
    assert part.read_text().startswith("; written off\n\n2025-02-02 * ")
    assert lots(file) == {"L1": gone("3", "98.00")}
    assert os.listdir("more") == ["part.beancount"]


def test_an_empty_file_gets_no_blank_line(write: Write) -> None:
    part = write("", "part.beancount")
    file = write(SHOP + '    include "part.beancount"')

    assert run(file, *AFTER, "--append", part).exit_code == 0
    assert part.read_text().startswith("2025-02-02 * ")


def test_a_link_stays_a_link_and_its_file_is_written(write: Write) -> None:
    Path("elsewhere").mkdir()
    real = write(SHOP, "elsewhere/real.beancount")
    Path("main.beancount").symlink_to(real)
    result = append("main.beancount")

    assert result.exit_code == 0
    assert Path("main.beancount").is_symlink()
    assert lots(real) == {"L1": gone("3", "98.00")}


# What is refused: the file is as it was


def test_a_file_that_is_none_of_the_ledgers_is_refused(write: Write) -> None:
    file, other = write(SHOP), write("; a diary", "other.beancount")
    Path("link.beancount").symlink_to(other)

    for name in ("other.beancount", "link.beancount"):
        result = run(file, *AFTER, "--append", name)
        assert result.exit_code == 2
        assert f"{name} is no file of the ledger: " in said(result)
        assert f"{file.absolute()} does not include it." in said(result)
    assert other.read_text() == "; a diary"


def test_a_folder_or_nothing_at_all_is_refused(write: Write) -> None:
    file = write(SHOP)

    folder, nothing = (run(file, *AFTER, "--append", name) for name in (".", "no.beancount"))
    assert (folder.exit_code, nothing.exit_code) == (2, 2)
    assert said(folder) == ". is no file; name a file of the ledger."
    assert said(nothing) == "There is no file no.beancount."
    assert not Path("no.beancount").exists()


def test_a_file_that_is_read_only_is_refused(write: Write) -> None:
    file = write(SHOP)
    file.chmod(0o444)
    before = file.read_bytes()
    result = append(file)

    assert result.exit_code == 1
    assert said(result) == "main.beancount may not be written: it is read-only."
    assert file.read_bytes() == before


def test_a_file_that_is_encrypted_is_refused(write: Write) -> None:
    file = write(SHOP)
    seen = Path("main.beancount.gpg")
    seen.write_bytes(b"secret")
    ledger = load(file)
    ledger = ledger._replace(options={**ledger.options, "include": [str(seen.absolute())]})

    with pytest.raises(replacing.EncryptedError, match="is encrypted; add the text to it by hand"):
        appending.prepare(ledger, seen, "", appending.digest(seen))


def test_a_ledger_with_errors_is_refused_and_they_are_listed(write: Write) -> None:
    more = '    2025-01-05 * "Wrong"\n      Assets:Bank  1 USD\n'
    file = write(SHOP + more)
    before = file.read_bytes()

    for result in (append(file), run(file, *AFTER)):
        assert (result.exit_code, result.stdout) == (1, "")
        first, second = result.stderr.splitlines()
        assert first.startswith("main.beancount:18: Transaction does not balance")
        assert second == "Nothing is proposed before the errors are mended."
    assert file.read_bytes() == before
    with pytest.raises(appending.FaultyLedgerError) as wrong:
        appending.prepare(load(file), file, "", appending.digest(file))
    assert len(wrong.value.errors) == 1


def test_what_would_make_errors_is_not_appended(write: Write) -> None:
    """Here the account for write-offs is closed; Beancount says so of the line it would have."""
    closed = """
    2025-01-01 open Expenses:WriteOff
    2025-01-31 close Expenses:WriteOff
    """
    file = write(SHOP + closed)
    before = file.read_bytes()

    for result in (append(file), append(file, "--dry-run")):
        assert (result.exit_code, result.stdout) == (1, "")
        first = result.stderr.splitlines()[0]
        assert (
            first == "main.beancount:22: Invalid reference to inactive account 'Expenses:WriteOff'"
        )
        assert said(result) == "Nothing was added to main.beancount: the ledger would have errors."
    assert file.read_bytes() == before
    file.write_bytes(before + b"\n" + run(file, *AFTER).stdout_bytes)
    assert load(file).errors[0].source["lineno"] == 22


def test_goods_that_leave_later_are_not_written_off_before(write: Write) -> None:
    later = """
    2025-02-10 * "Dropped"
      Assets:Stock:Main  -2 MILK
        lot: "L1"
        reason: "damaged"
    """
    file = write(SHOP + later)
    result = append(file)

    assert result.exit_code == 1
    assert result.stderr.startswith(
        "main.beancount:20: Assets:Stock:Main is 2 MILK of lot L1 short on 2025-02-10"
    )
    assert append(file, at="2025-02-10").exit_code == 0
    assert lots(file) == {"L1": gone("3", "98.00")}


def test_a_value_that_is_closed_is_not_moved(write: Write) -> None:
    file = write(SHOP + '    2025-01-31 custom "lot-close" Assets:Stock 98.00 USD\n')
    result = append(file)
    assert result.exit_code == 0

    file = write(SHOP.replace("02-01", "01-20") + CLOSED)
    result = append(file, at="2025-01-31")
    assert result.exit_code == 1
    assert "was closed on 2025-01-31 at 98.00 USD and is now worth 0" in result.stderr


CLOSED = '    2025-01-31 custom "lot-close" Assets:Stock 98.00 USD\n'


def prepared(file: Path) -> tuple[Ledger, str, str]:
    seen = appending.digest(file)
    ledger = load(file)
    (proposal,) = write_offs(ledger.books(date(2025, 2, 2)))
    return ledger, proposal.text, seen


def test_a_file_that_changed_since_it_was_loaded_is_refused(write: Write) -> None:
    file = write(SHOP)
    ledger, text, seen = prepared(file)
    changed = file.read_text() + "; a comment\n"
    file.write_text(changed)

    with pytest.raises(replacing.ChangedError, match=r"^main\.beancount has changed since the"):
        appending.prepare(ledger, file, text, seen)
    assert file.read_text() == changed


def test_a_file_beside_it_that_changed_is_as_bad(write: Write) -> None:
    part = write("; empty\n", "part.beancount")
    file = write(SHOP + '    include "part.beancount"')
    ledger, text, seen = prepared(file)
    part.write_text("; another\n")

    with pytest.raises(replacing.ChangedError, match="A file of the ledger has changed"):
        appending.prepare(ledger, file, text, seen)


def test_a_file_that_changes_at_the_last_moment_is_left_alone(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(SHOP)
    addition = appending.prepare(*_in_order(file))

    def edited(descriptor: int) -> None:
        file.write_text("; edited meanwhile\n")

    monkeypatch.setattr(os, "fsync", edited)
    with pytest.raises(replacing.ChangedError):
        appending.write(addition)
    assert file.read_text() == "; edited meanwhile\n"
    assert os.listdir() == ["main.beancount"]


def _in_order(file: Path) -> tuple[Ledger, Path, str, str]:
    ledger, text, seen = prepared(file)
    return ledger, file, text, seen


def test_a_crash_before_the_new_file_is_in_place_leaves_the_old_one(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(SHOP)
    before = file.read_bytes()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            appending.write(appending.prepare(*_in_order(file)))
    assert file.read_bytes() == before
    assert os.listdir() == ["main.beancount"]
    assert append(file).exit_code == 0


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    call: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(SHOP)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "write":
        monkeypatch.setattr(replacing, "_write", full)
    else:
        monkeypatch.setattr(os, call, full)
    result = append(file)

    assert (result.exit_code, result.stdout) == (1, "")
    assert said(result) == "Cannot write main.beancount: No space left on device. It is as it was."
    assert file.read_bytes() == before
    assert os.listdir() == ["main.beancount"]


def test_a_folder_that_may_not_be_written_is_said_to_be(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(SHOP)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    addition = appending.prepare(*_in_order(file))
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(replacing.UnwrittenError, match=r"^Cannot write main\.beancount: Perm"):
        appending.write(addition)


def test_of_two_appends_at_once_the_second_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(SHOP)
    first, second = (appending.prepare(*_in_order(file)) for _ in range(2))
    replace = os.replace
    refused: list[str] = []

    def meanwhile(part: Path, target: Path) -> None:
        with pytest.raises(replacing.BusyError) as busy:
            appending.write(second)
        refused.append(str(busy.value))
        replace(part, target)

    monkeypatch.setattr(os, "replace", meanwhile)
    appending.write(first)

    lock = file.absolute().with_name(".main.beancount.lock")
    assert refused == [f"Another change of main.beancount is under way; if none is, delete {lock}."]
    with pytest.raises(replacing.ChangedError):
        appending.write(second)
    assert lots(file) == {"L1": gone("3", "98.00")}
    assert os.listdir() == ["main.beancount"]


def test_a_lock_of_another_is_not_removed(write: Write) -> None:
    file, lock = write(SHOP), Path(".main.beancount.lock")
    lock.touch()
    result = append(file)

    assert result.exit_code == 1
    assert "Another change of main.beancount is under way" in said(result)
    assert lock.exists()


# Near their expiry

RULES = """
    2025-01-01 custom "lotcost" "near-expiry" 30 50
    2025-01-01 custom "lotcost" "near-expiry" 7 20
"""


def worth(text: str, at: str) -> dict[str, Decimal]:
    proposed = write_downs(load_text(text).ledger.books(date.fromisoformat(at)))
    return {each.lot.number: each.value.number for each in proposed}


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("2025-01-01", None),
        ("2025-01-02", "16.33"),
        ("2025-01-24", "16.33"),
        ("2025-01-25", "6.53"),
        ("2025-02-01", "6.53"),
        ("2025-02-02", None),
    ],
)
def test_the_smallest_number_of_days_that_fits_says_what_goods_are_worth(
    at: str, value: str | None
) -> None:
    assert worth(SHOP + RULES, at) == ({} if value is None else {"L1": Decimal(value)})


def test_more_days_than_any_rule_has_change_nothing() -> None:
    assert worth(SHOP.replace("2025-02-01", "2025-02-02") + RULES, "2025-01-02") == {}
    assert worth(SHOP, "2025-01-31") == {}


@pytest.mark.parametrize(("percent", "value"), [("0", "0.00"), ("100", None), ("12.5", "4.08")])
def test_a_rule_may_take_all_or_nothing(percent: str, value: str | None) -> None:
    rule = f'    2025-01-01 custom "lotcost" "near-expiry" 0 {percent}\n'

    assert worth(SHOP + rule, "2025-01-31") == {}
    assert worth(SHOP + rule, "2025-02-01") == ({} if value is None else {"L1": Decimal(value)})


def test_half_a_cent_is_rounded_up() -> None:
    text = SHOP.replace("3 MILK @@ 98.00", "3 MILK @ 0.25")

    assert worth(text + RULES, "2025-01-10") == {"L1": Decimal("0.13")}


def test_write_downs_are_appended_and_not_proposed_again(write: Write) -> None:
    file = write(SHOP + RULES)
    shown = run(file, "--at", "2025-01-31", "--write-downs")
    directive = '2025-01-31 custom "lot-write-down" "MILK" "L1" 6.53 USD'
    assert shown.stdout == f"{directive}    ; 32.67 USD until now, 1 days left\n"
    assert shown.stderr == "Nothing to write off as of 2025-01-31.\n"

    assert append(file, "--write-downs", at="2025-01-31").exit_code == 0
    (row,) = answer("lots", load(file), Question()).rows
    assert row["cost_on_hand"] == Decimal("19.59")
    again = append(file, "--write-downs", at="2025-01-31")
    assert again.stdout == ""
    assert again.stderr.splitlines()[-1] == "Nothing to write down as of 2025-01-31."


def test_worth_is_a_part_of_what_goods_cost_before_any_write_down(write: Write) -> None:
    """Half, then a fifth: of the cost, not of the half. What was sold took its part along."""
    more = """
    2025-01-10 custom "lot-write-down" "MILK" "L1" 5.00 USD
    2025-01-12 * "Cafe" "Invoice" ^i-1
      Assets:Stock:Main  -4 MILK @ 50.00 USD
      Assets:Receivable
    2025-01-13 * "Cafe" "Returned" ^i-1
      Assets:Stock:Main  2 MILK @ 50.00 USD
        lot-kind: "sale-return"
        lot: "L1"
      Assets:Receivable
    2025-01-14 * "To the shop"
      Assets:Stock:Main  -1 MILK
      Assets:Stock:Shop   1 MILK
    """
    text = SHOP.replace("3 MILK @@ 98.00", "10 MILK @ 10.00") + RULES

    assert worth(text, "2025-01-10") == {"L1": Decimal("5.00")}
    assert worth(text + more, "2025-01-20") == {}
    assert worth(text + more, "2025-01-30") == {"L1": Decimal("2.00")}


@pytest.mark.parametrize("units", ["0.333", "7.777"])
def test_fractions_of_units_are_not_proposed_for_ever(units: str, write: Write) -> None:
    text = SHOP.replace("3 MILK @@ 98.00", f"{units} MILK @ 0.99") + RULES
    more = MILK.replace("3 MILK @@ 98.00", "0.015 MILK @ 0.99").replace("01-02", "01-03")
    file = write(text + more)

    append(file, "--write-downs", at="2025-01-31")
    assert run(file, "--at", "2025-01-31", "--write-downs").stdout == ""


def test_write_offs_and_write_downs_go_together(write: Write) -> None:
    more = MILK.replace('"L1"', '"L2"').replace("2025-02-01", "2025-02-20")
    file = write(SHOP + more + RULES)
    result = append(file, "--write-downs")

    assert result.exit_code == 0
    assert lots(file)["L1"] == gone("3", "98.00")
    (row,) = answer("lots", load(file), Question(lot="L2")).rows
    assert row["cost_written_down"] == Decimal("49.01")


def test_what_has_no_cost_of_its_own_is_left_out(write: Write) -> None:
    assert worth(HEAD.format(method="average") + MILK + RULES, "2025-01-31") == {}
    assert worth(NATIVE + RULES, "2025-01-31") == {}


def test_without_a_rule_the_command_says_how_to_write_one(write: Write) -> None:
    result = run(write(SHOP), "--at", "2025-01-31", "--write-downs")

    assert (result.exit_code, result.stdout) == (0, "")
    assert 'write custom "lotcost" "near-expiry" 30 50' in result.stderr


@pytest.mark.parametrize(
    ("values", "has"),
    [
        ("", "nothing"),
        ("30", "30"),
        ("30 -50", "-20"),
        ("30 101", "30 101"),
        ("1.5 50", "1.5 50"),
        ('"30" 50', '"30" 50'),
        ("TRUE 50", "TRUE 50"),
        ("30 50 20", "30 50 20"),
        ("30 50 USD", "30 50 USD"),
    ],
)
def test_a_rule_is_days_and_a_percentage(values: str, has: str) -> None:
    ledger = load_text(f'{FIFO}    2025-01-01 custom "lotcost" "near-expiry" {values}\n')
    (error,) = ledger.errors

    assert type(error) is WrongType
    assert error.message == (
        f'"near-expiry" wants whole days and a percentage from 0 to 100, and has {has}; '
        'write custom "lotcost" "near-expiry" 30 50'
    )


def test_a_setting_that_is_nearly_a_rule_is_offered_it() -> None:
    ledger = load_text(f'{FIFO}    2025-01-01 custom "lotcost" "near-expire" 30 50\n')
    (error,) = ledger.errors

    assert type(error) is UnknownWord
    assert error.message == 'The setting "near-expire" is unknown; did you mean "near-expiry"?'


def test_a_proposal_says_what_it_rests_on() -> None:
    (proposal,) = write_downs(load_text(SHOP + RULES).ledger.books(date(2025, 1, 31)))

    assert proposal[:-1] == (
        date(2025, 1, 31),
        Lot("MILK", "L1"),
        1,
        Decimal(3),
        Money(Decimal("98.00"), "USD"),
        Money(Decimal("6.53"), "USD"),
    )


# The law: what is proposed is what is then written off


@pytest.mark.parametrize("method", ["fifo", "fefo", "lifo", "specific", "average"])
def test_what_is_proposed_is_what_is_written_off_whatever_happened_before(method: str) -> None:
    @settings(suppress_health_check=[HealthCheck.filter_too_much], max_examples=30)
    @given(movements(method, most=8), st.sampled_from((2, 20, 100)))
    def check(moves: list[Movement], days: int) -> None:
        text = to_ledger(moves, method)
        before = load_text(text)
        later = before.ledger.books(LAST_DAY + timedelta(days))
        proposals = write_offs(later)
        assume(proposals and not before.errors)
        after = load_text(f"{text}\n{ledger_text(proposals)}")
        written: dict[str, Decimal] = defaultdict(Decimal)
        for line in after.ledger.books().lines:
            if line.date == later.at:
                written[line.currency] -= line.cost
        off = {name: abs(amount - written[name]) for name, amount in worth_of(proposals).items()}
        # A pool of many lots may give a cent to one that stays.
        cents = len(lots_of(proposals)) if method == "average" else 0

        assert after.errors == []
        assert max(off.values()) <= cents * Decimal("0.01")
        assert write_offs(after.ledger.books()) == ()

    check()
