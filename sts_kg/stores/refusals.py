"""What a server means by an answer that is of no use: the kind of error, its words, and what can be done about it."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, unquote_plus

from sts_kg.errors import (
    EndpointAnswerError,
    EndpointBusyError,
    EndpointError,
    EndpointRedirectError,
    EndpointRefusedError,
    EndpointUnauthorisedError,
    EndpointUnavailableError,
)
from sts_kg.safe import hidden

__all__ = ["is_page", "meaning_of", "plain_reason", "secrets_of", "wait_of"]

_PUBLIC_FIELDS = (  # of the SPARQL protocol, and what endpoints take beside them
    *("query", "update", "default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri"),
    *("graph", "format", "output", "results", "timeout", "infer"),
)


def meaning_of(status: int, host: str | None, wait_s: float | None, *, signed: bool) -> tuple[type[EndpointError], str]:
    """Return the kind of error that a status means, and the remedy, which may be empty.

    `signed` says whether a user and a password were sent; `wait_s`, how long the server asks to wait.
    """
    kind, remedy = EndpointError, ""
    if status == 400:
        kind, remedy = EndpointRefusedError, "correct the request"
    elif status == 407:
        kind, remedy = (
            EndpointUnauthorisedError,
            "the proxy of this machine (http_proxy) wants another user or password",
        )
    elif status == 206:
        kind, remedy = (
            EndpointAnswerError,
            "only a part of the answer; ask for less, or ask without the cache in between",
        )
    elif status < 300:
        kind, remedy = EndpointAnswerError, "no answer to use; check that the address is that of the endpoint itself"
    elif status == 304:
        kind, remedy = EndpointAnswerError, "a cache in between kept the answer for itself; ask again without it"
    elif status < 400:
        kind, remedy = EndpointRedirectError, "names no address to go on to; use the final address"
    elif status in (401, 403):
        kind = EndpointUnauthorisedError
        remedy = (
            "the user or the password is wrong"
            if signed
            else f"set STS_KG_USER and STS_KG_PASSWORD, or add a line for {host} to ~/.netrc"
        )
    elif status in (404, 410):
        remedy = "check the address"
    elif status == 429 or status >= 500:
        kind = EndpointBusyError if status == 429 else EndpointUnavailableError
        remedy = f"ask again in {wait_s:,.0f} s" if wait_s is not None else "ask again later, or ask for less"
    return kind, remedy


def wait_of(value: str | None) -> float | None:
    """Return the seconds to wait that a header gives as a number or a date; None if it is not valid."""
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    return None


def plain_reason(body: bytes, content_type: str, secrets: Iterable[str] = ()) -> str:
    """Return the message of an error page: the title of HTML, the message of JSON, else the first line.

    It has at most 300 characters, and an ellipsis in the place of each secret.

    Examples
    --------
    >>> plain_reason(b"<html><title>Sign &amp; in</title><p>Hello</html>", "text/html")
    'Sign & in'
    """
    secrets = tuple(secrets)
    text = hidden(body.decode("utf-8", "replace"), secrets)
    if "html" in content_type or is_page(text):
        title = re.search(r"<title\b", text, re.IGNORECASE)
        inside = text[title.end() :].partition(">")[2] if title else ""
        inside = re.split(r"(?i)</title", inside, maxsplit=1)[0]
        if title and inside.strip():
            text = inside.replace("\n", " ")
        else:
            for name in ("script", "style"):  # each piece begins inside of the element
                first, *others = re.split(rf"(?i)<{name}\b", text)
                text = " ".join(
                    [first, *(([*re.split(rf"(?i)</{name}>", each, maxsplit=1), ""])[1] for each in others)]
                )
        first, *others = text.split("<")
        text = html.unescape("\n".join([first, *(each.partition(">")[2] for each in others)]))
    elif "json" in content_type:
        with suppress(ValueError, RecursionError):
            document = json.loads(text, strict=False)
            keys = ("message", "exception", "error", "detail") if isinstance(document, dict) else ()
            said = [document.get(key) for key in keys]
            text = next((each for each in said if isinstance(each, str)), text)
    lines = (" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in text.splitlines())
    return hidden(next((line for line in lines if line), ""), secrets)[:300]


def is_page(text: str) -> bool:
    """Return whether a text is a web page."""
    return re.match(r"\s*<(!doctype\s+html|html)\b", text, re.IGNORECASE) is not None


def secrets_of(url: str) -> Iterator[str]:
    """Yield the parts of an address that may be secret: user, password, fragment and values of its query string."""
    _, _, rest = url.partition("://")
    user, at, _ = rest.rpartition("@")
    if at:
        yield from (user, user.partition(":")[2], unquote(user.partition(":")[2]))
    address, _, fragment = url.partition("#")
    query = address.partition("?")[2]
    for text in (fragment, query):
        for pair in text.split("&"):
            name, _, value = pair.partition("=")
            if name.lower() not in _PUBLIC_FIELDS:
                yield from (value, unquote_plus(value)) if value else (pair, unquote_plus(pair))
