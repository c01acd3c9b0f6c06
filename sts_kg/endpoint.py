"""SPARQL on a URL, read-only, by SPARQLWrapper: text in; table, yes or no, or graph out, as `query` gives it.

SPARQLWrapper 2.0 asks by GET, times out only when nothing moves, and hands on whatever comes back; so here it always
posts, one deadline holds for the whole answer, size and content type are checked before anything is parsed.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError

from rdflib import BNode, Graph, Literal, URIRef
from SPARQLWrapper import CONSTRUCT, DESCRIBE, JSON, POST, TURTLE, SPARQLExceptions, SPARQLWrapper

from sts_kg.errors import EndpointError, EndpointTimeoutError, ParseError
from sts_kg.graph import parse
from sts_kg.names import PREFIXES
from sts_kg.table import Table, Term

__all__ = ["ask_endpoint"]

_AGENT = "sts-kg (https://w3id.org/sts-kg/)"
_MOST_BYTES = 100_000_000
_CHUNK = 65_536
_CONTENT_TYPES = {JSON: ("application/sparql-results+json", "application/json"), TURTLE: ("text/turtle",)}


def ask_endpoint(url: str, text: str, *, timeout_s: float = 60.0) -> Table | bool | Graph:
    """Return what a SPARQL 1.1 endpoint answers to a query; prefixes that the project knows need no declaration.

    Raises
    ------
    EndpointTimeoutError
        The whole answer was not there within `timeout_s` seconds.
    EndpointError
        There is no endpoint, it refuses the query (status 400 is mostly a syntax error), or its answer is too large,
        of another content type than it should be, or cut short.
    """
    started = time.monotonic()
    wrapper = SPARQLWrapper(url, agent=_AGENT)
    declared = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in PREFIXES.items() if f"{prefix}:" in text)
    wrapper.setQuery(declared + text if "PREFIX" not in text.upper() else text)
    wrapper.setMethod(POST)
    wrapper.setTimeout(max(1, int(timeout_s)))
    wanted = TURTLE if wrapper.queryType in (CONSTRUCT, DESCRIBE) else JSON
    wrapper.setReturnFormat(wanted)

    def failed(reason: str, status: int | None = None) -> EndpointError:
        return EndpointError(url, reason, status=status, waited_s=time.monotonic() - started)

    try:
        with closing(wrapper.query().response) as response:
            kind = response.headers.get_content_type()
            if kind not in _CONTENT_TYPES[wanted]:
                raise failed(f"answered with {kind}, not with {_CONTENT_TYPES[wanted][0]}")
            body = _read(response, started + timeout_s)
    except SPARQLExceptions.SPARQLWrapperException as error:
        if isinstance(error.__context__, HTTPError):
            error.__context__.close()
        raise failed(_first_line(error), _status(error)) from error
    except HTTPError as error:
        error.close()
        raise failed(str(error.reason), error.code) from error
    except TimeoutError as error:
        raise EndpointTimeoutError(url, "no answer in time", waited_s=time.monotonic() - started) from error
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise EndpointTimeoutError(url, "no answer in time", waited_s=time.monotonic() - started) from error
        raise failed(f"cannot be reached: {error.reason}") from error
    except (HTTPException, OSError, ValueError) as error:
        if isinstance(error, EndpointError):
            raise
        raise failed(f"cannot be asked: {error}") from error
    try:
        return parse(body.decode()) if wanted == TURTLE else _answer(json.loads(body))
    except (ParseError, ValueError, KeyError, TypeError) as error:
        raise failed("answered with something cut short or malformed") from error


def _read(response: Any, deadline: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(_CHUNK):
        size += len(piece)
        pieces.append(piece)
        if time.monotonic() > deadline:
            raise TimeoutError
        if size > _MOST_BYTES:
            raise ValueError(f"the answer is larger than {_MOST_BYTES:,} bytes")
    return b"".join(pieces)


def _answer(document: Any) -> Table | bool:
    if "boolean" in document:
        return bool(document["boolean"])
    variables = tuple(document["head"]["vars"])
    bindings = document["results"]["bindings"]
    return Table(variables, tuple(tuple(_term(row.get(name)) for name in variables) for row in bindings))


def _term(value: dict[str, str] | None) -> Term | None:
    if value is None:
        return None
    if value["type"] == "uri":
        return URIRef(value["value"])
    if value["type"] == "bnode":
        return BNode(value["value"])
    datatype = value.get("datatype")
    language = value.get("xml:lang")
    return Literal(value["value"], lang=language, datatype=URIRef(datatype) if datatype else None, normalize=False)


def _status(error: Exception) -> int | None:
    statuses = {
        SPARQLExceptions.QueryBadFormed: 400,
        SPARQLExceptions.Unauthorized: 401,
        SPARQLExceptions.EndPointNotFound: 404,
        SPARQLExceptions.URITooLong: 414,
        SPARQLExceptions.EndPointInternalError: 500,
    }
    return statuses.get(type(error))


def _first_line(error: Exception) -> str:
    words = [line.strip() for line in str(error).replace("\\n", "\n").splitlines() if line.strip(" \t'b\"")]
    return " ".join(words)[:300] or "refused the query"
