"""Random cases with courses, dates and marks, against a second evaluator that shares no code with the package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import course_oracle
import pytest
import yaml
from random_cases import cases

from sts_kg import KnowledgeGraph
from sts_kg.cases.answers import Answers
from sts_kg.errors import CaseError


def told(case: dict[str, Any], *lines: object) -> str:
    return "\n".join(["", yaml.safe_dump(case, sort_keys=False), *map(str, lines)])


@pytest.fixture(scope="module")
def answered(kg: KnowledgeGraph) -> Answers:
    """The answers to all cases that the second evaluator does not refuse, from one closure."""
    return kg.options([case for case in cases().values() if not course_oracle.error(case)])


def test_the_same_cases_are_refused(kg: KnowledgeGraph, answered: Answers) -> None:
    by_case = {answer.case for answer in answered}
    for name, case in cases().items():
        if course_oracle.error(case):
            with pytest.raises(CaseError):
                told(case, kg.options(case))
        else:
            assert name in by_case, told(case)


@pytest.mark.slow
def test_the_same_answers_to_all_other_cases(answered: Answers) -> None:
    wanted = {name: course_oracle.answers(case) for name, case in cases().items()}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in answered.as_dicts():
        found.setdefault(str(row["case"]), {})[str(row["option"])] = course_oracle.comparable(row)
    for name, answers in wanted.items():
        for option, answer in (answers or {}).items():
            given = found[name][option]
            assert given == answer, told(cases()[name], option, f"package: {given}", f"second evaluator: {answer}")
        assert [*found.get(name, [])] == [*(answers or [])]


# --- the cases are worth asking


def without(case: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return a case without some of its keys, on the case and under its courses."""
    kept = {key: value for key, value in case.items() if key not in keys}
    return {**kept, "courses": [{k: v for k, v in course.items() if k not in keys} for course in case["courses"]]}


def sure(case: dict[str, Any]) -> bool | None:
    """Return whether the dates alone say that growth holds."""
    return True if course_oracle.growth_after(case) else False if course_oracle.no_growth_after(case) else None


def together(case: dict[str, Any]) -> bool:
    """Say whether two intervals without growth cover the year, and neither does by itself."""
    stated = case.get("no_growth", [])
    alone = [sure({**case, "no_growth": [one]}) for one in stated]
    return sure(case) is False and alone == [None, None]


def pazopanib(case: dict[str, Any]) -> str:
    return course_oracle.statuses(case)["option-pazopanib"]


def marked(word: str) -> Callable[[dict[str, Any]], bool]:
    return lambda case: any(word in words for words in course_oracle.marks(case).values())


def begun(case: dict[str, Any]) -> bool:
    known = course_oracle.known(case) or {}
    return "prior-chemotherapy" not in known and any(
        course_oracle.CHEMOTHERAPY & {*course["therapies"]} for course in case["courses"] if course_oracle.ours(course)
    )


#: What a case can show, and how many must show it, contradictory ones only where the name says so.
BRANCHES: dict[str, tuple[int, Callable[[dict[str, Any]], bool]]] = {
    "growth holds": (25, lambda case: sure(case) is True),
    "growth does not hold, after a course": (
        15,
        lambda case: sure(case) is False and sure(without(case, "end")) is None,
    ),
    "growth is unknown though there is a growth": (25, lambda c: sure(c) is None and bool(course_oracle.growths(c))),
    "growth is unknown though no growth is stated": (25, lambda c: sure(c) is None and any(course_oracle.intervals(c))),
    "two statements together cover the year": (5, together),
    "first growth decides": (2, lambda case: sure(case) is False and sure(without(case, "first_growth")) is None),
    "another course's growth decides": (
        5,
        lambda case: sure(case) is True and not any(sure({"courses": [course]}) for course in case["courses"]),
    ),
    "no course counts": (10, lambda case: sure(case) is False and not any(map(course_oracle.counts, case["courses"]))),
    "pazopanib by growth": (
        5,
        lambda c: pazopanib(c) == "met" and not (course_oracle.known(c) or {}).get("prior-chemotherapy"),
    ),
    "pazopanib not met": (8, lambda case: pazopanib(case) == "not-met"),
    "pazopanib open": (30, lambda case: pazopanib(case) == "undetermined"),
    "chemotherapy begun": (8, begun),
    "for another cancer": (10, lambda case: any(not course_oracle.ours(course) for course in case["courses"])),
    "a leap day": (20, lambda case: "2024-02-29" in str(case)),
    **{
        word: (15, marked(word))
        for word in (*course_oracle.TRIED.values(), course_oracle.UNRECORDED, "declined", "not possible as reported")
    },
    "no longer works as reported": (8, marked("no longer works as reported")),
    "doxorubicin did not work, by the finding": (
        8,
        lambda case: (
            course_oracle.marks(case) != course_oracle.marks({**case, "findings": {}})
            and case["findings"].get("doxorubicin-did-not-work") == "yes"
        ),
    ),
}


def test_the_cases_reach_every_branch_often_enough() -> None:
    fair = [case for case in cases().values() if not course_oracle.error(case)]
    consistent = [case for case in fair if not course_oracle.contradictory(case)]
    reached = {branch: sum(map(shows, consistent)) for branch, (_, shows) in BRANCHES.items()}
    assert {branch: n for branch, n in reached.items() if n < BRANCHES[branch][0]} == {}, reached
    refused = len(cases()) - len(fair)
    by_growth = sum(course_oracle.known(case) is not None and course_oracle.impossible_growth(case) for case in fair)
    by_findings = sum(course_oracle.known(case) is None for case in fair)
    assert 20 <= refused <= 80, refused
    assert by_growth >= 12, by_growth
    assert by_findings >= 20, by_findings
    assert len(consistent) >= 150, len(consistent)
