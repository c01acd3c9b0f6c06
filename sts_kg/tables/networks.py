"""Triples and tables as graphs of networkx, which is optional."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from rdflib import RDF, RDFS, SKOS, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.extras.external_graph_libs import rdflib_to_networkx_multidigraph

from sts_kg.errors import UnknownNameError
from sts_kg.rdf import Term
from sts_kg.tables.extra import needed
from sts_kg.tables.values import kind_of, shown, typed

if TYPE_CHECKING:
    import networkx

__all__ = ["LITERALS", "Literals", "as_networkx", "rows_as_networkx"]

Literals: TypeAlias = Literal["attributes", "nodes"]
LITERALS: tuple[Literals, ...] = get_args(Literals)
Triple = tuple[Any, Any, Any]


def as_networkx(
    triples: Iterable[Triple],
    labels: Mapping[URIRef, str] | None = None,
    *,
    literals: Literals = "attributes",
) -> networkx.MultiDiGraph:
    """Return triples as a MultiDiGraph: its nodes are terms, its edges have the predicate as key, as rdflib makes them.

    A node has the attributes `label` (an rdfs:label or skos:prefLabel among the triples, else one of `labels`, else as
    it is shown), `kind` (`IRI`, `blank node`, or the type of a literal) and `types`, the CURIEs of its classes. With
    `literals="attributes"` a literal is an attribute of its subject: under the CURIE of the predicate, a tuple of
    Python values, sorted as terms. So no node stands for a number or text that things happen to share. With "nodes"
    each literal is a node, as `rdflib.extras.external_graph_libs` has it. An edge has the attribute `label`, the CURIE
    of its predicate.

    Raises
    ------
    UnknownNameError
        There is no such way to put literals.
    MissingLibraryError
        networkx is not installed.
    """
    if literals not in LITERALS:
        raise UnknownNameError("way to put literals", literals, LITERALS)
    needed("networkx", "to_networkx()", "notebook")
    own: dict[Any, str] = {}
    types: dict[Any, list[str]] = defaultdict(list)
    values: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    edges: list[Triple] = []
    ordered = sorted(triples)
    for subject, predicate, value in ordered:
        if predicate in (RDFS.label, SKOS.prefLabel):
            own.setdefault(subject, str(value))
        if predicate == RDF.type:
            types[subject].append(shown(value))
        if isinstance(value, RdfLiteral) and literals == "attributes":
            values[subject][shown(predicate)].append(typed(value).value)
        else:
            edges.append((subject, predicate, value))

    def edge(subject: Any, predicate: Any, value: Any) -> dict[str, Any]:
        return {"key": predicate, "label": shown(predicate)}

    network = rdflib_to_networkx_multidigraph(edges, edge_attrs=edge)  # type: ignore[arg-type] # it iterates, no more
    network.add_nodes_from(subject for subject, _, _ in ordered)
    for node, told in network.nodes(data=True):
        told |= {name: tuple(some) for name, some in values.get(node, {}).items()}
        label = own.get(node) or (labels or {}).get(node) or shown(node)
        told |= {"label": label, "kind": kind_of(node), "types": tuple(types.get(node, ()))}
    return network


def rows_as_networkx(
    rows: Iterable[Mapping[str, Term | None]],
    source: str,
    target: str,
    labels: Mapping[URIRef, str],
) -> networkx.MultiDiGraph:
    """Return rows as a MultiDiGraph: an edge a row, with the other cells as Python values; see `Table.to_networkx`."""
    network = needed("networkx", "to_networkx()", "notebook").MultiDiGraph()

    def node(term: Term) -> Term:
        network.add_node(term, label=labels.get(term, shown(term)) if isinstance(term, URIRef) else shown(term))
        network.nodes[term]["kind"] = kind_of(term)
        return term

    for row in rows:
        ends = [node(term) for term in (row[source], row[target]) if term is not None]
        if len(ends) == 2:
            key = network.add_edge(*ends)
            network.edges[*ends, key].update(_others(row, {source, target}))
    return network


def _others(row: Mapping[str, Term | None], ends: set[str]) -> Iterator[tuple[str, Any]]:
    for name, term in row.items():
        if name not in ends and term is not None:
            yield name, typed(term).value
