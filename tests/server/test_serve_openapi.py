"""The OpenAPI document is valid, says what there is, and what it says holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import CheckFunction, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.definitions import OPENAPI_31  # https://spec.openapis.org/oas/3.1/schema/2022-10-07
from serving import Serving, server  # noqa: F401 # the fixture

from sts_kg.server import Settings
from sts_kg.server.messages import Request
from sts_kg.server.routes import ROUTES
from sts_kg.server.site import Site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(Settings())


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    answer = site.answer("api.document", Request(base="http://127.0.0.1:8000"))
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    validator = Draft202012Validator(OPENAPI_31)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert list(validator.iter_errors({**document, "paths": {"queries": {}}})), "it can fail"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from references(each)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = set(references(document))
    assert "#/components/schemas/options/$defs/answer" in found
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_address_is_described(site: Site, document: dict[str, Any]) -> None:
    paths = {re.sub(r":[a-z]+\}", "}", page.path) for page in ROUTES} - {"/queries/{topic}/{name}"}
    queries = {f"/queries/{name}{suffix}" for name in site.canned for suffix in ("", ".{format}")}
    assert set(document["paths"]) == paths | queries
    names = [each["operationId"] for item in document["paths"].values() for each in item.values()]
    assert len(set(names)) == len(names)


def test_a_query_is_described_as_its_header_has_it(document: dict[str, Any]) -> None:
    operation = document["paths"]["/queries/drugs/options-with-drug"]["get"]
    assert (operation["summary"], operation["tags"]) == ("Options with a drug", ["drugs"])
    parameters = document["components"]["parameters"]
    drug, modality = (parameters[f"drugs.options-with-drug.{name}"] for name in ("drug", "modality"))
    assert (drug["required"], drug["description"]) == (False, "Drug; without it doxorubicin")
    assert (modality["required"], modality["description"]) == (False, "Modality; without it any")
    assert drug["examples"]["ifosfamide"] == {"summary": "ifosfamide", "value": "ifosfamide"}
    listed = document["components"]["schemas"]["Drug"]["anyOf"][0]
    assert listed == {"enum": ["doxorubicin", "ifosfamide", "pazopanib"]}
    row = document["components"]["schemas"]["drugs.options-with-drug.row"]
    assert (row["required"], row["additionalProperties"]) == (["option", "label", "segment"], False)


def test_every_example_is_answered(site: Site, document: dict[str, Any]) -> None:
    for name, query in site.canned.items():
        for parameter in query.parameters:
            described = document["components"]["parameters"][f"{name.replace('/', '.')}.{parameter.name}"]
            kg = site.choices(query).kg
            values = [each["value"] for each in described["examples"].values()]
            assert values, f"{name} has no example of {parameter.name}"
            for value in values:
                assert all(
                    error.parameter != parameter.name
                    for error in query.wrong({parameter.name: value}, entities=kg.entities)
                )


def test_the_page_lists_all_addresses(site: Site) -> None:
    page = site.answer("api.page", Request(base="http://h"))
    assert (page.status, len(page.body) < 200_000) == (200, True)
    for name in site.canned:
        assert f'<a href="/queries/{name}">' in page.body.decode()


def test_what_it_says_holds(server: Serving) -> None:  # noqa: F811
    """Requests that schemathesis makes of it get a status, media type and body that it names, and never a 500."""
    schema = schemathesis.openapi.from_url(f"{server.address}/openapi.json")
    checks: list[CheckFunction] = [status_code_conformance, content_type_conformance, response_schema_conformance]
    found = [each for at, each in enumerate(schema.get_all_operations()) if at % 3 == 0]
    operations = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(operations) == len(found) > 80
    statuses: set[int] = set()
    for operation in operations:
        right, wrong = (operation.as_strategy(GenerationMode(mode)) for mode in ("positive", "negative"))

        @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=right | wrong if operation.query or operation.path_parameters else right)
        def holds(case: schemathesis.Case[Any]) -> None:
            response = case.call()
            statuses.add(response.status_code)
            if response.status_code != 405:  # another method is what a wrong request may be, too
                case.validate_response(response, checks=checks)

        holds()
    assert 500 not in statuses
    assert {200, 400, 409} <= statuses
