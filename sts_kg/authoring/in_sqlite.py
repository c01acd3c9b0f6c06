"""Cases as tables in SQLite, in memory, and what the SQL of a plan answers there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeAlias

from rdflib import URIRef

from sts_kg.cases import STATUSES, Case, Status
from sts_kg.cohort import column_name, kinds_of, sql_of
from sts_kg.errors import CaseError
from sts_kg.plan import Plan

__all__ = ["statuses_in_sqlite"]

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = dict[str, Cell]

#: The tables, each with columns that it always has: one of which no column is named is taken to have the usual ones.
_TABLES: Mapping[str, tuple[str, ...]] = {
    "table": ("case", "as_of", "history_complete", "declines"),
    "courses": ("case", "course", "therapies"),
    "growth": ("case", "course", "date"),
    "no_growth": ("case", "from", "until"),
}
#: Keys of a case file that are no columns of its row.
_APART = {"case", "label", "findings", "courses", "growth", "no_growth", "expected"}


def statuses_in_sqlite(cases: Sequence[Case], plan: Plan) -> tuple[dict[str, dict[URIRef, Status]], dict[str, str]]:
    """Return the statuses that the SQL of a plan gives in SQLite, by case and option; and why it takes other cases not.

    Raises
    ------
    sqlite3.Error
        SQLite does not run the text.
    UnknownNameError, ArgumentError
        Two columns would have one name.
    """
    rows: dict[str, list[Row]] = {name: [] for name in _TABLES}
    reasons: dict[str, str] = {}
    ids: dict[str, str] = {}  # in the tables cases have numbers: an id may be what SQL takes for none
    for number, case in enumerate(cases):
        try:
            of_case = _rows(case, str(number))
        except CaseError as error:
            reasons[case.id] = f"one column of a table says one thing of a finding: {error.reason}"
            continue
        if unknown := _unknown(of_case, plan):
            reasons[case.id] = f"the tables that the SQL reads have no column for {', '.join(unknown)}"
            continue
        ids[str(number)] = case.id
        for name, some in of_case.items():
            rows[name] += some
    with closing(sqlite3.connect(":memory:")) as database:
        kinds = _filled(database, rows, plan)
        answered = _asked(database, plan, "rows", kinds)
        rejected = _asked(database, plan, "rejected", kinds) if len(answered) < len(ids) else []
    columns = {column_name(option): option for option in plan.options}
    words: Mapping[object, Status] = {status: status for status in STATUSES}
    found = {ids[row["case"]]: {option: words[row[column]] for column, option in columns.items()} for row in answered}
    for table, number, _, column, value, reason in (tuple(row.values()) for row in rejected):
        where = "patients" if table == "table" else table
        reasons.setdefault(ids[number], f"the SQL rejects {value!r} in the column {column} of {where}: {reason}")
    for name in ids.values():
        if name not in found:
            reasons.setdefault(name, "the SQL gives no row for it")
    return found, reasons


def _rows(case: Case, number: str) -> dict[str, list[Row]]:
    """Return the rows of each table for a case.

    Raises
    ------
    CaseError
        The case has and lacks a finding.
    """
    told: Mapping[str, Any] = case.as_dict()
    patient: Row = {"case": number, **{key: _cell(value) for key, value in told.items() if key not in _APART}}
    patient |= {column_name(given.finding): int(given.holds) for given in case.given}
    found: dict[str, list[Row]] = {"table": [patient], "courses": [], "growth": [], "no_growth": []}
    for place, course in enumerate(told.get("courses", ())):
        known = {key: _cell(value) for key, value in course.items() if key != "growth"}
        found["courses"].append({"case": number, "course": str(place), **known})
        found["growth"] += [{"case": number, "course": str(place), "date": day} for day in course.get("growth", ())]
    found["growth"] += [{"case": number, "date": day} for day in told.get("growth", ())]
    found["no_growth"] = [{"case": number, **period} for period in told.get("no_growth", ())]
    return found


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return int(value)
    return " ".join(value) if isinstance(value, list) else value


def _kinds(plan: Plan, table: str, names: Iterable[str]) -> Mapping[str, str]:
    return kinds_of(plan, table, dict.fromkeys(names, True))


def _unknown(rows: Mapping[str, list[Row]], plan: Plan) -> list[str]:
    """Return the columns of some rows that the tables of a cohort do not have."""
    found = []
    for table, some in rows.items():
        names = dict.fromkeys(name for row in some for name in row if name != "case")
        kinds = {name.rpartition(".")[2] for name in _kinds(plan, table, names)}
        found += [name for name in names if name not in kinds]
    return found


def _filled(database: sqlite3.Connection, rows: Mapping[str, list[Row]], plan: Plan) -> dict[str, str]:
    """Make and fill the tables, and return what the cells of their columns hold."""
    found: dict[str, str] = {}
    for table, some in rows.items():
        names = [*dict.fromkeys((*_TABLES[table], *(name for row in some for name in row)))]
        kinds = _kinds(plan, table, names)
        found |= kinds
        numbers = {name.rpartition(".")[2] for name, kind in kinds.items() if kind == "number"}
        columns = ", ".join(f'"{name}" {"NUMERIC" if name in numbers else ""}' for name in names)
        database.execute(f'CREATE TABLE "{_NAMES[table]}" ({columns})')
        places = ", ".join("?" for _ in names)
        database.executemany(
            f'INSERT INTO "{_NAMES[table]}" VALUES ({places})', [[row.get(name) for name in names] for row in some]
        )
    return found


_NAMES = {name: f"sts_kg_{name}" for name in _TABLES}


def _asked(database: sqlite3.Connection, plan: Plan, what: str, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    tables: dict[str, Any] = _NAMES
    cursor = database.execute(sql_of(plan, "sqlite", what, columns=kinds, **tables))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
