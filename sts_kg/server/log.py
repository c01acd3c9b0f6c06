"""The access log: a line of JSON for each request, without anything that a client asked or sent beside the path.

Lines are written by a thread, so that a reader of standard error who is slow never holds up an answer.
"""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from datetime import UTC, datetime

__all__ = ["Log"]

_MOST = 10_000  # lines that wait to be written; later ones are counted, not kept
_EVERY_S = 0.1


class Log:
    """Lines for a file descriptor, standard error if none is named; None writes nothing."""

    def __init__(self, to: int | None = 2) -> None:
        self._to, self._n_lost = to, 0
        self._lines: deque[str] = deque()
        self._some, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        if to is not None:
            self._thread = threading.Thread(target=self._write, daemon=True)
            self._thread.start()

    def request(
        self, method: str, path: str, status: int, ms: float, size: int, lane: str | None, cache: str | None
    ) -> None:
        """Log a request: `size` is the bytes of the body, `lane` None if no worker was asked, `cache` hit or miss."""
        if self._to is None:
            return
        self._add(
            f'"method": {json.dumps(method)}, "path": {json.dumps(path)}, "status": {status}, "ms": {round(ms, 2)}, '
            f'"bytes": {size}, "lane": {json.dumps(lane)}, "cache": {json.dumps(cache)}'
        )

    def event(self, said: str) -> None:
        """Log what happened to the service itself."""
        if self._to is not None:
            self._add(f'"event": {json.dumps(said)}')

    def _add(self, said: str) -> None:
        if len(self._lines) >= _MOST:
            self._n_lost += 1
            return
        time = datetime.now(UTC).isoformat(timespec="milliseconds")[: -len("+00:00")]
        self._lines.append(f'{{"time": "{time}Z", {said}}}')
        if not self._some.is_set():
            self._some.set()

    def _write(self) -> None:
        while not self._stopping.is_set() or self._lines:
            self._some.wait()
            self._some.clear()
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if self._n_lost:
                lines.append(
                    json.dumps({"event": f"{self._n_lost} lines were lost: they came faster than they are read"})
                )
                self._n_lost = 0
            left = memoryview("".join(f"{line}\n" for line in lines).encode())
            try:
                while left and self._to is not None:
                    left = left[os.write(self._to, left) :]
            except OSError:  # nobody reads it
                self._to = None
            self._stopping.wait(_EVERY_S)

    def close(self) -> None:
        """Write what is left, as far as somebody reads it."""
        self._stopping.set()
        self._some.set()
        if self._thread is not None:
            self._thread.join(0.5)
