"""N-Triples and N-Quads as columns of ids, against pyoxigraph's parser as the plain twin."""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts_kg.closure.io import ntriples
from sts_kg.closure.io.ntriples import Encoded, encode
from sts_kg.closure.terms import Terms
from sts_kg.errors import ParseError
from sts_kg.rdf.files import opened

DATA = Path(os.environ.get("STS_KG_TESTDATA") or Path(__file__).parents[3] / "shared" / "testdata") / "bench"
FORMATS = {False: ox.RdfFormat.N_TRIPLES, True: ox.RdfFormat.N_QUADS}
Statement = tuple[str, ...]


def statements(encoded: Encoded, terms: Terms) -> Iterator[Statement]:
    texts = [text.decode() for text in terms.texts()]
    columns = [encoded.subjects, encoded.predicates, encoded.objects]
    if encoded.graphs is not None:
        columns.append(encoded.graphs)
    for ids in zip(*(column.tolist() for column in columns), strict=True):
        yield tuple(texts[i] for i in ids if i != -1)


def ours(text: bytes, *, quads: bool = False) -> list[Statement]:
    terms = Terms()
    return list(statements(encode(text, terms, quads=quads), terms))


def theirs(text: bytes, *, quads: bool = False) -> list[Statement]:
    """The plain twin."""
    found = []
    for quad in ox.parse(text.removeprefix(b"\xef\xbb\xbf"), format=FORMATS[quads]):
        terms = [str(quad.subject), str(quad.predicate), str(quad.object)]
        found.append((*terms, *([] if isinstance(quad.graph_name, ox.DefaultGraph) else [str(quad.graph_name)])))
    return found


def numbered(rows: list[Statement]) -> list[str]:
    return list(dict.fromkeys(term for row in rows for term in row))


ODD = (
    b"\xef\xbb\xbf# a comment\n"
    b"\n"
    b" \t \n"
    b"<a:s> <a:p> <a:o> .\n"
    b"  # another\n"
    b'<a:s>\t<a:p>\t"tab\'s"\t.\n'
    b"<a:s>   <a:p>  <a:o>   .   \n"
    b"  <a:s> <a:p> <a:o> . # behind\n"
    b"<a:s><a:p><a:o>.\r\n"
    b"_:b.0 <a:p> _:b.1.\n"
    b"_:b-0 <a:p> _:0 .\r\n"
    b'<a:s> <a:p> "a\\tb\\u00E9\\U0001F600\\n\\r\\b\\f\\"\\\'\\\\" .\n'
    b'<a:s> <a:p> "a . <b> _:c \\"d\\" @en ^^<e>" .\n'
    b'<a:s> <a:p> "a"^^<http://www.w3.org/2001/XMLSchema#string> .\n'
    b'<a:s> <a:p> "a" .\n'
    b'<a:s> <a:p> "raw\ttab\x0b\x7f\x01" .\n'
    b'<a:s> <a:p> "\\u0001\\u007F" .\n'
    b'<a:s> <a:p> "1"^^<a:int> .\n'
    b'<a:s> <a:p> "1" ^^ <a:int> .\n'
    b'<a:s> <a:p> "a"@en-Latn-US .\n'
    b'<a:s> <a:p> "a"@x-private .\n'
    b'<a:s> <a:p> "a" @en . # "b"@fr\n'
    b'<a:s> <a:p> "" .\n'
    b'<a:s> <a:p> ""@de .\n'
    b"<http://\xc3\xa9/\xc3\xa9?\xee\x80\x80#%C3> <a:p> <http://[::1]:80/> .\n"
    b"<http://\\u00e9/\\u00e9> <a:p> <http://u:p@h/> .\n"
    b'<a:s> <a:p> "\xd1\x83\xf0\x9f\x98\x80\xef\xbf\xbe" .\r<a:s> <a:p> "old Macintosh" .\n'
    b"<a:s> <a:p> <a:last> ."
)
QUADS = ODD.replace(b" .", b" <a:g> .", 5) + (
    b"\n"
    b"<a:s> <a:p> <a:o> .\n"
    b"<a:s> <a:p> <a:o> _:g .\n"
    b'<a:s> <a:p> "a"@en <a:g> .\n'
    b'<a:s> <a:p> "a"@en _:g.\n'
    b'<a:s> <a:p> "in <a:g>" .\n'
    b'<a:s> <a:p> "in _:g"@en .\n'
    b'<a:s> <a:p> "in <b"^^<a:g> .\n'
    b'<a:s> <a:p> "in <b"^^<a:g> <a:g> .\n'
    b'<a:s> <a:p> "\\u0061" <a:g> . # <a:h> .\n'
)

