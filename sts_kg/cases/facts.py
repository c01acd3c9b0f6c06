"""The facts of cases as a graph: given findings, courses, what is declined, and the derived facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import PROV, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.cases.case import Case, Course
from sts_kg.cases.fact_rules import SINGLE_THERAPY, derived, was_given
from sts_kg.cases.marks import tried_marks
from sts_kg.guideline import Vocabulary, written
from sts_kg.rdf import STS, ShownGraph

__all__ = ["conclusions", "course_nodes", "facts_of"]


def facts_of(cases: Iterable[Case], vocabulary: Vocabulary, *, name: URIRef | None = None) -> ShownGraph:
    """Return the facts of cases as a graph: given findings, courses, what is declined, and what fact rules conclude.

    That is findings, the class of courses that were given (D32), and the marks of tried options (D35). Courses and
    conclusions are blank nodes, named after case and number: the same cases give the same graph, and
    the graphs of different cases can be merged. Nothing in it is an option; those come from the closure.
    """
    graph = ShownGraph(identifier=name)
    for case in cases:
        for triple in _case_triples(case, vocabulary):
            graph.add(triple)
    return graph


def conclusions(case: Case, vocabulary: Vocabulary) -> tuple[object, ...]:
    """Return what the fact rules conclude that findings may follow from: derived findings, and classes of courses."""
    return (
        derived(case, vocabulary),
        tuple(was_given(course, vocabulary) for course in case.courses),
        SINGLE_THERAPY in vocabulary.rules,
    )


def course_nodes(case: Case) -> tuple[BNode, ...]:
    """Return the blank nodes of the courses of a case, in their order."""
    return tuple(BNode(f"{_name(case)}course{number}") for number in range(1, len(case.courses) + 1))


def _name(case: Case) -> str:
    """Return what the blank nodes of a case begin with."""
    return f"b{sha256(case.iri.encode()).hexdigest()[:20]}"


def _case_triples(case: Case, vocabulary: Vocabulary) -> Iterator[tuple[Node, URIRef, Node]]:
    nodes = course_nodes(case)
    yield case.iri, RDF.type, STS.PatientCase
    if vocabulary.ontology is not None:
        yield case.iri, STS.answeredBy, vocabulary.ontology
    if case.label:
        yield case.iri, RDFS.label, Literal(case.label, lang="en")
    if case.as_of is not None:
        yield case.iri, STS.asOf, Literal(str(case.as_of))
    if case.history_complete is not None:
        yield case.iri, STS.historyComplete, Literal(case.history_complete)
    for of, value in case.numbers.items():
        datatype = XSD.integer if isinstance(value, int) else XSD.decimal
        yield case.iri, of, Literal(written(value), datatype=datatype)
    for given in case.given:
        yield case.iri, STS.hasFinding if given.holds else STS.lacksFinding, given.finding
    for declined in case.declines:
        yield case.iri, STS.declinesModality, declined.modality
    for grew in case.growth:
        yield case.iri, STS.progressionDate, Literal(str(grew))
    for number, period in enumerate(case.no_growth, 1):
        node = BNode(f"{_name(case)}nogrowth{number}")
        yield case.iri, STS.hadNoGrowth, node
        yield node, RDF.type, STS.NoGrowthPeriod
        yield node, STS.noGrowthFrom, Literal(str(period.since))
        yield node, STS.noGrowthUntil, Literal(str(period.until))
    for course, node in zip(case.courses, nodes, strict=True):
        yield case.iri, STS.hadCourse, node
        yield from _course_triples(course, node)
        if was_given(course, vocabulary):
            yield node, RDF.type, STS.GivenCourse
        if SINGLE_THERAPY in vocabulary.rules and len(set(course.therapies)) == 1:
            yield node, RDF.type, STS.SingleTherapyCourse
    yield from _concluded(case, nodes, vocabulary)


def _concluded(case: Case, nodes: tuple[BNode, ...], vocabulary: Vocabulary) -> Iterator[tuple[Node, URIRef, Node]]:
    """Yield what the fact rules conclude, each finding and each mark with what it was derived from."""
    for number, fact in enumerate(derived(case, vocabulary), 1):
        node = BNode(f"{_name(case)}fact{number}")
        yield case.iri, STS.hasFinding if fact.holds else STS.lacksFinding, fact.finding
        yield node, RDF.type, STS.DerivedFact
        yield node, STS.ofCase, case.iri
        yield node, STS.onFinding, fact.finding
        yield node, STS.polarity, Literal(fact.holds)
        yield node, STS.concludedBy, fact.rule
        for course in fact.courses:
            yield node, PROV.wasDerivedFrom, nodes[case.courses.index(course)]
    for number, mark in enumerate(tried_marks(case, vocabulary), 1):
        node = BNode(f"{_name(case)}mark{number}")
        if mark.is_tried:
            yield case.iri, STS.hasTriedOption, mark.option
        yield node, RDF.type, STS.OptionMark
        yield node, STS.ofCase, case.iri
        yield node, STS.markedOption, mark.option
        yield node, STS.hasMark, mark.mark
        source = nodes[case.courses.index(mark.source)] if isinstance(mark.source, Course) else mark.source
        yield node, PROV.wasDerivedFrom, source


def _course_triples(course: Course, node: BNode) -> Iterator[tuple[Node, URIRef, Node]]:
    yield node, RDF.type, STS.TreatmentCourse
    for therapy in course.therapies:
        yield node, STS.includesTherapy, therapy
    if course.outcome is not None:
        yield node, STS.courseOutcome, course.outcome
    if course.indication is not None:
        yield node, STS.courseIndication, course.indication
    for purpose in course.purposes:
        yield node, STS.coursePurpose, purpose
    for site in course.sites:
        yield node, STS.courseSite, site
    if course.ongoing is not None:
        yield node, STS.ongoing, Literal(course.ongoing)
    if course.first_growth:
        yield node, STS.firstGrowth, Literal(True)
    dated = [(STS.courseStart, course.start), (STS.courseEnd, course.end), (STS.noGrowthUntil, course.no_growth_until)]
    for predicate, known in [*dated, *((STS.progressionDate, grew) for grew in course.growth)]:
        if known is not None:
            yield node, predicate, Literal(str(known))
