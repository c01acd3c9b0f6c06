"""Patient cases: what a person has, lacks and has had, read from YAML, JSON, CSV or RDF; facts as a graph.

OWL 2 RL has no date arithmetic, so the fact rules of `findings.ttl` are applied here, before reasoning (clinical
model, section 8). The names of findings, therapies, outcomes and modalities come from the ontology.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from unicodedata import category
from urllib.parse import quote, unquote

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import PROV, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.cases.dates import PartialDate, a_year_later
from sts_kg.errors import CaseError, nearest
from sts_kg.guideline import Vocabulary
from sts_kg.rdf import CASE, STS, local

__all__ = [
    "Case",
    "Course",
    "Derived",
    "Given",
    "Place",
    "dated",
    "derived",
    "facts",
    "hints",
    "misdated",
    "shown",
]


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
class Place:
    """Where a text stands in a case file: its line, or in RDF, which has no lines, what the triple is about.

    Its methods return what the text stands for, or raise a CaseError: what is wrong, where, what would be right.
    """

    path: str | Path
    line: int | None = None
    about: str = ""

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}" if self.line is not None else str(self.path)

    def error(
        self, reason: str, *, key: str | None = None, value: object = None, valid: Iterable[str] = ()
    ) -> CaseError:
        """Return an error at this place."""
        reason = f"{self.about}: {reason}" if self.about else reason
        return CaseError(reason, path=self.path, line=self.line, key=key, value=value, valid=valid)

    def unknown(self, reason: str, text: str, valid: Iterable[str], *, key: str) -> CaseError:
        """Return the error for a text that is none of the valid words: it names the near ones, or else all."""
        words = list(valid)
        known = "" if nearest(text, words) else f"; known are {', '.join(words)}"
        return self.error(reason + known, key=key, value=text, valid=words)

    def word(self, text: str, words: Mapping[str, URIRef], kind: str) -> URIRef:
        """Return the term that a word stands for; `kind` is what the words name."""
        if text not in words:
            shortest = {iri: word for word, iri in sorted(words.items(), key=lambda pair: -len(pair[0]))}
            raise self.unknown(f"there is no {kind} {shown(text)}", text, sorted(shortest.values()), key=kind)
        return words[text]

    def yes_or_no(self, text: str, key: str, words: Mapping[str, bool | None]) -> bool | None:
        """Return what a yes-or-no word stands for; None for what stands for unknown."""
        word = text.strip().casefold()
        if word in words:
            return words[word]
        known = "yes, no or unknown" if "unknown" in words else "yes, no or nothing" if "" in words else "true or false"
        raise self.error(f"{shown(text)} is no value of {key}: {known} is expected", key=key, value=text)

    def date(self, text: str, key: str) -> PartialDate:
        """Return a date that may be partial."""
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise self.error(f"{key}: {error}", key=key, value=text) from error

    def whole(self, text: str, key: str) -> int:
        """Return a number of things."""
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise self.error(f"{key}: {shown(text)} is no whole number, such as 3", key=key, value=text)
        return int(text)

    def millimetres(self, text: str, key: str) -> str:
        """Return a length in millimetres as it is written."""
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
            raise self.error(f"{key}: {shown(text)} is no number of millimetres, such as 12.5", key=key, value=text)
        return text

    def id(self, text: str, key: str = "case") -> str:
        """Return an id of a case."""
        if not text.strip() or len(text) > 200 or not text.isprintable():
            reason = f"{shown(text)} is no id of a case: one to 200 printable characters are expected"
            raise self.error(reason, key=key, value=text)
        return text.strip()

    def label(self, text: str, key: str = "label") -> str:
        """Return a label on one line, without what a terminal would obey."""
        label = " ".join(text.split())
        if any(category(character) == "Cc" for character in label):
            raise self.error(f"{key}: {shown(text)} holds a control character", key=key, value=text)
        return label


def shown(text: str) -> str:
    """Return a text as an error shows it: quoted, escaped, not longer than a line."""
    return repr(str(text) if len(text) <= 60 else text[:60] + "…")


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
    counting = _counting(case, vocabulary)
    finding = vocabulary.concluded_by(GROWTH_WINDOW)
    values = [_growth_after(course, case.as_of) for course in counting]
    if True in values:
        return Derived(finding, True, GROWTH_WINDOW, (counting[values.index(True)],))
    if case.history_complete and all(value is False for value in values):
        return Derived(finding, False, GROWTH_WINDOW, tuple(counting))
    return None


def _counting(case: Case, vocabulary: Vocabulary) -> list[Course]:
    """Return the courses that count for the growth window: those with a therapy that it does not disregard."""
    disregarded = vocabulary.disregarded_by(GROWTH_WINDOW)
    return [course for course in case.courses if not disregarded.issuperset(course.therapies)]


def _growth_after(course: Course, as_of: PartialDate | None) -> bool | None:
    """Return whether the sarcoma grew within a year after the end of a course; None if the dates leave it open.

    Partial dates are intervals; an answer is given where every day in them gives it (clinical model, section 8).
    """
    end, until = course.end, course.no_growth_until
    if end is None or misdated(course, as_of) is not None:
        return None
    first_anniversary, last_anniversary = a_year_later(end.earliest), a_year_later(end.latest)
    if any(end.latest <= grew.earliest and grew.latest <= first_anniversary for grew in course.growth):
        return True
    if until is not None and until.earliest >= last_anniversary:
        return False
    only_later = bool(course.growth) and all(grew.earliest > last_anniversary for grew in course.growth)
    return False if only_later else None


def _possible_ends(course: Course, as_of: PartialDate | None) -> Iterator[date]:
    """Yield the days on which a course can have ended: of its partial end those that fit its other dates."""
    start, end, until = course.start, course.end, course.no_growth_until
    if end is None:
        return
    first = max(end.earliest, start.earliest) if start else end.earliest
    last = min(_latest(end, as_of), until.latest) if until else _latest(end, as_of)
    for day in map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)):
        free_until = max(day, until.earliest) if until else None
        if free_until is None or not any(
            day <= grew.earliest and _latest(grew, as_of) <= free_until for grew in course.growth
        ):
            yield day


def _latest(known: PartialDate, as_of: PartialDate | None) -> date:
    """Return the last day that a date can be: what a case records is not later than the case."""
    return min(known.latest, as_of.latest) if as_of else known.latest


def misdated(course: Course, as_of: PartialDate | None) -> tuple[str, PartialDate, str] | None:
    """Return what is wrong with the dates of a course: the key, the date, and a sentence; None if they can all be.

    Nothing is later than the case, `as_of`; a course ends no earlier than it starts; `no_growth_until` is not before
    that, and there is no growth from the end of the course up to it. Partial dates are wrong if no days fit.
    """
    start, end, until = course.start, course.end, course.no_growth_until
    dated = [("start", start), ("end", end), *(("growth", grew) for grew in course.growth), ("no_growth_until", until)]
    for key, known in dated:
        if known and as_of and known.earliest > as_of.latest:
            return key, known, f"{key} {known} is after the date of the case, as_of {as_of}"
    ordered = [(key, known) for key, known in (("start", start), ("end", end), ("no_growth_until", until)) if known]
    for (earlier, before), (later, after) in combinations(ordered, 2):
        if after.latest < before.earliest:
            return later, after, f"{later} {after} is before {earlier} {before}"
    if until and end:
        for grew in course.growth:
            if min(end.latest, until.latest) <= grew.earliest and _latest(grew, as_of) <= until.earliest:
                return (
                    "growth",
                    grew,
                    f"growth {grew} is after end {end}, and no_growth_until {until} says there was none",
                )
    if end and not any(True for _ in _possible_ends(course, as_of)):
        return "end", end, f"no day of end {end} fits the other dates of the course"
    return None


def dated(course: Course, as_of: PartialDate | None, place: Place, places: Mapping[str, Place] | None = None) -> Course:
    """Return a course if its dates can be, else raise at the place of the wrong one."""
    if wrong := misdated(course, as_of):
        key, date, why = wrong
        raise (places or {}).get(key, place).error(why, key=key, value=str(date))
    return course


def hints(case: Case, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what a person should look at in a case and no rule may conclude (D06b, D09b)."""
    found = []
    for course in _counting(case, vocabulary):
        before_end = [
            grew
            for grew in course.growth
            if course.end is not None
            and grew.latest < course.end.earliest
            and (course.start is None or course.start.earliest <= grew.latest)
        ]
        if before_end:
            found.append(
                f"growth in {', '.join(map(str, before_end))} was before the end of the course of "
                f"{_therapies(course)}: it does not count as growth after treatment (D09b); "
                "did-not-work may apply, if the team says so (D06b)"
            )
    return tuple(found)


