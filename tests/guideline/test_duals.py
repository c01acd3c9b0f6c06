"""The generated module: the dual of each condition over what is lacked."""

from __future__ import annotations

from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDFS

from sts_kg import KnowledgeGraph, parse
from sts_kg.guideline.duals import not_met
from sts_kg.rdf.names import STS, term

TWO_OPTIONS = """
sts:finding-a a sts:Finding ; sts:ordinal 1 ; rdfs:label "a" .
sts:finding-b a sts:Finding ; sts:ordinal 2 ; rdfs:label "b" .
sts:WithA owl:equivalentClass [ owl:onProperty sts:hasFinding ; owl:hasValue sts:finding-a ] .
sts:WithB owl:equivalentClass [ owl:onProperty sts:hasFinding ; owl:hasValue sts:finding-b ] .
sts:option-one sts:ordinal 2 ; rdfs:label "one" .
sts:option-two sts:ordinal 1 ; rdfs:label "two" .
[ owl:intersectionOf ( sts:WithA sts:WithB ) ] rdfs:subClassOf sts:MetOne .
sts:MetOne rdfs:subClassOf [ owl:onProperty sts:hasOption ; owl:hasValue sts:option-one ] .
sts:WithB rdfs:subClassOf sts:MetTwo .
sts:MetTwo rdfs:subClassOf [ owl:onProperty sts:hasOption ; owl:hasValue sts:option-two ] .
"""


def test_the_dual_of_and_is_or_over_what_is_lacked() -> None:
    dual = parse(not_met(parse(TWO_OPTIONS)))
    (expression,) = (node for node in dual.subjects(RDFS.subClassOf, STS.NotMetOne))
    head = dual.value(expression, OWL.unionOf)
    assert head is not None
    assert list(Collection(dual, head)) == [STS.WithoutA, STS.WithoutB]
    assert list(dual.subjects(RDFS.subClassOf, STS.NotMetTwo)) == [STS.WithoutB]
    lacking = dual.value(STS.WithoutA, OWL.equivalentClass)
    assert dual.value(lacking, OWL.onProperty) == STS.lacksFinding
    assert dual.value(lacking, OWL.hasValue) == term("finding-a")


def test_the_dual_of_a_without_class_is_the_with_class() -> None:
    without = "sts:WithoutA owl:equivalentClass [ owl:onProperty sts:lacksFinding ; owl:hasValue sts:finding-a ] ."
    dual = parse(not_met(parse(TWO_OPTIONS.replace("( sts:WithA sts:WithB )", "( sts:WithoutA sts:WithB )") + without)))
    (expression,) = (node for node in dual.subjects(RDFS.subClassOf, STS.NotMetOne))
    head = dual.value(expression, OWL.unionOf)
    assert head is not None
    assert list(Collection(dual, head)) == [STS.WithA, STS.WithoutB]


def test_not_met_is_fresh(kg: KnowledgeGraph) -> None:
    assert isomorphic(parse(not_met(kg.asserted)), kg.guideline.modules["not-met"])
