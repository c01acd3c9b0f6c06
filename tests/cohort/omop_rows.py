"""OMOP tables in the tests: databases of rows, what they mean by plain Python, and cases as rows."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pandas
from databases import Postgres

from sts_kg.cohort import OMOP_COLUMNS, ConceptSets, OmopTables

Row = dict[str, Any]
#: Concepts of OMOP, copied by hand from its vocabulary.
REGIMEN, CONDITION, DRUG, PROCEDURE = 32531, 1147127, 1147094, 1147082
TREATMENTS = (
    (DRUG, "drug_exposure", "drug", "drug_exposure_start_date", "drug_exposure_end_date"),
    (PROCEDURE, "procedure_occurrence", "procedure", "procedure_date", "procedure_end_date"),
)


class Rows:
    """Tables that are filled by hand; what a required column is not given is 0, or the first day of 2000."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in OMOP_COLUMNS}

    def add(self, table: str, **cells: Any) -> None:
        rest = {"integer": 0, "date": "2000-01-01", "varchar": ""}
        columns = OMOP_COLUMNS[table]
        self.rows[table].append(tuple(cells.get(c.name, rest[c.type] if c.required else None) for c in columns))

    def concept(self, number: int, vocabulary: str, code: str, above: Iterable[int] = ()) -> int:
        self.add("concept", concept_id=number, vocabulary_id=vocabulary, concept_code=code)
        for each in (*above, number):
            self.add("concept_ancestor", ancestor_concept_id=each, descendant_concept_id=number)
        return number

    def tables(self) -> OmopTables:
        return OmopTables(self.rows)


def in_duckdb(tables: OmopTables, schema: str = "main") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    if schema != "main":
        connection.execute(f"CREATE SCHEMA {schema}")
    for table, rows in tables.rows.items():
        columns = ", ".join(f"{each.name} {each.type}" for each in OMOP_COLUMNS[table])
        connection.execute(f"CREATE TABLE {schema}.{table} ({columns})")
        if rows:
            frame = pandas.DataFrame(rows, columns=[each.name for each in OMOP_COLUMNS[table]], dtype=object)
            connection.register("frame", frame)
            connection.execute(f"INSERT INTO {schema}.{table} SELECT * FROM frame")
    return connection


def in_sqlite(tables: OmopTables) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    for table, rows in tables.rows.items():
        columns = ", ".join(f"{each.name} {each.type}" for each in OMOP_COLUMNS[table])
        connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(OMOP_COLUMNS[table]))})", rows)
    return connection


def into_postgres(tables: OmopTables, database: Postgres) -> None:
    for table, rows in tables.rows.items():
        columns = ", ".join(f"{each.name} {each.type}" for each in OMOP_COLUMNS[table])
        lines = ("\t".join("\\N" if cell is None else str(cell) for cell in row) for row in rows)
        made = f"DROP TABLE IF EXISTS {table};\nCREATE TABLE {table} ({columns});\nCOPY {table} FROM STDIN;\n"
        database.psql(made + "".join(f"{line}\n" for line in lines) + "\\.\n")


def records(connection: Any, text: str) -> list[Row]:
    """Return the rows of a text of SQL by column; dates as text."""
    done = connection.execute(text)
    names = [each[0] for each in done.description]
    return [
        {name: str(cell) if hasattr(cell, "isoformat") else cell for name, cell in zip(names, row, strict=True)}
        for row in done.fetchall()
    ]


# --- relations as cases


