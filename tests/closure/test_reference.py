"""owlrl as a second opinion: equal on our ontology and cases and on random graphs, but for what is listed here."""

from __future__ import annotations

from collections.abc import Iterable

import owlrl
import pytest
from closure.random_graphs import Piece, graph_of, graphs, pieces
from hypothesis import given, settings
from rdflib import Graph, Literal
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from sts_kg import KnowledgeGraph
from sts_kg.cases.session import Session
from sts_kg.closure.closure import Closure, closure_of
from sts_kg.closure.reference import close
from sts_kg.rdf.graphs import parse
from sts_kg.rdf.names import STS
from sts_kg.rdf.xsd import SUPPORTED

Triple = tuple[Node, Node, Node]

#: owlrl's datatypes that are not amongst those of OWL 2 RL (W3C OWL 2 Profiles, section 4.2).
MORE_DATATYPES = (XSD.date, XSD.time, RDF.HTML, RDF.langString)
#: What owlrl calls an inconsistency of these rules; its sentences do not tell them apart.
SAID = {"eq-diff3": "eq-diff2", "cax-adc": "cax-dw", "cls-maxqc2": "cls-maxqc1"}

#: Axioms that owlrl gets wrong, by predicate or class, with the reason. Graphs without them must be equal.
WRONG_AXIOMS: dict[Node, str] = {
    OWL.hasKey: "prp-key never compares the last property of a key",
    OWL.AllDifferent: "eq-diff2 and eq-diff3 leave the last member of the list out",
    OWL.AllDisjointProperties: "prp-adp leaves the last member of the list out",
}
#: Terms of which owlrl knows too little: dt-eq, dt-diff and most of dt-type2 and dt-not-type are left out.
UNKNOWN_VALUES = frozenset(map(str, SUPPORTED))


def without_more_datatypes(triples: Iterable[Triple]) -> set[Triple]:
    return {each for each in triples if not (each[0] in MORE_DATATYPES and each[2] == RDFS.Datatype)}


def inferred(closed: Closure) -> set[Triple]:
    """Return what follows, without what owlrl says of its additional datatypes."""
    return without_more_datatypes((*closed.inferred, *closed.repeated))


def rules(closed: Closure) -> set[str]:
    return {SAID.get(each.rule, each.rule) for each in closed.inconsistencies}


def disagreements(graph: Graph) -> list[str]:
    """Return some of the triples that one engine alone infers, and rules that one alone reports."""
    ours, theirs = (closure_of(graph, engine=engine, axioms="none") for engine in ("columns", "owlrl"))
    assert set(ours.asserted) == set(theirs.asserted) == set(graph)
    parts = {"ours": inferred(ours) - inferred(theirs), "owlrl": inferred(theirs) - inferred(ours)}
    found = [
        f"{who}: {' '.join(term.n3() for term in each)}" for who, part in parts.items() for each in sorted(part)[:5]
    ]
    return [*found, *(f"reported by one: {rule}" for rule in sorted(rules(ours) ^ rules(theirs)))]


# --- our ontology and cases


def test_both_engines_agree_on_the_ontology(kg: KnowledgeGraph) -> None:
    assert disagreements(kg.guideline.asserted) == []


@pytest.mark.parametrize("names", ["a f", "contradiction"])
def test_both_engines_agree_on_example_cases(kg: KnowledgeGraph, names: str) -> None:
    cases = kg.with_cases([kg.guideline.folder / "examples" / f"{name}.yaml" for name in names.split()]).cases
    assert len(cases) == len(names.split())
    graph = Session(kg.guideline, tuple(cases)).closed.asserted
    assert len(graph) > 1000
    assert disagreements(graph) == []


# --- random graphs


def can_be_compared(piece: Piece) -> bool:
    terms = {term for triple in piece for term in triple}
    if any(s == o and p == OWL.differentFrom for s, p, o in piece):  # needs eq-ref, which reference.py switches off
        return False
    if any(isinstance(o, Literal) and p in (OWL.sameAs, OWL.differentFrom) for _, p, o in piece):  # needs its value
        return False
    return terms.isdisjoint(WRONG_AXIOMS) and not any(
        str(term) in UNKNOWN_VALUES or (isinstance(term, Literal) and str(term.datatype) in UNKNOWN_VALUES)
        for term in terms
    )


