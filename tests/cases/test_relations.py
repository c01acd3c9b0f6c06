"""Rows of tables as cases: the same case as the mapping of a case file, and the same errors, with table and row."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import course_oracle
import pytest
from random_cases import cases
from tables_of_cases import tables

from sts_kg import CaseError, KnowledgeGraph
from sts_kg.cases.case import Case
from sts_kg.cases.relations import COURSES, PATIENT_KEYS, PatientRows, Row, case_of_rows, columns_of, text_of
from sts_kg.cases.sources import read_cases


def rows_of(case: dict[str, Any]) -> PatientRows:
    of_case = tables([case])
    rows = {name: [Row(f"{name}.csv", n, row) for n, row in enumerate(some, 2)] for name, some in of_case.items()}
    return PatientRows(rows["patients"][0], rows["courses"], rows["growth"], rows["no_growth"])


def without_places(case: Case) -> Case:
    return replace(
        case,
        place="",
        given=tuple(sorted((replace(one, place="") for one in case.given), key=lambda one: one.finding)),
        courses=tuple(replace(one, place="") for one in case.courses),
        declines=tuple(replace(one, place="") for one in case.declines),
        no_growth=tuple(replace(one, place="") for one in case.no_growth),
    )


def test_random_cases(kg: KnowledgeGraph) -> None:
    n = 0
    for case in cases().values():
        if course_oracle.error(case):
            with pytest.raises(CaseError):
                case_of_rows(rows_of(case), kg.guideline.vocabulary)
        else:
            [expected] = read_cases(case, kg.guideline.vocabulary)
            assert without_places(case_of_rows(rows_of(case), kg.guideline.vocabulary)) == without_places(expected)
            n += 1
    assert n == 397


PATIENT = {"case": "p", "stage4-sts": "1"}


@pytest.mark.parametrize(
    ("patient", "courses", "growth", "said"),
    [
        ({"stage4-sts": "maybe"}, [], [], "patients.csv, line 2: 'maybe' is not a value of stage4-sts"),
        ({"as_of": "2025-02-30"}, [], [], "patients.csv, line 2: as_of: '2025-02-30' is not a date"),
        ({"declines": "surgery chemo"}, [], [], "patients.csv, line 2: there is no modality 'chemo'"),
        ({}, [{"therapies": "doxorubicine"}], [], "courses.csv, line 5: there is no therapy 'doxorubicine'"),
        ({}, [{"start": "2025"}], [], "courses.csv, line 5: a course needs at least one therapy"),
        (
            {},
            [{"therapies": "sbrt", "start": "2025", "end": "2024"}],
            [],
            "courses.csv, line 5: end 2024 is before start 2025",
        ),
        ({}, [], [{"course": "c9", "date": "2025"}], "growth.csv, line 7: the case has no course 'c9'"),
        ({}, [], [{"course": ""}], "growth.csv, line 7: the column 'date' is empty"),
        ({"as_of": "2024"}, [], [{"date": "2025"}], "growth.csv, line 7: growth 2025 is after the date of the case"),
        (
            {},
            [{"therapies": "sbrt", "course": "a"}, {"therapies": "sbrt", "course": "a"}],
            [],
            "courses.csv, line 6: the course 'a' is there twice in the case",
        ),
    ],
)
def test_errors_have_their_table_and_row(
    kg: KnowledgeGraph,
    patient: dict[str, str],
    courses: list[dict[str, str]],
    growth: list[dict[str, str]],
    said: str,
) -> None:
    rows = PatientRows(
        Row("patients.csv", 2, PATIENT | patient),
        [Row("courses.csv", n, {"case": "p"} | course) for n, course in enumerate(courses, 5)],
        [Row("growth.csv", n, {"case": "p"} | {k: v for k, v in one.items() if v}) for n, one in enumerate(growth, 7)],
    )
    with pytest.raises(CaseError, match=re.escape(said)):
        case_of_rows(rows, kg.guideline.vocabulary)


def test_columns_in_any_spelling(kg: KnowledgeGraph) -> None:
    header = ["Case", "stage4_sts", "finding-unresectable", "CERTAIN_CASE_S20", "AS_OF", "history-complete"]
    found = columns_of(header, "t.csv", PATIENT_KEYS, kg.guideline.vocabulary.findings)
    assert found == ["case", "stage4-sts", "unresectable", "certain-case-S20", "as_of", "history_complete"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["case", "stage4-sts", "stage4_sts"], "the column 'stage4_sts' is there twice, as 'stage4-sts'"),
        (["case", "stage4-stss"], "there is no column 'stage4-stss' in such a table; did you mean"),
        (["cases", "stage4-sts"], "there is no column 'cases' in such a table"),
        (["stage4-sts"], "the column 'case' is missing"),
        (["case", ""], "column 2 of 2 has no name"),
    ],
)
def test_columns_that_cannot_be_used(kg: KnowledgeGraph, header: list[str], said: str) -> None:
    with pytest.raises(CaseError, match=re.escape(said)):
        columns_of(header, "t.csv", PATIENT_KEYS, kg.guideline.vocabulary.findings)


def test_cells_of_typed_tables() -> None:
    cells = [None, float("nan"), True, False, 3, 2.0, 12.5, date(2025, 5, 17), datetime(2025, 5, 17), " x ", ["a", "b"]]
    assert [text_of(cell) for cell in cells] == [
        *("", "", "yes", "no", "3", "2", "12.5", "2025-05-17", "2025-05-17", "x", "a b"),
    ]


def test_the_keys_of_courses_are_those_of_case_files(kg: KnowledgeGraph) -> None:
    course = {
        "therapies": "sbrt",
        "start": "2024-01",
        "end": "2024-03",
        "outcome": "did-not-work",
        "for": "this-cancer",
    }
    course |= {"purpose": "symptom-relief", "site": "lungs", "no_growth_until": "2024-06", "ongoing": "0"}
    assert {*course} | {"case", "course", "first_growth"} == {*COURSES}
    rows = PatientRows(Row("p", 1, {"case": "p"}), [Row("c", 1, {"case": "p", **course})])
    [found] = case_of_rows(rows, kg.guideline.vocabulary).courses
    assert (found.ongoing, str(found.no_growth_until), found.place) == (False, "2024-06", "c, line 1")
