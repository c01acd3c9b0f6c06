"""The invented guideline beside the shipped one: queries ask both, cases are answered by one, no name collides."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import guidelines_oracle as oracle
import pytest
from humbrels import BASE, FOLDER, GOLDEN, expected, name_of
from rdflib import URIRef

from sts_kg import KnowledgeGraph, ParseError, UnknownNameError, read
from sts_kg.errors import CaseError, ParameterError
from sts_kg.guideline.data import ontology_folder, queries_folder
from sts_kg.queries import CannedQuery, read_all
from sts_kg.rdf import STS, compress
from sts_kg.tables import Table


def asked(kg: KnowledgeGraph, name: str, **parameters: Any) -> list[tuple[str, ...]]:
    table = kg.query(name, **parameters)
    assert isinstance(table, Table)
    return [tuple(row) for row in table.curies()]


# --- the graph


def test_it_has_the_triples_of_both(kg: KnowledgeGraph, hush: KnowledgeGraph, joint: KnowledgeGraph) -> None:
    assert [each.prefix for each in joint.guidelines] == ["gh", "sts"]
    assert joint.guideline.base == BASE
    assert {*joint.asserted} >= {triple for triple in kg.asserted if not _has_blank(triple)}
    assert {*joint.asserted} >= {triple for triple in hush.asserted if not _has_blank(triple)}
    shared = {*kg.guideline.modules["vocabulary"]} | {*kg.guideline.modules["codes"]}
    assert len(joint.asserted) == len(kg.asserted) + len(hush.asserted) - len(shared)
    assert [line[:9] for line in joint.footer.splitlines()] == ["Invented:", "Not medic"]


def _has_blank(triple: tuple[Any, ...]) -> bool:
    return not all(isinstance(term, URIRef) for term in (triple[0], triple[1]))


def test_nothing_is_said_of_the_terms_of_the_other(joint: KnowledgeGraph) -> None:
    """No triple leads from a term of one guideline to one of the other, but to what both share."""
    gh, sts = (joint.guidelines[0].modules, joint.guidelines[1].modules)
    shared = {*map(str, gh["vocabulary"].subjects()), *map(str, gh["codes"].subjects()), str(STS.ontology)}
    for name, graph in gh.items():
        if name in ("vocabulary", "codes"):
            continue
        strange = {
            str(term)
            for triple in graph
            for term in triple
            if str(term).startswith(str(STS)) and str(term) not in shared and "/ontology/" not in str(term)
        }
        assert strange == set(), name
    assert not [term for graph in sts.values() for triple in graph for term in triple if str(term).startswith(BASE)]


def test_the_shipped_guideline_can_be_added_to_the_other(hush: KnowledgeGraph, kg: KnowledgeGraph) -> None:
    both = hush.with_guideline(ontology_folder())
    assert [each.prefix for each in both.guidelines] == ["sts", "gh"]
    case = {"case": "p", "findings": {"stage4-sts": "yes", "unresectable": "yes"}}
    assert [(a.label, a.status) for a in both.options(case)] == [(a.label, a.status) for a in kg.options(case)]


def test_the_same_guideline_takes_the_place_of_itself(joint: KnowledgeGraph) -> None:
    assert [each.prefix for each in joint.with_guideline(FOLDER).guidelines] == ["gh", "sts"]


def test_another_guideline_with_the_same_prefix_is_an_error(joint: KnowledgeGraph, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "other")
    for path in (tmp_path / "other").glob("*.ttl"):
        text = path.read_text(encoding="utf-8").replace("https://example.org/grey-hush/", "https://example.org/other/")
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ParseError, match="a guideline needs a prefix and a namespace of its own"):
        joint.with_guideline(tmp_path / "other")


# --- canned queries

TOPICS = ("conditions", "drugs", "modalities", "pathway", "provenance", "wording")


def without_cases_and_names() -> list[CannedQuery]:
    """Return the canned queries about the guidelines that need no value of a guideline."""
    return [
        query
        for query in read_all(queries_folder()).values()
        if query.topic in TOPICS and query.form == "select" and not query.parameters and query.graph != "cases"
    ]


@pytest.mark.parametrize("query", without_cases_and_names(), ids=lambda query: query.id)
def test_queries_find_what_each_guideline_says(
    kg: KnowledgeGraph, hush: KnowledgeGraph, joint: KnowledgeGraph, query: CannedQuery
) -> None:
    one, other = ({*asked(each, query.id)} for each in (kg, hush))
    assert {*asked(joint, query.id)} == one | other


#: What names a term of grey hush, and what the first column has.
EXPECTED: dict[str, tuple[str, dict[str, str], list[tuple[str, ...]]]] = {
    "statements-of-segment": (
        "provenance/statements-of-segment",
        {"segment": "gh:S16"},
        [("gh:order-S16",), ("gh:transition-S16",)],
    ),
    "decisions-of-option": (
        "provenance/decisions-of-option",
        {"option": "quenderin"},
        [("gh:D01",), ("gh:D02",), ("gh:D03",), ("gh:D04",), ("gh:D06",), ("gh:D08",)],
    ),
    "segments-of-option": (
        "provenance/segments-of-option",
        {"option": "quenderin"},
        [("gh:H0",), ("gh:S02",), ("gh:S12",)],
    ),
    "condition-of-option": (
        "conditions/condition-of-option",
        {"option": "song-bath"},
        [
            ("gh:finding-cool-body",),
            ("gh:finding-grey-hush",),
            ("gh:finding-many-spots",),
            ("gh:finding-prior-draught",),
        ],
    ),
    "options-with-finding": (
        "conditions/options-with-finding",
        {"finding": "cool-body"},
        [("gh:option-lumivane-with-ossamoss",), ("gh:option-song-bath",)],
    ),
    "options-by-modality": (
        "modalities/options-by-modality",
        {"modality": "hush-treatment"},
        [
            ("gh:option-draughts",),
            ("gh:option-lumivane-alone",),
            ("gh:option-lumivane-with-ossamoss",),
            ("gh:option-quenderin",),
            ("gh:option-song-bath",),
            ("gh:option-surgery",),
            ("gh:option-tarrowleaf",),
            ("gh:option-tuft-binding",),
        ],
    ),
    "options-with-drug": (
        "drugs/options-with-drug",
        {"drug": "Hushaway"},
        [("gh:option-lumivane-alone",), ("gh:option-lumivane-with-ossamoss",)],
    ),
    "options-by-strength": (
        "wording/options-by-strength",
        {"strength": "may-be-tried"},
        [("gh:option-quenderin",), ("gh:option-song-bath",)],
    ),
    "neighbours-of-option": (
        "pathway/neighbours-of-option",
        {"option": "tarrowleaf"},
        [("sts:follows",), ("sts:precedes",)],
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_query_about_a_term(joint: KnowledgeGraph, name: str) -> None:
    query, values, wanted = EXPECTED[name]
    assert sorted({row[:1] for row in asked(joint, query, **values)}) == wanted


# --- names that both have


@pytest.mark.parametrize(
    ("query", "parameter", "name", "terms"),
    [
        ("conditions/options-with-finding", "finding", "unresectable", "finding-unresectable"),
        ("conditions/options-with-finding", "finding", "finding-unresectable", "finding-unresectable"),
        ("modalities/options-by-modality", "modality", "surgery", "modality-surgery"),
        ("modalities/options-by-modality", "modality", "modality-surgery", "modality-surgery"),
        ("conditions/condition-of-option", "option", "surgery", "option-surgery"),
        ("conditions/condition-of-option", "option", "option-surgery", "option-surgery"),
        ("provenance/statements-of-segment", "segment", "S14", "S14"),
    ],
)
def test_a_name_that_both_have_names_both_and_a_curie_chooses(
    joint: KnowledgeGraph, kg: KnowledgeGraph, hush: KnowledgeGraph, query: str, parameter: str, name: str, terms: str
) -> None:
    with pytest.raises(ParameterError, match=f"there is no single .*; did you mean gh:{terms} or sts:{terms}") as error:
        asked(joint, query, **{parameter: name})
    assert name in str(error.value)
    for prefix, alone in (("gh", hush), ("sts", kg)):
        assert asked(joint, query, **{parameter: f"{prefix}:{terms}"}) == asked(alone, query, **{parameter: name})


def test_labels_that_both_have(joint: KnowledgeGraph) -> None:
    table = joint.query('SELECT ?o { ?o a sts:TreatmentOption ; rdfs:label "surgery"@en }')
    assert isinstance(table, Table)
    assert sorted(compress(str(row[0])) for row in table.rows) == ["gh:option-surgery", "sts:option-surgery"]


def test_segments_are_those_of_the_guideline_that_answers_unless_a_curie_says_otherwise(joint: KnowledgeGraph) -> None:
    assert joint.sources("S12")[0].gist.startswith("quenderin can be tried")
    assert joint.sources("gh:S12")[0].gist.startswith("quenderin can be tried")
    assert joint.sources("sts:S12")[0].gist.startswith("targeted therapy is a possible offer")


def test_an_option_of_the_other_guideline_is_not_answered(joint: KnowledgeGraph) -> None:
    case = {"case": "h", "findings": {"grey-hush": "yes"}}
    with pytest.raises(UnknownNameError, match="there is no option 'pazopanib'"):
        joint.explain(case, "pazopanib")
    with pytest.raises(UnknownNameError, match="there is no option 'sts:option-surgery'"):
        joint.explain(case, "sts:option-surgery")
    assert joint.explain(case, "surgery").answer.option == URIRef(f"{BASE}option-surgery")


# --- cases

CASE = {
    "case": "h1",
    "as_of": "2026-05-01",
    "findings": {"grey-hush": "yes", "unresectable": "yes"},
    "courses": [{"therapies": ["lumivane"], "start": "2025-09", "end": "2025-11", "outcome": "brought-no-change"}],
    "spot_count": "9",
    "declines": ["surgery"],
}


@pytest.fixture(scope="module")
def with_case(joint: KnowledgeGraph) -> KnowledgeGraph:
    return joint.with_cases([CASE])


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_cases_beside_the_shipped_guideline(joint: KnowledgeGraph, name: str) -> None:
    case = {key: value for key, value in GOLDEN[name].items() if key != "expected"}
    assert {name_of(answer.option): answer.status for answer in joint.options(case)} == expected(GOLDEN[name])


def test_queries_about_a_case_speak_of_its_guideline(with_case: KnowledgeGraph) -> None:
    facts = oracle.facts_of(CASE)
    assert facts is not None
    wanted = {f"gh:option-{option}": status for option, status in oracle.statuses(facts).items()}
    rows = asked(with_case, "conditions/options-of-case", case="h1")
    assert {option: status for status, option, *_ in rows} == wanted
    assert Counter(wanted.values()) == Counter(row[0] for row in rows)


@pytest.mark.parametrize(
    "query", ["facts-of-case", "missing-facts", "questions-of-case", "near-misses", "firm-answers", "marks-of-case"]
)
def test_no_query_about_a_case_asks_for_the_other_guideline(with_case: KnowledgeGraph, query: str) -> None:
    rows = asked(with_case, f"conditions/{query}", case="h1")
    assert rows
    found = {cell for row in rows for cell in row if cell.startswith(("sts:finding-", "sts:option-"))}
    assert found == set()


def test_readings_of_a_case(with_case: KnowledgeGraph) -> None:
    rows = asked(with_case, "conditions/readings-of-case", case="h1")
    assert {(row[0], row[2], row[4], row[5]) for row in rows} == {
        ("gh:option-tarrowleaf", "met", "gh:reading-D02-every-draught", "undetermined"),
        ("gh:option-tuft-binding", "undetermined", "gh:reading-D10-frequency-only", "met"),
    }


def test_a_proof_leads_to_the_sentence(with_case: KnowledgeGraph) -> None:
    proof = str(with_case.proof("case:h1 sts:hasOption gh:option-tarrowleaf ."))
    assert "asserted in https://example.org/grey-hush/ontology/conditions, after S11" in proof


def test_a_query_without_a_case_is_about_one_of_the_guideline(joint: KnowledgeGraph, tmp_path: Path) -> None:
    """The defaults of the canned queries are cases of the shipped guideline."""
    first = str(joint.with_examples().cases[0].iri)
    for name, query in joint.canned.items():
        about = [each for each in query.parameters if each.required and each.entity_class == STS.PatientCase]
        if about:
            assert first in joint.bound(name), name
    table = joint.query("conditions/facts-of-case")
    assert table == joint.query("conditions/facts-of-case", case="after-lumivane")
    assert len(joint.write_queries(tmp_path / "queries")) == 123


def test_an_example_of_the_shipped_guideline_is_no_case_of_this_one(joint: KnowledgeGraph) -> None:
    with pytest.raises(CaseError, match="example:b"):
        joint.options("example:b")


# --- what leaves the graph


def test_the_export_has_both(joint: KnowledgeGraph, tmp_path: Any) -> None:
    joint.export(tmp_path / "both.ttl", kinds=("asserted",))
    written = read(tmp_path / "both.ttl")
    assert (URIRef(f"{BASE}option-quenderin"), None, None) in written
    assert (STS["option-pazopanib"], None, None) in written
    assert {str(p) for p, _ in written.namespaces()} >= {"gh", "sts"}
