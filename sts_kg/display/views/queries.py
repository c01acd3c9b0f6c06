"""What is shown of a canned query: what it asks, its parameters, how to call it, and its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sts_kg.display.view import Block, Code, Facts, Fold, Inline, Paragraph, Source, View, cut, grid, text_of
from sts_kg.display.views.terms import link_to
from sts_kg.rdf import compress

if TYPE_CHECKING:
    from sts_kg.queries import CannedQuery, Entities, Parameter

__all__ = ["of_canned_query", "of_entities"]

MOST_CHOICES = 12
#: Things of a graph with their names.
MOST_NAMED = 50


def of_canned_query(query: CannedQuery) -> View:
    """Return what a query asks, its parameters with their types, how to call it, and the SPARQL."""
    return View(("Query ", Code(query.id)), tuple(_blocks(query)))


def of_entities(entities: Entities) -> View:
    """Return the first of the things that have names, with their names."""
    labels = entities.labels
    rows = [(link_to(str(iri)), cut("; ".join(labels[iri]))) for iri in sorted(labels)[:MOST_NAMED]]
    return View("Named things", (grid(("thing", "names"), rows, "thing", most=MOST_NAMED, total=len(labels)),))


def _blocks(query: CannedQuery) -> Iterator[Block]:
    yield Paragraph(query.summary)
    if query.description != query.summary:
        yield Paragraph(query.description)
    facts: tuple[tuple[str, Inline], ...] = (
        ("runs on", f"the {query.graph} graph" if not query.endpoint else query.endpoint),
        ("needs first", ", ".join(query.needs)),
        ("empty, because", query.empty_because),
        ("would be right", query.remedy),
        ("file", str(query.file or "")),
    )
    yield Facts(facts)
    if query.parameters:
        yield grid(("parameter", "type", "needed", "what it is"), [*map(_row, query.parameters)], "parameter")
    yield Source(_call(query), "python")
    yield Fold("the SPARQL", (Source(query.text, "sparql"),))


def _row(parameter: Parameter) -> tuple[Inline, ...]:
    needed = "yes" if parameter.required and parameter.default is None else "no"
    if parameter.default is not None:
        needed += f", else {compress(parameter.default)}"
    about: list[Inline] = [parameter.label] if parameter.label else []
    about += [f"a {compress(str(parameter.entity_class))}"] if parameter.entity_class else []
    if parameter.choices:
        more = "" if len(parameter.choices) <= MOST_CHOICES else ", …"
        about.append(f"one of {', '.join(map(compress, parameter.choices[:MOST_CHOICES]))}{more}")
    return Code(parameter.name), parameter.type, needed, text_of(about, "; ")


def _call(query: CannedQuery) -> str:
    """Return the line of Python that runs a query, with the parameters that it needs."""
    given = "".join(f", {each.name}={_value(each)}" for each in query.parameters if each.required)
    return f'kg.{"query_online" if query.endpoint else "query"}("{query.id}"{given})'


def _value(parameter: Parameter) -> str:
    """Return the default of a parameter as Python has it; dots if it has none."""
    if parameter.default is None or parameter.type in ("integer", "number"):
        return parameter.default or "…"
    text = compress(parameter.default) if parameter.type == "iri" else parameter.default
    return f'"{text}"'
