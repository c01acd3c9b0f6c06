"""SPARQL 1.1 on a graph, read-only, by Oxigraph: text in; table, yes or no, or graph out."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import rdflib.plugin
import rdflib.query
from rdflib import Graph, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from sts_kg.errors import ParameterError, QueryError, StsKgError, TooManyRowsError
from sts_kg.queries.bounds import check_bounds
from sts_kg.queries.graphs import chosen_graphs
from sts_kg.queries.mistakes import known_prefixes, mistake, placed
from sts_kg.queries.paging import QueryText
from sts_kg.queries.tokens import Token, chooses_graphs, tokens_of
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
    *sources: Graph | Closure | bytes | Collection[ox.Quad],
    named: Mapping[URIRef, Graph | bytes | Collection[ox.Quad]] | None = None,
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
        graph = ox.NamedNode(str(name))
        if isinstance(one, bytes):
            lines = ox.parse(one, ox.RdfFormat.N_TRIPLES, lenient=True)
            store.bulk_extend(ox.Quad(each.subject, each.predicate, each.object, graph) for each in lines)
        elif isinstance(one, Graph):
            store.bulk_extend(ox.Quad(to_ox(s), to_ox(p), to_ox(o), graph) for s, p, o in one)
        else:
            store.bulk_extend(ox.Quad(each.subject, each.predicate, each.object, graph) for each in one)
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


def first_of(
    store: Store,
    text: str,
    most: int,
    *,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base: str | None = None,
    services: Collection[str] = (),
) -> tuple[Table | bool | Graph, bool]:
    """Return the answer to a query, at most `most` rows or triples of it, and whether there are more.

    The others are not evaluated. Parameters and errors are those of `written_answer`.
    """
    checked(text, "given", services)
    found = solved(
        store, text, "given", default_graphs=default_graphs, named_graphs=named_graphs, base=base, services=services
    )
    if isinstance(found, ox.QueryBoolean):
        return bool(found), False
    variables = None
    if isinstance(found, ox.QuerySolutions):
        variables = tuple(variable.value for variable in found.variables)
    rows: list[Any] = list(islice(_rows(found, "given", None, "rows"), most + 1))
    kept = rows[:most] if variables is None else [tuple(row) for row in rows[:most]]
    return _answer(text, variables, kept, "given"), len(rows) > most


def merged_store(store: Store, graphs: Sequence[str], name: str, named: Sequence[str]) -> Store | None:
    """Return a store with the merge of some graphs as the graph `name`, and the `named` ones; None if it is of no use.

    Oxigraph counts a triple that several graphs of a default graph have as often as they have it; a merge has it once
    (RDF 1.1 Semantics, section 4.1).
    """
    found = Store()
    n_quads = 0
    for graph in graphs:
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
            found.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name)))
            n_quads += 1
    if n_quads == len(found):
        return None
    for graph in named:
        found.bulk_extend(store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
    return found


def digest_of_quads(*sources: Store | Collection[ox.Quad]) -> str:
    """Return a digest of all that stores and collections hold, whatever its order, labels of blank nodes included."""
    digest = hashlib.sha256()
    for source in sources:
        lines = (ox.serialize(source, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
        digest.update(b"".join(sorted(lines)))
    return digest.hexdigest()


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


def checked(text: str, name: str, services: Collection[str] = ()) -> list[Token]:
    """Return the tokens of a query that keeps the bounds and asks no endpoint but the `services`."""
    tokens = check_bounds(text, name)
    for token, asked in _services(tokens):
        if asked.kind == "iri" and asked.key[1:-1] in services:
            continue
        if not services:
            said = "SERVICE is not allowed: queries stay on this machine"
        elif asked.kind == "iri":
            said = f"SERVICE {asked.key[:200]} is not allowed, but {', '.join(f'<{each}>' for each in services)}"
        else:
            said = "SERVICE is allowed only with an address in full: " + ", ".join(f"<{each}>" for each in services)
        column = token.start - text.rfind("\n", 0, token.start)
        raise QueryError(name, said, line=token.line, column=column)
    return tokens


def _services(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """Yield each SERVICE of a text with the token that says which one is asked."""
    for at, token in enumerate(tokens):
        if token.kind == "word" and token.key == "SERVICE":
            rest = [each for each in tokens[at + 1 : at + 3] if each.key != "SILENT"]
            yield token, rest[0] if rest else token


def solved(
    store: Store,
    text: str,
    name: str,
    *,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base: str | None = None,
    services: Collection[str] = (),
) -> Any:
    """Return what pyoxigraph finds for a query that was `checked`; rows and triples are evaluated as they are read.

    A graph that is named twice is one: Oxigraph itself would count its triples twice.
    """
    if default_graphs is None and named_graphs is None and any(chosen := chosen_graphs(text)):
        default_graphs, named_graphs = chosen
    try:
        if _SERVICE_ANYWHERE.search(text):
            # if it still parses with another spelling, the word is not a keyword there
            _parse(text, base, services)
        return store.query(
            text,
            base_iri=base,
            prefixes=PREFIXES | known_prefixes(text),
            default_graph=None if default_graphs is None else _nodes(default_graphs),
            named_graphs=None if named_graphs is None else _nodes(named_graphs),
        )
    except SyntaxError as error:
        raise mistake(text, partial(_parse, base=base, services=services), error, name) from error
    except UnicodeEncodeError as error:
        raise placed(name, text, error.start, "half of a surrogate pair is not text") from error
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(name, str(error)) from error


def _nodes(graphs: Sequence[str]) -> list[Any]:
    return [ox.NamedNode(graph) for graph in dict.fromkeys(graphs)]


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


def _parse(text: str, base: str | None = None, services: Collection[str] = ()) -> object:
    """Parse a text without a word that could make Oxigraph ask another endpoint."""
    spelt = _SERVICE_ANYWHERE.sub(r"\1x\2", _without_services(text) if services else text)
    return Store().query(spelt, base_iri=base, prefixes=PREFIXES | known_prefixes(text))


def _without_services(text: str) -> str:
    """Return a text that was `checked` with GRAPH in place of each SERVICE; all else keeps its place."""
    tokens, pieces, at = tokens_of(text), [], 0
    for token, asked in _services(tokens):
        pieces += [text[at : token.start], "GRAPH".ljust(len("SERVICE"))]
        pieces.append(" " * (asked.start - token.start - len("SERVICE")))  # SILENT, white space and comments
        at = asked.start
    return "".join([*pieces, text[at:]])


def at_most(answer: Table | bool | Graph, max_rows: int | None, name: str = "given") -> Table | bool | Graph:
    """Return an answer from elsewhere, or raise TooManyRowsError if it has more rows or triples than are wanted."""
    if max_rows is not None and not isinstance(answer, bool) and len(answer) > max_rows:
        raise TooManyRowsError(f"query {name}", max_rows, "rows" if isinstance(answer, Table) else "triples")
    return answer


def check_syntax(text: str, *, name: str = "given", base: str | None = None, services: Collection[str] = ()) -> None:
    """Raise `QueryError` if a text, called `name`, is not SPARQL 1.1 Query, or asks others than `services`.

    Nothing is queried.
    """
    checked(text, name, services)
    try:
        _parse(text, base, services)
    except SyntaxError as error:
        raise mistake(text, partial(_parse, base=base, services=services), error, name) from error
    except UnicodeEncodeError as error:
        raise placed(name, text, error.start, "half of a surrogate pair is not text") from error
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(name, str(error)) from error
