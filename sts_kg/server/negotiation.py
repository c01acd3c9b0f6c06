"""Which of the media types that we have a client wants (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sts_kg.server.messages import Refusal

__all__ = ["chosen", "negotiated", "wants_html"]


_QUOTED = r'"(?:[^"\\]|\\.)*"?'  # a comma in it divides nothing
_PART = re.compile(f'(?:[^",]|{_QUOTED})+', re.DOTALL)
_PARAMETER = re.compile(f'(?:[^";]|{_QUOTED})+', re.DOTALL)


def chosen(accept: str, offered: Sequence[str]) -> str | None:
    """Return the media type that an Accept header prefers, None if it takes none; of equals the first one offered.

    The most specific range that names a type has its say. A quality that is no number counts as 1.

    Examples
    --------
    >>> chosen("text/*;q=0.5, text/csv, */*;q=0.1", ["application/json", "text/csv"])
    'text/csv'
    >>> chosen("image/png", ["text/csv"]) is None
    True
    """
    ranges = list(_ranges(accept)) or [("*", "*", 1.0)]
    best, quality = None, 0.0
    for media in offered:
        kind, _, subtype = media.partition("/")
        found = [
            ((wanted != "*") + (sub != "*"), q)
            for wanted, sub, q in ranges
            if wanted in ("*", kind) and sub in ("*", subtype)
        ]
        if found and (q := max(found)[1]) > quality:
            best, quality = media, q
    return best


def _ranges(accept: str) -> list[tuple[str, str, float]]:
    found = []
    for part in _PART.findall(accept):
        media, *parameters = (each.strip().lower() for each in _PARAMETER.findall(part))
        kind, _, subtype = media.partition("/")
        if not kind or not subtype:
            continue
        quality = 1.0
        for each in parameters:
            name, _, value = each.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 1.0
        found.append((kind, subtype, quality))
    return found


def negotiated(accept: str, offered: Sequence[str]) -> str:
    """Return the media type that an Accept header prefers.

    Raises
    ------
    Refusal
        It takes none of those offered (406); the sentence lists them.
    """
    if (media := chosen(accept, offered)) is None:
        raise Refusal(406, f"there is no {accept} of this; there is {', '.join(offered)}")
    return media


def wants_html(accept: str) -> bool:
    """Return whether a client would rather have a page than plain text or JSON: browsers would, curl would not."""
    return "text/html" in accept and chosen(accept, ["text/plain", "application/json", "text/html"]) == "text/html"
