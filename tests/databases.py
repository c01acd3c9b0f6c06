"""Cases as tables of a database, what the hand-written evaluators say of them, and databases to put them into."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import course_oracle
import duckdb
import oracle
import pytest
from course_oracle import Case, Tables
from tables_of_cases import tables

Cell = str | int | None
Row = dict[str, Cell]
NAMES = {"courses": "courses", "growth": "growth", "no_growth": "no_growth"}
#: The columns of each table that hold yes or no.
FLAGS = {"patients": {"history_complete"}, "courses": {"ongoing", "first_growth"}}
_COLUMNS = {
    "patients": ["case", "as_of", "history_complete", "declines"],
    "courses": [
        *("case", "course", "therapies", "start", "end", "ongoing", "outcome", "for", "purpose", "site"),
        *("first_growth", "no_growth_until"),
    ],
    "growth": ["case", "course", "date"],
    "no_growth": ["case", "from", "until"],
}
_WORDS = {"yes": 1, "no": 0}


def columns_of(findings: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns of each table, in order."""
    return {**_COLUMNS, "patients": [*_COLUMNS["patients"], *findings]}


def kinds_of(findings: Sequence[str], kind: str = "flag") -> dict[str, str]:
    """Return the columns as `sql_of` takes them, yes and no as flags or as words."""
    found = dict.fromkeys([*findings, "history_complete", "courses.ongoing", "courses.first_growth"], kind)
    for table, columns in _COLUMNS.items():
        prefix = "" if table == "patients" else f"{table}."
        found |= {f"{prefix}{name}": "text" for name in columns if name != "case" and f"{prefix}{name}" not in found}
    return found


def rows_of(
    cases: Iterable[Case], findings: Sequence[str] = oracle.FINDINGS, kind: str = "flag"
) -> dict[str, list[Row]]:
    """Return the rows of each table, yes and no as flags or as words."""
    found: dict[str, list[Row]] = {}
    for table, rows in tables(cases).items():
        flags = FLAGS.get(table, set()) | ({*findings} if table == "patients" else set())
        found[table] = []
        for row in rows:
            cells: Row = dict.fromkeys(columns_of(findings)[table])
            for name, text in row.items():
                if name in cells:  # a reading has findings that cases do not speak of
                    cells[name] = _WORDS.get(text) if kind == "flag" and name in flags else text
            found[table].append(cells)
    return found


class Database(Protocol):
    """A database that our texts run in."""

    dialect: str

    def fill(self, rows: Mapping[str, Sequence[Row]], findings: Sequence[str], kind: str = "flag") -> None: ...

    def answers(self, text: str) -> list[dict[str, Any]]: ...


def _typed(table: str, findings: Sequence[str], kind: str) -> str:
    flags = FLAGS.get(table, set()) | {*findings} if kind == "flag" else set()
    names = columns_of(findings)[table]
    return ", ".join(f'"{name}" {"INTEGER" if name in flags else "TEXT"}' for name in names)


