"""SPARQL 1.1 Protocol: the answer to a query."""

from __future__ import annotations

from sts_kg.queries import GRAPH_FORMS, TABLE_FORMS, form_of_query
from sts_kg.server.messages import Request, Response
from sts_kg.server.negotiation import negotiated, wants_html
from sts_kg.server.pages import editor
from sts_kg.server.pages.editor import refused
from sts_kg.server.protocol import asked
from sts_kg.server.site import Site

__all__ = ["answer", "refused"]


def answer(site: Site, request: Request) -> Response:
    """Return the answer to a query, or the editor if there is none."""
    query = asked(request)
    if query is None:
        return editor.page(site, request)
    form = form_of_query(query.text)
    offered = list(TABLE_FORMS) if form == "SELECT" else list(TABLE_FORMS)[:2] if form == "ASK" else list(GRAPH_FORMS)
    wanted = editor.to_save(request)
    if wanted is None and wants_html(request.accept):
        return editor.answered(site, request, query)
    media = negotiated(wanted or request.accept, offered)
    body = site.dataset.answer(
        query.text,
        media,
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
        base=f"{request.base}/sparql",
    )
    response = Response(200, body, media)
    return response if wanted is None else editor.as_file(response)
