"""Fixtures: one loaded knowledge graph for the session, the page if it is at hand, and closed sockets."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from external import with_external
from hypothesis import settings
from places import PAGE

from sts_kg import KnowledgeGraph, knowledge, load
from sts_kg.rdf import passing_namespaces

# The same examples in every run; others with `pytest --hypothesis-profile=random`.
settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.register_profile("random", deadline=None, print_blob=True)
settings.load_profile("fixed")

# To look for cycles after every 700 objects costs a tenth of the time: tests keep large graphs.
gc.set_threshold(100_000, 50, 100)

# A job in the background of a script ignores Ctrl-C, and so would the commands that tests stop.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="module")
def _namespaces() -> Iterator[None]:
    """Forget the prefixes of guidelines that a module loads, so that others find those that a new process has."""
    with passing_namespaces():
        yield


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0] if isinstance(address, tuple) else address
            assert host in ("127.0.0.1", "::1", "localhost"), f"a test reached for {host}"
        connect(self, address)  # type: ignore[arg-type] # whatever the caller gave

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def kg() -> KnowledgeGraph:
    """The shipped knowledge graph, without cases."""
    return load()


@pytest.fixture
def preloaded(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands share what is loaded, each with a graph of its own, since `link` changes its graph."""
    loaded = knowledge.load

    def shared(**given: Any) -> KnowledgeGraph:
        return loaded(**given) if given else KnowledgeGraph(kg.session)

    monkeypatch.setattr(knowledge, "load", shared)


@pytest.fixture(scope="session")
def linked() -> KnowledgeGraph:
    """The shipped knowledge graph with two small made-up ontologies linked to it."""
    return with_external()


@pytest.fixture(scope="session")
def page() -> Path:
    """The source page; without it the test is skipped."""
    if PAGE is None:
        pytest.skip("the source page is not at hand: set STS_KG_SOURCE")
    return PAGE
