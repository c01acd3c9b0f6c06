"""IRIs and CURIEs: the way there and back, and what no IRI may hold."""

from __future__ import annotations

import pytest
from rdflib import URIRef
from rdflib.namespace import RDF, XSD

from sts_kg.errors import CurieError
from sts_kg.rdf.names import (
    BASE,
    CASE,
    OA,
    PREFIXES,
    STS,
    compress,
    declare_namespace,
    expand,
    is_ours,
    local,
    passing_namespaces,
)


@pytest.mark.parametrize(
    ("iri", "curie"),
    [
        (f"{BASE}pazopanib", "sts:pazopanib"),
        (f"{BASE}D09b", "sts:D09b"),
        (f"{BASE}case/f", "case:f"),  # the longest namespace, not sts:case/f
        (f"{BASE}case/r-1.2_x", "case:r-1.2_x"),
        (f"{BASE}_x", "sts:_x"),
        (f"{BASE}7", "sts:7"),
        (f"{RDF}type", "rdf:type"),
        (f"{XSD}date", "xsd:date"),
        ("http://purl.obolibrary.org/obo/MAXO_0000001", "obo:MAXO_0000001"),
    ],
)
def test_compress_takes_the_longest_namespace(iri: str, curie: str) -> None:
    assert compress(iri) == curie
    assert expand(curie) == URIRef(iri)


@pytest.mark.parametrize(
    "iri",
    [
        BASE,
        f"{BASE}case/",
        f"{BASE}ontology/vocabulary",  # a slash is not of a local name
        f"{BASE}case/a/b",
        f"{BASE}x.",  # a full stop would end the statement
        f"{BASE}-x",
        f"{BASE}case/Zo%C3%AB",
        f"{BASE}case/zoë",
        f"{BASE}x\n",
        f"{BASE}a b",
        "http://w3id.org/sts-kg/x",
        "https://example.org/x",
        "urn:x",
        "",
    ],
)
def test_compress_leaves_what_is_no_curie(iri: str) -> None:
    assert compress(iri) == iri


def test_every_prefix_goes_there_and_back() -> None:
    for prefix, namespace in PREFIXES.items():
        assert expand(f"{prefix}:x") == URIRef(f"{namespace}x")
        assert compress(f"{namespace}x") == f"{prefix}:x"
        assert expand(f"{prefix}:") == URIRef(namespace)
    assert len(set(PREFIXES.values())) == len(PREFIXES) >= 14
    assert next(iter(PREFIXES)) == "sts"


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("<https://example.org/x>", "https://example.org/x"),
        ("https://example.org/x?y=1#z", "https://example.org/x?y=1#z"),
        ("<sts:pazopanib>", "sts:pazopanib"),  # in angle brackets no prefix is looked up
        ("urn:isbn:1", "urn:isbn:1"),
        ("URN:isbn:1", "URN:isbn:1"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("sts:a:b", f"{BASE}a:b"),
        ("sts:a/b", f"{BASE}a/b"),
        ("case:Zo%C3%AB", f"{BASE}case/Zo%C3%AB"),
        ("https://example.org/grüße", "https://example.org/grüße"),
    ],
)
def test_expand(text: str, iri: str) -> None:
    assert expand(text) == URIRef(iri)
    assert isinstance(expand(text), URIRef)


FORBIDDEN = [*map(chr, range(0x21)), *'<>"{}|^`\\', "\ud800", "\udfff"]


@pytest.mark.parametrize("character", FORBIDDEN, ids=lambda character: f"{ord(character):#06x}")
@pytest.mark.parametrize("form", ["sts:a{}b", "https://example.org/a{}b", "<https://example.org/a{}b>"])
def test_what_no_iri_may_hold(form: str, character: str) -> None:
    """SPARQL 1.1, section 19.8, rule 139."""
    text = form.replace("{}", character)
    with pytest.raises(CurieError) as caught:
        expand(text)
    assert caught.value.text == text
    assert caught.value.reason == f"the character {character!r} is not allowed in an IRI"


@pytest.mark.parametrize("character", "!~\x7f\xa0\ud7ff\ue000")
def test_the_neighbours_of_what_no_iri_may_hold(character: str) -> None:
    assert expand(f"sts:a{character}b") == URIRef(f"{BASE}a{character}b")


@pytest.mark.parametrize("text", ["", "<>", "pazopanib", ":x", "/x", "<x>", "1a:x", "é:x", "option-pazopanib"])
def test_what_is_neither_curie_nor_iri(text: str) -> None:
    with pytest.raises(CurieError) as caught:
        expand(text)
    assert str(caught.value) == (
        f"{text!r} is not a CURIE or IRI that can be used here: it has no prefix and is not an absolute IRI"
    )


@pytest.mark.parametrize("text", ["<", ">", "<sts:x", "sts:x>"])
def test_half_of_angle_brackets(text: str) -> None:
    with pytest.raises(CurieError, match="is not allowed in an IRI"):
        expand(text)


def test_an_unknown_prefix_has_a_near_one() -> None:
    for text, prefix, near in (("stx:x", "stx", "sts"), ("STS:x", "STS", "sts"), ("sko:x", "sko", "skos")):
        with pytest.raises(CurieError) as caught:
            expand(text)
        assert caught.value.reason == f"the prefix {prefix!r} is unknown; did you mean {near}:?"


def test_an_unknown_prefix_without_a_near_one_lists_all() -> None:
    with pytest.raises(CurieError) as caught:
        expand("qqq:x")
    assert caught.value.reason == f"the prefix 'qqq' is unknown; known ones are {', '.join(PREFIXES)}"


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        (f"{BASE}option-pazopanib", "option-pazopanib"),
        (f"{BASE}case/f", "f"),
        (f"{RDF}type", "rdf:type"),
        ("https://example.org/x", "https://example.org/x"),
        (BASE, BASE),
    ],
)
def test_local(iri: str, name: str) -> None:
    assert local(iri) == name


def test_namespaces() -> None:
    assert STS.S19 == URIRef(f"{BASE}S19")
    assert CASE.f == URIRef(f"{BASE}case/f")
    assert OA.start == URIRef("http://www.w3.org/ns/oa#start")


def test_a_namespace_that_passes_is_forgotten() -> None:
    with passing_namespaces():
        declare_namespace("passing", "https://passing.example/")
        assert (compress("https://passing.example/x"), is_ours("https://passing.example/x")) == ("passing:x", True)
        assert local("https://passing.example/x") == "x"
    assert (compress("https://passing.example/x"), is_ours("https://passing.example/x")) == (
        "https://passing.example/x",
        False,
    )
    assert local("https://passing.example/x") == "https://passing.example/x"
