"""The first page: what there is, and where to go."""

from __future__ import annotations

from sts_kg.server.messages import Request, Response
from sts_kg.server.site import Site

__all__ = ["page"]


def page(site: Site, request: Request) -> Response:
    """Return the first page."""
    return site.page(request, "home.html", counts=site.kg.summary)