def cases_of(cases: Iterable[Row], courses: Iterable[Row]) -> dict[str, Row]:
    """Return the mappings of cases that rows of relations mean, by id; findings that hold, courses in one order."""
    found: dict[str, Row] = {}
    for row in cases:
        given = {
            name: value for name, value in row.items() if name not in ("case", "as_of", "history_complete") and value
        }
        assert {*given.values()} <= {1}, "codes only ever give yes"
        case: Row = {"case": row["case"], "findings": {name.replace("_", "-"): "yes" for name in sorted(given)}}
        case |= {"as_of": row["as_of"]} if row.get("as_of") else {}
        case |= {"history_complete": "yes"} if row.get("history_complete") else {}
        assert row["case"] not in found, "one row a person"
        found[row["case"]] = case | {"courses": []}
    for row in courses:
        course: Row = {"therapies": sorted(row["therapies"].split())}
        course |= {key: row[key] for key in ("start", "end") if row[key] is not None}
        found[row["case"]]["courses"].append(course)
    for case in found.values():
        case["courses"].sort(key=str)
    return found


# --- what a database means, by plain Python over its rows


def expected(
    tables: OmopTables, sets: ConceptSets, as_of: str | None = None, over_before: str | None = None
) -> dict[str, Row]:
    """Return the cases of a database, as the clinical rules have them, without any SQL."""
    rows = {
        table: [dict(zip([c.name for c in OMOP_COLUMNS[table]], row, strict=True)) for row in given]
        for table, given in tables.rows.items()
    }
    below: dict[int, set[int]] = defaultdict(set)
    for row in rows["concept_ancestor"]:
        below[row["ancestor_concept_id"]].add(row["descendant_concept_id"])
    meant: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for code in sets.rows:
        for concept in rows["concept"]:
            if code.vocabulary_id and (concept["vocabulary_id"], concept["concept_code"]) == code[2:4]:
                of = {concept["concept_id"]} | (below[concept["concept_id"]] if code.descendants else set())
                for each in of:
                    meant[each].append((code.kind, code.term, code.needs))

    def terms(row: Row, name: str, kind: str) -> list[tuple[str, str]]:
        concepts = {row[f"{name}_concept_id"], row[f"{name}_source_concept_id"]}
        return [(term, needs) for each in concepts for of, term, needs in meant[each] if of == kind]

    found: dict[str, Row] = {}
    for row in rows["person"]:
        found[str(row["person_id"])] = {"case": str(row["person_id"]), "findings": {}, "courses": []} | (
            {"as_of": as_of} if as_of else {}
        )
    coded: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows["condition_occurrence"]:
        if not as_of or row["condition_start_date"] <= as_of:
            coded[str(row["person_id"])].update(terms(row, "condition", "finding"))
    for person, pairs in coded.items():
        sarcoma = any(term in ("soft-tissue-sarcoma", "stage4-sts") and not needs for term, needs in pairs)
        held = {term for term, needs in pairs if not needs or sarcoma}
        found[person]["findings"] = dict.fromkeys(sorted(held), "yes")
    regimens = {
        row["episode_id"]: row
        for row in rows["episode"]
        if row["episode_concept_id"] == REGIMEN and (not as_of or row["episode_start_date"] <= as_of)
    }
    linked: dict[tuple[int, int], set[int]] = defaultdict(set)
    for row in rows["episode_event"]:
        if row["episode_id"] in regimens:
            linked[row["episode_event_field_concept_id"], row["event_id"]].add(row["episode_id"])
    held_in: dict[int, set[str]] = defaultdict(set)
    outside: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for field, table, name, start, end in TREATMENTS:
        for row in rows[table]:
            if as_of and row[start] > as_of:
                continue
            therapies = {term for term, _ in terms(row, name, "therapy")}
            inside = {
                each for each in linked[field, row[f"{table}_id"]] if regimens[each]["person_id"] == row["person_id"]
            }
            for each in inside:
                held_in[each] |= therapies
            for therapy in therapies if not inside else ():
                last = row[end] or (row[start] if field == PROCEDURE else "9999-12-31")  # a drug may go on
                outside[str(row["person_id"]), therapy].append((row[start], last))
    for number, therapies in held_in.items():
        if therapies:
            episode = regimens[number]
            end = episode["episode_end_date"]
            course: Row = {"therapies": sorted(therapies), "start": episode["episode_start_date"]}
            course |= {"end": end} if end and (not as_of or end <= as_of) else {}
            found[str(episode["person_id"])]["courses"].append(course)
    for (person, therapy), days in outside.items():
        last = max(end for _, end in days)
        course = {"therapies": [therapy], "start": min(start for start, _ in days)}
        course |= {"end": last} if over_before and last < over_before else {}
        found[person]["courses"].append(course)
    for case in found.values():
        case["courses"].sort(key=str)
    return found


