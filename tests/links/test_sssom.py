"""SSSOM as its specification says: each kind of file that tools write is read whole, checked, and written again."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS, XSD

from sts_kg import KnowledgeGraph, knowledge
from sts_kg.cli import app
from sts_kg.errors import ParseError
from sts_kg.links.mapping_rdf import SSSOM
from sts_kg.links.mapping_set import SLOTS
from sts_kg.links.mappings import (
    Mapping,
    MappingSet,
    RowViolation,
    canonical,
    condensed,
    from_graph,
    iri_of,
    propagated,
    read,
    read_all,
    sets_of,
    shipped,
    text,
    to_graph,
    to_json,
    validate,
    write,
)
from sts_kg.links.slots import LISTS, PROPAGATED, SET_SLOTS
from sts_kg.rdf.names import STS

IN, OUT, OBO = "https://in.example/", "https://out.example/", "http://purl.obolibrary.org/obo/"
HEAD = f"""#curie_map:
#  in: {IN}
#  out: {OUT}
#mapping_set_id: https://example.org/sets/one
#license: https://creativecommons.org/licenses/by/4.0/
"""
COLUMNS = "subject_id predicate_id object_id mapping_justification".split()
ROW = {
    "subject_id": "in:1",
    "predicate_id": "skos:closeMatch",
    "object_id": "out:2",
    "mapping_justification": "semapv:ManualMappingCuration",
}
FIRST = 7  # the line of the first row


def table(*rows: dict[str, str], head: str = HEAD) -> str:
    """Return a table of the row above with these cells in its place."""
    whole = [ROW | row for row in rows]
    columns = [*dict.fromkeys(name for row in whole for name in row)]
    lines = [columns, *([row.get(name, "") for name in columns] for row in whole)]
    return head + "".join("\t".join(line) + "\n" for line in lines)


def set_of(*rows: dict[str, str], head: str = HEAD) -> MappingSet:
    return read(table(*rows, head=head).encode())


def told(found: MappingSet, *, about: str = "") -> list[tuple[int | None, str, str]]:
    """Return line, slot and level of each problem, but for those about prefixes that only the file knows."""
    return [
        (problem.line, problem.column, problem.severity)
        for problem in validate(found)
        if "not one that we know" not in problem.message and about in problem.message
    ]


def direct(found: MappingSet) -> list[tuple[object, object, object]]:
    """Return the triples that state a match."""
    return [
        triple for triple in to_graph(found) if not str(triple[0]).startswith((f"{STS}mappings", "https://example"))
    ]


# --- several values in a cell


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        (r"Ann\|Bo|Cy", ("Ann|Bo", "Cy")),
        (r"Ann\\Bo|Cy\\|Di\\\|Ed\\", ("Ann\\Bo", "Cy\\", "Di\\|Ed\\")),
        (r"Ann\\|Bo", ("Ann\\", "Bo")),
        (r"C:\temp", ("C:\\temp",)),
        (r"c1cc1 \|C:1.2\|", ("c1cc1 |C:1.2|",)),
        ("Ann||Bo|", ("Ann", "", "Bo", "")),
    ],
)
def test_backslashes_escape_in_lists(cell: str, values: tuple[str, ...]) -> None:
    (row,) = set_of({"author_label": cell}).mappings
    assert row.author_label == values
    again = read(text(MappingSet({}, (row,))).encode())
    assert again.mappings == (row,)


def test_one_value_of_a_list_may_stand_alone_in_the_metadata() -> None:
    found = set_of({}, head=HEAD + "#creator_label: Ann\n")
    assert told(found) == []
    assert told(set_of({}, head=HEAD + "#creator_label: Ann|Bo\n")) == [(6, "creator_label", "information")]
    several = set_of({}, head=HEAD + "#creator_id: in:ann|in:bo\n")  # no id has a |, so these are two
    assert told(several) == [(6, "creator_id", "information")]
    assert from_graph(to_graph(several)).metadata["creator_id"] == ["in:ann", "in:bo"]


def test_a_tab_may_stand_before_a_value_of_the_metadata() -> None:
    assert set_of({}, head=HEAD.replace("in: ", "in: \t").replace("license: ", "license:\t")) == set_of({})


# --- predicates, evidence, rows that state no match


@pytest.mark.parametrize(
    "predicate", ["oboInOwl:hasSynonym", "rdfs:seeAlso", "owl:sameAs", "out:any", "semapv:crossSpeciesExactMatch"]
)
def test_any_predicate_is_taken(predicate: str) -> None:
    head = HEAD.replace(
        "#mapping_set_id", "#  oboInOwl: http://www.geneontology.org/formats/oboInOwl#\n#mapping_set_id"
    )
    assert told(set_of({"predicate_id": predicate}, head=head)) == []


def test_a_predicate_is_warned_of_only_about_our_own_terms() -> None:
    head = HEAD.replace("#mapping_set_id", "#  sts: https://w3id.org/sts-kg/\n#mapping_set_id")
    for end in ("subject_id", "object_id"):
        rows = ({end: "sts:ifosfamide", "predicate_id": name} for name in ("owl:equivalentClass", "rdfs:seeAlso"))
        found = told(set_of(*rows, head=head))
        assert found == [(8, "predicate_id", "warning"), (9, "predicate_id", "warning")]


def test_only_equal_rows_repeat() -> None:
    rows = ({"match_string": "x"}, {"match_string": "y"}, {"match_string": "x"})
    assert told(set_of(*rows)) == [(FIRST + 2, "subject_id", "warning")]
    assert len([*to_graph(set_of(*rows)).subjects(RDF.type, OWL.Axiom)]) == 3  # two equal records are two


@pytest.mark.parametrize(
    "cells",
    [
        {"object_id": "sssom:NoTermFound", "object_source": "out:all", "mapping_cardinality": "1:0"},
        {"subject_id": "sssom:NoTermFound", "subject_source": "in:all", "mapping_cardinality": "0:1"},
        {"predicate_modifier": "Not"},
        {"object_id": "", "object_label": "male", "object_type": "rdfs literal"},
        {"subject_id": "", "subject_label": "a b", "subject_type": "rdfs literal"},
        {"subject_label": "a b", "subject_type": "rdfs literal"},
    ],
    ids=str,
)
def test_a_row_without_a_match_is_a_record_and_comes_back(cells: dict[str, str]) -> None:
    found = set_of(cells)
    graph = to_graph(found)
    assert told(found) == []
    assert [*graph.subjects(RDF.type, OWL.Axiom)] == []
    assert len([*graph.subjects(RDF.type, SSSOM.Mapping)]) == 1
    assert direct(found) == [] or {p for _, p, _ in direct(found)} == {RDF.type}  # declarations of properties
    assert from_graph(graph).mappings == read(to_json(found).encode()).mappings == found.mappings


def test_a_type_that_the_set_gives_to_all_rows_makes_them_literal() -> None:
    head = HEAD + "#object_type: rdfs literal\n"
    found = set_of({"object_id": "", "object_label": "male"}, head=head)
    assert told(found) == []
    assert [*to_graph(found).subjects(RDF.type, OWL.Axiom)] == []
    assert from_graph(to_graph(found)) == found


def test_what_a_row_without_a_match_lacks_is_told() -> None:
    assert told(set_of({"object_id": "sssom:NoTermFound"})) == [(FIRST, "object_source", "information")]
    assert told(set_of({"author_id": "sssom:NoTermFound"})) == [(FIRST, "author_id", "error")]
    assert told(set_of({"object_type": "rdfs literal"})) == [(FIRST, "object_label", "error")]
    (only_label,) = validate(set_of({"object_id": "", "object_label": "male", "subject_id": "skos:x"}))
    assert only_label.remedy == "fill it in, or write rdfs literal in object_type if it has a label only"


# --- metadata beside the file

EXTERNAL = "".join(line[1:] + "\n" for line in HEAD.splitlines())


@pytest.mark.parametrize(
    ("table_name", "metadata_name"),
    [
        ("x.sssom.tsv", "x.sssom.yml"),
        ("x.sssom.tsv", "x.sssom.yaml"),
        ("x.tsv", "x.sssom.yml"),
        ("x.tsv", "x.yml"),
        ("x.sssom.tsv.gz", "x.sssom.yml"),
        ("x.sssom.csv", "x.sssom.yml"),
        ("x", "x.yaml"),
    ],
)
def test_metadata_are_read_beside_the_table(table_name: str, metadata_name: str, tmp_path: Path) -> None:
    data = table({}, head="").encode()
    data = data.replace(b"\t", b",") if ".csv" in table_name else data
    (tmp_path / table_name).write_bytes(gzip.compress(data) if table_name.endswith(".gz") else data)
    (tmp_path / metadata_name).write_text("\ufeff" + EXTERNAL, encoding="utf-8")
    found = read(tmp_path / table_name)
    assert found == set_of({})
    assert (found.beside, found.lines_beside["license"]) == (tmp_path / metadata_name, 5)
    assert told(found) == []


def test_a_problem_in_external_metadata_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "x.sssom.tsv").write_text(table({}, head=""), encoding="utf-8")
    (tmp_path / "x.sssom.yml").write_text(EXTERNAL.replace("https://creative", "creative "), encoding="utf-8")
    (problem,) = [each for each in validate(read(tmp_path / "x.sssom.tsv")) if each.severity == "error"]
    assert (problem.path, problem.line, problem.column) == (tmp_path / "x.sssom.yml", 5, "license")


@pytest.mark.parametrize("bad", ["<", ">", '"', "{", "}", "|", "^", "`", "\\", "\u2003"])
def test_what_rdf_takes_for_no_iri_is_none_in_the_metadata(bad: str) -> None:
    head = HEAD.replace("sets/one", f"sets/{bad}one").replace(IN, f"{IN}{bad}")
    found = [each for each in validate(set_of({}, head=head)) if each.message.endswith("is not an IRI")]
    assert [(each.line, each.column, each.severity) for each in found] == [
        (2, "curie_map", "error"),
        (4, "mapping_set_id", "error"),
    ]


def test_words_ids_and_slots_in_external_metadata_have_their_place(tmp_path: Path) -> None:
    (tmp_path / "x.sssom.tsv").write_text(table({}, head=""), encoding="utf-8")
    more = "subject_type: owl clas\nobject_source: no:1\nmood: glad\n"
    (tmp_path / "x.sssom.yml").write_text(EXTERNAL + more, encoding="utf-8")
    found = [(each.path, each.line, each.column) for each in validate(read(tmp_path / "x.sssom.tsv")) if each.path]
    slots = ("subject_type", "object_source", "mood")
    assert found == [(tmp_path / "x.sssom.yml", line, slot) for line, slot in enumerate(slots, 6)]


def test_what_the_file_says_itself_comes_first(tmp_path: Path) -> None:
    (tmp_path / "x.sssom.tsv").write_text(
        table({}, head=f"#license: urn:own\n#curie_map:\n#  in: {IN}\n"), encoding="utf-8"
    )
    (tmp_path / "x.sssom.yml").write_text(EXTERNAL.replace(IN, OUT), encoding="utf-8")
    found = read(tmp_path / "x.sssom.tsv")
    assert (found.metadata["license"], found.id) == ("urn:own", "https://example.org/sets/one")
    assert found.curie_map == {"in": IN, "out": OUT}
    assert told(found) == [(1, "metadata", "warning")]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"x.sssom.yml": "a: 1", "x.sssom.yaml": "b: 2"}, "x.sssom.tsv: has two files of metadata beside it"),
        ({"x.sssom.yml": "a: [\n"}, "x.sssom.yml, line 1, column 5: the metadata is not YAML"),
        ({"x.sssom.yml": HEAD}, "x.sssom.yml, line 1: has lines that begin with #"),
        (
            {"x.sssom.yml": "%YAML 1.2\n---\na: 1"},
            "x.sssom.yml, line 1, column 1: anchors, aliases, tags and directives",
        ),
    ],
)
def test_external_metadata_that_cannot_be_read_are_an_error(
    files: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in (files | {"x.sssom.tsv": table({}, head="")}).items():
        Path(name).write_text(content, encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        read("x.sssom.tsv")
    assert str(caught.value).startswith(said)


def test_a_file_about_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text(table({}, head=""), encoding="utf-8")
    (tmp_path / "x.yml").write_text("findings: [unresectable]\n", encoding="utf-8")
    assert read(tmp_path / "x.tsv").metadata == {}


# --- prefixes and ids


def test_a_prefix_of_the_file_is_used_and_told_of_once() -> None:
    head = HEAD.replace("#  out", "#  Orphanet: http://www.orpha.net/ORDO/Orphanet_\n#  out")
    rows = [{"object_id": f"{prefix}:{number}"} for number in range(1, 5) for prefix in ("Orphanet", "GARDEN")]
    found = set_of(*rows, head=head)
    assert [problem for problem in validate(found) if problem.severity != "information"] == [
        RowViolation(
            FIRST + 2,
            "object_id",
            "GARDEN:1: the curie_map has no prefix 'GARDEN'",
            "add a line `#  GARDEN: IRI` to it",
            count=4,
        )
    ]
    assert "(4 rows)" in str(next(problem for problem in validate(found) if problem.count == 4))
    assert iri_of("Orphanet:3", found.curie_map) == "http://www.orpha.net/ORDO/Orphanet_3"
    assert iri_of("out:CHEBI_1", found.curie_map) == f"{OUT}CHEBI_1"


@pytest.mark.parametrize(
    ("slot", "cell"), [("object_id", "my-lab:1"), ("author_id", "in:ann|other:bo"), ("subject_match_field", "x:y")]
)
def test_an_undeclared_prefix_is_an_error_in_every_slot_of_ids(slot: str, cell: str) -> None:
    assert told(set_of({slot: cell})) == [(FIRST, slot, "error")]


def test_the_prefixes_of_the_specification_need_no_declaration() -> None:
    rows = ({"object_id": f"{name}:thing"} for name in "owl rdf rdfs semapv skos sssom xsd linkml".split())
    assert told(set_of(*rows)) == []


FORMS = [
    "CHEBI:71219",
    "chebi:71219",
    "CHEBI:CHEBI:71219",
    "chebi:CHEBI:71219",
    "CHEBI_71219",
    "obo:CHEBI_71219",
    f"{OBO}CHEBI_71219",
    "https://identifiers.org/CHEBI:71219",
    "http://identifiers.org/chebi/CHEBI:71219",
    "https://identifiers.org/chebi/71219",
    "https://bioregistry.io/chebi:71219",
    "https://bioregistry.io/CHEBI:71219",
    " CHEBI:71219",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("declared", ["", f"#  CHEBI: {OBO}CHEBI_\n#  obo: {OBO}\n"])
def test_every_form_in_circulation_names_the_same_term_and_is_written_as_it_was(form: str, declared: str) -> None:
    found = set_of({"object_id": form}, head=HEAD.replace("#mapping_set_id", f"{declared}#mapping_set_id"))
    assert iri_of(form, found.curie_map) == f"{OBO}CHEBI_71219"
    graph = to_graph(found)
    assert (URIRef(f"{IN}1"), SKOS.closeMatch, URIRef(f"{OBO}CHEBI_71219")) in graph
    assert from_graph(graph).mappings == found.mappings


@pytest.mark.parametrize(
    ("cells", "level"),
    [
        ({"object_id": f"{OBO}MP_1"}, "error"),
        ({"subject_source": f"{OBO}mp.owl"}, "warning"),
        ({"object_id": "out:2 "}, "warning"),
        ({"mapping_justification": " semapv:MappingReview"}, "warning"),
        ({"object_id": "out:2 3"}, "error"),
        ({"object_id": "out:"}, "error"),
        ({"object_id": "plain"}, "error"),
    ],
)
def test_ids_that_are_no_curies_are_told(cells: dict[str, str], level: str) -> None:
    (slot,) = cells
    assert told(set_of(cells)) == [(FIRST, slot, level)]


def test_a_wrong_id_is_an_error_about_our_terms_and_else_a_warning_for_all_rows() -> None:
    head = HEAD.replace("#mapping_set_id", f"#  HP: {OBO}HP_\n#  sts: {STS}\n#mapping_set_id")
    rows = [{"object_id": "HP:x"}, {"object_id": "HP:y"}, {"object_id": "HP:z", "subject_id": "sts:ifosfamide"}]
    found = [problem for problem in validate(set_of(*rows, head=head)) if problem.severity != "information"]
    assert [(problem.line, problem.severity, problem.count) for problem in found] == [
        (9, "warning", 2),
        (11, "error", 1),
    ]


# --- slots


def test_slots_are_those_of_the_specification() -> None:
    assert (len(SLOTS), len(SET_SLOTS), len(PROPAGATED)) == (49, 37, 20)
    assert {*LISTS} - {*SLOTS} == {"mapping_set_source"}
    assert {*PROPAGATED} <= {*SLOTS} & {*SET_SLOTS}


@pytest.mark.parametrize(
    ("cells", "level"),
    [
        ({"subject_type": "owl class"}, None),
        ({"subject_type": "owl:Class"}, "warning"),
        ({"subject_type": "class"}, "error"),
        ({"subject_type": "composed entity expression", "subject_id": "in:1/(a:'b',c:'d')"}, None),
        ({"predicate_type": "owl annotation property"}, None),
        ({"predicate_type": "rdfs literal"}, "error"),
        ({"mapping_cardinality": "1:n"}, None),
        ({"mapping_cardinality": "1:2"}, "error"),
        ({"mapping_cardinality": "0:0"}, "error"),
        ({"similarity_score": "1.01"}, "error"),
        ({"confidence": "0"}, None),
        ({"review_date": "2026-01-02"}, "error"),
        ({"review_date": "2026-01-02", "reviewer_label": "Ann"}, None),
        ({"mapping_date": "2021"}, "error"),
        ({"mapping_justification": "semapv:Guess"}, "error"),
        ({"mapping_justification": "SEMAPV:MappingReview"}, "warning"),
    ],
    ids=str,
)
def test_words_and_numbers_are_those_of_the_specification(cells: dict[str, str], level: str | None) -> None:
    found = told(set_of(cells))
    assert found == ([] if level is None else [(FIRST, next(iter(cells)), level)])


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ('sssom_version: "1.1"', None),
        ("sssom_version: 1.0", None),
        ("sssom_version: 2", "warning"),
        ("mapping_set_confidence: 0.9", None),
        ("mapping_set_confidence: 90", "error"),
        ("object_type: thing", "error"),
        ("creator_id: in:me", None),
        ("creator_id: nobody:me", "error"),
        ("publication_date: 2026-13-01", "error"),
        ("confidence: 0.5", "warning"),
        ("mood: glad", "information"),
    ],
)
def test_metadata_are_those_of_the_specification(line: str, level: str | None) -> None:
    found = set_of({}, head=f"{HEAD}#{line}\n")
    assert told(found) == ([] if level is None else [(6, line.partition(":")[0], level)])
    assert read(text(found).encode()) == found


def test_a_value_of_the_set_holds_for_its_rows_unless_one_has_its_own() -> None:
    head = HEAD + "#mapping_tool: lens\n#subject_preprocessing:\n#  - semapv:Stemming\n#creator_label:\n#  - Ann\n"
    found = set_of({}, {"mapping_tool": "eye"}, head=head)
    assert found.shared == {"subject_preprocessing": ("semapv:Stemming",)}
    assert [found.cell(row, "mapping_tool") for row in found.mappings] == ["", "eye"]
    assert [found.cell(row, "creator_label") for row in found.mappings] == ["", ""]  # of the set, not of its rows
    assert told(found) == [(6, "mapping_tool", "warning")]


def test_values_go_down_to_the_rows_and_up_again() -> None:
    head = HEAD + "#mapping_date: 2026-01-02\n#mapping_tool: lens\n#object_match_field:\n#  - rdfs:label\n"
    found = set_of({"confidence": "0.5"}, {"object_id": "out:3"}, head=head)
    down = propagated(found)
    assert {row.cell("mapping_date") for row in down.mappings} == {"2026-01-02"}
    assert {row.object_match_field for row in down.mappings} == {("rdfs:label",)}
    assert not {"mapping_date", "mapping_tool", "object_match_field"} & down.metadata.keys()
    assert condensed(down) == found
    assert condensed(found) == found


def test_the_canonical_form() -> None:
    head = (
        '#license: https://example.org/l\n#creator_id: in:me\n#ext_b: x\n#sssom_version: "1.1"\n'
        f"#curie_map:\n#  out: {OUT}\n#  in: {IN}\n#  unused: https://example.org/\n"
        "#  skos: http://www.w3.org/2004/02/skos/core#\n#mapping_set_id: https://example.org/s\n#comment:\n"
        "#extension_definitions:\n#  - slot_name: ext_b\n#    property: out:b\n#  - slot_name: ext_a\n"
        "#    property: out:c\n#  - slot_name: ext_c\n#    property: out:a\n"
    )
    columns = [
        "ext_a",
        "comment",
        "mapping_justification",
        "confidence",
        "object_id",
        "predicate_id",
        "subject_id",
        "mapping_tool",
    ]
    rows = [
        ["1", "", "semapv:MappingReview", "0.12350", "out:2", "skos:closeMatch", "in:2", "lens"],
        ["", "", "semapv:MappingReview", "1.0", "out:1", "skos:closeMatch", "in:1", "lens"],
    ]
    given_set = read((head + "".join("\t".join(row) + "\n" for row in [columns, *rows])).encode())
    assert text(canonical(given_set)) == (
        f'#sssom_version: "1.1"\n#curie_map:\n#  in: {IN}\n#  out: {OUT}\n#mapping_set_id: https://example.org/s\n'
        "#creator_id:\n#  - in:me\n#license: https://example.org/l\n#mapping_tool: lens\n#extension_definitions:\n"
        "#  - slot_name: ext_b\n#    property: out:b\n#  - slot_name: ext_a\n#    property: out:c\n#ext_b: x\n"
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\text_a\n"
        "in:1\tskos:closeMatch\tout:1\tsemapv:MappingReview\t1\t\n"
        "in:2\tskos:closeMatch\tout:2\tsemapv:MappingReview\t0.124\t1\n"
    )
    assert canonical(canonical(given_set)) == canonical(given_set)


def test_definitions_that_are_none_are_kept_and_told() -> None:
    found = set_of({}, head=HEAD + "#extension_definitions:\n#  -\n#  - free words\n")
    assert canonical(found).metadata["extension_definitions"] == [None, "free words"]
    assert from_graph(to_graph(found)).metadata == found.metadata
    assert told(found) == [(6, "extension_definitions", "warning")] * 2


# --- slots that SSSOM does not have

EXTENDED = HEAD + (
    "#extension_definitions:\n#  - slot_name: ext_age\n#    property: out:age\n#    type_hint: xsd:integer\n"
    "#  - slot_name: ext_kin\n#    property: out:kin\n#    type_hint: linkml:uriOrCurie\n#ext_age: 7\n#ext_free: any\n"
)


def test_an_extension_is_kept_and_has_its_property_and_type_in_rdf() -> None:
    found = set_of({"ext_age": "8", "ext_kin": "out:3", "ext mood": "glad"}, head=EXTENDED)
    assert told(found) == [(None, "ext mood", "information"), (14, "ext_free", "information")]
    graph = to_graph(found)
    (axiom,) = graph.subjects(RDF.type, OWL.Axiom)
    assert graph.value(axiom, URIRef(f"{OUT}age")) == Literal("8", datatype=XSD.integer)
    assert graph.value(axiom, URIRef(f"{OUT}kin")) == URIRef(f"{OUT}3")
    assert graph.value(axiom, URIRef("http://sssom.invalid/ext%20mood")) == Literal("glad")
    again = from_graph(graph)
    assert read(to_json(found).encode()) == again == found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slot_name: ext_age", "slot_nam: ext_age", "a definition has no slot_name"),
        ("ext_age\n#    p", "9 lives\n#    p", "'9 lives' is not a name of an extension"),
        ("ext_age\n#    p", "comment\n#    p", "comment is a slot of SSSOM"),
        ("xsd:integer", "xsd:integer\n#    unit: year", "the definition of ext_age has the unknown key unit"),
        ("out:age", "nowhere:age", "nowhere:age in the definition of ext_age is not a CURIE with a declared prefix"),
        ("out:kin", "out:age", "ext_kin is defined twice, or shares its property with ext_age"),
    ],
)
def test_a_definition_that_other_tools_would_ignore_is_told(old: str, new: str, said: str) -> None:
    found = [problem for problem in validate(set_of({}, head=EXTENDED.replace(old, new))) if said == problem.message]
    assert [problem.severity for problem in found] == ["warning"]


def test_a_value_of_another_type_than_defined_is_told() -> None:
    assert told(set_of({"ext_age": "old"}, head=EXTENDED), about="type") == [(FIRST + 9, "ext_age", "warning")]


def test_a_value_of_another_type_is_written_without_a_word_of_rdflib(caplog: pytest.LogCaptureFixture) -> None:
    graph = to_graph(set_of({"ext_age": "old"}, head=EXTENDED))
    assert caplog.records == []
    assert {str(age) for age in graph.objects(None, URIRef(f"{OUT}age"))} == {"7", "old"}


def test_record_ids_name_the_rows_and_are_all_there_once() -> None:
    found = set_of({"record_id": "in:r1"}, {"record_id": "in:r2"})
    assert told(found) == []
    assert {*to_graph(found).subjects(RDF.type, OWL.Axiom)} == {URIRef(f"{IN}r1"), URIRef(f"{IN}r2")}
    assert {*from_graph(to_graph(found)).mappings} == {*found.mappings}
    twice = set_of({"record_id": "in:r1"}, {"record_id": "in:r1", "comment": "x"}, {"comment": "y"})
    assert told(twice) == [(FIRST + 1, "record_id", "error"), (FIRST + 2, "record_id", "error")]
    assert {*from_graph(to_graph(twice)).mappings} == {*twice.mappings}


# --- tables that do not fit


def test_a_short_row_is_read_and_told() -> None:
    whole = table({"comment": "last"}).replace("\tlast", "")
    assert told(read(whole.encode())) == [(FIRST, "comment", "warning")]
    assert told(read(whole.replace("\tsemapv:ManualMappingCuration", "").encode())) == [
        (FIRST, "mapping_justification", "warning"),
        (FIRST, "mapping_justification", "error"),
    ]


@pytest.mark.parametrize("slot", COLUMNS)
def test_an_empty_required_cell_is_an_error_in_its_row_and_a_missing_column_one_for_all(slot: str) -> None:
    assert (FIRST + 1, slot, "error") in told(set_of({}, {slot: ""}))
    whole = table({}, {}, {"comment": "x"}).replace(f"{slot}\t", "other\t").replace(f"\t{slot}", "\tother")
    (problem,) = [each for each in validate(read(whole.encode())) if each.message == f"the row has no {slot}"]
    assert (problem.line, problem.count) == (FIRST, 3)


def test_a_slot_of_the_set_may_be_a_column() -> None:
    found = set_of({"sssom_version": "1.1"})
    assert found.mappings[0].extra == {"sssom_version": "1.1"}
    assert validate(found) == validate(set_of({}))
    assert read(to_json(found).encode()).mappings == found.mappings


def test_a_byte_order_mark_before_the_columns_is_no_part_of_a_name() -> None:
    whole = table({})
    first = whole.index("subject_id")
    assert read(f"{whole[:first]}\ufeff{whole[first:]}".encode()) == read(whole.encode())


def test_an_older_slot_says_what_to_write() -> None:
    (problem,) = [
        each
        for each in validate(set_of({"mapping_justification": "", "match_type": "HumanCurated"}))
        if each.severity == "error"
    ]
    assert problem.remedy == "write semapv:ManualMappingCuration, which match_type meant"


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_tables_of_spreadsheets_are_read(delimiter: str, tmp_path: Path) -> None:
    lines = table({"comment": "a", "author_label": "b"}).splitlines()
    padded = [line + delimiter * 3 if line.startswith("#") else line.replace("\t", delimiter) for line in lines]
    (tmp_path / "x.csv").write_bytes(("\ufeff" + "\r\n".join(padded) + "\r\n").encode())
    found = read(tmp_path / "x.csv")
    assert found == set_of({"comment": "a", "author_label": "b"})


# --- JSON and RDF of other tools


def test_json_of_other_tools_is_read() -> None:
    whole = {
        "@context": {"in": IN, "out": OUT, "comment": {"@id": "rdfs:comment"}, "@vocab": "https://w3id.org/sssom/"},
        "@type": "MappingSet",
        "mapping_set_id": "https://example.org/s",
        "license": "https://example.org/l",
        "creator_id": ["in:me"],
        "mappings": [
            ROW
            | {"confidence": 1, "author_label": ["a|b", "c"], "mapping_date": "2026-01-02", "ext_x": True, "@type": "M"}
        ],
    }
    found = read(json.dumps(whole).encode(), path="x.json")
    assert found.curie_map == {"in": IN, "out": OUT}
    (row,) = found.mappings
    assert (row.confidence, row.author_label, row.cell("mapping_date"), row.extra) == (
        1.0,
        ("a|b", "c"),
        "2026-01-02",
        {"ext_x": "true"},
    )
    assert told(found) == [(None, "ext_x", "information")]


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        ('{"mappings": [', "x.json, line 1, column 15: is not JSON"),
        ('{"mappings": [], "a": 1, "a": 2}', "x.json: has the key 'a' twice"),
        ('{"mappings": [{"comment": {"a": 1}}]}', 'x.json: mapping 1: comment holds {"a": 1}, a text or number'),
        ('{"mappings": [{"confidence": NaN}]}', "x.json: mapping 1: confidence holds NaN"),
    ],
)
def test_json_that_holds_no_mapping_set_is_an_error(whole: str, said: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(whole.encode(), path="x.json")
    assert str(caught.value).startswith(said)


TURTLE = f"""@prefix in: <{IN}> . @prefix out: <{OUT}> . @prefix owl: <{OWL}> . @prefix dcterms: <{DCTERMS}> .
@prefix pav: <http://purl.org/pav/> . @prefix sssom: <https://w3id.org/sssom/> . @prefix skos: <{SKOS}> .
@prefix semapv: <https://w3id.org/semapv/vocab/> . @prefix xsd: <{XSD}> .
SET a sssom:MappingSet ; LICENCE ; sssom:mappings [ a owl:Axiom ; owl:annotatedSource in:1 ;
  owl:annotatedProperty skos:closeMatch ; owl:annotatedTarget out:2 ; sssom:confidence 5.0E-1 ; out:age 7 ;
  MODIFIER ; sssom:mapping_cardinality "1:1" ; sssom:mapping_justification semapv:ManualMappingCuration ;
  pav:authoredOn "2026-01-02"^^xsd:date ; pav:authoredBy in:me , in:you ] .
