"""Terms of a graph for the interactive view: found by name, and what stands beside each, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeAlias

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef

from sts_kg.display.pictures.neighbourhood import Statement, neighbourhood
from sts_kg.rdf import STS, compress

__all__ = ["Around", "Neighbours"]

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
_RELATIONS = {
    str(RDF.type): "is a",
    str(RDFS.subClassOf): "subclass of",
    str(RDFS.subPropertyOf): "subproperty of",
}
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
Values: TypeAlias = dict[str, Any]
Around: TypeAlias = tuple[list[Values], list[Values], tuple[str, ...]]


class Neighbours:
    """The terms of a graph, to be found by name, and what stands beside each: a snapshot, read on first use."""

    def __init__(self, asserted: Graph, inferred: Graph, labels: Mapping[URIRef, str]) -> None:
        self._asserted, self._inferred, self._labels = asserted, inferred, labels

    def __contains__(self, term: URIRef) -> bool:
        graphs = (self._asserted, self._inferred)
        return any((term, None, None) in graph or (None, None, term) in graph for graph in graphs)

    def node(self, term: URIRef) -> Values:
        """Return a term as `id` (its IRI), `label`, `kind` in words, `shape`, `curie` and `definition`."""
        types = sorted(each for each in self._asserted.objects(term, RDF.type) if isinstance(each, URIRef))
        own = [self._name(each) for each in types if not _BUILT_IN.match(each)]
        definition = self._asserted.value(term, SKOS.definition) or self._asserted.value(term, STS.gist)
        return {
            "id": str(term),
            "label": self._name(term),
            "kind": next(iter([*own, *(_KINDS[each] for each in types if each in _KINDS)]), "term"),
            "shape": self._shape(types),
            "curie": compress(str(term)),
            "definition": str(definition or ""),
        }

    def around(self, term: URIRef, *, most: int) -> Around:
        """Return a term and its neighbours, at most so many, the edges between them, and what is left out in words.

        An edge has an `id`, `source` and `target` (IRIs), `label`, and whether it `is_inferred`.
        """
        found = neighbourhood(*self._told, term, most=most + 1)
        nodes = [self.node(URIRef(each.name)) for each in found.terms]
        return nodes, list(map(_edge, found.statements)), tuple(each.rstrip(".") for each in found.left_out)

    def find(self, text: str, *, most: int) -> list[Values]:
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
    def _told(self) -> tuple[Graph, Graph]:
        """Both graphs without bookkeeping, and without the classes above one that is asserted."""
        asserted, inferred = Graph(), Graph()
        for graph, whole in ((asserted, self._asserted), (inferred, self._inferred)):
            for subject, predicate, value in whole:
                is_above = whole is self._inferred and predicate == RDF.type
                if not (is_above or predicate in _HIDDEN or _BUILT_IN.match(str(value))):
                    graph.add((subject, predicate, value))
        return asserted, inferred

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


def _edge(each: Statement) -> Values:
    label = _RELATIONS.get(each.predicate, each.label)
    named = {"id": f"{each.source} {each.predicate} {each.target}", "source": each.source, "target": each.target}
    return {**named, "label": label, "is_inferred": each.inferred}
