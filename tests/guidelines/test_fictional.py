"""The invented guideline by itself: its golden cases, and four voices on every assignment of every option's findings.

Nothing in the package knows grey hush, so what holds here holds for a guideline that a reader writes.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import guidelines_oracle as oracle
import pytest
from databases import InProcess, column, rows_of
from humbrels import BASE, CASES, FOLDER, GOLDEN, animals, counts_by_hand, expected, name_of, written_animals
from rdflib import URIRef
from rdflib.namespace import SKOS

import sts_kg
from sts_kg import CaseError, KnowledgeGraph, Table, load
from sts_kg.guideline import leaves, queries_folder, short
from sts_kg.plan import Facts, Values, plan_of, plans_of_readings, unpacked
from sts_kg.plan.law import broken_by
from sts_kg.rdf import local

PACKAGE = Path(sts_kg.__file__).parent


# --- what is said by hand


def test_the_evaluator_agrees_with_the_golden_cases() -> None:
    """Both were written from the page before any answer of the package was seen."""
    assert len(GOLDEN) == 34
    for name, case in GOLDEN.items():
        facts = oracle.facts_of(case)
        found = dict.fromkeys(oracle.CONDITIONS, "contradictory") if facts is None else oracle.statuses(facts)
        assert found == expected(case), name


def test_golden_cases_cover_every_status_of_every_option() -> None:
    seen = Counter((option, status) for case in GOLDEN.values() for option, status in expected(case).items())
    assert {*seen} == {*product(oracle.CONDITIONS, ("met", "not-met", "undetermined", "contradictory"))}


# --- the guideline


def test_no_line_of_the_package_names_it() -> None:
    own = [local(str(iri)).partition("-")[2] for iri in load(FOLDER).guideline.conditions]
    assert {"lumivane-alone", "song-bath"} <= {*own}
    names = re.compile("|".join(["grey.?hush", "humbrel", r"\bgh:", *(re.escape(each) for each in own if "-" in each)]))
    paths = [
        path for of in (PACKAGE, queries_folder()) for path in of.rglob("*") if path.suffix in {".py", ".html", ".rq"}
    ]
    assert len(paths) > 400
    assert [path.name for path in paths if names.search(path.read_text(encoding="utf-8").casefold())] == []


def test_it_is_loaded_alone(hush: KnowledgeGraph) -> None:
    guideline = hush.guideline
    assert (guideline.name, guideline.base, guideline.prefix) == ("grey hush of the humbrel 0.1.0", BASE, "gh")
    assert [name_of(option) for option in guideline.conditions] == list(oracle.CONDITIONS)
    assert guideline.footer.startswith("Invented: there is no humbrel and no grey hush")
    shared = {str(term) for term in hush.asserted.subjects() if str(term).startswith("https://w3id.org/sts-kg/option-")}
    assert not shared


def test_conditions_look_at_the_findings_that_the_page_names(hush: KnowledgeGraph) -> None:
    for option, condition in hush.guideline.conditions.items():
        assert sorted({*map(short, leaves(condition))}) == sorted(oracle.findings_of(name_of(option))), option


def test_segments_are_those_of_the_page(hush: KnowledgeGraph) -> None:
    page = (FOLDER / "page.txt").read_text(encoding="utf-8")
    segments = hush.sources()
    assert len(segments) == 24
    for segment in segments:
        text = page[segment.start : segment.end]
        assert hashlib.sha256(text.encode()).hexdigest() == segment.sha256, segment.id
    assert hush.guideline.source_digest == hashlib.sha256(page.encode()).hexdigest()


def test_definitions_do_not_speak_of_the_shipped_guideline(hush: KnowledgeGraph) -> None:
    ours = [text for term, text in hush.asserted.subject_objects(SKOS.definition) if str(term).startswith(BASE)]
    assert len(ours) > 150
    assert not [text for text in ours if any(word in str(text).lower() for word in ("cancer", "sarcoma", "tumour"))]


def test_no_check_finds_anything(hush: KnowledgeGraph) -> None:
    found = hush.check()
    assert [(one.check, one.subject, one.message) for one in found.violations] == []


# --- golden cases


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_case(hush: KnowledgeGraph, name: str) -> None:
    case = {key: value for key, value in GOLDEN[name].items() if key != "expected"}
    assert {name_of(answer.option): answer.status for answer in hush.options(case)} == expected(GOLDEN[name])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_files_are_case_files(hush: KnowledgeGraph, path: Path) -> None:
    found: dict[str, dict[str, str]] = {}
    for answer in hush.options(path):
        found.setdefault(answer.case, {})[name_of(answer.option)] = answer.status
    assert found == {name: expected(GOLDEN[name]) for name in found}


# --- numbers of its own, in every form of a case

WRITTEN = {
    "n.yaml": "case: n\nfindings: {grey-hush: yes, prior-draught: yes}\nbody_warmth: WARMTH\nspot_count: SPOTS\n",
    "n.json": '{"case": "n", "findings": {"grey-hush": true, "prior-draught": true}, "body_warmth": WARMTH,'
    ' "spot_count": SPOTS}',
    "n.csv": "case,grey-hush,prior-draught,body_warmth,spot_count\nn,yes,yes,WARMTH,SPOTS\n",
    "n.ttl": """
        @prefix gh: <https://example.org/grey-hush/> .
        @prefix sts: <https://w3id.org/sts-kg/> .
        <https://w3id.org/sts-kg/case/n> a sts:PatientCase ; gh:bodyWarmth WARMTH ; gh:spotCount SPOTS ;
            sts:hasFinding gh:finding-grey-hush , gh:finding-prior-draught .
    """,
}


@pytest.mark.parametrize(
    ("warmth", "spots", "status"),
    [("31.5", "7", "met"), ("31.51", "7", "not-met"), ("31.51", "6", "met"), ("30", "0", "met")],
)
@pytest.mark.parametrize("name", WRITTEN)
def test_numbers_at_and_beside_their_bounds(
    hush: KnowledgeGraph, tmp_path: Path, name: str, warmth: str, spots: str, status: str
) -> None:
    path = tmp_path / name
    path.write_text(WRITTEN[name].replace("WARMTH", warmth).replace("SPOTS", spots), encoding="utf-8")
    found = {name_of(answer.option): answer.status for answer in hush.options(path)}
    assert found["song-bath"] == status


@pytest.mark.parametrize(("key", "value"), [("spot_count", "6.5"), ("spot_count", "-1"), ("body_warmth", "warm")])
def test_numbers_that_cannot_be_used(hush: KnowledgeGraph, key: str, value: str) -> None:
    with pytest.raises(CaseError, match=key):
        hush.options({"case": "n", key: value})


def test_numbers_of_another_guideline_are_no_keys(kg: KnowledgeGraph) -> None:
    with pytest.raises(CaseError, match="a case has no key 'spot_count'"):
        kg.options({"case": "n", "spot_count": 3})


# --- four voices


def assignments(reading: str = "", options: tuple[str, ...] = tuple(oracle.CONDITIONS)) -> list[dict[str, bool]]:
    """Return every yes, no and unknown of the findings of each option, each assignment once."""
    found: dict[tuple[tuple[str, bool], ...], dict[str, bool]] = {}
    for option in options:
        names = oracle.findings_of(option, reading)
        for values in product((True, False, None), repeat=len(names)):
            given = {name: value for name, value in zip(names, values, strict=True) if value is not None}
            found[tuple(sorted(given.items()))] = given
    return list(found.values())


def as_cases(given: list[dict[str, bool]]) -> list[dict[str, Any]]:
    words = {True: "yes", False: "no"}
    return [
        {"case": f"n{number}", "findings": {name: words[holds] for name, holds in each.items()}}
        for number, each in enumerate(given)
    ]


def by_closure(kg: KnowledgeGraph, given: list[dict[str, bool]]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for answer in kg.options(as_cases(given)):
        found.setdefault(answer.case, {})[name_of(answer.option)] = answer.status
    return list(found.values())


def by_bits(values: Values, n: int) -> list[dict[str, str]]:
    flags = {"contradictory": unpacked(values.contradictory, n)}
    found = []
    for number in range(n):
        statuses = {}
        for option in values.plan.options:
            flags |= {
                "met": unpacked(values.met(option), n),
                "not-met": unpacked(values.unmet(option), n),
                "undetermined": unpacked(values.undetermined(option), n),
            }
            [statuses[name_of(option)]] = [status for status, held in flags.items() if held[number]]
        found.append(statuses)
    return found


def facts_of(given: list[dict[str, bool]]) -> Facts:
    return Facts.of([[(URIRef(f"{BASE}finding-{name}"), holds) for name, holds in each.items()] for each in given])


def test_the_closure_on_every_assignment(hush: KnowledgeGraph) -> None:
    given = assignments()
    assert len(given) == 249
    assert by_closure(hush, given) == [oracle.statuses(each) for each in given]


def test_bits_on_every_assignment(hush: KnowledgeGraph) -> None:
    given, plan = assignments(), plan_of(hush.guideline)
    assert by_bits(Values(plan, facts_of(given)), len(given)) == [oracle.statuses(each) for each in given]


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_sql_on_every_assignment(hush: KnowledgeGraph, engine: str) -> None:
    given, database = assignments(), InProcess(engine)
    database.fill(rows_of(as_cases(given), oracle.FINDINGS), oracle.FINDINGS)
    text = hush.sql(engine, "rows", table="patients", columns=dict.fromkeys(oracle.FINDINGS, "flag"))
    found: dict[str, dict[str, str]] = {}
    for row in database.answers(text):
        found.setdefault(row["case"], {})
        for option in oracle.CONDITIONS:
            found[row["case"]][option] = row[column(option)]
    assert [found[f"n{number}"] for number in range(len(given))] == [oracle.statuses(each) for each in given]


@pytest.mark.parametrize("reading", oracle.BY_READINGS)
def test_readings_on_every_assignment(hush: KnowledgeGraph, reading: str) -> None:
    given = assignments(reading, tuple(oracle.BY_READINGS[reading]))
    wanted = [oracle.statuses(each, reading) for each in given]
    assert wanted != [oracle.statuses(each) for each in given]
    assert by_closure(hush.under(reading), given) == wanted
    plan = plans_of_readings(hush.guideline)[reading]
    assert by_bits(Values(plan, facts_of(given)), len(given)) == wanted


def test_the_law_that_plans_rest_on_holds(hush: KnowledgeGraph) -> None:
    assert broken_by(plan_of(hush.guideline), hush.guideline.closure.extend) == []


# --- a hundred animals


def test_a_hundred_animals_are_counted(hush: KnowledgeGraph, tmp_path: Path) -> None:
    cases = animals()
    by_hand = counts_by_hand(cases)
    assert sum(1 for each in by_hand.values() for status in each if status == "met") == 10  # each is met by some
    files = written_animals(tmp_path, cases)
    counted = hush.cohort(files["patients"], courses=files["courses"], growth=files["growth"], min_cell=1).counts()
    for row in counted.rows:
        cells = dict(
            zip(counted.variables, (cell.toPython() if cell is not None else None for cell in row), strict=True)
        )
        said = by_hand[name_of(str(cells["option"]))]
        found = {
            "met": cells["met"],
            "not-met": cells["not_met"],
            "undetermined": cells["undetermined"],
            "contradictory": cells["contradictory"],
        }
        assert found == {status: said[status] for status in found}, cells["option"]
    assert len(counted.rows) == 10


def test_a_hundred_animals_are_answered_one_by_one(hush: KnowledgeGraph) -> None:
    found: dict[str, Counter[str]] = {option: Counter() for option in oracle.CONDITIONS}
    for answer in hush.options(animals()):
        found[name_of(answer.option)][answer.status] += 1
    assert found == counts_by_hand(animals())


def test_a_hundred_animals_are_answered_by_sql(hush: KnowledgeGraph, tmp_path: Path) -> None:
    """Courses, dates and numbers of the guideline's own, where the data are."""
    cases, connection = animals(), duckdb.connect()
    kinds = {}
    for name, path in written_animals(tmp_path, cases).items():
        connection.execute(
            f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}', all_varchar = true, header = true)"
        )
        for column_of, *_ in connection.execute(f"DESCRIBE {name}").fetchall():
            words = column_of in {*oracle.FINDINGS, "history_complete"}
            kinds[column_of if name == "patients" else f"{name}.{column_of}"] = "word" if words else "text"
    for key, kind in (("spot_count", "INTEGER"), ("body_warmth", "DECIMAL(9, 3)")):
        connection.execute(f"ALTER TABLE patients ALTER {key} TYPE {kind}")
        kinds[key] = "number"
    del kinds["case"], kinds["courses.case"], kinds["growth.case"]
    text = hush.sql("duckdb", "rows", table="patients", courses="courses", growth="growth", columns=kinds)
    cursor = connection.execute(text)
    names = [each[0] for each in cursor.description]
    rows = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    for case in cases:
        facts = oracle.facts_of(case)
        wanted = dict.fromkeys(oracle.CONDITIONS, "contradictory") if facts is None else oracle.statuses(facts)
        assert {option: rows[case["case"]][column(option)] for option in oracle.CONDITIONS} == wanted, case


def test_queries_about_cases_ask_the_golden_cases(hush: KnowledgeGraph) -> None:
    """Those that contradict themselves on purpose are left out, as they are of the shipped examples."""
    table = hush.query("conditions/cases")
    assert isinstance(table, Table)
    assert {row[0] for row in table.curies()} == {
        f"case:{name}" for name, case in GOLDEN.items() if case["expected"].get("others") != "contradictory"
    }


def test_queries_list_all_rules_and_the_source(hush: KnowledgeGraph) -> None:
    """Rules of the kinds below `sts:FactRule` were left out, and a page without an address."""

    def first(name: str) -> set[str]:
        table = hush.query(name)
        assert isinstance(table, Table)
        return {row[0] for row in table.curies()}

    rules = {"cool-body", "given-course", "history-complete", "hush-back", "many-spots", "tried-options"}
    assert first("conditions/fact-rules") == {f"gh:rule-{name}" for name in rules}
    assert first("conditions/parameters-of-fact-rules") == {
        f"gh:rule-{name}" for name in rules - {"cool-body", "many-spots"}
    }
    assert first("provenance/source") == {"gh:source-document"}
