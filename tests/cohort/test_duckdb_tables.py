"""A cohort from Parquet, frames, Arrow and a database: the same answers as from CSV, and the same rows rejected."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import course_oracle
import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from random_cases import a_case, cases
from tables_of_cases import Tables, tables

from sts_kg import CaseError, KnowledgeGraph, ParseError
from sts_kg.cohort import Cohort

Open = Callable[[KnowledgeGraph, Tables, Path], Cohort]


def arrow(rows: list[dict[str, str]]) -> pyarrow.Table:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return pyarrow.table({name: pyarrow.array([row.get(name) for row in rows], pyarrow.string()) for name in columns})


def parquet(kg: KnowledgeGraph, of_cases: Tables, folder: Path) -> Cohort:
    given: dict[str, Any] = {}
    for name, rows in of_cases.items():
        if rows:
            given[name] = folder / f"{name}.parquet"
            pyarrow.parquet.write_table(arrow(rows), given[name])
    return kg.cohort(given.pop("patients"), **given)


def frames_of_polars(kg: KnowledgeGraph, of_cases: Tables, folder: Path) -> Cohort:
    given: dict[str, Any] = {name: polars.from_arrow(arrow(rows)) for name, rows in of_cases.items() if rows}
    return kg.cohort(given.pop("patients"), **given)


def frames_of_pandas(kg: KnowledgeGraph, of_cases: Tables, folder: Path) -> Cohort:
    given: dict[str, Any] = {name: arrow(rows).to_pandas() for name, rows in of_cases.items() if rows}
    return kg.cohort(given.pop("patients"), **given)


def streams(kg: KnowledgeGraph, of_cases: Tables, folder: Path) -> Cohort:
    given: dict[str, Any] = {name: arrow(rows).to_reader() for name, rows in of_cases.items() if rows}
    return kg.cohort(given.pop("patients"), **given)


def database(kg: KnowledgeGraph, of_cases: Tables, folder: Path) -> Cohort:
    with duckdb.connect(folder / "hospital.duckdb") as other:
        for name, rows in of_cases.items():
            if rows:
                held = arrow(rows)
                other.register("held", held)
                other.execute(f"CREATE TABLE {name} AS SELECT * FROM held")
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{folder}/hospital.duckdb' AS hospital (READ_ONLY)")
    given: dict[str, Any] = {name: f"hospital.{name}" for name, rows in of_cases.items() if rows}
    return kg.cohort(given.pop("patients"), **given, connection=connection)


WAYS: list[Open] = [parquet, frames_of_polars, frames_of_pandas, streams, database]


def some(seed: int, n: int) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    return [a_case(dice, f"p{number}") for number in range(n)]


def answers(cohort: Cohort) -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = cohort.rows("long").to_polars().rows()
    return {row[:2]: row[2:] for row in rows}


def by_hand(case: dict[str, Any]) -> dict[tuple[str, str], tuple[Any, ...]]:
    tried, declined = course_oracle.tried(case), course_oracle.declined(case)
    missing, marks = course_oracle.missing(case), course_oracle.marks(case)
    return {
        (case["case"], option): (
            status,
            " ".join(dict.fromkeys(missing[option])),
            tried[option],
            declined[option],
            "; ".join(marks[option]),
        )
        for option, status in course_oracle.statuses(case).items()
    }


@pytest.mark.parametrize("way", WAYS)
def test_random_cases(kg: KnowledgeGraph, tmp_path: Path, way: Open) -> None:
    given = [*cases().values(), *some(31, 150)] if way is parquet else some(32, 120)
    given = [{**case, "case": f"p{number}"} for number, case in enumerate(given)]
    cohort = way(kg, tables(given), tmp_path)
    found = answers(cohort)
    usable = [case for case in given if not course_oracle.error(case)]
    assert 0 < len(usable) < len(given)
    assert found == {key: answer for case in usable for key, answer in by_hand(case).items()}
    patients = cohort.manifest()["patients"]
    assert isinstance(patients, dict)
    assert (patients["read"], patients["answered"]) == (len(given), len(usable))


@pytest.mark.parametrize("way", [parquet, frames_of_pandas])
def test_the_same_rows_are_rejected_as_in_csv(kg: KnowledgeGraph, tmp_path: Path, way: Open) -> None:
    patients = [
        {"case": "a", "stage4-sts": "yes"},
        {"case": "b", "stage4-sts": "maybe"},
        {"case": "c", "stage4-sts": "no", "as_of": "2025-13"},
        {"case": "", "stage4-sts": "yes"},
        {"case": "e", "declines": "surgery chemo"},
        {"case": "a", "stage4-sts": "no"},
        {"case": "f", "stage4-sts": "yes"},
        {"case": "g", "stage4-sts": "yes", "as_of": "2024"},
    ]
    courses = [
        {"case": "f", "therapies": "doxorubicin", "end": "2024"},
        {"case": "z", "therapies": "sbrt"},
        {"case": "e", "therapies": "sbrt", "start": "2025"},
        {"case": "g", "therapies": "sbrt", "start": "2025"},
    ]
    cohort = way(kg, {"patients": patients, "courses": courses}, tmp_path)
    assert list(cohort.ids()) == ["f"]
    reasons = sorted(f"{one.column}: {one.reason}" for one in cohort.rejections.listed)
    expected = [
        "as_of: case 'c': as_of: '2025-13' is not a date: months are 01 to 12",
        "case: case 'a': there are several rows of this patient; none of them is used",
        "case: case 'a': there are several rows of this patient; none of them is used",
        "case: case 'z': there is no such patient",
        "case: case '': is not an id of a case: one to 200 printable characters are expected",
        "modality: case 'e': there is no modality 'chemo'",
        "stage4-sts: case 'b': 'maybe' is not a value of stage4-sts: yes, no or unknown is expected",
        "start: case 'g': start 2025 is after the date of the case, as_of 2024",
    ]
    assert reasons == sorted(expected)
    said = cohort.manifest()
    assert said["patients"] == {"read": 8, "answered": 1, "rejected": 7, "contradictory": 0}
    tables_said = said["tables"]
    assert isinstance(tables_said, list)
    assert [(each["rows"], each["used"]) for each in tables_said] == [(8, 1), (4, 1)]


def test_flags_of_all_types(kg: KnowledgeGraph, tmp_path: Path) -> None:
    typed: dict[str, list[Any]] = {
        "int": [1, 0, None],
        "float": [1.0, 0.0, float("nan")],
        "bool": [True, False, None],
        "text": ["Yes", "no", ""],
    }
    for name, column in typed.items():
        frame = pandas.DataFrame(
            {"case": ["a", "b", "c"], "person_in_canada": column, "soft_tissue_sarcoma": [1, 1, 1]}
        )
        cohort = kg.cohort(frame)
        found = [answers(cohort)[case, "option-ask-about-clinical-trials"][0] for case in "abc"]
        assert found == ["met", "not-met", "undetermined"], name
        assert len(cohort.rejections) == 0


def test_days_and_moments_as_types(kg: KnowledgeGraph) -> None:
    patients = polars.DataFrame({"case": [1], "stage4_sts": [1], "as_of": [date(2025, 1, 1)]})
    courses = pandas.DataFrame(
        {
            "case": [1],
            "therapies": ["doxorubicin"],
            "end": pandas.to_datetime(["2024-12-31"]),
            "outcome": ["did-not-work"],
        }
    )
    cohort = kg.cohort(patients, courses=courses)
    assert answers(cohort)["1", "option-other-chemotherapy"][0] == "met"
    late = kg.cohort(patients, courses=courses.assign(end=pandas.to_datetime(["2025-01-02"])))
    assert [str(one) for one in late.rejections.listed] == [
        "the courses given: case '1': end 2025-01-02 is after the date of the case, as_of 2025-01-01"
    ]


def test_one_patient_explained(kg: KnowledgeGraph, tmp_path: Path) -> None:
    case = {
        "case": "o'b",
        "findings": {"stage4-sts": "yes"},
        "courses": [{"therapies": ["doxorubicin"], "end": "2025-01", "outcome": "did-not-work"}],
    }
    cohort = parquet(kg, tables([case, {"case": "x", "findings": {}}]), tmp_path)
    said, there = str(cohort.explain("o'b", "other-chemotherapy")), str(kg.explain(case, "other-chemotherapy"))
    places = r" ?\([^()]*(?:line \d+|parquet)\)"
    assert re.sub(places, "", said) == re.sub(places, "", there)


def test_files_that_cannot_be_read(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"p\.parquet: cannot be read"):
        kg.cohort(tmp_path / "p.parquet")
    whole = tmp_path / "p.parquet"
    pyarrow.parquet.write_table(arrow([{"case": "a", "stage4-sts": "yes"}]), whole)
    (tmp_path / "cut.parquet").write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(ParseError, match=r"cut\.parquet: cannot be read"):
        kg.cohort(tmp_path / "cut.parquet")
    with pytest.raises(ParseError, match=r"p\.xlsx: has an ending that is not known"):
        kg.cohort(tmp_path / "p.xlsx")
    with pytest.raises(CaseError, match="there is no column 'stage4-stss' in such a table; did you mean"):
        kg.cohort(polars.DataFrame({"case": ["a"], "stage4-stss": [1]}))
    with pytest.raises(ParseError, match=r"hospital\.patients: cannot be read"):
        kg.cohort("hospital.patients", connection=duckdb.connect())
    with pytest.raises(ParseError, match="int is no table"):
        kg.cohort(3)


def test_the_user_s_connection_is_left_as_it_was(kg: KnowledgeGraph) -> None:
    connection = duckdb.connect()
    connection.execute('CREATE TABLE mine ("case" VARCHAR, stage4_sts INTEGER)')
    connection.execute("INSERT INTO mine VALUES ('a', 1), ('b', NULL)")
    assert len(kg.cohort("mine", connection=connection)) == 2
    assert connection.execute("SELECT table_name FROM information_schema.tables").fetchall() == [("mine",)]
