"""What stands beside a term in a graph, as plain data: nodes and edges, bounded, and how much is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef

from sts_kg.rdf import STS, compress, local

__all__ = ["Edge", "Neighbourhood", "Neighbours", "Node"]

OA = Namespace("http://www.w3.org/ns/oa#")
#: Predicates of bookkeeping, which would lead from every term to the same few.
_HIDDEN = {RDFS.isDefinedBy, RDFS.domain, RDFS.range, OWL.sameAs, OWL.differentFrom, OA.hasSource}
#: What things of these types are called; no such type is a neighbour of anything.
_KINDS = {
    OWL.Class: "class",
    RDFS.Class: "class",
    OWL.ObjectProperty: "property",
    OWL.DatatypeProperty: "property",
    OWL.AnnotationProperty: "property",
    RDF.Property: "property",
    OWL.Ontology: "ontology",
}
_RELATIONS = {RDF.type: "is a", RDFS.subClassOf: "subclass of", RDFS.subPropertyOf: "subproperty of"}
_BUILT_IN = re.compile("|".join(map(re.escape, (str(OWL._NS), str(RDF._NS), str(RDFS._NS)))))
#: The class whose members have a shape of their own, and that shape; the most special one counts.
_SHAPES = {
    STS.TreatmentOption: "round-rectangle",
    STS.Drug: "ellipse",
    STS.Finding: "diamond",
    STS.Recommendation: "tag",
    STS.SourceSegment: "rectangle",
    OWL.Class: "hexagon",
}


@dataclass(frozen=True)
class Node:
    """A term: its IRI, label, kind in words, shape, CURIE, and definition, which may be empty."""

    id: str
    label: str
    kind: str
    shape: str
    curie: str
    definition: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Edge:
    """A relation between two terms by their IRIs: what it is called, and whether it was inferred."""

    source: str
    target: str
    label: str
    is_inferred: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, with an `id`."""
        return {"id": f"{self.source} {self.label} {self.target}", **asdict(self)}


@dataclass(frozen=True)
class Neighbourhood:
    """The nodes around a term, itself first, the edges between them and it, and how many neighbours are left out."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    n_left_out: int


class Neighbours:
    """The terms of a graph, to be found by name, and what stands beside each: a snapshot, read on first use."""

    def __init__(self, asserted: Graph, inferred: Graph, labels: Mapping[URIRef, str]) -> None:
        self._asserted, self._inferred, self._labels = asserted, inferred, labels

    def __contains__(self, term: URIRef) -> bool:
        return any(self._triples(term, self._asserted)) or any(self._triples(term, self._inferred))

    def node(self, term: URIRef) -> Node:
        """Return a term as a node."""
        types = sorted(each for each in self._asserted.objects(term, RDF.type) if isinstance(each, URIRef))
        own = [self._name(each) for each in types if not _BUILT_IN.match(each)]
        kind = next(iter([*own, *(_KINDS[each] for each in types if each in _KINDS)]), "term")
        definition = self._asserted.value(term, SKOS.definition) or self._asserted.value(term, STS.gist)
        return Node(str(term), self._name(term), kind, self._shape(types), compress(str(term)), str(definition or ""))

    def around(self, term: URIRef, *, most: int) -> Neighbourhood:
        """Return the neighbours of a term, at most so many; asserted ones come first, then by relation and label."""
        found: dict[URIRef, list[Edge]] = {}
        for graph, is_inferred in ((self._asserted, False), (self._inferred, True)):
            edges = sorted(self._edges(term, graph, is_inferred), key=lambda pair: (pair[1].label, self._name(pair[0])))
            before = set(found)
            for other, edge in edges:
                if other not in before:  # what follows between terms that are related already, such as inverses
                    found.setdefault(other, []).append(edge)
        some = [*found][:most]
        nodes = tuple(map(self.node, [term, *some]))
        return Neighbourhood(nodes, tuple(edge for other in some for edge in found[other]), len(found) - len(some))

    def find(self, text: str, *, most: int) -> list[Node]:
        """Return the terms whose label or CURIE has the text in it: those that begin with it first, then by label."""
        wanted = " ".join(text.split()).casefold()
        found = [
            (not name.startswith(wanted), len(name), name, term)
            for term, names in self._names.items()
            for name in names
            if wanted and wanted in name
        ]
        terms = dict.fromkeys(term for *_, term in sorted(found))
        return [self.node(term) for term in [*terms][:most]]

    @cached_property
    def _names(self) -> dict[URIRef, tuple[str, ...]]:
        subjects = {term for term in self._asserted.subjects() if isinstance(term, URIRef)}
        return {
            term: (self._name(term).casefold(), compress(str(term)).casefold())
            for term in subjects
            if not _BUILT_IN.match(term)
        }

    def _name(self, term: URIRef) -> str:
        label = self._labels.get(term) or self._asserted.value(term, RDFS.label)
        return str(label or self._asserted.value(term, SKOS.prefLabel) or compress(str(term)))

    def _shape(self, types: list[URIRef]) -> str:
        above = {each for kind in types for each in self._asserted.transitive_objects(kind, RDFS.subClassOf)}
        return next((shape for kind, shape in _SHAPES.items() if kind in above), "ellipse")

    def _edges(self, term: URIRef, graph: Graph, is_inferred: bool) -> Iterator[tuple[URIRef, Edge]]:
        for subject, predicate, value in self._triples(term, graph):
            if is_inferred and predicate == RDF.type:  # of the classes above one that is asserted
                continue
            label = _RELATIONS.get(predicate) or self._relation(predicate)
            other = value if subject == term else subject
            yield other, Edge(str(subject), str(value), label, is_inferred)

    def _relation(self, predicate: URIRef) -> str:
        label = self._labels.get(predicate) or self._asserted.value(predicate, RDFS.label)
        return str(label or local(predicate).rpartition(":")[2])

    def _triples(self, term: URIRef, graph: Graph) -> Iterator[tuple[URIRef, URIRef, URIRef]]:
        """Yield the triples between a term and others that have an IRI, without bookkeeping."""
        for triple in (*graph.triples((term, None, None)), *graph.triples((None, None, term))):
            subject, predicate, value = triple
            if not (isinstance(subject, URIRef) and isinstance(predicate, URIRef) and isinstance(value, URIRef)):
                continue
            if predicate not in _HIDDEN and subject != value and not any(map(_BUILT_IN.match, (subject, value))):
                yield subject, predicate, value
