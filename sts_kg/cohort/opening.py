"""From what a user names to a cohort: files in CSV are read here, all other tables by DuckDB, folders are parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sts_kg.cases import named_example
from sts_kg.cohort.codes import Coded
from sts_kg.cohort.cohort import Cohort, PatientTables
from sts_kg.cohort.csv_tables import CsvTables
from sts_kg.cohort.duckdb_tables import READERS, DuckdbTables, Query
from sts_kg.cohort.partitions import Partitions
from sts_kg.errors import ArgumentError, ParseError
from sts_kg.guideline import Guideline
from sts_kg.plan import plan_of

__all__ = ["open_cohort", "open_partitions"]

_KINDS = ("patients", "courses", "growth", "no_growth")


def open_cohort(
    guideline: Guideline,
    patients: Any,
    *,
    courses: Any = None,
    growth: Any = None,
    no_growth: Any = None,
    connection: Any = None,
    min_cell: int = 11,
    on_progress: Callable[[int], None] | None = None,
) -> Cohort:
    """Return the cohort of the patients of a table, and of tables beside it; see `KnowledgeGraph.cohort`."""
    if isinstance(patients, Coded):
        if connection is None:
            raise ArgumentError("cohort", "connection", "codes are in a database: give a connection to DuckDB")
        if courses is not None:
            raise ArgumentError("cohort", "courses", "codes give the courses; leave them out")
        patients, courses = Query(patients.sql("cases")), Query(patients.sql("courses"))
    beside = {"courses": courses, "growth": growth, "no_growth": no_growth}
    given = {"patients": patients} | {kind: table for kind, table in beside.items() if table is not None}
    if connection is None and isinstance(patients, str | Path):
        patients = given["patients"] = named_example(patients)
    if connection is None and isinstance(patients, str | Path) and Path(patients).is_dir():
        if len(given) > 1:
            raise ArgumentError("cohort", "patients", f"{patients} is a folder, which holds the other tables itself")
        given = dict(_tables_in(Path(patients)))
    return _opened(guideline, given, connection, min_cell, on_progress)


def open_partitions(
    guideline: Guideline,
    parts: Sequence[str | Path],
    *,
    kept: str | Path | None = None,
    min_cell: int = 11,
    on_progress: Callable[[int], None] | None = None,
) -> Partitions:
    """Return the cohort of several folders or files of patients; see `KnowledgeGraph.cohort_of_parts`."""
    paths = [Path(part) for part in parts]
    if len(set(paths)) < len(paths):
        raise ArgumentError("cohort", "parts", "one of the parts is named twice")
    tables = [_tables_in(path) if path.is_dir() else {"patients": path} for path in paths]
    _require_threshold(min_cell)
    return Partitions(
        guideline,
        tables,
        lambda part: _opened(guideline, part, None, min_cell, on_progress),
        kept=kept,
        min_cell=min_cell,
    )


def _opened(
    guideline: Guideline,
    given: Mapping[str, Any],
    connection: Any,
    min_cell: int,
    on_progress: Callable[[int], None] | None,
) -> Cohort:
    _require_threshold(min_cell)
    for table in given.values() if connection is None else ():
        if isinstance(table, str | Path) and Path(table).exists() and not Path(table).is_file():
            raise ParseError("is no file that can be read twice; save the table first", path=table)
    plan, words = plan_of(guideline), guideline.vocabulary
    tables: PatientTables
    if connection is None and all(map(_is_csv, given.values())):
        beside = {kind: path for kind, path in given.items() if kind != "patients"}
        tables = CsvTables(given["patients"], beside, plan, words)
    else:
        tables = DuckdbTables(given, plan, words, connection)
    return Cohort(guideline, tables, min_cell=min_cell, on_progress=on_progress)


def _require_threshold(min_cell: int) -> None:
    if min_cell < 1:
        raise ArgumentError("cohort", "min_cell", f"{min_cell} is no threshold: 1 shows all counts, 11 is usual")


def _tables_in(folder: Path) -> dict[str, Path]:
    """Return the tables of a folder by kind: `patients.csv`, `courses.parquet` and so on.

    Raises
    ------
    ParseError
        It has no table of patients, or two of one kind.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        kind, _, ending = path.name.partition(".")
        if kind in _KINDS and f".{ending}".removesuffix(".gz").removesuffix(".zst") in READERS:
            if kind in found:
                raise ParseError(f"has two tables of {kind}: {found[kind].name} and {path.name}", path=folder)
            found[kind] = path
    if "patients" not in found:
        raise ParseError("has no table of patients: patients.csv or patients.parquet is expected", path=folder)
    return {kind: found[kind] for kind in _KINDS if kind in found}


def _is_csv(table: object) -> bool:
    if not isinstance(table, str | Path):
        return False
    return str(table).casefold().removesuffix(".gz").removesuffix(".zst").endswith(".csv")
