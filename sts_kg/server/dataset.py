"""What SPARQL is asked of: a default graph and named graphs, in memory, in a folder or elsewhere; and their digest."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sts_kg.errors import EndpointAnswerError, QueryError
from sts_kg.queries import (
    QueryText,
    Store,
    check_syntax,
    digest_of_quads,
    first_of,
    known_prefixes,
    looked_at,
    merged_store,
    rewritten,
    store_of,
    written_answer,
    written_graph,
)
from sts_kg.rdf import BASE, STS
from sts_kg.safe import without_secrets
from sts_kg.tables import Table

if TYPE_CHECKING:
    from rdflib import Graph

    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.server.settings import Settings

__all__ = ["Dataset", "dataset_of"]

_MERGED = "urn:sts-kg:merged"  #: not seen by any query
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_MOST_COUNTED = 1_000_000  #: triples of a graph; counting more takes too long
_SHARE_OF_TIME = 0.9  #: of what a request may take, for another store, so that we can still say that it did not answer


class Dataset(ABC):
    """Graphs that can be asked and never change here.

    `digest` is that of all their triples, None if they may change while we serve. `where` says where they are, to a
    person. `is_ours` says whether they are the knowledge graph.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        digest: str | None = None,
        where: str = "in memory",
        union: Sequence[str] | None = None,
        is_ours: bool = True,
    ) -> None:
        self.digest, self.where, self.is_ours = digest, where, is_ours
        self._settings, self._union = settings, union

    def chosen(
        self, text: str, default_graphs: Sequence[str] | None, named_graphs: Sequence[str] | None
    ) -> tuple[Sequence[str] | None, Sequence[str] | None]:
        """Return the dataset of a query: that of its request, else that of its text, else our own.

        Our own default graph is the union of the graphs that were pushed, where there are any.
        """
        if default_graphs is not None or named_graphs is not None:
            return tuple(dict.fromkeys(default_graphs or ())), tuple(dict.fromkeys(named_graphs or ()))
        return (None if looked_at(text, self._settings.services).chooses else self._union), None

    @abstractmethod
    def answer(
        self,
        text: str,
        media: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        timeout_s: float | None = None,
    ) -> bytes:
        """Return the answer to a query in a media type; errors are those of `written_answer`, and EndpointError."""

    @abstractmethod
    def shown(
        self,
        text: str,
        most: int,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        timeout_s: float | None = None,
    ) -> tuple[Table | bool | Graph, bool]:
        """Return the first rows or triples of the answer to a query, and whether there are more; errors as `answer`."""

    @abstractmethod
    def counts(self) -> Mapping[str | None, int | None]:
        """Return the number of triples of each named graph, and of the default graph as None; None if too many."""

    @abstractmethod
    def has(self, graph: str) -> bool:
        """Return whether there is a named graph."""

    def warm(self) -> None:  # noqa: B027 # most have nothing to do
        """Load what is loaded when it is first asked for."""

    def graph(self, name: str | None, media: str) -> bytes:
        """Return a named graph or the default graph, whole, in a media type of `GRAPH_FORMS`."""
        return self.answer(_ALL, media, default_graphs=None if name is None else (name,))

    def rows(self, text: str) -> Table:
        """Return the answer to a SELECT query of ours."""
        found, _ = self.shown(text, _MOST_COUNTED)
        assert isinstance(found, Table), "a SELECT query has a table"
        return found


