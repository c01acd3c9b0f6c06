"""Which codes stand for our terms: by which mappings, in which direction, and what they need beside them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from sts_kg import KnowledgeGraph
from sts_kg.cohort import ConceptRow, ConceptSets
from sts_kg.links import iri_of, row_iris, shipped, to_graph

HEAD = """#curie_map:
#  icd10cm: http://purl.bioontology.org/ontology/ICD10CM/
#  ex: https://hospital.example/drug/
#  rxnorm: http://purl.bioontology.org/ontology/RXNORM/
#  snomedct: http://snomed.info/id/
#  sts: https://w3id.org/sts-kg/
#mapping_set_id: https://hospital.example/ours
#license: https://creativecommons.org/licenses/by/4.0/
#extension_definitions:
#  - slot_name: beside
#    property: sts:needsCodeOf
#  - slot_name: only
#    property: sts:onlyIf
subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tbeside\tonly
"""
SARCOMA = "soft-tissue-sarcoma"


@pytest.fixture(scope="module")
def sets(kg: KnowledgeGraph) -> ConceptSets:
    return kg.concept_sets()


def with_rows(kg: KnowledgeGraph, folder: Path, *rows: str) -> list[ConceptRow]:
    """Return what rows of one's own add to the shipped concept sets; each has its cells with blanks between them."""
    lines = []
    for row in rows:
        subject, match, object_, *scope = row.split(" ")
        denied, match = ("Not", match[1:]) if match.startswith("-") else ("", match)
        cells = (
            f"sts:{subject}",
            f"skos:{match}Match",
            denied,
            object_,
            "semapv:ManualMappingCuration",
            *scope,
            "",
            "",
        )
        lines.append("\t".join(cells[:7]))
    path = folder / "ours.sssom.tsv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    found = kg.with_mappings(path).concept_sets().rows
    shipped_rows = set(kg.concept_sets().rows)
    return [row for row in found if row not in shipped_rows]


def test_no_code_is_there_by_a_match_that_is_not_enough(sets: ConceptSets) -> None:
    broad = {(row.term, row.concept_code) for row in sets.rows if row.relation == "broad"}
    assert broad == {("lung-metastases", "C3577"), ("stage4-sts", "C27971")}
    assert {row.relation for row in sets.rows} == {"exact", "narrow", "broad"}
    assert not {"C36263", "399409002", "C27359", "C38014", "C136706", "C3359"} & {row.concept_code for row in sets.rows}


def test_what_needs_another_code_and_what_is_one(sets: ConceptSets) -> None:
    findings = {(row.term, row.concept_code): (row.needs, row.shows) for row in sets.rows if row.kind == "finding"}
    assert findings == {
        ("lung-metastases", "C3577"): (SARCOMA, ""),
        ("stage4-sts", "C27971"): (SARCOMA, ""),
        ("stage4-sts", "C7821"): ("", SARCOMA),
        (SARCOMA, "C9306"): ("", SARCOMA),
        (SARCOMA, "424952003"): ("", SARCOMA),
        (SARCOMA, "3394"): ("", SARCOMA),
        (SARCOMA, "C4551687"): ("", SARCOMA),
    }
    assert {(row.needs, row.shows) for row in sets.rows if row.kind == "therapy"} == {("", "")}


def test_a_brand_and_its_products_stand_for_the_drug(sets: ConceptSets) -> None:
    codes = {row.concept_code: (row.term, row.relation) for row in sets.rows if row.vocabulary_id == "RxNorm"}
    assert codes == {
        **{"3639": ("doxorubicin", "exact"), "5657": ("ifosfamide", "exact"), "714438": ("pazopanib", "exact")},
        **dict.fromkeys(("217701", "206933", "1791591", "1791595"), ("ifosfamide", "narrow")),
        **dict.fromkeys(("867503", "867506", "867510"), ("pazopanib", "narrow")),
    }


def test_rows_are_in_one_order_and_name_their_mapping(sets: ConceptSets) -> None:
    assert [*sets.rows] == sorted(sets.rows)
    rows = {
        str(name): (each, row) for each in shipped() for name, row in zip(row_iris(each), each.mappings, strict=True)
    }
    for row in sets.rows:
        mapping_set, mapping = rows[row.mapping]
        code = mapping.cell("object_id").partition(":")[2]
        assert (row.mapping_set, row.concept_code) == (mapping_set.id, code)
        assert not mapping.negative
    for each in shipped():
        assert set(map(str, row_iris(each))) <= set(map(str, to_graph(each).subjects()))


def test_what_a_hospital_has_no_name_for_is_counted(sets: ConceptSets) -> None:
    assert {row.vocabulary_id or row.system for row in sets.rows} == {
        *("ATC", "HemOnc", "MeSH", "NCIt", "RxNorm", "SNOMED"),
        *("http://www.orpha.net", "http://www.nlm.nih.gov/research/umls", "http://fdasis.nlm.nih.gov"),
    }
    assert (sets.unnamed["CHEBI"], sets.unnamed["MONDO"]) == (3, 1)
    assert sets.table().notes[0].startswith("left out, since neither OMOP nor FHIR names the vocabulary: CHEBI 3, ")


def test_the_table_is_the_rows(sets: ConceptSets) -> None:
    table = [*csv.reader(io.StringIO(sets.table().to_csv()))]
    assert tuple(table[0]) == ConceptRow._fields
    assert [[*map(str, (int(cell) if isinstance(cell, bool) else cell for cell in row))] for row in sets.rows] == table[
        1:
    ]


BESIDE = "sts:finding-soft-tissue-sarcoma"
NEEDS, SHOWS = f"{SARCOMA} -", f"- {SARCOMA}"


