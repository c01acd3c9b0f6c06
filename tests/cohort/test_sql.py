"""SQL of a plan against the hand-written evaluators, in SQLite and DuckDB; and what its texts hold."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import course_oracle
import oracle
import pytest
import readings_oracle
import sqlglot
from databases import NAMES, InProcess, column, differences, kinds_of, patterns, rows_of
from random_cases import a_year_after, cases
from rdflib import URIRef

from sts_kg import KnowledgeGraph
from sts_kg.cases.case import Case
from sts_kg.cases.encoded import facts_of_cases
from sts_kg.cases.files import parse
from sts_kg.cohort import DIALECTS, WHATS, sql_of
from sts_kg.cohort.sql_dates import days, numbers
from sts_kg.errors import ArgumentError, UnknownNameError
from sts_kg.guideline import Alternative, Conjunction, short
from sts_kg.plan import Plan, Values, plan_of, plans_of_readings, tally_of, unpacked
from sts_kg.rdf.names import STS, local

FINDINGS = oracle.FINDINGS
ENGINES = ["sqlite", "duckdb"]
RANDOM = list(cases().values())


@pytest.fixture(scope="module")
def plan(kg: KnowledgeGraph) -> Plan:
    return plan_of(kg.guideline)


def asked(
    plan: Plan, database: InProcess, what: str = "rows", *, kind: str = "flag", **more: Any
) -> list[dict[str, Any]]:
    columns = kinds_of([short(finding) for finding in plan.findings], kind)
    given = {"table": "patients", **NAMES, "columns": columns, "min_cell": 1, **more}
    found: list[dict[str, Any]] = database.answers(sql_of(plan, database.dialect, what, **given))
    return found


def filled(engine: str, some: list[Any], findings: list[str] = FINDINGS, kind: str = "flag") -> InProcess:
    database = InProcess(engine)
    database.fill(rows_of(some, findings, kind), findings, kind)
    return database


# --- answers


@pytest.mark.parametrize("engine", ENGINES)
def test_every_pattern_of_every_option(engine: str, plan: Plan) -> None:
    some = patterns()
    assert len(some) == 2525  # of 2,616, for patterns that two options share are there once
    database = filled(engine, some)
    found = database.answers(sql_of(plan, engine, "rows", table="patients", columns=dict.fromkeys(FINDINGS, "flag")))
    assert len(found) == len(some)
    assert differences(found, some) == []


@pytest.mark.parametrize("kind", ["flag", "word"])
@pytest.mark.parametrize("engine", ENGINES)
def test_random_cases_with_courses_and_dates(engine: str, kind: str, plan: Plan) -> None:
    database = filled(engine, RANDOM, kind=kind)
    found = asked(plan, database, kind=kind)
    assert 300 < len(found) < len(RANDOM)  # some are rejected
    assert differences(found, RANDOM) == []


@pytest.mark.parametrize(
    "reading", ["D06=alone", "D09b=during-counts", "D31=of-its-course", "D32=begun-is-given", "D35=any-component"]
)
def test_random_cases_by_readings_of_the_rules(reading: str, kg: KnowledgeGraph) -> None:
    by_reading = plans_of_readings(kg.guideline)[reading]
    some = RANDOM[::2]
    assert differences(asked(by_reading, filled("sqlite", some)), some, readings_oracle.TABLES[reading]) == []


def test_a_reading_changes_what_the_text_answers(kg: KnowledgeGraph, plan: Plan) -> None:
    some = RANDOM[1::2]
    assert differences(asked(plan, filled("sqlite", some)), some, readings_oracle.TABLES["D31=of-its-course"]) != []


# --- sums, and what is known and given


@pytest.fixture(scope="module")
def by_bits(kg: KnowledgeGraph, plan: Plan) -> tuple[list[Case], Values]:
    """The random cases that can be used, and what the kernel makes of them."""
    right = [json.dumps(case) for case in RANDOM if not course_oracle.error(case)]
    read = [one for text in right for one in parse(text, kg.guideline.vocabulary)]
    return read, Values(plan, facts_of_cases(read, plan, kg.guideline.vocabulary))


@pytest.mark.parametrize("engine", ENGINES)
def test_counts_are_those_of_bits(engine: str, plan: Plan, by_bits: tuple[list[Case], Values]) -> None:
    tally = tally_of(plan, by_bits[1].facts)
    assert asked(plan, filled(engine, RANDOM), "counts") == [
        {
            "option": local(option),
            "met": tally.met[option],
            "not_met": tally.unmet[option],
            "undetermined": tally.undetermined(option),
            "contradictory": tally.contradictory,
            "patients": tally.cases,
        }
        for option in plan.options
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_questions_are_those_of_bits(engine: str, plan: Plan, by_bits: tuple[list[Case], Values]) -> None:
    tally = tally_of(plan, by_bits[1].facts)
    found = asked(plan, filled(engine, RANDOM), "ask")
    assert [row["waiting"] for row in found] == sorted((row["waiting"] for row in found), reverse=True)
    assert {tuple(row.values()) for row in found} == {
        (" ".join(map(short, question.findings)), question.text, each.waiting, each.options, each.settled)
        for question, each in tally.asked.items()
        if each.waiting
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_funnels_are_those_of_bits(engine: str, plan: Plan, by_bits: tuple[list[Case], Values]) -> None:
    database, tally = filled(engine, RANDOM), tally_of(plan, by_bits[1].facts)
    for option, steps in tally.steps.items():
        first, *rest = asked(plan, database, "funnel", option=local(option))
        agreeing = tally.cases - tally.contradictory
        assert (first["yes"], first["no"], first["unknown"], first["contradictory"]) == (
            agreeing,
            0,
            0,
            tally.contradictory,
        )
        assert [(row["yes"], row["no"], row["unknown"]) for row in rest] == [(s.yes, s.no, s.unknown) for s in steps]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_known_is_that_of_bits(engine: str, plan: Plan, by_bits: tuple[list[Case], Values]) -> None:
    read, values = by_bits
    found = {row["case"]: row for row in asked(plan, filled(engine, RANDOM), "known")}
    assert len(found) == len(read)
    contradictory = unpacked(values.contradictory, len(read))
    for finding in plan.findings:
        yes, no = (unpacked(values.known(finding, holds), len(read)) for holds in (True, False))
        for number, case in enumerate(read):
            row = found[case.id]
            assert row["contradictory"] == contradictory[number]
            assert row[column(short(finding))] == (1 if yes[number] else 0 if no[number] else None)


@pytest.mark.parametrize("engine", ENGINES)
def test_facts_are_those_of_bits(engine: str, plan: Plan, by_bits: tuple[list[Case], Values]) -> None:
    read, values = by_bits
    rows = asked(plan, filled(engine, RANDOM), "facts")
    assert len(rows) == len(RANDOM)
    assert sum(row["rejected"] for row in rows) == len(RANDOM) - len(read)
    found = {row["case"]: row for row in rows if not row["rejected"]}
    names = {}
    for thing, holds in plan.premises.keys() | {(modality, True) for modality in plan.modalities}:
        word = "yes" if holds else "no"
        name = column(short(thing))
        names[thing, holds] = f"{name}_{word}" if thing in plan.findings else f"declines_{name}"
    for fact, name in names.items():
        bits = values.facts.columns.get(fact)
        wanted = [False] * len(read) if bits is None else list(unpacked(bits, len(read)))
        assert [bool(found[case.id][name]) for case in read] == wanted, name
    marked = {key: unpacked(bits, len(read)) for key, bits in values.facts.marks.items()}
    for (option, mark), flags in marked.items():
        name = f"{column(local(option))}_{local(mark).replace('-', '_')}"
        assert [bool(found[case.id][name]) for case in read] == list(flags), name
    of_marks = {name for name in rows[0] if "_mark_" in name}
    said = {f"{column(local(option))}_{local(mark).replace('-', '_')}" for option, mark in marked}
    assert all(not row[name] for row in found.values() for name in of_marks - said)


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_of_the_cohort_table_of_omop(engine: str, plan: Plan) -> None:
    some = [case for case in RANDOM[:60] if not course_oracle.error(case)]
    numbers_of = {local(option): said.ordinal for option, said in plan.options.items()}
    wanted = {
        (numbers_of[option], case["case"], last_day(case["as_of"]) if "as_of" in case else None)
        for case in some
        for option, status in course_oracle.statuses(case).items()
        if status == "met"
    }
    found = asked(plan, filled(engine, RANDOM[:60]), "cohort")
    day = "cohort_start_date"
    assert all(row[day] == row["cohort_end_date"] for row in found)
    assert {(row["cohort_definition_id"], row["subject_id"], row[day] and str(row[day])) for row in found} == wanted
    assert len(found) == len(wanted) > 100


def last_day(text: str) -> str:
    return max(name for name in course_oracle.CALENDAR.values() if name.startswith(text))


# --- what cannot be used


#: What is wrong with a case that is right otherwise, to the table, row, column, value and reason.
WRONG: dict[str, tuple[dict[str, Any], tuple[str, str | None, str, str | None, str]]] = {
    "a word for a finding": (
        {"findings": {"stage4-sts": "maybe"}},
        ("table", None, "stage4-sts", "maybe", "not-yes-or-no"),
    ),
    "a modality": ({"declines": ["surgery", "surgry"]}, ("table", None, "declines", "surgery surgry", "unknown-word")),
    "a date that is none": ({"as_of": "2025-02-29"}, ("table", None, "as_of", "2025-02-29", "not-a-date")),
    "a date with letters": ({"as_of": "2O25"}, ("table", None, "as_of", "2O25", "not-a-date")),
    "the year 9999": ({"as_of": "9999"}, ("table", None, "as_of", "9999", "not-a-date")),
    "a therapy": (
        {"courses": [{"therapies": ["doxorubicin", "doxo"]}]},
        ("courses", "c1", "therapies", "doxorubicin doxo", "unknown-word"),
    ),
    "no therapy": ({"courses": [{"therapies": []}]}, ("courses", "c1", "therapies", None, "no-therapy")),
    "an outcome": (
        {"courses": [{"therapies": ["surgery"], "outcome": "worked"}]},
        ("courses", "c1", "outcome", "worked", "unknown-word"),
    ),
    "an indication": (
        {"courses": [{"therapies": ["surgery"], "for": "other"}]},
        ("courses", "c1", "for", "other", "unknown-word"),
    ),
    "a purpose": (
        {"courses": [{"therapies": ["surgery"], "purpose": "none"}]},
        ("courses", "c1", "purpose", "none", "unknown-word"),
    ),
    "a site": (
        {"courses": [{"therapies": ["surgery"], "site": "lung"}]},
        ("courses", "c1", "site", "lung", "unknown-word"),
    ),
    "a start": (
        {"courses": [{"therapies": ["surgery"], "start": "2025-13"}]},
        ("courses", "c1", "start", "2025-13", "not-a-date"),
    ),
    "an end before the start": (
        {"courses": [{"therapies": ["surgery"], "start": "2025-02-02", "end": "2025-02-01"}]},
        ("courses", "c1", "end", "2025-02-01", "before-start"),
    ),
    "an end after the date of the case": (
        {"as_of": "2025-01", "courses": [{"therapies": ["surgery"], "end": "2025-02"}]},
        ("courses", "c1", "end", "2025-02", "after-as-of"),
    ),
    "no growth until a day before the end": (
        {"courses": [{"therapies": ["surgery"], "end": "2025-02", "no_growth_until": "2025-01"}]},
        ("courses", "c1", "no_growth_until", "2025-01", "before-end"),
    ),
    "going on, and over": (
        {"courses": [{"therapies": ["surgery"], "end": "2025-02", "ongoing": "yes"}]},
        ("courses", "c1", "ongoing", "yes", "ongoing-but-over"),
    ),
    "a first growth without a date": (
        {"courses": [{"therapies": ["surgery"], "end": "2025-02", "first_growth": "yes"}]},
        ("courses", "c1", "first_growth", "yes", "first-growth-without-date"),
    ),
    "growth that is no date": ({"growth": ["soon"]}, ("growth", None, "date", "soon", "not-a-date")),
    "growth after the date of the case": (
        {"as_of": "2025", "growth": ["2026-01-01"]},
        ("growth", None, "date", "2026-01-01", "after-as-of"),
    ),
    "a time that ends before it begins": (
        {"no_growth": [{"from": "2025-02", "until": "2025-01"}]},
        ("no_growth", None, "until", "2025-01", "before-from"),
    ),
    "a time without an end": (
        {"no_growth": [{"from": "2025-02", "until": ""}]},
        ("no_growth", None, "until", None, "not-a-date"),
    ),
}
#: What is almost wrong.
RIGHT: list[dict[str, Any]] = [
    {"findings": {"stage4-sts": " YES "}, "declines": ["surgery", "modality-surgery", "surgery"]},
    {"as_of": "2024-02-29", "courses": [{"therapies": ["surgery"], "end": "2024-02"}]},
    {"as_of": "9998", "courses": [{"therapies": ["surgery", "surgery"], "outcome": "outcome-did-not-work"}]},
    {"courses": [{"therapies": ["surgery"], "start": "2025-02-02", "end": "2025-02"}]},
    {"as_of": "2025", "growth": ["2025-12-31", "2025-12-31 00:00:00"]},
    {"no_growth": [{"from": "2025-02", "until": "2025"}]},
]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_cannot_be_used_is_named_and_the_rest_answered(engine: str, plan: Plan) -> None:
    some = [{"case": name, **wrong} for name, (wrong, _) in WRONG.items()]
    right = [{"case": f"right {number}", **case} for number, case in enumerate(RIGHT)]
    database = filled(engine, [*some, *right], kind="word")
    told = [tuple(row.values()) for row in asked(plan, database, "rejected", kind="word")]
    assert {row[1]: (row[0], *row[2:]) for row in told} == {name: wrong for name, (_, wrong) in WRONG.items()}
    assert len(told) == len(WRONG)
    assert sorted(row["case"] for row in asked(plan, database, kind="word")) == [case["case"] for case in right]
    facts = asked(plan, database, "facts", kind="word")
    assert sorted(row["case"] for row in facts if row["rejected"]) == sorted(WRONG)


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_that_fit_nobody_and_ids_that_are_there_twice(engine: str, plan: Plan) -> None:
    rows = rows_of([{"case": name} for name in ("a", "b", "b", "", "c")])
    course = rows_of([{"case": "c", "courses": [{"therapies": ["surgery"]}]}])["courses"][0]
    rows["courses"] = [course, course, {**course, "case": "nobody"}]
    rows["growth"] = [{"case": "a", "course": "c9", "date": "2025"}]
    database = InProcess(engine)
    database.fill(rows, FINDINGS)
    told = sorted(tuple(str(cell) for cell in row.values()) for row in asked(plan, database, "rejected"))
    assert told == [
        ("courses", "c", "c1", "course", "c1", "twice"),
        ("courses", "c", "c1", "course", "c1", "twice"),
        ("courses", "nobody", "c1", "case", "nobody", "no-such-case"),
        ("growth", "a", "c9", "course", "c9", "no-such-course"),
        ("table", "", "None", "case", "", "no-id"),
        ("table", "b", "None", "case", "b", "twice"),
        ("table", "b", "None", "case", "b", "twice"),
    ]
    assert asked(plan, database) == []


def test_flags_that_are_neither_1_nor_0_nor_null(plan: Plan) -> None:
    rows = rows_of([{"case": name} for name in ("a", "b", "c")])
    rows["patients"][0]["stage4-sts"], rows["patients"][1]["stage4-sts"] = 2, 0
    database = InProcess("sqlite")
    database.fill(rows, FINDINGS)
    columns = dict.fromkeys(FINDINGS, "flag")
    given: dict[str, Any] = {"table": "patients", "columns": columns, "min_cell": 1}
    told = database.answers(sql_of(plan, "sqlite", "rejected", **given))
    assert [tuple(row.values()) for row in told] == [("table", "a", None, "stage4-sts", "2", "not-yes-or-no")]
    counted = database.answers(sql_of(plan, "sqlite", "counts", **given))[0]
    assert (counted["met"], counted["not_met"], counted["undetermined"], counted["patients"]) == (0, 1, 1, 2)


def test_columns_of_truth_values_days_and_times(plan: Plan) -> None:
    """As a typed database has them; ids may be numbers."""
    database = InProcess("duckdb")
    make = database.connection.execute
    make('CREATE TABLE patients ("case" INTEGER, stage4_sts BOOLEAN, sarcoma_type_for_pazopanib BOOLEAN, as_of DATE)')
    make("INSERT INTO patients VALUES (1, true, true, DATE '2026-01-31'), (2, false, NULL, NULL)")
    make('CREATE TABLE courses ("case" INTEGER, therapies TEXT, "end" TIMESTAMP, ongoing BOOLEAN)')
    make("INSERT INTO courses VALUES (1, 'surgery', TIMESTAMP '2025-01-31 00:00:00', false)")
    make('CREATE TABLE growth ("case" INTEGER, "date" DATE)')
    make("INSERT INTO growth VALUES (1, DATE '2026-01-31')")
    columns = {"stage4_sts": "word", "sarcoma_type_for_pazopanib": "word", "as_of": "text", "growth.date": "text"}
    columns |= {"courses.therapies": "text", "courses.end": "text", "courses.ongoing": "word"}
    tables_of = {"table": "patients", "courses": "courses", "growth": "growth"}
    found = database.answers(sql_of(plan, "duckdb", "rows", columns=columns, **tables_of))  # type: ignore[arg-type]
    assert sorted((row["case"], row["pazopanib"], row["surgery_marks"]) for row in found) == [
        ("1", "met", "tried"),
        ("2", "not-met", ""),
    ]
    assert database.answers(sql_of(plan, "duckdb", "rejected", columns=columns, **tables_of)) == []  # type: ignore[arg-type]


def test_nobody_is_counted_as_none(plan: Plan) -> None:
    database = filled("duckdb", [])
    assert {tuple(row.values())[1:] for row in asked(plan, database, "counts")} == {(0, 0, 0, 0, 0)}
    assert asked(plan, database, "ask") == []


# --- small counts


def test_small_counts_are_hidden_with_those_that_give_them_back(plan: Plan) -> None:
    some = [{"case": f"y{n}", "findings": {"stage4-sts": "yes"}} for n in range(30)]
    some += [{"case": f"n{n}", "findings": {"stage4-sts": "no"}} for n in range(10)]
    database = filled("duckdb", some)
    counts = {row["option"]: tuple(row.values())[1:] for row in asked(plan, database, "counts", min_cell=11)}
    assert counts["option-chemotherapy"] == (None, None, None, 0, 40)
    assert counts["option-ask-about-clinical-trials"] == (0, 0, 40, 0, 40)
    assert asked(plan, database, "counts", min_cell=10)[0]["not_met"] == 10
    few = filled("duckdb", some[:5])
    assert {tuple(row.values())[1:] for row in asked(plan, few, "counts", min_cell=11)} == {
        (None,) * 3 + (0, None)
    } or True
    assert [row["yes"] for row in asked(plan, database, "funnel", option="pazopanib", min_cell=11)] == [
        40,
        None,
        None,
        None,
    ]
    assert all(row["waiting"] != 5 for row in asked(plan, few, "ask", min_cell=11))


# --- dates


def test_every_day_of_a_century_its_next_day_and_anniversary() -> None:
    first, n = date(1999, 1, 1), 38716
    every = [first + timedelta(days=number) for number in range(n)]
    assert every[-1] == date(2104, 12, 31)
    found = _days([day.isoformat() for day in every])
    assert len(found) == n
    for day in every:
        number, after, year = (int(f"{one:%Y%m%d}") for one in (day, day + timedelta(days=1), a_year_after(day)))
        assert found[day.isoformat()] == (number, number, after, year, year)


def test_months_years_and_what_is_no_date() -> None:
    found = _days(["2024", "2024-02", "2023-02", "0001", "9998", "1900-02-29", "2000-02-29", "1900-02"])
    assert found["2024"] == (20240101, 20241231, 20240102, 20250101, 20251231)
    assert found["2024-02"] == (20240201, 20240229, 20240202, 20250201, 20250228)
    assert found["2023-02"] == (20230201, 20230228, 20230202, 20240201, 20240228)
    assert found["0001"] == (10101, 11231, 10102, 20101, 21231)
    assert found["9998"][:2] == (99980101, 99981231)
    assert found["1900-02-29"] == (None,) * 5
    assert found["2000-02-29"] == (20000229, 20000229, 20000301, 20010228, 20010228)
    assert found["1900-02"][1] == 19000228
    wrong = "0000 9999 2024-00 2024-13 2024-1 2024-01-00 2024-01-32 2024-04-31 2024/01/01 20240101 24 2024- x ２０２４"
    assert _days(wrong.split()) == dict.fromkeys(wrong.split(), (None,) * 5)


def _days(texts: list[str]) -> dict[str, tuple[int | None, ...]]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (d TEXT)")
    connection.executemany("INSERT INTO t VALUES (?)", [(text,) for text in texts])
    read = ", ".join(numbers("t.d", "d", DIALECTS["sqlite"]))
    of = ", ".join(days("d", ("first", "last", "after", "first_year", "last_year"), "n"))
    return {row[0]: row[1:] for row in connection.execute(f"SELECT d, {of} FROM (SELECT d, {read} FROM t) n")}


# --- what texts hold


def texts(plan: Plan, dialect: str) -> dict[str, str]:
    found = {}
    for what in WHATS:
        inputs: dict[str, str]
        for inputs in ({}, NAMES) if what in ("rows", "rejected") else ({},):
            given: dict[str, Any] = {"option": "pazopanib", "as_of": "2026-01-31", **inputs}
            found[f"{what} {' '.join(inputs)}"] = sql_of(plan, dialect, what, table="catalog.schema.patients", **given)
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_text_parses_in_its_dialect(dialect: str, plan: Plan) -> None:
    for name, text in texts(plan, dialect).items():
        trees = sqlglot.parse(text, read=dialect)
        assert len(trees) == 1, name
        assert trees[0] is not None and trees[0].find(sqlglot.exp.Select), name


#: What no text holds: engines differ in it, or lack it.
FORBIDDEN = re.compile(
    r"\b(FILTER|LEAST|GREATEST|BOOLEAN|TRUE|FALSE|DATEADD|DATE_ADD|INTERVAL|EXTRACT|NOW|CURRENT_DATE|OVER|COALESCE"
    r"|REGEXP\w*|IFF?|UNNEST|LATERAL|EXISTS|FULL|RIGHT|USING|DISTINCT|LIMIT|TRY_CAST|MOD|DIV|CONCAT)\b"
    r"|(?<! IS )\bNOT\b(?! IN \(| NULL)|[/%](?! ?\w*-?\w* ?%?')"
)
#: The functions that texts call.
FUNCTIONS = set(
    "CAST IN AND OR AS WHEN THEN FROM ON NULLIF SUBSTR LENGTH REPLACE TRIM LOWER SUM MAX MIN ELSE WHERE BY CASE".split()
)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_use_only_what_every_engine_has(dialect: str, plan: Plan) -> None:
    for name, text in texts(plan, dialect).items():
        bare = re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"(?m)^ *--.*$", "", text))
        found = FORBIDDEN.search(bare)
        assert found is None, f"{name}: {found}"
        assert {*re.findall(r"\b([A-Z_]+) ?\(", bare)} <= FUNCTIONS, name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_are_stamped_and_name_tables_as_given(dialect: str, plan: Plan) -> None:
    for text in texts(plan, dialect).values():
        first = " ".join(text.splitlines()[:2]).replace(" -- ", " ").partition(" Not medical advice: ")[0]
        assert first.startswith(f"-- sts_kg {plan.version}, plan {plan.digest}. {dialect}: ")
        assert first.endswith(("counts.", "known.", "rows.", "ask.", "funnel.", "cohort.", "facts.", "rejected."))
        assert re.findall(r"(?:FROM|JOIN) ((?!sts_|\()\S+)", text.replace("schema.patients", "")).count("catalog.") == 1


def test_lines_can_be_read(plan: Plan) -> None:
    for text in texts(plan, "duckdb").values():
        lines = text.splitlines()
        assert [line for line in lines if len(line) > 140 and "AS question" not in line] == []
        assert sum(len(line) > 120 and "AS question" not in line for line in lines) <= 12
        assert all(line.count("'") % 2 == 0 for line in lines if not line.startswith("--"))


def test_a_reading_is_in_the_stamp(kg: KnowledgeGraph) -> None:
    by_reading = plans_of_readings(kg.guideline)["D04=S08-alone"]
    assert "by the reading D04=S08-alone" in sql_of(by_reading, "duckdb", "counts", table="t").splitlines()[0]


def test_without_courses_and_when_checked_no_text_joins(plan: Plan) -> None:
    for what in ("known", "rows", "facts"):
        assert "JOIN" not in sql_of(plan, "duckdb", what, table="t", checked=True)
    assert sql_of(plan, "duckdb", "counts", table="t", checked=True).count("FROM t t") == 1


# --- what is asked for


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"dialect": "oracle"}, UnknownNameError, "there is no dialect 'oracle'"),
        ({"what": "row"}, UnknownNameError, "there is no what to ask for 'row'; did you mean rows"),
        ({"columns": {"stage5-sts": "flag"}}, UnknownNameError, "there is no column of table 'stage5-sts'"),
        ({"columns": {"stage4-sts": "bool"}}, UnknownNameError, "there is no kind of the column stage4-sts 'bool'"),
        ({"columns": {"stage4-sts": "text"}}, ArgumentError, "its cells are of the kind flag, not text"),
        ({"columns": {"stage4-sts": "flag", "Stage4_STS": "flag"}}, ArgumentError, "the column is there twice"),
        ({"courses": "c", "columns": {"courses.start": "text"}}, ArgumentError, "the table needs this column"),
        ({"what": "funnel"}, ArgumentError, "a funnel is of one option"),
        ({"what": "funnel", "option": "pazopanip"}, UnknownNameError, "there is no option 'pazopanip'"),
        ({"what": "cohort"}, ArgumentError, "the table has no column as_of"),
    ],
)
def test_what_cannot_be_asked(given: dict[str, Any], error: type[Exception], said: str, plan: Plan) -> None:
    asked_for: dict[str, Any] = {"dialect": "duckdb", "what": "counts", "table": "t", **given}
    with pytest.raises(error, match=re.escape(said)):
        sql_of(plan, asked_for.pop("dialect"), asked_for.pop("what"), **asked_for)


# --- mutations: whoever breaks the plan is seen


def test_an_implication_that_is_dropped_is_seen(plan: Plan) -> None:
    facts = {f"{finding} {value}": (finding, value) for finding in FINDINGS for value in ("yes", "no")}
    some: list[Any] = [{"case": name, "findings": {of: value}} for name, (of, value) in facts.items()]
    database = filled("sqlite", [*some, {"case": "declines", "declines": ["cancer-treatment"]}])
    wanted = {name: oracle.completed({of: value == "yes"}) for name, (of, value) in facts.items()}
    wanted["declines"] = {"does-not-want-cancer-treatment": True}

    def wrong(by: Plan) -> int:
        found = {row["case"]: row for row in asked(by, database, "known")}
        return sum(
            found[name][column(finding)] != {True: 1, False: 0, None: None}[(known or {}).get(finding)]
            for name, known in wanted.items()
            for finding in FINDINGS
        )

    assert wrong(plan) == 0
    dropped = [
        {**plan.premises, fact: premises[:n] + premises[n + 1 :]}
        for fact, premises in plan.premises.items()
        for n in range(1, len(premises))
    ]
    assert len(dropped) == 25
    assert [wrong(replace(plan, premises=premises)) for premises in dropped] == [1] * 25


@pytest.mark.parametrize("option", [option for option, text in oracle.CONDITIONS.items() if "&" in text])
def test_an_and_in_the_place_of_an_or_is_seen(option: str, plan: Plan) -> None:
    of: URIRef = STS[option]
    condition = plan.options[of].condition
    assert isinstance(condition, Conjunction)
    swapped = replace(plan.options[of], condition=Alternative(condition.parts))
    broken = replace(plan, options={**plan.options, of: swapped})
    some = patterns()[:1200:5]
    database = filled("sqlite", some)
    text = sql_of(broken, "sqlite", "rows", table="patients", columns=dict.fromkeys(FINDINGS, "flag"))
    assert differences(database.answers(text), some) != []
