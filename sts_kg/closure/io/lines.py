"""The lines on which asserted triples stand in the documents that they were read from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sts_kg.closure.terms import Terms
from sts_kg.errors import ParseError
from sts_kg.rdf import BLANK, Document

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
    from sts_kg.rdf import Places  # needs pyoxigraph, for what is wrong only

    texts = [(terms.text(predicate), terms.text(given)) for _, predicate, given in rows]
    wanted = {(predicate, b"_:" if given[:1] == b"_" else given) for predicate, given in texts}
    places, hits = Places(document), list[tuple[tuple[bytes, bytes, bytes], int]]()
    with suppress(ParseError):  # what was left out leniently
        for hit in places.triples(wanted):
            hits.append(hit)
    blank = _blank_nodes(places.labels, look, terms)
    found: dict[Row, int] = {}
    for triple, line in hits:
        s, p, o = (blank.get(text[2:], -1) if text[:1] == b"_" else terms.find(text) for text in triple)
        if (s, p, o) in rows:
            found.setdefault((s, p, o), line)
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
