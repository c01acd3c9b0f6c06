"""What all parts of a knowledge graph have: its guidelines, its cases, its triples, and what makes another of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from sts_kg.cases import Case, CaseSource, Session, read_cases
from sts_kg.errors import CaseError, ParseError
from sts_kg.guideline import Guideline, Verdicts, read_verdicts
from sts_kg.plan import Plan, plan_of
from sts_kg.queries import CannedQuery
from sts_kg.rdf import STS, ShownGraph, expand, one_triple
from sts_kg.shown import Shown
from sts_kg.tables import Table
from sts_kg.workers import Limits

if TYPE_CHECKING:
    from typing import Self

    from sts_kg.closure import Closure, Proof
    from sts_kg.links import Layers, MappingSet
    from sts_kg.stores import Backend

__all__ = ["Core", "Labels", "Sets"]


class Sets(Mapping[URIRef, bytes]):
    """Mapping sets as N-Triples by graph name, made when one is first asked for: the shipped ones, or layers."""

    def __init__(self, layers: Layers | None = None) -> None:
        self._layers = layers

    @cached_property
    def layers(self) -> Layers:
        """The layers: those that were given, else the shipped sets alone."""
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


class Labels(Mapping[URIRef, str]):
    """The labels of the guidelines of a session, which are read when one is first asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, term: URIRef) -> str:
        return self._session.labels[term]

    def __iter__(self) -> Iterator[URIRef]:
        return iter(self._session.labels)

    def __len__(self) -> int:
        return len(self._session.labels)


class Core(Shown):
    """What a knowledge graph holds, and what makes another one of it."""

    def __init__(
        self,
        session: Session | None = None,
        *,
        backend: Backend | None = None,
        own: Mapping[str, CannedQuery] | None = None,
    ) -> None:
        self._session, self._backend, self._own = session, backend, own or {}
        self._kept_layers: Layers | None = None

    def _like_this(self, session: Session) -> Self:
        return type(self)(session, own=self._own)

    @property
    def session(self) -> Session:
        """The guideline with its cases and slices; read from the backend when first needed."""
        session = self._session
        if session is None:
            backend = self._backend
            assert backend is not None, "a graph has a session or a backend"
            first, *others = (Guideline(quads=each) for each in backend.guidelines())
            session = Session(first, slices=backend.slices, mappings=backend.mappings, beside=tuple(others))
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
        graph.labels = Labels(self.session)
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

    def with_cases(self, cases: CaseSource | Iterable[CaseSource]) -> Self:
        """Return a knowledge graph with these patient cases and the slices of this one, which stays unchanged.

        Raises
        ------
        CaseError, ParseError
            A case cannot be read.
        """
        return self._like_this(replace(self.session, cases=self._read(cases)))

    def with_guideline(self, guideline: str | Path | Guideline) -> Self:
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

    def with_examples(self) -> Self:
        """Return a knowledge graph with the fictional cases of its guideline: a to m, or golden cases.

        Golden cases that are expected to contradict themselves are left out.
        """
        return self._like_this(self.session.examples)

    def with_verdicts(self, verdicts: Verdicts | str | Path | Iterable[str | Path]) -> Self:
        """Return a knowledge graph with the verdicts of reviewers; answers then say where they have been reviewed.

        `verdicts` are filled-in forms (CSV files; `review` writes an empty one), or what `read_verdicts` returned.

        Raises
        ------
        ParseError
            A form cannot be read, or a cell is not what is expected.
        """
        read = verdicts if isinstance(verdicts, Verdicts) else read_verdicts(verdicts, self.guideline)
        return self._like_this(replace(self.session, guideline=self.guideline.with_verdicts(read)))

    def under(self, reading: str) -> Self:
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

    def with_alignments(self, *names: str) -> Self:
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

    def with_mappings(self, *sources: MappingSet | str | Path) -> Self:
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
        return self._like_this(replace(self.session, mappings=Sets(layers)))

    @property
    def layers(self) -> Layers:
        """The mapping sets of this graph, those that are kept in a store among them."""
        kept = self.session.mappings
        if isinstance(kept, Sets):
            return kept.layers
        if self._kept_layers is None:
            from sts_kg.links import Layers

            self._kept_layers = Layers.kept(kept)
        return self._kept_layers

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
                answer.labels = Labels(self._session)
        return answer

    @property
    def _widest(self) -> str:
        """The kind of graph with all that there is."""
        slices = self._backend.slices if self._backend is not None else self.session.slices
        return "linked" if slices else "closed"

    def _guideline_of(self, name: str) -> Guideline:
        """Return the guideline of a term that is named by its CURIE or IRI; the one that answers, of another name."""
        return self.session.guideline_of(expand(name)) if ":" in name else self.guideline

    def _read(
        self,
        cases: CaseSource | Iterable[CaseSource],
        on_error: Callable[[CaseError | ParseError], None] | None = None,
    ) -> tuple[Case, ...]:
        return read_cases(cases, self.guideline.vocabulary, on_error=on_error)
