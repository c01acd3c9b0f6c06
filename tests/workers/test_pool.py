"""Workers: what they return and raise, what stops them, and that nothing is left of them."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sts_kg.errors import MemoryLimitError, QueryError, QueryTimeoutError, QueueFullError, StsKgError, WorkerDiedError
from sts_kg.workers import Limits, Pool, bytes_of, go_on_watched, most_memory
from sts_kg.workers.limits import resident

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="processes are watched on Linux only")


def work(what: str, size: int = 0) -> object:
    """Do what a query may do to a worker."""
    if what == "raise":
        raise QueryError("a/b", "is wrong", line=2, column=3)
    if what == "raise what cannot be pickled":
        raise type("Odd", (Exception,), {})("no")
    if what == "hang":
        threading.Event().wait()
    if what == "spin":
        while True:
            pass
    if what == "eat":
        eaten = []
        while True:
            eaten.append(bytearray(1_000_000))
    if what == "crash":
        faulthandler.disable()  # pytest's, which would tell
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "exit":
        os._exit(7)
    return os.getpid() if what == "pid" else "x" * size


def alive(pid: int) -> bool:
    """Return whether there is a process, one that nobody reaped included."""
    return Path(f"/proc/{pid}").exists()


def test_a_worker_is_kept_for_the_next_call_and_gone_with_the_pool() -> None:
    with Pool(work) as pool:
        pid = pool.call("pid")
        assert pool.call("pid") == pid != os.getpid()
        assert pool.pids == [pid]
    assert isinstance(pid, int)
    assert not alive(pid)
    with pytest.raises(ValueError, match="the pool is closed"):
        pool.call("pid")


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_an_answer_of_any_size_comes_whole(size: int) -> None:
    with Pool(work) as pool:
        assert pool.call("", size) == "x" * size


def test_what_the_function_raises_arrives_as_itself_and_the_worker_lives_on() -> None:
    with Pool(work) as pool:
        pid = pool.call("pid")
        with pytest.raises(QueryError) as caught:
            pool.call("raise")
        assert (caught.value.name, caught.value.reason, caught.value.line, caught.value.column) == (
            *("a/b", "is wrong", 2, 3),
        )
        with pytest.raises(RuntimeError, match=r"^Odd: no$"):
            pool.call("raise what cannot be pickled")
        assert pool.call("pid") == pid


@pytest.mark.parametrize(
    ("what", "limits", "kind", "said"),
    [
        ("hang", Limits(timeout_s=0.2), QueryTimeoutError, "it was stopped after 0.2 seconds; "),
        ("spin", Limits(timeout_s=0.2), QueryTimeoutError, "it was stopped after 0.2 seconds; "),
        ("eat", Limits(memory=50_000_000), MemoryLimitError, "it was stopped: it needs more than 50 MB of memory; "),
        ("crash", Limits(), WorkerDiedError, "it ended by SIGSEGV: native code gave up, mostly since the input"),
        ("exit", Limits(), WorkerDiedError, "it ended by exit code 7: "),
    ],
)
def test_a_worker_that_is_stopped_or_ends_is_reaped_and_replaced(
    what: str, limits: Limits, kind: type[StsKgError], said: str
) -> None:
    with Pool(work) as pool:
        before = pool.call("pid")
        with pytest.raises(kind) as caught:
            pool.call(what, limits=limits, what="it")
        assert str(caught.value).startswith(said)
        assert isinstance(before, int)
        assert not alive(before)
        assert pool.call("pid") != before


def test_a_worker_is_recycled_after_its_calls() -> None:
    with Pool(work, calls=2) as pool:
        pids = [pool.call("pid") for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_more_calls_than_may_wait_are_refused_and_threads_share_the_workers() -> None:
    raised: list[BaseException] = []

    def ask(limits: Limits) -> None:
        try:
            pool.call("hang", limits=limits)
        except StsKgError as error:
            raised.append(error)

    with Pool(work, workers=2, waiting=0) as pool:
        threads = [threading.Thread(target=ask, args=(Limits(timeout_s=30),)) for _ in range(2)]
        for thread in threads:
            thread.start()
        while len(pool.pids) < 2:
            pass
        with pytest.raises(QueueFullError) as caught:
            pool.call("pid", what="a query")
        assert str(caught.value) == "a query has more than 0 waiting calls; try again later"
        pids = pool.pids
    for thread in threads:
        thread.join(10)
    assert [type(error) for error in raised] == [WorkerDiedError] * 2  # the pool was closed
    assert [pid for pid in pids if alive(pid)] == []


KILLED = """
import os, sys, threading
from sts_kg.workers import Pool, go_on_watched

