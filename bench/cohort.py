"""What answering for a cohort costs: by bits, in DuckDB, on Spark, by cases; answers compared (`make bench-cohort`).

Each measurement is a process of its own. Patients are random: a third of the findings unknown, nearly all patients
different, which is the worst case. Nobody contradicts the implications, so that closed-world queries find the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.measure import peak_bytes
from sts_kg.guideline import short
from sts_kg.plan import Bits, Facts, Plan, Tally, Values, tally_of, unpacked
from sts_kg.tables.layout import text_table

TURNS = 3
#: Ratio to its bar.
BARS = {
    "our SQL / by hand": 1.1,
    "one scan / 18 queries": 0.2,
    "bits / one pass": 15.0,
    "options of 1,000 cases / of one": 5.0,
}
Found = dict[str, Any]


def plan() -> Plan:
    """Return the plan of the shipped guideline."""
    from sts_kg.knowledge import load

    return load().plan


# --- patients


def block_of(of: Plan, n: int, seed: int) -> Facts:
    """Return random patients: each finding yes, no or unknown alike; who would contradict himself is unknown in all."""
    rng = np.random.default_rng(seed)
    words = -(-n // 64)
    columns: dict[tuple[Any, bool], Bits] = {}
    for finding in of.findings:
        one, two, three = (rng.integers(0, 2**64, words, dtype=np.uint64) for _ in range(3))
        known = one | two  # three quarters
        columns[finding, True], columns[finding, False] = known & three, known & ~three
    values = Values(of, Facts(words * 64, columns))
    kept = values.agreeing
    return Facts(n, {fact: _cut(column & kept, n) for fact, column in columns.items()})


def _cut(column: Bits, n: int) -> Bits:
    if rest := n % 64:
        column[-1] &= np.uint64((1 << rest) - 1)
    return column


def parquet(of: Plan, n: int, folder: Path) -> Path:
    """Write random patients as a wide Parquet file of flags, and return it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"patients-{n}.parquet"
    if path.exists():
        return path
    out, size, first = None, 1 << 20, 0
    for start in range(0, n, size):
        some = min(size, n - start)
        facts = block_of(of, some, start + 1)
        columns = {"case": pa.array(np.arange(first, first + some))}
        for finding in of.findings:
            yes, no = (unpacked(facts.columns[finding, holds], some) for holds in (True, False))
            columns[_column(finding)] = pa.array(yes.astype(np.int8), mask=~(yes | no))
        batch = pa.RecordBatch.from_pydict(columns)
        out = out or pq.ParquetWriter(path, batch.schema)
        out.write_batch(batch)
        first += some
    assert out is not None
    out.close()
    return path


def _column(finding: Any) -> str:
    return short(finding).replace("-", "_").casefold()


def cases(n: int, folder: Path) -> Path:
    """Write random patients as CSV, and return the file."""
    path, of = folder / f"cases-{n}.csv", plan()
    facts = block_of(of, n, 1)
    flags = {fact: unpacked(column, n) for fact, column in facts.columns.items()}
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case", *map(short, of.findings)])
        for i in range(n):
            cells = ("yes" if flags[f, True][i] else "no" if flags[f, False][i] else "" for f in of.findings)
            writer.writerow([f"p{i}", *cells])
    return path


# --- measurements, one a process


