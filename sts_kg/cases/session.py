"""A guideline with cases and linked slices: one immutable value that owns what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import BytesIO
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.namespace import PROV, RDF
from rdflib.term import Node

from sts_kg.cases.answers import Answer, Answers, ReadingAnswer
from sts_kg.cases.case import Case
from sts_kg.cases.explanation import Explanation, explain
from sts_kg.cases.facts import facts_of
from sts_kg.cases.hanging import reading_answers, reading_facts
from sts_kg.cases.many import PIECE, are_many, many
from sts_kg.cases.options import answers_of, contradictory_answers_of
from sts_kg.cases.reasons import contradiction
from sts_kg.cases.sources import Cases, CaseSource, read_cases
from sts_kg.cases.supposing import Changes, changed, changes
from sts_kg.errors import CaseError, ParseError
from sts_kg.guideline import Guideline
from sts_kg.queries import Entities, Store, graph_on, run, store_of
from sts_kg.rdf import STS, Document, Quads, ShownGraph, compress, local, nquads_of, of_ntriples, of_quads
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.closure import Closure, Proof
    from sts_kg.workers import Limits

__all__ = ["Session", "answers_in_pieces", "what_if"]


@dataclass(frozen=True, eq=False)
class Session(Shown):
    """A guideline, some cases of patients, and slices of linked ontologies.

    It never changes, and everything derived from it is computed when first asked for and kept: two sessions share
    nothing but the guideline, so threads may use one session, or sessions of the same guideline, at the same time.

    Parameters
    ----------
    guideline : Guideline
        The source of knowledge, which answers for the cases.
    cases : tuple of Case
        The patients, no two with the same id.
    slices : mapping of graph names to N-Triples
        What was linked; it takes part in reasoning.
    mappings : mapping of graph names to N-Triples
        The mapping sets that queries on the linked graph see; they take no part in reasoning, and may be read late.
    beside : tuple of Guideline
        Other guidelines whose triples are in the graphs, too; they answer nothing.
    """

    guideline: Guideline
    cases: tuple[Case, ...] = ()
    slices: Mapping[URIRef, bytes] = field(default_factory=dict)
    mappings: Mapping[URIRef, bytes] = field(default_factory=dict)
    beside: tuple[Guideline, ...] = ()
    _readings: dict[URIRef, dict[URIRef, tuple[ReadingAnswer, ...]]] = field(
        default_factory=dict, init=False, repr=False
    )
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def __repr__(self) -> str:
        cases, slices = counted(len(self.cases), "case"), counted(len(self.slices), "slice")
        return f"<Session: {self.guideline.name}, {cases}, {slices}>"

    @cached_property
    def examples(self) -> Session:
        """The same session with the fictional cases that the guideline ships in place of its own.

        Golden cases that are expected to contradict themselves are left out.
        """
        found = self._of_files("examples/?.yaml", "cases/*.yaml")
        agreeing = (case for case in found.cases if "contradictory" not in case.expected.as_dict().values())
        return replace(found, cases=tuple(agreeing))

    @cached_property
    def examples_of_readings(self) -> Session:
        """The same session with fictional cases for readings that change no answer of `examples`.

        Each is named after the decision.
        """
        return self._of_files("examples/readings/*.yaml")

    def _of_files(self, *patterns: str) -> Session:
        files = sorted(path for pattern in patterns for path in self.guideline.folder.glob(pattern))
        return replace(self, cases=read_cases(files, self.guideline.vocabulary))

    @property
    def guidelines(self) -> tuple[Guideline, ...]:
        """All guidelines in the graphs, the one that answers first."""
        return (self.guideline, *self.beside)

    def guideline_of(self, term: str) -> Guideline:
        """Return the guideline in whose namespace a term is; the one that answers if it is in none."""
        having = (each for each in self.guidelines if str(term).startswith(each.base))
        return max(having, key=lambda each: len(each.base), default=self.guideline)

    @cached_property
    def ontology(self) -> Graph:
        """The modules of all guidelines; a module that several share is in it once."""
        return of_quads(chain.from_iterable(self.quads.values())) if self.beside else self.guideline.asserted

    @cached_property
    def quads(self) -> Mapping[URIRef, Quads]:
        """The quads of the modules of all guidelines, by the name of the graph."""
        return {each.graph_name(name): quads for each in self.guidelines for name, quads in each.quads.items()}

    @cached_property
    def _foundation(self) -> Closure:
        """What follows from the guidelines without cases."""
        if not self.beside:
            return self.guideline.closure
        from sts_kg.closure import closure_of  # numpy takes a while to load, and not every answer needs it

        lines = BytesIO(nquads_of(chain.from_iterable(self.quads.values())))
        return closure_of(lines, engine=self.guideline.engine, axioms="none").require_consistent()

    @cached_property
    def labels(self) -> Mapping[URIRef, str]:
        """Term to label, of all guidelines."""
        return {term: label for each in reversed(self.guidelines) for term, label in each.labels.items()}

    @cached_property
    def facts(self) -> ShownGraph:
        """What the cases say, and what the fact rules conclude, as a graph; it bears the name that proofs show."""
        return facts_of(self.cases, self.guideline.vocabulary, name=self.cases_name)

    @cached_property
    def by_readings(self) -> Graph:
        """The answers for the cases by other readings, where they differ, as a graph; nothing follows from it."""
        return reading_facts(self.answers(), self.cases, self.guideline)

    @property
    def cases_name(self) -> URIRef:
        """The name of the graph of the cases."""
        return STS.cases

    @cached_property
    def asserted(self) -> Graph:
        """The modules of the ontology, the facts of the cases, and their answers by other readings."""
        return self.ontology + self.facts + self.by_readings if self.cases else self.ontology

    @cached_property
    def closed(self) -> Closure:
        """The guidelines and the cases with all that follows; contradictions are answers in it."""
        return self._foundation.extend(self.facts) if self.cases else self._foundation

    @cached_property
    def closure(self) -> Closure:
        """The guidelines and the cases with all that follows.

        Raises
        ------
        InconsistentError
            The ontology or a case contradicts itself.
        """
        for case in self.cases:
            self._require_consistent(case)
        return self.closed

    @property
    def known_triples(self) -> tuple[int, int | None]:
        """The numbers of asserted and inferred triples without slices, as far as they are known without reasoning.

        Before the closure is computed, the facts of cases are not among the first, and the second is None.
        """
        kept = vars(self) if self.cases or self.beside else vars(self.guideline)
        computed = kept.get("closed" if self.cases else "_foundation" if self.beside else "closure")
        return (len(self.ontology), None) if computed is None else computed.counts[:2]

    @cached_property
    def linked(self) -> Closure:
        """The closure with the slices that were linked.

        Raises
        ------
        InconsistentError
            The ontology or a case contradicts itself.
        """
        with ExitStack() as open_:  # each by its name, which proofs give as the source
            slices = [
                open_.enter_context(Document(BytesIO(lines), path=str(name), told="ntriples"))
                for name, lines in self.slices.items()
            ]
            return self.closure.extend(slices) if slices else self.closure

    @cached_property
    def entities(self) -> Entities:
        """The named things of the ontology and the cases."""
        return Entities(self.asserted)

    @cached_property
    def graph(self) -> ShownGraph:
        """Asserted and inferred triples as one rdflib Graph on an Oxigraph store."""
        return graph_on(self.store("closed"))

    # --- queries

    def query(
        self,
        kind: str,
        text: str,
        *,
        name: str = "given",
        limits: Limits | None = None,
        max_rows: int | None = None,
    ) -> Table | bool | Graph:
        """Return the answer to a query on the graphs of a kind: asserted, closed or linked; limits as `run` has them.

        Raises
        ------
        QueryError
            The text is not SPARQL 1.1 Query, or asks another endpoint.
        InconsistentError
            The ontology or a case contradicts itself.
        """
        return run(self.store(kind), text, name=name, limits=limits, max_rows=max_rows)

    def store(self, kind: str) -> Store:
        """Return the store in memory that has the graphs of a kind: asserted, closed or linked."""
        if kind == "asserted":
            return self._asserted_store
        return self._linked_store if kind == "linked" else self._closed_store

    @cached_property
    def _asserted_store(self) -> Store:
        quads = [quad for each in self.quads.values() for quad in each]
        return store_of(quads, self.facts, self.by_readings)

    @cached_property
    def _closed_store(self) -> Store:
        return store_of(self.closure, self.by_readings)

    @cached_property
    def _linked_store(self) -> Store:
        # slices are there by name, too, for queries that ask which of them says what
        return store_of(self.linked, self.by_readings, *self.mappings.values(), named=self.slices)

    def named_graphs(self, kind: str) -> dict[URIRef, Graph]:
        """Return the graphs of a kind by name: asserted (modules and cases), inferred, mappings or links."""
        if kind == "asserted":
            modules = {each.graph_name(name): graph for each in self.guidelines for name, graph in each.modules.items()}
            return modules | ({self.cases_name: self.facts + self.by_readings} if self.cases else {})
        if kind == "inferred":
            return {STS.inferred: self.closure.inferred}
        named = self.mappings if kind == "mappings" else self.slices
        graphs: dict[URIRef, Graph] = {name: of_ntriples(lines) for name, lines in named.items()}
        if kind == "links" and graphs:
            graphs[STS["link/inferred"]] = self.linked.inferred - self.closure.inferred
        return graphs

    # --- cases

    def answers(self) -> Answers:
        """Return the answers for all cases; those that contradict themselves do not spoil the others."""
        if are_many(len(self.cases), self.guideline):
            return Answers.joined(many(self.guideline).pieces(self.cases))
        found: list[Answer] = []
        errors, agreeing = [], []
        for case in self.cases:
            if error := contradiction(case, self.guideline, self.closed):
                errors.append(error)
                found += contradictory_answers_of(case, self.guideline)
            else:
                agreeing.append(case)
                found += answers_of(case, self.guideline, self.closed)
        found = self._with_readings(agreeing, found)
        labels = {case.id: case.label for case in self.cases if case.label}
        return Answers(tuple(found), tuple(errors), labels, self.guideline.footer)

    def answers_of(self, case: Case) -> tuple[Answer, ...]:
        """Return the answers for one of the cases, one for each option.

        Raises
        ------
        InconsistentError
            The facts of the case contradict each other.
        """
        self._require_consistent(case)
        return tuple(self._with_readings([case], answers_of(case, self.guideline, self.closed)))

    def _with_readings(self, cases: Sequence[Case], answers: Sequence[Answer]) -> list[Answer]:
        """Return answers that know their answers by other readings, which are computed when first asked for."""
        if (None, RDF.type, STS.Reading) not in self.guideline.asserted:  # or it is by a reading itself
            return list(answers)

        iris = {case.id: case.iri for case in cases}
        agreeing = [answer for answer in answers if answer.case in iris]

        def by_reading(answer: Answer) -> tuple[ReadingAnswer, ...]:
            iri = iris.get(answer.case)
            if iri is None:  # the case contradicts itself
                return ()
            with self._lock:  # threads that share the session would each compute the same
                if iri not in self._readings:
                    for (case, option), found in reading_answers(cases, agreeing, self.guideline, self.closed).items():
                        self._readings.setdefault(iris[case], {})[option] = found
            return self._readings[iri][answer.option]

        return [replace(answer, by_reading=by_reading) for answer in answers]

    def explain(self, case: Case, option: URIRef, texts: Mapping[str, str] | None = None) -> Explanation:
        """Return why an option has its status for one of the cases; `texts` are those of the segments, by id.

        Raises
        ------
        InconsistentError
            The facts of the case contradict each other.
        """
        answer = next(answer for answer in self.answers_of(case) if answer.option == option)
        return self._explained(answer, case, texts)

    def explanations(self, case: Case, texts: Mapping[str, str] | None = None) -> tuple[Explanation, ...]:
        """Return what `explain` does for each option.

        Raises
        ------
        InconsistentError
            The facts of the case contradict each other.
        """
        return tuple(self._explained(answer, case, texts) for answer in self.answers_of(case))

    def _explained(self, answer: Answer, case: Case, texts: Mapping[str, str] | None) -> Explanation:
        return explain(answer, case, self.guideline, self.closed, texts=texts, disclaimer=self.guideline.footer)

    def proof(self, triple: tuple[Node, Node, Node]) -> Proof:
        """Return why a triple holds: by the guideline and the cases alone, or else with the slices that were linked.

        A triple of a slice has the name of the slice as its source, and no segments behind it.

        Raises
        ------
        NotEntailedError
            It is not entailed.
        InconsistentError
            The ontology or a case contradicts itself.
        """
        if triple in self.closure or not self.slices:
            return self.closure.proof(triple, sentences=self.sentences)
        return self.linked.proof(triple, sentences=lambda each: self.sentences(each) if each in self.closure else ())

    def sentences(self, triple: tuple[Node, ...]) -> tuple[str, ...]:
        """Return the ids of the segments behind an asserted triple: of its terms, and of what applies if they hold.

        A segment of another guideline than the one that answers has its CURIE as id.
        """
        asserted = self.ontology
        about = {triple[0], triple[2]}
        about |= {each for term in (triple[0], triple[2]) for each in asserted.subjects(STS.appliesWhen, term)}
        found = {str(s) for each in about for s in asserted.objects(each, PROV.wasQuotedFrom)}
        return tuple(sorted(local(s) if self.guideline_of(s) is self.guideline else compress(s) for s in found))

    def _require_consistent(self, case: Case) -> None:
        if error := contradiction(case, self.guideline, self.closed):
            raise error


def answers_in_pieces(
    guideline: Guideline,
    sources: CaseSource | Iterable[CaseSource],
    *,
    on_error: Callable[[CaseError | ParseError], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[Answers]:
    """Return an iterator of answers in pieces, each for the next cases; nothing is kept of the pieces before.

    Sources are read through for errors at once (`Cases`). `on_progress` is called before each piece with the number of
    cases that are answered with it, and of all.

    Raises
    ------
    CaseError, ParseError
        As `Cases`.
    """
    cases = Cases(sources, guideline.vocabulary, on_error=on_error, most_held=PIECE)
    total = len(cases)
    by_plans = are_many(total, guideline)

    def pieces() -> Iterator[Answers]:
        answered = 0
        for some in cases.chunks(PIECE):
            found = many(guideline).answers(some) if by_plans else Session(guideline, some).answers()
            answered += len(some)
            if on_progress:
                on_progress(answered, total)
            yield found

    return pieces()


def what_if(guideline: Guideline, case: Case, findings: Mapping[URIRef, bool | None]) -> Changes:
    """Return which options would change if some findings of a case were others; None makes one unknown.

    Raises
    ------
    InconsistentError
        The facts, before or after the change, contradict each other.
    """
    supposed = replace(changed(case, findings, guideline), iri=URIRef(f"{case.iri}#what-if"))
    session = Session(guideline, (case, supposed))
    found = changes(session.answers_of(case), session.answers_of(supposed))
    labels = {finding: guideline.vocabulary.label(finding) for finding in findings}
    return Changes(found, case=case.id, supposed=findings, labels=labels, footer=guideline.footer)
