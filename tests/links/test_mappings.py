"""Mapping sets: nothing is lost on the way, every check has a row that fails and one that passes, traps are seen."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Literal as OneOf

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from sts_kg import KnowledgeGraph, knowledge
from sts_kg.cli import app
from sts_kg.closure.closure import closure_of
from sts_kg.errors import ParseError
from sts_kg.guideline.data import ontology_folder
from sts_kg.links.mappings import (
    PREDICATES,
    SLOTS,
    Denial,
    Mapping,
    MappingSet,
    RowViolation,
    from_graph,
    iri_of,
    merged,
    read,
    rows_with,
    shipped,
    text,
    to_graph,
    traps,
    validate,
    write,
)
from sts_kg.rdf.names import STS
from sts_kg.rdf.prefixes import Prefixes

OBO = "http://purl.obolibrary.org/obo/"
HEAD = """#curie_map:
#  CHEBI: http://purl.obolibrary.org/obo/CHEBI_
#  sts: https://w3id.org/sts-kg/
#mapping_set_id: https://example.org/set
#license: https://creativecommons.org/licenses/by/4.0/
"""
COLUMNS = "subject_id predicate_id object_id mapping_justification".split()
GOOD = ("sts:pazopanib", "skos:exactMatch", "CHEBI:71219", "semapv:UnspecifiedMatching")
FIRST = 7  # the line of the first row after HEAD and the column names
NAMES = [each.name for each in shipped()]


def table(*rows: tuple[str, ...], columns: list[str] = COLUMNS, head: str = HEAD) -> str:
    return head + "".join("\t".join(row) + "\n" for row in (columns, *rows))


def set_of(*rows: tuple[str, ...], columns: list[str] = COLUMNS, head: str = HEAD) -> MappingSet:
    return read(table(*rows, columns=columns, head=head).encode())


def declaring(*prefixes: str) -> str:
    """Return HEAD with the IRIs of these prefixes in its curie_map."""
    found = [prefix for name in prefixes if (prefix := Prefixes.shipped().find(name)) and f"  {name}:" not in HEAD]
    lines = "".join(f'#  {prefix.name}: "{prefix.iri}"\n' for prefix in found)
    return HEAD.replace("#curie_map:\n", f"#curie_map:\n{lines}")


def problems(cells: dict[str, str], head: str | None = None, **more: object) -> list[RowViolation]:
    """Return what is wrong with one row, the good one but for these cells."""
    row = dict(zip(COLUMNS, GOOD, strict=True)) | cells
    used = {row[slot].partition(":")[0] for slot in ("subject_id", "object_id")}
    head = head if head is not None else declaring(*sorted(used))
    return validate(set_of(tuple(row.values()), columns=[*row], head=head), **more)  # type: ignore[arg-type]


def told(found: list[RowViolation]) -> list[tuple[str, str]]:
    return [(problem.column, problem.severity) for problem in found]


# --- reading


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
def test_what_has_no_end_is_refused_at_once() -> None:
    start = time.perf_counter()
    with pytest.raises(ParseError) as caught:
        read("/dev/zero")
    assert str(caught.value) == "/dev/zero, line 1: holds zero bytes, so it is no text"
    assert time.perf_counter() - start < 5


def test_a_row_is_read_with_its_types_and_its_line() -> None:
    columns = [*COLUMNS, "author_id", "confidence", "mapping_date", "mood"]
    (row,) = set_of((*GOOD, r"orcid:1|a\|b", "0.90", "2026-01-31", "glad"), columns=columns).mappings
    assert row == Mapping(
        subject_id="sts:pazopanib",
        predicate_id="skos:exactMatch",
        object_id="CHEBI:71219",
        mapping_justification="semapv:UnspecifiedMatching",
        author_id=("orcid:1", "a|b"),
        confidence=0.9,
        mapping_date=date(2026, 1, 31),
        extra={"mood": "glad"},
    )
    assert row.line == FIRST
    assert (row.cell("author_id"), row.cell("confidence"), row.cell("mood")) == (r"orcid:1|a\|b", "0.9", "glad")
    assert (row.cell("comment"), row.cell("gloom")) == ("", "")


def test_metadata_keep_their_order_and_lines() -> None:
    found = set_of(GOOD)
    assert [*found.metadata] == ["curie_map", "mapping_set_id", "license"]
    assert found.lines == {
        "curie_map": 1,
        "curie_map.CHEBI": 2,
        "curie_map.sts": 3,
        "mapping_set_id": 4,
        "license": 5,
    }
    assert (found.id, found.name, found.columns) == ("https://example.org/set", "set", tuple(COLUMNS))


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: "\ufeff" + whole,
        lambda whole: whole.replace("\n", "\r\n"),
        lambda whole: whole.replace("#", "# "),
        lambda whole: whole.replace("\t", ","),
        lambda whole: "".join(
            line + (",,," if line.startswith("#") else "") + "\n" for line in whole.replace("\t", ",").splitlines()
        ),
        lambda whole: whole.replace("#license: ", '"#license: ').replace("by/4.0/\n", 'by/4.0/"\t\t\n'),
        lambda whole: whole + "\n\n",
        lambda whole: whole.replace(GOOD[2], f'"{GOOD[2]}"'),
    ],
    ids=["BOM", "CRLF", "blank", "CSV", "CSV of a spreadsheet", "TSV of a spreadsheet", "empty lines", "quoted"],
)
def test_dialects_are_read_alike(change: object) -> None:
    assert callable(change)
    assert read(change(table(GOOD)).encode()) == set_of(GOOD)


def test_cells_that_an_editor_cut_off_are_empty() -> None:
    assert set_of(GOOD, columns=[*COLUMNS, "comment"]) == set_of((*GOOD, ""), columns=[*COLUMNS, "comment"])


def test_a_table_without_metadata_is_read() -> None:
    found = set_of(GOOD, head="")
    assert (found.metadata, found.curie_map, found.id, len(found.mappings)) == ({}, {}, "", 1)


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        (b"\xff", "x.tsv, line 1: is not UTF-8 text (byte 0xff)"),
        (
            "#a: b\nsubject_id".encode("utf-16"),
            "x.tsv, line 1: is not UTF-8 text (byte 0xff) but UTF-16; save it as UTF-8",
        ),
        (b"subject_id\0", "x.tsv, line 1: holds zero bytes, so it is no text"),
        (b"version https://git-lfs.github.com/spec/v1\n", "x.tsv: is a pointer of Git LFS, not the file itself;"),
        (b"404: Not Found", "x.tsv: is what a web server answered instead of the file: 404: Not Found"),
        (b'{"graphs": []}', "x.tsv: is OBO Graphs JSON, which is not read;"),
        (b"", "x.tsv, line 1: has no table: a line of column names was expected"),
        (HEAD.encode(), "x.tsv, line 6: has no table: a line of column names was expected"),
        (b"a\tb\n1\t2\n", "x.tsv, line 1: is not an SSSOM table: columns such as subject_id were expected"),
        (b" \n\xc2\xa0\t\n", "x.tsv, line 1: is not an SSSOM table: columns such as subject_id were expected"),
        (b"subject_id\tsubject_id\n", "x.tsv, line 1, column 2: has the column 'subject_id' twice"),
        (b"subject_id\t\tx\n", "x.tsv, line 1, column 2: has a column without a name"),
        (b"subject_id\nA:1\tB:2\n", "x.tsv, line 2, column 2: the row has 2 cells, the header has 1"),
        (b'subject_id\n"A:1\n', "x.tsv, line 2: is not a table: unexpected end of data"),
        (b'#a: 1\nsubject_id\n"A"1\n', "x.tsv, line 3: is not a table: '\\t' expected after '\"'"),
        (b"#a: 1\n#a: 2\nsubject_id\n", "x.tsv, line 2, column 2: the metadata has the key 'a' twice"),
        (b"# free words\nsubject_id\n", "x.tsv, line 1, column 3: the metadata is not a map"),
        (b"#a: [\nsubject_id\n", "x.tsv, line 1, column 6: the metadata is not YAML: "),
        (
            b"#a: &b 1\n#c: *b\nsubject_id\n",
            "x.tsv, line 1, column 5: anchors, aliases, tags and directives are not allowed",
        ),
        (b"#a: \x01\nsubject_id\n", "x.tsv, line 1: the metadata is not YAML: "),
        (b"#a: " + b"[" * 600 + b"\nsubject_id\n", "x.tsv, line 1"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(whole: bytes, said: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(whole, path="x.tsv")
    assert str(caught.value).startswith(said)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="cannot be read: No such file or directory"):
        read(tmp_path / "gone.tsv")


# --- round trips

CANONICAL = (
    HEAD
    + """#mapping_set_version: "1.10"
