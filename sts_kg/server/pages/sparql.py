"""SPARQL 1.1 Protocol: the answer to a query."""

from __future__ import annotations

from sts_kg.queries import GRAPH_FORMS, TABLE_FORMS, form_of_query
from sts_kg.server.messages import Request, Response
from sts_kg.server.negotiation import negotiated
from sts_kg.server.protocol import asked
from sts_kg.server.site import Site

__all__ = ["answer"]


def answer(site: Site, request: Request) -> Response:
    """Return the answer to a query, or the editor if there is none."""
    query = asked(request)
    if query is None:
        return site.page(request, "sparql.html", text="")
    form = form_of_query(query.text)
    offered = list(TABLE_FORMS) if form == "SELECT" else list(TABLE_FORMS)[:2] if form == "ASK" else list(GRAPH_FORMS)
    media = negotiated(request.accept, offered)
    body = site.dataset.answer(
        query.text,
        media,
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
        base=f"{request.base}/sparql",
    )
    return Response(200, body, media)
