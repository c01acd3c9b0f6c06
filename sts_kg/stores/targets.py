"""The two targets of a push, a folder and an endpoint: what they hold, and how a graph gets there as a whole.

In a folder, `folder` replaces a graph as a whole. To an endpoint a graph is sent in batches to
`<graph>#incoming-<digest>`, read back and compared by its digest, and then moved to its name. Each request also writes
a mark for its batch, so that a push that was killed can be resumed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from sts_kg.errors import EndpointAnswerError, EndpointError, EndpointRefusedError, EndpointUnavailableError
from sts_kg.rdf import BASE, as_file
from sts_kg.safe import counted
from sts_kg.stores.content import Content
from sts_kg.stores.digest import Digest, digest_of
from sts_kg.stores.endpoint import Endpoint
from sts_kg.stores.folder import count, graph_lines, graph_names, open_store, replace_graph
from sts_kg.stores.http import send

__all__ = ["EndpointTarget", "FolderTarget", "PushProgress", "Routes", "Target", "routes"]

#: Called after each batch: with the graph, the number of its triples sent so far, and their total.
PushProgress = Callable[[str, int, int], None]

_BATCH_MARK = f"{BASE}batch"
_PAGE = 500_000  # triples read back in one request
_MOST_BYTES = 500_000_000  # in the answer to that request
_PIECE = 1 << 20  # bytes read from a temporary file at once
_FEWEST = 500  # a batch of this size is not halved again
_NOT_OFFERED = (404, 405, 406, 415, 501)


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


class FolderTarget:
    """A store in a folder."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.shown, self._folder, self._store = str(folder), folder, open_store(folder, read_only=read_only)

    def close(self) -> None:
        """Drop the store, so that others can open it."""
        del self._store

    def count(self, graph: str) -> int:
        """Return the number of triples of a graph."""
        return count(self._store, graph)

    def names(self, base: str) -> list[str]:
        """Return the names of the graphs that begin with a base, in order."""
        return sorted(name for name in graph_names(self._store) if name.startswith(base))

    def read(self, graph: str, count: int) -> Iterator[list[bytes]]:
        """Yield a graph as lines, some at a time."""
        return graph_lines(self._store, graph)

    def put(self, graph: str, content: Content, batch: int, progress: PushProgress | None) -> None:
        """Write a graph in the place of another of its name; raise if it is not as it was sent."""
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

            there = replace_graph(self._store, graph, pieces())
            if there != content.digest.triples or not self._has_all(graph, sent):
                raise EndpointAnswerError(self.shown, f"the graph {graph} does not have the triples that were pushed")

    def _has_all(self, graph: str, sent: BinaryIO) -> bool:
        """Return whether a graph has the canonical triples of a file.

        To look each one up takes half the time of reading all back: the store then compares numbers, not texts. The
        triples are valid, so they are not checked again.
        """
        sent.seek(0)
        pieces = iter(lambda: b"".join(sent.readlines(_PIECE)), b"")  # of whole lines
        quads = as_file(piece.replace(b" .\n", b" <%b> .\n" % graph.encode()) for piece in pieces)
        return all(map(self._store.__contains__, ox.parse(quads, ox.RdfFormat.N_QUADS, lenient=True)))


class EndpointTarget:
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
        """Return the number of triples of a graph, without the marks of batches."""
        where = f"{{ GRAPH <{graph}> {{ ?s ?p ?o }} FILTER(?p != <{_BATCH_MARK}>) }}"
        found = self._endpoint.select(f"SELECT (COUNT(*) AS ?n) WHERE {where}")
        try:
            return int(str(found.rows[0][0]))
        except (IndexError, ValueError) as error:
            raise EndpointAnswerError(self.shown, "gives no number of triples") from error

    def names(self, base: str) -> list[str]:
        """Return the names of the graphs that begin with a base, in order."""
        where = f'{{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{base}")) }}'
        return sorted(str(name) for (name,) in self._endpoint.select(f"SELECT DISTINCT ?g WHERE {where}"))

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
        """Send a graph to `<graph>#incoming-…`, and move it to its name if it came back as it was sent."""
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
            reason = f"lost {counted(content.digest.triples - there, 'triple')} of {graph} in the move"
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
        return f"of {counted(content.digest.triples, 'triple')} {found.triples:,} came back{example}"


Target = FolderTarget | EndpointTarget
