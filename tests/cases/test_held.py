"""What a closure holds of cases: the same as asked one by one, by one search for a property."""

from __future__ import annotations

import pytest
from rdflib.term import Node

from sts_kg.cases.case import Case
from sts_kg.cases.held import held
from sts_kg.closure.closure import Closure, closure_of
from sts_kg.closure.io.matching import Matches
from sts_kg.rdf.graphs import parse
from sts_kg.rdf.names import STS

FACTS = """
sts:a sts:hasFinding sts:y , sts:x ; sts:lacksFinding sts:z . sts:b sts:hasFinding sts:z . sts:had rdfs:subPropertyOf
sts:hasFinding . sts:b sts:had sts:x . sts:x owl:sameAs sts:w .
"""
A, B, C = (Case(name, iri=STS[name]) for name in "abc")


def test_it_is_what_the_closure_says_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = closure_of(parse(FACTS))
    asked: list[tuple[object, ...]] = []
    match = Closure.match

    def noted(closed: Closure, *pattern: Node | None) -> Matches:
        asked.append(pattern)
        return match(closed, *pattern)

    monkeypatch.setattr(Closure, "match", noted)
    for case, expected in ((A, (STS.w, STS.x, STS.y)), (B, (STS.w, STS.x, STS.z)), (C, ())):
        assert held(case, STS.hasFinding, closed) == expected
    assert asked == [(None, STS.hasFinding)]
    assert held(A, STS.lacksFinding, closed) == (STS.z,)
    assert held(A, STS.unknown, closed) == ()
    assert len(asked) == 3


def test_another_closure_is_read_anew() -> None:
    closed = closure_of(parse(FACTS))
    more = closed.extend(parse("sts:a sts:hasFinding sts:v ."))
    assert held(A, STS.hasFinding, closed) == (STS.w, STS.x, STS.y)
    assert held(A, STS.hasFinding, more) == (STS.v, STS.w, STS.x, STS.y)
