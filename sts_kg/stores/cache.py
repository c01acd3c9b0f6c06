"""A cache of answers in a folder. Each file has a line of JSON about the answer, then the answer."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sts_kg.rdf import write_bytes

__all__ = ["Cache"]


@dataclass(frozen=True)
class Cache:
    """Answers in a folder; an answer older than `max_age_s` seconds, if that is given, is ignored."""

    folder: Path
    max_age_s: float | None = None

    def find(self, key: str) -> tuple[str, bytes] | None:
        """Return the media type and the body of the answer for a key; None if it is missing, too old or damaged."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            line, _, body = self._file(key).read_bytes().partition(b"\n")
            about = json.loads(line)
            fresh = self.max_age_s is None or time.time() - float(about["time"]) <= self.max_age_s
            if fresh and about["sha256"] == hashlib.sha256(body).hexdigest():
                return str(about["content_type"]), body
        return None

    def keep(self, key: str, url: str, content_type: str, body: bytes) -> None:
        """Store an answer for a key, if the folder can be written."""
        about = {
            "url": url,
            "time": time.time(),
            "content_type": content_type,
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self._file(key), json.dumps(about).encode() + b"\n" + body)

    def _file(self, key: str) -> Path:
        return self.folder / hashlib.sha256(key.encode()).hexdigest()
