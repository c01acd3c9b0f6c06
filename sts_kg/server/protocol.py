"""A request of the SPARQL 1.1 Protocol as a value: the query, its dataset, and the limit of time that it asks for.

https://www.w3.org/TR/sparql11-protocol/, section 2.1: GET, POST of a form, and POST of the query itself.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from sts_kg.server.messages import Refusal, Request

__all__ = ["Asked", "asked", "check_utf8"]

_FORM, _QUERY, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_DATASET = ("default-graph-uri", "named-graph-uri")
_OF_UPDATES = {"update", "using-graph-uri", "using-named-graph-uri"}
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_READ_ONLY = "updates are not accepted: this endpoint only reads"


class Asked(NamedTuple):
    """A query with its dataset, None for the graphs where the request names none at all; and what else is wanted.

    `formats` are forms of the answer by name, such as csv, which stand above the header Accept.
    """

    text: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    timeout_s: float | None = None
    formats: tuple[str, ...] = ()


def asked(request: Request) -> Asked | None:
    """Return the query of a request; None if it is a GET without one, for which there is a page or a description.

    Raises
    ------
    Refusal
        There is no query or more than one, it is not UTF-8, a graph is no IRI, a body is of another media type, or it
        is an update.
    """
    values = request.values
    if request.method == "POST":
        if request.media == _FORM:
            check_utf8(request)
            values = [*values, *request.form]
        elif request.media == _QUERY:
            check_utf8(request)
            if any(name == "query" for name, _ in values):
                raise Refusal(400, "the query is in the body and in the address; send it once")
            try:
                values = [*values, ("query", request.body.decode("utf-8-sig"))]
            except UnicodeDecodeError:
                raise Refusal(400, "the query is not UTF-8") from None
        elif request.media == _UPDATE:
            raise Refusal(400, _READ_ONLY)
        else:
            said = request.media or "no media type"
            raise Refusal(415, f"a body of {said} is not understood; send {_FORM} or {_QUERY}")
    names = {name for name, _ in values}
    if names & _OF_UPDATES:
        raise Refusal(400, _READ_ONLY)
    texts = [value for name, value in values if name == "query"]
    if not texts and request.method == "GET" and not names & {*_DATASET}:
        return None
    if len(texts) != 1:
        raise Refusal(400, f"there are {len(texts)} parameters called query; send exactly one")
    for name, value in values:
        if name in _DATASET and not _IRI.fullmatch(value):
            raise Refusal(400, f"{name} is an absolute IRI, and not {value[:200]!r}", parameter=name)
    default, named = (tuple(value for name, value in values if name == each) for each in _DATASET)
    chosen = bool(default or named)
    formats = tuple(value.strip().lower() for name, value in values if name == "format" and value)
    return Asked(
        texts[0],
        default if chosen else None,
        named if chosen else None,
        _timeout(values),
        formats,
    )


def check_utf8(request: Request) -> None:
    """Refuse a body that is said to be in another encoding (415)."""
    for each in request.content_type.split(";")[1:]:
        name, _, value = each.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8", "us-ascii"):
            raise Refusal(415, f"the body is in {value.strip()}; send UTF-8")


def _timeout(values: list[tuple[str, str]]) -> float | None:
    given = [value for name, value in values if name == "timeout"]
    if not given or not given[-1]:
        return None
    try:
        seconds = float(given[-1])
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise Refusal(400, f"timeout is a number of seconds above 0, and not {given[-1][:50]!r}")
    return seconds
