"""Every address of the service: who answers there, in which lane, and whether the answer may be kept."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CANNED", "FREE", "ROUTES", "Page"]

FREE = "free"  #: queries of anybody, which may have no end
CANNED = "canned"  #: canned queries, forms and pages, which never wait behind the others


class Page(NamedTuple):
    """An address, as Starlette writes paths, and `handler`: the module in `sts_kg/server/pages/` and its function.

    `kept` says whether answers may be kept and given to others; `is_open`, whether pages of other sites may read them
    (CORS).
    """

    path: str
    handler: str
    methods: tuple[str, ...] = ("GET",)
    lane: str = CANNED
    kept: bool = True
    is_open: bool = True


ROUTES = (
    Page("/", "home.page"),
    # SPARQL
    Page("/sparql", "sparql.answer", ("GET", "POST"), FREE),
    # canned queries
    # a case: never kept, never for pages of other sites
    Page("/case", "case.page", ("GET", "POST"), kept=False, is_open=False),
    Page("/case/file", "case.file", ("POST",), kept=False, is_open=False),
    Page("/case/open", "case.opened", ("POST",), kept=False, is_open=False),
    Page("/case/picture", "case.picture", ("POST",), kept=False, is_open=False),
    Page("/options", "answers.options", ("POST",), kept=False, is_open=False),
    Page("/explain", "answers.explain", ("POST",), kept=False, is_open=False),
    Page("/ask", "answers.ask", ("POST",), kept=False, is_open=False),
    # terms and the graph as a whole
)
