"""SQL of a plan in SQLite, DuckDB and PostgreSQL: five thousand random cases, and every pattern by every reading."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import course_oracle
import oracle
import pytest
import random_cases
import readings_oracle
from databases import NAMES, Database, InProcess, Postgres, differences, kinds_of, patterns, postgres, rows_of

from sts_kg import KnowledgeGraph
from sts_kg.cohort import sql_of
from sts_kg.guideline import short
from sts_kg.plan import Plan, plan_of, plans_of_readings

pytestmark = pytest.mark.slow
N = 5000


@pytest.fixture(scope="module")
def in_postgres() -> Iterator[Postgres]:
    with postgres() as database:
        yield database


@pytest.fixture(params=["sqlite", "duckdb", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    if request.param == "postgres":
        found: Postgres = request.getfixturevalue("in_postgres")
        return found
    return InProcess(request.param)


@pytest.fixture(scope="module")
def many() -> list[dict[str, Any]]:
    """Random cases, every second one of those on which answers are likely to hang."""
    dice = random.Random(2024)
    found = [
        random_cases.likely_to_hang(dice, number) if number % 2 else random_cases.a_case(dice, "")
        for number in range(N)
    ]
    return [{**case, "case": f"m{number}"} for number, case in enumerate(found)]


def text(plan: Plan, database: Database, what: str = "rows", **more: Any) -> str:
    columns = kinds_of([short(finding) for finding in plan.findings])
    return sql_of(plan, database.dialect, what, table="patients", columns=columns, **{**NAMES, **more})


def test_random_cases(database: Database, many: list[dict[str, Any]], kg: KnowledgeGraph) -> None:
    database.fill(rows_of(many), oracle.FINDINGS)
    found = database.answers(text(plan_of(kg.guideline), database))
    assert 4000 < len(found) < N
    assert differences(found, many) == []


def test_every_pattern_of_every_option(database: Database, kg: KnowledgeGraph) -> None:
    some = patterns()
    database.fill(rows_of(some), oracle.FINDINGS)
    assert differences(database.answers(text(plan_of(kg.guideline), database)), some) == []


@pytest.mark.parametrize("reading", readings_oracle.READINGS)
def test_every_pattern_by_readings(reading: str, kg: KnowledgeGraph) -> None:
    by_reading, of = plans_of_readings(kg.guideline)[reading], readings_oracle.TABLES[reading]
    some, findings = patterns(of), [short(finding) for finding in by_reading.findings]
    database = InProcess("sqlite")
    database.fill(rows_of(some, findings), findings)
    assert differences(database.answers(text(by_reading, database)), some, of) == []


@pytest.mark.parametrize("reading", readings_oracle.READINGS)
def test_random_cases_by_readings(reading: str, kg: KnowledgeGraph) -> None:
    by_reading, of = plans_of_readings(kg.guideline)[reading], readings_oracle.TABLES[reading]
    some, findings = list(random_cases.cases().values()), [short(finding) for finding in by_reading.findings]
    database = InProcess("duckdb")
    database.fill(rows_of(some, findings), findings)
    assert differences(database.answers(text(by_reading, database)), some, of) == []


@pytest.mark.parametrize("what", ["known", "counts", "ask", "funnel", "cohort", "facts", "rejected"])
def test_postgres_answers_as_duckdb(what: str, in_postgres: Postgres, kg: KnowledgeGraph) -> None:
    some, answers = list(random_cases.cases().values()), []
    for database in (InProcess("duckdb"), in_postgres):
        database.fill(rows_of(some), oracle.FINDINGS)
        rows = database.answers(text(plan_of(kg.guideline), database, what, option="pazopanib", min_cell=1))
        answers.append(sorted([str(cell) for cell in row.values()] for row in rows))
    assert len(answers[0]) > 3
    assert answers[0] == answers[1]


def test_half_of_the_cases_can_be_used(many: list[dict[str, Any]]) -> None:
    assert 0.8 < sum(not course_oracle.error(case) for case in many) / N < 0.95
