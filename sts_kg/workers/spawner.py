"""A process that loads something once, and forks workers that share it, copy on write.

It does nothing else, so it has one thread, and holds no socket of anybody: what it forks inherits nothing that could
keep a connection open or a lock held. It ends, and its workers end, when we are gone, however that came about.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from sts_kg.errors import WorkerDiedError
from sts_kg.workers.frames import Raised, ending, pickled, receive, send, serve
from sts_kg.workers.watching import die_with

__all__ = ["Spawned", "Spawner"]

_GRACE_S = 1.0  # within which it ends by itself when it is told
_RESERVED = 5 << 30  # what native code may reserve and never use, such as an engine in WebAssembly
_MORE = 3  # times the memory of a call may be reserved by a worker: what nobody has stopped until then, the system does
_IDLE_S = 0.3  #: without a call, after which more begins to be loaded


class Spawned(NamedTuple):
    """A worker: its process id, and our end of the socket on which it answers."""

    pid: int
    socket: socket.socket


class Spawner:
    """Runs `make` in a process of its own, and forks workers there that run the function that it returns.

    `make` returns the function and what is to be known of it here, which is `about` after `wait`. Threads may share a
    spawner. Make it in the main thread, before there are others.

    Parameters
    ----------
    make : callable
        What loads; it runs in the new process.
    later : callable, optional
        Returns steps that load more there, each when nobody asks for a worker; the workers from then on share it. When
        all are done, a byte can be read from `gone`.
    memory : int, optional
        The bytes that a call may take, as the caller watches. A worker that reserves several times as much is refused
        it by the system, and ends.
    """

    def __init__(
        self,
        make: Callable[[], tuple[Callable[..., object], object]],
        later: Callable[[], Iterable[object]] | None = None,
        *,
        memory: int | None = None,
    ) -> None:
        self._told, theirs = socket.socketpair()
        self.gone, held = socket.socketpair()  #: at its end when the process is gone; to be read by an event loop
        self._lock = threading.Lock()
        self._status: int | None = None
        self._is_loaded = False
        self.about: Any = None
        parent = os.getpid()
        with warnings.catch_warnings():  # that other threads do not live on there, from Python 3.12 on
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            self._told.close()
            self.gone.close()
            _spawn(make, later, theirs, held, parent, memory)
        theirs.close()
        held.close()

    def wait(self) -> None:
        """Wait until it has loaded, and raise what `make` raised.

        Raises
        ------
        WorkerDiedError
            The process ended by itself.
        """
        frame = receive(self._told)
        if frame is None:
            raise WorkerDiedError("loading", ending(self._ended(0)))
        self.about = pickle.loads(frame)  # our own process wrote it
        if isinstance(self.about, Raised):
            self._ended(0)
            raise self.about.error
        self._is_loaded = True

    def spawn(self) -> Spawned:
        """Return a new worker.

        Raises
        ------
        WorkerDiedError
            The process that forks workers is gone, or the system has no more processes or memory.
        """
        with self._lock:
            try:
                send(self._told, b"fork")
                found, descriptors, _, _ = socket.recv_fds(self._told, 8, 1)
            except OSError:
                found, descriptors = b"", []
        if not found:
            raise WorkerDiedError("a call", "the process that holds the data is gone")
        if not descriptors:
            if pid := int.from_bytes(found, "big"):  # we may open no more files: nobody can talk to it
                self.kill(pid)
            raise WorkerDiedError("a call", "the system can start no process for it now")
        os.set_inheritable(descriptors[0], False)
        return Spawned(int.from_bytes(found, "big"), socket.socket(fileno=descriptors[0]))

    def kill(self, pid: int) -> str:
        """End a worker at once, whatever it does, and return how it ended, such as `SIGKILL`; its socket is ours."""
        with self._lock, suppress(OSError):
            send(self._told, b"kill" + pid.to_bytes(8, "big"))
            if (status := receive(self._told)) is not None:
                return ending(int.from_bytes(status, "big"))
        return "the process that holds the data is gone"

    def close(self) -> None:
        """End the process and all its workers."""
        with suppress(OSError):
            self._told.shutdown(socket.SHUT_RDWR)  # who waits for an answer with the lock has none, and lets go of it
        with self._lock:
            self._told.close()
        self.gone.close()
        if self._is_loaded:
            until = time.monotonic() + _GRACE_S
            while self._ended(os.WNOHANG) is None and time.monotonic() < until:
                time.sleep(0.005)
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)  # its workers die with it
            self._ended(0)

    def _ended(self, options: int) -> Any:
        """Return the status of the process, None if it lives on."""
        if self._status is None:
            try:
                done, status = os.waitpid(self.pid, options)
            except ChildProcessError:
                done, status = self.pid, 0
            self._status = status if done else None
        return self._status


def _spawn(
    make: Callable[[], tuple[Callable[..., object], object]],
    later: Callable[[], Iterable[object]] | None,
    told: socket.socket,
    held: socket.socket,
    parent: int,
    memory: int | None,
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
        die_with(parent)  # also while we load
        send(told, pickled(loaded, ()))
        gc.freeze()  # what was loaded stays shared
        steps = iter(()) if later is None else iter(later())
        is_loading, idle_s = later is not None, _IDLE_S
        while functions:
            if is_loading and not select.select([told], [], [], idle_s)[0]:
                try:
                    next(steps)
                    idle_s = 0.0
                except Exception as error:  # at the end, or who needs it computes it again, and has the error
                    is_loading = False
                    gc.freeze()
                    if isinstance(error, StopIteration):
                        held.send(b"+")
                    else:
                        said = f"what the first requests can do without was not loaded: {type(error).__name__}\n"
                        with suppress(OSError):
                            os.write(2, said.encode())
                continue
            if (command := receive(told)) is None:
                break
            if command == b"fork":
                if pid := _forked(functions[0], told, held, memory):
                    workers.add(pid)
            else:
                pid = int.from_bytes(command[4:], "big")
                workers.discard(pid)
                send(told, _killed(pid).to_bytes(8, "big"))
    finally:
        for pid in workers:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for pid in workers:
            with suppress(OSError):
                os.waitpid(pid, 0)
        os._exit(0)


def _killed(pid: int) -> int:
    """End a worker, if it did not end by itself, and return its status."""
    with suppress(ChildProcessError):
        done, status = os.waitpid(pid, os.WNOHANG)
        if not done:
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
        return status
    return 0


def _forked(function: Callable[..., object], told: socket.socket, held: socket.socket, memory: int | None) -> int:
    """Fork a worker, hand over the other end of its socket, and return its process id; 0 if none can be forked."""
    parent = os.getpid()
    try:
        ours, theirs = socket.socketpair()
    except OSError:
        told.sendall(bytes(8))
        return 0
    try:
        pid = os.fork()
    except OSError:
        told.sendall(bytes(8))
        pid = 0
    else:
        if pid == 0:
            try:
                die_with(parent)  # of one thread, so its end is the end of the process
                _bounded(memory)
            finally:
                serve(function, theirs, [ours, told, held])
        socket.send_fds(told, [pid.to_bytes(8, "big")], [ours.fileno()])
    ours.close()
    theirs.close()
    return pid


def _bounded(memory: int | None) -> None:
    """Bound what this process may reserve, where the system tells how much that is now."""
    import resource

    if memory is not None:
        with suppress(OSError, ValueError), open("/proc/self/statm", "rb") as file:
            reserved = int(file.read().split()[0]) * resource.getpagesize()
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            most = reserved + _MORE * memory + _RESERVED
            resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
