"""What a request that is not answered looks like, unless the page that was asked makes something better of it."""

from __future__ import annotations

from urllib.parse import unquote

from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.refusals import TITLES
from sts_kg.server.site import Site

__all__ = ["refused"]


def refused(site: Site, request: Request, refusal: Refusal) -> Response:
    """Return a refusal as a page: what was wrong, what was typed, and a way on.

    Where there is nothing, it is a search for the last name of the address. Where asking again may help, a button sends
    the same once more.
    """
    sent = _sent(request)
    return site.page(
        request,
        "error.html",
        status=refusal.status,
        kept=False,
        refusal=refusal,
        title=TITLES.get(refusal.status, "Error"),
        sent=sent,
        again=request.root + request.path if refusal.status in _PASSING else None,
        sought=_sought(request.path) if refusal.status == 404 else None,
    )


_PASSING = (502, 503, 504)  # which do not last
_MOST = 100_000  # characters that are shown again


def _sent(request: Request) -> list[tuple[str, str]]:
    """Return the names and values that came with a request, where they can be shown again."""
    try:
        found = request.form if request.method == "POST" and request.media.endswith("form-urlencoded") else []
        found = [*request.values, *found]
    except Refusal:
        return []
    return found if sum(len(name) + len(value) for name, value in found) <= _MOST else []


def _sought(path: str) -> str:
    """Return what somebody who asked for an address may have looked for: its last name, without an ending."""
    name = unquote(path).rstrip("/").rpartition("/")[2].partition(".")[0][:100]
    return name if name.isprintable() else ""