@settings(max_examples=60)
@given(pieces(axioms=4))
def test_both_engines_agree_on_graphs_without_what_owlrl_gets_wrong(drawn: list[Piece]) -> None:
    assert disagreements(graph_of(piece for piece in drawn if can_be_compared(piece))) == []


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


def test_both_engines_agree_on_most_rules_at_once() -> None:
    graph = parse(EVERY_RULE)
    assert disagreements(graph) == []
    assert (STS.x, STS.c, STS.z) in closure_of(graph)


#: Where owlrl errs: a graph, what our engine and what owlrl infers alone, and the rule that our engine reports alone.
DIFFERENCES: list[tuple[str, str, str, str, str]] = [
    (
        "prp-key compares no property of a key of one",
        "sts:C owl:hasKey ( sts:p ) . sts:x a sts:C ; sts:p sts:v . sts:y a sts:C ; sts:p sts:w .",
        "",
        "sts:x owl:sameAs sts:y ; sts:p sts:w . sts:y owl:sameAs sts:x ; sts:p sts:v .",
        "",
    ),
    (
        "eq-diff2 leaves the last member out",
        "[] a owl:AllDifferent ; owl:members ( sts:a sts:b ) . sts:a owl:sameAs sts:b .",
        "",
        "",
        "eq-diff2",
    ),
    (
        "eq-diff3 leaves the last member out",
        "[] a owl:AllDifferent ; owl:distinctMembers ( sts:a sts:b ) . sts:a owl:sameAs sts:b .",
        "",
        "",
        "eq-diff3",
    ),
    (
        "prp-adp leaves the last member out",
        "[] a owl:AllDisjointProperties ; owl:members ( sts:p sts:q ) . sts:x sts:p sts:y ; sts:q sts:y .",
        "",
        "",
        "prp-adp",
    ),
    ("eq-ref is switched off", "sts:x owl:differentFrom sts:x .", "", "", "eq-diff1"),
    ("dt-diff is left out", "sts:p a owl:FunctionalProperty . sts:x sts:p 1 , 2 .", "", "", "eq-diff1"),
    (
        "dt-eq is left out",
        'sts:p a owl:InverseFunctionalProperty . sts:x sts:p 1 . sts:y sts:p "01"^^xsd:integer .',
        'sts:x owl:sameAs sts:y ; sts:p "01"^^xsd:integer . sts:y owl:sameAs sts:x ; sts:p 1 .',
        "",
        "",
    ),
    (
        "dt-not-type is left out where a range is a datatype",
        'sts:p rdfs:range xsd:integer . sts:x sts:p "one" .',
        "",
        "",
        "dt-not-type",
    ),
]


@pytest.mark.parametrize(
    ("text", "ours", "theirs", "rule"), [each[1:] for each in DIFFERENCES], ids=[each[0] for each in DIFFERENCES]
)
def test_the_engines_differ_where_owlrl_errs(text: str, ours: str, theirs: str, rule: str) -> None:
    graph = parse(text)
    by_us, by_owlrl = (closure_of(graph, engine=engine, axioms="none") for engine in ("columns", "owlrl"))
    assert inferred(by_us) - inferred(by_owlrl) == set(parse(ours))
    assert inferred(by_owlrl) - inferred(by_us) == set(parse(theirs))
    assert {each.rule for each in by_us.inconsistencies} == ({rule} if rule else set())
    assert by_owlrl.inconsistencies == ()


# --- the wrapper around owlrl


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


def says_datatypes_are_disjoint(triple: Triple) -> bool:
    s, p, o = triple
    return p == OWL.disjointWith and UNKNOWN_VALUES >= {str(s), str(o)}


