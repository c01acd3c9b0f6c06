"""A pool of workers: forked processes that run one function, can be stopped at any time, and never outlive us.

A worker is forked when it is first needed, so it shares what was loaded by then, copy on write. Questions and answers
are pickled into frames with their length before them, over a pair of sockets: nobody else can write there. While a
worker works, the caller waits for its answer, its deadline or its memory; a worker that goes beyond is killed and
reaped, and the next call gets a new one. Native code cannot be interrupted in any other way.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sts_kg.errors import MemoryLimitError, QueryTimeoutError, QueueFullError, StsKgError, WorkerDiedError
from sts_kg.workers.frames import Raised, ending, receive, send, serve
from sts_kg.workers.limits import Limits, resident

__all__ = ["Pool"]

T = TypeVar("T")

_STEP_S = 0.02  # between two looks at the memory of a worker

_forking = threading.Lock()  # held while a process forks, so that it knows all sockets of its siblings
_ours: set[socket.socket] = set()


class Pool(Generic[T]):
    """Workers that run a function, at most `workers` at a time; threads may share a pool.

    Parameters
    ----------
    function : callable
        What each worker runs. It is not pickled, so it may hold what was loaded; its arguments, its result and what it
        raises are. It must not need a lock that another thread may hold when the worker is forked.
    workers : int
        How many calls run at once.
    limits : Limits
        Of each call, where the call names no others.
    waiting : int, optional
        How many calls may wait for a worker; more are refused. None: any number.
    calls : int
        After how many calls a worker is replaced by a new one.

    Examples
    --------
    >>> with Pool(str.upper, limits=Limits(timeout_s=60)) as pool:
    ...     pool.call("a")
    'A'
    """

    def __init__(
        self,
        function: Callable[..., T],
        workers: int = 1,
        *,
        limits: Limits | None = None,
        waiting: int | None = None,
        calls: int = 1000,
    ) -> None:
        self._function, self._limits, self._waiting, self._calls = function, limits or Limits(), waiting, calls
        self._size, self._waiters, self._closed = workers, 0, False
        self._idle: list[_Worker | None] = [None] * workers
        self._busy: set[_Worker | None] = set()  # never None
        self._changed = threading.Condition()

    def __enter__(self) -> Pool[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that are alive."""
        with self._changed:
            return sorted(worker.pid for worker in (*self._idle, *self._busy) if worker is not None)

    def call(self, *arguments: object, limits: Limits | None = None, what: str = "a call") -> T:
        """Return what the function returns for these arguments, or raise what it raises.

        `what` names the call in errors.

        Raises
        ------
        QueryTimeoutError, MemoryLimitError
            The call went beyond a limit. Its worker was killed.
        QueueFullError
            Too many calls wait.
        WorkerDiedError
            The worker ended by itself, such as by a stack overflow in native code.
        """
        worker, returned = self._taken(what), None
        try:
            worker = worker or self._started()
            answer: Any = worker.answer(arguments, limits if limits is not None else self._limits, what)
            if worker.n_calls < self._calls:
                returned = worker
        finally:
            if worker is not None and returned is None:
                worker.stop()
            with self._changed:
                self._busy.discard(worker)
                self._idle.append(returned)
                self._changed.notify()
        if isinstance(answer, Raised):
            raise answer.error
        result: T = answer
        return result

    def _taken(self, what: str) -> _Worker | None:
        """Return an idle worker, or None for one that must be started; wait if all work."""
        with self._changed:
            if not self._idle and self._waiting is not None and self._waiters >= self._waiting:
                raise QueueFullError(what, self._waiting)
            self._waiters += 1
            try:
                self._changed.wait_for(lambda: self._idle or self._closed)
            finally:
                self._waiters -= 1
            if self._closed:
                raise ValueError("the pool is closed")
            worker = self._idle.pop()
            if worker is not None:
                self._busy.add(worker)
            return worker

    def _started(self) -> _Worker:
        worker = _Worker(self._function)
        with self._changed:
            self._busy.add(worker)
            if self._closed:
                worker.hang_up()
        return worker

    def close(self) -> None:
        """Stop all workers, also those that work: their callers get a `WorkerDiedError`. Nothing is left behind."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            for worker in filter(None, self._busy):
                worker.hang_up()
            self._changed.wait_for(lambda: len(self._idle) == self._size)
            for idle in self._idle:
                if idle is not None:
                    idle.stop()
            self._idle = [None] * self._size


class _Worker:
    """One forked process, seen from here."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.n_calls = 0
        with _forking:
            self._socket, theirs = socket.socketpair()
            with warnings.catch_warnings():  # that other threads do not live on there, from Python 3.12 on
                warnings.simplefilter("ignore", DeprecationWarning)
                self.pid = os.fork()
            if self.pid == 0:
                serve(function, theirs, [self._socket, *_ours])
            _ours.add(self._socket)
        theirs.close()

    def answer(self, arguments: tuple[object, ...], limits: Limits, what: str) -> Any:
        """Return what the worker answers, `Raised` if the function raised; raise if it gives no answer."""
        self.n_calls += 1
        watch = _Watch(self.pid, limits, what)
        try:
            send(self._socket, pickle.dumps(arguments))
            answer = receive(self._socket, watch.wait)
        except OSError as error:
            if isinstance(error, StsKgError):
                raise
            answer = None
        if answer is None:
            raise WorkerDiedError(what, ending(self.stop()))
        return pickle.loads(answer)  # our own process wrote it

    def hang_up(self) -> None:
        """End the worker from another thread than the one that waits for it."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def stop(self) -> int:
        """Kill and reap the process, if it was not yet, and return its status."""
        if self._socket.fileno() >= 0:
            status = os.waitpid(self.pid, os.WNOHANG)
            if status[0] == 0:
                os.kill(self.pid, signal.SIGKILL)
                status = os.waitpid(self.pid, 0)
            self._status = status[1]
            with _forking:
                _ours.discard(self._socket)
                self._socket.close()
        return self._status


class _Watch:
    """What a call may still take."""

    def __init__(self, pid: int, limits: Limits, what: str) -> None:
        self._pid, self._limits, self._what = pid, limits, what
        self._began = time.monotonic()
        self._before = resident(pid) or 0

    def wait(self, ready: select.poll) -> None:
        """Wait until there is something to read; raise if time or memory is up before."""
        timeout, memory = self._limits.timeout_s, self._limits.memory
        while True:
            left = None if timeout is None else timeout - (time.monotonic() - self._began)
            if timeout is not None and left is not None and left <= 0:
                raise QueryTimeoutError(self._what, timeout)
            if memory is not None and (resident(self._pid) or 0) - self._before > memory:
                raise MemoryLimitError(self._what, memory)
            steps = [each for each in (left, _STEP_S if memory is not None else None) if each is not None]
            if ready.poll(1000 * min(steps) if steps else None):
                return
