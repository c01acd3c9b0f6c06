"""Options in three values: the archetypes, every assignment per option, and random cases, against the oracle."""

from __future__ import annotations

import random
from itertools import pairwise, product

import oracle
import pytest

from sts_kg import Case, InconsistentError, KnowledgeGraph, UnknownNameError
from sts_kg.cases.case import Given
from sts_kg.cases.options import Answer, short
from sts_kg.errors import CaseError
from sts_kg.rdf.names import local

DECLINED = [  # section 9.3, case i: the options under cancer treatment
    option for option in oracle.CONDITIONS if option not in ("option-comfort-care", "option-ask-about-clinical-trials")
]


def case(kg: KnowledgeGraph, name: str, given: dict[str, bool]) -> Case:
    words = kg.guideline.vocabulary.findings
    return Case(name, given=tuple(Given(words[finding], holds, name) for finding, holds in given.items()))


@pytest.fixture(scope="module")
def archetypes(kg: KnowledgeGraph) -> dict[str, dict[str, Answer]]:
    """Case to option to answer, from facts alone, all in one closure."""
    cases = [case(kg, name, oracle.facts(text)) for name, (text, _, _) in oracle.ARCHETYPES.items()]
    found: dict[str, dict[str, Answer]] = {}
    for answer in kg.options(cases):
        found.setdefault(answer.case, {})[local(answer.option)] = answer
    return found


@pytest.mark.parametrize("name", oracle.ARCHETYPES)
def test_archetype(archetypes: dict[str, dict[str, Answer]], name: str) -> None:
    text, met, unmet = oracle.ARCHETYPES[name]
    expected = {
        option: "met" if short_name(option) in met else "not-met" if short_name(option) in unmet else "undetermined"
        for option in oracle.CONDITIONS
    }
    assert {option: answer.status for option, answer in archetypes[name].items()} == expected
    known = oracle.completed(oracle.facts(text))
    assert known is not None
    for option, answer in archetypes[name].items():
        assert list(map(short, answer.missing)) == oracle.missing(option, known), option


def short_name(option: str) -> str:
    return option.removeprefix("option-")


@pytest.mark.parametrize(("name", "option"), oracle.MISSING)
def test_what_the_clinical_model_says_is_missing(
    archetypes: dict[str, dict[str, Answer]], name: str, option: str
) -> None:
    answer = archetypes[name][f"option-{option}"]
    assert list(map(short, answer.missing)) == oracle.MISSING[name, option].split()


def test_the_overlay_declined_covers_cancer_treatment_and_changes_no_status(
    archetypes: dict[str, dict[str, Answer]],
) -> None:
    assert [option for option, answer in archetypes["i"].items() if answer.declined] == DECLINED
    assert archetypes["i"]["option-chemotherapy"].status == "met"
    assert not any(answer.declined for answer in archetypes["a"].values())


def test_nothing_is_tried_without_a_course(archetypes: dict[str, dict[str, Answer]]) -> None:
    assert not any(answer.tried for of_case in archetypes.values() for answer in of_case.values())


def test_an_answer_as_json(archetypes: dict[str, dict[str, Answer]]) -> None:
    """Clinical model, section 15, names without prefixes as the command line gives them."""
    assert archetypes["f"]["option-pazopanib"].as_dict() == {
        "case": "f",
        "option": "option-pazopanib",
        "status": "undetermined",
        "tried": False,
        "declined": False,
        "true": ["stage4-sts", "prior-chemotherapy"],
        "false": [],
        "missing": [
            {
                "finding": "sarcoma-type-for-pazopanib",
                "question": "Is this one of the types of soft tissue sarcoma for which pazopanib may be offered? "
                "(The source does not list them.)",
            }
        ],
        "recommendation": "rec-S14",
        "segments": ["S14", "S15"],
        "decisions": ["D08", "D09", "D09b", "D09c", "D23"],
    }


def test_minimal_sets_that_would_settle(archetypes: dict[str, dict[str, Answer]]) -> None:
    answer = archetypes["a"]["option-pazopanib"]
    assert [sorted(map(short, needed)) for needed in answer.met_if] == [
        ["growth-within-one-year-after-treatment", "sarcoma-type-for-pazopanib"],
        ["prior-chemotherapy", "sarcoma-type-for-pazopanib"],
    ]
    assert [sorted(map(short, needed)) for needed in answer.unmet_if] == [
        ["sarcoma-type-for-pazopanib"],
        ["growth-within-one-year-after-treatment", "prior-chemotherapy"],
    ]


