"""The canned queries: golden results from the page, and the same from rdflib. The linter runs in test_check."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import update_golden
from expected import (
    QUERIES,
    Case,
    as_csv,
    check_rows,
    golden,
    path_of,
    read_cases,
    read_checks,
    read_tables,
    shown,
    written,
)
from rdflib import Dataset, Graph

from sts_kg import KnowledgeGraph, Table, parse
from sts_kg.rdf.names import STS

CANNED = {name: query for name, query in QUERIES.items() if query.topic not in ("check", "federated")}
CASES = read_cases()
CHECKS = read_checks()
RESERVED = {
    "format",
    "show",
    "cases",
    "help",
    "output",
    "asserted",
    "endpoint",
    "store",
    "online",
    "strict",
    "labels",
}  # options of the command line


each_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
each_check = pytest.mark.parametrize("name", CHECKS)


@each_case
def test_golden(kg: KnowledgeGraph, linked: KnowledgeGraph, case: Case) -> None:
    of = linked if CANNED[case.query].graph == "linked" else kg
    answer = of.query(case.query, **dict[str, Any](case.parameters))
    assert shown(answer) == golden(case, answer)


@cache
def in_memory(kg: KnowledgeGraph, graph: str) -> Graph:
    """Return what a query runs on as a plain rdflib graph; with slices, one that has them by name, too."""
    if graph == "asserted":
        return kg.asserted
    of = kg.with_examples() if graph == "cases" else kg
    whole = of.asserted + of.inferred
    if graph != "linked":
        return whole
    dataset = Dataset()
    for each in (whole, *kg.named_graphs("mappings", "links").values()):
        for triple in each:
            dataset.default_graph.add(triple)
    for name, each in kg.named_graphs("links").items():
        for triple in each:
            dataset.graph(name).add(triple)
    return dataset


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # what rdflib itself calls when it queries one
@each_case
def test_rdflib_gives_the_same(kg: KnowledgeGraph, linked: KnowledgeGraph, case: Case) -> None:
    graph = CANNED[case.query].graph
    of = linked if graph == "linked" else kg
    result: Any = in_memory(of, graph).query(kg.bound(case.query, **case.parameters))
    if result.type == "CONSTRUCT":
        assert result.graph is not None
        assert shown(result.graph) == golden(case, result.graph)
    else:
        assert result.vars is not None
        rows = tuple(tuple(row) for row in result)
        assert shown(Table(tuple(map(str, result.vars)), rows)) == case.answer


def test_every_query_has_a_golden_result_and_every_golden_a_query() -> None:
    assert {case.query for case in CASES} == set(CANNED)
    assert sorted(CHECKS) == sorted(name.removeprefix("check/") for name in QUERIES if name.startswith("check/"))


def test_golden_tables_stand_as_they_are_written() -> None:
    """So `update_golden.py` changes nothing but rows, and no key of a table is misspelt or without effect."""
    tables = read_tables()
    assert [name for name, table in tables.items() if path_of(name).read_text(encoding="utf-8") != written(table)] == []
    keys = {tuple(entry) for name, table in tables.items() if not name.startswith("check/") for entry in table.values()}
    assert keys == {("parameters", "rows"), ("parameters", "graph")}


def test_update_golden_fills_in_what_is_missing(kg: KnowledgeGraph, linked: KnowledgeGraph) -> None:
    tables = read_tables()
    for name in ("drugs/standard-drug", "links/classes-of-drug"):
        emptied = {case: entry | {"rows": ""} for case, entry in tables[name].items()}
        assert update_golden.updated(name, emptied, kg, linked) == tables[name]
    pathway = tables["pathway/pathway-graph"]
    emptied = {"all": {"parameters": {}, "graph": ""}}
    assert update_golden.updated("pathway/pathway-graph", emptied, kg, linked) == pathway
    check = tables["check/class-naming"]
    assert update_golden.updated("check/class-naming", check | {"rows": ""}, kg, linked) == check


def test_every_parameter_is_varied() -> None:
    for name, query in CANNED.items():
        for parameter in query.parameters:
            values = {case.parameters.get(parameter.name) for case in CASES if case.query == name}
            assert len(values) > 1, f"{name}: only {values} for {parameter.name}"


def test_there_are_at_least_thirty_queries_in_seven_topics() -> None:
    assert len(CANNED) >= 30
    topics = {"conditions", "drugs", "links", "modalities", "pathway", "provenance", "wording"}
    assert {query.topic for query in CANNED.values()} == topics


def test_no_parameter_is_called_like_an_option_of_the_command_line() -> None:
    assert not {p.name for query in CANNED.values() for p in query.parameters} & RESERVED


@pytest.mark.parametrize("name", [name for name, query in CANNED.items() if query.empty_because and not query.needs])
def test_a_query_that_is_empty_by_design_is_empty(kg: KnowledgeGraph, name: str) -> None:
    answer = kg.query(name)
    assert isinstance(answer, Table)
    assert len(answer) == 0


def test_contraindications_would_be_found_if_there_were_any(kg: KnowledgeGraph) -> None:
    """The query that is empty by design is not empty by construction."""
    said = 'sts:contraindicatedBy rdfs:label "contraindicated by"@en . sts:option-x sts:hasModality sts:modality-x ; '
    graph = kg.asserted + parse(said + "sts:contraindicatedBy sts:finding-x .")
    rows = list(graph.query(CANNED["provenance/contraindications"].text))
    assert rows == [(STS["option-x"], STS.contraindicatedBy, STS["finding-x"])]


def test_every_own_class_and_property_is_used_by_a_query(kg: KnowledgeGraph) -> None:
    """House rule, section 7: what no query asks for need not be there.

    Numbers of a case are asked for by their domain, and kinds of fact rules as what is below sts:FactRule.
    """
    text = "\n".join(query.text for query in CANNED.values())
    terms = kg.sparql(
        "SELECT ?term { VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }"
        " ?term a ?kind ; rdfs:isDefinedBy sts:ontology . FILTER(STRSTARTS(STR(?term), STR(sts:)))"
        " FILTER NOT EXISTS { ?term owl:deprecated true }"
        " FILTER NOT EXISTS { VALUES ?range { xsd:integer xsd:decimal }"
        " ?term rdfs:domain sts:PatientCase ; rdfs:range ?range }"
        " FILTER NOT EXISTS { ?term rdfs:subClassOf sts:FactRule }"
        " FILTER(!REGEX(STR(?term), '/(With|Without|Met|NotMet)[A-Z]')) } ORDER BY ?term",
        asserted=True,
    )
    assert isinstance(terms, Table)
    assert len(terms) > 100
    assert [row[0] for row in terms.curies() if row[0] not in text] == []


@each_check
def test_a_check_fires_on_its_bad_graph_and_not_on_the_near_miss(name: str) -> None:
    check = CHECKS[name]
    assert check.rows.count("\n") > 1
    assert check_rows(name, check.fires) == check.rows
    assert check_rows(name, check.silent) == "subject,message\n"


@pytest.mark.slow
@each_check
def test_a_check_fires_in_rdflib_too(name: str) -> None:
    for turtle in (CHECKS[name].fires, CHECKS[name].silent):
        answer: Any = parse(turtle).query(QUERIES[f"check/{name}"].text)
        rows = tuple(tuple(row) for row in answer)
        assert as_csv(Table(("subject", "message"), rows)) == check_rows(name, turtle)


@each_check
def test_a_check_says_what_would_be_right(name: str) -> None:
    assert QUERIES[f"check/{name}"].remedy
