"""Random cases with courses and dates as facts, valued by bits, against the hand-written evaluator; and by readings."""

from __future__ import annotations

from typing import Any

import course_oracle
import pytest
import readings_oracle
from random_cases import cases

from sts_kg import KnowledgeGraph
from sts_kg.cases.encoded import facts_of_cases
from sts_kg.cases.sources import read_cases
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.plan import Plan, Values, plan_of, plans_of_readings, unpacked
from sts_kg.rdf.names import STS, local


def answers(plan: Plan, words: Vocabulary, some: list[dict[str, Any]]) -> list[dict[str, tuple[str, bool, bool]]]:
    read = read_cases(some, words)
    values, n = Values(plan, facts_of_cases(read, plan, words)), len(read)
    found: list[dict[str, tuple[str, bool, bool]]] = [{} for _ in read]
    contradictory = unpacked(values.contradictory, n)
    for option in plan.options:
        columns = [values.met(option), values.unmet(option), values.tried(option), values.declined(option)]
        for i, (met, unmet, tried, declined) in enumerate(zip(*(unpacked(bits, n) for bits in columns), strict=True)):
            status = "met" if met else "not-met" if unmet else "contradictory" if contradictory[i] else "undetermined"
            found[i][local(option)] = status, bool(tried), bool(declined)
    return found


def by_hand(case: dict[str, Any], tables: course_oracle.Tables) -> dict[str, tuple[str, bool, bool]]:
    tried, declined = course_oracle.tried(case, tables), course_oracle.declined(case, tables)
    return {
        option: (status, tried[option], declined[option])
        for option, status in course_oracle.statuses(case, tables).items()
    }


@pytest.fixture(scope="module")
def fair() -> list[dict[str, Any]]:
    return [case for case in cases().values() if not course_oracle.error(case)]


def test_statuses_and_marks(kg: KnowledgeGraph, fair: list[dict[str, Any]]) -> None:
    found = answers(plan_of(kg.guideline), kg.guideline.vocabulary, fair)
    assert found == [by_hand(case, course_oracle.BASE) for case in fair]
    statuses = {status for answer in found for status, *_ in answer.values()}
    assert statuses == {"met", "not-met", "undetermined", "contradictory"}


@pytest.mark.parametrize("reading", readings_oracle.READINGS)
def test_by_readings(kg: KnowledgeGraph, fair: list[dict[str, Any]], reading: str) -> None:
    words = Vocabulary(kg.guideline.readings[reading].asserted)
    some = fair[::3] if reading not in readings_oracle.OF_DATES else fair[::2]
    found = answers(plans_of_readings(kg.guideline)[reading], words, some)
    assert found == [by_hand(case, readings_oracle.TABLES[reading]) for case in some]


def test_marks_by_their_words(kg: KnowledgeGraph, fair: list[dict[str, Any]]) -> None:
    plan = plan_of(kg.guideline)
    read = read_cases(fair, kg.guideline.vocabulary)
    values = Values(plan, facts_of_cases(read, plan, kg.guideline.vocabulary))
    found: list[dict[str, set[str]]] = [{local(option): set() for option in plan.options} for _ in read]
    for option in plan.options:
        marked = {plan.mark_labels[mark]: bits for mark, bits in values.marked(option).items()}
        marked[plan.mark_labels[STS["mark-declined"]]] = values.declined(option)
        for label, bits in marked.items():
            for i in unpacked(bits, len(read)).nonzero()[0]:
                found[i][local(option)].add(label)
    expected = [course_oracle.marks(case) for case in fair]
    assert [{option: sorted(words) for option, words in each.items()} for each in found] == expected
