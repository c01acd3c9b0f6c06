"""What a client may try that wants to stop the service for others: each try ends soon, with an answer that says why."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from serving import Answer, Serving, serving
from test_serve_limits import in_background, metric, until

from sts_kg.cases import parse
from sts_kg.errors import ParseError
from sts_kg.knowledge import KnowledgeGraph

FORM = "multipart/form-data; boundary=a"
PART = b'--a\r\nContent-Disposition: form-data; name="text"\r\n\r\ncase: p\r\n'


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as running:
        yield running


def posted(server: Serving, path: str, body: bytes | str, content_type: str) -> Answer:
    return server.ask(path, method="POST", body=body, content_type=content_type)


# --- files that come and go


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"--a\r\n\r\nx\r\n" * 90_000, "the form is cut off, or has more than 10 parts"),
        (PART * 10, "the form is cut off, or has more than 10 parts"),
        (PART * 11 + b"--a--", "the form is cut off, or has more than 10 parts"),
        (
            b'--a\r\nContent-Disposition: form-data; name="' + rb"\"" * 400_000 + b"\r\n\r\nx\r\n--a--",
            "the headers of a part of the form have more than 1,000 characters",
        ),
        (
            b"--a\r\nContent-Disposition: form-data; " + b"x=y; " * 150_000 + b"\r\n\r\nx\r\n--a--",
            "the headers of a part of the form have more than 1,000 characters",
        ),
        (
            PART[:-10].rstrip() + b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n--a--",
            "a part of the form is itself made of parts; send one file in each",
        ),
        (b"--a\r\nX: y\r\n--a--", "a part of the form has no headers, with an empty line after them"),
        (b"--a\r\n\r\nx\r\n--a--", "a part of the form has no name, or is not sent as it is"),
    ],
)
def test_a_form_that_takes_long_to_read_is_refused_at_once(server: Serving, body: bytes, said: str) -> None:
    began = time.monotonic()
    answer = posted(server, "/case/open", body, FORM)
    assert (answer.status, answer.text) == (400, said + "\n")
    assert time.monotonic() - began < 5


def test_a_form_of_ten_parts_is_read(server: Serving) -> None:
    assert posted(server, "/case/open", PART * 10 + b"--a--\r\n", FORM).status == 200
    answer = posted(server, "/case/open", PART, "multipart/form-data")
    assert answer.text == "the form has no boundary of 1 to 70 characters; multipart/form-data needs one\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("case: a\n" + "".join(f"k{n}: x\n" for n in range(50)), 50),
        ('{"case": "a",\n' + ",\n".join(f'"k{n}": 1' for n in range(50)) + "}", 50),
    ],
)
def test_a_text_may_have_so_many_values(kg: KnowledgeGraph, text: str, line: int) -> None:
    vocabulary = kg.guideline.vocabulary
    with pytest.raises(ParseError, match=r"^<text>, line \d+: has more than 99 values; ") as found:
        parse(text, vocabulary, most=99)
    assert found.value.line is not None and abs(found.value.line - line) <= 1
    assert [case.id for case in parse("case: a", vocabulary, most=3)] == ["a"]
    with pytest.raises(ParseError):
        parse("case: a", vocabulary, most=2)


@pytest.mark.load
@pytest.mark.parametrize("path", ["/options", "/ask", "/explain?option=pazopanib"])
def test_a_body_with_too_many_values_is_refused(server: Serving, path: str) -> None:
    answer = posted(server, path, "".join(f"k{n}: 1\n" for n in range(30_000)), "application/yaml")
    assert answer.status == 400
    assert "has more than 50,000 values; send the cases in several parts" in answer.text


@pytest.mark.parametrize("body", ['{"case": ' + "1" * 5000 + "}", '{"case": ' + "[" * 900 + "]" * 900 + "}"])
def test_json_that_python_cannot_hold_is_refused(server: Serving, body: str) -> None:
    for path, kind in (("/options", "application/json"), ("/options", "application/fhir+json")):
        assert posted(server, path, body, kind).status == 400
    items: dict[str, object] = {"linkId": "x"}
    for _ in range(400):
        items = {"linkId": "x", "item": [items]}
    response = json.dumps({"resourceType": "QuestionnaireResponse", "status": "completed", "item": [items]})
    assert posted(server, "/options", response, "application/fhir+json").status == 400


def test_open_questions_are_those_of_100_cases(server: Serving) -> None:
    cases = [f"case: c{n}\n---\n" for n in range(101)]
    answer = posted(server, "/ask", "".join(cases), "application/yaml")
    assert (answer.status, answer.text) == (
        413,
        "the body has 101 cases, more than 100; the command sts-kg takes any number\n",
    )


@pytest.mark.load
def test_pages_do_not_wait_behind_files(server: Serving) -> None:
    body = json.dumps([{"case": f"c{n}"} for n in range(1000)])
    asking = [in_background(lambda: posted(server, "/options", body, "application/json")) for _ in range(4)]
    until(lambda: metric(server, 'sts_kg_lane_running{lane="bulk"}') == 1)
    assert server.ask("/", accept="text/html").status == 200
    assert metric(server, 'sts_kg_lane_running{lane="bulk"}') == 1
    for thread, _ in asking:
        thread.join()
    assert 429 in [found[0].status for _, found in asking]


@pytest.mark.parametrize("path", ["/export/void.ttl", "/statistics", "/pathway", "/downloads", "/openapi.json"])
def test_an_address_with_parameters_that_nobody_reads_is_not_made_anew(server: Serving, path: str) -> None:
    answer = server.ask(f"{path}?1")
    assert (answer.status, answer.text) == (400, f"{path} takes no parameters; leave out the ? and the rest\n")
    assert server.ask(f"{path}?").status == 200
