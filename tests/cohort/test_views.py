"""ViewDefinitions: what they say, and the tables that they give of fictional resources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import course_oracle
import polars
import pytest
import random_cases
from responses_made import response
from view_runner import rows

from sts_kg import KnowledgeGraph
from sts_kg.cases.questionnaires import questionnaire
from sts_kg.cohort.views import CODES, view_definitions
from sts_kg.guideline.guideline import Guideline

COLUMNS = {
    "response_courses": "case course therapies start end ongoing outcome for purpose site first_growth no_growth_until",
    "response_growth": "case date course",
    "response_no_growth": "case from until",
    **{f"codes_{name}": "case system code start end" for name in ("conditions", "procedures")},
    **{f"codes_medication_{name}": "case system code start end" for name in ("administrations", "statements")},
    **{f"references_medication_{name}": "case medication start end" for name in ("administrations", "statements")},
    "medications": "medication system code",
}
SNOMED = "http://snomed.info/sct"


@cache
def views() -> dict[str, Any]:
    return view_definitions(Guideline())


def columns(select: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the columns of some selects in their order; those of a union once."""
    for one in select:
        yield from one.get("column", ())
        yield from columns(one.get("select", []))
        yield from columns(one.get("unionAll", [])[:1])


def branches(select: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for one in select:
        if "unionAll" in one:
            yield one["unionAll"]
        yield from branches([*one.get("select", []), *one.get("unionAll", [])])


def test_the_columns_are_those_of_the_tables_of_a_cohort() -> None:
    form = questionnaire(Guideline())
    (findings,) = (item for item in form["item"] if item["linkId"] == "findings")  # type: ignore[attr-defined]
    wide = [column["name"] for column in columns(views()["response_cases"]["select"])]
    of_findings = [item["linkId"].replace("-", "_").lower() for item in findings["item"]]
    others = ["history_complete", "declines", "tumour_count", "largest_diameter_mm"]
    assert wide == ["case", "as_of", *of_findings, *others] and len(of_findings) == 22
    found = {name: " ".join(column["name"] for column in columns(view["select"])) for name, view in views().items()}
    assert found == COLUMNS | {"response_cases": " ".join(wide)}
    assert " ".join(CODES) == COLUMNS["codes_conditions"]


def test_the_views_keep_the_rules_of_the_specification() -> None:
    """ShareableViewDefinition: url, name, fhirVersion, a type for each column; names that databases take, each once."""
    for name, view in views().items():
        assert {"url", "name", "status", "fhirVersion", "resource", "select"} <= view.keys()
        assert (view["resourceType"], view["name"], view["status"]) == ("ViewDefinition", name, "draft")
        assert view["url"] == f"https://w3id.org/sts-kg/ViewDefinition/{name}"
        assert "Not medical advice" in view["description"]
        named = [*columns(view["select"])]
        assert len({column["name"] for column in named}) == len(named)
        for column in named:
            assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", column["name"]) and column["path"] and column["type"]
            dated = [{"name": "ansi/type", "value": "CHARACTER VARYING"}] if column["type"].startswith("date") else None
            assert column.get("tag") == dated
        for union in branches(view["select"]):
            kinds = [[(column["name"], column["type"]) for column in columns([branch])] for branch in union]
            assert kinds[0] == kinds[1]


# --- responses


FULL: dict[str, Any] = {
    "case": "p",
    "as_of": "2026-01-15",
    "findings": {"stage4-sts": "yes", "unresectable": "no", "certain-case-S20": "yes"},
    "courses": [
        {
            **{"therapies": ["doxorubicin", "ifosfamide"], "start": "2025", "end": "2025-05", "ongoing": "no"},
            **{"outcome": "did-not-work", "for": "this-cancer", "purpose": ["symptom-relief", "treat-cancer-itself"]},
            **{"site": ["lungs", "outside-lungs"], "growth": ["2025-06-01", "2025-07"], "first_growth": "yes"},
        },
        {"therapies": ["surgery"], "no_growth_until": "2025-09"},
        {"therapies": ["sbrt"], "growth": "2025-08"},
    ],
    "history_complete": "yes",
    "growth": ["2025-12", "2024"],
    "no_growth": [{"from": "2024-01", "until": "2025-04"}, {"from": "2023", "until": "2023-02-03"}],
    "declines": ["surgery", "clinical-trial"],
    "tumour_count": 4,
    "largest_diameter_mm": 12.5,
}


def of_patient(case: dict[str, Any], **more: Any) -> dict[str, Any]:
    return response(case, subject={"reference": f"Patient/{case['case']}"}, **more)


def known(row: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of a row that hold something; decimals as text."""
    held = {name: value for name, value in row.items() if value not in (None, "")}
    return held | {name: str(held[name]) for name in ("largest_diameter_mm",) if name in held}


def test_a_response_becomes_rows() -> None:
    made = {name: [known(row) for row in rows(view, [of_patient(FULL)])] for name, view in views().items()}
    assert made["response_cases"] == [
        {
            **{"case": "p", "as_of": "2026-01-15", "stage4_sts": True, "unresectable": False, "certain_case_s20": True},
            **{"history_complete": True, "declines": "modality-surgery modality-clinical-trial", "tumour_count": 4},
            "largest_diameter_mm": "12.5",
        }
    ]
    assert made["response_courses"] == [
        {
            **{"case": "p", "course": 0, "therapies": "doxorubicin ifosfamide", "start": "2025", "end": "2025-05"},
            **{"ongoing": False, "outcome": "outcome-did-not-work", "for": "indication-this-cancer"},
            **{"purpose": "intent-symptom-relief intent-treat-cancer-itself", "site": "site-lungs site-outside-lungs"},
            "first_growth": True,
        },
        {"case": "p", "course": 1, "therapies": "surgery", "no_growth_until": "2025-09"},
        {"case": "p", "course": 2, "therapies": "sbrt"},
    ]
    assert made["response_growth"] == [
        {"case": "p", "date": "2025-12"},
        {"case": "p", "date": "2024"},
        {"case": "p", "date": "2025-06-01", "course": 0},
        {"case": "p", "date": "2025-07", "course": 0},
        {"case": "p", "date": "2025-08", "course": 2},
    ]
    assert made["response_no_growth"] == [
        {"case": "p", "from": "2024-01", "until": "2025-04"},
        {"case": "p", "from": "2023", "until": "2023-02-03"},
    ]
    assert [row for name, found in made.items() if not name.startswith("response_") for row in found] == []


def test_responses_of_others_and_errors_give_no_rows() -> None:
    for wrong in ({"status": "entered-in-error"}, {"questionnaire": "urn:x"}):
        resource = of_patient(FULL, **wrong)
        assert [row for view in views().values() for row in rows(view, [resource])] == []
    for right in ({"status": "in-progress"}, {"questionnaire": "https://w3id.org/sts-kg/Questionnaire/case|0.1.0"}):
        assert len(rows(views()["response_cases"], [of_patient(FULL, **right)])) == 1
    nameless = response(FULL, subject={"identifier": {"value": "p"}})
    assert [row["case"] for row in rows(views()["response_cases"], [nameless])] == [None]


def test_random_responses_become_what_their_case_files_say() -> None:
    """The relations say of every tenth random case what its file says."""
    for case in [*random_cases.cases().values()][::10]:
        resource = of_patient(case)
        (wide,) = rows(views()["response_cases"], [resource])
        found = {key: value for key, value in known(wide).items() if key != "case"}
        words = {"yes": True, "no": False}
        expected: dict[str, Any] = {
            name.replace("-", "_").lower(): words[value] for name, value in case["findings"].items() if value in words
        }
        expected |= {key: case[key] for key in ("as_of",) if key in case}
        expected |= {"history_complete": words[case["history_complete"]]} if "history_complete" in case else {}
        expected |= {"declines": " ".join(f"modality-{one}" for one in case["declines"])} if case["declines"] else {}
        assert found == expected
        courses = rows(views()["response_courses"], [resource])
        assert [row["therapies"].split() for row in courses] == [course["therapies"] for course in case["courses"]]
        for key in ("start", "end", "no_growth_until"):
            assert [row[key] for row in courses] == [course.get(key) for course in case["courses"]]
        grown: list[tuple[str, int | None]] = [(date, None) for date in case.get("growth", ())]
        for number, course in enumerate(case["courses"]):
            dates = course.get("growth", [])
            grown += [(date, number) for date in (dates if isinstance(dates, list) else [dates])]
        assert [(row["date"], row["course"]) for row in rows(views()["response_growth"], [resource])] == grown
        quiet = [(row["from"], row["until"]) for row in rows(views()["response_no_growth"], [resource])]
        assert quiet == [(one["from"], one["until"]) for one in case.get("no_growth", ())]


def test_a_cohort_of_the_tables_of_views_answers_as_the_cases_do(kg: KnowledgeGraph) -> None:
    """From the form to the answers: responses, flattened by the views, read by DuckDB."""
    some = [*random_cases.cases().values()][5::15]
    resources = [of_patient(case) for case in some]
    found = {name: rows(view, resources) for name, view in views().items() if name.startswith("response_")}
    of_views: dict[str, Any] = {
        name.removeprefix("response_"): polars.DataFrame(each, infer_schema_length=None) for name, each in found.items()
    }
    cohort = kg.cohort(of_views.pop("cases"), **of_views)
    names = dict(zip((row["case"] for row in found["response_cases"]), some, strict=True))
    usable = {name: case for name, case in names.items() if not course_oracle.error(case)}
    assert sorted(cohort.ids()) == sorted(usable)
    assert len(usable) > 20
    answers = {(row["case"], row["option"]): row["status"] for row in cohort.rows("long").to_polars().to_dicts()}
    assert answers == {
        (name, option): status
        for name, case in usable.items()
        for option, status in course_oracle.statuses(case).items()
    }


# --- codes


def coded(*codes: str) -> dict[str, Any]:
    return {"coding": [{"system": SNOMED, "code": code} for code in codes], "text": "fictional"}


def status(element: str, code: str) -> dict[str, Any]:
    name = {"verificationStatus": "condition-ver-status", "clinicalStatus": "condition-clinical"}[element]
    return {element: {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{name}", "code": code}]}}


SUBJECT = {"subject": {"reference": "Patient/p"}}
CONDITION = {"resourceType": "Condition", **SUBJECT, "code": coded("1", "2")}


def of_codes(name: str, resource: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = rows(views()[name], [resource])
    assert all(tuple(row) == CODES for row in found)
    return [tuple(row.values()) for row in found]


def test_a_condition_gives_a_row_for_each_of_its_codes() -> None:
    resource = CONDITION | {"onsetDateTime": "2024-05", "abatementDateTime": "2024-06-01T10:00:00Z"}
    assert of_codes("codes_conditions", resource) == [
        ("p", SNOMED, "1", "2024-05", "2024-06-01T10:00:00Z"),
        ("p", SNOMED, "2", "2024-05", "2024-06-01T10:00:00Z"),
    ]
    assert of_codes("codes_conditions", CONDITION | {"onsetAge": {"value": 50}}) == [
        ("p", SNOMED, "1", None, None),
        ("p", SNOMED, "2", None, None),
    ]
    without_system = CONDITION | {"code": {"coding": [{"code": "1"}]}}
    assert of_codes("codes_conditions", without_system) == [("p", None, "1", None, None)]
    assert of_codes("codes_conditions", CONDITION | {"code": {"text": "fictional"}}) == []


@pytest.mark.parametrize(
    ("statuses", "n_rows"),
    [
        *(
            ({"verificationStatus": "confirmed"}, 2),
            ({"clinicalStatus": "active"}, 2),
            ({"clinicalStatus": "relapse"}, 2),
        ),
        ({"verificationStatus": "confirmed", "clinicalStatus": "recurrence"}, 2),
        *(({"verificationStatus": code}, 0) for code in ("refuted", "entered-in-error", "provisional", "unconfirmed")),
        *(({"clinicalStatus": code}, 0) for code in ("resolved", "inactive", "remission")),
        ({"verificationStatus": "confirmed", "clinicalStatus": "resolved"}, 0),
    ],
)
def test_a_condition_in_doubt_or_over_gives_no_row(statuses: dict[str, str], n_rows: int) -> None:
    resource = CONDITION.copy()
    for element, code in statuses.items():
        resource |= status(element, code)
    assert len(of_codes("codes_conditions", resource)) == n_rows


DONE = {
    "codes_procedures": ("Procedure", "performed", {"code": coded("1")}),
    "codes_medication_administrations": (
        *("MedicationAdministration", "effective"),
        {"medicationCodeableConcept": coded("1")},
    ),
    "codes_medication_statements": ("MedicationStatement", "effective", {"medicationCodeableConcept": coded("1")}),
}
COUNTED = {
    "codes_procedures": {"completed", "in-progress"},
    "codes_medication_administrations": {"completed", "in-progress", "stopped"},
    "codes_medication_statements": {"active", "completed", "stopped"},
}
STATUSES = (
    *("completed", "in-progress", "stopped", "active", "not-done", "on-hold", "entered-in-error", "unknown"),
    *("preparation", "intended", "not-taken"),
)


@pytest.mark.parametrize("name", DONE)
def test_what_was_done_gives_a_row_with_its_days(name: str) -> None:
    kind, when, what = DONE[name]
    resource = {"resourceType": kind, "status": "completed", **SUBJECT, **what}
    for days, start, end in (
        ({f"{when}DateTime": "2025-05-01"}, "2025-05-01", "2025-05-01"),
        ({f"{when}Period": {"start": "2025-05", "end": "2025-06"}}, "2025-05", "2025-06"),
        ({f"{when}Period": {"start": "2025-05"}}, "2025-05", None),
        ({f"{when}Period": {"end": "2025"}}, None, "2025"),
        ({}, None, None),
    ):
        assert of_codes(name, resource | days) == [("p", SNOMED, "1", start, end)]


@pytest.mark.parametrize("name", DONE)
def test_what_was_not_done_gives_no_row(name: str) -> None:
    kind, _, what = DONE[name]
    found = {one for one in STATUSES if of_codes(name, {"resourceType": kind, "status": one, **SUBJECT, **what}) != []}
    assert found == COUNTED[name]


@pytest.mark.parametrize("kind", ["Administration", "Statement"])
def test_a_medication_may_be_a_resource_of_its_own(kind: str) -> None:
    view = views()[f"references_medication_{kind.lower()}s"]
    resource = {
        **{"resourceType": f"Medication{kind}", "status": "completed", **SUBJECT, "effectiveDateTime": "2025"},
        "medicationReference": {"reference": "Medication/m"},
    }
    assert rows(view, [resource]) == [{"case": "p", "medication": "m", "start": "2025", "end": "2025"}]
    assert rows(view, [resource | {"status": "entered-in-error"}]) == []
    assert of_codes(f"codes_medication_{kind.lower()}s", resource) == []
    coded_one = {key: value for key, value in resource.items() if key != "medicationReference"}
    assert rows(view, [coded_one | {"medicationCodeableConcept": coded("1")}]) == []
    medication = {"resourceType": "Medication", "id": "m", "code": coded("1", "2")}
    assert rows(views()["medications"], [medication]) == [
        {"medication": "m", "system": SNOMED, "code": "1"},
        {"medication": "m", "system": SNOMED, "code": "2"},
    ]


def test_a_group_or_a_device_is_no_case() -> None:
    assert of_codes("codes_conditions", CONDITION | {"subject": {"reference": "Group/g"}})[0][0] is None
