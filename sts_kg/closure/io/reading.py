"""Reads triples into columns of ids: from documents of any syntax, graphs of rdflib and pyoxigraph Stores."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, Union, cast

import numpy as np
from numpy.typing import NDArray

from sts_kg.closure.io.lines import Look
from sts_kg.closure.io.ntriples import encode
from sts_kg.closure.terms import Terms
from sts_kg.rdf import Document

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

__all__ = ["Part", "Source", "read"]

#: What a closure can be made of: a path, an rdflib Graph, a pyoxigraph Store, a binary file, a Document, or several.
Source: TypeAlias = Union[str, Path, "Graph", Any]
_Triple: TypeAlias = "tuple[Node, Node, Node]"
#: What takes triples as they are read, (n, 3) of ids.
Told: TypeAlias = Callable[[NDArray[np.integer[Any]]], None]
_WITH_GRAPHS = ("nquads", "trig", "jsonld")  # of other syntaxes, the lines are N-Triples


@dataclass(frozen=True)
class Part:
    """The triples of one source, or of one named graph in it: its name, and ids as parallel arrays, each (n,).

    `skipped` counts invalid lines that were left out, `seconds` the time to read, unpack and convert other syntaxes;
    `look` is for finding lines later, and `rewritten` has the triples with what rdflib made of an ill-typed literal.
    """

    name: str
    subjects: NDArray[np.integer[Any]]
    predicates: NDArray[np.integer[Any]]
    objects: NDArray[np.integer[Any]]
    skipped: int = 0
    seconds: float = 0.0
    look: Look | None = None
    rewritten: frozenset[tuple[int, int, int]] = frozenset()


def read(
    source: Source | Iterable[Source],
    terms: Terms,
    *,
    lenient: bool = False,
    progress: Callable[[str, int], None] | None = None,
    told: Told | None = None,
) -> Iterator[Part]:
    """Yield the triples of sources and add their terms to a dictionary; each named graph is a part of its own.

    Blank nodes with one label in two files stay two nodes; those of rdflib Graphs keep their labels.

    Parameters
    ----------
    source : path, Graph, Dataset, Store, binary file or Document, or several
        Files of any syntax, as `sts_kg.rdf.Document` reads them; N-Triples and N-Quads in bulk.
    terms : Terms
        The dictionary.
    lenient : bool
        Whether to leave out what is wrong and count it instead of raising an error, as far as `Document` can.
    progress : callable, optional
        Called from time to time with the name of a source and the number of lines read.
    told : callable, optional
        Called with all these triples, (n, 3) of ids, some at a time, as soon as they are read.

    Raises
    ------
    ParseError
        A source cannot be read; the error has path, line and, if known, column.
    TypeError
        A source is of another type.
    """
    for one in _several(source):
        if isinstance(one, str | Path):
            yield from _document(Path(one), terms, str(one), lenient=lenient, progress=progress, told=told)
        elif hasattr(one, "dump"):  # a pyoxigraph Store
            from sts_kg.rdf import FORMATS

            yield from _quads(one.dump(format=FORMATS["nquads"]), terms, "store", lenient=lenient, told=told)
        elif isinstance(one, Document) or hasattr(one, "read"):
            name = str(getattr(one, "name", "input"))
            yield from _document(one, terms, name, lenient=lenient, progress=progress, told=told)
        elif hasattr(one, "quads"):  # an rdflib Dataset
            for name, triples in _by_graph(one).items():
                yield _triples(name, triples, terms, told)
        elif hasattr(one, "triples"):  # an rdflib Graph
            yield _triples(str(one.identifier), one, terms, told)
        else:
            raise TypeError(f"{type(one).__name__} is not a path, rdflib Graph, pyoxigraph Store or binary file")


def _several(source: Source | Iterable[Source]) -> list[Source]:
    kinds = ("dump", "read", "triples")
    single = isinstance(source, str | Path | Document) or any(hasattr(source, kind) for kind in kinds)
    return [source] if single else list(cast(Iterable[Source], source))


def _document(
    source: Any,
    terms: Terms,
    name: str,
    *,
    lenient: bool,
    progress: Callable[[str, int], None] | None,
    told: Told | None,
) -> Iterator[Part]:
    document, before = source if isinstance(source, Document) else None, len(terms)
    if document is not None:
        name = str(document.path)
    elif isinstance(source, Path):
        document = Document(source, lenient=lenient)
    else:
        document = Document(source, path=name, told="nquads", lenient=lenient)
    kind = {"quads": document.syntax in _WITH_GRAPHS, "written": not document.in_lines}
    with document:
        first, *others = _quads(document.lines(), terms, name, lenient=lenient, progress=progress, told=told, **kind)
    look = Look(source, before, len(terms)) if isinstance(source, Path | Document) else None
    yield replace(first, skipped=first.skipped + document.n_skipped, look=look)
    for other in others:
        yield replace(other, look=look)


def _quads(
    data: bytes | BinaryIO,
    terms: Terms,
    name: str,
    *,
    lenient: bool = False,
    quads: bool = True,
    written: bool = False,
    progress: Callable[[str, int], None] | None = None,
    told: Told | None = None,
) -> Iterator[Part]:
    def report(lines: int) -> None:
        if progress is not None:
            progress(name, lines)

    file = _Timed(io.BytesIO(data) if isinstance(data, bytes) else data)
    how = {"quads": quads, "lenient": lenient, "written": written}
    encoded = encode(cast(BinaryIO, file), terms, path=name, rename=True, progress=report, told=told, **how)
    seconds = file.seconds
    graphs = encoded.graphs
    if graphs is None or not (graphs >= 0).any():
        yield Part(name, encoded.subjects, encoded.predicates, encoded.objects, encoded.n_skipped, seconds)
        return
    order = np.argsort(graphs, kind="stable")
    starts = np.flatnonzero(np.diff(graphs[order], prepend=-2)).tolist()
    skipped = encoded.n_skipped
    for start, end in zip(starts, [*starts[1:], order.size], strict=True):
        rows = order[start:end]
        graph = int(graphs[rows[0]])
        called = name if graph < 0 else terms.text(graph).decode().strip("<>")
        columns = encoded.subjects[rows], encoded.predicates[rows], encoded.objects[rows]
        yield Part(called, *columns, skipped, seconds)
        skipped, seconds = 0, 0.0


class _Timed:
    """A file that measures the time spent in reading it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seconds = 0.0

    def read(self, size: int) -> bytes:
        start = time.perf_counter()
        data = self._file.read(size)
        self.seconds += time.perf_counter() - start
        return data


