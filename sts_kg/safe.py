"""Text that can be shown to anyone: addresses without secrets, lines that a terminal does not obey, counts."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

__all__ = [
    "UNSAFE",
    "brief",
    "counted",
    "hidden",
    "in_json",
    "is_address",
    "visible",
    "visible_data",
    "without_secrets",
]

#: Characters that a terminal may obey or that change the order in which others are shown: C0 and C1 except tab and
#: line feed, bidirectional and deprecated format controls, line and paragraph separators, annotations, tags,
#: surrogates and noncharacters. The joiners U+200C and U+200D, which words of many languages need, are not among them.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_ADDRESS = re.compile(r"(?i)(https?:|[a-z][a-z0-9+.-]+:(?=[/\\]))?[/\\]*")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]*\]|[^:\[\]@%]*)(:[0-9]*)?")


def visible(text: str) -> str:
    r"""Return a text on one line in which each character that a terminal may obey is written as its escape.

    Examples
    --------
    >>> print(visible("a\x1b[31m\u202eb\n"))
    a\x1b[31m\u202eb\n
    """
    return _SEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


_SEEN = re.compile(f"[\\t\\n{UNSAFE.pattern[1:]}")


def brief(text: object, most: int = 300) -> str:
    r"""Return the first characters of a text as `visible` does: for one line that tells of an object.

    Examples
    --------
    >>> print(brief("a\nbcdef", 4))
    a\nbc…
    """
    line = str(text)
    return visible(line[:most]) + ("…" if len(line) > most else "")


def visible_data(text: str) -> str:
    r"""Return lines of data in which each character that a terminal may obey is an escape of Turtle; CRLF stays.

    Examples
    --------
    >>> visible_data("a\x9b31m\u202eb\r\n")
    'a\\u009B31m\\u202Eb\r\n'
    """
    return _IN_DATA.sub(_escape, text)


_IN_DATA = re.compile(f"(?!\r\n){UNSAFE.pattern}")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def in_json(text: str) -> str:
    r"""Return a JSON text in which each character that a terminal may obey is an escape: the value is the same.

    Examples
    --------
    >>> print(in_json('["a\x9b\u202eb"]'))
    ["a\u009b\u202eb"]
    """
    return UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def counted(number: int, word: str, words: str = "") -> str:
    """Return a number with its noun: `word` if it is one, else `words`, which is `word` with an s if it is not given.

    Examples
    --------
    >>> counted(1, "triple"), counted(6036, "triple"), counted(0, "query", "queries")
    ('1 triple', '6,036 triples', '0 queries')
    """
    return f"{number:,} {word if number == 1 else words or word + 's'}"


def without_secrets(address: object) -> str:
    """Return an address that is safe to show and to keep: scheme, host and path, on one line.

    User, password, query string, fragment and the parameters of path segments (`;…`) are left out, names of parameters
    too, since a token may stand alone. What comes before an `@` is left out wherever it may be a password.

    Examples
    --------
    >>> without_secrets("https://me:secret@example.org/sparql?key=secret")
    'https://example.org/sparql'
    >>> without_secrets("https://me:sec/ret@example.org/sparql")
    'https://example.org/sparql'
    """
    text = str(address)
    start = _ADDRESS.match(text)
    assert start is not None, "the pattern matches the empty text too"
    rest = text[start.end() :]
    authority, slash, path = _split(rest)
    is_host = _HOST.fullmatch(authority) is not None
    if "@" in rest and (not is_host or (":" in authority and "@" in path)):  # a password may hold a slash, a ? or a #
        authority, slash, path = _split(rest.rpartition("@")[2])
    if not _HOST.fullmatch(authority):
        authority = re.split(r"(?i)%40", authority)[-1].partition(":")[0]
    path = re.sub(r";[^/\\]*", "", path)
    shown = f"{start[0]}{authority}{slash}{path}"
    return "".join(letter for letter in shown if letter.isprintable())[:300]


def _split(rest: str) -> tuple[str, str, str]:
    """Return host, slash and path of an address without its scheme."""
    found = re.match(r"([^/\\?#]*)([/\\]?)([^?#]*)", rest)
    assert found is not None, "the pattern matches any text"
    host, slash, path = found.groups()
    return (host, slash, path) if slash else (host, "", "")


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Return a text in which each secret is an ellipsis, also as it is written in addresses, JSON, HTML and Python.

    A secret of less than four characters stays, since it occurs in any text.

    Examples
    --------
    >>> hidden("no user a+pass%2Bword", ["pass+word", "a"])
    'no user a+…'
    """
    forms = set()
    for secret in secrets:
        if len(secret) > 3:
            forms |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), html.escape(secret)}
            forms |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    for form in sorted(forms, key=len, reverse=True):
        text = re.sub(re.escape(form), "…", text, flags=re.IGNORECASE)
    return text


def is_address(text: object) -> bool:
    """Return whether a name is that of a document or service elsewhere and not of a file."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:[/\\]", str(text)) is not None
