"""The fact rules of `findings.ttl`: dates and numbers become findings here, since OWL 2 RL has no arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import TypeAlias

from rdflib import URIRef

from sts_kg.cases.case import Case, Course, Derived, NoGrowth
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.growth import grew_within_a_year, is_free_of_growth, not_after
from sts_kg.cases.places import Place
from sts_kg.guideline import CourseRule, Vocabulary, short
from sts_kg.rdf import STS, local

__all__ = [
    "GROWTH_WINDOW",
    "SINGLE_THERAPY",
    "begun",
    "derived",
    "has_history",
    "hints",
    "impossible",
    "impossible_case",
    "impossible_growth",
    "impossible_period",
    "questions_about_courses",
    "regarded",
    "require_possible",
    "suggested",
    "therapies_of",
    "was_given",
]

GROWTH_WINDOW = STS.GrowthWindowRule
HISTORY_COMPLETE = STS.HistoryCompleteRule
GIVEN_COURSE = STS.GivenCourseRule
SINGLE_THERAPY = STS.SingleTherapyRule
#: What cannot be: the key of the case file, its value, and a sentence that says why.
Wrong: TypeAlias = tuple[str, object, str]


def derived(case: Case, vocabulary: Vocabulary) -> tuple[Derived, ...]:
    """Return the findings that the fact rules conclude for a case, before any reasoning.

    `sts:rule-growth-window` (S15, D09, D28), `sts:rule-history-complete` (D28), and every rule that compares a number
    (`sts:comparesProperty`); a rule that leaves its finding unknown, or that the guideline does not have, concludes
    nothing.

    Raises
    ------
    ParseError
        A rule of the guideline compares a number and lacks a bound or a finding.
    """
    if not has_history(case):
        return ()
    return (
        *_growth_window(case, vocabulary),
        *_history_complete(case, vocabulary),
        *_thresholds(case, vocabulary),
    )


def has_history(case: Case) -> bool:
    """Return whether a case says anything from which a fact rule concludes a finding: courses, dates, numbers."""
    return bool(case.numbers or case.courses or case.history_complete or case.growth)


def _history_complete(case: Case, vocabulary: Vocabulary) -> Iterator[Derived]:
    rule = vocabulary.rule(HISTORY_COMPLETE)
    if rule.iri is None or rule.concludes is None or not rule.concludes_absence or not case.history_complete:
        return
    if not regarded(case, rule):
        courses = regarded(case, replace(rule, therapies=None))
        yield Derived(rule.concludes, False, rule.iri, tuple(courses))


def _thresholds(case: Case, vocabulary: Vocabulary) -> Iterator[Derived]:
    """Yield what the rules conclude that compare a number: within the bounds it holds, outside it does not."""
    numbers = case.numbers
    for threshold in vocabulary.thresholds:
        if (number := numbers.get(threshold.compares)) is not None:
            found = (threshold.compares, number)
            yield Derived(threshold.finding, threshold.holds(number), threshold.rule, number=found)


def _growth_window(case: Case, vocabulary: Vocabulary) -> Iterator[Derived]:
    rule = vocabulary.rule(GROWTH_WINDOW)
    if rule.iri is None or rule.concludes is None:
        return
    counting = regarded(case, rule)
    possible = [course for course in counting if impossible(course, case.as_of) is None]
    if found := grew_within_a_year(case, possible, rule):
        course, grew = found
        yield Derived(rule.concludes, True, rule.iri, (course,), grew)
    elif rule.concludes_absence and case.history_complete and possible == counting:
        if all(is_free_of_growth(case, course, rule) for course in counting):
            yield Derived(rule.concludes, False, rule.iri, tuple(counting))


def regarded(case: Case, rule: CourseRule) -> list[Course]:
    """Return the courses of a case that a fact rule looks at (D09, D33)."""
    return [
        course
        for course in case.courses
        if course.indication not in rule.indications
        and not rule.disregards.issuperset(course.therapies)
        and (rule.therapies is None or rule.therapies & set(course.therapies))
    ]


def was_given(course: Course, vocabulary: Vocabulary) -> bool:
    """Return whether a course was given for the cancer of the case (D32, D33)."""
    rule = vocabulary.rule(GIVEN_COURSE)
    return course.indication not in rule.indications and (course.is_over or not rule.needs_over)


def begun(case: Case, vocabulary: Vocabulary) -> tuple[Course, ...]:
    """Return the courses of chemotherapy for this cancer that may be going on, and so do not count as given (D32)."""
    chemotherapy = regarded(case, vocabulary.rule(HISTORY_COMPLETE))
    return tuple(course for course in chemotherapy if not was_given(course, vocabulary))


def questions_about_courses(case: Case, vocabulary: Vocabulary) -> dict[URIRef, str]:
    """Return the finding that waits for courses that may be going on, with the question to put instead of its own.

    Only that they are over would settle it. The question is empty where each of them is said to be going on: then
    there is nothing to ask (D32).
    """
    finding = vocabulary.rule(HISTORY_COMPLETE).concludes
    if finding is None or not (waiting := begun(case, vocabulary)):
        return {}
    asked = [course for course in waiting if not course.ongoing]
    question = vocabulary.question(vocabulary.rule(GIVEN_COURSE).iri)
    answers = " Answer with its end, or with ongoing: yes or no." if asked else ""
    return {finding: " ".join(f"{question} ({described(course)})" for course in asked) + answers}


def described(course: Course) -> str:
    """Return the therapies of a course and its start, with the place where it stands."""
    since = f", from {course.start}" if course.start else ""
    return f"{therapies_of(course)}{since}" + (f"; {course.place}" if course.place else "")


def impossible(course: Course, as_of: PartialDate | None) -> Wrong | None:
    """Return what is wrong with a course: the key, its value, and a sentence; None if it can be.

    Nothing is later than the case, `as_of`; a course ends no earlier than it starts, and `no_growth_until` is not
    before its end. A partial date is wrong if no day of it fits. A course that is going on has no end and no outcome,
    and a first growth has a date.
    """
    ordered = [("start", course.start), ("end", course.end), ("no_growth_until", course.no_growth_until)]
    for key, known in [*ordered, *(("growth", grew) for grew in course.growth)]:
        if wrong := _too_late(key, known, as_of):
            return wrong
    known_ones = [(key, known) for key, known in ordered if known]
    for (earlier, before), (later, after) in combinations(known_ones, 2):
        if after.latest < before.earliest:
            return later, after, f"{later} {after} is before {earlier} {before}"
    ended = {
        "end": course.end,
        "outcome": course.outcome and short(course.outcome),
        "no_growth_until": course.no_growth_until,
        "first_growth": course.first_growth and "yes",
    }
    if course.ongoing and (said := [f"the {key} {value}" for key, value in ended.items() if value]):
        return "ongoing", "yes", f"ongoing is yes, but the course has {said[0]}; leave one of the two out"
    if course.first_growth and not course.growth:
        return "first_growth", "yes", "first_growth is yes, but the course has no growth; give its date"
    return None


def impossible_case(case: Case) -> Wrong | None:
    """Return what is wrong with the dates of growth of a case: the key, the date, and a sentence; None if nothing."""
    wrong = [impossible_growth(grew, case.as_of) for grew in case.growth]
    return next(filter(None, [*wrong, *(impossible_period(period, case.as_of) for period in case.no_growth)]), None)


def impossible_growth(grew: PartialDate, as_of: PartialDate | None) -> Wrong | None:
    """Return what is wrong with a date of growth, as `impossible_case` does."""
    return _too_late("growth", grew, as_of)


def impossible_period(period: NoGrowth, as_of: PartialDate | None) -> Wrong | None:
    """Return what is wrong with a period without growth, as `impossible_case` does."""
    if period.until.latest < period.since.earliest:
        return "until", period.until, f"no_growth: until {period.until} is before from {period.since}"
    return _too_late("from", period.since, as_of) or _too_late("until", period.until, as_of)


def _too_late(key: str, known: PartialDate | None, as_of: PartialDate | None) -> Wrong | None:
    if known and as_of and known.earliest > as_of.latest:
        return key, known, f"{key} {known} is after the date of the case, as_of {as_of}"
    return None


def require_possible(wrong: Wrong | None, place: Place, places: Mapping[str, Place] | None = None) -> None:
    """Raise if something is wrong, as `impossible` and `impossible_case` say it.

    Raises
    ------
    CaseError
        At the place of the key, if `places` has it.
    """
    if wrong:
        key, value, why = wrong
        raise (places or {}).get(key, place).error(why, key=key, value=str(value))


def hints(case: Case, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what a person should look at in a case and no rule may conclude (D06b, D09b, D32)."""
    found, rule = [], vocabulary.rule(GROWTH_WINDOW)
    for course in regarded(case, rule) if rule.concludes and not rule.counts_from_start else ():
        if during := not_after(case, course):
            found.append(
                f"growth {' and '.join(grew.when for grew in during)} was not after the end of the course of "
                f"{therapies_of(course)}: it does not count as growth after treatment (D09b); "
                "did-not-work may apply, if the team says so (D06b)"
            )
    for course in begun(case, vocabulary):
        state = "is going on" if course.ongoing else "may be going on"
        found.append(f"a course ({described(course)}) {state}: it counts as given when it is over (D32)")
    return tuple(found)


def suggested(case: Case, vocabulary: Vocabulary) -> dict[URIRef, str]:
    """Return the findings that outcomes of courses for this cancer give reason to ask for, each with that reason.

    A hint is no fact: whether such a finding holds, the team says. Courses of comfort care only do not count.
    """
    found: dict[URIRef, list[str]] = {}
    for outcome, needed, finding in vocabulary.suggestions:
        courses = [
            therapies_of(one) for one in regarded(case, vocabulary.rule(GROWTH_WINDOW)) if one.outcome == outcome
        ]
        if len(courses) >= needed:
            of = f"{len(courses)} courses: {', '.join(courses)}" if len(courses) > 1 else f"the course of {courses[0]}"
            found.setdefault(finding, []).append(f"“{vocabulary.label(outcome)}” is recorded of {of}")
    return {finding: "; ".join(reasons) for finding, reasons in found.items()}


def therapies_of(course: Course) -> str:
    """Return the names of the therapies of a course, joined by "and"."""
    return " and ".join(local(therapy) for therapy in course.therapies)
