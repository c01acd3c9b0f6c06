"""What a new guideline has if its conditions are given: a stub of each thing that they name, beside its sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import PROV, RDF, RDFS

import sts_kg
from sts_kg.cli import app
from sts_kg.errors import ParseError
from sts_kg.guideline import Needed, names_needed
from sts_kg.rdf import passing_namespaces
from sts_kg.rdf.names import STS

PAGE = """Cave ache

Cave ache is a pain of the knees.

Salves of many kinds are used for the knees. A warm wrap may be offered if the knees ache. It is no help on broken skin.

Moon salve should be considered if a wrap did not help, or if the stay was short.

Sunlight is pleasant.
"""
CONDITIONS = """# what is needed
warm-wrap: aching-knees and not broken-skin
salve: cave-ache
moon-salve: (wrap-did-not-help or short-stay) and not refuses-salve and aching-knees
sunlight: cave-ache

wrap-did-not-help if given warm-wrap with outcome did-not-help
broken-skin if given rough-cloth
refuses-salve if and only if declines salve
"""
BASE = "https://example.org/cave-ache/"
LATER = "yet; leave the line out here, and write it when the guideline has that"


def written(tmp_path: Path, conditions: str = CONDITIONS, page: str = PAGE) -> Path:
    (tmp_path / "page.txt").write_text(page, encoding="utf-8")
    (tmp_path / "conditions.txt").write_text(conditions, encoding="utf-8")
    return sts_kg.new_guideline(
        "cave-ache", tmp_path / "page.txt", conditions=tmp_path / "conditions.txt", into=tmp_path / "made"
    )


def read(folder: Path) -> Graph:
    graph = Graph()
    for path in folder.glob("*.ttl"):
        graph.parse(path)
    return graph


def names(graph: Graph, kind: Any) -> list[str]:
    return sorted(str(thing).removeprefix(BASE) for thing in graph.subjects(RDF.type, kind))


def of(graph: Graph, name: str, predicate: Any) -> list[str]:
    return sorted(str(value).removeprefix(BASE) for value in graph.objects(URIRef(BASE + name), predicate))


def test_what_conditions_name_is_found_in_their_order() -> None:
    assert names_needed(CONDITIONS) == Needed(
        options={
            "warm-wrap": {"aching-knees": True, "broken-skin": False},
            "salve": {"cave-ache": True},
            "moon-salve": {
                "wrap-did-not-help": True,
                "short-stay": True,
                "refuses-salve": False,
                "aching-knees": True,
            },
            "sunlight": {"cave-ache": True},
        },
        alternatives={
            "warm-wrap": (),
            "salve": (),
            "moon-salve": (("wrap-did-not-help", "short-stay"),),
            "sunlight": (),
        },
        findings=("aching-knees", "broken-skin", "cave-ache", "wrap-did-not-help", "short-stay", "refuses-salve"),
        therapies=("warm-wrap", "rough-cloth"),
        modalities=("salve",),
        outcomes={"did-not-help": "wrap-did-not-help"},
        has_courses=True,
    )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("# nothing\n", None, "has no condition; write one, such as some-option: some-finding"),
        ("f if given t\n", None, "has no condition; write one, such as some-option: some-finding"),
        ("a: b\nA: b\n", 2, "'A' is no name for a new guideline; write small letters and digits, with hyphens between"),
        (
            "a: mf:b\n",
            1,
            "'mf:b' is no name for a new guideline; write small letters and digits, with hyphens between",
        ),
        ("a: f\nf if given any drug\n", 2, f"there is no kind of therapy 'drug' {LATER}"),
        ("a: f\nf if given t with site lung\n", 2, f"there is no site 'lung' {LATER}"),
        ("a: f\na: g\n", 2, "the condition of a is on line 1 already"),
    ],
)
def test_conditions_that_cannot_begin_a_guideline_are_told(
    tmp_path: Path, text: str, line: int | None, reason: str
) -> None:
    with pytest.raises(ParseError) as caught:
        written(tmp_path, text)
    assert (caught.value.reason, caught.value.line) == (reason, line)
    assert caught.value.path == tmp_path / "conditions.txt"
    assert not (tmp_path / "made").exists()


def test_each_name_has_its_stub(tmp_path: Path) -> None:
    graph = read(written(tmp_path))
    assert names(graph, STS.Finding) == [
        "finding-aching-knees",
        "finding-broken-skin",
        "finding-cave-ache",
        "finding-refuses-salve",
        "finding-short-stay",
        "finding-wrap-did-not-help",
    ]
    assert names(graph, STS.TreatmentOption) == [
        "option-moon-salve",
        "option-salve",
        "option-sunlight",
        "option-warm-wrap",
    ]
    assert names(graph, STS.Procedure) == ["moon-salve", "rough-cloth", "salve", "sunlight", "warm-wrap"]
    assert names(graph, STS.Modality) == [
        f"modality-{each}" for each in ("moon-salve", "salve", "sunlight", "warm-wrap")
    ]
    assert names(graph, STS.Outcome) == ["outcome-did-not-help"]
    assert of(graph, "outcome-did-not-help", STS.suggestsFinding) == ["finding-wrap-did-not-help"]
    assert names(graph, STS.GivenCourseRule) == ["rule-given-course"]
    assert of(graph, "finding-short-stay", RDFS.label) == ["short stay"]
    assert of(graph, "option-moon-salve", STS.hasComponent) == ["moon-salve"]
    assert of(graph, "option-moon-salve", STS.ordinal) == ["3"]


def test_what_is_offered_is_quoted_from_the_sentence_that_speaks_of_it(tmp_path: Path) -> None:
    """A wrap is offered in S03, a moon salve in S05, salves in S02; S06 offers nothing."""
    graph = read(written(tmp_path))
    found = {
        name: (
            of(graph, name, STS.recommendsOption),
            of(graph, name, STS.hasStrength),
            of(graph, name, STS.strengthCue),
            of(graph, name, PROV.wasQuotedFrom),
        )
        for name in names(graph, STS.Recommendation)
    }
    assert found == {
        "rec-S02": (["option-salve"], ["strength-are-used"], ["are used"], ["S01", "S02"]),
        "rec-S03": (["option-warm-wrap"], ["strength-may-be-offered"], ["may be offered"], ["S03", "S04"]),
        "rec-S05": (
            ["option-moon-salve"],
            ["strength-should-be-considered"],
            ["should be considered"],
            ["S03", "S05"],
        ),
        "rec-S06": (["option-sunlight"], ["strength-example-strength"], ["TODO"], ["S01", "S06"]),
    }
    assert set(graph.objects(URIRef(f"{BASE}S05"), STS.cue)) == {Literal("TODO"), Literal("should be considered")}


def test_a_recommendation_has_a_part_for_each_finding_and_a_group_for_alternatives(tmp_path: Path) -> None:
    graph = read(written(tmp_path))
    assert of(graph, "rec-S05", STS.hasConditionPart) == [
        "part-S03-aching-knees-moon-salve",
        "part-S05-refuses-salve",
        "part-S05-short-stay",
        "part-S05-wrap-did-not-help",
    ]
    grouped = sorted(str(part).removeprefix(BASE) for part in graph.subjects(STS.inAlternatives, None))
    assert grouped == ["part-S05-short-stay", "part-S05-wrap-did-not-help"]
    assert of(graph, "alternatives-S05-moon-salve", RDFS.label) == ["wrap did not help or short stay, for moon salve"]


def test_a_part_is_quoted_from_the_sentence_of_its_option_if_that_has_its_words(tmp_path: Path) -> None:
    page = "A wrap may be offered for aching knees. A salve may be offered for aching knees. Sunlight may help."
    graph = read(written(tmp_path, "wrap: aching-knees\nsalve: aching-knees\nsunlight: aching-knees\n", page))
    assert [of(graph, f"rec-S0{number}", STS.hasConditionPart) for number in (1, 2, 3)] == [
        ["part-S01-aching-knees"],
        ["part-S02-aching-knees"],
        ["part-S01-aching-knees-sunlight"],
    ]
    assert of(graph, "part-S02-aching-knees", PROV.wasQuotedFrom) == ["S02"]
    assert of(graph, "finding-aching-knees", PROV.wasQuotedFrom) == ["S01"]


def test_an_exclusion_says_so(tmp_path: Path) -> None:
    graph = read(written(tmp_path))
    assert sorted(str(part).removeprefix(BASE) for part in graph.subjects(STS.asksAbsence, Literal(True))) == [
        "part-S04-broken-skin",
        "part-S05-refuses-salve",
    ]


def test_a_group_and_a_number_are_written_as_the_guide_says(tmp_path: Path) -> None:
    folder = written(tmp_path)
    changes = {
        "treatments.ttl": {
            "ca:option-salve a sts:TreatmentOption": "ca:option-salve a sts:UmbrellaOption",
            "ca:salve a sts:Procedure": "ca:salve a sts:TherapyGroup",
            "ca:moon-salve a sts:Procedure": "ca:moon-salve a sts:Drug ; sts:kindOf ca:salve",
            "ca:option-moon-salve a sts:TreatmentOption": (
                "ca:option-moon-salve a sts:TreatmentOption ; sts:refines ca:option-salve"
            ),
            "sts:hasModality ca:modality-moon-salve": "sts:hasModality ca:modality-salve",
            "ca:modality-moon-salve a": "ca:modality-of-nothing a",
        },
        "findings.ttl": {
            "# --- Rules": """ca:rule-short-stay a sts:FactRule ; rdfs:label "short stay"@en ;
    skos:definition "Concludes the finding from at most 29 days."@en ;
    sts:comparesProperty ca:daysBelow ; sts:atMost 29 ; sts:concludesFinding ca:finding-short-stay ;
    prov:wasQuotedFrom ca:S05 ; rdfs:isDefinedBy ca:ontology .
