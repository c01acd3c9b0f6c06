"""The W3C OWL 2 test cases of profile RL, and what decides those that the rules cannot derive."""

from __future__ import annotations

import json
import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import OWL, RDF
from rdflib.term import Node

from sts_kg.closure.closure import Closure, closure_of
from sts_kg.rdf.graphs import read

Triple = tuple[Node, Node, Node]

FOLDER = Path(os.environ.get("STS_KG_TESTDATA") or Path(__file__).parents[3] / "shared" / "testdata") / "owl2-rl-w3c"
FAILURES: dict[str, str] = tomllib.loads((Path(__file__).parent / "w3c_failures.toml").read_text())
if not FOLDER.exists():
    pytest.skip("the W3C cases are not there: set STS_KG_TESTDATA to the test data folder", allow_module_level=True)
CHECKS = [json.loads(line) for line in (FOLDER / "manifest.jsonl").read_text().splitlines()]
UNDERIVABLE = json.loads((FOLDER / "underivable.json").read_text())["not_derivable"]


def name(check: dict[str, Any]) -> str:
    return f"{check['id']}/{check['kind']}"


@cache
def premise(id_: str) -> Graph:
    check = next(each for each in CHECKS if each["id"] == id_)
    return read(FOLDER / check["premise"], *(FOLDER / each["file"] for each in check["imports"]))


@cache
def closed(id_: str) -> Closure:
    return closure_of(premise(id_), axioms="all")


def holds(conclusion: Graph, graph: Graph) -> bool:
    """Return whether all of a conclusion is in a graph, its blank nodes standing for any terms."""
    headers = set(conclusion.triples((None, RDF.type, OWL.Ontology)))
    return _match([triple for triple in conclusion if triple not in headers], {}, graph)


def _match(patterns: list[Triple], binding: dict[Node, Node], graph: Graph) -> bool:
    if not patterns:
        return True
    bound = [tuple(binding.get(term, term) for term in pattern) for pattern in patterns]
    asked = [
        tuple(None if isinstance(term, BNode) and term not in binding.values() else term for term in each)
        for each in bound
    ]
    at = min(range(len(asked)), key=lambda i: asked[i].count(None))
    rest = patterns[:at] + patterns[at + 1 :]
    for found in graph.triples(asked[at]):  # type: ignore[arg-type] # three terms
        more = {p: f for p, a, f in zip(bound[at], asked[at], found, strict=True) if a is None}
        if all(
            more.get(p, f) == f for p, a, f in zip(bound[at], asked[at], found, strict=True) if a is None
        ) and _match(rest, binding | more, graph):
            return True
    return False


def passes(check: dict[str, Any]) -> bool:
    answer, kind = closed(check["id"]), str(check["kind"])
    match kind:
        case "Consistency":
            return not answer.inconsistencies
        case "Inconsistency":
            return bool(answer.inconsistencies)
        case _:
            conclusion = read(FOLDER / check["conclusion"])
            return holds(conclusion, answer.graph) == (kind == "PositiveEntailment")


def test_the_checks_are_ninety_eight_and_the_failures_amongst_them() -> None:
    assert len(CHECKS) == 98
    assert set(FAILURES) <= set(map(name, CHECKS))
    assert {name(each) for each in UNDERIVABLE} <= set(FAILURES)


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_a_check_passes_unless_no_rule_derives_it(check: dict[str, Any]) -> None:
    assert passes(check) == (name(check) not in FAILURES)


@pytest.mark.parametrize(
    ("case", "test"),
    [
        pytest.param(each, test, id=f"{each['id']}-{i}")
        for each in UNDERIVABLE
        for i, test in enumerate(each.get("tests", ()))
    ],
)
def test_what_no_rule_derives_is_decided_by_an_addition(case: dict[str, Any], test: dict[str, Any]) -> None:
    more = Graph()
    for s, p, o in test["add"]:
        more.add((URIRef(s), URIRef(p), URIRef(o)))
    before = closed(case["id"])
    after = closure_of([premise(case["id"]), more], axioms="all")
    assert before.inconsistencies == ()
    if "expect_triple" in test:
        s, p, o = map(URIRef, test["expect_triple"])
        assert (s, p, o) in after
        assert (s, p, o) not in before
    else:
        assert test["expect"] == "inconsistent"
        assert after.n_inconsistencies > 0


def test_blank_nodes_of_a_conclusion_are_variables() -> None:
    a, b, c = map(URIRef, ("http://example.org/a", "http://example.org/b", "http://example.org/c"))
    x, y = BNode("x"), BNode("y")
    graph = Graph().add((a, b, c)).add((c, b, BNode("z")))
    assert holds(Graph().add((a, b, x)).add((x, b, y)), graph)
    assert not holds(Graph().add((a, b, x)).add((y, b, a)), graph)
    assert not holds(Graph().add((x, b, x)), graph)
