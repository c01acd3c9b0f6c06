"""From what a user names to a cohort: files in CSV are read here, all other tables by DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sts_kg.cohort.cohort import Cohort, PatientTables
from sts_kg.cohort.csv_tables import CsvTables
from sts_kg.cohort.duckdb_tables import DuckdbTables
from sts_kg.errors import ParameterError
from sts_kg.guideline import Guideline
from sts_kg.plan import plan_of

__all__ = ["open_cohort"]


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
    if min_cell < 1:
        raise ParameterError("cohort", "min_cell", f"{min_cell} is no threshold: 1 shows all counts, 11 is usual")
    named = {"patients": patients, "courses": courses, "growth": growth, "no_growth": no_growth}
    given = {kind: table for kind, table in named.items() if table is not None}
    plan, words = plan_of(guideline), guideline.vocabulary
    tables: PatientTables
    if connection is None and all(map(_is_csv, given.values())):
        tables = CsvTables(given.pop("patients"), given, plan, words)
    else:
        tables = DuckdbTables(given, plan, words, connection)
    return Cohort(guideline, tables, min_cell=min_cell, on_progress=on_progress)


def _is_csv(table: object) -> bool:
    if not isinstance(table, str | Path):
        return False
    return str(table).casefold().removesuffix(".gz").removesuffix(".zst").endswith(".csv")