ca:daysBelow a owl:DatatypeProperty ; rdfs:domain sts:PatientCase ;
    rdfs:range <http://www.w3.org/2001/XMLSchema#integer> ; rdfs:label "days below ground"@en ;
    skos:definition "How many days were spent below ground."@en ; rdfs:isDefinedBy ca:ontology .

# --- Rules"""
        },
    }
    for name, edits in changes.items():
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in edits.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")
    case = tmp_path / "case.yaml"
    case.write_text(
        "case: one\ndays_below: 29\nfindings: {aching-knees: yes, refuses-salve: no, cave-ache: yes}\n",
        encoding="utf-8",
    )
    with passing_namespaces():
        kg = sts_kg.load(folder)
        found = [(item.check, item.what) for item in kg.todo().items if item.check not in ("todo", "golden-cases")]
        assert [(check, what.partition(" ")[0]) for check, what in found] == [("unused-term", "ca:modality-of-nothing")]
        statuses = {answer.label: answer.shown_status for answer in kg.options(case)}
        assert (statuses["salve"], statuses["moon salve"]) == ("met in general", "met")
        case.write_text(case.read_text().replace("29", "30"), encoding="utf-8")
        assert {answer.label: answer.status for answer in kg.options(case)}["moon salve"] == "undetermined"


