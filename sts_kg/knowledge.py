"""The knowledge graph: load it, query it, answer cases with options, explanations and questions, check it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from sts_kg.cases import (
    Answers,
    Case,
    CaseSource,
    Change,
    Explanation,
    Question,
    Session,
    Sheet,
    SourceDiff,
    find_case,
    find_option,
    questions,
    read_cases,
    sheet,
    source_diff,
    supposed,
    what_if,
)
from sts_kg.errors import CaseError, InconsistentError, NotLinkedError, ParseError, QueryError, UnknownNameError
from sts_kg.guideline import Guideline, Segment, Verdicts, queries_folder, read_verdicts, source_page
from sts_kg.queries import CannedQuery, Entities, find, read, read_all
from sts_kg.rdf import STS, one_triple, syntax_of, write
from sts_kg.stores import KINDS
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.closure import Closure, Proof
    from sts_kg.links import LinkReport, MappingSet
    from sts_kg.links import Mapping as MappingRow
    from sts_kg.quality import Report
    from sts_kg.stores import Backend, Endpoint, Pushed, PushProgress, Source, Verified

__all__ = ["KnowledgeGraph", "connect", "load"]


class KnowledgeGraph:
    """The ontology, asserted and closed, with or without patient cases; made by `load`.

    It is not itself a Graph, but has some: `asserted` and `graph` are ordinary rdflib Graphs. Only `link` changes it;
    all other methods leave it as it is. Not medical advice.
    """

    def __init__(self, session: Session | None = None, *, backend: Backend | None = None) -> None:
        self._session, self._backend = session, backend

    @property
    def session(self) -> Session:
        """The guideline with its cases and slices; read from the backend when first needed."""
        session = self._session
        if session is None:
            backend = self._backend
            assert backend is not None, "a graph has a session or a backend"
            session = Session(Guideline(quads=backend.quads()), slices=backend.slices, mappings=backend.mappings)
            self._session = session
        return session

    @property
    def guideline(self) -> Guideline:
        """The guideline: its modules, conditions, vocabulary and segments."""
        return self.session.guideline

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases in the graph."""
        return self._session.cases if self._session is not None else ()

    @property
    def asserted(self) -> Graph:
        """The asserted triples: the modules of the ontology and the facts of the cases."""
        return self.session.asserted

    @property
    def closure(self) -> Closure:
        """The closure of the asserted triples under OWL 2 RL; it has proofs, and `extend` adds triples.

        Raises
        ------
        InconsistentError
            The ontology or a case contradicts itself.
        """
        return self.session.closure

    @property
    def inferred(self) -> Graph:
        """The inferred triples, without trivial ones, as an rdflib Graph; disjoint from `asserted`.

        Raises
        ------
        InconsistentError
            The ontology or a case contradicts itself.
        """
        return self.closure.inferred

    @property
    def graph(self) -> Graph:
        """Asserted and inferred triples as one rdflib Graph, on an Oxigraph store for fast SPARQL."""
        return self.session.graph

    @property
    def footer(self) -> str:
        """The line that ends every answer: disclaimer, version, and the digest of the source."""
        return self.guideline.footer

    def proof(self, triple: str | tuple[Node, Node, Node]) -> Proof:
        """Return the proof of a triple: rules and premises, down to asserted triples and the sentences behind them.

        The triple may be a text in Turtle, such as `case:f sts:hasOption sts:option-pazopanib`.

        Raises
        ------
        NotEntailedError
            The triple is not entailed.
        ParseError
            The text is not one triple.
        """
        session, asked = self.session, one_triple(triple) if isinstance(triple, str) else triple
        return session.closure.proof(asked, sentences=session.sentences)

    def with_cases(self, cases: CaseSource | Iterable[CaseSource]) -> KnowledgeGraph:
        """Return a knowledge graph with these patient cases and the slices of this one, which stays unchanged.

        Raises
        ------
        CaseError, ParseError
            A case cannot be read.
        """
        return KnowledgeGraph(replace(self.session, cases=self._read(cases)))

    def with_examples(self) -> KnowledgeGraph:
        """Return a knowledge graph with the fictional cases a to m of `ontology/examples`."""
        return KnowledgeGraph(self.session.examples)

    def with_verdicts(self, verdicts: Verdicts | str | Path | Iterable[str | Path]) -> KnowledgeGraph:
        """Return a knowledge graph with the verdicts of reviewers; answers then say where they have been reviewed.

        `verdicts` are filled-in forms (CSV files; `review` writes an empty one), or what `read_verdicts` returned.

        Raises
        ------
        ParseError
            A form cannot be read, or a cell is not what is expected.
        """
        read = verdicts if isinstance(verdicts, Verdicts) else read_verdicts(verdicts, self.guideline)
        return KnowledgeGraph(replace(self.session, guideline=self.guideline.with_verdicts(read)))

    def under(self, reading: str) -> KnowledgeGraph:
        """Return a knowledge graph by another reading of one decision, such as `D04=S08-alone`, with the same cases.

        `query("provenance/readings")` lists the readings; `D04` alone will do where a decision has one.

        Raises
        ------
        UnknownNameError
            There is no such reading.
        ReadingError
            The alternative of the decision is not encoded, it has several, or this graph is by a reading already.
        """
        return KnowledgeGraph(replace(self.session, guideline=self.guideline.under(reading)))

    # --- queries

    @cached_property
    def canned(self) -> dict[str, CannedQuery]:
        """The canned queries by id, `topic/name`, without the checks of `queries/check/`."""
        found = read_all(queries_folder())
        return {name: each for name, each in found.items() if each.topic != "check"}

    def _find(self, name: str) -> CannedQuery:
        if "canned" not in self.__dict__ and not name.startswith("check/"):
            if found := read(queries_folder(), name):  # one file instead of all
                return found
        return find(name, self.canned)

    def _ask(self, kind: str, text: str, *, name: str = "given") -> Table | bool | Graph:
        """Return the answer to a query on the graphs of a kind: asserted, closed or linked."""
        asked = self._backend if self._backend is not None else self.session
        answer = asked.query(kind, text, name=name)
        return answer.with_labels(self.guideline.labels) if isinstance(answer, Table) else answer

    def queries(self, topic: str | None = None) -> Table:
        """Return the canned queries as a table: id, parameters (optional ones in brackets), question.

        Raises
        ------
        UnknownNameError
            There is no such topic.
        """
        found = [query for query in self.canned.values() if topic in (None, query.topic)]
        if not found:
            raise UnknownNameError("topic", str(topic), {query.topic for query in self.canned.values()})
        rows = [(query.id, query.usage, query.description) for query in found]
        return Table(("id", "parameters", "question"), tuple(tuple(map(Literal, row)) for row in rows))

    def query(self, name_or_sparql: str, /, **parameters: object) -> Table | bool | Graph:
        """Return the answer to a canned query by name, or to a SPARQL text: a Table, a bool (ASK) or a Graph.

        A canned query runs on the graph that its header names; on the shipped fictional cases if it is about cases
        and this graph has none. A text with white space is SPARQL, and goes to `sparql`.

        Raises
        ------
        UnknownNameError
            No canned query has that name.
        ParameterError
            A parameter is missing, unknown, or of the wrong type.
        NotLinkedError
            The query needs terms of an external vocabulary, and none is linked.
        QueryError
            The text is not a SPARQL 1.1 query, or it queries another endpoint (SERVICE).

        Examples
        --------
        >>> load().query("drugs/options-with-drug", drug="ifosfamide").column("option")
        (rdflib.term.URIRef('https://w3id.org/sts-kg/option-doxorubicin-ifosfamide'),)
        """
        if any(character.isspace() for character in name_or_sparql.strip()):
            return self.sparql(name_or_sparql)
        found = self._find(name_or_sparql)
        if found.graph == "cases" and not self.has_cases:
            return self.with_examples().query(found.id, **parameters)
        if found.endpoint:
            raise QueryError(found.id, f"asks {found.endpoint}; run it with query_online (--online)")
        if found.needs and not self._is_linked(found.needs):
            raise NotLinkedError(found.id, found.needs)
        kind = "closed" if found.graph == "cases" else found.graph
        return self._ask(kind, self.bound(found.id, **parameters), name=found.id)

    @property
    def has_cases(self) -> bool:
        """Whether the graph has cases of its own: that came with `with_cases`, or that were pushed where it is kept."""
        return bool(self.cases) or len(self._kept_cases) > 0

    @cached_property
    def _kept_cases(self) -> Graph:
        """The names of the cases that are kept in the backend, none of their facts."""
        graph = Graph()
        if self._backend is not None and self._backend.has_cases:
            found = self._ask("closed", f"SELECT DISTINCT ?case WHERE {{ ?case a <{STS.PatientCase}> }}")
            for (case,) in found if isinstance(found, Table) else ():
                graph.add((URIRef(str(case)), RDF.type, STS.PatientCase))
        return graph

    def _is_linked(self, prefix: str) -> bool:
        """Return whether a slice describes a term of a vocabulary."""
        from sts_kg.rdf import Prefixes

        forms = [form for each in Prefixes.shipped() if each.name == prefix for form in (each.iri, *each.iris)]
        starts = " || ".join(f'STRSTARTS(STR(?term), "{form}")' for form in forms)
        # no ASK, which Virtuoso answers with a table if it has such a filter
        found = self._ask("linked", f"SELECT ?term {{ ?term rdfs:label ?label FILTER({starts}) }} LIMIT 1")
        return isinstance(found, Table) and len(found) > 0

    def query_online(self, name: str, /, **parameters: object) -> Table | bool | Graph:
        """Return the answer to a canned query from the endpoint in its header. No other method contacts it.

        Raises
        ------
        UnknownNameError, ParameterError
            As `query`.
        QueryError
            Its header names no endpoint.
        EndpointError
            There is no usable answer.
        """
        from sts_kg.stores import PROFILES, Endpoint

        found = self._find(name)
        if not found.endpoint:
            raise QueryError(found.id, "names no endpoint; run it with query")
        profile = next((each for each in PROFILES if each in found.endpoint), "generic")
        return Endpoint(found.endpoint, profile=profile).query(self.bound(found.id, **parameters))

    def sparql(self, text: str, *, asserted: bool = False) -> Table | bool | Graph:
        """Return the answer to a SPARQL text on the closed graph with all slices, or on the asserted graph.

        Prefixes that the project knows need no declaration.

        Raises
        ------
        QueryError
            The text is not a SPARQL 1.1 query, or it queries another endpoint (SERVICE).
        """
        slices = self._backend.slices if self._backend is not None else self.session.slices
        return self._ask("asserted" if asserted else "linked" if slices else "closed", text)

    def bound(self, name: str, /, **parameters: object) -> str:
        """Return the SPARQL text of a canned query with its parameters filled in, for any SPARQL tool.

        Raises
        ------
        UnknownNameError, ParameterError
            As `query`.
        """
        found = self._find(name)
        if found.graph == "cases" and not self.has_cases:
            return self.with_examples().bound(found.id, **parameters)
        kept = self._kept_cases
        entities = Entities(self.asserted + kept) if len(kept) else self.session.entities
        return found.bind(parameters, entities=entities)

    # --- cases

    def options(
        self,
        cases: CaseSource | Iterable[CaseSource],
        *,
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> Answers:
        """Return, for each case and each of the options, met, not met or undetermined, with what is missing.

        A case whose facts contradict each other has the status `contradictory` for every option, and its error is in
        `contradictions`; the other cases are answered.

        Parameters
        ----------
        cases : path, Case or mapping, or several of them
            A file may hold many cases.
        on_error : callable, optional
            Called with the error of each source that cannot be read; the other sources are still answered.

        Raises
        ------
        CaseError, ParseError
            A case cannot be read, and `on_error` is not given.
        """
        read = self._read(cases, on_error)
        return Session(self.guideline, read).answers()

    def explain(
        self, cases: CaseSource, option: str, *, case: str | None = None, page: str | Path | None = None
    ) -> Explanation:
        """Return why an option has its status for a case: known, not needed, to ask, source, interpretation.

        `case` selects one of several by its id; `page` is the source page, to quote it.

        Raises
        ------
        UnknownNameError
            There is no such option or case.
        InconsistentError
            The facts of the case contradict each other, so an answer would mean nothing.
        """
        chosen = find_option(option, self.guideline.conditions)
        one = find_case(self._read(cases), case)
        return Session(self.guideline, (one,)).explain(one, chosen, self.guideline.texts(page))

    def questions(
        self,
        cases: CaseSource | Iterable[CaseSource],
        *,
        case: str | None = None,
        on_error: Callable[[InconsistentError], None] | None = None,
    ) -> dict[str, tuple[Question, ...]]:
        """Return the open questions by case: what others rest on first, then what most options wait for.

        `case` selects one of several by its id. `on_error` is called with the error of each case that contradicts
        itself, which is then left out.

        Raises
        ------
        UnknownNameError
            There is no such case.
        InconsistentError
            The facts of a case contradict each other, and `on_error` is not given.
        """
        read = self._read(cases)
        session = Session(self.guideline, read if case is None else (find_case(read, case),))
        found = {}
        for one in session.cases:
            try:
                found[one.id] = questions(session.answers_of(one), self.guideline)
            except InconsistentError as error:
                if on_error is None:
                    raise
                on_error(error)
        return found

    def what_if(
        self, cases: CaseSource, findings: Mapping[str, bool | None] | str, *, case: str | None = None
    ) -> tuple[Change, ...]:
        """Return which options would change if some findings of a case were different; the result is hypothetical.

        `findings` maps names to True, False or None (unknown), or names a possible transition (`transition-S21`).

        Raises
        ------
        UnknownNameError
            There is no such finding, transition or case.
        InconsistentError
            The facts, before or after the change, contradict each other.
        """
        one = find_case(self._read(cases), case)
        return what_if(self.guideline, one, supposed(findings, self.guideline))

    # --- the guideline

    def review(self, *, page: str | Path | None = None) -> Sheet:
        """Return the review sheet: every decision for a clinician to judge, with what changes by its other readings.

        `page` is the source page, to quote its sentences. `write` makes a file of it: a page, Markdown, or the form
        that `with_verdicts` reads once it is filled in.

        Raises
        ------
        ParseError, SourceError
            The page cannot be read, or is not the one that was modelled.
        ReadingError
            This graph is by a reading that was not chosen.
        """
        return sheet(self.session, self.guideline.texts(page))

    def check(self, *, page: str | Path | None = None) -> Report:
        """Return the report of the quality gates on the ontology and the queries, and on the page if available."""
        from sts_kg.quality import report

        return report(self.guideline, canned_folder=queries_folder(), page=source_page(page))

    def sources(self, name: str | None = None, *, page: str | Path | None = None) -> tuple[Segment, ...]:
        """Return all segments of the source in reading order, or the one with an id; with text if the page is given."""
        return self.guideline.segments(page) if name is None else (self.guideline.segment(name, page),)

    def source_diff(self, old: str | Path, new: str | Path) -> SourceDiff:
        """Return what a new version of the source page changes: its segments, and what in the graph rests on them.

        `old` is the page that was modelled. The answers are those for the example cases; nothing is written.

        Raises
        ------
        ParseError
            A page cannot be read, or the new one is not UTF-8 or has no text.
        SourceError
            The old page is not the one that was modelled.
        """
        return source_diff(self.session, old, new)

    def export(self, path: str | Path, *, inferred: bool = False, kinds: Sequence[str] = ()) -> int:
        """Write the graph in the syntax of the file ending, and return the number of triples.

        `.trig` and `.nq` keep each module, the cases and what is inferred in graphs of their own.

        Parameters
        ----------
        path : str or Path
            FILE.(ttl|nt|rdf|jsonld|trig|nq), also with .gz.
        inferred : bool
            Whether to also write the inferred triples.
        kinds : sequence of str, optional
            The kinds of graphs to write instead of asserted (and inferred): see `named_graphs`.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        ParseError, OSError
            The ending is unknown, or the file cannot be written; nothing is left behind.
        """
        named = self.named_graphs(*(kinds or ("asserted", *(["inferred"] if inferred else []))))
        if syntax_of(path) in ("trig", "nquads"):
            write(named, path)
            return sum(map(len, named.values()))
        merged = sum(named.values(), start=Graph())
        write(merged, path)
        return len(merged)

    def push(
        self,
        target: str | Path,
        *,
        kinds: Sequence[str] = ("asserted", "inferred"),
        linked: str | Path | None = None,
        replace: bool = False,
        update: str | None = None,
        graph_store: str | None = None,
        progress: PushProgress | None = None,
    ) -> list[Pushed]:
        """Push the named graphs of some kinds into a SPARQL store, and return one record for each graph.

        Parameters
        ----------
        target : str or Path
            The address for queries, or the folder of an Oxigraph store.
        kinds : sequence of str
            See `named_graphs`. Cases go into a graph of their own.
        linked : path, optional
            A store made by `sts-kg link -o`; its links are pushed instead of those of this graph.
        replace, update, graph_store, progress
            As `sts_kg.stores.push`.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        EndpointError
            The store cannot be reached, read or written, or rejects the graphs.
        """
        from sts_kg.stores import push

        return push(
            self._to_push(kinds, linked),
            target,
            replace=replace,
            update=update,
            graph_store=graph_store,
            scope="ontology",
            progress=progress,
        )

    def verify(
        self, target: str | Path, *, kinds: Sequence[str] = ("asserted", "inferred"), linked: str | Path | None = None
    ) -> list[Verified]:
        """Compare the graphs that `push` would push with those of a store, and return one record for each graph.

        Nothing is written. Parameters and errors are those of `push`.
        """
        from sts_kg.stores import verify

        return verify(self._to_push(kinds, linked), target, scope="ontology")

    def _to_push(self, kinds: Sequence[str], linked: str | Path | None) -> dict[URIRef, Source]:
        from sts_kg.stores import graphs_of_links

        named: dict[URIRef, Source] = {**self.named_graphs(*(kind for kind in kinds if not linked or kind != "links"))}
        if linked is not None:
            named |= graphs_of_links(Path(linked))
        return named

    def named_graphs(self, *kinds: str) -> dict[URIRef, Graph]:
        """Return the graphs of some kinds by name: asserted (modules and cases), inferred, mappings, links.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        """
        for kind in kinds:
            if kind not in KINDS:
                raise UnknownNameError("kind of graph", kind, KINDS)
        session = self.session
        if "mappings" in kinds and not session.mappings:
            from sts_kg.links import graphs_of_mappings

            session = replace(session, mappings=graphs_of_mappings())
        return {name: graph for kind in KINDS if kind in kinds for name, graph in session.named_graphs(kind).items()}

    def mapping_rows(
        self, name: str | None = None, *, prefix: str | None = None, predicate: str | None = None
    ) -> tuple[tuple[MappingSet, MappingRow], ...]:
        """Return the rows of the shipped mapping sets, each with its set: all, or those about one term.

        Parameters
        ----------
        name : str, optional
            One of our terms by name or label, or an external term by CURIE, IRI or code.
        prefix : str, optional
            Only external terms of this vocabulary; upper or lower case and synonyms are accepted.
        predicate : str, optional
            Only this predicate, such as exactMatch.

        Raises
        ------
        UnknownNameError
            There is no such term, prefix or predicate.
        CurieError
            The name is a CURIE with an unknown prefix.
        """
        from sts_kg.links import looked_up, shipped

        return looked_up(shipped(), name, lambda: self.session.entities, prefix=prefix, predicate=predicate)

    def mappings(self, name: str | None = None, *, prefix: str | None = None, predicate: str | None = None) -> Table:
        """Return the rows of `mapping_rows` as a table: subject, predicate, object, label, modifier, set, comment."""
        from sts_kg.links import iri_of

        rows = []
        for each, row in self.mapping_rows(name, prefix=prefix, predicate=predicate):
            cells = (row.object_id, row.object_label, "not" if row.negative else "", each.name, row.comment)
            ends = (URIRef(iri_of(str(one), each.curie_map)) for one in (row.subject_id, row.predicate_id))
            rows.append((*ends, *(Literal(cell) if cell else None for cell in cells)))
        variables = ("subject", "predicate", "object", "label", "modifier", "set", "comment")
        return Table(variables, tuple(rows)).with_labels(self.guideline.labels)

    def link(
        self,
        *sources: str | Path | Endpoint,
        slice: str = "up",
        depth: int = 0,
        seeds: Iterable[str] = (),
        bridge: bool = False,
        progress: Callable[[str, int], None] | None = None,
    ) -> LinkReport:
        """Add slices of external ontologies around our terms to this graph, and report which mappings hold.

        Afterwards the queries of the topic `links` and all SPARQL on this graph include the slices.

        Parameters
        ----------
        sources : path, URL or Endpoint
            A file in any RDF syntax, OWL functional syntax, OWL/XML or OBO, also with `.gz` or `.zst`. From a SPARQL
            endpoint, what it knows about the mapped terms.
        slice, depth, seeds, bridge, progress
            As `sts_kg.links.link`.

        Raises
        ------
        ParseError
            A source cannot be read.
        EndpointError
            A URL or an endpoint gives no usable answer.
        UnknownNameError
            There is no such slice.
        """
        from sts_kg.links import graphs_of_mappings, link, merged_slices

        session, ours = self.session, self.guideline.asserted
        report = link(sources, ours, slice=slice, depth=depth, seeds=seeds, bridge=bridge, progress=progress)
        slices = merged_slices(session.slices, report.graphs)
        self._session = replace(session, slices=slices, mappings=session.mappings or graphs_of_mappings())
        self._backend = None
        self.__dict__.pop("_kept_cases", None)
        return report

    def _read(
        self,
        cases: CaseSource | Iterable[CaseSource],
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> tuple[Case, ...]:
        return read_cases(cases, self.guideline.vocabulary, on_error=on_error)


def load(
    ontology: str | Path | None = None, *, engine: str = "columns", store: str | Path | None = None
) -> KnowledgeGraph:
    """Return the knowledge graph of the shipped ontology, or of another folder of the same layout.

    The closure is computed when first needed, by our own engine or by owlrl, the slow reference. With `store`, the
    graph stays in an Oxigraph folder that `sts-kg link -o` or `sts-kg push --store` made: nothing is loaded, and
    queries run there.

    Raises
    ------
    ParseError
        A module of the ontology is missing or cannot be read.
    EndpointError
        There is no such store, or another process uses it.
    """
    if store is not None:
        from sts_kg.stores import FolderBackend

        return KnowledgeGraph(backend=FolderBackend(Path(store)))
    return KnowledgeGraph(Session(Guideline(ontology, engine=engine)))


def connect(url: str, *, profile: str = "generic", timeout_s: float = 60.0) -> KnowledgeGraph:
    """Return the knowledge graph at a SPARQL 1.1 endpoint, where `sts-kg push --endpoint` put it.

    Queries run there. Options and explanations download the ontology once, a few thousand triples. Cases never leave
    this machine; their closure is computed here.

    Raises
    ------
    EndpointError
        The endpoint does not answer, or does not hold the knowledge graph.
    """
    from sts_kg.stores import EndpointBackend

    return KnowledgeGraph(backend=EndpointBackend(url, profile=profile, timeout_s=timeout_s))
