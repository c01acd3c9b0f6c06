"""Documents of any syntax: known by their content, read strictly by every path, nothing left out without a word."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph

from sts_kg.closure import closure_of
from sts_kg.errors import ParseError
from sts_kg.links.external import External
from sts_kg.rdf import Document
from sts_kg.rdf.graphs import read
from sts_kg.rdf.sniffing import syntax_in

EX = "http://example.org/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWL = "http://www.w3.org/2002/07/owl#"
TRIPLE = f'<{EX}a> <{EX}p> "Zürich" .\n'
XML = (
    f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="{EX}"><rdf:Description rdf:about="{EX}a"><e:p>Zürich</e:p>'
    "</rdf:Description></rdf:RDF>\n"
)
JSON = json.dumps({"@id": f"{EX}a", f"{EX}p": "Zürich"}, ensure_ascii=False)
#: One triple in each syntax.
TEXTS = {
    "turtle": f'@prefix e: <{EX}> .\r\ne:a e:p "Zürich" .\r\n',
    "trig": f'@prefix e: <{EX}> .\ne:g {{ e:a e:p "Zürich" }}\n',
    "n3": f'@prefix e: <{EX}> .\ne:a e:p "Zürich" .\n',
    "ntriples": TRIPLE,
    "nquads": f'<{EX}a> <{EX}p> "Zürich" <{EX}g> .\n',
    "rdfxml": XML,
    "jsonld": JSON,
}
ENDINGS = {"turtle": "ttl", "ntriples": "nt", "nquads": "nq", "rdfxml": "owl"}


def by_graph(path: Path) -> set[str]:
    return {" ".join(term.n3() for term in triple) for triple in read(path)}


def by_closure(path: Path) -> set[str]:
    return {" ".join(term.n3() for term in triple) for triple in closure_of(path, axioms="none").asserted}


def by_link(path: Path) -> set[str]:
    found = External(path)
    lines = b"".join(found.ntriples(found.slice([*found.classes()])))
    return {" ".join(term.n3() for term in triple) for triple in Graph().parse(data=lines, format="nt")}


WAYS = pytest.mark.parametrize("way", [by_graph, by_closure, by_link])
Way = Callable[[Path], set[str]]
THE_TRIPLE = {f'<{EX}a> <{EX}p> "Zürich"'}


def refused(way: Way, path: Path) -> ParseError:
    with pytest.raises(ParseError) as caught:
        way(path)
    assert str(caught.value.path) == str(path)
    return caught.value


# --- what is read


@WAYS
@pytest.mark.parametrize("syntax", TEXTS)
def test_encodings_and_compression_make_no_difference(way: Way, syntax: str, tmp_path: Path) -> None:
    ending, text = ENDINGS.get(syntax, syntax), TEXTS[syntax]
    marked = [codecs.BOM_UTF8 + text.encode(), codecs.BOM_UTF16_LE + text.encode("utf-16-le"), text.encode("utf-16")]
    marked += [codecs.BOM_UTF8 * 2 + text.encode(), codecs.BOM_UTF16_BE * 2 + text.encode("utf-16-be")]
    for n, data in enumerate([text.encode(), *marked, text.encode("utf-16-be"), text.encode("utf-32")]):
        path = tmp_path / f"{n}.{ending}"
        path.write_bytes(data)
        assert way(path) == THE_TRIPLE
    (tmp_path / f"a.{ending}.gz").write_bytes(gzip.compress(marked[0]))
    assert way(tmp_path / f"a.{ending}.gz") == THE_TRIPLE


@WAYS
@pytest.mark.parametrize("syntax", TEXTS)
@pytest.mark.parametrize("name", ["a.owl", "a", "a.txt", "a.rdf", "a.jsonld"])
def test_the_content_decides_on_the_syntax(way: Way, syntax: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(TEXTS[syntax], encoding="utf-8")
    assert way(tmp_path / name) == THE_TRIPLE


@pytest.mark.parametrize("name", ["a.ttl", "a.nt", "a.nq", "a.n3"])
def test_rdf_xml_is_read_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(XML, encoding="utf-8")
    assert by_closure(tmp_path / name) == by_graph(tmp_path / name) == THE_TRIPLE


@pytest.mark.parametrize(
    ("text", "told", "syntax"),
    [
        ("# c\n\nPrefix(:=<http://e/>)\nOntology(<http://e/o>)", "rdfxml", "ofn"),
        ("Ontology (\n)", None, "ofn"),
        ("Prefix: e: <http://e/>\nOntology: <http://e/o>", "rdfxml", "omn"),
        ("format-version: 1.2\nontology: x", None, "obo"),
        ("! comment\n[Term]\nid: X:1", "rdfxml", "obo"),
        (f'<?xml version="1.0"?>\n<!-- c -->\n<Ontology xmlns="{OWL}">', "rdfxml", "owx"),
        (f'<o:Ontology xmlns:o="{OWL}">', None, "owx"),
        (f'<owl:Ontology xmlns:owl="{OWL}" xmlns:rdf="{RDF}" rdf:about=""/>', "rdfxml", "rdfxml"),
        (f'<!DOCTYPE rdf:RDF [\n<!ENTITY owl "{OWL}">\n]>\n<rdf:RDF', None, "rdfxml"),
        ('[ {"@id": "http://e/a"} ]', None, "jsonld"),
        ("{}", None, "jsonld"),
        ("[] a <http://e/C> .", "turtle", "turtle"),
        ("[] a <http://e/C> .", None, "trig"),
        ("BASE <http://e/>", None, "trig"),
        ("prefix e: <http://e/>", "n3", "n3"),
        ("<http://e/a> <http://e/p> <http://e/b> .\n_:b <http://e/p> 'x' .", None, "trig"),
        ('_:a <http://e/p> "x"@en <http://e/g> .\n# c\n', None, "nquads"),
        ("<http://e/a> <http://e/p> 1 .", "ntriples", "ntriples"),
        ("", "turtle", "turtle"),
        ("case: a\nfindings:", None, None),
        ("subject,predicate\na,b", None, None),
    ],
)
def test_first_bytes_tell_the_syntax(text: str, told: str | None, syntax: str | None) -> None:
    assert syntax_in(text.encode(), told) == syntax
    assert syntax_in(codecs.BOM_UTF8 + text.encode(), told) == syntax


@WAYS
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "is a web page (HTML), not RDF or OWL"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x" "y">\n<html/>', "is a web page (HTML), not RDF or OWL"),
        (b'\n<html lang="en"><head/></html>', "is a web page (HTML), not RDF or OWL"),
        (gzip.compress(b"x", mtime=0), "is gzip data, and its name does not end so; unpack it first"),
        (b"PK\x03\x04rest", "is zip data, and its name does not end so; unpack it first"),
    ],
)
def test_what_is_no_ontology_is_named(way: Way, data: bytes, reason: str, tmp_path: Path) -> None:
    for name in ("a.owl", "a.ttl", "a.xyz"):
        (tmp_path / name).write_bytes(data)
        assert refused(way, tmp_path / name).reason == reason


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_BE])
def test_what_is_empty_but_for_a_mark_is_empty(mark: bytes, tmp_path: Path) -> None:
    for ending in ("ttl", "nt", "nq", "trig", "n3"):
        (tmp_path / f"a.{ending}").write_bytes(mark)
        assert by_closure(tmp_path / f"a.{ending}") == by_graph(tmp_path / f"a.{ending}") == set()
    for name in ("a.rdf", "a.owl", "a.jsonld", "a.ofn", "a.owx", "a.omn", "a.obo", "a"):
        for blank in ("", " \n\t\r\n"):
            (tmp_path / name).write_bytes(mark + blank.encode("utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-8"))
            assert (
                refused(by_closure, tmp_path / name).reason == refused(by_graph, tmp_path / name).reason == "is empty"
            )


# --- what is something else

OTHER = "; RDF/XML with the root element <rdf:RDF> or OWL/XML was expected"
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0\nsize 12\n"


@WAYS
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', f"is an SVG picture{OTHER}"),
        (
            '<?xml version="1.0"?>\n<s:sparql xmlns:s="http://www.w3.org/2005/sparql-results#"/>',
            f"is the results of a query (SPARQL Query Results XML){OTHER}",
        ),
        ('<h:html xmlns:h="http://www.w3.org/1999/xhtml"/>', f"is a web page (XHTML){OTHER}"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"/>', f"is an Atom feed{OTHER}"),
        (f'<xsd:schema xmlns:e="{RDF}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"/>', f"is an XML Schema{OTHER}"),
        (
            '<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"></catalog>',
            f"is an XML catalogue{OTHER}",
        ),
        (
            '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
            "is XML with the root element <Error>; RDF/XML or OWL/XML was expected",
        ),
        (LFS, "is a pointer of Git LFS, not the file itself; fetch that by git lfs pull"),
        ("404: Not Found", "is what a web server answered instead of the file: 404: Not Found"),
        ("404 page not found\n", "is what a web server answered instead of the file: 404 page not found"),
        ("Access denied.", "is what a web server answered instead of the file: Access denied."),
        ("Too Many Requests\n", "is what a web server answered instead of the file: Too Many Requests"),
        (
            '{ "graphs" : [ { "id": "http://e/o", "nodes": [] } ] }',
            "is OBO Graphs JSON, which is not read; write it as OWL or OBO, as ROBOT does",
        ),
    ],
)
@pytest.mark.parametrize("name", ["a.rdf", "a.owl", "a.ttl", "a.json", "a.nt", "a"])
def test_what_is_something_else_is_named(way: Way, text: str, reason: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert refused(way, tmp_path / name).reason == reason


def test_a_single_node_of_rdf_xml_and_a_key_named_graphs_stay_legal(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(f'<e:C xmlns:e="{EX}"><e:p>1</e:p></e:C>', encoding="utf-8")
    assert {each.split(" ", 1)[1] for each in by_graph(tmp_path / "a.rdf")} == {
        f"<{RDF}type> <{EX}C>",
        f'<{EX}p> "1"',
    }
    node = {"graphs": [{"@id": f"{EX}b"}], "@id": f"{EX}a", "@context": {"graphs": f"{EX}p"}}
    (tmp_path / "a.json").write_text(json.dumps(node), encoding="utf-8")
    assert by_graph(tmp_path / "a.json") == {f"<{EX}a> <{EX}p> <{EX}b>"}


@WAYS
@pytest.mark.parametrize("name", ["bagID", "aboutEach", "aboutEachPrefix"])
def test_withdrawn_names_of_rdf_xml_are_errors(way: Way, name: str, tmp_path: Path) -> None:
    reason = f"rdf:{name} was withdrawn from RDF/XML and says nothing; write its triples out"
    for element in (
        f'<e:C\nr:{name}="x"/>',
        f'<e:C>\n<e:p r:{name}="x">1</e:p></e:C>',
        f"<e:C>\n<r:{name}>1</r:{name}></e:C>",
        f"\n<r:{name}/>",
    ):
        (tmp_path / "a.rdf").write_text(f'<r:RDF xmlns:r="{RDF}" xmlns:e="{EX}">{element}</r:RDF>', encoding="utf-8")
        error = refused(way, tmp_path / "a.rdf")
        assert (error.reason, error.line) == (reason, 1 if element.startswith("<e:C\nr") else 2)
    (tmp_path / "b.rdf").write_text(
        f'<r:RDF xmlns:r="{RDF}" xmlns:e="{EX}"><r:Description r:about="{EX}a" e:{name}="{name}"/></r:RDF>',
        encoding="utf-8",
    )
    assert by_graph(tmp_path / "b.rdf") == {f'<{EX}a> <{EX}{name}> "{name}"'}


@WAYS
def test_trig_that_is_called_turtle_is_told(way: Way, tmp_path: Path) -> None:
    said = "; this looks like TriG, which has graphs in { … }: end the name in .trig"
    for text, line, reason in (
        (f"<{EX}g> {{ <{EX}a> <{EX}p> 1 . }}", 1, f"{{ is not a valid predicate{said}"),
        (f"\n<{EX}g> {{ <{EX}a> <{EX}p> 1 , , . }}", 2, f"{{ is not a valid predicate{said}"),
        (f"<{EX}a> <{EX}p> , 1 . # {{ }}", 1, ", is not a valid RDF object"),
    ):
        (tmp_path / "a.ttl").write_text(text, encoding="utf-8")
        error = refused(way, tmp_path / "a.ttl")
        assert (error.reason, error.line) == (reason, line)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "UTF-16", "utf-8", "UTF8", "cp437"])
def test_xml_is_read_in_the_encoding_that_it_declares(encoding: str, tmp_path: Path) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>\n{XML}"
    (tmp_path / "a.rdf").write_bytes(text.encode(encoding))
    assert by_graph(tmp_path / "a.rdf") == by_closure(tmp_path / "a.rdf") == THE_TRIPLE


def test_bytes_of_another_encoding_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_bytes(b'<?xml version="1.0" encoding="shift_jis"?>\n<a xmlns="b">\x85\xff</a>')
    error = refused(by_closure, tmp_path / "a.rdf")
    assert (error.reason, error.line) == ("is not text in shift_jis", 2)


# --- RDF/XML

BASES = f"""<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="{EX}" xml:base="{{}}">
<rdf:Description rdf:about="#a"><e:p rdf:resource="b"/>
<e:q><rdf:Description xml:base='in/' rdf:about=""><e:p> xml:base="no" </e:p></rdf:Description></e:q>
</rdf:Description></rdf:RDF>"""


@pytest.mark.parametrize(("base", "at"), [("", ""), ("up/x", "up/x"), (f"{EX}x/y", f"{EX}x/y")])
def test_a_relative_base_is_resolved(base: str, at: str, tmp_path: Path) -> None:
    path = tmp_path / "doc.rdf"
    path.write_text(BASES.format(base), encoding="utf-8")
    here = at if at.startswith("http") else f"{tmp_path.resolve().as_uri()}/{at or 'doc.rdf'}"
    folder = here.rpartition("/")[0]
    expected = {
        f"<{here}#a> <{EX}p> <{folder}/b>",
        f"<{here}#a> <{EX}q> <{folder}/in/>",
        f'<{folder}/in/> <{EX}p> " xml:base=\\"no\\" "',
    }
    assert by_graph(path) == by_closure(path) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a<!-- no -->b", "ab"),
        ("<!-- no --> a", " a"),
        ("a <?no no?> b<?no?>", "a  b"),
        ("a<![CDATA[<&amp;]]>b&lt;<![CDATA[]]>", "a<&amp;b<"),
        ("<![CDATA[ ]]> ", "  "),
        ("\n<![CDATA[\n]]><!--\n\n-->c", "\n\nc"),
        ("&cut;<!-- no -->b", "xyb"),
    ],
)
def test_a_text_is_whole_though_comments_and_cdata_cut_it(text: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(
        f'<!DOCTYPE e:C [<!ENTITY cut "xy">]><e:C xmlns:rdf="{RDF}" xmlns:e="{EX}" rdf:about="{EX}a">'
        f"<e:p>{text}</e:p>\n</e:C>",
        encoding="utf-8",
    )
    (found,) = by_closure(tmp_path / "a.rdf") - {f"<{EX}a> <{RDF}type> <{EX}C>"}
    assert {found} == by_graph(tmp_path / "a.rdf") - {f"<{EX}a> <{RDF}type> <{EX}C>"}
    assert found.replace('"""', '"') == f'<{EX}a> <{EX}p> "{value}"'


