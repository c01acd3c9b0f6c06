"""Terms in N-Triples: one writer, which refuses what a reader would take for something else."""

from __future__ import annotations

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.rdf.terms import node, ntriples


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (URIRef("urn:é"), "<urn:é>"),
        (BNode("b0"), "_:b0"),
        (Literal('"\\\t\x0b\x85'), '"\\"\\\\\\t\\u000B\x85"'),
        (Literal("a", lang="en-GB"), '"a"@en-gb'),
        (Literal("a", datatype=XSD.string), '"a"'),
        (Literal("01", datatype=XSD.integer, normalize=False), f'"01"^^<{XSD.integer}>'),
    ],
)
def test_a_term_in_canonical_n_triples(term: Node, text: str) -> None:
    assert ntriples(term) == text.encode()
    assert ntriples(node(text.encode())) == text.encode()


@pytest.mark.parametrize("iri", ["urn:a b", "urn:a>", "urn:\ud800"])
def test_what_is_not_an_iri_is_refused_as_datatype_too(iri: str) -> None:
    for term in (URIRef(iri), Literal("a", datatype=URIRef(iri))):
        with pytest.raises(ParseError, match="cannot be in a triple"):
            ntriples(term)