def spent() -> float:
    """Return the CPU seconds of this process and its children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(run: Callable[[], object]) -> Found:
    """Return what a call gives, with CPU seconds, seconds by the wall, and the peak of memory."""
    wall, cpu = time.perf_counter(), spent()
    answer = run()
    return {
        "cpu": spent() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": peak_bytes(),
        "answer": answer,
    }


def counts_of(tally: Tally, of: Plan) -> list[list[object]]:
    """Return the counts of each option as rows, as SQL gives them."""
    return [
        [short(option), tally.met[option], tally.unmet[option], tally.undetermined(option)] for option in of.options
    ]


def options(file: str) -> Found:
    """Run `sts-kg options` of a file in CSV as a whole process."""
    command = [sys.executable, "-m", "sts_kg", "options", file, "--format", "csv"]
    found = timed(lambda: len(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))
    return found | {"peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}


def bits(n: str) -> Found:
    """Count random patients by bits, block by block; only counting is timed."""
    of, total, tally = plan(), int(n), Tally()
    counting = passing = 0.0
    size = 1 << 22
    for start in range(0, total, size):
        facts = block_of(of, min(size, total - start), start + 1)
        began = time.process_time()
        tally = tally + tally_of(of, facts, sets=False)
        counting += time.process_time() - began
        began = time.process_time()
        one_pass(facts)
        passing += time.process_time() - began
    found = {"cpu": counting, "pass": passing, "peak": peak_bytes(), "answer": counts_of(tally, of)}
    return found | statuses(of, min(total, 1 << 22))


def statuses(of: Plan, n: int) -> Found:
    """Count only statuses, whole columns held: what the bar is about, against one pass over the same memory."""
    facts = block_of(of, n, 1)
    began = time.process_time()
    for block in facts.blocks():
        values = Values(of, block)
        for option in of.options:
            np.bitwise_count(values.met(option)).sum()
            np.bitwise_count(values.unmet(option)).sum()
    counting = time.process_time() - began
    began = time.process_time()
    one_pass(facts)
    return {"statuses": counting, "one pass": time.process_time() - began}


def one_pass(facts: Facts) -> int:
    """Read all columns once."""
    return int(sum(int(np.bitwise_or.reduce(column)) & 1 for column in facts.columns.values()))


def duckdb_ours(file: str) -> Found:
    """Run our SQL for counts in DuckDB, from Parquet."""
    import duckdb

    from sts_kg.cohort import sql_of

    text = sql_of(plan(), "duckdb", "counts", table=f"'{file}'", checked=True, min_cell=1)
    return _in_duckdb(duckdb, lambda connection: [row[:4] for row in connection.execute(text).fetchall()])


def duckdb_by_hand(file: str) -> Found:
    """Run SQL written by hand for the same columns and counts."""
    import duckdb

    return _in_duckdb(duckdb, lambda connection: _unpivoted(connection.execute(BY_HAND.format(file=file)).fetchone()))


def circe(folder: str) -> Found:
    """Run one query an option in the manner of Circe, over events and observation periods, already in tables."""
    import duckdb

    connection = duckdb.connect(str(Path(folder) / "events.duckdb"), read_only=True)
    of = plan()
    texts = {short(option): circe_query(of, option) for option in of.options}
    return timed(lambda: [[name, connection.execute(text).fetchone()[0]] for name, text in texts.items()])


def one_scan(folder: str) -> Found:
    """Count all options in one scan of the table of flags of the same patients, already in a database."""
    import duckdb

    from sts_kg.cohort import sql_of

    connection = duckdb.connect(str(Path(folder) / "events.duckdb"), read_only=True)
    text = sql_of(plan(), "duckdb", "counts", table="patients", checked=True, min_cell=1)
    return timed(lambda: [list(row[:2]) for row in connection.execute(text).fetchall()])


def from_file(file: str) -> Found:
    """Count by `kg.cohort` from Parquet: DuckDB reads, bits count."""
    from sts_kg.knowledge import load

    cohort = load().cohort(file, min_cell=1)
    return timed(lambda: counts_of(cohort.tally, cohort.plan))


def rows(file: str) -> Found:
    """Write a row for each patient by `kg.cohort`, from Parquet to Parquet."""
    from sts_kg.knowledge import load

    with tempfile.TemporaryDirectory() as folder:
        return timed(lambda: load().cohort(file, min_cell=1).rows().write(Path(folder) / "rows.parquet"))


def spark(file: str) -> Found:
    """Count on Spark, in one process with two threads; the second run is timed, by the wall."""
    from pyspark.sql import SparkSession

    from sts_kg.cohort import on_spark

    session = (
        SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "4g")
    ).getOrCreate()
    session.sparkContext.setLogLevel("OFF")

    def counted() -> list[list[object]]:
        frame = session.read.parquet(file)
        return [list(row[:4]) for row in on_spark(session, frame, what="counts", checked=True, min_cell=1).collect()]

    counted()
    found = timed(counted)
    return found | {"cpu": found["wall"]}


def _in_duckdb(duckdb: Any, run: Callable[[Any], object]) -> Found:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    return timed(lambda: run(connection))


def _unpivoted(row: tuple[int, ...]) -> list[list[object]]:
    names = [name for name, _, _ in HAND]
    n = row[-1]
    return [
        [name, met, unmet, n - met - unmet] for name, met, unmet in zip(names, row[:-1:2], row[1:-1:2], strict=True)
    ]


# --- SQL written by hand

_STAGE4 = "stage4 = 1", "stage4 = 0"
_UNRESECTABLE = "stage4 = 1 AND unres = 1", "stage4 = 0 OR unres = 0"
#: Option, when it is met, and when it is not.
HAND = [
    ("option-chemotherapy", *_STAGE4),
    ("option-doxorubicin-alone", *_STAGE4),
    ("option-doxorubicin-ifosfamide", *_STAGE4),
    ("option-other-chemotherapy", "stage4 = 1 AND doxo = 1", "stage4 = 0 OR doxo = 0"),
    ("option-chemotherapy-with-radiation", *_UNRESECTABLE),
    ("option-targeted-therapy", *_STAGE4),
    (
        "option-pazopanib",
        "stage4 = 1 AND sarcoma_type_for_pazopanib = 1 AND (prior = 1 OR growth_within_one_year_after_treatment = 1)",
        "stage4 = 0 OR sarcoma_type_for_pazopanib = 0 OR (prior = 0 AND growth_within_one_year_after_treatment = 0)",
    ),
    ("option-radiation", *_UNRESECTABLE),
    ("option-external-radiation", *_UNRESECTABLE),
    (
        "option-sbrt-lung",
        "stage4 = 1 AND lung = 1 AND only_few_small_tumours = 1 AND unres = 1",
        "stage4 = 0 OR lung = 0 OR only_few_small_tumours = 0 OR unres = 0",
    ),
    (
        "option-sbrt-outside-lungs",
        "stage4 = 1 AND outside = 1 AND certain_case_s20 = 1 AND unres = 1",
        "stage4 = 0 OR outside = 0 OR certain_case_s20 = 0 OR unres = 0",
    ),
    ("option-radiation-to-enable-surgery", *_UNRESECTABLE),
    ("option-surgery", *_STAGE4),
    (
        "option-surgery-symptom-control",
        "stage4 = 1 AND symptoms_from_cancer = 1",
        "stage4 = 0 OR symptoms_from_cancer = 0",
    ),
    ("option-wide-local-excision-lung", "stage4 = 1 AND few = 1 AND res = 1", "stage4 = 0 OR few = 0 OR res = 0"),
    (
        "option-surgery-other-metastases",
        "stage4 = 1 AND outside = 1 AND certain_case_s25 = 1 AND res = 1",
        "stage4 = 0 OR outside = 0 OR certain_case_s25 = 0 OR res = 0",
    ),
    (
        "option-comfort-care",
        "stage4 = 1 AND (cannot_have_cancer_treatment = 1 OR does_not_want_cancer_treatment = 1"
        " OR treatments_no_longer_work = 1 OR treatments_unlikely_to_improve_condition = 1"
        " OR side_effects_hard_to_cope_with = 1 OR other_reason_for_no_cancer_treatment = 1)",
        "stage4 = 0 OR (cannot_have_cancer_treatment = 0 AND does_not_want_cancer_treatment = 0"
        " AND treatments_no_longer_work = 0 AND treatments_unlikely_to_improve_condition = 0"
        " AND side_effects_hard_to_cope_with = 0 AND other_reason_for_no_cancer_treatment = 0)",
    ),
    ("option-ask-about-clinical-trials", "sts = 1 AND person_in_canada = 1", "sts = 0 OR person_in_canada = 0"),
]
_KNOWN = """
SELECT *,
    CASE WHEN soft_tissue_sarcoma = 1 OR stage4_sts = 1 OR lung_metastases = 1 OR metastases_outside_lungs = 1
        OR spread_only_few_places_in_lungs = 1 THEN 1 WHEN soft_tissue_sarcoma = 0 THEN 0 END AS sts,
    CASE WHEN stage4_sts = 1 OR lung_metastases = 1 OR metastases_outside_lungs = 1
        OR spread_only_few_places_in_lungs = 1 THEN 1
        WHEN stage4_sts = 0 OR soft_tissue_sarcoma = 0 THEN 0 END AS stage4,
    CASE WHEN unresectable = 1 OR resectable = 0 THEN 1 WHEN unresectable = 0 OR resectable = 1 THEN 0 END AS unres,
    CASE WHEN resectable = 1 OR unresectable = 0 THEN 1 WHEN resectable = 0 OR unresectable = 1 THEN 0 END AS res,
    CASE WHEN prior_chemotherapy = 1 OR doxorubicin_did_not_work = 1 THEN 1
        WHEN prior_chemotherapy = 0 THEN 0 END AS prior,
    CASE WHEN doxorubicin_did_not_work = 1 THEN 1
        WHEN doxorubicin_did_not_work = 0 OR prior_chemotherapy = 0 THEN 0 END AS doxo,
    CASE WHEN lung_metastases = 1 OR spread_only_few_places_in_lungs = 1 THEN 1
        WHEN lung_metastases = 0 OR stage4_sts = 0 OR soft_tissue_sarcoma = 0 THEN 0 END AS lung,
    CASE WHEN metastases_outside_lungs = 1 THEN 1 WHEN metastases_outside_lungs = 0 OR stage4_sts = 0
        OR soft_tissue_sarcoma = 0 OR spread_only_few_places_in_lungs = 1 THEN 0 END AS outside,
    CASE WHEN spread_only_few_places_in_lungs = 1 THEN 1
        WHEN spread_only_few_places_in_lungs = 0 OR lung_metastases = 0 OR stage4_sts = 0 OR soft_tissue_sarcoma = 0
        OR metastases_outside_lungs = 1 THEN 0 END AS few,
    CASE WHEN ((stage4_sts = 1 OR lung_metastases = 1 OR metastases_outside_lungs = 1
            OR spread_only_few_places_in_lungs = 1) AND (soft_tissue_sarcoma = 0 OR stage4_sts = 0))
        OR (soft_tissue_sarcoma = 1 AND soft_tissue_sarcoma = 0)
        OR ((unresectable = 1 OR resectable = 0) AND (unresectable = 0 OR resectable = 1))
        OR (doxorubicin_did_not_work = 1 AND prior_chemotherapy = 0)
        OR (spread_only_few_places_in_lungs = 1 AND (lung_metastases = 0 OR metastases_outside_lungs = 1))
        THEN 1 ELSE 0 END AS contradictory