def is_plain_owlrl(graph: Graph) -> bool:
    before = set(graph)
    derived, _ = close(graph)
    assert set(graph) == before
    assert before.isdisjoint(derived)
    differences = without_more_datatypes({*graph, *derived} ^ {*graph, *plain(graph)})
    assert sorted(each for each in differences if not says_datatypes_are_disjoint(each)) == []
    return True


def test_the_reference_is_plain_owlrl_on_most_rules() -> None:
    assert is_plain_owlrl(parse(EVERY_RULE))


@settings(max_examples=20)
@given(graphs())
def test_the_reference_is_plain_owlrl_on_random_graphs(graph: Graph) -> None:
    assert is_plain_owlrl(graph)


def test_the_reference_is_told_apart_into_kinds_like_the_engine() -> None:
    graph = parse("sts:Drug rdfs:subClassOf sts:Therapy . sts:Drug a owl:Class . sts:pazopanib a sts:Drug .")
    closed = closure_of(graph, engine="owlrl", axioms="none")
    assert set(closed.asserted) == set(graph)
    assert inferred(closed) == {(STS.pazopanib, RDF.type, STS.Therapy)}
    assert len(closed.trivial) == 0


#: What owlrl's sentences become: the rules that it reports, with a graph and our sentence for it.
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
        "eq-diff2",
        "[] a owl:AllDifferent ; owl:members ( sts:x sts:y sts:z ) . sts:x owl:sameAs sts:y .",
        "eq-diff2: sts:x and sts:y are the same and in one owl:AllDifferent",
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
        "prp-adp",
        "[] a owl:AllDisjointProperties ; owl:members ( sts:p sts:q sts:r ) . sts:x sts:p sts:y ; sts:q sts:y .",
        "prp-adp: the disjoint sts:p and sts:q both relate sts:x and sts:y",
    ),
    (
        "prp-npa1",
        "_:n owl:assertionProperty sts:p ; owl:sourceIndividual sts:x ; owl:targetIndividual sts:y . "
        "sts:x sts:p sts:y .",
        "prp-npa1: sts:x sts:p sts:y is also denied",
    ),
    ("cls-nothing2", "sts:x a owl:Nothing .", "cls-nothing2: sts:x is in owl:Nothing"),
    (
        "cls-maxc1",
        'sts:C owl:onProperty sts:p ; owl:maxCardinality "0"^^xsd:nonNegativeInteger . sts:x a sts:C ; sts:p sts:y .',
        "cls-maxc1",
    ),
    (
        "cls-com",
        "sts:A owl:complementOf sts:B . sts:x a sts:A , sts:B .",
        "cls-com: sts:A and sts:B contradict each other",
    ),
]


@pytest.mark.parametrize(
    ("text", "sentence"), [each[1:] for each in INCONSISTENT], ids=[each[0] for each in INCONSISTENT]
)
def test_a_message_of_owlrl_becomes_an_inconsistency_with_rule_and_terms(text: str, sentence: str) -> None:
    closed = closure_of(parse(text), engine="owlrl")
    assert any(str(found).startswith(sentence) for found in closed.inconsistencies)
    assert not any("agent-ont" in str(term) for triple in closed.graph for term in triple)


NEAR_MISSES = [
    "sts:A owl:disjointWith sts:B . sts:x a sts:A . sts:y a sts:B .",
    "sts:x owl:sameAs sts:y . sts:x owl:differentFrom sts:z .",
    "sts:p a owl:IrreflexiveProperty . sts:x sts:p sts:y .",
    "sts:p owl:propertyDisjointWith sts:q . sts:x sts:p sts:y ; sts:q sts:z .",
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_a_near_miss_is_consistent_for_owlrl(text: str) -> None:
    assert closure_of(parse(text), engine="owlrl").inconsistencies == ()


def test_the_reference_leaves_out_which_datatypes_are_disjoint() -> None:
    graph = parse("sts:a sts:p 1, true .")
    assert (XSD.boolean, OWL.disjointWith, XSD.decimal) in plain(graph)
    derived, found = close(graph)
    assert not any(p == OWL.disjointWith for _, p, _ in derived)
    assert found == ()
