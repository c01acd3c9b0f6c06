"""A server on loopback that misbehaves by script: one behaviour for each request, the last one for all that follow."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import ssl
import struct
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs

__all__ = [
    "Behaviour",
    "Faulty",
    "Handler",
    "Seen",
    "basic",
    "bomb",
    "chunk_cut_short",
    "cut_short",
    "digest",
    "drip",
    "drip_headers",
    "endless",
    "faulty",
    "garbage",
    "good",
    "hang_up",
    "html",
    "redirect",
    "reset",
    "silent",
    "wrong_chunk",
]

SRJ = "application/sparql-results+json"
YES = b'{"head": {}, "boolean": true}'


class Seen(NamedTuple):
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    def field(self, name: str) -> str:
        """The value of a field of its form, or else of its query string."""
        source = self.body.decode() if self.body else self.path.partition("?")[2]
        return parse_qs(source)[name][0]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the next behaviour of the server."""

    server: Faulty

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.next(Seen(self.command, self.path, headers, body))(self)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815 # http.server's names

    def reply(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        given = {"Content-Type": kind, "Content-Length": str(len(body))} | (headers or {})
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error clean."""


Behaviour = Callable[[Handler], None]


class Faulty(ThreadingHTTPServer):
    """The server: its `address`, and the requests it has `seen`."""

    daemon_threads = True

    def __init__(self, *behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self._scheme = "http" if tls is None else "https"
        self._behaviours, self._lock = list(behaviours), threading.Lock()
        self.seen: list[Seen] = []
        self.over = threading.Event()  # what waits for ever waits for this

    @property
    def address(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.server_address[1]}/sparql"

    def next(self, seen: Seen) -> Behaviour:
        with self._lock:
            self.seen.append(seen)
            return self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that leave early are meant."""


@contextmanager
def faulty(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Faulty]:
    """Run a server with these behaviours."""
    server = Faulty(*behaviours, tls=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


# --- behaviours


def good(body: bytes = YES, kind: str = SRJ, status: int = 200, headers: dict[str, str] | None = None) -> Behaviour:
    return lambda handler: handler.reply(status, kind, body, headers)


def html(title: str, status: int = 200) -> Behaviour:
    return good(f"<!DOCTYPE html><html><head><title>{title}</title></head></html>".encode(), "text/html", status)


def redirect(to: str, status: int = 307) -> Behaviour:
    return good(b"", "text/plain", status, {"Location": to})


def silent(handler: Handler) -> None:
    handler.server.over.wait(30)


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", SRJ)
    handler.end_headers()
    while not handler.server.over.wait(0.05):
        handler.wfile.write(b" ")


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while not handler.server.over.wait(0.05):
        handler.wfile.write(b"x")


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", SRJ)
    handler.end_headers()
    while not handler.server.over.is_set():
        handler.wfile.write(b" " * 65_536)


def cut_short(handler: Handler) -> None:
    handler.reply(200, SRJ, YES, {"Content-Length": str(len(YES) + 10)})


def chunk_cut_short(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % SRJ.encode())
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(YES), YES))  # a good document, but no last chunk


def wrong_chunk(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n")


def bomb(handler: Handler) -> None:
    handler.reply(200, SRJ, gzip.compress(bytes(50_000_000), 9), {"Content-Encoding": "gzip"})


def garbage(handler: Handler) -> None:
    handler.wfile.write(b"220 this speaks another protocol\r\n")


def hang_up(handler: Handler) -> None:
    """End the connection without a word."""


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.connection.close()


def basic(user: str, password: str, then: Behaviour) -> Behaviour:
    wanted = "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    def answer(handler: Handler) -> None:
        if handler.headers.get("Authorization") == wanted:
            then(handler)
        else:
            handler.reply(401, "text/plain", b"sign in", {"WWW-Authenticate": 'Basic realm="stars, all of them"'})

    return answer


def digest(user: str, password: str, then: Behaviour, *, algorithm: str = "MD5", qop: bool = True) -> Behaviour:
    """Ask for Digest (RFC 7616), computed here once more; any other header, Basic too, is asked again."""

    def hashed(*words: str) -> str:
        name = {"MD5": "md5", "SHA-256": "sha256"}[algorithm]
        return hashlib.new(name, ":".join(words).encode(), usedforsecurity=False).hexdigest()

    def answer(handler: Handler) -> None:
        header = handler.headers.get("Authorization") or ""
        given = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)}
        if header.startswith("Digest "):
            middle = ("n0nce", given["nc"], given["cnonce"], "auth") if qop else ("n0nce",)
            wanted = hashed(hashed(user, "stars", password), *middle, hashed(handler.command, handler.path))
            if given["response"] == wanted and given["uri"] == handler.path and given["opaque"] == "0paque":
                then(handler)
                return
        modes = ', qop="auth,auth-int"' if qop else ""
        challenge = f'Digest realm="stars"{modes}, algorithm={algorithm}, nonce="n0nce", opaque="0paque"'
        handler.reply(401, "text/plain", b"sign in", {"WWW-Authenticate": f'{challenge}, Basic realm="stars"'})

    return answer
