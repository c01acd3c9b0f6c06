"""A table that is linked: what its readers share, and what is told of what they could not read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple

from sts_kg.errors import ParseError
from sts_kg.rdf import Document, as_file
from sts_kg.safe import counted

__all__ = ["MOST_UNREAD", "TableSource", "Unread"]

MOST_UNREAD = 1_000  # cells that are told one by one; the others are counted
_AT_ONCE = 1_024  # what rows give, in one piece


class Unread(NamedTuple):
    """A cell that gives nothing: its line, its column, its text, and why."""

    line: int
    column: str
    text: str
    reason: str


class TableSource(ABC):
    """A table as a source of triples, read once and piece by piece.

    Attributes
    ----------
    path : Path
        The file.
    header : dict of str
        Identifier, title, license, version and date, as far as they are known.
    beside : tuple of Path
        The other files that are read.
    owns : tuple of str
        The namespaces of which it has all terms, so that others are missing.
    facts : bool
        Whether its rows may be about others than our terms, such as interactions: rows that name one are kept, too.
    n_rows, n_unread : int
        How many rows, and cells that give nothing, there were so far; `unread` has the first of these.
    """

    owns: tuple[str, ...] = ()
    facts = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: dict[str, str] = {}
        self.beside: tuple[Path, ...] = ()
        self.n_rows, self.n_unread = 0, 0
        self.unread: list[Unread] = []
        self._noted: set[tuple[int, str, str]] = set()  # of the current line

    def document(self, shown: str) -> Document:
        """Return the triples as a document of N-Triples, and count anew; errors name `shown`."""
        self.n_rows, self.n_unread = 0, 0
        self.unread.clear()
        return Document(as_file(self._pieces(shown)), "ntriples", path=shown)

    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of what was read."""
        found = [self._size(), *self._told()]
        found += [f"read with {path.name}, sha256 {_digest(path)}" for path in self.beside]
        return tuple(found)

    @abstractmethod
    def _lines(self) -> Iterator[bytes]:
        """Yield N-Triples, a row or so at a time."""

    def _size(self) -> str:
        unread = f"; {counted(self.n_unread, 'cell')} could not be read" if self.n_unread else ""
        return f"{counted(self.n_rows, 'row')}{unread}"

    def _told(self) -> Iterator[str]:
        yield from ()

    def skip(self, line: int, column: str, text: str, reason: str) -> None:
        """Note a cell that gives nothing, once, though several terms are made of it."""
        if (line, column, text) in self._noted:
            return
        if self._noted and next(iter(self._noted))[0] != line:
            self._noted.clear()
        self._noted.add((line, column, text))
        self.n_unread += 1
        if len(self.unread) < MOST_UNREAD:
            self.unread.append(Unread(line, column, text[:80], reason))

    def _pieces(self, shown: str) -> Iterator[bytes]:
        piece: list[bytes] = []
        some = False
        for line in self._lines():
            piece.append(line)
            some = some or bool(line)
            if len(piece) == _AT_ONCE:
                yield b"".join(piece)
                piece.clear()
        if not some:
            first = "".join(f"; line {e.line}, {e.column}: {e.text!r}: {e.reason}" for e in self.unread[:1])
            raise ParseError(f"gives no triple: {self._size()}{first}", path=shown)
        yield b"".join(piece)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
