"""What the service says of itself to programs: the service description, VoID, and the queries as examples."""

from __future__ import annotations

from sts_kg.server.messages import Request, Response
from sts_kg.server.site import Site


def service(site: Site, request: Request, media: str) -> Response:
    return Response.text("", media)
