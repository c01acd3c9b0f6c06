"""Texts in the RDF syntaxes as quads of pyoxigraph: nothing is left out in silence, errors have their place.

The terms are those of pyoxigraph: `graphs` turns them into rdflib's, the closure into numbers.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from itertools import chain, islice
from typing import Any, TypeAlias

import pyoxigraph as ox

from sts_kg.errors import ParseError
from sts_kg.rdf.jsonld_checks import line_in_json, line_of_keyword, lost_in_json, plain
from sts_kg.rdf.nesting import check_nesting, check_xml
from sts_kg.rdf.rdfxml import check_withdrawn, with_bases, with_known_parse_types, with_whole_texts
from sts_kg.rdf.statements import Statements

__all__ = [
    "FORMATS",
    "Parsed",
    "Quads",
    "convert_ntriples",
    "nquads",
    "nquads_of",
    "pieces",
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
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_WHOLE = ("rdfxml", "jsonld")  # a wrong place is the end of what can be read
_LOOKS_LIKE_TRIG = "; this looks like TriG, which has graphs in { … }: end the name in .trig"
_BATCH = 8192  # quads written at once


class Parsed:
    """The quads of a text in an RDF syntax, to be iterated over once.

    Parameters
    ----------
    data : bytes
        The text, in UTF-8 without a byte order mark.
    syntax : str
        A name in FORMATS.
    path : optional
        What errors name as the place.
    base : str, optional
        The IRI against which relative IRIs are resolved.
    prologue : str
        What stands before the text on its first line.
    rename : bool
        Whether blank nodes get labels that no other text has.
    lenient : bool
        Whether to leave out, and count in `n_skipped`, triples with a wrong IRI, blank node or language tag, and
        malformed statements of Turtle, TriG, N3, N-Triples and N-Quads. JSON-LD and RDF/XML cannot be read on from
        wrong grammar.

    Raises
    ------
    ParseError
        The text is not of that syntax; with path, and line and column if they are known. Also for what JSON-LD would
        drop in silence (JSON-LD 1.1 API, sections 5.1 and 8.1): terms that are no IRIs, keys that are not in the
        context or null there, unknown keywords, values outside a node.

    Attributes
    ----------
    prefixes : dict
        Those of the text, complete at its end.
    n_skipped : int
        What was left out so far.
    """

    def __init__(
        self,
        data: bytes,
        syntax: str,
        *,
        path: object = None,
        base: str | None = None,
        prologue: str = "",
        rename: bool = True,
        lenient: bool = False,
    ) -> None:
        self._data, self._syntax, self._path, self._base, self._prologue = data, syntax, path, base, prologue
        self._rename, self._lenient = rename, lenient
        self.prefixes: dict[str, str] = {}
        self.n_skipped = 0

    def __iter__(self) -> Iterator[ox.Quad]:
        self._check()
        with self._placed():
            yield from self._quads()

    def pieces(self) -> Iterator[bytes]:
        """Yield the quads as N-Quads, some thousand lines at a time."""
        self._check()
        with self._placed():
            yield from pieces(self._quads())

    def placed(self) -> Iterator[tuple[int, ox.Quad]]:
        """Yield each quad with the line on which it ends, up to the first that is wrong; blank nodes keep their labels.

        Not for JSON-LD, where the parser gathers a node before it gives its quads.
        """
        self._check()
        rows = _Rows(self._data)
        with self._placed():
            for quad in ox.parse(rows, FORMATS[self._syntax], base_iri=self._base, lenient=True):  # type: ignore[arg-type]
                yield rows.number, quad

    def _quads(self) -> Iterator[ox.Quad]:
        data = self._prologue.encode() + self._data
        checked = self._lenient or self._syntax == "jsonld"
        form = FORMATS[self._syntax]
        if self._lenient and self._syntax not in _WHOLE and self._is_wrong():
            return self._sound_statements(Statements(data, form, self._base, rename=self._rename))
        parser = ox.parse(data, form, base_iri=self._base, rename_blank_nodes=self._rename, lenient=checked)
        return self._sound(parser) if checked else self._told(parser)

    def _check(self) -> None:
        if self._syntax == "rdfxml":
            tags = check_xml(self._data, self._syntax, path=self._path)
            check_withdrawn(self._data, self._path)
            data = with_whole_texts(self._data, tags)
            self._data = with_known_parse_types(with_bases(data, self._base))
        else:
            check_nesting(self._data, self._syntax, path=self._path)
        if self._syntax == "jsonld" and b"\r" in self._data:  # which ends a line there too
            self._data = re.sub(rb"\r\n?", b"\n", self._data)
        for why, line in lost_in_json(self._data) if self._syntax == "jsonld" else ():
            if not self._lenient:
                raise ParseError(why, path=self._path, line=line)
            self.n_skipped += 1

    def _is_wrong(self) -> bool:
        """Return whether something in a text of statements is wrong; a lenient parser lets texts run over lines."""
        try:
            quads = ox.parse(self._data, FORMATS[self._syntax], base_iri=self._base)
            return any(self._syntax == "n3" and quad.graph_name != ox.DefaultGraph() for quad in quads)
        except SyntaxError:
            return True

    def _told(self, parser: ox.QuadParser | Statements) -> Iterator[ox.Quad]:
        """Return the quads of a parser, and gather its prefixes; RDF/XML forgets them when its root element closes."""
        formulas = self._syntax == "n3"
        newer = not self._lenient and any(word in self._data for word in _RDF_1_2[self._syntax == "rdfxml"])
        rest = iter(parser)
        first = list(islice(rest, 1))
        self.prefixes.update(parser.prefixes)
        quads = chain(first, rest)  # with nothing between for each quad, if nothing has to be looked at
        looked_at = self._without(quads, formulas=formulas, newer=newer) if formulas or newer else quads
        return chain(looked_at, self._ended(parser))

    def _without(self, quads: Iterator[ox.Quad], *, formulas: bool, newer: bool) -> Iterator[ox.Quad]:
        """Yield quads, and raise for formulas of N3 or terms of RDF 1.2."""
        for quad in quads:
            if formulas and quad.graph_name != ox.DefaultGraph():
                raise ValueError("holds N3 formulas ({ … }), which are not triples; plain N3 or Turtle was expected")
            if newer and (fault := _newer(quad.subject) or _newer(quad.object)):
                raise ValueError(fault)
            yield quad

    def _ended(self, parser: ox.QuadParser | Statements) -> Iterator[ox.Quad]:
        """Gather the prefixes of a parser that has come to its end."""
        self.prefixes.update(parser.prefixes)
        yield from ()

    def _sound_statements(self, statements: Statements) -> Iterator[ox.Quad]:
        yield from self._sound(statements)
        self.n_skipped += statements.n_wrong

    def _sound(self, parser: ox.QuadParser | Statements) -> Iterator[ox.Quad]:
        """Yield the quads of a lenient parser whose terms are sound."""
        known: set[object] = {ox.DefaultGraph()}
        try:
            for quad in self._told(parser):
                terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
                new = [term for term in terms if term not in known]
                fault = next(filter(None, map(_fault, new)), None) if new else None
                if new and fault is None and self._syntax == "jsonld":
                    fault = next(filter(None, (self._undeclared(term, quad) for term in new)), None)
                if fault is None:
                    known.update(new)
                    yield quad
                elif self._lenient:
                    self.n_skipped += 1
                else:
                    raise self._unsound(*fault, is_key=fault[0] == getattr(quad.predicate, "value", None))
        except SyntaxError as error:
            if self._lenient:
                error.msg += "; reading cannot go on after this, not even leniently"
            raise

    def _undeclared(self, term: Any, quad: ox.Quad) -> tuple[str, str] | None:
        """Return the IRI, and what is wrong, if it comes from a word of JSON-LD that its @context should declare."""
        if not isinstance(term, ox.NamedNode):
            return None
        prefix, _, name = term.value.partition(":")
        if prefix in _our_prefixes():
            return term.value, f"the prefix {prefix}: is not declared"
        folder = self._base.rpartition("/")[0] + "/" if self._base else None
        if folder and quad.predicate.value == _TYPE and term == quad.object and term.value.startswith(folder):
            if "#" not in name:  # JSON-LD 1.1 API, section 5.2.2, step 9: a type may be relative to the document
                return term.value[len(folder) :], "No scheme: the type is not in the @context"
        return None

    def _unsound(self, text: str, why: str, *, is_key: bool) -> ParseError:
        if "RDF 1.2" in why:
            return ParseError(why, path=self._path)
        shown = plain(repr(text))
        if is_key and why.startswith("No scheme"):
            why = f"the key {shown} is no IRI and not in the @context, so the triple would be lost"
        elif why.startswith("No scheme"):
            why = f"{shown} is no IRI and not in the @context, so the triple would be lost"
        else:
            why = f"{shown} would be lost: {why}"
        return ParseError(why, path=self._path, line=line_in_json(self._data, text))

    @contextmanager
    def _placed(self) -> Iterator[None]:
        """Turn errors of pyoxigraph into a `ParseError` with path, line and column."""
        try:
            yield
        except SyntaxError as error:
            line, column = error.lineno, error.offset
            if column is not None and line == 1:
                column = max(1, column - len(self._prologue))
            if column is not None and line is not None and self._syntax == "jsonld":  # here it counts bytes
                row = self._data.split(b"\n", line)[line - 1]
                column = len(row[: column - 1].decode(errors="replace")) + 1
            if line is None and self._syntax == "rdfxml":
                line = self._line_in_xml(error.msg)
            if line is None and self._syntax == "jsonld":
                line = line_of_keyword(self._data, error.msg)
            said = reason(error.msg) + (_LOOKS_LIKE_TRIG if self._looks_like_trig(error) else "")
            raise ParseError(said, path=self._path, line=line, column=column) from error
        except MemoryError as error:
            said = "holds a term or comment of more than 16 MiB; of that length, only N-Triples and N-Quads can be read"
            raise ParseError(said, path=self._path) from error
        except ValueError as error:
            if isinstance(error, ParseError):
                raise
            raise ParseError(plain(str(error)), path=self._path) from error

    def _looks_like_trig(self, error: SyntaxError) -> bool:
        """Return whether a text that is not Turtle is TriG, or at least beyond the place of the error."""
        if self._syntax != "turtle" or error.lineno is None or b"{" not in self._data:
            return False
        try:
            deque(ox.parse(self._prologue.encode() + self._data, FORMATS["trig"], base_iri=self._base), maxlen=0)
        except SyntaxError as later:
            return (later.lineno or 0, later.offset or 0) > (error.lineno, error.offset or 0)
        return True

    def _line_in_xml(self, message: str) -> int | None:
        """Return the line at which pyoxigraph stops, or that before it on which the text stands that it names."""
        lines = _ByLine(self._data)
        try:
            for _ in ox.parse(lines, FORMATS["rdfxml"], base_iri=self._base, lenient=self._lenient):  # type: ignore[arg-type]
                pass
        except SyntaxError:
            named = re.search(r"'(.+?)'|^(.+) is not a valid", message)
            word = (named[1] or named[2]).encode() if named else b""
            rows = self._data.split(b"\n")[: lines.n_read]
            for back in range(min(len(rows), 1000) if word else 0):
                if word in rows[-1 - back]:
                    return len(rows) - back
            return lines.n_read
        return None


class _ByLine:
    """A file that gives one line at a time: so it knows which line its reader has come to."""

    def __init__(self, data: bytes) -> None:
        self._file, self._ended, self.n_read = BytesIO(data), True, 0

    def read(self, size: int = -1) -> bytes:
        line = self._file.readline(size)
        self.n_read += self._ended and line != b""
        self._ended = line.endswith(b"\n")
        return line


class _Rows:
    """A text as a file that gives a line at a time, or less, and counts them: a parser never reads ahead."""

    def __init__(self, data: bytes) -> None:
        self._file, self.number, self._begun = BytesIO(data), 0, False

    def read(self, size: int = -1) -> bytes:
        row = self._file.readline(size)
        self.number += not self._begun and row != b""
        self._begun = not row.endswith(b"\n")
        return row


def pieces(quads: Iterable[ox.Quad]) -> Iterator[bytes]:
    """Yield quads as N-Quads, some thousand lines at a time."""
    rest = iter(quads)
    while piece := nquads_of(islice(rest, _BATCH)):
        yield piece


def nquads_of(quads: Iterable[ox.Quad]) -> bytes:
    """Return quads as N-Quads."""
    data = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert data is not None, "without an output, ox.serialize returns the bytes"
    return data


def nquads(data: bytes, syntax: str, *, path: object = None, base: str | None = None) -> bytes:
    """Return a UTF-8 text of an RDF syntax as N-Quads; blank nodes keep the labels that they have.

    Raises
    ------
    ParseError
        As `Parsed`.
    """
    return b"".join(Parsed(data.removeprefix(b"\xef\xbb\xbf"), syntax, path=path, base=base, rename=False).pieces())


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


#: What occurs in a text with terms of RDF 1.2, and seldom otherwise: in any syntax but RDF/XML, and in RDF/XML.
_RDF_1_2 = (b"<<", b"--ltr", b"--rtl"), (b"2005/11/its", b"'Triple'", b'"Triple"')


def _newer(term: Any) -> str | None:
    """Return what is wrong if a term is one of RDF 1.2."""
    if isinstance(term, ox.Triple) or getattr(term, "direction", None) is not None:
        return f"holds {plain(str(term))}, a term of RDF 1.2; only RDF 1.1 can be read"
    return None


@cache
def _our_prefixes() -> frozenset[str]:
    from sts_kg.rdf.names import PREFIXES  # needs rdflib, which is slow to import

    return frozenset(PREFIXES)


def _fault(term: Any) -> tuple[str, str] | None:
    """Return the text of a term that RDF does not allow, and why; None if it is sound."""
    if fault := _newer(term):
        return str(term), fault
    text = term.value
    try:
        if isinstance(term, ox.NamedNode):
            ox.NamedNode(text)
        elif isinstance(term, ox.BlankNode):
            ox.BlankNode(text)
        elif isinstance(term, ox.Literal):
            if term.language is not None:
                text = term.language
                ox.Literal("", language=text)
            else:
                return _fault(term.datatype)
    except ValueError as error:
        return text, str(error)
    return None


# --- messages

_PLACE = re.compile(r"Parser error (?:at|between) [^:]*: ")


def reason(message: str) -> str:
    """Return the message of the parser without the place, which is in fields, and without control characters."""
    if "LoadDocumentCallback" in message:
        return "its @context is an address; nothing is fetched, so the context must be in the file"
    return plain(_PLACE.sub("", message, count=1))
