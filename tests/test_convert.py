"""Native ledgers become managed ones: the same figures, and only the text of the lots changes."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest
from beancount import loader
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from test_native import ledgers

from lotcost import replacing
from lotcost.cli import main
from lotcost.converting import convert
from lotcost.ledger.loading import load
from lotcost.reports.catalog import answer

HEAD = """\
plugin "beancount_lotcost"
plugin "beancount.plugins.auto_accounts"

2025-01-01 open Assets:Stock
  lot-method: "beancount"
  lot-sales: Income:Sales
  lot-cost-of-sales: Expenses:CostOfSales
  lot-write-off: Expenses:WriteOff
  lot-adjustment: Expenses:Differences
"""
MAIN = '2025-01-01 open Assets:Stock:Main "{booking}"\n'
SHOP = '2025-01-01 open Assets:Stock:Shop "{booking}"\n'
RECEIPT = """
2025-01-02 * "Farm" "Delivery"
  Assets:Stock:Main   10 MILK {2.00 USD, "L1"}    ; a comment
    expires: 2025-02-01
  Liabilities:Payable
"""
SECOND = """
2025-01-03 * "Farm" "Delivery"
  Assets:Stock:Main   10 MILK {{25.00 USD, "L2"}}
  Liabilities:Payable
"""
SALE = """
2025-01-05 * "Cafe" "Invoice"
  Assets:Stock:Main   -12 MILK {what} @ 5.00 USD  ; sold
  Assets:Receivable   60.00 USD
  Income:Sales       -60.00 USD
  Expenses:CostOfSales
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*parts: str, name: str = "main.beancount", booking: str = "FIFO") -> Path:
    Path(name).write_text("".join(parts).replace("{booking}", booking))
    return Path(name)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["convert", "main.beancount", *args])


def figures(file: Path) -> tuple[object, ...]:
    """Lots, movements and every account's balance."""
    ledger = load(file)
    assert ledger.errors == []
    moved = [
        {name: row[name] for name in row if name not in {"source", "entry", "balance"}}
        for row in answer("movements", ledger).rows
    ]
    # The lots that leave together have no order of their own.
    moved.sort(key=lambda row: (row["date"], row["narration"], row["lot"], row["units"]))
    return answer("lots", ledger).rows, moved, answer("valuation", ledger).rows


def converted(*parts: str, booking: str = "FIFO") -> str:
    """The converted text, whose figures are those of the text as it was."""
    file = write(*parts, booking=booking)
    before = figures(file)
    result = run("--write")
    assert result.exit_code == 0, result.output
    assert figures(file) == before
    return file.read_text()


def refused(*parts: str, booking: str = "FIFO") -> str:
    """What is said of a ledger that cannot be converted, which is then as it was."""
    file = write(*parts, booking=booking)
    before = file.read_bytes()
    result = run("--write")
    assert (result.exit_code, result.stdout, file.read_bytes()) == (1, "", before)
    return result.stderr


def test_only_the_text_of_the_lots_changes(folder: Path) -> None:
    assert converted(HEAD, MAIN, RECEIPT, SECOND, SALE.replace("{what}", "{}")) == (
        HEAD.replace('"beancount"', '"fifo"')
        + MAIN.format(booking="NONE")
        + """
2025-01-02 * "Farm" "Delivery"
  Assets:Stock:Main   10 MILK @ 2.00 USD    ; a comment
    lot: "L1"
    expires: 2025-02-01
  Liabilities:Payable

2025-01-03 * "Farm" "Delivery"
  Assets:Stock:Main   10 MILK @@ 25.00 USD
    lot: "L2"
  Liabilities:Payable

2025-01-05 * "Cafe" "Invoice"
  Assets:Stock:Main   -12 MILK @ 5.00 USD  ; sold
  Assets:Receivable   60.00 USD
  Income:Sales       -60.00 USD
  Expenses:CostOfSales
"""
    )


def test_a_dry_run_shows_the_difference_and_writes_nothing(folder: Path) -> None:
    file = write(HEAD, MAIN, RECEIPT)
    before = file.read_bytes()
    result = run()

    assert result.exit_code == 0
    assert file.read_bytes() == before
    assert result.stdout.startswith("--- main.beancount\n+++ main.beancount\n@@ ")
    assert '-  Assets:Stock:Main   10 MILK {2.00 USD, "L1"}    ; a comment\n' in result.stdout
    assert "+  Assets:Stock:Main   10 MILK @ 2.00 USD    ; a comment\n" in result.stdout
    assert result.stderr == (
        "1 posting of Assets:Stock:Main.\n"
        "Equal: 1 lot, 1 movement, every account's balance on every day.\n"
        "Nothing is written to main.beancount: this is a dry run. Add --write.\n"
    )


