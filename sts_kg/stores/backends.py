"""The two places where a knowledge graph can be kept and queried: an Oxigraph folder, and a SPARQL endpoint."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from rdflib import Graph, URIRef

from sts_kg.errors import EndpointAnswerError, ParseError
from sts_kg.queries import at_most, run
from sts_kg.rdf import BASE, Quads, nquads_of
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.folder import graph_names, open_store
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.workers import Limits

__all__ = ["Backend", "EndpointBackend", "FolderBackend"]

_MODULE = f"{BASE}ontology/"
_GENID = re.compile(r".*/\.well-known/genid/([^/]+/)*")
_NAMES = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"


class Backend(ABC):
    """The place where a knowledge graph is kept: it runs queries there, and reads whole graphs from there."""

    _names: tuple[str, ...]  # of its graphs

    @abstractmethod
    def query(
        self,
        kind: str,
        text: str,
        *,
        name: str = "given",
        limits: Limits | None = None,
        max_rows: int | None = None,
    ) -> Table | bool | Graph:
        """Return the answer to a query on the graphs of a kind: asserted, closed or linked.

        An endpoint keeps the limit of time; its memory is its own.

        Raises
        ------
        QueryError
            The text is not a SPARQL 1.1 query, or it queries another endpoint (SERVICE).
        EndpointError
            There is no usable answer.
        """

    @abstractmethod
    def _quads(self, name: str) -> Quads:
        """Return the triples of a named graph."""

    @property
    def has_cases(self) -> bool:
        """Whether cases were pushed there."""
        return f"{BASE}cases" in self._names

    def quads(self) -> Mapping[str, Quads]:
        """Return the modules of the ontology that are kept there, by name."""
        return {name.removeprefix(_MODULE): self._quads(name) for name in graphs_of("asserted", self._names)}

    @property
    def slices(self) -> Mapping[URIRef, bytes]:
        """The slices of linked ontologies that are kept there, as N-Triples by graph; each is read on access."""
        found = (name for name in self._names if name.startswith(f"{BASE}link") and name != f"{BASE}link/inferred")
        return _Graphs(found, self._lines)

    @property
    def mappings(self) -> Mapping[URIRef, bytes]:
        """The mapping sets that are kept there, as N-Triples by graph; each is read on access."""
        found = (name for name in self._names if name.startswith(f"{BASE}mappings/") and "#" not in name)
        return _Graphs(found, self._lines)

    def _lines(self, name: str) -> bytes:
        return nquads_of(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in self._quads(name))


class _Graphs(Mapping[URIRef, bytes]):
    """Graphs as N-Triples by name; each is read on access."""

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


def graphs_of(kind: str, names: tuple[str, ...], where: object = "") -> list[str]:
    """Return which of some named graphs a query of a kind is about; a graph that is not complete yet does not count.

    Raises
    ------
    EndpointError
        The query needs the inferred graph, and it is missing.
    """
    if kind != "asserted" and f"{BASE}inferred" not in names:
        raise EndpointAnswerError(str(where), "has no inferred graph; push it with --graphs asserted,inferred")
    ours = [name for name in names if name.startswith(BASE) and "#" not in name]
    if kind == "linked":
        return ours
    others = () if kind == "asserted" else (f"{BASE}inferred", f"{BASE}cases")
    return [name for name in ours if name.startswith(_MODULE) or name in others]


class FolderBackend(Backend):
    """A store in a folder, which may be larger than memory. Other processes may read it at the same time.

    Raises
    ------
    EndpointError
        There is no such store.
    ParseError
        The store does not hold this ontology.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._store = folder, open_store(folder, read_only=True)
        self._names = tuple(sorted(graph_names(self._store)))
        if not graphs_of("asserted", self._names):
            raise ParseError("holds no module of the ontology; fill it with sts-kg push --store", path=folder)

    def query(
        self,
        kind: str,
        text: str,
        *,
        name: str = "given",
        limits: Limits | None = None,
        max_rows: int | None = None,
    ) -> Table | bool | Graph:
        """See `Backend.query`."""
        graphs = graphs_of(kind, self._names, self._folder)
        return run(self._store, text, name=name, graphs=graphs, limits=limits, max_rows=max_rows)

    def _quads(self, name: str) -> Quads:
        found = self._store.quads_for_pattern(None, None, None, ox.NamedNode(name))
        return [_with_blank_nodes(quad) for quad in found]


class EndpointBackend(Backend):
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

    def query(
        self,
        kind: str,
        text: str,
        *,
        name: str = "given",
        limits: Limits | None = None,
        max_rows: int | None = None,
    ) -> Table | bool | Graph:
        """See `Backend.query`."""
        endpoint = self._endpoint(*graphs_of(kind, self._names, self._url))
        if limits is not None and limits.timeout_s is not None:
            endpoint.timeout_s = limits.timeout_s
        return at_most(endpoint.query(text), max_rows, name)

    def _quads(self, name: str) -> Quads:
        lines = self._endpoint().ntriples(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
        graph = ox.NamedNode(name)
        return [
            _with_blank_nodes(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
            for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES)
        ]


def _with_blank_nodes(quad: ox.Quad) -> ox.Quad:
    """Return a quad whose skolem IRIs are blank nodes again (RDF 1.1 Concepts, section 3.5)."""
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
