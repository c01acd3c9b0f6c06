"""The RDF syntaxes: names, endings, and files and texts of them as quads of pyoxigraph, errors with their place.

The terms are those of pyoxigraph: `graphs` turns them into rdflib's, the closure into numbers.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import pyoxigraph as ox

from sts_kg.errors import ParseError
from sts_kg.rdf.endings import syntax_of
from sts_kg.rdf.files import opened
from sts_kg.rdf.guards import check_nesting, check_xml, read_whole

__all__ = [
    "FORMATS",
    "Quads",
    "contents",
    "convert_ntriples",
    "named_quads",
    "nquads",
    "nquads_file",
    "nquads_of",
    "placed",
    "quad_parser",
    "reason",
]

#: Quads of pyoxigraph, in their order.
Quads: TypeAlias = list[ox.Quad]
#: Name to format of pyoxigraph.
FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "n3": ox.RdfFormat.N3,
}


def contents(path: str | Path) -> tuple[bytes, str]:
    """Return the bytes of a file, decompressed, and its address.

    Raises
    ------
    ParseError
        The file is missing, a folder, cut short or not compressed as its ending says.
    """
    with opened(path) as file:
        return read_whole(file, path=path), Path(path).resolve().as_uri()


def quad_parser(
    data: bytes, syntax: str, *, path: object = None, base: str | None = None, prologue: str = "", rename: bool = True
) -> ox.QuadParser:
    """Return the parser of a text, to be iterated inside `placed`.

    `prologue` stands before the text on its first line; with `rename`, blank nodes get labels that no other text has.

    Raises
    ------
    ParseError
        It is RDF/XML and not well-formed XML.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    if syntax == "rdfxml":
        check_xml([data], path=path)
    else:
        check_nesting(data, syntax, path=path)
    return ox.parse(prologue.encode() + data, FORMATS[syntax], base_iri=base, rename_blank_nodes=rename)


@contextmanager
def placed(path: object = None, prologue: str = "") -> Iterator[None]:
    """Turn errors of pyoxigraph into a `ParseError` with path, line and column."""
    try:
        yield
    except SyntaxError as error:
        column = error.offset
        if column is not None and error.lineno == 1:
            column = max(1, column - len(prologue))
        raise ParseError(reason(error.msg), path=path, line=error.lineno, column=column) from error
    except ValueError as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError(str(error), path=path) from error
    except MemoryError as error:  # from pyoxigraph
        said = "holds a term or comment of more than 16 MiB; of that length, only N-Triples and N-Quads can be read"
        raise ParseError(said, path=path) from error


def named_quads(path: str | Path, graph: str | None, *, blank_nodes: str, text: str | None = None) -> Quads:
    """Return the triples of a file as quads of a named graph, in its order; blank nodes numbered after a prefix.

    Parameters
    ----------
    path : str or Path
        The file; its ending gives the syntax.
    graph : str or None
        The name of the graph; None keeps the graphs of the file.
    blank_nodes : str
        What the labels of blank nodes begin with.
    text : str, optional
        What the file would hold, instead of the file.

    Raises
    ------
    ParseError
        As `contents` and `quad_parser`.
    """
    data, base = contents(path) if text is None else (text.encode(), None)
    name, names = graph and ox.NamedNode(graph), dict[str, ox.BlankNode]()

    def renamed(term: Any) -> Any:
        if not isinstance(term, ox.BlankNode):
            return term
        return names.setdefault(term.value, ox.BlankNode(f"{blank_nodes}{len(names)}"))

    with placed(path):
        parser = quad_parser(data, syntax_of(path), path=path, base=base, rename=False)
        return [
            ox.Quad(renamed(quad.subject), quad.predicate, renamed(quad.object), name or quad.graph_name)
            for quad in parser
        ]


def nquads_of(quads: Iterable[ox.Quad]) -> bytes:
    """Return quads as N-Quads."""
    data = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert data is not None, "without an output, ox.serialize returns the bytes"
    return data


