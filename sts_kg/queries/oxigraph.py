"""SPARQL 1.1 on a graph, read-only, by Oxigraph: text in; table, yes or no, or graph out."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import rdflib.plugin
import rdflib.query
from rdflib import Graph, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from sts_kg.errors import ParameterError, QueryError, StsKgError, TooManyRowsError
from sts_kg.queries.bounds import check_bounds
from sts_kg.queries.mistakes import known_prefixes, mistake, placed
from sts_kg.queries.paging import QueryText
from sts_kg.queries.tokens import Token, chooses_graphs
from sts_kg.rdf import PREFIXES, ShownGraph, from_ox, to_ox
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.closure import Closure
    from sts_kg.workers import Limits

__all__ = [
    "Store",
    "at_most",
    "check_syntax",
    "checked",
    "closed_store",
    "graph_on",
    "run",
    "solved",
    "store_of",
]

Store = ox.Store

# rdflib loads its SPARQL with its first query: from here on by way of the module that keeps it from reading files.
rdflib.plugin.register("sparql", rdflib.query.Processor, "sts_kg.queries.grammar", "SPARQLProcessor")

_PIPES = "/dev/fd"  # Unix has it, Windows does not

# Oxigraph takes a keyword even where no token of the specification begins: `SERVICE:x`, `SERVICESILENT<x>`.
_SERVICE_ANYWHERE = re.compile("(servi)c(e)", re.IGNORECASE)


def store_of(
    *sources: Graph | Closure | bytes | Collection[ox.Quad], named: Mapping[URIRef, Graph | bytes] | None = None
) -> Store:
    """Return an Oxigraph store in memory: graphs, closures, N-Triples and quads in its default graph, others by name.

    It keeps numbers, truth values and dates by their value: the integer `01` comes back as `1`.
    """
    store = Store()
    for source in sources:
        if isinstance(source, Graph):
            store.bulk_extend(ox.Quad(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in source)
        elif isinstance(source, bytes):
            store.bulk_extend(ox.parse(source, ox.RdfFormat.N_TRIPLES, lenient=True))
        elif isinstance(source, Collection):
            store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in source)
        else:
            _load(store, source.ntriples_apart())
    for name, one in (named or {}).items():
        graph = ox.NamedNode(name)
        if isinstance(one, bytes):
            lines = ox.parse(one, ox.RdfFormat.N_TRIPLES, lenient=True)
            store.bulk_extend(ox.Quad(each.subject, each.predicate, each.object, graph) for each in lines)
        else:
            store.bulk_extend(ox.Quad(to_ox(s), to_ox(p), to_ox(o), graph) for s, p, o in one)
    return store


def closed_store(source: Any, **options: Any) -> tuple[Store, Closure]:
    """Return an Oxigraph store in memory of what `closure_of` makes of a source, and that closure.

    The store loads the asserted triples while the others are inferred, so with a second core this takes hardly longer
    than to load the closure from a file. Source, options (but `told`) and errors are those of `closure_of`.
    """
    from sts_kg.closure import closure_of

    store: Store = Store()
    pieces: SimpleQueue[tuple[bytes, bool] | None] = SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        loaded = pool.submit(_load, store, iter(pieces.get, None))
        try:
            closure = closure_of(source, told=lambda *piece: pieces.put(piece), **options)
        finally:
            pieces.put(None)
        loaded.result()
    _load(store, closure.ntriples_apart(inferred_only=True))
    return store, closure


def _load(store: Store, pieces: Iterable[tuple[bytes, bool]]) -> None:
    """Put N-Triples into a store, each piece with whether it names blank nodes, the fastest way that pyoxigraph offers.

    Where pipes have paths, Oxigraph reads one while we write the next lines into it. A bulk load renames blank nodes,
    so lines with blank nodes take a slower way.
    """
    n_triples = ox.RdfFormat.N_TRIPLES
    blank: list[bytes] = []
    plain = _plain(pieces, blank)
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
    store.bulk_extend(ox.parse(b"".join(blank), n_triples, lenient=True))


def _plain(pieces: Iterable[tuple[bytes, bool]], blank: list[bytes]) -> Iterator[bytes]:
    for lines, names_blank_nodes in pieces:
        if names_blank_nodes:
            blank.append(lines)
        else:
            yield lines


def _write(pipe: int, pieces: Iterable[bytes]) -> None:
    with os.fdopen(pipe, "wb", buffering=0) as file:
        for piece in pieces:
            file.write(piece)


def graph_on(store: Store) -> ShownGraph:
    """Return the default graph of a store as an ordinary rdflib Graph; its SPARQL runs in Oxigraph.

    oxrdflib gives plain texts the datatype `xsd:string`: the same in RDF 1.1, but not equal to rdflib.
    """
    from oxrdflib import OxigraphStore

    class Bounded(OxigraphStore):
        def query(self, query: Any, *arguments: Any, **named: Any) -> rdflib.query.Result:
            check_bounds(str(query))
            return super().query(query, *arguments, **named)

    graph = ShownGraph(store=Bounded(store=store), identifier=DATASET_DEFAULT_GRAPH_ID)
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph


def run(
    store: Store,
    text: str,
    *,
    name: str = "given",
    graphs: Sequence[str] | None = None,
    limits: Limits | None = None,
    max_rows: int | None = None,
) -> Table | bool | Graph:
    """Return the answer to a query: a Table for SELECT, a bool for ASK, a Graph for CONSTRUCT and DESCRIBE.

    Parameters
    ----------
    store, text
        What is asked, and the question.
    name : str
        Names the query in errors.
    graphs : sequence of str, optional
        The graphs that together are its default graph, if not the store's own; a FROM in the text wins.
    limits : Limits, optional
        Of time and memory. With one, the query runs in a process of its own that shares the store.
    max_rows : int, optional
        The most rows or triples of an answer.

    Raises
    ------
    QueryError
        The text is not SPARQL 1.1 Query (an update is not), is nested too deeply or too long, asks another endpoint
        (SERVICE), or cannot be evaluated; line and column are those of the text.
    QueryTimeoutError, MemoryLimitError, TooManyRowsError
        The query went beyond a limit. There is never a part of an answer.
    ParameterError
        A limit cannot be enforced on this platform.
    """
    if chooses_graphs(checked(text, name)):
        graphs = None
    if not limits:
        return _answer(text, *_found(store, text, name, graphs, max_rows), name)
    if limits.enforceable != limits:
        wrong = "timeout_s" if limits.enforceable.timeout_s != limits.timeout_s else "memory"
        raise ParameterError(name, wrong, "this platform has no way to enforce this limit; leave it out")

    from sts_kg.workers import Pool  # which most queries do not need

    def found() -> tuple[tuple[str, ...] | None, list[Any] | bool]:
        variables, rows = _found(store, text, name, graphs, max_rows)
        return variables, rows if isinstance(rows, bool) else list(rows)

    with Pool(found, limits=limits) as pool:
        return _answer(text, *pool.call(what=f"query {name}"), name)


def _found(
    store: Store, text: str, name: str, graphs: Sequence[str] | None, max_rows: int | None
) -> tuple[tuple[str, ...] | None, Iterable[Any] | bool]:
    """Return the variables of a query, if its answer is a table, and the rows or triples of pyoxigraph, or a bool."""
    found = solved(store, text, name, default_graphs=graphs)
    if isinstance(found, ox.QueryBoolean):
        return None, bool(found)
    if isinstance(found, ox.QuerySolutions):
        variables = tuple(variable.value for variable in found.variables)
        return variables, map(tuple, _rows(found, name, max_rows, "rows"))
    return None, _rows(found, name, max_rows, "triples")


def checked(text: str, name: str) -> list[Token]:
    """Return the tokens of a query that keeps the bounds and asks no other endpoint."""
    tokens = check_bounds(text, name)
    for token in tokens:
        if token.kind == "word" and token.key == "SERVICE":
            raise QueryError(name, "SERVICE is not allowed: queries stay on this machine", line=token.line)
    return tokens


def solved(
    store: Store,
    text: str,
    name: str,
    *,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base: str | None = None,
) -> Any:
    """Return what pyoxigraph finds for a query that was `checked`; rows and triples are evaluated as they are read."""
    try:
        if _SERVICE_ANYWHERE.search(text):
            _parse(text)  # if it still parses with another spelling, the word is not a keyword there
        return store.query(
            text,
            base_iri=base,
            prefixes=PREFIXES | known_prefixes(text),
            default_graph=None if default_graphs is None else [ox.NamedNode(graph) for graph in default_graphs],
            named_graphs=None if named_graphs is None else [ox.NamedNode(graph) for graph in named_graphs],
        )
    except SyntaxError as error:
        raise mistake(text, _parse, error, name) from error
    except UnicodeEncodeError as error:
        raise placed(name, text, error.start, "half of a surrogate pair is not text") from error
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(name, str(error)) from error


def _rows(found: Iterable[Any], name: str, max_rows: int | None, unit: str) -> Iterator[Any]:
    try:
        for count, row in enumerate(found, start=1):  # evaluation is lazy
            if max_rows is not None and count > max_rows:
                raise TooManyRowsError(f"query {name}", max_rows, unit)
            yield row
    except (RuntimeError, ValueError, OSError) as error:
        if isinstance(error, StsKgError):
            raise
        raise QueryError(name, str(error)) from error


def _answer(
    text: str, variables: tuple[str, ...] | None, rows: Iterable[Any] | bool, name: str
) -> Table | bool | Graph:
    """Return what was found in terms of rdflib."""
    if isinstance(rows, bool):
        return rows
    try:
        if variables is not None:
            empty = (None,) * len(variables)
            found = tuple(
                empty if row == empty else tuple(None if t is None else from_ox(t) for t in row) for row in rows
            )
            return QueryText(text).arranged(Table(variables, found))
        graph = ShownGraph()
        for triple in rows:
            graph.add((from_ox(triple.subject), from_ox(triple.predicate), from_ox(triple.object)))
        return graph
    except ValueError as error:
        if isinstance(error, StsKgError):
            raise
        raise QueryError(name, str(error)) from error


def _parse(text: str) -> object:
    """Parse a text without a word that could make Oxigraph ask another endpoint."""
    return Store().query(_SERVICE_ANYWHERE.sub(r"\1x\2", text), prefixes=PREFIXES | known_prefixes(text))


def at_most(answer: Table | bool | Graph, max_rows: int | None, name: str = "given") -> Table | bool | Graph:
    """Return an answer from elsewhere, or raise TooManyRowsError if it has more rows or triples than are wanted."""
    if max_rows is not None and not isinstance(answer, bool) and len(answer) > max_rows:
        raise TooManyRowsError(f"query {name}", max_rows, "rows" if isinstance(answer, Table) else "triples")
    return answer


def check_syntax(text: str, *, name: str = "given") -> None:
    """Raise `QueryError` if a text, called `name`, is not SPARQL 1.1 Query; nothing is queried."""
    run(Store(), text, name=name)
