"""Our SQL on Spark, with two executors that are processes of their own; `make spark` installs it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import oracle
import pytest
from cohort.omop_rows import cases_of, expected, in_duckdb, records
from databases import FLAGS, Row, columns_of, differences, patterns, rows_of
from random_cases import cases

from sts_kg import KnowledgeGraph
from sts_kg.cohort import OMOP_COLUMNS, Omop, invented_omop, on_spark
from sts_kg.plan import Facts, Plan, plan_of, tally_of
from sts_kg.rdf.names import STS, local

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: make spark")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, which is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),  # of pyspark's own
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(Path(pyspark.__file__).parent))  # executors are started from there
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        settings = {
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.codegen.wholeStage": "false",  # to compile, and to plan anew, costs more than these few rows
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false",
            "spark.driver.bindAddress": "127.0.0.1",
        }
        made = SparkSession.builder.master("local-cluster[2,1,1024]").appName("sts_kg")
        for name, value in settings.items():
            made = made.config(name, value)
        session = made.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


@pytest.fixture(scope="module")
def plan(kg: KnowledgeGraph) -> Plan:
    return plan_of(kg.guideline)


def frames(spark: Any, rows: Mapping[str, Sequence[Row]], kind: str = "flag") -> dict[str, Any]:
    """Return the four tables as DataFrames."""
    found = {}
    for table, columns in columns_of(oracle.FINDINGS).items():
        flags = FLAGS.get(table, set()) | {*oracle.FINDINGS} if kind == "flag" else set()
        schema = ", ".join(f"`{name}` {'SMALLINT' if name in flags else 'STRING'}" for name in columns)
        cells = [tuple(row[name] for name in columns) for row in rows[table]]
        found["table" if table == "patients" else table] = spark.createDataFrame(cells, schema)
    return found


def collected(frame: Any) -> list[dict[str, Any]]:
    return [row.asDict() for row in frame.collect()]


def test_there_are_two_executors(spark: Any) -> None:
    assert spark.sparkContext.master == "local-cluster[2,1,1024]"


def test_every_pattern_of_every_option(spark: Any, plan: Plan) -> None:
    some = patterns()
    table = frames(spark, rows_of(some))["table"].repartition(4)
    assert differences(collected(on_spark(spark, table, plan=plan)), some) == []


def test_random_cases_with_courses_and_dates(spark: Any, plan: Plan) -> None:
    some = list(cases().values())
    given = frames(spark, rows_of(some, kind="word"), kind="word")
    found = collected(on_spark(spark, given.pop("table"), plan=plan, **given))
    assert 300 < len(found) < len(some)
    assert differences(found, some) == []


def test_counts_of_a_table_that_spark_knows_by_name(spark: Any, kg: KnowledgeGraph) -> None:
    some = patterns()
    frames(spark, rows_of(some))["table"].createOrReplaceTempView("patients_of_a_test")
    found = on_spark(spark, "patients_of_a_test", what="counts", min_cell=1)
    plan = plan_of(kg.guideline)
    facts = [[(STS[f"finding-{name}"], value == "yes") for name, value in case["findings"].items()] for case in some]
    tally = tally_of(plan, Facts.of(facts))
    assert {row["option"]: (row["met"], row["not_met"], row["undetermined"]) for row in collected(found)} == {
        local(option): (tally.met[option], tally.unmet[option], tally.undetermined(option)) for option in plan.options
    }
    assert [row["viewName"] for row in spark.sql("SHOW VIEWS").collect()] == ["patients_of_a_test"]


def test_rows_without_courses_are_a_map_and_counts_one_aggregate(spark: Any, plan: Plan) -> None:
    table = frames(spark, rows_of(patterns()[:10]))["table"]

    def exchanges(what: str) -> int:
        frame = on_spark(spark, table, what=what, plan=plan, checked=True)
        return str(frame._jdf.queryExecution().executedPlan().toString()).count("Exchange ")

    assert exchanges("rows") == exchanges("known") == 0
    assert exchanges("counts") <= 3  # partial sums to one row, the list of options beside it, and its order


_TYPES = {"integer": "INT", "varchar": "STRING", "numeric": "DOUBLE"}


def test_codes_of_omop_become_the_same_cases(spark: Any, kg: KnowledgeGraph) -> None:
    sets = kg.concept_sets()
    some = invented_omop(sets, 200, seed=3)
    for table, rows in some.rows.items():
        columns = OMOP_COLUMNS[table]
        given = ", ".join(f"{each.name} {'INT' if each.type == 'integer' else 'STRING'}" for each in columns)
        cells = [f"CAST({each.name} AS {_TYPES.get(each.type, each.type)}) AS {each.name}" for each in columns]
        spark.createDataFrame(rows, given).selectExpr(*cells).createOrReplaceTempView(table)
    source = Omop(sets=sets, as_of="2026-01-01", over_before="2025-07-01")
    cases, courses = (collected(spark.sql(source.sql(what, "spark"))) for what in ("cases", "courses"))
    for row in courses:
        row |= {name: str(row[name]) for name in ("start", "end") if row[name] is not None}
    assert cases_of(cases, courses) == expected(some, sets, "2026-01-01", "2025-07-01")
    here = in_duckdb(some)
    for what in ("codes", "persons"):
        assert collected(spark.sql(source.sql(what, "spark"))) == records(here, source.sql(what))
    counts = collected(spark.sql(kg.sql("spark", "counts", table=source)))
    assert counts == records(here, kg.sql("duckdb", "counts", table=source))
