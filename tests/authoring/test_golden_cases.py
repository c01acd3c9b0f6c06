"""Golden cases: three engines against what is expected, what differs and why, and what an engine cannot take."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import course_oracle
import pytest
from random_cases import cases
from rdflib import Literal, URIRef

from sts_kg import KnowledgeGraph, load
from sts_kg.authoring import ENGINES, GoldenReport, LeftOut, engines, in_sqlite, run_golden
from sts_kg.cases import Case, Given, Session, Status, parse
from sts_kg.cases.case import Course
from sts_kg.errors import CaseError, ParseError, StsKgError, UnknownNameError
from sts_kg.guideline.data import ontology_folder
from sts_kg.plan import plan_of
from sts_kg.rdf.names import STS

GOLDEN = Path(__file__).parent / "golden"
PAZOPANIB = STS["option-pazopanib"]


@pytest.fixture(scope="module")
def report(kg: KnowledgeGraph) -> GoldenReport:
    return kg.test(GOLDEN)


def written(folder: Path, text: str, name: str = "a.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# --- what is expected, and what is said


def test_random_cases_are_by_all_engines_what_the_hand_written_evaluators_say(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    some = [case for case in cases().values() if not course_oracle.error(case)]
    told = [{**case, "expected": course_oracle.statuses(case)} for case in some]
    found = kg.test(written(tmp_path, json.dumps(told), "a.json"))
    assert found.left_out == ()
    assert len(found) == 18 * len(some) > 6000
    assert all({*one.said} == {*ENGINES} for one in found)
    assert [repr(one) for one in found.differences] == []
    assert {one.expected for one in found} == {"met", "not-met", "undetermined", "contradictory"}


def test_a_folder_has_the_files_below_it_in_order(report: GoldenReport) -> None:
    assert report.places == {
        "first": f"{GOLDEN / 'first.yaml'}, line 2",
        "second": f"{GOLDEN / 'more' / 'two.json'}, line 2",
        "third": f"{GOLDEN / 'more' / 'two.json'}, line 3",
    }
    assert len(report) == 54 and report.engines == ("closure", "bits", "sql")


def test_what_differs_has_its_reasons_beside(report: GoldenReport) -> None:
    (one,) = report.differences
    assert (one.case, one.option, one.expected) == ("first", PAZOPANIB, "met")
    assert dict(one.said) == dict.fromkeys(ENGINES, "undetermined")
    assert one.difference == "expected met, found undetermined"
    assert one.explanation is not None and one.explanation.answer.status == "undetermined"
    reasons = [*one.reasons()]
    assert reasons[0] == f"Known to hold: stage4-sts (given: {GOLDEN / 'first.yaml'}, line 3)."
    assert reasons[1].startswith("To ask: sarcoma-type-for-pazopanib. ")
    assert reasons[-1].startswith("Source: H0, S01, S14, S15. Decisions: D01, ")
    assert repr(one) == "<Tested: pazopanib, case first, expected met, found undetermined>"


def test_what_agrees_has_no_reasons(report: GoldenReport) -> None:
    right = [one for one in report if one.agrees]
    assert len(right) == 53
    assert [one for one in right if one.explanation or one.contradiction or [*one.reasons()]] == []


def test_what_is_not_expected_is_not_counted(report: GoldenReport) -> None:
    assert report.summary == "3 cases, 22 expected statuses: 1 not as expected"
    assert sum(one.expected is None for one in report) == 32
    assert not report.agrees


def test_a_contradiction_is_told_once_a_case(kg: KnowledgeGraph, tmp_path: Path) -> None:
    found = kg.test(
        written(tmp_path, "case: x\nfindings: {resectable: yes, unresectable: yes}\nexpected: {others: met}")
    )
    assert len(found.differences) == 18
    assert all(
        one.explanation is None and one.contradiction.startswith("case x contradicts itself: ")
        for one in found.differences
    )
    lines = [*found.lines()]
    assert sum("contradicts itself" in line for line in lines) == 1
    assert sum(line.endswith(": expected met, found contradictory") for line in lines) == 18


def test_engines_that_disagree_are_told_also_where_nothing_is_expected(
    kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_bits = engines._by_bits

    def wrong(session: Session, plan: Any) -> dict[str, dict[URIRef, Status]]:
        found = by_bits(session, plan)
        found["a"][PAZOPANIB] = "met"
        return found

    monkeypatch.setattr(engines, "_by_bits", wrong)
    found = kg.test(written(tmp_path, "case: a\nexpected: {surgery: undetermined}"))
    (one,) = found.differences
    assert one.difference == "found undetermined by closure and sql, met by bits"
    assert found.summary == "1 case, 1 expected status: all as expected; 1 other on which engines disagree"
    assert not found.agrees


def test_the_plain_forms(report: GoldenReport, kg: KnowledgeGraph) -> None:
    table = report.table()
    assert table.variables == ("case", "option", "expected", "closure", "bits", "sql", "difference", "why")
    by_place = {(str(row[0]), row[1]): row for row in table.rows}
    row = by_place["first", PAZOPANIB]
    assert [str(cell) for cell in row[2:7]] == [
        *("met", "undetermined", "undetermined", "undetermined", "expected met, found undetermined")
    ]
    assert str(row[7]).startswith("Known to hold: stage4-sts ")
    assert [*by_place["third", STS["option-surgery"]][2:]] == [None, *[Literal("met")] * 3, None, None]
    told = report.as_dict()
    assert (told["agrees"], told["engines"], told["left_out"]) == (False, [*ENGINES], [])
    only_sql = run_golden(kg.guideline, GOLDEN, "sql").as_dict()
    assert isinstance(only_sql["options"], list)
    first = only_sql["options"][0]
    assert (first["closure"], first["bits"], first["sql"], first["expected"]) == (None, None, "met", "met")


def test_a_graph_by_a_reading_is_tested_by_it(kg: KnowledgeGraph, tmp_path: Path) -> None:
    text = "case: a\nfindings: {stage4-sts: yes}\nexpected: {chemotherapy-with-radiation: undetermined}"
    path = written(tmp_path, text)
    assert kg.test(path).agrees
    (one,) = kg.under("D04=S08-alone").test(path).differences
    assert one.difference == "expected undetermined, found met"


# --- what cannot be run


def test_a_case_without_expected_says_what_to_write(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = written(tmp_path, "case: a\n---\ncase: b\nexpected: {surgery: undetermined}\n")
    with pytest.raises(CaseError) as raised:
        kg.test(path)
    assert str(raised.value) == (
        f"{path}, line 1: the case 'a' says nothing that can be tested; add what you expect, as in "
        "expected: {reed-tea: met, others: not-met}"
    )
    errors: list[StsKgError] = []
    assert [*kg.test(path, on_error=errors.append).places] == ["b"]
    assert [str(error) for error in errors] == [str(raised.value)]


def test_a_folder_without_cases_says_what_to_write(kg: KnowledgeGraph, tmp_path: Path) -> None:
    written(tmp_path, "# nothing", "notes.md")
    with pytest.raises(ParseError, match=r"holds no golden case; write a case file that ends in \.yaml"):
        kg.test(tmp_path)


def test_the_folder_of_a_guideline_stands_for_its_cases(kg: KnowledgeGraph, tmp_path: Path) -> None:
    written(tmp_path, "case: a\nexpected: {surgery: undetermined}", "cases/a.yaml")
    written(tmp_path, "not: a case", "other.yaml")
    assert [*kg.test(tmp_path).places] == ["a"]


def test_files_that_cannot_be_read_are_told_and_the_others_run(kg: KnowledgeGraph, tmp_path: Path) -> None:
    written(tmp_path, "case: a\nexpected: {surgry: met}", "a.yaml")
    written(tmp_path, "case: b\nexpected: {surgery: undetermined}", "b.yml")
    errors: list[StsKgError] = []
    assert [*kg.test(tmp_path, on_error=errors.append).places] == ["b"]
    assert [str(error) for error in errors] == [
        f"{tmp_path / 'a.yaml'}, line 2: there is no option 'surgry'; did you mean surgery?"
    ]
    with pytest.raises(ParseError, match="cannot be read"):
        kg.test(tmp_path / "none.yaml")


@pytest.mark.parametrize("wrong", [["sqlite"], []])
def test_an_unknown_engine_is_an_error(kg: KnowledgeGraph, wrong: list[str]) -> None:
    with pytest.raises(UnknownNameError, match=r"there are closure, bits, sql|did you mean sql"):
        kg.test(GOLDEN, engines=wrong)


# --- what engines cannot take


def own(folder: Path, conditions: str = "", treatments: str = "") -> KnowledgeGraph:
    """Return the shipped ontology with axioms more, as one's own."""
    shutil.copytree(ontology_folder(), folder / "ontology")
    for name, text in (("conditions", conditions), ("treatments", treatments)):
        with (folder / "ontology" / f"{name}.ttl").open("a") as file:
            file.write(text)
    return load(folder / "ontology")