def _by_graph(dataset: Any) -> dict[str, list[_Triple]]:
    """Return the triples of a Dataset by the names of its graphs."""
    graphs: dict[str, list[_Triple]] = {}
    for s, p, o, graph in dataset.quads((None, None, None, None)):
        name = getattr(graph, "identifier", graph)  # a ConjunctiveGraph yields the Graph itself
        graphs.setdefault(str(name), []).append((s, p, o))
    return graphs


def _triples(name: str, triples: Iterable[_Triple], terms: Terms, told: Told | None) -> Part:
    from sts_kg.rdf import ntriples, was_rewritten

    texts: dict[object, bytes] = {}
    rows, lost = [], []
    for triple in triples:
        for term in triple:
            if term not in texts:
                texts[term] = ntriples(term)
        rows.append([texts[term] for term in triple])
        if was_rewritten(triple[2]):  # of equal literals only some may be
            lost.append(rows[-1])
    rows.sort()  # a Graph has no order, and which proof is found first depends on the order
    ids = terms.add_all(list(chain.from_iterable(rows))).reshape(-1, 3)
    if told is not None:
        told(ids)
    rewritten = frozenset((terms.find(s), terms.find(p), terms.find(o)) for s, p, o in lost)
    return Part(name, ids[:, 0], ids[:, 1], ids[:, 2], rewritten=rewritten)
