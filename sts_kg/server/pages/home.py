"""The first page: what this is, what to do first, and a query to try."""

from __future__ import annotations

import shlex

from sts_kg.server.messages import Request, Response
from sts_kg.server.site import Site

__all__ = ["page"]

_EXAMPLE = """\
PREFIX sts: <https://w3id.org/sts-kg/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?option ?label WHERE {
  ?option a sts:TreatmentOption ;
    rdfs:label ?label .
}
ORDER BY ?label
"""


def page(site: Site, request: Request) -> Response:
    """Return the first page."""
    return site.page(
        request,
        "home.html",
        counts={name: count for name, count in site.kg.summary.items() if count},
        example=_EXAMPLE,
        curl=f"curl -H 'Accept: text/csv' --data-urlencode query@options.rq {shlex.quote(request.base + '/sparql')}",
    )
