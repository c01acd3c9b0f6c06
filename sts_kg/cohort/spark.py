"""Spark as the engine past one machine: our SQL on a session of the user's, without a collect or a Python function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sts_kg.cohort.relations import kinds_of
from sts_kg.cohort.sql import sql_of
from sts_kg.guideline import Guideline
from sts_kg.plan import Plan, plan_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["on_spark"]


def on_spark(
    spark: SparkSession,
    table: str | DataFrame,
    *,
    what: str = "rows",
    plan: Plan | None = None,
    courses: str | DataFrame | None = None,
    growth: str | DataFrame | None = None,
    no_growth: str | DataFrame | None = None,
    **asked: Any,
) -> DataFrame:
    """Return what a cohort comes to as a DataFrame of Spark, which computes it when it is asked for rows.

    The plan of the query is Spark's alone: rows of patients without courses are a map, counts one partial aggregate.
    With courses Spark plans for some seconds, since it writes each step out wherever it is named.

    Parameters
    ----------
    spark : SparkSession
        The session, classic or Connect.
    table, courses, growth, no_growth : str or DataFrame
        The tables: a name, such as `catalog.schema.patients`, or a DataFrame. Their columns are looked up: yes and no
        may be whole numbers (1, 0), truth values or words; columns with other names are left alone.
    what : str
        What to ask for, as `sql_of` has it.
    plan : Plan, optional
        The conditions (`KnowledgeGraph.plan`); those that are shipped, if none are given.
    **asked
        `option`, `as_of`, `min_cell`, `checked`, as `sql_of` has them.

    Raises
    ------
    UnknownNameError
        There is no such question or option.
    ArgumentError
        A table lacks what it needs.
    """
    plan = plan or plan_of(Guideline())
    tables = {"table": table, "courses": courses, "growth": growth, "no_growth": no_growth}
    given = {name: each for name, each in tables.items() if each is not None}
    columns: dict[str, str] = {}
    for name, each in given.items():
        frame = spark.table(each) if isinstance(each, str) else each
        columns |= kinds_of(plan, name, _types(frame.dtypes))
    frames = {name: each for name, each in given.items() if not isinstance(each, str)}
    said: dict[str, Any] = {name: each if isinstance(each, str) else f"{{{name}}}" for name, each in given.items()}
    text = sql_of(plan, "spark", what, columns=columns, **{**said, **asked})
    return spark.sql(text, **frames) if frames else spark.sql(text)


def _types(columns: Iterable[tuple[str, str]]) -> Mapping[str, bool]:
    """Return the columns of a frame, each with whether its cells are numbers."""
    numbers = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")
    return {name: kind.startswith(numbers) for name, kind in columns}
