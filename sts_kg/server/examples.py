"""The canned queries that the endpoint can answer, as examples of SPARQL."""

from __future__ import annotations

import re

from sts_kg.errors import ParameterError
from sts_kg.queries import CannedQuery
from sts_kg.server.site import Site

__all__ = ["answerable", "example_text"]


def answerable(site: Site) -> dict[str, CannedQuery]:
    """Return the canned queries, by id, that need no case, no linked ontology and no other endpoint.

    There are none if what is served holds nothing of ours.
    """
    if not site.dataset.is_ours:
        return {}
    return {
        name: query
        for name, query in site.canned.items()
        if not query.needs and not query.endpoint and query.graph != "cases"
    }


def example_text(query: CannedQuery) -> str:
    """Return a canned query without its header, its defaults filled in; what has none is a variable, for any."""
    try:
        text = query.bind()
    except ParameterError:
        text = query.open_text
    return re.sub(r"\A(#\+.*\n)+", "", text)