def test_lines_stay_where_comments_and_cdata_are_taken_out(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(
        f'<e:C xmlns:rdf="{RDF}" xmlns:e="{EX}">\n<e:p>a<!--\n\n--></e:p><e:q><![CDATA[\n]]></e:q>\n'
        "<e:p>b<e:q/></e:p></e:C>",
        encoding="utf-8",
    )
    error = refused(by_closure, tmp_path / "a.rdf")
    assert (error.reason, error.line) == ("Unexpected node, a text value is already present", 6)


def test_an_xml_literal_keeps_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(
        f'<rdf:Description xmlns:rdf="{RDF}" xmlns:e="{EX}" rdf:about="{EX}a">'
        '<e:p rdf:parseType="Literal">a<b>c<![CDATA[<]]></b></e:p></rdf:Description>',
        encoding="utf-8",
    )
    (found,) = by_closure(tmp_path / "a.rdf")
    assert "c&lt;</b>" in found


@WAYS
@pytest.mark.parametrize("kind", ["literal", "Other", "", "Quoted\nText"])
def test_an_unknown_parse_type_is_literal(way: Way, kind: str, tmp_path: Path) -> None:
    begin = f'<rdf:Description xmlns:rdf="{RDF}" xmlns:e="{EX}" rdf:about="{EX}a">'
    for name, shown in (("a.rdf", kind), ("b.rdf", "Literal")):
        (tmp_path / name).write_text(
            f"{begin}<e:p rdf:parseType='{shown}'>a<b>c</b></e:p><e:q>d</e:q></rdf:Description>", encoding="utf-8"
        )
    assert len(way(tmp_path / "a.rdf")) == 2
    assert way(tmp_path / "a.rdf") == way(tmp_path / "b.rdf")


def test_an_unknown_parse_type_keeps_the_lines(tmp_path: Path) -> None:
    begin = f'<rdf:Description xmlns:rdf="{RDF}" xmlns:e="{EX}">'
    (tmp_path / "a.rdf").write_text(
        f"{begin}<e:p rdf:parseType='x\n\n'>y</e:p>\n<e:p rdf:resource='a b'/></rdf:Description>"
    )
    assert refused(by_closure, tmp_path / "a.rdf").line == 4


def test_an_error_on_one_line_without_its_end_is_on_line_1(tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(f'<e:C xmlns:e="{EX}" rdf:about="{EX}a"/>', encoding="utf-8")
    error = refused(by_closure, tmp_path / "a.rdf")
    assert (error.reason, error.line) == ("Unknown prefix rdf:", 1)


def test_entities_for_namespaces_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.owl").write_text(
        f'<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [\n<!ENTITY e "{EX}" >\n<!ENTITY rdf "{RDF}" >\n]>\n'
        '<rdf:RDF xmlns:rdf="&rdf;" xmlns:e="&e;"><rdf:Description rdf:about="&e;a"><e:p rdf:resource="&e;b"/>'
        "</rdf:Description></rdf:RDF>",
        encoding="utf-8",
    )
    assert by_closure(tmp_path / "a.owl") == by_graph(tmp_path / "a.owl") == {f"<{EX}a> <{EX}p> <{EX}b>"}


@WAYS
@pytest.mark.parametrize(
    ("element", "line", "said"),
    [
        (f'<rdf:Description\n\n rdf:about="{EX}x y"\n><e:p>1</e:p></rdf:Description>', 4, "Invalid IRI code point ' '"),
        (f'<e:C\n><e:p\n rdf:resource="{EX}[x"/></e:C>', 4, "Invalid IRI code point '['"),
        ('<rdf:Description><e:p\n rdf:datatype="no iri">1</e:p></rdf:Description>', 3, "no iri"),
        ('<rdf:Description>\n<e:p xml:lang="e n">1</e:p></rdf:Description>', 3, "language subtag is invalid"),
        ("<rdf:Description>\n<e:p>1<e:q/></e:p></rdf:Description>", 3, "Unexpected node"),
        ('<rdf:Description>\n<e:p\nrdf:ID="1 2">1</e:p></rdf:Description>', 4, "is not a valid rdf:ID"),
    ],
)
def test_what_is_wrong_in_rdf_xml_has_a_line(way: Way, element: str, line: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.rdf").write_text(
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="{EX}">\n{element}\n</rdf:RDF>', encoding="utf-8"
    )
    error = refused(way, tmp_path / "a.rdf")
    assert error.line == line
    assert said in error.reason


# --- JSON-LD: nothing is dropped without a word

CONTEXT = {
    "e": EX,
    "known": f"{EX}known",
    "at": {"@id": f"{EX}at", "@type": "@id"},
    "word": {"@id": f"{EX}word", "@type": "@vocab"},
    "by": {"@id": f"{EX}by", "@container": "@index"},
    "inside": {"@id": f"{EX}inside", "@context": {"known": None, "off": f"{EX}on"}},
    "off": None,
    "also": {"@id": None},
}


NULL = "is null in the @context, so what is said by it would be lost"


@WAYS
@pytest.mark.parametrize(
    ("node", "said"),
    [
        ({"@id": "e:a b", "known": 1}, "'http://example.org/a b' would be lost: Invalid IRI code point ' '"),
        ({"@id": "e:a", "at": "e:b|c"}, "Invalid IRI code point '|'"),
        ({"@id": "e:a", "unknown": 1}, "the key 'unknown' is no IRI and not in the @context"),
        ({"@id": "e:a", "unknown": {"@id": "e:b"}, "known": 1}, "the key 'unknown' is no IRI"),
        ({"@id": "e:a", "e:p q": 1}, "Invalid IRI code point ' '"),
        ({"@id": "e:a", "known": {"@id": "e:b", "lost": [1]}}, "the key 'lost' is no IRI"),
        ({"@id": "e:a", "@type": "e:<C>"}, "Invalid IRI code point '<'"),
        ({"@id": "e:a", "known": {"@value": "x", "@language": "e n"}}, "'e n' would be lost"),
        ({"@id": "e:a", "known": {"@value": "x", "@type": "e:a b"}}, "Invalid IRI code point ' '"),
        ({"@id": "e:a", "_:b": 1}, "'_:b'"),
        ({"@id": "e:a", "@type": "Person"}, "'Person' is no IRI and not in the @context"),
        ({"@id": "e:a", "@knows": 1}, "@knows is no keyword of JSON-LD 1.1; what it holds would be lost"),
        ({"@id": "@me", "known": 1}, "@me is no keyword of JSON-LD 1.1"),
        ({"@id": "e:a", "sts:hasFinding": 1}, "the prefix sts: is not declared"),
        ({"@id": "e:a> <e:b> <e:c> .\n<e:d", "known": 1}, "would be lost: Invalid IRI code point '>'"),
        ({"@graph": [{"@id": "e:a", "known": 1}, "e:b"]}, '"e:b" is said of nothing and would be lost'),
        ({"@id": "e:a", "off": 1}, f"the key 'off' {NULL}"),
        ({"@id": "e:a", "known": [{"also": {"@id": "e:b"}}]}, f"the key 'also' {NULL}"),
        ({"@id": "e:a", "inside": {"off": 1, "known": 2}}, f"the key 'known' {NULL}"),
        ({"@id": "e:a", "by": {"x": {"off": False}}}, f"the key 'off' {NULL}"),
        ({"@id": "e:a", "known": {"@context": {"known": None}, "known": 1}}, f"the key 'known' {NULL}"),
        ({"@id": "e:a", "@type": ["e:C", "off"]}, f"the type 'off' {NULL}"),
        ({"@id": "e:a", "word": "off"}, f"the value 'off' {NULL}"),
        ({"@graph": [{"@value": 3}]}, '{"@value": 3} is said of nothing'),
        (
            {"@id": "e:a", "known": {"@context": {"@no@keyword": None}, "@no@keyword": 1}},
            f"the key '@no@keyword' {NULL}",
        ),
    ],
)
def test_what_json_ld_drops_is_an_error(way: Way, node: dict[str, object], said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    path.write_text(json.dumps({"@context": CONTEXT, **node}), encoding="utf-8")
    assert said in refused(way, path).reason


@pytest.mark.parametrize(
    "node",
    [
        {"@id": "e:a", "@reverse" * 200: {"e:p": 1}},
        {"@id": "e:a", "@type": "@reverse" * 200},
        {"@id": "e:a", "@" + "reverse" * 200: 1},
        {"@context": {"@reverse" * 200: None}, "@id": "e:a", "@reverse" * 200: 1},
        {"@graph": ["@reverse" * 200]},
    ],
)
def test_a_long_name_is_cut_in_a_message(node: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    path.write_text(json.dumps(node), encoding="utf-8")
    with pytest.raises(ParseError, match=r"@reverse.*….* would be lost") as caught:
        read(path)
    assert len(caught.value.reason) < 400


def test_the_line_of_what_json_ld_drops(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    good = {"@id": f"{EX}a", "e:p": {"@id": "e:b"}}
    path.write_text(
        json.dumps({"@context": {"e": EX}, "@graph": [good, {"@id": "e:c d", "e:p": 1}]}, indent=1), encoding="utf-8"
    )
    error = refused(by_closure, path)
    assert '"e:c d"' in path.read_text(encoding="utf-8").splitlines()[(error.line or 0) - 1]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"e:p": {"@id": "e:b"},\n"@id": null}', 2, "@id value must be a string"),
        ('{"@id": "e:a",\n"e:p": {\n"@id": 3}}', 3, "@id value must be a string"),
        ('{"@context": {\n"@version": 2}}', 2, "The only supported @version value is 1.1, found 2"),
        ('{"@id": "e:a", "@type": "e:C", "e:p":\n{"@type": 3}}', 2, "@type value must be a string"),
        ('{"e:p": {"@value": 1},\n"e:q": {"@value": []}}', 2, "@value value must be a string, number, boolean or null"),
        ('{"@id": "e:a",\n"@reverse": 3}', 2, "@reverse value must be a JSON object"),
        ('{"@context": {"@vocab": "e:"},\n"e:p": {"@context": {\n"@vocab": 3}}}', 3, "@vocab value must be a string"),
        (
            '{"@id": "e:a",\n"e:p": 1,\n"@knows": 1}',
            3,
            "@knows is no keyword of JSON-LD 1.1; what it holds would be lost",
        ),
        (
            '{"@graph": [{"@id": "e:a", "e:p": 1},\n"e:b"]}',
            2,
            '"e:b" is said of nothing and would be lost; a node was expected',
        ),
        ('{"@id": "e:a",\r"@knows": 1}', 2, "@knows is no keyword of JSON-LD 1.1; what it holds would be lost"),
        ("\r{", 2, "Object keys must be strings"),
        (
            f'{{"@id": "e:a",\n"@{"knows" * 100}": 1}}',
            2,
            f"@{'knows' * 59}know… is no keyword of JSON-LD 1.1; what it holds would be lost",
        ),
        ('{"@context": {"off": null},\n"@id": "e:a",\n"off": 1}', 3, f"the key 'off' {NULL}"),
        ('{"@id": "e:a",\n"off": 1,\n"@context": {"off": null}}', 2, f"the key 'off' {NULL}"),
    ],
)
def test_the_line_of_what_is_wrong_in_json_ld(text: str, line: int, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonld").write_text(text, encoding="utf-8")
    error = refused(by_closure, tmp_path / "a.jsonld")
    assert (error.reason, error.line) == (reason, line)


def test_what_json_ld_says_nothing_of_is_no_error(tmp_path: Path) -> None:
    node: dict[str, object] = {
        "@id": "e:a",
        "@type": "#C",
        "off": None,
        "also": [],
        "by": {"off": {"at": "off"}},
        "inside": {"off": []},
        "known": [None, "@me", {"@value": None}],
        "at": [],
    }
    (tmp_path / "a.jsonld").write_text(json.dumps({"@context": CONTEXT, **node}), encoding="utf-8")
    found = {re.sub(r"_:\w+", "_:", line) for line in by_graph(tmp_path / "a.jsonld")}
    assert found == {
        f"<{EX}a> <{RDF}type> <{(tmp_path / 'a.jsonld').resolve().as_uri()}#C>",
        f'<{EX}a> <{EX}known> "@me"',
        f"<{EX}a> <{EX}by> _:",
        f"<{EX}a> <{EX}inside> _:",
    }


def test_an_iri_that_looks_like_a_prefixed_name_is_lost_in_no_other_syntax(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(f"<{EX}a> <owl:p> <sts:b> .", encoding="utf-8")
    assert len(closure_of(tmp_path / "a.ttl", lenient=True, axioms="none")) == 1
    assert by_graph(tmp_path / "a.ttl") == {f"<{EX}a> <owl:p> <sts:b>"}


# --- lenient

WRONG = {
    "ttl": (f"<{EX}a b> <{EX}p> 1 .\n<{EX}a> <{EX}p> <{EX}b> .\nno:prefix <{EX}p> 2 .\n<{EX}a> 3 4 .\n", 3),
    "trig": (f"<{EX}g> {{ <{EX}a> <{EX}p> <{EX}b> , <{EX}c d> }}", 1),
    "nt": (f"<{EX}a> <{EX}p> <{EX}b> .\nwrong\n", 1),
    "nq": (f"<{EX}a> <{EX}p> <{EX}b> <{EX}g> .\n<{EX}a> <{EX}p> <{EX}b> 3 .\n", 1),
    "n3": (f"<{EX}a> <{EX}p> <{EX}b> .\n<{EX}a> <{EX}p> <{EX}b c> .", 1),
    "jsonld": (json.dumps({"@id": f"{EX}a", f"{EX}p": [{"@id": f"{EX}b"}, {"@id": f"{EX}b c"}], "key": 1}), 2),
    "json": (
        json.dumps({"@context": {"off": None}, "@id": f"{EX}a", f"{EX}p": {"@id": f"{EX}b", "off": 1}, "off": 2}),
        2,
    ),
    "rdf": (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="{EX}"><rdf:Description rdf:about="{EX}a"><e:p rdf:resource="{EX}b"/>'
        f'<e:p rdf:resource="{EX}b c"/><e:p xml:lang="e n">x</e:p></rdf:Description></rdf:RDF>',
        2,
    ),
}


@pytest.mark.parametrize("ending", WRONG)
def test_lenient_reading_leaves_out_and_counts_in_every_syntax(ending: str, tmp_path: Path) -> None:
    text, n_wrong = WRONG[ending]
    path = tmp_path / f"a.{ending}"
    path.write_text(text, encoding="utf-8")
    refused(by_closure, path)
    closed = closure_of(path, lenient=True, axioms="none")
    assert closed.stats.skipped == n_wrong
    assert [str(term) for triple in closed.asserted for term in triple] == [f"{EX}a", f"{EX}p", f"{EX}b"]


@pytest.mark.parametrize(
    ("ending", "text"), [("jsonld", '{"@id": }'), ("rdf", XML.replace("<e:p>", "<e:p>x<e:q/>")), ("rdf", "<a")]
)
def test_wrong_grammar_is_no_matter_of_leniency(ending: str, text: str, tmp_path: Path) -> None:
    (tmp_path / f"a.{ending}").write_text(text, encoding="utf-8")
    with pytest.raises(ParseError, match=r"not even leniently|not well-formed"):
        closure_of(tmp_path / f"a.{ending}", lenient=True)


# --- open files


@pytest.mark.parametrize("syntax", TEXTS)
def test_an_open_file_is_read_in_any_syntax(syntax: str) -> None:
    (triple,) = closure_of(io.BytesIO(TEXTS[syntax].encode()), axioms="none").asserted
    assert str(triple[2]) == "Zürich"


def test_a_file_that_gives_few_bytes_at_a_time_is_read() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(7, size) if size is not None and size > 0 else size)

    for text in (TEXTS["turtle"], TEXTS["nquads"] * 1500):
        assert len(closure_of(Slow(text.encode()), axioms="none")) == 1


def test_a_syntax_that_is_given_is_not_doubted() -> None:
    with pytest.raises(ParseError, match="not well-formed XML"):
        list(Document(TEXTS["turtle"].encode(), "rdfxml").quads())
    assert Document(b"[]", "turtle").syntax == "turtle"


def test_many_prefixes_take_little_time_and_the_first_thousand_are_kept(tmp_path: Path) -> None:
    lines = "".join(f"@prefix p{n}: <{EX}{n}/> .\n" for n in range(3000))
    (tmp_path / "a.ttl").write_text(f"{lines}p2999:a p0:b p1:c .", encoding="utf-8")
    graph = read(tmp_path / "a.ttl")
    assert len(graph) == 1
    assert sum(str(iri).startswith(EX) for _, iri in graph.namespaces()) == 1000
