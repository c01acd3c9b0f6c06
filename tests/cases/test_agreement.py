"""The answers in Python and those of canned queries on the same cases: marks, statuses, missing facts and questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import course_oracle
import pytest
from random_cases import cases

from sts_kg import KnowledgeGraph, Table
from sts_kg.cases.answers import Answer
from sts_kg.cases.asking import questions
from sts_kg.rdf.names import STS, compress


@pytest.fixture(scope="module")
def some() -> dict[str, Mapping[str, Any]]:
    """The first forty random cases that can be read and do not contradict themselves."""
    fair = {
        name: case
        for name, case in cases().items()
        if not course_oracle.error(case) and not course_oracle.contradictory(case)
    }
    return dict(list(fair.items())[:40])


@pytest.fixture(scope="module")
def with_some(kg: KnowledgeGraph, some: dict[str, Mapping[str, Any]]) -> KnowledgeGraph:
    return kg.with_cases(list(some.values()))


@pytest.fixture(scope="module")
def answers(kg: KnowledgeGraph, some: dict[str, Mapping[str, Any]]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in kg.options(list(some.values())):
        found.setdefault(answer.case, []).append(answer)
    return found


def rows(kg: KnowledgeGraph, name: str, case: str) -> list[dict[str, str]]:
    table = kg.query(f"conditions/{name}", case=case)
    assert isinstance(table, Table)
    return [dict(zip(table.variables, row, strict=True)) for row in table.curies()]


def test_the_cases_show_marks_and_questions_of_all_sorts(answers: dict[str, list[Answer]]) -> None:
    marks = {mark.label for of_case in answers.values() for answer in of_case for mark in answer.marks}
    assert len(marks) == 7
    assert {answer.status for of_case in answers.values() for answer in of_case} == {"met", "not-met", "undetermined"}


def test_marks(with_some: KnowledgeGraph, answers: dict[str, list[Answer]]) -> None:
    for case, of_case in answers.items():
        expected = {(compress(a.option), mark.label, a.tried) for a in of_case for mark in a.marks}
        found = {
            (row["option"], row["mark"], row["isTried"] == "true") for row in rows(with_some, "marks-of-case", case)
        }
        assert found == expected, case


def test_statuses_and_missing_facts(with_some: KnowledgeGraph, answers: dict[str, list[Answer]]) -> None:
    for case, of_case in answers.items():
        found = {(row["option"], row["status"]) for row in rows(with_some, "options-of-case", case)}
        assert found == {(compress(answer.option), answer.status) for answer in of_case}, case
        facts = {(row["option"], row["finding"]) for row in rows(with_some, "missing-facts", case)}
        assert facts == {(compress(a.option), compress(finding)) for a in of_case for finding in a.missing}, case


REASONS = STS["alternatives-S26"]  # what is asked for where a question has choices


def test_questions_and_near_misses(with_some: KnowledgeGraph, answers: dict[str, list[Answer]]) -> None:
    for case, of_case in answers.items():
        asked = questions(of_case, with_some.guideline)
        found = {(row["asked"], row["options"]) for row in rows(with_some, "questions-of-case", case)}
        expected = {(compress(one.finding or REASONS), str(len(one.options))) for one in asked}
        assert found == expected, case
        near = {(row["finding"], row["option"]) for row in rows(with_some, "near-misses", case)}
        choices = [
            (finding, one) for one in asked for finding in (one.finding, *(f for f, _ in one.choices)) if finding
        ]
        met = {(compress(finding), compress(option)) for finding, one in choices for option in one.would_meet}
        met |= {
            (compress(one.complement), compress(o)) for one in asked if one.complement for o in one.would_meet_if_no
        }
        assert met <= near, case
        of_questions = {finding for finding, _ in met}
        assert {pair for pair in near if pair[0] in of_questions} == met, case


def test_a_yes_meets_what_it_implies_too(kg: KnowledgeGraph) -> None:
    [asked] = [
        one
        for one in kg.questions({"case": "e", "findings": {"symptoms-from-cancer": "yes"}})["e"]
        if one.finding == STS["finding-lung-metastases"]
    ]
    assert [compress(option) for option in asked.options] == ["sts:option-sbrt-lung"]
    assert [compress(option) for option in asked.would_meet] == [
        *("sts:option-chemotherapy", "sts:option-doxorubicin-alone", "sts:option-doxorubicin-ifosfamide"),
        *("sts:option-targeted-therapy", "sts:option-surgery", "sts:option-surgery-symptom-control"),
    ]


@pytest.mark.parametrize(
    ("given", "supposed", "same"),
    [
        ({"resectable": "no"}, {"unresectable": False}, {"unresectable": "no"}),
        ({"unresectable": "yes"}, {"unresectable": False}, {"resectable": "yes"}),
        ({"unresectable": "yes"}, {"resectable": None}, {}),
        ({"resectable": "no"}, {"unresectable": None}, {}),
        ({"resectable": "no"}, {"resectable": True}, {"unresectable": "no"}),
    ],
)
def test_what_if_puts_the_two_poles_as_one_question(
    kg: KnowledgeGraph, given: dict[str, str], supposed: dict[str, bool | None], same: dict[str, str]
) -> None:
    case = {"case": "b", "findings": {"stage4-sts": "yes"} | given}
    changes = {change.option: change.after.status for change in kg.what_if(case, supposed)}
    before = {answer.option: answer.status for answer in kg.options(case)}
    after = {a.option: a.status for a in kg.options({"case": "b", "findings": {"stage4-sts": "yes"} | same})}
    assert before | changes == after
    assert changes


def test_what_if_takes_back_that_treatment_is_declined(kg: KnowledgeGraph) -> None:
    case = {"case": "d", "findings": {"stage4-sts": "yes"}, "declines": ["cancer-treatment", "surgery"]}
    [change] = kg.what_if(case, {"does-not-want-cancer-treatment": False})
    assert (change.option, change.before.status, change.after.status) == (
        STS["option-comfort-care"],
        "met",
        "undetermined",
    )
    assert change.after.declined is False
