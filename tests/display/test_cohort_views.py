"""What is shown of cohorts: never a hidden count, never a patient, never what stands in a cell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sts_kg import KnowledgeGraph
from sts_kg.cohort import Codes, Cohort, Omop, Rejected, Rejections, invented_omop
from sts_kg.display import as_markdown, as_text, markup, view_of
from sts_kg.display.view import Grid, plain
from sts_kg.shown import Shown

LEGEND = "* hidden: fewer than 11 patients, or such a number could be computed from it"


def cohort_of(kg: KnowledgeGraph, folder: Path, *, min_cell: int = 11) -> Cohort:
    """Return 40 patients: 4 are not at stage 4, which is fewer than are shown; one row cannot be used."""
    rows = [f"p{n},{'no' if n < 4 else 'yes'},{'yes' if n % 2 else ''}" for n in range(40)]
    (folder / "patients.csv").write_text("\n".join(["case,stage4-sts,unresectable", *rows, "q,secret cell,"]) + "\n")
    return kg.cohort(folder / "patients.csv", min_cell=min_cell)


@pytest.fixture
def cohort(kg: KnowledgeGraph, tmp_path: Path) -> Cohort:
    return cohort_of(kg, tmp_path)


def counts(thing: Shown) -> dict[str, tuple[str, ...]]:
    (found,) = (block for block in view_of(thing).blocks if isinstance(block, Grid))
    return {plain(option): tuple(map(plain, cells)) for option, *cells in found.rows}


def test_a_cohort_shows_sums_and_things_to_try(cohort: Cohort) -> None:
    told = as_text(cohort, 80)
    assert told.startswith(
        "Cohort\n\npatients                  *\ncontradict themselves     0\n"
        "tables                    patients\nrows that cannot be used  1, see the rejections\n\n"
        "option  "
    )
    assert f"\n18 options\n\n{LEGEND}\n\nNot medical advice: " in told
    assert told.endswith("\n- why, for one patient: cohort.explain(case, 'option-pazopanib')")
    assert as_text(cohort.release, 80).startswith(
        "Counts of a cohort that may be shown\n\npatients               *\ncontradict themselves  0\n\noption  "
    )


def test_a_hidden_count_is_shown_nowhere(kg: KnowledgeGraph, tmp_path: Path, cohort: Cohort) -> None:
    whole = counts(cohort_of(kg, tmp_path, min_cell=1))
    assert whole["chemotherapy"] == ("36", "4", "0")
    for thing in (cohort, cohort.release, kg.cohort_of_parts([tmp_path / "patients.csv"])):
        shown = counts(thing)
        assert shown["chemotherapy"] == ("36", "*", "0")  # so the number of patients, 40, would tell the other
        hidden = {(option, at) for option, cells in shown.items() for at, cell in enumerate(cells) if cell == "*"}
        assert {(option, at) for option in whole for at, n in enumerate(whole[option]) if n == "4"} <= hidden
        for view in (markup(thing), as_markdown(thing), as_text(thing)):
            assert not re.search(
                r"(?<![\d.])(4|40)(?![\d.])", re.sub(r"stage 4|href=\"[^\"]*\"|aria-level=\"4\"|#### ", "", view)
            )


def test_where_the_number_of_patients_is_hidden_nothing_tells_it(kg: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("case,stage4-sts\na,yes\nb,yes\nc,no\n")
    few = kg.cohort(tmp_path / "few.csv")
    assert as_text(few, 80).startswith("Cohort\n\npatients               *\ncontradict themselves  0\n")
    assert repr(few) == "<Cohort: patients; counts below 11 are hidden>"
    for thing in (few, few.release, few.rows(), few.rows("long")):
        assert not re.search(r"(?<![\d.])3(?![\d.])", as_text(thing, 80))
        assert not re.search(r"(?<![\d.])3(?![\d.])", repr(thing))


def test_the_line_of_a_cohort_reads_no_table(
    kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cohort_of(kg, tmp_path)
    monkeypatch.setattr(Cohort, "_read", lambda _: pytest.fail("read"))
    assert repr(made) == "<Cohort: patients; counts below 11 are hidden>"
    assert repr(cohort_of(kg, tmp_path, min_cell=1)) == "<Cohort: patients; no count is hidden>"
    parts = kg.cohort_of_parts([tmp_path / "patients.csv"])
    assert repr(parts) == "<Partitions: 1 part; counts below 11 are hidden>"


def test_parts_say_how_many_were_read(kg: KnowledgeGraph, tmp_path: Path) -> None:
    cohort_of(kg, tmp_path)
    for read in ("1 part read, the others kept", "0 parts read, the others kept"):
        parts = kg.cohort_of_parts([tmp_path / "patients.csv"], kept=tmp_path / "kept")
        assert f"\n\n{read}\n\nTo try\n" in as_text(parts, 80)


@pytest.mark.parametrize("form", ["wide", "long"])
def test_no_row_of_a_patient_is_shown(cohort: Cohort, form: str) -> None:
    rows = cohort.rows(form)  # type: ignore[arg-type] # a text
    assert repr(rows) == f"<Rows: {form}, of 18 options>"
    told = as_text(rows, 200)
    assert told.startswith(f"Answers for each patient\n\nform     {form}: a row a patient")
    assert told.endswith("Each row is about one patient, so none is shown unasked, and they are not counted.")
    assert not re.search(r"\bp\d", told)


def test_rejections_show_places_and_no_cell(cohort: Cohort) -> None:
    rejections, table = cohort.rejections, cohort.tables.names["patients"]
    (one,) = rejections.listed
    assert "secret cell" in str(one)
    assert (repr(rejections), repr(one)) == ("<Rejections: 1 row>", f"<Rejected: {table}, line 42, stage4-sts>")
    size = len(table)
    assert as_text(rejections, None) == (
        "1 row that cannot be used\n\n"
        f"{'table':{size}}  column      rows\n{'-' * size}  ----------  ----\n{table}  stage4-sts  1\n1 column\n\n"
        f"{'table':{size}}  line  column\n{'-' * size}  ----  ----------\n{table}  42    stage4-sts\n1 row\n\n"
        "Why, perhaps with what stands in the cell: print(rejections.listed[0])"
    )
    assert as_text(one, None) == (
        f"A row that cannot be used\n\ntable   {table}\nline    42\ncolumn  stage4-sts\n\n"
        "Why: str() says it, perhaps with the cell."
    )
    assert "secret cell" not in markup(rejections) + markup(one)


def test_many_rejections_are_cut_and_none_is_said() -> None:
    rejections = Rejections()
    assert as_text(rejections) == "No row was rejected"
    for line in range(30):
        rejections.add(Rejected("p.csv", line, "case", "x"))
    assert as_text(rejections).count("\np.csv ") == 21
    assert "\nthe first 20 of 30 rows\n" in as_text(rejections)


def test_codes_that_stand_for_terms(kg: KnowledgeGraph) -> None:
    sets = kg.concept_sets()
    assert repr(sets) == "<ConceptSets: 42 codes of 10 terms>"
    told = as_text(sets, 300)
    assert told.startswith(
        "Codes that stand for terms of ours\n\ncodes      42\nfindings   3\ntherapies  7\n"
        f"digest     {sets.digest[:16]}…\n\nterm  "
    )
    assert re.search(
        r"\nlung-metastases +broad +NCIt +C3577 +Metastatic Malignant Neoplasm in the Lung +soft-tissue-sarcoma\n", told
    )


def test_where_coded_rows_are(kg: KnowledgeGraph) -> None:
    sets = kg.concept_sets()
    omop = Omop(sets=sets, schema="cdm", tables={"person": "people"}, as_of="2026-01-01", history_complete=True)
    assert (repr(omop), repr(Codes(sets=sets))) == ("<Omop: 42 codes>", "<Codes: 42 codes>")
    assert as_text(omop).startswith(
        "Coded rows: Omop\n\nschema          cdm\ntable person    people\ntable of codes  in the text\n"
        "codes           42\nas of           2026-01-01\nhistory         complete\n"
    )


def test_an_invented_database_says_that_it_is_invented(kg: KnowledgeGraph) -> None:
    made = invented_omop(kg.concept_sets(), people=5)
    assert repr(made).startswith("<OmopTables: person 5, condition_occurrence ")
    told = as_text(made)
    assert told.startswith("Tables of OMOP CDM v5.4\n\ntable                 rows  columns\n")
    assert "\nperson                5     18\n" in told
    assert told.endswith("8 tables\n\nInvented: no person, date or course in it is real.")
