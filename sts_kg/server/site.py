"""What a worker holds, and how it answers: the graph, the templates, and the function of each page."""

from __future__ import annotations

import json
import sys
import traceback
from contextlib import suppress
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from sts_kg.display import SIGNS, markup
from sts_kg.errors import StsKgError
from sts_kg.guideline import version
from sts_kg.rdf import BASE
from sts_kg.server.dataset import Dataset, dataset_of
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import wants_html
from sts_kg.server.refusals import plainly, refusal_of
from sts_kg.server.searching import Search
from sts_kg.server.settings import Settings
from sts_kg.server.terms import Terms

if TYPE_CHECKING:
    from sts_kg.display import Picture, View
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.shown import Shown

__all__ = ["Site"]


_Told = tuple[int, str, tuple[tuple[str, str], ...]]


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
        _ = self.terms.known, self.terms.labels, self.terms.members, self.kg.guideline.readings, self.search.find("a")
        with suppress(StsKgError):
            self.pathway.to_svg()  # the layout engine is slow only the first time

    @cached_property
    def terms(self) -> Terms:
        """The terms of the graph, as pages show them."""
        return Terms(self.kg)

    @cached_property
    def search(self) -> Search:
        """Finds terms by what people type."""
        return Search(self.terms)

    @cached_property
    def pathway(self) -> Picture:
        """The picture of all options."""
        return self.kg.pathway()

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
        made.globals.update(site=self, signs=SIGNS)
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

    def answer(self, handler: str, request: Request, told: _Told | None = None) -> Response:
        """Return the answer of a handler to a request; what goes wrong is an answer, too.

        `told` is the status, reason and headers of something that went wrong outside, which is shown as a page.
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
        except Exception as error:  # its words may repeat what was asked, so only its kind and place are logged
            places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-5:]]
            said = {"event": f"{handler} raised {type(error).__name__}", "places": places}
            print(json.dumps(said), file=sys.stderr, flush=True)  # noqa: T201 # the log of the service
            return self.refused(handler, request, Refusal(500, "something went wrong here; it is in the log"))

    def refused(self, handler: str, request: Request, refusal: Refusal) -> Response:
        """Return a refusal: as the page that the handler's module makes of it, as a page of its own, or as text."""
        if wants_html(request.accept):
            own = getattr(_module(handler.partition(".")[0]), "refused", None)
            made: Response | None = own(self, request, refusal) if own is not None else None
            if made is None:
                made = _function("errors.refused")(self, request, refusal)
            return made._replace(headers=(*made.headers, *refusal.headers), kept=False)
        return plainly(request, refusal)


@cache
def _module(name: str) -> Any:
    return import_module(f"sts_kg.server.pages.{name}")


@cache
def _function(handler: str) -> Any:
    module, _, function = handler.partition(".")
    return getattr(_module(module), function)
