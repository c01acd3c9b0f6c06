"""OMOP tables as cases: invented databases and random cases, against plain Python over their rows."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import course_oracle
import duckdb
import pytest
import random_cases
import sqlglot
from cohort.omop_rows import (
    Row,
    Rows,
    as_rows,
    cases_of,
    expected,
    in_duckdb,
    in_sqlite,
    into_postgres,
    records,
    speakable,
)
from databases import postgres

from sts_kg import KnowledgeGraph
from sts_kg.cases.relations import COURSES, PATIENT_KEYS, PatientRows, case_of_rows, columns_of, text_of
from sts_kg.cases.relations import Row as PatientRow
from sts_kg.cohort import (
    DIALECTS,
    OMOP_COLUMNS,
    REPORTS,
    Coded,
    Codes,
    ConceptSets,
    Omop,
    OmopTables,
    code_report,
    invented_omop,
)
from sts_kg.cohort.codes import RELATIONS
from sts_kg.errors import ArgumentError, UnknownNameError

PEOPLE = 10_000


@pytest.fixture(scope="module")
def sets(kg: KnowledgeGraph) -> ConceptSets:
    return kg.concept_sets()


@pytest.fixture(scope="module")
def invented(sets: ConceptSets) -> OmopTables:
    return invented_omop(sets, PEOPLE, seed=1)


@pytest.fixture(scope="module")
def database(invented: OmopTables) -> duckdb.DuckDBPyConnection:
    return in_duckdb(invented)


def relations(connection: Any, source: Coded, dialect: str = "duckdb") -> dict[str, Row]:
    cases, courses = (records(connection, source.sql(what, dialect)) for what in ("cases", "courses"))
    assert [records(connection, source.sql(what, dialect)) for what in ("growth", "no_growth")] == [[], []]
    return cases_of(cases, courses)


DATED = [(None, None), ("2026-01-01", None), ("2026-01-01", "2025-07-01"), (None, "2024-01-01")]


@pytest.mark.parametrize(("as_of", "over_before"), DATED)
def test_every_invented_person_is_the_case_that_the_rows_mean(
    invented: OmopTables,
    database: duckdb.DuckDBPyConnection,
    sets: ConceptSets,
    as_of: str | None,
    over_before: str | None,
) -> None:
    found = relations(database, Omop(sets=sets, as_of=as_of, over_before=over_before))
    wanted = expected(invented, sets, as_of, over_before)
    assert len(found) == PEOPLE
    assert found == wanted


def test_sqlite_says_the_same(invented: OmopTables, sets: ConceptSets) -> None:
    connection = in_sqlite(invented)
    source = Omop(sets=sets, as_of="2026-01-01", over_before="2025-07-01")
    assert relations(connection, source, "sqlite") == expected(invented, sets, "2026-01-01", "2025-07-01")


def test_the_invented_persons_are_worth_asking(invented: OmopTables, sets: ConceptSets) -> None:
    cases = expected(invented, sets, "2026-01-01", "2025-07-01").values()
    courses = [course for case in cases for course in case["courses"]]
    lung = [case for case in cases if "lung-metastases" in case["findings"]]
    seen = {
        "metastases": len(lung),
        "stage 4 alone shows the sarcoma": sum("soft-tissue-sarcoma" not in case["findings"] for case in lung),
        "no finding, and a course": sum(bool(case["courses"]) and not case["findings"] for case in cases),
        "several courses": sum(len(case["courses"]) > 1 for case in cases),
        "several therapies": sum(len(course["therapies"]) > 1 for course in courses),
        "open": sum("end" not in course for course in courses),
        "ended": sum("end" in course for course in courses),
    }
    assert {name: number for name, number in seen.items() if number < 50} == {}
    assert invented_omop(sets, 50, seed=1) == invented_omop(sets, 50, seed=1) != invented_omop(sets, 50, seed=2)


def answered(kg: KnowledgeGraph, connection: Any, source: Coded) -> dict[str, dict[str, Row]]:
    """Return what our SQL answers of every case where the tables are, by case and option."""
    found: dict[str, dict[str, Row]] = {}
    for row in records(connection, kg.sql("duckdb", "rows", table=source)):
        found[row["case"]] = {
            option: {
                "status": row[option],
                "missing": row[f"{option}_missing"].split(),
                "tried": row[f"{option}_tried"] == 1,
                "declined": row[f"{option}_declined"] == 1,
                "marks": sorted(filter(None, row[f"{option}_marks"].split("; "))),
            }
            for option in (name.replace("-", "_") for name in course_oracle.COMPONENTS)
        }
    return found


def answers_of(case: Row) -> dict[str, Row]:
    """Return what the second evaluator answers of a case, in the same form."""
    said = course_oracle.answers(case)
    assert said is not None, f"{case} is refused"
    parts = ("status", "missing", "tried", "declined", "marks")
    return {
        option.removeprefix("option-").replace("-", "_"): {part: answer[part] for part in parts}
        for option, answer in said.items()
    }


@pytest.mark.parametrize("history_complete", [False, True])
def test_the_answers_are_those_of_the_cases(
    kg: KnowledgeGraph,
    invented: OmopTables,
    database: duckdb.DuckDBPyConnection,
    sets: ConceptSets,
    history_complete: bool,
) -> None:
    dates = "2026-01-01", "2025-07-01"
    source = Omop(sets=sets, as_of=dates[0], over_before=dates[1], history_complete=history_complete)
    found, wanted = answered(kg, database, source), expected(invented, sets, *dates)
    assert len(found) == PEOPLE
    for name, case in wanted.items():
        whole = case | ({"history_complete": "yes"} if history_complete else {})
        assert found[name] == answers_of(whole), whole
    statuses = {answer["status"] for answers in found.values() for answer in answers.values()}
    assert statuses == {"met", "undetermined", *({"not-met"} if history_complete else ())}


def test_a_cohort_is_opened_from_omop(
    kg: KnowledgeGraph, database: duckdb.DuckDBPyConnection, sets: ConceptSets
) -> None:
    source = Omop(sets=sets, as_of="2026-01-01", over_before="2025-07-01")
    cohort = kg.cohort(source, connection=database, min_cell=1)
    found = answered(kg, database, source)
    counted = {row["option"]: row for row in cohort.counts().to_dicts()}
    for option in course_oracle.COMPONENTS:
        statuses = [answers[option.replace("-", "_")]["status"] for answers in found.values()]
        row = counted[f"sts:option-{option}"]
        assert [row[status] for status in ("met", "undetermined")] == [
            statuses.count(status) for status in ("met", "undetermined")
        ]
    assert len(cohort) == PEOPLE
    assert database.execute("SELECT COUNT(*) FROM duckdb_tables() WHERE temporary").fetchall() == [(0,)]
    with pytest.raises(ArgumentError, match="give a connection to DuckDB"):
        kg.cohort(source)
    with pytest.raises(ArgumentError, match="codes give the courses"):
        kg.cohort(source, courses="courses", connection=database)


def test_random_cases_answer_the_same_from_omop(kg: KnowledgeGraph, sets: ConceptSets) -> None:
    dice, cases = random.Random(55), dict[str, Row]()
    while len(cases) < 5000:
        case = speakable(random_cases.a_case(dice, str(len(cases) + 1)))
        case.pop("as_of", None)
        if not course_oracle.error(case):
            cases[case["case"]] = case
    found = answered(kg, in_duckdb(as_rows(cases.values())), Omop(sets=sets))
    for name, case in cases.items():
        assert found[name] == answers_of(case), case


def test_the_relations_are_rows_that_cases_are_read_from(
    kg: KnowledgeGraph, database: duckdb.DuckDBPyConnection, sets: ConceptSets
) -> None:
    source = Omop(sets=sets, as_of="2026-01-01", over_before="2025-07-01", history_complete=True)
    cases, courses = (records(database, source.sql(what)) for what in ("cases", "courses"))
    assert columns_of([*cases[0]], "cases", PATIENT_KEYS, kg.guideline.vocabulary.findings)
    assert columns_of([*courses[0]], "courses", COURSES, {})
    beside: dict[str, list[PatientRow]] = {}
    for number, row in enumerate(courses):
        beside.setdefault(row["case"], []).append(PatientRow("courses", number, cells(row)))
    read = []
    for number, row in enumerate(cases):
        rows = PatientRows(PatientRow("cases", number, cells(row)), beside.get(row["case"], ()))
        read.append(case_of_rows(rows, kg.guideline.vocabulary))
    assert len(read) == PEOPLE
    assert sum(len(case.courses) for case in read) == len(courses)
    assert {case.history_complete for case in read} == {True}


def cells(row: Row) -> dict[str, str]:
    return {
        key.replace("_", "-") if key not in PATIENT_KEYS else key: text_of(cell) for key, cell in row.items() if cell
    }


def test_a_text_about_the_relations_is_put_after_their_steps(
    database: duckdb.DuckDBPyConnection, sets: ConceptSets
) -> None:
    source = Omop(sets=sets, as_of="2026-01-01")
    assert source.columns == {
        **{"as_of": "text", "lung_metastases": "flag", "soft_tissue_sarcoma": "flag", "stage4_sts": "flag"},
        **{"courses.therapies": "text", "courses.start": "text", "courses.end": "text"},
    }
    wanted = len(records(database, source.sql("courses"))), PEOPLE
    stamp = f"-- sts_kg, concept sets {sets.digest[:16]}. Codes only ever give yes. Not medical advice."
    counts = "SELECT COUNT(*) AS n FROM {}"
    for number, table in zip(wanted, ("courses", "cases"), strict=True):
        for text in (counts.format(table), f"WITH\n-- here\nx AS (SELECT * FROM {table})\n{counts.format('x')}"):
            whole = source.around(f"-- stamped\n-- twice\n{text}\n")
            assert whole.startswith(f"-- stamped\n-- twice\n{stamp}\nWITH\n-- The codes")
            assert records(database, whole) == [{"n": number}]


# --- one rule at a time


def database_of(made: Rows) -> sqlite3.Connection:
    return in_sqlite(made.tables())


def a_person(*conditions: int, **cells: Any) -> Rows:
    """Return a database of person 1 with conditions: 1 is the sarcoma, 2 lung metastases of any cancer."""
    made = Rows()
    made.concept(1, "SNOMED", "424952003")
    made.concept(2, "NCIt", "C3577")
    made.concept(3, "NCIt", "C7821")
    made.concept(4, "SNOMED", "1", above=[1])
    made.concept(5, "NCIt", "C2", above=[2])
    made.add("person", person_id=1)
    for number, concept in enumerate(conditions):
        given = {"condition_concept_id": concept, "condition_start_date": "2025-03-01"} | cells
        made.add("condition_occurrence", condition_occurrence_id=number, person_id=1, **given)
    return made


LUNG, SARCOMA, STAGE = "lung-metastases", "soft-tissue-sarcoma", "stage4-sts"


@pytest.mark.parametrize(
    ("conditions", "given"),
    [
        ([], []),
        ([2], []),  # anybody's lung metastasis
        ([1, 2], [LUNG, SARCOMA]),
        ([2, 1], [LUNG, SARCOMA]),
        ([2, 4], [LUNG, SARCOMA]),  # a kind of sarcoma
        ([2, 3], [LUNG, STAGE]),  # its stage is a code for it as well
        ([1, 5], [SARCOMA]),  # NCIt is not followed downwards
    ],
)
def test_a_metastasis_code_counts_only_beside_a_code_for_the_sarcoma(
    sets: ConceptSets, conditions: list[int], given: list[str]
) -> None:
    found = relations(database_of(a_person(*conditions)), Omop(sets=sets), "sqlite")
    assert [*found["1"]["findings"]] == given


def test_what_is_denied_does_not_stand_for_the_term_above_it(sets: ConceptSets) -> None:
    made = database_of(a_person(4))
    denied = ConceptSets(sets.rows, denied=(("doxorubicin", "SNOMED", "1"), (SARCOMA, "SNOMED", "1")))
    of_another = ConceptSets(sets.rows, denied=(("doxorubicin", "SNOMED", "1"), (SARCOMA, "SNOMED", "424952003")))
    given = [[*relations(made, Omop(sets=one), "sqlite")["1"]["findings"]] for one in (sets, denied, of_another)]
    assert given == [[SARCOMA], [], [SARCOMA]]


def test_the_sarcoma_code_of_somebody_else_does_not_count(sets: ConceptSets) -> None:
    made = a_person(2)
    made.add("person", person_id=2)
    made.add("condition_occurrence", condition_occurrence_id=9, person_id=2, condition_concept_id=1)
    found = relations(database_of(made), Omop(sets=sets), "sqlite")
    assert {name: [*case["findings"]] for name, case in found.items()} == {"1": [], "2": [SARCOMA]}


def test_a_source_concept_is_as_good(sets: ConceptSets) -> None:
    made = a_person(0, condition_source_concept_id=1)
    assert [*relations(database_of(made), Omop(sets=sets), "sqlite")["1"]["findings"]] == [SARCOMA]


@pytest.mark.parametrize(("as_of", "given"), [("2025-02-28", []), ("2025-03-01", [SARCOMA])])
def test_what_is_later_than_the_case_is_left_out(sets: ConceptSets, as_of: str, given: list[str]) -> None:
    found = relations(database_of(a_person(1)), Omop(sets=sets, as_of=as_of), "sqlite")
    assert ([*found["1"]["findings"]], found["1"]["as_of"]) == (given, as_of)


def exposures(*ends: str | None, episode: dict[str, Any] | None = None, **linked: Any) -> Rows:
    """Return a database of a person with exposures to doxorubicin from 2024-01-01, perhaps in an episode."""
    made = Rows()
    made.concept(1, "RxNorm", "3639")
    made.add("person", person_id=1)
    for number, end in enumerate(ends):
        given = {"drug_exposure_start_date": "2024-01-01", "drug_exposure_end_date": end}
        made.add("drug_exposure", drug_exposure_id=number, person_id=1, drug_concept_id=1, **given)
    if episode is not None:
        starts = {"episode_id": 7, "person_id": 1, "episode_concept_id": 32531, "episode_start_date": "2024-02-01"}
        made.add("episode", **starts | episode)
        made.add(
            "episode_event", **{"episode_id": 7, "event_id": 0, "episode_event_field_concept_id": 1147094} | linked
        )
    return made


def courses(made: Rows, sets: ConceptSets, **given: Any) -> list[Row]:
    found: list[Row] = relations(database_of(made), Omop(sets=sets, **given), "sqlite")["1"]["courses"]
    return found


DOXORUBICIN = {"therapies": ["doxorubicin"], "start": "2024-01-01"}


@pytest.mark.parametrize(
    ("over_before", "end"), [(None, {}), ("2024-05-01", {}), ("2024-05-02", {"end": "2024-05-01"})]
)
def test_exposures_end_when_the_last_is_long_over(
    sets: ConceptSets, over_before: str | None, end: dict[str, str]
) -> None:
    made = exposures("2024-05-01", "2024-03-01")
    assert courses(made, sets, over_before=over_before) == [DOXORUBICIN | end]
    assert courses(exposures("2024-03-01", None), sets, over_before=over_before) == [DOXORUBICIN]


def test_a_procedure_without_an_end_is_of_a_day(sets: ConceptSets) -> None:
    made = Rows()
    made.concept(1, "SNOMED", "387713003")
    made.add("person", person_id=1)
    given = {"procedure_concept_id": 1, "procedure_date": "2024-01-01"}
    made.add("procedure_occurrence", procedure_occurrence_id=1, person_id=1, **given)
    surgery = {"therapies": ["surgery"], "start": "2024-01-01"}
    assert courses(made, sets, over_before="2024-01-02") == [surgery | {"end": "2024-01-01"}]
    assert courses(made, sets, over_before="2024-01-01") == [surgery]


IN_EPISODE = {"therapies": ["doxorubicin"], "start": "2024-02-01"}


@pytest.mark.parametrize(
    ("episode", "linked", "given", "found"),
    [
        ({}, {}, {}, [IN_EPISODE]),
        ({"episode_end_date": "2024-06-01"}, {}, {}, [IN_EPISODE | {"end": "2024-06-01"}]),
        ({"episode_end_date": "2024-06-01"}, {}, {"as_of": "2024-06-01"}, [IN_EPISODE | {"end": "2024-06-01"}]),
        ({"episode_end_date": "2024-06-01"}, {}, {"as_of": "2024-05-31"}, [IN_EPISODE]),
        ({}, {}, {"as_of": "2024-01-31"}, [DOXORUBICIN]),  # the regimen is later
        ({"episode_concept_id": 32533}, {}, {}, [DOXORUBICIN]),  # no regimen
        ({}, {"episode_event_field_concept_id": 1147082}, {}, [DOXORUBICIN]),  # a procedure of that number
        ({}, {"event_id": 5}, {}, [DOXORUBICIN]),
        ({"person_id": 2}, {}, {}, [DOXORUBICIN]),
    ],
)
def test_a_regimen_is_a_course(
    sets: ConceptSets, episode: dict[str, Any], linked: dict[str, Any], given: dict[str, str], found: list[Row]
) -> None:
    assert courses(exposures("2024-05-01", episode=episode, **linked), sets, **given) == found


def test_a_whole_history_is_only_what_the_site_says(sets: ConceptSets) -> None:
    made = database_of(a_person())
    assert "history_complete" not in relations(made, Omop(sets=sets), "sqlite")["1"]
    assert relations(made, Omop(sets=sets, history_complete=True), "sqlite")["1"]["history_complete"] == "yes"


# --- the files of the example


def test_the_tables_have_the_columns_of_the_model(invented: OmopTables) -> None:
    found = {table: (len(columns), sum(each.required for each in columns)) for table, columns in OMOP_COLUMNS.items()}
    assert found == {  # counted in its DDL
        **{
            "person": (18, 5),
            "condition_occurrence": (16, 5),
            "drug_exposure": (23, 6),
            "procedure_occurrence": (16, 5),
        },
        **{"episode": (13, 6), "episode_event": (3, 3), "concept": (10, 8), "concept_ancestor": (4, 4)},
    }
    for table, rows in invented.rows.items():
        places = [number for number, each in enumerate(OMOP_COLUMNS[table]) if each.required]
        assert rows and {len(row) for row in rows} == {len(OMOP_COLUMNS[table])}
        assert [row for row in rows if any(row[place] is None for place in places)] == []
    assert min(row[0] for row in invented.rows["concept"]) == 2_000_000_000
    assert {row[2] for row in invented.rows["concept"]} == {"Condition", "Drug", "Procedure"}


def test_the_files_are_the_tables(invented: OmopTables, sets: ConceptSets, tmp_path: Path) -> None:
    files = invented.write(tmp_path / "new")
    assert [file.name for file in files] == [*(f"{table}.csv" for table in OMOP_COLUMNS), "README.md"]
    assert "No person, date or course in these files is real." in files[-1].read_text(encoding="utf-8")
    connection = duckdb.connect()
    for file in files[:-1]:
        connection.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM '{file}'")
    assert relations(connection, Omop(sets=sets)) == expected(invented, sets)


# --- tables of the site


def test_tables_are_where_the_site_says(sets: ConceptSets) -> None:
    made = in_duckdb(a_person(1, 2).tables(), schema="cdm")
    found = relations(made, Omop(sets=sets, schema="cdm"))
    view = "(SELECT * FROM cdm.condition_occurrence WHERE condition_concept_id <> 1)"
    fewer = relations(made, Omop(sets=sets, schema="cdm", tables={"condition_occurrence": view}))
    assert ([*found["1"]["findings"]], [*fewer["1"]["findings"]]) == ([LUNG, SARCOMA], [])


@pytest.mark.parametrize("null", ["", None])
def test_the_concept_sets_may_be_a_table_of_the_site(sets: ConceptSets, null: str | None) -> None:
    made = database_of(a_person(1, 2, 3))
    columns = sets.table().variables
    made.execute(f"CREATE TABLE ours ({', '.join(columns)})")
    rows = [tuple(null if cell == "" else cell for cell in row) for row in sets.rows]
    made.executemany(f"INSERT INTO ours VALUES ({', '.join('?' * len(columns))})", rows)
    source, inline = Omop(sets=sets, sets_table="ours"), Omop(sets=sets)
    assert relations(made, source, "sqlite") == relations(made, inline, "sqlite")
    for what in REPORTS:
        loaded, written = (
            [{key: cell or "" for key, cell in row.items()} for row in records(made, each.sql(what, "sqlite"))]
            for each in (source, inline)
        )
        assert loaded == written != []


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"as_of": "2025"}, "as_of = '2025': '2025' is not a day: YYYY-MM-DD is expected"),
        ({"over_before": "2025-02-30"}, "'2025-02-30' is not a day"),
        ({"as_of": "2025-01-01", "over_before": "2025-01-02"}, "2025-01-02 is after as_of, 2025-01-01"),
    ],
)
def test_a_date_that_is_none_is_told(sets: ConceptSets, given: dict[str, str], error: str) -> None:
    with pytest.raises(ArgumentError, match=error):
        Omop(sets=sets, **given)  # type: ignore[arg-type] # dates


def test_names_that_are_not_there_are_told(sets: ConceptSets) -> None:
    with pytest.raises(UnknownNameError, match="persn"):
        Omop(sets=sets, tables={"persn": "x"})
    with pytest.raises(UnknownNameError, match="course"):
        Omop(sets=sets).sql("course")
    with pytest.raises(UnknownNameError, match="oracle"):
        Omop(sets=sets).sql("courses", "oracle")


# --- reports


def test_the_report_says_what_became_of_each_code(
    invented: OmopTables, database: duckdb.DuckDBPyConnection, sets: ConceptSets
) -> None:
    source = Omop(sets=sets, as_of="2026-01-01")
    report = code_report(lambda text: database.execute(text).fetchall(), source)
    rows = {(str(row["vocabulary"]), str(row["concept_code"])): row for row in report.to_dicts()}
    assert len(rows) == len(report) == len([row for row in sets.rows if row.vocabulary_id])
    assert {key[0] for key, row in rows.items() if row["status"] == "unknown to the site"} == {"MeSH"}
    assert {key[0] for key, row in rows.items() if row["status"] == "never found"} == {"ATC"}
    assert {key for key, row in rows.items() if row["n_concepts"] != (key[0] != "MeSH")} == {("NCIt", "C9306")}
    # counted again, row by row
    concept = next(row[0] for row in invented.rows["concept"] if row[6] == "C3577")
    found = [row for row in invented.rows["condition_occurrence"] if row[3] <= "2026-01-01"]
    lung = [row for row in found if concept in (row[2], row[14])]
    persons = {str(row[1]) for row in lung}
    given = {
        name for name, case in expected(invented, sets, "2026-01-01").items() if "lung-metastases" in case["findings"]
    }
    row = rows["NCIt", "C3577"]
    assert (row["n_rows"], row["n_persons"]) == (len(lung), len(persons))
    assert row["n_without"] == len(persons) - len(given) > 500
    assert given < persons
    assert report.notes[0] == f"{len(rows)} codes: 25 found, 3 never found, 5 unknown to the site"
    assert "NCIt C9306 is 2 concepts of the site" in report.notes
    told = f"{len(given):,} persons with both; {row['n_without']:,} persons without, not given"
    assert f"lung-metastases, by codes that need one of soft-tissue-sarcoma: {told}" in report.notes


@pytest.mark.parametrize(
    ("n_both", "n_alone", "shown", "told"),
    [
        (0, 0, (0, 0, 0), None),
        (11, 0, (11, 11, 0), "11 persons with both; 0 persons without"),
        (0, 11, (11, 11, 11), "0 persons with both; 11 persons without"),
        (11, 11, (22, 22, 11), "11 persons with both; 11 persons without"),
        (10, 0, (None, None, None), "* persons with both; * persons without"),
        (30, 10, (40, 40, None), "* persons with both; * persons without"),
        (10, 30, (40, 40, None), "* persons with both; * persons without"),  # 40 less 30
    ],
)
def test_small_numbers_of_persons_are_hidden(
    sets: ConceptSets, n_both: int, n_alone: int, shown: tuple[int | None, ...], told: str | None
) -> None:
    made = a_person()
    for number in range(n_both + n_alone):
        for concept in (2, 1)[: 2 if number < n_both else 1]:
            key = 2 * number + concept
            made.add(
                "condition_occurrence", condition_occurrence_id=key, person_id=number, condition_concept_id=concept
            )
    connection = database_of(made)
    report = code_report(lambda text: connection.execute(text).fetchall(), Omop(sets=sets), "sqlite")
    row = next(row for row in report.to_dicts() if row["concept_code"] == "C3577")
    assert tuple(row[name] for name in ("n_rows", "n_persons", "n_without")) == shown
    assert row["status"] == ("found" if n_both + n_alone else "never found")
    assert [f"{LUNG}, by codes that need one of {SARCOMA}: {told}, not given"] * (told is not None) == [
        note for note in report.notes if note.startswith(LUNG)
    ]
    assert (report.notes[-1].startswith("* hidden: fewer than 11 persons")) is (None in shown)


def test_a_row_that_a_code_finds_twice_is_one_row(sets: ConceptSets) -> None:
    made = a_person(1, condition_source_concept_id=4)
    made.add("concept_ancestor", ancestor_concept_id=1, descendant_concept_id=4)  # there twice
    made.add("drug_exposure", drug_exposure_id=1, person_id=1, drug_concept_id=1)  # a disease is no therapy
    connection = database_of(made)
    report = code_report(lambda text: connection.execute(text).fetchall(), Omop(sets=sets), "sqlite", min_cell=1)
    found = [(row["concept_code"], row["n_rows"], row["n_persons"]) for row in report.to_dicts() if row["n_rows"]]
    assert found == [("424952003", 1, 1)]
    assert relations(connection, Omop(sets=sets), "sqlite")["1"]["courses"] == []


def test_a_code_of_two_terms_is_told(sets: ConceptSets) -> None:
    first = next(row for row in sets.rows if row.concept_code == "3639")
    both = ConceptSets((first, first._replace(term="pazopanib")))
    made = database_of(exposures("2024-05-01"))
    report = code_report(lambda text: made.execute(text).fetchall(), Omop(sets=both), "sqlite", min_cell=1)
    assert [(row["term"], row["n_terms"], row["n_rows"]) for row in report.to_dicts()] == [
        ("doxorubicin", 2, 1),
        ("pazopanib", 2, 1),
    ]
    assert report.notes == (
        "2 codes: 2 found, 0 never found, 0 unknown to the site",
        "RxNorm 3639 stands for 2 of our terms",
    )


# --- PostgreSQL


@pytest.mark.slow
def test_postgres_says_the_same(kg: KnowledgeGraph, sets: ConceptSets) -> None:
    some = invented_omop(sets, 1000, seed=3)
    here = in_duckdb(some)
    denied = ConceptSets(sets.rows, denied=(("doxorubicin", "Invented", "mixture"),))
    dated = Omop(sets=denied, as_of="2026-01-01", over_before="2025-07-01", history_complete=True)
    with postgres() as database:
        into_postgres(some, database)
        for source in (Omop(sets=sets), dated):
            for what in (*RELATIONS, *REPORTS, "rows", "counts"):
                theirs, ours = (
                    kg.sql(dialect, what, table=source) if what in ("rows", "counts") else source.sql(what, dialect)
                    for dialect in ("postgres", "duckdb")
                )
                found = [
                    sorted(tuple("" if cell is None else str(cell) for cell in row.values()) for row in rows)
                    for rows in (database.answers(theirs), records(here, ours))
                ]
                assert found[0] == found[1], what
                assert found[0] or what in ("growth", "no_growth")


# --- a table of codes

NCIT, RXNORM = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "http://www.nlm.nih.gov/research/umls/rxnorm"


def coded(*rows: tuple[str | None, ...]) -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.execute('CREATE TABLE codes ("case" TEXT, system TEXT, code TEXT, start TEXT, "end" TEXT)')
    made.executemany("INSERT INTO codes VALUES (?, ?, ?, ?, ?)", rows)
    return made


def test_a_table_of_codes_gives_findings_by_the_same_rule(sets: ConceptSets) -> None:
    made = coded(
        ("a", NCIT, "C3577", "2025", None),
        ("b", NCIT, "C3577", None, None),
        ("b", NCIT, "C9306", "2025-03-01T10:00:00Z", None),
        ("c", "http://example.org/other", "C9306", None, None),
        ("d", NCIT, "C9306", None, None),
    )
    found = relations(made, Codes(sets=sets), "sqlite")
    assert {name: [*case["findings"]] for name, case in found.items()} == {
        **{"a": [], "b": [LUNG, SARCOMA], "c": [], "d": [SARCOMA]}
    }
    early = relations(made, Codes(sets=sets, as_of="2025-02-28"), "sqlite")
    assert {name: [*case["findings"]] for name, case in early.items()} == {"a": [], "b": [], "c": [], "d": [SARCOMA]}
    report = code_report(lambda text: made.execute(text).fetchall(), Codes(sets=sets), "sqlite", min_cell=1)
    assert report.notes[0] == "36 codes: 2 found, 34 never found, 0 unknown to the site"
    assert report.notes[1:] == (
        f"{LUNG}, by codes that need one of {SARCOMA}: 1 person with both; 1 person without, not given",
    )


@pytest.mark.parametrize(
    ("rows", "over_before", "course"),
    [
        (
            [("2024-01-05T08:00:00Z", "2024-03-01T08:00:00Z")],
            "2024-03-02",
            {"start": "2024-01-05", "end": "2024-03-01"},
        ),
        ([("2024-01-05", "2024-03-01")], "2024-03-01", {"start": "2024-01-05"}),
        ([("2024-01-05", "2024-03-01")], None, {"start": "2024-01-05"}),
        (
            [("2024-01-05", "2024-01-05"), ("2024-02", "2024-02")],
            "2025-01-01",
            {"start": "2024-01-05", "end": "2024-02"},
        ),
        ([("2024-01-05", "2024-02")], "2024-02-15", {"start": "2024-01-05"}),  # perhaps the last day of February
        ([("2024", "2024"), ("2024-02-07", "2024-02-07")], "2025-01-01", {"start": "2024", "end": "2024"}),
        ([("2024", "2024"), ("2024-02-07", "2024-02-07")], "2024-12-31", {"start": "2024"}),  # perhaps its last day
        ([("2024-01-05", "2024-03-01"), ("2024-01-06", None)], "2025-01-01", {"start": "2024-01-05"}),  # it may go on
        ([(None, None)], "2024-12-31", {}),
    ],
)
def test_a_table_of_codes_gives_courses(
    sets: ConceptSets, rows: list[tuple[str | None, str | None]], over_before: str | None, course: Row
) -> None:
    made = coded(*(("a", RXNORM, "3639", *dates) for dates in rows))
    found = relations(made, Codes(sets=sets, over_before=over_before), "sqlite")
    assert found["a"]["courses"] == [{"therapies": ["doxorubicin"]} | course]


# --- dialects


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("what", [*RELATIONS, *REPORTS])
def test_every_text_parses_in_its_dialect(sets: ConceptSets, dialect: str, what: str) -> None:
    dated = {"as_of": "2026-01-01", "over_before": "2025-07-01", "history_complete": True}
    for source in (
        Omop(sets=sets, schema="catalog.cdm", **dated),  # type: ignore[arg-type] # each of its type
        Omop(sets=ConceptSets(()), sets_table="ours"),
        Omop(sets=ConceptSets(())),
        Omop(sets=ConceptSets(sets.rows, denied=(("pazopanib", "RxNorm", "1"), ("surgery", "SNOMED", "2")))),
        Codes(sets=sets),
    ):
        assert sqlglot.parse_one(source.sql(what, dialect), read=dialect) is not None


def test_a_text_has_only_the_steps_that_it_needs(sets: ConceptSets) -> None:
    text = Omop(sets=sets).sql("cases")
    assert "coded_findings AS (" in text and "coded_events" not in text and "FROM drug_exposure" not in text
    assert Omop(sets=sets).sql("growth").splitlines()[1].startswith("SELECT CAST(NULL AS VARCHAR)")
    fewer = ConceptSets(sets.rows[1:])
    assert text.splitlines()[0] != Omop(sets=fewer).sql("cases").splitlines()[0]  # each says on which codes it rests
