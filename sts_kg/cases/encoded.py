"""Cases as facts for a plan: what is given and derived of each, before anything follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from rdflib import URIRef

from sts_kg.cases.case import Case, Course
from sts_kg.cases.fact_rules import GROWTH_WINDOW, derived, was_given
from sts_kg.cases.growth import clashes
from sts_kg.cases.marks import TRIED, tried_marks
from sts_kg.guideline import Vocabulary
from sts_kg.plan import CourseFinding, Fact, Facts, Plan

__all__ = ["facts_of_cases", "given_facts", "reported_marks"]


def facts_of_cases(cases: Sequence[Case], plan: Plan, vocabulary: Vocabulary) -> Facts:
    """Return the facts of cases as bits, with those whose dates clash, and the marks that courses give to options."""
    marks: dict[tuple[URIRef, URIRef], list[int]] = {}
    clashing, rule = [], vocabulary.rule(GROWTH_WINDOW)
    for number, case in enumerate(cases):
        if case.growth or case.courses:
            if any(clashes(case, rule)):
                clashing.append(number)
        if case.courses or case.given:
            for mark in tried_marks(case, vocabulary):
                marks.setdefault((mark.option, mark.mark), []).append(number)
    return Facts.of([[*given_facts(case, plan, vocabulary)] for case in cases], clashing=clashing, marks=marks)


def reported_marks(
    plan: Plan, given: Mapping[Fact, npt.NDArray[np.bool_]]
) -> dict[tuple[URIRef, URIRef], npt.NDArray[np.bool_]]:
    """Return the marks that given findings put on options where no course is recorded, as `tried_marks` has them."""
    return {
        (option, plan.marks.get(report.outcome, TRIED)): given[report.finding, True]
        for option, each in plan.options.items()
        for report in each.reports
        if (report.finding, True) in given
    }


def given_facts(case: Case, plan: Plan, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Yield what is given of a case, what it declines, what the fact rules conclude, and what its courses give."""
    for given in case.given:
        yield given.finding, given.holds
    for declined in case.declines:
        yield declined.modality, True
    for fact in derived(case, vocabulary):
        yield fact.finding, fact.holds
    for course in case.courses:
        for found in plan.courses:
            if _gives(course, found, vocabulary):
                yield found.fact


def _gives(course: Course, found: CourseFinding, vocabulary: Vocabulary) -> bool:
    return (
        not found.therapies.isdisjoint(course.therapies)
        and found.outcome in (None, course.outcome)
        and (not found.given or was_given(course, vocabulary))
        and (not found.alone or len({*course.therapies}) == 1)
    )
