"""The linear law: what a case has and lacks is the union of what its single facts entail.

It holds before contradictions are looked for, so contradictory cases are not left out. What counts many cases at once
rests on it: every axiom about findings has one premise.
"""

from __future__ import annotations

from itertools import combinations

import pytest
from made import course
from rdflib import URIRef
from rdflib.term import Node

from sts_kg import KnowledgeGraph
from sts_kg.cases.case import Case, Declined, Given
from sts_kg.cases.session import Session
from sts_kg.rdf.names import STS

Entailed = set[tuple[URIRef, Node]]


def entailed(kg: KnowledgeGraph, cases: list[Case]) -> dict[str, Entailed]:
    """Return what each case has and lacks, from one closure."""
    closed = Session(kg.guideline, tuple(cases)).closed
    return {
        case.id: {(polarity, finding) for polarity in POLARITIES for finding in closed.objects(case.iri, polarity)}
        for case in cases
    }


POLARITIES = (STS.hasFinding, STS.lacksFinding)


def facts(kg: KnowledgeGraph) -> list[Given]:
    findings = sorted(set(kg.guideline.vocabulary.findings.values()))
    return [Given(finding, holds, "here") for finding in findings for holds in (True, False)]


@pytest.fixture(scope="module")
def singly(kg: KnowledgeGraph) -> list[Entailed]:
    """What each single fact entails, in the order of `facts`."""
    return list(entailed(kg, [Case(f"s{n}", given=(fact,)) for n, fact in enumerate(facts(kg))]).values())


def test_every_pair_of_facts_entails_what_its_facts_entail(kg: KnowledgeGraph, singly: list[Entailed]) -> None:
    pairs = list(combinations(range(len(singly)), 2))
    assert (len(singly), len(pairs)) == (44, 946)
    single = facts(kg)
    found = entailed(kg, [Case(f"p{a}-{b}", given=(single[a], single[b])) for a, b in pairs])
    differing = [(a, b) for a, b in pairs if found[f"p{a}-{b}"] != singly[a] | singly[b]]
    assert differing == []


def named(polarity: URIRef, finding: Node) -> str:
    return ("" if polarity == STS.hasFinding else "-") + str(finding).removeprefix(STS["finding-"])


def test_a_single_fact_entails_itself_and_what_the_axioms_say(kg: KnowledgeGraph, singly: list[Entailed]) -> None:
    """So that the law is no law of empty sets: 31 facts entail only themselves, 13 entail more."""
    more = {}
    for fact, found in zip(facts(kg), singly, strict=True):
        itself = (POLARITIES[not fact.holds], fact.finding)
        assert itself in found
        if len(found) > 1:
            more[named(*itself)] = " ".join(sorted(named(*one) for one in found))
    assert more == {
        "stage4-sts": "soft-tissue-sarcoma stage4-sts",
        "-stage4-sts": "-lung-metastases -metastases-outside-lungs -spread-only-few-places-in-lungs -stage4-sts",
        "-soft-tissue-sarcoma": "-lung-metastases -metastases-outside-lungs -soft-tissue-sarcoma"
        " -spread-only-few-places-in-lungs -stage4-sts",
        "unresectable": "-resectable unresectable",
        "-unresectable": "-unresectable resectable",
        "resectable": "-unresectable resectable",
        "-resectable": "-resectable unresectable",
        "doxorubicin-did-not-work": "doxorubicin-did-not-work prior-chemotherapy",
        "-prior-chemotherapy": "-doxorubicin-did-not-work -prior-chemotherapy",
        "lung-metastases": "lung-metastases soft-tissue-sarcoma stage4-sts",
        "-lung-metastases": "-lung-metastases -spread-only-few-places-in-lungs",
        "metastases-outside-lungs": "-spread-only-few-places-in-lungs metastases-outside-lungs soft-tissue-sarcoma"
        " stage4-sts",
        "spread-only-few-places-in-lungs": "-metastases-outside-lungs lung-metastases soft-tissue-sarcoma"
        " spread-only-few-places-in-lungs stage4-sts",
    }


def test_what_is_declined_and_a_course_add_what_they_entail_alone(kg: KnowledgeGraph, singly: list[Entailed]) -> None:
    modalities = sorted(set(kg.guideline.vocabulary.modalities.values()))
    failed = course(therapies="doxorubicin", outcome="did-not-work")
    others = [Case("alone", declines=(Declined(each),)) for each in modalities] + [Case("alone", courses=(failed,))]
    alone = [entailed(kg, [other])["alone"] for other in others]
    declining = modalities.index(STS["modality-cancer-treatment"])
    assert alone[declining] == {(STS.hasFinding, STS["finding-does-not-want-cancer-treatment"])}
    assert [len(each) for each in alone] == [int(n == declining) for n in range(len(modalities))] + [2]
    cases = [
        Case(f"{a}-{b}", given=(fact,), declines=other.declines, courses=other.courses)
        for a, fact in enumerate(facts(kg))
        for b, other in enumerate(others)
    ]
    found = entailed(kg, cases)
    assert all(found[f"{a}-{b}"] == one | each for a, one in enumerate(singly) for b, each in enumerate(alone))
