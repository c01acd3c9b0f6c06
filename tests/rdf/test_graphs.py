"""RDF files in and out: every syntax, exact errors, the same bytes for the same graph."""

import gzip
import json
import logging
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDF, XSD

from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.rdf import graphs as graph
from sts_kg.rdf.endings import syntax_of
from sts_kg.rdf.names import PREFIXES, STS

EX = "http://example.org/"
P = URIRef(EX + "p")

#: The same triple in every syntax, by ending.
ONE = {
    "ttl": f'<{EX}s> <{EX}p> "x"@en .',
    "n3": f'<{EX}s> <{EX}p> "x"@en .',
    "nt": f'<{EX}s> <{EX}p> "x"@en .',
    "nq": f'<{EX}s> <{EX}p> "x"@en <{EX}g> .',
    "trig": f'<{EX}g> {{ <{EX}s> <{EX}p> "x"@en }}',
    "jsonld": json.dumps({"@id": f"{EX}s", f"{EX}p": {"@value": "x", "@language": "en"}}),
    "json": json.dumps({"@id": f"{EX}g", "@graph": {"@id": f"{EX}s", f"{EX}p": {"@value": "x", "@language": "en"}}}),
    **dict.fromkeys(
        ("rdf", "owl", "xml"),
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:ex="{EX}"><rdf:Description rdf:about="{EX}s"><ex:p xml:lang="en">x</ex:p>'
        "</rdf:Description></rdf:RDF>",
    ),
}
ONE_TRIPLE = [(URIRef(EX + "s"), P, Literal("x", lang="en"))]

#: Everything that makes writing hard: lists, rings, shared and nested blank nodes, lexical forms, odd strings.
HARD = r'''
@prefix ex: <http://example.org/> .
<https://w3id.org/sts-kg/> a owl:Ontology ; rdfs:label "treatments"@en .
sts:A a owl:Class ; rdfs:label "a"@en, "A"@de ;
    rdfs:subClassOf sts:T, [ a owl:Restriction ; owl:onProperty sts:p ;
        owl:someValuesFrom [ owl:unionOf ( sts:A sts:B [ owl:complementOf sts:C ] ) ] ] ;
    skos:definition """two
lines with "quotes" and \\ and \"\"\"""" ;
    ex:n 1, 01, 1.50, 1e0, true, "1"^^xsd:boolean, "abc"^^xsd:integer, "NaN"^^xsd:double ;
    ex:list ( 1 2 ), ( 1 ), () ; ex:empty [] .
_:x ex:p _:y . _:y ex:p _:x .
_:self ex:p _:self .
[] ex:shares _:shared . ex:1 ex:shares _:shared .
'''


def shuffled(original: Graph, seed: int) -> Graph:
    """Return the same graph, filled in another order."""
    triples = sorted(original, key=str)
    random.Random(seed).shuffle(triples)
    copy = Graph(bind_namespaces="none")
    for prefix, namespace in sorted(original.namespaces(), reverse=True):
        copy.bind(prefix, namespace)
    for triple in triples:
        copy.add(triple)
    return copy


def failure(path: Path) -> ParseError:
    with pytest.raises(ParseError) as caught:
        graph.read(path)
    assert caught.value.path == path
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).isprintable()
    return caught.value


# --- syntax_of


def test_syntax_is_known_by_the_ending_whatever_its_case_and_compression() -> None:
    assert {ending: syntax_of(f"a.b/c.{ending}") for ending in ONE} == {
        "ttl": "turtle",
        "n3": "n3",
        "nt": "ntriples",
        "nq": "nquads",
        "trig": "trig",
        "jsonld": "jsonld",
        "json": "jsonld",
        "rdf": "rdfxml",
        "owl": "rdfxml",
        "xml": "rdfxml",
    }
    assert syntax_of("X.TTL.GZ") == "turtle"


