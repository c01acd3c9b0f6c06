"""The one way in: RDF and OWL documents of any syntax, from files and open files, as quads or as N-Quads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sts_kg.errors import ParseError
from sts_kg.rdf.endings import OWL_SYNTAXES, known_endings, known_syntax, syntax_told
from sts_kg.rdf.files import as_file, opened
from sts_kg.rdf.sizes import read_whole
from sts_kg.rdf.sniffing import HEAD, as_utf8, syntax_in, utf8_mark

if TYPE_CHECKING:
    import pyoxigraph as ox

    from sts_kg.rdf.syntaxes import Parsed, Quads

__all__ = ["Document", "named_quads"]

_IN_LINES = ("ntriples", "nquads")


class Document:
    """An RDF or OWL document, opened; its syntax is known, and it is read once.

    What the content surely is decides on the syntax, the ending of the name is a hint (`sniffing.syntax_in`). Byte
    order marks are dropped, other encodings become UTF-8. N-Triples and N-Quads are read piece by piece, anything else
    is held in memory.

    Parameters
    ----------
    source : path, bytes or binary file
        A path is unpacked by its ending, `.gz` or `.zst`.
    syntax : str, optional
        A name or an ending that is surely right, whatever the content looks like.
    path : optional
        What errors name as the place; by default the source, if it is a path.
    base : str, optional
        The IRI against which relative IRIs are resolved; by default the address of the file.
    told : str, optional
        The syntax to assume where the content leaves it open; by default by the ending of the path.
    lenient : bool
        Whether to leave out what is wrong and count it, as `Parsed` does; for N-Triples and N-Quads whoever reads
        `lines` has to. OWL functional syntax, OWL/XML and Manchester syntax are read whole or not at all.

    Raises
    ------
    ParseError
        The document cannot be opened, is a web page, or is in no syntax that can be read.
    UnknownNameError
        There is no such syntax.

    Attributes
    ----------
    path : object
        What errors name.
    syntax : str
        The name of the syntax.
    in_lines : bool
        Whether it is N-Triples or N-Quads, so that a line of `lines` is a line of the document.
    base : str or None
        The IRI against which relative IRIs are resolved.
    """

    def __init__(
        self,
        source: str | Path | bytes | BinaryIO,
        syntax: str | None = None,
        *,
        path: object = None,
        base: str | None = None,
        told: str | None = None,
        lenient: bool = False,
    ) -> None:
        given = None if syntax is None else known_syntax(syntax, owl=True)
        self._opened = isinstance(source, str | Path)
        if isinstance(source, str | Path):
            file = opened(source)
            path, base = source if path is None else path, base or Path(source).resolve().as_uri()
            told = told or syntax_told(source)
        else:
            file = BytesIO(source) if isinstance(source, bytes) else source
        self._file, self.path, self.base, self._lenient, self._source = file, path, base, lenient, source
        self._head = _first(file)
        found = given or syntax_in(self._head, told, path=path)
        if found is None:
            reason = (
                "has no ending of an RDF or OWL file, and its first bytes do not tell its syntax; "
                f"known endings are {known_endings()}, each also with .gz or .zst"
            )
            raise ParseError(reason, path=path)
        self.syntax, self.in_lines = found, found in _IN_LINES
        self._parsed: Parsed | None = None
        self._n_left_out = 0  # of what is no RDF
        self._data: bytes | None = None

    def __enter__(self) -> Document:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened:
            self._file.close()

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the document, once its quads are read."""
        return {} if self._parsed is None else self._parsed.prefixes

    @property
    def n_skipped(self) -> int:
        """How many statements were left out so far."""
        return self._n_left_out + (0 if self._parsed is None else self._parsed.n_skipped)

    def quads(self, *, rename: bool = True) -> Iterator[ox.Quad]:
        """Yield the quads; with `rename`, blank nodes get labels that no other document has.

        Raises
        ------
        ParseError
            As `Parsed`; of OWL syntaxes as `owl_nquads` and `obo_nquads`.
        """
        yield from self._read(rename=rename)

    def lines(self) -> BinaryIO:
        """Return the document as N-Quads; blank nodes keep their labels, N-Triples and N-Quads stay as they are.

        What is in lines already is not checked. If it is not, line numbers are not those of the document.
        """
        mark = utf8_mark(self._head)
        if self.in_lines and mark is not None:
            return _Ahead(self._head[mark:], self._file)  # type: ignore[return-value] # it has what is needed
        if self.in_lines:
            return BytesIO(self._text())
        return as_file(self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        yield from self._read(rename=False).pieces()

    def _read(self, *, rename: bool) -> Parsed:
        from sts_kg.rdf.syntaxes import Parsed  # needs pyoxigraph, which takes ten megabytes

        data, syntax = self._text(), self.syntax
        if syntax == "obo":
            from sts_kg.rdf.obo import obo_nquads

            data, self._n_left_out = obo_nquads(data, path=self.path, base=self.base, lenient=self._lenient)
            syntax = "nquads"
        elif syntax in OWL_SYNTAXES:
            from sts_kg.rdf.owl_syntaxes import owl_nquads

            try:
                data, syntax = owl_nquads(data, syntax, path=self.path), "nquads"
            except ParseError as error:
                named = re.search(r"'(.+?)'", error.reason) if error.line is None else None
                at = data.find(named[1].encode()) if named is not None else -1
                line, reason = error.line, error.reason
                if at >= 0:
                    line = data.count(b"\n", 0, at) + 1
                if self._lenient:
                    reason += f"; {OWL_SYNTAXES[syntax]} is read whole or not at all, even leniently"
                raise ParseError(reason, path=self.path, line=line, column=error.column) from error
        self._parsed = Parsed(data, syntax, path=self.path, base=self.base, rename=rename, lenient=self._lenient)
        return self._parsed

    def again(self) -> Document | None:
        """Return the document opened anew, None if it can be read only once: a pipe, or an open file that is not held.

        Raises
        ------
        ParseError
            It is no longer there.
        """
        if self._data is not None:
            return Document(self._data, self.syntax, path=self.path, base=self.base, lenient=self._lenient)
        if not self._opened or not Path(str(self._source)).is_file():
            return None
        return Document(str(self._source), self.syntax, path=self.path, base=self.base, lenient=self._lenient)

    def data(self) -> bytes:
        """Return the document as it is, decompressed; it is held from then on.

        Raises
        ------
        ParseError
            It is longer than `max_bytes`, or its compressed data are damaged.
        """
        if self._data is None:
            self._data = self._head + read_whole(self._file, path=self.path)
        return self._data

    def _text(self) -> bytes:
        return as_utf8(self.data(), path=self.path)


def named_quads(path: str | Path, graph: str | None, *, blank_nodes: str, text: str | None = None) -> Quads:
    """Return the triples of a file as quads of a named graph, in its order; blank nodes numbered after a prefix.

    Parameters
    ----------
    path : str or Path
        The file.
    graph : str or None
        The name of the graph; None keeps the graphs of the file.
    blank_nodes : str
        What the labels of blank nodes begin with.
    text : str, optional
        What the file would hold, instead of the file.

    Raises
    ------
    ParseError
        As `Document`.
    """
    import pyoxigraph as ox

    name, names = graph and ox.NamedNode(graph), dict[str, ox.BlankNode]()

    def renamed(term: Any) -> Any:
        if not isinstance(term, ox.BlankNode):
            return term
        return names.setdefault(term.value, ox.BlankNode(f"{blank_nodes}{len(names)}"))

    source = path if text is None else text.encode()
    with Document(source, path=path, told=syntax_told(path)) as document:
        return [
            ox.Quad(renamed(quad.subject), quad.predicate, renamed(quad.object), name or quad.graph_name)
            for quad in document.quads(rename=False)
        ]


def _first(file: BinaryIO) -> bytes:
    """Return the first bytes of a file, fewer only if there are no more."""
    found = b""
    while len(found) < HEAD and (piece := file.read(HEAD - len(found))):
        found += piece
    return found


class _Ahead:
    """A file of which the first bytes are read already."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._head, self._file = head, file

    def read(self, size: int) -> bytes:
        if not self._head:
            return self._file.read(size)
        head, self._head = self._head[:size], self._head[size:]
        return head if len(head) == size else head + self._file.read(size - len(head))
