"""Conditions: read from the axioms, valued in Kleene's logic."""

from __future__ import annotations

from itertools import product

import oracle
import pytest
from rdflib import URIRef

from sts_kg import KnowledgeGraph, parse
from sts_kg.errors import MalformedListError
from sts_kg.guideline.condition import (
    Alternative,
    Condition,
    Conjunction,
    Leaf,
    conditions,
    leaves,
    missing,
    settling,
    truth,
)
from sts_kg.rdf.names import STS, local

A, B, C, D = (STS[f"finding-{letter}"] for letter in "abcd")
AND = Conjunction((Leaf(A), Leaf(B)))
OR = Alternative((Leaf(A), Leaf(B)))
NESTED = Conjunction((Leaf(A), Alternative((Leaf(B), Conjunction((Leaf(C), Leaf(D)))))))
EXCLUSION = Conjunction((Leaf(A), Leaf(B, holds=False), Alternative((Leaf(C, holds=False), Leaf(D)))))
BOTH_WAYS = Alternative((Conjunction((Leaf(A), Leaf(B))), Conjunction((Leaf(A, holds=False), Leaf(C)))))
CONDITIONS = {
    "leaf": Leaf(A),
    "without": Leaf(A, holds=False),
    "and": AND,
    "or": OR,
    "nested": NESTED,
    "exclusion": EXCLUSION,
    "both ways": BOTH_WAYS,
}


def kleene(condition: Condition, known: dict[URIRef, bool]) -> float:
    """Say the same by minimum and maximum over 0, 1/2 and 1."""
    if isinstance(condition, Leaf):
        value = {None: 0.5, True: 1.0, False: 0.0}[known.get(condition.finding)]
        return value if condition.holds else 1 - value
    values = [kleene(part, known) for part in condition.parts]
    return min(values) if isinstance(condition, Conjunction) else max(values)


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_truth_missing_and_settling_over_every_assignment(condition: Condition) -> None:
    findings = list(dict.fromkeys(leaves(condition)))
    for values in product((True, False, None), repeat=len(findings)):
        known = {f: v for f, v in zip(findings, values, strict=True) if v is not None}
        value = truth(condition, known)
        assert value is {0.0: False, 0.5: None, 1.0: True}[kleene(condition, known)]
        unknown = [f for f in findings if f not in known]
        # a finding is missing if, after some answers to the others, an answer to it changes the value
        pivotal = [
            f
            for f in unknown
            if value is None
            and any(
                truth(condition, known | rest | {f: answer}) is not truth(condition, known | rest)
                for rest in answers([g for g in unknown if g != f])
                for answer in (True, False)
            )
        ]
        assert list(missing(condition, known)) == pivotal
        for outcome in (True, False):
            sets = settling(condition, known, outcome)
            if value is not None:
                assert sets == ()
                continue
            reached = [each for each in answers(unknown) if truth(condition, known | each) is outcome]
            minimal = [one for one in reached if not any(other.items() < one.items() for other in reached)]
            assert sorted(sets, key=str) == sorted((dict(sorted(one.items())) for one in minimal), key=str)
            assert [*map(len, sets)] == sorted(map(len, sets))


def answers(findings: list[URIRef]) -> list[dict[URIRef, bool]]:
    """Return every way to answer some of the findings."""
    choices = product((True, False, None), repeat=len(findings))
    return [{f: v for f, v in zip(findings, values, strict=True) if v is not None} for values in choices]


def test_the_shipped_conditions_are_those_of_the_clinical_model(kg: KnowledgeGraph) -> None:
    """Clinical model, section 9.2, as copied by hand into the oracle, in the order of the table."""
    shown = [(local(option), text(condition)) for option, condition in kg.guideline.conditions.items()]
    assert shown == list(oracle.CONDITIONS.items())


def text(condition: Condition, *, inner: bool = False) -> str:
    if isinstance(condition, Leaf):
        return ("" if condition.holds else "-") + local(condition.finding).removeprefix("finding-")
    joined = (" & " if isinstance(condition, Conjunction) else " | ").join(text(p, inner=True) for p in condition.parts)
    return f"({joined})" if inner else joined


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


def test_options_come_in_the_order_of_their_ordinals() -> None:
    found = conditions(parse(TWO_OPTIONS))
    assert list(found.items()) == [(STS["option-two"], Leaf(B)), (STS["option-one"], AND)]


def test_two_axioms_for_one_option_are_alternatives() -> None:
    found = conditions(parse(TWO_OPTIONS + "sts:WithA rdfs:subClassOf sts:MetTwo ."))
    assert found[STS["option-two"]] == Alternative((Leaf(A), Leaf(B)))


def test_an_expression_that_is_no_condition_is_an_error() -> None:
    graph = parse(TWO_OPTIONS + "[ owl:complementOf sts:WithA ] rdfs:subClassOf sts:MetTwo .")
    with pytest.raises(ValueError, match="not a With or Without class, nor an intersection or union"):
        conditions(graph)


WITHOUT_A = "sts:WithoutA owl:equivalentClass [ owl:onProperty sts:lacksFinding ; owl:hasValue sts:finding-a ] ."


def test_a_without_class_is_an_exclusion() -> None:
    graph = parse(TWO_OPTIONS.replace("( sts:WithA sts:WithB )", "( sts:WithoutA sts:WithB )") + WITHOUT_A)
    assert conditions(graph)[STS["option-one"]] == Conjunction((Leaf(A, holds=False), Leaf(B)))


def test_a_circular_list_is_an_error() -> None:
    graph = parse(TWO_OPTIONS.replace("( sts:WithA sts:WithB )", "_:l") + "_:l rdf:first sts:WithA ; rdf:rest _:l .")
    with pytest.raises(MalformedListError, match="runs in a circle"):
        conditions(graph)