def test_without_the_linear_law_only_the_closure_answers(tmp_path: Path) -> None:
    kg = own(
        tmp_path,
        "[ a owl:Class ; owl:intersectionOf ( sts:WithStage4Sts sts:WithUnresectable sts:WithSymptomsFromCancer ) ]\n"
        "    rdfs:subClassOf sts:WithPersonInCanada .\n",
    )
    found = kg.test(written(tmp_path, "case: a\nexpected: {surgery: undetermined}"))
    assert [(one.engine, one.case) for one in found.left_out] == [("bits", ""), ("sql", "")]
    assert "person-in-canada: this follows from several facts together" in found.left_out[0].reason
    assert {engine for one in found for engine in one.said} == {"closure"} and found.agrees
    assert next(found.lines()).startswith("left out: bits, all cases: there is no plan: ")
    alone = kg.test(tmp_path / "a.yaml", engines=["sql"])
    assert not alone.agrees
    assert alone.differences[0].difference == "expected undetermined, found nothing: no engine answers it"


def test_numbers_are_compared_by_all_engines(tmp_path: Path) -> None:
    kg = own(
        tmp_path,
        "sts:rule-small a sts:FactRule ; sts:comparesProperty sts:largestDiameterMm ; sts:atMost 30.5 ;\n"
        "    sts:concludesFinding sts:finding-only-few-small-tumours .\n",
    )
    findings = "findings: {stage4-sts: yes, unresectable: yes, lung-metastases: yes}"
    statuses = {"9": "met", "30.5": "met", "30.6": "not-met", "100": "not-met"}
    text = "\n---\n".join(
        f"case: c{size}\nlargest_diameter_mm: {size}\n{findings}\nexpected: {{sbrt-lung: {status}}}"
        for size, status in statuses.items()
    )
    found = kg.test(written(tmp_path, text))
    assert [one.difference for one in found.differences] == [] and found.left_out == ()