def test_a_second_run_has_nothing_to_do(folder: Path) -> None:
    converted(HEAD, MAIN, RECEIPT, SECOND, SALE.replace("{what}", "{}"))
    result = run("--write")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Nothing to convert: no account in main.beancount is native.\n"


def test_strict_booking_becomes_specific_and_each_issue_names_its_lot(folder: Path) -> None:
    sale = SALE.replace("{what}", '{"L2"}').replace("12", "2").replace("60", "10")
    text = converted(HEAD, MAIN, RECEIPT, SECOND, sale, booking="STRICT")

    assert '  lot-method: "specific"\n' in text
    assert '  Assets:Stock:Main   -2 MILK @ 5.00 USD  ; sold\n    lot: "L2"\n' in text


def test_an_issue_of_several_lots_becomes_a_line_a_lot_with_all_that_was_said(folder: Path) -> None:
    off = """
2025-01-06 * "All spoiled"
  Assets:Stock:Main  -20 MILK {}
    reason: "damaged"
    ; seen by Ann
    note: "wet"
  Expenses:WriteOff
"""
    text = converted(HEAD, MAIN, RECEIPT, SECOND, off, booking="STRICT")

    assert text.endswith(
        """
2025-01-06 * "All spoiled"
  Assets:Stock:Main  -10 MILK
    lot: "L1"
    reason: "damaged"
    ; seen by Ann
    note: "wet"
  Assets:Stock:Main  -10 MILK
    lot: "L2"
    reason: "damaged"
    ; seen by Ann
    note: "wet"
  Expenses:WriteOff
"""
    )


def test_where_the_method_would_draw_another_lot_the_lot_is_said(folder: Path) -> None:
    """Of two lots of one day Beancount's LIFO takes the first."""
    second = SECOND.replace("01-03", "01-02")
    sale = SALE.replace("{what}", "{}").replace("12", "2").replace("60", "10")
    text = converted(HEAD, MAIN, RECEIPT, second, sale, booking="LIFO")

    assert '  lot-method: "lifo"\n' in text
    assert '  Assets:Stock:Main   -2 MILK @ 5.00 USD  ; sold\n    lot: "L1"\n' in text


def test_lots_without_a_number_have_their_day_s_as_before(folder: Path) -> None:
    receipt = RECEIPT.replace(', "L1"', "")
    text = converted(
        HEAD,
        MAIN,
        receipt,
        SALE.replace("{what}", "{2.00 USD}").replace("12", "2").replace("60", "10"),
    )

    assert "    lot: " not in text.partition("expires")[0]
    assert '  Assets:Stock:Main   -2 MILK @ 5.00 USD  ; sold\n    lot: "2025-01-02"\n' in text


def test_a_line_a_lot_that_would_share_the_revenue_otherwise_is_refused(folder: Path) -> None:
    """Of two lots of one day Beancount's LIFO takes the first; without a price cost shares it."""
    second = SECOND.replace("01-03", "01-02")

    assert refused(
        HEAD, MAIN, RECEIPT, second, SALE.replace("{what} @ 5.00 USD", "{}"), booking="LIFO"
    ).startswith(
        "main.beancount:22: Beancount books -10 MILK of lot L1, sale, at -20 USD for 50 and "
        "-2 MILK of lot L2, sale, at -5 USD for 10; managed it would be "
        "-10 MILK of lot L1, sale, at -20 USD for 48 and -2 MILK of lot L2, sale, at -5 USD for 12"
    )


def test_a_lot_named_in_metadata_is_not_named_twice(folder: Path) -> None:
    receipt = RECEIPT.replace(', "L1"', "").replace("    expires", '    lot: "L1"\n    expires')
    text = converted(HEAD, MAIN, receipt)

    assert text.count("lot: ") == 1


