"""Graphs put into any SPARQL 1.1 store, over HTTP or into a store folder: whole or not at all, and verified there.

A graph goes in batches to `<graph>#incoming-<digest>`, is read back and compared by its digest, and only then moved to
its name. Each batch leaves a mark beside its triples, in the same request, so that a push that was killed goes on.

Blank nodes become IRIs (`/.well-known/genid/…`, RDF 1.1 Concepts 3.5), the same in all graphs of one push. Sent as they
are they would fall apart: labels hold for one request only, some stores (Virtuoso) refuse them in INSERT DATA, and
what is inferred about a class expression stands in another graph than the expression.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from rdflib import Graph, URIRef

from sts_kg.errors import EndpointAnswerError, EndpointError, EndpointRefusedError, EndpointUnavailableError
from sts_kg.rdf import BASE, expand
from sts_kg.stores.blank_nodes import ScopedNames, StructuralNames, skolemised
from sts_kg.stores.digest import Digest, canonical_lines, digest_of
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.folder import graph_lines, open_store, replace_graph
from sts_kg.stores.http import send

__all__ = ["PushProgress", "Pushed", "Routes", "Source", "push", "routes"]

#: Triples to be pushed: an rdflib Graph, N-Triples, or pieces of N-Triples.
Source = Graph | bytes | Iterable[bytes]
#: What follows a batch: the graph, how many of its triples are there, how many it has.
PushProgress = Callable[[str, int, int], None]

_BATCH_MARK = f"{BASE}batch"
_PAGE = 500_000  # triples read back at once
_MOST_BYTES = 500_000_000  # of such a page
_FEWEST = 500  # triples in a request that is not halved again
_NOT_OFFERED = (404, 405, 406, 415, 501)


@dataclass(frozen=True)
class Pushed:
    """A graph that is there now: its name, triples, digest, the seconds it took; `skipped` if it was there before."""

    graph: str
    triples: int
    digest: str
    seconds: float
    skipped: bool


@dataclass(frozen=True)
class Routes:
    """The addresses of a store: for queries, for updates, and of its Graph Store Protocol if it may have one."""

    query: str
    update: str
    graph_store: str | None


# What the address of a query tells of the others, by engine; the first that fits. Neptune, Stardog, …: by options.
_CONVENTIONS = (
    (r"(https?://[^/]+)/query", r"\1/update", r"\1/store"),  # Oxigraph
    (r"(https?://[^/]+)/sparql(-auth)?", r"\1/sparql-auth", r"\1/sparql-graph-crud-auth"),  # Virtuoso
    (r"(https?://.+/repositories/[^/]+)", r"\1/statements", r"\1/rdf-graphs/service"),  # RDF4J, GraphDB
    (r"(https?://.+)/(?:sparql|query)", r"\1/update", r"\1/data"),  # Fuseki
)


def routes(query: str, *, update: str | None = None, graph_store: str | None = None) -> Routes:
    """Return the addresses of a store by the conventions of engines, from where it takes queries; what is given stays.

    Examples
    --------
    >>> routes("http://localhost:3030/ds/sparql")
    Routes(query='http://localhost:3030/ds/sparql', update='http://localhost:3030/ds/update', \
graph_store='http://localhost:3030/ds/data')
    """
    for pattern, to_update, to_store in _CONVENTIONS:
        if found := re.fullmatch(pattern, query.rstrip("/")):
            update = update or found.expand(to_update)
            graph_store = found.expand(to_store) if graph_store is None else graph_store
            break
    return Routes(query, update or query, graph_store or None)


def push(
    graphs: Mapping[URIRef, Source],
    target: str | Path,
    *,
    replace: bool = False,
    batch: int = 20_000,
    update: str | None = None,
    graph_store: str | None = None,
    scope: str | None = None,
    timeout_s: float = 300.0,
    progress: PushProgress | None = None,
) -> list[Pushed]:
    """Put named graphs into a store, each whole or not at all, and return what is there now.

    A graph that is there with the same content is skipped. After an error or a kill the same call goes on where it
    stopped; readers see the graph as it was before until it is all there and verified.

    Parameters
    ----------
    graphs : mapping of IRI to Source
        The same blank node in two of them is one node. Pieces that can be read only once are kept in a temporary file.
    target : str or Path
        Where the store takes queries, or the folder of an Oxigraph store, which nothing else has open.
    replace : bool
        Also put a graph in place of another that is not empty.
    batch : int
        Triples in one request; halved where a store refuses them as too many.
    update, graph_store : str, optional
        Where the store takes updates and has its Graph Store Protocol, if that cannot be told from `target`. With an
        empty `graph_store` all goes by updates.
    scope : str, optional
        Blank nodes are named by this and their labels, which must be the same in the next push. Without it they are
        named by what is said of them, which takes memory for all triples with blank nodes.
    timeout_s : float
        For one request. To move a graph, one second more for each 1,000 triples.

    Raises
    ------
    EndpointError
        The store cannot be reached or read or written, has another graph of that name (without `replace`), or does
        not give back what it was given.
    ParseError
        A source is not N-Triples.
    CurieError
        The name of a graph is no absolute IRI.
    """
    with ExitStack() as open_files:
        store: _Folder | _Remote
        if isinstance(target, Path):
            store = _Folder(target)
            open_files.callback(store.close)
        else:
            store = _Remote(routes(target, update=update, graph_store=graph_store), timeout_s)
        sources = {str(expand(f"<{name}>")): _again(source, open_files) for name, source in graphs.items()}
        named = ScopedNames(scope) if scope is not None else StructuralNames(sources)
        contents = {name: _Content(source, named) for name, source in sources.items()}
        same = {name: _is_there(store, name, content, replace=replace) for name, content in contents.items()}
        return [_put(store, name, content, same[name], batch, progress) for name, content in contents.items()]


def _put(
    store: _Folder | _Remote, name: str, content: _Content, skipped: bool, batch: int, progress: PushProgress | None
) -> Pushed:
    started = time.monotonic()
    if not skipped:
        store.put(name, content, batch, progress)
    return Pushed(name, content.digest.triples, content.hexdigest, time.monotonic() - started, skipped)


def _is_there(store: _Folder | _Remote, name: str, content: _Content, *, replace: bool) -> bool:
    """Return whether a graph is there with this content; raise if it is another one that may not be replaced."""
    there = store.count(name)
    if _is_same(store, name, there, content):
        return True
    if there and not replace:
        reason = f"the graph {name} is there with other content ({there:,} triples); ask to replace it"
        raise EndpointError(store.shown, reason)
    return False


def _is_same(store: _Folder | _Remote, name: str, there: int, content: _Content) -> bool:
    if not content.digest.triples <= there <= content.lines:
        return False
    found = Digest()
    for lines in store.read(name, there):
        found.add(lines)
    return found.hexdigest() == content.hexdigest


# --- what is to be pushed


def _again(source: Source, open_files: ExitStack) -> Iterable[bytes]:
    """Return the N-Triples of a source, to be read more than once."""
    if isinstance(source, Graph):
        return (b"".join(sorted(source.serialize(format="nt", encoding="utf-8").splitlines(keepends=True))),)
    if isinstance(source, bytes):
        return (source,)
    if iter(source) is not source:
        return source
    file = open_files.enter_context(tempfile.TemporaryFile())
    file.writelines(source)
    return _Reread(file)


class _Reread:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        return iter(lambda: self._file.read(1 << 20), b"")


class _Content:
    """A graph to be pushed: its lines without blank nodes, and its digest."""

    def __init__(self, source: Iterable[bytes], names: ScopedNames | StructuralNames) -> None:
        self._source, self._names = source, names
        self.digest, self.lines = Digest(), 0
        for lines in self.batches(20_000):
            self.digest.add(lines)
            self.lines += len(lines)
        self.hexdigest = self.digest.hexdigest()

    def batches(self, size: int) -> Iterator[list[bytes]]:
        """Yield the triples as lines of canonical N-Triples, so many at a time, in the same order each time."""
        for lines in canonical_lines(self._source, size):
            yield [skolemised(line, self._names) if b"_:" in line else line for line in lines]


# --- where it goes


class _Folder:
    """A store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.shown, self._store = str(folder), open_store(folder)

    def close(self) -> None:
        """Let go of the store, so that others may open it."""
        del self._store

    def count(self, graph: str) -> int:
        return sum(map(len, graph_lines(self._store, graph)))

    def read(self, graph: str, count: int) -> Iterator[list[bytes]]:
        return graph_lines(self._store, graph)

    def put(self, graph: str, content: _Content, batch: int, progress: PushProgress | None) -> None:
        def pieces() -> Iterator[bytes]:
            sent = 0
            for lines in content.batches(batch):
                yield b"\n".join(lines) + b"\n"
                sent += len(lines)
                if progress:
                    progress(graph, sent, content.lines)

        replace_graph(self._store, graph, pieces())
        found = Digest()
        for lines in self.read(graph, 0):
            found.add(lines)
        if found.hexdigest() != content.hexdigest:
            raise EndpointAnswerError(self.shown, f"the graph {graph} is there, but not as it was given")