# --- cases as rows

CODES = {
    "soft-tissue-sarcoma": ("SNOMED", "424952003"),
    "stage4-sts": ("NCIt", "C7821"),
    "lung-metastases": ("NCIt", "C3577"),
    "doxorubicin": ("RxNorm", "3639"),
    "ifosfamide": ("RxNorm", "5657"),
    "pazopanib": ("RxNorm", "714438"),
    "surgery": ("SNOMED", "387713003"),
    "radiation-therapy": ("NCIt", "C15313"),
    "external-radiation-therapy": ("NCIt", "C15751"),
    "sbrt": ("NCIt", "C118286"),
}
_SARCOMA = {"soft-tissue-sarcoma", "stage4-sts"}


def speakable(case: Mapping[str, Any]) -> Row:
    """Return what OMOP can say of a case: findings that hold and have a code, and courses with days for dates.

    A finding that needs a code for the sarcoma stays only beside one. Partial dates become their first day, and a
    course without a start begins where it ends, since an episode must begin.
    """
    given = {name for name, value in case.get("findings", {}).items() if value in ("yes", True) and name in CODES}
    given -= set() if given & _SARCOMA else {"lung-metastases"}
    said: Row = {"case": case["case"], "findings": dict.fromkeys(sorted(given), "yes"), "courses": []}
    if "as_of" in case:
        said["as_of"] = day(case["as_of"], last=True)
    for course in case.get("courses", ()):
        therapies = sorted(set(course["therapies"]) & {*CODES})
        start = course.get("start", course.get("end"))
        if therapies and start is not None:
            dated = {"start": day(start)} | ({"end": day(course["end"], last=True)} if "end" in course else {})
            if "as_of" not in said or all(each <= said["as_of"] for each in dated.values()):
                said["courses"].append({"therapies": therapies} | dated)
    said["courses"].sort(key=str)
    return said


def day(text: str, last: bool = False) -> str:
    """Return a day that a date can mean."""
    return text + {4: "-12-28" if last else "-01-01", 7: "-28" if last else "-01", 10: ""}[len(text)]


def as_rows(cases: Iterable[Row]) -> OmopTables:
    """Return cases as `speakable` has them in tables of OMOP: a condition a finding, an episode a course."""
    made = Rows()
    concepts = {term: made.concept(2_000_000_000 + n, *code) for n, (term, code) in enumerate(CODES.items())}
    keys: dict[str, int] = defaultdict(int)
    for number, case in enumerate(cases, 1):
        made.add("person", person_id=number, person_source_value=case["case"])
        for term in case["findings"]:
            keys["condition"] += 1
            made.add(
                "condition_occurrence",
                condition_occurrence_id=keys["condition"],
                person_id=number,
                condition_concept_id=concepts[term],
                condition_start_date="2000-01-01",
            )
        for course in case["courses"]:
            keys["episode"] += 1
            made.add(
                "episode",
                episode_id=keys["episode"],
                person_id=number,
                episode_concept_id=REGIMEN,
                episode_start_date=course["start"],
                episode_end_date=course.get("end"),
            )
            for therapy in course["therapies"]:
                drug = CODES[therapy][0] == "RxNorm"
                field, table, name, start, end = TREATMENTS[0 if drug else 1]
                keys[table] += 1
                cells = {f"{table}_id": keys[table], f"{name}_concept_id": concepts[therapy], start: course["start"]}
                made.add(table, person_id=number, **cells, **({end: course["start"]} if drug else {}))
                made.add(
                    "episode_event",
                    episode_id=keys["episode"],
                    event_id=keys[table],
                    episode_event_field_concept_id=field,
                )
    return made.tables()
