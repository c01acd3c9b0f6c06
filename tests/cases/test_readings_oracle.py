"""The hand-written evaluator of the readings, checked by itself: every example, and what single rules come to."""

from __future__ import annotations

from itertools import product
from typing import Any

import course_oracle
import oracle
import pytest
import readings_oracle
from course_oracle import Case
from random_cases import cases
from readings_oracle import CHANGED, EVERY, EXAMPLES, GROWTH, NEW, READINGS, TABLES, TYPE, St, case_of, course


def by(case: Case, reading: str) -> list[str]:
    """Return the options whose answers hang on a reading."""
    return [option for option, readings in readings_oracle.hangs(case).items() if reading in readings]


def test_every_reading_has_its_tables_and_examples() -> None:
    assert [*EXAMPLES] == READINGS == [*CHANGED] == [*NEW]
    assert len(READINGS) == 40


@pytest.mark.parametrize("reading", READINGS)
def test_the_answers_to_one_example_differ_and_to_the_other_do_not(reading: str) -> None:
    differs, near = EXAMPLES[reading]
    assert not course_oracle.error(differs)
    assert not course_oracle.error(near)
    assert not course_oracle.contradictory(near)
    assert by(differs, reading)
    assert by(near, reading) == []


@pytest.mark.parametrize("reading", READINGS)
def test_a_condition_names_known_findings_only(reading: str) -> None:
    for option, text in readings_oracle.conditions(reading).items():
        findings = oracle.findings_of(option, TABLES[reading])
        assert {*findings} <= {*oracle.FINDINGS, *NEW[reading]}, text
        if text != oracle.CONDITIONS[option]:
            assert option in CHANGED[reading]
    named = " ".join(map(str, (readings_oracle.implies(reading), *readings_oracle.conditions(reading).values())))
    assert all(finding in named for finding in NEW[reading])


#: Their metastases imply stage 4, so that their answers are the same whichever way the stage is worded.
IN_WORDS_ONLY = {
    *("option-sbrt-lung", "option-sbrt-outside-lungs", "option-wide-local-excision-lung"),
    "option-surgery-other-metastases",
}


#: Metastases without a word on the stage.
WITHOUT_STAGE = case_of(
    f"lung-metastases person-in-canada symptoms-from-cancer {TYPE} doxorubicin-did-not-work treatments-no-longer-work"
)


def test_what_hangs_on_a_reading() -> None:
    hanging: dict[str, set[str]] = {reading: set() for reading in READINGS}
    reached = dict.fromkeys(READINGS, 0)
    made = [case for name, case in cases().items() if name.startswith("h") and not course_oracle.error(case)]
    examples = [case for pair in EXAMPLES.values() for case in pair]
    for case in [*made, *examples, *CONTRADICTED.values(), WITHOUT_STAGE]:
        found = readings_oracle.hangs(case)
        for reading in READINGS:
            options = {option for option, readings in found.items() if reading in readings}
            hanging[reading] |= options
            reached[reading] += bool(options) and case in made
    assert {reading: options - {*CHANGED[reading]} for reading, options in hanging.items()} == {
        reading: set() for reading in READINGS
    }
    unreached = {reading: {*CHANGED[reading]} - hanging[reading] for reading in READINGS}
    assert {reading: options for reading, options in unreached.items() if options} == {
        "D01=separate": IN_WORDS_ONLY,
        "D01=no-scope": IN_WORDS_ONLY,
    }
    assert {reading: n for reading, n in reached.items() if n < 2} == {"D31=of-its-course": 1}, reached


#: Readings by which more can follow than before: a case that makes each contradictory.
CONTRADICTED = {
    "D09=chemotherapy-only": case_of(f"{GROWTH} -prior-chemotherapy"),
    "D09b=during-counts": case_of(f"-{GROWTH}", course("surgery", start="2024", ongoing="yes", growth="2025-02")),
    "D16b=one-finding": case_of("only-few-small-tumours metastases-outside-lungs"),
    "D23=untyped": case_of("prior-chemotherapy", course("ifosfamide"), history_complete="yes"),
    "D31=of-its-course": case_of("", course("surgery", end="2024-01-01", growth="2024-06-01"), growth="2024-03-01"),
    "D32=begun-is-given": case_of("-prior-chemotherapy", course("doxorubicin", start="2024-01")),
    "D33=any-treatment": case_of("-prior-chemotherapy", {**course("doxorubicin"), "for": "another-cancer"}),
}


@pytest.mark.parametrize("reading", CONTRADICTED)
def test_a_reading_can_make_a_case_contradictory(reading: str) -> None:
    case = CONTRADICTED[reading]
    assert not course_oracle.contradictory(case)
    assert readings_oracle.statuses(case, reading) == dict.fromkeys(EVERY, "contradictory")
    assert (
        readings_oracle.tried(case, reading) == readings_oracle.declined(case, reading) == dict.fromkeys(EVERY, False)
    )
    assert by(case, reading) == EVERY == CHANGED[reading]


def test_a_contradictory_case_hangs_on_nothing() -> None:
    case = case_of("spread-only-few-places-in-lungs metastases-outside-lungs")
    assert readings_oracle.statuses(case, "D16c=no-opposite")["option-surgery"] == "met"
    assert readings_oracle.hangs(case) == {option: [] for option in EVERY}


def test_metastases_beside_a_no_to_stage_4_are_accepted_if_they_are_of_any_cancer() -> None:
    for option, (metastases, reading) in product(
        EVERY, product(("lung-metastases", "metastases-outside-lungs"), ("D30=any-cancer", "D29=two-questions"))
    ):
        given = {metastases: True, "stage4-sts": False}
        accepted = readings_oracle.status(option, given, reading) != "contradictory"
        assert accepted == (reading == "D30=any-cancer")


