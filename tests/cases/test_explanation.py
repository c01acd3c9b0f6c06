"""Explanations: the worked example line by line, a reason of every kind, and both sides of every contradiction."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from rdflib import Literal
from rdflib.namespace import PROV

from sts_kg import Case, InconsistentError, KnowledgeGraph
from sts_kg.cases import files as casefile
from sts_kg.cases.case import Course, Declined, Given
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.explanation import Explanation, explain
from sts_kg.cases.options import answers_of
from sts_kg.cases.reasons import contradiction
from sts_kg.cases.session import Session
from sts_kg.cases.statuses import WORDING
from sts_kg.closure.closure import Closure
from sts_kg.guideline import short
from sts_kg.rdf.names import STS, local

CASES = """\
case: growth
findings: {stage4-sts: yes, sarcoma-type-for-pazopanib: yes}
courses:
  - {therapies: [surgery], end: 2020-01-15, growth: 2025-06}
  - {therapies: [radiation-therapy], end: 2025-01-15, growth: 2025-06}
---
case: history
findings: {stage4-sts: yes}
history_complete: yes
courses:
  - {therapies: [surgery], end: 2020-01-15, no_growth_until: 2022}
  - {therapies: [radiation-therapy, surgery], end: 2023-01-15, no_growth_until: 2025}
---
case: untreated
findings: {stage4-sts: yes}
history_complete: yes
---
case: failed
findings: {stage4-sts: yes}
courses: [{therapies: [doxorubicin, ifosfamide], outcome: did-not-work}]
---
case: side-effects
courses: [{therapies: [doxorubicin], outcome: stopped-for-side-effects}]
---
case: group
courses: [{therapies: [chemotherapy]}]
---
case: other-drug
courses: [{therapies: [surgery]}, {therapies: [other-chemotherapy-drug]}]
---
case: implied
findings: {stage4-sts: yes, spread-only-few-places-in-lungs: yes, resectable: yes}
---
case: contrapositive
findings: {soft-tissue-sarcoma: no, lung-metastases: no}
---
case: hint
findings: {stage4-sts: yes}
declines: [surgery]
tumour_count: 3
largest_diameter_mm: 12.5
courses: [{therapies: [doxorubicin], start: 2025-01, end: 2025-11, growth: 2025-06}]
---
case: stage
findings: {stage4-sts: yes}
---
case: silent
---
case: course-against-given
findings: {prior-chemotherapy: no}
courses: [{therapies: [ifosfamide]}]
---
case: outcome-against-given
findings: {doxorubicin-did-not-work: no}
courses: [{therapies: [doxorubicin], outcome: did-not-work}]
---
case: rule-against-given
findings: {growth-within-one-year-after-treatment: no}
courses: [{therapies: [surgery], end: 2025-01-15, growth: 2025-06}]
---
case: history-against-given
findings: {prior-chemotherapy: yes}
history_complete: yes
---
case: opposites
findings: {unresectable: yes, resectable: yes}
---
case: implied-against-given
findings: {stage4-sts: yes, soft-tissue-sarcoma: no}
---
case: history-against-implied
findings: {doxorubicin-did-not-work: yes}
history_complete: yes
---
case: second
courses:
  - {therapies: [doxorubicin], outcome: stopped-for-side-effects}
  - {therapies: [doxorubicin], outcome: did-not-work}
---
case: declining
declines: [cancer-treatment]
---
case: complement
findings: {resectable: no}
---
case: begun
findings: {stage4-sts: yes}
courses:
  - {therapies: [doxorubicin], start: 2025-01}
  - {therapies: [ifosfamide], ongoing: yes}
---
case: first-growth
history_complete: yes
courses: [{therapies: [surgery], end: 2020, growth: 2023, first_growth: yes}]
---
case: growth-of-the-case
growth: [2019, 2020-05]
courses: [{therapies: [surgery], end: 2020-01-15}]
---
case: growth-in-a-period
findings: {stage4-sts: yes}
growth: 2025-03
no_growth: [{from: 2025-01-01, until: 2025-06-30}]
---
case: growth-of-a-course-in-its-period
courses:
  - therapies: [surgery]
    end: 2024-05
    growth: [2024-06, 2024-07]
    no_growth_until: 2024-09
