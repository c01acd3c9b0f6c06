"""The two places where a knowledge graph can be kept and queried: an Oxigraph folder, and a SPARQL endpoint."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from rdflib import Graph, URIRef

from sts_kg.errors import EndpointAnswerError, EndpointError, EndpointTimeoutError, EndpointUnreachableError, ParseError
from sts_kg.queries import QueryText, Store, at_most, known_prefixes, run
from sts_kg.rdf import BASE, Quads, nquads_of
from sts_kg.safe import without_secrets
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.folder import graph_names, open_store, reading
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.workers import Limits

__all__ = [
    *("Backend", "EndpointBackend", "FolderBackend", "LooseBackend"),
    *("backend_at", "graphs_of", "others_in", "rows_of", "where_ours"),
]

_MODULE = f"{BASE}ontology/"
_GENID = re.compile(r".*/\.well-known/genid/([^/]+/)*")
_HEADER = f"{_MODULE}sts"  # of the shipped guideline
_IMPORTS = "http://www.w3.org/2002/07/owl#imports"
_HEADS = f"?guideline owl:imports <{_MODULE}vocabulary>"
_OURS = f"{{ ?ours a owl:Ontology FILTER(?ours = <{BASE}ontology>) }} UNION {{ ?ours a sts:TreatmentOption }}"
_WHERE_OURS = f"SELECT DISTINCT ?g ?guideline {{ {_OURS} UNION {{ GRAPH ?g {{ {_OURS} UNION {{ {_HEADS} }} }} }} }}"
_GUIDELINES = f"SELECT DISTINCT ?g ?guideline {{ GRAPH ?g {{ {_HEADS} }} }} ORDER BY ?guideline"
_MOST_S = 10.0  #: within which an endpoint must say where it holds the knowledge graph
_NAMES = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"


class Backend(ABC):
    """The place where a knowledge graph is kept: it runs queries there, and reads whole graphs from there.

    `is_ours` says whether it holds the knowledge graph and nothing of others, by whose data a query may be no slip;
    `holds_ours`, whether it holds it at all.
    """

    is_ours = True
    holds_ours = True

    _names: tuple[str, ...]
    _others: tuple[str, ...] = ()  # the IRIs of guidelines that are kept beside the shipped one

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the graphs that are kept there."""
        return self._names

    @abstractmethod
    def query(
        self, kind: str, text: str, *, name: str = "given", limits: Limits | None = None, max_rows: int | None = None
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

    def guidelines(self) -> Iterator[Mapping[str, Quads]]:
        """Yield the modules by name of each guideline that is kept there: those of the shipped one first."""
        read = cache(self._quads)
        if _HEADER in self._names or not self._others:
            yield {name.removeprefix(_MODULE): read(name) for name in self._names if name.startswith(_MODULE)}
        for iri in self._others:
            own = {name[len(iri) + 1 :]: read(name) for name in self._names if name.startswith(f"{iri}/")}
            objects = (quad.object for each in own.values() for quad in each if quad.predicate.value == _IMPORTS)
            imported = (each.value for each in objects if isinstance(each, ox.NamedNode))
            shared = {name.removeprefix(_MODULE): name for name in imported if name.startswith(_MODULE)}
            yield own | {name: read(graph) for name, graph in shared.items() if graph in self._names}

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


def graphs_of(kind: str, names: Iterable[str], others: Iterable[str] = (), where: object = "") -> list[str]:
    """Return which of some named graphs a query of a kind is about; a graph that is not complete yet does not count.

    `others` are the IRIs of guidelines beside the shipped one.

    Raises
    ------
    EndpointError
        The query needs the inferred graph, and it is missing.
    """
    modules = (_MODULE, *(f"{iri}/" for iri in others))
    ours = [name for name in names if name.startswith((BASE, *modules)) and "#" not in name]
    if kind != "asserted" and f"{BASE}inferred" not in ours:
        raise EndpointAnswerError(str(where), "has no inferred graph; push it with --graphs asserted,inferred")
    if kind == "linked":
        return ours
    more = () if kind == "asserted" else (f"{BASE}inferred", f"{BASE}cases")
    return [name for name in ours if name.startswith(modules) or name in more]


def others_in(names: Iterable[str], select: Callable[[str], Iterable[Sequence[Any]]]) -> tuple[str, ...]:
    """Return the IRIs of the guidelines beside the shipped one whose modules are among some named graphs.

    `select` answers a query of these graphs with rows; it is asked only if there are graphs that are not ours by name.
    """
    if all(name.startswith(BASE) for name in names):
        return ()
    found = ((str(graph), str(iri)) for graph, iri in select(_GUIDELINES))
    return tuple(dict.fromkeys(iri for graph, iri in found if _is_pushed(graph, iri) and iri != f"{BASE}ontology"))


def rows_of(store: Store, text: str) -> Table:
    """Return the answer of a store to a SELECT query of ours."""
    found = run(store, text)
    assert isinstance(found, Table), "a SELECT query has a table"
    return found


def _is_pushed(graph: str, guideline: str) -> bool:
    """Return whether the graph with the header of a guideline has the name that `push` gives it."""
    return graph.startswith(f"{guideline}/")


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
        with reading(folder):
            self._names = tuple(sorted(graph_names(self._store)))
            self._others = others_in(self._names, partial(rows_of, self._store))
        if not graphs_of("asserted", self._names, self._others):
            raise ParseError("holds no module of the ontology; fill it with sts-kg push --store", path=folder)

    def query(
        self, kind: str, text: str, *, name: str = "given", limits: Limits | None = None, max_rows: int | None = None
    ) -> Table | bool | Graph:
        """See `Backend.query`."""
        graphs = graphs_of(kind, self._names, self._others, self._folder)
        with reading(self._folder):
            return run(self._store, text, name=name, graphs=graphs, limits=limits, max_rows=max_rows)

    def _quads(self, name: str) -> Quads:
        with reading(self._folder):
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
        endpoint = self._endpoint()
        self._names = tuple(str(name) for (name,) in endpoint.select(_NAMES))
        self._others = others_in(self._names, endpoint.select)
        if not graphs_of("asserted", self._names, self._others):
            reason = "holds no module of the ontology; fill it with sts-kg push --endpoint"
            if (where := where_ours(endpoint)) is not None and (where.default or where.named):
                reason = (
                    f"holds the knowledge graph, but not as sts-kg push writes it: {where} has all in one; "
                    "ask it with sts-kg query --endpoint, or fill a store with sts-kg push --endpoint"
                )
            raise EndpointAnswerError(without_secrets(url), reason)

    def _endpoint(self, *graphs: str, named: Sequence[str] = ()) -> Endpoint:
        return Endpoint(
            self._url, profile=self._profile, timeout_s=self._timeout_s, default_graphs=graphs, named_graphs=named
        )

    def query(
        self, kind: str, text: str, *, name: str = "given", limits: Limits | None = None, max_rows: int | None = None
    ) -> Table | bool | Graph:
        """See `Backend.query`."""
        query = QueryText(text)
        if query.chooses_graphs:
            endpoint = self._endpoint()
        else:  # a request that names default graphs has no named graph but those that it names, too
            named = self._names if query.names_graphs else ()
            endpoint = self._endpoint(*graphs_of(kind, self._names, self._others, self._url), named=named)
        return _within(endpoint, text, name, limits, max_rows)

    def _quads(self, name: str) -> Quads:
        lines = self._endpoint().ntriples(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
        graph = ox.NamedNode(name)
        return [
            _with_blank_nodes(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
            for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES)
        ]


class LooseBackend(Backend):
    """A SPARQL 1.1 endpoint that is asked as it is: its default graph, or graphs of other names that hold an export.

    A query of any kind is about all of it, since asserted and inferred cannot be told apart there. `holds_ours` says
    whether the knowledge graph is there at all.
    """

    is_ours = False
    _names = ()

    def __init__(self, endpoint: Endpoint, *, holds_ours: bool, graphs: Sequence[str] = ()) -> None:
        self._endpoint, self._graphs, self.holds_ours = endpoint, tuple(graphs), holds_ours

    @property
    def has_cases(self) -> bool:
        """Whether there may be cases."""
        return self.holds_ours

    def query(
        self, kind: str, text: str, *, name: str = "given", limits: Limits | None = None, max_rows: int | None = None
    ) -> Table | bool | Graph:
        """See `Backend.query`."""
        query = QueryText(text)
        endpoint = copy(self._endpoint)
        if not (query.chooses_graphs or query.names_graphs):
            endpoint.default_graphs = self._graphs
        return _within(endpoint, text, name, limits, max_rows)

    def _quads(self, name: str) -> Quads:
        return []


def _within(
    endpoint: Endpoint, text: str, name: str, limits: Limits | None, max_rows: int | None
) -> Table | bool | Graph:
    """Return the answer of an endpoint within a limit of time and of rows, the prefixes that we know declared."""
    if limits is not None and limits.timeout_s is not None:
        endpoint.timeout_s = limits.timeout_s
    known = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in known_prefixes(text).items())
    return at_most(endpoint.query(known + text), max_rows, name)


@dataclass(frozen=True)
class Where:
    """Where an endpoint holds the knowledge graph: in its `default` graph, in graphs that were `pushed`, in others."""

    default: bool
    pushed: tuple[str, ...]
    named: tuple[str, ...]

    def __str__(self) -> str:
        return "its default graph" if self.default else f"the graph {', '.join(self.named)}"


def where_ours(endpoint: Endpoint) -> Where | None:
    """Return where an endpoint holds the knowledge graph, by one small query; None if it does not answer that.

    Raises
    ------
    EndpointUnreachableError
        No connection leads to it.
    EndpointTimeoutError
        It does not answer within 10 seconds, or within its own limit if that is shorter.
    """
    probe = copy(endpoint)
    probe.timeout_s = min(endpoint.timeout_s, _MOST_S)
    try:
        found = {(graph, str(guideline)) for graph, guideline in probe.select(_WHERE_OURS)}
    except (EndpointTimeoutError, EndpointUnreachableError):
        raise
    except EndpointError:  # some endpoints refuse GRAPH, having no named graphs
        return None
    names = sorted({str(graph) for graph, _ in found if graph is not None})
    heads = {str(graph) for graph, guideline in found if _is_pushed(str(graph), guideline)}
    pushed = tuple(name for name in names if name.startswith(_MODULE) or name in heads)
    return Where(any(graph is None for graph, _ in found), pushed, tuple(name for name in names if name not in pushed))


def backend_at(url: str, kind: str | None = None, *, profile: str = "generic", timeout_s: float = 60.0) -> Backend:
    """Return the backend by which an endpoint is asked for its own sake (`--endpoint`).

    Pushed graphs are asked as `connect` asks them, if the query is of a `kind` (a canned one), or if the default graph
    holds nothing of ours. Else the default graph is asked as it is; if it holds nothing of ours, but graphs of other
    names do, as an export that was loaded there, then these. If the endpoint does not say within 10 seconds, or
    `timeout_s`, what it holds, a text of one's own is asked of the default graph.

    Raises
    ------
    EndpointError
        The endpoint does not answer, or a query of a `kind` is asked, and it holds nothing of ours.
    """
    endpoint = Endpoint(url, profile=profile, timeout_s=timeout_s)
    try:
        where = where_ours(endpoint) or Where(False, (), ())
    except EndpointTimeoutError:
        if kind is not None:
            raise
        return LooseBackend(endpoint, holds_ours=True)  # as it may
    if where.pushed and (kind is not None or not where.default):
        return EndpointBackend(url, profile=profile, timeout_s=timeout_s)
    if kind is not None and not (where.default or where.named):
        reason = "holds nothing of the knowledge graph, neither in its default graph nor in named ones"
        raise EndpointAnswerError(without_secrets(url), f"{reason}; fill it with sts-kg push --endpoint")
    graphs = () if where.default else where.named
    if any(name.startswith(BASE) for name in graphs):  # an export with a graph for each kind of triples
        graphs += tuple(name for (each,) in endpoint.select(_NAMES) if (name := str(each)).startswith(BASE))
        graphs = tuple(dict.fromkeys(graphs))
    return LooseBackend(endpoint, holds_ours=where.default or bool(where.named), graphs=graphs)


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
