"""Cases by bits against Kleene's logic, case by case, and against the hand-written evaluator."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import oracle
import pytest
import readings_oracle
from rdflib import URIRef

from sts_kg import KnowledgeGraph
from sts_kg.guideline import Alternative, Conjunction, leaves, short
from sts_kg.plan import Fact, Facts, Packer, Plan, Values, plan_of, plans_of_readings, unpacked
from sts_kg.rdf.names import STS, local


@pytest.fixture(scope="module")
def plan(kg: KnowledgeGraph) -> Plan:
    return plan_of(kg.guideline)


def patterns(plan: Plan) -> list[dict[str, bool]]:
    """Return every combination of values of the findings of each option."""
    found = []
    for condition in plan.conditions.values():
        names = [short(finding) for finding in dict.fromkeys(leaves(condition))]
        for values in product((True, False, None), repeat=len(names)):
            found.append({name: value for name, value in zip(names, values, strict=True) if value is not None})
    return found


def facts_of(cases: list[dict[str, bool]]) -> Facts:
    return Facts.of([[(STS[f"finding-{name}"], holds) for name, holds in case.items()] for case in cases])


Answer = tuple[str, list[str]]


def by_bits(plan: Plan, cases: list[dict[str, bool]]) -> list[dict[str, Answer]]:
    values, n = Values(plan, facts_of(cases)), len(cases)
    contradictory = unpacked(values.contradictory, n)
    found: list[dict[str, Answer]] = [{} for _ in cases]
    for option in plan.options:
        met, unmet, undetermined = (
            unpacked(bits, n) for bits in (values.met(option), values.unmet(option), values.undetermined(option))
        )
        assert (met.astype(int) + unmet + undetermined + contradictory == 1).all()
        missing = {short(finding): unpacked(bits, n) for finding, bits in values.missing(option).items()}
        for i in range(n):
            status = (
                "contradictory" if contradictory[i] else "met" if met[i] else "not-met" if unmet[i] else "undetermined"
            )
            found[i][local(option)] = status, [name for name, flags in missing.items() if flags[i]]
    known: list[list[str]] = [[] for _ in cases]
    for finding, holds in plan.premises:
        for number in np.flatnonzero(unpacked(values.known(finding, holds), n)).tolist():
            known[number].append(("" if holds else "-") + short(finding))
    for answers, names in zip(found, known, strict=True):
        answers.update({"known": ("", sorted(names))} if names else {})
    return found


def by_hand(cases: list[dict[str, bool]], tables: oracle.Tables = oracle.BASE) -> list[dict[str, Answer]]:
    found = []
    for case in cases:
        known = oracle.completed(case, tables)
        answers: dict[str, Answer] = dict.fromkeys(tables.conditions, ("contradictory", []))
        for option in tables.conditions if known is not None else ():
            missing = list(dict.fromkeys(oracle.missing(option, known or {}, tables)))
            answers[option] = oracle.status(option, known or {}, tables), missing
        if known:
            answers["known"] = "", sorted(("" if known[name] else "-") + name for name in known)
        found.append(answers)
    return found


def test_every_pattern_of_every_option(plan: Plan) -> None:
    cases = patterns(plan)
    assert len(cases) == 2616
    assert by_bits(plan, cases) == by_hand(cases)


@pytest.mark.parametrize("reading", readings_oracle.READINGS)
def test_every_pattern_of_every_option_by_readings(kg: KnowledgeGraph, reading: str) -> None:
    plan = plans_of_readings(kg.guideline)[reading]
    chosen = plan_of(kg.guideline).conditions
    changed = {
        o: c for o, c in plan.conditions.items() if c != chosen[o] or plan.premises != plan_of(kg.guideline).premises
    }
    if not changed:  # a reading of courses only
        assert readings_oracle.TABLES[reading].conditions == oracle.CONDITIONS
    cases = patterns(replace(plan, options={option: plan.options[option] for option in changed}))
    assert by_bits(plan, cases) == by_hand(cases, readings_oracle.TABLES[reading])


def test_mutations_are_caught(plan: Plan) -> None:
    """A plan that lacks one implication, or has an "or" for an "and", answers some pattern, or pair, otherwise."""
    single = [(name, holds) for name in oracle.FINDINGS for holds in (True, False)]
    cases = [*patterns(plan), *(dict(pair) for pair in combinations(single, 2))]
    expected = by_hand(cases)
    mutants = [
        replace(plan, premises={**plan.premises, fact: tuple(one for one in premises if one != dropped)})
        for fact, premises in plan.premises.items()
        for dropped in premises[1:]
        if dropped[0] in plan.findings
    ]
    for option, each in plan.options.items():
        if isinstance(each.condition, Conjunction | Alternative):
            parts = each.condition.parts
            swapped = Alternative(parts) if isinstance(each.condition, Conjunction) else Conjunction(parts)
            other = replace(each, condition=swapped)
            mutants.append(replace(plan, options={**plan.options, option: other}))
    assert len(mutants) == 37
    survivors = [mutant.to_json() for mutant in mutants if by_bits(mutant, cases) == expected]
    assert survivors == []


def test_blocks_give_what_the_whole_gives(plan: Plan) -> None:
    facts = facts_of(patterns(plan))
    whole = Values(plan, facts)
    blocks = [Values(plan, block) for block in facts.blocks(words=5)]
    assert [values.facts.n for values in blocks][-1] == 2616 % 320
    for option in plan.options:
        assert (np.concatenate([values.met(option) for values in blocks]) == whole.met(option)).all()
        assert (np.concatenate([values.undetermined(option) for values in blocks]) == whole.undetermined(option)).all()


def test_chunks_of_any_length_are_packed_alike(plan: Plan) -> None:
    dice = random.Random(3)
    cases = patterns(plan)[:700]
    expected = facts_of(cases)
    packer, at = Packer(), 0
    while at < len(cases):
        n = dice.choice((1, 7, 63, 64, 65, 130))
        some = cases[at : at + n]
        columns: dict[Fact, np.ndarray] = {}
        for number, case in enumerate(some):
            for name, holds in case.items():
                columns.setdefault((STS[f"finding-{name}"], holds), np.zeros(len(some), bool))[number] = True
        clashing = np.array([(at + i) % 100 == 99 for i in range(len(some))])
        packer.add(len(some), columns, clashing)
        at += n
    packed = packer.facts()
    assert packed.n == expected.n == 700
    assert packed.columns.keys() == expected.columns.keys()
    for fact, column in expected.columns.items():
        assert (packed.columns[fact] == column).all(), fact
    assert packed.clashing is not None
    assert np.flatnonzero(unpacked(packed.clashing, 700)).tolist() == [99, 199, 299, 399, 499, 599, 699]


def test_clashing_dates_contradict(plan: Plan) -> None:
    values = Values(plan, Facts.of([[], []], clashing=[1]))
    assert unpacked(values.contradictory, 2).tolist() == [False, True]


def test_marks(plan: Plan) -> None:
    option, tried, before = STS["option-surgery"], STS["mark-tried-did-not-work"], STS["mark-given-before"]
    marks = {(option, tried): [0, 3], (option, before): [1]}
    no_longer: Fact = (STS["finding-treatments-no-longer-work"], True)
    facts = Facts.of([[], [no_longer], [(STS["modality-surgery"], True)], []], clashing=[3], marks=marks)
    values = Values(plan, facts)
    assert unpacked(values.tried(option), 4).tolist() == [True, False, False, False]
    assert unpacked(values.declined(option), 4).tolist() == [False, False, True, False]
    shown = {
        plan.mark_labels[mark]: np.flatnonzero(unpacked(b, 4)).tolist() for mark, b in values.marked(option).items()
    }
    assert shown == {
        "tried, did not work": [0],
        "therapy given before, purpose or site not recorded": [1],
        "no longer works as reported": [1],
    }


def test_steps_of_a_condition(plan: Plan) -> None:
    names: list[Mapping[str, bool]] = [
        {"stage4-sts": True, "sarcoma-type-for-pazopanib": True, "prior-chemotherapy": True},
        {"stage4-sts": True, "sarcoma-type-for-pazopanib": True},
        {"stage4-sts": False},
        {"sarcoma-type-for-pazopanib": False},
    ]
    values = Values(plan, facts_of([dict(each) for each in names]))
    steps = [
        (unpacked(holds, 4).tolist(), unpacked(fails, 4).tolist())
        for _, holds, fails in values.steps(STS["option-pazopanib"])
    ]
    assert steps == [
        ([True, True, False, False], [False, False, True, False]),
        ([True, True, False, False], [False, False, True, True]),
        ([True, False, False, False], [False, False, True, True]),
    ]


def test_who_waits_for_a_question(plan: Plan) -> None:
    values = Values(plan, facts_of([{"stage4-sts": True}, {"stage4-sts": True, "unresectable": True}, {}]))
    [operable] = [one for one in plan.questions if len(one.findings) == 2]
    waiting = {
        local(o): (unpacked(w, 3).tolist(), unpacked(a, 3).tolist()) for o, (w, a) in values.waiting(operable).items()
    }
    assert waiting["option-radiation"] == ([True, False, True], [True, False, False])
    assert waiting["option-sbrt-lung"] == ([True, False, True], [False, False, False])
    assert "option-pazopanib" not in waiting


def test_sets_of_met_options(plan: Plan) -> None:
    values = Values(plan, facts_of([{}, {}, {"soft-tissue-sarcoma": True, "person-in-canada": True}]))
    options: list[URIRef] = list(plan.options)
    assert values.patterns() == {0: 2, 1 << options.index(STS["option-ask-about-clinical-trials"]): 1}
