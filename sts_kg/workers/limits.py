"""How much time and memory some work may take, and how much memory there is; only Linux tells (proc(5), cgroups(7))."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

__all__ = ["Limits", "Resident", "bytes_of", "cpu_s", "most_memory", "resident"]

_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([KMGT]?)(i?)(B?)\s*", re.IGNORECASE)
_SHARE = 0.85  # of the memory that is free: the rest is for what others allocate meanwhile, and for the last 0.02 s
_CGROUPS = (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))


@dataclass(frozen=True)
class Limits:
    """How long a call may take, in seconds of wall-clock time, and how much resident memory it may add, in bytes.

    None is no limit. Memory counts what the worker has beyond what it had when the call began, so the size of what it
    shares with us does not matter.
    """

    timeout_s: float | None = None
    memory: int | None = None

    def __bool__(self) -> bool:
        return self.timeout_s is not None or self.memory is not None

    @property
    def enforceable(self) -> Limits:
        """Those of the limits that this platform can enforce: time where processes fork, memory on Linux."""
        forks = hasattr(os, "fork")
        return Limits(self.timeout_s if forks else None, self.memory if forks and resident(os.getpid()) else None)


def bytes_of(size: float | str) -> int:
    """Return a size in bytes: a number, or a text such as 500MB, 2 GB, 1.5G (powers of 1000) or 2GiB (of 1024).

    Raises
    ------
    ValueError
        It is no size.

    Examples
    --------
    >>> bytes_of("2 GB"), bytes_of("1.5G"), bytes_of("2KiB"), bytes_of(12)
    (2000000000, 1500000000, 2048, 12)
    """
    found = _SIZE.fullmatch(str(size))
    if found is None:
        raise ValueError("is not a size; write it as 500MB, 2GB or 2GiB")
    number, unit, binary, _ = found.groups()
    factor: int = (1024 if binary else 1000) ** _UNITS[unit.upper()]
    return round(float(number) * factor)


def resident(pid: int) -> int | None:
    """Return the resident memory of a process in bytes; None where there is no such process, or no way to know."""
    with Resident(pid) as memory:
        return memory.now


class Resident:
    """The resident memory of a process: `now` in bytes, None where there is no such process, or no way to know."""

    def __init__(self, pid: int) -> None:
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open(f"/proc/{pid}/statm", os.O_RDONLY)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def now(self) -> int | None:
        """The bytes that it has now."""
        if self._file is None:
            return None
        try:
            return int(os.pread(self._file, 200, 0).split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            return None

    def close(self) -> None:
        """Read no more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process; 0 where there is no such process, or no way to know."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, AttributeError):
        return 0.0


def most_memory() -> int | None:
    """Return the bytes of memory that one process should take at most, 85 % of what is free; None where unknown.

    Free is what the system can give without swapping (MemAvailable), or what is left for our control group, as that of
    a container.
    """
    free = []
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                free.append(int(line.split()[1]) * 1024)
    for most, used in _CGROUPS:
        with suppress(OSError, ValueError):  # "max" is no limit
            group = Path("/sys/fs/cgroup")
            limit, taken = (int((group / name).read_text(encoding="ascii")) for name in (most, used))
            free.append(limit - taken)
    return int(_SHARE * min(free)) if free else None