@pytest.mark.parametrize("name", ["a.txt", "ttl", "a.gz", "a", "a.ttl.bz2", "dir.ttl/a"])
def test_an_unknown_ending_names_those_known(name: str) -> None:
    with pytest.raises(ParseError) as caught:
        syntax_of(name)
    assert str(caught.value) == (
        f"{name}: has no ending of an RDF file; "
        "known are .ttl, .nt, .nq, .trig, .rdf, .owl, .xml, .jsonld, .json, .n3, each also with .gz or .zst"
    )


# --- read


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("ending", ONE)
def test_read_knows_every_syntax_with_and_without_gz(ending: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / f"one.{ending}{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(ONE[ending].encode()) if packed else ONE[ending].encode())
    assert list(graph.read(path)) == ONE_TRIPLE


def test_read_merges_files_and_keeps_their_blank_nodes_apart(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(f"_:b <{P}> 1 . <{EX}s> <{P}> 2 .")
    (tmp_path / "b.nt").write_text(f"_:b <{P}> _:b .\n")
    merged = graph.read(tmp_path / "a.ttl", str(tmp_path / "b.nt"))
    assert len(merged) == 3
    assert len({subject for subject in merged.subjects() if isinstance(subject, BNode)}) == 2


def test_read_of_nothing_is_an_empty_graph_with_the_prefixes() -> None:
    assert len(graph.read()) == 0
    assert {prefix: str(iri) for prefix, iri in graph.read().namespaces()} == PREFIXES


@pytest.mark.parametrize("ending", ["ttl", "nt", "nq", "trig", "n3"])
def test_an_empty_file_is_an_empty_graph(ending: str, tmp_path: Path) -> None:
    (tmp_path / f"e.{ending}").write_bytes(b"")
    assert len(graph.read(tmp_path / f"e.{ending}")) == 0


def test_named_graphs_are_merged_with_the_default_graph(tmp_path: Path) -> None:
    (tmp_path / "a.trig").write_text(f"<{EX}s> <{P}> 1 . <{EX}g> {{ <{EX}s> <{P}> 2 }} GRAPH _:h {{ <{EX}s> <{P}> 3 }}")
    assert set(graph.read(tmp_path / "a.trig").objects()) == {Literal(1), Literal(2), Literal(3)}


@pytest.mark.parametrize(
    ("lexical", "datatype"),
    [("01", XSD.integer), ("1.50", XSD.decimal), ("1", XSD.boolean), (" a  b\n", XSD.token), ("abc", XSD.integer)],
)
def test_lexical_forms_stay_as_they_are(lexical: str, datatype: URIRef, tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text(f'<{EX}s> <{P}> "{lexical}"^^<{datatype}> .'.replace("\n", "\\n"))
    (found,) = graph.read(tmp_path / "a.nt").objects()
    assert isinstance(found, Literal)
    assert (str(found), found.datatype) == (lexical, datatype)


def test_a_plain_string_has_no_datatype_as_rdflib_writes_it() -> None:
    assert list(graph.parse('sts:a sts:b "x", "x"^^xsd:string .').objects()) == [Literal("x")]


def test_ill_typed_literals_log_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    graph.parse('sts:a sts:b "abc"^^xsd:integer .')
    assert caplog.records == []
    Literal("abc", datatype=XSD.integer)
    assert [record.name for record in caplog.records] == ["rdflib.term"]
    assert logging.getLogger("rdflib.term").filters == []


def test_relative_iris_are_resolved_against_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<> <#p> <b> .")
    base = tmp_path.resolve().as_uri()
    assert list(graph.read(tmp_path / "a.ttl")) == [
        (URIRef(f"{base}/a.ttl"), URIRef(f"{base}/a.ttl#p"), URIRef(f"{base}/b"))
    ]


@pytest.mark.parametrize("ending", ["ttl", "rdf"])
def test_the_prefixes_of_a_file_are_bound_beside_ours(ending: str, tmp_path: Path) -> None:
    (tmp_path / f"a.{ending}").write_text({"ttl": f"@prefix ex: <{EX}> . ex:s ex:p 1 .", "rdf": ONE["rdf"]}[ending])
    bound = {prefix: str(iri) for prefix, iri in graph.read(tmp_path / f"a.{ending}").namespaces()}
    assert bound == {**PREFIXES, "ex": EX}


def test_a_prefix_of_a_file_does_not_take_one_of_ours() -> None:
    found = graph.parse(f"@prefix sts: <{EX}> . @prefix s: <https://w3id.org/sts-kg/> . sts:a s:b 1 .")
    assert list(found.subject_predicates()) == [(URIRef(EX + "a"), STS.b)]
    assert dict(found.namespaces())["sts"] == URIRef("https://w3id.org/sts-kg/")


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_bytes(b"\xef\xbb\xbf" + ONE["ttl"].encode())
    assert list(graph.read(tmp_path / "a.ttl")) == ONE_TRIPLE


# --- errors


@pytest.mark.parametrize(
    ("ending", "text", "line", "column", "reason"),
    [
        ("ttl", f"<{EX}s>\n  <{P}> 1 ;; ; 2 .", 2, 33, "2 is not a valid predicate"),
        ("ttl", "ex:a ex:b 1 .", 1, 1, "The prefix ex: has not been declared"),
        ("ttl", f'\n<{EX}s> <{P}> """a\nb', 2, 47, "Unexpected end of file"),
        ("nt", f"<{EX}s> <{P}> 1 .\n<{EX}s>", 1, 47, "The object of a triple must be an IRI"),
        ("nq", "<s> <p> <o> .", 1, 1, "No scheme found in an absolute IRI"),
        ("jsonld", '{\n "éé": x}', 2, 8, "Unexpected char: 'x'"),
        ("jsonld", '{\n "a": }', 2, 7, "Unexpected closing curly bracket, no array to close"),
        ("json", "", None, None, "is empty"),
        ("rdf", "", None, None, "is empty"),
        ("rdf", ONE["rdf"].removesuffix("</rdf:RDF>"), 1, 193, "not well-formed XML: no element found"),
        ("owl", "<a>\n<b></a>", 2, 6, "not well-formed XML: mismatched tag"),
        ("xml", '<?xml version="1.0" encoding="x-no"?><a/>', None, None, "XML in an encoding that cannot be read: unk"),
        ("rdf", "<a/>", 1, None, "XML namespaces are required in RDF/XML"),
        ("ttl", f"<{EX}s> <{P}> <<( <{EX}s> <{P}> 1 )>> .", None, None, "a term of RDF 1.2; only RDF 1.1 can be read"),
        ("ttl", f'<{EX}s> <{P}> "x"@en--ltr .', None, None, "a term of RDF 1.2; only RDF 1.1 can be read"),
        ("n3", f"{{ <{EX}s> <{P}> 1 }} => {{ <{EX}s> <{P}> 2 }} .", None, None, "holds N3 formulas"),
        ("n3", f"{{ <{EX}s> <{P}> ?x }} => {{ }} .", None, None, "variables are not allowed in regular RDF objects"),
        ("jsonld", '{"@context": "https://schema.org/", "a": 1}', None, None, "its @context is an address"),
    ],
)
def test_a_bad_file_is_told_with_its_place(
    ending: str, text: str, line: int | None, column: int | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / f"bad.{ending}"
    path.write_text(text)
    error = failure(path)
    assert (error.line, error.column) == (line, column)
    assert reason in error.reason


def test_bytes_that_are_no_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_bytes(f'<{EX}s> <{P}> 1 .\n<{EX}s> <{P}> "caf\xe9" .'.encode("latin-1"))
    error = failure(tmp_path / "a.ttl")
    assert error.line == 2
    assert "Invalid UTF-8" in error.reason


@pytest.mark.parametrize("name", ["missing.ttl", "missing.ttl.gz"])
def test_a_missing_file_is_told(name: str, tmp_path: Path) -> None:
    assert failure(tmp_path / name).reason == "cannot be read: No such file or directory"


@pytest.mark.parametrize("name", ["folder", "folder.ttl", "folder.nt.gz"])
def test_a_folder_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    assert failure(tmp_path / name).reason == "is a folder, a file was expected"


def test_a_path_that_cannot_be_is_told() -> None:
    with pytest.raises(ParseError, match="cannot be read: embedded null byte"):
        graph.read("a\0.ttl")


def test_a_gz_file_cut_at_any_byte_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    whole = gzip.compress(ONE["nt"].encode(), mtime=0)
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        assert re.match("is cut short: its gzip data end too early|is not gzip data", failure(path).reason)


def test_a_gz_file_with_one_wrong_byte_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    whole = bytearray(gzip.compress(ONE["nt"].encode(), mtime=0))
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    assert failure(path).reason.startswith("is not gzip data as its ending says")


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=60), st.sampled_from([*ONE, *(f"{ending}.gz" for ending in ONE)]))
def test_binary_garbage_is_a_parse_error_or_a_graph(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("garbage") / f"g.{ending}"
    path.write_bytes(data)
    try:
        graph.read(path)
    except ParseError as error:
        assert error.path == path
        assert str(error).isprintable()


def test_a_reason_is_short_and_without_control_characters(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(f'<r xmlns="{EX}" xmlns:rdf="{RDF}" rdf:about="{"x y" * 500}"/>')
    assert len(failure(tmp_path / "a.rdf").reason) == 301
    (tmp_path / "a.ttl").write_bytes(b"\x1b[31m")
    assert "\\u001B" in failure(tmp_path / "a.ttl").reason


# --- parse


def test_parse_knows_the_prefixes_of_the_project() -> None:
    assert list(graph.parse("sts:a a owl:Class .")) == [(STS.a, RDF.type, OWL.Class)]
    assert list(graph.parse("sts:g { sts:a a owl:Class }", syntax="trig")) == [(STS.a, RDF.type, OWL.Class)]


@pytest.mark.parametrize("syntax", ["rdfxml", "xml", "jsonld", "nquads"])
def test_parse_knows_syntaxes_by_name_and_ending(syntax: str) -> None:
    text = ONE.get(syntax) or ONE[{"rdfxml": "rdf", "nquads": "nq"}[syntax]]
    assert list(graph.parse(text, syntax=syntax)) == ONE_TRIPLE


@pytest.mark.parametrize(("text", "line", "column"), [("sts:a sts:b sts:c", 1, 18), ("\nsts:a\n !", 3, 2), ("!", 1, 1)])
def test_parse_counts_lines_and_columns_of_the_text_alone(text: str, line: int, column: int) -> None:
    with pytest.raises(ParseError) as caught:
        graph.parse(text)
    assert (caught.value.path, caught.value.line, caught.value.column) == (None, line, column)


def test_parse_refuses_half_a_character() -> None:
    with pytest.raises(ParseError, match="line 2: holds half of a surrogate pair"):
        graph.parse("\n\ud800")


def test_an_unknown_syntax_names_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"there is no RDF syntax 'turtel'; did you mean turtle or ttl\?"):
        graph.parse("", syntax="turtel")
    with pytest.raises(UnknownNameError, match="there is no RDF syntax 'csv'"):
        graph.serialize(Graph(), "csv")


# --- serialize


SYNTAXES = ("turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld", "n3")


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_is_written_is_read_back_as_the_same_graph(syntax: str) -> None:
    hard = graph.parse(HARD)
    assert isomorphic(graph.parse(graph.serialize(hard, syntax).decode(), syntax=syntax), hard)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_the_same_graph_gives_the_same_bytes(syntax: str) -> None:
    hard = graph.parse(HARD)
    assert {graph.serialize(shuffled(hard, seed), syntax) for seed in range(20)} == {graph.serialize(hard, syntax)}


NODES = st.sampled_from([*(BNode(f"n{n}") for n in range(5)), STS.a, RDF.nil])
PREDICATES = st.sampled_from([P, RDF.type, RDF.first, RDF.rest])
OBJECTS = NODES | st.sampled_from([Literal("x"), Literal(1)])


@given(st.lists(st.tuples(NODES, PREDICATES, OBJECTS), max_size=14), st.integers(), st.sampled_from(SYNTAXES))
def test_any_graph_is_written_the_same_and_read_back(
    triples: list[tuple[URIRef | BNode, URIRef, URIRef | BNode | Literal]], seed: int, syntax: str
) -> None:
    original = Graph()
    for triple in triples:
        original.add(triple)
    written = graph.serialize(original, syntax)
    assert graph.serialize(shuffled(original, seed), syntax) == written
    assert isomorphic(graph.parse(written.decode(), syntax=syntax), original)


STRINGS = st.text(st.characters(codec="utf-8"), max_size=12) | st.text('"\\\n\r\t', max_size=8)


@given(
    STRINGS, st.sampled_from([*SYNTAXES[:4], "jsonld"]), st.sampled_from([None, XSD.integer, XSD.decimal, XSD.double])
)
def test_any_string_comes_back_exactly(text: str, syntax: str, datatype: URIRef | None) -> None:
    literal = Literal(text)
    literal.__setstate__((None, {"language": None, "datatype": datatype}))
    original = Graph()
    original.add((STS.a, P, literal))
    (found,) = graph.parse(graph.serialize(original, syntax).decode(), syntax=syntax).objects()
    assert isinstance(found, Literal)
    assert (str(found), found.datatype) == (text, datatype)


@pytest.mark.parametrize(
    "lexical", ["5", "+5", "-5.0", ".5", "5.", "5e1", "5.e1", ".5E-1", "1_0", "٣", "", "true", "TRUE"]
)
@pytest.mark.parametrize("datatype", [XSD.integer, XSD.decimal, XSD.double, XSD.boolean])
def test_numbers_keep_lexical_form_and_type_in_turtle(lexical: str, datatype: URIRef) -> None:
    original = graph.parse(f'sts:a sts:b "{lexical}"^^<{datatype}> .')
    assert list(graph.parse(graph.serialize(original, "turtle").decode())) == list(original)


@pytest.mark.parametrize("syntax", ["turtle", "trig", "rdfxml"])
def test_only_used_prefixes_are_declared(syntax: str) -> None:
    original = graph.parse("@prefix un: <http://un.used/> . sts:a sts:b sts:c .")
    written = graph.serialize(original, syntax).decode()
    found = re.findall(r'@prefix (\w+):|xmlns:(\w+)=|"(\w+)": "h', written)
    declared = {"".join(names) for names in found} - {"its"}  # pyoxigraph itself declares its: since 0.5.4
    assert declared == ({"rdf", "sts"} if syntax == "rdfxml" else {"sts"})


def test_prefixes_that_are_no_names_are_left_out() -> None:
    original = Graph(bind_namespaces="none")
    for prefix in ("", "9", "xmlx", "é", "a.b"):
        original.bind(prefix, f"http://{ord(prefix[0]) if prefix else 0}.org/")
    original.add((URIRef("http://0.org/a"), URIRef("http://57.org/b"), URIRef("http://120.org/c")))
    original.add((URIRef("http://233.org/a"), URIRef("http://97.org/b"), URIRef("http://120.org/c")))
    assert b"prefix" not in graph.serialize(original, "turtle")
    assert isomorphic(graph.parse(graph.serialize(original, "rdf").decode(), syntax="rdf"), original)


def test_names_that_turtle_would_misread_are_written_whole() -> None:
    text = graph.serialize(graph.parse("sts:a. sts:b sts:c .".replace("a.", "a")), "turtle").decode()
    assert "sts:a sts:b sts:c ." in text
    odd = Graph()
    odd.add((STS["a."], STS["a/b"], STS["-a"]))
    odd.add((STS[""], STS["a,b"], STS["é"]))
    assert isomorphic(graph.parse(graph.serialize(odd, "turtle").decode()), odd)


def test_an_empty_graph_is_written_in_every_syntax() -> None:
    for syntax in SYNTAXES:
        assert len(graph.parse(graph.serialize(Graph(), syntax).decode(), syntax=syntax)) == 0
    assert graph.serialize(Graph(), "turtle") == b""


@pytest.mark.parametrize(
    "triple",
    [
        (URIRef("http://a b"), P, STS.a),
        (STS.a, BNode(), STS.a),
        (Literal("x"), P, STS.a),
        (STS.a, URIRef("relative"), STS.a),
        (STS.a, P, Literal("x", datatype=URIRef("no iri"))),
        (STS.a, P, Literal("x", datatype=RDF.langString)),
        (STS.a, P, Literal("\ud800")),
    ],
)
def test_what_is_no_rdf_is_not_written(triple: tuple[URIRef, URIRef, URIRef]) -> None:
    wrong = Graph()
    wrong.add(triple)
    with pytest.raises(ParseError, match=r"is not a triple of RDF 1\.1 and cannot be written"):
        graph.serialize(wrong, "turtle")


def test_rdfxml_refuses_what_xml_cannot_say() -> None:
    no_name, control = Graph(), Graph()
    no_name.add((STS.a, STS["1"], STS.b))
    control.add((STS.a, STS.b, Literal("\x01")))
    with pytest.raises(ParseError, match=r"sts-kg/1> does not end in an XML name; Turtle, N-Triples and JSON-LD"):
        graph.serialize(no_name, "rdfxml")
    with pytest.raises(ParseError, match=r"cannot be written in RDF/XML: a text holds '\\x01'"):
        graph.serialize(control, "rdfxml")


def test_rdfxml_refuses_a_carriage_return_which_xml_would_read_as_another_line_end() -> None:
    original = Graph()
    original.add((STS.a, STS.b, Literal("one\rtwo")))
    with pytest.raises(ParseError, match=r"cannot be written in RDF/XML: a text holds '\\r'"):
        graph.serialize(original, "rdfxml")


# --- named graphs


@pytest.mark.parametrize("syntax", ["nquads", "jsonld", "trig"])
def test_named_graphs_are_written_and_read_back(syntax: str) -> None:
    hard = graph.parse(HARD)
    written = graph.serialize(Graph(), syntax, named={STS.g: hard, STS.h: graph.parse("sts:x sts:y 1 .")})
    assert isomorphic(graph.parse(written.decode(), syntax=syntax), hard + graph.parse("sts:x sts:y 1 ."))
    assert b"https://w3id.org/sts-kg/g" in written or b"sts:g" in written


@pytest.mark.parametrize("syntax", ["turtle", "ntriples", "rdfxml", "n3"])
def test_other_syntaxes_have_no_named_graphs(syntax: str) -> None:
    with pytest.raises(
        ParseError, match=f"cannot be written as {syntax}; syntaxes that have them are nquads, trig, js"
    ):
        graph.serialize(Graph(), syntax, named={STS.g: Graph()})


# --- write


@pytest.mark.parametrize("ending", ONE)
def test_write_and_read_agree_on_every_ending(ending: str, tmp_path: Path) -> None:
    hard = graph.parse(HARD)
    graph.write(hard, tmp_path / f"a.{ending}")
    graph.write(hard, str(tmp_path / f"b.{ending}.gz"))
    packed = (tmp_path / f"b.{ending}.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / f"a.{ending}").read_bytes()
    assert packed[4:8] == b"\0\0\0\0"  # no time of writing
    assert isomorphic(graph.read(tmp_path / f"b.{ending}.gz"), hard)


def test_write_takes_named_graphs(tmp_path: Path) -> None:
    graph.write({STS.g: graph.parse("sts:a sts:b 1 .")}, tmp_path / "a.nq")
    assert (tmp_path / "a.nq").read_text() == (
        f'<{STS}a> <{STS}b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <{STS}g> .\n'
    )


def test_write_that_fails_names_the_file_and_leaves_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.rdf"
    path.write_text("before")
    wrong = Graph()
    wrong.add((STS.a, STS["1"], STS.b))
    with pytest.raises(ParseError) as caught:
        graph.write(wrong, path)
    assert caught.value.path == path
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_write_of_an_unknown_ending_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="has no ending of an RDF file"):
        graph.write(Graph(), tmp_path / "a.txt")


def test_write_into_no_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        graph.write(Graph(), tmp_path / "none" / "a.ttl")
