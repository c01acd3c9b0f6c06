"""Bytes that are held for clients at the same moment, of all and of each."""

from __future__ import annotations

from collections import Counter

__all__ = ["Budget"]


class Budget:
    """At most `most` bytes at once, and at most half of them for one client."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._of_client: Counter[str] = Counter()

    def take(self, client: str, size: int) -> bool:
        """Count so many bytes for a client; False, and nothing is counted, if that is too much now."""
        if not size:
            return True
        if self.size + size > self.most or self._of_client.get(client, 0) + size > self.most // 2:
            return False
        self.size += size
        self._of_client[client] += size
        return True

    def give(self, client: str, size: int) -> None:
        """Count bytes no more that `take` counted."""
        if not size:
            return
        self.size -= size
        self._of_client[client] -= size
        if not self._of_client[client]:
            del self._of_client[client]
