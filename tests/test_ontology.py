"""The ontology by its modules: complete, labelled, the same at every load; its cache; and the modular closure."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from sts_kg import InconsistentError, KnowledgeGraph, ParseError, casefile, closure_of
from sts_kg import ontology as module
from sts_kg.case import facts
from sts_kg.closure import Closure
from sts_kg.files import ontology_folder
from sts_kg.names import BASE, STS
from sts_kg.ontology import CASE_MODULES, Ontology

FOLDER = ontology_folder()
ENDS_OF_OTHERS = {"SBRT", "Canada", "SHA-256", "URI"}  # words that no rule makes small


def terms(graph: Graph) -> set[URIRef]:
    """Return the terms of ours that a graph is about: without cases, versions and the modules themselves."""
    own = re.compile(f"{re.escape(BASE)}(?!ontology$)[^/]+")
    return {term for term in graph.subjects() if isinstance(term, URIRef) and own.fullmatch(term)}


# --- what is in it


def test_the_modules_are_those_that_the_header_imports(kg: KnowledgeGraph) -> None:
    assert list(kg.ontology.modules) == [
        *("sts", "conditions", "decisions", "findings", "not-met"),
        *("recommendations", "schemes", "source", "treatments", "vocabulary"),
    ]


def test_every_file_but_shapes_is_imported(kg: KnowledgeGraph) -> None:
    """Shapes are constraints, not axioms; the header does not import itself."""
    assert {path.stem for path in FOLDER.glob("*.ttl")} - {"shapes"} == set(kg.ontology.modules)


def test_the_asserted_graph_is_the_modules_and_nothing_else(kg: KnowledgeGraph) -> None:
    of_modules = [triple for graph in kg.ontology.modules.values() for triple in graph]
    assert set(kg.asserted) == set(of_modules)
    assert len(kg.asserted) == len(of_modules), "a triple stands in two modules"


def test_one_ontology_has_the_imports(kg: KnowledgeGraph) -> None:
    assert set(kg.asserted.subjects(OWL.imports)) == {STS.ontology}
    assert kg.ontology.header(OWL.versionInfo) == "0.1.0"
    assert kg.ontology.header(STS.disclaimer).startswith("Not medical advice: ")
    assert kg.ontology.header(STS.nothing) == ""


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("Sentence", 33),
        ("Heading", 6),
        ("Finding", 22),
        ("Decision", 37),
        ("ConditionPart", 45),
        ("Recommendation", 18),
    ],
)
def test_counts(kg: KnowledgeGraph, kind: str, count: int) -> None:
    assert len(set(kg.asserted.subjects(RDF.type, STS[kind]))) == count


def test_eighteen_options_four_of_them_umbrellas(kg: KnowledgeGraph) -> None:
    options = set(kg.asserted.subjects(RDF.type, STS.TreatmentOption))
    umbrellas = set(kg.asserted.subjects(RDF.type, STS.UmbrellaOption))
    assert (len(options | umbrellas), len(umbrellas)) == (18, 4)
    assert set(kg.ontology.conditions) == options | umbrellas


def test_every_term_has_one_english_label(kg: KnowledgeGraph) -> None:
    found = terms(kg.asserted)
    assert len(found) == 496
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
        for word in re.findall(r"[\w-]+", kg.ontology.labels[term]):
            segment = re.fullmatch(r"[SH]\d+", word)
            assert word == word.lower() or word in ENDS_OF_OTHERS or segment, (term, word)


# --- the same at every load


def test_two_loads_give_equal_graphs(kg: KnowledgeGraph) -> None:
    again = Ontology()
    assert set(again.asserted) == set(kg.asserted)
    assert any(isinstance(node, BNode) for node in again.asserted.subjects())


def test_two_processes_give_equal_graphs(kg: KnowledgeGraph) -> None:
    """What the cache rests on: a graph in memory comes in the order of its hashes, which differ."""
    script = "from sts_kg.ontology import Ontology; print(*sorted(' '.join(t.n3() for t in s) for s in Ontology().asserted), sep='\\n')"  # noqa: E501
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


# --- the cache


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


@pytest.fixture
def folder_of_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("STS_KG_CACHE", str(folder))
    return folder


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the graphs that were closed, as it happens."""
    sizes: list[int] = []

    def counted(graph: Graph, *, engine: str) -> Closure:
        sizes.append(len(graph))
        return closure_of(graph, engine=engine)

    monkeypatch.setattr(module, "closure_of", counted)
    return sizes


