"""The knowledge graph: load it, query it, answer cases with options, explanations and questions, check it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, VOID
from rdflib.term import Node

from sts_kg.cases import (
    Answer,
    Answers,
    Case,
    CaseSource,
    Changes,
    Explanation,
    Questions,
    Session,
    Sheet,
    SourceDiff,
    answers_in_pieces,
    find_case,
    find_option,
    questionnaire,
    questions,
    read_cases,
    sheet,
    source_diff,
    supposed,
    what_if,
)
from sts_kg.errors import (
    ArgumentError,
    CaseError,
    InconsistentError,
    NotLinkedError,
    ParameterError,
    ParseError,
    QueryError,
    UnknownNameError,
)
from sts_kg.guideline import (
    Exported,
    Guideline,
    Segments,
    Verdicts,
    describe,
    export_graphs,
    export_guideline,
    instances,
    queries_folder,
    read_verdicts,
)
from sts_kg.plan import Plan, plan_of
from sts_kg.queries import (
    CannedQuery,
    Elsewhere,
    Entities,
    QueryText,
    at_most,
    check_bounds,
    check_syntax,
    filled,
    find,
    ids,
    known_prefixes,
    read,
    read_all,
    read_own,
    with_labels_beside,
    write_files,
)
from sts_kg.rdf import BASE, CASE, STS, ShownGraph, expand, is_ours, local, of_ntriples, one_triple
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.stores import KINDS
from sts_kg.tables import Literals, Table
from sts_kg.workers import Limits, bytes_of

if TYPE_CHECKING:
    import networkx

    from sts_kg.authoring import Asked, GoldenReport, NewCase, ToDo
    from sts_kg.closure import Closure, Proof
    from sts_kg.cohort import Coded, Cohort, ConceptSets, Partitions
    from sts_kg.display import Picture
    from sts_kg.links import Layers, LinkReport, MappingSet, Proposals
    from sts_kg.links import Mapping as MappingRow
    from sts_kg.quality import Report
    from sts_kg.stores import Backend, Dumped, Endpoint, Pushed, PushProgress, Source, Verified

__all__ = ["KnowledgeGraph", "asking", "connect", "load"]

_SOURCE = OWL.annotatedSource  # the subject of a mapping
_DESCRIBES = "rdfs:label|skos:prefLabel|rdfs:subClassOf|skos:broader"  # a term that is only named has none of them


class KnowledgeGraph(Shown):
    """The ontology, asserted and closed, with or without patient cases; made by `load`.

    It is not itself a Graph, but has some: `asserted` and `graph` are ordinary rdflib Graphs. Only `link` changes it;
    all other methods leave it as it is. Not medical advice.
    """

    def __init__(
        self,
        session: Session | None = None,
        *,
        backend: Backend | None = None,
        own: Mapping[str, CannedQuery] | None = None,
    ) -> None:
        self._session, self._backend, self._own = session, backend, own or {}
        self._kept_layers: Layers | None = None

    def __repr__(self) -> str:
        if self._session is None and self._backend is not None:
            return f"<KnowledgeGraph: kept elsewhere, {counted(len(self._backend.names), 'named graph')}>"
        return f"<KnowledgeGraph: {self.guideline.name}, {counted(len(self.cases), 'case')}>"

    @property
    def summary(self) -> dict[str, int]:
        """What there is, counted; nothing is reasoned or read for it, so what is not known yet is not in it.

        The keys are asserted and inferred triples, options, drugs, findings, segments, decisions (of all guidelines in
        the graph), queries, cases, linked slices and mapping sets. Of a graph that is kept elsewhere and not read yet, only the last two and the
        named graphs.
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

    def _like_this(self, session: Session) -> KnowledgeGraph:
        return KnowledgeGraph(session, own=self._own)

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
        """The guideline that answers for cases: its modules, conditions, vocabulary and segments."""
        return self.session.guideline

    @property
    def guidelines(self) -> tuple[Guideline, ...]:
        """All guidelines in the graph; the first answers for cases."""
        return self.session.guidelines

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
    def inferred(self) -> ShownGraph:
        """The inferred triples, without trivial ones, as an rdflib Graph; disjoint from `asserted`.

        Raises
        ------
        InconsistentError
            The ontology or a case contradicts itself.
        """
        graph = self.closure.inferred
        graph.labels = _Labels(self.session)
        return graph

    @property
    def graph(self) -> ShownGraph:
        """Asserted and inferred triples as one rdflib Graph, on an Oxigraph store for fast SPARQL."""
        return self.session.graph

    @property
    def plan(self) -> Plan:
        """The conditions, implications, rules and marks as data, with a digest: what answers many cases at once."""
        return plan_of(self.guideline)

    @property
    def footer(self) -> str:
        """What ends every answer: disclaimer, version, and the digest of the source; a line for each guideline."""
        return "\n".join(each.footer for each in self.guidelines)

    def proof(self, triple: str | tuple[Node, Node, Node]) -> Proof:
        """Return the proof of a triple: rules and premises, down to asserted triples and the sentences behind them.

        The triple may be a text in Turtle, such as `case:f sts:hasOption sts:option-pazopanib`. What follows only with
        the slices that were linked names the slice of each of their triples.

        Raises
        ------
        NotEntailedError
            The triple is not entailed.
        ParseError
            The text is not one triple.
        """
        return self.session.proof(one_triple(triple) if isinstance(triple, str) else triple)

    def with_cases(self, cases: CaseSource | Iterable[CaseSource]) -> KnowledgeGraph:
        """Return a knowledge graph with these patient cases and the slices of this one, which stays unchanged.

        Raises
        ------
        CaseError, ParseError
            A case cannot be read.
        """
        return self._like_this(replace(self.session, cases=self._read(cases)))

    def with_guideline(self, guideline: str | Path | Guideline) -> KnowledgeGraph:
        """Return a knowledge graph with one more guideline, which answers for cases; queries ask all of them.

        Its terms are in a namespace and under a prefix of its own, so nothing collides; one with the same IRI takes the
        place of the other. Cases of this graph are left out, since their words are those of another guideline.

        Parameters
        ----------
        guideline : path or Guideline
            The folder of a guideline (see `docs/authoring.md`).

        Raises
        ------
        ParseError
            It cannot be read, or has the namespace or the prefix of a guideline that is in this graph.
        InconsistentError
            The closure, when it is first needed: the guidelines contradict each other.
        """
        added = guideline if isinstance(guideline, Guideline) else Guideline(guideline, engine=self.guideline.engine)
        others = tuple(each for each in self.guidelines if each.iri != added.iri)
        for other in others:
            if added.base == other.base or added.prefix == other.prefix:
                reason = f"has the namespace or the prefix of {other.name}, {other.prefix}: <{other.base}>"
                raise ParseError(f"{reason}; each guideline needs its own", path=added.folder)
        return self._like_this(replace(self.session, guideline=added, beside=others, cases=()))

    def with_examples(self) -> KnowledgeGraph:
        """Return a knowledge graph with the fictional cases of its guideline: a to m, or golden cases.

        Golden cases that are expected to contradict themselves are left out.
        """
        return self._like_this(self.session.examples)

    def with_verdicts(self, verdicts: Verdicts | str | Path | Iterable[str | Path]) -> KnowledgeGraph:
        """Return a knowledge graph with the verdicts of reviewers; answers then say where they have been reviewed.

        `verdicts` are filled-in forms (CSV files; `review` writes an empty one), or what `read_verdicts` returned.

        Raises
        ------
        ParseError
            A form cannot be read, or a cell is not what is expected.
        """
        read = verdicts if isinstance(verdicts, Verdicts) else read_verdicts(verdicts, self.guideline)
        return self._like_this(replace(self.session, guideline=self.guideline.with_verdicts(read)))

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
        return self._like_this(replace(self.session, guideline=self.guideline.under(reading)))

    def with_alignments(self, *names: str) -> KnowledgeGraph:
        """Return a knowledge graph with alignments: axioms that put our terms under those of an outside ontology.

        Parameters
        ----------
        *names : str
            `bfo`, `fhir`, `maxo` or `prov`: the files of `ontology/alignments`.

        Raises
        ------
        UnknownNameError
            There is no such alignment.

        Examples
        --------
        >>> from sts_kg import load
        >>> kg = load().with_alignments("maxo").with_examples()
        >>> kg.query("SELECT DISTINCT ?case { ?case sts:hadCourse/a obo:MAXO_0000646 }").curies()
        (('case:f',),)
        """
        return self._like_this(replace(self.session, guideline=self.guideline.with_alignments(*names)))

    def with_mappings(self, *sources: MappingSet | str | Path) -> KnowledgeGraph:
        """Return a knowledge graph with mapping sets of one's own above those of this one, the last one uppermost.

        Codes that they map to our terms, or exactly to external terms that ours match exactly, then name our terms in
        parameters, and queries of the mappings, `link`, `codes`, `export` and `push` have them. A match that any set
        denies does not hold; `mapping_conflicts` has what does not.

        Parameters
        ----------
        *sources : path or MappingSet
            Files in SSSOM: a table, JSON or RDF.

        Raises
        ------
        ParseError
            A file cannot be read, or a set has an error, or two have one id.
        """
        from sts_kg.links import Layers, read_layers

        read = read_layers(sources, set(self.session.ontology.subjects()))
        layers = Layers.over_shipped((*self.layers.own, *read))
        return self._like_this(replace(self.session, mappings=_Sets(layers)))

    @property
    def layers(self) -> Layers:
        """The mapping sets of this graph, those that are kept in a store among them."""
        kept = self.session.mappings
        if isinstance(kept, _Sets):
            return kept.layers
        if self._kept_layers is None:
            from sts_kg.links import Layers

            self._kept_layers = Layers.kept(kept)
        return self._kept_layers

    # --- queries

    @cached_property
    def canned(self) -> dict[str, CannedQuery]:
        """The canned queries by id, `topic/name`, with those of one's own, without the checks of `queries/check/`."""
        found = {**read_all(queries_folder()), **self._own}
        return {name: self._fitted(each) for name, each in sorted(found.items()) if each.topic != "check"}

    def _find(self, name: str) -> CannedQuery:
        if "canned" not in self.__dict__ and not name.startswith("check/"):
            if found := self._own.get(name) or read(queries_folder(), name):  # one file instead of all
                return self._fitted(found)
        return find(name, self.canned)

    def _fitted(self, query: CannedQuery) -> CannedQuery:
        """Return a query whose defaults are fictional cases of this graph, if its own are those of another one."""
        about = [each for each in query.parameters if each.entity_class == STS.PatientCase and each.default]
        cases = [str(case.iri) for case in self.cases]
        if not cases or all(each.default in cases for each in about) or self.cases != self.session.examples.cases:
            return query
        fitting = {each.name: replace(each, default=case) for each, case in zip(about, cases, strict=False)}
        return replace(query, parameters=tuple(fitting.get(each.name, each) for each in query.parameters))

    def _ask(
        self,
        kind: str,
        text: str,
        *,
        name: str = "given",
        limits: Limits | None = None,
        max_rows: int | None = None,
    ) -> Table | bool | Graph:
        """Return the answer to a query on the graphs of a kind: asserted, closed or linked."""
        asked = self._backend if self._backend is not None else self.session
        answer = asked.query(kind, text, name=name, limits=limits, max_rows=max_rows)
        if isinstance(answer, Table):
            return replace(answer, labels=self.session.labels, sparql=text)
        if isinstance(answer, ShownGraph):
            answer.sparql = text
            if self._session is not None:  # no ontology is downloaded for its labels alone
                answer.labels = _Labels(self._session)
        return answer

    def queries(self, topic: str | None = None) -> Table:
        """Return the canned queries as a table: id, parameters (optional ones in brackets), question.

        If there are queries of one's own, a fourth column `own` has their files. `Table.notes` names each that is not
        SPARQL, with the error.

        Raises
        ------
        UnknownNameError
            There is no such topic.
        """
        found = [query for query in self.canned.values() if topic in (None, query.topic)]
        if not found:
            raise UnknownNameError("topic", str(topic), sorted({query.topic for query in self.canned.values()}))
        rows = [tuple(map(Literal, (query.id, query.usage, query.description))) for query in found]
        if not self._own:
            return Table(("id", "parameters", "question"), tuple(rows))
        files = [Literal(str(query.file)) if query.file is not None else None for query in found]
        own = tuple((*row, file) for row, file in zip(rows, files, strict=True))
        return Table(("id", "parameters", "question", "own"), own, notes=tuple(_not_sparql(found)))

    def write_queries(
        self,
        folder: str | Path,
        *,
        topic: str | None = None,
        endpoint_graphs: bool = False,
        values: Mapping[str, object] | None = None,
    ) -> list[Path]:
        """Write the canned queries as files for any SPARQL 1.1 engine, and return the files, `topic/name.rq`.

        Each has its header, its parameters bound, its prefixes declared, and says on what it is to be run. A query
        about cases is about the fictional ones if this graph has none.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there. Files that were written before are replaced, others never.
        topic : str, optional
            Only the queries of one topic.
        endpoint_graphs : bool
            Whether the dataset is named by FROM, for a store that `push` filled. Without it, a query is about the
            default graph, and a comment says which files to load there.
        values : mapping of parameter names to values, optional
            Each for all queries that have the parameter; the others take their defaults. An optional parameter without
            value stays a variable, which means any.

        Raises
        ------
        UnknownNameError
            There is no such topic.
        ParameterError
            No query has such a parameter, or the value does not fit.
        ParseError
            A file of another origin has the name of one to be written; nothing is written then.
        OSError
            A file cannot be written.
        """
        chosen = [self.canned[str(name)] for name in self.queries(topic).column("id")]
        graphs = self._graphs_of if endpoint_graphs else None
        return write_files(folder, chosen, self.bound, graphs=graphs, values=values or {})

    def _graphs_of(self, query: CannedQuery) -> list[str]:
        """Return the names of the graphs that a query is about in a store that `push` filled with all kinds."""
        from sts_kg.stores import graphs_of

        if self._backend is not None and self._backend.names:
            names, mappings = set(self._backend.names), self._backend.mappings
        else:
            session = self.session
            modules = (each.graph_name(name) for each in session.guidelines for name in each.quads)
            links = [*session.slices, STS["link/inferred"]] if session.slices else []
            names, mappings = {*map(str, modules), str(STS.inferred), *map(str, links)}, session.mappings
        if query.graph == "linked":
            names |= set(map(str, mappings or _Sets()))
        cases = {str(STS.cases)}
        names = names | cases if query.graph == "cases" else names if self.has_cases else names - cases
        return graphs_of("closed" if query.graph == "cases" else query.graph, tuple(sorted(names)))

    def query(
        self,
        name_or_sparql: str,
        /,
        *,
        timeout_s: float | None = None,
        memory: int | str | None = None,
        max_rows: int | None = None,
        strict: bool = False,
        on_note: Callable[[str], None] | None = None,
        **parameters: Any,
    ) -> Table | bool | Graph:
        """Return the answer to a canned query by name, or to a SPARQL text: a Table, a bool (ASK) or a Graph.

        A canned query runs on the graph that its header names; on the shipped fictional cases if it is about cases
        and this graph has none. A text with white space is SPARQL, and goes to `sparql`, whose limits, `strict` and
        `on_note` are meant; a query of one's own is searched for the same slips. A parameter that is an entity takes a
        name, label, synonym, CURIE or IRI, of a mapped external term too; if that is not quite the same, `on_note` is
        told, and `Table.notes` has it.

        Raises
        ------
        UnknownNameError
            No canned query has that name.
        ParameterError
            A parameter is missing, unknown, or of the wrong type.
        NotLinkedError
            The query needs the mapping sets or terms of an external vocabulary, and the graph has none.
        QueryError
            The text is not a SPARQL 1.1 query, or it queries another endpoint (SERVICE), or there is something to note
            and it is `strict`.

        Examples
        --------
        >>> load().query("drugs/options-with-drug", drug="ifosfamide").column("option")
        (rdflib.term.URIRef('https://w3id.org/sts-kg/option-doxorubicin-ifosfamide'),)
        """
        if any(character.isspace() for character in name_or_sparql.strip()):
            if parameters:
                raise ParameterError(
                    "given", next(iter(parameters)), "a SPARQL text has no parameters; write the value"
                )
            return self.sparql(
                name_or_sparql,
                timeout_s=timeout_s,
                memory=memory,
                max_rows=max_rows,
                strict=strict,
                on_note=on_note,
            )
        found = self._find(name_or_sparql)
        if found.graph == "cases" and not self.has_cases:
            limited: dict[str, Any] = {"timeout_s": timeout_s, "memory": memory, "max_rows": max_rows}
            return self.with_examples().query(found.id, strict=strict, on_note=on_note, **limited, **parameters)
        if found.endpoint:
            raise QueryError(found.shown, f"asks {found.endpoint}; run it with query_online (--online)")
        for need in found.needs:
            if not self._has(need):
                raise NotLinkedError(found.shown, need)
        kind = "closed" if found.graph == "cases" else found.graph
        if kind == "linked" and "mappings" not in found.needs and found.file is None:
            kind = self._widest  # slices are all that it asks for, and the mapping sets take time to read
        notes: list[str] = []
        text, limits = self._bound(found, parameters, notes.append), _limits(found.shown, timeout_s, memory, max_rows)
        if found.file is not None:
            check_bounds(text)
            notes += self._slips(text, kind)
        if strict and notes:
            raise QueryError(found.shown, "; ".join(notes))
        _tell(notes, on_note)
        answer = self._ask(kind, text, name=found.shown, limits=limits, max_rows=max_rows)
        if found.empty_because and isinstance(answer, Table) and not len(answer):
            notes.append(f"by design: {found.empty_because}")
        return _noted(answer, notes)

    @property
    def holds_ours(self) -> bool:
        """Whether what is asked holds anything of the knowledge graph: an endpoint of somebody else does not."""
        return self._backend is None or self._backend.holds_ours

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

    def _has(self, need: str) -> bool:
        """Return whether there are mapping sets, if the need is `mappings`; else a slice: any, or of a vocabulary."""
        from sts_kg.rdf import Prefixes

        # only mapping sets say of a term of ours that it is exactly one of others
        kind, pattern, forms = "linked", "?term skos:exactMatch ?external", [BASE]
        if need != "mappings":  # a slice has a name, by which a query asks it
            kind, pattern = self._widest, f"?graph a <{VOID.Dataset}> GRAPH ?graph {{ ?term {_DESCRIBES} ?value }}"
            forms = [form for each in Prefixes.shipped() if each.name == need for form in (each.iri, *each.iris)]
        starts = " || ".join(f'STRSTARTS(STR(?term), "{form}")' for form in forms) or str(need == "links").lower()
        # no ASK, which Virtuoso answers with a table if it has such a filter
        found = self._ask(kind, f"SELECT ?term {{ {pattern} FILTER({starts}) }} LIMIT 1")
        return isinstance(found, Table) and len(found) > 0

    def query_online(
        self,
        name: str,
        /,
        *,
        endpoint: str | None = None,
        timeout_s: float | None = None,
        max_rows: int | None = None,
        strict: bool = False,
        on_note: Callable[[str], None] | None = None,
        **parameters: object,
    ) -> Table | bool | Graph:
        """Return the answer to a canned query from the endpoint in its header. No other method contacts it.

        `endpoint` is the URL of another one to ask instead; `timeout_s` and `max_rows` are as for `sparql`, 60 s
        without a limit. `strict` and `on_note` are about parameters, as for `query`; the data of others has no slips.

        Raises
        ------
        UnknownNameError, ParameterError
            As `query`.
        QueryError
            Its header names no endpoint, or there is something to note and it is `strict`.
        EndpointError
            There is no usable answer.
        """
        from sts_kg.stores import PROFILES, Endpoint

        found = self._find(name)
        if not found.endpoint:
            raise QueryError(found.shown, "names no endpoint; run it with query")
        url = endpoint or found.endpoint
        _limits(found.shown, timeout_s, None, max_rows)  # says what is wrong with them
        profile = next((each for each in PROFILES if each in url), "generic")
        asked, notes = Endpoint(url, profile=profile, timeout_s=timeout_s or 60.0), list[str]()
        text = self._bound(found, parameters, notes.append)
        if strict and notes:
            raise QueryError(found.shown, "; ".join(notes))
        _tell(notes, on_note)
        return _noted(at_most(asked.query(text), max_rows, found.shown), notes)

    def sparql(
        self,
        text: str,
        *,
        values: Mapping[str, object] | None = None,
        asserted: bool = False,
        timeout_s: float | None = None,
        memory: int | str | None = None,
        max_rows: int | None = None,
        strict: bool = False,
        on_note: Callable[[str], None] | None = None,
    ) -> Table | bool | Graph:
        """Return the answer to a SPARQL text on the closed graph with all slices, or on the asserted graph.

        Prefixes that the project knows need no declaration. Without a limit there is none: a query may run without
        end. With one, it runs in a process of its own that shares the graph and is stopped.

        Parameters
        ----------
        text : str
            The query.
        values : mapping of names to values, optional
            `?_drug` in the text takes the value of `drug`, as one checked term: an rdflib term, number, truth value,
            date, text, or CURIE. `?_drug_iri` says the type, as in a query file, and takes labels, too; `?__drug` may
            be left out, which means any. Without `values` they are variables.
        asserted : bool
            Whether to ask the asserted graph.
        timeout_s : float, optional
            The most seconds of wall-clock time for the query, without the loading of the graph.
        memory : int or str, optional
            The most memory that the query may add: bytes, or a text such as 500MB or 2GB. Linux only.
        max_rows : int, optional
            The most rows or triples of an answer. A larger one is an error, never cut.
        strict : bool
            Whether a query that likely does not ask what was meant (a misspelt term, a text without the language that
            labels have, a variable that nothing binds) is an error.
        on_note : callable, optional
            Called, before the query runs, with a sentence about each such slip. `Table.notes` has them, too.

        Raises
        ------
        QueryError
            The text is not a SPARQL 1.1 query, or it queries another endpoint (SERVICE), or has a slip and is `strict`;
            or a parameter has no value, or one that does not fit.
        QueryTimeoutError, MemoryLimitError, TooManyRowsError
            The query went beyond a limit.
        ParameterError
            A limit is no size or time, or cannot be enforced on this platform.

        Examples
        --------
        >>> load().sparql("SELECT ?brand { ?_drug sts:brandName ?brand }", values={"drug": "sts:pazopanib"}).curies()
        (('Votrient',),)
        """
        check_bounds(text)
        if values is not None:
            made = filled(text, values, lambda: self.entities)
            limits: dict[str, Any] = {"timeout_s": timeout_s, "memory": memory, "max_rows": max_rows}
            try:
                return self.sparql(made.text, asserted=asserted, strict=strict, on_note=on_note, **limits)
            except QueryError as error:
                raise made.as_written(error) from None
        kind = "asserted" if asserted else self._widest
        notes = self._slips(text, kind)
        if strict and notes:
            raise QueryError("given", "; ".join(notes))
        _tell(notes, on_note)
        answer = self._ask(kind, text, limits=_limits("given", timeout_s, memory, max_rows), max_rows=max_rows)
        return _noted(answer, notes)

    def _slips(self, text: str, kind: str) -> list[str]:
        """Return what there is to say of a query that somebody wrote, beside the graphs of a kind."""
        from sts_kg.quality import slips

        notes = [f"{prefix}: was declared for you, as <{iri}>" for prefix, iri in known_prefixes(text).items()]
        if self._backend is not None:
            graphs: Sequence[str] = self._backend.names
        else:  # in memory only slices have names
            graphs = [str(name) for name in self.session.slices] if kind == "linked" else []
        if self._backend is None or self._backend.is_ours:
            ask, cases = partial(self._ask, kind), self.has_cases
            notes += slips(text, self.asserted, ask=ask, graphs=graphs, has_cases=cases)
        elif not self.holds_ours and str(STS) in QueryText(text).declared:
            notes.append("the endpoint holds nothing of the knowledge graph; sts-kg push --endpoint fills it")
        elif kind == "asserted" and self.holds_ours:
            notes.append("asserted and inferred triples cannot be told apart there")
        return notes

    @property
    def _widest(self) -> str:
        """The kind of graph with all that there is."""
        slices = self._backend.slices if self._backend is not None else self.session.slices
        return "linked" if slices else "closed"

    def labelled(self, table: Table, *, timeout_s: float | None = None, memory: int | str | None = None) -> Table:
        """Return a table with a column of labels beside each column of IRIs: `drugLabel` beside `drug`.

        They are the rdfs:label or skos:prefLabel of the IRIs in this graph, in English, without language, or in the
        first other language. The limits are those of `query`, for each request for the labels of 500 IRIs.
        """
        if not self.has_cases and any(str(term).startswith(CASE) for row in table for term in row):
            return self.with_examples().labelled(table, timeout_s=timeout_s, memory=memory)
        limits = _limits("for labels", timeout_s, memory, None)
        return with_labels_beside(table, partial(self._ask, self._widest, name="for labels", limits=limits))

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
        return self._bound(found, parameters)

    def _bound(
        self, query: CannedQuery, values: Mapping[str, object], on_note: Callable[[str], None] | None = None
    ) -> str:
        entities = self.entities.telling(on_note)
        if (
            query.file is None
        ):  # our graphs have one form of the IRI of each term; of a query of one's own we know nothing
            entities = entities.with_standard(_standard)
        return query.bind(values, entities=entities)

    @cached_property
    def entities(self) -> Entities:
        """The named things of this graph, as parameters of queries name them: members of classes, and their labels.

        Examples
        --------
        >>> kg = load()
        >>> kg.entities.resolve("Votrient", kg.canned["drugs/options-with-drug"].parameters[0].entity_class)
        rdflib.term.URIRef('https://w3id.org/sts-kg/pazopanib')
        """

        def elsewhere(text: str) -> Elsewhere:
            from sts_kg.links import named_elsewhere

            return named_elsewhere(text, self.layers)

        kept = self._kept_cases
        return Entities(
            self.asserted + kept if len(kept) else self.asserted,
            elsewhere=elsewhere,
            outside=lambda text: self.layers.iri(text),
        )

    def to_networkx(self, graph: Graph | None = None, *, literals: Literals = "attributes") -> networkx.MultiDiGraph:
        """Return a graph, by default asserted and inferred triples, as a networkx MultiDiGraph with labels of ours.

        Nodes are terms, and predicates the keys of edges. A node has `label`, `kind` and `types`, and the literals of a
        subject are its attributes; `literals="nodes"` makes each a node of its own: see `sts_kg.tables.as_networkx`.

        Raises
        ------
        UnknownNameError
            There is no such way to put literals.
        MissingLibraryError
            networkx is not installed.

        Examples
        --------
        >>> kg = load()
        >>> network = kg.to_networkx(kg.query("CONSTRUCT WHERE { ?brand sts:brandOf ?drug }"))
        >>> sorted(network.nodes[drug]["label"] for drug in network if network.in_degree(drug))
        ['doxorubicin', 'ifosfamide', 'pazopanib']
        """
        from sts_kg.tables import as_networkx

        return as_networkx(self.graph if graph is None else graph, self.session.labels, literals=literals)

    # --- pictures

    def picture(self, about: str | URIRef | Proof | Explanation | Graph, depth: int = 1) -> Picture:
        """Return a picture of what stands beside a term, of a proof, of an explanation, or of a graph.

        Parameters
        ----------
        about : str, URIRef, Proof, Explanation or Graph
            A term by IRI, CURIE, local name or label; or what `proof`, `explain` or a CONSTRUCT query returned.
        depth : int
            How many statements away from the term what is drawn may be.

        Raises
        ------
        UnknownNameError
            Nothing has the name, or more than one thing has, or no triple holds the IRI.
        ArgumentError
            `depth` is no whole number from 1 on.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().picture("sts:option-pazopanib")
        <Picture: What stands beside pazopanib; 10 nodes, 9 edges>
        """
        from sts_kg.closure import Proof
        from sts_kg.display import picture_of_condition, picture_of_graph, picture_of_proof, picture_of_term

        if isinstance(about, Proof):
            return picture_of_proof(about, self.asserted)
        if isinstance(about, Explanation):
            return picture_of_condition(self.guideline, about.answer.option, about.answer)
        if isinstance(about, Graph):
            return picture_of_graph(about, self.asserted)
        if not isinstance(about, str):
            reason = "a name, an IRI, a Proof, an Explanation or a Graph was expected"
            raise ArgumentError("picture", "about", f"{reason}, and not a {type(about).__name__}")
        if not isinstance(depth, int) or isinstance(depth, bool) or depth < 1:
            raise ArgumentError("picture", "depth", "a whole number from 1 on was expected", value=depth)
        return picture_of_term(self.asserted, self.inferred, self._term(about), depth)

    def _term(self, about: str | URIRef) -> URIRef:
        """Return the term of a name that the graph speaks of.

        Raises
        ------
        UnknownNameError
            Nothing has the name, more than one thing has, or no triple holds the IRI.
        """
        term = about if isinstance(about, URIRef) else self.entities.resolve(about)
        graphs = self.asserted, self.inferred
        if not any((term, None, None) in graph or (None, None, term) in graph for graph in graphs):
            raise UnknownNameError("term", str(about), [local(str(each)) for each in self.session.labels])
        return term

    def pathway(self, cases: CaseSource | None = None, *, case: str | None = None) -> Picture:
        """Return a picture of the options in the order of the source, by modality, with what comes after what.

        With a case, each option has its status in words and colours. `case` selects one of several by its id.

        Raises
        ------
        UnknownNameError
            There is no such case.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().pathway("example:f").title
        'What the page says may be offered, for case f'
        """
        from sts_kg.display import picture_of_pathway

        if cases is None:
            return picture_of_pathway(self.guideline)
        answers = self._answers_of_one(cases, case)
        return picture_of_pathway(self.guideline, answers, next(iter(answers.values())).case)

    def hierarchy(self, of: str) -> Picture:
        """Return a picture of the classes above and below one, or of the broader and narrower concepts of one.

        Raises
        ------
        UnknownNameError
            Nothing has the name, or more than one thing has.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().hierarchy("sts:Therapy").title
        'What is above and below therapy'
        """
        from sts_kg.display import picture_of_hierarchy

        return picture_of_hierarchy(self.asserted, self.inferred, self._term(of))

    def condition(self, option: str, cases: CaseSource | None = None, *, case: str | None = None) -> Picture:
        """Return a picture of the condition of an option, as a tree of all-of and any-of.

        With a case, each part has its value in Kleene's logic. `case` selects one of several by its id.

        Raises
        ------
        UnknownNameError
            There is no such option or case.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().condition("pazopanib").title
        'The condition of pazopanib'
        """
        from sts_kg.display import picture_of_condition

        if cases is None:
            guideline = self._guideline_of(option)
            return picture_of_condition(guideline, find_option(option, guideline.conditions))
        chosen = find_option(option, self.guideline.conditions)
        return picture_of_condition(self.guideline, chosen, self._answers_of_one(cases, case)[chosen])

    def _guideline_of(self, name: str) -> Guideline:
        """Return the guideline of a term that is named by its CURIE or IRI; the one that answers, of another name."""
        return self.session.guideline_of(expand(name)) if ":" in name else self.guideline

    def _answers_of_one(self, cases: CaseSource, case: str | None) -> dict[URIRef, Answer]:
        """Return the answers for one case, by option."""
        one = find_case(self._read(cases), case)
        return {answer.option: answer for answer in Session(self.guideline, (one,)).answers()}

    def explore(self, about: str | URIRef | None = None) -> Any:
        """Return a widget that shows a term with its neighbours, and adds those of each term that is clicked.

        It finds terms by name, keeps their places, and runs in JupyterLab, VS Code and others that know anywidget,
        without a request to any server. Where none runs, as in exported HTML, it shows a still form. A view has at most
        120 terms, 24 more with each click, and says what it leaves out.

        Parameters
        ----------
        about : str or URIRef, optional
            Where to begin: a label, name, CURIE or IRI; without it, the options.

        Raises
        ------
        UnknownNameError
            There is no such term.
        MissingLibraryError
            anywidget is not installed.

        Examples
        --------
        >>> load().explore("pazopanib")
        <Explorer around pazopanib: 7 terms, 6 relations>
        """
        from sts_kg.display import Neighbours, explorer

        neighbours = Neighbours(self.asserted, self.inferred, self.session.labels)
        term = STS.TreatmentOption if about is None else self._term(about)
        return explorer(neighbours, term, self.picture(term))

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

    def iter_options(
        self,
        cases: CaseSource | Iterable[CaseSource],
        *,
        on_error: Callable[[CaseError | ParseError], None] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[Answers]:
        """Yield what `options` returns in pieces, each for the next cases, so that memory stays flat.

        All sources are read through for errors before this returns. Of a large CSV file only the ids of its cases are
        kept, and it is read again as pieces are taken; the cases of other files are held. `on_progress` is called
        before each piece with the number of cases that are answered with it, and of all.

        Raises
        ------
        CaseError, ParseError
            As `options`; and, while pieces are taken, a file was changed since.

        Examples
        --------
        >>> from sts_kg import load
        >>> pieces = load().iter_options(["example:a", "example:b"])
        >>> sum(answer.status == "met" for piece in pieces for answer in piece)
        14
        """
        return answers_in_pieces(self.guideline, cases, on_error=on_error, on_progress=on_progress)

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
    ) -> Questions:
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
        return Questions(found, self.guideline.footer)

    def cohort(
        self,
        patients: Any,
        *,
        courses: Any = None,
        growth: Any = None,
        no_growth: Any = None,
        connection: Any = None,
        min_cell: int = 11,
        on_progress: Callable[[int], None] | None = None,
    ) -> Cohort:
        """Return the cohort of the patients of a table: counts, questions, and answers for each.

        A table is a path (`.csv`, `.parquet`), a frame of pandas or polars, anything with an Arrow stream, or, with
        `connection`, the name of a table there. Files in CSV are read here, all else by DuckDB. A folder has
        `patients.csv` or `.parquet`, and the tables beside it by their names. For codes, `patients` is an `Omop` or a
        `Codes` (`sts_kg.cohort`) about tables that the connection knows.

        Parameters
        ----------
        patients : table, Omop or Codes
            A row a patient: `case`, a column a finding (yes, no or empty; 1, 0), and `as_of`, `history_complete`,
            `declines` and numbers such as `tumour_count`, if they are known.
        courses, growth, no_growth : table, optional
            Rows beside them by `case`: courses of treatment, dates of growth, and times without growth.
        connection : duckdb.DuckDBPyConnection, optional
            A connection to DuckDB that knows the tables, also those of a database that it attaches.
        min_cell : int
            Counts below it are hidden, and so are those from which a hidden one could be computed; 1 shows all.
        on_progress : callable, optional
            Called with the number of patients that have been read.

        Raises
        ------
        CaseError
            A table has a column twice, without a name or unknown, or no column `case`.
        ParseError
            A table cannot be read.
        ArgumentError
            `min_cell` is no threshold.
        MissingLibraryError
            DuckDB is needed and not installed.
        """
        from sts_kg.cohort import open_cohort

        return open_cohort(
            self.guideline,
            patients,
            courses=courses,
            growth=growth,
            no_growth=no_growth,
            connection=connection,
            min_cell=min_cell,
            on_progress=on_progress,
        )

    def cohort_of_parts(
        self,
        parts: Sequence[str | Path],
        *,
        kept: str | Path | None = None,
        min_cell: int = 11,
        on_progress: Callable[[int], None] | None = None,
    ) -> Partitions:
        """Return the sums over a cohort in parts, such as one a month; parts that have not changed are not read again.

        Parameters
        ----------
        parts : sequence of path
            Folders, each with `patients.csv` or `.parquet` and the tables beside it, or files of patients; a patient
            is in one of them only.
        kept : path, optional
            A folder in which the sums of each part stay, by the digests of its tables and of the plan. They have no row
            of a patient, but small counts are not hidden there.
        min_cell, on_progress
            As in `cohort`.

        Raises
        ------
        CaseError
            A table cannot be used, or a patient is in two of the parts that are read.
        ParseError
            A folder has no table of patients, or a table cannot be read.
        ArgumentError
            `min_cell` is no threshold, or a part is named twice.
        """
        from sts_kg.cohort import open_partitions

        return open_partitions(self.guideline, parts, kept=kept, min_cell=min_cell, on_progress=on_progress)

    def sql(self, dialect: str, what: str, *, table: str | Coded, **asked: Any) -> str:
        """Return the SQL text by which a site answers for its own patients where they are: `sts_kg.cohort.sql_of`.

        `asked` are the other tables, the columns that they have, and what else is asked for, as that function has them.
        For codes, `table` is an `Omop` or a `Codes` (`sts_kg.cohort`); the text then makes the cases and courses, too.

        Raises
        ------
        UnknownNameError
            There is no such dialect, question, option, column or kind of column.
        ArgumentError
            A column is there twice or does not fit, a table lacks what it needs, or an option or date is missing.
        """
        from sts_kg.cohort import sql_of

        if isinstance(table, str):
            return sql_of(self.plan, dialect, what, table=table, **asked)
        made: dict[str, Any] = {"table": "cases", "courses": "courses", "columns": table.columns, "checked": True}
        return table.around(sql_of(self.plan, dialect, what, **made | asked), dialect)

    def what_if(
        self, cases: CaseSource, findings: Mapping[str, bool | str | None] | str, *, case: str | None = None
    ) -> Changes:
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

    # --- for the author of a guideline

    def test(
        self,
        path: str | Path,
        *,
        engines: Iterable[str] = ("closure", "bits", "sql"),
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> GoldenReport:
        """Return what golden cases expect, beside what the closure, the bits of the plan and its SQL in SQLite say.

        A golden case is a case file in YAML or JSON with the key `expected`. An engine that cannot take a case is named
        in the report, with the reason.

        Parameters
        ----------
        path : path
            A case file, or a folder of them; a folder in which there is a folder `cases` stands for that, and
            `example:NAME` for that of a fictional guideline.
        engines : iterable of str
            Some of `closure`, `bits` and `sql`.
        on_error : callable, optional
            Called with the error of each file that cannot be read and each case that expects nothing; the others are
            run.

        Raises
        ------
        CaseError, ParseError
            A case cannot be read, or expects nothing, and `on_error` is not given; or a folder has no case file.
        UnknownNameError
            There is no such engine, or none is named.
        """
        from sts_kg.authoring import run_golden

        return run_golden(self.guideline, path, engines, on_error=on_error)

    def new_case(
        self,
        answers: Asked | Iterable[bool | str | None],
        *,
        id: str = "new-case",
        label: str = "",
        expected: bool = True,
    ) -> NewCase:
        """Return the case that answers to the questions of the guideline make, with the text of its file.

        Parameters
        ----------
        answers : callable, or iterable
            What answers each `Question`, in the order of `questions`: True or yes, False or no, None or unknown; quit,
            and the end of an iterable, end it.
        id, label : str
            Those of the case.
        expected : bool
            Whether the file expects what the conditions come to today, for the author to correct; or nothing.

        Raises
        ------
        ArgumentError
            An answer is none of these, or the id cannot be one.

        Examples
        --------
        >>> from sts_kg import load
        >>> load().new_case(["yes", "no", "unknown"], id="nestling").case
        <Case nestling: 2 findings, 0 courses>
        """
        from sts_kg.authoring import case_of_answers

        return case_of_answers(self.guideline, answers, id=id, label=label, expected=expected)

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

    def questionnaire(self) -> dict[str, object]:
        """Return the findings, and what else a case can say, as a Questionnaire of FHIR R4, in the values of JSON.

        A QuestionnaireResponse to it, in JSON, is a case: wherever a case file can be named, it can be.
        """
        return questionnaire(self.guideline)

    def view_definitions(self) -> dict[str, dict[str, Any]]:
        """Return ViewDefinitions of SQL on FHIR v2 by their names, in the values of JSON: tables of a cohort from FHIR.

        See `sts_kg.cohort.view_definitions`.
        """
        from sts_kg.cohort import view_definitions

        return view_definitions(self.guideline)

    def check(self, *, page: str | Path | None = None) -> Report:
        """Return the report of the quality gates on the ontology and the queries, and on the page if available."""
        from sts_kg.quality import report

        return report(
            self.guideline, canned_folder=queries_folder(), own=self._own.values(), page=self.guideline.page(page)
        )

    def todo(self, *, page: str | Path | None = None) -> ToDo:
        """Return what its author still has to do for the guideline, in the order of work; empty if nothing is left.

        A folder that cannot be read has no knowledge graph: `sts-kg check --guideline DIR` says what is wrong with it.
        """
        from sts_kg.authoring import todo

        return todo(
            self.guideline, canned_folder=queries_folder(), own=self._own.values(), page=self.guideline.page(page)
        )

    def sources(self, name: str | None = None, *, page: str | Path | None = None) -> Segments:
        """Return all segments of the source in reading order, or the one with an id; with text if the page is given."""
        guideline = self.guideline if name is None else self._guideline_of(name)
        return Segments(guideline.segments(page) if name is None else (guideline.segment(name, page),))

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

    def export(
        self,
        path: str | Path,
        *,
        inferred: bool = False,
        mappings: bool = False,
        modules: bool = False,
        kinds: Sequence[str] = (),
        linked: str | Path | None = None,
    ) -> Exported:
        """Write the graph, with its cases, for other tools, and return what was written and what was left out.

        It is one OWL 2 DL ontology, inside OWL 2 RL, with one header. `.trig` and `.nq` have one graph for each kind.
        Of several guidelines it is the one that answers, with what it imports; `kinds` write all.

        Parameters
        ----------
        path : str or Path
            FILE.(ttl|nt|rdf|owl|jsonld|n3|trig|nq), also with .gz.
        inferred : bool
            Whether to also write what OWL 2 RL infers, as far as it is axioms about named things.
        mappings : bool
            Whether to also write the matches with external terms, as annotated axioms.
        modules : bool
            Whether the modules stay apart: in a folder, `path`, with the catalogue by which Protégé finds them, or in
            the graphs of a `.trig` or `.nq` file.
        kinds : sequence of str, optional
            Instead: the named graphs of these kinds as a store holds them, with nothing left out; see `named_graphs`.
        linked : path, optional
            With `kinds`: a store made by `sts-kg link -o`, whose links are written instead of those of this graph.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        EndpointError
            There is no such store, or another process uses it.
        ParseError, OSError
            The ending is unknown, the folder is not empty, or it cannot be written; nothing is left behind.
        """
        if kinds:
            named = {kind: self.named_graphs(kind) for kind in kinds if linked is None or kind != "links"}
            if linked is not None:
                from sts_kg.stores import graphs_of_links

                named["links"] = {name: of_ntriples(lines) for name, lines in graphs_of_links(Path(linked)).items()}
            kind_of = {name: kind for kind, graphs in named.items() for name in graphs}
            return export_graphs({name: graphs[name] for graphs in named.values() for name in graphs}, kind_of, path)
        session = replace(self.session, beside=()) if self.session.beside else self.session
        sets = self.named_graphs("mappings") if mappings else {}
        ours = {*session.ontology.subjects()}
        about = {name: graph for name, graph in sets.items() if not _is_about_others(graph, ours)}
        done = export_guideline(
            session.guideline,
            path,
            inferred=session.closure.inferred if inferred else None,
            cases=session.facts + session.by_readings if session.cases else None,
            mappings={str(name).removeprefix(f"{BASE}mappings/"): graph for name, graph in about.items()},
            modules=modules,
        )
        others = len(self.session.ontology) - len(session.ontology)
        others += sum(len(graph) for name, graph in sets.items() if name not in about)
        left_out = {f"of other guidelines, which --graphs {KINDS[0]} writes": others}
        return replace(done, left_out={**done.left_out, **left_out}) if others else done

    def describe(self, vocabulary: str, files: Iterable[str | Path] = ()) -> Graph:
        """Return a description of the data set: `void`, `dcat` or `schema` (schema.org), with exported files if given.

        Raises
        ------
        UnknownNameError
            There is no such vocabulary.
        ParseError
            A file cannot be read, or is not RDF by its ending.
        """
        return describe(self.guideline, vocabulary, files)

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

        The store's other graphs under our base are `not compared`. Nothing is written. Parameters and errors are those
        of `push`.
        """
        from sts_kg.stores import verify

        return verify(self._to_push(kinds, linked), target, base=BASE, scope="ontology")

    def dump(
        self, folder: str | Path, *, kinds: Sequence[str] = ("asserted", "inferred"), linked: str | Path | None = None
    ) -> list[Dumped]:
        """Write the graphs that `push` would push as files for the bulk loader of a store; `verify` compares then.

        Parameters
        ----------
        folder : str or Path
            A new folder, for files of N-Quads, `manifest.json`, and a script for the loader of each store.
        kinds, linked
            As for `push`.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        ParseError
            The folder is there and not empty.
        OSError
            The folder cannot be written.
        """
        from sts_kg.stores import dump

        return dump(self._to_push(kinds, linked), folder, scope="ontology")

    def _to_push(self, kinds: Sequence[str], linked: str | Path | None) -> dict[URIRef, Source]:
        from sts_kg.stores import graphs_of_links

        if other := next((each for each in self.guidelines if each.base != BASE), None):
            reason = "stores are filled with the shipped guideline only; export writes files that any store loads"
            raise ArgumentError("push", "guideline", reason, value=other.name)

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
            session = replace(session, mappings=_Sets())
        return {name: graph for kind in KINDS if kind in kinds for name, graph in session.named_graphs(kind).items()}

    def mapping_rows(
        self, name: str | None = None, *, prefix: str | None = None, predicate: str | None = None
    ) -> tuple[tuple[MappingSet, MappingRow], ...]:
        """Return the rows of the mapping sets, each with its set: all, or those about one term.

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
        from sts_kg.links import looked_up

        return looked_up(self.layers, name, lambda: self.session.entities, prefix=prefix, predicate=predicate)

    def mappings(self, name: str | None = None, *, prefix: str | None = None, predicate: str | None = None) -> Table:
        """Return the rows of `mapping_rows` as a table: subject, predicate, object, label, modifier, set, comment."""
        from sts_kg.links import iri_of

        rows = []
        for each, row in self.mapping_rows(name, prefix=prefix, predicate=predicate):
            cells = (row.object_id, row.object_label, "not" if row.negative else "", each.name, row.comment)
            ends = (URIRef(iri_of(str(one), each.curie_map)) for one in (row.subject_id, row.predicate_id))
            rows.append((*ends, *(Literal(cell) if cell else None for cell in cells)))
        variables = ("subject", "predicate", "object", "label", "modifier", "set", "comment")
        return Table(variables, tuple(rows)).with_labels(self.session.labels)

    def codes(
        self,
        listed: str | Path | Iterable[str],
        *,
        column: str = "code",
        prefix: str | None = None,
        encoding: str | None = None,
    ) -> Table:
        """Return which terms of ours the codes of a list mean by the mappings, and where the page speaks of them.

        Each code has a row for each term, or one that says why there is none: its status is found, not spoken of (it
        is mapped, and the page says nothing of it), denied, retired or unknown. `Table.notes` counts them.

        Parameters
        ----------
        listed : path or iterable of str
            A CSV file as spreadsheets write it, with a column of codes, and perhaps `label` and `retired`; or codes.
        column : str
            The name of the column of codes.
        prefix : str, optional
            The prefix of codes that have none.
        encoding : str, optional
            The encoding of a file that is neither UTF-8 nor UTF-16, such as cp1252.

        Raises
        ------
        ParseError
            The file cannot be read, or has no such column, or a row without a code.
        UnknownNameError
            There is no such prefix.
        """
        from sts_kg.links import Code, codes, read_codes

        if isinstance(listed, str | Path):
            found, others = read_codes(listed, column=column, encoding=encoding)
        else:
            found, others = [Code(text) for text in dict.fromkeys(listed)], []
        table = codes(found, self.layers, self.session.ontology, prefix=prefix).with_labels(self.session.labels)
        unread = (f"not read: {', '.join(others)}",) if others else ()
        return replace(table, notes=(*table.notes, *unread))

    def concept_sets(self) -> ConceptSets:
        """Return which codes of a hospital stand for findings and therapies, by the mappings of this graph that hold.

        `table()` gives them as a table; `sts_kg.cohort.Omop` writes SQL with them.

        Examples
        --------
        >>> from sts_kg import load
        >>> row = load().concept_sets().rows[0]
        >>> row.term, row.vocabulary_id, row.concept_code, row.relation, row.needs
        ('lung-metastases', 'NCIt', 'C3577', 'broad', 'soft-tissue-sarcoma')
        """
        from sts_kg.cohort import concept_sets

        return concept_sets(self.layers, self.guideline.vocabulary)

    def mapping_conflicts(self) -> Table:
        """Return the rows of mapping sets that do not agree as a table: reason, the row that holds, the other.

        A denied match does not hold in any set; else the upper set holds where two say different matches of the same
        two terms. Where a term is an exact match of two of ours, both rows hold, and no chain goes through it.
        """
        return self.layers.to_table()

    def link(
        self,
        *sources: str | Path | Endpoint,
        slice: str = "up",
        depth: int = 0,
        seeds: Iterable[str] = (),
        hierarchy: Iterable[str] = (),
        bridge: bool = False,
        progress: Callable[[str, int], None] | None = None,
        lock: str | Path | None = None,
        locked: bool = False,
        offline: bool = False,
        downloading: Callable[[str, int, int | None], None] | None = None,
    ) -> LinkReport:
        """Add slices of external ontologies around our terms to this graph, and report which mappings hold.

        Afterwards the queries of the topic `links` and all SPARQL on this graph include the slices.

        Parameters
        ----------
        sources : path, URL, name or Endpoint
            A file in any RDF syntax, OWL functional syntax, OWL/XML or OBO, also with `.gz` or `.zst`; a CSV or TSV
            file with its CSVW metadata beside it, or a release of RxNorm; the name of an ontology, such as `obo:chebi`
            or `obo:maxo@2024-07-29`. From a SPARQL endpoint, what it knows about the mapped terms.
        slice, depth, seeds, hierarchy, bridge, progress
            As `sts_kg.links.link`.
        lock : path, optional
            The file where names are pinned: address, version, digest; what it pins of other names stays.
        locked : bool
            Whether to use exactly the documents that the lock pins, by default `links.lock`; without sources, all.
        offline : bool
            Whether to take names from the cache only.
        downloading : callable, optional
            Called with a name, the number of bytes downloaded, and how many there are if the server says it.

        Raises
        ------
        ParseError
            A source cannot be read.
        EndpointError
            A URL, a name or an endpoint gives no usable answer.
        UnknownNameError, CurieError
            There is no such slice; a name is none; a property of the hierarchy is neither a CURIE with a known prefix
            nor an IRI.
        LockError
            The lock does not pin a name, or its document is another one now.
        """
        from sts_kg.links import ByName, link, merged_slices

        session, ours = self.session, self.session.ontology
        with ByName(lock, locked=locked, offline=offline, progress=downloading) as names:
            report = names.keep(
                link(
                    names.sources(sources),
                    ours,
                    sets=self.layers.about_ours,
                    slice=slice,
                    depth=depth,
                    seeds=seeds,
                    hierarchy=hierarchy,
                    bridge=bridge,
                    progress=progress,
                )
            )
        slices = merged_slices(session.slices, report.graphs)
        self._session = replace(session, slices=slices, mappings=session.mappings or _Sets())
        self._backend = None
        for derived in ("_kept_cases", "entities"):
            self.__dict__.pop(derived, None)
        return report

    def propose(
        self,
        *sources: str | Path | Endpoint,
        progress: Callable[[str, int], None] | None = None,
        lock: str | Path | None = None,
        locked: bool = False,
        offline: bool = False,
        downloading: Callable[[str, int, int | None], None] | None = None,
    ) -> Proposals:
        """Return what ontologies propose: mappings that nobody has reviewed, a row for each kind of evidence.

        Nothing is added to this graph: give what a person accepted to `with_mappings`. Pairs that are mapped or denied
        are left out, and obsolete terms. Sources, arguments and errors are those of `link`.
        """
        from sts_kg.links import ByName, link, proposed

        ours = self.session.ontology
        with ByName(lock, locked=locked, offline=offline, progress=downloading) as names:
            found = link(names.sources(sources), ours, sets=self.layers.about_ours, slice="star", progress=progress)
            return proposed(names.keep(found), ours)

    def _read(
        self,
        cases: CaseSource | Iterable[CaseSource],
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> tuple[Case, ...]:
        return read_cases(cases, self.guideline.vocabulary, on_error=on_error)


def _is_about_others(mappings: Graph, ours: Set[Node]) -> bool:
    """Return whether a mapping set is about terms of other guidelines alone."""
    of_guidelines = {term for term in mappings.objects(None, _SOURCE) if is_ours(str(term))}
    return bool(of_guidelines) and ours.isdisjoint(of_guidelines)


def _standard(iri: str) -> str:
    from sts_kg.rdf import Prefixes

    return str(Prefixes.shipped().standard(iri))


def _not_sparql(queries: Iterable[CannedQuery]) -> Iterator[str]:
    """Yield the error of each query of one's own that does not parse."""
    for query in queries:
        if query.file is not None:
            try:
                check_syntax(query.sample_text, name=query.shown)
            except QueryError as error:
                yield str(error)


def _tell(notes: Iterable[str], on_note: Callable[[str], None] | None) -> None:
    """Tell what there is to say of a query before it runs."""
    if on_note is not None:
        for note in notes:
            on_note(note)


def _noted(answer: Table | bool | Graph, notes: Sequence[str]) -> Table | bool | Graph:
    """Return an answer, with the same words if it is a table."""
    return replace(answer, notes=tuple(notes)) if isinstance(answer, Table) else answer


def _limits(query: str, timeout_s: float | None, memory: int | str | None, max_rows: int | None) -> Limits | None:
    """Return the limits of time and memory of a query, or None if it has none."""
    if max_rows is not None and (not isinstance(max_rows, int) or max_rows < 0):
        raise ParameterError(query, "max_rows", "is not a number of rows; None is no limit", value=max_rows)
    if timeout_s is None and memory is None:
        return None
    if timeout_s is not None and not timeout_s > 0:
        wanted = "is not a number of seconds above 0; None is no limit"
        raise ParameterError(query, "timeout_s", wanted, value=timeout_s)
    try:
        return Limits(timeout_s, None if memory is None else bytes_of(memory))
    except ValueError as error:
        raise ParameterError(query, "memory", str(error), value=memory) from error


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
    return KnowledgeGraph(Session(Guideline(ontology, engine=engine), mappings=_Sets()), own=own)


class _Sets(Mapping[URIRef, bytes]):
    """Mapping sets as N-Triples by graph name, made when one is first asked for: the shipped ones, or layers."""

    def __init__(self, layers: Layers | None = None) -> None:
        self._layers = layers

    @cached_property
    def layers(self) -> Layers:
        from sts_kg.links import Layers

        return self._layers if self._layers is not None else Layers.over_shipped(())

    @cached_property
    def _graphs(self) -> Mapping[URIRef, bytes]:
        from sts_kg.links import graphs_of_mappings

        return self._layers.graphs if self._layers is not None else graphs_of_mappings()

    def __getitem__(self, name: URIRef) -> bytes:
        return self._graphs[name]

    def __iter__(self) -> Iterator[URIRef]:
        return iter(self._graphs)

    def __len__(self) -> int:
        return len(self._graphs)


class _Labels(Mapping[URIRef, str]):
    """The labels of the guidelines of a session, which are read when one is first asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, term: URIRef) -> str:
        return self._session.labels[term]

    def __iter__(self) -> Iterator[URIRef]:
        return iter(self._session.labels)

    def __len__(self) -> int:
        return len(self._session.labels)


def _own_queries(folder: str | Path | None) -> dict[str, CannedQuery]:
    return {} if folder is None else read_own(folder, ids(queries_folder()))


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

    own, kg = _own_queries(queries), KnowledgeGraph(Session(Guideline(), mappings=_Sets()))
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
