"""What `sts-kg options`, `explain` and `ask` answer with `--format json`, for case files that are sent by POST."""

from __future__ import annotations

import json
from urllib.parse import quote

from sts_kg.cases import Case, Session, answers_in_pieces, find_case, find_option, parse, questions
from sts_kg.errors import CaseError, InconsistentError, ParseError
from sts_kg.guideline import Guideline
from sts_kg.safe import brief, counted
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.pages.case import MOST_VALUES, guideline_by
from sts_kg.server.protocol import check_utf8
from sts_kg.server.site import Site

__all__ = ["ask", "explain", "options"]

MOST, MOST_ASKED = 1000, 100  #: cases in one body; those of which open questions are computed
_MEDIA = ("application/json", "application/fhir+json", "application/yaml", "application/x-yaml", "text/yaml")


def options(site: Site, request: Request) -> Response:
    """Return the answers for each case and option, as `sts-kg options --format json`; contradictory ones among them."""
    guideline, cases = _read(site, request)
    items = [item for piece in answers_in_pieces(guideline, cases) for item in piece.json_items()]
    return _array(items)


def explain(site: Site, request: Request) -> Response:
    """Return why one option has its status for one case, as `sts-kg explain --format json`."""
    guideline, cases = _read(site, request)
    wanted = [value for name, value in request.values if name == "option"]
    if len(wanted) != 1:
        raise Refusal(400, "name one option, as in /explain?option=pazopanib")
    try:
        case, option = find_case(cases, None), find_option(brief(wanted[0]), guideline.conditions)
        found = Session(guideline, (case,)).explain(case, option)
    except InconsistentError as error:
        raise Refusal(409, str(error)) from error
    return Response.json(found.as_dict(), kept=False)


def ask(site: Site, request: Request) -> Response:
    """Return the open questions of each case, as `sts-kg ask --format json`.

    A case that contradicts itself has none: its id stands in the header `X-Sts-Kg-Contradictory`, or, if there is no
    other case, that is the answer (409).
    """
    guideline, cases = _read(site, request, MOST_ASKED)
    rows: list[dict[str, object]] = []
    wrong: list[InconsistentError] = []
    for case in cases:
        session = Session(guideline, (case,))
        answers = session.answers()
        wrong += answers.contradictions
        if not answers.contradictions:
            rows += [{"case": case.id} | one.as_dict() for one in questions(answers, guideline)]
    if wrong and len(wrong) == len(cases):
        raise Refusal(409, "; ".join(map(str, wrong)))
    said = ",".join(quote(str(error.case), safe="") for error in wrong)
    headers = (("X-Sts-Kg-Contradictory", said),) if wrong else ()
    return Response.json(rows, kept=False)._replace(headers=headers)


def _read(site: Site, request: Request, most: int = MOST) -> tuple[Guideline, tuple[Case, ...]]:
    if request.media not in _MEDIA:
        known = ", ".join(_MEDIA)
        raise Refusal(415, f"a case file is expected, with a Content-Type of {known}", (("Accept-Post", known),))
    check_utf8(request)
    for name, _ in request.values:
        if name not in ("option", "reading"):
            raise Refusal(400, f"there is no parameter {name[:40]!r}; facts of a person belong into the body")
    readings = [value for name, value in request.values if name == "reading"]
    if len(readings) > 1:
        raise Refusal(400, "there are several readings; one at a time")
    guideline = guideline_by(site, "".join(readings))
    try:
        text = request.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(400, "the body is not UTF-8") from None
    if "json" in request.media:  # `parse` would take what is not JSON for YAML
        try:
            json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            line, column = error.lineno, error.colno
            wrong = ParseError(f"is not JSON: {error.msg}", path="the body", line=line, column=column)
            raise Refusal(400, str(wrong), line=line, column=column) from error
        except RecursionError:
            raise Refusal(400, "the body is not JSON that can be read: it is nested too deeply") from None
    try:
        cases = parse(text, guideline.vocabulary, path="the body", most=MOST_VALUES)
    except CaseError as error:
        raise Refusal(400, str(error), line=error.line) from error
    except ParseError as error:
        raise Refusal(400, str(error), line=error.line, column=error.column) from error
    if len(cases) > most:
        reason = f"the body has {counted(len(cases), 'case')}, more than {most:,}; the command sts-kg takes any number"
        raise Refusal(413, reason)
    return guideline, cases


def _no_number(name: str) -> None:
    raise Refusal(400, f"the body is not JSON: it has no {name}")


def _array(items: list[str]) -> Response:
    body = "[\n" + ",\n".join(items) + "\n]\n"
    return Response(200, body.encode(), "application/json", kept=False)
