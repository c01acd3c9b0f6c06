"""Odd tables: the same cells in CSV, in Parquet and in frames give the same answers, and the same rows are rejected."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import polars
import pyarrow
import pyarrow.parquet
import pytest

from sts_kg import KnowledgeGraph, ParseError
from sts_kg.cohort import Cohort

Odd: TypeAlias = Mapping[str, Sequence[Sequence[str]]]


def opened(kg: KnowledgeGraph, tables: Odd, folder: Path, way: str) -> Cohort:
    """Return the cohort of tables, each with its header as the first row."""
    given: dict[str, Any] = {}
    for kind, (header, *rows) in tables.items():
        live = [row for row in rows if any(cell.strip() for cell in row)]  # CSV passes over empty rows
        columns = [[row[at] or None for row in live] for at in range(len(header))]
        table = pyarrow.table([pyarrow.array(column, pyarrow.string()) for column in columns], names=[*header])
        given[kind] = folder / f"{kind}.{way}"
        if way == "csv":
            with given[kind].open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([header, *rows])
        elif way == "parquet":
            pyarrow.parquet.write_table(table, given[kind])
        else:
            given[kind] = polars.from_arrow(table)
    return kg.cohort(given.pop("patients"), **given)


def told(cohort: Cohort) -> dict[str, Any]:
    """Return all that is answered, and how many rows are used."""
    said: Any = cohort.manifest()
    rows = sorted(cohort.rows().to_arrow().to_pylist(), key=lambda row: row["case"])
    used = {each["kind"]: (each["rows"], each["used"]) for each in said["tables"]}
    return {"rows": rows, "used": used, "patients": said["patients"]}


IDS = (
    "a b",
    "é",
    "A",
    "a",
    " B",
    "01",
    "1",
    "x" * 200,
    "x" * 201,
    " ",
    "\u00a0z",
    "tab\tid",
    "nl\nid",
    "a'b",
    '"',
    "\x1b[31m",
)
CELLS = (
    "yes",
    "no",
    "",
    "YES",
    "False",
    "1",
    "0.0",
    "unknown",
    "~",
    "2",
    "maybe",
    " yes ",
    "\u00a0no",
    "1.00",
    "yes\n",
    "NaN",
)
DAYS = (
    "2024",
    "2024-05",
    "2024-05-17",
    "",
    "2024-02-30",
    " 2023",
    "2024-05-17 00:00:00",
    "9999",
    "0001",
    "20240517",
    "٢٠٢٤",
)
NUMBERS = ("3", "", "0", "-1", "3.5", "1e2", "nan", "inf", "many", "1_000", "99999999999", "٣")
THERAPIES = (
    "doxorubicin",
    "surgery",
    "doxorubicin;ifosfamide",
    "doxorubicin\tsurgery",
    "",
    ",",
    "Doxorubicin",
    "sbrt\u00a0surgery",
)
NAMES = ("stage4-sts", "STAGE4_STS", " stage4-sts ")
OUTCOMES = ("", "did-not-work", "outcome-did-not-work", "x")


def odd_tables(seed: int) -> Odd:
    """Return tables of some patients, in which most cells are as they should be."""
    chance = random.Random(seed)
    n_right = 3

    def some(values: Sequence[str]) -> str:
        return chance.choice(values[:n_right] if chance.random() < 0.98 else values)

    ids = [chance.choice(IDS) if chance.random() < 0.2 else f"p{chance.randrange(60)}" for _ in range(12)]
    header = ["case", chance.choice(NAMES), "unresectable", "label", "as_of", "history_complete", "tumour_count"]
    patients = [
        [one, some(CELLS), some(CELLS), chance.choice(("", "\x1b[1m")), some(DAYS), some(CELLS), some(NUMBERS)]
        for one in ids
    ]
    courses = [
        [some(ids), chance.choice(("", "1", "2")), some(THERAPIES), some(DAYS), some(OUTCOMES), some(CELLS)]
        for _ in range(6)
    ]
    growth = [[some(ids), some(DAYS)] for _ in range(3)]
    return {
        "patients": [header, *patients],
        "courses": [["case", "course", "therapies", "end", "outcome", "ongoing"], *courses],
        "growth": [["case", "date"], *growth],
    }


@pytest.mark.parametrize("seed", range(8))
def test_odd_tables_are_the_same_in_every_form(kg: KnowledgeGraph, tmp_path: Path, seed: int) -> None:
    tables = odd_tables(seed)
    by_text = told(opened(kg, tables, tmp_path, "csv"))
    assert 0 < len(by_text["rows"])
    assert told(opened(kg, tables, tmp_path, "parquet")) == by_text
    assert told(opened(kg, tables, tmp_path, "polars")) == by_text


@pytest.mark.parametrize("way", ["csv", "parquet", "polars"])
def test_a_patient_of_whom_one_row_cannot_be_used_is_in_no_answer(kg: KnowledgeGraph, tmp_path: Path, way: str) -> None:
    patients = [["case", "stage4-sts"], ["a", "yes"], ["b", "yes"], ["a", "maybe"], ["c", "maybe"], ["c", "no"]]
    cohort = opened(kg, {"patients": patients}, tmp_path, way)
    assert list(cohort.ids()) == ["b"]
    assert told(cohort)["used"] == {"patients": (5, 1)}
    assert len(cohort.rejections) == 4


@pytest.mark.parametrize("way", ["csv", "parquet", "polars"])
def test_an_id_with_a_line_end_moves_no_answer_to_another_patient(kg: KnowledgeGraph, tmp_path: Path, way: str) -> None:
    patients = [["case", "stage4-sts"], ["a\nb", "yes"], ["c", "no"], ["d", "yes"]]
    cohort = opened(kg, {"patients": patients}, tmp_path, way)
    found = {row["case"]: row["chemotherapy"] for row in cohort.rows().to_arrow().to_pylist()}
    assert found == {"c": "not-met", "d": "met"}
    assert cohort.explain("d", "chemotherapy").answer.status == "met"


@pytest.mark.parametrize("way", ["csv", "parquet", "polars"])
def test_ids_have_no_blanks_around_them(kg: KnowledgeGraph, tmp_path: Path, way: str) -> None:
    cohort = opened(kg, {"patients": [[" Case ", "stage4-sts"], [" a\u00a0", "no"], ["A", "no"]]}, tmp_path, way)
    assert sorted(cohort.ids()) == ["A", "a"]
    assert cohort.explain("a", "chemotherapy").answer.status == "not-met"


def test_typed_cells_are_read_as_their_texts(kg: KnowledgeGraph, tmp_path: Path) -> None:
    nan = float("nan")
    patients = polars.DataFrame(
        {
            "case": [1.0, 2.0, 3.0, 4.0],
            "stage4-sts": [1.0, nan, 0.0, 1.0],
            "tumour_count": [nan, 2.0, 2.5, float("inf")],
            "declines": [["surgery", "chemotherapy"], [], None, ["surgery"]],
        }
    )
    cohort = kg.cohort(patients)
    assert sorted(cohort.ids()) == ["1", "2"]
    assert [one.column for one in cohort.rejections.listed] == ["tumour_count", "tumour_count"]
    rows = {row["case"]: row for row in cohort.rows().to_arrow().to_pylist()}
    assert [rows[each]["surgery_declined"] for each in "12"] == [True, False]


def test_a_table_in_csv_beside_one_in_parquet_may_have_numbers(kg: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("case,stage4-sts,tumour_count\na,yes,3\nb,no,\nc,no,3.5\n")
    pyarrow.parquet.write_table(pyarrow.table({"case": ["a"], "therapies": ["surgery"]}), tmp_path / "c.parquet")
    cohort = kg.cohort(tmp_path / "p.csv", courses=tmp_path / "c.parquet")
    assert sorted(cohort.ids()) == ["a", "b"]


def test_rows_from_parquet_are_sorted_by_their_ids(kg: KnowledgeGraph, tmp_path: Path) -> None:
    """Else many threads give them another order each time, and the file other bytes."""
    ids = [f"p{number}" for number in range(3_000)]
    table = pyarrow.table({"case": ids[::-1], "stage4-sts": ["yes", "no", None] * 1_000})
    pyarrow.parquet.write_table(table, tmp_path / "p.parquet", row_group_size=500)
    assert list(kg.cohort(tmp_path / "p.parquet").ids()) == sorted(ids)


def test_a_frame_that_is_registered_is_not_seen_and_the_error_says_why(kg: KnowledgeGraph) -> None:
    connection = duckdb.connect()
    connection.register("mine", pyarrow.table({"case": ["a"]}))
    with pytest.raises(ParseError, match="a frame that is registered, is seen by its own connection only"):
        kg.cohort("mine", connection=connection)


def test_years_and_ids_of_courses_may_be_numbers_with_a_fraction(kg: KnowledgeGraph) -> None:
    """As pandas has whole numbers of which one is missing."""
    cohort = kg.cohort(
        pyarrow.table({"case": [1, 2], "as_of": [2026.0, None]}),
        courses=pyarrow.table(
            {"case": [1.0, 2.0], "course": [1, 1], "therapies": ["sbrt", "sbrt"], "end": [2025, 2024]}
        ),
        growth=pyarrow.table({"case": [1.0, 2.0], "course": [1.0, None], "date": [2025.0, 2025.0]}),
    )
    assert (list(cohort.ids()), cohort.rejections.listed) == (["1", "2"], [])
