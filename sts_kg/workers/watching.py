"""A command whose memory is watched from outside: this process forks, the child does the work.

Resident memory is watched, from a process that does nothing else, and not limited by the system or by a thread:
RLIMIT_AS and RLIMIT_DATA count what is reserved and never used, and where they refuse memory to native code (a parser
in Rust) it aborts the process; a thread cannot run while native code keeps the interpreter, and cannot stop it. The
system itself refuses an array that is larger than all memory, as a MemoryError.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress

from sts_kg.errors import MemoryLimitError, WorkerDiedError
from sts_kg.workers.limits import resident

__all__ = ["die_with", "go_on_watched"]

_STEP_S = 0.02  # between two looks at the memory
_GRACE_S = 1.0  # to remove what is half-written
_MORE = 1.05  # of the limit: then there is no grace
_PR_SET_PDEATHSIG = 1  # prctl(2)
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGCHLD")


def go_on_watched(memory: int, what: str) -> None:
    """Go on in a child process that may have so many bytes of resident memory; return only there.

    The parent passes signals on and ends with the exit code of the child. If the parent is killed, the child is, too.
    Where memory cannot be watched (all but Linux), nothing happens. Threads do not live on in the child.

    Raises
    ------
    MemoryLimitError
        In the parent: the child needed more memory, and was killed.
    WorkerDiedError
        In the parent: the child ended by a signal that did not come from here.
    """
    if resident(os.getpid()) is None or not hasattr(os, "fork"):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    caught = {signal.Signals[name] for name in _SIGNALS}
    before, parent = signal.pthread_sigmask(signal.SIG_BLOCK, caught), os.getpid()
    pid = os.fork()
    if pid == 0:
        die_with(parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    try:
        _watch(pid, memory, what, caught)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def die_with(parent: int) -> None:
    """Let the system kill this process when the thread that forked it in `parent` ends, however it does (Linux)."""
    import ctypes

    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def _watch(pid: int, memory: int, what: str, caught: set[signal.Signals]) -> None:
    """Wait for the child, and end as it does."""
    stopped_at = 0.0
    while True:
        found = signal.sigtimedwait(caught, _STEP_S)
        if found is not None and found.si_signo != signal.SIGCHLD and found.si_code <= 0:
            os.kill(
                pid, found.si_signo
            )  # from a process; what comes from a terminal (si_code > 0), the child gets, too
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        used = resident(pid) or 0
        if used > memory and not stopped_at:
            stopped_at = time.monotonic()
            os.kill(pid, signal.SIGTERM)
        if stopped_at and (used > _MORE * memory or time.monotonic() - stopped_at > _GRACE_S):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    if stopped_at and status:
        raise MemoryLimitError(what, memory)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        raise WorkerDiedError(what, signal.Signals(-code).name)
    os._exit(code)  # at once: nothing here is to be cleaned up
