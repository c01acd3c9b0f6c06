"""Marks: what happened to a person, or what the person says, beside an option. No mark changes a status.

What a course held is judged by a rule, since it needs absence (D35); declining and reported findings mark the options
of a modality.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import permutations

from rdflib import URIRef

from sts_kg.cases.case import Case, Course, Given
from sts_kg.cases.fact_rules import regarded, therapies_of
from sts_kg.guideline import Report, Vocabulary, short
from sts_kg.rdf import STS
from sts_kg.shown import Shown

__all__ = ["TRIED", "TRIED_OPTIONS", "Mark", "other_marks", "tried_marks"]

TRIED_OPTIONS = STS.TriedOptionsRule
TRIED = STS["mark-tried"]
GIVEN_BEFORE = STS["mark-given-before"]
DECLINED = STS["mark-declined"]


@dataclass(frozen=True)
class Mark(Shown):
    """A mark on an option of a case: what it says (`sts:mark-…`, with its label), whether that is *tried*, and why.

    `source` is the course, the finding or the modality behind it, `reason` says so in words, and `place` is where it
    stands; empty if no file says it.
    """

    option: URIRef
    mark: URIRef
    label: str
    is_tried: bool
    source: Course | URIRef
    reason: str
    place: str

    def __repr__(self) -> str:
        return f"<Mark: {self.label}, {self.reason}>"

    def as_dict(self) -> dict[str, object]:
        """Return the mark as plain values."""
        return {"mark": self.label, "reason": self.reason, "place": self.place}


def tried_marks(case: Case, vocabulary: Vocabulary) -> tuple[Mark, ...]:
    """Return the marks of `sts:rule-tried-options`: what the courses of a case held, and findings that report it.

    A course for another cancer marks nothing (D33). A finding that reports the outcome of a therapy, such as
    doxorubicin-did-not-work (S11), marks the options of the courses with that therapy if none of them has the
    outcome; without such a course it marks every option with the therapy, and the groups of it.
    """
    found = {
        (option, course): mark
        for course in regarded(case, vocabulary.rule(TRIED_OPTIONS))
        for option in vocabulary.contents
        if (mark := _mark_by(course, option, vocabulary)) is not None
    }
    marks = []
    for given, report, courses in _reported(case, vocabulary):
        mark, reason = vocabulary.mark_of(report.outcome) or TRIED, f"the finding {short(report.finding)}"
        for option, contents in vocabulary.contents.items():
            holding = [course for course in courses if found.get((option, course), GIVEN_BEFORE) != GIVEN_BEFORE]
            kinds = _and_broader([report.therapy], vocabulary) if contents.is_group else {report.therapy}
            if kinds & contents.components and (holding or not courses):
                marks.append(_mark(option, mark, report.finding, reason, given.place, vocabulary))
                for course in holding:
                    if found[option, course] == TRIED:
                        del found[option, course]
    for (option, course), mark in found.items():
        reason = f"a course of {therapies_of(course)}"
        if mark == GIVEN_BEFORE:
            reason += f"; its {'site' if vocabulary.contents[option].sites else 'purpose'} is not recorded"
        marks.append(_mark(option, mark, course, reason, course.place, vocabulary))
    return tuple(marks)


def _reported(case: Case, vocabulary: Vocabulary) -> Iterator[tuple[Given, Report, list[Course]]]:
    """Yield the outcomes that findings report and no course has, with the courses that hold the therapy."""
    for given in case.given:
        for report in vocabulary.reports:
            if given.holds and given.finding == report.finding:
                counting = regarded(case, vocabulary.rule(TRIED_OPTIONS))
                courses = [course for course in counting if report.therapy in course.therapies]
                if all(course.outcome != report.outcome for course in courses):
                    yield given, report, courses


def _mark_by(course: Course, option: URIRef, vocabulary: Vocabulary) -> URIRef | None:
    """Return the mark that a course gives to an option; None if it did not hold what the option consists of."""
    contents = vocabulary.contents[option]
    by_outcome = (vocabulary.mark_of(course.outcome) if course.outcome else None) or TRIED
    if not vocabulary.rule(TRIED_OPTIONS).needs_all:
        return by_outcome if contents.components & _and_broader(course.therapies, vocabulary) else None
    beside = _and_broader(set(course.therapies) - contents.components, vocabulary)
    if not _holds_all(course, contents.components, vocabulary) or contents.without & beside:
        return None
    sites = {*course.sites, *(site for one in course.purposes for site in vocabulary.sites_of_purposes.get(one, ()))}
    decisive: list[tuple[Set[URIRef], Set[URIRef]]] = [
        (contents.sites, sites),
        (contents.purposes, set(course.purposes)),
    ]
    if any(wanted and recorded and wanted.isdisjoint(recorded) for wanted, recorded in decisive):
        return None
    if any(wanted and not recorded for wanted, recorded in decisive):
        return GIVEN_BEFORE
    return by_outcome


def _holds_all(course: Course, components: Set[URIRef], vocabulary: Vocabulary) -> bool:
    """Return whether a course held all components, each by a therapy of its own: the component or a kind of it."""
    return any(
        all(
            component in _and_broader([therapy], vocabulary)
            for component, therapy in zip(components, held, strict=True)
        )
        for held in permutations(course.therapies, len(components))
    )


def _and_broader(therapies: Iterable[URIRef], vocabulary: Vocabulary) -> set[URIRef]:
    """Return therapies with all that they are kinds of."""
    return {kind for therapy in therapies for kind in vocabulary.kinds.get(therapy, (therapy,))}


def other_marks(case: Case, known: Mapping[URIRef, bool], vocabulary: Vocabulary) -> Iterator[Mark]:
    """Yield the marks by declining and by findings about a modality (S27, H3).

    `known` are the findings that the case has and lacks after reasoning.
    """
    places = {given.finding: given.place for given in case.given if given.holds}
    reasons = [(one.modality, f"declines {short(one.modality)}", one.place) for one in case.declines]
    for finding, modality in vocabulary.declining_findings.items():
        if finding in places:
            reasons.append((modality, f"the finding {short(finding)}", places[finding]))
    for modality, reason, place in reasons:
        for option in vocabulary.options_of(modality):
            yield _mark(option, DECLINED, modality, reason, place, vocabulary)
    for finding, modality in vocabulary.marking_findings.items():
        mark = vocabulary.mark_of(finding)
        if known.get(finding) and mark:
            for option in vocabulary.options_of(modality):
                place = places.get(finding, "")
                yield _mark(option, mark, finding, f"the finding {short(finding)}", place, vocabulary)


def _mark(
    option: URIRef, mark: URIRef, source: Course | URIRef, reason: str, place: str, vocabulary: Vocabulary
) -> Mark:
    return Mark(option, mark, vocabulary.label(mark), TRIED in vocabulary.broader(mark), source, reason, place)