def nquads(data: bytes, syntax: str, *, path: object = None, base: str | None = None) -> bytes:
    """Return a text of any RDF syntax as N-Quads; blank nodes keep the labels that they have.

    Raises
    ------
    ParseError
        The text is not of that syntax, or has terms that RDF 1.1 lacks: with path, and line and column if known.
    """
    with placed(path):
        return nquads_of(quad_parser(data, syntax, path=path, base=base, rename=False))


@contextmanager
def nquads_file(path: str | Path) -> Iterator[BinaryIO]:
    """Yield a file of any RDF syntax as a file of N-Quads, converted while it is read; blank nodes keep their labels.

    The reader has to check IRIs and language tags, as in any N-Quads; if it raises a ParseError, an error of the file
    itself replaces it.

    Raises
    ------
    ParseError
        As `contents` and `nquads`; also at the end, if what is wrong was not reached before.
    """
    reading, writing = os.pipe()
    with opened(path, syntax_of(path)) as file, ThreadPoolExecutor(1) as pool, os.fdopen(reading, "rb") as lines:
        source = _Ends(file)
        made = pool.submit(_convert, source, path, writing)
        try:
            yield lines
        except ParseError:
            lines.close()
            _require_sound(path)
            raise
        lines.close()
        if made.exception() is not None or not source.is_whole(syntax_of(path)):
            _require_sound(path)
        made.result()


def _convert(source: Any, path: str | Path, writing: int) -> None:
    form, base = FORMATS[syntax_of(path)], Path(path).resolve().as_uri()
    with os.fdopen(writing, "wb") as out, placed(path):
        quads = ox.parse(source, form, base_iri=base, rename_blank_nodes=False, lenient=True)
        ox.serialize(quads, out, format=ox.RdfFormat.N_QUADS)


def _require_sound(path: str | Path) -> None:
    """Read a file again, more slowly, and raise the error with its place, if there is one."""
    form, base = FORMATS[syntax_of(path)], Path(path).resolve().as_uri()
    if form == ox.RdfFormat.RDF_XML:
        with opened(path) as file:
            check_xml(iter(lambda: file.read(_PIECE), b""), path=path)
    with opened(path, syntax_of(path)) as file, placed(path):
        deque(ox.parse(file, form, base_iri=base), maxlen=0)


_PIECE = 1 << 20
_ENDS = 4096
_ROOT = re.compile(rb"<([A-Za-z_][^\s/>]*)[\s/>]")
_MARKUP = re.compile(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)


class _Ends:
    """A file that keeps its first and last bytes: pyoxigraph does not notice truncated XML."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._first, self._last = file, b"", b""

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        if len(self._first) < _ENDS:
            self._first += piece[:_ENDS]
        if piece:
            self._last = (self._last + piece[-_ENDS:])[-_ENDS:]
        return piece

    def is_whole(self, syntax: str) -> bool:
        """Return whether XML surely ends with the end of its root element; True for any other syntax."""
        root = _ROOT.search(_MARKUP.sub(b"", self._first))
        end = _MARKUP.sub(b"", self._last).rstrip()
        return syntax != "rdfxml" or (root is not None and end.endswith(b"</" + root[1] + b">"))


def convert_ntriples(ntriples: bytes, syntax: str) -> bytes:
    """Return N-Triples in another syntax, with the prefixes of RDF's own vocabularies."""
    triples = (quad.triple for quad in ox.parse(ntriples, ox.RdfFormat.N_TRIPLES, lenient=True))
    form = FORMATS["turtle" if syntax == "n3" else syntax]
    data = ox.serialize(triples, format=form, prefixes=_COMMON if syntax in ("turtle", "trig", "n3") else None)
    assert data is not None, "without an output, ox.serialize returns the bytes"
    return data


_COMMON = {
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


_PLACE = re.compile(r"Parser error (?:at|between) [^:]*: ")
_LONGEST_REASON = 300


def reason(message: str) -> str:
    """Return the message of the parser without the place, which is in fields, and without control characters."""
    if "LoadDocumentCallback" in message:
        return "its @context is an address; nothing is fetched, so the context must be in the file"
    plain = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in _PLACE.sub("", message, count=1))
    return plain if len(plain) <= _LONGEST_REASON else plain[:_LONGEST_REASON] + "…"
