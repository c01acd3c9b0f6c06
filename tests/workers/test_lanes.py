"""A lane: what its workers answer, what stops them, whose turn it is, and that nothing is left of them."""

from __future__ import annotations

import asyncio
import faulthandler
import mmap
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sts_kg.errors import (
    MemoryLimitError,
    QueryError,
    QueryTimeoutError,
    QueueFullError,
    ShareFullError,
    StsKgError,
    WorkerDiedError,
)
from sts_kg.workers import Lane, Limits, Spawner
from sts_kg.workers.limits import cpu_s
from sts_kg.workers.spawner import Spawned

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="processes are watched on Linux only")

NONE = Limits()


def work(what: str, size: int = 0) -> object:
    """Do what a query may do to a worker."""
    if what == "raise":
        raise QueryError("a/b", "is wrong", line=2, column=3)
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
    if what == "burn":
        end = time.process_time() + size / 1000
        while time.process_time() < end:
            pass
    if what == "sleep":
        time.sleep(size / 1000)
    if what == "reserve":  # and do not use
        with mmap.mmap(-1, size):
            return "reserved"
    if what == "priority":
        return os.getpriority(os.PRIO_PROCESS, 0)
    return os.getpid() if what == "pid" else "x" * size


def made() -> tuple[Callable[..., object], object]:
    return work, "about"


@pytest.fixture
def spawner() -> Iterator[Spawner]:
    made_here = Spawner(made)
    made_here.wait()
    yield made_here
    made_here.close()


def alive(pid: int) -> bool:
    """Return whether there is a process, one that nobody reaped included."""
    return Path(f"/proc/{pid}").exists()


def run(of: Coroutine[Any, Any, None]) -> None:
    """Run in the loop that the service has."""
    uvloop = pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(of)


async def until(true: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.005)


def asks(lane: Lane, client: str = "a", limits: Limits = NONE) -> Callable[..., Awaitable[Any]]:
    """Return a shorter call."""
    return partial(lane.call, client=client, limits=limits, what="it")


def test_a_worker_is_kept_for_the_next_call_and_gone_with_the_lane(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 2, waiting=4, share=4)
        pid = await asks(lane)("pid")
        assert await asks(lane)("pid") == pid != os.getpid()
        assert lane.pids == [pid]
        await lane.close()
        assert not alive(pid)
        assert lane.pids == []
        with pytest.raises(WorkerDiedError, match=r"^it gave no answer: the service is shutting down$"):
            await asks(lane)("pid")

    assert spawner.about == "about"
    run(main())


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_an_answer_of_any_size_comes_whole(spawner: Spawner, size: int) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        assert await asks(lane)("", size) == "x" * size
        assert await asks(lane)("", 3) == "xxx"
        await lane.close()

    run(main())


