"""A connection of a client: how much it may send, and how long it may take to send and to read.

uvicorn speaks HTTP; this bounds what it does not. One timer looks at all connections each second, so a request costs
nothing for it.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from httptools import HttpParserInvalidMethodError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from sts_kg.server.addresses import site_of

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

__all__ = ["IDLE_S", "MOST_ADDRESS", "MOST_HEADERS", "Connection", "watch"]

MOST_ADDRESS = 32 * 1024  #: bytes of path and parameters
MOST_HEADERS = 64 * 1024  #: bytes of all headers
IDLE_S = 60.0  #: without a request
_HEAD_S = 20.0  # from the first byte of a request to the end of its headers
_READ_S, _READ = 30.0, 64 * 1024  # within which a client takes in so many bytes of its answer, or all that is left
_POLITE = 64  # connections beyond a limit that are told why; more are closed at once
_LINGER_S = 2.0  # after a refusal, for a client that still sends, so that it can read why
_EVERY_S = 1.0
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,50}) [!-~]+ HTTP/1\.[01]\r\n")


class Connection(HttpToolsProtocol):
    """A connection of uvicorn within bounds; `most` of them may be open, and `refused` is told of each refusal.

    One peer may have `most_of_one`, unless it `is_proxy`: that asks for others.
    """

    most = 8192
    most_of_one = 1024
    is_proxy: Callable[[str], bool] = staticmethod(lambda address: False)
    of_peer: ClassVar[Counter[str]] = Counter()  #: connections that are open
    refused: Callable[[int], None] = staticmethod(lambda status: None)

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._since = self._left_since = self.loop.time()
        self._left = self._n_head = self._n_raw = 0
        self._in_head = self._is_closing = False
        self._peer = ""
        self._why = 400, "this is not HTTP/1.1 as RFC 9112 has it"
        self._came = b""

    # --- what comes

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Refuse the connection if there are too many."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        self._peer = "" if self.is_proxy(address) else site_of(address)
        beyond, whose = len(self.connections) - self.most, ""
        if self._peer:
            self.of_peer[self._peer] += 1
            if (more := self.of_peer[self._peer] - self.most_of_one) > beyond:
                beyond, whose = more, " from your address"
        if beyond > _POLITE:
            self._is_closing = True
            transport.abort()
            self.refused(503)
        elif beyond > 0:
            self._refuse(503, f"too many connections{whose} are open; try again later", "Retry-After: 5\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        super().connection_lost(exc)
        if self._peer:
            self.of_peer[self._peer] -= 1
            if not self.of_peer[self._peer]:
                del self.of_peer[self._peer]

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it is more than a request may have before its body."""
        if self._is_closing:
            return
        self._came = data
        super().data_received(data)
        if self._in_head and not self._is_closing:
            self._n_raw += len(data)
            if self._n_raw > MOST_ADDRESS + MOST_HEADERS:  # one header that has no end
                self._refuse(431, _LARGE_HEADERS)

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._since, self._n_head, self._n_raw, self._in_head = self.loop.time(), 0, 0, True

    def on_url(self, url: bytes) -> None:
        """Take a part of the address, as long as it is not too long."""
        super().on_url(url)
        if len(self.url) > MOST_ADDRESS:
            self._why = 414, f"the address has more than {MOST_ADDRESS:,} bytes; send a long query by POST"
            raise ValueError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, as long as they are not too large."""
        super().on_header(name, value)
        self._n_head += len(name) + len(value) + 4
        if self._n_head > MOST_HEADERS:
            self._why = 431, _LARGE_HEADERS
            raise ValueError

    def on_headers_complete(self) -> None:
        """End to count."""
        self._in_head = False
        super().on_headers_complete()

    # --- what is refused before it is a request

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request; the answer before it, if one is being sent, stays whole."""
        if isinstance(sys.exception(), HttpParserInvalidMethodError) and (line := _REQUEST_LINE.match(self._came)):
            self._why = 501, f"there is no method {line[1].decode()} here"
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body or cycle.response_started:  # what follows is broken, not what is being answered
                self.pipeline.clear()
                cycle.keep_alive, self._is_closing = False, True
                return
            cycle.disconnected = True  # its body is broken
            cycle.message_event.set()
        self._refuse(*self._why)

    def _refuse(self, status: int, why: str, more: str = "") -> None:
        """Say why, and close; a client that still sends has time to read it."""
        self._is_closing, body = True, f"{why}\n".encode()
        head = (
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[status] + head.encode() + body)
        self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(_LINGER_S, self.transport.abort)
        self.refused(status)

    # --- what takes too long

    def on_response_complete(self) -> None:
        """Wait for the next request from now on."""
        super().on_response_complete()
        self._since = self.loop.time()

    def look(self, now: float) -> None:
        """Close the connection if it has made us wait for too long."""
        left, cycle = self.transport.get_write_buffer_size(), self.cycle
        if self.transport.is_closing() and cycle is not None and cycle.response_started and not cycle.response_complete:
            self.transport.abort()  # its client read too slowly, and would go on to
            return
        if left == 0 or left <= self._left - _READ or left > self._left:
            self._left, self._left_since = left, now
        elif now - self._left_since > _READ_S:
            self.transport.abort()
            return
        if left or self._is_closing or (cycle is not None and not cycle.response_complete):
            return
        if self._in_head and now - self._since > _HEAD_S:
            self._refuse(408, f"the request did not come within {_HEAD_S:g} seconds")
        elif not self._in_head and now - self._since > IDLE_S:
            self.transport.close()


_LARGE_HEADERS = f"the headers have more than {MOST_HEADERS:,} bytes"


async def watch(connections: Callable[[], set[Any]]) -> None:
    """Look at all connections, again and again."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_EVERY_S)
        for each in tuple(connections()):
            cast(Connection, each).look(loop.time())
