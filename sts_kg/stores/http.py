"""One HTTP request with limits: a deadline for everything, a maximum of bytes, a few attempts, typed errors.

This module decides which redirects to follow and what to try again. `connection` transfers the bytes, `credentials`
signs in, `refusals` says what a server means. It knows neither SPARQL nor RDF.
"""

from __future__ import annotations

import random
import re
import socket
import ssl
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, IncompleteRead, InvalidURL
from typing import BinaryIO, NoReturn
from urllib.error import URLError
from urllib.parse import SplitResult, parse_qs, quote, unquote, urljoin, urlsplit, urlunsplit
from urllib.request import Request, getproxies

from sts_kg.errors import (
    EndpointAnswerError,
    EndpointBusyError,
    EndpointError,
    EndpointRedirectError,
    EndpointTimeoutError,
    EndpointTooLargeError,
    EndpointUnavailableError,
    EndpointUnreachableError,
    shown_size,
)
from sts_kg.guideline import version
from sts_kg.rdf import BASE
from sts_kg.safe import hidden, without_secrets
from sts_kg.stores.connection import decoded, opened, received
from sts_kg.stores.credentials import Login, authorization, basic, login_for, sent_at_once
from sts_kg.stores.refusals import meaning_of, plain_reason, secrets_of, wait_of

__all__ = ["Reply", "agent", "send"]

_MOST_REASON = 65_536  # the most bytes read of an error page
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_AGAIN = (429, 502, 503, 504)  # worth another attempt
_IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
_PORTS = {"http": 80, "https": 443}
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_PUBLIC_HEADERS = ("accept", "accept-encoding", "content-type", "content-length", "user-agent")
_LOST = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)  # the first is also RemoteDisconnected

# For tests to replace.
_now, _sleep, _uniform = time.monotonic, time.sleep, random.uniform


@dataclass(frozen=True)
class Reply:
    """An answer: `status`, the media type without parameters, `headers` by name in lower case, and the `body`.

    The body is decompressed, and empty if it was written into a file; `url` is the address after all redirects, without
    its query string.
    """

    status: int
    content_type: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str


@dataclass
class _Call:
    """One call of `send`: the request, its limits, and its progress."""

    url: str
    method: str
    body: bytes | None
    headers: Mapping[str, str]
    accepted: Collection[int]
    most_bytes: int
    started: float
    until: float
    into: BinaryIO | None = None
    progress: Callable[[int, int | None], None] | None = None
    login: Login | None = None
    attempt: int = 1

    def fail(self, kind: type[EndpointError], url: str, reason: str, *, status: int | None = None) -> EndpointError:
        waited_s = _now() - self.started
        return kind(
            without_secrets(url),
            hidden(reason, self.secrets()),
            status=status,
            waited_s=waited_s,
            attempts=self.attempt,
        )

    def late(self, url: str) -> EndpointError:
        return self.fail(EndpointTimeoutError, url, "no answer in time; ask for less or allow more time")

    def secrets(self) -> Iterator[str]:
        """Yield what no message may show."""
        yield from secrets_of(self.url)
        for name, value in self.headers.items():
            if name.lower() not in _PUBLIC_HEADERS:
                yield from (value, *value.split())
        if self.login is not None:
            yield from (basic(self.login).partition(" ")[2], self.login.password)
        for proxy in getproxies().values():
            user, at, _ = proxy.partition("://")[2].rpartition("@")
            if at:
                password = user.partition(":")[2]
                yield from (password, unquote(password), b64encode(unquote(user).encode()).decode())


