"""The process that talks to clients: it holds no data, hands each request to a lane of workers, and answers whole."""

from __future__ import annotations

import asyncio
import hashlib
import re
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import unquote_plus

from starlette.applications import Starlette
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from sts_kg.errors import LimitError, QueryTimeoutError, QueueFullError, ShareFullError, StsKgError, WorkerDiedError
from sts_kg.server.budget import Budget
from sts_kg.server.cache import Cache
from sts_kg.server.connections import watch
from sts_kg.server.exchange import Exchange
from sts_kg.server.files import build, static
from sts_kg.server.log import Log
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.metrics import MEDIA, Metrics
from sts_kg.server.negotiation import wants_html
from sts_kg.server.refusals import late, plainly, refusal_of
from sts_kg.server.routes import BULK, CANNED, FREE, ROUTES, Page
from sts_kg.server.settings import Settings
from sts_kg.workers import Lane, Limits, Spawner

__all__ = ["Service"]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_EXPOSED = "Allow, ETag, Retry-After, X-STS-KG-Version, X-STS-KG-Disclaimer, X-STS-KG-Note"
_UTF8 = re.compile(r"text/|application/(json|problem\+json|sparql-results\+xml|rdf\+xml|yaml)")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

_PAGE_S = 10.0  # for the page that says what went wrong
_BODIES = 64_000_000  # bytes of requests that may be held
_ON_THE_WAY = 4  # times the largest answer may be on the way to clients
_NO_CACHE, _NO_STORE = (b"cache-control", b"no-cache"), (b"cache-control", b"no-store")


class _Server(Protocol):
    """What serves us: it ends when `should_exit` is true."""

    should_exit: bool
    server_state: Any


class Service:
    """The ASGI application, its lanes, its cache, its log and what it counts."""

    def __init__(self, settings: Settings, spawner: Spawner) -> None:
        self.settings, self._spawner = settings, spawner
        self.digest: str | None  #: of the data; None if they may change, or are of patients: then nothing is kept
        self.version: str
        self.has_cases: bool
        self.disclaimer: str  #: of each answer
        self.digest, self.version, self.has_cases, self.disclaimer = spawner.about
        self.is_loaded = False  #: whether there is nothing left to load
        self.failed = ""  #: why the service ends, if it was not told to
        self.cache = Cache(settings.cache if self.digest is not None else 0)
        few, waiting = settings.free_workers, settings.waiting
        self.lanes = {
            FREE: Lane(FREE, spawner, few + 1, long=few, waiting=waiting, share=settings.share),
            CANNED: Lane(CANNED, spawner, max(2, few), waiting=4 * waiting, share=waiting),
            BULK: Lane(BULK, spawner, 1, waiting=max(1, waiting // 4), share=2),
        }
        self.log = Log(2 if settings.log else None)
        self.metrics = Metrics(self.lanes, self.cache, lambda: len(self._connections()))
        self._root = settings.root_path
        self.bodies = Budget(_BODIES)  #: of requests
        self.answers = Budget(_ON_THE_WAY * settings.most_answer)  #: those that are kept cost nothing
        self._server: _Server | None = None
        self._is_stopping = False
        self._static = static()
        self._seed = hashlib.sha256(f"{self.digest} {self.version} {build()}".encode())
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
                self.is_loaded = True
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
        path = scope["path"].rstrip("/")
        if f"{path}/".startswith(f"{self._root}/"):  # the proxy that put us there left it
            path = path.removeprefix(self._root)
        scope = {**scope, "path": path or "/"}
        exchange = Exchange(self, scope, receive, send)
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
        """Return the page of an address; the parameters of its path go into the scope."""
        if (plain := self._plain.get(scope["path"])) is not None:
            scope["path_params"] = {}
            return plain
        for route, page in self._routes:
            match, found = route.matches(scope)
            if match is not Match.NONE:  # its methods are those of the page
                scope.update(found)
                return page
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
        found = {
            "status": said,
            "version": self.version,
            "digest": self.digest,
            "loaded": self.is_loaded,
            "lanes": lanes,
        }
        return Response.json(found | {"lanes": lanes}, kept=False)._replace(status=200 if said == "serving" else 503)

    def key_of(self, page: Page, request: Request) -> bytes:
        """Return the key of the answer to a GET, its ETag: the data, the version and all that was asked decide it."""
        found = self._seed.copy()
        texts = page.handler, request.path, request.query, request.accept, request.base
        parts = [each.encode() for each in texts]
        found.update(b"%r" % [*map(len, parts)] + b"".join(parts))
        return b'"%s"' % found.hexdigest()[:32].encode()

    async def answer(self, page: Page, request: Request, client: str, lane: Lane, timeout_s: float) -> Response:
        """Return the answer of a worker to a request; what goes wrong is an answer, too."""
        try:
            limits = _limits(timeout_s, self.settings.memory)
            found: Response = await lane.call(page.handler, request, client=client, limits=limits, what="the query")
            return found
        except QueryTimeoutError as error:
            longest_s = self.settings.timeout_s if lane.name == FREE else timeout_s
            refusal = late(error, longest_s, _service(request, self.settings.services))
            return await self.refused(page, request, client, error, refusal)
        except StsKgError as error:
            return await self.refused(page, request, client, error, refusal_of(error))

    async def refused(
        self, page: Page, request: Request, client: str, error: Exception | None, refusal: Refusal
    ) -> Response:
        """Return a refusal: a page made by a worker for who wants one, if one is free, else as it is."""
        lane = self.lanes[CANNED]
        is_full = isinstance(error, QueueFullError | ShareFullError) and lane.n_running == lane.workers
        if wants_html(request.accept) and not is_full:
            with suppress(LimitError, WorkerDiedError):
                limits = _limits(_PAGE_S, self.settings.memory)
                made: Response = await lane.call(
                    page.handler, request, refusal, client=client, limits=limits, what="a page"
                )
                return made
        return plainly(request, refusal)

    def is_open(self, page: Page) -> bool:
        """Whether pages of other sites may read the answers of a page (CORS)."""
        return page.is_open and not self.has_cases

    def headers(self, page: Page, response: Response, etag: bytes | None) -> list[tuple[bytes, bytes]]:
        """Return the headers of an answer; nothing in them begins another header, whoever wrote it."""
        found = [*self._headers(self.is_open(page), response.media, response.headers)]
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
            ("x-sts-kg-disclaimer", self.disclaimer),
            *more,
        ]
        if media in ("text/html", "image/svg+xml"):  # which may hold scripts
            found.append(("content-security-policy", _POLICY))
        if is_open:
            found += [("access-control-allow-origin", "*"), ("access-control-expose-headers", _EXPOSED)]
        return tuple(
            (name.lower().encode("latin-1"), _CONTROL.sub(" ", value).strip().encode("latin-1", "replace"))
            for name, value in found
        )


@lru_cache(maxsize=100)
def _limits(timeout_s: float, memory: int | None) -> Limits:
    return Limits(timeout_s, memory).enforceable


def _service(request: Request, services: Sequence[str]) -> str | None:
    """Return which of the services that SERVICE may name stands in what was asked."""
    text = unquote_plus(f"{request.query} {request.body.decode(errors='replace')}")
    return next((each for each in services if f"<{each}>" in text), None)


async def _never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("routes are only matched")
