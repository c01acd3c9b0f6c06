"""What stands beside a term in a graph, as plain data: terms, the statements between them, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from rdflib.term import Node as RdfNode

from sts_kg.guideline import ordinal
from sts_kg.rdf import ChangedGraph, compress, curies_of, ntriples
from sts_kg.safe import counted

__all__ = ["MOST", "Neighbour", "Neighbourhood", "Statement", "label_of", "neighbourhood", "whole"]

#: Terms in a picture; and how many neighbours a term may have for a neighbourhood to go on from it.
MOST, MOST_ONWARD = 30, 60
#: Statements of a graph that are drawn: layout takes longer with each, and more than these are no picture.
MOST_STATEMENTS = 120
#: Each term has it, to the same document: it says nothing of a neighbourhood.
_LEFT_OUT = frozenset({RDFS.isDefinedBy, RDFS.label, SKOS.prefLabel})


@dataclass(frozen=True)
class Neighbour:
    """A term: its name, which is unique (an IRI, or N-Triples), its label, its CURIE, and the labels of its classes.

    `kind` is `focus` for what was asked about, else `term`, `blank` or `literal`.
    """

    name: str
    label: str
    curie: str
    kind: str
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """A triple between two neighbours, by their names; `label` is that of the predicate."""

    source: str
    predicate: str
    target: str
    label: str
    inferred: bool


@dataclass(frozen=True)
class Neighbourhood:
    """Terms, what was asked about first, and the statements between them; `left_out` says what there is beside."""

    terms: tuple[Neighbour, ...]
    statements: tuple[Statement, ...]
    left_out: tuple[str, ...] = ()


def label_of(graph: Graph, term: RdfNode) -> str:
    """Return the label of a term in a graph, of several the first, else its CURIE; of a literal its text."""
    if isinstance(term, Literal):
        return str(term)
    labels = [*graph.objects(term, RDFS.label)] or [*graph.objects(term, SKOS.prefLabel)]
    if labels:
        return str(min(labels, key=lambda each: (getattr(each, "language", None) != "en", str(each))))
    return curies_of(graph)(str(term)) if isinstance(term, URIRef) else "[…]"


def neighbourhood(
    asserted: Graph, inferred: Graph, about: URIRef, depth: int = 1, *, most: int = MOST
) -> Neighbourhood:
    """Return the terms that are at most `depth` statements away from one, nearest first, `most` of them.

    Literals, blank nodes and what a statement says the other way round are left out; so are, but for `about` itself,
    the neighbours of a term that has more than 60, and the members of a class.
    """
    names = ChangedGraph(asserted, frozenset(), inferred)
    for prefix, namespace in chain(asserted.namespaces(), inferred.namespaces()):
        names.bind(prefix, namespace, override=False)
    same = _inverses(asserted)
    terms: dict[RdfNode, None] = {about: None}
    statements: dict[tuple[RdfNode, RdfNode, RdfNode], bool] = {}
    missed: set[RdfNode] = set()
    hubs: list[str] = []
    ring: list[RdfNode] = [about]
    for _ in range(depth):
        onward: list[RdfNode] = []
        for term in ring:
            found = list(_around(asserted, inferred, term, names))
            if term != about and len(found) > MOST_ONWARD:
                hubs.append(f"{label_of(names, term)} ({len(found):,})")
                continue
            for triple, is_inferred in found:
                subject, predicate, object_ = triple
                if term != about and predicate == RDF.type and object_ == term:  # the others of a class are not near
                    continue
                if any((object_, each, subject) in statements for each in same(predicate)):
                    continue
                other = object_ if subject == term else subject
                if other not in terms:
                    if len(terms) >= most:
                        missed.add(other)
                        continue
                    terms[other] = None
                    onward.append(other)
                statements.setdefault(triple, is_inferred)
        ring = onward
    left_out = []
    if missed:
        left_out.append(f"{counted(len(missed), 'more neighbour')} not drawn, of {len(missed) + len(terms) - 1:,}.")
    if hubs:
        left_out.append(f"Not gone on from what has more than {MOST_ONWARD} neighbours: {', '.join(hubs)}.")
    return _made(names, terms, statements.items(), about, tuple(left_out))


def whole(graph: Graph, names: Graph, *, most: int = MOST) -> Neighbourhood:
    """Return the terms and statements of a graph, literals and blank nodes too, at most `most` terms.

    What has no label in the graph has that of `names`.
    """
    numbers: dict[RdfNode, int] = {}
    terms: dict[RdfNode, None] = {}
    kept: list[tuple[tuple[RdfNode, RdfNode, RdfNode], bool]] = []
    predicates = {*graph.predicates()}
    triples = sorted(graph, key=lambda triple: [_order(graph, each, numbers) for each in triple])
    n_missed = 0
    for subject, predicate, object_ in triples:
        if predicate in (RDFS.label, SKOS.prefLabel):
            if subject not in predicates:
                terms.setdefault(subject, None)
            continue
        new = {subject, object_} - terms.keys()
        if len(terms) + len(new) > most or len(kept) == MOST_STATEMENTS:
            n_missed += 1
            continue
        terms |= {subject: None, object_: None}
        kept.append(((subject, predicate, object_), False))
    left_out = (f"{counted(n_missed, 'more triple')} not drawn, of {len(graph):,}.",) if n_missed else ()
    labelled = Graph() + graph
    for term in {*terms, *predicates} - {*graph.subjects(RDFS.label)}:
        for label in names.objects(term, RDFS.label):
            labelled.add((term, RDFS.label, label))
    return _made(labelled, dict.fromkeys([*terms][:most]), kept, None, left_out)


def _order(graph: Graph, term: RdfNode, numbers: dict[RdfNode, int]) -> tuple[int, str]:
    """Return the place of a term; that of a blank node by what is said of it, since its name is another each time."""
    if not isinstance(term, BNode):
        return 0, ntriples(term).decode()
    said = sorted(f"{p} {o}" for p, o in graph.predicate_objects(term) if not isinstance(o, BNode))
    return 1, " ".join(said)


def _inverses(asserted: Graph) -> Callable[[RdfNode], set[RdfNode]]:
    def same(predicate: RdfNode) -> set[RdfNode]:
        found = {*asserted.objects(predicate, OWL.inverseOf), *asserted.subjects(OWL.inverseOf, predicate)}
        return found | ({predicate} if (predicate, RDF.type, OWL.SymmetricProperty) in asserted else set())

    return same


def _around(
    asserted: Graph, inferred: Graph, term: RdfNode, names: Graph
) -> Iterator[tuple[tuple[RdfNode, RdfNode, RdfNode], bool]]:
    """Yield the statements that have a term as subject or object: asserted ones first, then by property and label."""

    def place(triple: tuple[RdfNode, RdfNode, RdfNode]) -> tuple[object, ...]:
        subject, predicate, object_ = triple
        other = object_ if subject == term else subject
        return object_ == term, label_of(names, predicate), ordinal(names, other), label_of(names, other), str(other)

    for graph in (asserted, inferred):
        for triple in sorted({*chain(graph.triples((term, None, None)), graph.triples((None, None, term)))}, key=place):
            subject, predicate, object_ = triple
            if predicate in _LEFT_OUT or subject == object_ or (graph is inferred and triple in asserted):
                continue
            if isinstance(subject, URIRef) and isinstance(object_, URIRef):
                yield triple, graph is inferred


def _made(
    graph: Graph,
    terms: Iterable[RdfNode],
    statements: Iterable[tuple[tuple[RdfNode, RdfNode, RdfNode], bool]],
    about: RdfNode | None,
    left_out: tuple[str, ...],
) -> Neighbourhood:
    names: dict[RdfNode, str] = {}
    n_blank = 0
    for term in terms:
        if isinstance(term, BNode):
            n_blank += 1
        names[term] = str(term) if isinstance(term, URIRef) else f"_:{n_blank}" if isinstance(term, BNode) else ""
        names[term] = names[term] or ntriples(term).decode()

    def neighbour(term: RdfNode) -> Neighbour:
        kind = "blank" if isinstance(term, BNode) else "literal" if isinstance(term, Literal) else "term"
        classes = sorted({label_of(graph, each) for each in graph.objects(term, RDF.type) if isinstance(each, URIRef)})
        curie = compress(str(term)) if isinstance(term, URIRef) else ""
        return Neighbour(names[term], label_of(graph, term), curie, "focus" if term == about else kind, tuple(classes))

    return Neighbourhood(
        tuple(map(neighbour, names)),
        tuple(
            Statement(names[s], str(p), names[o], label_of(graph, p), is_inferred)
            for (s, p, o), is_inferred in statements
        ),
        left_out,
    )
