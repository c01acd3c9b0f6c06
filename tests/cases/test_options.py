"""Options in three values: the archetypes, every assignment per option, and random cases, against the oracle."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise, product

import oracle
import pytest
from rdflib import URIRef

from sts_kg import Case, InconsistentError, KnowledgeGraph, UnknownNameError
from sts_kg.cases.answers import Answer, Answers
from sts_kg.cases.asking import Question
from sts_kg.cases.case import Declined, Given
from sts_kg.cases.sources import CaseSource
from sts_kg.cases.statuses import STATUSES
from sts_kg.display import as_text
from sts_kg.errors import CaseError
from sts_kg.guideline import short
from sts_kg.rdf.names import STS, local

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


def test_nothing_is_tried_without_a_course_or_a_report_of_one(archetypes: dict[str, dict[str, Answer]]) -> None:
    tried = {(case, option) for case, of_case in archetypes.items() for option, a in of_case.items() if a.tried}
    reported = ("option-chemotherapy", "option-doxorubicin-alone", "option-doxorubicin-ifosfamide")
    assert tried == {(case, option) for case in "fg" for option in reported}


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
        "segments": ["H0", "S01", "S14", "S15"],
        "decisions": ["D01", "D08", "D09", "D09b", "D09c", "D23", "D31", "D32", "D33"],
        "review": None,
        "kind": "option",
        "kinds": None,
        "marks": [],
        "readings": [],
        "strength": "may-be-offered",
        "frequency": None,
        "amongst": None,
        "intents": [],
        "inherited_intents": ["stop-cell-growth-division-spread"],
        "not_intents": [],
        "positions": [],
        "follows": [
            {
                "option": "option-chemotherapy",
                "frequency": None,
                "amongst": None,
                "if": None,
                "basis": "stated",
                "segments": ["S14"],
            }
        ],
        "may_enable": [],
        "talk": ["S02"],
    }


def test_a_group_as_json(archetypes: dict[str, dict[str, Answer]]) -> None:
    plain = archetypes["f"]["option-surgery"].as_dict()
    assert {key: plain[key] for key in ("status", "kind", "kinds", "strength", "frequency", "amongst")} == {
        "status": "met",
        "kind": "group",
        "kinds": {"met": 0, "not-met": 0, "undetermined": 3},
        "strength": "may-be-offered",
        "frequency": "not-common",
        "amongst": "people-with-stage4-sts",
    }


@pytest.mark.parametrize(
    ("given", "group", "kinds", "shown"),
    [
        ("stage4-sts", "chemotherapy", (2, 0, 2), "kinds: 2 met, 2 undetermined; hangs on D02, D03"),
        ("stage4-sts", "targeted-therapy", (0, 0, 1), "kinds: 1 undetermined; hangs on D21"),
        ("stage4-sts", "radiation", (0, 0, 5), "kinds: 5 undetermined"),
        ("stage4-sts unresectable", "radiation", (3, 0, 2), "kinds: 3 met, 2 undetermined"),
        ("stage4-sts resectable", "radiation", (0, 5, 0), "kinds: 5 not met"),
        ("stage4-sts unresectable -symptoms-from-cancer", "surgery", (0, 3, 0), "kinds: 3 not met; hangs on D20"),
        ("-stage4-sts", "chemotherapy", (0, 4, 0), "kinds: 4 not met"),
    ],
)
def test_a_group_counts_its_kinds(
    kg: KnowledgeGraph, given: str, group: str, kinds: tuple[int, int, int], shown: str
) -> None:
    answers = {local(a.option): a for a in kg.options(case(kg, "g", oracle.facts(given)))}
    answer = answers[f"option-{group}"]
    assert answer.kinds == dict(zip(("met", "not-met", "undetermined"), kinds, strict=True))
    assert (answer.kind, answer.of_note) == ("group", shown)
    status = {"met": "met in general", "not-met": "not met", "undetermined": "undetermined"}[answer.status]
    assert answer.shown_status == status


def test_the_groups_are_these_four_and_other_options_have_no_kinds(archetypes: dict[str, dict[str, Answer]]) -> None:
    groups = [option for option, answer in archetypes["b"].items() if answer.kind == "group"]
    assert groups == ["option-chemotherapy", "option-targeted-therapy", "option-radiation", "option-surgery"]
    for option, answer in archetypes["b"].items():
        if option not in groups:
            assert (answer.kind, answer.kinds) == ("option", None)
            assert answer.shown_status in ("met", "not met", "undetermined")


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
    tried = {local(answer.option): answer for answer in answers if answer.tried}
    assert list(tried) == ["option-chemotherapy", "option-doxorubicin-alone"]  # not doxorubicin with ifosfamide
    assert {answer.status for answer in tried.values()} == {"met"}
    assert (
        tried["option-chemotherapy"].of_note == "kinds: 3 met, 1 undetermined; tried, did not work; hangs on D02, D03"
    )


@pytest.mark.slow
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
    contradictory = {name for name, (_, given) in asked.items() if oracle.completed(given) is None}
    assert {error.case for error in found.contradictions} == contradictory
    assert len(contradictory) == 30
    seen = 0
    for answer in found:
        option, given = asked[answer.case]
        if local(answer.option) == option:
            known = oracle.completed(given)
            if known is None:
                assert (answer.status, answer.missing) == ("contradictory", ()), answer.case
            else:
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
    assert len(found) == 18 * 300
    assert {answer.case for answer in found.with_status("contradictory")} == contradictory
    for answer in found:
        known = oracle.completed(given[answer.case])
        if known is None:
            assert (answer.status, answer.true, answer.false, answer.missing) == ("contradictory", (), (), ())
            continue
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


CONTRADICTORY = {"stage4-sts": True, "unresectable": True, "resectable": True, "doxorubicin-did-not-work": True}


def test_a_contradictory_case_stays_in_the_table_and_spoils_no_other(kg: KnowledgeGraph) -> None:
    wrong = replace(case(kg, "x", CONTRADICTORY), declines=(Declined(STS["modality-surgery"]),))
    found = kg.options([case(kg, "a", {"stage4-sts": True}), wrong, case(kg, "l", {})])
    assert [answer.case for answer in found] == ["a"] * 18 + ["x"] * 18 + ["l"] * 18
    assert [answer.status == "contradictory" for answer in found] == [answer.case == "x" for answer in found]
    for answer in found.with_status("contradictory"):
        assert (answer.true, answer.false, answer.unknown, answer.missing) == ((), (), (), ())
        assert (answer.marks, answer.tried, answer.declined) == ((), False, False)
        assert (answer.met_if, answer.unmet_if) == ((), ())
        assert answer.shown_status == "contradictory"
        assert answer.of_note == ""
    [error] = found.contradictions
    assert str(error) == (
        "case x contradicts itself: unresectable holds (given: x) and does not hold (derived: its opposite resectable"
        " holds, given: x); resectable holds (given: x) and does not hold (derived: its opposite unresectable holds,"
        " given: x)"
    )
    assert error.summary == "case x contradicts itself: unresectable is yes (x); resectable is yes (x)"


def test_a_contradictory_answer_as_json_keeps_the_words_of_the_source(kg: KnowledgeGraph) -> None:
    plain = kg.options(case(kg, "x", CONTRADICTORY))[0].as_dict()
    of_case = ("status", "tried", "declined", "true", "false", "missing", "marks", "kinds")
    assert {key: plain[key] for key in of_case} == {
        "status": "contradictory",
        "tried": False,
        "declined": False,
        "true": [],
        "false": [],
        "missing": [],
        "marks": [],
        "kinds": None,
    }
    assert (plain["option"], plain["strength"]) == ("option-chemotherapy", "is-offered")


# --- the complements: one question with two poles (D29)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("stage4-sts unresectable", ("met", "not-met")),
        ("stage4-sts -resectable", ("met", "not-met")),
        ("stage4-sts resectable", ("not-met", "undetermined")),
        ("stage4-sts -unresectable", ("not-met", "undetermined")),
        ("stage4-sts", ("undetermined", "undetermined")),
        ("stage4-sts unresectable -resectable", ("met", "not-met")),
        ("stage4-sts -unresectable -resectable", ("contradictory", "contradictory")),
        ("stage4-sts unresectable resectable", ("contradictory", "contradictory")),
    ],
)
def test_who_lacks_one_pole_has_the_other(kg: KnowledgeGraph, given: str, status: tuple[str, str]) -> None:
    answers = {local(a.option): a.status for a in kg.options(case(kg, "p", oracle.facts(given)))}
    assert (answers["option-radiation"], answers["option-wide-local-excision-lung"]) == status


def test_missing_names_the_pole_of_the_condition(kg: KnowledgeGraph) -> None:
    answers = {local(a.option): a for a in kg.options(case(kg, "a", {"stage4-sts": True}))}
    assert [short(f) for f in answers["option-radiation"].missing] == ["unresectable"]
    assert "resectable" in [short(f) for f in answers["option-surgery-other-metastases"].missing]


# --- sets of answers without those that follow from others


def test_what_another_answer_implies_is_not_asked_for(kg: KnowledgeGraph) -> None:
    """Metastases in the lungs are stage 4 (D30), so the stage need not be answered beside them."""
    answers = {local(a.option): a for a in kg.options(case(kg, "l", {}))}

    def sets(found: tuple[Mapping[URIRef, bool], ...]) -> list[dict[str, bool]]:
        return [{short(finding): yes for finding, yes in needed.items()} for needed in found]

    assert sets(answers["option-sbrt-lung"].met_if) == [
        {"lung-metastases": True, "only-few-small-tumours": True, "unresectable": True}
    ]
    assert sets(answers["option-wide-local-excision-lung"].met_if) == [
        {"spread-only-few-places-in-lungs": True, "resectable": True}
    ]
    assert sets(answers["option-other-chemotherapy"].met_if) == [{"stage4-sts": True, "doxorubicin-did-not-work": True}]
    pazopanib = sets(answers["option-pazopanib"].unmet_if)
    assert pazopanib[:2] in ([STAGE_4_NO, TYPE_NO], [TYPE_NO, STAGE_4_NO])
    assert pazopanib[2:] == [{"prior-chemotherapy": False, "growth-within-one-year-after-treatment": False}]
    each = sets(answers["option-sbrt-lung"].unmet_if)
    assert sorted(map(str, each)) == sorted(str({finding: False}) for finding in oracle.findings_of("option-sbrt-lung"))


STAGE_4_NO, TYPE_NO = {"stage4-sts": False}, {"sarcoma-type-for-pazopanib": False}


# --- questions


def test_questions_in_order(kg: KnowledgeGraph) -> None:
    """The pair is one question, put by its positive pole, for the options that wait for either."""
    asked = kg.questions(case(kg, "a", {"stage4-sts": True}))["a"]
    assert [(question.finding and short(question.finding), len(question.options)) for question in asked] == [
        ("resectable", 8),
        ("lung-metastases", 1),
        ("metastases-outside-lungs", 2),
        ("spread-only-few-places-in-lungs", 1),
        ("prior-chemotherapy", 1),
        ("doxorubicin-did-not-work", 1),
        ("growth-within-one-year-after-treatment", 1),
        ("sarcoma-type-for-pazopanib", 1),
        ("only-few-small-tumours", 1),
        ("certain-case-S20", 1),
        ("certain-case-S25", 1),
        ("symptoms-from-cancer", 1),
        (None, 1),
        ("person-in-canada", 1),
    ]
    assert asked[0].as_dict() == {
        "finding": "resectable",
        "question": "Can the cancer be operated on?",
        "options": [
            "option-chemotherapy-with-radiation",
            "option-radiation",
            "option-external-radiation",
            "option-sbrt-lung",
            "option-sbrt-outside-lungs",
            "option-radiation-to-enable-surgery",
            "option-wide-local-excision-lung",
            "option-surgery-other-metastases",
        ],
        "would_meet": [],
        "would_meet_if_no": [f"option-{name}" for name in oracle.R4],
        "complement": "unresectable",
        "choices": [],
        "hint": None,
    }


def test_a_question_without_a_complement(kg: KnowledgeGraph) -> None:
    asked = kg.questions(case(kg, "a", {"stage4-sts": True}))["a"]
    [symptoms] = [one for one in asked if one.finding == STS["finding-symptoms-from-cancer"]]
    assert symptoms.as_dict() == {
        "finding": "symptoms-from-cancer",
        "question": "Does the cancer cause symptoms that need control?",
        "options": ["option-surgery-symptom-control"],
        "would_meet": ["option-surgery-symptom-control"],
        "would_meet_if_no": [],
        "complement": None,
        "choices": [],
        "hint": None,
    }


REASONS = (
    *("cannot-have-cancer-treatment", "does-not-want-cancer-treatment", "treatments-no-longer-work"),
    *("treatments-unlikely-to-improve-condition", "side-effects-hard-to-cope-with"),
    "other-reason-for-no-cancer-treatment",
)


def of_reasons(kg: KnowledgeGraph, given: CaseSource) -> list[Question]:
    """Return the questions about reasons for comfort care, as choices or one by one."""
    [asked] = kg.questions(given).values()
    return [one for one in asked if one.choices or (one.finding and short(one.finding) in REASONS)]


def test_reasons_for_comfort_care_are_choices_of_one_question(kg: KnowledgeGraph) -> None:
    [reasons] = of_reasons(kg, case(kg, "a", {"stage4-sts": True}))
    assert reasons.as_dict() == {
        "finding": None,
        "question": "Is there a reason against cancer treatment? Choose all that apply.",
        "options": ["option-comfort-care"],
        "would_meet": ["option-comfort-care"],
        "would_meet_if_no": [],
        "complement": None,
        "choices": [
            {"finding": name, "question": kg.guideline.vocabulary.question(STS[f"finding-{name}"])} for name in REASONS
        ],
        "hint": None,
    }


def test_only_reasons_that_are_missing_are_choices(kg: KnowledgeGraph) -> None:
    known = {"stage4-sts": True} | dict.fromkeys(REASONS[:4], False)
    [reasons] = of_reasons(kg, case(kg, "a", known))
    assert [short(finding) for finding, _ in reasons.choices] == [*REASONS[4:]]
    assert of_reasons(kg, case(kg, "a", {"stage4-sts": True, REASONS[2]: True})) == []


def test_one_reason_alone_is_asked_by_itself(kg: KnowledgeGraph) -> None:
    [last] = of_reasons(kg, case(kg, "a", {"stage4-sts": True} | dict.fromkeys(REASONS[:5], False)))
    assert (last.finding, last.choices) == (STS["finding-other-reason-for-no-cancer-treatment"], ())
    assert [local(option) for option in last.would_meet] == ["option-comfort-care"]


def test_one_reason_meets_nothing_while_the_stage_is_unknown(kg: KnowledgeGraph) -> None:
    [reasons] = of_reasons(kg, case(kg, "l", {}))
    assert (reasons.would_meet, reasons.would_meet_if_no) == ((), ())


STOPPED = {"therapies": ["ifosfamide"], "outcome": "stopped-for-side-effects"}
FAILED = {"therapies": ["pazopanib", "surgery"], "outcome": "did-not-work"}
FAILED_TOO = {"therapies": ["radiation-therapy"], "outcome": "did-not-work"}
OF_COMFORT = {"therapies": ["comfort-care"], "outcome": "did-not-work"}
ANOTHER = {"for": "another-cancer"}
SIDE_EFFECTS, NO_LONGER = "side-effects-hard-to-cope-with", "treatments-no-longer-work"


@pytest.mark.parametrize(
    ("courses", "hinted"),
    [
        ([STOPPED], {SIDE_EFFECTS: "“stopped for side effects” is recorded of the course of ifosfamide"}),
        (
            [STOPPED, STOPPED],
            {SIDE_EFFECTS: "“stopped for side effects” is recorded of 2 courses: ifosfamide, ifosfamide"},
        ),
        ([STOPPED | ANOTHER], {}),
        ([FAILED], {}),
        (
            [FAILED, FAILED_TOO],
            {NO_LONGER: "“did not work” is recorded of 2 courses: pazopanib and surgery, radiation-therapy"},
        ),
        ([FAILED, FAILED_TOO | ANOTHER], {}),
        ([FAILED, OF_COMFORT], {}),
        ([FAILED, STOPPED], {SIDE_EFFECTS: "“stopped for side effects” is recorded of the course of ifosfamide"}),
    ],
)
def test_outcomes_hint_at_a_finding(
    kg: KnowledgeGraph, courses: list[dict[str, object]], hinted: dict[str, str]
) -> None:
    given = {"case": "h", "findings": {"stage4-sts": "yes"}, "courses": courses}
    [reasons] = of_reasons(kg, given)
    assert reasons.hint == "; ".join(f"{finding}: {why}" for finding, why in hinted.items())
    [care] = [answer for answer in kg.options(given) if local(answer.option) == "option-comfort-care"]
    assert ({short(finding): why for finding, why in care.hints.items()}, care.status) == (hinted, "undetermined")
    notes = [f"{finding} may hold, since {why}; that is a hint and no fact." for finding, why in hinted.items()]
    assert [note for note in kg.explain(given, "comfort-care").notes if "no fact" in note] == notes
    assert not any("no fact" in note for note in kg.explain(given, "pazopanib").notes)


@pytest.mark.parametrize("known", ["yes", "no"])
def test_there_is_no_hint_at_what_is_known(kg: KnowledgeGraph, known: str) -> None:
    findings = {"stage4-sts": "yes", SIDE_EFFECTS: known}
    given = {"case": "h", "findings": findings, "courses": [STOPPED]}
    assert [one.hint for one in kg.questions(given)["h"] if one.hint] == []
    assert not any("no fact" in note for note in kg.explain(given, "comfort-care").notes)


def test_a_hint_stands_beside_a_question_of_its_own(kg: KnowledgeGraph) -> None:
    others = dict.fromkeys((name for name in REASONS if name != SIDE_EFFECTS), "no")
    given = {"case": "h", "findings": {"stage4-sts": "yes"} | others, "courses": [STOPPED]}
    [alone] = of_reasons(kg, given)
    assert alone.as_dict()["hint"] == "“stopped for side effects” is recorded of the course of ifosfamide"


def test_the_pair_is_asked_where_only_the_negative_pole_is_missing(kg: KnowledgeGraph) -> None:
    """Both surgical options are settled, so only options that need the negative pole wait."""
    given = oracle.facts("stage4-sts -spread-only-few-places-in-lungs -metastases-outside-lungs -lung-metastases")
    first = kg.questions(case(kg, "n", given))["n"][0]
    assert first.finding
    assert (short(first.finding), first.text, len(first.options)) == (
        "resectable",
        "Can the cancer be operated on?",
        4,
    )
    assert [local(option) for option in first.would_meet_if_no] == [f"option-{name}" for name in oracle.R4]


def test_the_positive_pole_would_meet(kg: KnowledgeGraph) -> None:
    given = oracle.facts("stage4-sts spread-only-few-places-in-lungs")
    [pair] = [q for q in kg.questions(case(kg, "y", given))["y"] if q.complement]
    assert [local(option) for option in pair.would_meet] == ["option-wide-local-excision-lung"]
    assert [local(option) for option in pair.would_meet_if_no] == [f"option-{name}" for name in oracle.R4]


BEGUN = {"case": "b", "findings": {"stage4-sts": "yes", "sarcoma-type-for-pazopanib": "yes"}}


def pazopanib(kg: KnowledgeGraph, course: Mapping[str, object], **more: object) -> tuple[Answer, dict[str, Question]]:
    given = BEGUN | {"courses": [{"therapies": ["doxorubicin"], **course}]} | more
    answer = next(a for a in kg.options(given) if local(a.option) == "option-pazopanib")
    return answer, {short(one.finding): one for one in kg.questions(given)["b"] if one.finding}


@pytest.mark.parametrize("complete", ["yes", "no"])
def test_whether_chemotherapy_that_began_is_over_is_asked(kg: KnowledgeGraph, complete: str) -> None:
    answer, asked = pazopanib(kg, {"start": "2026-01-14"}, history_complete=complete)
    assert answer.status == "undetermined"
    text = (
        "Is this course over? (doxorubicin, from 2026-01-14; the mapping given, line 1)"
        " Answer with its end, or with ongoing: yes or no."
    )
    missing = answer.as_dict()["missing"]
    assert isinstance(missing, list)
    assert missing[0] == {"finding": "prior-chemotherapy", "question": text}
    assert asked["prior-chemotherapy"].text == text
    assert [local(option) for option in asked["prior-chemotherapy"].would_meet] == ["option-pazopanib"]


@pytest.mark.parametrize("complete", ["yes", "no"])
def test_of_a_course_that_is_going_on_nothing_is_asked(kg: KnowledgeGraph, complete: str) -> None:
    answer, asked = pazopanib(kg, {"start": "2026-01-14", "ongoing": "yes"}, history_complete=complete)
    assert answer.status == "undetermined"
    missing = answer.as_dict()["missing"]
    assert isinstance(missing, list)
    assert missing[0] == {"finding": "prior-chemotherapy", "question": None}
    assert "prior-chemotherapy" not in asked


@pytest.mark.parametrize(
    ("course", "status"),
    [
        ({}, "met"),
        ({"start": "2025", "end": "2025-06"}, "met"),
        ({"start": "2025", "ongoing": "no"}, "met"),
        ({"start": "2025", "outcome": "stopped-for-side-effects"}, "met"),
        ({"start": "2025"}, "undetermined"),
        ({"ongoing": "yes"}, "undetermined"),
        ({"end": "2025", "for": "another-cancer"}, "undetermined"),
    ],
)
def test_a_course_that_was_given_is_prior_chemotherapy(
    kg: KnowledgeGraph, course: dict[str, object], status: str
) -> None:
    assert pazopanib(kg, course)[0].status == status


def test_chemotherapy_for_another_cancer_denies_it_with_a_complete_history(kg: KnowledgeGraph) -> None:
    given = {"end": "2005", "for": "another-cancer", "outcome": "did-not-work"}
    answer, _ = pazopanib(kg, given, history_complete="yes")
    assert answer.status == "not-met"
    assert [short(finding) for finding in answer.false] == [
        "prior-chemotherapy",
        "growth-within-one-year-after-treatment",
    ]
    assert not answer.tried


def test_what_others_rest_on_is_asked_first_in_a_case_without_facts(kg: KnowledgeGraph) -> None:
    """Without a rank comes first what most options wait for."""
    asked = [(one.finding and short(one.finding), len(one.options)) for one in kg.questions(case(kg, "l", {}))["l"]]
    assert asked[:7] == [
        ("soft-tissue-sarcoma", 1),
        ("stage4-sts", 17),
        ("resectable", 8),
        ("lung-metastases", 1),
        ("metastases-outside-lungs", 2),
        ("spread-only-few-places-in-lungs", 1),
        ("prior-chemotherapy", 1),
    ]


# --- declining


def test_declining_cancer_treatment_is_not_wanting_it(kg: KnowledgeGraph) -> None:
    given = {"case": "d", "findings": {"stage4-sts": "yes"}, "declines": ["cancer-treatment"]}
    answers = {local(a.option): a for a in kg.options(given)}
    assert answers["option-comfort-care"].status == "met"
    assert "does-not-want-cancer-treatment" in [short(f) for f in answers["option-comfort-care"].true]
    assert [option for option, answer in answers.items() if answer.declined] == DECLINED
    told = {f: why for f, _, why in kg.explain(given, "comfort-care").known}
    assert told["does-not-want-cancer-treatment"] == "derived: cancer treatment is declined (the mapping given, line 1)"
    narrower = given | {"declines": ["chemotherapy", "targeted-therapy", "radiation-therapy", "surgery"]}
    assert {a.status for a in kg.options(narrower) if local(a.option) == "option-comfort-care"} == {"undetermined"}


def test_to_decline_cancer_treatment_and_not_to_is_a_contradiction(kg: KnowledgeGraph) -> None:
    given = {"case": "d", "findings": {"does-not-want-cancer-treatment": "no"}, "declines": ["cancer-treatment"]}
    found = kg.options(given)
    assert {answer.status for answer in found} == {"contradictory"}
    [error] = found.contradictions
    place = "the mapping given, line 1"
    assert error.summary == (
        f"case d contradicts itself: declines cancer-treatment ({place}); does-not-want-cancer-treatment is no (line 1)"
    )
    assert kg.options(given | {"declines": ["surgery"]}).contradictions == ()


# --- to choose, to sort and to show


@pytest.fixture(scope="module")
def shown(kg: KnowledgeGraph) -> Answers:
    """The answers for a case that has had courses, and for one that contradicts itself."""
    return kg.options(
        [
            {
                "case": "m",
                "label": "<marked>",
                "findings": {"stage4-sts": "yes", "unresectable": "yes"},
                "courses": [
                    {"therapies": ["doxorubicin"], "outcome": "did-not-work"},
                    {"therapies": ["surgery"], "end": "2024"},
                ],
                "declines": ["surgery"],
            },
            {"case": "x", "findings": {"unresectable": "yes", "resectable": "yes"}},
        ]
    )


def named(answers: Answers) -> list[str]:
    return [local(answer.option).removeprefix("option-") for answer in answers]


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        ({"case": "m", "tried": "yes"}, ["chemotherapy", "doxorubicin-alone", "surgery"]),
        ({"case": "m", "marks": "tried, did not work"}, ["chemotherapy", "doxorubicin-alone"]),
        ({"case": "m", "marks": "tried"}, ["surgery"]),
        ({"case": "x", "tried": "yes"}, []),
        ({"case": "m", "kind": "group"}, ["chemotherapy", "targeted-therapy", "radiation", "surgery"]),
        ({"case": "m", "status": "met", "strength": "may-be-offered"}, ["targeted-therapy", "radiation", "surgery"]),
        ({"case": "m", "frequency": "most-often"}, ["external-radiation", "surgery-symptom-control"]),
        ({"case": "m", "intents": "symptom-relief"}, ["chemotherapy", "surgery-symptom-control"]),
        ({"case": "m", "not_intents": "treat-cancer-itself"}, ["surgery-symptom-control"]),
        ({"case": "m", "follows": "option-chemotherapy"}, ["pazopanib"]),
        ({"case": "m", "may_enable": "option-surgery"}, ["radiation-to-enable-surgery"]),
        ({"case": "m", "talk": "S30"}, ["comfort-care"]),
        ({"case": "m", "positions": "first"}, ["chemotherapy"]),
        ({"case": "m", "missing": "sarcoma-type-for-pazopanib"}, ["pazopanib"]),
        ({"status": "contradictory", "kind": "group"}, ["chemotherapy", "targeted-therapy", "radiation", "surgery"]),
        ({"case": "nobody"}, []),
        ({"status": "not-met", "case": "x"}, []),
    ],
)
def test_answers_are_chosen_by_their_keys(shown: Answers, wanted: dict[str, str], options: list[str]) -> None:
    chosen = shown.where(**wanted)
    assert named(chosen) == options
    assert (chosen.contradictions, chosen.labels, chosen.footer) == (shown.contradictions, shown.labels, shown.footer)


def test_choosing_does_not_depend_on_what_was_chosen_before(shown: Answers) -> None:
    assert named(shown.with_status("contradictory").where(tried="yes")) == []
    assert named(shown.where(case="nobody").where(strength="may-be-offered")) == []


def test_inherited_intents_are_those_of_the_group(shown: Answers) -> None:
    inheriting = shown.where(case="m", inherited_intents="symptom-relief")
    assert named(inheriting) == [
        *("doxorubicin-alone", "doxorubicin-ifosfamide", "other-chemotherapy", "chemotherapy-with-radiation"),
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a: a.where(strenght="x"), "there is no key of an answer 'strenght'; did you mean strength?"),
        (lambda a: a.where(status="unmet"), "there is no status 'unmet'; did you mean met?"),
        (lambda a: a.sorted_by("strenght"), "there is no key of an answer 'strenght'; did you mean strength?"),
        (lambda a: a.with_status("unmet"), "there is no status 'unmet'; did you mean met?"),
        (lambda a: a.where(case="nobody").sorted_by("x"), "there is no key of an answer 'x'"),
    ],
)
def test_a_key_that_there_is_not(shown: Answers, call: Callable[[Answers], Answers], message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        call(shown)
    assert str(caught.value) == message


def test_answers_are_sorted_by_their_keys_and_empty_values_come_last(shown: Answers) -> None:
    of_case = shown.where(case="m")
    assert named(of_case.sorted_by("frequency")) == [
        "sbrt-outside-lungs",  # amongst metastases outside the lungs
        "surgery-other-metastases",  # amongst the same
        "chemotherapy",  # amongst people with stage 4: a high band
        "wide-local-excision-lung",  # then a low one, by name
        "surgery",
        "external-radiation",  # amongst radiation
        "surgery-symptom-control",  # amongst surgery
        "doxorubicin-alone",  # amongst uses of doxorubicin
        *(name for name in oracle.EVERY if of_case.where(option=f"option-{name}")[0].wording.frequency is None),
    ]
    assert named(of_case.sorted_by()) == oracle.EVERY
    by_status = of_case.sorted_by("status", "option")
    in_order = [answer for status in STATUSES for answer in of_case if answer.status == status]
    assert [(a.status, a.option) for a in by_status] == [(a.status, a.option) for a in in_order]


def test_the_table_has_the_words(shown: Answers) -> None:
    table = shown.table()
    assert table.variables == (
        *("case", "option", "status", "tried", "declined", "true", "false", "missing", "recommendation", "segments"),
        *(
            "decisions",
            "review",
            "kind",
            "kinds",
            "marks",
            "readings",
            "strength",
            "frequency",
            "amongst",
            "intents",
            "inherited_intents",
        ),
        *("not_intents", "positions", "follows", "may_enable", "talk"),
    )
    rows = [dict(zip(table.variables, row, strict=True)) for row in table]
    assert len(rows) == 36
    assert {name: None if value is None else str(value) for name, value in rows[12].items()} == {
        "case": "m",
        "option": str(STS["option-surgery"]),
        "status": "met",
        "tried": "true",
        "declined": "true",
        "true": "stage4-sts",
        "false": None,
        "missing": None,
        "recommendation": "rec-S22",
        "segments": "S22",
        "decisions": "D01 D20",
        "review": None,
        "kind": "group",
        "readings": "D20=needs-resectable",
        "kinds": "met=0 not-met=2 undetermined=1",
        "marks": "tried; declined",
        "strength": "may-be-offered",
        "frequency": "not-common",
        "amongst": "people-with-stage4-sts",
        "intents": None,
        "inherited_intents": None,
        "not_intents": None,
        "positions": None,
        "follows": "option-radiation-to-enable-surgery",
        "may_enable": None,
        "talk": "S02",
    }
    assert {str(row["status"]) for row in rows[18:]} == {"contradictory"}


def test_csv_has_the_words(shown: Answers) -> None:
    rows = list(csv.DictReader(io.StringIO(shown.to_csv())))
    assert len(rows) == 36
    assert rows[0] == {
        "case": "m",
        "option": "option-chemotherapy",
        "status": "met",
        "tried": "yes",
        "declined": "no",
        "true": "stage4-sts",
        "false": "",
        "missing": "",
        "recommendation": "rec-S04",
        "segments": "S04 S05 S06",
        "decisions": "D01 D02 D03 D07 D37",
        "review": "",
        "kind": "group",
        "kinds": "met=4 not-met=0 undetermined=0",
        "marks": "tried, did not work",
        "readings": "D03=condition",
        "strength": "is-offered",
        "frequency": "usually",
        "amongst": "people-with-stage4-sts",
        "intents": "control-growth-and-spread symptom-relief",
        "inherited_intents": "",
        "not_intents": "",
        "positions": "first",
        "follows": "",
        "may_enable": "",
        "talk": "S02",
    }
    of_nothing = {"true": "", "false": "", "missing": "", "tried": "no", "declined": "no", "marks": ""}
    for row in rows[18:]:
        assert row["status"] == "contradictory"
        assert {key: row[key] for key in of_nothing} == of_nothing


def test_it_is_shown_as_a_board_with_the_contradictions(shown: Answers) -> None:
    html, text = shown._repr_html_(), as_text(shown, 120)
    assert "number of cases                               met  not met  undetermined  contradictory" in text
    assert "chemotherapy                                  1    –        –             1" in text
    place = "the mapping given, line 1"
    assert "1 case contradicts itself, so nothing follows from what is known" in text
    assert f"- case x contradicts itself: unresectable is yes ({place}); resectable is yes (line 1)" in text
    assert [html.count(f'<td class="{one}">') for one in STATUSES[:3]] == [10, 2, 6]
    assert repr(shown) == "<Answers: 36 for 2 cases>"


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
