"""Proposed mappings: their evidence, what is left out, and what becomes of them when a person judges them."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sts_kg import KnowledgeGraph, load
from sts_kg.cli import app
from sts_kg.errors import CurieError, ParseError, UnknownNameError
from sts_kg.links import Mapping, MappingSet, accepted, read, text, validate, write
from sts_kg.links.proposals import MEASURED

OBO, RDFS = "http://purl.obolibrary.org/obo/", "http://www.w3.org/2000/01/rdf-schema#"
HEAD = f"""@prefix obo: <{OBO}> . @prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <{RDFS}> . @prefix x: <https://hospital.example/drug/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
ME, OTHER = "orcid:0000-0002-1825-0097", "orcid:0000-0001-5109-3700"
WHEN = date(2026, 11, 29)


@pytest.fixture(scope="module")
def kg() -> KnowledgeGraph:
    return load()


def proposed(kg: KnowledgeGraph, folder: Path, body: str, name: str = "other.ttl") -> MappingSet:
    (folder / name).write_text(HEAD + body, encoding="utf-8")
    return kg.propose(folder / name).mappings


def whole(found: MappingSet) -> list[dict[str, str]]:
    """Return the rows with what the metadata say for all of them."""
    return [{slot: found.cell(row, slot) for slot in (*found.columns, *found.shared)} for row in found.mappings]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["mappings", *map(str, arguments)])


# --- evidence


def test_each_kind_of_evidence_has_its_row(kg: KnowledgeGraph, tmp_path: Path) -> None:
    found = proposed(
        kg,
        tmp_path,
        """<https://hospital.example/drug> a owl:Ontology ; owl:versionInfo "3" .
        x:1 rdfs:label "Ifosfamide" ; oio:hasDbXref "CAS:3778-73-2", "InChIKey:HOMGKSMUEGBAAB-UHFFFAOYSA-N",
            "CHEBI:5864" .""",
    )
    shown = ("predicate_id", "mapping_justification", "confidence", "match_string", "subject_match_field")
    assert {tuple(row.cell(name) for name in (*shown, "object_match_field")) for row in found.mappings} == {
        ("skos:exactMatch", "semapv:LexicalMatching", "0.99", "ifosfamide", "rdfs:label", "rdfs:label"),
        ("skos:exactMatch", "semapv:MappingChaining", "0.96", "3778-73-2", "skos:exactMatch", "oboInOwl:hasDbXref"),
        (
            *("skos:exactMatch", "semapv:MappingChaining", "0.95", "HOMGKSMUEGBAAB-UHFFFAOYSA-N", "skos:exactMatch"),
            "oboInOwl:hasDbXref",
        ),
        ("skos:closeMatch", "semapv:MappingChaining", "0.62", "", "", ""),
    }
    assert {(row.subject_id, row.object_id) for row in found.mappings} == {("sts:ifosfamide", "drug:1")}
    assert found.curie_map["drug"] == "https://hospital.example/drug/"
    assert {row["comment"] for row in whole(found)} >= {
        "Proposed for a cross-reference, https://hospital.example/drug/1 oboInOwl:hasDbXref CHEBI:5864, in drug 3; "
        "not reviewed."
    }


