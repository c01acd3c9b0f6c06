"""Every reading valued by hand: the alternatives of the decisions, from their words alone.

Nothing here reads the ontology or calls the package. Options are named as in `oracle.CONDITIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import course_oracle
import oracle
from course_oracle import COMPONENTS, KINDS, Case, Tables

St = "stage4-sts"
TYPE = "sarcoma-type-for-pazopanib"
GROWTH = "growth-within-one-year-after-treatment"
REASONS = """
cannot-have-cancer-treatment does-not-want-cancer-treatment treatments-no-longer-work
treatments-unlikely-to-improve-condition side-effects-hard-to-cope-with other-reason-for-no-cancer-treatment
""".split()
#: The options whose stage comes from the title and the first sentence only.
SCOPE = [
    *("doxorubicin-alone", "doxorubicin-ifosfamide", "other-chemotherapy", "chemotherapy-with-radiation", "pazopanib"),
    *("external-radiation", "sbrt-lung", "sbrt-outside-lungs", "radiation-to-enable-surgery"),
    *("surgery-symptom-control", "wide-local-excision-lung", "surgery-other-metastases", "comfort-care"),
]


def _scoped(by: str) -> dict[str, str]:
    return {name: oracle.CONDITIONS[f"option-{name}"].replace(St, by) for name in SCOPE}


def _base(**conditions: str) -> Tables:
    return _with({name.replace("_", "-"): text for name, text in conditions.items()})


def _with(
    conditions: Mapping[str, str] | None = None,
    implies: tuple[tuple[str, str], ...] = (),
    dropped: tuple[str, ...] = (),
    **other: Any,
) -> Tables:
    """Return the base with some conditions replaced, by the names of options, and implications added or dropped."""
    changed = {f"option-{name}": text for name, text in (conditions or {}).items()}
    assert {*changed} <= {*oracle.CONDITIONS}
    return replace(
        course_oracle.BASE,
        conditions={**oracle.CONDITIONS, **changed},
        implies=(*(pair for pair in oracle.IMPLIES if pair[0] not in dropped), *implies),
        **other,
    )


def _components(**components: str) -> dict[str, str]:
    return {**COMPONENTS, **{name.replace("_", "-"): text for name, text in components.items()}}


_LUNGS = ("spread-only-few-places-in-lungs", "only-few-small-tumours")
#: Reading to its tables; a reading of courses also goes by its name in `course_oracle`.
_TABLES: dict[str, Tables] = {
    "D01=separate": _with(
        _scoped(f"{St} & (metastatic-sts | advanced-sts)"),
        (("lung-metastases", "metastatic-sts"), ("metastases-outside-lungs", "metastatic-sts")),
    ),
    "D01=no-scope": _with(_scoped("soft-tissue-sarcoma")),
    "D02=condition": _base(chemotherapy=f"{St} & unresectable"),
    "D03=condition": _base(chemotherapy=f"{St} & symptoms-from-cancer"),
    "D04=S08-alone": _base(chemotherapy_with_radiation=St),
    "D05=any-chemotherapy": _with(
        components=_components(doxorubicin_ifosfamide="ifosfamide | beside other chemotherapy")
    ),
    "D06=alone": _with(),
    "D08=S14-required": _base(pazopanib=f"{St} & {TYPE} & prior-chemotherapy"),
    "D09=chemotherapy-only": _with(implies=((GROWTH, "prior-chemotherapy"),)),
    "D09b=during-counts": _with(),
    "D09c=going-on-only": _with(
        {"pazopanib": f"{St} & {TYPE} & (prior-chemotherapy | growth-went-on)"}, (("growth-went-on", GROWTH),)
    ),
    "D10=without-S16": _base(external_radiation=St),
    "D11=or": _base(sbrt_lung=f"{St} & lung-metastases & (only-few-small-tumours | unresectable)"),
    "D12=both": _base(
        sbrt_outside_lungs=f"{St} & metastases-outside-lungs & certain-case-S20 & unresectable & only-few-small-tumours"
    ),
    "D12=neither": _base(sbrt_outside_lungs=f"{St} & metastases-outside-lungs & certain-case-S20"),
    "D14=needs-resectable": _base(surgery_symptom_control=f"{St} & symptoms-from-cancer & resectable"),
    "D15=not-needed": _base(
        wide_local_excision_lung=f"{St} & spread-only-few-places-in-lungs",
        surgery_other_metastases=f"{St} & metastases-outside-lungs & certain-case-S25",
    ),
    "D16=rare-as-finding": _base(
        wide_local_excision_lung=f"{St} & spread-only-few-places-in-lungs & resectable & rare-case-S24"
    ),
    "D16=certain-as-frequency": _base(
        sbrt_outside_lungs=f"{St} & metastases-outside-lungs & unresectable",
        surgery_other_metastases=f"{St} & metastases-outside-lungs & resectable",
    ),
    "D16b=one-finding": _with(implies=(_LUNGS, (_LUNGS[1], _LUNGS[0]))),
    "D16c=no-opposite": _with(opposites=(("unresectable", "resectable"),)),
    "D17=lung-patterns": _with(
        {"surgery-other-metastases": f"{St} & lung-metastases & certain-case-S25 & resectable"},
        components=_components(surgery_other_metastases="surgery | site=lungs"),
    ),
    "D18=and": _base(comfort_care=" & ".join([St, *REASONS])),
    "D18b=stage-4-only": _base(comfort_care=St),
    "D18c=present-only": _with(
        {
            "comfort-care": f"{St} & (cannot-have-cancer-treatment | does-not-want-cancer-treatment"
            " | treatments-no-longer-work | treatments-unlikely-to-improve-condition | side-effects-present"
            " | other-reason-for-no-cancer-treatment)"
        },
        (("side-effects-present", "side-effects-hard-to-cope-with"),),
    ),
    "D19=trial-only": _base(ask_about_clinical_trials="soft-tissue-sarcoma"),
    "D20=needs-resectable": _base(surgery=f"{St} & resectable"),
    "D21=as-pazopanib": _base(targeted_therapy=f"{St} & {TYPE} & (prior-chemotherapy | {GROWTH})"),
    "D23=untyped": _with(
        kinds={**KINDS, "chemotherapy": ["doxorubicin", "other-chemotherapy-drug"], "targeted-therapy": []}
    ),
    "D28=stays-unknown": _with(),
    "D29=two-questions": _with(complements=()),
    "D30=any-cancer": _with(dropped=("lung-metastases", "metastases-outside-lungs")),
    "D31=of-its-course": _with(),
    "D32=begun-is-given": _with(),
    "D33=any-treatment": _with(),
    "D34=two-facts": _with(),
    "D35=any-component": _with(),
    "D36=of-the-metastases": _base(
        sbrt_lung=f"{St} & lung-metastases & only-few-small-tumours & lung-metastases-unresectable"
    ),
    "D37=two-purposes": _with(components=_components(surgery_symptom_control="surgery | purpose=symptom-control")),
    "D38=any-symptoms": _with(
        {"surgery-symptom-control": f"{St} & any-symptoms-from-cancer"},
        (("symptoms-from-cancer", "any-symptoms-from-cancer"),),
    ),
}
TABLES = {reading: replace(tables, reading=reading) for reading, tables in _TABLES.items()}
READINGS = [*TABLES]

#: Reading to the findings that exist only under it.
NEW: dict[str, list[str]] = {
    **{reading: [] for reading in READINGS},
    "D01=separate": ["metastatic-sts", "advanced-sts"],
    "D09c=going-on-only": ["growth-went-on"],
    "D16=rare-as-finding": ["rare-case-S24"],
    "D18c=present-only": ["side-effects-present"],
    "D36=of-the-metastases": ["lung-metastases-unresectable"],
    "D38=any-symptoms": ["any-symptoms-from-cancer"],
}


def _options(names: str) -> list[str]:
    return [option for option in oracle.CONDITIONS if option.removeprefix("option-") in names.split()]


EVERY = list(oracle.CONDITIONS)
#: Reading to the options of which the text of the condition differs, or anything that is answered of a case that is
#: consistent without the reading. One by which more follows can make a case contradictory, and so reaches every option.
CHANGED: dict[str, list[str]] = {
    "D01=separate": _options(" ".join(SCOPE)),
    "D01=no-scope": _options(" ".join(SCOPE)),
    "D02=condition": _options("chemotherapy"),
    "D03=condition": _options("chemotherapy"),
    "D04=S08-alone": _options("chemotherapy-with-radiation"),
    "D05=any-chemotherapy": _options("doxorubicin-ifosfamide"),
    "D06=alone": _options("other-chemotherapy"),
    "D08=S14-required": _options("pazopanib"),
    "D09=chemotherapy-only": EVERY,
    "D09b=during-counts": EVERY,
    "D09c=going-on-only": _options("pazopanib"),
    "D10=without-S16": _options("external-radiation"),
    "D11=or": _options("sbrt-lung"),
    "D12=both": _options("sbrt-outside-lungs"),
    "D12=neither": _options("sbrt-outside-lungs"),
    "D14=needs-resectable": _options("surgery-symptom-control"),
    "D15=not-needed": _options("wide-local-excision-lung surgery-other-metastases"),
    "D16=rare-as-finding": _options("wide-local-excision-lung"),
    "D16=certain-as-frequency": _options("sbrt-outside-lungs surgery-other-metastases"),
    "D16b=one-finding": EVERY,
    "D16c=no-opposite": _options("sbrt-outside-lungs wide-local-excision-lung surgery-other-metastases"),
    "D17=lung-patterns": _options("surgery-other-metastases"),
    "D18=and": _options("comfort-care"),
    "D18b=stage-4-only": _options("comfort-care"),
    "D18c=present-only": _options("comfort-care"),
    "D19=trial-only": _options("ask-about-clinical-trials"),
    "D20=needs-resectable": _options("surgery"),
    "D21=as-pazopanib": _options("targeted-therapy"),
    "D23=untyped": EVERY,
    "D28=stays-unknown": _options("pazopanib other-chemotherapy"),
    "D29=two-questions": _options(
        "chemotherapy-with-radiation radiation external-radiation sbrt-lung sbrt-outside-lungs"
        " radiation-to-enable-surgery wide-local-excision-lung surgery-other-metastases"
    ),
    "D30=any-cancer": EVERY,
    "D31=of-its-course": EVERY,
    "D32=begun-is-given": EVERY,
    "D33=any-treatment": EVERY,
    "D34=two-facts": [option for option in EVERY if option != "option-ask-about-clinical-trials"],
    "D35=any-component": _options(
        "doxorubicin-alone doxorubicin-ifosfamide chemotherapy-with-radiation sbrt-lung"
        " sbrt-outside-lungs radiation-to-enable-surgery surgery-symptom-control wide-local-excision-lung"
        " surgery-other-metastases"
    ),
    "D36=of-the-metastases": _options("sbrt-lung"),
    "D37=two-purposes": _options("surgery-symptom-control"),
    "D38=any-symptoms": _options("surgery-symptom-control"),
}


# --- findings


def conditions(reading: str) -> Mapping[str, str]:
    """Return option to the text of its condition."""
    return TABLES[reading].conditions


def implies(reading: str) -> tuple[tuple[str, str], ...]:
    return TABLES[reading].implies


def opposites(reading: str) -> tuple[tuple[str, str], ...]:
    return TABLES[reading].opposites


def complements(reading: str) -> tuple[tuple[str, str], ...]:
    return TABLES[reading].complements


def completed(facts: Mapping[str, bool], reading: str) -> dict[str, bool] | None:
    """Return what follows from facts; None if they contradict each other."""
    return oracle.completed(facts, TABLES[reading])


def status(option: str, facts: Mapping[str, bool], reading: str) -> str:
    """Return the status of an option for facts with what follows from them."""
    return course_oracle.statuses_by(completed(facts, reading), TABLES[reading])[option]


# --- cases


def statuses(case: Case, reading: str) -> dict[str, str]:
    """Return option to met, not-met, undetermined or contradictory."""
    return course_oracle.statuses(case, TABLES[reading])


def tried(case: Case, reading: str) -> dict[str, bool]:
    return course_oracle.tried(case, TABLES[reading])


def declined(case: Case, reading: str) -> dict[str, bool]:
    return course_oracle.declined(case, TABLES[reading])


#: The readings by which dates can say something else.
OF_DATES = [
    *("D09=chemotherapy-only", "D09b=during-counts", "D28=stays-unknown", "D31=of-its-course", "D33=any-treatment"),
]


def hangs(case: Case) -> dict[str, list[str]]:
    """Return option to the readings, in order, by which its status, or whether it is tried or declined, differs."""
    by_dates = course_oracle.dated(case)
    base = _answers(case, course_oracle.BASE, by_dates)
    found: dict[str, list[str]] = {option: [] for option in oracle.CONDITIONS}
    if "contradictory" in {status for status, *_ in base.values()}:
        return found
    for reading, tables in TABLES.items():
        answers = _answers(case, tables, None if reading in OF_DATES else by_dates)
        for option, answer in answers.items():
            if answer != base[option]:
                found[option].append(reading)
    return found


def _answers(case: Case, tables: Tables, by_dates: tuple[bool, bool, bool] | None) -> dict[str, tuple[str, bool, bool]]:
    facts = course_oracle.consistent(case, tables, by_dates)
    marks = course_oracle.marks_by(facts, case, tables)
    return {
        option: (status, not course_oracle.TRIED_WORDS.isdisjoint(marks[option]), "declined" in marks[option])
        for option, status in course_oracle.statuses_by(facts, tables).items()
    }


# --- examples


def case_of(findings: str = "", *courses: Case, **rest: Any) -> dict[str, Any]:
    """Return a case of a line of findings (those after a minus sign lacked), courses and other keys."""
    said = {finding: "yes" if holds else "no" for finding, holds in oracle.facts(findings).items()}
    return {"case": "example", "findings": said, "courses": list(courses), **rest}


def course(therapies: str, **rest: Any) -> dict[str, Any]:
    return {"therapies": therapies.split(), **rest}


_FEW, _OUTSIDE, _SPREAD = "only-few-small-tumours", "metastases-outside-lungs", "spread-only-few-places-in-lungs"
_GROWN = {"end": "2024-01-01", "growth": "2024-06-01"}
#: Reading to a case whose answers differ by it, and one much like it whose answers do not.
EXAMPLES: dict[str, tuple[Case, Case]] = {
    "D01=separate": (case_of(St), case_of(f"{St} lung-metastases")),
    "D01=no-scope": (case_of("soft-tissue-sarcoma"), case_of(St)),
    "D02=condition": (case_of(St), case_of(f"{St} unresectable")),
    "D03=condition": (case_of(St), case_of(f"{St} symptoms-from-cancer")),
    "D04=S08-alone": (case_of(f"{St} resectable"), case_of(f"{St} unresectable")),
    "D05=any-chemotherapy": (
        case_of("", course("ifosfamide other-chemotherapy-drug")),
        case_of("", course("ifosfamide")),
    ),
    "D06=alone": (
        case_of(St, course("doxorubicin ifosfamide", outcome="did-not-work")),
        case_of(St, course("doxorubicin", outcome="did-not-work")),
    ),
    "D08=S14-required": (
        case_of(f"{St} {TYPE} {GROWTH} -prior-chemotherapy"),
        case_of(f"{St} {TYPE} {GROWTH} prior-chemotherapy"),
    ),
    "D09=chemotherapy-only": (
        case_of(f"{St} {TYPE}", course("surgery", **_GROWN)),
        case_of(f"{St} {TYPE}", course("doxorubicin", **_GROWN)),
    ),
    "D09b=during-counts": (
        case_of(f"{St} {TYPE}", course("pazopanib", start="2024-01-10", ongoing="yes", growth="2024-01-10")),
        case_of(f"{St} {TYPE}", course("pazopanib", start="2024-01-10", ongoing="yes", growth="2024-01-09")),
    ),
    "D09c=going-on-only": (
        case_of(f"{St} {TYPE} {GROWTH}"),
        case_of(f"{St} {TYPE} {GROWTH} prior-chemotherapy"),
    ),
    "D10=without-S16": (case_of(f"{St} resectable"), case_of(f"{St} unresectable")),
    "D11=or": (
        case_of("lung-metastases unresectable"),
        case_of(f"lung-metastases unresectable {_FEW}"),
    ),
    "D12=both": (
        case_of(f"{_OUTSIDE} certain-case-S20 unresectable"),
        case_of(f"{_OUTSIDE} certain-case-S20 unresectable {_FEW}"),
    ),
    "D12=neither": (
        case_of(f"{_OUTSIDE} certain-case-S20 resectable"),
        case_of(f"{_OUTSIDE} certain-case-S20 unresectable"),
    ),
    "D14=needs-resectable": (
        case_of(f"{St} symptoms-from-cancer unresectable"),
        case_of(f"{St} symptoms-from-cancer resectable"),
    ),
    "D15=not-needed": (case_of(f"{_SPREAD} unresectable"), case_of(f"{_SPREAD} resectable")),
    "D16=rare-as-finding": (case_of(f"{_SPREAD} resectable"), case_of(f"{_SPREAD} unresectable")),
    "D16=certain-as-frequency": (
        case_of(f"{_OUTSIDE} unresectable"),
        case_of(f"{_OUTSIDE} unresectable certain-case-S20"),
    ),
    "D16b=one-finding": (
        case_of(f"lung-metastases {_FEW} resectable"),
        case_of(f"lung-metastases {_FEW} {_SPREAD} resectable"),
    ),
    "D16c=no-opposite": (case_of(_SPREAD), case_of(f"{_SPREAD} -{_OUTSIDE}")),
    "D17=lung-patterns": (
        case_of("lung-metastases certain-case-S25 resectable"),
        case_of(f"lung-metastases {_OUTSIDE} certain-case-S25 resectable"),
    ),
    "D18=and": (
        case_of(f"{St} does-not-want-cancer-treatment"),
        case_of(" ".join([St, *REASONS])),
    ),
    "D18b=stage-4-only": (case_of(St), case_of(f"{St} other-reason-for-no-cancer-treatment")),
    "D18c=present-only": (
        case_of(f"{St} side-effects-hard-to-cope-with"),
        case_of(f"{St} side-effects-hard-to-cope-with treatments-no-longer-work"),
    ),
    "D19=trial-only": (
        case_of("soft-tissue-sarcoma -person-in-canada"),
        case_of("soft-tissue-sarcoma person-in-canada"),
    ),
    "D20=needs-resectable": (case_of(f"{St} unresectable"), case_of(f"{St} resectable")),
    "D21=as-pazopanib": (case_of(f"{St} {TYPE}"), case_of(f"{St} {TYPE} prior-chemotherapy")),
    "D23=untyped": (
        case_of(f"{St} {TYPE}", course("ifosfamide")),
        case_of(f"{St} {TYPE}", course("ifosfamide other-chemotherapy-drug")),
    ),
    "D28=stays-unknown": (
        case_of(f"{St} {TYPE}", history_complete="yes"),
        case_of(f"{St} {TYPE} -prior-chemotherapy -{GROWTH}", history_complete="yes"),
    ),
    "D29=two-questions": (case_of(f"{St} -resectable"), case_of(f"{St} unresectable")),
    "D30=any-cancer": (case_of("lung-metastases"), case_of(f"{St} lung-metastases")),
    "D31=of-its-course": (
        case_of(
            f"{St} {TYPE}", course("surgery", end="2024-01-01"), course("sbrt", end="2024-09-01", growth="2024-06-01")
        ),
        case_of(f"{St} {TYPE}", course("surgery", **_GROWN), course("sbrt", end="2024-09-01")),
    ),
    "D32=begun-is-given": (
        case_of(f"{St} {TYPE}", course("doxorubicin", start="2024-01-01")),
        case_of(f"{St} {TYPE}", course("doxorubicin", start="2024-01-01", end="2024-03-01")),
    ),
    "D33=any-treatment": (
        case_of(St, {**course("doxorubicin"), "for": "another-cancer"}),
        case_of(St, {**course("doxorubicin"), "for": "this-cancer"}),
    ),
    "D34=two-facts": (
        case_of(St, declines=["cancer-treatment"]),
        case_of(f"{St} does-not-want-cancer-treatment", declines=["cancer-treatment"]),
    ),
    "D35=any-component": (
        case_of("", course("surgery")),
        case_of("", {**course("surgery"), "for": "another-cancer"}),
    ),
    "D36=of-the-metastases": (
        case_of(f"lung-metastases {_FEW} unresectable"),
        case_of(f"lung-metastases -{_FEW} unresectable"),
    ),
    "D37=two-purposes": (case_of("", course("surgery", purpose="symptom-relief")), case_of("", course("surgery"))),
    "D38=any-symptoms": (case_of(f"{St} -symptoms-from-cancer"), case_of(f"{St} symptoms-from-cancer")),
}
