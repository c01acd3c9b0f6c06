"""The ontology by its modules: complete, labelled, the same at every load; its cache; and the modular closure."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from sts_kg import InconsistentError, KnowledgeGraph, ParseError, closure_of
from sts_kg.cases import files as casefile
from sts_kg.cases.facts import facts_of
from sts_kg.cases.session import Session
from sts_kg.guideline import CASE_MODULES, Guideline
from sts_kg.guideline.data import ontology_folder
from sts_kg.rdf.names import BASE, STS

FOLDER = ontology_folder()
ENDS_OF_OTHERS = {"SBRT", "Canada", "SHA-256", "URI"}  # words that no rule makes small


def terms(graph: Graph) -> set[URIRef]:
    """Return the terms of ours that a graph is about: without cases, versions and the modules themselves."""
    own = re.compile(f"{re.escape(BASE)}(?!ontology$)[^/]+")
    return {term for term in graph.subjects() if isinstance(term, URIRef) and own.fullmatch(term)}


# --- what is in it


def test_the_modules_are_those_that_the_header_imports(kg: KnowledgeGraph) -> None:
    assert list(kg.guideline.modules) == [
        *("sts", "codes", "conditions", "decisions", "findings", "not-met"),
        *("readings", "recommendations", "schemes", "source", "treatments", "vocabulary"),
    ]


def test_every_file_but_shapes_is_imported(kg: KnowledgeGraph) -> None:
    """Shapes are constraints, not axioms; the header does not import itself."""
    assert {path.stem for path in FOLDER.glob("*.ttl")} - {"shapes"} == set(kg.guideline.modules)


def test_the_asserted_graph_is_the_modules_and_nothing_else(kg: KnowledgeGraph) -> None:
    of_modules = [triple for graph in kg.guideline.modules.values() for triple in graph]
    assert set(kg.asserted) == set(of_modules)
    assert len(kg.asserted) == len(of_modules), "a triple stands in two modules"


def test_one_ontology_has_the_imports(kg: KnowledgeGraph) -> None:
    assert set(kg.asserted.subjects(OWL.imports)) == {STS.ontology}
    assert kg.guideline.header(OWL.versionInfo) == "0.1.0"
    assert kg.guideline.header(STS.disclaimer).startswith("Not medical advice: ")
    assert kg.guideline.header(STS.nothing) == ""


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("Sentence", 33),
        ("Heading", 6),
        ("Finding", 22),
        ("Decision", 47),
        ("ConditionPart", 45),
        ("Recommendation", 18),
        ("Brand", 6),
    ],
)
def test_counts(kg: KnowledgeGraph, kind: str, count: int) -> None:
    assert len(set(kg.asserted.subjects(RDF.type, STS[kind]))) == count


def test_eighteen_options_four_of_them_umbrellas(kg: KnowledgeGraph) -> None:
    options = set(kg.asserted.subjects(RDF.type, STS.TreatmentOption))
    umbrellas = set(kg.asserted.subjects(RDF.type, STS.UmbrellaOption))
    assert (len(options | umbrellas), len(umbrellas)) == (18, 4)
    assert set(kg.guideline.conditions) == options | umbrellas


def test_every_term_has_one_english_label(kg: KnowledgeGraph) -> None:
    found = terms(kg.asserted)
    assert len(found) == 634
    for term in found:
        labels = list(kg.asserted.objects(term, RDFS.label))
        assert [isinstance(one, Literal) and one.language == "en" and bool(str(one)) for one in labels] == [True], term


def test_every_term_has_a_definition_or_a_segment_its_gist(kg: KnowledgeGraph) -> None:
    for term in terms(kg.asserted):
        predicate = STS.gist if kg.asserted.value(term, STS.gist) else SKOS.definition
        found = list(kg.asserted.objects(term, predicate))
        assert [isinstance(one, Literal) and one.language == "en" for one in found] == [True], term


def test_labels_are_in_lower_case_but_for_names(kg: KnowledgeGraph) -> None:
    for term in terms(kg.asserted):
        for word in re.findall(r"[\w-]+", kg.guideline.labels[term]):
            segment = re.fullmatch(r"[SHD]\d+[a-z]?", word)
            brand = (term, RDF.type, STS.Brand) in kg.asserted
            assert word == word.lower() or word in ENDS_OF_OTHERS or segment or brand, (term, word)


# --- the same at every load


def test_two_loads_give_equal_graphs(kg: KnowledgeGraph) -> None:
    again = Guideline()
    assert set(again.asserted) == set(kg.asserted)
    assert any(isinstance(node, BNode) for node in again.asserted.subjects())


def test_two_processes_give_equal_graphs(kg: KnowledgeGraph) -> None:
    """What the cache rests on: a graph in memory comes in the order of its hashes, which differ."""
    script = "from sts_kg.guideline import Guideline; print(*sorted(' '.join(t.n3() for t in s) for s in Guideline().asserted), sep='\\n')"  # noqa: E501
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, encoding="utf-8")
    assert run.stdout.splitlines() == sorted(" ".join(term.n3() for term in triple) for triple in kg.asserted)


def test_blank_nodes_are_named_by_module_and_number(kg: KnowledgeGraph) -> None:
    names = Counter(
        re.sub(r"\d+$", "", node)
        for node in {node for triple in kg.asserted for node in triple}
        if isinstance(node, BNode)
    )
    assert set(names) == {"conditions", "notmet", "source", "vocabulary"}
    assert names["source"] == 39  # a selector for each segment


# --- the closure


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with the modules there must be, and hardly anything in them."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    imports = ", ".join(f"<{BASE}ontology/{name}>" for name in CASE_MODULES)
    (folder / "sts.ttl").write_text(f"<{BASE}ontology> <{OWL.imports}> {imports} .", encoding="utf-8")
    for name in CASE_MODULES:
        (folder / f"{name}.ttl").write_text("", encoding="utf-8")
    prefixes = f"@prefix sts: <{BASE}> . @prefix rdfs: <{RDFS}> . @prefix owl: <{OWL}> .\n"
    text = (
        'sts:A rdfs:subClassOf sts:B ; rdfs:label "a\\u00e9 \\"x\\""@en . sts:B rdfs:subClassOf sts:C .\n'
        "sts:D owl:equivalentClass [ a owl:Restriction ; owl:onProperty sts:p ; owl:hasValue 1 ] . sts:d a sts:D ."
    )
    (folder / "vocabulary.ttl").write_text(prefixes + text, encoding="utf-8")
    return folder


def test_the_closure_of_a_tiny_ontology(tiny: Path) -> None:
    closed = Guideline(tiny).closure
    assert (STS.A, RDFS.subClassOf, STS.C) in closed
    assert (STS.d, STS.p, Literal(1)) in closed
    assert (STS.d, STS.p, Literal(2)) not in closed


def test_a_contradictory_ontology_is_refused(tiny: Path) -> None:
    text = f"<{BASE}A> <{OWL.disjointWith}> <{BASE}B> . <{BASE}x> a <{BASE}A> , <{BASE}B> ."
    (tiny / "findings.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(InconsistentError, match="the disjoint classes sts:A and sts:B share sts:x"):
        _ = Guideline(tiny).closure


# --- cases


COURSES = """\
case: n
findings: {stage4-sts: yes}
declines: [surgery]
courses:
  - {therapies: [radiation-therapy], end: 2025-01-15, growth: 2025-06}
  - {therapies: [pazopanib, surgery], start: 2024, outcome: stopped-for-side-effects}
