"""Responses to the form of a guideline, as a form tool would make them from what a case file says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sts_kg.cases.questionnaires import questionnaire
from sts_kg.guideline.guideline import Guideline

STS = "https://w3id.org/sts-kg/"
URL = f"{STS}Questionnaire/case"
PREFIXES = {"outcome": "outcome-", "for": "indication-", "purpose": "intent-", "site": "site-", "declines": "modality-"}


@cache
def guideline() -> Guideline:
    return Guideline()


@cache
def form() -> dict[str, Any]:
    return questionnaire(guideline())


def all_items(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in of.get("item", ()):
        yield item
        yield from all_items(item)


def question(link_id: str) -> dict[str, Any]:
    (found,) = (item for item in all_items(form()) if item["linkId"] == link_id)
    return found


def answers(link_id: str, key: str, value: Any) -> dict[str, Any]:
    kind = question(link_id)["type"]
    given = value if isinstance(value, list) else [value]
    if kind == "boolean":
        made: list[Any] = [{"valueBoolean": {"yes": True, "no": False}[one]} for one in given if one != "unknown"]
    elif kind == "choice":
        made = [{"valueCoding": {"system": STS, "code": f"{PREFIXES.get(key, '')}{one}"}} for one in given]
    else:
        made = [
            {{"date": "valueDate", "integer": "valueInteger", "decimal": "valueDecimal"}[kind]: one} for one in given
        ]
    return {"linkId": link_id, "answer": made} if made else {"linkId": link_id}


def response(case: dict[str, Any], **more: Any) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    for key, value in case.items():
        if key == "findings":
            items.append({"linkId": key, "item": [answers(name, name, known) for name, known in value.items()]})
        elif key in ("courses", "no_growth"):
            items += [
                {"linkId": key, "item": [answers(f"{key}.{inner}", inner, said) for inner, said in one.items()]}
                for one in value
            ]
        elif key != "case":
            items.append(answers(key, key, value))
    made = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed"}
    return {**made, "identifier": {"value": case["case"]}, "item": items, **more}
