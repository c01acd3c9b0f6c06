"""One request and its answer, between a client and a lane of workers."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from sts_kg.safe import visible
from sts_kg.server.addresses import is_ours, site_of
from sts_kg.server.cache import Kept
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.protocol import Asked, asked
from sts_kg.server.refusals import plainly
from sts_kg.server.routes import BULK, CANNED, ELSEWHERE, FREE, Page

if TYPE_CHECKING:
    from sts_kg.server.app import Service

__all__ = ["Exchange"]

_HOST = re.compile(r"[A-Za-z0-9.\-_]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_NOT_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BODY_S, _BODY_RATE = 10.0, 50_000  # within which a body must have come, and a second more for so many bytes of it
_READ_S, _READ_RATE = 30.0, 64 * 1024  # within which an answer must be read, and a second more for so many bytes of it
_HIGH_WATER = 64 * 1024  # bytes that a socket takes without being read
_MOST_ACCEPT = 4096  # bytes
_MOST_FORM = 64 * 1024  # bytes of a query that are read here and not by a worker
_TIMEOUT = re.compile(rb"(?:^|&)timeout=([^&]{1,50})(?:&|$)")
_BULK_S = 10.0  # for an answer of the lane that all share
_SURPLUS_S = 2.0  # as long a body that is too large is still read, so that its sender can read why
_SOON_S = 0.05  # an answer that is there by then is not watched: whether its client leaves
_PIECE = 256 * 1024  # bytes of an answer that are handed over at a time
_FORM = "application/x-www-form-urlencoded"
_AGAIN = (("Retry-After", "1"),)
_CLOSE = (("Connection", "close"),)
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)


class Exchange:
    """One request and its answer."""

    __slots__ = (
        "_began",
        "_cache",
        "_client",
        "_handler",
        "_held",
        "_lane",
        "_receive",
        "_scope",
        "_send",
        "_service",
        "_size",
        "_status",
        "has_left",
    )

    def __init__(self, service: Service, scope: Scope, receive: Receive, send: Send) -> None:
        self._began = time.perf_counter()
        self._service, self._scope, self._receive, self._send = service, scope, receive, send
        self._status, self._size, self._handler = 0, 0, "none"
        self._lane: str | None = None
        self._cache: str | None = None
        client = scope.get("client")
        self._client = site_of(client[0]) if client else ""  # whose share it counts for
        self._held = 0
        self.has_left = False  #: whether the client has gone

    def note(self) -> None:
        """Log and count it; a client that has gone is 499, as in the logs of others."""
        service, scope, seconds = self._service, self._scope, time.perf_counter() - self._began
        service.bodies.give(self._client, self._held)
        status = 499 if self.has_left else self._status or 500
        service.metrics.request(self._handler, status, seconds, self._size)
        service.log.request(scope["method"], scope["path"], status, 1000 * seconds, self._size, self._lane, self._cache)

    async def broken(self) -> None:
        """Answer that something went wrong here, if nothing was answered yet."""
        if not self._status:
            response = plainly(Request(), Refusal(500, "something went wrong here; it is in the log", _CLOSE))
            await self._answered(_bare("none"), response, None, {})

    async def run(self) -> None:
        """Answer."""
        service, scope = self._service, self._scope
        headers: dict[bytes, bytes] = dict(scope["headers"])
        page = None
        try:
            request = self._request(headers)
            page = service.page_of(scope)
            if page is None:
                if (found := self._without_page(request)) is not None:
                    await self._answered(*found, headers)
                else:
                    await self._refused(
                        ELSEWHERE, request, Refusal(404, f"there is nothing at {visible(request.path[:200])}")
                    )
                return
            self._handler = page.handler
            allowed = ", ".join(_allowed(page.methods))
            if request.method == "OPTIONS":
                options = (("Allow", allowed), *(_PREFLIGHT if service.is_open(page) else ()))
                await self._answered(page, Response(204, b"", "", options), None, headers)
                return
            if request.method not in page.methods:
                raise Refusal(405, f"{scope['method']} is not allowed here, but {allowed}", (("Allow", allowed),))
            if request.query and not page.takes_query:  # else each address would be made and kept anew
                refusal = Refusal(
                    400, f"{visible(request.path[:200])} takes no parameters; leave out the ? and the rest"
                )
                await self._refused(page, request._replace(query=""), refusal)
                return
            if request.method != "GET":
                try:
                    body = await self._body(headers, service.settings.most_body)
                except Refusal as refusal:
                    if refusal.status != 413:
                        raise
                    await self._refused(page, request, refusal)
                    return
                request = request._replace(body=body)
            request = request._replace(parameters=dict(scope["path_params"]))
            await self._asked(page, request, headers)
        except Refusal as refusal:
            page = page or _bare("none")
            response = plainly(Request(accept=headers.get(b"accept", b"")[:_MOST_ACCEPT].decode("latin-1")), refusal)
            await self._answered(page, response, None, headers)

    async def _asked(self, page: Page, request: Request, headers: Mapping[bytes, bytes]) -> None:
        """Answer by what is kept, or by a worker."""
        service = self._service
        lane, timeout_s, client = service.lanes[page.lane], service.settings.timeout_s, self._client
        if page.lane == BULK:
            timeout_s = min(timeout_s, _BULK_S)
        if page.lane == FREE:
            try:
                query = _asked(request)
            except Refusal as refusal:
                await self._refused(page, request, refusal)
                return
            if query is None:
                lane = service.lanes[CANNED]
            else:
                timeout_s = min(timeout_s, query.timeout_s or timeout_s)
        key = None
        if page.kept and request.method == "GET" and service.digest is not None:  # a body may hold facts of a patient
            key = service.key_of(page, request)
            if (kept := service.cache.get(key)) is not None:
                self._cache = "hit"
                await self._sent(kept, headers, is_kept=True)
                return
            self._cache = "miss"
            given = headers.get(b"if-none-match")
            if given and given.strip() != b"*" and _matches(given, key):  # we gave it for this very answer
                await self._answered(page, Response(200, b"", "text/plain"), key, headers)
                return
        self._lane = lane.name
        response = await self._watched(service.answer(page, request, client, lane, timeout_s))
        if key is None or not response.kept or response.status != 200:
            await self._answered(page, response, None, headers)
            return
        kept = Kept(tuple(service.headers(page, response, key)), key, response.body)
        await self._sent(kept, headers, is_kept=service.cache.put(key, kept))

    async def _refused(self, page: Page, request: Request, refusal: Refusal) -> None:
        """Say what was wrong: as a page for who wants one."""
        response = await self._service.refused(page, request, self._client, None, refusal)
        await self._answered(page, response, None, {})

    # --- what is asked

    def _request(self, headers: Mapping[bytes, bytes]) -> Request:
        """Return the request, without its body and the parameters of its path.

        Raises
        ------
        Refusal
            It is not as it must be (400), or asks for a host that we are not (421).
        """
        scope, settings = self._scope, self._service.settings
        host = headers.get(b"host", b"").decode("latin-1")
        if len(headers) != len(scope["headers"]):
            names = [name for name, _ in scope["headers"]]
            if names.count(b"host") > 1:
                raise Refusal(400, "there is more than one header Host", _CLOSE)
            accepted = [value for name, value in scope["headers"] if name == b"accept"]
            if len(accepted) > 1:
                headers = {**headers, b"accept": b", ".join(accepted)}
        if len(headers.get(b"accept", b"")) > _MOST_ACCEPT:
            raise Refusal(400, f"the header Accept has more than {_MOST_ACCEPT:,} bytes", _CLOSE)
        if not (_HOST.fullmatch(host) or (not host and scope["http_version"] == "1.0")):
            raise Refusal(400, "the header Host is not the name of a host", _CLOSE)
        if _NOT_PERCENT.search(scope["raw_path"]) or _NOT_PERCENT.search(scope["query_string"]):
            raise Refusal(400, "a percent sign in the address stands before two hexadecimal digits; write it as %25")
        is_bound = self._service.has_cases or settings.allowed_hosts
        if host and is_bound and not is_ours(host, (settings.host, *settings.allowed_hosts)):
            name = host.partition(":")[0]
            told = f"start it with --allowed-host {name} (in Python: allowed_hosts), if that is its name"
            raise Refusal(421, f"this service does not answer as {name}; {told}", _CLOSE)
        path = scope["path"]
        if "\ufffd" in path and b"%EF%BF%BD" not in scope["raw_path"].upper():
            raise Refusal(400, "the path is not UTF-8, percent-encoded")
        root = settings.root_path
        return Request(
            method="GET" if scope["method"] == "HEAD" else scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            accept=headers.get(b"accept", b"").decode("latin-1"),
            content_type=headers.get(b"content-type", b"").decode("latin-1"),
            root=root,
            base=f"{scope['scheme']}://{host or 'localhost'}{root}",
        )

    async def _body(self, headers: Mapping[bytes, bytes], most: int) -> bytes:
        """Return the body, whole.

        Raises
        ------
        Refusal
            It is larger than `most` bytes (413), comes too slowly (408), is compressed (415), or too many come (503).
        """
        coding = headers.get(b"content-encoding", b"identity").strip().lower()
        if coding != b"identity":
            coded = (*_CLOSE, ("Accept-Encoding", "identity"))
            raise Refusal(415, "a body in a content coding is not read; send it as it is", coded)
        length = headers.get(b"content-length", b"")
        is_large = length.isdigit() and int(length) > most
        if is_large and headers.get(b"expect", b"").lower() == b"100-continue":
            raise Refusal(413, f"the body has more than {most:,} bytes", _CLOSE)
        found, bodies, loop = bytearray(), self._service.bodies, asyncio.get_running_loop()
        until = loop.time() + _BODY_S
        try:
            async with asyncio.timeout_at(until) as limit:
                while True:
                    message = await self._receive()
                    if message["type"] == "http.disconnect":
                        self.has_left = True
                        raise asyncio.CancelledError
                    if not is_large:
                        piece = message["body"]
                        if not bodies.take(self._client, len(piece)):
                            raise Refusal(503, "too many bodies are on their way; try again later", (*_AGAIN, *_CLOSE))
                        self._held += len(piece)
                        found += piece
                        limit.reschedule(until + len(found) / _BODY_RATE)
                        if len(found) > most:
                            is_large = True
                            limit.reschedule(loop.time() + _SURPLUS_S)
                    if not message.get("more_body"):
                        break
        except TimeoutError:
            if not is_large:
                slow = f"the body did not come within {_BODY_S:g} seconds, and one more for {_BODY_RATE:,} bytes each"
                raise Refusal(408, slow, _CLOSE) from None
        if is_large:
            raise Refusal(413, f"the body has more than {most:,} bytes", _CLOSE)
        return bytes(found)

    def _without_page(self, request: Request) -> tuple[Page, Response, bytes | None] | None:
        """Return the answer at an address that is no page of a worker, and its ETag; None if there is nothing."""
        service, path = self._service, request.path
        own = service.own(path)
        if own is not None:
            self._handler, response, etag = own
            allowed = ", ".join(_allowed(("GET",)))
            if request.method == "OPTIONS":
                return _bare(self._handler), Response(204, b"", "", (("Allow", allowed),), kept=False), None
            if request.method != "GET":
                raise Refusal(405, f"{request.method} is not allowed here, but {allowed}", (("Allow", allowed),))
            return _bare(self._handler), response, etag
        return None

    async def _watched(self, answering: Awaitable[Response]) -> Response:
        """Return an answer; if the client leaves before, end the work for it."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        watching: asyncio.Task[None] | None = None

        async def gone() -> None:
            while (await self._receive())["type"] != "http.disconnect":
                pass
            self.has_left = True
            if task is not None:
                task.cancel()

        def begin() -> None:
            nonlocal watching
            watching = loop.create_task(gone())

        timer = loop.call_later(_SOON_S, begin)
        try:
            return await answering
        finally:
            timer.cancel()
            if watching is not None:
                watching.cancel()

    # --- what is answered

    async def _answered(
        self, page: Page, response: Response, etag: bytes | None, headers: Mapping[bytes, bytes]
    ) -> None:
        made = tuple(self._service.headers(page, response, etag))
        await self._sent(Kept(made, etag or b"", response.body), headers, response.status)

    async def _sent(
        self, answer: Kept, headers: Mapping[bytes, bytes], status: int = 200, *, is_kept: bool = False
    ) -> None:
        """Send an answer; only that it has not changed, if the client has it already. What is kept costs nothing."""
        service, send, body = self._service, self._send, answer.body
        wanted = headers.get(b"if-match")
        if wanted is not None and answer.etag and not {*map(bytes.strip, wanted.split(b","))} & {answer.etag, b"*"}:
            refusal = Refusal(412, "the answer has another ETag than the header If-Match names")
            await self._answered(_bare(self._handler), plainly(Request(), refusal), None, {})
            return
        given = headers.get(b"if-none-match")
        if given is not None and answer.etag and _matches(given, answer.etag):
            self._status = 304
            found = [(name, value) for name, value in answer.headers if name not in _OF_BODY]
            await send({"type": "http.response.start", "status": 304, "headers": found})
            await send({"type": "http.response.body", "body": b""})
            return
        size = len(body) if self._scope["method"] != "HEAD" else 0
        cost = 0 if is_kept else size
        if not service.answers.take(self._client, cost):
            refusal = Refusal(503, "too many large answers are on their way; try again later", _AGAIN)
            response = plainly(Request(), refusal)
            made = tuple(service.headers(_bare("none"), response, None))
            await self._sent(Kept(made, b"", response.body), {}, 503, is_kept=True)  # it is small
            return
        self._status, self._size = status, size
        try:
            await send({"type": "http.response.start", "status": status, "headers": answer.headers})
            if size <= _HIGH_WATER:
                await send({"type": "http.response.body", "body": body})
            else:
                await self._read(memoryview(body))
        finally:
            service.answers.give(self._client, cost)

    async def _read(self, left: memoryview) -> None:
        """Send a large body piece by piece, as fast as the client reads; give up one who reads too slowly."""
        began, handed = asyncio.get_running_loop().time() + _READ_S, 0
        try:
            async with asyncio.timeout_at(began) as limit:
                while left:
                    piece, left = left[:_PIECE], left[_PIECE:]
                    limit.reschedule(began + handed / _READ_RATE)
                    await self._send({"type": "http.response.body", "body": piece, "more_body": True})
                    handed += len(piece)
                limit.reschedule(began + handed / _READ_RATE)
                await self._send({"type": "http.response.body", "body": b""})  # goes when the rest was read
        except TimeoutError:
            self.has_left = True
            raise asyncio.CancelledError from None  # the connection ends, since the answer is not complete


_OF_BODY = {b"content-type", b"content-length"}


def _matches(given: bytes, etag: bytes) -> bool:
    """Return whether an If-None-Match names an ETag (RFC 9110, section 13.1.2: weakly compared)."""
    return any(each.strip().removeprefix(b"W/") in (etag, b"*") for each in given.split(b","))


def _allowed(methods: tuple[str, ...]) -> tuple[str, ...]:
    return (*methods[:1], *(["HEAD"] if "GET" in methods else []), *methods[1:], "OPTIONS")


@lru_cache(maxsize=1000)
def _bare(handler: str) -> Page:
    """Return the page that something without a page of its own is answered by."""
    return Page("", handler, kept=False, is_open=False)


def _asked(request: Request) -> Asked | None:
    """Return the query of a request; of a large form only its limit of time, since a worker reads the rest."""
    if request.method != "POST" or len(request.body) <= _MOST_FORM or request.media != _FORM:
        return asked(request)
    found = _TIMEOUT.search(request.body)
    short = request._replace(body=b"query=" + (b"&" + found[0].strip(b"&") if found else b""))
    return asked(short)