---
case: declining-against-given
findings: {does-not-want-cancer-treatment: no}
declines: [surgery, cancer-treatment]
---
case: metastases-against-stage
findings: {lung-metastases: yes, stage4-sts: no}
---
case: both-poles-denied
findings: {unresectable: no, resectable: no}
---
case: growth-and-findings
findings: {unresectable: yes, resectable: yes}
growth: 2025-03
no_growth: [{from: 2025-01-01, until: 2025-06-30}]
---
case: growth-in-two-periods
growth: 2025-03
no_growth: {from: 2025-03-16, until: 2025-04-10}
courses: [{therapies: [surgery], end: 2025-02-20, no_growth_until: 2025-03-15}]
---
case: one-day-between-two-periods
growth: 2025-03
no_growth: {from: 2025-03-17, until: 2025-04-10}
courses: [{therapies: [surgery], end: 2025-02-20, no_growth_until: 2025-03-15}]
---
case: begun-and-growth
findings: {stage4-sts: yes, sarcoma-type-for-pazopanib: yes, growth-within-one-year-after-treatment: no}
courses: [{therapies: [doxorubicin], start: 2025-01}]
"""
CONTRADICTORY = (
    *("course-against-given", "outcome-against-given", "rule-against-given", "history-against-given"),
    *("opposites", "implied-against-given", "history-against-implied", "growth-in-a-period"),
    *("growth-of-a-course-in-its-period", "declining-against-given", "metastases-against-stage", "both-poles-denied"),
    *("growth-and-findings", "growth-in-two-periods"),
)


class Told:
    """The cases above, closed together."""

    def __init__(self, kg: KnowledgeGraph, path: Path) -> None:
        path.write_text(CASES, encoding="utf-8")
        self.kg = KnowledgeGraph(Session(kg.guideline))  # it keeps its own closure
        self.cases = {case.id: case for case in casefile.read(path, kg.guideline.vocabulary)}
        self.file = str(path)
        self.f = kg.guideline.folder / "examples" / "f.yaml"
        self.answers = self.kg.options([*self.cases.values(), self.f])

    def explain(self, case: str, option: str) -> Explanation:
        return self.kg.explain(self.cases[case], option)

    def why(self, case: str, option: str) -> dict[str, tuple[bool, str]]:
        """Return the known findings with their reasons, places as `line n` of the file."""
        known = self.explain(case, option).known
        return {finding: (holds, reason.replace(f"{self.file}, ", "")) for finding, holds, reason in known}

    def contradiction(self, case: str) -> str:
        error = next(error for error in self.answers.contradictions if error.case == case)
        return str(error).replace(f"{self.file}, ", "")

    def summary(self, case: str) -> str:
        error = next(error for error in self.answers.contradictions if error.case == case)
        return error.summary.replace(f"{self.file}, ", "")


@pytest.fixture(scope="module")
def told(kg: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(kg, tmp_path_factory.mktemp("cases") / "told.yaml")


# --- the worked example (clinical model, section 16)

BEFORE_GISTS = """\
pazopanib: undetermined: the source’s condition is neither met nor ruled out by what is known (case f).
Known to hold: stage4-sts (given: {f}, line 5); prior-chemotherapy (derived: a recorded course ({f}, line 7) \
includes doxorubicin, a chemotherapy drug).
Not needed: growth-within-one-year-after-treatment (the “or” is already satisfied).
To ask: sarcoma-type-for-pazopanib. Is this one of the types of soft tissue sarcoma for which pazopanib may be \
offered? (The source does not list them.)
If yes, the source’s condition is met. If no, it is not met.
In the source’s words: wording: may be offered; meant for (stated for the group targeted therapy): stop cell growth, \
division and spread; may come after: chemotherapy; talk with the healthcare team: S02.
"""
CUES = {
    "S01": "Cues: “stage 4 (metastatic or advanced)”.",
    "S14": "Cues: “may be offered”, “some types of soft tissue sarcoma”.",
    "S15": "Cues: “chemotherapy has already been given”, “continues to grow within one year after treatment”.",
}
AFTER_GISTS = """
Interpretation: D01: stage 4 is one scope finding.
D08: the or of pazopanib is inclusive.
D09: treatment means any cancer treatment.
D09b: growth during treatment is not after it.
D09c: going on or growing again.
D23: the drug classes are in the text.
D31: growth is of the sarcoma.
D32: a course that began may be going on.
D33: treatment of another cancer does not count.
Other readings: The status is the same by each of 40 other readings, one at a time.
Not medical advice: the source describes what may be offered, the healthcare team decides (S02). No clinician has \
reviewed this model. Do not use it to choose, start, change or stop a treatment. [sts_kg ontology 0.1.0, source \
de788d888cfc…]"""


def test_the_worked_example(told: Told) -> None:
    gists = (
        "Source: H0 (characters 0–42, line 1): page title: treatment options for soft tissue sarcoma (STS) at stage 4."
        "\nS01 (characters 44–137, line 3): introduces the list as the options for STS at stage 4, glossed as"
        f" metastatic or advanced. {CUES['S01']}"
        "\nS14 (characters 996–1089, line 16): pazopanib (brand Votrient) is a possible offer following chemotherapy,"
        f" for sarcoma types that are not named. {CUES['S14']}"
        "\nS15 (characters 1090–1219, line 16): pazopanib is for people who had chemotherapy before, or whose sarcoma"
        f" goes on growing in the year following treatment. {CUES['S15']}"
    )
    expected = BEFORE_GISTS.format(f=told.f) + gists + AFTER_GISTS
    assert str(told.kg.explain(told.f, "pazopanib")).splitlines() == expected.splitlines()


def test_the_worked_example_with_the_page(told: Told, page: Path) -> None:
    text = page.read_bytes().decode()
    quoted = (
        f"Source: H0 (characters 0–42, line 1): “{text[0:42]}”"
        f"\nS01 (characters 44–137, line 3): “{text[44:137]}” {CUES['S01']}"
        f"\nS14 (characters 996–1089, line 16): “{text[996:1089]}” {CUES['S14']}"
        f"\nS15 (characters 1090–1219, line 16): “{text[1090:1219]}” {CUES['S15']}"
    )
    expected = BEFORE_GISTS.format(f=told.f) + quoted + AFTER_GISTS
    assert str(told.kg.explain(told.f, "pazopanib", page=page)).splitlines() == expected.splitlines()


def test_the_page_of_the_environment_is_quoted(told: Told, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STS_KG_SOURCE", str(page))
    assert [s.text is not None for s in told.kg.explain(told.f, "pazopanib").segments] == [True] * 4


def test_as_dict_of_the_worked_example(told: Told) -> None:
    explained = told.kg.explain(told.f, "pazopanib")
    plain = explained.as_dict()
    reasons = plain.pop("explanation")
    assert plain == explained.answer.as_dict() | {
        "met_if_all_yes": [["sarcoma-type-for-pazopanib"]],
        "not_met_if_all_no": [["sarcoma-type-for-pazopanib"]],
    }
    assert isinstance(reasons, dict)
    decisions = reasons.pop("interpretation")
    assert [each["decision"] for each in decisions] == [
        *("D01", "D08", "D09", "D09b", "D09c", "D23", "D31", "D32", "D33"),
    ]
    assert decisions[2] == {
        "decision": "D09",
        "says": "treatment means any cancer treatment",
        "not_chosen": "Chemotherapy only: the alternative would be redundant.",
    }
    assert reasons == {
        "wording": WORDING["undetermined"],
        "words": [
            "wording: may be offered",
            "meant for (stated for the group targeted therapy): stop cell growth, division and spread",
            "may come after: chemotherapy",
            "talk with the healthcare team: S02",
        ],
        "known": [
            {"finding": "stage4-sts", "holds": True, "because": f"given: {told.f}, line 5"},
            {
                "finding": "prior-chemotherapy",
                "holds": True,
                "because": f"derived: a recorded course ({told.f}, line 7) includes doxorubicin, a chemotherapy drug",
            },
        ],
        "not_needed": [
            {"finding": "growth-within-one-year-after-treatment", "because": "the “or” is already satisfied"}
        ],
        "consequence": "If yes, the source’s condition is met. If no, it is not met.",
        "source": [
            {
                "segment": "H0",
                "start": 0,
                "end": 42,
                "line": 1,
                "gist": "page title: treatment options for soft tissue sarcoma (STS) at stage 4",
                "cues": [],
            },
            {
                "segment": "S01",
                "start": 44,
                "end": 137,
                "line": 3,
                "gist": "introduces the list as the options for STS at stage 4, glossed as metastatic or advanced",
                "cues": ["stage 4 (metastatic or advanced)"],
            },
            {
                "segment": "S14",
                "start": 996,
                "end": 1089,
                "line": 16,
                "gist": "pazopanib (brand Votrient) is a possible offer following chemotherapy, for sarcoma types that"
                " are not named",
                "cues": ["may be offered", "some types of soft tissue sarcoma"],
            },
            {
                "segment": "S15",
                "start": 1090,
                "end": 1219,
                "line": 16,
                "gist": "pazopanib is for people who had chemotherapy before, or whose sarcoma goes on growing in the"
                " year following treatment",
                "cues": [
                    "chemotherapy has already been given",
                    "continues to grow within one year after treatment",
                ],
            },
        ],
        "readings": [],
        "firm": True,
        "notes": [],
        "disclaimer": told.kg.footer,
    }


def test_as_dict_with_the_page_has_the_text(told: Told, page: Path) -> None:
    explained = told.kg.explain(told.f, "pazopanib", page=page).as_dict()["explanation"]
    assert isinstance(explained, dict)
    text = page.read_bytes().decode()
    assert [each["text"] for each in explained["source"]] == [
        *(text[0:42], text[44:137], text[996:1089], text[1090:1219]),
    ]


def test_every_cue_of_an_answer_stands_under_a_segment_that_is_shown(told: Told) -> None:
    """The segments are those of the recommendation and of all parts of its condition, in reading order."""
    graph = told.kg.asserted
    for answer in told.kg.options(told.f):
        explained = told.kg.explain(told.f, local(answer.option))
        said = {answer.recommendation, *graph.objects(answer.recommendation, STS.hasConditionPart)}
        quoted = {segment for thing in said for segment in graph.objects(thing, PROV.wasQuotedFrom)}
        assert {STS[one.id] for one in explained.segments} == set(answer.segments) == quoted
        assert [one.ordinal for one in explained.segments] == sorted(one.ordinal for one in explained.segments)
        quoting = (STS.cue, STS.strengthCue, STS.frequencyCue)
        cues = {str(cue) for thing in said for predicate in quoting for cue in graph.objects(thing, predicate)}
        assert {cue for of_segment in explained.cues.values() for cue in of_segment} == cues
        assert all((STS[s], STS.cue, Literal(c)) in graph for s, found in explained.cues.items() for c in found)


# --- wording


def test_met_says_so_and_asks_nothing(told: Told) -> None:
    assert str(told.explain("growth", "pazopanib")).split("\nIn the source’s words:")[0].replace(
        f"{told.file}, ", ""
    ) == (
        "pazopanib: met: the condition that the source states is met (case growth).\n"
        "Known to hold: stage4-sts (given: line 2); sarcoma-type-for-pazopanib (given: line 2); "
        "growth-within-one-year-after-treatment (derived by the rule growth window from the course of"
        " radiation-therapy, line 5; growth in 2025-06, line 4).\n"
        "Not needed: prior-chemotherapy (it is met without it)."
    )


def test_not_met_never_says_no(told: Told) -> None:
    """D25: the condition as it is read is known not to hold; that forbids nothing."""
    assert str(told.explain("implied", "surgery-other-metastases")).split("\nIn the source’s words:")[0].replace(
        f"{told.file}, ", ""
    ) == (
        "surgery for other metastases: not met: as the source is read here (D16c, D17), its condition is known not to"
        " hold (case implied).\n"
        "Known to hold: stage4-sts (given: line 32); resectable (given: line 32).\n"
        "Known not to hold: metastases-outside-lungs (derived: its opposite spread-only-few-places-in-lungs holds,"
        " given: line 32).\n"
        "Not needed: certain-case-S25 (it is ruled out without it)."
    )


def test_a_silent_case_knows_nothing(told: Told) -> None:
    lines = str(told.explain("silent", "chemotherapy")).splitlines()
    assert lines[:4] == [
        "chemotherapy: undetermined: the source’s condition is neither met nor ruled out by what is known (case"
        " silent).",
        "Group: the source speaks of chemotherapy in general; of the kinds that it describes 4 undetermined.",
        "To ask: stage4-sts. Is the cancer a soft tissue sarcoma at stage 4 (also called metastatic or advanced)?",
        "If yes, the source’s condition is met. If no, it is not met.",
    ]


@pytest.mark.parametrize(
    ("case", "option", "consequence"),
    [
        (
            "stage",
            "pazopanib",
            "Met if yes to: sarcoma-type-for-pazopanib and prior-chemotherapy, or sarcoma-type-for-pazopanib and"
            " growth-within-one-year-after-treatment. Not met if no to: sarcoma-type-for-pazopanib, or"
            " prior-chemotherapy and growth-within-one-year-after-treatment.",
        ),
        (
            "stage",
            "sbrt-outside-lungs",
            "Met if yes to: metastases-outside-lungs and certain-case-S20 and unresectable. Not met if no to:"
            " metastases-outside-lungs, or certain-case-S20, or unresectable.",
        ),
        ("stage", "surgery", ""),
        (
            "begun",  # that a course is not over makes nothing not met
            "pazopanib",
            "Met if yes to: sarcoma-type-for-pazopanib and prior-chemotherapy, or sarcoma-type-for-pazopanib and"
            " growth-within-one-year-after-treatment. Not met if no to: sarcoma-type-for-pazopanib.",
        ),
        ("begun-and-growth", "pazopanib", "If yes, the source’s condition is met."),
    ],
)
def test_what_would_settle_missing_findings(told: Told, case: str, option: str, consequence: str) -> None:
    assert told.explain(case, option).consequence == consequence


def test_every_missing_finding_is_asked_for_in_the_order_of_the_condition(told: Told) -> None:
    assert told.explain("stage", "pazopanib").to_ask == (
        (
            "sarcoma-type-for-pazopanib",
            "Is this one of the types of soft tissue sarcoma for which pazopanib may be offered? (The source does not"
            " list them.)",
        ),
        (
            "prior-chemotherapy",
            "Has the person had chemotherapy for this cancer before? (A course that is still going on does not count.)",
        ),
        (
            "growth-within-one-year-after-treatment",
            "Did the sarcoma continue to grow within one year after a cancer treatment? (Counted from its end; growth"
            " during the treatment does not count.)",
        ),
    )


def test_alternatives_are_asked_for_as_choices_of_one_question(told: Told) -> None:
    asked = told.explain("stage", "comfort-care").to_ask
    assert asked[0] == ("", "Is there a reason against cancer treatment? Choose all that apply.")
    assert [finding for finding, _ in asked[1:]] == [
        *("cannot-have-cancer-treatment", "does-not-want-cancer-treatment", "treatments-no-longer-work"),
        *("treatments-unlikely-to-improve-condition", "side-effects-hard-to-cope-with"),
        "other-reason-for-no-cancer-treatment",
    ]
    lines = [text for _, text in told.explain("stage", "comfort-care").lines()]
    assert asked[0][1] in lines
    assert "does-not-want-cancer-treatment. Does the person decline cancer treatment?" in lines


# --- reasons


@pytest.mark.parametrize(
    ("case", "option", "finding", "holds", "reason"),
    [
        ("stage", "pazopanib", "stage4-sts", True, "given: line 45"),
        (
            "growth",
            "pazopanib",
            "growth-within-one-year-after-treatment",
            True,
            "derived by the rule growth window from the course of radiation-therapy, line 5; growth in 2025-06, line 4",
        ),
        (
            "history",
            "pazopanib",
            "growth-within-one-year-after-treatment",
            False,
            "derived by the rule growth window from the course of surgery, line 11; course of radiation-therapy and"
            " surgery, line 12",
        ),
        (
            "history",
            "pazopanib",
            "prior-chemotherapy",
            False,
            "derived by the rule history complete from the course of surgery, line 11; course of radiation-therapy and"
            " surgery, line 12",
        ),
        ("untreated", "pazopanib", "prior-chemotherapy", False, "derived by the rule history complete"),
        (
            "untreated",
            "other-chemotherapy",
            "doxorubicin-did-not-work",
            False,
            "derived: it would imply prior-chemotherapy, which does not hold, derived by the rule history complete",
        ),
        (
            "failed",
            "other-chemotherapy",
            "doxorubicin-did-not-work",
            True,
            "derived: a recorded course (line 20) includes doxorubicin and has the outcome “did not work”",
        ),
        (
            "second",
            "other-chemotherapy",
            "doxorubicin-did-not-work",
            True,
            "derived: a recorded course (line 78) includes doxorubicin and has the outcome “did not work”",
        ),
        (
            "side-effects",
            "pazopanib",
            "prior-chemotherapy",
            True,
            "derived: a recorded course (line 23) includes doxorubicin, a chemotherapy drug",
        ),
        (
            "group",
            "pazopanib",
            "prior-chemotherapy",
            True,
            "derived: a recorded course (line 26) includes chemotherapy",
        ),
        (
            "other-drug",
            "pazopanib",
            "prior-chemotherapy",
            True,
            "derived: a recorded course (line 29) includes other chemotherapy drug",
        ),
        (
            "implied",
            "sbrt-lung",
            "lung-metastases",
            True,
            "derived: implied by spread-only-few-places-in-lungs, given: line 32",
        ),
        ("implied", "sbrt-lung", "unresectable", False, "derived: its opposite resectable holds, given: line 32"),
        (
            "contrapositive",
            "wide-local-excision-lung",
            "spread-only-few-places-in-lungs",
            False,
            "derived: it would imply soft-tissue-sarcoma, which does not hold, given: line 35",
        ),
        (
            "contrapositive",
            "chemotherapy",
            "stage4-sts",
            False,
            "derived: it would imply soft-tissue-sarcoma, which does not hold, given: line 35",
        ),
        (
            "declining",
            "comfort-care",
            "does-not-want-cancer-treatment",
            True,
            "derived: cancer treatment is declined (line 81)",
        ),
        ("complement", "wide-local-excision-lung", "resectable", False, "given: line 84"),
        ("complement", "radiation", "unresectable", True, "derived: resectable does not hold, given: line 84"),
        (
            "first-growth",
            "pazopanib",
            "growth-within-one-year-after-treatment",
            False,
            "derived by the rule growth window from the course of surgery, line 94",
        ),
        (
            "growth-of-the-case",
            "pazopanib",
            "growth-within-one-year-after-treatment",
            True,
            "derived by the rule growth window from the course of surgery, line 98; growth in 2020-05, line 97",
        ),
    ],
)
def test_reason(told: Told, case: str, option: str, finding: str, holds: bool, reason: str) -> None:
    assert told.why(case, option)[finding] == (holds, reason)


def test_a_course_stopped_for_side_effects_gives_no_reason_that_it_did_not_work(told: Told) -> None:
    """The near miss of D06b."""
    assert "doxorubicin-did-not-work" not in told.why("side-effects", "other-chemotherapy")


def test_chemotherapy_that_began_is_no_reason_and_its_course_is_asked_about(told: Told) -> None:
    explained = told.explain("begun", "pazopanib")
    assert [finding for finding, _, _ in explained.known] == ["stage4-sts"]
    assert explained.to_ask[1] == (
        "prior-chemotherapy",
        f"Is this course over? (doxorubicin, from 2025-01; {told.file}, line 89)"
        " Answer with its end, or with ongoing: yes or no.",
    )
    assert explained.notes == (
        f"a course (doxorubicin, from 2025-01; {told.file}, line 89) may be going on: it counts as given when it is"
        " over.",
        f"a course (ifosfamide; {told.file}, line 90) is going on: it counts as given when it is over.",
    )


def test_what_is_going_on_is_not_asked_about(told: Told) -> None:
    explained = told.kg.explain(
        {"case": "o", "courses": [{"therapies": ["ifosfamide"], "ongoing": "yes"}]}, "pazopanib"
    )
    assert "prior-chemotherapy" in map(short, explained.answer.missing)
    assert "prior-chemotherapy" not in dict(explained.to_ask)


def test_a_group_is_told_with_its_kinds(told: Told) -> None:
    told_of = dict(told.explain("stage", "surgery").lines())
    assert told_of["surgery: met in general"] == "the condition that the source states is met (case stage)."
    assert told_of["Group"] == (
        "the source speaks of surgery in general; of the kinds that it describes 3 undetermined."
    )
    assert told_of["In the source’s words"] == (
        "wording: may be offered; how often: not common, amongst people with stage 4 soft tissue sarcoma; may come"
        " after: radiation therapy to make surgery possible (sometimes, amongst people given radiation first,"
        " if resectable); talk with the healthcare team: S02."
    )
    assert "Group" not in dict(told.explain("stage", "pazopanib").lines())


def test_notes_on_marks_hints_and_numbers(told: Told) -> None:
    hint = (
        "growth in 2025-06 was not after the end of the course of doxorubicin: it does not count as growth after"
        " treatment; the outcome of the course may tell of it, if the team says so."
    )
    numbers = "recorded and not compared with any word of the source: tumour count 3, largest diameter 12.5 mm."
    assert told.explain("hint", "surgery").notes == (
        f"declined: declines surgery, {told.file}, line 39; that changes no status.",
        hint,
        numbers,
    )
    tried = told.explain("hint", "doxorubicin-alone")
    assert tried.notes == (
        f"tried: a course of doxorubicin, {told.file}, line 42; that changes no status.",
        hint,
        numbers,
    )
    assert tried.answer.status == "met"
    assert f"\nNote: {hint}\nNote: {numbers}\nIn the source’s words: " in str(tried)
    assert told.explain("stage", "surgery").notes == ()


@pytest.mark.parametrize(("courses", "more"), [(1, ""), (3, ""), (4, ", and 1 more"), (50, ", and 47 more")])
def test_marks_of_one_kind_and_reason_are_one_note(told: Told, tmp_path: Path, courses: int, more: str) -> None:
    file = tmp_path / "many.yaml"
    file.write_text("case: many\ncourses:\n" + "  - {therapies: [surgery]}\n" * courses, encoding="utf-8")
    places = "".join(f", {file}, line {line}" for line in range(3, 3 + min(courses, 3)))
    assert told.kg.explain(file, "surgery").notes == (
        f"tried: a course of surgery{places}{more}; that changes no status.",
    )


def test_marks_of_different_reasons_are_different_notes(told: Told, tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    courses = ["[surgery]", "[surgery, sbrt]", "[surgery]"]
    file.write_text(
        "case: two\ncourses:\n" + "".join(f"  - {{therapies: {one}}}\n" for one in courses), encoding="utf-8"
    )
    assert told.kg.explain(file, "surgery").notes == (
        f"tried: a course of surgery, {file}, line 3, {file}, line 5; that changes no status.",
        f"tried: a course of surgery and sbrt, {file}, line 4; that changes no status.",
    )


@pytest.mark.parametrize(
    ("therapy", "option", "missing"),
    [("surgery", "surgery-symptom-control", "purpose"), ("sbrt", "sbrt-lung", "site")],
)
def test_a_note_says_what_is_not_recorded(told: Told, tmp_path: Path, therapy: str, option: str, missing: str) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(f"case: one\ncourses: [{{therapies: [{therapy}]}}]\n", encoding="utf-8")
    assert told.kg.explain(file, option).notes == (
        f"therapy given before, purpose or site not recorded: a course of {therapy}; its {missing} is not recorded,"
        f" {file}, line 2; that changes no status.",
    )


# --- contradictions


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (
            "course-against-given",
            "prior-chemotherapy holds (derived: a recorded course (line 51) includes ifosfamide, a chemotherapy drug)"
            " and does not hold (given: line 50)",
        ),
        (
            "outcome-against-given",
            "doxorubicin-did-not-work holds (derived: a recorded course (line 55) includes doxorubicin and has the"
            " outcome “did not work”) and does not hold (given: line 54)",
        ),
        (
            "rule-against-given",
            "growth-within-one-year-after-treatment holds (derived by the rule growth window from the course of"
            " surgery, line 59; growth in 2025-06, line 59) and does not hold (given: line 58)",
        ),
        (
            "history-against-given",
            "prior-chemotherapy holds (given: line 62) and does not hold (derived by the rule history complete)",
        ),
        (
            "opposites",
            "unresectable holds (given: line 66) and does not hold (derived: its opposite resectable holds, given:"
            " line 66); resectable holds (given: line 66) and does not hold (derived: its opposite unresectable holds,"
            " given: line 66)",
        ),
        (
            "implied-against-given",
            "soft-tissue-sarcoma holds (derived: implied by stage4-sts, given: line 69) and does not hold (given:"
            " line 69); stage4-sts holds (given: line 69) and does not hold (derived: it would imply"
            " soft-tissue-sarcoma, which does not hold, given: line 69)",
        ),
        (
            "history-against-implied",
            "prior-chemotherapy holds (derived: implied by doxorubicin-did-not-work, given: line 72) and does not hold"
            " (derived by the rule history complete); doxorubicin-did-not-work holds (given: line 72) and does not hold"
            " (derived: it would imply prior-chemotherapy, which does not hold, derived by the rule history complete)",
        ),
        (
            "growth-in-a-period",
            "growth in 2025-03 (line 102), but no growth from 2025-01-01 to 2025-06-30 (line 103)",
        ),
        (
            "growth-of-a-course-in-its-period",
            "growth in 2024-06 (line 109), but no growth until 2024-09 since the end of a course, 2024-05 (line 110);"
            " growth in 2024-07 (line 109), but no growth until 2024-09 since the end of a course, 2024-05 (line 110)",
        ),
        (
            "declining-against-given",
            "does-not-want-cancer-treatment holds (derived: cancer treatment is declined (line 114)) and does not hold"
            " (given: line 113)",
        ),
        (
            "metastases-against-stage",
            "stage4-sts holds (derived: implied by lung-metastases, given: line 117) and does not hold (given: line"
            " 117); lung-metastases holds (given: line 117) and does not hold (derived: it would imply stage4-sts,"
            " which does not hold, given: line 117)",
        ),
        (
            "both-poles-denied",
            "unresectable holds (derived: resectable does not hold, given: line 120) and does not hold (given: line"
            " 120); resectable holds (derived: unresectable does not hold, given: line 120) and does not hold (given:"
            " line 120)",
        ),
        (
            "growth-and-findings",
            "unresectable holds (given: line 123) and does not hold (derived: its opposite resectable holds, given:"
            " line 123); resectable holds (given: line 123) and does not hold (derived: its opposite unresectable"
            " holds, given: line 123); growth in 2025-03 (line 124), but no growth from 2025-01-01 to 2025-06-30"
            " (line 125)",
        ),
        (
            "growth-in-two-periods",
            "growth in 2025-03 (line 128), but no growth from 2025-03-16 to 2025-04-10 (line 129) and no growth until"
            " 2025-03-15 since the end of a course, 2025-02-20 (line 130)",
        ),
    ],
)
def test_a_contradiction_names_both_sides(told: Told, case: str, sentence: str) -> None:
    assert told.contradiction(case) == f"case {case} contradicts itself: {sentence}"


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("course-against-given", "a course of ifosfamide (line 51); prior-chemotherapy is no (line 50)"),
        ("outcome-against-given", "a course of doxorubicin (line 55); doxorubicin-did-not-work is no (line 54)"),
        (
            "rule-against-given",
            "growth-within-one-year-after-treatment is yes by the rule growth window (line 59);"
            " growth-within-one-year-after-treatment is no (line 58)",
        ),
        (
            "history-against-given",
            "prior-chemotherapy is yes (line 62); prior-chemotherapy is no by the rule history complete (line 61)",
        ),
        ("opposites", "unresectable is yes (line 66); resectable is yes (line 66)"),
        ("implied-against-given", "stage4-sts is yes (line 69); soft-tissue-sarcoma is no (line 69)"),
        (
            "history-against-implied",
            "doxorubicin-did-not-work is yes (line 72);"
            " prior-chemotherapy is no by the rule history complete (line 71)",
        ),
        ("growth-in-a-period", "growth in 2025-03 (line 102), but no growth from 2025-01-01 to 2025-06-30 (line 103)"),
        (
            "growth-of-a-course-in-its-period",
            "growth in 2024-06 (line 109), but no growth until 2024-09 since the end of a course, 2024-05 (line 110)",
        ),
        (
            "declining-against-given",
            "declines cancer-treatment (line 114); does-not-want-cancer-treatment is no (line 113)",
        ),
        ("metastases-against-stage", "lung-metastases is yes (line 117); stage4-sts is no (line 117)"),
        ("both-poles-denied", "resectable is no (line 120); unresectable is no (line 120)"),
        ("growth-and-findings", "unresectable is yes (line 123); resectable is yes (line 123)"),
        (
            "growth-in-two-periods",
            "growth in 2025-03 (line 128), but no growth from 2025-03-16 to 2025-04-10 (line 129) and no growth until"
            " 2025-03-15 since the end of a course, 2025-02-20 (line 130)",
        ),
    ],
)
def test_a_contradiction_has_one_short_line_that_says_what_the_file_says(told: Told, case: str, line: str) -> None:
    assert told.summary(case) == f"case {case} contradicts itself: {line}"


def test_only_the_contradictory_cases_contradict_themselves(told: Told) -> None:
    assert tuple(error.case for error in told.answers.contradictions) == CONTRADICTORY


def test_a_contradictory_case_is_not_explained(told: Told) -> None:
    with pytest.raises(InconsistentError, match=r"^case opposites contradicts itself: unresectable holds"):
        told.explain("opposites", "surgery")


# --- every known finding of every case has a reason


def _random_case(kg: KnowledgeGraph, name: str, dice: random.Random) -> Case:
    words = kg.guideline.vocabulary
    findings, therapies = sorted(set(words.findings.values())), sorted(set(words.therapies.values()))
    chosen = dice.sample(findings, dice.randrange(6))
    courses = []
    for number in range(dice.randrange(4)):
        end = PartialDate.parse(f"20{dice.randrange(18, 23)}")
        grew = PartialDate.parse(f"20{dice.randrange(18, 25)}-0{dice.randrange(1, 10)}")
        courses.append(
            Course(
                therapies=tuple(dice.sample(therapies, dice.randrange(1, 3))),
                end=dice.choice((None, end)),
                outcome=dice.choice((None, *sorted(set(words.outcomes.values())))),
                growth=dice.choice(((), (grew,))),
                place=f"course {number}",
                indication=dice.choice((None, None, *words.indications.values())),
            )
        )
    given = tuple(Given(finding, dice.random() < 0.6, "given") for finding in chosen)
    modalities = sorted(set(words.modalities.values()))
    return Case(
        name,
        given=given,
        courses=tuple(courses),
        history_complete=dice.random() < 0.4,
        declines=tuple(Declined(modality, "declined") for modality in dice.sample(modalities, dice.randrange(3))),
    )


@pytest.fixture(scope="module")
def drawn(kg: KnowledgeGraph) -> tuple[list[Case], Closure]:
    dice = random.Random(1123)
    cases = [_random_case(kg, f"r{number}", dice) for number in range(100)]
    return cases, Session(kg.guideline, tuple(cases)).closed


def test_every_known_finding_of_a_random_case_has_a_reason(
    kg: KnowledgeGraph, drawn: tuple[list[Case], Closure]
) -> None:
    cases, closed = drawn
    kinds: dict[str, int] = {}
    consistent = [case for case in cases if not contradiction(case, kg.guideline, closed)]
    assert 50 <= len(consistent) < 100
    for case in consistent:
        for answer in answers_of(case, kg.guideline, closed):
            known = explain(answer, case, kg.guideline, closed).known
            told = [(f"finding-{finding}", holds) for finding, holds, _ in known]
            true, false = set(map(local, answer.true)), set(map(local, answer.false))
            assert [finding for finding, _ in told] == [local(f) for f in answer.questions if f not in answer.unknown]
            assert all(finding in (true if holds else false) for finding, holds in told)
            for _, _, reason in known:
                kind = next(start for start in REASONS if reason.startswith(start))
                kinds[kind] = kinds.get(kind, 0) + 1
    assert set(kinds) == set(REASONS)


REASONS = (
    "given: given",
    "derived by the rule growth window",
    "derived by the rule history complete",
    "derived: a recorded course (course ",
    "derived: its opposite ",
    "derived: it would imply ",
    "derived: implied by ",
    "derived: resectable does not hold, given",
    "derived: unresectable does not hold, given",
    "derived: cancer treatment is declined (declined)",
)
