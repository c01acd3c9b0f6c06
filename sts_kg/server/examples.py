"""The canned queries that the endpoint can answer, as examples of SPARQL."""

from __future__ import annotations

import re

from sts_kg.errors import ParameterError
from sts_kg.queries import CannedQuery, from_graphs, how_to_run, with_comments
from sts_kg.server.site import Site

__all__ = ["answerable", "example_text", "runnable"]


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


def runnable(site: Site, query: CannedQuery, text: str) -> str:
    """Return the text of a canned query with what it is to be asked of.

    Here FROM names the graphs of one that does not ask our whole default graph; a comment in one that cannot be
    answered here says what it needs.
    """
    if query.id not in answerable(site):
        return with_comments(text, how_to_run(query))
    return from_graphs(text, site.kg.graphs_of(query)) if query.graph == "asserted" else text


def example_text(site: Site, query: CannedQuery) -> str:
    """Return a canned query without its header, its defaults filled in; what has none is a variable, for any."""
    try:
        text = query.bind()
    except ParameterError:
        text = query.open_text
    return runnable(site, query, re.sub(r"\A(#\+.*\n)+", "", text))