@pytest.mark.parametrize(
    ("row", "found"),
    [
        # a metastasis code needs the sarcoma, whatever its match
        ("finding-lung-metastases exact icd10cm:C78.00", f"lung-metastases ICD10CM C78.00 exact {NEEDS}"),
        ("finding-lung-metastases narrow icd10cm:C78.01", f"lung-metastases ICD10CM C78.01 narrow {NEEDS}"),
        ("finding-metastases-outside-lungs exact icd10cm:C7", f"metastases-outside-lungs ICD10CM C7 exact {NEEDS}"),
        ("finding-lung-metastases broad icd10cm:C78.0", ""),
        (f"finding-lung-metastases broad icd10cm:C78.0 {BESIDE}", f"lung-metastases ICD10CM C78.0 broad {NEEDS}"),
        (f"finding-lung-metastases broad icd10cm:C78.0 {BESIDE} it-is-so", ""),
        (f"finding-lung-metastases narrow icd10cm:C78.0 {BESIDE} it-is-so", ""),
        ("finding-lung-metastases broad icd10cm:C78.0 sts:finding-unresectable", ""),  # which it does not imply
        (f"finding-lung-metastases close icd10cm:C78.0 {BESIDE}", ""),
        (f"finding-lung-metastases related icd10cm:C78.0 {BESIDE}", ""),
        # other findings of any cancer are not given by a code
        (f"finding-unresectable broad icd10cm:Z1 {BESIDE}", ""),
        ("finding-unresectable exact icd10cm:Z1", "unresectable ICD10CM Z1 exact - -"),
        ("finding-soft-tissue-sarcoma narrow snomedct:404037002", f"{SARCOMA} SNOMED 404037002 narrow {SHOWS}"),
        ("finding-soft-tissue-sarcoma broad icd10cm:C49.9", ""),
        ("wide-local-excision narrow snomedct:123456789", "wide-local-excision SNOMED 123456789 narrow - -"),
        ("site-lungs exact snomedct:123456789", ""),
        ("modality-surgery exact snomedct:123456789", ""),
        ("pazopanib narrow ex:7", ""),
        ("pazopanib -narrow rxnorm:867506", ""),
    ],
)
def test_rows_of_ones_own(kg: KnowledgeGraph, tmp_path: Path, row: str, found: str) -> None:
    rows = with_rows(kg, tmp_path, row)
    told = [(r.term, r.vocabulary_id, r.concept_code, r.relation, r.needs or "-", r.shows or "-") for r in rows]
    assert told == ([tuple(found.split())] if found else [])


def test_a_match_that_is_denied_gives_no_code(kg: KnowledgeGraph, sets: ConceptSets, tmp_path: Path) -> None:
    path = tmp_path / "ours.sssom.tsv"
    row = "sts:finding-lung-metastases\tskos:broadMatch\tNot\tNCIT:C3577\tsemapv:ManualMappingCuration\t\t\n"
    path.write_text(HEAD.replace("#  ex:", "#  NCIT: http://purl.obolibrary.org/obo/NCIT_\n#  ex:") + row)
    fewer = kg.with_mappings(path).concept_sets()
    assert {(one.term, one.concept_code) for one in set(sets.rows) - set(fewer.rows)} == {("lung-metastases", "C3577")}
    assert set(fewer.rows) < set(sets.rows)


def test_what_is_denied_to_be_narrower_is_told(kg: KnowledgeGraph, sets: ConceptSets, tmp_path: Path) -> None:
    path = tmp_path / "ours.sssom.tsv"
    rows = (
        "finding-soft-tissue-sarcoma narrow snomedct:123456789",
        "finding-soft-tissue-sarcoma exact snomedct:223456789",  # denies that they are the same, no more
        "finding-soft-tissue-sarcoma narrow icd10cm:C49.9",  # OMOP has nothing below it
        "brand-votrient narrow rxnorm:42",
        "site-lungs narrow snomedct:123456789",
    )
    cells = (row.split(" ") for row in rows)
    lines = [f"sts:{s}\tskos:{m}Match\tNot\t{o}\tsemapv:ManualMappingCuration\t\t" for s, m, o in cells]
    path.write_text(HEAD + "\n".join(lines) + "\n")
    found = kg.with_mappings(path).concept_sets()
    assert (sets.denied, found.denied) == (
        (),
        (("pazopanib", "RxNorm", "42"), (SARCOMA, "SNOMED", "123456789")),
    )
    assert found.rows == sets.rows and found.digest != sets.digest


def test_a_match_that_a_chain_leads_to_gives_a_code(kg: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "ours.sssom.tsv"
    row = "rxnorm:3639\tskos:exactMatch\t\tsnomedct:123456789\tsemapv:ManualMappingCuration\t\t\n"
    path.write_text(HEAD + row)
    found = [one for one in kg.with_mappings(path).concept_sets().rows if one.concept_code == "123456789"]
    assert [(one.term, one.relation, one.mapping_set) for one in found] == [
        ("doxorubicin", "exact", "https://w3id.org/sts-kg/mappings/derived")
    ]


def test_the_slots_of_the_scope_say_what_the_comments_say() -> None:
    scope = "Stands for our finding only in a person who also has a code for soft tissue sarcoma"
    for each in shipped():
        for row in each.mappings:
            comment = row.comment or ""
            needs, only_if = row.extra.get("needs_code_of", ""), row.extra.get("only_if", "")
            said = f"{scope}, and only if {only_if}." if only_if else f"{scope}." if needs else ""
            assert (needs != "") == (scope in comment) and said in comment, row
            assert iri_of(needs, each.curie_map) in ("", "https://w3id.org/sts-kg/finding-soft-tissue-sarcoma")
