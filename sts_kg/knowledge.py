"""The knowledge graph: load, query; options, explanations and questions for cases; checks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, PROV
from rdflib.term import Node

from sts_kg.cases import (
    Answer,
    Answers,
    Case,
    Change,
    Explanation,
    Question,
    answers_of,
    changed,
    changes,
    close_cases,
    contradictions,
    explain,
    facts,
    find_case,
    find_option,
    questions,
    transition,
)
from sts_kg.errors import CaseError, InconsistentError, NotLinkedError, ParseError, QueryError, UnknownNameError
from sts_kg.guideline import (
    Ontology,
    Segment,
    find_segment,
    ontology_folder,
    page_texts,
    queries_folder,
    segment,
    segments,
    source_page,
)
from sts_kg.queries import CannedQuery, Entities, Store, find, graph_on, read, read_all, run, store_of
from sts_kg.rdf import BASE, STS, local, of_ntriples, one_triple, syntax_of, write
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.closure import Closure, Proof
    from sts_kg.links import LinkReport
    from sts_kg.quality import Report
    from sts_kg.stores import Backend, Endpoint

__all__ = ["KINDS", "CaseSource", "KnowledgeGraph", "connect", "load"]

#: The kinds of named graphs.
KINDS = ("asserted", "inferred", "mappings", "links")

#: A case, a file of cases, or a mapping with the keys of a case file.
CaseSource = str | Path | Case | Mapping[str, object]


class KnowledgeGraph:
    """The ontology, asserted and closed, with or without patient cases; made by `load`.

    It holds graphs and is not one: `asserted` and `graph` are ordinary rdflib Graphs. Not medical advice.
    """

    def __init__(
        self, ontology: Ontology | None = None, cases: tuple[Case, ...] = (), *, backend: Backend | None = None
    ) -> None:
        self.cases, self.backend = cases, backend
        if ontology is not None:
            self.ontology = ontology
        self._closed: tuple[tuple[Case, ...], Closure] | None = None
        self._slices: dict[URIRef, bytes] = {}

    @cached_property
    def ontology(self) -> Ontology:
        """The modules of the ontology; read from where the graph is kept when they are first needed."""
        assert self.backend is not None, "a graph has an ontology or a backend"
        return Ontology(quads=self.backend.quads())

    @cached_property
    def asserted(self) -> Graph:
        """What the files say: the modules of the ontology and the facts of the cases."""
        if not self.cases:
            return self.ontology.asserted
        return self.ontology.asserted + self._facts

    @cached_property
    def closure(self) -> Closure:
        """What the files say and all that follows by OWL 2 RL: proofs, and more triples by `extend`.

        Raises
        ------
        InconsistentError
            The ontology or a case contradicts itself.
        """
        if not self.cases:
            return self.ontology.closure
        if self._closed is None or self._closed[0] != self.cases:  # one with other cases in it will not do
            self._closed = (self.cases, close_cases(self.ontology, self.cases))
        for case in self.cases:
            self._require_consistent(case, self._closed[1])
        return self._closed[1]

    def proof(self, triple: str | tuple[Node, Node, Node]) -> Proof:
        """Return why a triple holds: rules and premises, down to what is asserted, with the sentences behind it.

        The triple may be a text in Turtle, such as `case:f sts:hasOption sts:option-pazopanib`.

        Raises
        ------
        NotEntailedError
            It does not follow.
        ParseError
            The text is no triple.
        """
        return self.closure.proof(one_triple(triple) if isinstance(triple, str) else triple, sentences=self._sentences)

    def _sentences(self, triple: tuple[Node, ...]) -> tuple[str, ...]:
        """Return the ids of the segments behind an asserted triple: of its terms, and of what applies if they hold."""
        asserted = self.ontology.asserted
        about = {triple[0], triple[2]}
        about |= {each for term in (triple[0], triple[2]) for each in asserted.subjects(STS.appliesWhen, term)}
        return tuple(sorted({local(str(s)) for each in about for s in asserted.objects(each, PROV.wasQuotedFrom)}))

    @cached_property
    def inferred(self) -> Graph:
        """What follows and is informative, as an rdflib Graph; disjoint from `asserted`.

        Raises
        ------
        InconsistentError
            The ontology or a case contradicts itself.
        """
        return self.closure.inferred

    @cached_property
    def graph(self) -> Graph:
        """Asserted and inferred triples as one rdflib Graph on an Oxigraph store, so that its SPARQL is fast."""
        return graph_on(self._closed_store)

    @cached_property
    def _closed_store(self) -> Store:
        return store_of(self.closure)

    @cached_property
    def _asserted_store(self) -> Store:
        quads = [quad for each in self.ontology.quads.values() for quad in each]
        return store_of(quads, self._facts)

    @cached_property
    def _facts(self) -> Graph:
        return facts(self.cases, self.ontology.vocabulary) if self.cases else Graph()

    @cached_property
    def _linked_store(self) -> Store:
        return store_of(self._linked, *self.named_graphs("mappings").values())

    @cached_property
    def _linked(self) -> Closure:
        """The closure with the slices that were linked."""
        return self.closure.extend([BytesIO(lines) for lines in self._slices.values()])

    def _ask(self, kind: str, text: str, *, name: str = "given") -> Table | bool | Graph:
        """Return the answer to a query on the graphs of a kind: asserted, closed or linked."""
        if self.backend is not None and not self.cases and not self._slices:
            return self._labelled(self.backend.query(kind, text, name=name))
        if kind == "asserted":
            store = self._asserted_store
        else:
            store = self._linked_store if kind == "linked" else self._closed_store
        return self._labelled(run(store, text, name=name))

    @cached_property
    def canned(self) -> dict[str, CannedQuery]:
        """The canned queries by id, `topic/name`; the checks of `queries/check/` are not amongst them."""
        found = read_all(queries_folder())
        return {name: each for name, each in found.items() if each.topic != "check"}

    def _find(self, name: str) -> CannedQuery:
        if "canned" not in self.__dict__ and not name.startswith("check/"):
            if found := read(queries_folder(), name):  # one file instead of all
                return found
        return find(name, self.canned)

    @cached_property
    def _entities(self) -> Entities:
        return Entities(self.asserted)

    def with_cases(self, cases: CaseSource | Iterable[CaseSource]) -> KnowledgeGraph:
        """Return the knowledge graph with patient cases in it; this one is not changed."""
        other = KnowledgeGraph(self.ontology, self._read(cases))
        other._slices = dict(self._slices)
        return other

    def with_examples(self) -> KnowledgeGraph:
        """Return the knowledge graph with the fictional cases a to m of `ontology/examples` in it."""
        files = sorted((ontology_folder() / "examples").glob("?.yaml"))
        return KnowledgeGraph(self.ontology, self._read(files))

    def queries(self) -> Table:
        """Return the canned queries as a table: id, summary, parameters (optional ones in brackets)."""
        rows = []
        for name, each in self.canned.items():
            shown = [p.name if p.required else f"[{p.name}]" for p in each.parameters]
            rows.append((Literal(name), Literal(each.summary), Literal(" ".join(shown))))
        return Table(("id", "summary", "parameters"), tuple(rows))

    def query(self, name_or_sparql: str, /, **parameters: object) -> Table | bool | Graph:
        """Return the answer to a canned query by name, or to a SPARQL text: a Table, a bool (ASK) or a Graph.

        A canned query runs on the graph that its header names; on the shipped fictional cases if it is about cases
        and this graph has none. A SPARQL text (known by its white space) goes to `sparql`.

        Raises
        ------
        UnknownNameError
            No canned query has that name.
        ParameterError
            A parameter is missing, unknown, or of another type.
        NotLinkedError
            The query needs terms of a vocabulary of others, and none is linked.
        QueryError
            The text is not SPARQL 1.1 Query, or asks another endpoint.

        Examples
        --------
        >>> load().query("drugs/options-with-drug", drug="ifosfamide").column("option")
        (rdflib.term.URIRef('https://w3id.org/sts-kg/option-doxorubicin-ifosfamide'),)
        """
        if any(character.isspace() for character in name_or_sparql.strip()):
            return self.sparql(name_or_sparql)
        found = self._find(name_or_sparql)
        if found.graph == "cases" and not self.cases:
            return self._with_examples.query(found.id, **parameters)
        if found.endpoint:
            raise QueryError(found.id, f"asks {found.endpoint}; run it with query_online (--online)")
        if found.needs and not self._is_linked(found.needs):
            raise NotLinkedError(found.id, found.needs)
        kind = "closed" if found.graph == "cases" else found.graph
        return self._ask(kind, self.bound(found.id, **parameters), name=found.id)

    def _is_linked(self, prefix: str) -> bool:
        """Return whether a term of a vocabulary is described in a slice."""
        from sts_kg.rdf import Prefixes

        forms = [form for each in Prefixes.shipped() if each.name == prefix for form in (each.iri, *each.iris)]
        starts = " || ".join(f'STRSTARTS(STR(?term), "{form}")' for form in forms)
        # no ASK, which Virtuoso answers with a table if it has such a filter
        found = self._ask("linked", f"SELECT ?term {{ ?term rdfs:label ?label FILTER({starts}) }} LIMIT 1")
        return isinstance(found, Table) and len(found) > 0

    def query_online(self, name: str, /, **parameters: object) -> Table | bool | Graph:
        """Return the answer to a canned query from the endpoint that its header names; nothing else asks there.

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
        """Return the answer to a SPARQL text on the closed graph with all that is linked, or on the asserted one.

        Prefixes that the project knows need no declaration.

        Raises
        ------
        QueryError
            The text is not SPARQL 1.1 Query, or asks another endpoint.
        """
        is_linked = bool(self._slices) or (self.backend is not None and self.backend.is_linked)
        return self._ask("asserted" if asserted else "linked" if is_linked else "closed", text)

    def bound(self, name: str, /, **parameters: object) -> str:
        """Return the SPARQL text of a canned query with its parameters in place, as any SPARQL tool would run it.

        Raises
        ------
        UnknownNameError, ParameterError
            As `query`.
        """
        found = self._find(name)
        if found.graph == "cases" and not self.cases:
            return self._with_examples.bound(found.id, **parameters)
        return found.bind(parameters, entities=self._entities)

    @cached_property
    def _with_examples(self) -> KnowledgeGraph:
        return self.with_examples()

    def _labelled(self, answer: Table | bool | Graph) -> Table | bool | Graph:
        return answer.with_labels(self.ontology.labels) if isinstance(answer, Table) else answer

    def options(
        self,
        cases: CaseSource | Iterable[CaseSource],
        *,
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> Answers:
        """Return, for each case and each of the options, met, not met or undetermined, with what is missing.

        Cases whose facts contradict each other are in `contradictions`, and do not spoil the others.

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
        closed = self._close(read)
        found: list[Answer] = []
        errors = []
        for case in read:
            try:
                self._require_consistent(case, closed)
            except InconsistentError as error:
                errors.append(error)
            else:
                found += answers_of(case, self.ontology.asserted, closed, self.ontology.conditions)
        labels = {case.id: case.label for case in read if case.label}
        return Answers(tuple(found), tuple(errors), labels, self.footer)

    def explain(
        self, cases: CaseSource, option: str, *, case: str | None = None, page: str | Path | None = None
    ) -> Explanation:
        """Return why an option has its status for a case: known, not needed, to ask, source, interpretation.

        `case` picks one of several by its id; `page` is the source page, to quote it.

        Raises
        ------
        UnknownNameError
            There is no such option or case.
        InconsistentError
            The facts of the case contradict each other, so an answer would mean nothing.
        """
        chosen = find_option(option, self.ontology.conditions)
        one = find_case(self._read(cases), case)
        answers = self._answers(one)
        return explain(
            next(answer for answer in answers if answer.option == chosen),
            one,
            self.ontology.asserted,
            self._close((one,)),
            texts=self._texts(page),
            disclaimer=self.footer,
        )

    def ask(self, cases: CaseSource, *, case: str | None = None) -> tuple[Question, ...]:
        """Return what is still to be asked for a case, the question that most options wait for first.

        Raises
        ------
        InconsistentError
            The facts of the case contradict each other.
        """
        one = find_case(self._read(cases), case)
        return questions(self._answers(one), self.ontology.asserted)

    def what_if(
        self, cases: CaseSource, findings: Mapping[str, bool | None] | str, *, case: str | None = None
    ) -> tuple[Change, ...]:
        """Return which options would change if some findings of a case were others; nothing of it is a fact.

        `findings` maps names to True, False or None (unknown), or names a possible transition (`transition-S21`).

        Raises
        ------
        UnknownNameError
            There is no such finding, transition or case.
        InconsistentError
            The facts, before or after the change, contradict each other.
        """
        one = find_case(self._read(cases), case)
        supposed = changed(one, self._findings(findings), self.ontology.asserted)
        other = replace(supposed, iri=URIRef(f"{one.iri}#what-if"))
        self._close((one, other))
        return changes(self._answers(one, other), self._answers(other, one))

    def check(self, *, page: str | Path | None = None) -> Report:
        """Return what the quality gates say of the ontology and the queries; of the page too, if it is at hand."""
        from sts_kg.quality import report

        return report(self.ontology, canned_folder=queries_folder(), page=source_page(page))

    def sources(self, name: str | None = None, *, page: str | Path | None = None) -> tuple[Segment, ...]:
        """Return all segments of the source in reading order, or the one of an id; with text if the page is at hand."""
        texts = self._texts(page)
        if name is not None:
            iri = find_segment(self.ontology.asserted, name)
            return (segment(self.ontology.asserted, iri, texts),)
        return segments(self.ontology.asserted, texts)

    def export(self, path: str | Path, *, inferred: bool = False) -> int:
        """Write the graph in the syntax that the path ends in, and return the number of triples.

        `.trig` and `.nq` keep each module, the cases and what is inferred in graphs of their own.
        """
        named = self.named_graphs("asserted", *(["inferred"] if inferred else []))
        if syntax_of(path) in ("trig", "nquads"):
            write(named, path)
            return sum(map(len, named.values()))
        merged = self.asserted + self.inferred if inferred else self.asserted
        write(merged, path)
        return len(merged)

    def named_graphs(self, *kinds: str) -> dict[URIRef, Graph]:
        """Return the graphs of some kinds by name: asserted (modules and cases), inferred, mappings, links.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        """
        named: dict[URIRef, Graph] = {}
        for kind in kinds:
            if kind not in KINDS:
                raise UnknownNameError("kind of graph", kind, KINDS)
        if "asserted" in kinds:
            named = {URIRef(f"{BASE}ontology/{name}"): graph for name, graph in self.ontology.modules.items()}
            if self.cases:
                named[URIRef(f"{BASE}cases")] = self._facts
        if "inferred" in kinds:
            named[URIRef(f"{BASE}inferred")] = self.inferred
        if "mappings" in kinds:
            from sts_kg.links import shipped, to_graph

            named |= {URIRef(each.id): to_graph(each) for each in shipped()}
        if "links" in kinds and self._slices:
            named |= {name: of_ntriples(lines) for name, lines in self._slices.items()}
            named[URIRef(f"{BASE}link/inferred")] = self._linked.inferred - self.closure.inferred
        return named

    def mappings(self, entity: str | None = None, *, prefix: str | None = None) -> Table:
        """Return the mappings of our terms to those of others as a table, all or those of one term of either side.

        Raises
        ------
        UnknownNameError
            There is no such term.
        CurieError
            It is a CURIE with an unknown prefix.
        """
        from sts_kg.links import iri_of, looked_up, shipped

        rows = []
        for each, row in looked_up(shipped(), entity, lambda: self._entities):
            if prefix is None or str(row.object_id).partition(":")[0].lower() == prefix.lower():
                cells = (row.object_id, row.object_label, "not" if row.negative else "", each.name, row.comment)
                subject = URIRef(iri_of(str(row.subject_id), each.curie_map))
                predicate = URIRef(iri_of(str(row.predicate_id), each.curie_map))
                texts = [Literal(cell) if cell else None for cell in cells]
                rows.append((subject, predicate, *texts))
        variables = ("subject", "predicate", "object", "label", "modifier", "set", "comment")
        return Table(variables, tuple(rows)).with_labels(self.ontology.labels)

    def link(
        self,
        *sources: str | Path | Endpoint,
        slice: str = "up",
        depth: int = 0,
        seeds: Iterable[str] = (),
        bridge: bool = False,
        progress: Callable[[str, int], None] | None = None,
    ) -> LinkReport:
        """Bring the slices of ontologies of others that matter for our terms into this graph; report what holds.

        Afterwards the queries of the topic `links` and all SPARQL on this graph see the slices, too.

        Parameters
        ----------
        sources : path, URL or Endpoint
            RDF of any syntax, OWL functional syntax, OWL/XML, OBO; `.gz` and `.zst` too. Of a SPARQL endpoint, what
            it knows of the mapped terms.
        slice, depth, seeds, bridge, progress
            As `sts_kg.link.link`.

        Raises
        ------
        ParseError
            A source cannot be read.
        EndpointError
            A URL or an endpoint gives no usable answer.
        UnknownNameError
            There is no such slice.
        """
        from sts_kg.links import link

        report = link(
            sources, self.ontology.asserted, method=slice, depth=depth, seeds=seeds, bridge=bridge, progress=progress
        )
        self._slices |= report.graphs
        for name in ("_linked", "_linked_store"):
            self.__dict__.pop(name, None)
        return report

    @cached_property
    def footer(self) -> str:
        """The line that ends every answer: disclaimer, version, and the digest of the source."""
        digest = self.ontology.asserted.value(STS["source-document"], STS.sha256)
        version = self.ontology.header(OWL.versionInfo)
        return f"{self.ontology.header(STS.disclaimer)} [sts_kg ontology {version}, source {str(digest)[:12]}…]"

    def _read(
        self,
        cases: CaseSource | Iterable[CaseSource],
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> tuple[Case, ...]:
        sources = [cases] if isinstance(cases, str | Path | Case | Mapping) else list(cases)
        found: dict[str, Case] = {}
        for one in sources:
            try:
                read = self._read_one(one)
                if again := next((case for case in read if case.id in found), None):
                    first = f"the first is at {found[again.id].place or 'no file'}"
                    raise CaseError(f"the case {again.id!r} is there twice; {first}", path=again.place)
            except (CaseError, ParseError) as error:
                if on_error is None:
                    raise
                on_error(error)
            else:
                found |= {case.id: case for case in read}
        return tuple(found.values())

    def _read_one(self, one: CaseSource) -> tuple[Case, ...]:
        from sts_kg.cases import parse, read

        if isinstance(one, Case):
            return (one,)
        if isinstance(one, Mapping):
            try:
                text = json.dumps(one, default=str)
            except (TypeError, ValueError) as error:  # a key that is no text, or a mapping that holds itself
                raise CaseError(f"the mapping given is no case: {error}") from error
            return parse(text, self.ontology.vocabulary, path="the mapping given")
        return read(one, self.ontology.vocabulary)

    def _close(self, cases: tuple[Case, ...]) -> Closure:
        """Return a closure that has these cases: the last one made if it has them, else a new one."""
        if self._closed is None or not set(cases) <= set(self._closed[0]):
            self._closed = (cases, close_cases(self.ontology, cases))
        return self._closed[1]

    def _answers(self, *cases: Case) -> tuple[Answer, ...]:
        """Return the answers for the first of some cases that are closed together."""
        closed, case = self._close(cases), cases[0]
        self._require_consistent(case, closed)
        return answers_of(case, self.ontology.asserted, closed, self.ontology.conditions)

    def _require_consistent(self, case: Case, closed: Closure) -> None:
        if wrong := contradictions(case, self.ontology.asserted, closed):
            raise InconsistentError(wrong, case=case.id)

    def _findings(self, findings: Mapping[str, bool | None] | str) -> dict[URIRef, bool | None]:
        if isinstance(findings, str):
            return transition(findings, self.ontology.asserted)
        words = self.ontology.vocabulary.findings
        for name in findings:
            if name not in words:
                raise UnknownNameError("finding", name, words)
        return {words[name]: holds for name, holds in findings.items()}

    def _texts(self, page: str | Path | None) -> dict[str, str] | None:
        path = source_page(page)
        return None if path is None else page_texts(self.ontology.asserted, path)


def load(
    ontology: str | Path | None = None, *, engine: str = "columns", store: str | Path | None = None
) -> KnowledgeGraph:
    """Return the knowledge graph of the shipped ontology, or of another folder of the same layout.

    The closure is computed when it is first needed, by our own engine or by owlrl, the slow reference. With `store`,
    the graph stays in a folder of Oxigraph as `sts-kg link -o` and `sts-kg push --store` make it: nothing is loaded,
    and queries run there.

    Raises
    ------
    ParseError
        A module of the ontology is missing or cannot be read.
    EndpointError
        There is no such store, or another process has it.
    """
    if store is not None:
        from sts_kg.stores import FolderBackend

        return KnowledgeGraph(backend=FolderBackend(Path(store)))
    return KnowledgeGraph(Ontology(ontology, engine=engine))


def connect(url: str, *, profile: str = "generic", timeout_s: float = 60.0) -> KnowledgeGraph:
    """Return the knowledge graph that a SPARQL 1.1 endpoint keeps, as `sts-kg push --endpoint` puts it there.

    Queries run there. Options and explanations fetch the ontology, some thousand triples, once; a case never leaves
    this machine, and is closed here.

    Raises
    ------
    EndpointError
        The endpoint does not answer, or does not hold the knowledge graph.
    """
    from sts_kg.stores import EndpointBackend

    return KnowledgeGraph(backend=EndpointBackend(url, profile=profile, timeout_s=timeout_s))