def send(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = {},
    timeout_s: float = 60.0,
    most_bytes: int = 100_000_000,
    attempts: int = 3,
    accept_status: Collection[int] = (200, 201, 202, 204),
    repeatable: bool | None = None,
    into: BinaryIO | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Reply:
    """Return the complete answer of a server, within one deadline for all attempts, redirects and bytes.

    After status 429, 502, 503 or 504, or a lost connection, a repeatable request is sent again. The pause is the one
    that the server asks for, or a random one whose maximum doubles. Repeatable by default are GET, HEAD, OPTIONS, PUT,
    DELETE, and POST of a SPARQL query. Up to five redirects are followed, but none from https to http. They keep method
    and body, except 303.

    User and password come from STS_KG_USER and STS_KG_PASSWORD (only for the host in STS_KG_HOST, if that is set),
    otherwise from the netrc file. They are sent with the first request if they are for this host only and nobody can
    intercept them, otherwise when the server asks for them. Digest is used if the server offers it, otherwise Basic. No
    other host gets them.

    Parameters
    ----------
    most_bytes : int
        The most bytes of the answer, both before and after decompression.
    accept_status : collection of int
        The statuses that count as answers; all others are errors.
    into : binary file, optional
        An empty file that gets the body piece by piece, instead of memory; after an error it may hold a part.
    progress : callable, optional
        Called with the number of bytes written `into` the file, and how many there are if the server says it.

    Raises
    ------
    EndpointTimeoutError
        The answer was not complete within `timeout_s` seconds.
    EndpointUnreachableError
        No connection: unknown host, nothing listens there, or its certificate is not trusted.
    EndpointRefusedError, EndpointUnauthorisedError, EndpointBusyError, EndpointUnavailableError
        Status 400; 401 and 403; 429; 5xx.
    EndpointTooLargeError, EndpointAnswerError
        The answer has more than `most_bytes` bytes; it is incomplete or its compression is damaged.
    EndpointRedirectError
        More than five redirects, or one that is not allowed.
    EndpointError
        Any other status, or an unusable address; also the base class of all these errors.
    """
    started = _now()
    until = started + timeout_s
    call = _Call(url, method.upper(), body, headers, accept_status, most_bytes, started, until, into, progress)
    parts = _checked(call, url)
    if not any(name.lower() == "authorization" for name in headers):
        call.login = login_for(parts)
    if repeatable is None:
        repeatable = call.method in _IDEMPOTENT or _is_query(body, headers)
    while True:
        try:
            return _followed(call, parts)
        except _LOST as error:
            failure: EndpointError = call.fail(
                EndpointUnreachableError, url, f"lost the connection: {error.strerror or error}; try again later"
            )
            failure.__cause__ = error
        except (EndpointBusyError, EndpointUnavailableError) as error:
            if error.status not in _AGAIN:
                raise
            failure = error
        asked_s = getattr(failure, "wait_s", None)
        pause_s = asked_s
        if pause_s is None:  # full jitter
            pause_s = _uniform(0.0, min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** (call.attempt - 1)))
        if not repeatable or call.attempt >= attempts or _now() + pause_s >= call.until:
            raise failure
        _sleep(pause_s)
        call.attempt += 1


def agent() -> str:
    """Return the User-Agent that we send.

    Examples
    --------
    >>> agent().endswith("(+https://w3id.org/sts-kg/)")
    True
    """
    return f"sts-kg/{version()} (+{BASE})"


# --- addresses


_WRITTEN = "write it as https://host/path"
_CREDENTIALS = (
    "the address contains a user or a password; remove them, and set STS_KG_USER and STS_KG_PASSWORD or use ~/.netrc"
)


def _checked(call: _Call, url: str) -> SplitResult:
    """Return the parts of a valid address, in ASCII."""

    def refused(reason: str) -> EndpointError:  # our words hold no secret, and a user may be called like one of them
        return EndpointError(without_secrets(url), reason, waited_s=_now() - call.started, attempts=call.attempt)

    found = _parsed(url)
    if found is None:
        raise refused(_CREDENTIALS if "@" in url.partition("?")[0] else "is not a valid address; " + _WRITTEN)
    parts, host, port, authority = found
    if parts.scheme not in _PORTS or not host or re.search(r"[\x00-\x20\x7f]", url):
        raise refused("is not an http or https address; " + _WRITTEN)
    if "@" in parts.netloc:
        raise refused(_CREDENTIALS)
    netloc = (f"[{authority}]" if ":" in authority else authority) + (f":{port}" if port is not None else "")
    safe = "%/:=&?~#+!$,;'@()*[]"
    return SplitResult(parts.scheme, netloc, quote(parts.path, safe), quote(parts.query, safe), "")


