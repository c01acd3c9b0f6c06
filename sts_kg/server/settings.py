"""How a service runs: what it serves, where, and within which limits."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

from sts_kg.errors import ArgumentError

__all__ = ["Settings"]

_ADDRESS = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ROOT = re.compile(r"(/(?!\.+(/|$))[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True)
class Settings:
    """What `sts-kg serve` is told.

    `timeout_s` is the most seconds of wall-clock time for an answer, its wait for a worker included; `workers` how
    many free queries that take long run at once, one less than there are cores if it is None; `memory` the most
    bytes of memory that one answer may add. `links` are files that `link` takes, `queries` is a folder of canned
    queries of one's own, `guideline` one that stands beside the shipped one and answers for cases, `store` an
    Oxigraph folder, `endpoint` the address of another store. `services` are the only addresses that SERVICE may
    name. `root_path` is where a proxy puts us, such as `/sts` (no slash ends it), and `proxies` the addresses of
    those that may say for whom they ask. `allowed_hosts` are the names by which we may be asked, beside localhost and
    addresses. `cache` and `most_answer` are bytes of answers, `most_body` of a request.
    `connections` may be open at once, and `log` says whether requests are logged.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    timeout_s: float = 30.0
    workers: int | None = None
    memory: int | None = 1_000_000_000
    store: Path | None = None
    links: tuple[str, ...] = ()
    queries: Path | None = None
    guideline: Path | None = None
    endpoint: str | None = None
    services: tuple[str, ...] = ()
    root_path: str = ""
    proxies: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    cache: int = 64_000_000
    most_answer: int = 100_000_000
    most_body: int = 1_000_000
    waiting: int = 64
    connections: int = 8192
    log: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises
        ------
        ArgumentError
            The limit of time is no number above 0, the root has no slash before it, a service is no address, an
            allowed host no name, or two things are to be served.
        """
        if not 0 < self.timeout_s < math.inf:
            raise _wrong("timeout", "it is a number of seconds above 0", self.timeout_s)
        if self.root_path and not _ROOT.fullmatch(self.root_path):
            raise _wrong(
                "root-path",
                "it is a path of letters, digits and - . _ ~ such as /sts",
                self.root_path,
            )
        for each in self.services:
            if not _ADDRESS.fullmatch(each):
                raise _wrong("service", "it is no address; write it as https://host/path", each)
        for each in self.allowed_hosts:
            if not _NAME.fullmatch(each):
                raise _wrong("allowed-host", "it is the name of a host without a port, such as kg.example.org", each)
        if self.endpoint is not None and (self.store is not None or self.links):
            raise _wrong("endpoint", "it stands alone, without --store and --link", self.endpoint)
        if self.guideline is not None and (self.store is not None or self.endpoint is not None):
            raise _wrong(
                "guideline", "it stands beside the shipped one, without --store and --endpoint", self.guideline
            )
        if self.store is not None and self.links:
            raise _wrong("link", "it is not for --store; link into the store: sts-kg link FILE -o DIR", self.links[0])

    @property
    def free_workers(self) -> int:
        """How many free queries that take long run at once; one more may run for a moment."""
        return self.workers or max(1, (os.cpu_count() or 1) - 1)

    @property
    def share(self) -> int:
        """How many free queries of one client may run or wait at once."""
        return max(2, self.waiting // 4)


def _wrong(option: str, reason: str, value: object) -> ArgumentError:
    return ArgumentError("serve", option, reason, value=str(value))
