"""Push graphs into a SPARQL 1.1 store, over HTTP or in a folder: each one completely or not at all, and verified.

Blank nodes become IRIs (`/.well-known/genid/…`, RDF 1.1 Concepts, section 3.5), the same in all graphs of a push. The
label of a blank node is valid within one request only, and a node may occur in several graphs: the inferred triples
about a class expression are not in the graph of the expression. Some stores (Virtuoso) reject them in INSERT DATA.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rdflib import URIRef

from sts_kg.errors import EndpointError
from sts_kg.rdf import expand
from sts_kg.safe import brief, counted
from sts_kg.shown import Shown
from sts_kg.stores.blank_nodes import ScopedNames, StructuralNames
from sts_kg.stores.content import Content, Source, rereadable
from sts_kg.stores.digest import Digest
from sts_kg.stores.outcomes import Outcomes
from sts_kg.stores.targets import EndpointTarget, FolderTarget, PushProgress, Target, routes

__all__ = ["Pushed", "Verified", "push", "verify"]

_BLANK = re.compile(rb"(?:\S+ \S+ )?_:")  # a blank node as subject or object


@dataclass(frozen=True, repr=False)
class Pushed(Shown):
    """A graph after a push: name, number of triples, digest, seconds; `skipped` if it was already there."""

    graph: str
    triples: int
    digest: str
    seconds: float
    skipped: bool

    def __repr__(self) -> str:
        state = "already there" if self.skipped else f"pushed in {self.seconds:.1f} s"
        return f"<Pushed {brief(self.graph)}: {counted(self.triples, 'triple')}, {state}>"


@dataclass(frozen=True, repr=False)
class Verified(Shown):
    """A graph compared with a store: its name, the numbers of triples and the digests here and there, and the state.

    The state is `same`, `missing`, `other content`, or `not compared` for a graph that only the store has (its digests
    are empty). `blank_nodes` counts the triples there with blank nodes: they were not loaded by `push`, which writes
    IRIs instead, and can therefore not be compared.
    """

    graph: str
    state: str
    triples: int
    digest: str
    triples_there: int
    digest_there: str
    blank_nodes: int

    def __repr__(self) -> str:
        return f"<Verified {brief(self.graph)}: {brief(self.state, 50)}, {counted(self.triples_there, 'triple')} there>"


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
) -> Outcomes[Pushed]:
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
    with _prepared(graphs, target, scope, timeout_s, update=update, graph_store=graph_store) as (store, prepared):
        contents = dict(prepared)
        same = {name: _is_there(store, name, content, replace=replace) for name, content in contents.items()}
        return Outcomes(_put(store, name, content, same[name], batch, progress) for name, content in contents.items())


def verify(
    graphs: Mapping[URIRef, Source],
    target: str | Path,
    *,
    bases: Iterable[str] = (),
    scope: str | None = None,
    timeout_s: float = 300.0,
) -> Outcomes[Verified]:
    """Compare named graphs with those of a store, and return one record for each; nothing is written.

    Parameters
    ----------
    graphs, target, scope, timeout_s
        As for `push`. A folder is opened read-only.
    bases : iterable of str
        The other graphs of the store whose names begin with one of them are `not compared`, and follow with a record
        each. Without it they are not looked for.

    Raises
    ------
    EndpointError
        The store cannot be reached or read.
    ParseError
        A source is not valid N-Triples: with line and column.
    CurieError
        The name of a graph is not an absolute IRI.
    """
    with _prepared(graphs, target, scope, timeout_s, read_only=True) as (store, prepared):
        found = [_compared(store, name, content) for name, content in prepared]
        others = dict.fromkeys(name for base in bases for name in store.names(base))
        known = {each.graph for each in found}
        beside = (name for name in others if name not in known)
        return Outcomes([*found, *(Verified(name, "not compared", 0, "", store.count(name), "", 0) for name in beside)])


@contextmanager
def _prepared(
    graphs: Mapping[URIRef, Source],
    target: str | Path,
    scope: str | None,
    timeout_s: float,
    *,
    read_only: bool = False,
    update: str | None = None,
    graph_store: str | None = None,
) -> Iterator[tuple[Target, Iterator[tuple[str, Content]]]]:
    """Open a store, and give it with the name and the content of each graph."""
    with ExitStack() as open_files:
        store: Target
        if isinstance(target, Path):
            store = FolderTarget(target, read_only=read_only)
            open_files.callback(store.close)
        else:
            store = EndpointTarget(routes(target, update=update, graph_store=graph_store), timeout_s)
        sources = {str(expand(f"<{name}>")): rereadable(source, open_files) for name, source in graphs.items()}
        names = ScopedNames(scope) if scope is not None else StructuralNames(sources)
        yield store, ((name, Content(source, names)) for name, source in sources.items())


def _compared(store: Target, name: str, content: Content) -> Verified:
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
    store: Target, name: str, content: Content, skipped: bool, batch: int, progress: PushProgress | None
) -> Pushed:
    started = time.monotonic()
    if not skipped:
        store.put(name, content, batch, progress)
    return Pushed(name, content.digest.triples, content.hexdigest, time.monotonic() - started, skipped)


def _is_there(store: Target, name: str, content: Content, *, replace: bool) -> bool:
    """Return whether the store has a graph with this content; raise if it has another one that must stay."""
    there = store.count(name)
    if _is_same(store, name, there, content):
        return True
    if there and not replace:
        overwrite = "--replace (in Python: replace=True) overwrites it"
        reason = f"already has a graph {name} with other content ({counted(there, 'triple')}); {overwrite}"
        raise EndpointError(store.shown, reason)
    return False


def _is_same(store: Target, name: str, there: int, content: Content) -> bool:
    if not there and content.lines:  # without a look at the content
        return False
    if not content.digest.triples <= there <= content.lines:
        return False
    found = Digest()
    for lines in store.read(name, there):
        found.add(lines)
    return found.hexdigest() == content.hexdigest
