"""Numbers of a case come from the ontology: a guideline compares some of its own, and every way in and out knows them.

A guideline has two more, a decimal with a least value and a unit, and a whole number that may be negative, each with a
fact rule. The closure, the plan and SQL must answer alike at the bounds, below and above them.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pyarrow.parquet
import pytest
import yaml
from case_pages import fields_on
from rdflib import Graph, Literal, Namespace
from rdflib.namespace import XSD

from sts_kg import CaseError, KnowledgeGraph, ParseError, load
from sts_kg.cases.case import Case
from sts_kg.cases.facts import facts_of
from sts_kg.cases.files import case_file
from sts_kg.cases.files import parse as parse_cases
from sts_kg.display import as_text
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.rdf.graphs import parse, write
from sts_kg.rdf.names import CASE, STS, local
from sts_kg.server.case_form import CaseForm
from sts_kg.server.messages import Request
from sts_kg.server.settings import Settings
from sts_kg.server.site import Site

EX = Namespace("https://example.org/fever#")
OWN = """
@prefix ex: <https://example.org/fever#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sts: <https://w3id.org/sts-kg/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:bodyTemperature a owl:DatatypeProperty ; rdfs:domain sts:PatientCase ; rdfs:range xsd:decimal ;
    rdfs:label "body temperature in °C"@en ; sts:unit "°C"@en ; sts:leastValue 30 .
ex:weight-change a owl:DatatypeProperty ; rdfs:domain sts:PatientCase ; rdfs:range xsd:integer ;
    rdfs:label "change in weight"@en ; sts:unit "kg"@en ;
    sts:question "By how many kilograms did the weight change?"@en .
sts:rule-fever a sts:FactRule ; rdfs:label "fever"@en ; sts:comparesProperty ex:bodyTemperature ;
    sts:atLeast 38.5 ; sts:atMost 41 ; sts:concludesFinding sts:finding-symptoms-from-cancer .
sts:rule-loss a sts:FactRule ; rdfs:label "loss of weight"@en ; sts:comparesProperty ex:weight-change ;
    sts:atMost -5 ; sts:concludesFinding sts:finding-treatments-unlikely-to-improve-condition .