def _parsed(url: str) -> tuple[SplitResult, str, int | None, str] | None:
    """Return the parts of an address, its host, port, and host in ASCII; None if it is not valid.

    The error that says so is not kept, since it may hold a part of a password.
    """
    with suppress(ValueError):
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts, host, parts.port, host if host.isascii() else host.encode("idna").decode()
    return None


def _next(call: _Call, parts: SplitResult, location: str | None) -> SplitResult:
    """Return the target of a redirect."""
    here = urlunsplit(parts)
    if not location:
        raise call.fail(EndpointRedirectError, here, "redirects without a target; check the address")
    try:
        url = urljoin(here, location.strip())
    except ValueError:
        url = location.strip()  # rejected below
    to = without_secrets(url)
    if not url.lower().startswith(("http://", "https://")):
        raise call.fail(EndpointRedirectError, here, f"redirects to {to}, which is not an http or https address")
    if parts.scheme == "https" and not url.lower().startswith("https:"):
        raise call.fail(
            EndpointRedirectError, here, f"redirects from https to {to}, which is not encrypted; not followed"
        )
    if _parsed(url) is None or "@" in urlsplit(url).netloc:
        reason = f"redirects to {to}, which cannot be used; use the final address"
        raise call.fail(EndpointRedirectError, here, reason)
    return _checked(call, url)


def _same_server(first: SplitResult, other: SplitResult) -> bool:
    ports = [parts.port or _PORTS[parts.scheme] for parts in (first, other)]
    return first.hostname == other.hostname and (ports[0] == ports[1] or ports == [80, 443])


def _is_query(body: bytes | None, headers: Mapping[str, str]) -> bool:
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "").partition(";")[0]
    if kind.strip().lower() == "application/x-www-form-urlencoded":
        form = parse_qs((body or b"").decode("latin-1"))
        return "query" in form and "update" not in form
    return kind.strip().lower() == "application/sparql-query"


# --- one attempt


def _followed(call: _Call, first: SplitResult) -> Reply:
    """Return the answer after all redirects, signed in if the server asks for it."""
    parts, method, body = first, call.method, call.body
    headers = {"User-Agent": agent(), "Accept-Encoding": "gzip, deflate"} | dict(call.headers)
    login = call.login
    signed = basic(login) if login is not None and sent_at_once(login, parts) else None
    challenged = redirects = 0
    while True:
        sent = headers | ({"Authorization": signed} if signed else {})
        with _response(call, parts, method, body, sent) as response:
            status = response.status
            if status in _REDIRECTS and status not in call.accepted:
                redirects += 1
                to = _next(call, parts, response.headers.get("Location"))
                if redirects > _MOST_REDIRECTS:
                    reason = f"redirects more than {_MOST_REDIRECTS} times, now to {without_secrets(urlunsplit(to))}"
                    raise call.fail(EndpointRedirectError, call.url, f"{reason}; check the address")
                if status == 303 and method != "HEAD":
                    method, body = "GET", None
                    headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
                if not _same_server(first, to):
                    login = signed = None
                    private = ("authorization", "cookie", "proxy-authorization")
                    headers = {name: value for name, value in headers.items() if name.lower() not in private}
                elif signed and not signed.startswith("Basic"):
                    signed = None  # a Digest is valid for one path
                parts = to
                continue
            if status == 401 and login is not None and challenged < 2:
                offers = response.headers.get_all("WWW-Authenticate", [])
                path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
                answer = authorization(login, offers, method, path, signed)
                if answer is not None:
                    signed, challenged = answer, challenged + 1
                    continue
            if status not in call.accepted:
                _refuse(call, parts, response, signed=signed is not None)
            return _reply(call, parts, response)


