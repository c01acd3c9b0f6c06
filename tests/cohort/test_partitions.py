"""A cohort in parts: the sums of the whole, read again only where something changed, and no patient in two."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import course_oracle
import pytest
from click.testing import CliRunner
from random_cases import cases
from tables_of_cases import tables, written

from sts_kg import CaseError, KnowledgeGraph, ParseError, knowledge
from sts_kg.cli import app
from sts_kg.errors import ArgumentError


def folders(folder: Path, n: int = 3) -> list[Path]:
    """Return folders with random cases, the first of which has rows that cannot be used, and one file with all."""
    some = [{**case, "case": f"p{number}"} for number, case in enumerate(cases().values())]
    paths = []
    for number in range(n):
        path = folder / f"part{number}"
        path.mkdir()
        written(path, tables(some[number::n]))
        paths.append(path)
    whole = folder / "whole"
    whole.mkdir()
    written(whole, tables(some))
    return [*paths, whole]


def said(cohort: Any) -> list[str]:
    tables_of = [cohort.counts(), cohort.ask(), cohort.funnel("pazopanib"), cohort.patterns()]
    return [table.to_json() for table in tables_of]


@pytest.mark.parametrize("min_cell", [1, 11])
def test_parts_sum_up_to_the_whole(kg: KnowledgeGraph, tmp_path: Path, min_cell: int) -> None:
    *parts, whole = folders(tmp_path)
    cohort = kg.cohort(whole, min_cell=min_cell)
    for _ in range(2):  # read, then kept
        of_parts = kg.cohort_of_parts(parts, kept=tmp_path / "kept", min_cell=min_cell)
        assert said(of_parts) == said(cohort)
        assert of_parts.manifest()["patients"] == cohort.manifest()["patients"]
        assert len(of_parts.read.rejections) == len(cohort.read.rejections) > 50
    assert of_parts.parts_read == []


def test_only_what_changed_is_read_again(kg: KnowledgeGraph, tmp_path: Path) -> None:
    *parts, _ = folders(tmp_path)
    kept = tmp_path / "kept"
    first = kg.cohort_of_parts(parts, kept=kept)
    assert first.tally.cases == sum(not course_oracle.error(case) for case in cases().values())
    assert len(first.parts_read) == 3
    with (parts[1] / "courses.csv").open("a") as file:
        file.write("p1,c77,sbrt" + "," * ((parts[1] / "courses.csv").read_text().splitlines()[0].count(",") - 2) + "\n")
    again = kg.cohort_of_parts(parts, kept=kept)
    assert len(again) == len(first)
    assert again.parts_read == [str(parts[1] / "patients.csv")]
    other = kg.under("D04=S08-alone").cohort_of_parts(parts, kept=kept)
    assert (len(other), len(other.parts_read)) == (len(first), 3)


def test_no_row_of_a_patient_is_kept(kg: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "patients.csv").write_text("case,stage4-sts\nMiller,yes\nMeier,perhaps\n")
    kg.cohort_of_parts([tmp_path / "p"], kept=tmp_path / "kept").counts()
    [file] = (tmp_path / "kept").iterdir()
    text = file.read_text()
    assert not {"Miller", "Meier", "perhaps"} & set(text.replace('"', " ").split())
    assert json.loads(text)["tally"]["cases"] == 1


def test_what_cannot_be_parts(kg: KnowledgeGraph, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "patients.csv").write_text("case,stage4-sts\nx,yes\n")
    a, b, c = (tmp_path / name for name in "abc")
    with pytest.raises(CaseError, match=r"the case 'x' is in .*a/patients\.csv, too; a patient may be in one part"):
        kg.cohort_of_parts([a, b]).counts()
    with pytest.raises(ArgumentError, match="named twice"):
        kg.cohort_of_parts([a, a])
    (c / "patients.csv").rename(c / "persons.csv")
    with pytest.raises(ParseError, match=r"has no table of patients: patients\.csv or patients\.parquet is expected"):
        kg.cohort_of_parts([a, c])
    (a / "patients.parquet").write_bytes(b"")
    with pytest.raises(ParseError, match=r"has two tables of patients: patients\.csv and patients\.parquet"):
        kg.cohort(a)
    with pytest.raises(ArgumentError, match="is a folder, which holds the other tables itself"):
        kg.cohort(b, courses=tmp_path / "courses.csv")


def test_a_file_of_sums_that_is_damaged(kg: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "patients.csv").write_text("case,stage4-sts\nx,yes\n")
    kg.cohort_of_parts([tmp_path / "a"], kept=tmp_path / "kept").counts()
    [file] = (tmp_path / "kept").iterdir()
    file.write_text(file.read_text()[:-9])
    with pytest.raises(ParseError, match="is no file of sums, or damaged; delete it, and its part is read again"):
        kg.cohort_of_parts([tmp_path / "a"], kept=tmp_path / "kept").counts()


def test_the_command(preloaded: object, tmp_path: Path) -> None:
    kg = knowledge.load()
    *parts, _ = folders(tmp_path)
    command = ["cohort", "counts", *map(str, parts), "--kept", str(tmp_path / "kept"), "--format", "json"]
    done = CliRunner().invoke(app, command, prog_name="sts-kg")
    assert done.exit_code == 3  # some rows were rejected
    assert done.stdout.rstrip() == kg.cohort_of_parts(parts).counts().to_json()
    assert "450 patients read: 397 answered" in done.stderr
    wrong = CliRunner().invoke(app, [*command, "--courses", "c.csv"], prog_name="sts-kg")
    assert wrong.exit_code == 2
    assert "--courses is of one table of patients; parts are folders that hold theirs" in wrong.stderr