FROM '{file}'
"""
_SUMS = ",\n    ".join(
    f"SUM(CASE WHEN contradictory = 0 AND ({when}) THEN 1 ELSE 0 END)"
    for _, met, unmet in HAND
    for when in (met, unmet)
)
BY_HAND = f"WITH known AS ({_KNOWN})\nSELECT {_SUMS}, COUNT(*) - SUM(contradictory) FROM known"


def circe_query(of: Plan, option: Any) -> str:
    """Return a query for one option in the pattern of Circe: qualified events, a group of rules each, and their mask.

    A concept set is a finding with all that imply it. Absence of an event means no, as there.
    """
    condition = of.options[option].condition
    parts = (
        condition.parts if hasattr(condition, "parts") and type(condition).__name__ == "Conjunction" else (condition,)
    )
    rules = []
    for number, part in enumerate(parts):
        found = [part.finding] if hasattr(part, "finding") else [each.finding for each in part.parts]
        premises = {fact[0] for each in found for fact in of.premises[each, True] if fact[1] and fact[0] in of.findings}
        negative = {fact[0] for each in found for fact in of.premises[each, True] if not fact[1]}
        concepts = [str(of.findings.index(each)) for each in premises] + [
            str(100 + of.findings.index(n)) for n in negative
        ]
        rules.append(
            f"SELECT {number} AS rule_id, q.person_id, q.event_id FROM qualified q JOIN (SELECT e.person_id,"
            f" e.event_date FROM events e WHERE e.concept_id IN ({', '.join(sorted(concepts))})) a"
            " ON a.person_id = q.person_id"
            " JOIN observation_period o ON o.person_id = q.person_id AND a.event_date >= o.period_start"
            " AND a.event_date <= o.period_end GROUP BY q.person_id, q.event_id HAVING COUNT(*) >= 1"
        )
    return (
        "WITH primary_events AS (SELECT e.person_id, e.event_id, e.event_date, ROW_NUMBER() OVER (PARTITION BY"
        " e.person_id ORDER BY e.event_date, e.event_id) AS ordinal FROM events e JOIN observation_period o"
        " ON o.person_id = e.person_id AND e.event_date >= o.period_start AND e.event_date <= o.period_end),\n"
        "qualified AS (SELECT person_id, event_id, event_date FROM primary_events WHERE ordinal = 1),\n"
        f"inclusion AS ({' UNION ALL '.join(rules)}),\n"
        "mask AS (SELECT q.person_id, SUM(POWER(2, i.rule_id)) AS rule_mask FROM qualified q"
        " LEFT JOIN inclusion i ON i.person_id = q.person_id AND i.event_id = q.event_id GROUP BY q.person_id)\n"
        f"SELECT COUNT(DISTINCT person_id) FROM mask WHERE rule_mask = POWER(2, {len(rules)}) - 1"
    )


def events(of: Plan, file: Path, folder: Path) -> None:
    """Make a database of patients as flags, and of the same as events with observation periods."""
    import duckdb

    with duckdb.connect(folder / "events.duckdb") as connection:
        connection.execute(f"CREATE TABLE patients AS SELECT * FROM '{file}'")
        each = [
            f'SELECT "case" AS person_id, {number + (0 if flag else 100)} AS concept_id FROM patients'
            f" WHERE {_column(finding)} = {flag}"
            for number, finding in enumerate(of.findings)
            for flag in ((1, 0) if short(finding) in ("resectable", "unresectable") else (1,))
        ]
        connection.execute(
            "CREATE TABLE events AS SELECT ROW_NUMBER() OVER () AS event_id, person_id, concept_id,"
            f" DATE '2025-01-01' AS event_date FROM ({' UNION ALL '.join(each)}) ORDER BY person_id"
        )
        connection.execute(
            "CREATE TABLE observation_period AS SELECT \"case\" AS person_id, DATE '2020-01-01' AS period_start,"
            " DATE '2025-12-31' AS period_end FROM patients"
        )


# --- the table

KINDS: dict[str, Callable[[str], Found]] = {
    "options": options,
    "bits": bits,
    "our SQL": duckdb_ours,
    "by hand": duckdb_by_hand,
    "18 queries": circe,
    "one scan": one_scan,
    "kg.cohort": from_file,
    "rows": rows,
    "spark": spark,
}


def measured(kind: str, what: object, turns: int = TURNS) -> Found:
    """Return the fastest of some processes that each measure once."""
    found = []
    for _ in range(turns):
        done = subprocess.run([sys.executable, __file__, "--one", kind, str(what)], stdout=subprocess.PIPE, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(found, key=lambda each: each["cpu"])


def same(name: str, *answers: object) -> None:
    """Exit if answers differ."""
    if any(json.dumps(answer) != json.dumps(answers[0]) for answer in answers):
        sys.exit(f"{name}: the answers differ: {answers}")


def table(sizes: list[int], largest: int, folder: Path, with_spark: bool) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table, and check that the answers are the same."""

    def row(name: str, n: int, found: Found, ratio: str = "", of: float | None = None) -> tuple[str, ...]:
        bar = BARS.get(ratio)
        verdict = "" if bar is None or of is None else f"{bar:g}: {'met' if of <= bar else 'missed'}"
        shown = f"{ratio} = {of:.2f}" if of is not None else ""
        per = f"{n / found['cpu']:,.0f}" if n else ""
        return name, f"{n:,}", f"{found['cpu']:.3f}", per, f"{found['peak'] / 1e6:,.0f}", shown, verdict

    of = plan()
    one, many = (measured("options", cases(n, folder)) for n in (1, 1000))
    yield row("sts-kg options, one case, whole process", 1, one)
    yield row("sts-kg options", 1000, many, "options of 1,000 cases / of one", many["cpu"] / one["cpu"])
    for n in sizes:
        file = parquet(of, n, folder)
        ours, hand = measured("our SQL", file), measured("by hand", file)
        by_file, written = measured("kg.cohort", file), measured("rows", file, 1)
        same(f"{n} patients", ours["answer"], hand["answer"], by_file["answer"])
        yield row("DuckDB, our SQL, counts from Parquet", n, ours, "our SQL / by hand", ours["cpu"] / hand["cpu"])
        yield row("DuckDB, SQL by hand, the same counts", n, hand)
        yield row("kg.cohort from Parquet: sums, questions, funnels, sets", n, by_file)
        yield row("kg.cohort, a row a patient, Parquet to Parquet", n, written)
        if with_spark and n <= 10**6:
            on_spark = measured("spark", file, 1)
            same(f"{n} patients on Spark", on_spark["answer"], ours["answer"])
            yield row("Spark local[2], counts, by the wall, warm", n, on_spark)
    file = parquet(of, sizes[0], folder)
    events(of, file, folder)
    scan, queries = measured("one scan", folder), measured("18 queries", folder)
    same("Circe", scan["answer"], queries["answer"])
    yield row("18 queries in the pattern of Circe", sizes[0], queries)
    yield row("all 18 options in one scan", sizes[0], scan, "one scan / 18 queries", scan["cpu"] / queries["cpu"])
    for n in (10**7, largest):
        found = measured("bits", n, 1)
        yield row("bits: sums, questions, funnels; by blocks", n, found)
    yield row(
        "bits: statuses of 4 million, in memory",
        1 << 22,
        found | {"cpu": found["statuses"]},
        "bits / one pass",
        found["statuses"] / found["one pass"],
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1e5,1e6", help="patients in Parquet, such as 1e5,1e6,1e7")
    parser.add_argument("--largest", type=float, default=1e8, help="patients by bits, generated by blocks")
    parser.add_argument("--spark", action="store_true", help="on Spark, too; make spark installs it")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(KINDS[given.one[0]](given.one[1])))
        return
    sizes = [int(float(size)) for size in given.sizes.split(",")]
    header = ("what", "patients", "CPU s", "a CPU s", "peak MB", "ratio", "bar")
    with tempfile.TemporaryDirectory() as folder:
        print(text_table(header, list(table(sizes, int(given.largest), Path(folder), given.spark))))


if __name__ == "__main__":
    main()
