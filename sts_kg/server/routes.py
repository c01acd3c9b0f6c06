"""Every address of the service: who answers there, in which lane, and whether the answer may be kept."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BULK", "CANNED", "ELSEWHERE", "FREE", "ROUTES", "Page"]

FREE = "free"  #: queries of anybody, which may have no end
CANNED = "canned"  #: canned queries, forms and pages, which never wait behind the others
BULK = "bulk"  #: files that come and go: case files, answers for many cases, downloads; one worker for all of them


class Page(NamedTuple):
    """An address, as Starlette writes paths, and `handler`: the module in `sts_kg/server/pages/` and its function.

    `kept` says whether answers may be kept and given to others; `is_open`, whether pages of other sites may read them
    (CORS); `takes_query`, whether parameters may stand in the address.
    """

    path: str
    handler: str
    methods: tuple[str, ...] = ("GET",)
    lane: str = CANNED
    kept: bool = True
    is_open: bool = True
    takes_query: bool = True


ROUTES = (
    Page("/", "home.page"),
    # SPARQL
    Page("/sparql", "sparql.answer", ("GET", "POST"), FREE),
    Page("/sparql/completions.json", "editor.completions"),
    Page("/graphs", "graphs.answer"),
    Page("/.well-known/void", "descriptions.void"),
    Page("/.well-known/sparql-examples", "descriptions.examples"),
    # canned queries
    Page("/queries", "queries.index"),
    Page("/queries/{topic}", "queries.index"),
    Page("/queries/{topic}/{name}", "queries.query"),
    Page("/openapi.json", "api.document", takes_query=False),
    Page("/api", "api.page"),
    # a case: never kept, never for pages of other sites
    Page("/case", "case.page", ("GET", "POST"), kept=False, is_open=False),
    Page("/case/file", "case.file", ("POST",), kept=False, is_open=False),
    Page("/case/open", "case.opened", ("POST",), BULK, kept=False, is_open=False),
    Page("/case/picture", "case.picture", ("POST",), kept=False, is_open=False),
    Page("/options", "answers.options", ("POST",), BULK, kept=False, is_open=False),
    Page("/explain", "answers.explain", ("POST",), BULK, kept=False, is_open=False),
    Page("/ask", "answers.ask", ("POST",), BULK, kept=False, is_open=False),
    # terms and the graph as a whole
    Page("/term", "terms.term"),
    Page("/term/{id:path}", "terms.term"),
    Page("/why", "terms.why"),
    Page("/terms", "terms.index"),
    Page("/classes", "terms.classes"),
    Page("/properties", "terms.properties"),
    Page("/search", "terms.search"),
    Page("/suggest", "terms.suggest"),
    Page("/pathway", "graph.pathway", takes_query=False),
    Page("/statistics", "graph.statistics", takes_query=False),
    Page("/downloads", "graph.downloads", takes_query=False),
    Page("/export/{file}", "graph.export", lane=BULK, takes_query=False),
)

#: All other addresses, where there is nothing.
ELSEWHERE = Page("/{path:path}", "errors.refused", kept=False)