def test_an_option_without_a_condition_is_nowhere_as_expected(tmp_path: Path) -> None:
    kg = own(tmp_path, treatments='\nsts:option-reed-tea a sts:TreatmentOption ; rdfs:label "reed tea"@en .\n')
    (one,) = kg.test(written(tmp_path, "case: a\nexpected: {reed-tea: undetermined}")).differences
    assert (one.label, one.difference) == ("reed tea", "expected undetermined, found nothing: no engine answers it")


def asked(kg: KnowledgeGraph, *some: Case) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    return in_sqlite.statuses_in_sqlite(some, plan_of(kg.guideline))


def test_sql_cannot_take_what_one_cell_cannot_say(kg: KnowledgeGraph) -> None:
    finding = STS["finding-resectable"]
    both = Case("both", given=(Given(finding, True, ""), Given(finding, False, "")))
    found, reasons = asked(kg, both, Case("none"))
    assert [*found] == ["none"] and [*reasons] == ["both"]
    assert reasons["both"].startswith("one column of a table says one thing of a finding: ")


def test_sql_cannot_take_what_it_has_no_column_for(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    (case,) = parse("case: a\nlabel: x", kg.guideline.vocabulary)
    told = Case.as_dict
    monkeypatch.setattr(Case, "as_dict", lambda self: told(self) | ({"pulse": 3} if self.id == "a" else {}))
    found, reasons = asked(kg, case, Case("b"))
    assert [*found] == ["b"]
    assert reasons == {"a": "the tables that the SQL reads have no column for pulse"}


def test_what_sql_rejects_is_told_with_its_reason(kg: KnowledgeGraph) -> None:
    found, reasons = asked(kg, Case("a", courses=(Course(()),)), Case("=1' --"))
    assert [*found] == ["=1' --"]
    assert reasons == {"a": "the SQL rejects None in the column therapies of courses: no-therapy"}


def test_what_sqlite_does_not_run_is_told(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("too many columns")

    monkeypatch.setattr(in_sqlite, "_filled", fails)
    found = kg.test(GOLDEN, engines=["closure", "sql"])
    assert found.left_out == (LeftOut("sql", "", "SQLite does not run the SQL: too many columns"),)
    assert str(found.left_out[0]) == "sql, all cases: SQLite does not run the SQL: too many columns"
    assert replace(found.left_out[0], case="a").as_dict() == {
        "engine": "sql",
        "case": "a",
        "reason": "SQLite does not run the SQL: too many columns",
    }
    assert all({*one.said} == {"closure"} for one in found)
