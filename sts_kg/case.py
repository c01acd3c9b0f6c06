"""Patient cases: what a person has, lacks and has had, read from YAML, JSON, CSV or RDF; facts as a graph.

OWL 2 RL has no date arithmetic, so the fact rules of `findings.ttl` are applied here, before reasoning (clinical
model, section 8). The names of findings, therapies, outcomes and modalities come from the ontology.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, unquote

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, PROV, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.date import PartialDate
from sts_kg.names import CASE, STS, local

__all__ = ["Case", "Course", "Derived", "Given", "Vocabulary", "derived", "facts", "hints"]


@dataclass(frozen=True)
class Given:
    """A finding as a case file gives it: whether it holds, and where that stands (file and line)."""

    finding: URIRef
    holds: bool
    place: str


@dataclass(frozen=True)
class Course:
    """A past course of treatment: at least one therapy; dates that are not known are None; `growth` may be empty."""

    therapies: tuple[URIRef, ...]
    start: PartialDate | None = None
    end: PartialDate | None = None
    outcome: URIRef | None = None
    growth: tuple[PartialDate, ...] = ()
    no_growth_until: PartialDate | None = None
    place: str = ""


@dataclass(frozen=True)
class Case:
    """A person at one decision point (D26): the given findings, the past courses and what is declined.

    `given` may hold a finding both ways; that contradiction is reported with the answers, not on reading.
    """

    id: str
    label: str = ""
    as_of: PartialDate | None = None
    given: tuple[Given, ...] = ()
    courses: tuple[Course, ...] = ()
    history_complete: bool = False
    declines: tuple[URIRef, ...] = ()
    tumour_count: int | None = None
    largest_diameter_mm: str | None = None
    place: str = ""
    iri: URIRef = field(default=URIRef(""))

    def __post_init__(self) -> None:
        if not self.iri:
            object.__setattr__(self, "iri", CASE[quote(self.id, safe="")])

    @staticmethod
    def id_of(iri: str) -> str:
        """Return the id that a case's IRI stands for: below `case:` the decoded rest, else the IRI itself."""
        return unquote(iri.removeprefix(str(CASE))) if iri.startswith(str(CASE)) else iri