def _response(
    call: _Call, parts: SplitResult, method: str, body: bytes | None, headers: Mapping[str, str]
) -> HTTPResponse:
    """Return a response of any status after its headers were read."""
    url = urlunsplit(parts)
    try:
        return opened(Request(url, data=body, headers=dict(headers), method=method), call.until)
    except _LOST:
        raise
    except TimeoutError as error:
        raise call.late(url) from error
    except (HTTPException, ValueError) as error:  # whose texts may hold the address, or that of a proxy
        is_answer = isinstance(error, HTTPException) and not isinstance(error, InvalidURL)
    except OSError as error:
        why = error.reason if isinstance(error, URLError) else error
        if isinstance(why, _LOST):
            raise why from error
        if isinstance(why, TimeoutError):
            raise call.late(url) from error
        if isinstance(why, ssl.SSLCertVerificationError):
            text = f"has a certificate that is not trusted: {why.verify_message}"
        elif isinstance(why, socket.gaierror):
            text = "the host is unknown, or there is no network; check the address"
        elif str(why).startswith("Tunnel connection failed: 407"):
            text = "the proxy of this machine (https_proxy) wants another user or password"
        else:
            text = f"cannot be reached: {getattr(why, 'strerror', None) or why}; check the address and the server"
        raise call.fail(EndpointUnreachableError, url, text) from error
    if is_answer:
        raise call.fail(EndpointAnswerError, url, "the answer is not HTTP; check the address and port")
    reason = "cannot be asked; check the address, and the proxy of this machine (http_proxy, https_proxy)"
    raise call.fail(EndpointUnreachableError, url, reason)


def _reply(call: _Call, parts: SplitResult, response: HTTPResponse) -> Reply:
    url = urlunsplit(parts)
    headers = {name.lower(): value for name, value in response.headers.items() if name.lower() != "set-cookie"}
    coding = headers.get("content-encoding", "").strip().lower()
    size = response.length if coding in ("", "identity") else None
    pieces, body = _pieces(call, url, response, coding), b""
    if call.into is None:
        body = b"".join(pieces)
    else:
        _write(call, pieces, size)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Reply(response.status, kind, headers, body, without_secrets(url))


def _write(call: _Call, pieces: Iterator[bytes], size: int | None) -> None:
    """Write the pieces of a body into the file of a call, instead of what an attempt before has left there."""
    assert call.into is not None, "the caller has looked"
    call.into.seek(0)
    call.into.truncate()
    written = 0
    for piece in pieces:
        call.into.write(piece)
        written += len(piece)
        if call.progress is not None:
            call.progress(written, size)


def _pieces(call: _Call, url: str, response: HTTPResponse, coding: str) -> Iterator[bytes]:
    """Yield the pieces of a body, decompressed."""
    try:
        yield from decoded(received(response, call.most_bytes), coding, call.most_bytes)
    except BufferError as error:
        size = shown_size(call.most_bytes)
        text = f"the answer has more than {size}; ask for less (LIMIT, fewer variables) or allow more"
        raise call.fail(EndpointTooLargeError, url, text, status=response.status) from error
    except IncompleteRead as error:
        raise call.fail(EndpointAnswerError, url, "the answer is incomplete; ask again, or ask for less") from error
    except zlib.error as error:
        text = f"the answer is not valid {coding} data; ask again, or ask another endpoint"
        raise call.fail(EndpointAnswerError, url, text) from error
    except TimeoutError as error:
        raise call.late(url) from error
    except _LOST:
        raise
    except (HTTPException, OSError) as error:
        raise call.fail(EndpointAnswerError, url, "the answer is not valid HTTP; ask again") from error


def _refuse(call: _Call, parts: SplitResult, response: HTTPResponse, *, signed: bool) -> NoReturn:
    """Raise the error that a status means."""
    pieces: list[bytes] = []
    with suppress(OSError, HTTPException, BufferError):
        for piece in received(response, _MOST_REASON):
            pieces.append(piece)
    body = b"".join(pieces)
    if response.headers.get("Content-Encoding"):
        with suppress(zlib.error):
            body = zlib.decompressobj(47).decompress(body, _MOST_REASON)
    kind_of_body = response.headers.get("Content-Type", "").lower()
    said = plain_reason(body, kind_of_body, call.secrets()) or response.reason or "no reason given"
    status = response.status
    wait_s = wait_of(response.headers.get("Retry-After")) if status >= 429 else None
    kind, remedy = meaning_of(status, parts.hostname, wait_s, signed=signed)
    error = call.fail(kind, urlunsplit(parts), f"{said}; {remedy}" if remedy else said, status=status)
    if isinstance(error, (EndpointBusyError, EndpointUnavailableError)):
        error.wait_s = wait_s
    raise error
