"""A lane of workers for an event loop: so many at once, so many waiting, and so many of one client.

Calls of a client wait in line; the lines of clients take turns. A call that is cancelled, as when its client has gone,
or that goes beyond a limit, has its worker killed. Native code cannot be interrupted in any other way.
"""

from __future__ import annotations

import asyncio
import pickle
import time
from collections import Counter, deque
from contextlib import suppress
from typing import Any

from sts_kg.errors import MemoryLimitError, QueryTimeoutError, QueueFullError, WorkerDiedError
from sts_kg.workers.frames import LENGTH, Raised
from sts_kg.workers.limits import Limits, resident
from sts_kg.workers.spawner import Spawned, Spawner

__all__ = ["Lane"]

_STEP_S = 0.05  # between two looks at the memory of a worker


class Lane:
    """Workers of a spawner, at most `workers` at a time.

    Parameters
    ----------
    spawner : Spawner
        Forks the workers.
    workers : int
        How many calls run at once.
    waiting : int
        How many calls may wait for a worker; more are refused.
    share : int
        How many calls of one client may run or wait; more are refused.
    calls : int
        After how many calls a worker is replaced by a new one.
    """

    def __init__(
        self, name: str, spawner: Spawner, workers: int, *, waiting: int, share: int, calls: int = 10_000
    ) -> None:
        self.name, self.workers, self.waiting, self.share = name, workers, waiting, share
        self.killed: Counter[str] = Counter()  #: workers that were ended before their time, by reason
        self._spawner, self._calls = spawner, calls
        self._idle: list[_Worker] = []
        self._free = workers
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}  # in the order of turns
        self._of_client: Counter[str] = Counter()
        self._busy: set[_Worker] = set()
        self._closed = False

    @property
    def n_running(self) -> int:
        """How many calls run."""
        return self.workers - self._free

    @property
    def n_waiting(self) -> int:
        """How many calls wait."""
        return sum(map(len, self._lines.values()))

    async def call(self, *arguments: object, client: str, limits: Limits, what: str) -> Any:
        """Return what the function of the workers returns, or raise what it raises.

        `what` names the call in errors.

        Raises
        ------
        QueryTimeoutError, MemoryLimitError
            The call went beyond a limit, the time that it waited included. Its worker was killed.
        QueueFullError
            Too many calls wait, or too many are of this client.
        WorkerDiedError
            The worker ended by itself, or the lane is closed.
        """
        if self._closed:
            raise WorkerDiedError(what, "shutting down")
        began = time.monotonic()
        if self._of_client[client] >= self.share:
            raise QueueFullError(what, self.share)
        self._of_client[client] += 1
        try:
            await self._turn(client, limits, what)
            try:
                return await self._answer(arguments, began, limits, what)
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
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._lines.setdefault(client, deque())
        line.append(ready)
        try:
            async with asyncio.timeout(limits.timeout_s):
                await ready
        except BaseException as error:
            if ready.done() and not ready.cancelled():  # it was our turn just then
                self._next()
            else:
                with suppress(ValueError):
                    line.remove(ready)
                if not line and self._lines.get(client) is line:
                    del self._lines[client]
            if isinstance(error, TimeoutError) and limits.timeout_s is not None:
                raise QueryTimeoutError(what, limits.timeout_s) from None
            raise

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

    async def _answer(self, arguments: tuple[object, ...], began: float, limits: Limits, what: str) -> Any:
        worker = self._idle.pop() if self._idle else await self._started(what)
        if self._closed:
            await worker.end()
            raise WorkerDiedError(what, "shutting down")
        self._busy.add(worker)
        reason = "cancelled"
        try:
            frame = await self._within(worker, pickle.dumps(arguments), began, limits, what)
            reason = "died" if frame is None else ""
        except (QueryTimeoutError, MemoryLimitError) as error:
            reason = "timeout" if isinstance(error, QueryTimeoutError) else "memory"
            raise
        finally:
            self._busy.discard(worker)
            if not reason and worker.n_calls < self._calls and not self._closed:
                self._idle.append(worker)
            else:
                if reason:
                    self.killed[reason] += 1
                ended = await asyncio.shield(worker.end())
        if frame is None:
            raise WorkerDiedError(what, ended)
        answer = pickle.loads(frame)  # our own process wrote it
        if isinstance(answer, Raised):
            raise answer.error
        return answer

    async def _started(self, what: str) -> _Worker:
        spawned = await asyncio.to_thread(self._spawner.spawn)
        return await _Worker.connected(self._spawner, spawned)

    async def _within(self, worker: _Worker, call: bytes, began: float, limits: Limits, what: str) -> bytes | None:
        """Return the frame of an answer; None if the worker is gone; raise if time or memory is up before."""
        answer = asyncio.ensure_future(worker.ask(call))
        before = resident(worker.spawned.pid) or 0
        try:
            while True:
                left = None if limits.timeout_s is None else began + limits.timeout_s - time.monotonic()
                if left is not None and left <= 0:
                    raise QueryTimeoutError(what, limits.timeout_s or 0)
                steps = [each for each in (left, _STEP_S if limits.memory is not None else None) if each is not None]
                done, _ = await asyncio.wait((answer,), timeout=min(steps, default=None))
                if done:
                    return answer.result()
                if limits.memory is not None and (resident(worker.spawned.pid) or 0) - before > limits.memory:
                    raise MemoryLimitError(what, limits.memory)
        finally:
            answer.cancel()

    async def close(self) -> None:
        """End all workers, also those that work; who waits for them gets a `WorkerDiedError`."""
        self._closed = True
        for line in self._lines.values():
            for ready in line:
                if not ready.done():
                    ready.set_exception(WorkerDiedError("a call", "shutting down"))
        self._lines.clear()
        for worker in (*self._idle, *self._busy):
            worker.hang_up()
        for worker in self._idle:
            await worker.end()
        self._idle.clear()


class _Worker:
    """One forked process, seen from an event loop."""

    def __init__(
        self, spawner: Spawner, spawned: Spawned, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.spawned, self.n_calls = spawned, 0
        self._spawner, self._reader, self._writer = spawner, reader, writer

    @classmethod
    async def connected(cls, spawner: Spawner, spawned: Spawned) -> _Worker:
        spawned.socket.setblocking(False)
        return cls(spawner, spawned, *await asyncio.open_connection(sock=spawned.socket, limit=1 << 20))

    async def ask(self, call: bytes) -> bytes | None:
        """Return the frame that the worker answers, None if it is gone."""
        self.n_calls += 1
        try:
            self._writer.write(len(call).to_bytes(LENGTH, "big") + call)
            await self._writer.drain()
            size = int.from_bytes(await self._reader.readexactly(LENGTH), "big")
            return await self._reader.readexactly(size)
        except (OSError, asyncio.IncompleteReadError):
            return None

    def hang_up(self) -> None:
        self._writer.close()

    async def end(self) -> str:
        """End the process, if it was not yet, and return how it ended."""
        self._writer.close()
        return await asyncio.to_thread(self._spawner.kill, self.spawned)
