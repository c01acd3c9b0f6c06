"""Where a knowledge graph is kept and asked: a folder of Oxigraph, or a SPARQL endpoint; graphs by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyoxigraph as ox
from rdflib import Graph, URIRef

from sts_kg.errors import EndpointAnswerError, ParseError
from sts_kg.queries import run
from sts_kg.rdf import BASE, Quads
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.folder import open_store
from sts_kg.tables import Table

__all__ = ["Backend", "EndpointBackend", "FolderBackend"]

_MODULE = f"{BASE}ontology/"
_GENID = re.compile(r".*/\.well-known/genid/([^/]+/)*")
_NAMES = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"


class Backend(Protocol):
    """What a knowledge graph asks of the place where it is kept."""

    def query(self, kind: str, text: str, *, name: str = "given") -> Table | bool | Graph:
        """Return the answer to a query on the graphs of a kind: asserted, closed or linked."""

    def quads(self) -> Mapping[str, Quads]:
        """Return the modules of the ontology that are kept there, by name."""

    @property
    def slices(self) -> Mapping[URIRef, bytes]:
        """The slices of linked ontologies that are kept there, as N-Triples by graph; each read when asked for."""

    @property
    def mappings(self) -> Mapping[URIRef, bytes]:
        """The mapping sets that are kept there, as N-Triples by graph; each read when asked for."""


class _Graphs(Mapping[URIRef, bytes]):
    """Graphs by name, each read when it is asked for."""

    def __init__(self, names: Iterable[str], read: Callable[[str], bytes]) -> None:
        self._names, self._read = tuple(map(URIRef, names)), read

    def __getitem__(self, name: URIRef) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        return self._read(name)

    def __iter__(self) -> Iterator[URIRef]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _slices(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(f"{BASE}link") and name != f"{BASE}link/inferred"]


def _mappings(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(f"{BASE}mappings/") and "#" not in name]


def graphs_of(kind: str, names: tuple[str, ...], where: object = "") -> list[str]:
    """Return which of some named graphs a query of a kind is about; never one that is still coming in.

    Raises
    ------
    EndpointError
        The query is about what follows, and that is not there.
    """
    if kind != "asserted" and f"{BASE}inferred" not in names:
        raise EndpointAnswerError(str(where), "holds no graph of what is inferred: push it, --graphs asserted,inferred")
    ours = [name for name in names if name.startswith(BASE) and "#" not in name]
    if kind == "linked":
        return ours
    others = () if kind == "asserted" else (f"{BASE}inferred", f"{BASE}cases")
    return [name for name in ours if name.startswith(_MODULE) or name in others]


class FolderBackend:
    """A store in a folder, which may be larger than memory; other processes may read it, too.

    Raises
    ------
    EndpointError
        There is no such store.
    ParseError
        It does not hold this ontology.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._store = folder, open_store(folder, read_only=True)
        self._names = tuple(sorted(name.value for name in self._store.named_graphs() if isinstance(name, ox.NamedNode)))
        if not graphs_of("asserted", self._names):
            raise ParseError("holds no module of the ontology; fill it with sts-kg push --store", path=folder)

    def query(self, kind: str, text: str, *, name: str = "given") -> Table | bool | Graph:
        """Return the answer to a query on the graphs of a kind.

        Raises
        ------
        QueryError
            The text is not SPARQL 1.1 Query, or asks another endpoint.
        """
        return run(self._store, text, name=name, graphs=graphs_of(kind, self._names, self._folder))

    @property
    def slices(self) -> Mapping[URIRef, bytes]:
        """The slices of linked ontologies that are kept there."""
        return _Graphs(_slices(self._names), self._lines)

    @property
    def mappings(self) -> Mapping[URIRef, bytes]:
        """The mapping sets that are kept there."""
        return _Graphs(_mappings(self._names), self._lines)

    def quads(self) -> Mapping[str, Quads]:
        """Return the modules of the ontology that are kept there, by name."""
        return {name.removeprefix(_MODULE): self._quads(name) for name in graphs_of("asserted", self._names)}

    def _quads(self, name: str) -> Quads:
        found = self._store.quads_for_pattern(None, None, None, ox.NamedNode(name))
        return [_with_blank_nodes(quad) for quad in found]

    def _lines(self, name: str) -> bytes:
        return _ntriples(self._quads(name))


class EndpointBackend:
    """A SPARQL 1.1 endpoint that holds the knowledge graph, as `sts-kg push` puts it there.

    Raises
    ------
    EndpointError
        The endpoint does not answer, or does not hold this ontology.
    """

    def __init__(self, url: str, *, profile: str = "generic", timeout_s: float = 60.0) -> None:
        self._url, self._profile, self._timeout_s = url, profile, timeout_s
        table = self._endpoint().select(_NAMES)
        self._names = tuple(str(row[0]) for row in table)
        if not graphs_of("asserted", self._names):
            raise EndpointAnswerError(url, "holds no module of the ontology; fill it with sts-kg push --endpoint")

    def _endpoint(self, *graphs: str) -> Endpoint:
        return Endpoint(self._url, profile=self._profile, timeout_s=self._timeout_s, default_graphs=graphs)

    def query(self, kind: str, text: str, *, name: str = "given") -> Table | bool | Graph:
        """Return the answer of the endpoint to a query on the graphs of a kind.

        Raises
        ------
        EndpointError
            There is no usable answer.
        """
        return self._endpoint(*graphs_of(kind, self._names, self._url)).query(text)

    @property
    def slices(self) -> Mapping[URIRef, bytes]:
        """The slices of linked ontologies that are kept there."""
        return _Graphs(_slices(self._names), self._lines)

    @property
    def mappings(self) -> Mapping[URIRef, bytes]:
        """The mapping sets that are kept there."""
        return _Graphs(_mappings(self._names), self._lines)

    def quads(self) -> Mapping[str, Quads]:
        """Return the modules of the ontology that are kept there, by name; fetched, some thousand triples each."""
        return {name.removeprefix(_MODULE): self._quads(name) for name in graphs_of("asserted", self._names)}

    def _quads(self, name: str) -> Quads:
        lines = self._endpoint().ntriples(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
        graph = ox.NamedNode(name)
        return [
            _with_blank_nodes(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
            for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES)
        ]

    def _lines(self, name: str) -> bytes:
        return _ntriples(self._quads(name))


def _ntriples(quads: Quads) -> bytes:
    data = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    assert data is not None, "without an output, ox.serialize returns the bytes"
    return data


def _with_blank_nodes(quad: ox.Quad) -> ox.Quad:
    """Return a quad with blank nodes in the place of the IRIs that they were stored as (RDF 1.1 Concepts, 3.5)."""
    subject, object_ = _blank(quad.subject), _blank(quad.object)
    return (
        quad
        if (subject, object_) == (quad.subject, quad.object)
        else ox.Quad(subject, quad.predicate, object_, quad.graph_name)
    )


def _blank(term: Any) -> Any:
    if isinstance(term, ox.NamedNode) and (found := _GENID.match(term.value)):
        return ox.BlankNode(re.sub(r"[^A-Za-z0-9]", "", term.value[found.end() :]))
    return term