def work(what):
    if what == "pid":
        return os.getpid()
    while True:
        pass

if sys.argv[1] == "watched":
    print(os.getpid())
    go_on_watched(10**12, "it")
    print(os.getpid(), flush=True)
    work("spin")
pool = Pool(work, workers=2)
print(pool.call("pid"))
threading.Thread(target=pool.call, args=("spin",), daemon=True).start()
while len(pool.pids) < 1 or not pool._busy:
    pass
print(pool.call("pid"), flush=True)
pool.call("spin")
"""


@pytest.mark.parametrize("how", ["pool", "watched"])
def test_no_worker_outlives_a_parent_that_is_killed(how: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", KILLED, how], stdout=subprocess.PIPE, encoding="ascii")
    assert parent.stdout is not None
    pids = [int(parent.stdout.readline()) for _ in range(2)]
    assert all(map(alive, pids))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert parent.stdout.read() == ""  # ends when nobody holds the pipe any more
    parent.stdout.close()


WATCHED = """
import os, signal, sys, time
from sts_kg.errors import StsKgError
from sts_kg.workers import go_on_watched

try:
    go_on_watched(100_000_000, "it")
except StsKgError as error:
    print(error)
    sys.exit(3)
try:
    print("in the child", flush=True)
    if sys.argv[1] == "wait":
        while True:  # signal.pause() would wait for a second signal if the first comes just before it
            time.sleep(0.01)
except KeyboardInterrupt:
    sys.exit(9)
if sys.argv[1] == "eat":
    eaten = []
    while True:
        eaten.append(bytearray(1_000_000))
if sys.argv[1] == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
sys.exit(5)
"""


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("", 5, ""),
        ("eat", 3, "it was stopped: it needs more than 100 MB of memory; "),
        ("crash", 3, "it ended by SIGSEGV: native code gave up"),
    ],
)
def test_a_watched_process_ends_as_its_child(what: str, code: int, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", WATCHED, what], capture_output=True, encoding="ascii", timeout=60)
    first, _, rest = done.stdout.partition("\n")
    assert (first, done.returncode, done.stderr) == ("in the child", code, "")
    assert rest.startswith(said)
    assert bool(rest) == bool(said)


def test_a_watched_process_passes_signals_on() -> None:
    parent = subprocess.Popen([sys.executable, "-c", WATCHED, "wait"], stdout=subprocess.PIPE, encoding="ascii")
    assert parent.stdout is not None
    assert parent.stdout.readline() == "in the child\n"
    parent.send_signal(signal.SIGINT)
    assert parent.wait(30) == 9
    parent.stdout.close()


def test_memory_that_is_not_known_is_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sts_kg.workers.watching.resident", lambda pid: None)
    pid = os.getpid()
    go_on_watched(1, "it")
    assert os.getpid() == pid


# --- limits


@pytest.mark.parametrize(
    ("size", "count"),
    [
        ("0", 0),
        (7, 7),
        ("2GB", 2_000_000_000),
        ("2 gb", 2_000_000_000),
        ("1.5m", 1_500_000),
        ("1kiB", 1024),
        (".5K", 500),
        ("1T", 10**12),
    ],
)
def test_a_size(size: str | int, count: int) -> None:
    assert bytes_of(size) == count


@pytest.mark.parametrize("size", ["", "GB", "-1", "2 XB", "1e9", "2GB extra", "nan"])
def test_no_size(size: str) -> None:
    with pytest.raises(ValueError, match="is not a size; write it as 500MB, 2GB or 2GiB"):
        bytes_of(size)


def test_there_is_memory_and_we_use_some_of_it() -> None:
    free, used = most_memory(), resident(os.getpid())
    assert free is not None
    assert used is not None
    assert 1_000_000 < used < 10**12
    assert 1_000_000 < free < 10**15
    assert resident(2**22 + 1) is None


def test_limits_that_cannot_be_kept_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    both = Limits(1, 2)
    assert both.enforceable == both
    monkeypatch.setattr("sts_kg.workers.limits.resident", lambda pid: None)
    assert both.enforceable == Limits(1, None)
    monkeypatch.delattr(os, "fork")
    assert both.enforceable == Limits()
    assert not both.enforceable