---
case: o
history_complete: yes
courses: [{therapies: [sbrt], end: 2020-01-15, no_growth_until: 2022}]
---
case: p
courses: [{therapies: [other-chemotherapy-drug]}]
---
case: q
findings: {doxorubicin-did-not-work: yes}
declines: [cancer-treatment]
growth: 2025-06
no_growth: [{from: 2024, until: 2024-06}]
courses:
  - {therapies: [surgery], end: 2023, purpose: symptom-relief, site: lungs}
  - {therapies: [doxorubicin], start: 2024, ongoing: yes}
  - {therapies: [sbrt], end: 2010, for: another-cancer}
"""


def test_cases_added_to_the_closed_ontology_give_what_closing_all_anew_gives(kg: KnowledgeGraph) -> None:
    ontology = kg.guideline
    files = sorted((FOLDER / "examples").glob("?.yaml"))
    cases = [case for path in files for case in casefile.read(path, ontology.vocabulary)]
    assert [case.id for case in cases] == list("abcdefghijklm")
    cases += casefile.parse(COURSES, ontology.vocabulary)
    given = facts_of(cases, ontology.vocabulary)
    before = ontology.closure.counts
    extended, anew = Session(ontology, tuple(cases)).closed, closure_of(ontology.asserted + given, axioms="none")
    assert extended.inconsistencies == anew.inconsistencies == ()
    # which copy of a restriction stands for the others depends on the order of the terms
    assert {*extended.inferred, *extended.repeated} == {*anew.inferred, *anew.repeated}
    assert set(extended.asserted) == set(anew.asserted)
    assert extended.counts[1] > before[1] + 300
    assert ontology.closure.counts == before


# --- what cannot be loaded


@pytest.mark.parametrize("name", ["findings", "source"])
def test_a_missing_module_is_named(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "ontology")
    (folder / f"{name}.ttl").unlink()
    with pytest.raises(ParseError) as caught:
        Guideline(folder)
    assert str(caught.value) == f"{folder / name}.ttl: cannot be read: No such file or directory"


def test_a_folder_has_one_header(tiny: Path) -> None:
    (tiny / "other.ttl").write_text((tiny / "sts.ttl").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ParseError, match=r"tiny: has 2 Turtle files with owl:imports; one is expected, the header"):
        Guideline(tiny)


def test_a_module_that_cases_need_and_the_header_does_not_import_is_named(tiny: Path) -> None:
    path = tiny / "sts.ttl"
    text = path.read_text(encoding="utf-8").replace(f", <{BASE}ontology/treatments>", "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParseError, match=r"sts\.ttl: does not import treatments$"):
        Guideline(tiny)


def test_a_module_that_is_no_turtle_is_named_with_the_line(tiny: Path) -> None:
    (tiny / "findings.ttl").write_text("<a> <b> <c> .\n<a> <b>", encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        Guideline(tiny)
    assert (caught.value.path, caught.value.line) == (tiny / "findings.ttl", 2)


def test_a_condition_that_is_none_is_named_with_its_file(tiny: Path) -> None:
    text = (
        f"@prefix sts: <{BASE}> . @prefix rdfs: <{RDFS}> . @prefix owl: <{OWL}> .\nsts:Odd rdfs:subClassOf sts:Met .\n"
        "sts:Met rdfs:subClassOf [ owl:onProperty sts:hasOption ; owl:hasValue sts:option-x ] ."
    )
    (tiny / "conditions.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        _ = Guideline(tiny).conditions
    assert caught.value.path == tiny / "conditions.ttl"
    assert (
        caught.value.reason == f"{BASE}Odd is not a With or Without class, nor an intersection or union of conditions"
    )