# --- what is right


@pytest.mark.parametrize("name", ["idmp", "lubm-1", "lubm-5"])
def test_the_benchmark_files_read_as_pyoxigraph_reads_them(name: str) -> None:
    path = DATA / f"{name}.nt.gz"
    if not path.exists():
        pytest.skip("the benchmark files are not there: set STS_KG_TESTDATA to the test data folder")
    terms = Terms()
    with opened(path) as file:
        encoded = encode(file, terms)
    text = gzip.decompress(path.read_bytes())
    assert all(a == b for a, b in zip(statements(encoded, terms), _rows(text), strict=True))
    assert encoded.n_skipped == 0


def _rows(text: bytes) -> Iterator[Statement]:
    for triple in ox.parse(text, format=ox.RdfFormat.N_TRIPLES):
        yield str(triple.subject), str(triple.predicate), str(triple.object)


def test_odd_lines_read_as_pyoxigraph_reads_them() -> None:
    rows = ours(ODD)
    assert rows == theirs(ODD)
    assert len(rows) == 25


def test_odd_quads_read_as_pyoxigraph_reads_them() -> None:
    rows = ours(QUADS, quads=True)
    assert rows == theirs(QUADS, quads=True)
    assert rows[-9:-5] == [
        ("<a:s>", "<a:p>", "<a:o>"),
        ("<a:s>", "<a:p>", "<a:o>", "_:g"),
        ("<a:s>", "<a:p>", '"a"@en', "<a:g>"),
        ("<a:s>", "<a:p>", '"a"@en', "_:g"),
    ]


def test_quads_without_a_name_are_of_the_default_graph() -> None:
    terms = Terms()
    encoded = encode(b"<a:s> <a:p> <a:o> .\n<a:s> <a:p> <a:o> <a:s> .\n<a:s> <a:p> <a:o>.", terms, quads=True)
    assert encoded.graphs is not None
    assert encoded.graphs.tolist() == [-1, 0, -1]


def test_triples_have_no_graphs() -> None:
    assert encode(b"<a:s> <a:p> <a:o> .", Terms()).graphs is None