"""
OPTIONS = ("surgery-symptom-control", "comfort-care")
#: Temperature and change in weight as they are written, and the status of each option.
CASES = {
    "none": ("", "", "undetermined", "undetermined"),
    "low": ("38.4", "-4", "not-met", "undetermined"),
    "just-below": ("38.499999999", "0", "not-met", "undetermined"),
    "lower-bound": ("38.5", "-5", "met", "met"),
    "as-written": ("38.50", "-6", "met", "met"),
    "upper-bound": ("41", "-999999999", "met", "met"),
    "just-above": ("41.000000001", "5", "not-met", "undetermined"),
    "least": ("30", "", "not-met", "undetermined"),
}
#: Temperature and change in weight that no case can have.
REFUSED = {
    "too-small": ("29.9", ""),
    "negative": ("-38.5", ""),
    "text": ("warm", ""),
    "broken": ("", "-5.5"),
    "long": ("", "-1000000000"),
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    return load(folder_with(tmp_path_factory.mktemp("own") / "ontology", OWN))


def folder_with(folder: Path, more: str) -> Path:
    """Return a copy of the shipped ontology with more in one module."""
    shutil.copytree(ontology_folder(), folder)
    with (folder / "findings.ttl").open("a", encoding="utf-8") as file:
        file.write(more)
    return folder


def as_dict(name: str) -> dict[str, Any]:
    temperature, change, *_ = {**CASES, **REFUSED}[name]
    numbers = {"body_temperature": temperature, "weight_change": change}
    return {
        "case": name,
        "findings": {"stage4-sts": "yes"},
        **{key: value for key, value in numbers.items() if value},
    }


def case_of(said: dict[str, Any] | str, kg: KnowledgeGraph) -> Case:
    [case] = parse_cases(said if isinstance(said, str) else json.dumps(said), kg.guideline.vocabulary)
    return case


def statuses(kg: KnowledgeGraph, *sources: Any) -> dict[str, tuple[str, ...]]:
    answers = kg.options(list(sources))
    found: dict[str, dict[str, str]] = {}
    for answer in answers:
        found.setdefault(answer.case, {})[answer.option.rpartition("/option-")[2]] = answer.status
    return {case: tuple(by_option[option] for option in OPTIONS) for case, by_option in found.items()}


EXPECTED = {name: tuple(expected) for name, (_, _, *expected) in CASES.items()}


# --- what the ontology says


def test_the_shipped_guideline_has_two(kg: KnowledgeGraph) -> None:
    count, diameter = kg.guideline.vocabulary.numbers.values()
    assert (count.key, count.iri, count.is_whole, count.least, count.unit) == (
        *("tumour_count", STS.tumourCount, True, Decimal(0)),
        "",
    )
    assert (diameter.key, diameter.iri, diameter.is_whole, diameter.least, diameter.unit) == (
        *("largest_diameter_mm", STS.largestDiameterMm, False, Decimal(0)),
        "mm",
    )
    assert (count.question, diameter.question) == (
        "How many tumours are there?",
        "How large is the largest, in millimetres?",
    )
    assert (count.said(4), diameter.said(Decimal("12.50"))) == ("tumour count 4", "largest diameter 12.50 mm")


def test_numbers_of_ones_own_stand_after_those_with_an_ordinal(own: KnowledgeGraph) -> None:
    numbers = own.guideline.vocabulary.numbers
    assert [*numbers] == ["tumour_count", "largest_diameter_mm", "body_temperature", "weight_change"]
    temperature, change = numbers["body_temperature"], numbers["weight_change"]
    assert (temperature.iri, temperature.is_whole, temperature.least) == (EX.bodyTemperature, False, Decimal(30))
    assert (temperature.question, temperature.name) == ("What is the body temperature, in °C?", "body temperature")
    assert (change.is_whole, change.least, change.name) == (True, None, "change in weight")


def test_a_number_needs_no_label(kg: KnowledgeGraph) -> None:
    said = "sts:waistCm a owl:DatatypeProperty ; rdfs:domain sts:PatientCase ; rdfs:range xsd:integer ."
    number = Vocabulary(kg.asserted + parse(said)).numbers["waist_cm"]
    assert (number.label, number.question) == ("waist cm", "What is the waist cm?")


@pytest.mark.parametrize(
    "said",
    [
        "sts:x a owl:DatatypeProperty ; rdfs:domain sts:PatientCase ; rdfs:range xsd:string .",
        "sts:x a owl:DatatypeProperty ; rdfs:domain sts:TreatmentCourse ; rdfs:range xsd:integer .",
        "sts:x a owl:AnnotationProperty ; rdfs:domain sts:PatientCase ; rdfs:range xsd:integer .",
        "sts:x a owl:DatatypeProperty ; rdfs:range xsd:integer .",
    ],
)
def test_what_is_no_number_of_a_case(kg: KnowledgeGraph, said: str) -> None:
    assert [*Vocabulary(kg.asserted + parse(said)).numbers] == ["tumour_count", "largest_diameter_mm"]


IS_NUMBER = "a owl:DatatypeProperty ; rdfs:domain sts:PatientCase ; rdfs:range xsd:integer"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            f"sts:growth {IS_NUMBER} .",
            "the number sts:growth of a case has the key 'growth', which means something else",
        ),
        (f"sts:asOf {IS_NUMBER} .", "the number sts:asOf of a case has the key 'as_of', which means something else"),
        (f"sts:lungMetastases {IS_NUMBER} .", "has the key 'lung_metastases', which means something else"),
        (f"sts:certainCaseS20 {IS_NUMBER} .", "has the key 'certain_case_s20', which means something else"),
        (f"<urn:x/tumourCount> {IS_NUMBER} .", "has the key 'tumour_count', which means something else"),
        (f"<urn:x/größe> {IS_NUMBER} .", "has the key 'größe'; give it a local name of letters and digits"),
        (f"<urn:x/2nd> {IS_NUMBER} .", "has the key '2nd'; give it a local name of letters and digits"),
        (f"sts:x {IS_NUMBER} ; sts:leastValue 1 , 2 .", "the number sts:x of a case has 2 values of sts:leastValue"),
        (f'sts:x {IS_NUMBER} ; sts:leastValue "few" .', "has the least value few; an integer or a decimal is expected"),
        (f"sts:x {IS_NUMBER} ; sts:leastValue true .", "has the least value true; an integer or a decimal is expected"),
    ],
)
def test_a_number_that_cannot_be_used_is_an_error(kg: KnowledgeGraph, said: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        _ = Vocabulary(kg.asserted + parse(said)).numbers


# --- answers


def test_the_closure_answers_by_numbers_of_ones_own(own: KnowledgeGraph) -> None:
    assert statuses(own, *map(as_dict, CASES)) == EXPECTED


def test_another_guideline_does_not_know_them(kg: KnowledgeGraph) -> None:
    with pytest.raises(CaseError, match="a case has no key 'body_temperature'"):
        kg.options(as_dict("low"))
    case = Case("n", numbers={EX.bodyTemperature: Decimal("39")})
    assert kg.explain(case, "surgery").notes == ()


def columns(folder: Path, way: str) -> Any:
    """Return the table of all cases, those that are refused, too."""
    names = [*CASES, *REFUSED]
    cells = {
        "case": names,
        "stage4-sts": ["yes"] * len(names),
        **{key: [as_dict(name).get(key, "") for name in names] for key in ("body_temperature", "weight_change")},
    }
    if way == "csv":
        with (folder / "p.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([[*cells], *zip(*cells.values(), strict=True)])
        return folder / "p.csv"
    table = pyarrow.table({key: [cell or None for cell in column] for key, column in cells.items()})
    if way == "parquet":
        pyarrow.parquet.write_table(table, folder / "p.parquet")
        return folder / "p.parquet"
    return polars.from_arrow(table)


@pytest.mark.parametrize("way", ["csv", "parquet", "frame"])
def test_the_plan_answers_by_numbers_of_ones_own(own: KnowledgeGraph, tmp_path: Path, way: str) -> None:
    cohort = own.cohort(columns(tmp_path, way))
    rows = cohort.rows().to_arrow().to_pylist()
    assert {row["case"]: tuple(row[option.replace("-", "_")] for option in OPTIONS) for row in rows} == EXPECTED
    assert sum(cohort.rejections.counts.values()) == len(REFUSED)
    assert {one.column for one in cohort.rejections.listed} == {"body_temperature", "weight_change"}
    explained = cohort.explain("lower-bound", OPTIONS[0])
    assert explained.known[1] == ("symptoms-from-cancer", True, BECAUSE.format("38.5"))


BECAUSE = "derived by the rule fever, at least 38.5 and at most 41, from the body temperature {} °C"


def test_cells_of_a_type_of_numbers(own: KnowledgeGraph) -> None:
    frame = polars.DataFrame(
        {
            "case": ["a", "b", "c", "d", "e", "f"],
            "stage4-sts": [True] * 6,
            "body_temperature": [38.5, 38.4, 29.9, None, float("nan"), 41.0],
            "weight-change": [-5.0, -4.0, -5.0, -5.5, float("-inf"), None],
        }
    )
    rows = own.cohort(frame).rows().to_arrow().to_pylist()
    assert {row["case"]: tuple(row[option.replace("-", "_")] for option in OPTIONS) for row in rows} == {
        "a": ("met", "met"),
        "b": ("not-met", "undetermined"),
        "f": ("met", "undetermined"),
    }


def test_sql_answers_by_numbers_of_ones_own(own: KnowledgeGraph) -> None:
    kinds = {"stage4-sts": "flag", "body_temperature": "number", "weight_change": "number"}
    database = sqlite3.connect(":memory:")
    database.execute(
        'CREATE TABLE patients ("case" TEXT, "stage4-sts" INTEGER, body_temperature REAL, weight_change REAL)'
    )
    cases = [(name, 1, *(cell or None for cell in {**CASES, **REFUSED}[name][:2])) for name in [*CASES, *LOW]]
    database.executemany("INSERT INTO patients VALUES (?, ?, ?, ?)", cases)

    def asked(what: str) -> list[dict[str, Any]]:
        cursor = database.execute(own.sql("sqlite", what, table="patients", columns=kinds, min_cell=1))
        return [dict(zip([column[0] for column in cursor.description], row, strict=True)) for row in cursor]

    rows = asked("rows")
    assert {row["case"]: tuple(row[option.replace("-", "_")] for option in OPTIONS) for row in rows} == EXPECTED
    assert {(row["case"], row["wrong_column"], row["wrong_reason"]) for row in asked("rejected")} == {
        ("too-small", "body_temperature", "not-a-number"),
        ("negative", "body_temperature", "not-a-number"),
        ("long", "weight_change", "not-a-number"),
    }


#: Those of the refused numbers that SQL of a site refuses: what a column of numbers can hold.
LOW = ("too-small", "negative", "long")


def test_the_plan_says_what_a_rule_compares(own: KnowledgeGraph, kg: KnowledgeGraph) -> None:
    rules: Any = own.plan.as_dict()["rules"]
    assert rules["thresholds"] == [
        {
            **{"number": local(EX.bodyTemperature), "least": "30", "finding": "symptoms-from-cancer"},
            **{"at_least": "38.5", "at_most": "41"},
        },
        {
            **{"number": local(EX["weight-change"]), "least": None},
            **{"finding": "treatments-unlikely-to-improve-condition", "at_least": None, "at_most": "-5"},
        },
    ]
    assert own.plan.digest != kg.plan.digest


# --- ways in


def in_yaml(folder: Path) -> Path:
    (folder / "c.yaml").write_text("---\n".join(map(yaml.safe_dump, map(as_dict, CASES))))
    return folder / "c.yaml"


def in_json(folder: Path) -> Path:
    cases = [
        {
            **as_dict(name),
            **{key: json.loads(value) for key, value in as_dict(name).items() if key not in ("case", "findings")},
        }
        for name in CASES
    ]
    (folder / "c.json").write_text(json.dumps(cases))
    return folder / "c.json"


def in_csv(folder: Path) -> Path:
    rows = [("case", "Stage4-STS", "Body_Temperature", "weight_change")]
    rows += [(name, "yes", f" {temperature} ", change) for name, (temperature, change, *_) in CASES.items()]
    with (folder / "c.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder / "c.csv"


def in_rdf(folder: Path) -> Path:
    graph = Graph()
    for name, (temperature, change, *_) in CASES.items():
        graph.add((CASE[name], STS.hasFinding, STS["finding-stage4-sts"]))
        if temperature:
            graph.add((CASE[name], EX.bodyTemperature, Literal(temperature, datatype=XSD.decimal)))
        if change:
            graph.add((CASE[name], EX["weight-change"], Literal(change, datatype=XSD.integer)))
    write(graph, folder / "c.ttl")
    return folder / "c.ttl"


def in_fhir(folder: Path) -> Path:
    entries = []
    for name, (temperature, change, *_) in CASES.items():
        items: list[Any] = [
            {"linkId": "findings", "item": [{"linkId": "stage4-sts", "answer": [{"valueBoolean": True}]}]}
        ]
        if temperature:
            items.append({"linkId": "body_temperature", "answer": [{"valueDecimal": json.loads(temperature)}]})
        if change:
            items.append({"linkId": "weight_change", "answer": [{"valueInteger": json.loads(change)}]})
        made = {"resourceType": "QuestionnaireResponse", "status": "completed", "identifier": {"value": name}}
        entries.append({"resource": {**made, "item": items}})
    (folder / "c.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
    return folder / "c.json"


@pytest.mark.parametrize("written_as", [in_yaml, in_json, in_csv, in_rdf, in_fhir])
def test_every_kind_of_file_knows_them(own: KnowledgeGraph, tmp_path: Path, written_as: Callable[[Path], Path]) -> None:
    assert statuses(own, written_as(tmp_path)) == EXPECTED


def test_the_questionnaire_asks_for_them(own: KnowledgeGraph) -> None:
    items: Any = own.questionnaire()["item"]
    temperature, change = items[-2:]
    assert temperature == {
        **{"linkId": "body_temperature", "text": "What is the body temperature, in °C?", "type": "decimal"},
        "code": [{"system": str(EX), "code": "bodyTemperature", "display": "body temperature in °C"}],
    }
    assert (change["linkId"], change["type"], change["text"]) == (
        *("weight_change", "integer"),
        "By how many kilograms did the weight change?",
    )
    (cases,) = (view for name, view in own.view_definitions().items() if name == "response_cases")
    assert json.dumps(cases).count("ofType(decimal)") == 2


def test_the_form_of_a_case_asks_for_them(own: KnowledgeGraph) -> None:
    pairs = [("stage4-sts", "yes"), ("body_temperature", " 38.50"), ("weight_change", "-6")]
    form = CaseForm.of_pairs(pairs, own.guideline)
    case = form.read()
    assert case is not None
    assert statuses(own, case) == {"case": ("met", "met")}
    again = CaseForm.of_case(case, own.guideline)
    assert (again.value("body_temperature"), again.value("weight_change")) == ("38.50", "-6")
    wrong = CaseForm.of_pairs([("body_temperature", "29.9"), ("weight_change", "-5.5")], own.guideline)
    assert wrong.read() is None
    assert wrong.errors == {
        "body_temperature": "'29.9' is too small; at least 30 is expected",
        "weight_change": "'-5.5' is not a whole number, such as 3",
    }


def test_the_page_of_a_case_has_a_field_for_each(own: KnowledgeGraph, kg: KnowledgeGraph) -> None:
    site = Site(Settings())
    shipped = site.answer("case.page", Request("GET", "/case")).body.decode()
    assert "The source gives no numbers" in shipped and "body_temperature" not in shipped
    site.kg = own
    page = site.answer("case.page", Request("GET", "/case")).body.decode()
    fields = [name for name, _ in fields_on(page)]
    assert fields[fields.index("tumour_count") :][:4] == [*own.guideline.vocabulary.numbers]
    assert "Findings follow from those that the source compares." in page
    modes = re.findall(r'name="(?:tumour_count|largest_dia\w+|body_temp\w+|weight_change)".*?inputmode="(\w+)"', page)
    assert modes == ["numeric", "decimal", "decimal", "text"]


# --- ways out


def test_a_case_is_written_as_it_was_read(own: KnowledgeGraph) -> None:
    said = {**as_dict("as-written"), "tumour_count": 0, "largest_diameter_mm": "12.50"}
    case = case_of(said, own)
    assert case.as_dict() == {
        **{"case": "as-written", "findings": {"stage4-sts": True}, "tumour_count": 0, "largest_diameter_mm": "12.50"},
        **{"body_temperature": "38.50", "weight_change": -6},
    }
    assert case_of(case_file(case), own).numbers == case.numbers
    facts = facts_of([case], own.guideline.vocabulary)
    assert {(of, value) for of, value in facts.predicate_objects(case.iri) if of in case.numbers} == {
        (STS.tumourCount, Literal("0", datatype=XSD.integer)),
        (STS.largestDiameterMm, Literal("12.50", datatype=XSD.decimal)),
        (EX.bodyTemperature, Literal("38.50", datatype=XSD.decimal)),
        (EX["weight-change"], Literal("-6", datatype=XSD.integer)),
    }


def test_explanations_and_views_name_them(own: KnowledgeGraph) -> None:
    case = case_of({**as_dict("as-written"), "largest_diameter_mm": "12.50"}, own)
    explained = own.explain(case, OPTIONS[0])
    assert ("symptoms-from-cancer", True, BECAUSE.format("38.50")) in explained.known
    assert explained.notes == ("recorded and not compared with any word of the source: largest diameter 12.50 mm.",)
    lost = own.explain(case, OPTIONS[1]).known
    because = "derived by the rule loss of weight, at most -5, from the change in weight -6 kg"
    assert ("treatments-unlikely-to-improve-condition", True, because) in lost
    shown = [" ".join(line.split()) for line in as_text(case, None).splitlines()]
    assert {"body temperature 38.50", "weight change -6", "largest diameter mm 12.50"} <= {*shown}


def test_a_query_lists_them_by_their_domain(own: KnowledgeGraph) -> None:
    kg = own.with_cases(case_of(as_dict("as-written"), own))
    rows = {tuple(map(str, row)) for row in kg.query("conditions/records-of-case", case="case:as-written").rows}  # type: ignore[union-attr]
    assert rows == {(str(EX.bodyTemperature), "38.5"), (str(EX["weight-change"]), "-6")}
    compared = {str(row[0]): str(row[-1]) for row in own.query("conditions/numbers").rows}  # type: ignore[union-attr]
    assert compared[str(EX.bodyTemperature)] == str(STS["rule-fever"])


# --- errors


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("ex:bodyTemperature 29.9", "case:a: {}bodyTemperature: '29.9' is too small; at least 30 is expected"),
        ("ex:bodyTemperature 38 , 39", "{}bodyTemperature has 2 values, one is expected: 38, 39"),
        ("ex:weight-change -5.5", "{}weight-change: '-5.5' is not a whole number, such as 3"),
        (
            "<ex:bodyTemperature> 39",
            "'ex:bodyTemperature' would be left alone, as a term of another vocabulary; write {}body",
        ),
    ],
)
def test_what_rdf_says_amiss_is_an_error(own: KnowledgeGraph, tmp_path: Path, said: str, reason: str) -> None:
    (tmp_path / "x.ttl").write_text(
        f"@prefix ex: <{EX}> . @prefix sts: <{STS}> . <{CASE}a> a sts:PatientCase ; {said} ."
    )
    with pytest.raises(CaseError, match=re.escape(reason.format(EX))):
        own.options(tmp_path / "x.ttl")


def test_a_column_of_a_number_is_there_once_and_holds_one(own: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("case,body_temperature,Body_Temperature\na,38,39\n")
    with pytest.raises(CaseError, match="the column 'body_temperature' is there twice"):
        own.options(path)
    path.write_text("case,body_temperature\na,38\nb,hot\n")
    with pytest.raises(CaseError, match=r"line 3: body_temperature: 'hot' is not a number of °C, such as 12\.5"):
        own.options(path)
