"""What a worker holds, and how it answers: the graph, the templates, and the function of each page."""

from __future__ import annotations

import sys
import traceback
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from sts_kg.display import markup
from sts_kg.errors import EndpointError, LimitError, NotLinkedError, QueryError, StsKgError, UnknownNameError
from sts_kg.guideline import version
from sts_kg.rdf import BASE
from sts_kg.server.dataset import Dataset, dataset_of
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import wants_html
from sts_kg.server.settings import Settings

if TYPE_CHECKING:
    from sts_kg.display import View
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.shown import Shown

__all__ = ["Site"]


class Site:
    """A service as its workers have it: `kg` is the facade, `dataset` what SPARQL is asked of, `settings` the limits.

    It is loaded once, before workers are forked, so that they share it; a page never changes it.
    """

    def __init__(self, settings: Settings) -> None:
        from sts_kg.knowledge import connect, load

        self.settings = settings
        if settings.endpoint is not None:
            self.kg: KnowledgeGraph = connect(settings.endpoint, timeout_s=settings.timeout_s)
        else:
            self.kg = load(store=settings.store)
        if settings.links:
            self.kg.link(*settings.links)
        self.dataset: Dataset = dataset_of(self.kg, settings)
        self.version = version()

    def warm(self) -> None:
        """Compute what all workers need, before they are forked."""
        _ = self.kg.guideline.labels, self.kg.canned, self.kg.graph, self.footer, self.templates
        if self.kg.holds_ours:
            _module("case").warm(self)

    @property
    def footer(self) -> str:
        """The disclaimer, version and digest of the source, which end every answer."""
        return self.kg.footer

    @cached_property
    def templates(self) -> jinja2.Environment:
        """The templates of pages; everything in them is escaped unless it is markup already."""
        loader = jinja2.PackageLoader("sts_kg.server")
        made = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        made.globals.update(site=self)
        return made

    # --- what pages use

    def page(
        self, request: Request, template: str, *, status: int = 200, kept: bool = True, **context: Any
    ) -> Response:
        """Return a page made from a template; `request`, `root` and `site` are known there."""
        body = self.templates.get_template(template).render(request=request, root=request.root, **context)
        return Response(status, body.encode(errors="replace"), "text/html", kept=kept)

    def markup(self, request: Request, thing: Shown | View) -> Markup:
        """Return the HTML of an object, in which terms that we know lead to their pages here."""
        return Markup(markup(thing, lambda iri: self.href(request, iri) if iri.startswith(BASE) else None))

    def href(self, request: Request, iri: str) -> str:
        """Return the address of the page of a term: below `/term/` if it is ours, else `/term?iri=…`."""
        if iri.startswith(BASE) and (name := iri.removeprefix(BASE)):
            return f"{request.root}/term/{quote(name, safe='')}"
        return f"{request.root}/term?iri={quote(iri, safe='')}"

    # --- answering

    def answer(self, handler: str, request: Request, told: tuple[int, str] | None = None) -> Response:
        """Return the answer of a handler to a request; what goes wrong is an answer, too.

        `told` is the status and reason of something that went wrong outside, for `errors.page`.
        """
        try:
            if told is not None:
                raise Refusal(*told)
            found: Response = _function(handler)(self, request)
            return found
        except Refusal as refusal:
            return self.refused(handler, request, refusal)
        except StsKgError as error:
            return self.refused(handler, request, refusal_of(error))
        except Exception:
            print(f"{handler}: {traceback.format_exc()}", file=sys.stderr)  # noqa: T201 # the log of the service
            return self.refused(handler, request, Refusal(500, "something went wrong here; it is in the log"))

    def refused(self, handler: str, request: Request, refusal: Refusal) -> Response:
        """Return a refusal: as the page that the handler's module makes of it, as a page of its own, or as text."""
        if wants_html(request.accept):
            own = getattr(_module(handler.partition(".")[0]), "refused", None)
            if own is not None and (made := own(self, request, refusal)) is not None:
                response: Response = made
                return response._replace(headers=(*response.headers, *refusal.headers), kept=False)
            page = self.page(request, "error.html", status=refusal.status, kept=False, refusal=refusal)
            return page._replace(headers=refusal.headers)
        return plainly(request, refusal)


def plainly(request: Request, refusal: Refusal) -> Response:
    """Return a refusal as JSON for who asks for JSON (RFC 9457), else as text."""
    from sts_kg.server.negotiation import chosen

    offered = ["text/plain", "application/problem+json", "application/json"]
    if (chosen(request.accept, offered) or "text/plain") != "text/plain":
        problem = {"title": TITLES.get(refusal.status, "Error"), "status": refusal.status, "detail": refusal.reason}
        places = {"line": refusal.line, "column": refusal.column}
        made = Response.json({**problem, **{key: place for key, place in places.items() if place is not None}})
        return made._replace(
            status=refusal.status, media="application/problem+json", headers=refusal.headers, kept=False
        )
    return Response(
        refusal.status, f"{refusal.reason}\n".encode(errors="replace"), "text/plain", refusal.headers, False
    )


TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "Request timeout",
    413: "Too large",
    414: "Address too long",
    415: "Unsupported media type",
    429: "Too many requests",
    431: "Headers too large",
    500: "Internal error",
    502: "Bad gateway",
    503: "Not available",
    504: "Gateway timeout",
}


def refusal_of(error: StsKgError) -> Refusal:
    """Return an error of ours as a refusal: the status that says whose fault it is, and the same sentence."""
    if isinstance(error, LimitError):
        return Refusal(503, str(error), (("Retry-After", "5"),))
    if isinstance(error, EndpointError):
        return Refusal(502, str(error))
    if isinstance(error, QueryError):
        return Refusal(400, str(error), line=error.line, column=error.column)
    return Refusal(404 if isinstance(error, UnknownNameError | NotLinkedError) else 400, str(error))


@cache
def _module(name: str) -> Any:
    return import_module(f"sts_kg.server.pages.{name}")


@cache
def _function(handler: str) -> Any:
    module, _, function = handler.partition(".")
    return getattr(_module(module), function)