def test_the_folder_has_the_text_and_answers_at_once(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert (folder / "conditions.txt").read_text(encoding="utf-8") == CONDITIONS
    with passing_namespaces():
        kg = sts_kg.load(folder)
        assert kg.test(folder / "cases").agrees
        checks = {item.check for item in kg.todo().items}
        assert checks == {"todo", "golden-cases"}
        case = tmp_path / "case.yaml"
        case.write_text(
            "case: one\nfindings: {aching-knees: yes, refuses-salve: no}\n"
            "courses:\n  - {therapies: [warm-wrap], end: 2026-01, outcome: did-not-help}\n",
            encoding="utf-8",
        )
        assert {answer.label: answer.status for answer in kg.options(case)} == {
            "warm wrap": "undetermined",
            "salve": "undetermined",
            "moon salve": "met",
            "sunlight": "undetermined",
        }
        case.write_text("case: two\ndeclines: [salve]\n", encoding="utf-8")
        assert next(a.status for a in kg.options(case) if a.label == "moon salve") == "not-met"


def test_the_first_case_meets_the_first_option(tmp_path: Path) -> None:
    text = (written(tmp_path) / "cases" / "first.yaml").read_text(encoding="utf-8")
    assert text.endswith("findings: {aching-knees: yes, broken-skin: no}\nexpected: {warm-wrap: met}\n")


def test_a_page_that_has_none_of_the_names_is_quoted_from_its_beginning(tmp_path: Path) -> None:
    for page, first in (("Nothing. At all.", "S01"), ("A heading only", "H0")):
        (tmp_path / first).mkdir()
        folder = written(tmp_path / first, page=page)
        graph = read(folder)
        assert {str(one).removeprefix(BASE) for one in graph.objects(None, PROV.wasQuotedFrom)} == {first}
        assert names(graph, STS.Recommendation) == [
            "rec-S01",
            "rec-S01-moon-salve",
            "rec-S01-salve",
            "rec-S01-sunlight",
        ]
        with passing_namespaces():
            assert sts_kg.load(folder).test(folder / "cases").agrees


def test_a_drug_of_no_class_is_one_of_the_drugs(tmp_path: Path) -> None:
    folder = written(tmp_path)
    path = folder / "treatments.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("ca:moon-salve a sts:Procedure", "ca:moon-salve a sts:Drug"), encoding="utf-8")
    with passing_namespaces():
        found = sts_kg.load(folder).query("drugs/drugs-and-brands")
    assert isinstance(found, sts_kg.Table)
    rows = found.rows
    assert [tuple(map(str, row[:3])) for row in rows if str(row[0]).startswith(BASE)] == [
        (f"{BASE}moon-salve", "moon salve", str(STS.Drug))
    ]


def test_parts_with_one_definition_are_told_once_each(tmp_path: Path) -> None:
    folder = written(tmp_path)
    path = folder / "recommendations.ttl"
    text = re.sub('"Part of the condition for moon salve: [^"]*"', '"Part."', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    with passing_namespaces():
        found = [item.what for item in sts_kg.load(folder).todo().items if item.check == "duplicate-definition"]
    assert sorted(what.partition(";")[0] for what in found) == [
        "ca:part-S03-aching-knees-moon-salve is defined as part-S05-refuses-salve is",
        "ca:part-S05-refuses-salve is defined as part-S05-short-stay is",
        "ca:part-S05-short-stay is defined as part-S05-wrap-did-not-help is",
    ]


def test_the_command_takes_conditions(tmp_path: Path) -> None:
    made = written(tmp_path)
    into = tmp_path / "cli"
    given = ("--conditions", str(tmp_path / "conditions.txt"), "--into", str(into))
    done = CliRunner().invoke(app, ("new-guideline", "cave-ache", str(tmp_path / "page.txt"), *given))
    assert done.exit_code == 0
    for path in made.rglob("*.*"):
        assert (into / "cave-ache" / path.relative_to(made)).read_bytes() == path.read_bytes()
    (tmp_path / "conditions.txt").write_text("a b\n", encoding="utf-8")
    wrong = CliRunner().invoke(app, ("new-guideline", "other", str(tmp_path / "page.txt"), *given))
    assert wrong.exit_code == 3
    assert "conditions.txt, line 1, column 3: a colon after an option" in wrong.stderr
