"""The form of a guideline, and responses to it as cases: what they mean, and the whole error for what is no case."""
# ruff: noqa: E501 - a wrong text and its whole message stand on one line

from __future__ import annotations

import json
import random
import shutil
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import random_cases
from rdflib import Namespace
from responses_made import STS, URL, all_items, form, guideline, question, response

from sts_kg.cases.case import Case
from sts_kg.cases.files import parse, read
from sts_kg.cases.questionnaires import questionnaire
from sts_kg.cases.sources import read_cases
from sts_kg.errors import CaseError, ParseError
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.guideline import Guideline


def unplaced(value: Any) -> Any:
    """Return a case without places."""
    if isinstance(value, tuple):
        return tuple(map(unplaced, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    inner = {each.name: unplaced(getattr(value, each.name)) for each in fields(value) if each.name != "place"}
    return replace(value, **inner, **({"place": ""} if hasattr(value, "place") else {}))


def only(resource: dict[str, Any]) -> Case:
    (case,) = parse(json.dumps(resource, indent=1), guideline().vocabulary)
    return case


FULL: dict[str, Any] = {
    "case": "p",
    "as_of": "2026-01-15",
    "findings": {"stage4-sts": "yes", "unresectable": "no", "resectable": "unknown"},
    "courses": [
        {
            **{"therapies": ["doxorubicin", "ifosfamide"], "start": "2025", "end": "2025-05", "ongoing": "no"},
            **{"outcome": "did-not-work", "for": "this-cancer", "purpose": ["symptom-relief", "treat-cancer-itself"]},
            **{"site": ["lungs", "outside-lungs"], "growth": ["2025-06-01", "2025-07"], "first_growth": "yes"},
        },
        {"therapies": ["surgery"], "end": "2025-08-01", "no_growth_until": "2025-09"},
    ],
    "history_complete": "yes",
    "growth": ["2025-12", "2024"],
    "no_growth": [{"from": "2024-01", "until": "2025-04"}, {"from": "2023", "until": "2023-02-03"}],
    "declines": ["surgery", "clinical-trial"],
    "tumour_count": 4,
    "largest_diameter_mm": 12.5,
}


def test_every_finding_is_a_question_with_its_text_and_its_term() -> None:
    (findings,) = (item for item in form()["item"] if item["linkId"] == "findings")
    asserted, vocabulary = guideline().asserted, guideline().vocabulary
    assert [item["linkId"] for item in findings["item"]] == [
        *("soft-tissue-sarcoma", "stage4-sts", "unresectable", "resectable", "prior-chemotherapy"),
        *("doxorubicin-did-not-work", "growth-within-one-year-after-treatment", "sarcoma-type-for-pazopanib"),
        *("lung-metastases", "only-few-small-tumours", "metastases-outside-lungs", "spread-only-few-places-in-lungs"),
        *("certain-case-S20", "certain-case-S25", "symptoms-from-cancer", "cannot-have-cancer-treatment"),
        *("does-not-want-cancer-treatment", "treatments-no-longer-work", "treatments-unlikely-to-improve-condition"),
        *("side-effects-hard-to-cope-with", "other-reason-for-no-cancer-treatment", "person-in-canada"),
    ]
    for item in findings["item"]:
        term = vocabulary.findings[item["linkId"]]
        assert item["text"] == str(asserted.value(term, term.__class__(f"{STS}question")))
        assert item["code"] == [{"system": STS, "code": f"finding-{item['linkId']}", "display": vocabulary.label(term)}]
        assert item["type"] == "boolean" and not {"required", "repeats", "answerOption", "item"} & {*item}


def test_the_form_asks_for_whatever_a_case_file_may_say() -> None:
    asked = {
        item["linkId"]: (item["type"], *(key for key in ("required", "repeats") if key in item))
        for item in all_items({"item": [item for item in form()["item"] if item["linkId"] != "findings"]})
    }
    assert asked == {
        "note": ("display",),
        "as_of": ("date",),
        "courses": ("group", "repeats"),
        "courses.therapies": ("choice", "required", "repeats"),
        "courses.start": ("date",),
        "courses.end": ("date",),
        "courses.ongoing": ("boolean",),
        "courses.outcome": ("choice",),
        "courses.for": ("choice",),
        "courses.purpose": ("choice", "repeats"),
        "courses.site": ("choice", "repeats"),
        "courses.growth": ("date", "repeats"),
        "courses.first_growth": ("boolean",),
        "courses.no_growth_until": ("date",),
        "history_complete": ("boolean",),
        "growth": ("date", "repeats"),
        "no_growth": ("group", "repeats"),
        "no_growth.from": ("date", "required"),
        "no_growth.until": ("date", "required"),
        "declines": ("choice", "repeats"),
        "tumour_count": ("integer",),
        "largest_diameter_mm": ("decimal",),
    }


def test_what_can_be_chosen_are_the_words_of_the_vocabulary() -> None:
    vocabulary = guideline().vocabulary
    for link_id, words in {
        "courses.therapies": vocabulary.therapies,
        "courses.outcome": vocabulary.outcomes,
        "courses.for": vocabulary.indications,
        "courses.purpose": vocabulary.purposes,
        "courses.site": vocabulary.sites,
        "declines": vocabulary.modalities,
    }.items():
        offered = [option["valueCoding"] for option in question(link_id)["answerOption"]]
        assert {one["system"] + one["code"] for one in offered} == {str(word) for word in words.values()}
        assert [one["display"] for one in offered] == sorted(one["display"] for one in offered)
    assert question("courses.outcome")["answerOption"] == [
        {"valueCoding": {"system": STS, "code": "outcome-did-not-work", "display": "did not work"}},
        {
            "valueCoding": {
                "system": STS,
                "code": "outcome-stopped-for-side-effects",
                "display": "stopped for side effects",
            }
        },
    ]


def test_the_form_says_what_it_is_and_what_it_is_not() -> None:
    head = {key: value for key, value in form().items() if key not in ("item", "description")}
    assert head == {
        "resourceType": "Questionnaire",
        "url": URL,
        "version": "0.1.0",
        "name": "Case",
        "title": "The findings of a case: treatments of stage 4 soft tissue sarcoma",
        "status": "draft",
        "experimental": True,
        "subjectType": ["Patient"],
        "date": "2026-11-23",
        "publisher": "sts_kg project",
        "copyright": "https://creativecommons.org/licenses/by/4.0/",
    }
    note = form()["item"][0]
    assert note["text"].startswith("Not medical advice: ") and note["text"].endswith("no answer is not a no.")
    assert form()["description"].startswith("Not medical advice: ")


def test_the_form_keeps_the_rules_of_fhir_for_questionnaires() -> None:
    """Invariants que-1, que-2, que-4, que-6 and que-9 of FHIR R4; que-0 is on `name`."""
    items = [*all_items(form())]
    assert len({item["linkId"] for item in items}) == len(items)
    assert form()["name"].isidentifier() and form()["name"][0].isupper()
    for item in items:
        assert bool(item.get("item")) == (item["type"] == "group")
        assert ("answerOption" in item) == (item["type"] == "choice")
        assert item["text"] and item["text"] == item["text"].strip()
        if item["type"] == "display":
            assert {*item} == {"linkId", "text", "type"}
    booleans = [item for item in items if item["type"] == "boolean"]
    assert len(booleans) == 25
    assert {item["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] for item in booleans} == {"radio-button"}


def test_a_guideline_with_other_words_has_another_form(tmp_path: Path) -> None:
    folder = tmp_path / "ontology"
    shutil.copytree(ontology_folder(), folder)
    with (folder / "findings.ttl").open("a", encoding="utf-8") as file:
        file.write(
            '\nsts:finding-new a sts:Finding ; sts:ordinal 0 ; rdfs:label "new"@en ; sts:question "Is it?"@en .\n'
        )
        file.write('sts:site-liver a sts:Site ; rdfs:label "liver"@en .\n')
    other = questionnaire(Guideline(folder))
    items = {item["linkId"]: item for item in all_items(other)}
    assert {*items} == {item["linkId"] for item in all_items(form())} | {"new"}
    assert items["findings"]["item"][0]["text"] == "Is it?"
    assert items["courses.site"]["answerOption"][0]["valueCoding"]["code"] == "site-liver"


# --- responses as cases


def test_a_response_says_the_same_as_the_case_file() -> None:
    said = parse(json.dumps(FULL), guideline().vocabulary)
    assert unplaced(only(response(FULL))) == unplaced(said[0])
    assert len(said[0].courses) == 2 and len(said[0].given) == 2 and len(said[0].no_growth) == 2


def test_a_response_may_be_a_mapping_in_python() -> None:
    (case,) = read_cases(response(FULL), guideline().vocabulary)
    assert unplaced(case) == unplaced(only(response(FULL)))


def test_random_cases_are_the_same_as_responses() -> None:
    vocabulary, equal, refused = guideline().vocabulary, 0, 0
    for case in random_cases.cases().values():
        try:
            (expected,) = parse(json.dumps(case), vocabulary)
        except CaseError as error:
            with pytest.raises(CaseError) as caught:
                only(response(case))
            assert caught.value.reason == error.reason
            refused += 1
        else:
            assert unplaced(only(response(case))) == unplaced(expected)
            equal += 1
    assert (equal, refused) == (397, 53)


def test_items_in_any_order_say_the_same() -> None:
    dice = random.Random(4)

    def shuffled(holder: dict[str, Any]) -> dict[str, Any]:
        items = [shuffled(item) for item in holder.get("item", ())]
        dice.shuffle(items)
        return {**holder, "item": items} if items else holder

    case = only(shuffled(response({**FULL, "courses": FULL["courses"][:1], "no_growth": FULL["no_growth"][:1]})))
    expected = only(response({**FULL, "courses": FULL["courses"][:1], "no_growth": FULL["no_growth"][:1]}))
    assert sorted(unplaced(case).given, key=str) == sorted(unplaced(expected).given, key=str)
    assert unplaced(replace(case, given=())) == unplaced(replace(expected, given=()))


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"identifier": {"value": "r1"}, "subject": {"reference": "Patient/x"}, "id": "y"}, "r1"),
        ({"identifier": [{"system": "urn:s", "value": "r5"}]}, "r5"),
        ({"identifier": None, "subject": {"reference": "Patient/x", "identifier": {"value": "z"}}, "id": "y"}, "x"),
        ({"identifier": {"system": "urn:s"}, "subject": {"reference": "Patient/x/_history/2"}}, "x"),
        ({"identifier": None, "subject": {"reference": "http://example.org/fhir/Patient/x"}}, "http://example.org/fhir/Patient/x"),
        ({"identifier": None, "subject": {"identifier": {"value": "z"}, "display": "a name"}, "id": "y"}, "z"),
        ({"identifier": None, "id": "y"}, "y"),
    ],
)  # fmt: skip
def test_a_case_has_the_id_of_the_response_or_of_its_subject(more: dict[str, Any], name: str) -> None:
    case = only(response({"case": "p"}, **more))
    assert (case.id, case.label) == (name, "")


