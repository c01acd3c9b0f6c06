"""Guards: what nests too deep, entities that explode, and what is longer than may be held."""

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path

import pytest

from sts_kg.errors import ParseError
from sts_kg.rdf import Document, check_nesting, max_bytes, nquads, read_bytes, read_text, read_whole
from sts_kg.rdf.entities import refuse_entities
from sts_kg.rdf.nesting import CAPS

DEEP = 20_000
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
TEXTS = {
    "turtle": ("<a:s> <a:p>\n ", "<<( <a:s> <a:p> ", "1", " )>>", " ."),
    "trig": ("<a:s> <a:p>\n ", "<< <a:s> <a:p> ", "1", " >>", " ."),
    "ntriples": ("<a:s> <a:p> ", "<<( <a:s> <a:p> ", "<a:o>", " )>>", " ."),
    "jsonld": ('{"@id":"a:s","a:p":\n', '{"a:p":[', '"x"', "]}", "}"),
    "rdfxml": (f"{RDF}\n", "<e:C><e:p>", "", "</e:p></e:C>", "</rdf:RDF>"),
    "owx": ("<Ontology>", "<Not>", "", "</Not>", "</Ontology>"),
    "ofn": ("Ontology(SubClassOf(:A ", "ObjectComplementOf(", ":B", ")", "))"),
    "omn": ("Class: :A\n SubClassOf: ", ":p some (:C and not ", ":B", ")", "\n"),
}
#: How often the middle may be there at most: what is around it and how much deeper it makes it.
MOST = {"turtle": 1000, "trig": 1000, "ntriples": 1000, "jsonld": 124, "rdfxml": 499, "owx": 99, "ofn": 98, "omn": 33}


def nested(syntax: str, times: int) -> bytes:
    before, opens, inside, closes, after = TEXTS[syntax]
    return f"{before}{opens * times}{inside}{closes * times}{after}".encode()


@pytest.mark.parametrize("syntax", TEXTS)
def test_what_nests_too_deep_is_refused_and_what_does_not_is_not(syntax: str) -> None:
    check_nesting(nested(syntax, MOST[syntax]), syntax)
    for times in (MOST[syntax] + 1, DEEP):
        with pytest.raises(ParseError, match=f"nests {CAPS[syntax][0]} more than {CAPS[syntax][1]:,} deep") as caught:
            check_nesting(nested(syntax, times), syntax, path="f")
        assert (caught.value.path, caught.value.line is not None, caught.value.column is not None) == ("f", True, True)


def test_the_place_is_where_it_gets_too_deep_in_the_whole_text() -> None:
    data = b"# << << \n" + nested("turtle", 1001)
    with pytest.raises(ParseError) as caught:
        check_nesting(data, "turtle")
    assert (caught.value.line, caught.value.column) == (3, 2 + 1000 * len("<<( <a:s> <a:p> "))
    with pytest.raises(ParseError) as caught:  # what opens last of all counts too
        check_nesting(b"\n" + b"[" * 251, "jsonld")
    assert (caught.value.line, caught.value.column) == (2, 251)


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("turtle", '<a:s> <a:p> "{0}", """{0}""", \'{0}\', \'\'\'"{0}\'\'\' . # {0}\n<a:s> <a:p\\u003e> 1 .'),
        ("ntriples", '<a:s> <a:p> "{0}" .'),
        ("jsonld", '{{"@id":"a:s","a:p":"{0}\\"{0}"}}'),
        ("rdfxml", RDF + "<!-- {0} --><e:C e:p='/>'><![CDATA[{0}]]> > /> </e:C></rdf:RDF>"),
        ("ofn", 'Ontology(Annotation(rdfs:comment "{0}\\"{0}")) # {0}'),
        ("omn", 'Ontology: <http://e/not>\n Annotations: rdfs:comment "{0}"\n'),
    ],
)
def test_texts_comments_and_what_lies_side_by_side_do_not_count(syntax: str, text: str) -> None:
    check_nesting(text.format("<<([<a>not(" * 1100 if syntax != "rdfxml" else "<a>" * 1100).encode(), syntax)
    with pytest.raises(ParseError, match="nests"):  # as the same brackets do where they count
        check_nesting(nested(syntax, DEEP), syntax)


def test_brackets_in_texts_do_not_hide_how_deep_xml_and_json_are() -> None:
    hidden = f"{RDF}<!-- </e:a></e:a> -->" + "<e:C e:x='/>'><e:p>/> <![CDATA[</e:p>]]>" * 600
    for syntax, text in (("rdfxml", hidden), ("jsonld", '{"]}":[' * 200), ("turtle", '">>" << # >>\n' * 1100)):
        with pytest.raises(ParseError, match="nests"):
            check_nesting(text.encode(), syntax)


@pytest.mark.parametrize(("ending", "syntax"), [("ttl", "turtle"), ("jsonld", "jsonld"), ("rdf", "rdfxml")])
def test_no_parser_sees_a_text_that_would_end_the_process(tmp_path: Path, ending: str, syntax: str) -> None:
    data = nested(syntax, DEEP)
    with pytest.raises(ParseError, match="nests"):
        nquads(data, syntax)
    path = tmp_path / f"deep.{ending}.gz"
    path.write_bytes(gzip.compress(data))
    with pytest.raises(ParseError, match="nests") as caught, Document(path) as document:
        document.lines().read()
    assert caught.value.path == path


