"""Push graphs into a SPARQL 1.1 store, over HTTP or in a folder: each one completely or not at all, and verified.

A graph is sent in batches to `<graph>#incoming-<digest>`, read back and compared by its digest, and then moved to its
name. Each request also writes a mark for its batch, so that a push that was killed can be resumed.

Blank nodes become IRIs (`/.well-known/genid/…`, RDF 1.1 Concepts, section 3.5), the same in all graphs of a push. The
label of a blank node is valid within one request only, and a node may occur in several graphs: the inferred triples
about a class expression are not in the graph of the expression. Some stores (Virtuoso) reject them in INSERT DATA.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
from rdflib import Graph, URIRef

from sts_kg.errors import EndpointAnswerError, EndpointError, EndpointRefusedError, EndpointUnavailableError
from sts_kg.rdf import BASE, as_file, expand
from sts_kg.stores.blank_nodes import ScopedNames, StructuralNames, skolemised
from sts_kg.stores.digest import Digest, canonical_lines, digest_of
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.folder import count, graph_lines, open_store, replace_graph
from sts_kg.stores.http import send

__all__ = ["PushProgress", "Pushed", "Routes", "Source", "Verified", "push", "routes", "verify"]

#: Triples to push: an rdflib Graph, N-Triples, or pieces of N-Triples.
Source = Graph | bytes | Iterable[bytes]
#: Called after each batch: with the graph, the number of its triples sent so far, and their total.
PushProgress = Callable[[str, int, int], None]

_BATCH_MARK = f"{BASE}batch"
_PAGE = 500_000  # triples read back in one request
_MOST_BYTES = 500_000_000  # in the answer to that request
_PIECE = 1 << 20  # bytes read from a temporary file at once
_FEWEST = 500  # a batch of this size is not halved again
_BLANK = re.compile(rb"(?:\S+ \S+ )?_:")  # a blank node as subject or object
_NOT_OFFERED = (404, 405, 406, 415, 501)


@dataclass(frozen=True)
class Pushed:
    """A graph after a push: name, number of triples, digest, seconds; `skipped` if it was already there."""

    graph: str
    triples: int
    digest: str
    seconds: float
    skipped: bool


@dataclass(frozen=True)
class Verified:
    """A graph compared with a store: its name, the numbers of triples and the digests here and there, and the state.

    The state is `same`, `missing` or `other content`. `blank_nodes` counts the triples there with blank nodes: they
    were not loaded by `push`, which writes IRIs instead, and can therefore not be compared.
    """

    graph: str
    state: str
    triples: int
    digest: str
    triples_there: int
    digest_there: str
    blank_nodes: int


@dataclass(frozen=True)
class Routes:
    """The addresses of a store: for queries, for updates, and for the Graph Store Protocol, or None."""

    query: str
    update: str
    graph_store: str | None


# The address for queries, and those for updates and the Graph Store Protocol; the first that matches is used.
_CONVENTIONS = (
    (r"(https?://[^/]+)/query", r"\1/update", r"\1/store"),  # Oxigraph
    (r"(https?://[^/]+)/sparql(-auth)?", r"\1/sparql-auth", r"\1/sparql-graph-crud-auth"),  # Virtuoso
    (r"(https?://.+/repositories/[^/]+)", r"\1/statements", r"\1/rdf-graphs/service"),  # RDF4J, GraphDB
    (r"(https?://.+)/(?:sparql|query)", r"\1/update", r"\1/data"),  # Fuseki
)


def routes(query: str, *, update: str | None = None, graph_store: str | None = None) -> Routes:
    """Return the addresses of a store, derived from its address for queries by the conventions of engines.

    An address that is given is kept.

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
    """Push named graphs into a store, each completely or not at all, and return what the store has now.

    A graph that the store already has with the same content is skipped. After an error or a kill, the same call resumes
    where it stopped. Readers see the old graph until the new one is complete and verified.

    Parameters
    ----------
    graphs : mapping of IRI to Source
        A blank node that occurs in two of them is one node. Pieces that can be read only once are copied to a
        temporary file.
    target : str or Path
        The address for queries, or the folder of an Oxigraph store that no other process has open.
    replace : bool
        Whether to replace graphs that have other content.
    batch : int
        The number of triples in one request; halved if the store rejects them as too many.
    update, graph_store : str, optional
        The addresses for updates and for the Graph Store Protocol, if they cannot be derived from `target`. With an
        empty `graph_store`, only updates are used.
    scope : str, optional
        The IRIs of blank nodes are made from this and their labels, which must be the same in the next push. Without
        it they are made from the triples about them, which takes memory for all triples with blank nodes.
    timeout_s : float
        The limit of one request. Moving a graph may take one second more for each 1,000 triples.

    Raises
    ------
    EndpointError
        The store cannot be reached, read or written; it has a graph of that name with other content, and `replace` is
        not set; or it does not return the triples that were sent.
    ParseError
        A source is not valid N-Triples: with line and column.
    CurieError
        The name of a graph is not an absolute IRI.
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
        contents = {name: Content(source, named) for name, source in sources.items()}
        same = {name: _is_there(store, name, content, replace=replace) for name, content in contents.items()}
        return [_put(store, name, content, same[name], batch, progress) for name, content in contents.items()]


def verify(
    graphs: Mapping[URIRef, Source],
    target: str | Path,
    *,
    scope: str | None = None,
    timeout_s: float = 300.0,
) -> list[Verified]:
    """Compare named graphs with those of a store, and return one record for each; nothing is written.

    Parameters
    ----------
    graphs, target, scope, timeout_s
        As for `push`. A folder is opened read-only.

    Raises
    ------
    EndpointError
        The store cannot be reached or read.
    ParseError
        A source is not valid N-Triples: with line and column.
    CurieError
        The name of a graph is not an absolute IRI.
    """
    with ExitStack() as open_files:
        store: _Folder | _Remote
        if isinstance(target, Path):
            store = _Folder(target, read_only=True)
            open_files.callback(store.close)
        else:
            store = _Remote(routes(target), timeout_s)
        sources = {str(expand(f"<{name}>")): _again(source, open_files) for name, source in graphs.items()}
        named = ScopedNames(scope) if scope is not None else StructuralNames(sources)
        return [_compared(store, name, Content(source, named)) for name, source in sources.items()]


def _compared(store: _Folder | _Remote, name: str, content: Content) -> Verified:
    found, blank_nodes = Digest(), 0
    for lines in store.read(name, store.count(name)):
        found.add(lines)
        blank_nodes += sum(_BLANK.match(line) is not None for line in lines)
    same = not blank_nodes and found.hexdigest() == content.hexdigest
    state = "same" if same else "other content" if found.triples else "missing"
    return Verified(
        name, state, content.digest.triples, content.hexdigest, found.triples, found.hexdigest(), blank_nodes
    )


def _put(
    store: _Folder | _Remote, name: str, content: Content, skipped: bool, batch: int, progress: PushProgress | None
) -> Pushed:
    started = time.monotonic()
    if not skipped:
        store.put(name, content, batch, progress)
    return Pushed(name, content.digest.triples, content.hexdigest, time.monotonic() - started, skipped)


def _is_there(store: _Folder | _Remote, name: str, content: Content, *, replace: bool) -> bool:
    """Return whether the store has a graph with this content; raise if it has another one that must stay."""
    there = store.count(name)
    if _is_same(store, name, there, content):
        return True
    if there and not replace:
        overwrite = "--replace (in Python: replace=True) overwrites it"
        reason = f"already has a graph {name} with other content ({there:,} triples); {overwrite}"
        raise EndpointError(store.shown, reason)
    return False


def _is_same(store: _Folder | _Remote, name: str, there: int, content: Content) -> bool:
    if not there and content.lines:  # without a look at the content
        return False
    if not content.digest.triples <= there <= content.lines:
        return False
    found = Digest()
    for lines in store.read(name, there):
        found.add(lines)
    return found.hexdigest() == content.hexdigest


# --- the graphs


def _again(source: Source, open_files: ExitStack) -> Iterable[bytes]:
    """Return the N-Triples of a source in a form that can be read more than once."""
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
        return iter(lambda: self._file.read(_PIECE), b"")


class Content:
    """A graph to push: its triples without blank nodes, their digest, and at least as many `lines` as triples.

    The digest, and the number of lines without empty ones, come with the first pass over the triples.
    """

    def __init__(self, source: Iterable[bytes], names: ScopedNames | StructuralNames) -> None:
        self._source, self._names = source, names
        self.lines = sum(piece.count(b"\n") for piece in source) + 1
        self._digest: Digest | None = None

    @property
    def digest(self) -> Digest:
        """The digest of the triples."""
        if self._digest is None:
            deque(self.batches(20_000), maxlen=0)
        assert self._digest is not None, "a whole pass makes the digest"
        return self._digest

    @property
    def hexdigest(self) -> str:
        """The digest of the triples as text."""
        return self.digest.hexdigest()

    def batches(self, size: int) -> Iterator[list[bytes]]:
        """Yield the triples as lines of canonical N-Triples, `size` at a time, always in the same order."""
        digest, count = Digest() if self._digest is None else None, 0
        for canonical in canonical_lines(self._source, size):
            lines = [skolemised(line, self._names) if b"_:" in line else line for line in canonical]
            if digest is not None:
                digest.add(lines)
                count += len(lines)
            yield lines
        if digest is not None:
            self._digest, self.lines = digest, count


# --- the stores


class _Folder:
    """A store in a folder."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.shown, self._folder, self._store = str(folder), folder, open_store(folder, read_only=read_only)

    def close(self) -> None:
        """Drop the store, so that others can open it."""
        del self._store

    def count(self, graph: str) -> int:
        return count(self._store, graph)

    def read(self, graph: str, count: int) -> Iterator[list[bytes]]:
        return graph_lines(self._store, graph)

    def put(self, graph: str, content: Content, batch: int, progress: PushProgress | None) -> None:
        with tempfile.TemporaryFile(dir=self._folder.parent) as sent:

            def pieces() -> Iterator[bytes]:
                count = 0
                for lines in content.batches(batch):
                    piece = b"\n".join(lines) + b"\n"
                    sent.write(piece)
                    yield piece
                    count += len(lines)
                    if progress:
                        progress(graph, count, content.lines)

            replace_graph(self._store, graph, pieces())
            if not self._has(graph, content.digest.triples, sent):
                raise EndpointAnswerError(self.shown, f"the graph {graph} does not have the triples that were pushed")

    def _has(self, graph: str, triples: int, sent: BinaryIO) -> bool:
        """Return whether a graph has the canonical triples of a file and no others.

        To look each one up takes half the time of reading all back: the store then compares numbers, not texts.
        """
        if count(self._store, graph) != triples:
            return False
        sent.seek(0)
        pieces = iter(lambda: b"".join(sent.readlines(_PIECE)), b"")  # of whole lines
        quads = as_file(piece.replace(b" .\n", b" <%b> .\n" % graph.encode()) for piece in pieces)
        return all(map(self._store.__contains__, ox.parse(quads, ox.RdfFormat.N_QUADS)))


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
            raise EndpointAnswerError(self.shown, "gives no number of triples") from error

    def read(self, graph: str, count: int) -> Iterator[list[bytes]]:
        """Yield a graph in pages; if the store changes their order in between, the digest is wrong."""
        read = 0
        while read < count:
            where = f"{{ GRAPH <{graph}> {{ ?s ?p ?o }} FILTER(?p != <{_BATCH_MARK}>) }}"
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {where} LIMIT {_PAGE} OFFSET {read}"
            lines = self._endpoint.ntriples(text).splitlines()
            if not lines:
                return
            read += len(lines)
            yield lines

    def put(self, graph: str, content: Content, batch: int, progress: PushProgress | None) -> None:
        incoming = f"{graph}#incoming-{content.hexdigest[:16]}"
        self._sweep(graph, incoming)
        resumed = self._fill(incoming, content, batch, progress, graph)
        wrong = self._difference(incoming, content)
        if wrong and resumed:  # the batches from before are incomplete
            self._drop(incoming)
            self._fill(incoming, content, batch, progress, graph)
            wrong = self._difference(incoming, content)
        if wrong:
            self._drop(incoming)
            raise EndpointAnswerError(self.shown, f"does not keep the graph {graph} as it was sent: {wrong}")
        if content.digest.triples:
            unmarked = f"DELETE WHERE {{ GRAPH <{incoming}> {{ <{incoming}> <{_BATCH_MARK}> ?mark }} }}"
            moved = f"{unmarked} ;\nMOVE <{incoming}> TO <{graph}>"
        else:
            moved = f"DROP SILENT GRAPH <{graph}> ;\nDROP SILENT GRAPH <{incoming}>"
        # Never sent twice: a second move would leave nothing.
        self._update(moved, repeatable=False, extra_s=content.digest.triples / 1_000)
        if (there := self.count(graph)) < content.digest.triples:
            reason = f"lost {content.digest.triples - there:,} triples of {graph} in the move"
            raise EndpointAnswerError(self.shown, reason)

    def _sweep(self, graph: str, incoming: str) -> None:
        """Drop the incoming graphs of killed pushes with other content."""
        found = self._endpoint.select(f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?g <{_BATCH_MARK}> ?mark }} }}")
        for left in (str(graph) for (graph,) in found):
            if left.startswith(f"{graph}#incoming-") and left != incoming:
                self._drop(left)

    def _drop(self, graph: str) -> None:
        self._update(f"DROP SILENT GRAPH <{graph}>", repeatable=True)

    def _fill(self, incoming: str, content: Content, batch: int, progress: PushProgress | None, graph: str) -> bool:
        """Send all batches that the store does not have yet, and return whether it had some."""
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
        """Add triples to a graph; the last one is added only after all others."""
        size = self._most  # which may shrink meanwhile
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

    def _difference(self, incoming: str, content: Content) -> str:
        """Return how the stored triples differ from those that were sent; an empty text if they do not."""
        found = Digest()
        for lines in self.read(incoming, self.count(incoming)):
            found.add(lines)
        if found.hexdigest() == content.hexdigest:
            return ""
        sent = chain.from_iterable(content.batches(20_000))
        lost = next((line.decode() for line in sent if found.lacks(line)), None)
        example = f", not {lost[:200]}" if lost is not None else ""
        return f"of {content.digest.triples:,} triples {found.triples:,} came back{example}"