def test_the_set_says_where_it_comes_from(kg: KnowledgeGraph, tmp_path: Path) -> None:
    body = """obo:chebi.owl a owl:Ontology ; owl:versionInfo "7" ;
        dcterms:license <https://creativecommons.org/licenses/by/4.0/> . obo:CHEBI_77 rdfs:label "IFOSFAMIDE" ."""
    found = proposed(kg, tmp_path, body)
    (row,) = whole(found)
    assert {slot: value for slot, value in row.items() if value and slot not in ("mapping_date", "comment")} == {
        "subject_id": "sts:ifosfamide",
        "subject_label": "ifosfamide",
        "predicate_id": "skos:exactMatch",
        "object_id": "CHEBI:77",
        "object_label": "IFOSFAMIDE",
        "mapping_justification": "semapv:LexicalMatching",
        "subject_source": "sts:ontology",
        "subject_source_version": "0.1.0",
        "object_source": "bioregistry:chebi",
        "object_source_version": "7",
        "mapping_tool": "sts-kg mappings propose",
        "mapping_tool_version": kg.propose(tmp_path / "other.ttl").mappings.cell(
            found.mappings[0], "mapping_tool_version"
        ),
        "confidence": "0.99",
        "subject_match_field": "rdfs:label",
        "object_match_field": "rdfs:label",
        "match_string": "ifosfamide",
        "object_preprocessing": "semapv:CaseNormalization",
    }
    assert found.metadata["license"] == "https://creativecommons.org/licenses/by/4.0/"
    again = proposed(kg, tmp_path, body)
    assert found.id.startswith("urn:uuid:") and text(again) == text(found)
    assert proposed(kg, tmp_path, body.replace("_77", "_78")).id != found.id


@pytest.mark.parametrize(
    ("says", "predicate", "confidence", "steps"),
    [
        ('rdfs:label "Ifosfamides (substance)"', "skos:closeMatch", "0.98", "CaseNormalization RegexRemoval Stemming"),
        ('oio:hasExactSynonym "ifosfamide"', "skos:closeMatch", "0.93", ""),
        ('oio:hasRelatedSynonym "ifosfamide"', "skos:closeMatch", "0.91", ""),
        ('oio:hasBroadSynonym "ifosfamide"', "skos:narrowMatch", "", ""),
        ('oio:hasNarrowSynonym "ifosfamide"', "skos:broadMatch", "", ""),
        ('rdfs:label "Ifosfamid"@de, "ifosfamide"@fr', "skos:closeMatch", "0.93", ""),
        ('rdfs:label "ifosfamide"@en-GB', "skos:exactMatch", "0.99", ""),
    ],
)
def test_names_by_how_well_they_match(
    kg: KnowledgeGraph, tmp_path: Path, says: str, predicate: str, confidence: str, steps: str
) -> None:
    (row,) = whole(proposed(kg, tmp_path, f"obo:CHEBI_77 {says} ."))
    assert (row["predicate_id"], row.get("confidence", "")) == (predicate, confidence)
    assert row.get("object_preprocessing", "") == "|".join(f"semapv:{step}" for step in steps.split())
    assert row["match_string"] == "ifosfamide"


def test_headings_and_possessives_are_the_same_name(kg: KnowledgeGraph, tmp_path: Path) -> None:
    found = proposed(kg, tmp_path, 'obo:MONDO_77 rdfs:label "Sarcoma, Soft-Tissue" .')
    (row,) = whole(found)
    assert row["match_string"] == "soft tissue sarcoma"
    assert row["object_preprocessing"].split("|") == [
        *("semapv:CaseNormalization", "semapv:RegexReplacement", "semapv:LinkStripping"),
    ]


def test_of_several_terms_of_a_name_at_most_one_is_right(kg: KnowledgeGraph, tmp_path: Path) -> None:
    labels = " ".join(f'obo:CHEBI_{number} rdfs:label "ifosfamide" .' for number in range(70, 74))
    found = proposed(
        kg, tmp_path, f'{labels} obo:CHEBI_80 rdfs:label "ifosfamides" . obo:DRON_00000001 rdfs:label "ifosfamide" .'
    )
    assert {(row.object_id, row.confidence) for row in found.mappings} == {
        *((f"CHEBI:{number}", 0.25) for number in range(70, 74)),
        ("CHEBI:80", MEASURED["behind others"]),
        ("DRON:00000001", 0.99),
    }


def test_the_command_writes_what_python_returns(kg: KnowledgeGraph, tmp_path: Path) -> None:
    found = proposed(kg, tmp_path, 'obo:CHEBI_77 rdfs:label "Ifosfamide", "Ifosfamides" . x:1 rdfs:label "surgery" .')
    for ending in ("sssom.tsv", "csv", "json"):
        assert run("propose", tmp_path / "other.ttl", "-o", tmp_path / f"new.{ending}").exit_code == 0
        assert read(tmp_path / f"new.{ending}") == found
    shown = run("propose", tmp_path / "other.ttl")
    assert shown.stdout == text(found)
    assert shown.stderr == "2 pairs proposed (2 rows); left out: nothing\n"


