"""The closure by owlrl: kept apart, input untouched, inconsistencies as answers; and equal to plain owlrl."""

from __future__ import annotations

from collections.abc import Callable

import owlrl
import pytest
from rdflib import BNode, Graph, Literal
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg import InconsistentError, KnowledgeGraph, UnknownNameError, closure_of, parse
from sts_kg.closure import Closure
from sts_kg.names import STS

Triple = tuple[Node, Node, Node]


def plain(graph: Graph) -> set[Triple]:
    """Return owlrl's own closure without eq-ref's triples, literal subjects and reported errors."""
    copy = Graph()
    for triple in graph:
        copy.add(triple)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(copy)
    errors = {s for s in copy.subjects(RDF.type) if "ErrorMessage" in str(copy.value(s, RDF.type))}
    return {
        (s, p, o)
        for s, p, o in copy
        if not (p == OWL.sameAs and s == o) and not isinstance(s, Literal) and s not in errors
    }


def triples(closed: Closure) -> set[Triple]:
    return {*closed.asserted, *closed.inferred, *closed.trivial}


EVERY_RULE = """
sts:p a owl:TransitiveProperty ; rdfs:domain sts:D ; rdfs:range sts:R ; rdfs:subPropertyOf sts:q ; owl:inverseOf sts:r .
sts:s a owl:SymmetricProperty . sts:f a owl:FunctionalProperty . sts:i a owl:InverseFunctionalProperty .
sts:c owl:propertyChainAxiom ( sts:p sts:s ) . sts:e owl:equivalentProperty sts:q .
sts:D rdfs:subClassOf sts:T , [ a owl:Restriction ; owl:onProperty sts:p ; owl:allValuesFrom sts:A ] .
sts:I owl:intersectionOf ( sts:D sts:A ) . sts:U owl:unionOf ( sts:I sts:V ) . sts:O owl:oneOf ( sts:x sts:y ) .
sts:H owl:equivalentClass [ a owl:Restriction ; owl:onProperty sts:s ; owl:hasValue sts:z ] .
[ a owl:Restriction ; owl:onProperty sts:p ; owl:someValuesFrom sts:R ] rdfs:subClassOf sts:Some .
sts:M rdfs:subClassOf [ a owl:Restriction ; owl:onProperty sts:q ; owl:maxCardinality "1"^^xsd:nonNegativeInteger ] .
sts:x sts:p sts:y . sts:y sts:p sts:w . sts:w sts:s sts:z . sts:x a sts:M .
sts:x sts:f sts:k , sts:l . sts:k sts:i sts:n . sts:m sts:i sts:n . sts:T owl:equivalentClass sts:TT .
sts:x rdfs:label "x" .
"""


def test_it_equals_plain_owlrl_on_every_rule() -> None:
    graph = parse(EVERY_RULE)
    assert triples(closure_of(graph)) == plain(graph)
    assert (STS.x, STS.c, STS.z) in triples(closure_of(graph))


def test_it_equals_plain_owlrl_on_a_case_with_the_conditions(kg: KnowledgeGraph) -> None:
    closed = kg.ontology.close_cases(kg.with_cases(kg.ontology.folder / "examples" / "f.yaml").cases)
    assert triples(closed) == plain(closed.asserted)


def test_asserted_inferred_and_trivial_are_apart() -> None:
    graph = parse("sts:Drug rdfs:subClassOf sts:Therapy . sts:Drug a owl:Class . sts:pazopanib a sts:Drug .")
    closed = closure_of(graph)
    assert set(closed.asserted) == set(graph)
    assert set(closed.inferred) == {(STS.pazopanib, RDF.type, STS.Therapy)}
    assert (STS.Drug, RDFS.subClassOf, OWL.Thing) in closed.trivial
    assert (STS.pazopanib, RDF.type, OWL.Thing) in closed.trivial
    assert len(closed) == 4
    assert set(closed.graph) == set(closed.asserted) | set(closed.inferred)


def test_the_input_is_untouched() -> None:
    graph = parse(EVERY_RULE)
    before = set(graph)
    closure_of(graph)
    assert set(graph) == before


def test_literals_never_become_subjects() -> None:
    closed = closure_of(parse('sts:n owl:inverseOf sts:m . sts:x sts:n "text" .'))
    assert not any(isinstance(s, Literal) or isinstance(p, BNode) for s, p, o in triples(closed))


