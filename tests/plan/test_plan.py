"""The plan: what is read off the closure, against the linear law, the hand-written evaluator and other readings."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import oracle
import pytest
import readings_oracle
from rdflib import URIRef

from sts_kg import KnowledgeGraph
from sts_kg.guideline import Alternative, Condition, Conjunction, Guideline, Leaf, negated, short
from sts_kg.guideline.condition import conditions
from sts_kg.plan import Plan, plan_of, plans_of_readings, tree
from sts_kg.rdf.names import STS, local


@pytest.fixture(scope="module")
def plan(kg: KnowledgeGraph) -> Plan:
    return plan_of(kg.guideline)


def completed(plan: Plan, facts: dict[str, bool]) -> dict[str, bool] | None:
    """Return what follows from facts by the plan; None if they contradict each other."""
    given = {(STS[f"finding-{name}"], holds) for name, holds in facts.items()}
    known = {(short(f), holds) for (f, holds), premises in plan.premises.items() if not given.isdisjoint(premises)}
    return None if any((name, not holds) in known for name, holds in known) else dict(known)


def test_every_pair_of_facts_gives_what_the_tables_say(plan: Plan) -> None:
    single = [(name, holds) for name in oracle.FINDINGS for holds in (True, False)]
    pairs = [(one, other) for one, other in combinations(single, 2) if one[0] != other[0]]
    assert len(pairs) == 924
    for one, other in pairs:
        facts = dict((one, other))
        assert completed(plan, facts) == oracle.completed(facts), facts


@pytest.mark.parametrize("reading", readings_oracle.READINGS)
def test_a_plan_by_a_reading(kg: KnowledgeGraph, plan: Plan, reading: str) -> None:
    by_reading = plans_of_readings(kg.guideline)[reading]
    assert by_reading.to_json() == plan_of(kg.guideline.under(reading)).to_json()
    assert by_reading.digest != plan.digest
    tables = readings_oracle.TABLES[reading]
    names = [*oracle.FINDINGS, *readings_oracle.NEW[reading]]
    assert [short(finding) for finding in by_reading.findings if short(finding) in oracle.FINDINGS] == oracle.FINDINGS
    assert {short(finding) for finding in by_reading.findings} == {*names}
    for name in names:
        for holds in (True, False):
            assert completed(by_reading, {name: holds}) == oracle.completed({name: holds}, tables), (name, holds)
    texts = {local(option): text(condition) for option, condition in by_reading.conditions.items()}
    assert texts == {option: written.replace("(", "").replace(")", "") for option, written in tables.conditions.items()}


def text(condition: Condition) -> str:
    """Return a condition as the oracle writes it, without brackets."""
    if isinstance(condition, Leaf):
        assert condition.holds
        return short(condition.finding)
    return (" & " if isinstance(condition, Conjunction) else " | ").join(map(text, condition.parts))


def test_the_duals_are_those_of_the_ontology(kg: KnowledgeGraph, plan: Plan) -> None:
    """`not-met.ttl` has the dual of each condition as an axiom; read as `conditions` reads the others."""
    swapped = kg.asserted + kg.asserted.__class__()
    for restriction in list(swapped.subjects(None, STS.hasOption)):
        swapped.remove((restriction, None, STS.hasOption))
    for restriction, predicate in list(swapped.subject_predicates(STS.hasUnmetOption)):
        swapped.remove((restriction, predicate, STS.hasUnmetOption))
        swapped.add((restriction, predicate, STS.hasOption))
    duals = conditions(swapped)
    assert duals == {option: negated(condition) for option, condition in plan.conditions.items()}
    assert len(duals) == 18


def test_courses_give_what_the_axioms_say(plan: Plan) -> None:
    found = [
        (short(each.fact[0]), each.fact[1], sorted(map(short, each.therapies)), each.outcome, each.given, each.alone)
        for each in plan.courses
    ]
    chemotherapy = ["chemotherapy", "doxorubicin", "ifosfamide", "other-chemotherapy-drug"]
    assert found == [
        ("prior-chemotherapy", True, chemotherapy, None, True, False),
        ("doxorubicin-did-not-work", True, ["doxorubicin"], STS["outcome-did-not-work"], True, False),
    ]


def test_courses_by_readings(kg: KnowledgeGraph) -> None:
    plans = plans_of_readings(kg.guideline)
    [alone] = [each for each in plans["D06=alone"].courses if each.outcome]
    assert (alone.given, alone.alone) == (True, True)
    [untyped] = [each for each in plans["D23=untyped"].courses if each.outcome is None]
    assert sorted(map(short, untyped.therapies)) == ["chemotherapy", "doxorubicin", "other-chemotherapy-drug"]
    assert plans["D31=of-its-course"].growth.growth_is_of_course
    assert not plans["D35=any-component"].tried_by.needs_all


def test_what_tries_an_option(plan: Plan) -> None:
    tried = {local(option): each.tried for option, each in plan.options.items()}
    both = tried["option-chemotherapy-with-radiation"]
    assert both is not None
    assert len(both.held) == 12
    assert frozenset({STS.ifosfamide, STS.sbrt}) in both.held
    alone = tried["option-doxorubicin-alone"]
    assert alone is not None
    assert (alone.held, sorted(map(short, alone.without))) == (
        (frozenset({STS.doxorubicin}),),
        ["chemotherapy", "ifosfamide", "other-chemotherapy-drug"],
    )
    lungs = tried["option-sbrt-lung"]
    assert lungs is not None
    assert lungs.sites == {STS["site-lungs"]}
    assert tried["option-ask-about-clinical-trials"] is None


def test_what_is_declined(plan: Plan) -> None:
    declined = {local(option): [short(thing) for thing, _ in each.declined] for option, each in plan.options.items()}
    assert declined["option-surgery"] == ["does-not-want-cancer-treatment", "cancer-treatment", "surgery"]
    assert declined["option-comfort-care"] == ["comfort-care"]


def test_questions(plan: Plan) -> None:
    asked = [[short(finding) for finding in question.findings] for question in plan.questions]
    assert asked[:3] == [["soft-tissue-sarcoma"], ["stage4-sts"], ["resectable", "unresectable"]]
    assert [len(findings) for findings in asked if len(findings) > 2] == [6]
    assert sorted(name for findings in asked for name in findings) == sorted(oracle.FINDINGS)
    assert all(question.text for question in plan.questions)


def test_the_json_form(plan: Plan) -> None:
    said = json.loads(plan.to_json())
    assert said["digest"] == plan.digest
    assert said["options"]["option-pazopanib"]["condition"] == {
        "all": [
            "stage4-sts",
            "sarcoma-type-for-pazopanib",
            {"any": ["prior-chemotherapy", "growth-within-one-year-after-treatment"]},
        ]
    }
    assert said["facts"]["stage4-sts"] == [
        *("stage4-sts", "lung-metastases", "metastases-outside-lungs", "spread-only-few-places-in-lungs"),
    ]
    assert said["facts"]["does-not-want-cancer-treatment"] == [
        "does-not-want-cancer-treatment",
        "declines cancer-treatment",
    ]
    assert said["disclaimer"].startswith("Not medical advice")


def test_the_digest_is_of_all_that_is_said(plan: Plan) -> None:
    assert plan.digest == plan_of(Guideline()).digest
    option = STS["option-pazopanib"]
    condition = plan.options[option].condition
    assert isinstance(condition, Conjunction)
    changed = replace(plan.options[option], condition=Alternative(condition.parts))
    assert replace(plan, options={**plan.options, option: changed}).digest != plan.digest


def test_an_exclusion_has_a_minus_sign() -> None:
    leaf = Leaf(URIRef(STS["finding-unresectable"]), holds=False)
    assert tree(Alternative((leaf, negated(leaf)))) == {"any": ["-unresectable", "unresectable"]}
