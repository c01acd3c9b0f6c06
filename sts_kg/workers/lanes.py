"""A lane of workers for an event loop: so many at once, so many waiting, and so many of one client.

Calls of a client wait in line; the lines of clients take turns. A call that is cancelled, as when its client has gone,
or that goes beyond a limit, has its worker killed. Native code cannot be interrupted in any other way.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
from collections import Counter, deque
from contextlib import suppress
from typing import Any

from sts_kg.errors import MemoryLimitError, QueryTimeoutError, QueueFullError, ShareFullError, WorkerDiedError
from sts_kg.workers.frames import LENGTH, Raised
from sts_kg.workers.limits import Limits, Resident, cpu_s
from sts_kg.workers.spawner import Spawned, Spawner

__all__ = ["Lane"]

_STEP_S = 0.05  # between two looks at the workers that work
_LONG_S = 0.2  # of CPU: a call that takes more makes way for others
_NICE = 19  # how much
_GRACE_S = 1.0  # within which workers have ended, else the end of the spawner ends them
_CLOSING = "the service is shutting down"


class Lane:
    """Workers of a spawner, at most `workers` at a time.

    A call that takes long runs at a lower priority, so that short ones are answered beside it; afterwards its worker is
    replaced, since a process may not raise its own priority again. If too many are long, the latest pause until another
    has ended; their time goes on.

    Parameters
    ----------
    spawner : Spawner
        Forks the workers.
    workers : int
        How many calls run at once.
    long : int, optional
        How many of them may be long; all of them, if it is not given.
    waiting : int
        How many calls may wait for a worker; more are refused.
    share : int
        How many calls of one client may run or wait; more are refused.
    calls : int
        After how many calls a worker is replaced by a new one.
    """

    def __init__(
        self,
        name: str,
        spawner: Spawner,
        workers: int,
        *,
        long: int | None = None,
        waiting: int,
        share: int,
        calls: int = 10_000,
    ) -> None:
        self.name, self.workers, self.waiting, self.share = name, workers, waiting, share
        self.killed: Counter[str] = Counter()  #: workers that ended before their time, by reason
        self._spawner, self._calls, self._long = spawner, calls, workers if long is None else long
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._ending: set[asyncio.Future[Any]] = set()
        self._free, self._generation = workers, 0
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}  # in the order of turns
        self._of_client: Counter[str] = Counter()
        self._looking: asyncio.TimerHandle | None = None
        self._spare: list[asyncio.Future[_Worker]] = []  # workers that are started and that nobody waits for
        self._drained = self._closed = False

    @property
    def n_running(self) -> int:
        """How many calls run."""
        return self.workers - self._free

    @property
    def n_waiting(self) -> int:
        """How many calls wait."""
        return sum(map(len, self._lines.values()))

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that are alive."""
        return sorted(worker.spawned.pid for worker in (*self._idle, *self._busy))

    async def call(self, *arguments: object, client: str, limits: Limits, what: str) -> Any:
        """Return what the function of the workers returns, or raise what it raises.

        `what` names the call in errors.

        Raises
        ------
        QueryTimeoutError, MemoryLimitError
            The call went beyond a limit, the time that it waited included. Its worker was killed.
        QueueFullError
            Too many calls wait.
        ShareFullError
            Too many calls are of this client.
        WorkerDiedError
            The worker ended by itself, none can be started, or the lane is closed.
        """
        if self._drained:
            raise WorkerDiedError(what, _CLOSING)
        loop = asyncio.get_running_loop()
        deadline = None if limits.timeout_s is None else loop.time() + limits.timeout_s
        if self._of_client[client] >= self.share:
            raise ShareFullError(what, self.share)
        self._of_client[client] += 1
        try:
            await self._turn(client, limits, what)
            try:
                return await self._answer(arguments, deadline, limits, what)
            finally:
                self._next()
        finally:
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]

    async def _turn(self, client: str, limits: Limits, what: str) -> None:
        """Wait until a worker may be taken."""
        if self._free:
            self._free -= 1
            return
        if self.n_waiting >= self.waiting:
            raise QueueFullError(what, self.waiting)
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        line = self._lines.setdefault(client, deque())
        line.append(ready)
        timer = None if limits.timeout_s is None else loop.call_later(limits.timeout_s, _late, ready)
        try:
            await ready
        except BaseException as error:
            if ready.done() and not ready.cancelled() and ready.exception() is None:  # it was our turn just then
                self._next()
            else:
                with suppress(ValueError):
                    line.remove(ready)
                if not line and self._lines.get(client) is line:
                    del self._lines[client]
            if isinstance(error, TimeoutError) and limits.timeout_s is not None:
                raise QueryTimeoutError(what, limits.timeout_s) from None
            if isinstance(error, WorkerDiedError):
                raise WorkerDiedError(what, _CLOSING) from None
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _next(self) -> None:
        """Give a worker that is free to whom it is the turn of."""
        while self._lines:
            client = next(iter(self._lines))
            line = self._lines.pop(client)
            ready = line.popleft()
            if line:
                self._lines[client] = line  # now the last of those who wait
            if not ready.done():
                ready.set_result(None)
                return
        self._free += 1

    async def _answer(self, arguments: tuple[object, ...], deadline: float | None, limits: Limits, what: str) -> Any:
        worker = self._idle.pop() if self._idle else await self._started(deadline, limits, what)
        if self._closed:
            await self._ended(worker)
            raise WorkerDiedError(what, _CLOSING)
        self._busy.add(worker)
        reason = "cancelled"
        try:
            if self._looking is None:
                self._looking = asyncio.get_running_loop().call_later(_STEP_S, self._look)
            frame = await worker.ask(pickle.dumps(arguments), deadline, limits, what)
            reason = "" if frame is not None else "closed" if self._closed else "died"
        except (QueryTimeoutError, MemoryLimitError) as error:
            reason = "timeout" if isinstance(error, QueryTimeoutError) else "memory"
            raise
        finally:
            self._busy.discard(worker)
            if not reason and self._may_stay(worker):
                self._idle.append(worker)
            else:
                if reason:
                    self.killed[reason] += 1
                how = await self._ended(worker)
        if frame is None:
            raise WorkerDiedError(what, _CLOSING if self._closed else how)
        answer = pickle.loads(frame)  # our own process wrote it
        if isinstance(answer, Raised):
            raise answer.error
        return answer

    async def _started(self, deadline: float | None, limits: Limits, what: str) -> _Worker:
        """Return a new worker; one that comes too late, or for nobody, is kept for the next call."""
        starting = self._spare.pop() if self._spare else self._starting()
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(starting)
        except (TimeoutError, asyncio.CancelledError) as error:
            self._keep(starting)
            if isinstance(error, TimeoutError):
                raise QueryTimeoutError(what, limits.timeout_s or 0) from None
            raise

    def _starting(self) -> asyncio.Future[_Worker]:
        async def started() -> _Worker:
            generation = self._generation
            spawned = await asyncio.to_thread(self._spawner.spawn)
            return await _Worker.connected(self._spawner, spawned, self._lost, generation)

        return asyncio.ensure_future(started())

    def _keep(self, starting: asyncio.Future[_Worker]) -> None:
        """Let the next call have a worker that is being started."""
        self._spare.append(starting)
        starting.add_done_callback(self._kept)

    def _kept(self, done: asyncio.Future[_Worker]) -> None:
        """Keep a new worker for the next call, if it is of use, and none took it while it was started."""
        if done not in self._spare:
            return
        self._spare.remove(done)
        if not done.cancelled() and done.exception() is None:
            worker = done.result()
            if self._may_stay(worker) and len(self._idle) + len(self._busy) < self.workers:
                self._idle.append(worker)
            else:
                self._ending_of(worker)

    def _may_stay(self, worker: _Worker) -> bool:
        is_new = worker.generation == self._generation and worker.n_calls < self._calls
        return is_new and not worker.is_slow and not self._drained

    def renew(self) -> None:
        """Replace the workers there are, since those that are forked from now on share more: idle ones now."""
        self._generation += 1
        early, self._idle = self._idle, []
        for worker in early:
            self._ending_of(worker)
            if not self._drained:
                self._keep(self._starting())

    def _lost(self, worker: _Worker) -> None:
        """Forget a worker that ended while it had nothing to do."""
        if worker in self._idle:
            self._idle.remove(worker)
            self.killed["died"] += 1
            self._ending_of(worker)

    def _ending_of(self, worker: _Worker) -> asyncio.Future[str]:
        ending = asyncio.ensure_future(worker.end())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        return ending

    async def _ended(self, worker: _Worker) -> str:
        """Return how a worker ended, when it has."""
        return await asyncio.shield(self._ending_of(worker))

    def _look(self) -> None:
        """Look at the workers that work, again and again as long as there are any."""
        try:
            for worker in self._busy:
                worker.look()
            long = sorted((each for each in self._busy if each.is_slow), key=lambda each: each.began)
            for at, worker in enumerate(long):
                worker.pause(at >= self._long)
        finally:  # whatever happens, limits hold
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(_STEP_S, self._look) if self._busy else None

    def drain(self) -> None:
        """Take no calls any more, and give up those that wait; those that run go on, also if their worker starts."""
        self._drained = True
        for line in self._lines.values():
            for ready in line:
                if not ready.done():
                    ready.set_exception(WorkerDiedError("a call", _CLOSING))
        self._lines.clear()

    async def close(self) -> None:
        """End all workers, also those that work; who waits for them gets a `WorkerDiedError`."""
        self.drain()
        self._closed = True
        for worker in self._busy:
            worker.hang_up()
        for worker in self._idle:
            self._ending_of(worker)
        self._idle.clear()
        until = asyncio.get_running_loop().time() + _GRACE_S
        while (self.n_running or self._ending or self._spare) and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.005)
        if self._looking is not None:
            self._looking.cancel()


