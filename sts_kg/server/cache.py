"""Answers that were given before, the least recently asked for dropped first, within so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

__all__ = ["Cache", "Kept"]

_MORE = 2000  # bytes that an entry takes beside its body


class Kept(NamedTuple):
    """An answer as it is sent: its headers, the ETag among them, and its body."""

    headers: tuple[tuple[bytes, bytes], ...]
    etag: bytes
    body: bytes


class Cache:
    """Answers by key, at most `most` bytes of them; one that is larger than a tenth of that is not kept.

    A key is a hash of what was asked, so nobody can read from it what that was.
    """

    def __init__(self, most: int) -> None:
        self.most, self.size, self.hits, self.misses = most, 0, 0, 0
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes) -> Kept | None:
        """Return the answer that was kept under a key, or None."""
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return found

    def put(self, key: bytes, answer: Kept) -> bool:
        """Keep an answer, and drop others to make room; False if it is too large."""
        size = len(answer.body) + _MORE
        if size > self.most // 10:
            return False
        if key in self._kept:
            return self._kept[key] is answer
        self._kept[key] = answer
        self.size += size
        while self.size > self.most:
            _, dropped = self._kept.popitem(last=False)
            self.size -= len(dropped.body) + _MORE
        return True
