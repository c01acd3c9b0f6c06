"""Patterns asked of a closure: triples in terms of rdflib, and the same as arrays of ids."""

from __future__ import annotations

import numpy as np
import pytest
from rdflib import BNode, Literal
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg.closure.closure import Closure, closure_of
from sts_kg.closure.engines import ENGINES, Axioms
from sts_kg.closure.io import output
from sts_kg.errors import TooManyTriplesError
from sts_kg.rdf.graphs import parse
from sts_kg.rdf.names import STS

TREE = """
sts:Drug rdfs:subClassOf sts:Therapy . sts:pazopanib a sts:Drug ; sts:near sts:surgery , "1"^^xsd:integer .
sts:surgery a sts:Therapy . sts:near a owl:SymmetricProperty .
"""
DRUG, THERAPY = (STS.pazopanib, RDF.type, STS.Drug), (STS.pazopanib, RDF.type, STS.Therapy)
SURGERY = (STS.surgery, RDF.type, STS.Therapy)
NEAR, BACK = (STS.pazopanib, STS.near, STS.surgery), (STS.surgery, STS.near, STS.pazopanib)
ONE = (STS.pazopanib, STS.near, Literal(1))
SYMMETRIC, BELOW = (STS.near, RDF.type, OWL.SymmetricProperty), (STS.Drug, RDFS.subClassOf, STS.Therapy)


@pytest.fixture(scope="module", params=ENGINES)
def closed(request: pytest.FixtureRequest) -> Closure:
    return closure_of(parse(TREE), engine=request.param)


@pytest.mark.parametrize(
    ("s", "p", "o", "expected"),
    [
        (None, None, None, {DRUG, THERAPY, SURGERY, NEAR, BACK, ONE, SYMMETRIC, BELOW}),
        (STS.pazopanib, None, None, {DRUG, THERAPY, NEAR, ONE}),
        (None, RDF.type, None, {DRUG, THERAPY, SURGERY, SYMMETRIC}),
        (None, STS.near, None, {NEAR, BACK, ONE}),
        (None, None, STS.Therapy, {THERAPY, SURGERY, BELOW}),
        (None, None, Literal(1), {ONE}),
        (STS.pazopanib, RDF.type, None, {DRUG, THERAPY}),
        (STS.pazopanib, None, STS.Therapy, {THERAPY}),
        (None, RDF.type, STS.Therapy, {THERAPY, SURGERY}),
        (None, STS.near, STS.pazopanib, {BACK}),
        (*NEAR, {NEAR}),
        (*THERAPY, {THERAPY}),
        (STS.surgery, RDF.type, STS.Drug, set()),
        (Literal(1), None, None, set()),  # 1 near pazopanib follows, but is no triple of RDF
        (None, STS.pazopanib, None, set()),
        (STS.unknown, None, None, set()),
        (BNode("unknown"), STS.near, None, set()),
    ],
)
def test_a_pattern_matches(
    closed: Closure, s: Node | None, p: Node | None, o: Node | None, expected: set[tuple[Node, ...]]
) -> None:
    found = list(closed.match(s, p, o))
    assert len(found) == len(closed.match(s, p, o)) == len(expected)
    assert set(found) == expected
    assert list(closed.match(s, p, o)) == found


def test_the_same_as_arrays(closed: Closure) -> None:
    found = closed.match(None, STS.near)
    for ids in (found.subjects, found.predicates, found.objects):
        assert (ids.shape, str(ids.dtype)) == ((3,), "int64")
    columns = map(found.terms, (found.subjects, found.predicates, found.objects))
    assert list(zip(*columns, strict=True)) == list(found)
    in_therapy = closed.match(None, RDF.type, STS.Therapy).subjects
    subjects = found.terms(found.subjects[np.isin(found.subjects, in_therapy)])
    assert sorted(map(str, subjects)) == [str(STS.pazopanib), str(STS.pazopanib), str(STS.surgery)]
    (near,) = set(found.predicates.tolist())
    assert found.terms(np.array([near])) == [STS.near]


