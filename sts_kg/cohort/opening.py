"""From what a user names to a cohort: files in CSV are read here, all other tables by DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sts_kg.cohort.cohort import Cohort
from sts_kg.cohort.csv_tables import CsvTables
from sts_kg.errors import ParameterError, ParseError
from sts_kg.guideline import Guideline
from sts_kg.plan import plan_of

__all__ = ["open_cohort"]


def open_cohort(
    guideline: Guideline,
    patients: str | Path,
    *,
    courses: str | Path | None = None,
    growth: str | Path | None = None,
    no_growth: str | Path | None = None,
    min_cell: int = 11,
    on_progress: Callable[[int], None] | None = None,
) -> Cohort:
    """Return the cohort of the patients of a table, and of tables beside it; see `KnowledgeGraph.cohort`."""
    if min_cell < 1:
        raise ParameterError("cohort", "min_cell", f"{min_cell} is no threshold: 1 shows all counts, 11 is usual")
    named = {"courses": courses, "growth": growth, "no_growth": no_growth}
    beside = {kind: path for kind, path in named.items() if path is not None}
    for path in (patients, *beside.values()):
        if not str(path).casefold().removesuffix(".gz").removesuffix(".zst").endswith(".csv"):
            raise ParseError("is no CSV file", path=path)
    tables = CsvTables(patients, beside, plan_of(guideline), guideline.vocabulary)
    return Cohort(guideline, tables, min_cell=min_cell, on_progress=on_progress)