@pytest.mark.parametrize("size", [*range(1, 40), 100, 1000])
def test_where_a_block_ends_does_not_matter(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Terms()
    expected = encode(QUADS, whole, quads=True)
    monkeypatch.setattr(ntriples, "_BLOCK", size)
    terms = Terms()
    encoded = encode(QUADS, terms, quads=True)
    assert terms.texts() == whole.texts()
    assert list(statements(encoded, terms)) == list(statements(expected, whole))


def test_ids_follow_the_first_appearance_of_the_terms() -> None:
    terms = Terms()
    rows = list(statements(encode(ODD, terms), terms))
    assert [text.decode() for text in terms.texts()] == numbered(rows)


def test_a_term_in_two_spellings_has_one_id() -> None:
    text = b'<a:s> <a:p> "\xc3\xa9" .\n<a:s> <a:p> "\\u00E9"^^<http://www.w3.org/2001/XMLSchema#string> .\n'
    assert encode(text, Terms()).objects.tolist() == [2, 2]


@pytest.mark.parametrize(
    "line",
    [b'<a:s> <a:p> "a"@en-US .', b'<a:s><a:p>"a"@EN-us.', b'<a:s> <a:p> "a" @en-US .', b'<a:s> <a:p> "a"@en-us .'],
)
def test_language_tags_are_kept_in_lower_case(line: bytes) -> None:
    terms = Terms()
    encode(line, terms)
    assert terms.texts()[2] == b'"a"@en-us'


@pytest.mark.parametrize("text", [b'\\"@EN', b'\\\\\\"@EN', b'"@EN'[1:], b'\\"@en-US \\\\'])
def test_what_looks_like_a_tag_in_a_text_stays(text: bytes) -> None:
    terms = Terms()
    encode(b'<a:s> <a:p> "%b"@De .\n<a:s> <a:p> "%b\\\\"@De .\n' % (text, text), terms)
    assert terms.texts()[2:] == [b'"%b"@de' % text, b'"%b\\\\"@de' % text]


@pytest.mark.parametrize("text", [b"", b"\n", b"\n\n", b"\xef\xbb\xbf", b"# a comment", b"#\n \n"])
def test_nothing_is_no_statement(text: bytes) -> None:
    encoded, quads = encode(text, Terms()), encode(text, Terms(), quads=True)
    assert (encoded.subjects.tolist(), encoded.n_skipped) == ([], 0)
    assert quads.graphs is not None
    assert quads.graphs.tolist() == []


def test_a_line_longer_than_any_block_is_read() -> None:
    value = "x" * (50 << 20)
    terms = Terms()
    encode(f'<a:s> <a:p> "{value}" .\n<a:s> <a:p> <a:o> .'.encode(), terms)
    assert terms.text(2) == f'"{value}"'.encode()


def test_a_line_too_long_for_the_parser_is_an_error_if_it_is_odd() -> None:
    with pytest.raises(ParseError) as caught:
        encode(GOOD + b'<a:s> <a:p> "' + b"x" * (17 << 20) + b'\\u0041" .\n', Terms())
    assert (caught.value.line, caught.value.reason) == (2, "is not in canonical form and too long to be parsed")


def test_progress_tells_the_lines_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ntriples, "_BLOCK", 50)
    told: list[int] = []
    encode(b"<a:s> <a:p> <a:o> .\n" * 5, Terms(), progress=told.append)
    assert told == [2, 5]


def test_terms_of_several_sources_share_a_dictionary() -> None:
    terms = Terms()
    encode(b"<a:s> <a:p> _:b .", terms)
    assert encode(b"_:b <a:p> <a:s> .", terms).subjects.tolist() == [2]


characters = st.characters(codec="utf-8")
iris = st.from_regex(r"[a-z]{1,3}:(//[a-z.]{0,3}(:[0-9]{0,2})?/?)?[a-z/%?#\[é ]{0,5}", fullmatch=True)
labels = st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9_.\-]{0,4}[A-Za-z0-9_\-])?", fullmatch=True)
tags = st.from_regex(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-[A-Z]{2})?(-x-[a-z]{1,3})?", fullmatch=True)
texts = st.text(characters, max_size=20) | st.text('"\\\n\t\ra@^<> ._:', max_size=8) | st.text("ab", min_size=60)


