"""The canned queries: golden results from the page, and the same from rdflib. The linter runs in test_check."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from rdflib import Graph
from rdflib.compare import isomorphic

from sts_kg import KnowledgeGraph, Table, parse, read
from sts_kg.guideline.data import queries_folder
from sts_kg.queries.canned import CannedQuery, read_all
from sts_kg.queries.oxigraph import run, store_of
from sts_kg.rdf.names import STS

GOLDEN = Path(__file__).parent / "golden"
QUERIES = read_all(queries_folder())
CANNED = {name: query for name, query in QUERIES.items() if query.topic not in ("check", "federated")}
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/*/parameters.yaml"))
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
}  # options of the command line


def golden_id(folder: Path) -> str:
    return folder.relative_to(GOLDEN).as_posix()


def query_of(folder: Path) -> CannedQuery:
    return CANNED[folder.parent.relative_to(GOLDEN).as_posix()]


def parameters_of(folder: Path) -> dict[str, str]:
    given = yaml.safe_load((folder / "parameters.yaml").read_text(encoding="utf-8"))
    assert isinstance(given, dict)
    return given


def as_csv(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.variables)
    writer.writerows(table.curies())
    return text.getvalue()


def same(answer: object, folder: Path) -> None:
    """Assert that an answer is the golden one: the same rows in the same order, or an isomorphic graph."""
    if isinstance(answer, Table):
        assert as_csv(answer) == (folder / "expected.csv").read_text(encoding="utf-8")
    else:
        assert isinstance(answer, Graph)
        assert isomorphic(answer, parse((folder / "expected.ttl").read_text(encoding="utf-8")))


@pytest.mark.parametrize("folder", CASES, ids=golden_id)
def test_golden(kg: KnowledgeGraph, linked: KnowledgeGraph, folder: Path) -> None:
    query = query_of(folder)
    same((linked if query.graph == "linked" else kg).query(query.id, **parameters_of(folder)), folder)


@cache
def in_memory(kg: KnowledgeGraph, graph: str) -> Graph:
    """Return what a query runs on as a plain rdflib graph."""
    if graph == "asserted":
        return kg.asserted
    of = kg.with_examples() if graph == "cases" else kg
    whole = of.asserted + of.inferred
    if graph == "linked":
        for each in kg.named_graphs("mappings", "links").values():
            whole += each
    return whole


@pytest.mark.parametrize("folder", CASES, ids=golden_id)
def test_rdflib_gives_the_same(kg: KnowledgeGraph, linked: KnowledgeGraph, folder: Path) -> None:
    query = query_of(folder)
    of = linked if query.graph == "linked" else kg
    result: Any = in_memory(of, query.graph).query(kg.bound(query.id, **parameters_of(folder)))
    if result.type == "CONSTRUCT":
        assert result.graph is not None
        same(result.graph, folder)
    else:
        assert result.vars is not None
        rows = tuple(tuple(row) for row in result)
        same(Table(tuple(map(str, result.vars)), rows), folder)


def test_every_query_has_a_golden_result_and_every_golden_a_query() -> None:
    assert {folder.parent.relative_to(GOLDEN).as_posix() for folder in CASES} == set(CANNED)


def test_every_parameter_is_varied() -> None:
    for name, query in CANNED.items():
        for parameter in query.parameters:
            values = {parameters_of(folder).get(parameter.name) for folder in CASES if query_of(folder).id == name}
            assert len(values) > 1, f"{name}: only {values} for {parameter.name}"


def test_there_are_at_least_thirty_queries_in_seven_topics() -> None:
    assert len(CANNED) >= 30
    topics = {"conditions", "drugs", "links", "modalities", "pathway", "provenance", "wording"}
    assert {query.topic for query in CANNED.values()} == topics


def test_no_parameter_is_called_like_an_option_of_the_command_line() -> None:
    assert not {p.name for query in CANNED.values() for p in query.parameters} & RESERVED


@pytest.mark.parametrize("name", [name for name, query in CANNED.items() if query.empty_because])
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
    """House rule, section 7: what no query asks for need not be there."""
    text = "\n".join(query.text for query in CANNED.values())
    terms = kg.sparql(
        "SELECT ?term { VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }"
        " ?term a ?kind ; rdfs:isDefinedBy sts:ontology . FILTER(STRSTARTS(STR(?term), STR(sts:)))"
        " FILTER NOT EXISTS { ?term owl:deprecated true }"
        " FILTER(!REGEX(STR(?term), '/(With|Without|Met|NotMet)[A-Z]')) } ORDER BY ?term",
        asserted=True,
    )
    assert isinstance(terms, Table)
    assert len(terms) > 100
    assert [row[0] for row in terms.curies() if row[0] not in text] == []


CHECKS = [name.removeprefix("check/") for name, query in QUERIES.items() if query.topic == "check"]


def check_rows(name: str, graph: Graph) -> str:
    answer = run(store_of(graph), QUERIES[f"check/{name}"].text, name=name)
    assert isinstance(answer, Table)
    return as_csv(answer)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_fires_on_its_bad_graph_and_not_on_the_near_miss(name: str) -> None:
    folder = GOLDEN / "check" / name
    expected = (folder / "expected.csv").read_text(encoding="utf-8")
    assert expected.count("\n") > 1
    assert check_rows(name, read(folder / "fires.ttl")) == expected
    assert check_rows(name, read(folder / "silent.ttl")) == "subject,message\n"


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_fires_in_rdflib_too(name: str) -> None:
    folder = GOLDEN / "check" / name
    for file in ("fires.ttl", "silent.ttl"):
        graph = read(folder / file)
        answer: Any = graph.query(QUERIES[f"check/{name}"].text)
        rows = tuple(tuple(row) for row in answer)
        assert as_csv(Table(("subject", "message"), rows)) == check_rows(name, graph)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_would_be_right(name: str) -> None:
    assert QUERIES[f"check/{name}"].remedy


def test_every_check_has_its_graphs() -> None:
    assert sorted(path.name for path in (GOLDEN / "check").iterdir()) == sorted(CHECKS)