def test_the_closure_is_idempotent() -> None:
    closed = closure_of(parse(EVERY_RULE))
    assert set(closure_of(closed.graph).graph) == set(closed.graph)


def test_an_unknown_engine_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="there is no reasoning engine 'owlr'; did you mean owlrl"):
        closure_of(Graph(), engine="owlr")


INCONSISTENT = [
    (
        "cax-dw",
        "sts:A owl:disjointWith sts:B . sts:x a sts:A , sts:B .",
        "cax-dw: the disjoint classes sts:A and sts:B share sts:x",
    ),
    (
        "cax-adc",
        "[] a owl:AllDisjointClasses ; owl:members ( sts:A sts:B sts:C ) . sts:x a sts:A , sts:C .",
        "cax-dw: the disjoint classes sts:A and sts:C share sts:x",
    ),
    (
        "eq-diff1",
        "sts:x owl:sameAs sts:y . sts:x owl:differentFrom sts:y .",
        "eq-diff1: sts:x and sts:y are the same and different",
    ),
    (
        "prp-irp",
        "sts:p a owl:IrreflexiveProperty . sts:x sts:p sts:x .",
        "prp-irp: sts:x is related to itself by the irreflexive sts:p",
    ),
    (
        "prp-asyp",
        "sts:p a owl:AsymmetricProperty . sts:x sts:p sts:x .",
        "prp-asyp: the asymmetric sts:p holds both ways between sts:x and sts:x",
    ),
    (
        "prp-pdw",
        "sts:p owl:propertyDisjointWith sts:q . sts:x sts:p sts:y ; sts:q sts:y .",
        "prp-pdw: the disjoint sts:p and sts:q both relate sts:x and sts:y",
    ),
    (
        "prp-npa1",
        "_:n owl:assertionProperty sts:p ; owl:sourceIndividual sts:x ; owl:targetIndividual sts:y . "
        "sts:x sts:p sts:y .",
        "prp-npa1: sts:x sts:p sts:y is also denied",
    ),
    ("cls-nothing2", "sts:x a owl:Nothing .", "cls-nothing2: sts:x is in owl:Nothing"),
    (
        "cls-com",
        "sts:A owl:complementOf sts:B . sts:x a sts:A , sts:B .",
        "cls-com: sts:A and its complement sts:B share a member",
    ),
]


@pytest.mark.parametrize(
    ("text", "sentence"), [each[1:] for each in INCONSISTENT], ids=[each[0] for each in INCONSISTENT]
)
def test_an_inconsistency_is_an_answer_with_rule_and_terms(text: str, sentence: str) -> None:
    closed = closure_of(parse(text))
    assert sentence in [str(found) for found in closed.inconsistencies]
    assert not any("agent-ont" in str(term) for triple in triples(closed) for term in triple)


def test_the_terms_of_an_inconsistency() -> None:
    (found,) = closure_of(parse(INCONSISTENT[0][1])).inconsistencies
    assert (found.rule, found.terms) == ("cax-dw", (STS.A, STS.B, STS.x))


NEAR_MISSES = [
    "sts:A owl:disjointWith sts:B . sts:x a sts:A . sts:y a sts:B .",
    "sts:x owl:sameAs sts:y . sts:x owl:differentFrom sts:z .",
    "sts:p a owl:IrreflexiveProperty . sts:x sts:p sts:y .",
    "sts:p owl:propertyDisjointWith sts:q . sts:x sts:p sts:y ; sts:q sts:z .",
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_a_near_miss_is_consistent(text: str) -> None:
    assert closure_of(parse(text)).inconsistencies == ()


def test_require_consistent() -> None:
    fine, wrong = closure_of(parse(NEAR_MISSES[0])), closure_of(parse(INCONSISTENT[0][1]))
    assert fine.require_consistent() is fine
    with pytest.raises(InconsistentError, match="the graph contradicts itself: cax-dw: the disjoint classes"):
        wrong.require_consistent()


@pytest.mark.parametrize(
    "copy", [lambda graph: graph, lambda graph: parse(graph.serialize(format="nt"), syntax="ntriples")]
)
def test_names_of_blank_nodes_do_not_matter(copy: Callable[[Graph], Graph]) -> None:
    graph = parse(EVERY_RULE)
    assert isomorphic(closure_of(copy(graph)).graph, closure_of(graph).graph)
