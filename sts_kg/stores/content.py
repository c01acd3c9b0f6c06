"""A graph to push: what its triples are without blank nodes, in batches that are always the same, and their digest."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

from rdflib import Graph

from sts_kg.stores.blank_nodes import ScopedNames, StructuralNames, skolemised
from sts_kg.stores.digest import Digest, canonical_lines

__all__ = ["Content", "Source", "rereadable"]

#: Triples to push: an rdflib Graph, N-Triples, or pieces of N-Triples.
Source = Graph | bytes | Iterable[bytes]

_PIECE = 1 << 20  # bytes read from a temporary file at once


def rereadable(source: Source, open_files: ExitStack) -> Iterable[bytes]:
    """Return the N-Triples of a source in a form that can be read more than once."""
    if isinstance(source, Graph):
        return (b"".join(sorted(source.serialize(format="nt", encoding="utf-8").splitlines(keepends=True))),)
    if isinstance(source, bytes):
        return (source,)
    if iter(source) is not source:
        return source
    file = open_files.enter_context(tempfile.TemporaryFile())
    file.writelines(source)
    return _Reread(file)


class _Reread:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        return iter(lambda: self._file.read(_PIECE), b"")


class Content:
    """A graph to push: its triples without blank nodes, their digest, and at least as many `lines` as triples.

    The digest, and the number of lines without empty ones, come with the first pass over the triples.
    """

    def __init__(self, source: Iterable[bytes], names: ScopedNames | StructuralNames) -> None:
        self._source, self._names = source, names
        self.lines = sum(piece.count(b"\n") for piece in source) + 1
        self._digest: Digest | None = None

    @property
    def digest(self) -> Digest:
        """The digest of the triples."""
        if self._digest is None:
            deque(self.batches(20_000), maxlen=0)
        assert self._digest is not None, "a whole pass makes the digest"
        return self._digest

    @property
    def hexdigest(self) -> str:
        """The digest of the triples as text."""
        return self.digest.hexdigest()

    def batches(self, size: int) -> Iterator[list[bytes]]:
        """Yield the triples as lines of canonical N-Triples, `size` at a time, always in the same order."""
        digest, count = Digest() if self._digest is None else None, 0
        for canonical in canonical_lines(self._source, size):
            has_blank_nodes = b"_:" in b"".join(canonical)
            lines = [skolemised(line, self._names) for line in canonical] if has_blank_nodes else canonical
            if digest is not None:
                digest.add(lines)
                count += len(lines)
            yield lines
        if digest is not None:
            self._digest, self.lines = digest, count