DURING = "D09b=during-counts"
OWN = "D31=of-its-course"
#: Reading, courses, other keys, and whether the case then has growth within one year after a treatment.
GROWTHS: list[tuple[str, list[Case], dict[str, Any], bool | None]] = [
    (DURING, [course("surgery", start="2024-01-10", end="2024-03-01")], {"growth": "2024-01-10"}, True),
    (DURING, [course("surgery", start="2024-01-10", end="2024-03-01")], {"growth": "2024-01"}, None),
    (DURING, [course("surgery", start="2024-01-10", end="2024-03-01")], {"growth": "2025-03-01"}, True),
    (DURING, [course("surgery", start="2024-01-10", end="2024-03-01")], {"growth": "2025-03-02"}, None),
    (DURING, [course("surgery", start="2024", end="2024-03-01")], {"growth": "2024-05-01"}, True),
    (DURING, [course("surgery", start="2024-01-10", ongoing="yes")], {"growth": "2026-01-01"}, True),
    (DURING, [course("surgery", start="2024-01-10")], {"growth": "2024-02-01"}, None),
    (DURING, [course("surgery", end="2024-03-01", growth="2024-02-01")], {}, True),
    (DURING, [course("surgery", end="2024-03-01", growth="2025-03-02")], {}, None),
    (DURING, [course("surgery", end="2024-03-01")], {"growth": "2024-02-01"}, None),
    (DURING, [course("surgery", end="2024-03-01")], {"growth": "2024-03-02"}, True),
    (DURING, [course("surgery", end="2024-03-01", no_growth_until="2025-03-01")], {"history_complete": "yes"}, None),
    (
        DURING,
        [course("surgery", start="2024-02-01", end="2024-03-01", no_growth_until="2025-03-01")],
        {"history_complete": "yes", "no_growth": [{"from": "2024-02-01", "until": "2024-02-29"}]},
        False,
    ),
    (
        DURING,
        [course("surgery", start="2024-02-01", end="2024-03-01", no_growth_until="2025-03-01")],
        {"history_complete": "yes", "no_growth": [{"from": "2024-02-02", "until": "2024-02-29"}]},
        None,
    ),
    (DURING, [], {"history_complete": "yes"}, False),
    (OWN, [course("surgery", end="2024-03-01", growth="2025-03-02")], {"history_complete": "yes"}, False),
    (OWN, [course("surgery", end="2024-03-01", growth="2025-03-01")], {"history_complete": "yes"}, True),
    (OWN, [course("surgery", end="2024-03-01")], {"growth": "2025-03-01"}, True),
    ("D09=chemotherapy-only", [course("surgery", end="2024-03-01")], {"history_complete": "yes"}, False),
    ("D28=stays-unknown", [], {"history_complete": "yes"}, None),
    (
        "D33=any-treatment",
        [{**course("surgery", end="2024-03-01", growth="2024-06-01"), "for": "another-cancer"}],
        {},
        True,
    ),
]


@pytest.mark.parametrize(("reading", "courses", "rest", "expected"), GROWTHS)
def test_growth_after_a_treatment(
    reading: str, courses: list[Case], rest: dict[str, Any], expected: bool | None
) -> None:
    known = course_oracle.known(case_of("", *courses, **rest), TABLES[reading])
    assert known is not None
    assert known.get(GROWTH) is expected


#: Reading, case, and the options that are tried.
MARKED: list[tuple[str, Case, str]] = [
    ("D05=any-chemotherapy", case_of("", course("ifosfamide chemotherapy")), "chemotherapy doxorubicin-ifosfamide"),
    ("D05=any-chemotherapy", case_of("doxorubicin-did-not-work"), "chemotherapy doxorubicin-alone"),
    ("D17=lung-patterns", case_of("", course("surgery", site="lungs")), "surgery surgery-other-metastases"),
    ("D17=lung-patterns", case_of("", course("surgery", site="outside-lungs")), "surgery"),
    (
        "D23=untyped",
        case_of("", course("doxorubicin ifosfamide")),
        "chemotherapy doxorubicin-alone doxorubicin-ifosfamide",
    ),
    ("D23=untyped", case_of("", course("pazopanib")), "pazopanib"),
    ("D33=any-treatment", case_of("", {**course("sbrt"), "for": "another-cancer"}), "radiation"),
    (
        "D35=any-component",
        case_of("", course("doxorubicin")),
        "chemotherapy doxorubicin-alone doxorubicin-ifosfamide chemotherapy-with-radiation",
    ),
    (
        "D35=any-component",
        case_of("doxorubicin-did-not-work"),
        "chemotherapy doxorubicin-alone doxorubicin-ifosfamide",
    ),
    ("D37=two-purposes", case_of("", course("surgery", purpose="symptom-relief")), "surgery"),
    (
        "D37=two-purposes",
        case_of("", course("surgery", purpose=["symptom-relief", "symptom-control"])),
        "surgery surgery-symptom-control",
    ),
]


@pytest.mark.parametrize(("reading", "case", "expected"), MARKED)
def test_tried(reading: str, case: Case, expected: str) -> None:
    found = [option.removeprefix("option-") for option, tried in readings_oracle.tried(case, reading).items() if tried]
    assert found == expected.split()


def test_two_facts_mark_nothing_as_declined() -> None:
    said = case_of(f"{St} does-not-want-cancer-treatment")
    assert not any(readings_oracle.declined(said, "D34=two-facts").values())
    declining = case_of(f"{St} {TYPE}", declines=["cancer-treatment"])
    assert by(declining, "D34=two-facts") == ["option-comfort-care"]
