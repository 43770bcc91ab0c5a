"""The demo: the bundled example ledger in Fava."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

import lotcost

_HOST = "127.0.0.1"
_FIRST_PORT = 5000
_PORTS = 100


def show_demo(port: int | None) -> None:
    """Serve a copy of the example ledger until interrupted; it may be edited."""
    source = example()
    with tempfile.TemporaryDirectory(prefix="lotcost-demo-") as folder:
        copy = Path(folder).resolve() / source.parent.name
        shutil.copytree(source.parent, copy)
        _serve(copy / source.name, free_port([port] if port else _ports()))


def example() -> Path:
    """Return the example ledger, beside the package or, in an installed wheel, within it."""
    package = Path(str(lotcost.__file__)).parent
    for folder in (package / "ledgers", package.parent / "ledgers"):
        ledger = folder / "food" / "main.beancount"
        if ledger.is_file():
            return ledger
    raise click.ClickException("The example ledgers are not installed.")


def free_port(ports: Iterable[int]) -> int:
    """Return the first port that nobody listens on."""
    tried = []
    for port in ports:
        tried.append(port)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return port
    taken = " to ".join(str(port) for port in sorted({tried[0], tried[-1]}))
    raise click.ClickException(f"Port {taken} is taken; name another with --port.")


def _ports() -> Iterable[int]:
    return range(_FIRST_PORT, _FIRST_PORT + _PORTS)


def _serve(ledger: Path, port: int) -> None:
    # Here, as Fava takes a second to load. Its own command would add the ledgers that the
    # environment names to this one.
    from cheroot.wsgi import Server
    from fava.application import create_app

    server = Server((_HOST, port), create_app([str(ledger)]))
    click.echo(f"The example ledger is at http://{_HOST}:{port}/ until you press Ctrl-C.")
    click.echo(f"It is a copy, free to edit: {ledger}")
    try:
        server.start()
    except KeyboardInterrupt:
        server.stop()
