"""An RDF store in a folder (Oxigraph on RocksDB). A graph is replaced completely or not at all."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import URIRef

from sts_kg.errors import EndpointError, ParseError, StsKgError
from sts_kg.rdf import BASE, as_file

__all__ = ["count", "graph_lines", "graph_names", "graphs", "graphs_of_links", "open_store", "reading", "replace_graph"]

Store = ox.Store

_CHUNK = 20_000  # triples written at once


def open_store(folder: Path, *, read_only: bool = False) -> Store:
    """Return the store in a folder; without `read_only`, a missing or empty folder becomes a new store.

    Only one process may open a store for writing. To close the store, drop the last reference to it. A read-only
    store shows the state at the time of opening; do not keep it open while another process writes.

    Raises
    ------
    EndpointError
        Another process has the store open, the folder contains other files, it cannot be read or written, or it is
        missing and `read_only` is set.
    """
    is_store = (folder / "CURRENT").is_file()
    if folder.exists() and not folder.is_dir():
        raise _failed(folder, "is a file; a store is a folder")
    if read_only and not is_store:
        raise _failed(folder, "contains no store" if folder.is_dir() else "there is no such folder")
    try:
        if folder.is_dir() and not is_store and any(folder.iterdir()):
            raise _failed(folder, "contains other files and no store; name an empty or a new folder")
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
        return Store.read_only(str(folder)) if read_only else Store(folder)
    except EndpointError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise _failed(folder, _why(error)) from error


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turn the errors of a store that is damaged into an EndpointError, while it is read."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        if isinstance(error, StsKgError) or not _is_store_failure(error):
            raise
        raise _failed(folder, _why(error)) from error


def graphs(store: Store) -> dict[str, int]:
    """Return the number of triples of each named graph of a store, by name."""
    return {name: count(store, name) for name in sorted(graph_names(store))}


def graph_names(store: Store) -> Iterator[str]:
    """Return the names of the named graphs of a store."""
    return (graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))


def count(store: Store, graph: str) -> int:
    """Return the number of triples of a named graph of a store."""
    found: Any = store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    return int(next(iter(found))["n"].value)


def graph_lines(store: Store, graph: str) -> Iterator[list[bytes]]:
    """Yield a named graph of a store as lines of canonical N-Triples, 20,000 at a time."""
    quads = store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
    while lines := _written(quads):
        yield lines


def graphs_of_links(folder: Path) -> dict[URIRef, bytes]:
    """Return the graphs of links in a store that `sts-kg link -o` made, as N-Triples by name.

    Raises
    ------
    EndpointError
        There is no such store, or another process uses it.
    """
    store = open_store(folder, read_only=True)
    return {
        URIRef(name): b"".join(line + b"\n" for lines in graph_lines(store, name) for line in lines)
        for name in graph_names(store)
        if name.startswith(f"{BASE}link")
    }


def _written(quads: Iterator[ox.Quad]) -> list[bytes]:
    some = [ox.Triple(quad.subject, quad.predicate, quad.object) for _, quad in zip(range(_CHUNK), quads, strict=False)]
    return (ox.serialize(some, format=ox.RdfFormat.N_TRIPLES) or b"").splitlines()


def replace_graph(store: Store, graph: str, pieces: Iterable[bytes]) -> int:
    """Replace the content of a named graph by N-Triples whose IRIs are valid, and return the number of triples.

    Readers of the store see the old graph until the new one is complete. If anything fails, the old graph stays. The
    triples are streamed. A new graph is loaded directly. If there is an old graph, the new one is loaded as
    `<graph>#incoming` and then moved in one transaction, which holds both in memory. The label of a blank node is
    valid within one call: the same label in another graph is another node.

    Raises
    ------
    ParseError
        The text is not valid N-Triples: with line and column.
    EndpointError
        The store cannot be written: it is open read-only, or the disk is full.
    """
    name, incoming = ox.NamedNode(graph), ox.NamedNode(f"{graph}#incoming")
    is_new = next(store.quads_for_pattern(None, None, None, name), None) is None
    target = name if is_new else incoming
    failures: list[BaseException] = []

    def watched() -> Iterator[bytes]:
        try:
            yield from pieces
        except BaseException as error:
            failures.append(error)
            raise

    try:
        if not is_new:
            store.remove_graph(incoming)  # left by a process that was killed
        try:
            store.bulk_load(as_file(watched()), ox.RdfFormat.N_TRIPLES, to_graph=target, lenient=True)
        except BaseException:
            if failures:
                raise failures[0] from None
            raise
        if not is_new:
            loaded = store.contains_named_graph(incoming)
            store.update(f"MOVE {incoming} TO {name}" if loaded else f"DROP SILENT GRAPH {name}")
        store.flush()
        return count(store, graph)
    except SyntaxError as error:
        raise ParseError(f"is not valid N-Triples: {error.msg}", line=error.lineno, column=error.offset) from error
    except (OSError, RuntimeError) as error:
        if not _is_store_failure(error):
            raise
        with suppress(OSError, RuntimeError):
            store.remove_graph(incoming)
        raise _failed(graph, _why(error)) from error
    finally:
        del store  # or a kept traceback would keep it locked


def _is_store_failure(error: BaseException) -> bool:
    """Return whether an error comes from RocksDB and not from the pieces."""
    text = str(error)
    return text.startswith(("IO error", "No space", "Transaction are only", "Corruption")) or "rocksdb" in text.lower()


def _failed(where: object, reason: str) -> EndpointError:
    return EndpointError(str(where), reason)


def _why(error: BaseException) -> str:
    """Return the meaning of an error of RocksDB, in one line."""
    text = str(error)
    if "lock hold" in text or "LOCK" in text:
        return "is already open, in this process or in another one; close it first"
    if "No space" in text or getattr(error, "errno", None) == errno.ENOSPC:
        return "the disk is full; nothing was changed"
    if "read-write" in text:
        return "is open read-only; nothing was changed"
    if "Permission denied" in text or isinstance(error, PermissionError):
        return "cannot be written; check its permissions"
    return (
        f"contains a damaged store, or none that can be opened ({text.splitlines()[0][:200]}); "
        "make it anew in another folder, with sts-kg push --store or sts-kg link -o"
    )
