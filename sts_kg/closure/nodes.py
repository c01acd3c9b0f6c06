"""Terms of rdflib from, and to, terms as the closure keeps them: canonical N-Triples in bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from sts_kg.closure.terms import LITERAL, canonical, split
from sts_kg.errors import ParseError
from sts_kg.graph import literal

__all__ = ["node", "ntriples", "ntriples_of"]


def ntriples(term: Node) -> bytes:
    """Return a term of rdflib in canonical N-Triples.

    Raises
    ------
    ParseError
        It is no term of RDF 1.1.
    """
    if isinstance(term, URIRef):
        if _NO_IRI.search(term):
            raise ParseError(f"{str(term)!r} is no IRI and cannot be in a triple of RDF 1.1")
        return b"<" + term.encode() + b">"
    if isinstance(term, BNode):
        return b"_:" + term.encode()
    if not isinstance(term, Literal):
        raise ParseError(f"{term!r} is no term of RDF 1.1")
    return canonical(LITERAL, str(term), datatype=str(term.datatype or "") or None, language=term.language)


def ntriples_of(graph: Iterable[tuple[Node, ...]]) -> bytes:
    """Return the triples of a graph as N-Triples, sorted."""
    return b"".join(sorted(b" ".join(map(ntriples, triple)) + b" .\n" for triple in graph))


_NO_IRI = re.compile('[\\x00-\\x20<>"{}|^`\\\\]')


def node(text: bytes) -> URIRef | BNode | Literal:
    """Return a term in N-Triples as one of rdflib's, its lexical form untouched.

    Examples
    --------
    >>> node(b'"01"^^<http://www.w3.org/2001/XMLSchema#integer>')
    rdflib.term.Literal('01', datatype=rdflib.term.URIRef('http://www.w3.org/2001/XMLSchema#integer'))
    """
    if text[:1] == b"<":
        return URIRef(text[1:-1].decode())
    if text[:1] == b"_":
        return BNode(text[2:].decode())
    return literal(*split(text))
