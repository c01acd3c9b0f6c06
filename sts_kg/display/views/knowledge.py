"""What is shown of a knowledge graph: a card with what there is, counted, and lines of code to try."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sts_kg.display.view import Block, Facts, Heading, Inline, Paragraph, Quiet, Source, View
from sts_kg.display.views.pieces import capitalized, footed
from sts_kg.guideline import leaves, short
from sts_kg.rdf import local

if TYPE_CHECKING:
    from sts_kg.cases import Session
    from sts_kg.knowledge import KnowledgeGraph

__all__ = ["of_knowledge_graph", "of_session", "to_try"]


def of_knowledge_graph(kg: KnowledgeGraph) -> View:
    """Return what there is, counted, and what to try; nothing is computed or read for it."""
    summary = kg.summary
    facts: list[tuple[str, Inline]] = [(what, f"{count:,}") for what, count in summary.items()]
    if "inferred triples" not in summary and "options" in summary:
        facts.insert(1, ("inferred triples", Quiet("computed when they are first needed")))
    if "options" in summary and (others := kg.guidelines[1:]):
        facts.insert(0, ("beside it", "; ".join(each.name for each in others)))
    tried: list[Block] = [Facts(tuple(facts)), Heading("Things to try"), Source("\n".join(to_try(kg)), "python")]
    if "options" not in summary:
        tried.append(Paragraph(Quiet("It is kept elsewhere; the ontology is read from there when it is first needed.")))
        return View("Knowledge graph", tuple(tried))
    return footed(capitalized(kg.guideline.name), tried, kg.footer)


def to_try(kg: KnowledgeGraph) -> tuple[str, ...]:
    """Return lines of Python that work with a graph that is named `kg`."""
    return tuple(_to_try(kg))


def _to_try(kg: KnowledgeGraph) -> Iterator[str]:
    has_query = kg.holds_ours
    if "options" in kg.summary:
        conditions, is_shipped = kg.guideline.conditions, kg.guideline.is_shipped
        has_query = has_query and is_shipped
        several = (each for each, condition in conditions.items() if len({*leaves(condition)}) > 2)
        if option := next(several, next(iter(conditions), None)):
            *_, last = leaves(conditions[option])
            person = '"example:b"' if is_shipped else f'{{"case": "p", "findings": {{"{short(last)}": True}}}}'
            yield "kg.options(kg.cases)" if kg.cases else f"kg.options({person})"
            yield f'kg.explain({person}, "{local(option).removeprefix("option-")}")'
            yield f"kg.questions({person})"
            if is_shipped:
                yield f'kg.what_if({person}, {{"{short(last)}": True}})'
    if has_query:
        yield 'kg.query("drugs/options-with-drug", drug="doxorubicin")'
    yield "kg.queries()"
    if "options" in kg.summary:
        yield "kg.sources()"


def of_session(session: Session) -> View:
    """Return the guideline of a session, and how many cases and slices it has."""
    asserted, inferred = session.known_triples
    facts: tuple[tuple[str, Inline], ...] = (
        ("asserted triples", f"{asserted:,}"),
        ("inferred triples", "" if inferred is None else f"{inferred:,}"),
        ("cases", f"{len(session.cases):,}"),
        ("linked slices", f"{len(session.slices):,}"),
    )
    return footed(f"Session: {session.guideline.name}", [Facts(facts)], session.guideline.footer)
