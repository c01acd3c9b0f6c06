"""Folders of guidelines that cannot be loaded, or only in part: what is told of each, and where."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from humbrels import BASE, FOLDER

from sts_kg import InconsistentError, ParseError, load
from sts_kg.authoring import todo
from sts_kg.guideline import Guideline, queries_folder
from sts_kg.rdf import STS, names, passing_namespaces

ONTOLOGY = f"{BASE}ontology"


@pytest.fixture(autouse=True)
def _no_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the prefix that other tests may have made known."""
    for known in (names.PREFIXES, names._GUIDELINES):
        monkeypatch.delitem(known, "gh", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER, tmp_path / "hush")


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def everywhere(folder: Path, old: str, new: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


URI = f'preferredNamespaceUri "{BASE}"'
VOCABULARY = "owl:imports <https://w3id.org/sts-kg/ontology/vocabulary>"
IMPORTS = f"owl:imports {{}} , {VOCABULARY[12:]}"
A_MODULE = (
    f"expected is a module such as <{ONTOLOGY}/findings>, whose file is findings.ttl, "
    "or <https://w3id.org/sts-kg/ontology/vocabulary>"
)
LETTERS = "expected letters, digits and hyphens between them, the first a letter, such as mf"
AN_IRI = "expected an absolute IRI that ends in / or #, such as https://example.org/marsh-fever/"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('Prefix "gh"', 'Prefix ""', "does not say the prefix of its terms: add vann:preferredNamespacePrefix"),
        ('Prefix "gh"', 'Prefix "g h"', f"has g h: <{BASE}>, which cannot be used: {LETTERS}"),
        ('Prefix "gh"', 'Prefix "ghü"', f"has ghü: <{BASE}>, which cannot be used: {LETTERS}"),
        (
            'Prefix "gh"',
            'Prefix "urn"',
            f"has urn: <{BASE}>, which cannot be used: expected one that begins no other IRI, such as mf",
        ),
        (
            'Prefix "gh"',
            'Prefix "owl"',
            "has the prefix owl:, which is that of <http://www.w3.org/2002/07/owl#>; choose another",
        ),
        (URI, f'preferredNamespaceUri "{BASE[:-1]}"', f"has gh: <{BASE[:-1]}>, which cannot be used: {AN_IRI}"),
        (URI, 'preferredNamespaceUri "urn:gh:"', f"has gh: <urn:gh:>, which cannot be used: {AN_IRI}"),
        (
            URI,
            'preferredNamespaceUri "https://w3id.org/"',
            "has gh: <https://w3id.org/>, which cannot be used: expected an IRI that is not below "
            "<https://w3id.org/sts-kg/>, nor above it: that is the shipped ontology",
        ),
        (
            URI,
            'preferredNamespaceUri "https://example.org/other/"',
            "has the namespace <https://example.org/other/>, with which no term of its modules begins",
        ),
        (VOCABULARY, IMPORTS.format(f"<{ONTOLOGY}/../../x>"), f"imports <{ONTOLOGY}/../../x>; {A_MODULE}"),
        (VOCABULARY, IMPORTS.format(f"<{ONTOLOGY}>"), f"imports <{ONTOLOGY}>; {A_MODULE}"),
        (VOCABULARY, IMPORTS.format("<https://e.org/core>"), f"imports <https://e.org/core>; {A_MODULE}"),
        (
            VOCABULARY,
            IMPORTS.format("<https://w3id.org/sts-kg/ontology/findings>"),
            "imports two modules of the name findings",
        ),
        ("<https://w3id.org/sts-kg/ontology/codes> ,", "", "does not import codes"),
        (
            f"<{ONTOLOGY}> a owl:Ontology",
            "[] a owl:Ontology",
            "has owl:imports of several things, or of one without an IRI; only the ontology has them",
        ),
    ],
)
def test_a_wrong_header_is_told(folder: Path, old: str, new: str, reason: str) -> None:
    changed(folder / "guideline.ttl", old, new)
    with passing_namespaces(), pytest.raises(ParseError) as caught:
        Guideline(folder)
    assert str(caught.value) == f"{folder / 'guideline.ttl'}: {reason}"


def test_two_ontologies_in_a_header_are_told(folder: Path) -> None:
    with (folder / "guideline.ttl").open("a", encoding="utf-8") as file:
        file.write("<https://example.org/a> owl:imports <https://example.org/a/b> .\n")
    with pytest.raises(ParseError, match=r"guideline\.ttl: has owl:imports of several things"):
        Guideline(folder)


