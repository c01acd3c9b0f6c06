"""SPARQL 1.1 Protocol: the answer to a query, the page with it, and the description of the service."""

from __future__ import annotations

from collections.abc import Mapping

from sts_kg.errors import QueryError
from sts_kg.queries import GRAPH_FORMS, TABLE_FORMS, Looked, looked_at
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import chosen, negotiated
from sts_kg.server.pages import editor
from sts_kg.server.pages.descriptions import service
from sts_kg.server.pages.editor import refused
from sts_kg.server.protocol import Asked, asked
from sts_kg.server.site import Site

__all__ = ["answer", "refused"]

_HTML = "text/html"
_JSON, _XML, *_ = TABLE_FORMS
#: Other media types by which clients ask, with what is written; the answer bears the name that was asked for.
_TABLES = {each: each for each in TABLE_FORMS} | {
    _HTML: _HTML,
    "application/json": _JSON,
    "application/xml": _XML,
    "text/xml": _XML,
}
_BOOLEANS = {media: written for media, written in _TABLES.items() if written in (_JSON, _XML, _HTML)}
_GRAPHS = {each: each for each in GRAPH_FORMS} | {_HTML: _HTML, "application/json": "application/ld+json"}
#: Short names of media types, for `format`.
_NAMES = {
    **{"json": _JSON, "xml": _XML, "csv": "text/csv", "tsv": "text/tab-separated-values", "html": _HTML},
    **dict.fromkeys(("turtle", "ttl", "n3"), "text/turtle"),
    **dict.fromkeys(("ntriples", "nt"), "application/n-triples"),
    **dict.fromkeys(("rdf", "rdfxml", "rdf+xml"), "application/rdf+xml"),
    **dict.fromkeys(("jsonld", "json-ld"), "application/ld+json"),
    "trig": "application/trig",
}
_OF_GRAPHS = {"json": "application/ld+json", "xml": "application/rdf+xml"}


def answer(site: Site, request: Request) -> Response:
    """Return the answer to a query; without one a description of the service, or the page to ask."""
    query = asked(request)
    if query is None:
        offered = [*GRAPH_FORMS, _HTML]
        if (media := chosen(request.accept, offered)) is None:
            raise Refusal(400, f"there is no query; send one, or accept {', '.join(offered)} for a description")
        return editor.page(site, request) if media == _HTML else service(site, request, media)
    if (wanted := editor.to_save(request)) is not None:
        query = query._replace(formats=(wanted,))
    looked = looked_at(query.text, site.settings.services)
    media, written = _form(request, query, looked)
    if written == _HTML:
        return editor.answered(site, request, query)
    try:
        body = site.dataset.answer(
            query.text,
            written,
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
            base=f"{request.base}/sparql",
            timeout_s=query.timeout_s,
        )
    except QueryError as error:
        if looked.asks_others and error.line is None:
            raise Refusal(502, str(error)) from None
        raise
    response = Response(200, body, media, kept=looked.lasts)
    return response if wanted is None else editor.as_file(response)


def _form(request: Request, query: Asked, looked: Looked) -> tuple[str, str]:
    """Return the media type of an answer, and the one that it is written in."""
    forms: Mapping[str, str] = _TABLES if looked.form == "SELECT" else _BOOLEANS if looked.form == "ASK" else _GRAPHS
    if not query.formats:
        media = negotiated(request.accept, list(forms))
        return media, forms[media]
    of_form = _NAMES | (_OF_GRAPHS if forms is _GRAPHS else {})
    for name in query.formats:  # some clients send several names for one
        if (media := of_form.get(name, name)) in forms:
            return media, forms[media]
    names = ", ".join(sorted(name for name, each in of_form.items() if each in forms))
    raise Refusal(406, f"there is no format {query.formats[0][:100]!r} of this; there is {names}")