#mapping_set_confidence: 0.5
#mapping_date: 2026-01-31
#creator_id:
#  - orcid:0000-0002-7356-1779
#empty:
#flag: true
#odd: "a: b #c"
#sure: "yes"
#extension_definitions:
#  - slot_name: gloom
#  - slot_name: mood
#    property: ex:mood
subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tconfidence\tcomment\tmood
sts:ifosfamide\tskos:exactMatch\t\tCHEBI:5864\tsemapv:LexicalMatching\t1\t"say ""so"" twice"\tglad
sts:pazopanib\tskos:exactMatch\tNot\tCHEBI:71217\tsemapv:UnspecifiedMatching\t0.25\t"two
lines"\t
"""
)


def test_a_canonical_file_comes_back_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "set.sssom.tsv"
    path.write_bytes(CANONICAL.encode())
    write(read(path), tmp_path / "again.sssom.tsv")
    assert (tmp_path / "again.sssom.tsv").read_bytes() == CANONICAL.encode()


def test_csv_and_tsv_carry_the_same(tmp_path: Path) -> None:
    found = read(CANONICAL.encode())
    write(found, tmp_path / "set.csv")
    assert (tmp_path / "set.csv").read_text(encoding="utf-8").count("sts:ifosfamide,skos:exactMatch,,CHEBI:5864") == 1
    assert read(tmp_path / "set.csv") == found


@pytest.mark.parametrize("name", NAMES)
def test_shipped_files_come_back_byte_for_byte(name: str) -> None:
    path = ontology_folder() / "mappings" / f"{name}.sssom.tsv"
    assert text(read(path)).encode() == path.read_bytes()


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r"), min_size=1, max_size=12)
ROWS = st.builds(
    Mapping,
    subject_id=CELLS,
    object_label=st.none() | CELLS,
    author_id=st.lists(CELLS | st.text("\\|ab", min_size=1, max_size=6), max_size=3).map(tuple),
    confidence=st.none() | st.floats(0, 1),
    review_date=st.none() | st.dates(),
    extra=st.dictionaries(st.sampled_from(["mood", "my column"]), CELLS, max_size=2),
)
VALUES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | CELLS


@given(
    st.lists(ROWS, max_size=4),
    st.dictionaries(
        CELLS.map(lambda key: f"k{key}"),
        VALUES | st.lists(VALUES, max_size=3) | st.dictionaries(CELLS, VALUES, max_size=3),
        max_size=3,
    ),
    st.sampled_from("\t,"),
)
def test_any_set_comes_back(rows: list[Mapping], metadata: dict[str, object], delimiter: str) -> None:
    given_set = MappingSet(metadata, tuple(rows), ("subject_id", "object_label"))
    found = read(text(given_set, delimiter=delimiter).encode())
    assert found.metadata == metadata
    assert found.mappings == given_set.mappings
    assert text(found) == text(given_set)


PIECES = st.sampled_from(
    ["#", '"', "\t", ",", "\n", "\r\n", ":", "- ", "a", "{", "&x", "subject_id", "object_id", "CHEBI:1", "\ufeff", "|"]
)


@given(st.lists(PIECES | st.characters(exclude_categories=["Cs"]), max_size=30).map("".join))
@example("\0")
@example("a\n\0")
def test_any_text_is_read_or_refused_with_a_reason(whole: str) -> None:
    try:
        found = read(whole.encode())
    except ParseError as error:
        assert error.line is not None
    else:
        assert read(text(found).encode()) == found
        assert all(problem.message and problem.remedy for problem in validate(found))


IDS = st.sampled_from(
    [
        *"sts:x CHEBI:1 chebi:1 CHEBI: : CHEBI:CHEBI:1 CHEBI_1 obo:CHEBI_1 sssom:NoTermFound ex:a<b lab:7 lab:".split(),
        *f"{OBO}CHEBI_1 https://bioregistry.io/chebi:1 http://example.org/a é:1 wd:q1".split(),
        "a b",
    ]
)
LINKS = st.builds(
    Mapping,
    record_id=st.none() | IDS,
    subject_id=st.none() | IDS,
    predicate_id=st.none() | st.sampled_from(["skos:exactMatch", "owl:sameAs", "x"]) | IDS,
    predicate_modifier=st.sampled_from([None, "Not", "not"]),
    object_id=st.none() | IDS,
    object_label=st.none() | CELLS,
    object_type=st.sampled_from([None, "rdfs literal", "owl class", "owl:Class"]),
    author_id=st.lists(IDS, max_size=2, unique=True).map(sorted).map(tuple),
    confidence=st.none() | st.floats(0, 1) | st.just("high"),
    mapping_date=st.none() | st.dates() | st.just("soon"),
    see_also=st.lists(IDS, max_size=2, unique=True).map(sorted).map(tuple),
    extra=st.dictionaries(st.sampled_from(["mood", "my column"]), CELLS, max_size=2),
)


@given(st.lists(LINKS, max_size=4))
def test_any_rows_come_back_from_rdf_and_can_be_validated(rows: list[Mapping]) -> None:
    given_set = MappingSet({"curie_map": {"lab": "https://example.org/"}, "mapping_set_id": "urn:x:1"}, tuple(rows))
    found = from_graph(to_graph(given_set))
    assert {*found.mappings} == {*rows}
    assert found.metadata == given_set.metadata
    assert all(problem.remedy for problem in validate(given_set))


# --- validating

DOI = {"object_id": "DOID:1115", "predicate_id": "skos:broadMatch", "subject_id": "sts:finding-soft-tissue-sarcoma"}


@pytest.mark.parametrize(
    ("cells", "column", "message", "remedy"),
    [
        ({"subject_id": ""}, "subject_id", "the row has no subject_id", "fill it in: without it there is no mapping"),
        ({"object_id": " "}, "object_id", "the row has no object_id", "fill it in: without it there is no mapping"),
        ({"predicate_id": ""}, "predicate_id", "the row has no predicate_id", "fill it in, such as skos:exactMatch"),
        (
            {"mapping_justification": ""},
            "mapping_justification",
            "the row has no mapping_justification",
            "fill it in, such as semapv:UnspecifiedMatching",
        ),
        (
            {"object_id": f"{OBO}CHEBI_71219"},
            "object_id",
            f"{OBO}CHEBI_71219: it is an IRI, a CURIE was expected",
            "write CHEBI:71219",
        ),
        ({"object_id": "71219"}, "object_id", "71219: it has no prefix", "write prefix:id"),
        (
            {"object_id": "CHEBI:seven"},
            "object_id",
            "CHEBI:seven: 'seven' is not an id of CHEBI",
            r"an id there fits ^\d+$",
        ),
        (
            {"object_id": "CHEBI:71 219"},
            "object_id",
            "CHEBI:71 219: the character ' ' is not allowed in an IRI",
            "write it without, or as %xx",
        ),
        (
            {"predicate_id": "skos:exactmatch"},
            "predicate_id",
            "the predicate skos:exactmatch is not one for matches",
            "write skos:exactMatch or skos:relatedMatch or skos:closeMatch",
        ),
        (
            {"predicate_id": "owl:sameAs"},
            "predicate_id",
            "owl:sameAs makes the two terms identical, so that all statements about one hold for the other",
            "write skos:exactMatch",
        ),
        (
            {"mapping_justification": "semapv:LexicalMatch"},
            "mapping_justification",
            "the justification semapv:LexicalMatch is not one of SSSOM",
            "write semapv:LexicalMatching",
        ),
        (
            {"confidence": "1.5"},
            "confidence",
            "1.5 is not a number from 0 to 1",
            "write a number such as 0.9, or nothing",
        ),
        (
            {"confidence": "high"},
            "confidence",
            "high is not a number from 0 to 1",
            "write a number such as 0.9, or nothing",
        ),
        (
            {"similarity_score": "nan"},
            "similarity_score",
            "nan is not a number from 0 to 1",
            "write a number such as 0.9, or nothing",
        ),
        ({"predicate_modifier": "not"}, "predicate_modifier", "the modifier 'not' is unknown", "write Not, or nothing"),
        ({"mapping_date": "31.1.2026"}, "mapping_date", "'31.1.2026' is not a date", "write YYYY-MM-DD"),
        ({"mapping_date": "2026-02-30"}, "mapping_date", "'2026-02-30' is not a date", "write YYYY-MM-DD"),
    ],
)
def test_a_wrong_cell_is_told_with_line_and_remedy(
    cells: dict[str, str], column: str, message: str, remedy: str
) -> None:
    found = [problem for problem in problems(cells, HEAD) if problem.column == column]
    if column == "mapping_justification" and cells[column]:
        remedy = found[0].remedy if remedy in found[0].remedy else remedy
    # any predicate may be used; about our terms, some are not wise
    level: OneOf["error", "warning"] = "warning" if column == "predicate_id" and cells[column] else "error"
    assert found == [RowViolation(FIRST, column, message, remedy, level)]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        DOI,
        *({"predicate_id": f"skos:{kind}Match"} for kind in ("close", "broad", "narrow", "related")),
        {"predicate_id": "rdfs:subClassOf"},
        {"mapping_justification": "semapv:ManualMappingCuration"},
        *({"confidence": number} for number in ("0", "1", "0.5", ".5", "1e-3")),
        {"predicate_modifier": ""},
        {"mapping_date": "2024-02-29"},
        {"object_id": "sssom:NoTermFound", "object_source": "sts:ontology"},
        {"subject_id": "", "subject_type": "rdfs literal", "subject_label": "votrient tablets"},
    ],
    ids=str,
)
def test_a_right_cell_passes(cells: dict[str, str]) -> None:
    assert problems(cells) == []


def test_a_prefix_must_be_declared() -> None:
    assert problems({"object_id": "mesh:C516667"}, HEAD) == [
        RowViolation(
            FIRST,
            "object_id",
            "mesh:C516667: the curie_map has no prefix 'mesh'",
            "add a line `#  mesh: http://id.nlm.nih.gov/mesh/` to it, which we take it for",
            "warning",
        )
    ]
    assert problems({"object_id": "lab:7"}, HEAD) == [
        RowViolation(FIRST, "object_id", "lab:7: the curie_map has no prefix 'lab'", "add a line `#  lab: IRI` to it")
    ]
    assert problems({"object_id": "mesh:C516667"}) == []


def test_a_prefix_in_the_wrong_case_is_told() -> None:
    assert problems({"object_id": "chebi:71219"}, HEAD) == [
        RowViolation(FIRST, "object_id", "chebi:71219: the prefix is spelled 'chebi'", "write CHEBI:71219", "warning")
    ]


def test_a_prefix_that_only_the_file_knows_is_information() -> None:
    head = HEAD.replace("#  CHEBI: http", "#  ex: https://example.org/\n#  CHEBI: http")
    assert problems({"object_id": "ex:7"}, head) == [
        RowViolation(
            FIRST + 1,
            "object_id",
            "ex:7: the prefix 'ex' is not one that we know, so its ids are not checked",
            "nothing needs to change",
            "information",
        )
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("#  CHEBI: http://purl.obolibrary.org/obo/CHEBI_", None),
        (
            '#  NCIT: "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#"',
            "information: NCIT: http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl# is another form of the IRIs; "
            f"write NCIT: {OBO}NCIT_",
        ),
        (
            "#  wikidata: https://www.wikidata.org/entity/",
            "information: wikidata: https://www.wikidata.org/entity/ is another form of the IRIs; "
            "write wikidata: http://www.wikidata.org/entity/",
        ),
        (
            "#  MONDO: https://example.org/",
            "warning: MONDO: https://example.org/ is not where the IRIs that we know begin; "
            f"write MONDO: {OBO}MONDO_, if that is meant",
        ),
        (
            "#  skos: http://www.w3.org/2004/02/skos/core/",
            "error: skos: http://www.w3.org/2004/02/skos/core/ is not the IRI that SSSOM gives to this prefix; "
            "write skos: http://www.w3.org/2004/02/skos/core#, or drop the line",
        ),
        (
            "#  my lab: https://example.org/",
            "error: 'my lab' is not a prefix; write letters, digits and . - _, beginning with a letter",
        ),
        ("#  lab: nowhere", "error: lab: 'nowhere' is not an IRI; write the IRI that the local ids are appended to"),
    ],
)
def test_the_curie_map_has_the_standard_iris(line: str, problem: str | None) -> None:
    head = HEAD.replace("#  CHEBI: http://purl.obolibrary.org/obo/CHEBI_", line)
    found = [str(each) for each in validate(set_of(head=head))]
    assert found == ([f"line 2, curie_map: {problem}"] if problem else [])


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "#mapping_set_id: https://example.org/set\n",
            "",
            RowViolation(
                None, "mapping_set_id", "the metadata has no mapping_set_id", "add a line `#mapping_set_id: IRI`"
            ),
        ),
        (
            "#license: https://creativecommons.org/licenses/by/4.0/\n",
            "",
            RowViolation(None, "license", "the metadata has no license", "add a line `#license: IRI`"),
        ),
        (
            "https://creativecommons.org/licenses/by/4.0/",
            "free for all",
            RowViolation(5, "license", "'free for all' is not an IRI", "write the full IRI"),
        ),
        (
            "#license",
            "#mapping_date: tomorrow\n#license",
            RowViolation(5, "mapping_date", "'tomorrow' is not a date", "write YYYY-MM-DD"),
        ),
        (
            "#license",
            "#subject_source: nothing\n#license",
            RowViolation(5, "subject_source", "nothing: it has no prefix", "write prefix:id"),
        ),
    ],
)
def test_metadata_are_checked(old: str, new: str, problem: RowViolation) -> None:
    assert validate(set_of(GOOD, head=HEAD.replace(old, new))) == [problem]


def test_a_curie_map_that_is_no_map_is_told() -> None:
    found = validate(set_of(head="#curie_map: none\n" + HEAD[HEAD.index("#mapping_set_id") :]))
    assert [str(each) for each in found] == [
        "line 1, curie_map: error: it is not a map; write one line `#  PREFIX: IRI` for each prefix"
    ]


def test_a_row_that_repeats_another_is_told() -> None:
    assert validate(set_of(GOOD, GOOD)) == [
        RowViolation(FIRST + 1, "subject_id", f"the row repeats line {FIRST}", "drop one of them", "warning")
    ]
    assert validate(set_of(GOOD, (*GOOD[:3], "semapv:LexicalMatching"))) == []  # a second reason is not a repetition
    columns = [*COLUMNS, "author_label", "match_string"]
    assert validate(set_of((*GOOD, "Ann", "x"), (*GOOD, "Bo", "x"), (*GOOD, "Bo", "y"), columns=columns)) == []


def test_two_exact_matches_into_one_vocabulary_are_a_warning() -> None:
    other = ("sts:pazopanib", "skos:exactMatch", "CHEBI:1", GOOD[3])
    assert validate(set_of(GOOD, other)) == [
        RowViolation(
            FIRST + 1,
            "object_id",
            f"sts:pazopanib has two exact matches in CHEBI: also CHEBI:71219 in line {FIRST}",
            "keep one, make the other skos:closeMatch",
            "warning",
        )
    ]
    assert validate(set_of(GOOD, (other[0], "skos:closeMatch", *other[2:]))) == []


def test_an_exact_match_of_two_terms_is_a_warning() -> None:
    other = ("sts:option-pazopanib", *GOOD[1:])
    assert validate(set_of(GOOD, other)) == [
        RowViolation(
            FIRST + 1,
            "object_id",
            f"CHEBI:71219 is an exact match of two terms: also of sts:pazopanib in line {FIRST}",
            "keep one, make the other skos:closeMatch",
            "warning",
        )
    ]
    assert validate(set_of(GOOD, (other[0], "skos:closeMatch", *other[2:]))) == []


def test_a_row_that_another_row_denies_is_told() -> None:
    columns = [*COLUMNS, "predicate_modifier"]
    found = validate(set_of((*GOOD, ""), (*GOOD, "Not"), columns=columns))
    assert [str(each) for each in found] == [
        f"line {FIRST}, object_id: error: CHEBI:71219 is a known trap: the set set denies this match; "
        "drop the row, or use a predicate other than skos:exactMatch"
    ]


def test_a_subject_of_ours_must_exist(kg: KnowledgeGraph) -> None:
    entities = set(kg.asserted.subjects())
    (found,) = problems({"subject_id": "sts:pazopanip"}, entities=entities)
    assert (found.line, found.column) == (FIRST, "subject_id")
    assert found.message == "sts:pazopanip is not a term of the ontology"
    assert found.remedy.startswith("did you mean sts:pazopanib")
    assert problems({}, entities=entities) == []
    assert problems({"subject_id": "CHEBI:5"}, entities=entities) == []  # a subject of others is theirs


def test_labels_are_compared_with_those_at_hand() -> None:
    cells = {"object_label": "pazopanib"}
    assert problems(cells, labels={"CHEBI:71219": "Pazopanib"}) == []
    wrong = RowViolation(
        FIRST,
        "object_label",
        "CHEBI:71219 is labelled 'doxorubicin', not 'pazopanib'",
        "fix the label, or the id if that is wrong",
        "warning",
    )
    assert problems(cells, labels={"https://identifiers.org/CHEBI:71219": "doxorubicin"}) == [wrong]
    graph = Graph().add((URIRef(f"{OBO}CHEBI_71219"), RDFS.label, Literal("doxorubicin")))
    assert problems(cells, graph=graph) == [wrong]


def test_retired_ids_are_told_with_what_replaces_them() -> None:
    wrong = RowViolation(FIRST, "object_id", "CHEBI:71219 is retired", "write CHEBI:5")
    assert problems({}, retired={"CHEBI:71219": "CHEBI:5"}) == [wrong]
    assert problems({}, retired={"CHEBI:5": "CHEBI:6"}) == []
    graph = Graph().add((URIRef(f"{OBO}CHEBI_71219"), OWL.deprecated, Literal(True)))
    assert [each.remedy for each in problems({}, graph=graph)] == ["find its replacement"]
    graph.add((URIRef(f"{OBO}CHEBI_71219"), URIRef(f"{OBO}IAO_0100001"), URIRef(f"{OBO}CHEBI_5")))
    assert problems({}, graph=graph) == [wrong]


def test_a_denial_of_ones_own_counts() -> None:
    denial = Denial(frozenset({"*"}), frozenset(), frozenset({"*"}), f"{OBO}CHEBI_71219", "we say so", "drop it")
    assert [each.message for each in problems({}, denied=[denial])] == ["CHEBI:71219 is a known trap: we say so"]


def test_of_several_denials_of_a_match_the_first_is_told() -> None:
    every, none, ours, term = frozenset({"*"}), frozenset[str](), frozenset({str(STS.pazopanib)}), f"{OBO}CHEBI_71219"
    denied = [
        Denial(none, frozenset({"a name"}), every, term, "by its label", "drop it"),
        Denial(ours, none, frozenset({"skos:exactMatch"}), term, "by its id", "drop it"),
        Denial(every, none, every, term, "for any", "drop it"),
    ]
    told = [
        problems(cells, denied=denied)[0].message.rpartition(": ")[2]
        for cells in (
            {"subject_label": " A  name"},
            {"subject_label": "pazopanib"},
            {"subject_label": "pazopanib", "predicate_id": "skos:closeMatch"},
        )
    ]
    assert told == ["by its label", "by its id", "for any"]


# --- traps

TRAPS: list[tuple[str, dict[str, str], str, dict[str, str]]] = [  # number, the wrong row, the remedy, a right one
    ("1", {"object_id": "atc:L01XE11"}, "atc:L01EX03", {"object_id": "atc:L01EX03"}),
    (
        "2",
        {"object_id": "pubchem.compound:11525740"},
        "pubchem.compound:10113978",
        {"object_id": "pubchem.compound:11525740", "predicate_id": "skos:closeMatch"},
    ),
    (
        "3",
        {"subject_id": "sts:finding-soft-tissue-sarcoma", "object_id": "NCIT:C3359"},
        "NCIT:C9306",
        {"subject_id": "sts:finding-soft-tissue-sarcoma", "object_id": "NCIT:C9306"},
    ),
    (
        "3",
        {"subject_id": "sts:doxorubicin", "object_id": "NCIT:C1634"},
        "NCIT:C456",
        {"subject_id": "sts:doxorubicin", "object_id": "NCIT:C456"},
    ),
    ("3", {"object_id": "NCIT:C2728"}, "NCIT:C74547", {"object_id": "NCIT:C74547"}),
    (
        "4",
        {"subject_id": "sts:finding-stage4-sts", "object_id": "NCIT:C136706", "predicate_id": "skos:narrowMatch"},
        "NCIT:C8586",
        {"subject_id": "sts:finding-stage4-sts", "object_id": "NCIT:C8586", "predicate_id": "skos:closeMatch"},
    ),
    (
        "4",
        {"subject_id": "sts:finding-stage4-sts", "object_id": "NCIT:C153069"},
        "skos:closeMatch",
        {"subject_id": "sts:finding-stage4-sts", "object_id": "NCIT:C153069", "predicate_id": "skos:closeMatch"},
    ),
    (
        "5",
        {"subject_id": "sts:comfort-care", "object_id": "MAXO:0000950"},
        "MAXO:0000021",
        {"subject_id": "sts:comfort-care", "object_id": "MAXO:0000021", "predicate_id": "skos:closeMatch"},
    ),
    (
        "5",
        {"subject_id": "sts:modality-chemotherapy", "object_id": "MAXO:0000647"},
        "MAXO:0000646",
        {"subject_id": "sts:modality-chemotherapy", "object_id": "MAXO:0000646"},
    ),
    (
        "5",
        {"subject_id": "sts:x", "subject_label": "antineoplastic agent", "object_id": "MAXO:0000062"},
        "agents",
        {"subject_id": "sts:x", "subject_label": "antineoplastic therapy", "object_id": "MAXO:0000062"},
    ),
    (
        "6",
        {"subject_id": "sts:finding-lung-metastases", "object_id": "MONDO:1017138"},
        "skos:broadMatch to NCIT:C3577",
        {
            "subject_id": "sts:finding-lung-metastases",
            "object_id": "NCIT:C3577",
            "predicate_id": "skos:broadMatch",
        },
    ),
    ("6", {"subject_id": "sts:x", "object_id": "EFO:1001968"}, "MONDO:0018078", {"object_id": "EFO:0000934"}),
    (
        "6",
        {"subject_id": "sts:x", "subject_label": "Soft tissue", "object_id": "UBERON:0034929"},
        "NCIT:C12471",
        {"subject_id": "sts:x", "subject_label": "external soft tissue", "object_id": "UBERON:0034929"},
    ),
    ("7", {"object_id": "drugcentral:3034"}, "drugcentral:4118", {"object_id": "drugcentral:4118"}),
    (
        "8",
        {"subject_id": "sts:x", "subject_label": "soft-tissue anesthesia", "object_id": "MONDO:0018078"},
        "matching words",
        {"subject_id": "sts:x", "subject_label": "soft tissue sarcoma", "object_id": "MONDO:0018078"},
    ),
    (
        "9",
        {"subject_id": "sts:doxorubicin", "object_id": "rxnorm:1799303"},
        "rxnorm:3639",
        {"subject_id": "sts:doxorubicin", "object_id": "rxnorm:3639"},
    ),
    (
        "10",
        {"subject_id": "sts:finding-lung-metastases", "object_id": "NCIT:C3577"},
        "skos:broadMatch",
        {"subject_id": "sts:x", "subject_label": "lung metastases", "object_id": "NCIT:C3577"},  # of any cancer
    ),
    (
        "10",
        {"subject_id": "sts:finding-spread-only-few-places-in-lungs", "object_id": "NCIT:C3577"},
        "skos:broadMatch",
        {
            "subject_id": "sts:finding-spread-only-few-places-in-lungs",
            "object_id": "NCIT:C3577",
            "predicate_id": "skos:broadMatch",
        },
    ),
    (
        "stage",
        {"subject_id": "sts:finding-stage4-sts", "object_id": "NCIT:C153066", "predicate_id": "skos:closeMatch"},
        "NCIT:C162194",
        {"subject_id": "sts:finding-stage4-sts", "object_id": "NCIT:C153066", "predicate_id": "skos:relatedMatch"},
    ),
    (
        "brand",
        {"subject_id": "sts:brand-votrient", "object_id": "CHEBI:71219"},
        "skos:narrowMatch",
        {"subject_id": "sts:brand-votrient", "object_id": "rxnorm:867503"},
    ),
    (
        "brand",
        {"subject_id": "sts:x", "subject_label": "Ifex", "object_id": "CHEBI:5864"},
        "skos:narrowMatch",
        {"subject_id": "sts:ifosfamide", "subject_label": "ifosfamide", "object_id": "CHEBI:5864"},
    ),
]


@pytest.mark.parametrize(("number", "wrong", "remedy", "right"), TRAPS, ids=[str(each[1]) for each in TRAPS])
def test_a_trap_is_seen_and_its_near_miss_is_not(
    number: str, wrong: dict[str, str], remedy: str, right: dict[str, str]
) -> None:
    head = declaring(wrong["object_id"].partition(":")[0])
    (found,) = problems(wrong, head)
    assert (found.line, found.column, found.severity) == (head.count("\n") + 2, "object_id", "error")
    assert found.message.startswith(f"{wrong['object_id']} is a known trap: ")
    assert remedy in found.remedy
    assert number in {trap.number for trap in traps() if trap.object == iri_of(wrong["object_id"], {})}
    assert problems(right) == []


def test_all_ten_traps_are_there_and_tested() -> None:
    numbers = {str(number) for number in range(1, 11)}
    assert numbers <= {trap.number for trap in traps()}
    assert numbers <= {each[0] for each in TRAPS}


def test_the_table_of_traps_is_in_order(kg: KnowledgeGraph) -> None:
    lines = (ontology_folder() / "mappings" / "traps.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == "trap subject_id subject_label predicate_id object_id reason remedy".split()
    for line in lines[1:]:
        _, subjects, labels, predicates, object_, reason, remedy = line.split("\t")
        assert Prefixes.shipped().fault(object_) is None, line
        assert all(each == "*" or each in PREDICATES for each in predicates.split("|")), line
        ours = [each for each in subjects.split("|") if each not in ("", "*")]
        assert all((STS[each.removeprefix("sts:")], None, None) in kg.asserted for each in ours), line
        assert (subjects or labels) and reason and remedy, line


def test_a_trap_is_seen_behind_another_form_of_the_iri_and_as_identity() -> None:
    head = declaring("NCIT").replace(f"{OBO}NCIT_", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#")
    assert "object_id" in {each.column for each in problems({"object_id": "NCIT:C2728"}, head)}
    cells = {"object_id": "NCIT:C2728", "predicate_id": "owl:sameAs"}
    assert told(problems(cells)) == [("predicate_id", "warning"), ("object_id", "error")]


def test_a_row_that_denies_a_trap_is_right() -> None:
    assert problems({"object_id": "NCIT:C2728", "predicate_modifier": "Not"}) == []


def test_a_trap_is_seen_under_foreign_subjects_by_their_label() -> None:
    head = declaring("NCIT").replace("#  NCIT", "#  lab: https://example.org/\n#  NCIT")
    found = problems({"subject_id": "lab:1", "subject_label": "Pazopanib", "object_id": "NCIT:C2728"}, head)
    assert told(found) == [("subject_id", "information"), ("object_id", "error")]


# --- what is shipped


def test_the_shipped_sets() -> None:
    assert {each.name: len(each.mappings) for each in shipped()} == {
        "anatomy": 6,
        "diseases": 26,
        "drugs": 62,
        "findings": 23,
        "licensed": 27,
        "optional": 32,
        "treatments": 62,
    }


@pytest.mark.parametrize("each", shipped(), ids=NAMES)
def test_a_shipped_set_has_no_problem(each: MappingSet, kg: KnowledgeGraph) -> None:
    assert validate(each, entities=set(kg.asserted.subjects())) == []


@pytest.mark.parametrize("each", shipped(), ids=NAMES)
def test_a_shipped_set_is_sorted_and_declares_what_it_uses_and_no_more(each: MappingSet) -> None:
    rows = [[row.cell(column) for column in each.columns] for row in each.mappings]
    assert rows == sorted(rows)
    slots = ("subject_id", "predicate_id", "object_id", "object_source", "mapping_justification")
    used = {row.cell(slot).partition(":")[0] for row in each.mappings for slot in slots}
    assert [*each.curie_map] == sorted(used)
    assert each.metadata["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_subject_labels_are_ours(kg: KnowledgeGraph) -> None:
    for each in shipped():
        for row in each.mappings:
            label = kg.asserted.value(STS[str(row.subject_id).removeprefix("sts:")], RDFS.label)
            assert row.subject_label == str(label), row.subject_id


def test_licensed_and_optional_sources_give_bare_ids() -> None:
    keep_out = {"omop", "icd10", "icd10cm", "icd11", "loinc", "meddra", "medgen", "gard"}
    licensed = {"hemonc", "icdo", "snomedct", "umls"}
    optional = {"atc", "drugbank", "drugcentral", "pharmgkb.drug", "chembl.compound", "chembl.target", "kegg.drug"}
    for each in shipped():
        prefixes = {str(row.object_id).partition(":")[0] for row in each.mappings}
        assert not prefixes & keep_out
        if each.name == "licensed":
            assert prefixes == licensed
        else:
            assert not prefixes & licensed
        if each.name in ("licensed", "optional"):
            assert not any(row.object_label for row in each.mappings)
        else:
            assert not prefixes & optional


def test_licensed_codes() -> None:
    (licensed,) = (each for each in shipped() if each.name == "licensed")
    assert all(row.predicate_modifier is None for row in licensed.mappings)
    assert {
        (str(row.subject_id)[4:], str(row.predicate_id)[5:].removesuffix("Match"), row.object_id)
        for row in licensed.mappings
    } == {
        ("doxorubicin", "exact", "hemonc:170"),
        ("doxorubicin", "exact", "snomedct:372817009"),
        ("doxorubicin", "exact", "umls:C0013089"),
        ("ifosfamide", "exact", "umls:C0020823"),
        ("pazopanib", "exact", "umls:C1831796"),
        ("finding-soft-tissue-sarcoma", "broad", "icdo:8800/3"),
        ("finding-soft-tissue-sarcoma", "exact", "snomedct:424952003"),
        ("finding-soft-tissue-sarcoma", "exact", "umls:C4551687"),
        ("finding-stage4-sts", "close", "umls:C4724394"),
        ("finding-stage4-sts", "close", "umls:C5206410"),
        ("finding-lung-metastases", "broad", "umls:C2939419"),
        ("finding-metastases-outside-lungs", "broad", "snomedct:399409002"),
        ("finding-metastases-outside-lungs", "broad", "umls:C2939420"),
        ("finding-treatments-no-longer-work", "close", "snomedct:266721009"),
        ("finding-side-effects-hard-to-cope-with", "close", "snomedct:407563006"),
        ("finding-does-not-want-cancer-treatment", "broad", "snomedct:105480006"),
        ("site-lungs", "exact", "snomedct:39607008"),
        ("site-lungs", "exact", "umls:C0024109"),
        ("radiation-therapy", "close", "snomedct:108290001"),
        ("radiation-therapy", "close", "snomedct:1217123003"),
        ("radiation-therapy", "exact", "umls:C0034619"),
        ("external-radiation-therapy", "exact", "umls:C0419095"),
        ("sbrt", "close", "umls:C0085203"),
        ("surgery", "exact", "snomedct:387713003"),
        ("intent-symptom-relief", "close", "snomedct:363676003"),
        ("modality-clinical-trial", "close", "snomedct:110465008"),
        ("option-radiation-to-enable-surgery", "broad", "umls:C0600558"),
    }
    # each says where it was confirmed; of one, the address is not known
    assert {row.object_id for row in licensed.mappings if not row.see_also} == {"snomedct:372817009"}


def test_keys_of_the_drugs_in_kegg_iuphar_and_unii() -> None:
    # no public file with the UNII of ifosfamide was found
    assert {
        (str(row.subject_id)[4:], str(row.predicate_id)[5:].removesuffix("Match"), row.object_id)
        for each in shipped()
        for row in each.mappings
        if str(row.object_id).startswith(("kegg.", "iuphar.", "unii:"))
    } == {
        ("doxorubicin", "exact", "kegg.compound:C01661"),
        ("doxorubicin", "exact", "kegg.drug:D03899"),
        ("doxorubicin", "close", "kegg.drug:D01275"),  # the hydrochloride
        ("ifosfamide", "exact", "kegg.drug:D00343"),
        ("doxorubicin", "exact", "iuphar.ligand:7069"),
        ("ifosfamide", "exact", "iuphar.ligand:7201"),
        ("pazopanib", "exact", "iuphar.ligand:5698"),
        ("doxorubicin", "exact", "unii:80168379AG"),
        ("pazopanib", "exact", "unii:7RN5DR86CK"),
        ("pazopanib", "close", "unii:33Y9ANM545"),
    }


def test_a_code_without_a_label_says_why() -> None:
    without = {
        row.object_id: str(row.comment)
        for each in shipped()
        if each.name not in ("licensed", "optional")
        for row in each.mappings
        if not row.object_label and not row.negative
    }
    assert {*without} == {"NCIT:C63686", "NCIT:C175028", "NCIT:C175029", "pubchem.compound:11525740"}
    del without["pubchem.compound:11525740"]
    assert {comment.rpartition("; ")[2] for comment in without.values()} == {
        "no file with the preferred name was found."
    }


def test_codes_for_any_cancer_stand_for_findings_of_the_sarcoma_only_beside_its_own_code() -> None:
    scope = "Stands for our finding only in a person who also has a code for soft tissue sarcoma"
    rows = [(each.name, row) for each in shipped() for row in each.mappings]
    scoped = {(row.subject_id, row.object_id): row.comment for _, row in rows if scope in (row.comment or "")}
    disease = {row.subject_id for name, row in rows if name == "diseases"}
    findings = {
        (row.subject_id, row.object_id)
        for _, row in rows
        if str(row.subject_id).startswith("sts:finding-") and row.subject_id not in disease and not row.negative
    }
    of_the_sarcoma = {  # these name it, and need no second code
        ("sts:finding-growth-within-one-year-after-treatment", "NCIT:C139002"),
        ("sts:finding-treatments-no-longer-work", "NCIT:C139001"),
        ("sts:finding-unresectable", "NCIT:C153068"),
    }
    assert {*scoped} == findings - of_the_sarcoma | {("sts:finding-stage4-sts", "NCIT:C27971")}
    assert len(findings) == 26
    assert of_the_sarcoma < findings
    about_metastases = {"sts:finding-lung-metastases", "sts:finding-metastases-outside-lungs"}
    assert {
        (row.predicate_id, row.object_id) for _, row in rows if row.subject_id in about_metastases and not row.negative
    } == {
        ("skos:broadMatch", code)
        for code in (
            *("EFO:0009708", "HP:0100526", "MONDO:0024880", "MONDO:0024883", "NCIT:C3261", "NCIT:C3577", "NCIT:C36263"),
            *("mesh:D008175", "mesh:D009362", "snomedct:399409002"),
            *("umls:C2939419", "umls:C2939420"),
        )
    }
    # a code that is wider in another way too says so
    assert {row for row, comment in scoped.items() if f"{scope}, and only if it " in str(comment)} == {
        ("sts:finding-does-not-want-cancer-treatment", "snomedct:105480006"),
        ("sts:finding-growth-within-one-year-after-treatment", "NCIT:C17747"),
        ("sts:finding-growth-within-one-year-after-treatment", "NCIT:C35571"),
        ("sts:finding-growth-within-one-year-after-treatment", "mesh:D018450"),
        ("sts:finding-lung-metastases", "HP:0100526"),
        ("sts:finding-lung-metastases", "MONDO:0024880"),
        ("sts:finding-lung-metastases", "mesh:D008175"),
        ("sts:finding-lung-metastases", "umls:C2939419"),
        ("sts:finding-metastases-outside-lungs", "EFO:0009708"),
        ("sts:finding-metastases-outside-lungs", "MONDO:0024883"),
        ("sts:finding-metastases-outside-lungs", "NCIT:C3261"),
        ("sts:finding-metastases-outside-lungs", "NCIT:C36263"),
        ("sts:finding-metastases-outside-lungs", "mesh:D009362"),
        ("sts:finding-metastases-outside-lungs", "snomedct:399409002"),
        ("sts:finding-metastases-outside-lungs", "umls:C2939420"),
    }


def test_codes_of_products_start_from_their_brand() -> None:
    (drugs,) = (each for each in shipped() if each.name == "drugs")
    rows = [row for row in drugs.mappings if str(row.subject_id).startswith("sts:brand-") and not row.negative]
    assert {(row.subject_id, row.predicate_id, row.object_id) for row in rows} == {
        ("sts:brand-ifex", "skos:exactMatch", "rxnorm:217701"),
        *(("sts:brand-ifex", "skos:narrowMatch", f"rxnorm:{code}") for code in (206933, 1791591, 1791595)),
        *(("sts:brand-ifex", "skos:narrowMatch", f"DRON:{code}") for code in ("00072366", "01006416", "01006417")),
        ("sts:brand-votrient", "skos:exactMatch", "rxnorm:867503"),
        *(("sts:brand-votrient", "skos:narrowMatch", f"rxnorm:{code}") for code in (867506, 867510)),
        *(("sts:brand-votrient", "skos:narrowMatch", f"DRON:{code}") for code in ("00081904", "00081905")),
    }
    of_drugs = [row for row in drugs.mappings if str(row.object_label).endswith(("[Ifex]", "[Votrient]"))]
    assert {row.subject_label for row in of_drugs} == {"Ifex", "Votrient"}


def test_rows_of_cas_hp_and_rxnorm_say_where_they_were_confirmed() -> None:
    rows = [row for each in shipped() for row in each.mappings if not row.negative]
    looked_at = [row for row in rows if str(row.object_id).startswith(("cas:", "HP:", "rxnorm:"))]
    assert len(looked_at) == 16
    assert all(row.see_also for row in looked_at)
    once = {row.object_id for row in looked_at if "again in " not in str(row.comment)}
    assert once == {"rxnorm:217701", "rxnorm:867503", "rxnorm:1791591", "rxnorm:1791595"}
    assert len([row for row in rows if row.see_also]) == 72


def test_the_check_digits_of_cas_numbers_are_right() -> None:
    numbers = {
        str(row.object_id)[4:] for each in shipped() for row in each.mappings if str(row.object_id)[:4] == "cas:"
    }
    assert len(numbers) == 4
    for number in numbers:
        *digits, check = map(int, number.replace("-", ""))
        assert sum(place * digit for place, digit in enumerate(reversed(digits), 1)) % 10 == check, number


def test_nobody_is_said_to_have_curated() -> None:
    kinds = {row.mapping_justification for each in shipped() for row in each.mappings}
    assert kinds == {"semapv:LexicalMatching", "semapv:UnspecifiedMatching"}


def test_the_core_of_the_drugs() -> None:
    exact = {
        (row.subject_id, row.object_id)
        for each in shipped()
        for row in each.mappings
        if row.predicate_id == "skos:exactMatch" and not row.negative
    }
    assert {
        ("sts:doxorubicin", "CHEBI:28748"),
        ("sts:doxorubicin", "NCIT:C456"),
        ("sts:doxorubicin", "rxnorm:3639"),
        ("sts:ifosfamide", "CHEBI:5864"),
        ("sts:ifosfamide", "drugbank:DB01181"),
        ("sts:pazopanib", "CHEBI:71219"),
        ("sts:pazopanib", "atc:L01EX03"),
        ("sts:pazopanib", "wikidata:Q7157043"),
        ("sts:finding-soft-tissue-sarcoma", "MONDO:0018078"),
        ("sts:option-doxorubicin-ifosfamide", "NCIT:C63686"),
    } <= exact
    assert not {("sts:pazopanib", "CHEBI:71217"), ("sts:finding-stage4-sts", "NCIT:C8586")} & exact


def test_rows_are_found_by_either_end() -> None:
    found = [(each.name, row.subject_id) for each, row in rows_with(shipped(), [f"{OBO}CHEBI_71219"])]
    assert found == [("drugs", "sts:pazopanib")]


# --- RDF


@pytest.mark.parametrize("each", shipped(), ids=NAMES)
def test_a_shipped_set_comes_back_from_rdf(each: MappingSet) -> None:
    graph = to_graph(each)
    found = from_graph(graph)
    assert found.metadata == each.metadata
    assert {*found.mappings} == {*each.mappings}
    assert isomorphic(to_graph(found), graph)


def test_unknown_slots_come_back_from_rdf() -> None:
    given_set = read(CANONICAL.replace("#empty:\n", "").encode())
    found = from_graph(to_graph(given_set))
    assert found.mappings == given_set.mappings
    assert found.metadata == given_set.metadata
    assert found.columns == given_set.columns


def test_a_positive_row_is_a_triple_and_an_axiom() -> None:
    columns = [*COLUMNS, "confidence", "comment"]
    graph = to_graph(set_of((*GOOD, "0.5", "why"), columns=columns))
    match = (STS.pazopanib, SKOS.exactMatch, URIRef(f"{OBO}CHEBI_71219"))
    assert match in graph
    (axiom,) = graph.subjects(RDF.type, OWL.Axiom)
    assert (graph.value(axiom, OWL.annotatedSource), graph.value(axiom, OWL.annotatedTarget)) == (match[0], match[2])
    assert graph.value(axiom, SKOS.notation) == Literal("71219")
    assert graph.value(axiom, RDFS.comment) == Literal("why")
    assert [*graph.triples((match[2], None, None))] == []  # nothing is said of the foreign term itself
    assert (SKOS.exactMatch, RDF.type, OWL.AnnotationProperty) in graph


def test_a_negative_row_is_no_triple_and_no_axiom() -> None:
    graph = to_graph(set_of((*GOOD, "Not"), columns=[*COLUMNS, "predicate_modifier"]))
    assert not [*graph.triples((STS.pazopanib, None, None))]
    assert not [*graph.subjects(RDF.type, OWL.Axiom)]  # which OWL tools would take for the match itself
    (record,) = graph.subjects(RDF.type, URIRef("https://w3id.org/sssom/Mapping"))
    said = graph.value(record, URIRef("https://w3id.org/sssom/predicate_modifier"))
    assert said == URIRef("https://w3id.org/sssom/NegatedPredicate")
    assert graph.value(record, OWL.annotatedTarget) == URIRef(f"{OBO}CHEBI_71219")


def test_shipped_mappings_keep_the_ontology_consistent(kg: KnowledgeGraph) -> None:
    whole = merged(shipped())
    closed = closure_of([kg.asserted, whole])
    assert closed.n_inconsistencies == 0
    said = {predicate for _, predicate, _ in whole}
    assert not said & {OWL.sameAs, OWL.equivalentClass, RDFS.subClassOf}


def test_the_same_set_gives_the_same_names() -> None:
    assert {*to_graph(set_of(GOOD))} == {*to_graph(set_of(GOOD))}
    assert not any(str(node).startswith("N") for node in to_graph(set_of(GOOD)).subjects())


def test_text_that_is_no_curie_stays_text_in_rdf() -> None:
    given_set = set_of(("no curie", "skos:exactMatch", "CHEBI:<1>", "semapv:X"))
    graph = to_graph(given_set)
    assert not [*graph.triples((None, SKOS.exactMatch, None))]
    assert from_graph(graph).mappings == given_set.mappings


def test_a_graph_without_a_set_is_read_by_its_axioms() -> None:
    graph = to_graph(set_of(GOOD))
    for subject in [*graph.subjects(RDF.type, URIRef("https://w3id.org/sssom/MappingSet"))]:
        graph.remove((subject, None, None))
    found = from_graph(graph)
    declared = {"CHEBI": f"{OBO}CHEBI_", "sts": str(STS)}  # the prefixes that the graph knows and the rows use
    assert (found.metadata, found.mappings) == ({"curie_map": declared}, set_of(GOOD).mappings)
    assert from_graph(Graph()).mappings == ()


# --- the command line


@pytest.fixture
def _loaded(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(knowledge, "load", lambda **_: kg)
    monkeypatch.chdir(tmp_path)


def invoke(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, ["mappings", *words], input=input, prog_name="sts-kg")


def listed(*words: str) -> list[tuple[str, str, str]]:
    done = invoke(*words, "--format", "json")
    assert done.exit_code == 0, done.output
    return [
        (
            row["subject_id"],
            row.get("predicate_modifier", "") + row["predicate_id"].removeprefix("skos:"),
            row["object_id"],
        )
        for row in json.loads(done.stdout)
    ]


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize(
    "word",
    [
        "CHEBI:71219",
        "chebi:71219",
        f"{OBO}CHEBI_71219",
        "<https://identifiers.org/CHEBI:71219>",
        "https://www.wikidata.org/wiki/Q7157043",
        "L01EX03",
        "db06589",
    ],
)
def test_an_outside_term_in_any_form_finds_ours(word: str) -> None:
    assert {subject for subject, _, _ in listed(word)} == {"sts:pazopanib"}
    assert len(listed(word)) == 1


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize(
    ("word", "subjects"),
    [
        ("pazopanib", {"sts:pazopanib"}),
        ("sts:pazopanib", {"sts:pazopanib"}),
        ("Votrient", {"sts:brand-votrient"}),
        ("Lung metastases", {"sts:finding-lung-metastases"}),
        ("lung-metastases", {"sts:finding-lung-metastases"}),
        ("comfort care", {"sts:comfort-care", "sts:modality-comfort-care"}),
    ],
)
def test_an_entity_is_found_by_name(word: str, subjects: set[str]) -> None:
    assert {subject for subject, _, _ in listed(word)} == subjects


@pytest.mark.usefixtures("_loaded")
def test_the_list_is_narrowed_by_prefix_and_predicate() -> None:
    assert listed("pazopanib", "--prefix", "ncit") == [
        ("sts:pazopanib", "closeMatch", "NCIT:C60779"),
        ("sts:pazopanib", "exactMatch", "NCIT:C74547"),
        ("sts:pazopanib", "NotexactMatch", "NCIT:C2728"),
    ]
    assert listed("--prefix", "NCIT", "--predicate", "skos:relatedMatch") == [
        ("sts:finding-stage4-sts", "relatedMatch", "NCIT:C136706"),
        ("sts:finding-growth-within-one-year-after-treatment", "relatedMatch", "NCIT:C139002"),
        ("sts:comfort-care", "relatedMatch", "NCIT:C15747"),
    ]
    assert len(listed()) == sum(len(each.mappings) for each in shipped())


@pytest.mark.usefixtures("_loaded")
def test_the_table_says_not() -> None:
    done = invoke("comfort-care", "--prefix", "MAXO")
    rows = [line.split("  ")[0] for line in done.stdout.splitlines()[2:]]
    assert rows == ["sts:comfort-care"] * 3 + ["sts:modality-comfort-care"]
    assert [cell.strip() for cell in done.stdout.splitlines()[5].split("  ") if cell] == [
        "sts:modality-comfort-care",
        "skos:closeMatch",
        "MAXO:0000021",
        "palliative care",
        "treatments",
    ]
    assert done.stdout.count("  not skos:exactMatch  ") == 1


@pytest.mark.usefixtures("_loaded")
def test_csv_and_tsv_are_tables_of_sssom() -> None:
    done = invoke("CHEBI:71219", "--format", "csv")
    assert done.stdout.splitlines()[0] == (
        "subject_id,subject_label,predicate_id,predicate_modifier,object_id,object_label,comment"
    )
    (row,) = read(invoke("CHEBI:71219", "--format", "tsv").stdout.encode()).mappings
    assert (row.subject_id, row.object_id) == ("sts:pazopanib", "CHEBI:71219")


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pazopanip"], "there is no thing 'pazopanip'; did you mean pazopanib"),
        (["sts:pazopanip"], "there is no thing 'pazopanip'; did you mean pazopanib"),
        (["CHEBBI:1"], "the prefix 'CHEBBI' is unknown; did you mean CHEBI:?"),
        (["--prefix", "CHEBBI"], "there is no prefix 'CHEBBI'; did you mean CHEBI"),
        (["--predicate", "exact"], "there is no predicate 'exact'; did you mean exactMatch?"),
        (["export", "drug"], "there is no mapping set 'drug'; did you mean drugs?"),
    ],
)
def test_what_is_not_found_is_told_with_what_is_near(words: list[str], said: str) -> None:
    done = invoke(*words)
    assert done.exit_code == 2
    assert done.stderr.startswith("sts-kg: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("_loaded")
def test_an_entity_without_mappings_is_no_error() -> None:
    done = invoke("healthcare-team")
    assert done.exit_code == 0
    assert done.stderr == "note: no mapping\n"


@pytest.mark.usefixtures("_loaded")
def test_validate_says_all_and_exits_by_it() -> None:
    Path("good.tsv").write_text(table(GOOD), encoding="utf-8")
    Path("bad.tsv").write_text(table(("sts:pazopanib", "skos:exactMatch", "CHEBI:x", GOOD[3])), encoding="utf-8")
    Path("none.tsv").write_text("nothing", encoding="utf-8")
    done = invoke("validate", "good.tsv")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "0 errors, 0 warnings\n")
    done = invoke("validate", "good.tsv", "bad.tsv")
    assert done.exit_code == 1
    assert done.stdout == (
        "bad.tsv, line 7, object_id: error: CHEBI:x: 'x' is not an id of CHEBI; an id there fits ^\\d+$\n"
    )
    assert done.stderr == "1 error, 0 warnings\n"
    done = invoke("validate", "none.tsv", "bad.tsv", "gone.tsv")
    assert done.exit_code == 3
    assert done.stdout.startswith("bad.tsv, line 7")
    assert "none.tsv, line 1: is not an SSSOM table" in done.stderr
    assert "gone.tsv: cannot be read" in done.stderr
    assert invoke("validate").exit_code == 2


@pytest.mark.usefixtures("_loaded")
def test_validate_reads_standard_input_and_writes_json() -> None:
    done = invoke("validate", "-", "--format", "json", input=table(("sts:pazopanip", *GOOD[1:])))
    assert done.exit_code == 1
    (found,) = json.loads(done.stdout)
    assert (found["path"], found["line"], found["column"], found["severity"]) == ("-", 7, "subject_id", "error")


@pytest.mark.usefixtures("_loaded")
def test_validate_takes_labels_from_outside_terms() -> None:
    Path("set.tsv").write_text(table((*GOOD, "x"), columns=[*COLUMNS, "object_label"]), encoding="utf-8")
    Path("terms.ttl").write_text(
        f'<{OBO}CHEBI_71219> <{RDFS.label}> "pazopanib" .',
        encoding="utf-8",
    )
    done = invoke("validate", "set.tsv", "--terms", "terms.ttl")
    assert done.exit_code == 0  # a warning is not an error
    assert done.stdout == (
        "set.tsv, line 7, object_label: warning: CHEBI:71219 is labelled 'pazopanib', not 'x'; "
        "fix the label, or the id if that is wrong\n"
    )


@pytest.mark.usefixtures("_loaded")
def test_export_writes_rdf() -> None:
    done = invoke("export", "-o", "mappings.nt")
    assert done.exit_code == 0
    graph = Graph().parse("mappings.nt")
    assert (STS.pazopanib, SKOS.exactMatch, URIRef(f"{OBO}CHEBI_71219")) in graph
    assert len([*graph.subjects(RDF.type, OWL.Axiom)]) == sum(
        not row.negative for each in shipped() for row in each.mappings
    )
    turtle = invoke("export", "anatomy").stdout
    assert len([*Graph().parse(data=turtle).subjects(RDF.type, OWL.Axiom)]) == 5


def test_each_help_has_an_example() -> None:
    for words in ([], ["list"], ["validate"], ["export"]):
        done = invoke(*words, "--help")
        assert done.exit_code == 0
        assert "Example:" in done.stdout


def test_slots_are_those_of_sssom() -> None:
    assert len(SLOTS) == 49
    assert (SLOTS[0], SLOTS[-1]) == ("record_id", "comment")
