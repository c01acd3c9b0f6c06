"""How much of a document is held at once, and how far compressed data may grow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sts_kg.errors import ParseError, shown_size

__all__ = ["max_bytes", "read_whole", "unpacked"]

_VARIABLE = "STS_KG_MAX_BYTES"
_PIECE = 1 << 20
_UNPACKED = 200  # times as long as the compressed data; RDF is packed to a tenth to a hundredth
_RAISE = f"; set {_VARIABLE} to read more"


def max_bytes() -> int:
    """Return how many bytes of one document are held at once: those of STS_KG_MAX_BYTES, else an eighth of the memory.

    What is read piece by piece, as N-Triples are, may be longer.

    Raises
    ------
    ParseError
        STS_KG_MAX_BYTES is not a positive whole number.
    """
    said = os.environ.get(_VARIABLE, "")
    if said:
        if not said.isascii() or not said.isdigit() or not int(said):
            raise ParseError(f"{_VARIABLE} is {said!r}; a number of bytes was expected, such as 2000000000")
        return int(said)
    memory = 1 << 34  # where the system does not say
    with suppress(AttributeError, ValueError, OSError):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(ValueError, OSError):  # of a container
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return memory // 8


def read_whole(file: BinaryIO, *, path: object = None) -> bytes:
    """Return the rest of a file, if it is not longer than `max_bytes`.

    Raises
    ------
    ParseError
        It is longer.
    """
    held, limit = BytesIO(), max_bytes()
    while piece := file.read(_PIECE):
        held.write(piece)
        if held.tell() > limit:
            raise ParseError(f"holds more than {shown_size(limit)}, the most that is read at once{_RAISE}", path=path)
    return held.getvalue()


def unpacked(pieces: Iterable[bytes], read: Callable[[], int]) -> Iterator[bytes]:
    """Yield pieces of unpacked data, unless they grow beyond `max_bytes` and 200 times what was `read`.

    Raises
    ------
    ParseError
        They do.
    """
    size, limit = 0, max_bytes()
    for piece in pieces:
        size += len(piece)
        if size > limit + _UNPACKED * read():
            raise ParseError(f"unpacks to more than {_UNPACKED} times its size, {shown_size(size)} so far{_RAISE}")
        yield piece
