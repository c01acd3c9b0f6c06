"""Cases as the rows of the four relations, and engines that run a text over them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import oracle
from course_oracle import Case, courses, listed

Row = tuple[Any, ...]
FLAGS = {"yes": 1, "no": 0, True: 1, False: 0}
#: The columns of each relation, in the order of their rows.
PATIENT = [
    "case",
    *(each.lower().replace("-", "_") for each in oracle.FINDINGS),
    "as_of",
    "history_complete",
    "declines",
]
COURSE = "case course therapies start end ongoing outcome for purpose site first_growth no_growth_until".split()
GROWTH = "case course date".split()
QUIET = "case from until".split()
NAMES = {"table": "patients", "courses": "courses", "growth": "growth", "no_growth": "no_growth"}


def rows_of(cases: Iterable[Case], findings: Sequence[str] = oracle.FINDINGS) -> dict[str, list[Row]]:
    """Return the rows of the four relations that say what the mappings of cases say."""
    found: dict[str, list[Row]] = {name: [] for name in NAMES.values()}
    for case in cases:
        name = case["case"]
        said = case.get("findings", {})
        found["patients"].append(
            (
                name,
                *(FLAGS.get(said.get(finding)) for finding in findings),
                case.get("as_of"),
                FLAGS.get(case.get("history_complete")),
                " ".join(listed(case.get("declines"))) or None,
            )
        )
        for day in listed(case.get("growth")):
            found["growth"].append((name, None, day))
        for stated in listed(case.get("no_growth")):
            found["no_growth"].append((name, stated["from"], stated["until"]))
        for number, course in enumerate(courses(case)):
            cells = {key: course.get(key) for key in ("start", "end", "outcome", "for", "no_growth_until")}
            cells |= {key: FLAGS.get(course.get(key)) for key in ("ongoing", "first_growth")}
            cells |= {key: " ".join(listed(course.get(key))) or None for key in ("therapies", "purpose", "site")}
            cells |= {"case": name, "course": f"c{number}"}
            found["courses"].append(tuple(cells[key] for key in COURSE))
            found["growth"] += [(name, f"c{number}", day) for day in listed(course.get("growth"))]
    return found


def columns_of(findings: Sequence[str] = oracle.FINDINGS) -> dict[str, list[tuple[str, str]]]:
    """Return the columns of the four relations with their types, in the order of the rows."""
    flags = {"ongoing", "first_growth", "history_complete", *findings}

    def typed(names: Sequence[str]) -> list[tuple[str, str]]:
        return [(name, "INTEGER" if name in flags else "TEXT") for name in names]

    patient = ["case", *findings, "as_of", "history_complete", "declines"]
    return {"patients": typed(patient), "courses": typed(COURSE), "growth": typed(GROWTH), "no_growth": typed(QUIET)}


def fill(connection: Any, rows: Mapping[str, Sequence[Row]], findings: Sequence[str] = oracle.FINDINGS) -> None:
    """Make the four tables, with rows in them."""
    for table, columns in columns_of(findings).items():
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        made = ", ".join(f'"{name}" {kind}' for name, kind in columns)
        connection.execute(f"CREATE TABLE {table} ({made})")
        if rows[table]:
            places = ", ".join("?" for _ in columns)
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows[table])


def answers(connection: Any, text: str) -> list[dict[str, Any]]:
    """Return the rows of a text by the names of its columns."""
    cursor = connection.execute(text)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def sqlite() -> sqlite3.Connection:
    """Return an empty database in memory."""
    return sqlite3.connect(":memory:")
