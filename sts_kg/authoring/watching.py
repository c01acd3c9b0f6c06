"""When the files of a folder change: by looking at their times, so that it works on any system and any disk."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["changes"]

#: Seconds between two looks, and between two that must see the same before a change counts.
_EVERY_S, _SETTLED_S = 0.25, 0.1


def changes(folder: str | Path) -> Iterator[None]:
    """Yield once at the start, then whenever a file below a folder was written, made or removed, without end.

    Several files that are saved one after the other are one change. Hidden files and those of editors do not count.
    """
    seen = None
    while True:
        found = _times(folder)
        if found != seen:
            seen = found if seen is None else _settled(folder, found)
            yield
        time.sleep(_EVERY_S)


def _settled(folder: str | Path, found: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Return the times of files once two looks see the same."""
    while True:
        time.sleep(_SETTLED_S)
        before, found = found, _times(folder)
        if found == before:
            return found


def _times(folder: str | Path) -> dict[str, tuple[int, int]]:
    """Return when each file was written, and its size; nothing of a folder that is not there."""
    found: dict[str, tuple[int, int]] = {}
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "#")) or entry.name.endswith(("~", ".swp", ".tmp")):
                continue
            if entry.is_dir(follow_symlinks=False):
                found |= _times(entry.path)
                continue
            with suppress(FileNotFoundError):  # removed between two looks
                said = entry.stat()
                found[entry.path] = (said.st_mtime_ns, said.st_size)
    return found
