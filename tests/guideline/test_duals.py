"""The generated module: the classes of cases, and the dual of each condition over what is lacked."""

from __future__ import annotations

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDFS, SKOS
from rdflib.term import Node

from sts_kg import KnowledgeGraph, parse
from sts_kg.guideline.duals import not_met
from sts_kg.rdf.names import STS

TWO_OPTIONS = """
sts:UmbrellaOption rdfs:subClassOf sts:TreatmentOption .
sts:finding-lung-metastases a sts:Finding ; sts:ordinal 2 ; rdfs:label "lung metastases"@en .
sts:finding-case-S20 a sts:Finding ; sts:ordinal 1 ; rdfs:label "is a \\"case\\""@en ;
    sts:nounPhrase "circumstances"@en .
sts:option-one a sts:TreatmentOption ; sts:ordinal 2 ; rdfs:label "one"@en .
sts:option-two a sts:UmbrellaOption ; sts:ordinal 1 ; rdfs:label "two"@en .
[ owl:intersectionOf ( sts:WithLungMetastases sts:WithCaseS20 ) ] rdfs:subClassOf sts:MetOne .
sts:WithCaseS20 rdfs:subClassOf sts:MetTwo .
"""


@pytest.fixture(scope="module")
def generated() -> Graph:
    return parse(not_met(parse(TWO_OPTIONS)))


def restriction(graph: Graph, name: str, above: URIRef) -> tuple[Node | None, Node | None]:
    """Return property and value of the restriction to which a class is related."""
    (node,) = (each for each in graph.objects(STS[name], above) if (each, OWL.onProperty, None) in graph)
    return graph.value(node, OWL.onProperty), graph.value(node, OWL.hasValue)


@pytest.mark.parametrize(
    ("name", "label", "definition"),
    [
        ("WithLungMetastases", "case with lung metastases", "A patient case that has the finding lung metastases."),
        (
            "WithoutLungMetastases",
            "case without lung metastases",
            "A patient case that is known to lack the finding lung metastases.",
        ),
        ("WithCaseS20", "case with circumstances", 'A patient case that has the finding is a "case".'),
        (
            "MetOne",
            "case that meets the condition of one",
            "A patient case that meets the condition under which the source words the option one.",
        ),
        (
            "NotMetTwo",
            "case known not to meet the condition of two",
            "A patient case that is known not to meet the condition under which the source words the option two.",
        ),
    ],
)
def test_a_class_names_its_members_and_says_what_sets_them_apart(
    generated: Graph, name: str, label: str, definition: str
) -> None:
    assert list(generated.objects(STS[name], RDFS.label)) == [Literal(label, lang="en")]
    assert list(generated.objects(STS[name], SKOS.definition)) == [Literal(definition, lang="en")]


def test_a_finding_has_two_disjoint_classes(generated: Graph) -> None:
    finding = STS["finding-lung-metastases"]
    assert restriction(generated, "WithLungMetastases", OWL.equivalentClass) == (STS.hasFinding, finding)
    assert restriction(generated, "WithoutLungMetastases", OWL.equivalentClass) == (STS.lacksFinding, finding)
    assert list(generated.objects(STS.WithoutLungMetastases, OWL.disjointWith)) == [STS.WithLungMetastases]


def test_an_option_has_two_classes_below_those_of_met_and_not_met(generated: Graph) -> None:
    option = STS["option-two"]
    assert restriction(generated, "MetTwo", RDFS.subClassOf) == (STS.hasOption, option)
    assert restriction(generated, "NotMetTwo", RDFS.subClassOf) == (STS.hasUnmetOption, option)
    assert set(generated.subjects(RDFS.subClassOf, STS.MetCondition)) == {STS.MetOne, STS.MetTwo}
    assert set(generated.subjects(RDFS.subClassOf, STS.NotMetCondition)) == {STS.NotMetOne, STS.NotMetTwo}


def test_the_dual_of_and_is_or_over_what_is_lacked(generated: Graph) -> None:
    (expression,) = generated.subjects(RDFS.subClassOf, STS.NotMetOne)
    head = generated.value(expression, OWL.unionOf)
    assert head is not None
    assert list(Collection(generated, head)) == [STS.WithoutLungMetastases, STS.WithoutCaseS20]
    assert list(generated.subjects(RDFS.subClassOf, STS.NotMetTwo)) == [STS.WithoutCaseS20]


def test_findings_and_options_come_in_the_order_of_their_ordinals() -> None:
    text = not_met(parse(TWO_OPTIONS))
    order = ["sts:WithCaseS20 a", "sts:WithoutLungMetastases a", "sts:MetTwo a", "sts:MetOne a"]
    assert sorted(order, key=text.index) == order


def test_a_condition_over_a_class_of_no_finding_is_an_error() -> None:
    with pytest.raises(ValueError, match="WithX is not a With or Without class, nor an intersection or union"):
        not_met(parse(TWO_OPTIONS.replace("sts:WithCaseS20 rdfs", "sts:WithX rdfs")))


def test_the_dual_of_a_without_class_is_the_with_class() -> None:
    members = "( sts:WithLungMetastases sts:WithCaseS20 )"
    assert TWO_OPTIONS.count(members) == 1
    dual = parse(not_met(parse(TWO_OPTIONS.replace(members, "( sts:WithoutLungMetastases sts:WithCaseS20 )"))))
    (expression,) = dual.subjects(RDFS.subClassOf, STS.NotMetOne)
    head = dual.value(expression, OWL.unionOf)
    assert head is not None
    assert list(Collection(dual, head)) == [STS.WithLungMetastases, STS.WithoutCaseS20]


def test_who_lacks_one_of_two_complements_has_the_other() -> None:
    pair = "sts:finding-lung-metastases sts:complementOf sts:finding-case-S20 ."
    graph = parse(not_met(parse(TWO_OPTIONS + pair)))
    above = {
        name: set(graph.objects(STS[name], RDFS.subClassOf)) for name in ("WithoutLungMetastases", "WithoutCaseS20")
    }
    # the dual of the condition of option two makes it not met without the finding, too
    assert above == {
        "WithoutLungMetastases": {STS.WithCaseS20},
        "WithoutCaseS20": {STS.WithLungMetastases, STS.NotMetTwo},
    }


def test_opposites_that_are_no_complements_give_no_axiom() -> None:
    pair = "sts:finding-lung-metastases sts:oppositeOf sts:finding-case-S20 ."
    assert not_met(parse(TWO_OPTIONS + pair)) == not_met(parse(TWO_OPTIONS))


def test_the_shipped_complements_are_the_two_poles_of_resectability(kg: KnowledgeGraph) -> None:
    graph = kg.guideline.modules["not-met"]
    without = {one for one in graph.subjects(RDFS.subClassOf) if isinstance(one, URIRef) and "/Without" in one}
    found = {(one, other) for one in without for other in graph.objects(one, RDFS.subClassOf) if "/With" in str(other)}
    assert found == {
        (STS.WithoutUnresectable, STS.WithResectable),
        (STS.WithoutResectable, STS.WithUnresectable),
    }


def test_not_met_is_fresh(kg: KnowledgeGraph) -> None:
    assert isomorphic(parse(not_met(kg.asserted)), kg.guideline.modules["not-met"])


def test_conditions_are_all_that_is_written_by_hand(kg: KnowledgeGraph) -> None:
    """No class of cases is declared in the module of conditions, and each of the 80 is in the generated one."""
    declared = {name: set(graph.subjects(predicate=RDFS.label)) for name, graph in kg.guideline.modules.items()}
    assert declared["conditions"] == set()
    assert len(declared["not-met"]) == 2 * 22 + 2 * 18
