"""OWL documents outside RDF: what Protégé, ROBOT and pronto write, and what ends a parser."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from sts_kg.errors import ParseError
from sts_kg.rdf import Document
from sts_kg.rdf.sniffing import syntax_in

pyhornedowl = pytest.importorskip("pyhornedowl")

RDF, RDFS, OWL = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
)
OFN = (
    "Prefix(:=<http://e/>)\nOntology(<http://e>\nSubClassOf(:A owl:Thing)\n"
    'AnnotationAssertion(rdfs:label :A "a (b"^^xsd:string)\n)\n'
)
OMN = "Prefix: : <http://e/>\nOntology: <http://e>\nClass: :A\n    SubClassOf: owl:Thing\n"
OWX = (
    '<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="http://e">'
    '<Prefix name="" IRI="http://e/"/><SubClassOf><Class abbreviatedIRI=":A"/><Class abbreviatedIRI="owl:Thing"/>'
    "</SubClassOf></Ontology>"
)
SUBCLASS = f"<http://e/A> <{RDFS}subClassOf> <{OWL}Thing> ."


def lines(tmp_path: Path, ending: str, text: str | bytes) -> list[str]:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with Document(path) as document:
        return document.lines().read().decode().splitlines()


@pytest.mark.parametrize(("ending", "text"), [("ofn", OFN), ("omn", OMN), ("owx", OWX)])
@pytest.mark.parametrize("before", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_standard_prefixes_byte_order_marks_and_line_ends(
    tmp_path: Path, ending: str, text: str, before: str, end: str
) -> None:
    whole = before + text.replace("\n", end)
    assert SUBCLASS in lines(tmp_path, ending, whole)
    assert SUBCLASS in lines(tmp_path, "owl", whole)


def test_a_prefix_that_is_declared_otherwise_is_the_one_of_the_document(tmp_path: Path) -> None:
    text = "Prefix(:=<http://e/>)\nPrefix( owl: = <http://mine/>)\nOntology(SubClassOf(:A owl:B))"
    assert f"<http://e/A> <{RDFS}subClassOf> <http://mine/B> ." in lines(tmp_path, "ofn", text)


def test_anonymous_individuals_of_owl_xml(tmp_path: Path) -> None:
    text = OWX.replace(
        "<SubClassOf>",
        '<ObjectPropertyAssertion><ObjectProperty IRI="http://e/p"/><AnonymousIndividual nodeID="_:x"/>'
        '<NamedIndividual IRI="http://e/b"/></ObjectPropertyAssertion><SubClassOf>',
    )
    said = [line.split(" ", 1) for line in lines(tmp_path, "owx", text) if "<http://e/p>" in line]
    assert [(subject[:2], rest) for subject, rest in said] == [("_:", "<http://e/p> <http://e/b> .")]


@pytest.mark.parametrize(
    ("ending", "text", "place", "said"),
    [
        ("ofn", OFN.replace("SubClassOf(:A", "SubClassOf(x:A"), (3, 12), "undefined prefix"),
        ("ofn", "Prefix(:=<http://e/>) Ontology(? )", (1, 32), "was expected"),
        ("omn", OMN.replace("owl:Thing", "x:Thing"), (4, 17), "undefined prefix"),
        ("owx", OWX.replace('"owl:Thing"', '"x:Thing"'), (2, 153), "undefined prefix x:"),
    ],
)
def test_the_place_is_that_in_the_file(
    tmp_path: Path, ending: str, text: str, place: tuple[int, int], said: str
) -> None:
    with pytest.raises(ParseError, match=said) as caught:
        lines(tmp_path, ending, text)
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("ofn", f"Ontology(SubClassOf(owl:Thing {'ObjectComplementOf(' * 20_000}owl:Nothing{')' * 20_000}))"),
        ("owx", OWX.replace("</Ontology>", "<ObjectComplementOf>" * 20_000)),
        ("omn", OMN.replace("owl:Thing", "not (" * 20_000)),
        ("omn", OMN.replace("owl:Thing", ":p some " * 20_000 + ":B")),
    ],
)
def test_what_nests_too_deep_ends_in_an_error(tmp_path: Path, ending: str, text: str) -> None:
    with pytest.raises(ParseError, match=r"nests .* more than 100 deep"):
        lines(tmp_path, ending, text)


def test_a_panic_of_the_parser_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):  # as pyo3 names it
        pass

    def panics(*given: object, **named: object) -> SimpleNamespace:
        raise PanicException("index out of bounds")

    monkeypatch.setattr(pyhornedowl, "open_ontology_from_string", panics)
    with pytest.raises(ParseError, match="is not Manchester syntax"):
        lines(tmp_path, "omn", OMN)


def test_what_is_not_utf_8_has_its_line(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"line 2: is not UTF-8 text \(byte 0xe9\)"):
        lines(tmp_path, "omn", b"# a\n# \xe9\n")


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("# Prefix: a\nPrefix(:=<http://e/>)", "ofn"),
        ("Ontology (<http://e>", "ofn"),
        ("Ontology: <http://e>", "omn"),
        ("<!-- a --><owl:Ontology xmlns:owl='http://www.w3.org/2002/07/owl#'>", "owx"),
        (f"<rdf:RDF xmlns:rdf='{RDF}'><owl:Ontology>", "rdfxml"),
        ("! made by hand\nformat-version: 1.4\n", "obo"),
        ("\n[Term]\nid: X:1\n", "obo"),
        ("[] a <http://e/Term> .", "trig"),
        ("@prefix ontology: <http://e/> .", "trig"),
        ("label: a", None),
    ],
)
def test_syntaxes_are_told_by_content(text: str, syntax: str | None) -> None:
    assert syntax_in(text.encode(), None) == syntax


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("ofn", 'Ontology(Annotation(rdfs:comment "said"))'),
        ("omn", 'Ontology:\nAnnotations: rdfs:comment "said"'),
        (
            "owx",
            '<Ontology xmlns="http://www.w3.org/2002/07/owl#"><Annotation>'
            '<AnnotationProperty abbreviatedIRI="rdfs:comment"/><Literal>said</Literal></Annotation></Ontology>',
        ),
    ],
)
def test_an_ontology_without_an_iri_keeps_what_is_said_of_it(tmp_path: Path, ending: str, text: str) -> None:
    kind, said = sorted(lines(tmp_path, ending, text))
    node = kind.split()[0]
    assert node.startswith("_:")
    assert kind == f"{node} <{RDF}type> <{OWL}Ontology> ."
    assert said == f'{node} <{RDFS}comment> "said" .'


def test_an_undeclared_prefix_is_named_in_short(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        lines(tmp_path, "owx", OWX.replace(":A", f"{'x' * 1000}:A"))
    assert caught.value.reason == f"is not OWL/XML: undefined prefix {'x' * 300}…:"
