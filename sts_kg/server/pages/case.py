"""A case: a form that says what is known, and the answers at once. It comes by POST and is kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.message import Message
from email.parser import HeaderParser
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup
from rdflib import URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from sts_kg.cases import (
    NOT_MET_AS_READ,
    WORDING,
    Answer,
    Answers,
    Case,
    Explanation,
    Question,
    Session,
    case_file,
    find_case,
    parse,
    questions,
)
from sts_kg.display import View, view_of
from sts_kg.errors import CaseError, ParseError, ReadingError, UnknownNameError
from sts_kg.guideline import Guideline, Reading, short
from sts_kg.rdf import STS, local
from sts_kg.safe import brief
from sts_kg.server.case_form import CaseForm, fields_of, groups_of
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.site import Site

__all__ = ["MOST_VALUES", "file", "guideline_by", "opened", "page", "picture", "refused", "warm"]

MOST_VALUES = 50_000  #: lists, mappings and single values of a case file that is sent
_CONTROLS = ("do", "set", "reading")
_ACTIONS = ("answers", "add-courses", "add-no_growth", "remove-courses.1", "remove-no_growth.1", "clear")
#: The statuses in the order of the page; one that can still be settled comes before one that is.
_ORDER = ("met", "undetermined", "not-met")
_FORM = "application/x-www-form-urlencoded"
_MOST_NAME = 200  # characters
_MOST_PARTS, _MOST_HEADERS = 10, 1000  # of a form with a file; characters of headers of each


def page(site: Site, request: Request) -> Response:
    """Return the form: for GET empty or filled with a fictional case, for POST as it was filled; with the answers."""
    if request.method == "GET":
        if name := _example(request):
            form = CaseForm.of_case(_fictional(site, name), site.kg.guideline)
            return _shown(site, request, form, notes=[f"This is the fictional case {name}, nobody’s."], is_saved=True)
        notes = [
            "What stood in the address after the question mark was not read: facts of a person do not belong there."
        ]
        return _shown(site, request, CaseForm(site.kg.guideline), notes=notes if request.query else [])
    form, controls = _posted(site, request)
    action, _, name = controls["do"].partition("-")
    focus = ""
    if action == "add":
        if name not in {item.key for item in form.repeated}:
            raise Refusal(400, f"nothing called {name[:40]!r} can be added")
        focus = form.add(name)
    elif action == "remove":
        form.remove(name)
    elif action == "clear":
        form = CaseForm(form.guideline)
    elif action not in ("", "answers"):
        raise Refusal(400, f"there is nothing called {controls['do'][:40]!r} to do; there are {', '.join(_ACTIONS)}")
    form.answer(controls["set"])
    return _shown(site, request, form, focus=focus)


def warm(site: Site) -> None:
    """Compute what the answers for a case need and keep, by answering one."""
    page(site, Request("POST", "/case", content_type=_FORM))


def file(site: Site, request: Request) -> Response:
    """Return what the form says as a case file, to be saved; the form with its errors if something is wrong."""
    form, _ = _posted(site, request)
    case = form.read()
    if case is None:
        return _shown(site, request, form)
    told = "sts-kg options FILE answers it as the page does; so does sts_kg.load().options(FILE)."
    body = case_file(case, f"{site.kg.guideline.footer}\n{told}").encode()
    return Response(
        200, body, "application/yaml", (("Content-Disposition", 'attachment; filename="case.yaml"'),), kept=False
    )


def opened(site: Site, request: Request) -> Response:
    """Return the form filled from a case file that was uploaded or pasted."""
    parts = _parts(request)
    guideline = guideline_by(site, parts.get("reading", ""))
    text, name = parts.get("file", "").strip() or parts.get("text", "").strip(), parts.get("name", "").strip()
    if parts.get("file", "").strip() and parts.get("text", "").strip():
        raise Refusal(400, "there are a file and a pasted text; give one of the two")
    if not text:
        raise Refusal(400, "there is no case: choose a file, or paste its text")
    try:
        case = find_case(
            parse(text, guideline.vocabulary, path="the case file", most=MOST_VALUES), brief(name, _MOST_NAME) or None
        )
    except (CaseError, ParseError, UnknownNameError) as error:
        raise Refusal(400, f"{error}; YAML, JSON and QuestionnaireResponses of FHIR are read here") from error
    return _shown(site, request, CaseForm.of_case(case, guideline), is_saved=True)


def picture(site: Site, request: Request) -> Response:
    """Return the pathway as the source words it, each option with its status for the case."""
    form, _ = _posted(site, request)
    case = form.read()
    if case is None:
        return _shown(site, request, form)
    by = form.guideline.reading
    drawn = (site.kg.under(by.name) if by else site.kg).pathway(case)
    return site.page(request, "case_picture.html", kept=False, form=form, picture=site.markup(request, drawn))


def refused(site: Site, request: Request, refusal: Refusal) -> Response | None:
    """Return the form as it was typed, with what went wrong; None if it cannot be read."""
    if refusal.status == 500:
        return None
    try:
        form, _ = _posted(site, request) if request.method == "POST" and request.media == _FORM else (None, None)
    except Refusal:
        form = None
    if form is None:
        form = CaseForm(site.kg.guideline)
    return _shown(site, request, form, refusal=refusal, pasted=_pasted(request))


def _pasted(request: Request) -> Mapping[str, str]:
    """Return the text of a case that was pasted, and the id beside it, to be shown again."""
    if request.path != "/case/open":
        return {}
    with suppress(Refusal):
        return {name: value for name, value in _parts(request).items() if name in ("text", "name")}
    return {}


# --- what came


def _example(request: Request) -> str:
    """Return the id of the fictional case that is asked for, if the address asks for nothing else; else nothing."""
    [(name, value), *others] = request.values or [("", "")]
    return value if name == "example" and not others else ""


def _telling(site: Site) -> str:
    """Return the id of the first fictional case of which most is said; nothing if the guideline has none."""
    cases = site.examples.session.cases
    said = {case.id: len(case.given) + len(case.courses) + len(case.numbers) + len(case.declines) for case in cases}
    return max(said, key=lambda name: said[name], default="")


def _fictional(site: Site, name: str) -> Case:
    cases = {case.id: case for case in site.examples.session.cases}
    if name not in cases:
        raise Refusal(404, f"there is no fictional case {name[:40]!r}; there are {', '.join(cases)}")
    return cases[name]


def _posted(site: Site, request: Request) -> tuple[CaseForm, dict[str, str]]:
    if request.media != _FORM:
        raise Refusal(415, f"a form is expected ({_FORM}); POST /options takes a case file")
    controls = dict.fromkeys(_CONTROLS, "")
    fields = []
    for name, value in request.form:
        if name in controls:
            controls[name] = value
        else:
            fields.append((name, value))
    guideline = guideline_by(site, controls["reading"])
    return CaseForm.of_pairs(fields, guideline, _of_readings(site.kg.guideline)), controls


@lru_cache(maxsize=2)
def _of_readings(guideline: Guideline) -> frozenset[str]:
    """Return the names of all findings, those that only some readings have among them."""
    graphs = (guideline.asserted, *(each.added for each in guideline.readings.values()))
    return frozenset(short(URIRef(str(one))) for graph in graphs for one in graph.subjects(RDF.type, STS.Finding))


def _parts(request: Request) -> dict[str, str]:
    """Return the parts of a form with a file."""
    if request.media == _FORM:
        return dict(request.form)
    if request.media != "multipart/form-data":
        raise Refusal(415, "a form with a file is expected (multipart/form-data); POST /options takes a case file")
    boundary = _headers(f"Content-Type: {request.content_type}").get_boundary("")
    if not boundary or len(boundary) > 70:
        raise Refusal(400, "the form has no boundary of 1 to 70 characters; multipart/form-data needs one")
    _, *parts = (b"\r\n" + request.body).split(f"\r\n--{boundary}".encode(errors="replace"), _MOST_PARTS + 1)
    if not parts or not parts[-1].startswith(b"--"):
        raise Refusal(400, f"the form is cut off, or has more than {_MOST_PARTS} parts")
    found: dict[str, str] = {}
    for part in parts[:-1]:
        head, separator, body = part.partition(b"\r\n\r\n")
        if not separator:
            raise Refusal(400, "a part of the form has no headers, with an empty line after them")
        headers = _headers(head.decode(errors="replace").strip())
        name = headers.get_param("name", header="content-disposition")
        coding = headers.get("content-transfer-encoding", "binary").strip().lower()
        if not isinstance(name, str) or coding not in ("7bit", "8bit", "binary"):
            raise Refusal(400, "a part of the form has no name, or is not sent as it is")
        if headers.get_content_maintype() == "multipart":
            raise Refusal(400, "a part of the form is itself made of parts; send one file in each")
        try:
            found[name] = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refusal(400, "the file is not UTF-8 text; a case file in YAML or JSON is expected") from None
    return found


def _headers(text: str) -> Message:
    if len(text) > _MOST_HEADERS:
        raise Refusal(400, f"the headers of a part of the form have more than {_MOST_HEADERS:,} characters")
    return HeaderParser().parsestr(text)


def guideline_by(site: Site, reading: str) -> Guideline:
    """Return the guideline, by another reading of one decision if one is named.

    Raises
    ------
    Refusal
        There is no such reading.
    """
    if not reading:
        return site.kg.guideline
    try:
        return _by(site.kg.guideline, brief(reading, _MOST_NAME))
    except (ReadingError, UnknownNameError) as error:
        raise Refusal(400, str(error)) from error


@lru_cache(maxsize=6)
def _by(guideline: Guideline, reading: str) -> Guideline:
    return guideline.under(reading)


# --- what is shown


class _Shown(NamedTuple):
    """The answer for one option, with what stands beside it on the page."""

    answer: Answer
    why: Markup
    by_reading: tuple[tuple[str, tuple[str, ...]], ...]


class _Asked(NamedTuple):
    """A question, with each finding that a button answers; none if the answer belongs into a course."""

    question: Question
    choices: tuple[tuple[str, str], ...]


def _shown(
    site: Site,
    request: Request,
    form: CaseForm,
    *,
    focus: str = "",
    notes: list[str] | None = None,
    refusal: Refusal | None = None,
    is_saved: bool = False,
    pasted: Mapping[str, str] | None = None,
) -> Response:
    guideline = form.guideline
    case = None if refusal else form.read()
    answered: dict[str, Any] = {"answers": None, "shown": [], "asked": [], "contradictions": [], "follows": {}}
    if case is not None:
        answered = _answered(site, request, case, guideline)
    status = refusal.status if refusal else 400 if form.errors else 200
    return site.page(
        request,
        "case.html",
        status=status,
        kept=False,
        form=form,
        case=case,
        example=_telling(site),
        guideline=guideline,
        reading=guideline.reading,
        readings={name: _worded(each) for name, each in site.kg.guideline.readings.items()},
        is_saved=is_saved,
        pasted={"text": "", "name": "", **(pasted or {})},
        fields={item.key: item for item in fields_of(guideline)},
        groups=groups_of(guideline),
        vocabulary=guideline.vocabulary,
        focus=focus,
        notes=[*(notes or ()), *form.notes],
        refusal=refusal,
        order=_ORDER,
        wording={**WORDING, "not-met": NOT_MET_AS_READ.format("")},
        now=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        definition=lambda term: str(guideline.asserted.value(term, SKOS.definition) or ""),
        short=short,
        local=local,
        **answered,
    )


def _answered(site: Site, request: Request, case: Case, guideline: Guideline) -> dict[str, Any]:
    session = Session(guideline, (case,))
    answers = session.answers()
    agreeing = not answers.contradictions
    sentences = [text for error in answers.contradictions for text in error.contradictions]
    return {
        "answers": answers,
        "shown": [_beside(site, request, why) for why in session.explanations(case)] if agreeing else [],
        "asked": _asked(answers, guideline) if agreeing else [],
        "contradictions": sentences,
        "mentioned": [
            (number, item.link_id)
            for group in groups_of(guideline)
            for number, item in group.items
            if any(re.search(rf"question {number}\b", each) for each in sentences)
        ],
        "follows": _follows(answers, case),
        "counts": [(one, sum(answer.status == one for answer in answers)) for one in _ORDER],
    }


def _beside(site: Site, request: Request, explanation: Explanation) -> _Shown:
    answer, view = explanation.answer, view_of(explanation)
    why = site.markup(request, View("", view.blocks[:-1]), in_new_tab=True)  # the page has the title and the footer
    others: dict[str, list[str]] = {}
    for other in answer.readings or ():
        if other.status != answer.status:
            others.setdefault(other.shown_status, []).append(_worded(site.kg.guideline.readings[other.reading]))
    return _Shown(answer, why, tuple((status, tuple(readings)) for status, readings in others.items()))


def _worded(reading: Reading) -> str:
    """Return a reading in words: what it reads, and what was chosen in its place."""
    return f"{reading.label}, in place of “{reading.chosen.value(reading.decision, RDFS.label)}”"


def _asked(answers: Answers, guideline: Guideline) -> list[_Asked]:
    """Return what to ask next; a question that is not that of its finding is about a course, and answered there."""
    found = []
    for one in questions(answers, guideline):
        if one.finding is None:
            choices = tuple((short(finding), text) for finding, text in one.choices)
        elif one.text == guideline.vocabulary.question(one.finding):
            choices = ((short(one.finding), one.text),)
        else:
            choices = ()
        found.append(_Asked(one, choices))
    return found


def _follows(answers: Answers, case: Case) -> dict[str, str]:
    """Return the findings that are known and were not given, by their short names, as yes or no."""
    given = {one.finding for one in case.given}
    known: dict[URIRef, str] = {}
    for answer in answers:
        known |= dict.fromkeys(answer.true, "yes") | dict.fromkeys(answer.false, "no")
    return {short(finding): holds for finding, holds in known.items() if finding not in given}