def test_the_second_load_reads_the_cache(tiny: Path, folder_of_cache: Path, closed: list[int]) -> None:
    first = Ontology(tiny).inferred
    assert (STS.A, RDFS.subClassOf, STS.C) in first
    assert (STS.d, STS.p, Literal(1)) in first
    assert len(closed) == 1
    [file] = folder_of_cache.iterdir()
    assert re.fullmatch(r"ontology-owlrl-[0-9a-f]{32}\.nt\.gz", file.name)
    second = Ontology(tiny).inferred
    assert set(second) == set(first)
    assert any(isinstance(node, BNode) for triple in first for node in triple)
    assert len(closed) == 1


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(lambda data: data[:-1], id="cut-by-a-byte"),
        pytest.param(lambda data: b"garbage", id="garbage"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: gzip.compress(b""), id="empty-inside"),
        pytest.param(lambda data: gzip.compress(b"garbage"), id="garbage-inside"),
        pytest.param(lambda data: gzip.compress(b"\xff\xfe"), id="not-utf-8-inside"),
        pytest.param(lambda data: data[:20] + bytes(20) + data[40:], id="overwritten"),
        pytest.param(lambda data: data[:10] + b"\xff" + data[11:], id="no-deflate"),
        pytest.param(lambda data: data[:-8] + bytes(8), id="wrong-checksum"),
    ],
)
def test_a_damaged_cache_file_is_ignored_and_made_again(
    tiny: Path, folder_of_cache: Path, closed: list[int], damage: Callable[[bytes], bytes]
) -> None:
    first = Ontology(tiny).inferred
    [file] = folder_of_cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert set(Ontology(tiny).inferred) == set(first)
    assert len(closed) == 2
    assert file.read_bytes() == whole


def test_a_folder_in_the_place_of_the_cache_file_costs_time_only(
    tiny: Path, folder_of_cache: Path, closed: list[int]
) -> None:
    first = Ontology(tiny).inferred
    [file] = folder_of_cache.iterdir()
    file.unlink()
    file.mkdir()
    assert set(Ontology(tiny).inferred) == set(first)
    assert len(closed) == 2
    assert list(folder_of_cache.iterdir()) == [file]


