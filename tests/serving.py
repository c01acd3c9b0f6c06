"""A running `sts-kg serve`, and requests to it. Import the fixture `server` into a test module."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

__all__ = [
    "Answer",
    "Serving",
    "connected",
    "in_background",
    "metric",
    "server",
    "serving",
    "serving_with",
    "until",
]


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers in small letters (of equal ones the last), and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Serving:
    """A server that runs: its `address` without a slash at the end, and its process."""

    def __init__(self, address: str, process: subprocess.Popen[str]) -> None:
        self.address, self.process = address, process
        self._host = urlsplit(address).netloc
        self._root = urlsplit(address).path

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | str | None = None,
        timeout: float = 60,
        **headers: str,
    ) -> Answer:
        """Return the answer to a request; `content_type="…"` becomes the header Content-Type."""
        connection = self._connection(timeout)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, self._root + path, body, named)
            found = connection.getresponse()
            return Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._host, timeout=timeout)

    def sparql(self, query: str, *, accept: str = "application/sparql-results+json", **parameters: str) -> Answer:
        """Return the answer to a query by GET."""
        return self.ask(f"/sparql?{urlencode({'query': query, **parameters}, quote_via=quote)}", accept=accept)

    @property
    def children(self) -> list[int]:
        """The process ids of all processes below the server's."""
        return _below(self.process.pid)


def _below(pid: int) -> list[int]:
    try:
        direct = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*direct, *(each for child in direct for each in _below(child))]


def _wait_until_loaded(server: Serving) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and not json.loads(server.ask("/health").body)["loaded"]:
        time.sleep(0.1)


@contextmanager
def serving(*options: str, log: Path | None = None) -> Iterator[Serving]:
    """Run `sts-kg serve` with options on a free port; standard error goes to `log`. It is stopped at the end."""
    command = [sys.executable, "-m", "sts_kg", "serve", "--port", "0", *options]
    with open(log or os.devnull, "w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+?(?=/? )", line)
        assert found, f"the server did not say where it is: {line!r}"
        if "--timeout" in options:  # a worker that is started while more is loaded may take as long
            _wait_until_loaded(Serving(found[0], process))
        yield Serving(found[0], process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def metric(server: Serving, line: str) -> float:
    """Return a value of the metrics, 0 if it is not there."""
    found = re.search(rf"^{re.escape(line)} (\S+)$", server.ask("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def until(true: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.01)


def connected(server: Serving, source: int = 1) -> socket.socket:
    """Return a bare connection, from one of several addresses of this machine."""
    where = urlsplit(server.address)
    assert where.hostname and where.port
    address = (f"127.0.0.{source}", 0)
    return socket.create_connection((where.hostname, where.port), timeout=30, source_address=address)


def in_background(function: Callable[[], Answer]) -> tuple[threading.Thread, list[Answer]]:
    """Ask in a thread; the answer is in the list when the thread has ended."""
    found: list[Answer] = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    return thread, found


@contextmanager
def serving_with(first: str = "pass", **settings: object) -> Iterator[Serving]:
    """Serve with settings that the command line does not have, after a line of Python."""
    told = "told=lambda x: print(x, flush=True)"
    code = f"{first}; from sts_kg.server import Settings, serve; serve(Settings(port=0, **{settings!r}), {told})"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        yield Serving(process.stdout.readline().strip().rstrip("/"), process)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    """The shipped graph, served to the tests of one module."""
    with serving() as running:
        yield running