# --- entities

LAUGHS = '<!ENTITY a "{}">'.format("ha" * 50) + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (LAUGHS, "&c;, which has more than 10,000 characters when it is expanded"),
        (f'<!ENTITY q "{"q" * 10_001}">', "&q;, which has more than 10,000 characters when it is expanded"),
        ('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;, which stands elsewhere"),
        ('<!ENTITY x PUBLIC "x" "http://e/x">', "&x;, which stands elsewhere"),
        ('<!ENTITY % p "x">', "parameter entity %p;"),
        ('<!ENTITY % p SYSTEM "http://e/x"> %p;', "parameter entity %p;"),
        ('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;, which names &b;, which is not declared before it"),
    ],
)
def test_entities_that_are_more_than_abbreviations_are_refused(tmp_path: Path, declared: str, reason: str) -> None:
    data = f"<?xml version='1.0'?>\n<!DOCTYPE rdf:RDF [\n{declared}]>\n{RDF}</rdf:RDF>".encode()
    with pytest.raises(ParseError, match=reason) as caught:
        refuse_entities(data, path="f")
    assert (caught.value.path, caught.value.line) == ("f", 3)
    (tmp_path / "a.rdf").write_bytes(data)
    with pytest.raises(ParseError, match=reason), Document(tmp_path / "a.rdf") as document:
        document.lines().read()
    with pytest.raises(ParseError, match=reason):
        nquads(data, "rdfxml")


def test_long_entities_may_not_be_used_too_often() -> None:
    start = f'<!DOCTYPE rdf:RDF [<!ENTITY q "{"q" * 9_000}">]>{RDF}<e:C><e:p>'
    check_nesting(f"{start}{'&q;' * 100}</e:p></e:C></rdf:RDF>".encode(), "rdfxml")
    with pytest.raises(ParseError, match="more than 20 times as long"):
        check_nesting(f"{start}{'&q;' * 2_000}</e:p></e:C></rdf:RDF>".encode(), "rdfxml")


def test_namespaces_may_be_entities_as_protege_writes_them(tmp_path: Path) -> None:
    data = (
        "<!DOCTYPE rdf:RDF [\n"
        '    <!ENTITY owl "http://www.w3.org/2002/07/owl#" >\n    <!ENTITY e "http://e/" >\n'
        '    <!ENTITY sub "&e;sub/" >\n]>\n' + RDF + '<rdf:Description rdf:about="&sub;s">'
        '<rdf:type rdf:resource="&owl;Class"/></rdf:Description></rdf:RDF>'
    )
    (tmp_path / "a.rdf").write_text(data)
    line = (
        b"<http://e/sub/s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Class> .\n"
    )
    assert nquads(data.encode(), "rdfxml") == line
    with Document(tmp_path / "a.rdf") as document:
        assert document.lines().read() == line


# --- what is held


def test_the_most_that_is_held_is_a_share_of_the_memory_or_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STS_KG_MAX_BYTES", raising=False)
    assert max_bytes() > 1 << 20
    monkeypatch.setenv("STS_KG_MAX_BYTES", "5")
    assert max_bytes() == 5
    assert read_whole(BytesIO(b"12345")) == b"12345"
    with pytest.raises(ParseError, match=r"holds more than 5 bytes.*set STS_KG_MAX_BYTES to read more"):
        read_whole(BytesIO(b"123456"), path="f")
    for wrong in ("0", "-1", "1e9", "x"):
        monkeypatch.setenv("STS_KG_MAX_BYTES", wrong)
        with pytest.raises(ParseError, match="a number of bytes was expected"):
            max_bytes()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
def test_what_has_no_end_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sts_kg.closure import closure_of

    monkeypatch.setenv("STS_KG_MAX_BYTES", "5000000")
    for reads in (read_bytes, read_text):
        with pytest.raises(ParseError, match="holds more than 5 MB"):
            reads("/dev/zero")
    (tmp_path / "zero.nt").symlink_to("/dev/zero")
    with pytest.raises(ParseError, match="has more than 5 MB without a line end") as caught:
        closure_of(tmp_path / "zero.nt")
    assert (caught.value.path, caught.value.line) == (str(tmp_path / "zero.nt"), 1)
    for ending, reason in (
        ("nt", "unpacks to more than 200 times its size"),
        ("ttl", "holds more than 5 MB"),
    ):
        (tmp_path / f"bomb.{ending}.gz").write_bytes(gzip.compress(b"# a b c d\n" * 2_000_000))
        with pytest.raises(ParseError, match=reason):
            closure_of(tmp_path / f"bomb.{ending}.gz")


def test_a_term_that_the_parser_does_not_take_is_told(tmp_path: Path) -> None:
    from sts_kg.closure import closure_of

    text = b'<a:s> <a:p> "' + b"x" * (17 << 20) + b'" .\n'
    (tmp_path / "long.ttl").write_bytes(text)
    (tmp_path / "long.nt").write_bytes(text)
    with pytest.raises(ParseError, match="a term or comment of more than 16 MiB"):
        closure_of(tmp_path / "long.ttl")
    assert closure_of(tmp_path / "long.nt").counts[0] == 1
