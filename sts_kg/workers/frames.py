"""Frames between a process and its workers, and the loop of a worker: pickled calls come in, pickled answers go out."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import socket
import threading
from collections.abc import Callable
from typing import NamedTuple, NoReturn

__all__ = ["LENGTH", "Raised", "ending", "pickled", "receive", "send", "serve"]

LENGTH = 8  #: bytes, big-endian, before each frame


class Raised(NamedTuple):
    """What a function raised instead of an answer."""

    error: BaseException


def send(to: socket.socket, body: bytes) -> None:
    """Write a frame."""
    to.sendall(len(body).to_bytes(LENGTH, "big") + body)  # at once, so that the other end wakes up once


def receive(of: socket.socket, wait: Callable[[select.poll], None] | None = None) -> bytearray | None:
    """Return the next frame, or None if the other end is gone; `wait` is called before each piece of it."""
    ready = select.poll()
    if wait is not None:
        ready.register(of, select.POLLIN)
    size = LENGTH
    for part in ("length", "body"):
        frame = bytearray(size)
        view = memoryview(frame)
        while view:
            if wait is not None:
                wait(ready)
            if (count := of.recv_into(view)) == 0:
                return None
            view = view[count:]
        if part == "length":
            size = int.from_bytes(frame, "big")
    return frame


def serve(function: Callable[..., object], theirs: socket.socket, inherited: list[socket.socket]) -> NoReturn:
    """Answer calls until the other end is gone; then end, whatever is left open or unfinished here."""
    try:
        for each in inherited:
            each.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked: it stops us
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        gc.freeze()  # what was loaded stays shared
        threading.Thread(target=_end_with, args=(theirs,), daemon=True).start()
        while (arguments := receive(theirs)) is not None:
            send(theirs, pickled(function, pickle.loads(arguments)))  # our own process wrote it
    finally:
        os._exit(0)


def _end_with(theirs: socket.socket) -> NoReturn:
    """End when the other end is gone, also while native code runs.

    Linux could send a signal instead (PR_SET_PDEATHSIG), but does so when the *thread* that forked ends.
    """
    gone = select.poll()
    gone.register(theirs, 0)  # nothing but the hang-up
    gone.poll()
    os._exit(0)


def pickled(function: Callable[..., object], arguments: tuple[object, ...]) -> bytes:
    """Return what a function returns or raises as a frame."""
    try:
        return pickle.dumps(function(*arguments), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # also what native code raises in a panic
        try:
            frame = pickle.dumps(Raised(error))
            pickle.loads(frame)  # our own
        except Exception:
            frame = pickle.dumps(Raised(RuntimeError(f"{type(error).__name__}: {error}")))
        return frame


def ending(status: int) -> str:
    """Return how a process ended, by the status that waitpid gives."""
    code = os.waitstatus_to_exitcode(status)
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