def test_opening_stock_keeps_its_day_and_its_braces(folder: Path) -> None:
    opening = """
2025-01-01 * "Opening"
  Assets:Stock:Main  5 MILK {1.50 USD, 2024-12-20, "L0"}
  Equity:Opening
"""
    text = converted(HEAD, MAIN, opening, RECEIPT, SALE.replace("{what}", "{}"))

    assert '  Assets:Stock:Main  5 MILK {1.50 USD, 2024-12-20, "L0"}\n' in text
    assert MAIN.format(booking="NONE") in text


def test_opening_stock_of_an_account_without_an_open_is_refused_with_the_line_to_add(
    folder: Path,
) -> None:
    opening = """
2025-01-01 * "Opening"
  Assets:Stock:Main  5 MILK {1.50 USD, 2024-12-20, "L0"}
  Equity:Opening
"""
    assert refused(HEAD, opening).startswith(
        "main.beancount:4: Assets:Stock:Main has goods with an earlier date, in braces, which want "
        'booking "NONE". Add: 2025-01-01 open Assets:Stock:Main "NONE"\n'
    )


def test_transfers_and_returns_lose_the_cost_that_travels_along(folder: Path) -> None:
    more = """
2025-01-04 * "Restock"
  Assets:Stock:Main  -5 MILK {"L1"}
  Assets:Stock:Shop   5 MILK {2.00 USD, 2025-01-02, "L1"}

2025-01-05 * "Cafe" "Invoice"
  Assets:Stock:Shop  -4 MILK {} @ 5.00 USD
  Assets:Receivable   20.00 USD
  Income:Sales       -20.00 USD
  Expenses:CostOfSales

2025-01-06 * "Cafe" "Credit note"
  Assets:Stock:Shop   1 MILK {2.00 USD, 2025-01-02, "L1"} @ 5.00 USD
  Assets:Receivable   -5.00 USD
  Income:Sales         5.00 USD
  Expenses:CostOfSales
"""
    text = converted(HEAD, MAIN, SHOP, RECEIPT, more)

    assert '  Assets:Stock:Main  -5 MILK\n    lot: "L1"\n' in text
    assert '  Assets:Stock:Shop   5 MILK\n    lot: "L1"\n' in text
    assert '  Assets:Stock:Shop   1 MILK @ 5.00 USD\n    lot: "L1"\n' in text


def test_a_batch_has_its_cost_summed(folder: Path) -> None:
    batch = """
2025-01-06 * "Bake"
  lot-kind: "production"
  Assets:Stock:Main  -4 MILK {"L1"}
  Liabilities:Wages  -2.00 USD
  Assets:Stock:Main   4 CAKE {2.50 USD, "C1"}
    expires: 2025-01-09
"""
    text = converted(HEAD, MAIN, RECEIPT, batch)

    assert '  Assets:Stock:Main   4 CAKE\n    lot: "C1"\n' in text


def test_cost_of_sales_written_by_hand_stays(folder: Path) -> None:
    sale = SALE.replace("{what}", '{"L1"}').replace("12", "2").replace("60", "10")
    sale = sale.replace("Expenses:CostOfSales", "Expenses:CostOfSales  4.00 USD")

    assert sale.splitlines()[-1] in converted(HEAD, MAIN, RECEIPT, sale)


def test_a_cost_in_two_parts_becomes_the_total(folder: Path) -> None:
    receipt = RECEIPT.replace("{2.00 USD", "{2.00 # 5.00 USD")

    assert "  10 MILK @@ 25.00 USD    ; a comment\n" in converted(HEAD, MAIN, receipt)


def test_accounts_with_other_bookings_have_methods_of_their_own(folder: Path) -> None:
    shop = RECEIPT.replace("Main", "Shop").replace("L1", "S1")
    text = converted(HEAD, MAIN, SHOP.format(booking="LIFO"), RECEIPT, shop)

    assert f'{MAIN.format(booking="NONE")}  lot-method: "fifo"\n' in text
    assert f'{SHOP.format(booking="NONE")}  lot-method: "lifo"\n' in text


def test_one_account_is_converted_and_the_others_stay_native(folder: Path) -> None:
    shop = RECEIPT.replace("Main", "Shop").replace("L1", "S1")
    file = write(HEAD, MAIN, SHOP, RECEIPT, shop)
    before = figures(file)

    assert run("--account", "Assets:Stock:Shop", "--write").exit_code == 0
    assert figures(file) == before
    text = file.read_text()
    assert f"{MAIN.format(booking='FIFO')}" in text
    assert f'{SHOP.format(booking="NONE")}  lot-method: "fifo"\n' in text
    assert '{2.00 USD, "L1"}' in text
    assert '{2.00 USD, "S1"}' not in text


