"""The README is run: its ledgers are loaded, its commands print what it shows.

    python tests/test_docs.py         writes the outputs of its commands anew

A `beancount` block that opens with `; name.beancount` begins a ledger, and one without a name goes
on with it; `; name.beancount becomes` shows what the plugin makes of its transactions. A block with
a name behind its kind is that file. A `console` block is a terminal of 100 columns.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pytest
from beancount.core import data
from beancount.parser import printer

from lotcost.cli import main
from lotcost.ledger import errors
from lotcost.ledger.loading import load

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"; (\w+\.beancount)( becomes)?\n")
COLUMNS = "100"


class Terminal(io.TextIOWrapper):
    """An output that is a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]


class Command(NamedTuple):
    """A command of a `console` block, the output below it, and the commands above it."""

    line: str
    output: str
    before: tuple[str, ...]


def blocks(kind: str) -> list[str]:
    return [text for found, _, text in FENCE.findall(README.read_text()) if found == kind]


def ledgers() -> dict[str, str]:
    """The ledgers by name, each with all of its pieces."""
    found: dict[str, str] = {}
    last = ""
    for block in blocks("beancount"):
        named = NAME.match(block)
        if named and named[2]:
            continue
        if named:
            last = named[1]
        found[last] = f"{found[last]}\n{block}" if last in found else block
    return found


def becoming() -> dict[str, str]:
    found = ((NAME.match(block), block) for block in blocks("beancount"))
    return {named[1]: block[named.end() :] for named, block in found if named and named[2]}


def commands() -> list[Command]:
    return [command for block in blocks("console") for command in _commands(block)]


def _commands(block: str) -> Iterator[Command]:
    before: tuple[str, ...] = ()
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        yield Command(line, output, before)
        before = (*before, line)


def run(line: str, columns: str = COLUMNS) -> tuple[str, int]:
    """Run a command in a terminal, in the current folder."""
    program, *args = shlex.split(line)
    if program == "bean-query":
        query = [sys.executable, "-m", "beanquery", *args]
        done = subprocess.run(query, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr, done.returncode
    assert program == "lotcost"
    terminal = Terminal()
    with (
        mock.patch.dict(os.environ, {"COLUMNS": columns}),
        redirect_stdout(terminal),
        redirect_stderr(terminal),
        pytest.raises(SystemExit) as left,
    ):
        main(args, prog_name=program)
    return terminal.shown(), int(left.value.code or 0)


def write_ledgers(folder: Path) -> None:
    (folder / "ledgers").symlink_to(ROOT / "ledgers")
    named = {name: text for _, name, text in FENCE.findall(README.read_text()) if name}
    for name, text in {**ledgers(), **named}.items():
        (folder / name).write_text(text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the ledgers of the README, which is where its commands are run."""
    write_ledgers(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rewrite() -> None:
    """Put the outputs that the commands have now into the README."""

    def anew(found: re.Match[str]) -> str:
        if found[1] != "console":
            return found[0]
        shown = "".join(f"$ {each.line}\n{run(each.line)[0]}" for each in _commands(found[3]))
        return f"```console\n{shown}```"

    text = README.read_text()
    with tempfile.TemporaryDirectory() as folder:
        write_ledgers(Path(folder))
        with chdir(folder):
            text = FENCE.sub(anew, text)
    README.write_text(text)


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.line)
def test_a_command_prints_what_the_readme_shows(command: Command, folder: Path) -> None:
    for line in command.before:
        run(line)
    shown, _ = run(command.line)

    assert shown == command.output


@pytest.mark.parametrize("name", ledgers())
def test_a_ledger_of_the_readme_loads_without_an_error(name: str, folder: Path) -> None:
    """But for one whose errors the README shows, and then it has no others."""
    shown, code = run(f"lotcost check {name}")
    said = [each.output for each in commands() if each.line == f"lotcost check {name}"]

    assert shown == "".join(said)
    assert code == bool(said)


@pytest.mark.parametrize("name", becoming())
def test_the_plugin_makes_of_a_ledger_what_the_readme_shows(name: str, folder: Path) -> None:
    transactions = [
        entry._replace(postings=[posting._replace(meta=None) for posting in entry.postings])
        for entry in load(name).entries
        if isinstance(entry, data.Transaction)
    ]

    assert _lines("".join(map(printer.format_entry, transactions))) == _lines(becoming()[name])


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("line", re.findall(r"`(lotcost \w[^`]* LEDGER[^`]*)`", README.read_text()))
def test_an_example_of_a_report_can_be_run(line: str, folder: Path) -> None:
    shown, code = run(line.replace("LEDGER", "ledgers/food/main.beancount"))

    assert code == 0, shown
    assert "Nothing to show" not in shown


@pytest.mark.parametrize("name", main.commands)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"lotcost {name}" in README.read_text()


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("plugins/*_lotcost")))
def test_every_plugin_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README.read_text()


def test_every_error_is_in_the_readme_as_it_is_in_the_code() -> None:
    tree = str(errors.__doc__)
    classes = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.LotError)
    ]

    assert tree[tree.index("LotError\n") : tree.index("\n\nThey are")] + "\n" in blocks("text")
    assert [name for name in classes if not re.search(rf"\b{name}\b", tree)] == []


def test_the_contents_of_the_readme_name_its_sections_and_every_link_leads_to_one() -> None:
    text = FENCE.sub("", README.read_text())
    anchors = {
        heading: re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    contents = text[text.index("**Contents**") : text.index("\n## ")]

    assert re.findall(r"\[([^]]*)\]\(#", contents) == re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [
        link for link in re.findall(r"\]\(#(.*?)\)", text) if link not in anchors.values()
    ] == []
    assert all(
        anchors[name] == link for name, link in re.findall(r"\[([^]]*)\]\(#(.*?)\)", contents)
    )


def test_the_changelog_has_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert re.search(rf"^## \[{re.escape(version)}\]", (ROOT / "CHANGELOG.md").read_text(), re.M)


if __name__ == "__main__":
    rewrite()
