"""The page of a case, and the answers in JSON: the form says what a case file says, and answers as the command line."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from case_pages import errors_on, fields_on, statuses_on
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markupsafe import escape
from random_cases import a_case, likely_to_hang
from serving import Serving, server  # noqa: F401 # the fixture

from sts_kg.cases import parse
from sts_kg.errors import CaseError
from sts_kg.server.case_form import MOST
from sts_kg.server.messages import Request, Response
from sts_kg.server.pages import answers as answers_page
from sts_kg.server.settings import Settings
from sts_kg.server.site import Site

pytestmark = pytest.mark.slow

FORM = "application/x-www-form-urlencoded"
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
Ask = Callable[..., Response]


@pytest.fixture(scope="module")
def site() -> Site:
    return Site(Settings())


@pytest.fixture(scope="module")
def ask(site: Site) -> Ask:
    """Ask for a page as a browser does; fields of a form by name, or a body."""

    def asked(path: str, fields: object = None, *, handler: str = "", **request: object) -> Response:
        if fields is not None:
            request |= {"method": "POST", "content_type": FORM, "body": urlencode(fields).encode()}  # type: ignore[arg-type]
        handlers = {"/case": "case.page", "/case/file": "case.file", "/case/open": "case.opened"}
        made = Request(path=path, accept="text/html", **request)  # type: ignore[arg-type]
        return site.answer(handler or handlers.get(path, f"answers.{path[1:]}"), made)

    return asked


def opened(ask: Ask, case: object) -> str:
    page = ask("/case/open", {"text": json.dumps(case)})
    assert page.status == 200, page.body.decode()
    return page.body.decode()


# --- the form and the case


def test_the_empty_form_knows_nothing(ask: Ask) -> None:
    page = ask("/case").body.decode()
    answered = {name: value for name, value in fields_on(page) if value}
    assert answered == {}
    assert set(statuses_on(page).values()) == {"undetermined"} and len(statuses_on(page)) == 18
    assert page.count('value="" checked>not known') == 23  # the findings, and whether the history is complete


def sorted_lists(value: object) -> object:
    """Return a case in which the order of words says nothing: a form lists what can be chosen in its own order."""
    if isinstance(value, dict):
        return {key: sorted_lists(one) for key, one in value.items()}
    if isinstance(value, list):
        return sorted(map(sorted_lists, value), key=str) if value and isinstance(value[0], str) else value
    return value


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 10**9), st.booleans())
def test_the_form_of_a_case_answers_as_the_case(site: Site, ask: Ask, seed: int, hangs: bool) -> None:
    dice = random.Random(seed)
    case = likely_to_hang(dice, 1) if hangs else a_case(dice, "r")
    try:
        parse(json.dumps(case), site.kg.guideline.vocabulary)
    except CaseError as error:  # dates that cannot be
        assert error.reason in unescape(ask("/case/open", {"text": json.dumps(case)}).body.decode())
        return
    page = ask("/case", fields_on(opened(ask, case))).body.decode()
    answers = site.kg.options(case)
    assert statuses_on(page) == {
        each.option.rpartition("/")[2]: each.status for each in answers if each.status != "contradictory"
    }
    assert ("What is known contradicts itself" in page) is bool(answers.contradictions)

    vocabulary = site.kg.guideline.vocabulary
    [before], [after] = (
        parse(text, vocabulary) for text in (json.dumps(case), ask("/case/file", fields_on(page)).body.decode())
    )
    courses = [sorted_lists(course.as_dict()) for course in before.courses]
    assert [sorted_lists(course.as_dict()) for course in after.courses] == courses
    assert sorted_lists({**after.as_dict(), "courses": []}) == sorted_lists({**before.as_dict(), "courses": []})


EVERYTHING = {
    "case": "p1",
    "label": "an invented person",
    "as_of": "2026-01-15",
    "findings": {"stage4-sts": True, "resectable": False},
    "courses": [
        {
            "therapies": ["doxorubicin", "ifosfamide"],
            "start": "2024-01",
            "end": "2024-06-30",
            "ongoing": False,
            "outcome": "did-not-work",
            "for": "this-cancer",
            "purpose": ["symptom-relief", "treat-cancer-itself"],
            "site": ["lungs"],
            "growth": ["2024-09", "2025-01-02"],
            "first_growth": True,
            "no_growth_until": "2024-08",
        },
        {"therapies": ["surgery"], "ongoing": True},
    ],
    "history_complete": True,
    "growth": ["2025-12", "2025"],
    "no_growth": [{"from": "2024-07", "until": "2024-08"}],
    "declines": ["clinical-trial", "surgery"],
    "tumour_count": 0,
    "largest_diameter_mm": "12.5",
}


def test_the_form_can_say_all_of_a_case_file(site: Site, ask: Ask) -> None:
    saved = ask("/case/file", fields_on(opened(ask, EVERYTHING)))
    assert saved.media == "application/yaml"
    assert ("Content-Disposition", 'attachment; filename="case.yaml"') in saved.headers
    assert saved.body.startswith(b"# Not medical advice")
    assert parse(saved.body.decode(), site.kg.guideline.vocabulary)[0].as_dict() == EVERYTHING


@pytest.mark.parametrize("said", ["yes", "no", ""])
def test_whether_the_history_is_complete_has_three_answers(ask: Ask, said: str) -> None:
    saved = ask("/case/file", {"stage4-sts": "yes", "history_complete": said}).body.decode()
    assert re.findall("^history_complete: (.*)$", saved, re.MULTILINE) == [said][: bool(said)]
    assert [
        value
        for name, value in fields_on(ask("/case/open", {"text": saved}).body.decode())
        if name == "history_complete"
    ] == [said]


def test_a_fictional_case_comes_by_its_address(site: Site, ask: Ask) -> None:
    assert '<a href="/case?example=d">' in ask("/case").body.decode()
    page = ask("/case", query="example=f").body.decode()
    assert statuses_on(page) == {a.option.rpartition("/")[2]: a.status for a in site.kg.options("example:f")}
    assert ("history_complete", "no") in fields_on(page) and "data-saved" in page
    assert "/case?example" not in page and "This is the fictional case f, nobody’s." in page
    missing = ask("/case", query="example=z")
    assert missing.status == 404 and "here is no fictional case &#39;z&#39;; there are a, b, c" in missing.body.decode()
    mixed = ask("/case", query="example=f&stage4-sts=no").body.decode()
    assert "was not read" in mixed and ("stage4-sts", "yes") not in fields_on(mixed)


def test_every_link_to_a_term_opens_a_new_tab(ask: Ask) -> None:
    page = ask("/case", {"stage4-sts": "yes"}).body.decode().partition("<main")[2].partition("</main>")[0]
    links = re.findall(r'<a [^>]*href="(?:/term|http)[^>]*>', page)
    assert len(links) > 80
    assert [each for each in links if 'target="_blank" rel="noopener"' not in each] == []


def test_readings_and_findings_are_named_by_their_labels(ask: Ask) -> None:
    page = unescape(ask("/case", {"stage4-sts": "yes"}).body.decode())
    first = '<option value="D01=no-scope">D01: no scope, in place of “stage 4 is one scope finding”</option>'
    assert first in page
    assert "undetermined by D01: three findings, in place of “stage 4 is one scope finding”" in page
    assert "D01=separate" not in page.partition('id="why-')[0].partition("hangs on")[2]
    assert re.findall(r"Met if yes to: [^<]*sarcoma-type-for-pazopanib", page) == []
    assert "First what other answers rest on" in page


def test_a_response_to_the_questionnaire_can_be_opened(ask: Ask) -> None:
    yes = [{"linkId": "findings", "item": [{"linkId": "stage4-sts", "answer": [{"valueBoolean": True}]}]}]
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "id": "r1", "item": yes}
    fields = fields_on(opened(ask, response))
    assert ("stage4-sts", "yes") in fields and ("case", "r1") in fields


def test_a_file_is_uploaded(ask: Ask) -> None:
    lines = ["--b", 'Content-Disposition: form-data; name="file"; filename="case.yaml"', "", "case: p", "findings:"]
    body = "\r\n".join([*lines, "  stage4-sts: yes", "--b--", ""]).encode()
    upload = {"method": "POST", "content_type": "multipart/form-data; boundary=b", "body": body}
    page = ask("/case/open", **upload)
    assert page.status == 200
    assert ("stage4-sts", "yes") in fields_on(page.body.decode())
    assert ask("/case/open", **{**upload, "body": body.replace(b"yes", b"\xff")}).status == 400


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no case: choose a file, or paste its text"),
        ("case: a\n---\ncase: b", "there are 2 cases (a, b): say which one"),
        ("case: a\nfindings: {stage5: yes}", "line 2: there is no finding 'stage5'"),
        ("{", "is not YAML"),
        (json.dumps({"case": "a", "courses": [{"therapies": ["surgery"]}] * (MOST + 1)}), f"at most {MOST} courses"),
    ],
)
def test_a_case_file_that_cannot_be_opened(ask: Ask, text: str, said: str) -> None:
    page = ask("/case/open", {"text": text})
    assert page.status == 400
    assert said[1:] in unescape(page.body.decode())
    assert statuses_on(page.body.decode()) == {}
    assert f'autocomplete="off">\n{escape(text)}</textarea>' in page.body.decode()


def test_the_text_of_a_form_with_a_file_is_shown_again(ask: Ask) -> None:
    lines = []
    for name, value in (("file", "case: a"), ("text", "case: <b>"), ("name", "c")):
        lines += ["--b", f'Content-Disposition: form-data; name="{name}"', "", value]
    upload = {"method": "POST", "content_type": "multipart/form-data; boundary=b"}
    page = ask("/case/open", **upload, body="\r\n".join([*lines, "--b--", ""]).encode())
    assert page.status == 400 and b"give one of the two" in page.body
    assert (
        b'autocomplete="off">\ncase: &lt;b&gt;</textarea>' in page.body
        and b'autocomplete="off" value="c">' in page.body
    )


def test_one_of_several_cases_is_opened_by_its_id(ask: Ask) -> None:
    page = ask("/case/open", {"text": "case: a\n---\ncase: b\nlabel: second", "name": "b"})
    assert ("label", "second") in fields_on(page.body.decode())


# --- what is wrong


def test_each_error_stands_at_its_field(ask: Ask) -> None:
    fields = {
        "as_of": "2025-13",
        "courses.1.therapies": "surgery",
        "courses.1.end": "2025-02-30",
        "courses.2.end": "2025",
        "no_growth.1.from": "2025",
        "tumour_count": "three",
        "stage4-sts": "perhaps",
    }
    page = ask("/case", fields)
    text = unescape(page.body.decode())
    assert page.status == 400
    assert errors_on(text) == {
        "as_of": "'2025-13' is not a date: months are 01 to 12",
        "courses-1-end": "'2025-02-30' is not a date: 2025-02 has 28 days",
        "courses-2-therapies": "choose at least one, or remove this course",
        "no_growth-1-until": "a date is missing, such as 2025-05; or remove this period",
        "tumour_count": "'three' is not a whole number, such as 3",
        "stage4-sts": "'perhaps' is not a value of stage4-sts: yes, no or unknown is expected",
    }
    assert '<a href="#f-courses-1-end-first">Course 1: When did it end?</a>' in text
    assert statuses_on(text) == {}
    assert {("courses.1.end", "2025-02-30"), ("tumour_count", "three")} < set(fields_on(text))


def test_a_date_after_the_day_of_the_case_is_an_error(ask: Ask) -> None:
    page = ask("/case", {"as_of": "2025-05", "growth": "2025-04, 2025-06"}).body.decode()
    assert errors_on(page) == {"growth": "growth 2025-06 is after the date of the case, as of 2025-05"}


def test_a_course_that_ends_before_it_starts(ask: Ask) -> None:
    fields = {"courses.1.therapies": "surgery", "courses.1.start": "2025-03", "courses.1.end": "2025-02"}
    page = ask("/case", fields).body.decode()
    assert errors_on(page) == {"courses-1-end": "end 2025-02 is before start 2025-03"}


def test_a_contradiction_is_an_answer_that_leads_to_both_sides(ask: Ask) -> None:
    page = ask("/case", {"stage4-sts": "no", "lung-metastases": "yes"})
    text = page.body.decode()
    assert page.status == 200
    assert statuses_on(text) == {}
    assert re.findall(r'<a href="#f-([a-z0-9-]+)-first">Go to question (\d+)', text) == [
        ("stage4-sts", "2"),
        ("lung-metastases", "5"),
    ]


def test_what_the_form_does_not_have_is_refused_and_not_dropped(ask: Ask) -> None:
    page = ask("/case", {"courses.1.dose": "3"})
    assert page.status == 400 and "he form has no field" in page.body.decode()
    for name in ("not-a-finding", "stage5-sts"):
        page = ask("/case", {name: "yes"})
        assert page.status == 400 and f"he form has no field &#39;{name}&#39;" in page.body.decode()
    page = ask("/case", {"do": "frobnicate"})
    assert page.status == 400 and "here is nothing called &#39;frobnicate&#39; to do" in page.body.decode()
    twice = ask("/case", [("stage4-sts", "yes"), ("stage4-sts", "no")])
    assert twice.status == 400 and "sent twice" in twice.body.decode()


def test_an_answer_that_only_another_reading_asks_for_is_noted(ask: Ask) -> None:
    by = {"reading": "D16=rare-as-finding", "rare-case-S24": "yes"}
    assert ("rare-case-S24", "yes") in fields_on(ask("/case", by).body.decode())
    page = ask("/case", by | {"reading": ""})
    assert page.status == 200
    assert "The answer &#39;yes&#39; to rare-case-S24 is not used" in page.body.decode()


def test_what_others_wrote_is_text(ask: Ask) -> None:
    hostile = "<script>alert(1)</script>"
    page = ask("/case", {"label": hostile, "case": hostile, "as_of": hostile, "tumour_count": hostile}).body.decode()
    assert "<script>alert" not in page


# --- without a script


def test_courses_are_added_and_removed_by_buttons(ask: Ask) -> None:
    page = ask("/case", {"do": "add-courses"}).body.decode()
    assert "courses.1.end" in dict(fields_on(page))
    fields = [*fields_on(page), ("courses.1.therapies", "surgery"), ("do", "add-courses")]
    page = ask("/case", fields).body.decode()
    fields = [(name, "2025" if name == "courses.2.end" else value) for name, value in fields_on(page)]
    page = ask("/case", [*fields, ("courses.2.therapies", "sbrt"), ("do", "remove-courses.1")]).body.decode()
    kept = {name: value for name, value in fields_on(page) if name.startswith("courses.") and value}
    assert kept == {"courses.1.therapies": "sbrt", "courses.1.end": "2025"}


def test_a_question_is_answered_by_its_button(ask: Ask) -> None:
    page = ask("/case", {"stage4-sts": "", "set": "stage4-sts=yes"}).body.decode()
    assert ("stage4-sts", "yes") in fields_on(page)
    assert statuses_on(page)["option-doxorubicin-alone"] == "met"
    assert ask("/case", {"set": "stage9=yes"}).status == 400


def test_a_course_that_may_be_going_on_is_answered_in_the_courses(ask: Ask) -> None:
    fields = {"courses.1.therapies": "doxorubicin", "courses.1.start": "2025", "sarcoma-type-for-pazopanib": "yes"}
    page = ask("/case", fields | {"stage4-sts": "yes"}).body.decode()
    assert '<a href="#courses">Answer in the courses</a>' in page
    assert "prior-chemotherapy=yes" not in page


def test_another_reading(site: Site, ask: Ask) -> None:
    fields = {"stage4-sts": "yes", "reading": "D04=S08-alone"}
    case = {"case": "x", "findings": {"stage4-sts": "yes"}}
    expected = {a.option.rpartition("/")[2]: a.status for a in site.kg.under("D04=S08-alone").options(case)}
    assert statuses_on(ask("/case", fields).body.decode()) == expected
    assert ask("/case", {"reading": "D04=nothing"}).status == 400


def test_what_stands_in_an_address_is_not_read(ask: Ask) -> None:
    page = ask("/case", query="stage4-sts=yes").body.decode()
    assert "What stood in the address after the question mark was not read" in page
    assert ("stage4-sts", "yes") not in fields_on(page)


def test_the_picture_has_the_statuses_and_leads_back(ask: Ask) -> None:
    page = ask("/case/picture", {"stage4-sts": "yes"}, handler="case.picture").body.decode()
    assert "<svg" in page and '<input type="hidden" name="stage4-sts" value="yes">' in page


def test_a_full_page_is_below_200_kb(ask: Ask) -> None:
    assert len(ask("/case", fields_on(opened(ask, EVERYTHING))).body) < 200_000


# --- as a server


def test_no_answer_is_kept_and_nothing_is_logged(tmp_path: Path) -> None:
    from serving import serving

    log = tmp_path / "log"
    with serving(log=log) as running:
        for path, body, kind in (
            ("/case", "label=secretname&stage4-sts=yes", FORM),
            ("/case", "as_of=secretdate", FORM),
            ("/case/file", "label=secretname", FORM),
            ("/options", '{"case": "secretname", "findings": {"secretfinding": "yes"}}', "application/json"),
            ("/ask", '{"case": "secretname"}', "application/json"),
        ):
            answer = running.ask(path, method="POST", body=body, content_type=kind, accept="text/html")
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "etag" not in answer.headers and "access-control-allow-origin" not in answer.headers
        assert running.ask("/case").headers["cache-control"] == "no-store"
        assert running.ask("/options").status == 405
    assert "secret" not in log.read_text()


# --- JSON, as the command line

SEVERAL = """\
case: a
findings: {stage4-sts: yes, unresectable: yes}
---
case: b
findings: {stage4-sts: no, lung-metastases: yes}
---
case: c
courses: [{therapies: [doxorubicin], start: 2025}]
"""


def told(*arguments: str) -> object:
    command = [sys.executable, "-m", "sts_kg", *arguments, "--format", "json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True).stdout)


def without_files(value: object, path: Path) -> object:
    """Return JSON in which a file is called as a body is."""
    return json.loads(json.dumps(value).replace(str(path), "the body"))


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cases") / "cases.yaml"
    path.write_text(SEVERAL)
    return path


def test_options_are_those_of_the_command(server: Serving, several: Path) -> None:  # noqa: F811
    answer = server.ask("/options", method="POST", body=SEVERAL, content_type="application/yaml")
    found = json.loads(answer.body)
    assert found == without_files(told("options", str(several)), several)
    assert [one["status"] for one in found if one["case"] == "b"] == ["contradictory"] * 18
    Draft202012Validator(json.loads((SCHEMAS / "options.schema.json").read_text())).validate(found)


def test_options_by_another_reading(server: Serving, several: Path) -> None:  # noqa: F811
    answer = server.ask(
        "/options?reading=D04%3DS08-alone", method="POST", body=SEVERAL, content_type="application/yaml"
    )
    expected = told("options", str(several), "--reading", "D04=S08-alone")
    assert json.loads(answer.body) == without_files(expected, several)


def test_questions_are_those_of_the_command(server: Serving, several: Path) -> None:  # noqa: F811
    answer = server.ask("/ask", method="POST", body=SEVERAL, content_type="text/yaml")
    assert answer.headers["x-sts-kg-contradictory"] == "b"
    assert json.loads(answer.body) == without_files(told("ask", str(several)), several)


def test_an_explanation_is_that_of_the_command(server: Serving, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "case.json"
    path.write_text(json.dumps(EVERYTHING))
    answer = server.ask(
        "/explain?option=pazopanib", method="POST", body=path.read_bytes(), content_type="application/json"
    )
    assert json.loads(answer.body) == without_files(told("explain", str(path), "pazopanib"), path)


@pytest.mark.parametrize(
    ("path", "body", "kind", "status", "place"),
    [
        ("/options", "case: a", "text/plain", 415, {}),
        ("/options", "case: [", "application/yaml", 400, {"line": 1, "column": 8}),
        ("/options", "case: a\nfindings: {x: yes}", "application/yaml", 400, {"line": 2}),
        (
            "/options",
            '{"case": NaN}',
            "application/json",
            400,
            {"detail": "the body is not JSON: it has no NaN"},
        ),
        ("/options", '{"case": 1,\n}', "application/json", 400, {"line": 2}),
        (
            "/options",
            '{"case":"j"} x',
            "application/json",
            400,
            {"line": 1, "column": 14, "detail": "the body, line 1, column 14: is not JSON: Extra data"},
        ),
        (
            "/options",
            "case: a",
            "application/yaml; charset=latin1",
            415,
            {"detail": "the body is in latin1; send UTF-8"},
        ),
        ("/options", "", "application/yaml", 400, {}),
        ("/options", b"\xff", "application/yaml", 400, {}),
        ("/options?stage4-sts=yes", "case: a", "application/yaml", 400, {}),
        ("/options?reading=D99=x", "case: a", "application/yaml", 400, {}),
        ("/explain?option=nothing", "case: a", "application/yaml", 404, {}),
        ("/explain", "case: a", "application/yaml", 400, {}),
        ("/explain?option=pazopanib", SEVERAL, "application/yaml", 400, {}),
        ("/explain?option=pazopanib", SEVERAL.split("---")[1], "application/yaml", 409, {}),
        ("/ask", SEVERAL.split("---")[1], "application/yaml", 409, {}),
        ("/options", "".join(f"case: c{n}\n---\n" for n in range(1000)) + "case: z", "application/yaml", 413, {}),
    ],
)
def test_what_is_not_answered_in_json(
    server: Serving,  # noqa: F811
    path: str,
    body: str,
    kind: str,
    status: int,
    place: dict[str, int],
) -> None:
    answer = server.ask(path, method="POST", body=body, content_type=kind, accept="application/json")
    problem = json.loads(answer.body)
    assert (answer.status, problem["status"]) == (status, status)
    assert {key: problem[key] for key in place} == place
    assert problem["detail"]


def test_as_many_cases_as_a_body_may_have() -> None:
    assert answers_page.MOST == 1000
