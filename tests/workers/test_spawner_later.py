"""What a spawner loads once nobody asks it for anything, and that later workers share it."""

from __future__ import annotations

import os
import pickle
import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sts_kg.workers import Spawner
from sts_kg.workers.frames import receive, send
from sts_kg.workers.spawner import Spawned

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="processes are watched on Linux only")


class Loading:
    """Loads a word at once, and another one later."""

    def __init__(self, fails: bool = False) -> None:
        self.words: list[str] = []
        self.fails = fails

    def now(self) -> tuple[Callable[[], list[str]], int]:
        self.words.append("now")
        return self.known, os.getpid()

    def later(self) -> Iterator[object]:
        self.words.append("soon")
        yield self.words
        if self.fails:
            raise ValueError("no")
        self.words.append("later")
        yield self.words

    def known(self) -> list[str]:
        return self.words


def asked(worker: Spawned) -> bytes:
    """Return the frame with which a worker answers a call without arguments."""
    send(worker.socket, pickle.dumps(()))
    found = receive(worker.socket)
    assert found is not None, "the worker lives"
    return bytes(found)


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True])
def test_later_workers_have_what_was_loaded_later(fails: bool, capfd: pytest.CaptureFixture[str]) -> None:
    loading = Loading(fails)
    spawner = Spawner(loading.now, loading.later)
    workers: list[Spawned] = []

    def new() -> Spawned:
        workers.append(spawner.spawn())
        return workers[-1]

    try:
        spawner.wait()
        early = new()
        assert b"now" in asked(early)
        deadline = time.monotonic() + (2 if fails else 20)
        while b"later" not in asked(new()) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert (b"later" in asked(workers[-1])) is not fails
        assert b"later" not in asked(early)
        assert b"soon" in asked(workers[-1])
        assert (spawner.gone in select.select([spawner.gone], [], [], 0)[0]) is not fails
    finally:
        spawner.close()
        for worker in workers:
            worker.socket.close()
    said = "what the first requests can do without was not loaded: ValueError\n"
    assert capfd.readouterr().err == (said if fails else "")
