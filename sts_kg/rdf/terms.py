"""Terms of rdflib: as canonical N-Triples and back, and literals with their lexical form untouched."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeAlias

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.rdf.names import NO_IRI
from sts_kg.rdf.ntriples_terms import BLANK, IRI, LITERAL, canonical, split
from sts_kg.rdf.xsd import ILL_TYPED, value

__all__ = ["Term", "literal", "node", "ntriples", "ntriples_of", "rdflib_quiet", "was_rewritten"]

_BOOLEANS = ("true", "false", "1", "0")
#: The spaces of values that rdflib converts, all of them.
_CONVERTED = ("decimal", "double", "float", "string", "boolean")

Term: TypeAlias = URIRef | BNode | Literal


def ntriples(term: Node) -> bytes:
    """Return a term of rdflib in canonical N-Triples.

    Raises
    ------
    ParseError
        It is not a term of RDF 1.1.
    """
    iri = term.datatype if isinstance(term, Literal) else term
    if isinstance(iri, URIRef) and NO_IRI.search(iri):
        raise ParseError(f"{str(iri)!r} is not an IRI, so it cannot be in a triple of RDF 1.1")
    if isinstance(term, URIRef):
        return canonical(IRI, term)
    if isinstance(term, BNode):
        return canonical(BLANK, term)
    if not isinstance(term, Literal):
        raise ParseError(f"{term!r} is not a term of RDF 1.1")
    return canonical(LITERAL, str(term), datatype=str(term.datatype or "") or None, language=term.language)


def ntriples_of(graph: Iterable[tuple[Node, ...]]) -> bytes:
    """Return the triples of a graph as N-Triples, sorted."""
    return b"".join(sorted(b" ".join(map(ntriples, triple)) + b" .\n" for triple in graph))


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


def literal(lexical: str, datatype: str, language: str | None = None) -> Literal:
    """Return a literal of rdflib with its lexical form untouched."""
    if language is not None:
        return Literal(lexical, lang=language)
    if datatype == str(XSD.string):
        return Literal(lexical)
    its_value = value(lexical, datatype)
    if its_value is not ILL_TYPED and (datatype != str(XSD.boolean) or lexical in _BOOLEANS):
        simple = its_value is not None and its_value[0] in _CONVERTED  # most are, and being quiet takes its time
        with nullcontext() if simple else rdflib_quiet():
            made = Literal(lexical, datatype=URIRef(datatype), normalize=False)
        if str(made) == lexical:
            return made
    # rdflib logs, or warns, of texts that it cannot convert, and collapses the spaces of xsd:token in any case; but it
    # does neither when unpickling
    made = Literal(lexical)
    made.__setstate__((None, {"language": None, "datatype": URIRef(datatype)}))
    if its_value is ILL_TYPED:
        made._value, made._ill_typed = None, True
    return made


def was_rewritten(term: object) -> bool:
    """Return whether rdflib has put a literal in the place of an ill-typed one, whose lexical form is lost.

    It does so where it finds a value for a form that the datatype does not have: any text becomes a boolean.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(action="ignore"), rdflib_quiet():
    ...     for lexical, datatype in (("maybe", XSD.boolean), ("x", XSD.integer)):
    ...         print(was_rewritten(Literal(lexical, datatype=datatype)))
    True
    False
    """
    if not isinstance(term, Literal) or not term.ill_typed:
        return False
    with rdflib_quiet():
        return not Literal(str(term), datatype=term.datatype, normalize=False).ill_typed


@contextmanager
def rdflib_quiet() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each ill-typed literal: they are data, not errors."""
    log = logging.getLogger("rdflib.term")

    def drop(_: logging.LogRecord) -> bool:  # one for each use, as uses overlap
        return False

    log.addFilter(drop)
    try:
        yield
    finally:
        log.removeFilter(drop)
