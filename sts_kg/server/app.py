"""The process that talks to clients: it holds no data, hands each request to a lane of workers, and answers whole."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from importlib import resources
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from sts_kg.errors import LimitError, QueueFullError, ShareFullError, StsKgError, WorkerDiedError
from sts_kg.safe import visible
from sts_kg.server.cache import Cache, Kept, Key
from sts_kg.server.connections import watch
from sts_kg.server.log import Log
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.metrics import MEDIA, Metrics
from sts_kg.server.negotiation import wants_html
from sts_kg.server.protocol import asked
from sts_kg.server.refusals import plainly, refusal_of
from sts_kg.server.routes import CANNED, ELSEWHERE, FREE, ROUTES, Page
from sts_kg.server.settings import Settings
from sts_kg.workers import Lane, Limits, Spawner

__all__ = ["Service"]

_DISCLAIMER = "Not medical advice; not reviewed by a clinician"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HOST = re.compile(r"[A-Za-z0-9.\-_]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_EXPOSED = "Allow, ETag, Retry-After, X-STS-KG-Version, X-STS-KG-Disclaimer"
_UTF8 = re.compile(r"text/|application/(json|problem\+json|sparql-results\+xml|rdf\+xml|yaml)")
_NOT_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

_BODY_S = 30.0  # within which a body must have come
_SURPLUS_S = 2.0  # as long a body that is too large is still read, so that its sender can read why
_PAGE_S = 10.0  # for the page that says what went wrong
_SOON_S = 0.05  # an answer that is there by then is not watched: whether its client leaves
_PIECE = 256 * 1024  # bytes of an answer that are handed over at a time
_ON_THE_WAY = 4  # times the largest answer may be on the way to clients
_AGAIN = (("Retry-After", "1"),)
_CLOSE = (("Connection", "close"),)
_NO_CACHE, _NO_STORE = (b"cache-control", b"no-cache"), (b"cache-control", b"no-store")


class _Server(Protocol):
    """What serves us: it ends when `should_exit` is true."""

    should_exit: bool
    server_state: Any


class Service:
    """The ASGI application, its lanes, its cache, its log and what it counts."""

    def __init__(self, settings: Settings, spawner: Spawner) -> None:
        self.settings, self._spawner = settings, spawner
        self.digest: str | None
        self.version: str
        self.digest, self.version = spawner.about
        self.failed = ""  #: why the service ends, if it was not told to
        self.cache = Cache(settings.cache if self.digest is not None else 0)
        few, waiting = settings.free_workers, settings.waiting
        self.lanes = {
            FREE: Lane(FREE, spawner, few + 1, long=few, waiting=waiting, share=settings.share),
            CANNED: Lane(CANNED, spawner, max(2, few), waiting=4 * waiting, share=waiting),
        }
        self.log = Log(2 if settings.log else None)
        self.metrics = Metrics(self.lanes, self.cache, lambda: len(self._connections()))
        self._root = settings.root_path
        self._on_the_way = 0
        self._server: _Server | None = None
        self._is_stopping = False
        self._static = _static()
        self._seed = hashlib.sha256(f"{self.digest} {self.version} {_build()}".encode())
        self._headers = lru_cache(maxsize=1000)(self._made)
        self._plain = {page.path: page for page in ROUTES if "{" not in page.path}
        self._routes = [(Route(page.path, _never), page) for page in ROUTES if page.path not in self._plain]
        self._lifespan = Starlette(lifespan=self._running)

    # --- from beginning to end

    def serves_by(self, server: _Server) -> None:
        """Remember what serves us."""
        self._server = server

    def _connections(self) -> set[Any]:
        return self._server.server_state.connections if self._server is not None else set()

    @asynccontextmanager
    async def _running(self, app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        loop.add_reader(self._spawner.gone, self._heard)
        watching = loop.create_task(watch(self._connections))
        yield
        watching.cancel()
        loop.remove_reader(self._spawner.gone)
        for lane in self.lanes.values():
            await lane.close()
        self._spawner.close()
        self.log.close()

    def _heard(self) -> None:
        """Let workers share what the process that holds the data has loaded since, or end if it did."""
        with suppress(OSError):
            if self._spawner.gone.recv(1):
                for lane in self.lanes.values():
                    lane.renew()
                return
        asyncio.get_running_loop().remove_reader(self._spawner.gone)
        self.failed = "the process that holds the data is gone"
        self.log.event(self.failed)
        if self._server is not None:
            self._server.should_exit = True

    def stop(self, within_s: float) -> None:
        """Take no calls any more, give up those that wait, and after some seconds those that run."""
        self._is_stopping = True

        async def close() -> None:
            await asyncio.sleep(0 if self.failed else within_s)
            for lane in self.lanes.values():
                await lane.close()

        for lane in self.lanes.values():
            lane.drain()
        self._closing = asyncio.ensure_future(close())

    def refused_early(self, status: int) -> None:
        """Log and count what was refused before it was a request."""
        self.metrics.request("none", status, 0.0, 0)
        self.log.request("", "", status, 0.0, 0, None, None)

    # --- a request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if scope["type"] != "http":
            await self._lifespan(scope, receive, send)
            return
        if self._root and f"{scope['path']}/".startswith(f"{self._root}/"):  # the proxy that put us there left it
            scope = {**scope, "path": scope["path"].removeprefix(self._root) or "/"}
        exchange = _Exchange(self, scope, receive, send)
        try:
            await exchange.run()
        except asyncio.CancelledError:
            if not exchange.has_left:
                raise
        except Exception as error:  # its words may repeat what was asked, so only its kind and place are logged
            places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-5:]]
            self.log.event(f"{type(error).__name__} at {', '.join(places)}")
            await exchange.broken()
        finally:
            exchange.note()

    def page_of(self, scope: Scope) -> Page | None:
        """Return the page of an address, with or without a slash at its end; its parameters go into the scope."""
        if (plain := self._plain.get(scope["path"])) is not None:
            scope["path_params"] = {}
            return plain
        for route, page in self._routes:
            match, found = route.matches(scope)
            if match is not Match.NONE:  # its methods are those of the page
                scope.update(found)
                return page
        shorter = scope["path"].rstrip("/")
        if shorter and shorter != scope["path"]:
            scope["path"] = shorter
            return self.page_of(scope)
        return None

    def own(self, path: str) -> tuple[str, Response, bytes | None] | None:
        """Return what this process answers by itself: a name for it, the answer and its ETag."""
        if path == "/health":
            return "health", self._health(), None
        if path == "/metrics":
            return "metrics", Response(200, self.metrics.text(), MEDIA, kept=False), None
        if path.startswith("/static/") and (file := self._static.get(path.removeprefix("/static/"))) is not None:
            return "static", *file
        return None

    def _health(self) -> Response:
        said = "stopping" if self._is_stopping or self.failed else "serving"
        lanes = {name: {"running": lane.n_running, "waiting": lane.n_waiting} for name, lane in self.lanes.items()}
        found = {"status": said, "version": self.version, "digest": self.digest, "lanes": lanes}
        return Response.json(found, kept=False)._replace(status=200 if said == "serving" else 503)

    def etag_of(self, key: Key) -> bytes:
        """Return the ETag of an answer: the data, the version and all that was asked decide it."""
        found = self._seed.copy()
        parts = [each.encode() if isinstance(each, str) else each for each in key]
        found.update(b"%r" % [*map(len, parts)] + b"".join(parts))
        return b'"%s"' % found.hexdigest()[:32].encode()

    async def answer(self, page: Page, request: Request, client: str, lane: Lane, timeout_s: float) -> Response:
        """Return the answer of a worker to a request; what goes wrong is an answer, too."""
        try:
            limits = _limits(timeout_s, self.settings.memory)
            found: Response = await lane.call(page.handler, request, client=client, limits=limits, what="the query")
            return found
        except StsKgError as error:
            return await self.refused(page, request, client, error, refusal_of(error))

    async def refused(
        self, page: Page, request: Request, client: str, error: Exception | None, refusal: Refusal
    ) -> Response:
        """Return a refusal: a page made by a worker for who wants one, if one is free, else as it is."""
        lane = self.lanes[CANNED]
        is_full = isinstance(error, QueueFullError | ShareFullError) and lane.n_running == lane.workers
        if wants_html(request.accept) and not is_full:
            told = refusal.status, refusal.reason, refusal.headers
            with suppress(LimitError, WorkerDiedError):
                limits = _limits(_PAGE_S, self.settings.memory)
                made: Response = await lane.call(
                    page.handler, request, told, client=client, limits=limits, what="a page"
                )
                return made
        return plainly(request, refusal)

    def headers(self, page: Page, response: Response, etag: bytes | None) -> list[tuple[bytes, bytes]]:
        """Return the headers of an answer; nothing in them begins another header, whoever wrote it."""
        found = [*self._headers(page.is_open, response.media, response.headers)]
        if response.media:
            found.append((b"content-length", b"%d" % len(response.body)))
        if etag is not None:
            found += [(b"etag", etag), _NO_CACHE]
        else:
            found.append(_NO_STORE)
        return found

    def _made(self, is_open: bool, media: str, more: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
        """Return the headers that many answers share."""
        is_text = _UTF8.match(media) and "charset" not in media
        found = [
            *((("content-type", media + ("; charset=utf-8" if is_text else "")),) if media else ()),
            ("vary", "Accept"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-sts-kg-version", self.version),
            ("x-sts-kg-disclaimer", _DISCLAIMER),
            *more,
        ]
        if media == "text/html":
            found.append(("content-security-policy", _POLICY))
        if is_open:
            found += [("access-control-allow-origin", "*"), ("access-control-expose-headers", _EXPOSED)]
        return tuple(
            (name.lower().encode("latin-1"), _CONTROL.sub(" ", value).strip().encode("latin-1", "replace"))
            for name, value in found
        )

    def may_send(self, size: int) -> bool:
        """Whether so many bytes more may be on the way to clients."""
        return self._on_the_way + size <= _ON_THE_WAY * self.settings.most_answer

    def on_the_way(self, size: int) -> None:
        """Count bytes that are on the way to a client; negative ones have arrived."""
        self._on_the_way += size


class _Exchange:
    """One request and its answer."""

    __slots__ = (
        "_began",
        "_cache",
        "_handler",
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
        self.has_left = False  #: whether the client has gone

    def note(self) -> None:
        """Log and count it; a client that has gone is 499, as in the logs of others."""
        service, scope, seconds = self._service, self._scope, time.perf_counter() - self._began
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
                options = (("Allow", allowed), *(_PREFLIGHT if page.is_open else ()))
                await self._answered(page, Response(204, b"", "", options), None, headers)
                return
            if request.method not in page.methods:
                raise Refusal(405, f"{scope['method']} is not allowed here, but {allowed}", (("Allow", allowed),))
            if request.method != "GET":
                body = await self._body(headers, service.settings.most_body)
                request = request._replace(body=body)
            request = request._replace(parameters=dict(scope["path_params"]))
            await self._asked(page, request, headers)
        except Refusal as refusal:
            page = _bare(self._handler)
            response = plainly(Request(accept=headers.get(b"accept", b"").decode("latin-1")), refusal)
            await self._answered(page, response, None, headers)

    async def _asked(self, page: Page, request: Request, headers: Mapping[bytes, bytes]) -> None:
        """Answer by what is kept, or by a worker."""
        service = self._service
        lane, timeout_s, is_kept, client = service.lanes[page.lane], service.settings.timeout_s, page.kept, self._client
        if page.lane == FREE:
            try:
                query = asked(request)
            except Refusal as refusal:
                await self._refused(page, request, refusal)
                return
            if query is None:
                lane = service.lanes[CANNED]
            else:
                timeout_s = min(timeout_s, query.timeout_s or timeout_s)
        key = etag = None
        if is_kept and service.digest is not None:
            key = _key(page, request)
            if (kept := service.cache.get(key)) is not None:
                self._cache = "hit"
                await self._sent(kept, headers)
                return
            self._cache, etag = "miss", service.etag_of(key)
            given = headers.get(b"if-none-match")
            if given is not None and given.strip() != b"*" and _matches(given, etag):  # we gave it for this very answer
                await self._answered(page, Response(200, b"", "text/plain"), etag, headers)
                return
        self._lane = lane.name
        response = await self._watched(service.answer(page, request, client, lane, timeout_s))
        if key is None or etag is None or not response.kept or response.status != 200:
            await self._answered(page, response, None, headers)
            return
        kept = Kept(tuple(service.headers(page, response, etag)), etag, response.body)
        service.cache.put(key, kept)
        await self._sent(kept, headers)

    async def _refused(self, page: Page, request: Request, refusal: Refusal) -> None:
        """Say what was wrong: as a page for who wants one."""
        response = await self._service.refused(page, request, self._client, None, refusal)
        await self._answered(page, response, None, {})

    # --- what is asked

    @property
    def _client(self) -> str:
        """Whose share the request counts for: an address, of IPv6 the network of one site."""
        client = self._scope.get("client")
        return _site_of(client[0]) if client else ""

    def _request(self, headers: Mapping[bytes, bytes]) -> Request:
        """Return the request, without its body and the parameters of its path.

        Raises
        ------
        Refusal
            It is not as it must be (400).
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
        if not (_HOST.fullmatch(host) or (not host and scope["http_version"] == "1.0")):
            raise Refusal(400, "the header Host is not the name of a host", _CLOSE)
        if _NOT_PERCENT.search(scope["raw_path"]) or _NOT_PERCENT.search(scope["query_string"]):
            raise Refusal(400, "a percent sign in the address stands before two hexadecimal digits; write it as %25")
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
            It is larger than `most` bytes (413), does not come (408), or is compressed (415).
        """
        coding = headers.get(b"content-encoding", b"identity").strip().lower()
        if coding != b"identity":
            raise Refusal(415, "a body in a content coding is not read; send it as it is", _CLOSE)
        length = headers.get(b"content-length", b"")
        is_large = length.isdigit() and int(length) > most
        if is_large and headers.get(b"expect", b"").lower() == b"100-continue":
            raise Refusal(413, f"the body has more than {most:,} bytes", _CLOSE)
        found = bytearray()
        try:
            async with asyncio.timeout(_BODY_S) as limit:
                while True:
                    message = await self._receive()
                    if message["type"] == "http.disconnect":
                        self.has_left = True
                        raise asyncio.CancelledError
                    if not is_large:
                        found += message["body"]
                        if len(found) > most:
                            is_large = True
                            limit.reschedule(asyncio.get_running_loop().time() + _SURPLUS_S)
                    if not message.get("more_body"):
                        break
        except TimeoutError:
            if not is_large:
                raise Refusal(408, f"the body did not come within {_BODY_S:g} seconds", _CLOSE) from None
        if is_large:
            raise Refusal(413, f"the body has more than {most:,} bytes", _CLOSE)
        return bytes(found)

    def _without_page(self, request: Request) -> tuple[Page, Response, bytes | None] | None:
        """Return the answer at an address that is no page of a worker, and its ETag; None if there is nothing."""
        service, path = self._service, request.path
        own = service.own(path)
        if own is not None:
            self._handler, response, etag = own
            if request.method != "GET":
                raise Refusal(405, f"{request.method} is not allowed here, but GET", (("Allow", "GET, HEAD"),))
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

    async def _sent(self, answer: Kept, headers: Mapping[bytes, bytes], status: int = 200) -> None:
        """Send an answer; only that it has not changed, if the client has it already."""
        service, send, body = self._service, self._send, answer.body
        given = headers.get(b"if-none-match")
        if given is not None and answer.etag and _matches(given, answer.etag):
            self._status = 304
            found = [(name, value) for name, value in answer.headers if name not in _OF_BODY]
            await send({"type": "http.response.start", "status": 304, "headers": found})
            await send({"type": "http.response.body", "body": b""})
            return
        size = len(body) if self._scope["method"] != "HEAD" else 0
        if size > _PIECE and not service.may_send(size):
            refusal = Refusal(503, "too many large answers are on their way; try again later", _AGAIN)
            response = plainly(Request(), refusal)
            await self._sent(Kept(tuple(service.headers(_bare("none"), response, None)), b"", response.body), {}, 503)
            return
        self._status, self._size = status, size
        await send({"type": "http.response.start", "status": status, "headers": answer.headers})
        if size <= _PIECE:
            await send({"type": "http.response.body", "body": body})
            return
        service.on_the_way(size)
        try:
            left = memoryview(body)
            while left:
                piece, left = left[:_PIECE], left[_PIECE:]
                await send({"type": "http.response.body", "body": piece, "more_body": bool(left)})
        finally:
            service.on_the_way(-size)


_OF_BODY = {b"content-type", b"content-length"}


def _key(page: Page, request: Request) -> Key:
    return (
        *(page.handler, request.method, request.path, request.query, request.accept),
        *(request.content_type, request.body, request.base),
    )


def _matches(given: bytes, etag: bytes) -> bool:
    """Return whether an If-None-Match names an ETag (RFC 9110, section 13.1.2: weakly compared)."""
    return any(each.strip().removeprefix(b"W/") in (etag, b"*") for each in given.split(b","))


def _allowed(methods: tuple[str, ...]) -> tuple[str, ...]:
    return (*methods[:1], *(["HEAD"] if "GET" in methods else []), *methods[1:], "OPTIONS")


@lru_cache(maxsize=1000)
def _bare(handler: str) -> Page:
    """Return the page that something without a page of its own is answered by."""
    return Page("", handler, kept=False)


@lru_cache(maxsize=100)
def _limits(timeout_s: float, memory: int | None) -> Limits:
    return Limits(timeout_s, memory).enforceable


@lru_cache(maxsize=10_000)
def _site_of(address: str) -> str:
    if ":" in address:
        with suppress(ValueError):
            return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))
    return address


async def _never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("routes are only matched")


def _build() -> str:
    """Return what tells one build of the service from another of the same version: its own files."""
    found = hashlib.sha256()
    folders = [resources.files("sts_kg.server")]
    while folders:
        for each in sorted(folders.pop().iterdir(), key=lambda each: each.name):
            if each.is_dir():
                folders.append(each)
            elif each.name.endswith((".py", ".html")):
                found.update(each.read_bytes())
    return found.hexdigest()


def _static() -> dict[str, tuple[Response, bytes]]:
    """Return the files of the service, read once, by name, and their ETags."""
    from sts_kg.display import stylesheet, vendored

    found = {"shown.css": stylesheet().encode(), "codemirror.min.mjs": vendored("codemirror.min.mjs").encode()}
    folders = [("", resources.files("sts_kg.server") / "static")]
    while folders:
        before, folder = folders.pop()
        for each in folder.iterdir():
            if each.is_dir():
                folders.append((f"{before}{each.name}/", each))
            else:
                found[f"{before}{each.name}"] = each.read_bytes()
    return {name: _file(name, body) for name, body in found.items()}


def _file(name: str, body: bytes) -> tuple[Response, bytes]:
    media = _MEDIA.get(name.rpartition(".")[2], "text/plain")
    return Response(200, body, media), b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode()


_MEDIA = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
