"""SPARQL 1.1 on a graph, read-only, by Oxigraph: text in; table, yes or no, or graph out."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import rdflib.plugin
import rdflib.query
from rdflib import Graph, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from sts_kg.errors import QueryError
from sts_kg.queries.mistakes import known_prefixes, mistake, placed
from sts_kg.queries.paging import QueryText
from sts_kg.queries.tokens import chooses_graphs, tokens_of
from sts_kg.rdf import PREFIXES, from_ox, to_ox
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["Store", "check_syntax", "graph_on", "run", "store_of"]

Store = ox.Store

# rdflib loads its SPARQL with its first query: from here on by way of the module that keeps it from reading files.
rdflib.plugin.register("sparql", rdflib.query.Processor, "sts_kg.queries.grammar", "SPARQLProcessor")

_PIPES = "/dev/fd"  # Unix has it, Windows does not

# Oxigraph takes a keyword even where no token of the specification begins: `SERVICE:x`, `SERVICESILENT<x>`.
_SERVICE_ANYWHERE = re.compile("(servi)c(e)", re.IGNORECASE)


def store_of(*sources: Graph | Closure | Collection[ox.Quad], named: Mapping[URIRef, Graph] | None = None) -> Store:
    """Return an Oxigraph store in memory: graphs, closures and quads in its default graph, others by their names.

    It keeps numbers, truth values and dates by their value: the integer `01` comes back as `1`.
    """
    store = Store()
    for source in sources:
        if isinstance(source, Graph):
            store.bulk_extend(ox.Quad(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in source)
        elif isinstance(source, Collection):
            store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in source)
        else:
            _load(store, source)
    for name, one in (named or {}).items():
        store.bulk_extend(ox.Quad(to_ox(s), to_ox(p), to_ox(o), ox.NamedNode(name)) for s, p, o in one)
    return store


def _load(store: Store, closure: Closure) -> None:
    """Put a closure into a store as N-Triples, the fastest way that pyoxigraph offers.

    Where pipes have paths, Oxigraph reads one while we write the next lines into it. A bulk load renames blank nodes,
    so lines with blank nodes take a slower way.
    """
    n_triples = ox.RdfFormat.N_TRIPLES
    plain = closure.ntriples(blank_nodes=False)
    if os.path.isdir(_PIPES):
        reading, writing = os.pipe()
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(_write, writing, plain)
            try:
                store.bulk_load(path=f"{_PIPES}/{reading}", format=n_triples, lenient=True)
            finally:
                os.close(reading)  # so that writing ends, too
            written.result()
    else:
        store.bulk_load(b"".join(plain), n_triples, lenient=True)
    store.bulk_extend(ox.parse(b"".join(closure.ntriples(blank_nodes=True)), n_triples, lenient=True))


def _write(pipe: int, pieces: Iterable[bytes]) -> None:
    with os.fdopen(pipe, "wb", buffering=0) as file:
        for piece in pieces:
            file.write(piece)


def graph_on(store: Store) -> Graph:
    """Return the default graph of a store as an ordinary rdflib Graph; its SPARQL runs in Oxigraph.

    oxrdflib gives plain texts the datatype `xsd:string`: the same in RDF 1.1, but not equal to rdflib.
    """
    from oxrdflib import OxigraphStore

    graph = Graph(store=OxigraphStore(store=store), identifier=DATASET_DEFAULT_GRAPH_ID)
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph


def run(store: Store, text: str, *, name: str = "given", graphs: Sequence[str] | None = None) -> Table | bool | Graph:
    """Return the answer to a query: a Table for SELECT, a bool for ASK, a Graph for CONSTRUCT and DESCRIBE.

    `graphs` names the graphs that together are its default graph, if not the store's own; a FROM in the text wins.

    Raises
    ------
    QueryError
        The text is not SPARQL 1.1 Query (an update is not), asks another endpoint (SERVICE), or cannot be evaluated;
        `name` names the query, line and column are those of the text.
    """
    tokens = tokens_of(text)
    for token in tokens:
        if token.kind == "word" and token.key == "SERVICE":
            raise QueryError(name, "SERVICE is not allowed: queries stay on this machine", line=token.line)
    try:
        if _SERVICE_ANYWHERE.search(text):
            _parse(text)  # if it still parses with another spelling, the word is not a keyword there
        chosen = graphs is None or chooses_graphs(tokens)
        together: Any = None if chosen else [ox.NamedNode(graph) for graph in graphs or ()]
        found = store.query(text, prefixes=PREFIXES | known_prefixes(text), default_graph=together)
    except SyntaxError as error:
        raise mistake(text, _parse, error, name) from error
    except UnicodeEncodeError as error:
        raise placed(name, text, error.start, "half of a surrogate pair is not text") from error
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(name, str(error)) from error
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    try:
        if isinstance(found, ox.QuerySolutions):
            variables = tuple(variable.value for variable in found.variables)
            empty = (None,) * len(variables)
            rows = tuple(
                empty if row == empty else tuple(None if t is None else from_ox(t) for t in row)
                for row in map(tuple, found)
            )
            return QueryText(text).arranged(Table(variables, rows))
        graph = Graph()
        for triple in found:
            graph.add((from_ox(triple.subject), from_ox(triple.predicate), from_ox(triple.object)))
        return graph
    except (RuntimeError, ValueError, OSError) as error:  # evaluation is lazy
        raise QueryError(name, str(error)) from error


def _parse(text: str) -> object:
    """Parse a text without a word that could make Oxigraph ask another endpoint."""
    return Store().query(_SERVICE_ANYWHERE.sub(r"\1x\2", text), prefixes=PREFIXES | known_prefixes(text))


def check_syntax(text: str) -> None:
    """Raise `QueryError` if a text is not SPARQL 1.1 Query; nothing is queried."""
    run(Store(), text)