def _therapies(course: Course) -> str:
    return " and ".join(local(therapy) for therapy in course.therapies)


def facts(cases: Iterable[Case], vocabulary: Vocabulary) -> Graph:
    """Return the facts of cases as a graph: given findings, courses, what is declined, and the derived facts.

    Courses and derived facts are blank nodes, named after case and number: the same cases give the same graph, and
    the graphs of different cases can be merged. Nothing in it is an option; those come from the closure.
    """
    graph = Graph()
    for case in cases:
        for triple in _case_triples(case, vocabulary):
            graph.add(triple)
    return graph


def _case_triples(case: Case, vocabulary: Vocabulary) -> Iterator[tuple[Node, URIRef, Node]]:
    name = f"b{sha256(case.iri.encode()).hexdigest()[:20]}"
    courses = {id(course): BNode(f"{name}course{number}") for number, course in enumerate(case.courses, 1)}
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
        yield case.iri, STS.hadCourse, courses[id(course)]
        yield from _course_triples(course, courses[id(course)])
    for number, fact in enumerate(derived(case, vocabulary), 1):
        node = BNode(f"{name}fact{number}")
        yield case.iri, STS.hasFinding if fact.holds else STS.lacksFinding, fact.finding
        yield node, RDF.type, STS.DerivedFact
        yield node, STS.ofCase, case.iri
        yield node, STS.onFinding, fact.finding
        yield node, STS.polarity, Literal(fact.holds)
        yield node, STS.concludedBy, fact.rule
        for course in fact.courses:
            yield node, PROV.wasDerivedFrom, courses[id(course)]


def _course_triples(course: Course, node: BNode) -> Iterator[tuple[Node, URIRef, Node]]:
    yield node, RDF.type, STS.TreatmentCourse
    for therapy in course.therapies:
        yield node, STS.includesTherapy, therapy
    if course.outcome is not None:
        yield node, STS.courseOutcome, course.outcome
    dated = [(STS.courseStart, course.start), (STS.courseEnd, course.end), (STS.noGrowthUntil, course.no_growth_until)]
    for predicate, known in [*dated, *((STS.progressionDate, grew) for grew in course.growth)]:
        if known is not None:
            yield node, predicate, Literal(str(known))