def test_a_comment_and_a_folder_are_no_header(folder: Path) -> None:
    (folder / "notes.ttl").write_text("# its owl:imports stand in the header\n", encoding="utf-8")
    (folder / "old.ttl").mkdir()
    assert Guideline(folder).header_name == "guideline"


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_a_namespace_may_end_in_a_hash(folder: Path, line_end: str) -> None:
    everywhere(folder, ONTOLOGY, "ONTOLOGY")
    everywhere(folder, "gh:ontology", "<ONTOLOGY>")
    everywhere(folder, BASE, "https://example.org/hash#")
    everywhere(folder, "ONTOLOGY", "https://example.org/hash")
    everywhere(folder, 'Prefix "gh"', 'Prefix "hash"')
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "page.txt":
            path.write_bytes(path.read_bytes().replace(b"\n", line_end.encode()))
    with passing_namespaces():
        kg = load().with_guideline(folder)
        assert (kg.guideline.prefix, kg.guideline.base) == ("hash", "https://example.org/hash#")
        assert kg.test(folder).summary == "34 cases, 340 expected statuses: all as expected"
        assert [str(item.what) for item in load(folder).todo()] == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("", "the segment S04 has no ordinal; a whole number is expected"),
        ('sts:ordinal "x" ;', "the segment S04 has the ordinal 'x'; a whole number is expected"),
    ],
)
def test_a_segment_without_a_place_is_told(folder: Path, wrong: str, reason: str) -> None:
    path = folder / "source.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(gh:S04 a sts:Sentence ; )sts:ordinal \d+ ;", rf"\1{wrong}", text), encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        load(folder).sources("S04")
    assert str(caught.value) == f"source.ttl: {reason}"
    assert "reading" in {item.stage for item in load(folder).todo()}


def test_an_ordinal_that_is_no_number_counts_as_none(folder: Path) -> None:
    changed(folder / "treatments.ttl", "sts:ordinal 1 ;", 'sts:ordinal "first" ;')
    assert next(iter(Guideline(folder).conditions)).endswith("option-warm-nest")


def test_a_guideline_without_a_label_has_a_review_sheet(folder: Path) -> None:
    changed(folder / "guideline.ttl", '    rdfs:label "grey hush of the humbrel"@en ;\n', "")
    assert load(folder).review().title == f"Review sheet: {ONTOLOGY}"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_a_link_to_itself_is_told(folder: Path) -> None:
    (folder / "findings.ttl").unlink()
    (folder / "findings.ttl").symlink_to("findings.ttl")
    [item] = [each for each in todo(folder, canned_folder=queries_folder()) if each.stage == "reading"]
    assert item.what == "cannot be read: Too many levels of symbolic links"


def test_the_page_of_the_shipped_guideline_is_that_of_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STS_KG_SOURCE", str(folder / "guideline.ttl"))
    assert load().guideline.page() == folder / "guideline.ttl"
    assert load(folder).guideline.page() is None
    assert load(folder).guideline.page(folder / "page.txt") == folder / "page.txt"
    assert [each.text for each in load(folder).sources("S04")] == [None]


def test_golden_cases_of_a_guideline_that_contradicts_itself_are_not_run(folder: Path) -> None:
    with (folder / "findings.ttl").open("a", encoding="utf-8") as file:
        file.write("gh:S04 a sts:Drug .\n")
    with pytest.raises(InconsistentError, match="the disjoint classes"):
        load(folder).test(folder)
    assert "inconsistent" in {item.check for item in load(folder).todo()}


def test_a_form_of_verdicts_of_another_guideline_is_refused(folder: Path, tmp_path: Path) -> None:
    """Both have a decision D01."""
    path = tmp_path / "form.csv"
    columns = "decision,label,verdict,reviewer,date\n"
    path.write_text(f"{columns}D01,grey hush scopes the page,agree,A,2026-11-28\n", encoding="utf-8")
    assert len(load(folder).with_verdicts(path).guideline.verdicts) == 1
    with pytest.raises(ParseError) as caught:
        load().with_verdicts(path)
    name = "treatments of stage 4 soft tissue sarcoma 0.1.0"
    reason = f"has no label of a decision of {name}; the form of this guideline is expected"
    assert str(caught.value) == f"{path}: {reason}"


def test_a_namespace_that_begins_another_has_its_own_terms(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "below")
    everywhere(other, BASE, f"{BASE}below/")
    everywhere(other, 'Prefix "gh"', 'Prefix "below"')
    with passing_namespaces():
        session = load(folder).with_guideline(other).with_guideline(folder).session
        found = [session.guideline_of(f"{BASE}{term}").prefix for term in ("S04", "below/S04")]
        assert found == ["gh", "below"]


@pytest.mark.parametrize(
    ("said", "axiom"),
    [
        ("sts:PatientCase rdfs:subClassOf gh:Humbrel .", "rdfs:subClassOf of sts:PatientCase"),
        ("sts:hasFinding rdfs:domain gh:Humbrel .", "rdfs:domain of sts:hasFinding"),
    ],
)
def test_no_axiom_is_about_a_term_that_all_guidelines_share(folder: Path, said: str, axiom: str) -> None:
    with (folder / "findings.ttl").open("a", encoding="utf-8") as file:
        file.write(f"{said}\n")
    with pytest.raises(ParseError) as caught:
        Guideline(folder)
    reason = f"asserts {axiom}, a term that all guidelines share; say it of a term of its own"
    assert str(caught.value) == f"{folder / 'findings.ttl'}: {reason}"


def test_a_question_about_a_shared_property_is_no_axiom(folder: Path) -> None:
    with (folder / "findings.ttl").open("a", encoding="utf-8") as file:
        file.write('sts:courseSite sts:question "Which ear was treated?"@en ; rdfs:comment "An ear."@en .\n')
    assert Guideline(folder).vocabulary.question(STS.courseSite) == "Which ear was treated?"
