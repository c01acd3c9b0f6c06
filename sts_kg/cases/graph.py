"""Cases in RDF: a graph to cases. What is derived may not be given, and whatever cannot be used is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node

from sts_kg.cases.case import Case, Course, Declined, Given, NoGrowth
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.fact_rules import impossible, impossible_case, require_possible
from sts_kg.cases.places import Place, cut, shown
from sts_kg.guideline import Vocabulary
from sts_kg.rdf import STS, compress, is_ours

__all__ = ["cases_in"]

_T = TypeVar("_T")
_RDF_WORDS: dict[str, bool | None] = {"true": True, "1": True, "false": False, "0": False}
_OF_CASE = {
    *(STS.hasFinding, STS.lacksFinding, STS.hadCourse, STS.declinesModality),
    *(STS.asOf, STS.historyComplete, STS.progressionDate, STS.hadNoGrowth),
}
_OF_COURSE = {
    *(STS.includesTherapy, STS.courseOutcome, STS.courseStart, STS.courseEnd, STS.progressionDate, STS.noGrowthUntil),
    *(STS.firstGrowth, STS.ongoing, STS.courseIndication, STS.coursePurpose, STS.courseSite),
}
_OF_PERIOD = {STS.noGrowthFrom, STS.noGrowthUntil}
_DERIVED = {STS.hasOption, STS.hasUnmetOption, STS.hasTriedOption, STS.hasDeclinedOption}
_TYPES = {STS.PatientCase, STS.TreatmentCourse, STS.NoGrowthPeriod}
_WORDS = {word.removeprefix(STS): word for word in _OF_CASE | _OF_COURSE | _OF_PERIOD | _DERIVED | _TYPES}


def cases_in(graph: Graph, path: str | Path, vocabulary: Vocabulary) -> Iterator[tuple[Place, Case]]:
    """Yield the cases of a graph by their IRIs, each with its place; `path` is for the errors.

    Raises
    ------
    CaseError
        A case is a blank node, a derived property or class is given, or a term is not what may stand there.
    """
    facts = _Facts(path, graph, vocabulary)
    for triple in sorted(graph, key=lambda triple: tuple(map(str, triple))):
        facts.check(*triple)
    for iri in sorted(facts.cases, key=str):
        if not isinstance(iri, URIRef):
            raise Place(path).error("a case is a blank node; a case needs an IRI, such as case:f")
        place = Place(path, None, compress(iri))
        yield place, facts.case(iri, place)


def _last(iri: str) -> str:
    return re.split("[/#:]", iri)[-1]


class _Facts:
    """What the triples of a file say of cases and courses."""

    def __init__(self, path: str | Path, graph: Graph, vocabulary: Vocabulary) -> None:
        self.path, self.graph, self.vocabulary = path, graph, vocabulary
        self.numbers = {number.iri: number for number in vocabulary.numbers.values()}
        self.of_case = _OF_CASE | self.numbers.keys()
        self.by_name = _WORDS | {_last(of): of for of in self.numbers}
        self.courses = set(graph.objects(None, STS.hadCourse))
        self.periods = set(graph.objects(None, STS.hadNoGrowth))
        self.cases = set(graph.subjects(RDF.type, STS.PatientCase))
        of_case = (self.of_case | _DERIVED) - _OF_COURSE
        self.cases.update(s for s, predicate in graph.subject_predicates() if predicate in of_case)
        self.cases -= self.courses | self.periods

    def check(self, subject: Node, predicate: Node, object_: Node) -> None:
        """Raise unless a triple is one that a case file may give; triples in other vocabularies are left alone."""
        place, name = Place(self.path, None, self.name(subject)), compress(str(predicate))
        for term in (predicate, object_) if predicate == RDF.type else (predicate,):
            if (meant := self.meant(term)) is not None:
                left = "would be left alone, as a term of another vocabulary"
                reason = f"{shown(str(term))} {left}; write {compress(meant)}"
                raise place.error(reason, key=name, value=str(term))
        if predicate in _DERIVED:
            raise place.error(f"{name} is derived and may not be given; give findings instead", key=name)
        if predicate == RDF.type and object_ not in _TYPES and is_ours(str(object_)):
            reason = f"the type {cut(compress(str(object_)))} may not be given; types follow from findings and courses"
            raise place.error(reason, key="rdf:type", value=str(object_))
        typed = predicate == RDF.type and object_ in (STS.TreatmentCourse, STS.NoGrowthPeriod)
        if is_ours(str(predicate)) or predicate in self.numbers or typed:
            if subject not in self.cases | self.courses | self.periods:
                if predicate in _OF_COURSE or object_ == STS.TreatmentCourse:
                    raise place.error("a course of no case; link it to one by sts:hadCourse", key=name)
                if predicate in _OF_PERIOD or typed:
                    raise place.error("a period of no case; link it to one by sts:hadNoGrowth", key=name)
            kind, valid = self.kind(subject)
            if predicate not in valid | {RDF.type}:
                words = sorted(compress(str(word)) for word in valid)
                raise place.unknown(f"{cut(name)} cannot be said of {kind}", name, words, key=name)
        if predicate in (STS.hadCourse, STS.hadNoGrowth) and isinstance(object_, Literal):
            reason = f"{name} has the value {shown(str(object_))}; a blank node or an IRI is expected"
            raise place.error(reason, key=name, value=str(object_))

    def meant(self, term: Node) -> URIRef | None:
        """Return the term of ours that an IRI likely means: in a namespace like ours, or of no declared prefix."""
        iri = str(term)
        if not isinstance(term, URIRef) or is_ours(iri) or term in self.numbers:
            return None
        foreign = iri.startswith(("http://", "https://", "urn:")) and "/sts-kg" not in iri
        return None if foreign else self.by_name.get(_last(iri))

    def kind(self, thing: Node) -> tuple[str, set[URIRef]]:
        """Return what a thing is, in words, and the properties that may be said of it."""
        if thing in self.courses:
            return "a course", _OF_COURSE
        return ("a period without growth", _OF_PERIOD) if thing in self.periods else ("a case", self.of_case)

    def name(self, thing: Node) -> str:
        if isinstance(thing, URIRef):
            return compress(thing)
        if thing in self.periods:
            return "a period without growth"
        owners = sorted(compress(str(case)) for case in self.graph.subjects(STS.hadCourse, thing))
        return f"a course of {owners[0]}" if owners else "a blank node"

    def case(self, iri: URIRef, place: Place) -> Case:
        as_of = self.one(iri, STS.asOf, Place.date)
        labels = [label for label in self.graph.objects(iri, RDFS.label) if isinstance(label, Literal)]
        labels.sort(key=lambda label: (label.language != "en", label.language or "", str(label)))
        given = [
            Given(finding, holds, str(place))
            for predicate, holds in ((STS.hasFinding, True), (STS.lacksFinding, False))
            for finding in self.words(iri, predicate, self.vocabulary.findings, "finding")
        ]
        courses, periods = (
            sorted(self.graph.objects(iri, predicate), key=lambda node: sorted(map(str, self.graph.objects(node))))
            for predicate in (STS.hadCourse, STS.hadNoGrowth)
        )
        case = Case(
            id=place.id(Case.id_of(iri)),
            iri=iri,
            label=place.label(str(labels[0])) if labels else "",
            as_of=as_of,
            given=tuple(given),
            courses=tuple(self.course(course, as_of) for course in courses),
            history_complete=self.yes_or_no(iri, STS.historyComplete),
            growth=self.growth(iri),
            no_growth=tuple(map(self.period, periods)),
            declines=tuple(
                Declined(modality, str(place))
                for modality in self.words(iri, STS.declinesModality, self.vocabulary.modalities, "modality")
            ),
            numbers=dict(self.numbers_of(iri)),
            place=str(place),
        )
        require_possible(impossible_case(case), place)
        return case

    def numbers_of(self, iri: URIRef) -> Iterator[tuple[URIRef, int | Decimal]]:
        for of, number in self.numbers.items():
            value = self.one(iri, of, partial(Place.number, number=number))
            if value is not None:
                yield of, value

    def period(self, node: Node) -> NoGrowth:
        place = Place(self.path, None, self.name(node))
        since, until = (self.one(node, one, Place.date) for one in (STS.noGrowthFrom, STS.noGrowthUntil))
        if since is None or until is None:
            raise place.error("two dates are needed, sts:noGrowthFrom and sts:noGrowthUntil", key="sts:hadNoGrowth")
        return NoGrowth(since, until, str(place))

    def growth(self, node: Node) -> tuple[PartialDate, ...]:
        place = Place(self.path, None, self.name(node))
        dates = sorted(map(str, self.graph.objects(node, STS.progressionDate)))
        return tuple(place.date(text, "sts:progressionDate") for text in dates)

    def yes_or_no(self, node: Node, predicate: URIRef) -> bool | None:
        return self.one(node, predicate, lambda place, text, key: place.yes_or_no(text, key, _RDF_WORDS))

    def course(self, node: Node, as_of: PartialDate | None) -> Course:
        place = Place(self.path, None, self.name(node))
        therapies = self.words(node, STS.includesTherapy, self.vocabulary.therapies, "therapy")
        if not therapies:
            raise place.error("a course needs at least one therapy (sts:includesTherapy)", key="sts:includesTherapy")
        course = Course(
            therapies=therapies,
            start=self.one(node, STS.courseStart, Place.date),
            end=self.one(node, STS.courseEnd, Place.date),
            outcome=self.word(node, STS.courseOutcome, self.vocabulary.outcomes, "outcome"),
            growth=self.growth(node),
            no_growth_until=self.one(node, STS.noGrowthUntil, Place.date),
            place=str(place),
            first_growth=bool(self.yes_or_no(node, STS.firstGrowth)),
            ongoing=self.yes_or_no(node, STS.ongoing),
            indication=self.word(node, STS.courseIndication, self.vocabulary.indications, "indication"),
            purposes=self.words(node, STS.coursePurpose, self.vocabulary.purposes, "purpose"),
            sites=self.words(node, STS.courseSite, self.vocabulary.sites, "site"),
        )
        require_possible(impossible(course, as_of), place)
        return course

    def word(self, subject: Node, predicate: URIRef, valid: Mapping[str, URIRef], kind: str) -> URIRef | None:
        found = self.words(subject, predicate, valid, kind)
        self.one(subject, predicate, lambda place, text, key: text)  # or the error that there are several
        return next(iter(found), None)

    def words(self, subject: Node, predicate: URIRef, valid: Mapping[str, URIRef], kind: str) -> tuple[URIRef, ...]:
        values = sorted(self.graph.objects(subject, predicate), key=str)
        names = {compress(iri): iri for iri in valid.values()}
        place = Place(self.path, None, self.name(subject))
        for value in values:
            if not isinstance(value, URIRef):
                what = f"the text {shown(str(value))}" if isinstance(value, Literal) else "a blank node"
                article = "an" if kind[0] in "aeiou" else "a"
                reason = f"{compress(predicate)} has {what} for a value; an IRI of {article} {kind} is expected"
                raise place.error(reason, key=kind, value=str(value), valid=names)
        return tuple(place.word(compress(str(value)), names, kind) for value in values)

    def one(self, subject: Node, predicate: URIRef, make: Callable[[Place, str, str], _T]) -> _T | None:
        values, name = sorted(map(str, self.graph.objects(subject, predicate))), compress(predicate)
        place = Place(self.path, None, self.name(subject))
        if len(values) > 1:
            raise place.error(f"{name} has {len(values)} values, one is expected: {', '.join(values)}", key=name)
        return make(place, values[0], name) if values else None
