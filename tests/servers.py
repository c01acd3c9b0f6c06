"""SPARQL servers for tests: real engines on a free port of this machine, with an empty database.

Import the fixtures into one test module; without its engine a test is skipped.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["Server", "free_port", "oxigraph", "oxigraph_server", "virtuoso", "virtuoso_server"]


@dataclass(frozen=True)
class Server:
    """A running engine: where it takes queries, updates and graphs, and who may write."""

    engine: str
    query: str
    update: str
    graph_store: str
    user: str = ""
    password: str = ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str) -> str | None:
    beside = Path(sys.executable).parent  # of this environment first
    return shutil.which(name, path=str(beside)) or shutil.which(name)


@contextmanager
def _running(command: list[str], folder: Path, ready: str) -> Iterator[None]:
    """Run a server until it is no longer needed."""
    said = folder / "output.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait(process, ready, said)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait(process: subprocess.Popen[bytes], ready: str, said: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"{process.args!r} ended: {said.read_text(errors='replace')[-500:]}")
        try:
            urllib.request.urlopen(ready, timeout=5).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{process.args!r} does not answer: {said.read_text(errors='replace')[-500:]}")


@contextmanager
def oxigraph_server(folder: Path, *, read_only: bool = False) -> Iterator[Server]:
    """Run the Oxigraph server (PyPI: oxigraph) on a store folder; it asks nobody for a password."""
    program = _program("oxigraph")
    if program is None:
        pytest.skip("no Oxigraph server: pip install oxigraph")
    start = f"http://127.0.0.1:{free_port()}"
    mode = "serve-read-only" if read_only else "serve"
    command = [program, mode, "--location", str(folder / "db"), "--bind", start.removeprefix("http://")]
    folder.mkdir(exist_ok=True)
    with _running(command, folder, start + "/query"):
        yield Server("Oxigraph", f"{start}/query", f"{start}/update", f"{start}/store")


_VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 6
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = .
SchedulerInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 6
ServerRoot = .
[SPARQL]
ResultSetMaxRows = {rows}
"""


@contextmanager
def virtuoso_server(folder: Path, *, most_rows: int = 10_000) -> Iterator[Server]:
    """Run Virtuoso (Debian: virtuoso-opensource-7-bin), with the password that a new database has; cut at `most_rows`.

    Ten thousand rows are what Debian's own configuration allows.
    """
    program = _program("virtuoso-t")
    if program is None:
        pytest.skip("no Virtuoso: apt-get install virtuoso-opensource-7-bin")
    folder.mkdir(exist_ok=True)
    port = free_port()
    settings = _VIRTUOSO.format(sql=free_port(), http=port, rows=most_rows)
    (folder / "virtuoso.ini").write_text(settings, encoding="utf-8")
    start = f"http://127.0.0.1:{port}"
    with _running([program, "+foreground", "+configfile", "virtuoso.ini"], folder, start + "/sparql"):
        crud = f"{start}/sparql-graph-crud-auth"
        yield Server("Virtuoso", f"{start}/sparql", f"{start}/sparql-auth", crud, "dba", "dba")


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The Oxigraph server."""
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Virtuoso."""
    with virtuoso_server(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server