# --- what is left out


def test_what_is_decided_or_obsolete_is_left_out_and_counted(kg: KnowledgeGraph, tmp_path: Path) -> None:
    body = """obo:CHEBI_5864 rdfs:label "ifosfamide" .
    obo:NCIT_C1634 rdfs:label "doxorubicin" .
    <http://www.ebi.ac.uk/efo/EFO_1001968> rdfs:label "soft tissue sarcoma" .
    obo:CHEBI_77 rdfs:label "ifosfamide" ; owl:deprecated true .
    obo:CHEBI_78 rdfs:label "ifosfamide" ; rdfs:subClassOf oio:ObsoleteClass .
    x:of a owl:AnnotationProperty ; rdfs:label "surgery" .
    <http://example.org/surgery> a owl:Ontology ; rdfs:label "surgery" ."""
    (tmp_path / "other.ttl").write_text(HEAD + body, encoding="utf-8")
    found = kg.propose(tmp_path / "other.ttl")
    assert (found.mappings.mappings, len(found)) == ((), 0)
    left_out = {"mapped already": 1, "denied or mapped otherwise": 2, "obsolete": 2}
    assert found.left_out == left_out | {"of a name that more than 100 terms have": 0}
    shown = run("propose", tmp_path / "other.ttl", "-o", tmp_path / "new.sssom.tsv")
    assert shown.exit_code == 0
    assert shown.stderr.endswith("; left out: 1 mapped already, 2 denied or mapped otherwise, 2 obsolete\n")


def test_a_document_without_names_proposes_nothing(kg: KnowledgeGraph, tmp_path: Path) -> None:
    found = proposed(kg, tmp_path, "obo:CHEBI_77 a owl:Class ; rdfs:subClassOf obo:CHEBI_78 .")
    assert found.mappings == () and validate(read(text(found).encode())) == []


def test_what_a_person_denied_is_not_proposed_again(kg: KnowledgeGraph, tmp_path: Path) -> None:
    body = 'obo:CHEBI_77 rdfs:label "ifosfamide" . obo:CHEBI_78 rdfs:label "pazopanib" .'
    found = proposed(kg, tmp_path, body)
    write(accepted(found, ME, subjects=["sts:ifosfamide"], deny=True), tmp_path / "mine.sssom.tsv")
    again = kg.with_mappings(tmp_path / "mine.sssom.tsv").propose(tmp_path / "other.ttl")
    assert [row.object_id for row in again.mappings.mappings] == ["CHEBI:78"]
    assert again.left_out["denied or mapped otherwise"] == 1


# --- hostile and large


def test_hostile_labels_stay_in_their_cell(kg: KnowledgeGraph, tmp_path: Path) -> None:
    label = "=cmd|' /C calc'!A1\\tx\\nsts:pazopanib\\tskos:exactMatch\\u202e\\u001b[31m"
    body = f'obo:CHEBI_77 rdfs:label "{label}" ; oio:hasExactSynonym "ifosfamide" .'
    found = proposed(kg, tmp_path, body)
    (row,) = read(text(found).encode()).mappings
    assert row.object_id == "CHEBI:77"
    assert row.object_label is not None and row.object_label.startswith("'=cmd|' /C calc'!A1 x sts:pazopanib")
    assert not {"\t", "\n", "\x1b", "\u202e"} & {*row.object_label}
    cells = [cell for line in csv.reader(io.StringIO(text(found)), delimiter="\t") for cell in line]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    (kept,) = accepted(found, ME, date=WHEN).mappings
    assert kept.object_label == row.object_label[1:]  # the apostrophe is for spreadsheets


