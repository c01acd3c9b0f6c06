"""The readings as data: what they change, that they fit the ontology, and what is said of those that do not."""

from __future__ import annotations

from itertools import product

import oracle
import pytest
import readings_oracle
from rdflib import URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF
from readings_oracle import CHANGED, NEW, READINGS, TABLES

from sts_kg import KnowledgeGraph
from sts_kg.cases.case import Case, Given
from sts_kg.cases.facts import facts_of
from sts_kg.guideline.condition import leaves, truth
from sts_kg.guideline.duals import not_met
from sts_kg.guideline.guideline import Guideline
from sts_kg.rdf.graphs import parse
from sts_kg.rdf.names import STS, local

WORDS = {True: "met", False: "not-met", None: "undetermined"}


@pytest.fixture(scope="module")
def guideline(kg: KnowledgeGraph) -> Guideline:
    return kg.guideline


@pytest.fixture(scope="module")
def under(guideline: Guideline) -> dict[str, Guideline]:
    """The guideline by each reading."""
    return {name: guideline.under(name) for name in guideline.readings}


def finding(name: str) -> URIRef:
    return STS[f"finding-{name}"]


# --- what they are


def test_the_readings_are_those_of_the_second_evaluator(guideline: Guideline) -> None:
    assert sorted(guideline.readings) == sorted(READINGS)
    assert len(guideline.readings) == 40


def test_every_decision_has_a_reading_or_a_reason_why_not(guideline: Guideline) -> None:
    decisions = {local(str(one)) for one in guideline.asserted.subjects(RDF.type, STS.Decision)}
    encoded = {name.partition("=")[0] for name in guideline.readings}
    explained = {local(str(one)) for one in guideline.asserted.subjects(STS.noReadingReason)}
    assert explained == set("D06b D06c D07 D13 D13b D22 D24 D25 D26 D27".split())
    assert (len(decisions), len(encoded), encoded | explained) == (47, 37, decisions)
    several = [name for name in encoded if sum(one.startswith(f"{name}=") for one in guideline.readings) > 1]
    assert sorted(several) == ["D01", "D12", "D16"]


@pytest.mark.parametrize("name", READINGS)
def test_conditions_change_for_the_options_that_the_words_name(guideline: Guideline, name: str) -> None:
    told = readings_oracle.conditions(name)
    changed = {option for option, text in told.items() if text != oracle.CONDITIONS[option]}
    assert {local(option) for option in guideline.readings[name].conditions} == changed
    assert changed <= {*CHANGED[name]}


@pytest.mark.parametrize("name", READINGS)
def test_each_condition_has_the_value_of_the_second_evaluator_for_every_assignment(
    guideline: Guideline, name: str
) -> None:
    for option, condition in guideline.readings[name].conditions.items():
        names = list(dict.fromkeys(local(one).removeprefix("finding-") for one in leaves(condition)))
        assert names == list(oracle.findings_of(local(option), TABLES[name]))
        for values in product((True, False, None), repeat=len(names)):
            known = {one: value for one, value in zip(names, values, strict=True) if value is not None}
            found = WORDS[truth(condition, {finding(one): value for one, value in known.items()})]
            assert found == oracle.status(local(option), known, TABLES[name]), (option, known)


@pytest.mark.parametrize("name", [name for name in READINGS if NEW[name]])
def test_new_findings_have_a_question_and_are_no_words_of_the_chosen_reading(
    guideline: Guideline, under: dict[str, Guideline], name: str
) -> None:
    new = under[name].vocabulary.findings.keys() - guideline.vocabulary.findings.keys()
    assert {one for one in new if not one.startswith("finding-")} == {*NEW[name]}
    assert all(under[name].vocabulary.question(finding(one)).endswith(("?", ")")) for one in NEW[name])


# --- the guideline by a reading


def test_the_duals_are_generated_anew(guideline: Guideline, under: dict[str, Guideline]) -> None:
    for name, by in under.items():
        generated = parse(not_met(by.asserted))
        assert isomorphic(by.modules["not-met"], generated), name
        changed = guideline.readings[name].kinds & {"condition"} or NEW[name] or name.startswith("D29")
        assert isomorphic(generated, guideline.modules["not-met"]) is not bool(changed), name


def test_every_reading_is_consistent_and_leaves_the_chosen_one_alone(
    guideline: Guideline, under: dict[str, Guideline]
) -> None:
    before = len(guideline.asserted)
    for name, by in under.items():
        assert by.closure.n_inconsistencies == 0, name
        assert {*by.readings} == set(), name
        assert (by.reading is not None and by.reading.name) == name
        assert f"by the reading {name}, which was not chosen" in by.footer
    assert len(guideline.asserted) == before
    assert guideline.reading is None and "which was not chosen" not in guideline.footer


def test_the_closure_agrees_with_the_second_evaluator_for_every_assignment(under: dict[str, Guideline]) -> None:
    """Of up to six findings; an option of more is walked for every assignment above."""
    count = 0
    for name, by in under.items():
        cases, wanted = [], {}
        for option in guideline_options(by, name):
            names = list(oracle.findings_of(option, TABLES[name]))
            if len(names) > 6:
                continue
            for number, values in enumerate(product((True, False, None), repeat=len(names))):
                known = {one: value for one, value in zip(names, values, strict=True) if value is not None}
                case = Case(f"{option} {number}", given=tuple(Given(finding(one), y, "") for one, y in known.items()))
                cases.append(case)
                wanted[case.iri] = STS[option], readings_oracle.status(option, known, name)
        closed = by.closure.extend(facts_of(cases, by.vocabulary))
        for iri, (option_iri, status) in wanted.items():
            had, lacked = (closed.objects(iri, one) for one in (STS.hasFinding, STS.lacksFinding))
            if {*had} & {*lacked}:
                found = "contradictory"
            elif option_iri in {*closed.objects(iri, STS.hasOption)}:
                found = "met"
            else:
                found = "not-met" if option_iri in {*closed.objects(iri, STS.hasUnmetOption)} else "undetermined"
            assert found == status, (name, iri)
            count += 1
    assert count == 1


def guideline_options(by: Guideline, name: str) -> list[str]:
    """The options whose condition changes, or if none does, those that use a finding of a changed relation."""
    assert by.reading is not None
    if by.reading.conditions:
        return [local(option) for option in by.reading.conditions]
    return [] if "relation" not in by.reading.kinds else CHANGED[name]
