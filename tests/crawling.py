"""Goes through a running service by its links, a few addresses of each entry of ROUTES."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from serving import Serving
from starlette.routing import compile_path

from sts_kg.server.routes import ROUTES, Page

__all__ = ["Crawled", "crawl", "page_of"]

_ADDRESSES = {"href", "src", "action", "formaction", "data", "poster"}
_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_NOT_LINKED = ("/nowhere", "/health", "/metrics", "/sparql/completions.json", "/.well-known/void")


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        # a form is asked by GET without what is typed into it
        self.found += [value for name, value in attributes if name in _ADDRESSES and value is not None]


@dataclass
class Crawled:
    """What was seen: `links` are pairs of a page and an address on this host that it names, both with the root."""

    pages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  #: HTML by the path in ROUTES
    links: set[tuple[str, str]] = field(default_factory=set)
    status: dict[str, int] = field(default_factory=dict)  #: of each address that was asked
    redirects: dict[str, str] = field(default_factory=dict)


def page_of(path: str) -> Page | None:
    """Return the entry of ROUTES that answers a path below the root."""
    return next((page for page, regex in _COMPILED if regex.fullmatch(path)), None)


_COMPILED = [(page, compile_path(page.path)[0]) for page in ROUTES]


def crawl(server: Serving, most: int = 2) -> Crawled:
    """Return what is reached from the first page, asking `most` addresses of each entry of ROUTES that takes a GET."""
    seen = Crawled()
    root = urlsplit(server.address).path
    asked: dict[str, int] = defaultdict(int)
    waiting = deque([f"{root}/", *(root + path for path in _NOT_LINKED)])
    queued = set(waiting)
    while waiting:
        address = waiting.popleft()
        path = address.removeprefix(root)
        page = page_of(unquote(urlsplit(path).path))
        kind = page.path if page is not None else path
        if (page is not None and "GET" not in page.methods) or asked[kind] >= most:
            continue
        asked[kind] += 1
        answer = server.ask(path, accept=_BROWSER)
        seen.status[address] = answer.status
        if "location" in answer.headers:
            seen.redirects[address] = urlsplit(urljoin(server.address + path, answer.headers["location"])).path
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        seen.pages[kind].append(address)
        for found in _local(answer.text, server.address, address):
            seen.links.add((address, found))
            if found not in queued and found.startswith(f"{root}/"):
                queued.add(found)
                waiting.append(found)
    return seen


def _local(text: str, server: str, page: str) -> Iterator[str]:
    """Yield the addresses on this host that a page names, as paths with what stands after the question mark."""
    host = urlsplit(server).netloc
    for link in _Links(text).found:
        whole = urlsplit(urljoin(f"http://{host}{page}", link))
        if whole.netloc == host:
            yield whole.path + (f"?{whole.query}" if whole.query else "")
