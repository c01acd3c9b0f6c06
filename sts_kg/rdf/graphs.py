"""RDF graphs in files and texts: read, merge, parse, write. No query, no inference, no network.

pyoxigraph parses and writes, since it is fast, knows line and column, and keeps lexical forms; the graphs are ordinary
rdflib Graphs. Output is sorted.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, XSD
from rdflib.term import Node

from sts_kg.errors import ParseError, UnwritableError
from sts_kg.rdf.documents import Document
from sts_kg.rdf.endings import known_syntax, syntax_of
from sts_kg.rdf.files import write_bytes
from sts_kg.rdf.jsonld import jsonld
from sts_kg.rdf.names import PREFIXES
from sts_kg.rdf.shown_graph import ShownGraph
from sts_kg.rdf.syntaxes import FORMATS, Parsed, reason
from sts_kg.rdf.terms import Term, literal, rdflib_quiet

__all__ = [
    "ChangedGraph",
    "for_rdfxml",
    "from_ox",
    "of_ntriples",
    "of_quads",
    "one_triple",
    "parse",
    "quads_of",
    "read",
    "serialize",
    "to_ox",
    "write",
]

_WITH_PREFIXES = ("turtle", "trig", "n3")
_WITH_NAMED_GRAPHS = ("nquads", "trig", "jsonld")
_PREFIX = re.compile(r"(?!xml)[A-Za-z][A-Za-z0-9_\-]*", re.IGNORECASE)  # safe in Turtle and XML
_MOST_PREFIXES = 1000  # rdflib takes a time that grows with their square
_PREFIXED = ("turtle", "trig", "n3", "rdfxml", "jsonld")
_TYPE, _ONTOLOGY, _OWL = ox.NamedNode(RDF.type), ox.NamedNode(OWL.Ontology), str(OWL)


def read(*paths: str | Path | Document) -> ShownGraph:
    """Return the merged triples of RDF and OWL files, in any syntax that `Document` reads, or of open documents.

    Blank nodes of different files stay different. Named graphs of N-Quads, TriG and JSON-LD are merged with the rest.
    Lexical forms stay as they are; relative IRIs are resolved against the address of the file. The graph knows the
    project's prefixes and those of the files, of each the first thousand.

    Raises
    ------
    ParseError
        A file is missing, a folder, cut short, in no known syntax or wrong in it: with path, and line and column if
        they are known. Also for what rdflib's graphs cannot hold: N3 formulas, triple terms of RDF 1.2.
    """
    graph = _empty()
    for path in paths:
        with path if isinstance(path, Document) else Document(path) as document:
            _add(graph, document.quads(), document, document.path)
    return graph


def parse(text: str, *, syntax: str = "turtle") -> ShownGraph:
    """Return the graph of a text in which the project's prefixes need no declaration (Turtle, TriG, N3).

    Raises
    ------
    ParseError
        The text is not of that syntax: with line and column.
    UnknownNameError
        There is no such syntax.

    Examples
    --------
    >>> [str(drug) for drug in parse("sts:pazopanib a sts:Drug .").subjects()]
    ['https://w3id.org/sts-kg/pazopanib']
    """
    syntax = known_syntax(syntax)
    # On the first line, so that lines keep their numbers; _add corrects the columns of the first.
    prologue = "".join(f"@prefix {prefix}: <{iri}> . " for prefix, iri in PREFIXES.items())
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise ParseError("holds half of a surrogate pair, which is not text", line=line) from error
    graph = _empty()
    parsed = Parsed(data, syntax, prologue=prologue if syntax in _WITH_PREFIXES else "")
    _add(graph, parsed, parsed)
    return graph


def of_quads(quads: Iterable[ox.Quad], identifier: URIRef | None = None) -> ShownGraph:
    """Return quads of pyoxigraph as a graph of rdflib, the names of their graphs left out."""
    graph = ShownGraph(identifier=identifier)
    add = graph.store.add  # graph.add would look at each term again
    with rdflib_quiet():
        for quad in quads:
            add((from_ox(quad.subject), from_ox(quad.predicate), from_ox(quad.object)), graph)
    return graph


class ChangedGraph(Graph):
    """A graph with some triples removed and others added, seen without copying it; it cannot be written to.

    Parameters
    ----------
    graph : Graph
        What is changed; it stays as it is.
    removed : set of triples
        What is left out.
    added : Graph
        What is there, too.
    """

    def __init__(self, graph: Graph, removed: Set[tuple[Node, Node, Node]], added: Graph) -> None:
        super().__init__(bind_namespaces="none")
        self._graph, self.removed, self.added = graph, removed, added

    def triples(self, triple: Any) -> Iterator[Any]:  # type: ignore[override] # no property paths
        """Yield the triples that fit a pattern, those that were added at the end."""
        for found in self._graph.triples(triple):
            if found not in self.removed:
                yield found
        for found in self.added.triples(triple):
            if found in self.removed or found not in self._graph:
                yield found

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def add(self, triple: Any) -> Any:
        """Raise, since the graph cannot be written to."""
        raise TypeError("a changed graph cannot be written to")


def of_ntriples(data: bytes) -> ShownGraph:
    """Return N-Triples as a graph, the labels of their blank nodes kept."""
    return of_quads(Parsed(data, "ntriples", rename=False))


def one_triple(text: str) -> tuple[Node, Node, Node]:
    """Return the triple that a text states in Turtle, with or without a full stop at its end.

    Raises
    ------
    ParseError
        The text is not Turtle, or has more or fewer triples than one.

    Examples
    --------
    >>> [str(term) for term in one_triple("sts:pazopanib a sts:Drug")][2]
    'https://w3id.org/sts-kg/Drug'
    """
    found = list(parse(text.rstrip().removesuffix(".") + " ."))
    if len(found) != 1:
        raise ParseError(f"{text!r} says {len(found)} triples; one was expected, such as sts:pazopanib a sts:Drug")
    return found[0]


def serialize(graph: Graph, syntax: str, *, named: Mapping[URIRef, Graph] | None = None) -> bytes:
    """Return a graph, and named graphs if given, as UTF-8 text in an RDF syntax, the triples sorted.

    Lexical forms and the names of blank nodes stay as they are, so the same graph gives the same bytes. The prefixes
    bound in the graph are declared, the project's first. N3 is written as Turtle.

    Raises
    ------
    ParseError
        The syntax cannot express it: named graphs outside TriG, N-Quads and JSON-LD, or a term that is none of RDF 1.1.
    UnknownNameError
        There is no such syntax.
    """
    syntax = known_syntax(syntax)
    if named and syntax not in _WITH_NAMED_GRAPHS:
        known = ", ".join(_WITH_NAMED_GRAPHS)
        raise ParseError(f"named graphs cannot be written as {syntax}; syntaxes that have them are {known}")
    graphs: dict[URIRef | None, Graph] = {None: graph}
    graphs.update((named or {}).items())
    quads = sorted((quad for name, one in graphs.items() for quad in quads_of(one, name)), key=str)
    if syntax in _PREFIXED:  # for people: the header first, and of each thing its type
        ontologies = {quad.subject for quad in quads if quad.object == _ONTOLOGY and quad.predicate == _TYPE}
        quads.sort(key=lambda quad: _first(quad, ontologies))
    if syntax == "rdfxml":
        quads = list(for_rdfxml(quads))
    statements = quads if syntax in _WITH_NAMED_GRAPHS else [quad.triple for quad in quads]
    prefixes = _used_prefixes(graphs.values(), quads) if syntax in _PREFIXED else None
    if syntax == "jsonld":
        return jsonld(quads, prefixes or {})
    data = ox.serialize(statements, format=FORMATS["turtle" if syntax == "n3" else syntax], prefixes=prefixes)
    assert data is not None, "without an output, ox.serialize returns the bytes"
    return data


def _first(quad: ox.Quad, ontologies: Set[Any]) -> tuple[Any, ...]:
    """Return the place of a quad: graph, header, subject, type; tools for RDF/XML know things by their first type."""
    kind = 2 if quad.predicate != _TYPE else int(not str(quad.object).startswith(f"<{_OWL}"))
    return str(quad.graph_name), quad.subject not in ontologies, str(quad.subject), kind


def _used_prefixes(graphs: Iterable[Graph], quads: list[ox.Quad]) -> dict[str, str]:
    """Return the prefixes whose namespaces occur: those of the project, then those bound in the graphs."""
    bound = {prefix: str(iri) for graph in graphs for prefix, iri in graph.namespaces() if _PREFIX.fullmatch(prefix)}
    text = "\n".join(map(str, quads))
    return {prefix: iri for prefix, iri in {**bound, **PREFIXES}.items() if f"<{iri}" in text}


_XML_NAME = re.compile(r"[^\W\d][\w.\-]*\Z")  # what a property's IRI must end in: it becomes an element
_NOT_XML = re.compile("[\\x00-\\x08\\x0b-\\x1f\ufffe\uffff]")  # XML 1.0, rule 2; a carriage return reads as a line feed


_Statement = TypeVar("_Statement", ox.Quad, ox.Triple)


def for_rdfxml(statements: Iterable[_Statement]) -> Iterator[_Statement]:
    """Yield what RDF/XML can express; of anything else pyoxigraph would write something else, or nothing.

    Raises
    ------
    UnwritableError
        RDF/XML cannot express one of them.
    """
    others = "Turtle, N-Triples and JSON-LD can hold it"
    for each in statements:
        if not _XML_NAME.search(each.predicate.value):
            raise UnwritableError(
                f"cannot be written in RDF/XML: {each.predicate} does not end in an XML name; {others}"
            )
        if isinstance(each.object, ox.Literal) and (wrong := _NOT_XML.search(each.object.value)):
            raise UnwritableError(f"cannot be written in RDF/XML: a text holds {wrong.group()!r}; {others}")
        yield each


def quads_of(graph: Iterable[tuple[Node, Node, Node]], name: URIRef | None) -> Iterator[ox.Quad]:
    """Yield the triples of a graph as quads of pyoxigraph, in the named graph or, without a name, in the default one.

    Raises
    ------
    ParseError
        A triple has a term that RDF 1.1 lacks.
    """
    to = ox.DefaultGraph() if name is None else ox.NamedNode(name)
    for triple in graph:
        try:
            subject, predicate, object_ = map(to_ox, triple)
            yield ox.Quad(subject, predicate, object_, to)
        except (ValueError, TypeError) as error:
            shown = " ".join(repr(str(term)) for term in triple)
            raise ParseError(f"{shown} is not a triple of RDF 1.1 and cannot be written: {error}") from error


def write(graphs: Graph | Mapping[URIRef, Graph], path: str | Path) -> None:
    """Write a graph, or named graphs, to a file, whole or not at all; syntax and compression by its ending.

    Raises
    ------
    ParseError
        The ending is unknown, or its syntax cannot express the graph.
    OSError
        The folder does not exist or cannot be written.
    """
    single, named = (graphs, {}) if isinstance(graphs, Graph) else (Graph(), graphs)
    try:
        data = serialize(single, syntax_of(path), named=named)
    except ParseError as error:
        raise ParseError(error.reason, path=path) from error
    # mtime=0: the time of writing would make the same graph other bytes
    write_bytes(path, gzip.compress(data, mtime=0) if Path(path).suffix.lower() == ".gz" else data)


def _empty() -> ShownGraph:
    graph = ShownGraph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph


# --- reading


def _add(graph: Graph, quads: Iterable[ox.Quad], prefixed: Document | Parsed, path: object = None) -> None:
    """Add quads to a graph, and then the prefixes of where they come from."""
    try:
        with rdflib_quiet():
            graph.addN((from_ox(q.subject), from_ox(q.predicate), from_ox(q.object), graph) for q in quads)
    except ValueError as error:  # a term of RDF 1.2
        raise error if isinstance(error, ParseError) else ParseError(str(error), path=path) from error
    for prefix, namespace in islice(prefixed.prefixes.items(), _MOST_PREFIXES):
        graph.bind(prefix, namespace, override=False)


def to_ox(term: object) -> Any:
    """Return an rdflib term as a term of pyoxigraph.

    Raises
    ------
    ValueError
        It is not a term of RDF 1.1.
    """
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if not isinstance(term, Literal):
        raise ValueError("not a term of RDF 1.1")
    if term.language:
        return ox.Literal(str(term), language=term.language)
    if term.datatype == RDF.langString:
        raise ValueError("an rdf:langString has a language")
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or XSD.string)))


def from_ox(term: Any) -> Term:
    """Return a term of pyoxigraph as an rdflib term, its lexical form untouched.

    Raises
    ------
    ValueError
        It is a term of RDF 1.2.
    """
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal) and term.direction is None:
        return literal(term.value, term.datatype.value, term.language)
    raise ValueError(f"holds {reason(str(term))}, a term of RDF 1.2; only RDF 1.1 can be read")