class _Remote:
    """A store at a URL."""

    def __init__(self, to: Routes, timeout_s: float) -> None:
        self.shown, self._to, self._timeout_s = to.query, to, timeout_s
        self._graph_store, self._most = to.graph_store, 1_000_000
        self._endpoint = Endpoint(to.query, timeout_s=timeout_s, most_bytes=_MOST_BYTES)

    def _update(self, text: str, *, repeatable: bool, extra_s: float = 0.0) -> None:
        headers = {"Content-Type": "application/sparql-update"}
        timeout_s = self._timeout_s + extra_s
        body = text.encode()
        send(self._to.update, method="POST", body=body, headers=headers, timeout_s=timeout_s, repeatable=repeatable)

    def count(self, graph: str) -> int:
        where = f"{{ GRAPH <{graph}> {{ ?s ?p ?o }} FILTER(?p != <{_BATCH_MARK}>) }}"
        found = self._endpoint.select(f"SELECT (COUNT(*) AS ?n) WHERE {where}")
        try:
            return int(str(found.rows[0][0]))
        except (IndexError, ValueError) as error:
            raise EndpointAnswerError(self.shown, "does not count") from error

    def read(self, graph: str, count: int) -> Iterator[list[bytes]]:
        """Yield a graph in pages; a store that orders them anew each time is found out by the digest."""
        read = 0
        while read < count:
            where = f"{{ GRAPH <{graph}> {{ ?s ?p ?o }} FILTER(?p != <{_BATCH_MARK}>) }}"
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {where} LIMIT {_PAGE} OFFSET {read}"
            lines = self._endpoint.ntriples(text).splitlines()
            if not lines:
                return
            read += len(lines)
            yield lines

    def put(self, graph: str, content: _Content, batch: int, progress: PushProgress | None) -> None:
        incoming = f"{graph}#incoming-{content.hexdigest[:16]}"
        self._sweep(graph, incoming)
        resumed = self._fill(incoming, content, batch, progress, graph)
        wrong = self._difference(incoming, content)
        if wrong and resumed:  # what was there from before was not whole
            self._drop(incoming)
            self._fill(incoming, content, batch, progress, graph)
            wrong = self._difference(incoming, content)
        if wrong:
            self._drop(incoming)
            raise EndpointAnswerError(self.shown, f"does not keep the graph {graph} as it was given: {wrong}")
        if content.digest.triples:
            unmarked = f"DELETE WHERE {{ GRAPH <{incoming}> {{ <{incoming}> <{_BATCH_MARK}> ?mark }} }}"
            moved = f"{unmarked} ;\nMOVE <{incoming}> TO <{graph}>"
        else:
            moved = f"DROP SILENT GRAPH <{graph}> ;\nDROP SILENT GRAPH <{incoming}>"
        # Never sent twice: a move of what has been moved already would leave nothing.
        self._update(moved, repeatable=False, extra_s=content.digest.triples / 1_000)
        if (there := self.count(graph)) < content.digest.triples:
            reason = f"lost {content.digest.triples - there:,} triples of {graph} when moving them"
            raise EndpointAnswerError(self.shown, reason)

    def _sweep(self, graph: str, incoming: str) -> None:
        """Drop what killed pushes of another content left."""
        found = self._endpoint.select(f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?g <{_BATCH_MARK}> ?mark }} }}")
        for left in (str(graph) for (graph,) in found):
            if left.startswith(f"{graph}#incoming-") and left != incoming:
                self._drop(left)

    def _drop(self, graph: str) -> None:
        self._update(f"DROP SILENT GRAPH <{graph}>", repeatable=True)

    def _fill(self, incoming: str, content: _Content, batch: int, progress: PushProgress | None, graph: str) -> bool:
        """Put all batches that are not there yet, and return whether some were there."""
        marks = f"SELECT ?mark WHERE {{ GRAPH <{incoming}> {{ <{incoming}> <{_BATCH_MARK}> ?mark }} }} ORDER BY ?mark"
        there = {str(mark) for page in self._endpoint.pages(marks) for (mark,) in page}
        sent = 0
        for lines in content.batches(batch):
            mark = digest_of(*lines).hex()
            if mark not in there:
                self._insert(incoming, [*lines, f'<{incoming}> <{_BATCH_MARK}> "{mark}" .'.encode()])
            sent += len(lines)
            if progress:
                progress(graph, sent, content.lines)
        return bool(there)

    def _insert(self, graph: str, lines: list[bytes]) -> None:
        """Put triples into a graph; the last of them is there only if all others are."""
        size = self._most  # which may shrink on the way
        if len(lines) > size:
            for at in range(0, len(lines), size):
                self._insert(graph, lines[at : at + size])
            return
        try:
            self._send(graph, lines)
        except EndpointError as error:
            too_many = isinstance(error, EndpointRefusedError | EndpointUnavailableError) or error.status == 413
            if not too_many or error.status in (503, 507) or len(lines) <= _FEWEST:
                raise
            self._most = (len(lines) + 1) // 2
            self._insert(graph, lines)

    def _send(self, graph: str, lines: list[bytes]) -> None:
        body = b"\n".join(lines) + b"\n"
        if self._graph_store is not None:
            url = f"{self._graph_store}{'&' if urlsplit(self._graph_store).query else '?'}graph={quote(graph, safe='')}"
            headers = {"Content-Type": "application/n-triples"}
            try:
                send(url, method="POST", body=body, headers=headers, timeout_s=self._timeout_s, repeatable=True)
                return
            except EndpointError as error:
                if error.status not in _NOT_OFFERED:
                    raise
            self._graph_store = None
        self._update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{body.decode()}}} }}", repeatable=True)

    def _difference(self, incoming: str, content: _Content) -> str:
        """Return how what is there differs from what was sent; nothing if it does not."""
        found = Digest()
        for lines in self.read(incoming, self.count(incoming)):
            found.add(lines)
        if found.hexdigest() == content.hexdigest:
            return ""
        sent = chain.from_iterable(content.batches(20_000))
        lost = next((line.decode() for line in sent if found.lacks(line)), None)
        example = f", not {lost[:200]}" if lost is not None else ""
        return f"of {content.digest.triples:,} triples {found.triples:,} came back{example}"
