"""One HTTP connection with a deadline for everything, and its body with a limit of size, decompressed.

urllib makes the connection, so the proxies of the environment are used. Each request has its own opener. Each read from
the socket may take the rest of the time, so a server that sends one byte after another cannot exceed it. Only the
look-up of the host name cannot be interrupted.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

__all__ = ["decoded", "opened", "received"]

_CHUNK = 65_536
_UNPACKED = 1 << 22  # the most bytes unpacked at once: some kilobytes may stand for gigabytes
_LONGEST_S = 86_400.0  # a socket needs a finite timeout


def opened(request: Request, until: float) -> HTTPResponse:
    """Return a response of any status after its headers were read; `until` is a time of `time.monotonic`.

    Raises
    ------
    OSError
        There is no connection, it is lost, or the time is over (`TimeoutError`); some come inside an `URLError`.
    HTTPException
        The answer is not HTTP.
    """
    opener = OpenerDirector()
    opener.addheaders = []
    for handler in (ProxyHandler(), _Handler(until)):  # and none for statuses, so that any response is returned
        opener.add_handler(handler)
    response: HTTPResponse = opener.open(request, timeout=_left(until))
    return response


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return min(left, _LONGEST_S)


def received(response: HTTPResponse, most: int) -> Iterator[bytes]:
    """Yield the pieces of a body.

    Raises
    ------
    BufferError
        It has more than `most` bytes.
    IncompleteRead
        It is shorter than its Content-Length.
    """
    expected, size = response.length, 0  # None: chunked, or until the connection ends
    if expected is not None and expected > most:
        raise BufferError
    while expected is None or size < expected:
        piece = response.read1(_CHUNK if expected is None else min(_CHUNK, expected - size))
        if not piece:
            break
        size += len(piece)
        if size > most:
            raise BufferError
        yield piece
    if expected is not None and size < expected:
        raise IncompleteRead(b"", expected - size)


def decoded(pieces: Iterator[bytes], coding: str, most: int) -> Iterator[bytes]:
    """Yield a body decompressed by its `Content-Encoding`; decompression stops at one byte more than `most`.

    Raises
    ------
    BufferError
        It has more than `most` bytes.
    IncompleteRead
        The compressed data are cut short.
    zlib.error
        They are not valid, or the coding is neither gzip nor deflate.
    """
    if coding in ("", "identity"):
        yield from pieces
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise zlib.error(f"unknown coding {coding}")
    bits = 15 if coding == "deflate" else 31
    size, begun, unpack = 0, False, None
    for piece in pieces:
        more = False  # to come of what was taken in already
        while piece or more:
            if unpack is None or unpack.eof:  # gzip data may have several members
                unpack = zlib.decompressobj(bits)
            limit = min(most - size + 1, _UNPACKED)
            try:
                plain = unpack.decompress(piece, limit)
            except zlib.error:
                if bits != 15 or begun:
                    raise
                bits, unpack = -15, None  # deflate without its header, as some servers send it
                continue
            begun = True
            size += len(plain)
            if size > most:
                raise BufferError
            yield plain
            more = len(plain) == limit and not unpack.eof
            piece = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    if unpack is not None and not unpack.eof:
        raise IncompleteRead(b"")


class _Raw(io.RawIOBase):
    """The input of a socket; each read may take the rest of the time."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._until))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Bounded:
    """A connected socket with the methods that http.client needs, each within the deadline."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it read all
            while rest:
                self._sock.settimeout(_left(self._until))
                rest = rest[self._sock.send(rest[:_CHUNK]) :]

    def makefile(self, mode: str, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_Raw(self._sock, self._until), _CHUNK)

    def settimeout(self, value: float | None) -> None:
        self._sock.settimeout(value)

    def close(self) -> None:
        self._sock.close()


def _connected(until: float, address: tuple[str, int], *_others: object) -> socket.socket:
    """Return a socket to the first address of a host that answers; the addresses share the time."""
    found = socket.getaddrinfo(*address, 0, socket.SOCK_STREAM)
    failure = OSError("the host has no address")
    for at, (family, kind, protocol, _name, to) in enumerate(found):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(until) / (len(found) - at))
            sock.connect(to)
            sock.settimeout(_left(until))
            return sock
        except OSError as error:
            failure = error
            sock.close()
    raise failure


class _Final(HTTPResponse):
    """A response after the interim ones, such as 103; http.client skips 100 only (RFC 9110, section 15.2)."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 101 < status < 200:
                return version, status, reason
            while self.fp.readline(_CHUNK).strip():
                pass


class _Timed(HTTPConnection):
    response_class = _Final

    def __init__(self, host: str, *, until: float, **options: Any) -> None:
        super().__init__(host, **options)
        self._until = until
        self._create_connection = partial(_connected, until)

    def connect(self) -> None:
        super().connect()
        self.sock: Any = _Bounded(self.sock, self._until)


class _TimedSecure(_Timed, HTTPSConnection):
    pass


class _Handler(HTTPHandler, HTTPSHandler):
    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Timed, req, until=self._until)  # type: ignore[arg-type]

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_TimedSecure, req, until=self._until, context=ssl.create_default_context())  # type: ignore[arg-type]
