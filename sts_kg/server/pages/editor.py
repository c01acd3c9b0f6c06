"""The page of the endpoint: an editor, the answer below it, or what went wrong; and what the editor completes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from rdflib import RDF, Graph, URIRef

from sts_kg.display import Neighbours, View, grid_of_table
from sts_kg.quality import slips
from sts_kg.queries import CannedQuery
from sts_kg.rdf import PREFIXES
from sts_kg.server.examples import answerable, example_text
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.shown import Shown
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.server.protocol import Asked
    from sts_kg.server.site import Site

__all__ = ["FORMATS", "MOST_ROWS", "answered", "as_file", "completions", "made", "page", "refused", "to_save"]

#: What can be saved: the media type, how the list calls it, and the ending of the file.
FORMATS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "of a table": {
        "text/csv": ("CSV", "csv"),
        "text/tab-separated-values": ("TSV", "tsv"),
        "application/sparql-results+json": ("JSON", "srj"),
        "application/sparql-results+xml": ("XML", "srx"),
    },
    "of a graph": {
        "text/turtle": ("Turtle", "ttl"),
        "application/n-triples": ("N-Triples", "nt"),
        "application/ld+json": ("JSON-LD", "jsonld"),
        "application/rdf+xml": ("RDF/XML", "rdf"),
        "application/trig": ("TriG", "trig"),
    },
}
#: Rows or triples that a page shows; a file has all.
MOST_ROWS = 1000
_ENDINGS = {media: ending for formats in FORMATS.values() for media, (_, ending) in formats.items()}
_FIRST = "drugs/drugs-and-brands"  # what an editor begins with


def page(site: Site, request: Request) -> Response:
    """Return the editor, with the example that was chosen (`?example=topic/name`) or a first one."""
    examples = answerable(site)
    chosen = dict(request.values).get("example", _FIRST)
    if chosen not in examples and chosen != _FIRST:
        raise Refusal(404, f"there is no example {chosen[:60]!r}")
    text = _commented(site, examples[chosen]) if chosen in examples else ""
    return made(site, request, text, chosen=chosen)


def answered(site: Site, request: Request, query: Asked) -> Response:
    """Return the editor with a query in it, and below it the first of the answer, with labels and what is odd in it."""
    found, more = site.dataset.shown(
        query.text,
        MOST_ROWS,
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
        base=f"{request.base}/sparql",
        timeout_s=query.timeout_s,
    )
    if isinstance(found, bool):
        answer = "Yes: the pattern is there." if found else "No: the pattern is not there."
    elif isinstance(found, Table):
        labels = site.kg.guideline.labels if site.dataset.is_ours else {}
        table = replace(found.with_labels(labels), notes=_slips(site, query))
        answer = site.markup(request, View("", tuple(grid_of_table(table, most=MOST_ROWS))))
    else:
        assert isinstance(found, Shown), "triples come as a ShownGraph"
        answer = site.markup(request, found)
    return made(site, request, query.text, answer=answer, more=more)


def _slips(site: Site, query: Asked) -> tuple[str, ...]:
    """Return what is likely not meant in a query on the graph as it is."""
    if not site.dataset.is_ours or query.default_graphs is not None or query.named_graphs is not None:
        return ()
    graphs = [str(name) for name in site.dataset.counts() if name is not None]
    return slips(
        query.text,
        site.kg.asserted,
        ask=lambda text: site.dataset.shown(text, MOST_ROWS)[0],
        graphs=graphs,
        has_cases=site.kg.has_cases,
    )


def to_save(request: Request) -> str | None:
    """Return the media type in which the form of the page wants an answer as a file; None if it wants none."""
    form = dict(request.form) if request.media == "application/x-www-form-urlencoded" else {}
    return form.get("as") if "save" in form else None


def as_file(response: Response) -> Response:
    """Return an answer as a file that browsers save."""
    name = f"answer.{_ENDINGS.get(response.media, 'txt')}"
    return response._replace(headers=(*response.headers, ("Content-Disposition", f'attachment; filename="{name}"')))


def refused(site: Site, request: Request, refusal: Refusal) -> Response:
    """Return the editor with what was asked still in it, and why there is no answer."""
    text = ""
    with suppress(Refusal):
        text = dict([*request.values, *request.form]).get("query", "")
    if request.media == "application/sparql-query":
        text = request.body.decode(errors="replace")
    return made(site, request, text, refusal=refusal)


def completions(site: Site, request: Request) -> Response:
    """Return `prefixes`, each with its namespace, and `terms`: the CURIE, label and kind of what can be named."""
    asserted = site.kg.asserted
    neighbours = Neighbours(asserted, Graph(), site.kg.guideline.labels)
    kinds = dict.fromkeys(asserted.objects(None, RDF.type), "class")
    kinds |= dict.fromkeys(asserted.predicates(), "property")
    terms = []
    for term in sorted(each for each in {*asserted.subjects(), *kinds} if isinstance(each, URIRef)):
        node = neighbours.node(term)
        if node["curie"] != node["id"]:
            label = "" if node["label"] == node["curie"] else node["label"]
            terms.append((node["curie"], label, kinds.get(term, node["kind"])))
    told = json.dumps({"prefixes": PREFIXES, "terms": terms}, ensure_ascii=False, separators=(",", ":"))
    return Response.text(told, "application/json")


def made(
    site: Site,
    request: Request,
    text: str,
    *,
    answer: str | None = None,
    refusal: Refusal | None = None,
    more: bool = False,
    chosen: str = "",
) -> Response:
    """Return the page; one with a query of a client is not kept, since there may be facts of a patient in it."""
    topics: dict[str, list[CannedQuery]] = {}
    for each in answerable(site).values():
        topics.setdefault(each.topic, []).append(each)
    return site.page(
        request,
        "editor.html",
        status=refusal.status if refusal is not None else 200,
        kept=bool(chosen),
        text=text,
        answer=answer,
        more=more,
        most=MOST_ROWS,
        refusal=refusal,
        chosen=chosen,
        topics=topics,
        formats=FORMATS,
    )


def _commented(site: Site, query: CannedQuery) -> str:
    """Return a canned query as an example, below what it asks."""
    return f"# {query.description}\n{example_text(site, query)}"