def test_a_transfer_out_of_what_stays_native_is_refused(folder: Path) -> None:
    more = """
2025-01-04 * "Restock"
  Assets:Stock:Main  -5 MILK {"L1"}
  Assets:Stock:Shop   5 MILK {2.00 USD, 2025-01-02, "L1"}
"""
    write(HEAD, MAIN, SHOP, RECEIPT, more)
    result = run("--account", "Assets:Stock:Shop")

    assert result.exit_code == 1
    assert result.stderr.startswith(
        "main.beancount:20: Goods move between Assets:Stock:Main and Assets:Stock:Shop, and both "
        "have to be converted together. Name an account above both, or leave --account out\n"
    )


@pytest.mark.parametrize("booking", ["HIFO", "AVERAGE"])
def test_a_booking_that_no_method_equals_is_refused(booking: str, folder: Path) -> None:
    assert refused(HEAD, MAIN, RECEIPT, booking=booking) == (
        f'main.beancount:10: Assets:Stock:Main is booked "{booking}", which no managed method '
        'equals; "FIFO", "LIFO", "STRICT", "STRICT_WITH_SIZE", "NONE" have one\n'
        "Error: Nothing is converted: managed, the ledger would not say the same.\n"
    )


def test_costs_finer_than_cents_are_refused_with_both_figures(folder: Path) -> None:
    receipt = RECEIPT.replace("2.00", "2.345")
    sale = SALE.replace("{what}", "{}").replace("12", "3").replace("60", "15")

    assert refused(HEAD, MAIN, receipt, sale).startswith(
        "main.beancount:18: Beancount books -3 MILK of lot L1, sale, at -7.035 USD for 15; managed "
        "it would be -3 MILK of lot L1, sale, at -7.04 USD for 15\n"
    )


def test_a_leg_that_would_have_to_be_added_is_told_at_the_line_as_it_is(folder: Path) -> None:
    head = HEAD.replace("  lot-cost-of-sales: Expenses:CostOfSales\n", "")
    said = refused(head, MAIN, RECEIPT, SECOND, SALE.replace("{what}", "{}"))

    assert said.startswith("main.beancount:21: This sale needs a leg on an account")
    assert "(main.beancount:4): lot-cost-of-sales: Expenses:CostOfSales\n" in said


def test_a_ledger_with_errors_is_refused_and_they_are_listed(folder: Path) -> None:
    said = refused(HEAD, MAIN, RECEIPT, SALE.replace("{what}", "{}"))

    assert "main.beancount:17: Not enough lots to reduce" in said
    assert said.endswith("\nNothing is converted before the errors are mended.\n")


def test_a_ledger_without_the_plugin_is_refused(folder: Path) -> None:
    head = HEAD.replace('plugin "beancount_lotcost"\n', "")

    assert 'Add to main.beancount: plugin "beancount_lotcost"' in refused(head, MAIN, RECEIPT)


def test_an_account_that_nobody_knows_is_refused_with_the_nearest(folder: Path) -> None:
    write(HEAD, MAIN, RECEIPT)
    result = run("--account", "Assets:Stok:Main")

    assert result.exit_code == 2
    assert "'Assets:Stok:Main' is unknown; did you mean Assets:Stock:Main" in " ".join(
        result.stderr.split()
    )


def test_goods_that_a_plugin_makes_are_refused(folder: Path) -> None:
    Path("maker.py").write_text(
        textwrap.dedent(
            """
            from beancount.core import data
            from beancount.core.amount import D
            __plugins__ = ("maker",)
            def maker(entries, options):
                return [
                    entry._replace(postings=[p._replace(meta={**p.meta, "lineno": 1})
                                             for p in entry.postings])
                    if isinstance(entry, data.Transaction) else entry
                    for entry in entries
                ], []
            """
        )
    )
    text = 'option "insert_pythonpath" "TRUE"\nplugin "maker"\n' + HEAD

    assert "main.beancount:1: 10 MILK on Assets:Stock:Main cannot be told" in refused(
        text, MAIN, RECEIPT
    )