def _late(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_exception(TimeoutError())


class _Worker(asyncio.Protocol):
    """One forked process, seen from an event loop."""

    def __init__(self, spawner: Spawner, spawned: Spawned, lost: Any, generation: int) -> None:
        self.spawned, self.n_calls, self.is_slow, self._is_paused = spawned, 0, False, False
        self.generation = generation
        self._spawner, self._lost = spawner, lost
        self._transport: asyncio.Transport
        self._answer: asyncio.Future[bytes | None] | None = None
        self._frame, self._size = bytearray(), 0
        self._limits, self._what, self._before, self.began = Limits(), "", 0, 0.0
        self._cpu: float | None = None  # when a call is looked at first
        self._is_gone = False
        self._memory = Resident(spawned.pid)

    @classmethod
    async def connected(cls, spawner: Spawner, spawned: Spawned, lost: Any, generation: int) -> _Worker:
        spawned.socket.setblocking(False)
        loop = asyncio.get_running_loop()
        worker = cls(spawner, spawned, lost, generation)
        await loop.create_unix_connection(lambda: worker, sock=spawned.socket)
        return worker

    # --- what the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # that of uvloop is none of asyncio's classes

    def data_received(self, data: bytes) -> None:
        self._frame += data
        if not self._size and len(self._frame) >= LENGTH:
            self._size = LENGTH + int.from_bytes(self._frame[:LENGTH], "big")
        if self._size and len(self._frame) >= self._size:
            frame, self._frame, self._size = self._frame, bytearray(), 0
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(memoryview(frame)[LENGTH:])  # type: ignore[arg-type] # as good as bytes

    def connection_lost(self, error: Exception | None) -> None:
        self._is_gone = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)
        self._lost(self)

    # --- what the lane asks

    async def ask(self, call: bytes, deadline: float | None, limits: Limits, what: str) -> bytes | None:
        """Return the frame that the worker answers, None if it is gone; raise if time or memory is up before."""
        self.n_calls += 1
        if self._is_gone:
            return None
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes | None] = loop.create_future()
        self._limits, self._what, self.began, self._answer = limits, what, loop.time(), answer
        self._cpu = None
        self._before = (self._memory.now or 0) if limits.memory is not None else 0
        self._transport.write(len(call).to_bytes(LENGTH, "big") + call)
        timer = None if deadline is None else loop.call_at(deadline, self._up)
        try:
            return await answer
        finally:
            self._answer = None
            if timer is not None:
                timer.cancel()

    def _up(self) -> None:
        self._stop(QueryTimeoutError(self._what, self._limits.timeout_s or 0))

    def _stop(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def look(self) -> None:
        """See whether the call takes too much memory, or long."""
        memory = self._limits.memory
        if self._answer is None:
            return
        if memory is not None and (self._memory.now or 0) - self._before > memory:
            self._stop(MemoryLimitError(self._what, memory))
        if self._cpu is None:
            self._cpu = cpu_s(self.spawned.pid)
        elif not self.is_slow and cpu_s(self.spawned.pid) - self._cpu > _LONG_S:  # and not one that waits for the CPU
            self.is_slow = True
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.spawned.pid, _NICE)

    def pause(self, is_paused: bool) -> None:
        """Let the process pause, or go on."""
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            with suppress(OSError):
                os.kill(self.spawned.pid, signal.SIGSTOP if is_paused else signal.SIGCONT)

    def hang_up(self) -> None:
        """End the process while a call waits for its answer."""
        self._transport.abort()

    async def end(self) -> str:
        """End the process, if it was not yet, and return how it ended."""
        self._memory.close()
        self._transport.abort()  # which closes the socket: nobody else may, or a descriptor is closed twice
        return await asyncio.to_thread(self._spawner.kill, self.spawned.pid)
