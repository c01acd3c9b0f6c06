"""SPARQL 1.1 Graph Store Protocol, as far as it reads: a graph by its name, and a list of them."""

from __future__ import annotations

import re
from urllib.parse import quote

from sts_kg.queries import GRAPH_FORMS
from sts_kg.rdf import NO_IRI
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import chosen, negotiated
from sts_kg.server.site import Site

__all__ = ["answer"]

_LISTS = ("application/json", "text/html")
_ONE = "name one graph: either ?default or ?graph=IRI"
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")


def answer(site: Site, request: Request) -> Response:
    """Return a graph, `?default` or `?graph=IRI`, in the syntax that is accepted; without a name, what there is.

    https://www.w3.org/TR/sparql11-http-rdf-update/, section 4.2
    """
    defaults = [value for name, value in request.values if name == "default"]
    names = [value for name, value in request.values if name == "graph"]
    if len(defaults) + len(names) > 1 or any(defaults):
        raise Refusal(400, _ONE)
    if not defaults and not names:
        if request.query or chosen(request.accept, _LISTS) is None:
            raise Refusal(400, f"{_ONE}; {request.root}/graphs lists them as {' and '.join(_LISTS)}")
        return _list(site, request)
    media = negotiated(request.accept, list(GRAPH_FORMS))
    if not names:
        return Response(200, site.dataset.graph(None, media), media)
    name = names[0]
    if NO_IRI.search(name) or not _SCHEME.match(name):
        raise Refusal(400, f"{name[:200]!r} is not an absolute IRI, such as ?graph=http%3A%2F%2Fhost%2Fgraph")
    if not site.dataset.has(name):
        raise Refusal(404, f"there is no graph <{name[:200]}>; {request.root}/graphs lists them")
    return Response(200, site.dataset.graph(name, media), media)


def _list(site: Site, request: Request) -> Response:
    """Return the graphs with their numbers of triples, as a page or as JSON."""
    counts = site.dataset.counts()
    if chosen(request.accept, _LISTS) == "application/json":
        named = [{"graph": name, "triples": count} for name, count in counts.items() if name is not None]
        return Response.json({"default": {"triples": counts[None]}, "named": named})
    named_graphs = [
        (name, count, f"{request.root}/graphs?graph={quote(name, safe='')}")
        for name, count in counts.items()
        if name is not None
    ]
    return site.page(request, "graphs.html", whole=counts[None], graphs=named_graphs, where=site.dataset.where)