def test_the_same_statuses_from_yaml_csv_and_facts(
    kg: KnowledgeGraph, archetypes: dict[str, dict[str, Answer]]
) -> None:
    folder = kg.guideline.folder / "examples"
    from_yaml = kg.options(sorted(folder.glob("?.yaml")))
    from_csv = kg.options(folder / "cohort.csv")
    facts = [(a.case, a.option, a.status, a.missing) for of_case in archetypes.values() for a in of_case.values()]
    assert [(a.case, a.option, a.status, a.missing) for a in from_yaml] == facts
    assert [(a.case, a.option, a.status, a.missing) for a in from_csv] == facts


def test_case_f_with_its_course_is_tried_and_still_met(kg: KnowledgeGraph) -> None:
    answers = kg.options(kg.guideline.folder / "examples" / "f.yaml")
    tried = [local(answer.option) for answer in answers if answer.tried]
    assert tried == ["option-doxorubicin-alone", "option-doxorubicin-ifosfamide"]
    assert {answer.status for answer in answers if answer.tried} == {"met"}


def test_every_assignment_of_every_option(kg: KnowledgeGraph) -> None:
    """Closure, walk and oracle agree on all 3**n assignments of each option's n findings (2,616 cases)."""
    asked: dict[str, tuple[str, dict[str, bool]]] = {}
    for option in oracle.CONDITIONS:
        findings = oracle.findings_of(option)
        for number, values in enumerate(product((True, False, None), repeat=len(findings))):
            given = {f: holds for f, holds in zip(findings, values, strict=True) if holds is not None}
            asked[f"{option}-{number}"] = option, given
    assert len(asked) == 2616
    found = kg.options([case(kg, name, given) for name, (_, given) in asked.items()])
    assert found.contradictions == ()
    seen = 0
    for answer in found:
        option, given = asked[answer.case]
        if local(answer.option) == option:
            known = oracle.completed(given)
            assert known is not None
            assert answer.status == oracle.status(option, known), answer.case
            assert list(map(short, answer.missing)) == oracle.missing(option, known), answer.case
            seen += 1
    assert seen == 2616


def test_random_cases(kg: KnowledgeGraph) -> None:
    """Every option of 300 cases with random facts about all findings, contradictory ones included."""
    dice = random.Random(20261123)
    given: dict[str, dict[str, bool]] = {}
    for number in range(300):
        share = dice.choice((0.2, 0.4, 0.7))
        chosen = [finding for finding in oracle.FINDINGS if dice.random() < share]
        given[f"r{number}"] = {finding: dice.random() < 0.6 for finding in chosen}
    found = kg.options([case(kg, name, facts) for name, facts in given.items()])
    contradictory = {name for name, facts in given.items() if oracle.completed(facts) is None}
    assert {error.case for error in found.contradictions} == contradictory
    assert 20 < len(contradictory) < 280
    assert len(found) == 18 * (300 - len(contradictory))
    for answer in found:
        known = oracle.completed(given[answer.case])
        assert known is not None
        option = local(answer.option)
        assert answer.status == oracle.status(option, known), (answer.case, option)
        assert list(map(short, answer.missing)) == oracle.missing(option, known), (answer.case, option)
        wanted = [f for f in oracle.findings_of(option) if f in known]
        assert list(map(short, answer.true)) == [f for f in wanted if known[f]]
        assert list(map(short, answer.false)) == [f for f in wanted if not known[f]]


def test_a_further_finding_never_unsettles(kg: KnowledgeGraph) -> None:
    """Monotone: adding facts one by one turns no met or not met into undetermined, nor one into the other."""
    dice = random.Random(7)
    steps: list[list[Case]] = []
    for number in range(20):
        facts: dict[str, bool] = {}
        chain: list[Case] = []
        for finding in dice.sample(oracle.FINDINGS, 12):
            wanted = {**facts, finding: dice.random() < 0.6}
            if oracle.completed(wanted) is not None:
                facts = wanted
                chain.append(case(kg, f"m{number}-{len(chain)}", facts))
        steps.append(chain)
    found = kg.options([one for chain in steps for one in chain])
    by_case: dict[str, dict[str, str]] = {}
    for answer in found:
        by_case.setdefault(answer.case, {})[local(answer.option)] = answer.status
    for chain in steps:
        for before, after in pairwise(chain):
            for option, old in by_case[before.id].items():
                assert old == "undetermined" or by_case[after.id][option] == old


