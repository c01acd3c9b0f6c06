"""Refusals: which status says whose fault something is, and how a refusal is written for who wants no page."""

from __future__ import annotations

from sts_kg.errors import (
    EndpointError,
    EndpointTimeoutError,
    LimitError,
    MemoryLimitError,
    NotLinkedError,
    QueryError,
    QueryTimeoutError,
    QueueFullError,
    ShareFullError,
    StsKgError,
    UnknownNameError,
    UnwritableError,
    WorkerDiedError,
    shown_size,
)
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import chosen

__all__ = ["TITLES", "late", "plainly", "refusal_of"]

TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "Request timeout",
    409: "Conflict",
    412: "Precondition failed",
    413: "Too large",
    414: "Address too long",
    415: "Unsupported media type",
    421: "Misdirected request",
    422: "Too much to answer",
    429: "Too many requests",
    431: "Headers too large",
    500: "Internal error",
    502: "Bad gateway",
    503: "Not available",
    504: "Gateway timeout",
}


def plainly(request: Request, refusal: Refusal) -> Response:
    """Return a refusal as JSON for who asks for JSON (RFC 9457), else as text."""
    offered = ["text/plain", "application/problem+json", "application/json"]
    if (chosen(request.accept, offered) or "text/plain") != "text/plain":
        problem = {"title": TITLES.get(refusal.status, "Error"), "status": refusal.status, "detail": refusal.reason}
        places = {"line": refusal.line, "column": refusal.column, "parameter": refusal.parameter}
        made = Response.json({**problem, **{key: place for key, place in places.items() if place is not None}})
        return made._replace(
            status=refusal.status, media="application/problem+json", headers=refusal.headers, kept=False
        )
    return Response(
        refusal.status, f"{refusal.reason}\n".encode(errors="replace"), "text/plain", refusal.headers, False
    )


def late(error: QueryTimeoutError, longest_s: float, service: str | None) -> Refusal:
    """Return why there was no answer in time: `service` is what SERVICE asked, and `longest_s` the most that we allow.

    Who asked for less time by the parameter `timeout` may ask for more.
    """
    limit = error.limit or 0
    seconds = f"{limit:g} second{'' if limit == 1 else 's'}"
    if service is not None:
        return Refusal(504, f"{error.what} was stopped after {seconds}: {service} did not answer all of it in time")
    more = f"or for more time with the parameter timeout, up to {longest_s:g}"
    remedy = "since this service allows no more" if limit >= longest_s else more
    return Refusal(503, f"{error.what} was stopped after {seconds}; ask for less, {remedy}", (("Retry-After", "5"),))


_MOST = 4000  # characters of a sentence, which may repeat what was asked


def refusal_of(error: StsKgError) -> Refusal:
    """Return an error of ours as a refusal: the status that says whose fault it is, and the same sentence."""
    said = str(error)
    said = said if len(said) <= _MOST else f"{said[:_MOST]}…"
    if isinstance(error, ShareFullError):
        return Refusal(429, said, (("Retry-After", "1"),))
    if isinstance(error, QueueFullError | WorkerDiedError):
        return Refusal(503, said, (("Retry-After", "1"),))
    if isinstance(error, QueryTimeoutError):
        return Refusal(503, said, (("Retry-After", "5"),))
    if isinstance(error, MemoryLimitError):
        much = "memory than there is" if error.limit is None else f"than {shown_size(error.limit)} of memory"
        return Refusal(422, f"{error.what} was stopped: it needs more {much}; add a LIMIT, or ask for less")
    if isinstance(error, LimitError):
        return Refusal(422, said)
    if isinstance(error, EndpointTimeoutError):
        return Refusal(504, said)
    if isinstance(error, EndpointError):
        return Refusal(502, said)
    if isinstance(error, QueryError):
        return Refusal(400, said, line=error.line, column=error.column)
    if isinstance(error, UnwritableError):
        return Refusal(406, said)
    return Refusal(404 if isinstance(error, UnknownNameError | NotLinkedError) else 400, said)
