"""Canned queries: their list, and each as a form with its answer, as a page or as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from sts_kg.display import Grid, Link, View, grid_of_table
from sts_kg.errors import (
    EndpointError,
    LimitError,
    NotLinkedError,
    ParameterError,
    QueryError,
    StsKgError,
    UnknownNameError,
    nearest,
)
from sts_kg.queries import CannedQuery
from sts_kg.rdf import serialize
from sts_kg.server.examples import answerable, runnable
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.negotiation import negotiated
from sts_kg.server.refusals import refusal_of
from sts_kg.server.site import Site
from sts_kg.server.snippets import asked, snippets
from sts_kg.server.sorting import by_column
from sts_kg.tables import Table

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["FORMATS", "index", "offered", "query", "refused"]

MOST_ROWS = 500
MOST_BYTES = 130_000  #: of the table in a page

_HTML, _SPARQL = "text/html", "application/sparql-query"
_TABLE = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "srj": "application/sparql-results+json",
}
_GRAPH = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
#: Suffixes with their media types, by the form of a query; SPARQL 1.1 has no CSV or TSV for yes and no.
FORMATS: Mapping[str, Mapping[str, str]] = {
    "select": _TABLE,
    "ask": {name: _TABLE[name] for name in ("json", "srj")},
    "construct": _GRAPH,
    "describe": _GRAPH,
}
_TABLES: Mapping[str, Callable[[Table], str]] = {
    "text/csv": Table.to_csv,
    "text/tab-separated-values": Table.to_tsv,
    "application/json": Table.to_json,
    "application/sparql-results+json": Table.to_srj,
}
_SYNTAXES = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/rdf+xml": "rdfxml",
    "application/ld+json": "jsonld",
}


def offered(form: str) -> list[str]:
    """Return the media types of the answers to a query; the first one is for who takes anything."""
    standard = "application/sparql-results+json" if form in ("select", "ask") else "text/turtle"
    return [standard, _HTML, *(media for media in FORMATS[form].values() if media != standard), _SPARQL]


class _Asked(NamedTuple):
    """What an address asks of a query: values of parameters, the order of the rows, and what is wrong of all that."""

    values: Mapping[str, str]
    sort: str
    order: str
    errors: tuple[ParameterError, ...]


class _Answered(NamedTuple):
    """The answer to a query, and what there is to say of it."""

    found: Table | bool | Graph
    notes: tuple[str, ...]


def index(site: Site, request: Request) -> Response:
    """Return the canned queries by topic, all or those of one topic, or those that have all words that are searched."""
    topic = request.parameters.get("topic")
    words = " ".join(value for name, value in request.values if name == "q")[:200]
    topics: dict[str, list[CannedQuery]] = {}
    for each in site.canned.values():
        topics.setdefault(each.topic, []).append(each)
    if topic is not None:
        if topic not in topics:
            raise Refusal(404, str(UnknownNameError("topic", topic, sorted(topics))))
        topics = {topic: topics[topic]}
    searched = words.casefold().split()
    found = {name: [each for each in queries if _has(each, searched)] for name, queries in topics.items()}
    found = {name: queries for name, queries in found.items() if queries}
    if negotiated(request.accept, ["application/json", _HTML]) != _HTML:
        return Response.json([_as_dict(each, request) for queries in found.values() for each in queries])
    return site.page(request, "queries.html", topics=found, topic=topic, words=words)


def _has(query: CannedQuery, words: list[str]) -> bool:
    text = " ".join((query.id, query.summary, query.description, *query.tags)).casefold()
    return all(word in text for word in words)


def _as_dict(query: CannedQuery, request: Request) -> dict[str, object]:
    """Return a query as `sts-kg queries --format json` does, with its question and address, without a local path."""
    found = query.as_dict()
    found.pop("own", None)
    return found | {"description": query.description, "href": f"{request.base}/queries/{query.id}"}


def query(site: Site, request: Request) -> Response:
    """Return a canned query as a form with its answer, or the answer as data."""
    found, suffix = _named(site, request)
    formats = {**FORMATS[found.form], "rq": _SPARQL}
    if suffix is not None:
        if suffix not in formats:
            known = ", ".join(f".{each}" for each in formats)
            raise Refusal(404, f"there is no .{suffix} of this query; there are {known}")
        media = formats[suffix]
    else:
        media = negotiated(request.accept, offered(found.form))
    if media == _HTML:
        return _page(site, request, found)
    try:
        wanted = _asked(site, found, request)
        if wanted.errors:
            raise wanted.errors[0]
        if media == _SPARQL:
            return _kept(site, Response.text(_bound(site, found, wanted), media))
        return _kept(site, _data(_answer(site, found, wanted), media))
    except StsKgError as error:
        raise _refusal(error, found) from error


def _named(site: Site, request: Request) -> tuple[CannedQuery, str | None]:
    """Return the query that an address names, and what stands behind a point.

    Raises
    ------
    Refusal
        There is no such query; the sentence has near names.
    """
    name, point, suffix = request.parameters["name"].partition(".")
    query_id = f"{request.parameters['topic']}/{name}"
    found = site.canned.get(query_id)
    if found is None:
        error = UnknownNameError("query", query_id)
        error.near = _near(site, query_id)
        raise Refusal(404, str(error))
    found = site.choices(found).kg.canned[query_id]  # whose defaults fit the cases that it asks about
    return found, suffix if point else None


def _near(site: Site, query_id: str) -> tuple[str, ...]:
    name = query_id.rpartition("/")[2]
    same = [each for each in site.canned if each.rpartition("/")[2] == name]
    return tuple(same or nearest(query_id, site.canned))


def _asked(site: Site, query: CannedQuery, request: Request) -> _Asked:
    """Return what an address asks of a query. An empty value of an optional parameter means any.

    Wrong are a name that is there twice, an order that is neither `asc` nor `desc`, and what the query does not take.
    """
    taken = [each.name for each in query.parameters]
    values: dict[str, str] = {}
    rest: dict[str, str] = {}
    errors: list[ParameterError] = []
    for name, value in request.values:
        into = rest if name in ("sort", "order") and name not in taken else values
        if name in into:
            errors.append(ParameterError(query.id, name, "it is given twice; it takes one value", value=value))
        into[name] = value
    for each in query.parameters:
        if values.get(each.name) == "" and (not each.required or each.type != "literal"):
            del values[each.name]
            if each.required:
                errors.append(
                    ParameterError(query.id, each.name, "it is empty; give a value, or leave it out", value="")
                )
    order = rest.get("order", "asc")
    if order not in ("asc", "desc"):
        errors.append(ParameterError(query.id, "order", "it is asc or desc", value=order))
    errors += query.wrong(values, entities=site.choices(query).kg.entities)
    return _Asked(values, rest.get("sort", ""), order, tuple(errors))


def _bound(site: Site, query: CannedQuery, wanted: _Asked) -> str:
    return runnable(site, query, site.choices(query).kg.bound(query.id, **wanted.values))


def _answer(site: Site, query: CannedQuery, wanted: _Asked) -> _Answered:
    """Return the answer of the graph, which is that of `KnowledgeGraph.query`, in the order that is wanted."""
    notes = [
        f"{each.name} is {site.choices(query).short(each, each.default)}, since it was left out"
        for each in query.parameters
        if each.default is not None and each.required and not each.limit and each.name not in wanted.values
    ]
    values: dict[str, Any] = dict(wanted.values)
    found = site.choices(query).kg.query(query.id, on_note=notes.append, **values)
    if query.graph == "cases" and not site.kg.has_cases:
        notes.append("about the fictional example cases, which are nobody's")
    if isinstance(found, Table):
        notes += [note for note in found.notes if note not in notes]
        if wanted.sort:
            try:
                found = by_column(found, wanted.sort, descending=wanted.order == "desc")
            except UnknownNameError as error:
                known = f"it is one of {', '.join(found.variables)}"
                raise ParameterError(query.id, "sort", known, value=wanted.sort, near=error.near) from None
        found = replace(found, notes=())
    elif wanted.sort:
        raise ParameterError(query.id, "sort", "only tables can be sorted", value=wanted.sort)
    return _Answered(found, tuple(notes))


def _data(answer: _Answered, media: str) -> Response:
    """Return an answer in a media type. Notes, for which formats have no place, are in a header."""
    if isinstance(answer.found, Table):
        text = _TABLES[media](answer.found)
    elif isinstance(answer.found, bool):
        text = str(answer.found).lower()
        text = text if media == "application/json" else f'{{"head": {{}}, "boolean": {text}}}'
    else:
        text = serialize(answer.found, _SYNTAXES[media]).decode()
    made = Response.text(text if text.endswith("\n") else f"{text}\n", media)
    said = re.sub(r"[^\x20-\x7e]+", "?", "; ".join(answer.notes))[:1000]  # what a header may hold
    return made._replace(headers=(("x-sts-kg-note", said),)) if said else made


def _kept(site: Site, response: Response) -> Response:
    """Return an answer, which may be kept unless the graph has cases of somebody."""
    return response._replace(kept=response.kept and not site.kg.has_cases)


def _refusal(error: StsKgError, query: CannedQuery) -> Refusal:
    """Return what went wrong with a query as a refusal that names no file of this machine."""
    if isinstance(error, NotLinkedError):
        return Refusal(409, _not_linked(error.needs))
    if query.endpoint and isinstance(error, QueryError):
        return Refusal(409, _federated(query))
    made = refusal_of(error)
    status = 409 if isinstance(error, QueryError) else made.status
    reason = made.reason if query.file is None else made.reason.replace(query.shown, query.id)
    parameter = error.parameter if isinstance(error, ParameterError) else None
    return Refusal(status, reason, made.headers, parameter=parameter)


def _not_linked(needs: str) -> str:
    if needs == "mappings":
        return (
            "this query needs the mapping sets, and the store that is served has none; "
            "sts-kg push --graphs asserted,inferred,mappings puts them there"
        )
    what = "an ontology that is linked" if needs == "links" else f"a linked ontology with terms of {needs}"
    return (
        f"this query needs {what}, and there is none here; whoever runs the service adds it: sts-kg serve --link FILE"
    )


def _federated(query: CannedQuery) -> str:
    return (
        f"this query asks {query.endpoint}, and this service asks no other host; take its SPARQL (.rq) there, or run "
        f"sts-kg query {query.id} --online"
    )


# --- the page


def _page(site: Site, request: Request, query: CannedQuery, refusal: Refusal | None = None) -> Response:
    """Return the form of a query with its answer, or with what is wrong."""
    wanted, answer, sparql = _asked(site, query, request), None, ""
    names = [each.name for each in query.parameters]
    lacks = [each for each in query.parameters if each.required and each.default is None]
    wrong = [] if lacks and not request.query else list(wanted.errors)  # nothing was filled yet
    if not wanted.errors:
        sparql = _bound(site, query, wanted)
    if refusal is None and sparql and not wrong and not query.endpoint:
        try:
            answer = _answer(site, query, wanted)
        except ParameterError as error:
            wrong.append(error)
        except (LimitError, EndpointError):
            raise
        except StsKgError as error:
            refusal = _refusal(error, query)
    if wrong and refusal is None:
        refusal = _refusal(wrong[0], query)
    errors = {error.parameter: (_sentence(error), error.near) for error in reversed(wrong)}
    fields = site.choices(query).fields(query, wanted.values, errors)
    state = {each.name: each.value for each in fields if each.value}
    order = {"sort": wanted.sort, "order": wanted.order} if wanted.sort else {}
    path = f"/queries/{query.id}"
    made = site.page(
        request,
        "query.html",
        status=refusal.status if refusal is not None else 200,
        query=query,
        fields=fields,
        state=state,
        others={name: error for name, (error, _) in errors.items() if name not in names},
        refusal=refusal,
        is_wrong=bool(errors),
        asked_with=", ".join(f"{each.label}: {each.shown}" for each in fields),
        answer=answer,
        shown=_shown(site, request, answer, wanted, state) if answer is not None else None,
        sparql=sparql,
        is_example=query.id in answerable(site),
        why_not_run=_federated(query) if query.endpoint else "",
        is_fictional=query.graph == "cases" and not site.kg.has_cases,
        downloads={name: f"{request.root}{path}.{name}{asked(state | order)}" for name in FORMATS[query.form]},
        rq=f"{request.root}{path}.rq{asked(state)}",
        snippets=() if query.endpoint else snippets(query, f"{request.base}{path}", state),
        most=MOST_ROWS,
    )
    return _kept(site, made._replace(kept=refusal is None))


def _sentence(error: ParameterError) -> str:
    """Return what is wrong with a value, without the names that stand beside the field already."""
    reason = error.reason[:1].upper() + error.reason[1:]
    given = f"“{str(error.value)[:100]}” does not fit. " if error.value not in (None, "") else ""
    return f"{given}{reason}."


class _Shown(NamedTuple):
    """An answer as markup; `n` counts its rows, of which the first `cut` are shown; `is_yes` is of yes or no."""

    markup: Markup = Markup()
    n: int = 0
    cut: int = 0
    is_yes: bool | None = None


def _shown(site: Site, request: Request, answer: _Answered, wanted: _Asked, state: Mapping[str, str]) -> _Shown:
    found = answer.found
    if isinstance(found, bool):
        return _Shown(is_yes=found)
    if not isinstance(found, Table):
        if hasattr(found, "sparql"):
            found.sparql = ""  # it stands below
        return _Shown(site.markup(request, found), len(found))  # type: ignore[arg-type] # a ShownGraph
    heads = [_head(name, wanted, state) for name in found.variables]
    most = MOST_ROWS
    while True:
        table, *more = grid_of_table(found, most=most)
        assert isinstance(table, Grid), "a table is shown as one"
        by = found.variables.index(wanted.sort) if wanted.sort else None
        direction = "descending" if wanted.order == "desc" else "ascending"
        columns = len(table.header)
        table = replace(table, header=tuple(heads[:columns]), sorted_by=None if by is None else (by, direction))
        made, shown = site.markup(request, View("", (table, *more))), len(table.rows)
        if len(made) <= MOST_BYTES or shown <= 1:
            return _Shown(made, len(found), shown)
        most = max(1, min(shown - 1, shown * MOST_BYTES // len(made)))


def _head(name: str, wanted: _Asked, state: Mapping[str, str]) -> Link:
    """Return the name of a column as a link that sorts by it, the other way round if it does already."""
    is_up = wanted.sort == name and wanted.order == "asc"
    sign = "" if wanted.sort != name else " ▲" if is_up else " ▼"
    order = "desc" if is_up else "asc"
    return Link(f"{name}{sign}", asked({**state, "sort": name, "order": order}), f"sort by {name}")


def refused(site: Site, request: Request, refusal: Refusal) -> Response | None:
    """Return a refusal as the form as it was filled; links to near names if there is no such query."""
    if "name" not in request.parameters or refusal.status == 406:
        return None
    with suppress(StsKgError):
        try:
            found, _ = _named(site, request)
        except Refusal:
            name = request.parameters["name"].partition(".")[0]
            near = [site.canned[each] for each in _near(site, f"{request.parameters['topic']}/{name}")]
            return site.page(request, "no-query.html", status=404, refusal=refusal, near=near)
        return _page(site, request, found, refusal)
    return None
