"""A process that loads something once, and forks workers that share it, copy on write.

It does nothing else, so it has one thread, and holds no socket of anybody: what it forks inherits nothing that could
keep a connection open or a lock held. It ends, and ends its workers, when we are gone, however that came about.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import socket
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from sts_kg.errors import WorkerDiedError
from sts_kg.workers.frames import Raised, ending, pickled, receive, send, serve

__all__ = ["Spawned", "Spawner"]

_IDLE_S = 0.3  #: without a call, after which more is loaded


class Spawned(NamedTuple):
    """A worker: its process id, and our end of the socket on which it answers."""

    pid: int
    socket: socket.socket


class Spawner:
    """Runs `make` in a process of its own, and forks workers there that run the function that it returns.

    `make` returns the function and what is to be known of it here, which is `about` after `wait`. Threads may share a
    spawner. Make it before there are threads.

    Parameters
    ----------
    make : callable
        What loads; it runs in the new process.
    later : callable, optional
        What loads more there, once nobody has asked for a worker for a moment; the workers from then on share it.
    """

    def __init__(
        self,
        make: Callable[[], tuple[Callable[..., object], object]],
        later: Callable[[], object] | None = None,
    ) -> None:
        self._told, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self.about: Any = None
        with warnings.catch_warnings():  # that other threads do not live on there, from Python 3.12 on
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            self._told.close()
            _spawn(make, later, theirs)
        theirs.close()

    def wait(self) -> None:
        """Wait until it has loaded, and raise what `make` raised.

        Raises
        ------
        WorkerDiedError
            The process ended by itself.
        """
        frame = receive(self._told)
        if frame is None:
            raise WorkerDiedError("loading", ending(os.waitpid(self.pid, 0)[1]))
        self.about = pickle.loads(frame)  # our own process wrote it
        if isinstance(self.about, Raised):
            os.waitpid(self.pid, 0)
            raise self.about.error

    def spawn(self) -> Spawned:
        """Return a new worker.

        Raises
        ------
        WorkerDiedError
            The process that forks workers is gone.
        """
        with self._lock:
            try:
                send(self._told, b"fork")
                found, descriptors, _, _ = socket.recv_fds(self._told, 8, 1)
            except OSError:
                found, descriptors = b"", []
        if not descriptors:
            raise WorkerDiedError("forking a worker", "the process that holds the data is gone")
        return Spawned(int.from_bytes(found, "big"), socket.socket(fileno=descriptors[0]))

    def kill(self, worker: Spawned) -> str:
        """End a worker at once, whatever it does, and return how it ended, such as `SIGKILL`."""
        with self._lock, suppress(OSError):
            worker.socket.close()
            send(self._told, b"kill" + worker.pid.to_bytes(8, "big"))
            if (status := receive(self._told)) is not None:
                return ending(int.from_bytes(status, "big"))
        return "gone"

    def close(self) -> None:
        """End the process and all its workers."""
        with self._lock:
            self._told.close()
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _spawn(
    make: Callable[[], tuple[Callable[..., object], object]],
    later: Callable[[], object] | None,
    told: socket.socket,
) -> NoReturn:
    """Load, then fork and kill as we are told; kill all workers and end when nobody can tell us any more."""
    workers: set[int] = set()
    functions: list[Callable[..., object]] = []

    def loaded() -> object:
        function, about = make()
        functions.append(function)
        return about

    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who serves: it stops us
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        send(told, pickled(loaded, ()))
        gc.collect()
        gc.freeze()  # what was loaded stays shared
        while functions:
            if later is not None and not select.select([told], [], [], _IDLE_S)[0]:
                with suppress(Exception):  # who needs it computes it again, and has the error
                    later()
                later = None
                gc.collect()
                gc.freeze()
            if not _obeyed(told, functions[0], workers):
                break
    finally:
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _obeyed(told: socket.socket, function: Callable[..., object], workers: set[int]) -> bool:
    """Fork or kill a worker as we are told next, and return True; False when nobody can tell us any more."""
    if (command := receive(told)) is None:
        return False
    if command == b"fork":
        workers.add(_forked(function, told))
        return True
    pid = int.from_bytes(command[4:], "big")
    workers.discard(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    send(told, os.waitpid(pid, 0)[1].to_bytes(8, "big"))
    return True


def _forked(function: Callable[..., object], told: socket.socket) -> int:
    """Fork a worker, hand over the other end of its socket, and return its process id."""
    ours, theirs = socket.socketpair()
    if (pid := os.fork()) == 0:
        serve(function, theirs, [ours, told])
    theirs.close()
    socket.send_fds(told, [pid.to_bytes(8, "big")], [ours.fileno()])
    ours.close()
    return pid