def test_a_contradictory_case_spoils_no_other(kg: KnowledgeGraph) -> None:
    wrong = case(kg, "x", {"stage4-sts": True, "unresectable": True, "resectable": True})
    found = kg.options([case(kg, "a", {"stage4-sts": True}), wrong, case(kg, "l", {})])
    assert [answer.case for answer in found] == ["a"] * 18 + ["l"] * 18
    assert [str(error) for error in found.contradictions] == [
        "case x contradicts itself: unresectable holds (given: x) and does not hold (derived: its opposite resectable"
        " holds, given: x); resectable holds (given: x) and does not hold (derived: its opposite unresectable holds,"
        " given: x)"
    ]


def test_questions_in_order(kg: KnowledgeGraph) -> None:
    """Section 9.3: case a begins with unresectable (6), resectable (2), metastases-outside-lungs (2)."""
    asked = kg.questions(case(kg, "a", {"stage4-sts": True}))["a"]
    first = [(short(question.finding), len(question.options)) for question in asked[:3]]
    assert first == [("unresectable", 6), ("resectable", 2), ("metastases-outside-lungs", 2)]
    assert [local(option) for option in asked[0].would_meet] == [
        "option-chemotherapy-with-radiation",
        "option-radiation",
        "option-external-radiation",
        "option-radiation-to-enable-surgery",
    ]


def test_the_first_question_of_a_case_without_facts_is_the_stage(kg: KnowledgeGraph) -> None:
    first = kg.questions(case(kg, "l", {}))["l"][0]
    assert (short(first.finding), len(first.options)) == ("stage4-sts", 17)


def test_what_if_surgery_became_possible(kg: KnowledgeGraph) -> None:
    """The difference of archetypes b and c, by S21's transition and by the finding alike."""
    before = case(kg, "b", {"stage4-sts": True, "unresectable": True})
    for supposed in ("transition-S21", {"resectable": True}):
        changes = kg.what_if(before, supposed)
        assert [(local(c.option), c.before.status, c.after.status) for c in changes] == [
            ("option-chemotherapy-with-radiation", "met", "not-met"),
            ("option-radiation", "met", "not-met"),
            ("option-external-radiation", "met", "not-met"),
            ("option-sbrt-lung", "undetermined", "not-met"),
            ("option-sbrt-outside-lungs", "undetermined", "not-met"),
            ("option-radiation-to-enable-surgery", "met", "not-met"),
            ("option-wide-local-excision-lung", "not-met", "undetermined"),
            ("option-surgery-other-metastases", "not-met", "undetermined"),
        ]


def test_what_if_a_finding_were_unknown(kg: KnowledgeGraph) -> None:
    changes = kg.what_if(
        case(kg, "n", {"stage4-sts": True, "symptoms-from-cancer": True}), {"symptoms-from-cancer": None}
    )
    assert [(local(c.option), c.after.status) for c in changes] == [("option-surgery-symptom-control", "undetermined")]


def test_what_if_the_supposition_contradicts_the_case(kg: KnowledgeGraph) -> None:
    given = case(kg, "d", {"stage4-sts": True, "lung-metastases": False})
    with pytest.raises(InconsistentError, match=r"lung-metastases holds .* and does not hold"):
        kg.what_if(given, {"spread-only-few-places-in-lungs": True})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda kg, a: kg.explain(a, "pazopanip"), "there is no option 'pazopanip'; did you mean option-pazopanib?"),
        (lambda kg, a: kg.explain(a, "pazopanib", case="z"), "there is no case 'z'"),
        (lambda kg, a: kg.what_if(a, {"resectible": True}), "there is no finding 'resectible'; did you mean"),
        (lambda kg, a: kg.what_if(a, "transition-S2"), "there is no transition 'transition-S2'; did you mean"),
    ],
)
def test_unknown_names_list_the_near_ones(kg: KnowledgeGraph, call: object, message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        call(kg, case(kg, "a", {"stage4-sts": True}))  # type: ignore[operator] # a lambda of the table
    assert str(caught.value).startswith(message)


def test_one_case_of_several_must_be_named(kg: KnowledgeGraph) -> None:
    with pytest.raises(CaseError, match=r"there are 13 cases .* say which one"):
        kg.explain(kg.guideline.folder / "examples" / "cohort.csv", "surgery")
