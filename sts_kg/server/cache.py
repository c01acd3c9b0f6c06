"""Answers that were given before, the least recently asked for dropped first, within so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from sts_kg.server.messages import Response

__all__ = ["Cache"]

_MORE = 1000  # bytes that an entry takes beside its body


class Cache:
    """Responses by key, at most `most` bytes of them; a response larger than a tenth of that is not kept."""

    def __init__(self, most: int) -> None:
        self.most, self.size, self.hits, self.misses = most, 0, 0, 0
        self._kept: OrderedDict[Hashable, Response] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Response | None:
        """Return the response that was kept under a key, or None."""
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, response: Response) -> None:
        """Keep a response, and drop others to make room."""
        size = len(response.body) + _MORE
        if size > self.most // 10 or key in self._kept:
            return
        self._kept[key] = response
        self.size += size
        while self.size > self.most:
            _, dropped = self._kept.popitem(last=False)
            self.size -= len(dropped.body) + _MORE