def test_what_the_function_raises_arrives_as_itself_and_the_worker_lives_on(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        pid = await asks(lane)("pid")
        with pytest.raises(QueryError) as caught:
            await asks(lane)("raise")
        assert (caught.value.name, caught.value.line, caught.value.column) == ("a/b", 2, 3)
        assert await asks(lane)("pid") == pid
        assert lane.killed == {}
        await lane.close()

    run(main())


@pytest.mark.parametrize(
    ("what", "limits", "kind", "said", "reason"),
    [
        ("spin", Limits(timeout_s=0.2), QueryTimeoutError, "it was stopped after 0.2 seconds; ", "timeout"),
        ("eat", Limits(memory=50_000_000), MemoryLimitError, "it was stopped: it needs more than 50 MB", "memory"),
        ("crash", NONE, WorkerDiedError, "it ended by SIGSEGV: native code gave up", "died"),
        ("exit", NONE, WorkerDiedError, "it ended by exit code 7: ", "died"),
    ],
)
def test_a_worker_that_is_stopped_or_ends_is_reaped_and_replaced(
    spawner: Spawner, what: str, limits: Limits, kind: type[StsKgError], said: str, reason: str
) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        before = await asks(lane)("pid")
        with pytest.raises(kind) as caught:
            await asks(lane, limits=limits)(what)
        assert str(caught.value).startswith(said)
        assert not alive(before)
        assert await asks(lane)("pid") != before
        assert lane.killed == {reason: 1}
        await lane.close()

    run(main())


def test_a_call_whose_client_leaves_is_killed_and_the_slot_is_free_again(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        pid = await asks(lane)("pid")
        spinning = asyncio.ensure_future(asks(lane)("spin"))
        await asyncio.sleep(0.05)
        waiting = asyncio.ensure_future(asks(lane)("pid"))
        await asyncio.sleep(0.01)
        assert (lane.n_running, lane.n_waiting) == (1, 1)
        spinning.cancel()
        assert await waiting != pid
        assert not alive(pid)
        assert (lane.n_running, lane.n_waiting, lane.killed) == (0, 0, {"cancelled": 1})
        await lane.close()

    run(main())


def test_one_who_leaves_while_waiting_costs_nothing(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=1, share=4)
        running = asyncio.ensure_future(asks(lane)("sleep", 200))
        await asyncio.sleep(0.05)
        waiting = asyncio.ensure_future(asks(lane)("pid"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        assert lane.n_waiting == 0
        with pytest.raises(QueryTimeoutError):  # the time that is waited counts
            await asks(lane, limits=Limits(timeout_s=0.02))("pid")
        assert (await running, lane.n_running, lane.killed) == ("x" * 200, 0, {})
        await lane.close()

    run(main())


def test_more_than_may_wait_and_more_than_the_share_of_one_client_are_refused(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=3, share=2)
        calls = [asyncio.ensure_future(asks(lane, client)("sleep", 50)) for client in ("a", "a", "b", "c")]
        await asyncio.sleep(0.01)
        with pytest.raises(ShareFullError, match=r"^it has more than 2 calls at once from one client; "):
            await asks(lane, "a")("pid")
        with pytest.raises(QueueFullError, match=r"^it has more than 3 waiting calls; try again later$"):
            await asks(lane, "d")("pid")
        await asyncio.gather(*calls)
        assert isinstance(await asks(lane, "a")("pid"), int)
        assert lane._of_client == {}
        await lane.close()

    run(main())


def test_clients_take_turns(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=9, share=9)
        done: list[str] = []

        async def call(client: str, name: str) -> None:
            await asks(lane, client)("sleep", 5)
            done.append(name)

        calls = [asyncio.ensure_future(call("a", f"a{i}")) for i in range(4)]
        await asyncio.sleep(0)
        calls += [asyncio.ensure_future(call("b", "b0")), asyncio.ensure_future(call("c", "c0"))]
        calls += [asyncio.ensure_future(call("b", "b1"))]
        await asyncio.gather(*calls)
        assert done == ["a0", "a1", "b0", "c0", "a2", "b1", "a3"]
        await lane.close()

    run(main())


def test_a_worker_that_dies_while_idle_is_noticed_and_replaced(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        pid = await asks(lane)("pid")
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not alive(pid))
        assert (lane.pids, lane.killed) == ([], {"died": 1})
        assert await asks(lane)("pid") != pid
        await lane.close()

    run(main())


@pytest.mark.load
def test_a_long_call_makes_way_and_its_worker_is_replaced(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        pid, before = await asks(lane)("pid"), await asks(lane)("priority")
        await asks(lane)("sleep", 400)  # which takes no CPU
        assert await asks(lane)("pid") == pid
        calling = asyncio.ensure_future(asks(lane)("burn", 600))
        await until(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 19, 20)
        await calling
        assert not alive(pid)
        assert await asks(lane)("priority") == before
        assert lane.killed == {}
        await lane.close()

    run(main())


@pytest.mark.load
def test_of_too_many_long_calls_the_latest_pause_and_go_on_when_another_has_ended(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 2, long=1, waiting=4, share=4)
        first = asyncio.ensure_future(asks(lane)("spin"))
        await until(lambda: len(lane.pids) == 1)
        (one,) = lane.pids
        second = asyncio.ensure_future(asks(lane)("spin"))
        await until(lambda: len(lane.pids) == 2)
        (two,) = {*lane.pids} - {one}
        await until(lambda: state(two) == "T", 20)
        assert state(one) != "T"
        first.cancel()
        await until(lambda: state(two) != "T")
        second.cancel()
        await asyncio.wait((first, second))
        assert lane.killed == {"cancelled": 2}
        await lane.close()

    run(main())


def state(pid: int) -> str:
    """Return the state of a process, as proc(5) writes it: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_a_worker_is_recycled_after_its_calls(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4, calls=2)
        pids = [await asks(lane)("pid") for _ in range(4)]
        assert pids[0] == pids[1] != pids[2] == pids[3]
        await lane.close()

    run(main())


def test_nothing_is_started_again_while_it_closes(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        spinning = asyncio.ensure_future(asks(lane)("spin"))
        await asyncio.sleep(0.05)
        waiting = asyncio.ensure_future(asks(lane)("pid"))
        await asyncio.sleep(0.01)
        lane.drain()
        with pytest.raises(WorkerDiedError, match="shutting down"):
            await waiting
        assert not spinning.done()
        await lane.close()
        with pytest.raises(WorkerDiedError, match="shutting down"):
            await spinning
        assert lane.pids == []
        assert children(spawner.pid) == []

    run(main())


def test_one_who_leaves_while_a_worker_is_started_leaves_it_for_the_next(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        calling = asyncio.ensure_future(asks(lane)("pid"))
        await asyncio.sleep(0)
        calling.cancel()
        with suppress(asyncio.CancelledError):
            await calling
        await until(lambda: len(lane.pids) == 1)
        (pid,) = lane.pids
        assert await asks(lane)("pid") == pid
        await lane.close()
        assert children(spawner.pid) == []

    run(main())


@pytest.fixture
def slow(spawner: Spawner, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let a worker be started slowly; the ids of those that were are in the list."""
    spawn, started = spawner.spawn, list[int]()

    def slowly() -> Spawned:
        time.sleep(0.3)
        worker = spawn()
        started.append(worker.pid)
        return worker

    monkeypatch.setattr(spawner, "spawn", slowly)
    return started


def test_the_limit_of_time_holds_while_a_worker_is_started(spawner: Spawner, slow: list[int]) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        for _ in range(2):
            with pytest.raises(QueryTimeoutError, match=r"^it was stopped after 0\.05 seconds"):
                await asks(lane, limits=Limits(0.05))("pid")
        assert slow == []
        assert [await asks(lane)("pid")] == slow == lane.pids  # that which was started for the first
        await lane.close()
        assert children(spawner.pid) == []

    run(main())


def test_a_call_whose_worker_is_started_runs_on_when_no_more_are_taken(spawner: Spawner, slow: list[int]) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        calling = asyncio.ensure_future(asks(lane)("pid"))
        await asyncio.sleep(0.05)
        lane.drain()
        assert [await calling] == slow
        await lane.close()
        assert children(spawner.pid) == []

    run(main())


def test_a_worker_that_is_started_while_it_closes_ends(spawner: Spawner, slow: list[int]) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 2, waiting=4, share=4)
        calling = asyncio.ensure_future(asks(lane)("pid"))
        with pytest.raises(QueryTimeoutError):
            await asks(lane, limits=Limits(0.05))("pid")
        await lane.close()
        with pytest.raises(WorkerDiedError, match="shutting down"):
            await calling
        assert len(slow) == 2
        assert children(spawner.pid) == []

    run(main())


def test_memory_is_watched_on_after_a_look_that_failed(spawner: Spawner, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = cpu_s, [RuntimeError("once")]

    def failing(pid: int) -> float:
        if failures:
            raise failures.pop()
        return real(pid)

    monkeypatch.setattr("sts_kg.workers.lanes.cpu_s", failing)

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        with pytest.raises(MemoryLimitError):
            await asks(lane, limits=Limits(20, 100_000_000))("eat")
        assert not failures
        await lane.close()

    run(main())


def test_a_worker_that_nobody_can_talk_to_is_killed(spawner: Spawner) -> None:
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(os.devnull, os.O_RDONLY)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, most))
    os.close(lowest)
    filling = []
    try:
        with suppress(OSError):
            while True:
                filling.append(os.open(os.devnull, os.O_RDONLY))
        with pytest.raises(WorkerDiedError, match="the system can start no process for it now"):
            spawner.spawn()
    finally:
        for each in filling:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, most))
    assert children(spawner.pid) == []


def test_a_spawner_that_does_not_answer_can_be_closed(spawner: Spawner) -> None:
    os.kill(spawner.pid, signal.SIGSTOP)
    failed: list[WorkerDiedError] = []

    def spawn() -> None:
        try:
            spawner.spawn()
        except WorkerDiedError as error:
            failed.append(error)

    spawning = threading.Thread(target=spawn, daemon=True)
    spawning.start()
    time.sleep(0.1)
    closing = threading.Thread(target=spawner.close, daemon=True)
    closing.start()
    closing.join(10)
    ended = not closing.is_alive()
    if not ended:
        os.kill(spawner.pid, signal.SIGCONT)
    spawning.join(10)
    assert ended
    assert len(failed) == 1
    assert not alive(spawner.pid)


@pytest.mark.parametrize(("given", "soft"), [(-1, None), (10**12, None), (10**9, 10**9)])
def test_a_limit_of_the_system_is_kept(given: int, soft: int | None) -> None:
    code = (
        f"import resource as r; r.setrlimit(r.RLIMIT_AS, ({given}, {given}));"
        "from sts_kg.workers.spawner import _bounded; _bounded(10**9); print(*r.getrlimit(r.RLIMIT_AS))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    few, most = map(int, found.stdout.split())
    assert most == given
    assert few == soft if soft else 3 * 10**9 < few < 10**10


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.load
def test_no_descriptor_is_lost_over_many_workers(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4, calls=1)
        await asks(lane)("pid")
        before = [len(os.listdir(f"/proc/{pid}/fd")) for pid in (os.getpid(), spawner.pid)]
        for _ in range(20):
            await asks(lane)("pid")
        assert [len(os.listdir(f"/proc/{pid}/fd")) for pid in (os.getpid(), spawner.pid)] == before
        await lane.close()

    run(main())


def test_a_worker_may_not_reserve_much_more_than_it_may_use() -> None:
    spawner = Spawner(made, memory=100_000_000)
    spawner.wait()

    async def main() -> None:
        lane = Lane("l", spawner, 1, waiting=4, share=4)
        assert await asks(lane)("reserve", 200_000_000) == "reserved"
        with pytest.raises(OSError, match="Cannot allocate memory"):
            await asks(lane)("reserve", 6_000_000_000)
        await lane.close()

    run(main())
    spawner.close()


def test_calls_fail_when_the_spawner_is_gone_and_its_workers_go_with_it(spawner: Spawner) -> None:
    async def main() -> None:
        lane = Lane("l", spawner, 2, waiting=4, share=4)
        pid = await asks(lane)("pid")
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(spawner.gone, gone.set)
        os.kill(spawner.pid, signal.SIGKILL)
        await asyncio.wait_for(gone.wait(), 1)
        asyncio.get_running_loop().remove_reader(spawner.gone)
        await until(lambda: not alive(pid) or stopped(pid), 1)
        await until(lambda: not lane.pids)
        with pytest.raises(WorkerDiedError, match=r"^a call gave no answer: the process that holds the data is gone$"):
            await asks(lane)("pid")
        await lane.close()

    run(main())


def stopped(pid: int) -> bool:
    """Return whether a process is dead, and nobody has reaped it."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True


@pytest.mark.load
@pytest.mark.parametrize("when", ["loading", "working"])
def test_nothing_outlives_who_is_killed(when: str) -> None:
    """The parent of all gets SIGKILL: the spawner, even one that loads, and a worker amid a call go."""
    code = f"""
import asyncio, os, time
from workers.test_lanes import NONE, work
from sts_kg.workers import Lane, Spawner
def made():
    if {when == "loading"}:
        print(os.getpid(), flush=True)
        while True: pass
    return work, None
spawner = Spawner(made)
spawner.wait()
async def main():
    lane = Lane("l", spawner, 1, waiting=4, share=4)
    pid = await lane.call("pid", client="a", limits=NONE, what="it")
    print(pid, spawner.pid, flush=True)
    await lane.call("spin", client="a", limits=NONE, what="it")
asyncio.run(main())
"""
    tests = str(Path(__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([tests, *sys.path])}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    pids = [int(each) for each in process.stdout.readline().split()]
    assert len(pids) == (1 if when == "loading" else 2)
    time.sleep(0.1)
    process.kill()
    process.wait()
    process.stdout.close()
    end = time.monotonic() + 1
    while time.monotonic() < end and not all(stopped(pid) for pid in pids):
        time.sleep(0.01)
    assert [pid for pid in pids if not stopped(pid)] == []


@pytest.mark.load
def test_one_that_loads_can_be_closed_at_once() -> None:
    def loads() -> tuple[Callable[..., object], object]:
        threading.Event().wait()
        return made()

    spawner = Spawner(loads)
    began = time.monotonic()
    spawner.close()
    assert time.monotonic() - began < 1
    assert not alive(spawner.pid)
    spawner.close()


def test_what_cannot_be_loaded_is_raised() -> None:
    def fails() -> tuple[Callable[..., object], object]:
        raise QueryError("a/b", "is wrong")

    spawner = Spawner(fails)
    with pytest.raises(QueryError, match="is wrong"):
        spawner.wait()
    spawner.close()
    assert not alive(spawner.pid)


def test_a_loader_that_dies_is_told() -> None:
    spawner = Spawner(lambda: os._exit(3))
    with pytest.raises(WorkerDiedError, match=r"^loading ended by exit code 3: "):
        spawner.wait()
    spawner.close()


def test_early_workers_are_renewed(spawner: Spawner) -> None:
    async def asking() -> None:
        lane = Lane("free", spawner, 2, waiting=9, share=9)
        call = partial(lane.call, client="a", limits=NONE, what="a call")
        early = await call("pid")
        running = asyncio.ensure_future(call("sleep", 3000))  # by the same one
        await asyncio.sleep(0.1)
        other = await call("pid")
        assert sorted(lane.pids) == sorted([early, other])
        lane.renew()
        until = time.monotonic() + 20
        while len(lane.pids) != 2 and time.monotonic() < until:
            await asyncio.sleep(0.01)
        assert early in lane.pids, "what runs goes on"
        assert other not in lane.pids
        await running
        assert early not in lane.pids
        assert len(lane.pids) == 1
        assert await call("pid") not in (early, other)
        assert not lane.killed
        await lane.close()

    asyncio.run(asking())