def test_no_match_has_empty_arrays(closed: Closure) -> None:
    found = closed.match(STS.unknown)
    assert (len(found), list(found)) == (0, [])
    for ids in (found.subjects, found.predicates, found.objects):
        assert (ids.shape, str(ids.dtype)) == ((0,), "int64")
    with pytest.raises(IndexError, match="there is no term 1000000"):
        found.terms(np.array([1_000_000]))


def test_an_id_means_the_same_in_an_extended_closure(closed: Closure) -> None:
    more = closed.extend(parse("sts:ifosfamide a sts:Drug ."))
    before, after = closed.match(None, RDF.type, STS.Therapy), more.match(None, RDF.type, STS.Therapy)
    assert after.terms(before.subjects) == before.terms(before.subjects)
    (new,) = set(after.subjects.tolist()) - set(before.subjects.tolist())
    assert after.terms(np.array([new])) == [STS.ifosfamide]
    assert len(before) == 2


EQUAL = (
    'sts:a owl:sameAs sts:b . sts:b owl:sameAs sts:c . sts:a sts:p sts:x , "1"^^xsd:integer . sts:x owl:sameAs sts:y . '
    "sts:q owl:sameAs sts:p ."
)
ABC = (STS.a, STS.b, STS.c)


def test_what_is_said_of_a_term_matches_for_its_equals() -> None:
    closed = closure_of(parse(EQUAL))
    values: list[Node] = [STS.x, STS.y, Literal("1", datatype=XSD.integer)]
    for p in (STS.p, STS.q):
        assert set(closed.match(None, p)) == {(s, p, o) for s in ABC for o in values}
        assert set(closed.match(STS.c, p)) == {(STS.c, p, o) for o in values}
        assert set(closed.match(None, p, STS.y)) == {(s, p, STS.y) for s in ABC}
        assert list(closed.match(STS.b, p, STS.y)) == [(STS.b, p, STS.y)]
        assert list(closed.match(STS.x, p)) == []
    assert set(closed.match(STS.a, OWL.sameAs)) == {(STS.a, OWL.sameAs, STS.b), (STS.a, OWL.sameAs, STS.c)}
    assert set(closed.match(None, OWL.sameAs, STS.p)) == {(STS.q, OWL.sameAs, STS.p)}
    assert list(closed.match(STS.a, OWL.sameAs, STS.c)) == [(STS.a, OWL.sameAs, STS.c)]
    assert list(closed.match(STS.a, OWL.sameAs, STS.x)) == []
    assert len(closed.match(None, OWL.sameAs)) == 6 + 2 + 2
    assert len(closed.match()) == len(closed) == 2 * 9 + 10


@pytest.mark.parametrize(
    ("axioms", "reflexive", "things", "datatypes"),
    [("none", 0, 0, 0), ("used", 0, 0, 1), ("all", 1, 1, 1)],
)
def test_trivial_triples_match_if_they_are_kept(axioms: Axioms, reflexive: int, things: int, datatypes: int) -> None:
    closed = closure_of(
        parse("sts:p rdfs:range xsd:integer . sts:b owl:sameAs sts:b ; a sts:C . sts:C a owl:Class ."), axioms=axioms
    )
    assert len(closed.match(STS.p, OWL.sameAs, STS.p)) == len(closed.match(STS.p, OWL.sameAs)) == reflexive
    assert len(closed.match(STS.b, OWL.sameAs, STS.b)) == 1
    assert len(closed.match(STS.b, RDF.type, OWL.Thing)) == things
    assert len(closed.match(XSD.integer, RDF.type)) == datatypes
    assert len(closed.match()) == len(closed)


def test_too_many_triples_of_equal_terms_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = closure_of(parse("".join(f"sts:x0 owl:sameAs sts:x{number} ." for number in range(1, 101))))
    monkeypatch.setattr(output, "LIMIT", 1000)
    assert len(closed.match(STS.x7, OWL.sameAs)) == 100
    assert len(closed.match(None, OWL.sameAs, STS.x7)) == 100
    with pytest.raises(TooManyTriplesError):
        closed.match(None, OWL.sameAs)


def test_a_literal_has_no_triples() -> None:
    closed = closure_of(parse("sts:p rdfs:range xsd:integer . sts:a sts:p 1 ."), axioms="all")
    assert (Literal(1), RDF.type, XSD.integer) not in closed
    assert list(closed.match(Literal(1))) == []