"""
STANDARD = {
    "SET": "<https://example.org/s>",
    "LICENCE": "dcterms:license <https://example.org/l>",
    "MODIFIER": "sssom:predicate_modifier sssom:NegatedPredicate ; sssom:subject_type owl:Class",
}
EARLIER = {
    "SET": '[] sssom:mapping_set_id "https://example.org/s"^^xsd:anyURI ;',
    "LICENCE": 'dcterms:license "https://example.org/l"^^xsd:anyURI',
    "MODIFIER": 'sssom:predicate_modifier "Not" ; sssom:subject_type "owl class"',
}


@pytest.mark.parametrize("words", [STANDARD, EARLIER], ids=["standard", "earlier"])
def test_rdf_of_other_tools_is_read(words: dict[str, str], tmp_path: Path) -> None:
    whole = TURTLE
    for name, value in words.items():
        whole = whole.replace(name, value)
    (tmp_path / "x.ttl").write_text(whole.replace(";  a sssom", "; a sssom"), encoding="utf-8")
    found = read(tmp_path / "x.ttl")
    assert found == read(whole.encode())  # known by its content
    assert found.metadata == {
        "curie_map": {"in": IN, "out": OUT},
        "mapping_set_id": "https://example.org/s",
        "license": "https://example.org/l",
        "extension_definitions": [{"slot_name": "age", "property": "out:age", "type_hint": "xsd:integer"}],
    }
    assert {slot: found.mappings[0].cell(slot) for slot in SLOTS if found.mappings[0].cell(slot)} == ROW | {
        "predicate_modifier": "Not",
        "subject_type": "owl class",
        "confidence": "0.5",
        "mapping_cardinality": "1:1",
        "mapping_date": "2026-01-02",
        "author_id": "in:me|in:you",
    }
    assert found.mappings[0].extra == {"age": "7"}
    assert told(found) == []


def test_several_sets_of_one_graph_stay_apart() -> None:
    graph = to_graph(set_of({})) + to_graph(set_of({"object_id": "out:9"}, head=HEAD.replace("sets/one", "sets/two")))
    assert [(each.name, each.mappings[0].object_id) for each in sets_of(graph)] == [("one", "out:2"), ("two", "out:9")]
    data = graph.serialize(format="turtle").encode()
    assert [each.name for each in read_all(data)] == ["one", "two"]
    with pytest.raises(ParseError, match=r"^x: has 2 mapping sets, one was expected: https://example\.org/sets/one, "):
        read(data, path="x")


def test_a_row_with_two_objects_is_an_error() -> None:
    graph = to_graph(set_of({}))
    (axiom,) = graph.subjects(RDF.type, OWL.Axiom)
    graph.add((axiom, OWL.annotatedTarget, URIRef(f"{OUT}3")))
    with pytest.raises(ParseError, match="has 2 values of object_id, one was expected: out:2, out:3"):
        from_graph(graph)


def test_a_graph_without_sets_gives_an_empty_one() -> None:
    assert from_graph(Graph().add((BNode(), RDF.type, OWL.Class))).mappings == ()


# --- any set, in any form

TEXTS = st.text(st.sampled_from('ab|\\\t\n\r",;# é\u2028\x85'), min_size=1, max_size=8)
CURIES = st.sampled_from(["in:1", "out:2", "skos:closeMatch", "CHEBI:7", "x"])
SETS = st.builds(
    lambda rows, shared: MappingSet(
        {"mapping_set_id": "urn:x:1", "curie_map": {"in": IN, "out": OUT}} | shared, (*rows,)
    ),
    st.lists(
        st.builds(
            Mapping,
            **{slot: st.none() | CURIES for slot in ("subject_id", "predicate_id", "object_id")},
            **{slot: st.none() | TEXTS for slot in ("subject_label", "other", "comment", "similarity_measure")},
            **{
                slot: st.lists(TEXTS, max_size=3, unique=True).map(sorted).map(tuple)
                for slot in ("match_string", "author_label")
            },
            mapping_justification=CURIES,
            subject_type=st.sampled_from([None, "owl class", "rdfs literal", "odd"]),
            extra=st.dictionaries(st.sampled_from(["ext_a", "ext b"]), TEXTS, max_size=2),
        ),
        min_size=1,
        max_size=3,
    ),
    st.dictionaries(st.sampled_from(["comment", "mapping_tool", "ext_a"]), TEXTS, max_size=2),
)


@settings(max_examples=40)
@given(SETS, st.sampled_from("\t,"))
def test_any_set_comes_back_from_every_form(given_set: MappingSet, delimiter: str) -> None:
    assert read(text(given_set, delimiter=delimiter).encode()).mappings == given_set.mappings
    assert read(to_json(given_set).encode()).mappings == given_set.mappings
    assert read(to_json(given_set).encode()).metadata == given_set.metadata
    again = from_graph(to_graph(given_set))
    left = [*again.mappings]
    for row in given_set.mappings:
        left.remove(row)
    assert left == []
    assert again.metadata == given_set.metadata
    assert {*canonical(given_set).curie_map} <= {"in", "out"}
    assert read(text(canonical(given_set)).encode()) == canonical(given_set)


@pytest.mark.parametrize("ending", ["sssom.tsv", "csv", "tsv.gz", "json", "ttl", "rdf", "nt", "jsonld", "json.gz"])
def test_a_file_of_every_ending_comes_back(ending: str, tmp_path: Path) -> None:
    drugs = next(each for each in shipped() if each.name == "drugs")
    write(drugs, tmp_path / f"x.{ending}")
    found = read(tmp_path / f"x.{ending}")
    assert found.metadata == drugs.metadata
    assert {*found.mappings} == {*drugs.mappings}


# --- the command line


@pytest.fixture
def _loaded(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(knowledge, "load", lambda **_: kg)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_loaded")
def test_levels_are_told_and_only_errors_are_a_failure() -> None:
    Path("x.sssom.tsv").write_text(table({"predicate_id": "skos:exactMatch"}, {"mood": "x"}, head=""), encoding="utf-8")
    Path("x.sssom.yml").write_text(EXTERNAL.replace("out:", "HP:"), encoding="utf-8")
    done = CliRunner().invoke(app, ["mappings", "validate", "x.sssom.tsv", "--format", "json"])
    assert (done.exit_code, done.stderr) == (1, "1 error, 1 warning, 2 for information\n")
    assert {(each["path"], each["line"], each["severity"], each["count"]) for each in json.loads(done.stdout)} == {
        ("x.sssom.yml", 3, "warning", 1),
        ("x.sssom.tsv", 2, "information", 2),
        ("x.sssom.tsv", 2, "error", 2),
        ("x.sssom.tsv", None, "information", 1),
    }
    Path("x.sssom.yml").write_text(EXTERNAL, encoding="utf-8")
    done = CliRunner().invoke(app, ["mappings", "validate", "x.sssom.tsv"])
    assert (done.exit_code, done.stderr) == (0, "0 errors, 0 warnings, 3 for information\n")


@pytest.mark.usefixtures("_loaded")
def test_a_set_of_ones_own_is_exported_in_every_form() -> None:
    Path("x.sssom.tsv").write_text(table({"comment": "c"}), encoding="utf-8")
    for source, target in (("x.sssom.tsv", "x.ttl"), ("x.ttl", "x.json"), ("x.json", "y.sssom.tsv")):
        done = CliRunner().invoke(app, ["mappings", "export", source, "-o", target])
        assert done.exit_code == 0, done.output
    assert Path("y.sssom.tsv").read_text(encoding="utf-8") == Path("x.sssom.tsv").read_text(encoding="utf-8")
    done = CliRunner().invoke(app, ["mappings", "export", "-o", "all.tsv"])
    assert (done.exit_code, Path("all.tsv").exists()) == (2, False)
    assert "all.tsv holds one mapping set, and there are 7" in done.stderr