def test_when_a_response_was_written_is_not_the_day_of_its_answers() -> None:
    assert only(response({"case": "p"}, authored="2026-01-15T10:00:00Z")).as_of is None


def test_what_fhir_adds_is_passed_over() -> None:
    made = response({"case": "p", "findings": {"stage4-sts": "yes"}, "tumour_count": 2})
    made |= {"id": "r", "meta": {"versionId": "1"}, "text": {"status": "generated", "div": "<div/>"}, "_status": {}}
    made |= {"extension": [{"url": "urn:x", "valueString": "y"}], "questionnaire": f"{URL}|0.0.9", "language": "en"}
    made["item"].append({"linkId": "note", "text": "as shown"})
    made["item"][0]["item"][0] |= {"text": "Is it?", "definition": "urn:x"}
    made["item"][0]["item"][0]["answer"][0] |= {"id": "a", "extension": []}
    case = only(made)
    assert (len(case.given), case.numbers) == (1, {Namespace(STS).tumourCount: 2})


@pytest.mark.parametrize("status", ["in-progress", "completed", "amended", "stopped"])
def test_a_response_is_a_case_whatever_its_status(status: str) -> None:
    assert only(response({"case": "p"}, status=status)).id == "p"


def test_a_bundle_is_a_cohort() -> None:
    resources = [response(random_cases.cases()[name]) for name in ("r1", "r2", "r3")]
    entries = [{"fullUrl": f"urn:uuid:{number}", "resource": one} for number, one in enumerate(resources)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": 3, "entry": entries}
    bundle["link"] = [{"relation": "self", "url": "http://example.org"}]
    cases = parse(json.dumps(bundle), guideline().vocabulary)
    assert [case.id for case in cases] == ["r1", "r2", "r3"]
    assert str(cases[0].iri) == f"{STS}case/r1"
    assert parse(json.dumps(resources), guideline().vocabulary) == cases


def test_a_file_of_a_response_is_a_case(tmp_path: Path) -> None:
    path = tmp_path / "response.json"
    path.write_text(json.dumps(response(FULL), indent=1))
    (case,) = read(path, guideline().vocabulary)
    line = path.read_text().splitlines().index('       "valueBoolean": true') + 1
    assert (case.id, case.given[0].place) == ("p", f"{path}, line {line}")


#: Items of a response, from its line 4 on, and the line and reason of the error.
YES, DAY = '{"valueBoolean": true}', '{"valueDate": "2025-05"}'
SURGERY = f'{{"valueCoding": {{"system": "{STS}",\n "code": "surgery"}}}}'


def item(link_id: str, *values: str, group: str = "") -> str:
    inner = f'{{"linkId": "{link_id}",\n "answer": [{", ".join(values)}]}}'
    return f'{{"linkId": "{group}", "item": [{inner}]}}' if group else inner


def course(*items: str) -> str:
    return '{"linkId": "courses", "item": [\n' + ",\n".join([item("courses.therapies", SURGERY), *items]) + "]}"


WRONG_ITEMS = [
    (item("stage4-st", YES, group="findings"), 4, "there is no item 'stage4-st' here; did you mean stage4-sts?"),
    (item("stage4-sts", YES), 4, "there is no item 'stage4-sts' here; it belongs into an item 'findings'"),
    (item("start", DAY), 4, "there is no item 'start' here; known are as_of, findings, courses, history_complete, growth, no_growth, declines, tumour_count, largest_diameter_mm, note"),
    (course(item("start", DAY)), 8, "there is no item 'start' here; did you mean courses.start?"),
    (course(item("courses.ends", DAY)), 8, "there is no item 'courses.ends' here; did you mean courses.end or courses.site or courses.start?"),
    (item("stage4-sts", '{"valueString": "yes"}', group="findings"), 5, "an answer to 'stage4-sts' has 'valueString'; valueBoolean is expected, or no answer if it is not known"),
    (item("stage4-sts", '{"valueBoolean": "true"}', group="findings"), 5, "the valueBoolean of an answer to 'stage4-sts' is a text; true or false is expected"),
    (item("stage4-sts", '{"valueBoolean": 1}', group="findings"), 5, "the valueBoolean of an answer to 'stage4-sts' is a number; true or false is expected"),
    (item("stage4-sts", YES, YES, group="findings"), 5, "the item 'stage4-sts' has several answers; one is expected"),
    (item("stage4-sts", '{"valueBoolean": true, "valueDate": "2025"}', group="findings"), 5, "an answer to 'stage4-sts' has 'valueDate'; valueBoolean is expected, or no answer if it is not known"),
    (item("stage4-sts", '{"extension": []}', group="findings"), 5, "an answer to 'stage4-sts' has no value; valueBoolean is expected, or no answer if it is not known"),
    (item("stage4-sts", '{"valueBoolean": null}', group="findings"), 5, "the valueBoolean of an answer to 'stage4-sts' is null; true or false is expected"),
    (item("stage4-sts", '{"valueBoolean": true, "item": [{"linkId": "x"}]}', group="findings"), 5, "an answer to 'stage4-sts' has 'item'; valueBoolean is expected, or no answer if it is not known"),
    (item("as_of", DAY) + ",\n" + item("as_of", DAY), 6, "the item 'as_of' is there twice; the first is on line 4"),
    (item("growth", DAY) + ",\n" + item("growth", DAY), 6, "the item 'growth' is there twice; the first is on line 4"),
    (item("history_complete", YES) + ', {"linkId": "findings"}, {"linkId": "findings"}', 5, "the item 'findings' is there twice; the first is on line 5"),
    (item("as_of", '{"valueDateTime": "2025-05-01T10:00:00Z"}'), 5, "an answer to 'as_of' has 'valueDateTime'; valueDate is expected, or no answer if it is not known"),
    (item("as_of", '{"valueDate": "17.05.2025"}'), 5, "as_of: '17.05.2025' is not a date of FHIR: YYYY, YYYY-MM or YYYY-MM-DD is expected"),
    (item("as_of", '{"valueDate": "2025-02-30"}'), 5, "as_of: '2025-02-30' is not a date: 2025-02 has 28 days"),
    (item("as_of", '{"valueDate": 2025}'), 5, "the valueDate of an answer to 'as_of' is a number; a text is expected"),
    (item("tumour_count", '{"valueInteger": 1.5}'), 5, "tumour_count: '1.5' is not a whole number, such as 3"),
    (item("tumour_count", '{"valueInteger": "3"}'), 5, "the valueInteger of an answer to 'tumour_count' is a text; a number is expected"),
    (item("largest_diameter_mm", '{"valueDecimal": -1}'), 5, "largest_diameter_mm: '-1' is not a number of mm, such as 12.5; at least 0 is expected"),
    (item("declines", '{"valueString": "surgery"}'), 5, "an answer to 'declines' has 'valueString'; valueCoding is expected, or no answer if it is not known"),
    (item("declines", SURGERY), 6, "there is no answer 'surgery' to 'declines'; did you mean modality-surgery?"),
    (item("declines", '{"valueCoding": {"system": "http://snomed.info/sct", "code": "387713003"}}'), 5, "the system of an answer to 'declines' is 'http://snomed.info/sct'; https://w3id.org/sts-kg/ is expected"),
    (item("declines", '{"valueCoding": {"code": "modality-surgery"}}'), 5, "the valueCoding of an answer to 'declines' has no system"),
    (item("declines", f'{{"valueCoding": {{"system": "{STS}"}}}}'), 5, "the valueCoding of an answer to 'declines' has no code"),
    (course(item("courses.end", DAY), item("courses.start", '{"valueDate": "2026"}')), 9, "end 2025-05 is before start 2026"),
    ('{"linkId": "courses"}', 4, "a course needs at least one therapy, as in therapies: [doxorubicin]"),
    ('{"linkId": "courses", "answer": [{"valueBoolean": true}]}', 4, "the item 'courses' is no question, and has an answer"),
    ('{"linkId": "note", "answer": [{"valueBoolean": true}]}', 4, "the item 'note' is no question, and has an answer"),
    ('{"linkId": "growth", "item": [{"linkId": "x"}]}', 4, "the item 'growth' is no group, and has items"),
    (item("no_growth.from", DAY, group="no_growth"), 4, "a period of no_growth needs two dates: {from: 2025-01, until: 2025-06}"),
    ('{"text": "x"}', 4, "the item has no linkId"),
    ('{"linkId": "growth", "answers": []}', 4, "an item has no key 'answers'; did you mean answer?"),
    ('{"linkId": "growth",\n "modifierExtension": []}', 5, "an item has modifierExtension, which may change what it says, and is not understood here"),
    ('{"linkId": "growth", "answer": {"valueDate": "2025"}}', 4, "answer is a mapping; a list is expected"),
    ('{"linkId": "growth",\n "linkId": "growth"}', 5, "the key 'linkId' is given twice; the first is on line 4"),
    ('"growth"', 4, "an item is one value; keys with values are expected, as in `id: …`"),
]  # fmt: skip


@pytest.mark.parametrize(("items", "line", "reason"), WRONG_ITEMS)
def test_an_item_that_cannot_be_used_is_told_with_its_line(items: str, line: int, reason: str) -> None:
    head = '{"resourceType": "QuestionnaireResponse",\n "status": "completed", "id": "p",\n "item": [\n'
    with pytest.raises(CaseError) as caught:
        parse(f"{head}{items}]}}", guideline().vocabulary, path="r.json")
    assert str(caught.value) == f"r.json, line {line}: {reason}"


WRONG_RESOURCES = [
    ('"resourceType": "QuestionnaireResponse",\n "id": "p"', 1, "the QuestionnaireResponse has no status"),
    ('"resourceType": "QuestionnaireResponse", "id": "p",\n "status": "entered-in-error"', 2, "the QuestionnaireResponse was entered in error, and is no case"),
    ('"resourceType": "QuestionnaireResponse", "id": "p",\n "status": "complete"', 2, "there is no status 'complete'; did you mean completed?"),
    ('"resourceType": "QuestionnaireResponse", "id": "p", "status": "completed",\n "questionnaire": "urn:x|1"', 2, "the QuestionnaireResponse answers 'urn:x|1'; answers to https://w3id.org/sts-kg/Questionnaire/case are expected"),
    ('"resourceType": "QuestionnaireResponse", "id": "p", "status": "completed",\n "implicitRules": "urn:x"', 2, "a QuestionnaireResponse has implicitRules, which may change what it says, and is not understood here"),
    ('"resourceType": "QuestionnaireResponse", "id": "p", "status": "completed",\n "items": []', 2, "a QuestionnaireResponse has no key 'items'; did you mean item?"),
    ('"resourceType": "QuestionnaireResponse", "status": "completed"', 1, "the QuestionnaireResponse has no identifier, subject or id: every case needs an id"),
    ('"resourceType": "QuestionnaireResponse", "status": "completed",\n "identifier": [{"value": "a"},\n {"value": "b"}]', 3, "the response has several identifiers; one is expected"),
    ('"resourceType": "QuestionnaireResponse", "status": "completed",\n "id": ""', 2, "'' is not an id of a case: one to 200 printable characters are expected"),
    ('"resourceType": "Questionnaire", "id": "p"', 1, "a 'Questionnaire' of FHIR is no case; a QuestionnaireResponse is expected, or a Bundle of them; did you mean QuestionnaireResponse?"),
    ('"resourceType": "Patient", "id": "p"', 1, "a 'Patient' of FHIR is no case; a QuestionnaireResponse is expected, or a Bundle of them"),
    ('"resourceType": "Bundle", "entry": [\n {"resource": {"resourceType": "Patient"}}]', 2, "the entry is a 'Patient'; only QuestionnaireResponse is a case"),
    ('"resourceType": "Bundle", "entry": [\n {"fullUrl": "urn:x"}]', 2, "the entry has no resource"),
    ('"resourceType": "Bundle", "entry": [\n {"resource": {"id": "p"}}]', 2, "the entry is a 'resource without resourceType'; only QuestionnaireResponse is a case"),
    ('"resourceType": "Bundle", "link": [{"relation": "self"},\n {"relation": "next", "url": "urn:x"}]', 2, "the Bundle is one page of several: its link “next” leads to the others; put all entries into one Bundle"),
]  # fmt: skip


@pytest.mark.parametrize(("elements", "line", "reason"), WRONG_RESOURCES)
def test_a_resource_that_is_no_case_is_told_with_its_line(elements: str, line: int, reason: str) -> None:
    with pytest.raises(CaseError) as caught:
        parse(f"{{{elements}}}", guideline().vocabulary, path="r.json")
    assert str(caught.value) == f"r.json, line {line}: {reason}"


def test_a_response_twice_in_a_bundle_is_an_error() -> None:
    entry = {"resource": response({"case": "p"})}
    with pytest.raises(
        CaseError, match=r"^r\.json, line 1: the case 'p' is there twice; the first is at r\.json, line 1$"
    ):
        parse(json.dumps({"resourceType": "Bundle", "entry": [entry, entry]}), guideline().vocabulary, path="r.json")


def test_a_bundle_without_entries_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text('{"resourceType": "Bundle", "type": "collection"}')
    with pytest.raises(ParseError, match=r"b\.json: holds no case$"):
        read(tmp_path / "b.json", guideline().vocabulary)
