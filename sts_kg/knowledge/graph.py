"""The knowledge graph, and the ways to one: the shipped ontology, a folder of another, a store, an endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rdflib import URIRef

from sts_kg.cases import Session
from sts_kg.guideline import Guideline, instances, queries_folder
from sts_kg.knowledge.authoring import WithAuthoring
from sts_kg.knowledge.cases import WithCases
from sts_kg.knowledge.core import Sets
from sts_kg.knowledge.links import WithLinks
from sts_kg.knowledge.pictures import WithPictures
from sts_kg.knowledge.stores import WithStores
from sts_kg.queries import CannedQuery, ids, read_own
from sts_kg.rdf import STS
from sts_kg.safe import counted

__all__ = ["KnowledgeGraph", "asking", "connect", "load"]


class KnowledgeGraph(WithPictures, WithCases, WithAuthoring, WithLinks, WithStores):
    """The ontology, asserted and closed, with or without patient cases; made by `load`.

    It is not itself a Graph, but has some: `asserted` and `graph` are ordinary rdflib Graphs. Only `link` changes it;
    all other methods leave it as it is. Not medical advice.
    """

    def __repr__(self) -> str:
        if self._session is None and self._backend is not None:
            return f"<KnowledgeGraph: kept elsewhere, {counted(len(self._backend.names), 'named graph')}>"
        return f"<KnowledgeGraph: {self.guideline.name}, {counted(len(self.cases), 'case')}>"

    @property
    def summary(self) -> dict[str, int]:
        """What there is, counted; nothing is reasoned or read for it, so what is not known yet is not in it.

        The keys are asserted and inferred triples, options, drugs, findings, segments, decisions (of all guidelines in
        the graph), queries, cases, linked slices and mapping sets. Of a graph that is kept elsewhere and not read yet,
        only the last two and the named graphs.
        """
        backend = self._backend
        if self._session is None and backend is not None:
            kept = {"named graphs": len(backend.names), "linked slices": len(backend.slices)}
            return kept | {"mapping sets": len(backend.mappings)}
        session, guidelines = self.session, self.guidelines
        asserted, inferred = session.known_triples

        def n_of(*kinds: URIRef) -> int:
            return len({one for each in guidelines for kind in kinds for one in instances(each.asserted, kind)})

        return {
            "asserted triples": asserted,
            **({} if inferred is None else {"inferred triples": inferred}),
            "options": sum(len(each.conditions) for each in guidelines),
            "drugs": n_of(STS.Drug),
            "findings": n_of(STS.Finding),
            "segments": n_of(STS.Heading, STS.Sentence),
            "decisions": sum(len(each.decisions) for each in guidelines),
            "queries": len(self.canned),
            "cases": len(session.cases),
            "linked slices": len(session.slices),
            "mapping sets": len(self.layers.given),
        }


def load(
    ontology: str | Path | None = None,
    *,
    engine: str = "columns",
    store: str | Path | None = None,
    queries: str | Path | None = None,
) -> KnowledgeGraph:
    """Return the knowledge graph of the shipped ontology, or of another folder of the same layout.

    The closure is computed when first needed, by our own engine or by owlrl, the slow reference. With `store`, the
    graph stays in an Oxigraph folder that `sts-kg link -o` or `sts-kg push --store` made: nothing is loaded, and
    queries run there. `queries` is a folder of canned queries of one's own, `<topic>/<name>.rq`, which join the shipped
    ones.

    Raises
    ------
    ParseError
        A module of the ontology is missing or cannot be read; there is no such folder of queries, or none in it.
    QueryError
        A query of one's own is wrong, or has the id of a shipped one; a QueriesError has the errors of several.
    EndpointError
        There is no such store, or another process uses it.
    """
    own = _own_queries(queries)
    if store is not None:
        from sts_kg.stores import FolderBackend

        return KnowledgeGraph(backend=FolderBackend(Path(store)), own=own)
    return KnowledgeGraph(Session(Guideline(ontology, engine=engine), mappings=Sets()), own=own)


def asking(
    url: str,
    kind: str | None = None,
    *,
    profile: str = "generic",
    timeout_s: float = 60.0,
    queries: str | Path | None = None,
    mappings: Sequence[str | Path] = (),
) -> KnowledgeGraph:
    """Return the shipped knowledge graph, whose queries go to a SPARQL 1.1 endpoint, as `--endpoint` does it.

    A canned query, whose `kind` is given ("asserted", "closed", "linked"), is asked of the graphs that were pushed, as
    `connect` asks them. A text of one's own is asked of the default graph, as it is, unless that holds nothing of ours.
    Then the graphs that were pushed are asked, or else the graphs of other names that hold an export of ours. Names in
    parameters are those of the shipped ontology, and codes those of `mappings`, which are not sent: `push` puts mapping
    sets there.

    Raises
    ------
    EndpointError
        The endpoint does not answer, or a canned query is asked and it holds nothing of ours.
    """
    from sts_kg.stores import backend_at

    own, kg = _own_queries(queries), KnowledgeGraph(Session(Guideline(), mappings=Sets()))
    kg = kg.with_mappings(*mappings) if mappings else kg
    backend = backend_at(url, kind, profile=profile, timeout_s=timeout_s)
    return KnowledgeGraph(kg.session, backend=backend, own=own)


def connect(
    url: str, *, profile: str = "generic", timeout_s: float = 60.0, queries: str | Path | None = None
) -> KnowledgeGraph:
    """Return the knowledge graph at a SPARQL 1.1 endpoint, where `sts-kg push --endpoint` put it.

    Queries run there. Options and explanations download the ontology once, a few thousand triples. Cases never leave
    this machine; their closure is computed here. `queries` as for `load`.

    Raises
    ------
    EndpointError
        The endpoint does not answer, or does not hold the knowledge graph in the graphs that `push` writes.
    ParseError, QueryError
        As for `load`, about `queries`.
    """
    from sts_kg.stores import EndpointBackend

    own = _own_queries(queries)
    return KnowledgeGraph(backend=EndpointBackend(url, profile=profile, timeout_s=timeout_s), own=own)


def _own_queries(folder: str | Path | None) -> dict[str, CannedQuery]:
    return {} if folder is None else read_own(folder, ids(queries_folder()))