def test_a_cache_folder_that_cannot_be_made_costs_time_only(
    tiny: Path, tmp_path: Path, closed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("STS_KG_CACHE", str(tmp_path / "file" / "cache"))
    assert set(Ontology(tiny).inferred) == set(Ontology(tiny).inferred)
    assert len(closed) == 2


def test_one_changed_triple_gives_another_key(tiny: Path, folder_of_cache: Path, closed: list[int]) -> None:
    first = Ontology(tiny).inferred
    path = tiny / "vocabulary.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("owl:hasValue 1", "owl:hasValue 2"), encoding="utf-8")
    assert (STS.d, STS.p, Literal(2)) in Ontology(tiny).inferred
    assert (STS.d, STS.p, Literal(2)) not in first
    assert len(list(folder_of_cache.iterdir())) == len(closed) == 2


def test_a_copy_of_the_folder_has_the_same_key(
    tiny: Path, tmp_path: Path, folder_of_cache: Path, closed: list[int]
) -> None:
    """The key is of the triples, not of the path or of the layout of the text."""
    copy = shutil.copytree(tiny, tmp_path / "copy")
    path = copy / "vocabulary.ttl"
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert set(Ontology(tiny).inferred) == set(Ontology(copy).inferred)
    assert len(closed) == 1


def test_a_contradictory_ontology_is_not_cached(tiny: Path, folder_of_cache: Path) -> None:
    text = f"<{BASE}A> <{OWL.disjointWith}> <{BASE}B> . <{BASE}x> a <{BASE}A> , <{BASE}B> ."
    (tiny / "findings.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(InconsistentError, match="the disjoint classes sts:A and sts:B share sts:x"):
        _ = Ontology(tiny).inferred
    assert not folder_of_cache.exists()


def test_cases_of_users_are_never_in_the_cache(kg: KnowledgeGraph, cache: Path) -> None:
    _ = kg.inferred
    before = {path.name: path.read_bytes() for path in cache.iterdir()}
    case = {"case": "secret-person", "findings": {"stage4-sts": True}}
    closed = kg.with_cases(case)
    closed.options(case)
    assert (URIRef(f"{BASE}case/secret-person"), STS.hasOption, STS["option-surgery"]) in closed.graph
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == before
    assert not any(b"secret" in gzip.decompress(data) for data in before.values())


# --- the closure over CASE_MODULES


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
"""


def about_cases(graph: Graph, subjects: set[object]) -> set[tuple[object, ...]]:
    return {triple for triple in graph if triple[0] in subjects}


def test_the_modular_closure_says_of_cases_what_the_whole_says(kg: KnowledgeGraph) -> None:
    """Archetypes a to m and three with courses: the other modules add nothing about a case, a course, or a fact."""
    ontology = kg.ontology
    files = sorted((FOLDER / "examples").glob("?.yaml"))
    cases = [case for path in files for case in casefile.read(path, ontology.vocabulary)]
    assert [case.id for case in cases] == list("abcdefghijklm")
    cases += casefile.parse(COURSES, ontology.vocabulary)
    given = facts(cases, ontology.vocabulary)
    subjects: set[object] = set(given.subjects())
    assert sum(isinstance(subject, BNode) for subject in subjects) == 8
    modular, whole = ontology.close_cases(cases), closure_of(ontology.asserted + given)
    assert modular.inconsistencies == whole.inconsistencies == ()
    assert about_cases(modular.inferred, subjects) == about_cases(whole.inferred, subjects)
    assert len(about_cases(modular.inferred, subjects)) > 300
    assert {triple for triple in whole.inferred if triple[2] in subjects} == {
        triple for triple in modular.inferred if triple[2] in subjects
    }


# --- what cannot be loaded


@pytest.mark.parametrize("name", ["sts", "findings", "source"])
def test_a_missing_module_is_named(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "ontology")
    (folder / f"{name}.ttl").unlink()
    with pytest.raises(ParseError) as caught:
        Ontology(folder)
    assert str(caught.value) == f"{folder / name}.ttl: cannot be read: No such file or directory"


def test_a_module_that_cases_need_and_the_header_does_not_import_is_named(tiny: Path) -> None:
    path = tiny / "sts.ttl"
    text = path.read_text(encoding="utf-8").replace(f", <{BASE}ontology/treatments>", "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParseError, match=r"sts\.ttl: does not import treatments$"):
        Ontology(tiny)


def test_a_module_that_is_no_turtle_is_named_with_the_line(tiny: Path) -> None:
    (tiny / "findings.ttl").write_text("<a> <b> <c> .\n<a> <b>", encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        Ontology(tiny)
    assert (caught.value.path, caught.value.line) == (tiny / "findings.ttl", 2)


def test_a_condition_that_is_none_is_named_with_its_file(tiny: Path) -> None:
    text = (
        f"@prefix sts: <{BASE}> . @prefix rdfs: <{RDFS}> . @prefix owl: <{OWL}> .\nsts:Odd rdfs:subClassOf sts:Met .\n"
        "sts:Met rdfs:subClassOf [ owl:onProperty sts:hasOption ; owl:hasValue sts:option-x ] ."
    )
    (tiny / "conditions.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        _ = Ontology(tiny).conditions
    assert caught.value.path == tiny / "conditions.ttl"
    assert caught.value.reason == f"{BASE}Odd is neither a With class nor an intersection or union of conditions"
