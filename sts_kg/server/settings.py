"""How a service runs: what it serves, where, and within which limits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """What `sts-kg serve` is told.

    `timeout_s` is the most seconds of wall-clock time for an answer, its wait for a worker included; `workers` how many
    free queries run at once, one less than there are cores if it is None; `memory` the most bytes of memory that one
    answer may add. `links` are files that `link` takes, `queries` is a folder of
    canned queries of one's own, `store` a folder that `push` filled, `endpoint` the address of
    another store. `services` are the only addresses that SERVICE may name. `root_path` is where a proxy puts us, such
    as `/sts`, and `proxies` the addresses of those that may say for whom they ask. `cache` and `most_answer` are
    bytes of answers, `most_body` of a request.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    timeout_s: float = 30.0
    workers: int | None = None
    memory: int | None = 1_000_000_000
    store: Path | None = None
    links: tuple[str, ...] = ()
    queries: Path | None = None
    endpoint: str | None = None
    services: tuple[str, ...] = ()
    root_path: str = ""
    proxies: tuple[str, ...] = ()
    cache: int = 64_000_000
    most_answer: int = 100_000_000
    most_body: int = 1_000_000
    waiting: int = 64

    @property
    def free_workers(self) -> int:
        """How many free queries run at once."""
        return self.workers or max(1, (os.cpu_count() or 1) - 1)

    @property
    def share(self) -> int:
        """How many free queries of one client may run or wait at once."""
        return max(2, self.waiting // 4)