class _Stored(Dataset):
    """Graphs in an Oxigraph store, in memory or in a folder; in memory, several of a default graph are merged.

    In memory, the default graph is a store of its own: patterns of Oxigraph look through all graphs of a store. The one
    that `makes_whole` returns has the named graphs, too, and is made when they are first asked for.
    """

    def __init__(
        self, store: Store, settings: Settings, *, makes_whole: Callable[[], Store] | None = None, **told: Any
    ) -> None:
        super().__init__(settings, **told)
        self._default, self._makes_whole = store, makes_whole
        self._merged = lru_cache(maxsize=8)(lambda *graphs: merged_store(self._whole, *graphs))

    @cached_property
    def _whole(self) -> Store:
        return self._default if self._makes_whole is None else self._makes_whole()

    def warm(self) -> None:
        _ = self._whole

    def _asked(
        self, text: str, default_graphs: Sequence[str] | None, named_graphs: Sequence[str] | None
    ) -> tuple[Store, Sequence[str] | None, Sequence[str] | None]:
        """Return the store to ask, and its default and named graphs, None for its own."""
        default, named = self.chosen(text, default_graphs, named_graphs)
        if self._makes_whole is not None:
            looked = looked_at(text, self._settings.services)
            if default is None and not looked.chooses and not looked.names:
                return self._default, None, None
            several = looked.merged if default is None else tuple(default)
            beside = tuple(looked.named if named is None else named)
            if len(several) > 1 and (merged := self._merged(several, _MERGED, beside)) is not None:
                return merged, (_MERGED,), beside
        return self._whole, default, named

    def answer(
        self,
        text: str,
        media: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        timeout_s: float | None = None,
    ) -> bytes:
        store, default, named = self._asked(text, default_graphs, named_graphs)
        return written_answer(
            store,
            text,
            media,
            default_graphs=default,
            named_graphs=named,
            base=base,
            services=self._settings.services,
            most=self._settings.most_answer,
        )

    def shown(
        self,
        text: str,
        most: int,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        timeout_s: float | None = None,
    ) -> tuple[Table | bool | Graph, bool]:
        store, default, named = self._asked(text, default_graphs, named_graphs)
        return first_of(
            store,
            text,
            most,
            default_graphs=default,
            named_graphs=named,
            base=base,
            services=self._settings.services,
        )

    def counts(self) -> Mapping[str | None, int | None]:
        return self._counts

    @cached_property
    def _counts(self) -> Mapping[str | None, int | None]:
        found: dict[str | None, int | None] = {None: self._count("?s ?p ?o")}
        for name in sorted(str(name) for (name,) in self.rows("SELECT DISTINCT ?g { GRAPH ?g { } }")):
            found[name] = self._count(f"GRAPH <{name}> {{ ?s ?p ?o }}")
        return found

    def _count(self, pattern: str) -> int | None:
        counted = f"SELECT (COUNT(*) AS ?n) {{ SELECT ?s {{ {pattern} }} LIMIT {_MOST_COUNTED + 1} }}"
        number = int(str(self.rows(counted)[0][0]))
        return number if number <= _MOST_COUNTED else None

    def has(self, graph: str) -> bool:
        return self.shown(f"ASK {{ GRAPH <{graph}> {{ }} }}", 1)[0] is True

    def graph(self, name: str | None, media: str) -> bytes:
        if name is None and self._union is not None:
            return super().graph(name, media)
        return written_graph(self._whole, name, media, most=self._settings.most_answer)


_ESCAPE = re.compile(r"\\[uU][0-9A-Fa-f]{4}")


