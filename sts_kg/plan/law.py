"""The linear law: what follows from a case is what follows from its single facts, and from its single courses.

A plan rests on it. Closures grow with their facts, so one case for each conclusion shows whether the law holds: it has
every fact and every course that do not give the conclusion alone, and must not give it together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import product
from typing import TYPE_CHECKING

from rdflib import BNode, Graph, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from sts_kg.guideline import short
from sts_kg.plan.plan import Fact, Plan
from sts_kg.rdf import STS

if TYPE_CHECKING:
    from sts_kg.closure import Closure

__all__ = ["broken_by"]

_Triple = tuple[Node, URIRef, Node]


def broken_by(plan: Plan, close: Callable[[Graph], Closure]) -> list[str]:
    """Return what follows from several facts or courses together, or from what a plan does not have, in words.

    Empty if the law holds. `close` closes a graph of cases with the ontology of the plan.
    """
    graph = Graph()
    targets: list[tuple[URIRef, URIRef, URIRef, str]] = []
    for number, (predicate, thing, alone, said) in enumerate(_conclusions(plan)):
        case = URIRef(f"urn:all-but:{number}")
        targets.append((case, predicate, thing, said))
        for triple in _all_but(plan, case, frozenset(alone)):
            graph.add(triple)
    closed = close(graph)
    return [said for case, predicate, thing, said in targets if (case, predicate, thing) in closed]


def _conclusions(plan: Plan) -> Iterator[tuple[URIRef, URIRef, Collection[Fact], str]]:
    """Yield what can follow of a case: its property and value, the facts that give it alone, and words for it."""
    for (finding, holds), alone in plan.premises.items():
        yield (
            STS.hasFinding if holds else STS.lacksFinding,
            finding,
            alone,
            f"{'' if holds else 'not '}{short(finding)}",
        )
    for option, each in plan.options.items():
        yield STS.hasDeclinedOption, option, each.declined, f"{each.label} is declined"


def _all_but(plan: Plan, case: URIRef, alone: frozenset[Fact]) -> Iterator[_Triple]:
    """Yield a case with every fact but some, and every course but those that give one of them."""
    yield case, RDF.type, STS.PatientCase
    for fact in (*plan.premises, *((modality, True) for modality in plan.modalities)):
        if fact not in alone:
            thing, holds = fact
            declines = thing in plan.modalities
            yield case, STS.declinesModality if declines else STS.hasFinding if holds else STS.lacksFinding, thing
    for number, (outcome, given) in enumerate(product((None, *plan.outcomes), (False, True))):
        node = BNode(f"b{case.rpartition(':')[2]}c{number}")
        yield case, STS.hadCourse, node
        yield node, RDF.type, STS.TreatmentCourse
        if outcome:
            yield node, STS.courseOutcome, outcome
        if given:
            yield node, RDF.type, STS.GivenCourse
        for predicate, things in (
            (STS.coursePurpose, plan.purposes),
            (STS.courseSite, plan.sites),
            (STS.courseIndication, plan.indications),
            (STS.includesTherapy, [t for t in plan.therapies if not _gives(plan, t, outcome, given, alone)]),
        ):
            yield from ((node, predicate, thing) for thing in things)


def _gives(plan: Plan, therapy: URIRef, outcome: URIRef | None, given: bool, alone: frozenset[Fact]) -> bool:
    """Return whether a course with a therapy and an outcome gives one of some facts."""
    return any(
        each.fact in alone
        and therapy in each.therapies
        and each.outcome in (None, outcome)
        and each.given <= given
        and not each.alone  # it holds other therapies, too
        for each in plan.courses
    )