@dataclass(frozen=True)
class Derived:
    """A finding that a fact rule concludes for a case: the rule (`sts:rule-…`) and the courses it rests on."""

    finding: URIRef
    holds: bool
    rule: URIRef
    courses: tuple[Course, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The words a case file may use, taken from the ontology: short name or id to IRI."""

    asserted: Graph

    @cached_property
    def findings(self) -> dict[str, URIRef]:
        """Short names (`stage4-sts`) and ids (`finding-stage4-sts`) of the findings."""
        return self._words(STS.Finding, "finding-")

    @cached_property
    def therapies(self) -> dict[str, URIRef]:
        """Names of the therapies (`doxorubicin`, `surgery`)."""
        return self._words(STS.Therapy, "")

    @cached_property
    def outcomes(self) -> dict[str, URIRef]:
        """Short names and ids of the outcomes of a course (`did-not-work`)."""
        return self._words(STS.Outcome, "outcome-")

    @cached_property
    def modalities(self) -> dict[str, URIRef]:
        """Short names and ids of the modalities (`surgery`, `modality-surgery`)."""
        return self._words(STS.Modality, "modality-")

    @cached_property
    def chemotherapy(self) -> frozenset[URIRef]:
        """The therapies that make a course a chemotherapy course, by the axioms of `conditions.ttl`."""
        found: set[URIRef] = set()
        for expression in self.asserted.subjects(RDFS.subClassOf, STS.ChemotherapyCourse):
            if (expression, OWL.onProperty, STS.includesTherapy) in self.asserted:
                found.update(t for t in self.asserted.objects(expression, OWL.hasValue) if isinstance(t, URIRef))
                for kind in self.asserted.objects(expression, OWL.someValuesFrom):
                    found.update(self._members(kind))
        return frozenset(found)

    def concluded_by(self, rule: URIRef) -> URIRef:
        """Return the finding that a fact rule concludes."""
        finding = self.asserted.value(rule, STS.concludesFinding)
        assert isinstance(finding, URIRef), f"{local(rule)} concludes no finding in findings.ttl"
        return finding

    def disregarded_by(self, rule: URIRef) -> frozenset[Node]:
        """Return the therapies whose courses a fact rule leaves out."""
        return frozenset(self.asserted.objects(rule, STS.disregardsTherapy))

    def _members(self, kind: Node) -> Iterator[URIRef]:
        for below in self.asserted.transitive_subjects(RDFS.subClassOf, kind):
            yield from (m for m in self.asserted.subjects(RDF.type, below) if isinstance(m, URIRef))

    def _words(self, kind: URIRef, prefix: str) -> dict[str, URIRef]:
        words: dict[str, URIRef] = {}
        for iri in sorted(set(self._members(kind))):
            words[local(iri)] = iri
            words.setdefault(local(iri).removeprefix(prefix), iri)
        return words


GROWTH_WINDOW = STS["rule-growth-window"]
HISTORY_COMPLETE = STS["rule-history-complete"]


def derived(case: Case, vocabulary: Vocabulary) -> tuple[Derived, ...]:
    """Return the findings that the fact rules conclude for a case, before any reasoning.

    `sts:rule-growth-window` (S15, D09, D28) and `sts:rule-history-complete` (D28); a rule that leaves its finding
    unknown concludes nothing.
    """
    found = []
    if (growth := _growth_window(case, vocabulary)) is not None:
        found.append(growth)
    if case.history_complete and not any(vocabulary.chemotherapy & set(course.therapies) for course in case.courses):
        finding = vocabulary.concluded_by(HISTORY_COMPLETE)
        found.append(Derived(finding, False, HISTORY_COMPLETE, case.courses))
    return tuple(found)


def _growth_window(case: Case, vocabulary: Vocabulary) -> Derived | None:
    disregarded = vocabulary.disregarded_by(GROWTH_WINDOW)
    counting = [course for course in case.courses if not disregarded.issuperset(course.therapies)]
    finding = vocabulary.concluded_by(GROWTH_WINDOW)
    values = [_growth_after(course) for course in counting]
    if True in values:
        return Derived(finding, True, GROWTH_WINDOW, (counting[values.index(True)],))
    if case.history_complete and all(value is False for value in values):
        return Derived(finding, False, GROWTH_WINDOW, tuple(counting))
    return None


def _growth_after(course: Course) -> bool | None:
    """Return whether the sarcoma grew within a year after the end of a course; None if the dates leave it open."""
    if course.end is None:
        return None
    first_anniversary, last_anniversary = course.end.a_year_later
    if any(course.end.latest <= grew.earliest and grew.latest <= first_anniversary for grew in course.growth):
        return True
    if course.no_growth_until is not None and course.no_growth_until.earliest >= last_anniversary:
        return False
    only_later = bool(course.growth) and all(grew.earliest > last_anniversary for grew in course.growth)
    return False if only_later else None


def hints(case: Case) -> tuple[str, ...]:
    """Return what a person should look at in a case and no rule may conclude (D06b, D09b)."""
    found = []
    for course in case.courses:
        during = [
            grew
            for grew in course.growth
            if course.end is not None
            and grew.latest < course.end.earliest
            and (course.start is None or course.start.earliest <= grew.latest)
        ]
        if during:
            found.append(
                f"growth in {', '.join(map(str, during))} was during the course of {_therapies(course)}, not after it: "
                "it does not count as growth after treatment (D09b); did-not-work may apply, if the team says so (D06b)"
            )
    return tuple(found)


def _therapies(course: Course) -> str:
    return " and ".join(local(therapy) for therapy in course.therapies)


def facts(cases: Iterable[Case], vocabulary: Vocabulary) -> Graph:
    """Return the facts of cases as a graph: given findings, courses, what is declined, and the derived facts.

    Courses and derived facts are blank nodes. Nothing in it is an option; those come from the closure.
    """
    graph = Graph()
    for case in cases:
        courses = {id(course): BNode() for course in case.courses}
        for triple in _case_triples(case, courses, vocabulary):
            graph.add(triple)
    return graph


def _case_triples(
    case: Case, nodes: Mapping[int, BNode], vocabulary: Vocabulary
) -> Iterator[tuple[Node, URIRef, Node]]:
    yield case.iri, RDF.type, STS.PatientCase
    if case.label:
        yield case.iri, RDFS.label, Literal(case.label, lang="en")
    if case.as_of is not None:
        yield case.iri, STS.asOf, Literal(str(case.as_of))
    if case.history_complete:
        yield case.iri, STS.historyComplete, Literal(True)
    if case.tumour_count is not None:
        yield case.iri, STS.tumourCount, Literal(case.tumour_count)
    if case.largest_diameter_mm is not None:
        yield case.iri, STS.largestDiameterMm, Literal(case.largest_diameter_mm, datatype=XSD.decimal)
    for given in case.given:
        yield case.iri, STS.hasFinding if given.holds else STS.lacksFinding, given.finding
    for modality in case.declines:
        yield case.iri, STS.declinesModality, modality
    for course in case.courses:
        yield case.iri, STS.hadCourse, nodes[id(course)]
        yield from _course_triples(course, nodes[id(course)])
    for fact in derived(case, vocabulary):
        node = BNode()
        yield case.iri, STS.hasFinding if fact.holds else STS.lacksFinding, fact.finding
        yield node, RDF.type, STS.DerivedFact
        yield node, STS.ofCase, case.iri
        yield node, STS.onFinding, fact.finding
        yield node, STS.polarity, Literal(fact.holds)
        yield node, PROV.wasGeneratedBy, fact.rule
        for course in fact.courses:
            yield node, PROV.wasDerivedFrom, nodes[id(course)]


def _course_triples(course: Course, node: BNode) -> Iterator[tuple[Node, URIRef, Node]]:
    yield node, RDF.type, STS.TreatmentCourse
    for therapy in course.therapies:
        yield node, STS.includesTherapy, therapy
    if course.outcome is not None:
        yield node, STS.courseOutcome, course.outcome
    dated = [(STS.courseStart, course.start), (STS.courseEnd, course.end), (STS.noGrowthUntil, course.no_growth_until)]
    for predicate, date in [*dated, *((STS.progressionDate, grew) for grew in course.growth)]:
        if date is not None:
            yield node, predicate, Literal(str(date))