def test_hostile_ids_are_no_rows_of_others(kg: KnowledgeGraph, tmp_path: Path) -> None:
    body = '<https://hospital.example/d?x=1%7C2> rdfs:label "ifosfamide" . <urn:x:1> rdfs:label "ifosfamide" .'
    found = proposed(kg, tmp_path, body)
    assert [one for one in validate(read(text(found).encode())) if one.severity == "error"] == []


@pytest.mark.slow
def test_a_hundred_thousand_terms_of_one_name(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "many.nt"
    with path.open("w", encoding="utf-8") as file:
        for number in range(100_000):
            file.write(f'<{OBO}CHEBI_9{number:06}> <{RDFS}label> "ifosfamide" .\n')
        file.write(f'<{OBO}CHEBI_8> <{RDFS}label> "pazopanib" .\n')
    found = kg.propose(path)
    assert [row.object_id for row in found.mappings.mappings] == ["CHEBI:8"]
    assert found.left_out["of a name that more than 100 terms have"] == 100_000


# --- judging


@pytest.fixture
def new(kg: KnowledgeGraph, tmp_path: Path) -> Path:
    """A file of three proposals: lines 17 to 19, ifosfamide twice, of which one is less sure."""
    body = 'obo:CHEBI_77 rdfs:label "ifosfamide" ; oio:hasDbXref "CHEBI:5864" . obo:CHEBI_78 rdfs:label "pazopanib" .'
    write(proposed(kg, tmp_path, body), tmp_path / "new.sssom.tsv")
    return tmp_path / "new.sssom.tsv"


def test_proposals_are_refused_until_somebody_judged_them(kg: KnowledgeGraph, new: Path) -> None:
    with pytest.raises(ParseError, match="nobody has judged this proposal; accept or deny it: sts-kg mappings accept"):
        kg.with_mappings(new)
    (problem,) = validate(read(new))
    assert (problem.severity, problem.count) == ("warning", 3)


def test_accepted_rows_have_a_reviewer_and_are_taken(kg: KnowledgeGraph, new: Path, tmp_path: Path) -> None:
    output = tmp_path / "accepted.sssom.tsv"
    shown = run("accept", new, "--at-least", "0.9", "--reviewer", ME, "-o", output)
    assert (shown.exit_code, shown.stderr) == (0, f"{output} has 2 rows accepted, 0 denied\n")
    found = read(output)
    assert [(row.subject_id, row.object_id, row.reviewer_id) for row in found.mappings] == [
        ("sts:ifosfamide", "CHEBI:77", (ME,)),
        ("sts:pazopanib", "CHEBI:78", (ME,)),
    ]
    assert {row.mapping_justification for row in found.mappings} == {"semapv:LexicalMatching"}
    assert found.mappings[0].comment == "Proposed for the same label, ifosfamide, in other."
    assert [one for one in validate(found) if one.severity == "error"] == []
    assert found.metadata["mapping_set_source"] == [read(new).id]
    rows = kg.with_mappings(output).mapping_rows("CHEBI:77")
    assert [row.subject_id for _, row in rows] == ["sts:ifosfamide"]


def test_accepting_does_not_write_over_the_proposals(new: Path) -> None:
    before = new.read_bytes()
    shown = run("accept", new, "--all", "--reviewer", ME, "-o", new)
    assert shown.exit_code == 2
    assert f"-o {new} is the file of the proposals; name another, so that they stay" in shown.stderr
    assert new.read_bytes() == before


def test_denied_rows_say_not_and_who(new: Path, tmp_path: Path) -> None:
    (row,) = accepted(read(new), ME, objects=["CHEBI:78"], deny=True, date=WHEN).mappings
    assert row == Mapping(
        subject_id="sts:pazopanib",
        subject_label="pazopanib",
        predicate_id="skos:exactMatch",
        predicate_modifier="Not",
        object_id="CHEBI:78",
        object_label="pazopanib",
        mapping_justification="semapv:ManualMappingCuration",
        author_id=(ME,),
        comment="Proposed for the same label, pazopanib, in other.",
    )


def test_decisions_add_up_and_the_last_one_counts(new: Path) -> None:
    given = read(new)
    first = accepted(given, ME, date=WHEN)
    second = accepted(given, OTHER, objects=["CHEBI:77"], deny=True, to=first, date=WHEN)
    assert [(row.object_id, row.predicate_id, row.negative) for row in second.mappings] == [
        ("CHEBI:77", "skos:closeMatch", True),
        ("CHEBI:77", "skos:exactMatch", True),
        ("CHEBI:78", "skos:exactMatch", False),
    ]
    third = accepted(given, OTHER, objects=["CHEBI:77"], to=second, date=WHEN)
    assert [(row.object_id, row.negative, row.reviewer_id) for row in third.mappings] == [
        ("CHEBI:77", False, (OTHER,)),
        ("CHEBI:77", False, (OTHER,)),
        ("CHEBI:78", False, (ME,)),
    ]
    assert first.id == second.id == third.id and len(first.mappings) == 3
    assert accepted(given, ME, to=first, date=WHEN).mappings == first.mappings


def test_rows_are_chosen_by_line(new: Path) -> None:
    lines = {row.line: row.object_id for row in read(new).mappings}
    at = next(line for line, term in lines.items() if term == "CHEBI:78")
    assert at is not None
    assert [row.object_id for row in accepted(read(new), ME, lines=[at]).mappings] == ["CHEBI:78"]
    with pytest.raises(UnknownNameError, match="999"):
        accepted(read(new), ME, lines=[999])
    with pytest.raises(UnknownNameError, match="CHEBI:1"):
        accepted(read(new), ME, objects=["CHEBI:1"])


def test_sets_of_one_prefix_for_two_vocabularies_stay_apart(kg: KnowledgeGraph, tmp_path: Path) -> None:
    first = accepted(proposed(kg, tmp_path, 'x:1 rdfs:label "ifosfamide" .'), ME)
    other = proposed(kg, tmp_path, '<https://elsewhere.example/1> rdfs:label "ifosfamide" .')
    assert first.curie_map["other"] == "https://hospital.example/drug/"
    with pytest.raises(ParseError, match="has another IRI for the prefix other than the proposals"):
        accepted(other, ME, to=first)


@pytest.mark.parametrize("reviewer", ["Jane", "orcid:12", "https://orcid.org/0000-0002-1825-0097"])
def test_a_reviewer_is_a_curie(new: Path, reviewer: str) -> None:
    with pytest.raises(CurieError):
        accepted(read(new), reviewer)


def test_curated_in_a_spreadsheet(kg: KnowledgeGraph, new: Path, tmp_path: Path) -> None:
    lines = new.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    names, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    kept = next(row for row in rows if "CHEBI:78" in row)
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";")  # as a spreadsheet of many countries saves it
    writer.writerows([[line] for line in head])
    writer.writerow([*names, "reviewer_id"])
    writer.writerow([*kept, ME])
    (tmp_path / "mine.csv").write_text("\ufeff" + table.getvalue(), encoding="utf-8")
    rows_now = kg.with_mappings(tmp_path / "mine.csv").mapping_rows("CHEBI:78")
    assert [(row.subject_id, row.reviewer_id) for _, row in rows_now] == [("sts:pazopanib", (ME,))]


def test_what_the_commands_refuse(new: Path, tmp_path: Path) -> None:
    before = new.read_bytes()
    shown = run("propose", tmp_path / "other.ttl", "-o", new)
    assert shown.exit_code == 2 and "may hold what somebody has judged; name another file" in shown.stderr
    assert new.read_bytes() == before
    output = tmp_path / "accepted.sssom.tsv"
    none = run("accept", new, "--reviewer", ME, "-o", output)
    assert (
        none.exit_code == 2 and "choose rows by --subject, --object, --row or --at-least, or take --all" in none.stderr
    )
    both = run("accept", new, "--all", "--row", "1", "--reviewer", ME, "-o", output)
    assert both.exit_code == 2 and "--all takes every row; leave it out to choose some" in both.stderr
    assert not output.exists()
    assert run("propose").exit_code == 2
