"""What a worker holds, and how it answers: the graph, the templates, and the function of each page."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup
from rdflib.namespace import DCTERMS, RDFS

from sts_kg.display import SIGNS, markup
from sts_kg.errors import EndpointAnswerError, ParseError, StsKgError
from sts_kg.guideline import version
from sts_kg.rdf import BASE, STS, compress, is_ours
from sts_kg.server.dataset import Dataset, dataset_of
from sts_kg.server.forms import Choices
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import wants_html
from sts_kg.server.refusals import plainly, refusal_of
from sts_kg.server.searching import Search
from sts_kg.server.settings import Settings
from sts_kg.server.terms import Terms

if TYPE_CHECKING:
    from sts_kg.display import Picture, View
    from sts_kg.knowledge import KnowledgeGraph
    from sts_kg.queries import CannedQuery
    from sts_kg.shown import Shown

__all__ = ["Site"]


class Site:
    """A service as its workers have it: `kg` is the facade, `dataset` what SPARQL is asked of, `settings` the limits.

    It is loaded once, before workers are forked, so that they share it; a page never changes it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.kg = _knowledge(settings)
        if settings.links:
            self.kg.link(*settings.links)
        self.dataset: Dataset = dataset_of(self.kg, settings)
        self.version = version()

    def warm(self) -> None:
        """Compute what all workers need, before they are forked."""
        _ = self.footer, self.templates, self.kg.session.labels
        if self.settings.links:  # it takes long, and all that is asked needs it
            self.dataset.warm()

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
    def title(self) -> str:
        """What the graph is about: the label of the guideline that answers."""
        label = self.kg.guideline.header(RDFS.label)
        return label[:1].upper() + label[1:]

    @property
    def _is_shipped(self) -> bool:
        """Whether the guideline that answers is the shipped one."""
        return self.kg.guideline.iri == STS.ontology

    @property
    def review(self) -> str:
        """Who has reviewed the guideline that answers, as the rest of a sentence without its point."""
        note = self.kg.guideline.header(STS.reviewNote).strip().removesuffix(".")
        if self._is_shipped or not note:
            return "not reviewed by a clinician" if self._is_shipped else "not reviewed"
        return note[:1].lower() + note[1:] if note.startswith("No") else note

    @property
    def lead(self) -> str:
        """What was modelled, in a sentence."""
        if self._is_shipped:
            return "One page of patient information was modelled sentence by sentence."
        return self.kg.guideline.header(DCTERMS.description) or "One source was modelled sentence by sentence."

    @property
    def decides(self) -> str:
        """What the source describes, and who decides, in a sentence."""
        who = "the healthcare team decides" if self._is_shipped else "it decides nothing"
        return f"The source describes what may be offered; {who}."

    @property
    def footer(self) -> str:
        """The disclaimer, version and digest of the source, which end every answer."""
        return self.kg.footer

    @cached_property
    def has_cases(self) -> bool:
        """Whether cases of patients may be in what is served; then no answer is kept, or given to pages of others."""
        is_elsewhere = self.settings.store is not None or self.settings.endpoint is not None
        return self.kg.has_cases or (is_elsewhere and self.dataset.has(f"{BASE}cases"))

    @cached_property
    def licence(self) -> str:
        """The address of the licence by which what is served may be used; empty if it is not ours."""
        return self.kg.guideline.header(DCTERMS.license) if self.dataset.is_ours else ""

    @cached_property
    def templates(self) -> jinja2.Environment:
        """The templates of pages; everything in them is escaped unless it is markup already."""
        loader = jinja2.PackageLoader("sts_kg.server")
        made = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        made.globals.update(site=self, signs=SIGNS)
        return made

    def warm_more(self) -> Iterator[object]:
        """Compute, step by step, what the first pages can do without, what is needed most often first."""
        request = Request(accept="text/html")
        yield self.answer("home.page", request)
        yield self.kg.canned
        yield self.answer("sparql.answer", request)
        yield self.kg.graph
        yield self.terms.known, self.terms.labels, self.terms.members
        yield self.kg.guideline.readings, self.search.find("a")
        if self.kg.holds_ours:
            yield self.examples.session.closed
            _module("case").warm(self)
            yield None
        with suppress(StsKgError):
            yield self.pathway
            yield self.pathway.to_svg()  # the layout engine is slow only the first time
        yield self.examples.session.store("closed"), self.examples.canned
        self.dataset.warm()
        yield None
        for query in self.canned.values():
            for parameter in query.parameters:
                yield self.choices(query).of(parameter)
        yield self.openapi
        if self.settings.endpoint is None:
            yield self.kg.session.store("asserted")
            yield self.kg.session.store("linked")

    # --- what pages use

    @property
    def canned(self) -> dict[str, CannedQuery]:
        """The canned queries by id."""
        return self.kg.canned

    @cached_property
    def examples(self) -> KnowledgeGraph:
        """The graph with the fictional example cases."""
        return self.kg.with_examples()

    @cached_property
    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, without its servers."""
        from sts_kg.server.openapi import document

        return document(self)

    @cached_property
    def _choices(self) -> dict[bool, Choices]:
        return {}

    def choices(self, query: CannedQuery) -> Choices:
        """Return what the parameters of a query may be in the graph that it asks.

        That is the graph with the fictional cases if the query is about cases and there are no others.
        """
        is_example = query.graph == "cases" and not self.kg.has_cases
        if is_example not in self._choices:
            self._choices[is_example] = Choices(self.examples if is_example else self.kg)
        return self._choices[is_example]

    def page(
        self, request: Request, template: str, *, status: int = 200, kept: bool = True, **context: Any
    ) -> Response:
        """Return a page made from a template; `request`, `root` and `site` are known there."""
        body = self.templates.get_template(template).render(request=request, root=request.root, **context)
        return Response(status, body.encode(errors="replace"), "text/html", kept=kept)

    def markup(self, request: Request, thing: Shown | View, *, in_new_tab: bool = False) -> Markup:
        """Return the HTML of an object, in which terms that we know lead to their pages here.

        A link of a view to `?…` leads to the same page with other parameters. With `in_new_tab` every link opens in a
        new tab, so that what was typed into the page is not lost.
        """

        def here(address: str) -> str | None:
            if address.startswith("?"):
                return address
            return self.href(request, address) if is_ours(address) else None

        return Markup(markup(thing, here, in_new_tab=in_new_tab))

    def href(self, request: Request, iri: str) -> str:
        """Return the address of the page of a term: below `/term/` if it is ours, else `/term?iri=…`.

        A term of the shipped guideline goes by its name, one of another guideline by its CURIE.
        """
        name = iri.removeprefix(BASE) if iri.startswith(BASE) else compress(iri) if is_ours(iri) else ""
        if name and name != iri:
            return f"{request.root}/term/{quote(name, safe=':')}"
        return f"{request.root}/term?iri={quote(iri, safe='')}"

    # --- answering

    def answer(self, handler: str, request: Request, told: Refusal | None = None) -> Response:
        """Return the answer of a handler to a request; what goes wrong is an answer, too.

        `told` is what went wrong outside, which is shown as a page.
        """
        try:
            if told is not None:
                raise told
            found: Response = _function(handler)(self, request)
            if found.kept and found.status == 200 and self.licence:
                found = found._replace(headers=(*found.headers, ("Link", f'<{self.licence}>; rel="license"')))
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


def _knowledge(settings: Settings) -> KnowledgeGraph:
    """Return the graph that pages are about: the one in the store if it holds ours, else the shipped one."""
    from sts_kg.knowledge import connect, load

    try:
        if settings.endpoint is not None:
            return connect(settings.endpoint, timeout_s=settings.timeout_s, queries=settings.queries)
        kg = load(store=settings.store, queries=settings.queries)
        return kg if settings.guideline is None else kg.with_guideline(settings.guideline)
    except (ParseError, EndpointAnswerError):
        if settings.links or settings.guideline or (settings.store is None and settings.endpoint is None):
            raise
        return load(queries=settings.queries)  # whether there is a store at all, the dataset tells