def _iri(value: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(value)
    except ValueError:
        return ox.NamedNode("a:wrong")


def _tagged(value: str, tag: str) -> ox.Literal:
    try:
        return ox.Literal(value, language=tag)
    except ValueError:
        return ox.Literal(value, language="en")


nodes = st.builds(_iri, iris)
blanks = st.builds(ox.BlankNode, labels)
literals = (
    st.builds(ox.Literal, texts)
    | st.builds(_tagged, texts, tags)
    | st.builds(lambda value, datatype: ox.Literal(value, datatype=datatype), texts, nodes)
)
quads = st.builds(ox.Quad, nodes | blanks, nodes, nodes | blanks | literals, nodes | blanks)
triples = st.builds(ox.Triple, nodes | blanks, nodes, nodes | blanks | literals)


@given(st.lists(triples, max_size=20))
def test_what_pyoxigraph_writes_comes_back(graph: list[ox.Triple]) -> None:
    text = ox.serialize(graph, format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    assert ours(text) == [(str(t.subject), str(t.predicate), str(t.object)) for t in graph]


@given(st.lists(quads, max_size=20))
def test_quads_that_pyoxigraph_writes_come_back(dataset: list[ox.Quad]) -> None:
    text = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS)
    assert text is not None
    assert ours(text, quads=True) == theirs(text, quads=True)


@given(st.lists(quads, max_size=20))
def test_what_pyoxigraph_writes_needs_no_check(dataset: list[ox.Quad]) -> None:
    for form in FORMATS.values():
        part = dataset if form == ox.RdfFormat.N_QUADS else [quad.triple for quad in dataset]
        text = ox.serialize(part, format=form)
        assert text is not None
        checked, unchecked, is_quads = Terms(), Terms(), form == ox.RdfFormat.N_QUADS
        once = encode(text, checked, quads=is_quads)
        again = encode(text, unchecked, quads=is_quads, written=True)
        assert unchecked.texts() == checked.texts()
        assert [*statements(again, unchecked)] == [*statements(once, checked)]


@pytest.mark.parametrize("name", ["langString", "dirLangString"])
def test_a_text_with_a_language_but_without_a_tag_is_an_error_in_any_syntax(name: str) -> None:
    line = f'<a:s> <a:p> "x"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}> .'.encode()
    for written in (False, True):
        with pytest.raises(ParseError, match=f"must not be rdf:{name}"):
            encode(line, Terms(), written=written)


fragments = st.sampled_from(
    ["<a:b>", "<a:", "<b>", ">", " ", "  ", "\t", " .", ".", '"a"', '"', "\\", "\\u0041", "\\uD800", "@en", "@en--ltr"]
) | st.sampled_from(
    ["^^", "^^<a:b>", "_:a", "_:a.", "_:", "#", "\n", "\r", "\0", "\ufeff", "é", "<<(", ")>>", "%", "@a-b-c", "//["]
)
_RDF_1_2 = re.compile(r'^<<\(|(?<=")@[A-Za-z0-9-]+--[a-z]+$')
begun = st.sampled_from(["", "<a:b> <a:b> ", '<a:b> <a:b> "', "<a:b> <a:b> <a:b> ", '<a:b> <a:b> "a" .\n'])


@given(st.lists(fragments, max_size=12), begun, st.sampled_from(["", " .", " .\n"]), st.booleans())
def test_no_line_is_read_otherwise_than_pyoxigraph_reads_it(
    middle: list[str], begin: str, end: str, is_quads: bool
) -> None:
    text = "".join([begin, *middle, end])
    data = text.encode()
    try:
        expected: list[Statement] | None = theirs(data, quads=is_quads)
    except SyntaxError:
        expected = None
    if expected and any(term.startswith("<<(") or "--" in term for row in expected for term in row):
        expected = None  # RDF 1.2
    try:
        found: list[Statement] | None = ours(data, quads=is_quads)
    except ParseError:
        found = None
    assert found == expected


# --- what is wrong

GOOD = b"<a:s> <a:p> <a:o> .\n"
WRONG = [
    (b"<a:s> <a:p> .", 13, "The object of a triple must be an IRI, a blank node or a literal"),
    (b"<a:s> <a:p> <a:o>", 18, "Triples must be followed by a dot"),
    (b"<a:s> <a:p> <a:o> . <a:s>", 21, "Only a single triple or quad can be written in a line"),
    (b"<a:s> <a:p> <a:o> <a:g> .", 19, "Quads must be followed by a dot"),
    (b'"s" <a:p> <a:o> .', 1, "The subject of a triple must be an IRI or a blank node"),
    (b"<a:s> _:p <a:o> .", 7, "The predicate of a triple must be an IRI"),
    (b"<s> <a:p> <a:o> .", 1, "No scheme found in an absolute IRI"),
    (b"<a:s> <a:p> <a: o> .", 13, "Invalid IRI code point ' '"),
    (b"<a:s> <a:p> <a:%zz> .", 13, "Invalid IRI percent encoding '%zz'"),
    (b'<a:s> <a:p> "a\\q" .', 15, "Unexpected escape character '\\q'"),
    (b'<a:s> <a:p> "a"@abcdefghij .', 17, "A subtag may be eight characters in length at maximum"),
    (b'<a:s> <a:p> "a"^^<b> .', 18, "No scheme found in an absolute IRI"),
    (b'<a:s> <a:p> "\xff" .', 14, "Invalid UTF-8"),
    (b"_: <a:p> <a:o> .", 1, "A blank node ID cannot be empty"),
    (b"\x00\x01\x02", 1, "'\\u0000' is not allowed at the beginning of a prefix name"),
    (b"<a:s> <a:p> <<( <a:s> <a:p> <a:o> )>> .", None, "a term of RDF 1.2; only RDF 1.1 can be read"),
    (b'<a:s> <a:p> "a"@en--ltr .', None, 'holds "a"@en--ltr, a term of RDF 1.2; only RDF 1.1 can be read'),
]


@pytest.mark.parametrize(("line", "column", "reason"), WRONG)
@pytest.mark.parametrize("size", [1, 50, 1 << 20])
def test_a_wrong_line_is_an_error_with_its_place(
    line: bytes, column: int | None, reason: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ntriples, "_BLOCK", size)
    with pytest.raises(ParseError) as caught:
        encode(GOOD * 6 + line + b"\n" + GOOD, Terms(), path="a.nt")
    assert (caught.value.path, caught.value.line, caught.value.column) == ("a.nt", 7, column)
    assert reason in caught.value.reason
    assert "Parser error" not in caught.value.reason


def test_of_several_wrong_lines_the_first_is_told() -> None:
    # the second is seen first, since its terms need not be looked at
    text = GOOD + b'<a:s> <a:p> "a"@abcdefghij .\n' + b"nothing\n"
    with pytest.raises(ParseError) as caught:
        encode(text, Terms())
    assert caught.value.line == 2


def test_lenient_skips_wrong_lines_and_wrong_terms() -> None:
    text = GOOD + b'<a:s> <a:p> "a"@abcdefghij .\n' + b"nothing\n" + GOOD
    encoded = encode(text, Terms(), lenient=True)
    assert len(encoded.subjects) == 2
    assert encoded.n_skipped == 2


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_lenient_counts_all_wrong_lines(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ntriples, "_BLOCK", size)
    encoded = encode(b"nothing\n" * 50 + GOOD, Terms(), lenient=True)
    assert (encoded.n_skipped, len(encoded.subjects)) == (50, 1)


def test_the_terms_of_wrong_lines_are_not_kept() -> None:
    terms = Terms()
    encode(GOOD + b"<a:x> <a:y> <b> .\n" + b"<a:s> <a:p> <a:z> .", terms, lenient=True)
    assert terms.texts() == [b"<a:s>", b"<a:p>", b"<a:o>", b"<a:z>"]


def test_a_wrong_source_keeps_none_of_the_terms_of_its_last_block() -> None:
    terms = Terms([b"<a:s>"])
    with pytest.raises(ParseError):
        encode(GOOD + b"nothing\n", terms)
    assert terms.texts() == [b"<a:s>"]
    assert terms.find(b"<a:p>") == -1


def test_reasons_are_short_and_can_be_printed() -> None:
    with pytest.raises(ParseError) as caught:
        encode(b"<a:s> <a:p> <" + b"\x1b[31m" + b"x" * 1000 + b"> .", Terms())
    assert caught.value.reason.isprintable()
    assert len(caught.value.reason) <= 301


# --- blank nodes of several sources


def test_rename_keeps_blank_nodes_apart_from_those_before() -> None:
    terms = Terms([b"_:a", b"_:a-1"])
    rows = encode(b"_:a <a:p> _:b .\n_:b <a:p> _:a .\n_:a-1 <a:p> _:c .\n<a:s> <a:p> <a:o> .", terms, rename=True)
    assert list(statements(rows, terms)) == [
        ("_:a-2", "<a:p>", "_:b"),
        ("_:b", "<a:p>", "_:a-2"),
        ("_:a-1-1", "<a:p>", "_:c"),
        ("<a:s>", "<a:p>", "<a:o>"),
    ]


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_rename_is_consistent_in_a_source_even_if_that_has_a_label_that_was_made(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ntriples, "_BLOCK", size)
    terms = Terms([b"_:a"])
    encoded = encode(b"_:a <a:p> _:a .\n_:a-1 <a:p> _:a .\n_:a <a:p> _:a-1 .", terms, rename=True)
    a, other = encoded.subjects.tolist()[:2]
    assert encoded.subjects.tolist() == [a, other, a]
    assert encoded.objects.tolist() == [a, a, other]
    assert len({0, a, other}) == 3


def test_without_rename_blank_nodes_meet() -> None:
    assert encode(b"_:a <a:p> _:a .", Terms([b"_:a"])).subjects.tolist() == [0]


def test_rename_reaches_the_names_of_graphs() -> None:
    terms = Terms([b"_:g"])
    encoded = encode(b"<a:s> <a:p> <a:o> _:g .\n<a:s> <a:p> <a:o> .", terms, quads=True, rename=True)
    assert encoded.graphs is not None
    assert terms.text(int(encoded.graphs[0])) == b"_:g-1"
    assert encoded.graphs[1] == -1


# --- files


@pytest.mark.parametrize("name", ["a.nt", "a.nt.gz", "a.NT.GZ"])
def test_a_file_is_decompressed_by_its_ending(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(GOOD) if name.lower().endswith(".gz") else GOOD)
    with opened(path) as file:
        assert len(encode(file, Terms()).subjects) == 1


def test_a_gzip_file_of_several_members_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.nt.gz").write_bytes(gzip.compress(GOOD) * 3)
    with opened(str(tmp_path / "a.nt.gz")) as file:
        assert file.read() == GOOD * 3


def _fault(path: Path) -> ParseError:
    with pytest.raises(ParseError) as caught, opened(path) as file:
        file.read()
    assert caught.value.path == path
    return caught.value


def test_a_missing_file_a_folder_and_an_impossible_name_are_errors(tmp_path: Path) -> None:
    assert _fault(tmp_path / "a.nt").reason == "cannot be read: No such file or directory"
    assert _fault(tmp_path / "a.nt.gz").reason == "cannot be read: No such file or directory"
    assert _fault(tmp_path).reason == "is a folder, a file was expected"
    assert "null" in _fault(tmp_path / "a\0.nt").reason


@pytest.mark.parametrize("size", [0, 5, 30, -1])
def test_a_gzip_file_cut_short_is_an_error(size: int, tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    path.write_bytes(gzip.compress(os.urandom(1000))[:size])
    assert _fault(path).reason == "is cut short: its gzip data end too early"


def test_a_gzip_file_that_is_none_or_damaged_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    path.write_bytes(GOOD)
    assert _fault(path).reason == "is not gzip data as its ending says: Not a gzipped file (b'<a')"
    data = bytearray(gzip.compress(GOOD * 100))
    data[20] ^= 255
    path.write_bytes(data)
    assert _fault(path).reason.startswith("is not gzip data as its ending says")


def test_zstd_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    (tmp_path / "a.nt.zst").write_bytes(b"")
    assert _fault(tmp_path / "a.nt.zst").reason == "is compressed by zstd; to read it: pip install zstandard"


def test_zstd_is_read_frame_by_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for the library, whose frames end at a semicolon and which refuses a question mark."""
    monkeypatch.setitem(sys.modules, "zstandard", _Zstandard())
    path = tmp_path / "a.nt.zst"
    path.write_bytes(b"one;two;")
    with opened(path) as file:
        assert file.read() == b"onetwo"
    path.write_bytes(b"one;two")
    assert _fault(path).reason == "is cut short: its zstd data end too early"
    path.write_bytes(b"")
    assert _fault(path).reason == "is cut short: its zstd data end too early"
    path.write_bytes(b"?")
    assert _fault(path).reason == "is not zstd data as its ending says: no frame"


class _Frame:
    eof, unused_data = False, b""

    def decompress(self, data: bytes) -> bytes:
        if b"?" in data:
            raise _Zstandard.ZstdError("no frame")
        found, end, self.unused_data = data.partition(b";")
        self.eof = bool(end)
        return found


class _Zstandard(types.ModuleType):
    class ZstdError(Exception):
        pass

    class ZstdDecompressor:
        def decompressobj(self) -> _Frame:
            return _Frame()

    def __init__(self) -> None:
        super().__init__("zstandard")


def test_a_file_may_give_less_than_asked(tmp_path: Path) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(7 if size is None or size > 7 else size)

    assert len(encode(Slow(GOOD * 10), Terms()).subjects) == 10


def test_ids_are_32_bit() -> None:
    encoded = encode(GOOD, Terms())
    assert encoded.subjects.dtype == encoded.predicates.dtype == encoded.objects.dtype == np.int32
