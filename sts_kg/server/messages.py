"""What goes to a worker, and what comes back: plain values, so that they cross between processes."""

from __future__ import annotations

import json
import re
from binascii import a2b_qp
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote

__all__ = ["Refusal", "Request", "Response"]

_NOT_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MOST = 1000  # parameters


class Request(NamedTuple):
    """A request: `parameters` are those of the path, `query` is the text after the question mark, not yet decoded.

    `path` is without the `root`, which stands before the path of each of our links; `base` is the absolute address of
    our root, without a slash at its end.
    """

    method: str = "GET"
    path: str = "/"
    query: str = ""
    accept: str = ""
    content_type: str = ""
    body: bytes = b""
    parameters: Mapping[str, str] = {}
    root: str = ""
    base: str = ""

    @property
    def values(self) -> list[tuple[str, str]]:
        """The names and values after the question mark, decoded once.

        Raises
        ------
        Refusal
            They are not UTF-8.
        """
        return decoded(self.query)

    @property
    def form(self) -> list[tuple[str, str]]:
        """The names and values of a body of `application/x-www-form-urlencoded`, decoded once.

        Raises
        ------
        Refusal
            It is not UTF-8.
        """
        try:
            return decoded(self.body.decode())
        except UnicodeDecodeError:
            raise Refusal(400, "the form is not UTF-8") from None

    @property
    def media(self) -> str:
        """The media type of the body, without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()


def decoded(text: str) -> list[tuple[str, str]]:
    """Return names and values of a query string."""
    if text.count("&") >= _MOST:
        raise Refusal(400, f"there are more than {_MOST:,} parameters")
    try:
        pairs = [each.partition("=") for each in text.split("&") if each]
        return [(_unquoted(name), _unquoted(value)) for name, _, value in pairs]
    except UnicodeDecodeError:
        raise Refusal(400, "the parameters are not UTF-8, percent-encoded") from None


def _unquoted(text: str) -> str:
    """Return what `unquote_plus` does: the escapes of a long query are a tenth of all the work for it in Python."""
    text = text.replace("+", " ")
    if _NOT_PERCENT.search(text):
        return unquote(text, errors="strict")
    return a2b_qp(text.replace("=", "=3D").replace("%", "=").encode()).decode()  # =41 there is %41 here


class Response(NamedTuple):
    """An answer, whole. `kept` says whether it may be kept and given to others: never if a case is in it."""

    status: int
    body: bytes
    media: str
    headers: tuple[tuple[str, str], ...] = ()
    kept: bool = True

    @classmethod
    def json(cls, value: object, *, kept: bool = True) -> Response:
        """Return a value as JSON."""
        body = json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
        return cls(200, body, "application/json", kept=kept)

    @classmethod
    def text(cls, text: str, media: str = "text/plain", *, kept: bool = True) -> Response:
        """Return a text, as UTF-8."""
        return cls(200, text.encode(), media, kept=kept)


class Refusal(Exception):  # noqa: N818 # an answer, not a fault of ours
    """A request that is not answered: the status, and a sentence that says what was wrong and what would be right.

    `line` and `column` are a place in a text, `parameter` is the name of what was wrong in the address.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        headers: tuple[tuple[str, str], ...] = (),
        *,
        line: int | None = None,
        column: int | None = None,
        parameter: str | None = None,
    ) -> None:
        super().__init__(status, reason, headers)
        self.status, self.reason, self.headers, self.line, self.column = status, reason, headers, line, column
        self.parameter = parameter

    def __reduce__(self) -> tuple[object, ...]:
        made = partial(Refusal, line=self.line, column=self.column, parameter=self.parameter)
        return made, (self.status, self.reason, self.headers)
