"""What a second guideline meets: readings, mappings and links, endpoints, and exports of a closed graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sts_kg import KnowledgeGraph, Table
from sts_kg.cli import app

HUSH = ("--guideline", "example:grey-hush")
HEAD = """\
#mapping_set_id: https://example.org/grey-hush/mappings/mine
#license: https://creativecommons.org/publicdomain/zero/1.0/
#curie_map:
#  gh: https://example.org/grey-hush/
#  CHEBI: http://purl.obolibrary.org/obo/CHEBI_
#  skos: http://www.w3.org/2004/02/skos/core#
#  semapv: https://w3id.org/semapv/vocab/
subject_id\tpredicate_id\tobject_id\tmapping_justification
"""
GLOW = """\
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://example.org/glow> a owl:Ontology .
obo:CHEBI_99999 a owl:Class ; rdfs:label "lumivane" ; rdfs:subClassOf obo:CHEBI_1 .
obo:CHEBI_1 a owl:Class ; rdfs:label "glow" .
"""


def invoke(*words: str | Path, code: int = 0) -> Result:
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="sts-kg")
    assert done.exit_code == code, done.output
    return done


def mapped(folder: Path, subject: str = "gh:lumivane") -> Path:
    path = folder / "mine.sssom.tsv"
    path.write_text(f"{HEAD}{subject}\tskos:exactMatch\tCHEBI:99999\tsemapv:ManualMappingCuration\n", encoding="utf-8")
    return path


def rows(kg: KnowledgeGraph, name: str, **parameters: Any) -> list[tuple[str, ...]]:
    table = kg.query(name, **parameters)
    assert isinstance(table, Table)
    return [tuple(row) for row in table.curies()]


# --- readings


def test_firm_answers_count_the_readings_of_the_guideline_that_answers(
    hush: KnowledgeGraph, joint: KnowledgeGraph
) -> None:
    found = rows(joint.with_examples(), "conditions/firm-answers")
    assert {row[-1] for row in found} == {"9"}
    assert found == rows(hush.with_examples(), "conditions/firm-answers")


def test_by_a_reading_queries_still_ask_about_a_case_that_is_there(joint: KnowledgeGraph) -> None:
    name = "conditions/options-of-case"
    before, by = (rows(each, name) for each in (joint.with_examples(), joint.with_examples().under("D02")))
    assert len(before) == len(by) == 10
    assert all(option.startswith("gh:") for _, option, *_ in by)


# --- mappings and links


def test_a_drug_of_the_guideline_goes_by_a_code_of_ones_own(joint: KnowledgeGraph, tmp_path: Path) -> None:
    mine = joint.with_mappings(mapped(tmp_path))
    options = rows(mine, "drugs/options-with-drug", drug="CHEBI:99999")
    assert {option for option, *_ in options} == {"gh:option-lumivane-alone", "gh:option-lumivane-with-ossamoss"}
    codes = mine.codes(["CHEBI:99999", "CHEBI:28748"])
    assert [str(term).rpartition("/")[2] for term in codes.column("term")] == ["lumivane", "doxorubicin"]


def test_a_mapping_of_the_guideline_holds_where_an_ontology_has_the_term(joint: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "glow.ttl").write_text(GLOW, encoding="utf-8")
    mine = joint.with_mappings(mapped(tmp_path))
    report = mine.link(tmp_path / "glow.ttl")
    assert "mappings: 1 found" in str(report)
    ask = "ASK { gh:lumivane skos:exactMatch/rdfs:subClassOf/rdfs:label ?glow FILTER(STR(?glow) = 'glow') }"
    assert mine.sparql(ask) is True


def test_mappings_are_checked_by_the_terms_of_the_guideline(tmp_path: Path) -> None:
    assert invoke("mappings", "validate", *HUSH, mapped(tmp_path)).stdout == ""
    told = invoke("mappings", "validate", *HUSH, mapped(tmp_path, "gh:lumivanes"), code=1).stdout
    assert "error: gh:lumivanes is not a term of the ontology; did you mean gh:lumivane " in told


# --- what it cannot meet


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("query", "drugs/standard-drug", "--endpoint", "http://localhost:1/"), "and --endpoint exclude each other"),
        (("sparql", "ASK { }", "--endpoint", "http://localhost:1/"), "and --endpoint exclude each other"),
        (("query", "drugs/standard-drug", "--store", "db"), "and --store exclude each other"),
        (("prove", "sts:a a sts:b", "data.ttl"), "goes with the shipped ontology, not with FILE"),
    ],
)
def test_a_guideline_is_not_dropped_in_silence(words: tuple[str, ...], reason: str) -> None:
    assert f"Error: --guideline {reason}\n" in invoke(*words, *HUSH, code=2).stderr


# --- exports


def test_an_export_closes_nothing_again(kg: KnowledgeGraph, tmp_path: Path) -> None:
    one = kg.with_cases({"case": "p", "findings": {"stage4-sts": "yes"}})
    one.export(tmp_path / "one.ttl", inferred=True)
    assert "closed" in vars(one.session)