class _Elsewhere(Dataset):
    """Graphs in another store, asked by the SPARQL 1.1 Protocol; nothing of them is kept here."""

    def __init__(self, url: str, settings: Settings, names: Sequence[str], union: Sequence[str] | None) -> None:
        super().__init__(settings, where=without_secrets(url), union=union, is_ours=union is not None)
        self._url, self._names = url, names

    def _sent(
        self,
        text: str,
        default_graphs: Sequence[str] | None,
        named_graphs: Sequence[str] | None,
        base: str | None,
        timeout_s: float | None,
    ) -> tuple[Any, str]:
        """Return the endpoint and the text to send, which was checked here."""
        from sts_kg.stores import Endpoint

        if found := _ESCAPE.search(text):  # some parsers replace it first: it could hide a word
            raise QueryError(
                "given", "write a character itself, not as \\u", line=text.count("\n", 0, found.start()) + 1
            )
        check_syntax(text, base=base, services=self._settings.services)
        default, named = self.chosen(text, default_graphs, named_graphs)
        if named is None and default is not None and looked_at(text, self._settings.services).names:
            named = self._names  # a request that names default graphs has no named graph but those that it names, too
        seconds = self._settings.timeout_s if timeout_s is None else min(timeout_s, self._settings.timeout_s)
        endpoint = Endpoint(
            self._url,
            timeout_s=_SHARE_OF_TIME * seconds,
            most_bytes=self._settings.most_answer,
            attempts=1,
            default_graphs=default or (),
            named_graphs=named or (),
        )
        known = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in known_prefixes(text).items())
        # some stores take BASE before PREFIX only, and Endpoint would put the prefixes that we all know before it
        return endpoint, f"{f'BASE <{base}> ' if base else ''}{known}{QueryText(text).declared}"

    def answer(
        self,
        text: str,
        media: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        timeout_s: float | None = None,
    ) -> bytes:
        endpoint, sent = self._sent(text, default_graphs, named_graphs, base, timeout_s)
        form = looked_at(text, self._settings.services).form
        if form == "ASK":  # which some stores answer with a table
            body = b'{"head":{},"boolean":%b}' % (b"true" if endpoint.ask(sent) else b"false")
        else:
            body = endpoint.solutions(sent) if form == "SELECT" else endpoint.ntriples(sent)
        try:
            return rewritten(body, media, form, most=self._settings.most_answer, text=text)
        except ValueError as error:
            raise EndpointAnswerError(self.where, f"the answer cannot be read: {error}") from None

    def shown(
        self,
        text: str,
        most: int,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        timeout_s: float | None = None,
    ) -> tuple[Table | bool | Graph, bool]:
        endpoint, sent = self._sent(text, default_graphs, named_graphs, base, timeout_s)
        found: Table | bool | Graph = endpoint.query(sent)
        if isinstance(found, bool) or len(found) <= most:
            return found, False
        if isinstance(found, Table):
            return replace(found, rows=found.rows[:most]), True
        for triple in list(islice(found, most, None)):
            found.remove(triple)
        return found, True

    def counts(self) -> Mapping[str | None, int | None]:
        rows = self.rows("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
        whole = self.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        return {None: int(str(whole[0][0])), **{str(name): int(str(number)) for name, number in rows if name}}

    def has(self, graph: str) -> bool:
        return self.shown(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", 1)[0] is True


def dataset_of(kg: KnowledgeGraph, settings: Settings) -> Dataset:
    """Return what a service asks: the graphs of a folder, of an endpoint, or of a knowledge graph in memory.

    With what was linked, all of it is in memory. There the default graph is that of `kg.sparql`, and the named graphs
    are those that `push` writes. Blank nodes have the same labels in all of them, so that each is one node.
    """
    if settings.store is not None and not settings.links:
        return _of_folder(settings.store, settings)
    if settings.endpoint is not None and not settings.links:
        return _of_endpoint(settings.endpoint, settings)
    session = kg.session
    store = session.store("linked" if session.slices else "closed")
    digest = hashlib.sha256(digest_of_quads(store, *session.quads.values()).encode())
    for lines in session.slices.values():
        digest.update(lines)
    for guideline in session.guidelines:
        for file in sorted((guideline.folder / "mappings").glob("*")):
            digest.update(file.read_bytes())
    return _Stored(store, settings, digest=digest.hexdigest()[:16], makes_whole=partial(_whole, kg))


def _whole(kg: KnowledgeGraph) -> Store:
    """Return a store with all graphs of a knowledge graph."""
    session = kg.session
    named: dict[Any, Any] = {**session.quads}
    if session.cases:
        named[session.cases_name] = session.facts + session.by_readings
    named |= session.mappings
    lines = session.closure.ntriples_apart(inferred_only=True)
    named[STS.inferred] = b"".join(each for each, _ in lines)
    if session.slices:
        named |= kg.named_graphs("links")
        return store_of(session.linked, session.by_readings, *session.mappings.values(), named=named)
    return store_of(session.closure, session.by_readings, named=named)


def _of_folder(folder: Path, settings: Settings) -> Dataset:
    from sts_kg.stores import graph_names, open_store, others_in, rows_of

    before = _digest_of_files(folder)
    store = open_store(folder, read_only=True)
    digest = before if before == _digest_of_files(folder) else None  # somebody writes there
    names = sorted(graph_names(store))
    union = _union(names, others_in(names, partial(rows_of, store)))
    return _Stored(store, settings, digest=digest, where=folder.name, union=union, is_ours=union is not None)


def _of_endpoint(url: str, settings: Settings) -> Dataset:
    """Return what an endpoint holds; which graphs were pushed there is found out once.

    Raises
    ------
    EndpointError
        It does not answer a query.
    """
    from sts_kg.stores import Endpoint, others_in

    endpoint = Endpoint(url, timeout_s=settings.timeout_s)
    endpoint.ask("ASK { }")
    modules = f'SELECT DISTINCT ?g {{ GRAPH ?g {{ ?o a owl:Ontology }} FILTER(STRSTARTS(STR(?g), "{BASE}")) }}'
    names: tuple[str, ...] = ()
    union = None
    if len(endpoint.select(modules)):
        names = tuple(
            str(name) for (name,) in endpoint.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")
        )
        union = _union(names, others_in(names, endpoint.select))
    return _Elsewhere(url, settings, names, union)


def _union(names: Sequence[str], others: Sequence[str]) -> tuple[str, ...] | None:
    """Return which of some named graphs were pushed and are asked together; None if there is none."""
    from sts_kg.stores import graphs_of

    if not graphs_of("asserted", names, others):
        return None
    if any(name.startswith(f"{BASE}link") for name in names):
        return tuple(graphs_of("linked", names, others))
    return tuple(graphs_of("closed" if f"{BASE}inferred" in names else "asserted", names, others))


def _digest_of_files(folder: Path) -> str:
    """Return a digest of the state of a store in a folder, by the names, sizes and times of its files."""
    digest = hashlib.sha256()
    for each in sorted(folder.iterdir()):
        if each.suffix in (".sst", ".log") or each.name.startswith(("MANIFEST", "CURRENT")):
            status = each.stat()
            digest.update(f"{each.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
