"""An rdflib Graph that notebooks show: all answers that are graphs are of this class, and ordinary Graphs otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rdflib import Graph, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from sts_kg.rdf.names import compress
from sts_kg.safe import brief, counted
from sts_kg.shown import Shown

__all__ = ["ShownGraph", "curies_of"]


class ShownGraph(Shown, Graph):
    """An rdflib Graph with a view: how many triples, of what classes, the first of them, and its Turtle.

    In all else it is the Graph that rdflib makes with the same arguments. `labels` (IRI to label) serve only for
    showing, beside those that the graph states itself; `sparql` is the query that was sent, if there was one.
    """

    labels: Mapping[URIRef, str] = MappingProxyType({})
    sparql: str = ""

    def __repr__(self) -> str:
        is_named = isinstance(self.identifier, URIRef) and self.identifier != DATASET_DEFAULT_GRAPH_ID
        name = f" {brief(str(self.identifier), 200)}" if is_named else ""
        return f"<{type(self).__name__}{name}: {counted(len(self), 'triple')}>"

    def __reduce__(self) -> Any:
        return type(self), (self.store, self.identifier), {"labels": dict(self.labels), "sparql": self.sparql}


def curies_of(graph: Graph) -> Callable[[str], str]:
    """Return what writes an IRI as a CURIE: by the prefixes of the project, else by those of the graph."""
    bound = sorted(((str(iri), prefix) for prefix, iri in graph.namespaces() if prefix), key=lambda each: -len(each[0]))

    def named(iri: str) -> str:
        name = compress(iri)
        fitting = (f"{prefix}:{iri[len(start) :]}" for start, prefix in bound if start and iri.startswith(start))
        return name if name != iri else next(fitting, iri)

    return named
