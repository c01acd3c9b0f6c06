"""The process that talks to clients: it holds no data, hands each request to a lane of workers, and answers whole."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from contextlib import asynccontextmanager, suppress
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from sts_kg.display import stylesheet
from sts_kg.errors import LimitError, QueueFullError, WorkerDiedError
from sts_kg.server.cache import Cache
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import wants_html
from sts_kg.server.protocol import asked
from sts_kg.server.routes import CANNED, FREE, ROUTES, Page
from sts_kg.server.settings import Settings
from sts_kg.server.site import plainly, refusal_of
from sts_kg.workers import Lane, Limits, Spawner

__all__ = ["Service"]

_DISCLAIMER = "Not medical advice; not reviewed by a clinician"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_EXPOSED = "Allow, ETag, Retry-After, X-STS-KG-Version, X-STS-KG-Disclaimer"
_BODY_S = 30.0  #: within which a body must have come
_UTF8 = re.compile(r"text/|application/(json|problem\+json|sparql-results\+xml|rdf\+xml|yaml)")


class Service:
    """The ASGI application, its lanes and its cache."""

    def __init__(self, settings: Settings, spawner: Spawner) -> None:
        self.settings, self._spawner = settings, spawner
        self.digest: str | None
        self.version: str
        self.digest, self.version = spawner.about
        self.cache = Cache(settings.cache if self.digest is not None else 0)
        few, share = settings.free_workers, settings.share
        self.lanes = {
            FREE: Lane(FREE, spawner, few, waiting=settings.waiting, share=share),
            CANNED: Lane(CANNED, spawner, max(2, few), waiting=4 * settings.waiting, share=4 * settings.waiting),
        }
        self.app = Starlette(
            routes=[*(Route(page.path, _Endpoint(self, page)) for page in ROUTES), Mount("/static", _Static())],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> Any:
        yield
        for lane in self.lanes.values():
            await lane.close()
        self._spawner.close()

    async def answer(self, page: Page, request: Request, client: str) -> Response:
        """Return the answer to a request, from the cache or from a worker."""
        lane, timeout = self.lanes[page.lane], self.settings.timeout_s
        key = None
        try:
            allowed = _allowed(page)
            if request.method == "OPTIONS":
                return Response(204, b"", "", (("Allow", allowed), *(_PREFLIGHT if page.is_open else ())), kept=False)
            if request.method not in page.methods:
                raise Refusal(405, f"{request.method} is not allowed here, but {allowed}", (("Allow", allowed),))
            if page.lane == FREE:
                query = asked(request)
                if query is None:
                    lane = self.lanes[CANNED]
                elif query.timeout_s is not None:
                    timeout = min(timeout, query.timeout_s)
            if page.kept and self.digest is not None:
                key = hashlib.sha256(repr((self.digest, self.version, page.handler, request)).encode()).hexdigest()
                if (found := self.cache.get(key)) is not None:
                    return found
            limits = Limits(timeout, self.settings.memory).enforceable
            response: Response = await lane.call(page.handler, request, client=client, limits=limits, what="the query")
        except (Refusal, LimitError, WorkerDiedError) as error:
            return await self._refused(page, request, client, error)
        if key is not None and response.kept and response.status == 200:
            response = response._replace(headers=(*response.headers, ("ETag", f'"{key[:32]}"')))
            self.cache.put(key, response)
        return response

    async def _refused(self, page: Page, request: Request, client: str, error: Exception) -> Response:
        """Return a refusal: a page made by a worker for who wants one, else as it is."""
        if isinstance(error, Refusal):
            refusal = error
        elif isinstance(error, QueueFullError):
            refusal = Refusal(503, str(error), (("Retry-After", "1"),))
        elif isinstance(error, WorkerDiedError):
            refusal = Refusal(503, str(error), (("Retry-After", "1"),))
        else:
            assert isinstance(error, LimitError), "these are all kinds"
            refusal = refusal_of(error)
        if wants_html(request.accept):
            with suppress(LimitError, WorkerDiedError):
                limits, told = Limits(10.0), (refusal.status, refusal.reason, refusal.headers)
                made: Response = await self.lanes[CANNED].call(
                    page.handler, request, told, client=client, limits=limits, what="a page"
                )
                return made
        return plainly(request, refusal)

    def headers(self, page: Page, response: Response) -> list[tuple[bytes, bytes]]:
        """Return the headers of an answer."""
        media = response.media + ("; charset=utf-8" if _UTF8.match(response.media) else "")
        body = [("content-type", media), ("content-length", str(len(response.body)))] if response.media else []
        found = [
            *body,
            ("vary", "Accept"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-sts-kg-version", self.version),
            ("x-sts-kg-disclaimer", _DISCLAIMER),
            *response.headers,
        ]
        lasts = any(name == "ETag" for name, _ in response.headers)
        found.append(("cache-control", "no-cache" if lasts else "no-store"))
        if response.media == "text/html":
            found.append(("content-security-policy", _POLICY))
        if page.is_open:
            found += [("access-control-allow-origin", "*"), ("access-control-expose-headers", _EXPOSED)]
        return [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in found]


def _allowed(page: Page) -> str:
    return ", ".join([*page.methods[:1], *(["HEAD"] if "GET" in page.methods else []), *page.methods[1:], "OPTIONS"])


class _Endpoint:
    """One address as an ASGI application."""

    def __init__(self, service: Service, page: Page) -> None:
        self._service, self._page = service, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        service, page = self._service, self._page
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        try:
            body = await _body(receive, service.settings.most_body)
            request = _request(scope, headers, body, service.settings)
        except Refusal as refusal:
            await _send(send, service, page, plainly(Request(), refusal), headers)
            return
        client = scope["client"][0] if scope.get("client") else ""
        answering = asyncio.ensure_future(service.answer(page, request, client))
        gone = asyncio.ensure_future(_gone(receive))
        await asyncio.wait((answering, gone), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not answering.done():  # the client has left: nobody waits for this
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering
            return
        await _send(send, service, page, answering.result(), headers)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive, most: int) -> bytes:
    """Return the body of a request, whole.

    Raises
    ------
    Refusal
        It is larger than `most` bytes (413), or does not come (408).
    """
    found = bytearray()
    try:
        async with asyncio.timeout(_BODY_S):
            while True:
                message = await receive()
                found += message.get("body", b"")
                if len(found) > most:
                    raise Refusal(413, f"the body has more than {most:,} bytes", (("Connection", "close"),))
                if not message.get("more_body"):
                    return bytes(found)
    except TimeoutError:
        raise Refusal(408, f"the body did not come within {_BODY_S:g} seconds", (("Connection", "close"),)) from None


def _request(scope: Scope, headers: Mapping[bytes, bytes], body: bytes, settings: Settings) -> Request:
    host = headers.get(b"host", b"").decode("latin-1")
    if host and not _HOST.fullmatch(host):
        raise Refusal(400, "the header Host is not the name of a host")
    root = settings.root_path.rstrip("/")
    return Request(
        method="GET" if scope["method"] == "HEAD" else scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        accept=headers.get(b"accept", b"").decode("latin-1"),
        content_type=headers.get(b"content-type", b"").decode("latin-1"),
        body=body,
        parameters=dict(scope.get("path_params", {})),
        root=root,
        base=f"{scope['scheme']}://{host or 'localhost'}{root}",
    )


async def _send(send: Send, service: Service, page: Page, response: Response, headers: Mapping[bytes, bytes]) -> None:
    found = service.headers(page, response)
    known = dict(found).get(b"etag")
    wanted = {each.strip().removeprefix(b"W/") for each in headers.get(b"if-none-match", b"").split(b",")}
    if known is not None and wanted & {known, b"*"}:
        await send({"type": "http.response.start", "status": 304, "headers": found[2:]})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": response.status, "headers": found})
    await send({"type": "http.response.body", "body": response.body})


class _Static:
    """Files of the service itself, read once."""

    def __init__(self) -> None:
        folder = resources.files("sts_kg.server") / "static"
        self._files = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
        self._files["shown.css"] = stylesheet().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import PlainTextResponse
        from starlette.responses import Response as Answer

        name = scope["path"].rpartition("/")[2]
        body = self._files.get(name)
        if body is None:
            await PlainTextResponse("there is no such file\n", 404)(scope, receive, send)
            return
        media = _MEDIA[name.rpartition(".")[2]]
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"etag": etag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
        if dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1") == etag:
            await Answer(status_code=304, headers=headers)(scope, receive, send)
            return
        await Answer(body, media_type=media, headers=headers)(scope, receive, send)


_MEDIA = {"css": "text/css", "js": "text/javascript", "mjs": "text/javascript", "svg": "image/svg+xml"}
