"""Canned queries as files for any engine: their headers, comments, prefixes and datasets."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib.plugins.sparql.parser import parseQuery

from sts_kg import KnowledgeGraph
from sts_kg.errors import ParameterError, ParseError
from sts_kg.queries.portable import from_graphs, written

G = "FROM <http://e/g>\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?x WHERE { ?x a ?y }", f"SELECT ?x\n{G}WHERE {{ ?x a ?y }}"),
        ("SELECT ?x {?x a ?y}", f"SELECT ?x\n{G}{{?x a ?y}}"),
        ("SELECT (EXISTS { ?a ?b ?c } AS ?x)\nWHERE {}", f"SELECT (EXISTS {{ ?a ?b ?c }} AS ?x)\n{G}WHERE {{}}"),
        ("ASK { ?x a ?where }", f"ASK\n{G}{{ ?x a ?where }}"),
        ("CONSTRUCT { ?x a [] } WHERE { ?x a ?y }", f"CONSTRUCT {{ ?x a [] }}\n{G}WHERE {{ ?x a ?y }}"),
        ("CONSTRUCT WHERE { ?x a ?y }", f"CONSTRUCT\n{G}WHERE {{ ?x a ?y }}"),
        ("DESCRIBE <http://e/x>", f"DESCRIBE <http://e/x>\n{G}"),
        (
            "PREFIX where: <http://e/> SELECT ?x # {\n{ ?x a where:x }",
            f"PREFIX where: <http://e/> SELECT ?x # {{\n{G}{{ ?x a where:x }}",
        ),
    ],
)
def test_from_stands_where_the_grammar_has_it(text: str, expected: str) -> None:
    made = from_graphs(text, ["http://e/g"])
    assert made == expected
    parseQuery(made)
    assert from_graphs(text, []) == text


def test_a_file_keeps_its_header_and_declares_prefixes() -> None:
    text = "#+ summary: S\n#+ description: D\n# why\nSELECT ?x { ?x a sts:Drug ; rdfs:label ?y }\n"
    assert written(text, ["Ask me"], graphs=["http://e/g"]) == (
        "#+ summary: S\n#+ description: D\n# Written by sts-kg queries --write\n# Ask me\n"
        "PREFIX sts: <https://w3id.org/sts-kg/>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
        f"# why\nSELECT ?x\n{G}{{ ?x a sts:Drug ; rdfs:label ?y }}\n"
    )


def test_nothing_is_replaced_that_was_not_written(kg: KnowledgeGraph, tmp_path: Path) -> None:
    mine = tmp_path / "drugs" / "standard-drug.rq"
    mine.parent.mkdir()
    mine.write_text("SELECT * {}", encoding="utf-8")
    with pytest.raises(ParseError, match=r"standard-drug\.rq: was not written by sts-kg queries --write"):
        kg.write_queries(tmp_path, topic="drugs")
    assert list(tmp_path.rglob("*.rq")) == [mine]
    mine.unlink()
    assert kg.write_queries(tmp_path, topic="drugs") == kg.write_queries(tmp_path, topic="drugs")


def test_a_value_that_no_query_takes_is_said(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"drag.*no query has such a parameter.*drug"):
        kg.write_queries(tmp_path / "out", values={"drag": "ifosfamide"})
    assert not (tmp_path / "out").exists()