def test_all_files_of_a_ledger_are_converted_and_named(folder: Path) -> None:
    Path("years").mkdir()
    Path("papers").mkdir()
    write(RECEIPT, name="years/a.beancount")
    write(SECOND, name="years/b.beancount")
    absolute = f'include "{folder}/years/b.beancount"\n'
    documents = 'option "documents" "papers"\n'
    file = write(documents, 'include "years/a*.beancount"\n', absolute, HEAD, MAIN)
    before = figures(file)
    result = run("--write")

    assert result.exit_code == 0, result.output
    assert figures(file) == before
    assert result.stderr.endswith(
        "Written: main.beancount, years/a.beancount, years/b.beancount.\n"
    )
    assert "{" not in Path("years/a.beancount").read_text()
    assert "{" not in Path("years/b.beancount").read_text()


def test_line_endings_and_odd_bytes_stay(folder: Path) -> None:
    text = "".join((HEAD, MAIN.format(booking="FIFO"), RECEIPT.replace("Farm", "Ferme d'été")))
    crlf = text.replace("\n", "\r\n").removesuffix("\r\n").encode()
    Path("main.beancount").write_bytes(crlf)
    result = run("--write")
    assert result.exit_code == 0, result.output
    after = Path("main.beancount").read_bytes()

    assert b'10 MILK @ 2.00 USD    ; a comment\r\n    lot: "L1"\r\n    expires' in after
    assert after.count(b"\n") == after.count(b"\r\n") == crlf.count(b"\n") + 1
    assert not after.endswith(b"\n")
    assert "Ferme d'été".encode() in after


def test_labels_may_hold_any_sign(folder: Path) -> None:
    text = converted(HEAD, MAIN, RECEIPT.replace("L1", "L;}{1"))

    assert '  10 MILK @ 2.00 USD    ; a comment\n    lot: "L;}{1"\n' in text


def test_a_file_that_changed_meanwhile_is_not_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(HEAD, MAIN, RECEIPT)
    conversion = convert(load(file))
    assert conversion is not None
    file.write_text(file.read_text() + "; a word more\n")

    with pytest.raises(replacing.ChangedError, match=r"main\.beancount has changed since"):
        replacing.replace(conversion.replacements)
    assert file.read_text().endswith("; a word more\n")
    assert os.listdir() == ["main.beancount"]


def test_where_one_file_cannot_be_written_none_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(RECEIPT, name="a.beancount")
    write('include "a.beancount"\n', HEAD, MAIN)
    before = {name: Path(name).read_bytes() for name in os.listdir()}
    replace, done = os.replace, []

    def second_fails(part: Path, target: Path) -> None:
        if done:
            raise OSError(28, "No space left on device")
        done.append(target)
        replace(part, target)

    monkeypatch.setattr(os, "replace", second_fails)
    result = run("--write")

    assert result.exit_code == 1
    assert len(done) == 1
    assert {name: Path(name).read_bytes() for name in os.listdir()} == before


@pytest.mark.parametrize("booking", ["FIFO", "STRICT"])
def test_whatever_happened_the_figures_are_the_same(booking: str, folder: Path) -> None:
    @settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much])
    @given(ledgers(booking, whole=True))
    def equal(text: str) -> None:
        file = write(textwrap.dedent(text))
        before = figures(file)
        result = run("--write")

        assert result.exit_code == 0, result.output
        assert figures(file) == before
        assert "{" not in file.read_text()
        assert "Nothing to convert" in run().stderr

    equal()


@pytest.mark.parametrize("booking", ["FIFO", "LIFO", "STRICT"])
def test_what_is_not_equal_is_never_written(booking: str, folder: Path) -> None:
    @settings(max_examples=20, suppress_health_check=[HealthCheck.filter_too_much])
    @given(ledgers(booking))
    def equal_or_as_it_was(text: str) -> None:
        file = write(textwrap.dedent(text))
        before, content = figures(file), file.read_bytes()
        result = run("--write")

        assert figures(file) == before
        assert result.exit_code == 0 or file.read_bytes() == content

    equal_or_as_it_was()


def test_a_converted_ledger_leaves_beancount_no_lots_to_look_through(folder: Path) -> None:
    converted(HEAD, MAIN, RECEIPT, SECOND, SALE.replace("{what}", "{}"))
    text = Path("main.beancount").read_text().replace('plugin "beancount_lotcost"\n', "")
    entries, _, _ = loader.load_string(text)

    costs = [posting.cost for entry in entries for posting in getattr(entry, "postings", ())]
    assert costs and set(costs) == {None}
