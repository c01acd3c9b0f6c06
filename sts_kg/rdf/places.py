"""The lines on which the triples of a document stand: a second look at its text, if there is something to tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from html import escape
from typing import Any

import pyoxigraph as ox

from sts_kg.errors import ParseError
from sts_kg.rdf.documents import Document
from sts_kg.rdf.nesting import check_nesting
from sts_kg.rdf.ntriples_terms import BLANK, IRI, LITERAL, canonical
from sts_kg.rdf.sniffing import as_utf8
from sts_kg.rdf.syntaxes import FORMATS, Parsed

__all__ = ["Places"]

Triple = tuple[bytes, bytes, bytes]
_BLOCK = 1 << 20
_WORD = rb"[\w+\-]"
_MOST_ROWS = 1000  # of a statement, above the line on which it ends
_BY_LINE = ("turtle", "trig", "n3", "rdfxml")  # pyoxigraph gives their triples as soon as it has read them


class Places:
    """The triples of a document with their lines, as far as these can be known.

    Parameters
    ----------
    document : Document
        Opened anew; it is read once more.

    Attributes
    ----------
    labels : dict of bytes to None
        Those of blank nodes so far, in their order; of N-Triples and N-Quads only some.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self.labels: dict[bytes, None] = {}

    def triples(self, wanted: Collection[tuple[bytes, bytes]]) -> Iterator[tuple[Triple, int]]:
        """Yield the triples with wanted predicates and objects, and the lines on which they stand.

        It is the line where the object begins if that is a literal, else where the predicate stands. All terms are in
        canonical N-Triples; blank nodes keep their labels, and those without one get a new one.

        Parameters
        ----------
        wanted : collection of pairs
            A predicate and an object; `_:` stands for any blank node.

        Raises
        ------
        ParseError
            As `Document`; a document that was read leniently is looked at up to the first place that is wrong.
        """
        predicates = {predicate[1:-1].decode() for predicate, _ in wanted}
        for at, quad in self._quads({_word(*pair) for pair in wanted}):
            for each in (quad.subject, quad.object, quad.graph_name):
                if isinstance(each, ox.BlankNode):
                    self.labels.setdefault(each.value.encode())
            if quad.predicate.value in predicates:
                subject, predicate, given = map(_text, (quad.subject, quad.predicate, quad.object))
                if (predicate, b"_:" if given[:1] == b"_" else given) in wanted and (line := self._line(at, quad)):
                    yield (subject, predicate, given), line

    def _quads(self, words: Collection[bytes]) -> Iterator[tuple[int, ox.Quad]]:
        """Yield quads, each with the line on which it ends, 0 if that is not known; of lines only some, with a word."""
        document = self._document
        if document.in_lines:
            yield from self._lines(words)
        elif document.syntax in _BY_LINE:
            yield from Parsed(self._text, document.syntax, path=document.path, base=document.base).placed()
        else:
            for quad in document.quads(rename=False):
                yield 0, quad

    def _line(self, at: int, quad: ox.Quad) -> int | None:
        """Return the line on which the literal of a quad begins, or its predicate; None if it may be on several."""
        if self._document.in_lines:
            return at
        term: Any = quad.object
        is_literal = isinstance(term, ox.Literal)
        word = _pattern(term.value) if is_literal else _name(quad.predicate.value, self._document.syntax)
        if word is None:
            return max(1, at - term.value.count("\n")) if at else None
        if at:
            near = range(at, max(0, at - _MOST_ROWS), -1)
            return next((number for number in near if word.search(self._rows[number - 1])), at)
        found = [number for number, row in enumerate(self._rows, 1) if word.search(row)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _text(self) -> bytes:
        return as_utf8(self._document.data(), path=self._document.path)

    @cached_property
    def _rows(self) -> list[bytes]:
        return self._text.split(b"\n")

    def _lines(self, words: Collection[bytes]) -> Iterator[tuple[int, ox.Quad]]:
        wanted, file, begun, before = re.compile(b"|".join(words)), self._document.lines(), b"", 0
        form = FORMATS[self._document.syntax]
        while piece := file.read(_BLOCK):
            cut = piece.rfind(b"\n") + 1
            block, begun = (begun + piece[:cut], piece[cut:]) if cut else (b"", begun + piece)
            yield from _statements(block, before, wanted, form)
            before += block.count(b"\n")
        yield from _statements(begun + b"\n", before, wanted, form)


def _text(term: Any) -> bytes:
    """Return a term of pyoxigraph in canonical N-Triples; one of RDF 1.2, which is left out, as it is."""
    if isinstance(term, ox.Literal):
        return canonical(LITERAL, term.value, datatype=term.datatype.value, language=term.language)
    if isinstance(term, ox.NamedNode | ox.BlankNode):
        return canonical(IRI if isinstance(term, ox.NamedNode) else BLANK, term.value)
    return str(term).encode()


def _word(predicate: bytes, given: bytes) -> bytes:
    """Return a pattern of what a line of N-Triples with a predicate and an object has; a literal may have escapes."""
    if given[:1] != b'"':
        return re.escape(predicate)
    datatype = re.escape(given[given.rindex(b'"') :])
    return datatype if b"\\" in given else rb'%b|\\[uU][^"\n]*%b' % (re.escape(given), datatype)


def _statements(
    block: bytes, before: int, wanted: re.Pattern[bytes], form: ox.RdfFormat
) -> Iterator[tuple[int, ox.Quad]]:
    """Yield the quads of the lines in a block that have a wanted word; `before` counts the lines before the block."""
    end, number = 0, before
    while found := wanted.search(block, end):
        start = block.rfind(b"\n", end, found.start()) + 1 or end
        number += block.count(b"\n", end, start) + 1
        end = block.find(b"\n", found.end()) + 1
        try:
            check_nesting(block[start:end], "nquads")
            for quad in ox.parse(block[start:end], form):
                yield number, quad
        except (ParseError, SyntaxError, MemoryError):
            continue  # left out leniently, or too long to be parsed


def _pattern(lexical: str) -> re.Pattern[bytes] | None:
    """Return a pattern of the first line of a text, in the spellings of Turtle and XML; None for an empty line."""
    first = lexical.split("\n")[0]
    if not first.strip():
        return None
    spelt = {first, escape(first, quote=False), first.replace("\\", "\\\\").replace('"', '\\"')}
    either = b"|".join(re.escape(each.encode()) for each in sorted(spelt))
    return re.compile(rb"(?<!%b)(?:%b)(?!%b)" % (_WORD, either, _WORD))


def _name(iri: str, syntax: str) -> re.Pattern[bytes]:
    """Return a pattern of the local name of a predicate; in RDF/XML that of the tag that opens its element."""
    name = re.escape(re.split(r"[/#]", iri)[-1].encode())
    return re.compile(rb"<(?:[^\s<>/:]*:)?%b[\s/>]" % name if syntax == "rdfxml" else rb"(?<!\w)%b(?!\w)" % name)
