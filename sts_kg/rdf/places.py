"""The lines on which the triples of a document stand: a second look at its text, if there is something to tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from html import escape
from typing import Any

import pyoxigraph as ox

from sts_kg.rdf.documents import Document
from sts_kg.rdf.sniffing import as_utf8
from sts_kg.rdf.syntaxes import FORMATS, Parsed

__all__ = ["Places"]

_BLOCK = 1 << 20
_WORD = rb"[\w+\-]"
_MOST_ROWS = 1000  # of a statement, above the line on which it ends
_BY_LINE = ("turtle", "trig", "n3", "rdfxml")  # pyoxigraph gives their triples as soon as it has read them


class Places:
    """The quads of a document with their lines.

    Parameters
    ----------
    document : Document
        Opened anew; it is read once more.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def quads(self, words: Collection[bytes]) -> Iterator[tuple[int, ox.Quad]]:
        """Yield quads, each with the line on which it ends, 0 if that is not known; blank nodes keep their labels.

        Of N-Triples and N-Quads only the lines that have one of the words.

        Raises
        ------
        ParseError
            As `Document`; leniently read documents are looked at up to the first place that is wrong.
        """
        document = self._document
        if document.in_lines:
            yield from self._lines(words)
        elif document.syntax in _BY_LINE:
            yield from Parsed(self._text, document.syntax, path=document.path, base=document.base).placed()
        else:
            for quad in document.quads(rename=False):
                yield 0, quad

    def line(self, at: int, quad: ox.Quad) -> int | None:
        """Return the line on which the object of a quad begins, or its predicate if the object is no literal.

        `at` is where `quads` says that it ends. None if it may be on several lines.
        """
        if self._document.in_lines:
            return at
        term: Any = quad.object
        is_literal = isinstance(term, ox.Literal)
        word = _pattern(term.value) if is_literal else _name(quad.predicate.value, self._document.syntax)
        if word is None:
            return at or None
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
        wanted, file, begun, before = re.compile(b"|".join(map(re.escape, words))), self._document.lines(), b"", 0
        form = FORMATS[self._document.syntax]
        while piece := file.read(_BLOCK):
            cut = piece.rfind(b"\n") + 1
            block, begun = (begun + piece[:cut], piece[cut:]) if cut else (b"", begun + piece)
            yield from _statements(block, before, wanted, form)
            before += block.count(b"\n")
        yield from _statements(begun + b"\n", before, wanted, form)


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
            for quad in ox.parse(block[start:end], form):
                yield number, quad
        except SyntaxError:
            continue  # left out leniently


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