class InProcess:
    """SQLite or DuckDB, in memory."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.connection: Any = sqlite3.connect(":memory:") if dialect == "sqlite" else duckdb.connect()

    def fill(self, rows: Mapping[str, Sequence[Row]], findings: Sequence[str], kind: str = "flag") -> None:
        for table, columns in columns_of(findings).items():
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")
            self.connection.execute(f"CREATE TABLE {table} ({_typed(table, findings, kind)})")
            if rows[table]:
                places = ", ".join("?" for _ in columns)
                self._insert(table, places, [[row[name] for name in columns] for row in rows[table]])

    def _insert(self, table: str, places: str, rows: list[list[Cell]]) -> None:
        if self.dialect == "sqlite":
            self.connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        else:  # one statement for many rows: DuckDB is slow with one for each
            for first in range(0, len(rows), 200):
                some = rows[first : first + 200]
                every = ", ".join(f"({places})" for _ in some)
                self.connection.execute(f"INSERT INTO {table} VALUES {every}", [cell for row in some for cell in row])

    def answers(self, text: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(text)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Postgres:
    """A PostgreSQL of our own, reached over a socket in a folder."""

    dialect = "postgres"

    def __init__(self, programs: Path, folder: Path, user: list[str]) -> None:
        self.programs, self.folder, self.user = programs, folder, user

    def run(self, program: str, *arguments: str, said: str = "") -> str:
        command = [*self.user, str(self.programs / program), *arguments]
        done = subprocess.run(command, input=said, capture_output=True, text=True, cwd=self.folder, timeout=300)
        assert done.returncode == 0, f"{program}: {done.stderr[:2000]}"
        return done.stdout

    def psql(self, said: str) -> str:
        """Run a text by psql, and return the rows as CSV."""
        options = ("-v", "ON_ERROR_STOP=1", "-qX", "--csv", "-P", "null=\\N")
        return self.run("psql", "-h", str(self.folder), "-U", "postgres", "-d", "postgres", *options, said=said)

    def fill(self, rows: Mapping[str, Sequence[Row]], findings: Sequence[str], kind: str = "flag") -> None:
        for table, columns in columns_of(findings).items():
            lines = [
                "\t".join("\\N" if row[name] is None else str(row[name]) for name in columns) for row in rows[table]
            ]
            made = f"DROP TABLE IF EXISTS {table};\nCREATE TABLE {table} ({_typed(table, findings, kind)});\n"
            self.psql(f"{made}COPY {table} FROM STDIN;\n" + "".join(f"{line}\n" for line in lines) + "\\.\n")

    def answers(self, text: str) -> list[dict[str, Any]]:
        rows = csv.DictReader(self.psql(f"{text};").splitlines())
        return [{name: _cell(cell) for name, cell in row.items()} for row in rows]


def _cell(text: str) -> Cell:
    return None if text == "\\N" else int(text) if text.isdigit() else text


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a PostgreSQL and stop it; the test is skipped if it is not installed, or not as a user that may run it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "/none")]
    if not found[-1].exists():
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    user: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="sts-kg-", dir="/tmp"))  # a short path: sockets have no long ones
    try:
        if os.getuid() == 0:
            if not shutil.which("setpriv"):
                pytest.skip("PostgreSQL does not run as root, and there is no setpriv to be another user")
            user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            shutil.chown(folder, "nobody", "nogroup")
        database = Postgres(found[-1].parent, folder, user)
        database.run("initdb", "-D", str(folder / "data"), "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8")
        options = f"-c listen_addresses='' -k {folder}"
        log = str(folder / "log")
        database.run("pg_ctl", "-D", str(folder / "data"), "-o", options, "-w", "-l", log, "start")
        try:
            yield database
        finally:
            database.run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- what the hand-written evaluators say


def column(name: str) -> str:
    """Return the name of a finding or option as a column of what is answered."""
    return name.removeprefix("option-").replace("-", "_").lower()


def expected(case: Case, of: Tables = course_oracle.BASE) -> dict[str, Cell] | None:
    """Return the row of a case; None for one that must be refused."""
    if course_oracle.error(case):
        return None
    facts = course_oracle.consistent(case, of)
    marks = course_oracle.marks_by(facts, case, of)
    row: dict[str, Cell] = {"case": case["case"], "contradictory": int(facts is None)}
    for option, status in course_oracle.statuses_by(facts, of).items():
        name = column(option)
        row[name] = status
        row[f"{name}_missing"] = "" if facts is None else " ".join(oracle.missing(option, facts, of))
        row[f"{name}_tried"] = int(not course_oracle.TRIED_WORDS.isdisjoint(marks[option]))
        row[f"{name}_declined"] = int("declined" in marks[option])
        row[f"{name}_marks"] = "; ".join(marks[option])
    return row


def patterns(of: Tables = course_oracle.BASE) -> list[Case]:
    """Return a case for every combination of values of the findings of each option, each combination once."""
    found: dict[tuple[tuple[str, str], ...], None] = {}
    for option in of.conditions:
        names = list(dict.fromkeys(oracle.findings_of(option, of)))
        for values in product(("yes", "no", ""), repeat=len(names)):
            found[tuple((name, value) for name, value in zip(names, values, strict=True) if value)] = None
    return [{"case": f"p{number}", "findings": dict(pairs)} for number, pairs in enumerate(found)]


def differences(
    found: Iterable[Mapping[str, Any]], cases: Iterable[Case], of: Tables = course_oracle.BASE
) -> list[str]:
    """Return where rows that a text answered are not what is expected of the cases, in words."""
    by_case = {row["case"]: dict(row) for row in found}
    told = []
    for case in cases:
        wanted, got = expected(case, of), by_case.pop(case["case"], None)
        if wanted is None or got is None:
            if wanted is not got:
                told.append(f"{case['case']}: {'answered' if got else 'not answered'}")
        elif wanted != got:
            keys = [key for key in wanted if wanted[key] != got.get(key)]
            told += [f"{case['case']}, {key}: {got.get(key)!r}, not {wanted[key]!r}" for key in keys]
    return [*told, *(f"{case}: is nobody" for case in by_case)]
