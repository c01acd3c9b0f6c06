"""The lines on which asserted triples stand in the documents that they were read from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sts_kg.closure.terms import Terms
from sts_kg.errors import ParseError
from sts_kg.rdf import BLANK, IRI, LITERAL, Document, canonical

__all__ = ["Look", "lines_of"]

Row = tuple[int, int, int]
_RENAMED = re.compile(rb"(.*)-[0-9]+")


@dataclass(frozen=True)
class Look:
    """What can be read a second time: a path or document, and the ids from `first` to `last` that were new in it."""

    source: Path | Document
    first: int
    last: int

    @property
    def name(self) -> str:
        """The path of the document."""
        return str(self.source.path if isinstance(self.source, Document) else self.source)


def lines_of(look: Look, rows: Collection[Row], terms: Terms) -> dict[Row, int]:
    """Return on which line triples stand first in a document, as far as that can be known; it is read once more.

    Blank nodes without a label get another one each time; they are known by their order.
    """
    with suppress(ParseError, OSError):
        if isinstance(look.source, Document):
            document = look.source.again()
        else:
            document = Document(look.source) if look.source.is_file() else None
        if document is not None:
            with document:
                return _found(document, look, rows, terms)
    return {}


def _found(document: Document, look: Look, rows: Collection[Row], terms: Terms) -> dict[Row, int]:
    import pyoxigraph as ox  # only for what is wrong

    from sts_kg.rdf import Places

    predicates = {terms.text(row[1])[1:-1].decode() for row in rows}
    objects = {_unlabelled(terms.text(row[2])) for row in rows}
    places, labels, hits = Places(document), dict[bytes, None](), list[tuple[int, Any]]()
    with suppress(ParseError):  # up to there
        for at, quad in places.quads([_word(terms.text(row[1]), terms.text(row[2])) for row in rows]):
            for term in (quad.subject, quad.object, quad.graph_name):
                if isinstance(term, ox.BlankNode):
                    labels.setdefault(term.value.encode())
            if quad.predicate.value in predicates and _unlabelled(_text(quad.object)) in objects:
                hits.append((at, quad))
    blank = _blank_nodes(labels, look, terms)
    found: dict[Row, int] = {}
    for at, quad in hits:
        texts = [_text(term) for term in (quad.subject, quad.predicate, quad.object)]
        row = tuple(blank.get(each[2:], -1) if each[:1] == b"_" else terms.find(each) for each in texts)
        if row in rows and row not in found and (line := places.line(at, quad)):
            found[row[0], row[1], row[2]] = line
    return found


def _blank_nodes(labels: Iterable[bytes], look: Look, terms: Terms) -> dict[bytes, int]:
    """Return the ids that blank nodes got when the document was first read, by their labels now."""
    numbers = (np.flatnonzero(terms.kinds[look.first : look.last] == BLANK) + look.first).tolist()
    texts = {terms.text(number)[2:]: number for number in numbers}
    renamed = {match[1]: number for text, number in texts.items() if (match := _RENAMED.fullmatch(text))}
    known = {label: number for label in labels if (number := texts.get(label, renamed.get(label))) is not None}
    others = [label for label in labels if label not in known]
    rest = sorted(set(numbers) - set(known.values()))
    return known | dict(zip(others, rest, strict=True)) if len(others) == len(rest) else known


def _text(term: Any) -> bytes:
    """Return a term of pyoxigraph as the dictionary has it."""
    import pyoxigraph as ox

    if isinstance(term, ox.Literal):
        return canonical(LITERAL, term.value, datatype=term.datatype.value, language=term.language)
    return canonical(IRI if isinstance(term, ox.NamedNode) else BLANK, term.value)


def _unlabelled(text: bytes) -> bytes:
    return b"_:" if text[:1] == b"_" else text


def _word(predicate: bytes, text: bytes) -> bytes:
    """Return what a line of N-Triples with a predicate and an object has: the datatype of a literal is rarer."""
    return text[text.rindex(b'"') + 1 :] if text[:1] == b'"' else predicate
